//! Batches as a person sees them: the list of them, and taking them back.

use rusqlite::{Connection, params};

use super::load::Load;
use super::world;
use crate::domain::plan::BatchRow;
use crate::domain::problem::{Problem, Severity};

/// Tables whose rows belong to batches, as they are counted.
const COUNTED: [&str; 7] = ["unit_version", "geometry", "branch_version", "entity_version", "membership", "record_version", "value"];

/// Every batch, the newest first.
pub(crate) fn rows(connection: &Connection) -> Result<Vec<BatchRow>, Problem> {
    let county = world::county(connection)?;
    let mut counts: rustc_hash::FxHashMap<i64, u64> = rustc_hash::FxHashMap::default();
    for table in COUNTED {
        let index = if table == "geometry" { " INDEXED BY geometry_drawn" } else { "" };
        let query = ["SELECT batch, count(*) FROM ", table, index, " WHERE county = ?1 GROUP BY batch"].concat();
        let mut statement = connection.prepare(&query)?;
        let mut found = statement.query([&county])?;
        while let Some(row) = found.next()? {
            *counts.entry(row.get(0)?).or_default() += row.get::<_, u64>(1)?;
        }
    }
    let mut statement = connection.prepare_cached(
        "SELECT id, kind, source, file, known_from, withdrawn_at, actor, source_sha256, import FROM batch WHERE county = ?1 ORDER BY id DESC",
    )?;
    let rows = statement.query_map([&county], |row| {
        Ok(BatchRow {
            id: row.get(0)?,
            kind: row.get(1)?,
            source: row.get(2)?,
            file: row.get(3)?,
            known_from_ms: row.get(4)?,
            withdrawn_at_ms: row.get(5)?,
            actor: row.get(6)?,
            sha256: row.get(7)?,
            import: row.get(8)?,
            rows: counts.get(&row.get(0)?).copied().unwrap_or_default(),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

impl Load<'_> {
    /// Takes batches of imports back. What a workspace loads by itself is taken back by changing
    /// its manifest: it would come back with the next load.
    ///
    /// # Errors
    /// `E_BATCH_ABSENT`, `E_BATCH_WITHDRAWN`, `E_BATCH_OF_MANIFEST`; nothing is changed then.
    pub(crate) fn undo(&mut self, batches: &[i64]) -> Result<(), Problem> {
        for id in batches {
            let found: Option<(i64, Option<i64>)> = self
                .transaction
                .query_row("SELECT import, withdrawn_at FROM batch WHERE county = ?1 AND id = ?2", params![self.county, id], |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })
                .map(Some)
                .or_else(|e| if e == rusqlite::Error::QueryReturnedNoRows { Ok(None) } else { Err(e) })?;
            let wrong = |code: &str| Err(Problem::new(code, Severity::Refused, "").arg(id));
            match found {
                None => return wrong("E_BATCH_ABSENT"),
                Some((_, Some(_))) => return wrong("E_BATCH_WITHDRAWN"),
                Some((0, None)) => return wrong("E_BATCH_OF_MANIFEST"),
                Some((_, None)) => {
                    self.transaction.execute(
                        "UPDATE batch SET withdrawn_at = ?3 WHERE county = ?1 AND id = ?2",
                        params![self.county, id, self.now_ms],
                    )?;
                }
            }
        }
        Ok(())
    }
}
