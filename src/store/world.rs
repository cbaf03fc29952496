//! The units and branches as of a time, as columns in memory.
//!
//! Every level is sorted by the way from the top (unit above unit), then by code. So the units
//! below any unit are one range of rows on every level, and a roll-up is a walk over a range of
//! a column.

mod derived;
mod rows;

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::{Connection, OptionalExtension as _, Row, named_params};

use self::derived::{holds_on, is_packed};
pub(super) use self::derived::{is_derived, set_derived};
use self::rows::Extra;
use super::error::damaged;
use super::table::{Raw, Table, Texts};
use crate::domain::as_of::AsOf;
use crate::domain::id::{LevelId, Uid};
use crate::domain::indicator::Indicator;
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
    /// Both times were left open: boundaries as they were simplified for drawing answer.
    pub(crate) now: bool,
    /// What was packed from the long tables is of this version, and of everything that is known.
    pub(crate) packed: bool,
    /// And of the same units and branches as there are on the day: the derived tables answer.
    pub(crate) derived: bool,
}

impl At {
    pub(crate) fn new(as_of: AsOf, today: Date) -> Self {
        Self {
            day: as_of.valid.unwrap_or(today),
            known_ms: as_of.known.map_or(i64::MAX, Timestamp::as_millisecond),
            now: as_of == AsOf::NOW,
            packed: false,
            derived: false,
        }
    }

    /// With what was packed, where that can answer.
    pub(crate) fn with_derived(self, connection: &Connection, framework: &Framework) -> Result<Self, Problem> {
        let packed = self.known_ms == i64::MAX && is_packed(connection, framework)?;
        Ok(Self { packed, derived: packed && holds_on(connection, self.day)?, ..self })
    }
}

/// What units are members of beside the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Membership {
    /// A kind of area of the framework.
    Zone,
    /// A region 片区.
    Region,
}

impl Membership {
    /// As it is stored.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Zone => "zone",
            Self::Region => "region",
        }
    }
}

/// Codes and the uids of their members.
pub(crate) type Members = HashMap<String, Vec<Uid>>;

/// Columns of branches beside [`Table`].
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct BranchColumns {
    /// Kind per row.
    pub(crate) kinds: Texts,
    /// Longitude and latitude per row, degrees.
    pub(crate) places_deg: Vec<Option<[f64; 2]>>,
    /// Further columns of the office's table, as stored JSON.
    pub(crate) fields: Texts,
}

impl BranchColumns {
    const EMPTY: Self = Self { kinds: Texts::EMPTY, places_deg: Vec::new(), fields: Texts::EMPTY };

    fn encode(&self, out: &mut Vec<u8>) {
        self.kinds.encode(out);
        self.fields.encode(out);
        self.places_deg.iter().flat_map(|p| p.unwrap_or([f64::NAN; 2])).for_each(|c| out.extend_from_slice(&c.to_le_bytes()));
    }

    fn decode(mut bytes: &[u8], rows: usize) -> Result<Self, ()> {
        let (kinds, fields) = (Texts::decode(&mut bytes, rows)?, Texts::decode(&mut bytes, rows)?);
        let (places, rest) = bytes.as_chunks::<16>();
        if places.len() != rows || !rest.is_empty() {
            return Err(());
        }
        let place = |bytes: &[u8; 16]| -> Option<[f64; 2]> {
            let [x, y] = bytes.as_chunks::<8>().0 else { return None };
            let [x, y] = [x, y].map(|b| f64::from_le_bytes(*b));
            (!x.is_nan()).then_some([x, y])
        };
        Ok(Self { kinds, places_deg: places.iter().map(place).collect(), fields })
    }
}

/// A table and, of branches, what is beside it.
#[derive(Clone, Debug, Default, PartialEq)]
struct Shelf {
    table: Table,
    branches: BranchColumns,
}

/// What is known of the tree as of a time.
///
/// Where the derived tables answer, it is loaded level by level from the top as questions
/// need it ([`World::load`]): a place, `(table, row)`, is only ever made from a table that was
/// loaded, and so were all above it. For other times everything is read from the rows at once.
#[derive(Debug)]
pub(crate) struct World {
    /// Version of the reference data.
    pub(crate) version: u64,
    /// As of.
    pub(crate) at: At,
    /// County code, the first part of every key.
    pub(crate) county: String,
    /// Levels, the top one first, then the branches: a place `(level, row)` names either.
    shelves: Vec<OnceLock<Arc<Shelf>>>,
    /// Per table the version of the reference data that it came with; empty where nothing is stored.
    stored: Vec<u64>,
    /// Numbers of rows, whether loaded or not.
    lens: Vec<u32>,
    /// Ids of the levels.
    pub(crate) levels: Vec<LevelId>,
    /// Per kind of membership: codes and their members.
    members: [OnceLock<Members>; 2],
    /// Fingerprint of the order of rows per level: blocks of another order are not used.
    pub(crate) order: Vec<u64>,
}

