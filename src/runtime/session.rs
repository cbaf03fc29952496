//! A local session: terminal events, answers and signals in one loop, drawn only on change.

use std::future::poll_fn;
use std::io;
use std::path::{Path, PathBuf};
use std::task::Poll;
use std::time::Duration;

use futures::StreamExt as _;
use jiff::civil::Date;
use ratatui::crossterm::event::{Event, EventStream, KeyEventKind};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;

use crate::domain::access::Access;
use crate::domain::problem::Problem;
use crate::domain::request::Progress;
use crate::locale::Lang;
use crate::ui::{Effect, Message, Model, update};

use super::encode::Shortcuts;
use super::engine::Engine;
use super::settings::Settings;
use super::terminal::{Screen, width_answer};
use super::worker::Workers;
use super::{create, demo, folders};

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
    /// Sequences that the terminal knows.
    pub shortcuts: Shortcuts,
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

/// How long a session has to end by itself after its terminal went away.
#[cfg(unix)]
const GRACE: Duration = Duration::from_millis(500);

/// How long a frame waits for answers before it is drawn without: what an eye takes for at once.
const ONE_FRAME: Duration = Duration::from_millis(80);

async fn session(start: Start) -> Result<(), Stopped> {
    let Start { mut model, engine, access, today, probe, shortcuts, read_only, settings } = start;
    let (send, mut receive) = unbounded_channel();
    // Before the terminal is taken: from here on it is given back whatever ends the session.
    let mut end = End::new()?;
    let mut resized = Resized::new()?;
    // Before the first frame: a terminal that is resized while that is drawn says so only once.
    let mut events = EventStream::new();
    let mut desk = Desk { workers: None, access, today, read_only, settings, send, screen: Screen::take(shortcuts)? };
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
    if let Some(engine) = engine {
        desk.verify(engine);
    }
    let mut width = Width(None);
    if probe {
        desk.screen.ask_ambiguous_wide()?;
        width = Width(Some(width_answer()));
        // The probe's own mark must go.
        desk.screen.draw(&model)?;
    }
    while open {
        if model.take_dirty() || desk.screen.is_forgotten() {
            desk.screen.draw(&model)?;
        }
        let effects = tokio::select! {
            ambiguous_wide = width.came() => {
                let effects = ambiguous_wide.map(|ambiguous_wide| update(&mut model, Message::Probed { ambiguous_wide }));
                if ambiguous_wide == Some(true) {
                    // What is on the screen was drawn for the other width: no cell is where the
                    // last frame says.
                    desk.screen.forget();
                }
                effects.unwrap_or_default()
            }
            // Keys are read by one at a time.
            event = events.next(), if !width.is_open() => {
                let Some(event) = event else { return Ok(()) };
                let mut effects = desk.take_in(event?, &mut model);
                // Keys that came together are one frame. Polled with this task's own waker: the
                // stream keeps the first waker it is given, and one that does nothing would
                // leave the session deaf.
                while let Poll::Ready(Some(event)) = poll_fn(|cx| Poll::Ready(events.poll_next_unpin(cx))).await {
                    effects.extend(desk.take_in(event?, &mut model));
                }
                effects
            }
            Some(first) = receive.recv() => {
                let mut effects = update(&mut model, first);
                effects.extend(drain(&mut receive, &mut model));
                effects
            }
            () = resized.came() => {
                let (cols, rows) = desk.screen.size();
                desk.take_in(Event::Resize(cols, rows), &mut model)
            }
            () = end.came() => return Ok(()),
        };
        open = desk.carry_out(effects)?;
        // Answers that take a few milliseconds are waited for, so that what a key does is one
        // frame: a frame that says "reading" between two others would flicker and double the bytes.
        let deadline = tokio::time::Instant::now() + ONE_FRAME;
        while open && desk.workers.is_some() && !model.settled() {
            let Ok(Some(next)) = tokio::time::timeout_at(deadline, receive.recv()).await else { break };
            let mut effects = update(&mut model, next);
            effects.extend(drain(&mut receive, &mut model));
            open = desk.carry_out(effects)?;
        }
    }
    Ok(())
}

/// The question about the width of glyphs, while its answer is out.
struct Width(Option<oneshot::Receiver<Option<bool>>>);

impl Width {
    fn is_open(&self) -> bool {
        self.0.is_some()
    }

