//! Columns of values in the order of a level's rows, as stored and as used.
//!
//! The truth is the long table; a block is one (level, indicator, period) of it, packed, so that
//! no screen ever groups rows. The branches are the table after the last level.

use jiff::civil::Date;
use rusqlite::{Connection, OptionalExtension as _, named_params};

use super::error::damaged;
use super::rolled;
use super::world::{World, known};
use crate::domain::id::IndicatorId;
use crate::domain::indicator::{Indicator, Tally};
use crate::domain::period::Period;
use crate::domain::problem::Problem;
use crate::domain::value::{Reading, Shown, State};
use crate::framework::Framework;

/// Bytes before the states: fingerprint of the order, number of rows.
const HEAD_BYTES: usize = 12;

/// One indicator in one period on one level, a row per unit: the bytes of its block, from which
/// a reading is taken when it is asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Column {
    bytes: Vec<u8>,
    rows: usize,
    /// Where numerators, denominators and values begin; 0 where no row has one.
    parts: [usize; 3],
}

impl Column {
    /// Nothing came from any row.
    pub(crate) fn missing(rows: usize) -> Self {
        // Zero is the byte of the state Missing.
        Self { bytes: vec![0; HEAD_BYTES + rows], rows, parts: [0; 3] }
    }

    /// The reading of a row.
    pub(crate) fn reading(&self, row: u32) -> Reading {
        let row = row as usize;
        let state = match self.bytes[HEAD_BYTES..][..self.rows][row] {
            1 => State::Value,
            2 => State::None,
            3 => State::NotDue,
            _ => return Reading::MISSING,
        };
        let [num, den, value] = self.parts.map(|start| {
            let bytes = self.bytes.get(start + row * 8..)?.first_chunk::<8>().filter(|_| start > 0)?;
            Some(f64::from_le_bytes(*bytes)).filter(|v| !v.is_nan())
        });
        Reading { state, num, den, value }
    }

    /// The roll-up of some rows, those in `scope` only.
    pub(crate) fn roll_up(&self, indicator: &Indicator, rows: impl IntoIterator<Item = u32>, scope: Option<&[bool]>) -> Shown {
        let mut tally = Tally::default();
        rows.into_iter().filter(|row| scope.is_none_or(|s| s[*row as usize])).for_each(|row| tally.add(indicator, self.reading(row)));
        tally.finish(indicator)
    }

    /// `Ok(None)` where it was made for another order of rows.
    fn decode(bytes: Vec<u8>, order: u64, rows: usize) -> Result<Option<Self>, ()> {
        let (head, rest) = bytes.split_first_chunk::<8>().ok_or(())?;
        let (count, rest) = rest.split_first_chunk::<4>().ok_or(())?;
        if u64::from_le_bytes(*head) != order || u32::from_le_bytes(*count) as usize != rows {
            return Ok(None);
        }
        if rest.get(..rows).ok_or(())?.iter().any(|state| *state > 3) {
            return Err(());
        }
        let mut at = HEAD_BYTES + rows;
        let mut parts = [0; 3];
        for part in &mut parts {
            let held = *bytes.get(at).ok_or(())? != 0;
            at += 1;
            if held {
                *part = at;
                at += rows * 8;
            }
        }
        if at == bytes.len() { Ok(Some(Self { bytes, rows, parts })) } else { Err(()) }
    }
}

/// A column being filled.
#[derive(Clone, Debug)]
struct Draft {
    states: Vec<State>,
    /// Numerators, denominators and values; NaN where there is none.
    parts: [Vec<f64>; 3],
}

impl Draft {
    fn new(rows: usize) -> Self {
        Self { states: vec![State::Missing; rows], parts: [(); 3].map(|()| vec![f64::NAN; rows]) }
    }

    fn set(&mut self, row: u32, reading: Reading) {
        let row = row as usize;
        self.states[row] = reading.state;
        for (part, number) in self.parts.iter_mut().zip([reading.num, reading.den, reading.value]) {
            part[row] = number.unwrap_or(f64::NAN);
        }
    }