impl World {
    /// Opens the tree as of a time.
    pub(crate) fn open(connection: &Connection, framework: &Framework, at: At) -> Result<Self, Problem> {
        if !at.derived {
            return Self::scan(connection, framework, at, framework.levels.len() + 1);
        }
        let mut world = Self::empty(connection, framework, at)?;
        let mut statement =
            connection.prepare_cached("SELECT len, fingerprint, version FROM level_table WHERE county = ?1 AND level = ?2")?;
        for table in 0..world.shelves.len() {
            let found = statement.query_row((&world.county, world.key(table)), |row| Ok((row.get(0)?, row.get::<_, i64>(1)?, row.get(2)?)));
            let (len, order, version) = found.optional()?.ok_or_else(|| damaged("reference.db", "level_table"))?;
            world.lens.push(len);
            world.order.push(order.cast_unsigned());
            world.stored.push(version);
        }
        Ok(world)
    }

    /// Takes over the tables of another tree of the same store that are still the same, so that a new
    /// value does not make everyone read every unit again.
    pub(super) fn take_over(&self, other: &Self) {
        for table in 0..self.shelves.len() {
            if self.is_stored_as(other, table)
                && let Some(shelf) = other.shelves[table].get()
            {
                let _ = self.shelves[table].set(Arc::clone(shelf));
            }
        }
    }

    fn is_stored_as(&self, other: &Self, table: usize) -> bool {
        let version = |world: &Self| world.stored.get(table).copied();
        self.at == other.at && self.levels == other.levels && version(self).is_some() && version(self) == version(other)
    }

    /// Whether a table that both have loaded is one and the same.
    pub(crate) fn shares(&self, other: &Self, table: usize) -> bool {
        let shelf = |world: &Self| world.shelves.get(table).and_then(OnceLock::get).map(Arc::as_ptr);
        shelf(self).is_some() && shelf(self) == shelf(other)
    }

    /// Reads the first `depth` tables from the rows of batches; the others are left empty.
    pub(crate) fn scan(connection: &Connection, framework: &Framework, at: At, depth: usize) -> Result<Self, Problem> {
        let mut world = Self::empty(connection, framework, at)?;
        let tree = meta(connection, "tree")?.unwrap_or_default();
        let mut tables: Vec<Table> = Vec::with_capacity(framework.levels.len() + 1);
        for (level, id) in world.levels.iter().enumerate() {
            let rows = if level < depth { world.read_units(connection, &tree, id)? } else { Vec::new() };
            let (mut table, _) = Table::build(rows, &mut tables);
            if level < depth {
                world.read_drawn(connection, level, &mut table)?;
            }
            tables.push(table);
        }
        let rows = if depth > world.levels.len() { world.read_branches(connection)? } else { Vec::new() };
        let (raws, extra): (Vec<Raw>, Vec<Extra>) = rows.into_iter().unzip();
        let (mut table, order) = Table::build(raws, &mut tables);
        let mut branches = BranchColumns::default();
        for (row, n) in order.into_iter().enumerate() {
            let (kind, place, fields) = &extra[n];
            table.drawn[row] = place.is_some();
            branches.kinds.push(kind);
            branches.places_deg.push(*place);
            branches.fields.push(fields);
        }
        tables.push(table);
        world.fill(tables, branches);
        Ok(world)
    }

    /// A tree that is not stored yet: a table per level, and an empty one of branches.
    pub(super) fn of_units(version: u64, at: At, county: &str, levels: Vec<LevelId>, tables: Vec<Table>) -> Self {
        let mut world = Self {
            version,
            at,
            county: county.to_owned(),
            shelves: Vec::new(),
            stored: Vec::new(),
            lens: Vec::new(),
            levels,
            members: Default::default(),
            order: Vec::new(),
        };
        world.fill(tables, BranchColumns::default());
        world
    }

