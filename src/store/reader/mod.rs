//! Answers to questions.

use std::path::Path;
use std::sync::Arc;

use jiff::civil::Date;
use rusqlite::Connection;

use super::cache::Cache;
use crate::domain::access::Access;
use crate::domain::problem::{Problem, Severity};
use crate::domain::request::{Outcome, Query};
use crate::framework::Framework;

/// Answers questions on connections of its own.
#[derive(Debug)]
pub struct Reader {
    reference: Connection,
    records: Connection,
    framework: Arc<Framework>,
    cache: Arc<Cache>,
    folder: String,
}

impl Reader {
    pub(super) fn new(reference: Connection, records: Connection, framework: Arc<Framework>, cache: Arc<Cache>, home: &Path) -> Self {
        let folder = home.file_stem().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        Self { reference, records, framework, cache, folder }
    }

    /// Answers a question for a session.
    ///
    /// # Errors
    /// Where the store cannot be read, or the place is not there or may not be seen.
    pub fn answer(&mut self, query: &Query, access: &Access, today: Date) -> Outcome {
        let _ = (query, access, today);
        Err(Problem::new("E_STORE_SQL", Severity::Refused, ""))
    }
}
