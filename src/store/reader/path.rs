//! Names of units, with the units above them as far as it takes to tell them apart: 村 › 网格.

use std::cell::OnceCell;

use rustc_hash::FxHashMap;

use super::ask::{Ask, Place};

/// What stands between the names of a path.
const BELOW: &str = " › ";

/// Per table which rows share their name with another; made when a table is first asked for.
#[derive(Debug, Default)]
pub(super) struct Shared(Vec<OnceCell<Vec<bool>>>);

impl Shared {
    /// Of so many tables.
    pub(super) fn new(tables: usize) -> Self {
        Self((0..tables).map(|_| OnceCell::new()).collect())
    }
}

impl Ask<'_> {
    /// The name of a unit or branch; where others on its level have the same one, behind the names of the
    /// units above, up to the first that is the only one of its name.
    pub(super) fn path(&self, place: Place) -> String {
        let mut path = self.world.name(place).to_owned();
        let mut at = place;
        while self.is_shared(at)
            && let Some(above) = self.world.table(at.0).parent(at.1)
            && self.within.is_none_or(|within| self.world.lies_in(above, within))
        {
            path = [self.world.name(above), BELOW, &path].concat();
            at = above;
        }
        path
    }

    /// The path of the unit above; empty where there is none.
    pub(super) fn path_above(&self, place: Place) -> String {
        self.world.table(place.0).parent(place.1).map(|above| self.path(above)).unwrap_or_default()
    }

    fn is_shared(&self, (table, row): Place) -> bool {
        let shared = self.shared.0[table].get_or_init(|| {
            let names = &self.world.table(table).names;
            let mut counts: FxHashMap<&str, u32> = FxHashMap::default();
            names.iter().for_each(|name| *counts.entry(name).or_default() += 1);
            names.iter().map(|name| counts[name] > 1).collect()
        });
        shared[row as usize]
    }
}
