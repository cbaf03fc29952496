//! The folders that a person looks through to choose files.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::domain::files::{FileEntry, FileKind, FileList, LISTED_MAX};
use crate::domain::problem::{Problem, Severity};
use crate::domain::request::{Loaded, Outcome};
use crate::domain::text::clean_name;

use super::folders;

/// Lists a folder. An empty path is `base`; `~` is the home folder; what is not absolute lies in `base`.
///
/// # Errors
/// `E_FILES_DIR`: it is not there, is no folder or may not be read.
pub fn list(base: &Path, dir: &Path) -> Outcome {
    let dir = dir.to_str().map_or_else(|| dir.to_path_buf(), folders::expand_home);
    let dir = if dir.as_os_str().is_empty() { base.to_path_buf() } else { base.join(dir) };
    let refuse = |error: std::io::Error| Problem::new("E_FILES_DIR", Severity::Refused, dir.display().to_string()).arg(error);
    let dir = fs::canonicalize(&dir).map_err(refuse)?;
    let mut entries: Vec<FileEntry> = fs::read_dir(&dir).map_err(refuse)?.flatten().filter_map(|found| entry(found.path())).collect();
    entries.sort_by(|a, b| (a.kind != FileKind::Folder, &a.name).cmp(&(b.kind != FileKind::Folder, &b.name)));
    let left_out = entries.len().saturating_sub(LISTED_MAX);
    entries.truncate(LISTED_MAX);
    let parent = dir.parent().map(Path::to_path_buf);
    Ok(Loaded::Files(FileList { dir, parent, entries, left_out }.into()))
}

/// What a path is; `None` for what is hidden, gone or neither file nor folder.
fn entry(path: PathBuf) -> Option<FileEntry> {
    let name = path.file_name()?.to_string_lossy();
    if name.starts_with('.') {
        return None;
    }
    let name = clean_name(&name).into_owned();
    // Follows links: what counts is what would be read.
    let facts = fs::metadata(&path).ok()?;
    let modified = facts.modified().ok().and_then(|at| Timestamp::try_from(at).ok());
    let kind = match facts.is_dir() {
        true => FileKind::Folder,
        false if facts.is_file() => FileKind::of_name(&name),
        false => return None,
    };
    Some(FileEntry {
        path,
        name,
        kind,
        size_bytes: if kind == FileKind::Folder { 0 } else { facts.len() },
        modified: modified.map(|at| at.to_zoned(TimeZone::system()).date()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(base: &Path, dir: &str) -> FileList {
        match list(base, Path::new(dir)) {
            Ok(Loaded::Files(files)) => (*files).clone(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn folders_come_first_and_hidden_files_not_at_all() {
        let dir = tempfile::tempdir().expect("a folder");
        for name in ["b.csv", "a.geojson", ".secret", "说明"] {
            fs::write(dir.path().join(name), "x").expect("a file");
        }
        fs::create_dir(dir.path().join("zz")).expect("a folder");
        let found = listed(dir.path(), "");
        let names: Vec<_> = found.entries.iter().map(|e| (e.name.as_str(), e.kind, e.size_bytes)).collect();
        assert_eq!(
            names,
            [("zz", FileKind::Folder, 0), ("a.geojson", FileKind::Map, 1), ("b.csv", FileKind::Table, 1), ("说明", FileKind::Other, 1)]
        );
        assert_eq!(listed(dir.path(), "zz").parent, Some(found.dir));
    }

    #[test]
    fn a_folder_that_is_not_there_says_so() {
        let dir = tempfile::tempdir().expect("a folder");
        let problem = list(dir.path(), Path::new("none")).expect_err("no folder");
        assert_eq!(problem.code, "E_FILES_DIR");
        assert!(problem.spot.file.ends_with("none"));
    }
}
