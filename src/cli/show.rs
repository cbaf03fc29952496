//! `xiantu show`: everything of one place, with the same numbers as its card.

use std::io::{self, Write as _};

use clap::ArgMatches;
use serde_json::Value;

use crate::domain::exit::Exit;
use crate::domain::page::Card;
use crate::domain::request::{Loaded, Query};
use crate::locale::Lang;
use crate::rules::told;
use crate::runtime::engine::expect;

use super::choice::Choice;
use super::{Common, Failure, plain};

pub(super) fn run(common: &Common, m: &ArgMatches) -> Result<Exit, Failure> {
    let mut choice = Choice::open(common, m)?;
    let view = choice.view(common, m)?;
    let Some(uid) = choice.subject.or(view.place) else {
        return Err(Failure::new(Exit::Usage, common.lang.fill("cli.no_place", &[&""])));
    };
    let outcome = choice.reader.answer(&Query::Card { uid, view }, &choice.access, common.today());
    let card =
        expect(outcome, |l| if let Loaded::Card(card) = l { Some(card) } else { None }).map_err(|p| Failure::problem(common.lang, &p))?;
    let Some(card) = card else {
        return Err(Failure::new(Exit::Usage, common.lang.fill("cli.no_place", &[&uid])));
    };
    let mut out = io::stdout().lock();
    if m.get_flag("json") {
        super::json(&mut out, &worded(&card, common.lang)?)?;
    } else {
        out.write_all(plain::card(common.lang, &choice.workspace, &card).as_bytes())?;
    }
    Ok(choice.exit())
}

/// The card with the evidence of its leads in words as well: keys of our tables mean nothing outside.
fn worded(card: &Card, lang: Lang) -> Result<Value, Failure> {
    let mut value = serde_json::to_value(card).map_err(io::Error::from)?;
    for (lead, of) in value["leads"].as_array_mut().into_iter().flatten().zip(&card.leads) {
        lead["evidence"] = lang.words(&told(of)).into();
    }
    Ok(value)
}
