//! `xiantu round`: opens a round, takes its files, gives them back, freezes, and shows the board.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::PathBuf;

use clap::ArgMatches;
use jiff::civil::Date;
use serde_json::json;

use crate::domain::access::{Access, Grant};
use crate::domain::exit::Exit;
use crate::domain::id::{IndicatorId, LevelId, Uid};
use crate::domain::period::{BadPeriod, Period};
use crate::domain::problem::{Problem, Severity};
use crate::domain::request::{Command, Loaded, Outcome, Query, Write};
use crate::domain::round::{Intake, RoundLine, RoundPage, RoundRow, default_due};
use crate::domain::text::quote;
use crate::locale::Lang;
use crate::runtime::engine::{Engine, Importer, expect};
use crate::store::Reader;

use super::import::Bar;
use super::{Common, Failure, exit_of, round_text};

pub(super) fn run(common: &Common, m: &ArgMatches) -> Result<Exit, Failure> {
    let lang = common.lang;
    let fail = |p: Problem| Failure::problem(lang, &p);
    let access = if common.read_only { Access::read_only() } else { Access::local(common.post.clone()) };
    let engine = common.open()?;
    let (mut reader, _) = engine.ready(&access, common.today()).map_err(fail)?;
    let mut out = io::stdout().lock();
    let json = m.get_flag("json");
    if m.get_flag("all") {
        let lines =
            expect(reader.answer(&Query::Rounds, &access, common.today()), |l| if let Loaded::Rounds(l) = l { Some(l) } else { None });
        let lines = lines.map_err(fail)?;
        return print(&mut out, json, || json!(&*lines), || all(lang, &lines));
    }
    let named = match m.get_one::<String>("round_period") {
        Some(text) => {
            Some(text.parse::<Period>().map_err(|BadPeriod(text)| Failure::new(Exit::Usage, lang.fill("cli.bad_period", &[&text])))?)
        }
        None => None,
    };
    let mut desk = Desk { common, engine: &engine, access: &access, importer: None };
    desk.open(m, named)?;
    let mut page = board(&mut reader, &access, common, named)?;
    let period = page.round.period;
    let mut intake = None;
    if let Some(files) = m.get_many::<PathBuf>("take") {
        let files: Vec<PathBuf> = files.cloned().collect();
        let seen = desk.look(period, &files)?;
        if !m.get_flag("dry-run") {
            desk.write(Write::RoundTake { period, files, digest: seen.digest.clone() })?;
        }
        intake = Some(seen);
    }
    if let Some(unit) = m.get_one::<String>("return") {
        let row = row(lang, &page, unit)?;
        let remark = m.get_one::<String>("remark").cloned().unwrap_or_default();
        let to = m.get_one::<PathBuf>("to").cloned();
        let to =
            to.unwrap_or_else(|| PathBuf::from(format!("{}.xlsx", crate::export::file_name(&[&row.code, &row.name, &period.to_string()]))));
        desk.write(Write::RoundReturn { period, unit: row.uid, remark, to: to.clone() })?;
        writeln!(io::stderr().lock(), "{}", lang.fill("round.said.returned", &[&row.name, &to.display()]))?;
    }
    if let Some(units) = m.get_many::<String>("final") {
        let mut all: Vec<Uid> = Vec::new();
        for unit in units {
            match unit.as_str() {
                // What did not come cannot be frozen with the rest: it would be a correction later.
                "all" => all.extend(page.rows.iter().filter(|r| r.newest().is_some() && r.frozen.is_none()).map(|r| r.uid)),
                unit => all.push(row(lang, &page, unit)?.uid),
            }
        }
        desk.write(Write::RoundFinal { period, units: all })?;
    }
    page = board(&mut reader, &access, common, Some(period))?;
    let ended = intake.as_ref().map_or(Exit::Done, exit);
    print(
        &mut out,
        json,
        || json!({ "intake": intake, "round": &*page }),
        || intake.as_ref().map_or_else(String::new, |i| round_text::intake(lang, i)) + &round_text::board(lang, &page),
    )?;
    Ok(ended)
}

fn print(
    out: &mut impl io::Write,
    json: bool,
    value: impl FnOnce() -> serde_json::Value,
    text: impl FnOnce() -> String,
) -> Result<Exit, Failure> {
    if json {
        super::json(&mut *out, &value())?;
    } else {
        out.write_all(text().as_bytes())?;
    }
    Ok(Exit::Done)
}

/// How an intake ends: refused whole, with something wrong, or clean.
fn exit(intake: &Intake) -> Exit {
    let problems = || intake.files.iter().flat_map(|f| &f.taken.problems);
    let wrong = problems().any(|p| p.severity > Severity::Mark) || intake.files.iter().any(|f| f.skipped || !f.taken.outside.is_empty());
    if !intake.files.is_empty()
        && intake.files.iter().all(|f| f.taken.cells == 0 && f.taken.problems.iter().any(|p| p.severity == Severity::Refused))
    {
        return problems().next().map_or(Exit::Input, exit_of);
    }
    if wrong { Exit::Skipped } else { Exit::Done }
}

