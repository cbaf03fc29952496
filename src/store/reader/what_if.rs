//! 假设: a rule held against another threshold, as at any day. Nothing of it is saved.

use std::sync::Arc;

use super::ask::{Ask, Zones};
use super::screening;
use crate::domain::indicator::{Derived, Direction, Indicator, Kind, Rollup};
use crate::domain::page::{HomePage, Legend, Supposed};
use crate::domain::problem::{Problem, Severity};
use crate::domain::sheet::Words;
use crate::domain::value::{Reading, State};
use crate::domain::view_state::WhatIf;
use crate::framework::Rule;
use crate::rules::{Hit, Program, Screening, with_threshold};

/// What a rule holds for as it is, and with the other threshold.
pub(super) struct Supposition<'a> {
    /// The rule as it is.
    pub(super) rule: &'a Rule,
    /// The test with its threshold now and then; `None` where nothing is there to be tested.
    pub(super) threshold: Option<Words>,
    /// In the order of tables and rows.
    pub(super) now: Vec<Hit>,
    pub(super) then: Vec<Hit>,
    /// With the other threshold.
    pub(super) screening: Option<Screening>,
}

impl<'a> Supposition<'a> {
    /// Screens one rule twice.
    pub(super) fn of(ask: &'a Ask<'_>, what_if: &WhatIf) -> Result<Self, Problem> {
        let (id, test) = (what_if.rule.as_str(), what_if.test);
        let refused = |code| Problem::new(code, Severity::Refused, "").arg(id);
        let n = ask.framework.rules.iter().position(|r| r.id == id).ok_or_else(|| refused("E_LEAD_RULE"))?;
        let rule = &ask.framework.rules[n];
        let (other, old) = with_threshold(rule, test, what_if.value.value()).ok_or_else(|| refused("E_LEAD_TEST").arg(test + 1))?;
        let now = held(ask, n, rule)?.map(|(_, hits)| hits).unwrap_or_default();
        let (screening, then) = held(ask, n, &other)?.map_or((None, Vec::new()), |(screening, hits)| (Some(screening), hits));
        let what = screening.as_ref().and_then(|screening| {
            let mut tables = screening.data().lens.iter().enumerate().filter(|(_, len)| **len > 0).map(|(table, _)| table);
            let table = tables.find(|table| screening.truth(Hit { table: *table, row: 0, rule: n }).is_some())?;
            screening.why(ask.framework, Hit { table, row: 0, rule: n })?.tests.into_iter().nth(test)
        });
        let threshold = what.map(|what| {
            let old = old.map_or(Words::key("leads.unset"), |old| Words::data(crate::rules::number(old)));
            let new = Words::data(crate::rules::number(what_if.value.value()));
            Words::fill("leads.what_if.threshold", [what.what, Words::data(crate::rules::sign(&what.sign)), old, new])
        });
        Ok(Self { rule, threshold, now, then, screening })
    }
}

/// What a rule holds for, run alone; nothing where a number that it needs is 未配置.
fn held(ask: &Ask<'_>, n: usize, rule: &Rule) -> Result<Option<(Screening, Vec<Hit>)>, Problem> {
    let Some(program) = Program::alone(ask.framework, n, rule).filter(|_| !rule.is_unset()) else { return Ok(None) };
    let data = screening::data(ask, &program)?;
    let screening = Screening::new(Arc::new(program), data);
    let hits = screening.held_by(n);
    Ok(Some((screening, hits)))
}

/// The classes of a supposed list: high asks to be looked at.
const LEAVES: u8 = 0;
const STAYS: u8 = 2;
const ENTERS: u8 = 4;

/// Shows in the rows of a list of `table` what another threshold would change there.
pub(super) fn suppose(ask: &Ask<'_>, what_if: &WhatIf, table: usize, zones: Option<&Zones>, home: &mut HomePage) -> Result<(), Problem> {
    let supposition = Supposition::of(ask, what_if)?;
    let (now, then) = (&supposition.now, &supposition.then);
    let tally = |hits: &mut dyn Iterator<Item = &Hit>| ask.tally(table, hits.map(|hit| ((hit.table, hit.row), 1)), zones);
    let after = tally(&mut then.iter());
    let entering = tally(&mut then.iter().filter(|hit| now.binary_search(hit).is_err()));
    let leaving = tally(&mut now.iter().filter(|hit| then.binary_search(hit).is_err()));

    let rule = supposition.rule;
    let indicator = Indicator {
        label: rule.label.clone(),
        label_en: rule.label_en.clone(),
        short: rule.label.clone(),
        unit: String::new(),
        kind: Kind::Count,
        direction: Direction::Down,
        rollup: Rollup::Sum,
        bands: Vec::new(),
        threshold: None,
        derived: Some(Derived::Leads),
        definition: String::new(),
        document: rule.basis.document.clone(),
        ..(*home.indicator).clone()
    };
    let mut supposed = Supposed {
        label: rule.label.clone(),
        label_en: rule.label_en.clone(),
        threshold: supposition.threshold.unwrap_or(Words::data("")),
        leave: 0,
        stay: 0,
        enter: 0,
        neither: 0,
    };
    let columns = ask.table(table)?;
    let mut sum = 0;
    for row in &mut home.rows {
        let n = columns.row(row.uid).map_or(0, |row| row as usize);
        sum += after[n];
        let (class, count) = match (entering[n], leaving[n], after[n]) {
            (1.., ..) => (Some(ENTERS), &mut supposed.enter),
            (0, 1.., _) => (Some(LEAVES), &mut supposed.leave),
            (0, 0, 1..) => (Some(STAYS), &mut supposed.stay),
            (0, 0, 0) => (None, &mut supposed.neither),
        };
        *count += 1;
        row.class = class;
        let none = Reading { state: State::None, ..Reading::MISSING };
        row.shown = indicator.show(if class.is_some() { Reading::of(f64::from(after[n])) } else { none });
    }
    home.total = indicator.show(Reading::of(f64::from(sum)));
    home.legend = Legend { none: supposed.neither, no_geometry: home.legend.no_geometry, total: home.legend.total, ..Legend::default() };
    home.indicator = Arc::new(indicator);
    home.period = None;
    home.periods.clear();
    home.supposed = Some(supposed);
    Ok(())
}
