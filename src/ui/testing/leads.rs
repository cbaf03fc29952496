//! Leads on the screen: the sheets, what people say about them, the map of a what-if.

use std::sync::Arc;

use jiff::civil::date;

use super::{Harness, session};
use crate::domain::access::{Access, Grant};
use crate::domain::decision::{Amend, Answer};
use crate::domain::id::Uid;
use crate::domain::indicator::{Derived, Direction, Indicator};
use crate::domain::page::{CaseKind, Declared, HomePage, Legend, Supposed};
use crate::domain::request::Write;
use crate::domain::sheet::{Cell, Column, Lead, Row, Sheet, SheetKind, Table, Threshold, Weight, Words};
use crate::domain::value::{Reading, Shown, State};
use crate::domain::view_state::{ViewState, WhatIf};
use crate::locale::Lang;
use crate::ui::Session;
use crate::ui::capability::Colour;
use crate::ui::desk::Screen;
use crate::ui::overlay::{Menu, Overlay};

macro_rules! snapshot {
    ($name:expr, $screen:expr) => {
        insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!($name, $screen);
        });
    };
}

/// A rule about a reading, and one about a column of the table.
const RULES: [&str; 2] = ["r1", "r2"];

pub(super) fn kinds() -> Vec<CaseKind> {
    let kind = |number: u8, label: &str, label_en: &str, by_person| CaseKind {
        number,
        label: label.into(),
        label_en: label_en.into(),
        short: label.chars().take(4).collect(),
        short_en: label_en.into(),
        by_person,
    };
    vec![
        kind(1, "班子配备不齐、书记长期缺职", "The team is incomplete", false),
        kind(2, "班子不团结、内耗严重", "The team is divided", true),
        kind(3, "组织制度形同虚设", "The rules stand on paper only", true),
        kind(4, "服务意识差", "Services are poor", false),
    ]
}

/// One rule with leads, one without.
pub(super) fn declared() -> Vec<Declared> {
    let rule = |id: &str, label: &str, label_en: &str| Declared {
        sheet: SheetKind::Leads,
        id: id.into(),
        label: label.into(),
        label_en: label_en.into(),
    };
    vec![rule("t/r1", "书记出缺", "No secretary"), rule("t/quiet", "没有线索的规则", "A quiet rule")]
}

pub(super) fn is_of(kind: &SheetKind) -> bool {
    matches!(kind, SheetKind::Leads | SheetKind::Why { .. } | SheetKind::WhatIf { .. })
}

/// The sheets of leads as the store makes them, in small.
pub(super) fn sample(kind: &SheetKind, view: &ViewState, branch: Uid) -> Sheet {
    let text = |text: &str| Cell::Text(Words::data(text));
    let number = |value: f64, unit: &str| Cell::Number { value, unit: unit.into() };
    let table =
        |title: &str, columns: Vec<Column>, rows, notes| Table { title: Some(Words::key(title)), columns, rows, notes, empty: None };
    let row = |cells, weight, lead| Row { cells, weight, lead, detail: Vec::new() };
    let why = |rule: &str| Some(Lead::Sheet(SheetKind::Why { uid: branch, rule: rule.into() }));
    let [rate, vacant] = ["覆盖率低", "书记出缺"];
    let tables = match kind {
        SheetKind::Why { rule, .. } => {
            let of_field = rule == RULES[1];
            let evidence = if of_field {
                row(vec![text("书记任职"), text("2023-05，已 29 个月"), text(">"), text("24 个月"), text("符合")], Weight::Look, None)
            } else {
                let lead = Lead::Number { uid: branch, indicator: "X-1".into(), period: "2025Q2".parse().ok() };
                row(vec![text("覆盖率"), number(41.7, "%"), text("<"), number(60.0, "%"), text("符合")], Weight::Look, Some(lead))
            };
            let columns = ["what", "value", "sign", "threshold", "result"].map(|c| Column::text(&format!("leads.col.{c}"))).to_vec();
            vec![
                table("leads.table.evidence", columns, vec![evidence], vec![Words::key("leads.not_verdicts")]),
                table(
                    "leads.table.clear",
                    vec![Column::text("leads.col.needed")],
                    vec![row(vec![text("覆盖率 ≥ 60%")], Weight::Plain, None)],
                    vec![Words::key("leads.clear_one")],
                ),
            ]
        }
        SheetKind::WhatIf { .. } => {
            let counts = [("now", 3.0), ("then", 4.0), ("enter", 2.0), ("leave", 1.0)];
            let rows = counts
                .map(|(key, n)| row(vec![Cell::Text(Words::key(&format!("leads.what_if.{key}"))), number(n, "")], Weight::Plain, None));
            let columns = vec![Column::text("leads.col.what"), Column::number("leads.col.count")];
            let moved = row(vec![text("上坝乡第1党支部"), number(66.7, "%")], Weight::Look, Some(Lead::Subject(branch)));
            let places = vec![Column::text("leads.col.subject"), Column::number("leads.col.value")];
            vec![
                table("leads.table.what_if", columns, rows.to_vec(), vec![Words::key("leads.what_if.nothing_saved")]),
                table("leads.table.enter", places, vec![moved], vec![]),
            ]
        }
        _ => {
            let columns = vec![
                Column::text("leads.col.rule"),
                Column::text("leads.col.subject"),
                Column::text("leads.col.under").spare(3),
                Column::text("leads.col.evidence"),
                Column::text("leads.col.day").spare(2),
            ];
            let lead = |label: &str, told: &str, rule: &str, weight| {
                let day = Cell::Day(date(2025, 6, 30));
                row(vec![text(label), text("河口镇第1党支部"), text("第2片"), text(told), day], weight, why(rule))
            };
            let open = vec![
                lead(rate, "覆盖率 41.7%（<60%）", RULES[0], Weight::Urgent),
                lead(vacant, "书记任职 2023-05（>24 个月）", RULES[1], Weight::Look),
            ];
            let confirmed =
                row(vec![text("已确认：第 2 类情形"), text("河口镇第2党支部"), text("（无线索，人工确认）")], Weight::Urgent, why(""));
            let decided = ["said", "subject", "rule"].map(|c| Column::text(&format!("leads.col.{c}"))).to_vec();
            vec![
                table("leads.table.open", columns, open, vec![Words::key("leads.not_verdicts")]),
                table("leads.table.decided", decided, vec![confirmed], vec![]),
            ]
        }
    };
    let about = vec![Words::data("青禾县"), Words::data(rate), Words::fill("leads.as_at", [Words::data("2025-10-12")])];
    let stamp = matches!(kind, SheetKind::WhatIf { .. }).then(|| Words::key("leads.what_if.stamp"));
    assert!(view.what_if.is_none(), "sheets are of what is real");
    Sheet { kind: kind.clone(), version: 1, about, stamp, tables }
}

