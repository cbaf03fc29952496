//! The units and branches as of a time, as columns in memory.
//!
//! Every level is sorted by the way from the top (unit above unit), then by code. So the units
//! below any unit are one range of rows on every level, and a roll-up is a walk over a range of
//! a column.

use std::collections::HashMap;
use std::ops::Range;

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::{Connection, OptionalExtension as _, Row, named_params};
use rustc_hash::{FxHashMap, FxHashSet};

use super::error::damaged;
use crate::domain::as_of::AsOf;
use crate::domain::id::{LevelId, Uid};
use crate::domain::problem::Problem;
use crate::domain::unit::Subject;
use crate::framework::Framework;

/// No row: the unit has nothing above it on that level.
pub(crate) const NONE: u32 = u32::MAX;

/// Condition on a row of a batch: valid on the day and known at the instant.
macro_rules! as_of {
    ($table:literal) => {
        concat!($table, ".valid_from <= :day AND :day < ", $table, ".valid_to AND ", known!($table))
    };
}
/// Condition on a row of a batch: known at the instant.
macro_rules! known {
    ($table:literal) => {
        concat!(
            $table,
            ".batch IN (SELECT id FROM batch WHERE county = :county AND known_from <= :known AND (withdrawn_at IS NULL OR withdrawn_at > :known))"
        )
    };
}
pub(super) use {as_of, known};

/// Both times with the defaults filled in, as SQL compares them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct At {
    /// The day.
    pub(crate) day: Date,
    /// Milliseconds of UTC; the largest where everything known counts.
    pub(crate) known_ms: i64,
    /// Both times were left open, so the derived tables answer.
    pub(crate) now: bool,
}

impl At {
    pub(crate) fn new(as_of: AsOf, today: Date) -> Self {
        Self {
            day: as_of.valid.unwrap_or(today),
            known_ms: as_of.known.map_or(i64::MAX, Timestamp::as_millisecond),
            now: as_of == AsOf::NOW,
        }
    }
}

/// Units of one level, or the branches, in the order of the tree.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    /// Identity per row.
    pub(crate) uids: Vec<Uid>,
    /// Code per row.
    pub(crate) codes: Vec<Box<str>>,
    /// Name per row.
    pub(crate) names: Vec<Box<str>>,
    /// The level and row right above, per row.
    pub(crate) parents: Vec<Option<(usize, u32)>>,
    /// Per level above: the row above per row, or [`NONE`].
    pub(crate) above: Vec<Vec<u32>>,
    /// Per level above: per row of that level the rows here that lie below it.
    pub(crate) ranges: Vec<Vec<Range<u32>>>,
    /// Whether it has a boundary, per row.
    pub(crate) drawn: Vec<bool>,
}

impl Table {
    /// Number of rows.
    pub(crate) fn len(&self) -> usize {
        self.uids.len()
    }

    fn build(rows: Vec<Raw>, levels: &[Self], by_uid: &FxHashMap<Uid, (usize, u32)>) -> (Self, Vec<usize>) {
        let depth = levels.len();
        let way = |raw: &Raw| -> (Option<(usize, u32)>, Vec<u32>) {
            let mut way = vec![NONE; depth];
            let parent = raw.parent.and_then(|uid| by_uid.get(&uid)).copied().filter(|(level, _)| *level < depth);
            if let Some((level, row)) = parent {
                for (above, slot) in way.iter_mut().enumerate().take(level) {
                    *slot = levels[level].above[above][row as usize];
                }
                way[level] = row;
            }
            (parent, way)
        };
        let ways: Vec<_> = rows.iter().map(way).collect();
        // NONE is the largest number, but must come first, so that a range below a unit of an
        // upper level is whole.
        let key = |n: usize| ways[n].1.iter().map(|row| row.wrapping_add(1));
        let mut order: Vec<usize> = (0..rows.len()).collect();
        order.sort_by(|a, b| key(*a).cmp(key(*b)).then_with(|| rows[*a].code.cmp(&rows[*b].code)));
        let mut table = Self {
            above: vec![Vec::with_capacity(rows.len()); depth],
            ranges: levels.iter().map(|level| vec![0..0; level.len()]).collect(),
            drawn: vec![false; rows.len()],
            ..Self::default()
        };
        for (at, &n) in order.iter().enumerate() {
            let (parent, way) = &ways[n];
            let at = u32::try_from(at).unwrap_or(NONE);
            for (level, &row) in way.iter().enumerate() {
                table.above[level].push(row);
                if row != NONE {
                    let range = &mut table.ranges[level][row as usize];
                    if range.start == range.end {
                        range.start = at;
                    }
                    range.end = at + 1;
                }
            }
            table.parents.push(*parent);
        }
        for &n in &order {
            let raw = &rows[n];
            table.uids.push(raw.uid);
            table.codes.push(raw.code.as_str().into());
            table.names.push(raw.name.as_str().into());
        }
        (table, order)
    }
}

