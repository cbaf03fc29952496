//! The hidden subcommand that reads one risky file with limits, for the process that started it.

use std::io;

use crate::domain::exit::Exit;
use crate::import::book::child;

use super::Failure;

pub(super) fn run() -> Result<Exit, Failure> {
    child::serve(&mut io::stdin().lock(), &mut io::stdout().lock())?;
    Ok(Exit::Done)
}
