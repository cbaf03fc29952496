//! Behaviour, by key scripts: assertions on the model, not on pixels.

use std::collections::BTreeSet;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use proptest::prelude::*;

use super::{Fake, Harness, session};
use crate::domain::access::Access;
use crate::domain::page::Freshness;
use crate::domain::problem::{Problem, Severity};
use crate::domain::request::{Progress, Query, RequestId, Write};
use crate::domain::view_state::{Listing, ViewState};
use crate::ui::action::{Action, TABLE};
use crate::ui::keys::Key;
use crate::ui::model::Focus;
use crate::ui::overlay::Overlay;
use crate::ui::pick::Entry;
use crate::ui::{Effect, Message};

const HOME: (u16, u16) = (120, 36);

fn home() -> Harness {
    Harness::new(session(), HOME)
}

#[test]
fn a_session_drills_to_the_grid_and_its_branches_and_out_again() {
    let mut h = home();
    assert_eq!(h.way(), ["青禾县"]);
    h.press("down enter");
    assert_eq!(h.way(), ["青禾县", "上坝乡"]);
    h.press("down enter");
    assert_eq!(h.way(), ["青禾县", "上坝乡", "第2片"]);
    assert_eq!(h.model.home.as_ref().map(|p| p.view.listing.clone()), Some(Listing::Branches));
    assert_eq!(h.chosen(), "上坝乡第1党支部");
    h.press("enter");
    assert!(h.model.card_open);
    h.press("esc");
    assert!(!h.model.card_open);
    h.press("esc");
    assert_eq!((h.way().len(), h.chosen().as_str()), (2, "第2片"));
    h.press("esc");
    assert_eq!((h.way().len(), h.chosen().as_str()), (1, "上坝乡"));
    h.press("esc");
    assert_eq!(h.way(), ["青禾县"], "Esc at the top goes nowhere");
    assert!(!h.toast().is_empty());
}

#[test]
fn a_unit_with_nothing_below_opens_its_card() {
    let mut h = home();
    h.press("enter enter");
    assert_eq!(h.way().len(), 2);
    assert!(h.model.card_open, "第1片 has no branches");
}

#[test]
fn drilling_works_without_any_geometry() {
    let mut fake = Fake::new();
    fake.flat = true;
    let mut h = Harness::over(fake, session(), HOME);
    h.press("enter down enter");
    assert_eq!(h.way().len(), 3);
    h.press("tab right");
    assert!(h.toast().contains("没有边界"), "{}", h.toast());
}

#[test]
fn on_the_map_arrows_go_to_neighbours_and_back() {
    let mut h = home();
    h.press("tab right");
    assert_eq!(h.chosen(), "上坝乡");
    h.press("down");
    assert_eq!(h.chosen(), "柳林镇");
    h.press("up left");
    assert_eq!(h.chosen(), "河口镇");
    h.press("left");
    assert_eq!(h.chosen(), "河口镇");
    assert!(!h.toast().is_empty());
    let mut seen = BTreeSet::new();
    h.press("home");
    for script in ["", "right", "right", "down", "left", "left"] {
        h.press(script);
        seen.insert(h.chosen());
    }
    assert_eq!(seen.len(), 6, "every unit can be reached");
}

#[test]
fn a_level_can_be_skipped() {
    let mut h = home();
    h.press("f7 2");
    assert_eq!(h.model.home.as_ref().map(|p| p.rows.len()), Some(24));
    h.press("esc");
    assert_eq!(h.model.home.as_ref().map(|p| p.rows.len()), Some(6));
}

#[test]
fn siblings_and_the_last_place() {
    let mut h = home();
    h.press("enter ]");
    assert_eq!(h.way(), ["青禾县", "上坝乡"]);
    h.press("[ [");
    assert_eq!(h.way(), ["青禾县", "河口镇"]);
    assert!(!h.toast().is_empty());
    h.press("ctrl-o");
    assert_eq!(h.way(), ["青禾县", "上坝乡"]);
}

