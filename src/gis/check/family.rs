//! Children against their parent: gaps, spill, and children in the wrong place.

use super::chain::Chain;
use super::faces::{Face, area_m2};
use super::overlay::{self, Loop};
use super::parent::home;
use super::unit::Units;
use super::{Cover, Finding, Report, UnitRef, metric};
use crate::domain::quality::FaultKind;
use crate::gis::measure;

/// Share of a child that must lie in its parent for it to count as its child.
const HOME_SHARE: f64 = 0.5;
/// Share of a gap that must be covered by nobody for it to be one.
const BARE_SHARE: f64 = 1e-3;

/// Lists what does not fit between a level and the one above; `border` is the border of that one.
///
/// Gives the border of this level, or `None` where it is the same.
pub(super) fn check(parents: &Units<'_>, border: &Chain, units: &Units<'_>, tolerance_m: f64, report: &mut Report) -> Option<Chain> {
    let parent_of = |unit: u32| units.given.parents.get(unit as usize).copied().flatten().filter(|p| parents.is_drawn(*p));
    let mut sums = vec![0_u64; parents.drawn.len()];
    let mut counts = vec![0_u32; parents.drawn.len()];
    let mut alone = Vec::new();
    for unit in units.all() {
        match parent_of(unit) {
            Some(p) => {
                sums[p as usize] = sums[p as usize].wrapping_add(units.prints[unit as usize]);
                counts[p as usize] += 1;
            }
            None => alone.push(unit),
        }
    }
    // On a level without areas nothing is missing.
    units.all().next()?;
    let dirty: Vec<u32> = parents.all().filter(|p| sums[*p as usize] != parents.prints[*p as usize]).collect();
    if dirty.is_empty() && alone.is_empty() {
        return None;
    }
    let mut children: Vec<Vec<u32>> = vec![Vec::new(); parents.drawn.len()];
    for unit in units.all() {
        if let Some(p) = parent_of(unit).filter(|p| sums[*p as usize] != parents.prints[*p as usize]) {
            children[p as usize].push(unit);
        }
    }
    let mut whole = border.clone();
    for &unit in &alone {
        units.each_edge(unit, |a, b| whole.add(a, b, 1));
        if units.given.parents.get(unit as usize).is_some_and(Option::is_none) {
            report.findings.push(homeless(parents, units, unit));
        }
    }
    let family = Family { parents, units, tolerance_m };
    for p in dirty {
        parents.each_edge(p, |a, b| whole.add(a, b, -1));
        for &unit in &children[p as usize] {
            units.each_edge(unit, |a, b| whole.add(a, b, 1));
        }
        if counts[p as usize] == 0 {
            let rings: Vec<&[[f64; 2]]> = parents.rings(p).collect();
            let mut finding = parents.finding(FaultKind::NoChildren, p, measure::middle_deg(&rings));
            finding.extent = metric::extent(rings.iter().copied().flatten()).unwrap_or(finding.extent);
            report.findings.push(finding);
        }
        family.compare(p, &children[p as usize], report);
    }
    Some(whole)
}

/// A unit whose parent is not known, with the one that it lies in.
fn homeless(parents: &Units<'_>, units: &Units<'_>, unit: u32) -> Finding {
    let mut finding = about_whole(units, FaultKind::NoParent, unit);
    finding.units.extend(home(parents, units, unit).map(|h| parents.named(h.parent)));
    finding
}

/// A fault that is a whole unit.
fn about_whole(units: &Units<'_>, kind: FaultKind, unit: u32) -> Finding {
    let rings: Vec<&[[f64; 2]]> = units.rings(unit).collect();
    let mut finding = units.finding(kind, unit, measure::middle_deg(&rings));
    finding.extent = metric::extent(rings.iter().copied().flatten()).unwrap_or(finding.extent);
    finding.size.area_m2 = measure::area_km2(&rings) * 1e6;
    finding
}

struct Family<'a> {
    parents: &'a Units<'a>,
    units: &'a Units<'a>,
    tolerance_m: f64,
}

