//! A cell of a table as rules read it: its text, the number and the day that it is.

use jiff::civil::Date;

use super::truth::{Truth, compare};
use crate::domain::period::Period;
use crate::domain::text::half_width;
use crate::framework::condition::{Literal, Op};

/// A cell that says something, read once however many rows hold it.
#[derive(Clone, Debug, PartialEq)]
pub struct Word {
    /// As it stands, without spaces around it.
    pub text: String,
    /// The number that it is.
    pub number: Option<f64>,
    /// The first and last day that it may mean: a month stands for any of its days.
    pub days: Option<(Date, Date)>,
}

impl Word {
    /// Reads a cell; `None` where it is empty.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let plain: String = text.chars().map(half_width).collect();
        let number = plain.parse::<f64>().ok().filter(|n| n.is_finite());
        Some(Self { number, days: if number.is_some() { None } else { days(&plain) }, text: text.to_owned() })
    }

    /// Held against a value that is written out.
    pub(super) fn against(&self, op: Op, literal: &Literal) -> Truth {
        match literal {
            Literal::Number(threshold) => {
                self.number.map_or(Truth::Unknown, |number| compare((number, number), op, (*threshold, *threshold)))
            }
            Literal::Text(text) => match op {
                Op::Equal => (self.text == *text).into(),
                Op::NotEqual => (self.text != *text).into(),
                Op::Less | Op::AtMost | Op::More | Op::AtLeast => Truth::Unknown,
            },
        }
    }

    /// Held against another cell: as numbers, as days, or as the same text or not.
    pub(super) fn beside(&self, op: Op, other: &Self) -> Truth {
        if let (Some(a), Some(b)) = (self.number, other.number) {
            return compare((a, a), op, (b, b));
        }
        if let (Some(a), Some(b)) = (self.days, other.days) {
            return compare(a, op, b);
        }
        match op {
            Op::Equal => (self.text == other.text).into(),
            Op::NotEqual => (self.text != other.text).into(),
            Op::Less | Op::AtMost | Op::More | Op::AtLeast => Truth::Unknown,
        }
    }
}

/// The days that a text may mean: `2025-09-30`, `2025/9/30`, `2025.9.30`, `2025年9月30日`; `2025-09`,
/// `2025年9月`: any day of the month; `2025年`: any day of the year.
fn days(text: &str) -> Option<(Date, Date)> {
    let text = text.split(['T', ' ']).next().unwrap_or(text);
    let text = text.trim_end_matches(['日', '号', '月', '年']);
    let mut parts = text.split(['-', '/', '.', '年', '月']);
    let number = |part: &str, most: usize| {
        (!part.is_empty() && part.len() <= most && part.bytes().all(|b| b.is_ascii_digit())).then(|| part.parse::<i16>().ok()).flatten()
    };
    let year = parts.next().filter(|y| y.len() == 4).and_then(|y| number(y, 4)).filter(|y| (1900..=2200).contains(y))?;
    let (month, day) = (parts.next(), parts.next());
    if parts.next().is_some() {
        return None;
    }
    let part = |text: &str| number(text, 2).and_then(|n| i8::try_from(n).ok());
    match (month, day) {
        (Some(month), Some(day)) => Date::new(year, part(month)?, part(day)?).ok().map(|day| (day, day)),
        (Some(month), None) => {
            let first = Date::new(year, part(month)?, 1).ok()?;
            Some((first, first.last_of_month()))
        }
        (None, _) => format!("{year}").parse::<Period>().ok().map(|p| (p.start(), p.end())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_cell_is_a_number_a_day_or_a_text() {
        let read = |text: &str| Word::read(text).map(|w| (w.number, w.days));
        assert_eq!(Word::read(" \u{3000}"), None);
        assert_eq!(read(" 3.5 "), Some((Some(3.5), None)));
        assert_eq!(read("１２"), Some((Some(12.0), None)));
        for nothing in ["四", "NaN", "inf", "2025-13-01", "2025-02-30", "25-01-01", "1-2-3-4", "20250930x"] {
            assert_eq!(read(nothing), Some((None, None)), "{nothing}");
        }
        let day = date(2025, 9, 3);
        for text in ["2025-09-03", "2025/9/3", "2025.9.3", "2025年9月3日", "2025-09-03 00:00:00", "2025-09-03T00:00:00"] {
            assert_eq!(read(text), Some((None, Some((day, day)))), "{text}");
        }
        assert_eq!(read("2025年9月"), Some((None, Some((date(2025, 9, 1), date(2025, 9, 30))))));
        assert_eq!(read("2025-09"), Some((None, Some((date(2025, 9, 1), date(2025, 9, 30))))));
        assert_eq!(read("2025年"), Some((None, Some((date(2025, 1, 1), date(2025, 12, 31))))));
        // A number with two decimals that looks like a month is a number.
        assert_eq!(read("2025.09"), Some((Some(2025.09), None)));
    }

    #[test]
    fn cells_are_compared_as_what_both_are() {
        let beside = |a: &str, op, b: &str| Word::read(a).expect("a").beside(op, &Word::read(b).expect("b")).known();
        assert_eq!(beside("9", Op::Less, "10"), Some(true), "numbers, not texts");
        assert_eq!(beside("2025/9/3", Op::Equal, "2025-09-03"), Some(true));
        assert_eq!(beside("2025-09", Op::Less, "2025-09-15"), None, "which day of the month is not known");
        assert_eq!(beside("2025-08", Op::Less, "2025-09-15"), Some(true));
        assert_eq!(beside("甲", Op::NotEqual, "乙"), Some(true));
        assert_eq!(beside("甲", Op::Less, "乙"), None);
        assert_eq!(beside("3", Op::Less, "乙"), None);
    }
}
