//! Areas and distances on the ellipsoid, from the original geometry.

use geo::{Coord, GeodesicArea, LineString, Polygon};

/// Square metres in a square kilometre.
const M2_PER_KM2: f64 = 1e6;

/// The area inside rings by the even-odd rule, square kilometres on the WGS 84 ellipsoid (Karney
/// 2013, "Algorithms for geodesics").
///
/// Rings need not be closed, nor turn any particular way; they must not cross each other.
#[must_use]
pub fn area_km2(rings_deg: &[&[[f64; 2]]]) -> f64 {
    let boxes: Vec<Option<Box2>> = rings_deg.iter().map(|r| Box2::around(r)).collect();
    let area_m2: f64 = rings_deg
        .iter()
        .enumerate()
        .map(|(n, ring)| {
            // How many other rings lie around this one: even adds, odd takes away. Rings may touch
            // in a vertex, so the middle of an edge is asked.
            let Some(inside) = ring.get(..2).map(|e| [f64::midpoint(e[0][0], e[1][0]), f64::midpoint(e[0][1], e[1][1])]) else {
                return 0.0;
            };
            let around = rings_deg
                .iter()
                .enumerate()
                .filter(|(m, other)| *m != n && boxes[*m].is_some_and(|b| b.contains(inside)) && contains(&[other], inside));
            let sign = if around.count() % 2 == 0 { 1.0 } else { -1.0 };
            sign * ring_area_m2(ring)
        })
        .sum();
    area_m2 / M2_PER_KM2
}

fn ring_area_m2(ring_deg: &[[f64; 2]]) -> f64 {
    let line: LineString<f64> = ring_deg.iter().map(|p| Coord { x: p[0], y: p[1] }).collect();
    // `Polygon::new` closes it; the sign tells only which way it turns.
    Polygon::new(line, Vec::new()).geodesic_area_signed().abs()
}

#[derive(Clone, Copy)]
struct Box2 {
    min: [f64; 2],
    max: [f64; 2],
}

impl Box2 {
    fn around(ring: &[[f64; 2]]) -> Option<Self> {
        let first = *ring.first()?;
        Some(ring.iter().fold(Self { min: first, max: first }, |b, p| Self {
            min: [b.min[0].min(p[0]), b.min[1].min(p[1])],
            max: [b.max[0].max(p[0]), b.max[1].max(p[1])],
        }))
    }

    fn contains(&self, p: [f64; 2]) -> bool {
        (0..2).all(|n| self.min[n] <= p[n] && p[n] <= self.max[n])
    }
}

/// The edges of a ring, the closing one last.
pub(super) fn edges(ring: &[[f64; 2]]) -> impl Iterator<Item = ([f64; 2], [f64; 2])> {
    ring.iter().copied().zip(ring.iter().copied().cycle().skip(1))
}

/// Whether a point lies inside by the even-odd rule. Of two units that share a border, a point on
/// it lies in one of them at most.
#[must_use]
pub fn contains(rings_deg: &[&[[f64; 2]]], point_deg: [f64; 2]) -> bool {
    let [x, y] = point_deg;
    let mut inside = false;
    for ring in rings_deg {
        for (a, b) in edges(ring) {
            if (a[1] > y) != (b[1] > y) {
                // From the lower end up, so that both sides of a border compute the same number.
                let (low, high) = if a[1] < b[1] { (a, b) } else { (b, a) };
                inside ^= x < crossing(low, high, y);
            }
        }
    }
    inside
}

/// Where an edge crosses a height.
fn crossing(low: [f64; 2], high: [f64; 2], y: f64) -> f64 {
    low[0] + (y - low[1]) / (high[1] - low[1]) * (high[0] - low[0])
}

