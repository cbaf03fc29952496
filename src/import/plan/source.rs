//! The files of an import: found, told apart by their content, hashed.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::domain::problem::{Problem, Severity};
use crate::import::files::{Found, sha256};

/// Files of one import at most.
const FILES_MAX: usize = 2_000;
/// Folders below a folder that are looked into.
const DEPTH_MAX: usize = 4;
/// Endings of the files that belong to a `.shp`.
const COMPANIONS: [&str; 5] = ["dbf", "shx", "prj", "cpg", "sbn"];

/// What a file is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Features.
    Map,
    /// Features in a database.
    GeoPackage,
    /// Rows.
    Table,
}

/// One file, with those that belong to it.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// The file.
    pub(super) found: Found,
    /// What it is read as.
    pub(super) shape: Shape,
    /// SHA-256 of it, hex.
    pub(super) sha256: String,
    /// A person named it; else it lay in a folder.
    pub(super) named: bool,
    /// It and its companions, as kept: name, place, hash.
    pub(super) kept: Vec<(String, PathBuf, String)>,
}

/// The files behind what a person named, in the order of their names.
pub(super) fn items(files: &[PathBuf], problems: &mut Vec<Problem>) -> Vec<Item> {
    let mut paths: Vec<PathBuf> = Vec::new();
    let is_named = |path: &Path| files.iter().any(|f| f == path);
    for file in files {
        if file.is_dir() {
            let before = paths.len();
            walk(file, DEPTH_MAX, &mut paths);
            if paths.len() == before {
                problems.push(Problem::new("E_IMPORT_ABSENT", Severity::Refused, file.display().to_string()));
            }
        } else {
            paths.push(file.clone());
        }
    }
    if paths.len() > FILES_MAX {
        problems.push(Problem::new("E_PLAN_FILES", Severity::Refused, "").arg(paths.len()).arg(FILES_MAX));
        return Vec::new();
    }
    let main = |path: &Path| {
        let ending = ending(path);
        !(COMPANIONS.contains(&&*ending) && path.with_extension("shp").is_file())
    };
    paths.iter().filter(|path| main(path)).filter_map(|path| item(path, is_named(path)).map_err(|p| problems.push(p)).ok()).collect()
}

/// Whether a file of an import belongs to another one of it.
pub(super) fn is_companion<'n>(name: &str, mut names: impl Iterator<Item = &'n str>) -> bool {
    let main = Path::new(name).with_extension("shp");
    COMPANIONS.contains(&&*ending(Path::new(name))) && names.any(|n| Path::new(n) == main)
}

/// A kept file under the name it had, with those that belong to it.
pub(super) fn again(folder: &Path, name: &str, files: &[(String, String)]) -> Option<Item> {
    let of = |(name, sha256): &(String, String)| (name.clone(), folder.join(sha256), sha256.clone());
    let main = of(files.iter().find(|(n, _)| n == name)?);
    let found = look(&main.1, name).ok()?;
    let belongs = |n: &str| is_companion(n, std::iter::once(name)) && Path::new(n).with_extension("shp") == Path::new(name);
    let shape = shape(&main.1).ok()?;
    let sha256 = sha256(&found).ok()?;
    let beside = files.iter().filter(|(n, _)| belongs(n)).map(of);
    Some(Item { found, shape, sha256, named: true, kept: std::iter::once(main.clone()).chain(beside).collect() })
}

fn look(path: &Path, name: &str) -> std::io::Result<Found> {
    let meta = std::fs::metadata(path)?;
    let mtime = meta.modified().ok().and_then(|t| t.duration_since(std::time::UNIX_EPOCH).ok());
    Ok(Found {
        path: path.to_owned(),
        shown_as: name.to_owned(),
        stem: Path::new(name).file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default(),
        size: meta.len(),
        mtime_ms: mtime.and_then(|t| i64::try_from(t.as_millis()).ok()).unwrap_or_default(),
    })
}

fn ending(path: &Path) -> String {
    path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase()).unwrap_or_default()
}

fn walk(folder: &Path, depth: usize, out: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path()).collect();
    entries.sort();
    for path in entries {
        // Hidden files, and those an open office program leaves beside a workbook.
        let hidden = path.file_name().is_none_or(|n| n.to_string_lossy().starts_with(['.', '~']));
        if hidden || out.len() > FILES_MAX {
            continue;
        }
        // What a link leads to may lie above: it is not followed.
        match path.symlink_metadata() {
            Ok(meta) if meta.is_dir() && depth > 0 => walk(&path, depth - 1, out),
            Ok(meta) if meta.is_file() => out.push(path),
            _ => {}
        }
    }
}

fn item(path: &Path, named: bool) -> Result<Item, Problem> {
    let shown_as = path.display().to_string();
    let wrong = |e: std::io::Error| Problem::new("E_IMPORT_READ", Severity::Refused, &*shown_as).arg(e);
    let found = look(path, &shown_as).map_err(wrong)?;
    if !path.is_file() {
        return Err(Problem::new("E_IMPORT_ABSENT", Severity::Refused, shown_as));
    }
    let shape = shape(path).map_err(wrong)?;
    let sha256_of_main = sha256(&found)?;
    let mut kept = vec![(shown_as.clone(), path.to_owned(), sha256_of_main.clone())];
    if ending(path) == "shp" {
        for ending in COMPANIONS {
            let beside = path.with_extension(ending);
            if let Ok(found) = look(&beside, &beside.display().to_string()) {
                kept.push((found.shown_as.clone(), beside, sha256(&found)?));
            }
        }
    }
    Ok(Item { found, shape, sha256: sha256_of_main, named, kept })
}

/// Told by the first bytes, never by the name.
fn shape(path: &Path) -> std::io::Result<Shape> {
    let mut head = Vec::new();
    File::open(path)?.take(1024).read_to_end(&mut head)?;
    // GeoPackage: an SQLite file with its own application id (OGC 12-128r19, 1.1.1.1.1).
    let geopackage =
        head.starts_with(b"SQLite format 3\0") && head.get(68..72).is_some_and(|id| [&b"GPKG"[..], b"GP10", b"GP11"].contains(&id));
    // File code 9994, big-endian (ESRI Shapefile Technical Description, July 1998).
    let shapefile = head.starts_with(&[0, 0, 0x27, 0x0a]);
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head).trim_ascii_start();
    // ECharts wraps its maps into a script that registers them.
    let script = text.starts_with(b"(function") || text.windows(11).any(|w| w == b"registerMap");
    if geopackage {
        return Ok(Shape::GeoPackage);
    }
    Ok(if shapefile || script || text.starts_with(b"{") || text.starts_with(b"[") { Shape::Map } else { Shape::Table })
}
