//! The screens of the desk: opening, leaving, and the keys that all of them share.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::domain::request::Query;
use crate::ui::action::Action;
use crate::ui::desk::{Cursor, Screen};
use crate::ui::keymap::Match;
use crate::ui::keys::Key;
use crate::ui::model::{Ask, Model};
use crate::ui::view;

/// Actions that are about no screen, and those that open one.
fn is_general(action: Action) -> bool {
    action.sheet().is_some()
        || matches!(
            action,
            Action::Palette
                | Action::Help
                | Action::Glossary
                | Action::Work
                | Action::Theme
                | Action::Language
                | Action::Mouse
                | Action::Quit
                | Action::QuitNow
                | Action::Refresh
                | Action::Undo
                | Action::Import
                | Action::Batches
                | Action::Quality
                | Action::Round
                | Action::Sheets
                | Action::Answer
                | Action::ConfirmLead
                | Action::RejectLead
                | Action::WhatIf
                | Action::WhatIfMap
                | Action::ConfirmKind
                | Action::FormWrite
        )
}

impl Model {
    /// Whether an action leaves the screen alone; any other one closes it first.
    fn keeps_screen(&self, action: Action) -> bool {
        // The map of a fault is zoomed and panned like any other.
        let on_map = matches!(
            action,
            Action::ZoomIn
                | Action::ZoomOut
                | Action::ZoomReset
                | Action::PanWest
                | Action::PanEast
                | Action::PanNorth
                | Action::PanSouth
                | Action::Gaps
                | Action::Places
        );
        // A sheet is of the view in force: its scope, time and indicator are changed in place.
        let of_view = matches!(
            action,
            Action::Scope | Action::ScopeClear | Action::Periods | Action::PeriodEarlier | Action::PeriodLater | Action::Indicators
        );
        is_general(action) || (on_map && self.desk.quality.flying.is_some()) || (of_view && self.desk.screen == Some(Screen::Sheet))
    }

    /// Opens a screen where it was left.
    pub(super) fn open_screen(&mut self, screen: Screen) {
        self.end_flight();
        self.desk.screen = Some(screen);
        self.desk.in_detail = false;
        self.desk.scroll = 0;
        if screen == Screen::Batches {
            self.slots.remove(&Ask::Batches);
        }
        if screen == Screen::Import {
            // What lies in a folder may have changed since.
            self.slots.remove(&Ask::Files);
        }
    }

    pub(super) fn close_screen(&mut self) {
        self.desk.screen = None;
        self.desk.in_detail = false;
    }

    /// Closes the screen before an action that is about list and map.
    pub(super) fn make_way(&mut self, action: Action) {
        if self.desk.screen.is_some() && !self.keeps_screen(action) {
            self.end_flight();
            self.close_screen();
        }
    }

    /// What the screen needs to know.
    pub(super) fn ask_for_screen(&mut self) {
        match self.desk.screen {
            Some(Screen::Import) => self.ask_for_import(),
            Some(Screen::Batches) => self.want(Ask::Batches, Query::Batches),
            Some(Screen::Quality) => self.ask_for_quality(),
            Some(Screen::Round) => self.ask_for_round(),
            Some(Screen::Sheet) => self.ask_for_page(),
            None => {}
        }
    }

