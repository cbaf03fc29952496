//! The monthly round in the store: facts about it on command, the parts that came as batches.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::{Connection, params};
use rustc_hash::FxHashMap;

use super::import_log::{Choice, Entry, RoundFile, What};
use super::load::{Load, NewValue};
use super::put::{NewBatch, Stamp};
use super::world::World;
use super::writer::{Writer, mask};
use super::{block, log, world};
use crate::domain::fact::Body;
use crate::domain::id::{IndicatorId, LevelId, Uid};
use crate::domain::indicator;
use crate::domain::period::Period;
use crate::domain::plan::Choices;
use crate::domain::problem::{Problem, Severity};
use crate::domain::request::{Loaded, Outcome, Receipt, Write};
use crate::domain::round::{Arrived, LISTED_MAX, Ledger, Round, Taken, batch_source, default_level, fold_rounds, is_due, of_batch_source};
use crate::domain::unit::Subject;
use crate::domain::value::Reading;

/// A file of a round, for one unit.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    /// The unit that answers.
    pub(crate) unit: Uid,
    /// Its code.
    pub(crate) code: String,
    /// What came.
    pub(crate) taken: Taken,
    /// Names of its sheets.
    pub(crate) sheets: Vec<String>,
    /// Its values by indicator, each with the position of its sheet.
    pub(crate) values: Vec<(IndicatorId, Vec<(u32, NewValue)>)>,
}

impl Writer {
    /// Writes a fact about a round.
    pub(super) fn round(&mut self, write: &Write, now: Timestamp, actor: &str) -> Outcome {
        let (period, write, body, name, entity, masked) = match write {
            Write::RoundOpen { period, due, asked, level } => {
                let asked = self.asked(*period, asked)?;
                let levels = &self.framework.levels;
                let level = match level {
                    Some(level) => levels.iter().find(|l| l.code == *level).map(|l| l.code.clone()),
                    None => {
                        let mut top = 0;
                        for (n, level) in levels.iter().enumerate().rev() {
                            if world::has_units(&self.reference, &level.code)? {
                                top = n;
                            }
                        }
                        default_level(levels, top)
                    }
                };
                let level = level.ok_or_else(|| refused("E_ROUND_LEVEL"))?;
                let body = Body::RoundOpened { v: 1, period: *period, due: *due, asked: asked.clone(), level: level.clone() };
                let write = Write::RoundOpen { period: *period, due: *due, asked, level: Some(level) };
                (*period, write, body, period.to_string(), None, 0)
            }
            Write::RoundReturn { period, unit, remark, to } => {
                self.ledger(*period)?;
                let (remark, masked) = mask(remark);
                let body = Body::RoundReturned { v: 1, period: *period, unit: *unit, remark: remark.clone() };
                let write = Write::RoundReturn { period: *period, unit: *unit, remark, to: to.clone() };
                (*period, write, body, self.name_of(*unit)?, Some(*unit), masked)
            }
            Write::RoundFinal { period, units } => {
                self.ledger(*period)?;
                let names = units.iter().map(|unit| self.name_of(*unit)).collect::<Result<Vec<_>, _>>()?;
                let [first, ..] = units.as_slice() else { return Err(refused("E_ROUND_UNITS")) };
                let name = if names.len() > 3 { format!("{} … {}", names[0], names.len()) } else { names.join(" ") };
                let body = Body::RoundFinal { v: 1, period: *period, units: units.clone() };
                (*period, write.clone(), body, name, Some(*first), 0)
            }
            _ => return Err(refused("E_INTERNAL")),
        };
        let round = Uid::of_round(&world::county(&self.reference)?, period);
        let fact = self.append(round, &body, now, actor)?;
        let version = self.version()?;
        let entity = entity.unwrap_or(round);
        let receipt = Receipt { fact, entity, subject: Subject::Unit, name, write, undo: None, amend: None, masked, version };
        Ok(Loaded::Written(Box::new(receipt)))
    }

    /// What a round asks: the indicators named, or those that are due.
    fn asked(&self, period: Period, named: &[IndicatorId]) -> Result<Vec<IndicatorId>, Problem> {
        let known = &self.framework.indicators;
        if named.is_empty() {
            let due: Vec<IndicatorId> = known.iter().filter(|i| is_due(i, period)).map(|i| i.id.clone()).collect();
            return if due.is_empty() { Err(refused("E_ROUND_NOTHING").arg(period)) } else { Ok(due) };
        }
        let one = |id: &IndicatorId| match indicator::meant(known, id.as_str()).as_slice() {
            [] => Err(refused("E_STORE_NO_INDICATOR").arg(id)),
            [one] if one.derived.is_some() => Err(refused("E_ROUND_DERIVED").arg(id).arg(&one.label)),
            [one] => Ok(one.id.clone()),
            several => Err(refused("E_INDICATOR_MANY").arg(id).arg(several.iter().map(|i| i.id.as_str()).collect::<Vec<_>>().join(" "))),
        };
        named.iter().map(one).collect()
    }

