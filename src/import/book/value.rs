//! Values of workbooks as the text that the office's program shows.

use std::fmt::Write as _;

use calamine::{DataRef, ExcelDateTime};

use super::grid::Kind;

/// Serial numbers of days: up to 9999-12-31.
const SERIALS: std::ops::Range<f64> = 0.0..2_958_466.0;
/// The first day that all programs agree on: one of them has a 29 February before it.
const FIRST: (u16, u8, u8) = (1900, 3, 1);

/// Writes a value; `percent` where its format shows hundredths.
pub(super) fn write(value: &DataRef<'_>, percent: bool, out: &mut String) -> Kind {
    match value {
        DataRef::Empty => Kind::Empty,
        DataRef::String(s) => text(s, out),
        DataRef::SharedString(s) => text(s, out),
        DataRef::Int(n) => {
            // A text that is written to cannot fail.
            let _ = write!(out, "{n}");
            Kind::Number
        }
        DataRef::Float(n) if percent => {
            number(n * 100.0, out);
            out.push('%');
            Kind::Number
        }
        DataRef::Float(n) => {
            number(*n, out);
            Kind::Number
        }
        DataRef::Bool(b) => {
            out.push_str(if *b { "TRUE" } else { "FALSE" });
            Kind::Bool
        }
        DataRef::DateTime(at) => date(at, out),
        DataRef::DateTimeIso(s) => {
            out.push_str(s.strip_suffix("T00:00:00").unwrap_or(s));
            Kind::Date
        }
        DataRef::DurationIso(s) => text(s, out),
        DataRef::Error(e) => {
            let _ = write!(out, "{e}");
            Kind::Error
        }
    }
}

fn text(s: &str, out: &mut String) -> Kind {
    out.push_str(s);
    Kind::Text
}

/// A number with the 15 places that spreadsheets show, never in powers of ten.
fn number(n: f64, out: &mut String) {
    let places = if n == n.trunc() && n.abs() < 1e18 { n } else { format!("{n:.14e}").parse().unwrap_or(n) };
    let _ = write!(out, "{places}");
}

fn date(at: &ExcelDateTime, out: &mut String) -> Kind {
    let serial = at.as_f64();
    let (year, month, day, hour, minute, second, milli) = at.to_ymd_hms_milli();
    let in_range = SERIALS.contains(&serial) && (year, month, day) >= FIRST && year <= 9999;
    if !at.is_datetime() || !in_range {
        number(serial, out);
        return Kind::Number;
    }
    let _ = write!(out, "{year:04}-{month:02}-{day:02}");
    if (hour, minute, second) != (0, 0, 0) || milli != 0 {
        let _ = write!(out, "T{hour:02}:{minute:02}:{second:02}");
    }
    Kind::Date
}

#[cfg(test)]
mod tests {
    use super::*;
    use calamine::ExcelDateTimeType::{DateTime, TimeDelta};

    fn shown(value: &DataRef<'_>, percent: bool) -> (String, Kind) {
        let mut out = String::new();
        let kind = write(value, percent, &mut out);
        (out, kind)
    }

    #[test]
    fn numbers_read_as_a_spreadsheet_shows_them() {
        for (n, percent, text) in [
            (0.1 + 0.2, false, "0.3"),
            (0.6361, true, "63.61%"),
            (1.0, true, "100%"),
            (990_101_001_000.0, false, "990101001000"),
            (9.901_012_026_010_1e17, false, "990101202601010000"),
            (-2.5, false, "-2.5"),
            (1e-7, false, "0.0000001"),
        ] {
            assert_eq!(shown(&DataRef::Float(n), percent), (text.to_owned(), Kind::Number));
        }
    }

    #[test]
    fn dates_are_days_and_what_is_none_stays_a_number() {
        let at = |n, kind, old| shown(&DataRef::DateTime(ExcelDateTime::new(n, kind, old)), false);
        assert_eq!(at(45_930.0, DateTime, false), ("2025-09-30".into(), Kind::Date));
        assert_eq!(at(44_468.0, DateTime, true), ("2025-09-30".into(), Kind::Date));
        assert_eq!(at(45_930.354_166_666_664, DateTime, false), ("2025-09-30T08:30:00".into(), Kind::Date));
        assert_eq!(at(60.0, DateTime, false).1, Kind::Number);
        assert_eq!(at(-5.0, DateTime, false).1, Kind::Number);
        assert_eq!(at(9e9, DateTime, false).1, Kind::Number);
        assert_eq!(at(1.5, TimeDelta, false), ("1.5".into(), Kind::Number));
    }
}
