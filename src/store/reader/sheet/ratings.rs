//! 评级: levels, badges, scores; vetoes and musts. Levels are counted and never averaged.

use super::figure::{Own, at_place, basis_given, each, label, owner_name};
use crate::domain::id::IndicatorId;
use crate::domain::indicator::{Direction, Indicator};
use crate::domain::problem::Problem;
use crate::domain::sheet::{Cell, Column, Lead, Row, Sheet, Table, Weight, Words};
use crate::domain::value::State;
use crate::domain::view_state::ViewState;
use crate::framework::schema::{Badge, Grade, Item, On, RatingKind};
use crate::store::reader::ask::Ask;

pub(super) fn fill(ask: &Ask<'_>, view: &ViewState, sheet: &mut Sheet) -> Result<(), Problem> {
    for rating in &ask.framework.ratings {
        let who = who(&rating.on);
        let mut table = match &rating.kind {
            RatingKind::Levels { levels, max, metric } => of_levels(ask, view, who, levels, *max, metric.as_ref())?,
            RatingKind::Badges(badges) => of_badges(ask, view, who, badges)?,
            RatingKind::Score { metric, grades } => of_score(ask, view, who, metric.as_ref(), grades)?,
        };
        table.title = Some(label(&rating.named));
        table.notes.insert(0, Words::fill("panel.from", [owner_name(ask, &rating.named.id)]));
        table.notes.extend(basis_given(&rating.basis));
        sheet.tables.push(table);
    }
    for veto in [true, false] {
        let items: Vec<&Item> = ask.framework.items.iter().filter(|item| item.veto == veto).collect();
        if !items.is_empty() {
            sheet.tables.push(of_items(ask, view, veto, &items)?);
        }
    }
    if sheet.tables.is_empty() {
        sheet.tables.push(Table {
            title: Some(Words::key("panel.ratings.title")),
            empty: Some(Words::key("panel.ratings.empty")),
            ..Table::default()
        });
    }
    Ok(())
}

/// Who is rated, and the unit above.
pub(super) fn who(on: &On) -> [Column; 2] {
    let who = if *on == On::Branch { "panel.branch" } else { "panel.unit" };
    [Column::text(who), Column::text("panel.under").spare(9)]
}

/// The indicator that holds a rating, with what every unit has.
fn held<'a>(ask: &Ask<'a>, view: &ViewState, metric: Option<&IndicatorId>) -> Result<Option<(&'a Indicator, Vec<Own>)>, Problem> {
    let Some(metric) = metric else { return Ok(None) };
    let Some(indicator) = ask.framework.indicators.iter().find(|i| i.id == *metric) else { return Ok(None) };
    Ok(Some((indicator, each(ask, view, indicator)?)))
}

fn unset(columns: Vec<Column>) -> Table {
    Table { columns, empty: Some(Words::key("panel.ratings.unset")), ..Table::default() }
}

fn row_of(ask: &Ask<'_>, unit: &Own, indicator: &Indicator, cells: impl IntoIterator<Item = Cell>) -> Row {
    Row {
        cells: [unit.name(ask), Cell::Text(unit.under(ask))].into_iter().chain(cells).collect(),
        lead: Some(Lead::Number { uid: unit.uid, indicator: indicator.id.clone(), period: None }),
        ..Row::default()
    }
}

/// Units with their level, the lowest first; above them how many are on each.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a level is a small whole number")]
fn of_levels(
    ask: &Ask<'_>,
    view: &ViewState,
    who: [Column; 2],
    levels: &[String],
    max: Option<u8>,
    metric: Option<&IndicatorId>,
) -> Result<Table, Problem> {
    let level = [Column::number("panel.ratings.level"), Column::text("panel.ratings.name").spare(1)];
    let columns: Vec<Column> = who.into_iter().chain(level).collect();
    let Some((indicator, mut units)) = held(ask, view, metric)? else { return Ok(unset(columns)) };
    let level = |unit: &Own| unit.reading.value.filter(|_| unit.reading.state == State::Value).map(|value| value.clamp(0.0, 255.0) as u8);
    units.sort_by_key(|unit| level(unit).unwrap_or(u8::MAX));
    let mut counts: Vec<(u8, u32)> = Vec::new();
    for of in units.iter().filter_map(level) {
        match counts.last_mut() {
            Some((last, n)) if *last == of => *n += 1,
            _ => counts.push((of, 1)),
        }
    }
    let missing = units.iter().filter(|unit| unit.reading.state == State::Missing).count();
    let named = |of: u8| usize::from(of).checked_sub(1).and_then(|n| levels.get(n)).cloned();
    let mut notes: Vec<Words> = counts
        .iter()
        .map(|(of, n)| {
            let name = named(*of).unwrap_or_else(|| of.to_string());
            Words::fill("panel.ratings.count", [Words::data(name), Words::data(n.to_string())])
        })
        .collect();
    notes.push(Words::fill("panel.ratings.missing", [Words::data(missing.to_string())]));
    let rows = units
        .iter()
        .filter(|unit| unit.reading.state != State::NotDue)
        .map(|unit| {
            let of = level(unit);
            let stars = of.map_or(Cell::Missing, |of| Cell::Stars { of, max: max.unwrap_or(0) });
            let name = of.and_then(named).map_or(Cell::Empty, |name| Cell::Text(Words::data(name)));
            row_of(ask, unit, indicator, [stars, name])
        })
        .collect();
    Ok(Table { columns, rows, notes, ..Table::default() })
}

