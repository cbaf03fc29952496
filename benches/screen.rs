//! Rules over a made-up county of 60,000 branches and 120,000 grids: everything, one change, a what-if.
//!
//! The columns are made before the clock runs: what is measured is the screening itself, with 20 rules of
//! which each looks at two things or more; and the same with the leads put into words. Then whole processes
//! on such a county, which `cargo bench --bench screen` writes into a temporary folder (`-- --make DIR`
//! writes it there and ends). Their memory is read from /proc: Linux.

#![expect(clippy::print_stdout, reason = "the figures are what it is for")]

#[path = "screen/county.rs"]
mod county;
#[path = "screen/process.rs"]
mod process;

use std::path::Path;
use std::sync::Arc;

use divan::Bencher;
use jiff::civil::{Date, date};
use xiantu::domain::id::Uid;
use xiantu::domain::indicator::{Direction, Indicator, Kind, Rollup};
use xiantu::domain::unit::{Level, Subject};
use xiantu::framework::condition::{Condition, How, Literal, Op, Operand, Over, Rank, Right, Span, Test, Window};
use xiantu::framework::schema::Basis;
use xiantu::framework::{Framework, Rule, Severity};
use xiantu::rules::{Change, Data, Gap, Given, NONE, Program, Readings, Screening, Series, Texts};

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--make", dir] => return county::make(Path::new(dir)),
        [] => process::measure(),
        _ => {}
    }
    divan::main();
}

const DAY: Date = date(2025, 11, 22);
const TOWNSHIPS: u32 = 30;
const GRIDS: u32 = 120_000;
const BRANCHES: u32 = 60_000;

fn test(left: Operand, op: Op, value: f64) -> Test {
    Test { left, op, right: Right::Literal(Literal::Number(value)), over: None, rank: None }
}

fn indicator(n: usize) -> Operand {
    Operand::Indicator(format!("X-{n}").into())
}

fn rule(id: usize, on: Option<&str>, tests: Vec<Test>) -> Rule {
    Rule {
        id: format!("r{id}"),
        label: "规则".into(),
        label_en: "rule".into(),
        subject: if on.is_some() { Subject::Unit } else { Subject::Branch },
        level: on.map(Into::into),
        when: Condition::All(tests.into_iter().map(Condition::Test).collect()),
        basis: Basis::default(),
        severity: Severity::Amber,
        kind: Some(1),
        enabled: true,
        material: Vec::new(),
    }
}

/// Five indicators, 20 rules: of fields, ages, readings, windows and one order.
fn framework() -> Framework {
    let level = |code: &str, parent: Option<&str>| Level {
        code: code.into(),
        label: code.into(),
        label_en: code.into(),
        synonyms: Vec::new(),
        parent: parent.map(Into::into),
    };
    let one = |n: usize| {
        Arc::new(Indicator {
            id: format!("X-{n}").into(),
            label: "例".into(),
            label_en: "sample".into(),
            short: "例".into(),
            synonyms: Vec::new(),
            unit: String::new(),
            kind: Kind::Count,
            level: "grid".into(),
            direction: Direction::Up,
            rollup: Rollup::Sum,
            min_share: 0.8,
            bands: Vec::new(),
            threshold: None,
            derived: None,
            definition: String::new(),
            document: String::new(),
            every_months: 1,
            lead: String::new(),
            checks: Vec::new(),
            coverage: None,
            material: Vec::new(),
        })
    };
    let field = |n: usize| Operand::Field(format!("列{n}"));
    let over = |last, how| Some(Over { last, of: Window::Period, how });
    let mut rules = Vec::new();
    for n in 0..8 {
        rules.push(rule(rules.len(), None, vec![test(field(n % 4), Op::More, 90.0), test(indicator(n % 5), Op::Less, 20.0)]));
    }
    for n in 0..4 {
        let age = Operand::Age { field: "任期届满".into(), span: Span::Months };
        rules.push(rule(rules.len(), None, vec![test(age, Op::More, 60.0), test(field(n), Op::Less, 30.0)]));
    }
    for n in 0..4 {
        let every = Test { over: over(3, How::Every), ..test(indicator(n), Op::Less, 30.0) };
        rules.push(rule(rules.len(), Some("grid"), vec![every, test(indicator(n + 1), Op::Less, 50.0)]));
    }
    for n in 0..3 {
        let count = Test { over: over(4, How::Count(3)), ..test(indicator(n), Op::Less, 20.0) };
        rules.push(rule(rules.len(), Some("grid"), vec![count]));
    }
    let rank = Some(Rank { within: "township".into(), from_worst: true, share: false });
    rules.push(rule(rules.len(), Some("grid"), vec![Test { rank, ..test(indicator(0), Op::AtMost, 3.0) }]));
    Framework {
        levels: vec![level("county", None), level("township", Some("county")), level("grid", Some("township"))],
        indicators: (0..5).map(one).collect(),
        rules,
        ..Framework::default()
    }
}