fn all(lang: Lang, lines: &[RoundLine]) -> String {
    if lines.is_empty() {
        return format!("{}\n", lang.text("round.text.no_rounds"));
    }
    lines.iter().map(|line| round_text::head(lang, &line.round, &line.states)).collect()
}

/// The board of a round.
fn board(reader: &mut Reader, access: &Access, common: &Common, period: Option<Period>) -> Result<std::sync::Arc<RoundPage>, Failure> {
    let outcome = reader.answer(&Query::Round { period }, access, common.today());
    let page =
        expect(outcome, |l| if let Loaded::Round(page) = l { Some(page) } else { None }).map_err(|p| Failure::problem(common.lang, &p))?;
    page.ok_or_else(|| match period {
        Some(period) => Failure::problem(common.lang, &Problem::new("E_ROUND_NONE", Severity::Refused, "").arg(period)),
        None => Failure::new(Exit::Input, common.lang.text("round.text.no_rounds")),
    })
}

/// The unit of a round by its code, else by its name.
fn row<'p>(lang: Lang, page: &'p RoundPage, unit: &str) -> Result<&'p RoundRow, Failure> {
    let by = |f: fn(&RoundRow) -> &str| page.rows.iter().find(|r| f(r) == unit);
    let found = by(|r| &r.code).or_else(|| by(|r| &r.name));
    found.ok_or_else(|| Failure::new(Exit::Usage, lang.problem(&Problem::new("E_ROUND_UNIT", Severity::Refused, "").arg(quote(unit)))))
}

/// Whoever writes: opened only where something is written.
struct Desk<'a> {
    common: &'a Common,
    engine: &'a Engine,
    access: &'a Access,
    importer: Option<Importer>,
}

impl Desk<'_> {
    /// Opens the round where its due day or its fields are named.
    fn open(&mut self, m: &ArgMatches, named: Option<Period>) -> Result<(), Failure> {
        let due = m.get_one::<Date>("due").copied();
        let asked: Vec<IndicatorId> = m.get_many::<String>("ask").into_iter().flatten().map(|id| IndicatorId::from(id.as_str())).collect();
        let level = m.get_one::<String>("level").map(|l| LevelId::from(l.as_str()));
        if due.is_none() && asked.is_empty() && level.is_none() {
            return Ok(());
        }
        let (lang, today) = (self.common.lang, self.common.today());
        let period = named.ok_or_else(|| Failure::new(Exit::Usage, lang.text("round.text.which")))?;
        // Opened anew, what is not named stays as it was.
        let before = self.importer()?.round_of(period, today).map_err(|p| Failure::problem(lang, &p))?;
        let due = due.or(before.as_ref().map(|r| r.due)).unwrap_or_else(|| default_due(period));
        let asked = if asked.is_empty() { before.as_ref().map(|r| r.asked.clone()).unwrap_or_default() } else { asked };
        let level = level.or(before.map(|r| r.level));
        self.write(Write::RoundOpen { period, due, asked, level }).map(drop)
    }

    fn look(&mut self, period: Period, files: &[PathBuf]) -> Result<Intake, Failure> {
        let mut bar = Bar::new(io::stderr().is_terminal());
        let (lang, today) = (self.common.lang, self.common.today());
        let outcome = self.importer()?.answer(&Query::Intake { period: Some(period), files: files.to_vec() }, today, &mut |p| bar.tell(&p));
        bar.clear();
        let intake = expect(outcome, |l| if let Loaded::Intake(i) = l { Some(i) } else { None }).map_err(|p| Failure::problem(lang, &p))?;
        Ok((*intake).clone())
    }

    fn write(&mut self, write: Write) -> Result<Loaded, Failure> {
        let (lang, today) = (self.common.lang, self.common.today());
        let no_grant = || Failure::problem(lang, &Problem::new("E_NO_GRANT", Severity::Refused, ""));
        let permit = self.access.permit(Grant::Import).ok_or_else(no_grant)?;
        let command = Command::new(permit, write).ok_or_else(no_grant)?;
        let outcome: Outcome = self.importer()?.execute(&command, today, &mut |_| {});
        outcome.map_err(|p| Failure::problem(lang, &p))
    }

    fn importer(&mut self) -> Result<&mut Importer, Failure> {
        let lang = self.common.lang;
        let read_only = || Problem::new("E_STORE_READ_ONLY", Severity::Refused, self.engine.dir.display().to_string());
        if self.importer.is_none() {
            let importer = self.engine.importer().and_then(|i| i.ok_or_else(read_only));
            self.importer = Some(importer.map_err(|p| Failure::problem(lang, &p))?);
        }
        self.importer.as_mut().ok_or_else(|| Failure::problem(lang, &read_only()))
    }
}
