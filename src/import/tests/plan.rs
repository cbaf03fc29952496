//! Plans, imports and taking them back, over the small county of these tests.

use std::path::PathBuf;

use super::*;
use crate::domain::plan::{About, Applied, Cause, Choices, Meaning, Plan, UnitChangeKind};
use crate::domain::request::Stop;
use crate::import::plan::{self, Rebuilt, Scene};
use crate::store::record::RecordKind;

impl Place {
    pub(super) fn manifest(&self) -> Manifest {
        Manifest::read(self.dir.path()).expect("manifest")
    }

    pub(super) fn file(&mut self, name: &str, text: &str) -> PathBuf {
        self.put(name, text);
        self.dir.path().join(name)
    }

    pub(super) fn plan(&mut self, files: &[PathBuf], choices: &Choices) -> Plan {
        let framework = Arc::clone(self.store.framework());
        self.plan_under(&framework, files, choices)
    }

    pub(super) fn plan_under(&mut self, framework: &Framework, files: &[PathBuf], choices: &Choices) -> Plan {
        self.clock += 10;
        let manifest = self.manifest();
        let scene = Scene { dir: self.dir.path(), manifest: &manifest, framework, today: TODAY, stop: &Stop::default() };
        plan::plan(&mut self.writer, &scene, files, choices, at(self.clock), &mut |_| ()).expect("a plan")
    }

    pub(super) fn import_as(&mut self, files: &[PathBuf], choices: &Choices, digest: Option<&str>) -> Result<Applied, Problem> {
        self.clock += 10;
        let (manifest, framework) = (self.manifest(), Arc::clone(self.store.framework()));
        let scene = Scene { dir: self.dir.path(), manifest: &manifest, framework: &framework, today: TODAY, stop: &Stop::default() };
        plan::apply(&mut self.writer, &scene, files, choices, digest, ("某岗", at(self.clock)), &mut |_| ())
    }

    pub(super) fn import(&mut self, files: &[PathBuf], choices: &Choices) -> Applied {
        self.import_as(files, choices, None).expect("imported")
    }

    pub(super) fn undo(&mut self, batches: &[i64]) {
        self.clock += 10;
        let (manifest, framework) = (self.manifest(), Arc::clone(self.store.framework()));
        let scene = Scene { dir: self.dir.path(), manifest: &manifest, framework: &framework, today: TODAY, stop: &Stop::default() };
        plan::undo(&mut self.writer, &scene, batches, ("某岗", at(self.clock))).expect("taken back");
    }

    /// Loses reference.db and makes it again.
    pub(super) fn rebuilt(&mut self) -> Rebuilt {
        for name in ["reference.db", "reference.db-wal", "reference.db-shm"] {
            let _ = std::fs::remove_file(self.dir.path().join("data").join(name));
        }
        let store = Store::open(self.dir.path(), Mode::ReadWrite, Arc::clone(self.store.framework())).expect("opens");
        (self.reader, self.writer) = (store.reader().expect("reader"), store.writer().expect("writer"));
        self.store = store;
        assert!(self.writer.lost_since("990121").expect("asked").is_some());
        self.refresh(false);
        self.rebuild()
    }

    pub(super) fn rebuild(&mut self) -> Rebuilt {
        let (manifest, framework) = (self.manifest(), Arc::clone(self.store.framework()));
        let scene = Scene { dir: self.dir.path(), manifest: &manifest, framework: &framework, today: TODAY, stop: &Stop::default() };
        plan::rebuild(&mut self.writer, &scene, &mut |_| ()).expect("made again")
    }

    /// Whether a text stands in any file of the workspace.
    pub(super) fn holds(&self, text: &str) -> bool {
        fn holds(folder: &std::path::Path, text: &[u8]) -> bool {
            std::fs::read_dir(folder).expect("a folder").map(|e| e.expect("an entry").path()).any(|path| match path.is_dir() {
                true => holds(&path, text),
                false => std::fs::read(&path).expect("bytes").windows(text.len()).any(|w| w == text),
            })
        }
        holds(self.dir.path(), text.as_bytes())
    }

