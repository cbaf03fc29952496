//! Keys: their names, the full-width forms a Chinese input method sends, and `--keys` scripts.
//!
//! A script is a list of words divided by spaces: a key name (`down`, `enter`, `f10`, `ctrl-o`,
//! `shift-left`, `space`), a single character (`/`, `w`, `河`), or a text in quotes that is typed
//! as it stands (`"qhx"`). `3*down` repeats.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use crate::domain::problem::{Problem, Severity};
use crate::domain::text;
use crate::locale::Lang;

/// A key as the keymap knows it: letters carry their case instead of Shift, full-width
/// punctuation, letters and digits are the plain ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Hash)]
pub struct Key {
    /// Which.
    pub code: KeyCode,
    /// With.
    pub modifiers: KeyModifiers,
}

/// Names of keys, in the order they are documented.
const NAMES: &[(&str, KeyCode)] = &[
    ("enter", KeyCode::Enter),
    ("esc", KeyCode::Esc),
    ("tab", KeyCode::Tab),
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
    ("pageup", KeyCode::PageUp),
    ("pagedown", KeyCode::PageDown),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("backspace", KeyCode::Backspace),
    ("delete", KeyCode::Delete),
    ("insert", KeyCode::Insert),
    ("space", KeyCode::Char(' ')),
];

/// What a Chinese input method sends for the punctuation keys of the Latin layout.
const FULL_WIDTH: &[(char, char)] = &[
    ('、', '/'),
    ('。', '.'),
    ('，', ','),
    ('【', '['),
    ('】', ']'),
    ('「', '['),
    ('」', ']'),
    ('《', '<'),
    ('》', '>'),
    ('；', ';'),
    ('‘', '\''),
    ('’', '\''),
    ('“', '"'),
    ('”', '"'),
    ('·', '`'),
    ('￥', '$'),
    ('…', '^'),
    ('—', '_'),
    ('\u{3000}', ' '),
];

/// The plain form of a character that an input method made full-width.
#[must_use]
pub fn half_width(c: char) -> char {
    if let Some((_, plain)) = FULL_WIDTH.iter().find(|(full, _)| *full == c) {
        return *plain;
    }
    text::half_width(c)
}

impl Key {
    /// A key without modifiers.
    #[must_use]
    pub fn plain(code: KeyCode) -> Self {
        Self { code, modifiers: KeyModifiers::NONE }
    }

    /// As the keymap knows it; `None` for a release.
    #[must_use]
    pub fn of(event: &KeyEvent) -> Option<Self> {
        if event.kind == KeyEventKind::Release {
            return None;
        }
        let kept = KeyModifiers::SHIFT | KeyModifiers::CONTROL | KeyModifiers::ALT;
        let mut modifiers = event.modifiers & kept;
        let code = match event.code {
            KeyCode::Char(c) => {
                // Terminals differ in whether a capital also carries Shift (csvlens, yazi PR 174).
                let c = half_width(c);
                let c = if modifiers.contains(KeyModifiers::SHIFT) && c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c };
                modifiers -= KeyModifiers::SHIFT;
                KeyCode::Char(c)
            }
            KeyCode::BackTab => {
                modifiers |= KeyModifiers::SHIFT;
                KeyCode::Tab
            }
            code => code,
        };
        Some(Self { code, modifiers })
    }

    /// The event a terminal sends for it.
    #[must_use]
    pub fn event(self) -> KeyEvent {
        KeyEvent::new(self.code, self.modifiers)
    }

    /// From its name: `down`, `ctrl-o`, `G`, `/`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut modifiers = KeyModifiers::NONE;
        let mut rest = text;
        loop {
            let (modifier, after) = match rest.split_once('-') {
                Some((name, after)) if !after.is_empty() => match name {
                    "ctrl" => (KeyModifiers::CONTROL, after),
                    "alt" => (KeyModifiers::ALT, after),
                    "shift" => (KeyModifiers::SHIFT, after),
                    _ => break,
                },
                _ => break,
            };
            modifiers |= modifier;
            rest = after;
        }
        if let Some((_, code)) = NAMES.iter().find(|(name, _)| *name == rest) {
            return Some(Self { code: *code, modifiers });
        }
        let mut chars = rest.chars();
        if let (Some(c), None) = (chars.next(), chars.next()) {
            return Self::of(&KeyEvent::new(KeyCode::Char(c), modifiers));
        }
        let number = rest.strip_prefix('f')?.parse::<u8>().ok().filter(|n| (1..=12).contains(n))?;
        Some(Self { code: KeyCode::F(number), modifiers })
    }

    /// Its name, as [`Key::parse`] reads it.
    #[must_use]
    pub fn name(self) -> String {
        let mut out = String::new();
        for (modifier, name) in [(KeyModifiers::CONTROL, "ctrl-"), (KeyModifiers::ALT, "alt-"), (KeyModifiers::SHIFT, "shift-")] {
            if self.modifiers.contains(modifier) {
                out.push_str(name);
            }
        }
        match self.code {
            KeyCode::F(n) => out.push_str(&format!("f{n}")),
            code => match (NAMES.iter().find(|(_, named)| *named == code), code) {
                (Some((name, _)), _) => out.push_str(name),
                (None, KeyCode::Char(c)) => out.push(c),
                _ => out.push('?'),
            },
        }
        out
    }

    /// As shown to people: `Enter`, `Ctrl-o`, arrows in words of the language.
    #[must_use]
    pub fn shown(self, lang: Lang) -> String {
        let name = self.name();
        let (modifiers, base) = match name.rfind('-') {
            Some(at) if at > 0 && at + 1 < name.len() => name.split_at(at + 1),
            _ => ("", name.as_str()),
        };
        let mut out = String::new();
        for part in modifiers.split_terminator('-') {
            out.push_str(&capital(part));
            out.push('-');
        }
        let key = format!("ui.key.{base}");
        if base.len() > 1 && lang.has(&key) {
            out.push_str(lang.text(&key));
        } else if base.len() > 1 && base.is_ascii() {
            out.push_str(&capital(base));
        } else {
            out.push_str(base);
        }
        out
    }
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|c| c.to_ascii_uppercase()).into_iter().chain(chars).collect()
}

