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

use std::hash::BuildHasher;
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

/// In no level of detail: a repeat of the vertex after it.
const REPEAT: u8 = 0;
/// In the full detail only.
const FULL: u8 = 1;
/// In every level of detail.
const ALWAYS: u8 = u8::MAX;

/// How far each vertex of a layer is kept: at so many levels of detail, from the full one on.
///
/// One byte per position of [`Features::coords_deg`]; everything else is gone after [`build`], so
/// that a province fits into memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Topology {
    levels: Vec<u8>,
}

impl Topology {
    /// The snapped vertices of a ring that a level of detail keeps, unclosed, without repeats.
    pub(super) fn ring<'a>(&'a self, features: &'a Features, ring: &Range<u32>, lod: u8) -> impl Iterator<Item = [i32; 2]> + 'a {
        let range = ring.start as usize..ring.end as usize;
        let kept = features.coords_deg[range.clone()].iter().zip(&self.levels[range]).filter(move |(_, levels)| **levels > lod);
        kept.map(|(position, _)| snap(*position))
    }

    /// How many vertices [`Topology::ring`] gives.
    pub(super) fn ring_len(&self, ring: &Range<u32>, lod: u8) -> usize {
        self.levels[ring.start as usize..ring.end as usize].iter().filter(|levels| **levels > lod).count()
    }
}

/// A position as a snapped one; values out of range saturate, which validation does not let happen.
#[expect(clippy::cast_possible_truncation, reason = "±180 × 1e7 fits into an i32; as saturates")]
pub(super) fn snap(position_deg: [f64; 2]) -> [i32; 2] {
    // `round` is a call on baseline x86-64 and this runs often; half goes away from zero.
    position_deg.map(|v| (v * SNAP_PER_DEG + 0.5_f64.copysign(v)) as i32)
}

/// Finds the shared borders of the polygons and the levels of detail of their vertices.
#[must_use]
pub fn build(features: &Features) -> Topology {
    let rings: Vec<Range<usize>> = polygon_rings(features).collect();
    let places = Places { coords_deg: &features.coords_deg, first: first_visits(&features.coords_deg, &rings), rings: &rings };
    let mut nodes = places.nodes();
    for ring in &rings {
        places.hold_open(ring, &mut nodes);
    }
    Topology { levels: places.levels(&nodes) }
}

/// The rings of all polygons, in the order of their positions.
fn polygon_rings(features: &Features) -> impl Iterator<Item = Range<usize>> {
    let polygons = features.records.iter().filter(|r| r.kind == GeometryKind::Polygon);
    let rings = polygons.flat_map(|r| &features.rings[r.rings.start as usize..r.rings.end as usize]);
    rings.map(|r| r.start as usize..r.end as usize).filter(|r| !r.is_empty())
}

/// Per position the first position of the layer at the same place after snapping.
///
/// A table of indices, not of places: four bytes a slot where a hash map of places takes
/// seventeen, which for a province is 34 MB against 285. It begins with room for every place being
/// shared by two units, and grows where fewer are.
fn first_visits(coords_deg: &[[f64; 2]], rings: &[Range<usize>]) -> Vec<u32> {
    const FREE: u32 = u32::MAX;
    /// The slot of a place: the one that holds it, else the one that is free for it.
    fn slot_of(table: &[u32], coords_deg: &[[f64; 2]], place: [i32; 2]) -> usize {
        let mut slot = hash(place) & (table.len() - 1);
        while table[slot] != FREE && snap(coords_deg[table[slot] as usize]) != place {
            slot = (slot + 1) & (table.len() - 1);
        }
        slot
    }
    let shared = coords_deg.len() / 2;
    let mut table = vec![FREE; (shared + shared / 7).next_power_of_two().max(16)];
    let mut first = vec![0; coords_deg.len()];
    let mut places = 0;
    for n in rings.iter().cloned().flatten() {
        // At most 7 in 8 slots are taken.
        if places >= table.len() / 8 * 7 {
            let taken: Vec<u32> = table.iter().copied().filter(|n| *n != FREE).collect();
            table = vec![FREE; table.len() * 2];
            for n in taken {
                let slot = slot_of(&table, coords_deg, snap(coords_deg[n as usize]));
                table[slot] = n;
            }
        }
        let slot = slot_of(&table, coords_deg, snap(coords_deg[n]));
        if table[slot] == FREE {
            table[slot] = index(n);
            places += 1;
        }
        first[n] = table[slot];
    }
    first
}

#[expect(clippy::cast_possible_truncation, reason = "any bits of a hash will do")]
fn hash(place: [i32; 2]) -> usize {
    FxBuildHasher.hash_one(place) as usize
}

/// Positions are numbered with `u32` in [`Features`] already.
fn index(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// The positions of a layer and which of them are the same place.
struct Places<'a> {
    coords_deg: &'a [[f64; 2]],
    first: Vec<u32>,
    rings: &'a [Range<usize>],
}

