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

/// Batches that are taken back (`?2`, a JSON list), later ones that stand, and units that would be
/// gone. `?1` is the county.
const SETS: &str = "
WITH back AS MATERIALIZED (SELECT value AS id FROM json_each(?2)),
later AS MATERIALIZED (
  SELECT id FROM batch WHERE county = ?1 AND withdrawn_at IS NULL AND import > 0
    AND id > (SELECT min(id) FROM back) AND id NOT IN (SELECT id FROM back)),
lost AS MATERIALIZED (
  SELECT DISTINCT uid FROM unit_version o WHERE o.county = ?1 AND o.batch IN (SELECT id FROM back) AND o.gone = 0
    AND NOT EXISTS (
      SELECT 1 FROM unit_version k JOIN batch b ON b.county = k.county AND b.id = k.batch
      WHERE k.county = o.county AND k.tree = o.tree AND k.level = o.level AND k.uid = o.uid AND k.gone = 0
        AND b.withdrawn_at IS NULL AND k.batch NOT IN (SELECT id FROM back)))
";

/// A table of rows of batches: the index that has all that is asked, what makes a row the same row,
/// and the column with the unit that it speaks of.
struct Rows {
    table: &'static str,
    index: &'static str,
    same: &'static [&'static str],
    unit: &'static str,
}

const TABLES: [Rows; 6] = [
    Rows { table: "value", index: "", same: &["indicator", "period_start", "period_end", "uid"], unit: "uid" },
    Rows { table: "unit_version", index: "", same: &["tree", "level", "uid"], unit: "parent_uid" },
    // The index alone: the rows hold the boundaries.
    Rows { table: "geometry", index: "INDEXED BY geometry_drawn", same: &["role", "level", "uid"], unit: "uid" },
    Rows { table: "branch_version", index: "", same: &["uid"], unit: "unit_uid" },
    Rows { table: "entity_version", index: "", same: &["uid"], unit: "unit_uid" },
    Rows { table: "membership", index: "", same: &["kind", "grp", "uid"], unit: "uid" },
];

impl Rows {
    /// Later batches with the number of their rows that rest on what is taken back.
    fn query(&self) -> String {
        let Self { table, index, unit, .. } = self;
        let same: String = self.same.iter().map(|column| format!(" AND o.{column} = v.{column}")).collect();
        format!(
            "{SETS} SELECT v.batch, count(*) FROM {table} v {index} WHERE v.county = ?1 AND v.batch IN (SELECT id FROM later)
             AND (v.{unit} IN (SELECT uid FROM lost) OR EXISTS (
               SELECT 1 FROM {table} o {index} WHERE o.county = v.county{same} AND o.batch < v.batch AND o.batch IN (SELECT id FROM back)))
             GROUP BY v.batch"
        )
    }
}

/// The later batches that rest on some, the oldest first.
pub(crate) fn on(connection: &Connection, batches: &[i64]) -> Result<Vec<Rests>, Problem> {
    let county = world::county(connection)?;
    let list = serde_json::to_string(batches).unwrap_or_default();
    let mut counts: BTreeMap<i64, u64> = BTreeMap::new();
    for rows in &TABLES {
        let mut statement = connection.prepare(&rows.query())?;
        let mut found = statement.query(params![county, list])?;
        while let Some(row) = found.next()? {
            *counts.entry(row.get(0)?).or_default() += row.get::<_, u64>(1)?;
        }
    }
    let mut statement = connection.prepare_cached("SELECT file, known_from FROM batch WHERE county = ?1 AND id = ?2")?;
    let tell =
        |(id, rows)| statement.query_row(params![county, id], |row| Ok(Rests { id, file: row.get(0)?, known_from_ms: row.get(1)?, rows }));
    Ok(counts.into_iter().map(tell).collect::<Result<_, _>>()?)
}
