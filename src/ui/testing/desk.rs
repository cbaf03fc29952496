//! The screens of the desk: key scripts and screens.

use std::path::PathBuf;

use super::{Harness, session};
use crate::domain::access::Access;
use crate::domain::plan::Cause;
use crate::domain::request::{Progress, Query, Write};
use crate::domain::view_state::Listing;
use crate::gis::compose::Glyphs;
use crate::locale::Lang;
use crate::ui::capability::Colour;
use crate::ui::desk::{Screen, Tab};
use crate::ui::text::Width;
use crate::ui::{Effect, Message, Session};

macro_rules! snapshot {
    ($name:expr, $screen:expr) => {
        insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!($name, $screen);
        });
    };
}

/// From the home screen to the plan of the table.
const TO_PLAN: &str = "shift-f5 4*down enter";
/// The plan's questions answered, by digits and arrows.
const ANSWERED: &str = "2 enter 1 enter 1";

fn at(size: (u16, u16)) -> Harness {
    Harness::new(session(), size)
}

#[test]
fn files_are_found_by_arrows_and_ticked() {
    let mut h = at((80, 24));
    h.press("W 1");
    assert_eq!(h.model.desk.screen, Some(Screen::Import));
    h.press("2*down enter");
    let chosen = |h: &Harness| h.model.desk.import.browser.chosen.clone();
    assert!(h.text().contains("上坝乡 10月.xlsx"), "{}", h.text());
    h.press("down space space");
    assert_eq!(chosen(&h).len(), 2);
    h.press("left");
    assert_eq!(chosen(&h).len(), 2, "ticks stay over folders");
    h.press("f5");
    assert_eq!(h.model.desk.import.files, chosen(&h));
    h.press("esc");
    assert!(h.model.desk.import.files.is_empty());
    assert_eq!(chosen(&h).len(), 2);
}

#[test]
fn a_path_is_typed_with_completion() {
    let mut h = at((80, 24));
    h.press("shift-f5 tab \"月\"");
    assert!(h.model.desk.import.browser.typing);
    h.press("tab \"河\"");
    assert!(h.model.desk.import.browser.input.value().starts_with("/county/月报/"));
    h.press("enter");
    assert_eq!(h.model.desk.import.files, [PathBuf::from("/county/月报/河口镇 10月.xlsx")]);
}

#[test]
fn a_pasted_path_is_taken() {
    let mut h = at((80, 24));
    h.press("shift-f5");
    h.send(Message::Paste("/county/月报/上".into()));
    h.press("enter");
    assert_eq!(h.model.desk.import.files, [PathBuf::from("/county/月报/上坝乡 10月.xlsx")]);
}

#[test]
fn nothing_is_applied_before_its_questions_are_answered_and_it_was_looked_at() {
    let mut h = at((80, 24));
    h.press(TO_PLAN).press("f5");
    assert!(h.model.overlay.is_none());
    assert_eq!(h.model.desk.import.tab, Tab::Questions);
    h.press(ANSWERED);
    h.press("f5 esc");
    assert!(h.fake.writes.is_empty(), "Esc at the last look");
    h.press("f5 enter");
    assert!(matches!(h.fake.writes.as_slice(), [Write::Import { files, .. }] if files.len() == 1));
    assert!(h.model.desk.import.applied.is_some());
    assert!(h.toast().contains("撤回"), "{}", h.toast());
    h.press("u");
    assert_eq!(h.fake.writes.last(), Some(&Write::Undo { batches: vec![41, 42] }));
    assert!(h.toast().contains("重新导入"), "{}", h.toast());
    assert!(h.model.desk.import.applied.is_none(), "it can be taken in again");
}

#[test]
fn what_was_decided_stays_for_the_session() {
    let mut h = at((80, 24));
    h.press(TO_PLAN).press(ANSWERED);
    let choices = h.model.desk.import.choices.clone();
    assert!(choices.target.is_some());
    h.press("3 a esc");
    h.press("esc down enter esc shift-f5 f5");
    assert_eq!(h.model.desk.import.choices.target, choices.target);
    assert!(h.model.desk.import.choices.accept_causes.contains(&Cause::LeadingZeros));
}

#[test]
fn suggestions_are_accepted_one_by_one_or_all_of_a_kind() {
    let mut h = at((80, 24));
    h.press(TO_PLAN).press("3 space");
    let choices = |h: &Harness| h.model.desk.import.choices.clone();
    assert_eq!(choices(&h).accept.len(), 1);
    h.press("f6");
    assert!(choices(&h).accept_causes.contains(&Cause::LeadingZeros));
    h.press("f6 end space");
    assert_eq!((choices(&h).accept.len(), choices(&h).accept_causes.len()), (1, 0), "what has no suggestion cannot be accepted");
    assert!(!h.toast().is_empty());
}

