//! A rule with another threshold, to see what it would change. Nothing of it is kept.

use crate::framework::Rule;
use crate::framework::condition::{Condition, Literal, Right, Test};

/// The rule with another number in one of its tests, and the number that stands there (`None`: 未配置);
/// `None` where the rule has no such test or compares it with something else than a number.
#[must_use]
pub fn with_threshold(rule: &Rule, test: usize, value: f64) -> Option<(Rule, Option<f64>)> {
    let mut rule = rule.clone();
    let mut n = test;
    let test = nth(&mut rule.when, &mut n)?;
    let old = match test.right {
        Right::Literal(Literal::Number(old)) => Some(old),
        Right::Unset | Right::InPeriod => None,
        Right::Literal(Literal::Text(_)) | Right::OneOf(_) | Right::Operand(_) => return None,
    };
    test.right = Right::Literal(Literal::Number(value));
    Some((rule, old))
}

fn nth<'c>(condition: &'c mut Condition, n: &mut usize) -> Option<&'c mut Test> {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => parts.iter_mut().find_map(|part| nth(part, n)),
        Condition::Not(part) => nth(part, n),
        Condition::Test(test) if *n == 0 => Some(test),
        Condition::Test(_) => {
            *n -= 1;
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::unit::Subject;
    use crate::framework::Severity;
    use crate::framework::condition::{Op, Operand};
    use crate::framework::schema::Basis;

    #[test]
    fn one_threshold_of_one_test_is_another() {
        let test = |right| Condition::Test(Test { left: Operand::Field("甲".into()), op: Op::More, right, over: None, rank: None });
        let number = |n| Right::Literal(Literal::Number(n));
        let when =
            Condition::All(vec![test(number(1.0)), Condition::Not(Box::new(Condition::Any(vec![test(Right::Unset), test(number(3.0))])))]);
        let rule = Rule {
            id: "r".into(),
            label: String::new(),
            label_en: String::new(),
            subject: Subject::Branch,
            level: None,
            when,
            basis: Basis::default(),
            severity: Severity::Amber,
            kind: None,
            enabled: true,
            material: Vec::new(),
        };
        let rights = |rule: &Rule| rule.when.tests().iter().map(|t| t.right.clone()).collect::<Vec<_>>();
        let (other, old) = with_threshold(&rule, 2, 9.0).expect("a number");
        assert_eq!((rights(&other), old), (vec![number(1.0), Right::Unset, number(9.0)], Some(3.0)));
        let (other, old) = with_threshold(&rule, 1, 9.0).expect("to be set");
        assert_eq!((rights(&other), old), (vec![number(1.0), number(9.0), number(3.0)], None));
        assert_eq!(with_threshold(&rule, 3, 9.0), None);
    }
}
