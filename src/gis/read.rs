//! Stand-in until the reader is merged.
use std::io::Read;
use std::ops::Range;

use crate::domain::problem::{Problem, Severity};

/// How to read a layer.
#[derive(Clone, Debug)]
pub struct ReadSpec {
    /// File as shown.
    pub file: String,
    /// Property of the id.
    pub id_field: String,
    /// Property of the name.
    pub name_field: Option<String>,
    /// Property of the parent.
    pub parent_field: Option<String>,
    /// CRS.
    pub crs: Option<String>,
}
/// Kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GeometryKind {
    /// None.
    None,
    /// Point.
    Point,
    /// Line.
    Line,
    /// Polygon.
    Polygon,
}
/// Record.
#[derive(Clone, Debug)]
pub struct FeatureRecord {
    /// Number.
    pub record: u64,
    /// Line.
    pub line: u64,
    /// Code.
    pub code: String,
    /// Name.
    pub name: Option<String>,
    /// Parent.
    pub parent: Option<String>,
    /// Kind.
    pub kind: GeometryKind,
    /// Rings.
    pub rings: Range<u32>,
    /// Z.
    pub had_z: bool,
}
/// Features.
#[derive(Clone, Debug, Default)]
pub struct Features {
    /// Records.
    pub records: Vec<FeatureRecord>,
    /// Rings.
    pub rings: Vec<Range<u32>>,
    /// Coordinates.
    pub coords_deg: Vec<[f64; 2]>,
    /// Skipped.
    pub skipped: u32,
    /// Read.
    pub read: u32,
}
/// Reads.
///
/// # Errors
/// Not JSON.
pub fn read_features(
    input: &mut dyn Read,
    _len_hint: Option<u64>,
    spec: &ReadSpec,
    problems: &mut Vec<Problem>,
    _progress: &mut dyn FnMut(u64),
) -> Result<Features, Problem> {
    let refuse = |e: String| Problem::new("E_GEOJSON_TRUNCATED", Severity::Refused, &*spec.file).arg(e);
    let json: serde_json::Value = serde_json::from_reader(input).map_err(|e| refuse(e.to_string()))?;
    let mut out = Features::default();
    let text = |v: &serde_json::Value| match v {
        serde_json::Value::String(s) => Some(s.clone()),
        serde_json::Value::Number(n) => Some(n.to_string()),
        _ => None,
    };
    for (n, feature) in json["features"].as_array().into_iter().flatten().enumerate() {
        out.read += 1;
        let record = n as u64 + 1;
        let code = if spec.id_field == "@id" { text(&feature["id"]) } else { text(&feature["properties"][&spec.id_field]) };
        let Some(code) = code else {
            problems.push(Problem::new("E_NO_ID", Severity::Aside, &*spec.file).record(record));
            out.skipped += 1;
            continue;
        };
        let field = |f: &Option<String>| f.as_ref().and_then(|f| text(&feature["properties"][f]));
        let start = out.rings.len() as u32;
        let geometry = &feature["geometry"];
        let polygons: Vec<serde_json::Value> = match geometry["type"].as_str() {
            Some("Polygon") => vec![geometry["coordinates"].clone()],
            Some("MultiPolygon") => geometry["coordinates"].as_array().cloned().unwrap_or_default(),
            _ => vec![],
        };
        for ring in polygons.iter().filter_map(|p| p.as_array()).flatten().filter_map(|r| r.as_array()) {
            let from = out.coords_deg.len() as u32;
            for p in ring {
                out.coords_deg.push([p[0].as_f64().unwrap_or_default(), p[1].as_f64().unwrap_or_default()]);
            }
            out.coords_deg.pop();
            out.rings.push(from..out.coords_deg.len() as u32);
        }
        let rings = start..out.rings.len() as u32;
        out.records.push(FeatureRecord {
            record,
            line: record,
            code,
            name: field(&spec.name_field),
            parent: field(&spec.parent_field),
            kind: if rings.is_empty() { GeometryKind::None } else { GeometryKind::Polygon },
            rings,
            had_z: false,
        });
    }
    Ok(out)
}
