//! What the crate's cell reader neither says nor refuses, read before it: hidden rows, merged cells,
//! formulas without a value, references out of the sheet, indices out of the shared strings.

use std::io::BufRead;

use quick_xml::events::{BytesStart, Event};

use super::super::grid::{Merge, column_letters};
use super::super::limits::{COLUMNS_MAX, MERGES_MAX, ROWS_MAX, STRINGS_MAX};
use super::super::xml::{Part, attribute, push_text};
use crate::domain::problem::{Problem, Severity};

/// Last column of a spreadsheet program, `XFD`, from 0.
const LAST_COLUMN: u32 = 16_383;

/// What a worksheet says beside its values.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Scan {
    /// Numbers of hidden rows, rising.
    pub(super) hidden: Vec<u32>,
    pub(super) merged: Vec<Merge>,
    /// The first formula without a value, and how many there are.
    pub(super) unvalued: Option<(u32, u32, u32)>,
}

/// Counts the shared strings and refuses what the crate would count otherwise.
pub(super) fn strings<R: BufRead>(mut part: Part<'_, R>, refused: impl Fn(&str) -> Problem) -> Result<u64, Problem> {
    let mut buffer = Vec::new();
    let (mut count, mut in_string, mut has_text) = (0, false, false);
    while let Some(event) = part.next(&mut buffer)? {
        match event {
            Event::Start(e) => match e.local_name().as_ref() {
                "sst" => {
                    // The crate reserves what is promised here.
                    let promised = attribute(&e, "uniqueCount").and_then(|n| n.parse::<u64>().ok()).unwrap_or_default();
                    if promised > STRINGS_MAX {
                        return Err(refused("E_XLSX_STRINGS").arg(STRINGS_MAX));
                    }
                }
                "si" => (in_string, has_text) = (true, false),
                "t" if in_string => has_text = true,
                _ => {}
            },
            Event::End(e) if e.local_name().as_ref() == "si" => {
                in_string = false;
                count += 1;
                // The crate leaves such a string out, and every later one would be taken for another.
                if !has_text || count > STRINGS_MAX {
                    return Err(refused("E_XLSX_STRINGS").record(count).arg(STRINGS_MAX));
                }
            }
            _ => {}
        }
    }
    Ok(count)
}

/// Walks one worksheet.
pub(super) fn sheet<R: BufRead>(mut part: Part<'_, R>, name: &str, strings: u64, shown_as: &str) -> Result<Scan, Problem> {
    let mut walk = Walk { name, strings, shown_as, out: Scan::default(), row: 0, column: None, cell: Cell::default() };
    let mut buffer = Vec::new();
    let (mut in_data, mut in_value) = (false, false);
    let mut value = String::new();
    while let Some(event) = part.next(&mut buffer)? {
        match &event {
            Event::Start(e) => match e.local_name().as_ref() {
                "sheetData" => in_data = true,
                "row" if in_data => walk.row(e)?,
                "c" if in_data => walk.cell(e)?,
                "f" if in_data => walk.cell.formula = true,
                "is" if in_data => walk.cell.valued = true,
                "v" if in_data => {
                    in_value = true;
                    value.clear();
                }
                "mergeCell" => walk.merge(e)?,
                _ => {}
            },
            Event::End(e) => match e.local_name().as_ref() {
                "sheetData" => in_data = false,
                "v" if in_value => {
                    in_value = false;
                    walk.value(&value)?;
                }
                "c" if in_data => walk.end_of_cell()?,
                _ => {}
            },
            other if in_value => push_text(other, &mut value),
            _ => {}
        }
    }
    Ok(walk.out)
}

#[derive(Default)]
struct Cell {
    shared: bool,
    formula: bool,
    valued: bool,
}

struct Walk<'a> {
    name: &'a str,
    strings: u64,
    shown_as: &'a str,
    out: Scan,
    /// Number of the row, 0 before the first.
    row: u32,
    /// Column of the cell, from 0.
    column: Option<u32>,
    cell: Cell,
}

