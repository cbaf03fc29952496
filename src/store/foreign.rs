//! An SQLite file of an office: copied, then read without trusting anything in it.

use std::path::Path;
use std::time::Duration;

use rusqlite::backup::Backup;
use rusqlite::config::DbConfig;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, OptionalExtension as _};

use super::error::sql;
use crate::domain::problem::{Problem, Severity};

/// Largest file that is copied into memory, bytes.
const COPY_MAX_BYTES: u64 = 1 << 30;

/// Headings and rows of one table: number of the row (rowid where there is one) and its texts.
pub(crate) type Rows = (Vec<String>, Vec<(u64, Vec<String>)>);

/// Reads a table of a database file that is not ours.
///
/// The file is copied into memory by the backup API, so that it is read as of one moment and
/// nothing is ever written beside it; a view or virtual table is refused, because it would run
/// code of the file.
pub(crate) fn rows(path: &Path, shown_as: &str, table: &str) -> Result<Rows, Problem> {
    let wrong = wrong_in(shown_as);
    let copy = copy(path, shown_as)?;
    let read = || -> rusqlite::Result<Option<Rows>> {
        let Some(made) = plain_table(&copy, table)? else { return Ok(None) };
        let quoted = quoted(table);
        let numbered = !made.to_ascii_uppercase().contains("WITHOUT ROWID");
        let query = [if numbered { "SELECT rowid, * FROM " } else { "SELECT 0, * FROM " }, &quoted].concat();
        let mut statement = copy.prepare(&query)?;
        let headings = statement.column_names().skip(1).map(str::to_owned).collect::<Vec<_>>();
        let mut out = Vec::new();
        let mut found = statement.query([])?;
        while let Some(row) = found.next()? {
            let id: i64 = row.get(0)?;
            let number = if numbered { u64::try_from(id).unwrap_or_default() } else { out.len() as u64 + 1 };
            let cells = (1..=headings.len()).map(|n| row.get_ref(n).map(text)).collect::<Result<_, _>>()?;
            out.push((number, cells));
        }
        Ok(Some((headings, out)))
    };
    read().map_err(wrong)?.ok_or_else(|| Problem::new("E_TABLE_NOT_THERE", Severity::Refused, shown_as).arg(table))
}

/// Names of the tables of a database file that is not ours, without the engine's own.
pub(crate) fn tables(path: &Path, shown_as: &str) -> Result<Vec<String>, Problem> {
    let copy = copy(path, shown_as)?;
    let read = || -> rusqlite::Result<Vec<String>> {
        let query = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!' \
                     AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name LIMIT 256";
        copy.prepare(query)?.query_map([], |row| row.get(0))?.collect()
    };
    read().map_err(wrong_in(shown_as))
}

/// What a failure in a file that is not ours is called: its damage is not that of our own databases.
pub(super) fn wrong_in(shown_as: &str) -> impl Fn(rusqlite::Error) -> Problem + Copy {
    move |e| match sql(&e, shown_as) {
        problem if problem.code == "E_STORE_DAMAGED" => Problem { code: "E_FOREIGN_DAMAGED".to_owned(), ..problem },
        problem => problem,
    }
}

/// A copy in memory of a database that is not ours, with everything that would run code of the file
/// switched off.
pub(super) fn copy(path: &Path, shown_as: &str) -> Result<Connection, Problem> {
    let wrong = wrong_in(shown_as);
    if std::fs::metadata(path).is_ok_and(|m| m.len() > COPY_MAX_BYTES) {
        return Err(Problem::new("E_MAP_SIZE", Severity::Refused, shown_as).arg(COPY_MAX_BYTES >> 20));
    }
    let source = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX).map_err(wrong)?;
    let mut copy = Connection::open_in_memory().map_err(wrong)?;
    Backup::new(&source, &mut copy).and_then(|b| b.run_to_completion(1000, Duration::ZERO, None)).map_err(wrong)?;
    let settle = || -> rusqlite::Result<()> {
        copy.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        copy.pragma_update(None, "trusted_schema", false)?;
        copy.pragma_update(None, "cell_size_check", true)?;
        copy.pragma_update(None, "query_only", true)
    };
    settle().map_err(wrong)?;
    Ok(copy)
}

/// How a plain table was made; `None` where the name is that of a view, a virtual table or nothing.
pub(super) fn plain_table(copy: &Connection, table: &str) -> rusqlite::Result<Option<String>> {
    let made: Option<String> =
        copy.query_row("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?1", [table], |row| row.get(0)).optional()?;
    Ok(made.filter(|sql| !sql.get(..14).is_some_and(|s| s.eq_ignore_ascii_case("CREATE VIRTUAL"))))
}

/// A name as an identifier: it cannot be a parameter, and doubled quotes make any text a plain one.
pub(super) fn quoted(name: &str) -> String {
    ["\"", &name.replace('"', "\"\""), "\""].concat()
}

pub(super) fn text(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null | ValueRef::Blob(_) => String::new(),
        ValueRef::Integer(n) => n.to_string(),
        ValueRef::Real(n) => n.to_string(),
        ValueRef::Text(t) => String::from_utf8_lossy(t).into_owned(),
    }
}

/// A database of an office for tests outside the store: a table `表` (编码, 值) with one row for a
/// code, and a view `看` of it.
#[cfg(test)]
pub(crate) fn make_for_test(path: &Path, code: &str, value: f64) {
    let made = Connection::open(path).and_then(|c| {
        c.execute_batch("CREATE TABLE 表 (编码 TEXT, 值 REAL); CREATE VIEW 看 AS SELECT * FROM 表;")?;
        c.execute("INSERT INTO 表 VALUES (?1, ?2)", (code, value))
    });
    made.expect("a small database");
}