/// Units with their badges: five themes are five columns, won or not, those with the fewest first; of marks
/// for what is bad those with the most. Who reported nothing comes last.
fn of_badges(ask: &Ask<'_>, view: &ViewState, who: [Column; 2], badges: &[Badge]) -> Result<Table, Problem> {
    let heads = badges.iter().map(|badge| Column { head: label(&badge.named), right: false, spare: 0 });
    let mut held_by = Vec::new();
    for badge in badges {
        held_by.push(held(ask, view, badge.metric.as_ref())?);
    }
    let are_bad = held_by.iter().flatten().all(|(indicator, _)| indicator.direction == Direction::Down);
    let sum = Column::number(if are_bad { "panel.ratings.marked" } else { "panel.ratings.won" });
    let columns: Vec<Column> = who.into_iter().chain(heads).chain([sum]).collect();
    let Some((indicator, units)) = held_by.iter().flatten().next() else { return Ok(unset(columns)) };
    let mut rows = Vec::new();
    for (n, unit) in units.iter().enumerate() {
        let mut cells = Vec::new();
        let (mut won, mut told) = (0, false);
        for held in &held_by {
            cells.push(match held.as_ref().map(|(_, of)| of.get(n).filter(|own| own.place == unit.place)) {
                None => Cell::Unset,
                Some(None) => Cell::Missing,
                Some(Some(own)) if own.reading.state == State::Value => {
                    let yes = own.reading.value.is_some_and(|v| v > 0.0);
                    won += u8::from(yes);
                    told = true;
                    Cell::Flag(yes)
                }
                Some(Some(_)) => Cell::Missing,
            });
        }
        // Who reported nothing has not won 0.
        cells.push(match (told, are_bad) {
            (false, _) => Cell::Missing,
            (true, true) => Cell::Number { value: f64::from(won), unit: String::new() },
            (true, false) => Cell::Stars { of: won, max: u8::try_from(badges.len()).unwrap_or(u8::MAX) },
        });
        let weight = if are_bad && won > 0 { Weight::Look } else { Weight::Plain };
        let order = if are_bad { u8::MAX - won } else { won };
        rows.push((!told, order, Row { weight, ..row_of(ask, unit, indicator, cells) }));
    }
    rows.sort_by_key(|(untold, order, _)| (*untold, *order));
    let missing = rows.iter().filter(|(untold, ..)| *untold).count();
    Ok(Table {
        columns,
        rows: rows.into_iter().map(|(.., row)| row).collect(),
        notes: vec![
            Words::key(if are_bad { "panel.ratings.marks" } else { "panel.ratings.badges" }),
            Words::fill("panel.ratings.missing", [Words::data(missing.to_string())]),
        ],
        ..Table::default()
    })
}

fn of_score(ask: &Ask<'_>, view: &ViewState, who: [Column; 2], metric: Option<&IndicatorId>, grades: &[Grade]) -> Result<Table, Problem> {
    let score = [Column::number("panel.ratings.score"), Column::text("panel.ratings.grade")];
    let columns: Vec<Column> = who.into_iter().chain(score).collect();
    let Some((indicator, mut units)) = held(ask, view, metric)? else { return Ok(unset(columns)) };
    let points = |unit: &Own| unit.reading.value.filter(|_| unit.reading.state == State::Value).unwrap_or(f64::INFINITY);
    units.sort_by(|a, b| points(a).total_cmp(&points(b)));
    let missing = units.iter().filter(|unit| unit.reading.state == State::Missing).count();
    let rows = units
        .iter()
        .filter(|unit| unit.reading.state != State::NotDue)
        .map(|unit| {
            let score = super::figure::cell(&unit.reading, false, &indicator.unit);
            row_of(ask, unit, indicator, [score, grade(unit.reading.value, grades)])
        })
        .collect();
    let notes = vec![Words::fill("panel.ratings.missing", [Words::data(missing.to_string())])];
    Ok(Table { columns, rows, notes, ..Table::default() })
}

/// The grade of so many points; 未配置 where the framework gives no grades.
pub(super) fn grade(points: Option<f64>, grades: &[Grade]) -> Cell {
    match points {
        _ if grades.is_empty() => Cell::Unset,
        None => Cell::Missing,
        Some(points) => {
            let won = grades.iter().rev().find(|grade| points >= grade.from);
            won.map_or(Cell::Empty, |grade| Cell::Text(Words::data(&grade.label)))
        }
    }
}

fn of_items(ask: &Ask<'_>, view: &ViewState, veto: bool, items: &[&Item]) -> Result<Table, Problem> {
    let mut rows = Vec::new();
    for item in items {
        let figure = match &item.metric {
            Some(metric) => at_place(ask, view, metric, None)?,
            None => None,
        };
        let state = match (&figure, item.enabled) {
            (_, false) => Cell::Text(Words::key("panel.ratings.off")),
            (Some(figure), true) => figure.cell(),
            (None, true) => Cell::Text(Words::key("panel.ratings.by_person")),
        };
        rows.push(Row {
            cells: vec![Cell::Text(label(&item.named)), state],
            weight: if item.enabled { Weight::Plain } else { Weight::Dim },
            lead: figure.as_ref().map(super::figure::Figure::lead),
            detail: [Words::fill("panel.from", [owner_name(ask, &item.named.id)])].into_iter().chain(basis_given(&item.basis)).collect(),
        });
    }
    Ok(Table {
        title: Some(Words::key(if veto { "panel.ratings.vetoes" } else { "panel.ratings.musts" })),
        columns: vec![Column::text("panel.ratings.item"), Column::number("panel.ratings.held")],
        rows,
        ..Table::default()
    })
}
