//! Leads from load to decision: what is kept, what is screened again, who said what.

use super::*;
use crate::domain::decision::{Amend, Answer, Said};
use crate::domain::page::Freshness;
use crate::domain::sheet::{Against, Cell, Sheet, SheetKind, Table, Threshold, Words};
use crate::domain::view_state::WhatIf;
use crate::locale::Lang;

const RULES: &str = r#"
[[rule]]
id = "R-2"
label = "率低"
on = "leaf"
when = { all = [{ indicator = "X-1", op = "<", value = 60 }] }
kind = 1
severity = "red"
document = "某文件"
confidence = "B"
[[rule]]
id = "R-3"
label = "未定"
on = "branch"
when = { field = "状态", op = "==", unset = true }
[[rule]]
id = "R-4"
label = "末位"
on = "leaf"
when = { indicator = "X-1", op = "<=", value = 1, rank = { within = "mid", from = "worst" } }
[[kind]]
number = 1
label = "甲类"
[[kind]]
number = 2
label = "乙类"
by_person = true
"#;

/// The sample with more rules and kinds.
fn place() -> Place {
    Place::with(RULES)
}

fn sheet(place: &mut Place, kind: SheetKind) -> Result<Arc<Sheet>, Problem> {
    match place.ask(&Query::Sheet { kind, view: view(None, "mid", "X-1") })? {
        Loaded::Sheet(sheet) => Ok(sheet),
        other => panic!("{other:?}"),
    }
}

fn branch(code: &str) -> Uid {
    Uid::of_branch("990121", code)
}

/// The cells of a table in words.
fn rows(table: &Table) -> Vec<String> {
    let cell = |cell: &Cell| match cell {
        Cell::Text(words) => Lang::Zh.words(words),
        Cell::Number { value, unit } => format!("{value}{unit}"),
        Cell::Day(day) => day.to_string(),
        Cell::Missing => "未报".to_owned(),
        _ => String::new(),
    };
    table.rows.iter().map(|row| row.cells.iter().map(cell).collect::<Vec<_>>().join("|")).collect()
}

fn counts(place: &mut Place) -> Vec<u32> {
    place.home(view(None, "leaf", "X-1")).rows.iter().map(|row| row.leads).collect()
}

fn confirm(entity: Uid, rule: &str, kind: u8, document: &str) -> Write {
    Write::Confirm { entity, rule: rule.into(), kind, document: document.into(), reason: "查实".into() }
}

#[test]
fn leads_doubts_and_idle_rules_are_listed_with_their_evidence() {
    let mut place = place();
    let page = sheet(&mut place, SheetKind::Leads).expect("a sheet");
    let [open, doubts, idle, decided, kinds] = page.tables.as_slice() else { panic!("five tables") };
    assert_eq!(rows(open), ["率低|二格|东镇|率 50%（<60%）|2025-09-30|1 天|1 甲类", "出缺|一支部|一格|状态 出缺（=出缺）|||"]);
    // What is not there is told apart: not reported, none. What is not asked is no doubt.
    let missing = ["率低|共 2 个||", "|三格|东镇|率 2025Q3 未报", "|𠅤家格|西镇|率 2025Q3 报为“无”"];
    assert_eq!(rows(doubts), missing);
    assert_eq!(rows(idle), ["未定|未配置||", "末位|相对规则，未启用||"]);
    assert!(decided.rows.is_empty());
    assert_eq!(rows(kinds), ["1|甲类|1|0", "2|乙类|由人确认|0"]);
}

#[test]
fn why_says_what_would_clear_it() {
    let mut place = place();
    let kind = SheetKind::Why { uid: uid("leaf", "010102"), rule: "R-2".into() };
    let page = sheet(&mut place, kind).expect("a sheet");
    let titles: Vec<String> = page.tables.iter().filter_map(|t| t.title.as_ref()).map(|t| Lang::Zh.words(t)).collect();
    assert_eq!(titles, ["取值", "怎样消除", "答复与结论"]);
    assert_eq!(rows(&page.tables[0]), ["率|50%|<|60%||2025Q3|1 天|成立"]);
    assert_eq!(rows(&page.tables[1]), ["率 ≥ 60%|50%"]);
    let unknown = sheet(&mut place, SheetKind::Why { uid: uid("leaf", "010102"), rule: "R-9".into() });
    assert_eq!(unknown.map_err(|p| p.code).err().as_deref(), Some("E_LEAD_RULE"));
}

