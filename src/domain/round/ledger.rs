//! What the facts say of the rounds, and one row of a board from it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{Cells, Correction, Frozen, Receipt, Returned, Round, RoundRow, RoundState, Taken};
use crate::domain::fact::{Body, Fact, FactId};
use crate::domain::id::Uid;
use crate::domain::period::Period;
use crate::domain::problem::Severity;

/// Everything the facts say of one round.
#[derive(Clone, Debug, PartialEq)]
pub struct Ledger {
    /// The round as it stands.
    pub round: Round,
    /// As others opened it at the same time, where that differs.
    pub disputed: Vec<Round>,
    /// Per unit: files taken, the newest first.
    pub taken: BTreeMap<Uid, Vec<Receipt>>,
    /// Per unit: the last time it was given back.
    pub returned: BTreeMap<Uid, Returned>,
    /// Per unit: the first time it was frozen.
    pub frozen: BTreeMap<Uid, Frozen>,
}

/// A batch of this round whose values stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrived {
    /// Number.
    pub batch: i64,
    /// File.
    pub file: String,
    /// SHA-256 of the file, hex.
    pub sha256: String,
    /// When it was loaded.
    pub at: Timestamp,
}

/// The rounds that a set of facts tells of, by period.
#[must_use]
pub fn fold_rounds<'a>(facts: impl IntoIterator<Item = &'a Fact>) -> BTreeMap<Period, Ledger> {
    // By id first: a fact seen twice is one fact, and the order of the log does not matter.
    let facts: BTreeMap<FactId, &Fact> = facts.into_iter().map(|f| (f.id, f)).collect();
    let mut by_time: Vec<&Fact> = facts.values().copied().collect();
    by_time.sort_by_key(|f| (f.hlc, f.id));
    let mut opened: BTreeMap<Period, Vec<(&Fact, Round)>> = BTreeMap::new();
    for fact in &by_time {
        if let Body::RoundOpened { period, due, asked, level, .. } = &fact.body {
            let round = Round {
                period: *period,
                due: *due,
                asked: asked.clone(),
                level: level.clone(),
                opened: when(fact),
                actor: fact.actor.clone(),
            };
            opened.entry(*period).or_default().push((fact, round));
        }
    }
    let mut ledgers = BTreeMap::new();
    for (period, opened) in opened {
        // An opening that another had seen is replaced by it; what remains was said without knowing.
        let seen: BTreeSet<FactId> = opened.iter().flat_map(|(fact, _)| before(fact, &facts)).collect();
        let mut heads: Vec<Round> = opened.iter().filter(|(fact, _)| !seen.contains(&fact.id)).map(|(_, round)| round.clone()).collect();
        let Some(round) = heads.pop() else { continue };
        heads.retain(|r| (r.due, &r.asked, &r.level) != (round.due, &round.asked, &round.level));
        let empty = BTreeMap::new;
        ledgers.insert(period, Ledger { round, disputed: heads, taken: BTreeMap::new(), returned: empty(), frozen: BTreeMap::new() });
    }
    for fact in by_time {
        let (at, actor) = (when(fact), fact.actor.clone());
        match &fact.body {
            Body::RoundTaken { period, unit, taken, .. } => {
                if let Some(ledger) = ledgers.get_mut(period) {
                    let receipt = Receipt { taken: taken.clone(), at, actor, batch: None };
                    ledger.taken.entry(*unit).or_default().insert(0, receipt);
                }
            }
            Body::RoundReturned { period, unit, remark, .. } => {
                if let Some(ledger) = ledgers.get_mut(period) {
                    ledger.returned.insert(*unit, Returned { remark: remark.clone(), at, actor });
                }
            }
            Body::RoundFinal { period, units, .. } => {
                if let Some(ledger) = ledgers.get_mut(period) {
                    for unit in units {
                        ledger.frozen.entry(*unit).or_insert_with(|| Frozen { at, actor: actor.clone() });
                    }
                }
            }
            _ => {}
        }
    }
    ledgers
}

/// Facts that the writer of a fact had seen, directly or through others.
fn before(fact: &Fact, facts: &BTreeMap<FactId, &Fact>) -> BTreeSet<FactId> {
    let mut seen = BTreeSet::new();
    let mut open: Vec<FactId> = fact.base.clone();
    while let Some(id) = open.pop() {
        if seen.insert(id) {
            open.extend(facts.get(&id).into_iter().flat_map(|f| &f.base));
        }
    }
    seen
}

fn when(fact: &Fact) -> Timestamp {
    Timestamp::from_millisecond(fact.hlc.0).unwrap_or_default()
}

