//! A map file of any format: what is in it, and its features.

use std::fs::File;
use std::io::{Read, Seek as _, SeekFrom};
use std::path::PathBuf;
use std::sync::Arc;

use super::format::{self, LOOK_BYTES, MapFormat};
use super::gather::Gather;
use super::overview::{FieldSample, Overview};
use super::rows::RowLayer;
use super::{Features, ReadSpec, geojson};
use crate::domain::problem::{Problem, Severity};

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
    Rows(RowLayer),
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
}

impl MapFile {
    /// Opens a map: one file, or the files of one shapefile (`.shp` with `.dbf`, and where they are there
    /// `.shx`, `.cpg`, `.prj`), in any order. A GeoPackage needs the store: see
    /// `store::geopackage`.
    ///
    /// # Errors
    /// The problem for which the map is refused.
    pub fn open(inputs: Vec<MapInput>, choice: &MapChoice) -> Result<Self, Problem> {
        let _ = choice;
        let Some(input) = inputs.into_iter().next() else {
            return Err(Problem::new("E_GEOJSON_EMPTY", Severity::Refused, ""));
        };
        let format = input.format()?;
        match format {
            MapFormat::GeoJson => Ok(Self {
                name: input.name.clone(),
                format,
                layers: Vec::new(),
                layer: None,
                crs: None,
                body: Body::GeoJson(input),
                problems: Vec::new(),
            }),
            MapFormat::Other(kind) => Err(input.problem("E_MAP_FORMAT").arg(kind)),
            _ => Err(input.problem("E_MAP_FORMAT").arg("")),
        }
    }

    /// A table of a database, which has others beside it.
    #[must_use]
    pub fn of_rows(name: &str, layers: Vec<String>, rows: RowLayer) -> Self {
        Self {
            name: name.to_owned(),
            format: MapFormat::GeoPackage,
            layers,
            layer: Some(rows.name.clone()),
            crs: rows.crs.clone(),
            body: Body::Rows(rows),
            problems: Vec::new(),
        }
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
                let (mut file, _) = input.open()?;
                geojson::overview(&mut *file, &spec, progress)
            }
            _ => {
                let mut gather = Gather::overview(&spec);
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
            let (mut file, len) = input.open()?;
            return match geojson::read_features(&mut *file, Some(len), spec, problems, progress) {
                Err(late) if late.code == "E_CRS_LATE" => {
                    let (mut file, len) = input.open()?;
                    geojson::read_in_system(&mut *file, Some(len), spec, late.args.first().map(String::as_str), problems, progress)
                }
                read => read,
            };
        }
        let mut gather = Gather::new(spec);
        self.problems.iter().for_each(|p| gather.note(p.clone()));
        self.each(&mut gather)?;
        gather.finish(problems)
    }

    fn each(&self, gather: &mut Gather<'_>) -> Result<(), Problem> {
        gather.set_crs(self.crs.as_deref())?;
        match &self.body {
            Body::GeoJson(_) => {}
            Body::Rows(rows) => rows.each(gather),
        }
        Ok(())
    }
}
