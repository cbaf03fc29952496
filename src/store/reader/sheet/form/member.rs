//! Whom a cell of a form counts, or may count: each with its units, its row in the office's table, and what
//! was looked at.

use crate::domain::id::Uid;
use crate::domain::problem::Problem;
use crate::domain::sheet::{Cell, Words};
use crate::framework::condition::Condition;
use crate::rules::Truth;
use crate::store::reader::ask::Ask;
use crate::store::reader::covered::{self, Entity};

/// Branches and entities of a cell that are named at most beside the other cells; all are counted.
pub(super) const LISTED: usize = 50;
/// The same on the sheet of one cell.
pub(super) const WHOLE: usize = 2_000;

/// A branch, unit or entity.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Member {
    pub(super) own: Uid,
    pub(super) name: String,
    /// Where Enter leads: itself, of an entity its unit.
    pub(super) uid: Uid,
    /// Names of the units that it lies in, from the top down.
    pub(super) way: Vec<String>,
    /// File and row.
    pub(super) source: String,
    /// What was looked at, each once, with what stands there; only on the sheet of one cell.
    pub(super) looked: Vec<(Words, Cell)>,
    /// Why it cannot be told.
    pub(super) missing: Vec<Words>,
}

/// What was looked at and what is missing.
pub(super) type Looked = (Vec<(Words, Cell)>, Vec<Words>);

/// Several of them: all counted, the first ones named.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Members {
    pub(super) all: usize,
    pub(super) listed: Vec<Member>,
}

impl Members {
    /// One more, named while there is room.
    pub(super) fn add(&mut self, most: usize, member: impl FnOnce() -> Result<Member, Problem>) -> Result<(), Problem> {
        self.all += 1;
        if self.listed.len() < most {
            self.listed.push(member()?);
        }
        Ok(())
    }
}

/// What an entity says under the headings of a condition; those that keep it from being told.
pub(super) fn looked_at(ask: &Ask<'_>, when: &Condition, entity: &Entity) -> Looked {
    let cell = |heading: &str| covered::field(entity, heading).filter(|cell| !cell.trim().is_empty());
    let shown = |heading: &str| cell(heading).map_or(Cell::Missing, |cell| Cell::Text(Words::data(cell)));
    let looked = each_once(when.fields().into_iter().map(|heading| (Words::data(heading), shown(heading))));
    let mut missing = Vec::new();
    if covered::told(ask, when, entity) == Truth::Unknown {
        for test in when.tests() {
            let alone = Condition::Test(test.clone());
            if covered::told(ask, &alone, entity) != Truth::Unknown {
                continue;
            }
            for heading in alone.fields() {
                let words = match cell(heading) {
                    None => Words::fill("leads.gap.field", [Words::data(heading)]),
                    Some(cell) => Words::fill("leads.gap.unread", [Words::data(heading), Words::data(cell)]),
                };
                if !missing.contains(&words) {
                    missing.push(words);
                }
            }
        }
    }
    (looked, missing)
}

/// The first of each name.
pub(super) fn each_once(all: impl Iterator<Item = (Words, Cell)>) -> Vec<(Words, Cell)> {
    let mut out: Vec<(Words, Cell)> = Vec::new();
    for (what, cell) in all {
        if !out.iter().any(|(have, _)| *have == what) {
            out.push((what, cell));
        }
    }
    out
}
