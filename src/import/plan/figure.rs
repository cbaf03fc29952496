//! A cell of a column of numbers.

use crate::domain::indicator::{Indicator, Kind};
use crate::domain::value::{Reading, State};
use crate::import::names::half_width;

/// What a cell says.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Figure {
    /// Nothing.
    Blank,
    /// A number; of percentages the number before the sign.
    Number(f64),
    /// `5/7`.
    Parts(f64, f64),
    /// A word without a digit: what it means has to be known.
    Word(String),
    /// Anything else; never guessed.
    Unclear,
}

/// Reads a cell.
pub(super) fn read(text: &str) -> Figure {
    let text: String = text.chars().map(half_width).collect();
    let text = text.trim();
    if text.is_empty() {
        return Figure::Blank;
    }
    if !text.chars().any(|c| c.is_ascii_digit()) {
        return Figure::Word(text.to_owned());
    }
    let number = |text: &str| -> Option<f64> {
        let plain: String = text.trim().chars().filter(|c| !matches!(c, ',' | ' ' | '\u{a0}')).collect();
        // `inf`, `nan` and hexadecimal are words of programs, not of offices.
        let sound = plain.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | 'e' | 'E'));
        plain.parse::<f64>().ok().filter(|n| sound && n.is_finite())
    };
    if let Some(n) = number(text) {
        return Figure::Number(n);
    }
    if let Some((num, den)) = text.split_once('/')
        && let (Some(num), Some(den)) = (number(num), number(den))
    {
        return Figure::Parts(num, den);
    }
    // What counts is said after it: 63.61%, 1.2万, 3名.
    let measure = |c: char| !c.is_ascii() || matches!(c, '%');
    let (figure, unit) = text.split_at(text.find(measure).unwrap_or(text.len()));
    match (number(figure), unit) {
        (Some(n), "%") => Figure::Number(n),
        (Some(n), unit) if unit.starts_with('万') => Figure::Number(n * 1e4),
        (Some(n), unit) if unit.starts_with('亿') => Figure::Number(n * 1e8),
        (Some(n), unit) if unit.chars().count() <= 2 && !unit.chars().any(|c| c.is_ascii_digit()) => Figure::Number(n),
        _ => Figure::Unclear,
    }
}

/// A reading of an indicator from its value or its parts; `None` where a part is missing.
pub(super) fn reading(indicator: &Indicator, value: Option<f64>, num: Option<f64>, den: Option<f64>) -> Option<Reading> {
    Some(match (value, num, den) {
        (_, Some(num), Some(den)) if indicator.kind == Kind::Ratio => Reading::ratio(num, den),
        (Some(value), num, den) => Reading { state: State::Value, num, den, value: Some(value) },
        (None, None, None) => Reading::MISSING,
        _ => return None,
    })
}

/// A reading as a plan shows it: the number, or the word of its state.
pub(super) fn shown(reading: &Reading) -> String {
    match (reading.state, reading.num, reading.den, reading.value) {
        (State::Missing, ..) => String::new(),
        (State::NotDue, ..) => "not-due".to_owned(),
        (State::None, ..) => "none".to_owned(),
        (State::Value, Some(num), Some(den), _) => format!("{num}/{den}"),
        (State::Value, .., value) => value.map(|v| v.to_string()).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_as_offices_write_them() {
        for (text, figure) in [
            ("", Figure::Blank),
            ("1,234", Figure::Number(1234.0)),
            ("63.61%", Figure::Number(63.61)),
            ("１２", Figure::Number(12.0)),
            ("1.2万", Figure::Number(12000.0)),
            ("3名", Figure::Number(3.0)),
            ("5/7", Figure::Parts(5.0, 7.0)),
            ("无", Figure::Word("无".into())),
            ("/", Figure::Word("/".into())),
            ("约5", Figure::Unclear),
            ("3至5", Figure::Unclear),
            ("2025-09-30", Figure::Unclear),
        ] {
            assert_eq!(read(text), figure, "{text}");
        }
        assert_eq!(read("同上"), Figure::Word("同上".into()));
    }
}
