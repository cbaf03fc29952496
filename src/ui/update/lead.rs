//! Leads on their sheets: the township answers, a person confirms or rejects, another threshold is tried.

use crate::domain::access::Grant;
use crate::domain::decision::{Amend, Answer};
use crate::domain::id::Uid;
use crate::domain::request::Write;
use crate::domain::sheet::{Cell, Lead, SheetKind, Threshold};
use crate::domain::view_state::WhatIf;
use crate::ui::action::Action;
use crate::ui::desk::Screen;
use crate::ui::dialog::{Blank, Choose, Chosen, Confirm, Offer, Then};
use crate::ui::model::Model;
use crate::ui::number;
use crate::ui::overlay::Overlay;

/// The form of an answer, a decision or a what-if.
#[derive(Clone, Debug)]
pub(in crate::ui) enum LeadForm {
    Answer { entity: Uid, rule: String, answer: Answer },
    Confirm { entity: Uid, rule: String, kind: u8 },
    Reject { entity: Uid, rule: String },
    WhatIf { rule: String, test: usize },
}

/// The keys of the sheets of leads and what they do; the menu of work has the same.
pub(in crate::ui) const LEAD_KEYS: [(char, Action); 5] =
    [('a', Action::Answer), ('c', Action::ConfirmLead), ('x', Action::RejectLead), ('h', Action::WhatIf), ('m', Action::WhatIfMap)];

/// What a township may answer, in the order of the digits.
const ANSWERS: [(Answer, &str); 3] =
    [(Answer::True, "leads.said.true"), (Answer::WrongData, "leads.said.wrong_data"), (Answer::Explained, "leads.said.explained")];

impl Model {
    /// The sheet on screen.
    fn sheet_here(&self) -> Option<&SheetKind> {
        self.desk.sheets.top().filter(|_| self.desk.screen == Some(Screen::Sheet)).map(|top| &top.kind)
    }

    /// What the sheet on screen is about, or its chosen row: a branch or unit, and the rule where there is one.
    fn case_here(&self) -> Option<(Uid, String)> {
        let kind = match (self.sheet_here()?, self.desk.sheets.top()?.row().and_then(|row| row.lead.as_ref())) {
            (kind @ SheetKind::Why { .. }, _) => kind,
            (SheetKind::Leads, Some(Lead::Sheet(kind))) => kind,
            _ => return None,
        };
        if let SheetKind::Why { uid, rule } = kind { Some((*uid, rule.clone())) } else { None }
    }

    fn lead_here(&self) -> Option<(Uid, String)> {
        self.case_here().filter(|(_, rule)| !rule.is_empty())
    }

    /// The rule and the test that another threshold would be tried on.
    fn test_here(&self) -> Option<(String, usize)> {
        if let Some(SheetKind::WhatIf { rule, test, .. }) = self.sheet_here() {
            return Some((rule.clone(), *test));
        }
        let (_, rule) = self.lead_here()?;
        let top = self.desk.sheets.top();
        // The test that is chosen among the evidence, else the first.
        let test = top.filter(|top| top.tab == 0 && matches!(top.kind, SheetKind::Why { .. })).map_or(0, |top| top.cursor().at);
        Some((rule, test))
    }

    /// The branch or unit that a kind could be confirmed of without a lead, with its name.
    fn subject_here(&self) -> Option<(Uid, String)> {
        match self.desk.screen {
            None => {
                let row = self.row().map(|row| (row.uid, row.name.clone()));
                row.or_else(|| self.home.as_ref()?.crumbs.last().map(|crumb| (crumb.uid, crumb.name.clone())))
            }
            Some(_) => self.case_here().map(|(uid, _)| (uid, self.about_lead())),
        }
    }

    /// Whether an action about leads has something to be about.
    pub(in crate::ui) fn holds_here(&self, action: Action) -> bool {
        match action {
            Action::Answer | Action::ConfirmLead | Action::RejectLead => self.lead_here().is_some(),
            Action::WhatIf => self.test_here().is_some(),
            Action::WhatIfMap => matches!(self.sheet_here(), Some(SheetKind::WhatIf { .. })),
            Action::ConfirmKind => self.subject_here().is_some() && self.workspace.iter().flat_map(|w| &w.kinds).any(|kind| kind.by_person),
            Action::FormWrite => self.form_here().is_some(),
            _ => false,
        }
    }