#[test]
fn finding_jumps_over_levels() {
    let mut h = home();
    h.press("/ \"第3\"");
    assert!(matches!(h.model.overlay, Some(Overlay::Find { .. })));
    h.press("down enter");
    assert_eq!((h.way(), h.chosen()), (vec!["青禾县".to_owned(), "上坝乡".to_owned()], "第3片".to_owned()));
    h.press("esc");
    assert_eq!(h.way(), ["青禾县"]);
}

#[test]
fn numbers_switch_indicators_and_say_when_there_is_none() {
    let mut h = home();
    h.press("2");
    assert_eq!(h.model.home.as_ref().map(|p| p.indicator.id.to_string()).as_deref(), Some("X-2"));
    h.press("9");
    assert!(h.toast().contains('3'), "{}", h.toast());
}

#[test]
fn periods_go_back_and_stop_at_the_edge() {
    let mut h = home();
    let period = |h: &Harness| h.model.home.as_ref().and_then(|p| p.period).map(|p| p.to_string());
    h.press("，");
    assert_eq!(period(&h).as_deref(), Some("2025Q2"), "a full-width comma is a comma");
    h.press(". .");
    assert_eq!(period(&h).as_deref(), Some("2025Q3"));
    assert!(!h.toast().is_empty());
    h.press("t end enter");
    assert_eq!(period(&h).as_deref(), Some("2025Q1"));
}

#[test]
fn a_mark_is_written_announced_and_taken_back() {
    let mut h = home();
    h.press("m enter enter");
    assert!(matches!(h.fake.writes.as_slice(), [Write::Mark { due: Some(_), .. }]), "{:?}", h.fake.writes);
    assert!(h.toast().contains("河口镇"));
    assert_eq!(h.model.row().map(|r| r.marks), Some(1));
    h.press("w");
    assert_eq!(h.model.home.as_ref().map(|p| p.rows.len()), Some(1));
    h.press("w u");
    assert_eq!(h.model.row().map(|r| r.marks), Some(0));
    assert!(h.toast().contains("撤回"));
    h.press("u");
    assert_eq!(h.fake.writes.len(), 2, "there is nothing left to take back");
}

#[test]
fn the_post_is_asked_once() {
    let mut s = session();
    s.access.post = None;
    let mut h = Harness::new(s, HOME);
    h.press("f4 enter enter enter");
    assert!(h.fake.writes.is_empty(), "no post, no mark");
    h.press("\"某镇组织委员\" enter \"看台账\" enter \"14\" enter");
    assert!(
        matches!(h.fake.writes.as_slice(), [Write::Mark { reason, due: Some(day), .. }] if reason == "看台账" && day.to_string() == "2025-10-26")
    );
    assert_eq!(h.effects, [Effect::RememberPost("某镇组织委员".into())]);
    h.press("m");
    assert!(matches!(&h.model.overlay, Some(Overlay::Mark(form)) if form.post.is_none()));
}

#[test]
fn a_bad_day_is_said_and_nothing_is_written() {
    let mut h = home();
    h.press("m enter \"2025-02-30\" enter");
    assert!(matches!(&h.model.overlay, Some(Overlay::Mark(form)) if form.wrong == Some("ui.mark.bad_day")));
    h.press("ctrl-u \"2020-01-01\" enter");
    assert!(matches!(&h.model.overlay, Some(Overlay::Mark(form)) if form.wrong == Some("ui.mark.past_day")));
    assert!(h.fake.writes.is_empty());
}

#[test]
fn a_read_only_session_cannot_write() {
    let mut s = session();
    s.access = Access::read_only();
    let mut h = Harness::new(s, HOME);
    h.press("m");
    assert!(h.model.overlay.is_none());
    assert!(h.toast().contains("只读"));
    h.press("u M x");
    assert!(h.fake.writes.is_empty());
}

