//! Choosing files: going through folders, typing a path with completion.

use std::path::PathBuf;

use crossterm::event::{KeyCode, KeyEvent};
use tui_input::Input;

use crate::domain::files::FileKind;
use crate::ui::desk::{Entry, Screen, split};
use crate::ui::keys::Key;
use crate::ui::model::Model;
use crate::ui::update::over::edit;

impl Model {
    /// A key that the path takes; typing a path begins by typing.
    pub(super) fn browser_types(&mut self, event: &KeyEvent, key: Key) -> bool {
        if !self.desk.import.files.is_empty() {
            return false;
        }
        let browser = &mut self.desk.import.browser;
        if !browser.typing {
            let begins = match key.code {
                KeyCode::Tab => Some(browser.typed_dir()),
                KeyCode::Char(c @ ('/' | '~' | '\\')) => Some(c.to_string()),
                KeyCode::Char(c) if c.is_alphanumeric() && !matches!(c, 'j' | 'k' | 'q') && key.modifiers.is_empty() => {
                    Some(format!("{}{c}", browser.typed_dir()))
                }
                _ => None,
            };
            let Some(typed) = begins else { return false };
            browser.input = Input::new(typed);
            browser.typing = true;
            self.path_typed();
            return true;
        }
        match key.code {
            KeyCode::Esc => self.stop_typing(),
            KeyCode::Enter => self.take_entry(),
            KeyCode::Tab => match browser.completed() {
                Some(path) => {
                    browser.input = Input::new(path);
                    self.path_typed();
                }
                None => {
                    let text = self.text("desk.files.no_match");
                    self.say(text);
                }
            },
            _ => {
                let Some(request) = edit(event) else { return false };
                browser.input.handle(request);
                // A path from the root behind what stands there already, typed or pasted, is meant by itself.
                let typed = browser.input.value();
                if let Some(at) =
                    typed.rfind("//").map(|at| at + 1).or_else(|| typed.rfind("/~").filter(|at| *at + 2 == typed.len()).map(|at| at + 1))
                {
                    browser.input = Input::new(typed[at..].to_owned());
                }
                self.path_typed();
            }
        }
        true
    }

    /// The folder part of a typed path is looked into as soon as it is there.
    pub(super) fn path_typed(&mut self) {
        let browser = &mut self.desk.import.browser;
        browser.cursor = Default::default();
        let (dir, rest) = split(browser.input.value());
        let dir = if dir.is_empty() && rest == "~" { "~" } else { dir };
        if !dir.is_empty() && dir != browser.typed_dir() {
            browser.dir = PathBuf::from(dir);
        }
    }

    fn stop_typing(&mut self) {
        let browser = &mut self.desk.import.browser;
        browser.typing = false;
        browser.input = Input::default();
        browser.cursor = Default::default();
        if let Some(list) = &browser.list {
            browser.dir.clone_from(&list.dir);
        }
    }

    /// Enter: into a folder; a file is taken and its plan made.
    pub(super) fn take_entry(&mut self) {
        let browser = &mut self.desk.import.browser;
        if browser.typing && split(browser.input.value()).1.is_empty() {
            // The folder itself was typed.
            self.stop_typing();
            return;
        }
        let at = browser.cursor.at;
        let (path, folder) = match browser.entries().get(at) {
            Some(Entry::Parent(path)) => (path.to_path_buf(), true),
            Some(Entry::Of(entry)) => (entry.path.clone(), entry.kind == FileKind::Folder),
            None => {
                let text = self.text("desk.files.no_match");
                self.say(text);
                return;
            }
        };
        if folder {
            self.enter_folder(path);
            return;
        }
        if browser.typing {
            self.stop_typing();
        }
        let browser = &mut self.desk.import.browser;
        if browser.chosen.is_empty() {
            browser.chosen.push(path);
            self.make_plan();
        } else if browser.chosen.contains(&path) {
            self.make_plan();
        } else {
            browser.chosen.push(path);
        }
    }

    pub(super) fn enter_folder(&mut self, path: PathBuf) {
        let browser = &mut self.desk.import.browser;
        browser.typing = false;
        browser.input = Input::default();
        browser.cursor = Default::default();
        // Going up, the cursor stands on where one came from.
        browser.from = browser.list.as_ref().map(|list| list.dir.clone()).filter(|dir| dir.parent() == Some(path.as_path()));
        browser.dir = path;
    }

    /// A pasted path is typed.
    pub(super) fn paste_path(&mut self, text: &str) -> bool {
        let import = &mut self.desk.import;
        if self.desk.screen != Some(Screen::Import) || !import.files.is_empty() || text.is_empty() {
            return false;
        }
        let typed = if import.browser.typing { format!("{}{text}", import.browser.input.value()) } else { text.to_owned() };
        import.browser.typing = true;
        import.browser.input = Input::new(typed);
        self.path_typed();
        true
    }
}
