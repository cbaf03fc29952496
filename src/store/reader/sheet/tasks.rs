//! 任务: what zones and frameworks have to do, by who leads, with what shows the progress.

use std::collections::BTreeMap;

use super::figure::{at_place, basis_given, label, owner, owner_name};
use crate::domain::problem::Problem;
use crate::domain::sheet::{Cell, Column, Lead, Row, Sheet, Table, Weight, Words};
use crate::domain::view_state::ViewState;
use crate::framework::Zone;
use crate::framework::schema::Task;
use crate::store::reader::ask::Ask;

pub(super) fn fill(ask: &Ask<'_>, view: &ViewState, sheet: &mut Sheet) -> Result<(), Problem> {
    let mut rows = Vec::new();
    for zone in &ask.framework.zones {
        for task in &zone.tasks {
            rows.push((task, row(ask, view, Some(zone), task)?));
        }
    }
    for task in &ask.framework.tasks {
        rows.push((task, row(ask, view, None, task)?));
    }
    sheet.tables.push(Table {
        title: Some(Words::key("panel.tasks.title")),
        columns: vec![
            Column::text("panel.tasks.of").spare(2),
            Column::text("panel.tasks.task"),
            Column::text("panel.tasks.lead").spare(1),
            Column::number("panel.tasks.progress"),
        ],
        rows: rows.iter().map(|(_, row)| row.clone()).collect(),
        notes: vec![Words::key("panel.tasks.note")],
        empty: Some(Words::key("panel.tasks.empty")),
    });
    sheet.tables.push(by_lead(&rows));
    Ok(())
}

fn row(ask: &Ask<'_>, view: &ViewState, zone: Option<&Zone>, task: &Task) -> Result<Row, Problem> {
    let of = match zone {
        Some(zone) => Words::both(&zone.label, &zone.label_en),
        None if task.group.is_empty() => owner_name(ask, &task.named.id),
        None if is_shared(ask, task) => Words::fill("panel.tasks.group_of", [Words::data(&task.group), owner_name(ask, &task.named.id)]),
        None => Words::data(&task.group),
    };
    let figure = match &task.metric {
        Some(metric) => at_place(ask, view, metric, zone.map(|z| z.code.as_str()))?,
        None => None,
    };
    let lead_words = if task.lead.is_empty() { Cell::Unset } else { Cell::Text(Words::data(&task.lead)) };
    let mut detail = vec![Words::fill("panel.from", [owner_name(ask, &task.named.id)])];
    if !task.with.is_empty() {
        detail.push(Words::fill("panel.tasks.with", [Words::data(task.with.join("、"))]));
    }
    if let Some(figure) = &figure {
        detail.push(Words::fill("panel.tasks.shown_by", [Words::both(&figure.indicator.label, &figure.indicator.label_en)]));
    }
    detail.extend(basis_given(&task.basis));
    detail.extend(zone.into_iter().flat_map(|zone| basis_given(&zone.basis)));
    let progress = figure.as_ref().map_or(Cell::Unset, super::figure::Figure::cell);
    Ok(Row {
        weight: if progress == Cell::Unset { Weight::Dim } else { Weight::Plain },
        cells: vec![Cell::Text(of), Cell::Text(label(&task.named)), lead_words, progress],
        lead: match (figure, zone) {
            (Some(figure), _) => Some(figure.lead()),
            (None, Some(zone)) => Some(Lead::Zone(zone.code.clone())),
            (None, None) => None,
        },
        detail,
    })
}

/// Whether another framework has a group of the same name, with tasks of its own (五共).
fn is_shared(ask: &Ask<'_>, task: &Task) -> bool {
    let own = owner(&task.named.id);
    ask.framework.tasks.iter().any(|other| other.group == task.group && owner(&other.named.id) != own)
}

/// 哪个部门拖后: per leading department how many tasks it leads, and how many of them nothing shows.
fn by_lead(rows: &[(&Task, Row)]) -> Table {
    let mut leads: BTreeMap<&str, [u32; 3]> = BTreeMap::new();
    for (task, row) in rows {
        let [all, unset, missing] = leads.entry(task.lead.as_str()).or_default();
        *all += 1;
        *unset += u32::from(row.cells.last() == Some(&Cell::Unset));
        *missing += u32::from(row.cells.last() == Some(&Cell::Missing));
    }
    let number = |n: u32| Cell::Number { value: f64::from(n), unit: String::new() };
    Table {
        title: Some(Words::key("panel.tasks.by_lead")),
        columns: vec![
            Column::text("panel.tasks.lead"),
            Column::number("panel.tasks.count"),
            Column::number("panel.tasks.missing"),
            Column::number("panel.tasks.unset"),
        ],
        rows: leads
            .into_iter()
            .map(|(lead, [all, unset, missing])| Row {
                cells: vec![
                    if lead.is_empty() { Cell::Unset } else { Cell::Text(Words::data(lead)) },
                    number(all),
                    number(missing),
                    number(unset),
                ],
                weight: if missing > 0 { Weight::Look } else { Weight::Plain },
                ..Row::default()
            })
            .collect(),
        notes: Vec::new(),
        empty: Some(Words::key("panel.tasks.empty")),
    }
}
