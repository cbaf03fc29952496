//! Files made by the executable are those it would make today. `XIANTU_UPDATE=1` makes them anew.

use std::fs;

use crate::support::{Workspace, demo, root};

/// Compares a file with what it should be, or writes it.
fn current(file: &str, wanted: &str) {
    let path = root().join(file);
    if std::env::var_os("XIANTU_UPDATE").is_some() {
        fs::write(&path, wanted).unwrap_or_else(|e| panic!("{file}: {e}"));
    }
    let found = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{file}: {e}"));
    assert!(found == wanted, "{file} is not current: run `XIANTU_UPDATE=1 cargo test --test it generated` and look at the difference");
}

/// A text with the part between two marks replaced.
fn between(text: &str, name: &str, made: &str) -> String {
    let (begin, end) = (format!("<!-- {name}:begin -->"), format!("<!-- {name}:end -->"));
    let (before, rest) = text.split_once(&begin).unwrap_or_else(|| panic!("{begin} in the README"));
    let (_, after) = rest.split_once(&end).unwrap_or_else(|| panic!("{end} in the README"));
    format!("{before}{begin}\n{}\n{end}{after}", made.trim_end())
}

// One test, because both parts are written to one file.
#[test]
fn keys_and_picture_of_the_readme() {
    let readme = fs::read_to_string(root().join("README.md")).expect("there is a README");
    let keys = demo().out(["keys", "--markdown", "--lang", "en"]);
    // Quadrants, because the fonts of web pages lack octants.
    let screen = demo().out(["print", "--size", "120x30", "--color", "none", "--glyphs", "quadrant", "--ambiguous-width", "1"]);
    let readme = between(&readme, "keys", &keys);
    current("README.md", &between(&readme, "screen", &format!("```text\n{}\n```", screen.trim_end())));
}

#[test]
fn the_key_file() {
    current("data/keymap.toml", &Workspace::empty().out(["keys", "--toml"]));
}
