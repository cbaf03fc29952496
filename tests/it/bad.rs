//! Bad input: a clear message with the file and the feature, never a panic, nothing half-loaded.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::support::{Workspace, XIANTU, rows, text};

const TOP: &str = "990001";
const FILE: &str = "areas.geojson";

const MANIFEST: &str = r#"
[workspace]
name = "小县"
county = "990001"
tree = "administrative"
framework = "../data/frameworks/small.toml"

[[layer]]
file = "top.geojson"
level = "whole"
id = "code"
name = "name"
crs = "EPSG:4490"
source = "made here"
licence = "CC0-1.0"

[[layer]]
file = "areas.geojson"
level = "part"
id = "code"
name = "name"
parent = { by = "parent", field = "above" }
crs = "EPSG:4490"
source = "made here"
licence = "CC0-1.0"
"#;

const FRAMEWORK: &str = r#"
[framework]
id = "small"
name = "小"
name_en = "small"
privacy = "org-level"

[[level]]
code = "whole"
label = "全"
label_en = "whole"

[[level]]
code = "part"
label = "分"
label_en = "part"
parent = "whole"

[[indicator]]
id = "N-1"
label = "党组织数"
label_en = "Branches"
short = "组织数"
unit = "个"
kind = "count"
level = "part"
direction = "display"
rollup = "sum"
derived = "branches"
definition = "登记在册的党组织"
"#;

/// One square of the small county, the `n`th from the west.
fn square(n: u8) -> Value {
    let (west, east) = (100.0 + f64::from(n) * 0.1, 100.0 + f64::from(n + 1) * 0.1);
    json!({"type": "Polygon", "coordinates": [[[west, 36.0], [east, 36.0], [east, 36.1], [west, 36.1], [west, 36.0]]]})
}

fn feature(code: &str, name: &str, above: &str, geometry: &Value) -> Value {
    json!({"type": "Feature", "properties": {"code": code, "name": name, "above": above}, "geometry": geometry})
}

fn areas() -> Vec<Value> {
    (0..3).map(|n| feature(&format!("99000100{n}"), &format!("第{n}乡"), TOP, &square(n))).collect()
}

fn collection(features: &[Value]) -> String {
    json!({"type": "FeatureCollection", "features": features}).to_string()
}

/// The small county with these bytes as its file of areas.
fn county(areas: impl AsRef<[u8]>) -> Workspace {
    let workspace = Workspace::empty();
    let outline = json!({"type": "Polygon", "coordinates": [[[100.0, 36.0], [100.3, 36.0], [100.3, 36.1], [100.0, 36.1], [100.0, 36.0]]]});
    let top = json!({"type": "FeatureCollection", "features": [feature(TOP, "小县", "", &outline)]});
    workspace.write("maps/manifest.toml", MANIFEST).write("data/frameworks/small.toml", FRAMEWORK);
    workspace.write("maps/top.geojson", top.to_string()).write("maps/areas.geojson", areas);
    workspace
}

/// Everything a command said, after checking how it ended: an exit code of the table, no panic.
fn said(output: &Output) -> String {
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(matches!(output.status.code(), Some(0 | 2..=8)), "{:?}: {text}", output.status);
    assert!(!text.contains("panicked"), "{text}");
    assert!(!text.contains('\u{1b}'), "an escape reached the terminal: {text:?}");
    text
}

/// What `doctor` lists after a first opening by `load`, which lists the same.
fn report(workspace: &Workspace) -> String {
    let load = said(&workspace.xiantu(["load"]).output().expect("it runs"));
    let doctor = said(&workspace.xiantu(["doctor"]).output().expect("it runs"));
    for line in doctor.lines().filter_map(|line| line.strip_prefix("!: ")) {
        assert!(load.contains(line), "{line} in {load}");
    }
    doctor
}

