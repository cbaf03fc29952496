//! Features of any format become records: codes, rings, coordinates, what is wrong with them.

use std::borrow::Cow;

use super::draft::{Draft, Note};
use super::geometry::Sink;
use super::kept::KeptFeature;
use super::overview::{Overview, Sampler, Suspicion};
use super::{FeatureRecord, Features, GeometryKind, ReadSpec};
use crate::domain::problem::{Problem, Severity};
use crate::domain::text::{clean_name, is_hostile};
use crate::gis::crs::{Converter, Crs, guess};
use crate::gis::validate::{RingFault, check_ring};

/// What at most one feature in so many has is told.
const ODD_ONE_IN: u64 = 100;
/// Longest code that is taken for one, characters.
const CODE_MAX_CHARS: usize = 120;
/// Geometries that no system fits, and the first such position.
#[derive(Default)]
struct Misfits {
    count: u32,
    first: String,
}

impl Misfits {
    fn add(&mut self, note: &Note) {
        self.count += 1;
        if self.count == 1 {
            self.first = note.args.concat();
        }
    }
}

/// The features of a file so far.
pub(super) struct Gather<'r> {
    spec: &'r ReadSpec,
    pub(super) sink: Sink,
    pub(super) out: Features,
    problems: Vec<Problem>,
    /// Property names of the first feature.
    keys: Vec<String>,
    /// Takes everything instead, where only an overview is asked for.
    sampler: Option<Sampler>,
    /// Takes the features as they are to be kept instead, and the system that the file names.
    tape: Option<(Vec<KeptFeature>, Option<String>)>,
    /// What the numbers are in; longitude and latitude as long as nothing else was said.
    crs: Option<Crs>,
    converter: Converter,
    /// Records and lines of features whose code is a number, and of those without a name.
    numbered: Vec<(u64, u64)>,
    nameless: Vec<(u64, u64)>,
    /// Features with heights, and the first of them (record, line).
    heights: u32,
    first_height: (u64, u64),
    /// Geometries in metres where degrees were expected.
    metres: Misfits,
    /// Geometries with the latitude first.
    swapped: Misfits,
    /// Geometries that are not where the stated projection has its numbers.
    misfits: Misfits,
    /// Every projected position so far would do as degrees.
    like_degrees: bool,
}

impl<'r> Gather<'r> {
    pub(super) fn new(spec: &'r ReadSpec) -> Self {
        Self {
            spec,
            sink: Sink::default(),
            out: Features::default(),
            problems: Vec::new(),
            keys: Vec::new(),
            sampler: None,
            tape: None,
            crs: None,
            converter: Converter::default(),
            numbered: Vec::new(),
            nameless: Vec::new(),
            heights: 0,
            first_height: (0, 0),
            metres: Misfits::default(),
            swapped: Misfits::default(),
            misfits: Misfits::default(),
            like_degrees: true,
        }
    }

    /// Gathers an overview instead of records; any finite number is a coordinate.
    pub(super) fn overview(spec: &'r ReadSpec, suspicion: Suspicion) -> Self {
        let mut gather = Self::new(spec);
        gather.sampler = Some(Sampler::new(suspicion));
        gather.sink.limits = [f64::MAX; 2];
        gather
    }

    /// Gathers features as they are to be kept, their numbers as they are.
    pub(super) fn tape(spec: &'r ReadSpec) -> Self {
        let mut gather = Self::new(spec);
        gather.tape = Some(Default::default());
        gather.sink.limits = [f64::MAX; 2];
        gather
    }

    /// The file holds more than an overview looks at.
    pub(super) fn has_more(&mut self, more: bool) {
        if let Some(sampler) = &mut self.sampler {
            sampler.more |= more;
        }
    }

