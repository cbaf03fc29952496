//! Geometry truth and points in units, against the tools a clerk's GIS would use, in the same run.
//!
//! `XIANTU_CITY` names a folder with `villages.geojson`, `grids.geojson` (properties `code` and
//! `parent`) and `branches.csv` (columns `lon` and `lat`). `XIANTU_PYTHON` names an interpreter with
//! shapely, pyogrio, geopandas and pandas, `XIANTU_MAPSHAPER` that program; who is absent is left
//! out. Every run is a process of its own, ours and theirs in turn; times are user + system CPU,
//! medians of 5 runs, by the kernel's accounts, so this bench needs Linux.

#![expect(clippy::print_stdout, reason = "the figures are what it is for")]

use std::collections::HashMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use xiantu::gis::check::{Level, TOLERANCE_M, check};
use xiantu::gis::locate::assign;
use xiantu::gis::read::{Features, ReadSpec, read_features};

const RUNS: usize = 5;

/// Validity, siblings, and children against parents: the fastest way through shapely.
const SHAPELY_CHECK: &str = r#"
import sys, time, numpy as np, pyogrio, shapely
def read(path):
    meta, table = pyogrio.read_arrow(path, columns=["code", "parent"])
    geometry = shapely.from_wkb(np.asarray(table[meta["geometry_name"] or "wkb_geometry"]))
    return geometry, np.asarray(table["code"]).astype(str), np.asarray(table["parent"]).astype(str)
villages, codes, _ = read(sys.argv[1] + "/villages.geojson")
grids, _, parents = read(sys.argv[1] + "/grids.geojson")
invalid = int((~shapely.is_valid(grids)).sum())
edges = int((~shapely.is_empty(shapely.coverage_invalid_edges(grids))).sum())
order = np.argsort(parents, kind="stable")
names, starts = np.unique(parents[order], return_index=True)
village = dict(zip(codes, villages))
bad = 0
for name, members in zip(names, np.split(order, starts[1:])):
    union = shapely.coverage_union_all(grids[members])
    if not shapely.equals_exact(union, village[name], 1e-9, normalize=True):
        bad += shapely.area(shapely.symmetric_difference(union, village[name])) > 1e-12
print(time.process_time() * 1000, f"{invalid} invalid, {edges} with bad edges, {bad} parents")
"#;

/// Points to grids with everything loaded.
const SJOIN: &str = r#"
import sys, time, geopandas, pandas
grids = geopandas.read_file(sys.argv[1] + "/grids.geojson", columns=["code"])
points = pandas.read_csv(sys.argv[1] + "/branches.csv", usecols=["lon", "lat"])
points = geopandas.GeoDataFrame(geometry=geopandas.points_from_xy(points.lon, points.lat), crs=grids.crs)
times = []
for _ in range(5):
    # A copy has no index yet.
    grids = grids.copy(deep=True)
    start = time.process_time()
    joined = geopandas.sjoin(points, grids, predicate="within")
    times.append(time.process_time() - start)
print(sorted(times)[2] * 1000, len(joined), "assigned")
"#;

fn main() {
    let args: Vec<String> = std::env::args().collect();
    if args.iter().any(|a| a == "--list" || a == "--test") {
        return;
    }
    if let [_, part, folder] = &args[..] {
        return self::part(part, Path::new(folder));
    }
    let Some(folder) = std::env::var_os("XIANTU_CITY").map(PathBuf::from) else {
        println!("XIANTU_CITY names no folder: nothing to measure");
        return;
    };
    let python = std::env::var_os("XIANTU_PYTHON");
    let script = |text: &'static str| python.clone().map(|p| Peer(vec![p, "-c".into(), text.into(), folder.clone().into()], Clock::Own));
    let mapshaper = std::env::var_os("XIANTU_MAPSHAPER").map(|program| {
        let grids = folder.join("grids.geojson");
        let out = std::env::temp_dir().join(format!("xiantu-check-{}.csv", std::process::id()));
        let arguments = ["x=lon", "y=lat", "-join"].map(Into::into);
        let start = [program, folder.join("branches.csv").into(), "-points".into()];
        let end = [grids.into(), "fields=code".into(), "-o".into(), out.into()];
        Peer(start.into_iter().chain(arguments).chain(end).collect(), Clock::Bash)
    });
    compare("check grids and villages, from files", "check", &folder, "shapely", script(SHAPELY_CHECK));
    compare("points to grids, data loaded", "locate", &folder, "geopandas.sjoin", script(SJOIN));
    compare("points to grids, from files", "locate-files", &folder, "mapshaper -join", mapshaper);
}

/// Who counts the time of a peer.
#[derive(Clone, Copy)]
enum Clock {
    /// It prints its milliseconds first.
    Own,
    /// The shell does.
    Bash,
}

/// A command of another tool.
struct Peer(Vec<std::ffi::OsString>, Clock);

