//! Bad and good map files (`tests/tools/make_bad_maps.py`) through the surface that the import uses:
//! what is said about each stands in one snapshot, in both languages.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use xiantu::domain::problem::{Problem, Severity};
use xiantu::gis::read::{Content, Features, MapChoice, MapFile, MapFormat, MapInput, ReadSpec};
use xiantu::locale::Lang;
use xiantu::store::geopackage;

use crate::support::{root, shared};

/// The maps of a folder: files of one name with different endings are one map.
fn maps(folder: &str) -> BTreeMap<String, Vec<PathBuf>> {
    let folder = root().join("tests/corpora").join(folder);
    let mut out = BTreeMap::<String, Vec<PathBuf>>::new();
    for entry in fs::read_dir(&folder).expect("the corpus") {
        let path = entry.expect("a file").path();
        let stem = path.file_stem().and_then(|s| s.to_str()).expect("a name").to_owned();
        // Only shapefiles are several files; elsewhere one name may stand for two formats.
        let ending = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
        let name = if ["shp", "shx", "dbf", "cpg", "prj"].contains(&ending) { stem } else { format!("{stem}.{ending}") };
        out.entry(name).or_default().push(path);
    }
    out.values_mut().for_each(|files| files.sort());
    out
}

fn open(files: &[PathBuf]) -> Result<MapFile, Problem> {
    let name = |path: &PathBuf| path.file_name().and_then(|n| n.to_str()).expect("a name").to_owned();
    let inputs: Vec<_> = files.iter().map(|path| MapInput { name: name(path), content: Content::Path(path.clone()) }).collect();
    if let [one] = &inputs[..]
        && one.format()? == MapFormat::GeoPackage
    {
        return geopackage::open(&files[0], &one.name, None);
    }
    MapFile::open(inputs, &MapChoice::default())
}

fn read(files: &[PathBuf], id_field: &str, problems: &mut Vec<Problem>) -> Result<Features, Problem> {
    let map = open(files)?;
    let spec =
        ReadSpec { file: map.name().to_owned(), id_field: id_field.to_owned(), name_field: Some("name".to_owned()), ..ReadSpec::default() };
    // An overview is refused for the same reasons or says what there is; it must only not panic.
    let _ = map.overview(&mut |_| {});
    map.features(&spec, problems, &mut |_| {})
}

/// What is said about the maps of a folder.
fn report(folder: &str) -> String {
    let mut out = String::new();
    for (name, files) in maps(folder) {
        let mut problems = Vec::new();
        let found = read(&files, "code", &mut problems);
        let refused = found.as_ref().err().cloned();
        match &found {
            Ok(features) => {
                let drawn = features.records.iter().filter(|r| !r.rings.is_empty()).count();
                let (read, listed, aside) = (features.read, features.records.len(), features.skipped);
                let _ = writeln!(out, "== {name}: {read} read, {listed} listed, {drawn} drawn, {aside} aside");
                assert_eq!(read as usize, listed + aside as usize, "{name}");
            }
            Err(problem) => {
                assert_eq!((problem.severity, problems.len()), (Severity::Refused, 0), "{name}: nothing is returned beside a refusal");
                let _ = writeln!(out, "== {name}: refused");
            }
        }
        for problem in refused.iter().chain(&problems) {
            assert!(refused.is_some() || problem.severity != Severity::Refused, "{name}: {problem}");
            for lang in [Lang::Zh, Lang::En] {
                let said = lang.problem(problem);
                assert!(lang.has(&format!("problem.{}", problem.code)) && !said.chars().any(char::is_control), "{said}");
                let _ = writeln!(out, "{said}");
            }
        }
    }
    out
}

#[test]
fn every_bad_map_is_told_with_its_place_and_what_to_do() {
    assert!(maps("bad/maps").len() >= 120, "the corpus");
    let settings = {
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(root().join("tests/snapshots"));
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings
    };
    settings.bind(|| insta::assert_snapshot!("corpus_maps", report("bad/maps") + "\n#### good\n" + &report("good/maps")));
}

#[test]
fn good_maps_are_read_whole() {
    for (name, files) in maps("good/maps") {
        let mut problems = Vec::new();
        let features = read(&files, "code", &mut problems).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert!(features.skipped == 0 && features.records.iter().all(|r| !r.rings.is_empty()), "{name}");
        assert!(problems.iter().all(|p| p.severity == Severity::Mark), "{name}: {problems:?}");
    }
}

