//! Columns of values in the order of a level's rows, as stored and as used.
//!
//! The truth is the long table; a block is one (level, indicator, period) of it, packed, so that
//! no screen ever groups rows.

use jiff::civil::Date;
use rusqlite::{Connection, OptionalExtension as _, named_params};

use super::error::damaged;
use super::world::{World, known};
use crate::domain::id::IndicatorId;
use crate::domain::indicator::{Indicator, Tally};
use crate::domain::period::Period;
use crate::domain::problem::Problem;
use crate::domain::value::{Reading, Shown, State};

/// One indicator in one period on one level, a row per unit.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Column {
    /// State per row.
    pub(crate) states: Vec<State>,
    /// Numerators; NaN where there is none.
    nums: Vec<f64>,
    /// Denominators; NaN where there is none.
    dens: Vec<f64>,
    /// Values; NaN where there is none.
    values: Vec<f64>,
    /// Number of rows that have a report of any state.
    pub(crate) reports: u32,
}

impl Column {
    /// Nothing came from any row.
    pub(crate) fn missing(rows: usize) -> Self {
        Self {
            states: vec![State::Missing; rows],
            nums: vec![f64::NAN; rows],
            dens: vec![f64::NAN; rows],
            values: vec![f64::NAN; rows],
            reports: 0,
        }
    }

    fn set(&mut self, row: usize, reading: Reading) {
        self.reports += u32::from(self.states[row] == State::Missing);
        self.states[row] = reading.state;
        self.nums[row] = reading.num.unwrap_or(f64::NAN);
        self.dens[row] = reading.den.unwrap_or(f64::NAN);
        self.values[row] = reading.value.unwrap_or(f64::NAN);
    }

    /// The reading of a row.
    pub(crate) fn reading(&self, row: u32) -> Reading {
        let row = row as usize;
        let some = |v: f64| (!v.is_nan()).then_some(v);
        Reading { state: self.states[row], num: some(self.nums[row]), den: some(self.dens[row]), value: some(self.values[row]) }
    }

    /// The roll-up of a range of rows, those in `scope` only.
    pub(crate) fn roll_up(&self, indicator: &Indicator, rows: std::ops::Range<u32>, scope: Option<&[bool]>) -> Shown {
        let mut tally = Tally::default();
        match scope {
            None => rows.for_each(|row| tally.add(indicator, self.reading(row))),
            Some(scope) => rows.filter(|row| scope[*row as usize]).for_each(|row| tally.add(indicator, self.reading(row))),
        }
        tally.finish(indicator)
    }

    /// Fingerprint of the order, number of rows, states, then the three columns; little-endian.
    fn encode(&self, order: u64) -> Vec<u8> {
        let mut out = Vec::with_capacity(12 + self.states.len() * 25);
        out.extend(order.to_le_bytes());
        out.extend(u32::try_from(self.states.len()).unwrap_or(u32::MAX).to_le_bytes());
        out.extend(self.states.iter().map(|s| match s {
            State::Missing => 0u8,
            State::Value => 1,
            State::None => 2,
            State::NotDue => 3,
        }));
        for column in [&self.nums, &self.dens, &self.values] {
            // A column without a number is left out: most indicators have no parts.
            let any = column.iter().any(|v| !v.is_nan());
            out.push(u8::from(any));
            if any {
                column.iter().for_each(|v| out.extend(v.to_le_bytes()));
            }
        }
        out
    }

    /// `Ok(None)` where it was made for another order of rows.
    fn decode(bytes: &[u8], order: u64, rows: usize) -> Result<Option<Self>, ()> {
        let (head, rest) = bytes.split_first_chunk::<8>().ok_or(())?;
        let (count, mut rest) = rest.split_first_chunk::<4>().ok_or(())?;
        if u64::from_le_bytes(*head) != order || u32::from_le_bytes(*count) as usize != rows {
            return Ok(None);
        }
        let mut out = Self::missing(0);
        for byte in rest.split_off(..rows).ok_or(())? {
            out.states.push(match byte {
                0 => State::Missing,
                1 => State::Value,
                2 => State::None,
                3 => State::NotDue,
                _ => return Err(()),
            });
        }
        for column in [&mut out.nums, &mut out.dens, &mut out.values] {
            match rest.split_off_first().ok_or(())? {
                0 => column.resize(rows, f64::NAN),
                _ => column.extend(rest.split_off(..rows * 8).ok_or(())?.as_chunks::<8>().0.iter().map(|b| f64::from_le_bytes(*b))),
            }
        }
        out.reports = u32::try_from(out.states.iter().filter(|s| **s != State::Missing).count()).unwrap_or(u32::MAX);
        Ok(Some(out))
    }
}

/// A column from its block, or from the long table where there is none that fits.
pub(super) fn read(
    connection: &Connection,
    world: &World,
    level: usize,
    indicator: &IndicatorId,
    period: Period,
) -> Result<Column, Problem> {
    if world.at.now && world.derived {
        let bytes: Option<Vec<u8>> = connection
            .prepare_cached(
                "SELECT bytes FROM block WHERE county = ?1 AND level = ?2 AND indicator = ?3 AND period_start = ?4 AND period_end = ?5",
            )?
            .query_row(
                (&world.county, world.levels[level].as_str(), indicator.as_str(), period.start().to_string(), period.end().to_string()),
                |row| row.get(0),
            )
            .optional()?;
        let decoded = bytes.map(|b| Column::decode(&b, world.order[level], world.tables[level].len()));
        match decoded {
            Some(Ok(Some(column))) => return Ok(column),
            Some(Err(())) => return Err(damaged("reference.db", "block")),
            // No report on this level, or rows in another order because a day has passed.
            None | Some(Ok(None)) => {}
        }
    }
    from_long_table(connection, world, level, indicator, period)
}

