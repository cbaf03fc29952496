//! Old binary workbooks (WPS `.et` too) and OpenDocument spreadsheets, read whole by calamine: in a
//! process of its own, because a few bytes can make it ask for any amount of memory.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{Data, DataRef, Ods, Range, Reader, SheetType, SheetVisible, Xls};

use super::archive::Archive;
use super::grid::{Grid, Kind, Merge, column_letters};
use super::limits::{CELL_MAX_BYTES, CELLS_MAX, COLUMNS_MAX, SHEET_MAX_BYTES};
use super::percent::{self, Shown};
use super::xml::Part;
use super::{Book, BookOptions, Format, marking, value};
use crate::domain::problem::{Problem, Severity};
use crate::domain::request::Stop;

/// The part of an OpenDocument spreadsheet that has its cells.
const CONTENT: &str = "content.xml";

/// Reads a workbook of one of the two formats.
pub(super) fn read(bytes: &[u8], format: Format, shown_as: &str, options: &BookOptions) -> Result<Book, Problem> {
    let refused = |code: &str| Problem::new(code, Severity::Refused, shown_as);
    let read = || {
        let mut book = Book::new(shown_as, format);
        if format == Format::Ods {
            let mut workbook = Ods::new(Cursor::new(bytes)).map_err(|_| refused("E_BOOK_BROKEN"))?;
            let mut archive = Archive::open(bytes, shown_as)?;
            let content = archive.find(CONTENT).ok_or_else(|| refused("E_BOOK_BROKEN"))?;
            let percent = percent::of_document(Part::new(archive.reader(content)?, shown_as, CONTENT).heeding(&options.stop))?;
            fill(&mut workbook, &mut book, options, Some(&percent), |_, _| Vec::new())?;
        } else {
            let mut workbook = Xls::new(Cursor::new(bytes)).map_err(|e| match e {
                calamine::XlsError::Password => refused("E_BOOK_LOCKED"),
                _ => refused("E_BOOK_BROKEN"),
            })?;
            let percent = percent::of_workbook(bytes);
            fill(&mut workbook, &mut book, options, percent.as_deref(), |workbook, name| {
                let merged = workbook.merge_cells_by_sheet_name(name).unwrap_or_default().into_iter();
                merged
                    .map(|d| Merge { top: d.start.0.saturating_add(1), bottom: d.end.0.saturating_add(1), left: d.start.1, right: d.end.1 })
                    .filter(|m| m.top <= m.bottom && m.left <= m.right)
                    .collect()
            })?;
        }
        match book.sheets.is_empty() {
            true => Err(refused(if options.sheet.is_some() { "E_BOOK_SHEET" } else { "E_TABLE_EMPTY" })),
            false => Ok(book),
        }
    };
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err(refused("E_BOOK_BROKEN")))
}

fn fill<'b, R: Reader<Cursor<&'b [u8]>>>(
    workbook: &mut R,
    book: &mut Book,
    options: &BookOptions,
    percent: Option<&[Shown]>,
    merged: impl Fn(&mut R, &str) -> Vec<Merge>,
) -> Result<(), Problem> {
    let sheets = workbook.sheets_metadata().to_vec();
    for (at, sheet) in sheets.iter().enumerate().filter(|(_, s)| s.typ == SheetType::WorkSheet) {
        if options.sheet.as_ref().is_some_and(|wanted| *wanted != sheet.name) {
            continue;
        }
        let range = workbook
            .worksheet_range(&sheet.name)
            .map_err(|_| Problem::new("E_BOOK_BROKEN", Severity::Refused, &*book.file).field(&sheet.name))?;
        let mut grid = Grid::new(&*sheet.name);
        grid.hidden = sheet.visible != SheetVisible::Visible;
        let fraction = rows(&range, &mut grid, book, percent.and_then(|p| p.get(at)), &options.stop)?;
        grid.merged = merged(workbook, &sheet.name);
        if let Some((row, column)) = fraction {
            let place = format!("{}!{}{row}", sheet.name, column_letters(column as usize));
            book.notes.push(Problem::new("W_BOOK_FRACTION", Severity::Mark, &*book.file).line(row.into()).field(place));
        }
        book.push(grid);
    }
    Ok(())
}

/// Fills the grid; where it is not known what is shown in percent, the first number between 0 and 1.
fn rows(range: &Range<Data>, grid: &mut Grid, book: &Book, percent: Option<&Shown>, stop: &Stop) -> Result<Option<(u32, u32)>, Problem> {
    let (top, left) = range.start().unwrap_or_default();
    let name = grid.name.clone();
    let refused = |code: &str, row: u32, column: u32| {
        let place = format!("{name}!{}{row}", column_letters(column as usize));
        Problem::new(code, Severity::Refused, &*book.file).line(row.into()).field(place)
    };
    let before: usize = book.sheets.iter().map(Grid::cells).sum();
    let mut fraction = None;
    let mut text = String::new();
    for (row, cells) in (top + 1..).zip(range.rows()) {
        stop.check()?;
        grid.begin(row, false);
        for (column, cell) in (left..).zip(cells).filter(|(_, cell)| **cell != Data::Empty) {
            if column >= COLUMNS_MAX {
                return Err(refused("E_XLSX_WIDE", row, column).arg(COLUMNS_MAX));
            }
            text.clear();
            let kind = match cell {
                // A whole one may come as an integer: 1 is 100 %.
                Data::Int(n) if percent.is_some_and(|p| p.contains(&(row - 1, column))) => {
                    value::write(&DataRef::Float(*n as f64), true, &mut text)
                }
                cell => value::write(&borrowed(cell), percent.is_some_and(|p| p.contains(&(row - 1, column))), &mut text),
            };
            if percent.is_none() && kind == Kind::Number && matches!(cell, Data::Float(n) if *n > 0.0 && *n < 1.0) {
                fraction.get_or_insert((row, column));
            }
            if text.len() > CELL_MAX_BYTES || grid.bytes() > SHEET_MAX_BYTES {
                return Err(refused("E_TABLE_CELL_SIZE", row, column).arg(CELL_MAX_BYTES));
            }
            grid.push(column as usize, kind, &text);
        }
        if before + grid.cells() > CELLS_MAX {
            return Err(refused("E_TABLE_CELLS", row, left).arg(CELLS_MAX));
        }
        grid.finish();
        marking::check_last_row(grid, &book.file)?;
    }
    Ok(fraction)
}

fn borrowed(value: &Data) -> DataRef<'_> {
    match value {
        Data::Int(n) => DataRef::Int(*n),
        Data::Float(n) => DataRef::Float(*n),
        Data::String(s) => DataRef::SharedString(s),
        Data::Bool(b) => DataRef::Bool(*b),
        Data::DateTime(at) => DataRef::DateTime(*at),
        Data::DateTimeIso(s) => DataRef::DateTimeIso(s.clone()),
        Data::DurationIso(s) => DataRef::DurationIso(s.clone()),
        Data::Error(e) => DataRef::Error(e.clone()),
        _ => DataRef::Empty,
    }
}
