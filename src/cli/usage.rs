//! A command line that cannot be understood, in the language of the session: what is wrong, what to do.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::domain::text::quote;
use crate::locale::Lang;

/// An error of the parser in words.
pub(super) fn worded(lang: Lang, error: &clap::Error) -> String {
    let all = |kind| match error.get(kind) {
        Some(ContextValue::String(one)) => vec![quote(one)],
        Some(ContextValue::Strings(several)) => several.iter().map(|text| quote(text)).collect(),
        _ => Vec::new(),
    };
    let one = |kind| all(kind).join(" ");
    let perhaps = |kind| match all(kind).first() {
        Some(guess) => lang.fill("cli.usage.perhaps", &[guess]),
        None => String::new(),
    };
    let (arg, value, command) = (one(ContextKind::InvalidArg), one(ContextKind::InvalidValue), command(error));
    let fill = |key: &str, args: &[&dyn std::fmt::Display]| lang.fill(&format!("cli.usage.{key}"), args);
    match error.kind() {
        ErrorKind::UnknownArgument => fill("unknown_argument", &[&arg, &perhaps(ContextKind::SuggestedArg), &command]),
        ErrorKind::InvalidSubcommand => {
            let word = one(ContextKind::InvalidSubcommand);
            fill("unknown_command", &[&word, &perhaps(ContextKind::SuggestedSubcommand), &command])
        }
        ErrorKind::InvalidValue if value.is_empty() => fill("no_value", &[&arg, &command]),
        ErrorKind::InvalidValue => {
            let known = one(ContextKind::ValidValue);
            fill("unknown_value", &[&arg, &value, &perhaps(ContextKind::SuggestedValue), &known])
        }
        ErrorKind::ValueValidation | ErrorKind::TooManyValues => fill("bad_value", &[&arg, &value, &command]),
        ErrorKind::NoEquals | ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => fill("no_value", &[&arg, &command]),
        ErrorKind::ArgumentConflict => {
            let other = one(ContextKind::PriorArg);
            if other == arg { fill("twice", &[&arg]) } else { fill("conflict", &[&arg, &other]) }
        }
        ErrorKind::MissingRequiredArgument => fill("missing", &[&arg, &command]),
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => fill("missing_command", &[&command]),
        _ => fill("other", &[&command]),
    }
}

/// The command with its subcommand, as the parser's usage names it: the words before the first option or
/// argument.
fn command(error: &clap::Error) -> String {
    let Some(ContextValue::StyledStr(usage)) = error.get(ContextKind::Usage) else { return env!("CARGO_PKG_NAME").to_owned() };
    let usage = usage.to_string();
    let words = usage.split_whitespace().skip_while(|word| *word != env!("CARGO_PKG_NAME"));
    let words: Vec<&str> = words.take_while(|word| word.starts_with(|c: char| c.is_ascii_lowercase())).collect();
    if words.is_empty() { env!("CARGO_PKG_NAME").to_owned() } else { words.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::command;

    fn said(lang: Lang, line: &str) -> String {
        let error = command(lang).try_get_matches_from(line.split(' ')).expect_err("it is wrong");
        worded(lang, &error)
    }

    #[test]
    fn every_mistake_says_what_to_do_in_both_languages() {
        for (line, zh, named) in [
            ("xiantu --farben", "没有选项“--farben”", "xiantu --help"),
            ("xiantu check --jsn", "是不是要写“--json”？", "xiantu check --help"),
            ("xiantu chek", "没有子命令“chek”。是不是要写“check”？", "xiantu --help"),
            ("xiantu --color pink", "不能是“pink”。", "auto"),
            ("xiantu --today tomorrow", "的值“tomorrow”不对", "--today"),
            ("xiantu --today", "“--today", "xiantu --help"),
            ("xiantu import", "还要写：", "xiantu import --help"),
            ("xiantu check --json --json", "只能写一次", "--json"),
        ] {
            let text = said(Lang::Zh, line);
            assert!(text.starts_with("E_USAGE：") && text.contains(zh) && text.contains(named), "{line}: {text}");
            let text = said(Lang::En, line);
            assert!(text.starts_with("E_USAGE: ") && text.contains(named), "{line}: {text}");
        }
    }

    #[test]
    fn what_was_typed_is_cleaned() {
        let error = command(Lang::Zh).try_get_matches_from(["xiantu", "--x\u{1b}[2J"]).expect_err("it is wrong");
        assert!(!worded(Lang::Zh, &error).contains('\u{1b}'));
    }
}
