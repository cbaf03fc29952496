//! A JSON text as a tree, for files that cannot be read as a stream. Numbers stay as written.

use std::borrow::Cow;

use super::cursor::{Cursor, Stop, count_lines};
use super::draft::Draft;
use super::gather::Gather;
use crate::domain::problem::Problem;

/// A JSON value.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Json {
    #[default]
    Null,
    Bool(bool),
    /// As written.
    Number(String),
    String(String),
    Array(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    /// Reads the value at the cursor.
    pub(super) fn read(cursor: &mut Cursor<'_>) -> Result<Self, Stop> {
        match cursor.token()? {
            b'{' => {
                let mut members = Vec::new();
                cursor.object(|cursor, key| {
                    members.push((key.to_owned(), Self::read(cursor)?));
                    Ok(())
                })?;
                Ok(Self::Object(members))
            }
            b'[' => {
                let mut items = Vec::new();
                cursor.open(b'[')?;
                if cursor.close_if(b']')? {
                    return Ok(Self::Array(items));
                }
                loop {
                    items.push(Self::read(cursor)?);
                    if !cursor.another(b']')? {
                        return Ok(Self::Array(items));
                    }
                }
            }
            b'"' => cursor.string().map(|s| Self::String(s.into_owned())),
            b't' => cursor.word(b"true").map(|()| Self::Bool(true)),
            b'f' => cursor.word(b"false").map(|()| Self::Bool(false)),
            b'n' => cursor.word(b"null").map(|()| Self::Null),
            _ => Ok(cursor.scalar()?.map_or(Self::Null, Self::Number)),
        }
    }

    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => members.iter().find(|(k, _)| k == key).map(|(_, v)| v),
            _ => None,
        }
    }

    pub(super) fn items(&self) -> Option<&[Self]> {
        if let Self::Array(items) = self { Some(items) } else { None }
    }

    pub(super) fn str(&self) -> Option<&str> {
        if let Self::String(text) = self { Some(text) } else { None }
    }

    pub(super) fn number(&self) -> Option<f64> {
        if let Self::Number(text) = self { text.parse().ok() } else { None }
    }

    /// A scalar as text; `None` for null, arrays and objects.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Number(text) | Self::String(text) => Some(text),
            Self::Bool(true) => Some("true"),
            Self::Bool(false) => Some("false"),
            Self::Null | Self::Array(_) | Self::Object(_) => None,
        }
    }

    /// Two numbers.
    pub(super) fn pair(&self) -> Option<[f64; 2]> {
        match self.items()? {
            [x, y, ..] => Some([x.number()?, y.number()?]),
            _ => None,
        }
    }
}

/// The members of a properties object, those of inner objects under a dotted path.
pub(super) fn attributes(properties: &Json, path: &str, gather: &Gather<'_>, draft: &mut Draft) {
    let Json::Object(members) = properties else { return };
    for (key, value) in members {
        let name = if path.is_empty() { Cow::Borrowed(key.as_str()) } else { Cow::Owned(format!("{path}.{key}")) };
        match value {
            Json::Object(_) => attributes(value, &name, gather, draft),
            Json::Array(_) => {}
            scalar => gather.attribute(draft, &name, scalar.text().map(Cow::Borrowed)),
        }
    }
}

/// Where reading a text stopped, as a problem: its code, line, byte and arguments.
pub(super) fn problem(bytes: &[u8], stop: Stop, refused: impl FnOnce(&str) -> Problem) -> Problem {
    match stop {
        Stop::Fault(fault) | Stop::Geometry(fault) => {
            let at = fault.at.min(bytes.len());
            let mut problem = refused(fault.code).line(1 + count_lines(&bytes[..at])).arg(at + 1);
            if fault.code == "E_GEOJSON_TRUNCATED" {
                problem = problem.arg(0);
            }
            fault.args.into_iter().fold(problem, Problem::arg)
        }
        // The cursor was told that the text is whole.
        Stop::More => refused("E_GEOJSON_TRUNCATED").arg(bytes.len() + 1).arg(0),
    }
}
