//! Why a rule holds, does not, or cannot be told, at one subject: test by test, in words.

use jiff::civil::Date;

use super::compile::{Compiled, Held, Node, Source};
use super::data::{Gap, Given};
use super::eval::{Row, Side};
use super::screen::{Hit, Screening};
use super::truth::Truth;
use crate::domain::id::Uid;
use crate::domain::page::{Lead, Tested};
use crate::domain::period::Period;
use crate::domain::sheet::{Cell, Weight, Words};
use crate::domain::text::measured;
use crate::domain::unit::Subject;
use crate::framework::condition::{How, Literal, Op, Span, Window};
use crate::framework::schema::Confidence;
use crate::framework::{Framework, Rule, Severity};

/// One way to clear a lead.
#[derive(Clone, Debug, PartialEq)]
pub enum Way {
    /// A test comes out the other way: its number, the sign and what the value must be held against.
    Test {
        /// Among the tests of the rule, in the order of the file.
        n: usize,
        /// The sign that must hold instead.
        sign: &'static str,
    },
    /// Any of these is enough.
    Any(Vec<Way>),
    /// All of these are needed.
    All(Vec<Way>),
}

/// A rule at a subject.
#[derive(Clone, Debug, PartialEq)]
pub struct Why {
    /// What came of it.
    pub truth: Truth,
    /// Its tests, in the order of the file.
    pub tests: Vec<Tested>,
    /// What is missing to tell it; empty where it is told.
    pub missing: Vec<Words>,
    /// What would clear it; `None` where it does not hold.
    pub clear: Option<Way>,
    /// The oldest day that its values speak of, of those with a period.
    pub day: Option<Date>,
}

impl Screening {
    /// Why a rule came out as it did; `None` where it did not run there.
    #[must_use]
    pub fn why(&self, framework: &Framework, hit: Hit) -> Option<Why> {
        let running = self.running(hit.rule).filter(|r| r.table == hit.table)?;
        let rule = framework.rules.get(hit.rule)?;
        let truth = self.truth(hit)?;
        let at = self.at(hit);
        let tests: Vec<Tested> = running.node.tests().into_iter().map(|test| self.tested(framework, rule, test, at)).collect();
        let mut missing = Vec::new();
        if truth == Truth::Unknown {
            let mut open = Vec::new();
            self.open(&running.node, at, &mut open);
            for n in open {
                for words in &tests[n].missing {
                    if !missing.contains(words) {
                        missing.push(words.clone());
                    }
                }
            }
        }
        let used = tests.iter().filter(|t| t.holds.is_some()).filter_map(|t| t.period);
        let day = used.map(Period::end).min();
        let clear = (truth == Truth::Holds).then(|| self.clear(&running.node, true, at)).flatten();
        Some(Why { truth, tests, missing, clear, day })
    }

    /// The lead that a rule makes at a subject.
    #[must_use]
    pub fn lead(&self, framework: &Framework, hit: Hit, entity: Uid, subject: Subject, name: &str) -> Option<Lead> {
        let rule = framework.rules.get(hit.rule)?;
        let why = self.why(framework, hit)?;
        Some(Lead {
            rule: rule.id.clone(),
            label: rule.label.clone(),
            label_en: rule.label_en.clone(),
            weight: weight(rule.severity),
            kind: rule.kind,
            relative: rule.is_relative(),
            entity,
            subject,
            name: name.to_owned(),
            tests: why.tests,
            document: rule.basis.document.clone(),
            article: rule.basis.article.clone(),
            confidence: rule.basis.confidence.map(|c| match c {
                Confidence::A => 'A',
                Confidence::B => 'B',
                Confidence::C => 'C',
            }),
            // A lead is as old as the oldest value it rests on.
            day: why.day,
        })
    }

    /// The tests that keep a condition from being told.
    fn open(&self, node: &Node, at: Row, out: &mut Vec<usize>) {
        if self.eyes().judge(node, at) != Truth::Unknown {
            return;
        }
        match node {
            Node::All(parts) | Node::Any(parts) => parts.iter().for_each(|part| self.open(part, at, out)),
            Node::Not(part) => self.open(part, at, out),
            Node::Test(test) => out.push(test.n),
        }
    }

