//! Class bounds: policy bands, quantiles, equal steps, natural breaks.

use crate::domain::indicator::Classing;

/// Most distinct values for which natural breaks are computed exactly; beyond it, values at evenly
/// spaced ranks stand for all, which moves a bound by less than one part in a thousand of the ranks.
const MAX_EXACT: usize = 1024;

/// The lower bounds of all classes but the first: ascending, distinct, finite, at most
/// `max_classes - 1`.
///
/// A class holds the values from its lower bound up to, not including, the next; the last class is
/// closed. `values` is sorted and rid of NaN and infinities in place. Fewer distinct values give
/// fewer classes, no value or one gives no bound. `Policy` takes `bands` (the framework's lower
/// bounds) as they are, even where a class is empty, and falls back to quantiles without them.
#[must_use]
pub fn bounds(values: &mut Vec<f64>, classing: Classing, bands: &[f64], max_classes: usize) -> Vec<f64> {
    values.retain(|v| v.is_finite());
    values.sort_unstable_by(f64::total_cmp);
    let classes = max_classes.max(1);
    let bands = || bands.iter().copied().filter(|b| b.is_finite());
    let mut bounds = match classing {
        Classing::Policy if bands().next().is_some() => bands().collect(),
        Classing::Policy | Classing::Quantile => quantiles(values, classes),
        Classing::Equal => equal_steps(values, classes),
        Classing::Natural => natural_breaks(values, classes),
    };
    bounds.sort_unstable_by(f64::total_cmp);
    bounds.dedup();
    bounds.truncate(classes - 1);
    bounds
}

/// The class of a value, from 0: a value on a bound belongs to the class above it.
#[must_use]
pub fn class_of(value: f64, bounds: &[f64]) -> u8 {
    u8::try_from(bounds.partition_point(|bound| *bound <= value)).unwrap_or(u8::MAX)
}

/// Bounds that leave each class an equal share of the values still above it.
///
/// Equal values stay together: where one value fills more than its share (zeros, mostly), the rest
/// is shared out among the classes that are left.
fn quantiles(sorted: &[f64], classes: usize) -> Vec<f64> {
    let mut bounds = Vec::new();
    let mut rest = sorted;
    for left in (2..=classes).rev() {
        let share = rest.len().div_ceil(left);
        let Some(last) = share.checked_sub(1).map(|at| rest[at]) else { break };
        rest = &rest[rest.partition_point(|v| *v <= last)..];
        bounds.extend(rest.first());
    }
    bounds
}

/// Bounds that cut the range into equal steps, no more of them than there are further distinct values.
fn equal_steps(sorted: &[f64], classes: usize) -> Vec<f64> {
    let (Some(&least), Some(&most)) = (sorted.first(), sorted.last()) else { return Vec::new() };
    let distinct = sorted.chunk_by(|a, b| a == b).count();
    let classes = classes.min(distinct);
    (1..classes).map(|k| least + (most - least) * (k as f64 / classes as f64)).filter(|b| *b > least && *b <= most).collect()
}

