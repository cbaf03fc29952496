//! The terminal: taken over, and always given back as it was found.

use std::io::{self, BufWriter, Stdout, Write as _};

use ratatui::Terminal;
use ratatui::backend::{Backend as _, CrosstermBackend};
use ratatui::buffer::Cell;
use ratatui::crossterm::cursor;
use ratatui::crossterm::event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture};
use ratatui::crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use ratatui::crossterm::{execute, queue, style};

use crate::ui::{Model, view};

/// The screen of a local session. Dropping it restores the terminal.
pub struct Screen {
    terminal: Terminal<CrosstermBackend<BufWriter<Stdout>>>,
    /// The first cells of the last frame, to put back what the width probe overwrote.
    corner: Vec<Cell>,
}

impl Screen {
    /// Raw mode, alternate screen, paste and mouse events; a panic restores before it prints.
    ///
    /// # Errors
    /// What the terminal refuses.
    pub fn take() -> io::Result<Self> {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            restore();
            tracing::error!(%info, "panic");
            before(info);
        }));
        // Colours are decided by the theme for the depth found; crossterm's own NO_COLOR would
        // also drop bold and reverse, and with them the selection.
        style::force_color_output(true);
        enable_raw_mode()?;
        let mut out = BufWriter::with_capacity(1 << 16, io::stdout());
        execute!(out, EnterAlternateScreen, EnableBracketedPaste, EnableMouseCapture, cursor::Hide)?;
        Ok(Self { terminal: Terminal::new(CrosstermBackend::new(out))?, corner: Vec::new() })
    }

    /// Size in cells; a terminal that reports nothing is taken as 80×24.
    #[must_use]
    pub fn size(&self) -> (u16, u16) {
        match self.terminal.size() {
            Ok(size) if size.width > 0 && size.height > 0 => (size.width, size.height),
            _ => (80, 24),
        }
    }

    /// Draws the core's state; what did not change is not sent.
    ///
    /// # Errors
    /// That the terminal is gone.
    pub fn draw(&mut self, model: &Model) -> io::Result<()> {
        let size = self.terminal.size()?;
        if size.width == 0 || size.height == 0 {
            return Ok(());
        }
        queue!(self.terminal.backend_mut(), BeginSynchronizedUpdate)?;
        let drawn = self.terminal.draw(|frame| view(model, frame))?;
        self.corner = drawn.buffer.content.iter().take(2).cloned().collect();
        queue!(self.terminal.backend_mut(), EndSynchronizedUpdate)?;
        io::Write::flush(self.terminal.backend_mut())
    }

    /// Blanks the screen, so that the next frame is drawn whole.
    ///
    /// # Errors
    /// That the terminal is gone.
    pub fn clear(&mut self) -> io::Result<()> {
        self.terminal.clear()
    }

    /// Asks the terminal how wide an East-Asian-ambiguous glyph is: writes one in the corner and
    /// reads where the cursor went. Called after the first frame, which never waits for it.
    /// `None` where the terminal does not answer.
    pub fn probe_ambiguous_wide(&mut self) -> Option<bool> {
        let backend = self.terminal.backend_mut();
        execute!(backend, cursor::MoveTo(0, 0), style::Print('│')).ok()?;
        let at = cursor::position().ok();
        // The corner again as it was; the diff knows nothing of the probe.
        let corner = self.corner.iter().zip(0..).map(|(cell, x)| (x, 0, cell));
        backend.draw(corner).ok()?;
        io::Write::flush(backend).ok()?;
        at.map(|(col, _)| col >= 2)
    }

    /// Catches the mouse, or leaves it to the terminal so that text can be selected.
    ///
    /// # Errors
    /// That the terminal is gone.
    pub fn capture_mouse(&mut self, on: bool) -> io::Result<()> {
        let backend = self.terminal.backend_mut();
        if on { execute!(backend, EnableMouseCapture) } else { execute!(backend, DisableMouseCapture) }
    }

    /// Copies to the clipboard of the terminal's user (OSC 52: through ssh and tmux).
    ///
    /// # Errors
    /// That the terminal is gone.
    pub fn copy(&mut self, text: &str) -> io::Result<()> {
        execute!(self.terminal.backend_mut(), ratatui::crossterm::clipboard::CopyToClipboard::to_clipboard_from(text))
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        restore();
    }
}

/// Gives the terminal back. Errors have nowhere to go: the terminal may be gone.
fn restore() {
    let mut out = io::stdout();
    let _ = execute!(out, EndSynchronizedUpdate, DisableMouseCapture, DisableBracketedPaste, LeaveAlternateScreen, cursor::Show);
    let _ = disable_raw_mode();
    let _ = out.flush();
}
