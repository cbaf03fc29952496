//! The hot reader of GeoJSON: raw feature slices, exact positions in errors.
//!
//! The file passes through a window of bytes; a feature is parsed straight from the window, and
//! once more from its beginning where the window ended inside it. So memory holds the result, one
//! window and nothing else, however large the file. A feature that cannot be used costs that
//! feature; a text that is not JSON costs the file, and then nothing of it is kept.

#![allow(clippy::result_large_err, reason = "a refusal is made once per file")]

mod cursor;
mod feature;
mod geometry;
mod number;
mod source;

use std::io::Read;
use std::ops::Range;

use crate::domain::problem::{Problem, Severity};
use crate::domain::text::{clean_name, is_hostile};
use crate::gis::crs::check_declared;
use crate::gis::validate::{RingFault, check_ring};

use cursor::{Cursor, Stop, count_lines};
use feature::{Draft, Note, crs_name};
use geometry::Sink;
use source::{FillError, Source, WINDOW_BYTES};

/// Least bytes that a position takes in a file that is not rounded to metres; for reserving.
const BYTES_PER_POSITION: u64 = 24;
/// What at most one feature in so many has is told.
const ODD_ONE_IN: u64 = 100;
/// Longest code that is taken for one, characters.
const CODE_MAX_CHARS: usize = 120;

/// What to read from a file, as the manifest declares it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadSpec {
    /// The file as shown to people.
    pub file: String,
    /// Property that holds the code; `@id` is the feature's own `id` member, and a dotted path
    /// such as `parent.adcode` leads into nested properties.
    pub id_field: String,
    /// Property that holds the name.
    pub name_field: Option<String>,
    /// Property that holds the parent's code.
    pub parent_field: Option<String>,
    /// Coordinate reference system that the manifest declares.
    pub crs: Option<String>,
}

/// What a feature's geometry is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GeometryKind {
    /// None, or none that can be used.
    #[default]
    None,
    /// Positions.
    Point,
    /// Lines.
    Line,
    /// Areas, by the even-odd rule over all rings.
    Polygon,
}

/// A feature that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeatureRecord {
    /// 1-based feature in the file.
    pub record: u64,
    /// 1-based physical line on which it begins.
    pub line: u64,
    /// Its code exactly as written: the JSON number `990121` gives "990121", a string its zeros.
    pub code: String,
    /// Its name, cleaned; `None` where it is missing or empty.
    pub name: Option<String>,
    /// Its parent's code as written; `None` where it is missing or empty.
    pub parent: Option<String>,
    /// Its geometry.
    pub kind: GeometryKind,
    /// Its rings, lines or positions in [`Features::rings`].
    pub rings: Range<u32>,
    /// Its positions had heights, which were dropped.
    pub had_z: bool,
}

/// The features of a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Features {
    /// Those that have a code, in the order of the file.
    pub records: Vec<FeatureRecord>,
    /// Ranges of [`Features::coords_deg`]; rings of polygons are not closed.
    pub rings: Vec<Range<u32>>,
    /// Longitude and latitude as the file has them, degrees.
    pub coords_deg: Vec<[f64; 2]>,
    /// Features that are in no record, because they have no code or are no features.
    pub skipped: u32,
    /// All features seen.
    pub read: u32,
}

impl Features {
    /// The coordinates of a record's rings, degrees.
    #[must_use]
    pub fn rings_deg(&self, record: &FeatureRecord) -> Vec<&[[f64; 2]]> {
        let rings = &self.rings[record.rings.start as usize..record.rings.end as usize];
        rings.iter().map(|r| &self.coords_deg[r.start as usize..r.end as usize]).collect()
    }
}

