//! What is wrong with an input: data, worded per language at the edge.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::text::quote;

/// How much a problem stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Loaded, with a mark on the record.
    Mark,
    /// The record is kept aside and listed.
    Aside,
    /// The whole file is refused.
    Refused,
}

/// Where a problem lies. Every part that is known is given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Spot {
    /// File as the manifest names it.
    pub file: String,
    /// 1-based physical line of a text file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// 1-based column of the line, in characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<u64>,
    /// 1-based record or feature.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<u64>,
    /// Column, property or TOML key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

/// A problem of an import, a framework, a keymap or a check.
///
/// `code` names a text in the locale tables (`problem.<code>`); `args` fill its `{0}`, `{1}` …
/// The arguments are raw text from data: whoever prints them quotes them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Problem {
    /// Stable code such as `E_GEOJSON_TRUNCATED`.
    pub code: String,
    /// How much it stops.
    pub severity: Severity,
    /// Where.
    pub spot: Spot,
    /// Arguments of the text, in order.
    pub args: Vec<String>,
}

impl Problem {
    /// A problem in a file.
    #[must_use]
    pub fn new(code: &str, severity: Severity, file: impl Into<String>) -> Self {
        Self { code: code.to_owned(), severity, spot: Spot { file: file.into(), ..Spot::default() }, args: Vec::new() }
    }

    /// With the 1-based physical line.
    #[must_use]
    pub fn line(mut self, line: u64) -> Self {
        self.spot.line = Some(line);
        self
    }

    /// With the 1-based column of the line, in characters.
    #[must_use]
    pub fn column(mut self, column: u64) -> Self {
        self.spot.column = Some(column);
        self
    }

    /// With the 1-based record or feature.
    #[must_use]
    pub fn record(mut self, record: u64) -> Self {
        self.spot.record = Some(record);
        self
    }

    /// With the column, property or key.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.spot.field = Some(field.into());
        self
    }

    /// With one more argument.
    #[must_use]
    pub fn arg(mut self, arg: impl ToString) -> Self {
        self.args.push(arg.to_string());
        self
    }
}

impl fmt::Display for Spot {
    /// `file:line:column #record [field]`, cleaned.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", quote(&self.file))?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
            if let Some(column) = self.column {
                write!(f, ":{column}")?;
            }
        }
        if let Some(record) = self.record {
            write!(f, " #{record}")?;
        }
        if let Some(field) = &self.field {
            write!(f, " [{}]", quote(field))?;
        }
        Ok(())
    }
}

impl fmt::Display for Problem {
    /// The form without a locale, for logs: `CODE file:line:column #record [field]: args`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.code, self.spot)?;
        for (n, arg) in self.args.iter().enumerate() {
            write!(f, "{}{}", if n == 0 { ": " } else { ", " }, quote(arg))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_form_names_every_known_place() {
        let p = Problem::new("E_X", Severity::Aside, "maps/\u{1b}a.geojson").line(3).record(2).field("编码").arg("01\u{202e}");
        assert_eq!(p.to_string(), "E_X maps/\\x1Ba.geojson:3 #2 [编码]: 01\\u{202E}");
    }
}