#[test]
fn an_answer_to_an_old_question_is_dropped() {
    let mut h = home();
    h.hold = true;
    h.press("1 2 3");
    let held = h.held.clone();
    let homes: Vec<_> = held.iter().filter(|(_, q)| matches!(q, Query::Home(_))).collect();
    assert!(homes.len() >= 2);
    let (first, query) = homes[0].clone();
    let outcome = Ok(h.fake.answer(&query));
    h.send(Message::Answer { request: first, outcome });
    assert_eq!(h.model.home.as_ref().map(|p| p.indicator.id.to_string()).as_deref(), Some("X-1"));
    h.release();
    assert_eq!(h.model.home.as_ref().map(|p| p.indicator.id.to_string()).as_deref(), Some("X-3"));
    let before = h.text();
    h.send(Message::Answer { request: RequestId(9999), outcome: Err(Problem::new("E_SAMPLE", Severity::Refused, "x")) });
    assert_eq!(h.text(), before);
}

#[test]
fn keys_typed_ahead_mean_the_place_they_were_typed_for() {
    let mut h = home();
    h.hold = true;
    h.press("down enter down");
    assert_eq!(h.chosen(), "上坝乡", "the old list is still there");
    h.release();
    assert_eq!((h.way().len(), h.chosen().as_str()), (2, "第2片"));
}

#[test]
fn what_the_store_fills_in_is_what_the_map_is_asked_for() {
    let mut h = home();
    h.press("down enter");
    let view = ViewState { place: None, listing: Listing::Units("top".into()), ..h.model.view.clone().expect("view") };
    h.model.view = Some(view);
    h.send(Message::Clock(jiff::civil::date(2025, 10, 1)));
    assert_eq!(h.way(), ["青禾县"]);
    let view = h.model.view.clone().expect("view");
    assert_eq!((view.place.is_some(), &view.listing), (true, &Listing::Units("mid".into())));
    let of = (view.place, view.listing);
    assert_eq!(h.model.map.of.as_ref(), Some(&of), "the map is of the list on screen");
    assert!(h.model.map.units.iter().any(Option::is_some));
}

#[test]
fn enter_in_the_list_of_marks_goes_to_the_marked_unit() {
    let mut h = home();
    h.press("down m");
    h.send(Message::Paste("某镇组织委员".into()));
    h.press("enter enter enter enter enter M");
    assert!(matches!(h.model.overlay, Some(Overlay::Marks { rows: Some(_) })), "{}", h.text());
    h.press("enter");
    assert!(h.model.overlay.is_none());
    assert_eq!((h.way().len(), h.chosen().as_str()), (1, "上坝乡"));
}

#[test]
fn a_screen_drawn_again_composes_no_map() {
    let mut h = home();
    let composed = |h: &Harness| (h.model.map.composed, std::sync::Arc::as_ptr(&h.model.map.cells));
    let before = composed(&h);
    h.press("? esc : esc tab tab");
    assert_eq!(composed(&h), before);
    h.press("down");
    assert_ne!(composed(&h), before, "another selection is another map");
}

#[test]
fn pages_scroll_the_open_card_and_never_past_its_end() {
    let mut h = Harness::new(session(), (80, 12));
    h.press("space pagedown pagedown pagedown pagedown pagedown pagedown");
    let end = h.model.card_scroll;
    assert!(end > 0);
    h.press("pagedown");
    assert_eq!(h.model.card_scroll, end);
    h.press("pageup");
    assert!(h.model.card_scroll < end);
}

#[test]
fn a_refused_question_keeps_what_was_there() {
    let mut h = home();
    h.hold = true;
    h.press("enter");
    let held = std::mem::take(&mut h.held);
    h.hold = false;
    for (request, _) in held {
        h.send(Message::Answer { request, outcome: Err(Problem::new("E_SAMPLE", Severity::Refused, "x")) });
    }
    assert_eq!(h.way(), ["青禾县"]);
    assert!(h.toast().contains("E_SAMPLE"));
    h.press("down enter");
    assert_eq!(h.way().len(), 2, "the session goes on");
}

