//! A laid-out sheet held by the codes in it: its code column, and the rows that have a code.

use jiff::civil::Date;

use super::named::Names;
use super::word::plain;
use crate::domain::period::Period;
use crate::import::book::{Grid, Kind};
use crate::import::cell;
use crate::import::layout::{self, Laid};
use crate::store::round::Owners;

/// Shortest text of letters and digits that is taken for a code though no unit has it.
const CODE_CHARS: usize = 6;

/// A sheet with its code column.
pub(super) struct Anchored {
    laid: Laid,
    /// Place of the codes among the headings.
    pub(super) code: usize,
    /// Data rows by their place, with the code as it is compared.
    pub(super) rows: Vec<(usize, String)>,
}

/// A code as it is compared: half-width, without blanks and the sign that keeps it text.
pub(super) fn code(text: &str) -> String {
    plain(text).trim_start_matches('\'').to_uppercase()
}

/// Whether a text is one of letters and digits, as codes are, whatever unit it may mean.
fn looks_like_code(text: &str) -> bool {
    text.len() >= CODE_CHARS && text.bytes().all(|b| b.is_ascii_alphanumeric()) && text.bytes().any(|b| b.is_ascii_digit())
}

/// Whether a sheet has a column of codes: then names do not say whose its rows are.
pub(super) fn has_codes(laid: &Laid) -> bool {
    (0..laid.headings.len()).any(|c| laid.rows().filter(|row| looks_like_code(&code(row.get(c)))).count() * 2 > laid.len())
}

impl Anchored {
    /// Lays a sheet out and holds it by its codes; `None` where not one is of the county.
    pub(super) fn new(grid: &Grid, file: &str, owners: &Owners) -> Option<Self> {
        let laid = layout::sheet(grid.clone(), file);
        Self::by_code(laid, owners)
    }

    /// A sheet without codes held by the names in it; `None` where it has none of them.
    pub(super) fn by_name(laid: Laid, names: &Names) -> Option<Self> {
        let column = names.column(&laid)?;
        let named = laid.rows().map(|row| row.get(column).trim().to_owned()).enumerate().filter(|(_, name)| !name.is_empty());
        // A name that is not known is told as it is written.
        let rows = named.map(|(n, name)| (n, names.code(&name).map_or(name, str::to_owned))).collect();
        Some(Self { laid, code: column, rows })
    }

    fn by_code(laid: Laid, owners: &Owners) -> Option<Self> {
        let columns = 0..laid.headings.len();
        let known = |c: usize| laid.rows().filter(|row| owners.get(&code(row.get(c))).is_some()).count();
        let counts: Vec<usize> = columns.clone().map(known).collect();
        let most = counts.iter().copied().max().filter(|n| *n > 0)?;
        let distinct = |c: usize| laid.rows().map(|row| row.get(c)).collect::<std::collections::BTreeSet<&str>>().len();
        // Parents' codes may stand in a column of their own: the codes that differ most are the rows'.
        let column = columns.filter(|c| counts[*c] * 2 >= most).max_by_key(|c| (distinct(*c), std::cmp::Reverse(*c)))?;
        let codes = laid.rows().map(|row| code(row.get(column))).enumerate();
        let rows = codes.filter(|(_, code)| owners.get(code).is_some() || looks_like_code(code)).collect();
        Some(Self { laid, code: column, rows })
    }

    /// Number of columns.
    pub(super) fn width(&self) -> usize {
        self.laid.headings.len()
    }

    /// The heading of a column.
    pub(super) fn head(&self, column: usize) -> &str {
        self.laid.headings.get(column).map_or("", |h| &h.text)
    }

    /// All headings.
    pub(super) fn heads(&self) -> impl Iterator<Item = &str> {
        self.laid.headings.iter().map(|h| h.text.as_str())
    }

    /// Column of the sheet, from 0.
    pub(super) fn column(&self, column: usize) -> usize {
        self.laid.headings.get(column).map_or(0, |h| h.column)
    }

    /// A cell of a data row.
    pub(super) fn cell(&self, row: usize, column: usize) -> (Kind, &str) {
        let row = self.laid.row(row);
        (row.kind(column), row.get(column))
    }

    /// The number of a data row as the office sees it.
    pub(super) fn number(&self, row: usize) -> u32 {
        self.laid.row(row).line()
    }

    /// What the sheet's name or its title says it is about; a month without any year is of the round's.
    pub(super) fn period(&self, year: i16) -> Option<Period> {
        self.laid.period.and_then(whole).or_else(|| period_of(&self.laid.sheet, year))
    }
}

/// A day is a period only as the last of its month (截至2025年10月31日); any other one is when it was filled in.
fn whole(period: Period) -> Option<Period> {
    if period.months() > 0 {
        return Some(period);
    }
    let day = period.end();
    (day == day.last_of_month()).then(|| Period::new(day.first_of_month(), day)).flatten()
}

/// The period that a heading names: `2025年10月`, or as a part of its own `10月`.
pub(super) fn period_of(head: &str, year: i16) -> Option<Period> {
    let month = || {
        let part = head.split('/').find(|part| part.ends_with(['月', '份']) && part.chars().count() <= 4)?;
        let start = Date::new(year, cell::find_month(part)?, 1).ok()?;
        Period::new(start, start.last_of_month())
    };
    cell::find_period(head).and_then(whole).or_else(month)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_in_a_heading_is_a_part_of_its_own() {
        let of = |head: &str| period_of(head, 2025).map(|p| p.to_string());
        assert_eq!(of("按期率/10月").as_deref(), Some("2025-10"));
        assert_eq!(of("2025年9月/分子").as_deref(), Some("2025-09"));
        assert_eq!(of("近12月主题党日缺次"), None);
    }

    #[test]
    fn a_day_is_when_it_was_filled_in() {
        let of = |text: &str| text.parse().ok().and_then(whole).map(|p| p.to_string());
        assert_eq!(of("2025-11-03"), None);
        assert_eq!(of("2025-10-31").as_deref(), Some("2025-10"));
    }
}
