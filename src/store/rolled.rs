//! What units above the reporting level show, rolled up when the values were loaded.
//!
//! So an upper level opens without touching the units below it, however many there are. A stored
//! reading is what [`Column::roll_up`] gives over the range of the unit; there is one more row
//! than units: all of them together.

use rusqlite::{Connection, OptionalExtension as _};

use super::block::Column;
use super::error::damaged;
use super::world::World;
use crate::domain::id::IndicatorId;
use crate::domain::indicator::Indicator;
use crate::domain::period::Period;
use crate::domain::problem::Problem;
use crate::domain::value::{Origin, Reading, Shown, State};

/// State, flags, reported, due, three numbers.
const ROW_BYTES: usize = 34;
/// Flag: n/N is too low.
const INCOMPLETE: u8 = 1;
/// Flag: a ratio over few.
const SMALL_BASE: u8 = 2;

/// Stored roll-ups of a level.
#[derive(Debug)]
pub(crate) struct Rolled {
    bytes: Vec<u8>,
}

impl Rolled {
    /// The roll-up of a row; `None` where the bytes are not those of a roll-up.
    pub(super) fn shown(&self, row: u32) -> Option<Shown> {
        let row = self.bytes.as_chunks::<ROW_BYTES>().0.get(row as usize)?;
        decode(row)
    }

    /// All rows together.
    pub(super) fn together(&self) -> Option<Shown> {
        decode(self.bytes.last_chunk()?)
    }
}

fn encode(out: &mut Vec<u8>, shown: &Shown) {
    out.push(match shown.reading.state {
        State::Missing => 0,
        State::Value => 1,
        State::None => 2,
        State::NotDue => 3,
    });
    out.push((u8::from(shown.incomplete) * INCOMPLETE) | (u8::from(shown.small_base) * SMALL_BASE));
    out.extend(shown.reported.to_le_bytes());
    out.extend(shown.due.to_le_bytes());
    for number in [shown.reading.num, shown.reading.den, shown.reading.value] {
        out.extend(number.unwrap_or(f64::NAN).to_le_bytes());
    }
}

fn decode(row: &[u8; ROW_BYTES]) -> Option<Shown> {
    let state = match row[0] {
        0 => State::Missing,
        1 => State::Value,
        2 => State::None,
        3 => State::NotDue,
        _ => return None,
    };
    let [reported, due] = row[2..10].as_chunks::<4>().0 else { return None };
    let [num, den, value] = row[10..].as_chunks::<8>().0 else { return None };
    let number = |bytes: &[u8; 8]| Some(f64::from_le_bytes(*bytes)).filter(|v| !v.is_nan());
    Some(Shown {
        reading: Reading { state, num: number(num), den: number(den), value: number(value) },
        origin: Origin::RolledUp,
        reported: u32::from_le_bytes(*reported),
        due: u32::from_le_bytes(*due),
        incomplete: row[1] & INCOMPLETE != 0,
        small_base: row[1] & SMALL_BASE != 0,
        roll_up: None,
    })
}

/// Rolls a column of the reporting level up for every level above it.
pub(super) fn store(
    connection: &Connection,
    world: &World,
    level: usize,
    indicator: &Indicator,
    period: (&str, &str),
    column: &Column,
) -> Result<(), Problem> {
    let mut insert = connection.prepare_cached(
        "INSERT INTO rolled (county, level, indicator, period_start, period_end, version, bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    for table in (0..level).filter(|table| world.len(*table) > 0) {
        let mut bytes = Vec::with_capacity((world.len(table) as usize + 1) * ROW_BYTES);
        for row in 0..world.len(table) {
            encode(&mut bytes, &column.roll_up(indicator, world.range(Some((table, row)), level), None));
        }
        let all = (0..world.len(table)).flat_map(|row| world.range(Some((table, row)), level));
        encode(&mut bytes, &column.roll_up(indicator, all, None));
        insert.execute((&world.county, world.levels[table].as_str(), indicator.id.as_str(), period.0, period.1, world.version, bytes))?;
    }
    Ok(())
}

/// The stored roll-ups of a level; `None` where nothing was reported below it in the period.
pub(super) fn read(
    connection: &Connection,
    world: &World,
    table: usize,
    indicator: &IndicatorId,
    period: Period,
) -> Result<Option<Rolled>, Problem> {
    let bytes: Option<Vec<u8>> = connection
        .prepare_cached(
            "SELECT bytes FROM rolled WHERE county = ?1 AND level = ?2 AND indicator = ?3 AND period_start = ?4 AND period_end = ?5",
        )?
        .query_row(
            (&world.county, world.levels[table].as_str(), indicator.as_str(), period.start().to_string(), period.end().to_string()),
            |row| row.get(0),
        )
        .optional()?;
    let Some(bytes) = bytes else { return Ok(None) };
    if bytes.len() != (world.len(table) as usize + 1) * ROW_BYTES {
        return Err(damaged("reference.db", "rolled"));
    }
    Ok(Some(Rolled { bytes }))
}