    /// The system of the numbers: the one stated, else the one the file names.
    pub(super) fn set_crs(&mut self, in_file: Option<&str>) -> Result<(), Problem> {
        let stated = self.spec.crs.as_deref();
        if let Some(sampler) = &mut self.sampler {
            sampler.crs = in_file.map(str::to_owned).or(sampler.crs.take());
            return Ok(());
        }
        if let Some((_, crs)) = &mut self.tape {
            *crs = in_file.map(str::to_owned).or(crs.take());
            return Ok(());
        }
        let parse = |text: &str| Crs::parse(text).map_err(|e| self.refused(e.code).field("crs").arg(e.name));
        let crs = match (stated, in_file) {
            (Some(stated), Some(named)) => {
                let crs = parse(stated)?;
                // What the file says need not be known here, because a person said otherwise.
                if !Crs::parse(named).is_ok_and(|c| c.same_as(&crs)) {
                    let problem = Problem::new("E_CRS_DIFFERS", Severity::Mark, self.spec.file.as_str()).field("crs");
                    self.problems.push(problem.arg(named).arg(crs.name()));
                }
                crs
            }
            (Some(name), None) | (None, Some(name)) => parse(name)?,
            (None, None) => return Ok(()),
        };
        self.converter = crs.converter().map_err(|e| self.refused(e.code).field("crs").arg(e.name))?;
        self.sink.limits = self.converter.limits();
        if !self.converter.is_identity() {
            self.out.converted_from = Some(crs.name().to_owned());
        }
        self.crs = Some(crs);
        Ok(())
    }

    /// Whether the numbers are longitude and latitude as far as is known.
    pub(super) fn expects_degrees(&self) -> bool {
        self.converter.is_identity()
    }

    pub(super) fn refused(&self, code: &str) -> Problem {
        Problem::new(code, Severity::Refused, self.spec.file.as_str())
    }

