//! Whether the derived tables are complete, and for which days.

use jiff::civil::Date;
use rusqlite::{Connection, Row};

use super::{meta, set_meta, version};
use crate::domain::problem::Problem;
use crate::framework::Framework;

/// What the derived tables of a version were made for.
fn derived_mark(connection: &Connection, framework: &Framework) -> Result<String, Problem> {
    Ok(format!("{} {}", version(connection)?, framework.sha256))
}

/// Whether the derived tables are complete for this version and framework, and hold on a day.
pub(in crate::store) fn is_derived(connection: &Connection, framework: &Framework, day: Date) -> Result<bool, Problem> {
    Ok(is_packed(connection, framework)? && holds_on(connection, day)?)
}

/// Whether the derived tables are complete for this version and framework, on whatever days they hold.
pub(super) fn is_packed(connection: &Connection, framework: &Framework) -> Result<bool, Problem> {
    let mark = derived_mark(connection, framework)?;
    Ok(meta(connection, "derived")?.is_some_and(|m| m == mark))
}

/// Whether the units and branches of a day are those of the derived tables.
pub(super) fn holds_on(connection: &Connection, day: Date) -> Result<bool, Problem> {
    let day = day.to_string();
    Ok(meta(connection, "derived_from")?.is_some_and(|f| f <= day) && meta(connection, "derived_to")?.is_some_and(|t| day < t))
}

/// Marks the derived tables as complete for all days on which the same rows hold as on this one.
pub(in crate::store) fn set_derived(connection: &Connection, framework: &Framework, day: Date) -> Result<(), Problem> {
    let (mut from, mut to) = (String::new(), "9999-12-31".to_owned());
    for table in ["unit_version", "entity_version", "geometry INDEXED BY geometry_drawn", "branch_version", "membership", "record_version"]
    {
        let query = [
            "SELECT max(iif(valid_from <= ?1, valid_from, '')), max(iif(valid_to <= ?1, valid_to, '')),
                    min(iif(valid_from > ?1, valid_from, '9999-12-31')), min(iif(valid_to > ?1, valid_to, '9999-12-31')) FROM ",
            table,
        ];
        let edge = |row: &Row<'_>, n: usize| row.get::<_, Option<String>>(n);
        let edges = connection
            .query_row(&query.concat(), [day.to_string()], |row| Ok([edge(row, 0)?, edge(row, 1)?, edge(row, 2)?, edge(row, 3)?]))?;
        let [began, ended, begins, ends] = edges;
        from = from.max(began.unwrap_or_default()).max(ended.unwrap_or_default());
        to = [begins, ends].into_iter().flatten().fold(to, Ord::min);
    }
    for (key, value) in [("derived", derived_mark(connection, framework)?), ("derived_from", from), ("derived_to", to)] {
        set_meta(connection, key, &value)?;
    }
    Ok(())
}
