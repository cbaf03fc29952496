//! Stand-in until packs are merged.
use super::read::Features;
use super::shape::{Ring, SNAP_PER_DEG, Shapes};
use crate::domain::id::Uid;
use crate::domain::scene::{Extent, MapSize};

/// Unit.
#[derive(Clone, Copy, Debug)]
pub struct PackUnit {
    /// Uid.
    pub uid: Uid,
    /// Parent.
    pub parent: Option<Uid>,
}
/// Pack.
#[derive(Clone, Debug)]
pub struct Pack {
    /// Level of detail.
    pub lod: u8,
    /// Number.
    pub seq: u32,
    /// Units.
    pub units: Vec<Uid>,
    /// Extent.
    pub extent: Extent,
    /// Bytes.
    pub bytes: Vec<u8>,
}
/// Error.
#[derive(Debug)]
pub struct PackError;

/// Builds.
#[must_use]
pub fn build_packs(features: &Features, units: &[PackUnit], order: &[u32]) -> Vec<Pack> {
    let mut packs = Vec::new();
    for &n in order {
        let record = &features.records[n as usize];
        let mut bytes = units[n as usize].uid.as_bytes().to_vec();
        bytes.extend(units[n as usize].parent.map_or([0; 16], |p| *p.as_bytes()));
        let mut e = Extent { min_x_deg: f64::MAX, min_y_deg: f64::MAX, max_x_deg: f64::MIN, max_y_deg: f64::MIN };
        for r in record.rings.clone() {
            let ring = &features.coords_deg[features.rings[r as usize].start as usize..features.rings[r as usize].end as usize];
            bytes.extend((ring.len() as u32).to_le_bytes());
            for c in ring {
                e = e.union(Extent { min_x_deg: c[0], min_y_deg: c[1], max_x_deg: c[0], max_y_deg: c[1] });
                for v in c {
                    bytes.extend(((v * SNAP_PER_DEG).round() as i32).to_le_bytes());
                }
            }
        }
        if !record.rings.is_empty() {
            packs.push(Pack { lod: 0, seq: packs.len() as u32, units: vec![units[n as usize].uid], extent: e, bytes });
        }
    }
    packs
}
/// Picks.
#[must_use]
pub fn pick_lod(_extent: &Extent, _size: &MapSize) -> u8 {
    0
}
/// Decodes.
///
/// # Errors
/// Damaged.
pub fn decode_into(bytes: &[u8], keep: &dyn Fn(Uid) -> bool, out: &mut Shapes) -> Result<(), PackError> {
    let uid = Uid::from_slice(bytes.get(..16).ok_or(PackError)?).ok_or(PackError)?;
    let parent = Uid::from_slice(bytes.get(16..32).ok_or(PackError)?).filter(|p| *p.as_bytes() != [0; 16]);
    if !keep(uid) {
        return Ok(());
    }
    let unit = out.uids.len() as u32;
    let mut ints = bytes[32..].as_chunks::<4>().0.iter().map(|b| i32::from_le_bytes(*b));
    let mut e: Option<Extent> = None;
    while let Some(n) = ints.next() {
        let start = out.coords.len() as u32;
        for _ in 0..n {
            let c = [ints.next().ok_or(PackError)?, ints.next().ok_or(PackError)?];
            let [x, y] = c.map(|v| f64::from(v) / SNAP_PER_DEG);
            let p = Extent { min_x_deg: x, min_y_deg: y, max_x_deg: x, max_y_deg: y };
            e = Some(e.map_or(p, |e| e.union(p)));
            out.coords.push(c);
        }
        out.rings.push(Ring { unit, start, end: out.coords.len() as u32 });
    }
    let e = e.ok_or(PackError)?;
    out.uids.push(uid);
    out.parents.push(parent);
    out.middle_deg.push(e.centre_deg());
    out.extents.push(e);
    Ok(())
}
