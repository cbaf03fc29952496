//! Any office table as one plain shape: sheets of rows of text, with the numbers that the office sees.
//!
//! The format is told by the content, never by the name. What is not a table is refused with what it
//! is and what to ask its sender for.

mod delimited;
mod encoding;
mod grid;
mod limits;
mod marking;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use self::grid::{Cells, Grid, Kind, Merge, column_letters};
use crate::domain::problem::{Problem, Severity};

/// What a file turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Text with separated columns.
    Delimited,
    /// Workbook of the Office Open XML.
    Xlsx,
    /// Workbook of the older binary format; WPS `.et` too.
    Xls,
    /// OpenDocument spreadsheet.
    Ods,
    /// Tables of a document.
    Docx,
    /// Tables of a database.
    Sqlite,
}

/// A file as its sheets.
#[derive(Clone, Debug, PartialEq)]
pub struct Book {
    /// The file as people know it; a file of an archive is `archive.zip/name.csv`.
    pub file: String,
    /// What it turned out to be.
    pub format: Format,
    /// Encoding of a text file.
    pub encoding: Option<String>,
    /// The encoding was guessed: show it, and take another one on request.
    pub guessed: bool,
    /// Sheets that hold something, in their order.
    pub sheets: Vec<Grid>,
    /// What is worth knowing, and in an archive's file that was refused, why.
    pub notes: Vec<Problem>,
}

impl Book {
    pub(crate) fn new(file: &str, format: Format) -> Self {
        Self { file: file.to_owned(), format, encoding: None, guessed: false, sheets: Vec::new(), notes: Vec::new() }
    }

    /// Adds a sheet that was read, with what is to be said of its cells.
    fn push(&mut self, mut grid: Grid) {
        grid.finish();
        if let Some((row, count)) = grid.cleaned {
            let note = Problem::new("W_TABLE_CLEANED", Severity::Mark, &*self.file).line(row.into()).arg(count);
            self.notes.push(if grid.name.is_empty() { note } else { note.field(&grid.name) });
        }
        if !grid.is_empty() {
            self.sheets.push(grid);
        }
    }

    /// Why a file of an archive gave nothing.
    #[must_use]
    pub fn refused(&self) -> Option<&Problem> {
        self.notes.iter().find(|n| n.severity == Severity::Refused)
    }
}

/// How to read a file.
#[derive(Clone, Debug, Default)]
pub struct BookOptions {
    /// Label of the encoding of text files (`gbk`, `utf-8`), where a person knows better.
    pub encoding: Option<String>,
    /// Only this sheet, or this table of a database.
    pub sheet: Option<String>,
    /// The executable that reads risky formats in a process of its own, with limits; they are read
    /// in this process where it is left out (tests).
    pub child: Option<PathBuf>,
}

/// Reads a file. An archive gives one book for each of its files.
///
/// # Errors
/// Where the file cannot be read, is no table, is over the limits, or is marked as classified: then
/// nothing of it is returned.
pub fn read_file(path: &Path, shown_as: &str, options: &BookOptions) -> Result<Vec<Book>, Problem> {
    let unreadable = |e: std::io::Error| Problem::new("E_IMPORT_READ", Severity::Refused, shown_as).arg(e);
    let size = std::fs::metadata(path).map_err(unreadable)?.len();
    if size > limits::TEXT_MAX_BYTES {
        return Err(Problem::new("E_TABLE_SIZE", Severity::Refused, shown_as).arg(limits::TEXT_MAX_BYTES >> 20));
    }
    read_book(&std::fs::read(path).map_err(unreadable)?, shown_as, options)
}

/// Reads the bytes of a file, as [`read_file`] does. A database has to be a file.
///
/// # Errors
/// As [`read_file`].
pub fn read_book(bytes: &[u8], shown_as: &str, options: &BookOptions) -> Result<Vec<Book>, Problem> {
    if bytes.is_empty() {
        return Err(Problem::new("E_TABLE_EMPTY", Severity::Refused, shown_as));
    }
    delimited::read(bytes, shown_as, options).map(|book| vec![book])
}
