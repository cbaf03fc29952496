//! What people write into cells of numbers and dates.
//!
//! Nothing is guessed: a word that can mean several things is asked about once per column, and one
//! that says it is not exact (约5, 同上) is kept aside.

mod date;

use std::borrow::Cow;

use jiff::civil::Date;

pub use self::date::{date, find_month, find_period, find_year};
use self::date::{is_digits, written_date, written_period};
use super::book::Kind;
use crate::domain::period::Period;
use crate::domain::text::half_width;
use crate::domain::value::State;

/// What a cell says.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// A number times `factor` (万 is 10,000), with the unit written behind it.
    Number {
        /// As written.
        value: f64,
        /// What a word behind it multiplies it by; 1 without.
        factor: f64,
        /// Unit written behind it: 名, 个, 万元 without its 万.
        unit: Option<Cow<'a, str>>,
    },
    /// Hundredths: `63.61%` is 63.61.
    Percent(f64),
    /// Numerator and denominator, `5/7`.
    Ratio {
        /// Before the stroke.
        num: f64,
        /// Behind it.
        den: f64,
    },
    /// A day.
    Date(Date),
    /// A month, quarter, half or year; `or` is the number that `2025.9` can be as well.
    Period {
        /// As a period.
        period: Period,
        /// As a number, where it can be one.
        or: Option<f64>,
    },
    /// Yes or no: √ × 有 是 否.
    Tick(bool),
    /// Blank, 无, a stroke: what it means in this column is asked once.
    Ask(Word),
    /// A word that says itself why there is no number.
    Means(Meaning),
    /// Not exact or a reference to another row: kept aside and listed.
    Never(&'a str),
    /// An error of the spreadsheet, `#N/A`.
    Error(&'a str),
    /// Anything else.
    Text(&'a str),
}

/// Signs whose meaning differs from column to column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Word {
    /// Nothing stands there.
    Blank,
    /// 无.
    None,
    /// `/`.
    Stroke,
    /// `—` or `-`.
    Dash,
}

/// What a sign without a number means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Meaning {
    /// The number 0.
    Zero,
    /// There is none of the kind here.
    None,
    /// Not due for this unit.
    NotDue,
    /// Nothing was reported.
    NotReported,
}

impl Meaning {
    /// As the state of a reading; 0 is a number.
    #[must_use]
    pub fn state(self) -> State {
        match self {
            Self::Zero => State::Value,
            Self::None => State::None,
            Self::NotDue => State::NotDue,
            Self::NotReported => State::Missing,
        }
    }
}

/// How a spreadsheet spoiled a code, which cannot be undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Spoiled {
    /// Written in powers of ten: `9.90101E+08`.
    Powers,
    /// Kept as a number of more than 15 digits: the last places are lost.
    Places,
    /// Taken for a date: `3-1`.
    Date,
}

const YES: [&str; 9] = ["√", "✓", "✔", "☑", "有", "是", "Y", "YES", "TRUE"];
const NO: [&str; 9] = ["×", "✗", "✘", "╳", "X", "否", "N", "NO", "FALSE"];
const NOT_DUE: [&str; 6] = ["不适用", "不需报", "无需报", "不涉及", "无需填报", "不用报"];
const NOT_REPORTED: [&str; 7] = ["未报", "未上报", "未填", "未填报", "缺报", "漏报", "待报"];
/// Whole cells that point at another one, or name no number.
const ELSEWHERE: [&str; 12] = ["同上", "同左", "同前", "同上月", "同上期", "若干", "多个", "不详", "不清楚", "待定", "待核实", "待统计"];
/// What a number that is not exact begins with.
const ABOUT: [&str; 12] = ["约", "大约", "大概", "近", "超", "超过", "至少", "不足", ">", "<", "≥", "≤"];
/// What it ends with.
const ABOUTS: [&str; 8] = ["左右", "余", "多", "以上", "以下", "以内", "上下", "?"];
/// Words behind a number that multiply it.
const FACTORS: [(&str, f64); 7] = [("千万", 1e7), ("百万", 1e6), ("十万", 1e5), ("万", 1e4), ("亿", 1e8), ("千", 1e3), ("百", 1e2)];
/// Units that people write behind a number.
const UNITS: &str = "名 个 人 户 次 处 项 家 件 所 村 支 条 场 期 天 日 月 年 元 亩 公顷 平方米 平米 平方公里 ㎡ m2 m² km2 km² 米 公里 千米 km \
                     吨 公斤 斤 辆 台 套 间 栋 座 片 组 位 对 只 头 株 本 份 篇 批 轮 届 岁 小时 分 分钟 人次 户次 万元 支部 网格 kg t m";

