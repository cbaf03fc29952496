//! Sheets of what frameworks drive: a sample with every kind of cell and lead, key scripts, screens.

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use jiff::civil::date;
use proptest::prelude::*;

use super::{Fake, Harness, session};
use crate::domain::id::Uid;
use crate::domain::indicator::Indicator;
use crate::domain::problem::{Problem, Severity};
use crate::domain::request::{Progress, Query};
use crate::domain::sheet::{Against, Cell, Column, Lead, Row, Sheet, SheetKind, Table, Weight, Words};
use crate::domain::view_state::{Listing, Standing, ViewState};
use crate::gis::compose::Glyphs;
use crate::locale::Lang;
use crate::ui::action::{Action, Group, TABLE};
use crate::ui::capability::Colour;
use crate::ui::desk::Screen;
use crate::ui::overlay::{Menu, Overlay};
use crate::ui::text::Width;
use crate::ui::{Message, Session};

macro_rules! snapshot {
    ($name:expr, $screen:expr) => {
        insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!($name, $screen);
        });
    };
}

fn column(zh: &str, en: &str, right: bool, spare: u8) -> Column {
    Column { head: Words::both(zh, en), right, spare }
}

/// A sheet with something of everything; of another view it says another thing.
pub(super) fn sample(kind: &SheetKind, version: u64, view: &ViewState, [unit, leaf, branch]: [Uid; 3]) -> Sheet {
    let text = |zh: &str, en: &str| Cell::Text(Words::both(zh, en));
    let columns = vec![
        column("事项", "item", false, 0),
        column("完成", "done", true, 0),
        column("数值", "value", true, 1),
        column("变化", "change", true, 3),
        column("截止", "due", false, 4),
        column("剩余", "left", false, 0),
        column("办结", "closed", false, 2),
        column("星级", "stars", false, 5),
    ];
    let row = |weight, name: Cell, cells: [Cell; 7], lead: Option<Lead>| Row {
        cells: [vec![name], cells.to_vec()].concat(),
        weight,
        lead,
        detail: vec![
            Words::both(
                "依据：〔2024〕1号第3条。每季度末由乡镇填报，数据截至 2025-09-30。",
                "Document (2024) 1, article 3. Reported by townships each quarter.",
            ),
            Words::data(format!("scope {} period {:?}", view.scope.zones.len(), view.period.map(|p| p.to_string()))),
        ],
    };
    let share = |num: f64, den: f64| Cell::Share { num, den };
    let number = |value: f64, unit: &str| Cell::Number { value, unit: unit.into() };
    let change = |value: f64, unit: &str| Cell::Change { value, unit: unit.into() };
    let stars = |of, max| Cell::Stars { of, max };
    let rows = vec![
        row(
            Weight::Urgent,
            text("一肩挑比例达到百分之八十", "one person in both posts, 80 %"),
            [
                share(5.0, 7.0),
                number(71.4, "%"),
                change(-2.5, "百分点"),
                Cell::Day(date(2025, 10, 9)),
                Cell::DaysLeft(-3),
                Cell::Flag(false),
                stars(3, 5),
            ],
            Some(Lead::Number { uid: unit, indicator: "X-1".into(), period: "2025Q2".parse().ok() }),
        ),
        row(
            Weight::Look,
            text("集体收入", "income"),
            [
                share(98.0, 100.0),
                number(1234.5, "万元"),
                change(3.5, "万元"),
                Cell::Day(date(2025, 10, 24)),
                Cell::DaysLeft(12),
                Cell::Flag(true),
                stars(5, 5),
            ],
            Some(Lead::Indicator("X-3".into())),
        ),
        row(
            Weight::Good,
            Cell::Text(Words::data("𠅤家湾街道")),
            [
                share(0.0, 0.0),
                number(12.0, "㎡"),
                change(0.0, ""),
                Cell::Day(date(2025, 10, 12)),
                Cell::DaysLeft(0),
                Cell::Flag(true),
                stars(7, 0),
            ],
            Some(Lead::Subject(leaf)),
        ),
        row(
            Weight::Plain,
            text("党支部", "branch"),
            [Cell::Missing, Cell::Unset, Cell::Empty, Cell::Unset, Cell::Unset, Cell::Missing, stars(12, 30)],
            Some(Lead::Subject(branch)),
        ),
        row(Weight::Dim, text("只看农区", "farm zone"), [const { Cell::Empty }; 7], Some(Lead::Zone("n".into()))),
        row(Weight::Plain, text("列出末层", "list the leaves"), [const { Cell::Empty }; 7], Some(Lead::Level("leaf".into()))),
        row(
            Weight::Plain,
            text("下一张表", "next sheet"),
            [const { Cell::Empty }; 7],
            Some(Lead::Sheet(SheetKind::Framework { id: "f-1".into() })),
        ),
        row(Weight::Plain, text("不通往别处", "leads nowhere"), [const { Cell::Empty }; 7], None),
    ];
    let table =
        |zh: &str, en: &str, columns: Vec<Column>, rows| Table { title: Some(Words::both(zh, en)), columns, rows, ..Table::default() };
    let mut first = table("目标", "targets", columns, rows);
    first.notes = vec![Words::both("超期的在前。未配置的不排。", "Overdue first.")];
    let short = vec![column("单位", "unit", false, 0), column("条数", "count", true, 0)];
    let few =
        ["甲单位", "乙单位"].map(|name| Row { cells: vec![Cell::Text(Words::data(name)), number(3.0, "")], ..Row::default() }).to_vec();
    let mut nothing = table("无内容", "nothing", vec![column("空", "empty", false, 0)], vec![]);
    nothing.empty = Some(Words::both("本体系没有设这一项。", "This framework does not set it."));
    Sheet {
        kind: kind.clone(),
        version,
        about: vec![Words::data("青禾县"), Words::data("2025Q3")],
        stamp: matches!(kind, SheetKind::Tasks).then(|| Words::both("假设·未采用", "WHAT IF, NOT IN USE")),
        tables: vec![first, table("按单位", "by unit", short, few), nothing],
    }
}

