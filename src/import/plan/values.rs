//! Values of indicators: long tables, and wide ones with a column per indicator.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::figure::{self, Figure, shown};
use super::planner::{From, Planner};
use super::report::answer;
use super::roles::{Parts, Roles};
use super::sheet::Sheet;
use super::zones::Meanings;
use crate::domain::id::Uid;
use crate::domain::indicator::Indicator;
use crate::domain::period::Period;
use crate::domain::plan::{About, ChangeKind, FieldChange, Input, Meaning};
use crate::domain::problem::{Problem, Spot};
use crate::domain::round::value_period;
use crate::domain::value::{Reading, State};
use crate::import::cell::find_period;
use crate::import::layout::Row;
use crate::import::match_unit::{Finder, tell};
use crate::import::names::plain;
use crate::import::profile::{PeriodRule, Profile};
use crate::store::current;
use crate::store::load::NewValue;

/// Different words in a column of numbers; with more it is a column of texts.
const WORDS_MAX: usize = 12;

/// A reading of a unit and its row.
type Line = (Uid, Reading, u64);

/// What a sheet says of words in place of numbers.
struct Words<'a> {
    choices: &'a Meanings,
    profile: &'a Meanings,
    /// Heading → word → cells: what is not known.
    open: BTreeMap<String, BTreeMap<String, u64>>,
    /// What was used, to be kept.
    used: Meanings,
}

impl Words<'_> {
    fn meaning(&mut self, heading: &str, word: &str) -> Option<Meaning> {
        let said = |all: &Meanings| all.get(heading).and_then(|words| words.get(word)).copied();
        if let Some(meaning) = said(self.choices).or_else(|| said(self.profile)) {
            self.used.entry(heading.to_owned()).or_default().insert(word.to_owned(), meaning);
            return Some(meaning);
        }
        let by_itself = word.is_empty().then_some(Meaning::Missing);
        if by_itself.is_none() {
            *self.open.entry(heading.to_owned()).or_default().entry(word.to_owned()).or_default() += 1;
        }
        by_itself
    }
}

/// What a cell comes to.
enum Cell {
    Number(Option<f64>),
    Parts(f64, f64),
    State(State),
    /// Asked or kept aside.
    Open,
    Unclear,
}

