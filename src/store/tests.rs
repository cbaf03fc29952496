//! Databases that are new, foreign, newer, damaged or tampered with.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::Connection;
use rusqlite::types::ValueRef;
use tempfile::TempDir;

use super::connection::{RECORDS, REFERENCE, open_readable, open_writable};
use super::{Mode, Store, log};
use crate::domain::fact::{Body, FactId};
use crate::domain::id::Uid;
use crate::domain::problem::Problem;
use crate::domain::unit::Subject;
use crate::framework::Framework;

fn framework() -> Arc<Framework> {
    let text = r#"
[framework]
id = "t"
name = "试"
privacy = "org-level"
[[level]]
code = "top"
label = "顶"
[[indicator]]
id = "X-1"
label = "数"
unit = "个"
kind = "count"
level = "top"
direction = "up"
rollup = "sum"
min_share = 0.8
every_months = 3
"#;
    Arc::new(Framework::parse(text, "f.toml").expect("a good framework"))
}

fn folder() -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().expect("folder");
    let data = dir.path().join("data");
    (dir, data)
}

fn open(dir: &Path, mode: Mode) -> Result<Store, Problem> {
    Store::open(dir, mode, framework())
}

fn append(records: &mut Connection, reason: &str) -> FactId {
    let body = Body::FlagRaised { v: 1, subject: Subject::Unit, category: "follow-up".into(), reason: reason.into(), due: None };
    let entity = Uid::of_unit("990121", "admin", "top", "01");
    log::append(records, &log::New { county: "990121", entity, actor: "岗位", now: Timestamp::UNIX_EPOCH, body: &body }).expect("written")
}

#[test]
fn a_new_store_is_ours_and_opens_again() {
    let (dir, data) = folder();
    assert_eq!(open(dir.path(), Mode::ReadOnly).expect_err("nothing there").code, "E_STORE_ABSENT");
    assert!(!data.exists(), "a read-only opening makes nothing");
    drop(open(dir.path(), Mode::ReadWrite).expect("made"));
    let store = open(dir.path(), Mode::ReadOnly).expect("read");
    assert_eq!(store.writer().expect_err("read-only").code, "E_STORE_READ_ONLY");
    let connection = open_readable(&data.join("records.db"), &RECORDS).expect("opens");
    let pragma = |name: &str| connection.pragma_query_value(None, name, |r| r.get::<_, i64>(0)).expect("pragma");
    assert_eq!(
        (pragma("application_id"), pragma("user_version"), pragma("foreign_keys"), pragma("trusted_schema")),
        (0x584E_5455, i64::try_from(RECORDS.migrations.len()).expect("small"), 1, 0)
    );
    assert!(connection.execute("DELETE FROM device", []).is_err());
    assert!(store.doctor().iter().filter(|(label, _)| label.ends_with(".check")).all(|(_, finding)| finding == "ok"));
}

#[test]
fn the_bundled_sqlite_has_the_fix_of_the_wal_reset_bug() {
    // Fixed in 3.51.3: two connections could lose pages in a race with a checkpoint.
    assert!(rusqlite::version_number() >= 3_051_003);
}

#[test]
fn foreign_newer_and_damaged_files_are_refused_and_not_touched() {
    let header = |at: usize, number: i32| move |bytes: &mut Vec<u8>| bytes[at..at + 4].copy_from_slice(&number.to_be_bytes());
    type Spoil = Box<dyn Fn(&mut Vec<u8>)>;
    let cases: [(&str, Spoil); 4] = [
        ("E_STORE_FOREIGN", Box::new(header(68, 0x4750_4B47))),
        ("E_STORE_NEWER", Box::new(header(60, 99))),
        ("E_STORE_DAMAGED", Box::new(|bytes| bytes[..16].fill(b'x'))),
        ("E_STORE_DAMAGED", Box::new(|bytes| bytes.truncate(60))),
    ];
    for (code, spoil) in cases {
        for name in ["records.db", "reference.db"] {
            let (dir, data) = folder();
            drop(open(dir.path(), Mode::ReadWrite).expect("made"));
            let path = data.join(name);
            let mut bytes = std::fs::read(&path).expect("read");
            spoil(&mut bytes);
            std::fs::write(&path, &bytes).expect("write");
            for mode in [Mode::ReadWrite, Mode::ReadOnly] {
                assert_eq!(open(dir.path(), mode).expect_err(code).code, code, "{name} {mode:?}");
            }
            assert_eq!(std::fs::read(&path).expect("read"), bytes, "{code} {name}");
        }
    }
}

