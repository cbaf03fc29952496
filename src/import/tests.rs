//! Whole workspaces, written here, loaded and asked.

mod branches;
mod first;
mod kept;
mod leads;
mod level;
mod plan;
mod records;
mod stop;
mod under;

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::{Date, date};
use proptest::prelude::*;
use tempfile::TempDir;

use super::manifest::Manifest;
use super::{Summary, refresh};
use crate::domain::access::Access;
use crate::domain::as_of::AsOf;
use crate::domain::id::{IndicatorId, LevelId, Uid};
use crate::domain::indicator::Classing;
use crate::domain::page::{Card, Hit, HomePage, Workspace};
use crate::domain::problem::{Problem, Severity};
use crate::domain::request::{Command, Loaded, Query, Write};
use crate::domain::scene::{MapSize, Raster};
use crate::domain::unit::Subject;
use crate::domain::value::{Origin, State};
use crate::domain::view_state::{Listing, Scope, Standing, ViewState};
use crate::framework::Framework;
use crate::store::tests::derived;
use crate::store::{Mode, Reader, Store, Writer};

const TODAY: Date = date(2025, 10, 1);

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_760_000_000 + second).expect("in range")
}

const FRAMEWORK: &str = r#"
[framework]
id = "t"
name = "试"
name_en = "test"
privacy = "org-level"
demo = true

[[level]]
code = "top"
label = "顶"
[[level]]
code = "mid"
label = "中"
parent = "top"
[[level]]
code = "leaf"
label = "底"
parent = "mid"

[[zone]]
code = "A"
label = "甲区"

[[zone]]
code = "B"
label = "乙区"

[[indicator]]
id = "X-1"
label = "率"
unit = "%"
kind = "ratio"
level = "leaf"
direction = "up"
rollup = "weighted"
min_share = 0.8
bands = [60, 80]
every_months = 3
[[indicator]]
id = "X-2"
label = "数"
unit = "个"
kind = "count"
level = "mid"
direction = "up"
rollup = "sum"
min_share = 0.8
every_months = 3
[[indicator]]
id = "X-3"
label = "组织"
unit = "个"
kind = "count"
level = "leaf"
direction = "display"
rollup = "sum"
derived = "branches"
[[indicator]]
id = "X-4"
label = "线索"
unit = "条"
kind = "count"
level = "leaf"
direction = "down"
rollup = "sum"
derived = "leads"

[[rule]]
id = "R-1"
label = "出缺"
on = "branch"
all = [{ field = "状态", op = "==", value = "出缺" }]
"#;

fn framework() -> Framework {
    Framework::parse(FRAMEWORK, "f.toml").expect("a good framework")
}

