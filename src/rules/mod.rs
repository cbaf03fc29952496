//! Rules of a framework against what is known: leads to check 待核线索, never verdicts.
//!
//! Conditions are three-valued. What is missing, not due or not a number cannot be told, and what
//! cannot be told never makes a lead.

use std::fmt::Write as _;

use jiff::civil::Date;

use crate::domain::id::{IndicatorId, LevelId, Uid};
use crate::domain::page::Lead;
use crate::domain::unit::Subject;
use crate::domain::value::{Reading, State};
use crate::framework::condition::{Literal, Op, Operand, Right, Test};
use crate::framework::{Framework, Rule};

/// Where rules get the readings of a subject: the reading of an indicator and the last day of its
/// period, `None` where there is none.
pub type Readings<'a> = dyn Fn(&IndicatorId) -> Option<(Reading, Option<Date>)> + 'a;

/// What is known of one branch or unit when rules look at it.
pub struct Facts<'a> {
    /// Identity.
    pub uid: Uid,
    /// Unit or branch.
    pub subject: Subject,
    /// The level of a unit; `None` for branches.
    pub level: Option<LevelId>,
    /// Name.
    pub name: &'a str,
    /// Columns of the branch table by heading.
    pub fields: &'a [(String, String)],
    /// Readings at the unit; of a branch, at its unit.
    pub readings: &'a Readings<'a>,
}

/// A condition that could be told.
struct Judged {
    holds: bool,
    evidence: String,
    day: Option<Date>,
}