impl Family<'_> {
    /// A parent whose children do not leave exactly its own edges.
    fn compare(&self, p: u32, children: &[u32], report: &mut Report) {
        let (parents, units) = (self.parents, self.units);
        let mut chain = Chain::default();
        let mut own = Vec::with_capacity(children.len());
        for &unit in children {
            match self.misplaced(p, unit) {
                Some(finding) => report.findings.push(finding),
                None => {
                    units.each_edge(unit, |a, b| chain.add(a, b, 1));
                    own.push(unit);
                }
            }
        }
        let (covered, ground) = (chain.loops(), parents.loops(p));
        let listed = report.findings.len();
        let mut cover = Cover { parent: parents.named(p), gap_m2: 0.0, spill_m2: 0.0 };
        for face in overlay::difference(&covered, &ground).into_iter().filter_map(Face::of) {
            cover.spill_m2 += face.size.area_m2;
            self.spill(p, &own, face, report);
        }
        for face in overlay::difference(&ground, &covered).into_iter().filter_map(Face::of) {
            cover.gap_m2 += face.size.area_m2;
            self.gap(p, &own, face, report);
        }
        if report.findings.len() > listed {
            report.covers.push(cover);
        }
    }

    /// A child that lies for the most part outside the parent that its key names.
    fn misplaced(&self, p: u32, unit: u32) -> Option<Finding> {
        let (parents, units) = (self.parents, self.units);
        let rings: Vec<&[[f64; 2]]> = units.rings(unit).collect();
        if parents.contains(p, measure::middle_deg(&rings)) {
            return None;
        }
        let loops = units.loops(unit);
        let area = area_m2(std::slice::from_ref(&loops));
        if area_m2(&overlay::intersection(&loops, &parents.loops(p))) > area * HOME_SHARE {
            return None;
        }
        if let Some(swapped) = self.swapped(p, unit) {
            return Some(swapped);
        }
        let found = home(parents, units, unit).filter(|h| h.parent != p && h.share > HOME_SHARE);
        let kind = if found.is_some() { FaultKind::WrongParent } else { FaultKind::OutsideParent };
        let mut finding = about_whole(units, kind, unit);
        finding.units.push(parents.named(p));
        finding.units.extend(found.map(|h| parents.named(h.parent)));
        Some(finding)
    }

    /// A child that would lie in its parent with its axes exchanged.
    fn swapped(&self, p: u32, unit: u32) -> Option<Finding> {
        let rings: Vec<&[[f64; 2]]> = self.units.rings(unit).collect();
        let [x, y] = measure::middle_deg(&rings);
        self.parents.contains(p, [y, x]).then(|| {
            let mut finding = about_whole(self.units, FaultKind::SwappedAxes, unit);
            finding.units.push(self.parents.named(p));
            finding
        })
    }

    fn spill(&self, p: u32, own: &[u32], face: Face, report: &mut Report) {
        if face.size.width_m() < self.tolerance_m {
            return report.add_under(self.units.level, FaultKind::Spill, face.size.area_m2);
        }
        let mut named: Vec<UnitRef> = face.neighbours(self.units, |unit| own.binary_search(&unit).is_ok());
        named.insert(named.len().min(1), self.parents.named(p));
        let into = face.neighbours(self.parents, |other| other != p);
        named.extend(into);
        report.findings.push(face.finding(FaultKind::Spill, named));
    }

    fn gap(&self, p: u32, own: &[u32], face: Face, report: &mut Report) {
        if face.size.width_m() < self.tolerance_m {
            return report.add_under(self.units.level, FaultKind::Gap, face.size.area_m2);
        }
        // What a child of another parent covers is that one's spill and no uncovered ground.
        let others: Vec<Loop> = self
            .units
            .index()
            .meeting(&face.extent)
            .into_iter()
            .filter(|unit| self.units.is_drawn(*unit) && own.binary_search(unit).is_err())
            .flat_map(|unit| self.units.loops(unit))
            .collect();
        let area_before = face.size.area_m2;
        let bare = if others.is_empty() {
            vec![face]
        } else {
            overlay::difference(&face.shape, &others).into_iter().filter_map(Face::of).collect()
        };
        for face in bare {
            if face.size.area_m2 < area_before * BARE_SHARE && face.size.width_m() < self.tolerance_m {
                continue;
            }
            if face.size.width_m() < self.tolerance_m {
                report.add_under(self.units.level, FaultKind::Gap, face.size.area_m2);
                continue;
            }
            let around = face.neighbours(self.units, |_| true);
            let named: Vec<UnitRef> = std::iter::once(self.parents.named(p)).chain(around).collect();
            report.findings.push(face.finding(FaultKind::Gap, named));
        }
    }
}
