//! 导入: files and their plan, answering what the plan asks, carrying it out.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crossterm::event::KeyCode;

use crate::domain::period::Period;
use crate::domain::plan::{About, Applied, Choices, Meaning, Plan, Question, Target, UNUSED};
use crate::domain::request::{Query, Write};
use crate::ui::desk::{Entry, Importing, Screen, Tab};
use crate::ui::dialog::{Choose, Chosen, Then};
use crate::ui::keys::Key;
use crate::ui::message::Effect;
use crate::ui::model::{Ask, Model};
use crate::ui::overlay::Overlay;
use crate::ui::update::desk::tab_step;
use crate::ui::view::import::nothing_key;
use crate::ui::view::question;

impl Model {
    /// What the screen shows: a folder, or the plan of the files that were chosen.
    pub(super) fn ask_for_import(&mut self) {
        let import = &self.desk.import;
        if import.files.is_empty() {
            let dir = import.browser.dir.clone();
            self.want(Ask::Files, Query::Files { dir });
        } else if let Some(period) = import.round.filter(|_| !import.applying) {
            let files = import.files.clone();
            self.want(Ask::Intake, Query::Intake { period: Some(period), files });
        } else if import.applied.is_none() && !import.applying {
            let (files, choices) = (import.files.clone(), import.choices.clone());
            self.want(Ask::Plan, Query::Plan { files, choices });
        }
    }

    /// From the files that are ticked to their plan.
    pub(super) fn make_plan(&mut self) {
        let import = &mut self.desk.import;
        if import.browser.chosen.is_empty()
            && let Some(Entry::Of(entry)) = import.browser.entries().get(import.browser.cursor.at)
        {
            // Nothing is ticked: what the cursor stands on is meant.
            let path = entry.path.clone();
            import.browser.chosen.push(path);
        }
        if import.browser.chosen.is_empty() {
            let text = self.text("desk.files.none_chosen");
            self.say(text);
            return;
        }
        let files = import.browser.chosen.clone();
        let browser = std::mem::take(&mut import.browser);
        // What was answered for the same files still stands.
        let round = import.round;
        let same = import.plan.as_ref().is_some_and(|_| import.applied.is_none()) && self.last_files() == Some(&files);
        let choices = if same { std::mem::take(&mut self.desk.import.choices) } else { Choices::default() };
        self.desk.import = Importing { browser, files, choices, round, ..Importing::default() };
        self.slots.remove(&Ask::Plan);
        self.slots.remove(&Ask::Intake);
    }

    fn last_files(&self) -> Option<&Vec<PathBuf>> {
        match self.slots.get(&Ask::Plan)?.asked.as_ref()? {
            (Query::Plan { files, .. }, _) => Some(files),
            _ => None,
        }
    }

    /// Back to the files; what was decided stays as long as they are the same.
    fn leave_plan(&mut self) {
        let ask = if self.desk.import.round.is_some() { Ask::Intake } else { Ask::Plan };
        if let Some(slot) = self.slots.get_mut(&ask)
            && let Some(request) = slot.open.take()
        {
            self.effects.push(Effect::Cancel { request });
            let text = self.text("desk.plan.stopped");
            self.say(text);
        }
        let import = &mut self.desk.import;
        import.files.clear();
        if import.applied.take().is_some() {
            import.browser.chosen.clear();
            import.plan = None;
            import.choices = Choices::default();
        }
        self.desk.in_detail = false;
        self.slots.remove(&Ask::Files);
    }

    /// A key of the screen.
    pub(super) fn import_key(&mut self, key: Key) -> bool {
        match (self.desk.import.files.is_empty(), self.desk.import.round) {
            (true, _) => self.files_key(key),
            (false, Some(period)) => self.intake_key(key, period),
            (false, None) => self.plan_key(key),
        }
    }

    fn files_key(&mut self, key: Key) -> bool {
        match key.code {
            KeyCode::Enter | KeyCode::Right => self.take_entry(),
            KeyCode::Char(' ') | KeyCode::Insert | KeyCode::F(6) => {
                let browser = &mut self.desk.import.browser;
                let at = browser.cursor.at;
                let path = match browser.entries().get(at) {
                    Some(Entry::Of(entry)) => entry.path.clone(),
                    _ => {
                        self.desk_move(1);
                        return true;
                    }
                };
                browser.toggle(&path);
                self.desk_move(1);
            }
            KeyCode::Left | KeyCode::Backspace => {
                let parent = self.desk.import.browser.list.as_ref().and_then(|list| list.parent.clone());
                if let Some(parent) = parent {
                    self.enter_folder(parent);
                }
            }
            KeyCode::F(5) => self.make_plan(),
            KeyCode::Delete => self.desk.import.browser.chosen.clear(),
            // Back to the board that asked for files.
            KeyCode::Esc if self.desk.import.round.is_some() => self.open_screen(Screen::Round),
            _ => return false,
        }
        true
    }

