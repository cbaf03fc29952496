//! The values of a file that was taken once, stored again from the file as it was kept.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;

use super::read::{Asked, Claim, Known, Read, once};
use super::{answered_by, values};
use crate::domain::id::{IndicatorId, LevelId};
use crate::domain::indicator;
use crate::domain::problem::{Problem, Severity};
use crate::domain::round::{Taken, asked_period};
use crate::domain::value::State;
use crate::framework::Framework;
use crate::import::book::{self, BookOptions};
use crate::import::plan;
use crate::store::Writer;
use crate::store::import_log::RoundFile;
use crate::store::round::{Owners, Part};

/// Stores the values of a file as they were stored when it came, in a workspace folder.
///
/// # Errors
/// `E_BATCH_FILE` where the kept file is missing or can no longer be read, `E_ROUND_NONE` where the
/// round is not known, or why the store cannot be written.
pub(crate) fn take_afresh(
    writer: &mut Writer,
    dir: &Path,
    framework: &Framework,
    file: &RoundFile,
    (actor, then): (&str, Timestamp),
) -> Result<(), Problem> {
    let lost = || Problem::new("E_BATCH_FILE", Severity::Refused, file.file.as_str()).arg(&file.kept);
    let none = || Problem::new("E_ROUND_NONE", Severity::Refused, "").arg(file.period);
    let round = writer.round_at(file.period, then)?.ok_or_else(none)?;
    let known = |id: &IndicatorId| indicator::kept(&framework.indicators, id);
    let asked: Vec<Asked> = (round.asked.iter().filter_map(known))
        .filter_map(|i| Some(Asked { indicator: Arc::clone(i), period: asked_period(i.every_months, file.period)? }))
        .collect();
    let levels: Vec<LevelId> = asked.iter().map(|a| a.indicator.level.clone()).collect();
    let load = writer.load(then)?;
    let world = load.world_on(framework, file.today, framework.levels.len())?;
    let owners = Owners::of(&world, None, &round.level, &levels);
    drop(load);
    let unit = owners.get(&file.code.to_uppercase()).map(|owner| owner.uid).ok_or_else(none)?;
    let path = dir.join(plan::FOLDER).join(&file.kept);
    let shown = file.file.split('/').next().unwrap_or(&file.file);
    let options = BookOptions { child: book::child::executable(), ..BookOptions::default() };
    let books = book::read_file(&path, shown, &options).map_err(|_| lost())?;
    let book = books.into_iter().find(|b| b.file == file.file).ok_or_else(lost)?;
    let known = Known::of(dir, framework);
    let report = Read { round: file.period, asked: &asked, owners: &owners, framework, known: &known }.book(&book);
    let ours = answered_by(&report, unit);
    let (claims, _) = once(report.claims.into_iter().filter(|c| ours(c.unit)).collect());
    let reported: Vec<&Claim> = claims.iter().filter(|c| c.reading.state != State::Missing).collect();
    let part = Part {
        unit,
        code: file.code.clone(),
        taken: Taken::default(),
        sheets: book.sheets.iter().map(|s| s.name.clone()).collect(),
        values: values(&reported),
    };
    writer.take_again(file, &part, (actor, then))
}
