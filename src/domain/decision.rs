//! What people say about leads: the township answers by post, a person confirms or rejects. The program
//! never decides.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::fact::{Body, Fact, FactId};
use super::id::{IndicatorId, Uid};
use super::period::Period;
use super::unit::Subject;
use super::value::Shown;

/// What the township answers about a lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// 属实.
    True,
    /// 数据有误: a correction at the source row is opened.
    WrongData,
    /// 情况说明.
    Explained,
}

/// Where a value is corrected that a township says is wrong.
#[derive(Clone, Debug, PartialEq)]
pub enum Amend {
    /// A value of a unit: it is corrected beside what the batch has.
    Value {
        /// The unit.
        entity: Uid,
        /// Its name.
        name: String,
        /// The indicator.
        indicator: IndicatorId,
        /// The period.
        period: Period,
        /// What it is now.
        old: Shown,
    },
    /// A cell of the table that a branch or unit came from: it is corrected there and imported again.
    Cell {
        /// File, as the manifest names it; empty where it is not known.
        file: String,
        /// Sheet inside it; empty where it has only one.
        part: String,
        /// 1-based physical row.
        row: Option<u64>,
        /// Heading of the column.
        column: String,
        /// What stands there.
        text: String,
    },
    /// A sum: what it is made of is corrected, not the sum.
    Sum {
        /// The unit.
        name: String,
        /// The indicator.
        indicator: IndicatorId,
    },
}

/// What was said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Said {
    /// The township's answer.
    Answered(Answer),
    /// It is a case of an official kind 情形.
    Confirmed {
        /// Number of the kind.
        kind: u8,
        /// Number of the document that says so.
        document: String,
    },
    /// It is none.
    Rejected,
}

/// Something said about a lead, or about a subject without one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The fact that recorded it.
    pub fact: FactId,
    /// The branch or unit.
    pub entity: Uid,
    /// Unit or branch.
    pub subject: Subject,
    /// The rule; empty where a person confirmed without a lead.
    pub rule: String,
    /// What was said.
    pub said: Said,
    /// Reason or explanation.
    pub text: String,
    /// The values that the lead rested on then.
    pub basis: String,
    /// The post.
    pub actor: String,
    /// When, by the writer's clock.
    pub at: Timestamp,
}

/// Where a lead stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LeadState {
    /// 待核: nobody decided, or what was rejected rests on other values now.
    #[default]
    Open,
    /// Two decided differently without knowing of each other: open until a person takes one back.
    Disputed,
    /// 已确认.
    Confirmed,
    /// 已否定, on the same values.
    Rejected,
}

impl LeadState {
    /// Still to be checked.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Open | Self::Disputed)
    }
}

/// Everything said about leads that stands, by subject, the oldest first.
pub type Decisions = BTreeMap<Uid, Vec<Decision>>;

/// What stands after a set of facts: an observed-remove set, as the marks are. Facts may come in any
/// order, once or twice.
#[must_use]
pub fn fold_decisions<'a>(facts: impl IntoIterator<Item = &'a Fact>) -> Decisions {
    let mut said: BTreeMap<FactId, Decision> = BTreeMap::new();
    let mut gone: BTreeSet<FactId> = BTreeSet::new();
    for fact in facts {
        let (subject, rule, what, text, basis) = match &fact.body {
            Body::LeadAnswered { subject, rule, answer, text, basis, .. } => (subject, rule, Said::Answered(*answer), text, basis),
            Body::LeadConfirmed { subject, rule, official, document, reason, basis, replaces, .. } => {
                gone.extend(replaces.iter().copied());
                (subject, rule, Said::Confirmed { kind: *official, document: document.clone() }, reason, basis)
            }
            Body::LeadRejected { subject, rule, reason, basis, replaces, .. } => {
                gone.extend(replaces.iter().copied());
                (subject, rule, Said::Rejected, reason, basis)
            }
            Body::LeadWithdrawn { decisions, .. } => {
                gone.extend(decisions.iter().copied());
                continue;
            }
            _ => continue,
        };
        let decision = Decision {
            fact: fact.id,
            entity: fact.entity,
            subject: *subject,
            rule: rule.clone(),
            said: what,
            text: text.clone(),
            basis: basis.clone(),
            actor: fact.actor.clone(),
            at: Timestamp::from_millisecond(fact.hlc.0).unwrap_or_default(),
        };
        said.insert(fact.id, decision);
    }
    let mut stand = Decisions::new();
    for (_, decision) in said.into_iter().filter(|(id, _)| !gone.contains(id)) {
        stand.entry(decision.entity).or_default().push(decision);
    }
    for list in stand.values_mut() {
        list.sort_by_key(|d| (d.at, d.fact));
    }
    stand
}

