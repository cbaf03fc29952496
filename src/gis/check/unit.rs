//! The units of a level as the check sees them: judged, turned, boxed and printed.

use std::cell::OnceCell;

use rustc_hash::FxHashMap;

use super::overlay::{self, Loop};
use super::print::Place;
use super::valid::Judge;
use super::{AREA_SHARE, Finding, Level, Report, UnitRef, metric};
use crate::domain::quality::{FaultKind, Size};
use crate::domain::scene::Extent;
use crate::gis::locate::Boxes;
use crate::gis::measure;
use crate::gis::read::GeometryKind;
use crate::gis::topology::snap;

/// Half the box that a fault without extent is shown in, degrees: about 50 m.
const AROUND_DEG: f64 = 5e-4;

/// The units of a level.
pub(super) struct Units<'a> {
    pub(super) level: u32,
    pub(super) given: &'a Level<'a>,
    /// Per unit whether it has a boundary that can be used.
    pub(super) drawn: Vec<bool>,
    /// Per unit the print of its chain.
    pub(super) prints: Vec<u64>,
    /// Per ring of the level: +1 where its inside lies to its left, −1 to its right, 0 for none.
    turns: Vec<i8>,
    /// Loops in place of the rings of units whose rings are tangled.
    mended: FxHashMap<u32, Vec<Loop>>,
    index: OnceCell<Boxes>,
}

impl<'a> Units<'a> {
    /// Judges every unit of a level on its own.
    pub(super) fn look(level: u32, given: &'a Level<'a>, report: &mut Report) -> Self {
        let features = given.features;
        let count = features.records.len();
        let mut this = Self {
            level,
            given,
            drawn: vec![false; count],
            prints: vec![0; count],
            turns: vec![0; features.rings.len()],
            mended: FxHashMap::default(),
            index: OnceCell::new(),
        };
        let mut judge = Judge::default();
        let mut clockwise: Vec<(u32, bool)> = Vec::new();
        let mut rings: Vec<&[[f64; 2]]> = Vec::new();
        for (unit, record) in (0_u32..).zip(&features.records) {
            if record.kind != GeometryKind::Polygon {
                continue;
            }
            report.units += 1;
            rings.clear();
            let range = record.rings.start as usize..record.rings.end as usize;
            rings.extend(features.rings[range.clone()].iter().map(|r| &features.coords_deg[r.start as usize..r.end as usize]));
            let usable = judge.look(&rings);
            for fault in &judge.faults {
                report.findings.push(this.finding(fault.kind, unit, fault.place_deg));
            }
            if !usable {
                continue;
            }
            let n = unit as usize;
            this.drawn[n] = true;
            if judge.tangled {
                let [mut shells, mut holes] = [const { Vec::new() }; 2];
                for (at, ring) in rings.iter().enumerate() {
                    let line: Loop = ring.iter().map(|p| snap(*p).map(f64::from)).collect();
                    if judge.is_hole(at) { holes.push(line) } else { shells.push(line) }
                }
                // Whole places, so that their edges can meet those of neighbours.
                let shapes = overlay::by_structure(&shells, &holes);
                let loops: Vec<Loop> = shapes.iter().flatten().map(|l| l.iter().map(|p| whole(p).map(f64::from)).collect()).collect();
                this.prints[n] = loops.iter().map(|l| print(l.iter().map(whole))).fold(0, u64::wrapping_add);
                this.mended.insert(unit, loops);
            } else {
                for (at, standing) in judge.rings.iter().enumerate() {
                    let turn = if standing.depth % 2 == 0 { standing.turn } else { -standing.turn };
                    let this_print = match turn {
                        0 => 0,
                        1 => print(rings[at].iter().map(|p| snap(*p))),
                        _ => print(rings[at].iter().map(|p| snap(*p))).wrapping_neg(),
                    };
                    this.turns[range.start + at] = turn;
                    this.prints[n] = this.prints[n].wrapping_add(this_print);
                }
            }
            if let Some(shell) = judge.rings.iter().find(|r| r.depth == 0 && r.turn != 0) {
                clockwise.push((unit, shell.turn < 0));
            }
        }
        this.name_turned(&clockwise, report);
        this.name_no_areas(report);
        this.name_codes(report);
        this.hold_against_official(report);
        this
    }

    /// The few shells that turn the other way than the rest of their level.
    fn name_turned(&self, clockwise: &[(u32, bool)], report: &mut Report) {
        let few = clockwise.iter().filter(|(_, cw)| *cw).count() * 2 < clockwise.len();
        for (unit, _) in clockwise.iter().filter(|(_, cw)| *cw == few) {
            if let Some(place) = self.rings(*unit).find_map(|r| r.first().copied()) {
                report.findings.push(self.finding(FaultKind::Orientation, *unit, place));
            }
        }
    }

    /// The few points and lines on a level of areas.
    fn name_no_areas(&self, report: &mut Report) {
        let records = &self.given.features.records;
        let others = || (0_u32..).zip(records).filter(|(_, r)| matches!(r.kind, GeometryKind::Point | GeometryKind::Line));
        if others().count() * 2 < records.len() {
            for (unit, _) in others() {
                let rings: Vec<&[[f64; 2]]> = self.rings(unit).collect();
                report.findings.push(self.finding(FaultKind::NotArea, unit, measure::middle_deg(&rings)));
            }
        }
    }