/// Reads a cell.
#[must_use]
pub fn read(kind: Kind, raw: &str) -> Value<'_> {
    let text = narrow(raw);
    let word = text.as_ref();
    match (kind, word) {
        (Kind::Error, _) => return Value::Error(raw),
        (_, "") => return Value::Ask(Word::Blank),
        (_, "无" | "没有" | "暂无") => return Value::Ask(Word::None),
        (_, "/" | "\\" | "//") => return Value::Ask(Word::Stroke),
        (_, "-" | "—" | "--" | "——" | "–" | "―" | "-—" | "一一") => return Value::Ask(Word::Dash),
        _ => {}
    }
    if word.starts_with('#') && word.ends_with(['!', '?', 'A', '0', '#']) && word[1..].chars().all(|c| !c.is_lowercase() && c.is_ascii()) {
        return Value::Error(raw);
    }
    let upper = word.to_uppercase();
    for (words, is) in [(&YES, Value::Tick(true)), (&NO, Value::Tick(false))] {
        if words.contains(&upper.as_str()) {
            return is;
        }
    }
    if NOT_DUE.contains(&word) {
        return Value::Means(Meaning::NotDue);
    }
    if NOT_REPORTED.contains(&word) {
        return Value::Means(Meaning::NotReported);
    }
    if is_about(word) {
        return Value::Never(raw);
    }
    if let Some(date) = written_date(word) {
        return Value::Date(date);
    }
    if let Some(period) = written_period(word) {
        return Value::Period { period, or: plain(word) };
    }
    if let Some(value) = number(&text) {
        return value;
    }
    Value::Text(raw)
}

/// Full-width signs as half-width ones, without blanks and a leading apostrophe.
fn narrow(raw: &str) -> Cow<'_, str> {
    let raw = raw.trim();
    let raw = raw.strip_prefix('\'').unwrap_or(raw);
    let is_narrow = |c: char| !c.is_whitespace() && !matches!(c, '\u{ff01}'..='\u{ff5e}' | '−' | '。' | '﹪');
    if raw.chars().all(is_narrow) {
        return Cow::Borrowed(raw);
    }
    let signs = raw.chars().filter(|c| !c.is_whitespace()).map(|c| match c {
        '−' => '-',
        '。' => '.',
        '﹪' => '%',
        c => half_width(c),
    });
    Cow::Owned(signs.collect())
}

fn is_about(word: &str) -> bool {
    if ELSEWHERE.contains(&word) {
        return true;
    }
    let has_number = word.bytes().any(|b| b.is_ascii_digit());
    let between = || {
        let parts = word.split_once(['-', '~', '—', '至', '到']);
        parts.is_some_and(|(from, to)| {
            plain(from).is_some() && plain(to.trim_end_matches(|c: char| !c.is_ascii_digit())).is_some_and(|n| n >= 0.0)
        })
    };
    // `10余个`, `20多人`: the sign stands before the unit.
    let inner = || {
        let rest = word.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        rest.len() < word.len() && ["余", "多", "来"].iter().any(|sign| rest.starts_with(sign))
    };
    has_number
        && (ABOUT.iter().any(|sign| word.starts_with(sign)) || ABOUTS.iter().any(|sign| word.ends_with(sign)) || inner() || between())
        && written_date(word).is_none()
        && written_period(word).is_none()
}

/// Digits with a point, a sign, thousands separators; powers of ten as spreadsheets write them.
fn plain(text: &str) -> Option<f64> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !digits.starts_with(|c: char| c.is_ascii_digit()) || !digits.bytes().all(|b| b.is_ascii_digit() || b".,Ee+-".contains(&b)) {
        return None;
    }
    let value: f64 = if digits.contains(',') {
        let whole = digits.split_once('.').map_or(digits, |(whole, _)| whole);
        let groups: Vec<&str> = whole.split(',').collect();
        let fit = groups[0].len() <= 3 && groups[1..].iter().all(|g| g.len() == 3) && !whole.bytes().any(|b| b"eE+-".contains(&b));
        fit.then(|| text.replace(',', "").parse().ok())??
    } else {
        text.parse().ok()?
    };
    value.is_finite().then_some(value)
}