#[test]
fn a_what_if_lists_who_enters_and_saves_nothing() {
    let mut place = place();
    let version = place.workspace().version;
    let kind = |rule: &str, value| SheetKind::WhatIf { rule: rule.into(), test: 0, value: Threshold::of(value) };
    let page = sheet(&mut place, kind("R-2", 101.0)).expect("a sheet");
    assert_eq!(page.stamp, Some(Words::key("leads.what_if.stamp")));
    assert_eq!(rows(&page.tables[0]), ["现在符合|1", "假设符合|2", "进入|1", "退出|0"]);
    assert_eq!(rows(&page.tables[1]), ["一格|东镇|100%|率 < 101%"]);
    let page = sheet(&mut place, kind("R-2", 0.0)).expect("a sheet");
    assert_eq!(rows(&page.tables[2]), ["二格|东镇|50%|率 < 0%"]);
    assert_eq!(sheet(&mut place, kind("R-1", 0.0)).map_err(|p| p.code).err().as_deref(), Some("E_LEAD_TEST"), "it compares texts");
    assert_eq!(place.workspace().version, version);
    assert_eq!(counts(&mut place), [1, 1, 0, 0, 0]);
}

#[test]
fn every_word_of_the_sheets_is_in_both_languages() {
    fn keys(words: &Words, out: &mut Vec<String>) {
        if let Words::Key { key, args } = words {
            out.push(key.clone());
            args.iter().for_each(|arg| keys(arg, out));
        }
    }
    let mut place = place();
    place.mark(confirm(branch("B1"), "R-1", 1, "1号")).expect("written");
    let kinds = [
        SheetKind::Leads,
        SheetKind::Why { uid: uid("leaf", "010102"), rule: "R-2".into() },
        SheetKind::Why { uid: uid("leaf", "010103"), rule: "R-2".into() },
        SheetKind::WhatIf { rule: "R-2".into(), test: 0, value: Threshold::of(99.0) },
    ];
    for kind in kinds {
        let page = sheet(&mut place, kind).expect("a sheet");
        let mut found = Vec::new();
        page.about.iter().chain(&page.stamp).for_each(|words| keys(words, &mut found));
        for table in &page.tables {
            table.title.iter().chain(&table.empty).chain(&table.notes).for_each(|words| keys(words, &mut found));
            table.columns.iter().for_each(|column| keys(&column.head, &mut found));
            for row in &table.rows {
                row.detail.iter().for_each(|words| keys(words, &mut found));
                row.cells.iter().for_each(|cell| {
                    if let Cell::Text(words) = cell {
                        keys(words, &mut found)
                    }
                });
                assert_eq!(row.cells.len(), table.columns.len());
            }
        }
        assert!(found.iter().all(|key| Lang::Zh.has(key) && Lang::En.has(key)), "{found:?}");
    }
}

#[test]
fn a_person_rejects_confirms_and_takes_back() {
    let mut place = place();
    assert_eq!(counts(&mut place), [1, 1, 0, 0, 0]);
    let reject = Write::Reject { entity: branch("B1"), rule: "R-1".into(), reason: "电话 13800000000 核实".into() };
    let rejected = place.mark(reject).expect("written");
    assert_eq!((rejected.masked, rejected.subject), (1, Subject::Branch));
    assert_eq!(counts(&mut place), [0, 1, 0, 0, 0]);
    // A confirmation that saw the rejection takes its place.
    let confirmed = place.mark(confirm(branch("B1"), "R-1", 1, "县组发1号")).expect("written");
    let card = place.card(branch("B1"), view(None, "mid", "X-1"));
    assert!(card.leads.is_empty());
    assert!(
        matches!(&card.findings[..], [found] if found.said == Said::Confirmed { kind: 1, document: "县组发1号".into() }),
        "{:?}",
        card.findings
    );
    let page = sheet(&mut place, SheetKind::Leads).expect("a sheet");
    let notes: Vec<String> = page.tables[3].notes.iter().map(|n| Lang::Zh.words(n)).collect();
    assert_eq!(notes, ["已确认的党组织 1 个，共 3 个，占 33.33%", "仅供参考，不是指标"]);
    place.mark(confirmed.undo.expect("can be taken back")).expect("written");
    assert_eq!(counts(&mut place), [1, 1, 0, 0, 0]);
}

#[test]
fn the_share_is_of_the_whole_county_only() {
    let mut place = place();
    place.mark(confirm(branch("B1"), "R-1", 1, "1号")).expect("written");
    let township = Query::Sheet { kind: SheetKind::Leads, view: view(Some(uid("mid", "0101")), "leaf", "X-1") };
    let Ok(Loaded::Sheet(page)) = place.ask(&township) else { panic!("a sheet") };
    assert!(page.tables[3].notes.is_empty());
    assert_eq!(page.tables[3].rows.len(), 1);
}