impl Places<'_> {
    fn place(&self, n: usize) -> [i32; 2] {
        snap(self.coords_deg[n])
    }

    /// Marks (at its first visit) every place whose two neighbours differ from visit to visit.
    fn nodes(&self) -> Vec<bool> {
        let mut node = vec![false; self.first.len()];
        for ring in self.rings {
            for n in ring.clone() {
                let first = self.first[n] as usize;
                // A long row of repeats is looked at once, or it would cost its square.
                let repeat = n > ring.start && self.first[n - 1] as usize == first;
                if repeat || first == n || node[first] {
                    continue;
                }
                let (here, there) = (self.neighbours(ring, n), self.neighbours(self.ring_of(ring, first), first));
                node[first] = here != there && here != [there[1], there[0]];
            }
        }
        node
    }

    /// The ring of a position that lies in `guess` or before it.
    fn ring_of<'r>(&'r self, guess: &'r Range<usize>, n: usize) -> &'r Range<usize> {
        if guess.contains(&n) {
            return guess;
        }
        let after = self.rings.partition_point(|r| r.start <= n);
        self.rings[..after].last().filter(|r| r.contains(&n)).unwrap_or(guess)
    }

    /// The places before and after a position of a ring; repeats are passed over.
    fn neighbours(&self, ring: &Range<usize>, n: usize) -> [u32; 2] {
        let here = self.first[n];
        let differs = |m: &usize| self.first[*m] != here;
        let before = (ring.start..n).rev().chain((n..ring.end).rev()).find(differs);
        let after = (n..ring.end).chain(ring.start..n).find(differs);
        [before, after].map(|m| m.map_or(here, |m| self.first[m]))
    }

    /// Gives a ring three nodes, so that it cannot collapse: those farthest from the ones it has.
    fn hold_open(&self, ring: &Range<usize>, nodes: &mut [bool]) {
        let mut held: Vec<[i32; 2]> = Vec::with_capacity(3);
        for n in ring.clone() {
            if nodes[self.first[n] as usize] && !held.contains(&self.place(n)) {
                held.push(self.place(n));
                if held.len() == 3 {
                    return;
                }
            }
        }
        while held.len() < 3 {
            let off = |p: [i32; 2]| match held[..] {
                [] => 0.0,
                [a] => squared(p, a),
                [a, b, ..] => cross(a, b, p).abs(),
            };
            let rest = ring.clone().map(|n| (n, self.place(n))).filter(|(_, p)| !held.contains(p));
            let Some((n, place)) = rest.max_by(|a, b| off(a.1).total_cmp(&off(b.1))) else { return };
            nodes[self.first[n] as usize] = true;
            held.push(place);
        }
    }

    /// At how many levels of detail each position is kept.
    fn levels(&self, nodes: &[bool]) -> Vec<u8> {
        let mut levels = vec![REPEAT; self.first.len()];
        let mut run: Vec<u32> = Vec::new();
        let mut work = Work::default();
        for ring in self.rings {
            let places = &self.first[ring.clone()];
            // A ring without a node is one place: see `hold_open`.
            let Some(start) = places.iter().position(|p| nodes[*p as usize]) else { continue };
            run.clear();
            for &place in places[start..].iter().chain(&places[..=start]) {
                if run.last() == Some(&place) {
                    continue;
                }
                run.push(place);
                if run.len() > 1 && (nodes[place as usize] || run.len() > RUN_MAX) {
                    self.run(&run, &mut levels, &mut work);
                    run.clear();
                    run.push(place);
                }
            }
        }
        // From first visits to all of them; then of repeats the last one stays.
        for ring in self.rings {
            for n in ring.clone() {
                levels[n] = levels[self.first[n] as usize];
            }
        }
        for ring in self.rings {
            let places = &self.first[ring.clone()];
            for (n, place) in places.iter().enumerate() {
                let after = places[if n + 1 == places.len() { 0 } else { n + 1 }];
                if *place == after {
                    levels[ring.start + n] = REPEAT;
                }
            }
        }
        levels
    }

    /// Simplifies the run between two nodes, unless the neighbour along it has been here already.
    fn run(&self, run: &[u32], levels: &mut [u8], work: &mut Work) {
        let [start, inner @ .., end] = run else { return };
        if inner.iter().any(|p| levels[*p as usize] == REPEAT) {
            inner.iter().for_each(|p| levels[*p as usize] = FULL);
            work.simplify(self, run, levels);
        }
        levels[*start as usize] = ALWAYS;
        levels[*end as usize] = ALWAYS;
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

/// Arrays that simplification uses again and again.
#[derive(Default)]
struct Work {
    /// Vertices of the run, metres from its first.
    at_m: Vec<[f64; 2]>,
    /// Pieces still to split: first, last, and at how many levels the split above is kept.
    stack: Vec<(usize, usize, u8)>,
}

impl Work {
    /// Sets the levels of the vertices between the ends of a run.
    fn simplify(&mut self, places: &Places<'_>, run: &[u32], levels: &mut [u8]) {
        let [x0, y0] = places.place(run[0] as usize);
        let per_x = METRES_PER_SNAP * (f64::from(y0) / SNAP_PER_DEG).to_radians().cos();
        self.at_m.clear();
        self.at_m.extend(run.iter().map(|place| {
            let [x, y] = places.place(*place as usize);
            [(f64::from(x) - f64::from(x0)) * per_x, (f64::from(y) - f64::from(y0)) * METRES_PER_SNAP]
        }));
        self.stack.push((0, run.len() - 1, ALWAYS));
        while let Some((a, b, above)) = self.stack.pop() {
            let Some((split, squared_m2)) = farthest(&self.at_m[a..=b]) else { continue };
            let kept = kept_at(squared_m2).min(above);
            // Nothing below this split can be kept at any level but the full one.
            if kept == FULL {
                continue;
            }
            levels[run[a + split] as usize] = kept;
            self.stack.push((a, a + split, kept));
            self.stack.push((a + split, b, kept));
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

/// At how many levels of detail a vertex is kept that lies so far off.
fn kept_at(squared_m2: f64) -> u8 {
    let coarser = LODS[1..].iter().take_while(|tolerance_m| **tolerance_m * **tolerance_m < squared_m2).count();
    u8::try_from(coarser).map_or(ALWAYS, |n| n + FULL)
}
