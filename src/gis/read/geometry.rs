//! A geometry object into rings, whatever the order of its members.

use std::ops::Range;

use super::GeometryKind;
use super::cursor::{Cursor, Stop};

/// Where positions go: the growing arrays of the file.
pub(super) struct Sink {
    pub(super) rings: Vec<Range<u32>>,
    pub(super) coords: Vec<[f64; 2]>,
    pub(super) had_z: bool,
    /// Largest absolute values that the numbers of a position may have.
    pub(super) limits: [f64; 2],
}

impl Default for Sink {
    fn default() -> Self {
        Self { rings: Vec::new(), coords: Vec::new(), had_z: false, limits: DEGREES }
    }
}

/// What is wrong with a geometry: the code of a problem, and what it is about.
pub(super) type Fault = (&'static str, String);

/// Longitude and latitude lie within these.
const DEGREES: [f64; 2] = [180.0, 90.0];

/// A length of [`Sink`] to fall back to.
#[derive(Clone, Copy)]
pub(super) struct Checkpoint {
    pub(super) rings: usize,
    coords: usize,
}

impl Checkpoint {
    /// Where the coordinates begin.
    pub(super) fn coords(self) -> usize {
        self.coords
    }
}

impl Sink {
    pub(super) fn checkpoint(&self) -> Checkpoint {
        Checkpoint { rings: self.rings.len(), coords: self.coords.len() }
    }

    pub(super) fn rewind(&mut self, to: Checkpoint) {
        self.rings.truncate(to.rings);
        self.coords.truncate(to.coords);
    }

    /// The coordinates since a checkpoint.
    pub(super) fn coords_since(&self, checkpoint: Checkpoint) -> &[[f64; 2]] {
        &self.coords[checkpoint.coords..]
    }

    /// Takes one position.
    ///
    /// # Errors
    /// The code of what is wrong with it.
    #[inline(always)]
    pub(super) fn push(&mut self, x: f64, y: f64) -> Result<(), &'static str> {
        // NaN fails every comparison, so it is caught here too.
        if !(x.abs() <= self.limits[0] && y.abs() <= self.limits[1]) {
            return Err(self.out_of_range(x, y));
        }
        self.coords.push([x, y]);
        Ok(())
    }

    #[cold]
    fn out_of_range(&self, x: f64, y: f64) -> &'static str {
        if !(x.is_finite() && y.is_finite()) {
            "E_GEOM_NUMBER"
        } else if self.limits[0] > METRES {
            "E_GEOM_MISFIT"
        } else if x.abs().max(y.abs()) > METRES && x.abs().max(y.abs()) < METRES_MAX {
            "E_GEOM_METRES"
        } else if x.abs() <= self.limits[1] && y.abs() <= self.limits[0] {
            "E_GEOM_SWAPPED"
        } else {
            "E_GEOM_RANGE"
        }
    }

    /// Takes one position of a format whose places are not offsets of a text.
    pub(super) fn place(&mut self, x: f64, y: f64) -> Result<(), Fault> {
        self.push(x, y).map_err(|code| (code, format!("{x:?},{y:?}")))
    }

    /// As [`Sink::end_ring`], where there are positions at all.
    pub(super) fn end_if_any(&mut self, start: usize) -> Result<(), Fault> {
        if self.coords.len() == start {
            return Ok(());
        }
        self.end_ring(start).map_err(|code| (code, u32::MAX.to_string()))
    }

    /// The positions from `start` on become a ring, a line or a list of points.
    ///
    /// # Errors
    /// `E_GEOM_TOO_MANY`: more than an index can count.
    pub(super) fn end_ring(&mut self, start: usize) -> Result<(), &'static str> {
        let index = |n: usize| u32::try_from(n).map_err(|_| "E_GEOM_TOO_MANY");
        self.rings.push(index(start)?..index(self.coords.len())?);
        Ok(())
    }

    fn close_ring(&mut self, cursor: &Cursor<'_>, start: usize) -> Result<(), Stop> {
        self.end_ring(start).map_err(|code| cursor.bad_geometry(code, cursor.at, u32::MAX))
    }
}

/// What a geometry turned out to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) kind: GeometryKind,
    /// Members of a collection that are not polygons and were left out.
    pub(super) left_out: u32,
    /// It was a collection.
    pub(super) collection: bool,
}

