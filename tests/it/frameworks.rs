//! The shipped frameworks: each loads, joins the base, says everything in two languages, and has
//! nothing to show before data comes.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use jiff::civil::Date;
use xiantu::domain::access::Access;
use xiantu::domain::problem::Problem;
use xiantu::domain::request::{Loaded, Query};
use xiantu::domain::sheet::{Cell, Sheet, SheetKind, Table, Words};
use xiantu::domain::value::{Reading, State};
use xiantu::domain::view_state::ViewState;
use xiantu::framework::Framework;
use xiantu::framework::schema::{Named, RatingKind};
use xiantu::locale::Lang;
use xiantu::store::{Mode, Reader, Store};

use crate::support::{Workspace, demo_copy, root};

/// Where they are.
pub(crate) fn folder() -> PathBuf {
    root().join("data/frameworks")
}

/// The ids of all, in their order.
fn ids() -> Vec<String> {
    let files = std::fs::read_dir(folder()).expect("the folder").map(|e| e.expect("an entry").path());
    let toml = files.filter(|p| p.extension().is_some_and(|e| e == "toml"));
    let mut ids: Vec<String> = toml.map(|p| p.file_stem().expect("a name").to_string_lossy().into_owned()).collect();
    ids.sort();
    ids
}

/// All of them, in the order of their ids.
pub(crate) fn all() -> &'static [Framework] {
    static ALL: OnceLock<Vec<Framework>> = OnceLock::new();
    ALL.get_or_init(|| ids().iter().map(|id| read(id).unwrap_or_else(|problems| panic!("{problems:#?}"))).collect())
}

/// Reads one of them.
fn read(id: &str) -> Result<Framework, Vec<Problem>> {
    let file = format!("{id}.toml");
    Framework::load(&folder().join(&file), &file)
}

/// One of them.
pub(crate) fn load(id: &str) -> &'static Framework {
    let file = format!("{id}.toml");
    all().iter().find(|f| f.file == file).unwrap_or_else(|| panic!("no {file}"))
}

/// Several in use together, the first one gives the tree.
fn together(ids: &[&str]) -> Framework {
    Framework::combine(ids.iter().map(|id| load(id).clone()).collect()).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

/// Whether it says what is peculiar to a place and leaves the rest to the base.
fn extends_base(framework: &Framework) -> bool {
    framework.head.extends.iter().any(|id| id == "base")
}

/// Something that a framework declares.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry<'f> {
    /// The key of its section.
    pub(crate) section: &'static str,
    pub(crate) id: &'f str,
    pub(crate) label: &'f str,
    pub(crate) label_en: &'f str,
    pub(crate) material: &'f [String],
}

impl<'f> Entry<'f> {
    fn of(section: &'static str, named: &'f Named, material: &'f [String]) -> Self {
        Self { section, id: &named.id, label: &named.label, label_en: &named.label_en, material }
    }
}

/// Everything with an id that a framework declares, section by section.
pub(crate) fn entries(f: &Framework) -> Vec<Entry<'_>> {
    let mut out = Vec::new();
    for zone in &f.zones {
        out.push(Entry { section: "zone", id: &zone.code, label: &zone.label, label_en: &zone.label_en, material: &zone.material });
        out.extend(zone.tasks.iter().map(|task| {
            let material = if task.material.is_empty() { &zone.material } else { &task.material };
            Entry::of("task", &task.named, material)
        }));
    }
    out.extend(f.indicators.iter().map(|i| Entry {
        section: "indicator",
        id: i.id.as_str(),
        label: &i.label,
        label_en: &i.label_en,
        material: &i.material,
    }));
    out.extend(f.rules.iter().map(|r| Entry { section: "rule", id: &r.id, label: &r.label, label_en: &r.label_en, material: &r.material }));
    macro_rules! named {
        ($($section:literal: $items:ident),*) => {
            $(out.extend(f.$items.iter().map(|item| Entry::of($section, &item.named, &item.material)));)*
        };
    }
    named!(
        "task": tasks, "coverage": coverages, "target": targets, "establish": establish, "premises": premises,
        "rating": ratings, "scorecard": scorecards, "workflow": workflows, "cadence": cadences, "list": lists,
        "pairing": pairings, "region": regions, "group": groups, "matrix": matrices
    );
    let items = f.items.iter().map(|item| Entry::of(if item.veto { "veto" } else { "must" }, &item.named, &item.material));
    out.extend(items);
    out
}

