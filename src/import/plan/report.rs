//! What a plan says, gathered while it is made.

use rustc_hash::FxHashMap;

use crate::domain::id::Uid;
use crate::domain::plan::{
    About, Answer, Cause, Change, ChangeKind, Choices, Counts, FieldChange, Input, Plan, Question, UnitChange, Unmatched,
};
use crate::domain::problem::{Problem, Spot};
use crate::domain::quality::NotJoined;
use crate::domain::text::clean_name;

/// Changes of each kind that a plan lists; the counts say how many there are.
pub(super) const LISTED: usize = 5_000;
/// Units of the store without a row that a plan lists.
const LEFT_OUT_LISTED: usize = 1_000;

/// What a plan says, so far.
#[derive(Default)]
pub(super) struct Report {
    inputs: Vec<Input>,
    pub(super) questions: Vec<Question>,
    pub(super) counts: Counts,
    changes: [Vec<Change>; 3],
    unmatched: Vec<Unmatched>,
    /// Where a key stands in `unmatched`.
    keys: FxHashMap<String, usize>,
    left_out: Vec<Unmatched>,
    /// Where in `unmatched` and `left_out` those of each input end.
    ends: Vec<(usize, usize)>,
    pub(super) unit_changes: Vec<UnitChange>,
    pub(super) problems: Vec<Problem>,
}

impl Report {
    /// Counts a change; its fields are only made where it is listed.
    pub(super) fn change(
        &mut self,
        kind: ChangeKind,
        (uid, code, name): (Uid, &str, &str),
        spot: impl FnOnce() -> Spot,
        fields: impl FnOnce() -> Vec<FieldChange>,
    ) {
        let (count, list) = match kind {
            ChangeKind::New => (&mut self.counts.new, &mut self.changes[0]),
            ChangeKind::Changed => (&mut self.counts.changed, &mut self.changes[1]),
            ChangeKind::Gone => (&mut self.counts.gone, &mut self.changes[2]),
        };
        *count += 1;
        if list.len() < LISTED {
            list.push(Change { kind, uid, code: code.to_owned(), name: name.to_owned(), spot: spot(), fields: fields() });
        }
    }

    /// A record that is as the store has it.
    pub(super) fn unchanged(&mut self) {
        self.counts.unchanged += 1;
    }

    /// A key of the file without a match; the unit to use where its suggestion is accepted.
    pub(super) fn unmatched(
        &mut self,
        choices: &Choices,
        spot: Spot,
        (key, name): (&str, &str),
        suggest: impl FnOnce() -> (Cause, Option<(Uid, String, String)>),
    ) -> Option<Uid> {
        self.counts.unmatched_file += 1;
        let known = [spot.file.as_str(), key].join("\u{1f}");
        if let Some(at) = self.keys.get(&known) {
            let line = &mut self.unmatched[*at];
            line.rows += 1;
            let uid = line.suggestion.as_ref().filter(|_| line.accepted).map(|(uid, ..)| *uid);
            self.counts.unmatched_file -= u64::from(uid.is_some());
            return uid;
        }
        let (cause, suggestion) = suggest();
        let id = format!("{}:{key}", cause.word());
        let accepted = suggestion.is_some() && (choices.accept.contains(&id) || choices.accept_causes.contains(&cause));
        let uid = suggestion.as_ref().filter(|_| accepted).map(|(uid, ..)| *uid);
        self.counts.unmatched_file -= u64::from(uid.is_some());
        self.keys.insert(known, self.unmatched.len());
        self.unmatched.push(Unmatched {
            id,
            in_file: true,
            spot,
            key: key.to_owned(),
            name: name.to_owned(),
            rows: 1,
            cause,
            suggestion,
            accepted,
        });
        uid
    }

    /// A unit of the store that the file leaves out.
    pub(super) fn left_out(&mut self, (uid, code, name): (Uid, String, String), spot: impl FnOnce() -> Spot) {
        self.counts.unmatched_store += 1;
        if self.left_out.len() < LEFT_OUT_LISTED {
            self.left_out.push(Unmatched {
                id: format!("store:{code}"),
                in_file: false,
                spot: spot(),
                key: code.clone(),
                name: name.clone(),
                rows: 0,
                cause: Cause::Unknown,
                suggestion: Some((uid, code, name)),
                accepted: false,
            });
        }
    }

    /// A sheet or layer was read to its end.
    pub(super) fn input(&mut self, input: Input) {
        self.inputs.push(input);
        self.ends.push((self.unmatched.len(), self.left_out.len()));
    }

    /// What found no unit, input by input, each with the batch of its file.
    pub(super) fn not_joined(&self, batch: impl Fn(&str) -> i64) -> Vec<NotJoined> {
        let (mut out, mut from) = (Vec::new(), (0, 0));
        for (input, end) in self.inputs.iter().zip(&self.ends) {
            let of_input = self.unmatched[from.0..end.0].iter().filter(|u| !u.accepted).chain(&self.left_out[from.1..end.1]);
            out.extend(of_input.map(|u| NotJoined {
                batch: batch(&input.file),
                in_file: u.in_file,
                file: input.file.clone(),
                sheet: input.part.clone(),
                row: u.spot.line.filter(|_| u.in_file),
                key: clean_name(&u.key).into_owned(),
                name: clean_name(&u.name).into_owned(),
                rows: u.rows,
                cause: u.cause,
                unit: u.suggestion.clone(),
            }));
            from = *end;
        }
        out.truncate(LISTED);
        out
    }

    /// A record that is kept aside.
    pub(super) fn aside(&mut self, problem: Problem) {
        self.counts.aside += 1;
        self.problems.push(problem);
    }

    /// Something to decide.
    pub(super) fn ask(&mut self, about: About, spot: Spot, needed: bool, answers: Vec<Answer>) {
        self.questions.push(Question { about, spot, needed, answers });
    }

    /// The plan.
    pub(super) fn finish(mut self, target: Option<crate::domain::plan::Target>, digest: String) -> Plan {
        // What stands in the way comes first.
        self.questions.sort_by_key(|question| !question.needed);
        let [new, changed, gone] = self.changes;
        Plan {
            inputs: self.inputs,
            target,
            questions: self.questions,
            counts: self.counts,
            changes: new.into_iter().chain(changed).chain(gone).collect(),
            unmatched: self.unmatched.into_iter().chain(self.left_out).collect(),
            unit_changes: self.unit_changes,
            problems: self.problems,
            digest,
        }
    }
}

/// An answer and why it may be right.
pub(super) fn answer(value: impl Into<String>, why: &str, args: Vec<String>) -> Answer {
    Answer { value: value.into(), why: (why.to_owned(), args) }
}

/// A field of a change.
pub(super) fn field(field: &str, old: &str, new: &str) -> FieldChange {
    FieldChange { field: field.to_owned(), period: None, old: old.to_owned(), new: new.to_owned() }
}