/// Every rule of the framework that holds, in the order of `subjects`, then of the rules.
#[must_use]
pub fn screen(framework: &Framework, subjects: &[Facts<'_>]) -> Vec<Lead> {
    let mut leads = Vec::new();
    for facts in subjects {
        for rule in framework.rules.iter().filter(|rule| applies(rule, facts)) {
            leads.extend(lead(framework, rule, facts));
        }
    }
    leads
}

fn applies(rule: &Rule, facts: &Facts<'_>) -> bool {
    rule.subject == facts.subject && (rule.subject == Subject::Branch || rule.level == facts.level)
}

fn lead(framework: &Framework, rule: &Rule, facts: &Facts<'_>) -> Option<Lead> {
    let judged: Vec<Judged> =
        rule.when.tests().into_iter().map(|c| judge(framework, c, facts).filter(|j| j.holds)).collect::<Option<_>>()?;
    // A rule without conditions says nothing.
    (!judged.is_empty()).then(|| Lead {
        rule: rule.id.clone(),
        label: rule.label.clone(),
        entity: facts.uid,
        subject: facts.subject,
        name: facts.name.to_owned(),
        evidence: judged.iter().map(|j| j.evidence.as_str()).collect::<Vec<_>>().join("; "),
        document: rule.basis.document.clone(),
        // A lead is as old as the oldest value it rests on.
        day: judged.iter().filter_map(|j| j.day).min(),
    })
}

/// `None` where it cannot be told.
fn judge(framework: &Framework, condition: &Test, facts: &Facts<'_>) -> Option<Judged> {
    let Right::Literal(literal) = &condition.right else { return None };
    match &condition.left {
        Operand::Field(heading) => {
            let value = facts.fields.iter().find(|(h, _)| h == heading)?.1.trim();
            Some(Judged { holds: compare_cell(value, condition.op, literal)?, evidence: words(heading, value, "", condition), day: None })
        }
        Operand::Age { .. } => None,
        Operand::Indicator(id) => {
            let (reading, day) = (facts.readings)(id)?;
            let value = reading.value.filter(|_| reading.state == State::Value)?;
            let Literal::Number(threshold) = literal else { return None };
            let (label, unit) = framework.indicators.iter().find(|i| i.id == *id).map_or((id.as_str(), ""), |i| (&i.label, &i.unit));
            let mut evidence = words(label, &number(value), unit, condition);
            if let Some(day) = day {
                let _ = write!(evidence, " {day}");
            }
            Some(Judged { holds: compare(value, condition.op, *threshold)?, evidence, day })
        }
    }
}

/// A cell of a table: a number where the rule asks for one, else a text that is or is not the same.
fn compare_cell(value: &str, op: Op, literal: &Literal) -> Option<bool> {
    match literal {
        _ if value.is_empty() => None,
        Literal::Number(threshold) => compare(value.parse().ok()?, op, *threshold),
        Literal::Text(text) => match op {
            Op::Equal => Some(value == text),
            Op::NotEqual => Some(value != text),
            Op::Less | Op::AtMost | Op::More | Op::AtLeast => None,
        },
    }
}

fn compare(value: f64, op: Op, threshold: f64) -> Option<bool> {
    value.is_finite().then_some(match op {
        Op::Less => value < threshold,
        Op::AtMost => value <= threshold,
        Op::More => value > threshold,
        Op::AtLeast => value >= threshold,
        Op::Equal => value == threshold,
        Op::NotEqual => value != threshold,
    })
}

/// `heading 4 (>3)`: the value that was found and what it was held against.
fn words(label: &str, value: &str, unit: &str, condition: &Test) -> String {
    let sign = match condition.op {
        Op::Less => "<",
        Op::AtMost => "<=",
        Op::More => ">",
        Op::AtLeast => ">=",
        Op::Equal => "=",
        Op::NotEqual => "!=",
    };
    let threshold = match &condition.right {
        Right::Literal(Literal::Number(n)) => number(*n),
        Right::Literal(Literal::Text(text)) => text.clone(),
        Right::OneOf(_) | Right::Operand(_) | Right::Unset => String::new(),
    };
    format!("{label} {value}{unit} ({sign}{threshold})")
}

/// At most two decimals, none where there are none.
fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const RULES: &str = r#"
[framework]
id = "a"
name = "甲"
privacy = "org-level"
[[level]]
code = "top"
label = "顶"
[[level]]
code = "leaf"
label = "末"
parent = "top"
[[indicator]]
id = "X-1"
label = "例值"
unit = "元"
kind = "money"
level = "leaf"
direction = "up"
rollup = "sum"
every_months = 12
[[rule]]
id = "months"
label = "空缺"
on = "branch"
all = [{ field = "月数", op = ">", value = 3 }]
document = "某文件"
[[rule]]
id = "both"
label = "两样"
on = "branch"
all = [{ field = "月数", op = ">=", value = 1 }, { indicator = "X-1", op = "<", value = 5.5 }]
[[rule]]
id = "word"
label = "状态"
on = "branch"
all = [{ field = "状态", op = "!=", value = "正常" }]
[[rule]]
id = "unit"
label = "薄弱"
on = "leaf"
all = [{ indicator = "X-1", op = "<=", value = 0 }]
"#;

    fn run(
        subject: Subject,
        level: Option<&str>,
        fields: &[(&str, &str)],
        reading: Option<Reading>,
    ) -> Vec<(String, String, Option<Date>)> {
        let framework = Framework::parse(RULES, "f.toml").expect("rules");
        let fields: Vec<(String, String)> = fields.iter().map(|(h, v)| ((*h).to_owned(), (*v).to_owned())).collect();
        let day = Date::new(2025, 9, 30).ok();
        let readings = |id: &IndicatorId| (id.as_str() == "X-1").then_some(()).and(reading).map(|r| (r, day));
        let facts = Facts {
            uid: Uid::of_branch("990121", "1"),
            subject,
            level: level.map(Into::into),
            name: "甲支部",
            fields: &fields,
            readings: &readings,
        };
        screen(&framework, &[facts]).into_iter().map(|l| (l.rule, l.evidence, l.day)).collect()
    }

    fn rules(fields: &[(&str, &str)], reading: Option<Reading>) -> Vec<String> {
        run(Subject::Branch, None, fields, reading).into_iter().map(|(rule, ..)| rule).collect()
    }

    #[test]
    fn a_lead_names_its_values_and_what_they_were_held_against() {
        let leads = run(Subject::Branch, None, &[("月数", "4")], Some(Reading::of(2.25)));
        let day = Date::new(2025, 9, 30).ok();
        assert_eq!(
            leads,
            [
                ("months".to_owned(), "月数 4 (>3)".to_owned(), None),
                ("both".to_owned(), "月数 4 (>=1); 例值 2.25元 (<5.5) 2025-09-30".to_owned(), day),
            ]
        );
    }

    #[test]
    fn what_is_missing_never_makes_a_lead() {
        for cell in ["", "  ", "无", "四", "NaN", "inf"] {
            assert_eq!(rules(&[("月数", cell)], Some(Reading::of(0.0))), Vec::<String>::new(), "{cell:?}");
        }
        assert!(rules(&[], None).is_empty());
        for state in [State::None, State::NotDue, State::Missing] {
            // A number left in a row that says 无 or 不需报 does not count either.
            let reading = Reading { state, value: Some(0.0), ..Reading::MISSING };
            assert_eq!(rules(&[("月数", "2")], Some(reading)), Vec::<String>::new(), "{state:?}");
        }
        assert_eq!(rules(&[("月数", "2")], None), Vec::<String>::new());
    }

    #[test]
    fn texts_are_compared_as_texts() {
        assert_eq!(rules(&[("状态", "停滞")], None), ["word"]);
        assert!(rules(&[("状态", " 正常 ")], None).is_empty());
        assert!(rules(&[("状态", "")], None).is_empty());
    }

    #[test]
    fn a_rule_looks_only_at_its_own_subjects_and_level() {
        let zero = Some(Reading::of(0.0));
        assert_eq!(run(Subject::Unit, Some("leaf"), &[("月数", "9")], zero).len(), 1);
        assert!(run(Subject::Unit, Some("top"), &[("月数", "9")], zero).is_empty());
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

        /// Taking a value away can only take leads away.
        #[test]
        fn knowing_less_never_gives_more_leads(months in "\\PC{0,6}|[0-9]{1,3}(\\.[0-9])?", value in proptest::option::of(-10.0..10.0_f64)) {
            let known = rules(&[("月数", &months)], value.map(Reading::of));
            for fewer in [rules(&[], value.map(Reading::of)), rules(&[("月数", &months)], None)] {
                prop_assert!(fewer.iter().all(|rule| known.contains(rule)));
            }
        }
    }
}
