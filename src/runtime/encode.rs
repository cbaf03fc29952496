//! Two frames become the fewest bytes that bring a terminal from one to the other.
//!
//! Written by ourselves because of three things that the crate's own diff does not do: a wide
//! glyph that is overwritten by another one starting a cell beside it leaves its second half
//! standing unless the cell after it is sent too; a map of coloured blanks costs half the bytes
//! when foregrounds that nobody can see are not sent; and what has one style is sent together,
//! because a jump costs less than a 24-bit colour.

mod pen;
mod piece;

use std::io::Write as _;

use ratatui::buffer::{Buffer, Cell, CellDiffOption};
use ratatui::style::Color;
use unicode_width::UnicodeWidthStr as _;

pub use self::pen::Pen;
use self::pen::{Look, ON_BLANK};
use self::piece::{Piece, Queue};

/// Sequences that not every terminal knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shortcuts {
    /// REP (`CSI n b`) repeats the last character.
    pub repeat: bool,
    /// ECH and EL (`CSI n X`, `CSI K`) erase to the background in force, not to the default one.
    pub erase: bool,
}

/// Width of a cell's text, at least 1.
pub(super) fn width(cell: &Cell) -> usize {
    // An ambiguous glyph where the terminal draws those in two cells.
    if let CellDiffOption::ForcedWidth(cells) = cell.diff_option {
        return usize::from(cells.get());
    }
    let symbol = cell.symbol();
    if symbol.len() == 1 { 1 } else { symbol.width().max(1) }
}

/// Whether two cells look the same.
fn alike(a: &Cell, b: &Cell) -> bool {
    a.symbol() == b.symbol() && Look::of(a) == Look::of(b)
}

/// A blank that shows nothing but its background.
fn plain(cell: &Cell) -> bool {
    cell.symbol() == " " && !cell.modifier.intersects(ON_BLANK)
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

/// Bytes up to which cells that stand are sent again rather than jumped over: a jump takes three
/// or four.
const BRIDGE_BYTES: usize = 3;

/// Plain blanks that are cheaper erased: `CSI n X` and the way over them.
const ERASED_BLANKS: usize = 10;

/// Appends what brings a terminal that shows `before` (an empty screen where there is none, or
/// where the size differs) to `after`. Appends nothing where they look alike.
pub fn encode(before: Option<&Buffer>, after: &Buffer, shortcuts: Shortcuts, out: &mut Vec<u8>) {
    let before = before.filter(|b| b.area == after.area);
    let cols = usize::from(after.area.width).max(1);
    let mut pen = Pen::default();
    let mut ground = Color::Reset;
    if before.is_none() {
        out.extend_from_slice(b"\x1b[m");
        if shortcuts.erase {
            ground = commonest(after);
            pen.become_style(pen.toward(Look { bg: ground, ink: None }), out);
        }
        out.extend_from_slice(b"\x1b[2J");
    }
    let mut pieces = Vec::new();
    let (mut old_leads, mut new_leads) = (Vec::new(), Vec::new());
    for (y, row) in after.content.chunks_exact(cols).enumerate() {
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
                return plain(cell) && cell.bg == ground;
            };
            old_leads[x] == new_leads[x] && alike(&old[old_leads[x]], &row[new_leads[x]])
        };
        cut(y, row, &stands, shortcuts, &mut pieces);
    }
    // The cursor's cell, where it is known.
    let mut cursor: Option<(usize, usize)> = None;
    let mut queue = Queue::new(&pieces);
    while let Some(piece) = queue.take(pen, cursor) {
        let Piece { y, from: x, .. } = piece;
        match cursor {
            Some(at) if at == (x, y) => {}
            Some((cx, cy)) if cy == y && cx < x => {
                let _ = if x - cx == 1 { write!(out, "\x1b[C") } else { write!(out, "\x1b[{}C", x - cx) };
            }
            _ => {
                let _ = if x == 0 { write!(out, "\x1b[{}H", y + 1) } else { write!(out, "\x1b[{};{}H", y + 1, x + 1) };
            }
        }
        pen.become_style(pen.toward(piece.look), out);
        let end = send(&piece, &after.content[y * cols..(y + 1) * cols], shortcuts, out);
        // At the right edge terminals differ about where the cursor is.
        cursor = (end < cols).then_some((end, y));
    }
    pen.put_down(out);
}

/// The background that most plain blanks have.
fn commonest(buffer: &Buffer) -> Color {
    let mut counts: rustc_hash::FxHashMap<Color, usize> = rustc_hash::FxHashMap::default();
    for cell in buffer.content.iter().filter(|cell| plain(cell)) {
        *counts.entry(cell.bg).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(_, n)| *n).map_or(Color::Reset, |(colour, _)| colour)
}

