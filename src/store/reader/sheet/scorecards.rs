//! 评分: score cards, as self-assessed and as checked, section by section and unit by unit.

use rustc_hash::FxHashMap;

use super::figure::{Own, basis_given, each, label, owner_name};
use super::ratings::{grade, who};
use crate::domain::id::IndicatorId;
use crate::domain::problem::Problem;
use crate::domain::sheet::{Cell, Column, Lead, Row, Sheet, Table, Weight, Words};
use crate::domain::value::State;
use crate::domain::view_state::ViewState;
use crate::framework::schema::{Scorecard, Section};
use crate::store::reader::ask::{Ask, Place};

pub(super) fn fill(ask: &Ask<'_>, view: &ViewState, sheet: &mut Sheet) -> Result<(), Problem> {
    for card in &ask.framework.scorecards {
        sheet.tables.push(sections(ask, card));
        sheet.tables.push(units(ask, view, card)?);
    }
    if sheet.tables.is_empty() {
        sheet.tables.push(Table {
            title: Some(Words::key("panel.scorecards.title")),
            empty: Some(Words::key("panel.scorecards.empty")),
            ..Table::default()
        });
    }
    Ok(())
}

fn points(value: f64) -> Cell {
    Cell::Number { value, unit: String::new() }
}

/// The card itself: 15/25/30/30, with the example of the material where it gives one.
fn sections(ask: &Ask<'_>, card: &Scorecard) -> Table {
    let row = |section: &Section| Row {
        cells: vec![
            Cell::Text(label(&section.named)),
            points(section.points),
            section.example.map_or(Cell::Empty, points),
            Cell::Flag(section.own.is_some()),
            Cell::Flag(section.checked.is_some()),
        ],
        ..Row::default()
    };
    let example: Option<f64> = card.sections.iter().map(|s| s.example).sum();
    let total = Row {
        cells: vec![
            Cell::Text(Words::key("panel.scorecards.total")),
            points(card.total),
            example.map_or(Cell::Empty, points),
            Cell::Empty,
            example.map_or(Cell::Empty, |example| grade(Some(example), &card.grades)),
        ],
        ..Row::default()
    };
    Table {
        title: Some(label(&card.named)),
        columns: vec![
            Column::text("panel.scorecards.section"),
            Column::number("panel.scorecards.points"),
            Column::number("panel.scorecards.example").spare(1),
            Column::text("panel.scorecards.own").spare(3),
            Column::text("panel.scorecards.checked").spare(2),
        ],
        rows: card.sections.iter().map(row).chain([total]).collect(),
        notes: [Words::fill("panel.from", [owner_name(ask, &card.named.id)])].into_iter().chain(basis_given(&card.basis)).collect(),
        empty: None,
    }
}

/// What was given to whom.
struct Given {
    units: Vec<Own>,
    points: FxHashMap<Place, f64>,
}

