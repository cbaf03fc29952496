//! The figures of the published material, held by the frameworks: what was published comes out of
//! their roll-ups, checks, targets and score cards. The figures are in `figures.toml`.

use std::collections::BTreeSet;

use serde::Deserialize;
use xiantu::domain::indicator::{Indicator, Rollup};
use xiantu::domain::value::Reading;
use xiantu::framework::Framework;
use xiantu::framework::condition::{Literal, Right};
use xiantu::framework::schema::{Goal, RatingKind};

use crate::frameworks::load;
use crate::support::root;

#[derive(Deserialize)]
struct Table {
    figure: Vec<Figure>,
    left_out: Vec<LeftOut>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LeftOut {
    of: String,
    why: String,
}

#[derive(Deserialize, Debug)]
struct Figure {
    /// The row of the material: `B22`.
    of: String,
    /// The framework.
    r#in: String,
    /// Words of the definition of the indicator.
    said: Option<String>,
    #[serde(flatten)]
    proof: Proof,
}

#[derive(Deserialize, Debug)]
#[serde(tag = "by", rename_all = "lowercase")]
enum Proof {
    Sum { indicator: String, parts: Vec<f64>, times: Option<usize>, value: f64 },
    Ratio { indicator: String, parts: Vec<[f64; 2]>, value: f64 },
    Share { indicator: String, parts: Vec<(f64, usize)>, value: f64 },
    Shown { indicator: String, value: f64 },
    Check { upper: String, lower: String, values: [f64; 2] },
    Target { target: String, value: f64, op: Option<String>, due: Option<String>, each: Option<bool> },
    Band { target: String, values: [f64; 2], due: Option<String> },
    Premises { premises: String, value: f64 },
    Scorecard { scorecard: String, points: Vec<f64>, total: f64, example: Vec<f64>, given: f64 },
    Beat { cadence: String, when: String },
    Tasks { group: String, count: usize },
    Pairing { pairing: String, to: String, least: Option<u16> },
    Establish { establish: String, value: f64 },
    Quota { workflow: String, value: f64 },
    Limits { workflow: String, limits: Vec<String> },
    Region { kind: String, count: usize },
    Matrix { matrix: String, rows: usize, cols: usize },
    Mean { indicator: String, parts: Vec<f64>, value: f64 },
    Rule { rule: String, values: Vec<f64> },
    Rating { rating: String, count: usize },
    Apart { indicator: String, parts: Vec<f64>, sum: f64, whole: f64 },
}

fn table() -> Table {
    let text = std::fs::read_to_string(root().join("tests/it/figures.toml")).expect("the figures");
    toml::from_str(&text).expect("their table")
}

fn indicator<'f>(framework: &'f Framework, id: &str) -> Result<&'f Indicator, String> {
    framework.indicators.iter().find(|i| i.id.as_str() == id).map(|i| &**i).ok_or(format!("no indicator {id}"))
}

/// Tenths of a percent are what screens show of a share.
fn near(found: Option<f64>, wanted: f64) -> Result<(), String> {
    match found {
        Some(found) if (found - wanted).abs() < 0.05 => Ok(()),
        other => Err(format!("{other:?} instead of {wanted}")),
    }
}

fn same<T: PartialEq + std::fmt::Debug>(found: T, wanted: T) -> Result<(), String> {
    if found == wanted { Ok(()) } else { Err(format!("{found:?} instead of {wanted:?}")) }
}

fn item<'i, T>(items: &'i [T], what: &str, is: impl Fn(&T) -> bool) -> Result<&'i T, String> {
    items.iter().find(|item| is(item)).ok_or(format!("no {what}"))
}

impl Proof {
    /// The indicator that shows it.
    fn indicator(&self) -> Option<&str> {
        match self {
            Self::Sum { indicator, .. }
            | Self::Ratio { indicator, .. }
            | Self::Share { indicator, .. }
            | Self::Shown { indicator, .. }
            | Self::Mean { indicator, .. }
            | Self::Apart { indicator, .. } => Some(indicator),
            _ => None,
        }
    }

