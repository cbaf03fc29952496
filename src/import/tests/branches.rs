//! What branches report for themselves: from a table to sheets, rules, cards and the row that it came from.

use std::path::PathBuf;

use super::*;
use crate::domain::plan::{Cause, Choices, Target};
use crate::domain::sheet::{Cell, Sheet, SheetKind, Table, Words};
use crate::domain::value::Reading;
use crate::locale::Lang;

const RATED: &str = r#"
[[indicator]]
id = "S-1"
label = "星级"
unit = "星"
kind = "star"
level = "branch"
direction = "up"
rollup = "share_at_or_above"
threshold = 4
every_months = 12
[[indicator]]
id = "S-2"
label = "会议次数"
unit = "次"
kind = "count"
level = "branch"
direction = "up"
rollup = "sum"
every_months = 12
[[rating]]
id = "stars"
label = "评星"
on = "branch"
kind = "levels"
max = 5
metric = "S-1"
[[rating]]
id = "maturity"
label = "成熟度"
on = "branch"
kind = "levels"
levels = ["无组织", "涣散", "有组织", "已规范", "示范"]
metric = "S-1"
[[scorecard]]
id = "card"
label = "评分"
on = "branch"
total = 10
section = [{ id = "met", label = "开会", points = 10, own = "S-2" }]
[[target]]
id = "T-1"
label = "四星"
indicator = "S-1"
op = ">="
value = 4
each = true
when = { field = "类型", op = "==", value = "党支部" }
[[rule]]
id = "R-S"
label = "星低"
on = "branch"
when = { indicator = "S-1", op = "<", value = 3 }
[[rule]]
id = "R-M"
label = "单元率低"
on = "branch"
when = { indicator = "X-1", op = "<", value = 60 }
[[rule]]
id = "R-U"
label = "达标少"
on = "mid"
when = { indicator = "S-1", op = "<", value = 60 }
"#;

fn place() -> Place {
    Place::with(RATED)
}

fn stars(place: &mut Place, text: &str) -> PathBuf {
    place.file("星级评定.csv", &format!("2024年党组织星级评定表\n{text}"))
}

fn branch(code: &str) -> Uid {
    Uid::of_branch("990121", code)
}

fn sheet(place: &mut Place, kind: SheetKind) -> Arc<Sheet> {
    match place.ask(&Query::Sheet { kind, view: view(None, "mid", "X-1") }).expect("a sheet") {
        Loaded::Sheet(sheet) => sheet,
        other => panic!("{other:?}"),
    }
}

fn rows(table: &Table) -> Vec<String> {
    let cell = |cell: &Cell| match cell {
        Cell::Text(words) => Lang::Zh.words(words),
        Cell::Number { value, unit } => format!("{value}{unit}"),
        Cell::Share { num, den } => format!("{num}/{den}"),
        Cell::Stars { of, max } => format!("{of}/{max}★"),
        Cell::Missing => "未报".to_owned(),
        _ => String::new(),
    };
    table.rows.iter().map(|row| row.cells.iter().map(cell).collect::<Vec<_>>().join("|")).collect()
}

/// Every lead as `rule subject`.
fn leads(place: &mut Place) -> Vec<String> {
    let table = sheet(place, SheetKind::Leads).tables[0].clone();
    let mut all: Vec<String> = rows(&table).iter().map(|row| row.split('|').take(2).collect::<Vec<_>>().join(" ")).collect();
    all.sort();
    all
}

/// What a unit or branch shows of an indicator.
fn shown(place: &mut Place, uid: Uid, indicator: &str) -> (Reading, Origin, u32, u32) {
    let card = place.card(uid, view(None, "", indicator));
    let figure = card.figures.iter().find(|f| f.indicator.id.as_str() == indicator).expect("a figure");
    (figure.shown.reading, figure.shown.origin, figure.shown.reported, figure.shown.due)
}

