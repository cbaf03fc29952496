//! What is wrong with a ring.

/// A ring that cannot be used, or only after mending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RingFault {
    /// Fewer than three places that differ: left out.
    TooShort,
    /// It encloses nothing: left out.
    NoArea,
    /// The last position is not the first: closed.
    Open,
}

/// Rounding of a longitude near 180°, degrees: a ring narrower than a few of these has no area.
const ROUNDING_DEG: f64 = 4.0 * 180.0 * f64::EPSILON;

/// Looks at a ring as a file writes it, with its closing position.
///
/// Gives how many positions remain without the closing one, and what is wrong.
#[must_use]
pub fn check_ring(ring_deg: &[[f64; 2]]) -> (usize, Option<RingFault>) {
    let Some((&first, rest)) = ring_deg.split_first() else { return (0, Some(RingFault::TooShort)) };
    // Writers repeat the closing position now and then.
    let repeated = rest.iter().rev().take_while(|p| **p == first).count();
    let kept = ring_deg.len() - repeated;
    let ring = &ring_deg[..kept];
    if !has_three_places(ring) {
        return (kept, Some(RingFault::TooShort));
    }
    let span_deg = ring.iter().fold(0.0, |span: f64, p| span.max((p[0] - first[0]).abs()).max((p[1] - first[1]).abs()));
    if doubled_area_deg2(ring).abs() < span_deg * ROUNDING_DEG {
        return (kept, Some(RingFault::NoArea));
    }
    (kept, (repeated == 0).then_some(RingFault::Open))
}

fn has_three_places(ring: &[[f64; 2]]) -> bool {
    let Some(&a) = ring.first() else { return false };
    let Some(&b) = ring.iter().find(|p| **p != a) else { return false };
    ring.iter().any(|p| *p != a && *p != b)
}

/// Twice the signed area of an unclosed ring, relative to its first position so that large
/// longitudes do not eat the digits.
fn doubled_area_deg2(ring: &[[f64; 2]]) -> f64 {
    let [x0, y0] = ring[0];
    ring.windows(2).map(|w| (w[0][0] - x0) * (w[1][1] - y0) - (w[1][0] - x0) * (w[0][1] - y0)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rings_are_judged_by_their_places() {
        let square = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.0, 0.0]];
        assert_eq!(check_ring(&square), (4, None));
        assert_eq!(check_ring(&square[..4]), (4, Some(RingFault::Open)));
        assert_eq!(check_ring(&[[0.0, 0.0], [1.0, 0.0], [0.0, 0.0]]), (2, Some(RingFault::TooShort)));
        assert_eq!(check_ring(&[[5.0, 5.0]; 6]), (1, Some(RingFault::TooShort)));
        assert_eq!(check_ring(&[[0.0, 0.0], [1.0, 1.0], [2.0, 2.0], [0.0, 0.0]]), (3, Some(RingFault::NoArea)));
        assert_eq!(check_ring(&[]), (0, Some(RingFault::TooShort)));
    }

    #[test]
    fn a_ring_of_one_square_metre_far_east_is_kept() {
        let (x, y, d) = (131.0, 47.0, 1e-5);
        assert_eq!(check_ring(&[[x, y], [x + d, y], [x + d, y + d], [x, y]]).1, None);
    }
}
