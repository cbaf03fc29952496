//! 目标: targets with the days left, how the units stand in the bands, premises by kind and size.

use super::figure::{Own, applies, at_place, basis, each, label, owner_name};
use crate::domain::indicator::Indicator;
use crate::domain::problem::Problem;
use crate::domain::sheet::{Cell, Column, Lead, Row, Sheet, Table, Weight, Words};
use crate::domain::value::State;
use crate::domain::view_state::ViewState;
use crate::framework::condition::Op;
use crate::framework::schema::Target;
use crate::store::reader::ask::Ask;

/// Days before a due day from which a target that is not reached is to be looked at.
const SOON_DAYS: i64 = 90;
/// Units listed at most; the note counts all of them.
const LISTED: usize = 500;

pub(super) fn fill(ask: &Ask<'_>, view: &ViewState, sheet: &mut Sheet) -> Result<(), Problem> {
    let mut rows: Vec<(i64, Row)> = Vec::new();
    let mut short: Vec<Row> = Vec::new();
    for target in &ask.framework.targets {
        rows.push(line(ask, view, target, &mut short)?);
    }
    rows.sort_by_key(|(left, _)| *left);
    sheet.about.push(Words::data(ask.world.at.day.to_string()));
    sheet.tables.push(Table {
        title: Some(Words::key("panel.targets.title")),
        columns: vec![
            Column::text("panel.targets.target"),
            Column::number("panel.targets.now"),
            Column::number("panel.targets.wanted"),
            Column::text("panel.targets.due").spare(2),
            Column::number("panel.targets.left"),
            Column::text("panel.targets.state").spare(1),
        ],
        rows: rows.into_iter().map(|(_, row)| row).collect(),
        notes: vec![Words::key("panel.targets.note")],
        empty: Some(Words::key("panel.targets.empty")),
    });
    let count = short.len();
    short.truncate(LISTED);
    sheet.tables.push(Table {
        title: Some(Words::key("panel.targets.short")),
        columns: vec![
            Column::text("panel.unit"),
            Column::text("panel.under").spare(2),
            Column::text("panel.targets.target"),
            Column::number("panel.targets.now"),
            Column::number("panel.targets.wanted").spare(1),
        ],
        rows: short,
        notes: vec![Words::fill("panel.targets.short_count", [Words::data(count.to_string())])],
        empty: Some(Words::key("panel.targets.none_short")),
    });
    sheet.tables.push(bands(ask, view)?);
    sheet.tables.push(super::sites::premises(ask, view)?);
    sheet.tables.push(super::checks::table(ask, view)?);
    Ok(())
}

fn wanted(op: Op, value: Option<f64>, unit: &str) -> Cell {
    value.map_or(Cell::Unset, |value| Cell::Text(Words::data(format!("{} {value}{unit}", op.sign()))))
}

fn reaches(value: f64, op: Op, wanted: f64) -> bool {
    match op {
        Op::Less => value < wanted,
        Op::AtMost => value <= wanted,
        Op::More => value > wanted,
        Op::AtLeast => value >= wanted,
        #[allow(clippy::float_cmp, reason = "a target that asks for exactly so many")]
        Op::Equal => value == wanted,
        #[allow(clippy::float_cmp, reason = "as above")]
        Op::NotEqual => value != wanted,
    }
}

/// A target and where it stands; the units that fall short are put into `short`.
fn line(ask: &Ask<'_>, view: &ViewState, target: &Target, short: &mut Vec<Row>) -> Result<(i64, Row), Problem> {
    let today = ask.world.at.day;
    let left = target.due.map(|due| i64::from((due - today).get_days()));
    let figure = at_place(ask, view, &target.indicator, None)?;
    // What each unit must reach is in the unit of its report, what all must reach in that of the roll-up.
    let alone = target.each || target.when.is_some();
    let unit = figure.as_ref().map_or("", |f| if alone { f.indicator.unit.as_str() } else { f.unit.as_str() });
    let mut detail = Vec::new();
    let (now, reached) = match (&figure, alone) {
        (None, _) => (Cell::Unset, None),
        (Some(figure), false) => {
            let value = figure.shown.reading.value.filter(|_| figure.shown.reading.state == State::Value);
            (figure.cell(), value.zip(target.value).map(|(value, wanted)| reaches(value, target.op, wanted)))
        }
        (Some(figure), true) => {
            let standing = standing(ask, view, figure.indicator, target, short)?;
            if standing.open > 0 {
                detail.push(Words::fill("panel.targets.open", [Words::data(standing.open.to_string())]));
            }
            let all = f64::from(standing.met + standing.missed);
            let cell = if all == 0.0 { Cell::Missing } else { Cell::Share { num: f64::from(standing.met), den: all } };
            (cell, (all > 0.0 && target.value.is_some()).then_some(standing.missed == 0))
        }
    };
    let (state, weight) = match (target.value, reached, left) {
        (None, ..) => (Words::key("ui.not_configured"), Weight::Dim),
        (_, None, _) => (Words::key("panel.targets.unknown"), Weight::Plain),
        (_, Some(true), _) => (Words::key("panel.targets.reached"), Weight::Good),
        (_, Some(false), Some(left)) if left < 0 => (Words::key("panel.targets.missed"), Weight::Urgent),
        (_, Some(false), Some(left)) if left <= SOON_DAYS => (Words::key("panel.targets.not_yet"), Weight::Look),
        (_, Some(false), _) => (Words::key("panel.targets.not_yet"), Weight::Plain),
    };
    detail.push(Words::fill("panel.from", [owner_name(ask, &target.named.id)]));
    detail.extend(basis(&target.basis));
    Ok((
        // Those without a day come last.
        left.unwrap_or(i64::MAX),
        Row {
            cells: vec![
                Cell::Text(label(&target.named)),
                now,
                wanted(target.op, target.value, unit),
                target.due.map_or(Cell::Unset, Cell::Day),
                // What is reached is not overdue.
                left.filter(|_| reached != Some(true)).map_or(Cell::Empty, Cell::DaysLeft),
                Cell::Text(state),
            ],
            weight,
            lead: figure.as_ref().map(super::figure::Figure::lead),
            detail,
        },
    ))
}

