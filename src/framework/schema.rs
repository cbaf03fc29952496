//! What a framework can declare beside levels, indicators and rules. data/frameworks/README.md explains
//! every key to those who write one.
//!
//! Ids inside a framework are bare (`ORG-01`); in the frameworks in use together every id is
//! `framework/id`.

use jiff::civil::Date;

use super::condition::{Condition, Op};
use crate::domain::id::{IndicatorId, LevelId};

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
    /// What it was written from.
    pub material: Material,
}

/// A number to be reached.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// Id and label.
    pub named: Named,
    /// Of which indicator.
    pub indicator: IndicatorId,
    /// Comparison of the roll-up with the value.
    pub op: Op,
    /// The value; `None`: 未配置.
    pub value: Option<f64>,
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

/// A way of rating.
#[derive(Clone, Debug, PartialEq)]
pub struct Rating {
    /// Id and label.
    pub named: Named,
    /// Who is rated.
    pub on: On,
    /// How.
    pub kind: RatingKind,
    /// What it was written from.
    pub material: Material,
}

/// Branches or the units of a level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum On {
    /// Branches.
    Branch,
    /// Units of a level.
    Units(LevelId),
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
    /// What it was written from.
    pub material: Material,
}

/// A way of handling something, step by step.
#[derive(Clone, Debug, PartialEq)]
pub struct Workflow {
    /// Id and label.
    pub named: Named,
    /// States, the first one first.
    pub states: Vec<String>,
    /// Which state may follow which.
    pub transitions: Vec<Transition>,
    /// Marks beside the state: 挂牌督办.
    pub extra_flags: Vec<String>,
    /// Time limits.
    pub limits: Vec<Limit>,
    /// Share of all, percent, shown as information and never as a quota; `None`: 未配置.
    pub share_percent: Option<f64>,
    /// The state that a confirmed lead is in; its leads to check are in the state before. Empty: what
    /// is in which state is said by items of a list of the same name.
    pub confirmed: String,
    /// Leads of which rules it takes up; empty: of those that point to an official kind.
    pub rules: Vec<String>,
    /// What it was written from.
    pub material: Material,
}

/// A step from a state to another.
#[derive(Clone, Debug, PartialEq)]
pub struct Transition {
    /// From.
    pub from: String,
    /// To.
    pub to: String,
    /// Level of the body that takes it; empty: 未配置.
    pub role: String,
    /// What must be there.
    pub require: Vec<String>,
    /// Not before so many days after the state began; `None`: 未配置 or at once.
    pub after_days: Option<u16>,
    /// The interval is one that the framework should give and does not: 未配置.
    pub unset: bool,
    /// In which case.
    pub when: String,
}

/// A step that must be taken within a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// The state to be reached.
    pub step: String,
    /// How many.
    pub within: u16,
    /// Of what.
    pub span: super::condition::Span,
    /// Only of this severity; empty: of all.
    pub severity: String,
}

/// Something that comes round.
#[derive(Clone, Debug, PartialEq)]
pub struct Cadence {
    /// Id and label.
    pub named: Named,
    /// Whose: branches, units of a level; `None`: of the county itself.
    pub on: Option<On>,
    /// When.
    pub beat: Beat,
    /// The indicator that says whether it was held; `None`: 未配置.
    pub metric: Option<IndicatorId>,
    /// What it was written from.
    pub material: Material,
}

/// When something comes round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Beat {
    /// The n-th of every month, 1–31; the last day where a month is shorter.
    MonthDay(u8),
    /// The first working day of every month (Monday to Friday; holidays by law are not known).
    FirstWorkday,
    /// The n-th weekday of every month: 第4周周六 is 4 and Saturday.
    NthWeekday {
        /// 1–5.
        nth: u8,
        /// ISO: 1 is Monday.
        weekday: u8,
    },
    /// Every so many days.
    EveryDays(u16),
    /// Every so many months, due by the last day: 1, 2, 3, 6, 12.
    EveryMonths(u8),
    /// By how severe something is: (severity, days; 0 is at once), in the order of the file.
    BySeverity(Vec<(String, u16)>),
}

/// How long an organisation is elected for: 任期.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    /// Id and label.
    pub named: Named,
    /// Which branches; `None`: all.
    pub when: Option<Condition>,
    /// Heading of the column with the day of the last election.
    pub field: String,
    /// Years.
    pub years: u8,
    /// Months ahead at which it is to be looked at, the longest first.
    pub ahead_months: Vec<u8>,
    /// What it rests on.
    pub basis: Basis,
    /// What it was written from.
    pub material: Material,
}

/// A season of elections 换届: one thing with its progress, not a lead for each branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Season {
    /// Id and label.
    pub named: Named,
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// Ids of the rules whose leads it stands for while it lasts.
    pub rules: Vec<String>,
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
    /// What it was written from.
    pub material: Material,
}

/// An official kind of weak organisation: a fixed text that a person confirms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfficialKind {
    /// Its number in the list.
    pub number: u8,
    /// Its text.
    pub label: String,
    /// English.
    pub label_en: String,
    /// No indicator can show it: a person confirms it with the number of a document.
    pub by_person: bool,
}
