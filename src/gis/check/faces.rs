//! A face: a piece of ground that is covered wrongly, and the units around it.

use rustc_hash::FxHashSet;

use super::overlay::{self, Shape};
use super::unit::Units;
use super::{Finding, UnitRef, metric};
use crate::domain::quality::{FaultKind, Size};
use crate::domain::scene::Extent;
use crate::gis::measure;
use crate::gis::topology::snap;

/// Neighbours named at most.
const NEIGHBOURS_MAX: usize = 8;
/// Metres that lines of two sources may lie apart and still meet.
const REACH_DEG: f64 = 2e-7;

/// A piece of ground.
pub(super) struct Face {
    pub(super) shape: Shape,
    pub(super) rings_deg: Vec<Vec<[f64; 2]>>,
    pub(super) size: Size,
    pub(super) extent: Extent,
    pub(super) place_deg: [f64; 2],
}

impl Face {
    /// The face of a shape; `None` where nothing of it is left.
    pub(super) fn of(shape: Shape) -> Option<Self> {
        let rings_deg = overlay::degrees(&shape);
        let size = metric::size(&rings_deg);
        let extent = metric::extent(rings_deg.iter().flatten())?;
        let slices: Vec<&[[f64; 2]]> = rings_deg.iter().map(Vec::as_slice).collect();
        let place_deg = measure::middle_deg(&slices);
        Some(Self { shape, rings_deg, size, extent, place_deg })
    }

    /// The box around it, a little widened.
    pub(super) fn reach(&self) -> Extent {
        let e = self.extent;
        Extent {
            min_x_deg: e.min_x_deg - REACH_DEG,
            min_y_deg: e.min_y_deg - REACH_DEG,
            max_x_deg: e.max_x_deg + REACH_DEG,
            max_y_deg: e.max_y_deg + REACH_DEG,
        }
    }

    /// Units that share places with its border or cover its middle, those that share most first.
    pub(super) fn neighbours(&self, units: &Units<'_>, wanted: impl Fn(u32) -> bool) -> Vec<UnitRef> {
        let places: FxHashSet<[i32; 2]> = self.rings_deg.iter().flatten().map(|p| snap(*p)).collect();
        let shares = |unit: u32| {
            let shared = units.rings(unit).flatten().filter(|p| places.contains(&snap(**p))).count();
            // Whoever covers it counts before whoever only touches it.
            (usize::from(units.contains(unit, self.place_deg)), shared)
        };
        let near = units.index().meeting(&self.reach()).into_iter().filter(|unit| units.is_drawn(*unit) && wanted(*unit));
        let mut found: Vec<(u32, (usize, usize))> = near.map(|unit| (unit, shares(unit))).filter(|(_, s)| *s != (0, 0)).collect();
        found.sort_by_key(|(unit, shares)| (std::cmp::Reverse(*shares), *unit));
        found.truncate(NEIGHBOURS_MAX);
        found.into_iter().map(|(unit, _)| units.named(unit)).collect()
    }

    /// As a fault, with its area on the ellipsoid.
    pub(super) fn finding(self, kind: FaultKind, units: Vec<UnitRef>) -> Finding {
        let slices: Vec<&[[f64; 2]]> = self.rings_deg.iter().map(Vec::as_slice).collect();
        let size = Size { area_m2: measure::area_km2(&slices) * 1e6, ..self.size };
        Finding { kind, units, place_deg: self.place_deg, extent: self.extent, size, rings_deg: self.rings_deg }
    }
}

/// Area of shapes, square metres.
pub(super) fn area_m2(shapes: &[Shape]) -> f64 {
    shapes.iter().map(|s| metric::size(&overlay::degrees(s)).area_m2).sum()
}
