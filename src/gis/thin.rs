//! Boundaries thinned for the first frames, in one pass and without their topology.
//!
//! Every vertex goes to the middle of its square of one grid over the whole layer, and what stays
//! in one square becomes one vertex. Two units that share a border go through the same squares
//! along it, so it is one line for both: nothing gapes, and no vertex has to be looked up.

use super::measure::middle_deg;
use super::pack::degrees;
use super::read::{FeatureRecord, Features, GeometryKind};
use super::shape::{Ring, SNAP_PER_DEG, Shapes};
use super::topology::snap;
use crate::domain::id::Uid;
use crate::domain::scene::Extent;

/// Squares along the longer side of a layer at least: two for each sample of a map of 256 columns.
const SQUARES: f64 = 1024.0;

/// The box around every position of a file; `None` where it has none.
#[must_use]
pub fn extent(features: &Features) -> Option<Extent> {
    let first = *features.coords_deg.first()?;
    let [min, max] = features
        .coords_deg
        .iter()
        .fold([first; 2], |[min, max], p| [[min[0].min(p[0]), min[1].min(p[1])], [max[0].max(p[0]), max[1].max(p[1])]]);
    Some(Extent { min_x_deg: min[0], min_y_deg: min[1], max_x_deg: max[0], max_y_deg: max[1] })
}

/// The thinned boundaries of a layer, unit by unit.
#[derive(Debug, Default)]
pub struct Thinner {
    /// A square is 2 to the power of this wide and high, in units of 1e-7 degrees.
    side_log2: u32,
    shapes: Shapes,
}

impl Thinner {
    /// For a layer that lies in a box.
    #[must_use]
    pub fn over(layer: &Extent) -> Self {
        let span_deg = (layer.max_x_deg - layer.min_x_deg).max(layer.max_y_deg - layer.min_y_deg);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
        let side_log2 = (span_deg * SNAP_PER_DEG / SQUARES).log2().clamp(0.0, 24.0) as u32;
        Self { side_log2, shapes: Shapes::default() }
    }

    /// The middle of the square that a place lies in; the place itself where squares are as fine
    /// as places.
    fn square(&self, place: [i32; 2]) -> [i32; 2] {
        let half = (1 << self.side_log2) >> 1;
        place.map(|v| (v >> self.side_log2 << self.side_log2) + half)
    }

    /// Adds a unit that has a geometry. Points and lines have a middle and a box, but no rings.
    pub fn unit(&mut self, features: &Features, record: &FeatureRecord, uid: Uid, parent: Option<Uid>) {
        let rings = &features.rings[record.rings.start as usize..record.rings.end as usize];
        let unit = u32::try_from(self.shapes.uids.len()).unwrap_or(u32::MAX);
        let first = self.shapes.rings.len();
        let mut bounds = [[i32::MAX; 2], [i32::MIN; 2]];
        for ring in rings {
            self.ring(unit, &features.coords_deg[ring.start as usize..ring.end as usize], &mut bounds);
        }
        let [min, max] = bounds.map(|place| place.map(degrees));
        if min[0] > max[0] {
            return;
        }
        if record.kind != GeometryKind::Polygon {
            self.drop_rings(first);
        }
        let extent = Extent { min_x_deg: min[0], min_y_deg: min[1], max_x_deg: max[0], max_y_deg: max[1] };
        let middle = if self.shapes.rings.len() == first { extent.centre_deg() } else { self.middle_deg(first) };
        self.shapes.middle_deg.push(middle);
        self.shapes.uids.push(uid);
        self.shapes.parents.push(parent);
        self.shapes.extents.push(extent);
    }

    /// A point inside the rings from one on.
    fn middle_deg(&self, first: usize) -> [f64; 2] {
        let rings = &self.shapes.rings[first..];
        let start = rings.first().map_or(0, |r| r.start as usize);
        let coords_deg: Vec<[f64; 2]> = self.shapes.coords[start..].iter().map(|p| p.map(degrees)).collect();
        let rings: Vec<&[[f64; 2]]> = rings.iter().map(|r| &coords_deg[r.start as usize - start..r.end as usize - start]).collect();
        middle_deg(&rings)
    }

    fn drop_rings(&mut self, first: usize) {
        if let Some(ring) = self.shapes.rings.get(first) {
            self.shapes.coords.truncate(ring.start as usize);
            self.shapes.rings.truncate(first);
        }
    }

