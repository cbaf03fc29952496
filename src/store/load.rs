//! A load of reference data: batches, in one transaction.

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior, params};
use rustc_hash::FxHashSet;

use super::block;
use super::error::damaged;
use super::put::{NewBatch, Stamp};
use super::world::{self, At, Membership, World};
use crate::domain::as_of::AsOf;
use crate::domain::id::{IndicatorId, LevelId, Uid};
use crate::domain::indicator;
use crate::domain::page::ReadCount;
use crate::domain::period::Period;
use crate::domain::problem::Problem;
use crate::domain::value::{Reading, State};
use crate::framework::Framework;
use crate::gis::original;
use crate::gis::read::{FeatureRecord, Features, GeometryKind};

/// What a layer or table was last loaded from. Kept to tell quickly that nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Source {
    /// Name of the layer or table, as it is counted and shown.
    pub(crate) source: String,
    /// One file of it.
    pub(crate) file: String,
    /// Hash of its entry in the manifest: another mapping is another load.
    pub(crate) spec: String,
    /// Size, bytes.
    pub(crate) size: u64,
    /// Time of the last change, milliseconds of UTC.
    pub(crate) mtime_ms: i64,
    /// SHA-256, hex.
    pub(crate) sha256: String,
}

/// What came of the last load of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Loaded {
    /// From what.
    pub(crate) source: Source,
    /// Read = drawn + listed.
    pub(crate) counts: ReadCount,
    /// What was refused, kept aside or marked.
    pub(crate) problems: Vec<Problem>,
    /// The batch; `None` where nothing was loaded.
    pub(crate) batch: Option<i64>,
}

/// A unit as a layer or table gives it.
#[derive(Clone, Debug)]
pub(crate) struct NewUnit<'a> {
    pub(crate) uid: Uid,
    pub(crate) level: &'a LevelId,
    pub(crate) code: &'a str,
    pub(crate) name: &'a str,
    pub(crate) parent: Option<Uid>,
    pub(crate) row: u64,
}

/// A branch as a table gives it.
#[derive(Clone, Debug)]
pub(crate) struct NewBranch {
    pub(crate) uid: Uid,
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) unit: Uid,
    pub(crate) place_deg: Option<[f64; 2]>,
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) row: u64,
}

/// A value as a table gives it.
#[derive(Clone, Debug)]
pub(crate) struct NewValue {
    pub(crate) uid: Uid,
    pub(crate) period: Period,
    pub(crate) reading: Reading,
    pub(crate) row: u64,
}

/// A load under way. Dropped without [`Load::commit`] it leaves no trace.
pub(crate) struct Load<'a> {
    pub(super) transaction: Transaction<'a>,
    pub(super) county: String,
    pub(super) now_ms: i64,
    /// The version that is committed is above this one.
    above: u64,
}

impl<'a> Load<'a> {
    pub(super) fn begin(connection: &'a mut Connection, now: Timestamp, above: u64) -> Result<Self, Problem> {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let county = world::county(&transaction)?;
        // A clock set back must not hide what is loaded behind what was loaded before.
        let last: Option<i64> =
            transaction.query_row("SELECT max(max(known_from, coalesce(withdrawn_at, 0))) FROM batch", [], |row| row.get(0))?;
        Ok(Self { transaction, county, now_ms: now.as_millisecond().max(last.map_or(i64::MIN, |l| l + 1)), above })
    }

    /// Writes what the manifest says of the workspace as a whole.
    pub(crate) fn workspace(&mut self, county: &str, name: &str, tree: &str, manifest: &str) -> Result<(), Problem> {
        for (key, value) in [("county", county), ("name", name), ("tree", tree), ("manifest", manifest)] {
            self.set_meta(key, value)?;
        }
        county.clone_into(&mut self.county);
        Ok(())
    }

    /// Keeps the texts of the frameworks in use by their hashes, and puts the framework of the tree
    /// before the ids of indicators that were kept without one.
    pub(crate) fn framework(&mut self, framework: &Framework) -> Result<(), Problem> {
        let hashes: Vec<&str> = framework.parts.iter().map(|p| p.sha256.as_str()).collect();
        self.set_meta("framework", &framework.sha256)?;
        let alone = hashes == [framework.sha256.as_str()];
        self.set_meta("frameworks", &if alone { String::new() } else { hashes.join(" ") })?;
        for part in &framework.parts {
            self.transaction.execute(
                "INSERT OR IGNORE INTO framework_in_use (county, sha256, known_from, file, body) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![self.county, part.sha256, self.now_ms, part.file, &*part.text],
            )?;
        }
        super::framework_log::note(&self.transaction, &self.county, framework, self.now_ms)?;
        self.qualify(framework)
    }

