//! A compiled condition at one row.

use jiff::Unit;
use jiff::civil::Date;
use rustc_hash::FxHashMap;

use super::cell::Word;
use super::compile::{Compiled, Held, Node, Order, Source};
use super::data::{Data, Gap, Given, NONE};
use super::truth::{Truth, compare};
use crate::framework::condition::{How, Op, Span};

/// Columns and the orders made from them.
#[derive(Clone, Copy)]
pub(super) struct Eyes<'a> {
    pub(super) data: &'a Data,
    /// Per order and table the place of each row.
    pub(super) places: &'a [Vec<Vec<Option<Place>>>],
}

/// A subject.
#[derive(Clone, Copy)]
pub(super) struct Row {
    pub(super) table: usize,
    pub(super) row: u32,
    /// The unit whose readings it has where it has none of its own: itself, or that of a branch.
    pub(super) unit: Option<(u32, u32)>,
}

impl Row {
    /// Whose readings count: its own where its table has some, else those of its unit.
    fn read(&self, own: bool) -> Option<(u32, u32)> {
        if own { u32::try_from(self.table).ok().map(|table| (table, self.row)) } else { self.unit }
    }
}

/// A side of a test at a row.
#[derive(Clone, Copy)]
pub(super) enum Side<'a> {
    Missing,
    /// Somewhere between two numbers.
    Number(f64, f64),
    Word(&'a Word),
}

impl<'a> Eyes<'a> {
    pub(super) fn row(&self, table: usize, row: u32) -> Row {
        let unit = match table + 1 == self.data.lens.len() {
            true => self.data.units.get(row as usize).copied().flatten(),
            false => u32::try_from(table).ok().map(|table| (table, row)),
        };
        Row { table, row, unit }
    }

    pub(super) fn judge(&self, node: &Node, at: Row) -> Truth {
        match node {
            Node::All(parts) => {
                let mut out = Truth::Holds;
                for part in parts {
                    out = out.min(self.judge(part, at));
                    if out == Truth::Fails {
                        break;
                    }
                }
                out
            }
            Node::Any(parts) => {
                let mut out = Truth::Fails;
                for part in parts {
                    out = out.max(self.judge(part, at));
                    if out == Truth::Holds {
                        break;
                    }
                }
                out
            }
            Node::Not(part) => !self.judge(part, at),
            Node::Test(test) => self.test(test, at),
        }
    }

    pub(super) fn test(&self, test: &Compiled, at: Row) -> Truth {
        let windows = test.left.windows();
        match test.how {
            Some(How::Sum) => {
                let mut sum = 0.0;
                for back in 0..windows {
                    let Side::Number(value, _) = self.side(&test.left, back, at) else { return Truth::Unknown };
                    sum += value;
                }
                self.against(test, Side::Number(sum, sum), 0, at)
            }
            Some(How::Count(least)) => {
                let (mut holds, mut open) = (0, 0);
                for back in 0..windows {
                    match self.against(test, self.side(&test.left, back, at), back, at) {
                        Truth::Holds => holds += 1,
                        Truth::Unknown => open += 1,
                        Truth::Fails => {}
                    }
                }
                match usize::from(least) {
                    least if holds >= least => Truth::Holds,
                    least if holds + open < least => Truth::Fails,
                    _ => Truth::Unknown,
                }
            }
            Some(How::Every) => Truth::all((0..windows).map(|back| self.against(test, self.side(&test.left, back, at), back, at))),
            None => self.against(test, self.side(&test.left, 0, at), 0, at),
        }
    }

