//! Cross-checks between the cells of a form.

use super::answer::Answer;
use crate::domain::form::CellAt;
use crate::domain::sheet::{Weight, Words};
use crate::framework::condition::Op;
use crate::framework::form::Check;

/// What came of a check; the order is that in which they are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verdict {
    Fails,
    /// A cell is empty, or counts some that cannot be told.
    Untold,
    Holds,
}

impl Verdict {
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Fails => "panel.form.fails",
            Self::Untold => "panel.form.untold",
            Self::Holds => "panel.form.holds",
        }
    }

    pub(super) fn weight(self) -> Weight {
        match self {
            Self::Fails => Weight::Urgent,
            Self::Untold => Weight::Look,
            Self::Holds => Weight::Good,
        }
    }
}

/// A check held against the cells.
pub(super) struct Held {
    pub(super) verdict: Verdict,
    /// The sums; `None` where a cell is empty.
    pub(super) left: Option<f64>,
    pub(super) right: Option<f64>,
    /// Each cell with its label and what stands in it.
    pub(super) terms: Vec<(CellAt, Words, Words)>,
}

pub(super) fn held(check: &Check, answers: &[Answer]) -> Held {
    let find = |at: &CellAt| answers.iter().find(|answer| answer.at == *at);
    let sum = |cells: &[CellAt]| cells.iter().map(|at| find(at).and_then(Answer::number)).sum::<Option<f64>>();
    let (left, right) = (sum(&check.left), sum(&check.right));
    let add = |a: Span, b: Span| (a.0 + b.0, a.1 + b.1);
    let span = |cells: &[CellAt]| cells.iter().try_fold((0.0, 0.0), |sum, at| find(at)?.span().map(|span| add(sum, span)));
    let verdict = match (span(&check.left), span(&check.right)) {
        (Some(left), Some(right)) if holds(left, check.op, right) => Verdict::Holds,
        (Some(left), Some(right)) if holds(left, opposite(check.op), right) => Verdict::Fails,
        _ => Verdict::Untold,
    };
    let cells = check.left.iter().chain(&check.right).filter_map(find);
    let terms = cells.map(|answer| (answer.at, answer.label.clone(), answer.words())).collect();
    Held { verdict, left, right, terms }
}

/// Between which two numbers a value lies.
type Span = (f64, f64);

fn opposite(op: Op) -> Op {
    match op {
        Op::Less => Op::AtLeast,
        Op::AtMost => Op::More,
        Op::More => Op::AtMost,
        Op::AtLeast => Op::Less,
        Op::Equal => Op::NotEqual,
        Op::NotEqual => Op::Equal,
    }
}

/// Whether a comparison holds wherever both sides lie. Sums of decimal parts are equal where they are so to
/// a millionth.
fn holds((lo, hi): Span, op: Op, (from, to): Span) -> bool {
    let equal = |a: f64, b: f64| (a - b).abs() <= 1e-6 * a.abs().max(b.abs()).max(1.0);
    match op {
        Op::Less => hi < from && !equal(hi, from),
        Op::AtMost => hi < from || equal(hi, from),
        Op::More => lo > to && !equal(lo, to),
        Op::AtLeast => lo > to || equal(lo, to),
        Op::Equal => equal(lo, to) && equal(hi, from),
        Op::NotEqual => holds((lo, hi), Op::Less, (from, to)) || holds((lo, hi), Op::More, (from, to)),
    }
}

/// `C6+C7`.
pub(super) fn sum(cells: &[CellAt]) -> String {
    cells.iter().map(ToString::to_string).collect::<Vec<_>>().join("+")
}
