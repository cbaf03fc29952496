//! Answers, forms and last looks of the desk.

use crossterm::event::{KeyCode, KeyModifiers};

use crate::domain::access::Grant;
use crate::domain::request::Write;
use crate::domain::text::clean_name;
use crate::ui::dialog::{Blank, Chosen, Confirm, Sheet, Then};
use crate::ui::keys::Key;
use crate::ui::message::Effect;
use crate::ui::model::{Model, Purpose};
use crate::ui::overlay::Overlay;
use crate::ui::update::LeadForm;

/// The line of the start page that makes a workspace.
const NEW: usize = 2;

/// Whether a text is a code of six digits.
fn is_county(text: &str) -> bool {
    text.len() == 6 && text.bytes().all(|b| b.is_ascii_digit())
}

impl Model {
    /// Asks for what a new workspace needs.
    pub(super) fn new_workspace(&mut self) {
        if !self.session.access.may(Grant::Import) {
            let text = self.text("ui.toast.read_only");
            self.refuse(text);
            return;
        }
        let mut blanks = vec![
            Blank::new("ui.start.dir", "ui.start.dir_how", Some("ui.start.no_dir")),
            Blank::new("ui.start.name", "ui.start.name_how", Some("ui.start.no_name")),
            Blank::new("ui.start.county", "ui.start.county_how", None),
        ];
        blanks[0].input = tui_input::Input::new(self.session.here.clone());
        let text = vec![self.text("ui.start.new_how").to_owned()];
        self.open_sheet(self.text("ui.start.new").to_owned(), text, blanks, Then::Create);
        if let Some(Overlay::Sheet(sheet)) = &mut self.overlay {
            sheet.at = usize::from(!self.session.here.is_empty());
        }
    }

    /// Shows what a write will do before it does it. Where nobody said who acts, that is asked for too.
    pub(super) fn confirm(&mut self, title: String, text: Vec<String>, write: Write) {
        if !self.session.access.may(write.grant()) {
            let text = self.text("ui.toast.read_only");
            self.refuse(text);
            return;
        }
        if self.session.access.post.is_none() {
            self.open_sheet(title, text, Vec::new(), Then::Write(Box::new(write)));
        } else {
            self.open_overlay(Overlay::Confirm(Box::new(Confirm { title, text, write: Some(write) })));
        }
    }

    /// Opens a form; the post is asked for where it is not known and something is written.
    pub(super) fn open_sheet(&mut self, title: String, text: Vec<String>, mut blanks: Vec<Blank>, then: Then) {
        let writes = !matches!(then, Then::Answer { .. } | Then::Create | Then::Export { .. } | Then::Lead(LeadForm::WhatIf { .. }));
        let asks_post = self.session.access.post.is_none() && writes;
        if asks_post {
            blanks.insert(0, Blank::new("ui.mark.post", "ui.mark.post_how", Some("ui.mark.no_post")));
        }
        self.open_overlay(Overlay::Sheet(Box::new(Sheet { title, text, blanks, at: 0, asks_post, wrong: None, then })));
    }

    pub(super) fn open_overlay(&mut self, overlay: Overlay) {
        self.close_overlay();
        self.overlay = Some(overlay);
    }

    /// A key that a form takes instead of its input.
    pub(super) fn sheet_key(&mut self, key: Key) -> bool {
        let Some(Overlay::Sheet(sheet)) = &mut self.overlay else { return false };
        sheet.wrong = None;
        let last = sheet.blanks.len().saturating_sub(1);
        match key.code {
            KeyCode::Tab if key.modifiers.contains(KeyModifiers::SHIFT) => sheet.at = sheet.at.saturating_sub(1),
            KeyCode::Up => sheet.at = sheet.at.saturating_sub(1),
            KeyCode::Tab | KeyCode::Down => sheet.at = (sheet.at + 1).min(last),
            KeyCode::Enter if sheet.at < last => sheet.at += 1,
            KeyCode::Enter => self.submit_sheet(),
            _ => return false,
        }
        true
    }

