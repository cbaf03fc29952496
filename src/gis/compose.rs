//! A raster and its classes become map cells.
//!
//! Cells name roles ([`Ink`]), not colours: the session's theme and colour depth decide those. Per
//! cell: one fill is its background; two fills are both shown by a character of the terminal's
//! finest grid; the outside is a fill too, so coasts are smooth and need no outline. A border of
//! parents is braille dots on the fill; a border inside one class likewise, a shade off the fill.

mod cell;
mod glyph;
mod layer;

use cell::{Mix, Paint};
pub use layer::{Layer, Pin};

use super::label;
use crate::domain::scene::{OUTSIDE, Raster, SAMPLES_X, SAMPLES_Y};

/// The finest characters that the terminal can draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Glyphs {
    /// 2×4 blocks (Unicode 16).
    Octant,
    /// 2×3 blocks (Unicode 13).
    Sextant,
    /// 2×2 blocks.
    Quadrant,
    /// Nothing outside ASCII.
    Ascii,
}

/// What covers a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fill {
    /// No unit.
    Outside,
    /// A class, from 0.
    Class(u8),
    /// A value should be there and is not.
    Missing,
    /// There is nothing of the kind to count.
    None,
    /// The value is not due yet.
    NotDue,
    /// The unit is not in the chosen scope.
    OutOfScope,
}

/// The role of a colour; the theme knows the colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ink {
    /// The terminal's own background. Never a foreground.
    Ground,
    /// The colour of a fill.
    Fill(Fill),
    /// A shade off the fill: borders inside one class.
    Shade(Fill),
    /// A border of parents, dark or light by the luminance of the fill.
    Border(Fill),
    /// A label, dark or light by the luminance of the fill.
    Text(Fill),
    /// The outline and the label of the selected unit, on the fill.
    Selection(Fill),
    /// A mark or a lead, on the fill.
    Badge(Fill),
    /// A pattern over the map, on the fill.
    Hatch(Fill),
    /// The sign of a place, the same on every fill as in the legend.
    Pin,
}

/// What stands in a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CellText {
    /// A character. One that is two cells wide is followed by a [`CellText::Continuation`].
    Char(char),
    /// The right half of the wide character before it.
    Continuation,
}

/// One cell of the map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MapCell {
    /// What stands in it.
    pub text: CellText,
    /// Colour of the character; of no meaning for a blank.
    pub fg: Ink,
    /// Colour behind it.
    pub bg: Ink,
    /// Drawn bold.
    pub bold: bool,
    /// Drawn with both colours exchanged.
    pub reverse: bool,
}

/// A label that would like to stand on the map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelText {
    /// Index into [`Raster::units`]; from `units.len()` on, the number of a group
    /// ([`Raster::group`]) plus `units.len()`: the label of a parent, over all its children.
    pub unit: u32,
    /// The text, cleaned. Characters of no width are left out.
    pub text: String,
    /// Its width as the session measures it, cells.
    pub width_cells: u16,
    /// The greater is placed first.
    pub priority: u32,
}

/// What is drawn over a raster.
#[derive(Clone, Copy)]
pub struct Dress<'a> {
    /// The fill of each of [`Raster::units`]; [`Fill::None`] where it is too short.
    pub fills: &'a [Fill],
    /// The selected unit.
    pub selected: Option<u32>,
    /// Labels; those without room are left out.
    pub labels: &'a [LabelText],
    /// The terminal's characters.
    pub glyphs: Glyphs,
    /// No colour to rely on (16 colours, `NO_COLOR`): classes are digits of rising density.
    pub pattern: bool,
    /// Marks and leads: unit and a character of one cell; those of one unit stand together.
    pub badges: &'a [(u32, char)],
    /// How much a fill needs looking at, the greater the more. A cell with units too small for a
    /// sample shows the one that needs it most.
    pub worst: &'a dyn Fn(Fill) -> u8,
    /// Samples under a pattern ([`super::raster::mask`]); empty for none.
    pub hatch: &'a [bool],
    /// Places and outlines.
    pub layer: Option<&'a Layer>,
}

/// The character that a cell of one fill shows, for a legend too: a digit for a class where there is
/// no colour to rely on, and a hatch for each of the three ways to have no value, so that colour
/// never says it alone.
#[must_use]
pub fn sign(fill: Fill, glyphs: Glyphs, pattern: bool) -> char {
    let plain = pattern || glyphs == Glyphs::Ascii;
    match fill {
        Fill::Class(class) if pattern => char::from(b'1' + class.min(8)),
        Fill::Outside | Fill::OutOfScope | Fill::Class(_) => ' ',
        Fill::Missing => {
            if plain {
                '/'
            } else {
                '\u{280c}'
            }
        }
        Fill::None => {
            if plain {
                '-'
            } else {
                '\u{2812}'
            }
        }
        Fill::NotDue => {
            if plain {
                '.'
            } else {
                '\u{2804}'
            }
        }
    }
}

