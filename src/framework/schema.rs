//! What a framework can declare beside levels, indicators and rules. data/frameworks/README.md explains
//! every key to those who write one.
//!
//! Ids inside a framework are bare (`ORG-01`); in the frameworks in use together every id is
//! `framework/id`.

mod flow;
mod ratings;
mod sets;
mod standards;

use jiff::civil::Date;

pub use flow::{Beat, Cadence, Limit, Season, Term, Transition, Workflow};
pub use ratings::{Badge, Grade, Item, Rating, RatingKind, Scorecard, Section};
pub use sets::{Group, List, Matrix, Pairing, Region, Task};
pub use standards::{Coverage, Covered, Establish, EstablishOn, Goal, Premises, Rooms, Target};

use crate::domain::id::LevelId;
use crate::domain::sheet::Words;

/// Chinese and English label of something with an id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// Its id.
    pub id: String,
    /// Chinese label.
    pub label: String,
    /// English label.
    pub label_en: String,
}

/// Which material something was written from: ids of the collection of published ways of working
/// (`F13`, `M08`). Every part of a framework may name its own.
pub type Material = Vec<String>;

/// How a number or a rule is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// Read word for word in a copy of an organisation department, state media or the law.
    A,
    /// Read in a secondary copy, consistent with others.
    B,
    /// General knowledge, no text seen; the county puts its own document.
    C,
}

/// What something rests on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Basis {
    /// The document; empty: 未配置.
    pub document: String,
    /// Its article.
    pub article: String,
    /// How it is known.
    pub confidence: Option<Confidence>,
    /// In force from.
    pub since: Option<Date>,
    /// In force until, the last day included.
    pub until: Option<Date>,
    /// Of an indicator: what was counted before `since`; empty: the same, or not told.
    pub was: String,
}

impl Basis {
    /// From when to when it is in force, where it says so.
    #[must_use]
    pub fn in_force(&self) -> Option<Words> {
        let day = |day: Date| Words::data(day.to_string());
        match (self.since, self.until) {
            (Some(since), Some(until)) => Some(Words::fill("framework.in_force", [day(since), day(until)])),
            (Some(since), None) => Some(Words::fill("framework.in_force_since", [day(since)])),
            (None, Some(until)) => Some(Words::fill("framework.in_force_until", [day(until)])),
            (None, None) => None,
        }
    }
}

/// Who answers for a framework, from when to when.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// Level of the body that issued it, never a person.
    pub issuer: String,
    /// province, city, county, township, street, village, unit.
    pub scope: String,
    /// In force from.
    pub start: Option<Date>,
    /// To be reached by.
    pub due: Option<Date>,
    /// draft, in-force, archived, demo.
    pub status: String,
    /// Ids of the frameworks that it builds on.
    pub extends: Vec<String>,
    /// What it was written from.
    pub material: Material,
    /// What a user should know about the material.
    pub note: String,
    /// It declares levels itself, so it can give the tree; else it takes those of what it extends.
    pub own_levels: bool,
}

/// Words that a framework adds to the privacy gate. It can add some, never remove one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Privacy {
    /// Labels of levels.
    pub deny_levels: Vec<String>,
    /// Words that no field, label or list may hold.
    pub deny_fields: Vec<String>,
}

/// One of the frameworks in use together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its id.
    pub id: String,
    /// Chinese name.
    pub name: String,
    /// English name.
    pub name_en: String,
    /// File it was read from, as shown to people.
    pub file: String,
    /// SHA-256 of the file, hex.
    pub sha256: String,
    /// Head.
    pub head: Head,
    /// The text of the file: kept with the data, so that a snapshot can be read by itself.
    pub text: std::sync::Arc<str>,
}

/// Words that mean the same in tables: 两新 ↔ 两企三新 ↔ 新兴领域.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Synonym {
    /// The word the framework uses.
    pub word: String,
    /// Those that count as it.
    pub of: Vec<String>,
}

/// Branches or the units of a level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum On {
    /// Branches.
    Branch,
    /// Units of a level.
    Units(LevelId),
}
