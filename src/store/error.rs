//! SQLite's errors as problems a person can act on.

use std::path::Path;

use rusqlite::ErrorCode;

use crate::domain::problem::{Problem, Severity};

impl From<rusqlite::types::FromSqlError> for Problem {
    fn from(error: rusqlite::types::FromSqlError) -> Self {
        damaged("reference.db", error)
    }
}

impl From<rusqlite::Error> for Problem {
    fn from(error: rusqlite::Error) -> Self {
        sql(&error, "")
    }
}

/// The problem of an SQLite error in a file.
pub(super) fn sql(error: &rusqlite::Error, file: &str) -> Problem {
    let code = match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => "E_STORE_BUSY",
        Some(ErrorCode::DiskFull) => "E_DISK_FULL",
        Some(ErrorCode::ReadOnly) => "E_STORE_READ_ONLY",
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => "E_STORE_DAMAGED",
        Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => "E_STORE_OPEN",
        Some(ErrorCode::SystemIoFailure) => "E_NOT_SAVED",
        _ => "E_STORE_SQL",
    };
    Problem::new(code, Severity::Refused, file).arg(error)
}

/// The problem of a file that cannot be made, read or renamed.
pub(super) fn io(error: &std::io::Error, path: &Path) -> Problem {
    let code = match error.kind() {
        std::io::ErrorKind::StorageFull => "E_DISK_FULL",
        std::io::ErrorKind::ReadOnlyFilesystem => "E_STORE_READ_ONLY",
        _ => "E_STORE_OPEN",
    };
    Problem::new(code, Severity::Refused, path.display().to_string()).arg(error)
}

/// A damaged row, block or chain.
pub(super) fn damaged(file: &str, what: impl ToString) -> Problem {
    Problem::new("E_STORE_DAMAGED", Severity::Refused, file).arg(what)
}
