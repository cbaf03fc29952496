//! Made-up levels with known faults.

use proptest::prelude::*;

use super::*;
use crate::gis::read::{FeatureRecord, GeometryKind};

/// Degrees of one step of the made-up maps; about 100 m.
const STEP_DEG: f64 = 0.001;
const CORNER: [f64; 2] = [107.0, 36.0];

type Ring = Vec<[f64; 2]>;

fn layer(units: &[Vec<Ring>]) -> Features {
    let mut features = Features::default();
    for (n, rings) in units.iter().enumerate() {
        let from = features.rings.len() as u32;
        for ring in rings {
            let start = features.coords_deg.len() as u32;
            features.coords_deg.extend(ring.iter().map(|p| [0, 1].map(|c| CORNER[c] + p[c] * STEP_DEG)));
            features.rings.push(start..features.coords_deg.len() as u32);
        }
        features.records.push(FeatureRecord {
            record: n as u64 + 1,
            line: 1,
            code: format!("{n}"),
            name: None,
            parent: None,
            area: None,
            kind: GeometryKind::Polygon,
            rings: from..features.rings.len() as u32,
            had_z: false,
        });
    }
    features
}

fn square(x: f64, y: f64, width: f64, height: f64) -> Ring {
    vec![[x, y], [x + width, y], [x + width, y + height], [x, y + height]]
}

/// Four squares of ten steps around a corner, as the children of one of twenty.
fn family() -> (Vec<Vec<Ring>>, Vec<Vec<Ring>>) {
    // The parent has its children's corners on its border, as real ones do.
    let parent = vec![[0.0, 0.0], [10.0, 0.0], [20.0, 0.0], [20.0, 10.0], [20.0, 20.0], [10.0, 20.0], [0.0, 20.0], [0.0, 10.0]];
    let children = [(0.0, 0.0), (10.0, 0.0), (0.0, 10.0), (10.0, 10.0)].map(|(x, y)| vec![square(x, y, 10.0, 10.0)]);
    (vec![vec![parent]], children.to_vec())
}

fn run(parents: &[Vec<Ring>], children: &[Vec<Ring>], of: &[Option<u32>]) -> Report {
    let (above, below) = (layer(parents), layer(children));
    let levels = [Level { features: &above, parents: &[], official_km2: &[] }, Level { features: &below, parents: of, official_km2: &[] }];
    check(&levels, TOLERANCE_M)
}

fn told(report: &Report) -> Vec<(FaultKind, Vec<(u32, u32)>)> {
    report.findings.iter().map(|f| (f.kind, f.units.iter().map(|u| (u.level, u.unit)).collect())).collect()
}

/// Square metres of so many square steps here.
fn steps_m2(steps: f64) -> f64 {
    let [x, y] = metric::metres_per_deg(CORNER[1]);
    steps * STEP_DEG * STEP_DEG * x * y
}

#[test]
fn a_family_that_fits_has_no_finding() {
    let (parents, children) = family();
    let report = run(&parents, &children, &[Some(0); 4]);
    assert_eq!((report.findings.len(), report.under.len(), report.covers.len(), report.units), (0, 0, 0, 5));
}

#[test]
fn a_missing_child_is_a_gap_with_its_neighbours_and_shape() {
    let (parents, mut children) = family();
    children.pop();
    let report = run(&parents, &children, &[Some(0); 3]);
    let [gap] = &report.findings[..] else { panic!("{:?}", told(&report)) };
    assert_eq!((gap.kind, gap.units[0]), (FaultKind::Gap, UnitRef { level: 0, unit: 0 }));
    assert_eq!(gap.units.len(), 4, "the parent and all three that touch it");
    assert!((gap.size.area_m2 / steps_m2(100.0) - 1.0).abs() < 1e-3, "{:?}", gap.size);
    assert!(measure_contains(&gap.rings_deg, gap.place_deg));
    assert_eq!(report.uncovered().count(), 1);
    assert!((report.covers[0].gap_m2 / gap.size.area_m2 - 1.0).abs() < 1e-3);
}

fn measure_contains(rings: &[Ring], place: [f64; 2]) -> bool {
    let rings: Vec<&[[f64; 2]]> = rings.iter().map(Vec::as_slice).collect();
    crate::gis::measure::contains(&rings, place)
}

