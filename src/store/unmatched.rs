//! Keys of imports that found no unit, and units that a file left out: stored with their batch, so
//! that they go with it and are there again as of a day on which it counted.

use rusqlite::{Connection, named_params, params};

use super::error::damaged;
use super::load::Load;
use super::world::{self, World, known};
use crate::domain::id::Uid;
use crate::domain::problem::Problem;
use crate::domain::quality::NotJoined;

impl Load<'_> {
    /// Stores what found no unit, each with its batch.
    pub(crate) fn put_unmatched<'u>(&mut self, found: impl Iterator<Item = &'u NotJoined>) -> Result<(), Problem> {
        let mut insert = self.transaction.prepare_cached(
            "INSERT INTO unmatched (county, batch, n, in_file, file, sheet, row, key, name, rows, cause, uid, unit_code, unit_name)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
        )?;
        for (n, one) in found.enumerate() {
            let (uid, code, name) = match &one.unit {
                Some((uid, code, name)) => (Some(uid), code.as_str(), name.as_str()),
                None => (None, "", ""),
            };
            insert.execute(params![
                self.county,
                one.batch,
                n,
                one.in_file,
                one.file,
                one.sheet,
                one.row,
                one.key,
                one.name,
                one.rows,
                one.cause.word(),
                uid.map(Uid::as_bytes),
                code,
                name
            ])?;
        }
        Ok(())
    }
}

/// What found no unit as of the world's time, the newest batch first. Of a file that came again only
/// what it brought last counts.
pub(super) fn read(connection: &Connection, world: &World) -> Result<Vec<NotJoined>, Problem> {
    let mut statement = connection.prepare_cached(concat!(
        "SELECT u.batch, u.in_file, u.file, u.sheet, u.row, u.key, u.name, u.rows, u.cause, u.uid, u.unit_code, u.unit_name
         FROM unmatched u JOIN batch b ON b.county = u.county AND b.id = u.batch WHERE u.county = :county AND ",
        known!("u"),
        " AND NOT EXISTS (SELECT 1 FROM batch l WHERE l.county = b.county AND l.file = b.file AND l.import > b.import
            AND l.known_from <= :known AND (l.withdrawn_at IS NULL OR l.withdrawn_at > :known))
         ORDER BY u.batch DESC, u.n"
    ))?;
    let mut rows = statement.query(named_params! { ":county": world.county, ":known": world.at.known_ms })?;
    let mut out = Vec::new();
    while let Some(row) = rows.next()? {
        let cause = serde_json::from_value(row.get::<_, String>(8)?.into()).map_err(|e| damaged("reference.db", e))?;
        let unit = match row.get_ref(9)? {
            rusqlite::types::ValueRef::Null => None,
            _ => Some((world::uid(row, 9)?, row.get(10)?, row.get(11)?)),
        };
        out.push(NotJoined {
            batch: row.get(0)?,
            in_file: row.get(1)?,
            file: row.get(2)?,
            sheet: row.get(3)?,
            row: row.get(4)?,
            key: row.get(5)?,
            name: row.get(6)?,
            rows: row.get(7)?,
            cause,
            unit,
        });
    }
    Ok(out)
}