fn at(size: (u16, u16)) -> Harness {
    Harness::new(session(), size)
}

fn with(change: impl FnOnce(&mut Session)) -> Session {
    let mut session = session();
    change(&mut session);
    session
}

fn kind(h: &Harness) -> Option<SheetKind> {
    h.model.desk.sheets.top().map(|top| top.kind.clone())
}

#[test]
fn every_sheet_opens_by_name_pinyin_and_menu() {
    for (typed, wanted) in [
        ("体系", SheetKind::Frameworks),
        ("fugai", SheetKind::Coverage),
        ("mb", SheetKind::Targets),
        ("rw", SheetKind::Tasks),
        ("juzhen", SheetKind::Matrices),
        ("pingji", SheetKind::Ratings),
        ("评分", SheetKind::Scorecards),
        ("jiedui", SheetKind::Pairings),
        ("jiepai", SheetKind::Cadence),
        ("清单", SheetKind::Lists),
        ("liucheng", SheetKind::Workflows),
        ("pianqu", SheetKind::Regions),
        ("1+X", SheetKind::Groups),
        ("cs", SheetKind::Sites { kind: String::new() }),
        ("hj", SheetKind::Terms),
        ("原因", SheetKind::Change { against: Against::LastPeriod }),
        ("xiansuo", SheetKind::Leads),
        ("baobiao", SheetKind::Form { name: String::new() }),
        ("较年初", SheetKind::Change { against: Against::YearStart }),
        ("qntq", SheetKind::Change { against: Against::YearAgo }),
        ("scorecards", SheetKind::Scorecards),
    ] {
        let mut h = at((80, 24));
        h.press(&format!(": \"{typed}\" enter"));
        assert_eq!((h.model.desk.screen, kind(&h)), (Some(Screen::Sheet), Some(wanted)), "{typed}");
    }
    for (n, wanted) in SheetKind::named().into_iter().enumerate() {
        let mut h = at((80, 24));
        h.press(&format!("shift-f1 {n}*down enter"));
        assert_eq!(kind(&h), Some(wanted));
    }
    let sheets = TABLE.iter().filter(|info| info.group == Group::Sheets && info.action != Action::Sheets);
    assert!(sheets.clone().all(|info| info.action.sheet().is_some()) && sheets.count() > 15);
}

