//! `xiantu correct`: says that a value is another one, beside what the batch has.

use std::io::{self, Write as _};

use clap::ArgMatches;
use jiff::Timestamp;

use crate::domain::access::{Access, Grant};
use crate::domain::exit::Exit;
use crate::domain::problem::{Problem, Severity};
use crate::domain::request::{Command, Loaded, Query, Write};
use crate::runtime::engine::{expect, unexpected};

use super::choice::Choice;
use super::{Common, Failure};

pub(super) fn run(common: &Common, m: &ArgMatches) -> Result<Exit, Failure> {
    let lang = common.lang;
    let wrong = |p: Problem| Failure::problem(lang, &p);
    let mut choice = Choice::open(common, m)?;
    let view = choice.view(common, m)?;
    let (Some(entity), Some(period)) = (choice.subject, view.period) else {
        return Err(wrong(Problem::new("E_CORRECT_PLACE", Severity::Refused, "")));
    };
    let indicator = view.indicator.clone();
    // What it is now, as a person would see it.
    let query = Query::Provenance { uid: entity, indicator: indicator.clone(), period: Some(period), view };
    let outcome = choice.reader.answer(&query, &choice.access, common.today());
    let page = expect(outcome, |l| if let Loaded::Provenance(page) = l { Some(page) } else { None }).map_err(wrong)?;
    let old = super::plain::shown(lang, &page.shown, &page.indicator.unit);
    let text = |id: &str| m.get_one::<String>(id).cloned().unwrap_or_default();
    let write =
        Write::Correct { entity, indicator, period, old: old.clone(), new: text("to"), source: text("source"), reason: text("reason") };
    let permit = if common.read_only { None } else { Access::local(common.post.clone()).permit(Grant::Correct) };
    let command = permit.and_then(|permit| Command::new(permit, write));
    let command = command.ok_or_else(|| wrong(Problem::new("E_NO_GRANT", Severity::Refused, "")))?;
    let engine = common.open()?;
    let mut writer = engine.store.writer().map_err(wrong)?;
    let outcome = writer.execute(&command, Timestamp::now(), command.permit().post().unwrap_or_default());
    let receipt = expect(outcome, |l| if let Loaded::Written(receipt) = l { Some(receipt) } else { None }).map_err(wrong)?;
    let Write::Correct { new, .. } = &receipt.write else { return Err(wrong(unexpected())) };
    writeln!(io::stdout().lock(), "{}", lang.fill("cli.correct.done", &[&receipt.name, &page.indicator.label, &period, &old, new]))?;
    Ok(Exit::Done)
}
