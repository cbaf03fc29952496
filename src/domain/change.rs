//! Why a number changed: the difference of two roll-ups, split into parts that sum to it exactly.
//!
//! For sums, means and shares every unit has its own part. With value V = N/D before (0) and after (1), the
//! part of a unit whose numerator and denominator change by Δn and Δd is
//!
//! ```text
//! (Δn − V̄ Δd) / D̄      V̄ = (V₀+V₁)/2   D̄ = (D₀+D₁)/2
//! ```
//!
//! which does not depend on the order of the units and sums to V₁ − V₀: ΣΔn − V̄ΣΔd =
//! V₁D₁ − V₀D₀ − V̄(D₁−D₀) = (V₁−V₀)·D̄. Of a unit that reported both times it is two parts, because
//! Δn = d̄ Δv + v̄ Δd: what its own value did, d̄ Δv / D̄, and what its weight did, (v̄ − V̄) Δd / D̄. A median or a worst value has no parts of units; there the
//! groups are put in one after the other, in the order of [`Cause::ALL`], and the steps sum by telescoping.

use serde::{Deserialize, Serialize};

use super::indicator::{Direction, Indicator, Rollup, Tally};
use super::value::{Reading, State};

/// What makes a part of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// What was known of the older value then was corrected later.
    Corrected,
    /// Units that are no longer there: closed, merged away, moved out.
    Closed,
    /// Units that were not there: new, split off, moved in.
    Added,
    /// Reported then, not now.
    Dropped,
    /// Not reported then, now it is.
    Came,
    /// In both, and its denominator changed: it weighs more or less than before.
    Weighed,
    /// In both, for the better by the indicator's direction (a rise where it has none).
    Better,
    /// In both, for the worse.
    Worse,
}

impl Cause {
    /// Every cause, in the order in which they are put in.
    pub const ALL: [Self; 8] =
        [Self::Corrected, Self::Closed, Self::Added, Self::Dropped, Self::Came, Self::Weighed, Self::Better, Self::Worse];

    /// Key of its words.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Corrected => "change.corrected",
            Self::Closed => "change.closed",
            Self::Added => "change.added",
            Self::Dropped => "change.dropped",
            Self::Came => "change.came",
            Self::Weighed => "change.weighed",
            Self::Better => "change.better",
            Self::Worse => "change.worse",
        }
    }
}

/// A unit of the reporting level before and after.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Pair {
    /// The older reading as it was known at the time; `None`: the unit was not there.
    pub then: Option<Reading>,
    /// The older reading as it is known now; `None`: the unit was not there.
    pub before: Option<Reading>,
    /// The newer reading; `None`: the unit is no longer there.
    pub after: Option<Reading>,
}

/// The part of one unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UnitPart {
    /// Position of its pair.
    pub pair: usize,
    /// Why.
    pub cause: Cause,
    /// How much of the change it makes, in the unit of the roll-up; `None` where units have no parts.
    pub value: Option<f64>,
}

/// A change and its parts.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The older value as it was known at the time.
    pub then: f64,
    /// The newer value.
    pub after: f64,
    /// Per cause how much, and how many units; causes without a unit are left out.
    pub causes: Vec<(Cause, f64, u32)>,
    /// The units behind it, the largest part first.
    pub units: Vec<UnitPart>,
}

impl Change {
    /// The difference.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.after - self.then
    }

    /// The difference of the two rounded values in hundredths, and the causes, rounded so that they sum to
    /// it: what is left over goes to the parts that were rounded the furthest.
    #[must_use]
    #[allow(clippy::cast_possible_truncation, reason = "figures of a county in hundredths are far below 2^63")]
    pub fn hundredths(&self) -> (i64, Vec<i64>) {
        let total = (self.after * 100.0).round() as i64 - (self.then * 100.0).round() as i64;
        let exact: Vec<f64> = self.causes.iter().map(|(_, value, _)| value * 100.0).collect();
        let mut rounded: Vec<i64> = exact.iter().map(|value| value.round() as i64).collect();
        let mut left = total - rounded.iter().sum::<i64>();
        let mut order: Vec<usize> = (0..rounded.len()).collect();
        #[allow(clippy::cast_precision_loss, reason = "as above")]
        let off = |n: usize| exact[n] - exact[n].round();
        // Those that lost the most are raised first, those that gained the most are lowered first.
        order.sort_by(|a, b| if left > 0 { off(*b).total_cmp(&off(*a)) } else { off(*a).total_cmp(&off(*b)) });
        for n in order.into_iter().cycle().take(if rounded.is_empty() { 0 } else { left.unsigned_abs() as usize }) {
            rounded[n] += left.signum();
            left -= left.signum();
        }
        (total, rounded)
    }
}

