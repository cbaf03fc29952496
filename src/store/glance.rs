//! Units and thinned boundaries of files that are still being loaded.
//!
//! Nothing of it is stored: a process that ends here leaves the store as it was, and loads the
//! files the next time. What is stored replaces it as soon as all of it is there.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use jiff::civil::Date;

use super::load::NewUnit;
use super::table::{Raw, Table};
use super::world::{At, World};
use crate::domain::as_of::AsOf;
use crate::domain::id::LevelId;
use crate::domain::scene::Extent;
use crate::gis::shape::Shapes;

/// What can be shown before it is stored.
#[derive(Debug)]
pub(crate) struct Glance {
    pub(super) world: Arc<World>,
    /// Names of the layers it was made of.
    layers: Vec<String>,
    /// Per level its boundaries; none where it was not looked at yet.
    shapes: Vec<Arc<Shapes>>,
    /// Its map was answered.
    answered: (Mutex<bool>, Condvar),
}

impl Glance {
    /// Whether it holds units of a layer.
    pub(super) fn holds(&self, layer: &str) -> bool {
        self.layers.iter().any(|name| name == layer)
    }

    /// Says that its map was answered.
    pub(super) fn answer(&self) {
        let (answered, heard) = &self.answered;
        *answered.lock().unwrap_or_else(PoisonError::into_inner) = true;
        heard.notify_all();
    }

    /// Waits until its map was answered, but not for long.
    pub(super) fn wait(&self, at_most: Duration) {
        let (answered, heard) = &self.answered;
        let answered = answered.lock().unwrap_or_else(PoisonError::into_inner);
        // Whether it was answered or nobody asked: either way the load goes on.
        drop(heard.wait_timeout_while(answered, at_most, |answered| !*answered));
    }

    /// The thinned boundaries of a level; `None` for branches.
    pub(super) fn shapes(&self, table: usize) -> Option<&Shapes> {
        self.shapes.get(table).map(AsRef::as_ref)
    }
}

/// A glance in the making, level by level from the top.
pub(crate) struct Draft {
    county: String,
    levels: Vec<LevelId>,
    day: Date,
    layers: Vec<String>,
    tables: Vec<Table>,
    shapes: Vec<Arc<Shapes>>,
}

impl Draft {
    /// Of a workspace with these levels, on a day.
    pub(crate) fn new(county: &str, levels: Vec<LevelId>, day: Date) -> Self {
        Self { county: county.to_owned(), levels, day, layers: Vec::new(), tables: Vec::new(), shapes: Vec::new() }
    }

    /// Adds the next level as some layers give it, with the boundaries of those of its units that
    /// have one.
    pub(crate) fn level<'u>(&mut self, layers: Vec<String>, units: impl IntoIterator<Item = NewUnit<'u>>, shapes: Shapes) {
        let raw = |u: NewUnit<'_>| Raw { uid: u.uid, code: u.code.to_owned(), name: u.name.to_owned(), parent: u.parent };
        let (mut table, _) = Table::build(units.into_iter().map(raw).collect(), &mut self.tables);
        for row in shapes.uids.iter().filter_map(|uid| table.row(*uid)).collect::<Vec<_>>() {
            table.drawn[row as usize] = true;
        }
        self.layers.extend(layers);
        self.tables.push(table);
        self.shapes.push(Arc::new(shapes));
    }

    /// The box around the highest level that has boundaries.
    pub(crate) fn extent(&self) -> Option<Extent> {
        self.shapes.iter().find_map(|shapes| shapes.extent())
    }

    /// The units so far; levels that did not come yet are empty.
    pub(crate) fn world(&self, version: u64) -> World {
        let mut tables = self.tables.clone();
        while tables.len() <= self.levels.len() {
            let (empty, _) = Table::build(Vec::new(), &mut tables);
            tables.push(empty);
        }
        World::of_units(version, At::new(AsOf::NOW, self.day), &self.county, self.levels.clone(), tables)
    }

    /// What there is so far, as something to be shown.
    pub(super) fn glance(&self, version: u64) -> Glance {
        let mut shapes = self.shapes.clone();
        shapes.resize_with(self.levels.len(), Arc::default);
        Glance { world: Arc::new(self.world(version)), layers: self.layers.clone(), shapes, answered: Default::default() }
    }
}
