//! `xiantu screen` as a whole process on a loaded county of 60,000 branches and 120,000 grids, and what the
//! running program does after one value was imported.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use jiff::civil::Date;
use xiantu::domain::access::Access;
use xiantu::domain::plan::Choices;
use xiantu::domain::request::{Loaded, Query};
use xiantu::runtime::engine::Engine;

use crate::county;

const RUNS: usize = 5;
const TODAY: &str = "2025-11-22";

/// What a run took: wall clock and CPU, milliseconds, peak memory, megabytes.
type Run = [f64; 3];

/// Makes the county, loads it and measures.
pub(crate) fn measure() {
    let dir = tempfile::tempdir().expect("temporary folder");
    county::make(dir.path());
    let day = ["--today", TODAY];
    tell("county loaded from nothing", &[run(dir.path(), &[&day[..], &["load"]].concat())]);
    let last_month = ["screen", "--json", "--as-at", "2025-10-31"];
    for (what, args) in [
        ("xiantu screen", &["screen"][..]),
        ("xiantu screen --json", &["screen", "--json"][..]),
        ("xiantu screen --json --as-at, a day of last month", &last_month[..]),
    ] {
        let args = [&day[..], args].concat();
        let runs: Vec<Run> = (0..RUNS).map(|_| run(dir.path(), &args)).collect();
        tell(what, &runs);
    }
    one_value(dir.path());
}

/// One value of one grid is imported and the first page asked for: its leads are those of the new value.
fn one_value(dir: &Path) {
    let (access, today): (Access, Date) = (Access::read_only(), TODAY.parse().expect("a day"));
    let engine = Engine::open(dir, false).expect("the workspace opens");
    let (mut reader, workspace) = engine.ready(&access, today).expect("it is loaded");
    let mut importer = engine.importer().expect("connections").expect("it can be written to");
    let mut page = || {
        let start = Instant::now();
        let home = reader.answer(&Query::Home(workspace.home.clone()), &access, today);
        assert!(matches!(home, Ok(Loaded::Home(_))), "{home:?}");
        start.elapsed().as_secs_f64() * 1000.0
    };
    let first = page();
    let file = dir.join("one.csv");
    let choices = Choices { period: "2025-10".parse().ok(), ..Choices::default() };
    let runs: Vec<Run> = (0..RUNS)
        .map(|n| {
            fs::write(&file, format!("编码,第1项\n{},{n}\n", county::grid(62_830)[0])).expect("written");
            let start = Instant::now();
            let (plan, applied) =
                importer.import(std::slice::from_ref(&file), &choices, true, ("", today), &mut |_| {}).expect("it is imported");
            assert!(applied.is_some(), "{plan:?}");
            [start.elapsed().as_secs_f64() * 1000.0, page(), f64::NAN]
        })
        .collect();
    let median = |n: usize| median(runs.iter().map(|run| run[n]));
    println!("first page with everything screened: {first:.0} ms; after one value was imported ({:.0} ms): {:.1} ms", median(0), median(1));
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Prints the medians of some runs.
fn tell(what: &str, runs: &[Run]) {
    let median = |n: usize| median(runs.iter().map(|run| run[n]));
    println!("{what}: {:.0} ms, {:.0} ms CPU, {:.0} MB at most", median(0), median(1), median(2));
}

/// Runs the release binary on a workspace.
fn run(dir: &Path, args: &[&str]) -> Run {
    let script = r#"TIMEFORMAT="%3R %3U %3S"; time "$@" >/dev/null"#;
    let mut child = Command::new("bash")
        .args(["-c", script, "bash", env!("CARGO_BIN_EXE_xiantu"), "-C"])
        .arg(dir)
        .args(args)
        .env("XDG_STATE_HOME", dir.join("state"))
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("bash");
    let mut most = 0.0f64;
    while child.try_wait().expect("it ends").is_none() {
        most = most.max(child_mb(child.id()));
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let output = child.wait_with_output().expect("it ended");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code().is_some_and(|code| [0, 4].contains(&code)), "{args:?}: {text}");
    let times: Vec<f64> = text.lines().last().unwrap_or_default().split(' ').filter_map(|n| n.parse().ok()).collect();
    let [wall, user, system] = times[..] else { return [f64::NAN; 3] };
    [wall * 1000.0, (user + system) * 1000.0, most]
}

/// The most memory that the process below the shell has held so far, megabytes.
fn child_mb(shell: u32) -> f64 {
    let children = fs::read_to_string(format!("/proc/{shell}/task/{shell}/children")).unwrap_or_default();
    let held = |pid: &str| {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        status.lines().find_map(|l| l.strip_prefix("VmHWM:")?.split_whitespace().next()?.parse::<f64>().ok())
    };
    children.split_whitespace().filter_map(held).fold(0.0, f64::max) / 1024.0
}
