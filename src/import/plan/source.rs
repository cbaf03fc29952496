//! The files of an import: found, told apart by their content, hashed. An archive that holds maps
//! is taken apart here, so that what is in it comes in like the files themselves.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::copy::{self, Part};
use super::spill::Spill;
use crate::domain::problem::{Problem, Severity};
use crate::gis::read::{Content, MapInput};
use crate::import::book;
use crate::import::files::{Found, sha256};

/// Files of one import at most.
const FILES_MAX: usize = 2_000;
/// Folders below a folder that are looked into.
const DEPTH_MAX: usize = 4;
/// Bytes by which a file is told.
const HEAD_BYTES: usize = 1024;
/// Endings of the files that belong to a `.shp`, those that are read first.
const COMPANIONS: [&str; 9] = ["dbf", "shx", "prj", "cpg", "sbn", "sbx", "qpj", "qmd", "shp.xml"];
/// How many of them are read, and kept: the last ones say who made the map.
const COMPANIONS_READ: usize = 4;

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
    /// SHA-256 of it, hex; that of the archive it lies in.
    pub(super) sha256: String,
    /// A person named it; else it lay in a folder or an archive.
    pub(super) named: bool,
    /// It and its companions: where they are, or their bytes where they come out of an archive.
    pub(super) inputs: Vec<MapInput>,
    /// What is to be kept of it: name, place, hash. Of an archive's files the first one keeps it.
    pub(super) kept: Vec<(String, PathBuf, String)>,
    /// What was read of it, where that was kept in its place.
    pub(super) copy: Option<Vec<Part>>,
    /// Where a database out of an archive lies for as long as it is read.
    pub(super) _spill: Option<Arc<Spill>>,
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
    let names: Vec<String> = paths.iter().map(|p| p.display().to_string()).collect();
    let mut out = Vec::new();
    for ((path, name), companion) in paths.iter().zip(&names).zip(companions(&names)) {
        if companion {
            continue;
        }
        let made = if path.is_file() { made(name, path, &beside(path)) } else { Err(absent(path, name)) };
        match made {
            Ok(made) => out.extend(made.into_iter().map(|item| Item { named: item.named && is_named(path), ..item })),
            Err(problem) => problems.push(problem),
        }
    }
    out
}

/// The kept files of an import under the names they had; `originals` are the hashes of those that
/// were kept without names of persons.
///
/// # Errors
/// `E_BATCH_FILE` where one is missing or not what it was.
pub(super) fn again(folder: &Path, files: &[(String, String)], originals: &BTreeMap<String, String>) -> Result<Vec<Item>, Problem> {
    let names: Vec<String> = files.iter().map(|(name, _)| name.clone()).collect();
    let mut out = Vec::new();
    for ((name, sha256), companion) in files.iter().zip(companions(&names)) {
        if companion {
            continue;
        }
        let belongs = |n: &str| main_of(n).is_some_and(|main| Some(main) == own(name));
        let beside: Vec<(String, PathBuf)> =
            files.iter().filter(|(n, _)| belongs(n)).map(|(n, sha256)| (n.clone(), folder.join(sha256))).collect();
        let lost = || Problem::new("E_BATCH_FILE", Severity::Refused, name.as_str()).arg(sha256);
        if let Some(item) = copied(name, &folder.join(sha256), sha256).map_err(|_| lost())? {
            out.push(item);
            continue;
        }
        let made = made(name, &folder.join(sha256), &beside).map_err(|_| lost())?;
        if made.iter().any(|item| item.sha256 != *sha256) {
            return Err(lost());
        }
        // What was open when it was applied was answered: nothing is asked again.
        let original = originals.get(name).unwrap_or(sha256);
        out.extend(made.into_iter().map(|item| Item { named: false, sha256: original.clone(), ..item }));
    }
    Ok(out)
}

