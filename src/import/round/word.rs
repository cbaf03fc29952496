//! What the cells of a township's file say: numbers with their words, and periods in titles and heads.

use jiff::civil::Date;

use crate::domain::indicator::{Indicator, Kind};
use crate::domain::period::Period;
use crate::domain::value::{Reading, State};

/// None of the kind here.
const NONE: [&str; 2] = ["无", "none"];
/// Not due here.
const NOT_DUE: [&str; 7] = ["不需报", "不适用", "无需报", "不涉及", "不用报", "无需填报", "notdue"];
/// Nothing came, said in a word.
const MISSING: [&str; 4] = ["未报", "未上报", "未填", "未填报"];
const YES: [&str; 5] = ["是", "√", "有", "yes", "1"];
const NO: [&str; 5] = ["否", "×", "没有", "no", "0"];

/// A text as it is compared: half-width, lower case, without blanks.
pub(super) fn plain(text: &str) -> String {
    let half = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        c => c,
    };
    text.chars().filter(|c| !c.is_whitespace() && *c != '\u{3000}').map(half).flat_map(char::to_lowercase).collect()
}

/// What a single cell says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Said {
    /// Nothing.
    Nothing,
    /// A state without a number.
    State(State),
    /// A number.
    Number(f64),
    /// Two numbers, `5/7`.
    Parts(f64, f64),
}

/// Reads a cell; `None` where it is neither a number nor one of the words. 约 and 同上, a stroke or a
/// dash are never guessed.
pub(super) fn said(text: &str, indicator: &Indicator) -> Option<Said> {
    let text = plain(text);
    if text.is_empty() || MISSING.contains(&&*text) {
        return Some(Said::Nothing);
    }
    if indicator.kind == Kind::Bool {
        if YES.contains(&&*text) {
            return Some(Said::Number(1.0));
        }
        if NO.contains(&&*text) {
            return Some(Said::Number(0.0));
        }
    }
    if NONE.contains(&&*text) {
        return Some(Said::State(State::None));
    }
    if NOT_DUE.contains(&&*text) {
        return Some(Said::State(State::NotDue));
    }
    if let Some((num, den)) = text.split_once('/') {
        return Some(Said::Parts(number(num)?, number(den)?));
    }
    let unit = plain(&indicator.unit);
    let bare = text.strip_suffix(unit.as_str()).filter(|_| !unit.is_empty()).unwrap_or(&text);
    number(bare).map(Said::Number)
}

/// A plain number, with separators of thousands.
fn number(text: &str) -> Option<f64> {
    let digits: String = text.chars().filter(|c| *c != ',').collect();
    let sign_and_digits = |c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | 'e');
    if digits.is_empty() || !digits.chars().all(sign_and_digits) {
        return None;
    }
    digits.parse().ok().filter(|n: &f64| n.is_finite())
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

/// The period that a title, a sheet's name or a head speaks of: `2025年10月`, `2025-10`, `2025年三季度`,
/// `2025Q3`, `10月份`, or `10月` alone. A day is one only as the last of its month: 截至2025年10月31日.
pub(super) fn period_in(text: &str, year: i16) -> Option<Period> {
    let text = plain(text);
    let chars: Vec<char> = text.chars().collect();
    let (mut at, mut found) = (0, None);
    while at < chars.len() {
        let (n, end) = digits(&chars, at);
        if let Some(of) = n.filter(|n| (1900..2200).contains(n) && end - at == 4) {
            if let Some(period) = after_year(&chars[end..], of) {
                return Some(period);
            }
        } else if let Some(month) = n.filter(|n| (1..=12).contains(n)) {
            // Without a year: all there is, or 10月份. 近12月 is a span, no month.
            let rest: String = chars[end..].iter().collect();
            if (at == 0 && ["月", "月份"].contains(&&*rest))
                || (rest.starts_with("月份") && !matches!(at.checked_sub(1).map(|n| chars[n]), Some('近' | '前' | '过' | '续')))
            {
                found = found.or_else(|| months(year, month, 1));
            }
        }
        at = end.max(at + 1);
    }
    found
}

