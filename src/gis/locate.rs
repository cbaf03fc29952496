//! Which unit a point lies in.
//!
//! Units are found by their boxes in a grid of about one unit a cell; whether a point lies inside
//! is decided on the original coordinates by the even-odd rule, so that of two units that share a
//! border a point on it lies in one at most. Many points at once are sorted into the cells first
//! and every unit looks at the points below it: the vertices of a unit are then walked while they
//! are at hand, which is five times as fast at the size of a province.

use super::read::{Features, GeometryKind};
use crate::domain::scene::Extent;

/// Largest number of cells along a side of the grid.
const CELLS_MAX: usize = 2048;

/// A regular grid over a box.
#[derive(Clone, Copy, Debug)]
struct Cells {
    min: [f64; 2],
    max: [f64; 2],
    per_deg: [f64; 2],
    side: usize,
}

impl Cells {
    fn over(min: [f64; 2], max: [f64; 2], about: usize) -> Self {
        let side = about.isqrt().clamp(1, CELLS_MAX);
        let per_deg = [0, 1].map(|c| if max[c] > min[c] { side as f64 / (max[c] - min[c]) } else { 0.0 });
        Self { min, max, per_deg, side }
    }

    fn along(&self, axis: usize, value: f64) -> usize {
        // Below the grid saturates to its first cell.
        (((value - self.min[axis]) * self.per_deg[axis]) as usize).min(self.side - 1)
    }

    fn of(&self, p: [f64; 2]) -> Option<usize> {
        let inside = (0..2).all(|c| self.min[c] <= p[c] && p[c] <= self.max[c]);
        inside.then(|| self.along(1, p[1]) * self.side + self.along(0, p[0]))
    }

    /// The rows of cells that a box lies in, as ranges of cells.
    fn rows(&self, b: &Box2) -> impl Iterator<Item = std::ops::Range<usize>> + use<> {
        let ([w, s], [e, n]) = ([0, 1].map(|c| self.along(c, b.min[c])), [0, 1].map(|c| self.along(c, b.max[c])));
        let side = self.side;
        (s..=n).map(move |row| row * side + w..row * side + e + 1)
    }
}

/// A box, degrees; without an inside where `min` exceeds `max`.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Box2 {
    min: [f64; 2],
    max: [f64; 2],
}

impl Box2 {
    const EMPTY: Self = Self { min: [f64::INFINITY; 2], max: [f64::NEG_INFINITY; 2] };

    fn with(self, min: [f64; 2], max: [f64; 2]) -> Self {
        let low = |a: f64, b: f64| if b < a { b } else { a };
        let high = |a: f64, b: f64| if b > a { b } else { a };
        Self { min: [low(self.min[0], min[0]), low(self.min[1], min[1])], max: [high(self.max[0], max[0]), high(self.max[1], max[1])] }
    }

    fn is_empty(&self) -> bool {
        !(self.min[0] <= self.max[0] && self.min[1] <= self.max[1])
    }

    fn holds(&self, p: [f64; 2]) -> bool {
        self.min[0] <= p[0] && p[0] <= self.max[0] && self.min[1] <= p[1] && p[1] <= self.max[1]
    }

    fn meets(&self, other: &Self) -> bool {
        (0..2).all(|c| self.min[c] <= other.max[c] && other.min[c] <= self.max[c])
    }
}

/// The boxes of the polygons of a layer.
#[derive(Debug)]
pub struct Boxes {
    boxes: Vec<Box2>,
    cells: Cells,
    /// Per cell the range of `units` that reach into it.
    starts: Vec<u32>,
    units: Vec<u32>,
}

