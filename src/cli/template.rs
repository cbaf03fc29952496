//! `xiantu template`: one workbook per unit of a round.

use std::io::{self, Write as _};
use std::path::PathBuf;

use clap::ArgMatches;

use crate::domain::access::Access;
use crate::domain::exit::Exit;
use crate::domain::period::{BadPeriod, Period};
use crate::domain::problem::{Problem, Severity};
use crate::domain::request::{Loaded, Query};
use crate::domain::round::Form;
use crate::export::template;
use crate::runtime::engine::expect;

use super::{Common, Failure};

/// Folder of a workspace in which templates are written where no other is named.
const FOLDER: &str = "data/templates";

pub(super) fn run(common: &Common, m: &ArgMatches) -> Result<Exit, Failure> {
    let lang = common.lang;
    let fail = |p: Problem| Failure::problem(lang, &p);
    let period = match m.get_one::<String>("round") {
        Some(text) => {
            Some(text.parse::<Period>().map_err(|BadPeriod(text)| Failure::new(Exit::Usage, lang.fill("cli.bad_period", &[&text])))?)
        }
        None => None,
    };
    let access = Access::read_only();
    let engine = common.open()?;
    let (mut reader, _) = engine.ready(&access, common.today()).map_err(fail)?;
    let outcome = reader.answer(&Query::Forms { period }, &access, common.today());
    let forms = expect(outcome, |l| if let Loaded::Forms(forms) = l { Some(forms) } else { None }).map_err(fail)?;
    let Some(first) = forms.first() else {
        return Err(fail(Problem::new("E_ROUND_LEVEL", Severity::Refused, "")));
    };
    let folder = match m.get_one::<PathBuf>("to") {
        Some(folder) => folder.clone(),
        None if common.read_only => {
            return Err(fail(Problem::new("E_STORE_READ_ONLY", Severity::Refused, engine.dir.display().to_string())));
        }
        None => engine.dir.join(FOLDER).join(first.period.to_string()),
    };
    let mut out = io::stdout().lock();
    if period.is_none() {
        writeln!(out, "{}", lang.fill("round.text.assumed", &[&first.period]))?;
    }
    let written = template::write(&forms, &folder, lang).map_err(fail)?;
    let count = |f: fn(&(crate::domain::value::Reading, bool)) -> bool| cells(&forms).filter(|c| c.as_ref().is_some_and(f)).count();
    let (all, filled, known) = (cells(&forms).count(), count(|_| true), count(|c| c.1));
    writeln!(out, "{}", lang.fill("round.text.templates", &[&written.len(), &folder.display(), &all, &filled, &known]))?;
    Ok(Exit::Done)
}

fn cells(forms: &[Form]) -> impl Iterator<Item = &Option<(crate::domain::value::Reading, bool)>> {
    forms.iter().flat_map(|f| &f.sheets).flat_map(|s| &s.rows).flat_map(|r| &r.cells)
}
