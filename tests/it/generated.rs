//! Files made from the action table are those the executable would make today.

use std::fs;

use crate::support::{Workspace, root};

const BEGIN: &str = "<!-- keys:begin -->";
const END: &str = "<!-- keys:end -->";

#[test]
fn the_key_table_of_the_readme_is_current() {
    let readme = fs::read_to_string(root().join("README.md")).expect("there is a README");
    let (_, rest) = readme.split_once(BEGIN).expect("the README marks where the keys begin");
    let (table, _) = rest.split_once(END).expect("the README marks where the keys end");
    let made = Workspace::empty().out(["keys", "--markdown", "--lang", "en"]);
    assert_eq!(table.trim(), made.trim(), "put the output of `xiantu keys --markdown --lang en` between the marks");
}

#[test]
fn the_key_file_is_current() {
    let file = fs::read_to_string(root().join("data/keymap.toml")).expect("data/keymap.toml is there");
    let made = Workspace::empty().out(["keys", "--toml"]);
    assert_eq!(file.trim(), made.trim(), "put the output of `xiantu keys --toml` there");
}
