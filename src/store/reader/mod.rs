//! Answers to questions: every number of a screen comes from here, with its provenance.

mod amend;
mod ask;
mod card;
pub(super) mod covered;
mod find;
mod gauge;
mod home;
mod long_table;
mod map;
mod map_layer;
mod path;
mod provenance;
pub(super) mod quality;
mod region;
mod report;
mod round;
pub(super) mod screening;
mod sheet;
pub(super) mod told;
mod what_if;
mod workspace;

use std::path::Path;
use std::sync::Arc;

use jiff::civil::Date;
use rusqlite::Connection;

pub(super) use self::ask::Ask;
pub use self::long_table::Sum;
use super::batch;
use super::cache::Cache;
use super::rests;
use crate::domain::access::Access;
use crate::domain::as_of::AsOf;
use crate::domain::id::LevelId;
use crate::domain::problem::{Problem, Severity};
use crate::domain::request::{Loaded, Outcome, Query};
use crate::framework::Framework;
use crate::store::round::Owners;

/// Answers questions on connections of its own.
#[derive(Debug)]
pub struct Reader {
    reference: Connection,
    records: Connection,
    framework: Arc<Framework>,
    cache: Arc<Cache>,
    folder: String,
    /// Pages wait for what is not screened yet.
    waits: bool,
}

impl Reader {
    pub(super) fn new(reference: Connection, records: Connection, framework: Arc<Framework>, cache: Arc<Cache>, home: &Path) -> Self {
        let folder = home.file_stem().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        Self { reference, records, framework, cache, folder, waits: true }
    }

    /// Pages no longer wait for screening: they show the leads that are kept, or none, and say so.
    #[must_use]
    pub fn never_waiting(self) -> Self {
        Self { waits: false, ..self }
    }

    /// Screens what pages did not wait for, for every reader of the store; `false` where nothing was
    /// left to do, or the store is still being loaded (`loading`).
    ///
    /// # Errors
    /// Whatever keeps the store from being read.
    pub fn screen(&mut self, today: Date, loading: bool) -> Result<bool, Problem> {
        let transaction = self.reference.transaction()?;
        let mut ask = Ask::new(&transaction, &self.records, &self.framework, &self.cache, AsOf::NOW, &Access::read_only(), today)?;
        ask.waits = false;
        if ask.leads_are()?.is_now() || (loading && !ask.world.at.derived) {
            return Ok(false);
        }
        ask.screened().map(|_| true)
    }

    /// Answers a question for a session.
    ///
    /// # Errors
    /// `E_STORE_NO_PLACE` where the place is not there or may not be seen (both read the same),
    /// `E_STORE_NO_INDICATOR`, and whatever keeps the store from being read.
    pub fn answer(&mut self, query: &Query, access: &Access, today: Date) -> Outcome {
        let as_of = match query {
            Query::Home(view)
            | Query::Map { view, .. }
            | Query::Layer { view, .. }
            | Query::Card { view, .. }
            | Query::Provenance { view, .. }
            | Query::Quality { view, .. }
            | Query::Screening(view)
            | Query::Sheet { view, .. }
            | Query::Filled { view, .. } => view.as_of,
            Query::Workspace
            | Query::Find { .. }
            | Query::Marks
            | Query::Plan { .. }
            | Query::Batches
            | Query::Rests { .. }
            | Query::Round { .. }
            | Query::Rounds
            | Query::Forms { .. }
            | Query::Intake { .. }
            | Query::Files { .. } => AsOf::NOW,
        };
        // One transaction: a load that commits meanwhile is seen whole or not at all.
        let transaction = self.reference.transaction()?;
        let mut ask = Ask::new(&transaction, &self.records, &self.framework, &self.cache, as_of, access, today)?;
        // Whoever asks for another day asks for its leads too.
        ask.waits = self.waits || as_of != AsOf::NOW;
        let loaded = match query {
            Query::Workspace => Loaded::Workspace(Arc::new(workspace::workspace(&ask, &self.folder)?)),
            Query::Home(view) => Loaded::Home(Arc::new(home::home(&ask, view)?)),
            Query::Map { view, size } => Loaded::Map(map::map(&ask, view, *size)?),
            Query::Layer { view, extent, size, kinds, branch } => {
                Loaded::Layer(Arc::new(map_layer::map_layer(&ask, view, (*extent, *size), kinds, *branch)?))
            }
            Query::Card { uid, view } => Loaded::Card(card::card(&ask, *uid, view)?.map(Arc::new)),
            Query::Provenance { uid, indicator, period, view } => {
                Loaded::Provenance(Arc::new(provenance::provenance(&ask, *uid, indicator, *period, view)?))
            }
            Query::Find { text, limit } => Loaded::Found(Arc::new(find::find(&ask, text, *limit)?)),
            Query::Quality { view, level, kind } => Loaded::Quality(Arc::new(quality::quality(&ask, view, level.as_ref(), *kind)?)),
            Query::Sheet { kind, view } => Loaded::Sheet(Arc::new(sheet::sheet(&ask, kind, view)?)),
            Query::Screening(view) => Loaded::Screening(Arc::new(report::report(&ask, view)?)),
            Query::Filled { name, view } => Loaded::Filled(Arc::new(sheet::filled(&ask, view, name)?)),
            Query::Marks => Loaded::Marks(Arc::new(workspace::marks(&ask)?)),
            Query::Round { period } => Loaded::Round(round::board(&ask, *period, today)?.map(Arc::new)),
            Query::Forms { period } => Loaded::Forms(Arc::new(round::forms(&ask, *period, today)?)),
            Query::Rounds => Loaded::Rounds(Arc::new(round::lines(&ask, today)?)),
            Query::Batches => Loaded::Batches(Arc::new(batch::rows(&transaction)?)),
            Query::Rests { batches } => Loaded::Rests(Arc::new(rests::on(&transaction, batches)?)),
            // These read files: the runtime makes them.
            Query::Plan { .. } | Query::Intake { .. } | Query::Files { .. } => {
                return Err(Problem::new("E_INTERNAL", Severity::Refused, ""));
            }
        };
        if let (Loaded::Map(_), Some(glance)) = (&loaded, &ask.glance) {
            glance.answer();
        }
        Ok(loaded)
    }

    /// Every unit by its code, with the unit of a level that answers for it.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub(crate) fn owners(&mut self, level: &LevelId, asked: &[LevelId], access: &Access, today: Date) -> Result<Owners, Problem> {
        let transaction = self.reference.transaction()?;
        let ask = Ask::new(&transaction, &self.records, &self.framework, &self.cache, AsOf::NOW, access, today)?;
        round::owners(&ask, level, asked)
    }
}
