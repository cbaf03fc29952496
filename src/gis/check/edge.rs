//! Edges of rings, exactly: sides, turns back, crossings.

use geo::Coord;
use geo::kernels::{Kernel as _, Orientation, RobustKernel};

/// A piece of a ring between two places.
#[derive(Clone, Copy)]
pub(super) struct Edge {
    pub(super) a: [f64; 2],
    pub(super) b: [f64; 2],
    pub(super) min: [i32; 2],
    pub(super) max: [i32; 2],
    pub(super) ring: u32,
}

/// On which side of the line through `a` and `b` a place lies: 1 left, −1 right, 0 on it. Exact.
#[inline]
pub(super) fn side(a: [f64; 2], b: [f64; 2], p: [f64; 2]) -> i32 {
    let (left, right) = ((a[0] - p[0]) * (b[1] - p[1]), (a[1] - p[1]) * (b[0] - p[0]));
    let doubled = left - right;
    // Shewchuk 1997, the first filter of orient2d: beyond it the sign is certain.
    if doubled.abs() > 4.0 * f64::EPSILON * (left.abs() + right.abs()) {
        return if doubled > 0.0 { 1 } else { -1 };
    }
    let coord = |p: [f64; 2]| Coord { x: p[0], y: p[1] };
    match RobustKernel::orient2d(coord(a), coord(b), coord(p)) {
        Orientation::CounterClockwise => 1,
        Orientation::Clockwise => -1,
        Orientation::Collinear => 0,
    }
}

/// Whether an edge turns back along the one before it.
pub(super) fn folds(before: &Edge, this: &Edge) -> bool {
    let dot = (before.b[0] - before.a[0]) * (this.b[0] - this.a[0]) + (before.b[1] - before.a[1]) * (this.b[1] - this.a[1]);
    dot < 0.0 && side(before.a, before.b, this.b) == 0
}

/// Where a line without repeats turns back along itself.
pub(super) fn spike_at(line: &[[f64; 2]]) -> Option<usize> {
    let edge = |n: usize| {
        let (a, b) = (line[n % line.len()], line[(n + 1) % line.len()]);
        Edge { a, b, min: [0; 2], max: [0; 2], ring: 0 }
    };
    (0..line.len()).filter(|_| line.len() > 2).find(|n| folds(&edge(n + line.len() - 1), &edge(*n)))
}

/// Whether a place on an edge's line lies on the edge.
pub(super) fn within(edge: &Edge, p: [f64; 2]) -> bool {
    (0..2).all(|c| edge.a[c].min(edge.b[c]) <= p[c] && p[c] <= edge.a[c].max(edge.b[c]))
}

/// Where two edges cross.
pub(super) fn crossing(a: &Edge, b: &Edge) -> [f64; 2] {
    let [u, v] = [a, b].map(|e| [e.b[0] - e.a[0], e.b[1] - e.a[1]]);
    let across = u[0] * v[1] - u[1] * v[0];
    if across == 0.0 {
        return a.a;
    }
    let t = ((b.a[0] - a.a[0]) * v[1] - (b.a[1] - a.a[1]) * v[0]) / across;
    [a.a[0] + t * u[0], a.a[1] + t * u[1]]
}
