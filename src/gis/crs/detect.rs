//! Whether a layer is shifted against what is loaded, as GCJ-02 and BD-09 would shift it.

use super::shift::Shift;

/// Units that must be matched before anything is said.
const PAIRS_MIN: usize = 5;
/// A shift below this is no shift of the coordinates, metres: the systems shift by 100 to 1,500 m.
const SHIFT_MIN_M: f64 = 50.0;
/// Metres of a degree of latitude, mean.
const DEGREE_M: f64 = 111_195.0;

/// What was measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Displacement {
    /// Units compared.
    pub pairs: usize,
    /// Median way from the loaded place to the new one, metres east and north.
    pub median_m: [f64; 2],
    /// Its length, metres.
    pub length_m: f64,
    /// The system that explains it best, where one does.
    pub system: Option<Shift>,
    /// Median distance that remains once that system's shift is taken off, metres.
    pub remains_m: f64,
    /// Share of the units that come closer by it, 0 to 1.
    pub confidence: f64,
}

/// Compares the middles of units that are in both: first the new place, then the loaded one,
/// degrees. `None` where fewer than five could be matched or nothing is shifted.
#[must_use]
pub fn displacement(pairs_deg: &[([f64; 2], [f64; 2])]) -> Option<Displacement> {
    if pairs_deg.len() < PAIRS_MIN {
        return None;
    }
    let ways: Vec<[f64; 2]> = pairs_deg.iter().map(|(new, loaded)| metres(*loaded, *new)).collect();
    let median_m = [median(ways.iter().map(|w| w[0])), median(ways.iter().map(|w| w[1]))];
    let length_m = median_m[0].hypot(median_m[1]);
    if length_m < SHIFT_MIN_M {
        return None;
    }
    let distance = |way: [f64; 2]| way[0].hypot(way[1]);
    let best = [Shift::Gcj02, Shift::Bd09]
        .map(|system| {
            let left: Vec<f64> = pairs_deg.iter().map(|(new, loaded)| distance(metres(*loaded, system.remove(*new)))).collect();
            let closer = left.iter().zip(&ways).filter(|(left, way)| **left < distance(**way) / 2.0).count();
            (system, median(left.iter().copied()), closer)
        })
        .into_iter()
        .min_by(|a, b| a.1.total_cmp(&b.1));
    let (system, remains_m, closer) = best?;
    #[expect(clippy::cast_precision_loss, reason = "counts of units")]
    let confidence = closer as f64 / pairs_deg.len() as f64;
    let explained = remains_m < length_m / 4.0 && confidence >= 0.5;
    Some(Displacement {
        pairs: pairs_deg.len(),
        median_m,
        length_m,
        system: explained.then_some(system),
        remains_m: if explained { remains_m } else { length_m },
        confidence,
    })
}

/// The way from one place to another nearby, metres east and north.
fn metres(from: [f64; 2], to: [f64; 2]) -> [f64; 2] {
    let middle_rad = ((from[1] + to[1]) / 2.0).to_radians();
    [(to[0] - from[0]) * DEGREE_M * middle_rad.cos(), (to[1] - from[1]) * DEGREE_M]
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units() -> impl Iterator<Item = [f64; 2]> {
        (0..40_u32).map(|n| [107.0 + f64::from(n % 8) * 0.05, 36.0 + f64::from(n / 8) * 0.04])
    }

    #[test]
    fn the_system_of_a_shifted_layer_is_named_with_its_metres() {
        for system in [Shift::Gcj02, Shift::Bd09] {
            // Middles of two versions of one boundary differ a little; some units differ much.
            let pairs: Vec<_> = units()
                .enumerate()
                .map(|(n, place)| {
                    let [x, y] = system.apply(place);
                    let own = if n % 10 == 0 { 0.01 } else { 0.0002 * f64::from(n as u32 % 3) };
                    ([x + own, y], place)
                })
                .collect();
            let found = displacement(&pairs).expect("a shift");
            assert_eq!((found.system, found.pairs), (Some(system), 40));
            assert!(found.length_m > 100.0 && found.remains_m < 40.0 && found.confidence > 0.8, "{found:?}");
        }
    }

    #[test]
    fn other_displacements_are_measured_and_not_named() {
        let moved: Vec<_> = units().map(|[x, y]| ([x - 0.002, y - 0.002], [x, y])).collect();
        let found = displacement(&moved).expect("a shift");
        assert_eq!(found.system, None);
        assert!((found.median_m[1] + 222.4).abs() < 1.0, "{found:?}");
        let same: Vec<_> = units().map(|p| (p, p)).collect();
        assert_eq!(displacement(&same), None);
        assert_eq!(displacement(&moved[..4]), None);
    }
}
