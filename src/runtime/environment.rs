//! What the process was told by its surroundings, read once.

use std::collections::BTreeMap;
use std::io::IsTerminal as _;

use super::encode::Shortcuts;
use crate::gis::compose::Glyphs;
use crate::ui::capability::{Capability, Colour};

/// The variables that matter. Everything else of the environment is never looked at.
const NAMES: [&str; 20] = [
    "LC_ALL",
    "LC_CTYPE",
    "LC_MESSAGES",
    "LANG",
    "TERM",
    "TERM_PROGRAM",
    "COLORTERM",
    "NO_COLOR",
    "VTE_VERSION",
    "WT_SESSION",
    "KITTY_WINDOW_ID",
    "SSH_CONNECTION",
    "TMUX",
    "STY",
    "SHLVL",
    "PROMPT",
    "KONSOLE_VERSION",
    "WEZTERM_PANE",
    "GHOSTTY_RESOURCES_DIR",
    "XTERM_VERSION",
];

/// Environment variables and the kind of standard output.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    vars: BTreeMap<&'static str, String>,
    /// Standard output is a terminal.
    pub stdout_is_terminal: bool,
}

impl Environment {
    /// Of this process.
    #[must_use]
    pub fn of_process() -> Self {
        let vars = NAMES.iter().filter_map(|name| std::env::var(name).ok().map(|value| (*name, value))).collect();
        Self { vars, stdout_is_terminal: std::io::stdout().is_terminal() }
    }