/// Bounds with the least sum of squared deviations from the class means (W. D. Fisher 1958, named
/// after G. F. Jenks among map makers), by dynamic programming over the distinct values with their
/// counts: exact up to [`MAX_EXACT`] distinct values.
fn natural_breaks(sorted: &[f64], classes: usize) -> Vec<f64> {
    let mut distinct: Vec<(f64, f64)> = sorted.chunk_by(|a, b| a == b).map(|same| (same[0], same.len() as f64)).collect();
    if distinct.len() > MAX_EXACT {
        let rank = |k: usize| sorted[k * (sorted.len() - 1) / (MAX_EXACT - 1)];
        let at_ranks: Vec<f64> = (0..MAX_EXACT).map(rank).collect();
        distinct = at_ranks.chunk_by(|a, b| a == b).map(|same| (same[0], same.len() as f64)).collect();
    }
    let (n, classes) = (distinct.len(), classes.min(distinct.len()));
    if classes < 2 {
        return Vec::new();
    }
    // Sums up to a value give the deviation of any stretch at once; about the mean they lose no digits.
    let mean = distinct.iter().map(|(v, w)| v * w).sum::<f64>() / distinct.iter().map(|(_, w)| w).sum::<f64>();
    let mut sums = vec![(0.0, 0.0, 0.0)];
    for &(value, count) in &distinct {
        let (w, s, q) = sums[sums.len() - 1];
        let v = value - mean;
        sums.push((w + count, s + count * v, q + count * v * v));
    }
    let deviation = |from: usize, to: usize| {
        let ((w0, s0, q0), (w1, s1, q1)) = (sums[from], sums[to]);
        (q1 - q0 - (s1 - s0) * (s1 - s0) / (w1 - w0)).max(0.0)
    };
    // cost[to]: least deviation of the first `to` values in the classes so far; first[k][to]: where
    // the last of these classes begins.
    let mut cost: Vec<f64> = (0..=n).map(|to| if to == 0 { f64::INFINITY } else { deviation(0, to) }).collect();
    let mut first = Vec::with_capacity(classes);
    for k in 1..classes {
        let mut next = vec![f64::INFINITY; n + 1];
        let mut begin = vec![0; n + 1];
        for to in k + 1..=n {
            for (from, before) in cost.iter().enumerate().take(to).skip(k) {
                let total = before + deviation(from, to);
                if total < next[to] {
                    (next[to], begin[to]) = (total, from);
                }
            }
        }
        cost = next;
        first.push(begin);
    }
    let mut to = n;
    first
        .iter()
        .rev()
        .map(|begin| {
            to = begin[to];
            distinct[to].0
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cut(values: &[f64], classing: Classing) -> Vec<f64> {
        bounds(&mut values.to_vec(), classing, &[], 5)
    }

    #[test]
    fn a_value_on_a_bound_belongs_to_the_class_above() {
        assert_eq!([0.0, 9.9, 10.0, 19.0, 20.0, 99.0].map(|v| class_of(v, &[10.0, 20.0])), [0, 0, 1, 1, 2, 2]);
        assert_eq!(class_of(5.0, &[]), 0);
    }

    #[test]
    fn policy_takes_the_bands_and_falls_back_to_quantiles() {
        let values = [1.0, 2.0, 3.0, 4.0, 5.0];
        assert_eq!(bounds(&mut values.to_vec(), Classing::Policy, &[90.0, 60.0, 90.0], 5), [60.0, 90.0]);
        assert_eq!(bounds(&mut values.to_vec(), Classing::Policy, &[], 5), cut(&values, Classing::Quantile));
        assert_eq!(bounds(&mut values.to_vec(), Classing::Policy, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 5).len(), 4);
    }

    #[test]
    fn quantiles_have_equal_counts() {
        let values: Vec<f64> = (0..100).map(f64::from).collect();
        assert_eq!(cut(&values, Classing::Quantile), [20.0, 40.0, 60.0, 80.0]);
        assert_eq!(cut(&[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 2.0], Classing::Quantile), [1.0, 2.0], "equal values stay together");
    }

    #[test]
    fn equal_steps_cut_the_range() {
        assert_eq!(cut(&[0.0, 1.0, 2.0, 3.0, 10.0], Classing::Equal), [2.0, 4.0, 6.0, 8.0]);
        assert_eq!(cut(&[3.0, 5.0], Classing::Equal), [4.0]);
    }

    #[test]
    fn natural_breaks_find_the_gaps() {
        let values = [1.0, 1.1, 1.2, 5.0, 5.1, 9.0, 9.1, 9.2, 20.0, 21.0, 50.0];
        assert_eq!(cut(&values, Classing::Natural), [5.0, 9.0, 20.0, 50.0]);
    }

    #[test]
    fn many_values_still_cut_where_the_gaps_are() {
        let mut values: Vec<f64> = (0..12_000).map(|i| f64::from(i % 3) * 1000.0 + f64::from(i) / 12_000.0).collect();
        let bounds = bounds(&mut values, Classing::Natural, &[], 3);
        assert_eq!(bounds.len(), 2);
        assert!((900.0..=1001.0).contains(&bounds[0]) && (1900.0..=2001.0).contains(&bounds[1]), "{bounds:?}");
    }

    #[test]
    fn few_values_give_few_classes() {
        for classing in [Classing::Policy, Classing::Quantile, Classing::Equal, Classing::Natural] {
            assert!(cut(&[], classing).is_empty());
            assert!(cut(&[7.0, 7.0, f64::NAN, f64::INFINITY], classing).is_empty());
            assert_eq!(cut(&[7.0, 7.0, 8.0], classing).len(), 1, "{classing:?}");
            assert!(bounds(&mut vec![1.0, 2.0], classing, &[], 0).is_empty());
        }
    }

    /// The least deviation of all ways to cut, by trying each.
    fn brute_force(sorted: &[f64], classes: usize) -> f64 {
        let deviation = |part: &[f64]| {
            let mean = part.iter().sum::<f64>() / part.len() as f64;
            part.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>()
        };
        if classes == 1 {
            return deviation(sorted);
        }
        (1..sorted.len()).map(|at| deviation(&sorted[..at]) + brute_force(&sorted[at..], classes - 1)).fold(deviation(sorted), f64::min)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn bounds_are_ascending_and_no_class_is_empty(values in prop::collection::vec(-50..50i32, 0..60), k in 0..3usize) {
            let classing = [Classing::Quantile, Classing::Natural, Classing::Policy][k];
            let mut values: Vec<f64> = values.into_iter().map(f64::from).collect();
            let bounds = bounds(&mut values, classing, &[], 5);
            prop_assert!(bounds.len() <= 4);
            prop_assert!(bounds.windows(2).all(|b| b[0] < b[1]));
            for class in 0..=bounds.len() {
                prop_assert!(values.is_empty() || values.iter().any(|v| usize::from(class_of(*v, &bounds)) == class));
            }
        }

        #[test]
        fn natural_breaks_are_the_best_possible(mut values in prop::collection::vec(0..40i32, 3..12)) {
            values.sort_unstable();
            let mut values: Vec<f64> = values.into_iter().map(f64::from).collect();
            let bounds = bounds(&mut values, Classing::Natural, &[], 3);
            let mut found = 0.0;
            for class in 0..=bounds.len() {
                let part: Vec<f64> = values.iter().copied().filter(|v| usize::from(class_of(*v, &bounds)) == class).collect();
                let mean = part.iter().sum::<f64>() / part.len() as f64;
                found += part.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>();
            }
            prop_assert!(found <= brute_force(&values, 3) + 1e-9);
        }
    }
}