#[test]
fn overlaps_are_told_by_pair_and_extent() {
    let (parents, children) = family();
    // Two steps over its eastern neighbour.
    let mut wide = children.clone();
    wide[0] = vec![square(0.0, 0.0, 12.0, 10.0)];
    assert_eq!(told(&run(&parents, &wide, &[Some(0); 4])), [(FaultKind::Overlap, vec![(1, 0), (1, 1)])]);
    // Three metres over it: a sliver.
    wide[0] = vec![square(0.0, 0.0, 10.03, 10.0)];
    assert_eq!(told(&run(&parents, &wide, &[Some(0); 4])), [(FaultKind::Sliver, vec![(1, 0), (1, 1)])]);
    // A hand's breadth: counted.
    wide[0] = vec![square(0.0, 0.0, 10.001, 10.0)];
    let report = run(&parents, &wide, &[Some(0); 4]);
    assert_eq!((report.findings.len(), report.under.len(), report.under[0].count), (0, 1, 1));
    // All of it, and the same twice.
    wide[0] = vec![square(0.0, 0.0, 20.0, 10.0)];
    assert_eq!(told(&run(&parents, &wide, &[Some(0); 4])), [(FaultKind::WholeOverlap, vec![(1, 0), (1, 1)])]);
    let mut twice = children;
    twice.push(twice[2].clone());
    assert_eq!(told(&run(&parents, &twice, &[Some(0); 5])), [(FaultKind::Duplicate, vec![(1, 4), (1, 2)])]);
}

#[test]
fn one_over_three_is_told_as_three_pairs() {
    let (parents, mut children) = family();
    children[0] = vec![square(0.0, 0.0, 12.0, 12.0)];
    let told = told(&run(&parents, &children, &[Some(0); 4]));
    assert_eq!(told.len(), 3, "{told:?}");
    assert!((1..4).all(|n| told.contains(&(FaultKind::Overlap, vec![(1, 0), (1, n)]))), "{told:?}");
}

#[test]
fn what_reaches_outside_is_a_spill_and_no_gap_elsewhere() {
    let parents: Vec<Vec<Ring>> = vec![vec![square(0.0, 0.0, 10.0, 10.0)], vec![square(10.0, 0.0, 10.0, 10.0)]];
    // The children's common border lies two steps east of the parents'.
    let children: Vec<Vec<Ring>> = vec![vec![square(0.0, 0.0, 12.0, 10.0)], vec![square(12.0, 0.0, 8.0, 10.0)]];
    let told = told(&run(&parents, &children, &[Some(0), Some(1)]));
    assert_eq!(told, [(FaultKind::Spill, vec![(1, 0), (0, 0), (0, 1)])]);
}

#[test]
fn children_in_the_wrong_place_are_told_with_the_right_one() {
    let parents: Vec<Vec<Ring>> = vec![vec![square(0.0, 0.0, 10.0, 10.0)], vec![square(10.0, 0.0, 10.0, 10.0)]];
    let children: Vec<Vec<Ring>> =
        vec![vec![square(0.0, 0.0, 10.0, 10.0)], vec![square(10.0, 0.0, 5.0, 10.0)], vec![square(15.0, 0.0, 5.0, 10.0)]];
    let kinds = |of: &[Option<u32>]| told(&run(&parents, &children, of));
    assert_eq!(kinds(&[Some(0), Some(1), Some(0)]), [(FaultKind::WrongParent, vec![(1, 2), (0, 0), (0, 1)])]);
    assert_eq!(kinds(&[Some(0), Some(1), None]), [(FaultKind::NoParent, vec![(1, 2), (0, 1)])]);
    let mut away = children.clone();
    away.push(vec![square(500.0, 0.0, 5.0, 5.0)]);
    let report = run(&parents, &away, &[Some(0), Some(1), Some(1), Some(1)]);
    assert_eq!(told(&report), [(FaultKind::OutsideParent, vec![(1, 3), (0, 1)])]);
    let report = run(&parents, &children[..1], &[Some(0)]);
    assert_eq!(told(&report).iter().map(|t| t.0).collect::<Vec<_>>(), [FaultKind::NoChildren, FaultKind::Gap]);
}

#[test]
fn exchanged_axes_are_recognised() {
    let (parents, mut children) = family();
    // What lies at 36°, 107° would be out of range: a county where both fit.
    let shift = |units: &mut Vec<Vec<Ring>>| {
        units.iter_mut().flatten().flatten().for_each(|p| *p = [p[0] - 77_000.0, p[1] + 14_000.0]);
    };
    let mut parents = parents;
    shift(&mut parents);
    shift(&mut children);
    for p in children[3].iter_mut().flatten() {
        let deg = [0, 1].map(|c| CORNER[c] + p[c] * STEP_DEG);
        *p = [(deg[1] - CORNER[0]) / STEP_DEG, (deg[0] - CORNER[1]) / STEP_DEG];
    }
    let report = run(&parents, &children, &[Some(0); 4]);
    assert!(told(&report).contains(&(FaultKind::SwappedAxes, vec![(1, 3), (0, 0)])), "{:?}", told(&report));
}

