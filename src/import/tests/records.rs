//! Regions, pairings, places and items: taken in from small tables, compared, taken back.

use super::*;
use crate::domain::plan::{Choices, Target};
use crate::domain::sheet::{Cell, Lead, Row, Sheet, SheetKind, Weight, Words};
use crate::store::record::{Record, RecordKind, records};

impl Place {
    pub(super) fn records(&mut self, kind: RecordKind) -> Vec<Record> {
        self.records_at(kind, AsOf::NOW)
    }

    pub(super) fn records_at(&mut self, kind: RecordKind, as_of: AsOf) -> Vec<Record> {
        let connection = crate::store::tests::reference(&self.store);
        let at = crate::store::world::At::new(as_of, TODAY);
        let world = crate::store::world::World::open(&connection, &framework(), at).expect("a world");
        records(&connection, &world, kind).expect("records")
    }
}

const LINKS: &str = "结对类型,结对单位,村,结对时间,本年活动次数,成效\n部门帮村,某局,010101,2024.3,4,12.5万元\n部门帮村,某局,010102,2024年3月1日,,\n村企共建,某社,010101,,2,建成冷库\n";
const PLACES: &str = "站点编号,站点名称,类型,所在村,经度,纬度,面积（㎡）,状态,开放月份\nS1,夏季站,夏牧服务站,,0.5,0.5,80,达标,5月-10月\nS2,东中心,服务中心,010102,,,1.5亩,待改,\n";
const ITEMS: &str = "条目号,清单,内容,村,类别,提出组织,状态,期限,金额（万元）\n1,需求清单,修路,010101,基础设施,一支部,未办,2025-09-01,12\n2,需求清单,养老,010102,养老,二支部,已办,,\n1,资源清单,工程队,,基础设施,某局,可用,,\n";
const REGIONS: &str =
    "片区名称,片区类型,成员,牵头组织\n东河流域,流域,010101,B1\n东河流域,流域,010201,\n东河流域,流域,B2,\n果业链,产业链,010101,\n";

#[test]
fn tables_of_records_are_told_by_their_headings_and_read() {
    let mut place = Place::new();
    let folder = [
        place.file("in/结对.csv", LINKS),
        place.file("in/站.csv", PLACES),
        place.file("in/清单.csv", ITEMS),
        place.file("in/片.csv", REGIONS),
    ];
    let plan = place.plan(&folder, &Choices::default());
    assert!(plan.ready(), "{plan:#?}");
    assert_eq!((plan.counts.new, plan.counts.aside, plan.counts.unmatched_file, plan.problems.len()), (12, 0, 0, 0), "{plan:#?}");
    let applied = place.import(&folder, &Choices::default());
    assert_eq!(applied.batches.len(), 4);
    let links = place.records(RecordKind::Link);
    assert_eq!(links.len(), 3);
    let first = links.iter().find(|l| l.unit == Some(uid("leaf", "010101")) && l.name == "某局").expect("paired");
    assert_eq!(
        (first.get("since"), first.number("activities"), first.get("effect"), first.get("effect_unit")),
        ("2024-03-01", Some(4.0), "12.5", "万元")
    );
    let places = place.records(RecordKind::Place);
    assert_eq!(places[0].unit, Some(uid("leaf", "010101")), "found by its position");
    assert_eq!((places[0].shape_deg.clone(), places[0].get("from"), places[0].get("to")), (vec![vec![[0.5, 0.5]]], "5", "10"));
    assert_eq!((places[1].number("area_m2"), places[1].shape_deg.len()), (Some(1000.0), 0));
    let items = place.records(RecordKind::Item);
    assert_eq!(
        items.iter().map(|i| (i.code.as_str(), i.get("list"))).collect::<Vec<_>>(),
        [("1", "需求清单"), ("1", "资源清单"), ("2", "需求清单")].to_vec()
    );
    assert_eq!(items.iter().find(|i| i.name == "修路").and_then(|i| i.number("amount")), Some(120_000.0));
    let regions = place.records(RecordKind::Region);
    assert_eq!(
        regions.iter().map(|r| (r.code.as_str(), r.get("kind"), r.get("lead"))).collect::<Vec<_>>(),
        [("东河流域", "流域", "B1"), ("果业链", "产业链", "")]
    );
    // The same again changes nothing.
    assert_eq!(place.plan(&folder, &Choices::default()).counts.unchanged, 12);
    assert_eq!(place.import(&folder, &Choices::default()).batches, Vec::<i64>::new());
}

