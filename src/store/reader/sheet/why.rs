//! 为什么: one rule at one subject, test by test; what is missing, what would clear it, what was said.

use super::figure::basis;
use super::leads::{age, idle_words, label, said};
use crate::domain::decision::Said;
use crate::domain::id::Uid;
use crate::domain::page::Tested;
use crate::domain::problem::{Problem, Severity};
use crate::domain::sheet::{Cell, Column, Lead, Row, Sheet, Table, Weight, Words};
use crate::domain::view_state::ViewState;
use crate::rules::{Hit, Truth, Way, Why, cell, sign};
use crate::store::reader::ask::{Ask, Place};

pub(super) fn fill(ask: &Ask<'_>, _view: &ViewState, uid: Uid, rule: &str, sheet: &mut Sheet) -> Result<(), Problem> {
    let place = ask.place(uid)?;
    sheet.about.push(Words::data(ask.world.name(place)));
    sheet.about.extend(Some(ask.path_above(place)).filter(|above| !above.is_empty()).map(Words::data));
    // A case that a person confirmed without a lead rests on no rule.
    if !rule.is_empty() {
        let found = ask.framework.rules.iter().position(|r| r.id == rule);
        let n = found.ok_or_else(|| Problem::new("E_LEAD_RULE", Severity::Refused, "").arg(rule))?;
        let of = &ask.framework.rules[n];
        sheet.about.push(label(of));
        let screened = ask.screened()?;
        let why = screened.screening.why(ask.framework, Hit { table: place.0, row: place.1, rule: n });
        sheet.about.push(match &why {
            Some(why) => Words::key(match why.truth {
                Truth::Holds => "leads.truth.holds",
                Truth::Fails => "leads.truth.fails",
                Truth::Unknown => "leads.truth.unknown",
            }),
            None => screened
                .screening
                .idle()
                .iter()
                .find(|(rule, _)| *rule == n)
                .map_or(Words::key("leads.truth.not_here"), |(_, why)| idle_words(*why)),
        });
        if let Some(why) = &why {
            let mut notes = basis(&of.basis);
            if let Some(kind) = of.kind.and_then(|kind| ask.framework.kinds.iter().find(|k| k.number == kind)) {
                let text = Words::both(&*kind.label, &*kind.label_en);
                notes.push(Words::fill("leads.points_to", [Words::data(kind.number.to_string()), text]));
            }
            if of.is_relative() {
                notes.push(Words::key("leads.relative"));
            }
            notes.push(Words::key("leads.not_verdicts"));
            sheet.tables.push(evidence(ask, place, why, notes));
            if !why.missing.is_empty() {
                sheet.tables.push(missing(why));
            }
            if let Some(way) = &why.clear {
                sheet.tables.push(clear(why, way));
            }
        }
    }
    sheet.tables.push(answers(ask, uid, rule));
    Ok(())
}

fn evidence(ask: &Ask<'_>, place: Place, why: &Why, notes: Vec<Words>) -> Table {
    let source = |test: &Tested| {
        let indicator = ask.indicator(test.indicator.as_ref()?).ok()?;
        let uid = ask.uid(ask.reader(place, indicator)?);
        Some(Lead::Number { uid, indicator: indicator.id.clone(), period: test.period })
    };
    let row = |test: &Tested| {
        // A reading speaks of its period, a cell of the day of its row.
        let day = test
            .period
            .map(crate::domain::period::Period::end)
            .or_else(|| if test.indicator.is_none() { ask.row_day(place) } else { None });
        let (result, weight) = match test.holds {
            Some(true) => ("leads.test.holds", Weight::Look),
            Some(false) => ("leads.test.fails", Weight::Plain),
            None => ("leads.test.unknown", Weight::Dim),
        };
        Row {
            cells: vec![
                Cell::Text(test.what.clone()),
                test.value.clone(),
                Cell::Text(Words::data(sign(&test.sign))),
                test.threshold.clone(),
                test.over.clone().map_or(Cell::Empty, Cell::Text),
                test.period.map_or(Cell::Empty, |p| Cell::Text(Words::data(p.to_string()))),
                age(ask, day),
                Cell::Text(Words::key(result)),
            ],
            weight,
            lead: source(test),
            detail: test.missing.clone(),
        }
    };
    Table {
        title: Some(Words::key("leads.table.evidence")),
        columns: vec![
            Column::text("leads.col.what"),
            Column::number("leads.col.value"),
            Column::text("leads.col.sign"),
            Column::number("leads.col.threshold"),
            Column::text("leads.col.over").spare(2),
            Column::text("leads.col.period").spare(1),
            Column { right: true, ..Column::text("leads.col.age").spare(3) },
            Column::text("leads.col.result"),
        ],
        rows: why.tests.iter().map(row).collect(),
        notes,
        empty: None,
    }
}

