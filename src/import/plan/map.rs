//! A map file: what its features hold, and the features.

use super::source::{Item, Shape};
use crate::domain::plan::Choices;
use crate::domain::problem::Problem;
use crate::domain::request::{Progress, Stop};
use crate::gis::read::{Content, FieldSample, MapChoice, MapFile, MapFormat, MapInput, Overview};
use crate::store::geopackage;

/// A map that was opened and looked through once.
pub(super) struct Map {
    pub(super) item: Item,
    pub(super) file: MapFile,
    pub(super) overview: Overview,
}

impl Map {
    /// Opens a map.
    pub(super) fn open(item: Item, choices: &Choices, stop: &Stop, progress: &mut dyn FnMut(Progress)) -> Result<Self, Problem> {
        let inputs = item.kept.iter().map(|(name, path, _)| MapInput { name: name.clone(), content: Content::Path(path.clone()) });
        let choice = MapChoice { layer: choices.sheets.first().cloned(), encoding: choices.encoding.clone() };
        let mut file = match item.shape {
            Shape::GeoPackage => geopackage::open(&item.found.path, &item.found.shown_as, choice.layer.as_deref())?,
            _ => MapFile::open(inputs.collect(), &choice)?,
        };
        file.heed(stop.clone());
        let (name, of) = (item.found.shown_as.clone(), item.found.size);
        let overview = file.overview(&mut |done| progress(Progress::Reading { name: name.clone(), done, of }))?;
        Ok(Self { item, file, overview })
    }

    /// Its properties.
    pub(super) fn fields(&self) -> &[FieldSample] {
        &self.overview.fields
    }

    /// Names of its properties.
    pub(super) fn names(&self) -> Vec<String> {
        self.overview.fields.iter().map(|f| f.name.clone()).collect()
    }

    /// Its format in words of the field.
    pub(super) fn format(&self) -> &'static str {
        match self.file.format() {
            MapFormat::GeoJson => "GeoJSON",
            MapFormat::TopoJson => "TopoJSON",
            MapFormat::Echarts => "ECharts",
            MapFormat::Shapefile => "shapefile",
            MapFormat::GeoPackage => "GeoPackage",
            MapFormat::Zip => "zip",
            MapFormat::Other(kind) => kind,
        }
    }
}
