//! A map file: what its features hold, and the features. The files of a folder can be one map.

use std::collections::BTreeSet;
use std::path::Path;

use sha2::{Digest as _, Sha256};

use super::copy::MapPart;
use super::source::{Item, Shape};
use crate::domain::id::LevelId;
use crate::domain::plan::{Choices, PART};
use crate::domain::problem::{Problem, Severity};
use crate::domain::request::{Progress, Stop};
use crate::framework::privacy::Gate;
use crate::framework::schema::Privacy;
use crate::gis::read::{FieldSample, MapChoice, MapFile, MapFormat, Overview, ReadSpec};
use crate::store::geopackage;

/// A layer of a map that was opened and looked through once.
pub(super) struct Map {
    pub(super) item: Item,
    pub(super) file: MapFile,
    pub(super) overview: Overview,
    /// Which layer of its file it is, from 0.
    pub(super) part: u32,
    /// Which file of the import, and which layer in the order in which they were opened.
    pub(super) at: (usize, usize),
    /// The level that it was imported as, where it was kept in place of its file.
    pub(super) level: Option<LevelId>,
    /// Further files of the same layer.
    pub(super) more: Vec<Self>,
}

/// What was read of a map.
pub(super) struct MapRead {
    pub(super) spec: ReadSpec,
    pub(super) level: LevelId,
    /// Properties that were left out.
    pub(super) without: BTreeSet<String>,
}

/// Whether a value looks like a number of a person.
fn is_suspicious(value: &str) -> bool {
    Gate.value_looks_personal(value)
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
        for (part, file) in (0..).zip(files) {
            out.push(Self::looked_through(item.clone(), file, part, stop, progress)?);
        }
        Ok(out)
    }

    /// A layer that was kept in place of its file.
    pub(super) fn again(item: &Item, kept: MapPart, stop: &Stop) -> Result<Self, Problem> {
        let mut item = item.clone();
        item.found.stem = Path::new(&kept.file).file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
        item.found.shown_as.clone_from(&kept.file);
        let file = MapFile::of_kept(&kept.file, kept.map);
        let map = Self::looked_through(item, file, kept.part, stop, &mut |_| ())?;
        Ok(Self { level: Some(kept.level), ..map })
    }

    fn looked_through(item: Item, mut file: MapFile, part: u32, stop: &Stop, progress: &mut dyn FnMut(Progress)) -> Result<Self, Problem> {
        file.heed(stop.clone());
        file.suspect(is_suspicious);
        let (name, of) = (item.found.shown_as.clone(), item.found.size);
        let overview = file.overview(&mut |done| progress(Progress::Reading { name: name.clone(), done, of }))?;
        Ok(Self { item, file, overview, part, at: (0, 0), level: None, more: Vec::new() })
    }

    /// Properties that the privacy gate refuses by their name or by their values, with the rule, as
    /// [`super::sheet::Sheet::personal`] does for a table.
    pub(super) fn personal(
        &self,
        added: &Privacy,
        without: &dyn Fn(&str) -> bool,
        keys: &[&str],
        is_unit: &dyn Fn(&str) -> bool,
    ) -> Vec<(String, String)> {
        let mut out: Vec<(String, String)> = Vec::new();
        for field in self.files().flat_map(|map| &map.overview.fields).filter(|f| !without(&f.name)) {
            if out.iter().any(|(name, _)| *name == field.name) {
                continue;
            }
            // Of a path into inner objects the last name says what it is.
            let path = field.name.replace('.', "/");
            let named = Gate.columns(std::iter::once(path.as_str()), added).first().map(|(_, rule)| *rule);
            let rule = named.or_else(|| {
                let beside = |value: &&String| !is_unit(value) && Gate.value_looks_personal_beside(value, is_unit);
                let refused = match keys.contains(&field.name.as_str()) {
                    true => {
                        let personal = field.personal + field.alike.iter().filter(beside).count() as u64;
                        personal * 2 > self.overview.features.saturating_sub(field.empty)
                    }
                    false => field.personal > 0 || field.alike.iter().any(|value| beside(&value)),
                };
                refused.then_some("value")
            });
            out.extend(rule.map(|rule| (field.name.clone(), rule.to_owned())));
        }
        out
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

    /// Its file and layer, as questions are asked about it.
    pub(super) fn asked_as(&self) -> String {
        match self.file.layer().filter(|_| self.file.layers().len() > 1) {
            Some(layer) => format!("{}{PART}{layer}", self.shown_as()),
            None => self.shown_as(),
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