#[test]
fn problems_are_stepped_through_from_anywhere() {
    let mut h = at((80, 24));
    h.press(TO_PLAN).press("n");
    assert_eq!((h.model.desk.import.tab, h.model.desk.import.at()), (Tab::Problems, 0));
    h.press("n f8 f8");
    assert_eq!(h.model.desk.import.at(), 2);
    h.press("p");
    assert!(h.text().contains(":21"), "{}", h.text());
}

#[test]
fn esc_ends_a_plan_that_takes_long() {
    let mut h = at((80, 24));
    h.press("shift-f5");
    h.hold = true;
    h.press("4*down enter");
    h.send(Message::Progress(Progress::Reading { name: "指标".into(), done: 1, of: 4 }));
    assert!(h.text().contains("25%"), "{}", h.text());
    h.press("esc");
    let plan = h.held.iter().find(|(_, query)| matches!(query, Query::Plan { .. }));
    let request = plan.map(|(request, _)| *request).expect("a plan was asked for");
    assert!(h.effects.contains(&Effect::Cancel { request }));
    h.release();
    assert!(h.model.desk.import.plan.is_none(), "what comes too late is dropped");
}

#[test]
fn a_batch_is_taken_back_with_all_of_its_import() {
    let mut h = at((80, 24));
    h.press("shift-f6 u");
    assert!(h.text().contains("27"), "both batches have 27 rows\n{}", h.text());
    assert!(h.text().contains("43"), "what rests on it is named first\n{}", h.text());
    h.press("enter");
    assert_eq!(h.fake.writes, [Write::Undo { batches: vec![42, 41] }]);
    assert!(h.toast().contains("重新导入"), "{}", h.toast());
    h.press("u");
    assert_eq!(h.fake.writes.len(), 1, "not twice");
    h.press("end f9");
    assert_eq!(h.fake.writes.len(), 1, "what the workspace loads stays");
}

#[test]
fn one_value_is_corrected_with_its_source_and_taken_back() {
    let mut h = at((80, 24));
    h.press("e");
    assert!(h.model.overlay.is_none(), "a sum is not corrected: {}", h.toast());
    h.press("enter e \"85.2\" 3*enter");
    assert!(h.fake.writes.is_empty(), "without a source\n{}", h.text());
    h.press("\"月报第12行\" enter enter");
    let [Write::Correct { new, source, reason, .. }] = h.fake.writes.as_slice() else { panic!("{:?}", h.fake.writes) };
    assert_eq!((new.as_str(), source.as_str(), reason.as_str()), ("85.2", "月报第12行", ""));
    h.press("space");
    let beside = |h: &Harness| h.text().contains("更正") && h.text().contains("月报第12行");
    assert!(beside(&h), "{}", h.text());
    h.press("space i");
    assert!(beside(&h), "{}", h.text());
    h.press("esc u space");
    assert!(!beside(&h), "{}", h.text());
    assert!(matches!(h.fake.writes.last(), Some(Write::Uncorrect { .. })), "{:?}", h.fake.writes);
}

#[test]
fn a_read_only_session_writes_nothing() {
    let mut session = session();
    session.access = Access::read_only();
    let mut h = Harness::new(session, (80, 24));
    h.press("shift-f5 e shift-f6 u enter");
    assert!(h.fake.writes.is_empty());
    assert_eq!(h.model.desk.screen, Some(Screen::Batches));
}

#[test]
fn a_session_that_does_not_know_its_post_asks_for_it_once() {
    let mut session = session();
    session.access.post = None;
    let mut h = Harness::new(session, (80, 24));
    h.press("shift-f6 u enter");
    assert!(h.fake.writes.is_empty());
    h.press("\"某县组织科\" enter");
    assert_eq!(h.fake.writes.len(), 1);
    assert_eq!(h.model.session.access.post.as_deref(), Some("某县组织科"));
}

#[test]
fn an_action_about_the_map_closes_the_screen() {
    let mut h = at((80, 24));
    h.press("shift-f6 ?");
    assert!(h.model.overlay.is_some());
    h.press("esc : \"标记清单\" enter");
    assert_eq!(h.model.desk.screen, None);
}

#[test]
fn a_fault_is_flown_to_drawn_and_left_again() {
    let mut h = at((100, 30));
    h.press("down shift-f9 enter");
    let extent = h.model.view.as_ref().and_then(|v| v.extent).expect("flown");
    assert!(extent.min_x_deg > 110.0 && extent.max_x_deg < 112.0 && h.model.map.hatch.iter().any(|on| *on));
    h.press("n n");
    let view = h.model.view.clone().expect("a view");
    assert_eq!(view.listing, Listing::Units("mid".into()));
    h.press("+");
    assert!(h.model.desk.screen.is_some(), "the map of a fault is zoomed in place");
    h.press("end");
    assert!(h.model.map.hatch.iter().any(|on| *on), "a fault without a shape has a sign");
    h.press("esc");
    assert_eq!((h.model.desk.screen, h.model.desk.quality.flying.is_some()), (Some(Screen::Quality), false));
    assert!(h.model.view.as_ref().is_some_and(|v| v.extent.is_none()) && h.model.map.hatch.is_empty());
    h.press("esc");
    assert_eq!(h.chosen(), "上坝乡", "the list is where it was");
    h.press("shift-f9 home enter enter");
    assert_eq!(h.model.desk.screen, None);
    assert!(h.model.view.as_ref().is_some_and(|v| v.extent.is_some()));
}

