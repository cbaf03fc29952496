//! Three minutes on the demo: each step waits until the person has done it.

use std::collections::BTreeSet;

use crate::ui::action::Action;

/// A step: the text `ui.tutorial.step.<n>` and the actions of which one finishes it.
const STEPS: &[&[Action]] = &[
    &[Action::Up, Action::Down],
    &[Action::Enter, Action::In],
    &[Action::NextPane],
    &[Action::West, Action::East, Action::North, Action::South],
    &[Action::Back, Action::Out],
    &[
        Action::Indicator1,
        Action::Indicator2,
        Action::Indicator3,
        Action::Indicator4,
        Action::Indicator5,
        Action::Indicator6,
        Action::Indicators,
    ],
    &[Action::Provenance],
    &[Action::OnlyFlagged],
    &[Action::Find],
    &[Action::Mark],
    &[Action::Undo],
    &[Action::Help],
];

/// Where the tutorial stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tutorial {
    /// 0-based step; past the last it is finished.
    pub(super) step: usize,
}

impl Tutorial {
    /// Number of steps.
    pub(super) const LEN: usize = STEPS.len();

    /// The actions that would finish the step; empty at the end.
    pub(super) fn wanted(self) -> &'static [Action] {
        STEPS.get(self.step).copied().unwrap_or_default()
    }

    /// Goes on where one of the wanted actions was done. A session that may not write is spared
    /// the steps that write.
    pub(super) fn advance(&mut self, done: &BTreeSet<Action>, may: impl Fn(Action) -> bool) {
        if self.wanted().iter().any(|a| done.contains(a)) {
            self.step += 1;
        }
        while !self.finished() && !self.wanted().iter().any(|a| may(*a)) {
            self.step += 1;
        }
    }

    /// Every step is done.
    pub(super) fn finished(self) -> bool {
        self.step >= Self::LEN
    }
}