    /// A key of the sheets of leads; `false` where it is none.
    pub(super) fn lead_key(&mut self, key: char) -> bool {
        let of_leads = matches!(self.sheet_here(), Some(SheetKind::Leads | SheetKind::Why { .. } | SheetKind::WhatIf { .. }));
        let action = LEAD_KEYS.iter().find(|(of, _)| *of == key).map(|(_, action)| *action);
        let Some(action) = action.filter(|action| of_leads && (*action != Action::WhatIfMap || self.holds_here(*action))) else {
            return false;
        };
        self.act(action);
        true
    }

    /// Does an action about leads.
    pub(super) fn act_on_lead(&mut self, action: Action) {
        if !self.holds_here(action) {
            let text = self.text("leads.ask.none_here");
            self.refuse(text);
            return;
        }
        match (action, self.lead_here()) {
            (Action::Answer, Some((entity, rule))) => {
                let offer = |(n, (_, key)): (usize, &(Answer, &str))| Offer {
                    value: n.to_string(),
                    shown: self.text(key).to_owned(),
                    why: self.text(&format!("{key}_how")).to_owned(),
                };
                let answers = ANSWERS.iter().enumerate().map(offer).collect();
                self.choose_for("leads.ask.answer", self.about_lead(), answers, Chosen::Reply { entity, rule });
            }
            (Action::ConfirmLead, Some((entity, rule))) => {
                let kinds = self.kinds(false);
                self.choose_for("leads.ask.confirm", self.about_lead(), kinds, Chosen::Kind { entity, rule });
            }
            (Action::RejectLead, Some((entity, rule))) => {
                self.lead_form("leads.ask.reject", self.about_lead(), vec![reason()], LeadForm::Reject { entity, rule });
            }
            (Action::WhatIf, _) => {
                let Some((rule, test)) = self.test_here() else { return };
                let blank = Blank::new("leads.ask.number", "leads.ask.number_how", Some("leads.ask.number_needed"));
                self.lead_form("leads.ask.threshold", self.about_lead(), vec![blank], LeadForm::WhatIf { rule, test });
            }
            (Action::WhatIfMap, _) => self.show_what_if(),
            (Action::ConfirmKind, _) => {
                let Some((entity, name)) = self.subject_here() else { return };
                let kinds = self.kinds(true);
                self.choose_for("leads.ask.confirm_kind", name, kinds, Chosen::Kind { entity, rule: String::new() });
            }
            _ => {}
        }
    }

    /// The official kinds as answers; only those that need no lead.
    fn kinds(&self, by_person: bool) -> Vec<Offer> {
        let kinds = self.workspace.iter().flat_map(|w| &w.kinds).filter(|kind| kind.by_person || !by_person);
        kinds
            .map(|kind| Offer {
                value: kind.number.to_string(),
                shown: format!("{} {}", self.session.lang.fill("leads.kind_no", &[&kind.number]), self.kind_text(kind)),
                why: String::new(),
            })
            .collect()
    }

