//! Boundaries as they came, and packed for drawing.

use rusqlite::{Connection, named_params, params};

use super::current;
use super::error::damaged;
use super::load::Load;
use super::world::{self, World, as_of, known};
use crate::domain::id::Uid;
use crate::domain::problem::Problem;
use crate::gis::original;
use crate::gis::pack::{Pack, PackUnit, packs};
use crate::gis::read::{FeatureRecord, Features, GeometryKind};

impl Load<'_> {
    /// Builds the packs of a level anew from the stored boundaries.
    pub(crate) fn repack(&mut self, world: &World, level: usize) -> Result<(), Problem> {
        boundaries(&self.transaction, world, level).and_then(|b| self.pack(world, level, &b.features, &b.units, &b.order))
    }

    /// Builds the packs of a level from a layer that gives all its boundaries, without reading
    /// back what was just stored. `uids` are those of the records, `None` for one kept aside.
    /// Returns whether it was such a layer.
    pub(crate) fn repack_from(&mut self, world: &World, level: usize, features: &Features, uids: &[Option<Uid>]) -> Result<bool, Problem> {
        let table = world.table(level);
        let rows: Vec<Option<u32>> = uids.iter().map(|uid| uid.and_then(|uid| table.row(uid))).collect();
        let drawn = |n: &usize| features.records[*n].kind != GeometryKind::None && rows[*n].is_some();
        let mut order: Vec<u32> = (0..rows.len()).filter(drawn).filter_map(|n| u32::try_from(n).ok()).collect();
        let stored = table.drawn.iter().filter(|drawn| **drawn).count();
        if stored != order.len() {
            return Ok(false);
        }
        order.sort_by_key(|n| rows[*n as usize]);
        let nobody = Uid(uuid::Uuid::nil());
        let units: Vec<PackUnit> =
            rows.iter().map(|row| row.map_or(PackUnit { uid: nobody, parent: None }, |row| pack_unit(world, level, row))).collect();
        self.pack(world, level, features, &units, &order)?;
        Ok(true)
    }

    fn pack(&mut self, world: &World, level: usize, features: &Features, units: &[PackUnit], order: &[u32]) -> Result<(), Problem> {
        let id = world.levels[level].as_str();
        self.transaction.execute("DELETE FROM pack WHERE county = ?1 AND level = ?2", params![self.county, id])?;
        let mut insert = self.transaction.prepare_cached(
            "INSERT INTO pack (county, level, lod, seq, min_x_deg, min_y_deg, max_x_deg, max_y_deg, version, units, bytes)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?;
        // One at a time: all packs of a province together are larger than its boundaries.
        for pack in packs(features, units, order) {
            let units: Vec<u8> = pack.units.iter().flat_map(|uid| *uid.as_bytes()).collect();
            let e = pack.extent;
            insert.execute(params![
                self.county,
                id,
                pack.lod,
                pack.seq,
                e.min_x_deg,
                e.min_y_deg,
                e.max_x_deg,
                e.max_y_deg,
                world.version,
                units,
                pack.bytes
            ])?;
        }
        Ok(())
    }
}

/// Boundaries of a level as of the world's time, packed for drawing.
pub(super) fn packs_then(connection: &Connection, world: &World, level: usize) -> Result<Vec<Pack>, Problem> {
    let of = boundaries(connection, world, level)?;
    Ok(packs(&of.features, &of.units, &of.order).collect())
}

/// Boundaries to be packed.
struct Boundaries {
    features: Features,
    /// A unit per record.
    units: Vec<PackUnit>,
    /// Records in the order of the tree: what is looked at together lies together.
    order: Vec<u32>,
}

fn pack_unit(world: &World, level: usize, row: u32) -> PackUnit {
    let table = world.table(level);
    PackUnit { uid: table.uids[row as usize], parent: table.parent(row).map(|(t, r)| world.table(t).uids[r as usize]) }
}

fn boundaries(connection: &Connection, world: &World, level: usize) -> Result<Boundaries, Problem> {
    let (features, rows) = boundaries_of(connection, world, level)?;
    let units = rows.iter().map(|n| pack_unit(world, level, *n)).collect();
    let mut order: Vec<u32> = (0..u32::try_from(rows.len()).unwrap_or(u32::MAX)).collect();
    order.sort_by_key(|n| rows[*n as usize]);
    Ok(Boundaries { features, units, order })
}

/// The boundaries of a level as they came, and the row of each record.
pub(crate) fn boundaries_of(connection: &Connection, world: &World, level: usize) -> Result<(Features, Vec<u32>), Problem> {
    let table = world.table(level);
    let mut features = Features::default();
    let mut rows: Vec<u32> = Vec::new();
    let mut seen = None;
    let mut statement = connection.prepare_cached(concat!(
        "SELECT uid, kind, coords, gone FROM geometry g WHERE g.county = :county AND g.role = 'boundary' AND g.level = :level AND ",
        as_of!("g"),
        " ORDER BY g.uid, g.batch DESC"
    ))?;
    let parameters = named_params! {
        ":county": world.county, ":level": world.levels[level].as_str(), ":day": world.at.day.to_string(), ":known": world.at.known_ms
    };
    let mut found = statement.query(parameters)?;
    while let Some(row) = found.next()? {
        let Some(n) = table.row(world::uid(row, 0)?).filter(|n| seen != Some(*n)) else { continue };
        seen = Some(n);
        if row.get(3)? {
            continue;
        }
        let start = u32::try_from(features.rings.len()).unwrap_or(u32::MAX);
        original::decode(row.get_ref(2)?.as_blob().unwrap_or_default(), &mut features.rings, &mut features.coords_deg)
            .map_err(|e| damaged("reference.db", e))?;
        let kind = match row.get_ref(1)?.as_str().unwrap_or_default() {
            "polygon" => GeometryKind::Polygon,
            "line" => GeometryKind::Line,
            _ => GeometryKind::Point,
        };
        rows.push(n);
        features.records.push(FeatureRecord {
            record: rows.len() as u64,
            line: 0,
            code: String::new(),
            name: None,
            parent: None,
            area: None,
            kind,
            rings: start..u32::try_from(features.rings.len()).unwrap_or(u32::MAX),
            had_z: false,
        });
    }
    Ok((features, rows))
}

/// The boundary of a unit as it came: rings of longitude and latitude, degrees.
pub(crate) fn rings_of(connection: &Connection, world: &World, uid: Uid) -> Result<Vec<Vec<[f64; 2]>>, Problem> {
    let Some((level, _)) = world.place(uid).filter(|(level, _)| *level < world.levels.len()) else { return Ok(Vec::new()) };
    let (mut rings, mut coords_deg) = (Vec::new(), Vec::new());
    if let Some(boundary) = current::boundary(connection, world, level, uid)?.filter(|b| b.kind == "polygon") {
        original::decode(&boundary.coords, &mut rings, &mut coords_deg).map_err(|e| damaged("reference.db", e))?;
    }
    Ok(rings.iter().map(|r| coords_deg[r.start as usize..r.end as usize].to_vec()).collect())
}