/// The cells of a map, row by row.
///
/// `width` measures one character (given as text) in cells, as the session's terminal draws it.
#[must_use]
pub fn compose(raster: &Raster, dress: &Dress<'_>, width: impl Fn(&str) -> u16) -> Vec<MapCell> {
    let mut canvas = Canvas { raster, dress, paint: Paint::new(raster, dress), cells: Vec::new() };
    canvas.cells = canvas.paint.cells();
    canvas.crowds();
    canvas.hatch();
    canvas.trace();
    if let Some(unit) = dress.selected {
        canvas.select(unit);
    }
    canvas.write(&width);
    canvas.pin(&width);
    canvas.cells
}

/// The cells drawn so far.
struct Canvas<'a> {
    raster: &'a Raster,
    dress: &'a Dress<'a>,
    paint: Paint<'a>,
    cells: Vec<MapCell>,
}

impl Canvas<'_> {
    fn cell(&mut self, col: u16, row: u16) -> Option<&mut MapCell> {
        let size = self.raster.size;
        let at = usize::from(row) * usize::from(size.cols_cells) + usize::from(col);
        (col < size.cols_cells && row < size.rows_cells).then(|| self.cells.get_mut(at)).flatten()
    }

    /// The fill that most of a cell has.
    fn fill_at(&self, col: u16, row: u16) -> Fill {
        let codes = self.raster.cell(col, row).map(|unit| self.paint.code(unit));
        self.paint.fill(Mix::of(codes).main())
    }

    /// Units without a sample: their cell shows the fill that needs looking at, theirs or its own.
    fn crowds(&mut self) {
        let (raster, dress) = (self.raster, self.dress);
        for crowd in &raster.crowds {
            let fills = crowd.units.iter().map(|&unit| self.paint.fill(self.paint.code(unit)));
            let Some(worst) = fills.max_by_key(|fill| (dress.worst)(*fill)) else { continue };
            let own = self.fill_at(crowd.col, crowd.row);
            if own == Fill::Outside || (dress.worst)(worst) > (dress.worst)(own) {
                let plain = self.paint.plain(worst, crowd.col, crowd.row, true);
                if let Some(cell) = self.cell(crowd.col, crowd.row) {
                    *cell = plain;
                }
            }
        }
    }

    /// Lays diagonal dots over the samples of the pattern, and a line along its edge.
    fn hatch(&mut self) {
        let (raster, hatch) = (self.raster, self.dress.hatch);
        let (width, height) = (raster.width(), raster.height());
        if hatch.len() != width * height {
            return;
        }
        for row in 0..raster.size.rows_cells {
            for col in 0..raster.size.cols_cells {
                let (x0, y0) = (usize::from(col) * SAMPLES_X, usize::from(row) * SAMPLES_Y);
                let on = |x: usize, y: usize| hatch[y * width + x];
                let covered = cell::mask_bits(|x, y| on(x0 + x, y0 + y));
                if covered == 0 {
                    continue;
                }
                let drawn = cell::mask_bits(|x, y| {
                    let (x, y) = (x0 + x, y0 + y);
                    let edge = (x > 0 && !on(x - 1, y))
                        || (x + 1 < width && !on(x + 1, y))
                        || (y > 0 && !on(x, y - 1))
                        || (y + 1 < height && !on(x, y + 1));
                    on(x, y) && (edge || (x + y) % 4 < 2)
                });
                let fill = self.fill_at(col, row);
                let char = if self.dress.glyphs == Glyphs::Ascii { 'x' } else { glyph::braille(drawn) };
                let (fg, bg) = self.paint.inks(Ink::Hatch(fill), fill);
                if let Some(cell) = self.cell(col, row) {
                    *cell = MapCell { text: CellText::Char(char), fg, bg, bold: true, reverse: false };
                }
            }
        }
    }

    /// Outlines a unit by dots on its own side of the border. Without colours the outline is
    /// reversed, as is the cell of a unit too small to be found by its outline.
    fn select(&mut self, unit: u32) {
        let raster = self.raster;
        let mut seen = 0;
        let lines = raster.samples.chunks_exact(raster.width().max(1) * SAMPLES_Y);
        for (row, lines) in (0..raster.size.rows_cells).zip(lines) {
            // Without leaving early, so that many samples are compared at once.
            if !lines.iter().fold(false, |found, &u| found | (u == unit)) {
                continue;
            }
            for col in 0..raster.size.cols_cells {
                let cell = raster.cell(col, row);
                let inside = cell::mask_bits(|x, y| cell[y * SAMPLES_X + x] == unit);
                if inside != 0 {
                    seen += inside.count_ones();
                    let edge = cell::mask_bits(|x, y| inside >> (y * SAMPLES_X + x) & 1 == 1 && is_edge(raster, col, row, x, y));
                    self.outline(col, row, edge);
                }
            }
        }
        let crowd = || raster.crowds.iter().find(|crowd| crowd.units.contains(&unit)).map(|crowd| (crowd.col, crowd.row));
        let tiny = match seen {
            0 => crowd(),
            1..=TINY_SAMPLES => raster.anchors.iter().find(|a| a.unit == unit).map(|a| (a.x_cells as u16, a.y_cells)),
            _ => None,
        };
        if let Some(cell) = tiny.and_then(|(col, row)| self.cell(col, row)) {
            (cell.reverse, cell.bold) = (true, true);
        }
    }

    fn outline(&mut self, col: u16, row: u16, edge: u8) {
        if edge == 0 {
            return;
        }
        let fill = self.fill_at(col, row);
        let char = if self.dress.glyphs == Glyphs::Ascii { '#' } else { glyph::braille(edge) };
        let (fg, bg) = self.paint.inks(Ink::Selection(fill), fill);
        let reverse = self.dress.pattern;
        if let Some(cell) = self.cell(col, row) {
            *cell = MapCell { text: CellText::Char(char), fg, bg, bold: true, reverse };
        }
    }

    /// Labels and badges.
    fn write(&mut self, width: &dyn Fn(&str) -> u16) {
        if self.dress.labels.is_empty() && self.dress.badges.is_empty() {
            return;
        }
        let pins = self.dress.layer.map_or(&[][..], |layer| &layer.pins);
        for placed in label::place(self.raster, self.dress.labels, self.dress.badges, self.dress.selected, pins) {
            let mut col = placed.col;
            for &(_, badge) in placed.badges {
                self.put(col, placed.row, badge, 1, Ink::Badge, true);
                col += 1;
            }
            let Some(label) = placed.label.and_then(|at| self.dress.labels.get(at)) else { continue };
            let selected = Some(label.unit) == self.dress.selected;
            let ink = if selected { Ink::Selection } else { Ink::Text };
            let end = col.saturating_add(label.width_cells);
            for char in label.text.chars() {
                let cells = width(char.encode_utf8(&mut [0; 4]));
                if cells > 0 && col + cells <= end {
                    self.put(col, placed.row, char, cells, ink, selected);
                    col += cells;
                }
            }
        }
    }

    /// Writes a character of some cells on the fills that are there.
    fn put(&mut self, col: u16, row: u16, char: char, cells: u16, ink: fn(Fill) -> Ink, bold: bool) {
        if u32::from(col) + u32::from(cells) > u32::from(self.raster.size.cols_cells) || row >= self.raster.size.rows_cells {
            return;
        }
        // Both halves of a wide character have one background.
        let fill = self.fill_at(col, row);
        let (fg, bg) = self.paint.inks(ink(fill), fill);
        for at in 0..cells {
            let text = if at == 0 { CellText::Char(char) } else { CellText::Continuation };
            if let Some(cell) = self.cell(col + at, row) {
                *cell = MapCell { text, fg, bg, bold, reverse: cell.reverse };
            }
        }
    }
}

/// Most samples of a unit whose outline alone would be overlooked.
const TINY_SAMPLES: u32 = 4;

/// Whether a sample of a unit touches another unit or the outside. The edge of the screen is no border.
fn is_edge(raster: &Raster, col: u16, row: u16, x: usize, y: usize) -> bool {
    let (x, y) = (usize::from(col) * SAMPLES_X + x, usize::from(row) * SAMPLES_Y + y);
    let (width, height) = (raster.width(), raster.height());
    let at = y * width + x;
    let unit = raster.samples[at];
    let differs = |inside: bool, other: usize| inside && raster.samples.get(other).copied().unwrap_or(OUTSIDE) != unit;
    differs(x > 0, at.wrapping_sub(1))
        || differs(x + 1 < width, at + 1)
        || differs(y > 0, at.wrapping_sub(width))
        || differs(y + 1 < height, at + width)
}

#[cfg(test)]
mod tests;