    fn against(&self, test: &Compiled, left: Side<'_>, back: usize, at: Row) -> Truth {
        match &test.right {
            Held::Literal(literal) => match left {
                Side::Missing => Truth::Unknown,
                Side::Word(word) => word.against(test.op, literal),
                Side::Number(lo, hi) => match literal {
                    crate::framework::condition::Literal::Number(n) => compare((lo, hi), test.op, (*n, *n)),
                    crate::framework::condition::Literal::Text(_) => Truth::Unknown,
                },
            },
            Held::OneOf(texts) => match left {
                Side::Word(word) => {
                    let among = texts.contains(&word.text);
                    match test.op {
                        Op::Equal => among.into(),
                        Op::NotEqual => (!among).into(),
                        Op::Less | Op::AtMost | Op::More | Op::AtLeast => Truth::Unknown,
                    }
                }
                Side::Missing | Side::Number(..) => Truth::Unknown,
            },
            Held::Source(source) => match (left, self.side(source, back.min(source.windows() - 1), at)) {
                (Side::Word(left), Side::Word(right)) => left.beside(test.op, right),
                (left, right) => match (numbers(left), numbers(right)) {
                    (Some(left), Some(right)) => compare(left, test.op, right),
                    _ => Truth::Unknown,
                },
            },
            Held::Unset => Truth::Unknown,
        }
    }

    /// A side as it stands some periods back.
    pub(super) fn side(&self, source: &Source, back: usize, at: Row) -> Side<'a> {
        match source {
            Source::Field(field) => self.word(*field, at).map_or(Side::Missing, Side::Word),
            Source::Age(field, span) => match self.word(*field, at).and_then(|word| word.days) {
                // The later the day, the younger it is.
                Some((first, last)) => match (age(last, self.data.day, *span), age(first, self.data.day, *span)) {
                    (Some(lo), Some(hi)) => Side::Number(lo, hi),
                    _ => Side::Missing,
                },
                None => Side::Missing,
            },
            Source::Looks(looks) => {
                let tables = &self.data.series[looks[back]].tables;
                let value = self.reader(looks[back], at).and_then(|(table, row)| tables.get(table as usize)?.number(row));
                value.map_or(Side::Missing, |value| Side::Number(value, value))
            }
            Source::Places(orders) => {
                let place = |(table, row): (u32, u32)| *self.places[orders[back]].get(table as usize)?.get(row as usize)?;
                let own = self.data.groups[orders[back]].get(at.table).is_some_and(|groups| !groups.is_empty());
                at.read(own).and_then(place).map_or(Side::Missing, |(first, last)| Side::Number(first, last))
            }
        }
    }

    pub(super) fn word(&self, field: usize, at: Row) -> Option<&'a Word> {
        self.data.fields[field].get(at.table)?.get(at.row)
    }

    /// Whose reading counts for a subject.
    pub(super) fn reader(&self, look: usize, at: Row) -> Option<(u32, u32)> {
        at.read(self.data.series[look].tables.get(at.table).is_some_and(|own| !own.is_empty()))
    }

    /// A reading, or why there is none.
    pub(super) fn given(&self, look: usize, at: Row) -> Given {
        let of = |(table, row): (u32, u32)| Some(self.data.series[look].tables.get(table as usize)?.get(row));
        self.reader(look, at).and_then(of).unwrap_or(Given::Gap(Gap::NotDue))
    }
}

impl Source {
    /// How many readings one after the other it has.
    pub(super) fn windows(&self) -> usize {
        match self {
            Self::Field(_) | Self::Age(..) => 1,
            Self::Looks(looks) | Self::Places(looks) => looks.len(),
        }
    }
}

fn numbers(side: Side<'_>) -> Option<(f64, f64)> {
    match side {
        Side::Missing => None,
        Side::Number(lo, hi) => Some((lo, hi)),
        Side::Word(word) => word.number.map(|n| (n, n)),
    }
}

/// How long ago a day is: whole days, calendar months or years; below 0 where it is still to come.
/// A month is over on the day with the same number, where there is none on the next after it.
pub(super) fn age(since: Date, day: Date, span: Span) -> Option<f64> {
    if span == Span::Days {
        return since.until((Unit::Day, day)).ok().map(|span| span.get_days().into());
    }
    // Rules ask for the age of every date of a county: calendar arithmetic by the library takes 50 times as long.
    let months = |date: Date| i32::from(date.year()) * 12 + i32::from(date.month());
    let whole = months(day) - months(since);
    let over = match whole.signum() {
        1 if day.day() < since.day() => whole - 1,
        -1 if day.day() > since.day() => whole + 1,
        _ => whole,
    };
    Some(f64::from(if span == Span::Years { over / 12 } else { over }))
}

