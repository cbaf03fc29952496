//! A map file: what its features hold, and the features. The files of a folder can be one map.

use std::path::Path;

use sha2::{Digest as _, Sha256};

use super::source::{Item, Shape};
use crate::domain::plan::Choices;
use crate::domain::problem::{Problem, Severity};
use crate::domain::request::{Progress, Stop};
use crate::gis::read::{FieldSample, MapChoice, MapFile, MapFormat, Overview};
use crate::store::geopackage;

/// A layer of a map that was opened and looked through once.
pub(super) struct Map {
    pub(super) item: Item,
    pub(super) file: MapFile,
    pub(super) overview: Overview,
    /// Which layer of its file it is, from 0.
    pub(super) part: u32,
    /// Further files of the same layer.
    pub(super) more: Vec<Self>,
}

impl Map {
    /// Opens a map: the layers that a person chose, else the first.
    pub(super) fn open(item: Item, choices: &Choices, stop: &Stop, progress: &mut dyn FnMut(Progress)) -> Result<Vec<Self>, Problem> {
        let open = |layer: Option<&str>| match item.shape {
            Shape::GeoPackage => geopackage::open(&item.found.path, &item.found.shown_as, layer),
            _ => {
                let choice = MapChoice { layer: layer.map(str::to_owned), encoding: choices.encoding.clone() };
                MapFile::open(item.inputs.clone(), &choice)
            }
        };
        let first = open(None)?;
        // A map without layers has none to choose from: the choice is of another file.
        let chosen: Vec<String> = first.layers().iter().filter(|l| choices.sheets.contains(l)).cloned().collect();
        let files = if first.layers().is_empty() || choices.sheets.is_empty() {
            vec![first]
        } else if chosen.is_empty() {
            let wrong = Problem::new("E_MAP_LAYER", Severity::Refused, &*item.found.shown_as);
            return Err(wrong.arg(choices.sheets.join(", ")).arg(first.layers().join(", ")));
        } else {
            chosen.iter().map(|layer| open(Some(layer))).collect::<Result<_, _>>()?
        };
        let mut out = Vec::with_capacity(files.len());
        for (part, mut file) in (0..).zip(files) {
            file.heed(stop.clone());
            let (name, of) = (item.found.shown_as.clone(), item.found.size);
            let overview = file.overview(&mut |done| progress(Progress::Reading { name: name.clone(), done, of }))?;
            out.push(Self { item: item.clone(), file, overview, part, more: Vec::new() });
        }
        Ok(out)
    }

    /// Whether another file holds a further part of the same layer: in the same folder, of the same
    /// format, with the same properties.
    pub(super) fn is_one_layer_with(&self, other: &Self) -> bool {
        let folder = |m: &Self| Path::new(&m.item.found.shown_as).parent().map(Path::to_owned);
        let plain = |m: &Self| m.file.layers().len() < 2;
        plain(self)
            && plain(other)
            && folder(self) == folder(other)
            && self.file.format() == other.file.format()
            && self.names() == other.names()
    }

    /// Its files.
    pub(super) fn files(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(&self.more)
    }

    /// Its file, or the folder of its files, as people know it.
    pub(super) fn shown_as(&self) -> String {
        let own = &self.item.found.shown_as;
        match Path::new(own).parent().filter(|folder| !self.more.is_empty() && !folder.as_os_str().is_empty()) {
            Some(folder) => format!("{}/", folder.display()),
            None => own.clone(),
        }
    }

    /// The hash of its file, or of the hashes of its files, hex.
    pub(super) fn sha256(&self) -> String {
        if self.more.is_empty() {
            return self.item.sha256.clone();
        }
        let mut hasher = Sha256::new();
        self.files().for_each(|m| hasher.update(m.item.sha256.as_bytes()));
        crate::store::hex(&hasher.finalize())
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