    fn submit_sheet(&mut self) {
        let Some(Overlay::Sheet(sheet)) = &mut self.overlay else { return };
        let filled: Vec<String> = sheet.blanks.iter().map(|blank| clean_name(blank.input.value()).into_owned()).collect();
        let missing = sheet.blanks.iter().zip(&filled).position(|(blank, text)| blank.needed.is_some() && text.is_empty());
        if let Some(at) = missing {
            sheet.wrong = sheet.blanks[at].needed;
            sheet.at = at;
            return;
        }
        let (asks_post, then) = (sheet.asks_post, sheet.then.clone());
        let mut filled = filled.into_iter();
        if let Some(post) = asks_post.then(|| filled.next()).flatten() {
            self.effects.push(Effect::RememberPost(post.clone()));
            self.session.access.post = Some(post);
        }
        let mut next = || filled.next().unwrap_or_default();
        match then {
            Then::Answer { question } => {
                let typed = next();
                if self.answer_question(question, &typed) {
                    self.close_overlay();
                } else if let Some(Overlay::Sheet(sheet)) = &mut self.overlay {
                    sheet.wrong = Some("desk.answer.bad");
                }
            }
            Then::Correct { entity, indicator, period, old } => {
                let (new, source, reason) = (next(), next(), next());
                self.close_overlay();
                let write = Write::Correct { entity, indicator, period, old, new, source, reason };
                self.write(Purpose::Write, write);
            }
            Then::Create => {
                let (dir, name, county) = (next(), next(), next());
                if county.is_empty() || is_county(&county) {
                    self.close_overlay();
                    // Where it cannot be made, the same line is tried again.
                    self.chosen = NEW;
                    self.effects.push(Effect::CreateWorkspace { dir, name, county });
                } else if let Some(Overlay::Sheet(sheet)) = &mut self.overlay {
                    sheet.at = 2;
                    sheet.wrong = Some("ui.start.bad_county");
                }
            }
            Then::RoundOpen => {
                let (period, due) = (next(), next());
                match self.round_of_form(&period, &due) {
                    Ok(write) => {
                        if let Write::RoundOpen { period, .. } = &write {
                            self.desk.round.period = Some(*period);
                        }
                        self.close_overlay();
                        self.carry_out(write);
                    }
                    Err(wrong) => {
                        if let Some(Overlay::Sheet(sheet)) = &mut self.overlay {
                            sheet.wrong = Some(wrong);
                        }
                    }
                }
            }
            Then::RoundReturn { period, unit } => {
                let (remark, to) = (next(), next());
                self.close_overlay();
                self.carry_out(Write::RoundReturn { period, unit, remark, to: to.into() });
            }
            Then::Lead(form) => {
                let filled: Vec<String> = filled.collect();
                if let Err(wrong) = self.submit_lead(form, &filled)
                    && let Some(Overlay::Sheet(sheet)) = &mut self.overlay
                {
                    sheet.wrong = Some(wrong);
                }
            }
            Then::Export { form } => {
                let to = next();
                self.close_overlay();
                self.export(form, &to);
            }
            Then::Write(write) => {
                self.close_overlay();
                self.carry_out(*write);
            }
        }
    }

    /// Enter on a last look.
    pub(super) fn confirmed(&mut self) {
        let Some(Overlay::Confirm(confirm)) = &self.overlay else { return };
        let write = confirm.write.clone();
        self.close_overlay();
        if let Some(write) = write {
            self.carry_out(write);
        }
    }

    pub(super) fn carry_out(&mut self, write: Write) {
        let purpose = if matches!(write, Write::Import { .. } | Write::RoundTake { .. }) { Purpose::Import } else { Purpose::Write };
        self.desk.import.applying |= purpose == Purpose::Import;
        self.write(purpose, write);
    }

    /// Enter on an answer.
    pub(super) fn chose(&mut self) {
        let Some(Overlay::Choose(choose)) = &self.overlay else { return };
        let (then, other) = (choose.then.clone(), choose.other);
        let (title, text) = (choose.title.clone(), choose.text.clone());
        let offer = choose.answers.get(self.chosen).cloned();
        let Chosen::Question(question) = then else {
            if let Some(offer) = offer {
                self.chose_for_lead(then, offer.shown, &offer.value);
            }
            return;
        };
        let value = offer.map(|offer| offer.value);
        match value {
            Some(value) if self.answer_question(question, &value) => self.close_overlay(),
            None if other => {
                let blank = Blank::new("desk.answer.other", "desk.answer.example", Some("desk.answer.empty"));
                self.open_sheet(title, text, vec![blank], Then::Answer { question });
            }
            _ => {}
        }
    }
}
