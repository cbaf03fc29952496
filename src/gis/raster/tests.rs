use proptest::prelude::*;

use super::*;
use crate::gis::shape::Ring;

const SIZE: MapSize = MapSize { cols_cells: 40, rows_cells: 20, cell_aspect: 2.0 };

fn uid(code: &str) -> Uid {
    Uid::of_unit("990121", "t", "l1", code)
}

/// Units of the rings given in degrees, all of one parent.
fn shapes(units: &[&[&[[f64; 2]]]]) -> Shapes {
    let mut shapes = Shapes::default();
    for (unit, rings) in units.iter().enumerate() {
        let corners = || rings.iter().flat_map(|ring| ring.iter());
        let side = |axis: usize, pick: fn(f64, f64) -> f64| corners().map(|c| c[axis]).reduce(pick).unwrap_or(f64::NAN);
        let extent = Extent {
            min_x_deg: side(0, f64::min),
            min_y_deg: side(1, f64::min),
            max_x_deg: side(0, f64::max),
            max_y_deg: side(1, f64::max),
        };
        shapes.uids.push(uid(&unit.to_string()));
        shapes.parents.push(Some(uid("parent")));
        shapes.middle_deg.push(extent.centre_deg());
        shapes.extents.push(extent);
        for ring in *rings {
            let start = shapes.coords.len() as u32;
            shapes.coords.extend(ring.iter().map(|c| [(c[0] * SNAP_PER_DEG).round() as i32, (c[1] * SNAP_PER_DEG).round() as i32]));
            shapes.rings.push(Ring { unit: unit as u32, start, end: shapes.coords.len() as u32 });
        }
    }
    shapes
}

/// A box as a ring.
fn square(x: f64, y: f64, side: f64) -> [[f64; 2]; 4] {
    [[x, y], [x + side, y], [x + side, y + side], [x, y + side]]
}

/// A lattice whose inner corners are moved: a coverage without gap or overlap.
fn coverage(side: usize, moves: &[(f64, f64)]) -> Shapes {
    let corner = |x: usize, y: usize| {
        let inner = x > 0 && y > 0 && x < side && y < side;
        let (dx, dy) = if inner { moves[(y * side + x) % moves.len()] } else { (0.0, 0.0) };
        [110.0 + (x as f64 + dx) / side as f64, 35.0 + (y as f64 + dy) / side as f64]
    };
    let rings: Vec<[[f64; 2]; 4]> = (0..side * side)
        .map(|unit| (unit % side, unit / side))
        .map(|(x, y)| [corner(x, y), corner(x + 1, y), corner(x + 1, y + 1), corner(x, y + 1)])
        .collect();
    let rings: Vec<[&[[f64; 2]]; 1]> = rings.iter().map(|ring| [ring.as_slice()]).collect();
    shapes(&rings.iter().map(|r| r.as_slice()).collect::<Vec<_>>())
}

fn samples_of(raster: &Raster, unit: u32) -> usize {
    raster.samples.iter().filter(|&&u| u == unit).count()
}

/// Centre of a sample, degrees.
fn centre(raster: &Raster, at: usize) -> [f64; 2] {
    let (e, w, h) = (raster.extent, raster.width(), raster.height());
    let share = |n: usize, of: usize| (n as f64 + 0.5) / of as f64;
    [e.min_x_deg + share(at % w, w) * (e.max_x_deg - e.min_x_deg), e.max_y_deg - share(at / w, h) * (e.max_y_deg - e.min_y_deg)]
}

#[test]
fn nothing_to_draw_is_none() {
    let ring = square(110.0, 35.0, 1.0);
    let shapes = shapes(&[&[&ring]]);
    assert_eq!(rasterise(&Shapes::default(), None, SIZE, 1, &[]), None);
    for (cols_cells, rows_cells) in [(0, 20), (40, 0), (0, 0), (u16::MAX, 1)] {
        assert_eq!(rasterise(&shapes, None, MapSize { cols_cells, rows_cells, cell_aspect: 2.0 }, 1, &[]), None);
    }
    let nowhere = Extent { min_x_deg: f64::NAN, ..shapes.extents[0] };
    assert_eq!(rasterise(&shapes, Some(nowhere), SIZE, 1, &[]), None);
}