/// Numerator and denominator that a reading adds to a roll-up; nothing where it does not count.
fn weight(indicator: &Indicator, rule: Rollup, reading: Option<Reading>) -> Option<(f64, f64)> {
    let reading = reading.filter(|r| r.state == State::Value)?;
    let value = reading.value?;
    match rule {
        Rollup::Sum => Some((value, 0.0)),
        Rollup::Weighted => Some((reading.num? * 100.0, reading.den?)),
        Rollup::Mean => Some((value, 1.0)),
        Rollup::ShareAtOrAbove => Some((if indicator.threshold.is_none_or(|t| value >= t) { 100.0 } else { 0.0 }, 1.0)),
        Rollup::Worst | Rollup::Median | Rollup::None => None,
    }
}

/// Splits the change of a roll-up by `rule`. At the reporting level itself, where a unit shows what it
/// reported, the rule is [`Rollup::Weighted`] for ratios with their parts and [`Rollup::Sum`] else.
///
/// `None` where one of the two values is not there: nothing is compared with what is missing.
#[must_use]
pub fn decompose(indicator: &Indicator, rule: Rollup, pairs: &[Pair]) -> Option<Change> {
    let rolled = |of: &dyn Fn(&Pair) -> Option<Reading>| roll(indicator, rule, pairs.iter().filter_map(of));
    let (then, before, after) = (rolled(&|p| p.then)?, rolled(&|p| p.before)?, rolled(&|p| p.after)?);
    let caused: Vec<(Option<Cause>, Option<Cause>)> = pairs.iter().map(|p| causes(indicator, rule, p)).collect();
    let mut parts = Vec::new();
    match rule {
        Rollup::Sum | Rollup::Weighted | Rollup::Mean | Rollup::ShareAtOrAbove => {
            let corrected = units(indicator, rule, pairs, |p| (p.then, p.before), then, before);
            let changed = units(indicator, rule, pairs, |p| (p.before, p.after), before, after);
            let base = base(indicator, rule, pairs);
            for (n, (first, second)) in caused.iter().enumerate() {
                parts.extend(first.map(|cause| UnitPart { pair: n, cause, value: Some(corrected[n]) }));
                let weighed =
                    if *second == Some(Cause::Weighed) || both(*second) { of_weight(rule, &pairs[n], before, after, base) } else { 0.0 };
                parts.extend((weighed != 0.0).then_some(UnitPart { pair: n, cause: Cause::Weighed, value: Some(weighed) }));
                let own = second.filter(|cause| *cause != Cause::Weighed);
                parts.extend(own.map(|cause| UnitPart { pair: n, cause, value: Some(changed[n] - weighed) }));
            }
        }
        Rollup::Worst | Rollup::Median | Rollup::None => {
            for (n, (first, second)) in caused.iter().enumerate() {
                parts.extend([*first, *second].into_iter().flatten().map(|cause| UnitPart { pair: n, cause, value: None }));
            }
        }
    }
    let mut causes: Vec<(Cause, f64, u32)> = Vec::new();
    let mut at = then;
    for cause in Cause::ALL {
        let of: Vec<&UnitPart> = parts.iter().filter(|part| part.cause == cause).collect();
        if of.is_empty() {
            continue;
        }
        let value = if of.iter().all(|part| part.value.is_some()) {
            of.iter().filter_map(|part| part.value).sum()
        } else {
            // Everything up to this cause is put in, what follows is as it was.
            let step = |(n, pair): (usize, &Pair)| {
                let (first, second) = caused[n];
                match (first.is_some_and(|c| c <= cause), second.is_some_and(|c| c <= cause)) {
                    (_, true) => pair.after,
                    (true, false) => pair.before,
                    (false, false) => pair.then,
                }
            };
            // With some units gone there may be nothing to roll up on the way: that step is 0.
            let next = roll(indicator, rule, pairs.iter().enumerate().filter_map(step)).unwrap_or(at);
            let value = next - at;
            at = next;
            value
        };
        causes.push((cause, value, u32::try_from(of.len()).unwrap_or(u32::MAX)));
    }
    parts.sort_by(|a, b| {
        let size = |part: &UnitPart| part.value.map_or(0.0, f64::abs);
        size(b).total_cmp(&size(a)).then(a.pair.cmp(&b.pair))
    });
    Some(Change { then, after, causes, units: parts })
}

/// A unit that reported both times and whose value changed.
fn both(cause: Option<Cause>) -> bool {
    matches!(cause, Some(Cause::Better | Cause::Worse))
}

