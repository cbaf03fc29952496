use proptest::prelude::*;

use super::*;
use crate::domain::id::Uid;
use crate::domain::scene::{Extent, MapSize};
use crate::gis::raster::rasterise;
use crate::gis::shape::{Ring, SNAP_PER_DEG, Shapes};

/// Two units of one parent side by side over one of another parent, in steps of a tenth of a degree.
const THREE: [&[[i32; 2]]; 3] =
    [&[[0, 4], [5, 4], [5, 8], [2, 8], [0, 6]], &[[5, 4], [10, 4], [10, 8], [5, 8]], &[[0, 0], [8, 0], [10, 2], [10, 4], [5, 4], [0, 4]]];

fn uid(code: &str) -> Uid {
    Uid::of_unit("990121", "t", "l1", code)
}

fn raster_of(units: &[&[[i32; 2]]], cols_cells: u16, rows_cells: u16) -> Raster {
    raster_in(units, cols_cells, rows_cells, 0.1)
}

/// Units of one ring each, in steps of `step_deg`.
fn raster_in(units: &[&[[i32; 2]]], cols_cells: u16, rows_cells: u16, step_deg: f64) -> Raster {
    let mut shapes = Shapes::default();
    for (unit, ring) in units.iter().enumerate() {
        let side =
            |axis: usize, pick: fn(i32, i32) -> i32| f64::from(ring.iter().map(|c| c[axis]).reduce(pick).unwrap_or_default()) * step_deg;
        let extent = Extent {
            min_x_deg: side(0, i32::min),
            min_y_deg: side(1, i32::min),
            max_x_deg: side(0, i32::max),
            max_y_deg: side(1, i32::max),
        };
        shapes.uids.push(uid(&unit.to_string()));
        shapes.parents.push(Some(uid(if unit < 2 { "north" } else { "south" })));
        shapes.middle_deg.push(extent.centre_deg());
        shapes.extents.push(extent);
        let start = shapes.coords.len() as u32;
        shapes.coords.extend(ring.iter().map(|c| c.map(|v| (f64::from(v) * SNAP_PER_DEG * step_deg).round() as i32)));
        shapes.rings.push(Ring { unit: unit as u32, start, end: shapes.coords.len() as u32 });
    }
    rasterise(&shapes, None, MapSize { cols_cells, rows_cells, cell_aspect: 2.0 }, 1, &[]).expect("a raster")
}

fn worst(fill: Fill) -> u8 {
    match fill {
        Fill::Missing => 9,
        Fill::Class(class) => class,
        _ => 0,
    }
}

fn width(text: &str) -> u16 {
    text.chars().map(|c| if c >= '\u{2e80}' { 2 } else { 1 }).sum()
}

const PLAIN: Dress<'static> = Dress {
    fills: &[Fill::Class(0), Fill::Class(0), Fill::Class(3)],
    selected: None,
    labels: &[],
    glyphs: Glyphs::Octant,
    pattern: false,
    badges: &[],
    worst: &worst,
    hatch: &[],
    layer: None,
};

fn label(unit: u32, text: &str, priority: u32) -> LabelText {
    LabelText { unit, text: text.to_owned(), width_cells: width(text), priority }
}

/// The characters row by row; where a cell has none, what its background is.
fn art(raster: &Raster, dress: &Dress<'_>) -> Vec<String> {
    let cells = compose(raster, dress, width);
    let show = |cell: &MapCell| match (cell.text, cell.bg) {
        (CellText::Continuation, _) => None,
        (CellText::Char(' '), Ink::Fill(Fill::Class(class))) => Some(char::from(b'a' + class)),
        (CellText::Char(char), _) => Some(char),
    };
    cells.chunks(usize::from(raster.size.cols_cells)).map(|row| row.iter().filter_map(show).collect()).collect()
}

fn assert_art(raster: &Raster, dress: &Dress<'_>, want: &[&str]) {
    let art = art(raster, dress);
    assert!(art == want, "\n{}\n", art.iter().map(|line| format!("        {line:?},")).collect::<Vec<_>>().join("\n"));
}

