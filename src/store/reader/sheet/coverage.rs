//! 覆盖: the two coverages as 2×2 with what stands over and under the line, the official states, what
//! should have an organisation and has none, who has neither organisation nor instructor, uncovered units.

mod behind;

use std::collections::BTreeMap;

pub(super) use self::behind::behind;
use super::figure::{basis, label, owner_name};
use super::leads::under;
use crate::domain::behind::Behind;
use crate::domain::coverage::{CoverageState, INSTRUCTOR};
use crate::domain::problem::Problem;
use crate::domain::sheet::{Cell, Column, Lead, Row, Sheet, SheetKind, Table, Weight, Words};
use crate::domain::view_state::ViewState;
use crate::framework::schema::{Coverage, Covered, Establish, EstablishOn};
use crate::rules::{Truth, in_force};
use crate::store::reader::ask::{Ask, Place, Zones};
use crate::store::reader::covered::{self, Entity};
use crate::store::reader::told::Of;

/// Rows of a list at most; its note counts all of them.
const LISTED: usize = 500;

pub(super) fn fill(ask: &Ask<'_>, view: &ViewState, sheet: &mut Sheet) -> Result<(), Problem> {
    let here = Here::new(ask, view)?;
    let entities: Vec<Entity> = covered::entities(ask)?.iter().filter(|e| here.holds(ask, e.place)).cloned().collect();
    if let Some(place) = here.place {
        sheet.about.push(Words::data(ask.world.name(place)));
    }
    sheet.tables.push(two_by_two(ask, &here)?);
    sheet.tables.push(states(ask, &entities));
    sheet.tables.push(should(ask, &entities));
    sheet.tables.push(uncovered(ask, &entities));
    sheet.tables.push(misfits(ask, &here)?);
    for coverage in &ask.framework.coverages {
        if let Covered::Units(_) = coverage.of {
            sheet.tables.push(units(ask, &here, coverage)?);
        }
    }
    Ok(())
}

/// Place and scope of the sheet.
struct Here {
    place: Option<Place>,
    zones: Option<Zones>,
}

impl Here {
    fn new(ask: &Ask<'_>, view: &ViewState) -> Result<Self, Problem> {
        Ok(Self { place: ask.standing_in(view.place)?, zones: Zones::of(ask, &view.scope)? })
    }

    fn holds(&self, ask: &Ask<'_>, place: Place) -> bool {
        let within = |above: Place| place == above || ask.world.lies_in(place, above);
        self.place.is_none_or(within) && self.zones.as_ref().is_none_or(|z| z.own[place.0][place.1 as usize])
    }

    /// A coverage at the place.
    fn share(&self, ask: &Ask<'_>, coverage: &Coverage) -> Result<covered::Tally, Problem> {
        let mut sum = [0; 3];
        for (place, told) in covered::members(ask, coverage)? {
            if self.holds(ask, place) {
                match told {
                    Some(covered) => sum = [sum[0] + u32::from(covered), sum[1] + 1, sum[2]],
                    None => sum[2] += 1,
                }
            }
        }
        Ok(sum)
    }
}

fn number(n: usize) -> Cell {
    Cell::Number { value: f64::from(u32::try_from(n).unwrap_or(u32::MAX)), unit: String::new() }
}

fn share([num, den, open]: covered::Tally) -> Cell {
    match (den, open) {
        (0, 0) => Cell::Text(Words::key("panel.none")),
        (0, _) => Cell::Missing,
        _ => Cell::Share { num: f64::from(num), den: f64::from(den) },
    }
}

/// Work coverage counts instructors too.
fn is_work(coverage: &Coverage) -> bool {
    coverage.counts_as.iter().any(|word| word == INSTRUCTOR)
}

