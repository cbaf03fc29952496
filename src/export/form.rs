//! A county's own workbook filled in, in place: only the cells that are named change. Merges, widths,
//! print area, styles and formulas stay as they are, byte by byte. Values that formulas left behind are
//! dropped, and whoever opens the file computes them anew.

mod book;
mod edit;
mod page;
#[cfg(test)]
mod tests;

use std::io::{Cursor, Read as _, Write as _};
use std::path::{Path, PathBuf};

use zip::read::ZipArchive;
use zip::write::{SimpleFileOptions, ZipWriter};
use zip::{CompressionMethod, DateTime};

use super::{write_new as write_new_file, write_whole};
use crate::domain::form::{CellAt, Fill, Filled, Layout, Template};
use crate::domain::problem::{Problem, Severity, Spot};

/// Bytes of a template; forms are a few hundred kilobytes at most.
const FILE_MAX_BYTES: u64 = 32 << 20;
/// Bytes of one part of it, unpacked.
const PART_MAX_BYTES: u64 = 64 << 20;

/// Writes a filled form, whole or not at all.
///
/// # Errors
/// `E_FORM_…`: why the template cannot be filled in; `E_NOT_SAVED`.
pub fn write(filled: &Filled, to: &Path) -> Result<(), Problem> {
    write_whole(&book_of(filled, to)?, to)
}

/// Names that are tried where one is taken.
const NAMES: u32 = 1_000;

/// Writes a filled form into a file that is not there yet, named `.xlsx`, whole or not at all; the file.
///
/// # Errors
/// `E_FORM_THERE`: there is one already, with a name that is free; `E_FORM_FOLDER`; `E_FORM_…`: why the template
/// cannot be filled in; `E_NOT_SAVED`.
pub fn write_new(filled: &Filled, to: &Path) -> Result<PathBuf, Problem> {
    let refused = |code: &str| Problem::new(code, Severity::Refused, "").arg(to.display());
    if to.is_dir() {
        return Err(refused("E_FORM_FOLDER"));
    }
    let mut to = to.to_path_buf();
    if !to.extension().is_some_and(|e| e.eq_ignore_ascii_case("xlsx")) {
        to.as_mut_os_string().push(".xlsx");
    }
    if write_new_file(&book_of(filled, &to)?, &to)? {
        return Ok(to);
    }
    let stem = to.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let mut names = (2..NAMES).map(|n| to.with_file_name(format!("{stem} ({n}).xlsx")));
    let free = names.find(|path| path.symlink_metadata().is_err()).unwrap_or_default();
    Err(Problem::new("E_FORM_THERE", Severity::Refused, "").arg(to.display()).arg(free.display()).arg(&filled.name))
}

/// The bytes of a filled form that is to be written somewhere.
fn book_of(filled: &Filled, to: &Path) -> Result<Vec<u8>, Problem> {
    if let Template::File(file) = &filled.template
        && same(file, to)
    {
        return Err(Problem::new("E_FORM_ITSELF", Severity::Refused, shown_as(&filled.template, &filled.name)));
    }
    fill(&bytes(&filled.template, &filled.name)?, &shown_as(&filled.template, &filled.name), &filled.sheet, &filled.cells)
}

/// The name of a template in problems.
fn shown_as(template: &Template, name: &str) -> String {
    match template {
        Template::Shipped(_) => format!("{name}.xlsx"),
        Template::File(file) => file.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned()),
    }
}

fn bytes(template: &Template, name: &str) -> Result<Vec<u8>, Problem> {
    let file = match template {
        Template::Shipped(bytes) => return Ok(bytes.to_vec()),
        Template::File(file) => file,
    };
    let refused = |code: &str| Problem::new(code, Severity::Refused, shown_as(template, name));
    let unreadable = |e: std::io::Error| refused("E_FORM_READ").arg(e);
    if std::fs::metadata(file).map_err(unreadable)?.len() > FILE_MAX_BYTES {
        return Err(refused("E_FORM_SIZE").arg(FILE_MAX_BYTES >> 20));
    }
    let bytes = std::fs::read(file).map_err(unreadable)?;
    // [MS-CFB] 2.2: the container of the old format, and of workbooks that need a password to be opened.
    if bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]) {
        return Err(refused("E_FORM_LOCKED"));
    }
    Ok(bytes)
}

/// Mistakes of a form that are told at most.
const MISTAKES: usize = 50;

