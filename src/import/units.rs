//! Finding units by code or name, and the unit above a new one.

use rustc_hash::FxHashMap;

use super::locate::{Drawn, Lies};
use super::manifest::ParentBy;
use crate::domain::id::Uid;
use crate::domain::problem::Problem;
use crate::gis::read::{FeatureRecord, Features};
use crate::store::load::Load;
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
    /// Boundaries of the nearest level, where units are found by their position.
    drawn: Option<Drawn>,
}

/// The unit above a feature.
pub(super) struct Above {
    /// The unit; `None` where it is not known.
    pub(super) uid: Option<Uid>,
    /// How its position told it.
    pub(super) lies: Option<Lies>,
}

impl<'w> Parents<'w> {
    pub(super) fn new(world: &'w World, level: usize, by: Option<&ParentBy>, load: &Load<'_>) -> Result<Self, Problem> {
        let mut this = Self::named(world, level);
        if let (Some(ParentBy::Position), Some(nearest)) = (by, nearest(world, level)) {
            this.drawn = Some(Drawn::level(world, nearest, load.connection())?);
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
            drawn: None,
        }
    }

    /// Whether units of this level stand on top.
    pub(super) fn top(&self) -> bool {
        self.top
    }

    /// The unit above each feature, by the rule of its layer; `stem` is what a record's file is named after.
    pub(super) fn of_features<'s>(&self, by: Option<&ParentBy>, features: &Features, stem: impl Fn(usize) -> &'s str) -> Vec<Above> {
        if let (Some(ParentBy::Position), Some(drawn)) = (by, &self.drawn) {
            return drawn.homes(features).into_iter().map(|lies| Above { uid: lies.as_ref().map(|l| l.uid), lies }).collect();
        }
        let records = features.records.iter().enumerate();
        records.map(|(n, record)| Above { uid: self.of_record(by, record, stem(n)), lies: None }).collect()
    }

    fn of_record(&self, by: Option<&ParentBy>, record: &FeatureRecord, stem: &str) -> Option<Uid> {
        match by {
            None => self.only,
            Some(ParentBy::Field(_)) => self.of_code(record.parent.as_deref()?),
            Some(ParentBy::Prefix(None)) => self.nearest.prefix(&record.code),
            Some(ParentBy::Prefix(Some(_))) => self.nearest.prefix(record.parent.as_deref()?),
            Some(ParentBy::File(_)) => self.nearest.one(stem).or_else(|| self.nearest.contained(stem)),
            Some(ParentBy::Position) => None,
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
}

/// The nearest level above that has units.
fn nearest(world: &World, level: usize) -> Option<usize> {
    (0..level).rev().find(|above| world.len(*above) > 0)
}
