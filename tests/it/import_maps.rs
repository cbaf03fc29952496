//! Maps through `xiantu import` and what `xiantu check` makes of them.

use std::io::{Cursor, Write as _};

use serde_json::{Value, json};
use zip::write::{SimpleFileOptions, ZipWriter};

use crate::support::{Workspace, count, imported};

fn batches(answer: &Value) -> Vec<i64> {
    answer["applied"]["batches"].as_array().into_iter().flatten().filter_map(Value::as_i64).collect()
}

/// The problems of a plan with a code.
fn problems<'a>(answer: &'a Value, code: &str) -> Vec<&'a Value> {
    answer["plan"]["problems"].as_array().into_iter().flatten().filter(|p| p["code"] == code).collect()
}

fn path(ws: &Workspace, name: &str) -> String {
    ws.dir().join(name).display().to_string()
}

/// Code, name, and west, south, width and height in degrees.
type Unit<'a> = (&'a str, &'a str, [f64; 4]);

fn ring([x, y, w, h]: [f64; 4]) -> Vec<[f64; 2]> {
    vec![[x, y], [x + w, y], [x + w, y + h], [x, y + h], [x, y]]
}

fn layer(units: &[Unit<'_>]) -> String {
    let feature = |(code, name, at): &Unit<'_>| {
        json!({ "type": "Feature", "properties": { "编码": code, "名称": name },
                "geometry": { "type": "Polygon", "coordinates": [ring(*at)] } })
    };
    json!({ "type": "FeatureCollection", "features": units.iter().map(feature).collect::<Vec<_>>() }).to_string()
}

/// Two townships side by side, each 0.1° wide.
fn county() -> Workspace {
    let ws = Workspace::empty();
    std::fs::remove_dir_all(ws.dir()).expect("removed");
    ws.write("in/towns.geojson", layer(&[("0101", "东镇", [107.0, 36.0, 0.1, 0.1]), ("0102", "西镇", [107.1, 36.0, 0.1, 0.1])]));
    let made = imported(&ws, &[&path(&ws, "in/towns.geojson"), "--as", "township", "--apply"]);
    assert_eq!(count(&made, "new"), 2, "{made}");
    ws
}

/// `.shp` and `.dbf` of squares, the texts in GBK and no word about it (ESRI Shapefile Technical
/// Description, July 1998; dBASE III).
fn shapefile(units: &[Unit<'_>]) -> (Vec<u8>, Vec<u8>) {
    let mut records = Vec::new();
    for (n, (_, _, at)) in units.iter().enumerate() {
        // Shells run clockwise.
        let ring: Vec<[f64; 2]> = ring(*at).into_iter().rev().collect();
        let words = (44 + 4 + 16 * ring.len()) / 2;
        records.extend((n as i32 + 1).to_be_bytes());
        records.extend((words as i32).to_be_bytes());
        records.extend(5_i32.to_le_bytes());
        [at[0], at[1], at[0] + at[2], at[1] + at[3]].iter().for_each(|v| records.extend(v.to_le_bytes()));
        [1, ring.len() as i32, 0].iter().for_each(|v| records.extend(v.to_le_bytes()));
        ring.iter().flatten().for_each(|v| records.extend(v.to_le_bytes()));
    }
    let mut shp = Vec::new();
    [9994_i32, 0, 0, 0, 0, 0, ((100 + records.len()) / 2) as i32].iter().for_each(|v| shp.extend(v.to_be_bytes()));
    [1000_i32, 5].iter().for_each(|v| shp.extend(v.to_le_bytes()));
    [107.0, 36.0, 108.0, 37.0, 0.0, 0.0, 0.0, 0.0_f64].iter().for_each(|v| shp.extend(v.to_le_bytes()));
    shp.extend(records);
    let gbk = |text: &str, width: usize| {
        let mut bytes = encoding_rs::GBK.encode(text).0.into_owned();
        bytes.resize(width, b' ');
        bytes
    };
    let mut dbf = vec![3, 125, 1, 1];
    dbf.extend((units.len() as u32).to_le_bytes());
    dbf.extend(97_u16.to_le_bytes());
    dbf.extend(41_u16.to_le_bytes());
    dbf.extend([0; 20]);
    for (name, width) in [("编码", 20_u8), ("名称", 20)] {
        let mut field = encoding_rs::GBK.encode(name).0.into_owned();
        field.resize(11, 0);
        field.push(b'C');
        field.extend([0; 4]);
        field.extend([width, 0]);
        field.resize(32, 0);
        dbf.extend(field);
    }
    dbf.push(0x0d);
    for (code, name, _) in units {
        dbf.push(b' ');
        dbf.extend(gbk(code, 20));
        dbf.extend(gbk(name, 20));
    }
    dbf.push(0x1a);
    (shp, dbf)
}

/// An archive; each `@@` in a name is a character in GBK, as Chinese Windows writes names.
fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, SimpleFileOptions::default()).expect("a file");
        zip.write_all(bytes).expect("its bytes");
    }
    let mut bytes = zip.finish().expect("an archive").into_inner();
    let (village, ..) = encoding_rs::GBK.encode("村");
    for at in 0..bytes.len() - 1 {
        if &bytes[at..at + 2] == b"@@" {
            bytes[at..at + 2].copy_from_slice(&village);
        }
    }
    bytes
}

