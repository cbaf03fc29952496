//! What is wrong with the boundaries: the quality screen and `xiantu check` show this page and
//! know nothing of how it was found.

use serde::{Deserialize, Serialize};

use super::id::{LevelId, Uid};
use super::plan::Cause;
use super::scene::Extent;

/// How much a fault matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grade {
    /// Unusual, changes no number.
    Note,
    /// A number may be off, or something is not covered.
    Warning,
    /// Numbers of this unit are not to be trusted.
    Error,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $code:literal $grade:ident,)*) => {
        /// A kind of fault.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum FaultKind {
            $($(#[$doc])* $name,)*
        }

        impl FaultKind {
            /// Every kind, in the order in which they are listed.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Its stable word, as in JSON and on the command line. Its text stands under
            /// `quality.kind.<code>` of the locale tables.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// How much it matters.
            #[must_use]
            pub fn grade(self) -> Grade {
                match self { $(Self::$name => Grade::$grade,)* }
            }

            /// The kind of a word.
            #[must_use]
            pub fn parse(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|kind| kind.code() == code)
            }
        }
    };
}

kinds! {
    /// 空白点: the parent's ground that no child covers.
    Gap = "gap" Warning,
    /// A child reaches outside its parent.
    Spill = "spill" Warning,
    /// Two siblings cover the same ground.
    Overlap = "overlap" Warning,
    /// A long and narrow overlap, as borders drawn twice leave it.
    Sliver = "sliver" Warning,
    /// A unit covers a whole neighbour too.
    WholeOverlap = "whole-overlap" Error,
    /// Two units with the same boundary.
    Duplicate = "duplicate" Error,
    /// Two units of a level with the same code.
    DuplicateCode = "duplicate-code" Error,
    /// A child most of which lies in another parent than its key says.
    WrongParent = "wrong-parent" Error,
    /// A child most of which lies in no parent.
    OutsideParent = "outside-parent" Error,
    /// A unit whose parent is not known; the one that it lies in is named beside it.
    NoParent = "no-parent" Warning,
    /// A branch that by its place lies outside the unit of its table, more than [`crate::gis::near::NEAR_M`]: that
    /// unit and the one it lies in are named beside it, its length is the distance.
    BranchElsewhere = "branch-elsewhere" Warning,
    /// A branch that by its place lies outside the county, or at 0, 0.
    BranchOutside = "branch-outside" Warning,
    /// A unit with none below it, where the level below is drawn.
    NoChildren = "no-children" Warning,
    /// The area differs from the official figure.
    AreaDiffers = "area-differs" Warning,
    /// A ring crosses itself: a bow-tie, or two positions exchanged.
    SelfCrossing = "self-crossing" Error,
    /// A ring touches itself.
    SelfTouch = "self-touch" Warning,
    /// Two rings of a unit cross or share an edge.
    RingsCross = "rings-cross" Error,
    /// The rings of a unit touch so that its inside falls apart.
    InsideApart = "inside-apart" Warning,
    /// A ring that turns like a hole lies in no other ring.
    HoleOutside = "hole-outside" Warning,
    /// The same ring twice in a unit.
    DuplicateRing = "duplicate-ring" Error,
    /// The line runs out and back on itself.
    Spike = "spike" Warning,
    /// A ring with fewer than three places.
    TooFewPoints = "too-few-points" Error,
    /// A ring that encloses nothing.
    NoArea = "no-area" Error,
    /// A point or a line where the other units of the level are areas.
    NotArea = "not-area" Warning,
    /// A coordinate that is no number.
    NotFinite = "not-finite" Error,
    /// A coordinate beyond ±180° or ±90°.
    OutOfRange = "out-of-range" Error,
    /// Longitude and latitude seem to be exchanged.
    SwappedAxes = "swapped-axes" Error,
    /// The same position several times in a row.
    RepeatedPoints = "repeated-points" Note,
    /// A ring turns the other way than those of its level.
    Orientation = "orientation" Note,
}

/// How large a fault is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Size {
    /// Area, square metres; 0 where it has none.
    pub area_m2: f64,
    /// Length along it, metres; 0 for a point.
    pub length_m: f64,
}

impl Size {
    /// Mean width, metres.
    #[must_use]
    pub fn width_m(&self) -> f64 {
        if self.length_m > 0.0 { self.area_m2 / self.length_m } else { 0.0 }
    }
}