impl Walk<'_> {
    fn refused(&self, code: &str, place: &str) -> Problem {
        let problem = Problem::new(code, Severity::Refused, self.shown_as).field(format!("{}!{place}", self.name));
        if self.row > 0 { problem.line(self.row.into()) } else { problem }
    }

    fn row(&mut self, e: &BytesStart<'_>) -> Result<(), Problem> {
        let (mut number, mut hidden) = (None, false);
        for a in e.attributes().with_checks(false).flatten() {
            match a.key.as_ref() {
                "r" => number = Some(a.value.to_string()),
                "hidden" => hidden = matches!(&*a.value, "1" | "true"),
                _ => {}
            }
        }
        let next = match &number {
            Some(text) => text.parse::<u32>().ok().filter(|n| *n > self.row && *n <= ROWS_MAX),
            None => Some(self.row + 1).filter(|n| *n <= ROWS_MAX),
        };
        self.row = next.ok_or_else(|| self.refused("E_XLSX_GRID", number.as_deref().unwrap_or_default()))?;
        self.column = None;
        if hidden {
            self.out.hidden.push(self.row);
        }
        Ok(())
    }

    fn cell(&mut self, e: &BytesStart<'_>) -> Result<(), Problem> {
        self.cell = Cell::default();
        let mut column = self.column.map_or(0, |c| c + 1);
        for a in e.attributes().with_checks(false).flatten() {
            match a.key.as_ref() {
                "r" => {
                    let found = reference(&a.value).filter(|(row, col)| *row == self.row && self.column.is_none_or(|c| *col > c));
                    column = found.ok_or_else(|| self.refused("E_XLSX_GRID", &a.value))?.1;
                }
                "t" => self.cell.shared = &*a.value == "s",
                _ => {}
            }
        }
        if self.row == 0 || column > LAST_COLUMN {
            return Err(self.refused("E_XLSX_GRID", &column_letters(column as usize)));
        }
        self.column = Some(column);
        Ok(())
    }

    fn value(&mut self, value: &str) -> Result<(), Problem> {
        self.cell.valued |= !value.is_empty();
        if self.cell.shared && !value.is_empty() && value.parse::<u64>().is_ok_and(|n| n < self.strings) {
            return Ok(());
        }
        match self.cell.shared && !value.is_empty() {
            true => Err(self.refused("E_XLSX_STRING", &self.place()).arg(value)),
            false => Ok(()),
        }
    }

    fn place(&self) -> String {
        format!("{}{}", column_letters(self.column.unwrap_or_default() as usize), self.row)
    }

    fn end_of_cell(&mut self) -> Result<(), Problem> {
        let column = self.column.unwrap_or_default();
        if self.cell.valued && column >= COLUMNS_MAX {
            return Err(self.refused("E_XLSX_WIDE", &self.place()).arg(COLUMNS_MAX));
        }
        if self.cell.formula && !self.cell.valued {
            let (.., count) = self.out.unvalued.get_or_insert((self.row, column, 0));
            *count += 1;
        }
        Ok(())
    }

    fn merge(&mut self, e: &BytesStart<'_>) -> Result<(), Problem> {
        let text = attribute(e, "ref").unwrap_or_default();
        let (from, to) = text.split_once(':').unwrap_or((&text, &text));
        let found = reference(from).zip(reference(to)).filter(|((top, left), (bottom, right))| top <= bottom && left <= right);
        let ((top, left), (bottom, right)) = found.ok_or_else(|| self.refused("E_XLSX_GRID", &text))?;
        if self.out.merged.len() >= MERGES_MAX {
            return Err(self.refused("E_XLSX_MERGES", &text).arg(MERGES_MAX));
        }
        self.out.merged.push(Merge { top, bottom, left, right });
        Ok(())
    }
}

/// `B7` as row number 7 and column 1 (from 0); `None` outside of a sheet.
pub(super) fn reference(text: &str) -> Option<(u32, u32)> {
    let text = text.as_bytes();
    let letters = text.iter().take_while(|b| b.is_ascii_uppercase()).count();
    let digits = &text[letters..];
    if !(1..=3).contains(&letters) || !(1..=7).contains(&digits.len()) || digits[0] == b'0' {
        return None;
    }
    let column = text[..letters].iter().fold(0, |n, b| n * 26 + u32::from(b - b'A') + 1) - 1;
    let row = digits.iter().try_fold(0_u32, |n, b| b.is_ascii_digit().then(|| n * 10 + u32::from(b - b'0')))?;
    (column <= LAST_COLUMN && row <= ROWS_MAX).then_some((row, column))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_stay_on_the_sheet() {
        assert_eq!(reference("A1"), Some((1, 0)));
        assert_eq!(reference("XFD1048576"), Some((1_048_576, 16_383)));
        for text in ["", "A", "1", "A0", "XFE1", "A1048577", "ZZZZZZZZ1", "a1", "A1B", "$A$1", "A99999999999"] {
            assert_eq!(reference(text), None, "{text}");
        }
    }
}
