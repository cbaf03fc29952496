//! `[[term]]` and `[[season]]`: how long organisations are elected for, and when all are elected together.

use super::super::read::Section;
use super::super::schema::{Season, Term};
use super::{Ids, Reader};

/// Years of a term at most.
const YEARS_MAX: u16 = 10;
/// Months that may be looked ahead at most.
const AHEAD_MAX: f64 = 60.0;

impl Reader<'_, '_, '_> {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the bounds, as was checked")]
    pub(super) fn terms(&mut self, root: &mut Section<'_, '_>) -> Vec<Term> {
        let (mut terms, mut ids) = (Vec::new(), Ids::new());
        for mut s in root.sections(self.report, "term") {
            let named = self.named(&mut s, &mut ids);
            let when = self.when(&mut s, "when");
            let field = s.required(self.report, "field");
            if let Some(field) = &field {
                self.gated(field, &s.field("field"));
            }
            let years = self.whole(&mut s, "years", 1..=YEARS_MAX);
            if !s.has("years") {
                s.missing(self.report, "years");
            }
            let ahead = s.numbers(self.report, "ahead_months");
            let fits = |m: &f64| m.fract() == 0.0 && (1.0..=AHEAD_MAX).contains(m);
            if let Some(wrong) = ahead.value.iter().find(|m| !fits(m)) {
                self.report.add(
                    "E_FRAMEWORK_WHOLE",
                    ahead.at,
                    &s.field("ahead_months"),
                    &["1", &AHEAD_MAX.to_string(), &wrong.to_string()],
                );
            }
            let mut ahead_months: Vec<u8> = ahead.value.into_iter().filter(fits).map(|m| m as u8).collect();
            ahead_months.sort_unstable_by(|a, b| b.cmp(a));
            let (basis, material) = (self.basis(&mut s), self.material(&mut s));
            s.finish(self.report);
            if let (Some(named), Some(field), Some(years)) = (named, field, years) {
                terms.push(Term { named, when, field: field.value, years: years.value as u8, ahead_months, basis, material });
            }
        }
        terms
    }

    /// Seasons; `rules` are ids of rules that this framework or one that it extends has.
    pub(super) fn seasons(&mut self, root: &mut Section<'_, '_>, own: &[super::super::Rule]) -> Vec<Season> {
        let (mut seasons, mut ids) = (Vec::new(), Ids::new());
        for mut s in root.sections(self.report, "season") {
            let named = self.named(&mut s, &mut ids);
            let (from, to) = (self.day(&mut s, "from"), self.day(&mut s, "to"));
            for (key, day) in [("from", &from), ("to", &to)] {
                if day.is_none() && !s.has(key) {
                    s.missing(self.report, key);
                }
            }
            if let (Some(from), Some(to)) = (&from, &to)
                && to.value < from.value
            {
                self.report.add("E_FRAMEWORK_DUE", to.at, &s.field("to"), &[]);
            }
            let rules = self.rule_refs(&mut s, own);
            let (basis, material) = (self.basis(&mut s), self.material(&mut s));
            s.finish(self.report);
            if let (Some(named), Some(from), Some(to)) = (named, from, to) {
                seasons.push(Season { named, from: from.value, to: to.value, rules, basis, material });
            }
        }
        seasons
    }

    /// `rules`: ids of rules that this framework or one that it extends has.
    pub(super) fn rule_refs(&mut self, s: &mut Section<'_, '_>, own: &[super::super::Rule]) -> Vec<String> {
        let mut rules = Vec::new();
        for word in s.texts(self.report, "rules") {
            let bare = word.value.rsplit('/').next().unwrap_or_default();
            let extended = self.bases.iter().find(|base| base.rules.iter().any(|r| r.id == bare)).map(|base| base.id.clone());
            match extended.filter(|_| !own.iter().any(|r| r.id == bare)) {
                Some(base) => rules.push(format!("{base}/{bare}")),
                None if own.iter().any(|r| r.id == bare) => rules.push(bare.to_owned()),
                None => self.report.add("E_FRAMEWORK_RULE_UNKNOWN", word.at, &s.field("rules"), &[&word.value]),
            }
        }
        rules
    }
}
