//! 假设: which places would enter and leave a rule with another threshold. Nothing is saved, and no
//! share is shown: what nobody adopted is not a share of anything.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::leads::{cell, count, label, sign, under};
use crate::domain::problem::{Problem, Severity};
use crate::domain::sheet::{Cell, Column, Lead, Row, Sheet, Table, Threshold, Weight, Words};
use crate::domain::view_state::ViewState;
use crate::framework::Rule;
use crate::rules::{Hit, Program, Screening, with_threshold};
use crate::store::reader::ask::{Ask, Place};
use crate::store::reader::screening;

/// Rows of a list at most; its note counts all of them.
const LISTED: usize = 1000;

pub(super) fn fill(ask: &Ask<'_>, view: &ViewState, rule: &str, test: usize, value: Threshold, sheet: &mut Sheet) -> Result<(), Problem> {
    let refused = |code| Problem::new(code, Severity::Refused, "").arg(rule);
    let n = ask.framework.rules.iter().position(|r| r.id == rule).ok_or_else(|| refused("E_LEAD_RULE"))?;
    let now = &ask.framework.rules[n];
    let (then, old) = with_threshold(now, test, value.value()).ok_or_else(|| refused("E_LEAD_TEST").arg(test + 1))?;
    let place = ask.standing_in(view.place)?;
    let before = held(ask, n, now)?;
    let after = held(ask, n, &then)?;
    let within = |hit: &Hit| {
        let at = (hit.table, hit.row);
        place.is_none_or(|place| at == place || ask.world.lies_in(at, place))
    };
    let set = |held: &Option<(Screening, Vec<Hit>)>| -> BTreeSet<Hit> {
        held.iter().flat_map(|(_, hits)| hits.iter().copied()).filter(within).collect()
    };
    let (old_hits, new_hits) = (set(&before), set(&after));
    let enter: Vec<Hit> = new_hits.difference(&old_hits).copied().collect();
    let leave: Vec<Hit> = old_hits.difference(&new_hits).copied().collect();

    sheet.stamp = Some(Words::key("leads.what_if.stamp"));
    if let Some(place) = place {
        sheet.about.push(Words::data(ask.world.name(place)));
    }
    sheet.about.push(label(now));
    let what = after.as_ref().and_then(|(screening, _)| {
        let any = screening
            .data()
            .lens
            .iter()
            .enumerate()
            .find(|(table, len)| **len > 0 && screening.truth(Hit { table: *table, row: 0, rule: n }).is_some())?;
        screening.why(ask.framework, Hit { table: any.0, row: 0, rule: n })?.tests.into_iter().nth(test)
    });
    if let Some(what) = what {
        let old = old.map_or(Words::key("leads.unset"), |old| Words::data(crate::rules::number(old)));
        let new = Words::data(crate::rules::number(value.value()));
        sheet.about.push(Words::fill("leads.what_if.threshold", [what.what, Words::data(sign(&what.sign)), old, new]));
    }
    sheet.about.push(Words::fill("leads.as_at", [Words::data(ask.world.at.day.to_string())]));
    sheet.tables.push(counts(&old_hits, &new_hits, &enter, &leave, now.is_relative()));
    sheet.tables.push(places(ask, after.as_ref().map(|(s, _)| s), &enter, test, "leads.table.enter", Weight::Look)?);
    sheet.tables.push(places(ask, after.as_ref().map(|(s, _)| s), &leave, test, "leads.table.leave", Weight::Good)?);
    Ok(())
}

/// What a rule holds for, run alone; nothing where a number that it needs is 未配置.
fn held(ask: &Ask<'_>, n: usize, rule: &Rule) -> Result<Option<(Screening, Vec<Hit>)>, Problem> {
    let Some(program) = Program::alone(ask.framework, n, rule).filter(|_| !rule.is_unset()) else { return Ok(None) };
    let data = screening::data(ask, &program)?;
    let screening = Screening::new(Arc::new(program), data);
    let hits = screening.held_by(n);
    Ok(Some((screening, hits)))
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