fn number<'a>(text: &str) -> Option<Value<'a>> {
    let of = |value| Value::Number { value, factor: 1.0, unit: None };
    if let Some(value) = plain(text) {
        return Some(of(value));
    }
    if let Some(value) = text.strip_suffix('%').and_then(plain) {
        return Some(Value::Percent(value));
    }
    if let Some(value) = text.strip_suffix('‰').and_then(plain) {
        return Some(Value::Percent(value / 10.0));
    }
    if let Some((num, den)) = text.split_once('/').and_then(|(n, d)| Some((plain(n)?, plain(d)?))) {
        return Some(Value::Ratio { num, den });
    }
    let end = text.find(|c: char| !(c.is_ascii_digit() || ".,-+".contains(c)))?;
    let (value, mut rest) = (plain(&text[..end])?, &text[end..]);
    let mut factor = 1.0;
    if let Some((word, times)) = FACTORS.iter().find(|(word, _)| rest.starts_with(word)) {
        // 千米 and 千克 are units of their own.
        if !UNITS.split_whitespace().any(|unit| unit == rest && *word == "千") {
            (factor, rest) = (*times, &rest[word.len()..]);
        }
    }
    let unit = match rest {
        "" => None,
        rest if UNITS.split_whitespace().any(|unit| unit == rest) => Some(Cow::Owned(rest.to_owned())),
        _ => return None,
    };
    Some(Value::Number { value, factor, unit })
}

