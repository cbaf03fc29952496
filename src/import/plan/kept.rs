//! What was read of the files of an import, and what is kept in place of those that hold more.

use std::collections::BTreeSet;

use rustc_hash::{FxHashMap, FxHashSet};

use super::copy::{self, Part};
use super::keep::FOLDER;
use super::map::{Map, MapRead};
use super::open::Table;
use crate::domain::problem::{Problem, Severity};
use crate::domain::request::Progress;

/// Sheets and layers of a file, each with the place in which it was opened.
type Parts = Vec<((usize, usize), Part)>;

/// A table or layer that was read.
enum Read {
    /// With the headings that were left out.
    Table(Box<Table>, BTreeSet<String>),
    /// With what was read of its features.
    Map(Box<Map>, MapRead),
}

/// Everything that was read, where an import is carried out.
#[derive(Default)]
pub(super) struct Reads {
    /// Files that hold more than was read of them, or what must not be kept.
    more: FxHashSet<usize>,
    read: Vec<Read>,
}

impl Reads {
    /// A file holds more than is read of it.
    pub(super) fn has_more(&mut self, n: usize) {
        self.more.insert(n);
    }

    /// Remembers a table, without some headings.
    pub(super) fn table(&mut self, table: Table, without: BTreeSet<String>) {
        if !without.is_empty() || table.sheet.laid().has_more() {
            self.has_more(table.at.0);
        }
        self.read.push(Read::Table(Box::new(table), without));
    }

    /// Remembers a map.
    pub(super) fn map(&mut self, map: Box<Map>, read: MapRead) {
        for file in map.files().filter(|file| !read.without.is_empty() || file.overview.more) {
            self.more.insert(file.at.0);
        }
        self.read.push(Read::Map(map, read));
    }

    /// What is kept in place of files that hold more than was read of them. `owners` says for each
    /// file which of them keeps it, the first one of an archive; `originals` are their hashes.
    pub(super) fn copies(
        self,
        owners: &[usize],
        originals: &[String],
        progress: &mut dyn FnMut(Progress),
    ) -> Result<FxHashMap<usize, Vec<u8>>, Problem> {
        let mut parts: FxHashMap<usize, Parts> = self.more.iter().map(|n| (owners[*n], Vec::new())).collect();
        for read in self.read {
            match read {
                Read::Table(table, without) => {
                    if let Some(parts) = parts.get_mut(&owners[table.at.0]) {
                        parts.push((table.at, Part::of_table(&table.sheet, &table.book, table.part, without)));
                    }
                }
                Read::Map(map, read) => {
                    for one in map.files() {
                        if let Some(parts) = parts.get_mut(&owners[one.at.0]) {
                            parts.push((one.at, Part::of_map(one, &read, progress)?));
                        }
                    }
                }
            }
        }
        let written = |(n, mut parts): (usize, Parts)| {
            parts.sort_by_key(|(at, _)| *at);
            Ok((n, copy::write(&originals[n], parts.iter().map(|(_, part)| part))?))
        };
        let all: serde_json::Result<_> = parts.into_iter().map(written).collect();
        all.map_err(|e| Problem::new("E_DISK", Severity::Refused, FOLDER).arg(e))
    }
}
