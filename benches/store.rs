//! A store of 12,000 units with 20 indicators: opening, roll-ups from blocks and from the long table.
//!
//! Before the rest it prints what the roll-up from the long table costs beside the sqlite3 shell:
//! the same query on the same database, whole processes, user + system CPU time, in turn, medians
//! of 5 runs. `cargo bench --bench store -- --beside-shell DIR LEVEL ABOVE PERIOD` prints only that,
//! for a workspace of one's own. CPU times are read from bash's account, so this part needs it and
//! the shell.

#![expect(clippy::print_stdout, reason = "the figures are what it is for")]

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use divan::Bencher;
use jiff::Timestamp;
use jiff::civil::{Date, date};
use rusqlite::Connection;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use xiantu::domain::access::Access;
use xiantu::domain::as_of::AsOf;
use xiantu::domain::fact::Body;
use xiantu::domain::id::{IndicatorId, Uid};
use xiantu::domain::indicator::Classing;
use xiantu::domain::period::Period;
use xiantu::domain::request::Query;
use xiantu::domain::unit::Subject;
use xiantu::domain::view_state::{Listing, Scope, ViewState};
use xiantu::framework::Framework;
use xiantu::import::manifest::Manifest;
use xiantu::import::refresh;
use xiantu::runtime::engine::Engine;
use xiantu::store::{Mode, Reader, Store};

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).filter(|a| *a != "--bench").collect();
    match words.as_slice() {
        ["--roll-up", dir, level, above, period] => roll_up(Path::new(dir), level, above, period),
        ["--beside-shell", dir, level, above, period] => beside_shell(Path::new(dir), level, above, period),
        _ => {
            if words.is_empty() {
                let (dir, _) = loaded();
                beside_shell(dir.path(), "l3", "l0", "2025Q3");
            }
            divan::main();
        }
    }
}

const RUNS: usize = 5;

/// The indicators of a workspace that have values, at most 20.
fn reported(engine: &Engine) -> Vec<IndicatorId> {
    engine.store.framework().indicators.iter().filter(|i| i.derived.is_none()).map(|i| i.id.clone()).take(INDICATORS).collect()
}

/// What the whole process of ours does: opens the workspace, rolls up, prints.
fn roll_up(dir: &Path, level: &str, above: &str, period: &str) {
    let engine = Engine::open(dir, true).expect("opens");
    let reader = engine.store.reader().expect("reader");
    let period: Period = period.parse().expect("a period");
    for sum in reader.roll_up_long_table(&level.into(), &above.into(), &reported(&engine), period).expect("sums") {
        println!("{}|{}|{}|{}|{}|{}", sum.uid.0.simple(), sum.indicator, sum.num, sum.den, sum.value, sum.reported);
    }
}

fn beside_shell(dir: &Path, level: &str, above: &str, period: &str) {
    let database = dir.join("data/reference.db").display().to_string();
    let engine = Engine::open(dir, true).expect("opens");
    let county = Command::new("sqlite3")
        .args(["-readonly", &database, "SELECT value FROM meta WHERE key = 'county'"])
        .output()
        .map(|o| String::from_utf8_lossy(&o.stdout).trim().to_owned());
    let Ok(county) = county else {
        println!("roll-up beside the sqlite3 shell: skipped, there is no sqlite3 here");
        return;
    };
    let span: Period = period.parse().expect("a period");
    let wanted = serde_json::to_string(&reported(&engine)).expect("json");
    let mut script = String::from(".parameter init\n");
    let parameters = [
        (":county", county),
        (":level", level.to_owned()),
        (":above", above.to_owned()),
        (":indicators", wanted),
        (":start", span.start().to_string()),
        (":end", span.end().to_string()),
    ];
    for (name, value) in parameters {
        let _ = writeln!(script, "INSERT INTO temp.sqlite_parameters VALUES ('{name}', '{}');", value.replace('\'', "''"));
    }
    script.push_str(include_str!("../src/store/queries/roll_up.sql"));
    let this = std::env::current_exe().expect("this program").display().to_string();
    let (mut ours, mut shell) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        shell.push(cpu_ms(&["sqlite3", "-batch", "-readonly", &database], &script));
        ours.push(cpu_ms(&[&this, "--roll-up", &dir.display().to_string(), level, above, period], ""));
    }
    let lines = |out: &[(f64, usize)]| out.first().map_or(0, |(_, lines)| *lines);
    assert_eq!(lines(&ours), lines(&shell), "both give the same rows");
    let median = |mut out: Vec<(f64, usize)>| {
        out.sort_by(|a, b| a.0.total_cmp(&b.0));
        out[out.len() / 2].0
    };
    let (rows, ours, shell) = (lines(&ours), median(ours), median(shell));
    println!("roll-up from the long table, {rows} sums: {ours:.0} ms CPU, sqlite3 shell {shell:.0} ms, {:.2} times", ours / shell);
}

