//! data/frameworks/SYSTEMS.md: for every way of working of the material the file that holds it, what
//! it says, and what opens it on screen. Made from the frameworks; `XIANTU_UPDATE=1` makes it anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::Deserialize;
use xiantu::framework::Framework;

use crate::frameworks::{all, entries, folder};
use crate::support::root;

#[derive(Deserialize)]
struct Systems {
    system: Vec<System>,
}

/// A way of working (F) or a mechanism that several share (M).
#[derive(Deserialize)]
struct System {
    id: String,
    name: String,
    name_en: String,
}

/// Sections, what they are called, and the action (of `data/keymap.toml`) that opens them.
const SECTIONS: [(&str, &str, &str); 19] = [
    ("zone", "区型", "scope"),
    ("coverage", "覆盖", "coverage"),
    ("establish", "应建", "coverage"),
    ("indicator", "指标", "indicators"),
    ("target", "目标", "targets"),
    ("premises", "阵地", "sites"),
    ("task", "任务", "tasks"),
    ("rule", "规则", "leads"),
    ("rating", "评级", "ratings"),
    ("veto", "否决", "ratings"),
    ("must", "必有", "ratings"),
    ("scorecard", "评分", "scorecards"),
    ("workflow", "流程", "workflows"),
    ("cadence", "节拍", "cadence"),
    ("list", "清单", "lists"),
    ("pairing", "结对", "pairings"),
    ("region", "片区", "regions"),
    ("group", "1+X", "groups"),
    ("matrix", "矩阵", "matrices"),
];

fn systems() -> Vec<System> {
    let text = std::fs::read_to_string(root().join("tests/it/systems.toml")).expect("the systems");
    toml::from_str::<Systems>(&text).expect("their table").system
}

/// What holds a system.
#[derive(Default)]
struct Held {
    files: BTreeSet<String>,
    /// How many items per section.
    items: BTreeMap<&'static str, usize>,
}

fn held(frameworks: &[Framework], id: &str) -> Held {
    let mut out = Held::default();
    for framework in frameworks {
        let of_it = |material: &[String]| material.iter().any(|m| m == id);
        let declared: Vec<_> = entries(framework).into_iter().filter(|e| of_it(e.material)).collect();
        if of_it(&framework.head.material) || !declared.is_empty() {
            out.files.insert(framework.id.clone());
        }
        for entry in declared {
            *out.items.entry(entry.section).or_default() += 1;
        }
    }
    out
}

/// The menu of all sheets.
const MENU: &str = "sheets";

/// What actions are called, and their keys.
struct Actions {
    names: toml::Table,
    keys: toml::Table,
}

impl Actions {
    fn read() -> Self {
        let read = |file: &str| std::fs::read_to_string(root().join(file)).unwrap_or_else(|e| panic!("{file}: {e}"));
        // The keymap has every default key behind a mark of a comment.
        let keymap = read("data/keymap.toml");
        let keys: Vec<&str> = keymap.lines().filter_map(|line| line.strip_prefix("# ")).filter(|line| line.contains(" = [")).collect();
        Self {
            names: read("data/locales/zh/action.toml").parse().expect("names of actions"),
            keys: keys.join("\n").parse().expect("keys of actions"),
        }
    }

    /// As `:` takes it.
    fn name(&self, action: &str) -> String {
        let name = self.names.get(action).and_then(|a| a.get("name")).and_then(toml::Value::as_str);
        format!("`:{}`", name.unwrap_or_else(|| panic!("no action {action}")))
    }

    /// Its keys, or those of the menu that it stands in.
    fn keys(&self, action: &str) -> String {
        let keys = self.keys.get(action).and_then(toml::Value::as_array).unwrap_or_else(|| panic!("no keys of {action}"));
        if keys.is_empty() && action != MENU {
            return self.keys(MENU);
        }
        keys.iter().filter_map(toml::Value::as_str).map(|key| format!("`{key}`")).collect::<Vec<_>>().join(" ")
    }
}

fn page() -> String {
    let (frameworks, actions) = (all(), Actions::read());
    let mut out = String::from(
        "# 材料与体系 What the frameworks were written from\n\n\
         本页由测试按各体系文件生成，请勿手改。每一行是材料中的一种做法（F）或共通机制（M）：哪些文件写了它，写成哪几节（各几项），在屏上怎样打开。\n\
         要先启用该体系：`xiantu framework use 文件名`；`:体系` 看任何一个体系的全部内容。\n\n\
         This page is made by a test from the frameworks themselves: for each way of working (F) and each mechanism that several\n\
         share (M) the files that hold it, what they declare, and what opens it on screen.\n\n\
         | 节 | 写法 | 打开 | 键 |\n|---|---|---|---|\n",
    );
    for (key, word, action) in SECTIONS {
        writeln!(out, "| {word} | `[[{key}]]` | {} | {} |", actions.name(action), actions.keys(action)).expect("a line");
    }
    out.push_str("\n| 编号 | 做法 | 文件 | 写成 | 打开 |\n|---|---|---|---|---|\n");
    for system in systems() {
        let held = held(frameworks, &system.id);
        let files: Vec<String> = held.files.iter().map(|id| format!("[{id}]({id}.toml)")).collect();
        let declared = SECTIONS.iter().filter_map(|(key, word, _)| held.items.get(key).map(|n| format!("{word} {n}")));
        let declared: Vec<String> = declared.collect();
        let mut opened = vec!["frameworks"];
        for (_, _, action) in SECTIONS.iter().filter(|(key, _, _)| held.items.contains_key(key)) {
            if !opened.contains(action) {
                opened.push(action);
            }
        }
        let opened: Vec<String> = opened.into_iter().map(|action| actions.name(action)).collect();
        writeln!(
            out,
            "| {} | {}<br>{} | {} | {} | {} |",
            system.id,
            system.name,
            system.name_en,
            files.join("、"),
            declared.join("、"),
            opened.join(" ")
        )
        .expect("a line");
    }
    out
}

#[test]
fn every_system_stands_in_a_framework() {
    let (frameworks, systems) = (all(), systems());
    assert_eq!(systems.len(), 78);
    let empty: Vec<&str> = systems
        .iter()
        .filter(|s| {
            let held = held(frameworks, &s.id);
            held.files.is_empty() || held.items.is_empty()
        })
        .map(|s| s.id.as_str())
        .collect();
    assert!(empty.is_empty(), "nothing declares {empty:?}");
    let known: BTreeSet<&str> = systems.iter().map(|s| s.id.as_str()).collect();
    for framework in frameworks {
        let material = entries(framework).into_iter().flat_map(|e| e.material).chain(&framework.head.material);
        let unknown: BTreeSet<&String> = material.filter(|m| !known.contains(m.as_str())).collect();
        assert!(unknown.is_empty(), "{}: {unknown:?}", framework.id);
    }
}

#[test]
fn the_page_of_systems_is_current() {
    let (path, wanted) = (folder().join("SYSTEMS.md"), page());
    if std::env::var_os("XIANTU_UPDATE").is_some() {
        std::fs::write(&path, &wanted).expect("the page is written");
    }
    let found = std::fs::read_to_string(&path).expect("the page");
    assert!(found == wanted, "run `XIANTU_UPDATE=1 cargo test --test it systems` and look at the difference");
}
