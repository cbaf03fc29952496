//! What is drawn over the map: places of chosen kinds in their season, outlines of sets of units.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::ask::{Ask, Place, Zones};
use super::map::shapes_of;
use super::region::{regions, units_of_branch};
use crate::domain::id::Uid;
use crate::domain::map_layer::{LineDeg, MapLayer, MapPlace, Outline, PlaceKind, is_open};
use crate::domain::problem::Problem;
use crate::domain::scene::{Extent, MapSize};
use crate::domain::view_state::ViewState;
use crate::gis::shape::SNAP_PER_DEG;
use crate::store::record::{Record, RecordKind, records};

/// Every place as of the time asked.
pub(super) fn places(ask: &Ask<'_>) -> Result<Arc<Vec<Record>>, Problem> {
    ask.cache.places(&(ask.world.version, ask.world.at), || records(ask.connection, &ask.world, RecordKind::Place).map(Arc::new))
}

/// The kinds of places that there are, in the order of their words.
pub(super) fn kinds(ask: &Ask<'_>) -> Result<Vec<String>, Problem> {
    let all = places(ask)?;
    let words: BTreeSet<&str> = all.iter().map(|record| record.get("kind")).collect();
    Ok(words.into_iter().map(str::to_owned).collect())
}

/// Whether a place is open on the day.
fn is_now(ask: &Ask<'_>, record: &Record) -> bool {
    let month = |role: &str| record.get(role).parse::<i8>().ok();
    is_open(month("from").zip(month("to")), ask.world.at.day.month())
}

/// What is drawn over the map of a view, in the extent that it shows.
pub(super) fn map_layer(
    ask: &Ask<'_>,
    view: &ViewState,
    (extent, size): (Extent, MapSize),
    wanted: &[String],
    branch: Option<Uid>,
) -> Result<MapLayer, Problem> {
    let mut layer = MapLayer { version: ask.version, ..MapLayer::default() };
    if !wanted.is_empty() {
        chosen(ask, view, &extent, wanted, &mut layer)?;
    }
    outlines(ask, view, (extent, size), branch, &mut layer)?;
    Ok(layer)
}

/// Places of the kinds that are wanted.
fn chosen(ask: &Ask<'_>, view: &ViewState, extent: &Extent, wanted: &[String], layer: &mut MapLayer) -> Result<(), Problem> {
    let here = ask.standing_in(view.place)?;
    let zones = Zones::of(ask, &view.scope)?;
    for table in 0..ask.world.levels.len() {
        ask.table(table)?;
    }
    layer.kinds = wanted.iter().map(|kind| PlaceKind { kind: kind.clone(), ..PlaceKind::default() }).collect();
    let is_in = |at: Place| {
        let below = |above: Place| ask.world.lies_in(at, above);
        here.is_none_or(below) && ask.within.is_none_or(below) && zones.as_ref().is_none_or(|z| z.own[at.0][at.1 as usize])
    };
    for record in places(ask)?.iter() {
        let Some(kind) = wanted.iter().position(|w| w == record.get("kind")) else { continue };
        if !record.unit.and_then(|uid| ask.world.place(uid)).is_some_and(is_in) {
            continue;
        }
        let count = &mut layer.kinds[kind];
        if record.shape_deg.is_empty() {
            count.nowhere += 1;
        } else if !is_now(ask, record) {
            count.out_of_season += 1;
        } else {
            count.drawn += 1;
            if record.shape_deg.iter().any(|line| touches(line, extent)) {
                layer.places.push(MapPlace {
                    uid: record.uid,
                    kind,
                    name: record.name.clone(),
                    state: record.get("state").to_owned(),
                    lines_deg: record.shape_deg.clone(),
                });
            }
        }
    }
    Ok(())
}

/// Whether the box of a line touches an extent.
fn touches(line: &[[f64; 2]], extent: &Extent) -> bool {
    let around = line.iter().map(|[x, y]| Extent { min_x_deg: *x, min_y_deg: *y, max_x_deg: *x, max_y_deg: *y }).reduce(Extent::union);
    around.is_some_and(|around| around.intersects(extent))
}

/// Regions in scope, and the units of a branch over several.
fn outlines(ask: &Ask<'_>, view: &ViewState, at: (Extent, MapSize), branch: Option<Uid>, layer: &mut MapLayer) -> Result<(), Problem> {
    if view.scope.zones.is_empty() && branch.is_none() {
        return Ok(());
    }
    let all = regions(ask)?;
    let is_zone = |code: &String| ask.framework.zones.iter().any(|z| z.code == *code);
    for region in all.iter().filter(|r| view.scope.zones.contains(&r.code) && !is_zone(&r.code)) {
        layer.outlines.extend(outline(ask, at, &region.label, &region.members)?);
    }
    if let Some((table, row)) = branch.map(|uid| ask.seen(uid)).transpose()?.flatten().filter(|p| p.0 == ask.world.branch_table()) {
        let units = units_of_branch(ask, &all, row)?;
        if units.len() > 1 {
            layer.outlines.extend(outline(ask, at, ask.world.name((table, row)), &units)?);
        }
    }
    Ok(())
}

/// The boundaries of some units, as fine as the map draws them; `None` where none of them has one.
fn outline(ask: &Ask<'_>, (extent, size): (Extent, MapSize), label: &str, members: &[Uid]) -> Result<Option<Outline>, Problem> {
    let mut units_deg = Vec::new();
    // A branch is drawn as the unit that it stands in.
    let mut units: BTreeMap<usize, FxHashSet<Uid>> = BTreeMap::new();
    for uid in members {
        let Some(place) = ask.seen(*uid)? else { continue };
        let unit = if place.0 == ask.world.branch_table() { ask.world.table(place.0).parent(place.1) } else { Some(place) };
        if let Some(unit) = unit {
            units.entry(unit.0).or_default().insert(ask.uid(unit));
        }
    }
    for (table, units) in units {
        let shapes = shapes_of(ask, table, Some(extent), &size, &|uid| units.contains(&uid))?;
        for unit in 0..u32::try_from(shapes.uids.len()).unwrap_or(u32::MAX) {
            let rings = shapes.rings.iter().filter(|ring| ring.unit == unit).map(|ring| -> LineDeg {
                let coords = &shapes.coords[ring.start as usize..ring.end as usize];
                coords.iter().map(|[x, y]| [f64::from(*x) / SNAP_PER_DEG, f64::from(*y) / SNAP_PER_DEG]).collect()
            });
            units_deg.push(rings.collect());
        }
    }
    Ok((!units_deg.is_empty()).then(|| Outline { label: label.to_owned(), units_deg }))
}
