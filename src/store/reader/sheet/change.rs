//! 原因: why the indicator in force changed at the place, in parts that sum to the change.

use jiff::ToSpan as _;
use rustc_hash::FxHashMap;

use crate::domain::change::{Cause, Change, Pair, UnitPart, decompose};
use crate::domain::id::Uid;
use crate::domain::indicator::{Indicator, Kind, Rollup};
use crate::domain::period::Period;
use crate::domain::problem::Problem;
use crate::domain::sheet::{Against, Cell, Column, Lead, Row, Sheet, Table, Weight, Words};
use crate::domain::value::{Reading, State};
use crate::domain::view_state::ViewState;
use crate::store::block;
use crate::store::reader::ask::{Ask, Place, Zones};

/// Units listed at most; the causes count all of them.
const UNITS: usize = 500;

pub(super) fn fill(ask: &Ask<'_>, view: &ViewState, against: Against, sheet: &mut Sheet) -> Result<(), Problem> {
    let indicator = ask.indicator(&view.indicator)?;
    let place = ask.standing_in(view.place)?;
    sheet.about.push(Words::both(&indicator.label, &indicator.label_en));
    if let Some(place) = place {
        sheet.about.push(Words::data(ask.world.name(place)));
    }
    let periods = ask.periods(indicator)?;
    let Some(now) = view.period.or_else(|| periods.last().copied()) else {
        sheet.tables.push(nothing(if indicator.derived.is_some() { "panel.change.derived" } else { "panel.change.no_period" }, []));
        return Ok(());
    };
    let Some(before) = older(against, &periods, now) else {
        let key = format!("panel.change.no_{}", against_key(against));
        sheet.about.push(Words::data(now.to_string()));
        sheet.tables.push(nothing(&key, [Words::data(now.to_string())]));
        return Ok(());
    };
    sheet.about.push(Words::fill("panel.change.between", [Words::data(before.to_string()), Words::data(now.to_string())]));
    if let Some(table) = redefined(ask, indicator, [before, now])? {
        sheet.tables.push(table);
        return Ok(());
    }
    let Some(level) = ask.world.reporting(indicator) else { return Ok(()) };
    let at_level = place.is_some_and(|(table, _)| table >= level);
    let rule = match indicator.rollup {
        _ if at_level && indicator.kind == Kind::Ratio => Rollup::Weighted,
        _ if at_level => Rollup::Sum,
        rule => rule,
    };
    let units = pairs(ask, view, indicator, place, level, [before, now])?;
    let pairs: Vec<Pair> = units.iter().map(|unit| unit.pair).collect();
    let Some(change) = decompose(indicator, rule, &pairs) else {
        sheet.tables.push(nothing("panel.change.one_missing", []));
        return Ok(());
    };
    let unit = if at_level { indicator.unit.as_str() } else { indicator.rolled_unit() };
    sheet.tables.push(causes(&change, unit));
    sheet.tables.push(parts(ask, indicator, &change, &units, now, unit)?);
    Ok(())
}

fn against_key(against: Against) -> &'static str {
    match against {
        Against::LastPeriod => "last",
        Against::YearStart => "year_start",
        Against::YearAgo => "year_ago",
    }
}

/// The period that `now` is held against, of those that there are.
fn older(against: Against, periods: &[Period], now: Period) -> Option<Period> {
    let alike = || periods.iter().copied().filter(|p| p.months() == now.months() && p.end() < now.end());
    match against {
        Against::LastPeriod => alike().max_by_key(|p| p.end()),
        Against::YearStart => alike().filter(|p| p.end().year() < now.end().year()).max_by_key(|p| p.end()),
        Against::YearAgo => {
            let start = now.start().checked_sub(1.year()).ok()?;
            alike().find(|p| p.start() == start)
        }
    }
}

/// A unit of the reporting level in one or both of the times.
struct Unit {
    uid: Uid,
    name: String,
    pair: Pair,
}

