//! One feature: its id, name, parent and geometry.

use std::borrow::Cow;

use super::cursor::{Cursor, Stop};
use super::geometry::{self, Checkpoint, Shape, Sink};
use super::{GeometryKind, ReadSpec};
use crate::domain::problem::Severity;

/// Property names that are listed when the id field is in none of the features.
const KEYS_SHOWN: usize = 12;
/// The field that means the feature's own `id` member.
const OWN_ID: &str = "@id";

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
    pub(super) kind_name: Option<String>,
    pub(super) own_id: Option<String>,
    /// Values of the id, name and parent fields among the properties.
    pub(super) fields: [Option<String>; 3],
    /// The id among the properties is a JSON number.
    pub(super) id_is_number: bool,
    pub(super) keys: Vec<String>,
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
            kind_name: None,
            own_id: None,
            fields: [None, None, None],
            id_is_number: false,
            keys: Vec::new(),
            shape: Shape::default(),
            had_z: false,
            notes: Vec::new(),
            checkpoint: sink.checkpoint(),
        }
    }

    /// Reads a whole feature object.
    pub(super) fn read(cursor: &mut Cursor<'_>, spec: &ReadSpec, sink: &mut Sink, want_keys: bool) -> Result<Self, Stop> {
        let mut draft = Self::new(cursor.line_at(cursor.at), sink);
        cursor.object(|cursor, key| draft.member(cursor, key, spec, sink, want_keys))?;
        Ok(draft)
    }

    /// Reads the value of one member.
    pub(super) fn member(
        &mut self,
        cursor: &mut Cursor<'_>,
        key: &str,
        spec: &ReadSpec,
        sink: &mut Sink,
        want_keys: bool,
    ) -> Result<(), Stop> {
        match key {
            "type" => self.kind_name = cursor.scalar()?,
            "id" => self.own_id = cursor.scalar()?,
            "properties" => self.properties(cursor, spec, want_keys)?,
            "geometry" => self.geometry(cursor, sink)?,
            _ => cursor.skip()?,
        }
        Ok(())
    }

    fn properties(&mut self, cursor: &mut Cursor<'_>, spec: &ReadSpec, want_keys: bool) -> Result<(), Stop> {
        self.fields = [None, None, None];
        self.keys.clear();
        if cursor.token()? != b'{' {
            return cursor.skip();
        }
        let wanted = [Some(spec.id_field.as_str()), spec.name_field.as_deref(), spec.parent_field.as_deref()];
        let keys = want_keys.then_some(&mut self.keys);
        self.id_is_number = nested(cursor, wanted, &mut self.fields, keys)?;
        Ok(())
    }

    fn geometry(&mut self, cursor: &mut Cursor<'_>, sink: &mut Sink) -> Result<(), Stop> {
        // Of two geometries, or at a second try with more of the file, the last counts.
        sink.rewind(self.checkpoint);
        self.notes.clear();
        sink.had_z = false;
        let (begin, depth) = (cursor.at, cursor.depth);
        let found = geometry::read(cursor, sink);
        self.had_z = sink.had_z;
        match found {
            Ok(shape) => {
                self.shape = shape;
                Ok(())
            }
            Err(Stop::Geometry(fault)) => {
                sink.rewind(self.checkpoint);
                self.shape = Shape::default();
                self.notes.push(Note { code: fault.code, severity: Severity::Aside, line: cursor.line_at(fault.at), args: fault.args });
                // The text around the bad place must still be JSON.
                (cursor.at, cursor.depth) = (begin, depth);
                cursor.skip()
            }
            Err(stop) => Err(stop),
        }
    }

    /// A field of the feature, `@id` being its own id.
    pub(super) fn field(&self, field: Option<&str>, slot: usize) -> Option<&str> {
        let own = if field == Some(OWN_ID) { self.own_id.as_deref() } else { None };
        own.or(self.fields[slot].as_deref())
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

/// Reads the properties of an object, going into inner objects where a wanted path leads there.
/// Gives whether the first wanted one is a number.
fn nested(
    cursor: &mut Cursor<'_>,
    wanted: [Option<&str>; 3],
    found: &mut [Option<String>; 3],
    mut keys: Option<&mut Vec<String>>,
) -> Result<bool, Stop> {
    let mut number = false;
    cursor.object(|cursor, key| {
        if let Some(keys) = keys.as_deref_mut().filter(|k| k.len() < KEYS_SHOWN) {
            keys.push(key.to_owned());
        }
        let whole = wanted.map(|w| w == Some(key));
        let inner = wanted.map(|w| w?.strip_prefix(key)?.strip_prefix('.'));
        if whole.contains(&true) {
            number |= whole[0] && matches!(cursor.token()?, b'-' | b'0'..=b'9');
            let value = cursor.scalar()?;
            for (slot, _) in whole.iter().enumerate().filter(|(_, hit)| **hit) {
                found[slot].clone_from(&value);
            }
            Ok(())
        } else if inner.iter().any(Option::is_some) && cursor.token()? == b'{' {
            number |= nested(cursor, inner, found, None)?;
            Ok(())
        } else {
            cursor.skip()
        }
    })?;
    Ok(number)
}

/// The name of a `crs` member: `crs.properties.name`, or its text.
pub(super) fn crs_name<'a>(cursor: &mut Cursor<'a>) -> Result<Option<Cow<'a, str>>, Stop> {
    if cursor.token()? != b'{' {
        return Ok(cursor.scalar()?.map(Cow::Owned));
    }
    let mut found = [None, None, None];
    nested(cursor, [Some("properties.name"), None, Some("name")], &mut found, None)?;
    let [inner, _, outer] = found;
    Ok(inner.or(outer).map(Cow::Owned))
}
