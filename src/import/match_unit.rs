//! Which unit a key of a file means, and why one means none.
//!
//! Every look-up is by hash: a province has 120,000 units, and a file may have as many keys that
//! fit nowhere.

use std::cell::OnceCell;
use std::ops::Range;

use rustc_hash::FxHashMap;

use super::names::stem;
use crate::domain::id::Uid;
use crate::domain::plan::Cause;
use crate::domain::text::half_width;
use crate::store::world::World;

/// Level and row.
pub(super) type Place = (usize, u32);

/// What a key names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// One unit.
    One(Place),
    /// More than one.
    Several,
    /// None.
    None,
}

/// The unit that a text names; `None` where it names several.
type Index<K> = FxHashMap<K, Option<Place>>;

/// Units by code and by name.
pub(super) struct Finder<'w> {
    world: &'w World,
    /// Levels that are meant, or the table of branches after them.
    levels: Range<usize>,
    codes: Index<&'w str>,
    names: Index<&'w str>,
    /// Made when the first key is not found: most files have none.
    near: OnceCell<Near<'w>>,
}

/// What is looked at when a key is not found.
#[derive(Default)]
struct Near<'w> {
    /// Codes of every level, and of what is meant.
    codes: Index<&'w str>,
    /// Names of every level.
    names: Index<&'w str>,
    /// Codes without their leading zeros.
    bare: Index<&'w str>,
    /// Codes without their trailing zeros.
    cut: Index<&'w str>,
    /// Stems of names, with the family of their ending.
    stems: FxHashMap<(String, &'static str), Option<Place>>,
    /// Codes in order, for those that a spreadsheet rounded.
    sorted: Vec<(&'w str, Place)>,
}

fn put<K: std::hash::Hash + Eq>(index: &mut Index<K>, key: K, place: Place) {
    index.entry(key).and_modify(|one| *one = None).or_insert(Some(place));
}

impl<'w> Finder<'w> {
    /// A finder over units of some levels, or over the branches; suggestions come from these and from all
    /// levels of the world.
    pub(super) fn new(world: &'w World, levels: Range<usize>) -> Self {
        let (mut codes, mut names) = (Index::default(), Index::default());
        for level in levels.clone() {
            let table = world.table(level);
            for (row, (code, name)) in (0u32..).zip(table.codes.iter().zip(table.names.iter())) {
                put(&mut codes, code, (level, row));
                put(&mut names, name, (level, row));
            }
        }
        Self { world, levels, codes, names, near: OnceCell::new() }
    }

    /// By code.
    pub(super) fn by_code(&self, key: &str) -> Found {
        found(self.codes.get(key))
    }

    /// By name.
    pub(super) fn by_name(&self, key: &str) -> Found {
        found(self.names.get(key))
    }

    /// By code, else by name.
    pub(super) fn find(&self, key: &str) -> Found {
        found(self.codes.get(key).or_else(|| self.names.get(key)))
    }

    /// Uid, code and name of a place.
    pub(super) fn tell(&self, place: Place) -> (Uid, String, String) {
        tell(self.world, place)
    }

    fn near(&self) -> &Near<'w> {
        self.near.get_or_init(|| {
            let mut near = Near::default();
            for level in 0..self.world.levels.len().max(self.levels.end) {
                let table = self.world.table(level);
                for (row, (code, name)) in (0u32..).zip(table.codes.iter().zip(table.names.iter())) {
                    let place = (level, row);
                    put(&mut near.codes, code, place);
                    put(&mut near.names, name, place);
                    if self.levels.contains(&level) {
                        if code.starts_with('0') {
                            put(&mut near.bare, code.trim_start_matches('0'), place);
                        }
                        put(&mut near.cut, code.trim_end_matches('0'), place);
                        put(&mut near.stems, stem(name), place);
                        near.sorted.push((code, place));
                    }
                }
            }
            near.sorted.sort_unstable();
            near
        })
    }

    /// Why a key names no unit, and which is probably meant. `name` is what stands beside a code.
    pub(super) fn suggest(&self, key: &str, name: &str) -> (Cause, Option<Place>) {
        let near = self.near();
        let one = |place: Option<&Option<Place>>| place.copied().flatten();
        // A code typed in full width, or with what a spreadsheet puts around a text.
        let tidy: String = key.chars().map(half_width).filter(|c| !c.is_whitespace() && !matches!(c, '\'' | '`' | '"')).collect();
        let tidy = tidy.strip_suffix(".0").unwrap_or(&tidy);
        if tidy != key
            && let Found::One(place) = self.find(tidy)
        {
            return (Cause::NameVariant, Some(place));
        }
        let is_code = !tidy.is_empty() && tidy.bytes().all(|b| b.is_ascii_digit());
        if tidy.to_ascii_uppercase().contains("E+") && tidy.parse::<f64>().is_ok() {
            return (Cause::ExcelNumber, self.rounded(tidy).or_else(|| self.named(name)));
        }
        if is_code {
            if let Some(place) = one(near.bare.get(tidy.trim_start_matches('0'))) {
                return (Cause::LeadingZeros, Some(place));
            }
            if let Some(place) = one(near.codes.get(tidy)) {
                return (Cause::WrongLevel, Some(place));
            }
            if let Some(place) = one(near.cut.get(tidy.trim_end_matches('0'))).filter(|_| tidy.len() >= 6) {
                return (Cause::CodeLength, Some(place));
            }
            let named = self.named(name);
            // A name that is not known says that it is another unit, not a slip of the hand.
            let slip = if name.is_empty() || named.is_some() { self.one_digit(tidy, named) } else { None };
            return match (slip, named) {
                (Some(place), _) => (Cause::OneDigit, Some(place)),
                (None, Some(place)) => (Cause::Renamed, Some(place)),
                (None, None) => (Cause::Unknown, None),
            };
        }
        if let Some(place) = one(near.stems.get(&stem(key))) {
            return (Cause::NameVariant, Some(place));
        }
        if self.names.contains_key(key) || near.names.get(key).is_some_and(Option::is_none) {
            return (Cause::Duplicate, None);
        }
        if let Some(place) = one(near.names.get(key)) {
            return (Cause::WrongLevel, Some(place));
        }
        (Cause::Unknown, None)
    }

    /// The one unit with a name or a variant of it.
    fn named(&self, name: &str) -> Option<Place> {
        if name.is_empty() {
            return None;
        }
        match self.by_name(name) {
            Found::One(place) => Some(place),
            Found::Several => None,
            Found::None => self.near().stems.get(&stem(name)).copied().flatten(),
        }
    }

    /// The one code that a rounded number such as `9.90121E+08` can have been.
    fn rounded(&self, key: &str) -> Option<Place> {
        let (digits, exponent) = key.to_ascii_uppercase().split_once("E+").map(|(d, e)| (d.to_owned(), e.parse::<usize>()))?;
        let len = exponent.ok()? + 1;
        let digits = digits.replace('.', "");
        let sorted = &self.near().sorted;
        // The last digit may have been rounded up: what begins with one less counts as well.
        let stem = digits.get(..digits.len().checked_sub(1)?)?;
        let start = sorted.partition_point(|(code, _)| *code < stem);
        let rounds = |code: &str| {
            let head: Option<f64> = code.get(..digits.len() + 1).and_then(|h| h.parse().ok());
            let want: Option<f64> = digits.parse().ok();
            head.zip(want).is_some_and(|(h, w)| (h / 10.0).round() == w)
        };
        let mut fits = sorted[start..]
            .iter()
            .take_while(|(code, _)| code.starts_with(stem))
            .filter(|(code, _)| code.len() == len && (code.len() <= digits.len() && **code == digits[..] || rounds(code)));
        match (fits.next(), fits.next()) {
            (Some((_, place)), None) => Some(*place),
            _ => None,
        }
    }

    /// A code with one other digit, or two neighbours swapped: where several are, the one that
    /// the name beside it names.
    fn one_digit(&self, key: &str, named: Option<Place>) -> Option<Place> {
        let mut bytes = key.as_bytes().to_vec();
        let mut hits: Vec<Place> = Vec::new();
        let look = |bytes: &[u8], hits: &mut Vec<Place>| {
            let text = std::str::from_utf8(bytes).unwrap_or_default();
            if let Some(Some(place)) = self.codes.get(text) {
                hits.push(*place);
            }
        };
        for at in 0..bytes.len() {
            let was = bytes[at];
            for digit in b'0'..=b'9' {
                if digit != was {
                    bytes[at] = digit;
                    look(&bytes, &mut hits);
                }
            }
            bytes[at] = was;
            if at > 0 && bytes[at - 1] != was {
                bytes.swap(at - 1, at);
                look(&bytes, &mut hits);
                bytes.swap(at - 1, at);
            }
        }
        match named {
            Some(named) => hits.contains(&named).then_some(named),
            None => <[Place; 1]>::try_from(hits).ok().map(|[one]| one),
        }
    }
}

fn found(one: Option<&Option<Place>>) -> Found {
    match one {
        Some(Some(place)) => Found::One(*place),
        Some(None) => Found::Several,
        None => Found::None,
    }
}

/// Uid, code and name of a place.
pub(super) fn tell(world: &World, (level, row): Place) -> (Uid, String, String) {
    let (table, row) = (world.table(level), row as usize);
    (table.uids[row], table.codes.get(row).to_owned(), table.names.get(row).to_owned())
}
