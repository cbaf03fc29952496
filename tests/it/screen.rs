//! `xiantu screen`: as JSON, whole, with everything a lead rests on.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use crate::support::{demo, root};

fn report(args: &[&str]) -> Value {
    let text = demo().out([&["screen", "--json"], args].concat());
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}"))
}

fn list<'a>(value: &'a Value, key: &str) -> &'a Vec<Value> {
    value[key].as_array().unwrap_or_else(|| panic!("{key} is a list"))
}

#[test]
fn every_lead_says_what_it_rests_on() {
    let found = report(&[]);
    assert_eq!((&found["kind"], &found["as_at"], &found["place"]["name"]), (&"screening".into(), &"2025-11-01".into(), &"青禾县".into()));
    let leads = list(&found, "leads");
    assert!(leads.len() > 50, "{}", leads.len());
    let ran: BTreeSet<&str> = list(&found, "ran").iter().filter_map(Value::as_str).collect();
    for lead in leads {
        assert!(ran.contains(lead["rule"].as_str().unwrap_or_default()), "{lead}");
        assert!(["info", "amber", "red"].contains(&lead["severity"].as_str().unwrap_or_default()), "{lead}");
        assert!(list(&lead["of"], "path").first().is_some_and(|top| top == "青禾县"), "{lead}");
        let held: Vec<&Value> = list(lead, "tests").iter().filter(|test| test["holds"] == true).collect();
        assert!(!held.is_empty() && held.iter().all(|test| !test["value"].is_null() && !test["threshold"].is_null()), "{lead}");
    }
    // One by hand: the branch of the demo that had no theme day for a year, and its row of the register.
    let rows = fs::read_to_string(root().join("data/branches.csv")).expect("the register");
    let idle = leads.iter().find(|lead| lead["rule"] == "base/no-activity").expect("a branch without activity");
    let code = idle["of"]["code"].as_str().expect("a code");
    let row: Vec<&str> = rows.lines().find(|line| line.starts_with(code)).expect("its row").split(',').collect();
    let column = |name: &str| rows.lines().next().expect("heads").split(',').position(|head| head == name).expect("the column");
    assert_eq!(idle["tests"][0]["value"]["number"].to_string(), format!("{}.0", row[column("近12月主题党日缺次")]));
    assert_eq!((&idle["tests"][0]["op"], &idle["tests"][0]["threshold"]["number"]), (&">=".into(), &12.0.into()));
    assert_eq!(idle["data_date"], row[column("数据日期")], "a register's row speaks of its own day");
    assert!(idle["data_age_days"].as_i64().is_some_and(|days| days > 30), "{idle}");
    assert_eq!((&idle["article"], &idle["confidence"], &idle["official_kind"]), (&"第十六条".into(), &"B".into(), &4.into()));
}

#[test]
fn missing_data_is_listed_and_never_a_lead() {
    let found = report(&[]);
    let doubts = list(&found, "cannot_tell");
    assert!(!doubts.is_empty());
    for doubt in doubts {
        assert!(!list(doubt, "missing").is_empty(), "{doubt}");
        let same = |lead: &&Value| lead["rule"] == doubt["rule"] && lead["of"]["uid"] == doubt["of"]["uid"];
        assert_eq!(list(&found, "leads").iter().find(same), None, "told and not told at once");
    }
    assert!(list(&found, "not_run").iter().all(|rule| rule["why"].as_str().is_some_and(|why| !why.is_empty())));
}

#[test]
fn a_place_and_another_day_are_screened_alone() {
    let all = report(&[]);
    let town = all["leads"].as_array().and_then(|leads| leads.iter().find_map(|lead| lead["of"]["path"][1].as_str())).expect("a township");
    let there = report(&[town]);
    assert_eq!(there["place"]["name"], town);
    let of = |lead: &&Value| lead["of"]["name"] == town || lead["of"]["path"][1] == town;
    assert_eq!(list(&there, "leads").iter().collect::<Vec<_>>(), list(&all, "leads").iter().filter(of).collect::<Vec<_>>());
    let then = report(&["--as-at", "2025-01-31"]);
    assert_eq!(then["as_at"], "2025-01-31");
    let youngest = |found: &Value| list(found, "leads").iter().filter_map(|lead| lead["data_age_days"].as_i64()).min();
    assert!(youngest(&all) >= Some(0), "{:?}", youngest(&all));
    assert!(youngest(&then) < Some(0), "a register that is younger than the day asked says so: {:?}", youngest(&then));
}