struct Raw {
    uid: Uid,
    code: String,
    name: String,
    parent: Option<Uid>,
}

/// Columns of branches beside [`Table`].
#[derive(Clone, Debug, Default)]
pub(crate) struct BranchColumns {
    /// Kind per row.
    pub(crate) kinds: Vec<Box<str>>,
    /// Longitude and latitude per row, degrees.
    pub(crate) places_deg: Vec<Option<[f64; 2]>>,
    /// Further columns of the office's table, as stored JSON.
    pub(crate) fields: Vec<Box<str>>,
}

/// Everything that is known of the tree as of a time.
#[derive(Debug)]
pub(crate) struct World {
    /// Version of the reference data.
    pub(crate) version: u64,
    /// As of.
    pub(crate) at: At,
    /// County code, the first part of every key.
    pub(crate) county: String,
    /// Levels, the top one first, then the branches: a place `(level, row)` names either.
    pub(crate) tables: Vec<Table>,
    /// Ids of the levels.
    pub(crate) levels: Vec<LevelId>,
    /// More of the branches.
    pub(crate) branches: BranchColumns,
    /// Where a uid is.
    pub(crate) by_uid: FxHashMap<Uid, (usize, u32)>,
    /// Zone codes and their members.
    pub(crate) zones: HashMap<String, Vec<(usize, u32)>>,
    /// Derived tables of this version are complete.
    pub(crate) derived: bool,
    /// Fingerprint of the order of rows per level: blocks of another order are not used.
    pub(crate) order: Vec<u64>,
}

impl World {
    /// Reads the tree as of a time.
    pub(crate) fn read(connection: &Connection, framework: &Framework, at: At) -> Result<Self, Problem> {
        let county = county(connection)?;
        let version = version(connection)?;
        let derived = meta(connection, "derived")?.is_some_and(|v| v == version.to_string());
        let tree = meta(connection, "tree")?.unwrap_or_default();
        let mut world = Self {
            version,
            at,
            county,
            tables: Vec::with_capacity(framework.levels.len() + 1),
            levels: framework.levels.iter().map(|l| l.code.clone()).collect(),
            branches: BranchColumns::default(),
            by_uid: FxHashMap::default(),
            zones: HashMap::new(),
            derived,
            order: Vec::new(),
        };
        for level in &framework.levels {
            let rows = world.read_units(connection, &tree, &level.code)?;
            let (table, _) = Table::build(rows, &world.tables, &world.by_uid);
            world.push(table);
            world.read_drawn(connection, world.tables.len() - 1)?;
        }
        world.read_branches(connection)?;
        world.read_zones(connection)?;
        Ok(world)
    }

    fn push(&mut self, table: Table) {
        let level = self.tables.len();
        self.by_uid.reserve(table.len());
        for (row, uid) in (0u32..).zip(&table.uids) {
            self.by_uid.insert(*uid, (level, row));
        }
        self.order.push(fingerprint(&table.uids));
        self.tables.push(table);
    }

