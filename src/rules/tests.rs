//! Rules against a small county, and against a naive reading of the same conditions.

use std::sync::Arc;

use jiff::civil::{Date, date};
use proptest::prelude::*;

use super::*;
use crate::domain::id::{LevelId, Uid};
use crate::domain::indicator::{Direction, Kind, Rollup};
use crate::domain::sheet::{Cell, Words};
use crate::domain::unit::{Level, Subject};
use crate::framework::condition::{Condition, How, Literal, Op, Operand, Over, Rank, Right, Span, Test};
use crate::framework::schema::Basis;
use crate::framework::{Framework, Rule, Severity};

const DAY: Date = date(2025, 11, 22);

fn level(code: &str, parent: Option<&str>) -> Level {
    Level { code: code.into(), label: format!("级{code}"), label_en: String::new(), synonyms: Vec::new(), parent: parent.map(Into::into) }
}

fn rule(id: &str, on: Option<&str>, when: Condition) -> Rule {
    Rule {
        id: id.to_owned(),
        label: format!("规则{id}"),
        label_en: String::new(),
        subject: if on.is_some() { Subject::Unit } else { Subject::Branch },
        level: on.map(LevelId::from),
        when,
        basis: Basis::default(),
        severity: Severity::Amber,
        kind: None,
        enabled: true,
        material: Vec::new(),
    }
}

fn test(left: Operand, op: Op, right: Right) -> Test {
    Test { left, op, right, over: None, rank: None }
}

fn field(heading: &str) -> Operand {
    Operand::Field(heading.to_owned())
}

fn reading(id: &str) -> Operand {
    Operand::Indicator(id.into())
}

fn n(value: f64) -> Right {
    Right::Literal(Literal::Number(value))
}

fn framework(rules: Vec<Rule>) -> Framework {
    let mut indicator = crate::domain::indicator::tests::sample(Kind::Count, Rollup::Sum);
    indicator.direction = Direction::Up;
    indicator.unit = "元".into();
    Framework {
        levels: vec![level("top", None), level("leaf", Some("top"))],
        indicators: vec![Arc::new(indicator)],
        rules,
        ..Framework::default()
    }
}

/// Its leaf and its cells.
type Branch = (Option<u32>, Vec<(String, String)>);

/// One top unit, leaves with readings (the newest first), branches each with its leaf and cells.
#[derive(Clone, Debug, Default)]
struct County {
    readings: Vec<Vec<Option<f64>>>,
    branches: Vec<Branch>,
}

impl County {
    fn data(&self, program: &Program) -> Data {
        let leaves = self.readings.len();
        let series = program.looks.iter().map(|look| {
            let mut column = Readings::default();
            let value = |row: &Vec<Option<f64>>| row.get(usize::from(look.back)).copied().flatten();
            self.readings.iter().for_each(|row| column.push(value(row).map_or(Given::Gap(Gap::Missing), Given::Number)));
            let tables = [Readings::default(), column, Readings::default()].map(Arc::new).to_vec();
            Series { period: "2025Q3".parse().ok(), tables }
        });
        let fields = program.fields.iter().map(|heading| {
            let mut column = Texts::default();
            for (_, cells) in &self.branches {
                column.push(cells.iter().find(|(h, _)| h == heading).map_or("", |(_, v)| v));
            }
            [Texts::default(), Texts::default(), column].map(Arc::new).to_vec()
        });
        Data {
            day: DAY,
            lens: [1, leaves, self.branches.len()].map(|n| u32::try_from(n).expect("few")).to_vec(),
            units: Arc::new(self.branches.iter().map(|(leaf, _)| leaf.map(|row| (1, row))).collect()),
            fields: fields.collect(),
            series: series.collect(),
            groups: program.orders.iter().map(|_| [vec![NONE], vec![0; leaves], vec![]].map(Arc::new).to_vec()).collect(),
        }
    }

    fn screen(&self, framework: &Framework) -> Screening {
        let program = Program::compile(framework, DAY);
        let data = self.data(&program);
        Screening::new(Arc::new(program), data)
    }
}

/// One branch in one leaf.
fn one(cells: &[(&str, &str)], readings: &[Option<f64>]) -> County {
    let cells = cells.iter().map(|(h, v)| ((*h).to_owned(), (*v).to_owned())).collect();
    County { readings: vec![readings.to_vec()], branches: vec![(Some(0), cells)] }
}

