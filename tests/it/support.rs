//! Workspaces in temporary folders, the executable with a clean environment, a terminal to run it in.

use std::ffi::OsStr;
use std::fs;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock};
use std::time::Duration;

use assert_cmd::Command;
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize};
use serde_json::Value;
use tempfile::TempDir;

/// Ends the test, saying why it could not run. A plain return would look like a pass.
macro_rules! skip {
    ($($reason:tt)*) => {{
        $crate::support::skipped(module_path!(), &format!($($reason)*));
        return;
    }};
}

/// One line on the real standard error (a test's captured output is not shown when it passes) and
/// in the file that `XIANTU_SKIP_LOG` names.
pub(crate) fn skipped(test: &str, reason: &str) {
    let thread = std::thread::current();
    let line = format!("SKIPPED {}: {reason}\n", thread.name().unwrap_or(test));
    std::io::stderr().write_all(line.as_bytes()).expect("standard error takes a line");
    if let Some(log) = std::env::var_os("XIANTU_SKIP_LOG") {
        let mut log = fs::OpenOptions::new().append(true).create(true).open(log).expect("the skip log can be opened");
        log.write_all(line.as_bytes()).expect("the skip log takes a line");
    }
}

/// The executable under test.
pub(crate) const XIANTU: &str = env!("CARGO_BIN_EXE_xiantu");

/// The package.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Folder of the real inputs.
pub(crate) fn shared() -> PathBuf {
    std::env::var_os("XIANTU_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from)
}

/// No step of a test waits longer than this; a slow machine is slow, a hung one fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(90);

/// The day that every test believes in: screens say how old the data is.
const TODAY: &str = "2025-11-01";

/// A workspace in a temporary folder, with a home of its own.
pub(crate) struct Workspace {
    temp: TempDir,
}

impl Workspace {
    /// An empty one.
    pub(crate) fn empty() -> Self {
        let temp = TempDir::new().expect("a temporary folder");
        for folder in ["ws/maps", "ws/data", "home"] {
            fs::create_dir_all(temp.path().join(folder)).expect("a folder");
        }
        Self { temp }
    }

    /// An empty one for a static, which nothing drops: it lies in target/tmp, and the next run
    /// removes it.
    pub(crate) fn kept(name: &str) -> Self {
        sweep();
        let temp = tempfile::Builder::new()
            .prefix(&format!("it-{}-{name}-", std::process::id()))
            .tempdir_in(env!("CARGO_TARGET_TMPDIR"))
            .expect("a folder in target/tmp");
        fs::create_dir_all(temp.path().join("home")).expect("a folder");
        Self { temp }
    }

    /// The folder that `-C` names.
    pub(crate) fn dir(&self) -> PathBuf {
        self.temp.path().join("ws")
    }

    /// Writes a file of the workspace.
    pub(crate) fn write(&self, path: &str, bytes: impl AsRef<[u8]>) -> &Self {
        let path = self.dir().join(path);
        fs::create_dir_all(path.parent().expect("a path in the workspace")).expect("a folder");
        fs::write(path, bytes).expect("a file is written");
        self
    }

    /// The executable on this workspace, in Chinese, with nothing of the tester's environment.
    pub(crate) fn xiantu<I: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = I>) -> Command {
        self.xiantu_on(&self.dir(), args)
    }

    /// The same on another folder or a snapshot.
    pub(crate) fn xiantu_on<I: AsRef<OsStr>>(&self, place: &Path, args: impl IntoIterator<Item = I>) -> Command {
        let mut command = Command::new(XIANTU);
        command.env_clear().envs(environment(&self.temp.path().join("home"))).timeout(PATIENCE);
        command.arg("-C").arg(place).args(["--today", TODAY]).args(args);
        command
    }

    /// Standard output of a command that must succeed.
    pub(crate) fn out<I: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = I>) -> String {
        let output = self.xiantu(args).output().expect("the executable runs");
        let said = String::from_utf8_lossy(&output.stderr);
        // 4: records were kept aside, which is what some workspaces are about.
        assert!(matches!(output.status.code(), Some(0 | 4)), "{:?}: {said}", output.status);
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    /// The same as JSON.
    pub(crate) fn json<I: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = I>) -> Value {
        let out = self.out(args);
        serde_json::from_str(&out).unwrap_or_else(|e| panic!("no JSON ({e}): {out}"))
    }

    /// The executable on this workspace in a terminal.
    pub(crate) fn terminal(&self, size: (u16, u16), env: &[(&str, &str)], args: &[&str]) -> Terminal {
        self.terminal_on(&self.dir(), size, env, args)
    }

    /// The same on another folder or a snapshot.
    pub(crate) fn terminal_on(&self, place: &Path, size: (u16, u16), env: &[(&str, &str)], args: &[&str]) -> Terminal {
        Terminal::spawn(self.command(place, env, args), size)
    }

    /// The same in a terminal that does not say where its cursor is.
    pub(crate) fn mute_terminal(&self, size: (u16, u16)) -> Terminal {
        Terminal::spawn_with(self.command(&self.dir(), &[], &[]), size, Answers { cursor: false, ..Answers::default() })
    }

    fn command(&self, place: &Path, env: &[(&str, &str)], args: &[&str]) -> CommandBuilder {
        let mut command = CommandBuilder::new(XIANTU);
        command.env_clear();
        for (key, value) in environment(&self.temp.path().join("home")) {
            command.env(key, value);
        }
        for (key, value) in env {
            command.env(key, value);
        }
        command.arg("-C");
        command.arg(place);
        command.args(["--today", TODAY]);
        command.args(args);
        command
    }
}