/// Kinds of entities × organisation and work, framework by framework where their definitions differ; then
/// the units.
fn two_by_two(ask: &Ask<'_>, here: &Here) -> Result<Table, Problem> {
    let mut rows = Vec::new();
    for coverage in &ask.framework.coverages {
        let tally = here.share(ask, coverage)?;
        let (of, kind) = match &coverage.of {
            Covered::Entities(kind) if is_work(coverage) => (Words::data(kind), "panel.coverage.work"),
            Covered::Entities(kind) => (Words::data(kind), "panel.coverage.organisation"),
            Covered::Units(level) => {
                let level = ask.framework.levels.iter().find(|l| l.code == *level);
                (level.map_or_else(|| Words::data(""), |l| Words::both(&l.label, &l.label_en)), "panel.coverage.organisation")
            }
        };
        let mut detail = vec![Words::fill("panel.from", [owner_name(ask, &coverage.named.id)])];
        if !coverage.definition.is_empty() {
            detail.push(Words::data(&coverage.definition));
        }
        if !coverage.counts_as.is_empty() {
            detail.push(Words::fill("panel.coverage.counts_as", [Words::data(coverage.counts_as.join("、"))]));
        }
        detail.extend(basis(&coverage.basis));
        if tally[2] > 0 {
            detail.push(Words::fill("panel.coverage.not_told", [Words::data(tally[2].to_string())]));
        }
        let counted = ask.framework.indicators.iter().find(|i| i.coverage.as_ref() == Some(&coverage.named.id));
        rows.push(Row {
            cells: vec![
                Cell::Text(label(&coverage.named)),
                Cell::Text(of),
                Cell::Text(Words::key(kind)),
                share(tally),
                number(tally[2] as usize),
            ],
            weight: Weight::Plain,
            // The list of whom it counts, where no indicator has it on the map.
            lead: Some(match counted {
                Some(i) => Lead::Indicator(i.id.clone()),
                None => Lead::Sheet(SheetKind::Behind { of: Behind::Coverage { id: coverage.named.id.clone() } }),
            }),
            detail,
        });
    }
    Ok(Table {
        title: Some(Words::key("panel.coverage.title")),
        columns: vec![
            Column::text("panel.coverage.what"),
            Column::text("panel.coverage.of").spare(2),
            Column::text("panel.coverage.which").spare(1),
            Column::number("panel.coverage.share"),
            Column::number("panel.coverage.open").spare(3),
        ],
        rows,
        notes: vec![Words::key("panel.coverage.note")],
        empty: Some(Words::key("panel.coverage.empty")),
    })
}

/// Kinds of entities × the states of the statistics.
fn states(ask: &Ask<'_>, entities: &[Entity]) -> Table {
    let kinds: Vec<&str> = ask
        .framework
        .coverages
        .iter()
        .filter_map(|c| match &c.of {
            Covered::Entities(kind) => Some(kind.as_str()),
            Covered::Units(_) => None,
        })
        .collect();
    // Under the framework's word where it has one, else under the table's own.
    let mut by_kind: BTreeMap<String, Vec<&Entity>> = BTreeMap::new();
    for entity in entities {
        let kind = kinds.iter().find(|kind| covered::is_word(ask.framework, kind, &entity.kind)).copied().unwrap_or(&entity.kind);
        by_kind.entry(kind.to_owned()).or_default().push(entity);
    }
    let row = |(kind, of): (String, Vec<&Entity>)| {
        let mut cells = vec![Cell::Text(Words::data(kind)), number(of.len())];
        cells.extend(CoverageState::ALL.map(|state| number(of.iter().filter(|e| e.state == Some(state)).count())));
        cells.push(number(of.iter().filter(|e| e.state.is_none()).count()));
        Row { cells, ..Row::default() }
    };
    let mut columns = vec![Column::text("panel.coverage.of"), Column::number("panel.coverage.all")];
    columns.extend(CoverageState::ALL.map(|state| Column::number(state.key())));
    columns.push(Column::number("panel.coverage.state_missing").spare(1));
    Table {
        title: Some(Words::key("panel.coverage.states")),
        columns,
        rows: by_kind.into_iter().map(row).collect(),
        notes: vec![Words::key("panel.coverage.states_note")],
        empty: Some(Words::key("panel.coverage.no_entities")),
    }
}

