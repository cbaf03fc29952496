//! What the README shows of the command line exists: every command parses with the real parser, every
//! option is one, every subcommand is mentioned, and its examples of TOML are TOML.

use std::collections::BTreeSet;
use std::fs;

use clap::Command;
use xiantu::cli::command;
use xiantu::domain::quality::FaultKind;
use xiantu::locale::Lang;

use crate::support::root;

/// A line of the README with a fenced block's language; empty outside of blocks.
struct Line {
    block: String,
    text: String,
}

fn readme() -> Vec<Line> {
    let text = fs::read_to_string(root().join("README.md")).expect("there is a README");
    let mut block = None;
    let mut lines = Vec::new();
    for line in text.lines() {
        if let Some(language) = line.strip_prefix("```") {
            block = if block.is_none() { Some(language.to_owned()) } else { None };
            continue;
        }
        lines.push(Line { block: block.clone().unwrap_or_default(), text: line.to_owned() });
    }
    assert!(block.is_none(), "every block is closed");
    lines
}

/// The words of a line of a shell, up to a comment.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for c in line.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, ' ') => words.extend(word.take()),
            (None, '#') if word.is_none() => break,
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    assert!(quote.is_none(), "an open quotation mark: {line}");
    words.extend(word);
    words
}

/// What stands between backticks outside of blocks.
fn spans() -> Vec<String> {
    let text: String = readme().into_iter().filter(|l| l.block.is_empty()).map(|l| l.text + "\n").collect();
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn subcommands(command: &Command) -> BTreeSet<String> {
    command.get_subcommands().filter(|c| !c.is_hide_set()).map(|c| c.get_name().to_owned()).collect()
}

#[test]
fn every_command_line_parses() {
    let mut lines: Vec<String> =
        readme().into_iter().filter(|l| l.block == "sh").map(|l| l.text).filter(|l| l.starts_with("xiantu ")).collect();
    // The configuration of sshd holds one behind a word of its own.
    let forced: Vec<String> = readme().into_iter().filter_map(|l| l.text.trim().strip_prefix("ForceCommand ").map(str::to_owned)).collect();
    assert!(!forced.is_empty());
    lines.extend(forced);
    // Those in running text are whole ones where they name no placeholder.
    let placeholder =
        |line: &str| words(line).iter().skip(1).any(|w| w.trim_matches(['[', ']', '…']).chars().all(|c| c.is_ascii_uppercase()));
    lines.extend(spans().into_iter().filter(|s| s.starts_with("xiantu ") && !placeholder(s)));
    assert!(lines.len() > 20, "{lines:?}");
    let wrong: Vec<String> =
        lines.iter().filter_map(|line| command(Lang::En).try_get_matches_from(words(line)).err().map(|e| format!("{line}\n{e}"))).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_subcommand_is_mentioned_and_every_one_mentioned_exists() {
    let known = subcommands(&command(Lang::En));
    let mentioned: BTreeSet<String> = spans()
        .iter()
        .filter_map(|s| s.strip_prefix("xiantu "))
        .filter_map(|rest| rest.split(' ').next().filter(|w| w.starts_with(|c: char| c.is_ascii_lowercase())).map(str::to_owned))
        .collect();
    assert_eq!(mentioned, known);
}

#[test]
fn every_option_that_is_mentioned_exists() {
    let command = command(Lang::En);
    let mut known: BTreeSet<&str> = command.get_arguments().filter_map(clap::Arg::get_long).collect();
    known.extend(command.get_subcommands().flat_map(Command::get_arguments).filter_map(clap::Arg::get_long));
    let others = |span: &str| ["cargo ", "ssh "].iter().any(|tool| span.contains(tool));
    let spans = spans();
    let mentioned: BTreeSet<&str> = spans
        .iter()
        .filter(|s| !others(s))
        .flat_map(|s| s.split([' ', '[', ']']))
        .filter_map(|w| w.strip_prefix("--"))
        .map(|w| w.split('=').next().unwrap_or(w))
        .collect();
    assert!(mentioned.len() > 25, "{mentioned:?}");
    let unknown: Vec<&&str> = mentioned.difference(&known).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

#[test]
fn every_kind_of_fault_is_listed() {
    let spans = spans();
    let missing: Vec<&str> = FaultKind::ALL.iter().map(|kind| kind.code()).filter(|code| !spans.iter().any(|s| s == code)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn examples_of_toml_are_toml() {
    let mut blocks = vec![String::new()];
    let mut inside = false;
    for line in readme() {
        if line.block == "toml" {
            let block = blocks.last_mut().expect("one is there");
            *block += &(line.text + "\n");
            inside = true;
        } else if inside {
            blocks.push(String::new());
            inside = false;
        }
    }
    let blocks: Vec<&String> = blocks.iter().filter(|b| !b.is_empty()).collect();
    assert!(!blocks.is_empty());
    for block in blocks {
        assert!(block.parse::<toml::Table>().is_ok(), "{block}");
    }
}

#[test]
fn words_of_a_line_are_those_of_a_shell() {
    assert_eq!(words("xiantu print --keys 'enter \"a\"'  # draws"), ["xiantu", "print", "--keys", "enter \"a\""]);
    assert_eq!(words("a '' b#c"), ["a", "", "b#c"]);
}
