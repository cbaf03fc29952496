//! Each screen is first a page of numbers with their provenance. The terminal, plain text, JSON
//! and paper print the same page, so they cannot disagree.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::decision::Decision;
use super::fact::{Correction, Mark};
use super::id::{IndicatorId, LevelId, Uid};
use super::indicator::Indicator;
use super::period::Period;
use super::problem::Problem;
use super::sheet::{Cell, SheetKind, Weight, Words};
use super::unit::{Level, Subject};
use super::value::{Reading, Shown};
use super::view_state::{Listing, ViewState};

/// An official kind 情形: a fixed text that a person may confirm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseKind {
    /// Its number in the list.
    pub number: u8,
    /// Its text.
    pub label: String,
    /// English.
    pub label_en: String,
    /// A few words for columns and lines.
    pub short: String,
    /// English.
    pub short_en: String,
    /// No indicator can show it: it is confirmed without a lead too.
    pub by_person: bool,
}

impl CaseKind {
    /// Its number with a few words.
    #[must_use]
    pub fn brief(&self) -> Words {
        Words::fill("leads.kind", [Words::data(self.number.to_string()), Words::both(&*self.short, &*self.short_en)])
    }
}

/// Something that the frameworks in use name, and the sheet on which it stands: what `:` finds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declared {
    /// Where it stands.
    pub sheet: SheetKind,
    /// Its id.
    pub id: String,
    /// Its name.
    pub label: String,
    /// English.
    pub label_en: String,
}

/// What a session knows of the open workspace before it asks for a page.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Workspace {
    /// Name of the county, or of the folder where there is no top unit.
    pub name: String,
    /// The data is invented: the screen says 演示数据.
    pub demo: bool,
    /// Version of the data; rises with every batch and every fact.
    pub version: u64,
    /// Levels, the top one first.
    pub levels: Vec<Level>,
    /// Number of units per level, in the order of `levels`.
    pub counts: Vec<u32>,
    /// Whether any branches are loaded.
    pub has_branches: bool,
    /// Indicators in the order of the number keys.
    pub indicators: Vec<Arc<Indicator>>,
    /// Zones and regions, code and label: what a scope may name.
    pub zones: Vec<(String, String)>,
    /// Codes of those of them that are regions.
    pub regions: Vec<String>,
    /// Kinds of places that can be drawn over the map.
    pub place_kinds: Vec<String>,
    /// The official kinds that a person may confirm.
    pub kinds: Vec<CaseKind>,
    /// Rules, targets, lists, forms and what else the frameworks in use name.
    pub declared: Vec<Declared>,
    /// Name of the framework in use.
    pub framework: String,
    /// Id, name and English name of each framework in use.
    pub frameworks: Vec<(String, String, String)>,
    /// Where a session begins.
    pub home: ViewState,
    /// Problems of the last load.
    pub problems: Vec<Problem>,
    /// Records read, drawn and listed of every layer of the last load.
    pub reads: Vec<ReadCount>,
    /// A load that the store will not do by itself because something would disappear.
    pub pending: Option<String>,
}

/// Read = drawn + listed, always shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadCount {
    /// Layer or table, as the manifest names it.
    pub name: String,
    /// Records read.
    pub read: u32,
    /// Records on the map (or joined, for tables).
    pub drawn: u32,
    /// Records without geometry or kept aside.
    pub listed: u32,
}

/// A step of the way from the top to the place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Crumb {
    /// The unit.
    pub uid: Uid,
    /// Its level.
    pub level: LevelId,
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
}

/// A row of the list: a unit or a branch.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// Identity.
    pub uid: Uid,
    /// Unit or branch.
    pub subject: Subject,
    /// Code, as the office writes it.
    pub code: String,
    /// Name.
    pub name: String,
    /// The unit above it.
    pub parent: Option<Uid>,
    /// Name of the unit above where a level was skipped, else empty.
    pub under: String,
    /// The indicator's reading.
    pub shown: Shown,
    /// 0-based class of the legend; `None` where there is no value.
    pub class: Option<u8>,
    /// Leads 待核 in it, and whether any could not be told.
    pub leads: u32,
    /// Marks that stand on it or below it.
    pub marks: u32,
    /// Units on the level below; 0 where there is none.
    pub children: u32,
    /// It is on the map.
    pub drawn: bool,
}

/// One class of the legend: `[from, to)`, the last one closed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Class {
    /// Lower bound; `None` is open below.
    pub from: Option<f64>,
    /// Upper bound; `None` is open above.
    pub to: Option<f64>,
    /// Units of the list in it.
    pub count: u32,
}

