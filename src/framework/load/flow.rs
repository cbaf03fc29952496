//! `[[workflow]]` and `[[cadence]]`: what follows what, and what comes round.

use jiff::civil::Date;

use super::super::condition::Span;
use super::super::read::{At, Section};
use super::super::schema::{Beat, Cadence, Limit, Transition, Workflow};
use super::{Ids, Reader};

/// Days or months that a step may take at most.
const WITHIN_MAX: u16 = 3660;
const WEEKDAYS: [(&str, u8); 7] = [("mon", 1), ("tue", 2), ("wed", 3), ("thu", 4), ("fri", 5), ("sat", 6), ("sun", 7)];

impl Reader<'_, '_, '_> {
    pub(super) fn workflows(&mut self, root: &mut Section<'_, '_>, own: &[super::super::Rule]) -> Vec<Workflow> {
        let (mut workflows, mut ids) = (Vec::new(), Ids::new());
        for mut s in root.sections(self.report, "workflow") {
            let named = self.named(&mut s, &mut ids);
            let states = self.distinct(&mut s, "states");
            if states.is_empty() {
                s.missing(self.report, "states");
            }
            let extra_flags = self.distinct(&mut s, "extra_flags");
            let share = s.number(self.report, "share_percent");
            if let Some(share) = share.as_ref().filter(|p| !(0.0..=100.0).contains(&p.value)) {
                self.report.add("E_FRAMEWORK_PERCENT", share.at, &s.field("share_percent"), &[&share.value.to_string()]);
            }
            let transitions = s.sections(self.report, "transition").into_iter().filter_map(|t| self.transition(t, &states)).collect();
            let limits = s.sections(self.report, "limit").into_iter().filter_map(|l| self.limit(l, &states)).collect();
            let confirmed = if s.has("confirmed") { self.state(&mut s, "confirmed", &states) } else { None }.unwrap_or_default();
            s.knows("confirmed");
            let rules = self.rule_refs(&mut s, own);
            if !rules.is_empty() && confirmed.is_empty() {
                s.missing(self.report, "confirmed");
            }
            let (basis, material) = (self.basis(&mut s), self.material(&mut s));
            s.finish(self.report);
            let share_percent = share.map(|p| p.value);
            workflows.extend(named.map(|named| Workflow {
                named,
                states,
                transitions,
                extra_flags,
                limits,
                share_percent,
                confirmed,
                rules,
                basis,
                material,
            }));
        }
        workflows
    }

    /// A state that the workflow has.
    fn state(&mut self, s: &mut Section<'_, '_>, key: &'static str, states: &[String]) -> Option<String> {
        let state: At<String> = s.required(self.report, key)?;
        if !states.contains(&state.value) {
            self.report.add("E_FRAMEWORK_STATE_UNKNOWN", state.at, &s.field(key), &[&state.value, &states.join(" ")]);
        }
        Some(state.value)
    }

    fn transition(&mut self, mut s: Section<'_, '_>, states: &[String]) -> Option<Transition> {
        let (from, to) = (self.state(&mut s, "from", states), self.state(&mut s, "to", states));
        let role = self.plain(&mut s, "role");
        let require = self.words(&mut s, "require");
        let after = self.whole(&mut s, "after_days", 0..=WITHIN_MAX);
        let unset = s.flag(self.report, "unset").unwrap_or(false);
        if let Some(after) = after.as_ref().filter(|_| unset) {
            self.report.add("E_FRAMEWORK_UNSET", after.at, &s.field("after_days"), &["after_days"]);
        }
        let when = self.plain(&mut s, "when");
        s.finish(self.report);
        Some(Transition { from: from?, to: to?, role, require, after_days: after.map(|d| d.value), unset, when })
    }

    fn limit(&mut self, mut s: Section<'_, '_>, states: &[String]) -> Option<Limit> {
        let step = self.state(&mut s, "step", states);
        let days = self.whole(&mut s, "days", 0..=WITHIN_MAX);
        let months = self.whole(&mut s, "months", 0..=WITHIN_MAX);
        let within = match (days, months) {
            (Some(days), None) => Some((days.value, Span::Days)),
            (None, Some(months)) => Some((months.value, Span::Months)),
            (None, None) if s.has("days") || s.has("months") => None,
            _ => {
                self.report.add("E_FRAMEWORK_LIMIT", s.at, &s.field("days"), &[]);
                None
            }
        };
        let severity = self.plain(&mut s, "severity");
        s.finish(self.report);
        let (within, span) = within?;
        Some(Limit { step: step?, within, span, severity })
    }

    pub(super) fn cadences(&mut self, root: &mut Section<'_, '_>) -> Vec<Cadence> {
        let (mut cadences, mut ids) = (Vec::new(), Ids::new());
        for mut s in root.sections(self.report, "cadence") {
            let named = self.named(&mut s, &mut ids);
            s.knows("on");
            let on = if s.has("on") { self.on(&mut s) } else { None };
            let beat = self.beat(&mut s);
            let metric = self.metric(&mut s, "metric");
            let (basis, material) = (self.basis(&mut s), self.material(&mut s));
            s.finish(self.report);
            if let (Some(named), Some(beat)) = (named, beat) {
                cadences.push(Cadence { named, on, beat, metric, basis, material });
            }
        }
        cadences
    }

    /// Exactly one way of saying when.
    #[allow(clippy::cast_possible_truncation, reason = "within the bounds of each key, as was checked")]
    fn beat(&mut self, s: &mut Section<'_, '_>) -> Option<Beat> {
        let keys = ["month_day", "year_days", "first_workday", "nth", "every_days", "every_months", "by_severity"];
        let given: Vec<&str> = keys.into_iter().filter(|key| s.has(key)).collect();
        keys.into_iter().chain(["weekday"]).for_each(|key| s.knows(key));
        let [key] = given.as_slice() else {
            let at = given.get(1).and_then(|key| s.at_key(key)).unwrap_or(s.at);
            self.report.add("E_FRAMEWORK_BEAT", at, &s.field(given.get(1).unwrap_or(&keys[0])), &[&keys.join(" ")]);
            return None;
        };
        if *key != "nth"
            && let Some(at) = s.at_key("weekday")
        {
            self.report.add("E_FRAMEWORK_BEAT", at, &s.field("weekday"), &[&keys.join(" ")]);
        }
        match *key {
            "month_day" => self.whole(s, "month_day", 1..=31).map(|d| Beat::MonthDay(d.value as u8)),
            "year_days" => self.year_days(s),
            "first_workday" => match s.flag(self.report, "first_workday")? {
                true => Some(Beat::FirstWorkday),
                false => {
                    self.report.add("E_FRAMEWORK_BEAT", s.at, &s.field("first_workday"), &[&keys.join(" ")]);
                    None
                }
            },
            "nth" => {
                let nth = self.whole(s, "nth", 1..=5);
                let weekday = s.required_word(self.report, "weekday", &WEEKDAYS);
                Some(Beat::NthWeekday { nth: nth?.value as u8, weekday: weekday?.value })
            }
            "every_days" => self.whole(s, "every_days", 1..=WITHIN_MAX).map(|d| Beat::EveryDays(d.value)),
            "every_months" => {
                let months = self.whole(s, "every_months", 1..=12)?;
                if ![1, 2, 3, 6, 12].contains(&months.value) {
                    let args = [&*months.value.to_string(), "1 2 3 6 12"];
                    self.report.add("E_FRAMEWORK_WORD", months.at, &s.field("every_months"), &args);
                }
                Some(Beat::EveryMonths(months.value as u8))
            }
            _ => {
                let days = s.whole_table(self.report, "by_severity", WITHIN_MAX)?;
                Some(Beat::BySeverity(days))
            }
        }
    }

    /// `["07-01", "12-10"]`: days that some year has, each once.
    fn year_days(&mut self, s: &mut Section<'_, '_>) -> Option<Beat> {
        let words = s.texts(self.report, "year_days");
        let mut days: Vec<(u8, u8)> = Vec::new();
        for word in &words {
            match year_day(&word.value).filter(|day| !days.contains(day)) {
                Some(day) => days.push(day),
                None => self.report.add("E_FRAMEWORK_YEAR_DAY", word.at, &s.field("year_days"), &[&word.value]),
            }
        }
        if words.is_empty() {
            let at = s.at_key("year_days").unwrap_or(s.at);
            self.report.add("E_FRAMEWORK_CONDITION_EMPTY", at, &s.field("year_days"), &["year_days"]);
        }
        days.sort_unstable();
        (!days.is_empty()).then_some(Beat::YearDays(days))
    }
}

/// Month and day of `MM-DD`, as a leap year has them.
fn year_day(word: &str) -> Option<(u8, u8)> {
    let day = (word.len() == 5).then(|| format!("2024-{word}").parse::<Date>().ok()).flatten()?;
    Some((u8::try_from(day.month()).ok()?, u8::try_from(day.day()).ok()?))
}
