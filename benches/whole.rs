//! Whole processes on a made-up city: 12,000 grids in 1,500 villages and 60 towns, 1.2 million
//! vertices, 20 indicators. Prints user + system CPU time and bytes, medians of 5 runs.
//!
//! `cargo bench --bench whole` makes the city in a temporary folder and runs the release binary on
//! it; CPU times are read from the scheduler's accounts, so this bench needs Linux.

#![expect(clippy::print_stdout, reason = "the figures are what it is for")]

#[path = "city/mod.rs"]
mod city;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use city::{COLS, FRAMEWORK, LEVELS, MANIFEST, ROWS, declare, geojson, noise};
use portable_pty::{CommandBuilder, PtySize, native_pty_system};

const RUNS: usize = 5;
const INDICATORS: usize = 20;
fn main() {
    if std::env::args().any(|a| a == "--list" || a == "--test") {
        return;
    }
    let dir = tempfile::tempdir().expect("temporary folder");
    make_city(dir.path());
    let bytes: u64 =
        LEVELS.iter().map(|(level, ..)| fs::metadata(dir.path().join(format!("maps/{level}.geojson"))).map_or(0, |m| m.len())).sum();
    println!("city: {} grids, {:.1} MB of GeoJSON, {INDICATORS} indicators", COLS * ROWS, bytes as f64 / 1e6);
    let cpu = |args: &[&str], fresh: bool| {
        median((0..RUNS).map(|_| {
            if fresh {
                let _ = fs::remove_dir_all(dir.path().join("data"));
            }
            run(dir.path(), args)
        }))
    };
    println!("load everything from nothing: {:.0} ms CPU", cpu(&["load"], true));
    println!("first screen, warm: {:.1} ms CPU", cpu(&["print", "--size", "200x60", "--color", "true"], false));
    println!(
        "first screen of 12,000 grids, warm: {:.1} ms CPU",
        cpu(&["print", "--level", "grid", "--size", "200x60", "--color", "true"], false)
    );
    let outline = dir.path().join("outline");
    make_outline(&outline);
    for (what, dir, level) in [("towns", dir.path(), "town"), ("12,000 grids", &outline, "grid")] {
        let cold = median((0..RUNS).map(|_| {
            let _ = fs::remove_dir_all(dir.join("data"));
            let mut session = Session::start(dir);
            session.until_units(level);
            session.cpu_ms()
        }));
        println!("first frame with the {what}, cold: {cold:.0} ms CPU");
    }
    run(dir.path(), &["load"]);
    for step in ["list the 12,000 grids", "map alone (z)", "list again (z)", "select the next (Down)", "drill out (Esc)"] {
        let sizes = (0..RUNS).map(|_| {
            let mut session = Session::start(dir.path());
            session.quiet();
            let mut sent = 0;
            for (name, keys) in [
                ("list the 12,000 grids", "L3"),
                ("map alone (z)", "z"),
                ("list again (z)", "z"),
                ("select the next (Down)", "\x1b[B"),
                ("drill out (Esc)", "\x1b"),
            ] {
                session.press(keys);
                sent = session.quiet();
                if name == step {
                    break;
                }
            }
            sent as f64
        });
        println!("{step}: {:.0} bytes at 200x60 truecolor", median(sizes));
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// User and system time of a run, milliseconds, by the shell's own account of its children.
fn run(dir: &Path, args: &[&str]) -> f64 {
    let script = r#"TIMEFORMAT="%3U %3S"; time "$@" >/dev/null"#;
    let output = Command::new("bash")
        .args(["-c", script, "bash", env!("CARGO_BIN_EXE_xiantu"), "-C"])
        .arg(dir)
        .args(args)
        .stdout(Stdio::null())
        .output()
        .expect("bash");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stderr);
    let last = text.lines().last().unwrap_or_default();
    last.split(' ').filter_map(|n| n.parse::<f64>().ok()).sum::<f64>() * 1000.0
}

/// The program in a terminal of 200×60.
struct Session {
    child: Box<dyn portable_pty::Child + Send + Sync>,
    keys: Box<dyn std::io::Write + Send>,
    bytes: mpsc::Receiver<Vec<u8>>,
    _pty: Box<dyn portable_pty::MasterPty + Send>,
}

impl Session {
    fn start(dir: &Path) -> Self {
        let pty = native_pty_system().openpty(PtySize { rows: 60, cols: 200, pixel_width: 0, pixel_height: 0 }).expect("pty");
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_xiantu"));
        command.args(["--color", "true", "--glyphs", "sextant", "--ambiguous-width", "1", "-C"]);
        command.arg(dir);
        command.env("XDG_STATE_HOME", dir.join("state"));
        command.env("TERM", "xterm-256color");
        let child = pty.slave.spawn_command(command).expect("spawned");
        let mut out = pty.master.try_clone_reader().expect("reader");
        let keys = pty.master.take_writer().expect("writer");
        let (send, bytes) = mpsc::channel();
        std::thread::spawn(move || {
            let mut buffer = vec![0; 1 << 16];
            while let Ok(n @ 1..) = out.read(&mut buffer) {
                if send.send(buffer[..n].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self { child, keys, bytes, _pty: pty.master }
    }

    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).expect("key");
        self.keys.flush().expect("key");
    }

    /// Waits until nothing came for half a second; how many bytes came before.
    fn quiet(&mut self) -> usize {
        let mut sum = 0;
        while let Ok(bytes) = self.bytes.recv_timeout(Duration::from_millis(500)) {
            sum += bytes.len();
        }
        sum
    }

    /// Waits until a unit of a level or the number of its units has come: its name and a figure.
    fn until_units(&mut self, level: &str) {
        let (mut seen, end) = (Vec::new(), Instant::now() + Duration::from_secs(30));
        let named = format!("{level} ");
        let came =
            |seen: &[u8]| String::from_utf8_lossy(seen).split(&named).skip(1).any(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        while !came(&seen) {
            let left = end.checked_duration_since(Instant::now()).expect("the units in 30 s");
            seen.extend(self.bytes.recv_timeout(left).expect("the units in 30 s"));
        }
    }

    /// CPU time of all its threads, milliseconds.
    fn cpu_ms(&self) -> f64 {
        let pid = self.child.process_id().expect("running");
        let tasks = fs::read_dir(format!("/proc/{pid}/task")).expect("Linux");
        let spent = tasks.flatten().filter_map(|task| fs::read_to_string(task.path().join("schedstat")).ok());
        spent.filter_map(|s| s.split(' ').next()?.parse::<f64>().ok()).sum::<f64>() / 1e6
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A workspace beside the city's with its outline and its grids alone.
fn make_outline(dir: &Path) {
    fs::create_dir_all(dir.join("maps")).expect("folder");
    let (mut framework, mut manifest) = (FRAMEWORK.to_owned(), MANIFEST.to_owned());
    for (level, above) in [("city", None), ("grid", Some("city"))] {
        declare(&mut framework, level, above);
        let _ = write!(
            manifest,
            "\n[[layer]]\nroot = \"../../maps\"\nfile = \"{level}.geojson\"\nlevel = \"{level}\"\nid = \"code\"\nname = \"name\"\ncrs = \"EPSG:4490\"\n"
        );
    }
    let _ = write!(
        framework,
        "\n[[indicator]]\nid = \"K01\"\nlabel = \"K01\"\nlabel_en = \"K01\"\nunit = \"个\"\nkind = \"count\"\nlevel = \"grid\"\ndirection = \"up\"\nrollup = \"sum\"\nmin_share = 0.8\nevery_months = 3\n"
    );
    fs::write(dir.join("maps/framework.toml"), framework).expect("written");
    fs::write(dir.join("maps/manifest.toml"), manifest).expect("written");
}

fn make_city(dir: &Path) {
    fs::create_dir_all(dir.join("maps")).expect("folder");
    let (mut framework, mut manifest) = (FRAMEWORK.to_owned(), MANIFEST.to_owned());
    let mut above: Option<(&str, usize, usize)> = None;
    for (level, cols, rows) in LEVELS {
        declare(&mut framework, level, above.map(|(name, ..)| name));
        let _ = write!(
            manifest,
            "\n[[layer]]\nfile = \"{level}.geojson\"\nlevel = \"{level}\"\nid = \"code\"\nname = \"name\"\ncrs = \"EPSG:4490\"\n"
        );
        if above.is_some() {
            manifest.push_str("parent = { by = \"parent\", field = \"parent\" }\n");
        }
        let text = geojson(above, (level, cols, rows));
        fs::write(dir.join(format!("maps/{level}.geojson")), text).expect("written");
        above = Some((level, cols, rows));
    }
    let columns: BTreeMap<String, String> = (1..=INDICATORS).map(|k| (format!("K{k:02}"), format!("k{k:02}"))).collect();
    for id in columns.keys() {
        let _ = write!(
            framework,
            "\n[[indicator]]\nid = \"{id}\"\nlabel = \"{id}\"\nlabel_en = \"{id}\"\nshort = \"{id}\"\nunit = \"个\"\nkind = \"count\"\nlevel = \"grid\"\ndirection = \"up\"\nrollup = \"sum\"\nmin_share = 0.8\nevery_months = 3\n"
        );
    }
    let wide: Vec<String> = columns.iter().map(|(id, column)| format!("{id} = \"{column}\"")).collect();
    let _ = write!(
        manifest,
        "\n[[table]]\nfile = \"values.csv\"\nwhat = \"values\"\nkey = \"code\"\nlevel = \"grid\"\nperiod = \"2025Q3\"\ncolumns = {{ {} }}\n",
        wide.join(", ")
    );
    let mut csv = format!("code,{}\n", columns.values().cloned().collect::<Vec<_>>().join(","));
    for (i, j) in (0..COLS).flat_map(|i| (0..ROWS).map(move |j| (i, j))) {
        let _ = write!(csv, "grid{i:03}{j:03}");
        for k in 0..INDICATORS {
            // Smooth over the city, as real figures are, with very little of their own.
            let (u, v) = (i as f64 / COLS as f64, j as f64 / ROWS as f64);
            let value = 500.0 + 300.0 * (4.0 * u + k as f64).sin() * (3.0 * v).cos() + 2.0 * noise(i, j, 100 + k);
            let _ = write!(csv, ",{value:.1}");
        }
        csv.push('\n');
    }
    fs::write(dir.join("maps/values.csv"), csv).expect("written");
    fs::write(dir.join("maps/framework.toml"), framework).expect("written");
    fs::write(dir.join("maps/manifest.toml"), manifest).expect("written");
}