/// Where the lead of a rule stands, by what was said about its subject. What was rejected is open again
/// when it rests on other values; what was confirmed stays until a person takes it back.
#[must_use]
pub fn lead_state<'a>(decisions: impl IntoIterator<Item = &'a Decision>, rule: &str, basis: &str) -> LeadState {
    let (mut confirmed, mut rejected) = (false, false);
    for decision in decisions.into_iter().filter(|d| d.rule == rule) {
        match decision.said {
            Said::Confirmed { .. } => confirmed = true,
            Said::Rejected => rejected |= decision.basis == basis,
            Said::Answered(_) => {}
        }
    }
    match (confirmed, rejected) {
        (true, true) => LeadState::Disputed,
        (true, false) => LeadState::Confirmed,
        (false, true) => LeadState::Rejected,
        (false, false) => LeadState::Open,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn fact(n: u8, body: Body) -> Fact {
        Fact {
            id: Uuid::from_u128(n.into()),
            author: Uuid::nil(),
            seq: 1,
            prev: String::new(),
            hlc: (n.into(), 0),
            entity: Uid::of_branch("990121", "1"),
            base: vec![],
            actor: "岗位".into(),
            roster: 0,
            body,
        }
    }

    fn confirmed(n: u8, replaces: &[u8]) -> Fact {
        let replaces = replaces.iter().map(|n| Uuid::from_u128((*n).into())).collect();
        fact(
            n,
            Body::LeadConfirmed {
                v: 1,
                subject: Subject::Branch,
                rule: "r".into(),
                official: 1,
                document: "1号".into(),
                reason: String::new(),
                basis: "a=1".into(),
                replaces,
            },
        )
    }

    fn rejected(n: u8, replaces: &[u8]) -> Fact {
        let replaces = replaces.iter().map(|n| Uuid::from_u128((*n).into())).collect();
        fact(
            n,
            Body::LeadRejected { v: 1, subject: Subject::Branch, rule: "r".into(), reason: "查无".into(), basis: "a=1".into(), replaces },
        )
    }

    fn withdrawn(n: u8, what: &[u8]) -> Fact {
        let decisions = what.iter().map(|n| Uuid::from_u128((*n).into())).collect();
        fact(n, Body::LeadWithdrawn { v: 1, decisions, reason: String::new() })
    }

    fn state(facts: &[Fact], basis: &str) -> LeadState {
        lead_state(fold_decisions(facts).values().flatten(), "r", basis)
    }

    #[test]
    fn a_decision_replaces_what_it_saw_and_nothing_else() {
        assert_eq!(state(&[rejected(1, &[])], "a=1"), LeadState::Rejected);
        assert_eq!(state(&[rejected(1, &[])], "a=2"), LeadState::Open, "it rests on other values now");
        assert_eq!(state(&[rejected(1, &[]), confirmed(2, &[1])], "a=1"), LeadState::Confirmed);
        assert_eq!(state(&[confirmed(1, &[])], "a=2"), LeadState::Confirmed, "it stays until a person takes it back");
        assert_eq!(state(&[rejected(1, &[]), confirmed(2, &[])], "a=1"), LeadState::Disputed, "neither knew of the other");
        assert_eq!(state(&[rejected(1, &[]), confirmed(2, &[1]), withdrawn(3, &[2])], "a=1"), LeadState::Open);
        assert!(state(&[rejected(1, &[]), confirmed(2, &[])], "a=1").is_open());
    }

    #[test]
    fn another_rule_is_another_lead() {
        let decisions = fold_decisions(&[confirmed(1, &[])]);
        assert_eq!(lead_state(decisions.values().flatten(), "q", "a=1"), LeadState::Open);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

        #[test]
        fn the_order_does_not_matter_and_twice_is_once(
            made in prop::collection::vec((0..3u8, prop::collection::vec(0..8u8, 0..3)), 0..8),
            order in any::<prop::sample::Index>(),
        ) {
            let facts: Vec<Fact> = (0u8..).zip(made).map(|(n, (what, seen))| match what {
                0 => confirmed(n, &seen),
                1 => rejected(n, &seen),
                _ => withdrawn(n, &seen),
            }).collect();
            let mut other: Vec<Fact> = facts.iter().rev().chain(&facts).cloned().collect();
            if !other.is_empty() {
                let at = order.index(other.len());
                other.rotate_left(at);
            }
            prop_assert_eq!(fold_decisions(&facts), fold_decisions(&other));
        }
    }
}