/// Reads a geometry object. Its rings are those of `sink` from the checkpoint on.
///
/// [`GeometryKind::None`] without an error: `null`, or no positions at all.
pub(super) fn read(cursor: &mut Cursor<'_>, sink: &mut Sink) -> Result<Shape, Stop> {
    match cursor.token()? {
        b'n' => return cursor.word(b"null").map(|()| Shape::default()),
        b'{' => {}
        _ => return Err(cursor.bad_geometry("E_GEOM_OBJECT", cursor.at, "")),
    }
    let begin = cursor.at;
    let mut name: Option<String> = None;
    let mut nesting = None;
    let mut parts = None;
    let checkpoint = sink.checkpoint();
    cursor.object(|cursor, key| {
        match key {
            "type" => name = cursor.scalar()?,
            "coordinates" => {
                sink.rewind(checkpoint);
                nesting = Some(coordinates(cursor, sink)?);
            }
            "geometries" => {
                sink.rewind(checkpoint);
                parts = Some(collection(cursor, sink)?);
            }
            _ => cursor.skip()?,
        }
        Ok(())
    })?;
    let (kind, wanted) = match name.as_deref() {
        Some("Polygon") => (GeometryKind::Polygon, 3),
        Some("MultiPolygon") => (GeometryKind::Polygon, 4),
        Some("LineString") => (GeometryKind::Line, 2),
        Some("MultiLineString") => (GeometryKind::Line, 3),
        Some("Point") => (GeometryKind::Point, 1),
        Some("MultiPoint") => (GeometryKind::Point, 2),
        Some("GeometryCollection") => return parts.ok_or_else(|| cursor.bad_geometry("E_GEOM_SHAPE", begin, "GeometryCollection")),
        other => return Err(cursor.bad_geometry("E_GEOM_KIND", begin, other.unwrap_or_default())),
    };
    match nesting {
        Some(0) => Ok(Shape::default()),
        Some(found) if found == wanted => Ok(Shape { kind, ..Shape::default() }),
        _ => Err(cursor.bad_geometry("E_GEOM_SHAPE", begin, name.unwrap_or_default())),
    }
}

/// The polygons of a collection; the rest is counted.
fn collection(cursor: &mut Cursor<'_>, sink: &mut Sink) -> Result<Shape, Stop> {
    let mut shape = Shape { collection: true, ..Shape::default() };
    array_head(cursor)?;
    if cursor.close_if(b']')? {
        return Ok(shape);
    }
    loop {
        let checkpoint = sink.checkpoint();
        let part = read(cursor, sink)?;
        shape.left_out += part.left_out;
        if part.kind == GeometryKind::Polygon {
            shape.kind = GeometryKind::Polygon;
        } else if part.kind != GeometryKind::None {
            sink.rewind(checkpoint);
            shape.left_out += 1;
        }
        if !cursor.another(b']')? {
            return Ok(shape);
        }
    }
}

fn array_head(cursor: &mut Cursor<'_>) -> Result<(), Stop> {
    if cursor.token()? != b'[' {
        return Err(cursor.bad_geometry("E_GEOM_COORDINATES", cursor.at, ""));
    }
    cursor.open(b'[')
}

/// Reads nested coordinates; gives how deep a number lies in them (1: a position), 0 where there
/// is none. Lists of positions become rings.
fn coordinates(cursor: &mut Cursor<'_>, sink: &mut Sink) -> Result<u32, Stop> {
    array_head(cursor)?;
    if cursor.close_if(b']')? {
        return Ok(0);
    }
    let start = sink.coords.len();
    if cursor.peek()? != b'[' {
        position(cursor, sink)?;
        sink.close_ring(cursor, start)?;
        return Ok(1);
    }
    if !matches!(cursor.token_after_next()?, b'[' | b']') {
        positions(cursor, sink)?;
        sink.close_ring(cursor, start)?;
        return Ok(2);
    }
    let mut nesting = 0;
    loop {
        let at = cursor.at;
        let found = coordinates(cursor, sink)?;
        if nesting != 0 && found != 0 && found != nesting {
            return Err(cursor.bad_geometry("E_GEOM_COORDINATES", at, ""));
        }
        nesting = nesting.max(found);
        if !cursor.another(b']')? {
            return Ok(if nesting == 0 { 0 } else { nesting + 1 });
        }
    }
}

/// Positions up to the end of their list: where a large file spends its time.
fn positions(cursor: &mut Cursor<'_>, sink: &mut Sink) -> Result<(), Stop> {
    loop {
        array_head(cursor)?;
        position(cursor, sink)?;
        if !cursor.another(b']')? {
            return Ok(());
        }
    }
}

/// One position after its `[`, up to and with its `]`.
#[inline(always)]
fn position(cursor: &mut Cursor<'_>, sink: &mut Sink) -> Result<(), Stop> {
    let begin = cursor.at;
    let x = ordinate(cursor)?;
    if cursor.token()? != b',' {
        return Err(cursor.bad_geometry("E_GEOM_COORDINATES", begin, ""));
    }
    cursor.at += 1;
    let y = ordinate(cursor)?;
    while cursor.another(b']')? {
        sink.had_z = true;
        ordinate(cursor)?;
    }
    match sink.push(x, y) {
        Ok(()) => Ok(()),
        Err(code) => Err(out_of_range(cursor, begin, code)),
    }
}

#[cold]
fn out_of_range(cursor: &Cursor<'_>, begin: usize, code: &'static str) -> Stop {
    cursor.bad_geometry(code, begin, cursor.shown(begin, cursor.at - 1))
}

/// Beyond this, a number is a projected coordinate in metres and not a mistyped degree.
const METRES: f64 = 1000.0;
/// Beyond this, it is no place on Earth in any unit.
const METRES_MAX: f64 = 1e9;

#[inline(always)]
fn ordinate(cursor: &mut Cursor<'_>) -> Result<f64, Stop> {
    match cursor.token()? {
        b'-' | b'0'..=b'9' | b'N' | b'I' => cursor.number(),
        b'"' | b'[' | b']' | b'{' | b'n' | b't' | b'f' => Err(cursor.bad_geometry("E_GEOM_COORDINATES", cursor.at, "")),
        _ => Err(cursor.unexpected(cursor.at)),
    }
}
