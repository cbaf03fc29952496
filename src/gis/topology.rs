//! Shared borders of a layer and their simplification.
//!
//! Coordinates are snapped to [`SNAP_PER_DEG`], so that two units that share a border share its
//! vertices. Where borders meet or part is a *node*; between two nodes runs an arc, the same for
//! every unit along it. Each arc is simplified once, for all tolerances at the same time, with its
//! nodes fixed: so borders stay shared, and nothing tears between neighbours.
//!
//! Simplification is Douglas–Peucker (1973). A vertex is kept at a tolerance exactly if it and all
//! splits above it in the recursion lie farther off than the tolerance, so one recursion that
//! hands the least distance down gives the level of every vertex.

use std::collections::HashMap;
use std::ops::Range;

use rustc_hash::FxBuildHasher;

use super::pack::LODS;
use super::read::{Features, GeometryKind};
use super::shape::SNAP_PER_DEG;

/// Metres per unit of a snapped coordinate along a meridian: a mean degree of 111,195 m (sphere of
/// 6,371,008.8 m, the mean radius of the ellipsoid).
const METRES_PER_SNAP: f64 = 111_195.08 / SNAP_PER_DEG;
/// Longest run that is simplified as one; keeps the worst case, a spiral, from growing squared.
const RUN_MAX: usize = 4096;
/// Kept at every level of detail.
const NODE: u8 = u8::MAX;

/// A layer after snapping, with the coarsest level of detail of each vertex.
#[derive(Clone, Debug, Default)]
pub struct Topology {
    /// Per record its polygon rings, in [`Topology::rings`].
    records: Vec<Range<u32>>,
    rings: Vec<Range<u32>>,
    coords: Vec<[i32; 2]>,
    /// Per vertex the coarsest index of [`LODS`] that still has it; [`NODE`] for all.
    coarsest: Vec<u8>,
}

impl Topology {
    /// The polygon rings of a record: indices for [`Topology::ring`].
    pub(super) fn rings_of(&self, record: usize) -> Range<u32> {
        self.records[record].clone()
    }

    /// The vertices of a ring that a level of detail keeps.
    pub(super) fn ring_at(&self, ring: u32, lod: u8) -> impl Iterator<Item = [i32; 2]> {
        let range = &self.rings[ring as usize];
        let range = range.start as usize..range.end as usize;
        self.coords[range.clone()].iter().zip(&self.coarsest[range]).filter(move |(_, c)| **c >= lod).map(|(p, _)| *p)
    }
}

/// A position as a snapped one; values out of range saturate, which validation does not let happen.
#[expect(clippy::cast_possible_truncation, reason = "±180 × 1e7 fits into an i32; as saturates")]
pub(super) fn snap(position_deg: [f64; 2]) -> [i32; 2] {
    position_deg.map(|v| (v * SNAP_PER_DEG).round() as i32)
}

/// Finds the shared borders of the polygons and the levels of detail of their vertices.
#[must_use]
pub fn build(features: &Features) -> Topology {
    let mut topology = snapped(features);
    let first = first_visits(&topology.coords);
    let mut nodes = nodes(&topology, &first);
    for ring in &topology.rings {
        hold_open(ring, &topology.coords, &first, &mut nodes);
    }
    topology.coarsest = levels(&topology, &first, &nodes);
    topology
}

fn snapped(features: &Features) -> Topology {
    let mut t = Topology { coords: Vec::with_capacity(features.coords_deg.len()), ..Topology::default() };
    for record in &features.records {
        let begin = index(t.rings.len());
        if record.kind == GeometryKind::Polygon {
            for ring_deg in features.rings_deg(record) {
                let start = t.coords.len();
                for position in ring_deg {
                    let p = snap(*position);
                    if t.coords.len() == start || t.coords.last() != Some(&p) {
                        t.coords.push(p);
                    }
                }
                while t.coords.len() > start + 1 && t.coords.last() == t.coords.get(start) {
                    t.coords.pop();
                }
                t.rings.push(index(start)..index(t.coords.len()));
            }
        }
        t.records.push(begin..index(t.rings.len()));
    }
    t
}

