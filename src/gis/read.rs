//! Map files of every format into [`Features`]: one file per format, one set of rules for all.
//!
//! A format hands its features one by one to `gather`, which keeps those that have a code, looks
//! at their rings and brings their numbers to longitude and latitude. A feature that cannot be used
//! costs that feature; a file that cannot be trusted is refused, and then nothing of it is kept.
//! [`MapFile`] is the surface for all formats; [`read_features`] is the hot reader of GeoJSON
//! underneath, for callers that know what they have.

#![allow(clippy::result_large_err, reason = "a refusal is made once per file")]

use std::ops::Range;

mod cursor;
mod dbf;
mod draft;
mod echarts;
mod feature;
mod format;
mod gather;
mod geojson;
mod geometry;
mod json;
mod kept;
mod map;
mod number;
mod overview;
mod rows;
mod script;
mod shapefile;
mod source;
mod topojson;
mod wkb;

pub use format::MapFormat;
pub use geojson::read_features;
pub use kept::{KeptFeature, KeptLayer};
pub use map::{Content, MapChoice, MapFile, MapInput};
pub use overview::{FieldSample, Overview, Suspicion};
pub use rows::{Row, RowLayer};

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
    /// Property that holds the official area.
    pub area_field: Option<String>,
    /// Coordinate reference system that a person or the manifest states; it goes before the one
    /// the file names. See [`crate::gis::crs::Crs::parse`].
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
    /// 1-based physical line on which it begins; 0 in a file that has no lines.
    pub line: u64,
    /// Its code exactly as written: the JSON number `990121` gives "990121", a string its zeros.
    pub code: String,
    /// Its name, cleaned; `None` where it is missing or empty.
    pub name: Option<String>,
    /// Its parent's code as written; `None` where it is missing or empty.
    pub parent: Option<String>,
    /// Its official area as written; `None` where it is missing or empty.
    pub area: Option<String>,
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
    /// Longitude and latitude on WGS 84 or CGCS2000, degrees: as the file has them, or converted.
    pub coords_deg: Vec<[f64; 2]>,
    /// Features that are in no record, because they have no code or are no features.
    pub skipped: u32,
    /// All features seen.
    pub read: u32,
    /// The system that the file's own numbers are in, where they had to be converted.
    pub converted_from: Option<String>,
}

impl Features {
    /// The coordinates of a record's rings, degrees.
    #[must_use]
    pub fn rings_deg(&self, record: &FeatureRecord) -> Vec<&[[f64; 2]]> {
        let rings = &self.rings[record.rings.start as usize..record.rings.end as usize];
        rings.iter().map(|r| &self.coords_deg[r.start as usize..r.end as usize]).collect()
    }

    /// Adds the features of a further file of the same layer.
    pub fn append(&mut self, other: Self) {
        let count = |len: usize| u32::try_from(len).unwrap_or(u32::MAX);
        let (places, rings) = (count(self.coords_deg.len()), count(self.rings.len()));
        self.coords_deg.extend(other.coords_deg);
        self.rings.extend(other.rings.into_iter().map(|r| r.start + places..r.end + places));
        let records = other.records.into_iter();
        self.records.extend(records.map(|r| FeatureRecord { rings: r.rings.start + rings..r.rings.end + rings, ..r }));
        self.skipped += other.skipped;
        self.read += other.read;
        self.converted_from = self.converted_from.take().or(other.converted_from);
    }
}