fn truth(when: impl Into<Option<Test>>, county: &County) -> Truth {
    let framework = framework(vec![rule("r", None, Condition::Test(when.into().expect("a test")))]);
    county.screen(&framework).truth(Hit { table: 2, row: 0, rule: 0 }).expect("it runs")
}

const HOLDS: Truth = Truth::Holds;
const FAILS: Truth = Truth::Fails;
const UNKNOWN: Truth = Truth::Unknown;

#[test]
fn a_lead_names_its_values_and_what_they_were_held_against() {
    let both = Condition::All(vec![
        Condition::Test(test(field("月数"), Op::AtLeast, n(1.0))),
        Condition::Test(test(reading("X-1"), Op::Less, n(5.5))),
    ]);
    let framework = framework(vec![rule("months", None, Condition::Test(test(field("月数"), Op::More, n(3.0)))), rule("both", None, both)]);
    let screening = one(&[("月数", "4")], &[Some(2.25)]).screen(&framework);
    let leads: Vec<_> = screening
        .leads()
        .into_iter()
        .map(|hit| screening.lead(&framework, hit, Uid::of_branch("990121", "1"), Subject::Branch, "甲支部").expect("a lead"))
        .map(|lead| (lead.rule.clone(), crate::locale::Lang::Zh.words(&super::told(&lead)), lead.day, lead.basis()))
        .collect();
    let day = Date::new(2025, 9, 30).ok();
    assert_eq!(
        leads,
        [
            ("months".to_owned(), "月数 4（>3）".to_owned(), None, "月数=4".to_owned()),
            ("both".to_owned(), "月数 4（≥1）；例 2.25 元（<5.5 元）".to_owned(), day, "月数=4; X-1@2025Q3=2.25".to_owned()),
        ]
    );
}

#[test]
fn what_is_missing_is_a_doubt_that_says_what() {
    let months = |cell: &str| one(&[("月数", cell)], &[]);
    for cell in ["", "  ", "无", "四", "NaN", "inf"] {
        assert_eq!(truth(test(field("月数"), Op::More, n(3.0)), &months(cell)), UNKNOWN, "{cell:?}");
    }
    assert_eq!(truth(test(reading("X-1"), Op::More, n(3.0)), &one(&[], &[None])), UNKNOWN);
    let no_unit = County { readings: vec![vec![Some(9.0)]], branches: vec![(None, vec![])] };
    assert_eq!(truth(test(reading("X-1"), Op::More, n(3.0)), &no_unit), UNKNOWN);

    let when = Condition::All(vec![
        Condition::Test(test(field("月数"), Op::More, n(3.0))),
        Condition::Test(test(field("状态"), Op::Equal, Right::Literal(Literal::Text("停".into())))),
    ]);
    let framework = framework(vec![rule("r", None, when)]);
    let screening = one(&[("状态", "停")], &[]).screen(&framework);
    assert!(screening.leads().is_empty());
    let [hit] = screening.doubts()[..] else { panic!("one doubt") };
    let why = screening.why(&framework, hit).expect("why");
    assert_eq!(why.missing, [crate::domain::sheet::Words::fill("leads.gap.field", [crate::domain::sheet::Words::data("月数")])]);
    assert_eq!(why.clear, None);
}

#[test]
fn what_is_not_asked_of_a_unit_is_no_doubt_there() {
    let framework = framework(vec![rule("r", Some("leaf"), Condition::Test(test(reading("X-1"), Op::More, n(3.0))))]);
    let county = County { readings: vec![vec![None], vec![None]], branches: Vec::new() };
    let mut screening = county.screen(&framework);
    assert_eq!(screening.doubts().len(), 2);
    screening.update(&[Change::Reading { look: 0, table: 1, row: 0, given: Given::Gap(Gap::NotDue) }]);
    assert_eq!(screening.doubts().iter().map(|hit| hit.row).collect::<Vec<_>>(), [1]);
}

#[test]
fn states_of_readings_are_gaps_even_beside_a_number() {
    use crate::domain::value::{Reading, State};
    for state in [State::None, State::NotDue, State::Missing] {
        let given = Given::from(Reading { state, value: Some(0.0), ..Reading::MISSING });
        assert!(matches!(given, Given::Gap(_)), "{state:?}");
    }
    assert_eq!(Given::from(Reading::of(0.0)), Given::Number(0.0));
}

