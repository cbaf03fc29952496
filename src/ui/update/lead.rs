//! Leads on their sheets: the township answers, a person confirms or rejects, another threshold is tried.

use crate::domain::access::Grant;
use crate::domain::decision::Answer;
use crate::domain::id::Uid;
use crate::domain::request::Write;
use crate::domain::sheet::{Lead, SheetKind, Threshold};
use crate::ui::dialog::{Blank, Then};
use crate::ui::model::Model;

/// The form of an answer, a decision or a what-if.
#[derive(Clone, Debug)]
pub(in crate::ui) enum LeadForm {
    Answer { entity: Uid, rule: String },
    Confirm { entity: Uid, rule: String },
    Reject { entity: Uid, rule: String },
    WhatIf { rule: String, test: usize },
}

impl Model {
    /// The lead that the sheet on screen is about, or its chosen row.
    fn lead_here(&self) -> Option<(Uid, String)> {
        let top = self.desk.sheets.top()?;
        let kind = match (&top.kind, top.row().and_then(|row| row.lead.as_ref())) {
            (kind @ SheetKind::Why { .. }, _) => kind,
            (_, Some(Lead::Sheet(kind))) => kind,
            _ => return None,
        };
        if let SheetKind::Why { uid, rule } = kind { Some((*uid, rule.clone())) } else { None }
    }

    /// A key of the sheets of leads; `false` where it is none.
    pub(super) fn lead_key(&mut self, key: char) -> bool {
        let of_leads = self.desk.sheets.top().is_some_and(|top| matches!(top.kind, SheetKind::Leads | SheetKind::Why { .. }));
        if !of_leads || !matches!(key, 'a' | 'c' | 'x' | 'h') {
            return false;
        }
        let Some((entity, rule)) = self.lead_here() else {
            let text = self.text("leads.ask.none_here");
            self.refuse(text);
            return true;
        };
        let reason = || Blank::new("leads.ask.reason", "leads.ask.reason_how", Some("leads.ask.reason_needed"));
        let (title, grant, blanks, form) = match key {
            'a' => (
                "leads.ask.answer",
                Some(Grant::Answer),
                vec![
                    Blank::new("leads.ask.what", "leads.ask.what_how", Some("leads.ask.what_needed")),
                    Blank::new("leads.ask.text", "leads.ask.text_how", Some("leads.ask.text_needed")),
                ],
                LeadForm::Answer { entity, rule },
            ),
            'c' => (
                "leads.ask.confirm",
                Some(Grant::Confirm),
                vec![
                    Blank::new("leads.ask.kind", "leads.ask.kind_how", Some("leads.ask.kind_needed")),
                    Blank::new("leads.ask.document", "leads.ask.document_how", Some("leads.ask.document_needed")),
                    reason(),
                ],
                LeadForm::Confirm { entity, rule },
            ),
            'x' => ("leads.ask.reject", Some(Grant::Confirm), vec![reason()], LeadForm::Reject { entity, rule }),
            _ => {
                let blank = Blank::new("leads.ask.number", "leads.ask.number_how", Some("leads.ask.number_needed"));
                ("leads.ask.threshold", None, vec![blank], LeadForm::WhatIf { rule, test: self.chosen_test() })
            }
        };
        if grant.is_some_and(|grant| !self.session.access.may(grant)) {
            let text = self.text("ui.toast.read_only");
            self.refuse(text);
            return true;
        }
        let about = self.desk.sheets.top().and_then(|top| top.page.as_ref()).map(|page| page.about.clone()).unwrap_or_default();
        let text = about.iter().map(|words| self.session.lang.words(words)).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" · ");
        self.open_sheet(self.text(title).to_owned(), vec![text], blanks, Then::Lead(form));
        true
    }

    /// The test that is chosen among the evidence, else the first.
    fn chosen_test(&self) -> usize {
        let top = self.desk.sheets.top();
        top.filter(|top| top.tab == 0 && matches!(top.kind, SheetKind::Why { .. })).map_or(0, |top| top.cursor().at)
    }

    /// A filled form; what is wrong with it.
    pub(super) fn submit_lead(&mut self, form: LeadForm, filled: &[String]) -> Result<(), &'static str> {
        let text = |n: usize| filled.get(n).cloned().unwrap_or_default();
        let write = match form {
            LeadForm::Answer { entity, rule } => {
                let answer = match text(0).trim() {
                    "1" => Answer::True,
                    "2" => Answer::WrongData,
                    "3" => Answer::Explained,
                    _ => return Err("leads.ask.what_needed"),
                };
                Write::Answer { entity, rule, answer, text: text(1) }
            }
            LeadForm::Confirm { entity, rule } => {
                let kind = text(0).trim().parse().map_err(|_| "leads.ask.kind_needed")?;
                Write::Confirm { entity, rule, kind, document: text(1), reason: text(2) }
            }
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
}
