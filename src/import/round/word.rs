//! What the cells of one reading say together: numbers, their parts, and words in their place.

use crate::domain::indicator::{Indicator, Kind};
use crate::domain::text::half_width;
use crate::domain::value::{Reading, State};
use crate::import::book;
use crate::import::cell::{self, Meaning, Value, Word};

/// A text as it is compared: half-width, lower case, without blanks.
pub(super) fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).map(half_width).flat_map(char::to_lowercase).collect()
}

/// What a single cell says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Said {
    /// Nothing.
    Nothing,
    /// A state without a number.
    State(State),
    /// A number in the indicator's unit.
    Number(f64),
    /// Two numbers, `5/7`.
    Parts(f64, f64),
}

/// Reads a cell of an indicator's column; `None` where it is neither a number nor one of the words. 约 and
/// 同上, a stroke or a dash are never guessed: the township says what it means.
pub(super) fn said(kind: book::Kind, text: &str, indicator: &Indicator) -> Option<Said> {
    let yes_or_no = indicator.kind == Kind::Bool;
    Some(match cell::read(kind, text) {
        Value::Ask(Word::Blank) | Value::Means(Meaning::NotReported) => Said::Nothing,
        Value::Ask(Word::None) if yes_or_no => Said::Number(0.0),
        Value::Ask(Word::None) => Said::State(State::None),
        Value::Means(meaning) => Said::State(meaning.state()),
        Value::Tick(is) if yes_or_no => Said::Number(f64::from(u8::from(is))),
        Value::Percent(value) if indicator.unit == "%" => Said::Number(value),
        Value::Ratio { num, den } => Said::Parts(num, den),
        // In a column of numbers 2025.9 is one.
        Value::Period { or: Some(value), .. } => Said::Number(value),
        Value::Number { value, factor, unit } => {
            let fits = unit.as_deref().is_none_or(|u| indicator.kind == Kind::Count || indicator.unit.ends_with(u));
            // 5万 and 5万元 are 5 where the unit is 万元, 50,000 where it is 元.
            let times = if factor > 1.0 && indicator.unit.starts_with('万') { factor / 1e4 } else { factor };
            return fits.then_some(Said::Number(value * times));
        }
        _ => return None,
    })
}

/// A reading from its cells.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Joined {
    /// A reading; a missing one where nothing stands there.
    Reading(Reading),
    /// A numerator without a denominator, or the other way round.
    Half,
    /// The numerator is larger than the denominator.
    Over(f64, f64),
    /// Below 0.
    Negative(f64),
}

/// Joins what the cells of one reading say.
pub(super) fn join(indicator: &Indicator, value: Said, num: Said, den: Said) -> Joined {
    for said in [value, num, den] {
        match said {
            Said::State(state) => return Joined::Reading(Reading { state, ..Reading::MISSING }),
            Said::Number(n) if n < 0.0 && indicator.kind != Kind::Money => return Joined::Negative(n),
            _ => {}
        }
    }
    let parts = match (value, num, den) {
        (Said::Parts(n, d), ..) => Some((n, d)),
        (_, Said::Number(n), Said::Number(d)) => Some((n, d)),
        (_, Said::Number(_), _) | (_, _, Said::Number(_)) => return Joined::Half,
        _ => None,
    };
    match (parts, value) {
        (Some((n, d)), _) if n > d => Joined::Over(n, d),
        (Some((n, d)), _) if indicator.kind == Kind::Ratio => Joined::Reading(Reading::ratio(n, d)),
        (_, Said::Number(v)) => Joined::Reading(Reading::of(v)),
        _ => Joined::Reading(Reading::MISSING),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::indicator::Rollup;
    use crate::domain::indicator::tests::sample;

    #[test]
    fn cells_are_numbers_or_one_of_the_words() {
        let mut indicator = sample(Kind::Count, Rollup::Sum);
        indicator.unit = "个".into();
        let of = |text: &str| said(book::Kind::Text, text, &indicator);
        assert_eq!(of(" 1,234 "), Some(Said::Number(1234.0)));
        assert_eq!(of("３个"), Some(Said::Number(3.0)));
        assert_eq!(of(""), Some(Said::Nothing));
        assert_eq!(of("无"), Some(Said::State(State::None)));
        assert_eq!(of("不需报"), Some(Said::State(State::NotDue)));
        assert_eq!(of("5/7"), Some(Said::Parts(5.0, 7.0)));
        for bad in ["约5", "同上", "/", "—", "3名左右", "inf", "NaN", "√", "63%"] {
            assert_eq!(of(bad), None, "{bad}");
        }
    }

    #[test]
    fn money_is_in_the_unit_of_its_indicator() {
        let mut money = sample(Kind::Money, Rollup::Sum);
        for (unit, text, value) in [("万元", "5", 5.0), ("万元", "5万元", 5.0), ("元", "5万元", 5e4), ("万元", "1.2万", 1.2)] {
            money.unit = unit.into();
            assert_eq!(said(book::Kind::Text, text, &money), Some(Said::Number(value)), "{text} in {unit}");
        }
        assert_eq!(said(book::Kind::Text, "3亩", &money), None);
    }

    #[test]
    fn parts_belong_together() {
        let ratio = sample(Kind::Ratio, Rollup::Weighted);
        let n = Said::Number;
        assert_eq!(join(&ratio, Said::Nothing, n(1.0), n(4.0)), Joined::Reading(Reading::ratio(1.0, 4.0)));
        assert_eq!(join(&ratio, Said::Nothing, n(1.0), Said::Nothing), Joined::Half);
        assert_eq!(join(&ratio, Said::Nothing, n(5.0), n(4.0)), Joined::Over(5.0, 4.0));
        assert_eq!(join(&ratio, Said::Nothing, n(-1.0), n(4.0)), Joined::Negative(-1.0));
        assert_eq!(join(&ratio, n(63.5), Said::Nothing, Said::Nothing), Joined::Reading(Reading::of(63.5)));
        assert_eq!(join(&ratio, Said::Nothing, Said::Nothing, Said::Nothing), Joined::Reading(Reading::MISSING));
    }
}
