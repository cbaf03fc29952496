//! 核对: what must hold between two indicators of one unit (工作覆盖率 ≥ 组织覆盖率), and where it does not.

use super::figure::{cell, each, owner_name};
use crate::domain::indicator::{Indicator, Kind};
use crate::domain::problem::Problem;
use crate::domain::sheet::{Cell, Column, Lead, Row, Table, Weight, Words};
use crate::domain::value::{Reading, State};
use crate::domain::view_state::ViewState;
use crate::store::reader::ask::Ask;

/// Units listed at most; the note counts all of them.
const LISTED: usize = 500;

/// Every unit of the reporting level where a check fails; what one of the two does not say is not held
/// against it.
pub(super) fn table(ask: &Ask<'_>, view: &ViewState) -> Result<Table, Problem> {
    let (mut rows, mut checked, mut failed) = (Vec::new(), 0u32, 0u32);
    for indicator in &ask.framework.indicators {
        for check in &indicator.checks {
            let Some(other) = ask.framework.indicators.iter().find(|i| i.id == check.other && i.level == indicator.level) else { continue };
            let (own, others) = (each(ask, view, indicator)?, each(ask, view, other)?);
            for (unit, against) in own.iter().zip(&others) {
                let (Some(a), Some(b)) = (value(&unit.reading), value(&against.reading)) else { continue };
                checked += 1;
                if check.holds(a, b) {
                    continue;
                }
                failed += 1;
                if rows.len() < LISTED {
                    rows.push(Row {
                        cells: vec![
                            unit.name(ask),
                            Cell::Text(rule(indicator, other, check.at_least)),
                            shown(indicator, &unit.reading),
                            shown(other, &against.reading),
                        ],
                        weight: Weight::Urgent,
                        lead: Some(Lead::Number { uid: unit.uid, indicator: indicator.id.clone(), period: None }),
                        detail: vec![unit.under(ask), Words::fill("panel.from", [owner_name(ask, indicator.id.as_str())])],
                    });
                }
            }
        }
    }
    Ok(Table {
        title: Some(Words::key("panel.checks.title")),
        columns: vec![
            Column::text("panel.unit"),
            Column::text("panel.checks.rule").spare(1),
            Column::number("panel.checks.own"),
            Column::number("panel.checks.other"),
        ],
        rows,
        notes: vec![Words::fill("panel.checks.count", [checked.to_string(), failed.to_string()].map(Words::data))],
        empty: Some(Words::key("panel.checks.none")),
    })
}

fn value(reading: &Reading) -> Option<f64> {
    reading.value.filter(|_| reading.state == State::Value)
}

fn shown(indicator: &Indicator, reading: &Reading) -> Cell {
    cell(reading, indicator.kind == Kind::Ratio, &indicator.unit)
}

fn rule(own: &Indicator, other: &Indicator, at_least: bool) -> Words {
    let sign = if at_least { "≥" } else { "≤" };
    Words::both(format!("{} {sign} {}", own.label, other.label), format!("{} {sign} {}", own.label_en, other.label_en))
}
