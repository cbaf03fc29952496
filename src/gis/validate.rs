//! What is wrong with a ring.

use crate::domain::problem::{Problem, Severity};

use super::read::{Features, GeometryKind};
use super::topology::snap;

/// A ring that cannot be used, or only after mending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RingFault {
    /// Fewer than three places that differ: left out.
    TooShort,
    /// It encloses nothing: left out.
    NoArea,
    /// The last position is not the first: closed.
    Open,
}

/// Rounding of a longitude near 180°, degrees: a ring narrower than a few of these has no area.
const ROUNDING_DEG: f64 = 4.0 * 180.0 * f64::EPSILON;
/// Pairs of edges that are compared in one ring before the search is given up: half a second.
const PAIRS_MAX: usize = 50_000_000;

/// Looks at a ring as a file writes it, with its closing position.
///
/// Gives how many positions remain without the closing one, and what is wrong.
#[must_use]
pub fn check_ring(ring_deg: &[[f64; 2]]) -> (usize, Option<RingFault>) {
    let Some((&first, rest)) = ring_deg.split_first() else { return (0, Some(RingFault::TooShort)) };
    // Writers repeat the closing position now and then.
    let repeated = rest.iter().rev().take_while(|p| **p == first).count();
    let kept = ring_deg.len() - repeated;
    let ring = &ring_deg[..kept];
    if !has_three_places(ring) {
        return (kept, Some(RingFault::TooShort));
    }
    if is_flat(ring) {
        return (kept, Some(RingFault::NoArea));
    }
    (kept, (repeated == 0).then_some(RingFault::Open))
}

fn has_three_places(ring: &[[f64; 2]]) -> bool {
    let Some(&a) = ring.first() else { return false };
    let Some(&b) = ring.iter().find(|p| **p != a) else { return false };
    ring.iter().any(|p| *p != a && *p != b)
}

/// Whether all places lie on one line. The signed area alone would also condemn a figure of eight,
/// whose halves cancel.
fn is_flat(ring: &[[f64; 2]]) -> bool {
    let [x0, y0] = ring[0];
    let doubled = |b: [f64; 2], c: [f64; 2]| ((b[0] - x0) * (c[1] - y0) - (c[0] - x0) * (b[1] - y0)).abs();
    // Three places a third of the way apart settle nearly every ring, whatever its span.
    let (b, c) = (ring[ring.len() / 3], ring[ring.len() * 2 / 3]);
    if doubled(b, c) > 360.0 * ROUNDING_DEG {
        return false;
    }
    let span = |p: &[f64; 2]| (p[0] - x0).abs().max((p[1] - y0).abs());
    let far = ring.iter().copied().max_by(|a, b| span(a).total_cmp(&span(b))).unwrap_or(ring[0]);
    ring.iter().all(|p| doubled(far, *p) < span(&far) * ROUNDING_DEG)
}

/// Marks every unit of which a ring crosses itself: it is drawn by the even-odd rule all the same,
/// but its area is not to be trusted. Takes as long as reading, so it follows the first frame.
pub fn mark_crossings(features: &Features, file: &str, problems: &mut Vec<Problem>) {
    for record in features.records.iter().filter(|r| r.kind == GeometryKind::Polygon) {
        if let Some([x, y]) = features.rings_deg(record).iter().find_map(|ring| first_crossing(ring)) {
            let problem = Problem::new("E_GEOM_RING_CROSSES", Severity::Mark, file).line(record.line).record(record.record);
            problems.push(problem.arg(format!("{x:.7}")).arg(format!("{y:.7}")));
        }
    }
}

/// Where an unclosed ring crosses itself: the beginning of one of two edges that cross inside both.
/// Edges that only touch do not cross. `None` also where a ring is so tangled that looking would
/// take too long.
#[must_use]
pub fn first_crossing(ring_deg: &[[f64; 2]]) -> Option<[f64; 2]> {
    let places: Vec<[i32; 2]> = ring_deg.iter().map(|p| snap(*p)).collect();
    let mut edges: Vec<Edge> = (0..places.len()).map(|n| Edge::new(n, places[n], places[(n + 1) % places.len()])).collect();
    // Sweep along the axis on which edges are shorter: fewer of them lie beside each other.
    let length = |axis: usize| edges.iter().map(|e| u64::from(e.max[axis].abs_diff(e.min[axis]))).sum::<u64>();
    let (along, across) = if length(0) <= length(1) { (0, 1) } else { (1, 0) };
    edges.sort_unstable_by_key(|e| e.min[along]);
    let mut pairs = 0;
    for (n, a) in edges.iter().enumerate() {
        for b in edges[n + 1..].iter().take_while(|b| b.min[along] <= a.max[along]) {
            pairs += 1;
            if a.min[across] <= b.max[across] && b.min[across] <= a.max[across] && a.crosses(b) {
                return ring_deg.get(a.at.min(b.at)).copied();
            }
        }
        if pairs > PAIRS_MAX {
            return None;
        }
    }
    None
}