/// What the colours mean and how many units stand behind each.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Legend {
    /// Classes, the lowest first. At most five.
    pub classes: Vec<Class>,
    /// What the classes are called, where a rating names the levels that the indicator holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// The bounds are policy bands of the framework, not computed.
    pub policy: bool,
    /// Unit of measure.
    pub unit: String,
    /// Units without a report.
    pub missing: u32,
    /// Units that reported to have none.
    pub none: u32,
    /// Units that did not have to report.
    pub not_due: u32,
    /// Units in the list that have no geometry.
    pub no_geometry: u32,
    /// Units in the list.
    pub total: u32,
}

/// What another threshold would change in the units of a list: 假设·未采用. A unit in which anything
/// enters counts there, else one in which anything leaves, else one in which something stays.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Supposed {
    /// The rule, in Chinese.
    pub label: String,
    /// In English.
    pub label_en: String,
    /// The test with its threshold now and then, in words.
    pub threshold: Words,
    /// Units in which a place leaves; they have class 0.
    pub leave: u32,
    /// Units in which places stay and nothing moves; they have class 2.
    pub stay: u32,
    /// Units in which a place enters; they have class 4.
    pub enter: u32,
    /// Units that the rule holds for neither way.
    pub neither: u32,
}

/// Whether the leads of a page are those of its day. A first page never waits for screening.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Freshness {
    /// They are.
    #[default]
    Now,
    /// They are those of an earlier day; screening is under way.
    Kept(Date),
    /// Nothing is known yet; screening is under way.
    Awaited,
}

impl Freshness {
    /// Whether nothing newer is to come.
    #[must_use]
    pub fn is_now(&self) -> bool {
        *self == Self::Now
    }
}

/// List, legend and totals of a place.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HomePage {
    /// The state this answers, with every default filled in.
    pub view: ViewState,
    /// Version of the data.
    pub version: u64,
    /// From the top to the place, inclusive; empty above the top.
    pub crumbs: Vec<Crumb>,
    /// The indicator in force.
    pub indicator: Arc<Indicator>,
    /// The period in force; `None` where the indicator has no values at all or is counted now.
    pub period: Option<Period>,
    /// The rows in scope, in the order of the list.
    pub rows: Vec<Row>,
    /// Rows there would be without scope and `w`.
    pub unscoped: u32,
    /// Legend over `rows`.
    pub legend: Legend,
    /// The place's own value with n/N, in scope.
    pub total: Shown,
    /// The newest day the values in force speak of.
    pub data_day: Option<Date>,
    /// Listings that can be chosen here: the levels below the place that have units, branches.
    pub listings: Vec<Listing>,
    /// Periods with values of this indicator, the oldest first.
    pub periods: Vec<Period>,
    /// How new the leads are that the rows count.
    #[serde(skip_serializing_if = "Freshness::is_now")]
    pub leads: Freshness,
    /// The rows show how many leads another threshold would give, not the indicator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supposed: Option<Supposed>,
}

/// One figure of a card.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figure {
    /// Indicator.
    pub indicator: Arc<Indicator>,
    /// Period of the reading.
    pub period: Option<Period>,
    /// The reading.
    pub shown: Shown,
    /// Class in the policy bands, where there are any.
    pub class: Option<u8>,
    /// The last readings, the oldest first, at most 12; for the sparkline.
    pub trend: Vec<Option<f64>>,
    /// Positions in `trend` before which 口径已变: what stands on both sides cannot be compared.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub breaks: Vec<usize>,
    /// Corrections that stand beside the unit's own reading.
    pub corrections: Vec<Correction>,
}

/// A rule that holds: a lead to check 待核线索, never a verdict.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lead {
    /// The rule's id.
    pub rule: String,
    /// What it says, in Chinese.
    pub label: String,
    /// In English.
    pub label_en: String,
    /// How loud it is.
    pub weight: Weight,
    /// The number of the official kind that it points to.
    pub kind: Option<u8>,
    /// It holds of somebody by construction 相对规则: it is only there beside another lead.
    pub relative: bool,
    /// The branch or unit it holds for.
    pub entity: Uid,
    /// Unit or branch.
    pub subject: Subject,
    /// Name of that branch or unit.
    pub name: String,
    /// Its tests, in the order of the file: its evidence.
    pub tests: Vec<Tested>,
    /// The document, as the framework names it; empty: 未配置.
    pub document: String,
    /// Its article.
    pub article: String,
    /// How the document is known: A, B or C.
    pub confidence: Option<char>,
    /// The day the oldest of its values speaks of.
    pub day: Option<Date>,
}

impl Lead {
    /// The values that it rests on, without what passes with time: a decision about it stands as long
    /// as these do.
    #[must_use]
    pub fn basis(&self) -> String {
        self.tests.iter().filter(|t| t.holds == Some(true)).map(|t| t.basis.as_str()).collect::<Vec<_>>().join("; ")
    }
}