#[test]
fn octants() {
    assert_art(
        &raster_of(&THREE, 20, 9),
        &PLAIN,
        &[
            "   𜺠🬹🬹🬹🬹🬹🬹🬹🬹🬹🬹🬹🬹🬹🬹🬹▖",
            " 𜺠𜷡aaaaaa⢸aaaaaaaaaa",
            "𜶖aaaaaaaa⢸aaaaaaaaaa",
            "🮈aaaaaaaa⢸aaaaaaaaaa",
            "🮈⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒a",
            "🮈ddddddddddddddddddd",
            "🮈dddddddddddddddddd𜴍",
            "🮈dddddddddddddddd𜴗𜺨 ",
            "▝🬎🬎🬎🬎🬎🬎🬎🬎🬎🬎🬎🬎🬎🬎🬎𜺨   ",
        ],
    );
}

#[test]
fn sextants() {
    assert_art(
        &raster_of(&THREE, 20, 9),
        &Dress { glyphs: Glyphs::Sextant, ..PLAIN },
        &[
            "   🬞🬭🬭🬭🬭🬭🬭🬭🬭🬭🬭🬭🬭🬭🬭🬭🬏",
            " 🬞🬵aaaaaa⢸aaaaaaaaaa",
            "🬦aaaaaaaa⢸aaaaaaaaaa",
            "aaaaaaaaa⢸aaaaaaaaaa",
            "a⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒a",
            "dddddddddddddddddddd",
            "ddddddddddddddddddd🬄",
            "ddddddddddddddddd🬆🬀 ",
            "🬁🬂🬂🬂🬂🬂🬂🬂🬂🬂🬂🬂🬂🬂🬂🬂🬀   ",
        ],
    );
}

#[test]
fn quadrants() {
    assert_art(
        &raster_of(&THREE, 20, 9),
        &Dress { glyphs: Glyphs::Quadrant, ..PLAIN },
        &[
            "   ▗aaaaaaaaaaaaaaa▖",
            " ▗▟aaaaaa⢸aaaaaaaaaa",
            "▗aaaaaaaa⢸aaaaaaaaaa",
            "aaaaaaaaa⢸aaaaaaaaaa",
            "a⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒a",
            "dddddddddddddddddddd",
            "ddddddddddddddddddd▘",
            "ddddddddddddddddd▛▘ ",
            "▝ddddddddddddddd▘   ",
        ],
    );
}

#[test]
fn ascii() {
    let labels = [label(0, "one", 1)];
    assert_art(
        &raster_of(&THREE, 40, 14),
        &Dress { glyphs: Glyphs::Ascii, labels: &labels, selected: Some(1), ..PLAIN },
        &[
            "         aaaaaaaaaaa#################   ",
            "       aaaaaaaaaaaa|#aaaaaaaaaaaaaaa#   ",
            "     aaaaaaaaaaaaaa|#aaaaaaaaaaaaaaa#   ",
            "   aaaaaaaaoneaaaaa|#aaaaaaaaaaaaaaa#   ",
            "   aaaaaaaaaaaaaaaa|#aaaaaaaaaaaaaaa#   ",
            "   aaaaaaaaaaaaaaaa|#aaaaaaaaaaaaaaa#   ",
            "   -----------------#################   ",
            "   dddddddddddddddddddddddddddddddddd   ",
            "   dddddddddddddddddddddddddddddddddd   ",
            "   dddddddddddddddddddddddddddddddddd   ",
            "   dddddddddddddddddddddddddddddddddd   ",
            "   dddddddddddddddddddddddddddddddd     ",
            "   dddddddddddddddddddddddddddddd       ",
            "   dddddddddddddddddddddddddddd         ",
        ],
    );
}

