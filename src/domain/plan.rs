//! What an import would do, before it does it: the plan that the command prints, the screen steps
//! through and `--apply` carries out.
//!
//! A plan is made from files, what the store knows now, and [`Choices`]; the same three give the same plan.
//! Applying checks [`Plan::digest`], so that what was shown is what is done.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::id::{LevelId, Uid};
use super::period::Period;
use super::problem::{Problem, Spot};

/// What a file's records are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// Units of one level, or of several where a column says which.
    Units(Option<LevelId>),
    /// Branches.
    Branches,
    /// Entities: what should be covered by a branch or an instructor.
    Entities,
    /// Values of indicators.
    Values,
    /// Zones and their members.
    Zones,
    /// Regions 片区 and their members.
    Regions,
    /// Pairings 结对: who gives and who receives.
    Links,
    /// Places 点线: stations, centres, routes.
    Places,
    /// Items of lists 清单.
    Items,
}

/// What a word of a column means, asked once per column and kept in the profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Meaning {
    /// The number 0.
    Zero,
    /// Not due here: 不适用.
    NotDue,
    /// Reported as none: 无.
    None,
    /// Not reported: 未报.
    Missing,
}

/// What a person decided about an import; everything else is guessed or asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choices {
    /// What the records are, of every file that `targets` says nothing of.
    pub target: Option<Target>,
    /// What the records of single files are, by their names as [`Choices::own_target`] compares them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub targets: BTreeMap<String, Target>,
    /// Name of a profile in data/profiles.
    pub profile: Option<String>,
    /// Coordinate reference system: EPSG code, name, PROJ string, `gcj02`, `bd09`.
    pub crs: Option<String>,
    /// Text encoding.
    pub encoding: Option<String>,
    /// Sheets to read; all that fit where empty.
    pub sheets: Vec<String>,
    /// Period of all rows, where neither a column nor a title says.
    pub period: Option<Period>,
    /// Day from which unit changes hold.
    pub since: Option<Date>,
    /// Role → heading, over the profile's.
    pub columns: BTreeMap<String, String>,
    /// (heading, word) → meaning, over the profile's. The empty word is a blank cell.
    pub meanings: BTreeMap<String, BTreeMap<String, Meaning>>,
    /// Headings to go on without, because the privacy gate stopped at them.
    pub without: BTreeSet<String>,
    /// Accepted suggestions, by [`Unmatched::id`].
    pub accept: BTreeSet<String>,
    /// Causes whose suggestions are all accepted.
    pub accept_causes: BTreeSet<Cause>,
    /// What is missing from the file is gone (a complete list), not left as it is (a part).
    pub complete: Option<bool>,
}

/// What stands between a file and its sheet or layer.
pub const PART: &str = " › ";

impl Choices {
    /// What was said of one file, also where it lies in a folder or an archive: by its whole name, by
    /// the end of it (`a.geojson`, `maps/a.geojson`), by a folder (`maps/`), or by a pattern for its
    /// last part (`*.geojson`). A sheet or layer follows behind ` › `. The longest name counts.
    #[must_use]
    pub fn own_target(&self, file: &str) -> Option<&Target> {
        let whole = file.split(PART).next().unwrap_or(file);
        let fits = |name: &&String| [file, whole].into_iter().any(|file| is_called(file, name));
        let longest = self.targets.keys().filter(fits).max_by_key(|name| name.chars().count())?;
        self.targets.get(longest)
    }
}

/// Whether a name means a file.
fn is_called(file: &str, name: &str) -> bool {
    if let Some(folder) = name.strip_suffix('/') {
        return file.trim_end_matches('/') == folder
            || file.starts_with(name)
            || file.contains(&format!("/{name}"))
            || file.ends_with(&format!("/{folder}"));
    }
    let last = file.rsplit('/').next().unwrap_or(file);
    match name.split_once('*') {
        Some((start, end)) => last.len() >= start.len() + end.len() && last.starts_with(start) && last.ends_with(end),
        None => file == name || file.strip_suffix(name).is_some_and(|before| before.ends_with('/')),
    }
}

/// A plan.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Plan {
    /// Files as they were read.
    pub inputs: Vec<Input>,
    /// What the records are; `None` until it is answered.
    pub target: Option<Target>,
    /// What must be answered before it can be applied, and what may be answered otherwise.
    pub questions: Vec<Question>,
    /// Totals.
    pub counts: Counts,
    /// Every change, new ones first, then changed, then gone.
    pub changes: Vec<Change>,
    /// Keys of the file without a match, then those of the store.
    pub unmatched: Vec<Unmatched>,
    /// What became of units between what is loaded and the file.
    pub unit_changes: Vec<UnitChange>,
    /// What was refused, kept aside or marked.
    pub problems: Vec<Problem>,
    /// Hash of files, choices and the store's version.
    pub digest: String,
}