#[test]
fn new_data_is_asked_for_and_the_selection_stays() {
    let mut h = home();
    h.press("down down");
    let chosen = h.chosen();
    h.fake.version = 7;
    h.send(Message::Progress(Progress::Changed { version: 7 }));
    assert_eq!(h.model.home.as_ref().map(|p| p.version), Some(7));
    assert_eq!(h.chosen(), chosen);
}

#[test]
fn leads_that_are_not_screened_yet_are_said_to_be_and_fill_in() {
    let mut fake = Fake::new();
    fake.leads = Freshness::Kept(jiff::civil::date(2025, 11, 9));
    let mut h = Harness::over(fake, session(), HOME);
    assert!(h.text().contains("待核为 2025-11-09 的，正在重筛"), "{}", h.text());
    h.press("down down");
    let chosen = h.chosen();
    h.fake.leads = Freshness::Now;
    h.send(Message::Progress(Progress::Screened));
    assert!(!h.text().contains("重筛"), "{}", h.text());
    assert_eq!(h.chosen(), chosen, "the selection stays");
    h.fake.leads = Freshness::Awaited;
    h.press("enter");
    assert!(h.text().contains("正在筛查待核"), "{}", h.text());
}

#[test]
fn recolouring_never_rasterises_again() {
    let mut h = home();
    h.hold = true;
    h.press("2 c w down");
    assert!(h.held.iter().all(|(_, q)| !matches!(q, Query::Map { .. })), "{:?}", h.held);
}

#[test]
fn the_mouse_passing_over_draws_nothing() {
    let mut h = home();
    assert!(h.model.take_dirty());
    h.send(Message::Mouse(MouseEvent { kind: MouseEventKind::Moved, column: 5, row: 5, modifiers: KeyModifiers::NONE }));
    assert!(!h.model.take_dirty());
}

#[test]
fn a_map_never_wears_the_colours_of_another_list() {
    let mut h = home();
    h.hold = true;
    h.press("enter");
    let (homes, maps): (Vec<_>, Vec<_>) = std::mem::take(&mut h.held).into_iter().partition(|(_, q)| matches!(q, Query::Home(_)));
    let of = |h: &Harness| h.model.map.of.as_ref().and_then(|(place, _)| *place);
    let before = of(&h);
    for (request, query) in maps {
        let outcome = Ok(h.fake.answer(&query));
        h.send(Message::Answer { request, outcome });
    }
    assert_eq!(of(&h), before, "the list of the old map is still there");
    for (request, query) in homes {
        let outcome = Ok(h.fake.answer(&query));
        h.send(Message::Answer { request, outcome });
    }
    assert_eq!(of(&h), h.model.home.as_ref().and_then(|p| p.view.place));
    assert_eq!(h.model.map.fills.len(), 4);
}

#[test]
fn a_paste_is_text_in_fields_and_never_keys() {
    let mut h = home();
    h.send(Message::Paste("qqq\u{1b}[31m".into()));
    assert!(h.effects.is_empty() && h.model.overlay.is_none());
    h.press("/");
    h.send(Message::Paste("第3\n\u{202e}片".into()));
    assert!(matches!(&h.model.overlay, Some(Overlay::Find { input, .. }) if input.value() == "第3 片"));
}

#[test]
fn the_cursor_stands_at_the_insertion_point() {
    let mut h = home();
    h.press("/ \"河口\"");
    let mut terminal = h.terminal();
    let there = terminal.get_cursor_position().expect("memory");
    h.press("left");
    let mut terminal = h.terminal();
    let back = terminal.get_cursor_position().expect("memory");
    assert_eq!((there.x, there.y), (back.x + 2, back.y));
}

