//! Whether a place lies near what it is said to belong to.

use geo::{Distance as _, Geodesic, Point};

use super::measure;
use crate::domain::scene::Extent;

/// How far outside of its unit a place may lie, metres: what a position by satellite and a border drawn
/// at 1:10,000 may be off by together.
pub const NEAR_M: f64 = 50.0;

/// The unit that a place lies in, beside the one that it is said to belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Around {
    /// It, or one above or below it.
    Own,
    /// Another.
    Other,
    /// None that is drawn.
    Nothing,
}

/// What is wrong with a place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Astray {
    /// 0° east, 0° north: what programs write where nothing is known.
    Zero,
    /// Longitude and latitude seem to be exchanged.
    Swapped,
    /// Outside of the whole county.
    Outside {
        /// Distance from its unit, or from the county where that is not drawn, metres.
        by_m: f64,
    },
    /// In another unit.
    Elsewhere {
        /// Distance from its unit, metres; `None` where that is not drawn.
        by_m: Option<f64>,
    },
    /// Outside of its unit, in no other one.
    Nowhere {
        /// Distance from its unit, metres.
        by_m: f64,
    },
}

/// Holds a place against the unit that it is said to belong to (its rings, degrees, where it is drawn)
/// and against the whole county.
#[must_use]
pub fn judge(place_deg: [f64; 2], whole: &Extent, around: Around, own_deg: Option<&[&[[f64; 2]]]>) -> Option<Astray> {
    if around == Around::Own {
        return None;
    }
    let beyond_m = beyond_m(whole, place_deg);
    if place_deg == [0.0, 0.0] && beyond_m > 0.0 {
        return Some(Astray::Zero);
    }
    let [x, y] = place_deg;
    let by_m = own_deg.map(|rings| distance_m(rings, place_deg));
    if beyond_m > NEAR_M {
        let swapped = y.abs() <= 180.0 && x.abs() <= 90.0 && self::beyond_m(whole, [y, x]) <= NEAR_M;
        return Some(if swapped { Astray::Swapped } else { Astray::Outside { by_m: by_m.unwrap_or(beyond_m) } });
    }
    match (around, by_m) {
        (_, Some(by_m)) if by_m <= NEAR_M => None,
        (Around::Other, by_m) => Some(Astray::Elsewhere { by_m }),
        (_, Some(by_m)) => Some(Astray::Nowhere { by_m }),
        (_, None) => None,
    }
}

/// Whether two numbers are no place as they stand, and one when exchanged.
#[must_use]
pub fn only_swapped(x: f64, y: f64) -> bool {
    (90.0..=180.0).contains(&y.abs()) && x.abs() <= 90.0
}

/// A distance as people write it: `0.3 m`, `120 m`, `3.4 km`.
#[must_use]
pub fn shown(metres: f64) -> String {
    match metres {
        10.0..1000.0 => format!("{metres:.0} m"),
        1000.0.. => format!("{:.1} km", metres / 1000.0),
        _ => format!("{metres:.1} m"),
    }
}

/// Distance of a place from a box, metres; 0 inside.
fn beyond_m(whole: &Extent, [x, y]: [f64; 2]) -> f64 {
    let nearest = [x.clamp(whole.min_x_deg, whole.max_x_deg), y.clamp(whole.min_y_deg, whole.max_y_deg)];
    apart_m([x, y], nearest)
}

/// Distance of a place from an area by the even-odd rule, metres on the WGS 84 ellipsoid to the nearest
/// place of its border; 0 inside, infinite where there is no border.
#[must_use]
pub fn distance_m(rings_deg: &[&[[f64; 2]]], place_deg: [f64; 2]) -> f64 {
    if measure::contains(rings_deg, place_deg) {
        return 0.0;
    }
    let [x, y] = place_deg;
    // A degree of longitude is shorter than one of latitude; on that plane the nearest place is sought.
    let narrow = y.to_radians().cos().max(f64::EPSILON);
    let flat = |p: [f64; 2]| [(p[0] - x) * narrow, p[1] - y];
    let mut best: Option<(f64, [f64; 2])> = None;
    for (a, b) in rings_deg.iter().flat_map(|ring| measure::edges(ring)) {
        let ([ax, ay], [bx, by]) = (flat(a), flat(b));
        let (dx, dy) = (bx - ax, by - ay);
        let long = dx * dx + dy * dy;
        let share = if long > 0.0 { (-(ax * dx + ay * dy) / long).clamp(0.0, 1.0) } else { 0.0 };
        let (nx, ny) = (ax + share * dx, ay + share * dy);
        let square = nx * nx + ny * ny;
        if best.is_none_or(|(least, _)| square < least) {
            best = Some((square, [a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])]));
        }
    }
    best.map_or(f64::INFINITY, |(_, nearest)| apart_m(place_deg, nearest))
}

