//! A form is written into a workbook of its own: asked where to, never over another file.

use std::path::{Path, PathBuf};

use tui_input::Input;

use crate::domain::behind::Behind;
use crate::domain::form::Exported;
use crate::domain::problem::Problem;
use crate::domain::request::Export;
use crate::domain::sheet::{Lead, SheetKind};
use crate::domain::view_state::ViewState;
use crate::ui::action::Action;
use crate::ui::desk::Screen;
use crate::ui::dialog::{Blank, Then};
use crate::ui::message::Effect;
use crate::ui::model::{Model, Purpose};
use crate::ui::overlay::Overlay;

/// The key of a form's sheets and what it does; the menu of work has the same.
pub(in crate::ui) const FORM_KEY: (char, Action) = ('s', Action::FormWrite);

impl Model {
    /// The form that the sheet on screen is about, or its chosen row in the list of forms.
    pub(in crate::ui) fn form_here(&self) -> Option<&str> {
        let top = self.desk.sheets.top().filter(|_| self.desk.screen == Some(Screen::Sheet))?;
        fn of(kind: &SheetKind) -> Option<&str> {
            match kind {
                SheetKind::Form { name } | SheetKind::Behind { of: Behind::Cell { form: name, .. } | Behind::Check { form: name, .. } } => {
                    Some(name.as_str()).filter(|name| !name.is_empty())
                }
                _ => None,
            }
        }
        let chosen = || if let Lead::Sheet(kind @ SheetKind::Form { .. }) = top.row()?.lead.as_ref()? { of(kind) } else { None };
        of(&top.kind).or_else(chosen)
    }

    /// Asks where to.
    pub(super) fn open_export(&mut self) {
        let Some(form) = self.form_here().map(str::to_owned) else {
            let text = self.text("desk.form.none_here");
            self.refuse(text);
            return;
        };
        let to = self.export_path(&form);
        self.ask_export(form, &to, None);
    }

    fn ask_export(&mut self, form: String, to: &Path, wrong: Option<&'static str>) {
        let lang = self.session.lang;
        let mut blank = Blank::new("desk.form.to", "desk.form.to_how", Some("desk.form.no_to"));
        blank.input = Input::new(to.display().to_string());
        let title = lang.fill("desk.form.write", &[&form]);
        self.open_sheet(title, vec![lang.text("desk.form.write_how").to_owned()], vec![blank], Then::Export { form });
        if let Some(Overlay::Sheet(sheet)) = &mut self.overlay {
            sheet.wrong = wrong;
        }
    }

    /// In the folder where the program was started, by the words of the sheet: name, place, period.
    fn export_path(&self, form: &str) -> PathBuf {
        let sheets = &self.desk.sheets;
        let leaf = sheets.leaves().iter().rev().find(|leaf| matches!(&leaf.kind, SheetKind::Form { name } if name == form));
        let about = leaf.and_then(|leaf| leaf.page.as_ref()).map(|page| page.about.as_slice()).unwrap_or_default();
        let words: Vec<String> = about.iter().take(3).map(|words| self.session.lang.words(words)).collect();
        let name = if words.is_empty() { form.to_owned() } else { words.join(" ") };
        let file: String = name.chars().map(super::round::file_char).collect();
        Path::new(&self.session.here).join(format!("{}.xlsx", file.trim()))
    }

    /// Sends it off.
    pub(super) fn export(&mut self, form: String, to: &str) {
        let Some(view) = &self.view else { return };
        let view = ViewState { selection: None, extent: None, what_if: None, ..view.clone() };
        let request = self.number();
        self.commands.insert(request, Purpose::Export);
        self.effects.push(Effect::Export { request, export: Export { form, view, to: to.into() } });
    }

    /// It is written.
    pub(super) fn exported(&mut self, exported: &Exported) {
        let lang = self.session.lang;
        let mut text = lang.fill("desk.form.written", &[&exported.to.display(), &exported.cells]);
        if exported.failed + exported.open > 0 {
            text.push_str(&lang.fill("desk.form.look", &[&exported.failed, &exported.open]));
        }
        self.say(text);
    }

    /// It was not written: where a file is in the way another name is offered.
    pub(super) fn not_exported(&mut self, problem: &Problem) {
        if let ("E_FORM_THERE", [_, free, form]) = (problem.code.as_str(), problem.args.as_slice())
            && self.overlay.is_none()
        {
            let (form, free) = (form.clone(), PathBuf::from(free));
            self.ask_export(form, &free, Some("desk.form.there"));
            return;
        }
        let text = self.session.lang.problem(problem);
        self.refuse(text);
    }
}
