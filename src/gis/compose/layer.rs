//! What lies over the map beside units: outlines of sets of units, lines, pins with their names.

use super::{Canvas, CellText, Glyphs, Ink, MapCell, cell, glyph};
use crate::domain::scene::{SAMPLES_X, SAMPLES_Y};

/// Cells of a map for each that a name of a place may take.
const CELLS_PER_NAME_CELL: usize = 8;

/// What lies over the map. Nothing of it costs anything where it is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layer {
    /// Samples inside each set of units that is outlined.
    pub outlines: Vec<Vec<bool>>,
    /// Samples on a line; empty for none.
    pub lines: Vec<bool>,
    /// Points, those to be seen first at the end.
    pub pins: Vec<Pin>,
}

/// A point with its sign and name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    /// Column, cells.
    pub col: u16,
    /// Row, cells.
    pub row: u16,
    /// A character of one cell.
    pub sign: char,
    /// Names, the longest first: the first that has room stands beside it. With the width of each as the
    /// session measures it, cells.
    pub labels: Vec<(String, u16)>,
}

impl Canvas<'_> {
    /// Outlines and lines: dots on the fills, over the borders.
    pub(super) fn trace(&mut self) {
        let Some(layer) = self.dress.layer else { return };
        let (width, height) = (self.raster.width(), self.raster.height());
        for inside in layer.outlines.iter().filter(|inside| inside.len() == width * height) {
            let edge = |x: usize, y: usize| {
                let on = |x: usize, y: usize| inside[y * width + x];
                // The edge of the screen is no outline.
                on(x, y)
                    && ((x > 0 && !on(x - 1, y))
                        || (x + 1 < width && !on(x + 1, y))
                        || (y > 0 && !on(x, y - 1))
                        || (y + 1 < height && !on(x, y + 1)))
            };
            self.dots(&edge, '#', Ink::Hatch);
        }
        if layer.lines.len() == width * height {
            self.dots(&|x, y| layer.lines[y * width + x], '~', Ink::Badge);
        }
    }

    /// Dots where a sample is on; in ASCII a sign per cell.
    fn dots(&mut self, on: &dyn Fn(usize, usize) -> bool, ascii: char, ink: fn(super::Fill) -> Ink) {
        for row in 0..self.raster.size.rows_cells {
            for col in 0..self.raster.size.cols_cells {
                let (x0, y0) = (usize::from(col) * SAMPLES_X, usize::from(row) * SAMPLES_Y);
                let bits = cell::mask_bits(|x, y| on(x0 + x, y0 + y));
                if bits == 0 {
                    continue;
                }
                let fill = self.fill_at(col, row);
                let char = if self.dress.glyphs == Glyphs::Ascii { ascii } else { glyph::braille(bits) };
                let (fg, bg) = self.paint.inks(ink(fill), fill);
                if let Some(cell) = self.cell(col, row) {
                    *cell = MapCell { text: CellText::Char(char), fg, bg, bold: true, reverse: false };
                }
            }
        }
    }

    /// Pins over everything, then their names where nothing else is written.
    pub(super) fn pin(&mut self, width: &dyn Fn(&str) -> u16) {
        let Some(layer) = self.dress.layer else { return };
        let mut written: Vec<bool> = self.cells.iter().map(|cell| is_written(cell.text)).collect();
        let cols = usize::from(self.raster.size.cols_cells);
        for pin in &layer.pins {
            self.free_halves(pin.col, pin.row, width);
            if let Some(cell) = self.cell(pin.col, pin.row) {
                *cell = MapCell { text: CellText::Char(pin.sign), fg: Ink::Pin, bg: Ink::Ground, bold: true, reverse: true };
            }
            if let Some(at) = written.get_mut(usize::from(pin.row) * cols + usize::from(pin.col)) {
                *at = true;
            }
        }
        // Names must not bury the map.
        let mut left = written.len() / CELLS_PER_NAME_CELL;
        for pin in layer.pins.iter().rev() {
            for (label, cells) in pin.labels.iter().filter(|(_, cells)| usize::from(*cells) <= left) {
                let Some(start) = room(&written, cols, pin, *cells) else { continue };
                let mut col = start;
                for char in label.chars() {
                    let wide = width(char.encode_utf8(&mut [0; 4]));
                    if wide > 0 {
                        self.put(col, pin.row, char, wide, Ink::Text, false);
                        col += wide;
                    }
                }
                let at = usize::from(pin.row) * cols + usize::from(start);
                written[at..at + usize::from(*cells)].fill(true);
                left -= usize::from(*cells);
                break;
            }
        }
    }

    /// A wide character that a pin would cut in half goes.
    fn free_halves(&mut self, col: u16, row: u16, width: &dyn Fn(&str) -> u16) {
        let Some(here) = self.cell(col, row).map(|cell| cell.text) else { return };
        let beside = match here {
            CellText::Continuation => col.checked_sub(1),
            CellText::Char(char) if width(char.encode_utf8(&mut [0; 4])) > 1 => Some(col + 1),
            CellText::Char(_) => None,
        };
        if let Some(cell) = beside.and_then(|col| self.cell(col, row)) {
            cell.text = CellText::Char(' ');
        }
    }
}

/// Whether a cell holds writing: a label or a badge, no fill, border or pattern.
fn is_written(text: CellText) -> bool {
    match text {
        CellText::Continuation => true,
        CellText::Char(char) => char.is_alphanumeric() || char == '!' || char == '\u{2691}',
    }
}

/// Where a name beside a pin begins: right of it, else left, with a free cell at its other end.
fn room(written: &[bool], cols: usize, pin: &Pin, cells: u16) -> Option<u16> {
    let row = usize::from(pin.row) * cols;
    let is_free = |from: usize, to: usize| to <= cols && written.get(row + from..row + to).is_some_and(|all| all.iter().all(|w| !w));
    let (col, cells) = (usize::from(pin.col), usize::from(cells));
    if is_free(col + 1, (col + 2 + cells).min(cols)) && col + 1 + cells <= cols {
        return u16::try_from(col + 1).ok();
    }
    let start = col.checked_sub(cells)?;
    is_free(start.saturating_sub(1), col).then(|| u16::try_from(start).ok()).flatten()
}