#[test]
fn a_top_level_is_held_against_itself() {
    let ring_of_eight: Vec<Vec<Ring>> =
        (0..9).filter(|n| *n != 4).map(|n| vec![square(f64::from(n % 3) * 10.0, f64::from(n / 3) * 10.0, 10.0, 10.0)]).collect();
    let features = layer(&ring_of_eight);
    let report = check(&[Level { features: &features, parents: &[], official_km2: &[] }], TOLERANCE_M);
    let [court] = &report.findings[..] else { panic!("{:?}", told(&report)) };
    assert_eq!((court.kind, court.units.len()), (FaultKind::Gap, 8));
    // The same as a hole of one unit is that unit's own.
    let mut hole = square(10.0, 10.0, 10.0, 10.0);
    hole.reverse();
    let features = layer(&[vec![square(0.0, 0.0, 30.0, 30.0), hole]]);
    assert_eq!(check(&[Level { features: &features, parents: &[], official_km2: &[] }], TOLERANCE_M).findings, []);
}

#[test]
fn areas_are_held_against_official_figures() {
    let features = layer(&[vec![square(0.0, 0.0, 10.0, 10.0)], vec![square(10.0, 0.0, 10.0, 10.0)]]);
    let real = steps_m2(100.0) / 1e6;
    let level = Level { features: &features, parents: &[], official_km2: &[Some(real * 1.005), Some(real * 1.05)] };
    assert_eq!(told(&check(&[level], TOLERANCE_M)), [(FaultKind::AreaDiffers, vec![(0, 1)])]);
}

#[test]
fn a_home_says_how_clear_it_was() {
    let parents = layer(&[vec![square(0.0, 0.0, 10.0, 10.0)], vec![square(10.0, 0.0, 10.0, 10.0)]]);
    let children = layer(&[vec![square(2.0, 2.0, 4.0, 4.0)], vec![square(7.0, 0.0, 4.0, 4.0)], vec![square(90.0, 0.0, 1.0, 1.0)]]);
    let level = |features| Level { features, parents: &[], official_km2: &[] };
    let homes = find_home(&level(&parents), &level(&children), &[0, 1, 2]);
    let share = |n: usize| homes[n].map(|h| (h.parent, (h.share * 100.0).round(), (h.next_share * 100.0).round(), h.is_clear()));
    assert_eq!([share(0), share(1), share(2)], [Some((0, 100.0, 0.0, true)), Some((0, 75.0, 25.0, false)), None]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Strips under one parent, one border moved: the ground between is a gap or an overlap of just
    /// its size, between just these two, wherever it is and whichever way rings turn.
    #[test]
    fn a_moved_border_is_found_with_its_size(
        strips in 2_usize..7, moved in 0_usize..5, by in -4_i32..5, turned in prop::collection::vec(any::<bool>(), 8),
    ) {
        prop_assume!(by != 0 && moved + 1 < strips);
        let corners = |from: usize, to: usize| (from..=to).map(|n| n as f64 * 10.0);
        let bottom = corners(0, strips).map(|x| [x, 0.0]);
        let parent: Ring = bottom.chain(corners(0, strips).map(|x| [x, 30.0]).rev()).collect();
        let mut children: Vec<Vec<Ring>> = (0..strips).map(|n| vec![square(n as f64 * 10.0, 0.0, 10.0, 30.0)]).collect();
        children[moved] = vec![square(moved as f64 * 10.0, 0.0, 10.0 + f64::from(by), 30.0)];
        for (child, turned) in children.iter_mut().zip(&turned) {
            if *turned {
                child[0].reverse();
            }
        }
        let mut report = run(&[vec![parent]], &children, &vec![Some(0); strips]);
        report.findings.retain(|f| f.kind != FaultKind::Orientation);
        let [found] = &report.findings[..] else { return Err(TestCaseError::fail(format!("{:?}", told(&report)))) };
        let units: Vec<u32> = found.units.iter().filter(|u| u.level == 1).map(|u| u.unit).collect();
        prop_assert_eq!(found.kind, if by > 0 { FaultKind::Overlap } else { FaultKind::Gap });
        prop_assert!(units.contains(&(moved as u32)) && units.contains(&(moved as u32 + 1)), "{:?}", units);
        prop_assert!((found.size.area_m2 / steps_m2(f64::from(by.abs()) * 30.0) - 1.0).abs() < 1e-2);
    }
}
