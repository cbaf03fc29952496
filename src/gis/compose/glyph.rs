//! Which character shows which samples of a cell.
//!
//! A mask has bit `y * 2 + x` set for each of the 2×4 samples that the character inks. Half blocks
//! (`U+2580`–`U+2590`) are never used: they are East-Asian-ambiguous, two cells wide in some Chinese
//! terminals. A mask that only they could show is shown by the character that comes nearest, which
//! moves the line by a part of a cell or alters one sample.

use std::sync::LazyLock;

use super::Glyphs;

/// How a mask is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Glyph {
    /// Nothing of it: the ground colour alone.
    Blank,
    /// All of it: the ink colour alone.
    Full,
    /// The character, in ink on ground.
    Ink(char),
    /// The character, with ink and ground exchanged.
    Swapped(char),
}

/// The glyph of every mask in one mode.
pub(super) struct Table {
    /// Where ink and ground may be exchanged.
    free: [Glyph; 256],
    /// Where the ground must stay behind (it is the terminal's own background).
    fixed: [Glyph; 256],
}

impl Table {
    /// The table of a mode; `None` where it has no such characters.
    pub(super) fn of(glyphs: Glyphs) -> Option<&'static Self> {
        static TABLES: LazyLock<[Table; 3]> = LazyLock::new(|| {
            [Table::new(&octant_shapes(), true), Table::new(&sextant_shapes(), false), Table::new(&quadrant_shapes(), false)]
        });
        match glyphs {
            Glyphs::Octant => Some(&TABLES[0]),
            Glyphs::Sextant => Some(&TABLES[1]),
            Glyphs::Quadrant => Some(&TABLES[2]),
            Glyphs::Ascii => None,
        }
    }

    /// The glyph of a mask; `fixed` where the ground must not become the ink.
    pub(super) fn glyph(&self, mask: u8, fixed: bool) -> Glyph {
        if fixed { self.fixed[usize::from(mask)] } else { self.free[usize::from(mask)] }
    }

    fn new(shapes: &[(u32, char)], octants: bool) -> Self {
        let mut table = Self { free: [Glyph::Blank; 256], fixed: [Glyph::Blank; 256] };
        for mask in 0..=u8::MAX {
            let (direct, swapped) = (nearest(twelfths(mask), shapes), nearest(twelfths(!mask), shapes));
            let turned = match swapped.1 {
                Glyph::Ink(char) => Glyph::Swapped(char),
                Glyph::Blank => Glyph::Full,
                _ => Glyph::Blank,
            };
            table.fixed[usize::from(mask)] = direct.1;
            // Where a cell is halved, a pattern and its complement must look the same.
            let prefer_swapped = swapped.0 < direct.0 || (swapped.0 == direct.0 && mask > !mask);
            table.free[usize::from(mask)] = if prefer_swapped { turned } else { direct.1 };
        }
        let mut set = |mask: u8, glyph: Glyph, turned: Glyph, complement: Glyph| {
            table.free[usize::from(mask)] = glyph;
            table.free[usize::from(!mask)] = turned;
            table.fixed[usize::from(mask)] = glyph;
            table.fixed[usize::from(!mask)] = complement;
        };
        // A line through the middle stays straight, a part of a cell aside: to two thirds, to three
        // eighths, else to the cell's edge. Altering one sample would make teeth of it.
        if octants {
            set(UPPER_HALF, Glyph::Ink('\u{1fb0e}'), Glyph::Swapped('\u{1fb0e}'), Glyph::Ink('\u{1fb39}'));
            set(RIGHT_HALF, Glyph::Ink('\u{1fb88}'), Glyph::Swapped('\u{1fb88}'), Glyph::Full);
        } else {
            set(LEFT_HALF, Glyph::Full, Glyph::Blank, Glyph::Full);
            if nearest(twelfths(UPPER_HALF), shapes).0 > 4 {
                set(UPPER_HALF, Glyph::Full, Glyph::Blank, Glyph::Full);
            }
        }
        table
    }
}

const UPPER_HALF: u8 = 0b0000_1111;
const LEFT_HALF: u8 = 0b0101_0101;
const RIGHT_HALF: u8 = !LEFT_HALF;