#[derive(Default)]
struct Standing {
    met: u32,
    missed: u32,
    /// Not reported, or the condition of the target cannot be told.
    open: u32,
}

/// How the units of the indicator's level stand to a target.
fn standing(ask: &Ask<'_>, view: &ViewState, indicator: &Indicator, target: &Target, short: &mut Vec<Row>) -> Result<Standing, Problem> {
    let mut out = Standing::default();
    for unit in each(ask, view, indicator)? {
        match applies(ask, target.when.as_ref(), unit.place)? {
            Some(true) => {}
            Some(false) => continue,
            None => {
                out.open += 1;
                continue;
            }
        }
        match (unit.reading.state, unit.reading.value, target.value) {
            (State::Value, Some(value), Some(wanted)) if reaches(value, target.op, wanted) => out.met += 1,
            (State::Value, Some(value), Some(_)) => {
                out.missed += 1;
                short.push(short_row(&unit, value, indicator, target));
            }
            (State::NotDue, ..) => {}
            _ => out.open += 1,
        }
    }
    Ok(out)
}

fn short_row(unit: &Own, value: f64, indicator: &Indicator, target: &Target) -> Row {
    Row {
        cells: vec![
            Cell::Text(Words::data(&unit.name)),
            Cell::Text(Words::data(&unit.under)),
            Cell::Text(label(&target.named)),
            Cell::Number { value, unit: indicator.unit.clone() },
            wanted(target.op, target.value, &indicator.unit),
        ],
        weight: Weight::Look,
        lead: Some(Lead::Number { uid: unit.uid, indicator: indicator.id.clone(), period: None }),
        detail: Vec::new(),
    }
}

/// How many units stand in which band, for every indicator of money with bands: 0 / 0–5 / 5–10 / ≥10 万元.
fn bands(ask: &Ask<'_>, view: &ViewState) -> Result<Table, Problem> {
    let mut rows = Vec::new();
    for indicator in ask.framework.indicators.iter().filter(|i| !i.bands.is_empty() && i.derived.is_none()) {
        let units = each(ask, view, indicator)?;
        let values: Vec<f64> = units.iter().filter(|u| u.reading.state == State::Value).filter_map(|u| u.reading.value).collect();
        let missing = units.iter().filter(|u| u.reading.state == State::Missing).count();
        let mut from = None;
        for to in indicator.bands.iter().copied().map(Some).chain([None]) {
            let inside = |v: &&f64| from.is_none_or(|from| **v >= from) && to.is_none_or(|to| **v < to);
            let band = match (from, to) {
                (None, Some(to)) => format!("< {to}"),
                (Some(from), Some(to)) => format!("{from}–{to}"),
                (Some(from), None) => format!("≥ {from}"),
                (None, None) => String::new(),
            };
            let count = u32::try_from(values.iter().filter(inside).count()).unwrap_or(u32::MAX);
            rows.push(Row {
                cells: vec![
                    Cell::Text(Words::both(&indicator.label, &indicator.label_en)),
                    Cell::Text(Words::data(format!("{band} {}", indicator.unit))),
                    Cell::Share { num: f64::from(count), den: f64::from(u32::try_from(values.len()).unwrap_or(u32::MAX)) },
                ],
                lead: Some(Lead::Indicator(indicator.id.clone())),
                detail: vec![Words::fill("panel.ratings.missing", [Words::data(missing.to_string())])],
                weight: Weight::Plain,
            });
            from = to;
        }
    }
    Ok(Table {
        title: Some(Words::key("panel.targets.bands")),
        columns: vec![Column::text("panel.targets.indicator"), Column::text("panel.targets.band"), Column::number("panel.targets.units")],
        rows,
        notes: Vec::new(),
        empty: Some(Words::key("panel.targets.no_bands")),
    })
}