/// A test of a rule as it came out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tested {
    /// What was looked at: a heading, an indicator, a place in an order.
    pub what: Words,
    /// The indicator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub indicator: Option<IndicatorId>,
    /// What it says.
    pub value: Cell,
    /// `<`, `<=`, `>`, `>=`, `==`, `!=`.
    pub sign: String,
    /// What it was held against.
    pub threshold: Cell,
    /// Over how many periods or rounds, and how they count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub over: Option<Words>,
    /// The period of the newest reading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<Period>,
    /// Whether it holds; `None` where it cannot be told.
    pub holds: Option<bool>,
    /// What is missing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<Words>,
    /// The value without what passes with time.
    pub basis: String,
}

/// Everything known of one unit or branch.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Card {
    /// Identity.
    pub uid: Uid,
    /// Unit or branch.
    pub subject: Subject,
    /// Version of the data.
    pub version: u64,
    /// Way to it, itself last (units) or its unit last (branches).
    pub crumbs: Vec<Crumb>,
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Label of its level, or the branch's kind.
    pub kind: String,
    /// Zones it lies in, labels.
    pub zones: Vec<String>,
    /// Area on the ellipsoid, km²; `None` without geometry.
    pub area_km2: Option<f64>,
    /// Units below by level: id and number.
    pub below: Vec<(LevelId, u32)>,
    /// Branches in it by kind.
    pub branches: Vec<(String, u32)>,
    /// Enterprises and social organisations in it: kind, how they are covered in the table's word, number.
    pub entities: Vec<(String, String, u32)>,
    /// Places in it by kind.
    pub places: Vec<(String, u32)>,
    /// Names of the units that a branch stands over, where it has more than its own.
    pub spans: Vec<String>,
    /// Further columns of a branch.
    pub fields: Vec<(String, String)>,
    /// Names of a branch's unit by its table and by its place, where the two disagree.
    pub elsewhere: Option<(String, String)>,
    /// Figures, the indicator in force first.
    pub figures: Vec<Figure>,
    /// Leads, its own first.
    pub leads: Vec<Lead>,
    /// What a person confirmed about it 情形, shown instead of the lead.
    pub findings: Vec<Decision>,
    /// Marks that stand on it.
    pub marks: Vec<Mark>,
    /// Marks that stand below it.
    pub marks_below: u32,
}

/// One line of "where does this number come from".
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SourceRow {
    /// File as the manifest names it.
    pub file: String,
    /// Sheet or table inside it; empty where it has only one.
    pub part: String,
    /// SHA-256 of the file, hex.
    pub sha256: String,
    /// 1-based physical row in it.
    pub row: Option<u64>,
    /// When the batch was loaded.
    pub loaded: Timestamp,
    /// The unit that reported.
    pub unit: String,
    /// The unit's code.
    pub code: String,
    /// What it reported.
    pub reading: Reading,
}

/// Where a number comes from, to file and row.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Provenance {
    /// The unit or branch asked about.
    pub uid: Uid,
    /// Its name.
    pub name: String,
    /// Indicator.
    pub indicator: Arc<Indicator>,
    /// Period.
    pub period: Option<Period>,
    /// The number in question.
    pub shown: Shown,
    /// The reports it rests on, at most 200, those missing left out.
    pub sources: Vec<SourceRow>,
    /// How many there are in all.
    pub source_count: u32,
    /// Codes and names of the units due that did not report, at most 200.
    pub missing: Vec<(String, String)>,
    /// Corrections that stand beside the unit's own value.
    pub corrections: Vec<Correction>,
    /// How the indicator's document is known, and from when to when it is in force.
    pub rests_on: Vec<Words>,
    /// The framework file and its hash, for bands and roll-up rule.
    pub framework: String,
}

/// A hit of the search.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Hit {
    /// What was found.
    pub uid: Uid,
    /// Unit or branch.
    pub subject: Subject,
    /// Label of the level or kind.
    pub kind: String,
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Names above it, the top first.
    pub path: Vec<String>,
    /// The unit to stand in so that it is in the list.
    pub place: Option<Uid>,
    /// The listing it stands in.
    pub listing: Listing,
}

/// Every mark that stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MarkRow {
    /// The mark.
    pub mark: Mark,
    /// Name of what it is on.
    pub name: String,
    /// Names above it, the top first.
    pub path: Vec<String>,
    /// The unit to stand in so that it is in the list.
    pub place: Option<Uid>,
    /// The listing it stands in.
    pub listing: Listing,
}

/// The indicator of an id.
#[must_use]
pub fn indicator<'a>(workspace: &'a Workspace, id: &IndicatorId) -> Option<&'a Arc<Indicator>> {
    super::indicator::kept(&workspace.indicators, id)
}