fn from_long_table(
    connection: &Connection,
    world: &World,
    level: usize,
    indicator: &IndicatorId,
    period: Period,
) -> Result<Column, Problem> {
    let mut column = Column::missing(world.tables[level].len());
    let mut statement = connection.prepare_cached(concat!(
        "SELECT uid, state, num, den, value FROM value v
         WHERE v.county = :county AND v.indicator = :indicator AND v.period_start = :start AND v.period_end = :end AND ",
        known!("v"),
        " ORDER BY v.uid, v.batch"
    ))?;
    let (start, end) = (period.start().to_string(), period.end().to_string());
    let parameters = named_params! {
        ":county": world.county, ":indicator": indicator.as_str(), ":start": start, ":end": end, ":known": world.at.known_ms
    };
    let mut rows = statement.query(parameters)?;
    while let Some(row) = rows.next()? {
        let Some((at, n)) = world.by_uid.get(&super::world::uid(row, 0)?) else { continue };
        if *at == level {
            column.set(*n as usize, reading(row, 1)?);
        }
    }
    Ok(column)
}

/// State, num, den, value of a row, from a column on.
pub(super) fn reading(row: &rusqlite::Row<'_>, from: usize) -> rusqlite::Result<Reading> {
    let state = match row.get_ref(from)?.as_str()? {
        "value" => State::Value,
        "none" => State::None,
        _ => State::NotDue,
    };
    Ok(Reading { state, num: row.get(from + 1)?, den: row.get(from + 2)?, value: row.get(from + 3)? })
}

/// Periods with reports of an indicator on any level, the oldest first.
pub(super) fn periods(connection: &Connection, world: &World, indicator: &IndicatorId) -> Result<Vec<Period>, Problem> {
    let mut out: Vec<Period> = Vec::new();
    let mut push = |start: String, end: String| {
        let period = start.parse::<Date>().ok().zip(end.parse::<Date>().ok()).and_then(|(s, e)| Period::new(s, e));
        out.extend(period);
    };
    if world.at.now && world.derived {
        let mut statement =
            connection.prepare_cached("SELECT DISTINCT period_start, period_end FROM block WHERE county = ?1 AND indicator = ?2")?;
        let mut rows = statement.query((&world.county, indicator.as_str()))?;
        while let Some(row) = rows.next()? {
            push(row.get(0)?, row.get(1)?);
        }
    } else {
        let mut statement = connection.prepare_cached(concat!(
            "SELECT DISTINCT period_start, period_end FROM value v WHERE v.county = :county AND v.indicator = :indicator AND ",
            known!("v")
        ))?;
        let parameters = named_params! { ":county": world.county, ":indicator": indicator.as_str(), ":known": world.at.known_ms };
        let mut rows = statement.query(parameters)?;
        while let Some(row) = rows.next()? {
            push(row.get(0)?, row.get(1)?);
        }
    }
    // A later day has no reports yet on the day asked for.
    out.retain(|p| p.start() <= world.at.day);
    out.sort();
    Ok(out)
}

/// Builds every block anew from the long table.
pub(super) fn rebuild(connection: &Connection, world: &World) -> Result<(), Problem> {
    connection.execute("DELETE FROM block WHERE county = ?1", [&world.county])?;
    let mut statement = connection.prepare_cached(concat!(
        "SELECT indicator, period_start, period_end, uid, state, num, den, value FROM value v WHERE v.county = :county AND ",
        known!("v"),
        " ORDER BY v.indicator, v.period_start, v.period_end, v.uid, v.batch"
    ))?;
    let mut insert = connection.prepare_cached(
        "INSERT INTO block (county, level, indicator, period_start, period_end, version, bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    let mut flush = |key: &(String, String, String), columns: &mut Vec<Option<Column>>| -> rusqlite::Result<()> {
        for (level, column) in columns.iter_mut().enumerate().filter_map(|(l, c)| Some((l, c.take()?))) {
            let bytes = column.encode(world.order[level]);
            insert.execute((&world.county, world.levels[level].as_str(), &key.0, &key.1, &key.2, world.version, bytes))?;
        }
        Ok(())
    };
    let mut columns: Vec<Option<Column>> = vec![None; world.levels.len()];
    let mut key = (String::new(), String::new(), String::new());
    let mut rows = statement.query(named_params! { ":county": world.county, ":known": world.at.known_ms })?;
    while let Some(row) = rows.next()? {
        let this = (row.get_ref(0)?.as_str()?, row.get_ref(1)?.as_str()?, row.get_ref(2)?.as_str()?);
        if this != (&key.0, &key.1, &key.2) {
            flush(&key, &mut columns)?;
            key = (this.0.to_owned(), this.1.to_owned(), this.2.to_owned());
        }
        if let Some((level, n)) = world.by_uid.get(&super::world::uid(row, 3)?)
            && *level < columns.len()
        {
            columns[*level].get_or_insert_with(|| Column::missing(world.tables[*level].len())).set(*n as usize, reading(row, 4)?);
        }
    }
    flush(&key, &mut columns)?;
    Ok(())
}