    /// What the facts say of a round.
    fn ledger(&self, period: Period) -> Result<Ledger, Problem> {
        fold_rounds(&log::read(&self.records)?).remove(&period).ok_or_else(|| refused("E_ROUND_NONE").arg(period))
    }

    /// Stores the parts that came: their values in one transaction, then a fact for each file. The columns
    /// that follow from the values are built once at the end.
    ///
    /// # Errors
    /// `E_ROUND_NONE` where no such round was opened; whatever keeps the store from being written.
    pub(crate) fn take(&mut self, period: Period, parts: &[Part], (now, today): (Timestamp, Date), actor: &str) -> Result<u64, Problem> {
        self.ledger(period)?;
        let framework = Arc::clone(&self.framework);
        if parts.iter().any(|part| !part.values.is_empty()) {
            let mut load = self.load(now)?;
            let mut files = Vec::new();
            for part in parts.iter().filter(|part| !part.values.is_empty()) {
                // An import of its own, so that it can be taken back as one.
                let file = part.file(load.next_import(None)?, period, today);
                store(&mut load, &file, part, actor)?;
                files.push(file);
            }
            load.finish(&framework)?;
            for file in files {
                self.log_import(&Entry { at_ms: now.as_millisecond(), actor: actor.to_owned(), what: What::Round(file) })?;
            }
        }
        let round = Uid::of_round(&world::county(&self.reference)?, period);
        for part in parts {
            let taken = tidy(&part.taken);
            self.append(round, &Body::RoundTaken { v: 1, period, unit: part.unit, taken }, now, actor)?;
        }
        self.version()
    }
}

impl Part {
    /// What the log of imports says of it.
    fn file(&self, import: i64, period: Period, today: Date) -> RoundFile {
        let Taken { file, sha256, kept, .. } = self.taken.clone();
        RoundFile { import, period, code: self.code.clone(), file, sha256, kept, today }
    }
}

impl Writer {
    /// Stores the values of a part that reference.db lost, under the number that its import had.
    ///
    /// # Errors
    /// Whatever keeps the store from being written.
    pub(crate) fn take_again(&mut self, file: &RoundFile, part: &Part, (actor, then): (&str, Timestamp)) -> Result<(), Problem> {
        let framework = Arc::clone(&self.framework);
        let mut load = self.load(then)?;
        let import = load.next_import(Some(file.import))?;
        store(&mut load, &RoundFile { import, ..file.clone() }, part, actor)?;
        load.finish(&framework)?;
        Ok(())
    }

    /// A round as it was at an instant; `None` where nobody opened it.
    pub(crate) fn round_at(&self, period: Period, at: Timestamp) -> Result<Option<Round>, Problem> {
        let facts = log::read(&self.records)?;
        let then = fold_rounds(facts.iter().filter(|fact| fact.hlc.0 <= at.as_millisecond())).remove(&period);
        // A clock that was set back leaves what came before it after it.
        let ledger = then.or_else(|| fold_rounds(&facts).remove(&period));
        Ok(ledger.map(|ledger| ledger.round))
    }
}

fn store(load: &mut Load<'_>, from: &RoundFile, part: &Part, actor: &str) -> Result<(), Problem> {
    let said = Choice::new(&Choices::default(), from.today);
    let batch = load.open_batch(&NewBatch {
        import: from.import,
        kind: KIND,
        source: &batch_source(from.period, &from.code),
        file: &from.file,
        sha256: &from.sha256,
        actor,
        choices: &serde_json::to_string(&said).unwrap_or_default(),
    })?;
    load.put_file(from.import, 0, &from.file, &from.kept)?;
    for (n, name) in (0..).zip(&part.sheets) {
        load.put_part(batch, n, name)?;
    }
    for (indicator, values) in &part.values {
        for (sheet, value) in values {
            let stamp = Stamp { batch, part: *sheet, row: Some(value.row), since: "", gone: false };
            load.put_value(stamp, indicator, value)?;
        }
    }
    Ok(())
}

/// Kind of the batches of rounds.
const KIND: &str = "round";

/// What goes into the log for ever: bounded, and without what looks personal.
fn tidy(taken: &Taken) -> Taken {
    let mut taken = taken.clone();
    taken.file = mask(&taken.file).0;
    taken.outside.truncate(LISTED_MAX);
    taken.problems.truncate(LISTED_MAX);
    taken.unused.truncate(LISTED_MAX);
    for text in taken.unused.iter_mut().chain(taken.problems.iter_mut().flat_map(|p| &mut p.args)) {
        *text = mask(text).0;
    }
    taken
}

fn refused(code: &str) -> Problem {
    Problem::new(code, Severity::Refused, "")
}

/// A value with the batch that brought it.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    /// The batch counts from here …
    from_ms: i64,
    /// … to here, exclusive.
    until_ms: i64,
    /// Position in [`Values::sources`].
    pub(super) source: usize,
    pub(super) reading: Reading,
    /// It says that there is none any more.
    gone: bool,
}

/// Every value of an indicator in a period, with every batch that ever brought one.
#[derive(Debug, Default)]
pub(super) struct Values {
    by_unit: FxHashMap<Uid, Vec<Kept>>,
    /// Source and file of the batches.
    pub(super) sources: Vec<(String, String)>,
}

