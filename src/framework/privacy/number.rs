//! Long numbers that are a person's: identity, mobile telephone, bank card, however they are grouped.

use std::ops::Range;

/// A digit, half or full width.
pub(super) fn digit(c: char) -> Option<u8> {
    match c {
        '0'..='9' => Some(c as u8 - b'0'),
        '\u{ff10}'..='\u{ff19}' => u8::try_from(c as u32 - 0xff10).ok(),
        _ => None,
    }
}

/// The last place of some identity numbers, half or full width.
pub(super) fn is_x(c: char) -> bool {
    matches!(c, 'X' | 'x' | '\u{ff38}' | '\u{ff58}')
}

/// What people put between the groups of a long number.
const SEPARATORS: [char; 10] = [' ', '-', '.', '_', '·', '\u{a0}', '\u{2010}', '\u{2013}', '\u{3000}', '\u{ff0d}'];

/// Digits that stand together, with the bytes they take.
struct Group {
    digits: Vec<u8>,
    bytes: Range<usize>,
    /// An `X` follows, the last place of some identity numbers.
    x: bool,
    /// One or two of [`SEPARATORS`], and nothing else, lie between this and the group before.
    joined: bool,
}

fn groups(text: &str) -> Vec<Group> {
    let mut out: Vec<Group> = Vec::new();
    let mut open = false;
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        match digit(c) {
            Some(d) => {
                if !open {
                    let joined = out.last().is_some_and(|g| {
                        let between = &text[g.bytes.end..at];
                        between.chars().count() <= 2 && between.chars().all(|c| SEPARATORS.contains(&c))
                    });
                    out.push(Group { digits: Vec::new(), bytes: at..at, x: false, joined });
                    open = true;
                }
                if let Some(group) = out.last_mut() {
                    group.digits.push(d);
                    group.bytes.end = end;
                }
            }
            None => {
                if let Some(group) = out.last_mut().filter(|_| open && is_x(c))
                    && !text[end..].starts_with(|n: char| n.is_ascii_alphanumeric())
                {
                    group.x = true;
                    group.bytes.end = end;
                }
                open = false;
            }
        }
    }
    out
}

/// Digits of the shortest of these numbers, a mobile telephone's.
const DIGITS_MIN: usize = 11;

/// Bytes of the person-like values of a text.
pub(super) fn personal(text: &str) -> Vec<Range<usize>> {
    // Every value of a map comes here: most have too few digits for the shortest of these numbers.
    if text.len() < DIGITS_MIN || text.chars().filter(|c| digit(*c).is_some()).nth(DIGITS_MIN - 1).is_none() {
        return Vec::new();
    }
    let groups = groups(text);
    let mut out = Vec::new();
    let mut n = 0;
    while n < groups.len() {
        // The longest run of joined groups that is such a value; most values are one group.
        let mut run = n + 1;
        while run < groups.len() && groups[run].joined && run - n < 5 {
            run += 1;
        }
        match (n + 1..=run).rev().find(|end| is_personal(&groups[n..*end])) {
            Some(end) => {
                out.push(groups[n].bytes.start..groups[end - 1].bytes.end);
                n = end;
            }
            None => n += 1,
        }
    }
    out
}

fn is_personal(groups: &[Group]) -> bool {
    let digits: Vec<u8> = groups.iter().flat_map(|g| g.digits.iter().copied()).collect();
    let sizes: Vec<usize> = groups.iter().map(|g| g.digits.len()).collect();
    let x = groups.last().is_some_and(|g| g.x);
    if x || groups[..groups.len() - 1].iter().any(|g| g.x) {
        return matches!(sizes.as_slice(), [17] | [6, 8, 3] | [6, 11] | [14, 3]) && is_identity(&digits, x);
    }
    match sizes.as_slice() {
        [11] | [3, 4, 4] | [3, 8] | [7, 4] => is_mobile(&digits),
        // With the country's code before it.
        [13] | [2, 11] | [2, 3, 4, 4] => digits.starts_with(&[8, 6]) && is_mobile(&digits[2..]),
        [15] => digits.starts_with(&[0, 0, 8, 6]) && is_mobile(&digits[4..]),
        [18] => is_identity(&digits, false) || is_card(&digits) && !is_credit_code(&digits),
        [6, 8, 4] | [6, 12] | [14, 4] => is_identity(&digits, false),
        [16 | 17 | 19] | [4, 4, 4, 4] | [4, 4, 4, 4, 1..=3] | [6, 10..=13] => is_card(&digits),
        _ => false,
    }
}

/// 11 digits, `1[3-9]…`.
fn is_mobile(digits: &[u8]) -> bool {
    digits.len() == 11 && digits[0] == 1 && digits[1] >= 3
}

/// GB 11643: region, date of birth, sequence and a check character mod 11-2.
fn is_identity(digits: &[u8], x: bool) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    if digits.len() + usize::from(x) != 18 || digits[0] == 0 {
        return false;
    }
    let number = |range: Range<usize>| digits[range].iter().fold(0_i16, |n, d| n * 10 + i16::from(*d));
    let (year, month, day) = (number(6..10), number(10..12), number(12..14));
    let dated = (1900..=2100).contains(&year)
        && i8::try_from(month).ok().zip(i8::try_from(day).ok()).is_some_and(|(m, d)| jiff::civil::Date::new(year, m, d).is_ok());
    let sum: u32 = WEIGHTS.iter().zip(digits).map(|(w, d)| w * u32::from(*d)).sum();
    let check = (12 - sum % 11) % 11;
    let last = if x { 10 } else { u32::from(digits[17]) };
    dated && check == last
}

/// GB 32100, the code of an organisation, where it has no letters: a check character mod 31.
pub(super) fn is_credit_code(digits: &[u8]) -> bool {
    const WEIGHTS: [u32; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
    let sum: u32 = WEIGHTS.iter().zip(digits).map(|(w, d)| w * u32::from(*d)).sum();
    digits.len() == 18 && matches!(digits[0], 1 | 5 | 9) && (31 - sum % 31) % 31 == u32::from(digits[17])
}

/// ISO/IEC 7812: 16–19 digits of a bank's range (3–6), last digit by Luhn.
fn is_card(digits: &[u8]) -> bool {
    if !(16..=19).contains(&digits.len()) || !(3..=6).contains(&digits[0]) {
        return false;
    }
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(n, d)| {
            let d = u32::from(*d) * if n % 2 == 1 { 2 } else { 1 };
            if d > 9 { d - 9 } else { d }
        })
        .sum();
    sum.is_multiple_of(10)
}
