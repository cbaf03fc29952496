//! Indicators as a framework declares them, and the arithmetic that follows from their kind.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::id::{BRANCHES, IndicatorId, LevelId};
use super::value::{Origin, Reading, SMALL_BASE, Shown, State};

/// What a number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// How many.
    Count,
    /// Percent, from numerator and denominator.
    Ratio,
    /// Money, in the indicator's unit.
    Money,
    /// Area, in the indicator's unit.
    Area,
    /// Yes (1) or no (0).
    Bool,
    /// Points.
    Score,
    /// Days.
    Days,
    /// A share that a document names, percent: shown as information, never as a quota to be filled.
    Quota,
    /// A level of an order: 星级. Never averaged.
    Star,
    /// A theme won (1) or not (0).
    Badge,
    /// Days between two events.
    Interval,
}

/// Which way is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// High is better.
    Up,
    /// Low is better.
    Down,
    /// A given value is right.
    Fixed,
    /// Only shown, never judged.
    Display,
}

/// How a parent's value follows from the units below.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rollup {
    /// Add.
    Sum,
    /// Numerators over denominators.
    Weighted,
    /// Percent of units at or above the indicator's threshold.
    ShareAtOrAbove,
    /// The one that is worst by direction.
    Worst,
    /// The middle one.
    Median,
    /// The plain mean of the units that reported, each weighing the same: 平均每村3个.
    Mean,
    /// No value above its own level.
    None,
}

/// How classes are cut where there are no policy bands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Classing {
    /// The policy bands of the framework, else quantiles.
    #[default]
    Policy,
    /// As many units in each class as possible.
    Quantile,
    /// Equal steps.
    Equal,
    /// Natural breaks (Fisher–Jenks).
    Natural,
}

/// What a derived indicator counts; the words a framework may use in `source`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Derived {
    /// Branches in the unit.
    Branches,
    /// Leads 待核 that hold in the unit.
    Leads,
    /// Units of the lowest level that has any, in the unit.
    Units,
    /// Covered over all, by the coverage that the indicator names.
    Covered,
}

/// Something that must hold between two indicators of one unit and period: 工作覆盖率 ≥ 组织覆盖率.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// `>=` or `<=`.
    pub at_least: bool,
    /// The other one.
    pub other: IndicatorId,
}

impl Check {
    /// Whether it holds for the indicator's own value and that of the other one.
    #[must_use]
    pub fn holds(&self, own: f64, other: f64) -> bool {
        if self.at_least { own >= other } else { own <= other }
    }
}

/// An indicator of the framework.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Indicator {
    /// Its id.
    pub id: IndicatorId,
    /// Chinese label.
    pub label: String,
    /// English label.
    pub label_en: String,
    /// Short label for table heads, at most 4 Chinese characters.
    pub short: String,
    /// Other headings under which office tables write it.
    pub synonyms: Vec<String>,
    /// Unit of measure, `%`, `万元`, `㎡`.
    pub unit: String,
    /// What the number is.
    pub kind: Kind,
    /// The level that reports it, or [`BRANCHES`].
    pub level: LevelId,
    /// Which way is better.
    pub direction: Direction,
    /// How it is rolled up.
    pub rollup: Rollup,
    /// Share of the due units that must have reported for a roll-up to be complete, 0–1.
    pub min_share: f64,
    /// Lower bounds of the policy bands, ascending, without the first; empty: classes are computed.
    pub bands: Vec<f64>,
    /// Threshold of [`Rollup::ShareAtOrAbove`].
    pub threshold: Option<f64>,
    /// Counted from the store instead of read from a table.
    pub derived: Option<Derived>,
    /// What is in the numerator and the denominator, in words.
    pub definition: String,
    /// The document it comes from, as the framework names it; empty: 未配置.
    pub document: String,
    /// Months between reports (1, 3, 6, 12).
    pub every_months: u8,
    /// Department that leads it, never a person; empty: 未配置.
    #[serde(default)]
    pub lead: String,
    /// What must hold between it and others.
    #[serde(default)]
    pub checks: Vec<Check>,
    /// Of [`Derived::Covered`]: the id of the coverage.
    #[serde(default)]
    pub coverage: Option<String>,
    /// What it was written from (`F13`, `M08`).
    #[serde(default)]
    pub material: Vec<String>,
}

