//! A local session: terminal events, answers and signals in one loop, drawn only on change.

use std::io;
use std::path::PathBuf;

use futures::{FutureExt as _, StreamExt as _};
use jiff::civil::Date;
use ratatui::crossterm::event::{Event, EventStream, KeyEventKind};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::domain::access::Access;
use crate::domain::problem::Problem;
use crate::ui::{Effect, Message, Model, update};

use super::engine::Engine;
use super::folders;
use super::terminal::Screen;
use super::worker::Workers;

/// How a session ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The person left.
    Quit,
    /// The person chose a workspace on the start page.
    Open(PathBuf),
    /// The person chose the demo on the start page.
    Demo {
        /// Start the tutorial in it.
        tutorial: bool,
    },
}

/// What a session is started with.
pub struct Start {
    /// The pure core, not yet started.
    pub model: Model,
    /// The open workspace; `None` shows the start page.
    pub engine: Option<Engine>,
    /// What the session may do.
    pub access: Access,
    /// Today.
    pub today: Date,
    /// Ask the terminal for the width of ambiguous glyphs.
    pub probe: bool,
}

/// Runs a session in the terminal until it ends.
///
/// # Errors
/// That the terminal cannot be taken or is gone, or why the store has no connection.
pub fn run(start: Start) -> Result<Ended, Stopped> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Stopped::Terminal)?;
    runtime.block_on(session(start))
}

/// Why a session could not go on.
#[derive(Debug, thiserror::Error)]
pub enum Stopped {
    /// The terminal.
    #[error(transparent)]
    Terminal(#[from] io::Error),
    /// The store.
    #[error("{0}")]
    Store(Problem),
}

async fn session(start: Start) -> Result<Ended, Stopped> {
    let Start { mut model, engine, access, today, probe } = start;
    let (send, mut receive) = unbounded_channel();
    let workers = match &engine {
        Some(engine) => {
            let reader = engine.store.reader().map_err(Stopped::Store)?;
            let writer = engine.store.writer().map_err(Stopped::Store)?;
            let loader = engine.loader().map_err(Stopped::Store)?;
            Some(Workers::start(reader, writer, loader, access, today, &send))
        }
        None => None,
    };
    let mut screen = Screen::take()?;
    let (cols, rows) = screen.size();
    let mut effects = update(&mut model, Message::Resize(cols, rows));
    effects.extend(model.start());
    if let Some(ended) = carry_out(effects, workers.as_ref(), &mut screen)? {
        return Ok(ended);
    }
    // The first frame waits for the first answers where they are a matter of milliseconds, so
    // that a warm start draws once; it never waits for the width probe.
    if workers.is_some() {
        if let Ok(Some(first)) = tokio::time::timeout(FIRST_ANSWER, receive.recv()).await {
            let mut effects = update(&mut model, first);
            while !effects.is_empty() {
                if let Some(ended) = carry_out(effects, workers.as_ref(), &mut screen)? {
                    return Ok(ended);
                }
                let Ok(Some(next)) = tokio::time::timeout(FIRST_ANSWER, receive.recv()).await else { break };
                effects = update(&mut model, next);
                effects.extend(drain(&mut receive, &mut model));
            }
        }
    }
    screen.draw(&model)?;
    if probe && let Some(ambiguous_wide) = screen.probe_ambiguous_wide() {
        update(&mut model, Message::Probed { ambiguous_wide });
        if model.take_dirty() {
            screen.draw(&model)?;
        }
    }
    let mut events = EventStream::new();
    let mut quit = Signals::new()?;
    loop {
        let effects = tokio::select! {
            event = events.next() => match event {
                Some(event) => {
                    let mut effects = message(event?).map_or_else(Vec::new, |m| update(&mut model, m));
                    // Keys that came together are one frame.
                    while let Some(Some(event)) = events.next().now_or_never() {
                        effects.extend(message(event?).map_or_else(Vec::new, |m| update(&mut model, m)));
                    }
                    effects
                }
                None => return Ok(Ended::Quit),
            },
            Some(first) = receive.recv() => {
                let mut effects = update(&mut model, first);
                effects.extend(drain(&mut receive, &mut model));
                effects
            }
            () = quit.asked() => return Ok(Ended::Quit),
        };
        if let Some(ended) = carry_out(effects, workers.as_ref(), &mut screen)? {
            return Ok(ended);
        }
        if model.take_dirty() {
            screen.draw(&model)?;
        }
    }
}

/// How long the first frame waits for an answer of the store before it is drawn without.
const FIRST_ANSWER: std::time::Duration = std::time::Duration::from_millis(120);

fn drain(receive: &mut UnboundedReceiver<Message>, model: &mut Model) -> Vec<Effect> {
    let mut effects = Vec::new();
    while let Ok(message) = receive.try_recv() {
        effects.extend(update(model, message));
    }
    effects
}

fn message(event: Event) -> Option<Message> {
    match event {
        // Windows also reports releases.
        Event::Key(key) if key.kind != KeyEventKind::Release => Some(Message::Key(key)),
        Event::Mouse(mouse) => Some(Message::Mouse(mouse)),
        Event::Paste(text) => Some(Message::Paste(text)),
        Event::Resize(cols, rows) => Some(Message::Resize(cols, rows)),
        Event::Key(_) | Event::FocusGained | Event::FocusLost => None,
    }
}

fn carry_out(effects: Vec<Effect>, workers: Option<&Workers>, screen: &mut Screen) -> io::Result<Option<Ended>> {
    for effect in effects {
        match effect {
            Effect::Ask { request, query } => {
                if let Some(workers) = workers {
                    workers.ask(request, query);
                }
            }
            Effect::Do { request, command } => {
                if let Some(workers) = workers {
                    workers.record(request, command);
                }
            }
            Effect::Copy(text) => screen.copy(&text)?,
            Effect::Redraw => screen.forget()?,
            Effect::Quit => return Ok(Some(Ended::Quit)),
            Effect::OpenWorkspace(path) => return Ok(Some(Ended::Open(folders::expand_home(&path)))),
            Effect::OpenDemo { tutorial } => return Ok(Some(Ended::Demo { tutorial })),
        }
    }
    Ok(None)
}

/// The signals that end a session; the screen is restored on the way out.
struct Signals {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    hangup: tokio::signal::unix::Signal,
}

impl Signals {
    #[cfg(unix)]
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { terminate: signal(SignalKind::terminate())?, hangup: signal(SignalKind::hangup())? })
    }

    #[cfg(unix)]
    async fn asked(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.hangup.recv() => {}
        }
    }

    #[cfg(not(unix))]
    fn new() -> io::Result<Self> {
        Ok(Self {})
    }

    #[cfg(not(unix))]
    async fn asked(&mut self) {
        // The console ends the process itself.
        std::future::pending::<()>().await;
    }
}