    fn intake_key(&mut self, key: Key, period: Period) -> bool {
        match key.code {
            _ if self.desk.import.applying => return !matches!(key.code, KeyCode::F(_) | KeyCode::Char(':' | '?')),
            KeyCode::F(5) => self.take_in(period),
            KeyCode::Char('n') | KeyCode::F(8) => self.desk_move(1),
            KeyCode::Char('p') | KeyCode::F(7) => self.desk_move(-1),
            KeyCode::Esc => self.leave_plan(),
            _ => return false,
        }
        true
    }

    fn plan_key(&mut self, key: Key) -> bool {
        if self.desk.import.applying {
            // It is told when it is done; until then nothing can be changed.
            return !matches!(key.code, KeyCode::F(_) | KeyCode::Char(':' | '?'));
        }
        let by = tab_step(key).or(match key.code {
            KeyCode::Left => Some(-1),
            KeyCode::Right => Some(1),
            _ => None,
        });
        if let Some(by) = by {
            let at = (self.desk.import.tab as usize).saturating_add_signed(by).min(Tab::ALL.len() - 1);
            self.show_tab(Tab::ALL[at]);
            return true;
        }
        let tab = self.desk.import.tab;
        match key.code {
            KeyCode::Char(c @ '1'..='5') => self.show_tab(Tab::ALL[c as usize - '1' as usize]),
            KeyCode::Char('n') | KeyCode::F(8) => self.step_problem(1),
            KeyCode::Char('p') | KeyCode::F(7) => self.step_problem(-1),
            KeyCode::F(5) => self.apply(),
            KeyCode::Enter if tab == Tab::Inputs => self.apply(),
            KeyCode::Enter if tab == Tab::Questions => self.open_question(),
            KeyCode::Enter | KeyCode::Char(' ') if tab == Tab::Unmatched => self.accept_one(),
            KeyCode::Char('a') | KeyCode::F(6) if tab == Tab::Unmatched => self.accept_kind(),
            KeyCode::Esc => self.leave_plan(),
            _ => return false,
        }
        true
    }

    pub(super) fn show_tab(&mut self, tab: Tab) {
        self.desk.import.tab = tab;
        self.desk.in_detail = false;
        self.desk.scroll = 0;
    }

    /// The next problem, from wherever one is.
    fn step_problem(&mut self, by: isize) {
        let count = self.desk.import.plan.as_ref().map_or(0, |plan| plan.problems.len());
        if self.desk.import.tab == Tab::Problems {
            self.desk.import.cursor().by(by, count);
            self.desk.scroll = 0;
        } else {
            self.show_tab(Tab::Problems);
        }
    }

    fn open_question(&mut self) {
        let at = self.desk.import.at();
        let Some(plan) = self.desk.import.plan.clone() else { return };
        let Some(asked) = plan.questions.get(at) else { return };
        let (title, text) = question::words(self, asked);
        let answers = question::offers(self, asked);
        let other = question::takes_text(&asked.about);
        let choose = Choose { title, text, answers, other, then: Chosen::Question(at) };
        self.open_overlay(Overlay::Choose(Box::new(choose)));
    }

    /// Puts an answer among the choices; the plan is made again. `false` where it is no answer.
    pub(super) fn answer_question(&mut self, at: usize, value: &str) -> bool {
        let Some(plan) = self.desk.import.plan.clone() else { return false };
        let Some(question) = plan.questions.get(at) else { return false };
        let file = Some(&question.spot.file).filter(|file| plan.inputs.len() > 1 && !file.is_empty());
        let alike = alike(&plan, question);
        let choices = &mut self.desk.import.choices;
        decide(choices, &question.about, file, value.trim())
            && alike.iter().all(|other| decide(choices, &question.about, Some(&other.spot.file), value.trim()))
    }

