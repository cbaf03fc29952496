//! A condition at one record: an enterprise, a unit that a target is held against, a branch whose term is
//! asked for. Rules are screened by columns ([`super::Screening`]); the answers are the same.

use jiff::civil::Date;

use super::cell::Word;
use super::eval::age;
use super::truth::{Truth, compare};
use crate::domain::id::IndicatorId;
use crate::framework::condition::{Condition, Literal, Op, Operand, Right, Test};

/// Where a condition finds what it looks at.
pub struct Record<'a> {
    /// The cell under a heading; `None` or empty: not told.
    pub field: &'a dyn Fn(&str) -> Option<String>,
    /// The newest reading of an indicator.
    pub reading: &'a dyn Fn(&IndicatorId) -> Option<f64>,
    /// As of.
    pub day: Date,
}

enum Side {
    Missing,
    Number(f64, f64),
    Word(Word),
}

impl Record<'_> {
    /// What comes of a condition. One over several periods or of a place in an order is only told by
    /// screening: here it cannot be told.
    #[must_use]
    pub fn told(&self, condition: &Condition) -> Truth {
        match condition {
            Condition::All(parts) => Truth::all(parts.iter().map(|part| self.told(part))),
            Condition::Any(parts) => Truth::any(parts.iter().map(|part| self.told(part))),
            Condition::Not(part) => !self.told(part),
            Condition::Test(test) if test.over.is_some() || test.rank.is_some() => Truth::Unknown,
            Condition::Test(test) => self.test(test),
        }
    }

    fn test(&self, test: &Test) -> Truth {
        let left = self.side(&test.left);
        match (&test.right, left) {
            (Right::Literal(literal), Side::Word(word)) => word.against(test.op, literal),
            (Right::Literal(Literal::Number(n)), Side::Number(lo, hi)) => compare((lo, hi), test.op, (*n, *n)),
            (Right::OneOf(texts), Side::Word(word)) => match test.op {
                Op::Equal => texts.contains(&word.text).into(),
                Op::NotEqual => (!texts.contains(&word.text)).into(),
                Op::Less | Op::AtMost | Op::More | Op::AtLeast => Truth::Unknown,
            },
            (Right::Operand(operand), left) => match (left, self.side(operand)) {
                (Side::Word(left), Side::Word(right)) => left.beside(test.op, &right),
                (left, right) => match (numbers(&left), numbers(&right)) {
                    (Some(left), Some(right)) => compare(left, test.op, right),
                    _ => Truth::Unknown,
                },
            },
            _ => Truth::Unknown,
        }
    }

    fn side(&self, operand: &Operand) -> Side {
        match operand {
            Operand::Field(heading) => (self.field)(heading).and_then(|cell| Word::read(&cell)).map_or(Side::Missing, Side::Word),
            Operand::Indicator(id) => (self.reading)(id).map_or(Side::Missing, |value| Side::Number(value, value)),
            Operand::Age { field, span } => {
                let days = (self.field)(field).and_then(|cell| Word::read(&cell)).and_then(|word| word.days);
                match days.map(|(first, last)| (age(last, self.day, *span), age(first, self.day, *span))) {
                    Some((Some(lo), Some(hi))) => Side::Number(lo, hi),
                    _ => Side::Missing,
                }
            }
        }
    }
}

fn numbers(side: &Side) -> Option<(f64, f64)> {
    match side {
        Side::Missing => None,
        Side::Number(lo, hi) => Some((*lo, *hi)),
        Side::Word(word) => word.number.map(|n| (n, n)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framework::condition::{Over, Span, Window};

    fn test(left: Operand, op: Op, right: Right) -> Condition {
        Condition::Test(Test { left, op, right, over: None, rank: None })
    }

    fn told(condition: &Condition) -> Option<bool> {
        let field = |heading: &str| {
            let cells = [("职工数", "120"), ("类型", "民营企业"), ("成立", "2024年3月"), ("空", " ")];
            cells.iter().find(|(h, _)| *h == heading).map(|(_, cell)| (*cell).to_owned())
        };
        let reading = |id: &IndicatorId| (id.as_str() == "X-1").then_some(5.0);
        let day = "2025-11-22".parse().expect("a day");
        Record { field: &field, reading: &reading, day }.told(condition).known()
    }

    #[test]
    fn what_is_missing_cannot_be_told() {
        let at_least = |heading: &str, n: f64| test(Operand::Field(heading.into()), Op::AtLeast, Right::Literal(Literal::Number(n)));
        assert_eq!(told(&at_least("职工数", 100.0)), Some(true));
        assert_eq!(told(&at_least("职工数", 121.0)), Some(false));
        assert_eq!((told(&at_least("空", 1.0)), told(&at_least("无此列", 1.0)), told(&at_least("类型", 1.0))), (None, None, None));
        let any = Condition::Any(vec![at_least("空", 1.0), at_least("职工数", 100.0)]);
        let all = Condition::All(vec![at_least("空", 1.0), at_least("职工数", 100.0)]);
        assert_eq!((told(&any), told(&all), told(&Condition::Not(Box::new(any.clone())))), (Some(true), None, Some(false)));
    }

    #[test]
    fn words_ages_and_readings_are_told() {
        let kind = |op| test(Operand::Field("类型".into()), op, Right::OneOf(vec!["民营企业".into(), "个体".into()]));
        assert_eq!((told(&kind(Op::Equal)), told(&kind(Op::NotEqual)), told(&kind(Op::Less))), (Some(true), Some(false), None));
        let age = |op, n| test(Operand::Age { field: "成立".into(), span: Span::Months }, op, Right::Literal(Literal::Number(n)));
        // Some day of March 2024: 19 or 20 months ago.
        assert_eq!(
            (told(&age(Op::AtLeast, 19.0)), told(&age(Op::AtLeast, 20.0)), told(&age(Op::More, 20.0))),
            (Some(true), None, Some(false))
        );
        let reading = |id: &str| test(Operand::Indicator(id.into()), Op::Less, Right::Operand(Operand::Field("职工数".into())));
        assert_eq!((told(&reading("X-1")), told(&reading("X-2"))), (Some(true), None));
    }

    #[test]
    fn what_only_screening_knows_and_what_is_unset_cannot_be_told() {
        let unset = test(Operand::Field("职工数".into()), Op::AtLeast, Right::Unset);
        let mut over = test(Operand::Indicator("X-1".into()), Op::Less, Right::Literal(Literal::Number(9.0)));
        if let Condition::Test(test) = &mut over {
            test.over = Some(Over { last: 2, of: Window::Period, how: crate::framework::condition::How::Every });
        }
        assert_eq!((told(&unset), told(&over)), (None, None));
    }
}
