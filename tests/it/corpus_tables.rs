//! Bad and good tables: every file is read by the executable's own child process, and what comes of
//! it stands in one snapshot per folder. Nothing may panic, and a refused file gives nothing.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use xiantu::framework::privacy::Gate;
use xiantu::import::book::{Book, BookOptions, read_file};
use xiantu::import::layout::lay_out;
use xiantu::locale::Lang;

use crate::support::{root, shared};

fn options() -> BookOptions {
    BookOptions { child: Some(PathBuf::from(env!("CARGO_BIN_EXE_xiantu"))), ..BookOptions::default() }
}

fn files(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join("tests/corpora").join(folder).join("tables")).expect("the corpus");
    let mut out: Vec<PathBuf> = entries.map(|e| e.expect("an entry").path()).collect();
    out.sort();
    out
}

fn name(path: &Path) -> String {
    path.file_name().expect("a name").to_string_lossy().into_owned()
}

fn describe(book: &Book, out: &mut String) {
    if let Some(problem) = book.refused() {
        assert!(book.sheets.is_empty(), "{}: refused and yet there is something", book.file);
        let _ = writeln!(out, "{}\n{}", Lang::Zh.problem(problem), Lang::En.problem(problem));
        return;
    }
    let encoding = book.encoding.as_deref().unwrap_or("-");
    let _ = writeln!(out, "read {} as {:?}, {encoding}", book.file, book.format);
    for note in &book.notes {
        let _ = writeln!(out, "{}\n{}", Lang::Zh.problem(note), Lang::En.problem(note));
    }
    for laid in lay_out(book.clone()) {
        let headings: Vec<String> =
            laid.headings.iter().map(|h| h.unit.as_ref().map_or_else(|| h.text.clone(), |unit| format!("{} [{unit}]", h.text))).collect();
        let period = laid.period.map(|p| p.to_string()).unwrap_or_default();
        let title = laid.title.as_deref().unwrap_or("-");
        let hidden = if laid.hidden { " (hidden)" } else { "" };
        let unit = laid.unit.as_deref().unwrap_or("-");
        let _ = writeln!(out, "  sheet {:?}{hidden} title {title} period {period} unit {unit}", laid.sheet);
        let _ = writeln!(out, "  {}", headings.join(" | "));
        for row in laid.rows() {
            let cells: Vec<&str> = (0..laid.headings.len()).map(|n| row.get(n)).collect();
            let _ = writeln!(out, "  {}: {}", row.line(), cells.join(" | "));
        }
        let cut: Vec<String> = laid.cut.iter().map(|(line, why)| format!("{line} {why:?}")).collect();
        let _ = writeln!(out, "  cut: {}", cut.join(", "));
        for note in &laid.notes {
            let _ = writeln!(out, "  {}\n  {}", Lang::Zh.problem(note), Lang::En.problem(note));
        }
    }
}

fn read_all(folder: &str) -> (String, usize) {
    let mut out = String::new();
    let files = files(folder);
    for path in &files {
        let shown_as = name(path);
        let _ = writeln!(out, "== {shown_as}");
        match read_file(path, &shown_as, &options()) {
            Ok(books) => books.iter().for_each(|book| describe(book, &mut out)),
            Err(problem) => {
                let _ = writeln!(out, "{}\n{}", Lang::Zh.problem(&problem), Lang::En.problem(&problem));
            }
        }
    }
    // Nothing that could steer a terminal leaves a reader or a message.
    assert!(!out.chars().any(|c| c != '\n' && xiantu::domain::text::is_hostile(c)), "{out:?}");
    (out, files.len())
}

#[test]
fn bad_tables_are_refused_or_marked_with_their_place() {
    let (text, count) = read_all("bad");
    assert!(count >= 70, "{count}");
    insta::with_settings!({prepend_module_to_snapshot => false, omit_expression => true, snapshot_path => "../snapshots"}, {
        insta::assert_snapshot!("bad_tables", text);
    });
}

#[test]
fn good_tables_are_taken_as_a_person_reads_them() {
    let (text, _) = read_all("good");
    insta::with_settings!({prepend_module_to_snapshot => false, omit_expression => true, snapshot_path => "../snapshots"}, {
        insta::assert_snapshot!("good_tables", text);
    });
}

#[test]
fn grids_of_a_real_city_are_no_numbers_of_people() {
    let path = shared().join("data/qingyang/divisions.csv");
    if !path.exists() {
        skip!("no data/qingyang in XIANTU_SHARED");
    }
    let books = read_file(&path, "divisions.csv", &options()).expect("it is a table");
    let codes: HashSet<String> = lay_out(books[0].clone())[0].rows().map(|row| row.get(0).to_owned()).collect();
    let villages: Vec<&String> = codes.iter().filter(|code| code.len() == 12).collect();
    let is_unit = |code: &str| codes.contains(code);
    assert!(villages.len() > 100, "{}", villages.len());
    for village in villages {
        for n in [1, 2, 7, 15, 99, 123] {
            for grid in [format!("{village}{n:03}"), format!("{village}{n:06}"), format!("{village}{n:03}{n:03}")] {
                assert!(!Gate.value_looks_personal_beside(&grid, is_unit), "{grid}");
            }
        }
    }
}
