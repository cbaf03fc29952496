//! Screens as text and runs of style, in `src/ui/snapshots/`. `INSTA_UPDATE=always cargo test`
//! rewrites them: look at what changed.

use super::{Fake, Harness, session, text};
use crate::domain::access::Access;
use crate::gis::compose::Glyphs;
use crate::locale::Lang;
use crate::ui::Session;
use crate::ui::capability::Colour;
use crate::ui::text::Width;
use crate::ui::theme::Theme;

macro_rules! snapshot {
    ($name:expr, $screen:expr) => {
        insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!($name, $screen);
        });
    };
}

fn with(change: impl FnOnce(&mut Session)) -> Session {
    let mut session = session();
    change(&mut session);
    session
}

#[test]
fn home_at_every_size() {
    for size in [(160, 45), (120, 36), (80, 24), (60, 16), (30, 8), (20, 5), (10, 3), (1, 1)] {
        let h = Harness::new(session(), size);
        snapshot!(format!("home-{}x{}", size.0, size.1), h.text());
    }
    let h = Harness::new(session(), (0, 0));
    assert_eq!(h.text(), "");
}

#[test]
fn home_in_every_depth_of_colour() {
    for (name, colour) in [("none", Colour::None), ("16", Colour::C16), ("256", Colour::C256), ("true", Colour::True)] {
        let h = Harness::new(with(|s| s.caps.colour = colour), (80, 24));
        snapshot!(format!("colour-{name}"), h.styled());
    }
}

#[test]
fn home_where_ambiguous_characters_are_wide() {
    let mut h = Harness::new(with(|s| s.caps.ambiguous_wide = true), (120, 36));
    snapshot!("wide-home", h.text());
    // No glyph of our own may be ambiguous: what the terminal draws must be as wide as planned.
    let wide = Width::new(true);
    h.press("down f10");
    let buffer = h.buffer();
    for y in 0..buffer.area.height {
        for x in 0..buffer.area.width {
            let symbol = buffer[(x, y)].symbol();
            assert!(!wide.differs(symbol) || "↑↓←→…“”‹›《》·".contains(symbol), "{symbol:?} at {x},{y}");
        }
    }
}

#[test]
fn home_in_ascii() {
    let h = Harness::new(with(|s| s.caps.glyphs = Glyphs::Ascii), (80, 24));
    snapshot!("ascii-home", h.text());
}

#[test]
fn home_in_english_and_read_only() {
    let h = Harness::new(
        with(|s| {
            s.lang = Lang::En;
            s.access = Access::read_only();
        }),
        (120, 36),
    );
    snapshot!("english-home", h.text());
}

#[test]
fn every_overlay() {
    let overlays = [
        ("help", "?"),
        ("palette", ": \"地\""),
        ("find", "/ \"第3\""),
        ("find-none", "/ \"xyz\""),
        ("indicators", "f5"),
        ("scope", "f enter"),
        ("glossary", "f1"),
        ("provenance", "i"),
        ("mark", "m"),
        ("marks", "m enter enter M"),
        ("problems", "P"),
        ("which-key", "y"),
        ("empty", "w"),
        ("branches", "enter down enter"),
        ("card", "enter down enter enter"),
        ("map-alone", "z"),
        ("zoomed", "tab + +"),
    ];
    for (name, script) in overlays {
        let mut h = Harness::new(session(), (100, 30));
        h.press(script);
        snapshot!(format!("over-{name}"), h.text());
    }
    let mut held = Fake::new();
    held.pending = Some("values (−3), maps/leaf.geojson (−)".into());
    let mut h = Harness::over(held, session(), (100, 30));
    h.press("D");
    snapshot!("over-removals", h.text());
    for size in [(20, 5), (40, 12)] {
        for (name, script) in overlays {
            let mut h = Harness::new(session(), size);
            h.press(script);
            assert!(!h.text().trim().is_empty(), "{name}");
        }
    }
}

#[test]
fn the_start_page_and_the_tutorial() {
    let h = Harness::new(with(|s| s.has_workspace = false), (80, 24));
    snapshot!("start", h.text());
    let h = Harness::new(with(|s| s.tutorial = true), (80, 24));
    snapshot!("tutorial", h.text());
}

#[test]
fn a_popup_never_leaves_half_a_character() {
    for cols in 60..90 {
        for script in ["m", "f5", ": \"a\"", "/"] {
            let mut h = Harness::new(session(), (cols, 24));
            h.press(script);
            let buffer = h.buffer();
            for y in 0..buffer.area.height {
                let line: u16 = {
                    let mut x = 0;
                    while x < buffer.area.width {
                        x += Width::new(false).of(buffer[(x, y)].symbol()).max(1);
                    }
                    x
                };
                assert_eq!(line, buffer.area.width, "row {y} at {cols} columns\n{}", text(&buffer, false));
            }
        }
    }
}

#[test]
fn themes_change_colours_and_nothing_else() {
    let dark = Harness::new(session(), (120, 36));
    for id in Theme::ids() {
        let h = Harness::new(with(|s| s.theme = Theme::named(id).expect(id)), (120, 36));
        assert_eq!(h.text(), dark.text());
    }
}

#[test]
fn every_text_of_the_screens_exists() {
    fn walk(dir: &std::path::Path, out: &mut Vec<String>) {
        for entry in std::fs::read_dir(dir).expect("the sources").flatten() {
            if entry.path().is_dir() {
                walk(&entry.path(), out);
            } else if entry.path().extension().is_some_and(|e| e == "rs") {
                out.push(std::fs::read_to_string(entry.path()).expect("text"));
            }
        }
    }
    let mut sources = Vec::new();
    walk(std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src/ui")), &mut sources);
    let mut used = std::collections::BTreeSet::new();
    for source in &sources {
        for part in source.split(concat!("\"", "ui.")).skip(1) {
            let key = part.split('"').next().unwrap_or_default();
            if !key.is_empty() && !key.contains('{') && !key.ends_with('.') {
                used.insert(["ui", key].join("."));
            }
        }
    }
    let missing: Vec<_> = used.iter().filter(|key| !Lang::Zh.has(key)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    let prefixes = ["ui.key.", "ui.mark.ready.", "ui.palette.", "ui.tutorial.step."];
    let unused: Vec<_> =
        Lang::Zh.keys().filter(|k| k.starts_with("ui.") && !used.contains(*k) && !prefixes.iter().any(|p| k.starts_with(p))).collect();
    assert!(unused.is_empty(), "{unused:?}");
}