#[test]
fn tabs_rows_and_details_go_by_keys() {
    let mut h = at((80, 24));
    h.press("S 3 2*down");
    let place = |h: &Harness| h.model.desk.sheets.top().map(|top| (top.tab, top.cursor().at));
    assert_eq!(place(&h), Some((0, 2)));
    h.press("2 down");
    assert_eq!(place(&h), Some((1, 1)));
    h.press("1");
    assert_eq!(place(&h), Some((0, 2)), "each table keeps its row");
    h.press("tab tab tab");
    assert!(h.text().contains("本体系没有设这一项。"), "{}", h.text());
    h.press("shift-tab left left end space");
    assert!(h.model.desk.in_detail);
    h.press("esc esc");
    assert_eq!(h.model.desk.screen, None);
    h.press("S 3");
    assert_eq!(place(&h), Some((0, 7)), "it is opened where it was left");
}

#[test]
fn tabs_rows_and_details_go_by_the_mouse() {
    let mut h = at((120, 36));
    h.press(": \"覆盖\" enter");
    let spot = |h: &Harness, text: &str| {
        let screen = h.text();
        let (row, line) = screen.lines().enumerate().find(|(_, line)| line.contains(text)).expect(text);
        let before = line.split(text).next().unwrap_or_default();
        (h.model.width().of(before), u16::try_from(row).expect("a screen"))
    };
    let mouse = |kind, (column, row)| Message::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE });
    let press = MouseEventKind::Down(MouseButton::Left);
    let title = |h: &Harness, n: usize| {
        let table = &h.model.desk.sheets.top().and_then(|top| top.page.clone()).expect("a page").tables[n];
        h.model.session.lang.words(table.title.as_ref().expect("a title"))
    };
    let tab = |h: &Harness| h.model.desk.sheets.top().map(|top| top.tab);
    let second = spot(&h, &format!("2 {}", title(&h, 1)));
    h.send(mouse(press, second));
    assert_eq!(tab(&h), Some(1));
    let first = spot(&h, &format!("1 {}", title(&h, 0)));
    h.send(mouse(press, first));
    assert_eq!(tab(&h), Some(0));
    let list = (2, 8);
    h.send(mouse(MouseEventKind::ScrollDown, list));
    assert!(h.model.desk.sheets.top().is_some_and(|top| top.cursor().at > 0), "the wheel moves the choice");
    h.send(mouse(press, (110, 10)));
    assert!(h.model.desk.in_detail, "a click into the details goes there");
    h.press("esc esc");
    // The head of the values does what I does, that of the list what L does.
    let list = crate::ui::layout::areas(&h.model).and_then(|areas| areas.list).expect("a list");
    h.send(mouse(press, (list.right() - 3, list.y)));
    assert!(matches!(h.model.overlay, Some(Overlay::Indicators { .. })));
    h.press("esc");
    h.send(mouse(press, (list.x + 1, list.y)));
    assert!(matches!(h.model.overlay, Some(Overlay::Menu(Menu::Listings))));
}

#[test]
fn a_command_names_rules_frameworks_indicators_and_suggests() {
    let top = |h: &Harness| h.model.desk.sheets.top().map(|top| (top.kind.clone(), top.tab, top.cursor().at));
    for typed in ["书记出缺", "sjcq", "t/r1", "规则 出缺"] {
        let mut h = at((120, 36));
        h.press(&format!(": \"{typed}\" enter"));
        assert_eq!(top(&h), Some((SheetKind::Leads, 0, 1)), "{typed}");
    }
    // A rule without leads is shown where its framework declares it.
    let mut h = at((120, 36));
    h.press(": \"没有线索的规则\" enter");
    assert_eq!(kind(&h), Some(SheetKind::Framework { id: "t".into() }));
    let mut h = at((120, 36));
    h.press(": \"体系 f-1\" enter");
    assert_eq!(kind(&h), Some(SheetKind::Framework { id: "f-1".into() }));
    // One key wrong: the nearest are offered, and Enter puts one in before it does anything.
    let mut h = at((120, 36));
    h.press(": \"书记出却\"");
    assert!(h.text().contains("最接近") && h.text().contains("书记出缺"), "{}", h.text());
    h.press("enter");
    assert!(h.model.desk.screen.is_none() && h.model.overlay.is_some());
    h.press("enter");
    assert_eq!(top(&h), Some((SheetKind::Leads, 0, 1)));
}