#[test]
fn texts_lists_and_other_columns() {
    let text = |t: &str| Right::Literal(Literal::Text(t.to_owned()));
    let county = one(&[("状态", " 停 "), ("类", "甲"), ("应", "5"), ("实", "3"), ("起", "2025-09"), ("止", "2025-10-05")], &[Some(4.0)]);
    assert_eq!(truth(test(field("状态"), Op::NotEqual, text("正常")), &county), HOLDS);
    assert_eq!(truth(test(field("状态"), Op::Equal, text("停")), &county), HOLDS);
    assert_eq!(truth(test(field("状态"), Op::Less, text("停")), &county), UNKNOWN);
    let among = |op| test(field("类"), op, Right::OneOf(vec!["甲".into(), "乙".into()]));
    assert_eq!((truth(among(Op::Equal), &county), truth(among(Op::NotEqual), &county)), (HOLDS, FAILS));
    assert_eq!(truth(among(Op::Equal), &one(&[("类", "")], &[])), UNKNOWN);
    let beside = |a: &str, op, b: &str| test(field(a), op, Right::Operand(field(b)));
    assert_eq!(truth(beside("实", Op::Less, "应"), &county), HOLDS);
    assert_eq!(truth(beside("起", Op::Less, "止"), &county), HOLDS);
    assert_eq!(truth(beside("实", Op::Less, "缺"), &county), UNKNOWN);
    assert_eq!(truth(test(field("应"), Op::More, Right::Operand(reading("X-1"))), &county), HOLDS);
}

#[test]
fn ages_are_counted_as_at_the_day() {
    let age = |span, op, value| test(Operand::Age { field: "届满".into(), span }, op, n(value));
    let on = |day: &str| one(&[("届满", day)], &[]);
    // The day is 2025-11-22.
    assert_eq!(truth(age(Span::Days, Op::Equal, 1.0), &on("2025-11-21")), HOLDS);
    assert_eq!(truth(age(Span::Months, Op::Equal, 11.0), &on("2024-11-23")), HOLDS);
    assert_eq!(truth(age(Span::Months, Op::Equal, 12.0), &on("2024年11月22日")), HOLDS);
    assert_eq!(truth(age(Span::Years, Op::Equal, 0.0), &on("2024-11-23")), HOLDS);
    assert_eq!(truth(age(Span::Years, Op::AtLeast, 1.0), &on("2024-11-22")), HOLDS);
    assert_eq!(truth(age(Span::Days, Op::AtLeast, -30.0), &on("2025-12-22")), HOLDS, "still to come, in 30 days");
    assert_eq!(truth(age(Span::Days, Op::AtLeast, -30.0), &on("2025-12-23")), FAILS);
    // A month stands for any of its days.
    assert_eq!(truth(age(Span::Months, Op::More, 12.0), &on("2024-10")), UNKNOWN);
    assert_eq!(truth(age(Span::Months, Op::AtLeast, 12.0), &on("2024-10")), HOLDS);
    assert_eq!(truth(age(Span::Months, Op::AtLeast, 12.0), &on("尚未")), UNKNOWN);
}

#[test]
fn windows_that_are_partly_unknown() {
    let over = |last, how, value| Test { over: Some(Over { last, of: Window::Period, how }), ..test(reading("X-1"), Op::Less, n(value)) };
    let (a, b, c) = (Some(1.0), Some(9.0), None);
    let run = |how, values: &[Option<f64>]| truth(over(3, how, 5.0), &one(&[], values));
    assert_eq!(run(How::Every, &[a, a, a]), HOLDS);
    assert_eq!(run(How::Every, &[a, c, a]), UNKNOWN);
    assert_eq!(run(How::Every, &[a, c, b]), FAILS, "one that is known fails");
    assert_eq!(run(How::Count(2), &[a, c, a]), HOLDS, "enough are known");
    assert_eq!(run(How::Count(2), &[b, c, b]), FAILS, "too few even with the unknown one");
    assert_eq!(run(How::Count(2), &[a, c, b]), UNKNOWN);
    assert_eq!(run(How::Sum, &[a, a, a]), HOLDS);
    assert_eq!(run(How::Sum, &[b, b, c]), UNKNOWN, "a sum of a part is no sum");
    assert_eq!(run(How::Sum, &[a, b, a]), FAILS);
    assert_eq!(run(How::Every, &[a]), UNKNOWN, "there were not so many");
}

fn last_of(places: f64) -> Test {
    let rank = Some(Rank { within: "top".into(), from_worst: true, share: false });
    Test { rank, ..test(reading("X-1"), Op::AtMost, n(places)) }
}

fn last_percent(percent: f64) -> Test {
    let rank = Some(Rank { within: "top".into(), from_worst: true, share: true });
    Test { rank, ..test(reading("X-1"), Op::AtMost, n(percent)) }
}

