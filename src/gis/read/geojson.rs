//! The hot reader of GeoJSON: raw feature slices, exact positions in errors.
//!
//! The file passes through a window of bytes; a feature is parsed straight from the window, and
//! once more from its beginning where the window ended inside it. So memory holds the result, one
//! window and nothing else, however large the file. A feature that cannot be used costs that
//! feature; a text that is not JSON costs the file, and then nothing of it is kept.

use std::io::Read;

use super::cursor::{Cursor, Keys, Stop, count_lines};
use super::feature::{Feature, crs_name};
use super::gather::Gather;
use super::kept::KeptFeature;
use super::overview::{Overview, Suspicion};
use super::source::{FillError, Source, WINDOW_BYTES};
use super::{Features, ReadSpec};
use crate::domain::problem::{Problem, Severity};

/// Least bytes that a position takes in a file that is not rounded to metres; for reserving.
const BYTES_PER_POSITION: u64 = 24;

/// Reads a feature collection, a single feature or one feature per line (with or without the
/// record separators of RFC 8142).
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
    read_in_system(input, len_hint, spec, None, problems, progress)
}

/// As [`read_features`], where the file was found to name a system behind its features.
pub(super) fn read_in_system(
    input: &mut dyn Read,
    len_hint: Option<u64>,
    spec: &ReadSpec,
    in_file: Option<&str>,
    problems: &mut Vec<Problem>,
    progress: &mut dyn FnMut(u64),
) -> Result<Features, Problem> {
    let mut reader = Reader::new(Source::new(input, WINDOW_BYTES), Gather::new(spec), progress);
    reader.late_crs = in_file.is_some();
    let positions = len_hint.unwrap_or(0) / BYTES_PER_POSITION;
    // Where even the address space is short the array grows step by step instead.
    let _ = reader.gather.sink.coords.try_reserve(usize::try_from(positions).unwrap_or(0));
    reader.gather.set_crs(in_file)?;
    reader.file()?;
    reader.gather.finish(problems)
}

/// What the file holds.
pub(super) fn overview(
    input: &mut dyn Read,
    spec: &ReadSpec,
    suspicion: Suspicion,
    progress: &mut dyn FnMut(u64),
) -> Result<Overview, Problem> {
    let mut reader = Reader::new(Source::new(input, WINDOW_BYTES), Gather::overview(spec, suspicion), progress);
    reader.file()?;
    reader.gather.finish_overview()
}

/// Its features as they are to be kept, and the system that it names.
pub(super) fn tape(
    input: &mut dyn Read,
    spec: &ReadSpec,
    progress: &mut dyn FnMut(u64),
) -> Result<(Vec<KeptFeature>, Option<String>), Problem> {
    let mut reader = Reader::new(Source::new(input, WINDOW_BYTES), Gather::tape(spec), progress);
    reader.file()?;
    Ok(reader.gather.finish_tape())
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
    Feature(Box<Feature>),
    Other(u64),
}

struct Reader<'r> {
    source: Source<'r>,
    gather: Gather<'r>,
    progress: &'r mut dyn FnMut(u64),
    inside_features: bool,
    /// The system of the file is known although its name follows the features.
    late_crs: bool,
}

impl<'r> Reader<'r> {
    fn new(source: Source<'r>, gather: Gather<'r>, progress: &'r mut dyn FnMut(u64)) -> Self {
        Self { source, gather, progress, inside_features: false, late_crs: false }
    }

