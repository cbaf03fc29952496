//! Validity of one unit by the rules of OGC Simple Features, with the place of every fault.
//!
//! All tests are exact on the coordinates as they came: boxes of snapped coordinates only choose
//! the pairs of edges that are looked at, and rounding keeps the order of coordinates.

use super::edge::{Edge, crossing, folds, side, within};
use crate::domain::quality::FaultKind;
use crate::gis::measure::contains;
use crate::gis::topology::snap;

/// Faults of one kind that are listed per unit.
const PLACES_MAX: usize = 16;
/// Pairs of edges that are compared in one unit before the search is given up: half a second.
const PAIRS_MAX: usize = 50_000_000;

/// A fault of a unit and its place, degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RingFault {
    /// What it is.
    pub kind: FaultKind,
    /// Where.
    pub place_deg: [f64; 2],
}

/// The faults of a unit's rings, which need not be closed.
#[must_use]
pub fn faults_of(rings_deg: &[&[[f64; 2]]]) -> Vec<RingFault> {
    let mut judge = Judge::default();
    judge.look(rings_deg);
    judge.faults
}

/// What a ring is within its unit.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Standing {
    /// +1 where its inside lies to its left, −1 to its right, 0 where it has none.
    pub(super) turn: i8,
    /// Rings of the unit around it.
    pub(super) depth: u32,
}

/// Judges unit after unit, with the same memory.
#[derive(Default)]
pub(super) struct Judge {
    edges: Vec<Edge>,
    order: Vec<u64>,
    /// First edge of each ring in `edges`, and one past the last.
    starts: Vec<usize>,
    touches: Vec<([f64; 2], [u32; 2])>,
    pub(super) faults: Vec<RingFault>,
    /// Per ring.
    pub(super) rings: Vec<Standing>,
    /// The rings must be taken apart before their edges mean anything.
    pub(super) tangled: bool,
    /// Per ring whether it crosses another.
    crossed: Vec<bool>,
}

impl Judge {
    /// Fills `faults`, `rings` and `tangled`. `false` where the unit cannot be used at all.
    pub(super) fn look(&mut self, rings_deg: &[&[[f64; 2]]]) -> bool {
        self.edges.clear();
        self.starts.clear();
        self.touches.clear();
        self.faults.clear();
        self.rings.clear();
        self.crossed.clear();
        self.tangled = false;
        for ring in rings_deg {
            if let Some(fault) = bad_number(ring) {
                self.faults.push(fault);
                return false;
            }
        }
        for (n, ring) in (0..).zip(rings_deg) {
            self.add_ring(n, ring);
        }
        self.starts.push(self.edges.len());
        if rings_deg.len() > 1 {
            self.nest(rings_deg);
        }
        self.cross();
        self.hold_together();
        self.rings.iter().any(|r| r.turn != 0)
    }

    fn fault(&mut self, kind: FaultKind, place_deg: [f64; 2]) {
        let same = self.faults.iter().filter(|f| f.kind == kind);
        if same.clone().count() < PLACES_MAX && !same.clone().any(|f| f.place_deg == place_deg) {
            self.faults.push(RingFault { kind, place_deg });
        }
    }

