//! Cleaning of text that comes from data, before it is stored, drawn, logged or quoted.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Longest name that is kept, in characters; anything longer is cut with `…`.
pub const NAME_MAX_CHARS: usize = 120;

/// Whether a character may steer a terminal or reorder a line: C0, DEL, C1, bidi marks and
/// overrides, line and paragraph separators, BOM, other invisible format characters.
#[must_use]
pub fn is_hostile(c: char) -> bool {
    matches!(c,
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// A number with its unit of measure: `3 个`, `60%`. Before `%` there is no gap.
#[must_use]
pub fn measured(number: &str, unit: &str) -> String {
    let gap = if unit.is_empty() || unit == "%" { "" } else { " " };
    [number, gap, unit].concat()
}

/// A name or note without hostile characters: tabs and newlines become one space, the rest is
/// dropped; trimmed and cut to [`NAME_MAX_CHARS`]. Borrowed where nothing had to change.
#[must_use]
pub fn clean_name(text: &str) -> Cow<'_, str> {
    let trimmed = text.trim();
    if !trimmed.chars().any(is_hostile) && trimmed.chars().count() <= NAME_MAX_CHARS {
        return Cow::Borrowed(trimmed);
    }
    let mut out = String::with_capacity(trimmed.len());
    for (n, c) in trimmed.chars().enumerate() {
        if n == NAME_MAX_CHARS {
            out.push('…');
            break;
        }
        match c {
            '\t' | '\n' | '\r' => out.push(' '),
            c if is_hostile(c) => {}
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// Text quoted in an error or a log: hostile characters are shown as `\xNN` or `\u{NNNN}`, and
/// anything over 80 characters is cut.
#[must_use]
pub fn quote(text: &str) -> String {
    let mut out = String::new();
    for (n, c) in text.chars().enumerate() {
        if n == 80 {
            out.push('…');
            break;
        }
        match c {
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if (c as u32) < 0x100 && is_hostile(c) => {
                let _ = write!(out, "\\x{:02X}", c as u32);
            }
            c if is_hostile(c) => {
                let _ = write!(out, "\\u{{{:X}}}", c as u32);
            }
            c => out.push(c),
        }
    }
    out
}

/// A full-width form of a plain character (U+FF01–FF5E stand 0xFEE0 above ASCII) as that character.
#[must_use]
pub fn half_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_escapes_and_keep_rare_characters() {
        assert_eq!(clean_name(" 上坝村 "), "上坝村");
        assert_eq!(clean_name("上\u{1b}[31m坝\u{202e}村"), "上[31m坝村");
        assert_eq!(clean_name("𠀋村\t一"), "𠀋村 一");
        assert!(matches!(clean_name("𠅤家湾"), Cow::Borrowed(_)));
        assert_eq!(clean_name(&"长".repeat(500)).chars().count(), NAME_MAX_CHARS + 1);
    }

    #[test]
    fn full_width_is_folded_and_the_rest_is_left() {
        let folded: String = "ＡＢ（１２）～　村、".chars().map(half_width).collect();
        assert_eq!(folded, "AB(12)~ 村、");
    }

    #[test]
    fn quotes_show_what_was_hidden() {
        assert_eq!(quote("a\u{1b}]0;x\u{7}"), "a\\x1B]0;x\\x07");
        assert_eq!(quote("\u{202e}"), "\\u{202E}");
    }
}
