//! Conditions of a framework compiled once: every field, window of readings and order that any rule
//! looks at becomes a column with a number.

use jiff::civil::Date;

use crate::domain::id::{IndicatorId, LevelId};
use crate::domain::unit::Subject;
use crate::framework::condition::{self, Condition, How, Literal, Op, Right, Span};
use crate::framework::schema::Basis;
use crate::framework::{Framework, Rule};

pub use crate::framework::condition::Window;

/// A reading some periods or rounds back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// Of which indicator.
    pub indicator: IndicatorId,
    /// 0 is the newest.
    pub back: u8,
    /// What is counted back.
    pub of: Window,
}

/// An order of the units of a table by a reading, in groups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// By which reading: position in [`Program::looks`].
    pub look: usize,
    /// Position of the level whose units are the groups.
    pub within: usize,
    /// The lowest number comes first; `None` where the indicator does not say what is worse.
    pub ascending: Option<bool>,
    /// Places are percent of all that are due.
    pub share: bool,
}

/// Why a rule does not run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Idle {
    /// A number that it needs is 未配置, or it has no test at all.
    Unset,
    /// True of somebody by construction, and not turned on.
    Relative,
    /// Turned off.
    Off,
    /// The day does not lie in its days in force.
    NotInForce,
    /// There is no such level.
    NoLevel,
    /// A season of elections stands for its leads while it lasts.
    InSeason,
}

/// What a framework's rules look at, and how.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// Headings.
    pub fields: Vec<String>,
    /// Readings.
    pub looks: Vec<Look>,
    /// Orders.
    pub orders: Vec<Order>,
    /// Rules that run.
    pub(super) running: Vec<Running>,
    /// Rules that do not: position in the framework and why.
    pub idle: Vec<(usize, Idle)>,
}

/// A rule that runs.
#[derive(Clone, Debug)]
pub(super) struct Running {
    /// Position in the framework.
    pub(super) rule: usize,
    /// The table of its subjects.
    pub(super) table: usize,
    pub(super) relative: bool,
    pub(super) node: Node,
}

#[derive(Clone, Debug)]
pub(super) enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    Test(Box<Compiled>),
}

/// A test on columns.
#[derive(Clone, Debug)]
pub(super) struct Compiled {
    /// Its number among the tests of the rule, in the order of the file.
    pub(super) n: usize,
    pub(super) left: Source,
    pub(super) op: Op,
    pub(super) right: Held,
    pub(super) how: Option<How>,
}

/// Where a side of a test comes from.
#[derive(Clone, Debug)]
pub(super) enum Source {
    Field(usize),
    Age(usize, Span),
    /// The newest first.
    Looks(Vec<usize>),
    /// Places in orders, the newest first.
    Places(Vec<usize>),
}

/// What a test holds the left side against.
#[derive(Clone, Debug)]
pub(super) enum Held {
    Literal(Literal),
    OneOf(Vec<String>),
    Source(Source),
    Unset,
}

impl Program {
    /// Compiles the rules of a framework for a day. Tables are the levels, the top one first, then
    /// the branches.
    #[must_use]
    pub fn compile(framework: &Framework, day: Date) -> Self {
        let mut program = Self::default();
        for (n, rule) in framework.rules.iter().enumerate() {
            match program.table_of(framework, rule, day) {
                Ok(table) => program.run(framework, n, rule, table),
                Err(idle) => program.idle.push((n, idle)),
            }
        }
        program
    }

    /// One rule alone, whether the framework turns it on or not; `None` where it has no table or no
    /// test.
    #[must_use]
    pub fn alone(framework: &Framework, n: usize, rule: &Rule) -> Option<Self> {
        let mut program = Self::default();
        if rule.when.tests().is_empty() {
            return None;
        }
        let table = table(framework, rule)?;
        program.run(framework, n, rule, table);
        Some(program)
    }

    fn table_of(&self, framework: &Framework, rule: &Rule, day: Date) -> Result<usize, Idle> {
        if rule.is_unset() || rule.when.tests().is_empty() {
            return Err(Idle::Unset);
        }
        if !rule.enabled {
            return Err(if rule.is_relative() { Idle::Relative } else { Idle::Off });
        }
        if !in_force(&rule.basis, day) {
            return Err(Idle::NotInForce);
        }
        if framework.seasons.iter().any(|s| (s.from..=s.to).contains(&day) && s.rules.contains(&rule.id)) {
            return Err(Idle::InSeason);
        }
        table(framework, rule).ok_or(Idle::NoLevel)
    }

    fn run(&mut self, framework: &Framework, n: usize, rule: &Rule, table: usize) {
        let mut count = 0;
        let node = self.node(framework, &rule.when, &mut count);
        self.running.push(Running { rule: n, table, relative: rule.is_relative(), node });
    }

    fn node(&mut self, framework: &Framework, condition: &Condition, count: &mut usize) -> Node {
        match condition {
            Condition::All(parts) => Node::All(parts.iter().map(|part| self.node(framework, part, count)).collect()),
            Condition::Any(parts) => Node::Any(parts.iter().map(|part| self.node(framework, part, count)).collect()),
            Condition::Not(part) => Node::Not(Box::new(self.node(framework, part, count))),
            Condition::Test(test) => {
                let n = *count;
                *count += 1;
                Node::Test(Box::new(self.test(framework, test, n)))
            }
        }
    }

