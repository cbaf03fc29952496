//! What reaches the screens and what leaves them.

use crossterm::event::{KeyEvent, MouseEvent};
use jiff::civil::Date;

use crate::domain::problem::Problem;
use crate::domain::request::{Command, Export, Outcome, Progress, Query, RequestId};
use crate::locale::Lang;

/// What happened.
#[derive(Clone, Debug, PartialEq)]
#[allow(clippy::large_enum_variant, reason = "a message is handled as soon as it comes")]
pub enum Message {
    /// A key.
    Key(KeyEvent),
    /// A bracketed paste: text, never keys.
    Paste(String),
    /// The mouse.
    Mouse(MouseEvent),
    /// The terminal has so many columns and rows.
    Resize(u16, u16),
    /// A question or command was answered.
    Answer {
        /// Which.
        request: RequestId,
        /// The answer or what went wrong.
        outcome: Outcome,
    },
    /// Something happened in the background.
    Progress(Progress),
    /// The day changed.
    Clock(Date),
    /// The terminal was probed for the width of ambiguous characters.
    Probed {
        /// They take two cells.
        ambiguous_wide: bool,
    },
    /// A workspace was opened after [`Effect::OpenDemo`] or [`Effect::OpenWorkspace`]: the screens
    /// begin again.
    Opened,
    /// It could not be opened.
    OpenFailed(Problem),
}

/// What the runtime is asked to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Answer a question.
    Ask {
        /// Its number.
        request: RequestId,
        /// The question.
        query: Query,
    },
    /// End the work on a question whose answer is no longer wanted.
    Cancel {
        /// Its number.
        request: RequestId,
    },
    /// Write. Cannot be built without a grant.
    Do {
        /// Its number.
        request: RequestId,
        /// The write.
        command: Command,
    },
    /// Write a form into a workbook of its own.
    Export {
        /// Its number.
        request: RequestId,
        /// What, and where to.
        export: Export,
    },
    /// Put a text on the clipboard of the person's own terminal.
    Copy(String),
    /// Open the demo county; with the tutorial on top.
    OpenDemo,
    /// Open a folder that holds `maps/manifest.toml`.
    OpenWorkspace(String),
    /// Make a folder a workspace and open it.
    CreateWorkspace {
        /// The folder; it need not be there.
        dir: String,
        /// Its name.
        name: String,
        /// Code of its county, empty where nobody knows it yet.
        county: String,
    },
    /// Keep the post that acts for later sessions. Never a person's name.
    RememberPost(String),
    /// Keep the theme for later sessions, by its id.
    RememberTheme(String),
    /// Keep the language for later sessions.
    RememberLang(Lang),
    /// Catch the mouse, or leave it to the terminal so that text can be selected.
    CaptureMouse(bool),
    /// End.
    Quit,
}
