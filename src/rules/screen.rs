//! Rules over columns: every rule at every subject, kept so that a change is screened again alone.

use std::sync::Arc;

use super::compile::{Idle, Program, Running};
use super::data::{Data, Gap, Given, NONE, Readings, Texts};
use super::eval::{self, Eyes, Row};
use super::truth::Truth;

/// A rule at a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hit {
    /// Table of the subject.
    pub table: usize,
    /// Row of the subject.
    pub row: u32,
    /// Position of the rule in the framework.
    pub rule: usize,
}

/// Something that rules look at has become another.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// A cell.
    Cell {
        /// Position of its heading in [`Program::fields`].
        field: usize,
        /// Table.
        table: usize,
        /// Row.
        row: u32,
        /// What it says now; empty: nothing.
        text: String,
    },
    /// A reading.
    Reading {
        /// Position in [`Program::looks`].
        look: usize,
        /// Table.
        table: usize,
        /// Row.
        row: u32,
        /// What it is now.
        given: Given,
    },
}

/// What came of a rule at a subject before and after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flip {
    /// Which rule, at which subject.
    pub hit: Hit,
    /// Before.
    pub before: Truth,
    /// After.
    pub after: Truth,
}

/// What came of every rule that runs, at every subject.
#[derive(Clone, Debug)]
pub struct Screening {
    pub(super) program: Arc<Program>,
    pub(super) data: Data,
    /// Per order and table the place of each row.
    places: Vec<Vec<Vec<Option<eval::Place>>>>,
    /// Per rule that runs and row.
    truths: Vec<Vec<Truth>>,
}

impl Screening {
    /// Runs every rule.
    ///
    /// # Panics
    /// Where the columns are not those that the program asks for.
    #[must_use]
    pub fn new(program: Arc<Program>, data: Data) -> Self {
        let mut this = Self { places: vec![Vec::new(); program.orders.len()], truths: Vec::new(), program, data };
        for order in 0..this.places.len() {
            this.places[order] = (0..this.data.groups[order].len()).map(|table| this.order(order, table)).collect();
        }
        let eyes = this.eyes();
        let truths = this.program.running.iter().map(|rule| {
            (0..this.data.lens[rule.table]).map(|row| eyes.judge(&rule.node, eyes.row(rule.table, row))).collect::<Vec<Truth>>()
        });
        this.truths = truths.collect();
        this
    }

