//! What is kept in place of a table file that holds more than may be kept: the sheets as they were
//! read, without the columns that were left out.
//!
//! The copy is JSON, one document per line: first [`Head`], then a [`Part`] for each sheet, whose
//! rows carry the numbers that they have in the original. It lies under its own hash and says that of
//! the original, so that values made again from it come from the same file, sheet and row.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::sheet::Sheet;
use crate::import::book::{Book, Format};
use crate::import::layout::kept::Kept;

/// How a copy begins: no office's file does.
const MAGIC: &[u8] = b"{\"kept\":1,";

/// The first line.
#[derive(Serialize, Deserialize)]
struct Head {
    /// Version of this form.
    kept: u32,
    /// SHA-256 of the original, hex.
    original: String,
}

/// A sheet that was read.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Part {
    /// The file as people know it, that of an archive with its name.
    pub(super) file: String,
    pub(super) shown_as: String,
    pub(super) format: Format,
    pub(super) encoding: Option<String>,
    pub(super) guessed: bool,
    /// Position of the sheet in its file, from 0.
    pub(super) part: u32,
    /// Headings that were left out.
    pub(super) without: BTreeSet<String>,
    pub(super) table: Kept,
}

impl Part {
    /// What may be kept of a sheet.
    pub(super) fn of(sheet: &Sheet, book: &Book, part: u32, without: BTreeSet<String>) -> Self {
        Self {
            file: book.file.clone(),
            shown_as: sheet.shown_as.clone(),
            format: book.format,
            encoding: book.encoding.clone(),
            guessed: book.guessed,
            part,
            table: sheet.laid().kept(&|heading| without.contains(heading)),
            without,
        }
    }

    /// The sheet and its file; `None` where it is none.
    pub(super) fn open(self) -> Option<(Sheet, Book)> {
        let mut book = Book::new(&self.file, self.format);
        (book.encoding, book.guessed) = (self.encoding, self.guessed);
        Some((Sheet::again(self.table.laid()?, self.shown_as), book))
    }
}

/// The copy of a file from its sheets.
pub(super) fn write(original: &str, parts: &[Part]) -> serde_json::Result<Vec<u8>> {
    let mut out = serde_json::to_vec(&Head { kept: 1, original: original.to_owned() })?;
    for part in parts {
        out.push(b'\n');
        serde_json::to_writer(&mut out, part)?;
    }
    Ok(out)
}

/// Whether a kept file is such a copy, by its first bytes.
pub(super) fn is_copy(head: &[u8]) -> bool {
    head.starts_with(MAGIC)
}

/// The hash of the original and the sheets of a copy; `None` where it is none.
pub(super) fn read(bytes: &[u8]) -> Option<(String, Vec<Part>)> {
    let mut lines = bytes.split(|b| *b == b'\n');
    let head: Head = serde_json::from_slice(lines.next()?).ok().filter(|head: &Head| head.kept == 1)?;
    Some((head.original, lines.map(|line| serde_json::from_slice(line).ok()).collect::<Option<_>>()?))
}