/// Half the denominators of both times together.
fn base(indicator: &Indicator, rule: Rollup, pairs: &[Pair]) -> f64 {
    let den = |reading| weight(indicator, rule, reading).unwrap_or_default().1;
    pairs.iter().map(|pair| f64::midpoint(den(pair.before), den(pair.after))).sum()
}

/// The part that the weight of a unit makes; 0 where units weigh the same.
fn of_weight(rule: Rollup, pair: &Pair, from: f64, to: f64, base: f64) -> f64 {
    let (Rollup::Weighted, Some(old), Some(new)) = (rule, pair.before, pair.after) else { return 0.0 };
    let (Some(d0), Some(d1), Some(v0), Some(v1)) = (old.den, new.den, old.value, new.value) else { return 0.0 };
    (f64::midpoint(v0, v1) - f64::midpoint(from, to)) * (d1 - d0) / base
}

fn roll(indicator: &Indicator, rule: Rollup, readings: impl Iterator<Item = Reading>) -> Option<f64> {
    let by = Indicator { rollup: rule, ..indicator.clone() };
    let mut tally = Tally::default();
    readings.for_each(|reading| tally.add(&by, reading));
    tally.finish(&by).reading.value
}

/// Why a unit makes a part of the correction, and of the change.
fn causes(indicator: &Indicator, rule: Rollup, pair: &Pair) -> (Option<Cause>, Option<Cause>) {
    let counts = |reading: Option<Reading>| reading.is_some_and(|r| r.state == State::Value);
    let corrected = (pair.then != pair.before && (counts(pair.then) || counts(pair.before))).then_some(Cause::Corrected);
    let changed = match (pair.before, pair.after) {
        (Some(_), None) if counts(pair.before) => Some(Cause::Closed),
        (None, Some(_)) if counts(pair.after) => Some(Cause::Added),
        (Some(old), Some(new)) => match (counts(Some(old)), counts(Some(new))) {
            (true, false) => Some(Cause::Dropped),
            (false, true) => Some(Cause::Came),
            (true, true) if old.value == new.value => {
                (weight(indicator, rule, Some(old)) != weight(indicator, rule, Some(new))).then_some(Cause::Weighed)
            }
            (true, true) => {
                let rise = new.value > old.value;
                Some(if rise == (indicator.direction != Direction::Down) { Cause::Better } else { Cause::Worse })
            }
            _ => None,
        },
        _ => None,
    };
    (corrected, changed)
}