    /// Takes every table at once, the branches last.
    fn fill(&mut self, tables: Vec<Table>, branches: BranchColumns) {
        self.lens = tables.iter().map(|t| u32::try_from(t.len()).unwrap_or(NONE)).collect();
        self.order = tables.iter().map(Table::fingerprint).collect();
        let mut branches = Some(branches);
        let last = tables.len() - 1;
        self.shelves = tables
            .into_iter()
            .enumerate()
            .map(|(n, table)| Arc::new(Shelf { table, branches: branches.take_if(|_| n == last).unwrap_or_default() }).into())
            .collect();
    }

    fn empty(connection: &Connection, framework: &Framework, at: At) -> Result<Self, Problem> {
        Ok(Self {
            version: version(connection)?,
            at,
            county: county(connection)?,
            shelves: vec![OnceLock::new(); framework.levels.len() + 1],
            stored: Vec::new(),
            lens: Vec::new(),
            levels: framework.levels.iter().map(|l| l.code.clone()).collect(),
            members: Default::default(),
            order: Vec::new(),
        })
    }

    /// Key of a table in the derived tables: the level, of branches nothing.
    pub(super) fn key(&self, table: usize) -> &str {
        self.levels.get(table).map_or("", LevelId::as_str)
    }

    /// Stores every table as it is loaded later; the world has been scanned in full. A table that is the
    /// same as before keeps the version that it came with.
    pub(super) fn store(&self, connection: &Connection) -> Result<(), Problem> {
        let kept: Vec<&str> = (0..self.shelves.len()).map(|table| self.key(table)).collect();
        let others = serde_json::to_string(&kept).map_err(|e| damaged("reference.db", e))?;
        connection.execute(
            "DELETE FROM level_table WHERE county = ?1 AND level NOT IN (SELECT value FROM json_each(?2))",
            (&self.county, others),
        )?;
        let mut insert = connection.prepare_cached(
            "INSERT INTO level_table (county, level, version, len, fingerprint, bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT DO UPDATE SET version = excluded.version, len = excluded.len, fingerprint = excluded.fingerprint, bytes = excluded.bytes
             WHERE bytes <> excluded.bytes OR len <> excluded.len OR fingerprint <> excluded.fingerprint",
        )?;
        for (n, shelf) in self.shelves.iter().enumerate().filter_map(|(n, shelf)| Some((n, shelf.get()?))) {
            let mut bytes = shelf.table.encode();
            if n == self.branch_table() {
                shelf.branches.encode(&mut bytes);
            }
            insert.execute((&self.county, self.key(n), self.version, self.lens[n], self.order[n].cast_signed(), bytes))?;
        }
        Ok(())
    }

    /// A table, loaded with all above it if it is not there yet.
    pub(crate) fn load(&self, connection: &Connection, table: usize) -> Result<&Table, Problem> {
        for (n, shelf) in self.shelves.iter().enumerate().take(table + 1).filter(|(_, shelf)| shelf.get().is_none()) {
            let mut statement =
                connection.prepare_cached("SELECT bytes FROM level_table WHERE county = ?1 AND level = ?2 AND version = ?3")?;
            let mut rows = statement.query((&self.county, self.key(n), self.stored.get(n)))?;
            let broken = || damaged("reference.db", "level_table");
            let row = rows.next()?.ok_or_else(broken)?;
            let (table, rest) = Table::decode(row.get_ref(0)?.as_blob().unwrap_or_default()).map_err(|()| broken())?;
            let branches = match n == self.branch_table() {
                true => BranchColumns::decode(rest, table.len()).map_err(|()| broken())?,
                false => BranchColumns::default(),
            };
            // Another session may have been quicker; both have read the same.
            let _ = shelf.set(Arc::new(Shelf { table, branches }));
        }
        Ok(self.table(table))
    }

    /// A table that was loaded.
    pub(crate) fn table(&self, table: usize) -> &Table {
        self.shelves[table].get().map_or(const { &Table::EMPTY }, |shelf| &shelf.table)
    }

    /// More of the branches, once their table was loaded.
    pub(crate) fn branches(&self) -> &BranchColumns {
        self.shelves[self.branch_table()].get().map_or(const { &BranchColumns::EMPTY }, |shelf| &shelf.branches)
    }

    /// Number of tables: the levels and the branches.
    pub(crate) fn tables(&self) -> usize {
        self.shelves.len()
    }

    /// Number of rows of a table.
    pub(crate) fn len(&self, table: usize) -> u32 {
        self.lens[table]
    }

    /// Where a uid is among the tables that were loaded.
    pub(crate) fn place(&self, uid: Uid) -> Option<(usize, u32)> {
        self.shelves.iter().enumerate().find_map(|(n, shelf)| Some((n, shelf.get()?.table.row(uid)?)))
    }

