//! A feature while it is read: its properties, its shape, what is odd about it.

use super::GeometryKind;
use super::geometry::{Checkpoint, Shape, Sink};
use crate::domain::problem::Severity;

/// Property names that are listed when the id field is in none of the features.
pub(super) const KEYS_SHOWN: usize = 12;
/// The field that means the feature's own id.
pub(super) const OWN_ID: &str = "@id";

/// Something about a feature, with the line it was seen on.
pub(super) struct Note {
    pub(super) code: &'static str,
    pub(super) severity: Severity,
    pub(super) line: u64,
    pub(super) args: Vec<String>,
}

/// A feature as far as it was read.
pub(super) struct Draft {
    pub(super) line: u64,
    pub(super) own_id: Option<String>,
    /// Values of the id, name, parent and area fields among the properties.
    pub(super) fields: [Option<String>; 4],
    /// The id among the properties is a JSON number.
    pub(super) id_is_number: bool,
    /// Property names, as long as none are known of the file.
    pub(super) keys: Vec<String>,
    /// Every property and its text, for an overview.
    pub(super) all: Vec<(String, Option<String>)>,
    /// It holds more than an overview looks at.
    pub(super) more: bool,
    pub(super) shape: Shape,
    pub(super) had_z: bool,
    pub(super) notes: Vec<Note>,
    /// Where its rings begin.
    pub(super) checkpoint: Checkpoint,
}

impl Draft {
    pub(super) fn new(line: u64, sink: &Sink) -> Self {
        Self {
            line,
            own_id: None,
            fields: [const { None }; 4],
            id_is_number: false,
            keys: Vec::new(),
            all: Vec::new(),
            more: false,
            shape: Shape::default(),
            had_z: false,
            notes: Vec::new(),
            checkpoint: sink.checkpoint(),
        }
    }

    /// Forgets the properties read so far.
    pub(super) fn forget(&mut self) {
        self.fields = [const { None }; 4];
        self.keys.clear();
        self.all.clear();
    }

    /// A property name is remembered for the message that the id field is missing.
    pub(super) fn key(&mut self, key: &str) {
        if self.keys.len() < KEYS_SHOWN {
            self.keys.push(key.to_owned());
        }
    }

    /// The geometry cannot be used; its rings are dropped.
    pub(super) fn spoil(&mut self, sink: &mut Sink, code: &'static str, args: Vec<String>) {
        sink.rewind(self.checkpoint);
        self.shape = Shape::default();
        self.notes.push(Note { code, severity: Severity::Aside, line: self.line, args });
    }

    /// A field of the feature, [`OWN_ID`] being its own id.
    pub(super) fn field(&self, field: Option<&str>, slot: usize) -> Option<&str> {
        let own = if field == Some(OWN_ID) { self.own_id.as_deref() } else { None };
        own.or(self.fields[slot].as_deref()).filter(|text| !text.trim().is_empty())
    }

    /// Notes on a geometry that is absent, empty or only partly of use.
    pub(super) fn note_shape(&mut self) {
        let (kind, shape) = (self.shape.kind, self.shape);
        let note = |code, severity, args| Note { code, severity, line: self.line, args };
        let left_out = vec![shape.left_out.to_string()];
        let new = match kind {
            GeometryKind::None if !self.notes.is_empty() => None,
            GeometryKind::None if shape.collection && shape.left_out > 0 => Some(note("E_GEOM_COLLECTION", Severity::Aside, left_out)),
            GeometryKind::None => Some(note("E_GEOM_NONE", Severity::Mark, Vec::new())),
            GeometryKind::Polygon if shape.collection && shape.left_out == 0 => {
                Some(note("E_GEOM_COLLECTION_AREA", Severity::Mark, Vec::new()))
            }
            _ if shape.left_out > 0 => Some(note("E_GEOM_PARTS", Severity::Mark, left_out)),
            _ => None,
        };
        self.notes.extend(new);
    }
}
