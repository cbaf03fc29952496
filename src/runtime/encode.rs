//! Two frames become the fewest bytes that bring a terminal from one to the other.
//!
//! Written by ourselves because of two things that the crate's own diff does not do: a wide glyph
//! that is overwritten by another one starting a cell beside it leaves its second half standing
//! unless the cell after it is sent too, and a map of coloured blanks costs half the bytes when
//! foregrounds that nobody can see are not sent.

use std::io::Write as _;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr as _;

/// The style the terminal writes with at the moment.
#[derive(Clone, Copy, PartialEq, Eq)]
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
const ON_BLANK: Modifier = Modifier::REVERSED.union(Modifier::UNDERLINED).union(Modifier::CROSSED_OUT);

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
        let blank = cell.symbol() == " ";
        let modifier = if blank { (cell.modifier & ON_BLANK) | (self.modifier - ON_BLANK) } else { cell.modifier };
        let seen = !blank || modifier.intersects(ON_BLANK);
        Self { fg: if seen { cell.fg } else { self.fg }, bg: cell.bg, modifier }
    }

    /// Writes what changes the terminal's style to that of the cell, in one sequence.
    pub fn take_up(&mut self, cell: &Cell, out: &mut Vec<u8>) {
        let next = self.needed(cell);
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

/// Width of a cell's text, at least 1.
fn width(cell: &Cell) -> usize {
    let symbol = cell.symbol();
    if symbol.len() == 1 { 1 } else { symbol.width().max(1) }
}

/// Whether two cells look the same.
fn alike(a: &Cell, b: &Cell) -> bool {
    a.symbol() == b.symbol()
        && a.bg == b.bg
        && (a.fg == b.fg && a.modifier == b.modifier
            || a.symbol() == " " && a.modifier & ON_BLANK == b.modifier & ON_BLANK && !a.modifier.intersects(ON_BLANK))
}

/// For every column of a row the column of the cell that covers it.
fn cover(row: &[Cell], leads: &mut Vec<usize>) {
    leads.clear();
    let mut x = 0;
    while x < row.len() {
        let end = (x + width(&row[x])).min(row.len());
        leads.resize(end, x);
        x = end;
    }
}

/// Appends what brings a terminal that shows `before` (an empty screen where there is none, or
/// where the size differs) to `after`. Appends nothing where they look alike. `repeat` allows
/// REP (`CSI n b`), which repeats the last character.
pub fn encode(before: Option<&Buffer>, after: &Buffer, repeat: bool, out: &mut Vec<u8>) {
    let before = before.filter(|b| b.area == after.area);
    if before.is_none() {
        out.extend_from_slice(b"\x1b[m\x1b[2J");
    }
    let cols = usize::from(after.area.width);
    let mut pen = Pen::default();
    let (mut old_leads, mut new_leads) = (Vec::new(), Vec::new());
    // The cursor's cell, where it is known.
    let mut cursor: Option<(usize, usize)> = None;
    let mut body = Vec::new();
    for (y, row) in after.content.chunks_exact(cols.max(1)).enumerate() {
        let old = before.map(|b| &b.content[y * cols..(y + 1) * cols]);
        if old == Some(row) {
            continue;
        }
        cover(row, &mut new_leads);
        if let Some(old) = old {
            cover(old, &mut old_leads);
        }
        let stands = |x: usize| -> bool {
            let Some(old) = old else {
                let cell = &row[new_leads[x]];
                return cell.symbol() == " " && cell.bg == Color::Reset && !cell.modifier.intersects(ON_BLANK);
            };
            old_leads[x] == new_leads[x] && alike(&old[old_leads[x]], &row[new_leads[x]])
        };
        let mut x = 0;
        while x < cols {
            let cell = &row[x];
            let end = (x + width(cell)).min(cols);
            if (x..end).all(stands) {
                x = end;
                continue;
            }
            match cursor {
                Some(at) if at == (x, y) => {}
                Some((cx, cy)) if cy == y && cx < x => {
                    let _ = if x - cx == 1 { write!(body, "\x1b[C") } else { write!(body, "\x1b[{}C", x - cx) };
                }
                _ => {
                    let _ = if x == 0 { write!(body, "\x1b[{}H", y + 1) } else { write!(body, "\x1b[{};{}H", y + 1, x + 1) };
                }
            }
            pen.take_up(cell, &mut body);
            body.extend_from_slice(cell.symbol().as_bytes());
            let mut next = end;
            if repeat && end - x == 1 {
                let same = row[end..].iter().take_while(|c| c.symbol() == cell.symbol() && pen.needed(c) == pen).count();
                let bytes = cell.symbol().len() * same;
                if same > 0 && bytes > 4 + (same >= 10) as usize {
                    let _ = write!(body, "\x1b[{same}b");
                    next = end + same;
                }
            }
            // At the right edge terminals differ about where the cursor is.
            cursor = (next < cols).then_some((next, y));
            x = next;
        }
    }
    out.append(&mut body);
    pen.put_down(out);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    const COLS: u16 = 12;
    const ROWS: u16 = 3;

    fn buffer(pieces: &[(u16, u16, String, Style)]) -> Buffer {
        let mut buffer = Buffer::empty(Rect::new(0, 0, COLS, ROWS));
        for (x, y, text, style) in pieces {
            buffer.set_string(*x, *y, text, *style);
        }
        buffer
    }

    /// The screen of a terminal that was sent the bytes: text, colours and weight per cell.
    fn shown(parser: &vt100::Parser) -> Vec<(String, vt100::Color, vt100::Color, bool, bool)> {
        let screen = parser.screen();
        let mut out = Vec::new();
        for y in 0..ROWS {
            for x in 0..COLS {
                let Some(cell) = screen.cell(y, x) else { continue };
                let text = if cell.has_contents() { cell.contents().to_owned() } else { " ".to_owned() };
                let blank = text == " " && !cell.inverse();
                // What cannot be seen may differ.
                let fg = if blank || cell.is_wide_continuation() { vt100::Color::Default } else { cell.fgcolor() };
                let bg = if cell.is_wide_continuation() { vt100::Color::Default } else { cell.bgcolor() };
                out.push((
                    text,
                    fg,
                    bg,
                    cell.bold() && !blank && !cell.is_wide_continuation(),
                    cell.inverse() && !cell.is_wide_continuation(),
                ));
            }
        }
        out
    }

    fn parser() -> vt100::Parser {
        let cells = |n| std::num::NonZero::new(n).expect("not 0");
        vt100::Parser::new(cells(ROWS), cells(COLS), 0)
    }

    fn piece() -> impl Strategy<Value = (u16, u16, String, Style)> {
        let text = prop::sample::select(vec!["县", "网格", "a", "bc", " ", "   ", "村x社", "█", "河口镇"]);
        let colour = || prop::sample::select(vec![Color::Reset, Color::Rgb(1, 2, 3), Color::Indexed(26), Color::Red, Color::LightBlue]);
        let modifier = prop::sample::select(vec![
            Modifier::empty(),
            Modifier::BOLD,
            Modifier::DIM,
            Modifier::REVERSED,
            Modifier::BOLD | Modifier::UNDERLINED,
        ]);
        (0..COLS, 0..ROWS, text, colour(), colour(), modifier)
            .prop_map(|(x, y, text, fg, bg, m)| (x, y, text.to_owned(), Style::new().fg(fg).bg(bg).add_modifier(m)))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn a_terminal_brought_forward_shows_what_a_fresh_one_shows(
            frames in prop::collection::vec(prop::collection::vec(piece(), 0..8), 1..5),
        ) {
            let mut forward = parser();
            let mut before: Option<Buffer> = None;
            for pieces in frames {
                let after = buffer(&pieces);
                let mut bytes = Vec::new();
                encode(before.as_ref(), &after, false, &mut bytes);
                forward.process(&bytes);
                let mut fresh = parser();
                let mut bytes = Vec::new();
                encode(None, &after, false, &mut bytes);
                fresh.process(&bytes);
                prop_assert_eq!(shown(&forward), shown(&fresh));
                let mut again = Vec::new();
                encode(Some(&after), &after.clone(), true, &mut again);
                prop_assert_eq!(again, Vec::<u8>::new());
                before = Some(after);
            }
        }
    }

    #[test]
    fn the_half_of_a_wide_glyph_that_would_be_left_standing_is_sent() {
        // 取 stands in cells 3–4; 区 takes cells 2–3, and cell 4 was and is blank in both buffers.
        let before = buffer(&[(0, 0, "a".into(), Style::new()), (3, 0, "取".into(), Style::new())]);
        let after = buffer(&[(0, 0, "a".into(), Style::new()), (2, 0, "区".into(), Style::new())]);
        let mut bytes = Vec::new();
        encode(Some(&before), &after, false, &mut bytes);
        assert_eq!(String::from_utf8_lossy(&bytes), "\u{1b}[1;3H区 ");
    }

    #[test]
    fn blanks_send_no_foreground_and_runs_can_be_repeated() {
        let style = Style::new().fg(Color::Red).bg(Color::Indexed(26));
        let after = buffer(&[(1, 1, "          ".into(), style)]);
        let empty = buffer(&[]);
        let mut bytes = Vec::new();
        encode(Some(&empty), &after, true, &mut bytes);
        assert_eq!(String::from_utf8_lossy(&bytes), "\u{1b}[2;2H\u{1b}[48;5;26m \u{1b}[9b\u{1b}[m");
    }
}