#[test]
fn a_pattern_needs_no_colour() {
    assert_art(
        &raster_of(&THREE, 40, 12),
        &Dress { pattern: true, fills: &[Fill::Class(0), Fill::Class(3), Fill::Missing], ..PLAIN },
        &[
            "         ⢀⠔⠉⠉⠉⠉⠉⠉⠉⠉⢹⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⡇     ",
            "       ⢀⠔⠁     1   ⢸44 444 444 444⡇     ",
            "     ⢀⠔⠁    1     1⢸ 444 444 444 4⡇     ",
            "     ⡇   1     1   ⢸44 444 444 444⡇     ",
            "     ⡇1     1     1⢸ 444 444 444 4⡇     ",
            "     ⣇⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣸⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⡇     ",
            "     ⡇/ / / / / / / / / / / / / / ⡇     ",
            "     ⡇ / / / / / / / / / / / / / /⡇     ",
            "     ⡇/ / / / / / / / / / / / / / ⡇     ",
            "     ⡇ / / / / / / / / / / / / /⡠⠊      ",
            "     ⡇/ / / / / / / / / / / / ⡠⠊        ",
            "     ⠧⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠊          ",
        ],
    );
    let cells = compose(&raster_of(&THREE, 40, 12), &Dress { pattern: true, ..PLAIN }, width);
    assert!(cells.iter().all(|cell| (cell.fg, cell.bg) == (Ink::Text(Fill::Outside), Ink::Ground)));
}

#[test]
fn a_pattern_in_ascii() {
    assert_art(
        &raster_of(&THREE, 40, 12),
        &Dress { pattern: true, glyphs: Glyphs::Ascii, ..PLAIN },
        &[
            "            1     1|    1     1         ",
            "         1     1   | 1     1     1      ",
            "            1     1|    1     1         ",
            "         1     1   | 1     1     1      ",
            "      1     1     1|    1     1         ",
            "     --------------+---------------     ",
            "      44 444 444 444 444 444 444 4      ",
            "       444 444 444 444 444 444 444      ",
            "      44 444 444 444 444 444 444 4      ",
            "       444 444 444 444 444 444 44       ",
            "      44 444 444 444 444 444 44         ",
            "       444 444 444 444 444 44           ",
        ],
    );
}

#[test]
fn labels_stand_in_their_units_and_are_left_out_rather_than_cut() {
    let labels = [label(0, "青禾镇", 1), label(1, "一个名字太长的地方", 5), label(2, "下坝村", 1)];
    assert_art(
        &raster_of(&THREE, 30, 10),
        &Dress { labels: &labels, badges: &[(0, '!'), (1, '*')], ..PLAIN },
        &[
            "      𜺠𜷡🬹🬹🬹🬹🬹🬹🬹🬹🬹🬹🬹🬹🬹🬹🬹🬹🬹🬹🬹   ",
            "    𜺠𜷡aaaaaaaa⢸aaaaaaaaaaaa   ",
            "   𜷡aa!青禾镇a⢸aaaaaa*aaaaa   ",
            "   aaaaaaaaaaa⢸aaaaaaaaaaaa   ",
            "   ⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀   ",
            "   dddddddddddddddddddddddd   ",
            "   dddddddddddddddddddddddd   ",
            "   dddddddd下坝村ddddddddd𜴗   ",
            "   ddddddddddddddddddddd𜴗𜺨    ",
            "   🮅🮅🮅🮅🮅🮅🮅🮅🮅🮅🮅🮅🮅🮅🮅🮅🮅🮅🮅𜴗𜺨      ",
        ],
    );
}

#[test]
fn a_group_label_stands_over_its_units() {
    let labels = [label(3, "北边乡", 1), label(4, "南边镇", 1)];
    assert_art(
        &raster_of(&THREE, 30, 10),
        &Dress { labels: &labels, ..PLAIN },
        &[
            "      𜺠𜷡🬹🬹🬹🬹🬹🬹🬹🬹🬹🬹🬹🬹🬹🬹🬹🬹🬹🬹🬹   ",
            "    𜺠𜷡aaaaaaaa⢸aaaaaaaaaaaa   ",
            "   𜷡aaaaaaaaa北边乡aaaaaaaa   ",
            "   aaaaaaaaaaa⢸aaaaaaaaaaaa   ",
            "   ⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀   ",
            "   dddddddddddddddddddddddd   ",
            "   dddddddddddddddddddddddd   ",
            "   dddddddd南边镇ddddddddd𜴗   ",
            "   ddddddddddddddddddddd𜴗𜺨    ",
            "   🮅🮅🮅🮅🮅🮅🮅🮅🮅🮅🮅🮅🮅🮅🮅🮅🮅🮅🮅𜴗𜺨      ",
        ],
    );
}

