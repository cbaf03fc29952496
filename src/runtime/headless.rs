//! The core without a terminal: every effect is answered at once. Used by `print` and tests.

use std::sync::Arc;

use jiff::civil::Date;
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::KeyEvent;
use ratatui::layout::Rect;

use crate::domain::access::Access;
use crate::domain::request::Loaded;
use crate::domain::view_state::ViewState;
use crate::store::Reader;
use crate::ui::{Effect, Message, Model, update};

use super::offscreen::OffScreen;

/// A session that no one watches: read-only, and every question is answered before the next key.
pub struct Headless {
    model: Model,
    reader: Reader,
    access: Access,
    today: Date,
    home: Option<ViewState>,
}

impl Headless {
    /// Starts the session and lets it settle. It begins at `home` where one is given, else where
    /// the workspace does.
    #[must_use]
    pub fn start(mut model: Model, reader: Reader, access: Access, today: Date, home: Option<ViewState>) -> Self {
        let effects = model.start();
        let mut this = Self { model, reader, access, today, home };
        this.settle(effects);
        this
    }

    /// Presses a key and waits until every question is answered.
    pub fn press(&mut self, key: KeyEvent) {
        let effects = update(&mut self.model, Message::Key(key));
        self.settle(effects);
    }

    /// The core's state.
    #[must_use]
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Draws the screen; nothing where it has no cells.
    #[must_use]
    pub fn draw(&self, cols: u16, rows: u16) -> Buffer {
        if cols == 0 || rows == 0 {
            return Buffer::empty(Rect::ZERO);
        }
        OffScreen::new(cols, rows).draw(&self.model).0
    }

    fn settle(&mut self, effects: Vec<Effect>) {
        let mut waiting = std::collections::VecDeque::from(effects);
        while let Some(effect) = waiting.pop_front() {
            if let Effect::Ask { request, query } = effect {
                let mut outcome = self.reader.answer(&query, &self.access, self.today);
                if let (Ok(Loaded::Workspace(workspace)), Some(home)) = (&mut outcome, &self.home) {
                    Arc::make_mut(workspace).home = home.clone();
                }
                waiting.extend(update(&mut self.model, Message::Answer { request, outcome }));
            }
        }
    }
}
