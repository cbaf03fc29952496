//! Opening a database: identity, version, settings, migrations.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags};

use super::error::{damaged, io, sql};
use crate::domain::problem::{Problem, Severity};

/// `XNTU`, in the header of every database of ours.
const APPLICATION_ID: i32 = 0x584E_5455;

/// How long a connection waits for another one's lock.
const BUSY_TIMEOUT: Duration = Duration::from_millis(5000);

/// Largest blob or text, bytes: a province's outline with a million points still fits.
const LENGTH_MAX_BYTES: i32 = 256 << 20;

/// A kind of database: its migrations, in order and never changed once published.
pub(super) struct Schema {
    /// `user_version` is the number of these that were applied.
    pub(super) migrations: &'static [&'static str],
    /// `synchronous`: FULL where nothing may ever be lost, NORMAL where it can be rebuilt.
    pub(super) synchronous: &'static str,
    /// Bytes of a page of a new file.
    pub(super) page_bytes: u32,
}

/// Pages of a writer kept in memory, KiB: the upper parts of the indexes that a load fills.
const WRITER_CACHE_KIB: i64 = 8192;

/// Reference data: can be rebuilt from the source files. Boundaries and packs are some kilobytes
/// each, of which large pages waste less and need fewer calls.
pub(super) const REFERENCE: Schema = Schema {
    migrations: &[
        include_str!("migrations/reference_001.sql"),
        include_str!("migrations/reference_002.sql"),
        include_str!("migrations/reference_003.sql"),
        include_str!("migrations/reference_004.sql"),
        include_str!("migrations/reference_005.sql"),
        include_str!("migrations/reference_006.sql"),
        include_str!("migrations/reference_007.sql"),
    ],
    synchronous: "NORMAL",
    page_bytes: 16384,
};

/// What people recorded: cannot be replaced.
pub(super) const RECORDS: Schema = Schema {
    migrations: &[include_str!("migrations/records_001.sql"), include_str!("migrations/records_002.sql")],
    synchronous: "FULL",
    page_bytes: 4096,
};

/// Opens for writing, creating or migrating as needed.
pub(super) fn open_writable(path: &Path, schema: &Schema) -> Result<Connection, Problem> {
    let file = path.display().to_string();
    let state = look(path, schema)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags).map_err(|e| sql(&e, &file))?;
    let prepare = |connection: &Connection| -> rusqlite::Result<()> {
        settings(connection)?;
        // Without effect on a file that has pages.
        connection.pragma_update(None, "page_size", schema.page_bytes)?;
        connection.pragma_update(None, "cache_size", -WRITER_CACHE_KIB)?;
        connection.pragma_update(None, "synchronous", schema.synchronous)?;
        connection.pragma_update(None, "secure_delete", true)
    };
    prepare(&connection).map_err(|e| sql(&e, &file))?;
    if state == Found::Ours {
        identify(&connection, schema, &file)?;
    }
    migrate(&mut connection, path, schema).map_err(|e| sql(&e, &file))?;
    // Only now: a new file is complete in its main part before there is a log beside it.
    connection.pragma_update(None, "journal_mode", "WAL").map_err(|e| sql(&e, &file))?;
    Ok(connection)
}