#[test]
fn the_selection_is_outlined_and_labelled_first() {
    let labels = [label(2, "下坝村", 9), label(0, "青禾镇", 1)];
    let raster = raster_of(&THREE, 30, 10);
    let dress = Dress { labels: &labels, selected: Some(0), ..PLAIN };
    assert_art(
        &raster,
        &dress,
        &[
            "      ⢀⠔⠒⠒⠒⠒⠒⠒⢲🬹🬹🬹🬹🬹🬹🬹🬹🬹🬹🬹🬹   ",
            "    ⢀⠔⠁aaaaaaa⢸aaaaaaaaaaaa   ",
            "   ⡔⠁a青禾镇aa⢸aaaaaaaaaaaa   ",
            "   ⡇aaaaaaaaaa⢸aaaaaaaaaaaa   ",
            "   ⣇⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣸⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀   ",
            "   dddddddddddddddddddddddd   ",
            "   dddddddddddddddddddddddd   ",
            "   dddddddd下坝村ddddddddd𜴗   ",
            "   ddddddddddddddddddddd𜴗𜺨    ",
            "   🮅🮅🮅🮅🮅🮅🮅🮅🮅🮅🮅🮅🮅🮅🮅🮅🮅🮅🮅𜴗𜺨      ",
        ],
    );
    let cells = compose(&raster, &dress, width);
    let label = cells.iter().find(|cell| cell.text == CellText::Char('青')).expect("the label");
    assert_eq!((label.fg, label.bg, label.bold), (Ink::Selection(Fill::Class(0)), Ink::Fill(Fill::Class(0)), true));
}

#[test]
fn a_wide_character_takes_two_cells() {
    let raster = raster_of(&THREE, 30, 10);
    let cells =
        compose(&raster, &Dress { labels: &[label(2, "𠅤村\u{e0100}", 1)], ..PLAIN }, |text| if text == "\u{e0100}" { 0 } else { 2 });
    let at = cells.iter().position(|cell| cell.text == CellText::Char('𠅤')).expect("the label");
    let texts = cells[at..at + 4].iter().map(|cell| cell.text);
    assert!(texts.eq([CellText::Char('𠅤'), CellText::Continuation, CellText::Char('村'), CellText::Continuation]));
    assert!(cells.iter().all(|cell| cell.text != CellText::Char('\u{e0100}')));
}

#[test]
fn borders_inside_one_class_are_a_shade_and_those_of_parents_stronger() {
    let fills = [Fill::Class(2); 3];
    let cells = compose(&raster_of(&THREE, 30, 10), &Dress { fills: &fills, ..PLAIN }, width);
    let count = |fg| cells.iter().filter(|cell| cell.fg == fg && cell.text != CellText::Char(' ')).count();
    assert!(count(Ink::Shade(Fill::Class(2))) >= 3, "between the two of the north");
    assert!(count(Ink::Border(Fill::Class(2))) >= 20, "between north and south");
}

/// Nine units of a ten-thousandth of the side of the field that they lie in.
fn field_with_crumbs() -> Raster {
    let square = |x: i32, y: i32, side: i32| vec![[x, y], [x + side, y], [x + side, y + side], [x, y + side]];
    let mut units = vec![square(0, 0, 10_000)];
    units.extend((0..9).map(|n| square(5003 + n % 3, 5003 + n / 3, 1)));
    raster_in(&units.iter().map(Vec::as_slice).collect::<Vec<_>>(), 20, 10, 1e-4)
}

