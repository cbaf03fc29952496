//! The map: packs of a level, decoded and filled.

use std::sync::Arc;

use rusqlite::params;

use super::ask::{Ask, Place};
use crate::domain::id::Uid;
use crate::domain::problem::Problem;
use crate::domain::scene::{Extent, MapSize, Raster};
use crate::domain::view_state::{Listing, ViewState};
use crate::gis::pack::{decode_into, pick_lod};
use crate::gis::raster::rasterise;
use crate::gis::shape::Shapes;
use crate::store::boundaries;
use crate::store::cache::RasterKey;
use crate::store::error::damaged;

/// The raster of a view; `None` where nothing of the listing has a boundary.
pub(super) fn map(ask: &Ask<'_>, view: &ViewState, size: MapSize) -> Result<Option<Arc<Raster>>, Problem> {
    let place = ask.standing_in(view.place)?;
    let (listing, table) = ask.listing(&view.listing, &ask.listings(place));
    let key = RasterKey {
        world: (ask.world.version, ask.world.at),
        place: place.map(|p| ask.uid(p)),
        listing: listing.clone(),
        extent: view.extent.map(|e| [e.min_x_deg, e.min_y_deg, e.max_x_deg, e.max_y_deg].map(f64::to_bits)),
        size: RasterKey::size(&size),
    };
    ask.cache.rasters(&key, || {
        // Branches are points over the boundary of the place they are listed in.
        let (table, points) = match listing {
            Listing::Units(_) => (table, Vec::new()),
            Listing::Branches => (place.map_or(0, |p| p.0), points(ask, place)?),
        };
        let extent = match (view.extent, place) {
            (Some(extent), _) => Some(extent),
            (None, Some(place)) => shapes(ask, Some(place), place.0, None, &size)?.extent(),
            (None, None) => None,
        };
        let shapes = shapes(ask, place, table, extent, &size)?;
        if shapes.uids.is_empty() && points.is_empty() {
            return Ok(None);
        }
        Ok(rasterise(&shapes, extent, size, ask.world.version, &points).map(Arc::new))
    })
}

fn points(ask: &Ask<'_>, place: Option<Place>) -> Result<Vec<(Uid, [f64; 2])>, Problem> {
    let branches = ask.world.branch_table();
    let table = ask.table(branches)?;
    let rows = ask.world.range(place, branches);
    Ok(rows.filter_map(|row| Some((table.uids[row as usize], ask.world.branches().places_deg[row as usize]?))).collect())
}

/// Boundaries of the units of a table at or below a place, as fine as the extent and size need.
fn shapes(ask: &Ask<'_>, place: Option<Place>, table: usize, extent: Option<Extent>, size: &MapSize) -> Result<Shapes, Problem> {
    let columns = ask.table(table)?;
    let range = ask.world.range(place, table);
    shapes_of(ask, table, extent, size, &|uid| columns.row(uid).is_some_and(|row| range.contains(&row)))
}

/// Boundaries of some units of a table, likewise.
pub(super) fn shapes_of(
    ask: &Ask<'_>,
    table: usize,
    extent: Option<Extent>,
    size: &MapSize,
    keep: &dyn Fn(Uid) -> bool,
) -> Result<Shapes, Problem> {
    if let Some(glance) = &ask.glance {
        return Ok(glance.shapes(table).map_or_else(Shapes::default, |all| all.only(keep)));
    }
    let pieces = if ask.world.at.now { stored(ask, table, extent, size, keep)? } else { packed(ask, table, extent, size, keep)? };
    let mut shapes = Shapes::default();
    for piece in &pieces {
        decode_into(piece, keep, &mut shapes).map_err(|_| damaged("reference.db", "pack"))?;
    }
    Ok(shapes)
}

/// The level of detail for an extent among those there are: where a level was stored in fewer
/// steps, the nearest will do.
fn nearest_lod(lods: impl Iterator<Item = u8>, extent: &Extent, size: &MapSize) -> u8 {
    let wanted = pick_lod(extent, size);
    lods.min_by_key(|lod| (lod.abs_diff(wanted), *lod)).unwrap_or(wanted)
}

