//! Rows of an import: what a file adds, changes or takes away, each from a day on.

use rusqlite::params;

use super::error::damaged;
use super::load::{Load, NewBranch, NewUnit, NewValue};
use super::world::{Membership, World};
use crate::domain::id::{IndicatorId, LevelId, Uid};
use crate::domain::plan::UnitChange;
use crate::domain::problem::Problem;
use crate::domain::value::State;

/// A batch of an import.
#[derive(Clone, Debug)]
pub(crate) struct NewBatch<'a> {
    /// Number of the import.
    pub(crate) import: i64,
    /// What it holds: `units`, `values` …
    pub(crate) kind: &'a str,
    /// Profile, or nothing.
    pub(crate) source: &'a str,
    /// File as the person named it.
    pub(crate) file: &'a str,
    /// Its SHA-256, hex.
    pub(crate) sha256: &'a str,
    /// The post.
    pub(crate) actor: &'a str,
    /// What was chosen, as JSON.
    pub(crate) choices: &'a str,
}

/// Where a row came from, from which day it holds, and whether it takes away.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Stamp<'a> {
    /// The batch.
    pub(crate) batch: i64,
    /// Part of the batch's file.
    pub(crate) part: u32,
    /// Row in that part.
    pub(crate) row: Option<u64>,
    /// First day, `YYYY-MM-DD`; empty: always.
    pub(crate) since: &'a str,
    /// What older batches have of it no longer holds.
    pub(crate) gone: bool,
}

/// An entity as a table gives it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct EntityRow {
    pub(crate) uid: Uid,
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) unit: Uid,
    pub(crate) coverage: String,
    /// Further columns, as JSON.
    pub(crate) fields: String,
}

impl Stamp<'_> {
    /// A row of a file's only part that always held.
    pub(crate) fn of(batch: i64, row: u64) -> Self {
        Self { batch, row: Some(row), ..Self::default() }
    }
}

