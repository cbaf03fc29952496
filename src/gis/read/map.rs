//! A map file of any format: what is in it, and its features.

use std::fs::File;
use std::io::{Read, Seek as _, SeekFrom};
use std::path::PathBuf;
use std::sync::Arc;

use super::echarts::Echarts;
use super::format::{self, LOOK_BYTES, MapFormat};
use super::gather::Gather;
use super::kept::KeptLayer;
use super::overview::{FieldSample, Overview, Suspicion};
use super::rows::RowLayer;
use super::shapefile::Shapefile;
use super::topojson::Topology;
use super::{Features, ReadSpec, geojson, shapefile};
use crate::domain::problem::{Problem, Severity};
use crate::domain::request::Stop;

/// Largest file that is read whole, bytes: all formats but GeoJSON, which passes through a window.
const WHOLE_MAX_BYTES: u64 = 512 << 20;

/// The bytes of a file: where they are, or themselves where they come out of a zip.
#[derive(Clone, Debug)]
pub enum Content {
    /// A file.
    Path(PathBuf),
    /// Bytes.
    Bytes(Arc<[u8]>),
}

/// One file of a map. A shapefile has several, of one name with different endings.
#[derive(Clone, Debug)]
pub struct MapInput {
    /// Its name as shown to people, with the ending.
    pub name: String,
    /// What is in it.
    pub content: Content,
}

impl MapInput {
    pub(super) fn problem(&self, code: &str) -> Problem {
        Problem::new(code, Severity::Refused, self.name.as_str())
    }

    fn open(&self) -> Result<(Box<dyn Read + '_>, u64), Problem> {
        match &self.content {
            Content::Bytes(bytes) => Ok((Box::new(&bytes[..]), bytes.len() as u64)),
            Content::Path(path) => {
                let file = File::open(path).map_err(|e| self.problem("E_GEOJSON_IO").arg(e))?;
                let len = file.metadata().map_err(|e| self.problem("E_GEOJSON_IO").arg(e))?.len();
                Ok((Box::new(file), len))
            }
        }
    }

    /// The same, and it ends when it is asked to stop.
    fn open_until<'s>(&'s self, stop: &'s Stop) -> Result<(Box<dyn Read + 's>, u64), Problem> {
        let (input, len) = self.open()?;
        Ok((Box::new(Heeding { input, stop }), len))
    }

    /// All bytes of a file that is not too large for it.
    pub(super) fn whole(&self) -> Result<Arc<[u8]>, Problem> {
        if let Content::Bytes(bytes) = &self.content {
            return Ok(Arc::clone(bytes));
        }
        let (file, len) = self.open()?;
        let mut out = Vec::new();
        // A file may grow while it is read.
        file.take(WHOLE_MAX_BYTES + 1).read_to_end(&mut out).map_err(|e| self.problem("E_GEOJSON_IO").arg(e))?;
        if len > WHOLE_MAX_BYTES || out.len() as u64 > WHOLE_MAX_BYTES {
            return Err(self.problem("E_MAP_SIZE").arg(WHOLE_MAX_BYTES >> 20));
        }
        Ok(out.into())
    }

    /// What the file is, by its bytes.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn format(&self) -> Result<MapFormat, Problem> {
        let (head, tail) = match &self.content {
            Content::Bytes(bytes) => {
                (bytes[..bytes.len().min(LOOK_BYTES)].to_vec(), bytes[bytes.len().saturating_sub(LOOK_BYTES)..].to_vec())
            }
            Content::Path(path) => {
                let io = |e| self.problem("E_GEOJSON_IO").arg(e);
                let mut file = File::open(path).map_err(io)?;
                let mut read = |from: u64| {
                    let mut out = Vec::new();
                    file.seek(SeekFrom::Start(from))?;
                    file.by_ref().take(LOOK_BYTES as u64).read_to_end(&mut out)?;
                    Ok(out)
                };
                let len = path.metadata().map_err(io)?.len();
                (read(0).map_err(io)?, read(len.saturating_sub(LOOK_BYTES as u64)).map_err(io)?)
            }
        };
        Ok(format::tell(&head, &tail))
    }
}

/// An input that fails when it is asked to stop.
struct Heeding<'s> {
    input: Box<dyn Read + 's>,
    stop: &'s Stop,
}

impl Read for Heeding<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.stop.check().map_err(|p| std::io::Error::other(p.code))?;
        self.input.read(buffer)
    }
}

/// What a person chose where a file leaves a choice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MapChoice {
    /// The object of a TopoJSON file, the table of a GeoPackage, the map of a script; the only one, or the
    /// first with areas, where nothing is chosen.
    pub layer: Option<String>,
    /// What the texts of a shapefile are encoded in (`GB18030`, `UTF-8`), where the file is wrong or
    /// silent about it.
    pub encoding: Option<String>,
}

