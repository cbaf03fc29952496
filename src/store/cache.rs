//! One cache for all sessions of the process, keyed by the version of the data.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustc_hash::FxHashMap;

use super::block::Column;
use super::glance::Glance;
use super::reader::covered::Entity;
use super::reader::quality::Checked;
use super::reader::screening::Screened;
use super::reader::told::{Of, Told};
use super::record::Record;
use super::rolled::Rolled;
use super::world::{At, World};
use crate::domain::decision::{Decisions, fold_decisions};
use crate::domain::fact::{Correction, Fact, Mark, fold_corrections, fold_marks};
use crate::domain::id::{IndicatorId, Uid};
use crate::domain::period::Period;
use crate::domain::scene::{MapSize, Raster};
use crate::domain::view_state::Listing;
use crate::framework::Framework;

/// Trees kept: now, and what a person compares it with.
const WORLDS: usize = 4;
/// Columns kept: 20 indicators in two periods and their trends.
const COLUMNS: usize = 512;
/// Rasters kept: a way down and up again, for some sessions.
const RASTERS: usize = 64;

/// Key of a tree.
pub(super) type WorldKey = (u64, At);
/// Key of a screening: tree, number of rounds that rules may look back on.
pub(super) type ScreenedKey = (WorldKey, u64);
/// Key of a table of a tree.
pub(super) type TableKey = (WorldKey, usize);
/// A number per row.
pub(super) type Counts = Arc<Vec<u32>>;
/// Key of a column: tree, level, indicator, period.
pub(super) type ColumnKey = (WorldKey, usize, IndicatorId, Period);

/// Key of a raster; an extent by its bits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct RasterKey {
    pub(super) world: WorldKey,
    pub(super) place: Option<Uid>,
    pub(super) listing: Listing,
    pub(super) extent: Option<[u64; 4]>,
    pub(super) size: (u16, u16, u64),
}

impl RasterKey {
    pub(super) fn size(size: &MapSize) -> (u16, u16, u64) {
        (size.cols_cells, size.rows_cells, size.cell_aspect.to_bits())
    }
}

/// Facts and the marks folded from them.
#[derive(Debug, Default)]
pub(super) struct Marks {
    pub(super) facts: Vec<Fact>,
    pub(super) standing: std::collections::BTreeMap<Uid, Vec<Mark>>,
    pub(super) corrections: Vec<Correction>,
    pub(super) decisions: Decisions,
}

impl Marks {
    pub(super) fn of(facts: Vec<Fact>) -> Self {
        Self { standing: fold_marks(&facts), corrections: fold_corrections(&facts), decisions: fold_decisions(&facts), facts }
    }
}

/// What sessions share.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    worlds: Mutex<Kept<WorldKey, Arc<World>>>,
    columns: Mutex<Kept<ColumnKey, Arc<Column>>>,
    rolled: Mutex<Kept<ColumnKey, Option<Arc<Rolled>>>>,
    screened: Mutex<Kept<ScreenedKey, Arc<Screened>>>,
    screening: Mutex<()>,
    told: Mutex<Kept<(ScreenedKey, Of), Arc<Told>>>,
    stored: Mutex<Kept<TableKey, Counts>>,
    entities: Mutex<Kept<WorldKey, Arc<Vec<Entity>>>>,
    frameworks: Mutex<Kept<String, Option<Arc<Framework>>>>,
    checks: Mutex<Kept<WorldKey, Arc<Checked>>>,
    places: Mutex<Kept<WorldKey, Arc<Vec<Record>>>>,
    rasters: Mutex<Kept<RasterKey, Option<Arc<Raster>>>>,
    marks: Mutex<Kept<u64, Arc<Marks>>>,
    glance: Mutex<Option<Arc<Glance>>>,
}

macro_rules! shelf {
    ($name:ident, $key:ty, $value:ty, $room:expr) => {
        pub(super) fn $name<E>(&self, key: &$key, make: impl FnOnce() -> Result<$value, E>) -> Result<$value, E> {
            if let Some(found) = lock(&self.$name).get(key) {
                return Ok(found);
            }
            // Made without the lock: two sessions may make the same, none waits for another.
            let made = make()?;
            lock(&self.$name).put(key.clone(), made.clone(), $room);
            Ok(made)
        }
    };
}