    /// Everything that a person can see, as of an instant of knowledge.
    pub(super) fn everything(&mut self, known: Option<Timestamp>) -> Vec<String> {
        let mut out = Vec::new();
        let as_of = AsOf { valid: None, known };
        for (listing, indicator) in [("top", "X-1"), ("mid", "X-2"), ("mid", "X-1"), ("leaf", "X-1"), ("leaf", "X-3"), ("", "X-4")] {
            for zone in [false, true] {
                let mut view = view(None, listing, indicator);
                view.as_of = as_of;
                if zone {
                    view.scope.zones.insert("A".into());
                }
                let mut page = HomePage::clone(&self.home(view.clone()));
                // The version counts what was done, not what shows.
                page.version = 0;
                page.view.as_of = AsOf::NOW;
                out.push(serde_json::to_string(&page).expect("JSON"));
                let raster = self.map(view).map(|r| Raster { version: 0, ..Raster::clone(&r) });
                out.push(crate::import::files::sha256_of(&format!("{raster:?}")));
            }
        }
        for kind in [RecordKind::Region, RecordKind::Link, RecordKind::Place, RecordKind::Item] {
            out.extend(self.records_at(kind, as_of).iter().map(|record| format!("{record:?}")));
        }
        for uid in [uid("mid", "0101"), uid("leaf", "010101"), uid("leaf", "010105")] {
            let mut view = view(None, "leaf", "X-1");
            view.as_of = as_of;
            if let Ok(Loaded::Card(Some(card))) = self.ask(&Query::Card { uid, view }) {
                out.push(serde_json::to_string(&Card { version: 0, ..Card::clone(&card) }).expect("JSON"));
            }
        }
        out
    }
}

pub(super) fn accept(causes: &[Cause]) -> Choices {
    Choices { accept_causes: causes.iter().copied().collect(), ..Choices::default() }
}

pub(super) fn complete() -> Choices {
    Choices { complete: Some(true), ..Choices::default() }
}

#[test]
fn codes_that_lost_their_zeros_are_named_and_taken_when_accepted() {
    let mut place = Place::new();
    let file = place.file("in/月报.csv", "单元编码,率(分子),率(分母),期间\n10101,1,2,2025Q3\n10102,1,4,2025Q3\n99999,1,4,2025Q3\n");
    let plan = place.plan(std::slice::from_ref(&file), &Choices::default());
    assert_eq!((plan.counts.new, plan.counts.changed, plan.counts.unmatched_file), (0, 0, 3), "{plan:#?}");
    let causes: Vec<_> = plan.unmatched.iter().filter(|u| u.in_file).map(|u| (u.id.as_str(), u.cause)).collect();
    assert_eq!(
        causes,
        [("leading-zeros:10101", Cause::LeadingZeros), ("leading-zeros:10102", Cause::LeadingZeros), ("unknown:99999", Cause::Unknown)]
    );
    let choices = accept(&[Cause::LeadingZeros]);
    let applied = place.import(&[file], &choices);
    assert_eq!((applied.counts.new + applied.counts.changed, applied.counts.unmatched_file), (2, 1));
    let page = place.home(view(Some(uid("mid", "0101")), "leaf", "X-1"));
    assert_eq!(page.rows[0].shown.reading.value, Some(50.0));
}

#[test]
fn keys_without_a_unit_stay_with_their_batch() {
    let mut place = Place::new();
    let open = |place: &mut Place, known: Option<Timestamp>| {
        let mut view = view(None, "leaf", "X-1");
        view.as_of.known = known;
        match place.ask(&Query::Quality { view, level: None, kind: None }) {
            Ok(Loaded::Quality(page)) => (page.not_joined.iter())
                .map(|k| (k.in_file, k.key.clone(), k.row, k.rows, k.cause, k.unit.clone().map(|(_, code, _)| code)))
                .collect::<Vec<_>>(),
            other => panic!("{other:?}"),
        }
    };
    let text = "单元编码,率(分子),率(分母),期间\n010101,1,2,2025Q3\n10102,1,4,2025Q3\n99999,1,4,2025Q3\n99999,1,4,2025Q2\n";
    let file = place.file("in/月报.csv", text);
    let plan = place.plan(std::slice::from_ref(&file), &Choices::default());
    assert_eq!(open(&mut place, None), [], "a plan leaves nothing behind");
    let applied = place.import(std::slice::from_ref(&file), &Choices::default());
    let found = open(&mut place, None);
    let in_file: Vec<_> = found.iter().filter(|k| k.0).cloned().collect();
    assert_eq!(
        in_file,
        [
            (true, "10102".to_owned(), Some(3), 1, Cause::LeadingZeros, Some("010102".to_owned())),
            (true, "99999".to_owned(), Some(4), 2, Cause::Unknown, None),
        ]
    );
    assert_eq!(found.len(), plan.unmatched.len(), "both sides");
    assert!(found.iter().any(|k| !k.0 && k.1 == "010102"), "{found:?}");
    let then = at(place.clock);
    place.clock += 10;
    // The file comes again: only what it brings last counts.
    place.put("in/月报.csv", &text.replace("\n10102", "\n010102"));
    let second = place.import(std::slice::from_ref(&file), &Choices::default());
    assert!(open(&mut place, None).iter().all(|k| k.1 != "10102"));
    assert_eq!(open(&mut place, Some(then)), found, "as it was known then");
    place.undo(&second.batches);
    assert_eq!(open(&mut place, None), found);
    assert_eq!(place.rebuilt().made, 3);
    assert_eq!(open(&mut place, None), found, "made again with the rest");
    place.undo(&applied.batches);
    assert_eq!(open(&mut place, None), []);
}