    /// Adds a ring, unless nothing can be filled of it, and widens the box of its unit.
    fn ring(&mut self, unit: u32, ring_deg: &[[f64; 2]], [min, max]: &mut [[i32; 2]; 2]) {
        let start = self.shapes.coords.len();
        let mut last = None;
        for position in ring_deg {
            let place = snap(*position);
            for axis in 0..2 {
                min[axis] = min[axis].min(place[axis]);
                max[axis] = max[axis].max(place[axis]);
            }
            let at = self.square(place);
            if last != Some(at) {
                self.shapes.coords.push(at);
                last = Some(at);
            }
        }
        while self.shapes.coords.len() > start + 1 && self.shapes.coords.last() == self.shapes.coords.get(start) {
            self.shapes.coords.pop();
        }
        if self.shapes.coords.len() < start + 3 {
            self.shapes.coords.truncate(start);
            return;
        }
        let index = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        self.shapes.rings.push(Ring { unit, start: index(start), end: index(self.shapes.coords.len()) });
    }

    /// What was thinned.
    #[must_use]
    pub fn finish(mut self) -> Shapes {
        self.shapes.coords.shrink_to_fit();
        self.shapes
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn file(rings: &[Vec<[f64; 2]>]) -> Features {
        let mut features = Features::default();
        for (n, ring) in (0u32..).zip(rings) {
            let start = features.coords_deg.len() as u32;
            features.coords_deg.extend(ring);
            features.rings.push(start..features.coords_deg.len() as u32);
            features.records.push(FeatureRecord {
                record: u64::from(n) + 1,
                line: 1,
                code: n.to_string(),
                name: None,
                parent: None,
                area: None,
                kind: GeometryKind::Polygon,
                rings: n..n + 1,
                had_z: false,
            });
        }
        features
    }

    fn uid(n: usize) -> Uid {
        Uid(uuid::Uuid::from_u128(n as u128 + 1))
    }

    fn thin(features: &Features) -> Shapes {
        let mut thinner = Thinner::over(&extent(features).expect("positions"));
        for (n, record) in features.records.iter().enumerate() {
            thinner.unit(features, record, uid(n), None);
        }
        thinner.finish()
    }

    /// How often each edge is walked; there and back are one edge.
    fn edges(shapes: &Shapes, unit: u32) -> BTreeMap<[[i32; 2]; 2], u32> {
        let mut out = BTreeMap::new();
        for ring in shapes.rings.iter().filter(|r| r.unit == unit) {
            let ring = &shapes.coords[ring.start as usize..ring.end as usize];
            for (a, b) in ring.iter().zip(ring.iter().cycle().skip(1)) {
                *out.entry([*a.min(b), *a.max(b)]).or_insert(0) += 1;
            }
        }
        out
    }

    #[test]
    fn what_is_smaller_than_a_square_keeps_its_place_but_no_ring() {
        let big = vec![[107.0, 36.0], [108.0, 36.0], [108.0, 37.0], [107.0, 37.0]];
        let tiny = vec![[107.5, 36.5], [107.500_01, 36.5], [107.500_01, 36.500_01]];
        let shapes = thin(&file(&[big, tiny]));
        assert_eq!((shapes.uids.len(), shapes.rings.len()), (2, 1));
        let [x, y] = shapes.middle_deg[1];
        assert!((x - 107.5).abs() < 1e-4 && (y - 36.5).abs() < 1e-4);
        assert_eq!(shapes.extents[0], Extent { min_x_deg: 107.0, min_y_deg: 36.0, max_x_deg: 108.0, max_y_deg: 37.0 });
        assert_eq!(extent(&Features::default()), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Two halves of a square with any border between them: along it each has the other's line.
        #[test]
        fn neighbours_share_their_thinned_border(offsets in prop::collection::vec(-0.2_f64..0.2, 2..200)) {
            let n = offsets.len() as f64;
            let border: Vec<[f64; 2]> =
                offsets.iter().enumerate().map(|(k, off)| [107.5 + off, 36.0 + (k as f64 + 1.0) / (n + 1.0)]).collect();
            let line: Vec<[f64; 2]> = [[107.5, 36.0]].into_iter().chain(border).chain([[107.5, 37.0]]).collect();
            let west: Vec<[f64; 2]> = line.iter().copied().chain([[107.0, 37.0], [107.0, 36.0]]).collect();
            let east: Vec<[f64; 2]> = line.iter().rev().copied().chain([[108.0, 36.0], [108.0, 37.0]]).collect();
            let shapes = thin(&file(&[west, east]));
            let (west, east) = (edges(&shapes, 0), edges(&shapes, 1));
            let outer = |edges: &BTreeMap<[[i32; 2]; 2], u32>, other: &BTreeMap<[[i32; 2]; 2], u32>| {
                edges.iter().filter(|(e, n)| other.get(*e) != Some(n)).count()
            };
            // Each side has its own three outer edges; everything else is shared.
            prop_assert_eq!((outer(&west, &east), outer(&east, &west)), (3, 3));
        }
    }
}