/// Squares of side 1 from (x, y) on: code, name, parent.
fn squares(units: &[(&str, &str, &str, f64, f64, f64)]) -> String {
    let features: Vec<String> = units
        .iter()
        .map(|(code, name, parent, x, y, side)| {
            let (e, n) = (x + side, y + side);
            let geometry = if *side > 0.0 {
                format!(r#"{{"type":"Polygon","coordinates":[[[{x},{y}],[{e},{y}],[{e},{n}],[{x},{n}],[{x},{y}]]]}}"#)
            } else {
                "null".to_owned()
            };
            format!(r#"{{"type":"Feature","properties":{{"编码":"{code}","名称":"{name}","上级":"{parent}"}},"geometry":{geometry}}}"#)
        })
        .collect();
    format!("{{\"type\":\"FeatureCollection\",\"features\":[\n{}\n]}}", features.join(",\n"))
}

const MANIFEST: &str = r#"
[workspace]
name = "测试县"
county = "990121"
framework = "../f.toml"

[[layer]]
file = "top.geojson"
level = "top"
id = "编码"
name = "名称"

[[layer]]
file = "mid.geojson"
level = "mid"
id = "编码"
name = "名称"
parent = { by = "prefix" }

[[layer]]
file = "leaf.geojson"
level = "leaf"
id = "编码"
name = "名称"
parent = { by = "parent", field = "上级" }

[[table]]
root = "../data"
file = "values-*.csv"
what = "values"
key = "编码"
columns = { period = "期", "X-1" = { num = "分子", den = "分母" }, "X-2" = "数" }

[[table]]
root = "../data"
file = "branches.csv"
what = "branches"
key = "编号"
columns = { name = "名称", kind = "类型", unit = "单元", lon = "经度", lat = "纬度" }

[[table]]
root = "../data"
file = "zones.csv"
what = "zones"
key = "单元"
columns = { zone = "区" }
"#;

struct Place {
    dir: TempDir,
    store: Store,
    reader: Reader,
    writer: Writer,
    summary: Summary,
    clock: i64,
}

impl Place {
    fn write(dir: &Path, name: &str, text: &str) {
        let path = dir.join(name);
        std::fs::create_dir_all(path.parent().expect("has a parent")).expect("folder");
        std::fs::write(path, text).expect("write");
    }

    fn new() -> Self {
        let mut this = Self::unloaded();
        this.refresh(false);
        this
    }

    /// The sample with more in its framework, loaded.
    fn with(more: &str) -> Self {
        let mut place = Self::unloaded();
        let text = format!("{FRAMEWORK}{more}");
        let framework = Framework::parse(&text, "f.toml").expect("a good framework");
        place.put("f.toml", &text);
        place.store = Store::open(place.dir.path(), Mode::ReadWrite, Arc::new(framework)).expect("opens");
        place.reader = place.store.reader().expect("reader");
        place.writer = place.store.writer().expect("writer");
        place.load();
        place
    }

    /// Loads what its files say, some seconds later.
    fn load(&mut self) -> Summary {
        self.clock += 10;
        let manifest = Manifest::read(self.dir.path()).expect("manifest");
        let framework = Arc::clone(self.store.framework());
        refresh(&mut self.writer, self.dir.path(), &manifest, &framework, at(self.clock), true, &mut |_| ()).expect("refresh")
    }

    /// With files that nobody has looked at yet.
    fn unloaded() -> Self {
        let dir = tempfile::tempdir().expect("folder");
        let put = |name: &str, text: &str| Self::write(dir.path(), name, text);
        put("f.toml", FRAMEWORK);
        put("maps/manifest.toml", MANIFEST);
        put("maps/top.geojson", &squares(&[("01", "上县", "", 0.0, 0.0, 4.0)]));
        put("maps/mid.geojson", &squares(&[("0101", "东镇", "", 0.0, 0.0, 2.0), ("0102", "西镇", "", 2.0, 0.0, 2.0)]));
        put(
            "maps/leaf.geojson",
            &squares(&[
                ("010101", "一格", "0101", 0.0, 0.0, 1.0),
                ("010102", "二格", "0101", 1.0, 0.0, 1.0),
                ("010103", "三格", "0101", 0.0, 1.0, 0.0),
                ("010201", "𠅤家格", "0102", 2.0, 0.0, 1.0),
                ("010202", "五格", "0102", 3.0, 0.0, 1.0),
            ]),
        );
        put(
            "data/values-1.csv",
            "编码,期,分子,分母,数\n010101,2025Q3,4,4,\n010102,2025Q3,2,4,\n010201,2025Q3,无,,\n010202,2025Q3,不需报,,\n0101,2025Q3,,,7\n0101,2025Q2,9,10,\n010101,2025Q2,1,4,\n",
        );
        put(
            "data/branches.csv",
            "编号,名称,类型,单元,经度,纬度,状态\nB1,一支部,党支部,010101,0.5,0.5,出缺\nB2,二支部,党支部,010201,,,在岗\nB3,镇党委,党委,东镇,1,1,在岗\n",
        );
        put("data/zones.csv", "单元,区\n0101,甲区\n010102,乙区\n");
        let store = Store::open(dir.path(), Mode::ReadWrite, Arc::new(framework())).expect("opens");
        let (reader, writer) = (store.reader().expect("reader"), store.writer().expect("writer"));
        Self { dir, store, reader, writer, summary: Summary::default(), clock: 0 }
    }

    fn put(&mut self, name: &str, text: &str) {
        Self::write(self.dir.path(), name, text);
    }

    fn refresh(&mut self, apply_removals: bool) -> Vec<String> {
        self.clock += 10;
        let manifest = Manifest::read(self.dir.path()).expect("manifest");
        self.summary = refresh(&mut self.writer, self.dir.path(), &manifest, &framework(), at(self.clock), apply_removals, &mut |_| ())
            .expect("refresh");
        // The one unit without a boundary is part of the sample.
        self.summary.problems.retain(|p| p.code != "E_GEOM_NONE");
        self.summary.problems.iter().map(ToString::to_string).collect()
    }

    fn ask(&mut self, query: &Query) -> Result<Loaded, Problem> {
        self.reader.answer(query, &Access::read_only(), TODAY)
    }

    fn home(&mut self, view: ViewState) -> Arc<HomePage> {
        match self.ask(&Query::Home(view)).expect("home") {
            Loaded::Home(page) => page,
            other => panic!("{other:?}"),
        }
    }

    fn card(&mut self, uid: Uid, view: ViewState) -> Arc<Card> {
        match self.ask(&Query::Card { uid, view }).expect("card") {
            Loaded::Card(card) => card.expect("is there"),
            other => panic!("{other:?}"),
        }
    }

    fn workspace(&mut self) -> Arc<Workspace> {
        match self.ask(&Query::Workspace).expect("workspace") {
            Loaded::Workspace(workspace) => workspace,
            other => panic!("{other:?}"),
        }
    }

    fn find(&mut self, text: &str) -> Arc<Vec<Hit>> {
        match self.ask(&Query::Find { text: text.into(), limit: 10 }).expect("find") {
            Loaded::Found(hits) => hits,
            other => panic!("{other:?}"),
        }
    }

    fn map(&mut self, view: ViewState) -> Option<Arc<Raster>> {
        let size = MapSize { cols_cells: 20, rows_cells: 10, cell_aspect: 2.0 };
        match self.ask(&Query::Map { view, size }).expect("map") {
            Loaded::Map(raster) => raster,
            other => panic!("{other:?}"),
        }
    }

    fn mark(&mut self, write: Write) -> Result<crate::domain::request::Receipt, Problem> {
        self.clock += 1;
        let permit = Access::local(Some("某镇+组织委员".into())).permit(write.grant()).expect("granted");
        let command = Command::new(permit, write).expect("fits");
        match self.writer.execute(&command, at(self.clock), "某镇+组织委员")? {
            Loaded::Written(receipt) => Ok(*receipt),
            other => panic!("{other:?}"),
        }
    }
}

fn uid(level: &str, code: &str) -> Uid {
    Uid::of_unit("990121", "admin", level, code)
}

fn view(place: Option<Uid>, listing: &str, indicator: &str) -> ViewState {
    ViewState {
        place,
        listing: if listing.is_empty() { Listing::Branches } else { Listing::Units(listing.into()) },
        indicator: indicator.into(),
        period: None,
        as_of: AsOf::NOW,
        scope: Scope::default(),
        only_flagged: false,
        classing: Classing::Policy,
        extent: None,
        selection: None,
        what_if: None,
    }
}

fn raise(level: &str, code: &str, reason: &str) -> Write {
    Write::Mark { entity: uid(level, code), subject: Subject::Unit, reason: reason.into(), due: Some(date(2025, 12, 1)) }
}

fn names(page: &HomePage) -> Vec<&str> {
    page.rows.iter().map(|r| r.name.as_str()).collect()
}

#[test]
fn opens_and_drills_from_the_top_to_the_branches() {
    let mut place = Place::new();
    assert_eq!(place.summary.problems, []);
    let workspace = place.workspace();
    assert_eq!((workspace.name.as_str(), workspace.counts.as_slice(), workspace.demo), ("上县", [1, 2, 5].as_slice(), true));
    assert_eq!(workspace.home.place, Some(uid("top", "01")));
    let home = place.home(workspace.home.clone());
    assert_eq!(names(&home), ["东镇", "西镇"]);
    assert_eq!(home.listings, [Listing::Units("mid".into()), Listing::Units("leaf".into()), Listing::Branches]);
    let leaves = place.home(view(Some(uid("mid", "0102")), "leaf", "X-1"));
    assert_eq!(names(&leaves), ["𠅤家格", "五格"]);
    assert_eq!(leaves.crumbs.iter().map(|c| c.code.as_str()).collect::<Vec<_>>(), ["01", "0102"]);
    let branches = place.home(view(Some(uid("leaf", "010201")), "", "X-1"));
    assert_eq!(names(&branches), ["二支部"]);
    assert_eq!(branches.rows[0].shown.reading.state, State::NotDue);
}

#[test]
fn a_skipped_level_names_the_unit_between() {
    let mut place = Place::new();
    let page = place.home(view(None, "leaf", "X-1"));
    assert_eq!(page.rows.len(), 5);
    assert_eq!((page.rows[0].name.as_str(), page.rows[0].under.as_str()), ("一格", "东镇"));
    assert_eq!(page.legend.no_geometry, 1);
}

#[test]
fn missing_none_and_not_due_are_three_things_and_never_zero() {
    let mut place = Place::new();
    let page = place.home(view(None, "leaf", "X-1"));
    let states: Vec<_> = page.rows.iter().map(|r| r.shown.reading.state).collect();
    assert_eq!(states, [State::Value, State::Value, State::Missing, State::None, State::NotDue]);
    assert_eq!((page.legend.missing, page.legend.none, page.legend.not_due, page.legend.total), (1, 1, 1, 5));
    assert_eq!(page.legend.classes.iter().map(|c| c.count).collect::<Vec<_>>(), [1, 0, 1]);
    assert_eq!((page.total.reading.value, page.total.reported, page.total.due), (Some(75.0), 2, 3));
    assert!(page.total.incomplete);
}

#[test]
fn a_parents_own_report_stands_beside_the_roll_up() {
    let mut place = Place::new();
    let page = place.home(ViewState { period: "2025Q2".parse().ok(), ..view(None, "mid", "X-1") });
    let own = &page.rows[0].shown;
    assert_eq!((own.reading.value, own.origin), (Some(90.0), Origin::Reported));
    assert_eq!(own.roll_up.and_then(|r| r.value), Some(25.0));
    assert_eq!((own.reported, own.due), (1, 3));
    assert_eq!(page.periods.iter().map(ToString::to_string).collect::<Vec<_>>(), ["2025Q2", "2025Q3"]);
    // An indicator of the middle level is not due below it.
    let below = place.home(view(None, "leaf", "X-2"));
    assert_eq!(below.legend.not_due, 5);
    assert_eq!(below.total.reading.value, Some(7.0));
}

#[test]
fn zones_go_down_and_govern_rows_and_totals() {
    let mut place = Place::new();
    let scope = Scope { zones: ["A".to_owned()].into(), ..Scope::default() };
    let page = place.home(ViewState { scope: scope.clone(), ..view(None, "leaf", "X-1") });
    assert_eq!(names(&page), ["一格", "二格", "三格"]);
    assert_eq!(page.unscoped, 5);
    assert_eq!((page.total.reported, page.total.due), (2, 3));
    let branches = place.home(ViewState { scope, ..view(None, "mid", "X-3") });
    assert_eq!((names(&branches), branches.total.reading.value), (vec!["东镇"], Some(2.0)));
    let none = Scope { standings: [Standing::NoGeometry].into(), ..Scope::default() };
    let page = place.home(ViewState { scope: none, ..view(None, "leaf", "X-1") });
    assert_eq!(names(&page), ["三格"]);
}

#[test]
fn a_unit_in_several_zones_counts_once() {
    let mut place = Place::new();
    let mut seen = |zones: &[&str], level: &str| {
        let scope = Scope { zones: zones.iter().map(|z| (*z).to_owned()).collect(), ..Scope::default() };
        let page = place.home(ViewState { scope, ..view(None, level, "X-1") });
        (page.rows.len(), page.total.reported, page.total.due, page.total.reading)
    };
    for level in ["mid", "leaf"] {
        assert_eq!(seen(&["A", "B"], level), seen(&["A"], level), "{level}");
    }
    assert_eq!(seen(&["B"], "leaf").0, 1);
    let several = Scope { standings: [Standing::SeveralZones].into(), ..Scope::default() };
    for (level, found) in [("leaf", "二格"), ("mid", "东镇")] {
        let page = place.home(ViewState { scope: several.clone(), ..view(None, level, "X-1") });
        assert_eq!(names(&page), [found]);
    }
}

#[test]
fn leads_and_marks_count_upwards() {
    let mut place = Place::new();
    place.mark(raise("leaf", "010201", "看一看")).expect("written");
    let page = place.home(view(None, "mid", "X-4"));
    assert_eq!(page.rows.iter().map(|r| (r.leads, r.marks)).collect::<Vec<_>>(), [(1, 0), (0, 1)]);
    assert_eq!(page.total.reading.value, Some(1.0));
    let flagged = place.home(ViewState { only_flagged: true, ..view(None, "leaf", "X-1") });
    assert_eq!((names(&flagged), flagged.unscoped), (vec!["一格", "𠅤家格"], 5));
    let card = place.card(uid("mid", "0101"), view(None, "mid", "X-1"));
    assert_eq!((card.leads.len(), card.zones.as_slice(), card.marks_below), (1, ["甲区".to_owned()].as_slice(), 0));
    assert_eq!(card.branches, [("党委".to_owned(), 1), ("党支部".to_owned(), 1)]);
    assert_eq!(card.below, [(LevelId::from("leaf"), 3)]);
    assert!(card.area_km2.is_some_and(|a| a > 0.0));
    assert_eq!(card.figures[0].indicator.id, IndicatorId::from("X-1"));
}

#[test]
fn provenance_leads_to_file_and_row() {
    let mut place = Place::new();
    let query = Query::Provenance { uid: uid("mid", "0101"), indicator: "X-1".into(), period: None, view: view(None, "mid", "X-1") };
    let Ok(Loaded::Provenance(found)) = place.ask(&query) else { panic!("no provenance") };
    assert_eq!(
        found.sources.iter().map(|s| (s.file.as_str(), s.row)).collect::<Vec<_>>(),
        [("data/values-1.csv", Some(2)), ("data/values-1.csv", Some(3))]
    );
    assert_eq!(found.missing, [("010103".to_owned(), "三格".to_owned())]);
    assert_eq!((found.source_count, found.sources[0].sha256.len()), (2, 64));
}

#[test]
fn finds_by_hanzi_pinyin_initials_and_code() {
    let mut place = Place::new();
    let first = |hits: Arc<Vec<Hit>>| hits.first().map(|h| h.name.clone());
    for text in ["东镇", "dongzhen", "dz", "0101"] {
        let hits = place.find(text);
        assert_eq!(first(hits).as_deref(), Some("东镇"), "{text}");
    }
    let hits = place.find("eryi");
    assert!(hits.is_empty());
    let branch = &place.find("二支部")[0];
    assert_eq!((branch.subject, branch.place), (Subject::Branch, Some(uid("leaf", "010201"))));
    assert_eq!(branch.path, ["上县", "西镇", "𠅤家格"]);
}

#[test]
fn the_map_draws_what_has_a_boundary() {
    let mut place = Place::new();
    let raster = place.map(view(None, "leaf", "X-1")).expect("drawn");
    assert_eq!(raster.units.len(), 4);
    let points = place.map(view(Some(uid("leaf", "010101")), "", "X-1")).expect("drawn");
    assert_eq!(points.points.len(), 1);
    assert!(place.map(view(Some(uid("leaf", "010103")), "leaf", "X-1")).is_none());
}

#[test]
fn duplicates_and_orphans_are_kept_aside_and_counted() {
    let mut place = Place::new();
    place.put(
        "maps/leaf.geojson",
        &squares(&[
            ("010101", "一格", "0101", 0.0, 0.0, 1.0),
            ("010101", "又一格", "0101", 0.0, 0.0, 1.0),
            ("010102", "二格", "0101", 1.0, 0.0, 1.0),
            ("010103", "三格", "0101", 0.0, 1.0, 0.0),
            ("010201", "𠅤家格", "0102", 2.0, 0.0, 1.0),
            ("010202", "五格", "0102", 3.0, 0.0, 1.0),
            ("010301", "孤格", "0103", 3.0, 0.0, 1.0),
        ]),
    );
    let problems = place.refresh(false);
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert!(problems[0].starts_with("E_IMPORT_DUPLICATE maps/leaf.geojson:") && problems[0].contains("#2"), "{problems:?}");
    assert!(problems[1].starts_with("E_IMPORT_PARENT"), "{problems:?}");
    let counts = place.summary.reads.iter().find(|r| r.name.starts_with("leaf")).expect("counted");
    assert_eq!((counts.read, counts.drawn, counts.listed), (7, 4, 3));
    assert_eq!(place.workspace().counts, [1, 2, 5]);
    // A file that has not changed is not read again, and its problems are still known.
    let problems = place.refresh(false);
    assert_eq!((problems.len(), place.summary.loaded.len()), (2, 0));
}

#[test]
fn a_layer_hangs_on_units_that_only_a_table_gives() {
    let mut place = Place::new();
    let table = "\n[[table]]\nroot = \"../data\"\nfile = \"units.csv\"\nwhat = \"units\"\nkey = \"编码\"\ncolumns = { name = \"名称\", level = \"级\", parent = \"上级\" }\n";
    place.put("maps/manifest.toml", &format!("{MANIFEST}{table}"));
    place.put("data/units.csv", "编码,名称,级,上级\n010399,只在表里,底,0103\n0103,南镇,中,01\n0101,东镇(新名),中,01\n");
    let leaves = std::fs::read_to_string(place.dir.path().join("maps/leaf.geojson")).expect("read");
    let more = squares(&[("010301", "六格", "0103", 0.0, 3.0, 1.0)]);
    let more = more.split('\n').nth(1).expect("one feature");
    place.put("maps/leaf.geojson", &leaves.replace("\n]}", &format!(",\n{more}\n]}}")));
    assert_eq!(place.refresh(false), Vec::<String>::new());
    let page = place.home(view(None, "mid", "X-1"));
    assert_eq!(names(&page), ["东镇(新名)", "西镇", "南镇"]);
    assert_eq!(page.rows.iter().map(|r| (r.children, r.drawn)).collect::<Vec<_>>(), [(3, true), (2, true), (2, false)]);
    // Nothing is new: nothing is read.
    place.refresh(false);
    assert_eq!(place.summary.loaded, Vec::<String>::new());
}

#[test]
fn a_truncated_file_leaves_what_was_there() {
    let mut place = Place::new();
    let text = squares(&[("010101", "一格", "0101", 0.0, 0.0, 1.0)]);
    place.put("maps/leaf.geojson", &text[..text.find("coordinates").expect("has a boundary")]);
    let problems = place.refresh(false);
    assert_eq!((problems.len(), place.summary.problems[0].severity), (1, Severity::Refused));
    assert_eq!(place.workspace().counts, [1, 2, 5]);
}

#[test]
fn what_would_disappear_waits_for_a_decision() {
    let mut place = Place::new();
    place.put("data/values-1.csv", "编码,期,分子,分母,数\n010101,2025Q3,1,4,\n");
    place.refresh(false);
    assert!(place.summary.pending.as_deref().is_some_and(|p| p.contains("values")), "{:?}", place.summary.pending);
    let page = place.home(view(None, "leaf", "X-1"));
    assert_eq!(page.rows[0].shown.reading.value, Some(100.0));
    assert!(place.workspace().pending.is_some());
    place.refresh(true);
    let page = place.home(view(None, "leaf", "X-1"));
    assert_eq!((page.rows[0].shown.reading.value, page.legend.missing), (Some(25.0), 4));
    assert_eq!(place.workspace().pending, None);
    // What was known before the correction is still there to be asked for.
    let before = AsOf { valid: None, known: Some(at(15)) };
    let page = place.home(ViewState { as_of: before, ..view(None, "leaf", "X-1") });
    assert_eq!(page.rows[0].shown.reading.value, Some(100.0));
    let first = AsOf { valid: None, known: Some(at(1)) };
    assert!(place.home(ViewState { as_of: first, ..view(None, "leaf", "X-1") }).rows.is_empty());
}

#[test]
fn personal_columns_stop_a_table_by_name() {
    let mut place = Place::new();
    place.put("data/branches.csv", "编号,名称,类型,单元,经度,纬度,状态,身份证号\nB1,一支部,党支部,010101,0.5,0.5,出缺,\n");
    let problems = place.refresh(true);
    assert!(problems.iter().any(|p| p.starts_with("E_PRIVACY_COLUMN data/branches.csv:1") && p.contains("身份证号")), "{problems:?}");
    assert!(place.workspace().has_branches);
}

#[test]
fn marks_survive_a_new_opening_and_are_taken_back() {
    let mut place = Place::new();
    let first = place.mark(raise("mid", "0101", "电话 13800000000 未接")).expect("written");
    assert_eq!((first.name.as_str(), first.masked), ("东镇", 1));
    let second = place.mark(raise("mid", "0101", "再看")).expect("written");
    let undo = second.undo.clone().expect("can be undone");
    let cleared = place.mark(undo).expect("written");
    assert!(cleared.version > second.version);
    let again = Store::open(place.dir.path(), Mode::ReadWrite, Arc::new(framework())).expect("opens again");
    place.reader = again.reader().expect("reader");
    let card = place.card(uid("mid", "0101"), view(None, "mid", "X-1"));
    assert_eq!(card.marks.iter().map(|m| m.fact).collect::<Vec<_>>(), [first.fact]);
    assert!(!card.marks[0].reason.contains("13800000000"));
    // Taking the clear back raises the same words again.
    let redo = cleared.undo.expect("can be undone");
    place.mark(redo).expect("written");
    let Ok(Loaded::Marks(rows)) = place.ask(&Query::Marks) else { panic!("no marks") };
    assert_eq!(rows.iter().map(|r| r.mark.reason.contains("再看")).collect::<Vec<_>>(), [false, true]);
    assert_eq!(rows[0].path, ["上县"]);
    assert_eq!(place.mark(raise("mid", "9", "没有")).expect_err("no such unit").code, "E_STORE_NO_SUBJECT");
}

#[test]
fn a_session_within_a_unit_sees_nothing_else() {
    let mut place = Place::new();
    let within = Access { within: Some(uid("mid", "0102")), ..Access::default() };
    let mut ask = |query: Query| place.reader.answer(&query, &within, TODAY);
    let Ok(Loaded::Home(page)) = ask(Query::Home(view(None, "leaf", "X-1"))) else { panic!("no home") };
    assert_eq!((names(&page), page.crumbs.len()), (vec!["𠅤家格", "五格"], 1));
    let outside = ask(Query::Home(view(Some(uid("mid", "0101")), "leaf", "X-1"))).expect_err("outside");
    let absent = ask(Query::Home(view(Some(uid("mid", "77")), "leaf", "X-1"))).expect_err("absent");
    assert_eq!(outside, absent);
    assert!(matches!(ask(Query::Find { text: "东镇".into(), limit: 9 }), Ok(Loaded::Found(hits)) if hits.is_empty()));
}

#[test]
fn parents_by_file_name_and_by_position() {
    for parent in [r#"{ by = "file" }"#, r#"{ by = "position" }"#] {
        let mut place = Place::new();
        let manifest = MANIFEST.replace("leaf.geojson", "by-*.geojson").replace(r#"{ by = "parent", field = "上级" }"#, parent);
        place.put("maps/manifest.toml", &manifest);
        place.put("maps/by-0101.geojson", &squares(&[("010101", "一格", "", 0.0, 0.0, 1.0), ("010102", "二格", "", 1.0, 0.0, 1.0)]));
        place.put("maps/by-0102.geojson", &squares(&[("010201", "四格", "", 2.0, 0.0, 1.0)]));
        place.refresh(true);
        assert_eq!(place.summary.problems, [], "{parent}");
        assert_eq!(names(&place.home(view(Some(uid("mid", "0102")), "leaf", "X-1"))), ["四格"], "{parent}");
        assert_eq!(place.workspace().counts, [1, 2, 3], "{parent}");
    }
}

#[test]
fn a_snapshot_opens_alone_and_writes_nothing() {
    let mut place = Place::new();
    place.mark(raise("mid", "0101", "看")).expect("written");
    let to = place.dir.path().join("out.db");
    place.store.publish(&to).expect("published");
    place.store.publish(&to).expect("published over the old one");
    assert_eq!(
        std::fs::read_dir(place.dir.path())
            .expect("folder")
            .flatten()
            .filter(|e| e.file_name().to_string_lossy().starts_with("out.db"))
            .count(),
        1
    );
    let moved = tempfile::tempdir().expect("folder");
    let alone = moved.path().join("snapshot.db");
    std::fs::rename(&to, &alone).expect("moved");
    let before = std::fs::read(&alone).expect("read");
    let store = Store::open_snapshot(&alone).expect("opens");
    assert_eq!(store.framework().levels.len(), 3);
    assert_eq!(store.writer().expect_err("read-only").code, "E_STORE_READ_ONLY");
    place.reader = store.reader().expect("reader");
    assert_eq!(place.home(view(None, "mid", "X-1")).rows[0].marks, 1);
    assert_eq!(std::fs::read(&alone).expect("read"), before);
    assert_eq!(std::fs::read_dir(moved.path()).expect("folder").count(), 1);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&alone).expect("there").permissions().mode() & 0o777, 0o640);
    }
}

