//! The kept files of imports, and making reference.db again from them.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rustc_hash::FxHashMap;
use sha2::{Digest as _, Sha256};

use super::source::Item;
use super::{Scene, carry_out, source};
use crate::domain::plan::Choices;
use crate::domain::problem::{Problem, Severity};
use crate::domain::request::Progress;
use crate::import::book;
use crate::import::repair::{self, Wanted};
use crate::import::round;
use crate::store::Writer;
use crate::store::import_log::{Entry, Made, What, batches_of, is_imported, is_made};

/// Folder of the kept files in a workspace.
pub(in crate::import) const FOLDER: &str = "data/batches";

/// Keeps a copy of a file, whole or not at all: as it is under its own hash, a workbook or document
/// without the names of those who wrote it under that of the copy. The hash under which it is kept.
pub(in crate::import) fn keep(dir: &Path, (name, path, sha256): &(String, PathBuf, String)) -> Result<String, Problem> {
    let folder = dir.join(FOLDER);
    let to = folder.join(sha256);
    if to.is_file() {
        return Ok(sha256.clone());
    }
    std::fs::create_dir_all(&folder).map_err(|e| failed(e, FOLDER))?;
    // The file was changed while it was imported.
    let same = |found: &str| {
        if found == sha256 { Ok(()) } else { Err(Problem::new("E_PLAN_CHANGED", Severity::Refused, name.as_str())) }
    };
    let unreadable = |e| Problem::new("E_IMPORT_READ", Severity::Refused, name.as_str()).arg(e);
    if is_container(path).map_err(unreadable)? {
        let bytes = std::fs::read(path).map_err(unreadable)?;
        same(&crate::store::hex(&Sha256::digest(&bytes)))?;
        if let Some(nameless) = book::nameless(&bytes) {
            return keep_read(dir, name, &nameless);
        }
    }
    whole(&folder, &to, |part| same(&copy(path, part).map_err(|e| failed(e, name))?))?;
    Ok(sha256.clone())
}

/// Whether a file is packed, as workbooks, documents and archives are.
fn is_container(path: &Path) -> std::io::Result<bool> {
    let mut head = Vec::new();
    std::fs::File::open(path)?.take(4).read_to_end(&mut head)?;
    Ok(head == b"PK\x03\x04")
}

/// The files of an import that may be kept.
pub(super) struct Keeping {
    /// Which file of the import, with those that belong to it: name, place, hash.
    files: Vec<(usize, (String, PathBuf, String))>,
}

impl Keeping {
    /// Those of some files.
    pub(super) fn of(items: &[Item]) -> Self {
        Self { files: items.iter().enumerate().flat_map(|(n, i)| i.kept.iter().map(move |kept| (n, kept.clone()))).collect() }
    }

    /// Keeps them, where there are `copies` those in their place and in that of what belongs to them;
    /// of each its name, the hash under which it is kept, and its own.
    pub(super) fn keep(self, dir: &Path, copies: FxHashMap<usize, Vec<u8>>) -> Result<Vec<(String, String, String)>, Problem> {
        let mut copied = None;
        let mut out = Vec::with_capacity(self.files.len());
        for (n, file) in self.files {
            let kept = match copies.get(&n) {
                Some(_) if copied == Some(n) => continue,
                Some(bytes) => {
                    copied = Some(n);
                    keep_read(dir, &file.0, bytes)?
                }
                None => keep(dir, &file)?,
            };
            out.push((file.0, kept, file.2));
        }
        Ok(out)
    }
}

/// Keeps what was read in place of a file; its hash.
fn keep_read(dir: &Path, name: &str, bytes: &[u8]) -> Result<String, Problem> {
    let folder = dir.join(FOLDER);
    std::fs::create_dir_all(&folder).map_err(|e| failed(e, FOLDER))?;
    let sha256 = crate::store::hex(&Sha256::digest(bytes));
    whole(&folder, &folder.join(&sha256), |part| {
        let mut file = std::fs::File::create_new(part).map_err(|e| failed(e, name))?;
        file.write_all(bytes).and_then(|()| file.sync_all()).map_err(|e| failed(e, name))
    })?;
    Ok(sha256)
}

fn failed(e: std::io::Error, name: &str) -> Problem {
    let code = if e.kind() == std::io::ErrorKind::StorageFull { "E_DISK_FULL" } else { "E_DISK" };
    Problem::new(code, Severity::Refused, name).arg(e)
}

/// Writes a file whole or not at all.
fn whole(folder: &Path, to: &Path, write: impl FnOnce(&Path) -> Result<(), Problem>) -> Result<(), Problem> {
    let part = folder.join(format!(".{}", uuid::Uuid::new_v4().simple()));
    let done = write(&part).and_then(|()| std::fs::rename(&part, to).map_err(|e| failed(e, FOLDER)));
    if done.is_err() {
        let _ = std::fs::remove_file(&part);
    }
    done
}

