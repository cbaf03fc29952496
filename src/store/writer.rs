//! Writing: facts on command, reference data in loads.

use jiff::Timestamp;
use rusqlite::Connection;

use super::load::Load;
use super::log;
use super::world;
use crate::domain::fact::Body;
use crate::domain::id::Uid;
use crate::domain::problem::{Problem, Severity};
use crate::domain::request::{Command, Loaded, Outcome, Receipt, Write};
use crate::domain::text::clean_name;
use crate::framework::privacy::Gate;

/// The category of a mark made with `m`; frameworks may declare more later.
const FOLLOW_UP: &str = "follow-up";

/// The one writer of a store.
#[derive(Debug)]
pub struct Writer {
    reference: Connection,
    records: Connection,
}

impl Writer {
    pub(super) fn new(reference: Connection, records: Connection) -> Self {
        Self { reference, records }
    }

    /// Writes a fact; the receipt is given only after commit.
    ///
    /// # Errors
    /// `E_STORE_NO_SUBJECT` for an unknown unit or branch, `E_MARK_REASON` without a reason, and
    /// `E_DISK_FULL`, `E_STORE_BUSY`, `E_NOT_SAVED` where it could not be saved.
    pub fn execute(&mut self, command: &Command, now: Timestamp, actor: &str) -> Outcome {
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
            // No fact: what loads files carries it out.
            Write::Removals => return Err(Problem::new("E_INTERNAL", Severity::Refused, "")),
        };
        let name = self.name_of(entity)?;
        let county = world::county(&self.reference)?;
        let fact = log::append(&mut self.records, &log::New { county: &county, entity, actor, now, body: &body })?;
        let version = world::version(&self.reference)? + log::count(&self.records)?;
        let (write, undo) = match body {
            Body::FlagRaised { due, .. } => {
                (Write::Mark { entity, subject, reason, due }, Some(Write::Clear { entity, raises: vec![fact], reason: String::new() }))
            }
            Body::FlagCleared { raises, .. } => (Write::Clear { entity, raises, reason }, undo),
        };
        Ok(Loaded::Written(Receipt { fact, entity, subject, name, write, undo, masked, version }))
    }

    /// Begins a load of reference data: one transaction.
    pub(crate) fn load(&mut self, now: Timestamp) -> Result<Load<'_>, Problem> {
        Load::begin(&mut self.reference, now)
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

    fn name_of(&self, entity: Uid) -> Result<String, Problem> {
        world::name_of(&self.reference, entity)?.ok_or_else(|| Problem::new("E_STORE_NO_SUBJECT", Severity::Refused, ""))
    }
}

/// Cleans and masks a free text, once, at commit.
fn mask(text: &str) -> (String, usize) {
    Gate.mask(&clean_name(text))
}