/// A list under a what-if, as the store gives it: the rows enter, leave, stay or neither in turn.
pub(super) fn supposed(mut home: HomePage) -> HomePage {
    if home.view.what_if.is_none() {
        return home;
    }
    let base = Indicator {
        label: "覆盖率低".into(),
        label_en: "Low coverage".into(),
        short: "覆盖率低".into(),
        unit: String::new(),
        direction: Direction::Down,
        derived: Some(Derived::Leads),
        bands: vec![],
        ..(*home.indicator).clone()
    };
    let mut count = [0; 4];
    for (n, row) in home.rows.iter_mut().enumerate() {
        count[n % 4] += 1;
        row.class = [Some(4), Some(0), Some(2), None][n % 4];
        let none = Reading { state: State::None, ..Reading::MISSING };
        let reading = if row.class.is_some() { Reading::of(n as f64) } else { none };
        row.shown = Shown { reading, ..Shown::MISSING };
    }
    let [enter, leave, stay, neither] = count;
    home.legend = Legend { none: neither, total: home.legend.total, no_geometry: home.legend.no_geometry, ..Legend::default() };
    home.indicator = Arc::new(base);
    home.period = None;
    home.periods = Vec::new();
    home.total = Shown { reading: Reading::of(9.0), ..Shown::MISSING };
    home.supposed = Some(Supposed {
        label: "覆盖率低".into(),
        label_en: "Low coverage".into(),
        threshold: Words::data("覆盖率 < 60 → 70"),
        leave,
        stay,
        enter,
        neither,
    });
    home
}

/// Where the writer says that wrong data is corrected.
pub(super) fn amend(write: &Write, (entity, name): (Uid, &str)) -> Option<Amend> {
    match write {
        Write::Answer { rule, answer: Answer::WrongData, .. } if rule == RULES[1] => Some(Amend::Cell {
            file: "tables/branches.xlsx".into(),
            part: "支部".into(),
            row: Some(12),
            column: "书记任职".into(),
            text: "2023-05".into(),
        }),
        Write::Answer { answer: Answer::WrongData, .. } => Some(Amend::Value {
            entity,
            name: name.to_owned(),
            indicator: "X-1".into(),
            period: "2025Q2".parse().ok()?,
            old: Shown { reading: Reading::ratio(5.0, 12.0), ..Shown::MISSING },
        }),
        _ => None,
    }
}

const LEADS: &str = "S 5";

fn at(size: (u16, u16)) -> Harness {
    let mut h = Harness::new(session(), size);
    h.press(LEADS);
    h
}

fn with(change: impl FnOnce(&mut Session)) -> Session {
    let mut session = session();
    change(&mut session);
    session
}

