//! Maps of ECharts: GeoJSON whose positions are steps written as characters.
//!
//! The encoding is that of ECharts' own `parseGeoJson` (`src/coord/geo/parseGeoJson.ts`): per position two
//! UTF-16 units, each 64 plus a zigzag step; the first step is from `encodeOffsets`, and the sum is divided by
//! `UTF8Scale` (1024).

use super::GeometryKind;
use super::cursor::Cursor;
use super::gather::Gather;
use super::geometry::{Fault, Shape, Sink};
use super::json::{self, Json};
use super::script;
use crate::domain::problem::Problem;

/// Scale where the file names none.
const SCALE: f64 = 1024.0;
/// Unit of a step of zero.
const ZERO: i32 = 64;

/// The maps of a file, by name; a JSON file has one without a name.
pub(super) struct Echarts {
    maps: Vec<(String, Json)>,
}

impl Echarts {
    /// Reads a whole file.
    pub(super) fn read(bytes: &[u8], refused: impl Fn(&str) -> Problem) -> Result<Self, Problem> {
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let maps = if text.trim_ascii_start().starts_with(b"{") {
            let mut cursor = Cursor::whole(text);
            let read = Json::read(&mut cursor).and_then(|json| if cursor.at_end()? { Ok(json) } else { Err(cursor.unexpected(cursor.at)) });
            vec![(String::new(), read.map_err(|stop| json::problem(text, stop, &refused))?)]
        } else {
            script::maps(text, &refused)?
        };
        for (_, map) in &maps {
            if map.get("features").and_then(Json::items).is_none_or(<[Json]>::is_empty) {
                return Err(refused("E_GEOJSON_NO_FEATURES"));
            }
            if map.get("UTF8Scale").is_some_and(|s| s.number().is_none_or(|s| s.abs() < 1.0)) {
                return Err(refused("E_ECHARTS_SCALE").field("UTF8Scale"));
            }
        }
        Ok(Self { maps })
    }

    /// Names of its maps.
    pub(super) fn layers(&self) -> Vec<String> {
        self.maps.iter().map(|(name, _)| name.clone()).filter(|n| !n.is_empty()).collect()
    }

    /// The features of a map, of the first where none is named.
    pub(super) fn each(&self, layer: Option<&str>, gather: &mut Gather<'_>) {
        let Some((_, map)) = self.maps.iter().find(|(name, _)| layer.is_none_or(|l| l == name)) else { return };
        let encoded = map.get("UTF8Encoding") == Some(&Json::Bool(true));
        let scale = map.get("UTF8Scale").and_then(Json::number).unwrap_or(SCALE);
        for feature in map.get("features").and_then(Json::items).unwrap_or_default() {
            if feature.get("type").and_then(Json::str) != Some("Feature") {
                gather.aside("E_GEOJSON_NOT_A_FEATURE", 0);
                continue;
            }
            let mut draft = gather.begin(0);
            draft.own_id = feature.get("id").and_then(Json::text).map(str::to_owned);
            if let Some(properties) = feature.get("properties") {
                json::attributes(properties, "", gather, &mut draft);
            }
            let read = match feature.get("geometry") {
                None | Some(Json::Null) => Ok(Shape::default()),
                Some(_) if !encoded => Err(("E_ECHARTS_ENCODING", String::new())),
                Some(found) => geometry(found, scale, &mut gather.sink),
            };
            match read {
                Ok(shape) => draft.shape = shape,
                Err((code, what)) => draft.spoil(&mut gather.sink, code, vec![what]),
            }
            gather.accept(draft);
        }
    }
}

fn geometry(found: &Json, scale: f64, sink: &mut Sink) -> Result<Shape, Fault> {
    let kind = found.get("type").and_then(Json::str).unwrap_or_default();
    let wrong = || ("E_GEOM_SHAPE", kind.to_owned());
    let null = Json::Null;
    let coordinates = found.get("coordinates").ok_or_else(wrong)?;
    let offsets = found.get("encodeOffsets").unwrap_or(&null);
    let before = sink.coords.len();
    let shape = match kind {
        "LineString" => ring(coordinates, offsets, scale, sink).map(|()| GeometryKind::Line)?,
        "MultiLineString" => rings(coordinates, offsets, scale, sink).map(|()| GeometryKind::Line)?,
        "Polygon" => rings(coordinates, offsets, scale, sink).map(|()| GeometryKind::Polygon)?,
        "MultiPolygon" => {
            let (parts, offsets) = (coordinates.items().ok_or_else(wrong)?, offsets.items().ok_or(("E_ECHARTS_OFFSETS", String::new()))?);
            if parts.len() != offsets.len() {
                return Err(("E_ECHARTS_OFFSETS", parts.len().to_string()));
            }
            parts.iter().zip(offsets).try_for_each(|(part, offsets)| rings(part, offsets, scale, sink))?;
            GeometryKind::Polygon
        }
        "Point" => {
            let [x, y] = coordinates.pair().ok_or(("E_GEOM_COORDINATES", String::new()))?;
            sink.place(x, y)?;
            sink.end_if_any(before)?;
            GeometryKind::Point
        }
        other => return Err(("E_GEOM_KIND", other.to_owned())),
    };
    Ok(if sink.coords.len() == before { Shape::default() } else { Shape { kind: shape, ..Shape::default() } })
}

fn rings(coordinates: &Json, offsets: &Json, scale: f64, sink: &mut Sink) -> Result<(), Fault> {
    let rings = coordinates.items().ok_or(("E_GEOM_COORDINATES", String::new()))?;
    let offsets = offsets.items().ok_or(("E_ECHARTS_OFFSETS", String::new()))?;
    if rings.len() != offsets.len() {
        return Err(("E_ECHARTS_OFFSETS", rings.len().to_string()));
    }
    rings.iter().zip(offsets).try_for_each(|(one, offset)| ring(one, offset, scale, sink))
}

fn ring(coordinates: &Json, offset: &Json, scale: f64, sink: &mut Sink) -> Result<(), Fault> {
    let text = coordinates.str().ok_or(("E_ECHARTS_ENCODING", String::new()))?;
    let mut at = offset.pair().ok_or(("E_ECHARTS_OFFSETS", String::new()))?;
    let start = sink.coords.len();
    let mut units = text.encode_utf16();
    while let Some(x) = units.next() {
        let y = units.next().ok_or_else(|| ("E_ECHARTS_ODD", text.encode_utf16().count().to_string()))?;
        at = [at[0] + f64::from(step(x)), at[1] + f64::from(step(y))];
        sink.place(at[0] / scale, at[1] / scale)?;
    }
    sink.end_if_any(start)
}

/// The step that a unit stands for.
fn step(unit: u16) -> i32 {
    let zigzag = i32::from(unit) - ZERO;
    (zigzag >> 1) ^ -(zigzag & 1)
}
