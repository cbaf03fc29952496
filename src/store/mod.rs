//! The only place with SQL: reference data in batches, the log of facts, and the answers to
//! [`crate::domain::request`].
//!
//! `data/reference.db` holds what came from files and can be rebuilt from them; `data/records.db`
//! holds what people recorded and is never rewritten. A published snapshot is one file with both.
//! Any number of [`Reader`]s, each on its own thread with its own connections, share one cache;
//! there is one [`Writer`].

pub(crate) mod batch;
mod block;
pub(crate) mod boundaries;
mod cache;
mod connection;
pub(crate) mod current;
mod decide;
mod error;
pub(crate) mod foreign;
mod framework_log;
pub mod geopackage;
pub(crate) mod glance;
pub(crate) mod import_log;
pub(crate) mod load;
mod log;
pub(crate) mod put;
mod reader;
pub(crate) mod record;
pub(crate) mod rests;
mod rolled;
pub(crate) mod round;
mod screened;
mod snapshot;
pub(crate) mod table;
#[cfg(test)]
pub(crate) mod tests;
mod unmatched;
pub(crate) mod world;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension as _};

use self::cache::{Cache, Marks};
use self::connection::{RECORDS, REFERENCE, open_readable, open_writable};
use self::log::Checkpoint;
pub(crate) use self::log::hex;
pub use self::reader::{Reader, Sum};
pub use self::writer::Writer;
use crate::domain::fact::Fact;
use crate::domain::problem::{Problem, Severity};
use crate::framework::Framework;
use crate::framework::form::Forms;
/// A connection, for whom may look but writes no SQL.
pub(crate) use rusqlite::Connection as Db;

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
    /// The whole log was verified, not only what is new.
    verified: bool,
}

/// Facts from which on a log is long: verifying so many takes some 50 ms.
const LONG_LOG: usize = 10_000;

/// Key of how far the log was verified. It stands among the reference data because the log itself
/// is never rewritten; where it is lost, all is verified.
const CHECKPOINT: &str = "log-verified";

/// How far the log was verified before, where it still has those facts.
fn checkpoint(reference: &Connection, records: &Connection) -> Result<Option<Checkpoint>, Problem> {
    let text: Option<String> = reference.query_row("SELECT value FROM meta WHERE key = ?1", [CHECKPOINT], |row| row.get(0)).optional()?;
    let Some(checkpoint) = text.and_then(|text| serde_json::from_str::<Checkpoint>(&text).ok()) else { return Ok(None) };
    Ok(if checkpoint.fits(records)? { Some(checkpoint) } else { None })
}

/// Remembers how far the log is verified. Without it the next open only takes longer, so no lock
/// is waited for.
fn remember(reference: &Connection, checkpoint: &Checkpoint) -> rusqlite::Result<()> {
    reference.busy_timeout(std::time::Duration::ZERO)?;
    let text = serde_json::to_string(checkpoint).unwrap_or_default();
    reference.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?1, ?2)", [CHECKPOINT, &text]).map(drop)
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
        let mut framework = snapshot::framework(&connection)?;
        framework.forms = Forms::read(None, &framework);
        let paths = Paths { home: file.clone(), reference: file.clone(), records: file };
        Self::at(paths, Mode::ReadOnly, Arc::new(framework))
    }

    fn at(paths: Paths, mode: Mode, framework: Arc<Framework>) -> Result<Self, Problem> {
        let mut this = Self { paths, mode, framework, cache: Arc::new(Cache::default()), verified: true };
        let (reference, records) = match mode {
            Mode::ReadWrite => this.connect_writable()?,
            Mode::ReadOnly => this.connect_readable()?,
        };
        let count = log::count(&records)?;
        // Nothing that follows trusts a broken log; of a long one what was verified before is
        // verified again by `verify`, when the first screen stands.
        let facts = match checkpoint(&reference, &records)? {
            Some(checkpoint) => {
                this.verified = false;
                log::read_after(&records, checkpoint)?.facts
            }
            None => this.verify_on(&reference, &records)?,
        };
        this.cache.marks(&count, || Ok::<_, Problem>(Arc::new(Marks::of(facts))))?;
        Ok(this)
    }

    /// Verifies what [`Store::open`] has left for later: pages and the chain of a long log that was
    /// verified before. Takes as long as the log is; may run beside everything else.
    ///
    /// # Errors
    /// `E_STORE_DAMAGED`, `E_STORE_CHAIN`.
    pub fn verify(&self) -> Result<(), Problem> {
        if self.verified {
            return Ok(());
        }
        let (reference, records) = match self.mode {
            Mode::ReadWrite => self.connect_writable()?,
            Mode::ReadOnly => self.connect_readable()?,
        };
        self.verify_on(&reference, &records).map(drop)
    }

    /// All of the log, and remembers how far that is.
    fn verify_on(&self, reference: &Connection, records: &Connection) -> Result<Vec<Fact>, Problem> {
        if self.mode == Mode::ReadWrite {
            connection::check(records, &self.paths.records.display().to_string())?;
        }
        let log = log::read_after(records, Checkpoint::default())?;
        if self.mode == Mode::ReadWrite
            && log.facts.len() >= LONG_LOG
            && let Err(error) = remember(reference, &log.checkpoint)
        {
            tracing::info!(%error, "no checkpoint of the log");
        }
        Ok(log.facts)
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
        for (name, path, schema) in
            [("reference", &self.paths.reference, &REFERENCE), ("records", &self.paths.records, self.records_schema())]
        {
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
        Ok((open_readable(&self.paths.reference, &REFERENCE)?, open_readable(&self.paths.records, self.records_schema())?))
    }

    /// A snapshot is one file, which counts its version as reference data does.
    fn records_schema(&self) -> &'static connection::Schema {
        if self.paths.records == self.paths.reference { &REFERENCE } else { &RECORDS }
    }
}
