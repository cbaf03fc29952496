//! 报表: a form filled in. Cross-checks and what differs from the last period come first.

mod answer;
mod behind;
mod held;
mod member;
#[cfg(test)]
mod tests;

use self::answer::{Amount, Answer, answers};
use self::behind::{about, lead};
pub(super) use self::behind::{cell, check};
use self::held::{Verdict, held};
use self::member::{LISTED, Member};
use super::figure::label;
use crate::domain::as_of::AsOf;
use crate::domain::behind::Behind;
use crate::domain::form::{Fill, Filled};
use crate::domain::period::Period;
use crate::domain::problem::{Problem, Severity};
use crate::domain::sheet::{Cell, Column, Lead, Row, Sheet, SheetKind, Table, Weight, Words};
use crate::domain::view_state::{Scope, ViewState};
use crate::framework::form::{Form, What};
use crate::store::reader::ask::Ask;

pub(super) fn fill(ask: &Ask<'_>, view: &ViewState, name: &str, sheet: &mut Sheet) -> Result<(), Problem> {
    if name.is_empty() {
        // Some come with the program: there are none only where no workspace was opened.
        sheet.tables.extend(Some(list(ask)).filter(|table| !table.rows.is_empty()));
        return Ok(());
    }
    let (form, view) = (find(ask, name)?, whole(view));
    let period = period(form, ask)?;
    let now = answers(ask, &view, &form.cells, period)?;
    let last = before(ask, &view, period, |old, view, before| answers(old, view, &form.cells, before))?;
    sheet.about = about(ask, &view, form, period)?;
    // The screen's title has only the name of its file.
    sheet.about.rotate_right(1);
    sheet.tables.push(checks(form, &now));
    sheet.tables.push(differing(form, &now, last.as_ref().map(|(period, answers)| (*period, answers.as_slice()))));
    sheet.tables.push(cells(form, &now));
    sheet.tables.push(members(&now));
    Ok(())
}

/// The cells of a form with what goes into them.
pub(in crate::store) fn filled(ask: &Ask<'_>, view: &ViewState, name: &str) -> Result<Filled, Problem> {
    let (form, view) = (find(ask, name)?, whole(view));
    let period = period(form, ask)?;
    let answers = answers(ask, &view, &form.cells, period)?;
    let place = ask.standing_in(view.place)?.map(|place| ask.world.name(place).to_owned());
    Ok(Filled {
        name: form.name.clone(),
        label: label(&form.named),
        place: place.unwrap_or_default(),
        period: period.to_string(),
        template: form.template.clone(),
        sheet: form.sheet.clone(),
        open: answers.iter().filter(|a| a.open() > 0).count(),
        failed: form.checks.iter().filter(|check| held(check, &answers).verdict == Verdict::Fails).count(),
        cells: answers.into_iter().map(|answer| (answer.at, content(answer.amount))).collect(),
    })
}

fn content(amount: Amount) -> Fill {
    match amount {
        Amount::Number { value, .. } => Fill::Number(value),
        Amount::Text(text) => Fill::Text(text),
        Amount::Day(day) => Fill::Text(day.to_string()),
        Amount::Missing | Amount::None | Amount::NotDue | Amount::Unset => Fill::Blank,
    }
}

fn find<'a>(ask: &Ask<'a>, name: &str) -> Result<&'a Form, Problem> {
    let forms = &ask.framework.forms;
    let known = || forms.all.iter().map(|form| format!("{}({})", form.name, form.named.label)).collect::<Vec<_>>().join(" ");
    forms.find(name).ok_or_else(|| Problem::new("E_FORM_UNKNOWN", Severity::Refused, "").arg(name).arg(known()))
}

/// A form speaks of the whole place in its own period.
fn whole(view: &ViewState) -> ViewState {
    ViewState { scope: Scope::default(), period: None, ..view.clone() }
}

/// The period of a form in which the day lies.
fn period(form: &Form, ask: &Ask<'_>) -> Result<Period, Problem> {
    let (day, months) = (ask.world.at.day, i8::try_from(form.months).unwrap_or(12));
    let first = (day.month() - 1) / months * months + 1;
    let start = jiff::civil::date(day.year(), first, 1);
    let end = jiff::civil::date(day.year(), first + months - 1, 1).last_of_month();
    Period::new(start, end).ok_or_else(|| Problem::new("E_INTERNAL", Severity::Refused, ""))
}

