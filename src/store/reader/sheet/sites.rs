//! 场所: rooms and stations by kind and state with their season and area; of one kind, each of them.

use std::collections::BTreeMap;

use super::figure::{basis, each, label, owner_name};
use super::regions::is_here;
use crate::domain::map_layer::is_open;
use crate::domain::problem::Problem;
use crate::domain::sheet::{Cell, Column, Lead, Row, Sheet, SheetKind, Table, Weight, Words};
use crate::domain::value::State;
use crate::domain::view_state::ViewState;
use crate::framework::schema::{Premises, Rooms};
use crate::store::reader::ask::{Ask, Place, Zones};
use crate::store::reader::map_layer;
use crate::store::reader::told::{Of, Told};
use crate::store::record::Record;

/// States that have a column of their own, the most frequent; the rest are summed.
const STATES: usize = 5;

/// A place of the county's tables, and where it belongs.
struct Site {
    record: Record,
    at: Option<Place>,
}

impl Site {
    fn kind(&self) -> &str {
        self.record.get("kind")
    }

    fn state(&self) -> &str {
        self.record.get("state")
    }

    fn area_m2(&self) -> Option<f64> {
        self.record.number("area_m2")
    }

    /// From and to month; `None`: all the year, or not told.
    fn season(&self) -> Option<(i8, i8)> {
        let month = |role: &str| self.record.get(role).parse::<i8>().ok();
        month("from").zip(month("to"))
    }
}

pub(super) fn fill(ask: &Ask<'_>, view: &ViewState, kind: &str, sheet: &mut Sheet) -> Result<(), Problem> {
    if let Some(place) = ask.standing_in(view.place)? {
        sheet.about.push(Words::data(ask.world.name(place)));
    }
    let sites = sites(ask, view)?;
    if kind.is_empty() {
        sheet.tables.push(overview(ask, &sites));
        sheet.tables.push(premises(ask, view)?);
        return Ok(());
    }
    let of: Vec<&Site> = sites.iter().filter(|site| site.kind() == kind).collect();
    for state in states(of.iter().copied()) {
        sheet.tables.push(of_state(ask, state, of.iter().filter(|site| site.state() == state)));
    }
    if sheet.tables.is_empty() {
        sheet.tables.push(of_state(ask, "", std::iter::empty()));
    }
    Ok(())
}

/// Every place at the place of the view, in scope.
fn sites(ask: &Ask<'_>, view: &ViewState) -> Result<Vec<Site>, Problem> {
    let zones = Zones::of(ask, &view.scope)?;
    let mut out = Vec::new();
    for record in map_layer::places(ask)?.iter() {
        let Some(at) = is_here(ask, view, record.unit)? else { continue };
        if zones.as_ref().is_none_or(|z| at.is_some_and(|(t, row)| z.own[t][row as usize])) {
            out.push(Site { record: record.clone(), at });
        }
    }
    Ok(out)
}

/// The states that there are, the most frequent first; what is not told comes last.
fn states<'s>(sites: impl Iterator<Item = &'s Site>) -> Vec<&'s str> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for site in sites {
        *counts.entry(site.state()).or_default() += 1;
    }
    let mut states: Vec<(&str, usize)> = counts.into_iter().collect();
    states.sort_by_key(|(state, n)| (state.is_empty(), std::cmp::Reverse(*n)));
    states.into_iter().map(|(state, _)| state).collect()
}

fn number(n: usize) -> Cell {
    Cell::Number { value: f64::from(u32::try_from(n).unwrap_or(u32::MAX)), unit: String::new() }
}

fn text(words: &str) -> Cell {
    if words.is_empty() { Cell::Empty } else { Cell::Text(Words::data(words)) }
}

fn kind_words(kind: &str) -> Words {
    if kind.is_empty() { Words::key("places.map.other") } else { Words::data(kind) }
}

fn state_words(state: &str) -> Words {
    if state.is_empty() { Words::key("places.sites.no_state") } else { Words::data(state) }
}

fn season_words((from, to): (i8, i8)) -> Words {
    Words::fill("places.sites.months", [from, to].map(|month| Words::data(month.to_string())))
}