#[test]
fn a_row_leads_to_its_number_and_back() {
    let mut h = at((80, 24));
    h.press("S 3 enter");
    assert!(
        matches!(&h.model.overlay, Some(Overlay::Provenance { page: Some(page) }) if page.period.map(|p| p.to_string()).as_deref() == Some("2025Q2"))
    );
    h.press("esc i");
    assert!(h.model.overlay.is_some(), "the key of provenance does the same");
    h.press("esc 2*down f12");
    assert!(matches!(&h.model.overlay, Some(Overlay::Provenance { page: Some(page) }) if page.indicator.id.as_str() == "X-1"));
    h.press("esc 2*down i");
    assert!(h.model.overlay.is_none() && h.model.desk.in_detail, "no number, but its details say what there is");
    assert_eq!(h.model.desk.screen, Some(Screen::Sheet));
}

#[test]
fn a_row_leads_to_a_unit_on_list_and_map_and_back() {
    for size in [(160, 45), (80, 24), (20, 5)] {
        let mut h = at(size);
        h.press("3*down f6 enter esc S 3 2*down enter");
        assert_eq!((h.model.desk.screen, h.way(), h.chosen().as_str()), (None, vec!["青禾县".to_owned(), "河口镇".into()], "第2片"));
        assert!(h.model.card.as_ref().is_some_and(|card| card.name == "第2片"), "{}", h.text());
        assert!(h.model.view.as_ref().is_some_and(|view| view.scope.is_all()));
        h.press("esc");
        assert_eq!((h.model.desk.screen, h.way().len()), (Some(Screen::Sheet), 1));
        assert!(h.model.view.as_ref().is_some_and(|view| !view.scope.is_all()), "the scope is that of before");
        assert_eq!(h.model.desk.sheets.top().map(|top| top.cursor().at), Some(2));
        h.press("esc");
        assert_eq!((h.model.desk.screen, h.chosen().as_str()), (None, "𠅤家湾街道"), "the list is where it was");
    }
}

#[test]
fn a_row_leads_to_a_branch_an_indicator_a_scope_and_a_level() {
    let mut h = at((120, 36));
    let listing = |h: &Harness| h.model.home.as_ref().map(|home| home.view.listing.clone());
    h.press("S 3 3*down enter");
    assert_eq!((listing(&h), h.chosen().as_str()), (Some(Listing::Branches), "河口镇第1党支部"));
    h.press("esc up up enter");
    assert_eq!(h.model.home.as_ref().map(|home| home.indicator.id.to_string()).as_deref(), Some("X-3"));
    h.press("esc 3*down enter");
    assert_eq!(h.model.home.as_ref().map(|home| (home.indicator.id.to_string(), home.view.scope.zones.len())), Some(("X-1".into(), 1)));
    h.press("esc down enter");
    assert_eq!((listing(&h), h.model.view.as_ref().map(|v| v.scope.is_all())), (Some(Listing::Units("leaf".into())), Some(true)));
    h.press("enter");
    h.press("esc esc");
    assert_eq!(h.model.desk.screen, Some(Screen::Sheet), "{}", h.text());
}

#[test]
fn what_was_left_for_is_forgotten_elsewhere() {
    let mut h = at((120, 36));
    h.press("S 3 2*down enter f7 1 esc");
    assert_eq!(h.model.desk.screen, None, "Esc is the way out of a unit");
}

#[test]
fn sheets_lead_to_sheets_and_back() {
    let mut h = at((80, 24));
    h.press("S 3 6*down enter");
    assert_eq!(kind(&h), Some(SheetKind::Framework { id: "f-1".into() }));
    assert!(h.text().contains("目标 › 第一体系"), "{}", h.text());
    h.press(": \"覆盖\" enter");
    assert_eq!(h.model.desk.sheets.leaves().len(), 3);
    h.press("esc esc");
    assert_eq!((kind(&h), h.model.desk.sheets.top().map(|top| top.cursor().at)), (Some(SheetKind::Targets), Some(6)));
    h.press("end enter");
    assert!(h.model.desk.in_detail, "a row that leads nowhere is read in full");
}