fn order(ascending: Option<bool>, share: bool) -> super::compile::Order {
    super::compile::Order { look: 0, within: 0, ascending, share }
}

#[test]
fn equal_values_share_the_better_place_and_no_value_has_none() {
    use Given::{Gap as G, Number as N};
    let at = |place: f64| Some((place, place));
    let given = [N(2.0), N(1.0), N(2.0), G(Gap::NotDue), N(9.0), N(0.0)];
    let places = eval::places(&[0, 0, 0, 0, 1, NONE], |row| given[row as usize], &order(Some(true), false));
    assert_eq!(places, [at(2.0), at(1.0), at(2.0), None, at(1.0), None]);
    assert_eq!(eval::places(&[0, 0, 0], |row| given[row as usize], &order(Some(false), false)), [at(1.0), at(3.0), at(1.0)]);
    assert_eq!(eval::places(&[0], |_| N(1.0), &order(None, false)), [None], "where nothing is worse");
}

#[test]
fn who_has_not_reported_may_still_come_before() {
    use Given::{Gap as G, Number as N};
    let given = [N(3.0), N(1.0), G(Gap::Missing), N(2.0), G(Gap::Partly), G(Gap::None), N(8.0), G(Gap::Missing)];
    let groups = [0, 0, 0, 0, 0, 0, 1, 1];
    let places = |share| eval::places(&groups, |row| given[row as usize], &order(Some(true), share));
    assert_eq!(places(false), [Some((3.0, 5.0)), Some((1.0, 3.0)), None, Some((2.0, 4.0)), None, None, Some((1.0, 2.0)), None]);
    // Of five that are due, and of two.
    assert_eq!(places(true), [Some((60.0, 100.0)), Some((20.0, 60.0)), None, Some((40.0, 80.0)), None, None, Some((50.0, 100.0)), None]);
}

#[test]
fn a_share_of_an_order_is_of_all_that_are_due_and_cannot_be_told_before_all_reported() {
    let leaves = |values: &[Option<f64>]| County {
        readings: values.iter().map(|v| vec![*v]).collect(),
        branches: (0..).map(|leaf| (Some(leaf), Vec::new())).take(values.len()).collect(),
    };
    let told = |values: &[Option<f64>], percent: f64| {
        let framework = framework(vec![rule("last", None, Condition::Test(last_percent(percent)))]);
        let screening = leaves(values).screen(&framework);
        assert_eq!(screening.leads(), [], "alone it makes no lead");
        let truth = |row| screening.truth(Hit { table: 2, row, rule: 0 }).expect("it runs").known();
        (0..u32::try_from(values.len()).expect("few")).map(truth).collect::<Vec<_>>()
    };
    let ten: Vec<Option<f64>> = (1..=10).map(|v| Some(f64::from(v))).collect();
    let (yes, no) = (Some(true), Some(false));
    assert_eq!(told(&ten, 10.0), [yes, no, no, no, no, no, no, no, no, no]);
    assert_eq!(told(&ten[..9], 10.0), [no; 9], "of nine nobody is a tenth");
    let mut nine = ten.clone();
    nine[9] = None;
    assert_eq!(told(&nine, 10.0), [None, no, no, no, no, no, no, no, no, None]);
    assert_eq!(told(&nine, 20.0), [yes, None, no, no, no, no, no, no, no, None]);
    // What is said of one that cannot be told.
    let framework = framework(vec![rule("last", None, Condition::Test(last_percent(10.0)))]);
    let why = leaves(&nine).screen(&framework).why(&framework, Hit { table: 2, row: 0, rule: 0 }).expect("it runs");
    assert_eq!(why.tests[0].value, Cell::Text(Words::data("10–20%")));
    assert_eq!(why.missing, [Words::fill("leads.gap.others", [Words::both("例", "sample")])]);
}

#[test]
fn a_relative_rule_makes_a_lead_only_beside_another() {
    let county = County {
        readings: vec![vec![Some(1.0)], vec![Some(2.0)], vec![None]],
        branches: [("0", "9"), ("1", "0"), ("2", "9")]
            .map(|(leaf, months)| (leaf.parse().ok(), vec![("月数".to_owned(), months.to_owned())]))
            .to_vec(),
    };
    let last = rule("last", None, Condition::Test(last_of(2.0)));
    let months = rule("months", None, Condition::Test(test(field("月数"), Op::More, n(3.0))));
    let leads = |rules: Vec<Rule>| {
        let hits = county.screen(&framework(rules)).leads();
        hits.into_iter().map(|hit| (hit.row, hit.rule)).collect::<Vec<_>>()
    };
    assert_eq!(leads(vec![last.clone()]), [], "the last of an order is true of somebody");
    assert_eq!(leads(vec![last.clone(), months.clone()]), [(0, 0), (0, 1), (2, 1)]);
    let off = Rule { enabled: false, ..last };
    let framework = framework(vec![off, Rule { when: Condition::Test(test(field("月数"), Op::More, Right::Unset)), ..months }]);
    assert_eq!(county.screen(&framework).idle(), [(0, Idle::Relative), (1, Idle::Unset)]);
}

