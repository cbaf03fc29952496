//! The rule of one cell.

use super::glyph::{Glyph, Table, braille};
use super::{CellText, Dress, Fill, Glyphs, Ink, MapCell, sign};
use crate::domain::scene::{Anchor, OUTSIDE, Raster, SAMPLES_X, SAMPLES_Y};

/// Samples of a cell.
pub(super) const SAMPLES: usize = SAMPLES_X * SAMPLES_Y;

/// Samples that an area must cover on average for its border to be drawn at all, a shade off the
/// fill: below, the dots would run together to a grey fog.
const MIN_FOR_SHADE: usize = 32;
/// The same where nothing but dots tells areas apart, and they hide digits.
const MIN_FOR_PATTERN: usize = 40;
/// The same for ASCII lines, which are as thick as a cell.
const MIN_FOR_ASCII: usize = 200;
/// The same for a border of parents in dark or light; below, it is drawn a shade off the fill.
const MIN_FOR_PARENTS: usize = 100;
/// Samples of the outside from which a cell shows the coast rather than a border that ends there.
const COAST: u32 = 3;

/// Cells between the signs of a pattern at the most: wider units show theirs without help.
const WIDEST_GAP: u16 = 6;

/// The code of [`Fill::Outside`].
const OUT: u8 = 0;
/// The code of class 0; those below are the other fills.
const FIRST_CLASS: u8 = 5;

/// Bit `y * 2 + x` for every sample that `test(x, y)` holds for.
pub(super) fn mask_bits(test: impl Fn(usize, usize) -> bool) -> u8 {
    (0..SAMPLES).map(|bit| u8::from(test(bit % SAMPLES_X, bit / SAMPLES_X)) << bit).sum()
}

/// Bits of the samples whose code differs from `code`; all eight are compared at once.
pub(super) fn differing(codes: [u8; SAMPLES], code: u8) -> u8 {
    const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    /// Brings the lowest bit of every byte to the top byte.
    const GATHER: u64 = 0x0102_0408_1020_4080;
    let difference = u64::from_le_bytes(codes) ^ u64::from_le_bytes([code; SAMPLES]);
    let top_bits = (((difference & LOW) + LOW) | difference) & !LOW;
    ((top_bits >> 7).wrapping_mul(GATHER) >> 56) as u8
}

/// The one or two fills that a cell shows, as codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mix {
    /// Behind: the outside if it is one of the two, else the commoner.
    pub(super) ground: u8,
    /// The other one; the same where there is only one.
    pub(super) ink: u8,
    /// Which samples are `ink`.
    pub(super) mask: u8,
}

impl Mix {
    pub(super) fn of(codes: [u8; SAMPLES]) -> Self {
        let first = codes[0];
        let others = differing(codes, first);
        if others == 0 {
            return Self { ground: first, ink: first, mask: 0 };
        }
        let second = codes[others.trailing_zeros() as usize];
        let mask = !differing(codes, second);
        if mask == others {
            return Self::two(first, second, mask);
        }
        // The two commonest; of equals the lower code, so that neighbours decide alike.
        let rank = |code: u8| (differing(codes, code).count_zeros(), std::cmp::Reverse(code));
        let (mut a, mut b) = (first, None);
        for code in codes {
            if code != a && rank(code) > rank(a) {
                (a, b) = (code, Some(a));
            } else if code != a && b.is_none_or(|b| rank(code) > rank(b)) {
                b = Some(code);
            }
        }
        let b = b.unwrap_or(second);
        // What is neither belongs to the commonest, but never to the outside.
        let (inside, other) = if a == OUT { (b, a) } else { (a, b) };
        Self::two(inside, other, !differing(codes, other))
    }

    fn two(ground: u8, ink: u8, mask: u8) -> Self {
        let behind = |code: u8, samples: u32| (code != OUT, std::cmp::Reverse(samples), code);
        if behind(ground, mask.count_zeros()) <= behind(ink, mask.count_ones()) {
            Self { ground, ink, mask }
        } else {
            Self { ground: ink, ink: ground, mask: !mask }
        }
    }

    /// The fill that most samples have.
    pub(super) fn main(self) -> u8 {
        if self.mask.count_ones() * 2 > SAMPLES as u32 { self.ink } else { self.ground }
    }
}

