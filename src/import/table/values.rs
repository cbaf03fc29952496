//! Values of a table: a row per reading, or a column per indicator.

use std::sync::Arc;

use super::Rows;
use crate::domain::id::Uid;
use crate::domain::indicator::{self, Indicator, Kind};
use crate::domain::period::Period;
use crate::domain::problem::Problem;
use crate::domain::value::{Reading, State};
use crate::import::manifest::Column;
use crate::import::sheet::Cells;
use crate::import::units::Directory;
use crate::store::load::{Load, NewValue};

/// The office's words for a report of none.
const WORD_NONE: &str = "无";
/// The office's words for a report that was not due.
const WORD_NOT_DUE: &str = "不需报";

/// Where the parts of a reading stand.
#[derive(Clone, Debug, Default)]
struct Columns {
    value: Option<usize>,
    num: Option<usize>,
    den: Option<usize>,
    state: Option<usize>,
}

/// A row per reading, or a column per indicator.
enum Shape<'a> {
    Long(usize, Columns),
    Wide(Vec<(&'a Indicator, Columns)>),
}

impl<'a> Rows<'a> {
    pub(super) fn values(&mut self, load: &mut Load<'_>, batch: i64) -> Result<u32, Problem> {
        let keys = self.keys()?;
        let period = self.column("period")?;
        if period.is_none() && self.table.period.is_none() {
            return Err(self.refuse("E_TABLE_PERIOD"));
        }
        let long = self.table.columns.contains_key("indicator");
        let shape = if long { self.long()? } else { self.wide()? };
        let mut good = vec![true; self.read.sheet.len()];
        // Indicator by indicator, so that the readings of a whole table never stand in memory.
        let pairs: Vec<(&'a Indicator, Columns, Option<Vec<usize>>)> = match shape {
            Shape::Wide(all) => all.into_iter().map(|(indicator, columns)| (indicator, columns, None)).collect(),
            Shape::Long(column, columns) => {
                self.by_indicator(column, &mut good).into_iter().map(|(i, n)| (i, columns.clone(), Some(n))).collect()
            }
        };
        // What units report is matched with units, what branches report with branches.
        let mut matched = [const { Vec::new() }; 2];
        for (of_branches, matched) in matched.iter_mut().enumerate() {
            let mut asked = vec![false; good.len()];
            for (.., of) in pairs.iter().filter(|(indicator, ..)| usize::from(indicator.is_of_branches()) == of_branches) {
                match of {
                    None => asked.fill(true),
                    Some(rows) => rows.iter().for_each(|n| asked[*n] = true),
                }
            }
            if asked.contains(&true) {
                *matched = self.dated(load, &keys, period, &asked, of_branches == 1)?;
                (0..good.len()).for_each(|n| good[n] &= !asked[n] || matched[n].is_some());
            }
        }
        for (indicator, columns, of) in pairs {
            let rows = &matched[usize::from(indicator.is_of_branches())];
            let mut values: Vec<(usize, NewValue)> = Vec::new();
            let all = 0..if of.is_none() { rows.len() } else { 0 };
            for n in all.chain(of.into_iter().flatten()) {
                let Some((uid, period)) = rows[n] else { continue };
                let (line, cells) = self.read.sheet.row(n);
                match self.reading(indicator, &columns, cells, line) {
                    Some(reading) if reading.state == State::Missing => {}
                    Some(reading) => values.push((n, NewValue { uid, period, reading, row: line })),
                    None => good[n] = false,
                }
            }
            // Stable: of two reports the one further up comes first, and counts.
            values.sort_by_key(|(_, v)| (v.period.start(), v.period.end(), v.uid));
            let twice = |a: &NewValue, b: &NewValue| a.uid == b.uid && a.period == b.period;
            let mut kept: Vec<NewValue> = Vec::with_capacity(values.len());
            for (n, value) in values {
                if kept.last().is_some_and(|last| twice(last, &value)) {
                    let key = self.key(&keys, value.row, self.read.sheet.row(n).1).unwrap_or_default();
                    self.aside("E_TABLE_TWICE", value.row, indicator.id.as_str(), &[&key]);
                    good[n] = false;
                } else {
                    kept.push(value);
                }
            }
            load.values(batch, &indicator.id, &kept)?;
        }
        self.problems.sort_by_key(|p| p.spot.line);
        Ok(u32::try_from(good.iter().filter(|g| **g).count()).unwrap_or(u32::MAX))
    }

    /// Unit or branch and period of every row that is `asked`; `None` where one of the two is not known.
    fn dated(
        &mut self,
        load: &Load<'_>,
        keys: &[usize],
        period: Option<usize>,
        asked: &[bool],
        of_branches: bool,
    ) -> Result<Vec<Option<(Uid, Period)>>, Problem> {
        let depth = self.framework.levels.len();
        let (tables, none) = if of_branches { (depth..depth + 1, "E_TABLE_BRANCH") } else { (self.levels()?, "E_TABLE_UNIT") };
        let world = load.world(self.framework, tables.end)?;
        let directory = Directory::new(&world, tables);
        let key_field = self.table.key.join("+");
        let mut out = Vec::with_capacity(asked.len());
        for ((line, cells), asked) in self.read.sheet.rows().zip(asked) {
            if !asked {
                out.push(None);
                continue;
            }
            let mut row = || {
                let key = self.key(keys, line, cells)?;
                let word = period.and_then(|c| cells.get(c)).unwrap_or_default();
                let when = match (word, self.table.period) {
                    ("", Some(period)) => period,
                    _ => match word.parse::<Period>() {
                        Ok(period) => period,
                        Err(_) => {
                            self.aside("E_TABLE_PERIOD_WORD", line, "", &[word]);
                            return None;
                        }
                    },
                };
                // A code of several columns is kept as it is shown.
                let key = if of_branches { key.replace('\u{1f}', " ") } else { key };
                Some((self.found(&directory, none, &key, line, &key_field)?, when))
            };
            out.push(row());
        }
        Ok(out)
    }

    /// The rows of a long table by the indicator that they name.
    fn by_indicator(&mut self, column: usize, good: &mut [bool]) -> Vec<(&'a Indicator, Vec<usize>)> {
        let mut out: Vec<(&'a Indicator, Vec<usize>)> = Vec::new();
        for (n, good) in good.iter_mut().enumerate() {
            let (line, cells) = self.read.sheet.row(n);
            let word = cells.get(column).unwrap_or_default();
            let framework = self.framework;
            let indicator = match indicator::meant(&framework.indicators, word).as_slice() {
                [one] => *one,
                meant => {
                    let (code, several) =
                        if meant.is_empty() { ("E_TABLE_INDICATOR", String::new()) } else { ("E_INDICATOR_MANY", ids(meant)) };
                    self.aside(code, line, "", &[word, &several]);
                    *good = false;
                    continue;
                }
            };
            match out.iter_mut().find(|(i, _)| i.id == indicator.id) {
                Some((_, rows)) => rows.push(n),
                None => out.push((indicator, vec![n])),
            }
        }
        out
    }

    fn long(&self) -> Result<Shape<'a>, Problem> {
        let indicator = self.column("indicator")?.unwrap_or_default();
        let columns =
            Columns { value: self.column("value")?, num: self.column("num")?, den: self.column("den")?, state: self.column("state")? };
        if columns.value.is_none() && columns.num.is_none() {
            return Err(self.refuse("E_TABLE_COLUMN").field("value").arg("value").arg(self.read.sheet.headings.join(", ")));
        }
        Ok(Shape::Long(indicator, columns))
    }

    fn wide(&self) -> Result<Shape<'a>, Problem> {
        let mut out = Vec::new();
        for (id, column) in self.table.columns.iter().filter(|(role, _)| *role != "period") {
            let indicator = match indicator::meant(&self.framework.indicators, id).as_slice() {
                [one] => *one,
                [] => return Err(self.refuse("E_TABLE_INDICATOR").field(id).arg(id)),
                several => return Err(self.refuse("E_INDICATOR_MANY").field(id).arg(id).arg(ids(several))),
            };
            let at = |name: &str| self.read.sheet.column(name, &self.read.file).map(Some);
            let columns = match column {
                Column::One(name) => Columns { value: at(name)?, ..Columns::default() },
                Column::Parts { num, den } => Columns { num: at(num)?, den: at(den)?, ..Columns::default() },
            };
            out.push((&**indicator, columns));
        }
        Ok(Shape::Wide(out))
    }

    /// A reading; `None` where the cells are neither a number nor one of the two words.
    fn reading(&mut self, indicator: &Indicator, columns: &Columns, cells: Cells<'_>, line: u64) -> Option<Reading> {
        let cell = |n: Option<usize>| n.and_then(|n| cells.get(n)).unwrap_or_default();
        let (value, num, den, state) = (cell(columns.value), cell(columns.num), cell(columns.den), cell(columns.state));
        let words = [state, value, num];
        if words.contains(&WORD_NONE) {
            return Some(Reading { state: State::None, ..Reading::MISSING });
        }
        if words.contains(&WORD_NOT_DUE) {
            return Some(Reading { state: State::NotDue, ..Reading::MISSING });
        }
        let mut number = |text: &str, column: Option<usize>| -> Result<Option<f64>, ()> {
            if text.is_empty() {
                return Ok(None);
            }
            let plain: String = text.trim_end_matches('%').chars().filter(|c| !matches!(c, ',' | '\u{ff0c}')).collect();
            match plain.trim().parse::<f64>() {
                Ok(n) if n.is_finite() => Ok(Some(n)),
                _ => {
                    let heading = column.map(|n| self.read.sheet.headings[n].clone()).unwrap_or_default();
                    self.aside("E_TABLE_NUMBER", line, &heading, &[text]);
                    Err(())
                }
            }
        };
        let (value, num, den) = (number(value, columns.value).ok()?, number(num, columns.num).ok()?, number(den, columns.den).ok()?);
        Some(match (value, num, den) {
            (_, Some(num), Some(den)) if indicator.kind == Kind::Ratio => Reading::ratio(num, den),
            (Some(value), num, den) => Reading { state: State::Value, num, den, value: Some(value) },
            (None, None, None) => Reading::MISSING,
            (None, num, den) => {
                let half = if num.is_some() { "den" } else { "num" };
                self.aside("E_TABLE_PART", line, half, &[indicator.id.as_str()]);
                let _ = den;
                return None;
            }
        })
    }
}

/// The ids of indicators that one word may mean.
fn ids(several: &[&Arc<Indicator>]) -> String {
    several.iter().map(|i| i.id.as_str()).collect::<Vec<_>>().join(" ")
}