#[test]
fn what_may_be_confirmed_and_what_not() {
    let mut place = place();
    let refused = |place: &mut Place, write: Write| place.mark(write).map_err(|p| p.code).err();
    assert_eq!(refused(&mut place, confirm(branch("B2"), "R-1", 1, "1号")).as_deref(), Some("E_LEAD_GONE"));
    assert_eq!(refused(&mut place, confirm(branch("B1"), "R-1", 1, " ")).as_deref(), Some("E_LEAD_DOCUMENT"));
    assert_eq!(refused(&mut place, confirm(branch("B2"), "", 1, "1号")).as_deref(), Some("E_LEAD_KIND_NEEDS"));
    assert_eq!(refused(&mut place, confirm(branch("B2"), "", 3, "1号")).as_deref(), Some("E_LEAD_KIND"));
    assert_eq!(refused(&mut place, confirm(branch("B2"), "", 2, "1号")), None, "no indicator can show it");
    let silent = Write::Answer { entity: branch("B1"), rule: "R-1".into(), answer: Answer::Explained, text: " ".into() };
    assert_eq!(refused(&mut place, silent).as_deref(), Some("E_LEAD_TEXT"));

    let answer = Write::Answer { entity: branch("B1"), rule: "R-1".into(), answer: Answer::True, text: "属实".into() };
    let answered = place.mark(answer).expect("written");
    assert_eq!(counts(&mut place), [1, 1, 0, 0, 0], "an answer decides nothing");
    // Whoever may decide may not take the township's answer away.
    let undecide = Write::Undecide { entity: branch("B1"), decisions: vec![answered.fact], reason: String::new() };
    assert_eq!(refused(&mut place, undecide).as_deref(), Some("E_LEAD_NONE"));
    assert_eq!(refused(&mut place, answered.undo.expect("can be taken back")), None);
}

#[test]
fn a_rejection_ends_when_the_values_are_others() {
    let mut place = place();
    let reject =
        |place: &mut Place| place.mark(Write::Reject { entity: uid("leaf", "010102"), rule: "R-2".into(), reason: "查无".into() });
    reject(&mut place).expect("written");
    assert_eq!(counts(&mut place), [1, 0, 0, 0, 0]);
    place.put("data/values-1.csv", "编码,期,分子,分母,数\n010101,2025Q3,4,4,\n010102,2025Q3,1,4,\n");
    place.load();
    assert_eq!(counts(&mut place), [1, 1, 0, 0, 0]);
}

#[test]
fn a_what_if_stands_on_list_and_map_as_at_any_day_and_saves_nothing() {
    let mut place = place();
    let real = place.home(view(None, "leaf", "X-1"));
    let with = |rule: &str, value, level: &str| {
        let what_if = Some(WhatIf { rule: rule.into(), test: 0, value: Threshold::of(value) });
        ViewState { what_if, ..view(None, level, "X-1") }
    };
    let classes = |home: &HomePage| home.rows.iter().map(|row| row.class).collect::<Vec<_>>();
    // 100 % enters, 50 % stays; what was not reported neither enters nor leaves.
    let higher = place.home(with("R-2", 101.0, "leaf"));
    assert_eq!(classes(&higher), [Some(4), Some(2), None, None, None]);
    let supposed = higher.supposed.clone().expect("a what-if");
    assert_eq!([supposed.enter, supposed.stay, supposed.leave, supposed.neither], [1, 1, 0, 3]);
    assert_eq!((Lang::Zh.words(&supposed.threshold).as_str(), higher.indicator.label.as_str()), ("率 < 60 → 101", "率低"));
    assert_eq!(higher.total.reading.value, Some(2.0));
    // What lies below a unit is counted in it.
    let above = place.home(with("R-2", 40.0, "mid"));
    assert_eq!(classes(&above), [Some(0), None]);
    assert!(above.rows[0].shown.reading.value == Some(0.0) && above.periods.is_empty());
    let old = AsOf { valid: Some(date(2025, 1, 1)), ..AsOf::NOW };
    let _ = place.home(ViewState { as_of: old, ..with("R-2", 101.0, "leaf") });
    assert_eq!(place.home(view(None, "leaf", "X-1")), real, "nothing of it stays");
    let refused = place.ask(&Query::Home(with("R-9", 1.0, "leaf")));
    assert_eq!(refused.map_err(|p| p.code).err().as_deref(), Some("E_LEAD_RULE"));
}

