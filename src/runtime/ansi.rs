//! A buffer of cells as text with SGR sequences, for `xiantu print`.

use std::fmt::Write as _;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr as _;

/// The buffer, line by line. With `styled` false nothing but text is written and trailing blanks
/// are cut; with it every line ends in a reset, so that lines can be cut out of the output.
#[must_use]
pub fn render(buffer: &Buffer, styled: bool) -> String {
    let area = buffer.area;
    let mut out = String::new();
    for y in area.top()..area.bottom() {
        let mut line = String::new();
        let mut pen = Pen::default();
        let mut skip = 0;
        for x in area.left()..area.right() {
            let Some(cell) = buffer.cell((x, y)) else { continue };
            // The cell after a wide glyph is covered by it.
            if skip > 0 {
                skip -= 1;
                continue;
            }
            skip = cell.symbol().width().saturating_sub(1);
            if styled {
                pen.to(cell, &mut line);
            }
            line.push_str(cell.symbol());
        }
        if styled {
            if pen != Pen::default() {
                line.push_str("\x1b[0m");
            }
            out.push_str(&line);
        } else {
            out.push_str(line.trim_end());
        }
        out.push('\n');
    }
    out
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Pen {
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

impl Default for Pen {
    fn default() -> Self {
        Self { fg: Color::Reset, bg: Color::Reset, modifier: Modifier::empty() }
    }
}

impl Pen {
    fn to(&mut self, cell: &Cell, out: &mut String) {
        let next = Self { fg: cell.fg, bg: cell.bg, modifier: cell.modifier };
        if next == *self {
            return;
        }
        let mut codes = String::new();
        if next.modifier != self.modifier {
            *self = Self::default();
            codes.push_str("0;");
            for (flag, code) in [
                (Modifier::BOLD, 1),
                (Modifier::DIM, 2),
                (Modifier::ITALIC, 3),
                (Modifier::UNDERLINED, 4),
                (Modifier::REVERSED, 7),
                (Modifier::CROSSED_OUT, 9),
            ] {
                if next.modifier.contains(flag) {
                    let _ = write!(codes, "{code};");
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
        let _ = write!(out, "\x1b[{}m", codes.trim_end_matches(';'));
    }
}

/// Appends the SGR code of a colour; `base` is 30 for the foreground and 40 for the background.
fn colour(colour: Color, base: u8, out: &mut String) {
    let _ = match colour {
        Color::Reset => write!(out, "{};", base + 9),
        Color::Rgb(r, g, b) => write!(out, "{};2;{r};{g};{b};", base + 8),
        Color::Indexed(n) => write!(out, "{};5;{n};", base + 8),
        named => {
            let (bright, n) = match named {
                Color::Black => (false, 0),
                Color::Red => (false, 1),
                Color::Green => (false, 2),
                Color::Yellow => (false, 3),
                Color::Blue => (false, 4),
                Color::Magenta => (false, 5),
                Color::Cyan => (false, 6),
                Color::Gray => (false, 7),
                Color::DarkGray => (true, 0),
                Color::LightRed => (true, 1),
                Color::LightGreen => (true, 2),
                Color::LightYellow => (true, 3),
                Color::LightBlue => (true, 4),
                Color::LightMagenta => (true, 5),
                Color::LightCyan => (true, 6),
                _ => (true, 7),
            };
            write!(out, "{};", base + n + if bright { 60 } else { 0 })
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    #[test]
    fn wide_glyphs_take_their_second_cell_and_styles_end_with_the_line() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 8, 2));
        buffer.set_string(0, 0, "县a", Style::new().fg(Color::Rgb(1, 2, 3)).bg(Color::Indexed(26)));
        buffer.set_string(0, 1, "b", Style::new().fg(Color::LightRed).add_modifier(Modifier::BOLD));
        assert_eq!(render(&buffer, false), "县a\nb\n");
        assert_eq!(render(&buffer, true), "\x1b[38;2;1;2;3;48;5;26m县a\x1b[39;49m     \n\x1b[0;1;91mb\x1b[0m       \n");
    }

    #[test]
    fn nothing_of_a_buffer_without_cells() {
        assert_eq!(render(&Buffer::empty(Rect::new(0, 0, 0, 0)), true), "");
    }
}
