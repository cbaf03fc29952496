//! 线索: what is to be checked, what cannot be told, which rules do not run, what people decided, the
//! official kinds as a check list.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::figure::{basis, basis_given};
use crate::domain::decision::{Decision, Said};
use crate::domain::page::CaseKind;
use crate::domain::problem::Problem;
use crate::domain::sheet::{Cell, Column, Lead, Row, Sheet, SheetKind, Table, Weight, Words};
use crate::domain::unit::Subject;
use crate::domain::view_state::ViewState;
use crate::framework::Rule;
use crate::rules::{Hit, Idle, told, weight};
use crate::store::reader::ask::{Ask, Place};
use crate::store::reader::screening::Screened;

/// Rows of a list at most; its note counts all of them.
const LISTED: usize = 1000;
/// Doubts of one rule listed at most.
const DOUBTS: usize = 50;

pub(super) fn fill(ask: &Ask<'_>, view: &ViewState, sheet: &mut Sheet) -> Result<(), Problem> {
    let place = ask.standing_in(view.place)?;
    if let Some(place) = place {
        sheet.about.push(Words::data(ask.world.name(place)));
    }
    sheet.about.push(Words::fill("leads.as_at", [Words::data(ask.world.at.day.to_string())]));
    let screened = ask.screened()?;
    let hits = if ask.glance.is_some() { Vec::new() } else { ask.open_hits(&screened, place) };
    let decided = decided(ask, place)?;
    sheet.tables.push(open(ask, &screened, &hits)?);
    sheet.tables.push(doubts(ask, &screened, place)?);
    sheet.tables.push(idle(ask, &screened)?);
    sheet.tables.push(decisions(ask, place, &decided)?);
    sheet.tables.push(kinds(ask, &hits, &decided));
    Ok(())
}

/// A rule in both languages.
pub(super) fn label(rule: &Rule) -> Words {
    Words::both(&*rule.label, &*rule.label_en)
}

pub(super) fn count(n: usize) -> Cell {
    Cell::Number { value: f64::from(u32::try_from(n).unwrap_or(u32::MAX)), unit: String::new() }
}

/// The unit above, where there is one.
pub(super) fn under(ask: &Ask<'_>, place: Place) -> Cell {
    let above = ask.path_above(place);
    if above.is_empty() { Cell::Empty } else { Cell::Text(Words::data(above)) }
}

/// An official kind with a few words, its number alone where no framework in use names it.
pub(super) fn kind_brief(ask: &Ask<'_>, number: u8) -> Words {
    let known = ask.framework.kinds.iter().find(|kind| kind.number == number);
    known.map_or_else(|| Words::fill("leads.kind_no", [Words::data(number.to_string())]), CaseKind::brief)
}

/// How old the data is on the day of the question.
pub(super) fn age(ask: &Ask<'_>, day: Option<Date>) -> Cell {
    let age = day.and_then(|day| day.until(ask.world.at.day).ok()).map(|span| span.get_days());
    age.map_or(Cell::Empty, |days| {
        // As at an earlier day a register may be younger than the day asked.
        let key = if days < 0 { "leads.younger" } else { "leads.days" };
        Cell::Text(Words::fill(key, [Words::data(days.abs().to_string())]))
    })
}