#[test]
fn wrong_data_names_the_value_or_the_cell_that_made_the_lead_hold() {
    let mut place = place();
    let mut answer = |entity: Uid, rule: &str, answer: Answer| {
        let write = Write::Answer { entity, rule: rule.into(), answer, text: "录错".into() };
        place.mark(write).expect("written").amend
    };
    let leaf = uid("leaf", "010102");
    assert_eq!(answer(leaf, "R-2", Answer::True), None);
    let value = answer(leaf, "R-2", Answer::WrongData);
    assert!(
        matches!(&value, Some(Amend::Value { entity, indicator, period, old, .. })
            if *entity == leaf && indicator.as_str() == "X-1" && period.to_string() == "2025Q3" && old.reading.value == Some(50.0)),
        "{value:?}"
    );
    let cell = answer(branch("B1"), "R-1", Answer::WrongData);
    let wanted =
        Amend::Cell { file: "data/branches.csv".into(), part: String::new(), row: Some(2), column: "状态".into(), text: "出缺".into() };
    assert_eq!(cell, Some(wanted));
}

/// What is kept, what is screened again after a change, and what a store that knows nothing yet makes
/// anew are the same.
#[test]
fn kept_changed_and_made_anew_are_the_same() {
    let mut place = place();
    let ask = |reader: &mut Reader| {
        let query = |q| reader.answer(&q, &Access::read_only(), TODAY);
        let mut query = query;
        let home = query(Query::Home(view(None, "leaf", "X-4")));
        let card = query(Query::Card { uid: uid("top", "01"), view: view(None, "mid", "X-1") });
        let sheet = query(Query::Sheet { kind: SheetKind::Leads, view: view(None, "mid", "X-1") });
        (home, card, sheet)
    };
    let fresh = |place: &Place| {
        let store = Store::open(place.dir.path(), Mode::ReadOnly, Arc::clone(place.store.framework())).expect("opens");
        ask(&mut store.reader().expect("reader"))
    };
    let made = fresh(&place);
    assert_eq!(ask(&mut place.reader), made);
    place.writer.screen(TODAY).expect("kept");
    let rows = |place: &Place, table: &str| crate::store::tests::rows_of(place.dir.path(), table);
    assert_eq!((rows(&place, "lead"), rows(&place, "lead_count")), (2, 4));
    assert_eq!(fresh(&place), made, "from what is kept");

    place.put("data/branches.csv", "编号,名称,类型,单元,经度,纬度,状态\nB1,一支部,党支部,010101,0.5,0.5,在岗\nB2,二支部,党支部,010201,,,出缺\nB3,镇党委,党委,东镇,1,1,在岗\n");
    place.load();
    let changed = fresh(&place);
    assert_ne!(changed.0, made.0, "what is kept is of another version");
    assert_eq!(ask(&mut place.reader), changed, "screened again");
    assert_eq!(counts(&mut place), [0, 1, 0, 1, 0]);

    // Of units and branches nothing changes: what was read of them before is used again.
    place.put("data/values-1.csv", "编码,期,分子,分母,数\n010101,2025Q3,1,4,5\n010102,2025Q3,4,4,7\n");
    place.load();
    let valued = fresh(&place);
    assert_ne!(valued.2, changed.2);
    assert_eq!(ask(&mut place.reader), valued, "a value alone is screened again");
    place.put("data/branches.csv", "编号,名称,类型,单元,经度,纬度,状态\nB1,一支部,党支部,010101,0.5,0.5,在岗\nB2,二支部新名,党支部,010201,,,出缺\nB3,镇党委,党委,东镇,1,1,在岗\n");
    place.load();
    let renamed = fresh(&place);
    assert_ne!(renamed.2, valued.2);
    assert_eq!(ask(&mut place.reader), renamed, "another name is read");
}

