//! What people record: facts in their final shape, and the marks folded from them.
//!
//! The shape is fixed before there are keys or a second laptop, so that nothing written today
//! has to be rewritten: see the crate doc, "What is kept".

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::decision::Answer;
use super::id::{IndicatorId, LevelId, Uid};
use super::period::Period;
use super::round::Taken;
use super::unit::Subject;

/// Id of a fact: 128 random bits.
pub type FactId = Uuid;

/// The body of a fact. `kind` and `v` are part of the bytes that are hashed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Body {
    /// A ground raised on a subject.
    FlagRaised {
        /// Version of this body.
        v: u16,
        /// Unit or branch.
        subject: Subject,
        /// Category of the framework, `follow-up`.
        category: String,
        /// Why, in the person's words (scanned at commit).
        reason: String,
        /// The day to look again.
        #[serde(skip_serializing_if = "Option::is_none")]
        due: Option<Date>,
    },
    /// The raises it refers to are taken away; raises it had not seen stay.
    FlagCleared {
        /// Version of this body.
        v: u16,
        /// The raises that are cleared.
        raises: Vec<FactId>,
        /// Why.
        reason: String,
    },
    /// A value should be another one; the batch keeps what it has.
    ValueCorrected {
        /// Version of this body.
        v: u16,
        /// Of which indicator.
        indicator: IndicatorId,
        /// In which period.
        period: Period,
        /// What was seen, as shown.
        old: String,
        /// What it should be.
        new: String,
        /// Where that stands (scanned at commit).
        source: String,
        /// Why (scanned at commit).
        reason: String,
    },
    /// The corrections it refers to are taken back.
    CorrectionWithdrawn {
        /// Version of this body.
        v: u16,
        /// The corrections.
        corrections: Vec<FactId>,
        /// Why.
        reason: String,
    },
    /// A round was opened, or opened anew with another due day or other fields.
    RoundOpened {
        /// Version of this body.
        v: u16,
        /// The period, which names the round.
        period: Period,
        /// The last day on which a file is in time.
        due: Date,
        /// The indicators asked.
        asked: Vec<IndicatorId>,
        /// The level whose units answer.
        level: LevelId,
    },
    /// A file was taken for a unit.
    RoundTaken {
        /// Version of this body.
        v: u16,
        /// The round.
        period: Period,
        /// The unit that answers.
        unit: Uid,
        /// What came.
        taken: Taken,
    },
    /// A unit's file was given back.
    RoundReturned {
        /// Version of this body.
        v: u16,
        /// The round.
        period: Period,
        /// The unit that answers.
        unit: Uid,
        /// Why (scanned at commit).
        remark: String,
    },
    /// The township answered about a lead.
    LeadAnswered {
        /// Version of this body.
        v: u16,
        /// Unit or branch.
        subject: Subject,
        /// The rule.
        rule: String,
        /// What it says.
        answer: Answer,
        /// In the post's words (scanned at commit).
        text: String,
        /// The values that the lead rested on.
        basis: String,
    },
    /// A person confirmed that it is a case of an official kind.
    LeadConfirmed {
        /// Version of this body.
        v: u16,
        /// Unit or branch.
        subject: Subject,
        /// The rule; empty where there was no lead.
        rule: String,
        /// Number of the official kind.
        official: u8,
        /// Number of the document that says so (scanned at commit).
        document: String,
        /// Why (scanned at commit).
        reason: String,
        /// The values that the lead rested on.
        basis: String,
        /// Earlier decisions about it that were seen, which no longer stand.
        replaces: Vec<FactId>,
    },
    /// A person rejected a lead.
    LeadRejected {
        /// Version of this body.
        v: u16,
        /// Unit or branch.
        subject: Subject,
        /// The rule.
        rule: String,
        /// Why (scanned at commit).
        reason: String,
        /// The values that the lead rested on: on others it is open again.
        basis: String,
        /// Earlier decisions about it that were seen, which no longer stand.
        replaces: Vec<FactId>,
    },
    /// The answers and decisions it refers to are taken back.
    LeadWithdrawn {
        /// Version of this body.
        v: u16,
        /// The answers and decisions.
        decisions: Vec<FactId>,
        /// Why (scanned at commit).
        reason: String,
    },
    /// Parts of a round were frozen 定稿: what changes later is a correction 更正.
    RoundFinal {
        /// Version of this body.
        v: u16,
        /// The round.
        period: Period,
        /// The units whose parts are frozen.
        units: Vec<Uid>,
    },
}

