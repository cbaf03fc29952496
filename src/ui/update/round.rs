//! 月报: the board of a round, taking files, giving back, freezing.

use std::path::PathBuf;
use std::sync::Arc;

use crossterm::event::KeyCode;
use tui_input::Input;

use crate::domain::period::Period;
use crate::domain::request::{Query, Write};
use crate::domain::round::{Intake, RoundPage, RoundRow, default_due};
use crate::ui::desk::{Importing, Screen};
use crate::ui::dialog::{Blank, Then};
use crate::ui::keys::Key;
use crate::ui::model::{Ask, Model};

impl Model {
    /// The board, and which rounds there are.
    pub(super) fn ask_for_round(&mut self) {
        self.want(Ask::Rounds, Query::Rounds);
        let period = self.desk.round.period;
        self.want(Ask::Round, Query::Round { period });
        if self.desk.import.browser.list.is_none() {
            // Where files that are given back are written, unless another place is typed.
            self.want(Ask::Files, Query::Files { dir: PathBuf::new() });
        }
    }

    /// A round is here; `None` where there is no such round.
    pub(super) fn round_loaded(&mut self, page: Option<Arc<RoundPage>>) {
        self.desk.round.period = page.as_ref().map(|page| page.round.period).or(self.desk.round.period);
        self.desk.round.none = page.is_none();
        self.desk.round.page = page;
        // The newest was asked for and is answered by its name: the same question is not asked again.
        if let Some(slot) = self.slots.get_mut(&Ask::Round)
            && let Some((Query::Round { period }, _)) = &mut slot.asked
        {
            *period = self.desk.round.period;
        }
    }

    /// A key of the screen.
    pub(super) fn round_key(&mut self, key: Key) -> bool {
        match key.code {
            KeyCode::Left => self.step_round(1),
            KeyCode::Right => self.step_round(-1),
            KeyCode::Char('t') | KeyCode::F(5) => self.take_files(),
            KeyCode::Char('r') | KeyCode::F(6) => self.give_back(),
            KeyCode::Char('o') | KeyCode::F(7) => self.open_round(),
            KeyCode::Char('d') | KeyCode::F(9) => self.freeze(false),
            KeyCode::Char('D') | KeyCode::F(8) => self.freeze(true),
            _ => return false,
        }
        true
    }

    fn round_row(&self) -> Option<(Period, &RoundRow)> {
        let round = &self.desk.round;
        let page = round.page.as_ref()?;
        Some((page.round.period, page.rows.get(round.cursor.at)?))
    }

    /// Another round: the list has the newest first.
    fn step_round(&mut self, by: isize) {
        let round = &mut self.desk.round;
        let Some(lines) = &round.lines else { return };
        let at = lines.iter().position(|line| Some(line.round.period) == round.period).unwrap_or(0);
        let Some(line) = lines.get(at.saturating_add_signed(by)) else { return };
        round.period = Some(line.round.period);
        self.desk.in_detail = false;
        self.desk.scroll = 0;
    }

    /// Opens a round, or the one on screen anew with another due day.
    fn open_round(&mut self) {
        let lang = self.session.lang;
        let mut blanks = vec![
            Blank::new("desk.round.period", "desk.round.period_how", Some("desk.round.no_period")),
            Blank::new("desk.round.due", "desk.round.due_how", None),
        ];
        let today = self.session.today;
        blanks[0].input = Input::new(format!("{:04}-{:02}", today.year(), today.month()));
        let text = vec![lang.text("desk.round.open_how").to_owned()];
        self.open_sheet(lang.text("desk.round.open").to_owned(), text, blanks, Then::RoundOpen);
    }

