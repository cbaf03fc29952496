//! Conditions of rules, targets and establishment rules, as a framework writes them: structured, with
//! no expressions in strings. Three-valued: a condition holds, does not, or cannot be told.

use crate::domain::id::{IndicatorId, LevelId};

/// Comparison of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `>=`
    AtLeast,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
}

impl Op {
    /// The sign, as a framework writes it.
    #[must_use]
    pub fn sign(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::More => ">",
            Self::AtLeast => ">=",
            Self::Equal => "==",
            Self::NotEqual => "!=",
        }
    }

    /// The sign, as people write it.
    #[must_use]
    pub fn shown(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::AtMost => "≤",
            Self::More => ">",
            Self::AtLeast => "≥",
            Self::Equal => "=",
            Self::NotEqual => "≠",
        }
    }
}

/// A unit of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// Days.
    Days,
    /// Whole calendar months.
    Months,
    /// Whole calendar years.
    Years,
}

/// What a test looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operand {
    /// A column of the table of branches or entities, by its heading; `kind`, `name` and `code` are
    /// those of the record itself (headings `类型`, `名称`, `编码` of any table mean the same).
    Field(String),
    /// A reading: of the unit itself, of a branch its unit's.
    Indicator(IndicatorId),
    /// How long ago a date in a column lies, as of the day; below 0 where it is still to come.
    Age {
        /// Heading of the column.
        field: String,
        /// In what.
        span: Span,
    },
}

/// A value that is written out.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
}

/// What a test compares with.
#[derive(Clone, Debug, PartialEq)]
pub enum Right {
    /// A value.
    Literal(Literal),
    /// Any of some texts: `==` is "one of", `!=` "none of".
    OneOf(Vec<String>),
    /// Another field or indicator of the same record.
    Operand(Operand),
    /// 未配置: no document gives a number for the whole country. The test cannot be told.
    Unset,
    /// The reporting period of a form up to the day as of which it is filled in: a date lies in it. Only
    /// forms have one; [`Condition::in_period`] puts days in its place.
    InPeriod,
}

/// Which of several readings one after the other count, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Over {
    /// How many of the newest, at least 1.
    pub last: u8,
    /// Periods of the indicator, or reporting rounds.
    pub of: Window,
    /// How they count.
    pub how: How,
}

/// What [`Over::last`] counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// Periods of the indicator: months, quarters, years.
    Period,
    /// Rounds in which it was asked, whether they follow each other or not.
    Round,
}

/// How readings one after the other count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// The test holds in every one.
    Every,
    /// The test holds in at least so many.
    Count(u8),
    /// Their sum is compared.
    Sum,
}

/// A place in an order, compared instead of the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rank {
    /// Among the units below the same unit of this level.
    pub within: LevelId,
    /// Counted from the worst (by the indicator's direction), else from the best.
    pub from_worst: bool,
    /// The place is taken as percent of all that are due there: 后10%, else as it is: 后三名.
    pub share: bool,
}

/// A comparison.
#[derive(Clone, Debug, PartialEq)]
pub struct Test {
    /// Left.
    pub left: Operand,
    /// Comparison.
    pub op: Op,
    /// Right.
    pub right: Right,
    /// Over several periods; only with an indicator.
    pub over: Option<Over>,
    /// The place in an order instead of the value; only with an indicator. True of somebody by
    /// construction, so a rule that has one is a relative rule 相对规则.
    pub rank: Option<Rank>,
}

/// A condition.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// All of them; cannot be told where one cannot and none fails.
    All(Vec<Condition>),
    /// Any of them; cannot be told where one cannot and none holds.
    Any(Vec<Condition>),
    /// The opposite.
    Not(Box<Condition>),
    /// A comparison.
    Test(Test),
}

impl Condition {
    /// Every test in it, in the order of the file.
    #[must_use]
    pub fn tests(&self) -> Vec<&Test> {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::tests).collect(),
            Self::Not(part) => part.tests(),
            Self::Test(test) => vec![test],
        }
    }

    /// Every indicator that it looks at, in the order of the file, each once.
    #[must_use]
    pub fn indicators(&self) -> Vec<&IndicatorId> {
        let mut found: Vec<&IndicatorId> = Vec::new();
        for test in self.tests() {
            let right = if let Right::Operand(operand) = &test.right { Some(operand) } else { None };
            for operand in std::iter::once(&test.left).chain(right) {
                if let Operand::Indicator(id) = operand
                    && !found.contains(&id)
                {
                    found.push(id);
                }
            }
        }
        found
    }

    /// Every column that it looks at, in the order of the file, each once.
    #[must_use]
    pub fn fields(&self) -> Vec<&str> {
        let mut found: Vec<&str> = Vec::new();
        for test in self.tests() {
            let right = if let Right::Operand(operand) = &test.right { Some(operand) } else { None };
            for operand in std::iter::once(&test.left).chain(right) {
                if let Operand::Field(field) | Operand::Age { field, .. } = operand
                    && !found.contains(&field.as_str())
                {
                    found.push(field);
                }
            }
        }
        found
    }

    /// Whether a number that it needs is 未配置.
    #[must_use]
    pub fn is_unset(&self) -> bool {
        self.tests().iter().any(|test| test.right == Right::Unset)
    }

    /// The same with [`Right::InPeriod`] spelled out: the date lies on the day, or at most `days` before it.
    #[must_use]
    pub fn in_period(&self, days: f64) -> Self {
        let each = |parts: &[Self]| parts.iter().map(|part| part.in_period(days)).collect();
        match self {
            Self::All(parts) => Self::All(each(parts)),
            Self::Any(parts) => Self::Any(each(parts)),
            Self::Not(part) => Self::Not(Box::new(part.in_period(days))),
            Self::Test(Test { left: Operand::Field(field), right: Right::InPeriod, .. }) => {
                let age = |op, days| {
                    let left = Operand::Age { field: field.clone(), span: Span::Days };
                    Self::Test(Test { left, op, right: Right::Literal(Literal::Number(days)), over: None, rank: None })
                };
                Self::All(vec![age(Op::AtLeast, 0.0), age(Op::AtMost, days)])
            }
            Self::Test(test) => Self::Test(test.clone()),
        }
    }

    /// Whether it holds of somebody by construction: the last of an order.
    #[must_use]
    pub fn is_relative(&self) -> bool {
        self.tests().iter().any(|test| test.rank.is_some())
    }
}