/// The part of every pair in the way from one roll-up to another.
fn units(
    indicator: &Indicator,
    rule: Rollup,
    pairs: &[Pair],
    of: impl Fn(&Pair) -> (Option<Reading>, Option<Reading>),
    from: f64,
    to: f64,
) -> Vec<f64> {
    let weights: Vec<[(f64, f64); 2]> = pairs
        .iter()
        .map(|pair| {
            let (old, new) = of(pair);
            [old, new].map(|reading| weight(indicator, rule, reading).unwrap_or_default())
        })
        .collect();
    let (mean, base) = match rule {
        Rollup::Sum => (0.0, 1.0),
        _ => (f64::midpoint(from, to), weights.iter().map(|[old, new]| f64::midpoint(old.1, new.1)).sum()),
    };
    weights.iter().map(|[old, new]| ((new.0 - old.0) - mean * (new.1 - old.1)) / base).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::indicator::Kind;
    use crate::domain::indicator::tests::sample;
    use proptest::prelude::*;

    fn pair(before: Option<Reading>, after: Option<Reading>) -> Pair {
        Pair { then: before, before, after }
    }

    fn parts(change: &Change) -> Vec<(Cause, i64, u32)> {
        let (_, rounded) = change.hundredths();
        change.causes.iter().zip(rounded).map(|((cause, _, n), value)| (*cause, value, *n)).collect()
    }

    #[test]
    fn a_share_changes_by_what_each_unit_and_its_weight_made() {
        let ind = sample(Kind::Ratio, Rollup::Weighted);
        let r = |n, d| Some(Reading::ratio(n, d));
        // 6/20 then, 10/20 now: one better by 3, one worse by 1, one came with 5/10, one dropped with 3/10.
        let pairs = [
            pair(r(1.0, 5.0), r(4.0, 5.0)),
            pair(r(2.0, 5.0), r(1.0, 5.0)),
            pair(Some(Reading::MISSING), r(5.0, 10.0)),
            pair(r(3.0, 10.0), Some(Reading::MISSING)),
        ];
        let change = decompose(&ind, Rollup::Weighted, &pairs).expect("both values");
        assert_eq!((change.then, change.after), (30.0, 50.0));
        assert_eq!(parts(&change), [(Cause::Dropped, 500, 1), (Cause::Came, 500, 1), (Cause::Better, 1500, 1), (Cause::Worse, -500, 1)]);
    }

    #[test]
    fn a_unit_that_weighs_more_is_told_from_one_that_got_better() {
        let ind = sample(Kind::Ratio, Rollup::Weighted);
        let r = |n, d| Some(Reading::ratio(n, d));
        // The second unit stays at 20 % and weighs three times as much.
        let pairs = [pair(r(8.0, 10.0), r(8.0, 10.0)), pair(r(2.0, 10.0), r(6.0, 30.0))];
        let change = decompose(&ind, Rollup::Weighted, &pairs).expect("both values");
        assert_eq!(parts(&change), [(Cause::Weighed, -1500, 1)]);
    }

    #[test]
    fn what_was_corrected_later_is_a_part_of_its_own() {
        let ind = sample(Kind::Count, Rollup::Sum);
        let pairs = [Pair { then: Some(Reading::of(5.0)), before: Some(Reading::of(7.0)), after: Some(Reading::of(6.0)) }];
        let change = decompose(&ind, Rollup::Sum, &pairs).expect("both values");
        assert_eq!(change.total(), 1.0);
        assert_eq!(parts(&change), [(Cause::Corrected, 200, 1), (Cause::Worse, -100, 1)]);
    }

    #[test]
    fn new_and_closed_units_are_told_from_reports_that_came_and_went() {
        let ind = sample(Kind::Count, Rollup::Sum);
        let (four, missing) = (Some(Reading::of(4.0)), Some(Reading::MISSING));
        let pairs =
            [pair(None, four), pair(four, None), pair(missing, four), pair(four, missing), pair(four, four), pair(missing, missing)];
        let change = decompose(&ind, Rollup::Sum, &pairs).expect("both values");
        let causes: Vec<Cause> = change.causes.iter().map(|c| c.0).collect();
        assert_eq!(causes, [Cause::Closed, Cause::Added, Cause::Dropped, Cause::Came]);
    }

    #[test]
    fn a_lower_value_is_better_where_low_is() {
        let ind = Indicator { direction: Direction::Down, ..sample(Kind::Count, Rollup::Sum) };
        let change = decompose(&ind, Rollup::Sum, &[pair(Some(Reading::of(4.0)), Some(Reading::of(1.0)))]).expect("both values");
        assert_eq!(parts(&change), [(Cause::Better, -300, 1)]);
    }

    #[test]
    fn nothing_is_compared_with_what_is_missing() {
        let ind = sample(Kind::Count, Rollup::Sum);
        assert_eq!(decompose(&ind, Rollup::Sum, &[pair(Some(Reading::MISSING), Some(Reading::of(4.0)))]), None);
        assert_eq!(decompose(&ind, Rollup::Sum, &[]), None);
    }

    fn reading() -> impl Strategy<Value = Option<Reading>> {
        prop_oneof![
            4 => (0..50_u32, 1..50_u32).prop_map(|(n, d)| Some(Reading::ratio(f64::from(n), f64::from(d)))),
            1 => Just(Some(Reading::MISSING)),
            1 => Just(Some(Reading { state: State::NotDue, ..Reading::MISSING })),
            1 => Just(None),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

        /// The parts sum to the whole, in numbers and as they are shown, by every rule.
        #[test]
        fn the_parts_sum_to_the_whole(triples in proptest::collection::vec((reading(), reading(), reading()), 1..40), which in 0..6_usize) {
            let rule = [Rollup::Sum, Rollup::Weighted, Rollup::ShareAtOrAbove, Rollup::Median, Rollup::Worst, Rollup::Mean][which];
            let ind = Indicator { threshold: Some(50.0), ..sample(Kind::Ratio, rule) };
            let pairs: Vec<Pair> = triples.into_iter().map(|(then, before, after)| Pair { then, before, after }).collect();
            if let Some(change) = decompose(&ind, rule, &pairs) {
                let sum: f64 = change.causes.iter().map(|(_, value, _)| value).sum();
                prop_assert!((sum - change.total()).abs() < 1e-9 * (1.0 + change.then.abs() + change.after.abs()), "{sum} {}", change.total());
                let (total, rounded) = change.hundredths();
                prop_assert_eq!(rounded.iter().sum::<i64>(), if rounded.is_empty() { 0 } else { total });
                prop_assert!(!rounded.is_empty() || total == 0);
                let units: u32 = change.causes.iter().map(|(.., n)| n).sum();
                prop_assert_eq!(units as usize, change.units.len());
                for part in &change.units {
                    let good = match part.cause { Cause::Better => 1.0, Cause::Worse => -1.0, _ => continue };
                    prop_assert!(part.value.is_none_or(|v| v * good >= -1e-9), "{part:?}");
                }
            }
        }
    }
}