impl Boxes {
    /// The boxes of a layer's polygons.
    #[must_use]
    pub fn new(features: &Features) -> Self {
        let boxes = boxes(features);
        let cells = cells(&boxes, boxes.len());
        let mut starts = vec![0_u32; cells.side * cells.side + 1];
        let drawn = || (0_u32..).zip(&boxes).filter(|(_, b)| !b.is_empty());
        for (_, b) in drawn() {
            cells.rows(b).flatten().for_each(|cell| starts[cell + 1] += 1);
        }
        for cell in 1..starts.len() {
            starts[cell] += starts[cell - 1];
        }
        let mut units = vec![0; starts.last().copied().unwrap_or_default() as usize];
        let mut free = starts.clone();
        for (unit, b) in drawn() {
            for cell in cells.rows(b).flatten() {
                units[free[cell] as usize] = unit;
                free[cell] += 1;
            }
        }
        Self { boxes, cells, starts, units }
    }

    /// The units whose boxes meet a box, in ascending order.
    #[must_use]
    pub fn meeting(&self, extent: &Extent) -> Vec<u32> {
        let wanted = Box2 { min: [extent.min_x_deg, extent.min_y_deg], max: [extent.max_x_deg, extent.max_y_deg] };
        let whole = Box2 { min: self.cells.min, max: self.cells.max };
        if wanted.is_empty() || whole.is_empty() || !wanted.meets(&whole) {
            return Vec::new();
        }
        let cells = self.cells.rows(&wanted).flatten();
        let listed = cells.flat_map(|cell| &self.units[self.starts[cell] as usize..self.starts[cell + 1] as usize]);
        let mut found: Vec<u32> = listed.copied().filter(|unit| self.boxes[*unit as usize].meets(&wanted)).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The first unit that a point lies in.
    #[must_use]
    pub fn at(&self, features: &Features, point_deg: [f64; 2]) -> Option<u32> {
        let cell = self.cells.of(point_deg)?;
        let listed = &self.units[self.starts[cell] as usize..self.starts[cell + 1] as usize];
        listed.iter().copied().find(|unit| self.boxes[*unit as usize].holds(point_deg) && contains(features, *unit, point_deg))
    }
}

/// For each point the unit that it lies in: the first of several.
///
/// As [`Boxes::at`] for every point, but made for many of them.
#[must_use]
pub fn assign(features: &Features, points_deg: &[[f64; 2]]) -> Vec<Option<u32>> {
    let boxes = boxes(features);
    let cells = cells(&boxes, boxes.len());
    let mut starts = vec![0_u32; cells.side * cells.side + 1];
    let of: Vec<Option<usize>> = points_deg.iter().map(|p| cells.of(*p)).collect();
    of.iter().flatten().for_each(|cell| starts[cell + 1] += 1);
    for cell in 1..starts.len() {
        starts[cell] += starts[cell - 1];
    }
    // Points in the order of their cells, beside their numbers.
    let mut sorted = vec![([0.0; 2], 0_u32); starts.last().copied().unwrap_or_default() as usize];
    let mut free = starts.clone();
    for ((n, point), cell) in (0_u32..).zip(points_deg).zip(&of) {
        if let Some(cell) = cell {
            sorted[free[*cell] as usize] = (*point, n);
            free[*cell] += 1;
        }
    }
    let mut found = vec![None; points_deg.len()];
    for (unit, b) in (0_u32..).zip(&boxes).filter(|(_, b)| !b.is_empty()) {
        for row in cells.rows(b) {
            for (point, n) in &sorted[starts[row.start] as usize..starts[row.end] as usize] {
                let slot = &mut found[*n as usize];
                if slot.is_none() && b.holds(*point) && contains(features, unit, *point) {
                    *slot = Some(unit);
                }
            }
        }
    }
    found
}

fn boxes(features: &Features) -> Vec<Box2> {
    let of = |record: &super::read::FeatureRecord| {
        if record.kind != GeometryKind::Polygon {
            return Box2::EMPTY;
        }
        let rings = &features.rings[record.rings.start as usize..record.rings.end as usize];
        let places = rings.iter().flat_map(|r| &features.coords_deg[r.start as usize..r.end as usize]);
        places.fold(Box2::EMPTY, |b, p| b.with(*p, *p))
    };
    features.records.iter().map(of).collect()
}

fn cells(boxes: &[Box2], about: usize) -> Cells {
    let whole = boxes.iter().filter(|b| !b.is_empty()).fold(Box2::EMPTY, |w, b| w.with(b.min, b.max));
    Cells::over(whole.min, whole.max, about)
}

/// Whether a point lies in a unit by the even-odd rule; see [`super::measure::contains`].
fn contains(features: &Features, unit: u32, [x, y]: [f64; 2]) -> bool {
    let record = &features.records[unit as usize];
    let mut inside = false;
    for ring in &features.rings[record.rings.start as usize..record.rings.end as usize] {
        let ring = &features.coords_deg[ring.start as usize..ring.end as usize];
        let Some(&last) = ring.last() else { continue };
        let (mut a, mut above) = (last, last[1] > y);
        for &b in ring {
            if (b[1] > y) != above {
                let (low, high) = if above { (b, a) } else { (a, b) };
                inside ^= x < low[0] + (y - low[1]) / (high[1] - low[1]) * (high[0] - low[0]);
                above = !above;
            }
            a = b;
        }
    }
    inside
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::gis::measure;
    use crate::gis::read::FeatureRecord;

    /// Triangles, each a unit; the second ring of every third is its hole.
    fn layer(triangles: &[[[f64; 2]; 3]]) -> Features {
        let mut features = Features::default();
        for t in triangles {
            let from = features.rings.len() as u32;
            for scale in [1.0, 0.3] {
                let start = features.coords_deg.len() as u32;
                let middle = [0, 1].map(|c| (t[0][c] + t[1][c] + t[2][c]) / 3.0);
                features.coords_deg.extend(t.iter().map(|p| [0, 1].map(|c| middle[c] + (p[c] - middle[c]) * scale)));
                features.rings.push(start..start + 3);
            }
            features.records.push(FeatureRecord {
                record: 1,
                line: 1,
                code: String::new(),
                name: None,
                parent: None,
                area: None,
                kind: GeometryKind::Polygon,
                rings: from..from + 2,
                had_z: false,
            });
        }
        features
    }

    fn place() -> impl Strategy<Value = [f64; 2]> {
        [100.0_f64..101.0, 30.0_f64..31.0]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn one_by_one_together_and_by_trying_all_agree(
            triangles in prop::collection::vec([place(), place(), place()], 0..30),
            points in prop::collection::vec(place(), 0..40),
        ) {
            let features = layer(&triangles);
            let index = Boxes::new(&features);
            let tried = |p: [f64; 2]| {
                let hit = |r: &FeatureRecord| measure::contains(&features.rings_deg(r), p);
                features.records.iter().position(hit).map(|n| n as u32)
            };
            let wanted: Vec<Option<u32>> = points.iter().map(|p| tried(*p)).collect();
            prop_assert_eq!(&assign(&features, &points), &wanted);
            let single: Vec<Option<u32>> = points.iter().map(|p| index.at(&features, *p)).collect();
            prop_assert_eq!(single, wanted);
        }
    }

    #[test]
    fn boxes_that_meet_are_found() {
        let features = layer(&[[[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]], [[5.0, 5.0], [6.0, 5.0], [5.0, 6.0]]]);
        let index = Boxes::new(&features);
        let near = |x: f64, size: f64| index.meeting(&Extent { min_x_deg: x, min_y_deg: x, max_x_deg: x + size, max_y_deg: x + size });
        assert_eq!(near(0.5, 0.1), [0]);
        assert_eq!(near(0.5, 9.0), [0, 1]);
        assert_eq!(near(2.0, 1.0), [] as [u32; 0]);
        assert_eq!(near(90.0, 1.0), [] as [u32; 0]);
        assert_eq!(Boxes::new(&Features::default()).at(&features, [0.1, 0.1]), None);
    }
}
