//! 片区: sets of units beside the tree, their members, branches over several units.

use super::figure::{Figure, at_place, basis_given};
use crate::domain::id::Uid;
use crate::domain::problem::Problem;
use crate::domain::sheet::{Cell, Column, Lead, Row, Sheet, Table, Weight, Words};
use crate::domain::unit::Subject;
use crate::domain::view_state::ViewState;
use crate::store::reader::ask::{Ask, Place};
use crate::store::reader::covered;
use crate::store::reader::region::{Region, regions, units_of_branch};

/// Names of members in one line at most.
const NAMED: usize = 12;

pub(super) fn fill(ask: &Ask<'_>, view: &ViewState, sheet: &mut Sheet) -> Result<(), Problem> {
    if let Some(place) = ask.standing_in(view.place)? {
        sheet.about.push(Words::data(ask.world.name(place)));
    }
    let indicator = ask.indicator(&view.indicator)?;
    sheet.about.push(Words::both(&indicator.label, &indicator.label_en));
    let mut all = regions(ask)?;
    // Those around one organisation have a sheet of their own.
    all.retain(|region| !ask.framework.groups.iter().any(|group| super::groups::is_of(region, group)));
    sheet.tables.push(overview(ask, view, &all)?);
    sheet.tables.push(members(ask, view, &all)?);
    sheet.tables.push(across(ask, view, &all)?);
    Ok(())
}

fn number(n: usize) -> Cell {
    Cell::Number { value: f64::from(u32::try_from(n).unwrap_or(u32::MAX)), unit: String::new() }
}

fn text(words: &str) -> Cell {
    if words.is_empty() { Cell::Empty } else { Cell::Text(Words::data(words)) }
}

fn label(region: &Region) -> Words {
    Words::both(&region.label, if region.label_en.is_empty() { &region.label } else { &region.label_en })
}

/// A region with the indicator in force over its members, a unit in several parts of it once.
fn overview(ask: &Ask<'_>, view: &ViewState, all: &[Region]) -> Result<Table, Problem> {
    let mut rows = Vec::new();
    for region in all {
        let seen = region.members.iter().map(|uid| ask.seen(*uid)).collect::<Result<Vec<_>, _>>()?;
        let branches = ask.world.branch_table();
        let units = seen.iter().flatten().filter(|(table, _)| *table < branches).count();
        let declared = ask.framework.regions.iter().find(|of| of.named.id.rsplit('/').next() == Some(region.code.as_str()));
        let value = match region.members.is_empty() {
            true => Cell::Unset,
            false => at_place(ask, view, &view.indicator, Some(&region.code))?.as_ref().map_or(Cell::Missing, Figure::cell),
        };
        rows.push(Row {
            cells: vec![
                Cell::Text(label(region)),
                text(&region.kind),
                lead_name(ask, &region.lead).map_or(Cell::Empty, text),
                number(units),
                value,
            ],
            weight: if region.members.is_empty() { Weight::Dim } else { Weight::Plain },
            lead: (!region.members.is_empty()).then(|| Lead::Zone(region.code.clone())),
            detail: declared.map(|of| basis_given(&of.basis)).unwrap_or_default(),
        });
    }
    Ok(Table {
        title: Some(Words::key("places.regions.title")),
        columns: vec![
            Column::text("places.regions.region"),
            Column::text("places.regions.kind").spare(1),
            Column::text("places.regions.lead").spare(2),
            Column::number("places.regions.units"),
            Column::number("places.regions.value"),
        ],
        rows,
        notes: vec![Words::key("places.regions.once")],
        empty: Some(Words::key("places.regions.empty")),
    })
}

