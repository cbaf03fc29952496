//! `xiantu publish`: a read-only snapshot for briefings.

use std::io::{self, Write as _};
use std::path::PathBuf;

use clap::ArgMatches;

use crate::domain::access::{Access, Grant};
use crate::domain::exit::Exit;
use crate::domain::problem::{Problem, Severity};

use super::{Common, Failure, ended, warn_of};

pub(super) fn run(common: &Common, m: &ArgMatches) -> Result<Exit, Failure> {
    let Some(file) = m.get_one::<PathBuf>("file") else { return Err(Failure::new(Exit::Usage, "FILE")) };
    let access = if common.read_only { Access::read_only() } else { Access::local(common.post.clone()) };
    if access.permit(Grant::Publish).is_none() {
        return Err(Failure::problem(common.lang, &Problem::new("E_NO_GRANT", Severity::Refused, file.display().to_string())));
    }
    let engine = common.open()?;
    let (_, workspace) = engine.ready(&access, common.today()).map_err(|p| Failure::problem(common.lang, &p))?;
    engine.store.publish(file).map_err(|p| Failure::problem(common.lang, &p))?;
    let bytes = std::fs::metadata(file)?.len();
    writeln!(io::stdout().lock(), "{}", common.lang.fill("cli.published", &[&file.display(), &bytes]))?;
    warn_of(common.lang, &workspace.problems);
    Ok(ended(&workspace.problems))
}
