//! The evidence of a lead in words, of either language.

use super::explain::number;
use crate::domain::page::{Lead, Tested};
use crate::domain::sheet::{Cell, Words};
use crate::domain::text::measured;

/// The values that made a lead hold and what they were held against: `月数 4（>3）`. Where it holds because
/// none of its tests does (a rule that says not), those.
#[must_use]
pub fn told(lead: &Lead) -> Words {
    let of = |holds: bool| lead.tests.iter().filter(move |t| t.holds == Some(holds)).map(test).reduce(both);
    of(true).or_else(|| of(false)).unwrap_or_else(|| Words::data(""))
}

fn both(a: Words, b: Words) -> Words {
    Words::fill("leads.both", [a, b])
}

fn test(test: &Tested) -> Words {
    let key = match (test.holds, &test.over) {
        (Some(false), _) => "leads.told_not",
        (_, Some(_)) => "leads.told_over",
        (_, None) => "leads.told",
    };
    let args = [test.what.clone(), cell(&test.value), Words::data(sign(&test.sign)), cell(&test.threshold)];
    Words::fill(key, args.into_iter().chain(test.over.clone()))
}

/// A sign as people write it.
#[must_use]
pub fn sign(sign: &str) -> &str {
    match sign {
        "<=" => "≤",
        ">=" => "≥",
        "==" => "=",
        "!=" => "≠",
        other => other,
    }
}

/// A cell inside a sentence.
#[must_use]
pub fn cell(cell: &Cell) -> Words {
    match cell {
        Cell::Number { value, unit } => Words::data(measured(&number(*value), unit)),
        Cell::Text(words) => words.clone(),
        Cell::Unset => Words::key("leads.unset"),
        _ => Words::key("leads.gap.empty"),
    }
}
