//! 1+X: one organisation and those around it, from the regions of the group's name; who stands around none.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashSet;

use super::figure::{at_place, label, owner_name};
use super::regions::lead_name;
use crate::domain::id::Uid;
use crate::domain::problem::Problem;
use crate::domain::sheet::{Cell, Column, Lead, Row, Sheet, Table, Weight, Words};
use crate::domain::view_state::ViewState;
use crate::framework::schema::Group;
use crate::store::reader::ask::{Ask, Place, Zones};
use crate::store::reader::covered;
use crate::store::reader::region::{Region, regions};
use crate::store::reader::told::{Of, Told};

/// What stands between the kinds of an X.
const BETWEEN: [char; 4] = ['、', '，', ',', '/'];
/// Branches listed at most; the note counts all of them.
const LISTED: usize = 500;

/// What is said of a group as a whole.
struct Standing<'a> {
    group: &'a Group,
    /// The groups that tables brought, those at the place of the view.
    formed: Vec<&'a Region>,
    /// Branches that should stand in one.
    due: Vec<Place>,
    /// Of these, those that do not.
    outside: Vec<Place>,
    /// Branches of which that cannot be told.
    open: usize,
    /// Whether the X are kinds of branches at all.
    known: bool,
}

pub(super) fn fill(ask: &Ask<'_>, view: &ViewState, sheet: &mut Sheet) -> Result<(), Problem> {
    if let Some(place) = ask.standing_in(view.place)? {
        sheet.about.push(Words::data(ask.world.name(place)));
    }
    let all = regions(ask)?;
    let mut standings = Vec::new();
    let told = ask.told(Of::Groups)?;
    for (n, group) in ask.framework.groups.iter().enumerate() {
        standings.push(standing(ask, view, (n, group), &told, &all)?);
    }
    let mut rows = Vec::new();
    for standing in &standings {
        rows.push(whole(ask, view, standing)?);
    }
    sheet.tables.push(Table {
        title: Some(Words::key("places.groups.title")),
        columns: vec![
            Column::text("places.groups.group"),
            Column::text("places.groups.one").spare(2),
            Column::text("places.groups.x").spare(3),
            Column::number("places.groups.formed"),
            Column::number("places.groups.inside"),
            Column::number("places.groups.metric").spare(1),
        ],
        rows,
        notes: vec![Words::key("places.groups.note")],
        empty: Some(Words::key("places.groups.empty")),
    });
    sheet.tables.push(formed(ask, &standings)?);
    sheet.tables.push(outside(ask, &standings));
    Ok(())
}

fn number(n: usize) -> Cell {
    Cell::Number { value: f64::from(u32::try_from(n).unwrap_or(u32::MAX)), unit: String::new() }
}

fn count(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}

fn text(words: &str) -> Cell {
    if words.is_empty() { Cell::Empty } else { Cell::Text(Words::data(words)) }
}

/// Whether a region is one of a group: by the word of its kind.
pub(super) fn is_of(region: &Region, group: &Group) -> bool {
    let id = &group.named.id;
    [id.as_str(), id.rsplit('/').next().unwrap_or(id), &group.named.label, &group.named.label_en].contains(&region.kind.as_str())
}

fn standing<'a>(
    ask: &Ask<'a>,
    view: &ViewState,
    (n, group): (usize, &'a Group),
    told: &Told,
    all: &'a [Region],
) -> Result<Standing<'a>, Problem> {
    let here = ask.standing_in(view.place)?;
    let zones = Zones::of(ask, &view.scope)?;
    let is_in = |at: Place| {
        let below = |above: Place| at == above || ask.world.lies_in(at, above);
        here.is_none_or(below) && ask.within.is_none_or(below) && zones.as_ref().is_none_or(|z| z.own[at.0][at.1 as usize])
    };
    let mut formed = Vec::new();
    let mut taken: FxHashSet<Uid> = FxHashSet::default();
    let mut ones: BTreeSet<&str> = BTreeSet::new();
    for region in all.iter().filter(|region| is_of(region, group)) {
        taken.extend(&region.members);
        ones.insert(&region.lead);
        let mut near = false;
        for uid in &region.members {
            near |= ask.seen(*uid)?.is_some_and(is_in);
        }
        if near {
            formed.push(region);
        }
    }
    let branches = ask.world.branch_table();
    ask.table(branches)?;
    let kinds: BTreeSet<&str> = group.x.split(BETWEEN).map(str::trim).collect();
    let (mut due, mut outside, mut open, mut known) = (Vec::new(), Vec::new(), 0, false);
    for row in ask.world.range(None, branches) {
        if !kinds.contains(ask.world.branches().kinds.get(row as usize)) {
            continue;
        }
        known = true;
        let (place, table) = ((branches, row), ask.world.table(branches));
        // The one of a group is not one of its X.
        if !is_in(place) || [&table.codes, &table.names].iter().any(|of| ones.contains(of.get(row as usize))) {
            continue;
        }
        match told.applies(n, place) {
            Some(false) => {}
            None => open += 1,
            Some(true) => {
                due.push(place);
                if !taken.contains(&ask.uid(place)) {
                    outside.push(place);
                }
            }
        }
    }
    Ok(Standing { group, formed, due, outside, open, known })
}