    pub(super) fn eyes(&self) -> Eyes<'_> {
        Eyes { data: &self.data, places: &self.places }
    }

    fn order(&self, order: usize, table: usize) -> Vec<Option<eval::Place>> {
        let of = &self.program.orders[order];
        let readings: &Readings = &self.data.series[of.look].tables[table];
        eval::places(&self.data.groups[order][table], |row| readings.get(row), of)
    }

    /// The rules and what they look at.
    #[must_use]
    pub fn program(&self) -> &Arc<Program> {
        &self.program
    }

    /// The columns.
    #[must_use]
    pub fn data(&self) -> &Data {
        &self.data
    }

    /// Rules that did not run: position in the framework and why.
    #[must_use]
    pub fn idle(&self) -> &[(usize, Idle)] {
        &self.program.idle
    }

    /// Positions in the framework of the rules that ran.
    pub fn ran(&self) -> impl Iterator<Item = usize> {
        self.program.running.iter().map(|r| r.rule)
    }

    /// What came of a rule at a subject; `None` where it did not run there.
    #[must_use]
    pub fn truth(&self, hit: Hit) -> Option<Truth> {
        let n = self.program.running.iter().position(|r| r.rule == hit.rule && r.table == hit.table)?;
        self.truths[n].get(hit.row as usize).copied()
    }

    pub(super) fn running(&self, rule: usize) -> Option<&Running> {
        self.program.running.iter().find(|r| r.rule == rule)
    }

    /// Whether a rule that is not relative holds at a subject.
    fn is_weak(&self, table: usize, row: u32) -> bool {
        self.program
            .running
            .iter()
            .zip(&self.truths)
            .any(|(rule, truths)| rule.table == table && !rule.relative && truths[row as usize] == Truth::Holds)
    }

    /// Every rule that makes a lead, in the order of the subjects, then of the rules. A relative rule
    /// makes one only beside a rule that is not relative.
    #[must_use]
    pub fn leads(&self) -> Vec<Hit> {
        let mut hits = self.with(Truth::Holds, |_| true);
        hits.retain(|hit| self.running(hit.rule).is_none_or(|rule| !rule.relative || self.is_weak(hit.table, hit.row)));
        hits
    }

    /// Every rule that cannot be told, in the order of the subjects, then of the rules; relative rules
    /// say nothing by themselves and are left out, and so is a rule that looks at what is not asked of
    /// the subject: nothing is missing there.
    #[must_use]
    pub fn doubts(&self) -> Vec<Hit> {
        let mut hits = self.with(Truth::Unknown, |rule| !rule.relative);
        let looks: Vec<(usize, Vec<usize>)> = self.program.running.iter().map(|r| (r.rule, r.node.looks(&self.program))).collect();
        hits.retain(|hit| {
            let at = self.eyes().row(hit.table, hit.row);
            let asked = |look: &usize| self.eyes().reader(*look, at).is_none() || self.eyes().given(*look, at) != Given::Gap(Gap::NotDue);
            looks.iter().filter(|(rule, _)| *rule == hit.rule).all(|(_, looks)| looks.iter().all(asked))
        });
        hits
    }

    /// Every subject that a rule holds for, whether it makes a lead or not.
    #[must_use]
    pub fn held_by(&self, rule: usize) -> Vec<Hit> {
        self.with(Truth::Holds, |running| running.rule == rule)
    }

    fn with(&self, truth: Truth, wanted: impl Fn(&Running) -> bool) -> Vec<Hit> {
        let mut hits = Vec::new();
        for (rule, truths) in self.program.running.iter().zip(&self.truths).filter(|(rule, _)| wanted(rule)) {
            let rows = (0u32..).zip(truths).filter(|(_, t)| **t == truth);
            hits.extend(rows.map(|(row, _)| Hit { table: rule.table, row, rule: rule.rule }));
        }
        hits.sort_unstable();
        hits
    }

    /// Takes changes and screens again just what looks at them; what came out differently, sorted.
    ///
    /// # Panics
    /// Where a change names a column or row that there is not.
    pub fn update(&mut self, changes: &[Change]) -> Vec<Flip> {
        // Rows to be screened again: by every rule, and by the rules that look at an order.
        let mut rows: Vec<(usize, u32)> = Vec::new();
        let mut orders: Vec<(usize, usize, u32)> = Vec::new();
        for change in changes {
            match change {
                Change::Cell { field, table, row, text } => {
                    let texts: &mut Texts = Arc::make_mut(&mut self.data.fields[*field][*table]);
                    texts.set(*row, text);
                    rows.push((*table, *row));
                }
                Change::Reading { look, table, row, given } => {
                    let readings: &mut Readings = Arc::make_mut(&mut self.data.series[*look].tables[*table]);
                    readings.set(*row, *given);
                    rows.push((*table, *row));
                    let looked = |order: &usize| self.program.orders[*order].look == *look;
                    orders.extend((0..self.places.len()).filter(looked).filter_map(|order| {
                        let group = *self.data.groups[order].get(*table)?.get(*row as usize)?;
                        (group != NONE).then_some((order, *table, group))
                    }));
                }
            }
        }
        let mut again: Vec<Hit> = Vec::new();
        self.depending(&rows, |_| true, &mut again);
        orders.sort_unstable();
        orders.dedup();
        for (order, table, group) in orders {
            let of = &self.program.orders[order];
            let readings: &Readings = &self.data.series[of.look].tables[table];
            let members: Vec<u32> =
                (0u32..).zip(self.data.groups[order][table].iter()).filter(|(_, of)| **of == group).map(|(row, _)| row).collect();
            let ranked = eval::ranked(members.iter().map(|row| (group, *row)), |row| readings.get(row), of);
            let old: Vec<Option<eval::Place>> = members.iter().map(|row| self.places[order][table][*row as usize]).collect();
            members.iter().for_each(|row| self.places[order][table][*row as usize] = None);
            for (row, place) in ranked {
                self.places[order][table][row as usize] = Some(place);
            }
            let now = &self.places[order][table];
            let moved: Vec<(usize, u32)> =
                members.iter().zip(old).filter(|(row, old)| now[**row as usize] != *old).map(|(row, _)| (table, *row)).collect();
            self.depending(&moved, |rule| rule.node.looks_at_order(order), &mut again);
        }
        again.sort_unstable();
        again.dedup();
        let mut flips = Vec::new();
        for hit in again {
            let Some(n) = self.program.running.iter().position(|r| r.rule == hit.rule) else { continue };
            let eyes = self.eyes();
            let after = eyes.judge(&self.program.running[n].node, eyes.row(hit.table, hit.row));
            let before = std::mem::replace(&mut self.truths[n][hit.row as usize], after);
            if before != after {
                flips.push(Flip { hit, before, after });
            }
        }
        flips
    }

    /// The rules at some rows, and at the branches of those of them that are units.
    fn depending(&self, rows: &[(usize, u32)], wanted: impl Fn(&Running) -> bool, out: &mut Vec<Hit>) {
        let branch = self.data.lens.len() - 1;
        let mut units: Vec<(u32, u32)> = rows
            .iter()
            .filter(|(table, _)| *table != branch)
            .filter_map(|(table, row)| Some((u32::try_from(*table).ok()?, *row)))
            .collect();
        units.sort_unstable();
        let of_branches = self.program.running.iter().any(|rule| rule.table == branch && wanted(rule));
        let below = (0u32..)
            .zip(self.data.units.iter())
            .filter(|(_, unit)| of_branches && !units.is_empty() && unit.is_some_and(|unit| units.binary_search(&unit).is_ok()))
            .map(|(row, _)| (branch, row));
        for (table, row) in rows.iter().copied().chain(below) {
            out.extend(self.program.running.iter().filter(|r| r.table == table && wanted(r)).map(|r| Hit { table, row, rule: r.rule }));
        }
    }

    /// A subject as its rules see it.
    pub(super) fn at(&self, hit: Hit) -> Row {
        self.eyes().row(hit.table, hit.row)
    }
}
