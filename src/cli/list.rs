//! `xiantu list`: what lies below a place, with the same numbers as the screen.

use std::io::{self, Write as _};

use clap::ArgMatches;

use crate::domain::exit::Exit;
use crate::domain::request::{Loaded, Query};
use crate::runtime::engine::expect;

use super::choice::Choice;
use super::{Common, Failure, plain};

pub(super) fn run(common: &Common, m: &ArgMatches) -> Result<Exit, Failure> {
    let mut choice = Choice::open(common, m)?;
    let view = choice.view(common, m)?;
    let outcome = choice.reader.answer(&Query::Home(view), &choice.access, common.today());
    let page =
        expect(outcome, |l| if let Loaded::Home(page) = l { Some(page) } else { None }).map_err(|p| Failure::problem(common.lang, &p))?;
    let mut out = io::stdout().lock();
    if m.get_flag("json") {
        super::json(&mut out, &*page)?;
    } else {
        out.write_all(plain::home(common.lang, &choice.workspace, &page).as_bytes())?;
    }
    Ok(choice.exit())
}
