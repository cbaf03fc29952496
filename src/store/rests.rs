//! Which later batches rest on batches that are to be taken back.
//!
//! A batch holds what its file changed against what stood then. Where what stood then is taken back,
//! a later batch still stands, but what it left alone because it was the same goes, and what it says
//! of units that go can no longer be seen.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};

use super::world;
use crate::domain::plan::Rests;
use crate::domain::problem::Problem;

// The store's connections bound how deep an expression may be: what goes and what came later are
// looked up first and handed over as lists (`?2`: batches that go, `?3`: later ones or units, JSON).

/// Batches after the first that goes which stand, without those that go.
const LATER: &str = "SELECT id FROM batch WHERE county = ?1 AND withdrawn_at IS NULL AND import > 0
  AND id > (SELECT min(value) FROM json_each(?2)) AND id NOT IN (SELECT value FROM json_each(?2))";

/// Units that no batch that stays has.
const LOST: &str = "SELECT DISTINCT lower(hex(uid)) FROM unit_version o
  WHERE o.county = ?1 AND o.gone = 0 AND o.batch IN (SELECT value FROM json_each(?2)) AND NOT EXISTS (
    SELECT 1 FROM unit_version k JOIN batch b ON b.county = ?1 AND b.id = k.batch AND b.withdrawn_at IS NULL
    WHERE k.county = ?1 AND (k.tree, k.level, k.uid) = (o.tree, o.level, o.uid) AND k.gone = 0
      AND k.batch NOT IN (SELECT value FROM json_each(?2)))";

/// A table of rows of batches: the index that has all that is asked, what makes a row the same row,
/// and the column with the unit that it speaks of.
struct Rows {
    table: &'static str,
    index: &'static str,
    same: &'static [&'static str],
    unit: &'static str,
}

const TABLES: [Rows; 7] = [
    Rows { table: "value", index: "", same: &["indicator", "period_start", "period_end", "uid"], unit: "uid" },
    Rows { table: "unit_version", index: "", same: &["tree", "level", "uid"], unit: "parent_uid" },
    // The index alone: the rows hold the boundaries.
    Rows { table: "geometry", index: "INDEXED BY geometry_drawn", same: &["role", "level", "uid"], unit: "uid" },
    Rows { table: "branch_version", index: "", same: &["uid"], unit: "unit_uid" },
    Rows { table: "entity_version", index: "", same: &["uid"], unit: "unit_uid" },
    Rows { table: "record_version", index: "", same: &["kind", "uid"], unit: "unit_uid" },
    Rows { table: "membership", index: "", same: &["kind", "grp", "uid"], unit: "uid" },
];

impl Rows {
    /// Later batches with the number of their rows that rest on what goes; `?4` are lost units.
    fn query(&self) -> String {
        let Self { table, index, unit, .. } = self;
        let of = |alias: &str| self.same.iter().map(|column| format!("{alias}.{column}")).collect::<Vec<_>>().join(", ");
        format!(
            "SELECT v.batch, count(*) FROM {table} v {index} WHERE v.county = ?1 AND v.batch IN (SELECT value FROM json_each(?3))
             AND (lower(hex(v.{unit})) IN (SELECT value FROM json_each(?4)) OR EXISTS (
               SELECT 1 FROM {table} o {index} WHERE o.county = ?1 AND ({}) = ({})
                 AND o.batch < v.batch AND o.batch IN (SELECT value FROM json_each(?2))))
             GROUP BY v.batch",
            of("o"),
            of("v")
        )
    }
}

/// The later batches that rest on some, the oldest first.
pub(crate) fn on(connection: &Connection, batches: &[i64]) -> Result<Vec<Rests>, Problem> {
    let county = world::county(connection)?;
    let back = serde_json::to_string(batches).unwrap_or_default();
    let later: Vec<i64> = connection.prepare(LATER)?.query_map(params![county, back], |row| row.get(0))?.collect::<Result<_, _>>()?;
    if later.is_empty() {
        return Ok(Vec::new());
    }
    let lost: Vec<String> = connection.prepare(LOST)?.query_map(params![county, back], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let (later, lost) = (serde_json::to_string(&later).unwrap_or_default(), serde_json::to_string(&lost).unwrap_or_default());
    let mut counts: BTreeMap<i64, u64> = BTreeMap::new();
    for rows in &TABLES {
        let mut statement = connection.prepare(&rows.query())?;
        let mut found = statement.query(params![county, back, later, lost])?;
        while let Some(row) = found.next()? {
            *counts.entry(row.get(0)?).or_default() += row.get::<_, u64>(1)?;
        }
    }
    let mut statement = connection.prepare_cached("SELECT file, known_from FROM batch WHERE county = ?1 AND id = ?2")?;
    let tell =
        |(id, rows)| statement.query_row(params![county, id], |row| Ok(Rests { id, file: row.get(0)?, known_from_ms: row.get(1)?, rows }));
    Ok(counts.into_iter().map(tell).collect::<Result<_, _>>()?)
}