#[test]
fn what_was_shown_is_what_is_done() {
    let mut place = Place::new();
    let file = place.file("in/a.csv", "单元编码,数,期间\n0101,5,2025Q3\n");
    let files = [file];
    let plan = place.plan(&files, &Choices::default());
    assert!(plan.ready(), "{plan:#?}");
    assert_eq!(plan, place.plan(&files, &Choices::default()), "the same three give the same plan");
    place.put("in/a.csv", "单元编码,数,期间\n0101,6,2025Q3\n");
    let problem = place.import_as(&files, &Choices::default(), Some(&plan.digest)).expect_err("the file changed");
    assert_eq!(problem.code, "E_PLAN_CHANGED");
    let plan = place.plan(&files, &Choices::default());
    let applied = place.import_as(&files, &Choices::default(), Some(&plan.digest)).expect("imported");
    assert_eq!(applied.counts, plan.counts);
    // The data has another version now.
    let problem = place.import_as(&files, &Choices::default(), Some(&plan.digest)).expect_err("the data changed");
    assert_eq!(problem.code, "E_PLAN_CHANGED");
    let again = place.plan(&files, &Choices::default());
    assert_eq!((again.counts.unchanged, again.changes.len()), (1, 0));
    assert_eq!(place.import(&files, &Choices::default()).batches, Vec::<i64>::new(), "nothing to change makes no batch");
}

#[test]
fn a_renamed_unit_is_dated_and_the_past_keeps_its_name() {
    let mut place = Place::new();
    let file = place.file("in/units.csv", "编码,名称,层级,上级编码\n0101,东街道,mid,01\n");
    let choices = Choices { since: Some(date(2025, 7, 1)), ..Choices::default() };
    let applied = place.import(&[file], &choices);
    assert_eq!((applied.counts.changed, applied.counts.gone), (1, 0));
    let mut now = view(Some(uid("top", "01")), "mid", "X-2");
    assert_eq!(names(&place.home(now.clone()))[0], "东街道");
    now.as_of.valid = Some(date(2025, 6, 30));
    assert_eq!(names(&place.home(now))[0], "东镇");
    place.undo(&applied.batches);
    assert_eq!(names(&place.home(view(Some(uid("top", "01")), "mid", "X-2")))[0], "东镇");
}

#[test]
fn words_are_asked_once_per_column() {
    let mut place = Place::new();
    let file = place.file("in/a.csv", "单元编码,数,期间\n0101,/,2025Q3\n0102,7,2025Q3\n");
    let files = [file];
    let plan = place.plan(&files, &Choices::default());
    let open: Vec<_> = plan.questions.iter().filter(|q| q.needed).map(|q| q.about.clone()).collect();
    assert_eq!(open, [About::Word { heading: "数".into(), word: "/".into(), cells: 1 }]);
    assert_eq!(place.import_as(&files, &Choices::default(), None).expect_err("open").code, "E_PLAN_OPEN");
    let mut choices = Choices::default();
    choices.meanings.entry("数".into()).or_default().insert("/".into(), Meaning::NotDue);
    place.import(&files, &choices);
    let page = place.home(view(Some(uid("top", "01")), "mid", "X-2"));
    assert_eq!(page.rows.iter().map(|r| r.shown.reading.state).collect::<Vec<_>>(), [State::NotDue, State::Value]);
    // Another file with these headings is never asked about again.
    let file = place.file("in/b.csv", "单元编码,数,期间\n0101,8,2025Q3\n0102,/,2025Q3\n");
    assert!(place.plan(&[file], &Choices::default()).ready());
}

#[test]
fn personal_columns_stop_a_table_all_at_once() {
    let mut place = Place::new();
    let file = place.file("in/a.csv", "单元编码,数,期间,姓名,联系电话\n0101,3,2025Q3,某,13800000000\n");
    let files = [file];
    let plan = place.plan(&files, &Choices::default());
    let Some(About::Privacy { columns }) = plan.questions.first().map(|q| q.about.clone()) else { panic!("{plan:#?}") };
    assert_eq!(columns.iter().map(|(h, _)| h.as_str()).collect::<Vec<_>>(), ["姓名", "联系电话"]);
    let choices = Choices { without: ["姓名".to_owned(), "联系电话".to_owned()].into(), ..Choices::default() };
    place.import(&files, &choices);
    assert!(place.plan(&files, &Choices::default()).ready(), "remembered per heading");
    let text = std::fs::read_to_string(place.dir.path().join("data/profiles/learned.toml")).expect("kept");
    assert!(!text.contains("138"), "{text}");
}