#[test]
fn a_table_of_branches_is_matched_by_their_code_and_taken_back() {
    let mut place = place();
    let before = place.everything(None);
    let file = stars(
        &mut place,
        "党组织编码,党组织名称,所在单元,星级,会议次数\nB1,一支部,010101,2,10\nB2,二支部,010201,5,4\nB9,九支部,0101,3,1\n",
    );
    let plan = place.plan(std::slice::from_ref(&file), &Choices::default());
    assert_eq!(plan.target, Some(Target::Values));
    assert_eq!((plan.inputs[0].columns["unit"].as_str(), plan.inputs[0].kept), ("党组织编码", 2));
    // The third branch of the store stands under another unit: the file does not speak of it.
    assert_eq!((plan.unmatched.len(), plan.unmatched[0].key.as_str(), plan.unmatched[0].cause), (1, "B9", Cause::Unknown));
    let done = place.import(&[file], &Choices::default());
    assert_eq!(shown(&mut place, branch("B1"), "S-1"), (Reading::of(2.0), Origin::Reported, 1, 1));
    assert_eq!(shown(&mut place, branch("B2"), "S-1"), (Reading::of(5.0), Origin::Reported, 1, 1));
    assert_eq!(shown(&mut place, branch("B3"), "S-1").0.state, State::Missing);
    // Rolled up as declared over all branches of the unit, one of which reported nothing.
    assert_eq!(shown(&mut place, uid("mid", "0101"), "S-1"), (Reading::ratio(0.0, 1.0), Origin::RolledUp, 1, 2));
    assert_eq!(shown(&mut place, uid("top", "01"), "S-1"), (Reading::ratio(1.0, 2.0), Origin::RolledUp, 2, 3));
    assert_eq!(shown(&mut place, uid("top", "01"), "S-2").0, Reading::of(14.0));
    place.undo(&done.batches);
    assert_eq!(place.everything(None), before);
    assert_eq!(shown(&mut place, branch("B1"), "S-1").0.state, State::Missing);
}

#[test]
fn ratings_cards_targets_and_rules_take_the_readings_of_the_branch() {
    let mut place = place();
    assert_eq!(leads(&mut place), ["出缺 一支部"], "nothing was reported");
    let file = stars(&mut place, "党组织编码,星级,会议次数\nB1,2,10\nB2,5,4\nB3,4,6\n");
    place.import(&[file], &Choices::default());
    // The unit's own rule needs all of its branches; those of the branch look at it alone.
    assert_eq!(leads(&mut place), ["出缺 一支部", "星低 一支部", "达标少 东镇"]);
    let ratings = sheet(&mut place, SheetKind::Ratings);
    assert_eq!(rows(&ratings.tables[0]), ["一支部|一格|2/5★|", "镇党委|东镇|4/5★|", "二支部|𠅤家格|5/5★|"]);
    assert_eq!(ratings.tables[0].columns[0].head, Words::key("panel.branch"));
    let cards = sheet(&mut place, SheetKind::Scorecards);
    assert_eq!(rows(&cards.tables[1]), ["镇党委|东镇|6|6|未核查||", "一支部|一格|10|10|未核查||", "二支部|𠅤家格|4|4|未核查||"]);
    // The committee is no 党支部: the target is not about it.
    let targets = sheet(&mut place, SheetKind::Targets);
    assert_eq!((rows(&targets.tables[0]), rows(&targets.tables[1]).len()), (vec!["四星|1/2|≥ 4 星|||未达到".to_owned()], 1));
    let why = sheet(&mut place, SheetKind::Why { uid: branch("B1"), rule: "R-S".into() });
    let lead = why.tables[0].rows[0].lead.clone();
    assert!(matches!(lead, Some(crate::domain::sheet::Lead::Number { uid, .. }) if uid == branch("B1")), "{lead:?}");
    let page = place.home(view(Some(uid("mid", "0101")), "", "S-1"));
    assert_eq!(
        page.rows.iter().map(|r| (r.name.as_str(), r.shown.reading.value)).collect::<Vec<_>>(),
        [("镇党委", Some(4.0)), ("一支部", Some(2.0))]
    );
    // What a rating calls its levels is what the classes are called, one each.
    assert_eq!(page.legend.names, ["无组织", "涣散", "有组织", "已规范", "示范"]);
    assert_eq!(page.legend.classes.iter().map(|class| class.count).collect::<Vec<_>>(), [0, 1, 0, 1, 0]);
}

