//! Reporting periods.

use std::fmt;
use std::str::FromStr;

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A reporting period: a year `2025`, a half `2025H1`, a quarter `2025Q3`, a month `2025-09` or
/// a day `2025-09-30`. Ordered by its last day, then by length, so that the newest comes last.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Period {
    start: Date,
    /// Inclusive.
    end: Date,
}

/// A text that is no period.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no period: write 2025, 2025H1, 2025Q3, 2025-09 or 2025-09-30")]
pub struct BadPeriod(pub String);

impl Period {
    /// From its first and last day; `None` where it is not one of the five shapes.
    #[must_use]
    pub fn new(start: Date, end: Date) -> Option<Self> {
        let this = Self { start, end };
        (this.to_string().parse() == Ok(this)).then_some(this)
    }

    /// First day.
    #[must_use]
    pub fn start(self) -> Date {
        self.start
    }

    /// Last day, inclusive.
    #[must_use]
    pub fn end(self) -> Date {
        self.end
    }

    /// Number of months, 0 for a day.
    #[must_use]
    pub fn months(self) -> u8 {
        if self.start == self.end {
            return 0;
        }
        let months = i32::from(self.end.year() - self.start.year()) * 12 + i32::from(self.end.month()) - i32::from(self.start.month()) + 1;
        u8::try_from(months).unwrap_or(u8::MAX)
    }

    /// The period of the same length just before, or `None` at the edge of the calendar.
    #[must_use]
    pub fn previous(self) -> Option<Self> {
        let before = self.start.checked_sub(1.day()).ok()?;
        let start = match self.months() {
            0 => before,
            months => self.start.checked_sub(i32::from(months).months()).ok()?,
        };
        Some(Self { start, end: before })
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month) = (self.start.year(), self.start.month());
        match self.months() {
            12 => write!(f, "{year:04}"),
            6 => write!(f, "{year:04}H{}", (month + 5) / 6),
            3 => write!(f, "{year:04}Q{}", (month + 2) / 3),
            1 => write!(f, "{year:04}-{month:02}"),
            _ => write!(f, "{year:04}-{month:02}-{:02}", self.start.day()),
        }
    }
}

impl fmt::Debug for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Period({self})")
    }
}

impl FromStr for Period {
    type Err = BadPeriod;

    fn from_str(text: &str) -> Result<Self, BadPeriod> {
        let bad = || BadPeriod(super::text::quote(text));
        let number = |s: &str| (!s.is_empty() && s.bytes().all(|b| b.is_ascii_digit())).then(|| s.parse::<i16>().ok()).flatten();
        let months = |year: i16, first: i16, count: i16| -> Option<Self> {
            let start = Date::new(year, i8::try_from(first).ok()?, 1).ok()?;
            let last = Date::new(year, i8::try_from(first + count - 1).ok()?, 1).ok()?.last_of_month();
            Some(Self { start, end: last })
        };
        let parse = || -> Option<Self> {
            let (year, rest) = text.split_at_checked(4)?;
            let year = number(year).filter(|y| *y >= 1900)?;
            match rest.as_bytes() {
                [] => months(year, 1, 12),
                [b'H', n @ b'1'..=b'2'] => months(year, i16::from(n - b'1') * 6 + 1, 6),
                [b'Q', n @ b'1'..=b'4'] => months(year, i16::from(n - b'1') * 3 + 1, 3),
                [b'-', a, b] if a.is_ascii_digit() && b.is_ascii_digit() => months(year, i16::from(a - b'0') * 10 + i16::from(b - b'0'), 1),
                [b'-', _, _, b'-', _, _] => {
                    let day: Date = text.parse().ok()?;
                    Some(Self { start: day, end: day })
                }
                _ => None,
            }
        };
        parse().ok_or_else(bad)
    }
}

impl PartialOrd for Period {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Period {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.end, other.start).cmp(&(other.end, self.start))
    }
}

impl TryFrom<String> for Period {
    type Error = BadPeriod;

    fn try_from(text: String) -> Result<Self, BadPeriod> {
        text.parse()
    }
}

impl From<Period> for String {
    fn from(period: Period) -> Self {
        period.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_shapes_read_back_as_written() {
        for text in ["2025", "2025H1", "2025H2", "2025Q1", "2025Q4", "2025-02", "2024-02", "2025-09-30"] {
            let period: Period = text.parse().expect(text);
            assert_eq!(period.to_string(), text);
            assert_eq!(Period::new(period.start(), period.end()), Some(period));
        }
        for text in ["", "25", "2025Q5", "2025-13", "2025-00", "2025-02-30", "2025-9", "二〇二五", "2025-0a", "１２３４"] {
            assert!(text.parse::<Period>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_one_before_has_the_same_length() {
        for (now, before) in
            [("2025", "2024"), ("2025H1", "2024H2"), ("2025Q1", "2024Q4"), ("2025-03", "2025-02"), ("2025-03-01", "2025-02-28")]
        {
            assert_eq!(now.parse::<Period>().ok().and_then(Period::previous).map(|p| p.to_string()).as_deref(), Some(before));
        }
    }

    #[test]
    fn newest_sorts_last_and_a_month_before_its_quarter() {
        let mut periods: Vec<Period> = ["2025Q3", "2025-08", "2025-09", "2024"].iter().filter_map(|t| t.parse().ok()).collect();
        periods.sort();
        assert_eq!(periods.iter().map(ToString::to_string).collect::<Vec<_>>(), ["2024", "2025-08", "2025-09", "2025Q3"]);
    }
}