    /// The text of an official kind, in the session's language.
    pub(in crate::ui) fn kind_text<'a>(&self, kind: &'a crate::domain::page::CaseKind) -> &'a str {
        let english = self.session.lang == crate::locale::Lang::En && !kind.label_en.is_empty();
        if english { &kind.label_en } else { &kind.label }
    }

    /// What the sheet or its chosen row says the lead is.
    fn about_lead(&self) -> String {
        let Some(top) = self.desk.sheets.top() else { return String::new() };
        let look = self.look();
        let parts: Vec<String> = match (&top.kind, top.row()) {
            (SheetKind::Leads, Some(row)) => row.cells.iter().take(4).filter(|c| **c != Cell::Empty).map(|cell| look.alone(cell)).collect(),
            _ => top.page.iter().flat_map(|page| &page.about).map(|words| look.lang.words(words)).filter(|text| !text.is_empty()).collect(),
        };
        parts.join(&format!(" {} ", self.symbols().dot))
    }

    fn choose_for(&mut self, title: &str, about: String, answers: Vec<Offer>, then: Chosen) {
        if answers.is_empty() {
            let text = self.text("leads.none_kinds");
            self.refuse(text);
            return;
        }
        let text = vec![about];
        self.open_overlay(Overlay::Choose(Box::new(Choose { title: self.text(title).to_owned(), text, answers, other: false, then })));
    }

    fn lead_form(&mut self, title: &str, about: String, blanks: Vec<Blank>, form: LeadForm) {
        self.open_sheet(self.text(title).to_owned(), vec![about], blanks, Then::Lead(form));
    }

    /// An answer or a kind was chosen: what is still to be written.
    pub(super) fn chose_for_lead(&mut self, then: Chosen, shown: String, value: &str) {
        let about = if let Some(Overlay::Choose(choose)) = &self.overlay { choose.text.join(" ") } else { String::new() };
        let about = format!("{about} {} {shown}", self.symbols().dot);
        match then {
            Chosen::Question(_) => {}
            Chosen::Reply { entity, rule } => {
                let Some((answer, _)) = value.parse().ok().and_then(|n: usize| ANSWERS.get(n)) else { return };
                let blank = Blank::new("leads.ask.text", "leads.ask.text_how", Some("leads.ask.text_needed"));
                self.lead_form("leads.ask.answer", about, vec![blank], LeadForm::Answer { entity, rule, answer: *answer });
            }
            Chosen::Kind { entity, rule } => {
                let Ok(kind) = value.parse() else { return };
                let title = if rule.is_empty() { "leads.ask.confirm_kind" } else { "leads.ask.confirm" };
                let document = Blank::new("leads.ask.document", "leads.ask.document_how", Some("leads.ask.document_needed"));
                self.lead_form(title, about, vec![document, reason()], LeadForm::Confirm { entity, rule, kind });
            }
        }
    }

    /// A filled form; what is wrong with it.
    pub(super) fn submit_lead(&mut self, form: LeadForm, filled: &[String]) -> Result<(), &'static str> {
        let text = |n: usize| filled.get(n).cloned().unwrap_or_default();
        let write = match form {
            LeadForm::Answer { entity, rule, answer } => Write::Answer { entity, rule, answer, text: text(0) },
            LeadForm::Confirm { entity, rule, kind } => Write::Confirm { entity, rule, kind, document: text(0), reason: text(1) },
            LeadForm::Reject { entity, rule } => Write::Reject { entity, rule, reason: text(0) },
            LeadForm::WhatIf { rule, test } => {
                let value: f64 = text(0).trim().parse().ok().filter(|v: &f64| v.is_finite()).ok_or("leads.ask.number_bad")?;
                self.close_overlay();
                self.open_page(SheetKind::WhatIf { rule, test, value: Threshold::of(value) });
                return Ok(());
            }
        };
        self.close_overlay();
        self.carry_out(write);
        Ok(())
    }

    /// The township said that the data is wrong: the correction of the value that made the lead hold, or
    /// where it is corrected.
    pub(super) fn amend(&mut self, amend: Amend) {
        let lang = self.session.lang;
        let indicator = |id| self.workspace.as_ref().and_then(|w| crate::domain::page::indicator(w, id)).cloned();
        let title = lang.text("leads.amend.title").to_owned();
        let text = match amend {
            Amend::Value { entity, name, indicator: id, period, old } if self.session.access.may(Grant::Correct) => {
                let Some(indicator) = indicator(&id) else { return };
                let old = number::shown(lang, &indicator, &old);
                let label = self.indicator_label(&indicator).to_owned();
                self.open_correction(&name, &label, Then::Correct { entity, indicator: id, period, old });
                return;
            }
            Amend::Value { name, indicator: id, period, old, .. } => {
                let Some(indicator) = indicator(&id) else { return };
                let old = number::shown(lang, &indicator, &old);
                vec![lang.fill("leads.amend.value", &[&name, &self.indicator_label(&indicator), &period, &old])]
            }
            Amend::Sum { name, indicator: id } => {
                let label = indicator(&id).map(|i| self.indicator_label(&i).to_owned()).unwrap_or_default();
                vec![lang.fill("leads.amend.sum", &[&name, &label])]
            }
            Amend::Cell { file, part, row, column, text } => {
                let file = if file.is_empty() { lang.text("leads.amend.no_file").to_owned() } else { file };
                let part = if part.is_empty() { String::new() } else { lang.fill("leads.amend.part", &[&part]) };
                let row = row.map(|row| lang.fill("leads.amend.row", &[&row])).unwrap_or_default();
                vec![
                    lang.fill("leads.amend.cell", &[&file, &part, &row, &column]),
                    lang.fill("leads.amend.now", &[&text]),
                    lang.text("leads.amend.how").to_owned(),
                ]
            }
        };
        self.open_overlay(Overlay::Confirm(Box::new(Confirm { title, text, write: None })));
    }

    /// The what-if of the sheet on list and map; nothing of it is saved.
    fn show_what_if(&mut self) {
        let Some(SheetKind::WhatIf { rule, test, value }) = self.sheet_here().cloned() else { return };
        self.leave_page();
        if let Some(view) = &mut self.view {
            view.what_if = Some(WhatIf { rule, test, value });
            view.only_flagged = false;
        }
    }
}

fn reason() -> Blank {
    Blank::new("leads.ask.reason", "leads.ask.reason_how", Some("leads.ask.reason_needed"))
}
