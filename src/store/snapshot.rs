//! Published snapshots: one file with reference data, facts and the framework.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::Paths;
use super::error::{io, sql};
use super::framework_log;
use super::world::meta;
use crate::domain::problem::{Problem, Severity};
use crate::framework::Framework;

/// Name of a snapshot in a folder.
pub(super) const FILE_NAME: &str = "snapshot.db";

/// Tables of the records that a snapshot carries.
const RECORD_TABLES: [&str; 4] = ["device", "fact", "body", "envelope"];

/// Writes a snapshot beside the target and renames it over it.
pub(super) fn publish(paths: &Paths, to: &Path) -> Result<(), Problem> {
    let target = if to.is_dir() { to.join(FILE_NAME) } else { to.to_owned() };
    let mut name = target.as_os_str().to_owned();
    name.push(format!(".{}", uuid::Uuid::new_v4().simple()));
    let part = std::path::PathBuf::from(name);
    let written =
        write(paths, &part).and_then(|()| seal(&part)).and_then(|()| std::fs::rename(&part, &target).map_err(|e| io(&e, &target)));
    if written.is_err() {
        // The message is about the first failure; a leftover is only untidy.
        let _ = std::fs::remove_file(&part);
    }
    written
}

fn write(paths: &Paths, part: &Path) -> Result<(), Problem> {
    let file = part.display().to_string();
    let text = |path: &Path| {
        path.to_str().map(str::to_owned).ok_or_else(|| Problem::new("E_STORE_OPEN", Severity::Refused, path.display().to_string()))
    };
    let copy = || -> rusqlite::Result<()> {
        let reference = Connection::open_with_flags(&paths.reference, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        reference.busy_timeout(std::time::Duration::from_secs(5))?;
        reference.execute("VACUUM INTO ?1", [part.to_str()])?;
        Ok(())
    };
    text(part)?;
    let records = text(&paths.records)?;
    copy().map_err(|e| sql(&e, &file))?;
    if paths.records == paths.reference {
        return Ok(());
    }
    let merge = || -> rusqlite::Result<()> {
        let mut snapshot = Connection::open(part)?;
        snapshot.busy_timeout(std::time::Duration::from_secs(5))?;
        snapshot.execute("ATTACH ?1 AS records", [records])?;
        let transaction = snapshot.transaction()?;
        for (kind, after) in [("table", true), ("trigger", false)] {
            let mut statement =
                transaction.prepare("SELECT sql FROM records.sqlite_schema WHERE type = ?1 AND sql IS NOT NULL ORDER BY rowid")?;
            let texts: Vec<String> = statement.query_map([kind], |row| row.get(0))?.collect::<Result<_, _>>()?;
            for text in texts {
                transaction.execute_batch(&text)?;
            }
            if after {
                for table in RECORD_TABLES {
                    transaction.execute(&["INSERT INTO main.", table, " SELECT * FROM records.", table].concat(), [])?;
                }
            }
        }
        transaction.commit()
    };
    merge().map_err(|e| sql(&e, &file))
}

/// On disk, and readable by owner and group only.
fn seal(part: &Path) -> Result<(), Problem> {
    let file = std::fs::File::options().read(true).write(true).open(part).map_err(|e| io(&e, part))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        file.set_permissions(std::fs::Permissions::from_mode(0o640)).map_err(|e| io(&e, part))?;
    }
    file.sync_all().map_err(|e| io(&e, part))
}

/// The frameworks that a snapshot carries, as one: those in use, the tree's first, and what they extend.
pub(super) fn framework(connection: &Connection) -> Result<Framework, Problem> {
    let several = meta(connection, "frameworks")?.filter(|hashes| !hashes.is_empty());
    let hashes = several.or(meta(connection, "framework")?).unwrap_or_default();
    if hashes.is_empty() {
        return Err(Problem::new("E_STORE_FRAMEWORK", Severity::Refused, connection.path().unwrap_or_default()));
    }
    framework_log::of_hashes(connection, &hashes)
}
