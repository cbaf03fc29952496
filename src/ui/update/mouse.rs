//! The mouse: a click selects, a click on what is selected goes in, the wheel scrolls.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};

use crate::domain::scene::OUTSIDE;
use crate::ui::desk::Screen;
use crate::ui::layout;
use crate::ui::model::{Focus, Model};
use crate::ui::view;

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
            self.desk_move(by);
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
                Some(line) => self.chosen = line,
                None if self.overlay.is_some() && !view::over_overlay(self, at) => self.close_overlay(),
                None => {}
            }
            return;
        }
        if self.desk.screen.is_some() {
            if let (Some(line), Some(cursor)) = (view::board_line(self, at), self.desk_cursor()) {
                let again = std::mem::replace(&mut cursor.at, line) == line;
                self.desk.in_detail = false;
                self.desk.scroll = 0;
                if again && self.desk.screen == Some(Screen::Sheet) {
                    self.follow_lead();
                }
            }
            return;
        }
        if self.unsettled() {
            return;
        }
        let Some(areas) = layout::areas(self) else { return };
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
