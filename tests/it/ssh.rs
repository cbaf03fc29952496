//! A briefing: the system's sshd with a forced command on a snapshot, as another Unix user, seen
//! through ssh inside tmux.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use portable_pty::CommandBuilder;
use tempfile::TempDir;

use crate::support::{Terminal, XIANTU, demo_copy, rows, text, top_code};

const SSHD: &str = "/usr/sbin/sshd";
const TMUX_CONF: &str = "tmux.conf";
const SIZES: [(u16, u16); 3] = [(160, 45), (80, 24), (60, 16)];

/// An account that is gone with the test.
struct Account {
    name: String,
    home: PathBuf,
}

impl Account {
    fn create(folder: &Path) -> Self {
        let this = Self { name: format!("xiantu-{}", std::process::id()), home: folder.join("home") };
        run(Command::new("useradd")
            .args(["--create-home", "--shell", "/bin/sh", "--password", "*", "--home-dir"])
            .arg(&this.home)
            .arg(&this.name));
        this
    }

    fn gid(&self) -> u32 {
        fs::metadata(&self.home).expect("the account has a home").gid()
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        // Its home lies in the test's own folder. Nothing is left to do about a failure here.
        let _ = Command::new("userdel").arg(&self.name).stderr(Stdio::null()).status();
    }
}

/// A running sshd.
struct Sshd {
    child: Child,
    port: u16,
}

impl Drop for Sshd {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Sshd {
    /// Starts it in the foreground and returns when it says that it listens.
    fn start(folder: &Path, account: &Account, forced: &str) -> Self {
        for key in ["host", "user"] {
            run(Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(folder.join(key)));
        }
        fs::copy(folder.join("user.pub"), folder.join("authorized_keys")).expect("the key is copied");
        // Where the system's own sshd would have made it at boot.
        fs::create_dir_all("/run/sshd").expect("sshd's empty folder");
        let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port();
        let at = |name: &str| folder.join(name).display().to_string();
        let config = format!(
            "Port {port}\nListenAddress 127.0.0.1\nHostKey {}\nAuthorizedKeysFile {}\nPidFile none\nUsePAM no\nStrictModes no\n\
             PasswordAuthentication no\nKbdInteractiveAuthentication no\nAllowUsers {}\nDisableForwarding yes\nPrintMotd no\nPrintLastLog no\n\
             ForceCommand {forced}\n",
            at("host"),
            at("authorized_keys"),
            account.name,
        );
        fs::write(folder.join("sshd_config"), config).expect("the configuration is written");
        let mut child = Command::new(SSHD)
            .args(["-D", "-e", "-f"])
            .arg(folder.join("sshd_config"))
            .stderr(Stdio::piped())
            .spawn()
            .expect("sshd starts");
        let mut lines = BufReader::new(child.stderr.take().expect("its standard error")).lines();
        let mut log = String::new();
        while !log.contains("Server listening") {
            let Some(Ok(line)) = lines.next() else { panic!("sshd ended: {log}") };
            log += &line;
            log.push('\n');
        }
        // Keep reading, or it would stop on a full pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, port }
    }
}

fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|e| panic!("{command:?}: {e}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn has(program: &str) -> bool {
    Command::new(program).arg("-V").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}

#[test]
fn a_briefing_over_ssh_as_another_user_in_tmux() {
    for program in ["ssh", "ssh-keygen", "tmux", "useradd"] {
        if !has(program) {
            skip!("no {program}");
        }
    }
    if !Path::new(SSHD).exists() {
        skip!("no {SSHD}");
    }
    let folder = TempDir::new().expect("a temporary folder");
    if fs::metadata(folder.path()).expect("a folder").uid() != 0 {
        skip!("not root: another user's login cannot be tried");
    }
    let folder = folder.path();
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).expect("others may enter");