#[test]
fn every_one_loads() {
    // Every mistake of every file at once, for those who write them.
    let problems = ids().iter().filter_map(|id| read(id).err()).flatten().map(|p| format!("{p:?}")).collect::<Vec<_>>();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn every_one_joins_the_base() {
    let mut wrong = Vec::new();
    for framework in all().iter().filter(|f| extends_base(f)) {
        let file = &framework.file;
        if *file != format!("{}.toml", framework.id) {
            wrong.push(format!("{file}: its id is {}", framework.id));
        }
        let whole = together(&["base", &framework.id]);
        let bare = entries(&whole).into_iter().filter(|e| e.section != "zone" && !e.id.contains('/')).count();
        assert_eq!(bare, 0, "{file}: ids in use name their framework");
        // A level that only this framework has is left out of another tree, never of its own.
        let alone = together(&[&framework.id]);
        let own = |note: &&Problem| note.spot.file == *file;
        wrong.extend(alone.notes.iter().filter(own).map(|note| format!("{file} by itself: {note:?}")));
        if !framework.head.own_levels {
            wrong.extend(whole.notes.iter().map(|note| format!("{file} under the base: {note:?}")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn all_of_them_are_in_use_together() {
    // The demo's own hides what it declares again of all that it extends.
    let with_base = all().iter().filter(|f| extends_base(f) && !f.demo);
    let parts: Vec<Framework> = std::iter::once(load("base")).chain(with_base).cloned().collect();
    let declared: usize = parts.iter().map(|f| f.indicators.len()).sum();
    let count = parts.len();
    let whole = Framework::combine(parts).expect("together");
    assert_eq!(whole.parts.len(), count);
    let base = load("base");
    // What the base declares and another declares again is hidden; nothing else is lost.
    assert!(whole.indicators.len() + base.indicators.len() >= declared, "{} of {declared}", whole.indicators.len());
}

#[test]
fn without_data_nothing_is_nought() {
    for framework in all() {
        for indicator in &framework.indicators {
            for below in [vec![], vec![Reading::MISSING; 3]] {
                let shown = indicator.roll_up(below).reading;
                assert_eq!((shown.state, shown.value), (State::Missing, None), "{} {}", framework.id, indicator.id);
            }
        }
    }
}

#[test]
fn a_county_without_data_has_a_page_of_each() {
    let workspace = Workspace::empty();
    for framework in all().iter().filter(|f| extends_base(f)) {
        let manifest = format!("[workspace]\nname = \"空县\"\ncounty = \"99\"\nframework = \"{}\"\n", framework.file);
        let text = std::fs::read_to_string(folder().join(&framework.file)).expect("the file");
        workspace.write("maps/manifest.toml", manifest).write(&format!("maps/{}", framework.file), text);
        let page = workspace.out(["sheet", "体系", &framework.id]);
        for label in framework.indicators.iter().map(|i| &i.label) {
            assert!(page.contains(label), "{}: {label} in\n{page}", framework.id);
        }
        // These between them declare every kind of section.
        if ["huancui-3jia1", "fupin-jixiao", "xundian-yizhou-siwang"].contains(&framework.id.as_str()) {
            for kind in SheetKind::named() {
                let sheet = workspace.json(["sheet", kind.word(), "--json"]);
                assert!(sheet["tables"].is_array(), "{} {kind:?}", framework.id);
            }
        }
    }
}

#[test]
fn every_label_is_said_in_two_languages() {
    let mut wrong = Vec::new();
    let traditional = "黨網織區縣鄉鎮級員書記發環樓棟設單處動產業聯據個們";
    for framework in all().iter().filter(|f| extends_base(f) || f.id == "base") {
        let mut check = |id: &str, label: &str, label_en: &str| {
            let han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
            if label_en == label || label_en.chars().any(han) {
                wrong.push(format!("{}: {id} {label} has no English label", framework.id));
            }
            if label.chars().any(|c| traditional.contains(c)) {
                wrong.push(format!("{}: {id} {label} is written in traditional characters", framework.id));
            }
            if label.chars().any(han) && label.contains([',', ';', ':', '?', '!', '(', ')']) {
                wrong.push(format!("{}: {id} {label} has half-width punctuation", framework.id));
            }
        };
        for entry in entries(framework) {
            check(entry.id, entry.label, entry.label_en);
        }
        for level in &framework.levels {
            check(level.code.as_str(), &level.label, &level.label_en);
        }
        let sections = framework.scorecards.iter().flat_map(|card| &card.sections).map(|s| &s.named);
        let axes = framework.matrices.iter().flat_map(|m| m.rows.iter().chain(&m.cols));
        let badges = framework.ratings.iter().flat_map(|rating| match &rating.kind {
            RatingKind::Badges(badges) => badges.as_slice(),
            _ => &[],
        });
        for named in sections.chain(axes).chain(badges.map(|badge| &badge.named)) {
            check(&named.id, &named.label, &named.label_en);
        }
        for indicator in framework.indicators.iter().filter(|i| i.short.chars().count() > 4) {
            wrong.push(format!("{}: {} {} is longer than four characters", framework.id, indicator.id, indicator.short));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn figures_of_persons_are_counts_from_the_township_up() {
    // Appraisals of cadres and members, and members by number.
    let personal = ["ORG-12", "ORG-13", "ORG-14", "SRV-02"];
    for framework in all() {
        let levels: Vec<&str> = framework.levels.iter().map(|l| l.code.as_str()).collect();
        let depth = |code: &str| levels.iter().position(|level| *level == code);
        for indicator in &framework.indicators {
            let id = indicator.id.as_str();
            let of_persons = personal.iter().any(|p| id.starts_with(p)) || indicator.label.ends_with("党员数") || indicator.unit == "名";
            assert!(!(of_persons && indicator.is_of_branches()), "{} {id} {} is asked of branches", framework.id, indicator.label);
            if let (true, Some(own), Some(township)) = (of_persons, depth(indicator.level.as_str()), depth("township")) {
                assert!(own <= township, "{} {id} {} is asked of the {}", framework.id, indicator.label, indicator.level.as_str());
            }
        }
    }
}

/// The labels of a framework's tasks in a group.
fn group<'f>(framework: &'f Framework, part: &str, name: &str) -> Vec<&'f str> {
    let own = framework.tasks.iter().filter(|t| t.named.id.starts_with(&format!("{part}/")) && t.group == name);
    own.map(|t| t.named.label.as_str()).collect()
}

#[test]
fn the_same_word_means_what_its_framework_says() {
    let parts = ["fengxian-wugong", "dayu-yiti-siyi", "xinyuan-3jia", "qingfeng", "huancui-3jia1", "chengguan-wuding", "zhaotong-sichou"];
    let whole = together(&[&["base"], &parts[..]].concat());
    assert_eq!(group(&whole, "fengxian-wugong", "五共"), ["组织共建", "资源共享", "活动共办", "党员共管", "平台共建"]);
    assert_eq!(group(&whole, "dayu-yiti-siyi", "五共"), ["组织共建", "资源共享", "队伍共管", "活动共融", "事务共治"]);

    let counts_as = |id: &str| &whole.coverages.iter().find(|c| c.named.id == id).expect(id).counts_as;
    assert_eq!(counts_as("xinyuan-3jia/grid"), &["党小组"]);
    assert_eq!(counts_as("qingfeng/grid"), &["功能型党支部"]);
    assert_eq!(counts_as("huancui-3jia1/grid"), &["党支部"]);

    let badges = |id: &str| match &whole.ratings.iter().find(|r| r.named.id == id).expect(id).kind {
        RatingKind::Badges(badges) => badges.iter().map(|b| b.named.label.as_str()).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    assert_eq!(badges("chengguan-wuding/five-fixed"), ["定人", "定岗", "定责", "定区域", "定任务"]);
    assert_eq!(badges("xinyuan-3jia/four-fixed"), ["定人员", "定职责", "定制度", "定标准"]);
    assert_eq!(badges("chengguan-wuding/five-good"), ["书记示范好", "党员队伍好", "活动开展好", "制度建设好", "作用发挥好"]);
    assert_eq!(badges("zhaotong-sichou/five-good"), ["领导班子好", "队伍素质好", "制度建设好", "工作业绩好", "群众反映好"]);
}

/// A cell as a person would read it, without the widths of a screen.
fn read_cell(cell: &Cell) -> String {
    let zh = Lang::Zh;
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(words) => zh.words(words),
        Cell::Number { value, unit } | Cell::Change { value, unit } => format!("{value}{unit}"),
        Cell::Share { num, den } => format!("{num}/{den}"),
        Cell::Day(day) => day.to_string(),
        Cell::DaysLeft(days) => format!("{days} 天"),
        Cell::Flag(yes) => zh.text(if *yes { "sheet.yes" } else { "sheet.no" }).to_owned(),
        Cell::Stars { of, max } => format!("{of}/{max} 星"),
        Cell::Missing => zh.text("sheet.cell.missing").to_owned(),
        Cell::Unset => zh.text("sheet.cell.unset").to_owned(),
    }
}

/// A county that has nothing, under some frameworks.
struct Bare {
    _folder: tempfile::TempDir,
    reader: Reader,
    home: ViewState,
}

impl Bare {
    const TODAY: Date = jiff::civil::date(2025, 11, 22);

    fn under(whole: Framework) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("data")).expect("a folder");
        let store = Store::open(folder.path(), Mode::ReadWrite, Arc::new(whole)).expect("a store");
        let mut reader = store.reader().expect("a reader");
        let loaded = reader.answer(&Query::Workspace, &Access::local(None), Self::TODAY).expect("an answer");
        let Loaded::Workspace(workspace) = loaded else { panic!("a workspace") };
        Self { _folder: folder, reader, home: workspace.home.clone() }
    }

    fn sheet(&mut self, kind: &SheetKind) -> Arc<Sheet> {
        let query = Query::Sheet { kind: kind.clone(), view: self.home.clone() };
        let loaded = self.reader.answer(&query, &Access::local(None), Self::TODAY).unwrap_or_else(|p| panic!("{kind:?}: {p:?}"));
        let Loaded::Sheet(sheet) = loaded else { panic!("a sheet") };
        sheet
    }
}

/// The words of a row, as a person reads them.
fn read_row(cells: &[Cell]) -> Vec<String> {
    cells.iter().map(read_cell).collect()
}

#[test]
fn screens_tell_the_same_word_of_two_frameworks_apart() {
    let parts = ["base", "fengxian-wugong", "dayu-yiti-siyi", "xinyuan-3jia", "chengguan-wuding", "zhaotong-sichou"];
    let mut county = Bare::under(together(&parts));
    let tasks = county.sheet(&SheetKind::Tasks);
    let of = |name: &str| {
        let rows = tasks.tables[0].rows.iter().map(|row| read_row(&row.cells)).filter(|row| row[0] == name);
        rows.map(|row| row[1].clone()).collect::<Vec<_>>()
    };
    assert_eq!(of("五共（丰县“五共五起来”“1+X+N”）"), ["组织共建", "资源共享", "活动共办", "党员共管", "平台共建"]);
    assert_eq!(of("五共（大余“一体四翼、五共联动”）"), ["组织共建", "资源共享", "队伍共管", "活动共融", "事务共治"]);
    assert!(of("五共").is_empty(), "a group that two frameworks have names its own");
    assert_eq!(of("三步棋"), ["共建", "共管", "共享"]);

    let ratings = county.sheet(&SheetKind::Ratings);
    let words = |list: &[Words]| list.iter().map(|w| Lang::Zh.words(w)).collect::<Vec<_>>().join("");
    let heads = |from: &str| {
        let of_it = ratings.tables.iter().filter(|table| words(&table.notes).contains(from));
        of_it
            .map(|table| table.columns.iter().map(|c| Lang::Zh.words(&c.head)).collect::<Vec<_>>().join(" "))
            .collect::<Vec<_>>()
            .join("\n")
    };
    let (bureau, company, county) = (heads("网格“五定”"), heads("四抓分类"), heads("新源“3+”"));
    assert!(bureau.contains("定人 定岗 定责 定区域 定任务"), "{bureau}");
    assert!(county.contains("定人员 定职责 定制度 定标准"), "{county}");
    assert!(bureau.contains("书记示范好 党员队伍好 活动开展好 制度建设好 作用发挥好"), "{bureau}");
    assert!(company.contains("领导班子好 队伍素质好 制度建设好 工作业绩好 群众反映好"), "{company}");
}

/// Where the page of systems says that a section is to be found: there everything that a framework
/// declares in it stands by name, before any data has come.
#[test]
fn what_a_framework_declares_stands_on_the_sheet_that_the_page_names() {
    let mut missing = Vec::new();
    for framework in all() {
        let whole = Framework::combine(vec![framework.clone()]).unwrap_or_else(|p| panic!("{}: {p:#?}", framework.id));
        let mut county = Bare::under(whole);
        let mut shown: BTreeMap<&str, String> = BTreeMap::new();
        // Zones are a scope; what has to be set up and rules name what breaks them, so without data they
        // stand on the page of their framework only.
        for entry in entries(framework).into_iter().filter(|entry| entry.section != "zone") {
            let kind = match entry.section {
                "coverage" => SheetKind::Coverage,
                "target" | "premises" => SheetKind::Targets,
                "task" => SheetKind::Tasks,
                "rating" | "veto" | "must" => SheetKind::Ratings,
                "scorecard" => SheetKind::Scorecards,
                "cadence" => SheetKind::Cadence,
                "list" => SheetKind::Lists,
                "pairing" => SheetKind::Pairings,
                "region" => SheetKind::Regions,
                "matrix" => SheetKind::Matrices,
                _ => SheetKind::Framework { id: framework.id.clone() },
            };
            let text = shown.entry(kind.word()).or_insert_with(|| {
                let sheet = county.sheet(&kind);
                let read = |table: &Table| {
                    let title = table.title.iter().map(|t| Lang::Zh.words(t));
                    let notes = table.notes.iter().chain(&table.empty).map(|w| Lang::Zh.words(w));
                    let rows = table.rows.iter().map(|row| read_row(&row.cells).join("|"));
                    title.chain(notes).chain(rows).collect::<Vec<_>>().join("\n")
                };
                sheet.tables.iter().map(read).collect::<Vec<_>>().join("\n")
            });
            if !text.contains(entry.label) {
                missing.push(format!("{} {} {} {} is not on {}", framework.id, entry.section, entry.id, entry.label, kind.word()));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

/// Every sheet of every framework over a county that has nothing: what it declares stands there, and no
/// number that nobody reported.
#[test]
fn every_framework_draws_its_sheets_without_any_data() {
    for framework in all() {
        let whole = Framework::combine(vec![framework.clone()]).unwrap_or_else(|p| panic!("{}: {p:#?}", framework.id));
        let mut county = Bare::under(whole);
        let mut drawn = String::new();
        for kind in SheetKind::named().into_iter().chain([SheetKind::Framework { id: framework.id.clone() }]) {
            let sheet = county.sheet(&kind);
            for table in &sheet.tables {
                let title = table.title.as_ref().map(|t| Lang::Zh.words(t)).unwrap_or_default();
                let _ = writeln!(drawn, "## {} · {title}", kind.word());
                for row in &table.rows {
                    assert_eq!(row.cells.len(), table.columns.len(), "{} {kind:?} {title}", framework.id);
                    // The hash of the file changes with every comment in it.
                    let cells: Vec<String> = row.cells.iter().map(read_cell).filter(|c| !c.starts_with(&framework.sha256[..8])).collect();
                    let _ = writeln!(drawn, "{}", cells.join(" | "));
                }
            }
        }
        insta::with_settings!({prepend_module_to_snapshot => false, omit_expression => true, snapshot_path => "../snapshots/frameworks"}, {
            insta::assert_snapshot!(framework.id.as_str(), drawn);
        });
    }
}

/// The first block of a language in the documentation of frameworks.
fn block(language: &str) -> String {
    let text = std::fs::read_to_string(folder().join("README.md")).expect("the documentation");
    let (_, after) = text.split_once(&format!("```{language}\n")).unwrap_or_else(|| panic!("no {language}"));
    after.split("```").next().expect("its end").to_owned()
}

/// The five minutes of the documentation, as they are written: a framework, its check, its use, a table of
/// two months, and then its bands, its target and its leads.
#[test]
fn the_five_minutes_of_the_documentation_lead_to_an_indicator_a_target_and_leads() {
    let county = demo_copy();
    county.write("data/frameworks/mine.toml", block("toml"));
    let path = |file: &str| county.dir().join(file).display().to_string();
    assert!(county.out(["framework", "check", &path("data/frameworks/mine.toml")]).contains("没有错误"));
    county.out(["framework", "use", "base", "mine"]);
    for month in ["2025-09", "2025-10"] {
        county.write("开放.csv", block("csv"));
        county.out(["import", &path("开放.csv"), "--period", month, "--apply"]);
    }
    let line = |sheet: &str, wanted: &[&str]| {
        let text = county.out(["sheet", sheet]);
        assert!(text.lines().any(|line| wanted.iter().all(|word| line.contains(word))), "{wanted:?} in\n{text}");
    };
    line("目标", &["每村每月开放 20 天", "1/3", "2026-12-31", "未达到"]);
    line("目标", &["活动阵地开放天数", "< 5 天", "2/3"]);
    line("目标", &["活动阵地开放天数", "≥ 20 天", "1/3"]);
    line("线索", &["连续两月开放不足 5 天", "文昌社区", "2 → 2"]);
    line("线索", &["连续两月开放不足 5 天", "鼓楼社区", "4 → 4"]);
    assert!(
        !county.out(["sheet", "线索"]).lines().any(|line| line.contains("东关社区") && line.contains("开放不足")),
        "23 days are enough"
    );
    let list = county.out(["list", "云台街道", "--indicator", "MY-01"]);
    assert!(list.contains("活动阵地开放天数") && list.contains("4 天"), "{list}");
}
