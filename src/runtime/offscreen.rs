//! A frame drawn into memory: what `print` writes and what the terminal is brought up to.

use std::convert::Infallible;

use ratatui::Terminal;
use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Position, Size};

use crate::ui::{Model, view};

/// Draws the core's state into a buffer of a given size.
pub struct OffScreen {
    terminal: Terminal<Nothing>,
}

impl OffScreen {
    /// A frame of so many cells.
    #[must_use]
    pub fn new(cols: u16, rows: u16) -> Self {
        let nothing = Nothing { size: Size::new(cols, rows), cursor: None };
        let Ok(terminal) = Terminal::new(nothing);
        Self { terminal }
    }

    /// The size of the frames to come.
    pub fn resize(&mut self, cols: u16, rows: u16) {
        self.terminal.backend_mut().size = Size::new(cols, rows);
    }

    /// Draws; returns the buffer and the cell of the cursor where a field shows one.
    pub fn draw(&mut self, model: &Model) -> (Buffer, Option<Position>) {
        let Ok(frame) = self.terminal.draw(|frame| view(model, frame));
        let buffer = frame.buffer.clone();
        (buffer, self.terminal.backend().cursor)
    }
}

/// A backend without a terminal: it keeps the size and where the cursor should stand.
struct Nothing {
    size: Size,
    cursor: Option<Position>,
}

impl Backend for Nothing {
    type Error = Infallible;

    fn draw<'a, I>(&mut self, _: I) -> Result<(), Infallible>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        Ok(())
    }

    fn hide_cursor(&mut self) -> Result<(), Infallible> {
        self.cursor = None;
        Ok(())
    }

    fn show_cursor(&mut self) -> Result<(), Infallible> {
        Ok(())
    }

    fn get_cursor_position(&mut self) -> Result<Position, Infallible> {
        Ok(self.cursor.unwrap_or_default())
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> Result<(), Infallible> {
        self.cursor = Some(position.into());
        Ok(())
    }

    fn clear(&mut self) -> Result<(), Infallible> {
        Ok(())
    }

    fn clear_region(&mut self, _: ClearType) -> Result<(), Infallible> {
        Ok(())
    }

    fn size(&self) -> Result<Size, Infallible> {
        Ok(self.size)
    }

    fn window_size(&mut self) -> Result<WindowSize, Infallible> {
        Ok(WindowSize { columns_rows: self.size, pixels: Size::ZERO })
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}
