//! What must be there, and what must be reached: coverage, targets, establishment, premises.

use jiff::civil::Date;

use super::super::condition::{Condition, Op};
use super::{Basis, Material, Named};
use crate::domain::id::{IndicatorId, LevelId};

/// What counts as covered, for units of a level or for entities.
#[derive(Clone, Debug, PartialEq)]
pub struct Coverage {
    /// Id and label.
    pub named: Named,
    /// Whose coverage.
    pub of: Covered,
    /// Units: kinds of branches that count (`党支部`, `党小组`); entities: states that count
    /// (`单独建立`, `联合`, `指导员`). Empty: any branch, any organisation.
    pub counts_as: Vec<String>,
    /// Only these (entities by their columns); `None`: all.
    pub when: Option<Condition>,
    /// In words: what stands over and under the line.
    pub definition: String,
    /// What it rests on.
    pub basis: Basis,
    /// What it was written from.
    pub material: Material,
}

/// Whose coverage is counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Covered {
    /// Units of a level.
    Units(LevelId),
    /// Entities of a kind, as the framework's synonyms spell it: 非公企业, 社会组织.
    Entities(String),
}

/// What a target asks of a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Goal {
    /// At least, at most, exactly so many.
    Bound(Op, f64),
    /// From the first to the second, both included: 3–5个. The bound on the side that is better is only shown.
    Between(f64, f64),
    /// 未配置; the comparison is known, the number is not.
    Unset(Op),
}

/// A number to be reached.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// Id and label.
    pub named: Named,
    /// Of which indicator.
    pub indicator: IndicatorId,
    /// What the roll-up is held against.
    pub goal: Goal,
    /// By which day; `None`: 未配置.
    pub due: Option<Date>,
    /// Only units for which this holds (by their own readings); `None`: all.
    pub when: Option<Condition>,
    /// It is held against every unit of the level, else against the whole.
    pub each: bool,
    /// What it rests on.
    pub basis: Basis,
    /// What it was written from.
    pub material: Material,
}

/// Which organisation must be there: 3 members → a branch, 100 employees → an organisation.
#[derive(Clone, Debug, PartialEq)]
pub struct Establish {
    /// Id and label.
    pub named: Named,
    /// Branches or entities of a kind.
    pub on: EstablishOn,
    /// When.
    pub when: Condition,
    /// Kinds of branches (or states of coverage) any of which is right.
    pub expect: Vec<String>,
    /// What it rests on.
    pub basis: Basis,
    /// What it was written from.
    pub material: Material,
}

/// What an establishment rule is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EstablishOn {
    /// Branches.
    Branch,
    /// Entities of a kind.
    Entity(String),
}

/// Which premises a place must have.
#[derive(Clone, Debug, PartialEq)]
pub struct Premises {
    /// Id and label.
    pub named: Named,
    /// What holds the area.
    pub of: Rooms,
    /// Least area, m²; `None`: 未配置.
    pub min_m2: Option<f64>,
    /// For which units.
    pub when: Option<Condition>,
    /// What it rests on.
    pub basis: Basis,
    /// What it was written from.
    pub material: Material,
}

/// What holds the area of premises.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rooms {
    /// An indicator that units report.
    Reported(IndicatorId),
    /// Places of a kind, each by its own area.
    Places(String),
}
