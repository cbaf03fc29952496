//! The board of a round, and the list of rounds.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rustc_hash::FxHashMap;

use super::ask::{Ask, Place};
use crate::domain::id::{LevelId, Uid};
use crate::domain::indicator::Indicator;
use crate::domain::period::Period;
use crate::domain::problem::{Problem, Severity};
use crate::domain::round::{
    AskedField, Burden, Cells, Correction, Form, FormField, FormRow, FormSheet, Frozen, Ledger, Round, RoundLine, RoundPage, RoundRow,
    asked_period, batch_source, default_due, default_level, fold_rounds, is_due, states,
};
use crate::domain::value::{Reading, State};
use crate::store::round::{Kept, Owners, Values, arrived};

/// Every round, the newest first.
pub(super) fn lines(ask: &Ask<'_>, today: Date) -> Result<Vec<RoundLine>, Problem> {
    let ledgers = fold_rounds(ask.facts());
    let line = |ledger| page(ask, ledger, today).map(|page| RoundLine { round: page.round, states: page.states });
    ledgers.values().rev().map(line).collect()
}

/// The board of a round, of the newest where none is named.
pub(super) fn board(ask: &Ask<'_>, period: Option<Period>, today: Date) -> Result<Option<RoundPage>, Problem> {
    let ledgers = fold_rounds(ask.facts());
    let ledger = match period {
        Some(period) => ledgers.get(&period),
        None => ledgers.values().next_back(),
    };
    ledger.map(|ledger| page(ask, ledger, today)).transpose()
}

/// An indicator that is asked, with its values now and before.
struct Field<'r> {
    indicator: &'r Arc<Indicator>,
    period: Period,
    table: usize,
    now: Values,
    before: Values,
    /// What units that gave nothing in the period before gave last, in a year at most.
    older: FxHashMap<Uid, Reading>,
    cells: Cells,
}

/// Periods that what is filled in may come from: this one's, then those before it.
const LOOK_BACK: usize = 12;

impl<'r> Field<'r> {
    /// The fields of a round, in its order.
    fn all(ask: &Ask<'r>, round: &Round) -> Result<Vec<Self>, Problem> {
        let mut fields = Vec::new();
        for id in &round.asked {
            // What the framework no longer has is not asked any more.
            let Ok(indicator) = ask.indicator(id) else { continue };
            let (Some(table), Some(period)) = (ask.world.level(&indicator.level), asked_period(indicator.every_months, round.period))
            else {
                continue;
            };
            ask.table(table)?;
            let values = |period| Values::read(ask.connection, &ask.world.county, &indicator.id, period);
            let before = period.previous().map(values).transpose()?.unwrap_or_default();
            let mut field =
                Self { indicator, period, table, now: values(period)?, before, older: FxHashMap::default(), cells: Cells::default() };
            field.look_back(&ask.world.table(table).uids, values)?;
            fields.push(field);
        }
        Ok(fields)
    }

    /// Finds what units gave last that gave nothing of late; no period is read for nothing.
    fn look_back(&mut self, units: &[Uid], values: impl Fn(Period) -> Result<Values, Problem>) -> Result<(), Problem> {
        let mut open: Vec<Uid> = units.iter().copied().filter(|uid| self.of(*uid).1.is_none()).collect();
        let mut period = self.period.previous();
        for _ in 1..LOOK_BACK {
            period = period.and_then(Period::previous);
            let Some(period) = period.filter(|_| !open.is_empty()) else { break };
            let then = values(period)?;
            open.retain(|uid| then.at(*uid, NOW_MS).is_none_or(|kept| self.older.insert(*uid, kept.reading).is_some()));
        }
        Ok(())
    }

    /// What stands for a unit: now, and in the period before.
    fn of(&self, uid: Uid) -> (Option<&Kept>, Option<&Kept>) {
        (self.now.at(uid, NOW_MS), self.before.at(uid, NOW_MS))
    }
}

/// After every batch that was loaded, before every one that is withdrawn some day.
const NOW_MS: i64 = i64::MAX - 1;

