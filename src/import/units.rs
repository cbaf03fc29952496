//! Finding units by code or name, and the unit above a new one.

use rstar::{AABB, RTree, RTreeObject};
use rustc_hash::FxHashMap;

use super::manifest::ParentBy;
use crate::domain::id::Uid;
use crate::domain::problem::Problem;
use crate::gis::measure::contains;
use crate::gis::read::{FeatureRecord, Features};
use crate::store::Db;
use crate::store::load::{Load, rings_of};
use crate::store::world::World;

/// Units of some levels by code and by name.
pub(super) struct Directory<'w> {
    codes: Index<'w>,
    names: Index<'w>,
}

/// The unit that a text names, `None` where it names several.
type Index<'w> = FxHashMap<&'w str, Option<Uid>>;

/// What a key names.
pub(super) enum Match {
    /// One unit.
    One(Uid),
    /// None.
    None,
    /// More than one: the level has to be given.
    Several,
}

impl<'w> Directory<'w> {
    pub(super) fn new(world: &'w World, levels: std::ops::Range<usize>) -> Self {
        let (mut codes, mut names) = (Index::default(), Index::default());
        for table in levels.map(|level| world.table(level)) {
            for ((uid, code), name) in table.uids.iter().zip(table.codes.iter()).zip(table.names.iter()) {
                codes.entry(code).and_modify(|one| *one = None).or_insert(Some(*uid));
                names.entry(name).and_modify(|one| *one = None).or_insert(Some(*uid));
            }
        }
        Self { codes, names }
    }

    /// By code, else by name.
    pub(super) fn find(&self, key: &str) -> Match {
        match self.codes.get(key).or_else(|| self.names.get(key)) {
            Some(Some(one)) => Match::One(*one),
            Some(None) => Match::Several,
            None => Match::None,
        }
    }

    fn one(&self, key: &str) -> Option<Uid> {
        match self.find(key) {
            Match::One(uid) => Some(uid),
            Match::None | Match::Several => None,
        }
    }

    /// The longest code or name that begins a text.
    fn prefix(&self, text: &str) -> Option<Uid> {
        let ends = text.char_indices().map(|(n, _)| n).skip(1).chain([text.len()]);
        ends.collect::<Vec<_>>().into_iter().rev().find_map(|end| self.one(&text[..end]))
    }

    /// The longest code that a file name contains.
    fn contained(&self, text: &str) -> Option<Uid> {
        let held = self.codes.iter().filter(|(code, one)| one.is_some() && text.contains(**code));
        held.max_by_key(|(code, _)| code.len()).and_then(|(_, one)| *one)
    }
}

/// Finds the unit above the units of one level.
pub(super) struct Parents<'w> {
    /// Every level above.
    above: Directory<'w>,
    /// The nearest level above that has units.
    nearest: Directory<'w>,
    /// The only unit of the nearest level, where it is the only one.
    only: Option<Uid>,
    /// There are no units above at all: the workspace begins here.
    top: bool,
    boxes: Option<RTree<Boundary>>,
}

struct Boundary {
    uid: Uid,
    rings_deg: Vec<Vec<[f64; 2]>>,
    envelope: AABB<[f64; 2]>,
}

impl RTreeObject for Boundary {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        self.envelope
    }
}

impl<'w> Parents<'w> {
    pub(super) fn new(world: &'w World, level: usize, by: Option<&ParentBy>, load: &Load<'_>) -> Result<Self, Problem> {
        let mut this = Self::named(world, level);
        if let (Some(ParentBy::Position), Some(nearest)) = (by, nearest(world, level)) {
            this.boxes = Some(boundaries(world, nearest, load.connection())?);
        }
        Ok(this)
    }

    /// For units that name what is above them: by position nothing is found.
    pub(super) fn named(world: &'w World, level: usize) -> Self {
        let nearest = nearest(world, level);
        let nearest_level = nearest.map_or(0..0, |n| n..n + 1);
        let uids = nearest.map_or(&[][..], |n| &world.table(n).uids);
        Self {
            above: Directory::new(world, 0..level),
            nearest: Directory::new(world, nearest_level),
            only: match uids {
                [one] => Some(*one),
                _ => None,
            },
            top: nearest.is_none(),
            boxes: None,
        }
    }

    /// Whether units of this level stand on top.
    pub(super) fn top(&self) -> bool {
        self.top
    }

