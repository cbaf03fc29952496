//! The layer rule, read from the sources: an arrow against the direction of the crate doc fails.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::root;

/// What each module may use besides itself. `main` and `lib` are not here: they hold it together.
const MAY_USE: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("locale", &["domain"]),
    ("framework", &["domain", "locale"]),
    ("gis", &["domain", "locale"]),
    ("rules", &["domain", "locale", "framework", "gis"]),
    ("ui", &["domain", "locale", "framework", "gis", "rules"]),
    ("store", &["domain", "locale", "framework", "gis", "rules"]),
    ("import", &["domain", "locale", "framework", "gis", "rules", "store"]),
    ("export", &["domain", "locale", "gis"]),
    ("runtime", &["domain", "locale", "framework", "gis", "rules", "ui", "store", "import", "export"]),
    ("cli", &["domain", "locale", "framework", "gis", "rules", "ui", "store", "import", "export", "runtime"]),
];

/// A source file: its module and its text without comments.
struct Source {
    path: String,
    module: String,
    code: String,
}

#[test]
fn no_arrow_points_against_the_direction() {
    let mut wrong = Vec::new();
    for source in sources() {
        let Some((_, allowed)) = MAY_USE.iter().find(|(module, _)| *module == source.module) else {
            assert!(matches!(source.module.as_str(), "main" | "lib"), "{}: a module that the layer rule does not know", source.path);
            continue;
        };
        for used in uses(&source) {
            if used != source.module && !allowed.contains(&used.as_str()) {
                wrong.push(format!("{}: {} uses {used}", source.path, source.module));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_the_layers_that_may_touch_the_world_do() {
    // Text that gives a layer away, and the layers it may stand in.
    let rules: &[(&[&str], &[&str])] = &[
        (&["rusqlite::"], &["store"]),
        (
            &["std::fs::", "use std::fs", "std::net::", "std::process::"],
            &["store", "import", "export", "framework", "gis", "runtime", "cli", "main"],
        ),
        (&["ratatui::"], &["ui", "runtime", "cli"]),
        (&["io::stdout()"], &["cli", "runtime", "main"]),
        (&["println!", "print!("], &["cli", "main"]),
        (&["Timestamp::now", "Zoned::now", "SystemTime::now"], &["runtime", "cli", "store", "main"]),
        // The runtime ends a process whose terminal is gone and whose event reader never returns.
        (&["process::exit"], &["runtime", "main"]),
    ];
    let mut wrong = Vec::new();
    for source in sources() {
        if source.path.starts_with("ui/testing") {
            // Compiled for tests only.
            continue;
        }
        let code = without_tests(&source.code);
        for (signs, layers) in rules {
            for sign in *signs {
                if code.contains(sign) && !layers.contains(&source.module.as_str()) {
                    wrong.push(format!("{}: {sign} in {}", source.path, source.module));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn sql_stands_in_the_store_only() {
    let keywords = ["SELECT ", "INSERT INTO", "UPDATE ", "DELETE FROM", "CREATE TABLE", "PRAGMA ", "VACUUM", "ATTACH ", "BEGIN IMMEDIATE"];
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|s| s.module != "store") {
        for text in strings(&source.code) {
            for keyword in keywords.iter().filter(|k| text.contains(**k)) {
                wrong.push(format!("{}: `{keyword}` in {text:?}", source.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_level_and_no_indicator_of_a_framework_stands_in_the_sources() {
    let mut names = BTreeMap::new();
    for file in files(&root().join("data/frameworks"), "toml") {
        let text = fs::read_to_string(&file).expect("a framework can be read");
        let framework: toml::Table = text.parse().expect("a framework is TOML");
        for (table, key) in [("level", "code"), ("indicator", "id")] {
            for entry in framework.get(table).and_then(toml::Value::as_array).into_iter().flatten() {
                let id = entry[key].as_str().unwrap_or_else(|| panic!("{key} of [[{table}]] is a text"));
                names.insert(id.to_owned(), table);
            }
        }
    }
    assert!(names.len() > 4, "the frameworks name levels and indicators: {names:?}");
    let mut wrong = Vec::new();
    for source in sources() {
        // Quoted: a word such as `grid` is also a word of drawing, but "grid" in quotes is the level.
        for text in strings(&source.code) {
            if !is_plain_word(&source, &text) && names.contains_key(text.as_str()) {
                wrong.push(format!("{}: {} {text:?}", source.path, names[text.as_str()]));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Words that happen to be a level's code and are none: the county leads every key of store and
/// manifest, `group` is a key of the schema of frameworks, and the privacy gate knows the headings of office tables in any language.
fn is_plain_word(source: &Source, text: &str) -> bool {
    let key = |word: &str, modules: &[&str]| text == word && modules.contains(&source.module.as_str());
    key("county", &["store", "import", "cli", "runtime"]) || key("group", &["framework"]) || source.path == "framework/privacy.rs"
}

#[test]
fn no_path_of_a_machine_stands_in_the_project() {
    let mut wrong = Vec::new();
    // Put together here, so that this file does not name them.
    let anywhere = ["home", "root", "Users", "tmp"].map(|name| format!("/{name}/"));
    for source in sources() {
        for text in strings(&source.code) {
            if anywhere.iter().any(|root| text.starts_with(root.as_str())) {
                wrong.push(format!("{}: {text:?}", source.path));
            }
        }
    }
    let ours = ["work", "farm"].map(|name| format!("/{name}/"));
    for extension in ["rs", "toml", "md", "py", "csv", "snap"] {
        for file in ["src", "tests", "benches", "data", "maps", ".github"].iter().flat_map(|folder| files(&root().join(folder), extension))
        {
            // Corpora hold texts in other encodings.
            let text = String::from_utf8_lossy(&fs::read(&file).expect("a file can be read")).into_owned();
            if ours.iter().any(|root| text.contains(root.as_str())) {
                wrong.push(file.display().to_string());
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Modules named by `crate::x`, `use crate::{x, y}`, or `xiantu::x`.
fn uses(source: &Source) -> Vec<String> {
    let mut used = Vec::new();
    for start in ["crate::", "xiantu::"] {
        for (at, _) in source.code.match_indices(start) {
            let before = source.code[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '$') {
                continue;
            }
            let rest = &source.code[at + start.len()..];
            match rest.strip_prefix('{') {
                Some(list) => used.extend(top_level(list)),
                None => used.push(word(rest)),
            }
        }
    }
    used.retain(|name| MAY_USE.iter().any(|(module, _)| module == name));
    used.sort_unstable();
    used.dedup();
    used
}

/// First words of a `{a::b, c::{d, e}}` list whose brace is already open.
fn top_level(list: &str) -> Vec<String> {
    let mut names = vec![word(list.trim_start())];
    let mut depth = 1;
    for (at, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 1 => names.push(word(list[at + 1..].trim_start())),
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    names
}

fn word(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// The code up to its test module: tests may read files and print.
fn without_tests(code: &str) -> &str {
    code.split("#[cfg(test)]").next().unwrap_or(code)
}

/// String literals, raw ones too, escapes left as they are.
fn strings(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = code;
    while let Some(at) = rest.find('"') {
        // '"' as a character is no string.
        if rest[..at].ends_with('\'') && rest[at + 1..].starts_with('\'') {
            rest = &rest[at + 1..];
            continue;
        }
        let hashes = rest[..at].chars().rev().take_while(|c| *c == '#').count();
        let raw = rest[..at - hashes].ends_with('r');
        let body = &rest[at + 1..];
        let end = if raw {
            body.find(&format!("\"{}", "#".repeat(hashes)))
        } else {
            let mut escaped = false;
            body.char_indices().find_map(|(n, c)| {
                let ends = c == '"' && !escaped;
                escaped = c == '\\' && !escaped;
                ends.then_some(n)
            })
        };
        let Some(end) = end else { break };
        found.push(body[..end].to_owned());
        rest = &body[end + 1..];
    }
    found
}

fn sources() -> Vec<Source> {
    let src = root().join("src");
    files(&src, "rs")
        .into_iter()
        .map(|path| {
            let text = fs::read_to_string(&path).expect("a source can be read");
            let relative = path.strip_prefix(&src).expect("a source lies in src");
            let module = relative.components().next().expect("a source has a name").as_os_str().to_string_lossy();
            Source {
                path: relative.display().to_string(),
                module: module.trim_end_matches(".rs").to_owned(),
                code: without_comments(&text),
            }
        })
        .collect()
}

/// Lines that are comments are dropped; a comment after code on its line stays, which can only
/// make the rules stricter.
fn without_comments(text: &str) -> String {
    text.lines().filter(|line| !line.trim_start().starts_with("//")).fold(String::new(), |code, line| code + line + "\n")
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.expect("an entry of a folder").path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|e| e == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}

#[test]
fn the_reader_of_sources_reads_them_right() {
    let source = |code: &str| Source { path: String::new(), module: String::new(), code: code.to_owned() };
    assert_eq!(uses(&source("use crate::{domain::{id::Uid, page}, store::Store, locale};")), ["domain", "locale", "store"]);
    assert_eq!(uses(&source("let x = crate::gis::read(); let y = mycrate::ui::x;")), ["gis"]);
    assert_eq!(strings("a(\"x\\\"y\", r#\"p\"q\"#, '\"', \"z\")"), ["x\\\"y", "p\"q", "z"]);
}
