//! A file given back 退回: as it came, with its faulty cells marked and the remarks on a sheet of their own.

use std::path::Path;

use rust_xlsxwriter::{Note, Workbook, Worksheet, XlsxError};

use super::style::{self, Style};
use super::{ours, save, sheet_name};
use crate::domain::problem::Problem;
use crate::locale::Lang;

/// Columns of a sheet that are written at most, and rows: those of the format.
const COLUMNS_MAX: usize = 16_384;
const ROWS_MAX: u32 = 1_048_576;
/// Digits that a number keeps in a workbook; a longer one is written as text.
const DIGITS_MAX: usize = 15;

/// What is given back.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Returned {
    /// Whom it goes to, with the period.
    pub title: String,
    /// Why, in the words of whoever gives it back; may be empty.
    pub remark: String,
    /// Everything that is wrong: place and words.
    pub faults: Vec<(String, String)>,
    /// The sheets as they came.
    pub sheets: Vec<ReturnedSheet>,
}

/// A sheet that came.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReturnedSheet {
    /// Name; empty in a text file.
    pub name: String,
    /// It was not shown.
    pub hidden: bool,
    /// Rows as numbered, with their cells: text, and whether it was a number.
    pub rows: Vec<(u32, Vec<(String, bool)>)>,
    /// Merged cells: first and last row as numbered, first and last column from 0.
    pub merged: Vec<(u32, u32, usize, usize)>,
    /// What is wrong: row as numbered, column from 0 and the words.
    pub marks: Vec<(u32, usize, String)>,
}

/// Writes what is given back.
///
/// # Errors
/// `E_NOT_SAVED` where it cannot be written.
pub fn write(returned: &Returned, to: &Path, lang: Lang) -> Result<(), Problem> {
    save(workbook(returned, lang).map_err(|e| ours(&e))?, to)
}

fn workbook(returned: &Returned, lang: Lang) -> Result<Workbook, XlsxError> {
    let (mut book, style) = (Workbook::new(), Style::new());
    let mut names = vec![lang.text("round.returned.sheet").to_owned()];
    let page = book.add_worksheet();
    page.set_name(&names[0])?;
    remarks(page, returned, &style, lang)?;
    for sheet in &returned.sheets {
        let name = sheet_name(&sheet.name, &names);
        let page = book.add_worksheet();
        page.set_name(&name)?;
        names.push(name);
        if sheet.hidden {
            page.set_very_hidden(true);
        }
        fill(page, sheet, &style)?;
    }
    Ok(book)
}

fn remarks(page: &mut Worksheet, returned: &Returned, style: &Style, lang: Lang) -> Result<(), XlsxError> {
    page.merge_range(0, 0, 0, 1, &returned.title, &style.title)?;
    page.set_row_height(0, 30)?;
    page.merge_range(1, 0, 1, 1, &returned.remark, &style.note)?;
    for (c, key) in (0u16..).zip(["place", "wrong"]) {
        page.write_string_with_format(2, c, lang.text(&format!("round.returned.{key}")), &style.head)?;
    }
    let mut widest = [12.0f64, 44.0];
    for (r, (place, words)) in (3u32..).zip(&returned.faults) {
        page.write_string_with_format(r, 0, place, &style.plain)?;
        page.write_string_with_format(r, 1, words, &style.plain.clone().set_text_wrap())?;
        widest[0] = widest[0].max(style::width(place));
    }
    style::widths(page, &widest)?;
    page.set_column_width(1, 70)?;
    style::print(page, (2, 2), false)
}

fn fill(page: &mut Worksheet, sheet: &ReturnedSheet, style: &Style) -> Result<(), XlsxError> {
    let mut widths: Vec<f64> = Vec::new();
    let at = |row: u32, column: usize| {
        let row = row.checked_sub(1).filter(|r| *r < ROWS_MAX)?;
        u16::try_from(column).ok().filter(|_| column < COLUMNS_MAX).map(|column| (row, column))
    };
    // One cell of a merged range holds its text; a range of one cell is none.
    for (top, bottom, left, right) in &sheet.merged {
        if let (Some((t, l)), Some((b, r))) = (at(*top, *left), at(*bottom, *right))
            && (t, l) != (b, r)
        {
            // Ranges that overlap come from broken files: the first one stands.
            let _ = page.merge_range(t, l, b, r, "", &style.plain);
        }
    }
    for (number, cells) in &sheet.rows {
        for (column, (text, is_number)) in cells.iter().enumerate().filter(|(_, (text, _))| !text.is_empty()) {
            let Some((row, c)) = at(*number, column) else { continue };
            let marked = sheet.marks.iter().any(|(r, of, _)| (r, *of) == (number, column));
            let format = if marked { &style.wrong } else { &style.plain };
            match text.parse::<f64>().ok().filter(|n| *is_number && n.is_finite() && text.len() <= DIGITS_MAX) {
                Some(value) => page.write_number_with_format(row, c, value, format)?,
                None => page.write_string_with_format(row, c, text, format)?,
            };
            if widths.len() <= column {
                widths.resize(column + 1, 0.0);
            }
            // A title across the sheet does not make its first column wide.
            if cells.len() > 1 {
                widths[column] = widths[column].max(style::width(text));
            }
        }
    }
    let mut notes: std::collections::BTreeMap<(u32, u16), Vec<&str>> = std::collections::BTreeMap::new();
    for (number, column, words) in &sheet.marks {
        if let Some(place) = at(*number, *column) {
            notes.entry(place).or_default().push(words);
        }
    }
    for ((row, column), words) in notes {
        let there = sheet.rows.iter().find(|(n, _)| *n == row + 1).and_then(|(_, cells)| cells.get(usize::from(column)));
        if there.is_none_or(|(text, _)| text.is_empty()) {
            page.write_blank(row, column, &style.wrong)?;
        }
        page.insert_note(row, column, &Note::new(words.join("\n")).add_author_prefix(false).set_width(260))?;
    }
    style::widths(page, &widths)
}
