//! The terminal: taken over, and always given back as it was found.

use std::cell::RefCell;
use std::io::{self, Write as _};
use std::rc::Rc;

use ratatui::Terminal;
use ratatui::backend::{Backend as _, CrosstermBackend};
use ratatui::buffer::Cell;
use ratatui::crossterm::cursor;
use ratatui::crossterm::event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture};
use ratatui::crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use ratatui::crossterm::{execute, queue, style};
use ratatui::layout::{Position, Rect};

use crate::ui::{Model, view};

/// The screen of a local session. Dropping it restores the terminal.
pub struct Screen {
    terminal: Terminal<CrosstermBackend<Frame>>,
    sender: Sender,
    /// The terminal may show something else than the last frame.
    stale: bool,
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
        execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste, EnableMouseCapture, cursor::Hide)?;
        let sender = Sender::default();
        let terminal = Terminal::new(CrosstermBackend::new(sender.frame.clone()))?;
        Ok(Self { terminal, sender, stale: false, corner: Vec::new() })
    }

    /// Size in cells; a terminal that reports nothing is taken as 80×24.
    #[must_use]
    pub fn size(&self) -> (u16, u16) {
        match self.terminal.size() {
            Ok(size) if size.width > 0 && size.height > 0 => (size.width, size.height),
            _ => (80, 24),
        }
    }

    /// The next frame is drawn whole: a terminal that was resized cuts, wraps or moves what it
    /// showed, also where it has the old size again by the time anyone looks.
    pub fn resized(&mut self) {
        self.stale = true;
    }

    /// Draws the core's state; what did not change is not sent, and where nothing changed nothing
    /// is sent at all.
    ///
    /// # Errors
    /// That the terminal is gone.
    pub fn draw(&mut self, model: &Model) -> io::Result<()> {
        let size = self.terminal.size()?;
        if size.width == 0 || size.height == 0 {
            return Ok(());
        }
        if std::mem::take(&mut self.stale) {
            self.terminal.resize(Rect::from((Position::ORIGIN, size)))?;
        }
        let drawn = self.terminal.draw(|frame| view(model, frame))?;
        self.corner = drawn.buffer.content.iter().take(2).cloned().collect();
        self.sender.send(&mut io::stdout().lock())
    }

    /// Asks the terminal how wide an East-Asian-ambiguous glyph is: writes one in the corner and
    /// reads where the cursor went. Called after the first frame, which never waits for it.
    /// `None` where the terminal does not answer.
    pub fn probe_ambiguous_wide(&mut self) -> Option<bool> {
        execute!(io::stdout(), cursor::MoveTo(0, 0), style::Print('│')).ok()?;
        let at = cursor::position().ok();
        // The corner again as it was; the diff knows nothing of the probe.
        let corner = self.corner.iter().zip(0..).map(|(cell, x)| (x, 0, cell));
        self.terminal.backend_mut().draw(corner).ok()?;
        self.sender.send(&mut io::stdout().lock()).ok()?;
        at.map(|(col, _)| col >= 2)
    }

    /// Catches the mouse, or leaves it to the terminal so that text can be selected.
    ///
    /// # Errors
    /// That the terminal is gone.
    pub fn capture_mouse(&mut self, on: bool) -> io::Result<()> {
        if on { execute!(io::stdout(), EnableMouseCapture) } else { execute!(io::stdout(), DisableMouseCapture) }
    }

    /// Copies to the clipboard of the terminal's user (OSC 52: through ssh and tmux).
    ///
    /// # Errors
    /// That the terminal is gone.
    pub fn copy(&mut self, text: &str) -> io::Result<()> {
        execute!(io::stdout(), ratatui::crossterm::clipboard::CopyToClipboard::to_clipboard_from(text))
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        restore();
    }
}

/// The bytes of one frame, held back until it is complete: the back end flushes in the middle.
#[derive(Clone, Debug, Default)]
struct Frame(Rc<RefCell<Vec<u8>>>);

impl io::Write for Frame {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    /// Nothing leaves before it is [sent](Sender::send).
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Sends frames.
#[derive(Debug, Default)]
struct Sender {
    frame: Frame,
    /// The bytes that were sent last.
    sent: Vec<u8>,
}

impl Sender {
    /// Sends the frame as one synchronized update, unless it changes nothing: then it is only
    /// what every frame ends with, the colours off and the cursor where it already is.
    fn send(&mut self, out: &mut impl io::Write) -> io::Result<()> {
        let mut bytes = self.frame.0.borrow_mut();
        if !self.sent.ends_with(&bytes) {
            queue!(out, BeginSynchronizedUpdate)?;
            out.write_all(&bytes)?;
            queue!(out, EndSynchronizedUpdate)?;
            out.flush()?;
            std::mem::swap(&mut *bytes, &mut self.sent);
        }
        bytes.clear();
        Ok(())
    }
}

/// Gives the terminal back. Errors have nowhere to go: the terminal may be gone.
fn restore() {
    let mut out = io::stdout();
    let _ = execute!(out, EndSynchronizedUpdate, DisableMouseCapture, DisableBracketedPaste, LeaveAlternateScreen, cursor::Show);
    let _ = disable_raw_mode();
    let _ = out.flush();
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Shown {
        terminal: Terminal<CrosstermBackend<Frame>>,
        sender: Sender,
    }

    impl Shown {
        /// What a frame with this text and cursor sends.
        fn draw(&mut self, text: &str, cursor: Option<u16>) -> String {
            let draw = |frame: &mut ratatui::Frame<'_>| {
                frame.render_widget(text, frame.area());
                if let Some(x) = cursor {
                    frame.set_cursor_position((x, 0));
                }
            };
            self.terminal.draw(draw).expect("memory takes a frame");
            let mut out = Vec::new();
            self.sender.send(&mut out).expect("memory takes bytes");
            String::from_utf8(out).expect("UTF-8")
        }
    }

    #[test]
    fn a_frame_that_changes_nothing_sends_nothing() {
        let sender = Sender::default();
        let viewport = ratatui::Viewport::Fixed(Rect::new(0, 0, 9, 1));
        let backend = CrosstermBackend::new(sender.frame.clone());
        let terminal = Terminal::with_options(backend, ratatui::TerminalOptions { viewport }).expect("a size is given");
        let mut screen = Shown { terminal, sender };
        assert!(screen.draw("x", None).contains('x'));
        assert_eq!(screen.draw("x", None), "");
        let shown = screen.draw("x", Some(1));
        assert!(shown.starts_with("\u{1b}[?2026h") && shown.contains("\u{1b}[?25h"), "the cursor appears: {shown:?}");
        assert_eq!(screen.draw("x", Some(1)), "");
        assert_ne!(screen.draw("x", Some(2)), "", "it moves");
        assert!(screen.draw("xx", Some(2)).contains('x'));
        assert_ne!(screen.draw("xx", None), "", "and goes");
        assert_eq!(screen.draw("xx", None), "");
    }
}