/// How a code was spoiled by a spreadsheet, if it was.
#[must_use]
pub fn spoiled(kind: Kind, code: &str) -> Option<Spoiled> {
    if kind == Kind::Date {
        return Some(Spoiled::Date);
    }
    let powers = code.split_once(['E', 'e']).is_some_and(|(mantissa, power)| {
        let power = power.strip_prefix('+').unwrap_or(power);
        mantissa.contains('.')
            && mantissa.replacen('.', "", 1).bytes().all(|b| b.is_ascii_digit())
            && is_digits(power)
            && code.contains('+')
    });
    // `9E+11` has no point; a code such as 12E3 has no plus.
    let whole = code.split_once("E+").is_some_and(|(mantissa, power)| is_digits(mantissa) && is_digits(power));
    if powers || whole {
        return Some(Spoiled::Powers);
    }
    (kind == Kind::Number && code.bytes().filter(u8::is_ascii_digit).count() > 15).then_some(Spoiled::Places)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(raw: &str) -> Value<'_> {
        read(Kind::Text, raw)
    }

    fn number_of(raw: &str) -> Option<(f64, f64, Option<String>)> {
        match text(raw) {
            Value::Number { value, factor, unit } => Some((value, factor, unit.map(Cow::into_owned))),
            _ => None,
        }
    }

    #[test]
    fn numbers_in_the_dress_of_the_office() {
        for (raw, value, factor, unit) in [
            ("12", 12.0, 1.0, None),
            ("-3.5", -3.5, 1.0, None),
            ("\u{ff11}\u{ff12}", 12.0, 1.0, None),
            (" 1,234,567.8 ", 1_234_567.8, 1.0, None),
            ("\u{ff11}\u{ff0c}\u{ff12}\u{ff13}\u{ff14}", 1234.0, 1.0, None),
            ("1.2万", 1.2, 1e4, None),
            ("3亿", 3.0, 1e8, None),
            ("1.2万元", 1.2, 1e4, Some("元")),
            ("2千万元", 2.0, 1e7, Some("元")),
            ("3名", 3.0, 1.0, Some("名")),
            ("12个", 12.0, 1.0, Some("个")),
            ("5千米", 5.0, 1.0, Some("千米")),
            ("120㎡", 120.0, 1.0, Some("㎡")),
            ("'007", 7.0, 1.0, None),
            ("9.9E+2", 990.0, 1.0, None),
        ] {
            assert_eq!(number_of(raw), Some((value, factor, unit.map(str::to_owned))), "{raw}");
        }
        for raw in ["1,23", "1.2.3", "12三", "..", "1e999", "十二", "NaN", "inf", "1,2345"] {
            assert_eq!(number_of(raw), None, "{raw}");
        }
    }

    #[test]
    fn shares_and_ratios() {
        assert_eq!(text("63.61%"), Value::Percent(63.61));
        assert_eq!(text("\u{ff16}\u{ff13}\u{ff05}"), Value::Percent(63.0));
        assert_eq!(text("5‰"), Value::Percent(0.5));
        assert_eq!(text("5/7"), Value::Ratio { num: 5.0, den: 7.0 });
    }

    #[test]
    fn words_are_asked_about_said_or_kept_aside() {
        for (raw, value) in [
            ("", Value::Ask(Word::Blank)),
            ("无", Value::Ask(Word::None)),
            ("/", Value::Ask(Word::Stroke)),
            ("\u{ff0f}", Value::Ask(Word::Stroke)),
            ("—", Value::Ask(Word::Dash)),
            ("-", Value::Ask(Word::Dash)),
            ("√", Value::Tick(true)),
            ("有", Value::Tick(true)),
            ("×", Value::Tick(false)),
            ("否", Value::Tick(false)),
            ("未报", Value::Means(Meaning::NotReported)),
            ("不适用", Value::Means(Meaning::NotDue)),
            ("约5", Value::Never("约5")),
            ("同上", Value::Never("同上")),
            ("10余个", Value::Never("10余个")),
            ("5-8", Value::Never("5-8")),
            ("100以上", Value::Never("100以上")),
            ("#N/A", Value::Error("#N/A")),
            ("#DIV/0!", Value::Error("#DIV/0!")),
            ("上坝村", Value::Text("上坝村")),
            ("近山村", Value::Text("近山村")),
            ("第3网格", Value::Text("第3网格")),
        ] {
            assert_eq!(text(raw), value, "{raw}");
        }
        assert_eq!(read(Kind::Error, "#REF!"), Value::Error("#REF!"));
    }

    #[test]
    fn dates_and_periods() {
        let day = Date::new(2025, 9, 3).expect("a day");
        for raw in ["2025-09-03", "2025/9/3", "2025.9.3", "2025年9月3日", "2025-09-03T08:30:00", "\u{ff12}\u{ff10}\u{ff12}\u{ff15}年9月3日"]
        {
            assert_eq!(text(raw), Value::Date(day), "{raw}");
            assert_eq!(date(raw), Some(day), "{raw}");
        }
        assert_eq!((date("20250903"), date("45903")), (Some(day), Some(day)));
        for raw in ["2025-02-30", "20251301", "99", "上坝村", "1000000"] {
            assert_eq!(date(raw), None, "{raw}");
        }
        for (raw, period, or) in [
            ("2025年9月", "2025-09", None),
            ("2025.9", "2025-09", Some(2025.9)),
            ("2025-09", "2025-09", None),
            ("2025年第三季度", "2025Q3", None),
            ("2025年3季度", "2025Q3", None),
            ("2025Q3", "2025Q3", None),
            ("2025年上半年", "2025H1", None),
            ("2025年", "2025", None),
            ("2025年度", "2025", None),
        ] {
            assert_eq!(text(raw), Value::Period { period: period.parse().expect("a period"), or }, "{raw}");
        }
        assert_eq!(number_of("2025"), Some((2025.0, 1.0, None)));
    }

    #[test]
    fn periods_are_found_in_titles_and_names() {
        for (raw, period) in [
            ("青禾县2025年9月基层组织情况一览表", Some("2025-09")),
            ("截至2025年9月底", Some("2025-09")),
            ("2025年第三季度汇总", Some("2025Q3")),
            ("月报202509", Some("2025-09")),
            ("2025年度", Some("2025")),
            ("编码990121105203", None),
            ("一览表", None),
        ] {
            assert_eq!(find_period(raw).map(|p| p.to_string()).as_deref(), period, "{raw}");
        }
        for (raw, month) in
            [("9月", Some(9)), ("九月份", Some(9)), ("十二月", Some(12)), ("12月", Some(12)), ("13月", None), ("Sheet1", None)]
        {
            assert_eq!(find_month(raw), month, "{raw}");
        }
    }

    #[test]
    fn spoiled_codes_are_recognised_and_codes_are_not() {
        assert_eq!(spoiled(Kind::Text, "9.90101E+08"), Some(Spoiled::Powers));
        assert_eq!(spoiled(Kind::Text, "9.9010120260101E+17"), Some(Spoiled::Powers));
        assert_eq!(spoiled(Kind::Text, "9E+11"), Some(Spoiled::Powers));
        assert_eq!(spoiled(Kind::Number, "990101202601010000"), Some(Spoiled::Places));
        assert_eq!(spoiled(Kind::Date, "2025-03-01"), Some(Spoiled::Date));
        for (kind, code) in [
            (Kind::Text, "990101202601010001"),
            (Kind::Number, "990101001001"),
            (Kind::Text, "91990121MA00000000"),
            (Kind::Text, "12E3"),
            (Kind::Text, "A-E+1"),
        ] {
            assert_eq!(spoiled(kind, code), None, "{code}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

        #[test]
        fn any_text_is_read(raw in "[0-9.,%/年月日万亿约-]{0,10}|\\PC{0,12}") {
            let _ = (text(&raw), date(&raw), find_period(&raw), find_month(&raw), spoiled(Kind::Number, &raw));
        }

        #[test]
        fn plain_numbers_come_back(n in -1e12..1e12_f64) {
            prop_assert_eq!(number_of(&n.to_string()), Some((n, 1.0, None)));
        }
    }
}