/// Kinds × states; a row opens the places of its kind.
fn overview(ask: &Ask<'_>, sites: &[Site]) -> Table {
    let told: Vec<&str> = states(sites.iter()).into_iter().filter(|state| !state.is_empty()).collect();
    let (own, rest) = told.split_at(told.len().min(STATES));
    let mut kinds: BTreeMap<&str, Vec<&Site>> = BTreeMap::new();
    for site in sites {
        kinds.entry(site.kind()).or_default().push(site);
    }
    let mut columns = vec![Column::text("places.sites.kind"), Column::number("places.sites.all")];
    columns.extend(own.iter().map(|state| Column { head: Words::data(*state), right: true, spare: 0 }));
    if !rest.is_empty() {
        columns.push(Column::number("places.sites.rest").spare(1));
    }
    columns.extend([
        Column::number("places.sites.no_state").spare(2),
        Column::number("places.sites.closed").spare(3),
        Column::number("places.sites.nowhere").spare(4),
    ]);
    let month = ask.world.at.day.month();
    let row = |(kind, of): (&str, Vec<&Site>)| {
        let count = |is: &dyn Fn(&Site) -> bool| of.iter().filter(|site| is(site)).count();
        let mut cells = vec![Cell::Text(kind_words(kind)), number(of.len())];
        cells.extend(own.iter().map(|state| number(count(&|site| site.state() == *state))));
        if !rest.is_empty() {
            cells.push(number(count(&|site| rest.contains(&site.state()))));
        }
        let untold = count(&|site| site.state().is_empty());
        cells.extend([
            number(untold),
            number(count(&|site| !is_open(site.season(), month))),
            number(count(&|site| site.record.shape_deg.is_empty())),
        ]);
        let mut seasons: BTreeMap<(i8, i8), usize> = BTreeMap::new();
        for season in of.iter().filter_map(|site| site.season()) {
            *seasons.entry(season).or_default() += 1;
        }
        let mut detail: Vec<Words> = states(of.iter().copied())
            .into_iter()
            .map(|state| {
                Words::fill("places.lists.in_state", [state_words(state), Words::data(count(&|site| site.state() == state).to_string())])
            })
            .collect();
        detail.extend(
            seasons
                .into_iter()
                .map(|(season, n)| Words::fill("places.sites.in_season", [season_words(season), Words::data(n.to_string())])),
        );
        let areas: Vec<f64> = of.iter().filter_map(|site| site.area_m2()).collect();
        if !areas.is_empty() {
            let sum: f64 = areas.iter().sum();
            detail.push(Words::fill("places.sites.areas", [sum.to_string(), areas.len().to_string()].map(Words::data)));
        }
        Row {
            cells,
            weight: if untold == of.len() { Weight::Dim } else { Weight::Plain },
            lead: (!kind.is_empty()).then(|| Lead::Sheet(SheetKind::Sites { kind: kind.to_owned() })),
            detail,
        }
    };
    Table {
        title: Some(Words::key("places.sites.title")),
        columns,
        rows: kinds.into_iter().map(row).collect(),
        notes: vec![Words::key("places.sites.note")],
        empty: Some(Words::key("places.map.absent")),
    }
}

