//! 结对: who gives and who receives, both ways, who has nobody, where too little is done together.

use std::collections::{BTreeMap, BTreeSet};

use super::figure::{basis_given, label};
use super::regions::is_here;
use crate::domain::problem::Problem;
use crate::domain::sheet::{Cell, Column, Lead, Row, Sheet, Table, Weight, Words};
use crate::domain::view_state::ViewState;
use crate::framework::schema::Pairing;
use crate::store::reader::ask::{Ask, Place, Zones};
use crate::store::record::{Record, RecordKind, records};

/// A pairing that stands, with the place of who receives.
struct Link<'f> {
    record: Record,
    place: Place,
    pairing: Option<&'f Pairing>,
}

impl Link<'_> {
    fn kind(&self) -> Words {
        self.pairing.map_or_else(|| Words::data(self.record.get("pairing")), |p| label(&p.named))
    }

    /// Joint activities this year of those that the framework asks for.
    fn activities(&self) -> Cell {
        match (self.record.number("activities"), self.pairing.and_then(|p| p.min_per_year)) {
            (None, _) => Cell::Missing,
            (Some(done), Some(least)) => Cell::Share { num: done, den: f64::from(least) },
            (Some(done), None) => Cell::Number { value: done, unit: String::new() },
        }
    }

    fn is_short(&self) -> bool {
        let least = self.pairing.and_then(|p| p.min_per_year);
        self.record.number("activities").zip(least).is_some_and(|(done, least)| done < f64::from(least))
    }

    fn effect(&self) -> Cell {
        match self.record.number("effect") {
            Some(value) => Cell::Number { value, unit: self.record.get("effect_unit").to_owned() },
            None if self.record.get("effect_text").is_empty() => Cell::Missing,
            None => Cell::Text(Words::data(self.record.get("effect_text"))),
        }
    }

    fn weight(&self) -> Weight {
        if self.is_short() { Weight::Look } else { Weight::Plain }
    }
}

pub(super) fn fill(ask: &Ask<'_>, view: &ViewState, sheet: &mut Sheet) -> Result<(), Problem> {
    if let Some(place) = ask.standing_in(view.place)? {
        sheet.about.push(Words::data(ask.world.name(place)));
    }
    let day = ask.world.at.day;
    let mut links = Vec::new();
    for record in records(ask.connection, &ask.world, RecordKind::Link)? {
        let over = record.day("until").is_some_and(|until| until < day) || record.day("since").is_some_and(|since| since > day);
        if let Some(place) = is_here(ask, view, record.unit)?.flatten().filter(|_| !over) {
            let of = record.get("pairing");
            let pairing = ask.framework.pairings.iter().find(|p| p.named.id == of || p.named.id.rsplit('/').next() == Some(of));
            links.push(Link { record, place, pairing });
        }
    }
    if let Some(zones) = Zones::of(ask, &view.scope)? {
        links.retain(|link| zones.own[link.place.0][link.place.1 as usize]);
    }
    links.sort_by_key(|link| (!link.is_short(), link.place));
    sheet.tables.push(by_giver(ask, &links));
    sheet.tables.push(by_receiver(ask, &links));
    sheet.tables.push(alone(ask, view, &links)?);
    Ok(())
}

/// Who gives, and to whom.
fn by_giver(ask: &Ask<'_>, links: &[Link<'_>]) -> Table {
    let mut givers: BTreeMap<(&str, &str), Vec<&Link<'_>>> = BTreeMap::new();
    for link in links {
        givers.entry((link.record.name.as_str(), link.record.get("pairing"))).or_default().push(link);
    }
    let row = |((giver, _), of): ((&str, &str), Vec<&Link<'_>>)| {
        let receivers: BTreeSet<Place> = of.iter().map(|link| link.place).collect();
        let known: Vec<f64> = of.iter().filter_map(|link| link.record.number("activities")).collect();
        let short = of.iter().filter(|link| link.is_short()).count();
        Row {
            cells: vec![
                Cell::Text(Words::data(giver)),
                Cell::Text(of[0].kind()),
                number(receivers.len()),
                if known.is_empty() { Cell::Missing } else { Cell::Number { value: known.iter().sum(), unit: String::new() } },
                number(short),
            ],
            weight: if short > 0 { Weight::Look } else { Weight::Plain },
            lead: match of.as_slice() {
                [one] => Some(Lead::Subject(ask.uid(one.place))),
                _ => None,
            },
            detail: of
                .iter()
                .map(|link| {
                    Words::fill("places.pairings.to", [Words::data(ask.world.name(link.place)), Words::data(ask.path_above(link.place))])
                })
                .collect(),
        }
    };
    Table {
        title: Some(Words::key("places.pairings.by_giver")),
        columns: vec![
            Column::text("places.pairings.giver"),
            Column::text("places.pairings.kind").spare(1),
            Column::number("places.pairings.receivers"),
            Column::number("places.pairings.activities"),
            Column::number("places.pairings.short").spare(2),
        ],
        rows: givers.into_iter().map(row).collect(),
        notes: Vec::new(),
        empty: Some(Words::key("places.pairings.empty")),
    }
}

