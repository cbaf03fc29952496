//! Where units and places lie, by the boundaries that are loaded.

use rustc_hash::FxHashMap;

use crate::domain::id::Uid;
use crate::domain::problem::Problem;
use crate::gis::check::{Home, Level, find_home};
use crate::gis::locate::assign;
use crate::gis::read::{FeatureRecord, Features, GeometryKind};
use crate::store::Db;
use crate::store::load::boundaries_of;
use crate::store::world::World;

/// The boundaries of one level.
pub(super) struct Drawn {
    features: Features,
    uids: Vec<Uid>,
}

/// The unit that something lies in by its position, and the next one to it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Lies {
    /// The unit.
    pub(super) uid: Uid,
    /// Share of it that lies there, 0..=1.
    share: f64,
    /// The unit in which the next largest part lies, with its share.
    next: Option<(Uid, f64)>,
    clear: bool,
}

impl Drawn {
    /// The boundaries of a level.
    pub(super) fn level(world: &World, level: usize, connection: &Db) -> Result<Self, Problem> {
        let (features, rows) = boundaries_of(connection, world, level)?;
        let table = world.table(level);
        Ok(Self { features, uids: rows.into_iter().map(|row| table.uids[row as usize]).collect() })
    }

    /// Those of the lowest level that has any.
    pub(super) fn lowest(world: &World, connection: &Db) -> Result<Option<Self>, Problem> {
        let drawn = |level: &usize| world.table(*level).drawn.iter().any(|drawn| *drawn);
        let level = (0..world.levels.len()).rev().find(drawn);
        level.map(|level| Self::level(world, level, connection)).transpose()
    }

    /// The unit around each place.
    pub(super) fn around(&self, places_deg: &[[f64; 2]]) -> Vec<Option<Uid>> {
        assign(&self.features, places_deg).into_iter().map(|unit| unit.map(|n| self.uids[n as usize])).collect()
    }

    /// The unit in which the largest part of each feature lies: of an area its ground, of a line or
    /// points the number of its places.
    pub(super) fn homes(&self, features: &Features) -> Vec<Option<Lies>> {
        let wanted: Vec<u32> = (0_u32..).zip(&features.records).filter(|(_, r)| r.kind == GeometryKind::Polygon).map(|(n, _)| n).collect();
        let level = |features| Level { features, parents: &[], official_km2: &[] };
        let areas = find_home(&level(&self.features), &level(features), &wanted);
        let mut out: Vec<Option<Lies>> = features
            .records
            .iter()
            .map(|r| if matches!(r.kind, GeometryKind::Point | GeometryKind::Line) { self.by_places(features, r) } else { None })
            .collect();
        for (n, home) in wanted.into_iter().zip(areas) {
            out[n as usize] = home.map(|home| self.lies(&home));
        }
        out
    }

    fn by_places(&self, features: &Features, record: &FeatureRecord) -> Option<Lies> {
        let places = features.rings_deg(record).concat();
        let mut counts: FxHashMap<u32, u32> = FxHashMap::default();
        assign(&self.features, &places).into_iter().flatten().for_each(|unit| *counts.entry(unit).or_default() += 1);
        let mut counts: Vec<(u32, u32)> = counts.into_iter().collect();
        counts.sort_unstable_by_key(|(unit, n)| (std::cmp::Reverse(*n), *unit));
        let all = f64::from(u32::try_from(places.len()).unwrap_or(u32::MAX).max(1));
        let share = |at: usize| counts.get(at).map_or(0.0, |(_, n)| f64::from(*n) / all);
        let (parent, _) = *counts.first()?;
        Some(self.lies(&Home { parent, share: share(0), next: counts.get(1).map(|(unit, _)| *unit), next_share: share(1) }))
    }

    fn lies(&self, home: &Home) -> Lies {
        let next = home.next.map(|unit| (self.uids[unit as usize], home.next_share));
        Lies { uid: self.uids[home.parent as usize], share: home.share, next, clear: home.is_clear() }
    }
}

impl Lies {
    /// What is to be said where a person might doubt it: both candidates with their shares.
    pub(super) fn doubt(&self, world: &World, code: &str, problem: impl FnOnce(&str) -> Problem) -> Option<Problem> {
        let name = |uid: Uid| world.place(uid).map(|p| world.name(p).to_owned()).unwrap_or_default();
        let per_cent = |share: f64| format!("{:.0}", share * 100.0);
        let first = |code_of: &str| problem(code_of).arg(code).arg(name(self.uid)).arg(per_cent(self.share));
        match self.next {
            _ if self.clear => None,
            Some((next, share)) => Some(first("E_HOME_UNCLEAR").arg(name(next)).arg(per_cent(share))),
            None => Some(first("E_HOME_PARTLY")),
        }
    }
}
