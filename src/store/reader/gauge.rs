//! The reading of one indicator at any unit: reported, rolled up, both, or counted.

use std::sync::Arc;

use super::ask::{Ask, Place, Zones};
use super::covered;
use crate::domain::indicator::{Derived, Indicator, Rollup};
use crate::domain::page::Freshness;
use crate::domain::period::Period;
use crate::domain::problem::Problem;
use crate::domain::value::{Origin, Reading, Shown, State};
use crate::store::block::Column;
use crate::store::rolled::Rolled;

/// One indicator in one period, ready to be read at the rows of one table.
pub(super) struct Gauge<'a> {
    ask: &'a Ask<'a>,
    indicator: &'a Indicator,
    period: Option<Period>,
    zones: Option<&'a Zones>,
    table: usize,
    kind: Kind,
}

enum Kind {
    /// Reports of the table's own rows; the reporting level is further up.
    NotDue,
    /// The table is the reporting level.
    Reported(Arc<Column>),
    /// The reporting level lies below: its position, what is rolled up from it, reports of the
    /// table's own rows.
    RolledUp(usize, Below, Arc<Column>),
    /// Counted per row.
    Counted(Vec<u32>),
    /// Covered, told and not told per row.
    Covered(Vec<covered::Tally>),
}

/// What a roll-up is taken from.
enum Below {
    /// From what was rolled up at the load.
    Stored(Arc<Rolled>),
    /// From the reports.
    Reports(Arc<Column>),
}

impl<'a> Gauge<'a> {
    pub(super) fn new(
        ask: &'a Ask<'a>,
        indicator: &'a Indicator,
        period: Option<Period>,
        table: usize,
        zones: Option<&'a Zones>,
    ) -> Result<Self, Problem> {
        let world = &ask.world;
        let kind = match indicator.derived {
            // Branches come after the units: until then there is nothing to count.
            Some(_) if ask.glance.is_some() => Kind::Reported(Arc::new(Column::missing(world.len(table) as usize))),
            Some(Derived::Covered) => {
                let coverage = ask.framework.coverages.iter().find(|c| Some(&c.named.id) == indicator.coverage.as_ref());
                match coverage {
                    Some(coverage) => {
                        if zones.is_some() {
                            (0..world.tables()).try_for_each(|table| ask.table(table).map(|_| ()))?;
                        }
                        Kind::Covered(covered::tally(ask, coverage, table, zones.map(|z| z.own.as_slice()))?)
                    }
                    // No such coverage: there is nothing to count, which is not 0.
                    None => Kind::Reported(Arc::new(Column::missing(world.len(table) as usize))),
                }
            }
            // What is not screened yet is not 0.
            Some(Derived::Leads) if ask.leads_are()? == Freshness::Awaited => {
                Kind::Reported(Arc::new(Column::missing(world.len(table) as usize)))
            }
            Some(Derived::Leads) => Kind::Counted(ask.open_leads(table, zones)?),
            Some(Derived::Units) => {
                let lowest = (0..world.branch_table()).rev().find(|level| world.len(*level) > 0).unwrap_or(0);
                ask.table(table)?;
                match zones {
                    // What is counted is not counted in itself.
                    _ if table >= lowest => Kind::NotDue,
                    None => Kind::Counted(
                        (0..world.len(table))
                            .map(|row| u32::try_from(world.range(Some((table, row)), lowest).len()).unwrap_or(u32::MAX))
                            .collect(),
                    ),
                    Some(_) => {
                        ask.table(lowest)?;
                        Kind::Counted(ask.tally(table, (0..world.len(lowest)).map(|row| ((lowest, row), 1)), zones))
                    }
                }
            }
            // Where no list of branches was loaded there is nothing to count, which is not 0.
            Some(Derived::Branches) if world.len(world.branch_table()) == 0 => {
                Kind::Reported(Arc::new(Column::missing(world.len(table) as usize)))
            }
            // Branches are not counted in branches.
            Some(Derived::Branches) if table == world.branch_table() => Kind::NotDue,
            Some(Derived::Branches) => {
                let branches = world.branch_table();
                ask.table(table)?;
                let count = |row| u32::try_from(world.range(Some((table, row)), branches).len()).unwrap_or(u32::MAX);
                Kind::Counted(match zones {
                    None => (0..world.len(table)).map(count).collect(),
                    Some(_) => ask.tally(table, (0..world.len(branches)).map(|row| ((branches, row), 1)), zones),
                })
            }
            None => match world.reporting(indicator) {
                Some(level) if level == table => Kind::Reported(ask.column(table, &indicator.id, period)?),
                Some(level) if table < level => {
                    let stored = if zones.is_none() { ask.rolled(table, &indicator.id, period)? } else { None };
                    let below = match stored {
                        Some(rolled) => Below::Stored(rolled),
                        None => Below::Reports(ask.column(level, &indicator.id, period)?),
                    };
                    Kind::RolledUp(level, below, ask.column(table, &indicator.id, period)?)
                }
                _ => Kind::NotDue,
            },
        };
        Ok(Self { ask, indicator, period, zones, table, kind })
    }

