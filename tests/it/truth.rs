//! Boundaries held against answers that others worked out: the figures of real data in the folder
//! that `XIANTU_SHARED` names, and the defects that its generator plants. `XIANTU_PYTHON` names an
//! interpreter with numpy, scipy, shapely and pyproj; without it, `python3` is tried.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;
use xiantu::domain::problem::Problem;
use xiantu::domain::quality::FaultKind;
use xiantu::gis::check::{Finding, Level, Report, TOLERANCE_M, check};
use xiantu::gis::measure::area_km2;
use xiantu::gis::read::{Features, ReadSpec, read_features};

use crate::support::shared;

/// The levels of a generated county, the top one first.
const LEVELS: [&str; 4] = ["county", "township", "village", "grid"];

fn python() -> Command {
    Command::new(std::env::var_os("XIANTU_PYTHON").unwrap_or_else(|| "python3".into()))
}

/// A clean county and the same with defects; `None` where the generator cannot run here.
fn county() -> Option<(TempDir, PathBuf, PathBuf)> {
    let tools = shared().join("tools/synth");
    let folder = TempDir::new().expect("a temporary folder");
    let (clean, dirty) = (folder.path().join("clean"), folder.path().join("dirty"));
    let run = |args: &[&std::ffi::OsStr]| python().args(args).output().is_ok_and(|o| o.status.success());
    let made = run(&[tools.join("make.py").as_os_str(), "county".as_ref(), clean.as_os_str()])
        && run(&[tools.join("dirty.py").as_os_str(), clean.as_os_str(), dirty.as_os_str()]);
    made.then_some((folder, clean, dirty))
}

