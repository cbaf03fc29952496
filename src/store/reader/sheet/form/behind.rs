//! Whom a cell of a form counts and why, who cannot be told, who came and went since the last period; and
//! the cells of a cross-check.

use std::collections::HashSet;

use super::super::figure::label;
use super::answer::{Answer, whole};
use super::held::{held, sum};
use super::member::{Member, WHOLE};
use crate::domain::behind::Behind;
use crate::domain::form::CellAt;
use crate::domain::id::Uid;
use crate::domain::period::Period;
use crate::domain::problem::{Problem, Severity};
use crate::domain::sheet::{Cell, Column, Lead, Row, Sheet, SheetKind, Table, Weight, Words};
use crate::domain::text::measured;
use crate::domain::view_state::ViewState;
use crate::framework::form::{Form, FormCell, What};
use crate::store::reader::ask::Ask;

/// The sheet of a cell.
pub(in super::super) fn cell(ask: &Ask<'_>, view: &ViewState, name: &str, at: CellAt, sheet: &mut Sheet) -> Result<(), Problem> {
    let (form, view) = (super::find(ask, name)?, super::whole(view));
    let Some(cell) = form.cells.iter().find(|cell| cell.at == at) else {
        let known = form.cells.iter().map(|cell| cell.at.to_string()).collect::<Vec<_>>().join(" ");
        return Err(Problem::new("E_FORM_NO_CELL", Severity::Refused, "").arg(at).arg(known));
    };
    let period = super::period(form, ask)?;
    let now = whole(ask, &view, cell, period)?;
    sheet.about = super::about(ask, &view, form, period)?;
    sheet.about.insert(0, Words::fill("panel.form.term", [Words::data(at.to_string()), now.label.clone(), now.words()]));
    let notes = notes(ask, cell, &now);
    if !matches!(cell.what, What::Count { .. } | What::Kind(_)) {
        sheet.tables.push(alone(&now, notes));
        return Ok(());
    }
    let last = super::before(ask, &view, period, |old, view, before| whole(old, view, cell, before))?;
    sheet.tables.push(members(&now, "panel.form.counted_n", false, notes));
    if now.doubtful.all > 0 {
        sheet.tables.push(members(&now, "panel.form.open_n", true, vec![Words::key("panel.form.open_note")]));
    }
    if let Some((before, then)) = last {
        sheet.tables.push(moved(&now, &then, before));
    }
    Ok(())
}

/// How it is counted.
fn notes(ask: &Ask<'_>, cell: &FormCell, answer: &Answer) -> Vec<Words> {
    let mut notes = answer.about.clone();
    if let What::Count { when: Some(when), .. } = &cell.what {
        notes.push(Words::fill("panel.form.counts_when", [ask.framework.say(when)]));
    }
    notes
}

/// A cell that counts nobody: an indicator, a text.
fn alone(answer: &Answer, notes: Vec<Words>) -> Table {
    let row = Row {
        cells: vec![Cell::Text(Words::data(answer.at.to_string())), Cell::Text(answer.label.clone()), answer.amount.cell()],
        lead: answer.lead.clone(),
        ..Row::default()
    };
    Table {
        title: Some(Words::key("panel.form.value")),
        columns: vec![Column::text("panel.form.at"), Column::text("panel.form.label"), Column::number("panel.form.value")],
        rows: vec![row],
        notes,
        empty: None,
    }
}