/// A unit that has to do with a fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaultUnit {
    /// Identity.
    pub uid: Uid,
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
}

/// A fault and its place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fault {
    /// What it is.
    pub kind: FaultKind,
    /// How much it matters.
    pub grade: Grade,
    /// Level of the first unit.
    pub level: LevelId,
    /// The unit it is about, then its neighbours or parents.
    pub units: Vec<FaultUnit>,
    /// A point of it, degrees.
    pub place_deg: [f64; 2],
    /// The box around it, to fly to.
    pub extent: Extent,
    /// How large it is.
    pub size: Size,
    /// Its own shape by the even-odd rule, degrees; empty where it is a point or a whole unit.
    pub rings_deg: Vec<Vec<[f64; 2]>>,
}

/// What lay under the tolerance: counted, not listed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Under {
    /// What it is.
    pub kind: FaultKind,
    /// How many pieces.
    pub count: u32,
    /// All of them together, square metres.
    pub area_m2: f64,
}

/// How well its children cover a unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cover {
    /// The unit.
    pub unit: FaultUnit,
    /// Its level.
    pub level: LevelId,
    /// Ground that no child of its own covers, square metres, with what lies under the tolerance.
    pub gap_m2: f64,
    /// Ground of its children outside it, square metres, likewise.
    pub spill_m2: f64,
}

/// What mending did to a ring, or would do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MendedRing {
    /// 1-based ring of the boundary as it came.
    pub ring: u32,
    /// `repeats`, `closed`, `spikes`, `dropped` or `taken-apart`; texts under `quality.mend.<what>`.
    pub what: String,
    /// How many places it was done at.
    pub count: u32,
    /// Why a ring was dropped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<FaultKind>,
    /// Where, degrees.
    pub place_deg: [f64; 2],
}

/// A boundary that was mended, or would be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mended {
    /// Whose it is.
    pub unit: FaultUnit,
    /// Its level.
    pub level: LevelId,
    /// Every change, ring by ring.
    pub rings: Vec<MendedRing>,
    /// Area as it was computed before, square metres: halves of a bow-tie take each other away.
    pub before_m2: f64,
    /// And after.
    pub after_m2: f64,
    /// Something is left of it; else the original stays as it is.
    pub is_kept: bool,
}

/// A key of an import that found no unit, or a unit that a file left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotJoined {
    /// The batch of its file.
    pub batch: i64,
    /// It stands in the file; else in the store only.
    pub in_file: bool,
    /// File as the person named it.
    pub file: String,
    /// Sheet or layer; empty where the file has only one.
    pub sheet: String,
    /// Row as the office sees it, the first one with this key.
    pub row: Option<u64>,
    /// Key as written, cleaned.
    pub key: String,
    /// Name beside it, where there is one.
    pub name: String,
    /// Rows with this key.
    pub rows: u64,
    /// Likely cause.
    pub cause: Cause,
    /// The unit that is probably meant or that was left out: uid, code, name.
    pub unit: Option<(Uid, String, String)>,
}

/// Every fault of the boundaries at or below a place.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct QualityPage {
    /// Version of the data.
    pub version: u64,
    /// Width below which an area is only counted, metres.
    pub tolerance_m: f64,
    /// Units whose boundary was looked at.
    pub units: u32,
    /// Faults, by kind and then the largest first.
    pub faults: Vec<Fault>,
    /// Counts of what is not listed.
    pub under: Vec<Under>,
    /// Units whose children do not cover them exactly.
    pub covers: Vec<Cover>,
    /// What imports that stand could not join, the newest first.
    #[serde(default)]
    pub not_joined: Vec<NotJoined>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_word() {
        for kind in FaultKind::ALL {
            assert_eq!(FaultKind::parse(kind.code()), Some(*kind));
            assert_eq!(serde_json::to_string(kind).expect("a word"), format!("\"{}\"", kind.code()));
        }
        assert_eq!(FaultKind::parse("x"), None);
    }

    #[test]
    fn a_width_is_the_area_over_the_length() {
        assert_eq!(Size { area_m2: 60.0, length_m: 30.0 }.width_m(), 2.0);
        assert_eq!(Size::default().width_m(), 0.0);
    }
}
