//! `xiantu marks`: every mark that stands.

use std::io::{self, Write as _};

use clap::ArgMatches;

use crate::domain::access::Access;
use crate::domain::exit::Exit;
use crate::domain::request::{Loaded, Query};
use crate::runtime::engine::expect;

use super::{Common, Failure, plain};

pub(super) fn run(common: &Common, m: &ArgMatches) -> Result<Exit, Failure> {
    let access = Access::read_only();
    let engine = common.open()?;
    let (mut reader, _) = engine.ready(&access, common.today()).map_err(|p| Failure::problem(common.lang, &p))?;
    let outcome = reader.answer(&Query::Marks, &access, common.today());
    let rows =
        expect(outcome, |l| if let Loaded::Marks(rows) = l { Some(rows) } else { None }).map_err(|p| Failure::problem(common.lang, &p))?;
    let mut out = io::stdout().lock();
    if m.get_flag("json") {
        super::json(&mut out, &*rows)?;
    } else {
        out.write_all(plain::marks(common.lang, &rows).as_bytes())?;
    }
    Ok(Exit::Done)
}