#[test]
fn units_without_a_sample_show_what_needs_looking_at() {
    let raster = field_with_crumbs();
    let crowd = raster.crowds.first().expect("a crowd");
    let at = usize::from(crowd.row) * 20 + usize::from(crowd.col);
    let mut fills = vec![Fill::Class(1); 10];
    let bg = |fills: &[Fill]| compose(&raster, &Dress { fills, ..PLAIN }, width)[at].bg;
    assert_eq!(bg(&fills), Ink::Fill(Fill::Class(1)));
    fills[crowd.units[0] as usize] = Fill::Missing;
    assert_eq!(bg(&fills), Ink::Fill(Fill::Missing));
    // Better than the field: the field's own class needs looking at.
    fills.fill(Fill::Class(0));
    fills[0] = Fill::Class(1);
    assert_eq!(bg(&fills), Ink::Fill(Fill::Class(1)));
}

#[test]
fn a_selected_unit_without_a_sample_is_reversed() {
    let raster = field_with_crumbs();
    let crowd = raster.crowds.first().expect("a crowd");
    for glyphs in [Glyphs::Octant, Glyphs::Ascii] {
        let dress = Dress { selected: Some(crowd.units[0]), fills: &[Fill::Class(1); 10], glyphs, badges: &[(1, '!')], ..PLAIN };
        let cells = compose(&raster, &dress, width);
        let reversed: Vec<usize> = cells.iter().enumerate().filter(|(_, cell)| cell.reverse).map(|(at, _)| at).collect();
        assert_eq!(reversed, [usize::from(crowd.row) * 20 + usize::from(crowd.col)]);
    }
}

#[test]
fn the_selection_shows_without_colour() {
    let raster = raster_of(&THREE, 40, 12);
    for glyphs in [Glyphs::Octant, Glyphs::Ascii] {
        let reversed =
            |selected| compose(&raster, &Dress { pattern: true, glyphs, selected, ..PLAIN }, width).iter().filter(|c| c.reverse).count();
        assert_eq!(reversed(None), 0);
        assert!(reversed(Some(1)) >= 30, "an outline");
    }
}

#[test]
fn each_way_to_have_no_value_has_its_hatch() {
    for (glyphs, pattern) in [(Glyphs::Octant, false), (Glyphs::Octant, true), (Glyphs::Ascii, false)] {
        let fills = [Fill::Missing, Fill::None, Fill::NotDue];
        let signs = fills.map(|fill| sign(fill, glyphs, pattern));
        let cells = compose(&raster_of(&THREE, 40, 12), &Dress { fills: &fills, glyphs, pattern, ..PLAIN }, width);
        for (at, sign) in signs.into_iter().enumerate() {
            assert!(sign != ' ' && !signs[..at].contains(&sign));
            assert!(cells.iter().filter(|cell| cell.text == CellText::Char(sign)).count() >= 10, "{sign}");
        }
    }
}

#[test]
fn borders_of_a_crowded_map_are_left_out() {
    let square = |n: i32| vec![[n % 40, n / 40], [n % 40 + 1, n / 40], [n % 40 + 1, n / 40 + 1], [n % 40, n / 40 + 1]];
    let units: Vec<Vec<[i32; 2]>> = (0..1600).map(square).collect();
    let raster = raster_in(&units.iter().map(Vec::as_slice).collect::<Vec<_>>(), 60, 30, 0.01);
    let cells = compose(&raster, &Dress { fills: &[Fill::Class(1); 1600], ..PLAIN }, width);
    assert!(cells.iter().all(|cell| !matches!(cell.fg, Ink::Shade(_)) || cell.text == CellText::Char(' ')));
}

#[test]
fn one_cell_and_a_unit_that_is_not_there() {
    let raster = raster_of(&THREE, 1, 1);
    let dress =
        Dress { labels: &[label(0, "青", 1), label(77, "x", 1)], selected: Some(99), badges: &[(0, '!'), (50, '?')], fills: &[], ..PLAIN };
    for pattern in [false, true] {
        assert_eq!(compose(&raster, &Dress { pattern, ..dress }, width).len(), 1);
    }
}