    /// The answer, or that there is none; never, where nothing was asked.
    async fn came(&mut self) -> Option<bool> {
        let Some(answer) = &mut self.0 else { return std::future::pending().await };
        let wide = answer.await.ok().flatten();
        self.0 = None;
        wide
    }
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
        let (loader, importer) = (engine.loader()?, engine.importer()?);
        let readers = (engine.store.reader()?, engine.store.reader()?);
        self.workers = Some(Workers::start(readers, writer, loader, importer, (self.access.clone(), self.today), &engine.dir, &self.send));
        if !self.read_only {
            folders::remember_workspace(&engine.dir);
        }
        Ok(())
    }

    /// Verifies what opening has left for later, in a thread of its own.
    fn verify(&self, engine: Engine) {
        let send = self.send.clone();
        std::thread::spawn(move || {
            if let Err(problem) = engine.store.verify() {
                tracing::error!(%problem, "the records do not verify");
                // A session that ended no longer listens.
                let _ = send.send(Message::Progress(Progress::Problem(problem)));
            }
        });
    }

    /// What the core makes of a terminal event.
    fn take_in(&mut self, event: Event, model: &mut Model) -> Vec<Effect> {
        if matches!(event, Event::Resize(..)) {
            // A terminal that was resized cuts, wraps or moves what it showed, also where it has
            // the old size again by the time anyone looks.
            self.screen.forget();
        }
        message(event).map_or_else(Vec::new, |m| update(model, m))
    }

    /// Carries out effects; `false` ends the session.
    fn carry_out(&mut self, effects: Vec<Effect>) -> io::Result<bool> {
        for effect in effects {
            match effect {
                Effect::Ask { request, query } => {
                    if let Some(workers) = &mut self.workers {
                        workers.ask(request, query);
                    }
                }
                Effect::Cancel { request } => {
                    if let Some(workers) = &mut self.workers {
                        workers.cancel(request);
                    }
                }
                Effect::Do { request, command } => {
                    if let Some(workers) = &mut self.workers {
                        workers.record(request, command);
                    }
                }
                Effect::Export { request, export } => {
                    if let Some(workers) = &mut self.workers {
                        workers.export(request, export);
                    }
                }
                Effect::Copy(text) => self.screen.copy(&text)?,
                Effect::CaptureMouse(on) => self.screen.capture_mouse(on)?,
                Effect::OpenDemo => {
                    let dir = folders::beside_executable().map_or_else(demo::unpack, Ok);
                    self.open(dir);
                }
                Effect::OpenWorkspace(path) => self.open(Ok(folders::expand_home(&path))),
                Effect::CreateWorkspace { dir, name, county } => {
                    let dir = folders::expand_home(&dir);
                    let county = if county.is_empty() { create::NO_COUNTY } else { &county };
                    self.open(create::create(&dir, &name, county).map(|()| dir));
                }
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
        let opened = dir.and_then(|dir| open(&dir)).and_then(|engine| {
            self.sit_down(&engine)?;
            self.verify(engine);
            Ok(())
        });
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

/// That the terminal was resized, heard by ourselves: crossterm loses the signal where a key
/// comes with it.
#[cfg(unix)]
struct Resized(tokio::signal::unix::Signal);

#[cfg(unix)]
impl Resized {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self(signal(SignalKind::window_change())?))
    }

    async fn came(&mut self) {
        if self.0.recv().await.is_none() {
            std::future::pending::<()>().await;
        }
    }
}

/// The console tells it among the keys.
#[cfg(not(unix))]
struct Resized;

#[cfg(not(unix))]
impl Resized {
    fn new() -> io::Result<Self> {
        Ok(Self)
    }

    async fn came(&mut self) {
        std::future::pending::<()>().await;
    }
}

/// What ends a session from outside; the screen is restored on the way out.
#[cfg(unix)]
struct End {
    terminate: tokio::signal::unix::Signal,
    hangup: tokio::signal::unix::Signal,
    /// That the terminal itself is gone: a process of another session gets no signal then, and
    /// the thread that reads keys never says so.
    gone: UnboundedReceiver<()>,
}

#[cfg(unix)]
impl End {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let (send, gone) = unbounded_channel();
        std::thread::spawn(move || {
            if hung_up() {
                // A session that ended by itself no longer listens.
                let _ = send.send(());
                // Crossterm may be reading the end of a terminal that is gone, for ever, in the
                // very task that should hear this. What was recorded is committed and there is
                // nothing to give back, so the process ends from here.
                std::thread::sleep(GRACE);
                std::process::exit(0);
            }
        });
        Ok(Self { terminate: signal(SignalKind::terminate())?, hangup: signal(SignalKind::hangup())?, gone })
    }

    async fn came(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.hangup.recv() => {}
            Some(()) = self.gone.recv() => {}
        }
    }
}

/// Blocks until the terminal hangs up; `false` where it cannot be watched.
#[cfg(unix)]
fn hung_up() -> bool {
    use rustix::event::{PollFd, PollFlags, poll};
    let out = io::stdout();
    // Hang-up and error are reported unasked; asking for nothing else, no key wakes this thread.
    let mut watched = [PollFd::new(&out, PollFlags::empty())];
    loop {
        match poll(&mut watched, None) {
            Ok(_) => return watched[0].revents().intersects(PollFlags::HUP | PollFlags::ERR),
            Err(rustix::io::Errno::INTR) => {}
            Err(_) => return false,
        }
    }
}

/// The console ends the process itself.
#[cfg(not(unix))]
struct End;

#[cfg(not(unix))]
impl End {
    fn new() -> io::Result<Self> {
        Ok(Self)
    }

    async fn came(&mut self) {
        std::future::pending::<()>().await;
    }
}