    /// What would make a condition come out the other way; `None` where nothing can.
    fn clear(&self, node: &Node, holds: bool, at: Row) -> Option<Way> {
        let several = |parts: &[Node], every: bool| {
            // To end a conjunction that holds, one part is enough; to end a disjunction, every part that
            // holds. To bring one about it is the other way round.
            let counts = |part: &&Node| self.eyes().judge(part, at) == Truth::from(holds);
            let mut ways: Vec<Way> = parts.iter().filter(counts).filter_map(|part| self.clear(part, holds, at)).collect();
            match (ways.len(), every) {
                (0, _) => None,
                (1, _) => ways.pop(),
                (_, true) => Some(Way::All(ways)),
                (_, false) => Some(Way::Any(ways)),
            }
        };
        match node {
            Node::All(parts) => several(parts, !holds),
            Node::Any(parts) => several(parts, holds),
            Node::Not(part) => self.clear(part, !holds, at),
            Node::Test(test) => Some(Way::Test { n: test.n, sign: if holds { opposite(test.op) } else { test.op.sign() } }),
        }
    }

    fn tested(&self, framework: &Framework, rule: &Rule, test: &Compiled, at: Row) -> Tested {
        let windows = test.left.windows();
        let side = |back| self.eyes().side(&test.left, back, at);
        let (what, unit) = self.what(framework, rule, &test.left, test.n);
        let numbers: Vec<Option<(f64, f64)>> = (0..windows)
            .map(|back| match side(back) {
                Side::Number(lo, hi) => Some((lo, hi)),
                _ => None,
            })
            .collect();
        let written = |each: &Option<(f64, f64)>| each.map_or_else(|| "?".to_owned(), |(lo, hi)| between(lo, hi));
        let value = match (&test.left, test.how) {
            (Source::Age(_, span), _) => self.age(&test.left, *span, at),
            (_, Some(How::Sum)) => match numbers.iter().map(|each| each.map(|(lo, _)| lo)).sum::<Option<f64>>() {
                Some(value) => Cell::Number { value, unit: unit.clone() },
                None => Cell::Missing,
            },
            (_, Some(_)) if numbers.iter().any(Option::is_some) => {
                // The oldest first, as time goes.
                let each = numbers.iter().rev().map(written).collect::<Vec<_>>().join(" → ");
                Cell::Text(Words::data(measured(&each, &unit)))
            }
            _ => self.cell(side(0), &unit),
        };
        let threshold = self.threshold(framework, rule, test, &unit, at);
        let holds = self.eyes().test(test, at).known();
        let period = match &test.left {
            Source::Looks(looks) => self.data.series[looks[0]].period,
            Source::Places(orders) => self.data.series[self.program.orders[orders[0]].look].period,
            Source::Field(_) | Source::Age(..) => None,
        };
        let indicator = match &test.left {
            Source::Looks(looks) => Some(self.program.looks[looks[0]].indicator.clone()),
            Source::Places(orders) => Some(self.program.looks[self.program.orders[orders[0]].look].indicator.clone()),
            Source::Field(_) | Source::Age(..) => None,
        };
        let mut missing = Vec::new();
        if holds.is_none() {
            self.gaps(framework, &test.left, at, &mut missing);
            if let Held::Source(source) = &test.right {
                self.gaps(framework, source, at, &mut missing);
            }
        }
        let basis = match &test.left {
            Source::Field(field) | Source::Age(field, _) => {
                format!("{}={}", self.program.fields[*field], self.eyes().word(*field, at).map_or("", |w| w.text.as_str()))
            }
            Source::Looks(_) | Source::Places(_) => {
                let each = numbers.iter().map(written).collect::<Vec<_>>().join(",");
                let id = indicator.as_ref().map_or("", |id| id.as_str());
                format!("{id}@{}={each}", period.map(|p| p.to_string()).unwrap_or_default())
            }
        };
        Tested { what, indicator, value, sign: test.op.sign().to_owned(), threshold, over: over(test, self), period, holds, missing, basis }
    }

