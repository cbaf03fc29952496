use super::answer::{Amount, Answer};
use super::held::{Verdict, held, sum};
use super::member::{Member, Members};
use crate::domain::form::CellAt;
use crate::domain::id::Uid;
use crate::domain::sheet::Words;
use crate::framework::condition::Op;
use crate::framework::form::Check;

fn at(name: &str) -> CellAt {
    CellAt::parse(name).expect("a cell")
}

fn answer(name: &str, value: Option<f64>, open: usize) -> Answer {
    let amount = value.map_or(Amount::Missing, |value| Amount::Number { value, unit: String::new() });
    let doubtful = Members { all: open, listed: Vec::new() };
    Answer { at: at(name), label: Words::data(name), amount, doubtful, ..Answer::empty(at(name)) }
}

fn verdict(left: &[&str], op: Op, right: &[&str], answers: &[Answer]) -> Verdict {
    let cells = |names: &[&str]| names.iter().map(|name| at(name)).collect();
    held(&Check { label: None, left: cells(left), op, right: cells(right) }, answers).verdict
}

#[test]
fn sums_hold_or_fail_or_cannot_be_told() {
    let told = [answer("B1", Some(5.0), 0), answer("B2", Some(3.0), 0), answer("B3", Some(2.0), 0), answer("B4", None, 0)];
    assert_eq!(verdict(&["B1"], Op::Equal, &["B2", "B3"], &told), Verdict::Holds);
    assert_eq!(verdict(&["B1"], Op::Equal, &["B2"], &told), Verdict::Fails);
    assert_eq!(verdict(&["B2"], Op::AtMost, &["B1"], &told), Verdict::Holds);
    assert_eq!(verdict(&["B1"], Op::Less, &["B2", "B3"], &told), Verdict::Fails);
    assert_eq!(verdict(&["B1"], Op::Equal, &["B2", "B4"], &told), Verdict::Untold, "an empty cell is not 0");
    // Two of five have no state: their sum may be right.
    let open = [answer("B1", Some(5.0), 0), answer("B2", Some(3.0), 2)];
    assert_eq!(verdict(&["B1"], Op::Equal, &["B2"], &open), Verdict::Untold);
    assert_eq!(verdict(&["B1"], Op::AtLeast, &["B2"], &open), Verdict::Holds);
    assert_eq!(verdict(&["B1"], Op::More, &["B2"], &open), Verdict::Untold, "it may be 5 too");
    assert_eq!(verdict(&["B1"], Op::AtMost, &["B1", "B2"], &open), Verdict::Holds);
    let much = [answer("B1", Some(5.0), 0), answer("B2", Some(6.0), 2)];
    assert_eq!(verdict(&["B1"], Op::Equal, &["B2"], &much), Verdict::Fails, "too many already");
    assert_eq!(sum(&[at("C6"), at("D7")]), "C6+D7");
}

#[test]
fn a_cell_names_the_first_and_counts_all() {
    let member = |n: usize| {
        let uid = Uid::of_branch("990121", &n.to_string());
        let (looked, missing) = (Vec::new(), Vec::new());
        Member { own: uid, name: format!("第{n}支部"), uid, way: Vec::new(), source: format!("甲.csv:{n}"), looked, missing }
    };
    let counted = Members { all: 60, listed: (0..50).map(member).collect() };
    let doubtful = Members { all: 1, listed: vec![member(99)] };
    let detail = Answer { counted, doubtful, ..answer("B1", Some(60.0), 0) }.detail();
    assert_eq!(detail.len(), 1 + 1 + 1 + 50 + 1);
    assert_eq!(detail[0], Words::fill("panel.form.who_open", [Words::data("1")]), "the doubtful come first");
    assert_eq!(detail[1], Words::data("第99支部  甲.csv:99"));
    assert_eq!(detail.last(), Some(&Words::fill("panel.form.more", [Words::data("10")])));
}