#[test]
fn a_profile_says_where_the_period_stands_and_whether_a_list_is_complete() {
    let mut place = Place::new();
    let columns = "columns = { unit = \"单元编码\", period = \"填报\" }\nwhat = \"values\"\n";
    let text = "2025年9月一览表,,\n单元编码,数,填报\n0101,8,2025-12\n";
    let file = place.file("in/a.csv", text);
    let named = |name: &str| Choices { profile: Some(name.to_owned()), ..Choices::default() };
    let mut period = |rule: &str, name: &str| {
        place.put(&format!("data/profiles/{name}.toml"), &format!("{columns}{rule}\n"));
        let plan = place.plan(std::slice::from_ref(&file), &named(name));
        let change = plan.changes.first().and_then(|c| c.fields.first()).and_then(|f| f.period).map(|p| p.to_string());
        (change, plan.problems.iter().map(|p| p.code.to_string()).collect::<Vec<_>>())
    };
    assert_eq!(period("", "none").0.as_deref(), Some("2025Q4"), "a column counts first");
    assert_eq!(period("period = \"title\"", "title").0.as_deref(), Some("2025Q3"));
    assert_eq!(period("period = \"column\"", "column").0.as_deref(), Some("2025Q4"));
    assert_eq!(period("period = \"2024Q4\"", "fixed").0.as_deref(), Some("2024Q4"));
    assert_eq!(period("period = \"sheet\"", "sheet").0, None, "the sheet of a csv has no name: it is asked");
    assert_eq!(period("period = \"soon\"", "wrong").1, ["E_PROFILE_TOML"]);

    // A complete list takes away what it leaves out; a part does not and is not asked about.
    let list = place.file("in/units.csv", "编码,名称,层级,上级编码\n010101,甲,leaf,0101\n");
    let mut gone = |complete: bool| {
        place.put("data/profiles/list.toml", &format!("what = \"units\"\ncomplete = {complete}\n"));
        let plan = place.plan(std::slice::from_ref(&list), &named("list"));
        (plan.counts.gone > 0, plan.questions.iter().any(|q| matches!(q.about, About::Complete { .. })))
    };
    assert_eq!(gone(true), (true, false));
    assert_eq!(gone(false), (false, false));
}

