//! What rules look at, as columns: a row per unit or branch.

use std::sync::Arc;

use jiff::civil::Date;
use rustc_hash::FxHashMap;

use super::cell::Word;
use crate::domain::period::Period;
use crate::domain::value::{Reading, State};

/// No row, no group.
pub const NONE: u32 = u32::MAX;

/// A column of texts: each different text is kept and read once.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    codes: Vec<u32>,
    words: Vec<Word>,
    known: FxHashMap<String, u32>,
}

impl Texts {
    /// Adds a row.
    pub fn push(&mut self, text: &str) {
        let code = self.code(text);
        self.codes.push(code);
    }

    /// Changes a row.
    ///
    /// # Panics
    /// Where there is no such row.
    pub fn set(&mut self, row: u32, text: &str) {
        self.codes[row as usize] = self.code(text);
    }

    /// The cell of a row; `None` where it says nothing.
    #[must_use]
    pub fn get(&self, row: u32) -> Option<&Word> {
        self.words.get(*self.codes.get(row as usize)? as usize)
    }

    /// Every different cell.
    #[must_use]
    pub fn words(&self) -> &[Word] {
        &self.words
    }

    fn code(&mut self, text: &str) -> u32 {
        if let Some(code) = self.known.get(text) {
            return *code;
        }
        let code = match Word::read(text) {
            None => NONE,
            Some(word) => {
                self.words.push(word);
                u32::try_from(self.words.len() - 1).unwrap_or(NONE)
            }
        };
        self.known.insert(text.to_owned(), code);
        code
    }
}

/// Why there is no number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Gap {
    /// Nothing came.
    #[default]
    Missing,
    /// Reported as having none.
    None,
    /// Not due here or in this period.
    NotDue,
    /// Rolled up from below, where not all that were due have reported.
    Partly,
}

/// A reading as rules take it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Given {
    /// A number.
    Number(f64),
    /// None, and why.
    Gap(Gap),
}

impl From<Reading> for Given {
    fn from(reading: Reading) -> Self {
        match (reading.state, reading.value.filter(|v| v.is_finite())) {
            (State::Value, Some(value)) => Self::Number(value),
            (State::Value | State::Missing, _) => Self::Gap(Gap::Missing),
            (State::None, _) => Self::Gap(Gap::None),
            (State::NotDue, _) => Self::Gap(Gap::NotDue),
        }
    }
}

/// Readings of one indicator in one period on one table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Readings {
    /// NaN where there is no number.
    values: Vec<f64>,
    gaps: Vec<Gap>,
}

impl Readings {
    /// Adds a row.
    pub fn push(&mut self, given: Given) {
        let (value, gap) = split(given);
        self.values.push(value);
        self.gaps.push(gap);
    }

    /// Changes a row.
    ///
    /// # Panics
    /// Where there is no such row.
    pub fn set(&mut self, row: u32, given: Given) {
        (self.values[row as usize], self.gaps[row as usize]) = split(given);
    }

    /// The reading of a row; nothing is due from rows that there are not.
    #[must_use]
    pub fn get(&self, row: u32) -> Given {
        match (self.values.get(row as usize), self.gaps.get(row as usize)) {
            (Some(value), _) if !value.is_nan() => Given::Number(*value),
            (Some(_), Some(gap)) => Given::Gap(*gap),
            _ => Given::Gap(Gap::NotDue),
        }
    }

    /// Whether it has no row: nobody looks at it.
    pub(super) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    pub(super) fn number(&self, row: u32) -> Option<f64> {
        self.values.get(row as usize).copied().filter(|v| !v.is_nan())
    }

    /// The rows on which it differs from another of as many rows.
    #[must_use]
    pub fn differing(&self, other: &Self) -> Vec<u32> {
        let same = |n: usize| self.values[n].to_bits() == other.values[n].to_bits() && self.gaps[n] == other.gaps[n];
        (0..self.values.len().min(other.values.len())).filter(|n| !same(*n)).filter_map(|n| u32::try_from(n).ok()).collect()
    }
}

fn split(given: Given) -> (f64, Gap) {
    match given {
        Given::Number(value) => (value, Gap::Missing),
        Given::Gap(gap) => (f64::NAN, gap),
    }
}

/// Readings of one indicator in one period, wherever rules look at them.
#[derive(Clone, Debug, Default)]
pub struct Series {
    /// The period; `None` where nothing was ever reported.
    pub period: Option<Period>,
    /// Per table its readings; empty where no rule looks. Branches have a column of their own where they
    /// report the indicator themselves, else they have the readings of their units.
    pub tables: Vec<Arc<Readings>>,
}

/// Everything that rules look at. Tables are the levels, the top one first, then the branches.
#[derive(Clone, Debug, Default)]
pub struct Data {
    /// The day as at which they look.
    pub day: Date,
    /// Number of rows per table.
    pub lens: Vec<u32>,
    /// The unit of each branch: table and row.
    pub units: Arc<Vec<Option<(u32, u32)>>>,
    /// Per field of the program and table its column; empty where there is none.
    pub fields: Vec<Vec<Arc<Texts>>>,
    /// Per window of the program.
    pub series: Vec<Series>,
    /// Per order of the program and table the group of each row, [`NONE`] where it has none.
    pub groups: Vec<Vec<Arc<Vec<u32>>>>,
}
