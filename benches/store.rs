//! A store of 12,000 units with 20 indicators: opening, roll-ups from blocks and from the long table.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use divan::Bencher;
use jiff::Timestamp;
use jiff::civil::{Date, date};
use tempfile::TempDir;
use xiantu::domain::access::Access;
use xiantu::domain::as_of::AsOf;
use xiantu::domain::id::{IndicatorId, Uid};
use xiantu::domain::indicator::Classing;
use xiantu::domain::period::Period;
use xiantu::domain::request::Query;
use xiantu::domain::view_state::{Listing, Scope, ViewState};
use xiantu::framework::Framework;
use xiantu::import::manifest::Manifest;
use xiantu::import::refresh;
use xiantu::store::{Mode, Reader, Store};

fn main() {
    divan::main();
}

const TODAY: Date = date(2025, 10, 1);
const INDICATORS: usize = 20;
/// Units per level: 8 times 15 times 12.5 times 8.
const COUNTS: [usize; 4] = [8, 120, 1500, 12_000];

fn indicators() -> Vec<IndicatorId> {
    (0..INDICATORS).map(|n| IndicatorId::from(format!("X-{n}"))).collect()
}

fn framework() -> Framework {
    let mut text = String::from("[framework]\nid = \"t\"\nname = \"t\"\nprivacy = \"org-level\"\n[[zone]]\ncode = \"A\"\nlabel = \"A\"\n");
    for level in 0..COUNTS.len() {
        let _ = writeln!(text, "[[level]]\ncode = \"l{level}\"\nlabel = \"l{level}\"");
        if let Some(parent) = level.checked_sub(1) {
            let _ = writeln!(text, "parent = \"l{parent}\"");
        }
    }
    for id in indicators() {
        let _ = writeln!(
            text,
            "[[indicator]]\nid = \"{id}\"\nlabel = \"{id}\"\nunit = \"个\"\nkind = \"count\"\nlevel = \"l3\"\ndirection = \"up\"\nrollup = \"sum\"\nmin_share = 0.8\nevery_months = 3"
        );
    }
    Framework::parse(&text, "f.toml").expect("a good framework")
}

/// A workspace without maps: units, values and one zone around them all.
fn workspace(dir: &Path) {
    let code = |level: usize, n: usize| format!("{level}{n:05}");
    let (mut units, mut zones) = (String::from("code,name,level,parent\n"), String::from("code,zone\n"));
    for (level, count) in COUNTS.iter().enumerate() {
        for n in 0..*count {
            let parent = level.checked_sub(1).map(|above| code(above, n * COUNTS[above] / count)).unwrap_or_default();
            let _ = writeln!(units, "{},unit {n},l{level},{parent}", code(level, n));
        }
    }
    for n in 0..COUNTS[0] {
        let _ = writeln!(zones, "{},A", code(0, n));
    }
    let mut values = format!("code,{}\n", indicators().iter().map(ToString::to_string).collect::<Vec<_>>().join(","));
    for n in 0..COUNTS[3] {
        let cells: Vec<String> = (0..INDICATORS).map(|i| (n * 31 % 997 + i).to_string()).collect();
        let _ = writeln!(values, "{},{}", code(3, n), cells.join(","));
    }
    let columns: Vec<String> = indicators().iter().map(|id| format!("\"{id}\" = \"{id}\"")).collect();
    let manifest = format!(
        "[workspace]\nname = \"t\"\ncounty = \"990121\"\nframework = \"f.toml\"\n\
         [[table]]\nfile = \"units.csv\"\nwhat = \"units\"\nkey = \"code\"\ncolumns = {{ name = \"name\", level = \"level\", parent = \"parent\" }}\n\
         [[table]]\nfile = \"zones.csv\"\nwhat = \"zones\"\nkey = \"code\"\ncolumns = {{ zone = \"zone\" }}\n\
         [[table]]\nfile = \"values.csv\"\nwhat = \"values\"\nkey = \"code\"\nlevel = \"l3\"\nperiod = \"2025Q3\"\ncolumns = {{ {} }}\n",
        columns.join(", ")
    );
    std::fs::create_dir_all(dir.join("maps")).expect("folder");
    for (name, text) in [("manifest.toml", manifest), ("units.csv", units), ("zones.csv", zones), ("values.csv", values)] {
        std::fs::write(dir.join("maps").join(name), text).expect("write");
    }
}