/// Counts come from [`Features`], whose indices are `u32` already.
fn index(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// Per vertex the first vertex of the layer at the same place.
fn first_visits(coords: &[[i32; 2]]) -> Vec<u32> {
    // Neighbours share borders, so about half of the places are new.
    let mut seen: HashMap<[i32; 2], u32, FxBuildHasher> = HashMap::with_capacity_and_hasher(coords.len() / 2, FxBuildHasher);
    coords.iter().enumerate().map(|(n, p)| *seen.entry(*p).or_insert(index(n))).collect()
}

/// Marks (at its first visit) every place whose neighbours differ from visit to visit.
fn nodes(topology: &Topology, first: &[u32]) -> Vec<bool> {
    let mut node = vec![false; first.len()];
    // Neighbours at the first visit, smaller first; MAX until then.
    let mut around = vec![[u32::MAX; 2]; first.len()];
    for ring in &topology.rings {
        let places = &first[ring.start as usize..ring.end as usize];
        let Some(&last) = places.last() else { continue };
        let mut before = last;
        for (n, &here) in places.iter().enumerate() {
            let after = places[if n + 1 == places.len() { 0 } else { n + 1 }];
            let pair = if before < after { [before, after] } else { [after, before] };
            let known = &mut around[here as usize];
            if known[0] == u32::MAX {
                *known = pair;
            } else if *known != pair {
                node[here as usize] = true;
            }
            before = here;
        }
    }
    node
}

/// Gives a ring three nodes, so that it cannot collapse: those farthest from the ones it has.
fn hold_open(ring: &Range<u32>, coords: &[[i32; 2]], first: &[u32], nodes: &mut [bool]) {
    let range = ring.start as usize..ring.end as usize;
    let mut held: Vec<[i32; 2]> = Vec::with_capacity(3);
    for n in range.clone() {
        if nodes[first[n] as usize] && !held.contains(&coords[n]) {
            held.push(coords[n]);
            if held.len() == 3 {
                return;
            }
        }
    }
    while held.len() < 3 {
        let off = |p: [i32; 2]| match held[..] {
            [] => 0.0,
            [a] => squared(p, a),
            [a, b, ..] => (cross(a, b, p)).abs(),
        };
        let farthest = range.clone().filter(|n| !held.contains(&coords[*n])).max_by(|a, b| off(coords[*a]).total_cmp(&off(coords[*b])));
        let Some(n) = farthest else { return };
        nodes[first[n] as usize] = true;
        held.push(coords[n]);
    }
}

fn squared(a: [i32; 2], b: [i32; 2]) -> f64 {
    let (dx, dy) = (f64::from(a[0]) - f64::from(b[0]), f64::from(a[1]) - f64::from(b[1]));
    dx * dx + dy * dy
}

/// Twice the signed area of a triangle.
fn cross(a: [i32; 2], b: [i32; 2], c: [i32; 2]) -> f64 {
    let (ax, ay) = (f64::from(a[0]), f64::from(a[1]));
    (f64::from(b[0]) - ax) * (f64::from(c[1]) - ay) - (f64::from(c[0]) - ax) * (f64::from(b[1]) - ay)
}

/// The coarsest level of detail of every vertex.
fn levels(topology: &Topology, first: &[u32], nodes: &[bool]) -> Vec<u8> {
    let mut level = vec![0_u8; first.len()];
    let mut done = vec![false; first.len()];
    let mut run = Vec::new();
    let mut work = Work::default();
    for ring in &topology.rings {
        let places = &first[ring.start as usize..ring.end as usize];
        let Some(start) = places.iter().position(|p| nodes[*p as usize]) else { continue };
        run.clear();
        for &place in places[start..].iter().chain(&places[..=start]) {
            run.push(place);
            if run.len() > 1 && (nodes[place as usize] || run.len() > RUN_MAX) {
                // The other side of the arc has been here already?
                if !run[1..run.len() - 1].iter().all(|p| done[*p as usize]) {
                    work.simplify(&run, &topology.coords, &mut level);
                    run.iter().for_each(|p| done[*p as usize] = true);
                }
                level[run[0] as usize] = NODE;
                level[place as usize] = NODE;
                run.clear();
                run.push(place);
            }
        }
    }
    first.iter().map(|p| level[*p as usize]).collect()
}

/// Arrays that simplification uses again and again.
#[derive(Default)]
struct Work {
    /// Vertices of the run, metres from its first.
    at_m: Vec<[f64; 2]>,
    /// Pieces still to split: first, last, and the level of what splits them at most.
    stack: Vec<(usize, usize, u8)>,
}

impl Work {
    /// Sets the levels of the vertices between the ends of a run.
    fn simplify(&mut self, run: &[u32], coords: &[[i32; 2]], level: &mut [u8]) {
        let [x0, y0] = coords[run[0] as usize];
        let per_x = METRES_PER_SNAP * (f64::from(y0) / SNAP_PER_DEG).to_radians().cos();
        self.at_m.clear();
        self.at_m.extend(run.iter().map(|place| {
            let [x, y] = coords[*place as usize];
            [(f64::from(x) - f64::from(x0)) * per_x, (f64::from(y) - f64::from(y0)) * METRES_PER_SNAP]
        }));
        self.stack.push((0, run.len() - 1, NODE));
        while let Some((a, b, above)) = self.stack.pop() {
            let Some((split, squared_m2)) = farthest(&self.at_m[a..=b]) else { continue };
            let lod = coarsest_lod(squared_m2).min(above);
            // Nothing below this split can be kept at any level but the full one.
            if lod == 0 {
                continue;
            }
            level[run[a + split] as usize] = lod;
            self.stack.push((a, a + split, lod));
            self.stack.push((a + split, b, lod));
        }
    }
}

/// The vertex farthest from the segment between the ends, and its squared distance.
fn farthest(at_m: &[[f64; 2]]) -> Option<(usize, f64)> {
    let (&[ax, ay], &[bx, by]) = (at_m.first()?, at_m.last()?);
    let (dx, dy) = (bx - ax, by - ay);
    let length2 = dx * dx + dy * dy;
    let mut best = (0, -1.0);
    for (n, [x, y]) in at_m.iter().enumerate().take(at_m.len() - 1).skip(1) {
        let (px, py) = (x - ax, y - ay);
        let along = px * dx + py * dy;
        let off = if along <= 0.0 || length2 == 0.0 {
            px * px + py * py
        } else if along >= length2 {
            (x - bx).powi(2) + (y - by).powi(2)
        } else {
            let across = px * dy - py * dx;
            across * across / length2
        };
        if off > best.1 {
            best = (n, off);
        }
    }
    (best.0 > 0).then_some(best)
}

/// The coarsest level of detail whose tolerance is under a distance.
fn coarsest_lod(squared_m2: f64) -> u8 {
    let coarser = LODS[1..].iter().take_while(|t| **t * **t < squared_m2).count();
    u8::try_from(coarser).unwrap_or(0)
}
