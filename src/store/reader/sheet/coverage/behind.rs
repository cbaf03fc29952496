//! Whom a coverage counts: those that are not covered, those that cannot be told, those that are.

use super::super::figure::{basis, label, owner_name};
use super::{Here, LISTED};
use crate::domain::problem::{Problem, Severity};
use crate::domain::sheet::{Cell, Column, Lead, Row, Sheet, Table, Weight, Words};
use crate::domain::view_state::ViewState;
use crate::framework::schema::{Coverage, Covered};
use crate::store::current;
use crate::store::reader::ask::{Ask, Place};
use crate::store::reader::covered;

/// A unit or entity of a coverage.
struct Member {
    /// Whether it counts; `None`: it cannot be told.
    told: Option<bool>,
    row: Row,
}

/// The sheet of a coverage.
pub(in super::super) fn behind(ask: &Ask<'_>, view: &ViewState, id: &str, sheet: &mut Sheet) -> Result<(), Problem> {
    let found = ask.framework.coverages.iter().find(|coverage| coverage.named.id == id);
    let coverage = found.ok_or_else(|| Problem::new("E_COVERAGE_UNKNOWN", Severity::Refused, "").arg(id))?;
    let here = Here::new(ask, view)?;
    sheet.about.push(label(&coverage.named));
    sheet.about.extend(here.place.map(|place| Words::data(ask.world.name(place))));
    let (members, columns) = match coverage.of {
        Covered::Units(_) => (units(ask, &here, coverage)?, [Column::text("panel.unit"), Column::text("panel.under").spare(2)].to_vec()),
        Covered::Entities(_) => (
            entities(ask, &here, coverage)?,
            [
                Column::text("panel.coverage.name"),
                Column::text("panel.unit").spare(2),
                Column::text("panel.coverage.state"),
                Column::text("panel.form.from").spare(1),
            ]
            .to_vec(),
        ),
    };
    let mut notes = vec![Words::fill("panel.from", [owner_name(ask, &coverage.named.id)])];
    if !coverage.definition.is_empty() {
        notes.push(Words::data(&coverage.definition));
    }
    notes.extend(basis(&coverage.basis));
    for (told, title) in [(Some(false), "panel.coverage.bare_n"), (None, "panel.coverage.open_n"), (Some(true), "panel.coverage.covered_n")]
    {
        let of: Vec<&Member> = members.iter().filter(|member| member.told == told).collect();
        let mut notes = notes.clone();
        if of.len() > LISTED {
            notes.push(Words::fill("panel.form.first_of", [LISTED, of.len()].map(|n| Words::data(n.to_string()))));
        }
        sheet.tables.push(Table {
            title: Some(Words::fill(title, [Words::data(of.len().to_string())])),
            columns: columns.clone(),
            rows: of.into_iter().take(LISTED).map(|member| member.row.clone()).collect(),
            notes,
            empty: Some(Words::key("panel.form.no_members")),
        });
    }
    Ok(())
}

fn weight(told: Option<bool>) -> Weight {
    if told == Some(true) { Weight::Plain } else { Weight::Look }
}

fn units(ask: &Ask<'_>, here: &Here, coverage: &Coverage) -> Result<Vec<Member>, Problem> {
    let of = covered::members(ask, coverage)?;
    let row = |(place, told): (Place, Option<bool>)| Member {
        told,
        row: Row {
            cells: vec![Cell::Text(Words::data(ask.world.name(place))), under(ask, ask.world.table(place.0).parent(place.1))],
            weight: weight(told),
            lead: Some(Lead::Subject(ask.uid(place))),
            detail: Vec::new(),
        },
    };
    Ok(of.into_iter().filter(|(place, _)| here.holds(ask, *place)).map(row).collect())
}

fn entities(ask: &Ask<'_>, here: &Here, coverage: &Coverage) -> Result<Vec<Member>, Problem> {
    let mut out = Vec::new();
    for (entity, told) in covered::entities_of(ask, coverage)?.into_iter().filter(|(entity, _)| here.holds(ask, entity.place)) {
        let spot = current::origin(ask.connection, &ask.world, entity.uid)?;
        let line = spot.line.map(|line| format!(":{line}")).unwrap_or_default();
        let detail = entity.fields.iter().map(|(heading, cell)| Words::data(format!("{heading} {cell}"))).collect();
        let state = if entity.word.is_empty() { Cell::Missing } else { Cell::Text(Words::data(&entity.word)) };
        out.push(Member {
            told,
            row: Row {
                cells: vec![
                    Cell::Text(Words::data(&entity.name)),
                    under(ask, Some(entity.place)),
                    state,
                    Cell::Text(Words::data(format!("{}{line}", spot.file))),
                ],
                weight: weight(told),
                lead: Some(Lead::Subject(ask.uid(entity.place))),
                detail,
            },
        });
    }
    Ok(out)
}

/// The units that something lies in, without the county.
fn under(ask: &Ask<'_>, unit: Option<Place>) -> Cell {
    let way: Vec<&str> = unit.iter().flat_map(|unit| ask.world.way(*unit)).map(|place| ask.world.name(place)).collect();
    let below = if way.len() > 1 { &way[1..] } else { &way };
    if below.is_empty() { Cell::Empty } else { Cell::Text(Words::data(below.join("/"))) }
}