    /// What a side of a test is called, and its unit of measure.
    fn what(&self, framework: &Framework, rule: &Rule, source: &Source, n: usize) -> (Words, String) {
        let indicator = |look: usize| {
            let id = &self.program.looks[look].indicator;
            match framework.indicators.iter().find(|i| i.id == *id) {
                Some(i) => (Words::both(&*i.label, &*i.label_en), i.unit.clone()),
                None => (Words::data(id.as_str()), String::new()),
            }
        };
        match source {
            Source::Field(field) => (Words::data(&*self.program.fields[*field]), String::new()),
            Source::Age(field, _) => (Words::fill("leads.age", [Words::data(&*self.program.fields[*field])]), String::new()),
            Source::Looks(looks) => indicator(looks[0]),
            Source::Places(orders) => {
                let order = &self.program.orders[orders[0]];
                let (label, _) = indicator(order.look);
                let level = framework.levels.get(order.within).map(|l| Words::both(&*l.label, &*l.label_en)).unwrap_or(Words::data(""));
                let worst = rule.when.tests().get(n).and_then(|t| t.rank.as_ref()).is_some_and(|rank| rank.from_worst);
                let (key, unit) = match (worst, order.share) {
                    (true, false) => ("leads.place.worst", ""),
                    (false, false) => ("leads.place.best", ""),
                    (true, true) => ("leads.place.worst_share", "%"),
                    (false, true) => ("leads.place.best_share", "%"),
                };
                (Words::fill(key, [label, level]), unit.to_owned())
            }
        }
    }

    fn cell(&self, side: Side<'_>, unit: &str) -> Cell {
        match side {
            Side::Missing => Cell::Missing,
            Side::Number(value, last) if value == last => Cell::Number { value, unit: unit.to_owned() },
            Side::Number(lo, hi) => Cell::Text(Words::data(measured(&between(lo, hi), unit))),
            Side::Word(word) => match word.number {
                Some(value) => Cell::Number { value, unit: unit.to_owned() },
                None => Cell::Text(Words::data(&*word.text)),
            },
        }
    }

    /// An age with the day that it was counted from.
    fn age(&self, source: &Source, span: Span, at: Row) -> Cell {
        let Source::Age(field, _) = source else { return Cell::Missing };
        let Some(word) = self.eyes().word(*field, at) else { return Cell::Missing };
        let day = Words::data(&*word.text);
        match self.eyes().side(source, 0, at) {
            Side::Number(lo, hi) => Cell::Text(Words::fill("leads.since", [day, Words::fill(key(span), [Words::data(between(lo, hi))])])),
            // A cell that is no day.
            Side::Missing | Side::Word(_) => Cell::Text(day),
        }
    }

    fn threshold(&self, framework: &Framework, rule: &Rule, test: &Compiled, unit: &str, at: Row) -> Cell {
        match &test.right {
            Held::Unset => Cell::Unset,
            Held::Literal(Literal::Number(value)) => match &test.left {
                Source::Age(_, span) => Cell::Text(Words::fill(key(*span), [Words::data(number(*value))])),
                _ => Cell::Number { value: *value, unit: unit.to_owned() },
            },
            Held::Literal(Literal::Text(text)) => Cell::Text(Words::data(&**text)),
            Held::OneOf(texts) => Cell::Text(Words::data(texts.join(" / "))),
            Held::Source(source) => {
                let (what, unit) = self.what(framework, rule, source, test.n);
                let value = match source {
                    Source::Age(_, span) => self.age(source, *span, at),
                    _ => self.cell(self.eyes().side(source, 0, at), &unit),
                };
                match value {
                    Cell::Number { value, unit } => {
                        Cell::Text(Words::fill("leads.other", [what, Words::data(measured(&number(value), &unit))]))
                    }
                    Cell::Text(words) => Cell::Text(Words::fill("leads.other", [what, words])),
                    _ => Cell::Text(Words::fill("leads.other", [what, Words::key("leads.gap.empty")])),
                }
            }
        }
    }

