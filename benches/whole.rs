//! Whole processes on a made-up city: 12,000 grids in 1,500 villages and 60 towns, 1.2 million
//! vertices, 20 indicators. Prints user + system CPU time and bytes, medians of 5 runs.
//!
//! `cargo bench --bench whole` makes the city in a temporary folder and runs the release binary on
//! it; CPU times are read from the scheduler's accounts, so this bench needs Linux.

#![expect(clippy::print_stdout, reason = "the figures are what it is for")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, PtySize, native_pty_system};

const RUNS: usize = 5;
/// Grids from west to east and from south to north.
const COLS: usize = 120;
const ROWS: usize = 100;
/// Points on an edge between two corners.
const POINTS: usize = 24;
const INDICATORS: usize = 20;
/// Level, columns and rows of grids in one unit, the top first.
const LEVELS: [(&str, usize, usize); 4] = [("city", COLS, ROWS), ("town", 20, 10), ("village", 4, 2), ("grid", 1, 1)];

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

/// A number in −0.5 … 0.5 that depends on nothing but its arguments.
fn noise(a: usize, b: usize, c: usize) -> f64 {
    let mut x = (a as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15)
        ^ (b as u64).wrapping_mul(0xC2B2_AE3D_27D4_EB4F)
        ^ (c as u64).wrapping_mul(0x1656_67B1_9E37_79F9);
    x ^= x >> 31;
    x = x.wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x ^= x >> 29;
    (x >> 11) as f64 / (1u64 << 53) as f64 - 0.5
}

fn corner(i: usize, j: usize) -> [f64; 2] {
    [108.0 + 0.01 * i as f64 + 0.004 * noise(i, j, 1), 23.0 + 0.01 * j as f64 + 0.004 * noise(i, j, 2)]
}

/// The points from one corner to the next one east (or north), without the last.
fn edge(i: usize, j: usize, north: bool) -> Vec<[f64; 2]> {
    let (from, to) = (corner(i, j), if north { corner(i, j + 1) } else { corner(i + 1, j) });
    let mut points = vec![from];
    for k in 1..=POINTS {
        let t = k as f64 / (POINTS + 1) as f64;
        let off = 0.0006 * noise(i * 200 + j, k, 3 + usize::from(north));
        let mut point = [from[0] + (to[0] - from[0]) * t, from[1] + (to[1] - from[1]) * t];
        point[usize::from(!north)] += off;
        points.push(point);
    }
    points
}

/// The ring around a block of grids, closed.
fn ring(i0: usize, j0: usize, cols: usize, rows: usize) -> Vec<[f64; 2]> {
    let (i1, j1) = (i0 + cols, j0 + rows);
    let mut out: Vec<[f64; 2]> = (i0..i1).flat_map(|i| edge(i, j0, false)).chain((j0..j1).flat_map(|j| edge(i1, j, true))).collect();
    let mut back: Vec<[f64; 2]> = (j0..j1).flat_map(|j| edge(i0, j, true)).chain((i0..i1).flat_map(|i| edge(i, j1, false))).collect();
    back.push(corner(i1, j1));
    out.extend(back.into_iter().rev());
    out
}

/// What the framework and the manifest of the city begin with.
const FRAMEWORK: &str = "[framework]\nid = \"city\"\nname = \"测试市\"\nname_en = \"city\"\nprivacy = \"org-level\"\n";
const MANIFEST: &str = "[workspace]\nname = \"测试市\"\ncounty = \"99\"\nframework = \"framework.toml\"\n";

/// Adds a level to a framework.
fn declare(framework: &mut String, level: &str, above: Option<&str>) {
    let parent = above.map(|name| format!("parent = \"{name}\"\n")).unwrap_or_default();
    let _ = write!(framework, "\n[[level]]\ncode = \"{level}\"\nlabel = \"{level}\"\nlabel_en = \"{level}\"\n{parent}");
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
        let mut text = "{\"type\":\"FeatureCollection\",\"features\":[\n".to_owned();
        for (n, (i, j)) in (0..COLS / cols).flat_map(|i| (0..ROWS / rows).map(move |j| (i * cols, j * rows))).enumerate() {
            let code = |level: &str, cols: usize, rows: usize| format!("{level}{:03}{:03}", i / cols * cols, j / rows * rows);
            let parent = above.map(|(name, c, r)| code(name, c, r)).unwrap_or_default();
            let own = code(level, cols, rows);
            let _ = write!(
                text,
                "{}{{\"type\":\"Feature\",\"properties\":{{\"code\":\"{own}\",\"name\":\"{level} {i}-{j}\",\"parent\":\"{parent}\"}},\"geometry\":{{\"type\":\"Polygon\",\"coordinates\":[[",
                if n == 0 { "" } else { ",\n" }
            );
            for (k, [x, y]) in ring(i, j, cols, rows).into_iter().enumerate() {
                let _ = write!(text, "{}[{x:.7},{y:.7}]", if k == 0 { "" } else { "," });
            }
            text.push_str("]]}}");
        }
        text.push_str("\n]}\n");
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
