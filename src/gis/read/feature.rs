//! One feature of GeoJSON: its id, its properties and its geometry.

use std::borrow::Cow;

use super::cursor::{Cursor, Stop};
use super::draft::{Draft, KEYS_SHOWN, Note};
use super::gather::Gather;
use super::geometry::{self, Shape, Sink};
use crate::domain::problem::Severity;

/// Members of a collection or a feature, beside those that are read, in which nobody is named.
const HARMLESS: [&str; 9] =
    ["bbox", "name", "crs", "features", "timeStamp", "totalFeatures", "numberMatched", "numberReturned", "xy_coordinate_resolution"];
/// Digits from which on a number in a list may be that of a person.
const LONG_DIGITS: usize = 10;

/// A feature as far as it was read.
pub(super) struct Feature {
    pub(super) kind_name: Option<String>,
    pub(super) draft: Draft,
}

impl Feature {
    pub(super) fn new(line: u64, sink: &Sink) -> Self {
        Self { kind_name: None, draft: Draft::new(line, sink) }
    }

    /// Reads a whole feature object.
    pub(super) fn read(cursor: &mut Cursor<'_>, gather: &mut Gather<'_>) -> Result<Self, Stop> {
        let mut feature = Self::new(cursor.line_at(cursor.at), &gather.sink);
        cursor.object(|cursor, key| feature.member(cursor, key, gather))?;
        Ok(feature)
    }

    /// Reads the value of one member.
    pub(super) fn member(&mut self, cursor: &mut Cursor<'_>, key: &str, gather: &mut Gather<'_>) -> Result<(), Stop> {
        match key {
            "type" => self.kind_name = cursor.scalar()?,
            "id" => self.draft.own_id = cursor.scalar()?,
            "properties" => self.properties(cursor, gather)?,
            "geometry" => self.geometry(cursor, &mut gather.sink)?,
            key => {
                self.draft.more |= !HARMLESS.contains(&key);
                cursor.skip()?;
            }
        }
        Ok(())
    }

    fn properties(&mut self, cursor: &mut Cursor<'_>, gather: &Gather<'_>) -> Result<(), Stop> {
        self.draft.forget();
        if cursor.token()? != b'{' {
            return cursor.skip();
        }
        if gather.wants_all() {
            return all(cursor, "", &mut self.draft);
        }
        let draft = &mut self.draft;
        draft.id_is_number = nested(cursor, gather.wanted(), &mut draft.fields, gather.wants_keys().then_some(&mut draft.keys))?;
        Ok(())
    }

    fn geometry(&mut self, cursor: &mut Cursor<'_>, sink: &mut Sink) -> Result<(), Stop> {
        let draft = &mut self.draft;
        // At a second try with more of the file, what the first one found is dropped.
        sink.rewind(draft.checkpoint);
        draft.notes.clear();
        sink.had_z = false;
        let (begin, depth) = (cursor.at, cursor.depth);
        let found = geometry::read(cursor, sink);
        draft.had_z = sink.had_z;
        match found {
            Ok(shape) => {
                draft.shape = shape;
                Ok(())
            }
            Err(Stop::Geometry(fault)) => {
                sink.rewind(draft.checkpoint);
                draft.shape = Shape::default();
                draft.notes.push(Note { code: fault.code, severity: Severity::Aside, line: cursor.line_at(fault.at), args: fault.args });
                // The text around the bad place must still be JSON.
                (cursor.at, cursor.depth) = (begin, depth);
                cursor.skip()
            }
            Err(stop) => Err(stop),
        }
    }
}

/// Every property, those of inner objects under a dotted path.
fn all(cursor: &mut Cursor<'_>, path: &str, draft: &mut Draft) -> Result<(), Stop> {
    cursor.object(|cursor, key| {
        let name = if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
        match cursor.token()? {
            b'{' => all(cursor, &name, draft),
            b'[' => {
                let from = cursor.at;
                cursor.skip()?;
                draft.more |= !is_numbers(cursor.since(from));
                Ok(())
            }
            _ => {
                draft.all.push((name, cursor.scalar()?));
                Ok(())
            }
        }
    })
}

/// Whether a list has nothing but numbers that are too short to be a person's.
fn is_numbers(list: &[u8]) -> bool {
    let digits = |number: &[u8]| number.iter().take_while(|b| **b != b'.').filter(|b| b.is_ascii_digit()).count();
    !list.contains(&b'"') && list.split(|b| !matches!(b, b'0'..=b'9' | b'.' | b'-')).all(|number| digits(number) < LONG_DIGITS)
}

/// Reads the properties of an object, going into inner objects where a wanted path leads there.
/// Gives whether the first wanted one is a number.
fn nested(
    cursor: &mut Cursor<'_>,
    wanted: [Option<&str>; 4],
    found: &mut [Option<String>; 4],
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
    let mut found = [const { None }; 4];
    nested(cursor, [Some("properties.name"), None, Some("name"), None], &mut found, None)?;
    let [inner, _, outer, _] = found;
    Ok(inner.or(outer).map(Cow::Owned))
}
