//! `xiantu import`: what files would change, and with `--apply` the change itself.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use clap::ArgMatches;

use crate::domain::exit::Exit;
use crate::domain::period::BadPeriod;
use crate::domain::plan::{Applied, Cause, Choices, Meaning, Plan, Target, UNUSED};
use crate::domain::problem::{Problem, Severity};
use crate::domain::request::Progress;
use crate::domain::text::quote;
use crate::locale::Lang;
use crate::runtime::engine::{Engine, Importer};
use crate::runtime::{create, folders};

use super::plan_text;
use super::{Common, Failure, ended, exit_of};

pub(super) fn run(common: &Common, m: &ArgMatches) -> Result<Exit, Failure> {
    let lang = common.lang;
    let (dir, is_new) = workspace(common);
    let files: Vec<PathBuf> = m.get_many::<PathBuf>("files").into_iter().flatten().cloned().collect();
    let apply = m.get_flag("apply");
    let (plan, applied) = if is_new {
        // A folder becomes a workspace only where something is imported into it: the plan is made
        // in one that is gone afterwards.
        let trial = std::env::temp_dir().join(format!("xiantu-{}", uuid::Uuid::new_v4().simple()));
        let planned = made(common, m, &trial, &dir).and_then(|()| work_in(common, m, &trial, &files, false));
        // It lies where the system clears up by itself.
        let _ = std::fs::remove_dir_all(&trial);
        let (plan, _) = planned?;
        if apply && plan.ready() {
            made(common, m, &dir, &dir)?;
            work_in(common, m, &dir, &files, true)?
        } else {
            (plan, None)
        }
    } else {
        work_in(common, m, &dir, &files, apply)?
    };
    let mut out = io::stdout().lock();
    if m.get_flag("json") {
        super::json(&mut out, &serde_json::json!({ "plan": plan, "applied": applied }))?;
    } else {
        if is_new {
            writeln!(out, "{}", lang.fill(if applied.is_some() { "cli.import.made" } else { "cli.import.would_make" }, &[&dir.display()]))?;
        } else {
            writeln!(out, "{}", lang.fill("cli.import.workspace", &[&dir.display()]))?;
        }
        out.write_all(plan_text::plan(lang, &plan).as_bytes())?;
        out.write_all(outcome(lang, &plan, apply, applied.as_ref()).as_bytes())?;
    }
    Ok(exit(&plan))
}

/// Makes a folder a workspace, named after `like` where no name is given.
fn made(common: &Common, m: &ArgMatches, dir: &Path, like: &Path) -> Result<(), Failure> {
    let named = std::path::absolute(like).ok().and_then(|d| d.file_name().map(|n| n.to_string_lossy().into_owned()));
    let name = m.get_one::<String>("name").cloned().or(named).unwrap_or_default();
    let county = m.get_one::<String>("county").map_or(create::NO_COUNTY, String::as_str);
    create::create(dir, &name, county).map_err(|p| Failure::problem(common.lang, &p))
}

/// The workspace that is meant, and whether it has to be made: `-C`, this folder, the last one,
/// else this folder becomes one; an empty folder was made to become one. The demo is never meant.
fn workspace(common: &Common) -> (PathBuf, bool) {
    let here = || std::env::current_dir().unwrap_or_default();
    let known = || {
        Some(here())
            .filter(|dir| folders::is_workspace(dir) || folders::is_empty(dir))
            .or_else(|| folders::last_workspace().filter(|dir| folders::is_workspace(dir)))
    };
    let dir = common.dir.clone().or_else(known).unwrap_or_else(here);
    let is_new = !folders::is_workspace(&dir) && !dir.is_file();
    (dir, is_new)
}

fn work_in(common: &Common, m: &ArgMatches, dir: &Path, files: &[PathBuf], apply: bool) -> Result<(Plan, Option<Applied>), Failure> {
    let lang = common.lang;
    let (engine, mut importer) = open(common, dir)?;
    let choices = choices(common, m, &engine)?;
    let show = io::stderr().is_terminal() && !m.get_flag("json");
    let mut bar = Bar::new(show);
    let actor = common.post.clone().unwrap_or_default();
    let done = importer.import(files, &choices, apply, (&actor, common.today()), &mut |p| bar.tell(&p));
    bar.clear();
    done.map_err(|p| Failure::problem(lang, &p))
}

/// Opens a workspace with everything of its own loaded, to be imported into.
pub(super) fn open(common: &Common, dir: &Path) -> Result<(Engine, Importer), Failure> {
    let wrong = |p: Problem| Failure::problem(common.lang, &p);
    let engine = Engine::open(dir, common.read_only).map_err(|p| Failure::problems(common.lang, &p))?;
    if let Some(mut loader) = engine.loader().map_err(wrong)? {
        loader.refresh(false, &mut |_| {}).map_err(wrong)?;
    }
    let importer = engine.importer().map_err(wrong)?;
    let importer = importer.ok_or_else(|| wrong(Problem::new("E_STORE_READ_ONLY", Severity::Refused, dir.display().to_string())))?;
    Ok((engine, importer))
}