    /// A question that is open when its plan is made anew: it may stand elsewhere now, or be answered.
    pub(super) fn follow_question(&mut self, new: &Plan) {
        let at = match &mut self.overlay {
            Some(Overlay::Choose(choose)) => match &mut choose.then {
                Chosen::Question(question) => question,
                Chosen::Reply { .. } | Chosen::Kind { .. } => return,
            },
            Some(Overlay::Sheet(sheet)) => match &mut sheet.then {
                Then::Answer { question } => question,
                _ => return,
            },
            _ => return,
        };
        let old = self.desk.import.plan.as_ref().and_then(|plan| plan.questions.get(*at));
        match old.and_then(|old| new.questions.iter().position(|q| q.about == old.about && q.spot == old.spot)) {
            Some(now) => *at = now,
            None => self.close_overlay(),
        }
    }

    fn accept_one(&mut self) {
        let import = &mut self.desk.import;
        let at = import.at();
        let Some(unmatched) = import.plan.as_ref().and_then(|plan| plan.unmatched.get(at)).cloned() else { return };
        if question::suggestion(&unmatched).is_none() {
            let text = self.text(if unmatched.in_file { "desk.unmatched.no_suggestion" } else { "desk.unmatched.left_out" });
            self.say(text);
            return;
        }
        let choices = &mut import.choices;
        if choices.accept_causes.contains(&unmatched.cause) {
            let text = self.text("desk.unmatched.of_kind");
            self.say(text);
            return;
        }
        if !choices.accept.remove(&unmatched.id) {
            choices.accept.insert(unmatched.id);
            self.desk_move(1);
        }
    }

    /// Every suggestion of the same cause, or none of them.
    fn accept_kind(&mut self) {
        let Some(cause) = self.desk.import.cause() else { return };
        let causes = &mut self.desk.import.choices.accept_causes;
        if !causes.remove(&cause) {
            causes.insert(cause);
        }
    }

    fn apply(&mut self) {
        let Some(plan) = self.desk.import.plan.clone() else { return };
        if self.desk.import.applied.is_some() {
            return;
        }
        if self.slots.get(&Ask::Plan).is_some_and(|slot| slot.open.is_some()) {
            let text = self.text("desk.plan.wait");
            self.say(text);
            return;
        }
        if !plan.ready() {
            let open = plan.questions.iter().filter(|q| q.needed).count();
            let text = self.session.lang.fill("desk.plan.open", &[&open]);
            self.refuse(text);
            self.show_tab(Tab::Questions);
            return;
        }
        let counts = plan.counts;
        if plan.is_empty() {
            let text = self.text(nothing_key(&plan));
            self.say(text);
            return;
        }
        let lang = self.session.lang;
        let mut text = vec![lang.fill("desk.apply.counts", &[&counts.new, &counts.changed, &counts.gone])];
        if !plan.unit_changes.is_empty() {
            text.push(lang.fill("desk.apply.units", &[&plan.unit_changes.len()]));
        }
        let aside = counts.aside + counts.unmatched_file;
        if aside > 0 {
            text.push(lang.fill("desk.apply.aside", &[&aside]));
        }
        text.push(lang.text("desk.apply.undo").to_owned());
        let import = &self.desk.import;
        let write = Write::Import { files: import.files.clone(), choices: import.choices.clone(), digest: plan.digest.clone() };
        self.confirm(lang.text("desk.apply.title").to_owned(), text, write);
    }

    /// The import was carried out.
    pub(super) fn imported(&mut self, applied: Arc<Applied>) {
        let lang = self.session.lang;
        let counts = applied.counts;
        let text = lang.fill("desk.apply.done", &[&counts.new, &counts.changed, &counts.gone]);
        self.say(text);
        if !applied.batches.is_empty() {
            self.undo.push(Write::Undo { batches: applied.batches.clone() });
        }
        self.version = self.version.max(applied.version);
        let import = &mut self.desk.import;
        import.applying = false;
        import.applied = Some(applied);
        import.tab = Tab::Inputs;
        self.slots.remove(&Ask::Batches);
    }
}

/// Other questions of a plan that the answer to one answers too: what the records of a file are is
/// said of all files of its folder with the same headings.
pub(in crate::ui) fn alike<'a>(plan: &'a Plan, question: &Question) -> Vec<&'a Question> {
    let kind = |asked: &Question| {
        let input = plan.inputs.iter().find(|input| input.file == asked.spot.file)?;
        Some((Path::new(&input.file).parent()?.to_owned(), input.fingerprint.clone()))
    };
    let Some(own) = kind(question).filter(|_| question.about == About::Target) else { return Vec::new() };
    let same =
        |other: &&Question| other.about == About::Target && other.spot.file != question.spot.file && kind(other).as_ref() == Some(&own);
    plan.questions.iter().filter(same).collect()
}

