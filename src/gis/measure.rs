//! Stand-in until measures are merged.

/// Area, km².
#[must_use]
pub fn area_km2(rings_deg: &[&[[f64; 2]]]) -> f64 {
    rings_deg
        .iter()
        .map(|r| (0..r.len()).map(|i| r[i][0] * r[(i + 1) % r.len()][1] - r[(i + 1) % r.len()][0] * r[i][1]).sum::<f64>().abs() / 2.0)
        .sum::<f64>()
        * 12_300.0
}
/// Point in polygon, even-odd.
#[must_use]
pub fn contains(rings_deg: &[&[[f64; 2]]], [x, y]: [f64; 2]) -> bool {
    let mut inside = false;
    for r in rings_deg {
        for i in 0..r.len() {
            let (a, b) = (r[i], r[(i + 1) % r.len()]);
            if (a[1] > y) != (b[1] > y) && x < (b[0] - a[0]) * (y - a[1]) / (b[1] - a[1]) + a[0] {
                inside = !inside;
            }
        }
    }
    inside
}
