//! 假设: which places would enter and leave a rule with another threshold. Nothing is saved, and no
//! share is shown: what nobody adopted is not a share of anything.

use std::collections::BTreeSet;

use super::leads::{count, label, under};
use crate::domain::problem::Problem;
use crate::domain::sheet::{Cell, Column, Lead, Row, Sheet, Table, Weight, Words};
use crate::domain::view_state::{ViewState, WhatIf};
use crate::rules::{Hit, Screening, cell, sign};
use crate::store::reader::ask::{Ask, Place};
use crate::store::reader::what_if::Supposition;

/// Rows of a list at most; its note counts all of them.
const LISTED: usize = 1000;

pub(super) fn fill(ask: &Ask<'_>, view: &ViewState, what_if: &WhatIf, sheet: &mut Sheet) -> Result<(), Problem> {
    let supposition = Supposition::of(ask, what_if)?;
    let place = ask.standing_in(view.place)?;
    let within = |hit: &Hit| {
        let at = (hit.table, hit.row);
        place.is_none_or(|place| at == place || ask.world.lies_in(at, place))
    };
    let set = |hits: &[Hit]| -> BTreeSet<Hit> { hits.iter().copied().filter(within).collect() };
    let (old, new) = (set(&supposition.now), set(&supposition.then));
    let enter: Vec<Hit> = new.difference(&old).copied().collect();
    let leave: Vec<Hit> = old.difference(&new).copied().collect();

    sheet.stamp = Some(Words::key("leads.what_if.stamp"));
    if let Some(place) = place {
        sheet.about.push(Words::data(ask.world.name(place)));
    }
    sheet.about.push(label(supposition.rule));
    sheet.about.extend(supposition.threshold);
    sheet.about.push(Words::fill("leads.as_at", [Words::data(ask.world.at.day.to_string())]));
    let screening = supposition.screening.as_ref();
    sheet.tables.push(counts(&old, &new, &enter, &leave, supposition.rule.is_relative()));
    sheet.tables.push(places(ask, screening, &enter, what_if.test, "leads.table.enter", Weight::Look)?);
    sheet.tables.push(places(ask, screening, &leave, what_if.test, "leads.table.leave", Weight::Good)?);
    Ok(())
}

fn counts(old: &BTreeSet<Hit>, new: &BTreeSet<Hit>, enter: &[Hit], leave: &[Hit], relative: bool) -> Table {
    let row = |key: &str, n: usize| Row { cells: vec![Cell::Text(Words::key(key)), count(n)], ..Row::default() };
    let mut notes = vec![Words::key("leads.what_if.nothing_saved")];
    if relative {
        notes.push(Words::key("leads.relative"));
    }
    Table {
        title: Some(Words::key("leads.table.what_if")),
        columns: vec![Column::text("leads.col.what"), Column::number("leads.col.count")],
        rows: vec![
            row("leads.what_if.now", old.len()),
            row("leads.what_if.then", new.len()),
            row("leads.what_if.enter", enter.len()),
            row("leads.what_if.leave", leave.len()),
        ],
        notes,
        empty: None,
    }
}

fn places(ask: &Ask<'_>, screening: Option<&Screening>, hits: &[Hit], test: usize, title: &str, weight: Weight) -> Result<Table, Problem> {
    let mut rows = Vec::new();
    for hit in hits.iter().take(LISTED) {
        let at: Place = (hit.table, hit.row);
        ask.table(at.0)?;
        let tested = screening.and_then(|s| s.why(ask.framework, *hit)).and_then(|why| why.tests.into_iter().nth(test));
        let value = tested.as_ref().map_or(Cell::Missing, |t| t.value.clone());
        let against = tested.map_or(Cell::Empty, |t| {
            Cell::Text(Words::fill("leads.needed", [t.what.clone(), Words::data(sign(&t.sign)), cell(&t.threshold)]))
        });
        rows.push(Row {
            cells: vec![Cell::Text(Words::data(ask.world.name(at))), under(ask, at), value, against],
            weight,
            lead: Some(Lead::Subject(ask.uid(at))),
            detail: Vec::new(),
        });
    }
    let mut notes = Vec::new();
    if hits.len() > rows.len() {
        notes.push(Words::fill("leads.first_of", [rows.len(), hits.len()].map(|n| Words::data(n.to_string()))));
    }
    Ok(Table {
        title: Some(Words::key(title)),
        columns: vec![
            Column::text("leads.col.subject"),
            Column::text("leads.col.under").spare(1),
            Column::number("leads.col.value"),
            Column::text("leads.col.against").spare(2),
        ],
        rows,
        notes,
        empty: Some(Words::key("leads.none_moves")),
    })
}