/// The braille pattern with a dot at each sample of the mask.
pub(super) fn braille(mask: u8) -> char {
    /// Bits of the dots in the braille block, row by row.
    const DOTS: [u32; 8] = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80];
    let dots = (0..8).filter(|bit| mask >> bit & 1 == 1).map(|bit| DOTS[bit]).sum::<u32>();
    char::from_u32(0x2800 + dots).unwrap_or(' ')
}

/// The shape nearest to a wanted one and by how many twelfths of half a cell it differs.
fn nearest(wanted: u32, shapes: &[(u32, char)]) -> (u32, Glyph) {
    let plain = [(0, Glyph::Blank), (twelfths(u8::MAX), Glyph::Full)];
    // The first of equals is taken, so a small part is rather shown than lost.
    let drawn = shapes.iter().map(|&(shape, char)| (shape, Glyph::Ink(char)));
    drawn.chain(plain).map(|(shape, glyph)| ((shape ^ wanted).count_ones(), glyph)).min_by_key(|found| found.0).unwrap_or((0, Glyph::Blank))
}

/// A mask as 2 columns of 12 rows, in which quarters and thirds of a cell are whole.
fn twelfths(mask: u8) -> u32 {
    (0..8).filter(|bit| mask >> bit & 1 == 1).map(|bit| 0b01_0101 << (bit / 2 * 6) << (bit % 2)).sum()
}

/// `U+1CD00`–`U+1CDE5`: the octants in the order of their masks, without those that Unicode has elsewhere
/// (blank, full, halves, quadrants, quarters), where these are one cell wide; and the sextants.
fn octant_shapes() -> Vec<(u32, char)> {
    (1..u8::MAX).filter_map(|mask| Some((twelfths(mask), octant(mask)?))).chain(sextant_shapes()).collect()
}

/// The character of exactly this mask (Unicode 16, chart 1CC00); `None` for ambiguous ones.
fn octant(mask: u8) -> Option<char> {
    let elsewhere = |mask: u8| {
        Some(match mask {
            0b0000_0000 => ' ',
            0b0000_0001 => '\u{1cea8}',
            0b0000_0010 => '\u{1ceab}',
            0b0000_0011 => '\u{1fb82}',
            0b0001_0100 => '\u{1fbe6}',
            0b0010_1000 => '\u{1fbe7}',
            0b0011_1111 => '\u{1fb85}',
            0b0100_0000 => '\u{1cea3}',
            0b1000_0000 => '\u{1cea0}',
            0b1100_0000 => '\u{2582}',
            0b1111_1100 => '\u{2586}',
            // Each pair of rows is the same: a quadrant or a half.
            _ if (mask ^ mask >> 2) & 0b0011_0011 == 0 => quadrant(mask & 0b11 | mask >> 2 & 0b1100),
            _ => return None,
        })
    };
    let char = elsewhere(mask).or_else(|| char::from_u32(0x1cd00 + (0..mask).filter(|&m| elsewhere(m).is_none()).count() as u32))?;
    (!is_ambiguous(char)).then_some(char)
}

/// The character of a 2×2 mask, bits row by row.
fn quadrant(mask: u8) -> char {
    const QUADRANTS: [char; 16] = [
        ' ', '\u{2598}', '\u{259d}', '\u{2580}', '\u{2596}', '\u{258c}', '\u{259e}', '\u{259b}', '\u{2597}', '\u{259a}', '\u{2590}',
        '\u{259c}', '\u{2584}', '\u{2599}', '\u{259f}', '\u{2588}',
    ];
    QUADRANTS[usize::from(mask & 0b1111)]
}

/// Half blocks and eighths up to `U+2590`. (That one is neutral in Unicode, but not in every font.)
fn is_ambiguous(char: char) -> bool {
    ('\u{2580}'..='\u{2590}').contains(&char)
}

/// `U+1FB00`–`U+1FB3B`: the sextants in the order of their masks, without blank, full, left and right half.
fn sextant_shapes() -> Vec<(u32, char)> {
    let masks = (1..0b11_1111u32).filter(|mask| ![0b01_0101, 0b10_1010].contains(mask));
    let shape = |mask: u32| (0..6).filter(|bit| mask >> bit & 1 == 1).map(|bit| 0b0101_0101 << (bit / 2 * 8) << (bit % 2)).sum();
    masks.zip('\u{1fb00}'..).map(|(mask, char)| (shape(mask), char)).collect()
}