fn compare(what: &str, part: &str, folder: &Path, name: &str, peer: Option<Peer>) {
    let me = std::env::current_exe().expect("this program");
    let ours = Peer(vec![me.into(), part.into(), folder.into()], Clock::Own);
    let peers = [Some(ours), peer];
    let mut times = [const { Vec::new() }; 2];
    let mut said = [const { String::new() }; 2];
    for _ in 0..RUNS {
        for (n, peer) in peers.iter().enumerate() {
            if let Some((ms, text)) = peer.as_ref().and_then(run) {
                times[n].push(ms);
                said[n] = text;
            }
        }
    }
    let [mine, theirs] = times.map(median);
    println!("{what}: {:.1} ms ({})", mine.unwrap_or(f64::NAN), said[0]);
    if let (Some(mine), Some(theirs)) = (mine, theirs) {
        println!("    {name}: {theirs:.1} ms ({}); ratio {:.3}", said[1], mine / theirs);
    }
}

/// CPU milliseconds of a command and what it said; `None` where it fails.
fn run(Peer(command, clock): &Peer) -> Option<(f64, String)> {
    let output = match clock {
        Clock::Own => Command::new(&command[0]).args(&command[1..]).stderr(Stdio::null()).output().ok()?,
        Clock::Bash => {
            Command::new("bash").args(["-c", r#"TIMEFORMAT="%3U %3S"; time "$@" >/dev/null 2>&1"#, "bash"]).args(command).output().ok()?
        }
    };
    if !output.status.success() {
        return None;
    }
    let text = String::from_utf8_lossy(if matches!(clock, Clock::Own) { &output.stdout } else { &output.stderr }).into_owned();
    match clock {
        Clock::Own => {
            let (ms, said) = text.trim().split_once(' ')?;
            Some((ms.parse().ok()?, said.to_owned()))
        }
        Clock::Bash => {
            let seconds: f64 = text.split_whitespace().filter_map(|n| n.parse::<f64>().ok()).sum();
            Some((seconds * 1000.0, "whole process".to_owned()))
        }
    }
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

/// CPU time of this thread so far, milliseconds.
fn cpu_ms() -> f64 {
    let accounts = fs::read_to_string("/proc/thread-self/schedstat").expect("the scheduler's accounts");
    accounts.split(' ').next().and_then(|ns| ns.parse::<f64>().ok()).expect("nanoseconds") / 1e6
}

/// One run of ours, in a process of its own.
fn part(part: &str, folder: &Path) {
    let (ms, said) = match part {
        "check" => {
            let said = check_all(folder);
            (cpu_ms(), said)
        }
        "locate" => {
            let (grids, points) = (read(folder, "grids"), points(folder));
            let mut times: Vec<f64> = Vec::new();
            let mut found = 0;
            for _ in 0..RUNS {
                let start = cpu_ms();
                found = assign(&grids, &points).iter().flatten().count();
                times.push(cpu_ms() - start);
            }
            (median(times).unwrap_or(f64::NAN), format!("{found} assigned"))
        }
        _ => {
            let (grids, points) = (read(folder, "grids"), points(folder));
            let mut out = csv::Writer::from_writer(std::io::sink());
            let mut found = 0;
            for (n, unit) in assign(&grids, &points).iter().enumerate() {
                if let Some(unit) = unit {
                    found += 1;
                    out.write_record([n.to_string().as_str(), &grids.records[*unit as usize].code]).expect("a row");
                }
            }
            (cpu_ms(), format!("{found} assigned"))
        }
    };
    println!("{ms} {said}");
}

fn read(folder: &Path, level: &str) -> Features {
    let path = folder.join(format!("{level}.geojson"));
    let spec = ReadSpec { id_field: "code".to_owned(), parent_field: Some("parent".to_owned()), ..ReadSpec::default() };
    let mut file = File::open(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let bytes = file.metadata().map_or(0, |m| m.len());
    read_features(&mut file, Some(bytes), &spec, &mut Vec::new(), &mut |_| {}).expect("a good file")
}

/// Longitude and latitude of the branches, degrees.
fn points(folder: &Path) -> Vec<[f64; 2]> {
    let mut table = csv::Reader::from_path(folder.join("branches.csv")).expect("branches.csv");
    let columns = table.headers().expect("a header").clone();
    let at = ["lon", "lat"].map(|name| columns.iter().position(|c| c == name).expect("lon and lat"));
    let mut row = csv::ByteRecord::new();
    let mut out = Vec::new();
    while table.read_byte_record(&mut row).expect("a row") {
        out.push(at.map(|n| std::str::from_utf8(&row[n]).ok().and_then(|t| t.parse().ok()).unwrap_or(f64::NAN)));
    }
    out
}

fn check_all(folder: &Path) -> String {
    let (villages, grids) = (read(folder, "villages"), read(folder, "grids"));
    let above: HashMap<&str, u32> = villages.records.iter().zip(0..).map(|(r, n)| (r.code.as_str(), n)).collect();
    let parents: Vec<Option<u32>> = grids.records.iter().map(|r| r.parent.as_deref().and_then(|p| above.get(p).copied())).collect();
    let levels =
        [Level { features: &villages, parents: &[], official_km2: &[] }, Level { features: &grids, parents: &parents, official_km2: &[] }];
    let report = check(&levels, TOLERANCE_M);
    format!("{} findings, {} counted only", report.findings.len(), report.under.iter().map(|u| u.count).sum::<u32>())
}
