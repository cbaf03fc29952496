//! The privacy gate: what this product may never hold, as code that no framework can override.
//!
//! Organisations, places and counts pass; residents, households, members by name, faith, petition,
//! health, ethnicity, movement and blacklists do not. The gate judges headings, levels and
//! person-like values, never words in sentences.

mod number;
#[cfg(test)]
mod tests;
mod words;

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use self::number::{digit, is_x, personal};
use self::words::{COUNTABLE, COUNTED, DENIED, DISTINCTIVE_CHARS, HARMLESS, KINDS, LEVELS, SIMPLIFIED, WAYS};
use super::schema::Privacy;
use crate::domain::text::half_width;

/// The gate. It has no settings, on purpose.
#[derive(Clone, Copy, Debug, Default)]
pub struct Gate;

/// What is put in place of a masked digit.
const MASK: char = 'x';

impl Gate {
    /// The kind of personal data that a heading announces (`identity`, `telephone`, `home`,
    /// `name`, `household`, `ethnicity`, `faith`, `petition`, `health`, `hardship`, `person`,
    /// `bank`), or `None` where it may pass.
    #[must_use]
    pub fn column(&self, heading: &str) -> Option<&'static str> {
        let words = latin_words(heading);
        let mut heading = normal(heading);
        // Those words are Chinese.
        if !heading.is_ascii() {
            for word in HARMLESS.split_whitespace() {
                if heading.contains(word) {
                    heading = heading.replace(word, "");
                }
            }
            if kinds().iter().any(|kind| heading.contains(kind.as_str())) {
                return None;
            }
        }
        let counted = COUNTED.iter().any(|end| heading.ends_with(end));
        // A second contact is a contact: 联系人2.
        let unnumbered = heading.trim_end_matches(|c: char| c.is_ascii_digit());
        let found = WORDS.inside.found(&heading) | WORDS.whole(&heading) | WORDS.whole(unnumbered) | WORDS.joined(&words);
        let mut denied = (0..).zip(&DENIED).filter(|(n, _)| found & (1 << n) != 0).map(|(_, denied)| denied.kind);
        denied.find(|kind| !(counted && COUNTABLE.contains(kind)))
    }

    /// What [`Self::column`] refuses, and what holds a word that the frameworks in use add (`own`).
    #[must_use]
    pub fn column_beside(&self, heading: &str, added: &Privacy) -> Option<&'static str> {
        self.column(heading).or_else(|| own(heading, added))
    }

    /// The kind of personal data that a framework would ask for by a label, field, list or state:
    /// what [`Self::column`] refuses, ways of working with persons (`household`, `person`), and the
    /// words that the framework itself adds (`own`). All are compared in any spelling.
    #[must_use]
    pub fn declared(&self, label: &str, added: &Privacy) -> Option<&'static str> {
        let plain = normal(label);
        let of_persons = || {
            let found = WORDS.ways.found(&plain);
            (0..).zip(&WAYS).find(|(n, _)| found & (1 << n) != 0).map(|(_, (kind, _))| *kind)
        };
        self.column(label).or_else(of_persons).or_else(|| own(label, added))
    }

    /// All personal headings of a table, each with its kind, so that a person hears of them at once.
    /// A heading of two lines, `上级/下级`, is judged whole and by its last line. `added` are the words of
    /// the frameworks in use.
    #[must_use]
    pub fn columns<'h>(&self, headings: impl Iterator<Item = &'h str>, added: &Privacy) -> Vec<(&'h str, &'static str)> {
        let one = |heading: &str| self.column_beside(heading, added);
        let kind = |heading: &str| one(heading).or_else(|| heading.rsplit_once('/').and_then(|(_, last)| one(last)));
        headings.filter_map(|heading| kind(heading).map(|kind| (heading, kind))).collect()
    }

    /// Whether a level (its code or label) would be people or households.
    #[must_use]
    pub fn level(&self, word: &str) -> bool {
        let label = normal(word);
        LEVELS.split_whitespace().any(|l| l == label)
            || label.ends_with('户')
            || matches!(self.column(word), Some("household" | "name" | "hardship" | "identity"))
    }

    /// Whether a value holds an identity number (18 digits with a valid date and checksum), a
    /// mobile telephone number or a bank card (16–19 digits, Luhn). Codes of units can look like
    /// these by chance: key columns are known first and not asked about.
    #[must_use]
    pub fn value_looks_personal(&self, value: &str) -> bool {
        !personal(value).is_empty()
    }

    /// [`Self::value_looks_personal`] in a column beside units that are known: the code of a grid is
    /// the code of its village and some more digits, 15 or 18 in all, and can look like a person's
    /// number by chance.
    #[must_use]
    pub fn value_looks_personal_beside(&self, value: &str, is_unit: impl Fn(&str) -> bool) -> bool {
        const VILLAGE_DIGITS: usize = 12;
        let value = value.trim();
        let is_grid = value.len() > VILLAGE_DIGITS && value.bytes().all(|b| b.is_ascii_digit()) && is_unit(&value[..VILLAGE_DIGITS]);
        !is_grid && self.value_looks_personal(value)
    }

    /// The text with the digits of such values replaced by `x`, and how many were.
    #[must_use]
    pub fn mask(&self, text: &str) -> (String, usize) {
        let found = personal(text);
        let mut out = String::with_capacity(text.len());
        for (at, c) in text.char_indices() {
            let masked = digit(c).is_some() || is_x(c);
            out.push(if masked && found.iter().any(|range| range.contains(&at)) { MASK } else { c });
        }
        (out, found.len())
    }
}

