//! Faults of boundaries as GeoJSON (RFC 7946): what a survey bureau opens beside its own layers.

use std::path::Path;

use geojson::{Feature, FeatureCollection, Geometry, GeometryValue, JsonObject, Position};
use serde_json::json;

use super::write_whole;
use crate::domain::problem::Problem;
use crate::domain::quality::{Fault, QualityPage};
use crate::gis::measure::contains;
use crate::locale::Lang;

/// Rings of degrees.
type Rings = Vec<Vec<[f64; 2]>>;

/// Every fault as a feature: its own shape, or a point where it has none.
#[must_use]
pub fn collection(page: &QualityPage, lang: Lang) -> FeatureCollection {
    page.faults.iter().map(|fault| feature(fault, lang)).collect()
}

/// Writes the faults whole or not at all.
///
/// # Errors
/// `E_NOT_SAVED` with the system's reason.
pub fn write(page: &QualityPage, lang: Lang, to: &Path) -> Result<(), Problem> {
    write_whole(collection(page, lang).to_string().as_bytes(), to)
}

fn feature(fault: &Fault, lang: Lang) -> Feature {
    let units: Vec<_> = fault.units.iter().map(|u| json!({ "code": u.code, "name": u.name })).collect();
    // What programs of the field show of a feature: plain texts and numbers first.
    let first = |of: fn(&crate::domain::quality::FaultUnit) -> &String| fault.units.first().map(of).cloned().unwrap_or_default();
    let mut properties = JsonObject::new();
    for (key, value) in [
        ("kind", json!(fault.kind.code())),
        ("label", json!(lang.text(&format!("quality.kind.{}", fault.kind.code())))),
        ("todo", json!(lang.text(&format!("quality.todo.{}", fault.kind.code())))),
        ("grade", json!(fault.grade)),
        ("level", json!(fault.level)),
        ("code", json!(first(|u| &u.code))),
        ("name", json!(first(|u| &u.name))),
        ("units", json!(units)),
        ("area_m2", json!(fault.size.area_m2)),
        ("length_m", json!(fault.size.length_m)),
        ("width_m", json!(fault.size.width_m())),
        ("place_lon", json!(fault.place_deg[0])),
        ("place_lat", json!(fault.place_deg[1])),
    ] {
        properties.insert(key.to_owned(), value);
    }
    let geometry = shape(fault).map(Geometry::new);
    Feature { bbox: None, geometry, id: None, properties: Some(properties), foreign_members: None }
}

/// Its shape; `None` where even its place is no number.
fn shape(fault: &Fault) -> Option<GeometryValue> {
    let mut polygons = polygons(&fault.rings_deg);
    if polygons.is_empty() {
        let finite = fault.place_deg.iter().all(|v| v.is_finite());
        return finite.then(|| GeometryValue::Point { coordinates: Position::from(fault.place_deg) });
    }
    Some(match polygons.len() {
        1 => GeometryValue::Polygon { coordinates: positions(&polygons.remove(0)) },
        _ => GeometryValue::MultiPolygon { coordinates: polygons.iter().map(positions).collect() },
    })
}

/// Closed lines.
fn positions(rings: &Rings) -> Vec<Vec<Position>> {
    rings.iter().map(|ring| ring.iter().chain(ring.first()).map(|p| Position::from(*p)).collect()).collect()
}

