//! When what comes round is due.

use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday};

use super::schema::Beat;

impl Beat {
    /// The due day in the month, quarter or step that a day lies in, counted from `start` where the
    /// beat is so many days; of fixed days of the year the next one. `None` where only the severity of something says when.
    #[must_use]
    pub fn due(&self, day: Date, start: Date) -> Option<Date> {
        match self {
            Self::MonthDay(n) => Some(in_month(day, i8::try_from(*n).ok()?)),
            Self::YearDays(days) => {
                let in_year = |year: i16| days.iter().filter_map(move |day| in_year(year, *day));
                in_year(day.year()).find(|due| *due >= day).or_else(|| in_year(day.year().checked_add(1)?).next())
            }
            Self::FirstWorkday => {
                let first = day.first_of_month();
                let skip = match first.weekday() {
                    Weekday::Saturday => 2,
                    Weekday::Sunday => 1,
                    _ => 0,
                };
                first.checked_add(skip.days()).ok()
            }
            Self::NthWeekday { nth, weekday } => {
                let weekday = Weekday::from_monday_one_offset(i8::try_from(*weekday).ok()?).ok()?;
                day.nth_weekday_of_month(i8::try_from(*nth).ok()?, weekday).ok()
            }
            Self::EveryDays(n) => {
                let step = i64::from((*n).max(1));
                let passed = i64::from((day - start).get_days());
                // The end of the step that the day lies in; the first is due one step after the start.
                let steps = (passed.max(1) + step - 1) / step;
                start.checked_add((steps * step).days()).ok()
            }
            Self::EveryMonths(n) => {
                let step = i8::try_from(*n).ok()?.clamp(1, 12);
                let last = (day.month() + step - 1) / step * step;
                Date::new(day.year(), last.min(12), 1).ok().map(Date::last_of_month)
            }
            Self::BySeverity(_) => None,
        }
    }

    /// The first due day on or after a day.
    #[must_use]
    pub fn next(&self, day: Date, start: Date) -> Option<Date> {
        let mut at = day;
        for _ in 0..4 {
            let due = self.due(at, start)?;
            if due >= day {
                return Some(due);
            }
            at = at.first_of_month().checked_add(1.month()).ok()?;
        }
        None
    }
}

/// The n-th of a day's month, its last day where the month is shorter.
fn in_month(day: Date, n: i8) -> Date {
    let last = day.last_of_month();
    Date::new(day.year(), day.month(), n.clamp(1, last.day())).unwrap_or(last)
}

/// A fixed day in a year: the 29th of February is the 28th where there is none.
fn in_year(year: i16, (month, day): (u8, u8)) -> Option<Date> {
    let first = Date::new(year, i8::try_from(month).ok()?, 1).ok()?;
    Some(in_month(first, i8::try_from(day).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> Date {
        text.parse().expect("a date")
    }

    #[test]
    fn every_beat_of_the_materials_falls_on_its_day() {
        let start = day("2025-01-01");
        for (beat, from, due) in [
            // 每月15日
            (Beat::MonthDay(15), "2025-11-16", "2025-12-15"),
            (Beat::MonthDay(15), "2025-11-15", "2025-11-15"),
            (Beat::MonthDay(31), "2025-02-01", "2025-02-28"),
            // 每年7月1日、12月10日
            (Beat::YearDays(vec![(7, 1), (12, 10)]), "2025-07-01", "2025-07-01"),
            (Beat::YearDays(vec![(7, 1), (12, 10)]), "2025-07-02", "2025-12-10"),
            (Beat::YearDays(vec![(7, 1), (12, 10)]), "2025-12-11", "2026-07-01"),
            (Beat::YearDays(vec![(1, 1)]), "2025-12-31", "2026-01-01"),
            (Beat::YearDays(vec![(2, 29)]), "2028-02-01", "2028-02-29"),
            (Beat::YearDays(vec![(2, 29)]), "2028-03-01", "2029-02-28"),
            (Beat::YearDays(vec![(2, 29)]), "2025-02-28", "2025-02-28"),
            // 每月第一个工作日: 2025-11-01 is a Saturday.
            (Beat::FirstWorkday, "2025-10-20", "2025-11-03"),
            (Beat::FirstWorkday, "2025-11-01", "2025-11-03"),
            // 第4周星期六
            (Beat::NthWeekday { nth: 4, weekday: 6 }, "2025-11-01", "2025-11-22"),
            (Beat::NthWeekday { nth: 4, weekday: 6 }, "2025-11-23", "2025-12-27"),
            // 每3天
            (Beat::EveryDays(3), "2025-01-01", "2025-01-04"),
            (Beat::EveryDays(3), "2025-01-04", "2025-01-04"),
            (Beat::EveryDays(3), "2025-01-05", "2025-01-07"),
            // 每季、每两月、半年、年
            (Beat::EveryMonths(3), "2025-11-22", "2025-12-31"),
            (Beat::EveryMonths(2), "2025-11-22", "2025-12-31"),
            (Beat::EveryMonths(2), "2025-01-22", "2025-02-28"),
            (Beat::EveryMonths(6), "2025-03-01", "2025-06-30"),
            (Beat::EveryMonths(12), "2025-03-01", "2025-12-31"),
        ] {
            assert_eq!(beat.next(day(from), start), Some(day(due)), "{beat:?} {from}");
        }
        assert_eq!(Beat::BySeverity(vec![("重大".into(), 0)]).next(start, start), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

        #[test]
        fn the_next_day_is_never_in_the_past_and_never_far(ahead in 0..4000_i32, nth in 1..=4_u8, weekday in 1..=7_u8, months in 1..=12_u8, days in 1..60_u16) {
            let start = day("2020-01-01");
            let today = start.checked_add(ahead.days()).expect("near");
            for beat in [Beat::MonthDay(nth * 7), Beat::YearDays(vec![(months, u8::try_from(days.min(28)).expect("small"))]), Beat::FirstWorkday, Beat::NthWeekday { nth, weekday }, Beat::EveryDays(days), Beat::EveryMonths(months)] {
                let next = beat.next(today, start).expect("there is one");
                prop_assert!(next >= today && (next - today).get_days() <= 366, "{beat:?} {today} {next}");
            }
        }
    }
}