    /// The filled form of a round; the key of what is wrong with it.
    pub(super) fn round_of_form(&self, period: &str, due: &str) -> Result<Write, &'static str> {
        let period: Period = period.parse().map_err(|_| "desk.round.no_period")?;
        let due = if due.is_empty() { default_due(period) } else { due.parse().map_err(|_| "desk.round.bad_due")? };
        Ok(Write::RoundOpen { period, due, asked: Vec::new(), level: None })
    }

    /// From the board to its files: the screen of imports, for this round.
    fn take_files(&mut self) {
        let Some(page) = &self.desk.round.page else {
            self.open_round();
            return;
        };
        let period = page.round.period;
        self.desk.turn_to(Some(period));
        self.open_screen(Screen::Import);
    }

    fn give_back(&mut self) {
        let lang = self.session.lang;
        let Some((period, row)) = self.round_row() else { return };
        if row.newest().is_none() {
            let text = lang.fill("desk.round.nothing_came", &[&row.name]);
            self.refuse(text);
            return;
        }
        let (unit, name) = (row.uid, row.name.clone());
        let file: String = format!("{} {} {period}.xlsx", row.code, row.name).chars().map(file_char).collect();
        let to = self.desk.import.browser.list.as_ref().map_or_else(|| PathBuf::from(&file), |list| list.dir.join(&file));
        let mut blanks = vec![
            Blank::new("desk.round.remark", "desk.round.remark_how", Some("desk.round.no_remark")),
            Blank::new("desk.round.to", "desk.round.to_how", Some("desk.round.no_to")),
        ];
        blanks[1].input = Input::new(to.display().to_string());
        let text = vec![lang.text("desk.round.return_how").to_owned()];
        self.open_sheet(lang.fill("desk.round.return", &[&name]), text, blanks, Then::RoundReturn { period, unit });
    }

    /// Freezes the chosen part, or all that came.
    fn freeze(&mut self, all: bool) {
        let lang = self.session.lang;
        let Some(page) = self.desk.round.page.clone() else { return };
        let open = |row: &&RoundRow| row.newest().is_some() && row.frozen.is_none();
        let chosen = self.desk.round.cursor.at;
        let rows: Vec<&RoundRow> =
            page.rows.iter().enumerate().filter(|(n, _)| all || *n == chosen).map(|(_, row)| row).filter(open).collect();
        let [first, ..] = rows.as_slice() else {
            let text = lang.text("desk.round.nothing_to_freeze");
            self.say(text);
            return;
        };
        let faulty = rows.iter().filter(|row| row.state == crate::domain::round::RoundState::Faulty).count();
        let missing: u32 = rows.iter().map(|row| row.cells.missing).sum();
        let mut text = vec![match rows.len() {
            1 => lang.fill("desk.round.freeze_one", &[&first.name]),
            n => lang.fill("desk.round.freeze_all", &[&n]),
        }];
        if faulty > 0 || missing > 0 {
            text.push(lang.fill("desk.round.freeze_faulty", &[&faulty, &missing]));
        }
        text.push(lang.text("desk.round.freeze_how").to_owned());
        let write = Write::RoundFinal { period: page.round.period, units: rows.iter().map(|row| row.uid).collect() };
        self.confirm(lang.text("desk.round.freeze").to_owned(), text, write);
    }

    /// A last look at what is taken into the round.
    pub(super) fn take_in(&mut self, period: Period) {
        let Some(intake) = self.desk.import.intake.clone() else { return };
        let lang = self.session.lang;
        let kept: Vec<_> = intake.files.iter().filter(|file| !file.skipped).collect();
        if kept.is_empty() {
            let text = lang.text("desk.intake.nothing");
            self.refuse(text);
            return;
        }
        let cells: u32 = kept.iter().map(|file| file.taken.cells).sum();
        let outside: usize = kept.iter().map(|file| file.taken.outside.len()).sum();
        let mut text = vec![lang.fill("desk.intake.will", &[&kept.len(), &cells])];
        let skipped = intake.files.len() - kept.len();
        if skipped + outside > 0 {
            text.push(lang.fill("desk.intake.left", &[&skipped, &outside]));
        }
        let corrections = kept.iter().filter(|file| file.correction).count();
        if corrections > 0 {
            text.push(lang.fill("desk.intake.corrections", &[&corrections]));
        }
        text.push(lang.text("desk.intake.how").to_owned());
        let write = Write::RoundTake { period, files: self.desk.import.files.clone(), digest: intake.digest.clone() };
        self.confirm(lang.fill("desk.intake.take", &[&period]), text, write);
    }

    /// Files were taken into the round: back to its board.
    pub(super) fn took(&mut self, intake: &Intake) {
        let kept = intake.files.iter().filter(|file| !file.skipped).count();
        let cells: u32 = intake.files.iter().map(|file| file.taken.cells).sum();
        let text = self.session.lang.fill("desk.intake.took", &[&kept, &cells]);
        self.say(text);
        let import = &mut self.desk.import;
        let browser = std::mem::take(&mut import.browser);
        *import = Importing { browser, round: Some(intake.period), ..Importing::default() };
        import.browser.chosen.clear();
        for ask in [Ask::Round, Ask::Rounds, Ask::Intake, Ask::Batches] {
            self.slots.remove(&ask);
        }
        if self.desk.screen == Some(Screen::Import) {
            self.open_screen(Screen::Round);
        }
    }
}

/// A character of a file's name on any system.
pub(super) fn file_char(c: char) -> char {
    if "/\\:*?\"<>|".contains(c) { '_' } else { c }
}
