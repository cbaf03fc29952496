//! `xiantu form`: the forms of the county, one of them as text or JSON, or written into its workbook.

use std::io::{self, Write as _};
use std::path::PathBuf;

use clap::ArgMatches;
use jiff::civil::Date;

use crate::domain::behind::Behind;
use crate::domain::exit::Exit;
use crate::domain::form::CellAt;
use crate::domain::problem::{Problem, Severity};
use crate::domain::request::{Loaded, Query};
use crate::domain::sheet::SheetKind;
use crate::export::form;
use crate::runtime::engine::expect;

use super::choice::Choice;
use super::{Common, Failure, sheet};

/// Tables of a form that are printed as text: all but the list of who is counted.
const TABLES: usize = 3;

pub(super) fn run(common: &Common, m: &ArgMatches) -> Result<Exit, Failure> {
    let lang = common.lang;
    let fail = |p: Problem| Failure::problem(lang, &p);
    let name = m.get_one::<String>("name").cloned().unwrap_or_default();
    let mut choice = Choice::open(common, m)?;
    let mut view = choice.workspace.home.clone();
    view.place = choice.subject.or(view.place);
    view.as_of.valid = m.get_one::<Date>("as-at").copied();
    let mut out = io::stdout().lock();
    if let Some(to) = m.get_one::<PathBuf>("out") {
        let outcome = choice.reader.answer(&Query::Filled { name, view }, &choice.access, common.today());
        let filled = expect(outcome, |l| if let Loaded::Filled(filled) = l { Some(filled) } else { None }).map_err(fail)?;
        form::write(&filled, to).map_err(fail)?;
        writeln!(out, "{}", lang.fill("cli.form_written", &[&lang.words(&filled.label), &to.display(), &filled.cells.len()]))?;
        for (key, n) in [("cli.form_failed", filled.failed), ("cli.form_open", filled.open)] {
            if n > 0 {
                writeln!(out, "{}", lang.fill(key, &[&n, &filled.name]))?;
            }
        }
        return Ok(choice.exit());
    }
    let cell = m.get_one::<String>("cell");
    let kind = match cell {
        Some(cell) => {
            let at = CellAt::parse(cell).ok_or_else(|| fail(Problem::new("E_FORM_CELL", Severity::Refused, "").arg(cell)))?;
            SheetKind::Behind { of: Behind::Cell { form: name, at } }
        }
        None => SheetKind::Form { name },
    };
    let query = Query::Sheet { kind, view };
    let outcome = choice.reader.answer(&query, &choice.access, common.today());
    let found = expect(outcome, |l| if let Loaded::Sheet(sheet) = l { Some(sheet) } else { None }).map_err(fail)?;
    if m.get_flag("json") {
        sheet::json(&found, lang, &mut out)?;
    } else {
        if choice.workspace.demo {
            writeln!(out, "{}", lang.text("cli.plain.demo"))?;
        }
        // Who is counted stands under each cell, where it is asked for, and on the sheet of one cell.
        let mut found = (*found).clone();
        if cell.is_none() {
            found.tables.truncate(TABLES);
        }
        out.write_all(sheet::text(&found, lang, None, m.get_flag("details")).as_bytes())?;
    }
    Ok(choice.exit())
}
