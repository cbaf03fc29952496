//! `[[target]]`.

use super::super::condition::Op;
use super::super::read::{At, Section};
use super::super::schema::{Goal, Target};
use super::conditions::OPS;
use super::{Ids, Reader};
use crate::domain::indicator::Direction;

impl Reader<'_, '_, '_> {
    pub(super) fn targets(&mut self, root: &mut Section<'_, '_>) -> Vec<Target> {
        let (mut targets, mut ids) = (Vec::new(), Ids::new());
        for mut s in root.sections(self.report, "target") {
            let named = self.named(&mut s, &mut ids);
            let word = s.required(self.report, "indicator");
            let indicator = word.as_ref().and_then(|w| self.indicator_ref(w, &s.field("indicator")));
            let direction = word.as_ref().and_then(|w| self.find_indicator(&w.value)).map(|(_, i)| i.direction);
            let goal = if s.has("between") { self.between(&mut s) } else { self.bound(&mut s, direction) };
            let due = self.day(&mut s, "due").map(|d| d.value);
            let each = s.flag(self.report, "each").unwrap_or(false);
            let when = self.when(&mut s, "when");
            let (basis, material) = (self.basis(&mut s), self.material(&mut s));
            s.finish(self.report);
            if let (Some(named), Some(indicator), Some(goal)) = (named, indicator, goal) {
                targets.push(Target { named, indicator, goal, due, when, each, basis, material });
            }
        }
        targets
    }

    /// `op` and `value`: no bound on the side that is better.
    fn bound(&mut self, s: &mut Section<'_, '_>, direction: Option<Direction>) -> Option<Goal> {
        s.knows("between");
        let op: Option<At<Op>> = s.required_word(self.report, "op", &OPS);
        if let Some(op) = &op {
            let against = match direction {
                Some(Direction::Up) => matches!(op.value, Op::Less | Op::AtMost),
                Some(Direction::Down) => matches!(op.value, Op::More | Op::AtLeast),
                _ => false,
            };
            if against || op.value == Op::NotEqual {
                self.report.add("E_FRAMEWORK_TARGET_OP", op.at, &s.field("op"), &[op.value.sign()]);
            }
        }
        let value = self.number_or_unset(s, "value");
        let op = op?.value;
        Some(value.map_or(Goal::Unset(op), |value| Goal::Bound(op, value)))
    }

    /// `between = [3, 5]`: two bounds, and neither `op` nor `value` beside them.
    fn between(&mut self, s: &mut Section<'_, '_>) -> Option<Goal> {
        let bounds = s.numbers(self.report, "between");
        for key in ["op", "value", "unset"] {
            s.knows(key);
            if let Some(at) = s.at_key(key) {
                self.report.add("E_FRAMEWORK_BETWEEN_ALONE", at, &s.field(key), &[key]);
            }
        }
        match bounds.value.as_slice() {
            [from, to] if from < to => Some(Goal::Between(*from, *to)),
            _ => {
                self.report.add("E_FRAMEWORK_BETWEEN", bounds.at, &s.field("between"), &[]);
                None
            }
        }
    }
}