    /// A key on a screen of the desk.
    pub(super) fn desk_key(&mut self, event: &KeyEvent, key: Key) {
        let Some(screen) = self.desk.screen else { return };
        if screen == Screen::Import && self.browser_types(event, key) {
            return;
        }
        if !key.modifiers.is_empty() && key.code != KeyCode::Tab {
            // The screens have plain keys only: Shift and a function key mean what they mean everywhere.
            self.other_key(key);
            return;
        }
        if self.desk.quality.flying.is_some() && screen == Screen::Quality {
            // The keys of the map zoom and pan it.
            if !self.quality_key(key) {
                self.other_key(key);
            }
            return;
        }
        let extent = view::board_extent(self);
        let page = isize::try_from(if self.desk.in_detail { extent.detail_rows } else { extent.rows }).unwrap_or(1).max(1);
        match key.code {
            KeyCode::Up | KeyCode::Char('k') => self.desk_move(-1),
            KeyCode::Down | KeyCode::Char('j') => self.desk_move(1),
            KeyCode::PageUp => self.desk_move(-page),
            KeyCode::PageDown => self.desk_move(page),
            KeyCode::Home => self.desk_move(isize::MIN),
            KeyCode::End => self.desk_move(isize::MAX),
            KeyCode::Esc if self.desk.in_detail => self.leave_detail(),
            _ if self.screen_key(screen, key) => {}
            KeyCode::Esc | KeyCode::Char('q') => self.close_screen(),
            KeyCode::Enter if extent.detail_lines > 0 && !self.desk.in_detail => {
                self.desk.in_detail = true;
                self.desk.scroll = 0;
            }
            KeyCode::Enter => self.leave_detail(),
            _ => self.other_key(key),
        }
    }

    pub(super) fn screen_key(&mut self, screen: Screen, key: Key) -> bool {
        match screen {
            Screen::Import => self.import_key(key),
            Screen::Batches => self.batches_key(key),
            Screen::Quality => self.quality_key(key),
            Screen::Round => self.round_key(key),
            Screen::Sheet => self.page_key(key),
        }
    }

    /// A key that the screen has no use for: what holds everywhere.
    fn other_key(&mut self, key: Key) {
        match self.session.keymap.find(&[key], self.place()) {
            Match::Action(action) if self.keeps_screen(action) => self.act(action),
            Match::None if matches!(key.code, KeyCode::Char(c) if !c.is_ascii()) => {
                let text = self.text("ui.toast.input_method");
                self.say(text);
            }
            _ => {}
        }
    }

    fn leave_detail(&mut self) {
        self.desk.in_detail = false;
        self.desk.scroll = 0;
    }

    /// The list that has the keys.
    pub(in crate::ui) fn desk_cursor(&mut self) -> Option<&mut Cursor> {
        Some(match self.desk.screen? {
            Screen::Import if self.desk.import.files.is_empty() => &mut self.desk.import.browser.cursor,
            Screen::Import => self.desk.import.cursor(),
            Screen::Round => &mut self.desk.round.cursor,
            Screen::Batches => &mut self.desk.batches.cursor,
            Screen::Sheet => self.desk.sheets.top_mut()?.cursor_mut(),
            Screen::Quality => &mut self.desk.quality.cursors[self.desk.quality.part as usize],
        })
    }

    /// Moves the choice, or scrolls the details.
    pub(super) fn desk_move(&mut self, by: isize) {
        let extent = view::board_extent(self);
        if self.desk.in_detail {
            let last = extent.detail_lines.saturating_sub(extent.detail_rows);
            self.desk.scroll = self.desk.scroll.saturating_add_signed(by).min(last);
        } else if let Some(cursor) = self.desk_cursor() {
            cursor.by(by, extent.count);
            self.desk.scroll = 0;
        }
    }

    /// After every message: the choice stays in its list and on screen.
    pub(super) fn settle_desk(&mut self) {
        if self.desk.screen.is_none() {
            return;
        }
        self.ask_for_screen();
        self.measure_page();
        let extent = view::board_extent(self);
        if let Some(cursor) = self.desk_cursor() {
            cursor.fit(extent.count, extent.rows);
        }
        self.desk.scroll = self.desk.scroll.min(extent.detail_lines.saturating_sub(extent.detail_rows));
    }
}

/// A step forward or back by Tab.
pub(super) fn tab_step(key: Key) -> Option<isize> {
    match key.code {
        KeyCode::Tab if key.modifiers.contains(KeyModifiers::SHIFT) => Some(-1),
        KeyCode::Tab => Some(1),
        _ => None,
    }
}
