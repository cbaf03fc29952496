//! What was imported and taken back, in records.db: from this and the kept files reference.db can
//! be made again.
//!
//! An import is committed to reference.db first and written here after. Where the program was
//! ended in between, the next one that opens the store writes what is missing from the batches
//! themselves ([`missing`]).

use std::collections::BTreeMap;

use jiff::civil::Date;
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};

use super::error::damaged;
use super::load::Load;
use super::world;
use crate::domain::id::Uid;
use crate::domain::period::Period;
use crate::domain::plan::Choices;
use crate::domain::problem::Problem;
use crate::domain::round::of_batch_source;

/// An entry of the log.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    /// When, milliseconds of UTC.
    pub(crate) at_ms: i64,
    /// The post.
    pub(crate) actor: String,
    /// What.
    pub(crate) what: What,
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub(crate) enum What {
    /// Files were imported.
    Import {
        /// Number of the import.
        import: i64,
        /// Name and hash of each file, as kept.
        files: Vec<(String, String)>,
        /// Name and hash of the original, where what was read of it is kept in its place.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        originals: BTreeMap<String, String>,
        /// What was chosen.
        choices: Box<Choices>,
        /// The day the session believed in.
        today: Date,
    },
    /// Boundaries were mended.
    Repair {
        /// Number of the import.
        import: i64,
        /// Whose boundaries.
        units: Vec<Uid>,
        /// The day the session believed in.
        today: Date,
    },
    /// A file of a round was taken for a unit.
    Round(RoundFile),
    /// Batches were taken back.
    Undo {
        /// Import and the position of the batch among its batches.
        batches: Vec<(i64, usize)>,
    },
}

/// A file of a round whose values were stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct RoundFile {
    /// Number of the import.
    pub(crate) import: i64,
    /// The round.
    pub(crate) period: Period,
    /// Code of the unit that answers.
    pub(crate) code: String,
    /// File as the person named it, without folders.
    pub(crate) file: String,
    /// Its SHA-256, hex; of one of an archive, that of its cells.
    pub(crate) sha256: String,
    /// SHA-256 of the file that is kept, hex.
    pub(crate) kept: String,
    /// The day the session believed in.
    pub(crate) today: Date,
}

/// Appends an entry.
pub(super) fn append(records: &Connection, county: &str, entry: &Entry) -> Result<(), Problem> {
    let kind = if matches!(entry.what, What::Undo { .. }) { "undo" } else { "import" };
    let body = serde_json::to_string(&entry.what).map_err(|e| damaged("records.db", e))?;
    records.execute(
        "INSERT INTO import_log (county, kind, at_ms, actor, body) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![county, kind, entry.at_ms, entry.actor, body],
    )?;
    Ok(())
}

/// Every entry, the oldest first.
pub(super) fn read(records: &Connection, county: &str) -> Result<Vec<Entry>, Problem> {
    let mut statement = records.prepare_cached("SELECT at_ms, actor, body FROM import_log WHERE county = ?1 ORDER BY n")?;
    let mut rows = statement.query([county])?;
    let mut out = Vec::new();
    while let Some(row) = rows.next()? {
        let what = serde_json::from_str(row.get_ref(2)?.as_str().unwrap_or_default()).map_err(|e| damaged("records.db", e))?;
        out.push(Entry { at_ms: row.get(0)?, actor: row.get(1)?, what });
    }
    Ok(out)
}

