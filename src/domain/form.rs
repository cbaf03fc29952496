//! 报表: what is written into which cell of a county's own workbook.

use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::problem::Spot;
use super::sheet::Words;

/// A cell of a worksheet, as its name says: `C5`. It is written by that name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CellAt {
    /// Row, 0-based.
    pub row: u32,
    /// Column, 0-based.
    pub column: u16,
}

impl CellAt {
    /// Rows of a worksheet (ECMA-376 part 1, 18.3.1.73).
    pub const ROWS: u32 = 1_048_576;
    /// Columns of a worksheet.
    pub const COLUMNS: u16 = 16_384;

    /// Reads a name; `None` where it is none or lies outside.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let digits = name.find(|c: char| c.is_ascii_digit())?;
        let (letters, number) = name.split_at(digits);
        if letters.is_empty() || letters.len() > 3 || number.len() > 7 || number.starts_with('0') {
            return None;
        }
        let mut column: u32 = 0;
        for letter in letters.chars() {
            let letter = letter.to_ascii_uppercase();
            column = column * 26 + u32::from(letter).checked_sub(u32::from('A')).filter(|n| *n < 26)? + 1;
        }
        let column = u16::try_from(column - 1).ok().filter(|c| *c < Self::COLUMNS)?;
        let row = number.parse::<u32>().ok()?.checked_sub(1).filter(|r| *r < Self::ROWS)?;
        Some(Self { row, column })
    }
}

impl From<CellAt> for String {
    fn from(at: CellAt) -> Self {
        at.to_string()
    }
}

impl TryFrom<String> for CellAt {
    type Error = String;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        Self::parse(&name).ok_or(name)
    }
}

impl fmt::Display for CellAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut letters = Vec::new();
        let mut rest = u32::from(self.column) + 1;
        while rest > 0 {
            letters.push(char::from(b'A' + u8::try_from((rest - 1) % 26).unwrap_or_default()));
            rest = (rest - 1) / 26;
        }
        write!(f, "{}{}", letters.iter().rev().collect::<String>(), self.row + 1)
    }
}

/// What a cell is filled with. Nothing here is ever a formula: a text that begins with `=` is a text.
#[derive(Clone, Debug, PartialEq)]
pub enum Fill {
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// Nothing is known: the cell is left empty, which is not 0.
    Blank,
}

/// The workbook that is filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Template {
    /// One that comes with the program.
    Shipped(&'static [u8]),
    /// The county's own.
    File(PathBuf),
}

/// A form with the values of its cells.
#[derive(Clone, Debug, PartialEq)]
pub struct Filled {
    /// File name of the form, without an ending.
    pub name: String,
    /// What it is called.
    pub label: Words,
    /// Name of the place that it speaks of; empty: all of the county.
    pub place: String,
    /// Its period, as written in file names.
    pub period: String,
    /// The workbook.
    pub template: Template,
    /// The worksheet.
    pub sheet: String,
    /// The cells, in the order of the definition.
    pub cells: Vec<(CellAt, Fill)>,
    /// How many cells count some that cannot be told.
    pub open: usize,
    /// How many cross-checks do not hold.
    pub failed: usize,
}

/// A form that was written into a workbook of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// The file, as it can be found again.
    pub to: PathBuf,
    /// Cells that were filled in.
    pub cells: usize,
    /// How many cells count some that cannot be told.
    pub open: usize,
    /// How many cross-checks do not hold.
    pub failed: usize,
}

/// A form as its workbook is checked: each part with the place at which the definition names it.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// File name without its ending.
    pub name: String,
    /// The workbook.
    pub template: Template,
    /// Where the definition names it.
    pub file_spot: Spot,
    /// The worksheet.
    pub sheet: String,
    /// Where the definition names it.
    pub sheet_spot: Spot,
    /// Cells that are filled in, with where the definition names them.
    pub cells: Vec<(CellAt, Spot)>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_of_cells() {
        for (name, row, column) in [("A1", 0, 0), ("C5", 4, 2), ("Z9", 8, 25), ("AA10", 9, 26), ("XFD1048576", 1_048_575, 16_383)] {
            assert_eq!(CellAt::parse(name), Some(CellAt { row, column }));
            assert_eq!(CellAt { row, column }.to_string(), name);
        }
        assert_eq!(CellAt::parse("c5"), CellAt::parse("C5"));
        for bad in ["", "5", "C", "C0", "C05", "5C", "$C$5", "C5:D6", "XFE1", "A1048577", "A99999999", "甲5", "AAAA1"] {
            assert_eq!(CellAt::parse(bad), None, "{bad}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
        #[test]
        fn every_cell_has_a_name(row in 0..CellAt::ROWS, column in 0..CellAt::COLUMNS) {
            let at = CellAt { row, column };
            prop_assert_eq!(CellAt::parse(&at.to_string()), Some(at));
        }
    }
}