fn read(path: &Path, id: &str, problems: &mut Vec<Problem>) -> Features {
    let spec = ReadSpec {
        file: path.file_name().expect("a file").to_string_lossy().into_owned(),
        id_field: id.to_owned(),
        name_field: Some("name".to_owned()),
        parent_field: Some("parent".to_owned()),
        crs: None,
        area_field: None,
    };
    let mut file = File::open(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    read_features(&mut file, None, &spec, problems, &mut |_| {}).unwrap_or_else(|p| panic!("{p}"))
}

/// Layers, problems of reading them and what the check says of them.
struct Checked {
    layers: Vec<Features>,
    problems: Vec<Problem>,
    report: Report,
}

fn checked(folder: &Path) -> Checked {
    let mut problems = Vec::new();
    let layers: Vec<Features> = LEVELS.iter().map(|l| read(&folder.join(format!("{l}.geojson")), "code", &mut problems)).collect();
    let parents: Vec<Vec<Option<u32>>> = layers
        .iter()
        .enumerate()
        .map(|(n, layer)| {
            let above: BTreeMap<&str, u32> = match n.checked_sub(1) {
                Some(above) => layers[above].records.iter().zip(0..).map(|(r, n)| (r.code.as_str(), n)).collect(),
                None => return Vec::new(),
            };
            layer.records.iter().map(|r| r.parent.as_deref().and_then(|p| above.get(p).copied())).collect()
        })
        .collect();
    let levels: Vec<Level<'_>> =
        layers.iter().zip(&parents).map(|(features, parents)| Level { features, parents, official_km2: &[] }).collect();
    let report = check(&levels, TOLERANCE_M);
    Checked { layers, problems, report }
}

impl Checked {
    fn codes(&self, finding: &Finding) -> Vec<&str> {
        finding.units.iter().map(|u| self.layers[u.level as usize].records[u.unit as usize].code.as_str()).collect()
    }

    /// Whether a fault of a kind names these units, in this order.
    fn found(&self, kind: FaultKind, codes: &[&str]) -> bool {
        self.report.findings.iter().any(|f| f.kind == kind && self.codes(f).starts_with(codes))
    }

    /// Whether reading told of a feature.
    fn told(&self, code: &str, level: &str, record: u64) -> bool {
        let file = format!("{level}.geojson");
        self.problems.iter().any(|p| p.code == code && p.spot.file == file && p.spot.record == Some(record))
    }
}

#[test]
fn every_planted_defect_is_named_on_its_unit_and_nothing_else_is() {
    let Some((_folder, clean, dirty)) = county() else { skip!("no tools/synth in XIANTU_SHARED, or no python for it") };
    let sound = checked(&clean);
    assert_eq!((sound.problems.len(), sound.report.findings.len(), sound.report.under.len()), (0, 0, 0), "{:?}", sound.problems);

    let checked = checked(&dirty);
    let defects: Value = serde_json::from_slice(&fs::read(dirty.join("defects.json")).expect("a list")).expect("JSON");
    let defects = defects["defects"].as_array().expect("defects");
    assert_eq!(defects.len(), 33);
    let missing = defects.iter().find(|d| d["kind"] == "missing_child").and_then(|d| d["index"].as_u64()).expect("a missing child");
    let mut unnamed = Vec::new();
    let mut touched: BTreeSet<String> = BTreeSet::new();
    for defect in defects {
        let text = |key: &str| defect[key].as_str().unwrap_or_default();
        let (kind, code, parent, level) = (text("kind"), text("code"), text("parent"), text("level"));
        let index = defect["index"].as_u64().expect("an index");
        // Positions are those of the clean file, from which one feature is gone.
        let record = if level == "grid" && index > missing { index } else { index + 1 };
        let told = |problem: &str| checked.told(problem, level, record);
        let found = |kind: FaultKind, codes: &[&str]| checked.found(kind, codes);
        let named =
            match kind {
                "missing_child" => found(FaultKind::Gap, &[parent]),
                "self_intersection" => found(FaultKind::SelfCrossing, &[code]),
                "overlap_whole_neighbour" => found(FaultKind::WholeOverlap, &[code, text("with_code")]),
                "duplicate_feature" => found(FaultKind::Duplicate, &[code, code]) && found(FaultKind::DuplicateCode, &[code]),
                "duplicate_code_other_geometry" => found(FaultKind::DuplicateCode, &[text("now_code")]),
                "orphan_parent_code" | "parent_null" => found(FaultKind::NoParent, &[code, parent]),
                "wrong_parent_code" | "village_wrong_township" => found(FaultKind::WrongParent, &[code, text("now_parent"), parent]),
                "geometry_null" | "coordinates_empty" => told("E_GEOM_NONE"),
                "ring_not_closed" => told("E_GEOM_RING_OPEN"),
                "exterior_clockwise" => found(FaultKind::Orientation, &[code]),
                "lat_lon_swapped" => told("E_GEOM_SWAPPED"),
                "repeated_points" => found(FaultKind::RepeatedPoints, &[code]),
                "spike" => found(FaultKind::Spike, &[code]),
                "z_coordinates" => told("E_GEOM_Z"),
                "code_is_number" => told("E_GEOJSON_ID_NUMBER"),
                "code_with_blanks" => told("E_GEOJSON_ID_TEXT"),
                "name_null" | "name_missing" => told("E_GEOJSON_NAME_NONE"),
                "name_has_control_and_wide_characters" => told("E_GEOJSON_NAME_TEXT"),
                "hole_not_filled" => checked
                    .report
                    .findings
                    .iter()
                    .any(|f| f.kind == FaultKind::Gap && checked.codes(f).starts_with(&[parent]) && checked.codes(f).contains(&code)),
                "hole_outside_shell" => found(FaultKind::HoleOutside, &[code]),
                "point_geometry" | "linestring_geometry" => found(FaultKind::NotArea, &[code]),
                "geometry_collection" => told("E_GEOM_COLLECTION_AREA"),
                "coordinate_out_of_range" => told("E_GEOM_METRES") || told("E_GEOM_RANGE"),
                "ring_too_short" => told("E_GEOM_NO_RING"),
                "coordinates_as_strings" => told("E_GEOM_COORDINATES"),
                "multipolygon_nesting_of_polygon" => told("E_GEOM_SHAPE"),
                "shifted_2m" => {
                    let both = [FaultKind::Gap, FaultKind::Sliver];
                    both.iter().all(|k| checked.report.findings.iter().any(|f| f.kind == *k && checked.codes(f).contains(&code)))
                }
                "village_shrunk_30m" => {
                    found(FaultKind::Spill, &[])
                        && checked.report.findings.iter().any(|f| {
                            f.kind == FaultKind::Gap && checked.codes(f).starts_with(&[parent]) && checked.codes(f).contains(&code)
                        })
                }
                other => panic!("a defect that the test does not know: {other}"),
            };
        if !named {
            unnamed.push(format!("{kind} on {code} (record {record})"));
        }
        touched.extend([code, parent, text("now_parent"), text("now_code"), text("with_code")].map(str::to_owned));
    }
    assert!(unnamed.is_empty(), "not named: {unnamed:#?}\n{:#?}", checked.problems);
    // Whatever else is told has a planted defect's unit in it, and so is of its making.
    for finding in &checked.report.findings {
        let codes = checked.codes(finding);
        assert!(codes.iter().any(|c| touched.contains(*c)), "a false alarm: {:?} of {codes:?}", finding.kind);
    }
    assert!(checked.problems.len() < 25, "{:#?}", checked.problems);
}

/// Counties, townships, villages, grids and branches of the generator's small size: 60 defects, a tenth of the grids.
const DENSE: [&str; 5] = ["1", "15", "150", "600", "40"];
/// Its city: 60 defects in 36 MB of boundaries.
const CITY: [&str; 5] = ["8", "120", "1500", "12000", "40"];

/// Villages and grids, and what the check says of them.
struct Grids {
    layers: [Features; 2],
    report: Report,
}

impl Grids {
    fn of(folder: &Path, grids: &str) -> Self {
        let mut problems = Vec::new();
        let layers = ["villages.geojson", grids].map(|name| read(&folder.join(name), "code", &mut problems));
        assert_eq!(problems, [], "{grids}");
        let above: BTreeMap<&str, u32> = layers[0].records.iter().zip(0..).map(|(r, n)| (r.code.as_str(), n)).collect();
        let parents: Vec<Option<u32>> = layers[1].records.iter().map(|r| r.parent.as_deref().and_then(|p| above.get(p).copied())).collect();
        let level = |features, parents| Level { features, parents, official_km2: &[] };
        let report = check(&[level(&layers[0], &[]), level(&layers[1], &parents)], TOLERANCE_M);
        Self { layers, report }
    }

    fn code(&self, unit: &xiantu::gis::check::UnitRef) -> &str {
        &self.layers[unit.level as usize].records[unit.unit as usize].code
    }

    /// The positions of a grid's ring.
    fn ring(&self, code: &str) -> &[[f64; 2]] {
        let grids = &self.layers[1];
        let record = grids.records.iter().find(|r| r.code == code).expect("a grid");
        grids.rings_deg(record)[0]
    }
}

/// Every defect that the generator planted has a fault at its place that names the unit and, where there is
/// one, a neighbour there; the clean set has none.
fn planted_defects_are_found(size: [&str; 5]) {
    let folder = TempDir::new().expect("a temporary folder");
    let made = python().arg(shared().join("tools/perf/gen.py")).arg(folder.path()).args(size).output();
    if !made.is_ok_and(|made| made.status.success()) {
        skip!("no tools/perf in XIANTU_SHARED, or no python with numpy, scipy and shapely for it");
    }
    let clean = Grids::of(folder.path(), "grids.geojson");
    assert_eq!((clean.report.findings.len(), clean.report.under.len()), (0, 0));
    // Whose border runs through a position.
    let mut at: BTreeMap<[u64; 2], Vec<&str>> = BTreeMap::new();
    for record in &clean.layers[1].records {
        clean.layers[1].rings_deg(record)[0].iter().for_each(|p| at.entry(p.map(f64::to_bits)).or_default().push(&record.code));
    }
    let dirty = Grids::of(folder.path(), "grids_dirty.geojson");
    let truth = fs::read_to_string(folder.path().join("dirty_truth.csv")).expect("a list");
    let defects: Vec<(&str, &str)> = truth.lines().skip(1).filter_map(|line| line.trim().split_once(',')).collect();
    assert_eq!(defects.len(), 60);
    let mut unnamed = Vec::new();
    for (code, kind) in &defects {
        let (before, after) = (clean.ring(code), dirty.ring(code));
        let moved: Vec<usize> = (0..before.len()).filter(|n| before[*n] != after[*n]).collect();
        let (first, last) = (moved[0], moved[moved.len() - 1]);
        // The fault lies among the positions that were moved, where they were and are, and the next ones.
        let changed: Vec<[f64; 2]> = (first.saturating_sub(2)..(last + 3).min(before.len())).flat_map(|n| [before[n], after[n]]).collect();
        let within =
            |p: [f64; 2]| (0..2).all(|c| changed.iter().any(|q| q[c] <= p[c] + 1e-7) && changed.iter().any(|q| q[c] >= p[c] - 1e-7));
        let neighbours: BTreeSet<&str> =
            moved.iter().flat_map(|n| &at[&before[*n].map(f64::to_bits)]).copied().filter(|other| other != code).collect();
        let kinds: &[FaultKind] = match *kind {
            "gap" => &[FaultKind::Gap],
            "overlap" => &[FaultKind::Overlap, FaultKind::Sliver, FaultKind::Spill],
            // Of two exchanged positions of a jagged border some leave it without a crossing; it is another one all the same.
            "swap" => &[FaultKind::SelfCrossing, FaultKind::Gap, FaultKind::Overlap, FaultKind::Sliver],
            other => panic!("a defect that the test does not know: {other}"),
        };
        let here: Vec<&Finding> =
            dirty.report.findings.iter().filter(|f| within(f.place_deg) && f.units.iter().any(|u| dirty.code(u) == *code)).collect();
        let of_kind = here.iter().any(|f| kinds.contains(&f.kind));
        let beside = neighbours.is_empty() || here.iter().any(|f| f.units.iter().any(|u| neighbours.contains(dirty.code(u))));
        if !of_kind || !beside {
            let seen: Vec<_> = here.iter().map(|f| (f.kind, f.units.iter().map(|u| dirty.code(u)).collect::<Vec<_>>())).collect();
            unnamed.push(format!("{kind} on {code} beside {neighbours:?}: {seen:?}"));
        }
    }
    assert!(unnamed.is_empty(), "{} not named: {unnamed:#?}", unnamed.len());
    // Nothing is told that has nothing to do with a planted defect.
    for finding in &dirty.report.findings {
        let codes: Vec<&str> = finding.units.iter().map(|u| dirty.code(u)).collect();
        assert!(codes.iter().any(|c| defects.iter().any(|(d, _)| d == c)), "a false alarm: {:?} of {codes:?}", finding.kind);
    }
}

#[test]
fn all_sixty_defects_of_the_city_are_found_and_none_in_the_clean_one() {
    planted_defects_are_found(CITY);
}

#[test]
fn all_sixty_defects_are_found_where_every_tenth_grid_has_one() {
    planted_defects_are_found(DENSE);
}

/// A level of cornwall, with the parent of each unit.
struct Real {
    features: Features,
    parents: Vec<Option<u32>>,
}

fn cornwall(data: &Path) -> Vec<Real> {
    let mut none = Vec::new();
    let lad = read(&data.join("lad.geojson"), "LAD13CD", &mut none);
    let [msoa, lsoa, oa] = [("msoa_by_lad", "MSOA11CD"), ("lsoa_by_lad", "LSOA11CD"), ("oa_by_lad", "OA11CD")]
        .map(|(folder, id)| read(&data.join(folder).join("E06000052.json"), id, &mut none));
    // The names of the files hold the parents of output areas, those of units the others.
    let names = |folder: &str, id: &str, name: &str| -> BTreeMap<String, String> {
        let text = fs::read(data.join(folder).join("E06000052.json")).expect("a file");
        let json: Value = serde_json::from_slice(&text).expect("JSON");
        let text = |f: &Value, key: &str| f["properties"][key].as_str().expect("a text").to_owned();
        json["features"].as_array().expect("features").iter().map(|f| (text(f, id), text(f, name))).collect()
    };
    let (above, below) = (names("msoa_by_lad", "MSOA11CD", "MSOA11NM"), names("lsoa_by_lad", "LSOA11CD", "LSOA11NM"));
    let index = |features: &Features, code: &str| features.records.iter().position(|r| r.code == code).and_then(|n| u32::try_from(n).ok());
    let of_lsoa = |code: &str| above.iter().find(|(_, name)| below[code].starts_with(name.as_str())).and_then(|(m, _)| index(&msoa, m));
    let mut of_oa: BTreeMap<String, String> = BTreeMap::new();
    for entry in fs::read_dir(data.join("oa_by_lsoa")).expect("a folder") {
        let path = entry.expect("a file").path();
        let parent = path.file_stem().and_then(|s| s.to_str()).expect("a name").to_owned();
        of_oa.extend(read(&path, "OA11CD", &mut none).records.into_iter().map(|r| (r.code, parent.clone())));
    }
    let msoa_parents = vec![Some(0); msoa.records.len()];
    let lsoa_parents = lsoa.records.iter().map(|r| of_lsoa(&r.code)).collect();
    let oa_parents = oa.records.iter().map(|r| index(&lsoa, &of_oa[&r.code])).collect();
    vec![
        Real { features: lad, parents: Vec::new() },
        Real { features: msoa, parents: msoa_parents },
        Real { features: lsoa, parents: lsoa_parents },
        Real { features: oa, parents: oa_parents },
    ]
}

#[test]
fn cornwall_has_the_faults_that_geos_finds_in_it() {
    let data = shared().join("data/cornwall");
    let Ok(truth) = fs::read(data.join("ground_truth.json")) else { skip!("no data/cornwall in XIANTU_SHARED") };
    let truth: Value = serde_json::from_slice(&truth).expect("JSON");
    let real = cornwall(&data);
    let levels: Vec<Level<'_>> = real.iter().map(|r| Level { features: &r.features, parents: &r.parents, official_km2: &[] }).collect();
    let report = check(&levels, TOLERANCE_M);

    // The same eight polygons are invalid, each where GEOS says, and no other.
    let wanted: BTreeSet<&str> = truth["levels"]
        .as_array()
        .expect("levels")
        .iter()
        .flat_map(|l| l["invalid_list"].as_array().expect("a list"))
        .map(|entry| entry[0].as_str().expect("a code"))
        .collect();
    let invalid = [
        FaultKind::SelfCrossing,
        FaultKind::SelfTouch,
        FaultKind::RingsCross,
        FaultKind::InsideApart,
        FaultKind::HoleOutside,
        FaultKind::DuplicateRing,
        FaultKind::Spike,
        FaultKind::TooFewPoints,
        FaultKind::NoArea,
    ];
    let of = |f: &Finding| real[f.units[0].level as usize].features.records[f.units[0].unit as usize].code.as_str();
    let found: BTreeSet<&str> = report.findings.iter().filter(|f| invalid.contains(&f.kind)).map(of).collect();
    assert_eq!(found, wanted);
    assert_eq!(wanted.len(), 8);
    for (entry, level) in truth["levels"].as_array().expect("levels").iter().zip(0..) {
        for listed in entry["invalid_list"].as_array().expect("a list").iter().filter(|_| level > 0) {
            let (code, reason) = (listed[0].as_str().expect("a code"), listed[2].as_str().expect("a reason"));
            let place: Vec<f64> = reason
                .trim_end_matches(']')
                .rsplit('[')
                .next()
                .expect("a place")
                .split(' ')
                .map(|n| n.parse().expect("a number"))
                .collect();
            let near = |f: &Finding| of(f) == code && (f.place_deg[0] - place[0]).abs() < 1e-9 && (f.place_deg[1] - place[1]).abs() < 1e-9;
            assert!(report.findings.iter().any(near), "{code} at {place:?}");
        }
    }

    // Gap and spill under the top, to the two decimals of the answers; nothing below it.
    let [cover] = &report.covers[..] else { panic!("{:?}", report.covers) };
    let pair = &truth["pairs"][0];
    for (ours, key) in [(cover.gap_m2, "gap_km2"), (cover.spill_m2, "spill_km2")] {
        let theirs = pair[key].as_f64().expect("a number");
        assert!((ours / 1e6 - theirs).abs() < 0.005, "{key}: {} {theirs}", ours / 1e6);
    }
    let areal = [FaultKind::Gap, FaultKind::Spill, FaultKind::Overlap, FaultKind::Sliver, FaultKind::WholeOverlap, FaultKind::Duplicate];
    let below: Vec<&Finding> = report.findings.iter().filter(|f| areal.contains(&f.kind) && f.units.iter().all(|u| u.level > 0)).collect();
    assert!(below.is_empty(), "{below:?}");
    let largest = |kind: FaultKind| report.findings.iter().filter(|f| f.kind == kind).map(|f| f.size.area_m2).fold(0.0, f64::max);
    let theirs = pair["largest_gap_pieces_m2"][0].as_f64().expect("a number");
    assert!((largest(FaultKind::Gap) / theirs - 1.0).abs() < 1e-3, "{}", largest(FaultKind::Gap));

    // Areas: theirs are of an equal-area projection, whose edges are no geodesics.
    for (level, real) in truth["levels"].as_array().expect("levels").iter().zip(&real).skip(1) {
        let ours: f64 = real.features.records.iter().map(|r| area_km2(&real.features.rings_deg(r))).sum();
        let theirs = level["sum_area_km2"].as_f64().expect("a number");
        assert!((ours / theirs - 1.0).abs() < 1e-4, "{ours} {theirs}");
    }
}

/// Geodesic areas of the features of a file, km², by pyproj: code and area a line.
const AREAS: &str = r#"
import json, sys, pyproj
from shapely.geometry import shape
geod = pyproj.Geod(ellps="WGS84")
for f in json.load(open(sys.argv[1]))["features"]:
    total = 0.0
    g = shape(f["geometry"])
    for p in getattr(g, "geoms", [g]):
        total += abs(geod.polygon_area_perimeter(*p.exterior.coords.xy)[0])
        total -= sum(abs(geod.polygon_area_perimeter(*r.coords.xy)[0]) for r in p.interiors)
    print(f["properties"][sys.argv[2]], total / 1e6)
"#;

#[test]
fn areas_are_those_of_pyproj() {
    let file = shared().join("data/cornwall/lsoa_by_lad/E06000052.json");
    let Ok(output) = python().args(["-c", AREAS]).arg(&file).arg("LSOA11CD").output() else { skip!("no python") };
    if !output.status.success() {
        skip!("no data/cornwall in XIANTU_SHARED, or no pyproj for XIANTU_PYTHON");
    }
    let features = read(&file, "LSOA11CD", &mut Vec::new());
    let listed = String::from_utf8(output.stdout).expect("UTF-8");
    let mut compared = 0;
    for (record, line) in features.records.iter().zip(listed.lines()) {
        let (code, theirs) = line.split_once(' ').expect("a code and an area");
        assert_eq!(code, record.code);
        let (ours, theirs) = (area_km2(&features.rings_deg(record)), theirs.parse::<f64>().expect("a number"));
        assert!((ours / theirs - 1.0).abs() < 1e-4, "{code}: {ours} {theirs}");
        compared += 1;
    }
    assert_eq!(compared, 326);
}