impl Body {
    /// Its kind and version, as they stand in the log beside the body.
    #[must_use]
    pub fn kind(&self) -> (&'static str, u16) {
        match self {
            Self::FlagRaised { v, .. } => ("flag-raised", *v),
            Self::FlagCleared { v, .. } => ("flag-cleared", *v),
            Self::ValueCorrected { v, .. } => ("value-corrected", *v),
            Self::CorrectionWithdrawn { v, .. } => ("correction-withdrawn", *v),
            Self::RoundOpened { v, .. } => ("round-opened", *v),
            Self::RoundTaken { v, .. } => ("round-taken", *v),
            Self::RoundReturned { v, .. } => ("round-returned", *v),
            Self::RoundFinal { v, .. } => ("round-final", *v),
            Self::LeadAnswered { v, .. } => ("lead-answered", *v),
            Self::LeadConfirmed { v, .. } => ("lead-confirmed", *v),
            Self::LeadRejected { v, .. } => ("lead-rejected", *v),
            Self::LeadWithdrawn { v, .. } => ("lead-withdrawn", *v),
        }
    }
}

/// A fact of the append-only log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// Its id.
    pub id: FactId,
    /// The device that wrote it.
    pub author: Uuid,
    /// 1, 2, 3 … per device, no gaps.
    pub seq: u64,
    /// Hash of the device's previous fact, hex; empty for the first.
    pub prev: String,
    /// Physical milliseconds and a counter: for display and tie-breaking only.
    pub hlc: (i64, u32),
    /// What it is about.
    pub entity: Uid,
    /// Ids of the heads of this entity that the writer had seen. Concurrency is decided by these.
    pub base: Vec<FactId>,
    /// The post that acted.
    pub actor: String,
    /// Version of the roster that knew the post; 0 until there is one.
    pub roster: u64,
    /// What was recorded.
    pub body: Body,
}

/// A ground that stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The fact that raised it.
    pub fact: FactId,
    /// What it is on.
    pub entity: Uid,
    /// Unit or branch.
    pub subject: Subject,
    /// Category.
    pub category: String,
    /// Why.
    pub reason: String,
    /// The day to look again.
    pub due: Option<Date>,
    /// The post that raised it.
    pub actor: String,
    /// When, by the writer's clock.
    pub at: Timestamp,
}

/// The marks that stand after a set of facts, by entity: an observed-remove set. The order of
/// the facts does not matter and a fact seen twice counts once.
#[must_use]
pub fn fold_marks<'a>(facts: impl IntoIterator<Item = &'a Fact>) -> BTreeMap<Uid, Vec<Mark>> {
    let mut raised: BTreeMap<FactId, Mark> = BTreeMap::new();
    let mut cleared = std::collections::BTreeSet::new();
    for fact in facts {
        match &fact.body {
            Body::FlagRaised { subject, category, reason, due, .. } => {
                raised.insert(
                    fact.id,
                    Mark {
                        fact: fact.id,
                        entity: fact.entity,
                        subject: *subject,
                        category: category.clone(),
                        reason: reason.clone(),
                        due: *due,
                        actor: fact.actor.clone(),
                        at: Timestamp::from_millisecond(fact.hlc.0).unwrap_or_default(),
                    },
                );
            }
            Body::FlagCleared { raises, .. } => cleared.extend(raises.iter().copied()),
            Body::ValueCorrected { .. }
            | Body::CorrectionWithdrawn { .. }
            | Body::RoundOpened { .. }
            | Body::RoundTaken { .. }
            | Body::RoundReturned { .. }
            | Body::RoundFinal { .. }
            | Body::LeadAnswered { .. }
            | Body::LeadConfirmed { .. }
            | Body::LeadRejected { .. }
            | Body::LeadWithdrawn { .. } => {}
        }
    }
    let mut marks: BTreeMap<Uid, Vec<Mark>> = BTreeMap::new();
    for (id, mark) in raised {
        if !cleared.contains(&id) {
            marks.entry(mark.entity).or_default().push(mark);
        }
    }
    for list in marks.values_mut() {
        list.sort_by_key(|m| (m.at, m.fact));
    }
    marks
}

