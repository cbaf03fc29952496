//! Scanline fill of boundaries into samples.
//!
//! Longitude and latitude are drawn as they are, scaled by the cosine of the middle latitude: over a
//! county the difference to any map projection is far below one sample.

mod fill;
mod mask;
mod places;

pub use mask::{mask, trace};

use rustc_hash::FxHashMap;

use super::shape::{SNAP_PER_DEG, Shapes};
use crate::domain::id::Uid;
use crate::domain::scene::{Extent, MapSize, OUTSIDE, Raster};

/// Free room on each side of what is shown, as a share of its size.
const MARGIN: f64 = 0.015;
/// Least width and height of an extent, degrees (about 1 m), so that a point can be shown.
const MIN_SPAN_DEG: f64 = 1e-5;
/// Most columns or rows, cells; crossings are sorted as packed integers that hold no more.
const MAX_SIDE_CELLS: u16 = 2048;
/// An extent whose shape differs by less than this share has been fitted before.
const FITTED: f64 = 0.01;

/// Fills `shapes` into the samples of a map of `size`.
///
/// `extent` is widened by [`fit`]; `None` shows every shape. A sample belongs to the unit that
/// covers its centre, by the even-odd rule over all its rings; units that share a border vertex for
/// vertex leave no gap and never overlap there (where faulty data overlaps, the later unit wins).
/// `points` are kept where they lie in the extent.
///
/// `None` where there is no unit, no place (nothing has a finite position), or the size is 0 or
/// above 2048 cells on a side.
#[must_use]
pub fn rasterise(shapes: &Shapes, extent: Option<Extent>, size: MapSize, version: u64, points: &[(Uid, [f64; 2])]) -> Option<Raster> {
    let sides = 1..=MAX_SIDE_CELLS;
    if shapes.uids.is_empty() || !sides.contains(&size.cols_cells) || !sides.contains(&size.rows_cells) {
        return None;
    }
    let extent = fit(extent.or_else(|| shapes.extent())?, size);
    if ![extent.min_x_deg, extent.min_y_deg, extent.max_x_deg, extent.max_y_deg].iter().all(|v| v.is_finite()) {
        return None;
    }
    let mut raster = Raster {
        version,
        extent,
        size,
        units: shapes.uids.clone(),
        group: groups(&shapes.parents, shapes.uids.len()),
        middle_deg: shapes.middle_deg.clone(),
        samples: Vec::new(),
        anchors: Vec::new(),
        crowds: Vec::new(),
        hidden_share: 0.0,
        points: Vec::new(),
    };
    raster.samples = vec![OUTSIDE; raster.width() * raster.height()];
    fill::fill(shapes, &Grid::new(&raster), &mut raster.samples);
    places::find(&mut raster);
    raster.points = points.iter().filter_map(|&(uid, at)| cell_of(&raster, at).map(|(col, row)| (uid, col, row))).collect();
    Some(raster)
}

/// The extent widened about its middle to the shape of an area of `size`, with a small margin.
///
/// An extent that already has this shape (one that came from here, also scaled or moved) stays as
/// it is, so fitting twice changes nothing. Longitudes count cos(middle latitude) of latitudes.
#[must_use]
pub fn fit(extent: Extent, size: MapSize) -> Extent {
    let [x, y] = extent.centre_deg();
    let shrink = y.to_radians().cos().max(0.01);
    let aspect = if size.cell_aspect.is_finite() && size.cell_aspect > 0.0 { size.cell_aspect } else { 2.0 };
    // Width over height of the area, in degrees of the same length.
    let shape = f64::from(size.cols_cells.max(1)) / (f64::from(size.rows_cells.max(1)) * aspect);
    let width = (extent.max_x_deg - extent.min_x_deg).max(MIN_SPAN_DEG) * shrink;
    let height = (extent.max_y_deg - extent.min_y_deg).max(MIN_SPAN_DEG);
    if (width / height / shape - 1.0).abs() < FITTED {
        return extent;
    }
    let height = height.max(width / shape) * (1.0 + 2.0 * MARGIN);
    let (half_x, half_y) = (height * shape / shrink / 2.0, height / 2.0);
    Extent { min_x_deg: x - half_x, min_y_deg: y - half_y, max_x_deg: x + half_x, max_y_deg: y + half_y }
}

/// The column and row of a place; `None` where it is outside the raster's extent or not a number.
#[must_use]
pub fn cell_of(raster: &Raster, at_deg: [f64; 2]) -> Option<(u16, u16)> {
    let e = raster.extent;
    let x = (at_deg[0] - e.min_x_deg) / (e.max_x_deg - e.min_x_deg);
    let y = (e.max_y_deg - at_deg[1]) / (e.max_y_deg - e.min_y_deg);
    let cell = |share: f64, cells: u16| (share * f64::from(cells)) as u16;
    ((0.0..=1.0).contains(&x) && (0.0..=1.0).contains(&y)).then(|| {
        let (cols, rows) = (raster.size.cols_cells, raster.size.rows_cells);
        (cell(x, cols).min(cols.saturating_sub(1)), cell(y, rows).min(rows.saturating_sub(1)))
    })
}

/// Numbers the parents in order of appearance; [`OUTSIDE`] for none.
fn groups(parents: &[Option<Uid>], units: usize) -> Vec<u32> {
    let mut numbers: FxHashMap<Uid, u32> = FxHashMap::default();
    // Children of one parent mostly stand together, so most look-ups are saved.
    let mut last = (None, OUTSIDE);
    let mut groups: Vec<u32> = parents
        .iter()
        .map(|parent| {
            if *parent != last.0 {
                let next = numbers.len() as u32;
                last = (*parent, parent.map_or(OUTSIDE, |uid| *numbers.entry(uid).or_insert(next)));
            }
            last.1
        })
        .collect();
    groups.resize(units, OUTSIDE);
    groups
}

/// From snapped coordinates to sample columns and rows, where sample `n` has its centre at `n`.
struct Grid {
    cols: usize,
    rows: usize,
    west: f64,
    north: f64,
    per_x: f64,
    per_y: f64,
    extent: Extent,
}

impl Grid {
    fn new(raster: &Raster) -> Self {
        let (e, cols, rows) = (raster.extent, raster.width(), raster.height());
        Self {
            cols,
            rows,
            west: e.min_x_deg * SNAP_PER_DEG,
            north: e.max_y_deg * SNAP_PER_DEG,
            per_x: cols as f64 / ((e.max_x_deg - e.min_x_deg) * SNAP_PER_DEG),
            per_y: rows as f64 / ((e.max_y_deg - e.min_y_deg) * SNAP_PER_DEG),
            extent: e,
        }
    }

    fn x(&self, lon: i32) -> f64 {
        (f64::from(lon) - self.west) * self.per_x - 0.5
    }

    fn y(&self, lat: i32) -> f64 {
        (self.north - f64::from(lat)) * self.per_y - 0.5
    }

    /// The first sample whose centre lies beyond `at`, from 0 to `count`.
    fn first_beyond(at: f64, count: usize) -> u32 {
        (at.clamp(-1.0, count as f64 - 1.0) + 1.0) as u32
    }
}

#[cfg(test)]
mod tests;
