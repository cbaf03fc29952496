//! Every text of the product, in Chinese and English, from `data/locales/`.
//!
//! A text is found by its key (`ui.list.title`) and may hold `{0}`, `{1}` … . The tables are built
//! into the binary; a test holds that both languages have the same keys.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{self, ErrorKind};
use std::sync::OnceLock;

use crate::domain::problem::Problem;
use crate::domain::sheet::Words;
use crate::domain::text::{is_hostile, quote};

/// A language of the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Lang {
    /// 中文.
    #[default]
    Zh,
    /// English.
    En,
}

/// The tables of one language: file name (the first part of every key) and its TOML.
type Files = &'static [(&'static str, &'static str)];

/// Names of the tables, the same in every language.
macro_rules! tables {
    ($($file:literal),* $(,)?) => {
        const ZH: Files = &[$(($file, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/locales/zh/", $file, ".toml")))),*];
        const EN: Files = &[$(($file, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/locales/en/", $file, ".toml")))),*];
    };
}

tables!("ui", "problem", "cli", "glossary", "action", "round", "quality", "plan", "desk", "framework", "panel", "places", "sheet", "leads");

impl Lang {
    /// From a locale name of the environment. Chinese unless it clearly says otherwise: unset,
    /// empty, `C` and `POSIX` mean Chinese.
    #[must_use]
    pub fn of_environment(locale: Option<&str>) -> Self {
        let name = locale.unwrap_or_default().split(['.', '_', '@']).next().unwrap_or_default();
        match name {
            "" | "C" | "POSIX" | "zh" => Self::Zh,
            _ => Self::En,
        }
    }

    /// From `--lang`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "zh" | "zh-CN" | "zh_CN" => Some(Self::Zh),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    fn table(self) -> &'static HashMap<String, String> {
        static TABLES: [OnceLock<HashMap<String, String>>; 2] = [const { OnceLock::new() }; 2];
        let (slot, files) = match self {
            Self::Zh => (&TABLES[0], ZH),
            Self::En => (&TABLES[1], EN),
        };
        slot.get_or_init(|| {
            let mut table = HashMap::new();
            for (name, text) in files {
                // A broken table is a mistake of ours that the tests find; a session goes on
                // with the keys themselves.
                if let Ok(value) = text.parse::<toml::Table>() {
                    flatten(name, &toml::Value::Table(value), &mut table);
                }
            }
            table
        })
    }

    /// The text of a key, or the key itself where there is none.
    #[must_use]
    pub fn text(self, key: &str) -> &'static str {
        // The key is returned only where a text is missing, which a test forbids for known keys.
        match self.table().get(key) {
            Some(text) => text,
            None => missing(key),
        }
    }

    /// Whether there is a text of this key.
    #[must_use]
    pub fn has(self, key: &str) -> bool {
        self.table().contains_key(key)
    }

    /// The text of a key with its places filled.
    #[must_use]
    pub fn fill(self, key: &str, args: &[&dyn std::fmt::Display]) -> String {
        let mut out = String::new();
        let mut rest = self.text(key);
        while let Some(open) = rest.find('{') {
            let (before, after) = rest.split_at(open);
            out.push_str(before);
            let close = after.find('}');
            match close.and_then(|c| after[1..c].parse::<usize>().ok().and_then(|n| args.get(n)).map(|a| (c, a))) {
                Some((c, arg)) => {
                    out.push_str(&arg.to_string());
                    rest = &after[c + 1..];
                }
                None => {
                    out.push('{');
                    rest = &after[1..];
                }
            }
        }
        out.push_str(rest);
        out
    }

    /// Words of a sheet in this language, cleaned: on one line, without what steers a terminal.
    #[must_use]
    pub fn words(self, words: &Words) -> String {
        let text = match (words, self) {
            (Words::Data(text), _) => text.clone(),
            (Words::Both { en, .. }, Self::En) if !en.is_empty() => en.clone(),
            (Words::Both { zh, .. }, _) => zh.clone(),
            (Words::Key { key, args }, _) => {
                let args: Vec<String> = args.iter().map(|arg| self.words(arg)).collect();
                let args: Vec<&dyn std::fmt::Display> = args.iter().map(|arg| arg as &dyn std::fmt::Display).collect();
                self.fill(key, &args)
            }
        };
        text.chars().filter_map(|c| if matches!(c, '\n' | '\t') { Some(' ') } else { (!is_hostile(c)).then_some(c) }).collect()
    }

    /// What a problem says, without its code and place; arguments cleaned.
    #[must_use]
    pub fn wording(self, problem: &Problem) -> String {
        let args: Vec<String> = problem.args.iter().map(|a| quote(&self.reason(a))).collect();
        let args: Vec<&dyn std::fmt::Display> = args.iter().map(|a| a as &dyn std::fmt::Display).collect();
        self.fill(&format!("problem.{}", problem.code), &args)
    }

    /// A reason that the system gave (`Permission denied (os error 13)`), in this language; any other text
    /// as it is. The number stays: it is what a search finds.
    #[must_use]
    pub fn reason(self, text: &str) -> Cow<'_, str> {
        let number = text.strip_suffix(')').and_then(|t| t.rsplit_once("(os error ")).and_then(|(_, n)| n.parse().ok());
        let Some(number) = number else { return Cow::Borrowed(text) };
        let key = format!("cli.os.{}", reason_key(number));
        if self.has(&key) { Cow::Owned(format!("{} (os error {number})", self.text(&key))) } else { Cow::Borrowed(text) }
    }

    /// A problem in words: `E_CODE file:line #record [field]: text`, arguments cleaned.
    #[must_use]
    pub fn problem(self, problem: &Problem) -> String {
        let text = self.wording(problem);
        let spot = problem.spot.to_string();
        let place = if spot.is_empty() { problem.code.clone() } else { format!("{} {spot}", problem.code) };
        self.fill("cli.problem", &[&place, &text])
    }

    /// Every key.
    pub fn keys(self) -> impl Iterator<Item = &'static str> {
        self.table().keys().map(String::as_str)
    }
}

/// The word under which the text of a system's error stands; empty where there is none.
fn reason_key(number: i32) -> &'static str {
    match io::Error::from_raw_os_error(number).kind() {
        ErrorKind::NotFound => "not-found",
        ErrorKind::PermissionDenied => "permission",
        ErrorKind::AlreadyExists => "exists",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "full",
        ErrorKind::ReadOnlyFilesystem => "read-only",
        ErrorKind::IsADirectory => "folder",
        ErrorKind::NotADirectory => "not-folder",
        ErrorKind::DirectoryNotEmpty => "not-empty",
        ErrorKind::ResourceBusy | ErrorKind::ExecutableFileBusy | ErrorKind::Deadlock => "in-use",
        ErrorKind::FileTooLarge => "too-large",
        ErrorKind::InvalidFilename => "name",
        ErrorKind::TimedOut | ErrorKind::StaleNetworkFileHandle => "network",
        ErrorKind::OutOfMemory => "memory",
        // Kinds that the standard library has no name for.
        _ if cfg!(unix) && number == 5 => "device",
        _ if cfg!(unix) && (number == 23 || number == 24) => "too-many",
        // A file that another program has open, and a share of it that is locked.
        _ if cfg!(windows) && (number == 32 || number == 33) => "in-use",
        _ => "",
    }
}

/// Missing keys are leaked once each, so that [`Lang::text`] can hand out a `&str` either way.
fn missing(key: &str) -> &'static str {
    static SEEN: OnceLock<std::sync::Mutex<HashMap<String, &'static str>>> = OnceLock::new();
    let mut seen = match SEEN.get_or_init(Default::default).lock() {
        Ok(seen) => seen,
        Err(poisoned) => poisoned.into_inner(),
    };
    if let Some(text) = seen.get(key) {
        return text;
    }
    if seen.len() >= 1000 {
        return "?";
    }
    let text: &'static str = Box::leak(key.to_owned().into_boxed_str());
    seen.insert(key.to_owned(), text);
    text
}

