//! The files behind a layer or table: found, compared, hashed.

use std::fs::File;
use std::io::Read;
use std::path::{Component, Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::domain::problem::{Problem, Severity};

/// A file as it lies there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// Where.
    pub(super) path: PathBuf,
    /// As people find it: below the workspace folder where it lies there, `data/values.csv`.
    pub(super) shown_as: String,
    /// What `*` stands for; the stem of the name where there is no `*`.
    pub(super) stem: String,
    /// Size, bytes.
    pub(super) size: u64,
    /// Time of the last change, milliseconds of UTC.
    pub(super) mtime_ms: i64,
}

/// The files of some patterns, sorted by name; a pattern without any is a problem.
pub(super) fn find(dir: &Path, root: &Path, patterns: &[String], problems: &mut Vec<Problem>) -> Vec<Found> {
    let mut out: Vec<Found> = Vec::new();
    for pattern in patterns {
        let before = out.len();
        let shown = root.join(pattern);
        let as_found = below_workspace(&shown);
        match pattern.rsplit('/').next().and_then(|name| name.split_once('*')) {
            None => out.extend(look(&dir.join(&shown), as_found.display().to_string(), None)),
            Some((start, end)) => {
                let folder = dir.join(&shown).parent().map(Path::to_path_buf).unwrap_or_default();
                for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
                    let name = entry.file_name().to_string_lossy().into_owned();
                    let star = name.strip_prefix(start).and_then(|n| n.strip_suffix(end)).filter(|_| !name.starts_with('.'));
                    if let Some(star) = star {
                        let as_found = as_found.with_file_name(&name).display().to_string();
                        out.extend(look(&entry.path(), as_found, Some(star.to_owned())));
                    }
                }
            }
        }
        if out.len() == before {
            problems.push(Problem::new("E_IMPORT_ABSENT", Severity::Refused, as_found.display().to_string()));
        }
    }
    out.sort_by(|a, b| a.shown_as.cmp(&b.shown_as));
    out.dedup_by(|a, b| a.shown_as == b.shown_as);
    out
}

/// A path as the manifest gives it (relative to `maps/`) relative to the workspace folder, with
/// `..` resolved by its text; an absolute one stays as it is.
pub(super) fn below_workspace(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in Path::new("maps").join(path).components() {
        match part {
            Component::ParentDir if matches!(out.components().next_back(), Some(Component::Normal(_))) => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    out
}

fn look(path: &Path, shown_as: String, star: Option<String>) -> Option<Found> {
    let meta = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file)?;
    let mtime = meta.modified().ok().and_then(|t| t.duration_since(std::time::UNIX_EPOCH).ok());
    Some(Found {
        path: path.to_owned(),
        shown_as,
        stem: star.unwrap_or_else(|| path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default()),
        size: meta.len(),
        mtime_ms: mtime.and_then(|t| i64::try_from(t.as_millis()).ok()).unwrap_or_default(),
    })
}

/// The problem of a file that cannot be read.
pub(super) fn unreadable(file: &Found, error: &std::io::Error) -> Problem {
    Problem::new("E_IMPORT_READ", Severity::Refused, &*file.shown_as).arg(error)
}

/// SHA-256 of a file, hex.
pub(super) fn sha256(file: &Found) -> Result<String, Problem> {
    let mut reader = Hashing::open(file)?;
    std::io::copy(&mut reader, &mut std::io::sink()).map_err(|e| unreadable(file, &e))?;
    reader.finish(file)
}

/// A file that is hashed while it is read.
pub(super) struct Hashing {
    file: File,
    hasher: Sha256,
}

impl Hashing {
    pub(super) fn open(file: &Found) -> Result<Self, Problem> {
        Ok(Self { file: File::open(&file.path).map_err(|e| unreadable(file, &e))?, hasher: Sha256::new() })
    }

    /// The hash of the whole file, whatever is left of it included.
    pub(super) fn finish(mut self, file: &Found) -> Result<String, Problem> {
        let mut rest = vec![0; 64 << 10];
        while self.read(&mut rest).map_err(|e| unreadable(file, &e))? > 0 {}
        Ok(hex(&self.hasher.finalize()))
    }
}

impl Read for Hashing {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let n = self.file.read(buffer)?;
        self.hasher.update(&buffer[..n]);
        Ok(n)
    }
}

/// SHA-256 of a text, hex.
pub(super) fn sha256_of(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

fn hex(bytes: &[u8]) -> String {
    crate::store::hex(bytes)
}

/// Refuses a file whose hash is not the one the manifest expects.
pub(super) fn verify(expected: Option<&String>, found: &str, file: &Found) -> Result<(), Problem> {
    match expected {
        Some(expected) if expected != found => {
            Err(Problem::new("E_IMPORT_SHA256", Severity::Refused, &*file.shown_as).arg(expected).arg(found))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_from_the_workspace_folder() {
        for (given, shown) in [
            ("grids.geojson", "maps/grids.geojson"),
            ("../data/values.csv", "data/values.csv"),
            ("../../office/a.csv", "../office/a.csv"),
            ("/srv/gis/a.geojson", "/srv/gis/a.geojson"),
        ] {
            assert_eq!(below_workspace(Path::new(given)), Path::new(shown));
        }
    }
}