/// Where a batch stands: its import and its position among the batches of that.
pub(crate) fn position(connection: &Connection, batch: i64) -> Result<(i64, usize), Problem> {
    let county = world::county(connection)?;
    Ok(connection.query_row(
        "SELECT b.import, (SELECT count(*) FROM batch o WHERE o.county = b.county AND o.import = b.import AND o.id < b.id)
         FROM batch b WHERE b.county = ?1 AND b.id = ?2",
        params![county, batch],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?)
}

/// The batches of an import, in order.
pub(crate) fn batches_of(connection: &Connection, import: i64) -> Result<Vec<i64>, Problem> {
    let county = world::county(connection)?;
    let mut statement = connection.prepare_cached("SELECT id FROM batch WHERE county = ?1 AND import = ?2 AND import > 0 ORDER BY id")?;
    let rows = statement.query_map(params![county, import], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// How far reference.db is with an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Made {
    /// It is there.
    Yes,
    /// It comes next.
    Next,
    /// Later ones are there without it: now it would go over them.
    Late,
}

/// Whether an import is there.
pub(crate) fn is_made(connection: &Connection, import: i64) -> Result<Made, Problem> {
    let county = world::county(connection)?;
    let mut statement = connection.prepare_cached(
        "SELECT coalesce(max(import), 0), coalesce(max(import = ?2), 0) FROM
           (SELECT import FROM batch WHERE county = ?1 UNION ALL SELECT import FROM import_file WHERE county = ?1)",
    )?;
    let (last, is_there): (i64, bool) = statement.query_row(params![county, import], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(match is_there {
        true => Made::Yes,
        false if last < import => Made::Next,
        false => Made::Late,
    })
}

/// Whether each of some files, by their hash, is where an import that stands took its rows from.
pub(crate) fn is_imported(connection: &Connection, files: &[(String, String)]) -> Result<bool, Problem> {
    let county = world::county(connection)?;
    let mut statement = connection
        .prepare_cached("SELECT 1 FROM batch WHERE county = ?1 AND source_sha256 = ?2 AND import > 0 AND withdrawn_at IS NULL")?;
    for (_, sha256) in files {
        if !statement.exists((&county, sha256))? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What the batches say that the log does not: imports and files of rounds, then batches taken back.
pub(super) fn missing(reference: &Connection, logged: &[Entry]) -> Result<Vec<Entry>, Problem> {
    let county = world::county(reference)?;
    let mut out = Vec::new();
    let mut statement =
        reference.prepare("SELECT id, import, known_from, withdrawn_at, actor FROM batch WHERE county = ?1 AND import > 0 ORDER BY id")?;
    let mut rows = statement.query([&county])?;
    let mut undone = Vec::new();
    let mut last = 0;
    while let Some(row) = rows.next()? {
        let (id, import): (i64, i64) = (row.get(0)?, row.get(1)?);
        let is_logged = |entry: &Entry| match &entry.what {
            What::Import { import: n, .. } | What::Repair { import: n, .. } => *n == import,
            What::Round(file) => file.import == import,
            What::Undo { .. } => false,
        };
        if import != last && !logged.iter().any(is_logged) {
            out.push(Entry { at_ms: row.get(2)?, actor: row.get(4)?, what: made(reference, &county, id, import)? });
        }
        last = import;
        if let Some(at_ms) = row.get::<_, Option<i64>>(3)? {
            let at = position(reference, id)?;
            let is_logged = |entry: &Entry| matches!(&entry.what, What::Undo { batches } if batches.contains(&at));
            if !logged.iter().any(is_logged) {
                undone.push(Entry { at_ms, actor: String::new(), what: What::Undo { batches: vec![at] } });
            }
        }
    }
    out.extend(undone);
    Ok(out)
}

/// What was done, as the first batch of an import tells it.
fn made(reference: &Connection, county: &str, batch: i64, import: i64) -> Result<What, Problem> {
    let damage = |e| damaged("reference.db", e);
    let mut files = reference.prepare_cached("SELECT file, sha256 FROM import_file WHERE county = ?1 AND import = ?2 ORDER BY n")?;
    let files: Vec<(String, String)> =
        files.query_map(params![county, import], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
    let (source, sha256, choices): (String, String, String) = reference.query_row(
        "SELECT source, source_sha256, choices FROM batch WHERE county = ?1 AND id = ?2",
        params![county, batch],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )?;
    let Some((period, code)) = of_batch_source(&source) else {
        let Choice { choices, today, repair } = serde_json::from_str(&choices).map_err(damage)?;
        return Ok(match repair.is_empty() {
            true => What::Import { import, originals: originals(reference, county, import, &files)?, files, choices, today },
            false => What::Repair { import, units: repair, today },
        });
    };
    let Choice { today, .. } = serde_json::from_str(&choices).map_err(damage)?;
    let (file, kept) = files.into_iter().next().unwrap_or_default();
    Ok(What::Round(RoundFile { import, period, code: code.to_owned(), file, sha256, kept, today }))
}

/// The originals of files that are kept under another hash, as far as rows came of them.
fn originals(reference: &Connection, county: &str, import: i64, files: &[(String, String)]) -> Result<BTreeMap<String, String>, Problem> {
    let mut statement = reference.prepare_cached("SELECT file, source_sha256 FROM batch WHERE county = ?1 AND import = ?2")?;
    let came: BTreeMap<String, String> =
        statement.query_map(params![county, import], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
    let other = |(name, kept): &(String, String)| came.get(name).filter(|original| *original != kept).map(|o| (name.clone(), o.clone()));
    Ok(files.iter().filter_map(other).collect())
}

/// What a batch remembers of the choices of its import.
#[derive(Serialize, Deserialize)]
pub(crate) struct Choice {
    /// The choices.
    pub(crate) choices: Box<Choices>,
    /// The day the session believed in.
    pub(crate) today: Date,
    /// Whose boundaries were mended, where that is what it did.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) repair: Vec<Uid>,
}

impl Choice {
    /// Those of an import.
    pub(crate) fn new(choices: &Choices, today: Date) -> Self {
        Self { choices: Box::new(choices.clone()), today, repair: Vec::new() }
    }
}

impl Load<'_> {
    /// The connection inside this load.
    pub(crate) fn connection(&self) -> &Connection {
        &self.transaction
    }
}