/// What was chosen on the command line.
fn choices(common: &Common, m: &ArgMatches, engine: &Engine) -> Result<Choices, Failure> {
    let usage = |key: &str, what: &str| Failure::new(Exit::Usage, common.lang.fill(key, &[&quote(what)]));
    let text = |id: &str| m.get_one::<String>(id).cloned();
    let all = |id: &str| m.get_many::<String>(id).into_iter().flatten().cloned().collect::<Vec<String>>();
    let mut choices = Choices {
        profile: text("profile"),
        crs: text("crs"),
        encoding: text("encoding"),
        sheets: all("sheet"),
        since: m.get_one("since").copied(),
        without: all("without").into_iter().collect(),
        ..Choices::default()
    };
    for given in all("as") {
        let (file, word) = given.rsplit_once('=').map_or((None, given.as_str()), |(file, word)| (Some(file), word));
        let target = target(engine, word).ok_or_else(|| {
            let levels: Vec<String> = engine.store.framework().levels.iter().map(|l| format!("{}({})", l.code, l.label)).collect();
            let known = format!("{} branches entities values zones", levels.join(" "));
            Failure::new(Exit::Usage, common.lang.fill("cli.no_level", &[&quote(word), &known]))
        })?;
        match file {
            Some(file) => drop(choices.targets.insert(file.to_owned(), target)),
            None => choices.target = Some(target),
        }
    }
    if let Some(period) = text("period") {
        choices.period =
            Some(period.parse().map_err(|BadPeriod(text)| Failure::new(Exit::Usage, common.lang.fill("cli.bad_period", &[&text])))?);
    }
    for given in all("column") {
        let (role, heading) = given.split_once('=').ok_or_else(|| usage("cli.import.bad_column", &given))?;
        // Columns that are left out are told apart by their headings.
        let role = if role == UNUSED { given.replacen('=', "", 1) } else { role.to_owned() };
        choices.columns.insert(role, heading.to_owned());
    }
    for given in all("word") {
        let parts = given.rsplit_once('=').and_then(|(at, meaning)| Some((at.split_once(':')?, meaning_of(meaning)?)));
        let ((heading, word), meaning) = parts.ok_or_else(|| usage("cli.import.bad_word", &given))?;
        choices.meanings.entry(heading.to_owned()).or_default().insert(word.to_owned(), meaning);
    }
    for given in all("accept") {
        match (given.as_str(), cause_of(&given)) {
            ("all", _) => choices.accept_causes.extend(Cause::ALL),
            (_, Some(cause)) => {
                choices.accept_causes.insert(cause);
            }
            (id, None) => {
                choices.accept.insert(id.to_owned());
            }
        }
    }
    if m.get_flag("complete") || m.get_flag("part") {
        choices.complete = Some(m.get_flag("complete"));
    }
    Ok(choices)
}

fn target(engine: &Engine, word: &str) -> Option<Target> {
    Some(match word {
        "branches" => Target::Branches,
        "entities" => Target::Entities,
        "values" => Target::Values,
        "zones" => Target::Zones,
        "regions" => Target::Regions,
        "links" => Target::Links,
        "places" => Target::Places,
        "items" => Target::Items,
        word => {
            let levels = &engine.store.framework().levels;
            let is = |l: &&crate::domain::unit::Level| {
                l.code.as_str() == word || l.label == word || l.label_en.eq_ignore_ascii_case(word) || l.synonyms.iter().any(|s| s == word)
            };
            Target::Units(Some(levels.iter().find(is)?.code.clone()))
        }
    })
}

fn meaning_of(word: &str) -> Option<Meaning> {
    serde_json::from_value(word.into()).ok()
}

fn cause_of(word: &str) -> Option<Cause> {
    serde_json::from_value(word.into()).ok()
}

/// What was done, or what to do next.
fn outcome(lang: Lang, plan: &Plan, apply: bool, applied: Option<&Applied>) -> String {
    let line = match applied {
        Some(applied) if applied.batches.is_empty() => lang.text("cli.import.nothing").to_owned(),
        Some(applied) => {
            let ids: Vec<String> = applied.batches.iter().map(ToString::to_string).collect();
            lang.fill("cli.import.done", &[&ids.join(" ")])
        }
        None if !plan.ready() && plan.questions.iter().all(|q| !q.needed) => lang.text("cli.import.unreadable").to_owned(),
        None if plan.ready() && !apply => lang.text("cli.import.next").to_owned(),
        None if apply => lang.text("cli.import.not_done").to_owned(),
        None => lang.text("cli.import.answer_first").to_owned(),
    };
    format!("\n{line}\n")
}

/// 0 where everything is in the plan, 4 where records are aside or without a match, else why it
/// cannot be carried out.
fn exit(plan: &Plan) -> Exit {
    let personal = plan.questions.iter().any(|q| q.needed && matches!(q.about, crate::domain::plan::About::Privacy { .. }));
    match ended(&plan.problems) {
        _ if personal => Exit::NotAllowed,
        _ if !plan.ready() => plan.problems.iter().find(|p| p.severity == Severity::Refused).map_or(Exit::Input, exit_of),
        Exit::Done if plan.counts.unmatched_file > 0 => Exit::Skipped,
        exit => exit,
    }
}

/// How far a file is read, on one line of standard error.
pub(super) struct Bar {
    show: bool,
    last: String,
}

impl Bar {
    /// One that is written, or not.
    pub(super) fn new(show: bool) -> Self {
        Self { show, last: String::new() }
    }

    pub(super) fn tell(&mut self, progress: &Progress) {
        let Progress::Reading { name, done, of } = progress else { return };
        let line = format!("{} {}%", quote(name), done * 100 / (*of).max(1));
        if self.show && line != self.last {
            // Whoever closed standard error does not want to know.
            let _ = write!(io::stderr().lock(), "\r\x1b[K{line}");
            self.last = line;
        }
    }

    pub(super) fn clear(&mut self) {
        if !self.last.is_empty() {
            let _ = write!(io::stderr().lock(), "\r\x1b[K");
        }
    }
}
