//! Boundaries as stored: chunks of units per level of detail.
//!
//! A pack is a byte string; numbers are LEB128 varints, signed ones zigzag:
//!
//! ```text
//! version 1 · count of parents · parents (16 bytes each) · count of units · units
//! unit:  uid (16 bytes) · parent (0: none, n: parents[n-1]) · west south (signed) · width height
//!        · middle x y (signed, from west south) · bytes of the rings · rings
//! rings: count · per ring: count of vertices · per vertex dx dy (signed; the first from west
//!        south, the others from the vertex before)
//! ```

use crate::domain::id::Uid;
use crate::domain::scene::{Extent, MapSize, SAMPLES_X, SAMPLES_Y};

use super::measure::middle_deg;
use super::read::{Features, GeometryKind};
use super::shape::{Ring, SNAP_PER_DEG, Shapes};
use super::topology::{self, Topology, snap};

/// Tolerances of the levels of detail, metres: 0 is the snapped original, each further one four
/// times coarser (a map that is zoomed out by four shows a sixteenth of the vertices).
pub const LODS: [f64; 6] = [0.0, 5.0, 20.0, 80.0, 320.0, 1280.0];
/// Units per pack: one drill step usually reads one or two packs.
const UNITS_PER_PACK: usize = 64;
const VERSION: u8 = 1;
const UID_BYTES: usize = 16;
/// Metres per degree of latitude; see [`topology`].
const METRES_PER_DEG: f64 = 111_195.08;

/// A unit to be packed; one per record of [`Features`], at the same index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PackUnit {
    /// Its identity.
    pub uid: Uid,
    /// The unit above.
    pub parent: Option<Uid>,
}

/// Some units of a level at one level of detail.
#[derive(Clone, Debug, PartialEq)]
pub struct Pack {
    /// Index into [`LODS`].
    pub lod: u8,
    /// Number of the pack among those of its level of detail; the same number holds the same units
    /// at each.
    pub seq: u32,
    /// The units inside.
    pub units: Vec<Uid>,
    /// The box around them.
    pub extent: Extent,
    /// The pack.
    pub bytes: Vec<u8>,
}

/// Packs every unit that has a geometry, at every level of detail: [`packs`] as a list.
#[must_use]
pub fn build_packs(features: &Features, units: &[PackUnit], order: &[u32]) -> Vec<Pack> {
    packs(features, units, order).collect()
}

/// The packs of every unit that has a geometry, one at a time, level of detail by level of detail.
///
/// `order` holds record indices in the order of the tree, so that the children of a unit lie in
/// the same packs. Points and lines have a middle and a box, but no rings to fill.
pub fn packs<'a>(features: &'a Features, units: &'a [PackUnit], order: &[u32]) -> impl Iterator<Item = Pack> + 'a {
    let drawn = |n: &&u32| {
        let record = features.records.get(**n as usize);
        units.len() > **n as usize && record.is_some_and(|r| r.kind != GeometryKind::None && !r.rings.is_empty())
    };
    let drawn: Vec<u32> = order.iter().filter(drawn).copied().collect();
    let places: Vec<Place> = drawn.iter().map(|n| Place::of(features, *n as usize)).collect();
    let layer = Layer { features, units, topology: topology::build(features), drawn, places };
    let chunks = layer.drawn.len().div_ceil(UNITS_PER_PACK);
    let lods = 0..u8::try_from(LODS.len()).unwrap_or(u8::MAX);
    lods.flat_map(move |lod| (0..chunks).map(move |seq| (lod, seq))).map(move |(lod, seq)| layer.pack(lod, seq))
}

/// What is packed.
struct Layer<'a> {
    features: &'a Features,
    units: &'a [PackUnit],
    topology: Topology,
    /// Records with a geometry, in order, and where they lie.
    drawn: Vec<u32>,
    places: Vec<Place>,
}

/// Where a unit lies, the same at every level of detail.
#[derive(Clone, Copy)]
struct Place {
    min: [i32; 2],
    max: [i32; 2],
    middle: [i32; 2],
}

impl Place {
    fn of(features: &Features, record: usize) -> Self {
        let rings = features.rings_deg(&features.records[record]);
        let positions = rings.iter().flat_map(|r| r.iter());
        let (mut min, mut max) = ([f64::MAX; 2], [f64::MIN; 2]);
        for p in positions {
            min = [min[0].min(p[0]), min[1].min(p[1])];
            max = [max[0].max(p[0]), max[1].max(p[1])];
        }
        Self { min: snap(min), max: snap(max), middle: snap(middle_deg(&rings)) }
    }

    fn extent(&self) -> Extent {
        extent(self.min, self.max)
    }
}

fn extent(min: [i32; 2], max: [i32; 2]) -> Extent {
    Extent { min_x_deg: degrees(min[0]), min_y_deg: degrees(min[1]), max_x_deg: degrees(max[0]), max_y_deg: degrees(max[1]) }
}

