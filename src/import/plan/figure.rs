//! A cell of a column of an indicator.

use crate::domain::indicator::{Indicator, Kind};
use crate::domain::value::{Reading, State};
use crate::import::book;
use crate::import::cell::{self, Meaning, Value, Word};

/// Words before a unit of measure that multiply it.
const FACTORS: [(char, f64); 5] = [('万', 1e4), ('亿', 1e8), ('千', 1e3), ('百', 1e2), ('十', 10.0)];

/// What a cell says.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Figure {
    /// A number in the indicator's unit.
    Number(f64),
    /// `5/7`.
    Parts(f64, f64),
    /// Says itself why there is no number.
    State(State),
    /// A word whose meaning has to be known; empty where the cell is.
    Word(String),
    /// Anything else; never guessed.
    Unclear,
}

/// Reads a cell; `unit` is what its heading says it is measured in.
pub(super) fn read(kind: book::Kind, text: &str, indicator: &Indicator, unit: Option<&str>) -> Figure {
    let word = || text.trim().to_owned();
    match cell::read(kind, text) {
        Value::Number { value, factor, unit: behind } => Figure::Number(scaled(value, factor, behind.as_deref().or(unit), &indicator.unit)),
        Value::Percent(hundredths) => Figure::Number(hundredths),
        Value::Ratio { num, den } => Figure::Parts(num, den),
        Value::Period { or: Some(number), .. } => Figure::Number(scaled(number, 1.0, unit, &indicator.unit)),
        Value::Tick(yes) if indicator.kind == Kind::Bool => Figure::Number(f64::from(u8::from(yes))),
        Value::Ask(Word::Blank) => Figure::Word(String::new()),
        Value::Means(Meaning::Zero) => Figure::Number(0.0),
        Value::Means(meaning) => Figure::State(meaning.state()),
        Value::Ask(_) | Value::Tick(_) => Figure::Word(word()),
        Value::Text(_) if !text.chars().any(|c| c.is_numeric()) => Figure::Word(word()),
        Value::Text(_) | Value::Never(_) | Value::Error(_) | Value::Date(_) | Value::Period { .. } => Figure::Unclear,
    }
}

/// A number in the unit of its indicator: 5000000 元 is 500 万元. Units that have nothing to do with
/// each other change nothing.
fn scaled(value: f64, factor: f64, unit: Option<&str>, wanted: &str) -> f64 {
    let split = |unit: &str| -> (f64, String) {
        let mut factor = 1.0;
        let mut rest = unit.trim();
        while let Some((word, by)) = FACTORS.iter().find(|(word, _)| rest.starts_with(*word)) {
            factor *= by;
            rest = &rest[word.len_utf8()..];
        }
        (factor, rest.to_owned())
    };
    let (wanted_factor, wanted_base) = split(wanted);
    match unit.map(split) {
        // A word behind the number was taken off its unit already.
        Some((by, base)) if base == wanted_base => value * factor * by / wanted_factor,
        None if (factor - 1.0).abs() > f64::EPSILON => value * factor / wanted_factor,
        _ => value * factor,
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
    use crate::domain::indicator::{Direction, Rollup};

    fn indicator(kind: Kind, unit: &str) -> Indicator {
        Indicator {
            id: "X-1".into(),
            label: String::new(),
            label_en: String::new(),
            short: String::new(),
            synonyms: Vec::new(),
            unit: unit.into(),
            kind,
            level: "leaf".into(),
            direction: Direction::Up,
            rollup: Rollup::Sum,
            min_share: 1.0,
            bands: Vec::new(),
            threshold: None,
            derived: None,
            definition: String::new(),
            document: String::new(),
            every_months: 1,
            lead: String::new(),
            checks: Vec::new(),
            coverage: None,
            material: Vec::new(),
        }
    }

    #[test]
    fn cells_as_offices_write_them() {
        let count = indicator(Kind::Count, "个");
        for (text, figure) in [
            ("", Figure::Word(String::new())),
            ("1,234", Figure::Number(1234.0)),
            ("63.61%", Figure::Number(63.61)),
            ("１２", Figure::Number(12.0)),
            ("1.2万", Figure::Number(12000.0)),
            ("3名", Figure::Number(3.0)),
            ("5/7", Figure::Parts(5.0, 7.0)),
            ("2025.9", Figure::Number(2025.9)),
            ("无", Figure::Word("无".into())),
            ("/", Figure::Word("/".into())),
            ("√", Figure::Word("√".into())),
            ("不适用", Figure::State(State::NotDue)),
            ("未报", Figure::State(State::Missing)),
            ("约5", Figure::Unclear),
            ("同上", Figure::Unclear),
            ("2025-09-30", Figure::Unclear),
        ] {
            assert_eq!(read(book::Kind::Text, text, &count, None), figure, "{text}");
        }
        assert_eq!(read(book::Kind::Text, "√", &indicator(Kind::Bool, ""), None), Figure::Number(1.0));
    }

    #[test]
    fn money_in_the_unit_of_its_indicator() {
        let money = indicator(Kind::Money, "万元");
        for (text, unit, value) in [
            ("500", None, 500.0),
            ("5000000", Some("元"), 500.0),
            ("500", Some("万元"), 500.0),
            ("500万元", Some("元"), 500.0),
            ("500", Some("亩"), 500.0),
        ] {
            assert_eq!(read(book::Kind::Text, text, &money, unit), Figure::Number(value), "{text} {unit:?}");
        }
    }
}