/// Who is counted, or who cannot be told, with what was looked at.
fn members(answer: &Answer, title: &str, doubtful: bool, mut notes: Vec<Words>) -> Table {
    let of = if doubtful { &answer.doubtful } else { &answer.counted };
    let mut heads: Vec<&Words> = Vec::new();
    for (what, _) in of.listed.iter().flat_map(|member| &member.looked) {
        if !heads.contains(&what) {
            heads.push(what);
        }
    }
    let mut columns = vec![Column::text("panel.form.member")];
    if doubtful {
        columns.push(Column::text("panel.form.missing"));
    }
    columns.push(Column::text("panel.unit").spare(3));
    // What is the same of everyone tells them apart the least.
    let same = |head: &Words| {
        let mut cells = of.listed.iter().map(|member| member.looked.iter().find(|(what, _)| what == head));
        let first = cells.next();
        cells.all(|cell| Some(cell) == first)
    };
    columns.extend(heads.iter().map(|head| Column { head: (*head).clone(), right: false, spare: if same(head) { 4 } else { 2 } }));
    columns.push(Column::text("panel.form.from").spare(1));
    let row = |member: &Member| {
        let mut cells = vec![Cell::Text(Words::data(&member.name))];
        if doubtful {
            let all = member.missing.iter().cloned().reduce(|a, b| Words::fill("leads.both", [a, b]));
            cells.push(all.map_or(Cell::Empty, Cell::Text));
        }
        cells.push(way(member));
        cells.extend(heads.iter().map(|head| member.looked.iter().find(|(what, _)| what == *head).map_or(Cell::Empty, |(_, c)| c.clone())));
        cells.push(Cell::Text(Words::data(&member.source)));
        let weight = if doubtful { Weight::Look } else { Weight::Plain };
        Row { cells, weight, lead: Some(Lead::Subject(member.uid)), detail: Vec::new() }
    };
    if of.all > of.listed.len() {
        notes.push(Words::fill("panel.form.first_of", [of.listed.len(), of.all].map(|n| Words::data(n.to_string()))));
    }
    Table {
        title: Some(Words::fill(title, [Words::data(of.all.to_string())])),
        columns,
        rows: of.listed.iter().map(row).collect(),
        notes,
        empty: Some(Words::key("panel.form.no_members")),
    }
}

/// The units that someone lies in, without the county.
fn way(member: &Member) -> Cell {
    let below = if member.way.len() > 1 { &member.way[1..] } else { &member.way };
    if below.is_empty() { Cell::Empty } else { Cell::Text(Words::data(below.join("/"))) }
}

/// Who is counted now and was not, and the other way round.
fn moved(now: &Answer, then: &Answer, before: Period) -> Table {
    let mut notes = vec![Words::fill("panel.form.against", [Words::data(before.to_string()), Words::data(before.end().to_string())])];
    let (mut came, mut went) = (Vec::new(), Vec::new());
    if now.counted.all.max(then.counted.all) > WHOLE {
        notes.push(Words::fill("panel.form.too_many", [Words::data(WHOLE.to_string())]));
    } else {
        let own = |answer: &Answer| answer.counted.listed.iter().map(|member| member.own).collect::<HashSet<Uid>>();
        let (here, there) = (own(now), own(then));
        came = now.counted.listed.iter().filter(|member| !there.contains(&member.own)).collect();
        went = then.counted.listed.iter().filter(|member| !here.contains(&member.own)).collect();
    }
    let row = |member: &Member, how: &str, weight| Row {
        cells: vec![
            Cell::Text(Words::data(&member.name)),
            Cell::Text(Words::key(how)),
            way(member),
            Cell::Text(Words::data(&member.source)),
        ],
        weight,
        lead: Some(Lead::Subject(member.uid)),
        detail: member.looked.iter().map(|(what, cell)| Words::fill("panel.form.looked", [what.clone(), worded(cell)])).collect(),
    };
    let rows =
        came.iter().map(|m| row(m, "panel.form.came", Weight::Look)).chain(went.iter().map(|m| row(m, "panel.form.went", Weight::Dim)));
    Table {
        title: Some(Words::fill("panel.form.moved", [came.len(), went.len()].map(|n| Words::data(n.to_string())))),
        columns: vec![
            Column::text("panel.form.member"),
            Column::text("panel.form.change"),
            Column::text("panel.unit").spare(2),
            Column::text("panel.form.from").spare(1),
        ],
        rows: rows.collect(),
        notes,
        empty: Some(Words::key("panel.form.same")),
    }
}