/// A GeoPackage with one table of squares.
fn geopackage(ws: &Workspace, units: &[Unit<'_>]) -> Vec<u8> {
    let file = ws.dir().join("in/made.gpkg");
    let db = rusqlite::Connection::open(&file).expect("a database");
    db.execute_batch(
        "PRAGMA application_id = 0x47504B47;
         CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT, srs_id INTEGER, organization TEXT, organization_coordsys_id INTEGER, definition TEXT);
         INSERT INTO gpkg_spatial_ref_sys VALUES ('x', 4490, 'EPSG', 4490, 'x');
         CREATE TABLE gpkg_contents (table_name TEXT, data_type TEXT, srs_id INTEGER);
         CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, srs_id INTEGER);
         INSERT INTO gpkg_contents VALUES ('村', 'features', 4490);
         INSERT INTO gpkg_geometry_columns VALUES ('村', 'geom', 4490);
         CREATE TABLE 村 (fid INTEGER PRIMARY KEY, geom BLOB, 编码 TEXT, 名称 TEXT);",
    )
    .expect("tables");
    for (code, name, at) in units {
        let mut blob = b"GP\0\x01".to_vec();
        blob.extend(4490_i32.to_le_bytes());
        blob.extend(b"\x01\x03\0\0\0\x01\0\0\0\x05\0\0\0");
        ring(*at).iter().flatten().for_each(|v| blob.extend(v.to_le_bytes()));
        db.execute("INSERT INTO 村 (geom, 编码, 名称) VALUES (?1, ?2, ?3)", (blob, code, name)).expect("a row");
    }
    drop(db);
    std::fs::read(&file).expect("its bytes")
}

