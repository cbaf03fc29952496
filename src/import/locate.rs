//! Where units and places lie, by the boundaries that are loaded.

use rustc_hash::FxHashMap;

use crate::domain::id::Uid;
use crate::domain::problem::{Problem, Severity};
use crate::domain::scene::Extent;
use crate::gis::check::{Home, Level, find_home};
use crate::gis::locate::assign;
use crate::gis::near::{self, Around, Astray};
use crate::gis::read::{FeatureRecord, Features, GeometryKind};
use crate::gis::thin::extent;
use crate::store::Db;
use crate::store::boundaries::{boundaries_of, rings_of};
use crate::store::world::World;

/// The boundaries of one level.
pub(super) struct Drawn {
    features: Features,
    uids: Vec<Uid>,
}

/// Where organisations lie, held against the units that their tables name.
pub(super) struct Places {
    drawn: Drawn,
    /// The county's extent, by the highest level that is drawn.
    whole: Extent,
}

impl Places {
    /// `None` where nothing is drawn.
    pub(super) fn read(world: &World, connection: &Db) -> Result<Option<Self>, Problem> {
        let Some(drawn) = Drawn::lowest(world, connection)? else { return Ok(None) };
        let top = (0..world.levels.len()).find(|level| is_drawn(world, *level)).unwrap_or_default();
        let whole = extent(&Drawn::level(world, top, connection)?.features);
        Ok(whole.map(|whole| Self { drawn, whole }))
    }

    /// The unit around each place.
    pub(super) fn around(&self, places_deg: &[Option<[f64; 2]>]) -> Vec<Option<Uid>> {
        // Nobody lies at a place that is not known.
        let known: Vec<[f64; 2]> = places_deg.iter().map(|p| p.unwrap_or([f64::NAN; 2])).collect();
        self.drawn.around(&known)
    }

    /// What is to be said of a place that does not fit the unit named beside it: the table counts.
    pub(super) fn doubt(
        &self,
        world: &World,
        connection: &Db,
        name: &str,
        (unit, place_deg, lies): (Uid, [f64; 2], Option<Uid>),
        problem: impl FnOnce(&str) -> Problem,
    ) -> Result<Option<Problem>, Problem> {
        let Some(named) = world.place(unit) else { return Ok(None) };
        let lies = lies.and_then(|uid| world.place(uid));
        let around = match lies {
            Some(lies) if world.lies_in(lies, named) || world.lies_in(named, lies) => return Ok(None),
            Some(_) => Around::Other,
            None => Around::Nothing,
        };
        let rings = rings_of(connection, world, unit)?;
        let rings: Vec<&[[f64; 2]]> = rings.iter().map(Vec::as_slice).collect();
        let own = (!rings.is_empty()).then_some(rings.as_slice());
        let [x, y] = place_deg;
        let (unit, lies) = (world.name(named), lies.map(|p| world.name(p)).unwrap_or_default());
        Ok(near::judge(place_deg, &self.whole, around, own).map(|astray| {
            let mut problem = match astray {
                Astray::Zero => problem("E_PLACE_ZERO").arg(name),
                Astray::Swapped => problem("E_PLACE_SWAPPED").arg(name).arg(format!("{x}, {y}")),
                Astray::Outside { by_m } => problem("E_COORD_OUTSIDE").arg(name).arg(unit).arg(near::shown(by_m)),
                Astray::Elsewhere { by_m: Some(by_m) } => problem("E_BRANCH_PLACE").arg(name).arg(unit).arg(lies).arg(near::shown(by_m)),
                Astray::Elsewhere { by_m: None } => problem("E_BRANCH_UNDRAWN").arg(name).arg(unit).arg(lies),
                Astray::Nowhere { by_m } => problem("E_BRANCH_NOWHERE").arg(name).arg(unit).arg(near::shown(by_m)),
            };
            problem.severity = Severity::Mark;
            problem
        }))
    }
}

/// The place of a row: `Ok(None)` where nothing is given, else which problem it is.
pub(super) fn place(x: &str, y: &str) -> Result<Option<[f64; 2]>, &'static str> {
    if x.is_empty() && y.is_empty() {
        return Ok(None);
    }
    match (x.parse::<f64>(), y.parse::<f64>()) {
        (Ok(x), Ok(y)) if x.abs() <= 180.0 && y.abs() <= 90.0 => Ok(Some([x, y])),
        (Ok(x), Ok(y)) if near::only_swapped(x, y) => Err("E_PLACE_SWAPPED"),
        _ => Err("E_TABLE_PLACE"),
    }
}

fn is_drawn(world: &World, level: usize) -> bool {
    world.table(level).drawn.iter().any(|drawn| *drawn)
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
    fn lowest(world: &World, connection: &Db) -> Result<Option<Self>, Problem> {
        let level = (0..world.levels.len()).rev().find(|level| is_drawn(world, *level));
        level.map(|level| Self::level(world, level, connection)).transpose()
    }

    /// The unit around each place.
    fn around(&self, places_deg: &[[f64; 2]]) -> Vec<Option<Uid>> {
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
