//! 换届: terms of office that end soon, that have ended, whose date is missing; seasons of elections as one
//! thing with its progress.

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::figure::{basis, basis_given, label, owner_name};
use super::leads::under;
use crate::domain::problem::Problem;
use crate::domain::sheet::{Cell, Column, Lead, Row, Sheet, Table, Weight, Words};
use crate::domain::view_state::ViewState;
use crate::framework::schema::{Season, Term};
use crate::rules::Word;
use crate::store::reader::ask::{Ask, Place, Zones};
use crate::store::reader::told::Of;

/// Branches listed at most; the notes count all of them.
const LISTED: usize = 500;

pub(super) fn fill(ask: &Ask<'_>, view: &ViewState, sheet: &mut Sheet) -> Result<(), Problem> {
    sheet.about.push(Words::fill("leads.as_at", [Words::data(ask.world.at.day.to_string())]));
    let ends = ends(ask, view)?;
    for season in &ask.framework.seasons {
        sheet.tables.push(of_season(ask, season, &ends));
    }
    sheet.tables.push(soon(ask, &ends));
    sheet.tables.push(list(ask, &ends, "panel.terms.overdue", |days| days < 0));
    sheet.tables.push(missing(ask, &ends));
    sheet.tables.push(terms(ask));
    Ok(())
}

/// A branch and its term.
struct End<'a> {
    term: &'a Term,
    place: Place,
    /// The day of the last election, as the table says it, and what it means.
    last: Option<(String, Date)>,
    /// The day the term ends.
    day: Option<Date>,
}

/// The term of every branch at the place, in scope: the first that applies.
fn ends<'a>(ask: &Ask<'a>, view: &ViewState) -> Result<Vec<End<'a>>, Problem> {
    let branches = ask.world.branch_table();
    ask.table(branches)?;
    let zones = Zones::of(ask, &view.scope)?;
    let told = ask.told(Of::Terms)?;
    let mut out = Vec::new();
    for row in ask.world.range(ask.standing_in(view.place)?, branches) {
        let place = (branches, row);
        if zones.as_ref().is_some_and(|z| !z.own[branches][row as usize]) {
            continue;
        }
        let Some(term) = (0..).zip(&ask.framework.terms).find(|(n, _)| told.applies(*n, place) == Some(true)).map(|(_, term)| term) else {
            continue;
        };
        let fields = ask.fields(row)?;
        let cell = fields.iter().find(|(heading, _)| *heading == term.field).map(|(_, cell)| cell.as_str()).unwrap_or_default();
        // Where only the month is known the term ends with it at the latest.
        let last = Word::read(cell).and_then(|word| word.days).map(|(_, last)| (cell.trim().to_owned(), last));
        let day = last.as_ref().and_then(|(_, last)| last.checked_add(i32::from(term.years).years()).ok());
        out.push(End { term, place, last, day });
    }
    Ok(out)
}

fn days_left(ask: &Ask<'_>, end: &End<'_>) -> Option<i64> {
    end.day.map(|day| i64::from((day - ask.world.at.day).get_days()))
}

fn count(n: usize) -> Cell {
    Cell::Number { value: f64::from(u32::try_from(n).unwrap_or(u32::MAX)), unit: String::new() }
}

/// How many were elected since the season began, of those whose term ends in it or had ended before.
fn of_season(ask: &Ask<'_>, season: &Season, ends: &[End<'_>]) -> Table {
    let today = ask.world.at.day;
    let of: Vec<&End<'_>> = ends
        .iter()
        .filter(|end| end.last.as_ref().is_some_and(|(_, last)| *last >= season.from) || end.day.is_some_and(|day| day <= season.to))
        .collect();
    let done = |end: &&&End<'_>| end.last.as_ref().is_some_and(|(_, last)| (season.from..=season.to).contains(last));
    let open = ends.iter().filter(|end| end.last.is_none()).count();
    let mut by_unit: Vec<(String, Option<crate::domain::id::Uid>, u32, u32)> = Vec::new();
    for end in &of {
        // Under the level below the top, which is who reports on it.
        let level = ask.world.top().map_or(0, |top| top + 1);
        let above = ask.world.ancestor(end.place, level).map(|row| (level, row));
        let (name, uid) = above.map_or_else(Default::default, |p| (ask.world.name(p).to_owned(), Some(ask.uid(p))));
        match by_unit.iter_mut().find(|(_, of, ..)| *of == uid) {
            Some((.., num, den)) => {
                *num += u32::from(done(&end));
                *den += 1;
            }
            None => by_unit.push((name, uid, u32::from(done(&end)), 1)),
        }
    }
    let row = |(name, uid, num, den): (String, Option<crate::domain::id::Uid>, u32, u32)| Row {
        cells: vec![Cell::Text(Words::data(name)), Cell::Share { num: f64::from(num), den: f64::from(den) }, count((den - num) as usize)],
        lead: uid.map(Lead::Subject),
        ..Row::default()
    };
    let finished = of.iter().filter(done).count();
    let left = (season.to - today).get_days();
    Table {
        title: Some(label(&season.named)),
        columns: vec![Column::text("panel.unit"), Column::number("panel.terms.elected"), Column::number("panel.terms.left")],
        rows: by_unit.into_iter().map(row).collect(),
        notes: vec![
            Words::fill(
                "panel.terms.season",
                [season.from.to_string(), season.to.to_string(), finished.to_string(), of.len().to_string(), left.to_string()]
                    .map(Words::data),
            ),
            Words::fill("panel.terms.no_date", [Words::data(open.to_string())]),
            Words::fill("panel.from", [owner_name(ask, &season.named.id)]),
        ]
        .into_iter()
        .chain(basis_given(&season.basis))
        .collect(),
        empty: Some(Words::key("panel.terms.none_due")),
    }
}

