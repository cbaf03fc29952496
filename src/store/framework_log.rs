//! Which frameworks were in use when, so that a value is read by the definition it was reported under.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension as _, params};

use super::cache::Cache;
use super::world::meta;
use crate::domain::id::IndicatorId;
use crate::domain::indicator::Indicator;
use crate::domain::problem::{Problem, Severity};
use crate::framework::{Framework, Source, shipped};

/// Notes that some frameworks are in use from now on, if they were not before.
pub(super) fn note(connection: &Connection, county: &str, framework: &Framework, now_ms: i64) -> Result<(), Problem> {
    let parts = framework.parts.iter().map(|p| p.sha256.as_str()).collect::<Vec<_>>().join(" ");
    if newest(connection, county, i64::MAX)?.as_deref() != Some(&parts) {
        connection.execute(
            "INSERT OR REPLACE INTO framework_use (county, known_from, parts) VALUES (?1, ?2, ?3)",
            params![county, now_ms, parts],
        )?;
    }
    Ok(())
}

/// Hashes of the frameworks in use at an instant, milliseconds of UTC; of the first ones before that.
fn newest(connection: &Connection, county: &str, at_ms: i64) -> Result<Option<String>, Problem> {
    let mut statement = connection
        .prepare_cached("SELECT parts FROM framework_use WHERE county = ?1 ORDER BY known_from > ?2, abs(known_from - ?2) LIMIT 1")?;
    // Where everything known is meant there is no distance to measure.
    let at_ms = at_ms.min(i64::MAX / 4);
    Ok(statement.query_row((county, at_ms), |row| row.get(0)).optional()?)
}

/// Whether the frameworks in use were ever others.
pub(super) fn has_changed(connection: &Connection, county: &str) -> Result<bool, Problem> {
    Ok(connection.prepare_cached("SELECT count(*) > 1 FROM framework_use WHERE county = ?1")?.query_row([county], |row| row.get(0))?)
}

/// What an indicator was at two instants, where its definition differs between them.
pub(super) fn redefined(
    connection: &Connection,
    cache: &Cache,
    county: &str,
    id: &IndicatorId,
    [older_ms, newer_ms]: [i64; 2],
) -> Result<Option<[Arc<Indicator>; 2]>, Problem> {
    let at = |at_ms: i64| -> Result<Option<Arc<Indicator>>, Problem> {
        let Some(hashes) = newest(connection, county, at_ms)? else { return Ok(None) };
        // A framework of that time that no longer loads says nothing about its definitions.
        let found = cache.frameworks(&hashes, || Ok::<_, Problem>(of_hashes(connection, &hashes).ok().map(Arc::new)))?;
        Ok(found.and_then(|f| f.indicators.iter().find(|i| i.id == *id).cloned()))
    };
    let (Some(older), Some(newer)) = (at(older_ms)?, at(newer_ms)?) else { return Ok(None) };
    Ok((!older.is_defined_as(&newer)).then_some([older, newer]))
}

/// The frameworks of the hashes that are kept, as one.
pub(super) fn of_hashes(connection: &Connection, hashes: &str) -> Result<Framework, Problem> {
    let file = connection.path().unwrap_or_default();
    let unusable = || Problem::new("E_STORE_FRAMEWORK", Severity::Refused, file);
    let mut one = connection.prepare_cached("SELECT file, body FROM framework_in_use WHERE sha256 = ?1")?;
    let mut sources = Vec::new();
    for hash in hashes.split_whitespace() {
        let source = one.query_row([hash], |row| Ok(Source { file: row.get(0)?, text: row.get(1)? })).optional()?;
        sources.push(source.ok_or_else(unusable)?);
    }
    // A part that others extend is found by the name of its file, which is its id.
    let find = |id: &str| sources.iter().find(|s| s.file == format!("{id}.toml")).cloned().or_else(|| shipped::find(id));
    let parts: Result<Vec<_>, _> = sources.iter().map(|s| Framework::parse_with(&s.text, &s.file, &find)).collect();
    // Before frameworks stood side by side there was one, and the ids that are kept have none.
    let alone = meta(connection, "frameworks")?.is_none_or(|several| several.is_empty());
    let whole = |mut parts: Vec<Framework>| if alone { parts.pop().ok_or_else(Vec::new) } else { Framework::combine(parts) };
    parts.and_then(whole).map_err(|problems| problems.into_iter().next().unwrap_or_else(unusable))
}