impl Indicator {
    /// Whether branches report it, each for itself.
    #[must_use]
    pub fn is_of_branches(&self) -> bool {
        self.level.as_str() == BRANCHES
    }

    /// The unit of measure of a rolled-up value: a share is a percentage whatever its parts are.
    #[must_use]
    pub fn rolled_unit(&self) -> &str {
        if self.rollup == Rollup::ShareAtOrAbove { "%" } else { &self.unit }
    }

    /// Whether values of both mean the same: what is counted, in what, where, how it is rolled up and cut.
    #[must_use]
    pub fn is_defined_as(&self, other: &Self) -> bool {
        self.kind == other.kind
            && self.unit == other.unit
            && self.level == other.level
            && self.direction == other.direction
            && self.rollup == other.rollup
            && self.threshold == other.threshold
            && self.bands == other.bands
            && self.derived == other.derived
            && self.coverage == other.coverage
            && self.definition == other.definition
    }

    /// The value of a parent from the readings of **all** its units on the reporting level.
    ///
    /// `None` and `NotDue` are not due and leave n and N alone; `Missing` counts in N only.
    #[must_use]
    pub fn roll_up(&self, below: impl IntoIterator<Item = Reading>) -> Shown {
        let mut tally = Tally::default();
        for reading in below {
            tally.add(self, reading);
        }
        tally.finish(self)
    }

    /// A reading of the reporting level itself, as shown.
    #[must_use]
    pub fn show(&self, reading: Reading) -> Shown {
        let (reported, due) = match reading.state {
            State::Value => (1, 1),
            State::Missing => (0, 1),
            State::None | State::NotDue => (0, 0),
        };
        // Over 1 it is a yes or no, no ratio to be careful with.
        let small_base = self.small_base(reading) && reading.den.is_some_and(|den| den > 1.0);
        Shown { reading, origin: Origin::Reported, reported, due, incomplete: false, small_base, roll_up: None }
    }

    fn small_base(&self, reading: Reading) -> bool {
        reading.state == State::Value
            && (self.kind == Kind::Ratio || self.rollup == Rollup::ShareAtOrAbove)
            && reading.den.is_some_and(|den| den < SMALL_BASE)
    }
}

/// The indicators that a person may mean by a word: the one with this id, else those with this id in
/// any framework, else those with this label. Exactly one is an answer.
#[must_use]
pub fn meant<'i>(all: &'i [Arc<Indicator>], word: &str) -> Vec<&'i Arc<Indicator>> {
    let by = |is: &dyn Fn(&Indicator) -> bool| all.iter().filter(|i| is(i)).collect::<Vec<_>>();
    let ways: [&dyn Fn(&Indicator) -> bool; 4] =
        [&|i| i.id.as_str() == word, &|i| i.id.bare() == word, &|i| i.label == word, &|i| i.short == word];
    ways.into_iter().map(by).find(|found| !found.is_empty()).unwrap_or_default()
}

/// The indicator that something kept names. What was kept before frameworks stood side by side has no
/// framework in its id; it is the tree's, whose indicators come first.
#[must_use]
pub fn kept<'i>(all: &'i [Arc<Indicator>], id: &IndicatorId) -> Option<&'i Arc<Indicator>> {
    all.iter().find(|i| i.id == *id).or_else(|| all.iter().find(|i| i.id.bare() == id.as_str()))
}

/// A running roll-up. Tallies of disjoint sets merge, so a tree is rolled up in one pass.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tally {
    /// Units that reported.
    pub reported: u32,
    /// Units that were due.
    pub due: u32,
    not_due: u32,
    none: u32,
    num: f64,
    den: f64,
    parts: bool,
    /// Kept only for the rules that need every value.
    values: Vec<f64>,
}

