//! `xiantu keys`: the key table, made from the one table of actions.

use std::io::{self, Write as _};

use clap::ArgMatches;

use crate::domain::exit::Exit;
use crate::ui::action;
use crate::ui::keymap::Keymap;

use super::{Common, Failure};

pub(super) fn run(common: &Common, m: &ArgMatches) -> Result<Exit, Failure> {
    let text = if m.get_flag("toml") { Keymap::default_file() } else { action::readme_table(common.lang) };
    io::stdout().lock().write_all(text.as_bytes())?;
    Ok(Exit::Done)
}