fn only(grants: &[Grant]) -> Session {
    with(|s| s.access.grants = grants.iter().copied().collect())
}

fn branch(h: &Harness) -> Uid {
    h.fake.branches[0].0
}

#[test]
fn the_township_answers_by_arrows_digits_and_text() {
    for script in ["a 1 \"查实\" enter", "W enter enter \"查实\" enter", "shift-f2 1 1 \"查实\" enter"] {
        let mut h = at((80, 24));
        h.press(script);
        let wanted = Write::Answer { entity: branch(&h), rule: "r1".into(), answer: Answer::True, text: "查实".into() };
        assert_eq!(h.fake.writes, [wanted], "{script}");
        assert!(h.model.overlay.is_none() && h.model.desk.screen == Some(Screen::Sheet));
    }
    let mut h = at((80, 24));
    h.press("a 3 enter");
    assert!(h.text().contains("请写说明") && h.fake.writes.is_empty(), "{}", h.text());
    h.press("esc a esc");
    assert!(h.model.overlay.is_none());
}

#[test]
fn wrong_data_opens_the_correction_of_the_value() {
    let mut h = at((80, 24));
    h.press("a 2 \"录错\" enter");
    assert!(h.text().contains("更正：河口镇") && h.text().contains("2025Q2"), "{}", h.text());
    h.press("\"50\" enter \"台账\" enter enter");
    let unit = h.fake.units[1].uid;
    assert!(
        matches!(h.fake.writes.last(), Some(Write::Correct { entity, indicator, period, old, .. })
            if *entity == unit && indicator.as_str() == "X-1" && period.to_string() == "2025Q2" && old == "41.7%"),
        "{:?}",
        h.fake.writes
    );
}

#[test]
fn wrong_data_of_a_column_names_file_sheet_row_and_column() {
    let mut h = at((80, 24));
    h.press("down enter a 2 \"录错\" enter");
    for part in ["tables/branches.xlsx", "支部", "12", "书记任职", "2023-05"] {
        assert!(h.text().contains(part), "{part}\n{}", h.text());
    }
    h.press("enter");
    assert!(h.model.overlay.is_none() && h.fake.writes.len() == 1);
}

#[test]
fn who_may_answer_but_not_correct_is_told_what_is_to_be_corrected() {
    let mut h = Harness::new(only(&[Grant::Answer]), (80, 24));
    h.press(LEADS).press("a 2 \"录错\" enter");
    assert!(h.text().contains("41.7%") && h.text().contains("更正权限"), "{}", h.text());
}

#[test]
fn a_person_confirms_a_kind_with_document_and_reason_or_rejects() {
    let mut h = at((80, 24));
    h.press("c 4 enter enter");
    assert!(h.text().contains("请写文号"), "{}", h.text());
    h.press("up \"〔2025〕1号\" enter enter");
    assert!(h.text().contains("请写理由"), "{}", h.text());
    h.press("\"核实\" enter");
    let (document, reason) = ("〔2025〕1号".to_owned(), "核实".to_owned());
    assert_eq!(h.fake.writes, [Write::Confirm { entity: branch(&h), rule: "r1".into(), kind: 4, document, reason }]);
    h.press("down x \"不属实\" enter");
    assert_eq!(h.fake.writes.last(), Some(&Write::Reject { entity: branch(&h), rule: "r2".into(), reason: "不属实".into() }));
}

#[test]
fn a_kind_that_no_indicator_shows_is_confirmed_without_a_lead() {
    // From the row of a unit, by the menu; only the kinds that need no lead are offered.
    let mut h = Harness::new(session(), (80, 24));
    h.press("W end enter");
    assert!(h.text().contains("班子不团结") && !h.text().contains("服务意识差"), "{}", h.text());
    h.press("2 \"〔2025〕2号\" enter \"走访核实\" enter");
    let entity = h.fake.units[1].uid;
    let (document, reason) = ("〔2025〕2号".to_owned(), "走访核实".to_owned());
    assert_eq!(h.fake.writes, [Write::Confirm { entity, rule: String::new(), kind: 3, document, reason }]);
    h.press("u");
    assert!(matches!(h.fake.writes.last(), Some(Write::Undecide { .. })), "it can be taken back");
}