/// How `list` ends and what it says on standard error, where it does not disturb a pipe.
fn list(workspace: &Workspace) -> (Option<i32>, String) {
    let output = workspace.xiantu(["list", TOP]).output().expect("it runs");
    said(&output);
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// Codes that are there afterwards; none where the county cannot be listed at all.
fn listed(workspace: &Workspace) -> Vec<String> {
    let output = workspace.xiantu(["list", TOP, "--json"]).output().expect("it runs");
    said(&output);
    match serde_json::from_slice::<Value>(&output.stdout) {
        Ok(page) => rows(&page).iter().map(|r| text(r, "code").to_owned()).collect(),
        Err(_) => Vec::new(),
    }
}

/// The whole file is refused: named, with nothing of it loaded, and screens still draw.
fn refused(bytes: impl AsRef<[u8]>, hint: &str) {
    let workspace = county(bytes);
    let report = report(&workspace);
    assert!(report.contains(FILE) && report.contains(hint), "{FILE} and {hint} in {report}");
    let (code, warned) = list(&workspace);
    assert_eq!(code, Some(3), "{warned}");
    assert!(warned.contains(FILE) && warned.contains(hint), "{FILE} and {hint} in {warned}");
    nothing_of_it(&workspace);
    said(&workspace.xiantu(["print", "--size", "80x24"]).output().expect("it runs"));
}

/// The areas are not there; the county itself may be.
fn nothing_of_it(workspace: &Workspace) {
    let listed = listed(workspace);
    assert!(!listed.iter().any(|code| ALL.contains(&code.as_str())), "half-loaded: {listed:?}");
}

/// The file is named and the unit of the spoiled geometry is not drawn; whether it stays in the
/// list without one, or the whole file is refused, depends on the flaw.
fn undrawn(bytes: impl AsRef<[u8]>, code: &str) {
    let workspace = county(bytes);
    let report = report(&workspace);
    assert!(report.contains(FILE), "{report}");
    let output = workspace.xiantu(["list", TOP, "--json"]).output().expect("it runs");
    if let Ok(page) = serde_json::from_slice::<Value>(&output.stdout) {
        assert!(!rows(&page).iter().any(|r| r["code"] == code && r["drawn"] == true), "{page}");
    }
    said(&workspace.xiantu(["print", "--size", "80x24"]).output().expect("it runs"));
}

/// The other record is kept aside: these stay, the report names the file and each hint.
fn kept(bytes: impl AsRef<[u8]>, codes: &[&str], hints: &[&str]) {
    let workspace = county(bytes);
    let report = report(&workspace);
    for hint in hints.iter().chain([&FILE]) {
        assert!(report.contains(hint), "{hint} in {report}");
    }
    assert_eq!(listed(&workspace), codes);
    let (code, warned) = list(&workspace);
    assert!(code == Some(4) && warned.contains('1'), "{code:?} {warned}");
    said(&workspace.xiantu(["print", "--size", "80x24"]).output().expect("it runs"));
}

const ALL: [&str; 3] = ["990001000", "990001001", "990001002"];

#[test]
fn the_small_county_itself_is_good() {
    let workspace = county(collection(&areas()));
    assert_eq!(listed(&workspace), ALL);
    assert_eq!(workspace.xiantu(["list", TOP]).output().expect("it runs").status.code(), Some(0));
}

#[test]
fn a_missing_file() {
    let workspace = county(collection(&areas()));
    fs::remove_file(workspace.dir().join("maps").join(FILE)).expect("it was there");
    let report = report(&workspace);
    assert!(report.contains(FILE), "{report}");
    let (code, warned) = list(&workspace);
    assert!(code == Some(3) && warned.contains(FILE), "{code:?} {warned}");
    nothing_of_it(&workspace);
}

#[test]
fn a_level_without_ids() {
    let mut features = areas();
    for feature in &mut features {
        feature["properties"].as_object_mut().expect("properties").remove("code");
    }
    refused(collection(&features), "code");
}

#[test]
fn a_duplicate_id() {
    let mut features = areas();
    features[2]["properties"]["code"] = "990001001".into();
    kept(collection(&features), &ALL[..2], &["990001001"]);
}

#[test]
fn a_child_without_a_parent() {
    let mut features = areas();
    features[2]["properties"]["above"] = "990777".into();
    kept(collection(&features), &ALL[..2], &["990777"]);
}

#[test]
fn null_geometry_is_listed_and_not_drawn() {
    let mut features = areas();
    features[1]["geometry"] = Value::Null;
    let workspace = county(collection(&features));
    let page = workspace.json(["list", TOP, "--json"]);
    let drawn: Vec<bool> = rows(&page).iter().map(|r| r["drawn"] == true).collect();
    assert_eq!(drawn, [true, false, true]);
    assert_eq!(page["legend"]["no_geometry"], 1);
    assert!(report(&workspace).contains(FILE));
}

#[test]
fn a_coordinate_out_of_range() {
    let mut features = areas();
    features[1]["geometry"]["coordinates"][0][1][0] = 4000.0.into();
    undrawn(collection(&features), ALL[1]);
}

#[test]
fn a_coordinate_that_is_not_a_number() {
    for number in ["NaN", "Infinity", "1e999", "null", "\"100.1\""] {
        undrawn(collection(&areas()).replacen("100.1", number, 1), ALL[0]);
    }
}

#[test]
fn a_truncated_file() {
    let whole = collection(&areas());
    for cut in [1, whole.len() / 2, whole.len() - 2] {
        refused(&whole[..cut], FILE);
    }
}

#[test]
fn an_empty_file_and_no_json_at_all() {
    for bytes in [&b""[..], b"\xff\xfe\x00", b"PK\x03\x04", b"[]", b"{\"type\":\"Topology\"}"] {
        refused(bytes, FILE);
    }
}

#[test]
fn three_hundred_levels_of_nesting() {
    let deep = format!("{}1{}", "[".repeat(300), "]".repeat(300));
    refused(collection(&areas()).replacen("[100.0,36.0]", &deep, 1), FILE);
    let properties = format!("{{\"x\":{deep},");
    refused(collection(&areas()).replacen("{\"above\"", &(properties + "\"above\""), 1), FILE);
}

#[test]
fn names_that_steer_a_terminal() {
    let mut features = areas();
    features[0]["properties"]["name"] = "恶\u{1b}]0;x\u{7}\u{1b}[2J意".into();
    features[1]["properties"]["name"] = "反\u{202e}向\u{2066}村".into();
    features[2]["properties"]["name"] = "𠀋㙍\u{3044f}村".into();
    let workspace = county(collection(&features));
    let page = workspace.json(["list", TOP, "--json"]);
    for row in rows(&page) {
        let name = text(row, "name");
        assert!(!name.chars().any(xiantu::domain::text::is_hostile), "{name:?}");
    }
    assert_eq!(rows(&page)[2]["name"], "𠀋㙍\u{3044f}村", "rare and four-byte characters stay");
    let screen = workspace.out(["print", "--size", "80x24", "--color", "none"]);
    assert!(!screen.contains(['\u{1b}', '\u{7}', '\u{202e}', '\u{2066}']), "{screen:?}");
    assert!(screen.contains("𠀋㙍"), "{screen}");
}

#[test]
fn a_bom_and_windows_lines_do_no_harm() {
    let text = serde_json::to_string_pretty(&json!({"type": "FeatureCollection", "features": areas()})).expect("JSON");
    let workspace = county(format!("\u{feff}{}", text.replace('\n', "\r\n")));
    assert_eq!(listed(&workspace), ALL);
}

#[test]
fn a_manifest_and_a_framework_with_several_mistakes_name_them_all() {
    let workspace = county(collection(&areas()));
    workspace.write("maps/manifest.toml", MANIFEST.replace("level = \"part\"", "levl = \"part\"").replace("id = \"code\"", "id = 7"));
    let output = workspace.xiantu(["list", TOP]).output().expect("it runs");
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    assert!(said(&output).contains("manifest.toml"));

    let workspace = county(collection(&areas()));
    let broken = FRAMEWORK.replace("kind = \"count\"", "kind = \"cuont\"").replace("rollup = \"sum\"", "rollup = \"sun\"");
    workspace.write("data/frameworks/small.toml", broken);
    let output = workspace.xiantu(["list", TOP]).output().expect("it runs");
    let report = said(&output);
    assert!(report.contains("small.toml") && report.contains("cuont") && report.contains("sun"), "{report}");
}

#[test]
fn a_database_from_a_newer_version_is_left_alone() {
    for file in ["data/reference.db", "data/records.db"] {
        let workspace = county(collection(&areas()));
        assert_eq!(listed(&workspace), ALL);
        let path = workspace.dir().join(file);
        {
            let store = rusqlite::Connection::open(&path).unwrap_or_else(|e| panic!("{file}: {e}"));
            store.pragma_update(None, "user_version", 20_991_231).expect("a newer version");
        }
        let before = fs::read(&path).expect("a database");
        let output = workspace.xiantu(["list", TOP]).output().expect("it runs");
        let report = said(&output);
        assert_ne!(output.status.code(), Some(0), "{report}");
        assert!(report.contains(file.trim_start_matches("data/")), "{report}");
        assert!(fs::read(&path).expect("a database") == before, "{file} was changed");
    }
}

#[test]
fn a_database_that_is_none() {
    let workspace = county(collection(&areas()));
    assert_eq!(listed(&workspace), ALL);
    workspace.write("data/records.db", "这不是数据库".repeat(1000));
    let output = workspace.xiantu(["list", TOP]).output().expect("it runs");
    let report = said(&output);
    assert_eq!(output.status.code(), Some(5), "{report}");
    assert!(report.contains("records.db"), "{report}");
}

#[test]
fn a_read_only_folder() {
    let workspace = county(collection(&areas()));
    let dir = workspace.dir();
    // Somebody else's folder, with the program where that person can reach it.
    let program = dir.parent().expect("a folder above").join("xiantu");
    fs::copy(XIANTU, &program).expect("the program is copied");
    for folder in [dir.parent().expect("a folder above"), &dir, &dir.join("maps"), &dir.join("data")] {
        fs::set_permissions(folder, fs::Permissions::from_mode(0o555)).expect("the folder is made read-only");
    }
    let root = fs::metadata(&dir).expect("a folder").uid() == 0;
    let mut command = if root { Command::new("setpriv") } else { Command::new(&program) };
    if root {
        // Permissions do not bind root.
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(&program);
    }
    command.env("HOME", "/nonexistent").env_remove("XDG_STATE_HOME").arg("-C").arg(&dir).args(["list", TOP]);
    let output = command.output();
    for folder in [dir.parent().expect("a folder above"), &dir, &dir.join("maps"), &dir.join("data")] {
        fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).expect("the folder is given back");
    }
    let Ok(output) = output else { skip!("no setpriv to become another user") };
    let report = said(&output);
    assert_ne!(output.status.code(), Some(0), "{report}");
    assert!(report.contains("data"), "the folder is named: {report}");
    assert_eq!(fs::read_dir(dir.join("data")).expect("a folder").count(), 1, "only the frameworks");
}