#[test]
fn the_mouse_selects_goes_in_and_scrolls() {
    let mut h = home();
    let click = |column, row| {
        Message::Mouse(MouseEvent { kind: MouseEventKind::Down(MouseButton::Left), column, row, modifiers: KeyModifiers::NONE })
    };
    h.send(click(5, 4));
    assert_eq!(h.chosen(), "青石桥镇");
    h.send(click(5, 4));
    assert_eq!(h.way().len(), 2);
    h.press("esc home");
    h.send(Message::Mouse(MouseEvent { kind: MouseEventKind::ScrollDown, column: 5, row: 5, modifiers: KeyModifiers::NONE }));
    assert_eq!(h.chosen(), "𠅤家湾街道");
    let map = crate::ui::layout::areas(&h.model).and_then(|a| a.map).expect("a map");
    h.send(click(map.x + map.width / 6, map.y + map.height / 4));
    assert_eq!((h.chosen().as_str(), h.model.focus), ("河口镇", Focus::Map));
}

#[test]
fn the_start_page_makes_a_workspace() {
    let mut s = session();
    s.has_workspace = false;
    s.here = "/data/new".into();
    let mut h = Harness::new(s.clone(), HOME);
    // The folder it was started in is filled in; the name has the keys.
    h.press("3 enter enter");
    assert!(h.text().contains("请写名称") && h.text().contains("/data/new"), "{}", h.text());
    h.press("\"青禾\" enter \"99012\" enter");
    assert!(h.effects.is_empty() && h.text().contains("6 位数字"), "{}", h.text());
    h.press("\"1\" enter");
    let made = Effect::CreateWorkspace { dir: "/data/new".into(), name: "青禾".into(), county: "990121".into() };
    assert_eq!(h.effects, [made]);
    s.access = Access::read_only();
    let mut h = Harness::new(s, HOME);
    h.press("3");
    assert!(h.model.overlay.is_none() && h.effects.is_empty());
}

#[test]
fn the_start_page_opens_the_demo_a_folder_or_the_tutorial() {
    let mut s = session();
    s.has_workspace = false;
    let mut h = Harness::new(s.clone(), HOME);
    h.press("enter");
    assert_eq!(h.effects, [Effect::OpenDemo]);
    h.send(Message::Opened);
    assert_eq!(h.way(), ["青禾县"]);
    let mut h = Harness::new(s.clone(), HOME);
    h.press("2 \"/data/county\" enter");
    assert_eq!(h.effects, [Effect::OpenWorkspace("/data/county".into())]);
    h.send(Message::OpenFailed(Problem::new("E_SAMPLE", Severity::Refused, "x")));
    assert!(h.text().contains("E_SAMPLE"));
    let mut h = Harness::new(s, HOME);
    h.press("down down down enter");
    h.send(Message::Opened);
    assert!(h.text().contains("教程 1/12"), "{}", h.text());
}

#[test]
fn the_tutorial_waits_for_each_step() {
    let mut s = session();
    s.tutorial = true;
    let mut h = Harness::new(s, HOME);
    let step = |h: &Harness| h.model.tutorial.map(|t| t.step);
    h.press("2");
    assert_eq!(step(&h), Some(0), "a digit is not what the first step asks");
    for (n, script) in ["down", "enter", "tab", "right", "esc", "2", "i", "esc w", "w / esc", "m enter enter", "u", "?"].iter().enumerate()
    {
        assert_eq!(step(&h), Some(n), "{script}");
        h.press(script);
    }
    assert!(h.model.tutorial.is_some_and(crate::ui::tutorial::Tutorial::finished));
}

#[test]
fn copying_announces_itself() {
    let mut h = home();
    h.press("y");
    assert!(h.text().contains("复制名称"), "which-key shows what may follow");
    h.press("c");
    assert_eq!(h.effects, [Effect::Copy("990121100".into())]);
    assert!(h.toast().contains("已复制 9 字"));
}

