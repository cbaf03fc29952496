//! Files → records → matching → differences → a plan, and the plan carried out.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::Date;

use super::manifest::Manifest;
use crate::domain::plan::{Applied, Choices, Counts, Plan};
use crate::domain::problem::{Problem, Severity};
use crate::domain::request::Progress;
use crate::framework::Framework;
use crate::store::Writer;

/// Where a plan is made.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// The workspace folder.
    pub dir: &'a Path,
    /// Its manifest.
    pub manifest: &'a Manifest,
    /// Its framework.
    pub framework: &'a Framework,
    /// The day the session believes in.
    pub today: Date,
}

/// What importing files would do.
///
/// # Errors
/// Why the store does not answer; what is wrong with the files stands in the plan.
pub fn plan(
    writer: &Writer,
    scene: &Scene<'_>,
    files: &[PathBuf],
    choices: &Choices,
    progress: &mut dyn FnMut(Progress),
) -> Result<Plan, Problem> {
    let _ = (writer, scene, files, choices, progress);
    Err(Problem::new("E_INTERNAL", Severity::Refused, ""))
}

/// Carries a plan out, if it is still the one that was seen.
///
/// # Errors
/// `E_PLAN_CHANGED`, `E_PLAN_OPEN`, or why it could not be saved; nothing is changed then.
pub fn apply(
    writer: &mut Writer,
    scene: &Scene<'_>,
    files: &[PathBuf],
    choices: &Choices,
    digest: &str,
    (actor, now): (&str, Timestamp),
    progress: &mut dyn FnMut(Progress),
) -> Result<Applied, Problem> {
    let _ = (writer, scene, files, choices, digest, actor, now, progress);
    Err(Problem::new("E_INTERNAL", Severity::Refused, ""))
}

/// Takes batches back, all or none.
///
/// # Errors
/// `E_BATCH_*`, or why it could not be saved; nothing is changed then.
pub fn undo(writer: &mut Writer, scene: &Scene<'_>, batches: &[i64], (actor, now): (&str, Timestamp)) -> Result<Applied, Problem> {
    let mut load = writer.load(now)?;
    load.undo(batches)?;
    let version = load.finish(scene.framework)?;
    let _ = actor;
    Ok(Applied { batches: batches.to_vec(), counts: Counts::default(), version })
}