/// Those that end within the months that the framework looks ahead, by month.
fn soon(ask: &Ask<'_>, ends: &[End<'_>]) -> Table {
    let today = ask.world.at.day;
    let within = |end: &End<'_>| -> Option<u8> {
        let day = end.day.filter(|day| *day >= today)?;
        let fits = |months: &u8| today.checked_add(i32::from(*months).months()).is_ok_and(|limit| day <= limit);
        end.term.ahead_months.iter().copied().filter(fits).min()
    };
    let mut of: Vec<(u8, &End<'_>)> = ends.iter().filter_map(|end| Some((within(end)?, end))).collect();
    of.sort_by_key(|(_, end)| end.day);
    let mut months: Vec<u8> = of.iter().map(|(months, _)| *months).collect();
    months.sort_unstable();
    months.dedup();
    let notes = months
        .into_iter()
        .map(|m| {
            let n = of.iter().filter(|(of, _)| *of <= m).count();
            Words::fill("panel.terms.within", [m.to_string(), n.to_string()].map(Words::data))
        })
        .collect();
    Table {
        title: Some(Words::key("panel.terms.soon")),
        columns: columns(),
        rows: of.iter().take(LISTED).map(|(_, end)| row(ask, end)).collect(),
        notes,
        empty: Some(Words::key("panel.terms.none_soon")),
    }
}

fn list(ask: &Ask<'_>, ends: &[End<'_>], title: &str, holds: impl Fn(i64) -> bool) -> Table {
    let mut of: Vec<&End<'_>> = ends.iter().filter(|end| days_left(ask, end).is_some_and(&holds)).collect();
    of.sort_by_key(|end| end.day);
    Table {
        title: Some(Words::key(title)),
        columns: columns(),
        rows: of.iter().take(LISTED).map(|end| row(ask, end)).collect(),
        notes: vec![Words::fill("panel.terms.count", [Words::data(of.len().to_string())])],
        empty: Some(Words::key("panel.terms.none_overdue")),
    }
}

fn missing(ask: &Ask<'_>, ends: &[End<'_>]) -> Table {
    let of: Vec<&End<'_>> = ends.iter().filter(|end| end.last.is_none()).collect();
    Table {
        title: Some(Words::key("panel.terms.missing")),
        columns: columns(),
        rows: of.iter().take(LISTED).map(|end| row(ask, end)).collect(),
        notes: vec![Words::fill("panel.terms.no_date", [Words::data(of.len().to_string())])],
        empty: Some(Words::key("panel.terms.none_missing")),
    }
}

fn columns() -> Vec<Column> {
    vec![
        Column::text("panel.terms.branch"),
        Column::text("panel.under").spare(2),
        Column::text("panel.terms.last").spare(1),
        Column::text("panel.terms.ends"),
        Column::number("panel.terms.days"),
    ]
}

fn row(ask: &Ask<'_>, end: &End<'_>) -> Row {
    let left = days_left(ask, end);
    Row {
        cells: vec![
            Cell::Text(Words::data(ask.world.name(end.place))),
            under(ask, end.place),
            end.last.as_ref().map_or(Cell::Missing, |(text, _)| Cell::Text(Words::data(text))),
            end.day.map_or(Cell::Empty, Cell::Day),
            left.map_or(Cell::Empty, Cell::DaysLeft),
        ],
        weight: match left {
            None => Weight::Dim,
            Some(left) if left < 0 => Weight::Urgent,
            Some(_) => Weight::Look,
        },
        lead: Some(Lead::Subject(ask.uid(end.place))),
        detail: [label(&end.term.named)].into_iter().chain(basis(&end.term.basis)).collect(),
    }
}

/// The terms themselves, with what they rest on.
fn terms(ask: &Ask<'_>) -> Table {
    let row = |term: &Term| Row {
        cells: vec![
            Cell::Text(label(&term.named)),
            Cell::Text(Words::fill("panel.terms.years", [Words::data(term.years.to_string())])),
            Cell::Text(Words::data(&term.field)),
        ],
        detail: [Words::fill("panel.from", [owner_name(ask, &term.named.id)])].into_iter().chain(basis(&term.basis)).collect(),
        ..Row::default()
    };
    Table {
        title: Some(Words::key("panel.terms.rules")),
        columns: vec![Column::text("panel.terms.rule"), Column::text("panel.terms.term"), Column::text("panel.terms.column").spare(1)],
        rows: ask.framework.terms.iter().map(row).collect(),
        notes: Vec::new(),
        empty: Some(Words::key("panel.terms.no_rules")),
    }
}