/// What a framework says should have an organisation and has none: 100 employees, 30 staff, 3 members.
fn should(ask: &Ask<'_>, entities: &[Entity]) -> Table {
    let (mut rows, mut open, mut count) = (Vec::new(), 0u32, 0u32);
    for entity in entities {
        let before = rows.len();
        for rule in &ask.framework.establish {
            let EstablishOn::Entity(kind) = &rule.on else { continue };
            if !covered::is_word(ask.framework, kind, &entity.kind) || !in_force(&rule.basis, ask.world.at.day) {
                continue;
            }
            // A number 未配置 is not what the register leaves open.
            let told = if rule.when.is_unset() { Truth::Fails } else { covered::told(ask, &rule.when, entity) };
            let there = covered::is_any(&rule.expect, entity);
            match (told, there) {
                (Truth::Holds, Some(false)) => rows.push(should_row(ask, entity, rule)),
                (Truth::Holds, None) | (Truth::Unknown, Some(false) | None) => open += 1,
                _ => {}
            }
        }
        count += u32::from(rows.len() > before);
    }
    rows.truncate(LISTED);
    Table {
        title: Some(Words::key("panel.coverage.should")),
        columns: vec![
            Column::text("panel.coverage.name"),
            Column::text("panel.coverage.of").spare(3),
            Column::text("panel.unit").spare(1),
            Column::text("panel.coverage.state").spare(2),
            Column::text("panel.coverage.why"),
        ],
        rows,
        notes: vec![Words::fill("panel.coverage.should_count", [count.to_string(), open.to_string()].map(Words::data))],
        empty: Some(Words::key("panel.coverage.none_should")),
    }
}

fn should_row(ask: &Ask<'_>, entity: &Entity, rule: &Establish) -> Row {
    let values: Vec<String> = rule
        .when
        .fields()
        .into_iter()
        .filter_map(|heading| entity.fields.iter().find(|(h, _)| h == heading))
        .map(|(heading, cell)| format!("{heading} {cell}"))
        .collect();
    let mut detail = vec![label(&rule.named), Words::fill("panel.from", [owner_name(ask, &rule.named.id)])];
    detail.extend(basis(&rule.basis));
    Row {
        cells: vec![
            Cell::Text(Words::data(&entity.name)),
            Cell::Text(Words::data(&entity.kind)),
            Cell::Text(Words::data(ask.path(entity.place))),
            Cell::Text(Words::data(&entity.word)),
            Cell::Text(Words::data(values.join("、"))),
        ],
        weight: Weight::Urgent,
        lead: Some(Lead::Subject(ask.uid(entity.place))),
        detail,
    }
}

/// Neither organisation nor instructor, and those of which it is not told.
fn uncovered(ask: &Ask<'_>, entities: &[Entity]) -> Table {
    let without: Vec<&Entity> =
        entities.iter().filter(|e| e.state.is_some_and(|state| !state.is_organised()) && e.instructor == Some(false)).collect();
    let open = entities.iter().filter(|e| !e.state.is_some_and(CoverageState::is_organised) && e.instructor.is_none()).count();
    let row = |entity: &&Entity| Row {
        cells: vec![
            Cell::Text(Words::data(&entity.name)),
            Cell::Text(Words::data(&entity.kind)),
            Cell::Text(Words::data(ask.path(entity.place))),
            Cell::Text(Words::data(&entity.word)),
        ],
        weight: Weight::Look,
        lead: Some(Lead::Subject(ask.uid(entity.place))),
        detail: entity.fields.iter().map(|(heading, cell)| Words::data(format!("{heading} {cell}"))).collect(),
    };
    let mut notes = vec![Words::fill("panel.coverage.without", [Words::data(without.len().to_string())])];
    if open > 0 {
        notes.push(Words::fill("panel.coverage.instructor_open", [Words::data(open.to_string())]));
    }
    Table {
        title: Some(Words::key("panel.coverage.neither")),
        columns: vec![
            Column::text("panel.coverage.name"),
            Column::text("panel.coverage.of").spare(2),
            Column::text("panel.unit"),
            Column::text("panel.coverage.state").spare(1),
        ],
        rows: without.iter().take(LISTED).map(row).collect(),
        notes,
        empty: Some(Words::key("panel.coverage.none_without")),
    }
}

