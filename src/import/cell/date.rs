//! Days and periods as people write them: in cells, titles, names of sheets and files.

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::narrow;
use crate::domain::period::Period;

/// A date that can be nothing else: `2025-09-30`, `2025/9/30`, `2025.9.30`, `2025年9月30日`.
pub(super) fn written_date(text: &str) -> Option<Date> {
    let text = text.split(['T', ' ']).next().unwrap_or(text);
    let text = text.strip_suffix(['日', '号']).unwrap_or(text);
    let mut parts = text.split(['-', '/', '.', '年', '月']);
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 {
        return None;
    }
    day_of(year, month, day)
}

fn day_of(year: &str, month: &str, day: &str) -> Option<Date> {
    let part = |s: &str| (s.len() <= 2 && s.bytes().all(|b| b.is_ascii_digit())).then(|| s.parse::<i8>().ok()).flatten();
    let year =
        year.bytes().all(|b| b.is_ascii_digit()).then(|| year.parse::<i16>().ok()).flatten().filter(|y| (1900..=2100).contains(y))?;
    Date::new(year, part(month)?, part(day)?).ok()
}

/// A whole cell that is a period: `2025年9月`, `2025.9`, `2025-09`, `2025年第三季度`, `2025Q3`, `2025年`.
pub(super) fn written_period(text: &str) -> Option<Period> {
    // A year alone, 2025, is a number like any other.
    let has_more = text.len() > 4 && text.is_char_boundary(4) && !text.bytes().all(|b| b.is_ascii_digit());
    if !has_more || !text.as_bytes()[..4].iter().all(u8::is_ascii_digit) {
        return None;
    }
    if let Ok(period) = text.parse::<Period>() {
        return Some(period);
    }
    let (found, rest) = period_at(text)?;
    rest.is_empty().then_some(found)
}

/// The first period that a text names anywhere: of a title, a sheet, a file.
#[must_use]
pub fn find_period(text: &str) -> Option<Period> {
    let text = narrow(text);
    let starts = text.char_indices().filter(|(at, c)| c.is_ascii_digit() && !text[..*at].ends_with(|b: char| b.is_ascii_digit()));
    starts.filter_map(|(at, _)| period_at(&text[at..])).map(|(period, _)| period).next()
}

/// The month that a text names without its year, such as a sheet called 9月 or 九月份.
#[must_use]
pub fn find_month(text: &str) -> Option<i8> {
    const MONTHS: [&str; 12] = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"];
    let text = narrow(text);
    let before = text.split_once('月')?.0;
    let digits = before.len() - before.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    if digits > 0 {
        return before[before.len() - digits..].parse().ok().filter(|m| (1..=12).contains(m));
    }
    (1..=12).rev().find(|n| before.ends_with(MONTHS[*n as usize - 1]))
}

/// The year that a text names.
#[must_use]
pub fn find_year(text: &str) -> Option<i16> {
    find_period(text).map(|p| p.start().year())
}

/// A period that a text begins with, and the rest of the text.
fn period_at(text: &str) -> Option<(Period, &str)> {
    let (year, rest) = text.split_at_checked(4)?;
    let year =
        year.bytes().all(|b| b.is_ascii_digit()).then(|| year.parse::<i16>().ok()).flatten().filter(|y| (1990..=2100).contains(y))?;
    let of = |first: i8, count: i8, rest| {
        let start = Date::new(year, first, 1).ok()?;
        let end = start.checked_add(i32::from(count).months()).ok()?.checked_sub(1.day()).ok()?;
        Some((Period::new(start, end)?, rest))
    };
    if let Some((digits, after)) =
        rest.split_at_checked(2).filter(|(d, after)| is_digits(d) && !after.starts_with(|c: char| c.is_ascii_digit()))
    {
        // 202509.
        return digits.parse().ok().filter(|m| (1..=12).contains(m)).and_then(|m| of(m, 1, after));
    }
    let marked = rest.strip_prefix(['年', '.', '-', '/', '_']);
    let Some(after) = marked else {
        return match rest.strip_prefix(['Q', 'q']).and_then(|r| Some((r.get(..1)?.parse::<i8>().ok()?, &r[1..]))) {
            Some((n @ 1..=4, after)) => of(n * 3 - 2, 3, after),
            _ => None,
        };
    };
    let digits = after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    if (1..=2).contains(&digits) {
        let month = after[..digits].parse::<i8>().ok().filter(|m| (1..=12).contains(m));
        let tail = &after[digits..];
        if let Some((n @ 1..=4, tail)) = month.zip(tail.strip_prefix("季度")) {
            return of(n * 3 - 2, 3, tail);
        }
        let tail = tail.strip_prefix("月份").or_else(|| tail.strip_prefix('月')).unwrap_or(tail);
        if let Some(month) = month {
            return of(month, 1, tail);
        }
    }
    if !rest.starts_with('年') {
        return None;
    }
    let word = after.strip_prefix('第').unwrap_or(after);
    for (n, quarter) in (0..).zip(["一季度", "二季度", "三季度", "四季度"]) {
        let digit = ["1季度", "2季度", "3季度", "4季度"][n as usize];
        if let Some(tail) = word.strip_prefix(quarter).or_else(|| word.strip_prefix(digit)) {
            return of(n * 3 + 1, 3, tail);
        }
    }
    if let Some(tail) = word.strip_prefix("上半年") {
        return of(1, 6, tail);
    }
    if let Some(tail) = word.strip_prefix("下半年") {
        return of(7, 6, tail);
    }
    of(1, 12, after.strip_prefix(['度', '底', '末']).unwrap_or(after))
}

pub(super) fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// A day in a column of dates, where `20250930` and the serial number 45930 are dates too.
#[must_use]
pub fn date(raw: &str) -> Option<Date> {
    let text = narrow(raw);
    if let Some(date) = written_date(&text) {
        return Some(date);
    }
    if !is_digits(&text) {
        return None;
    }
    match text.len() {
        8 => day_of(&text[..4], &text[4..6], &text[6..]),
        // Serial numbers of 1954 to 2119: what else has five digits is no date of an office.
        5 => {
            let serial: i64 = text.parse().ok().filter(|n| (20_000..80_000).contains(n))?;
            Date::new(1899, 12, 30).ok()?.checked_add(serial.days()).ok()
        }
        _ => None,
    }
}