    /// The edges of a ring, its repeats, spikes and which way it turns.
    fn add_ring(&mut self, ring: u32, places: &[[f64; 2]]) {
        let from = self.edges.len();
        self.starts.push(from);
        let mut doubled = 0.0;
        if let Some((&first, rest)) = places.split_first() {
            // The closing position may be there or not.
            let mut a = first;
            let mut snapped = snap(a);
            let mut repeat = None;
            for (n, &b) in rest.iter().chain([&first]).enumerate() {
                if a == b {
                    // Not the closing position of a ring that came closed.
                    if n + 1 < places.len() {
                        repeat = repeat.or(Some(a));
                    }
                    continue;
                }
                let to = snap(b);
                let min = [snapped[0].min(to[0]), snapped[1].min(to[1])];
                let max = [snapped[0].max(to[0]), snapped[1].max(to[1])];
                self.edges.push(Edge { a, b, min, max, ring });
                doubled += (a[0] - first[0]) * (b[1] - first[1]) - (b[0] - first[0]) * (a[1] - first[1]);
                (a, snapped) = (b, to);
            }
            if let Some(place) = repeat {
                self.fault(FaultKind::RepeatedPoints, place);
            }
        }
        let mut turn = if doubled > 0.0 { 1 } else { -1 };
        let place = places.first().copied().unwrap_or_default();
        let edges = &self.edges[from..];
        // Two edges run to and fro between two places.
        if edges.len() < 3 {
            self.fault(FaultKind::TooFewPoints, place);
            turn = 0;
        } else if doubled.abs() < 1e-9 && edges.iter().all(|e| side(edges[0].a, edges[0].b, e.b) == 0) {
            self.fault(FaultKind::NoArea, place);
            turn = 0;
        }
        self.rings.push(Standing { turn, depth: 0 });
        self.crossed.push(false);
        if turn == 0 {
            self.edges.truncate(from);
            return;
        }
        for n in from..self.edges.len() {
            let (before, this) = (self.edges[if n == from { self.edges.len() - 1 } else { n - 1 }], self.edges[n]);
            if folds(&before, &this) {
                self.fault(FaultKind::Spike, this.a);
                self.tangled = true;
            }
        }
    }

    /// How the rings of a unit lie in each other.
    fn nest(&mut self, rings_deg: &[&[[f64; 2]]]) {
        let boxes: Vec<Option<([i32; 2], [i32; 2])>> = (0..rings_deg.len()).map(|n| self.box_of(n)).collect();
        let samples: Vec<Option<[f64; 2]>> = (0..rings_deg.len())
            .map(|n| self.edges[self.starts[n]..self.starts[n + 1]].first().map(|e| [0, 1].map(|c| f64::midpoint(e.a[c], e.b[c]))))
            .collect();
        for (n, sample) in samples.iter().enumerate() {
            let Some(inside) = *sample else { continue };
            let at = snap(inside);
            let around = |m: &usize| {
                *m != n
                    && boxes[*m].is_some_and(|(min, max)| (0..2).all(|c| min[c] <= at[c] && at[c] <= max[c]))
                    && contains(&[rings_deg[*m]], inside)
            };
            self.rings[n].depth = u32::try_from((0..rings_deg.len()).filter(around).count()).unwrap_or(u32::MAX);
        }
        // What turns like a hole though it lies in nothing, and what does not though it lies in one.
        let shell = self.rings.iter().position(|r| r.depth == 0 && r.turn != 0);
        let Some(turn) = shell.map(|n| self.rings[n].turn) else { return };
        for (n, ring) in rings_deg.iter().enumerate() {
            let Standing { turn: this, depth } = self.rings[n];
            let place = ring.first().copied().unwrap_or_default();
            if this != 0 && depth == 0 && this != turn {
                self.fault(FaultKind::HoleOutside, place);
            } else if this != 0 && (depth % 2 == 0) != (this == turn) {
                self.fault(FaultKind::Orientation, place);
            }
        }
    }

    fn box_of(&self, ring: usize) -> Option<([i32; 2], [i32; 2])> {
        let edges = &self.edges[self.starts[ring]..self.starts[ring + 1]];
        edges
            .iter()
            .map(|e| (e.min, e.max))
            .reduce(|(min, max), (n, x)| ([min[0].min(n[0]), min[1].min(n[1])], [max[0].max(x[0]), max[1].max(x[1])]))
    }

