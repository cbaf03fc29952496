//! What follows what, and what comes round: workflows, cadences, terms, seasons.

use jiff::civil::Date;

use super::super::condition::{Condition, Span};
use super::{Basis, Material, Named, On};
use crate::domain::id::IndicatorId;

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
    /// What it rests on.
    pub basis: Basis,
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
    pub span: Span,
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
    /// What it rests on.
    pub basis: Basis,
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
    /// Fixed days of every year (month, day), ascending: 每年7月1日、12月10日. The 29th of February is the
    /// last day of that month in other years.
    YearDays(Vec<(u8, u8)>),
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
    /// What it rests on.
    pub basis: Basis,
    /// What it was written from.
    pub material: Material,
}
