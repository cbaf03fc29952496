//! 矩阵: rows and columns of things to be built (五区 × 4 项任务, 四级 × 四网), a reading in each cell.

use super::figure::{at_place, basis_given, label, owner_name};
use crate::domain::id::IndicatorId;
use crate::domain::problem::Problem;
use crate::domain::sheet::{Cell, Column, Lead, Row, Sheet, Table, Words};
use crate::domain::view_state::ViewState;
use crate::framework::Zone;
use crate::framework::schema::{Matrix, Named};
use crate::store::reader::ask::Ask;

pub(super) fn fill(ask: &Ask<'_>, view: &ViewState, sheet: &mut Sheet) -> Result<(), Problem> {
    let zones: Vec<&Zone> = ask.framework.zones.iter().filter(|zone| !zone.tasks.is_empty()).collect();
    let zone_of = |head: &Named| ask.framework.zones.iter().find(|zone| zone.code == head.id && zone.label == head.label);
    let is_zones = |matrix: &&Matrix| matrix.rows.iter().all(|head| zone_of(head).is_some());
    if !zones.is_empty() && !ask.framework.matrices.iter().any(|matrix| is_zones(&matrix)) {
        sheet.tables.push(of_zones(ask, view, &zones)?);
    }
    for matrix in &ask.framework.matrices {
        let mut rows = Vec::new();
        for (head, line) in matrix.rows.iter().zip(&matrix.cells) {
            let zone = zone_of(head);
            let mut cells = vec![Cell::Text(label(head))];
            for metric in line {
                cells.push(cell(ask, view, metric.as_ref(), zone.map(|zone| zone.code.as_str()))?);
            }
            let detail = zone.iter().flat_map(|zone| &zone.tasks).map(|task| label(&task.named)).collect();
            rows.push(Row { cells, detail, lead: zone.map(|zone| Lead::Zone(zone.code.clone())), ..Row::default() });
        }
        let mut notes = vec![Words::fill("panel.from", [owner_name(ask, &matrix.named.id)])];
        notes.extend(basis_given(&matrix.basis));
        notes.extend(is_zones(&matrix).then(|| Words::key("panel.matrices.note")));
        let heads = matrix.cols.iter().map(|col| Column { head: label(col), right: true, spare: 0 });
        sheet.tables.push(Table {
            title: Some(label(&matrix.named)),
            columns: std::iter::once(Column::text("panel.matrices.row")).chain(heads).collect(),
            rows,
            notes,
            empty: None,
        });
    }
    if sheet.tables.is_empty() {
        sheet.tables.push(Table {
            title: Some(Words::key("panel.matrices.title")),
            empty: Some(Words::key("panel.matrices.empty")),
            ..Table::default()
        });
    }
    Ok(())
}

/// Zones × their tasks in order: 20 tasks of five kinds of areas on one page.
fn of_zones(ask: &Ask<'_>, view: &ViewState, zones: &[&Zone]) -> Result<Table, Problem> {
    let most = zones.iter().map(|zone| zone.tasks.len()).max().unwrap_or(0);
    let mut rows = Vec::new();
    for zone in zones {
        let mut cells = vec![Cell::Text(Words::both(&zone.label, &zone.label_en))];
        let mut detail = Vec::new();
        for task in &zone.tasks {
            cells.push(cell(ask, view, task.metric.as_ref(), Some(&zone.code))?);
            detail.push(label(&task.named));
        }
        cells.resize(most + 1, Cell::Empty);
        rows.push(Row { cells, detail, lead: Some(Lead::Zone(zone.code.clone())), ..Row::default() });
    }
    let heads =
        (1..=most).map(|n| Column { head: Words::fill("panel.matrices.task", [Words::data(n.to_string())]), right: true, spare: 0 });
    Ok(Table {
        title: Some(Words::key("panel.matrices.zones")),
        columns: std::iter::once(Column::text("panel.matrices.zone")).chain(heads).collect(),
        rows,
        notes: vec![Words::key("panel.matrices.note")],
        empty: None,
    })
}

fn cell(ask: &Ask<'_>, view: &ViewState, metric: Option<&IndicatorId>, zone: Option<&str>) -> Result<Cell, Problem> {
    let Some(metric) = metric else { return Ok(Cell::Unset) };
    Ok(at_place(ask, view, metric, zone)?.map_or(Cell::Unset, |figure| figure.cell()))
}
