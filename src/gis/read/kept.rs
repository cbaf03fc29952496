//! Features as they are kept in place of their file: what was read of them and nothing else, their
//! numbers as the file has them, before anything is converted.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::GeometryKind;
use super::draft::Draft;
use super::format::MapFormat;
use super::gather::Gather;
use super::geometry::{Shape, Sink};

/// A layer of a map, without what was not read of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptLayer {
    /// What the file was.
    #[serde(with = "word")]
    pub format: MapFormat,
    /// The layers that it had a choice of.
    pub layers: Vec<String>,
    /// The one that was opened.
    pub layer: Option<String>,
    /// The system that it names.
    pub crs: Option<String>,
    /// Names of all properties, in the order of the file; only some of them have values here.
    pub names: Vec<String>,
    /// The properties that were read.
    pub read: Vec<String>,
    /// The features that had a code.
    pub features: Vec<KeptFeature>,
}

/// A feature.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptFeature {
    /// 1-based feature in the file.
    record: u64,
    /// 1-based line on which it begins; 0 in a file that has no lines.
    line: u64,
    /// What stands in [`KeptLayer::read`].
    values: Vec<Option<String>>,
    kind: Kind,
    /// Its rings, lines or lists of positions: `x y,x y`, each number in the shortest decimals that
    /// give it back bit for bit.
    rings: Vec<String>,
}

/// [`GeometryKind`] in a word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    #[default]
    None,
    Point,
    Line,
    Polygon,
}

/// A format in a word.
mod word {
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    use super::MapFormat;

    const WORDS: [(MapFormat, &str); 5] = [
        (MapFormat::GeoJson, "geojson"),
        (MapFormat::TopoJson, "topojson"),
        (MapFormat::Echarts, "echarts"),
        (MapFormat::Shapefile, "shapefile"),
        (MapFormat::GeoPackage, "geopackage"),
    ];

    #[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
    pub(super) fn serialize<S: Serializer>(format: &MapFormat, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(WORDS.iter().find(|(f, _)| f == format).map_or("", |(_, word)| word))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<MapFormat, D::Error> {
        let word = String::deserialize(from)?;
        WORDS.iter().find(|(_, w)| *w == word).map(|(format, _)| *format).ok_or_else(|| D::Error::custom(word))
    }
}

impl KeptFeature {
    /// A feature that was read to its end; `None` where it has no code.
    pub(super) fn of(draft: &Draft, record: u64, wanted: &[Option<&str>; 4], sink: &Sink) -> Option<Self> {
        draft.field(wanted[0], 0)?;
        let values = wanted.iter().enumerate().filter(|(_, name)| name.is_some());
        let kind = match draft.shape.kind {
            GeometryKind::None => Kind::None,
            GeometryKind::Point => Kind::Point,
            GeometryKind::Line => Kind::Line,
            GeometryKind::Polygon => Kind::Polygon,
        };
        let text = |ring: &std::ops::Range<u32>| {
            let places = sink.coords[ring.start as usize..ring.end as usize].iter();
            places.map(|[x, y]| format!("{x:?} {y:?}")).collect::<Vec<_>>().join(",")
        };
        Some(Self {
            record,
            line: draft.line,
            values: values.map(|(slot, name)| draft.field(*name, slot).map(str::to_owned)).collect(),
            kind,
            rings: sink.rings[draft.checkpoint.rings..].iter().map(text).collect(),
        })
    }

    fn geometry(&self, sink: &mut Sink) -> Result<Shape, (&'static str, String)> {
        for ring in &self.rings {
            let start = sink.coords.len();
            for place in ring.split(',') {
                let wrong = || ("E_GEOM_NUMBER", place.to_owned());
                let (x, y) = place.split_once(' ').ok_or_else(wrong)?;
                sink.place(x.parse().map_err(|_| wrong())?, y.parse().map_err(|_| wrong())?)?;
            }
            sink.end_if_any(start)?;
        }
        let kind = match self.kind {
            Kind::None => GeometryKind::None,
            Kind::Point => GeometryKind::Point,
            Kind::Line => GeometryKind::Line,
            Kind::Polygon => GeometryKind::Polygon,
        };
        Ok(Shape { kind, ..Shape::default() })
    }
}

impl KeptLayer {
    pub(super) fn each(&self, gather: &mut Gather<'_>) {
        let places: Vec<Option<usize>> = self.names.iter().map(|name| self.read.iter().position(|read| read == name)).collect();
        for feature in &self.features {
            gather.out.read = u32::try_from(feature.record.saturating_sub(1)).unwrap_or(u32::MAX - 1);
            let mut draft = gather.begin(feature.line);
            for (name, place) in self.names.iter().zip(&places) {
                let value = place.and_then(|n| feature.values.get(n)?.as_deref());
                gather.attribute(&mut draft, name, value.map(Cow::Borrowed));
            }
            match feature.geometry(&mut gather.sink) {
                Ok(shape) => draft.shape = shape,
                Err((code, what)) => draft.spoil(&mut gather.sink, code, vec![what]),
            }
            gather.accept(draft);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::map::{Content, MapChoice, MapFile, MapInput};
    use super::super::{Features, ReadSpec};

    fn features(file: &MapFile, spec: &ReadSpec) -> Features {
        file.features(spec, &mut Vec::new(), &mut |_| {}).expect("features")
    }

    #[test]
    fn what_is_kept_gives_the_same_features_bit_for_bit() {
        let text = r#"{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"EPSG:4524"}},"features":[
{"type":"Feature","id":"a","properties":{"n":{"m":"甲"},"x":"某"},"geometry":{"type":"Polygon","coordinates":[[[36450000.1,4000000.30000000004],[36451000,4000000],[36451000.7,4001000.123456789],[36450000.1,4000000.30000000004]]]}},
{"type":"Feature","properties":{"n":{"m":"没有编码"}},"geometry":null},
{"type":"Feature","id":3,"properties":{"n":null,"x":"某"},"geometry":{"type":"MultiPoint","coordinates":[[36450000.5,4000000,7],[36450001,4000000.25]]}}]}"#;
        let input = MapInput { name: "a.geojson".to_owned(), content: Content::Bytes(text.as_bytes().into()) };
        let file = MapFile::open(vec![input], &MapChoice::default()).expect("a map");
        let spec = ReadSpec { id_field: "@id".to_owned(), name_field: Some("n.m".to_owned()), ..ReadSpec::default() };
        let names: Vec<String> = file.fields().expect("fields").into_iter().map(|f| f.name).collect();
        let kept = file.kept(&spec, names.clone(), &mut |_| {}).expect("kept");
        let json = serde_json::to_string(&kept).expect("JSON");
        assert!(!json.contains('某') && !json.contains("没有"), "{json}");
        let again = MapFile::of_kept("a.geojson", serde_json::from_str(&json).expect("what was written"));
        let (was, mut is) = (features(&file, &spec), features(&again, &spec));
        assert_eq!(
            was.coords_deg.iter().flatten().map(|x| x.to_bits()).collect::<Vec<_>>(),
            is.coords_deg.iter().flatten().map(|x| x.to_bits()).collect::<Vec<_>>()
        );
        // Features without a code and heights are no longer known of.
        (is.skipped, is.records[1].had_z) = (was.skipped, was.records[1].had_z);
        assert_eq!(was, is);
        let overview = again.overview(&mut |_| {}).expect("an overview");
        assert_eq!(overview.fields.iter().map(|f| f.name.clone()).collect::<Vec<_>>(), names);
        assert_eq!(overview.crs.as_deref(), Some("EPSG:4524"));
    }
}