    fn holds(&self, f: &Framework) -> Result<(), String> {
        match self {
            Self::Sum { indicator: id, parts, times, value } => {
                let i = indicator(f, id)?;
                same(i.rollup, Rollup::Sum)?;
                let parts = parts.iter().flat_map(|part| std::iter::repeat_n(*part, times.unwrap_or(1)));
                same(i.roll_up(parts.map(Reading::of)).reading.value, Some(*value))
            }
            Self::Ratio { indicator: id, parts, value } => {
                let i = indicator(f, id)?;
                same(i.rollup, Rollup::Weighted)?;
                near(i.roll_up(parts.iter().map(|[num, den]| Reading::ratio(*num, *den))).reading.value, *value)
            }
            Self::Share { indicator: id, parts, value } => {
                let i = indicator(f, id)?;
                same(i.rollup, Rollup::ShareAtOrAbove)?;
                let units = parts.iter().flat_map(|(value, units)| std::iter::repeat_n(*value, *units));
                near(i.roll_up(units.map(Reading::of)).reading.value, *value)
            }
            Self::Shown { indicator: id, value } => same(indicator(f, id)?.show(Reading::of(*value)).reading.value, Some(*value)),
            Self::Check { upper, lower, values: [high, low] } => check(f, upper, lower, *high, *low),
            Self::Target { target: id, value, op, due, each } => {
                let target = item(&f.targets, "target", |t| t.named.id == *id)?;
                match target.goal {
                    Goal::Bound(sign, wanted) => {
                        same(wanted, *value)?;
                        same(sign.sign(), op.as_deref().unwrap_or(">="))?;
                    }
                    other => return Err(format!("{other:?} and not {value}")),
                }
                same(target.each, each.unwrap_or(false))?;
                same(target.due.map(|day| day.to_string()).as_ref(), due.as_ref())
            }
            Self::Band { target: id, values: [from, to], due } => {
                let target = item(&f.targets, "target", |t| t.named.id == *id)?;
                same(target.goal, Goal::Between(*from, *to))?;
                same(target.due.map(|day| day.to_string()).as_ref(), due.as_ref())
            }
            Self::Premises { premises: id, value } => same(item(&f.premises, "premises", |p| p.named.id == *id)?.min_m2, Some(*value)),
            Self::Scorecard { scorecard: id, points, total, example, given } => {
                let card = item(&f.scorecards, "score card", |c| c.named.id == *id)?;
                same(&card.sections.iter().map(|s| s.points).collect(), points)?;
                same(&card.sections.iter().filter_map(|s| s.example).collect(), example)?;
                same((card.total, points.iter().sum()), (*total, *total))?;
                same(example.iter().sum(), *given)?;
                // The material gives no line between grades, so neither does the framework.
                same(card.grades.len(), 0)
            }
            Self::Beat { cadence: id, when } => same(&format!("{:?}", item(&f.cadences, "cadence", |c| c.named.id == *id)?.beat), when),
            Self::Tasks { group, count } if group.is_empty() => same(f.zones.iter().map(|z| z.tasks.len()).sum(), *count),
            Self::Tasks { group, count } => same(f.tasks.iter().filter(|t| t.group == *group).count(), *count),
            Self::Pairing { pairing: id, to, least } => {
                let pairing = item(&f.pairings, "pairing", |p| p.named.id == *id)?;
                same((pairing.to.as_str(), pairing.min_per_year), (to, *least))
            }
            Self::Establish { establish: id, value } => {
                let rule = item(&f.establish, "establishment rule", |e| e.named.id == *id)?;
                let numbers: Vec<&Right> = rule.when.tests().into_iter().map(|test| &test.right).collect();
                same(numbers, vec![&Right::Literal(Literal::Number(*value))])
            }
            Self::Quota { workflow: id, value } => same(item(&f.workflows, "workflow", |w| w.named.id == *id)?.share_percent, Some(*value)),
            Self::Limits { workflow: id, limits } => {
                let workflow = item(&f.workflows, "workflow", |w| w.named.id == *id)?;
                same(&workflow.limits.iter().map(|l| format!("{} {} {:?}", l.step, l.within, l.span)).collect(), limits)
            }
            Self::Region { kind, count } => same(f.regions.iter().filter(|r| r.kind == *kind).count(), *count),
            Self::Matrix { matrix: id, rows, cols } => {
                let matrix = item(&f.matrices, "matrix", |m| m.named.id == *id)?;
                same((matrix.rows.len(), matrix.cols.len()), (*rows, *cols))?;
                same(matrix.cells.iter().flatten().filter(|cell| cell.is_some()).count(), rows * cols)
            }
            Self::Mean { indicator: id, parts, value } => {
                let i = indicator(f, id)?;
                same(i.rollup, Rollup::Mean)?;
                near(i.roll_up(parts.iter().map(|part| Reading::of(*part))).reading.value, *value)
            }
            Self::Rule { rule: id, values } => {
                let rule = item(&f.rules, "rule", |r| r.id == *id)?;
                let numbers = rule.when.tests().into_iter().filter_map(|test| match &test.right {
                    Right::Literal(Literal::Number(number)) => Some(*number),
                    _ => None,
                });
                same(&numbers.collect(), values)
            }
            Self::Rating { rating: id, count } => {
                let rating = item(&f.ratings, "rating", |r| r.named.id == *id)?;
                let found = match &rating.kind {
                    RatingKind::Levels { levels, max, .. } => max.map_or(levels.len(), usize::from),
                    RatingKind::Badges(badges) => badges.len(),
                    RatingKind::Score { grades, .. } => grades.len(),
                };
                same(found, *count)
            }
            Self::Apart { indicator: id, parts, sum, whole } => {
                near(indicator(f, id)?.roll_up(parts.iter().map(|part| Reading::of(*part))).reading.value, *sum)?;
                near(Some(*whole), *sum).err().map(|_| ()).ok_or("the parts are the whole".to_owned())?;
                same(f.head.note.contains(&sum.to_string()), true).map_err(|_| "the note does not say so".to_owned())
            }
        }
    }
}