    /// Values that were kept under `X-1` belong to the indicator that has it now: the tree's first.
    fn qualify(&self, framework: &Framework) -> Result<(), Problem> {
        // From one id to the next in the order of the key: DISTINCT would read millions of values at every start.
        let mut next = self.transaction.prepare("SELECT min(indicator) FROM value WHERE county = ?1 AND indicator > ?2")?;
        let (mut kept, mut last) = (Vec::new(), String::new());
        while let Some(id) = next.query_row([&self.county, &last], |row| row.get::<_, Option<String>>(0))? {
            kept.push(id.clone());
            last = id;
        }
        drop(next);
        for id in kept.into_iter().filter(|id| !id.contains('/')) {
            let Some(now) = indicator::kept(&framework.indicators, &IndicatorId::from(id.as_str())).filter(|i| i.id.as_str() != id) else {
                continue;
            };
            self.transaction.execute(
                "UPDATE value SET indicator = ?3 WHERE county = ?1 AND indicator = ?2",
                params![self.county, id, now.id.as_str()],
            )?;
        }
        Ok(())
    }

    /// What waits for a decision because something would disappear.
    pub(crate) fn pending(&mut self, pending: Option<&str>) -> Result<(), Problem> {
        self.set_meta("pending", pending.unwrap_or_default())
    }

    fn set_meta(&self, key: &str, value: &str) -> Result<(), Problem> {
        self.transaction.execute(
            "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value WHERE value <> excluded.value",
            [key, value],
        )?;
        Ok(())
    }

    /// The first `depth` tables of the tree as it stands inside this load; the branches are the
    /// table after the last level.
    pub(crate) fn world(&self, framework: &Framework, depth: usize) -> Result<World, Problem> {
        World::scan(&self.transaction, framework, At::new(AsOf::NOW, self.today()), depth)
    }

    /// The same as of another day.
    pub(crate) fn world_on(&self, framework: &Framework, day: Date, depth: usize) -> Result<World, Problem> {
        World::scan(&self.transaction, framework, At::new(AsOf::NOW, day), depth)
    }

    fn today(&self) -> Date {
        Timestamp::from_millisecond(self.now_ms).unwrap_or_default().to_zoned(jiff::tz::TimeZone::system()).date()
    }

    /// Stamps the batch that a file was last loaded as; `None` where it never was.
    pub(crate) fn withdraw(&mut self, source: &str, file: &str) -> Result<Option<i64>, Problem> {
        let batch: Option<i64> = self
            .transaction
            .query_row(
                "SELECT id FROM batch WHERE county = ?1 AND source = ?2 AND file = ?3 AND import = 0 AND withdrawn_at IS NULL",
                params![self.county, source, file],
                |row| row.get(0),
            )
            .optional()?;
        if let Some(batch) = batch {
            self.transaction
                .execute("UPDATE batch SET withdrawn_at = ?3 WHERE county = ?1 AND id = ?2", params![self.county, batch, self.now_ms])?;
        }
        Ok(batch)
    }

    /// Opens a batch for a file.
    pub(crate) fn batch(&mut self, kind: &str, source: &Source) -> Result<i64, Problem> {
        let Source { source, file, sha256, .. } = source;
        self.open_batch(&NewBatch { import: 0, kind, source, file, sha256, actor: "", choices: "" })
    }

    /// A batch of this load was known from a day before it: from the end of that day.
    pub(crate) fn known_since(&mut self, batch: i64, day: Date) -> Result<(), Problem> {
        let end =
            day.tomorrow().and_then(|next| next.to_zoned(jiff::tz::TimeZone::UTC)).map_or(self.now_ms, |z| z.timestamp().as_millisecond());
        self.transaction
            .execute("UPDATE batch SET known_from = ?3 WHERE county = ?1 AND id = ?2", params![self.county, batch, end.min(self.now_ms)])?;
        Ok(())
    }

