//! A sheet as cells of text: compact, with the row numbers and kinds that the office's program shows.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::domain::text::is_hostile;

/// What a cell held before it became text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[repr(u8)]
pub enum Kind {
    /// Nothing, or blanks only.
    #[default]
    Empty,
    /// Text; every cell of a text file is text.
    Text,
    /// A number of a workbook; a code kept as one has lost its leading zeros and, beyond 15 digits,
    /// its last places.
    Number,
    /// A date, `2025-09-30`, with `T08:30:00` where it has a time.
    Date,
    /// `TRUE` or `FALSE`.
    Bool,
    /// An error such as `#N/A`.
    Error,
}

impl Kind {
    pub(super) fn of(byte: u8) -> Option<Self> {
        [Self::Empty, Self::Text, Self::Number, Self::Date, Self::Bool, Self::Error].get(usize::from(byte)).copied()
    }
}

/// Cells shown as one; rows as numbered on the sheet, columns from 0, both ends inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merge {
    /// First row, as numbered on the sheet.
    pub top: u32,
    /// Last row.
    pub bottom: u32,
    /// First column, from 0.
    pub left: u32,
    /// Last column.
    pub right: u32,
}

/// A row that holds something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) number: u32,
    pub(super) hidden: bool,
    /// Its first cell in `ends` and `kinds`.
    pub(super) first: u32,
}

/// One sheet, or one table of a document. Rows without any text are not kept.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Grid {
    /// Name of the sheet; empty in a text file.
    pub name: String,
    /// The office's program does not show it.
    pub hidden: bool,
    /// Text that stands above the table outside of any cell (documents).
    pub above: Vec<String>,
    /// Merged cells. Only the first one of each holds text.
    pub merged: Vec<Merge>,
    pub(super) rows: Vec<Row>,
    /// All cells in one text: a sheet has a million.
    pub(super) text: String,
    /// Where each cell ends in `text`.
    pub(super) ends: Vec<u32>,
    pub(super) kinds: Vec<Kind>,
    /// Cells that lost hostile characters, and the row of the first.
    pub(super) cleaned: Option<(u32, u32)>,
}

/// One row of a [`Grid`].
#[derive(Clone, Copy, Debug)]
pub struct Cells<'a> {
    grid: &'a Grid,
    /// Physical line of a text file, row number of a sheet, 1-based.
    pub number: u32,
    /// The office's program does not show it.
    pub hidden: bool,
    first: usize,
    end: usize,
}

impl<'a> Cells<'a> {
    /// The text of a cell; empty beyond the end of the row.
    #[must_use]
    pub fn get(&self, column: usize) -> &'a str {
        let at = self.first + column;
        if at < self.end { self.grid.cell(at) } else { "" }
    }

    /// The kind of a cell.
    #[must_use]
    pub fn kind(&self, column: usize) -> Kind {
        let at = self.first + column;
        if at < self.end { self.grid.kinds[at] } else { Kind::Empty }
    }

    /// Cells up to the last that holds something.
    #[must_use]
    pub fn len(&self) -> usize {
        self.end - self.first
    }

    /// Never: a row without text is not kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.first == self.end
    }

    /// All cells up to the last that holds something.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &'a str> + Clone + use<'a> {
        let grid = self.grid;
        (self.first..self.end).map(|at| grid.cell(at))
    }
}

impl Grid {
    /// An empty grid.
    pub(crate) fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    fn cell(&self, at: usize) -> &str {
        let start = at.checked_sub(1).map_or(0, |n| self.ends[n]);
        &self.text[start as usize..self.ends[at] as usize]
    }

    /// Begins a row; rows come in rising order.
    pub(crate) fn begin(&mut self, number: u32, hidden: bool) {
        self.finish();
        let first = u32::try_from(self.ends.len()).unwrap_or(u32::MAX);
        self.rows.push(Row { number, hidden, first });
    }

    /// Puts a text into a column (from 0) of the row that was begun, right of what stands there.
    pub(crate) fn push(&mut self, column: usize, kind: Kind, text: &str) {
        let Some(row) = self.rows.last() else { return };
        let (first, number) = (row.first as usize, row.number);
        let text = text.trim();
        let kind = if text.is_empty() { Kind::Empty } else { kind };
        if kind == Kind::Empty && first + column >= self.ends.len() {
            return;
        }
        let end = self.text.len() as u32;
        while self.ends.len() < first + column {
            self.ends.push(end);
            self.kinds.push(Kind::Empty);
        }
        if may_be_hostile(text) && text.chars().any(is_hostile) {
            self.push_cleaned(text, number);
        } else {
            self.text.push_str(text);
        }
        // Readers stop long before 4 GB.
        self.ends.push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
        self.kinds.push(kind);
    }

    /// Line breaks and tabs become one blank, other hostile characters go and are counted.
    fn push_cleaned(&mut self, text: &str, number: u32) {
        let mut lost = false;
        let mut broken = false;
        for c in text.chars() {
            match c {
                '\r' | '\n' | '\t' | '\u{2028}' | '\u{2029}' => {
                    if !broken {
                        self.text.push(' ');
                    }
                    broken = true;
                }
                c if is_hostile(c) => lost = true,
                c => {
                    self.text.push(c);
                    broken = false;
                }
            }
        }
        if lost {
            let (_, count) = self.cleaned.get_or_insert((number, 0));
            *count += 1;
        }
    }