fn open(ask: &Ask<'_>, screened: &Screened, hits: &[Hit]) -> Result<Table, Problem> {
    let mut sorted = hits.to_vec();
    // The order of the tree stays within a weight.
    sorted.sort_by_key(|hit| std::cmp::Reverse(ask.framework.rules.get(hit.rule).map(|rule| weight(rule.severity))));
    let mut rows = Vec::new();
    // Only those that are listed are put into words.
    for hit in sorted.iter().take(LISTED) {
        let place = (hit.table, hit.row);
        let Some(lead) = screened.lead(ask, *hit) else { continue };
        let lead = &lead;
        let mut detail = Vec::new();
        if let Some(rule) = ask.framework.rules.iter().find(|r| r.id == lead.rule) {
            detail.extend(basis(&rule.basis));
        }
        if lead.relative {
            detail.push(Words::key("leads.relative"));
        }
        rows.push(Row {
            cells: vec![
                Cell::Text(Words::both(&*lead.label, &*lead.label_en)),
                Cell::Text(Words::data(&*lead.name)),
                under(ask, place),
                Cell::Text(told(lead)),
                lead.day.map_or(Cell::Empty, Cell::Day),
                age(ask, lead.day),
                lead.kind.map_or(Cell::Empty, |kind| Cell::Text(kind_brief(ask, kind))),
            ],
            weight: lead.weight,
            lead: Some(Lead::Sheet(SheetKind::Why { uid: lead.entity, rule: lead.rule.clone() })),
            detail,
        });
    }
    let mut notes = vec![Words::key("leads.not_verdicts")];
    if sorted.len() > rows.len() {
        notes.push(Words::fill("leads.first_of", [rows.len(), sorted.len()].map(|n| Words::data(n.to_string()))));
    }
    Ok(Table {
        title: Some(Words::key("leads.table.open")),
        columns: vec![
            Column::text("leads.col.rule"),
            Column::text("leads.col.subject"),
            Column::text("leads.col.under").spare(3),
            Column::text("leads.col.evidence"),
            Column::text("leads.col.day").spare(2),
            Column { right: true, ..Column::text("leads.col.age").spare(1) },
            Column::text("leads.col.kind").spare(4),
        ],
        rows,
        notes,
        empty: Some(Words::key("leads.none_open")),
    })
}

/// What cannot be told, by rule, with what is missing.
fn doubts(ask: &Ask<'_>, screened: &Screened, place: Option<Place>) -> Result<Table, Problem> {
    let mut by_rule: BTreeMap<usize, Vec<Hit>> = BTreeMap::new();
    for hit in screened.screening.doubts() {
        if place.is_none_or(|place| (hit.table, hit.row) == place || ask.world.lies_in((hit.table, hit.row), place)) {
            by_rule.entry(hit.rule).or_default().push(hit);
        }
    }
    let mut rows = Vec::new();
    for (rule, hits) in by_rule {
        let Some(of) = ask.framework.rules.get(rule) else { continue };
        rows.push(Row {
            cells: vec![
                Cell::Text(label(of)),
                Cell::Text(Words::fill("leads.doubts_of", [Words::data(hits.len().to_string())])),
                Cell::Empty,
                Cell::Empty,
            ],
            weight: Weight::Look,
            lead: None,
            detail: basis(&of.basis),
        });
        for hit in hits.into_iter().take(DOUBTS) {
            let at = (hit.table, hit.row);
            let missing = screened.screening.why(ask.framework, hit).map(|why| why.missing).unwrap_or_default();
            let all = missing.into_iter().reduce(|a, b| Words::fill("leads.both", [a, b]));
            rows.push(Row {
                cells: vec![Cell::Empty, Cell::Text(Words::data(ask.world.name(at))), under(ask, at), all.map_or(Cell::Empty, Cell::Text)],
                lead: Some(Lead::Sheet(SheetKind::Why { uid: ask.uid(at), rule: of.id.clone() })),
                ..Row::default()
            });
        }
    }
    Ok(Table {
        title: Some(Words::key("leads.table.doubts")),
        columns: vec![
            Column::text("leads.col.rule"),
            Column::text("leads.col.subject"),
            Column::text("leads.col.under").spare(1),
            Column::text("leads.col.missing"),
        ],
        rows,
        notes: vec![Words::fill("leads.doubts_note", [Words::data(DOUBTS.to_string())])],
        empty: Some(Words::key("leads.none_doubt")),
    })
}

/// Why a rule does not run.
pub(in crate::store::reader) fn idle_words(idle: Idle) -> Words {
    Words::key(match idle {
        Idle::Unset => "leads.idle.unset",
        Idle::Relative => "leads.idle.relative",
        Idle::Off => "leads.idle.off",
        Idle::NotInForce => "leads.idle.not_in_force",
        Idle::NoLevel => "leads.idle.no_level",
        Idle::InSeason => "leads.idle.in_season",
    })
}

