//! From a sheet as the office draws it to headings and rows.
//!
//! Titles, subtotals, totals, footers, repeated headings and hidden rows are cut and counted; what
//! stands in them is blotted out, because footers name people and telephones.

mod body;
mod header;
pub(super) mod kept;
mod words;

use jiff::civil::Date;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::book::{Book, Grid, Kind};
use super::cell;
use crate::domain::period::Period;
use crate::domain::problem::{Problem, Severity};

/// Why a row is no data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cut {
    /// Above the headings.
    Title,
    /// The headings themselves.
    Heading,
    /// Numbers of the columns below the headings.
    Numbering,
    /// Headings or titles again, as on every printed page.
    Repeat,
    /// 小计.
    Subtotal,
    /// 合计, 总计.
    Total,
    /// 填表人, 电话, 注.
    Footer,
    /// Hidden by the office's program: what a person who looked at the sheet did not see.
    Hidden,
}

/// A column: its heading and what the heading says of its numbers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Heading {
    /// The words of all header lines, `上级/下级`, without the unit.
    pub text: String,
    /// Unit in brackets, `产值(万元)`, or in a line of units below.
    pub unit: Option<String>,
    /// Column of the sheet, from 0.
    pub column: usize,
}

/// A sheet as headings and rows.
#[derive(Clone, Debug)]
pub struct Laid {
    /// Name of the sheet.
    pub sheet: String,
    /// The sheet is hidden.
    pub hidden: bool,
    /// Columns that have a heading or hold something.
    pub headings: Vec<Heading>,
    /// First line above the headings that is a title.
    pub title: Option<String>,
    /// What the sheet's name or its title says it is about.
    pub period: Option<Period>,
    /// Unit of figures whose heading has none: a line `单位:万元` above the table.
    pub unit: Option<String>,
    /// Rows that are no data, with their numbers; rising.
    pub cut: Vec<(u32, Cut)>,
    /// What is worth knowing.
    pub notes: Vec<Problem>,
    /// Rows were cut that may name who filled the sheet in, or that nobody saw.
    signed: bool,
    grid: Grid,
    /// Rows of the grid that are data.
    rows: Vec<u32>,
    /// Cells below the first of a vertical merge: row and column of the grid → row with the text.
    filled: FxHashMap<(u32, u32), u32>,
}

/// One row of a [`Laid`].
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    laid: &'a Laid,
    row: u32,
}

impl<'a> Row<'a> {
    /// Physical line of a text file, row number of a sheet.
    #[must_use]
    pub fn line(&self) -> u32 {
        self.laid.grid.row(self.row as usize).number
    }

    /// The text under a heading, by its place among the headings; empty beyond.
    #[must_use]
    pub fn get(&self, heading: usize) -> &'a str {
        self.at(heading).map_or("", |(row, column)| self.laid.grid.row(row).get(column))
    }

    /// The kind of the cell under a heading.
    #[must_use]
    pub fn kind(&self, heading: usize) -> Kind {
        self.at(heading).map_or(Kind::Empty, |(row, column)| self.laid.grid.row(row).kind(column))
    }

    fn at(&self, heading: usize) -> Option<(usize, usize)> {
        let column = self.laid.headings.get(heading)?.column;
        let own = (self.row, u32::try_from(column).ok()?);
        let row = match self.laid.filled.is_empty() {
            true => self.row,
            false => self.laid.filled.get(&own).copied().unwrap_or(self.row),
        };
        Some((row as usize, column))
    }
}

impl Laid {
    /// Number of rows of data.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are no rows of data.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// A row of data.
    #[must_use]
    pub fn row(&self, n: usize) -> Row<'_> {
        Row { laid: self, row: self.rows[n] }
    }

    /// All rows of data.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> + Clone {
        self.rows.iter().map(|row| Row { laid: self, row: *row })
    }

    /// How many rows were cut for a reason.
    #[must_use]
    pub fn count(&self, why: Cut) -> usize {
        self.cut.iter().filter(|(_, cut)| *cut == why).count()
    }

    /// The place of a cell as people name it: `表!C7`, or `C7` in a text file.
    #[must_use]
    pub fn place(&self, row: Row<'_>, heading: usize) -> String {
        let letters = self.headings.get(heading).map(|h| super::book::column_letters(h.column)).unwrap_or_default();
        match self.sheet.as_str() {
            "" => format!("{letters}{}", row.line()),
            sheet => format!("{sheet}!{letters}{}", row.line()),
        }
    }
}

