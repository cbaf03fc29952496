//! `xiantu load`: loads what is new and lists what was wrong with it.

use std::io::{self, Write as _};

use clap::ArgMatches;

use crate::domain::exit::Exit;
use crate::domain::problem::{Problem, Severity};

use super::{Common, Failure, ended, kept_aside};

pub(super) fn run(common: &Common, m: &ArgMatches) -> Result<Exit, Failure> {
    let lang = common.lang;
    let engine = common.open()?;
    let Some(mut loader) = engine.loader().map_err(|p| Failure::problem(lang, &p))? else {
        return Err(Failure::problem(lang, &Problem::new("E_STORE_READ_ONLY", Severity::Refused, engine.dir.display().to_string())));
    };
    let summary = loader.refresh(m.get_flag("removals"), &mut |_| {}).map_err(|p| Failure::problem(lang, &p))?;
    let mut out = io::stdout().lock();
    if summary.loaded.is_empty() {
        writeln!(out, "{}", lang.text("cli.nothing_new"))?;
    }
    for read in &summary.reads {
        writeln!(out, "{}", lang.fill("cli.loaded", &[&read.name, &read.read, &read.drawn, &read.listed]))?;
    }
    let aside = kept_aside(&summary.problems);
    if aside > 0 {
        writeln!(out, "{}", lang.fill("cli.kept_aside", &[&aside]))?;
    }
    for problem in &summary.problems {
        writeln!(out, "{}", lang.problem(problem))?;
    }
    if let Some(pending) = &summary.pending {
        writeln!(out, "{}", lang.fill("cli.pending", &[pending]))?;
    }
    Ok(ended(&summary.problems))
}