/// What was kept in place of a file; `None` where the file itself was kept.
fn copied(name: &str, path: &Path, kept: &str) -> Result<Option<Item>, Problem> {
    let wrong = |e: std::io::Error| Problem::new("E_IMPORT_READ", Severity::Refused, name).arg(e);
    let mut head = Vec::new();
    File::open(path).and_then(|f| f.take(HEAD_BYTES as u64).read_to_end(&mut head)).map_err(wrong)?;
    if !copy::is_copy(&head) {
        return Ok(None);
    }
    let found = look(path, name).map_err(wrong)?;
    let changed = || Problem::new("E_BATCH_FILE", Severity::Refused, name).arg(kept);
    if sha256(&found)? != kept {
        return Err(changed());
    }
    let (original, parts) = copy::read(&std::fs::read(path).map_err(wrong)?).ok_or_else(changed)?;
    let kept = vec![(name.to_owned(), path.to_owned(), kept.to_owned())];
    Ok(Some(Item { found, shape: Shape::Table, sha256: original, inputs: Vec::new(), named: false, kept, copy: Some(parts), _spill: None }))
}

/// Which of some files belong to a shapefile among them.
fn companions(names: &[String]) -> Vec<bool> {
    let mains: rustc_hash::FxHashSet<String> = names.iter().filter_map(|n| own(n)).collect();
    names.iter().map(|n| main_of(n).is_some_and(|main| mains.contains(&main))).collect()
}

/// The name of a shapefile without its ending, as file systems compare it.
fn own(name: &str) -> Option<String> {
    name.to_lowercase().strip_suffix(".shp").map(str::to_owned)
}

/// The shapefile that a file belongs to by its ending, likewise.
fn main_of(name: &str) -> Option<String> {
    let lower = name.to_lowercase();
    COMPANIONS.iter().find_map(|ending| lower.strip_suffix(ending)?.strip_suffix('.').map(str::to_owned))
}

/// The files beside a shapefile that belong to it.
fn beside(path: &Path) -> Vec<(String, PathBuf)> {
    let Some(main) = own(&path.display().to_string()) else { return Vec::new() };
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let named = entries.map(|e| path.with_file_name(e.file_name())).filter(|p| p.is_file());
    let mut out: Vec<(String, PathBuf)> = named.map(|p| (p.display().to_string(), p)).collect();
    let is_read = |name: &str| COMPANIONS[..COMPANIONS_READ].iter().any(|ending| name.to_lowercase().ends_with(ending));
    out.retain(|(name, _)| main_of(name).is_some_and(|m| m == main) && is_read(name));
    out.sort();
    out
}

fn look(path: &Path, name: &str) -> std::io::Result<Found> {
    let meta = std::fs::metadata(path)?;
    let mtime = meta.modified().ok().and_then(|t| t.duration_since(std::time::UNIX_EPOCH).ok());
    Ok(Found {
        path: path.to_owned(),
        shown_as: name.to_owned(),
        stem: stem(name),
        size: meta.len(),
        mtime_ms: mtime.and_then(|t| i64::try_from(t.as_millis()).ok()).unwrap_or_default(),
    })
}