/// Every member, region by region.
fn members(ask: &Ask<'_>, view: &ViewState, all: &[Region]) -> Result<Table, Problem> {
    let here = ask.standing_in(view.place)?;
    let mut rows = Vec::new();
    let entities = if all.iter().any(|r| !r.members.is_empty()) { covered::entities(ask)? } else { Default::default() };
    for region in all {
        for uid in &region.members {
            let (name, kind, place) = match ask.seen(*uid)? {
                Some(place) => (ask.world.name(place).to_owned(), kind_of(ask, place), place),
                None => match entities.iter().find(|e| e.uid == *uid) {
                    Some(entity) => (entity.name.clone(), Words::data(&entity.kind), entity.place),
                    None => continue,
                },
            };
            if here.is_some_and(|here| !ask.world.lies_in(place, here)) || ask.within.is_some_and(|w| !ask.world.lies_in(place, w)) {
                continue;
            }
            rows.push(Row {
                cells: vec![Cell::Text(label(region)), text(&name), Cell::Text(kind), text(&ask.path_above(place))],
                lead: Some(Lead::Subject(ask.uid(place))),
                ..Row::default()
            });
        }
    }
    Ok(Table {
        title: Some(Words::key("places.regions.members")),
        columns: vec![
            Column::text("places.regions.region"),
            Column::text("places.regions.member"),
            Column::text("places.regions.is").spare(1),
            Column::text("places.regions.above").spare(2),
        ],
        rows,
        notes: Vec::new(),
        empty: Some(Words::key("places.regions.no_members")),
    })
}

/// Branches that are not nested in the tree: they stand over several units.
fn across(ask: &Ask<'_>, view: &ViewState, all: &[Region]) -> Result<Table, Problem> {
    let here = ask.standing_in(view.place)?;
    let branches = ask.world.branch_table();
    ask.table(branches)?;
    let mut rows = Vec::new();
    for row in ask.world.range(here, branches) {
        let place = (branches, row);
        if ask.within.is_some_and(|within| !ask.world.lies_in(place, within)) {
            continue;
        }
        let units = units_of_branch(ask, all, row)?;
        if units.len() < 2 {
            continue;
        }
        let names: Vec<String> = units.iter().filter_map(|uid| ask.world.place(*uid)).map(|p| ask.world.name(p).to_owned()).collect();
        let more = if names.len() > NAMED { "…" } else { "" };
        rows.push(Row {
            cells: vec![
                text(ask.world.name(place)),
                text(ask.world.branches().kinds.get(row as usize)),
                number(units.len()),
                text(&format!("{}{more}", names[..names.len().min(NAMED)].join("、"))),
            ],
            lead: Some(Lead::Subject(ask.uid(place))),
            ..Row::default()
        });
    }
    Ok(Table {
        title: Some(Words::key("places.regions.across")),
        columns: vec![
            Column::text("places.regions.branch"),
            Column::text("places.regions.kind").spare(1),
            Column::number("places.regions.units"),
            Column::text("places.regions.which"),
        ],
        rows,
        notes: Vec::new(),
        empty: Some(Words::key("places.regions.none_across")),
    })
}

fn kind_of(ask: &Ask<'_>, (table, row): Place) -> Words {
    match (ask.world.subject(table), ask.framework.levels.get(table)) {
        (Subject::Unit, Some(level)) => Words::both(&level.label, if level.label_en.is_empty() { &level.label } else { &level.label_en }),
        _ => Words::data(ask.world.branches().kinds.get(row as usize)),
    }
}

/// The organisation that leads a region, by name where its table gives the code.
pub(super) fn lead_name<'a>(ask: &'a Ask<'_>, lead: &'a str) -> Option<&'a str> {
    let branches = ask.world.branch_table();
    let table = ask.world.table(branches);
    let found = table.codes.iter().position(|code| code == lead);
    found.map(|row| table.names.get(row)).or_else(|| (!lead.is_empty()).then_some(lead))
}

/// Whether a record of a unit belongs to what is looked at; one without a unit is the county's own.
pub(super) fn is_here(ask: &Ask<'_>, view: &ViewState, unit: Option<Uid>) -> Result<Option<Option<Place>>, Problem> {
    let Some(unit) = unit else {
        return Ok((ask.within.is_none()
            && view.place.is_none_or(|uid| ask.world.top().is_some_and(|top| ask.world.table(top).row(uid).is_some())))
        .then_some(None));
    };
    let here = ask.standing_in(view.place)?;
    let found = ask.seen(unit)?.filter(|place| here.is_none_or(|here| ask.world.lies_in(*place, here)));
    Ok(found.map(Some))
}
