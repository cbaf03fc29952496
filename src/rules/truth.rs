//! Three values: a condition holds, does not, or cannot be told (Kleene's strong logic).
//!
//! Knowing less never turns one answer into the other: it can only turn an answer into
//! [`Truth::Unknown`]. So what is missing never makes a lead.

use crate::framework::condition::Op;

/// What came of a condition. The order is that of the logic: all is the least, any the greatest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Truth {
    /// It does not hold.
    Fails,
    /// It cannot be told.
    #[default]
    Unknown,
    /// It holds.
    Holds,
}

impl Truth {
    /// Holds where every part holds, fails where any fails.
    pub fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        parts.into_iter().fold(Self::Holds, Ord::min)
    }

    /// Holds where any part holds, fails where every part fails.
    pub fn any(parts: impl IntoIterator<Item = Self>) -> Self {
        parts.into_iter().fold(Self::Fails, Ord::max)
    }

    /// `None` where it cannot be told.
    #[must_use]
    pub fn known(self) -> Option<bool> {
        match self {
            Self::Fails => Some(false),
            Self::Unknown => None,
            Self::Holds => Some(true),
        }
    }
}

impl std::ops::Not for Truth {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Self::Fails => Self::Holds,
            Self::Unknown => Self::Unknown,
            Self::Holds => Self::Fails,
        }
    }
}

impl From<bool> for Truth {
    fn from(holds: bool) -> Self {
        if holds { Self::Holds } else { Self::Fails }
    }
}

/// Compares two things of which each lies somewhere between two others, both included: what is true
/// wherever they lie is told, all else is not.
pub(super) fn compare<T: PartialOrd>((lo, hi): (T, T), op: Op, (from, to): (T, T)) -> Truth {
    let told = |holds: bool, fails: bool| match (holds, fails) {
        (true, _) => Truth::Holds,
        (_, true) => Truth::Fails,
        _ => Truth::Unknown,
    };
    match op {
        Op::Less => told(hi < from, lo >= to),
        Op::AtMost => told(hi <= from, lo > to),
        Op::More => told(lo > to, hi <= from),
        Op::AtLeast => told(lo >= to, hi < from),
        Op::Equal => told(lo == hi && from == to && lo == from, hi < from || lo > to),
        Op::NotEqual => told(hi < from || lo > to, lo == hi && from == to && lo == from),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Truth; 3] = [Truth::Fails, Truth::Unknown, Truth::Holds];

    #[test]
    fn the_tables_are_kleenes() {
        use Truth::{Fails as F, Holds as H, Unknown as U};
        let all = [[F, F, F], [F, U, U], [F, U, H]];
        let any = [[F, U, H], [U, U, H], [H, H, H]];
        for (i, a) in ALL.into_iter().enumerate() {
            for (j, b) in ALL.into_iter().enumerate() {
                assert_eq!(Truth::all([a, b]), all[i][j], "{a:?} all {b:?}");
                assert_eq!(Truth::any([a, b]), any[i][j], "{a:?} any {b:?}");
            }
        }
        assert_eq!(ALL.map(|t| !t), [H, U, F]);
        assert_eq!((Truth::all([]), Truth::any([])), (H, F));
    }

    #[test]
    fn de_morgan_and_no_middle_that_is_excluded() {
        for a in ALL {
            for b in ALL {
                assert_eq!(!Truth::all([a, b]), Truth::any([!a, !b]));
                assert_eq!(!Truth::any([a, b]), Truth::all([!a, !b]));
            }
        }
        assert_eq!(Truth::any([Truth::Unknown, !Truth::Unknown]), Truth::Unknown);
    }

    #[test]
    fn what_lies_somewhere_is_told_only_where_it_is_true_everywhere() {
        let truths = |lo: i32, hi: i32| {
            [Op::Less, Op::AtMost, Op::More, Op::AtLeast, Op::Equal, Op::NotEqual].map(|op| compare((lo, hi), op, (3, 3)).known())
        };
        let (t, f) = (Some(true), Some(false));
        assert_eq!(truths(1, 2), [t, t, f, f, f, t]);
        assert_eq!(truths(3, 3), [f, t, f, t, t, f]);
        assert_eq!(truths(4, 9), [f, f, t, t, f, t]);
        assert_eq!(truths(2, 3), [None, t, f, None, None, None]);
        assert_eq!(truths(3, 4), [f, None, None, t, None, None]);
        assert_eq!(truths(2, 4), [None; 6]);
    }
}