    /// Fingerprint of the order, number of rows, states, then the three columns; little-endian.
    fn encode(&self, order: u64) -> Vec<u8> {
        let mut out = Vec::with_capacity(HEAD_BYTES + self.states.len() * 25 + 3);
        out.extend(order.to_le_bytes());
        out.extend(u32::try_from(self.states.len()).unwrap_or(u32::MAX).to_le_bytes());
        out.extend(self.states.iter().map(|s| match s {
            State::Missing => 0u8,
            State::Value => 1,
            State::None => 2,
            State::NotDue => 3,
        }));
        for part in &self.parts {
            // A column without a number is left out: most indicators have no parts.
            let any = part.iter().any(|v| !v.is_nan());
            out.push(u8::from(any));
            if any {
                part.iter().for_each(|v| out.extend(v.to_le_bytes()));
            }
        }
        out
    }

    fn finish(&self, order: u64) -> Result<Column, Problem> {
        Column::decode(self.encode(order), order, self.states.len()).ok().flatten().ok_or_else(|| damaged("reference.db", "block"))
    }
}

/// A column from its block, or from the long table where there is none that fits. The table was
/// loaded.
pub(super) fn read(
    connection: &Connection,
    world: &World,
    level: usize,
    indicator: &IndicatorId,
    period: Period,
) -> Result<Column, Problem> {
    let rows = world.len(level) as usize;
    if world.at.packed {
        let bytes: Option<Vec<u8>> = connection
            .prepare_cached(
                "SELECT bytes FROM block WHERE county = ?1 AND level = ?2 AND indicator = ?3 AND period_start = ?4 AND period_end = ?5",
            )?
            .query_row((&world.county, world.key(level), indicator.as_str(), period.start().to_string(), period.end().to_string()), |row| {
                row.get(0)
            })
            .optional()?;
        let broken = || damaged("reference.db", "block");
        match bytes {
            // Of other units than those of the day: their reports are in the long table alone.
            Some(bytes) => match Column::decode(bytes, world.order[level], rows).map_err(|()| broken())? {
                Some(column) => return Ok(column),
                None if world.at.derived => return Err(broken()),
                None => {}
            },
            // No block: no report on this level.
            None if world.at.derived => return Ok(Column::missing(rows)),
            None => {}
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
    let table = world.table(level);
    let mut column = Draft::new(table.len());
    reports(connection, world, indicator, period, "v.uid, v.state, v.num, v.den, v.value, v.gone FROM value v", &mut |row| {
        if let Some(n) = table.row(super::world::uid(row, 0)?) {
            column.set(n, if row.get(5)? { Reading::MISSING } else { reading(row, 1)? });
        }
        Ok(())
    })?;
    column.finish(world.order[level])
}

/// What each unit reported, as far as it was known at an instant (milliseconds of UTC).
pub(super) fn known_at(
    connection: &Connection,
    world: &World,
    indicator: &IndicatorId,
    period: Period,
    known_ms: i64,
) -> Result<rustc_hash::FxHashMap<crate::domain::id::Uid, Reading>, Problem> {
    let mut found = rustc_hash::FxHashMap::default();
    let what = "v.uid, v.state, v.num, v.den, v.value, v.gone FROM value v";
    reports_at(connection, &world.county, indicator, period, known_ms, what, &mut |row| {
        found.insert(super::world::uid(row, 0)?, if row.get(5)? { Reading::MISSING } else { reading(row, 1)? });
        Ok(())
    })?;
    Ok(found)
}

/// The instant from which something of an indicator's period was known first, milliseconds of UTC: of the
/// files that say it now, also by what they said before they were read again. Other frameworks, or rows
/// that a file got since, do not make an old report a new one.
pub(super) fn first_known(connection: &Connection, world: &World, indicator: &IndicatorId, period: Period) -> Result<Option<i64>, Problem> {
    const KNOWN: &str = concat!(
        "SELECT min(b.known_from) FROM value v JOIN batch b ON b.county = v.county AND b.id = v.batch
         WHERE v.county = :county AND v.indicator = :indicator AND v.period_start = :start AND v.period_end = :end
         AND b.known_from <= :known AND b.source IN (
           SELECT n.source FROM value w JOIN batch n ON n.county = w.county AND n.id = w.batch
           WHERE w.county = :county AND w.indicator = :indicator AND w.period_start = :start AND w.period_end = :end AND ",
        known!("w"),
        ")"
    );
    let (start, end) = (period.start().to_string(), period.end().to_string());
    let parameters = named_params! {
        ":county": world.county, ":indicator": indicator.as_str(), ":start": start, ":end": end, ":known": world.at.known_ms
    };
    Ok(connection.prepare_cached(KNOWN)?.query_row(parameters, |row| row.get(0))?)
}

/// Every report of an indicator in a period that is known, unit by unit; of several of one unit
/// the one loaded last comes last. `what` names the columns and where they come from, with the
/// long table as `v`.
pub(super) fn reports(
    connection: &Connection,
    world: &World,
    indicator: &IndicatorId,
    period: Period,
    what: &str,
    each: &mut dyn FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<()>,
) -> Result<(), Problem> {
    reports_at(connection, &world.county, indicator, period, world.at.known_ms, what, each)
}

/// As [`reports`], as far as it was known at an instant (milliseconds of UTC).
fn reports_at(
    connection: &Connection,
    county: &str,
    indicator: &IndicatorId,
    period: Period,
    known_ms: i64,
    what: &str,
    each: &mut dyn FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<()>,
) -> Result<(), Problem> {
    const KNOWN: &str = concat!(
        "v.county = :county AND v.indicator = :indicator AND v.period_start = :start AND v.period_end = :end AND ",
        known!("v"),
        " ORDER BY v.uid, v.batch"
    );
    let mut statement = connection.prepare_cached(&format!("SELECT {what} WHERE {KNOWN}"))?;
    let (start, end) = (period.start().to_string(), period.end().to_string());
    let mut rows = statement.query(named_params! {
        ":county": county, ":indicator": indicator.as_str(), ":start": start, ":end": end, ":known": known_ms
    })?;
    while let Some(row) = rows.next()? {
        each(row)?;
    }
    Ok(())
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

/// Periods with reports of an indicator from units on any level or from branches, the oldest first.
pub(super) fn periods(connection: &Connection, world: &World, indicator: &IndicatorId) -> Result<Vec<Period>, Problem> {
    let mut out: Vec<Period> = Vec::new();
    let mut push = |start: String, end: String| {
        let period = start.parse::<Date>().ok().zip(end.parse::<Date>().ok()).and_then(|(s, e)| Period::new(s, e));
        out.extend(period);
    };
    if world.at.derived {
        let mut statement =
            connection.prepare_cached("SELECT DISTINCT period_start, period_end FROM block WHERE county = ?1 AND indicator = ?2")?;
        let mut rows = statement.query((&world.county, indicator.as_str()))?;
        while let Some(row) = rows.next()? {
            push(row.get(0)?, row.get(1)?);
        }
    } else {
        // From one period to the next in the order of the key: DISTINCT would read every value.
        let mut statement = connection.prepare_cached(
            "SELECT period_start, period_end FROM value WHERE county = ?1 AND indicator = ?2 AND (period_start, period_end) > (?3, ?4)
             ORDER BY period_start, period_end LIMIT 1",
        )?;
        let mut last = (String::new(), String::new());
        let pair = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
        while let Some(next) = statement.query_row((&world.county, indicator.as_str(), &last.0, &last.1), pair).optional()? {
            last = next;
            if is_reported(connection, world, indicator, (&last.0, &last.1))? {
                push(last.0.clone(), last.1.clone());
            }
        }
    }
    // A later day has no reports yet on the day asked for.
    out.retain(|p| p.start() <= world.at.day);
    out.sort();
    Ok(out)
}

/// Whether a period has a report of a unit or branch that there is, as a block of it would: what only
/// those that are gone reported shows nowhere.
fn is_reported(connection: &Connection, world: &World, indicator: &IndicatorId, (start, end): (&str, &str)) -> Result<bool, Problem> {
    let mut statement = connection.prepare_cached(concat!(
        "SELECT v.uid FROM value v WHERE v.county = :county AND v.indicator = :indicator AND v.period_start = :start AND v.period_end = :end
           AND v.gone = 0 AND ",
        known!("v"),
        " AND NOT EXISTS (SELECT 1 FROM value g WHERE g.gone = 1 AND g.county = v.county AND g.indicator = v.indicator
           AND g.period_start = v.period_start AND g.period_end = v.period_end AND g.uid = v.uid AND g.batch > v.batch AND ",
        known!("g"),
        ")"
    ))?;
    let mut rows = statement.query(named_params! {
        ":county": world.county, ":indicator": indicator.as_str(), ":start": start, ":end": end, ":known": world.at.known_ms
    })?;
    while let Some(row) = rows.next()? {
        if world.find(connection, super::world::uid(row, 0)?)?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Builds every block anew from the long table, and with them what is rolled up from them.
pub(super) fn rebuild(connection: &Connection, world: &World, framework: &Framework) -> Result<(), Problem> {
    connection.execute("DELETE FROM block WHERE county = ?1", [&world.county])?;
    connection.execute("DELETE FROM rolled WHERE county = ?1", [&world.county])?;
    let mut statement = connection.prepare_cached(concat!(
        "SELECT indicator, period_start, period_end, uid, state, num, den, value, gone FROM value v WHERE v.county = :county AND ",
        known!("v"),
        " ORDER BY v.indicator, v.period_start, v.period_end, v.uid, v.batch"
    ))?;
    let mut insert = connection.prepare_cached(
        "INSERT INTO block (county, level, indicator, period_start, period_end, version, bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    let mut flush = |key: &(String, String, String), columns: &mut Vec<Option<Draft>>| -> Result<(), Problem> {
        let indicator = framework.indicators.iter().find(|i| i.id.as_str() == key.0);
        for (level, column) in columns.iter_mut().enumerate().filter_map(|(l, c)| Some((l, c.take()?))) {
            // Taken back as a whole: there is no report.
            if column.states.iter().all(|s| *s == State::Missing) {
                continue;
            }
            let column = column.finish(world.order[level])?;
            insert.execute((&world.county, world.key(level), &key.0, &key.1, &key.2, world.version, &column.bytes))?;
            if let Some(indicator) = indicator.filter(|i| world.reporting(i) == Some(level)) {
                rolled::store(connection, world, level, indicator, (&key.1, &key.2), &column)?;
            }
        }
        Ok(())
    };
    let mut columns: Vec<Option<Draft>> = vec![None; world.tables()];
    let mut key = (String::new(), String::new(), String::new());
    let mut rows = statement.query(named_params! { ":county": world.county, ":known": world.at.known_ms })?;
    while let Some(row) = rows.next()? {
        let this = (row.get_ref(0)?.as_str()?, row.get_ref(1)?.as_str()?, row.get_ref(2)?.as_str()?);
        if this != (&key.0, &key.1, &key.2) {
            flush(&key, &mut columns)?;
            key = (this.0.to_owned(), this.1.to_owned(), this.2.to_owned());
        }
        if let Some((level, n)) = world.place(super::world::uid(row, 3)?) {
            columns[level]
                .get_or_insert_with(|| Draft::new(world.len(level) as usize))
                .set(n, if row.get(8)? { Reading::MISSING } else { reading(row, 4)? });
        }
    }
    flush(&key, &mut columns)
}