/// Reads a feature collection, a single feature or one feature per line.
///
/// What stops only one feature goes to `problems`. `progress` hears the bytes read so far.
///
/// # Errors
/// The problem for which the whole file is refused; `problems` is then as it was.
pub fn read_features(
    input: &mut dyn Read,
    len_hint: Option<u64>,
    spec: &ReadSpec,
    problems: &mut Vec<Problem>,
    progress: &mut dyn FnMut(u64),
) -> Result<Features, Problem> {
    let mut reader = Reader::new(Source::new(input, WINDOW_BYTES), spec, progress);
    let positions = len_hint.unwrap_or(0) / BYTES_PER_POSITION;
    // Where even the address space is short the array grows step by step instead.
    let _ = reader.sink.coords.try_reserve(usize::try_from(positions).unwrap_or(0));
    reader.file()?;
    reader.finish(problems)
}

/// What the file turned out to be, apart from its features.
#[derive(Default)]
struct Head {
    kind: Option<String>,
    collection: bool,
}

/// What comes next in a list of features.
enum Element {
    End,
    Feature(Box<Draft>),
    Other(u64),
}

struct Reader<'r> {
    source: Source<'r>,
    spec: &'r ReadSpec,
    progress: &'r mut dyn FnMut(u64),
    sink: Sink,
    out: Features,
    problems: Vec<Problem>,
    /// Property names of the first feature.
    keys: Vec<String>,
    /// Records and lines of features whose code is a number, and of those without a name.
    numbered: Vec<(u64, u64)>,
    nameless: Vec<(u64, u64)>,
    /// Features with heights, and the first of them (record, line).
    heights: u32,
    first_height: (u64, u64),
    /// Features whose coordinates look like metres, and the first such position.
    metres: u32,
    first_metres: String,
    inside_features: bool,
}

impl<'r> Reader<'r> {
    fn new(source: Source<'r>, spec: &'r ReadSpec, progress: &'r mut dyn FnMut(u64)) -> Self {
        Self {
            source,
            spec,
            progress,
            sink: Sink::default(),
            out: Features::default(),
            problems: Vec::new(),
            keys: Vec::new(),
            numbered: Vec::new(),
            nameless: Vec::new(),
            heights: 0,
            first_height: (0, 0),
            metres: 0,
            first_metres: String::new(),
            inside_features: false,
        }
    }

    fn refused(&self, code: &str) -> Problem {
        Problem::new(code, Severity::Refused, self.spec.file.as_str())
    }

    fn fill(&mut self) -> Result<(), Problem> {
        self.source.fill().map_err(|e| match e {
            FillError::Io(e) => self.refused("E_GEOJSON_IO").arg(e),
            FillError::TooLarge(bytes) => self.refused("E_GEOJSON_TOO_LARGE").line(self.source.line).arg(bytes >> 20),
        })?;
        (self.progress)(self.source.read_bytes());
        Ok(())
    }