    fn test(&mut self, framework: &Framework, test: &condition::Test, n: usize) -> Compiled {
        let (last, of) = test.over.map_or((1, Window::Period), |over| (over.last.max(1), over.of));
        let how = test.over.map(|over| over.how);
        let mut left = self.source(&test.left, last, of);
        if let (Source::Looks(looks), Some(rank)) = (&left, &test.rank) {
            let Some(within) = framework.levels.iter().position(|l| l.code == rank.within) else {
                // Nothing has a place in an order of nothing.
                return Compiled { n, left, op: test.op, right: Held::Unset, how };
            };
            let id = &self.looks[looks[0]].indicator;
            let direction = framework.indicators.iter().find(|i| i.id == *id).map(|i| i.direction);
            let lowest_is_worst = match direction {
                Some(crate::domain::indicator::Direction::Up) => Some(true),
                Some(crate::domain::indicator::Direction::Down) => Some(false),
                _ => None,
            };
            let ascending = lowest_is_worst.map(|lowest| lowest == rank.from_worst);
            let looks = looks.clone();
            let share = rank.share;
            let place = |look| find_or_push(&mut self.orders, Order { look, within, ascending, share });
            left = Source::Places(looks.into_iter().map(place).collect());
        }
        let right = match &test.right {
            Right::Literal(literal) => Held::Literal(literal.clone()),
            Right::OneOf(texts) => Held::OneOf(texts.clone()),
            // A sum is held against the newest reading, each of several against that of its own period.
            Right::Operand(operand) => Held::Source(self.source(operand, if how == Some(How::Sum) { 1 } else { last }, of)),
            // A form puts days in the place of its period before.
            Right::Unset | Right::InPeriod => Held::Unset,
        };
        Compiled { n, left, op: test.op, right, how }
    }

    fn source(&mut self, operand: &condition::Operand, last: u8, of: Window) -> Source {
        match operand {
            condition::Operand::Field(heading) => Source::Field(self.field(heading)),
            condition::Operand::Age { field, span } => Source::Age(self.field(field), *span),
            condition::Operand::Indicator(id) => {
                let look = |back| find_or_push(&mut self.looks, Look { indicator: id.clone(), back, of });
                Source::Looks((0..last).map(look).collect())
            }
        }
    }

    fn field(&mut self, heading: &str) -> usize {
        match self.fields.iter().position(|f| f == heading) {
            Some(at) => at,
            None => {
                self.fields.push(heading.to_owned());
                self.fields.len() - 1
            }
        }
    }

    /// Whether any rule runs on a table.
    #[must_use]
    pub fn has_rules_on(&self, table: usize) -> bool {
        self.running.iter().any(|r| r.table == table)
    }

    /// Whether any rule on a table looks at a reading, directly or in an order.
    #[must_use]
    pub fn looks_on(&self, table: usize, look: usize) -> bool {
        let of_source = |source: &Source| match source {
            Source::Looks(looks) => looks.contains(&look),
            Source::Places(orders) => orders.iter().any(|order| self.orders[*order].look == look),
            Source::Field(_) | Source::Age(..) => false,
        };
        let of_test = |test: &Compiled| of_source(&test.left) || matches!(&test.right, Held::Source(source) if of_source(source));
        self.running.iter().filter(|r| r.table == table).any(|r| r.node.tests().into_iter().any(of_test))
    }

    /// Whether any rule on a table looks at an order.
    #[must_use]
    pub fn orders_on(&self, table: usize, order: usize) -> bool {
        self.running.iter().any(|r| r.table == table && r.node.looks_at_order(order))
    }

    /// Whether any rule on a table looks at a field.
    #[must_use]
    pub fn fields_on(&self, table: usize, field: usize) -> bool {
        let of_source = |source: &Source| matches!(source, Source::Field(f) | Source::Age(f, _) if *f == field);
        let of_test = |test: &Compiled| of_source(&test.left) || matches!(&test.right, Held::Source(source) if of_source(source));
        self.running.iter().filter(|r| r.table == table).any(|r| r.node.tests().into_iter().any(of_test))
    }

    /// Whether any rule runs at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.running.is_empty()
    }
}

impl Node {
    /// Every test in it.
    pub(super) fn tests(&self) -> Vec<&Compiled> {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::tests).collect(),
            Self::Not(part) => part.tests(),
            Self::Test(test) => vec![test],
        }
    }

    /// Every reading that it looks at, directly or in an order.
    pub(super) fn looks(&self, program: &Program) -> Vec<usize> {
        let of_source = |source: &Source| match source {
            Source::Looks(looks) => looks.clone(),
            Source::Places(orders) => orders.iter().map(|order| program.orders[*order].look).collect(),
            Source::Field(_) | Source::Age(..) => Vec::new(),
        };
        let right = |test: &Compiled| match &test.right {
            Held::Source(source) => of_source(source),
            Held::Literal(_) | Held::OneOf(_) | Held::Unset => Vec::new(),
        };
        self.tests().into_iter().flat_map(|test| of_source(&test.left).into_iter().chain(right(test))).collect()
    }

    /// Every order that it looks at.
    pub(super) fn looks_at_order(&self, order: usize) -> bool {
        self.tests().iter().any(|test| matches!(&test.left, Source::Places(orders) if orders.contains(&order)))
    }
}

/// Whether a rule holds on a day, its last day included.
#[must_use]
pub fn in_force(basis: &Basis, day: Date) -> bool {
    basis.since.is_none_or(|since| since <= day) && basis.until.is_none_or(|until| day <= until)
}

fn table(framework: &Framework, rule: &Rule) -> Option<usize> {
    match rule.subject {
        Subject::Branch => Some(framework.levels.len()),
        Subject::Unit => {
            let level: &LevelId = rule.level.as_ref()?;
            framework.levels.iter().position(|l| l.code == *level)
        }
    }
}

fn find_or_push<T: PartialEq>(all: &mut Vec<T>, one: T) -> usize {
    match all.iter().position(|a| *a == one) {
        Some(at) => at,
        None => {
            all.push(one);
            all.len() - 1
        }
    }
}
