//! Any office table as one plain shape: sheets of rows of text, with the numbers that the office sees.
//!
//! The format is told by the content, never by the name. What is not a table is refused with what it
//! is and what to ask its sender for.

mod archive;
pub mod child;
mod delimited;
mod docx;
mod encoding;
mod grid;
mod limits;
mod marking;
mod nameless;
mod office;
mod percent;
mod sniff;
mod value;
mod wire;
mod xlsx;
mod xml;

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use self::archive::Archive;
pub use self::grid::{Cells, Grid, Kind, Merge, column_letters};
pub use self::nameless::nameless;
use self::sniff::{Container, Sort};
use crate::domain::problem::{Problem, Severity};
use crate::domain::request::Stop;
use crate::store::foreign;

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
    /// Ends the reading when it is asked to, at the next row.
    pub stop: Stop,
}

/// Bytes by which a database is told.
const HEAD_BYTES: u64 = 16;
/// Bytes by which a file of an archive is told.
const PART_HEAD_BYTES: u64 = 1024;

/// Reads a file. An archive gives one book for each of its files.
///
/// # Errors
/// Where the file cannot be read, is no table, is over the limits, or is marked as classified, and
/// `E_STOPPED`: then nothing of it is returned.
pub fn read_file(path: &Path, shown_as: &str, options: &BookOptions) -> Result<Vec<Book>, Problem> {
    let unreadable = |e: std::io::Error| Problem::new("E_IMPORT_READ", Severity::Refused, shown_as).arg(e);
    let mut file = File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    // A database is not read whole into memory.
    file.by_ref().take(HEAD_BYTES).read_to_end(&mut bytes).map_err(unreadable)?;
    if sniff::sort(&bytes) == Sort::Sqlite {
        return database(path, shown_as, options).map(|book| vec![book]);
    }
    // The size is counted while reading: a pipe or a growing file has none.
    file.take(limits::TEXT_MAX_BYTES + 1 - HEAD_BYTES).read_to_end(&mut bytes).map_err(unreadable)?;
    read_book(&bytes, shown_as, options)
}

/// Reads the bytes of a file, as [`read_file`] does. A database has to be a file.
///
/// # Errors
/// As [`read_file`].
pub fn read_book(bytes: &[u8], shown_as: &str, options: &BookOptions) -> Result<Vec<Book>, Problem> {
    let refused = |code: &str| Problem::new(code, Severity::Refused, shown_as);
    let sort = sniff::sort(bytes);
    let most = if sort == Sort::Text { limits::TEXT_MAX_BYTES } else { limits::FILE_MAX_BYTES };
    if bytes.len() as u64 > most {
        return Err(refused("E_TABLE_SIZE").arg(most >> 20));
    }
    match sort {
        Sort::Zip => {
            let mut archive = Archive::open(bytes, shown_as)?;
            match sniff::container(&mut archive) {
                Container::Files => files(&mut archive, shown_as, options),
                other => contained(other, &mut archive, bytes, shown_as, options).map(|book| vec![book]),
            }
        }
        other => plain(other, bytes, shown_as, options).map(|book| vec![book]),
    }
}

/// Reads what is one table or workbook in one file.
fn plain(sort: Sort, bytes: &[u8], shown_as: &str, options: &BookOptions) -> Result<Book, Problem> {
    let refused = |code: &str| Problem::new(code, Severity::Refused, shown_as);
    match sort {
        Sort::Text if bytes.is_empty() => Err(refused("E_TABLE_EMPTY")),
        Sort::Text => delimited::read(bytes, shown_as, options),
        Sort::Xls => child::read(bytes, Format::Xls, shown_as, options),
        Sort::Sqlite => Err(refused("E_BOOK_DATABASE")),
        Sort::Zip => Err(refused("E_BOOK_NESTED")),
        Sort::Not(code) => Err(refused(code)),
    }
}

/// Reads a container whose directory is in order.
fn contained(
    container: Container,
    archive: &mut Archive<'_>,
    bytes: &[u8],
    shown_as: &str,
    options: &BookOptions,
) -> Result<Book, Problem> {
    match container {
        Container::Xlsx => child::read(bytes, Format::Xlsx, shown_as, options),
        Container::Docx => docx::read(archive, shown_as, options),
        Container::Ods => {
            for part in ["content.xml", "styles.xml", "meta.xml", "settings.xml", "META-INF/manifest.xml"] {
                if let Some(at) = archive.find(part) {
                    xml::Part::new(archive.reader(at)?, shown_as, part).heeding(&options.stop).check()?;
                }
            }
            child::read(bytes, Format::Ods, shown_as, options)
        }
        Container::Files => Err(Problem::new("E_BOOK_NESTED", Severity::Refused, shown_as)),
        Container::Not(code) => Err(Problem::new(code, Severity::Refused, shown_as)),
    }
}