#[test]
fn a_change_is_held_against_three_times_by_a_key_each() {
    let mut h = at((100, 30));
    let against = |h: &Harness| match kind(h) {
        Some(SheetKind::Change { against }) => Some(against),
        _ => None,
    };
    for (script, wanted) in [("R", Against::LastPeriod), ("2", Against::YearStart), ("3", Against::YearAgo), ("left", Against::YearStart)] {
        h.press(script);
        assert_eq!(against(&h), Some(wanted), "{script}");
    }
    h.press("5");
    assert_eq!(h.model.desk.sheets.top().map(|top| top.tab), Some(1));
    h.press("1");
    assert_eq!((against(&h), h.model.desk.sheets.top().map(|top| top.tab)), (Some(Against::LastPeriod), Some(1)));
    h.press("esc");
    assert_eq!(h.model.desk.screen, None);
}

#[test]
fn a_sheet_is_of_the_view_in_force_and_of_the_newest_data() {
    let mut h = at((120, 36));
    h.press("S 3 f6 enter esc ,");
    assert_eq!(h.model.desk.screen, Some(Screen::Sheet));
    assert!(h.text().contains("scope 1 period Some(\"2025Q2\")"), "{}", h.text());
    h.fake.version = 9;
    h.send(Message::Progress(Progress::Changed { version: 9 }));
    assert_eq!(h.model.desk.sheets.top().and_then(|top| top.page.as_ref()).map(|page| page.version), Some(9));
}

#[test]
fn a_sheet_of_an_old_question_is_dropped() {
    let mut h = at((80, 24));
    h.hold = true;
    h.press("S 2 : \"目标\" enter");
    let held: Vec<_> = h.held.iter().filter(|(_, query)| matches!(query, Query::Sheet { .. })).cloned().collect();
    assert_eq!(held.len(), 2);
    let outcome = Ok(h.fake.answer(&held[0].1));
    h.send(Message::Answer { request: held[0].0, outcome });
    assert!(h.model.desk.sheets.top().is_some_and(|top| top.page.is_none()));
    h.send(Message::Answer { request: held[1].0, outcome: Err(Problem::new("E_SAMPLE", Severity::Refused, "x")) });
    assert!(h.text().contains("E_SAMPLE"));
}

#[test]
fn the_stamp_is_on_every_page_of_every_size() {
    for size in [(160, 45), (80, 24), (60, 16), (30, 8), (20, 5)] {
        let mut h = at(size);
        h.press("S 4");
        assert!(h.text().contains("假设·未采用"), "{size:?}\n{}", h.text());
    }
}

const SIZES: [(u16, u16); 5] = [(160, 45), (120, 36), (80, 24), (60, 16), (20, 5)];

#[test]
fn sheets_at_every_size() {
    for size in SIZES {
        let mut h = at(size);
        h.press("S 3");
        snapshot!(format!("sheet-{}", size.0), h.text());
    }
    for (name, script) in [("menu", "S"), ("change", "R"), ("stamp", "S 4"), ("detail", "S 3 down space"), ("empty", "S 3 3")] {
        let mut h = at((80, 24));
        h.press(script);
        snapshot!(format!("sheet-{name}"), h.text());
    }
}

#[test]
fn sheets_in_other_sessions() {
    let sessions = [
        ("wide", with(|s| s.caps.ambiguous_wide = true)),
        ("ascii", with(|s| s.caps.glyphs = Glyphs::Ascii)),
        ("english", with(|s| s.lang = Lang::En)),
    ];
    for (name, session) in sessions {
        let mut h = Harness::new(session, (120, 36));
        h.press("S 3");
        snapshot!(format!("sheet-{name}"), h.text());
    }
    for (name, colour) in [("none", Colour::None), ("16", Colour::C16)] {
        let mut h = Harness::new(with(|s| s.caps.colour = colour), (80, 24));
        h.press("S 3 down");
        snapshot!(format!("sheet-colour-{name}"), h.styled());
    }
}

