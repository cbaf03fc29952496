//! An import under way: its files in the order in which one rests on another, each into the load.

use rustc_hash::FxHashMap;
use sha2::{Digest as _, Sha256};

use super::kept::Reads;
use super::map::Map;
use super::open::{Opened, Table};
use super::report::Report;
use super::source::Item;
use super::{Done, Scene};
use crate::domain::id::LevelId;
use crate::domain::plan::{Choices, Plan, Target};
use crate::domain::problem::Problem;
use crate::domain::request::Progress;
use crate::import::profile::{Profile, Profiles};
use crate::store::import_log::Choice;
use crate::store::load::Load;
use crate::store::put::{NewBatch, Stamp};
use crate::store::world::{self, World};

/// What loads before what: its kind, then its level, or the length of its codes and its size.
type Rank = (usize, usize, u64);

/// An import under way.
pub(super) struct Planner<'p, 'l> {
    pub(super) scene: &'p Scene<'p>,
    pub(super) choices: &'p Choices,
    pub(super) profiles: Profiles,
    pub(super) load: &'p mut Load<'l>,
    pub(super) report: Report,
    /// What the file at hand leaves out is gone: said by a person, else by its profile.
    pub(super) complete: Option<bool>,
    /// Number of the import and the post, where it is carried out.
    pub(super) apply: Option<(i64, &'p str)>,
    /// Maps are among its files.
    pub(super) has_maps: bool,
    /// More files follow, which may rest on what this one brings.
    pub(super) more: bool,
    /// File and its batch.
    pub(super) batches: Vec<(String, i64)>,
    pub(super) learned: Vec<(String, Profile)>,
    /// What was read, where it is carried out.
    pub(super) reads: Reads,
    pub(super) target: Option<Target>,
    /// Hash of everything that decides.
    pub(super) digest: Sha256,
}

impl<'p, 'l> Planner<'p, 'l> {
    pub(super) fn new(
        scene: &'p Scene<'p>,
        choices: &'p Choices,
        load: &'p mut Load<'l>,
        apply: Option<(i64, &'p str)>,
    ) -> Result<Self, Problem> {
        let profiles = Profiles::open(scene.dir)?;
        let mut digest = Sha256::new();
        let version = world::version(load.connection())?;
        let said = serde_json::to_string(choices).unwrap_or_default();
        for part in
            [&*version.to_string(), &said, &profiles.state(), &scene.framework.sha256, &scene.manifest.text, &scene.today.to_string()]
        {
            digest.update((part.len() as u64).to_le_bytes());
            digest.update(part.as_bytes());
        }
        Ok(Self {
            scene,
            choices,
            profiles,
            load,
            report: Report::default(),
            complete: choices.complete,
            apply,
            has_maps: false,
            more: false,
            batches: Vec::new(),
            learned: Vec::new(),
            reads: Reads::default(),
            target: None,
            digest,
        })
    }

    pub(super) fn run(
        mut self,
        items: Vec<Item>,
        problems: Vec<Problem>,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(Plan, Done), Problem> {
        self.report.problems = problems;
        for item in &items {
            for (_, _, sha256) in &item.kept {
                self.digest.update(sha256.as_bytes());
            }
        }
        let mut opened = Vec::new();
        let originals: Vec<String> = items.iter().map(|item| item.sha256.clone()).collect();
        let owners = owners(&items);
        for (n, item) in items.into_iter().enumerate() {
            self.scene.stop.check()?;
            self.open(n, item, &mut opened, progress);
        }
        let world = self.world(self.depth())?;
        let opened = self.in_layers(opened, &world)?;
        self.has_maps = opened.iter().any(|o| matches!(o, Opened::Map(_)));
        // What was stopped while it was read looks like a file that cannot be read.
        self.scene.stop.check()?;
        let mut ranked: Vec<(Rank, Opened)> = opened.into_iter().map(|o| (self.rank(&o, &world), o)).collect();
        drop(world);
        ranked.sort_by_key(|(rank, _)| *rank);
        let mut left = ranked.len();
        for (_, opened) in ranked {
            self.scene.stop.check()?;
            left -= 1;
            self.more = left > 0;
            match opened {
                Opened::Map(map) => {
                    if let Some(read) = self.map(&map, progress)?.filter(|_| self.apply.is_some()) {
                        self.reads.map(map, read);
                    }
                }
                Opened::Table(table) => {
                    self.table(&table)?;
                    self.note_read(*table);
                }
            }
        }
        self.store_unmatched()?;
        let digest = crate::store::hex(&self.digest.clone().finalize());
        let reads = std::mem::take(&mut self.reads);
        let copies = if self.apply.is_some() { reads.copies(&owners, &originals, progress)? } else { FxHashMap::default() };
        let batches = self.batches.into_iter().map(|(_, batch)| batch).collect();
        Ok((self.report.finish(self.target, digest), Done { batches, learned: self.learned, profiles: self.profiles, copies }))
    }

    /// The first `depth` tables of the tree, as of the day on which changes begin to hold.
    pub(super) fn world(&self, depth: usize) -> Result<World, Problem> {
        let day = self.choices.since.map_or(self.scene.today, |since| since.max(self.scene.today));
        self.load.world_on(self.scene.framework, day, depth)
    }

    /// The tables that tell what a file is about: the levels, and the branches where these report something.
    pub(super) fn depth(&self) -> usize {
        let framework = self.scene.framework;
        framework.levels.len() + usize::from(framework.indicators.iter().any(|i| i.is_of_branches()))
    }

    /// What a person said that the records of a file are.
    pub(super) fn said(&self, file: &str) -> Option<&Target> {
        self.choices.own_target(file).or(self.choices.target.as_ref())
    }

    /// What a person said a map is: of its layer, or of the file that it begins with. Several files
    /// of which the same was said are one layer.
    pub(super) fn said_of_map(&self, map: &Map) -> Option<&Target> {
        self.choices.own_target(&map.asked_as()).or_else(|| self.said(&map.item.found.shown_as))
    }

    /// What loads before what.
    fn rank(&self, opened: &Opened, world: &World) -> Rank {
        match opened {
            // A map of unknown codes may be of units that a list of the same import names.
            Opened::Map(map) => match self.map_level(map, world) {
                Some(level) => (0, level, 0),
                None => {
                    let (length, features) = map.size(self.id_field(map.fields(), &self.map_profile(map.fields())));
                    (1, length, features)
                }
            },
            Opened::Table(table) => {
                let Table { sheet, input, .. } = &**table;
                let roles = self.roles(sheet, &self.profile(&input.fingerprint).unwrap_or_default(), world);
                let kind = match roles.target {
                    Some(Target::Units(_)) => 1,
                    None => 2,
                    Some(Target::Zones) => 3,
                    Some(Target::Branches) => 4,
                    Some(Target::Entities) => 5,
                    // Organisations may be members of a region.
                    Some(Target::Regions) => 6,
                    Some(Target::Links | Target::Places | Target::Items) => 7,
                    Some(Target::Values) => 8,
                };
                (kind, 0, 0)
            }
        }
    }

    /// Whether rows are written: when it is carried out, and where later files rest on them.
    pub(super) fn writes(&self) -> bool {
        self.apply.is_some() || self.more
    }

    /// The batch of a file, made when its first row comes.
    pub(super) fn batch(&mut self, kind: &str, from: &From) -> Result<i64, Problem> {
        let known = self.batches.iter().find(|(file, _)| *file == from.file).map(|(_, batch)| *batch);
        let batch = match known {
            Some(batch) => batch,
            None => {
                let (import, actor) = self.apply.unwrap_or((i64::MAX, ""));
                let said = Choice::new(self.choices, self.scene.today);
                let choices = serde_json::to_string(&said).unwrap_or_default();
                let new = NewBatch { import, kind, source: &from.source, file: &from.file, sha256: &from.sha256, actor, choices: &choices };
                let batch = self.load.open_batch(&new)?;
                self.batches.push((from.file.clone(), batch));
                batch
            }
        };
        if !from.part_name.is_empty() {
            self.load.put_part(batch, from.part, &from.part_name)?;
        }
        Ok(batch)
    }

    /// Stores what found no unit, where it is carried out: with the batch of its file, with the first
    /// one where no row of the file was stored.
    fn store_unmatched(&mut self) -> Result<(), Problem> {
        let Some((_, first)) = self.batches.first().filter(|_| self.apply.is_some()) else { return Ok(()) };
        let batch = |file: &str| self.batches.iter().find(|(of, _)| of == file).map_or(*first, |(_, batch)| *batch);
        let found = self.report.not_joined(batch);
        self.load.put_unmatched(found.iter())
    }

    /// The day from which a new record holds, and a change: a list says nothing of when, so what
    /// is new was always there unless a day is given; a change begins today.
    pub(super) fn since(&self) -> (String, String) {
        let given = self.choices.since.map(|d| d.to_string());
        (given.clone().unwrap_or_default(), given.unwrap_or_else(|| self.scene.today.to_string()))
    }

    /// The position of a level.
    pub(super) fn level(&self, level: &LevelId) -> Option<usize> {
        self.scene.framework.levels.iter().position(|l| l.code == *level)
    }
}

/// Which file of an import keeps each: of an archive's files the first one.
fn owners(items: &[Item]) -> Vec<usize> {
    let mut owner = 0;
    let of = |(n, item): (usize, &Item)| {
        if !item.kept.is_empty() {
            owner = n;
        }
        owner
    };
    items.iter().enumerate().map(of).collect()
}

/// Where the rows of a table or layer come from.
pub(super) struct From {
    pub(super) file: String,
    pub(super) part: u32,
    pub(super) part_name: String,
    pub(super) sha256: String,
    pub(super) source: String,
}

impl From {
    pub(super) fn stamp<'s>(&self, batch: i64, row: u64, since: &'s str) -> Stamp<'s> {
        Stamp { batch, part: self.part, row: Some(row), since, gone: false }
    }
}
