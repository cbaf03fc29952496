//! What a map says of areas that changed hands.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::units::Record;
use crate::domain::id::Uid;
use crate::domain::plan::{UnitChange, UnitChangeKind};
use crate::domain::problem::Problem;
use crate::gis::check::{Level, find_home};
use crate::gis::read::Features;
use crate::import::match_unit::tell;
use crate::store::Db;
use crate::store::boundaries::boundaries_of;
use crate::store::world::World;

/// Share of an area from which on it lies in another.
const LIES_IN: f64 = 0.8;

/// A map against the boundaries that were loaded before.
pub(super) struct Reshaped<'a> {
    pub(super) connection: &'a Db,
    pub(super) world: &'a World,
    /// The level.
    pub(super) at: usize,
    pub(super) records: &'a [Record],
    /// Their uids.
    pub(super) uids: &'a [Uid],
    pub(super) features: &'a Features,
    pub(super) since: jiff::civil::Date,
}

/// A unit and those that lie in it, with the least share of any of them.
type Gathered<T> = BTreeMap<Uid, (Vec<T>, f64)>;

impl Reshaped<'_> {
    /// Units that became one, and units that became several.
    pub(super) fn recognise(&self, fresh: &[usize], absent: &[u32]) -> Result<Vec<UnitChange>, Problem> {
        let table = self.world.table(self.at);
        if table.len() == 0 || fresh.is_empty() && absent.is_empty() {
            return Ok(Vec::new());
        }
        let (old, rows) = boundaries_of(self.connection, self.world, self.at)?;
        let level = |features| Level { features, parents: &[], official_km2: &[] };
        let mut out = Vec::new();
        if !absent.is_empty() {
            let wanted: Vec<u32> = (0_u32..).zip(&rows).filter(|(_, row)| absent.contains(row)).map(|(n, _)| n).collect();
            let of_feature: FxHashMap<usize, Uid> =
                self.records.iter().zip(self.uids).filter_map(|(r, uid)| Some((r.feature?, *uid))).collect();
            let mut into: Gathered<u32> = Gathered::new();
            for (n, home) in wanted.iter().zip(find_home(&level(self.features), &level(&old), &wanted)) {
                let Some(home) = home.filter(|h| h.share >= LIES_IN) else { continue };
                if let Some(uid) = of_feature.get(&(home.parent as usize)) {
                    gather(&mut into, *uid, rows[*n as usize], home.share);
                }
            }
            for (uid, (rows, share)) in into {
                let mut before: Vec<_> = rows.into_iter().map(|row| tell(self.world, (self.at, row))).collect();
                before.extend(table.row(uid).map(|row| tell(self.world, (self.at, row))));
                if before.len() > 1 {
                    out.push(self.change(UnitChangeKind::Merged, before, vec![uid], share));
                }
            }
        }
        if !fresh.is_empty() {
            let drawn = fresh.iter().filter_map(|n| Some((*n, u32::try_from(self.records[*n].feature?).ok()?)));
            let (fresh, wanted): (Vec<usize>, Vec<u32>) = drawn.unzip();
            let mut of: Gathered<Uid> = Gathered::new();
            for (n, home) in fresh.into_iter().zip(find_home(&level(&old), &level(self.features), &wanted)) {
                if let Some(home) = home.filter(|h| h.share >= LIES_IN) {
                    gather(&mut of, table.uids[rows[home.parent as usize] as usize], self.uids[n], home.share);
                }
            }
            for (uid, (mut after, share)) in of {
                after.extend(self.uids.iter().find(|u| **u == uid));
                let before: Vec<_> = table.row(uid).map(|row| tell(self.world, (self.at, row))).into_iter().collect();
                if after.len() > 1 {
                    out.push(self.change(UnitChangeKind::Split, before, after, share));
                }
            }
        }
        Ok(out)
    }

    fn change(&self, kind: UnitChangeKind, before: Vec<(Uid, String, String)>, after: Vec<Uid>, overlap: f64) -> UnitChange {
        let tell = |uid: Uid| {
            let record = self.uids.iter().position(|u| *u == uid).map(|n| &self.records[n]);
            (uid, record.map(|r| r.code.clone()).unwrap_or_default(), record.and_then(|r| r.name.clone()).unwrap_or_default())
        };
        UnitChange { kind, before, after: after.into_iter().map(tell).collect(), since: self.since, overlap: Some(overlap) }
    }
}

fn gather<T>(all: &mut Gathered<T>, uid: Uid, one: T, share: f64) {
    let entry = all.entry(uid).or_insert((Vec::new(), 1.0));
    entry.0.push(one);
    entry.1 = entry.1.min(share);
}