/// Rings by the even-odd rule as polygons: a shell counter-clockwise, then its holes clockwise
/// (RFC 7946, 3.1.6).
fn polygons(rings_deg: &[Vec<[f64; 2]>]) -> Vec<Rings> {
    let usable: Vec<&Vec<[f64; 2]>> = rings_deg.iter().filter(|r| r.len() > 2 && r.iter().flatten().all(|v| v.is_finite())).collect();
    // Around which others a ring lies: those that hold its middle of an edge, which no touching corner is.
    let lies_in = |ring: &[[f64; 2]], other: &[[f64; 2]]| {
        let middle = [0, 1].map(|c| f64::midpoint(ring[0][c], ring[1][c]));
        contains(&[other], middle)
    };
    let around: Vec<Vec<usize>> =
        (0..usable.len()).map(|n| (0..usable.len()).filter(|o| *o != n && lies_in(usable[n], usable[*o])).collect()).collect();
    let mut out: Vec<Rings> = Vec::new();
    let mut shells: Vec<(usize, usize)> = Vec::new();
    for (n, ring) in usable.iter().enumerate().filter(|(n, _)| around[*n].len().is_multiple_of(2)) {
        shells.push((n, out.len()));
        out.push(vec![turned(ring, true)]);
    }
    for (n, ring) in usable.iter().enumerate().filter(|(n, _)| !around[*n].len().is_multiple_of(2)) {
        // Of the shells around a hole the innermost one is its own.
        let own = shells.iter().filter(|(shell, _)| around[n].contains(shell)).max_by_key(|(shell, _)| around[*shell].len());
        if let Some((_, at)) = own {
            out[*at].push(turned(ring, false));
        }
    }
    out
}

/// A ring that turns the wanted way.
fn turned(ring: &[[f64; 2]], counter_clockwise: bool) -> Vec<[f64; 2]> {
    let next = ring.iter().skip(1).chain(ring.first());
    let doubled: f64 = ring.iter().zip(next).map(|(a, b)| a[0] * b[1] - b[0] * a[1]).sum();
    let mut out = ring.to_vec();
    if (doubled > 0.0) != counter_clockwise {
        out.reverse();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::{LevelId, Uid};
    use crate::domain::quality::{FaultKind, FaultUnit, Size};
    use crate::domain::scene::Extent;

    fn square(x: f64, size: f64) -> Vec<[f64; 2]> {
        vec![[x, x], [x, x + size], [x + size, x + size], [x + size, x]]
    }

    fn fault(kind: FaultKind, rings_deg: Rings, place_deg: [f64; 2]) -> Fault {
        Fault {
            kind,
            grade: kind.grade(),
            level: LevelId::from("leaf"),
            units: vec![FaultUnit { uid: Uid::of_branch("990121", "u"), code: "01".into(), name: "上坝村".into() }],
            place_deg,
            extent: Extent { min_x_deg: 0.0, min_y_deg: 0.0, max_x_deg: 9.0, max_y_deg: 9.0 },
            size: Size { area_m2: 60.0, length_m: 30.0 },
            rings_deg,
        }
    }

    #[test]
    fn a_hole_belongs_to_the_shell_around_it_and_an_island_stands_for_itself() {
        let found = polygons(&[square(0.0, 9.0), square(1.0, 7.0), square(3.0, 2.0), square(20.0, 1.0), vec![[0.0, 0.0]]]);
        assert_eq!(found.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1, 1]);
        // The square runs clockwise as given.
        assert_eq!(found[0][0], square(0.0, 9.0).into_iter().rev().collect::<Vec<_>>());
        assert_eq!(found[0][1], square(1.0, 7.0));
    }

    #[test]
    fn every_fault_is_a_feature_with_its_words_and_numbers() {
        let faults = vec![
            fault(FaultKind::Gap, vec![square(0.0, 1.0)], [0.5, 0.5]),
            fault(FaultKind::Spike, Vec::new(), [107.0, 36.0]),
            fault(FaultKind::NotFinite, Vec::new(), [f64::NAN, 0.0]),
        ];
        let page = QualityPage { faults, ..QualityPage::default() };
        let text = collection(&page, Lang::En).to_string();
        let read: FeatureCollection = text.parse::<geojson::GeoJson>().and_then(FeatureCollection::try_from).expect("GeoJSON");
        let kinds: Vec<_> = read.features.iter().map(|f| f.geometry.as_ref().map(|g| g.value.type_name())).collect();
        assert_eq!(kinds, [Some("Polygon"), Some("Point"), None]);
        let properties = read.features[0].properties.as_ref().expect("properties");
        assert_eq!((properties["kind"].as_str(), properties["width_m"].as_f64()), (Some("gap"), Some(2.0)));
        assert_eq!(properties["label"].as_str(), Some("uncovered ground"));
        assert_eq!(properties["units"][0]["code"].as_str(), Some("01"));
    }
}