#[test]
fn one_cell_shows_the_unit() {
    let ring = square(110.0, 35.0, 1.0);
    let size = MapSize { cols_cells: 1, rows_cells: 1, cell_aspect: 2.0 };
    let raster = rasterise(&shapes(&[&[&ring]]), None, size, 7, &[]).expect("a raster");
    assert_eq!((raster.version, raster.samples.len()), (7, 8));
    assert!(samples_of(&raster, 0) > 0);
}

#[test]
fn holes_and_parts_follow_the_even_odd_rule() {
    let (outer, hole, island) = (square(110.0, 35.0, 1.0), square(110.25, 35.25, 0.5), square(110.4, 35.4, 0.2));
    let raster = rasterise(&shapes(&[&[&outer, &hole, &island]]), None, SIZE, 1, &[]).expect("a raster");
    let at = |x: f64, y: f64| {
        let (col, row) = cell_of(&raster, [x, y]).expect("inside");
        raster.cell(col, row)[0]
    };
    assert_eq!((at(110.1, 35.5), at(110.33, 35.5), at(110.5, 35.5)), (0, OUTSIDE, 0));
}

#[test]
fn what_lies_beyond_the_extent_is_cut_off() {
    let (near, far) = (square(110.0, 35.0, 1.0), square(115.0, 35.0, 1.0));
    let shapes = shapes(&[&[&near], &[&far]]);
    let inner = Extent { min_x_deg: 110.4, min_y_deg: 35.4, max_x_deg: 110.6, max_y_deg: 35.6 };
    let raster = rasterise(&shapes, Some(inner), SIZE, 1, &[(uid("p"), [110.5, 35.5]), (uid("q"), [115.5, 35.5])]).expect("a raster");
    assert!(raster.samples.iter().all(|&unit| unit == 0));
    assert!(raster.crowds.is_empty(), "the far unit is not in the extent, so it is not hidden");
    assert_eq!(raster.points, [(uid("p"), 20, 10)]);
}

#[test]
fn units_below_a_sample_are_merged_by_cell() {
    let big = square(110.0, 35.0, 1.0);
    let (a, b) = (square(110.5001, 35.5001, 1e-4), square(110.5003, 35.5003, 1e-4));
    let mut shapes = shapes(&[&[&big], &[&a], &[&b]]);
    // One without geometry is not on the map at all.
    shapes.uids.push(uid("none"));
    shapes.parents.push(None);
    shapes.middle_deg.push([f64::NAN; 2]);
    let raster = rasterise(&shapes, None, SIZE, 1, &[]).expect("a raster");
    let hidden: Vec<u32> = raster.crowds.iter().flat_map(|c| c.units.clone()).collect();
    assert_eq!(hidden, [1, 2]);
    assert!((raster.hidden_share - 2.0 / 3.0).abs() < 1e-6);
    assert_eq!(raster.group, [0, 0, 0, OUTSIDE]);
}

#[test]
fn a_unit_that_is_only_a_point_has_its_cell() {
    let mut shapes = shapes(&[&[]]);
    shapes.middle_deg[0] = [110.0, 35.0];
    let extent = Extent { min_x_deg: 110.0, min_y_deg: 35.0, max_x_deg: 110.0, max_y_deg: 35.0 };
    let raster = rasterise(&shapes, Some(extent), SIZE, 1, &[]).expect("a raster");
    assert_eq!(raster.crowds.len(), 1);
    assert!((raster.hidden_share - 1.0).abs() < f32::EPSILON);
}