/// Branches of another kind than a framework asks of so many members.
fn misfits(ask: &Ask<'_>, here: &Here) -> Result<Table, Problem> {
    let is_of = |e: &Establish| e.on == EstablishOn::Branch && in_force(&e.basis, ask.world.at.day) && !e.when.is_unset();
    let rules: Vec<(usize, &Establish)> = ask.framework.establish.iter().enumerate().filter(|(_, e)| is_of(e)).collect();
    let told = ask.told(Of::Establish)?;
    let branches = ask.world.branch_table();
    ask.table(branches)?;
    let (mut rows, mut open, mut count) = (Vec::new(), 0u32, 0u32);
    for place in ask.world.range(here.place, branches).map(|row| (branches, row)) {
        if !here.holds(ask, place) {
            continue;
        }
        let kind = ask.world.branches().kinds.get(place.1 as usize);
        for (n, rule) in &rules {
            if rule.expect.iter().any(|word| covered::is_word(ask.framework, word, kind)) {
                continue;
            }
            match told.applies(*n, place) {
                Some(true) => {
                    count += 1;
                    if rows.len() < LISTED {
                        rows.push(misfit(ask, place, kind, rule));
                    }
                }
                Some(false) => {}
                None => open += 1,
            }
        }
    }
    Ok(Table {
        title: Some(Words::key("panel.coverage.misfits")),
        columns: vec![
            Column::text("panel.coverage.name"),
            Column::text("panel.unit").spare(2),
            Column::text("panel.coverage.kind"),
            Column::text("panel.coverage.expected"),
            Column::text("panel.coverage.rule").spare(1),
        ],
        rows,
        notes: vec![Words::fill("panel.coverage.misfit_count", [count.to_string(), open.to_string()].map(Words::data))],
        empty: Some(Words::key("panel.coverage.no_misfits")),
    })
}

fn misfit(ask: &Ask<'_>, place: Place, kind: &str, rule: &Establish) -> Row {
    let mut detail = vec![Words::fill("panel.from", [owner_name(ask, &rule.named.id)])];
    detail.extend(basis(&rule.basis));
    Row {
        cells: vec![
            Cell::Text(Words::data(ask.world.name(place))),
            under(ask, place),
            Cell::Text(Words::data(kind)),
            Cell::Text(Words::data(rule.expect.join("、"))),
            Cell::Text(label(&rule.named)),
        ],
        weight: Weight::Look,
        lead: Some(Lead::Subject(ask.uid(place))),
        detail,
    }
}

/// The units that are not covered by the framework's own definition: 空白点.
fn units(ask: &Ask<'_>, here: &Here, coverage: &Coverage) -> Result<Table, Problem> {
    let members = covered::members(ask, coverage)?;
    let bare: Vec<Place> =
        members.iter().filter(|(place, told)| *told == Some(false) && here.holds(ask, *place)).map(|(p, _)| *p).collect();
    let row = |place: &Place| Row {
        cells: vec![Cell::Text(Words::data(ask.world.name(*place))), under(ask, *place)],
        weight: Weight::Look,
        lead: Some(Lead::Subject(ask.uid(*place))),
        detail: Vec::new(),
    };
    let mut notes = vec![Words::fill("panel.coverage.bare", [Words::data(bare.len().to_string())])];
    if bare.len() > LISTED {
        notes.push(Words::fill("leads.first_of", [LISTED, bare.len()].map(|n| Words::data(n.to_string()))));
    }
    if !coverage.definition.is_empty() {
        notes.push(Words::data(&coverage.definition));
    }
    notes.push(Words::fill("panel.from", [owner_name(ask, &coverage.named.id)]));
    Ok(Table {
        title: Some(label(&coverage.named)),
        columns: vec![Column::text("panel.unit"), Column::text("panel.under")],
        rows: bare.iter().take(LISTED).map(row).collect(),
        notes,
        empty: Some(Words::key("panel.coverage.all_covered")),
    })
}
