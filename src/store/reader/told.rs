//! Conditions of targets, premises, terms and organisations to be set up: told for every row of a table at
//! once, as rules are, and kept per version of the data.

use std::sync::Arc;

use super::ask::{Ask, Place};
use super::screening;
use crate::domain::id::IndicatorId;
use crate::domain::problem::Problem;
use crate::domain::unit::Subject;
use crate::framework::condition::Condition;
use crate::framework::schema::{Basis, EstablishOn, Rooms};
use crate::framework::{Framework, Rule, Severity};
use crate::rules::{Hit, Program, Screening};

/// Whose conditions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::store) enum Of {
    /// Targets, of who reports their indicator.
    Targets,
    /// Premises, of who reports their indicator.
    Premises,
    /// Terms of office, of branches.
    Terms,
    /// 1+X, of branches.
    Groups,
    /// Organisations to be set up in place of branches.
    Establish,
}

/// What came of conditions.
#[derive(Debug)]
pub(in crate::store) struct Told {
    screening: Screening,
    /// Those that have a condition, by their position in the framework.
    conditional: Vec<bool>,
}

impl Told {
    /// Whether what stands at a position of the framework is about a unit or branch; `None` where it cannot be
    /// told. Without a condition it is about all.
    pub(super) fn applies(&self, n: usize, (table, row): Place) -> Option<bool> {
        if !self.conditional.get(n).is_some_and(|conditional| *conditional) {
            return Some(true);
        }
        self.screening.truth(Hit { table, row, rule: n })?.known()
    }
}

impl Ask<'_> {
    /// What came of some conditions as of the time asked.
    pub(super) fn told(&self, of: Of) -> Result<Arc<Told>, Problem> {
        self.cache.told(&(((self.world.version, self.world.at), self.rounds()), of), || tell(self, of).map(Arc::new))
    }
}

fn tell(ask: &Ask<'_>, of: Of) -> Result<Told, Problem> {
    let framework = ask.framework;
    let of_indicator = |id: &IndicatorId, when: &Option<Condition>| {
        let indicator = framework.indicators.iter().find(|i| i.id == *id);
        indicator.and_then(|i| ask.world.reporting(i)).zip(when.clone())
    };
    let branches = ask.world.branch_table();
    let conditions: Vec<Option<(usize, Condition)>> = match of {
        Of::Targets => framework.targets.iter().map(|t| of_indicator(&t.indicator, &t.when)).collect(),
        Of::Premises => framework
            .premises
            .iter()
            .map(|p| if let Rooms::Reported(indicator) = &p.of { of_indicator(indicator, &p.when) } else { None })
            .collect(),
        Of::Groups => framework.groups.iter().map(|g| Some(branches).zip(g.when.clone())).collect(),
        Of::Terms => framework.terms.iter().map(|t| Some(branches).zip(t.when.clone())).collect(),
        Of::Establish => framework.establish.iter().map(|e| (e.on == EstablishOn::Branch).then(|| (branches, e.when.clone()))).collect(),
    };
    let conditional = conditions.iter().map(Option::is_some).collect();
    // Those without a condition keep their position: a rule without a test does not run.
    let rules = conditions.into_iter().map(|condition| match condition {
        Some((table, when)) => rule(framework, table, when),
        None => rule(framework, branches, Condition::All(Vec::new())),
    });
    let (levels, indicators) = (framework.levels.clone(), framework.indicators.clone());
    let program = Program::compile(&Framework { rules: rules.collect(), levels, indicators, ..Framework::default() }, ask.world.at.day);
    let data = screening::data(ask, &program)?;
    Ok(Told { screening: Screening::new(Arc::new(program), data), conditional })
}

/// A condition as a rule on a table.
fn rule(framework: &Framework, table: usize, when: Condition) -> Rule {
    let level = framework.levels.get(table).map(|level| level.code.clone());
    Rule {
        id: String::new(),
        label: String::new(),
        label_en: String::new(),
        subject: if level.is_some() { Subject::Unit } else { Subject::Branch },
        level,
        when,
        basis: Basis::default(),
        severity: Severity::default(),
        kind: None,
        enabled: true,
        material: Vec::new(),
    }
}
