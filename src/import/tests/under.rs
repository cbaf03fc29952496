//! What an import takes from the frameworks in use, and what it says of places that do not fit.

use super::*;
use crate::domain::plan::{About, Choices, Target};
use crate::store::tests::{reference, values_per_indicator};

/// The sample with words of its own for the gate.
fn strict() -> Framework {
    let text = format!("{FRAMEWORK}\n[privacy]\ndeny_fields = [\"蓝本\"]\ndeny_levels = [\"组网\"]\n");
    Framework::combine(vec![Framework::parse(&text, "f.toml").expect("good")]).expect("one")
}

#[test]
fn words_that_a_framework_adds_stop_columns_and_properties() {
    let mut place = Place::new();
    let table = place.file("in/a.csv", "单元编码,数,期间,蓝 本编号,組網名\n0101,3,2025Q3,一,二\n");
    let map =
        place.file("in/a.geojson", &squares(&[("010109", "九格", "0101", 0.0, 1.0, 1.0)]).replace("\"上级\"", "\"蓝本\":\"一\",\"上级\""));
    let level = Choices { target: Some(Target::Units(Some("leaf".into()))), complete: Some(false), ..Choices::default() };
    for (file, choices, refused) in [(table, Choices::default(), vec!["蓝本编号", "組網名"]), (map, level, vec!["蓝本"])] {
        let files = [file];
        let plan = place.plan_under(&strict(), &files, &choices);
        let Some(About::Privacy { columns }) = plan.questions.first().map(|q| q.about.clone()) else { panic!("{plan:#?}") };
        let named: Vec<(&str, &str)> = columns.iter().map(|(h, rule)| (h.as_str(), rule.as_str())).collect();
        assert_eq!(named, refused.into_iter().map(|h| (h, "own")).collect::<Vec<_>>());
        let plan = place.plan(&files, &choices);
        assert!(
            plan.questions.iter().all(|q| !matches!(q.about, About::Privacy { .. })),
            "they are nothing to other frameworks: {plan:#?}"
        );
    }
}

#[test]
fn words_that_a_framework_adds_stop_a_table_of_the_manifest() {
    let mut place = Place::new();
    place.put("data/zones.csv", "单元,区,蓝本\n0101,甲区,一\n");
    place.clock += 10;
    let manifest = Manifest::read(place.dir.path()).expect("manifest");
    let done = refresh(&mut place.writer, place.dir.path(), &manifest, &strict(), at(place.clock), true, &mut |_| ()).expect("refresh");
    let said: Vec<String> = done.problems.iter().map(ToString::to_string).collect();
    assert!(said.iter().any(|p| p.starts_with("E_PRIVACY_COLUMN data/zones.csv:1") && p.contains("蓝本")), "{said:?}");
}

#[test]
fn values_kept_under_a_bare_id_become_those_of_the_trees_indicator() {
    let mut place = Place::new();
    let counts = |store: &Store| values_per_indicator(&reference(store));
    let before = counts(&place.store);
    assert_eq!(before.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(), ["X-1", "X-2"], "one framework by itself has bare ids");
    let shown = |place: &mut Place, id: &str| {
        let home = place.home(view(None, "leaf", id));
        home.rows.iter().map(|row| row.shown.reading).collect::<Vec<_>>()
    };
    let seen = shown(&mut place, "X-1");
    // Another framework has an indicator of the same bare id, and none of one that was kept.
    let tree = FRAMEWORK.replace("id = \"X-2\"", "id = \"X-9\"");
    let other = FRAMEWORK
        .replace("id = \"t\"", "id = \"u\"")
        .replace("label = \"率\"", "label = \"别的率\"")
        .replace("id = \"X-2\"", "id = \"X-8\"");
    let parse = |text: &str, file: &str| Framework::parse(text, file).expect("good");
    let both = Framework::combine(vec![parse(&tree, "f.toml"), parse(&other, "u.toml")]).expect("one");
    place.store = Store::open(place.dir.path(), Mode::ReadWrite, Arc::new(both.clone())).expect("opens");
    (place.reader, place.writer) = (place.store.reader().expect("reader"), place.store.writer().expect("writer"));
    place.clock += 10;
    let mut manifest = Manifest::read(place.dir.path()).expect("manifest");
    // What the tables hold stays as it was loaded.
    manifest.tables.clear();
    refresh(&mut place.writer, place.dir.path(), &manifest, &both, at(place.clock), false, &mut |_| ()).expect("refresh");
    let after = counts(&place.store);
    assert_eq!(after, [("X-2".to_owned(), before[1].1), ("t/X-1".to_owned(), before[0].1)]);
    assert_eq!(shown(&mut place, "t/X-1"), seen);
}

#[test]
fn an_organisation_that_lies_elsewhere_is_doubted_and_its_table_counts() {
    let mut place = Place::new();
    let text = "党组织名称,类型,所在单元,经度,纬度\n\
        甲支部,党支部,010101,0.5,0.5\n\
        乙支部,党支部,010101,2.5,0.5\n\
        丙支部,党支部,010103,0.5,0.5\n\
        丁支部,党支部,010101,0.5,1.5\n\
        戊支部,党支部,010101,9,9\n\
        己支部,党支部,0101,0.5,0.5\n\
        庚支部,党支部,,2.5,0.5\n";
    let file = place.file("in/组织.csv", text);
    let choices = Choices { target: Some(Target::Branches), ..Choices::default() };
    let plan = place.plan(std::slice::from_ref(&file), &choices);
    let doubts: Vec<(&str, u64, &str, Severity)> = plan
        .problems
        .iter()
        .filter(|p| p.code.starts_with("E_BRANCH_") || p.code.starts_with("E_COORD_") || p.code.starts_with("E_PLACE_"))
        .map(|p| (p.code.as_str(), p.spot.line.unwrap_or_default(), p.args[0].as_str(), p.severity))
        .collect();
    let mark = Severity::Mark;
    assert_eq!(
        doubts,
        [
            ("E_BRANCH_PLACE", 3, "乙支部", mark),
            ("E_BRANCH_UNDRAWN", 4, "丙支部", mark),
            ("E_BRANCH_NOWHERE", 5, "丁支部", mark),
            ("E_COORD_OUTSIDE", 6, "戊支部", mark)
        ],
        "{plan:#?}"
    );
    assert_eq!(plan.counts.new, 7, "a doubt takes no row away");
}