/// Every unit of the reporting level at the place, then and now.
fn pairs(
    ask: &Ask<'_>,
    view: &ViewState,
    indicator: &Indicator,
    place: Option<Place>,
    level: usize,
    [before, now]: [Period; 2],
) -> Result<Vec<Unit>, Problem> {
    let old = ask.on(before.end())?;
    let old_place = place.map(|place| old.seen(ask.uid(place))).transpose()?;
    let mut units: Vec<Unit> = Vec::new();
    let mut rows: FxHashMap<Uid, usize> = FxHashMap::default();
    // What was known of the older period when the first of the newer one came.
    let known_ms = block::first_known(ask.connection, &ask.world, &indicator.id, now)?.unwrap_or(i64::MAX);
    let known = block::known_at(ask.connection, &ask.world, &indicator.id, before, known_ms)?;
    // A place that was not there had no units either.
    if old_place != Some(None) {
        for (uid, name, reading) in readings(&old, view, indicator, old_place.flatten(), level, before)? {
            // Where the older period came after the newer one, nobody saw it then: nothing was corrected.
            let then = if known.is_empty() { reading } else { known.get(&uid).copied().unwrap_or(Reading::MISSING) };
            rows.insert(uid, units.len());
            units.push(Unit { uid, name, pair: Pair { then: Some(then), before: Some(reading), after: None } });
        }
    }
    for (uid, name, reading) in readings(ask, view, indicator, place, level, now)? {
        match rows.get(&uid) {
            Some(n) => {
                units[*n].name = name;
                units[*n].pair.after = Some(reading);
            }
            None => units.push(Unit { uid, name, pair: Pair { then: None, before: None, after: Some(reading) } }),
        }
    }
    Ok(units)
}

/// What the units of a level reported, in scope.
fn readings(
    ask: &Ask<'_>,
    view: &ViewState,
    indicator: &Indicator,
    place: Option<Place>,
    level: usize,
    period: Period,
) -> Result<Vec<(Uid, String, Reading)>, Problem> {
    // A place on the reporting level or below it shows what its own unit reported.
    let place = match place {
        Some(place) if place.0 > level => ask.world.ancestor(place, level).map(|row| (level, row)),
        place => place,
    };
    let table = ask.table(level)?;
    let column = ask.column(level, &indicator.id, Some(period))?;
    let zones = Zones::of(ask, &view.scope)?;
    let rows = match place {
        Some((at, row)) if at == level => row..row + 1,
        place => ask.world.range(place, level),
    };
    let in_scope = |row: &u32| zones.as_ref().is_none_or(|z| z.own[level][*row as usize]);
    Ok(rows.filter(in_scope).map(|row| (table.uids[row as usize], table.names.get(row as usize).to_owned(), column.reading(row))).collect())
}

/// 口径已变: what of the definition differs between the times at which the two periods were reported.
fn redefined(ask: &Ask<'_>, indicator: &Indicator, [before, now]: [Period; 2]) -> Result<Option<Table>, Problem> {
    let Some([old, new]) = ask.redefined(indicator, [before, now])? else { return Ok(None) };
    let list = |numbers: &[f64]| numbers.iter().map(f64::to_string).collect::<Vec<_>>().join("、");
    let word = |of: &dyn std::fmt::Debug| format!("{of:?}");
    let lines = [
        ("definition", old.definition.clone(), new.definition.clone()),
        ("unit_of", old.unit.clone(), new.unit.clone()),
        ("level", old.level.to_string(), new.level.to_string()),
        ("threshold", list(old.threshold.as_slice()), list(new.threshold.as_slice())),
        ("bands", list(&old.bands), list(&new.bands)),
        ("kind", word(&(old.kind, old.rollup, old.direction)), word(&(new.kind, new.rollup, new.direction))),
        ("counted", format!("{:?} {:?}", old.derived, old.coverage), format!("{:?} {:?}", new.derived, new.coverage)),
    ];
    let row = |(key, old, new): (&str, String, String)| Row {
        cells: vec![Cell::Text(Words::key(&format!("panel.change.of_{key}"))), Cell::Text(Words::data(old)), Cell::Text(Words::data(new))],
        ..Row::default()
    };
    Ok(Some(Table {
        title: Some(Words::key("panel.change.redefined_title")),
        columns: vec![Column::text("panel.change.what"), Column::text("panel.change.old"), Column::text("panel.change.new")],
        rows: lines.into_iter().filter(|(_, old, new)| old != new).map(row).collect(),
        notes: vec![Words::key("panel.change.redefined")],
        empty: None,
    }))
}

fn nothing(key: &str, args: impl IntoIterator<Item = Words>) -> Table {
    Table { title: Some(Words::key("panel.change.causes")), empty: Some(Words::fill(key, args)), ..Table::default() }
}