    fn read_units(&self, connection: &Connection, tree: &str, level: &LevelId) -> Result<Vec<Raw>, Problem> {
        let mut statement = connection.prepare_cached(concat!(
            "SELECT uid, code, name, parent_uid, batch FROM unit_version u WHERE u.county = :county AND u.tree = :tree AND u.level = :level AND ",
            as_of!("u"),
            " ORDER BY u.uid, u.batch"
        ))?;
        let parameters = named_params! {
            ":county": self.county, ":tree": tree, ":level": level.as_str(), ":day": self.at.day.to_string(), ":known": self.at.known_ms
        };
        let tables = table_batches(connection, &self.county)?;
        let mut rows = statement.query(parameters)?;
        let mut out: Vec<Raw> = Vec::new();
        let mut by_table = false;
        while let Some(row) = rows.next()? {
            let (this, of_table) = (raw(row)?, tables.contains(&row.get(4)?));
            // The same unit from two sources: the office's table counts before a map, then the
            // one loaded last.
            match out.last_mut() {
                Some(last) if last.uid == this.uid => {
                    if of_table || !by_table {
                        *last = this;
                        by_table = of_table;
                    }
                }
                _ => {
                    out.push(this);
                    by_table = of_table;
                }
            }
        }
        Ok(out)
    }

    fn read_drawn(&mut self, connection: &Connection, level: usize) -> Result<(), Problem> {
        let mut statement = connection.prepare_cached(concat!(
            "SELECT uid FROM geometry g INDEXED BY geometry_drawn WHERE g.county = :county AND g.role = 'boundary' AND g.level = :level AND ",
            as_of!("g")
        ))?;
        let parameters = named_params! {
            ":county": self.county, ":level": self.levels[level].as_str(), ":day": self.at.day.to_string(), ":known": self.at.known_ms
        };
        let mut rows = statement.query(parameters)?;
        while let Some(row) = rows.next()? {
            if let Some((at, row)) = self.by_uid.get(&uid(row, 0)?)
                && *at == level
            {
                self.tables[level].drawn[*row as usize] = true;
            }
        }
        Ok(())
    }

    fn read_branches(&mut self, connection: &Connection) -> Result<(), Problem> {
        let mut statement = connection.prepare_cached(concat!(
            "SELECT uid, code, name, unit_uid, kind, x_deg, y_deg, fields FROM branch_version b WHERE b.county = :county AND ",
            as_of!("b"),
            " ORDER BY b.uid, b.batch"
        ))?;
        let parameters = named_params! { ":county": self.county, ":day": self.at.day.to_string(), ":known": self.at.known_ms };
        let (mut raws, mut extra): (Vec<Raw>, Vec<_>) = (Vec::new(), Vec::new());
        let mut rows = statement.query(parameters)?;
        while let Some(row) = rows.next()? {
            let this = raw(row)?;
            let place = match (row.get(5)?, row.get(6)?) {
                (Some(x), Some(y)) => Some([x, y]),
                _ => None,
            };
            let more: (String, Option<[f64; 2]>, String) = (row.get(4)?, place, row.get(7)?);
            if raws.last().is_some_and(|last| last.uid == this.uid) {
                raws.pop();
                extra.pop();
            }
            raws.push(this);
            extra.push(more);
        }
        let (mut table, order) = Table::build(raws, &self.tables, &self.by_uid);
        for (row, n) in order.into_iter().enumerate() {
            let (kind, place, fields) = &extra[n];
            table.drawn[row] = place.is_some();
            self.branches.kinds.push(kind.as_str().into());
            self.branches.places_deg.push(*place);
            self.branches.fields.push(fields.as_str().into());
        }
        self.push(table);
        Ok(())
    }

    fn read_zones(&mut self, connection: &Connection) -> Result<(), Problem> {
        let mut statement = connection
            .prepare_cached(concat!("SELECT grp, uid FROM membership m WHERE m.county = :county AND m.kind = 'zone' AND ", as_of!("m")))?;
        let parameters = named_params! { ":county": self.county, ":day": self.at.day.to_string(), ":known": self.at.known_ms };
        let mut rows = statement.query(parameters)?;
        while let Some(row) = rows.next()? {
            if let Some(place) = self.by_uid.get(&uid(row, 1)?) {
                self.zones.entry(row.get(0)?).or_default().push(*place);
            }
        }
        Ok(())
    }

    /// Position of the branches in `tables`.
    pub(crate) fn branch_table(&self) -> usize {
        self.levels.len()
    }

    /// The position of a level.
    pub(crate) fn level(&self, id: &LevelId) -> Option<usize> {
        self.levels.iter().position(|l| l == id)
    }

    /// Unit or branch.
    pub(crate) fn subject(&self, table: usize) -> Subject {
        if table == self.branch_table() { Subject::Branch } else { Subject::Unit }
    }

