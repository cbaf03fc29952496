//! A workbook of an office with 50,000 rows and 20 columns: read, laid out, every cell looked at; then
//! whole processes of imports and of a round beside their limits.
//! Prints user + system CPU time and the most memory a process held, medians of 5 runs.
//!
//! `cargo bench --bench import` makes the workbook in a temporary folder and starts itself anew for
//! each run, because the most memory of a process never shrinks; it is read from /proc, so this
//! bench needs Linux.

#![expect(clippy::print_stdout, reason = "the figures are what it is for")]

#[path = "city/mod.rs"]
mod city;
#[path = "import/process.rs"]
mod process;

use std::fs;
use std::path::Path;
use std::process::Command;

use rust_xlsxwriter::{Format, FormatAlign, Workbook, XlsxError};
use xiantu::import::book::{BookOptions, read_file};
use xiantu::import::layout::lay_out;

const RUNS: usize = 5;
const ROWS: u32 = 50_000;
const COLUMNS: u16 = 20;

fn main() {
    let args: Vec<String> = std::env::args().collect();
    if args.iter().any(|a| a == "--list" || a == "--test") {
        return;
    }
    if let [_, once, path] = args.as_slice()
        && once == "--once"
    {
        read(Path::new(path));
        return;
    }
    let dir = tempfile::tempdir().expect("temporary folder");
    for (name, shared) in [("texts and numbers", true), ("numbers alone", false)] {
        let path = dir.path().join("big.xlsx");
        make(&path, shared).expect("a workbook");
        let size = fs::metadata(&path).expect("it is there").len();
        let runs: Vec<(f64, f64)> = (0..RUNS).map(|_| run(&path)).collect();
        let of = |part: fn(&(f64, f64)) -> f64| median(runs.iter().map(part).collect());
        println!(
            "xlsx {ROWS} x {COLUMNS}, {name} ({:.1} MB): read and laid out in {:.0} ms CPU, {:.0} MB at most",
            size as f64 / 1e6,
            of(|r| r.0),
            of(|r| r.1)
        );
    }
    process::measure();
}

/// One run of this program on the workbook: CPU time, milliseconds, and peak memory, megabytes.
fn run(path: &Path) -> (f64, f64) {
    let exe = std::env::current_exe().expect("this program");
    let output = Command::new(exe).arg("--once").arg(path).output().expect("it runs");
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).expect("figures");
    let mut figures = text.split_whitespace().map(|n| n.parse::<f64>().expect("a figure"));
    (figures.next().expect("time"), figures.next().expect("memory"))
}

/// Reads and lays out the workbook, and prints what it took.
fn read(path: &Path) {
    let books = read_file(path, "big.xlsx", &BookOptions::default()).expect("a workbook");
    let mut bytes = 0;
    for laid in books.into_iter().flat_map(lay_out) {
        assert_eq!((laid.len(), laid.headings.len()), (ROWS as usize, usize::from(COLUMNS)));
        bytes += laid.rows().map(|row| (0..laid.headings.len()).map(|n| row.get(n).len()).sum::<usize>()).sum::<usize>();
    }
    assert!(bytes > 1_000_000);
    let schedule = fs::read_to_string("/proc/self/schedstat").expect("Linux");
    let ns: f64 = schedule.split(' ').next().and_then(|n| n.parse().ok()).expect("a time");
    let status = fs::read_to_string("/proc/self/status").expect("Linux");
    let peak = status.lines().find_map(|l| l.strip_prefix("VmHWM:")).and_then(|l| l.split_whitespace().next()).expect("a size");
    println!("{} {}", ns / 1e6, peak.parse::<f64>().expect("a size") / 1024.0);
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// A title, headings of two lines, then rows of a code, a name and figures.
fn make(path: &Path, texts: bool) -> Result<(), XlsxError> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    let centred = Format::new().set_align(FormatAlign::Center);
    sheet.merge_range(0, 0, 0, COLUMNS - 1, "青禾县2025年9月一览表", &centred)?;
    sheet.merge_range(1, 0, 2, 0, "编码", &centred)?;
    sheet.merge_range(1, 1, 2, 1, "名称", &centred)?;
    sheet.merge_range(1, 2, 1, COLUMNS - 1, "指标", &centred)?;
    for column in 2..COLUMNS {
        sheet.write(2, column, format!("第{column}项"))?;
    }
    for n in 0..ROWS {
        let row = n + 3;
        sheet.write(row, 0, format!("990121105{n:06}"))?;
        sheet.write(row, 1, format!("第{n}网格"))?;
        for column in 2..COLUMNS {
            match column % 4 {
                0 if texts => sheet.write(row, column, format!("类型{}", n % 97))?,
                1 => sheet.write(row, column, f64::from(n % 1000) / 8.0)?,
                _ => sheet.write(row, column, (n + u32::from(column)) % 500)?,
            };
        }
    }
    workbook.save(path)
}