/// Copies a file to the disk; its hash.
fn copy(from: &Path, to: &Path) -> std::io::Result<String> {
    let (mut from, mut to) = (std::fs::File::open(from)?, std::fs::File::create_new(to)?);
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        match from.read(&mut buffer)? {
            0 => break,
            n => {
                hasher.update(&buffer[..n]);
                to.write_all(&buffer[..n])?;
            }
        }
    }
    to.sync_all()?;
    Ok(crate::store::hex(&hasher.finalize()))
}

/// What came of making reference.db again.
#[derive(Debug, Default, PartialEq)]
pub struct Rebuilt {
    /// Imports, files of rounds and takings back that were brought back.
    pub made: usize,
    /// Files that have to be brought again, `E_BATCH_FILE`, and imports that are open without them.
    pub problems: Vec<Problem>,
}

/// Brings the imports and the files of rounds back into a reference.db that lost them, in their
/// order and with their times, from the kept files. Does nothing where they are there. A file that
/// is missing, was changed or must not be kept is named; the others are brought back all the same.
///
/// # Errors
/// Why the store does not answer or cannot be written; what came before stays.
pub fn rebuild(writer: &mut Writer, scene: &Scene<'_>, progress: &mut dyn FnMut(Progress)) -> Result<Rebuilt, Problem> {
    let mut out = Rebuilt::default();
    for entry in writer.import_log()? {
        match again(writer, scene, &entry, progress) {
            Ok(made) => out.made += usize::from(made),
            Err(problem) if problem.code == "E_BATCH_FILE" || problem.code == "E_PLAN_OPEN" => out.problems.push(problem),
            Err(problem) => return Err(problem),
        }
    }
    Ok(out)
}

/// Does again what an entry of the log says; whether there was anything to do.
fn again(writer: &mut Writer, scene: &Scene<'_>, entry: &Entry, progress: &mut dyn FnMut(Progress)) -> Result<bool, Problem> {
    let now = Timestamp::from_millisecond(entry.at_ms).unwrap_or_default();
    let who = (entry.actor.as_str(), now);
    match &entry.what {
        What::Import { import, files, originals, choices, today } => {
            let original = |(name, kept): &(String, String)| (name.clone(), originals.get(name).unwrap_or(kept).clone());
            let items = match is_made(writer.reference(), *import)? {
                Made::Yes => return Ok(false),
                Made::Next => source::again(&scene.dir.join(FOLDER), files, originals).map_err(|mut problem| {
                    // A person has the original and can compare its hash.
                    if let Some(original) = originals.get(&problem.spot.file) {
                        problem.args = vec![original.clone()];
                    }
                    problem
                })?,
                Made::Late => return missed(writer, &files.iter().map(original).collect::<Vec<_>>()),
            };
            let mut choices = Choices::clone(choices);
            choices.without.extend(items.iter().flat_map(|i| i.copy.iter().flatten()).flat_map(|part| part.without().iter().cloned()));
            let scene = Scene { today: *today, ..*scene };
            let (_, applied) = carry_out(writer, &scene, items, Vec::new(), &choices, (None, Some(*import)), who, progress)?;
            // The framework or the manifest says something else than it did then.
            applied.ok_or_else(|| Problem::new("E_PLAN_OPEN", Severity::Refused, "").arg(import))?;
        }
        What::Repair { import, units, today } => {
            if is_made(writer.reference(), *import)? == Made::Yes {
                return Ok(false);
            }
            let scene = Scene { today: *today, ..*scene };
            repair::apply(writer, &scene, Wanted::Units(units), Some(*import), who)?;
        }
        What::Round(file) => {
            match is_made(writer.reference(), file.import)? {
                Made::Yes => return Ok(false),
                Made::Next => {}
                Made::Late => return missed(writer, &[(file.file.clone(), file.sha256.clone())]),
            }
            round::take_afresh(writer, scene.dir, scene.framework, file, who)?;
        }
        What::Undo { batches } => {
            let found: Vec<i64> =
                batches.iter().filter_map(|(import, n)| batches_of(writer.reference(), *import).ok()?.get(*n).copied()).collect();
            let mut load = writer.load(now)?;
            if found.is_empty() || load.undo(&found).is_err() {
                return Ok(false);
            }
            let world = load.world(scene.framework, scene.framework.levels.len())?;
            load.repack_touched(&world, &found)?;
            drop(world);
            load.finish(scene.framework)?;
        }
    }
    Ok(true)
}

/// An import that could not be made again when its turn was: done where somebody imported its files anew.
fn missed(writer: &Writer, files: &[(String, String)]) -> Result<bool, Problem> {
    if is_imported(writer.reference(), files)? {
        return Ok(false);
    }
    let (name, sha256) = files.first().cloned().unwrap_or_default();
    Err(Problem::new("E_BATCH_FILE", Severity::Refused, name).arg(sha256))
}