#[test]
fn rules_run_only_in_force_and_on_their_level() {
    let when = || Condition::Test(test(reading("X-1"), Op::AtLeast, n(0.0)));
    let days = |since, until| Rule { basis: Basis { since, until, ..Basis::default() }, ..rule("r", Some("leaf"), when()) };
    let before = DAY.yesterday().expect("a day");
    let after = DAY.tomorrow().expect("a day");
    let cases = [(None, Some(before), 0), (Some(after), None, 0), (Some(DAY), Some(DAY), 1), (None, None, 1)];
    for (since, until, leads) in cases {
        let framework = framework(vec![days(since, until)]);
        let screening = one(&[], &[Some(1.0)]).screen(&framework);
        assert_eq!(screening.leads().len(), leads, "{since:?} {until:?}");
        assert_eq!(screening.idle().len(), 1 - leads);
    }
    let framework = framework(vec![rule("none", Some("elsewhere"), when()), Rule { enabled: false, ..rule("off", None, when()) }]);
    assert_eq!(one(&[], &[]).screen(&framework).idle(), [(0, Idle::NoLevel), (1, Idle::Off)]);
}

#[test]
fn a_season_stands_for_the_leads_of_its_rules_while_it_lasts() {
    use crate::framework::schema::{Named, Season};
    let months = rule("months", None, Condition::Test(test(field("月数"), Op::More, n(3.0))));
    let season = |from, to| Framework {
        seasons: vec![Season {
            named: Named::default(),
            from,
            to,
            rules: vec!["months".into()],
            basis: Basis::default(),
            material: Vec::new(),
        }],
        ..framework(vec![months.clone()])
    };
    let (before, after) = (DAY.yesterday().expect("a day"), DAY.tomorrow().expect("a day"));
    let now = one(&[("月数", "4")], &[]).screen(&season(before, DAY));
    assert_eq!((now.leads().len(), now.idle()), (0, &[(0, Idle::InSeason)][..]));
    assert_eq!(now.holds_until(&season(before, DAY)), after);
    let later = one(&[("月数", "4")], &[]).screen(&season(after, after));
    assert_eq!((later.leads().len(), later.holds_until(&season(after, after))), (1, after));
}

#[test]
fn what_would_clear_a_lead() {
    let months = |op, value| Condition::Test(test(field("月数"), op, n(value)));
    let way = |when: Condition| {
        let framework = framework(vec![rule("r", None, when)]);
        let screening = one(&[("月数", "4")], &[]).screen(&framework);
        screening.why(&framework, Hit { table: 2, row: 0, rule: 0 }).expect("why").clear
    };
    let one_way = |n, sign| Way::Test { n, sign };
    assert_eq!(way(months(Op::More, 3.0)), Some(one_way(0, "<=")));
    assert_eq!(
        way(Condition::All(vec![months(Op::More, 3.0), months(Op::Less, 5.0)])),
        Some(Way::Any(vec![one_way(0, "<="), one_way(1, ">=")]))
    );
    assert_eq!(
        way(Condition::Any(vec![months(Op::More, 3.0), months(Op::More, 9.0), months(Op::AtLeast, 4.0)])),
        Some(Way::All(vec![one_way(0, "<="), one_way(2, "<")])),
        "only what holds must end"
    );
    assert_eq!(way(Condition::Not(Box::new(months(Op::AtMost, 3.0)))), Some(one_way(0, "<=")));
    assert_eq!(way(months(Op::More, 9.0)), None, "there is nothing to clear");
}