/// A loaded store.
fn loaded() -> (TempDir, Arc<Framework>) {
    let dir = tempfile::tempdir().expect("folder");
    workspace(dir.path());
    let framework = Arc::new(framework());
    let store = Store::open(dir.path(), Mode::ReadWrite, Arc::clone(&framework)).expect("opens");
    let manifest = Manifest::read(dir.path()).expect("a good manifest");
    let mut writer = store.writer().expect("writer");
    let done = refresh(&mut writer, dir.path(), &manifest, &framework, Timestamp::now(), false, &mut |_| ()).expect("loads");
    assert_eq!(done.problems, []);
    (dir, framework)
}

/// A reader of a store that has nothing in memory yet.
fn fresh(dir: &Path, framework: &Arc<Framework>) -> Reader {
    Store::open(dir, Mode::ReadOnly, Arc::clone(framework)).expect("opens").reader().expect("reader")
}

fn view(level: usize, indicator: &IndicatorId, zones: &[&str]) -> ViewState {
    let mut scope = Scope::default();
    scope.zones.extend(zones.iter().map(|z| (*z).to_owned()));
    ViewState {
        place: None,
        listing: Listing::Units(format!("l{level}").as_str().into()),
        indicator: indicator.clone(),
        period: None,
        as_of: AsOf::NOW,
        scope,
        only_flagged: false,
        classing: Classing::Policy,
        extent: None,
        selection: None,
    }
}

fn ask(reader: &mut Reader, query: &Query) {
    reader.answer(query, &Access::read_only(), TODAY).expect("an answer");
}

/// The first page of a store: the tree is opened, its top level listed.
#[divan::bench(sample_count = 20)]
fn first_page(bencher: Bencher) {
    let (dir, framework) = loaded();
    let query = Query::Home(view(0, &indicators()[0], &[]));
    bencher.with_inputs(|| fresh(dir.path(), &framework)).bench_values(|mut reader| ask(&mut reader, &query));
}

/// 20 indicators over 12,000 units at one of the top units, nothing in memory but the tree.
#[divan::bench(sample_count = 20)]
fn twenty_indicators_stored(bencher: Bencher) {
    let (dir, framework) = loaded();
    let first = &indicators()[0];
    let query = Query::Card { uid: Uid::of_unit("990121", "admin", "l0", "000000"), view: view(0, first, &[]) };
    bencher
        .with_inputs(|| {
            let mut reader = fresh(dir.path(), &framework);
            ask(&mut reader, &Query::Workspace);
            reader
        })
        .bench_values(|mut reader| ask(&mut reader, &query));
}

/// One indicator within a scope: rolled up from its block, which is in memory.
#[divan::bench(sample_count = 20)]
fn one_indicator_in_scope(bencher: Bencher) {
    let (dir, framework) = loaded();
    let query = Query::Home(view(0, &indicators()[0], &["A"]));
    let mut reader = fresh(dir.path(), &framework);
    bencher.bench_local(|| ask(&mut reader, &query));
}

/// 20 indicators by the top units, from the rows: to be compared with the sqlite3 shell on
/// `src/store/queries/roll_up.sql`.
#[divan::bench(sample_count = 10)]
fn twenty_indicators_long_table(bencher: Bencher) {
    let (dir, framework) = loaded();
    let reader = fresh(dir.path(), &framework);
    let period: Period = "2025Q3".parse().expect("a period");
    bencher.bench_local(|| reader.roll_up_long_table(&"l3".into(), &"l0".into(), &indicators(), period).expect("sums"));
}
