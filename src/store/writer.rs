//! Writing: facts on command, reference data in loads.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::Connection;

use super::cache::Cache;
use super::glance::Draft;
use super::import_log::{self, Entry};
use super::load::Load;
use super::log;
use super::world;
use crate::domain::access::Grant;
use crate::domain::fact::{Body, FactId};
use crate::domain::id::Uid;
use crate::domain::problem::{Problem, Severity};
use crate::domain::request::{Command, Loaded, Outcome, Receipt, Write};
use crate::domain::text::clean_name;
use crate::domain::unit::Subject;
use crate::framework::Framework;
use crate::framework::privacy::Gate;

/// The category of a mark made with `m`; frameworks may declare more later.
const FOLLOW_UP: &str = "follow-up";

/// The one writer of a store.
#[derive(Debug)]
pub struct Writer {
    pub(super) reference: Connection,
    pub(super) records: Connection,
    pub(super) framework: Arc<Framework>,
    pub(super) cache: Arc<Cache>,
    /// Last version of reference data that was shown without being stored; 0 before.
    shown: u64,
}

impl Writer {
    pub(super) fn new(reference: Connection, records: Connection, framework: Arc<Framework>, cache: Arc<Cache>) -> Self {
        Self { reference, records, framework, cache, shown: 0 }
    }

    /// Writes a fact; the receipt is given only after commit.
    ///
    /// # Errors
    /// `E_STORE_NO_SUBJECT` for an unknown unit or branch, `E_MARK_REASON` without a reason, `E_ROUND_NONE`
    /// and others for rounds, and `E_DISK_FULL`, `E_STORE_BUSY`, `E_NOT_SAVED` where it could not be saved.
    pub fn execute(&mut self, command: &Command, now: Timestamp, actor: &str) -> Outcome {
        if let write @ (Write::RoundOpen { .. } | Write::RoundReturn { .. } | Write::RoundFinal { .. }) = command.write() {
            return self.round(write, now, actor);
        }
        if let Grant::Answer | Grant::Confirm = command.write().grant() {
            return self.decide(command.write(), now, actor);
        }
        let earlier = |entity: Uid| log::read_of(&self.records, entity);
        // `undo` of a mark needs the fact that is yet to be written.
        let (entity, subject, (reason, masked), body, undo) = match command.write() {
            Write::Mark { entity, subject, reason, due } => {
                let reason = mask(reason);
                if reason.0.is_empty() {
                    return Err(Problem::new("E_MARK_REASON", Severity::Refused, ""));
                }
                let body =
                    Body::FlagRaised { v: 1, subject: *subject, category: FOLLOW_UP.to_owned(), reason: reason.0.clone(), due: *due };
                (*entity, *subject, reason, body, None)
            }
            Write::Clear { entity, raises, reason } => {
                let reason = mask(reason);
                // Taking back a clear raises the last of what it cleared again, in the same words.
                let last = earlier(*entity)?.into_iter().rev().find(|f| raises.contains(&f.id)).map(|f| f.body);
                let Some(Body::FlagRaised { subject, reason: raised, due, .. }) = last else {
                    return Err(Problem::new("E_STORE_NO_MARK", Severity::Refused, ""));
                };
                let body = Body::FlagCleared { v: 1, raises: raises.clone(), reason: reason.0.clone() };
                (*entity, subject, reason, body, Some(Write::Mark { entity: *entity, subject, reason: raised, due }))
            }
            Write::Correct { entity, indicator, period, old, new, source, reason } => {
                let (new, source, reason) = (mask(new), mask(source), mask(reason));
                if new.0.is_empty() || source.0.is_empty() {
                    return Err(Problem::new("E_CORRECT_EMPTY", Severity::Refused, ""));
                }
                let masked = new.1 + source.1 + reason.1;
                let body = Body::ValueCorrected {
                    v: 1,
                    indicator: indicator.clone(),
                    period: *period,
                    old: clean_name(old).into_owned(),
                    new: new.0,
                    source: source.0,
                    reason: reason.0.clone(),
                };
                (*entity, Subject::Unit, (reason.0, masked), body, None)
            }
            Write::Uncorrect { entity, corrections, reason } => {
                let reason = mask(reason);
                let body = Body::CorrectionWithdrawn { v: 1, corrections: corrections.clone(), reason: reason.0.clone() };
                (*entity, Subject::Unit, reason, body, None)
            }
            // Reference data is written by whoever reads files: the runtime carries these out.
            _ => return Err(Problem::new("E_INTERNAL", Severity::Refused, "")),
        };
        let name = self.name_of(entity)?;
        let fact = self.append(entity, &body, now, actor)?;
        let version = world::version(&self.reference)? + log::count(&self.records)?;
        let (write, undo) = match body {
            Body::FlagRaised { due, .. } => {
                (Write::Mark { entity, subject, reason, due }, Some(Write::Clear { entity, raises: vec![fact], reason: String::new() }))
            }
            Body::FlagCleared { raises, .. } => (Write::Clear { entity, raises, reason }, undo),
            Body::ValueCorrected { .. } => {
                (command.write().clone(), Some(Write::Uncorrect { entity, corrections: vec![fact], reason: String::new() }))
            }
            _ => (command.write().clone(), undo),
        };
        Ok(Loaded::Written(Box::new(Receipt { fact, entity, subject, name, write, undo, amend: None, masked, version })))
    }