#[test]
fn the_two_commonest_fills_win() {
    let (out, a, b, c) = (0, 5, 6, 7);
    assert_eq!(Mix::of([a; 8]), Mix { ground: a, ink: a, mask: 0 });
    assert_eq!(Mix::of([b, a, a, a, a, a, b, a]), Mix { ground: a, ink: b, mask: 0b0100_0001 });
    assert_eq!(Mix::of([a, b, b, b, a, b, c, b]), Mix { ground: b, ink: a, mask: 0b0001_0001 });
    // The outside is always behind, and what is neither does not make land into sea.
    assert_eq!(Mix::of([a, a, out, a, a, a, a, a]), Mix { ground: out, ink: a, mask: 0b1111_1011 });
    assert_eq!(Mix::of([out, out, out, a, a, a, b, c]), Mix { ground: out, ink: a, mask: 0b1111_1000 });
    assert_eq!(Mix::of([a, a, a, b, b, b, b, out]), Mix { ground: b, ink: a, mask: 0b0000_0111 });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn eight_codes_are_compared_at_once(codes: [u8; 8], code: u8) {
        let one_by_one = cell::mask_bits(|x, y| codes[y * 2 + x] != code);
        prop_assert_eq!(cell::differing(codes, code), one_by_one);
        prop_assert_eq!(cell::differing(codes, codes[3]), cell::mask_bits(|x, y| codes[y * 2 + x] != codes[3]));
    }

    #[test]
    fn a_mix_shows_at_least_as_much_as_any_two_fills_could(codes in prop::array::uniform8(0..6u8)) {
        let mix = Mix::of(codes);
        let shown = |mix: Mix| codes.iter().enumerate().filter(|(bit, code)| **code == if mix.mask >> bit & 1 == 1 { mix.ink } else { mix.ground }).count();
        let count = |code: u8| codes.iter().filter(|c| **c == code).count();
        let best = (0..6).flat_map(|a| (0..a).map(move |b| (a, b))).map(|(a, b)| count(a) + count(b)).max().unwrap_or(8);
        prop_assert_eq!(shown(mix), best);
        prop_assert!(mix.ink != 0 || mix.mask == 0, "the outside is never ink");
        prop_assert!(count(mix.main()) * 2 >= 8 || codes.iter().any(|c| count(*c) <= count(mix.main())));
    }

    /// Whatever is drawn, terminals have it, one cell wide, and the ground is never an ink.
    #[test]
    fn only_safe_characters(
        classes in prop::array::uniform3(0..7u8), cols in 1..60u16, rows in 1..30u16, mode in 0..4usize, pattern: bool, selected in 0..4u32
    ) {
        let fills = classes.map(|class| if class < 5 { Fill::Class(class) } else if class == 5 { Fill::Missing } else { Fill::NotDue });
        let glyphs = [Glyphs::Octant, Glyphs::Sextant, Glyphs::Quadrant, Glyphs::Ascii][mode];
        for cell in compose(&raster_of(&THREE, cols, rows), &Dress { fills: &fills, glyphs, pattern, selected: Some(selected), ..PLAIN }, width) {
            let CellText::Char(char) = cell.text else { continue };
            let safe = match char {
                ' '..='~' => true,
                '\u{2800}'..='\u{28ff}' => mode < 3,
                '\u{2596}'..='\u{259f}' => mode != 3 && mode != 1,
                '\u{1fb00}'..='\u{1fb3b}' => mode < 2,
                '\u{1cd00}'..='\u{1cde5}' | '\u{1cea0}'..='\u{1ceab}' | '\u{1fb82}'..='\u{1fbe7}' => mode == 0,
                _ => false,
            };
            prop_assert!(safe, "{:?}", cell);
            prop_assert!(cell.fg != Ink::Ground && cell.fg != Ink::Fill(Fill::Outside) && cell.bg != Ink::Fill(Fill::Outside));
        }
    }

    /// Every cell of a label belongs to its unit, and no cell to two labels.
    #[test]
    fn labels_keep_to_their_units(cols in 10..60u16, rows in 4..30u16, texts in prop::array::uniform3("[a-c村镇]{1,8}")) {
        let raster = raster_of(&THREE, cols, rows);
        let labels: Vec<LabelText> = (0u32..).zip(&texts).map(|(unit, text)| label(unit, text, unit)).collect();
        let mut written = std::collections::HashSet::new();
        for placed in label::place(&raster, &labels, &[], None, &[]) {
            let label = &labels[placed.label.expect("a label")];
            for col in placed.col..placed.col + label.width_cells {
                prop_assert!(written.insert((col, placed.row)));
                let own = raster.cell(col, placed.row).into_iter().filter(|&unit| unit == label.unit).count();
                prop_assert!(own >= 5);
            }
        }
    }
}

