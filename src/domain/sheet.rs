//! A page made of tables: what frameworks drive on screen beside list and map. The terminal, plain
//! text and JSON print the same sheet; each cell says what it is, and each row where it leads.

use std::borrow::Cow;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::behind::Behind;
use super::id::{IndicatorId, LevelId, Uid};
use super::period::Period;

/// Which sheet.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SheetKind {
    /// 体系: the frameworks in use, and what each declares.
    Frameworks,
    /// One framework, part by part.
    Framework {
        /// Its id.
        id: String,
    },
    /// 覆盖: the two coverages, what should be and is not, states, grids.
    Coverage,
    /// 目标: targets with the days left, income bands, premises.
    Targets,
    /// 任务: tasks of zones and of frameworks with their progress, by who leads.
    Tasks,
    /// 矩阵.
    Matrices,
    /// 评级: ratings, badges, vetoes and musts.
    Ratings,
    /// 评分: score cards.
    Scorecards,
    /// 结对: who is paired with whom, and who with nobody.
    Pairings,
    /// 节拍: what is due when.
    Cadence,
    /// 清单: lists of needs, resources, projects.
    Lists,
    /// 流程: what stands in which state of the workflows, and what is over its limit.
    Workflows,
    /// 片区: sets of units beside the tree, branches over several units.
    Regions,
    /// 1+X: one organisation and those around it, and who stands around none.
    Groups,
    /// 场所: rooms and stations by kind and state; of one kind, each of them.
    Sites {
        /// The kind; empty: all of them counted.
        kind: String,
    },
    /// 换届: terms of office, due, overdue, without a date.
    Terms,
    /// 原因: why the indicator in force changed.
    Change {
        /// Against what.
        against: Against,
    },
    /// 线索: leads to check, what cannot be told, what rules do not run.
    Leads,
    /// One lead: why it holds, what would clear it, what was answered.
    Why {
        /// The branch or unit.
        uid: Uid,
        /// The rule.
        rule: String,
    },
    /// 假设: what another threshold would change. Nothing is saved.
    WhatIf {
        /// The rule.
        rule: String,
        /// Which test of the rule, 0-based in the order of the file.
        test: usize,
        /// Its threshold instead.
        value: Threshold,
    },
    /// 报表: a form of the county filled in.
    Form {
        /// File name of the template.
        name: String,
    },
    /// 名单: whom a number of another sheet counts.
    Behind {
        /// Which number.
        of: Behind,
    },
}

impl SheetKind {
    /// The sheets that their names alone open, in the order of menus. An empty name of a form is the
    /// list of forms, an empty kind of places all of them.
    #[must_use]
    pub fn named() -> [Self; 18] {
        [
            Self::Frameworks,
            Self::Coverage,
            Self::Targets,
            Self::Tasks,
            Self::Leads,
            Self::Change { against: Against::LastPeriod },
            Self::Matrices,
            Self::Ratings,
            Self::Scorecards,
            Self::Pairings,
            Self::Cadence,
            Self::Lists,
            Self::Workflows,
            Self::Regions,
            Self::Groups,
            Self::Sites { kind: String::new() },
            Self::Terms,
            Self::Form { name: String::new() },
        ]
    }

    /// Its word on the command line; its name is the text `sheet.name.<word>`.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Frameworks => "frameworks",
            Self::Framework { .. } => "framework",
            Self::Coverage => "coverage",
            Self::Targets => "targets",
            Self::Tasks => "tasks",
            Self::Matrices => "matrices",
            Self::Ratings => "ratings",
            Self::Scorecards => "scorecards",
            Self::Pairings => "pairings",
            Self::Cadence => "cadence",
            Self::Lists => "lists",
            Self::Workflows => "workflows",
            Self::Regions => "regions",
            Self::Groups => "groups",
            Self::Sites { .. } => "sites",
            Self::Terms => "terms",
            Self::Change { .. } => "change",
            Self::Leads => "leads",
            Self::Why { .. } => "why",
            Self::WhatIf { .. } => "what-if",
            Self::Form { .. } => "form",
            Self::Behind { of } => of.word(),
        }
    }

    /// What tells it from others of its word: the id of a framework, the name of a form, a kind of places, a cell.
    #[must_use]
    pub fn item(&self) -> Cow<'_, str> {
        match self {
            Self::Framework { id } => Cow::Borrowed(id),
            Self::Form { name } => Cow::Borrowed(name),
            Self::Sites { kind } => Cow::Borrowed(kind),
            Self::Why { rule, .. } | Self::WhatIf { rule, .. } => Cow::Borrowed(rule),
            Self::Behind { of } => Cow::Owned(of.item()),
            _ => Cow::Borrowed(""),
        }
    }
}

/// A threshold of a what-if: hundredths, so that a kind of sheet can be compared and hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Threshold(pub i64);

impl Threshold {
    /// From a number, rounded to hundredths.
    #[must_use]
    #[allow(clippy::cast_possible_truncation, reason = "thresholds are numbers a person types")]
    pub fn of(value: f64) -> Self {
        Self((value * 100.0).round() as i64)
    }

    /// The number.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "thresholds are numbers a person types")]
    pub fn value(self) -> f64 {
        self.0 as f64 / 100.0
    }
}

/// What a change is held against.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Against {
    /// 较上期.
    #[default]
    LastPeriod,
    /// 较年初: the last period of the year before.
    YearStart,
    /// 去年同期.
    YearAgo,
}

