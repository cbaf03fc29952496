//! Rounds where files are read or written: what an intake would do, taking it, giving a file back.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;

use super::engine::{Importer, unexpected};
use crate::domain::access::Access;
use crate::domain::id::{LevelId, Uid};
use crate::domain::period::Period;
use crate::domain::problem::{Problem, Severity};
use crate::domain::request::{Command, Loaded, Outcome, Progress, Query, Write};
use crate::domain::round::{Form, Round, RoundPage};
use crate::export::returned::{self, Returned, ReturnedSheet};
use crate::import::book::{BookOptions, Kind};
use crate::import::round::{self, Came, Desk};
use crate::locale::Lang;
use crate::store::round::Owners;

/// What is given back is read in the townships, whatever language whoever gives it back works in.
const REMARKS: Lang = Lang::Zh;

/// What files of a round are read against.
struct Board {
    page: Arc<RoundPage>,
    forms: Arc<Vec<Form>>,
    owners: Owners,
    options: BookOptions,
}

impl Importer {
    /// Answers [`Query::Intake`].
    pub(super) fn intake(&mut self, period: Option<Period>, files: &[PathBuf], today: Date, progress: &mut dyn FnMut(Progress)) -> Outcome {
        let board = self.board(period, today)?;
        Ok(Loaded::Intake(Arc::new(round::look(&self.desk(&board), files, progress)?.0)))
    }

    /// A round as it stands; `None` where it was not opened.
    ///
    /// # Errors
    /// Why the store does not answer.
    pub fn round_of(&mut self, period: Period, today: Date) -> Result<Option<Round>, Problem> {
        match self.reader.answer(&Query::Round { period: Some(period) }, &Access::read_only(), today)? {
            Loaded::Round(page) => Ok(page.map(|page| page.round.clone())),
            _ => Err(unexpected()),
        }
    }

    /// Carries out the writes of rounds.
    pub(super) fn round(&mut self, command: &Command, today: Date, progress: &mut dyn FnMut(Progress)) -> Outcome {
        let (actor, now) = (command.permit().post().unwrap_or_default(), Timestamp::now());
        match command.write() {
            Write::RoundTake { period, files, digest } => {
                let board = self.board(Some(*period), today)?;
                let (intake, came) = round::look(&self.desk(&board), files, progress)?;
                if intake.digest != *digest {
                    return Err(Problem::new("E_PLAN_CHANGED", Severity::Refused, ""));
                }
                let parts = round::parts(&self.dir, came)?;
                self.writer.take(*period, &parts, (now, today), actor)?;
                Ok(Loaded::Intake(Arc::new(intake)))
            }
            Write::RoundReturn { period, unit, remark, to } => {
                self.give_back(*period, *unit, remark, to, today)?;
                self.writer.execute(command, now, actor)
            }
            Write::RoundOpen { .. } | Write::RoundFinal { .. } => self.writer.execute(command, now, actor),
            _ => Err(unexpected()),
        }
    }

    fn desk<'a>(&'a self, board: &'a Board) -> Desk<'a> {
        Desk {
            dir: &self.dir,
            framework: &self.framework,
            page: &board.page,
            forms: &board.forms,
            owners: &board.owners,
            options: &board.options,
            stop: &self.stop,
        }
    }

    fn board(&mut self, period: Option<Period>, today: Date) -> Result<Board, Problem> {
        // Whoever may import may see the whole workspace.
        let access = Access::read_only();
        let none = || Problem::new("E_ROUND_NONE", Severity::Refused, "").arg(period.map_or_else(String::new, |p| p.to_string()));
        let Loaded::Round(page) = self.reader.answer(&Query::Round { period }, &access, today)? else { return Err(unexpected()) };
        let page = page.ok_or_else(none)?;
        let Loaded::Forms(forms) = self.reader.answer(&Query::Forms { period: Some(page.round.period) }, &access, today)? else {
            return Err(unexpected());
        };
        let asked: Vec<LevelId> = page.fields.iter().map(|f| f.indicator.level.clone()).collect();
        let owners = self.reader.owners(&page.round.level, &asked, &access, today)?;
        let options = BookOptions { child: std::env::current_exe().ok(), stop: self.stop.clone(), ..BookOptions::default() };
        Ok(Board { page, forms, owners, options })
    }

    /// Writes the newest file of a unit with its faulty cells marked.
    fn give_back(&mut self, period: Period, unit: Uid, remark: &str, to: &Path, today: Date) -> Result<(), Problem> {
        let board = self.board(Some(period), today)?;
        let refused = |code: &str| Problem::new(code, Severity::Refused, "");
        let row = board.page.rows.iter().find(|r| r.uid == unit).ok_or_else(|| refused("E_STORE_NO_SUBJECT"))?;
        let receipt = row.newest().ok_or_else(|| refused("E_ROUND_NO_FILE").arg(&row.name))?;
        let came = round::again(&self.desk(&board), &receipt.taken).ok_or_else(|| refused("E_ROUND_SOURCE").arg(&receipt.taken.file))?;
        let title = REMARKS.fill("round.returned.title", &[&row.name, &period]);
        returned::write(&marked(&came, title, remark), to, REMARKS)
    }
}

/// A file that came, as it is given back.
fn marked(came: &Came, title: String, remark: &str) -> Returned {
    let taken = &came.file.taken;
    let mut faults: Vec<(String, String)> = taken.problems.iter().map(|p| (place(p), REMARKS.wording(p))).collect();
    let outside = |name: &str, owner: &str| REMARKS.fill("round.returned.outside", &[&name, &owner]);
    faults.extend(taken.outside.iter().map(|o| (o.row.map_or_else(String::new, |r| r.to_string()), outside(&o.name, &o.owner))));
    let sheets = came.book.iter().flat_map(|b| b.sheets.iter().enumerate()).map(|(at, grid)| {
        let marks = came.marks().filter(|(spot, _)| spot.sheet == at);
        ReturnedSheet {
            name: grid.name.clone(),
            hidden: grid.hidden,
            rows: grid
                .rows()
                .map(|row| (row.number, (0..row.len()).map(|c| (row.get(c).to_owned(), row.kind(c) == Kind::Number)).collect()))
                .collect(),
            merged: grid.merged.iter().map(|m| (m.top, m.bottom, m.left as usize, m.right as usize)).collect(),
            marks: marks
                .map(|(spot, words)| {
                    let words = match words {
                        round::Mark::Problem(problem) => REMARKS.wording(problem),
                        round::Mark::Outside(o) => outside(&o.name, &o.owner),
                    };
                    (spot.row, spot.column.unwrap_or_default(), words)
                })
                .collect(),
        }
    });
    Returned { title, remark: remark.to_owned(), sheets: sheets.collect(), faults }
}

/// Row and column as a spreadsheet names them.
fn place(problem: &Problem) -> String {
    let row = problem.spot.line.map(|l| l.to_string()).unwrap_or_default();
    format!("{}{row}", problem.spot.field.as_deref().unwrap_or_default())
}