pub(super) fn degrees(snapped: i32) -> f64 {
    f64::from(snapped) / SNAP_PER_DEG
}

impl Layer<'_> {
    fn pack(&self, lod: u8, seq: usize) -> Pack {
        let begin = seq * UNITS_PER_PACK;
        let end = (begin + UNITS_PER_PACK).min(self.drawn.len());
        let (chunk, places) = (&self.drawn[begin..end], &self.places[begin..end]);
        let mut parents: Vec<Uid> = Vec::new();
        let (mut body, mut rings) = (Vec::new(), Vec::new());
        for (record, place) in chunk.iter().zip(places) {
            let unit = self.units[*record as usize];
            let parent = unit.parent.map_or(0, |uid| match parents.iter().position(|p| *p == uid) {
                Some(n) => n + 1,
                None => {
                    parents.push(uid);
                    parents.len()
                }
            });
            body.extend_from_slice(unit.uid.as_bytes());
            unsigned(&mut body, parent as u64);
            place.min.iter().for_each(|v| signed(&mut body, i64::from(*v)));
            place.min.iter().zip(place.max).for_each(|(min, max)| unsigned(&mut body, max.abs_diff(*min).into()));
            place.min.iter().zip(place.middle).for_each(|(min, v)| signed(&mut body, i64::from(v) - i64::from(*min)));
            rings.clear();
            self.rings(*record, place.min, lod, &mut rings);
            unsigned(&mut body, rings.len() as u64);
            body.extend_from_slice(&rings);
        }
        let mut bytes = Vec::with_capacity(body.len() + parents.len() * UID_BYTES + 8);
        bytes.push(VERSION);
        unsigned(&mut bytes, parents.len() as u64);
        parents.iter().for_each(|p| bytes.extend_from_slice(p.as_bytes()));
        unsigned(&mut bytes, chunk.len() as u64);
        bytes.append(&mut body);
        let extent = places.iter().map(Place::extent).reduce(Extent::union).unwrap_or_else(|| extent([0; 2], [0; 2]));
        let units = chunk.iter().map(|n| self.units[*n as usize].uid).collect();
        Pack { lod, seq: u32::try_from(seq).unwrap_or(u32::MAX), units, extent, bytes }
    }

    fn rings(&self, record: u32, origin: [i32; 2], lod: u8, out: &mut Vec<u8>) {
        let record = &self.features.records[record as usize];
        let polygon = record.kind == GeometryKind::Polygon;
        let rings = if polygon { &self.features.rings[record.rings.start as usize..record.rings.end as usize] } else { &[] };
        // A ring that is one place after snapping has no vertices left.
        let rings = rings.iter().map(|r| (r, self.topology.ring_len(r, lod))).filter(|(_, len)| *len > 0);
        unsigned(out, rings.clone().count() as u64);
        for (ring, len) in rings {
            unsigned(out, len as u64);
            let mut before = origin;
            for p in self.topology.ring(self.features, ring, lod) {
                signed(out, i64::from(p[0]) - i64::from(before[0]));
                signed(out, i64::from(p[1]) - i64::from(before[1]));
                before = p;
            }
        }
    }
}

pub(super) fn unsigned(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

pub(super) fn signed(out: &mut Vec<u8>, value: i64) {
    unsigned(out, ((value << 1) ^ (value >> 63)).cast_unsigned());
}

/// The coarsest level of detail whose simplification cannot be seen: a tolerance of at most half a
/// sample of the map.
#[must_use]
pub fn pick_lod(extent: &Extent, size: &MapSize) -> u8 {
    let middle = extent.centre_deg()[1].to_radians().cos();
    let width_m = (extent.max_x_deg - extent.min_x_deg) * METRES_PER_DEG * middle;
    let height_m = (extent.max_y_deg - extent.min_y_deg) * METRES_PER_DEG;
    let samples = |cells: u16, per_cell: usize| f64::from(cells.max(1)) * per_cell as f64;
    // The extent is widened to the shape of the area, so the larger of the two holds for both.
    let sample_m = (width_m / samples(size.cols_cells, SAMPLES_X)).max(height_m / samples(size.rows_cells, SAMPLES_Y));
    let coarser = LODS[1..].iter().take_while(|t| **t <= sample_m / 2.0).count();
    u8::try_from(coarser).unwrap_or(0)
}

/// Bytes that are no pack of this version, or a damaged one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PackError {
    /// The pack was written by another version of the program.
    #[error("pack of version {0}, not {VERSION}")]
    Version(u8),
    /// The bytes end too early.
    #[error("pack cut short")]
    Cut,
    /// A number is out of its range.
    #[error("pack damaged")]
    Damaged,
}