/// Lays out every sheet of a book that holds rows of data.
#[must_use]
pub fn lay_out(book: Book) -> Vec<Laid> {
    let file = book.file;
    book.sheets.into_iter().map(|grid| sheet(grid, &file)).filter(|laid| !laid.is_empty()).collect()
}

/// Takes a sheet as it is: the first row is the headings, every other one is data.
#[must_use]
pub fn plain(grid: Grid) -> Laid {
    let first = (!grid.is_empty()).then(|| grid.row(0));
    let headings = first.iter().flat_map(|row| row.iter().enumerate());
    let headings = headings.map(|(column, text)| Heading { text: text.to_owned(), unit: None, column }).collect();
    let rows = (1..u32::try_from(grid.len()).unwrap_or(u32::MAX)).collect();
    let cut = first.iter().map(|row| (row.number, Cut::Heading)).collect();
    Laid {
        sheet: grid.name.clone(),
        hidden: grid.hidden,
        headings,
        title: None,
        period: None,
        unit: None,
        cut,
        notes: Vec::new(),
        signed: false,
        grid,
        rows,
        filled: FxHashMap::default(),
    }
}

/// Finds the headings of a sheet and what is data below them.
#[must_use]
pub fn sheet(mut grid: Grid, file: &str) -> Laid {
    let found = header::find(&grid);
    let mut notes = Vec::new();
    let above: Vec<String> = grid.above.iter().cloned().chain(texts(&grid, 0..found.first)).collect();
    let title = above.iter().find(|line| !words::is_label(line)).cloned();
    let unit = above.iter().find_map(|line| words::sheet_unit(line));
    let period = period(&grid.name, &above, file, &mut notes);
    let mut headings = header::headings(&grid, &found);
    let (rows, mut cut) = body::rows(&grid, &found, &above);
    let hidden = cut.iter().filter(|(_, why)| *why == Cut::Hidden);
    if let Some((line, _)) = hidden.clone().next() {
        let note = Problem::new("W_LAYOUT_HIDDEN", Severity::Mark, file).line((*line).into()).arg(hidden.count());
        notes.push(if grid.name.is_empty() { note } else { note.field(&grid.name) });
    }
    headings.retain(|heading| !heading.text.is_empty() || rows.iter().any(|row| !grid.row(*row as usize).get(heading.column).is_empty()));
    let filled = body::fill(&grid, &rows);
    cut.sort_unstable();
    let signed = above.iter().any(|line| kept::is_signed(line)) || cut.iter().any(|(_, why)| matches!(why, Cut::Footer | Cut::Hidden));
    blot(&mut grid, &cut);
    let (name, hidden) = (grid.name.clone(), grid.hidden);
    Laid { sheet: name, hidden, headings, title, period, unit, cut, notes, signed, grid, rows, filled }
}

fn texts(grid: &Grid, rows: std::ops::Range<usize>) -> Vec<String> {
    grid.rows_in(rows).flat_map(|row| row.iter().filter(|t| !t.is_empty()).map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// Sheets of a month are named after it; else the title says it; a month without its year takes the
/// year of the title or of the file.
fn period(sheet: &str, above: &[String], file: &str, notes: &mut Vec<Problem>) -> Option<Period> {
    let titled = above.iter().find_map(|line| cell::find_period(line));
    let file_name = file.rsplit('/').next().unwrap_or(file);
    let of_sheet = cell::find_period(sheet).or_else(|| {
        let month = cell::find_month(sheet)?;
        let year = above.iter().find_map(|line| cell::find_year(line)).or_else(|| cell::find_year(file_name))?;
        let start = Date::new(year, month, 1).ok()?;
        Period::new(start, start.last_of_month())
    });
    match (of_sheet, titled) {
        // A title that names the year alone agrees with any of its months.
        (Some(sheet_says), Some(title_says)) if title_says.end() < sheet_says.start() || title_says.start() > sheet_says.end() => {
            let note = Problem::new("W_LAYOUT_PERIOD", Severity::Mark, file).field(sheet).arg(sheet_says).arg(title_says);
            notes.push(note);
            Some(sheet_says)
        }
        (Some(sheet_says), _) => Some(sheet_says),
        (None, titled) => titled,
    }
}

/// Blots out what stands in cut rows, except headings: nothing of a footer is kept.
fn blot(grid: &mut Grid, cut: &[(u32, Cut)]) {
    for (number, _) in cut.iter().filter(|(_, why)| matches!(why, Cut::Title | Cut::Footer)) {
        grid.blot(*number);
    }
    grid.above.clear();
}

#[cfg(test)]
mod tests;