impl Load<'_> {
    /// Number of the next import, or the wanted one where it is free.
    pub(crate) fn next_import(&self, wanted: Option<i64>) -> Result<i64, Problem> {
        let last: i64 = self.transaction.query_row(
            "SELECT max((SELECT coalesce(max(import), 0) FROM batch WHERE county = ?1),
                        (SELECT coalesce(max(import), 0) FROM import_file WHERE county = ?1))",
            [&self.county],
            |row| row.get(0),
        )?;
        Ok(wanted.filter(|n| *n > last).unwrap_or(last + 1))
    }

    /// Opens a batch of an import.
    pub(crate) fn open_batch(&mut self, new: &NewBatch<'_>) -> Result<i64, Problem> {
        let id: i64 =
            self.transaction.query_row("SELECT coalesce(max(id), 0) + 1 FROM batch WHERE county = ?1", [&self.county], |r| r.get(0))?;
        self.transaction.execute(
            "INSERT INTO batch (county, id, kind, source, file, source_sha256, known_from, actor, choices, import)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            params![self.county, id, new.kind, new.source, new.file, new.sha256, self.now_ms, new.actor, new.choices, new.import],
        )?;
        Ok(id)
    }

    /// Names a part of a batch's file; the name it has stays.
    pub(crate) fn put_part(&mut self, batch: i64, part: u32, name: &str) -> Result<(), Problem> {
        self.transaction.execute(
            "INSERT OR IGNORE INTO batch_part (county, batch, part, name) VALUES (?1, ?2, ?3, ?4)",
            params![self.county, batch, part, name],
        )?;
        Ok(())
    }

    /// Remembers a file of an import by name and hash.
    pub(crate) fn put_file(&mut self, import: i64, n: usize, file: &str, sha256: &str) -> Result<(), Problem> {
        self.transaction.execute(
            "INSERT INTO import_file (county, import, n, file, sha256) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![self.county, import, n, file, sha256],
        )?;
        Ok(())
    }

    /// Adds a unit.
    pub(crate) fn put_unit(&mut self, stamp: Stamp<'_>, unit: &NewUnit<'_>) -> Result<(), Problem> {
        self.transaction
            .prepare_cached(
                "INSERT INTO unit_version (county, tree, level, uid, batch, valid_from, code, name, parent_uid, source_row, source_part, gone)
                 VALUES (?1, coalesce((SELECT value FROM meta WHERE key = 'tree'), ''), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            )?
            .execute(params![
                self.county,
                unit.level.as_str(),
                unit.uid.as_bytes(),
                stamp.batch,
                stamp.since,
                unit.code,
                unit.name,
                unit.parent.as_ref().map(Uid::as_bytes),
                stamp.row,
                stamp.part,
                stamp.gone
            ])?;
        Ok(())
    }

    /// Adds a boundary: its kind and bytes, see `gis::original`.
    pub(crate) fn put_boundary(&mut self, stamp: Stamp<'_>, level: &LevelId, uid: Uid, kind: &str, coords: &[u8]) -> Result<(), Problem> {
        self.transaction
            .prepare_cached(
                "INSERT INTO geometry (county, role, level, uid, batch, valid_from, kind, coords, gone)
                 VALUES (?1, 'boundary', ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(params![self.county, level.as_str(), uid.as_bytes(), stamp.batch, stamp.since, kind, coords, stamp.gone])?;
        Ok(())
    }

    /// Adds the official area of a unit, square kilometres.
    pub(crate) fn put_area(&mut self, stamp: Stamp<'_>, level: &LevelId, uid: Uid, area_km2: f64) -> Result<(), Problem> {
        self.transaction
            .prepare_cached(
                "INSERT INTO official_area (county, level, uid, batch, valid_from, area_km2, source_row, source_part)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(params![self.county, level.as_str(), uid.as_bytes(), stamp.batch, stamp.since, area_km2, stamp.row, stamp.part])?;
        Ok(())
    }

    /// Adds a branch.
    pub(crate) fn put_branch(&mut self, stamp: Stamp<'_>, branch: &NewBranch) -> Result<(), Problem> {
        let fields = serde_json::to_string(&branch.fields).map_err(|e| damaged("", e))?;
        self.transaction
            .prepare_cached(
                "INSERT INTO branch_version
                   (county, uid, batch, valid_from, code, name, kind, unit_uid, x_deg, y_deg, fields, source_row, source_part, gone)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
            )?
            .execute(params![
                self.county,
                branch.uid.as_bytes(),
                stamp.batch,
                stamp.since,
                branch.code,
                branch.name,
                branch.kind,
                branch.unit.as_bytes(),
                branch.place_deg.map(|p| p[0]),
                branch.place_deg.map(|p| p[1]),
                fields,
                stamp.row,
                stamp.part,
                stamp.gone
            ])?;
        Ok(())
    }

    /// Adds an entity.
    pub(crate) fn put_entity(&mut self, stamp: Stamp<'_>, entity: &EntityRow) -> Result<(), Problem> {
        self.transaction
            .prepare_cached(
                "INSERT INTO entity_version
                   (county, uid, batch, valid_from, code, name, kind, unit_uid, coverage, fields, source_row, source_part, gone)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
            )?
            .execute(params![
                self.county,
                entity.uid.as_bytes(),
                stamp.batch,
                stamp.since,
                entity.code,
                entity.name,
                entity.kind,
                entity.unit.as_bytes(),
                entity.coverage,
                entity.fields,
                stamp.row,
                stamp.part,
                stamp.gone
            ])?;
        Ok(())
    }

    /// Adds a membership of a zone or a region; a file may name one twice.
    pub(crate) fn put_member(&mut self, stamp: Stamp<'_>, kind: Membership, group: &str, uid: Uid) -> Result<(), Problem> {
        self.transaction
            .prepare_cached(
                "INSERT OR IGNORE INTO membership (county, kind, grp, uid, batch, valid_from, source_row, source_part, gone)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?
            .execute(params![
                self.county,
                kind.word(),
                group,
                uid.as_bytes(),
                stamp.batch,
                stamp.since,
                stamp.row,
                stamp.part,
                stamp.gone
            ])?;
        Ok(())
    }

    /// Adds a value, or takes one back.
    pub(crate) fn put_value(&mut self, stamp: Stamp<'_>, indicator: &IndicatorId, value: &NewValue) -> Result<(), Problem> {
        let state = match value.reading.state {
            State::Value => "value",
            // Of what is taken back the state says nothing.
            State::None | State::Missing => "none",
            State::NotDue => "not-due",
        };
        self.transaction
            .prepare_cached(
                "INSERT INTO value (county, indicator, period_start, period_end, uid, batch, state, num, den, value, source_row, source_part, gone)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
            )?
            .execute(params![
                self.county,
                indicator.as_str(),
                value.period.start().to_string(),
                value.period.end().to_string(),
                value.uid.as_bytes(),
                stamp.batch,
                state,
                value.reading.num,
                value.reading.den,
                value.reading.value,
                stamp.row,
                stamp.part,
                stamp.gone || value.reading.state == State::Missing
            ])?;
        Ok(())
    }

    /// Notes what became of units.
    pub(crate) fn put_change(&mut self, batch: i64, n: usize, change: &UnitChange) -> Result<(), Problem> {
        let uids = |units: &[(Uid, String, String)]| -> Vec<u8> { units.iter().flat_map(|(uid, ..)| *uid.as_bytes()).collect() };
        let kind = serde_json::to_value(change.kind).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default();
        self.transaction.execute(
            "INSERT INTO unit_change (county, batch, n, kind, since, before, after, overlap) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![self.county, batch, n, kind, change.since.to_string(), uids(&change.before), uids(&change.after), change.overlap],
        )?;
        Ok(())
    }

    /// Packs every level anew that a batch drew or that hangs on other units now.
    pub(crate) fn repack_touched(&mut self, world: &World, batches: &[i64]) -> Result<(), Problem> {
        let wanted = serde_json::to_string(batches).map_err(|e| damaged("", e))?;
        let touched: Vec<String> = self
            .transaction
            .prepare(
                "SELECT DISTINCT level FROM unit_version WHERE county = ?1 AND batch IN (SELECT value FROM json_each(?2))
                 UNION SELECT DISTINCT level FROM geometry INDEXED BY geometry_drawn WHERE county = ?1 AND batch IN (SELECT value FROM json_each(?2))",
            )?
            .query_map(params![self.county, wanted], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        for level in 0..world.levels.len() {
            if touched.iter().any(|t| t == world.levels[level].as_str()) {
                self.repack(world, level)?;
            }
        }
        Ok(())
    }
}