impl Plan {
    /// Whether nothing stands in the way of applying it.
    #[must_use]
    pub fn ready(&self) -> bool {
        self.target.is_some() && self.questions.iter().all(|q| !q.needed)
    }

    /// Whether it would change nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.counts.new + self.counts.changed + self.counts.gone == 0 && self.unit_changes.is_empty()
    }
}

/// One table or layer of a file, as it was read.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Input {
    /// File as the person named it.
    pub file: String,
    /// Sheet, object or table inside it; empty where it has only one.
    pub part: String,
    /// Format in words of the field: `xlsx`, `csv`, `GeoJSON` …
    pub format: String,
    /// Text encoding, and whether it was guessed.
    pub encoding: Option<(String, bool)>,
    /// Coordinate reference system as used.
    pub crs: Option<String>,
    /// Profile in use; `None` for a first guess.
    pub profile: Option<String>,
    /// Fingerprint of the headings.
    pub fingerprint: String,
    /// Role → heading as used.
    pub columns: BTreeMap<String, String>,
    /// Headings that are not used.
    pub unused: Vec<String>,
    /// Period of its rows where it is one.
    pub period: Option<Period>,
    /// Records read.
    pub read: u64,
    /// Records that are in the plan.
    pub kept: u64,
    /// Rows cut and counted: titles, footers, subtotals, repeated headers, hidden rows.
    pub cut: u64,
    /// SHA-256, hex.
    pub sha256: String,
}

/// Something to decide: an answer is a field of [`Choices`], which the command line has options for.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Question {
    /// What it is about.
    pub about: About,
    /// File and place.
    pub spot: Spot,
    /// Nothing is applied before it is answered.
    pub needed: bool,
    /// What can be answered, the best guess first: value for the choice, and why.
    pub answers: Vec<Answer>,
}

/// The answer that leaves a column out: no indicator.
pub const UNUSED: &str = "-";

/// What a question is about.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "about", rename_all = "kebab-case")]
pub enum About {
    /// What the records are.
    Target,
    /// Which column has a role.
    Column {
        /// Role: `code`, `name`, `parent`, `unit`, an indicator's id …
        role: String,
    },
    /// Which indicator a column of a wide table holds: an answer is its id, with `.num` or `.den`
    /// behind it where the column is a part of it, or [`UNUSED`].
    Indicator {
        /// Heading.
        heading: String,
        /// A few of its cells.
        sample: Vec<String>,
    },
    /// What a word means in a column.
    Word {
        /// Heading.
        heading: String,
        /// The word; empty is a blank cell.
        word: String,
        /// How many cells.
        cells: u64,
    },
    /// The coordinate reference system.
    Crs,
    /// A shift against what is loaded, metres, and the system it looks like.
    Shift {
        /// Median displacement, metres.
        shift_m: f64,
        /// `gcj02` or `bd09`.
        like: String,
    },
    /// Columns that look personal: go on without them?
    Privacy {
        /// Headings and the rule each fell under.
        columns: Vec<(String, String)>,
    },
    /// The period of the rows.
    Period,
    /// The day from which changes of units hold.
    Since,
    /// Which sheet or layer is meant, where several fit.
    Part,
    /// Whether the file is a complete list.
    Complete {
        /// How much would be gone.
        gone: u64,
    },
}

/// An answer to a question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// The value for the choice.
    pub value: String,
    /// Why it may be right: a key of the locale tables and its arguments.
    pub why: (String, Vec<String>),
}

/// Totals of a plan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Records or values that are new.
    pub new: u64,
    /// Changed.
    pub changed: u64,
    /// In the store and not in a complete file.
    pub gone: u64,
    /// As they are.
    pub unchanged: u64,
    /// Keys of the file without a match.
    pub unmatched_file: u64,
    /// Units of the store that the file leaves out.
    pub unmatched_store: u64,
    /// Kept aside.
    pub aside: u64,
}

/// How a record changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeKind {
    /// New.
    New,
    /// Some fields differ.
    Changed,
    /// Gone.
    Gone,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// How.
    pub kind: ChangeKind,
    /// Identity.
    pub uid: Uid,
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Where in the file; of what is gone, where it was loaded from.
    pub spot: Spot,
    /// Field, old text, new text; of what is new, the old text is empty.
    pub fields: Vec<FieldChange>,
}

/// One field of a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldChange {
    /// Role, heading or indicator id.
    pub field: String,
    /// Period where it is a value.
    pub period: Option<Period>,
    /// Old, as shown.
    pub old: String,
    /// New, as shown.
    pub new: String,
}

/// Why a key found no unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// Leading zeros were lost.
    LeadingZeros,
    /// A spreadsheet wrote the code as a rounded number.
    ExcelNumber,
    /// The same code with fewer or more zeros at its end: 6, 9 or 12 digits.
    CodeLength,
    /// The code or name is there, on another level.
    WrongLevel,
    /// 镇/乡/街道, 村委会/社区, traditional characters, full width.
    NameVariant,
    /// The same place under another name: same code, or same position.
    Renamed,
    /// The key names several units.
    Duplicate,
    /// One digit or two swapped digits off.
    OneDigit,
    /// Nothing near.
    Unknown,
}