/// What is wrong with the workbook of a form, each at its place in the definition: that it cannot be read, has
/// no such worksheet, or that a cell cannot be filled in.
#[must_use]
pub fn check(form: &Layout) -> Vec<Problem> {
    let at = |problem: Problem, spot: &Spot| Problem { spot: spot.clone(), ..problem };
    let book = match bytes(&form.template, &form.name) {
        Ok(book) => book,
        Err(problem) => return vec![at(problem, &form.file_spot)],
    };
    let mut cells: Vec<(CellAt, Fill)> = form.cells.iter().map(|(at, _)| (*at, Fill::Blank)).collect();
    let mut found = Vec::new();
    while found.len() < MISTAKES {
        let Err(problem) = fill(&book, &shown_as(&form.template, &form.name), &form.sheet, &cells) else { break };
        let of_cell = problem.spot.field.as_deref().and_then(CellAt::parse);
        let Some((cell, spot)) = form.cells.iter().find(|(at, _)| Some(*at) == of_cell) else {
            let spot = if problem.code == "E_FORM_SHEET" { &form.sheet_spot } else { &form.file_spot };
            found.push(at(problem, spot));
            break;
        };
        // The next one is found without it.
        cells.retain(|(at, _)| at != cell);
        found.push(at(problem, spot));
    }
    found.sort_by_key(|p| (p.spot.line, p.spot.column));
    found
}

/// Whether two names are of one file.
fn same(a: &Path, b: &Path) -> bool {
    matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}

/// The bytes of a workbook with some cells of one worksheet filled in.
///
/// # Errors
/// `E_FORM_BROKEN`, `E_FORM_SHEET`, `E_FORM_MERGED`, `E_FORM_FORMULA`, `E_FORM_TWICE`: why it cannot be
/// filled in.
pub fn fill(template: &[u8], shown_as: &str, sheet: &str, cells: &[(CellAt, Fill)]) -> Result<Vec<u8>, Problem> {
    let broken = |what: &dyn std::fmt::Display| Problem::new("E_FORM_BROKEN", Severity::Refused, shown_as).arg(what);
    let mut archive = ZipArchive::new(Cursor::new(template)).map_err(|e| broken(&e))?;
    let pages = book::pages(&part(&mut archive, book::WORKBOOK, shown_as)?, &part(&mut archive, book::RELATIONS, shown_as)?, shown_as)?;
    let Some(page) = pages.iter().find(|p| p.name == sheet) else {
        let known: Vec<&str> = pages.iter().map(|p| p.name.as_str()).collect();
        return Err(Problem::new("E_FORM_SHEET", Severity::Refused, shown_as).arg(sheet).arg(known.join("、")));
    };
    let mut out = ZipWriter::new(Cursor::new(Vec::with_capacity(template.len())));
    for n in 0..archive.len() {
        let file = archive.by_index_raw(n).map_err(|e| broken(&e))?;
        let (name, stamp) = (file.name().map_err(|e| broken(&e))?.into_owned(), file.last_modified());
        let changed = if name == book::WORKBOOK || pages.iter().any(|p| p.part == name) {
            drop(file);
            let text = part(&mut archive, &name, shown_as)?;
            let edited = if name == book::WORKBOOK {
                Some(book::computed_on_open(&text, shown_as)?)
            } else if name == page.part {
                Some(page::filled(&text, cells, shown_as)?)
            } else {
                // A formula elsewhere may look at what is filled in here.
                page::forgotten(&text, shown_as)?
            };
            edited.filter(|edited| *edited != text)
        } else {
            drop(file);
            None
        };
        match changed {
            Some(text) => {
                let options = SimpleFileOptions::default()
                    .compression_method(CompressionMethod::Deflated)
                    .last_modified_time(stamp.unwrap_or_else(DateTime::default));
                out.start_file(name.as_str(), options).map_err(|e| broken(&e))?;
                out.write_all(text.as_bytes()).map_err(|e| broken(&e))?;
            }
            None => out.raw_copy_file(archive.by_index_raw(n).map_err(|e| broken(&e))?).map_err(|e| broken(&e))?,
        }
    }
    Ok(out.finish().map_err(|e| broken(&e))?.into_inner())
}

/// A part of the container as text.
fn part(archive: &mut ZipArchive<Cursor<&[u8]>>, name: &str, shown_as: &str) -> Result<String, Problem> {
    let broken = |what: &dyn std::fmt::Display| Problem::new("E_FORM_BROKEN", Severity::Refused, shown_as).field(name).arg(what);
    let file = archive.by_name(name).map_err(|e| broken(&e))?;
    let mut bytes = Vec::new();
    // A size in the directory may be a lie; one byte more than allowed tells.
    file.take(PART_MAX_BYTES + 1).read_to_end(&mut bytes).map_err(|e| broken(&e))?;
    if bytes.len() as u64 > PART_MAX_BYTES {
        return Err(Problem::new("E_FORM_SIZE", Severity::Refused, shown_as).field(name).arg(PART_MAX_BYTES >> 20));
    }
    String::from_utf8(bytes).map_err(|e| broken(&e.utf8_error()))
}