    /// What a side lacks.
    fn gaps(&self, framework: &Framework, source: &Source, at: Row, out: &mut Vec<Words>) {
        let name = |look: usize| {
            let id = &self.program.looks[look].indicator;
            let label = framework.indicators.iter().find(|i| i.id == *id);
            label.map_or_else(|| Words::data(id.as_str()), |i| Words::both(&*i.label, &*i.label_en))
        };
        let gap = |look: usize| match self.eyes().given(look, at) {
            Given::Number(_) => None,
            Given::Gap(gap) => {
                let key = match gap {
                    _ if self.eyes().reader(look, at).is_none() => "leads.gap.no_unit",
                    Gap::Missing => "leads.gap.missing",
                    Gap::None => "leads.gap.none",
                    Gap::NotDue => "leads.gap.not_due",
                    Gap::Partly => "leads.gap.partly",
                };
                let period = self.data.series[look].period.map(|p| p.to_string()).unwrap_or_default();
                Some(Words::fill(key, [name(look), Words::data(period)]))
            }
        };
        match source {
            Source::Field(field) | Source::Age(field, _) => {
                let heading = Words::data(&*self.program.fields[*field]);
                out.push(match self.eyes().word(*field, at) {
                    None => Words::fill("leads.gap.field", [heading]),
                    Some(word) => Words::fill("leads.gap.unread", [heading, Words::data(&*word.text)]),
                });
            }
            Source::Looks(looks) => out.extend(looks.iter().filter_map(|look| gap(*look))),
            Source::Places(orders) => {
                for (back, order) in orders.iter().enumerate() {
                    let look = self.program.orders[*order].look;
                    // It has reported; either others have not, or nothing is better or worse.
                    let placed = || matches!(self.eyes().side(source, back, at), Side::Number(..));
                    let why = || Words::fill(if placed() { "leads.gap.others" } else { "leads.gap.place" }, [name(look)]);
                    out.push(gap(look).unwrap_or_else(why));
                }
            }
        }
    }
}

fn key(span: Span) -> &'static str {
    match span {
        Span::Days => "leads.days",
        Span::Months => "leads.months",
        Span::Years => "leads.years",
    }
}

fn over(test: &Compiled, screening: &Screening) -> Option<Words> {
    let how = test.how?;
    let look = match &test.left {
        Source::Looks(looks) => looks.first().copied(),
        Source::Places(orders) => orders.first().map(|order| screening.program.orders[*order].look),
        Source::Field(_) | Source::Age(..) => None,
    }?;
    let rounds = screening.program.looks[look].of == Window::Round;
    let last = Words::data(test.left.windows().to_string());
    Some(match (how, rounds) {
        (How::Every, false) => Words::fill("leads.over.every", [last]),
        (How::Every, true) => Words::fill("leads.over.every_round", [last]),
        (How::Count(least), false) => Words::fill("leads.over.count", [last, Words::data(least.to_string())]),
        (How::Count(least), true) => Words::fill("leads.over.count_round", [last, Words::data(least.to_string())]),
        (How::Sum, false) => Words::fill("leads.over.sum", [last]),
        (How::Sum, true) => Words::fill("leads.over.sum_round", [last]),
    })
}

fn opposite(op: Op) -> &'static str {
    match op {
        Op::Less => Op::AtLeast.sign(),
        Op::AtMost => Op::More.sign(),
        Op::More => Op::AtMost.sign(),
        Op::AtLeast => Op::Less.sign(),
        Op::Equal => Op::NotEqual.sign(),
        Op::NotEqual => Op::Equal.sign(),
    }
}

/// How much a rule asks to be looked at.
#[must_use]
pub fn weight(severity: Severity) -> Weight {
    match severity {
        Severity::Info => Weight::Plain,
        Severity::Amber => Weight::Look,
        Severity::Red => Weight::Urgent,
    }
}

/// One number, or the two that it lies between.
fn between(lo: f64, hi: f64) -> String {
    if lo == hi { number(lo) } else { format!("{}–{}", number(lo), number(hi)) }
}

/// At most two decimals, none where there are none.
#[must_use]
pub fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
