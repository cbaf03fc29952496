//! Conditions: all, any, not, and the comparisons in them.

use super::super::condition::{Condition, How, Literal, Op, Operand, Over, Rank, Right, Span, Test, Window};
use super::super::read::{At, Section};
use super::Reader;
use crate::domain::indicator::Derived;

/// Conditions within conditions; nobody reads more.
const DEPTH_MAX: usize = 8;
/// Readings one after the other that a test may look at.
const OVER_MAX: u16 = 60;
/// Places of an order that a test may name.
pub(super) const OPS: [(&str, Op); 6] =
    [("<", Op::Less), ("<=", Op::AtMost), (">", Op::More), (">=", Op::AtLeast), ("==", Op::Equal), ("!=", Op::NotEqual)];
const SPANS: [(&str, Span); 3] = [("days", Span::Days), ("months", Span::Months), ("years", Span::Years)];
const WINDOWS: [(&str, Window); 2] = [("period", Window::Period), ("round", Window::Round)];
const FROM: [(&str, bool); 2] = [("worst", true), ("best", false)];

/// `how` of `over`, before `at_least` is known.
#[derive(Clone, Copy, PartialEq)]
enum Counting {
    Every,
    Count,
    Sum,
}

const COUNTING: [(&str, Counting); 3] = [("every", Counting::Every), ("count", Counting::Count), ("sum", Counting::Sum)];

