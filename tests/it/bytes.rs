//! What a key costs on the line: bytes sent for each step over the demo county, on a terminal of
//! 200×60. `cargo test --test it bytes -- --nocapture` prints them.

use xiantu::domain::access::Access;
use xiantu::gis::compose::Glyphs;
use xiantu::runtime::encode::{Shortcuts, encode};
use xiantu::runtime::engine::Engine;
use xiantu::runtime::headless::Headless;
use xiantu::ui::capability::{Capability, Colour};
use xiantu::ui::{Model, Session, keys};

use crate::support;

const SIZE: (u16, u16) = (200, 60);
/// Most bytes of another row (the card, filled by the indicators of all frameworks in use), of another
/// place or indicator, of the map alone.
const SELECT: usize = 3_000;
const DRILL: usize = 18_000;
const ALONE: usize = 31_000;

/// Keys and the most bytes they may cost.
const STEPS: &[(&str, usize)] = &[
    ("down", SELECT),
    ("down", SELECT),
    ("end", SELECT),
    ("home", SELECT),
    ("2", DRILL),
    ("1", DRILL),
    ("enter", DRILL),
    ("down", SELECT),
    ("enter", DRILL),
    ("down", SELECT),
    ("esc", DRILL),
    ("esc", DRILL),
    ("z", ALONE),
];

/// Bytes of every step, and what the steps were.
fn steps(colour: Colour, shortcuts: Shortcuts) -> Vec<(&'static str, usize, usize)> {
    let engine = Engine::open(&support::demo().dir(), true).expect("the demo opens");
    let today = "2025-11-01".parse().expect("a day");
    let mut session = Session::new(today, Access::read_only());
    session.caps = Capability { colour, ambiguous_wide: false, glyphs: Glyphs::Sextant };
    let reader = engine.store.reader().expect("reader");
    let mut headless = Headless::start(Model::new(session, SIZE), reader, Access::read_only(), today, None);
    let mut shown = headless.draw(SIZE.0, SIZE.1);
    let mut step = |(script, limit): &(&'static str, usize)| {
        keys::script(script).expect("keys").into_iter().for_each(|key| headless.press(key));
        let next = headless.draw(SIZE.0, SIZE.1);
        let mut bytes = Vec::new();
        encode(Some(&shown), &next, shortcuts, &mut bytes);
        shown = next;
        (*script, bytes.len(), *limit)
    };
    STEPS.iter().map(&mut step).collect()
}

#[test]
#[expect(clippy::print_stdout, reason = "the figures are what it is for")]
fn a_key_on_the_demo_costs_few_bytes() {
    let erase = Shortcuts { repeat: false, erase: true };
    let mut over = Vec::new();
    for (name, colour, shortcuts) in [
        ("24-bit", Colour::True, Shortcuts::default()),
        ("24-bit, erasing", Colour::True, erase),
        ("24-bit, erasing and repeating", Colour::True, Shortcuts { repeat: true, erase: true }),
        ("256 colours", Colour::C256, Shortcuts::default()),
        ("16 colours", Colour::C16, Shortcuts::default()),
    ] {
        let steps = steps(colour, shortcuts);
        println!("{name}: {}", steps.iter().map(|(script, bytes, _)| format!("{script} {bytes}")).collect::<Vec<_>>().join(", "));
        over.extend(steps.into_iter().filter(|(_, bytes, limit)| bytes > limit).map(|step| (name, step)));
    }
    assert_eq!(over, []);
}
