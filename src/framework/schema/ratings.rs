//! Ratings, score cards, vetoes and musts.

use super::{Basis, Material, Named, On};
use crate::domain::id::IndicatorId;

/// A way of rating.
#[derive(Clone, Debug, PartialEq)]
pub struct Rating {
    /// Id and label.
    pub named: Named,
    /// Who is rated.
    pub on: On,
    /// How.
    pub kind: RatingKind,
    /// What it rests on.
    pub basis: Basis,
    /// What it was written from.
    pub material: Material,
}

/// How a rating is made.
#[derive(Clone, Debug, PartialEq)]
pub enum RatingKind {
    /// One of an order of levels; the metric holds 1 for the first.
    Levels {
        /// Names, the lowest first; empty where the material names only how many.
        levels: Vec<String>,
        /// The highest; `None`: 未配置.
        max: Option<u8>,
        /// What holds it.
        metric: Option<IndicatorId>,
    },
    /// Themes, each won or not.
    Badges(Vec<Badge>),
    /// Points with grades.
    Score {
        /// What holds the points.
        metric: Option<IndicatorId>,
        /// Grades, the lowest first; empty: 未配置.
        grades: Vec<Grade>,
    },
}

/// A theme that is won or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Badge {
    /// Id and label.
    pub named: Named,
    /// The yes-or-no indicator that holds it; `None`: 未配置.
    pub metric: Option<IndicatorId>,
}

/// A grade from so many points on.
#[derive(Clone, Debug, PartialEq)]
pub struct Grade {
    /// Its name.
    pub label: String,
    /// Least points.
    pub from: f64,
}

/// A score card: sections with points, self-assessed and checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Scorecard {
    /// Id and label.
    pub named: Named,
    /// Who is scored.
    pub on: On,
    /// All points.
    pub total: f64,
    /// Sections.
    pub sections: Vec<Section>,
    /// Grades, the lowest first; empty: 未配置.
    pub grades: Vec<Grade>,
    /// What it rests on.
    pub basis: Basis,
    /// What it was written from.
    pub material: Material,
}

/// A section of a score card.
#[derive(Clone, Debug, PartialEq)]
pub struct Section {
    /// Id and label.
    pub named: Named,
    /// Most points.
    pub points: f64,
    /// Points as self-assessed.
    pub own: Option<IndicatorId>,
    /// Points as checked.
    pub checked: Option<IndicatorId>,
    /// Points given in the material, where it gives an example.
    pub example: Option<f64>,
}

/// An item of a list of vetoes (must not be) or musts (must be).
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Id and label.
    pub named: Named,
    /// It must not be (否决), else it must be (必有).
    pub veto: bool,
    /// The yes-or-no indicator that holds it; `None`: a person says.
    pub metric: Option<IndicatorId>,
    /// In force; an item that the framework names and does not use is listed as such.
    pub enabled: bool,
    /// What it rests on.
    pub basis: Basis,
    /// What it was written from.
    pub material: Material,
}