/// What each unit is asked, with what is known already.
pub(super) fn forms(ask: &Ask<'_>, period: Option<Period>, today: Date) -> Result<Vec<Form>, Problem> {
    let mut ledgers = fold_rounds(ask.facts());
    let newest = || ledgers.keys().next_back().copied();
    let period = period.or_else(newest).or_else(|| Period::new(today.first_of_month(), today.last_of_month()));
    let none = || Problem::new("E_ROUND_NOTHING", Severity::Refused, "").arg(period.map_or_else(String::new, |p| p.to_string()));
    let period = period.ok_or_else(none)?;
    let round = match ledgers.remove(&period) {
        Some(ledger) => ledger.round,
        None => would_be(ask, period).ok_or_else(none)?,
    };
    let (fields, world) = (Field::all(ask, &round)?, &ask.world);
    let Some(table) = world.level(&round.level) else { return Ok(Vec::new()) };
    let county = ask.standing_in(None)?.map_or_else(String::new, |place| world.name(place).to_owned());
    let units = ask.table(table)?;
    let mut forms = Vec::new();
    for row in world.range(ask.within, table) {
        let mut sheets: Vec<FormSheet> = Vec::new();
        for (at, level) in ask.framework.levels.iter().enumerate() {
            let asked: Vec<&Field<'_>> = fields.iter().filter(|f| f.table == at).collect();
            let rows = if asked.is_empty() { Vec::new() } else { rows_of(ask, &asked, (table, row), at) };
            if !rows.is_empty() {
                let fields = asked.iter().map(|f| FormField { indicator: Arc::clone(f.indicator), period: f.period }).collect();
                sheets.push(FormSheet { level: level.clone(), fields, rows });
            }
        }
        forms.push(Form {
            county: county.clone(),
            period,
            due: round.due,
            uid: units.uids[row as usize],
            code: units.codes.get(row as usize).to_owned(),
            name: units.names.get(row as usize).to_owned(),
            sheets,
        });
    }
    Ok(forms)
}

/// A round that nobody opened, as it would be; `None` where nothing would be asked.
fn would_be(ask: &Ask<'_>, period: Period) -> Option<Round> {
    let asked: Vec<_> = ask.framework.indicators.iter().filter(|i| is_due(i, period)).map(|i| i.id.clone()).collect();
    let level = default_level(&ask.framework.levels, ask.world.top().unwrap_or(0))?;
    let round = Round { period, due: default_due(period), asked, level, opened: Timestamp::UNIX_EPOCH, actor: String::new() };
    (!round.asked.is_empty()).then_some(round)
}

fn rows_of(ask: &Ask<'_>, fields: &[&Field<'_>], place: Place, table: usize) -> Vec<FormRow> {
    let (world, units) = (&ask.world, ask.world.table(table));
    let row = |row: u32| {
        let uid = units.uids[row as usize];
        let known = |field: &&Field<'_>| {
            let (now, before) = field.of(uid);
            let last = || before.map(|before| before.reading).or_else(|| field.older.get(&uid).copied());
            now.map(|now| (now.reading, true)).or_else(|| Some((last()?, false)))
        };
        FormRow {
            uid,
            code: units.codes.get(row as usize).to_owned(),
            name: units.names.get(row as usize).to_owned(),
            under: units.parent(row).filter(|above| *above != place).map_or_else(String::new, |above| world.name(above).to_owned()),
            cells: fields.iter().map(known).collect(),
        }
    };
    world.range(Some(place), table).map(row).collect()
}

