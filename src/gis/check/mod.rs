//! Whether boundaries are true: valid, without overlaps between siblings and gaps below a parent.
//!
//! The check rests on chains of directed edges. Every ring, turned so that its inside lies to its
//! left, adds its snapped edges; an edge and its reverse cancel. What remains of a set of units is
//! the border of "how many of them cover this place", so a set that covers its parent exactly
//! leaves exactly the parent's own edges. A sum of random numbers per edge tells that without
//! storing an edge (`print`); only where it differs are the edges themselves matched (`chain`)
//! and what they enclose is computed (`overlay`). So a clean map costs one walk over its
//! vertices, and a dirty one costs the parents that are dirty.
//!
//! Validity is decided on the coordinates as they came, with exact predicates: the verdicts are
//! those of the OGC rules (Simple Features 1.2.1, 6.1.11). Originals are never changed;
//! [`repair`](repair::repair) gives mended copies with a list of what it did.

mod chain;
mod edge;
mod faces;
mod family;
mod metric;
mod overlay;
mod parent;
mod print;
pub mod repair;
mod sibling;
mod unit;
mod valid;

#[cfg(test)]
mod tests;

use crate::domain::quality::{FaultKind, Size};
use crate::domain::scene::Extent;
use crate::gis::read::Features;

pub use parent::{Home, find_home};
pub use valid::faults_of;

/// Width below which an area is counted and not listed, metres.
pub const TOLERANCE_M: f64 = 0.5;
/// Share by which an area may differ from the official figure.
pub const AREA_SHARE: f64 = 0.01;

/// The units of one level.
#[derive(Clone, Copy, Debug)]
pub struct Level<'a> {
    /// Their boundaries; a unit is a record, and what is no polygon is passed over.
    pub features: &'a Features,
    /// Per unit its parent among the records of the level above; `None` where it is not known.
    /// Empty for a level whose parents are not to be looked at.
    pub parents: &'a [Option<u32>],
    /// Per unit its official area, square kilometres; empty where there are none.
    pub official_km2: &'a [Option<f64>],
}

/// A unit by its level and record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnitRef {
    /// Index into the levels given.
    pub level: u32,
    /// Index into the level's records.
    pub unit: u32,
}

/// A fault and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// What it is.
    pub kind: FaultKind,
    /// The unit it is about, then its neighbours or parents; a unit's own parent comes second.
    pub units: Vec<UnitRef>,
    /// A point of it, degrees.
    pub place_deg: [f64; 2],
    /// The box around it.
    pub extent: Extent,
    /// How large it is.
    pub size: Size,
    /// Its own shape by the even-odd rule, degrees; empty where it is a point or a whole unit.
    pub rings_deg: Vec<Vec<[f64; 2]>>,
}

/// What lay under the tolerance on a level.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Under {
    /// The level.
    pub level: u32,
    /// What it is.
    pub kind: FaultKind,
    /// How many pieces.
    pub count: u32,
    /// All of them together, square metres.
    pub area_m2: f64,
}

/// How well its children cover a parent that they do not cover, or not alone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cover {
    /// The parent.
    pub parent: UnitRef,
    /// Its ground that none of its own children covers, square metres.
    pub gap_m2: f64,
    /// Ground of its children outside it, square metres.
    pub spill_m2: f64,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// Faults, level by level.
    pub findings: Vec<Finding>,
    /// Counts of what is not listed.
    pub under: Vec<Under>,
    /// Parents of which a gap or a spill is listed.
    pub covers: Vec<Cover>,
    /// Units whose boundary was looked at.
    pub units: u32,
}

impl Report {
    /// The uncovered ground 空白点 per parent, as a layer: rings by the even-odd rule, degrees.
    pub fn uncovered(&self) -> impl Iterator<Item = (UnitRef, &[Vec<[f64; 2]>])> {
        let gaps = self.findings.iter().filter(|f| f.kind == FaultKind::Gap);
        gaps.filter_map(|f| Some((*f.units.first()?, f.rings_deg.as_slice())))
    }

    fn add_under(&mut self, level: u32, kind: FaultKind, area_m2: f64) {
        match self.under.iter_mut().find(|u| u.level == level && u.kind == kind) {
            Some(under) => {
                under.count += 1;
                under.area_m2 += area_m2;
            }
            None => self.under.push(Under { level, kind, count: 1, area_m2 }),
        }
    }
}

/// Checks levels, the top one first, each against the one before it.
///
/// `tolerance_m` is the mean width (area over half the circumference) below which a gap, a spill or
/// an overlap is only counted.
#[must_use]
pub fn check(levels: &[Level<'_>], tolerance_m: f64) -> Report {
    let mut report = Report::default();
    let mut above: Option<(unit::Units<'_>, chain::Chain)> = None;
    for (n, level) in (0_u32..).zip(levels) {
        let units = unit::Units::look(n, level, &mut report);
        let border = match &above {
            Some((parents, border)) => family::check(parents, border, &units, tolerance_m, &mut report),
            None => Some(sibling::border(&units)),
        };
        // A level that covers the one above exactly overlaps only where that one does.
        if let Some(border) = &border {
            sibling::check(&units, border, above.is_none(), tolerance_m, &mut report);
        }
        let border = border.or_else(|| above.take().map(|(_, border)| border)).unwrap_or_default();
        above = Some((units, border));
    }
    report
}