fn environment(home: &Path) -> Vec<(&'static str, PathBuf)> {
    let mut env: Vec<(&str, PathBuf)> = vec![
        ("HOME", home.into()),
        ("XDG_STATE_HOME", home.join("state")),
        ("XDG_CONFIG_HOME", home.join("config")),
        ("XDG_DATA_HOME", home.join("share")),
        ("XDG_CACHE_HOME", home.join("cache")),
        ("LANG", "zh_CN.UTF-8".into()),
        ("TERM", "xterm-256color".into()),
        ("COLORTERM", "truecolor".into()),
        ("TZ", "Asia/Shanghai".into()),
    ];
    if let Some(path) = std::env::var_os("PATH") {
        env.push(("PATH", path.into()));
    }
    env
}

/// The demo county as it is in the project, loaded once: tests copy it, or only read from it.
pub(crate) fn demo() -> &'static Workspace {
    static DEMO: OnceLock<Workspace> = OnceLock::new();
    DEMO.get_or_init(|| {
        let workspace = Workspace::kept("demo");
        for folder in ["maps", "data"] {
            copy(&root().join(folder), &workspace.dir().join(folder), &|path| {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                !(name.contains(".db") || name == "batches")
            });
        }
        // Loads it: every later start is a warm one.
        workspace.out(["list", top_code(), "--json"]);
        workspace
    })
}

/// A copy of the loaded demo that a test may change.
pub(crate) fn demo_copy() -> Workspace {
    let temp = TempDir::new().expect("a temporary folder");
    // The side files of SQLite come and go with tests that only read; everything is in the
    // databases themselves since the first load ended.
    copy(demo().temp.path(), temp.path(), &|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        !(name.ends_with("-wal") || name.ends_with("-shm"))
    });
    Workspace { temp }
}

/// Code of the demo's top unit, which its manifest names.
pub(crate) fn top_code() -> &'static str {
    static CODE: OnceLock<String> = OnceLock::new();
    CODE.get_or_init(|| {
        let manifest = demo_manifest();
        let county = manifest["workspace"]["county"].as_str().expect("[workspace] county is a text");
        county.to_owned()
    })
}

/// The demo's manifest.
pub(crate) fn demo_manifest() -> toml::Table {
    let text = fs::read_to_string(root().join("maps/manifest.toml")).expect("the demo has a manifest");
    text.parse().expect("the demo's manifest is TOML")
}

/// The demo's frameworks, the one that gives the tree first, what all of them extend last.
pub(crate) fn demo_frameworks() -> Vec<toml::Table> {
    let manifest = demo_manifest();
    let workspace = manifest["workspace"].as_table().expect("[workspace]");
    let others = workspace["frameworks"].as_array().expect("the others in use");
    let named = std::iter::once(&workspace["framework"]).chain(others).map(|file| file.as_str().expect("a path"));
    let read = |file: &str| {
        let text = fs::read_to_string(root().join("maps").join(file)).expect("a framework of the demo is there");
        text.parse().expect("a framework of the demo is TOML")
    };
    named.chain(["../data/frameworks/base.toml"]).map(read).collect()
}