#[test]
fn faults_are_filtered_by_kind() {
    let mut h = at((80, 24));
    h.press("shift-f9 right");
    assert_eq!(h.model.desk.quality.count(), 2);
    h.press("f6");
    assert_eq!(h.model.desk.quality.count(), 1);
    h.press("left left");
    assert_eq!(h.model.desk.quality.count(), 4);
    h.press("2");
    assert!(h.text().contains("E_SAMPLE"), "{}", h.text());
}

#[test]
fn files_are_taken_into_a_round_after_a_look() {
    let mut h = at((80, 24));
    h.press("shift-f8 t 2*down enter down space space f5");
    assert!(h.text().contains("2025-10") && h.text().contains("河口镇"), "{}", h.text());
    h.press("f5");
    assert!(h.text().contains("8 格"), "{}", h.text());
    h.press("enter");
    let [Write::RoundTake { files, .. }] = h.fake.writes.as_slice() else { panic!("{:?}", h.fake.writes) };
    assert_eq!(files.len(), 2);
    assert_eq!(h.model.desk.screen, Some(Screen::Round));
    assert!(h.model.desk.import.browser.chosen.is_empty());
    h.press("f5 esc");
    assert_eq!(h.model.desk.screen, Some(Screen::Round), "Esc at the files leads back to the board");
    h.press("shift-f5");
    assert_eq!(h.model.desk.import.round, None, "an import is no round");
}

#[test]
fn a_part_is_given_back_with_a_remark() {
    let mut h = at((80, 24));
    h.press("shift-f8 r");
    assert!(h.model.overlay.is_none(), "nothing came: {}", h.toast());
    h.press("down f6 enter enter");
    assert!(h.fake.writes.is_empty(), "without a remark");
    h.press("\"缺两个网格\" enter enter");
    let [Write::RoundReturn { remark, to, .. }] = h.fake.writes.as_slice() else { panic!("{:?}", h.fake.writes) };
    assert_eq!(remark, "缺两个网格");
    assert!(to.starts_with("/county") && to.to_string_lossy().ends_with("上坝乡 2025-10.xlsx"), "{}", to.display());
}

#[test]
fn parts_are_frozen_one_or_all() {
    let mut h = at((80, 24));
    h.press("shift-f8 d");
    assert!(h.model.overlay.is_none(), "what did not come is not frozen");
    h.press("down f9 enter f8 enter");
    let units: Vec<usize> = h.fake.writes.iter().map(|w| if let Write::RoundFinal { units, .. } = w { units.len() } else { 0 }).collect();
    assert_eq!(units, [1, 4]);
}

#[test]
fn a_round_is_opened_with_its_due_day() {
    let mut fake = super::Fake::new();
    fake.no_round = true;
    let mut h = Harness::over(fake, session(), (80, 24));
    h.press("shift-f8");
    assert!(h.text().contains("F7"), "{}", h.text());
    h.press("f7 enter \"2025-10-32\" enter");
    assert!(h.fake.writes.is_empty());
    h.press("2*backspace \"25\" enter");
    let [Write::RoundOpen { period, due, .. }] = h.fake.writes.as_slice() else { panic!("{:?}", h.fake.writes) };
    assert_eq!((period.to_string(), due.to_string()), ("2025-10".into(), "2025-10-25".into()));
}

#[test]
fn rounds_are_stepped_through() {
    let mut h = at((80, 24));
    h.press("shift-f8 left");
    assert!(h.text().contains("月报 › 2025-09"), "{}", h.text());
    h.press("right right");
    assert!(h.text().contains("月报 › 2025-10"), "{}", h.text());
}

#[test]
fn uncovered_ground_is_a_layer_of_the_map() {
    let mut h = at((120, 36));
    h.press("b");
    assert!(h.model.map.hatch.iter().any(|on| *on));
    assert!(h.toast().contains("6.20"), "{}", h.toast());
    h.press("down");
    assert!(h.text().contains("空白点 2"), "{}", h.text());
    h.press("b");
    assert!(h.model.map.hatch.is_empty());
}