    pub(super) fn note(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// Whether property names are still wanted.
    pub(super) fn wants_keys(&self) -> bool {
        self.keys.is_empty()
    }

    /// Whether every property is wanted.
    pub(super) fn wants_all(&self) -> bool {
        self.sampler.is_some()
    }

    /// The properties that hold the code, the name, the parent's code and the official area.
    pub(super) fn wanted(&self) -> [Option<&'r str>; 4] {
        [
            Some(self.spec.id_field.as_str()),
            self.spec.name_field.as_deref(),
            self.spec.parent_field.as_deref(),
            self.spec.area_field.as_deref(),
        ]
    }

    /// A feature of a format that is not read as a stream begins.
    pub(super) fn begin(&mut self, line: u64) -> Draft {
        self.sink.had_z = false;
        Draft::new(line, &self.sink)
    }

    /// A property of such a feature.
    pub(super) fn attribute(&self, draft: &mut Draft, name: &str, value: Option<Cow<'_, str>>) {
        if self.wants_keys() {
            draft.key(name);
        }
        if self.wants_all() {
            draft.all.push((name.to_owned(), value.map(Cow::into_owned)));
            return;
        }
        for (slot, _) in self.wanted().iter().enumerate().filter(|(_, w)| **w == Some(name)) {
            draft.fields[slot] = value.as_deref().map(str::to_owned);
        }
    }

    fn about(&self, note: Note) -> Problem {
        let mut problem = Problem::new(note.code, note.severity, self.spec.file.as_str()).record(self.out.read.into());
        if note.line > 0 {
            problem = problem.line(note.line);
        }
        note.args.into_iter().fold(problem, Problem::arg)
    }

    /// A feature that gets no record.
    pub(super) fn aside(&mut self, code: &'static str, line: u64) {
        // Nobody looks at what stands in it.
        self.has_more(true);
        self.out.read += 1;
        self.out.skipped += 1;
        self.problems.push(self.about(Note { code, severity: Severity::Aside, line, args: Vec::new() }));
    }

    /// A feature was read to its end but gets no record because of its code.
    fn without_record(&mut self, draft: &Draft, code: &'static str, args: Vec<String>) {
        self.sink.rewind(draft.checkpoint);
        self.out.skipped += 1;
        let problem = self.about(Note { code, severity: Severity::Aside, line: draft.line, args });
        self.problems.push(problem.field(self.spec.id_field.as_str()));
    }

    /// A feature was read to its end.
    pub(super) fn accept(&mut self, mut draft: Draft) {
        self.out.read += 1;
        if self.keys.is_empty() {
            self.keys = std::mem::take(&mut draft.keys);
        }
        self.has_more(draft.more);
        if let Some(sampler) = &mut self.sampler {
            sampler.take(draft.own_id.take(), std::mem::take(&mut draft.all), draft.shape.kind, self.sink.coords_since(draft.checkpoint));
            return self.sink.rewind(draft.checkpoint);
        }
        let wanted = self.wanted();
        if let Some((tape, _)) = &mut self.tape {
            tape.extend(KeptFeature::of(&draft, self.out.read.into(), &wanted, &self.sink));
            return self.sink.rewind(draft.checkpoint);
        }
        self.convert(&mut draft);
        for note in &draft.notes {
            match note.code {
                "E_GEOM_METRES" => self.metres.add(note),
                "E_GEOM_SWAPPED" => self.swapped.add(note),
                "E_GEOM_MISFIT" => self.misfits.add(note),
                _ => {}
            }
        }
        let Some(code) = draft.field(Some(&self.spec.id_field), 0).map(str::to_owned) else {
            return self.without_record(&draft, "E_GEOJSON_NO_ID", Vec::new());
        };
        if code.chars().any(is_hostile) || code.chars().count() > CODE_MAX_CHARS {
            return self.without_record(&draft, "E_GEOJSON_ID_TEXT", vec![code]);
        }
        draft.note_shape();
        if draft.shape.kind == GeometryKind::Polygon {
            self.check_rings(&mut draft);
        }
        if draft.had_z {
            self.heights += 1;
            if self.heights == 1 {
                self.first_height = (self.out.read.into(), draft.line);
            }
        }
        let raw_name = draft.field(self.spec.name_field.as_deref(), 1).map(str::to_owned);
        let name = raw_name.as_deref().map(|n| clean_name(n).into_owned()).filter(|n| !n.is_empty());
        let parent = draft.field(self.spec.parent_field.as_deref(), 2).map(str::to_owned);
        let area = draft.field(self.spec.area_field.as_deref(), 3).map(str::to_owned);
        if let (Some(raw), Some(name)) = (&raw_name, &name)
            && raw.trim() != name
        {
            draft.notes.push(Note { code: "E_GEOJSON_NAME_TEXT", severity: Severity::Mark, line: draft.line, args: vec![name.clone()] });
        }
        let here = (self.out.read.into(), draft.line);
        if draft.id_is_number {
            self.numbered.push(here);
        }
        if name.is_none() && self.spec.name_field.is_some() {
            self.nameless.push(here);
        }
        self.out.records.push(FeatureRecord {
            record: self.out.read.into(),
            line: draft.line,
            code,
            name,
            parent,
            area,
            kind: draft.shape.kind,
            rings: ring_index(draft.checkpoint.rings)..ring_index(self.sink.rings.len()),
            had_z: draft.had_z,
        });
        for note in draft.notes {
            let problem = self.about(note);
            self.problems.push(problem);
        }
    }

    /// Brings the feature's numbers to longitude and latitude.
    fn convert(&mut self, draft: &mut Draft) {
        if self.converter.is_identity() {
            return;
        }
        let from = draft.checkpoint.coords();
        for n in from..self.sink.coords.len() {
            let [x, y] = self.sink.coords[n];
            self.like_degrees &= x.abs() <= 180.0 && y.abs() <= 180.0;
            match self.converter.to_degrees([x, y]) {
                Some(position) => self.sink.coords[n] = position,
                None => return draft.spoil(&mut self.sink, "E_GEOM_MISFIT", vec![format!("{x:?},{y:?}")]),
            }
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

    /// The file is refused because no feature lies where its system has numbers.
    fn check_system(&self) -> Result<(), Problem> {
        let all = |found: &Misfits| found.count > 0 && found.count == self.out.read;
        if all(&self.metres) {
            return Err(self.refused("E_CRS_METRES").arg(&self.metres.first).arg(guess::names(&self.metres.first)));
        }
        if all(&self.swapped) {
            return Err(self.refused("E_CRS_SWAPPED").arg(&self.swapped.first));
        }
        let name = || self.crs.as_ref().map_or("", Crs::name);
        let seen = self.misfits.count > 0 || !self.sink.coords.is_empty();
        if self.converter.is_projected() && self.like_degrees && seen {
            return Err(self.refused("E_CRS_DEGREES").field("crs").arg(name()));
        }
        if all(&self.misfits) {
            let problem = self.refused("E_CRS_MISFIT").field("crs").arg(name()).arg(&self.misfits.first);
            return Err(problem.arg(guess::names(&self.misfits.first)));
        }
        Ok(())
    }

    /// The features; what is wrong with single ones goes to `problems`.
    pub(super) fn finish(mut self, problems: &mut Vec<Problem>) -> Result<Features, Problem> {
        if self.out.records.is_empty() {
            let no_id = self.problems.iter().any(|p| p.code == "E_GEOJSON_NO_ID");
            let keys = self.keys.join(", ");
            return Err(match no_id {
                true => self.refused("E_GEOJSON_NO_ID_FIELD").arg(&self.spec.id_field).arg(keys),
                false => self.refused("E_GEOJSON_NO_FEATURES"),
            });
        }
        self.check_system()?;
        if self.expects_degrees() && guess::looks_swapped(&self.sink.coords) {
            let first = self.sink.coords.first().map(|[x, y]| format!("{x:?},{y:?}")).unwrap_or_default();
            self.problems.push(Problem::new("E_CRS_LOOKS_SWAPPED", Severity::Mark, self.spec.file.as_str()).arg(first));
        }
        for (code, field, odd) in [
            ("E_GEOJSON_ID_NUMBER", Some(&self.spec.id_field), std::mem::take(&mut self.numbered)),
            ("E_GEOJSON_NAME_NONE", self.spec.name_field.as_ref(), std::mem::take(&mut self.nameless)),
        ] {
            let field = field.map_or("", String::as_str);
            // A few among many are slips; where it is the rule, it is how this office writes.
            if odd.len() as u64 * ODD_ONE_IN <= u64::from(self.out.read) {
                let mark = |(record, line): (u64, u64)| {
                    let problem = Problem::new(code, Severity::Mark, self.spec.file.as_str()).record(record).field(field);
                    if line > 0 { problem.line(line) } else { problem }
                };
                self.problems.extend(odd.into_iter().map(mark));
            }
        }
        if self.heights > 0 {
            let (record, line) = self.first_height;
            let mut problem = Problem::new("E_GEOM_Z", Severity::Mark, self.spec.file.as_str()).record(record);
            if line > 0 {
                problem = problem.line(line);
            }
            self.problems.push(problem.arg(self.heights));
        }
        problems.append(&mut self.problems);
        self.out.rings = self.sink.rings;
        self.out.coords_deg = self.sink.coords;
        Ok(self.out)
    }

    /// The features as they are to be kept and the system that the file names, where these were asked for.
    pub(super) fn finish_tape(self) -> (Vec<KeptFeature>, Option<String>) {
        self.tape.unwrap_or_default()
    }

    /// What the file holds, where an overview was asked for.
    pub(super) fn finish_overview(self) -> Result<Overview, Problem> {
        if self.out.read == 0 {
            return Err(self.refused("E_GEOJSON_NO_FEATURES"));
        }
        Ok(self.sampler.map(|sampler| sampler.finish(self.out.read)).unwrap_or_default())
    }
}

/// Indices were checked when the rings were made: see [`super::geometry`].
fn ring_index(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