#[test]
fn a_change_is_named_field_by_field_and_dated_and_a_complete_list_speaks_of_its_own_kind_only() {
    let mut place = Place::new();
    let items = place.file("in/清单.csv", ITEMS);
    place.import(&[items], &Choices::default());
    let changed = place.file("in/需求清单.csv", "条目号,内容,村,状态\n1,修路,010101,已办\n");
    let choices = Choices { complete: Some(true), ..Choices::default() };
    let plan = place.plan(std::slice::from_ref(&changed), &choices);
    assert_eq!((plan.counts.changed, plan.counts.gone), (1, 1), "{plan:#?}");
    let state = plan.changes[0].fields.iter().find(|f| f.field == "state").expect("the state changed");
    assert_eq!((state.old.as_str(), state.new.as_str()), ("未办", "已办"));
    let applied = place.import(&[changed], &choices);
    assert_eq!(place.records(RecordKind::Item).len(), 2, "the other list stands");
    let before = AsOf { valid: Some(date(2025, 9, 30)), known: None };
    assert_eq!(place.records_at(RecordKind::Item, before).len(), 3);
    place.undo(&applied.batches);
    assert_eq!(place.records(RecordKind::Item).iter().find(|i| i.name == "修路").map(|i| i.get("state").to_owned()), Some("未办".into()));
}

#[test]
fn a_map_of_points_and_lines_is_a_table_of_places() {
    let mut place = Place::new();
    let text = r#"{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"编号":"R1","名称":"转场道","类型":"牧道","单元":"010101","说明":"夏季"},"geometry":{"type":"LineString","coordinates":[[0.1,0.1],[0.5,0.6],[1.5,0.5]]}},
{"type":"Feature","properties":{"编号":"S9","名称":"垭口站","类型":"服务站","单元":null,"说明":null},"geometry":{"type":"Point","coordinates":[2.5,0.5]}}]}"#;
    let file = place.file("in/牧道.geojson", text);
    let choices = Choices { target: Some(Target::Places), ..Choices::default() };
    let applied = place.import(std::slice::from_ref(&file), &choices);
    assert_eq!((applied.counts.new, applied.counts.aside), (2, 0));
    let places = place.records(RecordKind::Place);
    assert_eq!((places[0].name.as_str(), places[0].get("kind"), places[0].shape_deg[0].len()), ("转场道", "牧道", 3));
    assert_eq!(places[0].fields.more, [("说明".to_owned(), "夏季".to_owned())]);
    assert_eq!(places[1].unit, Some(uid("leaf", "010201")));
    assert!(place.plan(&[file], &Choices::default()).counts.unchanged == 2, "what it is was remembered");
    let rebuilt = place.rebuilt();
    assert_eq!((rebuilt.made, place.records(RecordKind::Place)), (1, places));
    let areas = place.file("in/面.geojson", &squares(&[("9", "面", "", 0.0, 0.0, 1.0)]));
    let plan = place.plan(&[areas], &choices);
    assert_eq!(plan.problems.iter().map(|p| p.code.as_str()).collect::<Vec<_>>(), ["E_PLACE_SHAPE"]);
}

#[test]
fn personal_columns_of_records_stop_them() {
    let mut place = Place::new();
    for (name, text) in
        [("a.csv", "条目号,清单,提出人,联系电话\n1,需求清单,某,13800000000\n"), ("b.csv", "结对单位,村,户主姓名\n某局,010101,某\n")]
    {
        let file = place.file(&format!("in/{name}"), text);
        let plan = place.plan(&[file], &Choices::default());
        assert!(matches!(plan.questions.first().map(|q| &q.about), Some(crate::domain::plan::About::Privacy { .. })), "{plan:#?}");
    }
}

