//! A published snapshot: the same numbers as the workspace it was made from, and no way to write.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;

use crate::support::{demo, demo_copy, top_code};

#[test]
fn a_snapshot_says_what_its_workspace_says() {
    let workspace = demo_copy();
    let snapshot = workspace.dir().with_file_name("briefing.db");
    workspace.out(["publish", snapshot.to_str().expect("a path in UTF-8")]);
    assert_eq!(fs::metadata(&snapshot).expect("it is there").permissions().mode() & 0o777, 0o640, "group-readable, nothing for others");
    for args in [["list", top_code(), "--json"], ["show", top_code(), "--json"]] {
        let output = workspace.xiantu_on(&snapshot, ["--read-only"].iter().chain(&args)).output().expect("it runs");
        assert!(output.status.success(), "{output:?}");
        let mut there: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let mut here = workspace.json(args);
        // The version counts writes of the one file; everything else is the same.
        for page in [&mut there, &mut here] {
            page["version"].take();
        }
        assert_eq!(there, here, "{args:?}");
    }
    let output = workspace.xiantu_on(&snapshot, ["--read-only", "print", "--size", "120x36", "--color", "none"]).output().expect("it runs");
    assert!(String::from_utf8_lossy(&output.stdout).contains("青禾县"), "{output:?}");
}

#[test]
fn reading_a_snapshot_changes_nothing_and_leaves_nothing() {
    let workspace = demo_copy();
    let folder = workspace.dir().with_file_name("briefing");
    fs::create_dir(&folder).expect("a folder");
    let snapshot = folder.join("briefing.db");
    workspace.out(["publish", snapshot.to_str().expect("a path in UTF-8")]);
    let before = fs::read(&snapshot).expect("it is there");
    let mut terminal = workspace.terminal_on(&snapshot, (80, 24), &[], &["--read-only"]);
    terminal.wait_for("青禾县").press("m").press("q");
    assert_eq!(terminal.end(), 0);
    assert!(fs::read(&snapshot).expect("it is there") == before, "the snapshot was changed");
    assert_eq!(fs::read_dir(&folder).expect("a folder").count(), 1, "nothing stands beside it");
}

#[test]
fn a_read_only_session_may_not_publish() {
    let workspace = demo();
    let snapshot = workspace.dir().with_file_name("never.db");
    let output = workspace.xiantu(["--read-only", "publish", snapshot.to_str().expect("a path in UTF-8")]).output().expect("it runs");
    assert_eq!(output.status.code(), Some(8), "{output:?}");
    assert!(!snapshot.exists());
}