/// The definition of the indicator that shows a figure says what was published.
fn said(f: &Framework, figure: &Figure) -> Result<(), String> {
    let Some(words) = &figure.said else { return Ok(()) };
    let of = figure.proof.indicator().ok_or("no indicator to say it")?;
    let shows = indicator(f, of)?;
    // What is counted as covered is said where it is declared.
    let counted = f.coverages.iter().find(|c| Some(&c.named.id) == shows.coverage.as_ref());
    let definition = counted.map_or(&shows.definition, |coverage| &coverage.definition);
    if definition.contains(words.as_str()) { Ok(()) } else { Err(format!("{words} does not stand in: {definition}")) }
}

/// The framework holds one indicator against the other: what was published passes, and turned round it
/// would not (two equal figures pass both ways).
fn check(f: &Framework, upper: &str, lower: &str, high: f64, low: f64) -> Result<(), String> {
    let (own, other) = (indicator(f, upper)?, indicator(f, lower)?);
    same(own.level.as_str(), other.level.as_str())?;
    let declared =
        |of: &Indicator, to: &Indicator, at_least: bool| of.checks.iter().find(|c| c.at_least == at_least && c.other == to.id).cloned();
    let (above, below) = (declared(own, other, true), declared(other, own, false));
    let passes = |own: f64, other: f64| above.as_ref().map(|c| c.holds(own, other)).or_else(|| below.as_ref().map(|c| c.holds(other, own)));
    same(passes(high, low), Some(true)).map_err(|why| format!("{upper} >= {lower}: {why}"))?;
    #[allow(clippy::float_cmp, reason = "published figures, as they were published")]
    same(passes(low, high), Some(high == low))
}

#[test]
fn frameworks_hold_the_published_figures() {
    let table = table();
    let mut wrong = Vec::new();
    for figure in &table.figure {
        let framework = load(&figure.r#in);
        if let Err(why) = figure.proof.holds(framework).and_then(|()| said(framework, figure)) {
            wrong.push(format!("{} in {}: {:?}: {why}", figure.of, figure.r#in, figure.proof));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(table.figure.len() > 250, "{}", table.figure.len());
}

/// Rows B01 to B60 of the material, each held by a framework or left out with a reason.
const ROWS: usize = 60;

#[test]
fn no_row_of_the_material_is_forgotten() {
    let table = table();
    let held = table.figure.iter().map(|f| f.of.as_str());
    let left_out = table.left_out.iter().filter(|row| !row.why.is_empty()).map(|row| row.of.as_str());
    let known: BTreeSet<&str> = held.chain(left_out).collect();
    let missing: Vec<String> = (1..=ROWS).map(|n| format!("B{n:02}")).filter(|row| !known.contains(row.as_str())).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