#[test]
fn pins_stand_over_everything_and_their_names_where_nothing_is_written() {
    let raster = raster_of(&THREE, 30, 10);
    let pin = |col, row, sign, name: &str| Pin { col, row, sign, labels: vec![(name.to_owned(), width(name))] };
    let layer = Layer { pins: vec![pin(5, 4, 'A', "甲站"), pin(6, 4, 'B', "乙站"), pin(29, 2, 'A', "丙站")], ..Layer::default() };
    let cells = compose(&raster, &Dress { layer: Some(&layer), ..PLAIN }, width);
    let line = |row: usize| -> String {
        let text = |cell: &MapCell| match cell.text {
            CellText::Char(c) if c.is_alphanumeric() => Some(c),
            CellText::Char(_) => Some('.'),
            CellText::Continuation => None,
        };
        cells[row * 30..(row + 1) * 30].iter().filter_map(text).collect()
    };
    // Of two neighbours the later one has the right side, the other the left.
    assert!(line(4).contains("甲站AB乙站"), "{}", line(4));
    assert!(line(2).ends_with("丙站A"), "{}", line(2));
    assert!(cells[4 * 30 + 5].reverse && cells[4 * 30 + 5].bold);
    // Without a layer nothing is drawn.
    assert_eq!(compose(&raster, &PLAIN, width), compose(&raster, &Dress { layer: Some(&Layer::default()), ..PLAIN }, width));
}

#[test]
fn names_of_units_keep_clear_of_pins_where_they_can() {
    let raster = raster_of(&THREE, 30, 10);
    let labels = [label(0, "甲村", 1), label(1, "乙村", 1), label(2, "丙村", 1)];
    let free = label::place(&raster, &labels, &[], None, &[]);
    let pins: Vec<Pin> = free.iter().map(|at| Pin { col: at.col, row: at.row, sign: 'A', labels: Vec::new() }).collect();
    let clear = label::place(&raster, &labels, &[], None, &pins);
    assert_eq!(clear.len(), free.len(), "none is lost");
    for at in clear {
        assert!(pins.iter().all(|pin| pin.row != at.row || !(at.col..at.col + 4).contains(&pin.col)));
    }
    // Where pins are everywhere the name still stands.
    let all: Vec<Pin> = (0..10).flat_map(|row| (0..30).map(move |col| Pin { col, row, sign: 'A', labels: Vec::new() })).collect();
    assert_eq!(label::place(&raster, &labels, &[], None, &all).len(), free.len());
}

#[test]
fn an_outline_is_the_edge_of_the_union() {
    let raster = raster_of(&THREE, 30, 10);
    let inside = raster.samples.iter().map(|unit| *unit == 0 || *unit == 1).collect::<Vec<_>>();
    let layer = Layer { outlines: vec![inside.clone()], ..Layer::default() };
    let cells = compose(&raster, &Dress { layer: Some(&layer), ..PLAIN }, width);
    let drawn = |cell: &MapCell| matches!(cell.fg, Ink::Hatch(_));
    assert!(cells.iter().any(drawn));
    // A cell wholly inside has no dots of the outline, nor has one wholly outside.
    for (n, cell) in cells.iter().enumerate().filter(|(_, cell)| drawn(cell)) {
        let (col, row) = (u16::try_from(n % 30).expect("small"), u16::try_from(n / 30).expect("small"));
        let around =
            (row.saturating_sub(1)..=(row + 1).min(9)).flat_map(|r| (col.saturating_sub(1)..=(col + 1).min(29)).map(move |c| (c, r)));
        let here: Vec<u32> = around.flat_map(|(c, r)| raster.cell(c, r)).collect();
        assert!(here.iter().any(|u| *u > 1) && here.iter().any(|u| *u <= 1), "{cell:?}");
    }
}
