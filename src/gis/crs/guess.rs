//! Which systems the numbers of a map could be in, by their size alone.
//!
//! A guess is shown with its reason and asked; it is never taken.

use crate::domain::problem::{Problem, Severity};

/// A system that numbers could be in.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// The system, as [`super::Crs::parse`] takes it.
    pub crs: String,
    /// Why, worded like a problem.
    pub reason: Problem,
}

/// Northing of 3° N and 54° N, metres from the equator: China from the southern reefs to the river.
const NORTHING_M: [f64; 2] = [330_000.0, 6_000_000.0];
/// Easting within a 3° or 6° zone, without its number, metres.
const EASTING_M: [f64; 2] = [100_000.0, 900_000.0];
/// Web Mercator of China, metres.
const WEB_X_M: [f64; 2] = [8_000_000.0, 15_100_000.0];
const WEB_Y_M: [f64; 2] = [330_000.0, 7_200_000.0];
/// China in degrees.
const LONGITUDE_DEG: [f64; 2] = [73.0, 136.0];
const LATITUDE_DEG: [f64; 2] = [3.0, 54.0];

fn within(least: f64, most: f64, range: [f64; 2]) -> bool {
    range[0] <= least && most <= range[1]
}

/// Systems for positions from `least` to `most`, the likeliest first.
#[must_use]
pub fn candidates(least: [f64; 2], most: [f64; 2]) -> Vec<Candidate> {
    let straight = in_order(least, most, false);
    if !straight.is_empty() {
        return straight;
    }
    in_order([least[1], least[0]], [most[1], most[0]], true)
}

fn in_order(least: [f64; 2], most: [f64; 2], swapped: bool) -> Vec<Candidate> {
    let mut out = Vec::new();
    let mut add = |crs: &str, code: &str, args: &[String]| {
        let crs = if swapped { format!("{crs} swapped") } else { crs.to_owned() };
        let reason = args.iter().fold(Problem::new(code, Severity::Mark, ""), Problem::arg);
        out.push(Candidate { crs, reason });
    };
    if within(least[0], most[0], [-180.0, 180.0]) && within(least[1], most[1], [-90.0, 90.0]) {
        if within(least[0], most[0], LONGITUDE_DEG) && within(least[1], most[1], LATITUDE_DEG) {
            add("EPSG:4490", "E_GUESS_DEGREES", &[]);
            add("gcj02", "E_GUESS_SHIFTED", &[]);
            add("bd09", "E_GUESS_SHIFTED", &[]);
        } else if !within(least[1], most[1], LONGITUDE_DEG) || !within(least[0], most[0], LATITUDE_DEG) {
            add("EPSG:4326", "E_GUESS_DEGREES", &[]);
        }
        return out;
    }
    if within(least[1], most[1], NORTHING_M) {
        // The zone number stands in the millions of the easting.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small positive number")]
        let zone = (least[0] / 1e6).floor().clamp(0.0, 99.0) as u32;
        let inside = [0, 1].map(|n| if n == 0 { least[0] } else { most[0] } - f64::from(zone) * 1e6);
        if within(inside[0], inside[1], EASTING_M) {
            match zone {
                13..=23 => add(&format!("EPSG:{}", 4491 + zone - 13), "E_GUESS_ZONE", &[zone.to_string(), (zone * 6 - 3).to_string()]),
                25..=45 => add(&format!("EPSG:{}", 4513 + zone - 25), "E_GUESS_ZONE", &[zone.to_string(), (zone * 3).to_string()]),
                0 => {
                    for meridian in (75..=135).step_by(3) {
                        let code = 4534 + (meridian - 75) / 3;
                        add(&format!("EPSG:{code}"), "E_GUESS_MERIDIAN", &[meridian.to_string()]);
                    }
                }
                _ => {}
            }
        }
    }
    if within(least[0], most[0], WEB_X_M) && within(least[1], most[1], WEB_Y_M) {
        add("EPSG:3857", "E_GUESS_WEB", &[]);
    }
    out
}

/// The names of the first candidates of one position as a message shows it, `x,y`.
pub(crate) fn names(position: &str) -> String {
    let mut numbers = position.split(',').map(|n| n.trim().parse::<f64>());
    let (Some(Ok(x)), Some(Ok(y))) = (numbers.next(), numbers.next()) else { return String::new() };
    let found = candidates([x, y], [x, y]);
    let names: Vec<&str> = found.iter().take(3).map(|c| c.crs.as_str()).collect();
    names.join(", ")
}

/// Whether degrees only make sense with the latitude first, although both numbers are in range: in
/// the west of China a longitude may pass for a latitude.
pub(crate) fn looks_swapped(coords_deg: &[[f64; 2]]) -> bool {
    !coords_deg.is_empty() && coords_deg.iter().all(|[x, y]| within(*x, *x, LATITUDE_DEG) && within(*y, *y, [LONGITUDE_DEG[0], 90.0]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(least: [f64; 2], most: [f64; 2]) -> Vec<String> {
        candidates(least, most).into_iter().map(|c| c.crs).take(2).collect()
    }

    #[test]
    fn the_size_of_the_numbers_names_the_system() {
        assert_eq!(first([107.1, 36.0], [107.9, 36.8]), ["EPSG:4490", "gcj02"]);
        assert_eq!(first([36.0, 107.1], [36.8, 107.9]), ["EPSG:4490 swapped", "gcj02 swapped"]);
        assert_eq!(first([36_420_000.0, 3_990_000.0], [36_480_000.0, 4_030_000.0]), ["EPSG:4524"]);
        assert_eq!(first([3_990_000.0, 36_420_000.0], [4_030_000.0, 36_480_000.0]), ["EPSG:4524 swapped"]);
        assert_eq!(first([18_420_000.0, 3_990_000.0], [18_480_000.0, 4_030_000.0]), ["EPSG:4496"]);
        assert_eq!(first([420_000.0, 3_990_000.0], [480_000.0, 4_030_000.0]), ["EPSG:4534", "EPSG:4535"]);
        assert_eq!(first([11_920_000.0, 4_300_000.0], [11_990_000.0, 4_400_000.0]), ["EPSG:3857"]);
        assert_eq!(first([-5.9, 49.9], [-4.2, 50.9]), ["EPSG:4326"]);
        assert!(first([1e9, 1e9], [2e9, 2e9]).is_empty());
        assert_eq!(names("36420000.5,3990000"), "EPSG:4524");
    }

    #[test]
    fn every_candidate_can_be_used() {
        for position in ["107,36", "36,107", "36420000,3990000", "420000,3990000", "3990000,420000", "11920000,4300000"] {
            let mut numbers = position.split(',').map(|n| n.parse::<f64>().expect("a number"));
            let at = [numbers.next().expect("x"), numbers.next().expect("y")];
            for candidate in candidates(at, at) {
                let converter = super::super::Crs::parse(&candidate.crs).and_then(|c| c.converter()).expect("a known system");
                assert!(converter.to_degrees(at).is_some(), "{} {position}", candidate.crs);
            }
        }
    }
}