/// A bit per place in a table of words.
type Bits = u16;

/// Words that are looked for wherever they stand in a text, by their first character.
struct Inside(FxHashMap<char, Vec<(&'static str, Bits)>>);

impl Inside {
    /// Of words with the place in their table.
    fn of(words: impl Iterator<Item = (usize, &'static str)>) -> Self {
        let mut by_first: FxHashMap<char, Vec<(&'static str, Bits)>> = FxHashMap::default();
        for (n, word) in words {
            by_first.entry(word.chars().next().unwrap_or_default()).or_default().push((word, 1 << n));
        }
        Self(by_first)
    }

    fn found(&self, text: &str) -> Bits {
        let mut found = 0;
        for (at, first) in text.char_indices() {
            for (word, bit) in self.0.get(&first).into_iter().flatten() {
                if text[at..].starts_with(word) {
                    found |= bit;
                }
            }
        }
        found
    }
}

/// The words of [`DENIED`] and [`WAYS`], to be looked up: a framework asks about some thousand labels
/// before the first screen.
struct Words {
    inside: Inside,
    ways: Inside,
    latin: FxHashMap<&'static str, Bits>,
    /// Bytes of the longest of them.
    longest: usize,
    whole: FxHashMap<&'static str, Bits>,
}

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let table = |words: fn(&words::Denied) -> &'static str| {
        DENIED.iter().enumerate().flat_map(move |(n, denied)| words(denied).split_whitespace().map(move |word| (n, word)))
    };
    let (mut latin, mut whole): (FxHashMap<_, Bits>, FxHashMap<_, Bits>) = Default::default();
    table(|d| d.words).for_each(|(n, word)| *latin.entry(word).or_default() |= 1 << n);
    table(|d| d.whole).for_each(|(n, word)| *whole.entry(word).or_default() |= 1 << n);
    let long = table(|d| d.words).filter(|(_, word)| word.len() >= DISTINCTIVE_CHARS);
    let ways = WAYS.iter().enumerate().flat_map(|(n, (_, words))| words.split_whitespace().map(move |word| (n, word)));
    Words {
        inside: Inside::of(table(|d| d.parts).chain(long)),
        ways: Inside::of(ways),
        longest: latin.keys().map(|word| word.len()).max().unwrap_or_default(),
        latin,
        whole,
    }
});

impl Words {
    fn whole(&self, heading: &str) -> Bits {
        self.whole.get(heading).copied().unwrap_or_default()
    }

    /// The kinds of which a word is what neighbouring words of a heading join to.
    fn joined(&self, words: &[String]) -> Bits {
        let (mut found, mut joined) = (0, String::new());
        for first in 0..words.len() {
            joined.clear();
            for word in &words[first..] {
                joined.push_str(word);
                if joined.len() > self.longest {
                    break;
                }
                found |= self.latin.get(joined.as_str()).copied().unwrap_or_default();
            }
        }
        found
    }
}

/// The simplified character of a traditional one.
fn simplified(c: char) -> char {
    static TABLE: LazyLock<FxHashMap<char, char>> = LazyLock::new(|| {
        let pairs = SIMPLIFIED.split_whitespace().map(str::chars);
        pairs.filter_map(|mut pair| pair.next().zip(pair.next())).collect()
    });
    if c.is_ascii() { c } else { TABLE.get(&c).copied().unwrap_or(c) }
}

/// Whether a heading holds a word that frameworks add, in any spelling.
fn own(heading: &str, added: &Privacy) -> Option<&'static str> {
    let plain = normal(heading);
    let words = || added.deny_levels.iter().chain(&added.deny_fields);
    // A word that is nothing but marks would stand in everything.
    words().map(|word| normal(word)).any(|word| !word.is_empty() && plain.contains(&word)).then_some("own")
}

/// The official kinds as headings are compared.
fn kinds() -> &'static [String] {
    static PLAIN: LazyLock<Vec<String>> =
        LazyLock::new(|| KINDS.iter().map(|kind| normal(kind).trim_end_matches('的').to_owned()).collect());
    &PLAIN
}

/// A heading as it is compared: half-width, lower case, simplified, without blanks and marks.
fn normal(heading: &str) -> String {
    let letters = heading.chars().map(half_width).filter(|c| c.is_alphanumeric());
    letters.map(|c| simplified(c).to_ascii_lowercase()).collect()
}

/// The Latin words of a heading in lower case, cut at marks, digits, Chinese and `camelCase`.
fn latin_words(heading: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut before = ' ';
    for c in heading.chars().map(half_width) {
        if c.is_ascii_alphabetic() {
            let begins = !before.is_ascii_alphabetic() || before.is_ascii_lowercase() && c.is_ascii_uppercase();
            match words.last_mut().filter(|_| !begins) {
                Some(word) => word.push(c.to_ascii_lowercase()),
                None => words.push(c.to_ascii_lowercase().to_string()),
            }
        }
        before = c;
    }
    words
}