impl Tally {
    /// Adds one reading of the reporting level.
    pub fn add(&mut self, indicator: &Indicator, reading: Reading) {
        match reading.state {
            State::Missing => self.due += 1,
            State::NotDue => self.not_due += 1,
            State::None => self.none += 1,
            State::Value => {
                self.due += 1;
                self.reported += 1;
                let value = reading.value.unwrap_or_default();
                match indicator.rollup {
                    Rollup::Sum => self.num += value,
                    Rollup::Weighted => match (reading.num, reading.den) {
                        (Some(num), Some(den)) => {
                            self.parts = true;
                            self.num += num;
                            self.den += den;
                        }
                        // A percentage without its parts cannot be weighed: it was reported, but
                        // it does not count towards the value.
                        _ => self.reported -= 1,
                    },
                    Rollup::ShareAtOrAbove => {
                        self.den += 1.0;
                        self.num += f64::from(u8::from(indicator.threshold.is_none_or(|t| value >= t)));
                    }
                    Rollup::Mean => {
                        self.den += 1.0;
                        self.num += value;
                    }
                    Rollup::Worst | Rollup::Median => self.values.push(value),
                    Rollup::None => {}
                }
            }
        }
    }

    /// Adds the tally of a disjoint set of units.
    pub fn merge(&mut self, other: &Self) {
        self.reported += other.reported;
        self.due += other.due;
        self.not_due += other.not_due;
        self.none += other.none;
        self.num += other.num;
        self.den += other.den;
        self.parts |= other.parts;
        self.values.extend_from_slice(&other.values);
    }