impl Planner<'_, '_> {
    pub(super) fn values(
        &mut self,
        sheet: &Sheet,
        roles: &Roles,
        profile: &Profile,
        input: &mut Input,
        from: &From,
    ) -> Result<Meanings, Problem> {
        let Some(key) = roles.get("unit") else {
            self.ask_column(sheet, "unit");
            return Ok(Meanings::new());
        };
        let long = roles.get("indicator").filter(|_| roles.indicators.is_empty());
        if long.is_none() && roles.indicators.is_empty() {
            self.ask_indicators(sheet, roles, true);
            return Ok(Meanings::new());
        }
        let by_rule = profile.period.map_or_else(|| sheet.period(), |rule| sheet.period_by(rule));
        let fallback = self.choices.period.or(by_rule);
        // Where a rule says that it stands elsewhere, a column of dates is something else.
        let dated = roles.get("period").filter(|_| matches!(profile.period, None | Some(PeriodRule::Column)));
        if profile.period == Some(PeriodRule::Column) && dated.is_none() {
            self.ask_column(sheet, "period");
            return Ok(Meanings::new());
        }
        if long.is_none() {
            self.ask_indicators(sheet, roles, false);
        }
        input.period = fallback.filter(|_| dated.is_none());
        if dated.is_none() && fallback.is_none() {
            let spot = Spot { file: sheet.shown_as.clone(), ..Spot::default() };
            let months = roles.indicators.first().map_or(1, |(i, _)| i.every_months);
            let guess = last_period(self.scene.today, months);
            self.report.ask(
                About::Period,
                spot,
                true,
                guess.map(|p| answer(p.to_string(), "plan.why.period", Vec::new())).into_iter().collect(),
            );
            return Ok(Meanings::new());
        }
        let levels = self.scene.framework.levels.len();
        // What units report is matched with units, what branches report with branches; of a long table both
        // may be asked.
        let asks = |of_branches: bool| match long {
            None => roles.indicators.iter().any(|(i, _)| i.is_of_branches() == of_branches),
            Some(_) => self.scene.framework.indicators.iter().any(|i| i.is_of_branches() == of_branches),
        };
        let [units, branches] = [asks(false), asks(true)];
        let world = self.world(levels + usize::from(branches))?;
        let finders = [units.then(|| Finder::new(&world, 0..levels)), branches.then(|| Finder::new(&world, levels..levels + 1))];
        let (known, choices) = (Profile::clone(profile).meanings, self.choices.meanings.clone());
        let mut words = Words { choices: &choices, profile: &known, open: BTreeMap::new(), used: known.clone() };
        let long_parts = Parts { value: roles.get("value"), num: roles.get("num"), den: roles.get("den") };
        let mut labels: FxHashMap<String, Option<&Arc<Indicator>>> = FxHashMap::default();
        for i in &self.scene.framework.indicators {
            let words = [i.id.as_str(), i.id.bare(), &i.label, &i.short, &i.label_en].map(plain);
            for label in words.into_iter().filter(|label| !label.is_empty()) {
                // A word that two indicators share names neither.
                labels.entry(label).and_modify(|of| *of = of.filter(|of| of.id == i.id)).or_insert(Some(i));
            }
        }
        // Indicator and period, each with its readings in the order of the file.
        let mut sets: BTreeMap<(usize, Period), Vec<Line>> = BTreeMap::new();
        let position = |indicator: &Indicator| self.scene.framework.indicators.iter().position(|i| i.id == indicator.id).unwrap_or(0);
        let places: Vec<usize> = roles.indicators.iter().map(|(i, _)| position(i)).collect();
        let mut seen: FxHashSet<Uid> = FxHashSet::default();
        for (line, cells) in sheet.rows() {
            self.scene.stop.check()?;
            let when = match dated.map(|c| cells.get(c).trim()) {
                None | Some("") => fallback,
                Some(word) => {
                    let period = word.parse().ok().or_else(|| find_period(word));
                    if period.is_none() {
                        self.report.aside(sheet.problem("E_TABLE_PERIOD_WORD", line).arg(word));
                        continue;
                    }
                    period
                }
            };
            let Some(when) = when else {
                self.report.aside(sheet.problem("E_TABLE_PERIOD_WORD", line).arg(""));
                continue;
            };
            let name = roles.get("name").map_or("", |c| cells.get(c).trim());
            let word = long.map(|column| cells.get(column).trim());
            let meant = word.map(|word| labels.get(&plain(word)).copied().flatten());
            let mut found = [None; 2];
            for (of_branches, finder) in finders.iter().enumerate() {
                let asked = match meant {
                    None => true,
                    Some(Some(indicator)) => usize::from(indicator.is_of_branches()) == of_branches,
                    // An unknown word says nothing of who reports: the first that may.
                    Some(None) => finders[..of_branches].iter().all(Option::is_none),
                };
                if let Some(finder) = finder.as_ref().filter(|_| asked) {
                    found[of_branches] = self.unit_of(sheet, finder, line, cells.get(key).trim(), name);
                    seen.extend(found[of_branches]);
                }
            }
            if found == [None; 2] {
                continue;
            }
            let mut wrong = None;
            let mut take = |at: usize, indicator: &Indicator, parts: Parts| {
                let Some(uid) = found[usize::from(indicator.is_of_branches())] else { return };
                match read(sheet, cells, indicator, parts, roles.get("state"), &mut words) {
                    Ok(Some(reading)) => match value_period(indicator.every_months, when) {
                        Some(own) => sets.entry((at, own)).or_default().push((uid, reading, line)),
                        None => {
                            let problem = sheet.problem("E_TABLE_NOT_DUE", line).field(indicator.id.as_str());
                            wrong = Some(problem.arg(&indicator.label).arg(indicator.every_months).arg(when));
                        }
                    },
                    Ok(None) => {}
                    Err(problem) => wrong = Some(problem.line(line)),
                }
            };
            match (meant, word) {
                (None, _) => roles.indicators.iter().zip(&places).for_each(|((indicator, parts), at)| take(*at, indicator, *parts)),
                (Some(Some(indicator)), _) => take(position(indicator), indicator, long_parts),
                (Some(None), word) => wrong = Some(sheet.problem("E_TABLE_INDICATOR", line).arg(word.unwrap_or_default())),
            }
            if let Some(problem) = wrong {
                self.report.aside(problem);
            }
        }
        let (open, used) = (std::mem::take(&mut words.open), std::mem::take(&mut words.used));
        self.ask_words(sheet, open);
        let mut batch = None;
        for ((at, period), mut readings) in sets {
            let indicator = &self.scene.framework.indicators[at];
            let mut now = current::values(self.load.connection(), &world, &indicator.id, period)?;
            // Stable: of two reports the one further up comes first, and counts.
            readings.sort_by_key(|(uid, ..)| *uid);
            let mut last = None;
            let mut rows: Vec<(NewValue, bool)> = Vec::new();
            for (uid, reading, line) in readings {
                if last == Some(uid) {
                    self.report.aside(sheet.problem("E_TABLE_TWICE", line).field(indicator.id.as_str()));
                    continue;
                }
                last = Some(uid);
                let old = now.remove(&uid);
                if old.as_ref() == Some(&reading) {
                    self.report.unchanged();
                    continue;
                }
                let kind = if old.is_some() { ChangeKind::Changed } else { ChangeKind::New };
                self.value_change(kind, &world, uid, sheet.spot(line), (indicator, period), (old, Some(reading)));
                rows.push((NewValue { uid, period, reading, row: line }, false));
            }
            let mut gone: Vec<(Uid, Reading)> = now.into_iter().collect();
            gone.sort_unstable_by_key(|(uid, _)| *uid);
            if self.is_complete(sheet, gone.len()) {
                for (uid, old) in gone {
                    self.value_change(ChangeKind::Gone, &world, uid, Spot::default(), (indicator, period), (Some(old), None));
                    rows.push((NewValue { uid, period, reading: Reading::MISSING, row: 0 }, true));
                }
            }
            if self.writes() && !rows.is_empty() {
                let batch = match batch {
                    Some(batch) => batch,
                    None => *batch.insert(self.batch("values", from)?),
                };
                for (value, gone) in rows {
                    self.scene.stop.check()?;
                    let mut stamp = from.stamp(batch, value.row, "");
                    stamp.gone = gone;
                    self.load.put_value(stamp, &indicator.id, &value)?;
                }
            }
        }
        self.left_out(&world, &seen);
        Ok(used)
    }