    /// Appends a fact and returns its id once it is committed.
    pub(super) fn append(&mut self, entity: Uid, body: &Body, now: Timestamp, actor: &str) -> Result<FactId, Problem> {
        let county = world::county(&self.reference)?;
        log::append(&mut self.records, &log::New { county: &county, entity, actor, now, body })
    }

    /// Begins a load of reference data: one transaction.
    pub(crate) fn load(&mut self, now: Timestamp) -> Result<Load<'_>, Problem> {
        Load::begin(&mut self.reference, now, self.shown)
    }

    /// Shows units to every reader before they are stored. The version that it has is used for
    /// nothing else.
    pub(crate) fn show(&mut self, draft: &Draft) -> Result<u64, Problem> {
        self.shown = self.shown.max(world::version(&self.reference)?) + 1;
        self.cache.set_glance(Some(draft.glance(self.shown)));
        Ok(self.shown + log::count(&self.records)?)
    }

    /// Whether readers see what is not stored.
    pub(crate) fn is_showing(&self) -> bool {
        self.cache.glance().is_some()
    }

    /// Whether readers see what is not stored of a layer.
    pub(crate) fn shows(&self, layer: &str) -> bool {
        self.cache.glance().is_some_and(|glance| glance.holds(layer))
    }

    /// Waits until a reader has answered with the map of what is shown, but not for long.
    pub(crate) fn wait_until_seen(&self, at_most: Duration) {
        if let Some(glance) = self.cache.glance() {
            glance.wait(at_most);
        }
    }

    /// Lets readers see the store again.
    pub(crate) fn unshow(&mut self) {
        self.cache.set_glance(None);
    }

    /// Brings the log of imports up to date with the batches, and gives it.
    pub(crate) fn import_log(&mut self) -> Result<Vec<Entry>, Problem> {
        let county = world::county(&self.reference)?;
        let mut logged = import_log::read(&self.records, &county)?;
        for entry in import_log::missing(&self.reference, &logged)? {
            import_log::append(&self.records, &county, &entry)?;
            logged.push(entry);
        }
        Ok(logged)
    }

    /// When the first import was made, where reference.db is new and has none of them: it was lost.
    pub(crate) fn lost_since(&self, county: &str) -> Result<Option<Timestamp>, Problem> {
        if world::version(&self.reference)? > 0 {
            return Ok(None);
        }
        let first = import_log::read(&self.records, county)?.into_iter().next();
        Ok(first.and_then(|entry| Timestamp::from_millisecond(entry.at_ms).ok()))
    }

    /// Writes down what was just committed.
    pub(crate) fn log_import(&mut self, entry: &Entry) -> Result<(), Problem> {
        let county = world::county(&self.reference)?;
        import_log::append(&self.records, &county, entry)
    }

    /// The connection to reference data.
    pub(crate) fn reference(&self) -> &Connection {
        &self.reference
    }

    /// Version of the data: batches and facts.
    ///
    /// # Errors
    /// Where the databases cannot be read.
    pub fn version(&self) -> Result<u64, Problem> {
        Ok(world::version(&self.reference)? + log::count(&self.records)?)
    }

    pub(super) fn name_of(&self, entity: Uid) -> Result<String, Problem> {
        world::name_of(&self.reference, entity)?.ok_or_else(|| Problem::new("E_STORE_NO_SUBJECT", Severity::Refused, ""))
    }
}

/// Cleans and masks a free text, once, at commit.
pub(super) fn mask(text: &str) -> (String, usize) {
    Gate.mask(&clean_name(text))
}
