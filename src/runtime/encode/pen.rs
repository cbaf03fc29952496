//! The style a terminal writes with, and what it costs to change it.

use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};

/// The style the terminal writes with at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pen {
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

impl Default for Pen {
    fn default() -> Self {
        Self { fg: Color::Reset, bg: Color::Reset, modifier: Modifier::empty() }
    }
}

/// Modifiers that can be seen on a blank.
pub(super) const ON_BLANK: Modifier = Modifier::REVERSED.union(Modifier::UNDERLINED).union(Modifier::CROSSED_OUT);

/// What of a style can be seen on a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Look {
    pub(super) bg: Color,
    /// Foreground and modifiers; `None` on a plain blank, which shows neither.
    pub(super) ink: Option<(Color, Modifier)>,
}

impl Look {
    pub(super) fn of(cell: &Cell) -> Self {
        let seen = cell.symbol() != " " || cell.modifier.intersects(ON_BLANK);
        Self { bg: cell.bg, ink: seen.then_some((cell.fg, cell.modifier)) }
    }

    /// The look that shows both, where one does: a plain blank goes with any ink that leaves
    /// nothing on a blank.
    pub(super) fn with(self, other: Self) -> Option<Self> {
        let quiet = |ink: Option<(Color, Modifier)>| ink.is_none_or(|(_, modifier)| !modifier.intersects(ON_BLANK));
        match (self.ink, other.ink) {
            _ if self.bg != other.bg => None,
            (a, b) if a == b => Some(self),
            (Some(_), None) if quiet(self.ink) => Some(self),
            (None, Some(_)) if quiet(other.ink) => Some(other),
            _ => None,
        }
    }
}

/// SGR numbers of the modifiers: on, off.
const MODIFIERS: [(Modifier, &str, &str); 6] = [
    (Modifier::BOLD, "1", "22"),
    (Modifier::DIM, "2", "22"),
    (Modifier::ITALIC, "3", "23"),
    (Modifier::UNDERLINED, "4", "24"),
    (Modifier::REVERSED, "7", "27"),
    (Modifier::CROSSED_OUT, "9", "29"),
];

impl Pen {
    /// The style a cell needs, keeping of this pen what the cell does not show: the foreground of
    /// a blank.
    fn needed(self, cell: &Cell) -> Self {
        self.toward(Look::of(cell))
    }

    /// The same for everything of one look.
    pub(super) fn toward(self, look: Look) -> Self {
        match look.ink {
            Some((fg, modifier)) => Self { fg, bg: look.bg, modifier },
            None => Self { fg: self.fg, bg: look.bg, modifier: self.modifier - ON_BLANK },
        }
    }

    /// Writes what changes the terminal's style to that of the cell, in one sequence.
    pub fn take_up(&mut self, cell: &Cell, out: &mut Vec<u8>) {
        self.become_style(self.needed(cell), out);
    }

    /// Writes what changes the style to another, in one sequence.
    pub(super) fn become_style(&mut self, next: Self, out: &mut Vec<u8>) {
        if next == *self {
            return;
        }
        let mut codes: Vec<u8> = Vec::with_capacity(48);
        if next.modifier != self.modifier {
            let off = self.modifier - next.modifier;
            // 22 takes both bold and dim away: what stays of the two is set again.
            let weight = Modifier::BOLD | Modifier::DIM;
            let again = if off.intersects(weight) { next.modifier & weight } else { Modifier::empty() };
            let on = (next.modifier - self.modifier) | again;
            let mut last = "";
            for (flag, _, code) in MODIFIERS {
                if off.contains(flag) && code != last {
                    push(&mut codes, code);
                    last = code;
                }
            }
            for (flag, code, _) in MODIFIERS {
                if on.contains(flag) {
                    push(&mut codes, code);
                }
            }
        }
        if next.fg != self.fg {
            colour(next.fg, 30, &mut codes);
        }
        if next.bg != self.bg {
            colour(next.bg, 40, &mut codes);
        }
        *self = next;
        out.extend_from_slice(b"\x1b[");
        out.extend_from_slice(&codes);
        out.push(b'm');
    }

    /// The looks it shows without a change.
    pub(super) fn looks(self) -> [Look; 2] {
        [Look { bg: self.bg, ink: Some((self.fg, self.modifier)) }, Look { bg: self.bg, ink: None }]
    }

    /// About how many bytes a change to another style takes.
    pub(super) fn cost(self, next: Self) -> usize {
        let digits = |n: u8| 1 + usize::from(n > 9) + usize::from(n > 99);
        let colour = |c: Color| match c {
            Color::Rgb(r, g, b) => 7 + digits(r) + digits(g) + digits(b),
            Color::Indexed(n) => 5 + digits(n),
            _ => 2,
        };
        let parts = [
            (self.modifier != next.modifier).then_some(2),
            (self.fg != next.fg).then(|| colour(next.fg)),
            (self.bg != next.bg).then(|| colour(next.bg)),
        ];
        let sum: usize = parts.iter().flatten().map(|bytes| bytes + 1).sum();
        if sum == 0 { 0 } else { sum + 2 }
    }

    /// Writes the reset, where anything is set.
    pub fn put_down(&mut self, out: &mut Vec<u8>) {
        if *self != Self::default() {
            out.extend_from_slice(b"\x1b[m");
            *self = Self::default();
        }
    }
}

fn push(codes: &mut Vec<u8>, code: &str) {
    if !codes.is_empty() {
        codes.push(b';');
    }
    codes.extend_from_slice(code.as_bytes());
}

/// Appends the SGR code of a colour; `base` is 30 for the foreground and 40 for the background.
fn colour(colour: Color, base: u8, codes: &mut Vec<u8>) {
    let bright = |n: u8| base + 60 + n;
    let code = match colour {
        Color::Reset => base + 9,
        Color::Black => base,
        Color::Red => base + 1,
        Color::Green => base + 2,
        Color::Yellow => base + 3,
        Color::Blue => base + 4,
        Color::Magenta => base + 5,
        Color::Cyan => base + 6,
        Color::Gray => base + 7,
        Color::DarkGray => bright(0),
        Color::LightRed => bright(1),
        Color::LightGreen => bright(2),
        Color::LightYellow => bright(3),
        Color::LightBlue => bright(4),
        Color::LightMagenta => bright(5),
        Color::LightCyan => bright(6),
        Color::White => bright(7),
        Color::Indexed(n) => return push(codes, &format!("{};5;{n}", base + 8)),
        Color::Rgb(r, g, b) => return push(codes, &format!("{};2;{r};{g};{b}", base + 8)),
    };
    push(codes, &code.to_string());
}