/// The answer that means every column of a question.
pub(in crate::ui) const ALL: &str = "*";

/// Writes an answer into the choices; `false` where it is none. `file`: what the records are is said
/// of this one only, of several.
fn decide(choices: &mut Choices, about: &About, file: Option<&String>, value: &str) -> bool {
    fn word<T: for<'de> serde::Deserialize<'de>>(value: &str) -> Option<T> {
        serde_json::from_value(serde_json::Value::String(value.to_owned())).ok()
    }
    if value.is_empty() && !matches!(about, About::Shift { .. }) {
        return false;
    }
    match about {
        About::Target => match target(value) {
            Some(target) => match file {
                Some(file) => drop(choices.targets.insert(file.clone(), target)),
                None => choices.target = Some(target),
            },
            None => return false,
        },
        About::Column { role } => {
            choices.columns.insert(role.clone(), value.to_owned());
        }
        About::Indicator { heading, .. } => {
            choices.columns.retain(|_, said| said != heading);
            choices.columns.insert(if value == UNUSED { format!("{UNUSED}{heading}") } else { value.to_owned() }, heading.clone());
        }
        About::Word { heading, word: asked, .. } => match word::<Meaning>(value) {
            Some(meaning) => {
                choices.meanings.entry(heading.clone()).or_default().insert(asked.clone(), meaning);
            }
            None => return false,
        },
        About::Crs | About::Shift { .. } => choices.crs = Some(value.to_owned()),
        About::Privacy { columns } if value == ALL => choices.without.extend(columns.iter().map(|(heading, _)| heading.clone())),
        About::Privacy { columns } if columns.iter().any(|(heading, _)| heading == value) => {
            choices.without.insert(value.to_owned());
        }
        About::Privacy { .. } => return false,
        About::Period => match value.parse() {
            Ok(period) => choices.period = Some(period),
            Err(_) => return false,
        },
        About::Since => match value.parse() {
            Ok(day) => choices.since = Some(day),
            Err(_) => return false,
        },
        About::Part => choices.sheets = vec![value.to_owned()],
        About::Complete { .. } => match value {
            "complete" => choices.complete = Some(true),
            "part" => choices.complete = Some(false),
            _ => return false,
        },
    }
    true
}

/// What the records are, by the word of the command line: a kind, or a level.
fn target(value: &str) -> Option<Target> {
    Some(match value {
        "" => return None,
        "units" => Target::Units(None),
        "branches" => Target::Branches,
        "entities" => Target::Entities,
        "values" => Target::Values,
        "zones" => Target::Zones,
        "regions" => Target::Regions,
        "links" => Target::Links,
        "places" => Target::Places,
        "items" => Target::Items,
        level => Target::Units(Some(level.into())),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_lands_where_the_command_line_would_put_it() {
        let mut choices = Choices::default();
        assert!(decide(&mut choices, &About::Target, None, "values"));
        assert!(decide(&mut choices, &About::Column { role: "code".into() }, None, "代码"));
        let file = "a.geojson".to_owned();
        assert!(decide(&mut choices, &About::Target, Some(&file), "leaf"));
        assert_eq!(choices.own_target("x/a.geojson"), Some(&Target::Units(Some("leaf".into()))));
        let word = About::Word { heading: "数".into(), word: "/".into(), cells: 3 };
        assert!(decide(&mut choices, &word, None, "not-due"));
        assert!(!decide(&mut choices, &word, None, "whatever"));
        assert!(decide(&mut choices, &About::Period, None, "2025-10"));
        assert!(!decide(&mut choices, &About::Period, None, "十月"));
        assert!(decide(&mut choices, &About::Since, None, "2025-10-01"));
        assert!(decide(&mut choices, &About::Complete { gone: 3 }, None, "part"));
        assert!(decide(&mut choices, &About::Privacy { columns: vec![("电话".into(), "telephone".into())] }, None, ALL));
        assert_eq!(choices.target, Some(Target::Values));
        assert_eq!(choices.columns["code"], "代码");
        assert_eq!(choices.meanings["数"]["/"], Meaning::NotDue);
        assert_eq!(choices.complete, Some(false));
        assert!(choices.without.contains("电话"));
    }
}