fn page(ask: &Ask<'_>, ledger: &Ledger, today: Date) -> Result<RoundPage, Problem> {
    let (world, round) = (&ask.world, &ledger.round);
    let mut fields = Field::all(ask, round)?;
    let arrived = arrived(ask.connection, &world.county, round.period)?;
    let mut rows = Vec::new();
    if let Some(table) = world.level(&round.level) {
        let units = ask.table(table)?;
        for row in world.range(ask.within, table) {
            let (uid, code, name) = (units.uids[row as usize], units.codes.get(row as usize), units.names.get(row as usize));
            let mut cells = Cells::default();
            for field in &mut fields {
                let part = count(ask, field, (table, row), &batch_source(round.period, code));
                field.cells.add(part);
                cells.add(part);
            }
            let corrections = ledger.frozen.get(&uid).map(|frozen| corrections(ask, &fields, (table, row), frozen)).unwrap_or_default();
            let arrived = arrived.get(code).map_or(&[][..], Vec::as_slice);
            rows.push(ledger.row((uid, code, name), arrived, cells, corrections, &TimeZone::system()));
        }
    }
    let mut cells = Cells::default();
    rows.iter().for_each(|row| cells.add(row.cells));
    Ok(RoundPage {
        version: ask.version,
        round: round.clone(),
        disputed: ledger.disputed.clone(),
        overdue: today > round.due,
        fields: fields.iter().map(|f| AskedField { indicator: Arc::clone(f.indicator), period: f.period, cells: f.cells }).collect(),
        states: states(&rows),
        cells,
        burden: Burden { asked: cells.asked, prefilled: cells.prefilled, elsewhere: cells.elsewhere, unused: unused(&rows) },
        rows,
    })
}

/// The cells of one indicator below one unit.
fn count(ask: &Ask<'_>, field: &Field<'_>, place: Place, source: &str) -> Cells {
    let mut cells = Cells::default();
    let units = ask.world.table(field.table);
    for row in ask.world.range(Some(place), field.table) {
        let uid = units.uids[row as usize];
        let (now, before) = field.of(uid);
        let state = now.or(before).map_or(State::Missing, |kept| kept.reading.state);
        if state == State::NotDue {
            cells.not_due += 1;
            continue;
        }
        cells.asked += 1;
        let last = before.map(|before| before.reading).or_else(|| field.older.get(&uid).copied());
        cells.prefilled += u32::from(last.is_some());
        match now {
            Some(now) if field.now.sources[now.source].0 == source => {
                cells.came += 1;
                cells.compared += u32::from(last.is_some());
                cells.same += u32::from(last.is_some_and(|last| alike(last, now.reading)));
            }
            Some(_) => cells.elsewhere += 1,
            None => cells.missing += 1,
        }
    }
    cells
}

/// What changed below a unit since it was frozen.
fn corrections(ask: &Ask<'_>, fields: &[Field<'_>], place: Place, frozen: &Frozen) -> Vec<Correction> {
    let mut out = Vec::new();
    for field in fields {
        let units = ask.world.table(field.table);
        for row in ask.world.range(Some(place), field.table) {
            let uid = units.uids[row as usize];
            let then = field.now.at(uid, frozen.at.as_millisecond());
            let Some(now) = field.now.at(uid, NOW_MS).filter(|now| then.is_none_or(|then| !alike(then.reading, now.reading))) else {
                continue;
            };
            out.push(Correction {
                code: units.codes.get(row as usize).to_owned(),
                name: units.names.get(row as usize).to_owned(),
                uid,
                indicator: field.indicator.id.clone(),
                period: field.period,
                old: then.map_or(Reading::MISSING, |then| then.reading),
                new: now.reading,
                file: field.now.sources[now.source].1.clone(),
                at: now.loaded(),
            });
        }
    }
    out.sort_by_key(|c| c.at);
    out
}

/// The same state and the same numbers: where both give the parts, the parts decide.
fn alike(a: Reading, b: Reading) -> bool {
    let parts = |r: Reading| r.num.zip(r.den);
    a.state == b.state && if let (Some(a), Some(b)) = (parts(a), parts(b)) { a == b } else { a.value == b.value }
}

/// Headings of the newest files that nothing uses, with the number of files, the most frequent first.
fn unused(rows: &[RoundRow]) -> Vec<(String, u32)> {
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    for heading in rows.iter().filter_map(RoundRow::newest).flat_map(|receipt| &receipt.taken.unused) {
        *counts.entry(heading).or_default() += 1;
    }
    let mut out: Vec<(String, u32)> = counts.into_iter().map(|(heading, n)| (heading.to_owned(), n)).collect();
    out.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    out
}

/// Every unit by its code, with the unit of the round's level that it lies in.
pub(super) fn owners(ask: &Ask<'_>, level: &LevelId, asked: &[LevelId]) -> Result<Owners, Problem> {
    for at in 0..ask.world.levels.len() {
        ask.table(at)?;
    }
    Ok(Owners::of(&ask.world, ask.within, level, asked))
}