/// A correction that stands beside the value of a batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    /// The fact that made it.
    pub fact: FactId,
    /// Whose value.
    pub entity: Uid,
    /// Of which indicator.
    pub indicator: IndicatorId,
    /// In which period.
    pub period: Period,
    /// What was seen, as shown.
    pub old: String,
    /// What it should be.
    pub new: String,
    /// Where that stands.
    pub source: String,
    /// Why.
    pub reason: String,
    /// The post that made it.
    pub actor: String,
    /// When, by the writer's clock.
    pub at: Timestamp,
}

/// The corrections that stand after a set of facts, the oldest first: an observed-remove set, as
/// the marks are. Two that differ both stay until a person takes one back.
#[must_use]
pub fn fold_corrections<'a>(facts: impl IntoIterator<Item = &'a Fact>) -> Vec<Correction> {
    let mut made: BTreeMap<FactId, Correction> = BTreeMap::new();
    let mut withdrawn = std::collections::BTreeSet::new();
    for fact in facts {
        match &fact.body {
            Body::ValueCorrected { indicator, period, old, new, source, reason, .. } => {
                made.insert(
                    fact.id,
                    Correction {
                        fact: fact.id,
                        entity: fact.entity,
                        indicator: indicator.clone(),
                        period: *period,
                        old: old.clone(),
                        new: new.clone(),
                        source: source.clone(),
                        reason: reason.clone(),
                        actor: fact.actor.clone(),
                        at: Timestamp::from_millisecond(fact.hlc.0).unwrap_or_default(),
                    },
                );
            }
            Body::CorrectionWithdrawn { corrections, .. } => withdrawn.extend(corrections.iter().copied()),
            Body::FlagRaised { .. }
            | Body::FlagCleared { .. }
            | Body::RoundOpened { .. }
            | Body::RoundTaken { .. }
            | Body::RoundReturned { .. }
            | Body::RoundFinal { .. }
            | Body::LeadAnswered { .. }
            | Body::LeadConfirmed { .. }
            | Body::LeadRejected { .. }
            | Body::LeadWithdrawn { .. } => {}
        }
    }
    let mut stand: Vec<Correction> = made.into_values().filter(|c| !withdrawn.contains(&c.fact)).collect();
    stand.sort_by_key(|c| (c.at, c.fact));
    stand
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fact(n: u128, body: Body) -> Fact {
        Fact {
            id: Uuid::from_u128(n),
            author: Uuid::nil(),
            seq: 1,
            prev: String::new(),
            hlc: (i64::try_from(n).unwrap_or(0), 0),
            entity: Uid::of_branch("990121", "1"),
            base: vec![],
            actor: "岗位".into(),
            roster: 0,
            body,
        }
    }

    #[test]
    fn a_clear_takes_only_what_it_saw() {
        let raise = |n| {
            fact(n, Body::FlagRaised { v: 1, subject: Subject::Branch, category: "follow-up".into(), reason: n.to_string(), due: None })
        };
        let clear = fact(9, Body::FlagCleared { v: 1, raises: vec![Uuid::from_u128(1)], reason: String::new() });
        let facts = [raise(1), raise(2), clear];
        let forward = fold_marks(&facts);
        let backward = fold_marks(facts.iter().rev().chain(&facts));
        assert_eq!(forward, backward);
        let left: Vec<_> = forward.values().flatten().map(|m| m.reason.as_str()).collect();
        assert_eq!(left, ["2"]);
    }
}
