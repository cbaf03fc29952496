//! `xiantu import` and `xiantu round` as whole processes: CPU time of the program and of the child
//! that reads risky files, and the most memory that both held together.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rust_xlsxwriter::{Workbook, XlsxError};

use crate::city::{COLS, FRAMEWORK, LEVELS, MANIFEST, ROWS, declare, geojson};
use crate::{COLUMNS, ROWS as TABLE_ROWS, RUNS, median};

const PERIOD: &str = "2025-10";
/// Townships that send a file.
const FILES: usize = 20;

/// What a run took: CPU time, milliseconds, and peak memory, megabytes.
type Run = (f64, f64);

/// Measures everything and prints each figure beside its limit.
pub(crate) fn measure() {
    let dir = tempfile::tempdir().expect("temporary folder");
    let (city, grids) = city(&dir.path().join("city"));
    let size = fs::metadata(&grids).expect("it is there").len() as f64 / 1e6;
    let grids = grids.display().to_string();
    let plan: &[&str] = &["import", &grids, "--as", "grid"];
    let apply: &[&str] = &["import", &grids, "--as", "grid", "--apply"];
    let scratch = dir.path().join("scratch");
    let afresh = || {
        let _ = fs::remove_dir_all(&scratch);
        copy(&city, &scratch);
        scratch.clone()
    };
    tell(&format!("plan of a new map of {} grids ({size:.1} MB)", COLS * ROWS), (1000.0, 120.0), || run(&city, plan, &[0]));
    tell("the same, applied", (2500.0, 120.0), || run(&afresh(), apply, &[0]));
    tell("plan of the same map again, nothing new", (1000.0, 120.0), || run(&scratch, plan, &[0]));

    let county = county(&dir.path().join("county"));
    let table = dir.path().join("table.xlsx");
    values(&table).expect("a workbook");
    let table = table.display().to_string();
    tell(&format!("plan of an xlsx of {TABLE_ROWS} x {COLUMNS}"), (2000.0, 150.0), || run(&county, &["import", &table], &[0]));

    let incoming = dir.path().join("incoming");
    township_files(&incoming).expect("workbooks");
    run(&county, &["round", PERIOD, "--due", "2099-12-31", "--level", "town"], &[0]);
    let incoming = incoming.display().to_string();
    tell(&format!("a round of {FILES} files planned"), (2000.0, 150.0), || {
        run(&county, &["round", PERIOD, "--take", &incoming, "--dry-run"], &[0, 4])
    });
}

/// Prints the medians of some runs beside their limits.
fn tell(what: &str, (limit_ms, limit_mb): (f64, f64), run: impl Fn() -> Run) {
    let runs: Vec<Run> = (0..RUNS).map(|_| run()).collect();
    let (ms, mb) = (median(runs.iter().map(|r| r.0).collect()), median(runs.iter().map(|r| r.1).collect()));
    println!("{what}: {ms:.0} ms CPU (at most {limit_ms:.0}), {mb:.0} MB (at most {limit_mb:.0})");
}

/// Runs the release binary on a workspace until it ends with one of the codes.
fn run(dir: &Path, args: &[&str], codes: &[i32]) -> Run {
    let script = r#"TIMEFORMAT="%3U %3S"; time "$@" >/dev/null"#;
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
        most = most.max(tree_mb(child.id()));
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    let output = child.wait_with_output().expect("it ended");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code().is_some_and(|code| codes.contains(&code)), "{args:?}: {text}");
    let last = text.lines().last().unwrap_or_default();
    (last.split(' ').filter_map(|n| n.parse::<f64>().ok()).sum::<f64>() * 1000.0, most)
}

/// Memory that the processes below one hold now, megabytes.
fn tree_mb(parent: u32) -> f64 {
    let children = fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).unwrap_or_default();
    let held = |pid: u32| {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let kb = status.lines().find_map(|l| l.strip_prefix("VmRSS:")).and_then(|l| l.split_whitespace().next()?.parse::<f64>().ok());
        kb.unwrap_or(0.0) / 1024.0 + tree_mb(pid)
    };
    children.split_whitespace().filter_map(|pid| pid.parse().ok()).map(held).sum()
}

