//! What the rows of batches say of the tree as of a time.

use rusqlite::{Connection, Row, named_params};
use rustc_hash::FxHashSet;

use super::{World, as_of, known, uid};
use crate::domain::id::{LevelId, Uid};
use crate::domain::problem::Problem;
use crate::store::table::{Raw, Table};

/// Kind, place and further fields of a branch.
pub(super) type Extra = (String, Option<[f64; 2]>, String);

impl World {
    pub(super) fn read_units(&self, connection: &Connection, tree: &str, level: &LevelId) -> Result<Vec<Raw>, Problem> {
        let mut statement = connection.prepare_cached(concat!(
            "SELECT uid, code, name, parent_uid, batch, gone FROM unit_version u WHERE u.county = :county AND u.tree = :tree AND u.level = :level AND ",
            as_of!("u"),
            " ORDER BY u.uid, u.batch"
        ))?;
        let parameters = named_params! {
            ":county": self.county, ":tree": tree, ":level": level.as_str(), ":day": self.at.day.to_string(), ":known": self.at.known_ms
        };
        let layers = layer_batches(connection, &self.county)?;
        let mut rows = statement.query(parameters)?;
        // Beside each unit whether a map of the workspace gave it, and whether it is gone.
        let mut out: Vec<(Raw, bool, bool)> = Vec::new();
        while let Some(row) = rows.next()? {
            let (this, of_layer) = (raw(row)?, layers.contains(&row.get(4)?));
            // The same unit from two sources: the office's table and what a person imported count
            // before a map of the workspace, then the one loaded last.
            match out.last_mut() {
                Some((last, by_layer, _)) if last.uid == this.uid => {
                    if of_layer && !*by_layer {
                        continue;
                    }
                    out.pop();
                }
                _ => {}
            }
            out.push((this, of_layer, row.get(5)?));
        }
        Ok(out.into_iter().filter(|(.., gone)| !gone).map(|(raw, ..)| raw).collect())
    }

    pub(super) fn read_drawn(&self, connection: &Connection, level: usize, table: &mut Table) -> Result<(), Problem> {
        let mut statement = connection.prepare_cached(concat!(
            "SELECT uid, gone FROM geometry g INDEXED BY geometry_drawn WHERE g.county = :county AND g.role = 'boundary' AND g.level = :level AND ",
            as_of!("g"),
            " ORDER BY g.uid, g.batch"
        ))?;
        let parameters = named_params! {
            ":county": self.county, ":level": self.levels[level].as_str(), ":day": self.at.day.to_string(), ":known": self.at.known_ms
        };
        let mut rows = statement.query(parameters)?;
        while let Some(found) = rows.next()? {
            if let Some(row) = table.row(uid(found, 0)?) {
                table.drawn[row as usize] = !found.get::<_, bool>(1)?;
            }
        }
        Ok(())
    }

    pub(super) fn read_branches(&self, connection: &Connection) -> Result<Vec<(Raw, Extra)>, Problem> {
        let mut statement = connection.prepare_cached(concat!(
            "SELECT uid, code, name, unit_uid, kind, x_deg, y_deg, fields, gone FROM branch_version b WHERE b.county = :county AND ",
            as_of!("b"),
            " ORDER BY b.uid, b.batch"
        ))?;
        let parameters = named_params! { ":county": self.county, ":day": self.at.day.to_string(), ":known": self.at.known_ms };
        let mut out: Vec<(Raw, Extra)> = Vec::new();
        let mut gone = Vec::new();
        let mut rows = statement.query(parameters)?;
        while let Some(row) = rows.next()? {
            let this = raw(row)?;
            let place = match (row.get(5)?, row.get(6)?) {
                (Some(x), Some(y)) => Some([x, y]),
                _ => None,
            };
            if out.pop_if(|(last, _)| last.uid == this.uid).is_some() {
                gone.pop();
            }
            out.push((this, (row.get(4)?, place, row.get(7)?)));
            gone.push(row.get::<_, bool>(8)?);
        }
        Ok(out.into_iter().zip(gone).filter(|(_, gone)| !gone).map(|(row, _)| row).collect())
    }
}

/// Batches that came from the maps that a workspace names.
fn layer_batches(connection: &Connection, county: &str) -> rusqlite::Result<FxHashSet<i64>> {
    let mut statement = connection.prepare_cached("SELECT id FROM batch WHERE county = ?1 AND kind = 'layer'")?;
    let rows = statement.query_map([county], |row| row.get(0))?;
    rows.collect()
}

fn raw(row: &Row<'_>) -> rusqlite::Result<Raw> {
    let parent: Option<[u8; 16]> = row.get(3)?;
    Ok(Raw { uid: uid(row, 0)?, code: row.get(1)?, name: row.get(2)?, parent: parent.and_then(|b| Uid::from_slice(&b)) })
}