impl Ledger {
    /// One row of the board: what the facts say of a unit, the batches of this round that stand for it,
    /// the cells that the store counts, and in which zone a day begins and ends.
    #[must_use]
    pub fn row(
        &self,
        who: (Uid, &str, &str),
        arrived: &[Arrived],
        cells: Cells,
        corrections: Vec<Correction>,
        zone: &TimeZone,
    ) -> RoundRow {
        let (uid, code, name) = who;
        let mut receipts = self.taken.get(&uid).cloned().unwrap_or_default();
        // The newest receipt of a file is the one whose batch stands: a batch is given away once.
        for arrived in arrived.iter().rev() {
            match receipts.iter_mut().find(|r| r.batch.is_none() && r.taken.sha256 == arrived.sha256) {
                Some(receipt) => receipt.batch = Some(arrived.batch),
                // Loaded, but the power went before the fact was written: it came all the same.
                None => {
                    let taken = Taken { file: arrived.file.clone(), sha256: arrived.sha256.clone(), ..Taken::default() };
                    receipts.push(Receipt { taken, at: arrived.at, actor: String::new(), batch: Some(arrived.batch) });
                }
            }
        }
        receipts.sort_by_key(|r| std::cmp::Reverse(r.at));
        // What was taken back again, values and all, no longer counts as having come.
        receipts.retain(|r| r.batch.is_some() || r.taken.cells == 0);
        let first = receipts.iter().filter(|r| r.batch.is_some()).map(|r| r.at).min();
        let late = first.is_some_and(|at| at.to_zoned(zone.clone()).date() > self.round.due);
        let newest = receipts.first();
        let returned = self.returned.get(&uid).filter(|returned| newest.is_none_or(|r| r.at <= returned.at)).cloned();
        let frozen = self.frozen.get(&uid).cloned();
        let faulty = newest.is_some_and(|r| !r.taken.outside.is_empty() || r.taken.problems.iter().any(|p| p.severity > Severity::Mark));
        let same = cells.all_same() && !newest.is_some_and(|r| r.taken.declared);
        let state = match newest {
            _ if frozen.is_some() => RoundState::Final,
            _ if returned.is_some() || faulty => RoundState::Faulty,
            None => RoundState::Absent,
            Some(_) if same => RoundState::Same,
            Some(_) if late => RoundState::Late,
            Some(_) => RoundState::Came,
        };
        RoundRow {
            uid,
            code: code.to_owned(),
            name: name.to_owned(),
            state,
            late,
            receipts,
            cells,
            unchanged: cells.unchanged(),
            returned,
            frozen,
            corrections,
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Date, date};
    use uuid::Uuid;

    use super::*;
    use crate::domain::problem::Problem;

    fn period(text: &str) -> Period {
        text.parse().expect("a period")
    }

    fn unit(n: u8) -> Uid {
        Uid::of_unit("990121", "t", "l1", &n.to_string())
    }

    fn fact(n: u128, day: Date, base: &[u128], body: Body) -> Fact {
        let at = day.to_zoned(TimeZone::UTC).expect("a day").timestamp();
        Fact {
            id: Uuid::from_u128(n),
            author: Uuid::nil(),
            seq: 1,
            prev: String::new(),
            hlc: (at.as_millisecond(), 0),
            entity: Uid::of_round("990121", period("2025-10")),
            base: base.iter().map(|n| Uuid::from_u128(*n)).collect(),
            actor: "岗位".into(),
            roster: 0,
            body,
        }
    }

    fn opened(due: Date) -> Body {
        Body::RoundOpened { v: 1, period: period("2025-10"), due, asked: vec!["X-1".into()], level: "l1".into() }
    }

    fn taken(n: u8, sha256: &str, edit: impl FnOnce(&mut Taken)) -> Body {
        let mut taken = Taken { file: format!("{sha256}.xlsx"), sha256: sha256.into(), cells: 4, ..Taken::default() };
        edit(&mut taken);
        Body::RoundTaken { v: 1, period: period("2025-10"), unit: unit(n), taken }
    }

    fn arrived(batch: i64, sha256: &str) -> Arrived {
        Arrived { batch, file: format!("{sha256}.xlsx"), sha256: sha256.into(), at: Timestamp::UNIX_EPOCH }
    }

    fn state(facts: &[Fact], arrived: &[Arrived], cells: Cells) -> RoundRow {
        let ledgers = fold_rounds(facts);
        ledgers[&period("2025-10")].row((unit(1), "1", "一"), arrived, cells, vec![], &TimeZone::UTC)
    }

    const SOME: Cells = Cells { asked: 4, came: 4, elsewhere: 0, missing: 0, not_due: 0, prefilled: 4, compared: 4, same: 2 };

    #[test]
    fn every_state_follows_from_facts_batches_and_cells() {
        let open = fact(1, date(2025, 10, 1), &[], opened(date(2025, 10, 25)));
        assert_eq!(state(std::slice::from_ref(&open), &[], Cells::default()).state, RoundState::Absent);
        let in_time = fact(2, date(2025, 10, 25), &[1], taken(1, "a", |_| {}));
        let came = state(&[open.clone(), in_time.clone()], &[arrived(7, "a")], SOME);
        assert_eq!((came.state, came.late, came.unchanged), (RoundState::Came, false, Some(0.5)));
        assert_eq!(came.newest().and_then(|r| r.batch), Some(7));
        let late = fact(2, date(2025, 10, 26), &[1], taken(1, "a", |_| {}));
        assert_eq!(state(&[open.clone(), late], &[arrived(7, "a")], SOME).state, RoundState::Late);
        let stale = Cells { same: 4, ..SOME };
        assert_eq!(state(&[open.clone(), in_time.clone()], &[arrived(7, "a")], stale).state, RoundState::Same);
        let said = fact(2, date(2025, 10, 25), &[1], taken(1, "a", |t| t.declared = true));
        assert_eq!(state(&[open.clone(), said], &[arrived(7, "a")], stale).state, RoundState::Came);
        let wrong = fact(2, date(2025, 10, 25), &[1], taken(1, "a", |t| t.problems.push(Problem::new("E_X", Severity::Aside, "a.xlsx"))));
        let wrong = [open.clone(), wrong];
        assert_eq!(state(&wrong, &[arrived(7, "a")], SOME).state, RoundState::Faulty);
        let good = fact(3, date(2025, 10, 27), &[2], taken(1, "b", |_| {}));
        let mended = state(&[wrong.to_vec(), vec![good]].concat(), &[arrived(7, "a"), arrived(8, "b")], SOME);
        assert_eq!((mended.state, mended.late, mended.receipts.len()), (RoundState::Came, false, 2));
        let back = fact(3, date(2025, 10, 26), &[2], {
            Body::RoundReturned { v: 1, period: period("2025-10"), unit: unit(1), remark: "缺两个网格".into() }
        });
        let back = state(&[open.clone(), in_time.clone(), back], &[arrived(7, "a")], SOME);
        assert_eq!((back.state, back.returned.is_some()), (RoundState::Faulty, true));
        let end = fact(3, date(2025, 10, 28), &[2], Body::RoundFinal { v: 1, period: period("2025-10"), units: vec![unit(1)] });
        assert_eq!(state(&[open, in_time, end], &[arrived(7, "a")], SOME).state, RoundState::Final);
    }

    #[test]
    fn what_was_taken_back_has_not_come_and_what_was_refused_has() {
        let open = fact(1, date(2025, 10, 1), &[], opened(date(2025, 10, 25)));
        let file = fact(2, date(2025, 10, 2), &[1], taken(1, "a", |_| {}));
        assert_eq!(state(&[open.clone(), file], &[], Cells::default()).state, RoundState::Absent);
        let refused = fact(2, date(2025, 10, 2), &[1], {
            taken(1, "a", |t| (t.cells, t.problems) = (0, vec![Problem::new("E_X", Severity::Refused, "a.xlsx")]))
        });
        assert_eq!(state(&[open.clone(), refused], &[], Cells::default()).state, RoundState::Faulty);
        let unrecorded = state(&[open], &[arrived(3, "z")], SOME);
        assert_eq!((unrecorded.state, unrecorded.newest().map(|r| r.taken.file.as_str())), (RoundState::Came, Some("z.xlsx")));
    }

    #[test]
    fn two_openings_without_knowing_of_each_other_both_stay() {
        let first = fact(1, date(2025, 10, 1), &[], opened(date(2025, 10, 25)));
        let second = fact(2, date(2025, 10, 2), &[], opened(date(2025, 10, 28)));
        let facts = [first, second];
        let (forward, backward) = (fold_rounds(&facts), fold_rounds(facts.iter().rev().chain(&facts)));
        assert_eq!(forward, backward);
        let ledger = &forward[&period("2025-10")];
        assert_eq!((ledger.round.due, ledger.disputed.len()), (date(2025, 10, 28), 1));
        let decided = fact(3, date(2025, 10, 3), &[1, 2], opened(date(2025, 10, 25)));
        let ledger = &fold_rounds(facts.iter().chain([&decided]))[&period("2025-10")];
        assert_eq!((ledger.round.due, ledger.disputed.len()), (date(2025, 10, 25), 0));
    }
}