/// Opens for reading. Where the folder cannot be written, SQLite is told that nobody else can
/// write either, because it cannot make its shared-memory file there.
pub(super) fn open_readable(path: &Path, schema: &Schema) -> Result<Connection, Problem> {
    let file = path.display().to_string();
    if look(path, schema)? == Found::Nothing {
        return Err(Problem::new("E_STORE_ABSENT", Severity::Refused, file));
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let open = |suffix: &str| -> rusqlite::Result<Connection> {
        let connection = Connection::open_with_flags(format!("{}{suffix}", uri(path)), flags)?;
        settings(&connection)?;
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
        connection.pragma_update(None, "query_only", true)?;
        Ok(connection)
    };
    let connection = open("?mode=ro").or_else(|_| open("?mode=ro&immutable=1")).map_err(|e| sql(&e, &file))?;
    identify(&connection, schema, &file)?;
    Ok(connection)
}

/// Full check of pages and rows; slow on large files.
pub(super) fn check(connection: &Connection, file: &str) -> Result<(), Problem> {
    let answer: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(|e| sql(&e, file))?;
    if answer == "ok" { Ok(()) } else { Err(damaged(file, answer)) }
}

#[derive(PartialEq, Eq)]
enum Found {
    Nothing,
    Ours,
}

/// Looks at the header without SQLite, so that a foreign file is not touched at all.
fn look(path: &Path, schema: &Schema) -> Result<Found, Problem> {
    let name = path.display().to_string();
    let mut head = [0u8; 100];
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Found::Nothing),
        Err(e) => return Err(io(&e, path)),
    };
    let mut have = 0;
    while have < head.len() {
        match file.read(&mut head[have..]).map_err(|e| io(&e, path))? {
            0 => break,
            n => have += n,
        }
    }
    if have == 0 {
        return Ok(Found::Nothing);
    }
    // <https://www.sqlite.org/fileformat.html#the_database_header>: user version at 60,
    // application id at 68, big-endian.
    if have < head.len() || !head.starts_with(b"SQLite format 3\0") {
        return Err(damaged(&name, "no SQLite header"));
    }
    let number = |at: usize| i32::from_be_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
    verdict(number(68), number(60), schema, &name)?;
    Ok(Found::Ours)
}

fn identify(connection: &Connection, schema: &Schema, file: &str) -> Result<(), Problem> {
    let number = |pragma: &str| connection.pragma_query_value(None, pragma, |row| row.get::<_, i32>(0)).map_err(|e| sql(&e, file));
    verdict(number("application_id")?, number("user_version")?, schema, file)
}

fn verdict(application_id: i32, user_version: i32, schema: &Schema, file: &str) -> Result<(), Problem> {
    if application_id != APPLICATION_ID {
        return Err(Problem::new("E_STORE_FOREIGN", Severity::Refused, file).arg(format!("{application_id:#010x}")));
    }
    let known = schema.migrations.len();
    if usize::try_from(user_version).map_or(true, |v| v > known) {
        return Err(Problem::new("E_STORE_NEWER", Severity::Refused, file).arg(user_version).arg(known));
    }
    Ok(())
}

fn settings(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.pragma_update(None, "mmap_size", 0)?;
    connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, LENGTH_MAX_BYTES)?;
    connection.set_limit(Limit::SQLITE_LIMIT_SQL_LENGTH, 100_000)?;
    connection.set_limit(Limit::SQLITE_LIMIT_EXPR_DEPTH, 30)?;
    connection.set_limit(Limit::SQLITE_LIMIT_VARIABLE_NUMBER, 1000)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(())
}

fn migrate(connection: &mut Connection, path: &Path, schema: &Schema) -> rusqlite::Result<()> {
    let version = |c: &Connection| c.pragma_query_value(None, "user_version", |row| row.get::<_, usize>(0));
    let before = version(connection)?;
    if before == schema.migrations.len() {
        return Ok(());
    }
    if before > 0 {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".before-{}", schema.migrations.len()));
        connection.backup("main", PathBuf::from(name), None::<fn(rusqlite::backup::Progress)>)?;
    }
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    // Asked again under the lock: another process may have been quicker.
    for migration in schema.migrations.iter().skip(version(&transaction)?) {
        transaction.execute_batch(migration)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", schema.migrations.len())?;
    transaction.commit()
}

/// `file:` URI of a path: everything but unreserved characters and `/` is escaped.
fn uri(path: &Path) -> String {
    use std::fmt::Write as _;
    let mut out = String::from("file:");
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(char::from(*byte)),
            other => {
                let _ = write!(out, "%{other:02X}");
            }
        }
    }
    out
}