#[test]
fn a_load_that_is_not_committed_leaves_no_trace() {
    let mut place = Place::new();
    let version = place.writer.version().expect("version");
    {
        let mut load = place.writer.load(at(99)).expect("begins");
        let source = crate::store::load::Source {
            source: "values-*.csv".into(),
            file: "../data/values-1.csv".into(),
            spec: String::new(),
            size: 1,
            mtime_ms: 1,
            sha256: String::new(),
        };
        assert!(load.withdraw("values-*.csv", "data/values-1.csv").expect("withdrawn").is_some());
        load.batch("table", &source).expect("batch");
    }
    assert_eq!(place.writer.version().expect("version"), version);
    assert_eq!(place.home(view(None, "leaf", "X-1")).total.reading.value, Some(75.0));
}

#[test]
fn an_office_database_is_read_from_a_copy() {
    let mut place = Place::new();
    let file = place.dir.path().join("data/office.db");
    crate::store::foreign::make_for_test(&file, "0102", 3.5);
    let table = "\n[[table]]\nroot = \"../data\"\nfile = \"office.db\"\ntable = \"表\"\nwhat = \"values\"\nkey = \"编码\"\nperiod = \"2025Q3\"\ncolumns = { \"X-2\" = \"值\" }\n";
    place.put("maps/manifest.toml", &format!("{MANIFEST}{table}"));
    assert_eq!(place.refresh(false), Vec::<String>::new());
    assert_eq!(place.home(view(None, "mid", "X-2")).rows[1].shown.reading.value, Some(3.5));
    place.put("maps/manifest.toml", &format!("{MANIFEST}{}", table.replace("\"表\"", "\"看\"")));
    assert!(place.refresh(true).iter().any(|p| p.starts_with("E_TABLE_NOT_THERE")));
}

