//! A local session: terminal events, answers and signals in one loop, drawn only on change.

use std::io;
use std::path::{Path, PathBuf};
use std::task::Poll;
use std::time::Duration;

use futures::StreamExt as _;
use jiff::civil::Date;
use ratatui::crossterm::event::{Event, EventStream, KeyEventKind};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::domain::access::Access;
use crate::domain::problem::Problem;
use crate::locale::Lang;
use crate::ui::{Effect, Message, Model, update};

use super::engine::Engine;
use super::settings::Settings;
use super::terminal::Screen;
use super::worker::Workers;
use super::{demo, folders};

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
    /// Nothing is written, not even what was opened last.
    pub read_only: bool,
    /// What earlier sessions remembered.
    pub settings: Settings,
}

/// Runs a session in the terminal until it ends.
///
/// # Errors
/// That the terminal cannot be taken or is gone, or why the store has no connection.
pub fn run(start: Start) -> Result<(), Stopped> {
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

/// How long the first frame waits for an answer of the store before it is drawn without.
const FIRST_ANSWER: Duration = Duration::from_millis(120);

async fn session(start: Start) -> Result<(), Stopped> {
    let Start { mut model, engine, access, today, probe, read_only, settings } = start;
    let (send, mut receive) = unbounded_channel();
    let mut desk = Desk { workers: None, access, today, read_only, settings, send, screen: Screen::take()? };
    if let Some(engine) = &engine {
        desk.sit_down(engine).map_err(Stopped::Store)?;
    }
    let (cols, rows) = desk.screen.size();
    let mut effects = update(&mut model, Message::Resize(cols, rows));
    effects.extend(model.start());
    let mut open = desk.carry_out(effects)?;
    // The first frame waits for the first answers where they are a matter of milliseconds, so
    // that a warm start draws once.
    while open && desk.workers.is_some() && !model.settled() {
        let Ok(Some(next)) = tokio::time::timeout(FIRST_ANSWER, receive.recv()).await else { break };
        let mut effects = update(&mut model, next);
        effects.extend(drain(&mut receive, &mut model));
        open = desk.carry_out(effects)?;
    }
    let _ = model.take_dirty();
    desk.screen.draw(&model)?;
    if probe && let Some(ambiguous_wide) = desk.screen.probe_ambiguous_wide() {
        let effects = update(&mut model, Message::Probed { ambiguous_wide });
        if ambiguous_wide {
            // What is on the screen was drawn for the other width: no cell is where the diff thinks.
            desk.screen.clear()?;
        }
        open = open && desk.carry_out(effects)?;
    }
    let mut events = EventStream::new();
    let mut quit = Signals::new()?;
    while open {
        if model.take_dirty() {
            desk.screen.draw(&model)?;
        }
        let effects = tokio::select! {
            event = events.next() => match event {
                Some(event) => {
                    let mut effects = message(event?).map_or_else(Vec::new, |m| update(&mut model, m));
                    // Keys that came together are one frame. Polled with this task's waker: the
                    // stream keeps the first waker it sees, and a no-op one would end all input.
                    while let Poll::Ready(Some(event)) = futures::poll!(events.next()) {
                        effects.extend(message(event?).map_or_else(Vec::new, |m| update(&mut model, m)));
                    }
                    effects
                }
                None => return Ok(()),
            },
            Some(first) = receive.recv() => {
                let mut effects = update(&mut model, first);
                effects.extend(drain(&mut receive, &mut model));
                effects
            }
            () = quit.asked() => return Ok(()),
        };
        open = desk.carry_out(effects)?;
    }
    Ok(())
}

/// Everything an effect may touch.
struct Desk {
    workers: Option<Workers>,
    access: Access,
    today: Date,
    read_only: bool,
    settings: Settings,
    send: UnboundedSender<Message>,
    screen: Screen,
}

impl Desk {
    /// Starts the threads of a workspace; those of the one before end by themselves.
    fn sit_down(&mut self, engine: &Engine) -> Result<(), Problem> {
        let writer = if engine.can_write() { Some(engine.store.writer()?) } else { None };
        self.workers = Some(Workers::start(engine.store.reader()?, writer, engine.loader()?, self.access.clone(), self.today, &self.send));
        if !self.read_only {
            folders::remember_workspace(&engine.dir);
        }
        Ok(())
    }

    /// Carries out effects; `false` ends the session.
    fn carry_out(&mut self, effects: Vec<Effect>) -> io::Result<bool> {
        for effect in effects {
            match effect {
                Effect::Ask { request, query } => {
                    if let Some(workers) = &self.workers {
                        workers.ask(request, query);
                    }
                }
                Effect::Do { request, command } => {
                    if let Some(workers) = &self.workers {
                        workers.record(request, command);
                    }
                }
                Effect::Copy(text) => self.screen.copy(&text)?,
                Effect::CaptureMouse(on) => self.screen.capture_mouse(on)?,
                Effect::OpenDemo => {
                    let dir = folders::beside_executable().map_or_else(demo::unpack, Ok);
                    self.open(dir);
                }
                Effect::OpenWorkspace(path) => self.open(Ok(folders::expand_home(&path))),
                Effect::RememberPost(post) => self.remember(|s| s.post = Some(post)),
                Effect::RememberTheme(theme) => self.remember(|s| s.theme = Some(theme)),
                Effect::RememberLang(lang) => self.remember(|s| s.lang = Some(if lang == Lang::Zh { "zh" } else { "en" }.to_owned())),
                Effect::Quit => return Ok(false),
            }
        }
        Ok(true)
    }

    fn open(&mut self, dir: Result<PathBuf, Problem>) {
        let read_only = self.read_only;
        let open = |dir: &Path| {
            Engine::open(dir, read_only).map_err(|problems| problems.into_iter().next().unwrap_or_else(super::engine::unexpected))
        };
        let opened = dir.and_then(|dir| open(&dir)).and_then(|engine| self.sit_down(&engine));
        let message = opened.map_or_else(Message::OpenFailed, |()| Message::Opened);
        // The loop that receives lives as long as the desk.
        let _ = self.send.send(message);
    }

    fn remember(&mut self, change: impl FnOnce(&mut Settings)) {
        change(&mut self.settings);
        if !self.read_only {
            self.settings.write();
        }
    }
}

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