/// Removes what earlier runs left in target/tmp; a folder whose process still runs is in use.
fn sweep() {
    for entry in fs::read_dir(env!("CARGO_TARGET_TMPDIR")).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let pid = name.to_str().and_then(|n| n.strip_prefix("it-")).and_then(|n| n.split('-').next());
        if pid.is_some_and(|pid| !Path::new("/proc").join(pid).exists()) {
            // Another run may be sweeping too.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Copies a folder with the times of its files: the product compares files by size and time.
pub(crate) fn copy(from: &Path, to: &Path, wanted: &dyn Fn(&Path) -> bool) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).unwrap_or_else(|e| panic!("{}: {e}", from.display())) {
        let entry = entry.expect("an entry of a folder");
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if !wanted(&path) {
            continue;
        }
        if path.is_dir() {
            copy(&path, &target, wanted);
        } else {
            fs::copy(&path, &target).expect("a file is copied");
            let modified = entry.metadata().and_then(|m| m.modified()).expect("a time");
            let file = fs::OpenOptions::new().write(true).open(&target).expect("the copy can be opened");
            file.set_modified(modified).expect("the copy takes the time");
        }
    }
}

/// A process in a pseudo-terminal and the screen it draws. Nothing here sleeps or polls: a thread
/// blocks on the terminal's bytes, draws them and answers as a terminal does, and every wait
/// blocks on what that thread has drawn, up to [`PATIENCE`].
pub(crate) struct Terminal {
    master: Box<dyn MasterPty + Send>,
    keys: Keys,
    child: Box<dyn Child + Send + Sync>,
    shared: Arc<(Mutex<Shown>, Condvar)>,
}

type Keys = Arc<Mutex<Box<dyn std::io::Write + Send>>>;

/// What a terminal has received.
struct Shown {
    parser: vt100::Parser<Answers>,
    log: Vec<u8>,
    /// The process has the terminal open.
    open: bool,
}

/// What a terminal answers by itself: where the cursor is, and what it is.
struct Answers {
    /// What is to be sent.
    waiting: Vec<u8>,
    /// It tells where its cursor is.
    cursor: bool,
}

impl Default for Answers {
    fn default() -> Self {
        Self { waiting: Vec::new(), cursor: true }
    }
}

impl vt100::Callbacks for Answers {
    fn unhandled_csi(&mut self, screen: &mut vt100::Screen, _: Option<u8>, _: Option<u8>, params: &[&[u16]], command: char) {
        match (command, params) {
            ('n', [[6]]) if self.cursor => {
                let (row, column) = screen.cursor_position();
                self.waiting.extend(format!("\x1b[{};{}R", row + 1, column + 1).into_bytes());
            }
            ('c', _) => self.waiting.extend(b"\x1b[?62;22c"),
            _ => {}
        }
    }
}

impl Terminal {
    /// Starts a command in a terminal of `columns × rows`.
    pub(crate) fn spawn(command: CommandBuilder, size: (u16, u16)) -> Self {
        Self::spawn_with(command, size, Answers::default())
    }

    fn spawn_with(command: CommandBuilder, size: (u16, u16), answers: Answers) -> Self {
        let pair = portable_pty::native_pty_system().openpty(pty_size(size)).expect("a pseudo-terminal");
        let child = pair.slave.spawn_command(command).expect("the command starts");
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().expect("the terminal can be read");
        let keys: Keys = Arc::new(Mutex::new(pair.master.take_writer().expect("the terminal can be written")));
        let parser = vt100::Parser::new_with_callbacks(at_least_one(size.1), at_least_one(size.0), 0, answers);
        let shared = Arc::new((Mutex::new(Shown { parser, log: Vec::new(), open: true }), Condvar::new()));
        let (shown, answers) = (Arc::clone(&shared), Arc::clone(&keys));
        std::thread::spawn(move || {
            let mut buffer = [0; 65536];
            // A closed terminal reads as an error on Linux and as an end elsewhere.
            while let Ok(n @ 1..) = reader.read(&mut buffer) {
                let mut now = lock(&shown.0);
                now.log.extend_from_slice(&buffer[..n]);
                now.parser.process(&buffer[..n]);
                let answer = std::mem::take(&mut now.parser.callbacks_mut().waiting);
                drop(now);
                shown.1.notify_all();
                // Whoever asked may be gone by now.
                let _ = lock(&answers).write_all(&answer);
            }
            lock(&shown.0).open = false;
            shown.1.notify_all();
        });
        Self { master: pair.master, keys, child, shared }
    }