/// Bytes of good files are changed, cut and doubled: nothing panics, nothing is returned beside a refusal.
/// `XIANTU_MUTATIONS` asks for more rounds; the fuzz targets of tests/fuzz go further.
#[test]
fn changed_bytes_never_panic() {
    let rounds = std::env::var("XIANTU_MUTATIONS").ok().and_then(|n| n.parse::<u64>().ok()).unwrap_or(300);
    let all: Vec<Vec<(String, Vec<u8>)>> = maps("good/maps")
        .into_values()
        .map(|files| files.iter().map(|p| (p.to_string_lossy().into_owned(), fs::read(p).expect("a file"))).collect())
        .filter(|files: &Vec<(String, Vec<u8>)>| !files[0].0.ends_with(".gpkg"))
        .collect();
    // Xorshift (Marsaglia 2003): the same changes every time.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 16).expect("48 bits") % below.max(1)
    };
    for round in 0..rounds {
        let mut files = all[random(all.len())].clone();
        for _ in 0..=random(3) {
            let at = random(files.len());
            let bytes = &mut files[at].1;
            let place = random(bytes.len());
            match random(8) {
                0 => bytes.truncate(place),
                1 => {
                    let end = (place + random(40)).min(bytes.len());
                    let part = bytes[place..end].to_vec();
                    bytes.splice(place..place, part);
                }
                2 if bytes.len() > place + 4 => bytes[place..place + 4].copy_from_slice(&[0xff, 0xff, 0xff, 0x7f]),
                3 if !bytes.is_empty() => bytes[place] = b"[]{}\",:-9e\\"[random(11)],
                _ if !bytes.is_empty() => bytes[place] = u8::try_from(random(256)).expect("a byte"),
                _ => {}
            }
        }
        let inputs = files.iter().map(|(name, bytes)| MapInput { name: name.clone(), content: Content::Bytes(bytes[..].into()) }).collect();
        let Ok(map) = MapFile::open(inputs, &MapChoice::default()) else { continue };
        let _ = map.overview(&mut |_| {});
        let spec = ReadSpec { file: "x".to_owned(), id_field: "code".to_owned(), ..ReadSpec::default() };
        let mut problems = Vec::new();
        match map.features(&spec, &mut problems, &mut |_| {}) {
            Ok(features) => {
                assert!(features.coords_deg.iter().all(|p| p[0].abs() <= 180.0 && p[1].abs() <= 90.0), "round {round}");
                assert_eq!(features.read as usize, features.records.len() + features.skipped as usize, "round {round}");
            }
            Err(_) => assert!(problems.is_empty(), "round {round}"),
        }
    }
}

/// The sample of a survey office's shapefile against the layer that it was made from.
#[test]
fn the_sample_in_gauss_kruger_lies_on_the_demo() {
    let folder = root().join("data/samples");
    let files = ["shp", "shx", "dbf", "prj"].map(|e| folder.join(format!("villages_gk.{e}")));
    let mut problems = Vec::new();
    let spec = |file: &str| ReadSpec {
        file: file.to_owned(),
        id_field: "ZLDWDM".to_owned(),
        name_field: Some("ZLDWMC".to_owned()),
        ..ReadSpec::default()
    };
    let map = open(&files).expect("a shapefile");
    let sample = map.features(&spec("villages_gk.shp"), &mut problems, &mut |_| {}).expect("features");
    assert_eq!(problems.iter().map(|p| p.code.as_str()).collect::<Vec<_>>(), ["E_DBF_ENCODING_GUESS"]);
    assert_eq!(sample.converted_from.as_deref(), Some("CGCS2000_3_Degree_GK_Zone_31"));
    let fields = map.fields().expect("fields");
    let named: Vec<_> = fields.iter().map(|f| (f.name.as_str(), f.distinct, f.empty)).collect();
    assert_eq!(named, [("ZLDWDM", 38, 0), ("ZLDWMC", 38, 0), ("上级编码", 3, 0), ("面积", 38, 0), ("更新日期", 1, 0)]);
    let whole = read_geojson(&root().join("maps/villages.geojson"), &spec("villages.geojson"));
    let by_code: BTreeMap<_, _> = whole.records.iter().map(|r| (r.code.as_str(), r)).collect();
    for record in &sample.records {
        let other = by_code[record.code.as_str()];
        assert_eq!(record.name, other.name);
        let sorted = |features: &Features, r| {
            let mut places = features.rings_deg(r).concat();
            places.sort_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
            places
        };
        let (ours, theirs) = (sorted(&sample, record), sorted(&whole, other));
        assert_eq!(ours.len(), theirs.len());
        // Four decimals of a metre are 1e-9 degrees.
        let far = theirs.iter().filter(|p| !ours.iter().any(|q| (p[0] - q[0]).abs() < 2e-9 && (p[1] - q[1]).abs() < 2e-9)).count();
        assert_eq!(far, 0, "{}", record.code);
    }
}

fn read_geojson(path: &std::path::Path, spec: &ReadSpec) -> Features {
    let map = open(&[path.to_owned()]).expect("a map");
    map.features(spec, &mut Vec::new(), &mut |_| {}).expect("features")
}

/// The same map as ECharts encodes it and as GeoJSON.
#[test]
fn qingyang_encoded_is_qingyang_decoded() {
    let folder = shared().join("data/qingyang");
    if !folder.is_dir() {
        skip!("{} is not there", folder.display());
    }
    let spec = ReadSpec { file: "x".to_owned(), id_field: "@id".to_owned(), name_field: Some("name".to_owned()), ..ReadSpec::default() };
    let encoded = read_geojson(&folder.join("counties.echarts.js"), &spec);
    let plain = read_geojson(&folder.join("counties.geojson"), &spec);
    assert_eq!(encoded.records.len(), 8);
    for (a, b) in encoded.records.iter().zip(&plain.records) {
        assert_eq!((&a.code, &a.name, a.kind), (&b.code, &b.name, b.kind));
        assert_eq!(encoded.rings_deg(a), plain.rings_deg(b), "{}", a.code);
    }
}