#[test]
fn a_change_is_screened_again_where_something_looks_at_it() {
    let rules = vec![
        rule("months", None, Condition::Test(test(field("月数"), Op::More, n(3.0)))),
        rule("low", None, Condition::Test(test(reading("X-1"), Op::Less, n(1.5)))),
        rule("unit", Some("leaf"), Condition::Test(test(reading("X-1"), Op::Less, n(1.5)))),
        rule("last", Some("leaf"), Condition::Test(last_of(1.0))),
    ];
    let framework = framework(rules);
    let cells = |months: &str| vec![("月数".to_owned(), months.to_owned())];
    let county = County {
        readings: vec![vec![Some(1.0)], vec![Some(2.0)], vec![Some(3.0)]],
        branches: vec![(Some(0), cells("4")), (Some(0), cells("2")), (Some(1), cells("2"))],
    };
    let mut screening = county.screen(&framework);
    let flips = screening.update(&[Change::Cell { field: 0, table: 2, row: 2, text: "7".into() }]);
    assert_eq!(flips, [Flip { hit: Hit { table: 2, row: 2, rule: 0 }, before: FAILS, after: HOLDS }]);
    let flips = screening.update(&[Change::Reading { look: 0, table: 1, row: 0, given: Given::Number(9.0) }]);
    let hits: Vec<_> = flips.iter().map(|f| (f.hit.table, f.hit.row, f.hit.rule, f.after)).collect();
    // Its branches, the unit itself, and who is the last of the order now.
    assert_eq!(hits, [(1, 0, 2, FAILS), (1, 0, 3, FAILS), (1, 1, 3, HOLDS), (2, 0, 1, FAILS), (2, 1, 1, FAILS)]);
}

// ---- against a naive reading ---------------------------------------------------------------------------

/// A condition as its words say, straight from the types of the framework.
fn naive(condition: &Condition, county: &County, branch: usize) -> Option<bool> {
    match condition {
        Condition::All(parts) => {
            let parts: Vec<_> = parts.iter().map(|p| naive(p, county, branch)).collect();
            if parts.contains(&Some(false)) { Some(false) } else { parts.into_iter().collect::<Option<Vec<_>>>().map(|_| true) }
        }
        Condition::Any(parts) => {
            let parts: Vec<_> = parts.iter().map(|p| naive(p, county, branch)).collect();
            if parts.contains(&Some(true)) { Some(true) } else { parts.into_iter().collect::<Option<Vec<_>>>().map(|_| false) }
        }
        Condition::Not(part) => naive(part, county, branch).map(|holds| !holds),
        Condition::Test(test) => naive_test(test, county, branch),
    }
}

fn naive_test(test: &Test, county: &County, branch: usize) -> Option<bool> {
    let Right::Literal(Literal::Number(threshold)) = test.right else { return None };
    let holds = |value: f64| match test.op {
        Op::Less => value < threshold,
        Op::AtMost => value <= threshold,
        Op::More => value > threshold,
        Op::AtLeast => value >= threshold,
        Op::Equal => value == threshold,
        Op::NotEqual => value != threshold,
    };
    let (leaf, cells) = &county.branches[branch];
    match &test.left {
        Operand::Field(heading) => {
            let value: f64 = cells.iter().find(|(h, _)| h == heading)?.1.parse().ok()?;
            Some(holds(value))
        }
        Operand::Age { .. } => None,
        Operand::Indicator(_) => {
            let at = |back: usize| county.readings[(*leaf)? as usize].get(back).copied().flatten();
            if test.rank.is_some() {
                let own = at(0)?;
                let first = |r: &Vec<Option<f64>>| r.first().copied().flatten();
                let worse = county.readings.iter().filter(|r| first(r).is_some_and(|v| v < own)).count();
                let open = county.readings.iter().filter(|r| first(r).is_none()).count();
                let share = test.rank.as_ref().is_some_and(|rank| rank.share);
                let place = |place: usize| if share { place as f64 * 100.0 / county.readings.len() as f64 } else { place as f64 };
                let each: Vec<bool> = (worse + 1..=worse + 1 + open).map(|p| holds(place(p))).collect();
                return each.iter().all(|held| *held == each[0]).then_some(each[0]);
            }
            let Some(over) = test.over else { return at(0).map(holds) };
            let each: Vec<Option<f64>> = (0..usize::from(over.last)).map(at).collect();
            match over.how {
                How::Sum => each.into_iter().sum::<Option<f64>>().map(holds),
                How::Every if each.iter().flatten().any(|v| !holds(*v)) => Some(false),
                How::Every => each.into_iter().collect::<Option<Vec<_>>>().map(|_| true),
                How::Count(least) => {
                    let yes = each.iter().flatten().filter(|v| holds(**v)).count();
                    let open = each.iter().filter(|v| v.is_none()).count();
                    if yes >= usize::from(least) {
                        Some(true)
                    } else if yes + open < usize::from(least) {
                        Some(false)
                    } else {
                        None
                    }
                }
            }
        }
    }
}

