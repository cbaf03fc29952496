//! Sheets: what frameworks drive on screen beside list and map.

mod cadence;
mod change;
mod coverage;
mod figure;
mod form;
mod frameworks;
mod leads;
mod lists;
mod matrices;
mod pairings;
mod ratings;
mod regions;
mod scorecards;
mod targets;
mod tasks;
mod terms;
mod what_if;
mod why;

use super::ask::Ask;
use crate::domain::problem::Problem;
use crate::domain::sheet::{Sheet, SheetKind};
use crate::domain::view_state::ViewState;

/// The sheet that was asked for.
pub(super) fn sheet(ask: &Ask<'_>, kind: &SheetKind, view: &ViewState) -> Result<Sheet, Problem> {
    let mut sheet = Sheet { kind: kind.clone(), version: ask.version, about: Vec::new(), stamp: None, tables: Vec::new() };
    match kind {
        SheetKind::Frameworks => frameworks::all(ask, &mut sheet)?,
        SheetKind::Framework { id } => frameworks::one(ask, id, &mut sheet)?,
        SheetKind::Coverage => coverage::fill(ask, view, &mut sheet)?,
        SheetKind::Targets => targets::fill(ask, view, &mut sheet)?,
        SheetKind::Tasks => tasks::fill(ask, view, &mut sheet)?,
        SheetKind::Matrices => matrices::fill(ask, view, &mut sheet)?,
        SheetKind::Ratings => ratings::fill(ask, view, &mut sheet)?,
        SheetKind::Scorecards => scorecards::fill(ask, view, &mut sheet)?,
        SheetKind::Pairings => pairings::fill(ask, view, &mut sheet)?,
        SheetKind::Cadence => cadence::fill(ask, view, &mut sheet)?,
        SheetKind::Lists => lists::fill(ask, view, &mut sheet)?,
        SheetKind::Regions => regions::fill(ask, view, &mut sheet)?,
        SheetKind::Terms => terms::fill(ask, view, &mut sheet)?,
        SheetKind::Change { against } => change::fill(ask, view, *against, &mut sheet)?,
        SheetKind::Leads => leads::fill(ask, view, &mut sheet)?,
        SheetKind::Why { uid, rule } => why::fill(ask, view, *uid, rule, &mut sheet)?,
        SheetKind::WhatIf { rule, test, value } => what_if::fill(ask, view, rule, *test, *value, &mut sheet)?,
        SheetKind::Form { name } => form::fill(ask, view, name, &mut sheet)?,
    }
    Ok(sheet)
}
