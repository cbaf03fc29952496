//! The command line: one file per subcommand, texts from the locale tables.
//!
//! Every subcommand returns an [`Exit`]; the numbers are one table for all of them.

mod args;
mod batches;
mod check;
mod choice;
mod correct;
mod doctor;
mod form;
mod framework;
mod import;
mod keys;
mod list;
mod load;
mod marks;
mod plain;
mod plan_text;
mod print;
mod publish;
mod read_book;
mod repair;
mod round;
mod round_text;
mod screen;
mod screen_json;
mod sheet;
mod show;
mod template;
mod tui;
mod undo;
mod usage;

use std::ffi::OsString;
use std::io::{self, IsTerminal as _, Write};

pub use args::{Common, Size, command};

use serde::Serialize;

use crate::domain::exit::Exit;
use crate::domain::problem::{Problem, Severity};
use crate::locale::Lang;
use crate::runtime::environment::Environment;

/// What ends a command early: an exit code and the text that says why.
#[derive(Debug)]
pub struct Failure {
    /// Exit code.
    pub exit: Exit,
    /// One line per problem, worded.
    pub text: String,
}

impl Failure {
    fn new(exit: Exit, text: impl Into<String>) -> Self {
        Self { exit, text: text.into() }
    }

    fn problem(lang: Lang, problem: &Problem) -> Self {
        Self::new(exit_of(problem), lang.problem(problem))
    }

    fn problems(lang: Lang, problems: &[Problem]) -> Self {
        let text: Vec<String> = problems.iter().map(|p| lang.problem(p)).collect();
        Self::new(problems.first().map_or(Exit::Input, exit_of), text.join("\n"))
    }
}

/// A failed write to standard output. A closed pipe (`| head`) is not an error.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe { Self::new(Exit::Done, "") } else { Self::new(Exit::Disk, error.to_string()) }
    }
}

/// Writes a value as JSON for people and programs, with a last end of line. Standard output by itself
/// would be written at every end of a line, and a county has millions of them.
fn json(out: &mut impl Write, value: &impl Serialize) -> Result<(), Failure> {
    let mut out = io::BufWriter::with_capacity(1 << 16, out);
    serde_json::to_writer_pretty(&mut out, value).map_err(io::Error::from)?;
    writeln!(out)?;
    out.flush()?;
    Ok(())
}

/// The exit code a problem stands for.
#[must_use]
pub fn exit_of(problem: &Problem) -> Exit {
    match problem.code.as_str() {
        "E_STORE_DAMAGED" | "E_STORE_CHAIN" => Exit::Damaged,
        "E_STORE_BUSY" => Exit::Busy,
        "E_DISK_FULL" | "E_NOT_SAVED" | "E_DISK" => Exit::Disk,
        "E_STORE_READ_ONLY" | "E_NO_GRANT" => Exit::NotAllowed,
        code if code.starts_with("E_PRIVACY") => Exit::NotAllowed,
        _ => Exit::Input,
    }
}

/// How a command ends that worked on what could be loaded.
fn ended(problems: &[Problem]) -> Exit {
    match problems.iter().max_by_key(|p| p.severity) {
        Some(worst) if worst.severity == Severity::Refused => exit_of(worst),
        Some(worst) if worst.severity == Severity::Aside => Exit::Skipped,
        _ => Exit::Done,
    }
}

/// Records that were kept aside: none is lost, all are listed.
fn kept_aside(problems: &[Problem]) -> usize {
    problems.iter().filter(|p| p.severity == Severity::Aside).count()
}

/// Names refused files and counts records kept aside on standard error, away from the numbers.
fn warn_of(lang: Lang, problems: &[Problem]) {
    let mut err = io::stderr().lock();
    // Whoever closed standard error does not want to know.
    for refused in problems.iter().filter(|p| p.severity == Severity::Refused) {
        let _ = writeln!(err, "{}", lang.problem(refused));
    }
    let aside = kept_aside(problems);
    if aside > 0 {
        let _ = writeln!(err, "{}", lang.fill("cli.aside_listed", &[&aside]));
    }
}

/// Runs the program and returns its exit code.
#[must_use]
pub fn run(argv: Vec<OsString>) -> Exit {
    let environment = Environment::of_process();
    let lang = args::lang_of(&argv).unwrap_or_else(|| Lang::of_environment(environment.locale()));
    let matches = match args::command(lang).try_get_matches_from(&argv) {
        Ok(matches) => matches,
        Err(error) => {
            // The only thing that can fail here is a closed pipe.
            if !error.use_stderr() {
                let _ = error.print();
                return Exit::Done;
            }
            let _ = writeln!(io::stderr().lock(), "{}", usage::worded(lang, &error));
            return Exit::Usage;
        }
    };
    let common = Common::of(&matches, lang, environment);
    let outcome = match matches.subcommand() {
        None => tui::run(&common),
        Some(("print", m)) => print::run(&common, m),
        Some(("list", m)) => list::run(&common, m),
        Some(("show", m)) => show::run(&common, m),
        Some(("check", m)) => check::run(&common, m),
        Some(("load", m)) => load::run(&common, m),
        Some(("import", m)) => import::run(&common, m),
        Some(("batches", m)) => batches::run(&common, m),
        Some(("undo", m)) => undo::run(&common, m),
        Some(("correct", m)) => correct::run(&common, m),
        Some(("form", m)) => form::run(&common, m),
        Some(("marks", m)) => marks::run(&common, m),
        Some(("publish", m)) => publish::run(&common, m),
        Some((crate::import::book::child::COMMAND, _)) => read_book::run(),
        Some(("sheet", m)) => sheet::run(&common, m),
        Some(("screen", m)) => screen::run(&common, m),
        Some(("round", m)) => round::run(&common, m),
        Some(("template", m)) => template::run(&common, m),
        Some(("framework", m)) => framework::run(&common, m),
        Some(("doctor", _)) => doctor::run(&common),
        Some(("keys", m)) => keys::run(&common, m),
        Some((other, _)) => Err(Failure::new(Exit::Usage, other.to_owned())),
    };
    match outcome {
        Ok(exit) => exit,
        Err(failure) => {
            if !failure.text.is_empty() {
                let _ = writeln!(io::stderr().lock(), "{}", lang.reason(&failure.text));
                if argv.len() <= 1 && common.environment.double_clicked() && io::stdin().is_terminal() {
                    let _ = writeln!(io::stderr().lock(), "{}", lang.text("cli.press_enter"));
                    let _ = io::stdin().read_line(&mut String::new());
                }
            }
            failure.exit
        }
    }
}
