//! Where the screens and the store meet: questions, commands and answers, as plain data.

use std::path::PathBuf;
use std::sync::Arc;
#[cfg(test)]
use std::sync::atomic::AtomicU64;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::civil::Date;

use super::access::{Grant, Permit};
use super::decision::{Amend, Answer};
use super::fact::FactId;
use super::files::FileList;
use super::form::{Exported, Filled};
use super::id::{IndicatorId, LevelId, Uid};
use super::map_layer::MapLayer;
use super::page::{Card, Hit, HomePage, MarkRow, Provenance, Workspace};
use super::period::Period;
use super::plan::{Applied, BatchRow, Choices, Plan, Rests};
use super::problem::Problem;
use super::quality::{FaultKind, QualityPage};
use super::round::{Form, Intake, RoundLine, RoundPage};
use super::scene::{Extent, MapSize, Raster};
use super::screening::Screened;
use super::sheet::{Sheet, SheetKind};
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
    /// What is drawn over the map of the same state.
    Layer {
        /// Place, scope, AsOf.
        view: ViewState,
        /// What the map shows.
        extent: Extent,
        /// Its size.
        size: MapSize,
        /// Kinds of places that are wanted.
        kinds: Vec<String>,
        /// A branch whose units are outlined, where it has more than its own.
        branch: Option<Uid>,
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
    /// The board of a round; `None` is the newest.
    Round {
        /// Its period.
        period: Option<Period>,
    },
    /// Every round, the newest first.
    Rounds,
    /// What taking files into a round would do; nothing is changed.
    Intake {
        /// The round; `None` is the newest.
        period: Option<Period>,
        /// Files, folders and archives, as the person named them.
        files: Vec<PathBuf>,
    },
    /// What each unit of a round is asked, with what is known already; of a round that was not opened: what
    /// would be asked.
    Forms {
        /// Its period; `None` is the newest.
        period: Option<Period>,
    },
    /// What importing files would do; nothing is changed.
    Plan {
        /// Files and folders, as the person named them.
        files: Vec<PathBuf>,
        /// What was decided so far.
        choices: Choices,
    },
    /// Every batch, the newest first.
    Batches,
    /// Which later batches rest on some, before those are taken back.
    Rests {
        /// The batches that are to be taken back.
        batches: Vec<i64>,
    },
    /// What is wrong with the boundaries at or below a place.
    Quality {
        /// Place and AsOf.
        view: ViewState,
        /// Only faults of this level.
        level: Option<LevelId>,
        /// Only faults of this kind.
        kind: Option<FaultKind>,
    },
    /// A sheet of what frameworks drive.
    Sheet {
        /// Which.
        kind: SheetKind,
        /// Place, indicator, period, AsOf, scope.
        view: ViewState,
    },
    /// Everything the rules came to: [`SheetKind::Leads`] for programs, without its limits.
    Screening(ViewState),
    /// A form with what goes into its cells.
    Filled {
        /// Its name, id or label.
        name: String,
        /// Place and AsOf.
        view: ViewState,
    },
    /// What lies in a folder.
    Files {
        /// The folder; empty is the workspace's, `~` the home folder.
        dir: PathBuf,
    },
}

/// Asks long work in the background to stop: it looks now and then, leaves everything as it was and
/// answers with `E_STOPPED`. Clones are one and the same.
#[derive(Clone, Debug, Default)]
pub struct Stop {
    asked: Arc<AtomicBool>,
    /// Tests ask at one certain look: after so many more.
    #[cfg(test)]
    looks: Option<Arc<AtomicU64>>,
}

impl Stop {
    /// Asks.
    pub fn ask(&self) {
        self.asked.store(true, Ordering::Relaxed);
    }