/// A point inside: the middle of the widest run at the middle height. The mean of the positions
/// where there is no inside (a point, a line); NaN without any position.
#[must_use]
pub fn middle_deg(rings_deg: &[&[[f64; 2]]]) -> [f64; 2] {
    let (mut south, mut north) = (f64::MAX, f64::MIN);
    for p in rings_deg.iter().flat_map(|r| r.iter()) {
        south = south.min(p[1]);
        north = north.max(p[1]);
    }
    let y = f64::midpoint(south, north);
    let mut crossings: Vec<f64> = Vec::new();
    for ring in rings_deg {
        let above = edges(ring).filter(|(a, b)| (a[1] > y) != (b[1] > y));
        crossings.extend(above.map(|(a, b)| if a[1] < b[1] { crossing(a, b, y) } else { crossing(b, a, y) }));
    }
    crossings.sort_unstable_by(f64::total_cmp);
    let runs = crossings.chunks_exact(2).map(|run| (run[1] - run[0], f64::midpoint(run[0], run[1])));
    match runs.max_by(|a, b| a.0.total_cmp(&b.0)) {
        Some((_, x)) => [x, y],
        None => mean_deg(rings_deg),
    }
}

fn mean_deg(rings_deg: &[&[[f64; 2]]]) -> [f64; 2] {
    let count: usize = rings_deg.iter().map(|r| r.len()).sum();
    let sum = rings_deg.iter().flat_map(|r| r.iter()).fold([0.0, 0.0], |s, p| [s[0] + p[0], s[1] + p[1]]);
    sum.map(|s: f64| s / count as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SQUARE: [[f64; 2]; 4] = [[107.0, 36.0], [108.0, 36.0], [108.0, 37.0], [107.0, 37.0]];

    fn scaled(by: f64) -> Vec<[f64; 2]> {
        SQUARE.iter().map(|p| [107.5 + (p[0] - 107.5) * by, 36.5 + (p[1] - 36.5) * by]).collect()
    }

    #[test]
    fn a_square_degree_has_its_area_on_the_ellipsoid_whichever_way_it_turns() {
        // Band between 36° and 37° of the WGS 84 ellipsoid, one degree wide; its edges are
        // geodesics, not parallels, which adds less than 0.1 %.
        let (e2, b2) = (0.006_694_379_990_14_f64, 6_356_752.314_245_f64.powi(2));
        let e = e2.sqrt();
        let q = |lat: f64| {
            let s = lat.to_radians().sin();
            s / (1.0 - e2 * s * s) + (e * s).atanh() / e
        };
        let band = b2 / 2.0 * (q(37.0) - q(36.0)) * 1_f64.to_radians() / 1e6;
        let area = area_km2(&[&SQUARE]);
        assert!((area / band - 1.0).abs() < 1e-3, "{area} {band}");
        let mut back = SQUARE;
        back.reverse();
        assert!((area_km2(&[&back]) - area).abs() < 1e-9);
    }

    #[test]
    fn holes_take_away_and_islands_in_them_add() {
        let (hole, island) = (scaled(0.5), scaled(0.25));
        let whole = area_km2(&[&SQUARE]);
        let (a, b) = (area_km2(&[&hole]), area_km2(&[&island]));
        assert!((area_km2(&[&hole, &SQUARE, &island]) - (whole - a + b)).abs() < 1e-6);
        assert_eq!(area_km2(&[]), 0.0);
        assert_eq!(area_km2(&[&[[1.0, 1.0]]]), 0.0);
    }

    #[test]
    fn a_point_on_a_shared_border_lies_in_one_unit() {
        let west = SQUARE;
        let east = SQUARE.map(|p| [p[0] + 1.0, p[1]]);
        let on = [108.0, 36.3];
        assert!(contains(&[&west], on) != contains(&[&east], on));
        assert!(contains(&[&SQUARE], [107.5, 36.5]));
        assert!(!contains(&[&SQUARE, &scaled(0.5)], [107.5, 36.5]));
    }

    #[test]
    fn the_middle_lies_inside_also_with_a_hole_and_in_a_horseshoe() {
        let hole = scaled(0.5);
        let rings: [&[[f64; 2]]; 2] = [&SQUARE, &hole];
        assert!(contains(&rings, middle_deg(&rings)));
        let shoe: &[[f64; 2]] = &[[0.0, 0.0], [5.0, 0.0], [5.0, 5.0], [4.0, 5.0], [4.0, 1.0], [2.0, 1.0], [2.0, 5.0], [0.0, 5.0]];
        assert!(contains(&[shoe], middle_deg(&[shoe])));
        assert_eq!(middle_deg(&[&[[1.0, 2.0]]]), [1.0, 2.0]);
        assert!(middle_deg(&[])[0].is_nan());
    }
}
