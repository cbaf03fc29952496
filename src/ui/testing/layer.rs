//! Places and outlines over the map.

use super::{Harness, session};
use crate::domain::request::Query;
use crate::gis::compose::Glyphs;
use crate::locale::Lang;
use crate::ui::Session;
use crate::ui::capability::Colour;
use crate::ui::model::Ask;
use crate::ui::text::Width;

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

/// Every kind is chosen, and the menu closed.
const ALL: &str = "p 2*down enter esc";

#[test]
fn places_stand_on_the_map_with_their_names_and_in_the_legend() {
    for size in [(120, 36), (80, 24)] {
        let mut h = Harness::new(session(), size);
        h.press(ALL);
        snapshot!(format!("places-{}", size.0), h.text());
    }
    let mut h = Harness::new(with(|s| s.caps.colour = Colour::None), (80, 24));
    h.press(ALL);
    snapshot!("places-no-colour", h.styled());
    let mut h = Harness::new(with(|s| s.lang = Lang::En), (100, 30));
    h.press("p");
    snapshot!("places-en-menu", h.text());
}

#[test]
fn signs_of_places_are_never_ambiguous() {
    let wide = Width::new(true);
    for glyphs in [Glyphs::Quadrant, Glyphs::Ascii] {
        let mut h = Harness::new(
            with(|s| {
                s.caps.ambiguous_wide = true;
                s.caps.glyphs = glyphs;
            }),
            (100, 30),
        );
        h.press(ALL);
        let buffer = h.buffer();
        assert!(h.text().contains("A 服务站"), "{}", h.text());
        for y in 0..buffer.area.height {
            for x in 0..buffer.area.width {
                let symbol = buffer[(x, y)].symbol();
                assert!(!wide.differs(symbol) || "↑↓←→…“”‹›《》·（）".contains(symbol), "{symbol:?} at {x},{y}");
            }
        }
    }
}

#[test]
fn a_map_without_places_asks_for_nothing() {
    let mut h = Harness::new(session(), (80, 24));
    assert!(!h.model.slots.contains_key(&Ask::Layer));
    let before = h.text();
    h.press(ALL);
    assert!(matches!(h.model.slots[&Ask::Layer].asked, Some((Query::Layer { .. }, _))));
    assert_ne!(h.text(), before);
    h.press("p 3*down enter");
    assert!(h.model.layer.is_none() && h.model.map.layer == Default::default());
}

#[test]
fn a_scope_is_outlined() {
    let mut h = Harness::new(session(), (100, 30));
    h.press("f down enter esc");
    let layer = h.model.layer.as_ref().expect("asked and answered");
    assert_eq!((layer.places.len(), layer.outlines.len()), (0, 1));
    assert!(h.model.map.layer.outlines[0].iter().any(|inside| *inside));
}
