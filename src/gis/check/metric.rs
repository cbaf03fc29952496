//! Sizes in metres of shapes in degrees.

use crate::domain::quality::Size;
use crate::domain::scene::Extent;

/// Semi-major axis of WGS 84, metres, and its first eccentricity squared.
const AXIS_M: f64 = 6_378_137.0;
const E2: f64 = 0.006_694_379_990_14;

/// Metres per degree of longitude and latitude at a latitude, on the WGS 84 ellipsoid.
pub(super) fn metres_per_deg(lat_deg: f64) -> [f64; 2] {
    let (sin, cos) = lat_deg.to_radians().sin_cos();
    let w2 = 1.0 - E2 * sin * sin;
    let prime = AXIS_M / w2.sqrt();
    [prime * cos, prime * (1.0 - E2) / w2].map(f64::to_radians)
}

/// Area and half the circumference of a shape, metres, on the plane that touches the ellipsoid at
/// its first place: right to 1e-6 for what is a few kilometres wide, enough to tell what is listed.
pub(super) fn size(rings_deg: &[Vec<[f64; 2]>]) -> Size {
    let Some(&[x0, y0]) = rings_deg.first().and_then(|r| r.first()) else { return Size::default() };
    let [mx, my] = metres_per_deg(y0);
    let (mut area, mut length) = (0.0, 0.0);
    for ring in rings_deg {
        let places = ring.iter().chain(ring.first()).map(|p| [(p[0] - x0) * mx, (p[1] - y0) * my]);
        let mut doubled = 0.0;
        let mut before: Option<[f64; 2]> = None;
        for p in places {
            if let Some(a) = before {
                doubled += a[0] * p[1] - p[0] * a[1];
                length += (p[0] - a[0]).hypot(p[1] - a[1]);
            }
            before = Some(p);
        }
        area += doubled / 2.0;
    }
    Size { area_m2: area.abs(), length_m: length / 2.0 }
}

/// The box around positions; `None` without any.
pub(super) fn extent<'p>(places_deg: impl IntoIterator<Item = &'p [f64; 2]>) -> Option<Extent> {
    places_deg.into_iter().fold(None, |extent: Option<Extent>, p| {
        let this = Extent { min_x_deg: p[0], min_y_deg: p[1], max_x_deg: p[0], max_y_deg: p[1] };
        Some(extent.map_or(this, |e| e.union(this)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_degree_has_the_length_of_the_tables() {
        // Lengths of a degree on WGS 84 at 45°: 78,846.8 m and 111,131.8 m.
        let [x, y] = metres_per_deg(45.0);
        assert!((x - 78_846.8).abs() < 0.1 && (y - 111_131.8).abs() < 0.1, "{x} {y}");
    }

    #[test]
    fn a_strip_has_its_width() {
        let [mx, my] = metres_per_deg(36.0);
        let strip =
            vec![vec![[107.0, 36.0], [107.0 + 1000.0 / mx, 36.0], [107.0 + 1000.0 / mx, 36.0 + 2.0 / my], [107.0, 36.0 + 2.0 / my]]];
        let size = size(&strip);
        assert!((size.area_m2 - 2000.0).abs() < 0.1 && (size.width_m() - 2.0).abs() < 0.01, "{size:?}");
    }
}