fn flatten(prefix: &str, value: &toml::Value, out: &mut HashMap<String, String>) {
    match value {
        toml::Value::Table(table) => {
            for (key, value) in table {
                flatten(&format!("{prefix}.{key}"), value, out);
            }
        }
        toml::Value::String(text) => {
            out.insert(prefix.to_owned(), text.clone());
        }
        other => {
            out.insert(prefix.to_owned(), other.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::problem::Severity;

    #[test]
    fn every_table_parses_and_both_languages_have_the_same_keys() {
        for (name, text) in ZH.iter().chain(EN) {
            assert!(text.parse::<toml::Table>().is_ok(), "{name}: {:?}", text.parse::<toml::Table>().err());
        }
        let sorted = |lang: Lang| {
            let mut keys: Vec<_> = lang.keys().collect();
            keys.sort_unstable();
            keys
        };
        let (zh, en) = (sorted(Lang::Zh), sorted(Lang::En));
        let only = |a: &[&str], b: &[&str]| a.iter().filter(|k| !b.contains(k)).map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!((only(&zh, &en), only(&en, &zh)), (vec![], vec![]));
    }

    #[test]
    fn both_languages_fill_the_same_places() {
        for key in Lang::Zh.keys() {
            for n in 0..5 {
                let place = format!("{{{n}}}");
                assert_eq!(Lang::Zh.text(key).contains(&place), Lang::En.text(key).contains(&place), "{key} {place}");
            }
        }
    }

    #[test]
    fn chinese_unless_the_locale_clearly_says_otherwise() {
        for name in [None, Some(""), Some("C"), Some("C.UTF-8"), Some("POSIX"), Some("zh_CN.GB18030")] {
            assert_eq!(Lang::of_environment(name), Lang::Zh, "{name:?}");
        }
        assert_eq!(Lang::of_environment(Some("en_US.UTF-8")), Lang::En);
    }

    #[test]
    fn words_of_a_sheet_are_of_the_language_and_clean() {
        let both = Words::both("片区", "region");
        assert_eq!((Lang::Zh.words(&both), Lang::En.words(&both)), ("片区".to_owned(), "region".to_owned()));
        assert_eq!(Lang::En.words(&Words::both("片区", "")), "片区", "better Chinese than nothing");
        assert_eq!(Lang::Zh.words(&Words::data("a\u{1b}[2J\nb\u{202e}")), "a[2J b");
        let filled = Words::fill("sheet.cell.left", [Words::data("12\u{1b}")]);
        assert_eq!(Lang::Zh.words(&filled), Lang::Zh.fill("sheet.cell.left", &[&12]));
    }

    #[test]
    fn what_the_system_says_is_said_in_the_language_with_its_number() {
        let said = |lang: Lang, kind: ErrorKind, number: i32| {
            let error = io::Error::from_raw_os_error(number);
            assert_eq!(error.kind(), kind);
            lang.wording(&Problem::new("E_IMPORT_READ", Severity::Refused, "a.csv").arg(error))
        };
        if cfg!(unix) {
            let text = said(Lang::Zh, ErrorKind::PermissionDenied, 13);
            assert!(text.contains("没有权限 (os error 13)"), "{text}");
            assert!(said(Lang::Zh, ErrorKind::NotFound, 2).contains("没有这个文件或文件夹 (os error 2)"));
            assert!(said(Lang::Zh, ErrorKind::StorageFull, 28).contains("(os error 28)"));
            assert!(said(Lang::En, ErrorKind::IsADirectory, 21).contains("it is a folder (os error 21)"));
            for number in 1..=133 {
                let key = reason_key(number);
                assert!(key.is_empty() || Lang::Zh.has(&format!("cli.os.{key}")), "{number} {key}");
            }
        }
        assert_eq!(Lang::Zh.reason("甲 (os error x)"), "甲 (os error x)");
        assert_eq!(Lang::Zh.reason("stranger things (os error 99999)"), "stranger things (os error 99999)");
    }

    #[test]
    fn a_problem_has_the_colon_of_its_language() {
        let p = Problem::new("E_TABLE_EMPTY", Severity::Refused, "a.csv").line(3);
        assert!(Lang::Zh.problem(&p).starts_with("E_TABLE_EMPTY a.csv:3："), "{}", Lang::Zh.problem(&p));
        assert!(Lang::En.problem(&p).starts_with("E_TABLE_EMPTY a.csv:3: "), "{}", Lang::En.problem(&p));
    }

    #[test]
    fn arguments_are_cleaned() {
        let p = Problem::new("E_NO_SUCH", Severity::Aside, "a.geojson").arg("\u{1b}[2J");
        assert!(!Lang::Zh.problem(&p).contains('\u{1b}'));
    }
}
