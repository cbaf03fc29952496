//! A rasterised piece of the map: which unit covers which sample of which cell.
//!
//! The raster knows nothing of classes, colours or selection, so it is cached by (data version,
//! level, extent, size) and shared by all sessions; recolouring never rasterises again.

use serde::{Deserialize, Serialize};

use super::id::Uid;

/// Samples per cell, left to right.
pub const SAMPLES_X: usize = 2;
/// Samples per cell, top to bottom.
pub const SAMPLES_Y: usize = 4;
/// The sample lies in no unit.
pub const OUTSIDE: u32 = u32::MAX;

/// A box in longitude and latitude, degrees (WGS 84 or CGCS2000, which differ by centimetres).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Extent {
    /// Western edge, degrees.
    pub min_x_deg: f64,
    /// Southern edge, degrees.
    pub min_y_deg: f64,
    /// Eastern edge, degrees.
    pub max_x_deg: f64,
    /// Northern edge, degrees.
    pub max_y_deg: f64,
}

impl Extent {
    /// The box around two boxes.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self {
            min_x_deg: self.min_x_deg.min(other.min_x_deg),
            min_y_deg: self.min_y_deg.min(other.min_y_deg),
            max_x_deg: self.max_x_deg.max(other.max_x_deg),
            max_y_deg: self.max_y_deg.max(other.max_y_deg),
        }
    }

    /// Whether two boxes touch.
    #[must_use]
    pub fn intersects(&self, other: &Self) -> bool {
        self.min_x_deg <= other.max_x_deg
            && other.min_x_deg <= self.max_x_deg
            && self.min_y_deg <= other.max_y_deg
            && other.min_y_deg <= self.max_y_deg
    }

    /// The middle, degrees.
    #[must_use]
    pub fn centre_deg(&self) -> [f64; 2] {
        [f64::midpoint(self.min_x_deg, self.max_x_deg), f64::midpoint(self.min_y_deg, self.max_y_deg)]
    }

    /// The box scaled about its middle: `factor` below 1 zooms in.
    #[must_use]
    pub fn scaled(&self, factor: f64) -> Self {
        let [x, y] = self.centre_deg();
        let (w, h) = ((self.max_x_deg - self.min_x_deg) / 2.0 * factor, (self.max_y_deg - self.min_y_deg) / 2.0 * factor);
        Self { min_x_deg: x - w, min_y_deg: y - h, max_x_deg: x + w, max_y_deg: y + h }
    }

    /// The box moved by shares of its width (east) and height (north).
    #[must_use]
    pub fn moved(&self, east: f64, north: f64) -> Self {
        let (dx, dy) = ((self.max_x_deg - self.min_x_deg) * east, (self.max_y_deg - self.min_y_deg) * north);
        Self {
            min_x_deg: self.min_x_deg + dx,
            min_y_deg: self.min_y_deg + dy,
            max_x_deg: self.max_x_deg + dx,
            max_y_deg: self.max_y_deg + dy,
        }
    }
}

/// Size of a map area in cells and the shape of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct MapSize {
    /// Columns, cells.
    pub cols_cells: u16,
    /// Rows, cells.
    pub rows_cells: u16,
    /// Height of a cell over its width, about 2.
    pub cell_aspect: f64,
}

/// Where a unit's label may stand and how much room there is, in cells of the raster.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Anchor {
    /// Index into [`Raster::units`].
    pub unit: u32,
    /// Middle of the widest run inside the unit near its middle, cells from the left.
    pub x_cells: f32,
    /// Row of that run, cells from the top.
    pub y_cells: u16,
    /// Cells of that run that lie wholly inside the unit.
    pub room_cells: u16,
}

/// Several units that share a cell and have no sample of their own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Crowd {
    /// Column, cells.
    pub col: u16,
    /// Row, cells.
    pub row: u16,
    /// Indices into [`Raster::units`].
    pub units: Vec<u32>,
}

/// A raster of one level over one extent.
#[derive(Clone, Debug, PartialEq)]
pub struct Raster {
    /// The level's data version this was made from.
    pub version: u64,
    /// The extent drawn: the asked one, widened to the shape of the area.
    pub extent: Extent,
    /// Size.
    pub size: MapSize,
    /// The units that may occur, in order of their index.
    pub units: Vec<Uid>,
    /// Per unit the group whose border is drawn stronger (its parent); [`OUTSIDE`] for none.
    pub group: Vec<u32>,
    /// Middle of each unit, degrees: for neighbours and points. NaN where it has no geometry.
    pub middle_deg: Vec<[f64; 2]>,
    /// Row-major samples, `cols × SAMPLES_X` by `rows × SAMPLES_Y`: unit index or [`OUTSIDE`].
    pub samples: Vec<u32>,
    /// Places for labels, the largest unit first.
    pub anchors: Vec<Anchor>,
    /// Units without a sample of their own, merged by cell.
    pub crowds: Vec<Crowd>,
    /// Share of the level's units in the extent that have no sample, 0–1.
    pub hidden_share: f32,
    /// Points (branches) that lie in the extent: unit-independent uid and its cell.
    pub points: Vec<(Uid, u16, u16)>,
}

impl Raster {
    /// Samples per row.
    #[must_use]
    pub fn width(&self) -> usize {
        usize::from(self.size.cols_cells) * SAMPLES_X
    }

    /// Rows of samples.
    #[must_use]
    pub fn height(&self) -> usize {
        usize::from(self.size.rows_cells) * SAMPLES_Y
    }

    /// The samples of a cell, row by row: index `y * SAMPLES_X + x`.
    #[must_use]
    pub fn cell(&self, col: u16, row: u16) -> [u32; SAMPLES_X * SAMPLES_Y] {
        let mut out = [OUTSIDE; SAMPLES_X * SAMPLES_Y];
        for y in 0..SAMPLES_Y {
            let at = (usize::from(row) * SAMPLES_Y + y) * self.width() + usize::from(col) * SAMPLES_X;
            out[y * SAMPLES_X..(y + 1) * SAMPLES_X].copy_from_slice(&self.samples[at..at + SAMPLES_X]);
        }
        out
    }
}
