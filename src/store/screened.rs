//! What came of the rules, kept for the version it was made for: so the first page of a county does not
//! load every level because of its rules.
//!
//! It is written after a load, on the day of which it was made, and holds until the first day on which
//! something may come out differently.

use std::ops::Range;
use std::sync::Arc;

use jiff::civil::Date;
use rusqlite::{Connection, named_params, params};

use super::error::damaged;
use super::reader::Ask;
use super::world;
use crate::domain::page::{Freshness, Lead};
use crate::domain::problem::Problem;

/// Key of what the kept leads were made for.
const MARK: &str = "screened";
/// Key of the first day on which they hold.
const FROM: &str = "screened_from";
/// Key of the first day on which they no longer do.
const TO: &str = "screened_to";

/// What leads are made from, but for the day: form of the rows, version, framework, rounds.
fn mark(ask: &Ask<'_>) -> String {
    format!("2 {} {} {}", ask.world.version, ask.framework.sha256, ask.rounds())
}

/// Whether the kept leads answer this question.
fn holds(ask: &Ask<'_>) -> Result<bool, Problem> {
    Ok(kept(ask)?.is_some_and(|(_, holds)| holds))
}

/// The day as at which leads of the same units, branches and rules are kept, and whether they are still
/// those of the question's day.
pub(super) fn kept(ask: &Ask<'_>) -> Result<Option<(Date, bool)>, Problem> {
    if !ask.world.at.derived {
        return Ok(None);
    }
    let (wanted, connection) = (mark(ask), ask.connection);
    let rows = |mark: &str| mark.rsplit_once(' ').map(|(rows, _)| rows.to_owned());
    let Some(found) = world::meta(connection, MARK)?.filter(|found| rows(found) == rows(&wanted)) else { return Ok(None) };
    let Some(from) = world::meta(connection, FROM)?.and_then(|from| from.parse::<Date>().ok()) else { return Ok(None) };
    let day = ask.world.at.day;
    let ended = world::meta(connection, TO)?.is_none_or(|to| to <= day.to_string());
    Ok((from <= day).then_some((from, found == wanted && !ended)))
}

/// Whether the kept leads are what this question is answered with.
fn answers(ask: &Ask<'_>) -> Result<bool, Problem> {
    Ok(matches!(ask.leads_are()?, Freshness::Kept(_)) || holds(ask)?)
}

/// The place of every kept lead, in no order; `None` where they do not answer.
pub(super) fn places(ask: &Ask<'_>) -> Result<Option<Vec<(usize, u32)>>, Problem> {
    if !answers(ask)? {
        return Ok(None);
    }
    let mut statement = ask.connection.prepare_cached("SELECT tab, row FROM lead WHERE county = ?1")?;
    let places = statement.query_map([&ask.world.county], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(Some(places.collect::<Result<_, _>>()?))
}

/// How many leads lie in each row of a table; `None` where they are not kept.
pub(super) fn counts(ask: &Ask<'_>, table: usize) -> Result<Option<Arc<Vec<u32>>>, Problem> {
    if !answers(ask)? {
        return Ok(None);
    }
    let read = || -> Result<Arc<Vec<u32>>, Problem> {
        let mut statement = ask.connection.prepare_cached("SELECT bytes FROM lead_count WHERE county = ?1 AND tab = ?2")?;
        let mut rows = statement.query(params![ask.world.county, table])?;
        let row = rows.next()?.ok_or_else(|| damaged("reference.db", "lead_count"))?;
        let bytes = row.get_ref(0)?.as_blob().unwrap_or_default();
        let counts: Vec<u32> = bytes.as_chunks::<4>().0.iter().map(|b| u32::from_le_bytes(*b)).collect();
        if counts.len() != ask.world.len(table) as usize {
            return Err(damaged("reference.db", "lead_count"));
        }
        Ok(Arc::new(counts))
    };
    // Those of an earlier day are soon replaced.
    if !ask.leads_are()?.is_now() {
        return read().map(Some);
    }
    ask.cache.stored(&((ask.world.version, ask.world.at), table), read).map(Some)
}

/// The leads of some rows of a table, in their order; `None` where they are not kept.
pub(super) fn leads(ask: &Ask<'_>, table: usize, rows: Range<u32>) -> Result<Option<Vec<Lead>>, Problem> {
    if !answers(ask)? {
        return Ok(None);
    }
    let mut statement = ask
        .connection
        .prepare_cached("SELECT body FROM lead WHERE county = :county AND tab = :tab AND row >= :from AND row < :to ORDER BY row, rule")?;
    let parameters = named_params! { ":county": ask.world.county, ":tab": table, ":from": rows.start, ":to": rows.end };
    let mut found = statement.query(parameters)?;
    let mut out = Vec::new();
    while let Some(row) = found.next()? {
        out.push(serde_json::from_str(row.get_ref(0)?.as_str().unwrap_or_default()).map_err(|e| damaged("reference.db", e))?);
    }
    Ok(Some(out))
}

/// Screens, and keeps what comes of it; nothing is done where it is kept already, or cannot be.
pub(super) fn keep(ask: &Ask<'_>, connection: &Connection) -> Result<bool, Problem> {
    if !ask.world.at.derived || ask.framework.rules.is_empty() || holds(ask)? {
        return Ok(false);
    }
    let screened = ask.screened()?;
    let county = &ask.world.county;
    connection.execute("DELETE FROM lead WHERE county = ?1", [county])?;
    connection.execute("DELETE FROM lead_count WHERE county = ?1", [county])?;
    let mut insert = connection.prepare_cached("INSERT INTO lead (county, tab, row, rule, body) VALUES (?1, ?2, ?3, ?4, ?5)")?;
    for hit in &screened.hits {
        if let Some(lead) = screened.lead(ask, *hit) {
            let body = serde_json::to_string(&lead).map_err(|e| damaged("reference.db", e))?;
            insert.execute(params![county, hit.table, hit.row, hit.rule, body])?;
        }
    }
    let mut insert = connection.prepare_cached("INSERT INTO lead_count (county, tab, bytes) VALUES (?1, ?2, ?3)")?;
    for table in 0..ask.world.tables() {
        let counts = ask.tally(table, screened.hits.iter().map(|hit| ((hit.table, hit.row), 1)), None);
        insert.execute(params![county, table, counts.iter().flat_map(|n| n.to_le_bytes()).collect::<Vec<u8>>()])?;
    }
    let until = screened.screening.holds_until(ask.framework);
    for (key, value) in [(MARK, mark(ask)), (FROM, ask.world.at.day.to_string()), (TO, until.to_string())] {
        world::set_meta(connection, key, &value)?;
    }
    Ok(true)
}
