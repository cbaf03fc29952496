//! 目标: targets with the days left, how the units stand in the bands, premises by kind and size.

use super::figure::{Own, at_place, basis, each, label, owner_name};
use crate::domain::indicator::{Direction, Indicator};
use crate::domain::problem::Problem;
use crate::domain::sheet::{Cell, Column, Lead, Row, Sheet, Table, Weight, Words};
use crate::domain::text::measured;
use crate::domain::value::State;
use crate::domain::view_state::ViewState;
use crate::framework::schema::{Goal, Target};
use crate::store::reader::ask::Ask;
use crate::store::reader::told::{Of, Told};

/// Days before a due day from which a target that is not reached is to be looked at.
const SOON_DAYS: i64 = 90;
/// Units listed at most; the note counts all of them.
const LISTED: usize = 500;

pub(super) fn fill(ask: &Ask<'_>, view: &ViewState, sheet: &mut Sheet) -> Result<(), Problem> {
    let mut rows: Vec<(i64, Row)> = Vec::new();
    let mut short = Short::default();
    let told = ask.told(Of::Targets)?;
    for (n, target) in ask.framework.targets.iter().enumerate() {
        rows.push(line(ask, view, (n, target), &told, &mut short)?);
    }
    rows.sort_by_key(|(left, _)| *left);
    sheet.about.push(Words::fill("leads.as_at", [Words::data(ask.world.at.day.to_string())]));
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
    sheet.tables.push(Table {
        title: Some(Words::key("panel.targets.short")),
        columns: vec![
            Column::text("panel.unit"),
            Column::text("panel.under").spare(2),
            Column::text("panel.targets.target"),
            Column::number("panel.targets.now"),
            Column::number("panel.targets.wanted").spare(1),
            Column::text("panel.targets.lacks").spare(3),
        ],
        notes: vec![if short.count > short.rows.len() {
            Words::fill("leads.first_of", [short.rows.len(), short.count].map(|n| Words::data(n.to_string())))
        } else {
            Words::fill("panel.targets.short_count", [Words::data(short.count.to_string())])
        }],
        rows: short.rows,
        empty: Some(Words::key("panel.targets.none_short")),
    });
    sheet.tables.push(bands(ask, view)?);
    sheet.tables.push(super::sites::premises(ask, view)?);
    sheet.tables.push(super::checks::table(ask, view)?);
    Ok(())
}

/// Units that fall short of a target: all are counted, the first listed.
#[derive(Default)]
struct Short {
    rows: Vec<Row>,
    count: usize,
}

fn wanted(goal: Goal, unit: &str) -> Cell {
    goal.written(unit).map_or(Cell::Unset, |wanted| Cell::Text(Words::data(wanted)))
}

/// What is missing to reach it: 还差 2.5 个, 超出 3 个; what must be passed where it stands on the bound.
fn lacks(goal: Goal, value: f64, better: Direction, unit: &str) -> Option<Words> {
    let lacks = goal.lacks(value, better)?;
    // Never less than what is missing: 0.004 is 0.01.
    let size = (lacks.abs() * 100.0 - 1e-6).ceil() / 100.0;
    let words = |key: &str| Words::fill(key, [Words::data(measured(&crate::rules::number(size), unit))]);
    Some(match lacks {
        lacks if lacks > 0.0 => words("panel.targets.add"),
        lacks if lacks < 0.0 => words("panel.targets.over"),
        _ => Words::fill("panel.targets.pass", [Words::data(goal.written(unit).unwrap_or_default())]),
    })
}

/// A target and where it stands; the units that fall short are put into `short`.
fn line(ask: &Ask<'_>, view: &ViewState, (n, target): (usize, &Target), told: &Told, short: &mut Short) -> Result<(i64, Row), Problem> {
    let today = ask.world.at.day;
    let left = target.due.map(|due| i64::from((due - today).get_days()));
    let figure = at_place(ask, view, &target.indicator, None)?;
    // What each unit must reach is in the unit of its report, what all must reach in that of the roll-up.
    let alone = target.each || target.when.is_some();
    let unit = figure.as_ref().map_or("", |f| if alone { f.indicator.unit.as_str() } else { f.unit.as_str() });
    let mut detail = Vec::new();
    let is_set = !matches!(target.goal, Goal::Unset(_));
    let (now, reached) = match (&figure, alone) {
        (None, _) => (Cell::Unset, None),
        (Some(figure), false) => {
            let value = figure.shown.reading.value.filter(|_| figure.shown.reading.state == State::Value);
            detail.extend(value.and_then(|value| lacks(target.goal, value, figure.indicator.direction, unit)));
            (figure.cell(), value.and_then(|value| target.goal.is_reached(value, figure.indicator.direction)))
        }
        (Some(figure), true) => {
            let standing = standing(ask, each(ask, view, figure.indicator)?, figure.indicator, (n, target), told, short);
            if standing.open > 0 {
                detail.push(Words::fill("panel.targets.open", [Words::data(standing.open.to_string())]));
            }
            let all = f64::from(standing.met + standing.missed);
            let cell = if all == 0.0 { Cell::Missing } else { Cell::Share { num: f64::from(standing.met), den: all } };
            (cell, (all > 0.0 && is_set).then_some(standing.missed == 0))
        }
    };
    let (state, weight) = match (is_set, reached, left) {
        (false, ..) => (Words::key("ui.not_configured"), Weight::Dim),
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
                wanted(target.goal, unit),
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
fn standing(
    ask: &Ask<'_>,
    units: Vec<Own>,
    indicator: &Indicator,
    (n, target): (usize, &Target),
    told: &Told,
    short: &mut Short,
) -> Standing {
    let mut out = Standing::default();
    for unit in units {
        match told.applies(n, unit.place) {
            Some(true) => {}
            Some(false) => continue,
            None => {
                out.open += 1;
                continue;
            }
        }
        let value = unit.reading.value.filter(|_| unit.reading.state == State::Value);
        match value.and_then(|value| Some((value, target.goal.is_reached(value, indicator.direction)?))) {
            Some((_, true)) => out.met += 1,
            Some((value, false)) => {
                out.missed += 1;
                short.count += 1;
                if short.rows.len() < LISTED {
                    short.rows.push(short_row(ask, &unit, value, indicator, target));
                }
            }
            None if unit.reading.state == State::NotDue => {}
            None => out.open += 1,
        }
    }
    out
}

fn short_row(ask: &Ask<'_>, unit: &Own, value: f64, indicator: &Indicator, target: &Target) -> Row {
    Row {
        cells: vec![
            unit.name(ask),
            Cell::Text(unit.under(ask)),
            Cell::Text(label(&target.named)),
            Cell::Number { value, unit: indicator.unit.clone() },
            wanted(target.goal, &indicator.unit),
            lacks(target.goal, value, indicator.direction, &indicator.unit).map_or(Cell::Empty, Cell::Text),
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
                    Cell::Text(Words::data(measured(&band, &indicator.unit))),
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