/// The events of a `--keys` script.
///
/// # Errors
/// One `E_KEYS_UNKNOWN` for every word that is no key, one `E_KEYS_QUOTE` for a quote that does
/// not end.
pub fn script(text: &str) -> Result<Vec<KeyEvent>, Vec<Problem>> {
    let mut events = Vec::new();
    let mut problems = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        if matches!(first, '"' | '\'') && rest.chars().nth(1).is_some_and(|c| !c.is_whitespace()) {
            let after = &rest[1..];
            match after.find(first) {
                Some(end) => {
                    events.extend(after[..end].chars().map(|c| KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)));
                    rest = after[end + 1..].trim_start();
                }
                None => {
                    problems.push(Problem::new("E_KEYS_QUOTE", Severity::Refused, "--keys").arg(rest));
                    rest = "";
                }
            }
            continue;
        }
        let (word, after) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        rest = after.trim_start();
        let (times, name) = match word.split_once('*') {
            Some((n, name)) if !name.is_empty() => match n.parse::<u16>() {
                Ok(n) => (n, name),
                Err(_) => (1, word),
            },
            _ => (1, word),
        };
        match Key::parse(name) {
            Some(key) => events.extend(std::iter::repeat_n(key.event(), usize::from(times))),
            None => problems.push(Problem::new("E_KEYS_UNKNOWN", Severity::Refused, "--keys").arg(word)),
        }
    }
    if problems.is_empty() { Ok(events) } else { Err(problems) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back_as_written() {
        for name in ["enter", "shift-left", "ctrl-o", "f10", "G", "/", "space", "-", "ctrl-alt-x", "shift-tab", "村"] {
            assert_eq!(Key::parse(name).map(Key::name).as_deref(), Some(name));
        }
        for name in ["", "entr", "f13", "ctrl-", "qhx", "hyper-x"] {
            assert_eq!(Key::parse(name).filter(|_| name != "ctrl-"), None, "{name}");
        }
    }

    #[test]
    fn an_input_method_sends_full_width_forms() {
        for (full, plain) in "、。【】《》？：／ｗ１＋－".chars().zip("/.[]<>?:/w1+-".chars()) {
            let event = KeyEvent::new(KeyCode::Char(full), KeyModifiers::NONE);
            assert_eq!(Key::of(&event), Some(Key::plain(KeyCode::Char(plain))), "{full}");
        }
    }

    #[test]
    fn shift_and_capitals_are_one_key() {
        let shifted = KeyEvent::new(KeyCode::Char('g'), KeyModifiers::SHIFT);
        assert_eq!(Key::of(&shifted), Key::parse("G"));
        assert_eq!(Key::of(&KeyEvent::new(KeyCode::BackTab, KeyModifiers::SHIFT)), Key::parse("shift-tab"));
        let mut release = shifted;
        release.kind = KeyEventKind::Release;
        assert_eq!(Key::of(&release), None);
    }

    #[test]
    fn a_script_reports_every_mistake() {
        let events = script("2*down enter / q h x \"河 口\" ctrl-o '").expect("a good script");
        assert_eq!(events.len(), 2 + 1 + 4 + 3 + 1 + 1);
        let problems = script("dwon enter f99 \"abc").expect_err("three mistakes");
        assert_eq!(problems.iter().map(|p| p.code.as_str()).collect::<Vec<_>>(), ["E_KEYS_UNKNOWN", "E_KEYS_UNKNOWN", "E_KEYS_QUOTE"]);
    }
}