/// The first and the last place that a row can have, while not all of its group have reported; in percent
/// of the group where the order is of shares.
pub(super) type Place = (f64, f64);

/// Places of all rows of a table in their groups: 1 comes first, equal values share the better place.
/// Rows without a value or a group have none.
pub(super) fn places(groups: &[u32], given: impl Fn(u32) -> Given, order: &Order) -> Vec<Option<Place>> {
    let mut places = vec![None; groups.len()];
    let rows = (0u32..).zip(groups).filter(|(_, group)| **group != NONE).map(|(row, group)| (*group, row));
    for (row, place) in ranked(rows, given, order) {
        places[row as usize] = Some(place);
    }
    places
}

/// The rows that have a place in their group, with it: of (group, row).
///
/// Each that is due and has not reported may still come before any other: the last place that a row can
/// have is so many places further back.
pub(super) fn ranked(rows: impl Iterator<Item = (u32, u32)>, given: impl Fn(u32) -> Given, order: &Order) -> Vec<(u32, Place)> {
    let Some(ascending) = order.ascending else { return Vec::new() };
    let sign = if ascending { 1.0 } else { -1.0 };
    let mut open: FxHashMap<u32, u32> = FxHashMap::default();
    let mut told: Vec<(u32, f64, u32)> = Vec::new();
    for (group, row) in rows {
        match given(row) {
            Given::Number(value) => told.push((group, value * sign, row)),
            Given::Gap(Gap::Missing | Gap::Partly) => *open.entry(group).or_default() += 1,
            Given::Gap(Gap::None | Gap::NotDue) => {}
        }
    }
    told.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let mut out = Vec::with_capacity(told.len());
    for group in told.chunk_by(|a, b| a.0 == b.0) {
        let count = |n: usize| f64::from(u32::try_from(n).unwrap_or(NONE));
        let open = f64::from(open.get(&group[0].0).copied().unwrap_or(0));
        let all = count(group.len()) + open;
        let shown = |place: f64| if order.share { place * 100.0 / all } else { place };
        let mut place = 1.0;
        for (n, (_, value, row)) in group.iter().enumerate() {
            if n > 0 && group[n - 1].1 < *value {
                place = count(n + 1);
            }
            out.push((*row, (shown(place), shown(place + open))));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn ages_are_those_of_the_calendar(since in -40_000i32..40_000, days in -9_000i32..9_000) {
            let date = |days: i32| jiff::civil::date(2000, 1, 31).checked_add(jiff::Span::new().days(days)).expect("a day");
            for (since, day) in [(date(since), date(since + days)), (date(since), date(since + days % 70))] {
                let of = |unit| since.until((unit, day)).expect("a span");
                prop_assert_eq!(age(since, day, Span::Days), Some(of(Unit::Day).get_days().into()));
                prop_assert_eq!(age(since, day, Span::Months), Some(of(Unit::Month).get_months().into()), "{} {}", since, day);
                prop_assert_eq!(age(since, day, Span::Years), Some(of(Unit::Year).get_years().into()), "{} {}", since, day);
            }
        }
    }

    #[test]
    fn the_end_of_a_month_is_the_calendars() {
        use jiff::civil::date;
        for since in [date(2024, 1, 29), date(2024, 1, 30), date(2024, 1, 31), date(2024, 2, 29), date(2025, 2, 28)] {
            for days in -800..800 {
                let day = since.checked_add(jiff::Span::new().days(days)).expect("a day");
                let of = |unit| since.until((unit, day)).expect("a span");
                assert_eq!(age(since, day, Span::Months), Some(of(Unit::Month).get_months().into()), "{since} {day}");
                assert_eq!(age(since, day, Span::Years), Some(of(Unit::Year).get_years().into()), "{since} {day}");
            }
        }
    }
}
