//! Sheets: what frameworks drive on screen beside list and map.

mod cadence;
mod change;
mod checks;
mod coverage;
pub(super) mod figure;
mod form;
mod frameworks;
mod groups;
mod leads;
mod lists;
mod matrices;
mod needs;
mod pairings;
mod ratings;
mod regions;
mod scorecards;
mod sites;
mod targets;
mod tasks;
mod terms;
mod what_if;
mod why;
mod workflows;

pub(super) use self::form::filled;
pub(super) use self::leads::{decided, idle_words};

use super::ask::Ask;
use crate::domain::behind::Behind;
use crate::domain::problem::Problem;
use crate::domain::sheet::{Sheet, SheetKind};
use crate::domain::view_state::{ViewState, WhatIf};

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
        SheetKind::Workflows => workflows::fill(ask, view, &mut sheet)?,
        SheetKind::Groups => groups::fill(ask, view, &mut sheet)?,
        SheetKind::Sites { kind } => sites::fill(ask, view, kind, &mut sheet)?,
        SheetKind::Regions => regions::fill(ask, view, &mut sheet)?,
        SheetKind::Terms => terms::fill(ask, view, &mut sheet)?,
        SheetKind::Change { against } => change::fill(ask, view, *against, &mut sheet)?,
        SheetKind::Leads => leads::fill(ask, view, &mut sheet)?,
        SheetKind::Why { uid, rule } => why::fill(ask, view, *uid, rule, &mut sheet)?,
        SheetKind::WhatIf { rule, test, value } => {
            what_if::fill(ask, view, &WhatIf { rule: rule.clone(), test: *test, value: *value }, &mut sheet)?;
        }
        SheetKind::Form { name } => form::fill(ask, view, name, &mut sheet)?,
        SheetKind::Behind { of } => match of {
            Behind::Cell { form, at } => form::cell(ask, view, form, *at, &mut sheet)?,
            Behind::Check { form, n } => form::check(ask, view, form, *n, &mut sheet)?,
            Behind::Coverage { id } => coverage::behind(ask, view, id, &mut sheet)?,
        },
    }
    Ok(sheet)
}

#[cfg(test)]
mod tests {
    use crate::locale::Lang;

    /// The sources whose texts stand in `panel.toml`.
    const SOURCES: [&str; 18] = [
        include_str!("cadence.rs"),
        include_str!("checks.rs"),
        include_str!("change.rs"),
        include_str!("coverage.rs"),
        include_str!("figure.rs"),
        include_str!("form.rs"),
        include_str!("form/answer.rs"),
        include_str!("form/behind.rs"),
        include_str!("form/held.rs"),
        include_str!("groups.rs"),
        include_str!("matrices.rs"),
        include_str!("ratings.rs"),
        include_str!("scorecards.rs"),
        include_str!("sites.rs"),
        include_str!("targets.rs"),
        include_str!("tasks.rs"),
        include_str!("terms.rs"),
        include_str!("workflows.rs"),
    ];

    #[test]
    fn every_text_of_a_sheet_is_in_both_languages() {
        let mut seen = 0;
        for key in SOURCES
            .iter()
            .flat_map(|source| source.split('"'))
            .filter(|w| (w.starts_with("panel.") || w.starts_with("places.")) && !w.contains('{'))
        {
            // The end of a key that is put together is checked below.
            if key.ends_with("no_") || key.ends_with("of_") || key.ends_with("weekday_") {
                continue;
            }
            for lang in [Lang::Zh, Lang::En] {
                assert!(lang.has(key), "{key}");
            }
            seen += 1;
        }
        assert!(seen > 60, "{seen}");
        let causes =
            crate::domain::change::Cause::ALL.iter().flat_map(|c| [format!("panel.{}", c.key()), format!("panel.{}_doc", c.key())]);
        let states = crate::domain::coverage::CoverageState::ALL.iter().map(|s| s.key().to_owned());
        let days = (1..=7).map(|n| format!("panel.cadence.weekday_{n}"));
        let against = ["last", "year_start", "year_ago"].map(|a| format!("panel.change.no_{a}"));
        for key in causes.chain(states).chain(days).chain(against) {
            assert!(Lang::Zh.has(&key) && Lang::En.has(&key), "{key}");
        }
    }
}