/// What each unit was given, as checked where it was checked.
fn units(ask: &Ask<'_>, view: &ViewState, card: &Scorecard) -> Result<Table, Problem> {
    let held = |metric: Option<&IndicatorId>| -> Result<Option<Given>, Problem> {
        let indicator = metric.and_then(|id| ask.framework.indicators.iter().find(|i| i.id == *id));
        let Some(indicator) = indicator else { return Ok(None) };
        let units = each(ask, view, indicator)?;
        let points = |own: &Own| Some((own.place, own.reading.value.filter(|_| own.reading.state == State::Value)?));
        Ok(Some(Given { points: units.iter().filter_map(points).collect(), units }))
    };
    let mut columns = who(&card.on).to_vec();
    let mut given: Vec<[Option<Given>; 2]> = Vec::new();
    for section in &card.sections {
        // The sums say more than the sections, which the details have as well.
        columns.push(Column { head: label(&section.named), right: true, spare: 4 });
        given.push([held(section.own.as_ref())?, held(section.checked.as_ref())?]);
    }
    columns.extend([
        Column::number("panel.scorecards.own_total").spare(2),
        Column::number("panel.scorecards.checked_total"),
        Column::number("panel.scorecards.difference").spare(1),
        Column::text("panel.scorecards.grade").spare(3),
    ]);
    let of = |given: &Option<Given>, place: Place| given.as_ref()?.points.get(&place).copied();
    let listed = given.iter().flatten().flatten().next().map_or(&[][..], |given| &given.units);
    let (mut rows, mut silent) = (Vec::new(), Vec::new());
    for unit in listed.iter().filter(|unit| unit.reading.state != State::NotDue) {
        let pairs: Vec<[Option<f64>; 2]> = given.iter().map(|pair| [0, 1].map(|n| of(&pair[n], unit.place))).collect();
        let to = if pairs.iter().flatten().all(Option::is_none) { &mut silent } else { &mut rows };
        to.push(unit_row(ask, card, unit, &pairs));
    }
    // Who sent nothing comes last.
    let mut notes = vec![Words::key("panel.scorecards.note")];
    notes.extend((!silent.is_empty()).then(|| Words::fill("panel.ratings.missing", [Words::data(silent.len().to_string())])));
    let is_empty = rows.is_empty();
    rows.extend(silent.into_iter().filter(|_| !is_empty));
    Ok(Table {
        title: Some(Words::fill("panel.scorecards.by_unit", [label(&card.named)])),
        columns,
        rows,
        notes,
        empty: Some(Words::key("panel.scorecards.no_scores")),
    })
}

/// A unit: its sections as checked where they were, both sums, and what was taken off.
fn unit_row(ask: &Ask<'_>, card: &Scorecard, unit: &Own, pairs: &[[Option<f64>; 2]]) -> Row {
    let sum = |n: usize| pairs.iter().map(|pair| pair[n]).sum::<Option<f64>>();
    let [own, checked] = [sum(0), sum(1)];
    let none = |n: usize| pairs.iter().all(|pair| pair[n].is_none());
    let lacking =
        |n: usize| Words::fill("panel.scorecards.lacks", [Words::data(pairs.iter().filter(|p| p[n].is_none()).count().to_string())]);
    // What was not checked is not 0, and a sum of some sections is no sum.
    let total = |n: usize, sum: Option<f64>| match sum {
        Some(sum) => points(sum),
        None if !none(n) => Cell::Text(lacking(n)),
        None if n == 1 && !none(0) => Cell::Text(Words::key("panel.scorecards.unchecked")),
        None => Cell::Missing,
    };
    let mut cells = vec![unit.name(ask), Cell::Text(unit.under(ask))];
    cells.extend(pairs.iter().map(|[own, checked]| checked.or(*own).map_or(Cell::Missing, points)));
    cells.extend([total(0, own), total(1, checked)]);
    let taken = own.zip(checked).map(|(own, checked)| checked - own);
    cells.push(taken.map_or(Cell::Empty, |value| Cell::Change { value, unit: String::new() }));
    cells.push(match (checked, grade(own, &card.grades)) {
        (None, Cell::Text(won)) => Cell::Text(Words::fill("panel.scorecards.by_own", [won])),
        (None, cell) => cell,
        (checked, _) => grade(checked, &card.grades),
    });
    let detail = card.sections.iter().zip(pairs).map(|(section, [own, checked])| {
        let told = |points: &Option<f64>, none: &str| points.map_or_else(|| Words::key(none), |points| Words::data(points.to_string()));
        Words::fill(
            "panel.scorecards.both",
            [
                label(&section.named),
                told(own, "sheet.cell.missing"),
                told(checked, "panel.scorecards.unchecked"),
                Words::data(section.points.to_string()),
            ],
        )
    });
    let differs = pairs.iter().any(|[own, checked]| matches!((own, checked), (Some(a), Some(b)) if a != b));
    Row {
        cells,
        weight: match (none(0) && none(1), differs) {
            (true, _) => Weight::Dim,
            (_, true) => Weight::Look,
            _ => Weight::Plain,
        },
        lead: Some(Lead::Subject(unit.uid)),
        detail: detail.collect(),
    }
}