    fn refused(&self, code: &str) -> Problem {
        self.gather.refused(code)
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
    fn step<T>(&mut self, depth: u32, mut read: impl FnMut(&mut Cursor<'_>, &mut Gather<'_>) -> Result<T, Stop>) -> Result<T, Problem> {
        let checkpoint = self.gather.sink.checkpoint();
        loop {
            let mut cursor = Cursor::new(self.source.bytes(), self.source.ended, self.source.line, depth);
            match read(&mut cursor, &mut self.gather) {
                Ok(value) => {
                    let taken = cursor.at;
                    self.source.take(taken);
                    return Ok(value);
                }
                Err(Stop::More) => {
                    self.gather.sink.rewind(checkpoint);
                    self.fill()?;
                }
                Err(Stop::Fault(fault) | Stop::Geometry(fault)) => {
                    let line = self.source.line + count_lines(&self.source.bytes()[..fault.at]);
                    let mut problem = self.refused(fault.code).line(line).arg(self.source.taken + fault.at as u64 + 1);
                    if self.inside_features {
                        problem = problem.record(u64::from(self.gather.out.read) + 1);
                    }
                    if fault.code == "E_GEOJSON_TRUNCATED" {
                        problem = problem.arg(self.gather.out.read);
                    }
                    return Err(fault.args.into_iter().fold(problem, Problem::arg));
                }
            }
        }
    }

    fn file(&mut self) -> Result<(), Problem> {
        if !self.late_crs {
            self.gather.set_crs(None)?;
        }
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
            let problem = Problem { severity: Severity::Mark, ..self.refused("E_GEOJSON_BOM") };
            self.gather.note(problem.line(1));
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
        let mut head = Head::default();
        let mut feature = Feature::new(self.source.line, &self.gather.sink);
        let mut keys = Keys::default();
        let mut more = self.step(0, |c, _| {
            c.open(b'{')?;
            c.close_if(b'}').map(|closed| !closed)
        })?;
        while more {
            let key = self.step(1, |c, _| {
                let at = c.at;
                let key = c.key()?.into_owned();
                if keys.is_new(key.clone().into()) { Ok(key) } else { Err(c.twice(at, &key)) }
            })?;
            match key.as_str() {
                "features" => {
                    head.collection = true;
                    self.collection()?;
                }
                "crs" => {
                    let line = self.source.line;
                    let name = self.step(1, |c, _| crs_name(c).map(|n| n.map(|n| n.into_owned())))?;
                    self.named_system(name.as_deref(), head.collection).map_err(|p| p.line(line))?;
                }
                key => self.step(1, |c, gather| feature.member(c, key, gather))?,
            }
            more = self.step(1, |c, _| c.another(b'}'))?;
        }
        head.kind.clone_from(&feature.kind_name);
        self.gather.has_more(feature.draft.more);
        if !head.collection && head.kind.as_deref() == Some("Feature") {
            self.gather.accept(feature.draft);
        }
        Ok(head)
    }

    /// The file names its system, perhaps only after the features that are in it.
    fn named_system(&mut self, name: Option<&str>, after_features: bool) -> Result<(), Problem> {
        let Some(name) = name.filter(|_| !self.late_crs) else { return Ok(()) };
        let expected_degrees = self.gather.expects_degrees();
        self.gather.set_crs(Some(name))?;
        if after_features && expected_degrees && !self.gather.expects_degrees() {
            return Err(self.refused("E_CRS_LATE").field("crs").arg(name));
        }
        Ok(())
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
        let mut first = true;
        loop {
            let element = self.step(depth, |c, gather| {
                if done(c, first)? {
                    return Ok(Element::End);
                }
                if c.token()? == b'{' {
                    return Feature::read(c, gather).map(|d| Element::Feature(Box::new(d)));
                }
                let line = c.line_at(c.at);
                c.skip().map(|()| Element::Other(line))
            })?;
            match element {
                Element::End => return Ok(()),
                Element::Feature(feature) if feature.kind_name.as_deref() == Some("Feature") => self.gather.accept(feature.draft),
                Element::Feature(feature) => {
                    self.gather.sink.rewind(feature.draft.checkpoint);
                    self.gather.aside("E_GEOJSON_NOT_A_FEATURE", feature.draft.line);
                }
                Element::Other(line) => self.gather.aside("E_GEOJSON_NOT_A_FEATURE", line),
            }
            first = false;
        }
    }
}

#[cfg(test)]
mod tests;