    /// The reading of a row, in scope.
    pub(super) fn shown(&self, row: u32) -> Shown {
        match &self.kind {
            Kind::NotDue => self.indicator.show(Reading { state: State::NotDue, ..Reading::MISSING }),
            Kind::Counted(counts) => self.indicator.show(Reading::of(f64::from(counts[row as usize]))),
            Kind::Covered(tallies) => share(self.indicator, tallies[row as usize]),
            Kind::Reported(column) => self.indicator.show(column.reading(row)),
            Kind::RolledUp(level, below, own) => {
                let rolled = match below {
                    Below::Stored(rolled) => rolled.shown(row).unwrap_or(Shown::MISSING),
                    Below::Reports(column) => {
                        let range = self.ask.world.range(Some((self.table, row)), *level);
                        column.roll_up(self.indicator, range, self.zones.map(|z| z.own[*level].as_slice()))
                    }
                };
                let own = own.reading(row);
                // A report speaks of the whole unit: with a part of it in scope it says nothing.
                let whole = self.zones.is_none_or(|z| z.own[self.table][row as usize]);
                if own.state == State::Missing || !whole { rolled } else { beside(self.indicator.show(own), &rolled) }
            }
        }
    }

    /// The roll-up of all rows of the table.
    pub(super) fn all(&self) -> Result<Shown, Problem> {
        match &self.kind {
            Kind::RolledUp(_, Below::Stored(rolled), _) => Ok(rolled.together().unwrap_or(Shown::MISSING)),
            _ => self.together(0..self.ask.world.len(self.table)),
        }
    }

    /// The roll-up of several rows together: the total of what is listed.
    pub(super) fn together(&self, rows: impl Iterator<Item = u32>) -> Result<Shown, Problem> {
        Ok(match &self.kind {
            Kind::NotDue => self.indicator.show(Reading { state: State::NotDue, ..Reading::MISSING }),
            Kind::Counted(counts) => self.indicator.show(Reading::of(rows.map(|row| f64::from(counts[row as usize])).sum())),
            Kind::Covered(tallies) => {
                share(self.indicator, rows.fold([0; 3], |sum, row| [0, 1, 2].map(|n| sum[n] + tallies[row as usize][n])))
            }
            Kind::Reported(column) => self.indicator.roll_up(rows.map(|row| column.reading(row))),
            Kind::RolledUp(level, below, _) => {
                let column = match below {
                    Below::Reports(column) => Arc::clone(column),
                    Below::Stored(_) => self.ask.column(*level, &self.indicator.id, self.period)?,
                };
                let all = rows.flat_map(|row| self.ask.world.range(Some((self.table, row)), *level));
                column.roll_up(self.indicator, all, self.zones.map(|z| z.own[*level].as_slice()))
            }
        })
    }

    /// Whether the policy bands speak of the values of this table: a sum of parts and a share of
    /// units are other quantities than what was reported.
    pub(super) fn bands_apply(&self) -> bool {
        match self.kind {
            Kind::RolledUp(..) => matches!(self.indicator.rollup, Rollup::Weighted | Rollup::Worst | Rollup::Median | Rollup::Mean),
            _ => true,
        }
    }

    /// Unit of measure of the values of this table.
    pub(super) fn unit(&self) -> &str {
        if matches!(self.kind, Kind::RolledUp(..)) { self.indicator.rolled_unit() } else { &self.indicator.unit }
    }
}

/// A coverage as it is shown: those that were not told count in N only.
fn share(indicator: &Indicator, [num, den, open]: covered::Tally) -> Shown {
    let told = Reading::ratio(f64::from(num), f64::from(den));
    // The reading of no unit at all: there is none, or none was told.
    let reading = match (den, open) {
        (0, 0) => Reading { state: State::None, ..Reading::MISSING },
        (0, _) => Reading::MISSING,
        _ => told,
    };
    Shown { origin: Origin::RolledUp, reported: den, due: den + open, ..indicator.show(reading) }
}

/// A unit's own report with the roll-up of the units below beside it, and its coverage.
fn beside(own: Shown, rolled: &Shown) -> Shown {
    Shown {
        origin: Origin::Reported,
        reported: rolled.reported,
        due: rolled.due,
        incomplete: rolled.incomplete,
        roll_up: (rolled.reading.state == State::Value).then_some(rolled.reading),
        ..own
    }
}

/// The reading at one place.
pub(super) fn shown_at(
    ask: &Ask<'_>,
    indicator: &Indicator,
    period: Option<Period>,
    place: Place,
    zones: Option<&Zones>,
) -> Result<Shown, Problem> {
    Ok(Gauge::new(ask, indicator, period, place.0, zones)?.shown(place.1))
}