/// Cuts what does not stand in a row into pieces of one look.
fn cut(y: usize, row: &[Cell], stands: &dyn Fn(usize) -> bool, shortcuts: Shortcuts, pieces: &mut Vec<Piece>) {
    let cols = row.len();
    // From here on the row is plain blanks of one background.
    let tail = row
        .last()
        .filter(|_| shortcuts.erase)
        .map_or(cols, |last| cols - row.iter().rev().take_while(|cell| plain(cell) && cell.bg == last.bg).count());
    let mut open: Option<Piece> = None;
    // Cells that stand after the open piece, were they sent with it: their bytes, and the look of it all.
    let (mut bridge, mut reach) = (0, None);
    let mut x = 0;
    while x < cols {
        let cell = &row[x];
        let end = (x + width(cell)).min(cols);
        let look = Look::of(cell);
        reach = reach.and_then(|so_far: Look| so_far.with(look));
        if (x..end).all(stands) {
            bridge += cell.symbol().len();
            if bridge > BRIDGE_BYTES {
                reach = None;
            }
            x = end;
            continue;
        }
        if x >= tail && (x..cols).filter(|x| !stands(*x)).count() > BRIDGE_BYTES {
            pieces.extend(open.take());
            pieces.push(Piece { y, from: x, to: cols, look, erase: true });
            return;
        }
        match (&mut open, reach) {
            (Some(piece), Some(look)) => (piece.to, piece.look) = (end, look),
            (open, _) => pieces.extend(open.replace(Piece { y, from: x, to: end, look, erase: false })),
        }
        bridge = 0;
        reach = open.map(|piece| piece.look);
        x = end;
    }
    pieces.extend(open);
}

/// Writes the cells of a piece; returns the column where the cursor is then.
fn send(piece: &Piece, row: &[Cell], shortcuts: Shortcuts, out: &mut Vec<u8>) -> usize {
    if piece.erase {
        out.extend_from_slice(b"\x1b[K");
        return piece.from;
    }
    let mut x = piece.from;
    while x < piece.to {
        let cell = &row[x];
        let end = x + width(cell);
        let same = row[x..piece.to].iter().take_while(|c| c.symbol() == cell.symbol()).count();
        if shortcuts.erase && !shortcuts.repeat && same >= ERASED_BLANKS && plain(cell) {
            let _ = write!(out, "\x1b[{same}X");
            if x + same == piece.to {
                return x;
            }
            let _ = write!(out, "\x1b[{same}C");
            x += same;
            continue;
        }
        out.extend_from_slice(cell.symbol().as_bytes());
        x = end;
        if shortcuts.repeat && width(cell) == 1 {
            let more = same - 1;
            if cell.symbol().len() * more > 4 + usize::from(more >= 10) {
                let _ = write!(out, "\x1b[{more}b");
                x += more;
            }
        }
    }
    x.min(row.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use ratatui::layout::Rect;
    use ratatui::style::{Modifier, Style};

    const COLS: u16 = 18;
    const ROWS: u16 = 3;

    fn buffer(pieces: &[(u16, u16, String, Style)]) -> Buffer {
        let mut buffer = Buffer::empty(Rect::new(0, 0, COLS, ROWS));
        for (x, y, text, style) in pieces {
            // Nothing of what lay under it: a cell that is bold and dim looks different by terminal.
            buffer.set_string(*x, *y, text, Style::reset().patch(*style));
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

    /// The screen of a terminal that was sent every cell by itself, from left to right.
    fn plainly(after: &Buffer) -> Vec<(String, vt100::Color, vt100::Color, bool, bool)> {
        let mut bytes = Vec::new();
        let mut leads = Vec::new();
        for (y, row) in after.content.chunks_exact(usize::from(COLS)).enumerate() {
            cover(row, &mut leads);
            for (x, cell) in row.iter().enumerate().filter(|(x, _)| leads[*x] == *x) {
                bytes.extend(format!("\x1b[{};{}H", y + 1, x + 1).bytes());
                let mut pen = Pen::default();
                pen.take_up(cell, &mut bytes);
                bytes.extend(cell.symbol().bytes());
                pen.put_down(&mut bytes);
            }
        }
        let mut fresh = parser();
        fresh.process(&bytes);
        shown(&fresh)
    }

    fn piece() -> impl Strategy<Value = (u16, u16, String, Style)> {
        let text = prop::sample::select(vec!["县", "网格", "a", "bc", " ", "   ", "              ", "村x社", "█", "河口镇"]);
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
            erase in any::<bool>(),
        ) {
            let mut forward = parser();
            let mut before: Option<Buffer> = None;
            for pieces in frames {
                let after = buffer(&pieces);
                let mut bytes = Vec::new();
                encode(before.as_ref(), &after, Shortcuts { repeat: false, erase }, &mut bytes);
                forward.process(&bytes);
                prop_assert_eq!(shown(&forward), plainly(&after));
                let mut again = Vec::new();
                encode(Some(&after), &after.clone(), Shortcuts { repeat: true, erase }, &mut again);
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
        encode(Some(&before), &after, Shortcuts::default(), &mut bytes);
        assert_eq!(String::from_utf8_lossy(&bytes), "\u{1b}[1;3H区 ");
    }

    #[test]
    fn blanks_send_no_foreground_and_runs_can_be_repeated() {
        let style = Style::new().fg(Color::Red).bg(Color::Indexed(26));
        let after = buffer(&[(1, 1, "          ".into(), style)]);
        let empty = buffer(&[]);
        let mut bytes = Vec::new();
        encode(Some(&empty), &after, Shortcuts { repeat: true, erase: false }, &mut bytes);
        assert_eq!(String::from_utf8_lossy(&bytes), "\u{1b}[2;2H\u{1b}[48;5;26m \u{1b}[9b\u{1b}[m");
    }
}
