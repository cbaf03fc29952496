//! Where the screens and the store meet: questions, commands and answers, as plain data.

use std::sync::Arc;

use jiff::civil::Date;

use super::access::{Grant, Permit};
use super::fact::FactId;
use super::id::{IndicatorId, LevelId, Uid};
use super::page::{Card, Hit, HomePage, MarkRow, Provenance, Workspace};
use super::period::Period;
use super::problem::Problem;
use super::quality::{FaultKind, QualityPage};
use super::scene::{MapSize, Raster};
use super::unit::Subject;
use super::view_state::ViewState;

/// Number of a request. A result whose request is no longer the current one is dropped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub u64);

/// A question. Answered with the session's [`super::access::Access`].
#[derive(Clone, Debug, PartialEq)]
pub enum Query {
    /// The workspace itself.
    Workspace,
    /// List, legend and totals.
    Home(ViewState),
    /// The map of the same state.
    Map {
        /// Place, listing, scope-independent extent.
        view: ViewState,
        /// Size of the map area.
        size: MapSize,
    },
    /// Everything about one unit or branch.
    Card {
        /// What.
        uid: Uid,
        /// Indicator in force, period and AsOf.
        view: ViewState,
    },
    /// Where a number comes from.
    Provenance {
        /// Whose number.
        uid: Uid,
        /// Which indicator.
        indicator: IndicatorId,
        /// Which period; `None` is the newest.
        period: Option<Period>,
        /// Scope and AsOf.
        view: ViewState,
    },
    /// Search over all levels by name, full pinyin, initials or code.
    Find {
        /// What was typed.
        text: String,
        /// At most so many hits.
        limit: usize,
    },
    /// Every mark that stands.
    Marks,
    /// What is wrong with the boundaries at or below a place.
    Quality {
        /// Place and AsOf.
        view: ViewState,
        /// Only faults of this level.
        level: Option<LevelId>,
        /// Only faults of this kind.
        kind: Option<FaultKind>,
    },
}

/// A write. It cannot be made without a [`Permit`].
#[derive(Clone, Debug, PartialEq)]
pub struct Command {
    permit: Permit,
    write: Write,
}

/// What is written.
#[derive(Clone, Debug, PartialEq)]
pub enum Write {
    /// Raise a mark.
    Mark {
        /// On what.
        entity: Uid,
        /// Unit or branch.
        subject: Subject,
        /// Why.
        reason: String,
        /// The day to look again.
        due: Option<Date>,
    },
    /// Take a mark away again.
    Clear {
        /// On what.
        entity: Uid,
        /// The raises that were seen.
        raises: Vec<FactId>,
        /// Why.
        reason: String,
    },
}

impl Command {
    /// A write with the proof that it is allowed; `None` where the permit is for another grant.
    #[must_use]
    pub fn new(permit: Permit, write: Write) -> Option<Self> {
        let needed = match write {
            Write::Mark { .. } | Write::Clear { .. } => Grant::Mark,
        };
        (permit.grant() == needed).then_some(Self { permit, write })
    }

    /// The proof.
    #[must_use]
    pub fn permit(&self) -> &Permit {
        &self.permit
    }

    /// What is written.
    #[must_use]
    pub fn write(&self) -> &Write {
        &self.write
    }
}

/// What a command did: enough to announce it and to take it back.
#[derive(Clone, Debug, PartialEq)]
pub struct Receipt {
    /// The fact that was written, after commit.
    pub fact: FactId,
    /// On what.
    pub entity: Uid,
    /// Unit or branch.
    pub subject: Subject,
    /// Its name.
    pub name: String,
    /// The write.
    pub write: Write,
    /// What would take it back; `None` where nothing can.
    pub undo: Option<Write>,
    /// Characters that were masked by the privacy scan of the text.
    pub masked: usize,
    /// Version of the data after it.
    pub version: u64,
}

/// An answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Loaded {
    /// To [`Query::Workspace`].
    Workspace(Arc<Workspace>),
    /// To [`Query::Home`].
    Home(Arc<HomePage>),
    /// To [`Query::Map`]; `None` where nothing of the listing has a geometry.
    Map(Option<Arc<Raster>>),
    /// To [`Query::Card`]; `None` where the uid is not known as of the time asked.
    Card(Option<Arc<Card>>),
    /// To [`Query::Provenance`].
    Provenance(Arc<Provenance>),
    /// To [`Query::Find`].
    Found(Arc<Vec<Hit>>),
    /// To [`Query::Marks`].
    Marks(Arc<Vec<MarkRow>>),
    /// To [`Query::Quality`].
    Quality(Arc<QualityPage>),
    /// To a [`Command`].
    Written(Receipt),
}

/// An answer or what went wrong.
pub type Outcome = Result<Loaded, Problem>;

/// What happens in the background while a workspace loads.
#[derive(Clone, Debug, PartialEq)]
pub enum Progress {
    /// So much of a file is read.
    Reading {
        /// Layer or table.
        name: String,
        /// Bytes or records done.
        done: u64,
        /// Of.
        of: u64,
    },
    /// The data has a new version: ask again.
    Changed {
        /// Version.
        version: u64,
    },
    /// Everything is loaded and checked.
    Done,
    /// Something was refused or kept aside.
    Problem(Problem),
}
