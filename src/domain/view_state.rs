//! Where a session stands: one serialisable value for history, `--keys`, recording and paging.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::as_of::AsOf;
use super::id::{IndicatorId, LevelId, Uid};
use super::indicator::Classing;
use super::period::Period;
use super::scene::Extent;
use super::sheet::Threshold;

/// What the list holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Listing {
    /// The units of a level at or below the place (a level may be skipped).
    Units(LevelId),
    /// The branches at or below the place.
    Branches,
}

/// The state of a unit or branch that a scope may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Has leads 待核.
    Leads,
    /// Has marks 标记.
    Marked,
    /// Nothing came for the indicator in force.
    Missing,
    /// Has no geometry.
    NoGeometry,
    /// Lies in several zones, or something below it does.
    SeveralZones,
}

/// The filter in force: governs map, roll-ups, n/N, list, print and JSON until cleared.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Scope {
    /// Zone codes, any of them; empty: all. A unit is in scope if it or a unit above it lies in one.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub zones: BTreeSet<String>,
    /// Standings, any of them; empty: all.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub standings: BTreeSet<Standing>,
}

impl Scope {
    /// Whether everything is in scope.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.zones.is_empty() && self.standings.is_empty()
    }
}

/// A rule with another threshold: list and map show what it would change. Nothing of it is saved.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct WhatIf {
    /// The rule.
    pub rule: String,
    /// Which test of the rule, 0-based in the order of the file.
    pub test: usize,
    /// Its threshold instead.
    pub value: Threshold,
}

/// Where a session stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ViewState {
    /// The unit drilled into; `None` stands above the top units (or in the only one).
    pub place: Option<Uid>,
    /// What the list and the map show.
    pub listing: Listing,
    /// The indicator that colours.
    pub indicator: IndicatorId,
    /// Its period; `None` is the newest that has values.
    #[serde(default)]
    pub period: Option<Period>,
    /// As of.
    #[serde(default)]
    pub as_of: AsOf,
    /// Filter.
    #[serde(default)]
    pub scope: Scope,
    /// Only units with leads or marks (`w`).
    #[serde(default)]
    pub only_flagged: bool,
    /// How classes are cut.
    #[serde(default)]
    pub classing: Classing,
    /// The extent of the map; `None` fits the place.
    #[serde(default)]
    pub extent: Option<Extent>,
    /// The selected row.
    #[serde(default)]
    pub selection: Option<Uid>,
    /// 假设: what is shown is not in use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub what_if: Option<WhatIf>,
}