/// A small file system that is gone with the test.
struct Mount<'a>(&'a Path);

impl Drop for Mount<'_> {
    fn drop(&mut self) {
        // Nothing is left to do about a failure here.
        let _ = Command::new("umount").arg(self.0).status();
    }
}

#[test]
fn a_full_disk() {
    let workspace = county(collection(&areas()));
    let data = workspace.dir().join("data");
    let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=48k", "tmpfs"]).arg(&data).output();
    if !mounted.is_ok_and(|m| m.status.success()) {
        skip!("no right to mount a small file system");
    }
    let mount = Mount(&data);
    workspace.write("data/frameworks/small.toml", FRAMEWORK);
    let output = workspace.xiantu(["list", TOP]).output().expect("it runs");
    let report = said(&output);
    assert_eq!(output.status.code(), Some(7), "{report}");

    // With room again it opens, as if nothing had happened.
    let grown = Command::new("mount").args(["-o", "remount,size=16m"]).arg(&data).status();
    assert!(grown.is_ok_and(|s| s.success()));
    assert_eq!(listed(&workspace), ALL);
    drop(mount);
}

#[test]
fn terminals_of_no_size() {
    let workspace = county(collection(&areas()));
    for size in ["0x0", "1x1", "1x40", "200x1", "2x2", "20x5"] {
        for keys in ["", "enter", "?", "/", ":", "m"] {
            let output = workspace.xiantu(["print", "--size", size, "--keys", keys]).output().expect("it runs");
            said_with_colour(&output, size, keys);
        }
    }
    let mut terminal = workspace.terminal((1, 1), &[], &[]);
    terminal.press("\x1b[B\r").resize((80, 24)).wait_for("小县").press("q");
    assert_eq!(terminal.end(), 0);
}

fn said_with_colour(output: &Output, size: &str, keys: &str) {
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(matches!(output.status.code(), Some(0 | 2)), "{size} {keys:?}: {:?}: {text}", output.status);
    assert!(!text.contains("panicked"), "{size} {keys:?}: {text}");
}

#[test]
fn a_size_that_is_none() {
    let workspace = county(collection(&areas()));
    for size in ["", "x", "80", "80x", "-1x5", "99999x99999", "八十x二十四"] {
        let output = workspace.xiantu(["print", "--size", size]).output().expect("it runs");
        assert_eq!(output.status.code(), Some(2), "{size}: {output:?}");
    }
}