    /// The rows of a table at or below a place; everything above the top (`None`).
    pub(crate) fn range(&self, place: Option<(usize, u32)>, table: usize) -> Range<u32> {
        match place {
            None => 0..u32::try_from(self.tables[table].len()).unwrap_or(NONE),
            Some((level, row)) if level == table => row..row + 1,
            Some((level, row)) if level < table => self.tables[table].ranges[level][row as usize].clone(),
            Some(_) => 0..0,
        }
    }

    /// The row of `level` that `(table, row)` lies in, itself included.
    pub(crate) fn ancestor(&self, (table, row): (usize, u32), level: usize) -> Option<u32> {
        match level {
            _ if level == table => Some(row),
            _ if level < table => Some(self.tables[table].above[level][row as usize]).filter(|r| *r != NONE),
            _ => None,
        }
    }

    /// From the top to a place, itself last.
    pub(crate) fn way(&self, place: (usize, u32)) -> Vec<(usize, u32)> {
        let mut way = vec![place];
        while let Some(parent) = way.last().and_then(|(t, r)| self.tables[*t].parents[*r as usize]) {
            way.push(parent);
        }
        way.reverse();
        way
    }

    /// Whether a place is `within` or below it.
    pub(crate) fn lies_in(&self, place: (usize, u32), within: (usize, u32)) -> bool {
        self.ancestor(place, within.0) == Some(within.1)
    }

    /// Name of a place.
    pub(crate) fn name(&self, (table, row): (usize, u32)) -> &str {
        &self.tables[table].names[row as usize]
    }
}

/// Batches that came from tables.
fn table_batches(connection: &Connection, county: &str) -> rusqlite::Result<FxHashSet<i64>> {
    let mut statement = connection.prepare_cached("SELECT id FROM batch WHERE county = ?1 AND kind = 'table'")?;
    let rows = statement.query_map([county], |row| row.get(0))?;
    rows.collect()
}

/// A fingerprint of the order of rows, to tell whether a stored column still fits.
fn fingerprint(uids: &[Uid]) -> u64 {
    use std::hash::Hasher as _;
    let mut hasher = rustc_hash::FxHasher::default();
    for uid in uids {
        hasher.write(uid.as_bytes());
    }
    hasher.write_usize(uids.len());
    hasher.finish()
}

fn raw(row: &Row<'_>) -> rusqlite::Result<Raw> {
    let parent: Option<[u8; 16]> = row.get(3)?;
    Ok(Raw { uid: uid(row, 0)?, code: row.get(1)?, name: row.get(2)?, parent: parent.and_then(|b| Uid::from_slice(&b)) })
}

/// A uid column.
pub(super) fn uid(row: &Row<'_>, column: usize) -> rusqlite::Result<Uid> {
    let bytes: [u8; 16] = row.get(column)?;
    Ok(Uid(uuid::Uuid::from_bytes(bytes)))
}

/// A value of the small table of the store itself.
pub(super) fn meta(connection: &Connection, key: &str) -> rusqlite::Result<Option<String>> {
    connection.prepare_cached("SELECT value FROM meta WHERE key = ?1")?.query_row([key], |row| row.get(0)).optional()
}

/// County code of the workspace; empty before the first load.
pub(super) fn county(connection: &Connection) -> rusqlite::Result<String> {
    Ok(meta(connection, "county")?.unwrap_or_default())
}

/// Version of the reference data; 0 before the first load.
pub(crate) fn version(connection: &Connection) -> Result<u64, Problem> {
    meta(connection, "version")?.map_or(Ok(0), |v| v.parse().map_err(|e| damaged("reference.db", e)))
}

/// Name of a unit or branch by uid, from its newest row; for receipts.
pub(super) fn name_of(connection: &Connection, entity: Uid) -> rusqlite::Result<Option<String>> {
    connection
        .query_row(
            "SELECT name FROM (SELECT name, batch FROM unit_version WHERE uid = ?1 UNION ALL SELECT name, batch FROM branch_version WHERE uid = ?1)
             ORDER BY batch DESC LIMIT 1",
            [entity.as_bytes()],
            |row| row.get(0),
        )
        .optional()
}