    fn name_codes(&self, report: &mut Report) {
        let mut first: FxHashMap<&str, u32> = FxHashMap::default();
        for (unit, record) in (0_u32..).zip(&self.given.features.records) {
            let code = record.code.trim();
            if code.is_empty() {
                continue;
            }
            let before = *first.entry(code).or_insert(unit);
            if before != unit {
                let place = self.rings(unit).find_map(|r| r.first().copied()).unwrap_or([f64::NAN; 2]);
                let mut finding = self.finding(FaultKind::DuplicateCode, unit, place);
                finding.units.push(self.named(before));
                report.findings.push(finding);
            }
        }
    }

    fn hold_against_official(&self, report: &mut Report) {
        for (unit, official) in (0_u32..).zip(self.given.official_km2) {
            let Some(official) = official.filter(|km2| *km2 > 0.0 && self.is_drawn(unit)) else { continue };
            let rings: Vec<&[[f64; 2]]> = self.rings(unit).collect();
            let area = measure::area_km2(&rings);
            if (area - official).abs() > official * AREA_SHARE {
                let mut finding = self.finding(FaultKind::AreaDiffers, unit, measure::middle_deg(&rings));
                finding.size = Size { area_m2: (area - official) * 1e6, length_m: 0.0 };
                finding.extent = metric::extent(rings.iter().copied().flatten()).unwrap_or(finding.extent);
                report.findings.push(finding);
            }
        }
    }

    /// A fault of one unit at one place.
    pub(super) fn finding(&self, kind: FaultKind, unit: u32, place_deg: [f64; 2]) -> Finding {
        let [x, y] = place_deg;
        let extent = Extent { min_x_deg: x - AROUND_DEG, min_y_deg: y - AROUND_DEG, max_x_deg: x + AROUND_DEG, max_y_deg: y + AROUND_DEG };
        Finding { kind, units: vec![self.named(unit)], place_deg, extent, size: Size::default(), rings_deg: Vec::new() }
    }

    pub(super) fn named(&self, unit: u32) -> UnitRef {
        UnitRef { level: self.level, unit }
    }

    pub(super) fn is_drawn(&self, unit: u32) -> bool {
        self.drawn.get(unit as usize).is_some_and(|d| *d)
    }

    /// Units that have a boundary.
    pub(super) fn all(&self) -> impl Iterator<Item = u32> {
        (0_u32..).zip(&self.drawn).filter(|(_, drawn)| **drawn).map(|(n, _)| n)
    }

    /// The rings of a unit as they came, degrees.
    pub(super) fn rings(&self, unit: u32) -> impl Iterator<Item = &'a [[f64; 2]]> {
        let features = self.given.features;
        let range = features.records[unit as usize].rings.clone();
        features.rings[range.start as usize..range.end as usize].iter().map(|r| &features.coords_deg[r.start as usize..r.end as usize])
    }

    /// The loops of a unit in snapped units, with their inside to the left.
    pub(super) fn loops(&self, unit: u32) -> Vec<Loop> {
        if let Some(loops) = self.mended.get(&unit) {
            return loops.clone();
        }
        let turns = &self.turns[self.given.features.records[unit as usize].rings.start as usize..];
        let turned = |(ring, turn): (&[[f64; 2]], &i8)| -> Option<Loop> {
            let line = ring.iter().map(|p| snap(*p).map(f64::from));
            match turn {
                0 => None,
                1 => Some(line.collect()),
                _ => Some(line.rev().collect()),
            }
        };
        self.rings(unit).zip(turns).filter_map(turned).collect()
    }

    /// Calls `f` with every directed edge of a unit, snapped, its inside to the left.
    pub(super) fn each_edge(&self, unit: u32, mut f: impl FnMut([i32; 2], [i32; 2])) {
        if let Some(loops) = self.mended.get(&unit) {
            for line in loops {
                around(line.iter().map(whole), &mut f);
            }
            return;
        }
        let turns = &self.turns[self.given.features.records[unit as usize].rings.start as usize..];
        for (ring, turn) in self.rings(unit).zip(turns) {
            let places = ring.iter().map(|p| snap(*p));
            match turn {
                0 => {}
                1 => around(places, &mut f),
                _ => around(places, |a, b| f(b, a)),
            }
        }
    }

    /// The boxes of all units, made when first asked for.
    pub(super) fn index(&self) -> &Boxes {
        self.index.get_or_init(|| Boxes::new(self.given.features))
    }

    /// Whether a place lies in a unit, by its original rings.
    pub(super) fn contains(&self, unit: u32, place_deg: [f64; 2]) -> bool {
        let rings: Vec<&[[f64; 2]]> = self.rings(unit).collect();
        measure::contains(&rings, place_deg)
    }
}

/// A place of an overlay as a snapped one: where lines cross it is rounded.
#[expect(clippy::cast_possible_truncation, reason = "overlays lie within the snapped coordinates they were made from")]
pub(super) fn whole(place: &[f64; 2]) -> [i32; 2] {
    place.map(|v| v.round() as i32)
}

/// Calls `f` with every edge of a closed line.
fn around(mut places: impl Iterator<Item = [i32; 2]>, mut f: impl FnMut([i32; 2], [i32; 2])) {
    let Some(first) = places.next() else { return };
    let mut before = first;
    for place in places {
        f(before, place);
        before = place;
    }
    f(before, first);
}

/// The print of a closed line.
fn print(mut places: impl Iterator<Item = [i32; 2]>) -> u64 {
    let Some(first) = places.next().map(Place::of) else { return 0 };
    let mut before = first;
    let mut sum = 0_u64;
    for place in places {
        let place = Place::of(place);
        sum = sum.wrapping_add(before.edge_to(place));
        before = place;
    }
    sum.wrapping_add(before.edge_to(first))
}