/// User and system time of a run in milliseconds, and the number of lines it printed.
fn cpu_ms(command: &[&str], input: &str) -> (f64, usize) {
    let mut child = Command::new("bash")
        .args(["-c", r#"TIMEFORMAT="%3U %3S"; time "$@""#, "bash"])
        .args(command)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("bash");
    child.stdin.take().expect("input").write_all(input.as_bytes()).expect("written");
    let output = child.wait_with_output().expect("ends");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let ms = said.lines().last().unwrap_or_default().split(' ').filter_map(|n| n.parse::<f64>().ok()).sum::<f64>() * 1000.0;
    (ms, String::from_utf8_lossy(&output.stdout).lines().count())
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
        what_if: None,
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

/// Facts of a log that is long: 20 a day for 14 years.
const FACTS: usize = 100_000;

/// Writes a log of marks that are raised and cleared again, straight into the tables: by the
/// writer, with its commit per fact, it would take minutes. The hashes are those of the format
/// (every part with its length before it), so the store would refuse the log if they were not.
fn long_log(dir: &Path) {
    let part = |hasher: &mut Sha256, bytes: &[u8]| {
        hasher.update((bytes.len() as u64).to_le_bytes());
        hasher.update(bytes);
    };
    let mut records = Connection::open(dir.join("data/records.db")).expect("opens");
    let transaction = records.transaction().expect("begins");
    let author = uuid::Uuid::from_u128(1);
    transaction.execute("INSERT INTO device (author) VALUES (?1)", [author.as_bytes()]).expect("device");
    let (mut prev, mut raised) = (Vec::new(), uuid::Uuid::nil());
    for n in 0..FACTS {
        let id = uuid::Uuid::from_u128(2 + n as u128);
        let entity = Uid::of_unit("990121", "admin", "l3", &format!("3{:05}", n / 2 % COUNTS[3]));
        let (kind, base, body) = if n % 2 == 0 {
            let reason = "值班表与实际不符，下次带上原始记录再看".to_owned();
            let body = Body::FlagRaised { v: 1, subject: Subject::Unit, category: "follow-up".into(), reason, due: Some(TODAY) };
            ("flag-raised", Vec::new(), body)
        } else {
            ("flag-cleared", raised.as_bytes().to_vec(), Body::FlagCleared { v: 1, raises: vec![raised], reason: "已看".into() })
        };
        raised = id;
        let body = serde_json::to_vec(&body).expect("json");
        let salt = id.into_bytes();
        let body_hash = Sha256::new().chain_update(salt).chain_update(&body).finalize();
        let (seq, ms) = (n as i64 + 1, 1_700_000_000_000 + n as i64);
        let mut hasher = Sha256::new();
        hasher.update(b"xntu-fact-v1\0");
        let texts: [&[u8]; 9] =
            [b"990121", id.as_bytes(), author.as_bytes(), &prev, kind.as_bytes(), entity.as_bytes(), &base, "岗位".as_bytes(), &body_hash];
        texts.iter().for_each(|text| part(&mut hasher, text));
        [seq, ms, 0, 1, 0].iter().for_each(|number| part(&mut hasher, &number.to_le_bytes()));
        let hash = hasher.finalize().to_vec();
        let insert = |sql: &str, parameters: &[&dyn rusqlite::ToSql]| {
            transaction.prepare_cached(sql).expect("sql").execute(parameters).expect("inserted");
        };
        insert(
            "INSERT INTO fact (county, id, author, seq, prev, hlc_ms, hlc_n, kind, v, entity, base, actor, roster, body_hash)
             VALUES ('990121', ?1, ?2, ?3, ?4, ?5, 0, ?6, 1, ?7, ?8, '岗位', 0, ?9)",
            &[&id.as_bytes(), &author.as_bytes(), &seq, &prev, &ms, &kind, &entity.as_bytes(), &base, &&body_hash[..]],
        );
        insert("INSERT INTO body (county, fact, salt, bytes) VALUES ('990121', ?1, ?2, ?3)", &[&id.as_bytes(), &salt, &body]);
        insert(
            "INSERT INTO envelope (county, author, seq, hashes, signature) VALUES ('990121', ?1, ?2, ?3, x'')",
            &[&author.as_bytes(), &seq, &hash],
        );
        prev = hash;
    }
    transaction.commit().expect("committed");
}

/// Opening a workspace with a long log.
#[divan::bench(sample_count = 10)]
fn open_long_log(bencher: Bencher) {
    let (dir, framework) = loaded();
    long_log(dir.path());
    bencher.bench_local(|| Store::open(dir.path(), Mode::ReadWrite, Arc::clone(&framework)).expect("opens"));
}

/// The first page after that.
#[divan::bench(sample_count = 10)]
fn first_page_long_log(bencher: Bencher) {
    let (dir, framework) = loaded();
    long_log(dir.path());
    let query = Query::Home(view(0, &indicators()[0], &[]));
    bencher.with_inputs(|| fresh(dir.path(), &framework)).bench_values(|mut reader| ask(&mut reader, &query));
}