enum Body {
    GeoJson(MapInput),
    TopoJson(Topology),
    Echarts(Echarts),
    Shapefile(Box<Shapefile>),
    Rows(RowLayer),
    Kept(KeptLayer),
}

/// A map file.
pub struct MapFile {
    name: String,
    format: MapFormat,
    layers: Vec<String>,
    layer: Option<String>,
    crs: Option<String>,
    body: Body,
    /// What was noticed when it was opened.
    problems: Vec<Problem>,
    stop: Stop,
    suspicion: Suspicion,
}

impl MapFile {
    /// Opens a map: one file, or the files of one shapefile (`.shp` with `.dbf`, and where they are there
    /// `.shx`, `.cpg`, `.prj`), in any order. A GeoPackage needs the store: see
    /// `store::geopackage`.
    ///
    /// # Errors
    /// The problem for which the map is refused.
    pub fn open(inputs: Vec<MapInput>, choice: &MapChoice) -> Result<Self, Problem> {
        let mut main = None;
        for input in &inputs {
            let format = input.format()?;
            // The index of a shapefile begins like the shapefile itself.
            if format == MapFormat::Shapefile && input.name.to_ascii_lowercase().ends_with(".shx") {
                continue;
            }
            if inputs.len() == 1 || format == MapFormat::Shapefile {
                main = Some((input, format));
                break;
            }
        }
        let Some((input, format)) = main else {
            let name = inputs.first().map_or("", |i| i.name.as_str());
            return Err(Problem::new("E_MAP_NO_MAIN", Severity::Refused, name));
        };
        let refused = |code: &str| input.problem(code);
        let (body, layers, first) = match format {
            MapFormat::GeoJson => (Body::GeoJson(input.clone()), Vec::new(), None),
            MapFormat::TopoJson => {
                let topology = Topology::read(&input.whole()?, refused)?;
                let first = topology.first_areas().map(str::to_owned);
                (Body::TopoJson(topology), Vec::new(), first)
            }
            MapFormat::Echarts => {
                let maps = Echarts::read(&input.whole()?, refused)?;
                let layers = maps.layers();
                let first = layers.first().cloned();
                (Body::Echarts(maps), layers, first)
            }
            MapFormat::Shapefile => {
                let files = Shapefile::read(input, &inputs, choice.encoding.as_deref())?;
                (Body::Shapefile(Box::new(files)), Vec::new(), None)
            }
            MapFormat::GeoPackage => return Err(refused("E_MAP_FORMAT").arg("SQLite")),
            MapFormat::Zip => return Err(refused("E_MAP_FORMAT").arg("zip")),
            MapFormat::Other(kind) => return Err(refused("E_MAP_FORMAT").arg(kind)),
        };
        let layers = if let Body::TopoJson(topology) = &body { topology.layers() } else { layers };
        let (mut crs, mut problems) = (None, Vec::new());
        match &body {
            Body::TopoJson(topology) => crs.clone_from(&topology.crs),
            Body::Shapefile(files) => {
                crs.clone_from(&files.crs);
                problems.clone_from(&files.problems);
            }
            _ => {}
        }
        let layer = match &choice.layer {
            Some(chosen) if layers.contains(chosen) => Some(chosen.clone()),
            Some(chosen) => return Err(refused("E_MAP_LAYER").arg(chosen).arg(layers.join(", "))),
            None => first,
        };
        if choice.layer.is_none() {
            problems.extend(unasked(&input.name, layer.as_deref(), &layers));
        }
        Ok(Self { name: input.name.clone(), format, layers, layer, crs, body, problems, stop: Stop::default(), suspicion: |_| false })
    }

    /// A table of a database, which has others beside it; `chosen` by a person, or because it was the first.
    #[must_use]
    pub fn of_rows(name: &str, layers: Vec<String>, chosen: bool, rows: RowLayer) -> Self {
        let problems = if chosen { None } else { unasked(name, Some(&rows.name), &layers) };
        Self {
            name: name.to_owned(),
            format: MapFormat::GeoPackage,
            layers,
            layer: Some(rows.name.clone()),
            crs: rows.crs.clone(),
            body: Body::Rows(rows),
            problems: problems.into_iter().collect(),
            stop: Stop::default(),
            suspicion: |_| false,
        }
    }

    /// A layer that was kept in place of its file.
    #[must_use]
    pub fn of_kept(name: &str, kept: KeptLayer) -> Self {
        Self {
            name: name.to_owned(),
            format: kept.format,
            layers: kept.layers.clone(),
            layer: kept.layer.clone(),
            crs: kept.crs.clone(),
            body: Body::Kept(kept),
            problems: Vec::new(),
            stop: Stop::default(),
            suspicion: |_| false,
        }
    }

    /// From now on an overview counts the values of which this holds.
    pub fn suspect(&mut self, suspicion: Suspicion) {
        self.suspicion = suspicion;
    }