/// Everything needed to draw any cell.
pub(super) struct Paint<'a> {
    raster: &'a Raster,
    glyphs: Glyphs,
    table: Option<&'static Table>,
    pattern: bool,
    /// Borders of parents are drawn as such.
    strong: bool,
    /// Borders of parents are drawn, as such or in a shade.
    parents: bool,
    /// Borders of units are drawn.
    units: bool,
    /// Code of each unit's fill, and of the outside as the last.
    codes: Vec<u8>,
    /// Group of each unit, and none as the last.
    groups: Vec<u32>,
    /// Cells in which a pattern must show its sign: one of each narrow unit.
    digits: Vec<(u16, u16)>,
}

/// The units of a cell, and of the samples to its right and below: 3 columns, 5 rows.
type Around = [[u32; SAMPLES_X + 1]; SAMPLES_Y + 1];

impl<'a> Paint<'a> {
    pub(super) fn new(raster: &'a Raster, dress: &Dress<'_>) -> Self {
        let fills = dress.fills.iter().copied().chain(std::iter::repeat(Fill::None));
        let codes = fills.map(encode).take(raster.units.len()).chain([OUT]).collect();
        let groups: Vec<u32> =
            raster.group.iter().copied().chain(std::iter::repeat(OUTSIDE)).take(raster.units.len()).chain([OUTSIDE]).collect();
        let mut seen = vec![false; groups.len()];
        let shown = |a: &&Anchor| seen.get_mut(groups[a.unit as usize] as usize).is_some_and(|seen| !std::mem::replace(seen, true));
        let parents = raster.anchors.iter().filter(shown).count();
        let least = match (dress.glyphs, dress.pattern) {
            (Glyphs::Ascii, _) => MIN_FOR_ASCII,
            (_, true) => MIN_FOR_PATTERN,
            _ => MIN_FOR_SHADE,
        };
        let inside = raster.samples.iter().filter(|&&unit| unit != OUTSIDE).count();
        let mut digits = Vec::new();
        if dress.pattern {
            let narrow = raster.anchors.iter().filter(|a| a.room_cells < WIDEST_GAP);
            digits.extend(narrow.map(|a| (a.y_cells, a.x_cells as u16)));
            digits.sort_unstable();
        }
        Self {
            raster,
            glyphs: dress.glyphs,
            table: Table::of(dress.glyphs),
            pattern: dress.pattern,
            strong: inside >= parents * least.max(MIN_FOR_PARENTS),
            parents: inside >= parents * least,
            units: inside >= raster.anchors.len() * least,
            codes,
            groups,
            digits,
        }
    }

    /// The code of a unit's fill, or of the outside.
    pub(super) fn code(&self, unit: u32) -> u8 {
        self.codes[(unit as usize).min(self.codes.len() - 1)]
    }

    /// The fill of a code.
    pub(super) fn fill(&self, code: u8) -> Fill {
        decode(code)
    }

    fn group(&self, unit: u32) -> u32 {
        self.groups[(unit as usize).min(self.groups.len() - 1)]
    }

    /// Whether the border between two units is drawn.
    fn is_drawn(&self, a: u32, b: u32) -> bool {
        self.units || (self.parents && self.group(a) != self.group(b))
    }

    /// All cells, row by row.
    pub(super) fn cells(&self) -> Vec<MapCell> {
        let (cols, rows) = (self.raster.size.cols_cells, self.raster.size.rows_cells);
        let (width, height) = (self.raster.width(), self.raster.height());
        let mut cells = Vec::with_capacity(usize::from(cols) * usize::from(rows));
        for row in 0..rows {
            // At the edge of the screen the last row and column are their own neighbours: no border.
            let lines: [&[u32]; SAMPLES_Y + 1] = std::array::from_fn(|dy| {
                let start = (usize::from(row) * SAMPLES_Y + dy).min(height - 1) * width;
                &self.raster.samples[start..start + width]
            });
            for col in 0..cols {
                let x = usize::from(col) * SAMPLES_X;
                let right = (x + SAMPLES_X).min(width - 1);
                cells.push(self.cell(lines.map(|line| [line[x], line[x + 1], line[right]]), col, row));
            }
        }
        cells
    }