impl Cause {
    /// Every cause.
    pub const ALL: [Self; 9] = [
        Self::LeadingZeros,
        Self::ExcelNumber,
        Self::CodeLength,
        Self::WrongLevel,
        Self::NameVariant,
        Self::Renamed,
        Self::Duplicate,
        Self::OneDigit,
        Self::Unknown,
    ];

    /// Its word, as in JSON and on the command line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::LeadingZeros => "leading-zeros",
            Self::ExcelNumber => "excel-number",
            Self::CodeLength => "code-length",
            Self::WrongLevel => "wrong-level",
            Self::NameVariant => "name-variant",
            Self::Renamed => "renamed",
            Self::Duplicate => "duplicate",
            Self::OneDigit => "one-digit",
            Self::Unknown => "unknown",
        }
    }
}

/// A key without a match, on either side.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Unmatched {
    /// Stable id: cause, key and place.
    pub id: String,
    /// It stands in the file; else in the store only.
    pub in_file: bool,
    /// Where.
    pub spot: Spot,
    /// Key as written.
    pub key: String,
    /// Name beside it, where there is one.
    pub name: String,
    /// Rows with this key.
    pub rows: u64,
    /// Likely cause.
    pub cause: Cause,
    /// The unit that is probably meant: uid, code, name.
    pub suggestion: Option<(Uid, String, String)>,
    /// The suggestion is accepted and used by the plan.
    pub accepted: bool,
}

/// What became of units.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct UnitChange {
    /// What.
    pub kind: UnitChangeKind,
    /// Units before: uid, code, name.
    pub before: Vec<(Uid, String, String)>,
    /// Units after.
    pub after: Vec<(Uid, String, String)>,
    /// The day from which it holds.
    pub since: Date,
    /// Share of the area that bears it out, 0..=1; `None` without boundaries.
    pub overlap: Option<f64>,
}

/// Kinds of unit changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UnitChangeKind {
    /// Several became one.
    Merged,
    /// One became several.
    Split,
    /// The name changed.
    Renamed,
    /// The code changed.
    Recoded,
    /// Another unit is above it.
    Moved,
    /// The boundary changed.
    Reshaped,
}

/// One import, as the list of batches shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BatchRow {
    /// Number.
    pub id: i64,
    /// What it holds: `layer`, `table`, `units`, `values` …
    pub kind: String,
    /// Name of the layer, table or profile.
    pub source: String,
    /// File.
    pub file: String,
    /// When it was loaded, milliseconds of UTC.
    pub known_from_ms: i64,
    /// When it was taken back.
    pub withdrawn_at_ms: Option<i64>,
    /// SHA-256 of the file, hex.
    pub sha256: String,
    /// Number of the import that made it, which may have made more; 0 for what a workspace loads
    /// by itself, which cannot be taken back one by one.
    pub import: i64,
    /// The post that applied it; empty for what a workspace loads by itself.
    pub actor: String,
    /// Units, boundaries, branches, memberships and values in it.
    pub rows: u64,
}

/// A later batch with rows that rest on batches which are to be taken back: they say the same things
/// anew, or speak of units that would be gone. It stands, but shows less then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rests {
    /// Its number.
    pub id: i64,
    /// Its file.
    pub file: String,
    /// When it was loaded, milliseconds of UTC.
    pub known_from_ms: i64,
    /// Its rows that rest on them.
    pub rows: u64,
}

/// What applying or undoing did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Applied {
    /// Batches that were made or taken back.
    pub batches: Vec<i64>,
    /// Totals.
    pub counts: Counts,
    /// Version of the data after it.
    pub version: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_name_of_a_file_says_what_it_is() {
        let leaf = |level: &str| Target::Units(Some(level.into()));
        let said = [
            ("*.geojson", leaf("l1")),
            ("b.geojson", leaf("l2")),
            ("maps/", leaf("l3")),
            ("v.xlsx", Target::Values),
            ("v.xlsx › 二", Target::Zones),
        ];
        let choices = Choices { targets: said.map(|(name, target)| (name.to_owned(), target)).into(), ..Choices::default() };
        for (file, target) in [
            ("a.geojson", Some(leaf("l1"))),
            ("x/b.geojson", Some(leaf("l2"))),
            ("x/b.zip/甲/b.geojson", Some(leaf("l2"))),
            ("bb.geojson", Some(leaf("l1"))),
            ("x/maps/", Some(leaf("l3"))),
            ("maps/c.shp", Some(leaf("l3"))),
            ("mymaps/c.shp", None),
            ("v.xlsx › 一", Some(Target::Values)),
            ("v.xlsx › 二", Some(Target::Zones)),
            ("w.xlsx", None),
        ] {
            assert_eq!(choices.own_target(file), target.as_ref(), "{file}");
        }
    }
}
