//! The units of a level against each other: overlaps, slivers, duplicates, and at the top gaps.

use super::chain::Chain;
use super::faces::{Face, area_m2};
use super::overlay::{self, Shape};
use super::unit::Units;
use super::{Report, UnitRef};
use crate::domain::quality::FaultKind;

/// Overlaps narrower than this and ten times as long are slivers, metres.
const SLIVER_M: f64 = 10.0;
const SLIVER_LENGTHS: f64 = 10.0;
/// Share of a unit's area that makes an overlap the whole of it.
const WHOLE_SHARE: f64 = 0.99;

/// The border around all units of a level.
pub(super) fn border(units: &Units<'_>) -> Chain {
    // Neighbours cancel as they come, so half of the edges is about the most that stands at once.
    let mut chain = Chain::with_capacity(units.given.features.coords_deg.len() / 2);
    for unit in units.all() {
        units.each_edge(unit, |a, b| chain.add(a, b, 1));
    }
    chain
}

/// Lists what is covered more than once, and at the top (`gaps`) what is closed in and not covered.
pub(super) fn check(units: &Units<'_>, border: &Chain, gaps: bool, tolerance_m: f64, report: &mut Report) {
    let loops = border.loops();
    for face in overlay::twice(&loops).into_iter().filter_map(Face::of) {
        if face.size.width_m() < tolerance_m {
            report.add_under(units.level, FaultKind::Overlap, face.size.area_m2);
        } else {
            overlaps(units, face, tolerance_m, report);
        }
    }
    if !gaps {
        return;
    }
    for face in overlay::enclosed(&loops).into_iter().filter_map(Face::of) {
        let around = face.neighbours(units, |_| true);
        // Closed in by one unit alone it is that unit's own hole.
        if around.len() < 2 {
            continue;
        }
        if face.size.width_m() < tolerance_m {
            report.add_under(units.level, FaultKind::Gap, face.size.area_m2);
        } else {
            report.findings.push(face.finding(FaultKind::Gap, around));
        }
    }
}

/// The pairs of units that cover a face.
fn overlaps(units: &Units<'_>, face: Face, tolerance_m: f64, report: &mut Report) {
    let near = units.index().meeting(&face.extent).into_iter().filter(|unit| units.is_drawn(*unit));
    let mut parts: Vec<(u32, Vec<Shape>, f64)> = near
        .map(|unit| {
            let part = overlay::intersection(&face.shape, &units.loops(unit));
            let area = area_m2(&part);
            (unit, part, area)
        })
        .filter(|(_, _, area)| *area > face.size.area_m2 * 1e-6)
        .collect();
    // Nearly always two units that both cover all of it.
    if let [a, b] = &parts[..] {
        let pair = [a.0, b.0];
        let kind = kind(units, pair, &face);
        let named = order(units, pair, kind);
        report.findings.push(face.finding(kind, named));
        return;
    }
    parts.sort_by_key(|(unit, _, _)| *unit);
    for (n, (a, part_a, _)) in parts.iter().enumerate() {
        for (b, part_b, _) in &parts[n + 1..] {
            let [part_a, part_b]: [Shape; 2] = [part_a, part_b].map(|p| p.iter().flatten().cloned().collect());
            for both in overlay::intersection(&part_a, &part_b).into_iter().filter_map(Face::of) {
                if both.size.width_m() < tolerance_m {
                    report.add_under(units.level, FaultKind::Overlap, both.size.area_m2);
                    continue;
                }
                let kind = kind(units, [*a, *b], &both);
                let named = order(units, [*a, *b], kind);
                report.findings.push(both.finding(kind, named));
            }
        }
    }
}

fn kind(units: &Units<'_>, pair: [u32; 2], face: &Face) -> FaultKind {
    let whole = pair.map(|unit| face.size.area_m2 >= area_of(units, unit) * WHOLE_SHARE);
    match whole {
        [true, true] => FaultKind::Duplicate,
        [true, false] | [false, true] => FaultKind::WholeOverlap,
        _ if face.size.width_m() < SLIVER_M && face.size.length_m > face.size.width_m() * SLIVER_LENGTHS => FaultKind::Sliver,
        _ => FaultKind::Overlap,
    }
}

/// Of a whole overlap the unit that covers the other comes first, of a duplicate the later one.
fn order(units: &Units<'_>, [a, b]: [u32; 2], kind: FaultKind) -> Vec<UnitRef> {
    let turned = match kind {
        FaultKind::WholeOverlap => area_of(units, b) > area_of(units, a),
        FaultKind::Duplicate => true,
        _ => false,
    };
    let pair = if turned { [b, a] } else { [a, b] };
    pair.map(|unit| units.named(unit)).to_vec()
}

fn area_of(units: &Units<'_>, unit: u32) -> f64 {
    area_m2(&[units.loops(unit)])
}
