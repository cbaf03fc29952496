//! What is kept in place of a file that holds more than may be kept: its sheets and layers as they
//! were read, without the columns and properties that were left out.
//!
//! The copy is JSON, one document per line: first [`Head`], then a [`Part`] for each sheet or layer,
//! whose rows and features carry the numbers that they have in the original. It lies under its own
//! hash and says that of the original, so that values made again from it come from the same file,
//! sheet and row.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::map::{Map, MapRead};
use super::sheet::Sheet;
use crate::domain::id::LevelId;
use crate::domain::problem::Problem;
use crate::domain::request::Progress;
use crate::gis::read::KeptLayer;
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

/// A sheet or a layer that was read.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Part {
    /// A sheet.
    Table(TablePart),
    /// A layer.
    Map(MapPart),
}

/// A sheet that was read.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct TablePart {
    /// The file as people know it, that of an archive with its name.
    file: String,
    shown_as: String,
    format: Format,
    encoding: Option<String>,
    guessed: bool,
    /// Position of the sheet in its file, from 0.
    pub(super) part: u32,
    /// Headings that were left out.
    without: BTreeSet<String>,
    table: Kept,
}

/// A layer that was read.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct MapPart {
    /// The file as people know it, that of an archive with its name.
    pub(super) file: String,
    /// Position of the layer in its file, from 0.
    pub(super) part: u32,
    /// Properties that were left out.
    without: BTreeSet<String>,
    /// The level of its units.
    pub(super) level: LevelId,
    pub(super) map: KeptLayer,
}

impl Part {
    /// What may be kept of a sheet.
    pub(super) fn of_table(sheet: &Sheet, book: &Book, part: u32, without: BTreeSet<String>) -> Self {
        Self::Table(TablePart {
            file: book.file.clone(),
            shown_as: sheet.shown_as.clone(),
            format: book.format,
            encoding: book.encoding.clone(),
            guessed: book.guessed,
            part,
            table: sheet.laid().kept(&|heading| without.contains(heading)),
            without,
        })
    }

    /// What may be kept of a layer: of its properties only those that were read.
    pub(super) fn of_map(map: &Map, read: &MapRead, progress: &mut dyn FnMut(Progress)) -> Result<Self, Problem> {
        let (name, of) = (map.item.found.shown_as.clone(), map.item.found.size);
        let kept = map.file.kept(&read.spec, map.names(), &mut |done| progress(Progress::Reading { name: name.clone(), done, of }))?;
        let without = read.without.clone();
        Ok(Self::Map(MapPart { file: name.clone(), part: map.part, without, level: read.level.clone(), map: kept }))
    }

    /// Headings or properties that were left out.
    pub(super) fn without(&self) -> &BTreeSet<String> {
        match self {
            Self::Table(part) => &part.without,
            Self::Map(part) => &part.without,
        }
    }
}

impl TablePart {
    /// The sheet and its file; `None` where it is none.
    pub(super) fn open(self) -> Option<(Sheet, Book)> {
        let mut book = Book::new(&self.file, self.format);
        (book.encoding, book.guessed) = (self.encoding, self.guessed);
        Some((Sheet::again(self.table.laid()?, self.shown_as), book))
    }
}

/// The copy of a file from its sheets and layers.
pub(super) fn write<'p>(original: &str, parts: impl Iterator<Item = &'p Part>) -> serde_json::Result<Vec<u8>> {
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

/// The hash of the original and the parts of a copy; `None` where it is none.
pub(super) fn read(bytes: &[u8]) -> Option<(String, Vec<Part>)> {
    let mut lines = bytes.split(|b| *b == b'\n');
    let head: Head = serde_json::from_slice(lines.next()?).ok().filter(|head: &Head| head.kept == 1)?;
    Some((head.original, lines.map(|line| serde_json::from_slice(line).ok()).collect::<Option<_>>()?))
}
