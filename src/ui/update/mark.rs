//! Marks: the form, writing, taking back. Without a grant no command can be built.

use crossterm::event::{KeyCode, KeyModifiers};
use jiff::ToSpan as _;
use jiff::civil::Date;
use tui_input::Input;

use crate::domain::request::{Command, Write};
use crate::domain::text::clean_name;
use crate::ui::keys::{Key, half_width};
use crate::ui::message::Effect;
use crate::ui::model::{Model, Purpose};
use crate::ui::overlay::{Field, Form, Overlay, READY, SHORTCUTS};

/// The day a form means: what was typed (`2025-09-30`, or days from today), else its shortcut.
///
/// # Errors
/// The key of what is wrong.
pub(in crate::ui) fn day(form: &Form, today: Date) -> Result<Option<Date>, &'static str> {
    let typed: String = form.day.value().trim().chars().map(half_width).collect();
    let after = |days: i32| today.checked_add(days.days()).map_err(|_| "ui.mark.bad_day");
    if typed.is_empty() {
        return SHORTCUTS[form.shortcut].map(after).transpose();
    }
    if let Ok(days) = typed.parse::<u16>() {
        return after(i32::from(days)).map(Some);
    }
    let day: Date = typed.parse().map_err(|_| "ui.mark.bad_day")?;
    if day < today { Err("ui.mark.past_day") } else { Ok(Some(day)) }
}

impl Model {
    pub(super) fn open_mark(&mut self) {
        let target = self.row().map(|row| (row.uid, row.subject, row.name.clone()));
        let place = || {
            let home = self.home.as_ref()?;
            let crumb = home.crumbs.last()?;
            Some((crumb.uid, crate::domain::unit::Subject::Unit, crumb.name.clone()))
        };
        let Some((entity, subject, name)) = target.or_else(place) else { return };
        let post = self.session.access.post.is_none().then(Input::default);
        let field = if post.is_some() { Field::Post } else { Field::Reason };
        self.overlay = Some(Overlay::Mark(Box::new(Form {
            entity,
            subject,
            name,
            post,
            reason: Input::default(),
            ready: 0,
            day: Input::default(),
            shortcut: 1,
            field,
            wrong: None,
        })));
    }

    /// A key that the form takes instead of its input.
    pub(super) fn form_key(&mut self, key: Key) -> bool {
        let Some(Overlay::Mark(form)) = &mut self.overlay else { return false };
        form.wrong = None;
        let typed = !form.input().value().is_empty();
        let last = form.fields().last() == Some(&form.field);
        match key.code {
            KeyCode::Tab if key.modifiers.contains(KeyModifiers::SHIFT) => form.step(-1),
            KeyCode::Up => form.step(-1),
            KeyCode::Tab | KeyCode::Down => form.step(1),
            KeyCode::Enter if !last => form.step(1),
            KeyCode::Enter => self.submit(),
            KeyCode::Left | KeyCode::Right if !typed && form.field != Field::Post => {
                let by = if key.code == KeyCode::Left { -1 } else { 1 };
                let (at, len) = if form.field == Field::Reason { (&mut form.ready, READY) } else { (&mut form.shortcut, SHORTCUTS.len()) };
                *at = at.checked_add_signed(by).unwrap_or(len - 1) % len;
            }
            _ => return false,
        }
        true
    }

    fn submit(&mut self) {
        let (lang, today) = (self.session.lang, self.session.today);
        let Some(Overlay::Mark(form)) = &mut self.overlay else { return };
        let due = match day(form, today) {
            Ok(due) => due,
            Err(wrong) => {
                form.wrong = Some(wrong);
                return;
            }
        };
        let post = form.post.as_ref().map(|input| clean_name(input.value()).into_owned());
        if post.as_ref().is_some_and(String::is_empty) {
            form.wrong = Some("ui.mark.no_post");
            form.field = Field::Post;
            return;
        }
        let typed = clean_name(form.reason.value()).into_owned();
        let reason = if typed.is_empty() { lang.text(&format!("ui.mark.ready.{}", form.ready + 1)).to_owned() } else { typed };
        let write = Write::Mark { entity: form.entity, subject: form.subject, reason, due };
        self.overlay = None;
        if let Some(post) = post {
            self.effects.push(Effect::RememberPost(post.clone()));
            self.session.access.post = Some(post);
        }
        self.write(Purpose::Write, write);
    }

    /// The permit is the only way to a command.
    pub(super) fn write(&mut self, purpose: Purpose, write: Write) {
        let command = self.session.access.permit(write.grant()).and_then(|permit| Command::new(permit, write));
        match command {
            Some(command) => self.send(purpose, command),
            None => {
                let text = self.text("ui.toast.read_only");
                self.refuse(text);
            }
        }
    }

    /// Takes the last write back.
    pub(super) fn take_back(&mut self) {
        if !self.commands.is_empty() {
            let text = self.text("ui.toast.writing");
            self.say(text);
            return;
        }
        match self.undo.last().cloned() {
            Some(write) => self.write(Purpose::Undo, write),
            None => {
                let text = self.text("ui.toast.nothing_to_undo");
                self.say(text);
            }
        }
    }

    /// Clears a mark of the list of marks.
    pub(super) fn clear_mark(&mut self) {
        let Some(Overlay::Marks { rows: Some(rows) }) = &self.overlay else { return };
        let Some(mark) = rows.get(self.chosen).map(|row| row.mark.clone()) else { return };
        let reason = self.text("ui.mark.cleared").to_owned();
        self.write(Purpose::Write, Write::Clear { entity: mark.entity, raises: vec![mark.fact], reason });
    }
}