/// A made-up number of the form of a citizen's: county, birthday, and its check digit (GB 11643-1999).
pub(super) fn identity(n: u32) -> String {
    let body = format!("99012119800101{n:03}");
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = body.bytes().zip(weights).map(|(b, w)| u32::from(b - b'0') * w).sum();
    format!("{body}{}", ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'][(sum % 11) as usize])
}

#[test]
fn values_that_look_personal_stop_their_column_with_the_others_and_are_remembered() {
    let mut place = Place::new();
    let (a, b) = (identity(1), identity(2));
    let file =
        place.file("in/a.csv", &format!("单元编码,数,期间,姓名,备注,说明\n0101,3,2025Q3,某,好,\n0102,4,2025Q3,某,{a},13800138000\n"));
    let files = [file];
    let plan = place.plan(&files, &Choices::default());
    let Some(About::Privacy { columns }) = plan.questions.first().map(|q| q.about.clone()) else { panic!("{plan:#?}") };
    let named: Vec<(&str, &str)> = columns.iter().map(|(h, rule)| (h.as_str(), rule.as_str())).collect();
    assert_eq!(named, [("姓名", "name"), ("备注", "value"), ("说明", "value")]);
    let choices = Choices { without: ["姓名", "备注", "说明"].map(str::to_owned).into(), ..Choices::default() };
    place.import(&files, &choices);
    place.put("in/a.csv", &format!("单元编码,数,期间,姓名,备注,说明\n0101,5,2025Q3,某,{b},13900139000\n"));
    let plan = place.plan(&files, &Choices::default());
    assert!(plan.ready() && plan.counts.changed == 1, "remembered for these headings: {plan:#?}");
    // Under other headings it is asked anew.
    let other = place.file("in/b.csv", &format!("单元编码,数,期间,备注\n0101,3,2025Q3,{a}\n"));
    assert!(matches!(place.plan(&[other], &Choices::default()).questions[0].about, About::Privacy { .. }));
    // Numbers of persons are no codes of units, whatever stands above them.
    let units = place.file("in/c.csv", &format!("编码,名称,层级,上级编码\n{a},甲,leaf,0101\n{b},乙,leaf,0101\n"));
    let plan = place.plan(&[units], &Choices::default());
    assert!(matches!(&plan.questions[0].about, About::Privacy { columns } if columns[0].0 == "编码"), "{plan:#?}");
}

#[test]
fn codes_of_grids_pass_though_some_look_like_a_person() {
    let mut place = Place::new();
    // The village's own code, and its grids: one of them has a birthday and the right check digit.
    let (village, alike) = (&identity(1)[..12], identity(1));
    let grids = format!("{alike},网格1,leaf,0101\n{village}000001,网格2,leaf,0101\n{village}001,网格3,leaf,0101\n");
    let list = format!("编码,名称,层级,上级编码\n{village},村,leaf,0101\n{grids}");
    let file = place.file("in/units.csv", &list);
    let plan = place.plan(std::slice::from_ref(&file), &Choices::default());
    assert!(!plan.questions.iter().any(|q| matches!(q.about, About::Privacy { .. })), "{plan:#?}");
    place.import(&[file], &Choices::default());
    // Beside units that are known, in any column.
    let values = place.file("in/values.csv", &format!("单元编码,率(分子),率(分母),期间,对应网格\n0101,3,4,2025Q3,{alike}\n"));
    assert!(!place.plan(&[values], &Choices::default()).questions.iter().any(|q| matches!(q.about, About::Privacy { .. })));
}

#[test]
fn merged_and_split_areas_are_recognised() {
    let mut place = Place::new();
    // Two leaves of the first mid unit became one; see the county's own map.
    let before = place.home(view(Some(uid("mid", "0101")), "leaf", "X-1"));
    let codes: Vec<String> = before.rows.iter().filter(|r| r.drawn).map(|r| r.code.clone()).collect();
    assert!(codes.len() >= 2, "{codes:?}");
    let merged = squares(&[("010199", "合并村", "0101", 0.0, 0.0, 2.0)]);
    let file = place.file("in/new.geojson", &merged);
    let mut choices = Choices { target: Some(crate::domain::plan::Target::Units(Some("leaf".into()))), ..complete() };
    choices.since = Some(date(2025, 9, 1));
    let plan = place.plan(&[file], &choices);
    let kinds: Vec<UnitChangeKind> = plan.unit_changes.iter().map(|c| c.kind).collect();
    assert!(kinds.contains(&UnitChangeKind::Merged), "{plan:#?}");
    assert!(plan.counts.gone >= 2 && plan.counts.new == 1, "{:?}", plan.counts);
}

#[test]
fn a_split_and_a_move_are_dated_and_nothing_is_apportioned() {
    let mut place = Place::new();
    let shown = |place: &mut Place, above: &str, valid: Option<Date>| {
        let mut view = view(Some(uid("mid", above)), "leaf", "X-1");
        view.as_of.valid = valid;
        place.home(view).rows.iter().map(|r| (r.code.clone(), r.shown.reading.value)).collect::<std::collections::BTreeMap<_, _>>()
    };
    let (east, west) = (shown(&mut place, "0101", None), shown(&mut place, "0102", None));
    assert_eq!(east["010101"], Some(100.0));
    // Of the first leaf two halves are left, under codes of their own; a leaf of the west is the east's now.
    let map = squares(&[
        ("010111", "一格南", "0101", 0.0, 0.0, 0.5),
        ("010112", "一格北", "0101", 0.5, 0.0, 0.5),
        ("010102", "二格", "0101", 1.0, 0.0, 1.0),
        ("010103", "三格", "0101", 0.0, 1.0, 0.0),
        ("010202", "五格", "0101", 3.0, 0.0, 1.0),
    ]);
    let file = place.file("in/new.geojson", &map);
    let target = Some(crate::domain::plan::Target::Units(Some("leaf".into())));
    let choices = Choices { target, since: Some(date(2025, 9, 1)), ..complete() };
    let plan = place.plan(std::slice::from_ref(&file), &choices);
    let of = |kind| plan.unit_changes.iter().find(|c| c.kind == kind).unwrap_or_else(|| panic!("{kind:?}: {plan:#?}"));
    let codes = |units: &[(Uid, String, String)]| units.iter().map(|(_, code, _)| code.clone()).collect::<Vec<_>>();
    let split = of(UnitChangeKind::Split);
    assert_eq!((codes(&split.before), codes(&split.after)), (vec!["010101".into()], vec!["010111".into(), "010112".into()]));
    let moved = of(UnitChangeKind::Moved);
    assert_eq!((codes(&moved.after), moved.since, split.since), (vec!["010202".into()], date(2025, 9, 1), date(2025, 9, 1)));
    place.import(&[file], &choices);
    let now = shown(&mut place, "0101", None);
    assert_eq!(now.keys().collect::<Vec<_>>(), ["010102", "010103", "010111", "010112", "010202"]);
    assert_eq!((now["010111"], now["010112"]), (None, None), "nothing is apportioned");
    assert!(!shown(&mut place, "0102", None).contains_key("010202"));
    // The day before, everything is where it was, with its values.
    let before = Some(date(2025, 8, 31));
    assert_eq!((shown(&mut place, "0101", before), shown(&mut place, "0102", before)), (east, west));
}

#[test]
fn a_lost_reference_is_made_again_from_the_kept_files() {
    let mut place = Place::new();
    let file = place.file("in/a.csv", "单元编码,数,期间\n0101,5,2025Q3\n0102,6,2025Q3\n");
    place.import(std::slice::from_ref(&file), &Choices::default());
    place.put("in/a.csv", "单元编码,数,期间\n0101,50,2025Q3\n");
    let second = place.import(std::slice::from_ref(&file), &Choices::default());
    let units = place.file("in/units.csv", "编码,名称,层级,上级编码\n0101,东街道,mid,01\n");
    place.import(&[units], &Choices::default());
    place.undo(&second.batches);
    std::fs::remove_file(&file).expect("the office's own file is gone");
    let before = place.everything(None);
    assert_eq!(place.rebuilt(), Rebuilt { made: 4, problems: Vec::new() });
    assert_eq!(place.everything(None), before);
}

#[test]
fn nothing_personal_is_kept_and_what_was_read_of_its_file_makes_the_same_again() {
    let mut place = Place::new();
    let person = identity(1);
    let table = format!(
        "2025年3季度一览表,,,,,\n制表人:王某某,,,,,\n单元编码,率(分子),率(分母),姓名,联系电话,备注,\n\
         010101,1,4,李某某,13800138000,,张某某\n\n010102,3,4,李某某,,{person},\n填表人:赵某某,电话:6543210,,,,\n"
    );
    let file = place.file("in/a.csv", &table);
    let plain = place.file("in/b.csv", "单元编码,数,期间\n0101,3,2025Q3\n");
    let without = ["姓名", "联系电话", "备注"].map(str::to_owned).into();
    place.import(std::slice::from_ref(&file), &Choices { without, period: "2025Q3".parse().ok(), ..Choices::default() });
    let original = crate::import::files::sha256_of(&table);
    std::fs::remove_file(&file).expect("removed");
    place.import(std::slice::from_ref(&plain), &Choices::default());
    for text in ["某某", "13800138000", &person, "6543210"] {
        assert!(!place.holds(text), "{text}");
    }
    assert!(place.holds(&original), "the original is known by its hash");
    let plain = std::fs::read_to_string(&plain).expect("there");
    let kept = place.dir.path().join(plan::FOLDER).join(crate::import::files::sha256_of(&plain));
    assert_eq!(std::fs::read_to_string(kept).expect("kept as it is"), plain);
    // Even where the profile that says what is left out is lost too.
    std::fs::remove_file(place.dir.path().join("data/profiles/learned.toml")).expect("removed");
    let before = place.everything(None);
    let view = view(Some(uid("mid", "0101")), "leaf", "X-1");
    let asked = Query::Provenance { uid: uid("leaf", "010102"), indicator: IndicatorId::from("X-1"), period: None, view };
    let source = |place: &mut Place| match place.ask(&asked) {
        Ok(Loaded::Provenance(page)) => {
            page.sources.iter().map(|s| (s.file.clone(), s.sha256.clone(), s.row, s.reading)).collect::<Vec<_>>()
        }
        other => panic!("{other:?}"),
    };
    let source_before = source(&mut place);
    assert_eq!(source_before.iter().map(|s| (&*s.1, s.2)).collect::<Vec<_>>(), [(&*original, Some(6))]);
    assert_eq!(place.rebuilt(), Rebuilt { made: 2, problems: Vec::new() });
    assert_eq!(place.everything(None), before);
    assert_eq!(source(&mut place), source_before);
    // A copy that is lost is asked for by the hash of its original.
    for entry in std::fs::read_dir(place.dir.path().join(plan::FOLDER)).expect("a folder") {
        std::fs::remove_file(entry.expect("an entry").path()).expect("removed");
    }
    let asked = place.rebuilt().problems.remove(0);
    assert_eq!((&*asked.code, &asked.args), ("E_BATCH_FILE", &vec![original]));
}

#[test]
fn a_kept_file_that_is_missing_is_named_and_the_rest_is_made_again() {
    let mut place = Place::new();
    let text = "单元编码,数,期间\n0101,5,2025Q3\n";
    let lost = place.file("in/a.csv", text);
    let other = place.file("in/b.csv", "单元编码,数,期间\n0102,6,2025Q3\n");
    for file in [&lost, &other] {
        place.import(std::slice::from_ref(file), &Choices::default());
    }
    let sha256 = crate::import::files::sha256_of(text);
    std::fs::remove_file(place.dir.path().join(plan::FOLDER).join(&sha256)).expect("removed");
    let Rebuilt { made, problems } = place.rebuilt();
    let named: Vec<_> = problems.iter().map(|p| (&*p.code, p.args.clone())).collect();
    assert_eq!((made, named), (1, vec![("E_BATCH_FILE", vec![sha256])]));
    // Put back later it would go over what came after it: it is asked for still.
    let kept = place.dir.path().join(plan::FOLDER).join(&problems[0].args[0]);
    std::fs::copy(&lost, &kept).expect("put back");
    assert_eq!(place.rebuild(), Rebuilt { made: 0, problems });
    // Imported again it is not.
    place.import(std::slice::from_ref(&lost), &Choices::default());
    assert_eq!(place.rebuild(), Rebuilt::default());
    let page = place.home(view(Some(uid("top", "01")), "mid", "X-2"));
    assert_eq!(page.rows.iter().map(|r| r.shown.reading.value).collect::<Vec<_>>(), [Some(5.0), Some(6.0)]);
}

#[test]
fn what_rests_on_a_batch_is_named_before_it_is_taken_back() {
    let mut place = Place::new();
    let units = place.file("in/units.csv", "编码,名称,层级,上级编码\n010199,新村,leaf,0101\n");
    let [first] = place.import(&[units], &Choices::default()).batches[..] else { panic!("one batch") };
    let a = place.file("in/a.csv", "单元编码,率(分子),率(分母),期间\n010199,1,2,2025Q3\n010101,1,4,2025Q3\n010102,1,4,2025Q3\n");
    let [second] = place.import(&[a], &Choices::default()).batches[..] else { panic!("one batch") };
    // Only what differs is stored: one row, which rests on the one before it.
    let b = place.file("in/b.csv", "单元编码,率(分子),率(分母),期间\n010101,3,4,2025Q3\n010102,1,4,2025Q3\n");
    let [third] = place.import(&[b], &Choices::default()).batches[..] else { panic!("one batch") };
    let mut rests = |batches: &[i64]| match place.ask(&Query::Rests { batches: batches.to_vec() }) {
        Ok(Loaded::Rests(rests)) => rests.iter().map(|r| (r.id, r.file.clone(), r.rows)).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    assert_eq!(rests(&[first]).iter().map(|(id, _, rows)| (*id, *rows)).collect::<Vec<_>>(), [(second, 1)]);
    assert_eq!(rests(&[second]).iter().map(|(id, _, rows)| (*id, *rows)).collect::<Vec<_>>(), [(third, 1)]);
    assert!(rests(&[second])[0].1.ends_with("b.csv"));
    assert_eq!(rests(&[third]), []);
    assert_eq!(rests(&[second, third]), [], "what goes together rests on nothing that stays");
    place.undo(&[third]);
    let Ok(Loaded::Rests(after)) = place.ask(&Query::Rests { batches: vec![second] }) else { panic!("an answer") };
    assert!(after.is_empty(), "what was taken back rests on nothing");
}

/// A step of a random history.
#[derive(Clone, Debug)]
enum Step {
    Values(Vec<(usize, u32)>, bool),
    Units(Vec<(usize, u32)>, bool),
    Branches(Vec<(usize, u32)>, bool),
    Zones(Vec<usize>, bool),
    Map(Vec<(usize, u32)>, bool),
    Regions(Vec<(usize, u32)>, bool),
    Links(Vec<(usize, u32)>, bool),
    Places(Vec<(usize, u32)>, bool),
    Items(Vec<(usize, u32)>, bool),
    Undo,
}

const LEAVES: [&str; 5] = ["010101", "010102", "010103", "010201", "010105"];

fn step() -> impl Strategy<Value = Step> {
    let some = || proptest::collection::vec((0..LEAVES.len(), 0u32..4), 1..4);
    prop_oneof![
        (some(), any::<bool>()).prop_map(|(v, c)| Step::Values(v, c)),
        (some(), any::<bool>()).prop_map(|(v, c)| Step::Units(v, c)),
        (some(), any::<bool>()).prop_map(|(v, c)| Step::Branches(v, c)),
        (proptest::collection::vec(0..LEAVES.len(), 1..3), any::<bool>()).prop_map(|(v, c)| Step::Zones(v, c)),
        (some(), any::<bool>()).prop_map(|(v, c)| Step::Map(v, c)),
        (some(), any::<bool>()).prop_map(|(v, c)| Step::Regions(v, c)),
        (some(), any::<bool>()).prop_map(|(v, c)| Step::Links(v, c)),
        (some(), any::<bool>()).prop_map(|(v, c)| Step::Places(v, c)),
        (some(), any::<bool>()).prop_map(|(v, c)| Step::Items(v, c)),
        Just(Step::Undo),
    ]
}

impl Step {
    fn file(&self) -> (&'static str, String) {
        let write = |text: &mut String, line: std::fmt::Arguments<'_>| text.push_str(&format!("{line}\n"));
        let mut text = String::new();
        match self {
            Self::Values(rows, _) => {
                text.push_str("单元编码,率(分子),率(分母),期间\n");
                rows.iter().for_each(|(n, v)| write(&mut text, format_args!("{},{v},4,2025Q3", LEAVES[*n])));
            }
            Self::Units(rows, _) => {
                text.push_str("编码,名称,层级,上级编码\n");
                rows.iter().for_each(|(n, v)| write(&mut text, format_args!("{},村{v},leaf,{}", LEAVES[*n], &LEAVES[*n][..4])));
            }
            Self::Branches(rows, _) => {
                text.push_str("组织编码,组织名称,所在网格,状态\n");
                rows.iter().for_each(|(n, v)| {
                    write(&mut text, format_args!("B{v},支部{v},{},{}", LEAVES[*n], if *v > 1 { "出缺" } else { "在岗" }))
                });
            }
            Self::Zones(rows, _) => {
                text.push_str("单元,区型\n");
                rows.iter().for_each(|n| write(&mut text, format_args!("{},甲区", LEAVES[*n])));
            }
            Self::Map(rows, _) => {
                // A column that repeats one code throughout is not taken for codes.
                let rows: std::collections::BTreeMap<usize, u32> = rows.iter().copied().collect();
                let units: Vec<_> = rows.iter().map(|(n, v)| (LEAVES[*n], "图", &LEAVES[*n][..4], f64::from(*v), 0.0, 1.0)).collect();
                return ("map.geojson", squares(&units));
            }
            Self::Regions(rows, _) => {
                text.push_str("片区名称,片区类型,成员\n");
                rows.iter().for_each(|(n, v)| write(&mut text, format_args!("流域{},流域,{}", v % 2, LEAVES[*n])));
            }
            Self::Links(rows, _) => {
                text.push_str("结对单位,村,活动次数\n");
                rows.iter().for_each(|(n, v)| write(&mut text, format_args!("某局{},{},{v}", n % 2, LEAVES[*n])));
            }
            Self::Places(rows, _) => {
                text.push_str("站点编号,站点名称,类型,所在村,经度,纬度,开放月份\n");
                rows.iter().for_each(|(n, v)| write(&mut text, format_args!("S{n},站{v},服务站,{},{v}.5,0.5,{}月", LEAVES[*n], v + 8)));
            }
            Self::Items(rows, _) => {
                text.push_str("条目号,清单,村,状态\n");
                rows.iter()
                    .for_each(|(n, v)| write(&mut text, format_args!("{n},需求,{},{}", LEAVES[*n], if *v > 1 { "已办" } else { "未办" })));
            }
            Self::Undo => {}
        }
        ("table.csv", text)
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 20,
        failure_persistence: Some(Box::new(proptest::test_runner::FileFailurePersistence::Direct("tests/regressions/import_plan.txt"))),
        ..ProptestConfig::default()
    })]

    #[test]
    fn what_is_taken_back_shows_exactly_what_was_before(steps in proptest::collection::vec(step(), 1..6)) {
        let mut place = Place::new();
        // What showed before each import that stands, and its batches.
        let mut history: Vec<(Vec<String>, Vec<i64>)> = Vec::new();
        let mut known: Vec<(Timestamp, Vec<String>)> = Vec::new();
        for (n, step) in steps.iter().enumerate() {
            match step {
                Step::Undo => {
                    let Some((before, batches)) = history.pop() else { continue };
                    place.undo(&batches);
                    prop_assert_eq!(place.everything(None), before);
                }
                Step::Values(_, c)
                | Step::Units(_, c)
                | Step::Branches(_, c)
                | Step::Zones(_, c)
                | Step::Map(_, c)
                | Step::Regions(_, c)
                | Step::Links(_, c)
                | Step::Places(_, c)
                | Step::Items(_, c) => {
                    let before = place.everything(None);
                    let (name, text) = step.file();
                    let file = place.file(&format!("in/{n}{name}"), &text);
                    let mut choices = Choices { complete: Some(*c), ..Choices::default() };
                    if matches!(step, Step::Map(..)) {
                        choices.target = Some(crate::domain::plan::Target::Units(Some("leaf".into())));
                    }
                    let applied = place.import(&[file], &choices);
                    if !applied.batches.is_empty() {
                        history.push((before, applied.batches));
                    }
                }
            }
            known.push((at(place.clock), place.everything(None)));
        }
        // As it was known then, whatever was taken back since.
        for (then, shown) in known {
            prop_assert_eq!(place.everything(Some(then)), shown);
        }
        // All of it taken back, the newest first.
        while let Some((before, batches)) = history.pop() {
            place.undo(&batches);
            prop_assert_eq!(place.everything(None), before);
        }
    }
}

#[test]
fn a_quarterly_figure_in_a_monthly_sheet_is_taken_in_its_month_only() {
    let mut place = Place::new();
    let file = place.file("in/值.csv", "单元编码,率(分子),率(分母),期间\n010101,1,2,2026-03\n010102,1,4,2026-02\n010201,,,2026-02\n");
    let plan = place.plan(std::slice::from_ref(&file), &Choices::default());
    let periods: Vec<_> = plan.changes.iter().flat_map(|c| &c.fields).filter_map(|f| f.period).map(|p| p.to_string()).collect();
    assert_eq!((plan.counts.new, plan.counts.aside, periods), (1, 1, vec!["2026Q1".to_owned()]), "{plan:#?}");
    let aside: Vec<_> = plan.problems.iter().map(|p| (p.code.as_str(), p.spot.line, p.args.join(" "))).collect();
    assert_eq!(aside, [("E_TABLE_NOT_DUE", Some(3), "率 3 2026-02".to_owned())]);
}
