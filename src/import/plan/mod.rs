//! Files → records → matching → differences → a plan, and the plan carried out.
//!
//! A plan is the import itself inside a transaction that is rolled back: what was shown is what is
//! done, and a later file of one import sees what an earlier one brings. Files go in the order in
//! which one rests on another: boundaries from the top level down, lists of units, zones, branches,
//! entities, values.

mod copy;
mod figure;
mod headings;
mod keep;
mod kept;
mod level;
mod map;
mod open;
mod people;
mod planner;
mod records;
mod regions;
mod report;
mod roles;
mod sheet;
mod source;
mod spill;
mod table;
mod units;
mod units_differ;
mod units_map;
mod units_reshaped;
mod values;
mod zones;

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::Date;
use rustc_hash::FxHashMap;

use self::planner::Planner;
use self::source::Item;
use super::manifest::Manifest;
use super::profile::Profile;
use super::profile::Profiles;
use crate::domain::plan::{Applied, Choices, Counts, Plan};
use crate::domain::problem::{Problem, Severity};
use crate::domain::request::{Progress, Stop};
use crate::framework::Framework;
use crate::store::Writer;
use crate::store::import_log::{self, Entry, What};

use self::keep::Keeping;
pub(super) use self::keep::{FOLDER, keep};
pub use self::keep::{Rebuilt, rebuild};

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
    /// Asks to stop: looked at wherever progress is told, and at every row and feature.
    pub stop: &'a Stop,
}

/// What importing files would do.
///
/// # Errors
/// Why the store does not answer; what is wrong with the files stands in the plan.
pub fn plan(
    writer: &mut Writer,
    scene: &Scene<'_>,
    files: &[PathBuf],
    choices: &Choices,
    now: Timestamp,
    progress: &mut dyn FnMut(Progress),
) -> Result<Plan, Problem> {
    let mut problems = Vec::new();
    let items = source::items(files, &mut problems);
    let mut load = writer.load(now)?;
    // Dropped at the end without a commit.
    let (plan, _) = Planner::new(scene, choices, &mut load, None)?.run(items, problems, progress)?;
    Ok(plan)
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
    digest: Option<&str>,
    who: (&str, Timestamp),
    progress: &mut dyn FnMut(Progress),
) -> Result<Applied, Problem> {
    let (plan, applied) = import(writer, scene, files, choices, digest, who, progress)?;
    let open = plan.questions.iter().filter(|q| q.needed).count();
    applied.ok_or_else(|| Problem::new("E_PLAN_OPEN", Severity::Refused, "").arg(open))
}

/// Makes a plan and carries it out at once where nothing stands in its way: for whoever prints both.
///
/// # Errors
/// As [`apply`], but that it is open.
pub fn import(
    writer: &mut Writer,
    scene: &Scene<'_>,
    files: &[PathBuf],
    choices: &Choices,
    digest: Option<&str>,
    who: (&str, Timestamp),
    progress: &mut dyn FnMut(Progress),
) -> Result<(Plan, Option<Applied>), Problem> {
    let mut problems = Vec::new();
    let items = source::items(files, &mut problems);
    carry_out(writer, scene, items, problems, choices, (digest, None), who, progress)
}

#[allow(clippy::too_many_arguments, reason = "what an import is made of")]
fn carry_out(
    writer: &mut Writer,
    scene: &Scene<'_>,
    items: Vec<Item>,
    problems: Vec<Problem>,
    choices: &Choices,
    (digest, number): (Option<&str>, Option<i64>),
    (actor, now): (&str, Timestamp),
    progress: &mut dyn FnMut(Progress),
) -> Result<(Plan, Option<Applied>), Problem> {
    let kept = Keeping::of(&items);
    let mut load = writer.load(now)?;
    let import = load.next_import(number)?;
    let planner = Planner::new(scene, choices, &mut load, Some((import, actor)))?;
    let (plan, Done { batches, learned, mut profiles, copies }) = planner.run(items, problems, progress)?;
    if digest.is_some_and(|digest| digest != plan.digest) {
        return Err(Problem::new("E_PLAN_CHANGED", Severity::Refused, ""));
    }
    if !plan.ready() {
        return Ok((plan, None));
    }
    // One that is made again is known by its files even where it changes nothing.
    if batches.is_empty() && number.is_none() {
        drop(load);
        let applied = Applied { batches, counts: plan.counts, version: writer.version()? };
        return Ok((plan, Some(applied)));
    }
    // The files first: a batch without its file could not be made again.
    let files = kept.keep(scene.dir, if number.is_none() { copies } else { FxHashMap::default() })?;
    for (n, (name, sha256, _)) in files.iter().enumerate() {
        load.put_file(import, n, name, sha256)?;
    }
    let world = load.world(scene.framework, scene.framework.levels.len())?;
    load.repack_touched(&world, &batches)?;
    drop(world);
    load.finish(scene.framework)?;
    // One that is made again stands in the log already.
    if number.is_none() {
        let other = files.iter().filter(|(_, kept, original)| kept != original);
        let originals = other.map(|(name, _, original)| (name.clone(), original.clone())).collect();
        let files = files.into_iter().map(|(name, kept, _)| (name, kept)).collect();
        let what = What::Import { import, files, originals, choices: Box::new(choices.clone()), today: scene.today };
        writer.log_import(&Entry { at_ms: now.as_millisecond(), actor: actor.to_owned(), what })?;
    }
    // Only what was carried out is remembered; that it cannot be is no reason to fail after the commit.
    if let Err(problem) = profiles.learn(learned) {
        tracing::warn!(%problem, "the columns were not remembered");
    }
    let applied = Applied { batches, counts: plan.counts, version: writer.version()? };
    Ok((plan, Some(applied)))
}

/// Takes batches back, all or none.
///
/// # Errors
/// `E_BATCH_*`, or why it could not be saved; nothing is changed then.
pub fn undo(writer: &mut Writer, scene: &Scene<'_>, batches: &[i64], (actor, now): (&str, Timestamp)) -> Result<Applied, Problem> {
    let mut load = writer.load(now)?;
    load.undo(batches)?;
    let places = batches.iter().map(|batch| import_log::position(load.connection(), *batch)).collect::<Result<_, _>>()?;
    let world = load.world(scene.framework, scene.framework.levels.len())?;
    load.repack_touched(&world, batches)?;
    drop(world);
    load.finish(scene.framework)?;
    writer.log_import(&Entry { at_ms: now.as_millisecond(), actor: actor.to_owned(), what: What::Undo { batches: places } })?;
    Ok(Applied { batches: batches.to_vec(), counts: Counts::default(), version: writer.version()? })
}

/// What came of a run that writes.
struct Done {
    batches: Vec<i64>,
    learned: Vec<(String, Profile)>,
    profiles: Profiles,
    copies: FxHashMap<usize, Vec<u8>>,
}