/// A cell inside a sentence.
fn worded(cell: &Cell) -> Words {
    match cell {
        Cell::Text(words) => words.clone(),
        Cell::Number { value, unit } => Words::data(measured(&crate::rules::number(*value), unit)),
        Cell::Day(day) => Words::data(day.to_string()),
        _ => Words::key("sheet.cell.missing"),
    }
}

/// The sheet of a cross-check: its cells, each leading to whom it counts.
pub(in super::super) fn check(ask: &Ask<'_>, view: &ViewState, name: &str, n: usize, sheet: &mut Sheet) -> Result<(), Problem> {
    let (form, view) = (super::find(ask, name)?, super::whole(view));
    let Some(check) = form.checks.get(n) else {
        return Err(Problem::new("E_INTERNAL", Severity::Refused, ""));
    };
    let period = super::period(form, ask)?;
    let of: Vec<FormCell> =
        form.cells.iter().filter(|cell| check.left.contains(&cell.at) || check.right.contains(&cell.at)).cloned().collect();
    let answers = super::answer::answers(ask, &view, &of, period)?;
    let held = held(check, &answers);
    sheet.about = super::about(ask, &view, form, period)?;
    let expression = format!("{} {} {}", sum(&check.left), check.op.shown(), sum(&check.right));
    sheet.about.insert(0, check.label.as_ref().map_or_else(|| Words::data(&expression), |(zh, en)| Words::both(zh, en)));
    let sides = [("panel.form.left", &check.left), ("panel.form.right", &check.right)];
    let terms = sides.into_iter().flat_map(|(side, cells)| cells.iter().map(move |at| (side, at)));
    let row = |(side, at): (&str, &CellAt)| {
        let answer = answers.iter().find(|answer| answer.at == *at)?;
        Some(Row {
            cells: vec![
                Cell::Text(Words::data(at.to_string())),
                Cell::Text(answer.label.clone()),
                Cell::Text(Words::key(side)),
                answer.amount.cell(),
                super::open_cell(answer),
            ],
            weight: if answer.open() > 0 || answer.number().is_none() { Weight::Look } else { Weight::Plain },
            lead: lead(form, answer),
            detail: answer.detail(),
        })
    };
    sheet.tables.push(Table {
        title: Some(Words::key("panel.form.check")),
        columns: vec![
            Column::text("panel.form.at"),
            Column::text("panel.form.label"),
            Column::text("panel.form.side").spare(1),
            Column::number("panel.form.value"),
            Column::number("panel.form.open"),
        ],
        rows: terms.filter_map(row).collect(),
        notes: vec![Words::fill("panel.form.looked", [Words::data(expression), Words::key(held.verdict.key())])],
        empty: None,
    });
    Ok(())
}

/// Where a cell leads: an indicator to where its number comes from, all that counts to whom it counts.
pub(super) fn lead(form: &Form, answer: &Answer) -> Option<Lead> {
    let counts = form.cells.iter().any(|cell| cell.at == answer.at && matches!(cell.what, What::Count { .. } | What::Kind(_)));
    let list = || Lead::Sheet(SheetKind::Behind { of: Behind::Cell { form: form.name.clone(), at: answer.at } });
    if counts { Some(list()) } else { answer.lead.clone() }
}

/// What a form's sheets are about: place, period, day and the name of the form.
pub(super) fn about(ask: &Ask<'_>, view: &ViewState, form: &Form, period: Period) -> Result<Vec<Words>, Problem> {
    let mut about: Vec<Words> = ask.standing_in(view.place)?.map(|place| Words::data(ask.world.name(place))).into_iter().collect();
    about.push(Words::data(period.to_string()));
    about.push(Words::fill("panel.form.as_of", [Words::data(ask.world.at.day.to_string())]));
    about.push(label(&form.named));
    Ok(about)
}