    fn value_change(
        &mut self,
        kind: ChangeKind,
        world: &crate::store::world::World,
        uid: Uid,
        spot: Spot,
        (indicator, period): (&Indicator, Period),
        (old, new): (Option<Reading>, Option<Reading>),
    ) {
        let (_, code, name) = world.place(uid).map(|place| tell(world, place)).unwrap_or((uid, String::new(), String::new()));
        let text = |reading: Option<Reading>| reading.map(|r| shown(&r)).unwrap_or_default();
        self.report.change(
            kind,
            (uid, &code, &name),
            || spot,
            || vec![FieldChange { field: indicator.id.to_string(), period: Some(period), old: text(old), new: text(new) }],
        );
    }

    /// Units of the level that the file is about, or branches, which it leaves out.
    fn left_out(&mut self, world: &crate::store::world::World, seen: &FxHashSet<Uid>) {
        let mut counts = vec![0usize; world.tables()];
        for (table, _) in seen.iter().filter_map(|uid| world.place(*uid)) {
            counts[table] += 1;
        }
        let Some((level, _)) = counts.iter().enumerate().max_by_key(|(_, n)| **n).filter(|(_, n)| **n > 0) else { return };
        let table = world.table(level);
        // Only where the file speaks of: a township's file leaves nothing of the next one out.
        let above: FxHashSet<_> = seen.iter().filter_map(|uid| table.row(*uid)).map(|row| table.parent(row)).collect();
        for row in 0..world.len(level) {
            if above.contains(&table.parent(row)) && !seen.contains(&table.uids[row as usize]) {
                self.report.left_out(tell(world, (level, row)), Spot::default);
            }
        }
    }