/// A number that is always the same for the same place.
fn draw(a: u32, b: u32) -> u32 {
    let mut x = a.wrapping_mul(0x9E37_79B9) ^ b.wrapping_mul(0x85EB_CA6B);
    x ^= x >> 15;
    x = x.wrapping_mul(0x2C1B_3C6D);
    x ^ (x >> 12)
}

fn data(program: &Program) -> Data {
    let fields = program.fields.iter().zip(0u32..).map(|(heading, n)| {
        let mut column = Texts::default();
        for row in 0..BRANCHES {
            let x = draw(row, n);
            match (heading.starts_with('列'), x % 20) {
                (_, 0) => column.push(""),
                (true, _) => column.push(&(x % 100).to_string()),
                (false, _) => column.push(&format!("20{:02}-{:02}-{:02}", 15 + x % 10, 1 + x % 12, 1 + x % 28)),
            }
        }
        [Texts::default(), Texts::default(), Texts::default(), column].map(Arc::new).to_vec()
    });
    let series = program.looks.iter().zip(100u32..).map(|(look, n)| {
        let mut column = Readings::default();
        for row in 0..GRIDS {
            let x = draw(row, n + u32::from(look.back));
            column.push(if x.is_multiple_of(12) { Given::Gap(Gap::Missing) } else { Given::Number(f64::from(x % 100)) });
        }
        let tables = [Readings::default(), Readings::default(), column, Readings::default()].map(Arc::new).to_vec();
        Series { period: "2025-10".parse().ok(), tables }
    });
    let grids = Arc::new((0..GRIDS).map(|row| row / (GRIDS / TOWNSHIPS)).collect::<Vec<u32>>());
    let groups = program
        .orders
        .iter()
        .map(|_| vec![Arc::new(vec![NONE]), Arc::new(vec![NONE; TOWNSHIPS as usize]), Arc::clone(&grids), Arc::default()]);
    Data {
        day: DAY,
        lens: vec![1, TOWNSHIPS, GRIDS, BRANCHES],
        units: Arc::new((0..BRANCHES).map(|row| Some((2, row * 2))).collect()),
        fields: fields.collect(),
        series: series.collect(),
        groups: groups.collect(),
    }
}

fn columns() -> (Framework, Arc<Program>, Data) {
    let framework = framework();
    let program = Arc::new(Program::compile(&framework, DAY));
    let data = data(&program);
    (framework, program, data)
}

#[divan::bench]
fn everything(bencher: Bencher) {
    let (_, program, data) = columns();
    bencher.with_inputs(|| data.clone()).bench_values(|data| Screening::new(Arc::clone(&program), data).leads().len());
}

#[divan::bench]
fn everything_with_every_lead_in_words(bencher: Bencher) {
    let (framework, program, data) = columns();
    let uid = Uid::of_branch("990121", "1");
    bencher.with_inputs(|| data.clone()).bench_values(|data| {
        let screening = Screening::new(Arc::clone(&program), data);
        let lead = |hit| screening.lead(&framework, hit, uid, Subject::Branch, "支部");
        screening.leads().into_iter().filter_map(lead).map(|lead| lead.tests.len()).sum::<usize>()
    });
}

/// One branch's fields.
#[divan::bench]
fn one_branch_changed(bencher: Bencher) {
    let (_, program, data) = columns();
    let screening = Screening::new(Arc::clone(&program), data);
    let change = |field| Change::Cell { field, table: 3, row: 31_415, text: "95".into() };
    let changes: Vec<Change> = (0..program.fields.len()).map(change).collect();
    bencher.with_inputs(|| screening.clone()).bench_refs(|screening| screening.update(&changes).len());
}

/// One grid's value, which an order of its township looks at.
#[divan::bench]
fn one_value_changed(bencher: Bencher) {
    let (_, program, data) = columns();
    let screening = Screening::new(Arc::clone(&program), data);
    let change = Change::Reading { look: 0, table: 2, row: 62_830, given: Given::Number(0.0) };
    bencher.with_inputs(|| screening.clone()).bench_refs(|screening| screening.update(std::slice::from_ref(&change)).len());
}
