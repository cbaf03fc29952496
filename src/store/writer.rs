//! Writing: facts on command, reference data in loads.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::Connection;

use super::load::Load;
use super::log;
use super::world;
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
}

impl Writer {
    pub(super) fn new(reference: Connection, records: Connection, framework: Arc<Framework>) -> Self {
        Self { reference, records, framework }
    }

    /// Writes a fact; the receipt is given only after commit.
    ///
    /// # Errors
    /// `E_STORE_NO_SUBJECT` for an unknown unit or branch, `E_MARK_REASON` without a reason, `E_ROUND_NONE`
    /// and others for rounds, and `E_DISK_FULL`, `E_STORE_BUSY`, `E_NOT_SAVED` where it could not be saved.
    pub fn execute(&mut self, command: &Command, now: Timestamp, actor: &str) -> Outcome {
        match command.write() {
            Write::Mark { entity, subject, reason, due } => self.raise((*entity, *subject), reason, *due, now, actor),
            Write::Clear { entity, raises, reason } => self.clear(*entity, raises, reason, now, actor),
            write @ (Write::RoundOpen { .. } | Write::RoundReturn { .. } | Write::RoundFinal { .. }) => self.round(write, now, actor),
        }
    }

    fn raise(&mut self, (entity, subject): (Uid, Subject), reason: &str, due: Option<Date>, now: Timestamp, actor: &str) -> Outcome {
        let name = self.name_of(entity)?;
        let (reason, masked) = mask(reason);
        if reason.is_empty() {
            return Err(Problem::new("E_MARK_REASON", Severity::Refused, ""));
        }
        let fact = self.append(
            entity,
            &Body::FlagRaised { v: 1, subject, category: FOLLOW_UP.to_owned(), reason: reason.clone(), due },
            now,
            actor,
        )?;
        let undo = Some(Write::Clear { entity, raises: vec![fact], reason: String::new() });
        let write = Write::Mark { entity, subject, reason, due };
        Ok(Loaded::Written(Receipt { fact, entity, subject, name, write, undo, masked, version: self.version()? }))
    }

    fn clear(&mut self, entity: Uid, raises: &[FactId], reason: &str, now: Timestamp, actor: &str) -> Outcome {
        let name = self.name_of(entity)?;
        let (reason, masked) = mask(reason);
        // Taking back a clear raises the last of what it cleared again, in the same words.
        let last = log::read(&self.records)?.into_iter().rev().find_map(|f| match f.body {
            Body::FlagRaised { subject, reason, due, .. } if raises.contains(&f.id) && f.entity == entity => Some((subject, reason, due)),
            _ => None,
        });
        let (subject, words, due) = last.ok_or_else(|| Problem::new("E_STORE_NO_MARK", Severity::Refused, ""))?;
        let raises = raises.to_vec();
        let fact = self.append(entity, &Body::FlagCleared { v: 1, raises: raises.clone(), reason: reason.clone() }, now, actor)?;
        let undo = Some(Write::Mark { entity, subject, reason: words, due });
        let write = Write::Clear { entity, raises, reason };
        Ok(Loaded::Written(Receipt { fact, entity, subject, name, write, undo, masked, version: self.version()? }))
    }

    /// Appends a fact and returns its id once it is committed.
    pub(super) fn append(&mut self, entity: Uid, body: &Body, now: Timestamp, actor: &str) -> Result<FactId, Problem> {
        let county = world::county(&self.reference)?;
        log::append(&mut self.records, &log::New { county: &county, entity, actor, now, body })
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

    pub(super) fn name_of(&self, entity: Uid) -> Result<String, Problem> {
        world::name_of(&self.reference, entity)?.ok_or_else(|| Problem::new("E_STORE_NO_SUBJECT", Severity::Refused, ""))
    }
}

/// Cleans and masks a free text, once, at commit.
pub(super) fn mask(text: &str) -> (String, usize) {
    Gate.mask(&clean_name(text))
}