    /// For tests: the given variables only.
    #[must_use]
    pub fn of(vars: &[(&'static str, &str)]) -> Self {
        Self { vars: vars.iter().map(|(k, v)| (*k, (*v).to_owned())).collect(), stdout_is_terminal: true }
    }

    /// A variable that is set and not empty.
    #[must_use]
    pub fn var(&self, name: &str) -> Option<&str> {
        self.vars.get(name).map(String::as_str).filter(|v| !v.is_empty())
    }

    /// The locale of messages, by POSIX's order.
    #[must_use]
    pub fn locale(&self) -> Option<&str> {
        ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(|name| self.var(name))
    }

    /// Started from a file manager: no shell above it, so an error would vanish with its window.
    #[must_use]
    pub fn double_clicked(&self) -> bool {
        self.var("SHLVL").is_none() && self.var("PROMPT").is_none()
    }

    /// Colour depth: the flag, then `NO_COLOR`, then `COLORTERM` and `TERM`, then 256. A pipe
    /// gets no colour unless the flag asks for it.
    #[must_use]
    pub fn colour(&self, flag: &str) -> Colour {
        match flag {
            "none" => return Colour::None,
            "16" => return Colour::C16,
            "256" => return Colour::C256,
            "true" => return Colour::True,
            _ => {}
        }
        if self.var("NO_COLOR").is_some() || !self.stdout_is_terminal {
            return Colour::None;
        }
        if self.var("COLORTERM").is_some_and(|v| v == "truecolor" || v == "24bit") || self.var("WT_SESSION").is_some() {
            return Colour::True;
        }
        match self.var("TERM").unwrap_or_default() {
            "dumb" => Colour::None,
            "linux" | "xterm" | "screen" | "tmux" | "vt100" | "vt220" | "ansi" | "cygwin" | "rxvt" => Colour::C16,
            term if term.ends_with("-direct") || term.contains("kitty") || term.contains("ghostty") || term.contains("alacritty") => {
                Colour::True
            }
            _ => Colour::C256,
        }
    }

    /// What the map may be drawn with: the flag, else what terminals are known to draw by
    /// themselves without a font (octants: kitty, Ghostty, WezTerm, foot; sextants: VTE, Windows
    /// Terminal, Konsole), else quadrants, which every font has.
    #[must_use]
    pub fn glyphs(&self, flag: &str) -> Glyphs {
        match flag {
            "octant" => return Glyphs::Octant,
            "sextant" => return Glyphs::Sextant,
            "quadrant" => return Glyphs::Quadrant,
            "ascii" => return Glyphs::Ascii,
            _ => {}
        }
        let term = self.var("TERM").unwrap_or_default();
        let program = self.var("TERM_PROGRAM").unwrap_or_default();
        if matches!(term, "linux" | "dumb" | "vt100" | "vt220" | "ansi" | "cygwin") {
            return Glyphs::Ascii;
        }
        // Inside tmux the outer terminal is unknown: whatever TERM says is tmux's own.
        if self.var("TMUX").is_some() {
            return Glyphs::Quadrant;
        }
        if ["kitty", "ghostty", "foot"].iter().any(|t| term.contains(t))
            || ["KITTY_WINDOW_ID", "WEZTERM_PANE", "GHOSTTY_RESOURCES_DIR"].iter().any(|v| self.var(v).is_some())
            || matches!(program, "WezTerm" | "ghostty")
        {
            return Glyphs::Octant;
        }
        if self.var("VTE_VERSION").and_then(|v| v.parse::<u32>().ok()).is_some_and(|v| v >= 6000)
            || self.var("WT_SESSION").is_some()
            || self.var("KONSOLE_VERSION").is_some()
            || program == "iTerm.app"
        {
            return Glyphs::Sextant;
        }
        Glyphs::Quadrant
    }

    /// What is known of the terminal by its name. REP: VTE, Windows Terminal, kitty, Konsole, xterm
    /// itself. Erasing to the background in force: likewise, and terminals whose own terminfo entry has `bce`.
    /// `TERM=xterm-256color` alone says nothing: many call themselves so that erase to black. Inside tmux
    /// or screen nothing is known.
    #[must_use]
    pub fn shortcuts(&self) -> Shortcuts {
        const REPEAT: [&str; 6] =
            ["VTE_VERSION", "WT_SESSION", "KITTY_WINDOW_ID", "KONSOLE_VERSION", "XTERM_VERSION", "GHOSTTY_RESOURCES_DIR"];
        const ERASE: [&str; 5] = ["alacritty", "foot", "konsole", "linux", "rxvt"];
        let term = self.var("TERM").unwrap_or_default();
        if self.var("TMUX").is_some() || self.var("STY").is_some() || term.starts_with("tmux") || term.starts_with("screen") {
            return Shortcuts::default();
        }
        let known = REPEAT.iter().any(|v| self.var(v).is_some());
        Shortcuts { repeat: known, erase: known || ERASE.iter().any(|name| term.starts_with(name)) }
    }

    /// Everything the screens need to know of the terminal before it was asked.
    #[must_use]
    pub fn capability(&self, color: &str, glyphs: &str, ambiguous_width: &str) -> Capability {
        Capability { colour: self.colour(color), ambiguous_wide: ambiguous_width == "2", glyphs: self.glyphs(glyphs) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_follows_flag_then_no_color_then_terminal() {
        let env = Environment::of(&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")]);
        assert_eq!(env.colour("auto"), Colour::True);
        assert_eq!(env.colour("16"), Colour::C16);
        assert_eq!(Environment::of(&[("NO_COLOR", "1"), ("COLORTERM", "truecolor")]).colour("auto"), Colour::None);
        assert_eq!(Environment::of(&[("TERM", "xterm")]).colour("auto"), Colour::C16);
        assert_eq!(Environment::of(&[("TERM", "xterm-256color")]).colour("auto"), Colour::C256);
        assert_eq!(Environment { stdout_is_terminal: false, ..env }.colour("auto"), Colour::None);
    }

    #[test]
    fn octants_only_where_the_terminal_draws_them_itself() {
        assert_eq!(Environment::of(&[("TERM", "xterm-kitty")]).glyphs("auto"), Glyphs::Octant);
        assert_eq!(Environment::of(&[("TERM", "xterm-256color"), ("VTE_VERSION", "7200")]).glyphs("auto"), Glyphs::Sextant);
        assert_eq!(Environment::of(&[("TERM", "xterm-kitty"), ("TMUX", "x")]).glyphs("auto"), Glyphs::Quadrant);
        assert_eq!(Environment::of(&[("TERM", "linux")]).glyphs("auto"), Glyphs::Ascii);
    }

    #[test]
    fn the_locale_by_posix_order() {
        assert_eq!(Environment::of(&[("LANG", "en_US.UTF-8"), ("LC_ALL", "zh_CN.UTF-8")]).locale(), Some("zh_CN.UTF-8"));
        assert_eq!(Environment::of(&[("LANG", "")]).locale(), None);
    }
}