/// A page of the screen shows what is kept with its day, or nothing, and never screens; whoever screens
/// beside it fills it in for every reader.
#[test]
fn a_page_never_waits_for_screening() {
    let mut place = place();
    let page = |reader: &mut Reader, today| {
        let home = match reader.answer(&Query::Home(view(None, "leaf", "X-4")), &Access::read_only(), today) {
            Ok(Loaded::Home(home)) => home,
            other => panic!("{other:?}"),
        };
        let card = match reader.answer(&Query::Card { uid: uid("top", "01"), view: view(None, "mid", "X-1") }, &Access::read_only(), today)
        {
            Ok(Loaded::Card(Some(card))) => card,
            other => panic!("{other:?}"),
        };
        let counts: Vec<u32> = home.rows.iter().map(|row| row.leads).collect();
        let missing = home.rows.iter().filter(|row| row.shown.reading.state == crate::domain::value::State::Missing).count();
        (home.leads, counts, missing, card.leads.len())
    };
    let open = |place: &Place| Store::open(place.dir.path(), Mode::ReadOnly, Arc::clone(place.store.framework())).expect("opens");
    let reader = |store: &Store| store.reader().expect("reader").never_waiting();
    let (_, counts, _, in_all) = page(&mut place.reader, TODAY);
    assert!(in_all > 0 && counts.iter().sum::<u32>() > 0);

    // Nothing is kept: nothing is known, which is not 0.
    let store = open(&place);
    let (mut quick, mut screener) = (reader(&store), store.reader().expect("reader"));
    assert_eq!(page(&mut quick, TODAY), (Freshness::Awaited, vec![0; counts.len()], counts.len(), 0));
    assert_eq!(screener.screen(TODAY, false), Ok(true));
    assert_eq!(screener.screen(TODAY, false), Ok(false), "nothing is left to do");
    assert_eq!(page(&mut quick, TODAY), (Freshness::Now, counts.clone(), 0, in_all));

    // Kept on a day, they answer for the days on which they hold; then they are those of that day.
    place.writer.screen(TODAY).expect("kept");
    let store = open(&place);
    let (mut quick, mut screener) = (reader(&store), store.reader().expect("reader"));
    assert_eq!(page(&mut quick, TODAY), (Freshness::Now, counts.clone(), 0, in_all));
    let later = TODAY.checked_add(jiff::Span::new().months(2)).expect("a day");
    assert_eq!(page(&mut quick, later), (Freshness::Kept(TODAY), counts.clone(), 0, in_all));
    assert_eq!(page(&mut store.reader().expect("reader"), later).0, Freshness::Now, "a command waits");
    assert_eq!(screener.screen(later, false), Ok(false), "and has screened for every reader");
    assert_eq!(page(&mut quick, later).0, Freshness::Now);

    // Of other rows they would be those of other units.
    place.put("data/branches.csv", "编号,名称,类型,单元,经度,纬度,状态\nB1,一支部,党支部,010101,0.5,0.5,在岗\n");
    place.load();
    assert_eq!(page(&mut reader(&open(&place)), TODAY).0, Freshness::Awaited);
}

/// What was packed answers as of every day on which the same units and branches stood.
#[test]
fn another_day_is_screened_from_what_was_packed() {
    let mut place = place();
    let mut as_at = |day: Date| {
        let mut view = view(None, "leaf", "X-4");
        view.as_of.valid = Some(day);
        match place.ask(&Query::Home(view)) {
            Ok(Loaded::Home(home)) => home.rows.iter().map(|row| (row.uid, row.leads)).collect::<Vec<_>>(),
            other => panic!("{other:?}"),
        }
    };
    let now = as_at(TODAY);
    assert_eq!(as_at(TODAY.tomorrow().expect("a day")), now);
    // Of an earlier period nothing had come.
    assert_ne!(as_at("2020-01-01".parse().expect("a day")), now);
}

#[test]
fn a_trend_breaks_where_the_definition_changed() {
    let with = |bands: &str| -> Arc<Card> {
        let mut place = Place::unloaded();
        place.put("data/values-1.csv", "编码,期,分子,分母,数\n010101,2025Q2,1,4,\n");
        place.load();
        let text = FRAMEWORK.replace("bands = [60, 80]", bands);
        let framework = Framework::parse(&text, "f.toml").expect("a good framework");
        place.put("f.toml", &text);
        place.put("data/values-2.csv", "编码,期,分子,分母,数\n010101,2025Q3,4,4,\n");
        place.store = Store::open(place.dir.path(), Mode::ReadWrite, Arc::new(framework)).expect("opens");
        place.reader = place.store.reader().expect("reader");
        place.writer = place.store.writer().expect("writer");
        place.load();
        let page = sheet(&mut place, SheetKind::Change { against: Against::LastPeriod }).expect("a sheet");
        let said = page.tables[0].notes == [Words::key("panel.change.redefined")];
        let card = place.card(uid("leaf", "010101"), view(None, "leaf", "X-1"));
        assert_eq!(card.figures[0].breaks.is_empty(), !said, "card and sheet say the same");
        card
    };
    let same = with("bands = [60, 80]");
    assert_eq!(
        (same.figures[0].trend.as_slice(), same.figures[0].breaks.as_slice()),
        ([Some(25.0), Some(100.0)].as_slice(), [].as_slice())
    );
    assert_eq!(with("bands = [50, 80]").figures[0].breaks, [1]);
}