    /// Finds where edges that do not follow each other meet.
    fn cross(&mut self) {
        self.order.clear();
        self.order.extend((0_u64..).zip(&self.edges).map(|(n, e)| u64::from(e.min[0].cast_unsigned() ^ 0x8000_0000) << 32 | n));
        self.order.sort_unstable();
        let mut pairs = 0;
        for i in 0..self.order.len() {
            let n = (self.order[i] & 0xffff_ffff) as usize;
            let a = self.edges[n];
            for j in i + 1..self.order.len() {
                let m = (self.order[j] & 0xffff_ffff) as usize;
                let b = &self.edges[m];
                if b.min[0] > a.max[0] {
                    break;
                }
                pairs += 1;
                if a.min[1] <= b.max[1] && b.min[1] <= a.max[1] && !self.follow(n, m) {
                    let b = *b;
                    self.meet(&a, &b);
                }
            }
            if pairs > PAIRS_MAX {
                break;
            }
        }
        self.touch_faults();
    }

    /// Whether two edges of a ring share an end because one follows the other.
    fn follow(&self, n: usize, m: usize) -> bool {
        let (low, high) = (n.min(m), n.max(m));
        let ring = self.edges[low].ring as usize;
        high - low == 1 && self.edges[high].ring as usize == ring || low == self.starts[ring] && high + 1 == self.starts[ring + 1]
    }

    /// What two edges that do not follow each other have in common.
    fn meet(&mut self, a: &Edge, b: &Edge) {
        let (c, d) = (side(a.a, a.b, b.a), side(a.a, a.b, b.b));
        if c * d > 0 {
            return;
        }
        let (e, f) = (side(b.a, b.b, a.a), side(b.a, b.b, a.b));
        if e * f > 0 {
            return;
        }
        let kind = if a.ring == b.ring { FaultKind::SelfCrossing } else { FaultKind::RingsCross };
        if c * d < 0 && e * f < 0 {
            self.tangle(a, b);
            return self.fault(kind, crossing(a, b));
        }
        if c == 0 && d == 0 {
            // On one line: nothing, an end, or a stretch in common.
            let mut shared: Vec<[f64; 2]> = [b.a, b.b].into_iter().filter(|p| within(a, *p)).collect();
            shared.extend([a.a, a.b].into_iter().filter(|p| within(b, *p)));
            shared.dedup();
            if shared.iter().any(|p| *p != shared[0]) {
                self.tangle(a, b);
                return self.fault(kind, shared[0]);
            }
            if let Some(place) = shared.first() {
                self.touches.push((*place, [a.ring, b.ring]));
            }
            return;
        }
        let ends = [(c, b.a, a), (d, b.b, a), (e, a.a, b), (f, a.b, b)];
        if let Some((_, place, _)) = ends.into_iter().find(|(side, place, edge)| *side == 0 && within(edge, *place)) {
            self.touches.push((place, [a.ring, b.ring]));
        }
    }

    fn tangle(&mut self, a: &Edge, b: &Edge) {
        self.tangled = true;
        if a.ring != b.ring {
            self.crossed[a.ring as usize] = true;
            self.crossed[b.ring as usize] = true;
        }
    }

    /// Whether a ring of a tangled unit is a hole. One that crosses another says nothing by its
    /// place, so its turn decides.
    pub(super) fn is_hole(&self, ring: usize) -> bool {
        let shell = self.rings.iter().find(|r| r.depth == 0 && r.turn != 0).map(|r| r.turn);
        self.rings[ring].depth % 2 == 1 && (!self.crossed[ring] || Some(self.rings[ring].turn) != shell)
    }

    /// Self-touches, but for those at the foot of a spike, which is told already.
    fn touch_faults(&mut self) {
        self.touches.sort_unstable_by(|a, b| a.1.cmp(&b.1).then(a.0[0].total_cmp(&b.0[0])).then(a.0[1].total_cmp(&b.0[1])));
        self.touches.dedup();
        let touches = std::mem::take(&mut self.touches);
        for (place, [a, b]) in &touches {
            if a == b {
                self.tangled = true;
                let told = [FaultKind::Spike, FaultKind::SelfCrossing].iter().any(|k| self.faults.iter().any(|f| f.kind == *k));
                if !told {
                    self.fault(FaultKind::SelfTouch, *place);
                }
            }
        }
        self.touches = touches;
    }