    /// Goes on: `Ok` until it was asked to stop.
    ///
    /// # Errors
    /// `E_STOPPED`.
    pub fn check(&self) -> Result<(), Problem> {
        #[cfg(test)]
        if let Some(looks) = &self.looks
            && looks.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_err()
        {
            self.ask();
        }
        if self.asked.load(Ordering::Relaxed) {
            return Err(Problem::new("E_STOPPED", super::problem::Severity::Refused, ""));
        }
        Ok(())
    }

    /// One that is asked after so many looks.
    #[cfg(test)]
    pub(crate) fn after(looks: u64) -> Self {
        Self { looks: Some(Arc::new(AtomicU64::new(looks))), ..Self::default() }
    }
}

/// A form that is written into a workbook for the person at the machine. Nothing of the workspace changes, so
/// that it needs no grant: a read-only session may take home what it sees. A runtime that serves others than
/// the person at the machine does not carry it out.
#[derive(Clone, Debug, PartialEq)]
pub struct Export {
    /// Name, id or label of the form.
    pub form: String,
    /// Place and AsOf.
    pub view: ViewState,
    /// The workbook; never one that is there already.
    pub to: PathBuf,
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
    /// Open a round, or open it anew with another due day or other fields.
    RoundOpen {
        /// Its period.
        period: Period,
        /// The last day on which a file is in time.
        due: Date,
        /// The indicators asked; those that are due where it is empty.
        asked: Vec<IndicatorId>,
        /// The level whose units answer; the one below the top where it is `None`.
        level: Option<LevelId>,
    },
    /// Take files into a round, as an intake showed it.
    RoundTake {
        /// The round.
        period: Period,
        /// Files, folders and archives, as in [`Query::Intake`].
        files: Vec<PathBuf>,
        /// Its [`Intake::digest`]: another one is refused.
        digest: String,
    },
    /// Give a unit's file back: written out with its faulty cells marked.
    RoundReturn {
        /// The round.
        period: Period,
        /// The unit that answers.
        unit: Uid,
        /// Why.
        remark: String,
        /// The workbook that is written.
        to: PathBuf,
    },
    /// Freeze parts of a round.
    RoundFinal {
        /// The round.
        period: Period,
        /// The units whose parts are frozen.
        units: Vec<Uid>,
    },
    /// Say that a value is another one, beside what the batch has.
    Correct {
        /// Whose value.
        entity: Uid,
        /// Of which indicator.
        indicator: IndicatorId,
        /// In which period.
        period: Period,
        /// What was seen, as shown.
        old: String,
        /// What it should be, as the person wrote it.
        new: String,
        /// Where that stands: document, table, person's post.
        source: String,
        /// Why.
        reason: String,
    },
    /// Take corrections back.
    Uncorrect {
        /// Whose value.
        entity: Uid,
        /// The corrections that were seen.
        corrections: Vec<FactId>,
        /// Why.
        reason: String,
    },
    /// Answer about a lead.
    Answer {
        /// The branch or unit.
        entity: Uid,
        /// The rule.
        rule: String,
        /// The answer.
        answer: Answer,
        /// In the post's words.
        text: String,
    },
    /// Confirm a lead, or without one a kind that no indicator can show.
    Confirm {
        /// The branch or unit.
        entity: Uid,
        /// The rule; empty where there is no lead.
        rule: String,
        /// Number of the official kind.
        kind: u8,
        /// Number of the document that says so.
        document: String,
        /// Why.
        reason: String,
    },
    /// Reject a lead.
    Reject {
        /// The branch or unit.
        entity: Uid,
        /// The rule.
        rule: String,
        /// Why.
        reason: String,
    },
    /// Take an answer back.
    Unanswer {
        /// The branch or unit.
        entity: Uid,
        /// The answers that were seen.
        answers: Vec<FactId>,
        /// Why.
        reason: String,
    },
    /// Take a confirmation or a rejection back.
    Undecide {
        /// The branch or unit.
        entity: Uid,
        /// The decisions that were seen.
        decisions: Vec<FactId>,
        /// Why.
        reason: String,
    },
    /// Carry out a plan that was seen.
    Import {
        /// Files and folders, as in [`Query::Plan`].
        files: Vec<PathBuf>,
        /// Choices of the plan that was seen.
        choices: Choices,
        /// Its [`Plan::digest`]: another one is refused.
        digest: String,
    },
    /// Take batches back, all or none.
    Undo {
        /// Their numbers.
        batches: Vec<i64>,
    },
    /// Load the layers and tables that were held back because something would disappear.
    Removals,
}