fn missing(why: &Why) -> Table {
    let row = |words: &Words| Row { cells: vec![Cell::Text(words.clone())], weight: Weight::Look, ..Row::default() };
    Table {
        title: Some(Words::key("leads.table.missing")),
        columns: vec![Column::text("leads.col.missing")],
        rows: why.missing.iter().map(row).collect(),
        notes: vec![Words::key("leads.missing_note")],
        empty: None,
    }
}

/// What the values would have to be.
fn clear(why: &Why, way: &Way) -> Table {
    let mut rows = Vec::new();
    let (ways, note) = match way {
        Way::Any(ways) => (ways.as_slice(), "leads.clear_any"),
        Way::All(ways) => (ways.as_slice(), "leads.clear_all"),
        Way::Test { .. } => (std::slice::from_ref(way), "leads.clear_one"),
    };
    for way in ways {
        let value = if let Way::Test { n, .. } = way { why.tests.get(*n).map(|t| t.value.clone()) } else { None };
        rows.push(Row { cells: vec![Cell::Text(in_words(why, way)), value.unwrap_or(Cell::Empty)], ..Row::default() });
    }
    Table {
        title: Some(Words::key("leads.table.clear")),
        columns: vec![Column::text("leads.col.needed"), Column::number("leads.col.now")],
        rows,
        notes: vec![Words::key(note)],
        empty: None,
    }
}

fn in_words(why: &Why, way: &Way) -> Words {
    let join =
        |ways: &[Way], key| ways.iter().map(|way| in_words(why, way)).reduce(|a, b| Words::fill(key, [a, b])).unwrap_or(Words::data(""));
    match way {
        Way::Any(ways) => join(ways, "leads.or"),
        Way::All(ways) => join(ways, "leads.and"),
        Way::Test { n, sign: needed } => match why.tests.get(*n) {
            Some(test) => {
                let args = [test.what.clone(), Words::data(sign(needed)), cell(&test.threshold)];
                match &test.over {
                    // Of several readings one after the other it is the whole that must not hold.
                    Some(over) => Words::fill(
                        "leads.needed_over",
                        [test.what.clone(), Words::data(sign(&test.sign)), cell(&test.threshold), over.clone()],
                    ),
                    None => Words::fill("leads.needed", args),
                }
            }
            None => Words::data(""),
        },
    }
}

/// Answers and decisions so far, the newest last.
fn answers(ask: &Ask<'_>, uid: Uid, rule: &str) -> Table {
    let rows = ask.decisions_on(uid).iter().filter(|d| d.rule == rule || d.rule.is_empty()).map(|decision| {
        let document = if let Said::Confirmed { document, .. } = &decision.said { document.as_str() } else { "" };
        Row {
            cells: vec![
                Cell::Text(said(ask, &decision.said)),
                Cell::Text(Words::data(&*decision.text)),
                Cell::Text(Words::data(document)),
                Cell::Text(Words::data(&*decision.actor)),
                Cell::Day(decision.at.to_zoned(jiff::tz::TimeZone::UTC).date()),
            ],
            detail: if decision.basis.is_empty() {
                Vec::new()
            } else {
                vec![Words::fill("leads.rested_on", [Words::data(&*decision.basis)])]
            },
            ..Row::default()
        }
    });
    Table {
        title: Some(Words::key("leads.table.said")),
        columns: vec![
            Column::text("leads.col.said"),
            Column::text("leads.col.text"),
            Column::text("leads.col.document").spare(1),
            Column::text("leads.col.actor").spare(2),
            Column::text("leads.col.when").spare(3),
        ],
        rows: rows.collect(),
        notes: Vec::new(),
        empty: Some(Words::key("leads.none_said")),
    }
}