fn an_op() -> impl Strategy<Value = Op> {
    prop::sample::select(vec![Op::Less, Op::AtMost, Op::More, Op::AtLeast, Op::Equal, Op::NotEqual])
}

fn a_test() -> impl Strategy<Value = Condition> {
    let value = || (0..4i32).prop_map(|v| n(f64::from(v)));
    let of_field = (prop::sample::select(vec!["甲", "乙"]), an_op(), value()).prop_map(|(h, op, v)| test(field(h), op, v));
    let how = prop_oneof![Just(How::Every), Just(How::Sum), (1..4u8).prop_map(How::Count)];
    let over = prop::option::of((1..4u8, how).prop_map(|(last, how)| Over { last, of: Window::Period, how }));
    let of_reading = (an_op(), value(), over).prop_map(|(op, v, over)| Test { over, ..test(reading("X-1"), op, v) });
    let of_rank = (0..4i32).prop_map(|v| last_of(f64::from(v)));
    let of_share = (0..4i32).prop_map(|v| last_percent(f64::from(v) * 25.0));
    prop_oneof![3 => of_field, 3 => of_reading, 1 => of_rank, 1 => of_share].prop_map(Condition::Test)
}

fn a_condition() -> impl Strategy<Value = Condition> {
    a_test().prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(Condition::All),
            prop::collection::vec(inner.clone(), 1..4).prop_map(Condition::Any),
            inner.prop_map(|c| Condition::Not(Box::new(c))),
        ]
    })
}