/// An edge of a ring, snapped, so that the test is exact.
struct Edge {
    at: usize,
    from: [i32; 2],
    to: [i32; 2],
    min: [i32; 2],
    max: [i32; 2],
}

impl Edge {
    fn new(at: usize, from: [i32; 2], to: [i32; 2]) -> Self {
        let min = [from[0].min(to[0]), from[1].min(to[1])];
        let max = [from[0].max(to[0]), from[1].max(to[1])];
        Self { at, from, to, min, max }
    }

    /// The side of this edge on which a place lies: -1, 0, 1.
    fn side(&self, p: [i32; 2]) -> i128 {
        let step = |from: [i32; 2], to: [i32; 2], axis: usize| i128::from(to[axis]) - i128::from(from[axis]);
        let (edge, place) = ([0, 1].map(|n| step(self.from, self.to, n)), [0, 1].map(|n| step(self.from, p, n)));
        (edge[0] * place[1] - place[0] * edge[1]).signum()
    }

    fn crosses(&self, other: &Self) -> bool {
        self.side(other.from) * self.side(other.to) < 0 && other.side(self.from) * other.side(self.to) < 0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn rings_are_judged_by_their_places() {
        let square = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.0, 0.0]];
        assert_eq!(check_ring(&square), (4, None));
        assert_eq!(check_ring(&square[..4]), (4, Some(RingFault::Open)));
        assert_eq!(check_ring(&[[0.0, 0.0], [1.0, 0.0], [0.0, 0.0]]), (2, Some(RingFault::TooShort)));
        assert_eq!(check_ring(&[[5.0, 5.0]; 6]), (1, Some(RingFault::TooShort)));
        assert_eq!(check_ring(&[[0.0, 0.0], [1.0, 1.0], [2.0, 2.0], [0.0, 0.0]]), (3, Some(RingFault::NoArea)));
        assert_eq!(check_ring(&[]), (0, Some(RingFault::TooShort)));
    }

    #[test]
    fn a_ring_of_one_square_metre_far_east_is_kept() {
        let (x, y, d) = (131.0, 47.0, 1e-5);
        assert_eq!(check_ring(&[[x, y], [x + d, y], [x + d, y + d], [x, y]]).1, None);
    }

    #[test]
    fn a_figure_of_eight_is_kept_and_found_to_cross() {
        let eight = [[107.0, 36.0], [108.0, 37.0], [108.0, 36.0], [107.0, 37.0], [107.0, 36.0]];
        assert_eq!(check_ring(&eight), (4, None));
        assert_eq!(first_crossing(&eight[..4]), Some([107.0, 36.0]));
        // It touches itself in a place, which is no crossing.
        let touching = [[0.0, 0.0], [2.0, 0.0], [1.0, 1.0], [2.0, 2.0], [0.0, 2.0], [1.0, 1.0]];
        assert_eq!(first_crossing(&touching), None);
        assert_eq!(first_crossing(&[]), None);
        assert_eq!(first_crossing(&[[-180.0, -90.0], [180.0, 90.0], [180.0, -90.0], [-180.0, 90.0]]), Some([-180.0, -90.0]));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn a_star_never_crosses_and_a_circle_with_two_places_exchanged_does(radii in prop::collection::vec(0.1_f64..1.0, 8..60)) {
            let angle = |n: usize| std::f64::consts::TAU * n as f64 / radii.len() as f64;
            let place = |n: usize, r: f64| [107.0 + r * angle(n).cos(), 36.0 + r * angle(n).sin()];
            let ring: Vec<[f64; 2]> = radii.iter().enumerate().map(|(n, r)| place(n, *r)).collect();
            prop_assert_eq!(first_crossing(&ring), None);
            let mut ring: Vec<[f64; 2]> = (0..radii.len()).map(|n| place(n, 1.0)).collect();
            ring.swap(0, radii.len() / 2);
            prop_assert!(first_crossing(&ring).is_some());
        }
    }
}
