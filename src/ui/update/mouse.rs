//! The mouse: a click selects, a click on what is selected goes in, a head does what its key does, the
//! wheel scrolls.

use crossterm::event::{KeyCode, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};

use crate::domain::scene::OUTSIDE;
use crate::ui::desk::Screen;
use crate::ui::keys::Key;
use crate::ui::layout;
use crate::ui::model::{Focus, Model};
use crate::ui::view::{self, Hit};

/// Lines of one turn of the wheel.
const WHEEL: isize = 3;

impl Model {
    pub(super) fn mouse_event(&mut self, event: MouseEvent) {
        let by = match event.kind {
            MouseEventKind::ScrollUp => -WHEEL,
            MouseEventKind::ScrollDown => WHEEL,
            MouseEventKind::Down(MouseButton::Left) => {
                self.click(Position::new(event.column, event.row));
                return;
            }
            _ => return,
        };
        if self.overlay.is_some() {
            self.scroll_by(by);
        } else if self.desk.screen.is_some() {
            self.wheel_on_desk(by, Position::new(event.column, event.row));
        } else if !self.on_start_page() {
            let at = Position::new(event.column, event.row);
            let over_card = layout::areas(self).and_then(|a| a.card).is_some_and(|card| card.contains(at));
            if over_card {
                self.card_scroll = self.card_scroll.saturating_add_signed(by);
            } else {
                self.move_by(by);
            }
        }
    }

    fn click(&mut self, at: Position) {
        self.toast = None;
        if self.overlay.is_some() || self.on_start_page() {
            match view::overlay_line(self, at) {
                Some(line) if self.overlay.is_none() => {
                    self.chosen = line;
                    self.choose_start();
                }
                Some(line) if line == self.chosen => self.choose(),
                Some(line) => {
                    self.chosen = line;
                    self.step_over(1);
                }
                None if self.overlay.is_some() && !view::over_overlay(self, at) => self.close_overlay(),
                None => {}
            }
            return;
        }
        if self.desk.screen.is_some() {
            self.click_on_desk(at);
            return;
        }
        if self.unsettled() {
            return;
        }
        let Some(areas) = layout::areas(self) else { return };
        if let Some(action) = view::head_action(self, at) {
            self.act(action);
            return;
        }
        let inside = |area: Option<Rect>| area.map(layout::inner).filter(|inner| inner.contains(at));
        if let Some(list) = inside(areas.list) {
            self.focus = Focus::List;
            let row = self.top + usize::from(at.y - list.y);
            if self.home.as_ref().is_some_and(|home| row < home.rows.len()) {
                self.click_row(row);
            }
        } else if let Some(map) = inside(areas.map) {
            self.focus = Focus::Map;
            if let Some(row) = self.row_at(map, at) {
                self.click_row(row);
            }
        }
    }

    /// Over the details beside a list the wheel scrolls them, else it moves the choice.
    fn wheel_on_desk(&mut self, by: isize, at: Position) {
        if !self.desk.in_detail && view::board_hit(self, at) == Some(Hit::Detail) {
            let extent = view::board_extent(self);
            let last = extent.detail_lines.saturating_sub(extent.detail_rows);
            self.desk.scroll = self.desk.scroll.saturating_add_signed(by).min(last);
        } else {
            self.desk_move(by);
        }
    }

    /// A click on a screen of the desk: a line is chosen, a second click goes where it leads; a tab is
    /// what its digit is.
    fn click_on_desk(&mut self, at: Position) {
        let Some(screen) = self.desk.screen else { return };
        match view::board_hit(self, at) {
            Some(Hit::Line(line)) => {
                let Some(cursor) = self.desk_cursor() else { return };
                let again = std::mem::replace(&mut cursor.at, line) == line;
                self.desk.in_detail = false;
                self.desk.scroll = 0;
                if again && screen == Screen::Sheet {
                    self.follow_lead();
                }
            }
            Some(Hit::Tab(n)) if screen == Screen::Sheet => self.choose_tab(n),
            Some(Hit::Tab(n)) => {
                if let Some(digit) = u32::try_from(n + 1).ok().and_then(|n| char::from_digit(n, 10)) {
                    self.desk.in_detail = false;
                    self.screen_key(screen, Key { code: KeyCode::Char(digit), modifiers: KeyModifiers::NONE });
                }
            }
            Some(Hit::Detail) => self.desk.in_detail = true,
            None => {}
        }
    }

    fn click_row(&mut self, row: usize) {
        if row == self.selected {
            self.enter();
        } else {
            self.select(row);
        }
    }

    /// The row of the unit or branch under a cell of the map.
    fn row_at(&self, map: Rect, at: Position) -> Option<usize> {
        let raster = self.map.raster.as_ref()?;
        let (col, row) = (at.x - map.x, at.y - map.y);
        if col >= raster.size.cols_cells || row >= raster.size.rows_cells {
            return None;
        }
        if let Some((point, _, _)) = self.map.points.iter().find(|(_, c, r)| (*c, *r) == (col, row)) {
            return Some(*point);
        }
        let unit = *raster.cell(col, row).iter().find(|sample| **sample != OUTSIDE)?;
        self.map.rows.get(unit as usize).copied().flatten().map(|row| row as usize)
    }
}