#[test]
fn provenance_of_a_branch_leads_to_its_row() {
    let mut place = place();
    let file = stars(&mut place, "党组织编码,星级\nB2,5\nB1,2\n");
    place.import(&[file], &Choices::default());
    let mut asked = |uid| {
        let query = Query::Provenance { uid, indicator: "S-1".into(), period: None, view: view(None, "mid", "S-1") };
        match place.ask(&query).expect("provenance") {
            Loaded::Provenance(page) => page,
            other => panic!("{other:?}"),
        }
    };
    let own = asked(branch("B1"));
    assert_eq!((own.sources.len(), own.sources[0].row, own.sources[0].unit.as_str()), (1, Some(4), "一支部"));
    let above = asked(uid("top", "01"));
    assert_eq!(above.sources.iter().map(|s| s.code.as_str()).collect::<Vec<_>>(), ["B1", "B2"]);
    assert_eq!(above.missing, [("B3".to_owned(), "镇党委".to_owned())]);
}

#[test]
fn a_table_of_the_manifest_may_be_of_branches_and_waits_for_them() {
    let mut place = place();
    let manifest = format!(
        "{MANIFEST}\n[[table]]\nroot = \"../data\"\nfile = \"stars.csv\"\nwhat = \"values\"\nkey = \"编码\"\ncolumns = {{ period = \"期\", \"S-1\" = \"星\", \"X-2\" = \"数\" }}\n"
    );
    place.put("maps/manifest.toml", &manifest);
    place.put("data/stars.csv", "编码,期,星,数\nB1,2024,3,\nB7,2024,5,\n");
    let codes =
        |summary: &Summary| summary.problems.iter().map(|p| p.code.clone()).filter(|code| code.starts_with("E_TABLE")).collect::<Vec<_>>();
    // The other indicator of the table is of units: no key is one of them.
    assert_eq!(codes(&place.load()), ["E_TABLE_UNIT", "E_TABLE_UNIT", "E_TABLE_BRANCH"].map(str::to_owned));
    assert_eq!(shown(&mut place, branch("B1"), "S-1").0, Reading::of(3.0));
    let roster = "编号,名称,类型,单元,经度,纬度,状态\nB1,一支部,党支部,010101,,,出缺\nB2,二支部,党支部,010201,,,\nB3,镇党委,党委,东镇,,,\nB7,七支部,党支部,010102,,,\n";
    place.put("data/branches.csv", roster);
    assert_eq!(codes(&place.load()), ["E_TABLE_UNIT", "E_TABLE_UNIT"].map(str::to_owned));
    assert_eq!(shown(&mut place, branch("B7"), "S-1").0, Reading::of(5.0));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    /// What stands in the blocks is what the long table says, at branches and above.
    #[test]
    fn branches_roll_up_alike_with_and_without_blocks(first in 0_u8..6, more in proptest::collection::vec(proptest::option::of(0_u8..6), 2)) {
        let mut place = place();
        let values: Vec<Option<u8>> = [Some(first)].into_iter().chain(more).collect();
        let line = |(n, value): (usize, &Option<u8>)| format!("B{},{}\n", n + 1, value.map_or_else(String::new, |v| v.to_string()));
        let text: String = values.iter().enumerate().map(line).collect();
        let file = stars(&mut place, &format!("党组织编码,星级\n{text}"));
        place.import(&[file], &Choices::default());
        let known = Some(at(place.clock + 100));
        for (place_uid, listing) in [(uid("top", "01"), "mid"), (uid("mid", "0101"), ""), (uid("mid", "0102"), "leaf")] {
            let now = place.home(view(Some(place_uid), listing, "S-1"));
            let mut then = view(Some(place_uid), listing, "S-1");
            then.as_of = AsOf { valid: None, known };
            let then = place.home(then);
            prop_assert_eq!(&now.rows, &then.rows);
            prop_assert_eq!(&now.total, &then.total);
        }
        let due = values.len() as u32;
        let reported = values.iter().flatten().count() as u32;
        let (reading, _, n, of) = shown(&mut place, uid("top", "01"), "S-1");
        prop_assert_eq!((n, of), (reported, due));
        let high = values.iter().flatten().filter(|v| **v >= 4).count() as u32;
        prop_assert_eq!(reading, Reading::ratio(f64::from(high), f64::from(reported)));
    }
}
