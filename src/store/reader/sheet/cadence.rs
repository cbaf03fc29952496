//! 节拍: what comes round, when it is due next, and who has not held it.

use super::figure::{Figure, at_place, basis_given, label, owner_name};
use crate::domain::problem::Problem;
use crate::domain::sheet::{Cell, Column, Row, Sheet, Table, Weight, Words};
use crate::domain::view_state::ViewState;
use crate::framework::schema::{Beat, Cadence, On};
use crate::store::reader::ask::Ask;

/// Days before a due day from which it is to be looked at.
const SOON_DAYS: i64 = 7;

pub(super) fn fill(ask: &Ask<'_>, view: &ViewState, sheet: &mut Sheet) -> Result<(), Problem> {
    let today = ask.world.at.day;
    let mut rows: Vec<(i64, Row)> = Vec::new();
    for cadence in &ask.framework.cadences {
        let next = cadence.beat.next(today, today.first_of_month());
        let left = next.map(|day| i64::from((day - today).get_days()));
        let figure = match &cadence.metric {
            Some(metric) => at_place(ask, view, metric, None)?,
            None => None,
        };
        let held = figure.as_ref().map_or(Cell::Unset, Figure::cell);
        rows.push((
            left.unwrap_or(i64::MAX),
            Row {
                cells: vec![
                    Cell::Text(label(&cadence.named)),
                    Cell::Text(whose(ask, cadence)),
                    Cell::Text(beat(&cadence.beat)),
                    next.map_or(Cell::Empty, Cell::Day),
                    left.map_or(Cell::Empty, Cell::DaysLeft),
                    held,
                ],
                weight: if left.is_some_and(|left| left <= SOON_DAYS) { Weight::Look } else { Weight::Plain },
                lead: figure.as_ref().map(Figure::lead),
                detail: severities(cadence)
                    .into_iter()
                    .chain([Words::fill("panel.from", [owner_name(ask, &cadence.named.id)])])
                    .chain(basis_given(&cadence.basis))
                    .collect(),
            },
        ));
    }
    rows.sort_by_key(|(left, _)| *left);
    sheet.about.push(Words::fill("leads.as_at", [Words::data(today.to_string())]));
    sheet.tables.push(Table {
        title: Some(Words::key("panel.cadence.title")),
        columns: vec![
            Column::text("panel.cadence.what"),
            Column::text("panel.cadence.whose").spare(3),
            Column::text("panel.cadence.when"),
            Column::text("panel.cadence.next").spare(2),
            Column::number("panel.cadence.left"),
            Column::number("panel.cadence.held").spare(1),
        ],
        rows: rows.into_iter().map(|(_, row)| row).collect(),
        notes: vec![Words::key("panel.cadence.note")],
        empty: Some(Words::key("panel.cadence.empty")),
    });
    Ok(())
}

fn whose(ask: &Ask<'_>, cadence: &Cadence) -> Words {
    match &cadence.on {
        None => Words::key("panel.cadence.county"),
        Some(On::Branch) => Words::key("panel.cadence.branch"),
        Some(On::Units(level)) => {
            let level = ask.framework.levels.iter().find(|l| l.code == *level);
            level.map_or_else(|| Words::data(""), |l| Words::both(&l.label, &l.label_en))
        }
    }
}

/// A beat in words.
fn beat(beat: &Beat) -> Words {
    let number = |n: &dyn std::fmt::Display| Words::data(n.to_string());
    match beat {
        Beat::MonthDay(day) => Words::fill("panel.cadence.month_day", [number(day)]),
        Beat::YearDays(days) => {
            let day = |(month, day): &(u8, u8)| Words::fill("panel.cadence.year_day", [number(month), number(day)]);
            let mut days = days.iter().map(day);
            let first = days.next().unwrap_or_else(|| Words::data(""));
            Words::fill("panel.cadence.year_days", [days.fold(first, |all, next| Words::fill("panel.cadence.and", [all, next]))])
        }
        Beat::FirstWorkday => Words::key("panel.cadence.first_workday"),
        Beat::NthWeekday { nth, weekday } => {
            Words::fill("panel.cadence.nth_weekday", [number(nth), Words::key(&format!("panel.cadence.weekday_{weekday}"))])
        }
        Beat::EveryDays(1) => Words::key("panel.cadence.daily"),
        Beat::EveryDays(7) => Words::key("panel.cadence.weekly"),
        Beat::EveryDays(days) => Words::fill("panel.cadence.every_days", [number(days)]),
        Beat::EveryMonths(1) => Words::key("panel.cadence.monthly"),
        Beat::EveryMonths(3) => Words::key("panel.cadence.quarterly"),
        Beat::EveryMonths(6) => Words::key("panel.cadence.half_yearly"),
        Beat::EveryMonths(12) => Words::key("panel.cadence.yearly"),
        Beat::EveryMonths(months) => Words::fill("panel.cadence.every_months", [number(months)]),
        Beat::BySeverity(_) => Words::key("panel.cadence.by_severity"),
    }
}

/// 一般 每30天, 重点 每7天, 重大 即时.
fn severities(cadence: &Cadence) -> Vec<Words> {
    let Beat::BySeverity(steps) = &cadence.beat else { return Vec::new() };
    let line = |(severity, days): &(String, u16)| {
        let when = match days {
            0 => Words::key("panel.cadence.at_once"),
            days => beat(&Beat::EveryDays(*days)),
        };
        Words::fill("panel.cadence.severity", [Words::data(severity), when])
    };
    steps.iter().map(line).collect()
}