#[test]
fn no_glyph_of_a_sheet_is_ambiguous_where_those_are_wide() {
    let wide = Width::new(true);
    for size in SIZES {
        for script in ["S", "S 3 down", "S 4", "R 2"] {
            let mut h = Harness::new(with(|s| s.caps.ambiguous_wide = true), size);
            h.press(script);
            let buffer = h.buffer();
            for y in 0..buffer.area.height {
                let mut x = 0;
                while x < buffer.area.width {
                    let symbol = buffer[(x, y)].symbol();
                    assert!(!wide.differs(symbol) || "↑↓←→…“”‹›《》·".contains(symbol), "{symbol:?} at {x},{y}");
                    x += wide.of(symbol).max(1);
                }
                assert_eq!(x, buffer.area.width, "row {y} of {size:?}");
            }
        }
    }
}

#[test]
fn every_text_of_the_sheets_exists() {
    for key in ["left", "over", "today", "missing", "unset", "up", "down", "level"] {
        assert!(Lang::Zh.has(&format!("sheet.cell.{key}")), "{key}");
    }
    for kind in SheetKind::named() {
        assert!(Lang::Zh.has(&format!("sheet.name.{}", kind.word())), "{}", kind.word());
    }
    for against in Against::ALL {
        assert!(Lang::Zh.has(&format!("sheet.against.{}", against.word())));
    }
}

#[test]
fn a_scope_is_found_by_name_and_pinyin() {
    let scope = |h: &Harness| h.model.view.as_ref().map(|view| view.scope.clone()).expect("a view");
    for typed in ["牧区", "muqu", "mq"] {
        let mut h = at((80, 24));
        h.press(&format!(": \"{typed}\" enter"));
        assert_eq!(scope(&h).zones, ["m".to_owned()].into(), "{typed}\n{}", h.text());
    }
    let mut h = at((80, 24));
    h.press(": \"多个区型\" enter");
    assert_eq!(scope(&h).standings, [Standing::SeveralZones].into());
    h.press("S 3 : \"牧区\" enter");
    assert_eq!((scope(&h).zones.len(), h.model.desk.screen), (1, Some(Screen::Sheet)), "a sheet stays, of the new scope");
    h.press("shift-f6 : \"牧区\" enter");
    assert_eq!(h.model.desk.screen, None, "a screen without a scope makes way");
}

/// Indicators of two frameworks and of none, in the order of the number keys.
fn many() -> Fake {
    let mut fake = Fake::new();
    let sample = fake.indicators[0].clone();
    let more = |id: String, label: String| {
        std::sync::Arc::new(Indicator { id: id.into(), label, synonyms: vec!["别名".into()], ..(*sample).clone() })
    };
    fake.indicators = (0..24).map(|n| more(format!("f-1/X-{n}"), format!("甲指标{n}"))).collect();
    fake.indicators.extend((0..24).map(|n| more(format!("f-2/Y-{n}"), format!("收入{n}"))));
    fake
}

#[test]
fn many_indicators_stand_under_their_frameworks_and_are_searched() {
    let at = || Harness::over(many(), session(), (80, 24));
    let mut h = at();
    let now = |h: &Harness| h.model.view.as_ref().map(|view| view.indicator.to_string()).unwrap_or_default();
    h.press("f5");
    assert!(h.text().contains("第一体系") && !h.text().contains("f-1/"), "{}", h.text());
    h.press("3");
    assert_eq!(now(&h), "f-1/X-2", "digits are those of the screen");
    h.press("f5 up enter");
    assert_eq!(now(&h), "f-1/X-1");
    h.press("f5 home 3*up up enter");
    assert_eq!(now(&h), "f-1/X-0", "no step stands on the name of a framework");
    for (typed, wanted) in [("收入7", "f-2/Y-7"), ("sr", "f-2/Y-0"), ("y-11", "f-2/Y-11"), ("f-2/", "f-2/Y-0"), ("bm", "f-1/X-0")] {
        let mut h = at();
        h.press(&format!("f5 \"{typed}\" enter"));
        assert_eq!(now(&h), wanted, "{typed}");
    }
    h.press("f5 \"没有\" enter");
    assert!(h.model.overlay.is_some());
    h.press("esc f5 30*down");
    snapshot!("over-indicators-many", h.text());
    for script in ["f5 60*down", "f5 pagedown pagedown pageup 60*up", "f5 \"收\" 60*down 60*up"] {
        let mut h = at();
        h.press(script).press("enter");
        assert!(h.model.overlay.is_none(), "{script}: an indicator is chosen\n{}", h.text());
    }
}

