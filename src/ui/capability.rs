//! What a session's terminal can show.

use crate::gis::compose::Glyphs;

/// Depth of colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Colour {
    /// `NO_COLOR` or a printed page: bold, underline and reverse only.
    None,
    /// The 16 named colours.
    C16,
    /// The xterm palette.
    #[default]
    C256,
    /// 24 bits.
    True,
}

impl Colour {
    /// From `--color`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "none" => Some(Self::None),
            "16" => Some(Self::C16),
            "256" => Some(Self::C256),
            "true" => Some(Self::True),
            _ => None,
        }
    }
}

/// What the terminal of a session can show. Belongs to the session, never to a global.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capability {
    /// Depth of colour.
    pub colour: Colour,
    /// East-Asian-ambiguous characters (`…`, `─`, `①`) take two cells.
    pub ambiguous_wide: bool,
    /// The finest block glyphs of the map.
    pub glyphs: Glyphs,
}

impl Default for Capability {
    fn default() -> Self {
        Self { colour: Colour::C256, ambiguous_wide: false, glyphs: Glyphs::Quadrant }
    }
}

impl Capability {
    /// Too few colours for five classes: patterns and reverse video carry the meaning.
    #[must_use]
    pub fn pattern(self) -> bool {
        self.colour <= Colour::C16
    }

    /// The glyphs of lists, cards and lines.
    #[must_use]
    pub fn symbols(self) -> &'static Symbols {
        match (self.glyphs, self.ambiguous_wide) {
            (Glyphs::Ascii, _) => &ASCII,
            (_, true) => &WIDE,
            (_, false) => &NARROW,
        }
    }
}

/// The glyphs beside the map. Every one is one cell wide under the width it is chosen for.
#[derive(Debug, PartialEq, Eq)]
pub struct Symbols {
    /// A vertical line between panes.
    pub vertical: &'static str,
    /// A horizontal line under titles.
    pub horizontal: &'static str,
    /// Between the steps of the way.
    pub step: &'static str,
    /// Not less than.
    pub at_least: &'static str,
    /// Between parts of a line.
    pub dot: &'static str,
    /// A cut text.
    pub ellipsis: &'static str,
    /// A mark 标记.
    pub flag: &'static str,
    /// A branch on the map.
    pub point: &'static str,
    /// The chosen branch on the map.
    pub point_chosen: &'static str,
    /// Bars and sparklines: an eighth to a full cell, left to right.
    pub bar: &'static [&'static str],
    /// Sparkline: the lowest to the highest.
    pub spark: &'static [&'static str],
    /// The pointer of a menu and of the selected row without colours.
    pub pointer: &'static str,
    /// A star that was won, and one that was not.
    pub stars: [&'static str; 2],
    /// Yes and no; empty where only words will do.
    pub flags: [&'static str; 2],
    /// Five densities and the sign of "no report", for sessions without colours.
    pub density: &'static [&'static str; 5],
}

const NARROW: Symbols = Symbols {
    vertical: "│",
    horizontal: "─",
    step: "›",
    at_least: "≥",
    dot: "·",
    ellipsis: "…",
    flag: "⚑",
    point: "◆",
    point_chosen: "◈",
    bar: &["▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"],
    spark: &["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
    pointer: "›",
    stars: ["★", "☆"],
    flags: ["✓", "✗"],
    density: &["1", "2", "3", "4", "5"],
};

/// Braille patterns and `›` are never ambiguous.
const WIDE: Symbols = Symbols {
    vertical: "⡇",
    horizontal: "⠒",
    step: "›",
    at_least: ">=",
    dot: "|",
    ellipsis: "~",
    flag: "⚑",
    point: "⠶",
    point_chosen: "⣿",
    bar: &["⡇", "⣿"],
    spark: &["⣀", "⣤", "⣶", "⣿"],
    pointer: "›",
    stars: ["⣿", "⣀"],
    flags: ["✓", "✗"],
    density: &["1", "2", "3", "4", "5"],
};

const ASCII: Symbols = Symbols {
    vertical: "|",
    horizontal: "-",
    step: ">",
    at_least: ">=",
    dot: "|",
    ellipsis: "~",
    flag: "*",
    point: "o",
    point_chosen: "@",
    bar: &["-", "="],
    spark: &["_", ".", "-", "=", "#"],
    pointer: ">",
    stars: ["*", "."],
    flags: ["", ""],
    density: &["1", "2", "3", "4", "5"],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::text::Width;

    #[test]
    fn every_glyph_takes_one_cell_under_the_width_it_is_chosen_for() {
        for (symbols, wide) in [(&NARROW, false), (&WIDE, true), (&ASCII, true), (&ASCII, false)] {
            let width = Width::new(wide);
            let single = [
                symbols.vertical,
                symbols.horizontal,
                symbols.step,
                symbols.dot,
                symbols.ellipsis,
                symbols.flag,
                symbols.point,
                symbols.point_chosen,
                symbols.pointer,
            ];
            for glyph in single.iter().chain(symbols.bar).chain(symbols.spark).chain(symbols.density).chain(&symbols.stars) {
                assert_eq!(width.of(glyph), 1, "{glyph}");
            }
            assert!(symbols.flags.iter().all(|glyph| width.of(glyph) <= 1), "{:?}", symbols.flags);
        }
    }
}