fn idle(ask: &Ask<'_>, screened: &Screened) -> Result<Table, Problem> {
    let mut idle: Vec<(usize, Idle)> = screened.screening.idle().to_vec();
    idle.sort_by_key(|(rule, why)| (*why, *rule));
    let row = |(rule, why): (usize, Idle)| {
        let of = ask.framework.rules.get(rule)?;
        let days = |day: Option<Date>| day.map_or(Cell::Empty, Cell::Day);
        Some(Row {
            cells: vec![Cell::Text(label(of)), Cell::Text(idle_words(why)), days(of.basis.since), days(of.basis.until)],
            weight: Weight::Dim,
            lead: None,
            detail: basis(&of.basis),
        })
    };
    Ok(Table {
        title: Some(Words::key("leads.table.idle")),
        columns: vec![
            Column::text("leads.col.rule"),
            Column::text("leads.col.why_idle"),
            Column::text("leads.col.since").spare(2),
            Column::text("leads.col.until").spare(1),
        ],
        rows: idle.into_iter().filter_map(row).collect(),
        notes: vec![Words::fill(
            "leads.ran",
            [screened.screening.ran().count(), ask.framework.rules.len()].map(|n| Words::data(n.to_string())),
        )],
        empty: Some(Words::key("leads.none_idle")),
    })
}

/// What was decided at or below a place, with where it stands.
pub(in crate::store::reader) fn decided(ask: &Ask<'_>, place: Option<Place>) -> Result<Vec<(Place, Decision)>, Problem> {
    let mut out = Vec::new();
    for (uid, said) in ask.decisions() {
        let Some(at) = ask.seen(*uid)? else { continue };
        if place.is_some_and(|place| at != place && !ask.world.lies_in(at, place)) {
            continue;
        }
        out.extend(said.iter().map(|decision| (at, decision.clone())));
    }
    out.sort_by_key(|(_, decision)| std::cmp::Reverse(decision.at));
    Ok(out)
}

/// What was said, in words.
pub(super) fn said(ask: &Ask<'_>, said: &Said) -> Words {
    use crate::domain::decision::Answer;
    match said {
        Said::Answered(Answer::True) => Words::key("leads.said.true"),
        Said::Answered(Answer::WrongData) => Words::key("leads.said.wrong_data"),
        Said::Answered(Answer::Explained) => Words::key("leads.said.explained"),
        Said::Confirmed { kind, .. } => Words::fill("leads.said.confirmed", [kind_brief(ask, *kind)]),
        Said::Rejected => Words::key("leads.said.rejected"),
    }
}

fn decisions(ask: &Ask<'_>, place: Option<Place>, decided: &[(Place, Decision)]) -> Result<Table, Problem> {
    let row = |(at, decision): &(Place, Decision)| {
        let rule = ask.framework.rules.iter().find(|r| r.id == decision.rule);
        let what = match (rule, decision.rule.is_empty()) {
            (Some(rule), _) => label(rule),
            (None, true) => Words::key("leads.without_lead"),
            (None, false) => Words::data(&*decision.rule),
        };
        let document = if let Said::Confirmed { document, .. } = &decision.said { document.as_str() } else { "" };
        Row {
            cells: vec![
                Cell::Text(said(ask, &decision.said)),
                Cell::Text(Words::data(ask.world.name(*at))),
                Cell::Text(what),
                Cell::Text(Words::data(document)),
                Cell::Text(Words::data(&*decision.text)),
                Cell::Text(Words::data(&*decision.actor)),
                Cell::Day(decision.at.to_zoned(jiff::tz::TimeZone::UTC).date()),
            ],
            weight: if matches!(decision.said, Said::Confirmed { .. }) { Weight::Urgent } else { Weight::Plain },
            lead: Some(Lead::Sheet(SheetKind::Why { uid: decision.entity, rule: decision.rule.clone() })),
            detail: Vec::new(),
        }
    };
    Ok(Table {
        title: Some(Words::key("leads.table.decided")),
        columns: vec![
            Column::text("leads.col.said"),
            Column::text("leads.col.subject"),
            Column::text("leads.col.rule"),
            Column::text("leads.col.document").spare(3),
            Column::text("leads.col.text"),
            Column::text("leads.col.actor").spare(1),
            Column::text("leads.col.when").spare(2),
        ],
        rows: decided.iter().map(row).collect(),
        notes: share(ask, place, decided)?,
        empty: Some(Words::key("leads.none_decided")),
    })
}