impl Cache {
    shelf!(worlds, WorldKey, Arc<World>, WORLDS);
    shelf!(columns, ColumnKey, Arc<Column>, COLUMNS);
    shelf!(rolled, ColumnKey, Option<Arc<Rolled>>, COLUMNS);
    shelf!(screened, ScreenedKey, Arc<Screened>, WORLDS);
    shelf!(told, (ScreenedKey, Of), Arc<Told>, WORLDS);
    shelf!(stored, TableKey, Counts, COLUMNS);
    shelf!(entities, WorldKey, Arc<Vec<Entity>>, 2);
    shelf!(frameworks, String, Option<Arc<Framework>>, 4);
    shelf!(checks, WorldKey, Arc<Checked>, 2);
    shelf!(places, WorldKey, Arc<Vec<Record>>, WORLDS);
    shelf!(rasters, RasterKey, Option<Arc<Raster>>, RASTERS);
    shelf!(marks, u64, Arc<Marks>, 2);

    /// The tree that was used last, whatever it was of.
    pub(super) fn last_world(&self) -> Option<Arc<World>> {
        lock(&self.worlds).newest()
    }

    /// A column where it was read already.
    pub(super) fn column_before(&self, key: &ColumnKey) -> Option<Arc<Column>> {
        lock(&self.columns).get(key)
    }

    /// A screening where it was made already.
    pub(super) fn screened_before(&self, key: &ScreenedKey) -> Option<Arc<Screened>> {
        lock(&self.screened).get(key)
    }

    /// Whoever screens holds this: what one thread screens for the store another waits for.
    pub(super) fn screening(&self) -> MutexGuard<'_, ()> {
        lock(&self.screening)
    }

    /// The screening that was used last, whatever it was of.
    pub(super) fn last_screened(&self) -> Option<Arc<Screened>> {
        lock(&self.screened).newest()
    }

    /// What stands in for the store while the first files are loaded.
    pub(super) fn glance(&self) -> Option<Arc<Glance>> {
        lock(&self.glance).clone()
    }

    /// Replaces it; what was there before.
    pub(super) fn set_glance(&self, glance: Option<Glance>) -> Option<Arc<Glance>> {
        std::mem::replace(&mut *lock(&self.glance), glance.map(Arc::new))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A map that forgets what was not used for longest.
#[derive(Debug)]
struct Kept<K, V> {
    map: FxHashMap<K, (u64, V)>,
    clock: u64,
}

impl<K, V> Default for Kept<K, V> {
    fn default() -> Self {
        Self { map: FxHashMap::default(), clock: 0 }
    }
}

impl<K: Clone + Eq + std::hash::Hash, V: Clone> Kept<K, V> {
    fn get(&mut self, key: &K) -> Option<V> {
        self.clock += 1;
        let (used, value) = self.map.get_mut(key)?;
        *used = self.clock;
        Some(value.clone())
    }

    fn newest(&self) -> Option<V> {
        self.map.values().max_by_key(|(used, _)| *used).map(|(_, value)| value.clone())
    }

    fn put(&mut self, key: K, value: V, room: usize) {
        self.clock += 1;
        if self.map.len() >= room
            && let Some(oldest) = self.map.iter().min_by_key(|(_, (used, _))| *used).map(|(k, _)| k.clone())
        {
            self.map.remove(&oldest);
        }
        self.map.insert(key, (self.clock, value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_used_goes_first() {
        let mut kept: Kept<u8, u8> = Kept::default();
        kept.put(1, 10, 2);
        kept.put(2, 20, 2);
        assert_eq!(kept.get(&1), Some(10));
        kept.put(3, 30, 2);
        assert_eq!((kept.get(&1), kept.get(&2), kept.get(&3)), (Some(10), None, Some(30)));
    }
}
