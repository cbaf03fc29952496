//! `xiantu import`, `batches` and `undo`, as a person at the command line meets them.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::support::{Workspace, XIANTU, count, imported, shared};

/// An empty folder, where nothing is yet.
fn nothing() -> Workspace {
    let ws = Workspace::empty();
    std::fs::remove_dir_all(ws.dir()).expect("removed");
    ws
}

#[test]
fn a_real_prefecture_from_scratch_and_back() {
    let dir = shared().join("data/qingyang");
    if !dir.is_dir() {
        skip!("{} is not here", dir.display());
    }
    let file = |name: &str| dir.join(name).display().to_string();
    let ws = nothing();
    // Without an answer nothing is made, and the plan says what to answer.
    let output = ws.xiantu(["import", &file("counties.geojson"), "--apply"]).output().expect("runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("--as county"), "{said}");
    assert!(!ws.dir().join("maps").exists());
    let maps = imported(&ws, &[&file("counties.geojson"), "--as", "county", "--apply"]);
    assert_eq!((count(&maps, "new"), maps["applied"]["batches"].as_array().map(Vec::len)), (8, Some(1)));
    let list = imported(&ws, &[&file("divisions.csv"), "--apply"]);
    assert_eq!((count(&list, "new"), count(&list, "changed"), count(&list, "aside")), (1512, 8, 0));
    let zones = imported(&ws, &[&file("zones.csv"), "--apply"]);
    assert_eq!((count(&zones, "new"), count(&zones, "unmatched_file")), (8, 0));
    // The same again changes nothing.
    for (name, rows) in [("counties.geojson", 8), ("divisions.csv", 1520), ("zones.csv", 8)] {
        let again = imported(&ws, &[&file(name), "--apply"]);
        assert_eq!((count(&again, "unchanged"), again["applied"]["batches"].as_array().map(Vec::len)), (rows, Some(0)), "{name}");
    }
    let before = ws.json(["list", "环县", "--json"]);
    assert_eq!(before["rows"].as_array().map(Vec::len), Some(20));
    // A village under another name, and back.
    ws.write("in/renamed.csv", "编码,名称,层级,上级编码\n621022100,环城新镇,乡镇,621022\n");
    let renamed = ws.dir().join("in/renamed.csv").display().to_string();
    let plan = imported(&ws, &[&renamed, "--since", "2025-07-01", "--apply"]);
    assert_eq!(plan["plan"]["unit_changes"][0]["kind"], "renamed", "{plan}");
    let batch = plan["applied"]["batches"][0].to_string();
    assert!(ws.out(["list", "环县"]).contains("环城新镇"));
    let undone = ws.out(["undo", &batch]);
    assert!(undone.contains(&batch), "{undone}");
    let mut after = ws.json(["list", "环县", "--json"]);
    after["version"] = before["version"].clone();
    assert_eq!(after, before);
    let batches = ws.json(["batches", "--json"]);
    assert!(batches[0]["withdrawn_at_ms"].is_number() && batches[1]["withdrawn_at_ms"].is_null(), "{batches}");
    assert_eq!(ws.xiantu(["undo", &batch]).output().expect("runs").status.code(), Some(3), "not twice");
}

/// A small county: a township and its villages, whose codes begin with a zero.
fn county() -> Workspace {
    let ws = nothing();
    let units = "编码,名称,层级,上级编码\n0101,东镇,乡镇,\n010101,上坝村,村,0101\n010102,下坝村,村,0101\n010103,河口村,村,0101\n";
    ws.write("in/units.csv", units);
    let made = imported(&ws, &[&path(&ws, "in/units.csv"), "--apply"]);
    assert_eq!(count(&made, "new"), 4, "{made}");
    ws
}

fn path(ws: &Workspace, name: &str) -> String {
    ws.dir().join(name).display().to_string()
}

#[test]
fn spoiled_codes_are_listed_with_the_option_that_takes_them() {
    let ws = county();
    ws.write("in/branches.csv", "组织编码,组织名称,所在村\nB1,上坝村党支部,10101\nB2,下坝村党支部,下坝村委会\nB3,无处党支部,天外村\n");
    let output = ws.xiantu(["import", &path(&ws, "in/branches.csv")]).output().expect("runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(4), "{said}");
    for text in ["--accept leading-zeros:10101", "010101 上坝村", "name-variant:下坝村委会", "天外村"] {
        assert!(said.contains(text), "{text}: {said}");
    }
    let taken = imported(&ws, &[&path(&ws, "in/branches.csv"), "--accept", "all", "--apply"]);
    assert_eq!((count(&taken, "new"), count(&taken, "unmatched_file")), (2, 1));
    let list = ws.out(["list", "东镇", "--branches"]);
    assert!(list.contains("上坝村党支部") && list.contains("下坝村党支部"), "{list}");
}

#[test]
fn a_file_of_another_kind_is_refused_with_what_to_do() {
    let ws = county();
    ws.write("in/scan.pdf", b"%PDF-1.7\n");
    let output = ws.xiantu(["import", &path(&ws, "in/scan.pdf"), "--apply"]).output().expect("runs");
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stdout));
    let english = ws.xiantu(["--lang", "en", "import", "--help"]).output().expect("runs");
    let help = String::from_utf8_lossy(&english.stdout).into_owned();
    for option in ["--apply", "--as", "--accept", "--since", "--complete", "--word"] {
        assert!(help.contains(option), "{option}: {help}");
    }
}

#[test]
fn ended_in_the_middle_the_workspace_is_as_it_was() {
    let ws = county();
    let mut text = String::from("编码,名称,层级,上级编码\n");
    for n in 0..20_000 {
        text.push_str(&format!("0102{n:05},村{n},村,0101\n"));
    }
    ws.write("in/many.csv", &text);
    let before = ws.json(["list", "东镇", "--json"]);
    let many = path(&ws, "in/many.csv");
    let file: PathBuf = ws.dir().join("data/reference.db-wal");
    for _ in 0..3 {
        let mut child = Command::new(XIANTU)
            .args(["-C", &ws.dir().display().to_string(), "--today", "2025-11-01", "import", &many, "--apply"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the executable starts");
        // Until the transaction writes, or it is done: ended in between, at no chosen moment.
        let quiet = std::fs::metadata(&file).map_or(0, |m| m.len());
        while child.try_wait().expect("asked").is_none() && std::fs::metadata(&file).map_or(0, |m| m.len()) <= quiet {
            std::thread::yield_now();
        }
        child.kill().expect("ended");
        child.wait().expect("waited for");
        let after = ws.json(["list", "东镇", "--json"]);
        let rows = after["rows"].as_array().map_or(0, Vec::len);
        // Nothing of it, or, where the end came after the commit, all of it.
        assert!(rows == 3 || rows == 20_003, "{rows}");
        if rows == 3 {
            assert_eq!(after, before);
        } else {
            break;
        }
    }
    let whole = imported(&ws, &[&many, "--apply"]);
    assert_eq!(count(&whole, "new") + count(&whole, "unchanged"), 20_000, "{whole}");
}

#[test]
fn a_correction_stands_beside_the_value() {
    let ws = county();
    let refused = ws.xiantu(["correct", "上坝村", "--to", "5", "--source", "台账"]).output().expect("runs");
    assert_eq!(refused.status.code(), Some(3), "a period has to be named");
    let done = ws.out(["correct", "上坝村", "--period", "2025-09", "--to", "5", "--source", "台账 3 页", "--reason", "抄错"]);
    assert!(done.contains("上坝村") && done.contains('5'), "{done}");
}
