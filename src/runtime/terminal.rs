//! The terminal: taken over, and always given back as it was found.

#[cfg(unix)]
use std::io::IsTerminal as _;
use std::io::{self, Stdout, Write as _};

use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture};
use ratatui::crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode, size,
};
use ratatui::crossterm::{clipboard, cursor, execute, queue, style};
use ratatui::layout::Position;
use tokio::sync::oneshot;

use crate::ui::Model;

use super::encode::{Shortcuts, encode};
use super::offscreen::OffScreen;

/// The screen of a local session. Dropping it restores the terminal.
pub struct Screen {
    out: Stdout,
    off: OffScreen,
    /// What the terminal shows; `None` where that is not known.
    shown: Option<Buffer>,
    /// Where the terminal's cursor stands, if it is visible.
    cursor: Option<Position>,
    /// What the terminal knows.
    shortcuts: Shortcuts,
}

impl Screen {
    /// Raw mode, alternate screen, paste and mouse events; a panic restores before it prints.
    ///
    /// # Errors
    /// What the terminal refuses.
    pub fn take(shortcuts: Shortcuts) -> io::Result<Self> {
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
        let mut out = io::stdout();
        execute!(out, EnterAlternateScreen, EnableBracketedPaste, EnableMouseCapture, cursor::Hide)?;
        let (cols, rows) = size_or_default();
        Ok(Self { out, off: OffScreen::new(cols, rows), shown: None, cursor: None, shortcuts })
    }

    /// Size in cells; a terminal that reports nothing is taken as 80×24.
    #[must_use]
    pub fn size(&self) -> (u16, u16) {
        size_or_default()
    }

    /// What the terminal shows is no longer known: the next frame is sent whole.
    pub fn forget(&mut self) {
        self.shown = None;
    }

    /// Whether the next frame is sent whole, also where the core has nothing new to show.
    #[must_use]
    pub fn is_forgotten(&self) -> bool {
        self.shown.is_none()
    }

    /// Brings the terminal up to the core's state; sends nothing where nothing changed.
    ///
    /// # Errors
    /// That the terminal is gone.
    pub fn draw(&mut self, model: &Model) -> io::Result<()> {
        let (cols, rows) = size_or_default();
        self.off.resize(cols, rows);
        let (frame, cursor) = self.off.draw(model);
        let mut bytes = Vec::with_capacity(1 << 14);
        encode(self.shown.as_ref(), &frame, self.shortcuts, &mut bytes);
        if bytes.is_empty() && cursor == self.cursor {
            return Ok(());
        }
        let mut all = Vec::with_capacity(bytes.len() + 64);
        queue!(all, BeginSynchronizedUpdate)?;
        if self.cursor.is_some() {
            queue!(all, cursor::Hide)?;
        }
        all.append(&mut bytes);
        if let Some(at) = cursor {
            queue!(all, cursor::MoveTo(at.x, at.y), cursor::Show)?;
        }
        queue!(all, EndSynchronizedUpdate)?;
        self.out.write_all(&all)?;
        self.out.flush()?;
        self.shown = Some(frame);
        self.cursor = cursor;
        Ok(())
    }

    /// Asks the terminal how wide an East-Asian-ambiguous glyph is: writes one in the corner and
    /// asks where the cursor went. Called after the first frame, which never waits for it; the next
    /// frame puts the corner back and need not wait for the answer either.
    ///
    /// The answer comes to whoever calls [`width_answer`].
    ///
    /// # Errors
    /// That the terminal is gone.
    pub fn ask_ambiguous_wide(&mut self) -> io::Result<()> {
        execute!(self.out, cursor::MoveTo(0, 0), style::Print('│'))?;
        #[cfg(unix)]
        execute!(self.out, style::Print(WHERE))?;
        if let Some(shown) = &mut self.shown {
            for cell in shown.content.iter_mut().take(2) {
                cell.set_symbol("\u{fffd}");
            }
        }
        Ok(())
    }

    /// Catches the mouse, or leaves it to the terminal so that text can be selected.
    ///
    /// # Errors
    /// That the terminal is gone.
    pub fn capture_mouse(&mut self, on: bool) -> io::Result<()> {
        if on { execute!(self.out, EnableMouseCapture) } else { execute!(self.out, DisableMouseCapture) }
    }

    /// Copies to the clipboard of the terminal's user (OSC 52: through ssh and tmux).
    ///
    /// # Errors
    /// That the terminal is gone.
    pub fn copy(&mut self, text: &str) -> io::Result<()> {
        execute!(self.out, clipboard::CopyToClipboard::to_clipboard_from(text))
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        restore();
    }
}

fn size_or_default() -> (u16, u16) {
    match size() {
        Ok((cols, rows)) if cols > 0 && rows > 0 => (cols, rows),
        _ => (80, 24),
    }
}

/// Asks where the cursor is (DSR 6); answered by `CSI row ; column R`.
#[cfg(unix)]
const WHERE: &str = "\x1b[6n";

/// Bytes of the shortest answer.
#[cfg(unix)]
const ANSWER_BYTES: u64 = 6;

/// The answer to [`Screen::ask_ambiguous_wide`]: whether the glyph takes two cells; `None` where
/// the terminal gave none before something else was typed.
///
/// Nobody may read the terminal meanwhile, so it must not hold up a key: it looks at what has
/// arrived without taking it, and only what is long enough to be the answer is read as one. A
/// terminal that answers later is heard by the reader of keys, which knows an answer from a key.
///
/// It waits in a thread of its own, which a terminal that goes away holds for ever.
#[must_use]
pub fn width_answer() -> oneshot::Receiver<Option<bool>> {
    let (send, answer) = oneshot::channel();
    std::thread::spawn(move || {
        // A session that ended no longer listens.
        let _ = send.send(arrived().then(|| cursor::position().ok().map(|(column, _)| column >= 2)).flatten());
    });
    answer
}

/// Blocks until something was typed or answered; whether it can be the answer.
#[cfg(unix)]
fn arrived() -> bool {
    use rustix::event::{PollFd, PollFlags, poll};
    let input = io::stdin();
    if !input.is_terminal() {
        return false;
    }
    let mut watched = [PollFd::new(&input, PollFlags::IN)];
    while let Err(rustix::io::Errno::INTR) = poll(&mut watched, None) {}
    rustix::io::ioctl_fionread(&input).is_ok_and(|bytes| bytes >= ANSWER_BYTES)
}

/// The console answers by itself.
#[cfg(not(unix))]
fn arrived() -> bool {
    true
}

/// Gives the terminal back. Errors have nowhere to go: the terminal may be gone.
fn restore() {
    let mut out = io::stdout();
    let _ = execute!(
        out,
        EndSynchronizedUpdate,
        style::ResetColor,
        DisableMouseCapture,
        DisableBracketedPaste,
        LeaveAlternateScreen,
        cursor::Show
    );
    let _ = disable_raw_mode();
    let _ = out.flush();
}
