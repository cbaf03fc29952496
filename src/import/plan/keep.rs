//! The kept files of imports, and making reference.db again from them.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::{Scene, carry_out, source};
use crate::domain::problem::{Problem, Severity};
use crate::domain::request::Progress;
use crate::import::repair::{self, Wanted};
use crate::import::round;
use crate::store::Writer;
use crate::store::import_log::{What, batches_of};

/// Folder of the kept files in a workspace.
pub(in crate::import) const FOLDER: &str = "data/batches";

/// Keeps copies of files under their hash, each whole or not at all.
pub(in crate::import) fn keep(dir: &Path, files: &[(String, PathBuf, String)]) -> Result<(), Problem> {
    let folder = dir.join(FOLDER);
    let failed = |e: std::io::Error, name: &str| {
        let code = if e.kind() == std::io::ErrorKind::StorageFull { "E_DISK_FULL" } else { "E_DISK" };
        Problem::new(code, Severity::Refused, name).arg(e)
    };
    std::fs::create_dir_all(&folder).map_err(|e| failed(e, FOLDER))?;
    for (name, path, sha256) in files {
        let to = folder.join(sha256);
        if to.is_file() {
            continue;
        }
        let part = folder.join(format!(".{}", uuid::Uuid::new_v4().simple()));
        let copied = copy(path, &part).map_err(|e| failed(e, name)).and_then(|found| {
            // The file was changed while it was imported.
            if found != *sha256 {
                return Err(Problem::new("E_PLAN_CHANGED", Severity::Refused, name.as_str()));
            }
            std::fs::rename(&part, &to).map_err(|e| failed(e, name))
        });
        if copied.is_err() {
            let _ = std::fs::remove_file(&part);
        }
        copied?;
    }
    Ok(())
}

/// Copies a file to the disk; its hash.
fn copy(from: &Path, to: &Path) -> std::io::Result<String> {
    let (mut from, mut to) = (std::fs::File::open(from)?, std::fs::File::create_new(to)?);
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        match std::io::Read::read(&mut from, &mut buffer)? {
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

/// Brings the imports and the files of rounds back into a reference.db that lost them, in their
/// order and with their times, from the kept files. Does nothing where they are there.
///
/// # Errors
/// `E_BATCH_FILE` where a kept file is missing or not what it was; what came before it stays.
pub fn rebuild(writer: &mut Writer, scene: &Scene<'_>, progress: &mut dyn FnMut(Progress)) -> Result<usize, Problem> {
    let log = writer.import_log()?;
    let mut made = 0;
    for entry in log {
        let now = Timestamp::from_millisecond(entry.at_ms).unwrap_or_default();
        match entry.what {
            What::Import { import, files, choices, today } => {
                if !batches_of(writer.reference(), import)?.is_empty() {
                    continue;
                }
                let items = source::again(&scene.dir.join(FOLDER), &files)?;
                let scene = Scene { today, ..*scene };
                carry_out_again(writer, &scene, items, &choices, import, (&entry.actor, now), progress)?;
                made += 1;
            }
            What::Repair { import, units, today } => {
                if batches_of(writer.reference(), import)?.is_empty() {
                    let scene = Scene { today, ..*scene };
                    repair::apply(writer, &scene, Wanted::Units(&units), Some(import), (&entry.actor, now))?;
                    made += 1;
                }
            }
            What::Round(file) => {
                if batches_of(writer.reference(), file.import)?.is_empty() {
                    round::take_afresh(writer, scene.dir, scene.framework, &file, (&entry.actor, now))?;
                    made += 1;
                }
            }
            What::Undo { batches } => {
                let found: Vec<i64> =
                    batches.iter().filter_map(|(import, n)| batches_of(writer.reference(), *import).ok()?.get(*n).copied()).collect();
                let mut load = writer.load(now)?;
                if load.undo(&found).is_ok() {
                    let world = load.world(scene.framework, scene.framework.levels.len())?;
                    load.repack_touched(&world, &found)?;
                    drop(world);
                    load.finish(scene.framework)?;
                    made += 1;
                }
            }
        }
    }
    Ok(made)
}

fn carry_out_again(
    writer: &mut Writer,
    scene: &Scene<'_>,
    items: Vec<source::Item>,
    choices: &crate::domain::plan::Choices,
    import: i64,
    who: (&str, Timestamp),
    progress: &mut dyn FnMut(Progress),
) -> Result<(), Problem> {
    carry_out(writer, scene, items, Vec::new(), choices, (None, Some(import)), who, progress).and_then(|(_, applied)| {
        // The framework or the manifest says something else than it did then.
        applied.map(|_| ()).ok_or_else(|| Problem::new("E_PLAN_OPEN", Severity::Refused, "").arg(import))
    })
}