#[test]
fn damaged_pages_of_the_records_are_found_at_open() {
    let (dir, data) = folder();
    drop(open(dir.path(), Mode::ReadWrite).expect("made"));
    let path = data.join("records.db");
    let mut bytes = std::fs::read(&path).expect("read");
    for page in bytes.chunks_mut(4096).skip(1) {
        page[..64].fill(0xA5);
    }
    std::fs::write(&path, &bytes).expect("write");
    assert_eq!(open(dir.path(), Mode::ReadWrite).expect_err("damaged").code, "E_STORE_DAMAGED");
}

#[test]
fn facts_form_a_chain_and_name_what_they_had_seen() {
    let (dir, data) = folder();
    drop(open(dir.path(), Mode::ReadWrite).expect("made"));
    let mut records = open_writable(&data.join("records.db"), &RECORDS).expect("opens");
    let ids = [append(&mut records, "一"), append(&mut records, "二"), append(&mut records, "三")];
    let facts = log::read(&records).expect("whole");
    assert_eq!(facts.iter().map(|f| f.seq).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(facts.iter().map(|f| f.base.clone()).collect::<Vec<_>>(), [vec![], vec![ids[0]], vec![ids[1]]]);
    assert!(facts[0].prev.is_empty() && facts[1].prev.len() == 64);
    // The clock stood still: the counter keeps the order.
    assert_eq!(facts.iter().map(|f| f.hlc).collect::<Vec<_>>(), [(0, 0), (0, 1), (0, 2)]);
}

#[test]
fn a_changed_or_missing_fact_is_found_though_sqlite_says_ok() {
    for tamper in [
        "UPDATE fact SET actor = '另一岗位' WHERE n = 2",
        "UPDATE body SET bytes = CAST(replace(CAST(bytes AS TEXT), '二', '四') AS BLOB)",
        "DELETE FROM fact WHERE n = 2",
        "DELETE FROM fact WHERE n = 3",
        "DELETE FROM body",
    ] {
        let (dir, data) = folder();
        drop(open(dir.path(), Mode::ReadWrite).expect("made"));
        let path = data.join("records.db");
        let mut records = open_writable(&path, &RECORDS).expect("opens");
        for reason in ["一", "二", "三"] {
            append(&mut records, reason);
        }
        assert!(records.execute_batch(tamper).is_err(), "the triggers stop it: {tamper}");
        drop(records);
        let outsider = Connection::open(&path).expect("opens");
        for table in ["fact", "body"] {
            for what in ["update", "delete"] {
                outsider.execute_batch(&["DROP TRIGGER ", table, "_no_", what].concat()).expect("dropped");
            }
        }
        outsider.execute_batch(tamper).expect("done by force");
        drop(outsider);
        assert_eq!(open(dir.path(), Mode::ReadWrite).expect_err(tamper).code, "E_STORE_CHAIN", "{tamper}");
    }
}

#[test]
fn what_was_verified_before_is_verified_again_after_the_first_screen() {
    for (tamper, at_open) in [
        ("UPDATE fact SET actor = '另一岗位' WHERE n = 1", false),
        ("DELETE FROM fact WHERE n = 2", true),
        ("UPDATE fact SET actor = '另一岗位' WHERE n = 4", true),
        ("UPDATE envelope SET hashes = x'00' WHERE seq = 3", true),
    ] {
        let (dir, data) = folder();
        drop(open(dir.path(), Mode::ReadWrite).expect("made"));
        let path = data.join("records.db");
        let mut records = open_writable(&path, &RECORDS).expect("opens");
        for reason in ["一", "二", "三"] {
            append(&mut records, reason);
        }
        let log = log::read_after(&records, log::Checkpoint::default()).expect("whole");
        let reference = open_writable(&data.join("reference.db"), &REFERENCE).expect("opens");
        super::remember(&reference, &log.checkpoint).expect("remembered");
        append(&mut records, "四");
        drop((records, reference));
        let whole = open(dir.path(), Mode::ReadWrite).expect("opens");
        assert!(!whole.verified, "three facts are left for later");
        whole.verify().expect("whole");

        let outsider = Connection::open(&path).expect("opens");
        outsider
            .execute_batch("DROP TRIGGER fact_no_update; DROP TRIGGER fact_no_delete; DROP TRIGGER envelope_no_update")
            .expect("dropped");
        outsider.execute_batch(tamper).expect("done by force");
        drop(outsider);
        let found = match open(dir.path(), Mode::ReadWrite) {
            Err(problem) => (problem.code, true),
            Ok(store) => (store.verify().expect_err(tamper).code, false),
        };
        assert_eq!(found, ("E_STORE_CHAIN".into(), at_open), "{tamper}");
    }
}

#[test]
fn an_append_that_is_not_committed_leaves_no_fact() {
    let (dir, data) = folder();
    drop(open(dir.path(), Mode::ReadWrite).expect("made"));
    let path = data.join("records.db");
    let mut records = open_writable(&path, &RECORDS).expect("opens");
    append(&mut records, "一");
    // Whatever lies beside the database when a process is killed: its log, half of it written.
    records.execute_batch("BEGIN IMMEDIATE; INSERT INTO device (author) VALUES (x'00');").expect("begun");
    let copy = tempfile::tempdir().expect("folder");
    let moved = copy.path().join("data");
    std::fs::create_dir(&moved).expect("folder");
    for entry in std::fs::read_dir(&data).expect("folder").flatten() {
        std::fs::copy(entry.path(), moved.join(entry.file_name())).expect("copied");
    }
    drop(open(copy.path(), Mode::ReadWrite).expect("opens after the kill"));
    let again = open_readable(&moved.join("records.db"), &RECORDS).expect("opens");
    assert_eq!(log::read(&again).expect("whole").len(), 1);
    assert_eq!(again.query_row("SELECT count(*) FROM device", [], |r| r.get::<_, i64>(0)).expect("counted"), 1);
}

/// The derived tables of a reference database, for tests elsewhere.
pub(crate) mod derived {
    use std::path::Path;

    use rusqlite::Connection;

    fn open(file: &Path) -> Connection {
        Connection::open(file).expect("opens")
    }

    /// Numbers of stored levels and roll-ups.
    pub(crate) fn counts(file: &Path) -> (i64, i64) {
        let query = "SELECT (SELECT count(*) FROM level_table), (SELECT count(*) FROM rolled)";
        open(file).query_row(query, [], |row| Ok((row.get(0)?, row.get(1)?))).expect("counts")
    }

    /// Throws them away.
    pub(crate) fn forget(file: &Path) {
        let all = "DELETE FROM meta WHERE key = 'derived'; DELETE FROM level_table; DELETE FROM rolled; DELETE FROM block";
        open(file).execute_batch(all).expect("forgotten");
    }
}

/// The reference data of a store.
pub(crate) fn reference(store: &Store) -> Connection {
    store.connect_readable().expect("opens").0
}

/// How many values each indicator has, by id.
pub(crate) fn values_per_indicator(connection: &Connection) -> Vec<(String, i64)> {
    let mut statement = connection.prepare("SELECT indicator, count(*) FROM value GROUP BY indicator ORDER BY indicator").expect("asked");
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("asked");
    rows.collect::<Result<_, _>>().expect("rows")
}

/// Everything in the reference data, row by row; without versions and times of files, which no
/// screen shows.
pub(crate) fn contents(connection: &Connection) -> Vec<String> {
    const TABLES: [&str; 12] = [
        "batch",
        "unit_version",
        "geometry",
        "branch_version",
        "entity_version",
        "membership",
        "record_version",
        "value",
        "source",
        "pack",
        "level_table",
        "block",
    ];
    let mut out = Vec::new();
    for table in TABLES {
        let mut statement = connection.prepare(&["SELECT * FROM ", table].concat()).expect("a table");
        let names = statement.column_names();
        let kept: Vec<usize> = names.enumerate().filter(|(_, name)| !["version", "mtime"].contains(name)).map(|(n, _)| n).collect();
        let mut rows = statement.query([]).expect("rows");
        while let Some(row) = rows.next().expect("a row") {
            let cells = kept.iter().map(|n| match row.get_ref(*n).expect("a cell") {
                ValueRef::Blob(bytes) => super::hex(bytes),
                other => format!("{other:?}"),
            });
            out.push(format!("{table}: {}", cells.collect::<Vec<_>>().join(" ")));
        }
    }
    out.sort();
    out
}

/// Rows of a table of a workspace's reference data.
pub(crate) fn rows_of(workspace: &Path, table: &str) -> i64 {
    let db = rusqlite::Connection::open(workspace.join("data/reference.db")).expect("opens");
    db.query_row(&["SELECT count(*) FROM ", table].concat(), [], |row| row.get(0)).expect("counts")
}
