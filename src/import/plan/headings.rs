//! Which indicator a column of a wide table holds: asked column by column, the likeliest first.

use super::planner::Planner;
use super::report::answer;
use super::roles::Roles;
use super::sheet::Sheet;
use crate::domain::indicator::{Indicator, Kind};
use crate::domain::plan::{About, Answer, UNUSED};
use crate::domain::problem::Spot;
use crate::import::names::plain;

/// Cells that a question shows.
const SHOWN: usize = 3;

impl Planner<'_, '_> {
    /// Asks for every column of numbers that is no indicator yet, and again for what a person said.
    ///
    /// `needed`: nothing is known of any of them; then the first has to be answered.
    pub(super) fn ask_indicators(&mut self, sheet: &Sheet, roles: &Roles, needed: bool) {
        let used = roles.named(&sheet.headings);
        let mut needed = needed;
        for (n, heading) in sheet.headings.iter().enumerate().filter(|(_, h)| !h.is_empty()) {
            let said = self.choices.columns.values().any(|h| h == heading);
            let left_out = self.choices.without.contains(heading);
            if left_out || !said && used.values().any(|h| h == heading) || !sheet.is_number(n) {
                continue;
            }
            let answers = self.indicator_answers(heading, sheet.unit(n));
            let about = About::Indicator { heading: heading.clone(), sample: sheet.sample(n).take(SHOWN).map(str::to_owned).collect() };
            let spot = Spot { file: sheet.shown_as.clone(), field: Some(heading.clone()), ..Spot::default() };
            let unused = self.choices.columns.contains_key(&format!("{UNUSED}{heading}"));
            self.report.ask(about, spot, !unused && std::mem::take(&mut needed), answers);
        }
        if needed {
            // No column of numbers at all: then any of them may be a long table's.
            self.ask_column(sheet, "indicator");
        }
    }

    /// Every indicator that is reported, those that look like the heading first.
    fn indicator_answers(&self, heading: &str, unit: Option<&str>) -> Vec<Answer> {
        let mut found: Vec<(usize, &Indicator)> =
            self.scene.framework.indicators.iter().filter(|i| i.derived.is_none()).map(|i| (likeness(i, heading, unit), &**i)).collect();
        found.sort_by_key(|(likeness, _)| std::cmp::Reverse(*likeness));
        let mut answers = Vec::new();
        for (_, indicator) in found {
            let (id, label) = (indicator.id.as_str(), &indicator.label);
            answers.push(answer(id, "plan.why.indicator", vec![label.clone(), indicator.unit.clone()]));
            if indicator.kind == Kind::Ratio {
                answers.push(answer(format!("{id}.num"), "plan.why.num", vec![label.clone()]));
                answers.push(answer(format!("{id}.den"), "plan.why.den", vec![label.clone()]));
            }
        }
        answers.push(answer(UNUSED, "plan.why.unused", Vec::new()));
        answers
    }
}

/// How many characters of a heading its names and its definition share; the same unit of measure
/// counts as two more.
fn likeness(indicator: &Indicator, heading: &str, unit: Option<&str>) -> usize {
    let heading = plain(heading);
    let names = [&indicator.label, &indicator.label_en, &indicator.short, &indicator.definition].map(|n| plain(n));
    let shared = |name: &String| heading.chars().filter(|c| name.contains(*c)).count();
    let best = names.iter().map(shared).max().unwrap_or_default();
    best + if unit.is_some_and(|u| plain(u) == plain(&indicator.unit)) { 2 } else { 0 }
}
