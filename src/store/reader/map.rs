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
use crate::store::cache::RasterKey;
use crate::store::error::damaged;
use crate::store::load;

/// A pack without the units that it holds.
struct Piece {
    lod: u8,
    extent: Extent,
    bytes: Vec<u8>,
}

/// The raster of a view; `None` where nothing of the listing has a boundary.
pub(super) fn map(ask: &Ask<'_>, view: &ViewState, size: MapSize) -> Result<Option<Arc<Raster>>, Problem> {
    let place = ask.standing_in(view.place)?;
    let (listing, table) = ask.listing(&view.listing, &ask.listings(place));
    let key = RasterKey {
        world: (ask.world.version, ask.world.at),
        place: place.map(|(t, r)| ask.world.tables[t].uids[r as usize]),
        listing: listing.clone(),
        extent: view.extent.map(|e| [e.min_x_deg, e.min_y_deg, e.max_x_deg, e.max_y_deg].map(f64::to_bits)),
        size: RasterKey::size(&size),
    };
    ask.cache.rasters(&key, || {
        // Branches are points over the boundary of the place they are listed in.
        let (table, points) = match listing {
            Listing::Units(_) => (table, Vec::new()),
            Listing::Branches => (place.map_or(0, |p| p.0), points(ask, place)),
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

fn points(ask: &Ask<'_>, place: Option<Place>) -> Vec<(Uid, [f64; 2])> {
    let branches = ask.world.branch_table();
    let rows = ask.world.range(place, branches);
    rows.filter_map(|row| Some((ask.world.tables[branches].uids[row as usize], ask.world.branches.places_deg[row as usize]?))).collect()
}

/// Boundaries of the units of a table at or below a place, as fine as the extent and size need.
fn shapes(ask: &Ask<'_>, place: Option<Place>, table: usize, extent: Option<Extent>, size: &MapSize) -> Result<Shapes, Problem> {
    let range = ask.world.range(place, table);
    let keep = |uid: Uid| ask.world.by_uid.get(&uid).is_some_and(|(t, row)| *t == table && range.contains(row));
    let mut pieces = pieces(ask, table, &keep)?;
    let whole = extent.or_else(|| pieces.iter().map(|p| p.extent).reduce(Extent::union));
    let Some(whole) = whole else { return Ok(Shapes::default()) };
    let wanted = pick_lod(&whole, size);
    // Where a level was stored in fewer steps, the nearest will do.
    let lod = pieces.iter().map(|p| p.lod).min_by_key(|lod| (lod.abs_diff(wanted), *lod)).unwrap_or(wanted);
    pieces.retain(|p| p.lod == lod && extent.is_none_or(|e| p.extent.intersects(&e)));
    let mut shapes = Shapes::default();
    for piece in &pieces {
        decode_into(&piece.bytes, &keep, &mut shapes).map_err(|_| damaged("reference.db", "pack"))?;
    }
    Ok(shapes)
}

/// Packs that hold any unit that is kept.
fn pieces(ask: &Ask<'_>, table: usize, keep: &dyn Fn(Uid) -> bool) -> Result<Vec<Piece>, Problem> {
    if !ask.world.at.now {
        // Another time has other boundaries: they are packed for it from what came.
        let packs = load::packs(ask.connection, &ask.world, table)?;
        let held = packs.into_iter().filter(|p| p.units.iter().any(|uid| keep(*uid)));
        return Ok(held.map(|p| Piece { lod: p.lod, extent: p.extent, bytes: p.bytes }).collect());
    }
    let mut statement = ask.connection.prepare_cached(
        "SELECT lod, min_x_deg, min_y_deg, max_x_deg, max_y_deg, units, bytes FROM pack WHERE county = ?1 AND level = ?2 ORDER BY lod, seq",
    )?;
    let mut rows = statement.query(params![ask.world.county, ask.world.levels[table].as_str()])?;
    let mut out = Vec::new();
    while let Some(row) = rows.next()? {
        let units = row.get_ref(5)?.as_blob()?;
        if units.as_chunks::<16>().0.iter().any(|uid| Uid::from_slice(uid).is_some_and(keep)) {
            let extent = Extent { min_x_deg: row.get(1)?, min_y_deg: row.get(2)?, max_x_deg: row.get(3)?, max_y_deg: row.get(4)? };
            out.push(Piece { lod: row.get(0)?, extent, bytes: row.get(6)? });
        }
    }
    Ok(out)
}