    fn cell(&self, around: Around, col: u16, row: u16) -> MapCell {
        let first = around[0][0];
        if around.iter().flatten().fold(0, |differs, unit| differs | (unit ^ first)) == 0 {
            return self.plain(decode(self.code(first)), col, row, false);
        }
        let own: [u8; SAMPLES] = std::array::from_fn(|bit| self.code(around[bit / SAMPLES_X][bit % SAMPLES_X]));
        let mix = Mix::of(own);
        if self.pattern {
            return self.pattern_cell(&around, mix, col, row);
        }
        let is_coast = differing(own, OUT).count_zeros() >= COAST;
        let parents = if self.strong && !is_coast { self.parent_borders(&around) } else { 0 };
        if parents != 0 {
            let fill = decode(mix.main());
            let char = self.border(parents, &around, |a, b| self.group(a) != self.group(b));
            return self.on_fill(char, Ink::Border(fill), fill);
        }
        if mix.mask != 0 {
            return self.blend(mix);
        }
        let fill = decode(mix.ground);
        let same = |a: u32, b: u32| self.is_drawn(a, b) && self.code(a) == self.code(b);
        // Borders of parents that are strong have been drawn above.
        let drawn = (self.units || (self.parents && !self.strong)) && fill != Fill::Outside;
        let units = if drawn { borders(&around, same) } else { 0 };
        if units != 0 {
            return self.on_fill(self.border(units, &around, same), Ink::Shade(fill), fill);
        }
        self.plain(fill, col, row, false)
    }

    /// Samples on a border of parents; like [`borders`], without a branch.
    fn parent_borders(&self, around: &Around) -> u8 {
        let groups = around.map(|line| line.map(|unit| self.group(unit)));
        let mut mask = 0;
        for y in 0..SAMPLES_Y {
            for x in 0..SAMPLES_X {
                let differs = |ox: usize, oy: usize| (groups[y][x] != groups[oy][ox]) & (around[oy][ox] != OUTSIDE);
                let edge = (around[y][x] != OUTSIDE) & (differs(x + 1, y) | differs(x, y + 1));
                mask |= u8::from(edge) << (y * SAMPLES_X + x);
            }
        }
        mask
    }

    /// A cell of two fills.
    fn blend(&self, mix: Mix) -> MapCell {
        let (ground, ink) = (decode(mix.ground), decode(mix.ink));
        let glyph = match self.table {
            Some(table) => table.glyph(mix.mask, mix.ground == OUT),
            None if mix.main() == mix.ink => Glyph::Full,
            None => Glyph::Blank,
        };
        let (char, fg, bg) = match glyph {
            Glyph::Blank => (' ', ground, ground),
            Glyph::Full => (' ', ink, ink),
            Glyph::Ink(char) => (char, ink, ground),
            Glyph::Swapped(char) => (char, ground, ink),
        };
        MapCell { text: CellText::Char(char), fg: paper(fg, Ink::Text(fg)), bg: paper(bg, Ink::Ground), bold: false, reverse: false }
    }

    /// Dots where a border runs; in ASCII the line that they make.
    fn border(&self, mask: u8, around: &Around, test: impl Fn(u32, u32) -> bool) -> char {
        if self.glyphs == Glyphs::Ascii { line(around, test) } else { braille(mask) }
    }

    /// A character on a fill.
    fn on_fill(&self, char: char, ink: Ink, fill: Fill) -> MapCell {
        let (fg, bg) = self.inks(ink, fill);
        MapCell { text: CellText::Char(char), fg, bg, bold: false, reverse: false }
    }

    /// A cell of one fill; `digit` where a pattern must show what it is.
    pub(super) fn plain(&self, fill: Fill, col: u16, row: u16, digit: bool) -> MapCell {
        let shown = !self.pattern || digit || is_inked(fill, col, row) || self.digits.binary_search(&(row, col)).is_ok();
        let char = if shown { sign(fill, self.glyphs, self.pattern) } else { ' ' };
        self.on_fill(char, Ink::Shade(fill), fill)
    }

