//! Keys → actions, from the table of actions and a person's own TOML file.
//!
//! ```toml
//! [keys]
//! find = ["/", "ctrl-f"]   # replaces every default key of the action
//! quit = []                # no key; the palette still has it
//! ```

use std::collections::BTreeMap;

use crate::domain::problem::{Problem, Severity};
use crate::locale::Lang;
use crate::ui::action::{Action, Place, TABLE};
use crate::ui::keys::Key;

/// One or more keys pressed after each other.
pub type Strokes = Vec<Key>;

/// What a pressed sequence means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Match {
    /// This.
    Action(Action),
    /// The beginning of these, with the keys that are still to come.
    Pending(Vec<(Strokes, Action)>),
    /// Nothing.
    None,
}

/// The keys of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keymap {
    bindings: Vec<(Strokes, Action)>,
}

fn strokes(text: &str) -> Option<Strokes> {
    let keys: Option<Strokes> = text.split_whitespace().map(Key::parse).collect();
    keys.filter(|keys| !keys.is_empty())
}

/// Whether two places can have the keyboard at the same time.
fn overlap(a: Place, b: Place) -> bool {
    a == b || a == Place::Anywhere || b == Place::Anywhere
}

impl Default for Keymap {
    fn default() -> Self {
        let bindings = TABLE.iter().flat_map(|info| info.keys.iter().filter_map(|text| Some((strokes(text)?, info.action)))).collect();
        Self { bindings }
    }
}