    // The clerk publishes; the group of the briefing account may read.
    let county = demo_copy();
    let snapshot = folder.join("briefing.db");
    county.out(["publish", snapshot.to_str().expect("a path in UTF-8")]);
    assert_eq!(fs::metadata(&snapshot).expect("the snapshot is there").mode() & 0o777, 0o640, "group-readable, nothing for others");
    let account = Account::create(folder);
    run(Command::new("chgrp").arg(account.gid().to_string()).arg(&snapshot));
    let program = folder.join("xiantu");
    fs::copy(XIANTU, &program).expect("the program is copied");
    let before = fs::read(&snapshot).expect("the snapshot can be read");
    let beside = || fs::read_dir(folder).expect("a folder").count();

    let sshd = Sshd::start(folder, &account, &format!("{} --read-only -C {}", program.display(), snapshot.display()));
    let conf = "set -g status off\nset -g default-terminal xterm\nset -s escape-time 0\n";
    fs::write(folder.join(TMUX_CONF), conf).expect("the configuration is written");
    let files = beside();
    let page = county.json(["list", top_code(), "--json"]);
    let first = &rows(&page)[0];
    let inside = county.json(["list", text(first, "code"), "--json"]);
    for size in SIZES {
        let mut terminal = tmux(folder, &account, &sshd, size);
        terminal.wait_for("青禾县").wait_for(text(first, "name"));
        terminal.press("\r").wait_for(text(&rows(&inside)[0], "name"));
        // Nothing asks for a reason to mark: the one Esc after it is already the way out.
        // The map inside may name the next township too: out is where no village of this one is listed.
        let (second, village) = (text(&rows(&page)[1], "name"), text(&rows(&inside)[0], "name"));
        let out = |screen: &vt100::Screen| screen.contents().contains(second) && !screen.contents().contains(village);
        terminal.press("m").press("\x1b").wait("the county", out).press("q");
        terminal.end();
        assert_eq!(fs::read(&snapshot).expect("the snapshot can be read"), before, "{size:?}: the snapshot is as it was");
        assert_eq!(beside(), files, "{size:?}: nothing was written beside it");
    }

    // What is forced is all there is: another command gives the same program without a terminal.
    let output = Command::new("ssh").args(options(folder, &account, &sshd)).args(["cat", "/etc/passwd"]).stdin(Stdio::null()).output();
    let output = output.expect("ssh runs");
    assert!(!String::from_utf8_lossy(&output.stdout).contains("root:"), "{output:?}");
}

/// ssh to the briefing inside tmux, in a terminal of 16 colours, without tmux's own line.
fn tmux(folder: &Path, account: &Account, sshd: &Sshd, size: (u16, u16)) -> Terminal {
    let ssh = ["ssh".to_owned(), "-tt".to_owned()].into_iter().chain(options(folder, account, sshd)).collect::<Vec<_>>().join(" ");
    let mut command = CommandBuilder::new("tmux");
    command.env_clear();
    command.env("TERM", "xterm");
    command.env("LANG", "C.UTF-8");
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("HOME", folder);
    // A server of its own, which ends with its only session.
    command.args(["-u", "-S"]);
    command.arg(account.home.join(format!("tmux-{}", size.0)));
    command.arg("-f");
    command.arg(folder.join(TMUX_CONF));
    command.args(["new-session", "-x", &size.0.to_string(), "-y", &size.1.to_string(), &ssh]);
    Terminal::spawn(command, size)
}

fn options(folder: &Path, account: &Account, sshd: &Sshd) -> Vec<String> {
    let known = "UserKnownHostsFile=/dev/null";
    let mut options: Vec<String> =
        ["-q", "-F", "none", "-o", "StrictHostKeyChecking=no", "-o", known, "-o", "IdentitiesOnly=yes"].map(str::to_owned).into();
    options.extend(["-i".to_owned(), folder.join("user").display().to_string(), "-p".to_owned(), sshd.port.to_string()]);
    options.push(format!("{}@127.0.0.1", account.name));
    options
}
