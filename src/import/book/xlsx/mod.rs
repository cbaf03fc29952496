//! Workbooks: calamine's cell reader for the values, our own walk for everything else.

mod parts;
mod scan;

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{DataRef, Reader as _, Xlsx};

use self::scan::Scan;
use super::archive::Archive;
use super::grid::{Grid, Kind, column_letters};
use super::limits::{CELL_MAX_BYTES, CELLS_MAX, SHEET_MAX_BYTES};
use super::xml::Part;
use super::{Book, BookOptions, Format, marking, value};
use crate::domain::problem::{Problem, Severity};
use crate::domain::request::Stop;

/// Reads a workbook whose container was opened.
pub(super) fn read(bytes: &[u8], archive: &mut Archive<'_>, shown_as: &str, options: &BookOptions) -> Result<Book, Problem> {
    let refused = |code: &str| Problem::new(code, Severity::Refused, shown_as);
    let sheets = parts::sheets(archive, shown_as)?;
    let worksheets: Vec<&str> = sheets.iter().map(|s| s.part.as_str()).collect();
    let mut strings = 0;
    // Everything the crate is going to read is read by the rules first.
    for at in 0..archive.entries.len() {
        let name = archive.entries[at].name.clone();
        let is_xml = [".xml", ".rels"].iter().any(|end| name.to_ascii_lowercase().ends_with(end));
        if !is_xml || worksheets.contains(&name.as_str()) {
            continue;
        }
        let part = Part::new(archive.reader(at)?, shown_as, &name).heeding(&options.stop);
        if name.ends_with("sharedStrings.xml") {
            strings = scan::strings(part, |code| refused(code).field(&*name))?;
        } else {
            part.check()?;
        }
    }
    let mut scans = Vec::with_capacity(sheets.len());
    for sheet in &sheets {
        let at = archive.find(&sheet.part).ok_or_else(|| refused("E_BOOK_BROKEN"))?;
        let wanted = options.sheet.as_ref().is_none_or(|wanted| *wanted == sheet.name);
        scans.push(match wanted {
            true => {
                let part = Part::new(archive.reader(at)?, shown_as, &sheet.part).heeding(&options.stop);
                Some(scan::sheet(part, &sheet.name, strings, shown_as)?)
            }
            false => None,
        });
    }
    if let Some(wanted) = options.sheet.as_ref().filter(|_| scans.iter().all(Option::is_none)) {
        let names: Vec<&str> = sheets.iter().map(|s| s.name.as_str()).collect();
        return Err(refused("E_BOOK_SHEET").arg(wanted).arg(names.join(", ")));
    }
    let mut book = Book::new(shown_as, Format::Xlsx);
    let values = catch_unwind(AssertUnwindSafe(|| {
        // A crate that panics on what the walk let through must not take the program with it.
        let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|_| refused("E_BOOK_BROKEN"))?;
        for (sheet, scan) in sheets.iter().zip(scans) {
            let Some(scan) = scan else { continue };
            let mut grid = Grid::new(&*sheet.name);
            grid.hidden = sheet.hidden;
            fill(&mut workbook, &mut grid, &scan, &book, &options.stop)?;
            if let Some((row, column, count)) = scan.unvalued {
                let place = format!("{}!{}{row}", sheet.name, column_letters(column as usize));
                book.notes.push(Problem::new("W_XLSX_FORMULA", Severity::Mark, shown_as).line(row.into()).field(place).arg(count));
            }
            grid.merged = scan.merged;
            book.push(grid);
        }
        Ok(())
    }));
    values.unwrap_or_else(|_| Err(refused("E_BOOK_BROKEN")))?;
    if book.sheets.is_empty() {
        return Err(refused("E_TABLE_EMPTY"));
    }
    Ok(book)
}

/// Fills a grid with the values of its sheet.
fn fill(workbook: &mut Xlsx<Cursor<&[u8]>>, grid: &mut Grid, scan: &Scan, book: &Book, stop: &Stop) -> Result<(), Problem> {
    let name = grid.name.clone();
    let refused = |code: &str, row: u32, column: u32| {
        let place = format!("{name}!{}{row}", column_letters(column as usize));
        Problem::new(code, Severity::Refused, &*book.file).line(row.into()).field(place)
    };
    let before: usize = book.sheets.iter().map(Grid::cells).sum();
    let mut cells = workbook.worksheet_cells_reader(&name).map_err(|_| refused("E_XLSX_CELL", 1, 0))?;
    let percent: Vec<bool> = cells.styles().iter().map(|s| s.number_format.as_ref().is_some_and(|f| f.format_code.contains('%'))).collect();
    let (mut row, mut last, mut hidden) = (0, (1, 0), scan.hidden.iter().peekable());
    let mut text = String::new();
    loop {
        let (cell, style) = match cells.next_cell_with_style_id() {
            Ok(Some(found)) => found,
            Ok(None) => break,
            Err(_) => return Err(refused("E_XLSX_CELL", last.0, last.1)),
        };
        let (number, column) = (cell.get_position().0 + 1, cell.get_position().1);
        last = (number, column);
        let value = cell.get_value();
        if matches!(value, DataRef::Empty) {
            continue;
        }
        if number != row {
            stop.check()?;
            marking::check_last_row(grid, &book.file)?;
            while hidden.next_if(|h| **h < number).is_some() {}
            grid.begin(number, hidden.next_if(|h| **h == number).is_some());
            row = number;
        }
        match value {
            DataRef::SharedString(s) => push(grid, column, Kind::Text, s),
            DataRef::String(s) => push(grid, column, Kind::Text, s),
            other => {
                text.clear();
                let kind = value::write(other, percent.get(style).copied().unwrap_or_default(), &mut text);
                push(grid, column, kind, &text);
            }
        }
        if grid.bytes() > SHEET_MAX_BYTES || matches!(value, DataRef::String(s) if s.len() > CELL_MAX_BYTES) {
            return Err(refused("E_TABLE_CELL_SIZE", number, column).arg(CELL_MAX_BYTES));
        }
        if before + grid.cells() > CELLS_MAX {
            return Err(refused("E_TABLE_CELLS", number, column).arg(CELLS_MAX));
        }
    }
    grid.finish();
    marking::check_last_row(grid, &book.file)
}

fn push(grid: &mut Grid, column: u32, kind: Kind, text: &str) {
    grid.push(column as usize, kind, text);
}