/// Who receives, and from whom.
fn by_receiver(ask: &Ask<'_>, links: &[Link<'_>]) -> Table {
    let day = |link: &Link<'_>, role: &str| link.record.day(role).map_or(Cell::Empty, Cell::Day);
    let row = |link: &Link<'_>| Row {
        cells: vec![
            Cell::Text(Words::data(ask.world.name(link.place))),
            Cell::Text(Words::data(&link.record.name)),
            Cell::Text(link.kind()),
            link.activities(),
            link.effect(),
            day(link, "since"),
            day(link, "until"),
        ],
        weight: link.weight(),
        lead: Some(Lead::Subject(ask.uid(link.place))),
        detail: link.record.fields.more.iter().map(|(heading, cell)| Words::data(format!("{heading} {cell}"))).collect(),
    };
    let short = links.iter().filter(|link| link.is_short()).count();
    let mut notes = Vec::new();
    if links.iter().any(|link| link.pairing.is_some_and(|p| p.min_per_year.is_some())) {
        notes.push(Words::fill("places.pairings.short_of", [Words::data(short.to_string()), Words::data(links.len().to_string())]));
    } else if !links.is_empty() {
        notes.push(Words::key("places.pairings.no_least"));
    }
    Table {
        title: Some(Words::key("places.pairings.by_receiver")),
        columns: vec![
            Column::text("places.pairings.receiver"),
            Column::text("places.pairings.giver"),
            Column::text("places.pairings.kind").spare(1),
            Column::number("places.pairings.activities"),
            Column::number("places.pairings.effect").spare(2),
            Column::number("places.pairings.since").spare(3),
            Column::number("places.pairings.until").spare(4),
        ],
        rows: links.iter().map(row).collect(),
        notes,
        empty: Some(Words::key("places.pairings.empty")),
    }
}

/// Units that a pairing of the framework should reach and that nobody is paired with.
fn alone(ask: &Ask<'_>, view: &ViewState, links: &[Link<'_>]) -> Result<Table, Problem> {
    let here = ask.standing_in(view.place)?;
    let zones = Zones::of(ask, &view.scope)?;
    let (mut rows, mut notes) = (Vec::new(), Vec::new());
    for pairing in &ask.framework.pairings {
        let Some(level) = ask.world.level(&pairing.to) else { continue };
        ask.table(level)?;
        // A grid that is paired makes its village paired; a village does not make its grids so.
        let paired: BTreeSet<u32> = links
            .iter()
            .filter(|link| link.pairing.is_some_and(|p| p.named.id == pairing.named.id) || link.record.get("pairing").is_empty())
            .filter_map(|link| ask.world.ancestor(link.place, level))
            .collect();
        let all: Vec<u32> = ask.world.range(here, level).filter(|row| zones.as_ref().is_none_or(|z| z.own[level][*row as usize])).collect();
        let left: Vec<u32> = all.iter().copied().filter(|row| !paired.contains(row)).collect();
        notes.push(Words::fill(
            "places.pairings.reached",
            [label(&pairing.named), Words::data((all.len() - left.len()).to_string()), Words::data(all.len().to_string())],
        ));
        notes.extend(basis_given(&pairing.basis));
        rows.extend(left.into_iter().map(|row| Row {
            cells: vec![
                Cell::Text(Words::data(ask.world.name((level, row)))),
                Cell::Text(Words::data(ask.path_above((level, row)))),
                Cell::Text(label(&pairing.named)),
            ],
            weight: Weight::Look,
            lead: Some(Lead::Subject(ask.uid((level, row)))),
            detail: Vec::new(),
        }));
    }
    let key = if ask.framework.pairings.is_empty() { "places.pairings.none_declared" } else { "places.pairings.all_paired" };
    Ok(Table {
        title: Some(Words::key("places.pairings.alone")),
        columns: vec![
            Column::text("places.pairings.receiver"),
            Column::text("places.regions.above").spare(1),
            Column::text("places.pairings.kind").spare(2),
        ],
        rows,
        notes,
        empty: Some(Words::key(key)),
    })
}

fn number(n: usize) -> Cell {
    Cell::Number { value: f64::from(u32::try_from(n).unwrap_or(u32::MAX)), unit: String::new() }
}
