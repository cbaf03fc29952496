//! `xiantu undo`: takes batches of imports back.

use std::io::{self, Write as _};

use clap::ArgMatches;

use crate::domain::exit::Exit;
use crate::domain::problem::{Problem, Severity};
use crate::domain::text::quote;
use crate::runtime::folders;

use super::batches::time;
use super::{Common, Failure, import};

pub(super) fn run(common: &Common, m: &ArgMatches) -> Result<Exit, Failure> {
    let lang = common.lang;
    let batches: Vec<i64> = m.get_many::<i64>("batches").into_iter().flatten().copied().collect();
    let dir = common.dir.clone().or_else(folders::find_workspace);
    let dir = dir.ok_or_else(|| Failure::new(Exit::Usage, lang.text("cli.no_workspace")))?;
    if dir.is_file() {
        return Err(Failure::problem(lang, &Problem::new("E_STORE_READ_ONLY", Severity::Refused, dir.display().to_string())));
    }
    let (_, mut importer) = import::open(common, &dir)?;
    let fail = |p: Problem| Failure::problem(lang, &p);
    let resting = importer.rests(&batches, common.today()).map_err(fail)?;
    let mut out = io::stdout().lock();
    let ids: Vec<String> = batches.iter().map(ToString::to_string).collect();
    if !resting.is_empty() {
        writeln!(out, "{}", lang.fill("cli.batches.rests", &[&ids.join(" ")]))?;
        for one in resting.iter() {
            writeln!(out, "  {}", lang.fill("cli.batches.rests_line", &[&one.id, &time(one.known_from_ms), &quote(&one.file), &one.rows]))?;
        }
        writeln!(out, "{}", lang.text("cli.batches.rests_how"))?;
        if !m.get_flag("anyway") {
            let newest: Vec<String> = resting.iter().rev().map(|one| one.id.to_string()).collect();
            return Err(fail(Problem::new("E_BATCH_RESTS", Severity::Refused, "").arg(ids.join(" ")).arg(newest.join(" "))));
        }
    }
    let actor = common.post.clone().unwrap_or_default();
    importer.undo(&batches, &actor, common.today()).map_err(fail)?;
    writeln!(out, "{}", lang.fill("cli.batches.undone", &[&ids.join(" ")]))?;
    Ok(Exit::Done)
}