    /// Remembers what came of a file, with its problems.
    pub(crate) fn loaded(&mut self, source: &Source, batch: Option<i64>, counts: &ReadCount, problems: &[Problem]) -> Result<(), Problem> {
        let problems = serde_json::to_string(problems).map_err(|e| damaged(&source.file, e))?;
        self.transaction.execute(
            "INSERT OR REPLACE INTO source (county, source, file, spec, size, mtime, sha256, batch, read, drawn, listed, problems)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
            params![
                self.county,
                source.source,
                source.file,
                source.spec,
                source.size,
                source.mtime_ms,
                source.sha256,
                batch,
                counts.read,
                counts.drawn,
                counts.listed,
                problems
            ],
        )?;
        Ok(())
    }

    /// Remembers why files were refused, in place of what was remembered before. What was loaded
    /// from them stays; the size is forgotten, so that they are tried again the next time.
    pub(crate) fn refused(&mut self, refused: &[(String, String, Problem)]) -> Result<(), Problem> {
        self.transaction.execute("DELETE FROM source WHERE county = ?1 AND batch IS NULL", [&self.county])?;
        for (source, file, problem) in refused {
            let problems = serde_json::to_string(&[problem]).map_err(|e| damaged(file, e))?;
            self.transaction.execute(
                "INSERT INTO source (county, source, file, spec, size, mtime, sha256, batch, read, drawn, listed, problems)
                 VALUES (?1, ?2, ?3, '', 0, 0, '', NULL, 0, 0, 0, ?4)
                 ON CONFLICT DO UPDATE SET spec = '', size = 0, mtime = 0, problems = excluded.problems",
                params![self.county, source, file, problems],
            )?;
        }
        Ok(())
    }

    /// Forgets a file that the manifest no longer names.
    pub(crate) fn forget(&mut self, source: &str, file: &str) -> Result<(), Problem> {
        self.transaction
            .execute("DELETE FROM source WHERE county = ?1 AND source = ?2 AND file = ?3", params![self.county, source, file])?;
        Ok(())
    }

