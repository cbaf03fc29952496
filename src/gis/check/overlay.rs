//! What sets of loops enclose: the only place that calls geo's overlay.
//!
//! Its coordinates are snapped integers as `f64`, finite by construction: on a number that is none
//! the overlay would panic or be silent. It computes on an integer grid of 2^30 over the extent, on
//! which snapped coordinates of up to 50° stay exact.

use geo::bool_ops::{FillRule, OpType};
use geo::{BooleanOps as _, Coord, LineString, MultiPolygon, Polygon};

use crate::gis::shape::SNAP_PER_DEG;

/// A closed line in snapped units; the last place is not the first.
pub(super) type Loop = Vec<[f64; 2]>;

/// A shell and its holes, in snapped units.
pub(super) type Shape = Vec<Loop>;

fn polygons(loops: &[Loop]) -> MultiPolygon<f64> {
    let line = |l: &Loop| LineString::new(l.iter().chain(l.first()).map(|p| Coord { x: p[0], y: p[1] }).collect());
    MultiPolygon::new(loops.iter().filter(|l| l.len() > 2).map(|l| Polygon::new(line(l), Vec::new())).collect())
}

fn shapes(polygons: MultiPolygon<f64>) -> Vec<Shape> {
    let open = |line: &LineString<f64>| -> Loop {
        let places = line.0.split_last().map_or(&[][..], |(_, rest)| rest);
        places.iter().map(|c| [c.x, c.y]).collect()
    };
    // The overlay turns a hole that touches its shell like a shell.
    let turned = |line: &LineString<f64>, shell: bool| {
        let mut line = open(line);
        if (doubled_area(&line) > 0.0) != shell {
            line.reverse();
        }
        line
    };
    let shape = |p: &Polygon<f64>| -> Shape {
        std::iter::once(turned(p.exterior(), true)).chain(p.interiors().iter().map(|hole| turned(hole, false))).collect()
    };
    polygons.iter().map(shape).filter(|s: &Shape| s.first().is_some_and(|shell| shell.len() > 2)).collect()
}

fn run(subject: &[Loop], clip: &[Loop], op: OpType, fill: FillRule) -> Vec<Shape> {
    let (subject, clip) = (polygons(subject), polygons(clip));
    if subject.0.is_empty() && clip.0.is_empty() {
        return Vec::new();
    }
    shapes(subject.boolean_op_with_fill_rule(&clip, op, fill))
}

/// Where loops enclose a place an odd number of times.
pub(super) fn even_odd(loops: &[Loop]) -> Vec<Shape> {
    run(loops, &[], OpType::Union, FillRule::EvenOdd)
}

/// What rings mean that cross themselves or each other: everything that a shell runs round, however
/// often and whichever way, without what a hole runs round. So do GEOS (`MakeValid` by structure)
/// and JTS (`GeometryFixer`).
pub(super) fn by_structure(shells: &[Loop], holes: &[Loop]) -> Vec<Shape> {
    let round = |loops: &[Loop]| -> Vec<Loop> {
        loops.iter().flat_map(|line| run(std::slice::from_ref(line), &[], OpType::Union, FillRule::NonZero)).flatten().collect()
    };
    difference(&round(shells), &round(holes))
}

/// Where the subject covers and the clip does not. Loops run round their inside to the left.
pub(super) fn difference(subject: &[Loop], clip: &[Loop]) -> Vec<Shape> {
    run(subject, clip, OpType::Difference, FillRule::Positive)
}

/// Where both cover.
pub(super) fn intersection(subject: &[Loop], clip: &[Loop]) -> Vec<Shape> {
    run(subject, clip, OpType::Intersection, FillRule::Positive)
}

/// Where loops cover twice and more.
pub(super) fn twice(loops: &[Loop]) -> Vec<Shape> {
    let Some(frame) = frame(loops) else { return Vec::new() };
    // A frame run the other way round takes one away everywhere.
    let all: Vec<Loop> = loops.iter().cloned().chain([frame]).collect();
    run(&all, &[], OpType::Union, FillRule::Positive)
}

