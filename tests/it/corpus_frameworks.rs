//! Bad and good frameworks: what comes of every file stands in one snapshot per folder, the messages in
//! both languages. Nothing may panic, and a mistake names its line and column.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use xiantu::framework::Framework;
use xiantu::locale::Lang;

use crate::support::root;

fn files(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join("tests/corpora").join(folder).join("frameworks")).expect("the corpus");
    let mut out: Vec<PathBuf> = entries.map(|e| e.expect("an entry").path()).collect();
    out.sort();
    out
}

fn report(folder: &str) -> (String, usize) {
    let mut out = String::new();
    let files = files(folder);
    for path in &files {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let _ = writeln!(out, "== {name}");
        match Framework::load(path, &name).and_then(|f| Framework::combine(vec![f])) {
            Ok(whole) => {
                let parts: Vec<&str> = whole.parts.iter().map(|p| p.id.as_str()).collect();
                let tables: Vec<usize> = whole.parts.iter().map(|p| whole.part_tables(&p.id).len()).collect();
                let _ = writeln!(out, "good: {} tables {tables:?} notes {}", parts.join(" "), whole.notes.len());
            }
            Err(problems) => {
                assert!(!problems.is_empty(), "{name}");
                for problem in &problems {
                    let _ = writeln!(out, "{}\n{}", Lang::Zh.problem(problem), Lang::En.problem(problem));
                }
            }
        }
    }
    assert!(!out.chars().any(|c| c != '\n' && xiantu::domain::text::is_hostile(c)), "{out:?}");
    (out, files.len())
}

#[test]
fn bad_frameworks_say_what_is_wrong_and_what_to_do() {
    let (said, count) = report("bad");
    assert!(count >= 60, "{count}");
    assert!(!said.contains("\ngood:"), "{said}");
    insta::with_settings!({prepend_module_to_snapshot => false, omit_expression => true, snapshot_path => "../snapshots"}, {
        insta::assert_snapshot!("bad_frameworks", said);
    });
}

#[test]
fn good_frameworks_load() {
    let (said, _) = report("good");
    assert!(!said.contains("E_"), "{said}");
    insta::with_settings!({prepend_module_to_snapshot => false, omit_expression => true, snapshot_path => "../snapshots"}, {
        insta::assert_snapshot!("good_frameworks", said);
    });
}
