//! Values of indicators: missing, none and not due are three things and never 0.

use serde::{Deserialize, Serialize};

/// Whether there is a number, and if not, why.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// A number was reported.
    Value,
    /// Reported as having none (no entity of that kind here): 无.
    None,
    /// Not due for this unit or period: 不需报.
    NotDue,
    /// Nothing came: 未报. Never stored, always the absence of a row.
    #[default]
    Missing,
}

/// A reading of one indicator at one unit in one period.
///
/// `num` and `den` are kept wherever the office gave them: a ratio is rolled up from its parts,
/// never from percentages. `value` is in the indicator's own unit (ratios in percent).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// State.
    pub state: State,
    /// Numerator, where the kind has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub num: Option<f64>,
    /// Denominator, where the kind has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub den: Option<f64>,
    /// The value in the indicator's unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
}

impl Reading {
    /// Nothing came.
    pub const MISSING: Self = Self { state: State::Missing, num: None, den: None, value: None };

    /// A plain number.
    #[must_use]
    pub fn of(value: f64) -> Self {
        Self { state: State::Value, num: None, den: None, value: Some(value) }
    }

    /// A ratio in percent from its parts; a denominator of 0 means there is none.
    #[must_use]
    pub fn ratio(num: f64, den: f64) -> Self {
        if den == 0.0 {
            return Self { state: State::None, num: Some(num), den: Some(den), value: None };
        }
        Self { state: State::Value, num: Some(num), den: Some(den), value: Some(num / den * 100.0) }
    }
}

/// How a shown reading came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// The unit reported it itself.
    Reported,
    /// Rolled up from the units below by the indicator's rule.
    RolledUp,
}

/// A reading as it is shown: with its coverage, and the roll-up beside a reported value.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shown {
    /// The reading that classes and sorts.
    pub reading: Reading,
    /// Where it comes from.
    pub origin: Origin,
    /// Units below that reported (n of n/N); 1 for a reported leaf.
    pub reported: u32,
    /// Units below that were due (N of n/N).
    pub due: u32,
    /// n/N is under the indicator's `min_share`.
    pub incomplete: bool,
    /// A ratio over fewer than 5.
    pub small_base: bool,
    /// The roll-up of the units below, where the unit reported a value itself and both exist.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub roll_up: Option<Reading>,
}

/// Denominators below this are marked as a small base.
pub const SMALL_BASE: f64 = 5.0;

impl Shown {
    /// Nothing came from a unit that was due.
    pub const MISSING: Self = Self {
        reading: Reading::MISSING,
        origin: Origin::Reported,
        reported: 0,
        due: 1,
        incomplete: false,
        small_base: false,
        roll_up: None,
    };
}