    /// Runs `read` on the window, again from the same place with a longer window where it ended
    /// too early; what it took is then taken.
    fn step<T>(&mut self, depth: u32, mut read: impl FnMut(&mut Cursor<'_>, &mut Sink) -> Result<T, Stop>) -> Result<T, Problem> {
        let checkpoint = self.sink.checkpoint();
        loop {
            let mut cursor = Cursor::new(self.source.bytes(), self.source.ended, self.source.line, depth);
            match read(&mut cursor, &mut self.sink) {
                Ok(value) => {
                    let taken = cursor.at;
                    self.source.take(taken);
                    return Ok(value);
                }
                Err(Stop::More) => {
                    self.sink.rewind(checkpoint);
                    self.fill()?;
                }
                Err(Stop::Fault(fault) | Stop::Geometry(fault)) => {
                    let line = self.source.line + count_lines(&self.source.bytes()[..fault.at]);
                    let mut problem = self.refused(fault.code).line(line).arg(self.source.taken + fault.at as u64 + 1);
                    if self.inside_features {
                        problem = problem.record(u64::from(self.out.read) + 1);
                    }
                    if fault.code == "E_GEOJSON_TRUNCATED" {
                        problem = problem.arg(self.out.read);
                    }
                    return Err(fault.args.into_iter().fold(problem, Problem::arg));
                }
            }
        }
    }

    fn file(&mut self) -> Result<(), Problem> {
        check_declared(self.spec.crs.as_deref(), None).map_err(|(code, name)| self.refused(code).arg(name))?;
        self.beginning()?;
        let head = self.first_value()?;
        if head.collection {
            if head.kind.as_deref() != Some("FeatureCollection") {
                return Err(self.refused("E_GEOJSON_KIND").arg(head.kind.unwrap_or_default()));
            }
            return self.step(0, |c, _| if c.at_end()? { Ok(()) } else { Err(c.unexpected(c.at)) });
        }
        match head.kind.as_deref() {
            Some("Feature") => self.elements(0, |c, _| c.at_end()),
            Some("Topology") => Err(self.refused("E_GEOJSON_TOPOJSON")),
            Some("FeatureCollection") => Err(self.refused("E_GEOJSON_NO_FEATURES")),
            other => Err(self.refused("E_GEOJSON_KIND").arg(other.unwrap_or_default())),
        }
    }

    /// The first bytes: what is no JSON text at all is told apart here, because its first syntax
    /// error would explain nothing.
    fn beginning(&mut self) -> Result<(), Problem> {
        self.fill()?;
        let bytes = self.source.bytes();
        if bytes.starts_with(&[0xfe, 0xff]) || bytes.starts_with(&[0xff, 0xfe]) || bytes.iter().take(2).any(|b| *b == 0) {
            return Err(self.refused("E_GEOJSON_UTF16"));
        }
        if bytes.starts_with(&[0xef, 0xbb, 0xbf]) {
            self.source.take(3);
            self.problems.push(Problem::new("E_GEOJSON_BOM", Severity::Mark, self.spec.file.as_str()).line(1));
        }
        let first = self.step(0, |c, _| if c.at_end()? { Ok(None) } else { c.peek().map(Some) })?;
        match first {
            Some(b'{') => Ok(()),
            Some(b'[') => Err(self.refused("E_GEOJSON_ARRAY").line(self.source.line)),
            Some(_) => {
                let bytes = self.source.bytes();
                let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(24)]).into_owned();
                Err(self.refused("E_GEOJSON_NOT_JSON").line(self.source.line).arg(shown))
            }
            None => Err(self.refused("E_GEOJSON_EMPTY")),
        }
    }

    /// The first value: a collection, whose features are read on the way, or a single feature.
    fn first_value(&mut self) -> Result<Head, Problem> {
        let spec = self.spec;
        let mut head = Head::default();
        let mut draft = Draft::new(self.source.line, &self.sink);
        let mut more = self.step(0, |c, _| {
            c.open(b'{')?;
            c.close_if(b'}').map(|closed| !closed)
        })?;
        while more {
            let key = self.step(1, |c, _| c.key().map(|k| k.into_owned()))?;
            match key.as_str() {
                "features" if head.collection => return Err(self.refused("E_GEOJSON_FEATURES_TWICE").line(self.source.line)),
                "features" => {
                    head.collection = true;
                    self.collection()?;
                }
                "crs" => {
                    let name = self.step(1, |c, _| crs_name(c).map(|n| n.map(|n| n.into_owned())))?;
                    check_declared(spec.crs.as_deref(), name.as_deref())
                        .map_err(|(code, name)| self.refused(code).line(self.source.line).field("crs").arg(name))?;
                }
                key => self.step(1, |c, sink| draft.member(c, key, spec, sink, true))?,
            }
            more = self.step(1, |c, _| c.another(b'}'))?;
        }
        head.kind.clone_from(&draft.kind_name);
        if !head.collection && head.kind.as_deref() == Some("Feature") {
            self.accept(draft);
        }
        Ok(head)
    }

    fn collection(&mut self) -> Result<(), Problem> {
        let listed = self.step(1, |c, _| if c.token()? == b'[' { c.open(b'[').map(|()| true) } else { c.skip().map(|()| false) })?;
        if !listed {
            return Err(self.refused("E_GEOJSON_NO_FEATURES").line(self.source.line));
        }
        self.inside_features = true;
        self.elements(2, |c, first| if first { c.close_if(b']') } else { c.another(b']').map(|more| !more) })?;
        self.inside_features = false;
        Ok(())
    }

    /// Features until `done(cursor, is this before the first)` says that there are no more.
    fn elements(&mut self, depth: u32, mut done: impl FnMut(&mut Cursor<'_>, bool) -> Result<bool, Stop>) -> Result<(), Problem> {
        let spec = self.spec;
        let mut first = true;
        loop {
            let want_keys = self.keys.is_empty();
            let element = self.step(depth, |c, sink| {
                if done(c, first)? {
                    return Ok(Element::End);
                }
                if c.token()? == b'{' {
                    return Draft::read(c, spec, sink, want_keys).map(|d| Element::Feature(Box::new(d)));
                }
                let line = c.line_at(c.at);
                c.skip().map(|()| Element::Other(line))
            })?;
            match element {
                Element::End => return Ok(()),
                Element::Feature(draft) => self.accept(*draft),
                Element::Other(line) => {
                    self.out.read += 1;
                    self.aside("E_GEOJSON_NOT_A_FEATURE", line);
                }
            }
            first = false;
        }
    }

    fn about(&self, note: Note) -> Problem {
        let problem = Problem::new(note.code, note.severity, self.spec.file.as_str()).line(note.line).record(self.out.read.into());
        note.args.into_iter().fold(problem, Problem::arg)
    }

    /// The current feature gets no record.
    fn aside(&mut self, code: &'static str, line: u64) {
        self.out.skipped += 1;
        self.problems.push(self.about(Note { code, severity: Severity::Aside, line, args: Vec::new() }));
    }

    /// A feature was read to its end.
    fn accept(&mut self, mut draft: Draft) {
        self.out.read += 1;
        if self.keys.is_empty() {
            self.keys = std::mem::take(&mut draft.keys);
        }
        let line = draft.line;
        if draft.kind_name.as_deref() != Some("Feature") {
            self.sink.rewind(draft.checkpoint);
            return self.aside("E_GEOJSON_NOT_A_FEATURE", line);
        }
        if let Some(note) = draft.notes.iter().find(|n| n.code == "E_GEOM_METRES") {
            self.metres += 1;
            if self.metres == 1 {
                self.first_metres = note.args.concat();
            }
        }
        let code = draft.field(Some(&self.spec.id_field), 0).filter(|c| !c.trim().is_empty());
        let Some(code) = code.map(str::to_owned) else {
            self.sink.rewind(draft.checkpoint);
            self.out.skipped += 1;
            let note = Note { code: "E_GEOJSON_NO_ID", severity: Severity::Aside, line, args: Vec::new() };
            let problem = self.about(note).field(self.spec.id_field.as_str());
            return self.problems.push(problem);
        };
        if code.chars().any(is_hostile) || code.chars().count() > CODE_MAX_CHARS {
            self.sink.rewind(draft.checkpoint);
            self.out.skipped += 1;
            let note = Note { code: "E_GEOJSON_ID_TEXT", severity: Severity::Aside, line, args: vec![code] };
            let problem = self.about(note).field(self.spec.id_field.as_str());
            return self.problems.push(problem);
        }
        draft.note_shape();
        if draft.shape.kind == GeometryKind::Polygon {
            self.check_rings(&mut draft);
        }
        if draft.had_z {
            self.heights += 1;
            if self.heights == 1 {
                self.first_height = (self.out.read.into(), line);
            }
        }
        let text = |field: &Option<String>, slot| draft.field(field.as_deref(), slot).filter(|t| !t.trim().is_empty());
        let raw_name = text(&self.spec.name_field, 1).map(str::to_owned);
        let name = raw_name.as_deref().map(|n| clean_name(n).into_owned()).filter(|n| !n.is_empty());
        let parent = text(&self.spec.parent_field, 2).map(str::to_owned);
        if let (Some(raw), Some(name)) = (&raw_name, &name)
            && raw.trim() != name
        {
            draft.notes.push(Note { code: "E_GEOJSON_NAME_TEXT", severity: Severity::Mark, line, args: vec![name.clone()] });
        }
        let here = (self.out.read.into(), line);
        if draft.id_is_number {
            self.numbered.push(here);
        }
        if name.is_none() && self.spec.name_field.is_some() {
            self.nameless.push(here);
        }
        let record = FeatureRecord {
            record: self.out.read.into(),
            line,
            code,
            name,
            parent,
            kind: draft.shape.kind,
            rings: ring_index(draft.checkpoint.rings)..ring_index(self.sink.rings.len()),
            had_z: draft.had_z,
        };
        self.out.records.push(record);
        for note in std::mem::take(&mut draft.notes) {
            let problem = self.about(note);
            self.problems.push(problem);
        }
    }

    /// Unclosed rings; those that cannot be drawn are left out.
    fn check_rings(&mut self, draft: &mut Draft) {
        let from = draft.checkpoint.rings;
        let mut faults = [0_u32; 3];
        let mut kept = from;
        for n in from..self.sink.rings.len() {
            let mut ring = self.sink.rings[n].clone();
            let (len, fault) = check_ring(&self.sink.coords[ring.start as usize..ring.end as usize]);
            ring.end = ring.start + ring_index(len);
            match fault {
                Some(RingFault::TooShort) => faults[0] += 1,
                Some(RingFault::NoArea) => faults[1] += 1,
                Some(RingFault::Open) => faults[2] += 1,
                None => {}
            }
            if matches!(fault, None | Some(RingFault::Open)) {
                self.sink.rings[kept] = ring;
                kept += 1;
            }
        }
        self.sink.rings.truncate(kept);
        let mut note = |code, severity, count: u32| {
            draft.notes.push(Note { code, severity, line: draft.line, args: vec![count.to_string()] });
        };
        if kept == from {
            note("E_GEOM_NO_RING", Severity::Aside, faults[0] + faults[1]);
            draft.shape.kind = GeometryKind::None;
            return;
        }
        for (code, count) in ["E_GEOM_RING_SHORT", "E_GEOM_RING_FLAT", "E_GEOM_RING_OPEN"].into_iter().zip(faults) {
            if count > 0 {
                note(code, Severity::Mark, count);
            }
        }
    }

    fn finish(mut self, problems: &mut Vec<Problem>) -> Result<Features, Problem> {
        if self.out.records.is_empty() {
            let no_id = self.problems.iter().any(|p| p.code == "E_GEOJSON_NO_ID");
            let keys = self.keys.join(", ");
            return Err(match no_id {
                true => self.refused("E_GEOJSON_NO_ID_FIELD").arg(&self.spec.id_field).arg(keys),
                false => self.refused("E_GEOJSON_NO_FEATURES"),
            });
        }
        if self.metres > 0 && self.metres == self.out.read {
            return Err(self.refused("E_CRS_METRES").arg(&self.first_metres));
        }
        for (code, field, odd) in [
            ("E_GEOJSON_ID_NUMBER", Some(&self.spec.id_field), std::mem::take(&mut self.numbered)),
            ("E_GEOJSON_NAME_NONE", self.spec.name_field.as_ref(), std::mem::take(&mut self.nameless)),
        ] {
            let field = field.map_or("", String::as_str);
            // A few among many are slips; where it is the rule, it is how this office writes.
            if odd.len() as u64 * ODD_ONE_IN <= u64::from(self.out.read) {
                let mark =
                    |(record, line)| Problem::new(code, Severity::Mark, self.spec.file.as_str()).line(line).record(record).field(field);
                self.problems.extend(odd.into_iter().map(mark));
            }
        }
        if self.heights > 0 {
            let (record, line) = self.first_height;
            let problem = Problem::new("E_GEOM_Z", Severity::Mark, self.spec.file.as_str()).line(line).record(record);
            self.problems.push(problem.arg(self.heights));
        }
        problems.append(&mut self.problems);
        self.out.rings = self.sink.rings;
        self.out.coords_deg = self.sink.coords;
        Ok(self.out)
    }
}

/// Indices were checked when the rings were made: see [`geometry`].
fn ring_index(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