const SCREENS: [(&str, &str); 18] = [
    ("menu", "W"),
    ("files", "shift-f5 2*down space space"),
    ("path", "shift-f5 tab \"月\""),
    ("inputs", TO_PLAN),
    ("questions", "shift-f5 4*down enter 2"),
    ("answer", "shift-f5 4*down enter 2 enter"),
    ("unmatched", "shift-f5 4*down enter 3 a down"),
    ("changes", "shift-f5 4*down enter 4 3*down"),
    ("problems", "shift-f5 4*down enter 5 down"),
    ("apply", "shift-f5 4*down enter 2 enter 1 enter 1 f5"),
    ("batches", "shift-f6"),
    ("round", "shift-f8 2*down"),
    ("round-part", "shift-f8 4*down enter"),
    ("intake", "shift-f8 t 2*down enter down space space f5"),
    ("quality", "shift-f9"),
    ("fault", "shift-f9 enter"),
    ("gaps", "b"),
    ("correct", "enter e"),
];

#[test]
fn every_screen_at_every_size() {
    for (name, script) in SCREENS {
        for size in [(120, 36), (80, 24)] {
            let mut h = at(size);
            h.press(script);
            snapshot!(format!("desk-{name}-{}", size.0), h.text());
        }
        for size in [(20, 5), (30, 8), (40, 12), (60, 16)] {
            let mut h = at(size);
            h.press(script).press("enter");
            assert!(!h.text().trim().is_empty(), "{name}");
        }
    }
}

#[test]
fn screens_in_every_depth_of_colour() {
    for (name, colour) in [("none", Colour::None), ("16", Colour::C16), ("true", Colour::True)] {
        let mut h = Harness::new(with(|s| s.caps.colour = colour), (80, 24));
        h.press("shift-f5 4*down enter 4 3*down");
        snapshot!(format!("desk-colour-{name}"), h.styled());
    }
}

fn with(change: impl FnOnce(&mut Session)) -> Session {
    let mut session = session();
    change(&mut session);
    session
}

#[test]
fn screens_in_english() {
    for (name, script) in SCREENS {
        let mut h = Harness::new(with(|s| s.lang = Lang::En), (100, 30));
        h.press(script);
        snapshot!(format!("desk-en-{name}"), h.text());
    }
}

#[test]
fn no_glyph_of_ours_is_ambiguous_where_those_are_wide() {
    let wide = Width::new(true);
    for (name, script) in SCREENS {
        for glyphs in [Glyphs::Quadrant, Glyphs::Ascii] {
            let mut h = Harness::new(
                with(|s| {
                    s.caps.ambiguous_wide = true;
                    s.caps.glyphs = glyphs;
                }),
                (80, 24),
            );
            h.press(script);
            let buffer = h.buffer();
            for y in 0..buffer.area.height {
                let mut x = 0;
                while x < buffer.area.width {
                    let symbol = buffer[(x, y)].symbol();
                    assert!(!wide.differs(symbol) || "↑↓←→…“”‹›《》·".contains(symbol), "{name}: {symbol:?} at {x},{y}");
                    x += wide.of(symbol).max(1);
                }
                assert_eq!(x, buffer.area.width, "{name}: row {y}");
            }
        }
    }
}

#[test]
fn every_text_of_the_desk_exists() {
    fn walk(dir: &std::path::Path, out: &mut String) {
        for entry in std::fs::read_dir(dir).expect("the sources").flatten() {
            if entry.path().is_dir() {
                walk(&entry.path(), out);
            } else if entry.path().extension().is_some_and(|e| e == "rs") {
                out.push_str(&std::fs::read_to_string(entry.path()).expect("text"));
            }
        }
    }
    let mut source = String::new();
    walk(std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src/ui")), &mut source);
    let quoted = |part: &str| part.split('"').next().unwrap_or_default().to_owned();
    let used: std::collections::BTreeSet<String> = source
        .split(concat!("\"", "desk."))
        .skip(1)
        .map(quoted)
        .filter(|key| !key.is_empty() && !key.contains('{') && !key.ends_with('.'))
        .map(|key| format!("{}{key}", "desk."))
        .collect();
    let missing: Vec<_> = used.iter().filter(|key| !Lang::Zh.has(key)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    // Made from a word of the data.
    let made = ["cause", "target", "meaning", "complete", "role", "kind"].map(|part| format!("desk.{part}."));
    let unused: Vec<_> = Lang::Zh
        .keys()
        .filter(|key| key.starts_with("desk.") && !used.contains(*key) && !made.iter().any(|made| key.starts_with(made.as_str())))
        .collect();
    assert!(unused.is_empty(), "{unused:?}");
}

#[test]
fn names_of_files_stand_whole_in_the_batches_where_there_is_room() {
    let mut h = at((100, 24));
    h.press("shift-f6");
    let text = h.text();
    assert!(text.contains("maps/乡镇.geojson") && text.contains("指标 2025Q3.csv"), "{text}");
}
