//! The real executable in a real pseudo-terminal.

use std::collections::BTreeSet;

use xiantu::locale::Lang;

use crate::support::{PATIENCE, Terminal, XIANTU, demo, demo_copy, rows, text, top_code};

const SIZE: (u16, u16) = (120, 36);
const ENTER: &str = "\r";
const ESC: &str = "\x1b";
const DOWN: &str = "\x1b[B";
const UP: &str = "\x1b[A";

/// Columns of the list, cells.
const LIST_COLUMNS: u16 = 30;

/// Past the reason and, as it was proposed, the day to look again.
const SAVE: &str = "\r\r";

/// What an announcement begins with.
fn toast(key: &str) -> &'static str {
    let text = Lang::Zh.text(&format!("ui.toast.{key}"));
    text.split('{').next().unwrap_or(text)
}

/// Drills from the top to the lowest level along the first rows; the names gone through.
fn drill(terminal: &mut Terminal, top: &str) -> Vec<String> {
    let mut place = top.to_owned();
    let mut way = Vec::new();
    loop {
        let page = demo().json(["list", &place, "--json"]);
        let first = &rows(&page)[0];
        terminal.wait_for(text(first, "name"));
        if first["subject"] != "unit" || first["children"] == 0 {
            return way;
        }
        terminal.press(ENTER);
        way.push(text(first, "name").to_owned());
        place = text(first, "code").to_owned();
        let under = demo().json(["list", &place, "--json"]);
        let (inside, name) = (text(first, "name"), text(&rows(&under)[0], "name"));
        // In the list and the breadcrumb: the card and the map may have named it before.
        terminal.wait(name, |screen| {
            let top = screen.rows(0, SIZE.0).next().unwrap_or_default();
            top.contains(inside) && screen.rows(0, LIST_COLUMNS).any(|line| line.contains(name))
        });
    }
}

#[test]
fn enter_goes_in_to_the_grid_and_esc_comes_out() {
    let workspace = demo_copy();
    let mut terminal = workspace.terminal(SIZE, &[], &[]);
    terminal.wait_for("青禾县");
    let way = drill(&mut terminal, top_code());
    assert!(way.len() >= 2, "the demo has grids below villages below townships: {way:?}");
    let crumbs: Vec<_> = terminal.screen().rows(0, SIZE.0).take(1).collect();
    for name in &way {
        assert!(crumbs.concat().contains(name.as_str()), "{name} is in the breadcrumb {crumbs:?}");
    }
    let first = demo().json(["list", top_code(), "--json"]);
    let names: BTreeSet<_> = rows(&first).iter().take(8).map(|r| text(r, "name").to_owned()).collect();
    for name in way.iter().rev() {
        // One at a time: two escapes in one read are another key.
        terminal.press(ESC).wait("one step out", |screen| !screen.rows(0, SIZE.0).take(1).any(|line| line.contains(name.as_str())));
    }
    terminal.wait("the list of the county", |screen| names.iter().all(|n| screen.contents().contains(n.as_str())));
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
    assert!(!terminal.screen().alternate_screen(), "the terminal is given back");
    assert!(!terminal.screen().hide_cursor(), "with its cursor");
}

/// A sentence that stands nowhere in the demo.
const REASON: &str = "复核阵地面积七三";