#[test]
fn a_workspaces_own_tables_make_the_same_records() {
    let mut place = Place::unloaded();
    let more = "
[[table]]
root = \"../data\"
file = \"links.csv\"
what = \"links\"
key = \"村\"
columns = { pairing = \"结对类型\", giver = \"结对单位\", since = \"结对时间\", activities = \"本年活动次数\", effect = \"成效\" }
[[table]]
root = \"../data\"
file = \"places.csv\"
what = \"places\"
key = \"站点编号\"
columns = { name = \"站点名称\", kind = \"类型\", unit = \"所在村\", lon = \"经度\", lat = \"纬度\", area_m2 = \"面积（㎡）\", state = \"状态\", season = \"开放月份\" }
[[table]]
root = \"../data\"
file = \"items.csv\"
what = \"items\"
key = \"条目号\"
columns = { list = \"清单\", name = \"内容\", unit = \"村\", category = \"类别\", organisation = \"提出组织\", state = \"状态\", due = \"期限\", amount = \"金额（万元）\" }
[[table]]
root = \"../data\"
file = \"regions.csv\"
what = \"regions\"
key = \"成员\"
columns = { region = \"片区名称\", kind = \"片区类型\", lead = \"牵头组织\" }
[[table]]
root = \"../data\"
file = \"entities.csv\"
what = \"entities\"
key = \"企业编码\"
columns = { name = \"企业名称\", kind = \"类型\", unit = \"村\", coverage = \"覆盖情况\" }
";
    place.put("maps/manifest.toml", &format!("{MANIFEST}{more}"));
    place.put("data/entities.csv", "企业编码,企业名称,类型,村,覆盖情况,职工数\nE1,甲果业,非公企业,010101,应建未建,120\n");
    for (name, text) in [("links", LINKS), ("places", PLACES), ("items", ITEMS), ("regions", REGIONS)] {
        place.put(&format!("data/{name}.csv"), text);
    }
    assert_eq!(place.refresh(false), Vec::<String>::new());
    let kinds = [RecordKind::Link, RecordKind::Place, RecordKind::Item, RecordKind::Region];
    let own: Vec<Vec<Record>> = kinds.iter().map(|kind| place.records(*kind)).collect();
    assert_eq!(own.iter().map(Vec::len).collect::<Vec<_>>(), [3, 2, 3, 2]);
    // The same tables as imports find nothing new.
    let folder = [
        place.file("in/结对.csv", LINKS),
        place.file("in/站.csv", PLACES),
        place.file("in/清单.csv", ITEMS),
        place.file("in/片.csv", REGIONS),
    ];
    let plan = place.plan(&folder, &Choices::default());
    assert_eq!((plan.counts.new, plan.counts.changed, plan.counts.unchanged), (0, 0, 12), "{plan:#?}");
    // A table that loses a row waits for a decision.
    place.put("data/links.csv", LINKS.rsplit_once("村企").map_or("", |(head, _)| head));
    place.refresh(false);
    assert!(place.summary.pending.is_some());
    assert_eq!(place.records(RecordKind::Link).len(), 3);
    place.refresh(true);
    assert_eq!(place.records(RecordKind::Link).len(), 2);
}

/// A framework that declares a pairing, lists and a region.
fn declaring() -> Framework {
    use crate::framework::schema::{Basis, List, Material, Named, Pairing, Region};
    let named = |id: &str, label: &str| Named { id: id.into(), label: label.into(), label_en: label.into() };
    let list = |id: &str, label: &str| List {
        named: named(id, label),
        fields: Vec::new(),
        states: vec!["未办".into(), "已办".into()],
        basis: Basis::default(),
        material: Material::default(),
    };
    Framework {
        pairings: vec![Pairing {
            named: named("t/help", "部门帮村"),
            from: "部门".into(),
            to: "leaf".into(),
            min_per_year: Some(5),
            basis: Basis::default(),
            material: Material::default(),
        }],
        lists: vec![list("t/needs", "需求清单"), list("t/means", "资源清单")],
        regions: vec![Region {
            named: named("t/east", "东河流域"),
            kind: "流域".into(),
            members: vec!["010101".into(), "010202".into()],
            basis: Basis::default(),
            material: Material::default(),
        }],
        ..framework()
    }
}

impl Place {
    /// Everything of these tests loaded, read under a framework that declares it.
    fn told() -> Self {
        let mut place = Self::new();
        let files = [
            place.file("in/结对.csv", LINKS),
            place.file("in/站.csv", PLACES),
            place.file("in/清单.csv", ITEMS),
            place.file("in/片.csv", REGIONS),
        ];
        let store = Store::open(place.dir.path(), Mode::ReadWrite, Arc::new(declaring())).expect("opens");
        (place.reader, place.writer) = (store.reader().expect("reader"), store.writer().expect("writer"));
        place.store = store;
        place.clock += 10;
        let (manifest, framework, stop) = (place.manifest(), declaring(), crate::domain::request::Stop::default());
        let scene =
            crate::import::plan::Scene { dir: place.dir.path(), manifest: &manifest, framework: &framework, today: TODAY, stop: &stop };
        crate::import::plan::apply(&mut place.writer, &scene, &files, &Choices::default(), None, ("某岗", at(place.clock)), &mut |_| ())
            .expect("imported");
        place
    }

    fn sheet(&mut self, kind: SheetKind) -> Arc<Sheet> {
        match self.ask(&Query::Sheet { kind, view: view(None, "leaf", "X-1") }).expect("a sheet") {
            Loaded::Sheet(sheet) => sheet,
            other => panic!("{other:?}"),
        }
    }
}

/// A row in short: words as their text or key, numbers as they are.
fn short(row: &Row) -> String {
    let words = |words: &Words| match words {
        Words::Data(text) => text.clone(),
        Words::Both { zh, .. } => zh.clone(),
        Words::Key { key, .. } => key.clone(),
    };
    let cell = |cell: &Cell| match cell {
        Cell::Text(text) => words(text),
        Cell::Number { value, unit } => format!("{value}{unit}"),
        Cell::Share { num, den } => format!("{num}/{den}"),
        Cell::DaysLeft(days) => format!("{days}d"),
        Cell::Day(day) => day.to_string(),
        Cell::Empty => String::new(),
        other => format!("{other:?}"),
    };
    row.cells.iter().map(cell).collect::<Vec<_>>().join("|")
}

fn rows(sheet: &Sheet, table: usize) -> Vec<String> {
    sheet.tables[table].rows.iter().map(short).collect()
}

#[test]
fn a_region_counts_every_member_once_and_is_a_scope() {
    let mut place = Place::told();
    let sheet = place.sheet(SheetKind::Regions);
    // Declared by its id, named by its label; 010101 is declared and in the table: once.
    assert_eq!(rows(&sheet, 0), ["东河流域|流域|一支部|3|4/4", "果业链|产业链||1|4/4"]);
    assert_eq!(sheet.tables[0].rows[0].lead, Some(Lead::Zone("east".into())));
    assert_eq!(rows(&sheet, 1).len(), 5, "{:?}", rows(&sheet, 1));
    assert_eq!(rows(&sheet, 2), ["一支部|党支部|3|一格、五格、𠅤家格"]);
    let mut scoped = view(None, "leaf", "X-1");
    scoped.scope.zones.extend(["east".to_owned(), "果业链".to_owned()]);
    assert_eq!(names(&place.home(scoped)), ["一格", "𠅤家格", "五格"]);
    assert!(place.workspace().zones.contains(&("east".into(), "东河流域".into())));
    let card = place.card(uid("leaf", "010101"), view(None, "leaf", "X-1"));
    assert_eq!(card.zones, ["甲区", "东河流域", "果业链"]);
}

#[test]
fn pairings_are_told_both_ways_with_who_has_none() {
    let mut place = Place::told();
    let sheet = place.sheet(SheetKind::Pairings);
    assert_eq!(rows(&sheet, 0), ["某局|部门帮村|2|4|1", "某社|村企共建|1|2|0"]);
    let received = rows(&sheet, 1);
    assert_eq!(received[0], "一格|某局|部门帮村|4/5|12.5万元|2024-03-01|", "what falls short comes first");
    assert!(received.contains(&"一格|某社|村企共建|2|建成冷库||".to_owned()), "{received:?}");
    assert_eq!(rows(&sheet, 2), ["三格|东镇|部门帮村", "𠅤家格|西镇|部门帮村", "五格|西镇|部门帮村"]);
}

#[test]
fn lists_tell_states_what_is_late_and_what_nobody_answers() {
    let mut place = Place::told();
    let sheet = place.sheet(SheetKind::Lists);
    assert_eq!(rows(&sheet, 0), ["需求清单|2|1|1|12万元", "资源清单|1|1|0|"]);
    assert_eq!(rows(&sheet, 1), ["基础设施|1|1"]);
    // The grid needs what only the county has, which the county may give to it; what is done asks for nothing.
    assert_eq!(
        rows(&sheet, 2),
        [
            "需求清单|1 修路|一格|基础设施|places.needs.item|places.needs.county",
            "资源清单|1 工程队||基础设施|places.needs.item|places.needs.county"
        ]
    );
    assert_eq!(rows(&sheet, 3), ["1|修路|一格|基础设施|一支部|未办|-30d|12万元", "2|养老|二格|养老|二支部|已办||"]);
    assert_eq!(sheet.tables[3].rows[0].lead, Some(Lead::Subject(uid("leaf", "010101"))));
    assert_eq!(sheet.tables[0].rows[0].weight, Weight::Urgent);
}

#[test]
fn every_word_of_the_sheets_is_in_the_tables_of_words() {
    fn keys(value: &serde_json::Value, out: &mut Vec<String>) {
        match value {
            serde_json::Value::Object(map) => {
                out.extend(map.get("key").and_then(|k| k.as_str()).map(str::to_owned));
                map.values().for_each(|v| keys(v, out));
            }
            serde_json::Value::Array(list) => list.iter().for_each(|v| keys(v, out)),
            _ => {}
        }
    }
    let mut place = Place::told();
    for kind in [SheetKind::Regions, SheetKind::Pairings, SheetKind::Lists] {
        let mut out = Vec::new();
        keys(&serde_json::to_value(&*place.sheet(kind)).expect("JSON"), &mut out);
        assert!(out.len() > 10);
        for key in out.iter().filter(|key| key.starts_with("places.")) {
            assert!(crate::locale::Lang::Zh.has(key), "{key}");
        }
    }
}

#[test]
fn a_place_is_drawn_in_its_season_and_the_map_asks_only_for_chosen_kinds() {
    let mut place = Place::told();
    assert_eq!(place.workspace().place_kinds, ["夏牧服务站", "服务中心"]);
    let extent = crate::domain::scene::Extent { min_x_deg: 0.0, min_y_deg: 0.0, max_x_deg: 4.0, max_y_deg: 2.0 };
    let size = MapSize { cols_cells: 20, rows_cells: 10, cell_aspect: 2.0 };
    let mut layer = |day: Option<Date>, kinds: &[&str], zones: &[&str], branch: Option<&str>| {
        let mut view = view(None, "leaf", "X-1");
        view.as_of.valid = day;
        view.scope.zones.extend(zones.iter().map(|z| (*z).to_owned()));
        let kinds = kinds.iter().map(|k| (*k).to_owned()).collect();
        let branch = branch.map(|code| Uid::of_branch("990121", code));
        match place.ask(&Query::Layer { view, extent, size, kinds, branch }).expect("a layer") {
            Loaded::Layer(layer) => layer,
            other => panic!("{other:?}"),
        }
    };
    let summer = layer(Some(date(2026, 7, 1)), &["夏牧服务站", "服务中心"], &[], None);
    assert_eq!(summer.kinds.iter().map(|k| (k.drawn, k.out_of_season, k.nowhere)).collect::<Vec<_>>(), [(1, 0, 0), (0, 0, 1)]);
    assert_eq!((summer.places.len(), summer.places[0].lines_deg.clone()), (1, vec![vec![[0.5, 0.5]]]));
    let winter = layer(Some(date(2026, 1, 1)), &["夏牧服务站"], &[], None);
    assert_eq!((winter.places.len(), winter.kinds[0].out_of_season), (0, 1));
    // Outlines: a region in scope, not a zone; a branch that leads several units.
    assert!(layer(None, &[], &["A"], None).outlines.is_empty());
    let region = layer(None, &[], &["east"], None);
    assert_eq!(region.outlines.iter().map(|o| (o.label.as_str(), o.units_deg.len())).collect::<Vec<_>>(), [("东河流域", 3)]);
    let branch = layer(None, &[], &[], Some("B1"));
    assert_eq!(branch.outlines.iter().map(|o| (o.label.as_str(), o.units_deg.len())).collect::<Vec<_>>(), [("一支部", 3)]);
    assert!(layer(None, &[], &[], Some("B2")).outlines.is_empty());
    let card = place.card(Uid::of_branch("990121", "B1"), view(None, "", "X-1"));
    assert_eq!(card.spans.len(), 3);
    let card = place.card(uid("mid", "0101"), view(None, "leaf", "X-1"));
    assert_eq!(card.places, [("夏牧服务站".to_owned(), 1), ("服务中心".to_owned(), 1)]);
}

#[test]
fn enterprises_stand_on_the_card_and_are_found_by_name() {
    let mut place = Place::new();
    let text = "企业编码,企业名称,企业类型,所在网格,覆盖情况\nE1,甲果业,非公企业,010101,应建未建\nE2,乙果业,非公企业,010102,单独建立\n";
    let file = place.file("in/企业.csv", text);
    place.import(&[file], &Choices::default());
    let card = place.card(uid("mid", "0101"), view(None, "leaf", "X-1"));
    let told: Vec<_> = card.entities.iter().map(|(kind, word, n)| (kind.as_str(), word.as_str(), *n)).collect();
    assert_eq!(told, [("非公企业", "单独建立", 1), ("非公企业", "应建未建", 1)]);
    let hits = place.find("jgy");
    assert_eq!(hits.len(), 1);
    assert_eq!(
        (hits[0].name.as_str(), hits[0].code.as_str(), hits[0].kind.as_str(), hits[0].uid),
        ("甲果业", "E1", "非公企业", uid("leaf", "010101"))
    );
    assert_eq!(hits[0].path.last().map(String::as_str), Some("一格"));
    assert_eq!(place.find("E2").first().map(|h| h.name.clone()), Some("乙果业".into()));
}
