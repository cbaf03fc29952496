//! Whom a number of a sheet counts: the question that `i` asks of a row.

use serde::{Deserialize, Serialize};

use super::form::CellAt;

/// A number that counts branches, units or entities.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Behind {
    /// A cell of a form.
    Cell {
        /// File name of the form.
        form: String,
        /// The cell.
        at: CellAt,
    },
    /// The cells of a cross-check of a form.
    Check {
        /// File name of the form.
        form: String,
        /// 0-based, in the order of the file.
        n: usize,
    },
    /// The covered, the others, and those that cannot be told.
    Coverage {
        /// The coverage of a framework.
        id: String,
    },
}

impl Behind {
    /// Its name is the text `sheet.name.<word>`.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Cell { .. } | Self::Coverage { .. } => "behind",
            Self::Check { .. } => "check",
        }
    }

    /// What tells it from others, for a title.
    #[must_use]
    pub fn item(&self) -> String {
        match self {
            Self::Cell { at, .. } => at.to_string(),
            Self::Check { n, .. } => (n + 1).to_string(),
            Self::Coverage { id } => id.clone(),
        }
    }
}