#[test]
fn every_action_is_reachable_without_letters() {
    let direct: BTreeSet<Action> = TABLE
        .iter()
        .filter(|info| {
            info.keys.iter().any(|text| {
                text.split_whitespace().all(|key| match Key::parse(key).map(|k| k.code) {
                    Some(KeyCode::Char(c)) => !c.is_ascii_alphabetic(),
                    Some(_) => true,
                    None => false,
                })
            })
        })
        .map(|info| info.action)
        .collect();
    assert!(direct.contains(&Action::Palette));
    for (n, info) in TABLE.iter().enumerate().filter(|(_, info)| !direct.contains(&info.action)) {
        let mut h = home();
        h.press(&format!("f10 {n}*down"));
        let chosen = crate::ui::pick::palette(&h.model, "").get(h.model.chosen).cloned();
        assert_eq!(chosen.map(|found| found.entry), Some(Entry::Action(info.action)), "{}", info.id);
    }
}

#[test]
fn settings_are_in_the_palette_and_stay() {
    let mut h = home();
    h.press("： \"主题\" enter down enter");
    assert!(matches!(h.effects.as_slice(), [Effect::RememberTheme(_)]), "{:?}", h.effects);
    h.press(": \"语言\" enter 2");
    assert!(h.text().contains("DEMO DATA"));
}

#[test]
fn scopes_hold_until_cleared() {
    let mut h = home();
    h.press("f6 enter down enter esc");
    assert_eq!(h.model.home.as_ref().map(|p| p.view.scope.zones.len()), Some(2));
    assert!(h.text().contains("农区+牧区"));
    h.press("F");
    assert_eq!(h.model.home.as_ref().map(|p| p.view.scope.is_all()), Some(true));
}

#[test]
fn zooming_follows_the_selection_and_resets() {
    let mut h = home();
    let extent = |h: &Harness| h.model.view.as_ref().and_then(|v| v.extent);
    h.press("+");
    let close = extent(&h).expect("zoomed in");
    h.press("end");
    assert_ne!(extent(&h), Some(close), "the map follows");
    h.press("0");
    assert_eq!(extent(&h), None);
    h.press("20*+ 30*- shift-left 50*shift-left");
    h.press("esc");
    assert_eq!(extent(&h), None);
}

fn any_key() -> impl Strategy<Value = KeyEvent> {
    let code = prop_oneof![
        3 => prop::sample::select(vec![
            KeyCode::Enter, KeyCode::Esc, KeyCode::Tab, KeyCode::Up, KeyCode::Down, KeyCode::Left, KeyCode::Right,
            KeyCode::PageDown, KeyCode::Home, KeyCode::End, KeyCode::Backspace, KeyCode::F(1), KeyCode::F(6), KeyCode::F(7), KeyCode::F(10),
        ]),
        4 => prop::sample::select("hjklgGzwfFmuMitcyIoLP+-0123456789[]/:?,. ，。？、x村𠀋".chars().collect::<Vec<_>>()).prop_map(KeyCode::Char),
    ];
    code.prop_map(|code| KeyEvent::new(code, KeyModifiers::NONE))
}

#[derive(Clone, Debug)]
enum Happening {
    Key(KeyEvent),
    Resize(u16, u16),
    Click(u16, u16),
    Probe(bool),
    Hold,
    Release,
    Fail,
    Paste,
}

