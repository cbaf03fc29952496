//! Stand-in until the screening is merged.
use jiff::civil::Date;

use crate::domain::id::{IndicatorId, LevelId, Uid};
use crate::domain::page::Lead;
use crate::domain::unit::Subject;
use crate::domain::value::Reading;
use crate::framework::{Framework, Literal, Op, Operand};

/// Facts.
pub struct Facts<'a> {
    /// Uid.
    pub uid: Uid,
    /// Subject.
    pub subject: Subject,
    /// Level.
    pub level: Option<LevelId>,
    /// Name.
    pub name: &'a str,
    /// Fields.
    pub fields: &'a [(String, String)],
    /// Readings.
    pub readings: &'a dyn Fn(&IndicatorId) -> Option<(Reading, Option<Date>)>,
}
/// Screens.
#[must_use]
pub fn screen(framework: &Framework, subjects: &[Facts<'_>]) -> Vec<Lead> {
    let mut leads = Vec::new();
    for rule in &framework.rules {
        for s in subjects.iter().filter(|s| s.subject == rule.subject && (rule.level.is_none() || rule.level == s.level)) {
            let holds = rule.all.iter().all(|c| match (&c.operand, &c.value) {
                (Operand::Field(f), Literal::Text(t)) => s.fields.iter().any(|(k, v)| k == f && (v == t) == (c.op == Op::Equal)),
                (Operand::Indicator(i), Literal::Number(n)) => {
                    (s.readings)(i).and_then(|r| r.0.value).is_some_and(|v| if c.op == Op::Less { v < *n } else { v > *n })
                }
                _ => false,
            });
            if holds {
                leads.push(Lead {
                    rule: rule.id.clone(),
                    label: rule.label.clone(),
                    entity: s.uid,
                    subject: s.subject,
                    name: s.name.to_owned(),
                    evidence: String::new(),
                    document: rule.document.clone(),
                    day: None,
                });
            }
        }
    }
    leads
}