/// A workspace with the city down to its villages, and the map of its grids beside it.
fn city(dir: &Path) -> (PathBuf, PathBuf) {
    fs::create_dir_all(dir.join("maps")).expect("folder");
    let (mut framework, mut manifest) = (FRAMEWORK.to_owned(), MANIFEST.to_owned());
    let mut above: Option<(&str, usize, usize)> = None;
    let mut grids = PathBuf::new();
    for level in LEVELS {
        declare(&mut framework, level.0, above.map(|(name, ..)| name));
        let text = geojson(above, level);
        if level.0 == "grid" {
            grids = dir.with_extension("geojson");
            fs::write(&grids, text).expect("written");
        } else {
            fs::write(dir.join(format!("maps/{}.geojson", level.0)), text).expect("written");
            manifest.push_str(&format!(
                "\n[[layer]]\nfile = \"{0}.geojson\"\nlevel = \"{0}\"\nid = \"code\"\nname = \"name\"\ncrs = \"EPSG:4490\"\n",
                level.0
            ));
            manifest.push_str(above.map_or("", |_| "parent = { by = \"parent\", field = \"parent\" }\n"));
        }
        above = Some(level);
    }
    framework.push_str(&indicator("K01", "K01"));
    save(dir, &framework, &manifest);
    (dir.to_owned(), grids)
}

/// A count of grids, due every month.
fn indicator(id: &str, label: &str) -> String {
    format!(
        "\n[[indicator]]\nid = \"{id}\"\nlabel = \"{label}\"\nlabel_en = \"{id}\"\nunit = \"个\"\nkind = \"count\"\nlevel = \"grid\"\ndirection = \"up\"\nrollup = \"sum\"\nmin_share = 0.8\nevery_months = 1\n"
    )
}

fn save(dir: &Path, framework: &str, manifest: &str) {
    fs::write(dir.join("maps/framework.toml"), framework).expect("written");
    fs::write(dir.join("maps/manifest.toml"), manifest).expect("written");
    run(dir, &["load"], &[0, 4]);
}

/// The code of a unit of the county and of its township.
fn code(row: u32) -> (String, String) {
    let town = format!("990121{:03}", 100 + row as usize * FILES / TABLE_ROWS as usize);
    (format!("{town}{row:06}"), town)
}

/// A workspace with as many units without boundaries as the table has rows.
fn county(dir: &Path) -> PathBuf {
    fs::create_dir_all(dir.join("maps")).expect("folder");
    let (mut framework, mut manifest) = (FRAMEWORK.to_owned(), MANIFEST.to_owned());
    for (level, above) in [("county", None), ("town", Some("county")), ("grid", Some("town"))] {
        declare(&mut framework, level, above);
    }
    for k in 2..COLUMNS {
        framework.push_str(&indicator(&format!("K{k:02}"), &format!("第{k}项")));
    }
    let mut units = "编码,名称,层级,上级\n990121,青禾县,county,\n".to_owned();
    (0..FILES).for_each(|n| units.push_str(&format!("990121{:03},第{n}镇,town,990121\n", 100 + n)));
    for row in 0..TABLE_ROWS {
        let (code, town) = code(row);
        units.push_str(&format!("{code},第{row}网格,grid,{town}\n"));
    }
    fs::write(dir.join("maps/units.csv"), units).expect("written");
    manifest.push_str("\n[[table]]\nfile = \"units.csv\"\nwhat = \"units\"\nkey = \"编码\"\ncolumns = { name = \"名称\", level = \"层级\", parent = \"上级\" }\n");
    save(dir, &framework, &manifest);
    dir.to_owned()
}

/// Figures of the units of some rows.
fn sheet(path: &Path, rows: std::ops::Range<u32>) -> Result<(), XlsxError> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.write(0, 0, "青禾县2025年10月一览表")?;
    sheet.write(1, 0, "编码")?;
    sheet.write(1, 1, "名称")?;
    for column in 2..COLUMNS {
        sheet.write(1, column, format!("第{column}项"))?;
    }
    for (line, n) in (2..).zip(rows) {
        sheet.write(line, 0, code(n).0)?;
        sheet.write(line, 1, format!("第{n}网格"))?;
        for column in 2..COLUMNS {
            sheet.write(line, column, (n + u32::from(column)) % 500)?;
        }
    }
    workbook.save(path)
}

fn values(path: &Path) -> Result<(), XlsxError> {
    sheet(path, 0..TABLE_ROWS)
}

/// A workbook of each township with 150 of its units.
fn township_files(folder: &Path) -> Result<(), XlsxError> {
    fs::create_dir_all(folder)?;
    let each = TABLE_ROWS / FILES as u32;
    (0..FILES as u32).try_for_each(|n| sheet(&folder.join(format!("{n}.xlsx")), n * each..n * each + 150))
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("folder");
    for entry in fs::read_dir(from).expect("folder").flatten() {
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &to)
        } else {
            let _bytes = fs::copy(&path, &to).expect("copied");
        }
    }
}