#[test]
fn without_a_grant_nothing_can_be_said() {
    for (grants, script) in [
        (vec![], "a"),
        (vec![Grant::Confirm], "a"),
        (vec![Grant::Answer], "c"),
        (vec![Grant::Answer], "x"),
        (vec![], ": \"确认情形\" enter"),
    ] {
        let mut h = Harness::new(only(&grants), (80, 24));
        h.press(LEADS).press(script);
        assert!(h.model.overlay.is_none() && !h.toast().is_empty(), "{grants:?} {script}");
    }
    let mut h = Harness::new(only(&[]), (80, 24));
    h.press(LEADS);
    let last = |h: &Harness| h.text().lines().last().unwrap_or_default().to_owned();
    assert!(last(&h).contains("h 换标准") && !last(&h).contains("a 答复"), "{}", last(&h));
    let mut h = at((80, 24));
    assert!(last(&h).contains("a 答复"), "{}", last(&h));
    h.press("2");
    assert!(!last(&h).contains("答复"), "a case without a lead cannot be answered: {}", last(&h));
    h.press("a");
    assert!(!h.toast().is_empty() && h.model.overlay.is_none());
}

/// From the leads to the map of a what-if.
const SUPPOSED: &str = "h \"70\" enter m";

#[test]
fn a_what_if_recolours_the_map_says_so_and_ends_with_esc() {
    for size in [(160, 45), (120, 36), (80, 24), (60, 16), (30, 8), (20, 5)] {
        let mut h = at(size);
        h.press(SUPPOSED);
        let asked = h.model.view.as_ref().and_then(|view| view.what_if.clone());
        assert_eq!(asked, Some(WhatIf { rule: "r1".into(), test: 0, value: Threshold(7000) }));
        assert!(h.text().lines().next().is_some_and(|head| head.contains("假设·未采用")), "{}", h.text());
        h.press("esc");
        assert!(h.model.view.as_ref().is_some_and(|view| view.what_if.is_none()));
        assert!(matches!(h.model.desk.sheets.top().map(|top| &top.kind), Some(SheetKind::WhatIf { .. })));
        h.press("esc esc");
        assert!(h.model.desk.screen.is_none() && !h.text().contains("假设"), "{}", h.text());
    }
    let mut h = at((120, 36));
    h.press(SUPPOSED);
    for word in ["进入", "不变", "退出", "其余", "60 → 70"] {
        assert!(h.text().contains(word), "{word}\n{}", h.text());
    }
}

#[test]
fn a_what_if_is_drilled_into_and_saves_nothing() {
    let mut h = at((120, 36));
    h.press(SUPPOSED).press("enter");
    assert_eq!(h.way().len(), 2);
    assert!(h.text().contains("假设·未采用"));
    for key in ["e", "m", "u", "i", "shift-f5", "W end enter"] {
        h.press(key);
        assert!(h.model.overlay.is_none() && h.toast().contains("只看不存"), "{key}\n{}", h.text());
    }
    assert!(h.fake.writes.is_empty());
    h.press("esc esc");
    assert_eq!(h.model.desk.screen, Some(Screen::Sheet));
    // Another indicator is real, and so is the last place.
    h.press("m 2");
    assert!(!h.text().contains("假设·未采用"), "{}", h.text());
    let mut h = at((120, 36));
    h.press(SUPPOSED).press("enter ctrl-o");
    assert!(!h.text().contains("假设·未采用"), "{}", h.text());
}

#[test]
fn the_menu_has_what_the_sheet_can_do() {
    let mut h = at((120, 36));
    h.press("W");
    assert!(matches!(h.model.overlay, Some(Overlay::Menu(Menu::Work))));
    for word in ["答复线索", "确认线索", "否定线索", "换标准", "确认情形", "导入"] {
        assert!(h.text().contains(word), "{word}\n{}", h.text());
    }
    assert!(!h.text().contains("假设地图"));
    h.press("esc h \"70\" enter W");
    assert!(h.text().contains("假设地图") && !h.text().contains("答复线索"), "{}", h.text());
}

#[test]
fn leads_on_screens() {
    let screens = [
        ("sheet", ""),
        ("why", "enter"),
        ("menu", "W"),
        ("reply", "a"),
        ("reply-text", "a 2"),
        ("kinds", "c"),
        ("confirm", "c 1"),
        ("amend", "down a 2 \"录错\" enter"),
        ("what-if", "h \"70\" enter"),
        ("what-if-map", SUPPOSED),
    ];
    for (name, script) in screens {
        for size in [(120, 36), (80, 24)] {
            let mut h = at(size);
            h.press(script);
            snapshot!(format!("leads-{name}-{}", size.0), h.text());
        }
        let mut h = Harness::new(with(|s| s.lang = Lang::En), (120, 36));
        h.press(LEADS).press(script);
        snapshot!(format!("leads-en-{name}"), h.text());
    }
    for (name, colour) in [("none", Colour::None), ("16", Colour::C16)] {
        let mut h = Harness::new(with(|s| s.caps.colour = colour), (80, 24));
        h.press(LEADS).press(SUPPOSED);
        snapshot!(format!("leads-colour-{name}"), h.styled());
    }
    let mut h = Harness::new(with(|s| s.access = Access::read_only()), (80, 24));
    h.press(LEADS);
    snapshot!("leads-read-only", h.text());
}