impl Against {
    /// Every one, in the order of the digits.
    pub const ALL: [Self; 3] = [Self::LastPeriod, Self::YearStart, Self::YearAgo];

    /// Its word on the command line; its name is the text `sheet.against.<word>`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::LastPeriod => "last-period",
            Self::YearStart => "year-start",
            Self::YearAgo => "year-ago",
        }
    }
}

/// Words on a sheet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Words {
    /// Text from data, the same in every language.
    Data(String),
    /// Text from a framework, in Chinese and English.
    Both {
        /// Chinese.
        zh: String,
        /// English.
        en: String,
    },
    /// A text of the locale tables with its arguments.
    Key {
        /// `panel.…`
        key: String,
        /// For `{0}`, `{1}` …
        args: Vec<Words>,
    },
}

impl Words {
    /// Text from data.
    pub fn data(text: impl Into<String>) -> Self {
        Self::Data(text.into())
    }

    /// Text from a framework.
    pub fn both(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::Both { zh: zh.into(), en: en.into() }
    }

    /// A text of the locale tables.
    #[must_use]
    pub fn key(key: &str) -> Self {
        Self::Key { key: key.to_owned(), args: Vec::new() }
    }

    /// A text of the locale tables with arguments.
    pub fn fill(key: &str, args: impl IntoIterator<Item = Words>) -> Self {
        Self::Key { key: key.to_owned(), args: args.into_iter().collect() }
    }
}

/// How much a row or cell asks to be looked at. Never colour alone: the widget adds a sign.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weight {
    /// Nothing special.
    #[default]
    Plain,
    /// As it should be.
    Good,
    /// To be looked at.
    Look,
    /// To be looked at first.
    Urgent,
    /// Beside the matter.
    Dim,
}

/// A cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cell {
    /// Nothing belongs here.
    Empty,
    /// Words.
    Text(Words),
    /// A number with its unit of measure.
    Number {
        /// The number.
        value: f64,
        /// `%`, `万元`, `㎡` or empty.
        unit: String,
    },
    /// So many of so many, shown as `5/7 71.4%`.
    Share {
        /// Over the line.
        num: f64,
        /// Under the line.
        den: f64,
    },
    /// A change, shown with its sign.
    Change {
        /// The difference.
        value: f64,
        /// Unit of measure.
        unit: String,
    },
    /// A day.
    Day(Date),
    /// Days left; below 0 overdue.
    DaysLeft(i64),
    /// Yes or no.
    Flag(bool),
    /// So many won of so many: ★★★☆☆.
    Stars {
        /// Won.
        of: u8,
        /// Most; 0: not known.
        max: u8,
    },
    /// Nothing came: 未报. Never 0.
    Missing,
    /// The framework leaves it open: 未配置.
    Unset,
}

/// Where a row leads.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lead {
    /// To a unit or branch: its card, and the map flies to it.
    Subject(Uid),
    /// To a unit, with the places of a kind drawn on its map.
    Site {
        /// The unit that the place belongs to.
        uid: Uid,
        /// The kind of the place.
        kind: String,
    },
    /// To where a number comes from.
    Number {
        /// Whose.
        uid: Uid,
        /// Which.
        indicator: IndicatorId,
        /// When; `None` is the newest.
        period: Option<Period>,
    },
    /// To another sheet.
    Sheet(SheetKind),
    /// To list and map by an indicator.
    Indicator(IndicatorId),
    /// To list and map of a scope: codes of zones or regions.
    Zone(String),
    /// To the units of a level.
    Level(LevelId),
}

/// A row.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Row {
    /// A cell per column.
    pub cells: Vec<Cell>,
    /// How much it asks to be looked at.
    pub weight: Weight,
    /// Where Enter leads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lead: Option<Lead>,
    /// What is said about it in the details, a line each: definition, document, what is missing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub detail: Vec<Words>,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Column {
    /// Its head.
    pub head: Words,
    /// Numbers stand at the right.
    pub right: bool,
    /// Left out first where there is no room; 0 is never left out.
    pub spare: u8,
}

impl Column {
    /// Text, never left out.
    #[must_use]
    pub fn text(key: &str) -> Self {
        Self { head: Words::key(key), right: false, spare: 0 }
    }

    /// A number, never left out.
    #[must_use]
    pub fn number(key: &str) -> Self {
        Self { head: Words::key(key), right: true, spare: 0 }
    }

    /// Left out where there is no room, the highest first.
    #[must_use]
    pub fn spare(mut self, order: u8) -> Self {
        self.spare = order;
        self
    }
}

/// A table of a sheet; on screen a tab.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Table {
    /// Its name: short, it stands on a tab.
    pub title: Option<Words>,
    /// Columns.
    pub columns: Vec<Column>,
    /// Rows, those to look at first where the order is ours.
    pub rows: Vec<Row>,
    /// What is said above the rows.
    pub notes: Vec<Words>,
    /// What stands where there are no rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub empty: Option<Words>,
}

/// A sheet.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Sheet {
    /// Which.
    pub kind: SheetKind,
    /// Version of the data.
    pub version: u64,
    /// What it is about, beside its name: place, indicator, days.
    pub about: Vec<Words>,
    /// Printed across every page: 假设·未采用.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stamp: Option<Words>,
    /// Tables.
    pub tables: Vec<Table>,
}