    /// The parent's value.
    #[must_use]
    pub fn finish(mut self, indicator: &Indicator) -> Shown {
        let reading = if self.reported == 0 || indicator.rollup == Rollup::None {
            let state = if self.due > 0 {
                State::Missing
            } else if self.none > 0 {
                State::None
            } else if self.not_due > 0 {
                State::NotDue
            } else {
                State::Missing
            };
            Reading { state, ..Reading::MISSING }
        } else {
            match indicator.rollup {
                Rollup::Sum => Reading::of(self.num),
                Rollup::Weighted | Rollup::ShareAtOrAbove => Reading::ratio(self.num, self.den),
                Rollup::Mean => Reading::of(self.num / self.den),
                Rollup::Worst => {
                    let pick = if indicator.direction == Direction::Down { f64::max } else { f64::min };
                    self.values.iter().copied().reduce(pick).map_or(Reading::MISSING, Reading::of)
                }
                Rollup::Median => {
                    self.values.sort_by(f64::total_cmp);
                    let (n, mid) = (self.values.len(), self.values.len() / 2);
                    let value = if n % 2 == 1 { self.values[mid] } else { f64::midpoint(self.values[mid - 1], self.values[mid]) };
                    Reading::of(value)
                }
                Rollup::None => Reading::MISSING,
            }
        };
        let share = if self.due == 0 { 1.0 } else { f64::from(self.reported) / f64::from(self.due) };
        Shown {
            reading,
            origin: Origin::RolledUp,
            reported: self.reported,
            due: self.due,
            incomplete: self.due > 0 && share < indicator.min_share,
            small_base: indicator.small_base(reading),
            roll_up: None,
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn sample(kind: Kind, rollup: Rollup) -> Indicator {
        Indicator {
            id: "X-1".into(),
            label: "例".into(),
            label_en: "sample".into(),
            short: "例".into(),
            synonyms: vec![],
            unit: "%".into(),
            kind,
            level: "leaf".into(),
            direction: Direction::Up,
            rollup,
            min_share: 0.8,
            bands: vec![],
            threshold: None,
            derived: None,
            definition: String::new(),
            document: String::new(),
            every_months: 3,
            lead: String::new(),
            checks: Vec::new(),
            coverage: None,
            material: Vec::new(),
        }
    }

    #[test]
    fn ratios_weigh_their_parts_and_count_what_is_missing() {
        let ind = sample(Kind::Ratio, Rollup::Weighted);
        let shown = ind.roll_up([
            Reading::ratio(1.0, 1.0),
            Reading::ratio(0.0, 3.0),
            Reading::MISSING,
            Reading { state: State::NotDue, ..Reading::MISSING },
        ]);
        assert_eq!(shown.reading.value, Some(25.0));
        assert_eq!((shown.reported, shown.due), (2, 3));
        assert!(shown.incomplete && shown.small_base);
    }

    #[test]
    fn nothing_due_is_not_missing_and_never_zero() {
        let ind = sample(Kind::Count, Rollup::Sum);
        let state = |s| Reading { state: s, ..Reading::MISSING };
        assert_eq!(ind.roll_up([state(State::None), state(State::NotDue)]).reading.state, State::None);
        assert_eq!(ind.roll_up([state(State::NotDue)]).reading.state, State::NotDue);
        assert_eq!(ind.roll_up([state(State::Missing)]).reading.state, State::Missing);
        assert_eq!(ind.roll_up([Reading::of(0.0)]).reading.value, Some(0.0));
    }

    #[test]
    fn shares_worst_and_median() {
        let mut ind = sample(Kind::Money, Rollup::ShareAtOrAbove);
        ind.threshold = Some(5.0);
        let values = [4.0, 5.0, 12.0, 9.0].map(Reading::of);
        assert_eq!(ind.roll_up(values).reading.value, Some(75.0));
        ind.rollup = Rollup::Worst;
        assert_eq!(ind.roll_up(values).reading.value, Some(4.0));
        ind.direction = Direction::Down;
        assert_eq!(ind.roll_up(values).reading.value, Some(12.0));
        ind.rollup = Rollup::Median;
        assert_eq!(ind.roll_up(values).reading.value, Some(7.0));
    }

    #[test]
    fn a_mean_is_of_those_that_reported_and_no_ratio() {
        let ind = Indicator { unit: "个".into(), ..sample(Kind::Count, Rollup::Mean) };
        let shown = ind.roll_up([Reading::of(4.0), Reading::of(9.0), Reading::MISSING, Reading { state: State::None, ..Reading::MISSING }]);
        assert_eq!((shown.reading, shown.reported, shown.due), (Reading::of(6.5), 2, 3));
        assert_eq!((ind.rolled_unit(), shown.small_base, shown.incomplete), ("个", false, true));
        assert_eq!(ind.roll_up([Reading::MISSING]).reading, Reading::MISSING);
        // Means of halves are no mean of the whole: tallies merge, values do not.
        let tally = |values: &[f64]| {
            let mut tally = Tally::default();
            values.iter().for_each(|value| tally.add(&ind, Reading::of(*value)));
            tally
        };
        let mut whole = tally(&[1.0]);
        whole.merge(&tally(&[4.0, 7.0]));
        assert_eq!(whole.finish(&ind).reading.value, Some(4.0));
    }

    #[test]
    fn a_bare_id_means_the_only_one_and_what_was_kept_the_first() {
        let of = |id: &str, label: &str| Arc::new(Indicator { id: id.into(), label: label.into(), ..sample(Kind::Count, Rollup::Sum) });
        let all = [of("a/X-1", "甲"), of("b/X-1", "乙"), of("b/X-2", "丙")];
        let ids = |word: &str| meant(&all, word).into_iter().map(|i| i.id.as_str()).collect::<Vec<_>>();
        assert_eq!(ids("b/X-1"), ["b/X-1"]);
        assert_eq!(ids("X-2"), ["b/X-2"]);
        assert_eq!(ids("X-1"), ["a/X-1", "b/X-1"]);
        assert_eq!(ids("乙"), ["b/X-1"]);
        assert!(ids("X-9").is_empty());
        assert_eq!(kept(&all, &"X-1".into()).map(|i| i.id.as_str()), Some("a/X-1"));
        assert_eq!(kept(&all, &"c/X-1".into()), None);
    }

    #[test]
    fn merging_tallies_equals_one_pass() {
        for rollup in [Rollup::Sum, Rollup::Weighted, Rollup::Median, Rollup::Worst] {
            let ind = sample(Kind::Ratio, rollup);
            // Exact in binary, so that the order of adding cannot show.
            let all = [Reading::ratio(3.0, 4.0), Reading::MISSING, Reading::ratio(2.0, 4.0), Reading::ratio(1.0, 8.0)];
            let mut left = Tally::default();
            let mut right = Tally::default();
            all[..2].iter().for_each(|r| left.add(&ind, *r));
            all[2..].iter().for_each(|r| right.add(&ind, *r));
            left.merge(&right);
            assert_eq!(left.finish(&ind), ind.roll_up(all));
        }
    }
}
