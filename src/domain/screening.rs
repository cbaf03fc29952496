//! What came of the rules, whole: for a file or another program, where a sheet is for people and stops
//! after some hundreds of rows.

use jiff::civil::Date;
use serde::Serialize;

use super::decision::Decision;
use super::id::Uid;
use super::page::Lead;
use super::sheet::Words;
use super::unit::Subject;

/// Who a rule speaks of.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Spoken {
    /// Identity.
    pub uid: Uid,
    /// Unit or branch.
    pub subject: Subject,
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Names of the units above, the top first.
    pub path: Vec<String>,
}

/// A rule that cannot be told at a subject: never a lead.
#[derive(Clone, Debug, PartialEq)]
pub struct Doubt {
    /// The rule's id.
    pub rule: String,
    /// What is missing.
    pub missing: Vec<Words>,
}

/// A rule that did not run.
#[derive(Clone, Debug, PartialEq)]
pub struct NotRun {
    /// The rule's id.
    pub rule: String,
    /// Why.
    pub why: Words,
}

/// Everything the rules came to, as at a day.
#[derive(Clone, Debug, PartialEq)]
pub struct Screened {
    /// Version of the data.
    pub version: u64,
    /// The day.
    pub as_at: Date,
    /// At or below which unit or branch; `None`: everything.
    pub place: Option<Spoken>,
    /// Ids of the rules that ran.
    pub ran: Vec<String>,
    /// Leads that are open, in the order of the tree.
    pub leads: Vec<(Spoken, Lead)>,
    /// What cannot be told.
    pub doubts: Vec<(Spoken, Doubt)>,
    /// Rules that did not run.
    pub not_run: Vec<NotRun>,
    /// What people said, the newest first.
    pub decided: Vec<(Spoken, Decision)>,
}
