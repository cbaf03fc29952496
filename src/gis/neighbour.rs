//! The unit next to another one in a direction.

/// A direction on the map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Toward {
    /// West.
    Left,
    /// East.
    Right,
    /// North.
    Up,
    /// South.
    Down,
}

impl Toward {
    /// Every direction.
    pub const ALL: [Self; 4] = [Self::Left, Self::Right, Self::Up, Self::Down];

    /// The parts of a step to the east and to the north that lie along and across the direction.
    fn split(self, [east, north]: [f64; 2]) -> (f64, f64) {
        match self {
            Self::Left => (-east, north),
            Self::Right => (east, north),
            Self::Up => (north, east),
            Self::Down => (-north, east),
        }
    }
}

/// The unit nearest to `from` within 45° of a direction, else the nearest anywhere on that side.
///
/// `middles_deg` are longitudes and latitudes; NaN is not on the map. Units on the same point are
/// gone through in their order: rightwards to the next, leftwards to the one before. `None` where
/// nothing lies on that side, or `from` is not on the map.
#[must_use]
pub fn neighbour(middles_deg: &[[f64; 2]], from: usize, toward: Toward) -> Option<usize> {
    let here = *middles_deg.get(from)?;
    let shrink = here[1].to_radians().cos();
    let order = |unit: usize| if toward == Toward::Left { usize::MAX - unit } else { unit };
    let mut best: Option<(bool, f64, usize)> = None;
    for (unit, at) in middles_deg.iter().enumerate() {
        let (along, across) = toward.split([(at[0] - here[0]) * shrink, at[1] - here[1]]);
        let ahead = match toward {
            _ if along != 0.0 || across != 0.0 => along > 0.0,
            Toward::Right => unit > from,
            Toward::Left => unit < from,
            Toward::Up | Toward::Down => false,
        };
        let key = (across.abs() > along, along.hypot(across), order(unit));
        if ahead && best.is_none_or(|b| key < b) {
            best = Some(key);
        }
    }
    best.map(|b| order(b.2))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn reach(middles: &[[f64; 2]], from: usize) -> usize {
        let mut seen = vec![false; middles.len()];
        let mut open = vec![from];
        seen[from] = true;
        while let Some(unit) = open.pop() {
            for next in Toward::ALL.into_iter().filter_map(|t| neighbour(middles, unit, t)) {
                if !std::mem::replace(&mut seen[next], true) {
                    open.push(next);
                }
            }
        }
        seen.into_iter().filter(|s| *s).count()
    }

    #[test]
    fn takes_the_nearest_in_the_cone_then_the_side() {
        let middles = [[110.0, 35.0], [110.3, 35.0], [110.1, 35.3], [109.9, 34.0], [f64::NAN, f64::NAN]];
        assert_eq!(neighbour(&middles, 0, Toward::Right), Some(1));
        assert_eq!(neighbour(&middles, 0, Toward::Up), Some(2));
        assert_eq!(neighbour(&middles, 0, Toward::Down), Some(3));
        assert_eq!(neighbour(&middles, 0, Toward::Left), Some(3), "nothing within 45°, but on that side");
        assert_eq!(neighbour(&middles, 1, Toward::Right), None);
        assert_eq!(neighbour(&middles, 4, Toward::Right), None, "not on the map");
        assert_eq!(neighbour(&middles, 9, Toward::Right), None, "no such unit");
        assert_eq!(neighbour(&[], 0, Toward::Up), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn every_unit_can_be_reached_from_every_other(
            middles in prop::collection::vec((110.0..111.0f64, 34.0..35.0f64).prop_map(|(x, y)| [x, y]), 1..30)
        ) {
            for from in 0..middles.len() {
                prop_assert_eq!(reach(&middles, from), middles.len());
            }
        }

        /// Rows, columns and units on one point, as made-up or coarse places have them.
        #[test]
        fn also_on_a_lattice_with_repeats(
            middles in prop::collection::vec((0..6u8, 0..6u8).prop_map(|(x, y)| [110.0 + f64::from(x), 34.0 + f64::from(y)]), 1..30)
        ) {
            for from in 0..middles.len() {
                prop_assert_eq!(reach(&middles, from), middles.len());
            }
        }
    }
}
