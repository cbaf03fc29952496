//! Answers and decisions about leads: what people say, with the values that the lead rests on. And what
//! came of the rules, kept after a load.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::reader::Ask;
use super::screened;
use super::writer::{Writer, mask};
use crate::domain::access::Access;
use crate::domain::as_of::AsOf;
use crate::domain::decision::{Amend, Answer, Decision, Said};
use crate::domain::fact::{Body, FactId};
use crate::domain::id::Uid;
use crate::domain::page::Lead;
use crate::domain::problem::{Problem, Severity};
use crate::domain::request::{Loaded, Outcome, Receipt, Write};
use crate::domain::unit::Subject;

fn refused(code: &'static str) -> Problem {
    Problem::new(code, Severity::Refused, "")
}

/// What is known of a subject before something is said about it.
struct Case {
    subject: Subject,
    /// The lead in question, where there is one.
    lead: Option<Lead>,
    /// What was said about it and stands.
    said: Vec<Decision>,
}

impl Writer {
    /// Screens for every reader of this store, just what changed where the last screening was of the
    /// same day.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub(crate) fn screen_again(&mut self, today: Date) -> Result<(), Problem> {
        if self.framework.rules.is_empty() {
            return Ok(());
        }
        let transaction = self.reference.transaction()?;
        let ask = Ask::new(&transaction, &self.records, &self.framework, &self.cache, AsOf::NOW, &Access::read_only(), today)?;
        ask.screened().map(drop)
    }

    /// Screens and keeps what comes of it, so that the next first page need not.
    ///
    /// # Errors
    /// Where the store cannot be read or written; nothing is changed then.
    pub(crate) fn screen(&mut self, today: Date) -> Result<(), Problem> {
        if self.framework.rules.is_empty() {
            return Ok(());
        }
        let transaction = self.reference.transaction()?;
        let ask = Ask::new(&transaction, &self.records, &self.framework, &self.cache, AsOf::NOW, &Access::read_only(), today)?;
        if screened::keep(&ask, &transaction)? {
            drop(ask);
            transaction.commit()?;
        }
        Ok(())
    }

    /// Writes an answer or a decision, or takes some back.
    pub(super) fn decide(&mut self, write: &Write, now: Timestamp, actor: &str) -> Outcome {
        let today = now.to_zoned(TimeZone::system()).date();
        let (entity, rule) = match write {
            Write::Answer { entity, rule, .. } | Write::Confirm { entity, rule, .. } | Write::Reject { entity, rule, .. } => {
                (*entity, rule.as_str())
            }
            Write::Unanswer { entity, .. } | Write::Undecide { entity, .. } => (*entity, ""),
            _ => return Err(refused("E_INTERNAL")),
        };
        let name = self.name_of(entity)?;
        let case = self.case(entity, rule, today)?;
        let basis = case.lead.as_ref().map(Lead::basis).unwrap_or_default();
        let replaces = || -> Vec<FactId> {
            let decided = case.said.iter().filter(|d| d.rule == rule && !matches!(d.said, Said::Answered(_)));
            decided.map(|d| d.fact).collect()
        };
        let v = 1;
        let (body, masked) = match write {
            Write::Answer { answer, text, .. } => {
                if case.lead.is_none() {
                    return Err(refused("E_LEAD_GONE"));
                }
                let (text, masked) = mask(text);
                if text.is_empty() {
                    return Err(refused("E_LEAD_TEXT"));
                }
                (Body::LeadAnswered { v, subject: case.subject, rule: rule.to_owned(), answer: *answer, text, basis }, masked)
            }
            Write::Confirm { kind, document, reason, .. } => {
                self.may_confirm(*kind, rule, case.lead.is_some())?;
                let (document, reason) = (mask(document), mask(reason));
                if document.0.is_empty() {
                    return Err(refused("E_LEAD_DOCUMENT"));
                }
                if reason.0.is_empty() {
                    return Err(refused("E_LEAD_TEXT"));
                }
                let body = Body::LeadConfirmed {
                    v,
                    subject: case.subject,
                    rule: rule.to_owned(),
                    official: *kind,
                    document: document.0,
                    reason: reason.0,
                    basis,
                    replaces: replaces(),
                };
                (body, document.1 + reason.1)
            }
            Write::Reject { reason, .. } => {
                if case.lead.is_none() {
                    return Err(refused("E_LEAD_GONE"));
                }
                let (reason, masked) = mask(reason);
                if reason.is_empty() {
                    return Err(refused("E_LEAD_TEXT"));
                }
                (Body::LeadRejected { v, subject: case.subject, rule: rule.to_owned(), reason, basis, replaces: replaces() }, masked)
            }
            Write::Unanswer { answers: facts, reason, .. } | Write::Undecide { decisions: facts, reason, .. } => {
                // An answer is taken back by whoever may answer, a decision by whoever may decide.
                let answers = matches!(write, Write::Unanswer { .. });
                let mine = |id: &FactId| case.said.iter().any(|d| d.fact == *id && matches!(d.said, Said::Answered(_)) == answers);
                if facts.is_empty() || !facts.iter().all(mine) {
                    return Err(refused("E_LEAD_NONE"));
                }
                let (reason, masked) = mask(reason);
                (Body::LeadWithdrawn { v, decisions: facts.clone(), reason }, masked)
            }
            _ => return Err(refused("E_INTERNAL")),
        };
        let amend = match (write, &case.lead) {
            (Write::Answer { answer: Answer::WrongData, .. }, Some(lead)) => self.amend(lead, today)?,
            _ => None,
        };
        let fact = self.append(entity, &body, now, actor)?;
        let version = self.version()?;
        let undo = match write {
            Write::Answer { .. } => Some(Write::Unanswer { entity, answers: vec![fact], reason: String::new() }),
            Write::Confirm { .. } | Write::Reject { .. } => Some(Write::Undecide { entity, decisions: vec![fact], reason: String::new() }),
            _ => None,
        };
        Ok(Loaded::Written(Box::new(Receipt {
            fact,
            entity,
            subject: case.subject,
            name,
            write: write.clone(),
            undo,
            amend,
            masked,
            version,
        })))
    }

    /// A kind that no indicator can show is confirmed by a person with or without a lead; every other
    /// kind needs a lead.
    fn may_confirm(&self, kind: u8, rule: &str, lead: bool) -> Result<(), Problem> {
        let known = self.framework.kinds.iter().find(|k| k.number == kind).ok_or_else(|| refused("E_LEAD_KIND").arg(kind))?;
        match (rule.is_empty(), lead) {
            (true, _) if known.by_person => Ok(()),
            (true, _) => Err(refused("E_LEAD_KIND_NEEDS").arg(kind)),
            (false, true) => Ok(()),
            (false, false) => Err(refused("E_LEAD_GONE")),
        }
    }

    /// Where the first value that made a lead hold is corrected.
    fn amend(&mut self, lead: &Lead, today: Date) -> Result<Option<Amend>, Problem> {
        let transaction = self.reference.transaction()?;
        let ask = Ask::new(&transaction, &self.records, &self.framework, &self.cache, AsOf::NOW, &Access::read_only(), today)?;
        ask.amend(lead)
    }

    fn case(&mut self, entity: Uid, rule: &str, today: Date) -> Result<Case, Problem> {
        let transaction = self.reference.transaction()?;
        let ask = Ask::new(&transaction, &self.records, &self.framework, &self.cache, AsOf::NOW, &Access::read_only(), today)?;
        let place = ask.place(entity)?;
        let lead = ask.leads_at(place)?.into_iter().find(|lead| lead.rule == rule);
        Ok(Case { subject: ask.world.subject(place.0), lead, said: ask.decisions_on(entity).to_vec() })
    }
}