impl Reader<'_, '_, '_> {
    /// The condition under a key, where given.
    pub(super) fn when(&mut self, s: &mut Section<'_, '_>, key: &'static str) -> Option<Condition> {
        if !s.has(key) {
            s.knows(key);
            return None;
        }
        let when = s.section(self.report, key)?;
        self.condition(when, 1)
    }

    /// The condition under a key.
    pub(super) fn required_when(&mut self, s: &mut Section<'_, '_>, key: &'static str) -> Option<Condition> {
        let when = s.section(self.report, key)?;
        self.condition(when, 1)
    }

    /// `None` only where a problem was reported.
    pub(super) fn condition(&mut self, mut s: Section<'_, '_>, depth: usize) -> Option<Condition> {
        if depth > DEPTH_MAX {
            self.report.add("E_FRAMEWORK_CONDITION_DEEP", s.at, &s.field(""), &[&DEPTH_MAX.to_string()]);
            return None;
        }
        for (key, join) in [("all", Condition::All as fn(Vec<Condition>) -> Condition), ("any", Condition::Any)] {
            if s.has(key) {
                let parts = self.parts(&mut s, key, depth);
                s.finish(self.report);
                return parts.map(join);
            }
        }
        if s.has("not") {
            let part = s.section(self.report, "not");
            s.finish(self.report);
            return Some(Condition::Not(Box::new(self.condition(part?, depth + 1)?)));
        }
        let test = if self.form && s.has("in_period") { self.in_period(&mut s) } else { self.test(&mut s) };
        s.knows("all");
        s.knows("any");
        s.knows("not");
        s.finish(self.report);
        test.map(Condition::Test)
    }

    /// The conditions in a list that may not be empty.
    pub(super) fn parts(&mut self, s: &mut Section<'_, '_>, key: &'static str, depth: usize) -> Option<Vec<Condition>> {
        let at = s.at_key(key).unwrap_or(s.at);
        let parts = s.sections(self.report, key);
        if parts.is_empty() {
            self.report.add("E_FRAMEWORK_CONDITION_EMPTY", at, &s.field(key), &[key]);
            return None;
        }
        let count = parts.len();
        let parts: Vec<Condition> = parts.into_iter().filter_map(|part| self.condition(part, depth + 1)).collect();
        (parts.len() == count).then_some(parts)
    }

    /// A date in the reporting period of the form.
    fn in_period(&mut self, s: &mut Section<'_, '_>) -> Option<Test> {
        let field = s.text(self.report, "in_period")?;
        self.heading(&field, &s.field("in_period"));
        Some(Test { left: Operand::Field(field.value), op: Op::Equal, right: Right::InPeriod, over: None, rank: None })
    }

    fn test(&mut self, s: &mut Section<'_, '_>) -> Option<Test> {
        let left = self.left(s);
        let given_op = s.word(self.report, "op", &OPS);
        let right = self.right(s);
        let op = match (&given_op, &right) {
            (Some(op), _) => Some(op.value),
            (None, Some(Right::OneOf(_))) => Some(Op::Equal),
            (None, _) if s.has("op") => None,
            (None, _) => {
                s.missing(self.report, "op");
                None
            }
        };
        let text = match &right {
            Some(Right::Literal(Literal::Text(text))) => Some(text.clone()),
            Some(Right::OneOf(words)) => words.first().cloned(),
            _ => None,
        };
        let equality = op.is_none_or(|op| matches!(op, Op::Equal | Op::NotEqual));
        if let Some(text) = text.filter(|_| !equality || matches!(left, Some(Operand::Indicator(_) | Operand::Age { .. }))) {
            let at = given_op.as_ref().map_or(s.at, |op| op.at);
            self.report.add("E_FRAMEWORK_TEXT_ORDER", at, &s.field("op"), &[&text]);
        }
        let over = self.over(s);
        let rank = self.rank(s);
        self.share_of_order(s, rank.as_ref(), &right);
        for (key, given) in [("over", over.is_some()), ("rank", rank.is_some())] {
            if given && left.as_ref().is_some_and(|l| !matches!(l, Operand::Indicator(_))) {
                let at = s.at_key(key).unwrap_or(s.at);
                self.report.add("E_FRAMEWORK_ONLY_INDICATOR", at, &s.field(key), &[key]);
            }
        }
        if over.is_some() && rank.is_some() {
            self.report.add("E_FRAMEWORK_OVER_RANK", s.at_key("rank").unwrap_or(s.at), &s.field("rank"), &[]);
        }
        Some(Test { left: left?, op: op?, right: right?, over, rank })
    }

    fn left(&mut self, s: &mut Section<'_, '_>) -> Option<Operand> {
        let field = s.text(self.report, "field");
        let indicator = s.text(self.report, "indicator");
        let age_of = s.text(self.report, "age_of");
        let age_in = s.word(self.report, "age_in", &SPANS);
        for (key, word) in [("field", &field), ("age_of", &age_of)] {
            if let Some(word) = word {
                self.heading(word, &s.field(key));
            }
        }
        match (&age_of, &age_in) {
            (Some(_), None) if !s.has("age_in") => s.missing(self.report, "age_in"),
            (None, Some(span)) => self.report.add("E_FRAMEWORK_AGE_IN", span.at, &s.field("age_in"), &[]),
            _ => {}
        }
        match (field, indicator, age_of) {
            (Some(field), None, None) => Some(Operand::Field(field.value)),
            (None, Some(id), None) => self.tested(&id, &s.field("indicator")),
            (None, None, Some(field)) => Some(Operand::Age { field: field.value, span: age_in?.value }),
            _ => {
                self.report.add("E_FRAMEWORK_OPERAND", s.at, &s.field("field"), &[]);
                None
            }
        }
    }

    /// A column of the office's table: never one about persons, never an empty one.
    fn heading(&mut self, word: &At<String>, field: &str) {
        if word.value.is_empty() {
            self.report.add("E_FRAMEWORK_KEY_MISSING", word.at, field, &[field]);
        }
        self.gated(word, field);
    }

    /// An indicator in a condition. Leads are what rules give: a rule on them would have no beginning.
    fn tested(&mut self, id: &At<String>, field: &str) -> Option<Operand> {
        let found = self.indicator_ref(id, field)?;
        if self.find_indicator(&id.value).is_some_and(|(_, i)| i.derived == Some(Derived::Leads)) {
            self.report.add("E_FRAMEWORK_RULE_ON_LEADS", id.at, field, &[&id.value]);
        }
        Some(Operand::Indicator(found))
    }

    fn right(&mut self, s: &mut Section<'_, '_>) -> Option<Right> {
        let keys = ["value", "in", "than_field", "than_indicator", "unset"];
        let given: Vec<&str> = keys.into_iter().filter(|key| s.has(key)).collect();
        if given.len() > 1 {
            self.report.add("E_FRAMEWORK_RIGHT", s.at_key(given[1]).unwrap_or(s.at), &s.field(given[1]), &[&given.join(" ")]);
        }
        keys.into_iter().for_each(|key| s.knows(key));
        match given.first().copied() {
            Some("in") => {
                let words = s.texts(self.report, "in");
                if words.is_empty() {
                    let at = s.at_key("in").unwrap_or(s.at);
                    self.report.add("E_FRAMEWORK_CONDITION_EMPTY", at, &s.field("in"), &["in"]);
                    return None;
                }
                Some(Right::OneOf(words.into_iter().map(|w| w.value).collect()))
            }
            Some("than_field") => {
                let word = s.text(self.report, "than_field")?;
                self.heading(&word, &s.field("than_field"));
                Some(Right::Operand(Operand::Field(word.value)))
            }
            Some("than_indicator") => {
                let word = s.text(self.report, "than_indicator")?;
                self.tested(&word, &s.field("than_indicator")).map(Right::Operand)
            }
            Some("unset") => match s.flag(self.report, "unset")? {
                true => Some(Right::Unset),
                false => {
                    s.missing(self.report, "value");
                    None
                }
            },
            _ => s.literal(self.report, "value").map(Right::Literal),
        }
    }

    #[allow(clippy::cast_possible_truncation, reason = "at most 60, as was checked")]
    fn over(&mut self, s: &mut Section<'_, '_>) -> Option<Over> {
        if !s.has("over") {
            s.knows("over");
            return None;
        }
        let mut s = s.section(self.report, "over")?;
        let last = self.whole(&mut s, "last", 1..=OVER_MAX);
        if !s.has("last") {
            s.missing(self.report, "last");
        }
        let of = s.required_word(self.report, "of", &WINDOWS);
        let how = s.required_word(self.report, "how", &COUNTING);
        let at_least = self.whole(&mut s, "at_least", 1..=OVER_MAX);
        match (&how, &at_least) {
            (Some(how), None) if how.value == Counting::Count && !s.has("at_least") => s.missing(self.report, "at_least"),
            (Some(how), Some(at_least)) if how.value != Counting::Count => {
                self.report.add("E_FRAMEWORK_AT_LEAST", at_least.at, &s.field("at_least"), &[]);
            }
            _ => {}
        }
        if let (Some(last), Some(at_least)) = (&last, &at_least)
            && at_least.value > last.value
        {
            let args = [&*at_least.value.to_string(), &*last.value.to_string()];
            self.report.add("E_FRAMEWORK_AT_LEAST_MANY", at_least.at, &s.field("at_least"), &args);
        }
        s.finish(self.report);
        let how = match how?.value {
            Counting::Every => How::Every,
            Counting::Count => How::Count(at_least?.value as u8),
            Counting::Sum => How::Sum,
        };
        Some(Over { last: last?.value as u8, of: of?.value, how })
    }

    fn rank(&mut self, s: &mut Section<'_, '_>) -> Option<Rank> {
        if !s.has("rank") {
            s.knows("rank");
            return None;
        }
        let mut s = s.section(self.report, "rank")?;
        let within = s.required(self.report, "within").map(|w| self.level(&w, &s.field("within")));
        let from = s.required_word(self.report, "from", &FROM);
        let share = s.flag(self.report, "share").unwrap_or(false);
        s.finish(self.report);
        Some(Rank { within: within?, from_worst: from?.value, share })
    }

    /// A share of an order is more than nobody and not more than all.
    fn share_of_order(&mut self, s: &Section<'_, '_>, rank: Option<&Rank>, right: &Option<Right>) {
        let outside = |n: &f64| *n <= 0.0 || *n > 100.0;
        if let (Some(Right::Literal(Literal::Number(n))), true) = (right, rank.is_some_and(|rank| rank.share))
            && outside(n)
        {
            self.report.add("E_FRAMEWORK_RANK_SHARE", s.at_key("value").unwrap_or(s.at), &s.field("value"), &[&n.to_string()]);
        }
    }
}