fn any_happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        12 => any_key().prop_map(Happening::Key),
        2 => (0u16..=200, 0u16..=60).prop_map(|(w, h)| Happening::Resize(w, h)),
        2 => (0u16..200, 0u16..60).prop_map(|(x, y)| Happening::Click(x, y)),
        1 => any::<bool>().prop_map(Happening::Probe),
        1 => Just(Happening::Hold),
        1 => Just(Happening::Release),
        1 => Just(Happening::Fail),
        1 => Just(Happening::Paste),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn nothing_that_happens_brings_it_down(
        happenings in prop::collection::vec(any_happening(), 1..60),
        size in (0u16..=200, 0u16..=60),
        read_only in any::<bool>(),
    ) {
        let mut s = session();
        if read_only {
            s.access = Access::read_only();
        }
        let mut h = Harness::new(s, size);
        for happening in happenings {
            match happening {
                Happening::Key(event) => h.send(Message::Key(event)),
                Happening::Resize(w, rows) => h.send(Message::Resize(w, rows)),
                Happening::Click(column, row) => h.send(Message::Mouse(MouseEvent {
                    kind: MouseEventKind::Down(MouseButton::Left), column, row, modifiers: KeyModifiers::NONE,
                })),
                Happening::Probe(ambiguous_wide) => h.send(Message::Probed { ambiguous_wide }),
                Happening::Hold => h.hold = true,
                Happening::Release => h.release(),
                Happening::Fail => {
                    for (request, _) in std::mem::take(&mut h.held) {
                        h.send(Message::Answer { request, outcome: Err(Problem::new("E_SAMPLE", Severity::Refused, "x")) });
                    }
                }
                Happening::Paste => h.send(Message::Paste("粘\u{1b}贴".into())),
            }
            let _ = h.terminal();
        }
        h.release();
        prop_assert!(h.model.settled());
        if read_only {
            prop_assert!(h.fake.writes.is_empty());
        }
    }
}

/// A session over a workspace in which something was held back.
fn held_back(access: Access) -> Harness {
    let mut fake = Fake::new();
    fake.pending = Some("values (−3), maps/leaf.geojson (−)".into());
    let mut s = session();
    s.access = access;
    Harness::over(fake, s, HOME)
}

#[test]
fn what_would_disappear_is_loaded_only_by_a_person() {
    let mut h = held_back(Access::local(None));
    assert!(h.toast().contains("values (−3)"), "{}", h.toast());
    h.press("down");
    assert!(h.text().contains(Action::Removals.name(crate::locale::Lang::Zh)), "the status line keeps asking");
    h.press("D");
    for held in ["values (−3)", "maps/leaf.geojson (−)"] {
        assert!(h.text().contains(held), "{}", h.text());
    }
    h.press("esc D n");
    assert!(h.model.overlay.is_none() && h.fake.writes.is_empty());
    h.press("D y");
    assert_eq!(h.fake.writes, [Write::Removals]);
    assert_eq!((h.model.overlay.is_none(), h.model.pending()), (true, None));
    h.press("D");
    assert!(h.model.overlay.is_none(), "nothing is left to ask");
}

#[test]
fn a_read_only_session_cannot_agree_to_a_loss() {
    let mut h = held_back(Access::read_only());
    h.press("D");
    assert!(h.toast().contains("只读"));
    h.press("y esc");
    assert!(h.fake.writes.is_empty());
    assert!(!h.text().contains(Action::Removals.name(crate::locale::Lang::Zh)));
}

#[test]
fn a_load_that_held_something_back_says_so() {
    let mut h = home();
    h.fake.pending = Some("values (−3)".into());
    h.send(Message::Progress(Progress::Pending("values (−3)".into())));
    assert!(h.toast().contains("values (−3)"));
    assert_eq!(h.model.pending(), Some("values (−3)"));
    h.press("down");
    h.send(Message::Progress(Progress::Pending("values (−3)".into())));
    assert_eq!(h.toast(), "", "it is announced once");
}

#[test]
fn while_values_are_read_nobody_is_said_not_to_have_reported() {
    let mut fake = Fake::new();
    fake.empty = true;
    let mut h = Harness::over(fake, session(), HOME);
    h.send(Message::Progress(Progress::Reading { name: "values".into(), done: 1, of: 2 }));
    assert!(h.text().contains("读取中") && !h.text().contains("未报"), "{}", h.text());
    h.send(Message::Progress(Progress::Done));
    assert!(!h.text().contains("读取中") && h.text().contains("未报"), "{}", h.text());
}