    fn ask_words(&mut self, sheet: &Sheet, open: BTreeMap<String, BTreeMap<String, u64>>) {
        for (heading, words) in open {
            if words.len() > WORDS_MAX {
                let cells: u64 = words.values().sum();
                self.report.aside(sheet.problem("E_PLAN_WORDS", 0).field(&heading).arg(cells).arg(words.len()));
                continue;
            }
            for (word, cells) in words {
                let answers = ["not-due", "none", "zero", "missing"].map(|m| answer(m, &format!("plan.why.{m}"), vec![word.clone()]));
                let spot = Spot { file: sheet.shown_as.clone(), field: Some(heading.clone()), ..Spot::default() };
                self.report.ask(About::Word { heading: heading.clone(), word, cells }, spot, true, answers.into());
            }
        }
    }
}

/// The last whole period of so many months before a day.
fn last_period(today: jiff::civil::Date, months: u8) -> Option<Period> {
    let this: Period = match months {
        12 => format!("{:04}", today.year()),
        6 => format!("{:04}H{}", today.year(), (today.month() + 5) / 6),
        3 => format!("{:04}Q{}", today.year(), (today.month() + 2) / 3),
        _ => format!("{:04}-{:02}", today.year(), today.month()),
    }
    .parse()
    .ok()?;
    this.previous()
}

/// A reading of a row; `Ok(None)` where there is none or a word is still open.
fn read(
    sheet: &Sheet,
    cells: Row<'_>,
    indicator: &Indicator,
    parts: Parts,
    state: Option<usize>,
    words: &mut Words<'_>,
) -> Result<Option<Reading>, Problem> {
    let problem = |code: &str, column: usize| sheet.problem(code, 0).field(&sheet.headings[column]).arg(cells.get(column));
    if let Some(word) = state.map(|c| cells.get(c).trim()).filter(|w| !w.is_empty()) {
        let heading = &sheet.headings[state.unwrap_or_default()];
        if let Figure::State(state) = figure::read(cells.kind(state.unwrap_or_default()), word, indicator, None) {
            return Ok((state != State::Missing).then_some(Reading { state, ..Reading::MISSING }));
        }
        return Ok(match words.meaning(heading, word) {
            Some(Meaning::NotDue) => Some(Reading { state: State::NotDue, ..Reading::MISSING }),
            Some(Meaning::None) => Some(Reading { state: State::None, ..Reading::MISSING }),
            Some(Meaning::Zero) => Some(Reading::of(0.0)),
            Some(Meaning::Missing) | None => None,
        });
    }
    let mut cell = |column: Option<usize>| -> Cell {
        let Some(column) = column else { return Cell::Number(None) };
        let word = match figure::read(cells.kind(column), cells.get(column), indicator, sheet.unit(column)) {
            Figure::Number(n) => return Cell::Number(Some(n)),
            Figure::Parts(num, den) => return Cell::Parts(num, den),
            Figure::State(State::Missing) => return Cell::Number(None),
            Figure::State(state) => return Cell::State(state),
            Figure::Unclear => return Cell::Unclear,
            Figure::Word(word) => word,
        };
        match words.meaning(&sheet.headings[column], &word) {
            Some(Meaning::Zero) => Cell::Number(Some(0.0)),
            Some(Meaning::Missing) => Cell::Number(None),
            Some(Meaning::NotDue) => Cell::State(State::NotDue),
            Some(Meaning::None) => Cell::State(State::None),
            None => Cell::Open,
        }
    };
    let mut numbers = [None; 3];
    for (slot, column) in numbers.iter_mut().zip([parts.value, parts.num, parts.den]) {
        match cell(column) {
            Cell::Number(number) => *slot = number,
            Cell::Parts(num, den) => return Ok(Some(Reading::ratio(num, den))),
            Cell::State(state) => return Ok(Some(Reading { state, ..Reading::MISSING })),
            Cell::Open => return Ok(None),
            Cell::Unclear => return Err(problem("E_TABLE_NUMBER", column.unwrap_or_default())),
        }
    }
    let [value, num, den] = numbers;
    match figure::reading(indicator, value, num, den) {
        Some(reading) if reading.state == State::Missing => Ok(None),
        Some(reading) => Ok(Some(reading)),
        None => Err(sheet.problem("E_TABLE_PART", 0).field(if num.is_some() { "den" } else { "num" }).arg(&indicator.id)),
    }
}