    /// What was read of its features, to be kept in place of the file. `names` are those of all properties.
    ///
    /// # Errors
    /// As [`MapFile::overview`].
    pub fn kept(&self, spec: &ReadSpec, names: Vec<String>, progress: &mut dyn FnMut(u64)) -> Result<KeptLayer, Problem> {
        let (features, crs) = match &self.body {
            Body::GeoJson(input) => {
                let (mut file, _) = input.open_until(&self.stop)?;
                geojson::tape(&mut *file, spec, progress)?
            }
            _ => {
                let mut gather = Gather::tape(spec);
                self.each(&mut gather)?;
                gather.finish_tape()
            }
        };
        let columns = [Some(&spec.id_field), spec.name_field.as_ref(), spec.parent_field.as_ref(), spec.area_field.as_ref()];
        let read = columns.into_iter().flatten().cloned().collect();
        Ok(KeptLayer { format: self.format, layers: self.layers.clone(), layer: self.layer.clone(), crs, names, read, features })
    }

    /// From now on reading ends when it is asked to stop; whoever asked knows why it did.
    pub fn heed(&mut self, stop: Stop) {
        self.stop = stop;
    }

    /// The file as shown to people.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it is.
    #[must_use]
    pub fn format(&self) -> MapFormat {
        self.format
    }

    /// What was noticed when it was opened, such as a guessed encoding; [`MapFile::features`] reports it too.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// The layers that it has a choice of; empty where a file is one layer.
    #[must_use]
    pub fn layers(&self) -> &[String] {
        &self.layers
    }

    /// The one of them that was opened.
    #[must_use]
    pub fn layer(&self) -> Option<&str> {
        self.layer.as_deref()
    }

    /// Its properties with their first values, the system that it names, where its numbers lie.
    ///
    /// Reads the whole file; `progress` hears the bytes read so far.
    ///
    /// # Errors
    /// The problem for which the file is refused.
    pub fn overview(&self, progress: &mut dyn FnMut(u64)) -> Result<Overview, Problem> {
        let spec = ReadSpec { file: self.name.clone(), ..ReadSpec::default() };
        match &self.body {
            Body::GeoJson(input) => {
                let (mut file, _) = input.open_until(&self.stop)?;
                geojson::overview(&mut *file, &spec, self.suspicion, progress)
            }
            _ => {
                let mut gather = Gather::overview(&spec, self.suspicion);
                // Objects, scripts and databases hold more than one layer with its properties.
                gather.has_more(self.format != MapFormat::Shapefile);
                self.each(&mut gather)?;
                gather.finish_overview()
            }
        }
    }

    /// Its properties with their first values.
    ///
    /// # Errors
    /// As [`MapFile::overview`].
    pub fn fields(&self) -> Result<Vec<FieldSample>, Problem> {
        self.overview(&mut |_| {}).map(|o| o.fields)
    }

    /// Its features, in longitude and latitude. What stops only one feature goes to `problems`.
    ///
    /// # Errors
    /// The problem for which the whole file is refused; `problems` is then as it was.
    pub fn features(&self, spec: &ReadSpec, problems: &mut Vec<Problem>, progress: &mut dyn FnMut(u64)) -> Result<Features, Problem> {
        if let Body::GeoJson(input) = &self.body {
            let (mut file, len) = input.open_until(&self.stop)?;
            return match geojson::read_features(&mut *file, Some(len), spec, problems, progress) {
                Err(late) if late.code == "E_CRS_LATE" => {
                    let (mut file, len) = input.open_until(&self.stop)?;
                    geojson::read_in_system(&mut *file, Some(len), spec, late.args.first().map(String::as_str), problems, progress)
                }
                read => read,
            };
        }
        let mut gather = Gather::new(spec);
        // Nobody needs to hear that the file names no system who has just named it.
        let heard = |p: &&Problem| spec.crs.is_none() || p.code != shapefile::NO_PRJ;
        self.problems.iter().filter(heard).for_each(|p| gather.note(p.clone()));
        self.each(&mut gather)?;
        gather.finish(problems)
    }

    fn each(&self, gather: &mut Gather<'_>) -> Result<(), Problem> {
        self.stop.check()?;
        gather.set_crs(self.crs.as_deref())?;
        match &self.body {
            Body::GeoJson(_) => {}
            Body::TopoJson(topology) => topology.each(self.layer.as_deref().unwrap_or_default(), gather),
            Body::Echarts(maps) => maps.each(self.layer.as_deref(), gather),
            Body::Shapefile(files) => files.each(gather)?,
            Body::Rows(rows) => rows.each(gather),
            Body::Kept(kept) => kept.each(gather),
        }
        Ok(())
    }
}

/// Of several layers one was taken without being asked for.
fn unasked(file: &str, layer: Option<&str>, layers: &[String]) -> Option<Problem> {
    let problem = || Problem::new("E_MAP_LAYERS", Severity::Mark, file).arg(layer.unwrap_or_default()).arg(layers.join(", "));
    (layers.len() > 1).then(problem)
}

#[cfg(test)]
mod tests;