fn stem(name: &str) -> String {
    Path::new(name).file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default()
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

fn absent(path: &Path, name: &str) -> Problem {
    match std::fs::metadata(path) {
        Err(e) => Problem::new("E_IMPORT_READ", Severity::Refused, name).arg(e),
        Ok(_) => Problem::new("E_IMPORT_ABSENT", Severity::Refused, name),
    }
}

/// A file as what it is: an archive with maps in it as all its files.
fn made(name: &str, path: &Path, beside: &[(String, PathBuf)]) -> Result<Vec<Item>, Problem> {
    let wrong = |e: std::io::Error| Problem::new("E_IMPORT_READ", Severity::Refused, name).arg(e);
    let found = look(path, name).map_err(wrong)?;
    let mut head = Vec::new();
    File::open(path).and_then(|f| f.take(HEAD_BYTES as u64).read_to_end(&mut head)).map_err(wrong)?;
    let sha256_of_main = sha256(&found)?;
    let kept = (name.to_owned(), path.to_owned(), sha256_of_main.clone());
    if head.starts_with(b"PK\x03\x04")
        && let Some(files) = book::unpack(path, name, |head| shape(head) != Shape::Table)?
    {
        return unpacked(&found, &sha256_of_main, kept, files);
    }
    let mut kept = vec![kept];
    for (name, path) in beside {
        let found = look(path, name).map_err(wrong)?;
        kept.push((name.clone(), path.clone(), sha256(&found)?));
    }
    let inputs = kept.iter().map(|(name, path, _)| MapInput { name: name.clone(), content: Content::Path(path.clone()) });
    let inputs = inputs.collect();
    Ok(vec![Item { found, shape: shape(&head), sha256: sha256_of_main, inputs, named: true, kept, copy: None, _spill: None }])
}

/// The files of an archive, each shapefile with those that belong to it.
fn unpacked(archive: &Found, sha256: &str, kept: (String, PathBuf, String), files: Vec<(String, Vec<u8>)>) -> Result<Vec<Item>, Problem> {
    let names: Vec<String> = files.iter().map(|(name, _)| format!("{}/{name}", archive.shown_as)).collect();
    let files: Vec<Arc<[u8]>> = files.into_iter().map(|(_, bytes)| bytes.into()).collect();
    let input = |n: usize| MapInput { name: names[n].clone(), content: Content::Bytes(Arc::clone(&files[n])) };
    let mut out: Vec<Item> = Vec::new();
    for (n, companion) in companions(&names).into_iter().enumerate() {
        if companion {
            continue;
        }
        let belongs = |other: &usize| main_of(&names[*other]).is_some_and(|main| Some(main) == own(&names[n]));
        let mut inputs: Vec<MapInput> = std::iter::once(n).chain((0..names.len()).filter(belongs)).map(input).collect();
        let shape = shape(&files[n][..files[n].len().min(HEAD_BYTES)]);
        let mut found = Found { shown_as: names[n].clone(), stem: stem(&names[n]), size: files[n].len() as u64, ..archive.clone() };
        let mut spill = None;
        // SQLite reads files, not bytes.
        if files[n].starts_with(b"SQLite format 3\0") {
            let made = Spill::new(&files[n]).map_err(|e| Problem::new("E_DISK", Severity::Refused, names[n].as_str()).arg(e))?;
            found.path.clone_from(&made.file);
            inputs = vec![MapInput { name: names[n].clone(), content: Content::Path(made.file.clone()) }];
            spill = Some(Arc::new(made));
        }
        let kept = if out.is_empty() { vec![kept.clone()] } else { Vec::new() };
        out.push(Item { found, shape, sha256: sha256.to_owned(), inputs, named: false, kept, copy: None, _spill: spill });
    }
    Ok(out)
}

/// Told by the first bytes, never by the name.
fn shape(head: &[u8]) -> Shape {
    // GeoPackage: an SQLite file with its own application id (OGC 12-128r19, 1.1.1.1.1).
    let geopackage =
        head.starts_with(b"SQLite format 3\0") && head.get(68..72).is_some_and(|id| [&b"GPKG"[..], b"GP10", b"GP11"].contains(&id));
    // File code 9994, big-endian (ESRI Shapefile Technical Description, July 1998).
    let shapefile = head.starts_with(&[0, 0, 0x27, 0x0a]);
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    // ECharts wraps its maps into a script that registers them.
    let script = text.starts_with(b"(function") || text.windows(11).any(|w| w == b"registerMap");
    if geopackage {
        return Shape::GeoPackage;
    }
    if shapefile || script || text.starts_with(b"{") || text.starts_with(b"[") { Shape::Map } else { Shape::Table }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_belong_to_the_shapefile_of_their_name_whatever_its_case() {
        let names = ["甲/A.SHP", "甲/a.dbf", "甲/A.shp.xml", "乙/a.dbf", "甲/b.prj", "甲/a.geojson"].map(str::to_owned);
        assert_eq!(companions(&names), [false, true, true, false, false, false]);
    }

    #[test]
    fn content_tells_and_not_the_name() {
        assert_eq!(shape(b"\xef\xbb\xbf {\"type\""), Shape::Map);
        assert_eq!(shape(&[0, 0, 0x27, 0x0a, 0]), Shape::Map);
        assert_eq!(shape("编码,名称\n".as_bytes()), Shape::Table);
        let mut database = b"SQLite format 3\0".to_vec();
        database.resize(100, 0);
        assert_eq!(shape(&database), Shape::Table);
        database[68..72].copy_from_slice(b"GPKG");
        assert_eq!(shape(&database), Shape::GeoPackage);
    }
}