/// A group of a framework: how many there are, and how many of the X stand in one.
fn whole(ask: &Ask<'_>, view: &ViewState, of: &Standing<'_>) -> Result<Row, Problem> {
    let figure = match &of.group.metric {
        Some(metric) => at_place(ask, view, metric, None)?,
        None => None,
    };
    let inside = of.due.len() - of.outside.len();
    let mut detail = vec![
        Words::fill("panel.from", [owner_name(ask, &of.group.named.id)]),
        Words::fill("places.groups.shape", [Words::data(&of.group.one), Words::data(&of.group.x)]),
    ];
    if !of.known {
        detail.push(Words::key("places.groups.no_kind"));
    }
    if of.open > 0 {
        detail.push(Words::fill("places.groups.open", [Words::data(of.open.to_string())]));
    }
    Ok(Row {
        cells: vec![
            Cell::Text(label(&of.group.named)),
            text(&of.group.one),
            text(&of.group.x),
            // Nobody brought any: how many there are is not known.
            if of.formed.is_empty() { Cell::Missing } else { number(of.formed.len()) },
            match (of.formed.is_empty(), of.due.is_empty()) {
                (true, _) | (_, true) => Cell::Missing,
                _ => Cell::Share { num: count(inside), den: count(of.due.len()) },
            },
            figure.as_ref().map_or(Cell::Unset, super::figure::Figure::cell),
        ],
        weight: match (of.formed.is_empty(), of.outside.is_empty()) {
            (true, _) => Weight::Dim,
            (_, false) => Weight::Look,
            _ => Weight::Good,
        },
        lead: figure.as_ref().map(super::figure::Figure::lead),
        detail,
    })
}

/// Each one with its X; a row shows them on list and map.
fn formed(ask: &Ask<'_>, standings: &[Standing<'_>]) -> Result<Table, Problem> {
    let entities = if standings.iter().all(|s| s.formed.is_empty()) { Default::default() } else { covered::entities(ask)? };
    let branches = ask.world.branch_table();
    let mut rows = Vec::new();
    for (of, region) in standings.iter().flat_map(|of| of.formed.iter().map(move |region| (of, region))) {
        let (mut kinds, mut units): (BTreeMap<String, usize>, BTreeSet<Place>) = Default::default();
        let mut names = Vec::new();
        for uid in &region.members {
            let (name, kind, at) = match (ask.seen(*uid)?, entities.iter().find(|e| e.uid == *uid)) {
                (Some(place), _) if place.0 == branches => {
                    let kind = ask.world.branches().kinds.get(place.1 as usize);
                    (ask.world.name(place).to_owned(), kind.to_owned(), ask.world.table(branches).parent(place.1))
                }
                (Some(place), _) => (ask.world.name(place).to_owned(), ask.world.levels[place.0].to_string(), Some(place)),
                (None, Some(entity)) => (entity.name.clone(), entity.kind.clone(), Some(entity.place)),
                (None, None) => continue,
            };
            *kinds.entry(kind).or_default() += 1;
            units.extend(at.and_then(|at| ask.world.table(at.0).parent(at.1).or(Some(at))));
            names.push(name);
        }
        let one = lead_name(ask, &region.lead);
        let mut detail: Vec<Words> =
            kinds.iter().map(|(kind, n)| Words::fill("places.lists.in_state", [Words::data(kind), Words::data(n.to_string())])).collect();
        detail.push(Words::data(names.join("、")));
        let over: Vec<&str> = units.iter().map(|at| ask.world.name(*at)).collect();
        rows.push(Row {
            cells: vec![
                Cell::Text(Words::data(&region.label)),
                Cell::Text(label(&of.group.named)),
                one.map_or(Cell::Missing, |one| Cell::Text(Words::data(one))),
                number(names.len()),
                text(&over.join("、")),
            ],
            weight: Weight::Plain,
            lead: Some(Lead::Zone(region.code.clone())),
            detail,
        });
    }
    Ok(Table {
        title: Some(Words::key("places.groups.each")),
        columns: vec![
            Column::text("places.groups.name"),
            Column::text("places.groups.group").spare(2),
            Column::text("places.groups.one").spare(1),
            Column::number("places.groups.members"),
            Column::text("places.groups.over").spare(3),
        ],
        rows,
        notes: Vec::new(),
        empty: Some(Words::key("places.groups.none_formed")),
    })
}

/// Branches that should stand in one and do not.
fn outside(ask: &Ask<'_>, standings: &[Standing<'_>]) -> Table {
    let mut rows = Vec::new();
    let (mut all, mut unclear) = (0, Vec::new());
    for of in standings {
        if !of.known || of.formed.is_empty() {
            unclear.push(Words::fill("places.groups.cannot_tell", [label(&of.group.named)]));
            continue;
        }
        all += of.outside.len();
        rows.extend(of.outside.iter().take(LISTED.saturating_sub(rows.len())).map(|place| Row {
            cells: vec![
                text(ask.world.name(*place)),
                text(ask.world.branches().kinds.get(place.1 as usize)),
                Cell::Text(Words::data(ask.path_above(*place))),
                Cell::Text(label(&of.group.named)),
            ],
            weight: Weight::Look,
            lead: Some(Lead::Subject(ask.uid(*place))),
            detail: vec![Words::fill("places.groups.shape", [Words::data(&of.group.one), Words::data(&of.group.x)])],
        }));
    }
    let mut notes = Vec::new();
    if all > 0 {
        notes.push(Words::fill("places.groups.outside_count", [Words::data(all.to_string())]));
    }
    let none = if unclear.len() == standings.len() { "places.groups.none_known" } else { "places.groups.none_outside" };
    notes.extend(unclear);
    Table {
        title: Some(Words::key("places.groups.outside")),
        columns: vec![
            Column::text("places.regions.branch"),
            Column::text("places.regions.kind").spare(1),
            Column::text("panel.unit"),
            Column::text("places.groups.group").spare(2),
        ],
        rows,
        notes,
        empty: Some(Words::key(none)),
    }
}