/// The places around which loops cover, but not they themselves: closed in on all sides.
pub(super) fn enclosed(loops: &[Loop]) -> Vec<Shape> {
    // The inner rings of what is covered, less the islands in them.
    let holes: Vec<Loop> = run(loops, &[], OpType::Union, FillRule::Positive).into_iter().flat_map(|s| s.into_iter().skip(1)).collect();
    let holes: Vec<Loop> =
        holes.into_iter().map(|hole| if doubled_area(&hole) < 0.0 { hole.into_iter().rev().collect() } else { hole }).collect();
    difference(&holes, loops)
}

/// A box around loops, run with its inside to the right.
fn frame(loops: &[Loop]) -> Option<Loop> {
    let first = *loops.iter().flatten().next()?;
    let (min, max) = loops.iter().flatten().fold((first, first), |(min, max): ([f64; 2], [f64; 2]), p| {
        ([min[0].min(p[0]), min[1].min(p[1])], [max[0].max(p[0]), max[1].max(p[1])])
    });
    let ([w, s], [e, n]) = (min.map(|v| v - 2.0), max.map(|v| v + 2.0));
    Some(vec![[w, s], [w, n], [e, n], [e, s]])
}

/// Twice the signed area of a loop, snapped units squared; above 0 with its inside to the left.
pub(super) fn doubled_area(line: &[[f64; 2]]) -> f64 {
    let Some(&[x0, y0]) = line.first() else { return 0.0 };
    let next = line.iter().skip(1).chain(line.first());
    line.iter().zip(next).map(|(a, b)| (a[0] - x0) * (b[1] - y0) - (b[0] - x0) * (a[1] - y0)).sum()
}

/// Loops in degrees.
pub(super) fn degrees(shape: &Shape) -> Vec<Vec<[f64; 2]>> {
    shape.iter().map(|line| line.iter().map(|p| p.map(|v| v / SNAP_PER_DEG)).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(x: f64, y: f64, side: f64) -> Loop {
        vec![[x, y], [x + side, y], [x + side, y + side], [x, y + side]]
    }

    fn area(shapes: &[Shape]) -> f64 {
        shapes.iter().flatten().map(|l| doubled_area(l) / 2.0).sum()
    }

    #[test]
    fn coverings_are_counted() {
        let two = [square(0.0, 0.0, 10.0), square(6.0, 0.0, 10.0)];
        assert_eq!(area(&twice(&two)), 40.0);
        assert_eq!(area(&twice(&two[..1])), 0.0);
        assert_eq!(area(&difference(&two[..1], &two[1..])), 60.0);
        assert_eq!(area(&intersection(&two[..1], &two[1..])), 40.0);
        assert!(twice(&[]).is_empty() && even_odd(&[]).is_empty());
    }

    #[test]
    fn a_court_is_enclosed_and_the_house_in_it_is_not() {
        let mut hole = square(2.0, 2.0, 6.0);
        hole.reverse();
        let loops = [square(0.0, 0.0, 10.0), hole, square(4.0, 4.0, 2.0)];
        assert_eq!(area(&enclosed(&loops)), 32.0);
        assert!(enclosed(&loops[..1]).is_empty());
    }

    #[test]
    fn a_figure_of_eight_falls_into_its_halves() {
        let eight = vec![[0.0, 0.0], [4.0, 4.0], [4.0, 0.0], [0.0, 4.0]];
        let halves = even_odd(&[eight]);
        assert_eq!((halves.len(), area(&halves)), (2, 8.0));
    }

    #[test]
    fn a_hole_in_a_ring_that_touches_itself_stays_one() {
        let touching = vec![[0.0, 0.0], [8.0, 0.0], [8.0, 8.0], [4.0, 8.0], [6.0, 4.0], [2.0, 4.0], [4.0, 8.0], [0.0, 8.0]];
        assert_eq!(area(&even_odd(&[touching])), 56.0);
    }

    #[test]
    fn whole_numbers_far_from_the_origin_stay_exact() {
        let far = square(1_080_000_001.0, 220_000_003.0, 11_000_001.0);
        assert_eq!(even_odd(std::slice::from_ref(&far))[0][0].len(), 4);
        assert_eq!(area(&even_odd(&[far])), 11_000_001.0_f64.powi(2));
    }
}
