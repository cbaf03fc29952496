//! Forms: whom a number counts by `i`, and a form saved where it is asked to.

use std::path::PathBuf;
use std::sync::Arc;

use super::{Fake, Harness, session};
use crate::domain::access::Access;
use crate::domain::behind::Behind;
use crate::domain::form::Exported;
use crate::domain::problem::{Problem, Severity};
use crate::domain::request::{Loaded, Outcome, RequestId};
use crate::domain::sheet::{Cell, Column, Lead, Row, Sheet, SheetKind, Table, Words};
use crate::ui::overlay::Overlay;
use crate::ui::{Effect, Message};

fn behind() -> SheetKind {
    SheetKind::Behind { of: Behind::Cell { form: "table-1".into(), at: "C6".to_owned().try_into().expect("a cell") } }
}

/// A list of one form, whose sheet has a cell that counts, and a text.
fn fake() -> Fake {
    let text = |text: &str| Cell::Text(Words::data(text));
    let row = |name: &str, lead: Option<Lead>| Row { cells: vec![text(name)], lead, ..Row::default() };
    let rows = vec![
        row("一", Some(Lead::Sheet(SheetKind::Form { name: "table-1".into() }))),
        row("C6", Some(Lead::Sheet(behind()))),
        row("B3", None),
        row("甲", Some(Lead::Indicator("X-1".into()))),
    ];
    let table = Table { columns: vec![Column::text("panel.form.at")], rows, ..Table::default() };
    let about = ["一号表：甲/乙", "青禾县", "2025", "截至"].map(Words::data).to_vec();
    let mut fake = Fake::new();
    fake.sheet = Some(Sheet { kind: SheetKind::Coverage, version: 1, about, stamp: None, tables: vec![table] });
    fake
}

fn at(access: Access) -> Harness {
    let mut session = session();
    session.access = access;
    session.here = "/clerk".into();
    let mut h = Harness::over(fake(), session, (80, 24));
    h.press(": \"报表\" enter enter");
    assert_eq!(kind(&h), Some(SheetKind::Form { name: "table-1".into() }));
    h
}

fn kind(h: &Harness) -> Option<SheetKind> {
    h.model.desk.sheets.top().map(|top| top.kind.clone())
}

/// The path in the field, and what is said below it.
fn asked(h: &Harness) -> Option<(String, Option<&'static str>)> {
    let Some(Overlay::Sheet(sheet)) = &h.model.overlay else { return None };
    Some((sheet.blanks[0].input.value().to_owned(), sheet.wrong))
}

fn sent(h: &Harness) -> (RequestId, String, PathBuf) {
    match h.effects.last() {
        Some(Effect::Export { request, export }) => (*request, export.form.clone(), export.to.clone()),
        other => panic!("{other:?}"),
    }
}

fn answer(h: &mut Harness, request: RequestId, outcome: Outcome) {
    h.send(Message::Answer { request, outcome });
}

#[test]
fn a_number_lists_whom_it_counts() {
    for key in ["i", "f12", "enter"] {
        let mut h = at(Access::local(None));
        h.press(&format!("down {key}"));
        assert_eq!(kind(&h), Some(behind()), "{key}");
        assert!(h.text().contains("报表 › table-1 › 名单 C6"), "{}", h.text());
        h.press("esc down i");
        assert!(h.text().contains("没有出处可看"), "a text counts nobody: {}", h.text());
    }
    // An indicator that only looks at readings: where its number at the place comes from.
    let mut h = at(Access::local(None));
    h.press("3*down i");
    assert!(matches!(h.model.overlay, Some(Overlay::Provenance { .. })));
}

#[test]
fn a_form_is_saved_by_key_menu_and_name_also_without_a_grant() {
    for (access, script) in [
        (Access::local(None), "s"),
        (Access::read_only(), "s"),
        (Access::read_only(), "f9"),
        (Access::read_only(), "down i s"),
        (Access::local(None), "W 1"),
        (Access::read_only(), ": \"存成表\" enter"),
    ] {
        let mut h = at(access);
        h.press(script);
        assert_eq!(asked(&h), Some(("/clerk/一号表：甲_乙 青禾县 2025.xlsx".into(), None)), "{script}");
        h.press("enter");
        assert!(h.model.overlay.is_none() && !h.model.settled());
        let (request, form, to) = sent(&h);
        assert_eq!((form.as_str(), to), ("table-1", PathBuf::from("/clerk/一号表：甲_乙 青禾县 2025.xlsx")));
        let exported = Exported { to: "/clerk/一.xlsx".into(), cells: 12, open: 3, failed: 1 };
        answer(&mut h, request, Ok(Loaded::Exported(Arc::new(exported))));
        let text = h.text();
        assert!(text.contains("/clerk/一.xlsx") && text.contains("不符 1 条"), "{text}");
        assert!(h.model.settled() && h.fake.writes.is_empty());
    }
}

#[test]
fn another_name_is_offered_where_a_file_is_in_the_way() {
    let mut h = at(Access::local(None));
    h.press("s enter");
    let there = ["a.xlsx", "a (2).xlsx", "table-1"].iter().fold(Problem::new("E_FORM_THERE", Severity::Refused, ""), |p, a| p.arg(a));
    let (request, ..) = sent(&h);
    answer(&mut h, request, Err(there));
    assert_eq!(asked(&h), Some(("a (2).xlsx".into(), Some("desk.form.there"))));
    assert!(h.text().contains("不覆盖"), "{}", h.text());
    h.press("enter");
    assert_eq!(sent(&h).2, PathBuf::from("a (2).xlsx"));
    let (request, ..) = sent(&h);
    answer(&mut h, request, Err(Problem::new("E_FORM_MERGED", Severity::Refused, "a.xlsx").arg("C6").arg("C5:D6").arg("C5")));
    assert!(h.model.overlay.is_none() && h.text().contains("C5:D6"), "{}", h.text());
    // No path, no file.
    h.press("s ctrl-u enter");
    assert!(h.text().contains("请写文件路径"), "{}", h.text());
}

#[test]
fn only_forms_are_saved() {
    let mut h = Harness::new(session(), (80, 24));
    h.press(": \"存成表\" enter");
    assert!(h.model.overlay.is_none() && h.text().contains("请先打开一张报表"), "{}", h.text());
    h.press("S 3");
    let before = kind(&h);
    h.press("s");
    assert!(h.model.overlay.is_none() && kind(&h) == before);
}