/// What follows a year of four digits.
fn after_year(rest: &[char], year: i16) -> Option<Period> {
    let mut rest = rest;
    if let [sign, tail @ ..] = rest
        && matches!(sign, '年' | '-' | '.' | '/')
    {
        rest = tail;
    }
    if let ['第', tail @ ..] = rest {
        rest = tail;
    }
    let quarter = |c: &char| ["1一", "2二", "3三", "4四"].iter().position(|both| both.contains(*c)).and_then(|n| i16::try_from(n).ok());
    match rest {
        [q, '季', ..] => return quarter(q).and_then(|n| months(year, n * 3 + 1, 3)),
        ['q', q, ..] => return quarter(q).and_then(|n| months(year, n * 3 + 1, 3)),
        ['上', '半', '年', ..] => return months(year, 1, 6),
        ['下', '半', '年', ..] => return months(year, 7, 6),
        _ => {}
    }
    let (month, end) = digits(rest, 0);
    let period = months(year, month.filter(|m| (1..=12).contains(m))?, 1)?;
    let mut tail = &rest[end..];
    if let ['月' | '-' | '.' | '/', after @ ..] = tail {
        tail = after;
    }
    let (day, end) = digits(tail, 0);
    let whole = match day {
        None => true,
        Some(day) if matches!(tail.get(end), None | Some('日' | '号')) || end == 2 => day == i16::from(period.end().day()),
        Some(_) => true,
    };
    whole.then_some(period)
}

/// The number that begins at a place, and where it ends.
fn digits(chars: &[char], at: usize) -> (Option<i16>, usize) {
    let end = chars[at..].iter().position(|c| !c.is_ascii_digit()).map_or(chars.len(), |n| at + n);
    let text: String = chars[at..end].iter().collect();
    (text.parse().ok(), end)
}

fn months(year: i16, first: i16, count: i16) -> Option<Period> {
    let start = Date::new(year, i8::try_from(first).ok()?, 1).ok()?;
    let end = Date::new(year, i8::try_from(first + count - 1).ok()?, 1).ok()?.last_of_month();
    Period::new(start, end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::indicator::Rollup;
    use crate::domain::indicator::tests::sample;

    #[test]
    fn periods_in_titles_sheets_and_heads() {
        let of = |text: &str| period_in(text, 2025).map(|p| p.to_string());
        for (text, period) in [
            ("青禾县2025年10月月报", "2025-10"),
            ("２０２５年１０月", "2025-10"),
            ("2025-10", "2025-10"),
            ("2025.9", "2025-09"),
            ("2025年第三季度", "2025Q3"),
            ("2025Q3", "2025Q3"),
            ("2025年上半年", "2025H1"),
            ("10月", "2025-10"),
            ("9月份报表", "2025-09"),
            ("数据截至2025年10月31日", "2025-10"),
        ] {
            assert_eq!(of(text).as_deref(), Some(period), "{text}");
        }
        for text in ["", "近12月主题党日缺次", "填报日期 2025年11月3日", "2025年", "第10月度", "编码 990121001001"] {
            assert_eq!(of(text), None, "{text}");
        }
    }

    #[test]
    fn cells_are_numbers_or_one_of_the_words() {
        let mut indicator = sample(Kind::Count, Rollup::Sum);
        indicator.unit = "个".into();
        let of = |text: &str| said(text, &indicator);
        assert_eq!(of(" 1,234 "), Some(Said::Number(1234.0)));
        assert_eq!(of("３个"), Some(Said::Number(3.0)));
        assert_eq!(of(""), Some(Said::Nothing));
        assert_eq!(of("无"), Some(Said::State(State::None)));
        assert_eq!(of("不需报"), Some(Said::State(State::NotDue)));
        assert_eq!(of("5/7"), Some(Said::Parts(5.0, 7.0)));
        for bad in ["约5", "同上", "/", "—", "3名左右", "inf", "NaN", "1e999"] {
            assert_eq!(of(bad), None, "{bad}");
        }
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