fn apart_m(a: [f64; 2], b: [f64; 2]) -> f64 {
    Geodesic.distance(Point::from(a), Point::from(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SQUARE: [[f64; 2]; 4] = [[107.0, 36.0], [107.1, 36.0], [107.1, 36.1], [107.0, 36.1]];
    const WHOLE: Extent = Extent { min_x_deg: 107.0, min_y_deg: 36.0, max_x_deg: 107.5, max_y_deg: 36.5 };
    /// A degree of latitude and of longitude at 36° north, metres (WGS 84).
    const DEGREE_M: [f64; 2] = [90_163.0, 110_961.0];

    #[test]
    fn distances_are_those_to_the_nearest_edge_or_corner() {
        let rings: [&[[f64; 2]]; 1] = [&SQUARE];
        assert_eq!(distance_m(&rings, [107.05, 36.05]), 0.0);
        for (place, metres) in [
            ([107.05, 35.99], DEGREE_M[1] * 0.01),
            ([106.99, 36.0], DEGREE_M[0] * 0.01),
            ([106.99, 35.99], (DEGREE_M[0] * 0.01).hypot(DEGREE_M[1] * 0.01)),
            ([106.0, 36.0], DEGREE_M[0]),
        ] {
            let found = distance_m(&rings, place);
            assert!((found / metres - 1.0).abs() < 1e-3, "{place:?}: {found} {metres}");
        }
        assert_eq!(distance_m(&[], [107.0, 36.0]), f64::INFINITY);
    }

    #[test]
    fn places_are_judged_by_the_worst_that_is_wrong_with_them() {
        let rings: [&[[f64; 2]]; 1] = [&SQUARE];
        let judged = |place, around| judge(place, &WHOLE, around, Some(&rings));
        assert_eq!(judged([107.05, 36.05], Around::Own), None);
        assert_eq!(judged([0.0, 0.0], Around::Nothing), Some(Astray::Zero));
        let west = Extent { min_x_deg: 80.0, min_y_deg: 40.0, max_x_deg: 81.0, max_y_deg: 41.0 };
        assert_eq!(judge([40.5, 80.5], &west, Around::Nothing, None), Some(Astray::Swapped));
        assert!(matches!(judged([110.0, 36.05], Around::Nothing), Some(Astray::Outside { by_m }) if by_m > 250_000.0));
        assert!(matches!(judged([107.2, 36.05], Around::Other), Some(Astray::Elsewhere { by_m: Some(m) }) if (m - 9_010.0).abs() < 10.0));
        assert!(matches!(judged([107.2, 36.05], Around::Nothing), Some(Astray::Nowhere { .. })));
        // 27 m beside its border, and what is not drawn at all.
        assert_eq!(judged([107.1003, 36.05], Around::Other), None);
        assert_eq!(judge([107.2, 36.05], &WHOLE, Around::Other, None), Some(Astray::Elsewhere { by_m: None }));
        assert_eq!(judge([107.2, 36.05], &WHOLE, Around::Nothing, None), None);
    }

    #[test]
    fn a_latitude_beyond_the_pole_is_a_longitude() {
        assert!(only_swapped(36.05, 107.05));
        for (x, y) in [(107.05, 36.05), (200.0, 36.0), (107.0, 107.0), (36.0, 190.0), (f64::NAN, 100.0)] {
            assert!(!only_swapped(x, y), "{x}, {y}");
        }
        assert_eq!([shown(0.26), shown(49.6), shown(999.4), shown(12_345.0)], ["0.3 m", "50 m", "999 m", "12.3 km"]);
    }
}