/// The places of one kind in one state; a row leads to the map, with all of the kind drawn.
fn of_state<'s>(ask: &Ask<'_>, state: &str, sites: impl Iterator<Item = &'s &'s Site>) -> Table {
    let month = ask.world.at.day.month();
    let row = |site: &&Site| {
        let season = site.season();
        let open = season.map_or(Cell::Empty, |season| {
            Cell::Text(Words::key(if is_open(Some(season), month) { "places.sites.open_now" } else { "places.sites.closed_now" }))
        });
        let mut detail = vec![Words::fill("places.lists.in_state", [Words::key("places.sites.number"), Words::data(&site.record.code)])];
        if site.record.shape_deg.is_empty() {
            detail.push(Words::key("places.sites.without_place"));
        }
        detail.extend(site.record.fields.more.iter().map(|(heading, cell)| Words::data(format!("{heading} {cell}"))));
        Row {
            cells: vec![
                text(&site.record.name),
                site.at.map_or(Cell::Empty, |at| text(ask.world.name(at))),
                site.at.map_or(Cell::Empty, |at| Cell::Text(Words::data(ask.path_above(at)))),
                site.area_m2().map_or(Cell::Missing, |value| Cell::Number { value, unit: "㎡".to_owned() }),
                season.map_or(Cell::Empty, |season| Cell::Text(season_words(season))),
                open,
            ],
            weight: Weight::Plain,
            lead: site.at.map(|at| Lead::Site { uid: ask.uid(at), kind: site.kind().to_owned() }),
            detail,
        }
    };
    let rows: Vec<Row> = sites.map(row).collect();
    Table {
        title: Some(Words::fill("places.sites.state_count", [state_words(state), Words::data(rows.len().to_string())])),
        columns: vec![
            Column::text("places.sites.name"),
            Column::text("panel.unit"),
            Column::text("panel.under").spare(3),
            Column::number("places.sites.area").spare(1),
            Column::text("places.sites.season").spare(2),
            Column::text("places.sites.now").spare(4),
        ],
        rows,
        notes: Vec::new(),
        empty: Some(Words::key("places.map.absent")),
    }
}

/// Rooms held against what a kind and size of place must have.
pub(super) fn premises(ask: &Ask<'_>, view: &ViewState) -> Result<Table, Problem> {
    let mut rows = Vec::new();
    let told = ask.told(Of::Premises)?;
    for (n, rule) in ask.framework.premises.iter().enumerate() {
        rows.push(premises_row(ask, view, (n, rule), &told)?);
    }
    Ok(Table {
        title: Some(Words::key("panel.targets.premises")),
        columns: vec![
            Column::text("panel.targets.premises_of"),
            Column::number("panel.targets.min_area"),
            Column::number("panel.targets.enough"),
            Column::number("panel.targets.too_small"),
            Column::number("panel.targets.open_count").spare(1),
        ],
        rows,
        notes: Vec::new(),
        empty: Some(Words::key("panel.targets.no_premises")),
    })
}

/// An area that is held against a rule: whether the rule applies, and how large it is.
type Held = (Option<bool>, Option<f64>);

fn premises_row(ask: &Ask<'_>, view: &ViewState, (n, rule): (usize, &Premises), told: &Told) -> Result<Row, Problem> {
    let mut held: Vec<Held> = Vec::new();
    let lead = match &rule.of {
        Rooms::Reported(id) => {
            let indicator = ask.framework.indicators.iter().find(|i| i.id == *id);
            for unit in indicator.map_or_else(|| Ok(Vec::new()), |indicator| each(ask, view, indicator))? {
                if unit.reading.state != State::NotDue {
                    let area = unit.reading.value.filter(|_| unit.reading.state == State::Value);
                    held.push((told.applies(n, unit.place), area));
                }
            }
            indicator.map(|i| Lead::Indicator(i.id.clone()))
        }
        Rooms::Places(kind) => {
            for site in sites(ask, view)?.iter().filter(|site| site.kind() == kind) {
                held.push((Some(true), site.area_m2()));
            }
            Some(Lead::Sheet(SheetKind::Sites { kind: kind.clone() }))
        }
    };
    let mut counts = [0; 3];
    for (applies, area) in held.into_iter().filter(|(applies, _)| *applies != Some(false)) {
        counts[match (applies, area, rule.min_m2) {
            (Some(true), Some(area), Some(min)) if area >= min => 0,
            (Some(true), Some(_), Some(_)) => 1,
            _ => 2,
        }] += 1;
    }
    let mut detail = vec![Words::fill("panel.from", [owner_name(ask, &rule.named.id)])];
    detail.extend(basis(&rule.basis));
    Ok(Row {
        cells: vec![
            Cell::Text(label(&rule.named)),
            rule.min_m2.map_or(Cell::Unset, |min| Cell::Number { value: min, unit: "㎡".to_owned() }),
            number(counts[0]),
            number(counts[1]),
            number(counts[2]),
        ],
        weight: if counts[1] > 0 { Weight::Look } else { Weight::Plain },
        lead,
        detail,
    })
}