    /// Adds units.
    pub(crate) fn units<'u>(&mut self, batch: i64, units: impl IntoIterator<Item = NewUnit<'u>>) -> Result<(), Problem> {
        units.into_iter().try_for_each(|unit| self.put_unit(Stamp::of(batch, unit.row), &unit))
    }

    /// Adds the boundary of a unit, as it came.
    pub(crate) fn boundary(
        &mut self,
        batch: i64,
        level: &LevelId,
        uid: Uid,
        features: &Features,
        record: &FeatureRecord,
    ) -> Result<(), Problem> {
        let kind = match record.kind {
            GeometryKind::None => return Ok(()),
            GeometryKind::Point => "point",
            GeometryKind::Line => "line",
            GeometryKind::Polygon => "polygon",
        };
        let rings = features.rings.get(record.rings.start as usize..record.rings.end as usize).unwrap_or_default();
        let stamp = Stamp { batch, ..Stamp::default() };
        self.put_boundary(stamp, level, uid, kind, &original::encode(rings, &features.coords_deg))
    }

    /// Adds branches.
    pub(crate) fn branches(&mut self, batch: i64, branches: &[NewBranch]) -> Result<(), Problem> {
        branches.iter().try_for_each(|branch| self.put_branch(Stamp::of(batch, branch.row), branch))
    }

    /// Adds memberships: code of the zone or region, member, row.
    pub(crate) fn members(&mut self, batch: i64, kind: Membership, members: &[(String, Uid, u64)]) -> Result<(), Problem> {
        members.iter().try_for_each(|(group, uid, row)| self.put_member(Stamp::of(batch, *row), kind, group, *uid))
    }

    /// Adds values of an indicator, in the order of period and uid, which SQLite stores fastest. What is
    /// missing is the absence of a row.
    pub(crate) fn values(&mut self, batch: i64, indicator: &IndicatorId, values: &[NewValue]) -> Result<(), Problem> {
        let mut there = values.iter().filter(|value| value.reading.state != State::Missing);
        there.try_for_each(|value| self.put_value(Stamp::of(batch, value.row), indicator, value))
    }

    /// Units, branches and boundaries that a layer or table has in batches that still count.
    pub(crate) fn uids_of(&self, source: &str) -> Result<FxHashSet<Uid>, Problem> {
        let mut statement = self.transaction.prepare_cached(
            "WITH mine AS (SELECT id FROM batch WHERE county = ?1 AND source = ?2 AND withdrawn_at IS NULL)
             SELECT uid FROM unit_version WHERE county = ?1 AND batch IN mine
             UNION SELECT uid FROM branch_version WHERE county = ?1 AND batch IN mine
             UNION SELECT uid FROM geometry WHERE county = ?1 AND batch IN mine",
        )?;
        let rows = statement.query_map(params![self.county, source], |row| world::uid(row, 0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How many units, boundaries, branches, entities, records, memberships and values of a withdrawn batch no batch
    /// that counts has any more.
    pub(crate) fn vanished(&self, batch: i64) -> Result<u64, Problem> {
        const COUNTS: &str = "batch IN (SELECT id FROM batch WHERE county = ?1 AND withdrawn_at IS NULL)";
        let gone = |table: &str, key: &[&str]| -> rusqlite::Result<u64> {
            let same: String = key.iter().map(|k| [" AND n.", k, " = o.", k].concat()).collect();
            let query = [
                "SELECT count(*) FROM ",
                table,
                " o WHERE o.county = ?1 AND o.batch = ?2 AND NOT EXISTS (SELECT 1 FROM ",
                table,
                " n WHERE n.county = o.county",
                &same,
                " AND n.",
                COUNTS,
                ")",
            ];
            self.transaction.query_row(&query.concat(), params![self.county, batch], |row| row.get(0))
        };
        Ok(gone("unit_version", &["tree", "level", "uid"])?
            + gone("geometry", &["role", "level", "uid"])?
            + gone("branch_version", &["uid"])?
            + gone("entity_version", &["uid"])?
            + gone("record_version", &["kind", "uid"])?
            + gone("membership", &["kind", "grp", "uid"])?
            + gone("value", &["indicator", "period_start", "period_end", "uid"])?)
    }

    /// Raises the version and commits; the derived columns of older versions no longer count.
    pub(crate) fn commit(self) -> Result<u64, Problem> {
        let version = world::version(&self.transaction)?.max(self.above) + 1;
        self.set_meta("version", &version.to_string())?;
        self.transaction.commit()?;
        Ok(version)
    }

    /// Raises the version, builds every derived table anew and commits, all in one step.
    pub(crate) fn finish(self, framework: &Framework) -> Result<u64, Problem> {
        let version = world::version(&self.transaction)? + 1;
        self.set_meta("version", &version.to_string())?;
        self.commit_derived(framework)?;
        Ok(version)
    }

    /// Builds the derived columns and commits without a new version: nothing that is shown changes.
    pub(crate) fn commit_derived(self, framework: &Framework) -> Result<(), Problem> {
        let world = self.world(framework, framework.levels.len() + 1)?;
        world.store(&self.transaction)?;
        block::rebuild(&self.transaction, &world, framework)?;
        world::set_derived(&self.transaction, framework, world.at.day)?;
        self.transaction.commit()?;
        Ok(())
    }

    /// Whether the derived tables are those of this version and framework.
    pub(crate) fn is_derived(&self, framework: &Framework) -> Result<bool, Problem> {
        world::is_derived(&self.transaction, framework, self.today())
    }

    /// Commits what changes nothing that is counted or drawn.
    pub(crate) fn commit_quiet(self) -> Result<(), Problem> {
        self.transaction.commit()?;
        Ok(())
    }
}

/// Whether anything was ever loaded.
pub(crate) fn any(connection: &Connection) -> Result<bool, Problem> {
    Ok(connection.query_row("SELECT EXISTS (SELECT 1 FROM batch)", [], |row| row.get(0))?)
}

/// The last load of every file, in the order they were first loaded.
pub(crate) fn sources(connection: &Connection) -> Result<Vec<Loaded>, Problem> {
    let county = world::county(connection)?;
    let mut statement = connection.prepare_cached(
        "SELECT source, file, spec, size, mtime, sha256, read, drawn, listed, problems, batch FROM source WHERE county = ?1 ORDER BY source, file",
    )?;
    let mut rows = statement.query([county])?;
    let mut out = Vec::new();
    while let Some(row) = rows.next()? {
        let source = Source {
            source: row.get(0)?,
            file: row.get(1)?,
            spec: row.get(2)?,
            size: row.get(3)?,
            mtime_ms: row.get(4)?,
            sha256: row.get(5)?,
        };
        let counts = ReadCount { name: source.source.clone(), read: row.get(6)?, drawn: row.get(7)?, listed: row.get(8)? };
        let problems = serde_json::from_str(row.get_ref(9)?.as_str().unwrap_or_default()).map_err(|e| damaged(&source.file, e))?;
        out.push(Loaded { source, counts, problems, batch: row.get(10)? });
    }
    Ok(out)
}