impl Keymap {
    /// The defaults with the changes of a file.
    ///
    /// # Errors
    /// Every mistake at once, with its line: `E_KEYMAP_TOML`, `E_KEYMAP_SECTION`,
    /// `E_KEYMAP_ACTION`, `E_KEYMAP_SHAPE`, `E_KEYMAP_KEY`, `E_KEYMAP_CONFLICT`.
    pub fn parse(text: &str, file: &str) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let line_of = |at: usize| text.get(..at).map_or(1, |before| before.matches('\n').count() as u64 + 1);
        let problem = |code: &str, at: usize| Problem::new(code, Severity::Refused, file).line(line_of(at));
        let table = match toml::de::DeTable::parse(text) {
            Ok(table) => table,
            Err(error) => {
                let at = error.span().map_or(0, |span| span.start);
                return Err(vec![problem("E_KEYMAP_TOML", at).arg(error.message())]);
            }
        };
        let mut own: BTreeMap<Action, Vec<(Strokes, usize)>> = BTreeMap::new();
        for (section, value) in table.get_ref() {
            let (true, Some(keys)) = (section.get_ref() == "keys", value.get_ref().as_table()) else {
                problems.push(problem("E_KEYMAP_SECTION", section.span().start).arg(section.get_ref()));
                continue;
            };
            for (id, value) in keys {
                let Some(action) = Action::parse(id.get_ref()) else {
                    problems.push(problem("E_KEYMAP_ACTION", id.span().start).field(id.get_ref().to_string()).arg(id.get_ref()));
                    continue;
                };
                let Some(list) = value.get_ref().as_array() else {
                    problems.push(problem("E_KEYMAP_SHAPE", value.span().start).field(id.get_ref().to_string()));
                    continue;
                };
                let entry = own.entry(action).or_default();
                for item in list {
                    let at = item.span().start;
                    match item.get_ref().as_str().map(|text| (text, strokes(text))) {
                        Some((_, Some(keys))) => entry.push((keys, at)),
                        Some((text, None)) => problems.push(problem("E_KEYMAP_KEY", at).field(id.get_ref().to_string()).arg(text)),
                        None => problems.push(problem("E_KEYMAP_SHAPE", at).field(id.get_ref().to_string())),
                    }
                }
            }
        }
        // A default key that the file gives to another action leaves its own silently: that is
        // what rebinding means. Two entries of the file that claim one key are a mistake.
        let mut claimed: Vec<(&Strokes, Action, usize)> = Vec::new();
        for (action, list) in &own {
            for (keys, at) in list {
                let clash = claimed.iter().find(|(other, by, _)| {
                    let begins = other.starts_with(keys) || keys.starts_with(other);
                    begins && *by != *action && overlap(by.info().place, action.info().place)
                });
                match clash {
                    Some((_, by, _)) => problems.push(
                        problem("E_KEYMAP_CONFLICT", *at)
                            .field(action.info().id)
                            .arg(keys.iter().map(|k| k.name()).collect::<Vec<_>>().join(" "))
                            .arg(by.info().id),
                    ),
                    None => claimed.push((keys, *action, *at)),
                }
            }
        }
        // Without these the session could be left by no key at all.
        for action in [Action::QuitNow, Action::Palette] {
            if own.get(&action).is_some_and(Vec::is_empty) {
                problems.push(Problem::new("E_KEYMAP_NEEDED", Severity::Refused, file).field(action.info().id).arg(action.info().id));
            }
        }
        if !problems.is_empty() {
            problems.sort_by_key(|p| p.spot.line);
            return Err(problems);
        }
        let mut bindings = Self::default().bindings;
        bindings.retain(|(keys, action)| {
            !own.contains_key(action)
                && !claimed.iter().any(|(mine, by, _)| {
                    (mine.starts_with(keys) || keys.starts_with(mine)) && overlap(by.info().place, action.info().place)
                })
        });
        bindings.extend(own.into_iter().flat_map(|(action, list)| list.into_iter().map(move |(keys, _)| (keys, action))));
        bindings.sort_by_key(|(_, action)| *action);
        Ok(Self { bindings })
    }

    /// What the pressed keys mean on the list or on the map.
    #[must_use]
    pub fn find(&self, pressed: &[Key], place: Place) -> Match {
        let here = || self.bindings.iter().filter(|(_, action)| overlap(action.info().place, place));
        if let Some((_, action)) = here().find(|(keys, _)| keys == pressed) {
            return Match::Action(*action);
        }
        let longer: Vec<_> = here()
            .filter(|(keys, _)| keys.len() > pressed.len() && keys.starts_with(pressed))
            .map(|(keys, action)| (keys[pressed.len()..].to_vec(), *action))
            .collect();
        if longer.is_empty() { Match::None } else { Match::Pending(longer) }
    }

    /// The keys of an action.
    pub fn keys(&self, action: Action) -> impl Iterator<Item = &Strokes> {
        self.bindings.iter().filter(move |(_, a)| *a == action).map(|(keys, _)| keys)
    }

    /// The keys of an action as shown to people.
    #[must_use]
    pub fn shown(&self, action: Action, lang: Lang) -> Vec<String> {
        self.keys(action).map(|keys| keys.iter().map(|k| k.shown(lang)).collect::<Vec<_>>().join(" ")).collect()
    }

    /// The first key of an action as shown to people; empty where there is none.
    #[must_use]
    pub fn hint(&self, action: Action, lang: Lang) -> String {
        self.shown(action, lang).into_iter().next().unwrap_or_default()
    }

    /// The commented default file, `data/keymap.toml`.
    #[must_use]
    pub fn default_file() -> String {
        let mut out = String::from(
            "# 县图的按键。改过的行去掉行首的 # ；一行代替该操作的全部默认键，[] 表示不设键。\n\
             # Keys of xiantu. Take the # away from a line to change it: it replaces every default key of the action, [] leaves none.\n\
             # 键名 names: enter esc tab up down left right pageup pagedown home end backspace delete insert space f1-f12,\n\
             # ctrl- alt- shift-, 单个字符 any single character; \"g g\" 依次按 is pressed one after the other.\n\
             [keys]\n",
        );
        for info in TABLE {
            let keys: Vec<String> = info.keys.iter().map(|key| format!("\"{key}\"")).collect();
            out.push_str(&format!("# {} = [{}]  # {}\n", info.id, keys.join(", "), info.action.doc(Lang::Zh)));
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(keymap: &Keymap, keys: &str, place: Place) -> Match {
        keymap.find(&strokes(keys).expect("keys"), place)
    }

    #[test]
    fn no_two_default_keys_fight() {
        let bindings = Keymap::default().bindings;
        for (n, (keys, action)) in bindings.iter().enumerate() {
            for (other, by) in &bindings[n + 1..] {
                let clash = (keys.starts_with(other) || other.starts_with(keys)) && overlap(action.info().place, by.info().place);
                assert!(!clash, "{} and {} share {keys:?}", action.info().id, by.info().id);
            }
        }
        let all: usize = TABLE.iter().map(|info| info.keys.len()).sum();
        assert_eq!(bindings.len(), all, "a default key that does not parse");
    }

    #[test]
    fn a_key_means_what_its_pane_says() {
        let keymap = Keymap::default();
        assert_eq!(press(&keymap, "left", Place::List), Match::Action(Action::Out));
        assert_eq!(press(&keymap, "left", Place::Map), Match::Action(Action::West));
        assert!(matches!(press(&keymap, "y", Place::List), Match::Pending(next) if next.len() == 3));
        assert_eq!(press(&keymap, "y y", Place::Map), Match::Action(Action::CopyName));
        assert_eq!(press(&keymap, "x", Place::Map), Match::None);
    }

    #[test]
    fn a_file_takes_keys_over() {
        let keymap = Keymap::parse("[keys]\nfind = [\"w\", \"ctrl-f\"]\nquit = []\n", "keymap.toml").expect("a good file");
        assert_eq!(press(&keymap, "w", Place::List), Match::Action(Action::Find));
        assert_eq!(press(&keymap, "/", Place::List), Match::None);
        assert_eq!(press(&keymap, "q", Place::List), Match::None);
        assert_eq!(press(&keymap, "f8", Place::List), Match::Action(Action::OnlyFlagged));
    }

    #[test]
    fn a_bad_file_reports_every_mistake_with_its_line() {
        let text = "[keys]\nfnid = [\"/\"]\nfind = [\"entr\"]\nquit = \"q\"\nmark = [\"x\"]\nundo = [\"x\"]\nquit-now = []\n[mouse]\n";
        let problems = Keymap::parse(text, "keymap.toml").expect_err("six mistakes");
        let found: Vec<_> = problems.iter().map(|p| (p.spot.line, p.code.as_str())).collect();
        assert_eq!(
            found,
            [
                (None, "E_KEYMAP_NEEDED"),
                (Some(2), "E_KEYMAP_ACTION"),
                (Some(3), "E_KEYMAP_KEY"),
                (Some(4), "E_KEYMAP_SHAPE"),
                (Some(6), "E_KEYMAP_CONFLICT"),
                (Some(8), "E_KEYMAP_SECTION"),
            ]
        );
        for lang in [Lang::Zh, Lang::En] {
            for problem in &problems {
                assert!(lang.has(&format!("problem.{}", problem.code)), "{}", problem.code);
            }
        }
    }

    #[test]
    fn the_shipped_file_is_the_generated_one() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/data/keymap.toml");
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(path, Keymap::default_file()).expect("a writable project");
        }
        let shipped = std::fs::read_to_string(path).expect("data/keymap.toml");
        assert_eq!(shipped, Keymap::default_file(), "BLESS=1 cargo test writes data/keymap.toml");
        assert_eq!(Keymap::parse(&shipped, "keymap.toml"), Ok(Keymap::default()));
        let bare: String = shipped
            .lines()
            .map(|l| l.strip_prefix("# ").filter(|l| l.contains(" = [")).unwrap_or(l))
            .fold(String::new(), |a, l| a + l + "\n");
        let mut keymap = Keymap::parse(&bare, "keymap.toml").expect("every line of it is right");
        keymap.bindings.sort_by_key(|(_, action)| *action);
        assert_eq!(keymap, Keymap::default());
    }
}
