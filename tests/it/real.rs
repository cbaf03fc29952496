//! Real input, read from the folder that `XIANTU_SHARED` names and never copied into the project.
//! The manifests stand here; their `{shared}` is filled in at run time.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;

use serde_json::Value;

use crate::support::{Workspace, copy, root, row, rows, shared, text};

/// A workspace on real input and the folder of that; `None` where this machine does not have it.
/// Loading it takes a while, so the tests of one input share it and only read.
fn open(name: &str) -> Option<(&'static Workspace, PathBuf)> {
    static CORNWALL: OnceLock<Option<Workspace>> = OnceLock::new();
    static QINGYANG: OnceLock<Option<Workspace>> = OnceLock::new();
    let slot = if name == "cornwall" { &CORNWALL } else { &QINGYANG };
    let workspace = slot.get_or_init(|| make(name)).as_ref()?;
    Some((workspace, shared().join("data").join(name)))
}

fn make(name: &str) -> Option<Workspace> {
    let data = shared().join("data").canonicalize().ok()?;
    data.join(name).is_dir().then_some(())?;
    let workspace = Workspace::kept(name);
    copy(&root().join("tests/it/manifests").join(name), &workspace.dir(), &|_| true);
    let manifest = workspace.dir().join("maps/manifest.toml");
    let filled = fs::read_to_string(&manifest).expect("a manifest").replace("{shared}", data.to_str().expect("a path in UTF-8"));
    fs::write(&manifest, filled).expect("the manifest is written");
    Some(workspace)
}

/// All units of a level, wherever they are.
fn of_level(workspace: &Workspace, top: &str, level: &str) -> Value {
    workspace.json(["list", top, "--json", "--level", level])
}

/// Codes of a page.
fn codes(page: &Value) -> BTreeSet<&str> {
    rows(page).iter().map(|r| text(r, "code")).collect()
}

/// Code of each row's parent, through the page one level up.
fn parents<'a>(below: &'a Value, above: &'a Value) -> BTreeMap<&'a str, &'a str> {
    let uids: BTreeMap<&str, &str> = rows(above).iter().map(|r| (text(r, "uid"), text(r, "code"))).collect();
    rows(below).iter().map(|r| (text(r, "code"), uids.get(text(r, "parent")).copied().unwrap_or("none"))).collect()
}

const LAD: &str = "E06000052";

#[test]
fn cornwall_opens_with_all_four_levels() {
    let Some((workspace, input)) = open("cornwall") else { skip!("no data/cornwall in XIANTU_SHARED") };
    let [msoa, lsoa, oa] = ["msoa", "lsoa", "oa"].map(|level| of_level(workspace, LAD, level));
    assert_eq!([rows(&msoa).len(), rows(&lsoa).len(), rows(&oa).len()], [73, 326, 1792]);
    for page in [&msoa, &lsoa, &oa] {
        assert!(rows(page).iter().all(|r| r["drawn"] == true), "every unit has a boundary");
    }

    // By file name: everything of the file lies in the authority.
    let lad = workspace.json(["show", LAD, "--json"]);
    assert!(rows(&msoa).iter().all(|r| r["parent"] == lad["uid"]));
    // By prefix of the name.
    let names: BTreeMap<&str, &str> = rows(&msoa).iter().map(|r| (text(r, "code"), text(r, "name"))).collect();
    let above = parents(&lsoa, &msoa);
    for row in rows(&lsoa) {
        let parent = names.get(above[text(row, "code")]).unwrap_or_else(|| panic!("{row} has a parent"));
        assert!(text(row, "name").starts_with(parent), "{} in {parent}", text(row, "name"));
    }
    // By position: the answer stands in the names of files that the manifest does not use.
    let above = parents(&oa, &lsoa);
    let mut checked = 0;
    for entry in fs::read_dir(input.join("oa_by_lsoa")).expect("the folder of answers") {
        let path = entry.expect("a file").path();
        let lsoa = path.file_stem().and_then(|s| s.to_str()).expect("a name").to_owned();
        let answers: Value = serde_json::from_slice(&fs::read(&path).expect("a file")).expect("JSON");
        for feature in answers["features"].as_array().expect("features") {
            let code = feature["properties"]["OA11CD"].as_str().expect("a code");
            assert_eq!(above.get(code), Some(&lsoa.as_str()), "{code}");
            checked += 1;
        }
    }
    assert_eq!(checked, 1792);
}

#[test]
fn cornwall_drills_to_one_output_area() {
    let Some((workspace, _)) = open("cornwall") else { skip!("no data/cornwall in XIANTU_SHARED") };
    let mut place = LAD.to_owned();
    let mut counts = Vec::new();
    loop {
        let page = workspace.json(["list", &place, "--json"]);
        counts.push(rows(&page).len());
        let first = &rows(&page)[0];
        place = text(first, "code").to_owned();
        if first["children"] == 0 {
            break;
        }
    }
    assert_eq!((counts.len(), counts[0]), (3, 73));
    // The same way on the screen.
    let mut place = LAD.to_owned();
    let mut keys = String::new();
    for _ in counts {
        let page = workspace.json(["list", &place, "--json"]);
        let first = &rows(&page)[0];
        let screen = workspace.out(["print", "--size", "120x36", "--color", "none", "--keys", &keys]);
        assert!(screen.contains(text(first, "name")), "{} after {keys:?}:\n{screen}", text(first, "name"));
        place = text(first, "code").to_owned();
        keys.push_str("enter ");
    }
}

#[test]
fn qingyang_opens_to_every_village_though_only_counties_are_drawn() {
    let Some((workspace, _)) = open("qingyang") else { skip!("no data/qingyang in XIANTU_SHARED") };
    let top = "621000";
    let [county, township, village] = ["county", "township", "village"].map(|level| of_level(workspace, top, level));
    assert_eq!([rows(&county).len(), rows(&township).len(), rows(&village).len()], [8, 119, 1392]);
    let drawn = |page: &Value| rows(page).iter().filter(|r| r["drawn"] == true).count();
    assert_eq!([drawn(&county), drawn(&township), drawn(&village)], [8, 0, 0]);
    assert_eq!(village["legend"]["no_geometry"], 1392, "the legend says how many have none");
    assert!(codes(&village).contains("621002001001"), "twelve digits, unchanged");
    for (below, above) in [(&township, &county), (&village, &township)] {
        for (code, parent) in parents(below, above) {
            assert!(code.starts_with(parent), "{code} in {parent}");
        }
    }
    // Township by township down to the villages, as a person would.
    let first = workspace.json(["list", "621002", "--json"]);
    let town = text(&rows(&first)[0], "code").to_owned();
    let villages = workspace.json(["list", &town, "--json"]);
    assert!(!rows(&villages).is_empty());
    assert_eq!(text(row(&county, "621022"), "name"), "环县");
    let screen = workspace.out(["print", "--size", "120x36", "--color", "none", "--keys", "enter enter"]);
    assert!(screen.contains("庆阳市"), "{screen}");
}

#[test]
fn nothing_is_written_beside_the_input() {
    let Some((_, input)) = open("qingyang") else { skip!("no data/qingyang in XIANTU_SHARED") };
    for entry in fs::read_dir(&input).expect("a folder") {
        let name = entry.expect("an entry").file_name();
        assert!(!name.to_string_lossy().contains(".db"), "{}", name.display());
    }
}