/// Reads every file of an archive. One that is refused does not stop the others: it is a book
/// without sheets and says why.
fn files(archive: &mut Archive<'_>, shown_as: &str, options: &BookOptions) -> Result<Vec<Book>, Problem> {
    let mut books = Vec::new();
    for at in 0..archive.entries.len() {
        let entry = archive.entries[at].clone();
        if entry.folder || is_litter(&entry.name) {
            continue;
        }
        let shown_as = format!("{shown_as}/{}", entry.name);
        let bytes = archive.bytes(at)?;
        let book = read_part(&bytes, &shown_as, options);
        options.stop.check()?;
        books.push(book.unwrap_or_else(|problem| {
            let mut refused = Book::new(&shown_as, Format::Delimited);
            refused.notes.push(problem);
            refused
        }));
    }
    match books.is_empty() {
        true => Err(Problem::new("E_TABLE_EMPTY", Severity::Refused, shown_as)),
        false => Ok(books),
    }
}

/// Reads a file out of an archive, which may be a workbook but no further archive.
///
/// # Errors
/// As [`read_file`].
pub fn read_part(bytes: &[u8], shown_as: &str, options: &BookOptions) -> Result<Book, Problem> {
    match sniff::sort(bytes) {
        Sort::Zip => {
            let mut inner = Archive::open(bytes, shown_as)?;
            let container = sniff::container(&mut inner);
            contained(container, &mut inner, bytes, shown_as, options)
        }
        // A database is put beside its archive by whoever reads one.
        other => plain(other, bytes, shown_as, options),
    }
}

/// A file of an archive: its name and its bytes.
pub type Named = (String, Vec<u8>);

/// Names and bytes of the files of an archive, by the limits of [`read_file`]; `None` where it is
/// one document (a workbook), or where by their first bytes none of its files is `wanted`.
///
/// # Errors
/// Where the archive is damaged, over the limits, or not what it says.
pub fn unpack(path: &Path, shown_as: &str, wanted: impl Fn(&[u8]) -> bool) -> Result<Option<Vec<Named>>, Problem> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|f| f.take(limits::FILE_MAX_BYTES + 1).read_to_end(&mut bytes));
    read.map_err(|e| Problem::new("E_IMPORT_READ", Severity::Refused, shown_as).arg(e))?;
    if bytes.len() as u64 > limits::FILE_MAX_BYTES {
        return Err(Problem::new("E_TABLE_SIZE", Severity::Refused, shown_as).arg(limits::FILE_MAX_BYTES >> 20));
    }
    let mut archive = Archive::open(&bytes, shown_as)?;
    if !matches!(sniff::container(&mut archive), Container::Files) {
        return Ok(None);
    }
    let files = 0..archive.entries.len();
    let files: Vec<usize> = files.filter(|at| !archive.entries[*at].folder && !is_litter(&archive.entries[*at].name)).collect();
    let mut any = false;
    for at in &files {
        let mut head = Vec::new();
        if archive.reader(*at)?.take(PART_HEAD_BYTES).read_to_end(&mut head).is_err() {
            return Err(archive.damaged(*at));
        }
        any |= wanted(&head);
    }
    if !any {
        return Ok(None);
    }
    files.into_iter().map(|at| Ok((archive.entries[at].name.clone(), archive.bytes(at)?))).collect::<Result<_, _>>().map(Some)
}

/// What programs leave in folders: nobody sent it.
fn is_litter(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name);
    name.starts_with("__MACOSX/") || file.starts_with("~$") || matches!(file, ".DS_Store" | "Thumbs.db" | "desktop.ini")
}

/// Reads the tables of a database: all, or the one that is asked for.
fn database(path: &Path, shown_as: &str, options: &BookOptions) -> Result<Book, Problem> {
    let names = match &options.sheet {
        Some(name) => vec![name.clone()],
        None => foreign::tables(path, shown_as)?,
    };
    let mut book = Book::new(shown_as, Format::Sqlite);
    for name in names {
        options.stop.check()?;
        let (headings, rows) = foreign::rows(path, shown_as, &name)?;
        let mut grid = Grid::new(&*name);
        grid.begin(0, false);
        headings.iter().enumerate().for_each(|(column, text)| grid.push(column, Kind::Text, text));
        for (number, cells) in &rows {
            options.stop.check()?;
            grid.begin(u32::try_from(*number).unwrap_or(u32::MAX), false);
            cells.iter().enumerate().for_each(|(column, text)| grid.push(column, Kind::Text, text));
            marking::check_last_row(&mut grid, shown_as)?;
        }
        book.push(grid);
    }
    match book.sheets.is_empty() {
        true => Err(Problem::new("E_TABLE_EMPTY", Severity::Refused, shown_as)),
        false => Ok(book),
    }
}