/// The share of branches with something confirmed, beside what frameworks say of it: for the whole
/// county only, and never as a number to be reached.
fn share(ask: &Ask<'_>, place: Option<Place>, decided: &[(Place, Decision)]) -> Result<Vec<Words>, Problem> {
    let top = ask.world.top();
    let whole = place.is_none_or(|(table, _)| Some(table) == top && top.is_some_and(|top| ask.world.len(top) == 1));
    let branches = ask.world.len(ask.world.branch_table());
    if !whole || ask.within.is_some_and(|within| Some(within) != place) || branches == 0 {
        return Ok(Vec::new());
    }
    let confirmed =
        |(_, decision): &&(Place, Decision)| decision.subject == Subject::Branch && matches!(decision.said, Said::Confirmed { .. });
    let mut weak: Vec<Place> = decided.iter().filter(confirmed).map(|(at, _)| *at).collect();
    weak.sort_unstable();
    weak.dedup();
    let share = weak.len() as f64 / f64::from(branches) * 100.0;
    let mut notes =
        vec![Words::fill("leads.share", [weak.len().to_string(), branches.to_string(), crate::rules::number(share)].map(Words::data))];
    for workflow in &ask.framework.workflows {
        if let Some(percent) = workflow.share_percent {
            notes.push(Words::fill(
                "leads.share_named",
                [super::figure::label(&workflow.named), Words::data(crate::rules::number(percent))],
            ));
            notes.extend(basis_given(&workflow.basis));
        }
    }
    notes.push(Words::key("leads.no_quota"));
    Ok(notes)
}

/// The official kinds as a check list: how many leads point to each, how many were confirmed.
fn kinds(ask: &Ask<'_>, hits: &[Hit], decided: &[(Place, Decision)]) -> Table {
    let kind_of = |hit: &Hit| ask.framework.rules.get(hit.rule).and_then(|rule| rule.kind);
    let row = |kind: &CaseKind| {
        let points = hits.iter().filter(|hit| kind_of(hit) == Some(kind.number)).count();
        let confirmed = decided.iter().filter(|(_, d)| matches!(d.said, Said::Confirmed { kind: k, .. } if k == kind.number)).count();
        let rules = ask.framework.rules.iter().filter(|rule| rule.kind == Some(kind.number)).count();
        Row {
            cells: vec![
                count(kind.number.into()),
                Cell::Text(Words::both(&*kind.label, &*kind.label_en)),
                // Where no rule points to it, 0 would be an answer.
                if rules == 0 { Cell::Text(Words::key("leads.by_person")) } else { count(points) },
                count(confirmed),
            ],
            weight: if points > 0 { weight(crate::framework::Severity::Amber) } else { Weight::Plain },
            lead: None,
            detail: kind
                .by_person
                .then(|| Words::key("leads.by_person_how"))
                .into_iter()
                .chain(ask.framework.kind_bases.get(&kind.number).map(basis_given).unwrap_or_default())
                .collect(),
        }
    };
    Table {
        title: Some(Words::key("leads.table.kinds")),
        columns: vec![
            Column::number("leads.col.no"),
            Column::text("leads.col.kind_text"),
            Column::number("leads.col.leads"),
            Column::number("leads.col.confirmed"),
        ],
        rows: ask.framework.kinds.iter().map(row).collect(),
        notes: vec![Words::key("leads.kinds_note")],
        empty: Some(Words::key("leads.none_kinds")),
    }
}
