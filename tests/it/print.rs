//! Screens as `print` draws them: readable snapshots, and the promises they rest on.

use unicode_width::UnicodeWidthStr as _;

use crate::support::{demo, top_code};

const SIZES: [(usize, usize); 4] = [(160, 45), (120, 36), (80, 24), (60, 16)];

/// A screen in plain text. Without colour the map shows digits or densities: colour is never alone.
fn print(size: (usize, usize), keys: &str, more: &[&str]) -> String {
    let size = format!("{}x{}", size.0, size.1);
    let mut args = vec!["print", "--size", &size, "--color", "none", "--glyphs", "quadrant", "--ambiguous-width", "1"];
    if !keys.is_empty() {
        args.extend(["--keys", keys]);
    }
    args.extend(more);
    demo().out(args)
}

/// The snapshot of a screen in tests/snapshots, one file each, named for what it shows.
fn snapshot(name: &str, screen: &str) {
    insta::with_settings!({snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true}, {
        insta::assert_snapshot!(name, screen);
    });
}

/// A screen without the day on which the demo was loaded, which is the machine's and not that of
/// the session.
fn without_load_day(screen: &str) -> String {
    let before = " 载入 ";
    let masked = screen.split(before).enumerate().map(|(n, part)| {
        let day = if n > 0 && part.is_char_boundary(DAY) { DAY } else { 0 };
        "D".repeat(day) + &part[day..]
    });
    masked.collect::<Vec<_>>().join(before)
}

/// Length of a day as it is written, bytes.
const DAY: usize = "2025-11-01".len();

#[test]
fn home_at_every_size() {
    for size in SIZES {
        let screen = print(size, "", &[]);
        snapshot(&format!("home_{}x{}", size.0, size.1), &screen);
    }
}

#[test]
fn drilled_to_a_grid() {
    for size in SIZES {
        let screen = print(size, "enter enter", &[]);
        snapshot(&format!("village_{}x{}", size.0, size.1), &screen);
    }
}

#[test]
fn overlays_and_switches() {
    let size = (120, 36);
    for (name, keys) in [
        ("help", "?"),
        ("palette", ":"),
        ("find", "/ \"qhx\""),
        ("provenance", "i"),
        ("second_indicator", "2"),
        ("only_flagged", "w"),
        ("map_focus", "tab right"),
        ("branches_of_a_grid", "enter enter enter"),
    ] {
        snapshot(&format!("{name}_{}x{}", size.0, size.1), &without_load_day(&print(size, keys, &[])));
    }
    snapshot("home_en_120x36", &print(size, "", &["--lang", "en"]));
}

#[test]
fn no_line_is_wider_than_the_screen_and_none_is_missing() {
    for size in [(160, 45), (80, 24), (60, 16), (20, 5), (500, 200)] {
        for keys in ["", "enter", "?", "/"] {
            let screen = print(size, keys, &[]);
            let lines: Vec<_> = screen.lines().collect();
            assert!(lines.len() <= size.1, "{size:?} {keys:?}: {} lines", lines.len());
            for line in lines {
                assert!(line.width() <= size.0, "{size:?} {keys:?}: {} cells in {line:?}", line.width());
            }
        }
    }
}

#[test]
fn the_screen_says_where_it_is_and_that_it_is_a_demo() {
    let rows = demo().json(["list", top_code(), "--json"]);
    let screen = print((160, 45), "", &[]);
    assert!(screen.contains("青禾县"), "{screen}");
    assert!(screen.contains("演示数据"), "{screen}");
    for row in rows["rows"].as_array().expect("rows").iter().take(5) {
        let name = row["name"].as_str().expect("a name");
        assert!(screen.contains(name), "{name} is in the list:\n{screen}");
    }
}

#[test]
fn no_colour_means_no_escape_and_colour_says_no_more() {
    let plain = print((120, 36), "", &[]);
    assert!(!plain.contains('\u{1b}'));
    for color in ["16", "256", "true"] {
        let out = demo().out(["print", "--size", "120x36", "--color", color]);
        assert!(out.contains("\u{1b}["), "{color}");
        assert!(out.contains("青禾县"), "{color}");
        let deep = out.contains("38;2;") || out.contains("48;2;");
        let indexed = out.contains("38;5;") || out.contains("48;5;");
        match color {
            "16" => assert!(!deep && !indexed, "16 colours are the terminal's own"),
            "256" => assert!(indexed && !deep, "256 colours by number"),
            _ => assert!(deep, "truecolor"),
        }
    }
}

#[test]
fn ambiguous_glyphs_stay_out_where_they_are_wide() {
    let screen = demo().out(["print", "--size", "120x36", "--color", "none", "--ambiguous-width", "2"]);
    for line in screen.lines() {
        assert!(line.width_cjk() <= 120, "{} cells in {line:?}", line.width_cjk());
    }
}

#[test]
fn the_same_keys_give_the_same_bytes() {
    let once = print((120, 36), "enter down 2", &[]);
    assert_eq!(once, print((120, 36), "enter down 2", &[]));
}