/// Adds the units of a pack that `keep` wants to `out`.
///
/// # Errors
/// [`PackError`] where the bytes are damaged; `out` is then as it was.
pub fn decode_into(bytes: &[u8], keep: &dyn Fn(Uid) -> bool, out: &mut Shapes) -> Result<(), PackError> {
    let (units, rings, coords) = (out.uids.len(), out.rings.len(), out.coords.len());
    let result = decode(bytes, keep, out);
    if result.is_err() {
        out.uids.truncate(units);
        out.parents.truncate(units);
        out.middle_deg.truncate(units);
        out.extents.truncate(units);
        out.rings.truncate(rings);
        out.coords.truncate(coords);
    }
    result
}

fn decode(bytes: &[u8], keep: &dyn Fn(Uid) -> bool, out: &mut Shapes) -> Result<(), PackError> {
    let mut input = Input { rest: bytes };
    match input.bytes(1)?[0] {
        VERSION => {}
        other => return Err(PackError::Version(other)),
    }
    let count = input.count(UID_BYTES)?;
    let parents = input.bytes(count * UID_BYTES)?;
    let parent_at = |n: usize| parents.chunks_exact(UID_BYTES).nth(n).and_then(Uid::from_slice).ok_or(PackError::Damaged);
    for _ in 0..input.count(UID_BYTES)? {
        let uid = Uid::from_slice(input.bytes(UID_BYTES)?).ok_or(PackError::Cut)?;
        let parent = match input.unsigned()? {
            0 => None,
            n => Some(parent_at(usize::try_from(n - 1).map_err(|_| PackError::Damaged)?)?),
        };
        let origin = [input.coordinate(0)?, input.coordinate(0)?];
        let max = [input.length(origin[0])?, input.length(origin[1])?];
        let middle = [input.coordinate(origin[0])?, input.coordinate(origin[1])?];
        let len = input.count(1)?;
        let mut rings = Input { rest: input.bytes(len)? };
        if !keep(uid) {
            continue;
        }
        let unit = u32::try_from(out.uids.len()).map_err(|_| PackError::Damaged)?;
        out.uids.push(uid);
        out.parents.push(parent);
        out.middle_deg.push(middle.map(degrees));
        out.extents.push(extent(origin, max));
        for _ in 0..rings.count(1)? {
            let start = out.coords.len();
            let mut at = origin;
            let vertices = rings.count(2)?;
            out.coords.reserve(vertices);
            for _ in 0..vertices {
                at = [rings.coordinate(at[0])?, rings.coordinate(at[1])?];
                out.coords.push(at);
            }
            let index = |n: usize| u32::try_from(n).map_err(|_| PackError::Damaged);
            out.rings.push(Ring { unit, start: index(start)?, end: index(out.coords.len())? });
        }
        rings.finish()?;
    }
    input.finish()
}

/// Bytes being read.
pub(super) struct Input<'a> {
    pub(super) rest: &'a [u8],
}

impl<'a> Input<'a> {
    pub(super) fn bytes(&mut self, count: usize) -> Result<&'a [u8], PackError> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(PackError::Cut)?;
        self.rest = rest;
        Ok(taken)
    }

    #[inline]
    fn unsigned(&mut self) -> Result<u64, PackError> {
        let mut value = 0_u64;
        for (n, byte) in self.rest.iter().enumerate().take(10) {
            value |= u64::from(byte & 0x7f) << (7 * n);
            if *byte < 0x80 {
                self.rest = &self.rest[n + 1..];
                return Ok(value);
            }
        }
        Err(if self.rest.len() < 10 { PackError::Cut } else { PackError::Damaged })
    }

    /// A count of things that take at least `each` bytes, so that damage cannot ask for memory
    /// that the pack does not back.
    pub(super) fn count(&mut self, each: usize) -> Result<usize, PackError> {
        let count = usize::try_from(self.unsigned()?).map_err(|_| PackError::Damaged)?;
        if count > self.rest.len() / each { Err(PackError::Cut) } else { Ok(count) }
    }

    /// A coordinate, given as the step from another one.
    #[inline]
    pub(super) fn coordinate(&mut self, from: i32) -> Result<i32, PackError> {
        let raw = self.unsigned()?;
        let step = (raw >> 1).cast_signed() ^ -(raw & 1).cast_signed();
        i64::from(from).checked_add(step).and_then(|v| i32::try_from(v).ok()).ok_or(PackError::Damaged)
    }

    /// A coordinate, given as the distance beyond another one.
    fn length(&mut self, from: i32) -> Result<i32, PackError> {
        let length = i64::try_from(self.unsigned()?).map_err(|_| PackError::Damaged)?;
        i64::from(from).checked_add(length).and_then(|v| i32::try_from(v).ok()).ok_or(PackError::Damaged)
    }

    pub(super) fn finish(&self) -> Result<(), PackError> {
        if self.rest.is_empty() { Ok(()) } else { Err(PackError::Damaged) }
    }
}

#[cfg(test)]
mod tests;
