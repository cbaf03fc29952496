//! Boundaries decoded for drawing: what [`super::pack`] gives and [`super::raster`] fills.

use crate::domain::id::Uid;
use crate::domain::scene::Extent;

/// Snapped coordinates are integers of 1e-7 degrees (about 1 cm), so that shared borders match.
pub const SNAP_PER_DEG: f64 = 1e7;

/// A ring of one unit: `coords[start..end]` of [`Shapes`], not closed (the last differs from the
/// first). Holes need no flag: units are filled by the even-odd rule over all their rings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ring {
    /// Index into [`Shapes::uids`].
    pub unit: u32,
    /// First coordinate.
    pub start: u32,
    /// One past the last coordinate.
    pub end: u32,
}

/// The boundaries of some units of one level at one level of detail.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shapes {
    /// The units, every one once.
    pub uids: Vec<Uid>,
    /// Per unit its parent, whose border is drawn stronger.
    pub parents: Vec<Option<Uid>>,
    /// Per unit a point inside it (or its mean point), degrees.
    pub middle_deg: Vec<[f64; 2]>,
    /// Per unit its box.
    pub extents: Vec<Extent>,
    /// Rings, those of one unit together.
    pub rings: Vec<Ring>,
    /// Longitude and latitude in units of 1e-7 degrees.
    pub coords: Vec<[i32; 2]>,
}

impl Shapes {
    /// The box around every unit; `None` where there is none.
    #[must_use]
    pub fn extent(&self) -> Option<Extent> {
        self.extents.iter().copied().reduce(Extent::union)
    }

    /// Some of the units, with their rings.
    #[must_use]
    pub fn only(&self, keep: impl Fn(Uid) -> bool) -> Self {
        let mut out = Self::default();
        let mut numbers: Vec<Option<u32>> = Vec::with_capacity(self.uids.len());
        for (n, uid) in self.uids.iter().enumerate() {
            let kept = keep(*uid).then(|| u32::try_from(out.uids.len()).unwrap_or(u32::MAX));
            numbers.push(kept);
            if kept.is_some() {
                out.uids.push(*uid);
                out.parents.push(self.parents[n]);
                out.middle_deg.push(self.middle_deg[n]);
                out.extents.push(self.extents[n]);
            }
        }
        for ring in &self.rings {
            if let Some(unit) = numbers[ring.unit as usize] {
                let start = u32::try_from(out.coords.len()).unwrap_or(u32::MAX);
                out.coords.extend_from_slice(&self.coords[ring.start as usize..ring.end as usize]);
                out.rings.push(Ring { unit, start, end: start + (ring.end - ring.start) });
            }
        }
        out
    }
}