impl Write {
    /// The grant that it needs.
    #[must_use]
    pub fn grant(&self) -> Grant {
        match self {
            Self::Mark { .. } | Self::Clear { .. } => Grant::Mark,
            Self::Correct { .. } | Self::Uncorrect { .. } => Grant::Correct,
            Self::Answer { .. } | Self::Unanswer { .. } => Grant::Answer,
            Self::Confirm { .. } | Self::Reject { .. } | Self::Undecide { .. } => Grant::Confirm,
            Self::Import { .. }
            | Self::Undo { .. }
            | Self::Removals
            | Self::RoundOpen { .. }
            | Self::RoundTake { .. }
            | Self::RoundReturn { .. }
            | Self::RoundFinal { .. } => Grant::Import,
        }
    }
}

impl Command {
    /// A write with the proof that it is allowed; `None` where the permit is for another grant.
    #[must_use]
    pub fn new(permit: Permit, write: Write) -> Option<Self> {
        (permit.grant() == write.grant()).then_some(Self { permit, write })
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
    /// Where what was said to be wrong is corrected.
    pub amend: Option<Amend>,
    /// Characters that were masked by the privacy scan of the text.
    pub masked: usize,
    /// Version of the data after it.
    pub version: u64,
}

/// An answer.
#[derive(Clone, Debug, PartialEq)]
#[allow(clippy::large_enum_variant, reason = "a receipt comes once per write, and no answer is kept in a list")]
pub enum Loaded {
    /// To [`Query::Workspace`].
    Workspace(Arc<Workspace>),
    /// To [`Query::Home`].
    Home(Arc<HomePage>),
    /// To [`Query::Map`]; `None` where nothing of the listing has a geometry.
    Map(Option<Arc<Raster>>),
    /// To [`Query::Layer`].
    Layer(Arc<MapLayer>),
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
    /// To [`Query::Round`]; `None` where there is no such round.
    Round(Option<Arc<RoundPage>>),
    /// To [`Query::Rounds`].
    Rounds(Arc<Vec<RoundLine>>),
    /// To [`Query::Intake`] and [`Write::RoundTake`].
    Intake(Arc<Intake>),
    /// To [`Query::Forms`].
    Forms(Arc<Vec<Form>>),
    /// To [`Query::Plan`].
    Plan(Arc<Plan>),
    /// To [`Query::Batches`].
    Batches(Arc<Vec<BatchRow>>),
    /// To [`Query::Rests`].
    Rests(Arc<Vec<Rests>>),
    /// To [`Query::Sheet`].
    Sheet(Arc<Sheet>),
    /// To [`Query::Screening`].
    Screening(Arc<Screened>),
    /// To [`Query::Filled`].
    Filled(Arc<Filled>),
    /// To an [`Export`].
    Exported(Arc<Exported>),
    /// To [`Query::Files`].
    Files(Arc<FileList>),
    /// To a [`Command`] that writes a fact.
    Written(Box<Receipt>),
    /// To [`Write::Import`] and [`Write::Undo`]. An import is taken back by `Write::Undo` with
    /// [`Applied::batches`].
    Applied(Arc<Applied>),
    /// To [`Write::Removals`]: what was held back is loaded.
    Refreshed {
        /// Version of the data after it.
        version: u64,
    },
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
    /// Leads that a page did not wait for are there: ask again.
    Screened,
    /// Layers or tables were held back because something would disappear: which, and how much.
    Pending(String),
    /// Everything is loaded and checked.
    Done,
    /// Something was refused or kept aside.
    Problem(Problem),
}