#[test]
fn an_archive_gives_its_maps_and_tables_like_the_files_themselves() {
    let ws = county();
    let (shp, dbf) = shapefile(&[("010101", "上坝村", [107.0, 36.0, 0.05, 0.1]), ("010102", "下坝村", [107.05, 36.0, 0.05, 0.1])]);
    let west = layer(&[("010201", "河口村", [107.1, 36.0, 0.06, 0.1])]);
    let rest = geopackage(&ws, &[("010202", "滩头村", [107.16, 36.0, 0.04, 0.1])]);
    let branches = "组织编码,组织名称,所在村\nB1,上坝村党支部,010101\nB2,滩头村党支部,滩头村\n";
    let files: [(&str, &[u8]); 6] = [
        ("maps/@@.shp", &shp),
        ("maps/@@.dbf", &dbf),
        ("maps/@@.shp.xml", b"<metadata/>"),
        ("west.geojson", west.as_bytes()),
        ("rest.gpkg", &rest),
        ("branches.csv", branches.as_bytes()),
    ];
    ws.write("in/all.zip", archive(&files));
    let zip = path(&ws, "in/all.zip");
    // Nothing says what the shapes are: it is asked, and nothing is done.
    let plan = imported(&ws, &[&zip, "--apply"]);
    assert_eq!(batches(&plan), [] as [i64; 0], "{plan}");
    let told: Vec<&str> = plan["plan"]["inputs"].as_array().into_iter().flatten().filter_map(|i| i["file"].as_str()).collect();
    assert!(told.iter().any(|f| f.ends_with("in/all.zip/maps/村.shp")) && told.len() == 4, "{plan}");
    let taken = imported(&ws, &[&zip, "--as", "village", "--crs", "EPSG:4490", "--apply"]);
    assert_eq!((count(&taken, "new"), count(&taken, "aside")), (6, 0), "{taken}");
    assert_eq!(batches(&taken).len(), 4);
    for (town, villages) in [("东镇", ["上坝村", "下坝村"]), ("西镇", ["河口村", "滩头村"])] {
        let list = ws.out(["list", town]);
        assert!(villages.iter().all(|v| list.contains(v)), "{list}");
    }
    assert!(ws.out(["list", "西镇", "--branches"]).contains("滩头村党支部"));
    // Made again from the kept archive.
    let before = ws.json(["list", "西镇", "--json"]);
    std::fs::remove_file(ws.dir().join("data/reference.db")).expect("removed");
    for rest in ["reference.db-wal", "reference.db-shm"] {
        let _ = std::fs::remove_file(ws.dir().join("data").join(rest));
    }
    let again = ws.json(["list", "西镇", "--json"]);
    assert_eq!(again["rows"], before["rows"]);
}

#[test]
fn an_archive_over_the_limits_is_refused() {
    let ws = county();
    let bomb = vec![b' '; 8 << 20];
    ws.write("in/bomb.zip", archive(&[("a.geojson", layer(&[]).as_bytes()), ("b.geojson", &bomb)]));
    let refused = imported(&ws, &[&path(&ws, "in/bomb.zip"), "--as", "village", "--apply"]);
    assert_eq!((problems(&refused, "E_ZIP_RATIO").len(), batches(&refused).len()), (1, 0), "{refused}");
}