#[test]
fn a_late_answer_about_the_width_is_no_key() {
    let workspace = demo_copy();
    let mut terminal = workspace.mute_terminal(SIZE);
    let first = demo().json(["list", top_code(), "--json"]);
    terminal.wait_for(text(&rows(&first)[0], "name"));
    terminal.press("/").wait_for(Lang::Zh.text("ui.find.title"));
    // Escape would close the field, and letters would be typed into it.
    terminal.press("qhx").press("\x1b[1;2R").press("qhx").wait_for("qhxqhx");
    terminal.press("\x03");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn an_answer_about_the_width_is_heeded() {
    let workspace = demo_copy();
    let mut terminal = workspace.mute_terminal(SIZE);
    terminal.wait_for("│").press("\x1b[1;3R");
    terminal.wait("no glyph of two cells", |screen| {
        let shown = screen.contents();
        shown.contains("青禾县") && !shown.contains(['│', '─', '·', '…'])
    });
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn a_mark_survives_kill_9() {
    let workspace = demo_copy();
    let mut terminal = workspace.terminal(SIZE, &[], &["--post", "青禾县组织部岗位"]);
    let first = demo().json(["list", top_code(), "--json"]);
    let name = text(&rows(&first)[0], "name");
    terminal.wait_for(name).press("m").press(REASON).wait_for(REASON).press(SAVE);
    // Announced after commit, and from then on it must be there.
    terminal.wait_for(toast("marked"));
    terminal.kill();

    let marks = workspace.json(["marks", "--json"]);
    let all = marks.to_string();
    assert!(all.contains(REASON) && all.contains(name) && all.contains("青禾县组织部岗位"), "{all}");
    let mut again = workspace.terminal(SIZE, &[], &["--post", "青禾县组织部岗位"]);
    again.wait_for(name).wait_for(REASON);
    let page = workspace.json(["list", top_code(), "--json"]);
    assert_eq!(rows(&page).iter().filter(|r| r["marks"].as_u64() > Some(0)).count(), 1);
}

#[test]
fn the_last_action_is_taken_back() {
    let workspace = demo_copy();
    let mut terminal = workspace.terminal(SIZE, &[], &["--post", "青禾县组织部岗位"]);
    let first = demo().json(["list", top_code(), "--json"]);
    terminal.wait_for(text(&rows(&first)[0], "name")).press("m").press(REASON).wait_for(REASON).press(SAVE);
    terminal.wait_for(toast("marked")).press("u").wait_for(toast("undone")).press("q");
    assert_eq!(terminal.end(), 0);
    let marks = workspace.json(["marks", "--json"]);
    assert!(!marks.to_string().contains(REASON), "{marks}");
}

#[test]
fn no_color_draws_none() {
    let workspace = demo_copy();
    let mut terminal = workspace.terminal(SIZE, &[("NO_COLOR", "1")], &[]);
    terminal.wait_for("青禾县").press(DOWN).press("2").press("\t").press(UP).press("q").end();
    let log = String::from_utf8_lossy(&terminal.received()).into_owned();
    for sequence in log.split("\u{1b}[").skip(1) {
        let end = sequence.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(0);
        if sequence[end..].starts_with('m') {
            let codes: Vec<u16> = sequence[..end].split(';').filter_map(|c| c.parse().ok()).collect();
            let colour = codes.iter().any(|c| matches!(c, 30..=38 | 40..=48 | 90..=97 | 100..=107));
            assert!(!colour, "SGR {} under NO_COLOR", &sequence[..end]);
        }
    }
}

#[test]
fn one_cell_and_back() {
    let workspace = demo_copy();
    let mut terminal = workspace.terminal(SIZE, &[], &[]);
    let first = demo().json(["list", top_code(), "--json"]);
    let name = text(&rows(&first)[0], "name");
    terminal.wait_for(name);
    terminal.resize((1, 1)).press(DOWN).press(UP);
    terminal.resize((20, 5)).press(DOWN).press(UP);
    terminal.resize(SIZE).wait_for(name);
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn an_idle_screen_sends_nothing() {
    let workspace = demo_copy();
    let mut terminal = workspace.terminal(SIZE, &[], &[]);
    let first = demo().json(["list", top_code(), "--json"]);
    terminal.wait_for(text(&rows(&first)[0], "name")).press(DOWN).press(UP);
    // What passes the time is work, not a sleep: another process loads the same county meanwhile.
    // The first one also covers the checks that follow the first frame.
    demo().out(["print", "--size", "160x45"]);
    let before = terminal.received().len();
    demo().out(["print", "--size", "160x45"]);
    demo().out(["print", "--size", "160x45"]);
    let sent = &terminal.received()[before..];
    assert!(sent.is_empty(), "bytes without a key or a change: {:?}", String::from_utf8_lossy(sent));
}

#[test]
fn a_hang_up_ends_it() {
    let workspace = demo_copy();
    let mut terminal = workspace.terminal(SIZE, &[], &[]);
    terminal.wait_for("青禾县").signal("HUP");
    assert_eq!(terminal.end(), 0);
    assert!(!terminal.screen().alternate_screen(), "the terminal is given back");
}

/// `setsid` takes the program out of the reach of the signal that a closing terminal sends, as
/// some ways of starting programs do: it must see for itself that nobody is there.
#[test]
fn a_terminal_that_goes_away_without_a_signal_ends_it() {
    for program in ["script", "setsid"] {
        if std::process::Command::new(program).arg("--version").output().is_err() {
            skip!("no {program}");
        }
    }
    let workspace = demo_copy();
    let alive = workspace.dir().with_file_name("alive");
    let made = std::process::Command::new("mkfifo").arg(&alive).status();
    assert!(made.is_ok_and(|s| s.success()), "mkfifo");
    // The program holds the pipe open as its standard error for as long as it lives.
    let inner = format!("exec setsid --wait {XIANTU} -C {} 2>{}", workspace.dir().display(), alive.display());
    let mut command = portable_pty::CommandBuilder::new("script");
    command.args(["--quiet", "--return", "--command", &inner, "/dev/null"]);
    command.env("HOME", workspace.dir().with_file_name("home"));
    command.env("LANG", "zh_CN.UTF-8");
    let (ended, end) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let said = std::fs::read_to_string(&alive);
        // The test may have given up.
        let _ = ended.send(said);
    });
    let mut terminal = Terminal::spawn(command, SIZE);
    terminal.wait_for("青禾县").kill();
    end.recv_timeout(PATIENCE).expect("it ends with its terminal").expect("its standard error can be read");
}

#[test]
fn a_read_only_session_cannot_mark() {
    let workspace = demo_copy();
    let mut terminal = workspace.terminal(SIZE, &[], &["--read-only"]);
    let first = demo().json(["list", top_code(), "--json"]);
    terminal.wait_for(text(&rows(&first)[0], "name")).press("m").press(REASON).press(ENTER);
    // No field took the letters, so this one leaves.
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
    assert!(!workspace.json(["marks", "--json"]).to_string().contains(REASON));
}

#[test]
fn without_a_workspace_and_without_a_terminal_it_says_so() {
    let workspace = crate::support::Workspace::empty();
    let output = workspace.xiantu(["list", "x"]).output().expect("it runs");
    assert!(matches!(output.status.code(), Some(2 | 3)), "{output:?}");
    assert!(!output.stderr.is_empty() && output.stdout.is_empty(), "{output:?}");
}

#[test]
fn what_would_disappear_is_asked_on_the_screen() {
    let workspace = demo_copy();
    // The last row of a table of units is gone.
    let manifest = crate::support::demo_manifest();
    let tables = manifest["table"].as_array().expect("tables");
    let units = tables.iter().find(|t| t["what"].as_str() == Some("units")).expect("a table of units");
    let path = workspace.dir().join("maps").join(units["file"].as_str().expect("a file"));
    let all = std::fs::read_to_string(&path).expect("the table");
    let kept: Vec<&str> = all.trim_end().lines().collect();
    std::fs::write(&path, kept[..kept.len() - 1].join("\n")).expect("the table is shortened");
    let manifest = workspace.dir().join("maps/manifest.toml");
    let text_of = std::fs::read_to_string(&manifest).expect("the manifest");
    let hash = units["sha256"].as_str().expect("a hash");
    std::fs::write(&manifest, text_of.replace(&format!("sha256 = \"{hash}\""), "")).expect("without its hash");
    let before = workspace.json(["list", top_code(), "--json"]);

    let mut terminal = workspace.terminal(SIZE, &[], &["--post", "青禾县组织部岗位"]);
    terminal.wait_for("(−1)").press("D").wait_for(Lang::Zh.text("ui.removals.title")).press("y");
    terminal.wait_for(Lang::Zh.text("ui.toast.removals_loaded")).press("q");
    assert_eq!(terminal.end(), 0);
    let after = workspace.out(["load"]);
    assert!(!after.contains("(−"), "{after}");
    assert_eq!(rows(&before).len(), rows(&workspace.json(["list", top_code(), "--json"])).len());
}