fn a_county() -> impl Strategy<Value = County> {
    let value = || prop::option::of((0..4i32).prop_map(f64::from));
    let cell = || prop::sample::select(vec!["", "0", "1", "2", "3", "无"]).prop_map(str::to_owned);
    let readings = prop::collection::vec(prop::collection::vec(value(), 0..4), 1..4);
    let branches = prop::collection::vec((prop::option::of(0..4u32), cell(), cell()), 1..4);
    (readings, branches).prop_map(|(readings, branches)| {
        let leaves = u32::try_from(readings.len()).expect("few");
        let branch =
            |(leaf, a, b): (Option<u32>, String, String)| (leaf.map(|l| l % leaves), vec![("甲".to_owned(), a), ("乙".to_owned(), b)]);
        County { readings, branches: branches.into_iter().map(branch).collect() }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn compiled_is_what_the_words_say(when in a_condition(), county in a_county()) {
        let framework = framework(vec![rule("r", None, when.clone())]);
        let screening = county.screen(&framework);
        for row in 0..county.branches.len() {
            let told = screening.truth(Hit { table: 2, row: u32::try_from(row).expect("few"), rule: 0 }).expect("it runs");
            prop_assert_eq!(told.known(), naive(&when, &county, row), "branch {}", row);
        }
    }

    /// Taking values away only takes leads away or turns them into doubts, and never turns an answer
    /// into the other: not even that of an order, where all that are due have their places.
    #[test]
    fn knowing_less_never_gives_more_leads(when in a_condition(), county in a_county(), which in any::<prop::sample::Index>()) {
        let framework = framework(vec![rule("r", None, when)]);
        let before = county.screen(&framework);
        let leads = before.leads();
        let mut fewer = county;
        let cells = fewer.readings.iter().map(Vec::len).sum::<usize>() + fewer.branches.len() * 2;
        let mut n = which.index(cells);
        for value in fewer.readings.iter_mut().flatten() {
            if n == 0 { *value = None; }
            n = n.wrapping_sub(1);
        }
        for (_, text) in fewer.branches.iter_mut().flat_map(|(_, cells)| cells) {
            if n == 0 { text.clear(); }
            n = n.wrapping_sub(1);
        }
        let screening = fewer.screen(&framework);
        let then = screening.leads();
        prop_assert!(then.iter().all(|hit| leads.contains(hit)));
        for row in 0..u32::try_from(fewer.branches.len()).expect("few") {
            let hit = Hit { table: 2, row, rule: 0 };
            let (old, new) = (before.truth(hit).expect("it runs"), screening.truth(hit).expect("it runs"));
            prop_assert!(new == old || new == Truth::Unknown, "{old:?} {new:?}");
        }
        for hit in leads.iter().filter(|hit| !then.contains(hit)) {
            prop_assert_eq!(screening.truth(*hit), Some(Truth::Unknown));
        }
    }

    /// What is kept after changes is what screening everything anew gives.
    #[test]
    fn screening_a_change_is_screening_everything(whens in prop::collection::vec(a_condition(), 1..4), county in a_county(), changed in a_county()) {
        let rules = whens.into_iter().enumerate().map(|(n, when)| rule(&n.to_string(), (n % 3 == 2).then_some("leaf"), when)).collect();
        let framework = framework(rules);
        let mut screening = county.screen(&framework);
        let mut then = county;
        let mut changes = Vec::new();
        let program = Arc::clone(screening.program());
        for (row, (mine, other)) in (0u32..).zip(then.readings.iter_mut().zip(&changed.readings)) {
            mine.clone_from(other);
            for (look, of) in program.looks.iter().enumerate() {
                let given = mine.get(usize::from(of.back)).copied().flatten().map_or(Given::Gap(Gap::Missing), Given::Number);
                changes.push(Change::Reading { look, table: 1, row, given });
            }
        }
        for (row, (mine, other)) in (0u32..).zip(then.branches.iter_mut().zip(&changed.branches)) {
            mine.1.clone_from(&other.1);
            for (field, heading) in program.fields.iter().enumerate() {
                let text = mine.1.iter().find(|(h, _)| h == heading).map_or(String::new(), |(_, v)| v.clone());
                changes.push(Change::Cell { field, table: 2, row, text });
            }
        }
        let before = (screening.leads(), screening.doubts());
        let flips = screening.update(&changes);
        let anew = then.screen(&framework);
        prop_assert_eq!((screening.leads(), screening.doubts()), (anew.leads(), anew.doubts()));
        prop_assert_eq!(flips.is_empty(), flips.iter().all(|f| f.before == f.after));
        if before != (anew.leads(), anew.doubts()) {
            prop_assert!(!flips.is_empty());
        }
    }
}

/// The leaf's reading, and that of the branch where branches report it themselves.
fn own(county: &County, framework: &Framework, own: &[Option<f64>]) -> Screening {
    let program = Program::compile(framework, DAY);
    let mut data = county.data(&program);
    for series in &mut data.series {
        let mut column = Readings::default();
        own.iter().for_each(|value| column.push(value.map_or(Given::Gap(Gap::Missing), Given::Number)));
        series.tables[2] = Arc::new(column);
    }
    for groups in &mut data.groups {
        groups[2] = Arc::new(vec![0; own.len()]);
    }
    Screening::new(Arc::new(program), data)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Where branches report an indicator themselves, what their unit has does not count; a change of the
    /// branch's own reading screens it again, one of the unit's does not.
    #[test]
    fn a_branch_is_judged_by_its_own_reading(unit in 0.0..10.0_f64, mine in proptest::option::of(0.0..10.0_f64), next in 0.0..10.0_f64) {
        let framework = framework(vec![rule("r", None, Condition::Test(test(reading("X-1"), Op::Less, n(5.0))))]);
        let county = one(&[], &[Some(unit)]);
        let hit = Hit { table: 2, row: 0, rule: 0 };
        prop_assert_eq!(county.screen(&framework).truth(hit), Some(Truth::from(unit < 5.0)));
        let mut screening = own(&county, &framework, &[mine]);
        prop_assert_eq!(screening.truth(hit), Some(mine.map_or(UNKNOWN, |mine| Truth::from(mine < 5.0))));
        let change = |table, value| Change::Reading { look: 0, table, row: 0, given: Given::Number(value) };
        prop_assert_eq!(screening.update(&[change(1, next)]).len(), 0);
        screening.update(&[change(2, next)]);
        prop_assert_eq!(screening.truth(hit), Some(Truth::from(next < 5.0)));
    }
}

#[test]
fn branches_have_places_among_branches_where_they_report() {
    let mut last = test(reading("X-1"), Op::AtMost, n(1.0));
    last.rank = Some(Rank { within: "top".into(), from_worst: true, share: false });
    let framework = framework(vec![Rule { enabled: true, ..rule("last", None, Condition::Test(last)) }]);
    let branches = (0..3).map(|_| (Some(0), Vec::new())).collect();
    let county = County { readings: vec![vec![Some(9.0)]], branches };
    let screening = own(&county, &framework, &[Some(3.0), Some(1.0), Some(2.0)]);
    let truths: Vec<_> = (0..3).map(|row| screening.truth(Hit { table: 2, row, rule: 0 }).expect("it runs")).collect();
    assert_eq!(truths, [FAILS, HOLDS, FAILS]);
}
