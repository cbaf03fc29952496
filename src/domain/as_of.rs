//! The two times of every question.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// As it was on a day, as far as it was known at an instant.
///
/// `None` means "now" and "all that is known". Reference rows are only ever inserted and batches
/// only ever withdrawn, so both times answer undo, past briefings and later corrections alike.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AsOf {
    /// The day the units and values are valid on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid: Option<Date>,
    /// The instant of knowledge: batches known later, or withdrawn before it, do not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known: Option<Timestamp>,
}

impl AsOf {
    /// Today, with everything known.
    pub const NOW: Self = Self { valid: None, known: None };
}