#[test]
fn the_anchor_is_the_widest_run_near_the_middle() {
    let ring = square(110.0, 35.0, 1.0);
    let raster = rasterise(&shapes(&[&[&ring]]), None, SIZE, 1, &[]).expect("a raster");
    let anchor = raster.anchors[0];
    assert_eq!((anchor.unit, anchor.x_cells), (0, 20.0));
    assert!((9..=10).contains(&anchor.y_cells) && anchor.room_cells >= 30);
}

#[test]
fn fitting_keeps_the_middle_and_the_scale_of_both_axes() {
    let extent = Extent { min_x_deg: 110.0, min_y_deg: 59.5, max_x_deg: 111.0, max_y_deg: 60.5 };
    let fitted = fit(extent, SIZE);
    assert!(fitted.min_y_deg < 59.5 && fitted.max_x_deg > 111.0);
    let (w, h) = (fitted.max_x_deg - fitted.min_x_deg, fitted.max_y_deg - fitted.min_y_deg);
    // At 60° a degree of longitude is half as long; the area of 40×20 cells of 1:2 is square.
    assert!((w * 0.5 / h - 1.0).abs() < 1e-9);
    assert_eq!(fit(fitted, SIZE), fitted, "fitting twice changes nothing");
    assert_eq!(fit(fitted.scaled(0.5).moved(0.1, 0.1), SIZE), fitted.scaled(0.5).moved(0.1, 0.1));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_coverage_fills_its_box_without_gap(
        side in 1..12usize,
        moves in prop::collection::vec((-0.3..0.3f64, -0.3..0.3f64), 1..20),
        cols_cells in 4..60u16,
        rows_cells in 4..30u16,
    ) {
        let size = MapSize { cols_cells, rows_cells, cell_aspect: 2.0 };
        let raster = rasterise(&coverage(side, &moves), None, size, 1, &[]).expect("a raster");
        for (at, &unit) in raster.samples.iter().enumerate() {
            let [x, y] = centre(&raster, at);
            let inside = (110.0..111.0).contains(&x) && (35.0..36.0).contains(&y);
            prop_assert_eq!(unit != OUTSIDE, inside, "{} {}", x, y);
        }
        // Every unit has a sample or is in a crowd, once.
        let mut found = vec![0; side * side];
        raster.anchors.iter().for_each(|a| found[a.unit as usize] += 1);
        raster.crowds.iter().flat_map(|c| &c.units).for_each(|&unit| found[unit as usize] += 1);
        prop_assert!(found.iter().all(|&n| n == 1));
    }

    #[test]
    fn samples_of_a_triangle_lie_inside_it_and_make_up_its_area(
        corners in prop::array::uniform3((0.0..1.0f64, 0.0..1.0f64))
    ) {
        let [a, b, c] = corners.map(|(x, y)| [110.0 + x, 1.0 + y]);
        let cross = |p: [f64; 2], q: [f64; 2], r: [f64; 2]| (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]);
        let area = cross(a, b, c).abs() / 2.0;
        prop_assume!(area > 0.05);
        let view = Extent { min_x_deg: 110.0, min_y_deg: 1.0, max_x_deg: 111.0, max_y_deg: 2.0 };
        let raster = rasterise(&shapes(&[&[&[a, b, c]]]), Some(view), MapSize { cols_cells: 100, rows_cells: 50, cell_aspect: 2.0 }, 1, &[]).expect("a raster");
        for (at, _) in raster.samples.iter().enumerate().filter(|(_, unit)| **unit == 0) {
            let p = centre(&raster, at);
            let sides = [cross(a, b, p), cross(b, c, p), cross(c, a, p)];
            prop_assert!(sides.iter().all(|s| *s > -1e-6) || sides.iter().all(|s| *s < 1e-6));
        }
        let e = raster.extent;
        let sample = (e.max_x_deg - e.min_x_deg) * (e.max_y_deg - e.min_y_deg) / raster.samples.len() as f64;
        prop_assert!((samples_of(&raster, 0) as f64 * sample - area).abs() < 0.02);
    }
}