    /// Rings may touch each other in single places, but not so that the inside between them falls
    /// apart, and no two may be the same.
    fn hold_together(&mut self) {
        if self.rings.len() < 2 {
            return;
        }
        for n in 1..self.rings.len() {
            let same = (0..n).find(|m| self.is_same(*m, n));
            if same.is_some() {
                self.tangled = true;
                self.faults.retain(|f| f.kind != FaultKind::RingsCross);
                let place = self.edges[self.starts[n]].a;
                self.fault(FaultKind::DuplicateRing, place);
            }
        }
        if self.tangled || self.touches.is_empty() {
            return;
        }
        // Rings and the places where they touch, as a graph: a round trip cuts the inside.
        let mut places: Vec<[f64; 2]> = self.touches.iter().map(|t| t.0).collect();
        places.dedup();
        let mut group: Vec<usize> = (0..self.rings.len() + places.len()).collect();
        fn root(group: &[usize], mut n: usize) -> usize {
            while group[n] != n {
                n = group[n];
            }
            n
        }
        let mut seen: Vec<(u32, usize)> = Vec::new();
        for (place, rings) in self.touches.clone() {
            // Two parts may touch as often as they like: the inside of each lies on its own side.
            let depths = rings.map(|r| self.rings[r as usize].depth);
            if depths[0] % 2 == 0 && depths[1] % 2 == 0 || depths[0].abs_diff(depths[1]) > 1 {
                continue;
            }
            let at = places.iter().position(|p| *p == place).unwrap_or_default();
            for ring in rings {
                if seen.contains(&(ring, at)) {
                    continue;
                }
                seen.push((ring, at));
                let (a, b) = (root(&group, ring as usize), root(&group, self.rings.len() + at));
                if a == b {
                    self.fault(FaultKind::InsideApart, place);
                }
                group[a] = b;
            }
        }
    }

    fn is_same(&self, m: usize, n: usize) -> bool {
        let [a, b] = [m, n].map(|r| &self.edges[self.starts[r]..self.starts[r + 1]]);
        if a.is_empty() || a.len() != b.len() || self.box_of(m) != self.box_of(n) {
            return false;
        }
        let places = |edges: &[Edge]| {
            let mut all: Vec<[u64; 2]> = edges.iter().map(|e| e.a.map(f64::to_bits)).collect();
            all.sort_unstable();
            all
        };
        places(a) == places(b)
    }
}

