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
    let cells = || check.left.iter().chain(&check.right).filter_map(find);
    let open = cells().any(|answer| answer.open() > 0);
    let verdict = match (left, right) {
        (Some(left), Some(right)) if holds(left, check.op, right) => Verdict::Holds,
        (Some(_), Some(_)) if !open => Verdict::Fails,
        _ => Verdict::Untold,
    };
    let terms = cells().map(|answer| (answer.at, answer.label.clone(), answer.words())).collect();
    Held { verdict, left, right, terms }
}

/// Sums of decimal parts are equal where they are so to a millionth.
fn holds(left: f64, op: Op, right: f64) -> bool {
    let equal = (left - right).abs() <= 1e-6 * left.abs().max(right.abs()).max(1.0);
    match op {
        Op::Less => left < right && !equal,
        Op::AtMost => left < right || equal,
        Op::More => left > right && !equal,
        Op::AtLeast => left > right || equal,
        Op::Equal => equal,
        Op::NotEqual => !equal,
    }
}

/// `C6+C7`.
pub(super) fn sum(cells: &[CellAt]) -> String {
    cells.iter().map(ToString::to_string).collect::<Vec<_>>().join("+")
}