/// A time that says the same as now, but is not answered by what is derived.
fn later() -> AsOf {
    AsOf { valid: Some(TODAY), known: Some(at(1_000_000)) }
}

/// Every place of the sample, and above the top.
fn places() -> Vec<Option<Uid>> {
    let units = [("top", "01"), ("mid", "0101"), ("mid", "0102"), ("leaf", "010101"), ("leaf", "010103"), ("leaf", "010202")];
    std::iter::once(None).chain(units.map(|(level, code)| Some(uid(level, code)))).collect()
}

/// Everything that a home page and a card say here, now and as computed from the rows.
fn agree(place: &mut Place, indicators: &[&str]) {
    let listings = ["top", "mid", "leaf", ""];
    let views = listings.iter().flat_map(|listing| indicators.iter().map(move |indicator| (*listing, *indicator)));
    for (at, (listing, indicator)) in places().into_iter().flat_map(|at| views.clone().map(move |of| (at, of))) {
        for zones in [None, Some("A".to_owned())] {
            let mut now = view(at, listing, indicator);
            now.scope.zones = zones.into_iter().collect();
            let then = ViewState { as_of: later(), ..now.clone() };
            let (stored, mut computed) = (place.home(now.clone()), HomePage::clone(&*place.home(then.clone())));
            assert_eq!(computed.version, stored.version);
            computed.view.as_of = AsOf::NOW;
            assert_eq!(*stored, computed, "{at:?} {listing} {indicator}");
            if let Some(uid) = at {
                assert_eq!(place.card(uid, now), place.card(uid, then), "{uid:?} {indicator}");
            }
        }
    }
}

