//! How much of one area lies in others, by a lattice of points: never fails on a faulty polygon,
//! and a few per cent are enough to tell a merger from a border that was drawn anew.

use rstar::{AABB, RTree, RTreeObject};

use crate::domain::id::Uid;
use crate::gis::measure::contains;

/// Points of the lattice along each side.
const SIDE: u32 = 20;

/// An area.
pub(super) struct Area {
    pub(super) uid: Uid,
    pub(super) rings_deg: Vec<Vec<[f64; 2]>>,
    envelope: AABB<[f64; 2]>,
}

impl Area {
    /// `None` where there are no points.
    pub(super) fn new(uid: Uid, rings_deg: Vec<Vec<[f64; 2]>>) -> Option<Self> {
        let envelope = rings_deg.iter().any(|r| !r.is_empty()).then(|| AABB::from_points(rings_deg.iter().flatten()))?;
        Some(Self { uid, rings_deg, envelope })
    }

    fn holds(&self, point: [f64; 2]) -> bool {
        let rings: Vec<&[[f64; 2]]> = self.rings_deg.iter().map(Vec::as_slice).collect();
        contains(&rings, point)
    }

    /// Points of the lattice that lie inside.
    fn points(&self) -> Vec<[f64; 2]> {
        let (low, high) = (self.envelope.lower(), self.envelope.upper());
        let at = |n: u32, low: f64, high: f64| low + (f64::from(n) + 0.5) / f64::from(SIDE) * (high - low);
        let all = (0..SIDE * SIDE).map(|n| [at(n % SIDE, low[0], high[0]), at(n / SIDE, low[1], high[1])]);
        all.filter(|p| self.holds(*p)).collect()
    }
}

impl RTreeObject for Area {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        self.envelope
    }
}

/// Areas that can be asked for.
pub(super) struct Areas(RTree<Area>);

impl Areas {
    pub(super) fn new(areas: Vec<Area>) -> Self {
        Self(RTree::bulk_load(areas))
    }

    /// The areas that `area` lies in, each with the share of it, 0..=1, the largest first.
    pub(super) fn under(&self, area: &Area) -> Vec<(Uid, f64)> {
        let points = area.points();
        let mut shares: Vec<(Uid, f64)> = Vec::new();
        for point in &points {
            for under in self.0.locate_in_envelope_intersecting(&AABB::from_point(*point)).filter(|a| a.holds(*point)) {
                match shares.iter_mut().find(|(uid, _)| *uid == under.uid) {
                    Some((_, n)) => *n += 1.0,
                    None => shares.push((under.uid, 1.0)),
                }
            }
        }
        #[allow(clippy::cast_precision_loss, reason = "at most 400 points")]
        let all = points.len().max(1) as f64;
        shares.iter_mut().for_each(|(_, n)| *n /= all);
        shares.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        shares
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_of_halves() {
        let square = |x: f64, w: f64| vec![vec![[x, 0.0], [x + w, 0.0], [x + w, 1.0], [x, 1.0]]];
        let uid = |n| Uid::of_branch("990121", n);
        let (left, right) = (Area::new(uid("l"), square(0.0, 1.0)), Area::new(uid("r"), square(1.0, 1.0)));
        let areas = Areas::new(left.into_iter().chain(right).collect());
        let both = Area::new(uid("b"), square(0.5, 1.0)).expect("an area");
        let shares = areas.under(&both);
        assert_eq!(shares.len(), 2);
        assert!(shares.iter().all(|(_, share)| (share - 0.5).abs() < 0.05), "{shares:?}");
        assert!(Area::new(uid("n"), vec![vec![]]).is_none());
    }
}
