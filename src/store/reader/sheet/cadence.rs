//! 节拍: what comes round, when it is due next, and who has not held it.

use super::figure::{Figure, at_place, label, owner_name};
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
                detail: severities(cadence).into_iter().chain([Words::fill("sheet.from", [owner_name(ask, &cadence.named.id)])]).collect(),
            },
        ));
    }
    rows.sort_by_key(|(left, _)| *left);
    sheet.about.push(Words::data(today.to_string()));
    sheet.tables.push(Table {
        title: Some(Words::key("sheet.cadence.title")),
        columns: vec![
            Column::text("sheet.cadence.what"),
            Column::text("sheet.cadence.whose").spare(3),
            Column::text("sheet.cadence.when"),
            Column::text("sheet.cadence.next").spare(2),
            Column::number("sheet.cadence.left"),
            Column::number("sheet.cadence.held").spare(1),
        ],
        rows: rows.into_iter().map(|(_, row)| row).collect(),
        notes: vec![Words::key("sheet.cadence.note")],
        empty: Some(Words::key("sheet.cadence.empty")),
    });
    Ok(())
}

fn whose(ask: &Ask<'_>, cadence: &Cadence) -> Words {
    match &cadence.on {
        None => Words::key("sheet.cadence.county"),
        Some(On::Branch) => Words::key("sheet.cadence.branch"),
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
        Beat::MonthDay(day) => Words::fill("sheet.cadence.month_day", [number(day)]),
        Beat::FirstWorkday => Words::key("sheet.cadence.first_workday"),
        Beat::NthWeekday { nth, weekday } => {
            Words::fill("sheet.cadence.nth_weekday", [number(nth), Words::key(&format!("sheet.cadence.weekday_{weekday}"))])
        }
        Beat::EveryDays(1) => Words::key("sheet.cadence.daily"),
        Beat::EveryDays(7) => Words::key("sheet.cadence.weekly"),
        Beat::EveryDays(days) => Words::fill("sheet.cadence.every_days", [number(days)]),
        Beat::EveryMonths(1) => Words::key("sheet.cadence.monthly"),
        Beat::EveryMonths(3) => Words::key("sheet.cadence.quarterly"),
        Beat::EveryMonths(6) => Words::key("sheet.cadence.half_yearly"),
        Beat::EveryMonths(12) => Words::key("sheet.cadence.yearly"),
        Beat::EveryMonths(months) => Words::fill("sheet.cadence.every_months", [number(months)]),
        Beat::BySeverity(_) => Words::key("sheet.cadence.by_severity"),
    }
}

/// 一般 每30天, 重点 每7天, 重大 即时.
fn severities(cadence: &Cadence) -> Vec<Words> {
    let Beat::BySeverity(steps) = &cadence.beat else { return Vec::new() };
    let line = |(severity, days): &(String, u16)| {
        let when = match days {
            0 => Words::key("sheet.cadence.at_once"),
            days => beat(&Beat::EveryDays(*days)),
        };
        Words::fill("sheet.cadence.severity", [Words::data(severity), when])
    };
    steps.iter().map(line).collect()
}
