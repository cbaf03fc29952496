//! Periods as offices write them.

use crate::domain::period::Period;
use crate::import::names::half_width;

/// A cell that is a period and nothing else.
pub(super) fn of_cell(text: &str) -> Option<Period> {
    let text: String = text.chars().map(half_width).filter(|c| !c.is_whitespace()).collect();
    text.parse().ok().or_else(|| in_text(&text))
}

/// The period that a title, a sheet's or a file's name speaks of: 2025年9月, 2025.9, 2025年三季度,
/// 2025年上半年, 202509, 2025年.
pub(super) fn in_text(text: &str) -> Option<Period> {
    let chars: Vec<char> = text.chars().map(half_width).filter(|c| !c.is_whitespace()).collect();
    (0..chars.len()).find_map(|at| {
        let before = at.checked_sub(1).map(|b| chars[b]);
        let year: String = chars.get(at..at + 4)?.iter().collect();
        let is_year = year.starts_with("20") && year.bytes().all(|b| b.is_ascii_digit());
        // Part of a longer number, such as a code.
        (is_year && !before.is_some_and(|c| c.is_ascii_digit())).then(|| after_year(&year, &chars[at + 4..])).flatten()
    })
}

fn after_year(year: &str, rest: &[char]) -> Option<Period> {
    let tail: String = rest.iter().take(12).collect();
    let digits = |text: &str| -> usize { text.bytes().take_while(u8::is_ascii_digit).count() };
    let make = |suffix: String| format!("{year}{suffix}").parse::<Period>().ok();
    let month = |text: &str, marks: &[&str]| -> Option<Period> {
        let n = digits(text);
        let number: u8 = text.get(..n).filter(|_| (1..=2).contains(&n))?.parse().ok()?;
        let after = &text[n..];
        let ends = marks.iter().any(|m| after.starts_with(m))
            || after.is_empty()
            || !after.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '/'));
        ends.then(|| make(format!("-{number:02}"))).flatten()
    };
    if let Some(named) = tail.strip_prefix('年') {
        let named = named.trim_start_matches('度').trim_start_matches('第');
        for (n, words) in [(1, ["一季", "1季"]), (2, ["二季", "2季"]), (3, ["三季", "3季"]), (4, ["四季", "4季"])] {
            if words.iter().any(|w| named.starts_with(w)) {
                return make(format!("Q{n}"));
            }
        }
        if named.starts_with("上半年") {
            return make("H1".to_owned());
        }
        if named.starts_with("下半年") {
            return make("H2".to_owned());
        }
        if digits(named) > 0 && named[digits(named)..].starts_with('月') {
            return month(named, &["月"]);
        }
        return make(String::new());
    }
    if let Some(rest) = tail.strip_prefix(['Q', 'q']) {
        return make(format!("Q{}", rest.get(..1)?));
    }
    if let Some(rest) = tail.strip_prefix(['H', 'h']) {
        return make(format!("H{}", rest.get(..1)?));
    }
    if let Some(rest) = tail.strip_prefix(['.', '-', '/', '_']) {
        return month(rest, &["月"]);
    }
    match digits(&tail) {
        0 if tail.is_empty() => make(String::new()),
        2 => month(&tail, &[]),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_and_cells() {
        for (text, period) in [
            ("2025年9月党建工作月报表", "2025-09"),
            ("统计表(2025年三季度)", "2025Q3"),
            ("2025年第3季度", "2025Q3"),
            ("２０２５年上半年", "2025H1"),
            ("2025年度", "2025"),
            ("2025.9", "2025-09"),
            ("2025-09", "2025-09"),
            ("202509", "2025-09"),
            ("月报_2025-09.xlsx", "2025-09"),
            ("2025Q3", "2025Q3"),
        ] {
            assert_eq!(in_text(text).map(|p| p.to_string()).as_deref(), Some(period), "{text}");
        }
        for text in ["", "表三", "990121202509", "2025.13", "20"] {
            assert_eq!(in_text(text), None, "{text}");
        }
    }
}
