//! Mended copies of rings, with a list of every change. Only on request: originals stay.

use rustc_hash::FxHashMap;

use super::edge::spike_at;
use super::overlay::{self, doubled_area};
use super::unit::whole;
use super::valid::faults_of;
use crate::domain::quality::FaultKind;
use crate::gis::shape::SNAP_PER_DEG;
use crate::gis::topology::snap;

/// Rings narrower than this many snapped units (a centimetre each) are what rounding left behind.
const HAIR: f64 = 2.0;
/// Faults for which rings must be taken apart.
const TANGLES: [FaultKind; 6] = [
    FaultKind::SelfCrossing,
    FaultKind::SelfTouch,
    FaultKind::RingsCross,
    FaultKind::DuplicateRing,
    FaultKind::InsideApart,
    FaultKind::Spike,
];

/// What was done to a ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// So many repeated positions in a row were left out.
    Repeats(u32),
    /// The last position was not the first; the ring is closed.
    Closed,
    /// So many spikes were cut off.
    Spikes(u32),
    /// Fewer than three places, or no area: the ring was left out.
    Dropped(FaultKind),
    /// The rings crossed or touched themselves or each other and were taken apart by the even-odd
    /// rule, so that their inside is the same as on the map.
    TakenApart,
}

/// A change and the place it was made at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Changed {
    /// Ring of the unit as it came; the first for what was done to all.
    pub ring: u32,
    /// What was done.
    pub change: Change,
    /// Where, degrees.
    pub place_deg: [f64; 2],
}

/// A unit's rings mended.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Repaired {
    /// The rings, not closed, shells counter-clockwise and holes clockwise where they were taken
    /// apart, else as they came.
    pub rings_deg: Vec<Vec<[f64; 2]>>,
    /// Every change.
    pub changes: Vec<Changed>,
}

/// Mends the rings of a unit. `written_closed` says that a ring that does not end where it began
/// is to be reported as closed: so it is in a file, and not in what the reader gives.
#[must_use]
pub fn repair(rings_deg: &[&[[f64; 2]]], written_closed: bool) -> Repaired {
    let mut out = Repaired::default();
    for (ring, places) in (0_u32..).zip(rings_deg) {
        let Some(&first) = places.first() else {
            out.changes.push(Changed { ring, change: Change::Dropped(FaultKind::TooFewPoints), place_deg: [f64::NAN; 2] });
            continue;
        };
        let changed = |change| Changed { ring, change, place_deg: first };
        let mut line = places.to_vec();
        if line.len() > 1 && line.last() == Some(&first) {
            line.pop();
        } else if written_closed {
            out.changes.push(changed(Change::Closed));
        }
        let before = line.len();
        line.dedup();
        while line.len() > 1 && line.last() == line.first() {
            line.pop();
        }
        if line.len() < before {
            out.changes.push(changed(Change::Repeats(u32::try_from(before - line.len()).unwrap_or(u32::MAX))));
        }
        out.changes.extend(cut_spikes(ring, &mut line));
        let dropped = [FaultKind::TooFewPoints, FaultKind::NoArea, FaultKind::NotFinite, FaultKind::OutOfRange];
        match faults_of(&[&line]).into_iter().find(|f| dropped.contains(&f.kind)) {
            Some(fault) => out.changes.push(changed(Change::Dropped(fault.kind))),
            None => out.rings_deg.push(line),
        }
    }
    let slices: Vec<&[[f64; 2]]> = out.rings_deg.iter().map(Vec::as_slice).collect();
    if let Some(fault) = faults_of(&slices).into_iter().find(|f| TANGLES.contains(&f.kind)) {
        out.changes.push(Changed { ring: 0, change: Change::TakenApart, place_deg: fault.place_deg });
        out.rings_deg = taken_apart(&slices);
    }
    out
}

/// Rings of the same inside by the even-odd rule that do not cross. Positions that did not move keep
/// every figure they came with; where lines crossed, the new corner is rounded to a centimetre, by
/// which a line may still reach over another.
fn taken_apart(rings_deg: &[&[[f64; 2]]]) -> Vec<Vec<[f64; 2]>> {
    let loops: Vec<overlay::Loop> = rings_deg.iter().map(|r| r.iter().map(|p| snap(*p).map(f64::from)).collect()).collect();
    let kept: FxHashMap<[i32; 2], [f64; 2]> = rings_deg.iter().copied().flatten().map(|p| (snap(*p), *p)).collect();
    let degrees = |p: &[f64; 2]| kept.get(&whole(p)).copied().unwrap_or(whole(p).map(|v| f64::from(v) / SNAP_PER_DEG));
    let shapes = overlay::even_odd(&loops);
    shapes.iter().flatten().filter(|l| doubled_area(l).abs() > HAIR * length(l)).map(|l| l.iter().map(degrees).collect()).collect()
}

