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
            grade(example, &card.grades),
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
        columns.push(Column { head: label(&section.named), right: true, spare: 0 });
        given.push([held(section.own.as_ref())?, held(section.checked.as_ref())?]);
    }
    columns.extend([
        Column::number("panel.scorecards.own_total").spare(2),
        Column::number("panel.scorecards.checked_total"),
        Column::text("panel.scorecards.grade").spare(1),
    ]);
    let of = |given: &Option<Given>, place: Place| given.as_ref()?.points.get(&place).copied();
    let listed = given.iter().flatten().flatten().next().map_or(&[][..], |given| &given.units);
    let mut rows = Vec::new();
    for unit in listed {
        let pairs: Vec<[Option<f64>; 2]> = given.iter().map(|pair| [0, 1].map(|n| of(&pair[n], unit.place))).collect();
        if pairs.iter().flatten().all(Option::is_none) {
            continue;
        }
        let totals = [0, 1].map(|n| pairs.iter().map(|pair| pair[n]).sum::<Option<f64>>());
        let differs = pairs.iter().any(|[own, checked]| matches!((own, checked), (Some(a), Some(b)) if a != b));
        let mut cells = vec![unit.name(ask), Cell::Text(unit.under(ask))];
        cells.extend(pairs.iter().map(|[own, checked]| checked.or(*own).map_or(Cell::Missing, points)));
        cells.extend(totals.map(|total| total.map_or(Cell::Missing, points)));
        cells.push(grade(totals[1].or(totals[0]), &card.grades));
        rows.push(Row {
            cells,
            weight: if differs { Weight::Look } else { Weight::Plain },
            lead: Some(Lead::Subject(unit.uid)),
            detail: card
                .sections
                .iter()
                .zip(&pairs)
                .filter_map(|(section, [own, checked])| match (own, checked) {
                    (Some(own), Some(checked)) if own != checked => Some(Words::fill(
                        "panel.scorecards.differs",
                        [label(&section.named), Words::data(own.to_string()), Words::data(checked.to_string())],
                    )),
                    _ => None,
                })
                .collect(),
        });
    }
    Ok(Table {
        title: Some(Words::fill("panel.scorecards.by_unit", [label(&card.named)])),
        columns,
        rows,
        notes: Vec::new(),
        empty: Some(Words::key("panel.scorecards.no_scores")),
    })
}
