//! A file with names and no codes: whose it is, where its names fit one unit that answers and no other.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use crate::domain::id::Uid;
use crate::import::layout::Laid;
use crate::import::names::plain;
use crate::store::round::Owners;

/// Fewest rows that are taken for a file of a unit: one name may be chance.
const ROWS_MIN: usize = 2;

/// Codes by name, below one unit that answers.
pub(super) struct Names(FxHashMap<String, String>);

impl Names {
    /// The names below the one unit that those of some sheets fit; `None` where they fit none, or
    /// another one as well. Only units of `levels` are reported on; a name that two of them have below
    /// one unit names neither.
    pub(super) fn of(sheets: &[Laid], owners: &Owners, levels: &BTreeSet<usize>) -> Option<Self> {
        let mut all: BTreeMap<Uid, FxHashMap<String, Option<String>>> = BTreeMap::new();
        for owner in owners.0.values().filter(|owner| levels.contains(&owner.level)) {
            let Some(answers) = owner.answers else { continue };
            let of = all.entry(answers).or_default();
            of.entry(plain(&owner.name)).and_modify(|one| *one = None).or_insert_with(|| Some(owner.code.to_uppercase()));
        }
        let one = |(unit, names): (Uid, FxHashMap<String, Option<String>>)| {
            (unit, Self(names.into_iter().filter_map(|(name, code)| Some((name, code?))).collect()))
        };
        let mut found: Vec<(usize, usize, Self)> = Vec::new();
        for (_, names) in all.into_iter().map(one) {
            let (mut hits, mut rows) = (0, 0);
            for (column, sheet) in sheets.iter().filter_map(|sheet| Some((names.column(sheet)?, sheet))) {
                hits += names.hits(sheet, column);
                rows += sheet.rows().filter(|row| !row.get(column).trim().is_empty()).count();
            }
            found.push((hits, rows, names));
        }
        found.sort_by_key(|(hits, ..)| std::cmp::Reverse(*hits));
        let second = found.get(1).map_or(0, |(hits, ..)| *hits);
        let (hits, rows, names) = found.into_iter().next()?;
        (hits >= ROWS_MIN && hits > second && hits * 2 > rows).then_some(names)
    }

    /// The column of a sheet with the most of these names.
    pub(super) fn column(&self, sheet: &Laid) -> Option<usize> {
        let best = (0..sheet.headings.len()).map(|c| (self.hits(sheet, c), c)).max_by_key(|(hits, c)| (*hits, std::cmp::Reverse(*c)))?;
        (best.0 > 0).then_some(best.1)
    }

    /// The code that a name means.
    pub(super) fn code(&self, name: &str) -> Option<&str> {
        self.0.get(&plain(name)).map(String::as_str)
    }

    fn hits(&self, sheet: &Laid, column: usize) -> usize {
        sheet.rows().map(|row| plain(row.get(column))).filter(|name| self.0.contains_key(name)).collect::<BTreeSet<_>>().len()
    }
}
