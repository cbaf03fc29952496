//! What the store has now, for comparing it with what a file says.

use rusqlite::{Connection, OptionalExtension as _, named_params, params};
use rustc_hash::FxHashMap;

use super::block;
use super::put::EntityRow;
use super::world::{self, World, as_of, known};
use crate::domain::id::{IndicatorId, Uid};
use crate::domain::period::Period;
use crate::domain::problem::{Problem, Spot};
use crate::domain::value::Reading;

/// A boundary that counts.
pub(crate) struct Boundary {
    /// `polygon`, `line` or `point`.
    pub(crate) kind: String,
    /// See `gis::original`.
    pub(crate) coords: Vec<u8>,
    /// The day from which it holds, `YYYY-MM-DD`; empty: always.
    pub(crate) since: String,
}

/// The boundary of a unit.
pub(crate) fn boundary(connection: &Connection, world: &World, level: usize, uid: Uid) -> Result<Option<Boundary>, Problem> {
    let mut statement = connection.prepare_cached(concat!(
        "SELECT kind, coords, valid_from, gone FROM geometry g WHERE g.county = :county AND g.role = 'boundary' AND g.level = :level AND g.uid = :uid AND ",
        as_of!("g"),
        " ORDER BY g.batch DESC LIMIT 1"
    ))?;
    let parameters = named_params! {
        ":county": world.county, ":level": world.levels[level].as_str(), ":uid": uid.as_bytes(),
        ":day": world.at.day.to_string(), ":known": world.at.known_ms
    };
    let found = statement
        .query_row(parameters, |row| Ok((Boundary { kind: row.get(0)?, coords: row.get(1)?, since: row.get(2)? }, row.get(3)?)))
        .optional()?;
    Ok(found.and_then(|(boundary, gone): (_, bool)| (!gone).then_some(boundary)))
}

/// The official areas of the units of a level, square kilometres.
pub(crate) fn official_areas(connection: &Connection, world: &World, level: usize) -> Result<FxHashMap<Uid, f64>, Problem> {
    let mut statement = connection.prepare_cached(concat!(
        "SELECT uid, area_km2 FROM official_area o WHERE o.county = :county AND o.level = :level AND ",
        as_of!("o"),
        " ORDER BY o.uid, o.batch"
    ))?;
    let mut rows = statement.query(named_params! {
        ":county": world.county, ":level": world.levels[level].as_str(), ":day": world.at.day.to_string(), ":known": world.at.known_ms
    })?;
    let mut out = FxHashMap::default();
    while let Some(row) = rows.next()? {
        out.insert(world::uid(row, 0)?, row.get(1)?);
    }
    Ok(out)
}

/// Readings of an indicator in a period.
pub(crate) fn values(
    connection: &Connection,
    world: &World,
    indicator: &IndicatorId,
    period: Period,
) -> Result<FxHashMap<Uid, Reading>, Problem> {
    let mut statement = connection.prepare_cached(concat!(
        "SELECT uid, state, num, den, value, gone FROM value v
         WHERE v.county = :county AND v.indicator = :indicator AND v.period_start = :start AND v.period_end = :end AND ",
        known!("v"),
        " ORDER BY v.uid, v.batch"
    ))?;
    let (start, end) = (period.start().to_string(), period.end().to_string());
    let mut rows = statement.query(named_params! {
        ":county": world.county, ":indicator": indicator.as_str(), ":start": start, ":end": end, ":known": world.at.known_ms
    })?;
    let mut out = FxHashMap::default();
    while let Some(row) = rows.next()? {
        let uid = world::uid(row, 0)?;
        if row.get(5)? {
            out.remove(&uid);
        } else {
            out.insert(uid, block::reading(row, 1)?);
        }
    }
    Ok(out)
}

/// Entities.
pub(crate) fn entities(connection: &Connection, world: &World) -> Result<FxHashMap<Uid, EntityRow>, Problem> {
    let mut statement = connection.prepare_cached(concat!(
        "SELECT uid, code, name, kind, unit_uid, coverage, fields, gone FROM entity_version e WHERE e.county = :county AND ",
        as_of!("e"),
        " ORDER BY e.uid, e.batch"
    ))?;
    let mut rows =
        statement.query(named_params! { ":county": world.county, ":day": world.at.day.to_string(), ":known": world.at.known_ms })?;
    let mut out = FxHashMap::default();
    while let Some(row) = rows.next()? {
        let uid = world::uid(row, 0)?;
        if row.get(7)? {
            out.remove(&uid);
            continue;
        }
        let entity = EntityRow {
            uid,
            code: row.get(1)?,
            name: row.get(2)?,
            kind: row.get(3)?,
            unit: world::uid(row, 4)?,
            coverage: row.get(5)?,
            fields: row.get(6)?,
        };
        out.insert(uid, entity);
    }
    Ok(out)
}

/// The row of a table that something was last loaded from.
#[derive(Default)]
pub(crate) struct RowOf {
    /// File, as the manifest names it; empty where it is not known.
    pub(crate) file: String,
    /// Sheet inside it; empty where it has only one.
    pub(crate) part: String,
    /// 1-based physical row.
    pub(crate) row: Option<u64>,
}

/// The row that a unit, branch or entity was last loaded from.
pub(crate) fn row_of(connection: &Connection, world: &World, uid: Uid) -> Result<RowOf, Problem> {
    let mut statement = connection.prepare_cached(
        "SELECT b.file, coalesce(p.name, ''), r.source_row FROM
           (SELECT batch, source_row, source_part FROM unit_version WHERE county = ?1 AND uid = ?2
            UNION ALL SELECT batch, source_row, source_part FROM branch_version WHERE county = ?1 AND uid = ?2
            UNION ALL SELECT batch, source_row, source_part FROM entity_version WHERE county = ?1 AND uid = ?2) r
         JOIN batch b ON b.county = ?1 AND b.id = r.batch
         LEFT JOIN batch_part p ON p.county = ?1 AND p.batch = r.batch AND p.part = r.source_part
         WHERE b.withdrawn_at IS NULL ORDER BY b.id DESC LIMIT 1",
    )?;
    let found = statement
        .query_row(params![world.county, uid.as_bytes()], |row| Ok(RowOf { file: row.get(0)?, part: row.get(1)?, row: row.get(2)? }))
        .optional()?;
    Ok(found.unwrap_or_default())
}

/// File and row that a unit, branch or entity was last loaded from.
pub(crate) fn origin(connection: &Connection, world: &World, uid: Uid) -> Result<Spot, Problem> {
    let of = row_of(connection, world, uid)?;
    Ok(Spot { file: of.file, line: of.row, ..Spot::default() })
}