/// Length of a closed line, snapped units.
fn length(line: &[[f64; 2]]) -> f64 {
    let next = line.iter().skip(1).chain(line.first());
    line.iter().zip(next).map(|(a, b)| (b[0] - a[0]).hypot(b[1] - a[1])).sum()
}

/// Cuts off places at which the line turns back on itself, until there are none.
fn cut_spikes(ring: u32, line: &mut Vec<[f64; 2]>) -> Option<Changed> {
    let mut cut = 0;
    let mut place_deg = None;
    while let Some(at) = spike_at(line) {
        place_deg = place_deg.or(Some(line[at]));
        cut += 1;
        line.remove(at);
        line.dedup();
        while line.len() > 1 && line.last() == line.first() {
            line.pop();
        }
    }
    place_deg.map(|place_deg| Changed { ring, change: Change::Spikes(cut), place_deg })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::gis::measure::area_km2;

    #[test]
    fn what_is_sound_stays_bit_for_bit() {
        let ring = [[107.123_456_789_1, 36.0], [107.2, 36.0], [107.2, 36.1]];
        assert_eq!(repair(&[&ring], false), Repaired { rings_deg: vec![ring.to_vec()], changes: Vec::new() });
    }

    #[test]
    fn every_change_is_told() {
        let ring = [[0.0, 0.0], [4.0, 0.0], [4.0, 0.0], [4.0, 4.0], [2.0, 2.0], [4.0, 4.0], [0.0, 4.0]];
        let mended = repair(&[&ring, &[[1.0, 1.0], [2.0, 2.0]]], true);
        assert_eq!(mended.rings_deg, [vec![[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [0.0, 4.0]]]);
        let changes: Vec<Change> = mended.changes.iter().map(|c| c.change).collect();
        let dropped = Change::Dropped(FaultKind::TooFewPoints);
        assert_eq!(changes, [Change::Closed, Change::Repeats(1), Change::Spikes(1), Change::Closed, dropped]);
        assert_eq!(mended.changes[2].place_deg, [2.0, 2.0]);
    }

    #[test]
    fn a_bow_tie_becomes_two_triangles() {
        let tie = [[0.0, 0.0], [4.0, 4.0], [4.0, 0.0], [0.0, 4.0]];
        let mended = repair(&[&tie], false);
        assert_eq!((mended.rings_deg.len(), mended.changes.len()), (2, 1));
        assert_eq!(mended.changes[0].change, Change::TakenApart);
        let halves: Vec<&[[f64; 2]]> = mended.rings_deg.iter().map(Vec::as_slice).collect();
        assert_eq!(faults_of(&halves), []);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn what_was_mended_is_sound_and_covers_the_same(places in prop::collection::vec((0_i32..6, 0_i32..6), 3..12)) {
            let ring: Vec<[f64; 2]> = places.iter().map(|(x, y)| [100.0 + f64::from(*x) / 10.0, 30.0 + f64::from(*y) / 10.0]).collect();
            let mended = repair(&[&ring], false);
            let slices: Vec<&[[f64; 2]]> = mended.rings_deg.iter().map(Vec::as_slice).collect();
            // But for the rounding of new corners nothing crosses.
            let near = |p: [f64; 2]| slices.iter().copied().flatten().any(|q| (p[0] - q[0]).abs() < 2e-7 && (p[1] - q[1]).abs() < 2e-7);
            let crossings = faults_of(&slices).into_iter().filter(|f| matches!(f.kind, FaultKind::SelfCrossing | FaultKind::RingsCross | FaultKind::Spike) && !near(f.place_deg));
            prop_assert_eq!(crossings.count(), 0);
            // At places that no edge comes near, inside is inside.
            for (x, y) in (0..24).flat_map(|x| (0..24).map(move |y| (x, y))) {
                let p = [100.012 + f64::from(x) / 47.3, 30.013 + f64::from(y) / 47.9];
                prop_assert_eq!(crate::gis::measure::contains(&[&ring], p), crate::gis::measure::contains(&slices, p), "{:?}", p);
            }
            prop_assert!(area_km2(&slices) >= 0.0);
        }
    }
}
