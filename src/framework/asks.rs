//! What a framework asks people to fill in, and how often: the price of using it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Framework;
use super::condition::Condition;
use super::schema::EstablishOn;
use crate::domain::indicator::{Indicator, Kind};
use crate::domain::unit::Subject;

/// Headings that every table has: what something is, what it is called, its code.
const OWN: [&str; 6] = ["kind", "name", "code", "类型", "名称", "编码"];

/// Whose table a cell stands in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case", tag = "of", content = "which")]
pub enum AskedOf {
    /// Units of a level, by its Chinese label.
    Level(String),
    /// Branches.
    Branches,
    /// Entities of a kind.
    Entities(String),
    /// Each item of a list, by its Chinese label.
    Items(String),
}

/// How often it is filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Often {
    /// Once in so many months.
    Months(u8),
    /// When it has changed.
    Changed,
    /// Once for each item.
    Once,
}

/// What is asked of the same, as often.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Asked {
    /// Whose table.
    pub of: AskedOf,
    /// How often.
    pub often: Often,
    /// Cells of one row.
    pub cells: usize,
    /// Labels of the indicators, headings of the columns.
    pub what: Vec<String>,
}

/// Cells that people fill in for one reading: a ratio is two, what the program counts is none.
#[must_use]
pub fn cells(indicator: &Indicator) -> usize {
    match (indicator.derived, indicator.kind) {
        (Some(_), _) => 0,
        (None, Kind::Ratio) => 2,
        (None, _) => 1,
    }
}

impl Framework {
    /// Everything that people must fill in so that it can say what it says: indicators that are reported,
    /// columns that rules, coverages and terms look at, columns of lists. What is 未配置 or turned off
    /// asks for nothing.
    #[must_use]
    pub fn asks(&self) -> Vec<Asked> {
        let mut all: BTreeMap<(Often, AskedOf), (usize, Vec<String>)> = BTreeMap::new();
        let mut ask = |of: AskedOf, often: Often, cells: usize, what: &str| {
            let entry = all.entry((often, of)).or_default();
            if !entry.1.iter().any(|known| known == what) {
                entry.0 += cells;
                entry.1.push(what.to_owned());
            }
        };
        for indicator in self.indicators.iter().filter(|i| i.derived.is_none()) {
            let of = AskedOf::Level(self.level_label(indicator.level.as_str()));
            ask(of, Often::Months(indicator.every_months), cells(indicator), &indicator.label);
        }
        for (of, condition) in self.conditions() {
            for field in condition.fields().into_iter().filter(|field| !OWN.contains(field)) {
                ask(of.clone(), Often::Changed, 1, field);
            }
        }
        for term in &self.terms {
            ask(AskedOf::Branches, Often::Changed, 1, &term.field);
        }
        for list in &self.lists {
            for field in &list.fields {
                ask(AskedOf::Items(list.named.label.clone()), Often::Once, 1, field);
            }
        }
        all.into_iter().map(|((often, of), (cells, what))| Asked { of, often, cells, what }).collect()
    }

    /// Conditions that are looked at, with whose columns they look at.
    fn conditions(&self) -> impl Iterator<Item = (AskedOf, &Condition)> {
        let rules = self.rules.iter().filter(|rule| rule.enabled && !rule.is_unset()).map(|rule| {
            let of = match (rule.subject, &rule.level) {
                (Subject::Unit, Some(level)) => AskedOf::Level(self.level_label(level.as_str())),
                _ => AskedOf::Branches,
            };
            (of, &rule.when)
        });
        let establish = self.establish.iter().filter(|rule| !rule.when.is_unset()).map(|rule| {
            let of = match &rule.on {
                EstablishOn::Branch => AskedOf::Branches,
                EstablishOn::Entity(kind) => AskedOf::Entities(kind.clone()),
            };
            (of, &rule.when)
        });
        let coverages = self.coverages.iter().filter_map(|coverage| match &coverage.of {
            super::schema::Covered::Entities(kind) => Some((AskedOf::Entities(kind.clone()), coverage.when.as_ref()?)),
            super::schema::Covered::Units(_) => None,
        });
        let terms = self.terms.iter().filter_map(|term| Some((AskedOf::Branches, term.when.as_ref()?)));
        rules.chain(establish).chain(coverages).chain(terms)
    }

    fn level_label(&self, code: &str) -> String {
        self.levels.iter().find(|l| l.code.as_str() == code).map_or_else(|| code.to_owned(), |l| l.label.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framework::load::tests::EVERYTHING;

    #[test]
    fn everything_that_is_asked_is_counted_once_and_with_its_frequency() {
        let whole = Framework::combine(vec![Framework::parse(EVERYTHING, "every.toml").expect("good")]).expect("one");
        let asks = whole.asks();
        let of = |of: AskedOf, often: Often| asks.iter().find(|a| a.of == of && a.often == often).unwrap_or_else(|| panic!("{asks:?}"));
        // X-3 is counted by the program; X-1 is a ratio.
        let reported: usize = asks.iter().filter(|a| matches!(a.often, Often::Months(_))).map(|a| a.cells).sum();
        assert_eq!(reported, whole.indicators.iter().map(|i| cells(i)).sum::<usize>());
        assert!(asks.iter().all(|a| a.cells >= a.what.len()));
        // Columns of the rule that runs, of the establishment rule that is set, of the term: each once.
        let branches = of(AskedOf::Branches, Often::Changed);
        assert_eq!(branches.what, ["列", "另列", "换届日期", "类", "规模档", "领域", "最近换届日期"]);
        assert_eq!(branches.cells, 7);
        assert_eq!(of(AskedOf::Entities("非公企业".into()), Often::Changed).what, ["职工数"]);
        assert_eq!(of(AskedOf::Items("需求清单".into()), Often::Once).what, ["条目号", "地点", "状态"]);
        assert!(Framework::default().asks().is_empty());
    }
}