#[test]
fn a_folder_named_after_the_parents_is_one_layer() {
    let ws = county();
    // Every feature names the county too, which says less than the name of its file.
    let of_county = |units: &[Unit<'_>]| layer(units).replace("\"名称\":", "\"所属县\":\"01\",\"名称\":");
    ws.write("in/county.geojson", layer(&[("01", "青禾县", [107.0, 36.0, 0.2, 0.1])]));
    imported(&ws, &[&path(&ws, "in/county.geojson"), "--as", "county", "--apply"]);
    ws.write("in/by_town/0101.json", of_county(&[("a1", "上坝村", [107.0, 36.0, 0.05, 0.1]), ("a2", "下坝村", [107.05, 36.0, 0.05, 0.1])]));
    ws.write("in/by_town/0102.json", of_county(&[("b1", "河口村", [107.1, 36.0, 0.1, 0.1])]));
    let folder = path(&ws, "in/by_town");
    let taken = imported(&ws, &[&folder, "--as", "village", "--apply"]);
    assert_eq!((count(&taken, "new"), batches(&taken).len()), (3, 1), "{taken}");
    assert_eq!(taken["plan"]["inputs"].as_array().map(Vec::len), Some(1), "{taken}");
    assert!(ws.out(["list", "西镇"]).contains("河口村"));
    let again = imported(&ws, &[&folder, "--as", "village", "--apply"]);
    assert_eq!((count(&again, "unchanged"), batches(&again).len()), (3, 0), "{again}");
    ws.out(["undo", &batches(&taken)[0].to_string()]);
    assert!(!ws.out(["list", "西镇"]).contains("河口村"));
}

#[test]
fn units_without_a_parent_find_it_by_their_ground_and_doubt_is_told() {
    let ws = county();
    let units = [
        ("v1", "上坝村", [107.0, 36.0, 0.08, 0.1]),
        ("v2", "界上村", [107.08, 36.0, 0.05, 0.1]),
        ("v3", "远村", [107.15, 36.06, 0.05, 0.1]),
        ("v4", "天外村", [108.0, 36.0, 0.1, 0.1]),
    ];
    ws.write("in/villages.geojson", layer(&units));
    let taken = imported(&ws, &[&path(&ws, "in/villages.geojson"), "--as", "village", "--apply"]);
    let unclear = problems(&taken, "E_HOME_UNCLEAR");
    assert_eq!(unclear.len(), 1, "{taken}");
    assert_eq!(unclear[0]["args"], json!(["v2", "西镇", "60", "东镇", "40"]));
    assert_eq!(problems(&taken, "E_HOME_PARTLY")[0]["args"], json!(["v3", "西镇", "40"]));
    assert_eq!((count(&taken, "new"), problems(&taken, "E_IMPORT_PARENT").len()), (3, 1));
    assert!(ws.out(["list", "西镇"]).contains("界上村"));
}

#[test]
fn a_shifted_map_is_measured_named_and_corrected_on_request() {
    use xiantu::gis::crs::shift::Shift;
    let ws = county();
    let places: Vec<(String, [f64; 4])> =
        (0..20_u32).map(|n| (format!("v{n:02}"), [107.0 + 0.01 * f64::from(n), 36.0, 0.01, 0.05 + 0.002 * f64::from(n % 3)])).collect();
    let units: Vec<Unit<'_>> = places.iter().map(|(code, at)| (code.as_str(), code.as_str(), *at)).collect();
    ws.write("in/villages.geojson", layer(&units));
    assert_eq!(count(&imported(&ws, &[&path(&ws, "in/villages.geojson"), "--as", "village", "--apply"]), "new"), 20);
    let mut shifted: Value = serde_json::from_str(&layer(&units)).expect("our own");
    for feature in shifted["features"].as_array_mut().expect("features") {
        for place in feature["geometry"]["coordinates"][0].as_array_mut().expect("a ring") {
            let at = [0, 1].map(|c| place[c].as_f64().expect("a number"));
            *place = json!(Shift::Gcj02.apply(at));
        }
    }
    ws.write("in/vendor.geojson", shifted.to_string());
    let vendor = path(&ws, "in/vendor.geojson");
    let plan = imported(&ws, &[&vendor, "--as", "village", "--apply"]);
    let asked = plan["plan"]["questions"].as_array().into_iter().flatten().find(|q| q["about"]["about"] == "shift");
    let asked = asked.unwrap_or_else(|| panic!("{plan}"));
    assert_eq!((asked["about"]["like"].as_str(), asked["needed"].as_bool(), batches(&plan).len()), (Some("gcj02"), Some(true), 0));
    let metres = asked["about"]["shift_m"].as_f64().expect("metres");
    assert!((300.0..800.0).contains(&metres), "{metres}");
    // Corrected it lies where what is loaded lies, to a hundredth of a metre: nothing is left to change.
    let before = extent(&ws);
    let taken = imported(&ws, &[&vendor, "--as", "village", "--crs", "gcj02", "--apply"]);
    assert_eq!((count(&taken, "unchanged"), count(&taken, "changed")), (20, 0), "{taken}");
    let after = extent(&ws);
    for (a, b) in before.iter().zip(after) {
        assert!((a - b).abs() * 111_320.0 < 1.0, "{a} {b}");
    }
}

/// The box of the gap of the first township: its edges are those of the villages.
fn extent(ws: &Workspace) -> Vec<f64> {
    let output = ws.xiantu(["check", "东镇", "--kind", "gap", "--json"]).output().expect("runs");
    let page: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let extent = &page["quality"]["faults"][0]["extent"];
    ["min_x_deg", "min_y_deg", "max_x_deg", "max_y_deg"].map(|k| extent[k].as_f64().unwrap_or_else(|| panic!("{page}"))).to_vec()
}

/// A bow-tie beside a sound village.
fn tangled() -> Workspace {
    let ws = county();
    let mut map: Value =
        serde_json::from_str(&layer(&[("010101", "上坝村", [107.0, 36.0, 0.05, 0.1]), ("010102", "下坝村", [107.05, 36.0, 0.05, 0.1])]))
            .expect("our own");
    map["features"][1]["geometry"]["coordinates"] = json!([[[107.05, 36.0], [107.1, 36.1], [107.1, 36.0], [107.05, 36.1], [107.05, 36.0]]]);
    ws.write("in/villages.geojson", map.to_string());
    let made = imported(&ws, &[&path(&ws, "in/villages.geojson"), "--as", "village", "--apply"]);
    assert_eq!(count(&made, "new"), 2, "{made}");
    ws
}

fn faults(ws: &Workspace, kind: &str) -> usize {
    let output = ws.xiantu(["check", "--kind", kind, "--json"]).output().expect("runs");
    let page: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    page["quality"]["faults"].as_array().map_or(0, Vec::len)
}

#[test]
fn a_bow_tie_is_mended_on_request_and_comes_back_with_undo() {
    let ws = tangled();
    assert_eq!(faults(&ws, "self-crossing"), 1);
    // Looking changes nothing.
    let looked = ws.out(["--lang", "en", "check", "东镇", "--repair"]);
    assert!(looked.contains("下坝村 010102") && looked.contains("taken apart") && looked.contains("--apply"), "{looked}");
    assert!(!looked.contains("上坝村"), "{looked}");
    assert_eq!(faults(&ws, "self-crossing"), 1);
    let mended = ws.json(["check", "010102", "--repair", "--apply", "--json"]);
    assert_eq!(mended["mended"][0]["rings"][0]["what"], "taken-apart", "{mended}");
    // Its halves took each other away; now both count.
    let area = |key: &str| mended["mended"][0][key].as_f64().expect("an area");
    assert!(area("before_m2") < 1.0 && (area("after_m2") / 1e6 - 25.0).abs() < 0.1, "{mended}");
    let batch = mended["applied"]["batches"][0].to_string();
    assert_eq!(faults(&ws, "self-crossing"), 0);
    let batches = ws.json(["batches", "--json"]);
    assert_eq!((batches[0]["kind"].as_str(), batches[0]["rows"].as_u64()), (Some("repair"), Some(1)), "{batches}");
    // Again there is nothing to do; and all of it can be made again from what is kept.
    assert_eq!(ws.json(["check", "--repair", "--apply", "--json"])["applied"]["batches"], json!([]));
    for rest in ["reference.db", "reference.db-wal", "reference.db-shm"] {
        let _ = std::fs::remove_file(ws.dir().join("data").join(rest));
    }
    assert_eq!(faults(&ws, "self-crossing"), 0);
    ws.out(["undo", &batch]);
    assert_eq!(faults(&ws, "self-crossing"), 1);
}

#[test]
fn faults_leave_as_geojson_for_the_survey_bureau() {
    let ws = tangled();
    let to = path(&ws, "out/faults.geojson");
    std::fs::create_dir(ws.dir().join("out")).expect("a folder");
    let output = ws.xiantu(["check", "--geojson", &to]).output().expect("runs");
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
    let text = std::fs::read_to_string(&to).expect("the file");
    let read: geojson::FeatureCollection = text.parse::<geojson::GeoJson>().and_then(TryFrom::try_from).expect("GeoJSON");
    let told =
        |kind: &str| read.features.iter().find(|f| f.property("kind").is_some_and(|k| k == kind)).unwrap_or_else(|| panic!("{text}"));
    assert_eq!(told("self-crossing").property("code"), Some(&json!("010102")));
    let gap = told("gap");
    assert!(gap.property("area_m2").and_then(Value::as_f64).is_some_and(|a| a > 1e6), "{text}");
    assert!(gap.geometry.as_ref().is_some_and(|g| g.value.type_name().ends_with("Polygon")), "{text}");
    // Whole or not at all: nothing lies beside it, and a place that cannot be written says so.
    assert_eq!(std::fs::read_dir(ws.dir().join("out")).expect("the folder").count(), 1);
    let refused = ws.xiantu(["check", "--geojson", &path(&ws, "maps")]).output().expect("runs");
    assert_eq!(refused.status.code(), Some(7), "{}", String::from_utf8_lossy(&refused.stderr));
}

#[test]
fn a_place_decides_where_the_table_says_nothing_and_disagreement_is_shown() {
    let ws = county();
    let villages = layer(&[("010101", "上坝村", [107.0, 36.0, 0.1, 0.1]), ("010201", "河口村", [107.1, 36.0, 0.1, 0.1])]);
    ws.write("in/villages.geojson", villages);
    imported(&ws, &[&path(&ws, "in/villages.geojson"), "--as", "village", "--apply"]);
    ws.write("in/placed.csv", "组织编码,组织名称,经度,纬度\nP1,河口村第一党支部,107.15,36.05\n");
    let placed = imported(&ws, &[&path(&ws, "in/placed.csv"), "--as", "branches", "--apply"]);
    assert_eq!((count(&placed, "new"), count(&placed, "unmatched_file")), (1, 0), "{placed}");
    assert!(ws.out(["list", "河口村", "--branches"]).contains("河口村第一党支部"));
    ws.write(
        "in/both.csv",
        "组织编码,组织名称,所在村,经度,纬度\nB1,上坝村党支部,010101,107.15,36.05\nB2,河口村党支部,010201,107.16,36.06\n",
    );
    let both = imported(&ws, &[&path(&ws, "in/both.csv"), "--apply"]);
    let apart = problems(&both, "E_BRANCH_PLACE");
    assert_eq!((count(&both, "new"), apart.len()), (2, 1), "{both}");
    assert_eq!((apart[0]["severity"].as_str(), &apart[0]["args"]), (Some("mark"), &json!(["上坝村党支部", "上坝村", "河口村", "4.5 km"])));
    // The table counts; the card and the quality page name both.
    assert!(ws.out(["list", "上坝村", "--branches"]).contains("上坝村党支部"));
    let card = ws.json(["show", "上坝村党支部", "--json"]);
    assert_eq!(card["elsewhere"], json!(["上坝村", "河口村"]), "{card}");
    assert!(ws.json(["show", "河口村党支部", "--json"])["elsewhere"].is_null());
    let output = ws.xiantu(["check", "--kind", "branch-elsewhere", "--json"]).output().expect("runs");
    let page: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let faults = page["quality"]["faults"].as_array().expect("faults");
    let names: Vec<_> = faults.iter().flat_map(|f| f["units"].as_array().into_iter().flatten()).map(|u| u["name"].as_str()).collect();
    assert_eq!(names, [Some("上坝村党支部"), Some("上坝村"), Some("河口村")], "{page}");
    assert!(faults[0]["size"]["length_m"].as_f64().is_some_and(|m| (m - 4_507.0).abs() < 5.0), "{page}");
}

#[test]
fn places_that_cannot_be_are_named_in_the_plan_and_when_checking() {
    let ws = county();
    let villages = layer(&[("010101", "上坝村", [107.0, 36.0, 0.1, 0.1]), ("010201", "河口村", [107.1, 36.0, 0.1, 0.1])]);
    ws.write("in/villages.geojson", villages);
    imported(&ws, &[&path(&ws, "in/villages.geojson"), "--as", "village", "--apply"]);
    // Nothing known, exchanged, in the next prefecture, exchanged so that it is no place, 27 m beside the border.
    ws.write(
        "in/far.csv",
        "组织编码,组织名称,所在村,经度,纬度\nF1,甲支部,010101,0,0\nF2,乙支部,010101,36.05,107.05\nF3,丙支部,010101,110,36.05\nF4,丁支部,010101,107.1003,36.05\nF5,戊支部,010101,x,36.05\n",
    );
    let plan = imported(&ws, &[&path(&ws, "in/far.csv"), "--apply"]);
    assert_eq!(count(&plan, "new"), 5, "{plan}");
    for (code, args) in [
        ("E_PLACE_ZERO", json!(["甲支部"])),
        ("E_PLACE_SWAPPED", json!(["乙支部", "36.05, 107.05"])),
        ("E_COORD_OUTSIDE", json!(["丙支部", "上坝村", "261.3 km"])),
        ("E_TABLE_PLACE", json!(["戊支部", "x, 36.05"])),
    ] {
        let found = problems(&plan, code);
        assert_eq!((found.len(), found[0]["severity"].as_str(), &found[0]["args"]), (1, Some("mark"), &args), "{plan}");
    }
    assert!(problems(&plan, "E_BRANCH_PLACE").is_empty(), "{plan}");
    let output = ws.xiantu(["check", "--kind", "branch-outside", "--json"]).output().expect("runs");
    let page: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let named: Vec<_> = page["quality"]["faults"].as_array().expect("faults").iter().map(|f| f["units"][0]["name"].as_str()).collect();
    assert_eq!(named, [Some("甲支部"), Some("丙支部")], "{page}");
    let said = ws.xiantu(["check", "--kind", "branch-outside"]).output().expect("runs");
    assert!(String::from_utf8_lossy(&said.stdout).contains("261.3 km"));
}

#[test]
fn official_areas_are_kept_and_boundaries_held_against_them() {
    let ws = county();
    let villages = layer(&[("010101", "上坝村", [107.0, 36.0, 0.1, 0.1]), ("010201", "河口村", [107.1, 36.0, 0.1, 0.1])]);
    let mut map: Value = serde_json::from_str(&villages).expect("our own");
    // A cell of 0.1° here has 100.0 km²; the second village is said to have 30 % more.
    for (n, mu) in [(0, "149,970"), (1, "195000")] {
        map["features"][n]["properties"]["辖区面积(亩)"] = json!(mu);
    }
    ws.write("in/villages.geojson", map.to_string());
    let taken = imported(&ws, &[&path(&ws, "in/villages.geojson"), "--as", "village", "--apply"]);
    assert_eq!(taken["plan"]["inputs"][0]["columns"]["area_km2"], "辖区面积(亩)", "{taken}");
    let output = ws.xiantu(["check", "--kind", "area-differs", "--json"]).output().expect("runs");
    let page: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let names = |page: &Value| -> Vec<String> {
        let faults = page["quality"]["faults"].as_array().expect("faults").iter();
        faults.filter_map(|f| f["units"][0]["name"].as_str().map(str::to_owned)).collect()
    };
    assert_eq!(names(&page), ["河口村"], "{page}");
    let off_km2 = page["quality"]["faults"][0]["size"]["area_m2"].as_f64().expect("a size") / 1e6;
    assert!((-32.0..-28.0).contains(&off_km2), "{off_km2}");
    // A list corrects the one and says nothing of the other; undone, it is as before.
    ws.write("in/areas.csv", "编码,名称,上级编码,总面积（平方公里）\n010201,河口村,0102,99.98\n010101,上坝村,0101,\n");
    let list = imported(&ws, &[&path(&ws, "in/areas.csv"), "--as", "village", "--apply"]);
    assert_eq!((count(&list, "changed"), count(&list, "unchanged")), (1, 1), "{list}");
    let faults_now = |kind: &str| faults(&ws, kind);
    assert_eq!(faults_now("area-differs"), 0);
    ws.out(["undo", &batches(&list)[0].to_string()]);
    assert_eq!(faults_now("area-differs"), 1);
    ws.write("in/bad.csv", "编码,名称,上级编码,总面积（平方公里）\n010201,河口村,0102,约100\n");
    let bad = imported(&ws, &[&path(&ws, "in/bad.csv"), "--as", "village"]);
    assert_eq!(problems(&bad, "E_AREA_NUMBER").len(), 1, "{bad}");
}