/// The same as at the end of the period before; `None` where the place was not there.
fn before<T>(
    ask: &Ask<'_>,
    view: &ViewState,
    period: Period,
    then: impl FnOnce(&Ask<'_>, &ViewState, Period) -> Result<T, Problem>,
) -> Result<Option<(Period, T)>, Problem> {
    let Some(before) = period.previous() else { return Ok(None) };
    let old = match ask.on(before.end()) {
        Ok(old) => old,
        Err(problem) if problem.code == "E_STORE_NO_PLACE" => return Ok(None),
        Err(problem) => return Err(problem),
    };
    let uid = ask.standing_in(view.place)?.map(|place| ask.uid(place));
    let there = match uid {
        Some(uid) => old.seen(uid)?.is_some(),
        None => old.world.top().is_some(),
    };
    if !there {
        return Ok(None);
    }
    let view = ViewState { place: uid, as_of: AsOf { valid: Some(before.end()), ..view.as_of }, ..view.clone() };
    Ok(Some((before, then(&old, &view, before)?)))
}

/// Every form that there is, then those with mistakes.
fn list(ask: &Ask<'_>) -> Table {
    let forms = &ask.framework.forms;
    let row = |form: &Form| Row {
        cells: vec![
            Cell::Text(Words::data(&form.name)),
            Cell::Text(label(&form.named)),
            Cell::Number { value: count(form.cells.len()), unit: String::new() },
            Cell::Text(Words::data(&form.source)),
        ],
        lead: Some(Lead::Sheet(SheetKind::Form { name: form.name.clone() })),
        detail: [&form.source, &form.note].into_iter().filter(|t| !t.is_empty()).map(Words::data).collect(),
        ..Row::default()
    };
    let wrong = |problem: &Problem| {
        let at = |n: Option<u64>| n.map(|n| format!(":{n}")).unwrap_or_default();
        let place = format!("{}{}{}", problem.spot.file, at(problem.spot.line), at(problem.spot.column));
        let text = Words::fill(&format!("problem.{}", problem.code), problem.args.iter().map(Words::data));
        Row {
            cells: vec![Cell::Text(Words::data(place)), Cell::Text(text.clone()), Cell::Empty, Cell::Empty],
            weight: Weight::Urgent,
            detail: vec![text],
            ..Row::default()
        }
    };
    Table {
        title: Some(Words::key("panel.form.list")),
        columns: vec![
            Column::text("panel.form.file"),
            Column::text("panel.form.name"),
            Column::number("panel.form.cells").spare(1),
            Column::text("panel.form.source").spare(2),
        ],
        rows: forms.problems.iter().map(wrong).chain(forms.all.iter().map(row)).collect(),
        notes: vec![Words::key("panel.form.list_note")],
        empty: None,
    }
}

fn checks(form: &Form, answers: &[Answer]) -> Table {
    let mut all: Vec<_> = form.checks.iter().enumerate().map(|(n, check)| (held(check, answers), n, check)).collect();
    all.sort_by_key(|(held, ..)| held.verdict);
    let row = |(held, n, check): &(held::Held, usize, &crate::framework::form::Check)| {
        let expression = format!("{} {} {}", held::sum(&check.left), check.op.shown(), held::sum(&check.right));
        let name = check.label.as_ref().map_or_else(|| Words::data(&expression), |(zh, en)| Words::both(zh, en));
        let side = |value: Option<f64>| value.map_or(Cell::Missing, |value| Cell::Number { value, unit: String::new() });
        Row {
            cells: vec![
                Cell::Text(name),
                Cell::Text(Words::key(held.verdict.key())),
                side(held.left),
                side(held.right),
                Cell::Text(Words::data(expression)),
            ],
            weight: held.verdict.weight(),
            lead: Some(Lead::Sheet(SheetKind::Behind { of: Behind::Check { form: form.name.clone(), n: *n } })),
            detail: held
                .terms
                .iter()
                .map(|(at, name, amount)| Words::fill("panel.form.term", [Words::data(at.to_string()), name.clone(), amount.clone()]))
                .collect(),
        }
    };
    let [fails, untold, holds] =
        [Verdict::Fails, Verdict::Untold, Verdict::Holds].map(|verdict| all.iter().filter(|(held, ..)| held.verdict == verdict).count());
    let number = |n: usize| Words::data(n.to_string());
    let mut notes = vec![Words::fill("panel.form.checks_note", [fails, untold, holds].map(number))];
    notes.extend((untold > 0).then(|| Words::key("panel.form.untold_note")));
    Table {
        title: Some(if fails > 0 { Words::fill("panel.form.checks_n", [number(fails)]) } else { Words::key("panel.form.checks") }),
        columns: vec![
            Column::text("panel.form.check"),
            Column::text("panel.form.verdict"),
            Column::number("panel.form.left"),
            Column::number("panel.form.right"),
            Column::text("panel.form.expression").spare(1),
        ],
        rows: all.iter().map(row).collect(),
        notes: if all.is_empty() { Vec::new() } else { notes },
        empty: Some(Words::key("panel.form.no_checks")),
    }
}

fn differing(form: &Form, now: &[Answer], last: Option<(Period, &[Answer])>) -> Table {
    let mut rows = Vec::new();
    for (now, then) in now.iter().zip(last.map(|(_, then)| then).unwrap_or_default()) {
        let numbers = [then, now].map(|answer| answer.number());
        // Days and names of the form itself change by themselves.
        if numbers[0] == numbers[1] {
            continue;
        }
        let change = match numbers {
            [Some(then), Some(now)] => Cell::Change { value: now - then, unit: String::new() },
            _ => Cell::Empty,
        };
        rows.push(Row {
            cells: vec![
                Cell::Text(Words::data(now.at.to_string())),
                Cell::Text(now.label.clone()),
                then.amount.cell(),
                now.amount.cell(),
                change,
            ],
            weight: Weight::Look,
            lead: lead(form, now),
            detail: now.detail(),
        });
    }
    let (notes, empty) = match last {
        Some((period, _)) => (
            vec![Words::fill("panel.form.against", [Words::data(period.to_string()), Words::data(period.end().to_string())])],
            "panel.form.same",
        ),
        None => (Vec::new(), "panel.form.no_last"),
    };
    Table {
        title: Some(match rows.len() {
            0 => Words::key("panel.form.differs"),
            n => Words::fill("panel.form.differs_n", [Words::data(n.to_string())]),
        }),
        columns: vec![
            Column::text("panel.form.at"),
            Column::text("panel.form.label"),
            Column::number("panel.form.then"),
            Column::number("panel.form.now"),
            Column::number("panel.form.change"),
        ],
        rows,
        notes,
        empty: Some(Words::key(empty)),
    }
}

fn cells(form: &Form, answers: &[Answer]) -> Table {
    let row = |answer: &Answer| Row {
        cells: vec![
            Cell::Text(Words::data(answer.at.to_string())),
            Cell::Text(answer.label.clone()),
            answer.amount.cell(),
            open_cell(answer),
        ],
        weight: if answer.open() > 0 || matches!(answer.amount, Amount::Missing) { Weight::Look } else { Weight::Plain },
        lead: lead(form, answer),
        detail: answer.detail(),
    };
    let mut notes: Vec<Words> = [&form.source, &form.note].into_iter().filter(|t| !t.is_empty()).map(Words::data).collect();
    if form.cells.iter().any(|cell| matches!(cell.what, What::Count { .. } | What::Kind(_))) {
        notes.push(Words::key("panel.form.open_note"));
    }
    Table {
        title: Some(Words::key("panel.form.all")),
        columns: vec![
            Column::text("panel.form.at"),
            Column::text("panel.form.label"),
            Column::number("panel.form.value"),
            Column::number("panel.form.open"),
        ],
        rows: answers.iter().map(row).collect(),
        notes,
        empty: None,
    }
}

/// Who is counted in each cell, the doubtful first.
fn members(answers: &[Answer]) -> Table {
    let row = |answer: &Answer, member: &Member, doubtful: bool| Row {
        cells: vec![
            Cell::Text(Words::data(answer.at.to_string())),
            Cell::Text(Words::data(&member.name)),
            Cell::Text(Words::key(if doubtful { "panel.form.open" } else { "panel.form.counted" })),
            Cell::Text(Words::data(&member.source)),
        ],
        weight: if doubtful { Weight::Look } else { Weight::Plain },
        lead: Some(Lead::Subject(member.uid)),
        detail: vec![answer.label.clone()],
    };
    let of = |answer: &Answer| {
        let doubtful = answer.doubtful.listed.iter().map(|member| row(answer, member, true));
        doubtful.chain(answer.counted.listed.iter().map(|member| row(answer, member, false))).collect::<Vec<_>>()
    };
    Table {
        title: Some(Words::key("panel.form.members")),
        columns: vec![
            Column::text("panel.form.at"),
            Column::text("panel.form.member"),
            Column::text("panel.form.how"),
            Column::text("panel.form.from").spare(1),
        ],
        rows: answers.iter().flat_map(of).collect(),
        notes: vec![Words::fill("panel.form.listed", [Words::data(LISTED.to_string())])],
        empty: Some(Words::key("panel.form.no_members")),
    }
}

/// How many cannot be told; nothing where all can.
fn open_cell(answer: &Answer) -> Cell {
    if answer.open() > 0 { Cell::Number { value: count(answer.open()), unit: String::new() } } else { Cell::Empty }
}

#[allow(clippy::cast_precision_loss, reason = "branches and units of a county")]
fn count(n: usize) -> f64 {
    n as f64
}