fn any_words() -> impl Strategy<Value = Words> {
    prop_oneof![
        "\\PC{0,40}".prop_map(Words::Data),
        Just(Words::data("甲乙丙丁戊己庚辛\u{1b}[2J\u{202e}\n𠀋")),
        Just(Words::both("中", "")),
        any::<bool>().prop_map(|known| Words::fill(if known { "sheet.cell.left" } else { "sheet.no.such" }, [Words::data("{0}")])),
    ]
}

fn any_number() -> impl Strategy<Value = f64> {
    prop_oneof![4 => -1e6..1e6f64, 1 => Just(f64::NAN), 1 => Just(f64::INFINITY), 1 => Just(f64::MIN), 1 => Just(0.0)]
}

fn any_cell() -> impl Strategy<Value = Cell> {
    let unit = || prop::sample::select(vec!["", "%", "万元"]).prop_map(str::to_owned);
    prop_oneof![
        Just(Cell::Empty),
        any_words().prop_map(Cell::Text),
        (any_number(), unit()).prop_map(|(value, unit)| Cell::Number { value, unit }),
        (any_number(), any_number()).prop_map(|(num, den)| Cell::Share { num, den }),
        (any_number(), unit()).prop_map(|(value, unit)| Cell::Change { value, unit }),
        Just(Cell::Day(date(2025, 10, 9))),
        any::<i64>().prop_map(Cell::DaysLeft),
        any::<bool>().prop_map(Cell::Flag),
        (any::<u8>(), any::<u8>()).prop_map(|(of, max)| Cell::Stars { of, max }),
        Just(Cell::Missing),
        Just(Cell::Unset),
    ]
}

fn any_table() -> impl Strategy<Value = Table> {
    let column = (any_words(), any::<bool>(), 0u8..4).prop_map(|(head, right, spare)| Column { head, right, spare });
    let weight = prop::sample::select(vec![Weight::Plain, Weight::Good, Weight::Look, Weight::Urgent, Weight::Dim]);
    let lead = prop::option::of(prop_oneof![
        Just(Lead::Sheet(SheetKind::Coverage)),
        Just(Lead::Subject(Uid::of_branch("990121", "none"))),
        Just(Lead::Level("none".into())),
        Just(Lead::Indicator("none".into())),
        Just(Lead::Zone("none".into())),
    ]);
    // Rows may have fewer or more cells than there are columns.
    let row = (prop::collection::vec(any_cell(), 0..12), weight, lead, prop::collection::vec(any_words(), 0..3))
        .prop_map(|(cells, weight, lead, detail)| Row { cells, weight, lead, detail });
    let words = || prop::option::of(any_words());
    (words(), prop::collection::vec(column, 0..10), prop::collection::vec(row, 0..30), prop::collection::vec(any_words(), 0..4), words())
        .prop_map(|(title, columns, rows, notes, empty)| Table { title, columns, rows, notes, empty })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn no_sheet_brings_a_screen_down(
        tables in prop::collection::vec(any_table(), 0..12),
        stamp in prop::option::of(any_words()),
        about in prop::collection::vec(any_words(), 0..3),
        size in (0u16..=200, 0u16..=60),
        ambiguous_wide in any::<bool>(),
        script in prop::sample::select(vec!["S 3", "R", "S 3 2 end space 9*down", "S 3 tab tab enter", "S 3 enter esc enter", "S 3 i 9 left pagedown"]),
    ) {
        let mut fake = Fake::new();
        fake.sheet = Some(Sheet { kind: SheetKind::Targets, version: 1, about, stamp, tables });
        let mut h = Harness::over(fake, with(|s| s.caps.ambiguous_wide = ambiguous_wide), size);
        h.press(script);
        let _ = h.terminal();
        h.send(Message::Resize(size.1, size.0));
        let _ = h.terminal();
        prop_assert!(h.model.settled());
    }
}