impl Values {
    pub(super) fn read(connection: &Connection, county: &str, indicator: &IndicatorId, period: Period) -> Result<Self, Problem> {
        let mut statement = connection.prepare_cached(
            "SELECT v.uid, v.batch, b.known_from, b.withdrawn_at, b.source, b.file, v.state, v.num, v.den, v.value, v.gone
             FROM value v JOIN batch b ON b.county = v.county AND b.id = v.batch
             WHERE v.county = ?1 AND v.indicator = ?2 AND v.period_start = ?3 AND v.period_end = ?4 ORDER BY v.uid, v.batch",
        )?;
        let mut this = Self::default();
        let mut known: BTreeMap<i64, usize> = BTreeMap::new();
        let mut rows = statement.query(params![county, indicator.as_str(), period.start().to_string(), period.end().to_string()])?;
        while let Some(row) = rows.next()? {
            let batch: i64 = row.get(1)?;
            let source = match known.get(&batch) {
                Some(source) => *source,
                None => {
                    this.sources.push((row.get(4)?, row.get(5)?));
                    known.insert(batch, this.sources.len() - 1);
                    this.sources.len() - 1
                }
            };
            let until_ms = row.get::<_, Option<i64>>(3)?.unwrap_or(i64::MAX);
            let kept = Kept { from_ms: row.get(2)?, until_ms, source, reading: block::reading(row, 6)?, gone: row.get(10)? };
            this.by_unit.entry(world::uid(row, 0)?).or_default().push(kept);
        }
        Ok(this)
    }

    /// The value that stands as far as it was known at an instant: the one of the newest batch.
    pub(super) fn at(&self, unit: Uid, known_ms: i64) -> Option<&Kept> {
        let kept = self.by_unit.get(&unit)?;
        kept.iter().rev().find(|k| k.from_ms <= known_ms && known_ms < k.until_ms).filter(|k| !k.gone)
    }
}

impl Kept {
    /// When its batch was loaded.
    pub(super) fn loaded(&self) -> Timestamp {
        Timestamp::from_millisecond(self.from_ms).unwrap_or_default()
    }
}

/// Batches of a round whose values stand, by the code of the unit, the oldest first.
pub(super) fn arrived(connection: &Connection, county: &str, period: Period) -> Result<BTreeMap<String, Vec<Arrived>>, Problem> {
    let mut statement = connection.prepare_cached(
        "SELECT id, source, file, source_sha256, known_from FROM batch WHERE county = ?1 AND withdrawn_at IS NULL ORDER BY id",
    )?;
    let mut out: BTreeMap<String, Vec<Arrived>> = BTreeMap::new();
    let mut rows = statement.query([county])?;
    while let Some(row) = rows.next()? {
        let source = row.get_ref(1)?.as_str()?;
        let Some((_, code)) = of_batch_source(source).filter(|(of, _)| *of == period) else { continue };
        let at = Timestamp::from_millisecond(row.get(4)?).unwrap_or_default();
        let arrived = Arrived { batch: row.get(0)?, file: row.get(2)?, sha256: row.get(3)?, at };
        out.entry(code.to_owned()).or_default().push(arrived);
    }
    Ok(out)
}

/// A unit by its code, with the unit that answers for it in a round.
#[derive(Clone, Debug)]
pub(crate) struct Owner {
    /// The unit.
    pub(crate) uid: Uid,
    /// Its code as the office writes it.
    pub(crate) code: String,
    /// Its name.
    pub(crate) name: String,
    /// Position of its level from the top.
    pub(crate) level: usize,
    /// The unit that answers; `None` above its level.
    pub(crate) answers: Option<Uid>,
}

/// Every unit of the county by its code.
#[derive(Debug, Default)]
pub(crate) struct Owners(pub(crate) FxHashMap<String, Owner>);

impl Owners {
    /// Every unit of a world whose tables are read, or of those within a place. Where two levels have the
    /// same code, one that is asked counts.
    pub(crate) fn of(world: &World, within: Option<(usize, u32)>, level: &LevelId, asked: &[LevelId]) -> Self {
        let Some(table) = world.level(level) else { return Self::default() };
        let mut out: FxHashMap<String, Owner> = FxHashMap::default();
        for at in 0..world.levels.len() {
            let units = world.table(at);
            let wanted = asked.contains(&world.levels[at]);
            for row in world.range(within, at) {
                let n = row as usize;
                let answers = world.ancestor((at, row), table).map(|above| world.table(table).uids[above as usize]);
                let (code, name) = (units.codes.get(n).to_owned(), units.names.get(n).to_owned());
                let key = code.to_uppercase();
                if wanted || !out.contains_key(&key) {
                    out.insert(key, Owner { uid: units.uids[n], code, name, level: at, answers });
                }
            }
        }
        Self(out)
    }

    /// The unit of a code, as codes are compared: upper case.
    pub(crate) fn get(&self, code: &str) -> Option<&Owner> {
        self.0.get(code)
    }
}
