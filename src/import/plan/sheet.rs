//! A sheet with its headings found.

use std::collections::BTreeSet;

use crate::domain::period::Period;
use crate::domain::plan::Input;
use crate::domain::problem::{Problem, Severity, Spot};
use crate::framework::privacy::Gate;
use crate::framework::schema::Privacy;
use crate::import::book::{Book, Format, Grid};
use crate::import::cell;
use crate::import::layout::{self, Laid, Row};
use crate::import::profile::PeriodRule;

/// Rows that are looked at to tell what a column holds.
pub(super) const SAMPLE_ROWS: usize = 200;

/// Digits from which on a number is a code: that of a county has six.
const CODE_DIGITS: usize = 6;

/// A sheet with its headings.
pub(super) struct Sheet {
    laid: Laid,
    /// File and sheet, as shown.
    pub(super) shown_as: String,
    pub(super) headings: Vec<String>,
}

impl Sheet {
    /// Lays a sheet out; `None` where it has no rows of data.
    pub(super) fn lay(book: &Book, grid: Grid, several: bool) -> Option<Self> {
        let laid = layout::sheet(grid, &book.file);
        let shown_as = if several && !laid.sheet.is_empty() { format!("{} › {}", book.file, laid.sheet) } else { book.file.clone() };
        (!laid.is_empty()).then(|| Self::again(laid, shown_as))
    }

    /// A sheet that was kept in place of its file.
    pub(super) fn again(laid: Laid, shown_as: String) -> Self {
        let headings = laid.headings.iter().map(|h| h.text.clone()).collect();
        Self { laid, shown_as, headings }
    }

    /// As it was laid out.
    pub(super) fn laid(&self) -> &Laid {
        &self.laid
    }

    /// What is worth knowing of it.
    pub(super) fn notes(&self) -> &[Problem] {
        &self.laid.notes
    }

    /// The period that its title or name says.
    pub(super) fn period(&self) -> Option<Period> {
        self.laid.period
    }

    /// The period that a rule of a profile finds, but for a column.
    pub(super) fn period_by(&self, rule: PeriodRule) -> Option<Period> {
        match rule {
            PeriodRule::Title => self.laid.title.as_deref().and_then(cell::find_period),
            // A month in the name of a sheet takes the year of the title.
            PeriodRule::Sheet => {
                let says = cell::find_period(&self.laid.sheet).is_some() || cell::find_month(&self.laid.sheet).is_some();
                self.laid.period.filter(|_| says)
            }
            PeriodRule::Column => None,
            PeriodRule::Fixed(period) => Some(period),
        }
    }

    /// The unit of measure of a column.
    pub(super) fn unit(&self, column: usize) -> Option<&str> {
        self.laid.headings.get(column).and_then(|h| h.unit.as_deref()).or(self.laid.unit.as_deref())
    }

    /// A heading with the unit of measure that was taken off it.
    pub(super) fn measured(&self, column: usize) -> String {
        format!("{}{}", self.headings[column], self.unit(column).unwrap_or_default())
    }

    /// Number of rows of data.
    pub(super) fn len(&self) -> usize {
        self.laid.len()
    }

    /// Rows of data: the number that the office sees, and the cells.
    pub(super) fn rows(&self) -> impl Iterator<Item = (u64, Row<'_>)> {
        self.laid.rows().map(|row| (row.line().into(), row))
    }

    /// Some values of a column.
    pub(super) fn sample(&self, column: usize) -> impl Iterator<Item = &str> {
        self.rows().take(SAMPLE_ROWS).map(move |(_, cells)| cells.get(column).trim()).filter(|v| !v.is_empty())
    }

    /// Whether most of a column's cells are numbers, and none is as long as a code.
    pub(super) fn is_number(&self, column: usize) -> bool {
        let (mut all, mut numbers) = (0, 0);
        for value in self.sample(column) {
            all += 1;
            let digits = value.chars().filter(char::is_ascii_digit).count();
            let plain: String = value.trim_end_matches('%').chars().filter(|c| !matches!(c, ',' | '\u{ff0c}')).collect();
            numbers += usize::from(digits < CODE_DIGITS && plain.trim().parse::<f64>().is_ok_and(f64::is_finite));
        }
        numbers * 2 > all
    }

    /// The place of a row.
    pub(super) fn spot(&self, line: u64) -> Spot {
        Spot { file: self.shown_as.clone(), line: Some(line), ..Spot::default() }
    }

    /// Headings that the privacy gate refuses by their name or by their values, with the rule.
    ///
    /// `added` are the words of the frameworks in use, `keys` are the columns that join the tree and `is_unit` tells a code of it. Codes of grids are
    /// those of their villages with more digits, and some look like a person's number by chance: a
    /// column of keys is refused only where most of it does.
    pub(super) fn personal(
        &self,
        added: &Privacy,
        without: &dyn Fn(&str) -> bool,
        keys: &[usize],
        is_unit: &dyn Fn(&str) -> bool,
    ) -> Vec<(String, String)> {
        let mut out = Vec::new();
        for (n, heading) in self.headings.iter().enumerate().filter(|(_, h)| !h.is_empty() && !without(h)) {
            let rule = Gate.column_beside(heading, added).or_else(|| {
                let mut values = self.rows().map(|(_, cells)| cells.get(n)).filter(|v| !v.is_empty());
                let looks = |value: &str| !is_unit(value.trim()) && Gate.value_looks_personal_beside(value, is_unit);
                let refused = if keys.contains(&n) {
                    let (mut all, mut personal) = (0, 0);
                    values.for_each(|value| {
                        all += 1;
                        personal += usize::from(looks(value));
                    });
                    personal * 2 > all
                } else {
                    values.any(looks)
                };
                refused.then_some("value")
            });
            out.extend(rule.map(|rule| (heading.clone(), rule.to_owned())));
        }
        out
    }

    /// What the plan says of it.
    pub(super) fn input(&self, book: &Book, fingerprint: &str) -> Input {
        let format = match book.format {
            Format::Delimited => "csv",
            Format::Xlsx => "xlsx",
            Format::Xls => "xls",
            Format::Ods => "ods",
            Format::Docx => "docx",
            Format::Sqlite => "SQLite",
        };
        // The headings themselves are no row that was cut.
        let cut = self.laid.cut.iter().filter(|(_, why)| *why != layout::Cut::Heading).map(|(line, _)| *line).collect::<BTreeSet<_>>();
        Input {
            file: book.file.clone(),
            part: self.laid.sheet.clone(),
            format: format.to_owned(),
            encoding: book.encoding.clone().map(|e| (e, book.guessed)),
            fingerprint: fingerprint.to_owned(),
            read: self.len() as u64,
            cut: cut.len() as u64,
            ..Input::default()
        }
    }

    /// A problem of a row.
    pub(super) fn problem(&self, code: &str, line: u64) -> Problem {
        Problem::new(code, Severity::Aside, &*self.shown_as).line(line)
    }
}
