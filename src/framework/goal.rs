//! Whether a target is reached, and what is missing.

use super::condition::Op;
use super::schema::Goal;
use crate::domain::indicator::Direction;
use crate::domain::text::measured;

impl Goal {
    /// Whether a number is what is asked for; `None` where the framework does not say. Of two bounds the
    /// one on the side that is better stops nobody: six villages are no fewer than three to five.
    #[must_use]
    #[allow(clippy::float_cmp, reason = "a target that asks for exactly so many")]
    pub fn is_reached(self, value: f64, better: Direction) -> Option<bool> {
        Some(match self {
            Self::Unset(_) => return None,
            Self::Between(from, to) => (value >= from || better == Direction::Down) && (value <= to || better == Direction::Up),
            Self::Bound(op, wanted) => match op {
                Op::Less => value < wanted,
                Op::AtMost => value <= wanted,
                Op::More => value > wanted,
                Op::AtLeast => value >= wanted,
                Op::Equal => value == wanted,
                Op::NotEqual => value != wanted,
            },
        })
    }

    /// How much must be added (above 0) or taken away (below 0) to reach it; 0 where a number stands on a
    /// bound that it must pass. `None` where it is reached, or the framework does not say.
    #[must_use]
    pub fn lacks(self, value: f64, better: Direction) -> Option<f64> {
        if self.is_reached(value, better)? {
            return None;
        }
        match self {
            Self::Between(from, _) if value < from => Some(from - value),
            Self::Between(_, to) => Some(to - value),
            Self::Bound(_, wanted) => Some(wanted - value),
            Self::Unset(_) => None,
        }
    }

    /// As people write it: `≥ 80%`, `3–5 个`; `None` where the framework does not say.
    #[must_use]
    pub fn written(self, unit: &str) -> Option<String> {
        match self {
            Self::Bound(op, value) => Some(format!("{} {}", op.shown(), measured(&value.to_string(), unit))),
            Self::Between(from, to) => Some(measured(&format!("{from}–{to}"), unit)),
            Self::Unset(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FIXED: Direction = Direction::Fixed;

    #[test]
    fn a_band_is_missed_on_either_side() {
        let band = Goal::Between(3.0, 5.0);
        let cases = [(2.0, Some(false), Some(1.0)), (3.0, Some(true), None), (5.0, Some(true), None), (7.5, Some(false), Some(-2.5))];
        for (value, reached, lacks) in cases {
            assert_eq!((band.is_reached(value, FIXED), band.lacks(value, FIXED)), (reached, lacks), "{value}");
        }
        assert_eq!(band.written("个").as_deref(), Some("3–5 个"));
        // The better, the better.
        assert_eq!((band.is_reached(7.0, Direction::Up), band.lacks(2.0, Direction::Up)), (Some(true), Some(1.0)));
        assert_eq!((band.is_reached(1.0, Direction::Down), band.lacks(7.0, Direction::Down)), (Some(true), Some(-2.0)));
    }

    #[test]
    fn not_over_ten_lacks_what_is_too_much() {
        let most = Goal::Bound(Op::AtMost, 10.0);
        assert_eq!((most.is_reached(10.0, FIXED), most.lacks(10.0, FIXED), most.lacks(12.0, FIXED)), (Some(true), None, Some(-2.0)));
        // What must be passed is missed on the bound itself.
        for op in [Op::More, Op::Less] {
            assert_eq!(Goal::Bound(op, 10.0).lacks(10.0, FIXED), Some(0.0));
        }
        let unset = Goal::Unset(Op::AtLeast);
        assert_eq!((unset.is_reached(1.0, FIXED), unset.lacks(1.0, FIXED), unset.written("个")), (None, None, None));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

        /// What is missing, added, is enough, and half of it is not.
        #[test]
        fn what_is_missing_is_enough(value in -99..99_i32, from in -99..99_i32, more in 0..99_i32, which in 0..4_usize) {
            let (from, to) = (f64::from(from), f64::from(from + more));
            let goal = [Goal::Between(from, to), Goal::Bound(Op::AtLeast, from), Goal::Bound(Op::AtMost, to), Goal::Bound(Op::Equal, to)][which];
            let value = f64::from(value);
            if let Some(lacks) = goal.lacks(value, FIXED) {
                prop_assert_eq!(goal.is_reached(value + lacks, FIXED), Some(true));
                prop_assert_eq!(goal.is_reached(value + lacks / 2.0, FIXED), Some(false));
            }
        }
    }
}