    /// Where a uid is, looked for from the top down.
    pub(crate) fn find(&self, connection: &Connection, uid: Uid) -> Result<Option<(usize, u32)>, Problem> {
        for n in 0..self.tables() {
            if let Some(row) = self.load(connection, n)?.row(uid) {
                return Ok(Some((n, row)));
            }
        }
        Ok(None)
    }

    /// Codes of zones or regions and the uids of their members.
    pub(crate) fn members(&self, connection: &Connection, kind: Membership) -> Result<&Members, Problem> {
        let slot = &self.members[kind as usize];
        if let Some(members) = slot.get() {
            return Ok(members);
        }
        let mut statement = connection.prepare_cached(concat!(
            "SELECT grp, uid, gone FROM membership m WHERE m.county = :county AND m.kind = :kind AND ",
            as_of!("m"),
            " ORDER BY m.grp, m.uid, m.batch"
        ))?;
        let mut rows = statement.query(named_params! {
            ":county": self.county, ":kind": kind.word(), ":day": self.at.day.to_string(), ":known": self.at.known_ms
        })?;
        let mut groups = Members::new();
        while let Some(row) = rows.next()? {
            let (members, this) = (groups.entry(row.get(0)?).or_default(), uid(row, 1)?);
            members.pop_if(|last| *last == this);
            if !row.get::<_, bool>(2)? {
                members.push(this);
            }
        }
        groups.retain(|_, members| !members.is_empty());
        Ok(slot.get_or_init(|| groups))
    }

    /// The highest level that has units.
    pub(crate) fn top(&self) -> Option<usize> {
        (0..self.levels.len()).find(|level| self.lens[*level] > 0)
    }

    /// Position of the branches among the tables.
    pub(crate) fn branch_table(&self) -> usize {
        self.levels.len()
    }

    /// The position of a level.
    pub(crate) fn level(&self, id: &LevelId) -> Option<usize> {
        self.levels.iter().position(|l| l == id)
    }

    /// The table whose rows report an indicator: that of a level, or the branches.
    pub(crate) fn reporting(&self, indicator: &Indicator) -> Option<usize> {
        if indicator.is_of_branches() { Some(self.branch_table()) } else { self.level(&indicator.level) }
    }

    /// Unit or branch.
    pub(crate) fn subject(&self, table: usize) -> Subject {
        if table == self.branch_table() { Subject::Branch } else { Subject::Unit }
    }

    /// The rows of a table at or below a place; everything above the top (`None`).
    pub(crate) fn range(&self, place: Option<(usize, u32)>, table: usize) -> Range<u32> {
        match place {
            None => 0..self.lens[table],
            Some((level, row)) if level == table => row..row + 1,
            Some((level, row)) if level < table => self.table(level).below[table - level - 1][row as usize].clone(),
            Some(_) => 0..0,
        }
    }

    /// The row of `level` that `(table, row)` lies in, itself included.
    pub(crate) fn ancestor(&self, (table, row): (usize, u32), level: usize) -> Option<u32> {
        match level {
            _ if level == table => Some(row),
            _ if level < table => Some(self.table(table).above[level][row as usize]).filter(|r| *r != NONE),
            _ => None,
        }
    }

    /// From the top to a place, itself last.
    pub(crate) fn way(&self, place: (usize, u32)) -> Vec<(usize, u32)> {
        let mut way = vec![place];
        while let Some(parent) = way.last().and_then(|(t, r)| self.table(*t).parent(*r)) {
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
        self.table(table).names.get(row as usize)
    }
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

/// Sets a value of the small table of the store itself.
pub(super) fn set_meta(connection: &Connection, key: &str, value: &str) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value")?
        .execute([key, value])
        .map(drop)
}

/// County code of the workspace; empty before the first load.
pub(super) fn county(connection: &Connection) -> rusqlite::Result<String> {
    Ok(meta(connection, "county")?.unwrap_or_default())
}

/// Version of the reference data; 0 before the first load.
pub(crate) fn version(connection: &Connection) -> Result<u64, Problem> {
    meta(connection, "version")?.map_or(Ok(0), |v| v.parse().map_err(|e| damaged("reference.db", e)))
}

/// Whether any units of a level were ever loaded.
pub(super) fn has_units(connection: &Connection, level: &LevelId) -> rusqlite::Result<bool> {
    connection.query_row("SELECT EXISTS (SELECT 1 FROM unit_version WHERE level = ?1)", [level.as_str()], |row| row.get(0))
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
