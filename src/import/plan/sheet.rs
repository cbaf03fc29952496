//! A sheet with its headings found.

use crate::domain::period::Period;
use crate::domain::plan::Input;
use crate::domain::problem::{Problem, Spot};
use crate::framework::privacy::Gate;
use crate::import::book::{Book, Cells, Grid};
use crate::import::profile::Profiles;

use super::period::in_text;

/// Rows at the top that are looked through for the headings.
const HEAD_ROWS: usize = 12;
/// Rows that are looked at to tell what a column holds.
pub(super) const SAMPLE_ROWS: usize = 200;

/// A sheet with its headings.
pub(super) struct Sheet {
    grid: Grid,
    /// File and sheet, as shown.
    pub(super) shown_as: String,
    pub(super) headings: Vec<String>,
    /// Position of the first row below the headings.
    first: usize,
    /// The period that its title or name says.
    pub(super) period: Option<Period>,
    /// Rows above the headings.
    pub(super) cut: u64,
}

impl Sheet {
    /// Finds the headings: the first row with several that are usual, else the first with several.
    pub(super) fn lay(book: &Book, grid: Grid, profiles: &Profiles) -> Option<Self> {
        const ROLES: [&str; 10] = ["code", "name", "unit", "parent", "level", "zone", "indicator", "period", "kind", "value"];
        let filled = |cells: Cells<'_>| cells.iter().filter(|c| !c.trim().is_empty()).count();
        let usual = |cells: Cells<'_>| cells.iter().filter(|c| ROLES.iter().any(|role| profiles.is_usual(role, c))).count();
        let rows = 0..grid.len().min(HEAD_ROWS);
        let head = rows.clone().find(|n| usual(grid.row(*n)) > 0 && filled(grid.row(*n)) > 1);
        let head = head.or_else(|| rows.clone().find(|n| filled(grid.row(*n)) > 1))?;
        let headings: Vec<String> = grid.row(head).iter().map(|c| c.trim().replace(['\n', '\r'], "")).collect();
        let shown_as =
            if grid.name.is_empty() || book.sheets.len() < 2 { book.file.clone() } else { format!("{} › {}", book.file, grid.name) };
        let above = grid.above.iter().cloned().chain((0..head).flat_map(|n| grid.row(n).iter().map(str::to_owned).collect::<Vec<_>>()));
        let period = above.chain([grid.name.clone(), book.file.clone()]).find_map(|text| in_text(&text));
        Some(Self { grid, shown_as, headings, first: head + 1, period, cut: head as u64 })
    }

    /// Rows below the headings with anything in them: the number that the office sees, and the cells.
    pub(super) fn rows(&self) -> impl Iterator<Item = (u64, Cells<'_>)> {
        let rows = (self.first..self.grid.len()).map(|n| self.grid.row(n));
        rows.filter(|cells| cells.iter().any(|c| !c.trim().is_empty())).map(|cells| (u64::from(cells.number), cells))
    }

    /// Some values of a column.
    pub(super) fn sample(&self, column: usize) -> impl Iterator<Item = &str> {
        self.rows().take(SAMPLE_ROWS).map(move |(_, cells)| cells.get(column).trim()).filter(|v| !v.is_empty())
    }

    /// The place of a row.
    pub(super) fn spot(&self, line: u64) -> Spot {
        Spot { file: self.shown_as.clone(), line: Some(line), ..Spot::default() }
    }

    /// Headings that the privacy gate refuses, with the rule; `keys` are columns of codes, whose
    /// values may look like anything.
    pub(super) fn personal(&self, without: &dyn Fn(&str) -> bool, keys: &[usize]) -> Vec<(String, String)> {
        let mut out = Vec::new();
        for (n, heading) in self.headings.iter().enumerate().filter(|(_, h)| !h.is_empty() && !without(h)) {
            let rule = Gate.column(heading).or_else(|| {
                let looks = |(_, cells): (u64, Cells<'_>)| Gate.value_looks_personal(cells.get(n));
                (!keys.contains(&n) && self.rows().any(looks)).then_some("value")
            });
            out.extend(rule.map(|rule| (heading.clone(), rule.to_owned())));
        }
        out
    }

    /// What the plan says of it.
    pub(super) fn input(&self, book: &Book, fingerprint: &str) -> Input {
        Input {
            file: book.file.clone(),
            part: self.grid.name.clone(),
            format: serde_json::to_value(book.format).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default(),
            encoding: book.encoding.clone().map(|e| (e, book.guessed)),
            fingerprint: fingerprint.to_owned(),
            cut: self.cut,
            ..Input::default()
        }
    }

    /// A problem of a row.
    pub(super) fn problem(&self, code: &str, line: u64) -> Problem {
        Problem::new(code, crate::domain::problem::Severity::Aside, &*self.shown_as).line(line)
    }
}
