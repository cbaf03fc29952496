//! One TOML file: levels, zones, indicators, rules of one county's way of working.

pub mod asks;
mod cadence;
mod combine;
pub mod condition;
pub mod form;
mod goal;
mod load;
pub mod privacy;
mod read;
pub mod schema;
pub mod shipped;
mod tables;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use load::{Find, Parsed, Source, read_text};

use condition::Condition;
use schema::{
    Basis, Cadence, Coverage, Establish, Group, Head, Item, List, Material, Matrix, Pairing, Part, Premises, Privacy, Rating, Region,
    Scorecard, Season, Synonym, Target, Task, Term, Workflow,
};

use crate::domain::id::{IndicatorId, LevelId};
use crate::domain::indicator::Indicator;
use crate::domain::page::CaseKind;
use crate::domain::problem::Problem;
use crate::domain::unit::{Level, Subject};

/// A framework as it was loaded and checked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Framework {
    /// Its id.
    pub id: String,
    /// Chinese name.
    pub name: String,
    /// English name.
    pub name_en: String,
    /// File it was read from, as shown to people.
    pub file: String,
    /// SHA-256 of the file, hex: frameworks in use are kept by it.
    pub sha256: String,
    /// Its data is invented; the screen says 演示数据.
    pub demo: bool,
    /// Levels, the top one first; each names the one before it as its parent.
    pub levels: Vec<Level>,
    /// Zones.
    pub zones: Vec<Zone>,
    /// Indicators, in the order of the number keys.
    pub indicators: Vec<Arc<Indicator>>,
    /// Rules that give leads.
    pub rules: Vec<Rule>,
    /// Issuer, days, material.
    pub head: Head,
    /// The frameworks in use that this one was put together from, that of the tree first; one where
    /// it was read from a file and not put together yet.
    pub parts: Vec<Part>,
    /// Words that mean the same.
    pub synonyms: Vec<Synonym>,
    /// Tasks that belong to no zone.
    pub tasks: Vec<Task>,
    /// What counts as covered.
    pub coverages: Vec<Coverage>,
    /// Numbers to be reached.
    pub targets: Vec<Target>,
    /// Which organisations must be there.
    pub establish: Vec<Establish>,
    /// Which premises must be there.
    pub premises: Vec<Premises>,
    /// Ratings.
    pub ratings: Vec<Rating>,
    /// Score cards.
    pub scorecards: Vec<Scorecard>,
    /// Vetoes and musts.
    pub items: Vec<Item>,
    /// Workflows.
    pub workflows: Vec<Workflow>,
    /// What comes round.
    pub cadences: Vec<Cadence>,
    /// Terms of office.
    pub terms: Vec<Term>,
    /// Seasons of elections.
    pub seasons: Vec<Season>,
    /// Lists.
    pub lists: Vec<List>,
    /// Pairings.
    pub pairings: Vec<Pairing>,
    /// Sets of units beside the tree.
    pub regions: Vec<Region>,
    /// 1+X groups.
    pub groups: Vec<Group>,
    /// Matrices.
    pub matrices: Vec<Matrix>,
    /// Official kinds of weak organisations.
    pub kinds: Vec<CaseKind>,
    /// What each of them rests on, by its number.
    pub kind_bases: BTreeMap<u8, Basis>,
    /// What each indicator rests on.
    pub indicator_bases: BTreeMap<IndicatorId, Basis>,
    /// Words that are added to the gate.
    pub privacy: Privacy,
    /// What it extends, and what that extends, the nearest first; empty once it was put together.
    pub bases: Vec<Arc<Framework>>,
    /// Forms 报表 that are filled in with its numbers; read when a workspace is opened.
    pub forms: form::Forms,
    /// What was left out when it was put together, and why.
    pub notes: Vec<Problem>,
}

/// A kind of area with its own tasks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Zone {
    /// Its code.
    pub code: String,
    /// Chinese label.
    pub label: String,
    /// English label.
    pub label_en: String,
    /// Its tasks.
    pub tasks: Vec<Task>,
    /// What it rests on.
    pub basis: Basis,
    /// What it was written from.
    pub material: Material,
}

/// How loud a lead is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// To be known.
    Info,
    /// To be looked at.
    #[default]
    Amber,
    /// To be looked at first.
    Red,
}

/// A rule: its condition holds → a lead to check, never a verdict.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Its id.
    pub id: String,
    /// What it says, in Chinese.
    pub label: String,
    /// English.
    pub label_en: String,
    /// Branches or units of `level`.
    pub subject: Subject,
    /// The level, for rules on units.
    pub level: Option<LevelId>,
    /// When.
    pub when: Condition,
    /// The document it rests on.
    pub basis: Basis,
    /// How loud.
    pub severity: Severity,
    /// The number of the official kind (1–10) that it points to.
    pub kind: Option<u8>,
    /// It runs. Relative rules 相对规则 are off until a framework turns them on, and never make a
    /// lead by themselves.
    pub enabled: bool,
    /// What it was written from.
    pub material: Material,
}

impl Rule {
    /// True of somebody by construction (末位, 后三名, 倒排).
    #[must_use]
    pub fn is_relative(&self) -> bool {
        self.when.is_relative()
    }

    /// A number that it needs is 未配置: it is listed and does not run.
    #[must_use]
    pub fn is_unset(&self) -> bool {
        self.when.is_unset()
    }
}
