//! One TOML file: levels, zones, indicators, rules of one county's way of working.

pub mod privacy;

use std::sync::Arc;

use crate::domain::id::{IndicatorId, LevelId};
use crate::domain::indicator::Indicator;
use crate::domain::unit::{Level, Subject};

/// A framework as it was loaded and checked.
#[derive(Clone, Debug, PartialEq)]
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
}

/// A kind of area with its own tasks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    /// Its code.
    pub code: String,
    /// Chinese label.
    pub label: String,
    /// English label.
    pub label_en: String,
}

/// Comparison of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `>=`
    AtLeast,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
}

/// What a condition looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operand {
    /// A column of the branch table, by its heading.
    Field(String),
    /// A reading of the branch's unit (rules on branches) or of the unit itself.
    Indicator(IndicatorId),
}

/// A right-hand side.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
}

/// A field against a value. Three-valued: holds, does not, cannot tell.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// Left.
    pub operand: Operand,
    /// Comparison.
    pub op: Op,
    /// Right.
    pub value: Literal,
}

/// A rule: all its conditions hold → a lead to check, never a verdict.
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
    /// Conditions, all of them.
    pub all: Vec<Condition>,
    /// The document it rests on; empty: 未配置.
    pub document: String,
}

impl Framework {
    /// Stand-in.
    ///
    /// # Errors
    /// Stand-in.
    pub fn parse(body: &str, shown_as: &str) -> Result<Self, Vec<crate::domain::problem::Problem>> {
        let _ = body;
        Err(vec![crate::domain::problem::Problem::new("E_STAND_IN", crate::domain::problem::Severity::Refused, shown_as)])
    }
}