#[allow(clippy::cast_precision_loss, reason = "hundredths of a figure of a county")]
fn causes(change: &Change, unit: &str) -> Table {
    let (total, rounded) = change.hundredths();
    // All with two decimals, so that what is shown sums as well.
    let number = |value: f64| Cell::Text(Words::data(format!("{value:.2}{unit}")));
    let step = |hundredths: i64| Cell::Text(Words::data(format!("{:+.2}{unit}", hundredths as f64 / 100.0)));
    let line = |key: &str, count: Cell, value: Cell| Row { cells: vec![Cell::Text(Words::key(key)), count, value], ..Row::default() };
    let mut rows = vec![line("panel.change.then", Cell::Empty, number(change.then))];
    for ((cause, _, count), value) in change.causes.iter().zip(rounded) {
        let count = Cell::Number { value: f64::from(*count), unit: String::new() };
        rows.push(Row {
            weight: weight(*cause),
            detail: vec![Words::key(&format!("panel.{}_doc", cause.key()))],
            ..line(&format!("panel.{}", cause.key()), count, step(value))
        });
    }
    rows.push(line("panel.change.total", Cell::Empty, step(total)));
    rows.push(line("panel.change.after", Cell::Empty, number(change.after)));
    Table {
        title: Some(Words::key("panel.change.causes")),
        columns: vec![
            Column::text("panel.change.cause"),
            Column::number("panel.change.units").spare(1),
            Column::number("panel.change.part"),
        ],
        rows,
        notes: vec![Words::key("panel.change.sums")],
        empty: None,
    }
}

fn parts(ask: &Ask<'_>, indicator: &Indicator, change: &Change, units: &[Unit], period: Period, unit: &str) -> Result<Table, Problem> {
    let reading = |reading: Option<Reading>| match reading {
        None => Cell::Empty,
        Some(Reading { state: State::Value, num: Some(num), den: Some(den), .. }) if indicator.kind == Kind::Ratio => {
            Cell::Share { num, den }
        }
        Some(Reading { state: State::Value, value: Some(value), .. }) => Cell::Number { value, unit: indicator.unit.clone() },
        Some(Reading { state: State::NotDue, .. }) => Cell::Text(Words::key("panel.change.not_due")),
        Some(Reading { state: State::None, .. }) => Cell::Text(Words::key("panel.change.none")),
        Some(_) => Cell::Missing,
    };
    let row = |part: &UnitPart| -> Result<Row, Problem> {
        let of = &units[part.pair];
        // What is there no more has only the name that it had.
        let name = ask.seen(of.uid)?.map_or_else(|| of.name.clone(), |place| ask.path(place));
        let [from, to] = match part.cause {
            Cause::Corrected => [of.pair.then, of.pair.before],
            _ => [of.pair.before, of.pair.after],
        };
        Ok(Row {
            cells: vec![
                Cell::Text(Words::data(name)),
                Cell::Text(Words::key(&format!("panel.{}", part.cause.key()))),
                reading(from),
                reading(to),
                part.value.map_or(Cell::Empty, |value| Cell::Change { value, unit: unit.to_owned() }),
            ],
            weight: weight(part.cause),
            lead: Some(Lead::Number { uid: of.uid, indicator: indicator.id.clone(), period: Some(period) }),
            detail: Vec::new(),
        })
    };
    let more = change.units.len().saturating_sub(UNITS);
    Ok(Table {
        title: Some(Words::key("panel.change.by_unit")),
        columns: vec![
            Column::text("panel.change.unit"),
            Column::text("panel.change.cause"),
            Column::number("panel.change.old").spare(2),
            Column::number("panel.change.new").spare(1),
            Column::number("panel.change.part"),
        ],
        rows: change.units.iter().take(UNITS).map(row).collect::<Result<_, _>>()?,
        notes: if more > 0 { vec![Words::fill("panel.change.more", [Words::data(more.to_string())])] } else { Vec::new() },
        empty: Some(Words::key("panel.change.unchanged")),
    })
}

fn weight(cause: Cause) -> Weight {
    match cause {
        Cause::Better => Weight::Good,
        Cause::Worse | Cause::Dropped => Weight::Look,
        Cause::Corrected | Cause::Closed | Cause::Added | Cause::Came | Cause::Weighed => Weight::Plain,
    }
}