    /// The unit above a feature, by the rule of its layer.
    pub(super) fn of_feature(&self, by: Option<&ParentBy>, record: &FeatureRecord, features: &Features, stem: &str) -> Option<Uid> {
        match by {
            None => self.only,
            Some(ParentBy::Field(_)) => self.of_code(record.parent.as_deref()?),
            Some(ParentBy::Prefix(None)) => self.nearest.prefix(&record.code),
            Some(ParentBy::Prefix(Some(_))) => self.nearest.prefix(record.parent.as_deref()?),
            Some(ParentBy::File(_)) => self.nearest.one(stem).or_else(|| self.nearest.contained(stem)),
            Some(ParentBy::Position) => {
                let rings = features.rings_deg(record);
                let middle = inside(&rings).and_then(|p| self.around(p));
                // Where borders were drawn apart (coasts, islets): the one most corners lie in.
                middle.or_else(|| self.around_most(&rings))
            }
        }
    }

    /// The unit above by its code or name; the nearest level first.
    pub(super) fn of_code(&self, code: &str) -> Option<Uid> {
        self.nearest.one(code).or_else(|| self.above.one(code))
    }

    /// The only unit that could be above.
    pub(super) fn only(&self) -> Option<Uid> {
        self.only
    }

    fn around_most(&self, rings: &[&[[f64; 2]]]) -> Option<Uid> {
        let mut counts: FxHashMap<Uid, usize> = FxHashMap::default();
        for uid in rings.iter().flat_map(|r| r.iter()).filter_map(|p| self.around(*p)) {
            *counts.entry(uid).or_default() += 1;
        }
        counts.into_iter().max_by_key(|(uid, n)| (*n, *uid)).map(|(uid, _)| uid)
    }

    fn around(&self, point_deg: [f64; 2]) -> Option<Uid> {
        around(self.boxes.as_ref()?, point_deg)
    }
}

/// The nearest level above that has units.
fn nearest(world: &World, level: usize) -> Option<usize> {
    (0..level).rev().find(|above| world.len(*above) > 0)
}

/// Finds the unit that a point lies in.
pub(super) struct Locator(RTree<Boundary>);

impl Locator {
    /// Over the lowest level that has boundaries.
    pub(super) fn lowest(world: &World, connection: &Db) -> Result<Option<Self>, Problem> {
        let drawn = |level: &usize| world.table(*level).drawn.iter().any(|drawn| *drawn);
        let level = (0..world.levels.len()).rev().find(drawn);
        level.map(|level| boundaries(world, level, connection).map(Self)).transpose()
    }

    /// The unit around a point.
    pub(super) fn around(&self, point_deg: [f64; 2]) -> Option<Uid> {
        around(&self.0, point_deg)
    }
}

fn around(boxes: &RTree<Boundary>, point_deg: [f64; 2]) -> Option<Uid> {
    let near = boxes.locate_in_envelope_intersecting(&AABB::from_point(point_deg));
    near.into_iter()
        .find(|b| {
            let rings: Vec<&[[f64; 2]]> = b.rings_deg.iter().map(Vec::as_slice).collect();
            contains(&rings, point_deg)
        })
        .map(|b| b.uid)
}

fn boundaries(world: &World, level: usize, connection: &Db) -> Result<RTree<Boundary>, Problem> {
    let mut out = Vec::new();
    for uid in &world.table(level).uids {
        let rings_deg = rings_of(connection, world, *uid)?;
        if !rings_deg.is_empty() {
            let points: Vec<[f64; 2]> = rings_deg.iter().flatten().copied().collect();
            out.push(Boundary { uid: *uid, envelope: AABB::from_points(points.iter()), rings_deg });
        }
    }
    Ok(RTree::bulk_load(out))
}

/// A point inside rings: the middle of the widest run on a line through the middle of their box.
fn inside(rings: &[&[[f64; 2]]]) -> Option<[f64; 2]> {
    let (south, north) = rings.iter().flat_map(|r| r.iter()).fold((f64::MAX, f64::MIN), |(s, n), p| (s.min(p[1]), n.max(p[1])));
    let y = f64::midpoint(south, north);
    let mut crossings: Vec<f64> = Vec::new();
    for ring in rings {
        for (n, a) in ring.iter().enumerate() {
            let b = ring[(n + 1) % ring.len()];
            if (a[1] > y) != (b[1] > y) {
                crossings.push((b[0] - a[0]) * (y - a[1]) / (b[1] - a[1]) + a[0]);
            }
        }
    }
    crossings.sort_by(f64::total_cmp);
    let runs = crossings.as_chunks::<2>().0;
    runs.iter().max_by(|a, b| (a[1] - a[0]).total_cmp(&(b[1] - b[0]))).map(|run| [f64::midpoint(run[0], run[1]), y])
}