/// `U+2596`–`U+259F`: the quadrants without the halves.
fn quadrant_shapes() -> Vec<(u32, char)> {
    let spread = |mask: u8| mask & 0b11 | (mask & 0b11) << 2 | (mask & 0b1100) << 2 | (mask & 0b1100) << 4;
    (1..0b1111).map(|mask| (twelfths(spread(mask)), quadrant(mask))).filter(|shape| !is_ambiguous(shape.1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn octants_stand_where_unicode_has_them() {
        // BLOCK OCTANT-3, -23, -123, -4, … and the last one, -1235678 … by number of the octants.
        let of = |octants: &[u32]| octant(octants.iter().map(|n| 1u8 << (n - 1)).sum());
        assert_eq!(of(&[3]), Some('\u{1cd00}'));
        assert_eq!(of(&[2, 3]), Some('\u{1cd01}'));
        assert_eq!(of(&[1, 2, 3]), Some('\u{1cd02}'));
        assert_eq!(of(&[4]), Some('\u{1cd03}'));
        assert_eq!(of(&[2, 3, 4, 5, 6, 7, 8]), Some('\u{1cde5}'));
        assert_eq!((0..=255).filter(|&m| octant(m).is_some_and(|c| ('\u{1cd00}'..='\u{1cde5}').contains(&c))).count(), 230);
    }

    #[test]
    fn octants_agree_with_ratatui() {
        for (mask, char) in (0..=u8::MAX).zip(ratatui::symbols::pixel::OCTANTS) {
            assert_eq!(octant(mask), Some(char).filter(|c| !is_ambiguous(*c)), "{mask:#010b}");
        }
        let sextants = ratatui::symbols::pixel::SEXTANTS.into_iter().filter(|c| *c >= '\u{1fb00}');
        assert!(sextant_shapes().into_iter().map(|s| s.1).eq(sextants));
    }

    #[test]
    fn no_glyph_is_ambiguous_and_none_is_far_off() {
        for (glyphs, far) in [(Glyphs::Octant, 4), (Glyphs::Sextant, 9), (Glyphs::Quadrant, 12)] {
            let table = Table::of(glyphs).expect("a table");
            let shapes = octant_shapes().into_iter().chain(quadrant_shapes()).chain([(0b1010_1010_1010_1010_1010_1010, '\u{1fb88}')]);
            let shapes: std::collections::HashMap<char, u32> = shapes.map(|(shape, char)| (char, shape)).collect();
            let full = twelfths(u8::MAX);
            for (mask, fixed) in (0..=u8::MAX).flat_map(|m| [(m, true), (m, false)]) {
                let shown = match table.glyph(mask, fixed) {
                    Glyph::Blank => 0,
                    Glyph::Full => full,
                    Glyph::Ink(c) => shapes[&c],
                    Glyph::Swapped(c) if !fixed => full ^ shapes[&c],
                    Glyph::Swapped(_) => panic!("the ground became the ink"),
                };
                let half = [UPPER_HALF, !UPPER_HALF, LEFT_HALF, RIGHT_HALF].contains(&mask);
                let far = if half { 12 } else { far };
                assert!((shown ^ twelfths(mask)).count_ones() <= far, "{glyphs:?} {mask:#010b} {fixed}");
            }
        }
    }

    #[test]
    fn a_cell_and_its_complement_look_the_same() {
        for glyphs in [Glyphs::Octant, Glyphs::Sextant, Glyphs::Quadrant] {
            let table = Table::of(glyphs).expect("a table");
            for mask in 0..=u8::MAX {
                let turned = match table.glyph(!mask, false) {
                    Glyph::Blank => Glyph::Full,
                    Glyph::Full => Glyph::Blank,
                    Glyph::Ink(c) => Glyph::Swapped(c),
                    Glyph::Swapped(c) => Glyph::Ink(c),
                };
                assert_eq!(table.glyph(mask, false), turned, "{glyphs:?} {mask:#010b}");
            }
        }
    }

    #[test]
    fn braille_dots_stand_at_their_samples() {
        assert_eq!(braille(0), '\u{2800}');
        assert_eq!(braille(0b0000_0001), '⠁');
        assert_eq!(braille(0b0000_0010), '⠈');
        assert_eq!(braille(0b0000_0100), '⠂');
        assert_eq!(braille(0b1100_0000), '⣀');
        assert_eq!(braille(u8::MAX), '⣿');
    }
}
