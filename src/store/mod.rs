//! The only place with SQL: reference data in batches, the log of facts, and the answers to
//! [`crate::domain::request`].
//!
//! `data/reference.db` holds what came from files and can be rebuilt from them; `data/records.db`
//! holds what people recorded and is never rewritten. A published snapshot is one file with both.
//! Any number of [`Reader`]s, each on its own thread with its own connections, share one cache;
//! there is one [`Writer`].

pub(crate) mod batch;
mod block;
mod cache;
mod connection;
pub(crate) mod current;
mod error;
pub(crate) mod foreign;
pub(crate) mod glance;
pub(crate) mod import_log;
pub(crate) mod load;
mod log;
pub(crate) mod put;
mod reader;
mod rolled;
pub(crate) mod round;
mod snapshot;
mod table;
#[cfg(test)]
pub(crate) mod tests;
pub(crate) mod world;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::Connection;

use self::cache::Cache;
use self::connection::{RECORDS, REFERENCE, open_readable, open_writable};
pub(crate) use self::log::hex;
pub use self::reader::{Reader, Sum};
pub use self::writer::Writer;
use crate::domain::problem::{Problem, Severity};
use crate::framework::Framework;

/// How a store is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Creates and migrates what is missing.
    ReadWrite,
    /// Writes nothing at all, not even where it could.
    ReadOnly,
}

/// Where the databases are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Paths {
    /// The workspace folder, or the snapshot file.
    pub(crate) home: PathBuf,
    /// Reference data.
    pub(crate) reference: PathBuf,
    /// Facts; the same file in a snapshot.
    pub(crate) records: PathBuf,
}

/// An open store. Cheap to share; connections are made by [`Store::reader`] and [`Store::writer`].
#[derive(Debug)]
pub struct Store {
    paths: Paths,
    mode: Mode,
    framework: Arc<Framework>,
    cache: Arc<Cache>,
}

impl Store {
    /// Opens `dir/data`, creating it in [`Mode::ReadWrite`].
    ///
    /// # Errors
    /// `E_STORE_FOREIGN`, `E_STORE_NEWER`, `E_STORE_DAMAGED`, `E_STORE_CHAIN`, `E_STORE_BUSY`, `E_DISK_FULL`,
    /// `E_STORE_OPEN`; `E_STORE_ABSENT` where there is nothing to read.
    pub fn open(dir: &Path, mode: Mode, framework: Arc<Framework>) -> Result<Self, Problem> {
        let data = dir.join("data");
        let paths = Paths { home: dir.to_owned(), reference: data.join("reference.db"), records: data.join("records.db") };
        if mode == Mode::ReadWrite {
            std::fs::create_dir_all(&data).map_err(|e| error::io(&e, &data))?;
        }
        Self::at(paths, mode, framework)
    }

    /// Opens a published snapshot for reading: its file, or a folder that holds `snapshot.db`.
    /// The framework comes out of the snapshot itself.
    ///
    /// # Errors
    /// As [`Store::open`]; the first mistake of the framework where it no longer loads.
    pub fn open_snapshot(file: &Path) -> Result<Self, Problem> {
        let file = if file.is_dir() { file.join(snapshot::FILE_NAME) } else { file.to_owned() };
        let connection = open_readable(&file, &REFERENCE)?;
        let framework = snapshot::framework(&connection)?;
        let paths = Paths { home: file.clone(), reference: file.clone(), records: file };
        Self::at(paths, Mode::ReadOnly, Arc::new(framework))
    }

    fn at(paths: Paths, mode: Mode, framework: Arc<Framework>) -> Result<Self, Problem> {
        let this = Self { paths, mode, framework, cache: Arc::new(Cache::default()) };
        let (_, records) = match mode {
            Mode::ReadWrite => this.connect_writable()?,
            Mode::ReadOnly => this.connect_readable()?,
        };
        // The whole chain, once per open: nothing that follows trusts a broken log.
        log::read(&records)?;
        Ok(this)
    }

    /// The framework in force.
    #[must_use]
    pub fn framework(&self) -> &Arc<Framework> {
        &self.framework
    }

    /// A reader with connections of its own.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn reader(&self) -> Result<Reader, Problem> {
        let (reference, records) = self.connect_readable()?;
        Ok(Reader::new(reference, records, Arc::clone(&self.framework), Arc::clone(&self.cache), &self.paths.home))
    }

    /// The writer.
    ///
    /// # Errors
    /// `E_STORE_READ_ONLY` in [`Mode::ReadOnly`]; else as [`Store::open`].
    pub fn writer(&self) -> Result<Writer, Problem> {
        if self.mode == Mode::ReadOnly {
            return Err(Problem::new("E_STORE_READ_ONLY", Severity::Refused, self.paths.home.display().to_string()));
        }
        let (reference, records) = self.connect_writable()?;
        Ok(Writer::new(reference, records, Arc::clone(&self.framework), Arc::clone(&self.cache)))
    }

    /// Writes a snapshot that opens alone, readable by the group and replaced in one step.
    ///
    /// # Errors
    /// `E_DISK_FULL`, `E_STORE_OPEN` and others of the file system.
    pub fn publish(&self, to: &Path) -> Result<(), Problem> {
        snapshot::publish(&self.paths, to)
    }

    /// What a helper on the telephone needs: label and finding, the labels in English.
    #[must_use]
    pub fn doctor(&self) -> Vec<(String, String)> {
        let mut lines = vec![("sqlite".to_owned(), rusqlite::version().to_owned()), ("framework".to_owned(), self.framework.file.clone())];
        for (name, path, schema) in [("reference", &self.paths.reference, &REFERENCE), ("records", &self.paths.records, &RECORDS)] {
            let size = std::fs::metadata(path).map_or(0, |m| m.len());
            let state = open_readable(path, schema).and_then(|c| connection::check(&c, &path.display().to_string()));
            lines.push((name.to_owned(), path.display().to_string()));
            lines.push((format!("{name}.bytes"), size.to_string()));
            lines.push((format!("{name}.check"), state.map_or_else(|p| p.to_string(), |()| "ok".to_owned())));
        }
        let facts = self.connect_readable().and_then(|(_, records)| log::read(&records));
        lines.push(("facts".to_owned(), facts.map_or_else(|p| p.to_string(), |f| f.len().to_string())));
        lines
    }

    fn connect_writable(&self) -> Result<(Connection, Connection), Problem> {
        Ok((open_writable(&self.paths.reference, &REFERENCE)?, open_writable(&self.paths.records, &RECORDS)?))
    }

    fn connect_readable(&self) -> Result<(Connection, Connection), Problem> {
        Ok((open_readable(&self.paths.reference, &REFERENCE)?, open_readable(&self.paths.records, &RECORDS)?))
    }
}