    /// Ends the row that was begun; one without text is dropped.
    pub(crate) fn finish(&mut self) {
        let Some(row) = self.rows.last() else { return };
        let first = row.first as usize;
        while self.kinds.len() > first && self.kinds.last() == Some(&Kind::Empty) {
            self.kinds.pop();
            self.ends.pop();
        }
        if self.kinds.len() == first {
            self.rows.pop();
        }
    }

    /// Blots out the texts of a row: they are gone from memory, the row is still there.
    pub(crate) fn blot(&mut self, number: u32) {
        let Some(n) = self.find(number) else { return };
        let Cells { first, end, .. } = self.row(n);
        let start = first.checked_sub(1).map_or(0, |n| self.ends[n]);
        if let Some(last) = self.ends[first..end].last().copied() {
            let range = start as usize..last as usize;
            self.text.replace_range(range.clone(), &" ".repeat(range.len()));
            self.kinds[first..end].fill(Kind::Empty);
        }
    }

    /// Cells held, gaps included.
    pub(crate) fn cells(&self) -> usize {
        self.ends.len()
    }

    /// Bytes of text held.
    pub(crate) fn bytes(&self) -> usize {
        self.text.len()
    }

    /// Number of rows that hold something.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether no row holds anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// A row by its place among those that hold something.
    #[must_use]
    pub fn row(&self, n: usize) -> Cells<'_> {
        let row = self.rows[n];
        let end = self.rows.get(n + 1).map_or(self.ends.len(), |next| next.first as usize);
        Cells { grid: self, number: row.number, hidden: row.hidden, first: row.first as usize, end }
    }

    /// The place of a row by its number.
    #[must_use]
    pub fn find(&self, number: u32) -> Option<usize> {
        self.rows.binary_search_by_key(&number, |row| row.number).ok()
    }

    /// Some rows.
    pub fn rows_in(&self, range: Range<usize>) -> impl DoubleEndedIterator<Item = Cells<'_>> + Clone {
        range.map(|n| self.row(n))
    }

    /// All rows that hold something.
    pub fn rows(&self) -> impl DoubleEndedIterator<Item = Cells<'_>> + Clone {
        self.rows_in(0..self.len())
    }

    /// Columns up to the last that holds something in any row.
    #[must_use]
    pub fn width(&self) -> usize {
        self.rows().map(|r| r.len()).max().unwrap_or(0)
    }
}

/// Bytes that begin a hostile character, and some harmless ones: most texts are settled here.
fn may_be_hostile(text: &str) -> bool {
    text.bytes().any(|b| b < 0x20 || matches!(b, 0x7f | 0xc2 | 0xd8 | 0xe1 | 0xe2 | 0xef | 0xf3))
}

/// The letters of a column: 0 is `A`, 26 is `AA`.
#[must_use]
pub fn column_letters(column: usize) -> String {
    let (mut out, mut n) = (Vec::new(), column + 1);
    while n > 0 {
        n -= 1;
        out.push(b'A' + (n % 26) as u8);
        n /= 26;
    }
    out.iter().rev().map(|b| char::from(*b)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_stand_where_they_were_put_and_blank_rows_go() {
        let mut grid = Grid::new("表");
        grid.begin(1, false);
        grid.push(2, Kind::Text, " 甲 ");
        grid.push(4, Kind::Empty, "");
        grid.begin(2, false);
        grid.push(0, Kind::Text, "  ");
        grid.begin(7, true);
        grid.push(0, Kind::Number, "1");
        grid.push(1, Kind::Empty, "");
        grid.push(3, Kind::Error, "#N/A");
        grid.finish();
        assert_eq!((grid.len(), grid.width()), (2, 4));
        let (one, seven) = (grid.row(0), grid.row(1));
        assert_eq!(one.iter().collect::<Vec<_>>(), ["", "", "甲"]);
        assert_eq!((seven.number, seven.hidden, seven.get(3), seven.kind(3), seven.get(99)), (7, true, "#N/A", Kind::Error, ""));
    }

    #[test]
    fn hostile_characters_go_and_are_counted() {
        let mut grid = Grid::new("");
        grid.begin(3, false);
        grid.push(0, Kind::Text, "甲\u{1b}]52;c;x\u{7}");
        grid.push(1, Kind::Text, "产值\r\n(万元)");
        grid.push(2, Kind::Text, "𠅤\u{202e}家湾");
        grid.finish();
        assert_eq!(grid.row(0).iter().collect::<Vec<_>>(), ["甲]52;c;x", "产值 (万元)", "𠅤家湾"]);
        assert_eq!(grid.cleaned, Some((3, 2)));
    }

    #[test]
    fn columns_have_the_letters_of_a_spreadsheet() {
        for (n, letters) in [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA"), (16_383, "XFD")] {
            assert_eq!(column_letters(n), letters);
        }
    }
}