/// Packs of another time, which had other boundaries: made for it from what came.
fn packed(
    ask: &Ask<'_>,
    table: usize,
    extent: Option<Extent>,
    size: &MapSize,
    keep: &dyn Fn(Uid) -> bool,
) -> Result<Vec<Vec<u8>>, Problem> {
    let mut packs = boundaries::packs_then(ask.connection, &ask.world, table)?;
    packs.retain(|p| p.units.iter().any(|uid| keep(*uid)));
    let Some(whole) = extent.or_else(|| packs.iter().map(|p| p.extent).reduce(Extent::union)) else { return Ok(Vec::new()) };
    let lod = nearest_lod(packs.iter().map(|p| p.lod), &whole, size);
    packs.retain(|p| p.lod == lod && extent.is_none_or(|e| p.extent.intersects(&e)));
    Ok(packs.into_iter().map(|p| p.bytes).collect())
}

/// Stored packs of now. What is not drawn is not read: neither other levels of detail nor packs
/// that lie elsewhere.
fn stored(
    ask: &Ask<'_>,
    table: usize,
    extent: Option<Extent>,
    size: &MapSize,
    keep: &dyn Fn(Uid) -> bool,
) -> Result<Vec<Vec<u8>>, Problem> {
    let (county, level) = (&ask.world.county, ask.world.levels[table].as_str());
    let mut statement = ask.connection.prepare_cached(
        "WITH RECURSIVE lods(lod) AS (
           SELECT min(lod) FROM pack WHERE county = ?1 AND level = ?2
           UNION ALL SELECT (SELECT min(p.lod) FROM pack p WHERE p.county = ?1 AND p.level = ?2 AND p.lod > lods.lod) FROM lods WHERE lod IS NOT NULL)
         SELECT lod FROM lods WHERE lod IS NOT NULL",
    )?;
    let lods = statement.query_map(params![county, level], |row| row.get(0))?.collect::<Result<Vec<u8>, _>>()?;
    let Some(coarsest) = lods.last() else { return Ok(Vec::new()) };
    let whole = match extent {
        Some(extent) => Some(extent),
        None => extents(ask, level, *coarsest, keep)?,
    };
    let Some(whole) = whole else { return Ok(Vec::new()) };
    let mut statement = ask.connection.prepare_cached(
        "SELECT units, bytes FROM pack WHERE county = ?1 AND level = ?2 AND lod = ?3
           AND max_x_deg >= ?4 AND min_x_deg <= ?5 AND max_y_deg >= ?6 AND min_y_deg <= ?7 ORDER BY seq",
    )?;
    let lod = nearest_lod(lods.iter().copied(), &whole, size);
    let mut rows = statement.query(params![county, level, lod, whole.min_x_deg, whole.max_x_deg, whole.min_y_deg, whole.max_y_deg])?;
    let mut out = Vec::new();
    while let Some(row) = rows.next()? {
        if holds(row.get_ref(0)?.as_blob()?, keep) {
            out.push(row.get(1)?);
        }
    }
    Ok(out)
}

/// The box around the packs that hold anything that is kept.
fn extents(ask: &Ask<'_>, level: &str, lod: u8, keep: &dyn Fn(Uid) -> bool) -> Result<Option<Extent>, Problem> {
    let mut statement = ask.connection.prepare_cached(
        "SELECT min_x_deg, min_y_deg, max_x_deg, max_y_deg, units FROM pack WHERE county = ?1 AND level = ?2 AND lod = ?3",
    )?;
    let mut rows = statement.query(params![ask.world.county, level, lod])?;
    let mut whole: Option<Extent> = None;
    while let Some(row) = rows.next()? {
        if holds(row.get_ref(4)?.as_blob()?, keep) {
            let this = Extent { min_x_deg: row.get(0)?, min_y_deg: row.get(1)?, max_x_deg: row.get(2)?, max_y_deg: row.get(3)? };
            whole = Some(whole.map_or(this, |w| w.union(this)));
        }
    }
    Ok(whole)
}

/// Whether any of the units of a pack is kept.
fn holds(units: &[u8], keep: &dyn Fn(Uid) -> bool) -> bool {
    units.as_chunks::<16>().0.iter().any(|uid| Uid::from_slice(uid).is_some_and(keep))
}
