//! Tasks, lists, pairings, regions, groups and matrices.

use super::{Basis, Material, Named};
use crate::domain::id::{IndicatorId, LevelId};
use crate::framework::condition::Condition;

/// A task of a zone, or of the framework itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// Id and label.
    pub named: Named,
    /// Department or post that leads, never a person; empty: 未配置.
    pub lead: String,
    /// Those that work with it.
    pub with: Vec<String>,
    /// The group it stands in; empty: none.
    pub group: String,
    /// What shows its progress; `None`: 未配置.
    pub metric: Option<IndicatorId>,
    /// What it rests on.
    pub basis: Basis,
    /// What it was written from.
    pub material: Material,
}

/// A list the framework keeps: needs, resources, projects.
#[derive(Clone, Debug, PartialEq)]
pub struct List {
    /// Id and label.
    pub named: Named,
    /// Columns.
    pub fields: Vec<String>,
    /// States, the first one first; empty: none.
    pub states: Vec<String>,
    /// What it rests on.
    pub basis: Basis,
    /// What it was written from.
    pub material: Material,
}

/// Who is paired with whom.
#[derive(Clone, Debug, PartialEq)]
pub struct Pairing {
    /// Id and label.
    pub named: Named,
    /// What gives: departments, strong villages, enterprises.
    pub from: String,
    /// The level of units that receive.
    pub to: LevelId,
    /// Joint activities a year, at least; `None`: 未配置.
    pub min_per_year: Option<u16>,
    /// What it rests on.
    pub basis: Basis,
    /// What it was written from.
    pub material: Material,
}

/// A set of units beside the tree.
#[derive(Clone, Debug, PartialEq)]
pub struct Region {
    /// Id and label; the id is what tables name.
    pub named: Named,
    /// 片, 团, 线, 流域, 产业链, 景区, 联村.
    pub kind: String,
    /// Codes of its units where the framework itself says so; else tables do.
    pub members: Vec<String>,
    /// What it rests on.
    pub basis: Basis,
    /// What it was written from.
    pub material: Material,
}

/// One and X: 1 community organisation + X branches.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Id and label.
    pub named: Named,
    /// The one.
    pub one: String,
    /// Those around it: kinds of branches, where tables say who they are.
    pub x: String,
    /// Of the X, which should stand in one; `None`: all.
    pub when: Option<Condition>,
    /// The indicator that counts the X; `None`: 未配置.
    pub metric: Option<IndicatorId>,
    /// What it rests on.
    pub basis: Basis,
    /// What it was written from.
    pub material: Material,
}

/// Rows × columns of things to be built, each cell shown by an indicator.
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix {
    /// Id and label.
    pub named: Named,
    /// Rows.
    pub rows: Vec<Named>,
    /// Columns.
    pub cols: Vec<Named>,
    /// Per row and column what shows it; `None`: 未配置. `cells[row][col]`.
    pub cells: Vec<Vec<Option<IndicatorId>>>,
    /// What it rests on.
    pub basis: Basis,
    /// What it was written from.
    pub material: Material,
}
