//! `xiantu screen`: leads, doubts, rules that do not run and what was decided, or what another threshold
//! would change.

use std::io;

use clap::ArgMatches;
use jiff::civil::Date;

use crate::domain::exit::Exit;
use crate::domain::problem::{Problem, Severity};
use crate::domain::request::{Loaded, Query};
use crate::domain::sheet::{SheetKind, Threshold};
use crate::runtime::engine::expect;

use super::choice::Choice;
use super::{Common, Failure, screen_json, sheet};

pub(super) fn run(common: &Common, m: &ArgMatches) -> Result<Exit, Failure> {
    let lang = common.lang;
    let kind = match m.get_one::<String>("what-if") {
        Some(text) => what_if(text).map_err(|p| Failure::problem(lang, &p))?,
        None => SheetKind::Leads,
    };
    let mut choice = Choice::open(common, m)?;
    let mut view = choice.workspace.home.clone();
    view.place = choice.subject.or(view.place);
    view.as_of.valid = m.get_one::<Date>("as-at").copied();
    let mut out = io::stdout().lock();
    let today = common.today();
    if m.get_flag("json") && kind == SheetKind::Leads {
        let outcome = choice.reader.answer(&Query::Screening(view), &choice.access, today);
        let found = expect(outcome, |l| if let Loaded::Screening(found) = l { Some(found) } else { None })
            .map_err(|p| Failure::problem(lang, &p))?;
        screen_json::write(&found, lang, &mut out)?;
        return Ok(choice.exit());
    }
    let outcome = choice.reader.answer(&Query::Sheet { kind, view }, &choice.access, today);
    let found =
        expect(outcome, |l| if let Loaded::Sheet(sheet) = l { Some(sheet) } else { None }).map_err(|p| Failure::problem(lang, &p))?;
    if m.get_flag("json") {
        sheet::json(&found, lang, &mut out)?;
    } else {
        sheet::print(&found, lang, None, &mut out)?;
    }
    Ok(choice.exit())
}

/// `RULE:TEST=VALUE`, the test counted from 1; without `:TEST` the first.
fn what_if(text: &str) -> Result<SheetKind, Problem> {
    let parse = || {
        let (left, value) = text.rsplit_once('=')?;
        let value: f64 = value.trim().parse().ok().filter(|v: &f64| v.is_finite())?;
        let (rule, test) = match left.rsplit_once(':') {
            Some((rule, test)) => (rule, test.trim().parse::<usize>().ok()?.checked_sub(1)?),
            None => (left, 0),
        };
        Some(SheetKind::WhatIf { rule: rule.trim().to_owned(), test, value: Threshold::of(value) })
    };
    parse().ok_or_else(|| Problem::new("E_LEAD_WHAT_IF", Severity::Refused, "").arg(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_what_if_names_a_rule_a_test_and_a_number() {
        let kind = |rule: &str, test, value| SheetKind::WhatIf { rule: rule.to_owned(), test, value: Threshold::of(value) };
        assert_eq!(what_if("base/vacant:2=6.5"), Ok(kind("base/vacant", 1, 6.5)));
        assert_eq!(what_if("vacant=-3"), Ok(kind("vacant", 0, -3.0)));
        for bad in ["", "vacant", "vacant:0=3", "vacant:x=3", "vacant:1=", "vacant:1=NaN", "vacant:1=三"] {
            assert_eq!(what_if(bad).map_err(|p| p.code).err().as_deref(), Some("E_LEAD_WHAT_IF"), "{bad}");
        }
    }
}