    /// A cell of several units without colour: every border is dots, coasts too, parents' in bold.
    fn pattern_cell(&self, around: &Around, mix: Mix, col: u16, row: u16) -> MapCell {
        let fill = decode(mix.main());
        let has_digit = self.digits.binary_search(&(row, col)).is_ok();
        let coast = edges(around, |a, b| (a == OUTSIDE) != (b == OUTSIDE));
        let lines = borders(around, |a, b| self.is_drawn(a, b));
        let parents = self.strong && self.parent_borders(around) != 0;
        if coast | lines == 0 || (has_digit && !parents) {
            return self.plain(fill, col, row, false);
        }
        let char = match self.glyphs {
            Glyphs::Ascii if lines == 0 => return self.plain(fill, col, row, false),
            _ => self.border(coast | lines, around, |a, b| self.is_drawn(a, b)),
        };
        MapCell { bold: parents, ..self.on_fill(char, Ink::Border(fill), fill) }
    }

    /// Foreground and background of something on a fill: no colours at all in a pattern.
    pub(super) fn inks(&self, ink: Ink, fill: Fill) -> (Ink, Ink) {
        if self.pattern { (Ink::Text(Fill::Outside), Ink::Ground) } else { (ink, paper(fill, Ink::Ground)) }
    }
}

/// The ink of a fill, where the outside has none of its own.
fn paper(fill: Fill, outside: Ink) -> Ink {
    if fill == Fill::Outside { outside } else { Ink::Fill(fill) }
}

/// Samples whose right or lower neighbour is another unit, both inside, and `test` holds: lines lie
/// on one side only, so they are thin.
fn borders(around: &Around, test: impl Fn(u32, u32) -> bool) -> u8 {
    edges(around, |a, b| a != b && a != OUTSIDE && b != OUTSIDE && test(a, b))
}

/// Samples of which `test` holds with the right or lower neighbour.
fn edges(around: &Around, test: impl Fn(u32, u32) -> bool) -> u8 {
    let mut mask = 0;
    for y in 0..SAMPLES_Y {
        for x in 0..SAMPLES_X {
            let unit = around[y][x];
            let edge = test(unit, around[y][x + 1]) || test(unit, around[y + 1][x]);
            mask |= u8::from(edge) << (y * SAMPLES_X + x);
        }
    }
    mask
}

/// The ASCII line of the borders in a cell.
fn line(around: &Around, test: impl Fn(u32, u32) -> bool) -> char {
    let inside = |a: u32, b: u32| a != b && a != OUTSIDE && b != OUTSIDE && test(a, b);
    let upright = (0..SAMPLES_Y).filter(|&y| (0..SAMPLES_X).any(|x| inside(around[y][x], around[y][x + 1]))).count();
    let level = (0..SAMPLES_X).filter(|&x| (0..SAMPLES_Y).any(|y| inside(around[y][x], around[y + 1][x]))).count();
    match (upright, level) {
        (0, _) | (1, 2) => '-',
        (_, 0) | (3.., 1) => '|',
        _ => '+',
    }
}

/// Whether a pattern shows its sign in a cell: the higher the class, the denser.
fn is_inked(fill: Fill, col: u16, row: u16) -> bool {
    match fill {
        Fill::Outside | Fill::OutOfScope => false,
        Fill::Class(0) => (col + row % 2 * 3).is_multiple_of(6),
        Fill::Class(1) | Fill::None | Fill::NotDue => (col + row % 2 * 2).is_multiple_of(4),
        Fill::Class(2) | Fill::Missing => (col + row).is_multiple_of(2),
        Fill::Class(3) => !(col + row % 2 * 2).is_multiple_of(4),
        Fill::Class(_) => true,
    }
}

fn encode(fill: Fill) -> u8 {
    match fill {
        Fill::Outside => OUT,
        Fill::Missing => 1,
        Fill::None => 2,
        Fill::NotDue => 3,
        Fill::OutOfScope => 4,
        Fill::Class(class) => FIRST_CLASS.saturating_add(class),
    }
}

fn decode(code: u8) -> Fill {
    match code {
        OUT => Fill::Outside,
        1 => Fill::Missing,
        2 => Fill::None,
        3 => Fill::NotDue,
        4 => Fill::OutOfScope,
        class => Fill::Class(class - FIRST_CLASS),
    }
}