fn bad_number(ring: &[[f64; 2]]) -> Option<RingFault> {
    let bad = ring.iter().find(|p| !(p[0].abs() <= 180.0 && p[1].abs() <= 90.0))?;
    let kind = if bad[0].is_finite() && bad[1].is_finite() { FaultKind::OutOfRange } else { FaultKind::NotFinite };
    Some(RingFault { kind, place_deg: *bad })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(rings: &[&[[f64; 2]]]) -> Vec<FaultKind> {
        faults_of(rings).into_iter().map(|f| f.kind).collect()
    }

    const SQUARE: [[f64; 2]; 4] = [[0.0, 0.0], [8.0, 0.0], [8.0, 8.0], [0.0, 8.0]];

    fn square(x: f64, y: f64, side: f64) -> [[f64; 2]; 4] {
        [[x, y], [x + side, y], [x + side, y + side], [x, y + side]]
    }

    fn hole(x: f64, y: f64, side: f64) -> [[f64; 2]; 4] {
        let mut ring = square(x, y, side);
        ring.reverse();
        ring
    }

    #[test]
    fn sound_units_have_no_fault() {
        assert_eq!(kinds(&[&SQUARE]), []);
        assert_eq!(kinds(&[&SQUARE, &hole(2.0, 2.0, 2.0)]), []);
        assert_eq!(kinds(&[&SQUARE, &hole(2.0, 2.0, 4.0), &square(3.0, 3.0, 1.0)]), []);
        // Parts that touch in a place, and a hole that touches its shell in one.
        assert_eq!(kinds(&[&SQUARE, &square(8.0, 8.0, 2.0)]), []);
        assert_eq!(kinds(&[&SQUARE, &[[0.0, 4.0], [2.0, 5.0], [2.0, 3.0]]]), []);
        let closed: Vec<[f64; 2]> = SQUARE.iter().copied().chain([SQUARE[0]]).collect();
        assert_eq!(kinds(&[&closed]), []);
    }

    #[test]
    fn lines_that_cross_touch_and_turn_back_are_told_apart() {
        let eight = [[0.0, 0.0], [4.0, 4.0], [4.0, 0.0], [0.0, 4.0]];
        assert_eq!(faults_of(&[&eight]), [RingFault { kind: FaultKind::SelfCrossing, place_deg: [2.0, 2.0] }]);
        let touching = [[0.0, 0.0], [2.0, 0.0], [1.0, 1.0], [2.0, 2.0], [0.0, 2.0], [1.0, 1.0]];
        assert_eq!(faults_of(&[&touching]), [RingFault { kind: FaultKind::SelfTouch, place_deg: [1.0, 1.0] }]);
        let on_edge = [[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [2.0, 0.0], [0.0, 4.0]];
        assert_eq!(faults_of(&[&on_edge]), [RingFault { kind: FaultKind::SelfTouch, place_deg: [2.0, 0.0] }]);
        let spike = [[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [2.0, 2.0], [4.0, 4.0], [0.0, 4.0]];
        assert_eq!(faults_of(&[&spike]), [RingFault { kind: FaultKind::Spike, place_deg: [2.0, 2.0] }]);
    }

    #[test]
    fn rings_of_a_unit_are_held_against_each_other() {
        assert_eq!(kinds(&[&SQUARE, &square(4.0, 4.0, 8.0)]), [FaultKind::RingsCross; 2]);
        assert_eq!(kinds(&[&SQUARE, &square(8.0, 0.0, 8.0)]), [FaultKind::RingsCross], "a shared side");
        assert_eq!(kinds(&[&SQUARE, &SQUARE]), [FaultKind::DuplicateRing]);
        assert_eq!(kinds(&[&SQUARE, &hole(20.0, 20.0, 1.0)]), [FaultKind::HoleOutside]);
        assert_eq!(kinds(&[&SQUARE, &square(2.0, 2.0, 1.0)]), [FaultKind::Orientation]);
        let across = [[0.0, 4.0], [4.0, 5.0], [8.0, 4.0], [4.0, 3.0]];
        assert_eq!(kinds(&[&SQUARE, &across]), [FaultKind::InsideApart]);
    }

    #[test]
    fn rings_that_are_none_are_named() {
        assert_eq!(kinds(&[&[[0.0, 0.0], [1.0, 0.0]]]), [FaultKind::TooFewPoints]);
        assert_eq!(kinds(&[&[]]), [FaultKind::TooFewPoints]);
        assert_eq!(kinds(&[&[[0.0, 0.0], [1.0, 1.0], [2.0, 2.0], [3.0, 3.0]]]), [FaultKind::NoArea]);
        assert_eq!(kinds(&[&[[0.0, 0.0], [f64::NAN, 1.0], [2.0, 2.0]]]), [FaultKind::NotFinite]);
        assert_eq!(kinds(&[&[[0.0, 0.0], [361.0, 1.0], [2.0, 2.0]]]), [FaultKind::OutOfRange]);
        let repeated = [[0.0, 0.0], [8.0, 0.0], [8.0, 0.0], [8.0, 8.0]];
        assert_eq!(faults_of(&[&repeated]), [RingFault { kind: FaultKind::RepeatedPoints, place_deg: [8.0, 0.0] }]);
    }

    #[test]
    fn a_touch_of_a_hair_is_told_from_a_miss() {
        // 1e-13° apart: a hundredth of a micrometre.
        let ring = |gap: f64| [[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [2.0, gap], [0.0, 4.0]];
        assert_eq!(kinds(&[&ring(1e-13)]), []);
        assert_eq!(kinds(&[&ring(0.0)]), [FaultKind::SelfTouch]);
        assert_eq!(kinds(&[&ring(-1e-13)]), [FaultKind::SelfCrossing; 2]);
    }
}
