//! Until when what was screened holds, if nothing is reported meanwhile.

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::compile::{Compiled, Held, Source};
use super::eval::age;
use super::screen::Screening;
use super::truth::compare;
use crate::framework::Framework;
use crate::framework::condition::{Literal, Op, Span};

impl Screening {
    /// The first day after its own on which something may come out differently because of the day alone:
    /// an age passes its threshold, a rule comes into force or ends, a season begins or ends, a period
    /// begins. At most the first
    /// of the next month.
    #[must_use]
    pub fn holds_until(&self, framework: &Framework) -> Date {
        let day = self.data.day;
        let tomorrow = day.tomorrow().unwrap_or(day);
        let mut until = day.last_of_month().tomorrow().unwrap_or(tomorrow);
        for rule in &framework.rules {
            let begins = rule.basis.since.filter(|since| *since > day);
            let ended = rule.basis.until.filter(|last| *last >= day).and_then(|last| last.tomorrow().ok());
            until = [begins, ended].into_iter().flatten().fold(until, Ord::min);
        }
        for season in &framework.seasons {
            let begins = Some(season.from).filter(|from| *from > day);
            let ended = Some(season.to).filter(|last| *last >= day).and_then(|last| last.tomorrow().ok());
            until = [begins, ended].into_iter().flatten().fold(until, Ord::min);
        }
        // Readings of single days may begin on any.
        if self.data.series.iter().any(|series| series.period.is_some_and(|p| p.months() == 0)) {
            return until.min(tomorrow);
        }
        for test in self.program.running.iter().flat_map(|rule| rule.node.tests()) {
            until = self.passes(test, until);
        }
        until
    }

    /// The first day before `until` on which an age comes out differently, or `until`.
    fn passes(&self, test: &Compiled, until: Date) -> Date {
        let day = self.data.day;
        let by_age = |source: &Source| matches!(source, Source::Age(..));
        let tomorrow = day.tomorrow().unwrap_or(day).min(until);
        match (&test.left, &test.right) {
            (Source::Age(field, span), Held::Literal(Literal::Number(threshold)))
                if matches!(test.op, Op::Less | Op::AtMost | Op::More | Op::AtLeast) =>
            {
                let words = self.data.fields[*field].iter().flat_map(|texts| texts.words()).filter_map(|word| word.days);
                words.fold(until, |until, days| passing(days, *span, (test.op, *threshold), day, until))
            }
            (left, Held::Source(right)) if by_age(left) || by_age(right) => tomorrow,
            (left, _) if by_age(left) => tomorrow,
            _ => until,
        }
    }
}

/// The first day after `day` and before `until` on which a comparison of an age comes out differently, or
/// `until`. An age only grows, so once it came out differently it stays so or, of a day that is only known
/// to lie in a month, changes once more.
fn passing((first, last): (Date, Date), span: Span, (op, threshold): (Op, f64), day: Date, until: Date) -> Date {
    let truth = |day: Date| {
        let ages = age(last, day, span).zip(age(first, day, span));
        ages.map(|ages| compare(ages, op, (threshold, threshold)))
    };
    let now = truth(day);
    let (mut same, mut other) = (0, (until - day).get_days());
    if other < 1 || truth(day.saturating_add((other - 1).days())) == now {
        return until;
    }
    other -= 1;
    while other - same > 1 {
        let middle = i32::midpoint(same, other);
        if truth(day.saturating_add(middle.days())) == now { same = middle } else { other = middle }
    }
    day.saturating_add(other.days())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn an_age_passes_its_threshold_on_one_day() {
        let (day, until) = (date(2025, 11, 10), date(2025, 12, 1));
        let at = |since: Date, op| passing((since, since), Span::Months, (op, 12.0), day, until);
        // It is 12 months on the 20th.
        assert_eq!(at(date(2024, 11, 20), Op::AtLeast), date(2025, 11, 20));
        assert_eq!(at(date(2024, 11, 20), Op::Less), date(2025, 11, 20));
        assert_eq!(at(date(2024, 11, 20), Op::More), until);
        assert_eq!(at(date(2020, 1, 1), Op::More), until, "it has passed long ago");
        assert_eq!(at(date(2024, 11, 11), Op::AtLeast), date(2025, 11, 11));
        assert_eq!(at(date(2024, 11, 30), Op::AtLeast), date(2025, 11, 30), "the last day before");
        assert_eq!(at(date(2024, 12, 1), Op::AtLeast), until);
    }
}