    /// Types.
    pub(crate) fn press(&mut self, keys: &str) -> &mut Self {
        let mut to = lock(&self.keys);
        to.write_all(keys.as_bytes()).expect("keys are taken");
        to.flush().expect("keys are sent");
        drop(to);
        self
    }

    /// What stands on the screen.
    pub(crate) fn screen(&self) -> vt100::Screen {
        lock(&self.shared.0).parser.screen().clone()
    }

    /// Everything received so far.
    pub(crate) fn received(&self) -> Vec<u8> {
        lock(&self.shared.0).log.clone()
    }

    /// Blocks until the screen satisfies `done`.
    pub(crate) fn wait(&mut self, what: &str, done: impl Fn(&vt100::Screen) -> bool) -> &mut Self {
        let (shown, open) = self.block(|now| now.open && !done(now.parser.screen()));
        assert!(done(&shown), "{} {what}; the screen:\n{}", if open { "waited in vain for" } else { "it ended before" }, shown.contents());
        self
    }

    /// Blocks until a text stands on the screen.
    pub(crate) fn wait_for(&mut self, text: &str) -> &mut Self {
        self.wait(text, |screen| screen.contents().contains(text))
    }

    /// Blocks until the process ends; its exit code.
    pub(crate) fn end(&mut self) -> u32 {
        let (shown, open) = self.block(|now| now.open);
        assert!(!open, "it does not end; the screen:\n{}", shown.contents());
        self.child.wait().expect("the process can be waited for").exit_code()
    }

    /// Blocks while a condition holds; the screen then, and whether it is still open.
    fn block(&self, so_long_as: impl Fn(&Shown) -> bool) -> (vt100::Screen, bool) {
        let (shown, changed) = &*self.shared;
        let waited = changed.wait_timeout_while(lock(shown), PATIENCE, |now| so_long_as(now));
        let (now, _) = waited.expect("the thread that reads does not panic");
        (now.parser.screen().clone(), now.open)
    }

    /// Sends the process a signal.
    pub(crate) fn signal(&self, name: &str) {
        let pid = self.child.process_id().expect("the process runs").to_string();
        let sent = std::process::Command::new("kill").args(["-s", name, &pid]).status();
        assert!(sent.is_ok_and(|s| s.success()), "kill -s {name} {pid}");
    }

    /// Ends the process as a power cut would.
    pub(crate) fn kill(&mut self) {
        self.signal("KILL");
        self.child.wait().expect("the process can be waited for");
    }

    /// Changes the size of the terminal.
    pub(crate) fn resize(&mut self, size: (u16, u16)) -> &mut Self {
        let mut now = lock(&self.shared.0);
        now.parser.screen_mut().set_size(at_least_one(size.1), at_least_one(size.0));
        self.master.resize(pty_size(size)).expect("the terminal takes the size");
        drop(now);
        self
    }
}

fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no thread of the test panicked")
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
    }
}

fn at_least_one(n: u16) -> std::num::NonZeroU16 {
    std::num::NonZeroU16::new(n).unwrap_or(std::num::NonZeroU16::MIN)
}

fn pty_size((cols, rows): (u16, u16)) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}

/// Rows of a page.
pub(crate) fn rows(page: &Value) -> &[Value] {
    page["rows"].as_array().map_or_else(|| panic!("a page has rows: {page}"), Vec::as_slice)
}

/// A text of a JSON object.
pub(crate) fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_else(|| panic!("{key} is a text in {value}"))
}

/// The row of a code.
pub(crate) fn row<'a>(page: &'a Value, code: &str) -> &'a Value {
    rows(page).iter().find(|r| r["code"] == code).unwrap_or_else(|| panic!("{code} has a row"))
}

/// What `xiantu import … --json` answers.
pub(crate) fn imported(ws: &Workspace, args: &[&str]) -> Value {
    let mut all = vec!["import"];
    all.extend(args);
    all.push("--json");
    let output = ws.xiantu(&all).output().expect("the executable runs");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("no JSON ({e}): {}", String::from_utf8_lossy(&output.stderr)))
}

/// A total of the plan in such an answer.
pub(crate) fn count(answer: &Value, what: &str) -> u64 {
    answer["plan"]["counts"][what].as_u64().unwrap_or_else(|| panic!("{what}: {answer}"))
}