#[test]
fn what_is_derived_says_what_the_rows_say() {
    let mut place = Place::new();
    agree(&mut place, &["X-1", "X-2", "X-3", "X-4"]);
    let file = place.dir.path().join("data/reference.db");
    let before = derived::counts(&file);
    assert!(before.0 == 4 && before.1 > 0, "three levels and the branches: {before:?}");
    // Where nothing is derived, the rows answer.
    let page = place.home(view(None, "mid", "X-1"));
    derived::forget(&file);
    assert_eq!(place.home(view(None, "mid", "X-1")), page);
    place.refresh(false);
    assert_eq!(derived::counts(&file), before, "derived again by the next refresh");
    agree(&mut place, &["X-1", "X-2", "X-3", "X-4"]);
}

#[test]
fn a_manifest_reports_every_mistake_with_its_line() {
    let text = "[workspace]\nname = \"x\"\ncounty = 5\nframework = \"f\"\nfarbe = 1\n[[layer]]\nfile = \"a*/b*.json\"\nid = \"x\"\nparent = { by = \"luck\" }\n[[table]]\nfile = \"t.csv\"\nwhat = \"zones\"\nkey = \"k\"\nperiod = \"soon\"\n[other]\n";
    let problems = Manifest::parse(text).expect_err("mistakes");
    let found: Vec<_> = problems.iter().map(|p| (p.code.as_str(), p.spot.line.unwrap_or(0))).collect();
    for expected in [
        ("E_MANIFEST_TYPE", 3),
        ("E_MANIFEST_KEY_UNKNOWN", 5),
        ("E_MANIFEST_KEY_MISSING", 6),
        ("E_MANIFEST_PATTERN", 7),
        ("E_MANIFEST_PARENT", 9),
        ("E_MANIFEST_KEY_MISSING", 10),
        ("E_MANIFEST_PERIOD", 14),
        ("E_MANIFEST_KEY_UNKNOWN", 15),
    ] {
        assert!(found.contains(&expected), "{expected:?} in {found:?}");
    }
    assert_eq!(found.len(), 8, "{found:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    /// The roll-up from blocks is that of the long table.
    #[test]
    fn blocks_roll_up_like_sql(values in proptest::collection::vec(proptest::option::of((0u32..50, 1u32..50)), 5)) {
        let mut place = Place::new();
        let codes = ["010101", "010102", "010103", "010201", "010202"];
        let rows: String = codes.iter().zip(&values).map(|(code, v)| match v {
            Some((num, den)) => format!("{code},2025Q3,{num},{den},\n"),
            None => String::new(),
        }).collect();
        place.put("data/values-1.csv", &format!("编码,期,分子,分母,数\n{rows}"));
        place.refresh(true);
        let page = place.home(view(None, "mid", "X-1"));
        let sums = match page.period {
            Some(period) => place.reader.roll_up_long_table(&"leaf".into(), &"mid".into(), &["X-1".into()], period).expect("sums"),
            None => Vec::new(),
        };
        for row in &page.rows {
            let sum = sums.iter().find(|s| s.uid == row.uid);
            prop_assert_eq!(row.shown.reported, sum.map_or(0, |s| s.reported));
            let ratio = sum.filter(|s| s.reported > 0).map(|s| s.num / s.den * 100.0);
            prop_assert_eq!(row.shown.reading.value, ratio);
        }
        agree(&mut place, &["X-1"]);
    }
}

#[test]
fn a_file_that_is_named_and_gone_is_a_mistake_and_takes_nothing_with_it() {
    let mut place = Place::new();
    let before = place.workspace().counts.clone();
    std::fs::remove_file(place.dir.path().join("maps/mid.geojson")).expect("removed");
    let problems = place.refresh(false);
    assert!(problems.iter().any(|p| p.starts_with("E_IMPORT_ABSENT maps/mid.geojson")), "{problems:?}");
    assert_eq!((place.workspace().counts.clone(), place.summary.pending.clone()), (before, None));
}

#[test]
fn a_workspace_may_begin_below_the_top_level_and_hang_on_a_table_later() {
    let mut place = Place::unloaded();
    let layers = MANIFEST.replace("file = \"top.geojson\"\nlevel = \"top\"\nid = \"编码\"\nname = \"名称\"\n\n[[layer]]\n", "");
    let alone = layers.replace("parent = { by = \"prefix\" }\n", "");
    assert!(!alone.contains("top.geojson"));
    place.put("maps/manifest.toml", &alone);
    assert_eq!(place.refresh(false), Vec::<String>::new());
    assert_eq!(place.workspace().counts, [0, 2, 5]);
    assert_eq!(names(&place.home(view(Some(uid("mid", "0101")), "leaf", "X-1"))), ["一格", "二格", "三格"]);

    // The same layer where a table has what is above it.
    let mut place = Place::unloaded();
    let table = "\n[[table]]\nroot = \"../data\"\nfile = \"units.csv\"\nwhat = \"units\"\nkey = \"编码\"\ncolumns = { name = \"名称\", level = \"层级\" }\n";
    place.put("maps/manifest.toml", &format!("{alone}{table}"));
    place.put("data/units.csv", "编码,名称,层级\n01,上县,top\n");
    assert_eq!(place.refresh(false), Vec::<String>::new());
    assert_eq!(names(&place.home(view(Some(uid("top", "01")), "mid", "X-1"))), ["东镇", "西镇"]);
    assert_eq!(place.workspace().counts, [1, 2, 5]);
}
