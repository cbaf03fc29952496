//! Levels, units, branches and entities of the county.

use serde::{Deserialize, Serialize};

use super::id::{LevelId, Uid};

/// The field of a branch that names its units, where it has more than its own: 联村党委, 联合党支部.
pub const MEMBER_UNITS: &str = "成员单位";

/// One level of the tree, as the framework declares it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Level {
    /// Its id.
    pub code: LevelId,
    /// Chinese label, `村/社区`.
    pub label: String,
    /// English label.
    pub label_en: String,
    /// Other words for it in tables.
    pub synonyms: Vec<String>,
    /// The level above; `None` for the top.
    pub parent: Option<LevelId>,
}

/// What a row, a place or a mark is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// A unit of the tree.
    Unit,
    /// A branch 党组织.
    Branch,
}

/// A unit as it is on the day asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unit {
    /// Identity.
    pub uid: Uid,
    /// Level.
    pub level: LevelId,
    /// Code as the office writes it; TEXT, never changed.
    pub code: String,
    /// Cleaned name; the code where the office gives none.
    pub name: String,
    /// The unit above.
    pub parent: Option<Uid>,
}

/// A branch 党组织 as it is on the day asked for. Member counts are legal bands, never numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Branch {
    /// Identity.
    pub uid: Uid,
    /// Code as the office writes it.
    pub code: String,
    /// Cleaned name.
    pub name: String,
    /// Kind in the office's word: 党支部, 党总支 …
    pub kind: String,
    /// The unit it belongs to.
    pub unit: Uid,
    /// Longitude and latitude, degrees, where its place is known.
    pub place_deg: Option<[f64; 2]>,
    /// Other columns of the office's table that passed the privacy gate, in order.
    pub fields: Vec<(String, String)>,
}
