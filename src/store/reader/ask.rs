//! What every answer needs: the tree as of the time asked, marks, leads, columns, scope.

use std::cell::OnceCell;
use std::sync::Arc;

use jiff::civil::Date;
use rusqlite::Connection;

use super::path::Shared;
use super::region;
use crate::domain::access::Access;
use crate::domain::as_of::AsOf;
use crate::domain::decision::{Decision, Decisions};
use crate::domain::fact::{Correction, Fact, Mark};
use crate::domain::id::{IndicatorId, Uid};
use crate::domain::indicator::{self, Indicator};
use crate::domain::page::{Crumb, Freshness};
use crate::domain::period::Period;
use crate::domain::problem::{Problem, Severity};
use crate::domain::view_state::{Listing, Scope};
use crate::framework::Framework;
use crate::store::block::{self, Column};
use crate::store::cache::{Cache, Marks};
use crate::store::framework_log;
use crate::store::glance::Glance;
use crate::store::log;
use crate::store::rolled::{self, Rolled};
use crate::store::table::Table;
use crate::store::world::{self, At, Membership, World};

/// A unit or a branch: position of its table and row.
pub(in crate::store) type Place = (usize, u32);

/// One question being answered.
pub(in crate::store) struct Ask<'r> {
    pub(in crate::store) connection: &'r Connection,
    pub(in crate::store) framework: &'r Framework,
    pub(in crate::store) cache: &'r Cache,
    pub(in crate::store) world: Arc<World>,
    /// What stands in for the store while the first files are loaded.
    pub(super) glance: Option<Arc<Glance>>,
    marks: Arc<Marks>,
    /// Batches and facts together.
    pub(in crate::store) version: u64,
    /// Only this and what lies below may be seen.
    pub(super) within: Option<Place>,
    /// What is not screened yet is screened for this question; else it makes do with what there is.
    pub(super) waits: bool,
    /// How new the leads are that it counts, once that was looked up.
    pub(super) freshness: OnceCell<Freshness>,
    /// Which names stand more than once.
    pub(super) shared: Shared,
}

impl<'r> Ask<'r> {
    pub(in crate::store) fn new(
        connection: &'r Connection,
        records: &'r Connection,
        framework: &'r Framework,
        cache: &'r Cache,
        as_of: AsOf,
        access: &Access,
        today: Date,
    ) -> Result<Self, Problem> {
        // Before anything is read, which is when the transaction begins to see the store: where it is
        // gone, everything that it showed is stored.
        let glance = cache.glance().filter(|_| as_of == AsOf::NOW);
        let world = match &glance {
            Some(glance) => Arc::clone(&glance.world),
            None => {
                let at = At::new(as_of, today).with_derived(connection, framework)?;
                let reference = world::version(connection)?;
                cache.worlds(&(reference, at), || open(connection, framework, cache, at))?
            }
        };
        let facts = log::count(records)?;
        let mut marks = cache.marks(&facts, || log::read(records).map(|facts| Arc::new(Marks::of(facts))))?;
        if world.at.known_ms != i64::MAX {
            let then = || marks.facts.iter().filter(|f| f.hlc.0 <= world.at.known_ms);
            marks = Arc::new(Marks::of(then().cloned().collect()));
        }
        let version = world.version + facts;
        let (shared, freshness) = (Shared::new(world.tables()), OnceCell::new());
        let mut this = Self { connection, framework, cache, world, glance, marks, version, within: None, waits: true, freshness, shared };
        if let Some(uid) = access.within {
            this.within = Some(this.place(uid)?);
        }
        Ok(this)
    }

    /// The same question with the tree as it was on a day.
    pub(super) fn on(&self, day: Date) -> Result<Self, Problem> {
        let at = At { day, ..self.world.at }.with_derived(self.connection, self.framework)?;
        let reference = world::version(self.connection)?;
        let world = self.cache.worlds(&(reference, at), || open(self.connection, self.framework, self.cache, at))?;
        let (shared, freshness) = (Shared::new(world.tables()), OnceCell::new());
        let mut this = Self { world, glance: None, marks: Arc::clone(&self.marks), within: None, freshness, shared, ..*self };
        if let Some(within) = self.within {
            // Where it was not there yet nothing of that time may be seen, so nothing is asked of it.
            let uid = self.uid(within);
            this.within = Some(this.place(uid)?);
        }
        Ok(this)
    }

    /// Where a uid is, if it is there and may be seen.
    pub(super) fn seen(&self, uid: Uid) -> Result<Option<Place>, Problem> {
        let place = self.world.find(self.connection, uid)?;
        Ok(place.filter(|place| self.within.is_none_or(|within| self.world.lies_in(*place, within))))
    }

    /// A table, loaded if it was not yet. Rows of it may be used only after this.
    pub(super) fn table(&self, table: usize) -> Result<&Table, Problem> {
        self.world.load(self.connection, table)
    }

    /// The identity of a place.
    pub(in crate::store) fn uid(&self, (table, row): Place) -> Uid {
        self.world.table(table).uids[row as usize]
    }

    /// Where a uid is.
    pub(in crate::store) fn place(&self, uid: Uid) -> Result<Place, Problem> {
        self.seen(uid)?.ok_or_else(|| Problem::new("E_STORE_NO_PLACE", Severity::Refused, ""))
    }

    /// The place of a view: what it names, else what may be seen, else the only top unit.
    pub(super) fn standing_in(&self, place: Option<Uid>) -> Result<Option<Place>, Problem> {
        if let Some(uid) = place {
            return self.place(uid).map(Some);
        }
        if self.within.is_some() {
            return Ok(self.within);
        }
        let Some(top) = self.world.top().filter(|top| self.world.len(*top) == 1) else { return Ok(None) };
        self.table(top)?;
        Ok(Some((top, 0)))
    }

    /// What can be listed at a place: the levels below that have units, then branches.
    pub(super) fn listings(&self, place: Option<Place>) -> Vec<Listing> {
        let below = place.map_or(0, |(table, _)| table + 1);
        let mut out: Vec<Listing> = (below..self.world.levels.len())
            .filter(|table| !self.world.range(place, *table).is_empty())
            .map(|table| Listing::Units(self.world.levels[table].clone()))
            .collect();
        if !self.world.range(place, self.world.branch_table()).is_empty() {
            out.push(Listing::Branches);
        }
        if out.is_empty()
            && let Some((table, _)) = place
            && let Some(level) = self.world.levels.get(table)
        {
            out.push(Listing::Units(level.clone()));
        }
        out
    }

    /// The table of a listing, or of the first that there is where the asked one has nothing.
    pub(super) fn listing(&self, asked: &Listing, listings: &[Listing]) -> (Listing, usize) {
        let table = |listing: &Listing| match listing {
            Listing::Units(level) => self.world.level(level),
            Listing::Branches => Some(self.world.branch_table()),
        };
        let (listing, at) =
            [asked].into_iter().filter(|l| listings.contains(l)).chain(listings).find_map(|l| Some((l, table(l)?))).unwrap_or((asked, 0));
        (listing.clone(), at)
    }

    /// An indicator of the framework.
    pub(super) fn indicator(&self, id: &IndicatorId) -> Result<&'r Arc<Indicator>, Problem> {
        indicator::kept(&self.framework.indicators, id).ok_or_else(|| Problem::new("E_STORE_NO_INDICATOR", Severity::Refused, "").arg(id))
    }

    /// Whose reading of an indicator counts for a place: a branch has its own where branches report it, else
    /// that of its unit.
    pub(super) fn reader(&self, place: Place, indicator: &Indicator) -> Option<Place> {
        let own = place.0 != self.world.branch_table() || indicator.is_of_branches();
        if own { Some(place) } else { self.world.table(place.0).parent(place.1) }
    }

    /// Periods with reports of an indicator, the oldest first.
    pub(super) fn periods(&self, indicator: &Indicator) -> Result<Vec<Period>, Problem> {
        if indicator.derived.is_some() { Ok(Vec::new()) } else { block::periods(self.connection, &self.world, &indicator.id) }
    }

    /// A column; all missing where there is no period.
    pub(super) fn column(&self, table: usize, indicator: &IndicatorId, period: Option<Period>) -> Result<Arc<Column>, Problem> {
        let Some(period) = period else { return Ok(Arc::new(Column::missing(self.world.len(table) as usize))) };
        let key = ((self.world.version, self.world.at), table, indicator.clone(), period);
        self.table(table)?;
        self.cache.columns(&key, || block::read(self.connection, &self.world, table, indicator, period).map(Arc::new))
    }

    /// What was rolled up when it was loaded; `None` where a time or a scope was asked for, or
    /// nothing was reported.
    pub(super) fn rolled(&self, table: usize, indicator: &IndicatorId, period: Option<Period>) -> Result<Option<Arc<Rolled>>, Problem> {
        let Some(period) = period.filter(|_| self.world.at.derived && table < self.world.levels.len()) else { return Ok(None) };
        let key = ((self.world.version, self.world.at), table, indicator.clone(), period);
        self.cache.rolled(&key, || Ok(rolled::read(self.connection, &self.world, table, indicator, period)?.map(Arc::new)))
    }

    /// The definitions of an indicator where they differ between two periods: as its framework says, or
    /// as the frameworks in use were when the periods were first reported.
    pub(super) fn redefined(&self, indicator: &Indicator, periods: [Period; 2]) -> Result<Option<[Arc<Indicator>; 2]>, Problem> {
        let basis = self.framework.indicator_bases.get(&indicator.id).filter(|basis| !basis.was.is_empty());
        if let Some(basis) = basis.filter(|basis| basis.since.is_some_and(|since| periods[0].end() < since && since <= periods[1].end())) {
            let was = Indicator { definition: basis.was.clone(), ..indicator.clone() };
            return Ok(Some([Arc::new(was), Arc::new(indicator.clone())]));
        }
        if !framework_log::has_changed(self.connection, &self.world.county)? {
            return Ok(None);
        }
        let first = |period| block::first_known(self.connection, &self.world, &indicator.id, period);
        let (Some(older), Some(newer)) = (first(periods[0])?, first(periods[1])?) else { return Ok(None) };
        framework_log::redefined(self.connection, self.cache, &self.world.county, &indicator.id, [older, newer])
    }

    /// Every fact of the log.
    pub(super) fn facts(&self) -> &[Fact] {
        &self.marks.facts
    }

    /// Marks that stand.
    pub(super) fn marks(&self) -> Result<Vec<(Place, &Vec<Mark>)>, Problem> {
        let seen = self.marks.standing.iter().map(|(uid, marks)| Ok(self.seen(*uid)?.map(|place| (place, marks))));
        seen.filter_map(Result::transpose).collect()
    }

    /// Corrections that stand beside a value.
    pub(super) fn corrections(&self, uid: Uid, indicator: &IndicatorId, period: Option<Period>) -> Vec<Correction> {
        let of = |c: &&Correction| {
            let same = || indicator::kept(&self.framework.indicators, &c.indicator).is_some_and(|i| i.id == *indicator);
            c.entity == uid && Some(c.period) == period && (c.indicator == *indicator || same())
        };
        self.marks.corrections.iter().filter(of).cloned().collect()
    }

    /// Marks that stand on one unit or branch.
    pub(super) fn marks_on(&self, uid: Uid) -> &[Mark] {
        self.marks.standing.get(&uid).map_or(&[], Vec::as_slice)
    }

    /// What was said about leads of a unit or branch.
    pub(in crate::store) fn decisions_on(&self, uid: Uid) -> &[Decision] {
        self.marks.decisions.get(&uid).map_or(&[], Vec::as_slice)
    }

    /// Everything said about leads, by subject.
    pub(super) fn decisions(&self) -> &Decisions {
        &self.marks.decisions
    }

    /// Further columns of a branch.
    pub(super) fn fields(&self, row: u32) -> Result<Vec<(String, String)>, Problem> {
        serde_json::from_str(self.world.branches().fields.get(row as usize)).map_err(|e| crate::store::error::damaged("reference.db", e))
    }

    /// How many of some places lie in each row of a table, those in scope only.
    pub(in crate::store) fn tally(&self, table: usize, places: impl Iterator<Item = (Place, u32)>, scope: Option<&Zones>) -> Vec<u32> {
        let mut counts = vec![0; self.world.len(table) as usize];
        for (place, n) in places {
            if scope.is_none_or(|s| s.own[place.0][place.1 as usize])
                && let Some(row) = self.world.ancestor(place, table)
            {
                counts[row as usize] += n;
            }
        }
        counts
    }

    /// The unit to stand in so that a place is in the list, and the listing it stands in.
    pub(super) fn stands_in(&self, (table, row): Place) -> (Option<Uid>, Listing) {
        let world = &self.world;
        let parent = world.table(table).parent(row).filter(|p| self.within.is_none_or(|w| world.lies_in(*p, w)));
        let listing = world.levels.get(table).cloned().map_or(Listing::Branches, Listing::Units);
        (parent.map(|p| self.uid(p)), listing)
    }

    /// From the top to a place, the place itself last; of a branch only the units.
    pub(super) fn crumbs(&self, place: Option<Place>) -> Vec<Crumb> {
        let way = place.map(|p| self.world.way(p)).unwrap_or_default();
        let visible = way.into_iter().filter(|p| self.within.is_none_or(|w| self.world.lies_in(*p, w)));
        visible
            .filter_map(|(table, row)| {
                let level = self.world.levels.get(table)?.clone();
                let (t, n) = (self.world.table(table), row as usize);
                Some(Crumb { uid: t.uids[n], level, code: t.codes.get(n).to_owned(), name: t.names.get(n).to_owned() })
            })
            .collect()
    }
}

/// A tree, with what it shares with the one that was used last.
fn open(connection: &Connection, framework: &Framework, cache: &Cache, at: At) -> Result<Arc<World>, Problem> {
    let world = World::open(connection, framework, at)?;
    if let Some(last) = cache.last_world() {
        world.take_over(&last);
    }
    Ok(Arc::new(world))
}

/// Which units lie in the zones and regions of a scope.
pub(in crate::store) struct Zones {
    /// Per table and row: it or a unit above it lies in one.
    pub(super) own: Vec<Vec<bool>>,
    /// Per table and row: it lies in one, or something below it does. The way to what is in scope.
    pub(super) near: Vec<Vec<bool>>,
}

impl Zones {
    /// `None` where no zone is asked for.
    pub(super) fn of(ask: &Ask<'_>, scope: &Scope) -> Result<Option<Self>, Problem> {
        if scope.zones.is_empty() {
            return Ok(None);
        }
        let world = &ask.world;
        ask.table(world.branch_table())?;
        let zones = world.members(ask.connection, Membership::Zone)?;
        let mut own: Vec<Vec<bool>> = (0..world.tables()).map(|table| vec![false; world.len(table) as usize]).collect();
        let regions = region::members_of(ask, scope.zones.iter().filter(|code| !zones.contains_key(*code)))?;
        let members = scope.zones.iter().filter_map(|z| zones.get(z)).flatten().chain(&regions);
        let mut branches = Vec::new();
        for (table, row) in members.filter_map(|uid| world.place(*uid)) {
            own[table][row as usize] = true;
            branches.extend((table == world.branch_table()).then_some(row));
        }
        for table in 1..own.len() {
            for row in 0..world.len(table) {
                if let Some((above, at)) = world.table(table).parent(row) {
                    own[table][row as usize] |= own[above][at as usize];
                }
            }
        }
        // Where a branch is a member its unit is in, but nobody else there.
        for (above, at) in branches.into_iter().filter_map(|row| world.table(world.branch_table()).parent(row)) {
            own[above][at as usize] = true;
        }
        let near = upwards(world, own.clone());
        Ok(Some(Self { own, near }))
    }

    /// Where a zone is made of smaller units than those that report, their reports speak for it: those
    /// that it reaches into count as in it. Nothing changes where the zone has units of the level.
    pub(super) fn raise(&mut self, level: usize) {
        if self.own.get(level).is_some_and(|own| !own.contains(&true)) {
            self.own[level].clone_from(&self.near[level]);
        }
    }

    /// Per table and row: it lies in several zones, or something below it does.
    pub(super) fn several(ask: &Ask<'_>) -> Result<Vec<Vec<bool>>, Problem> {
        let world = &ask.world;
        ask.table(world.branch_table())?;
        let mut once: Vec<Vec<bool>> = (0..world.tables()).map(|table| vec![false; world.len(table) as usize]).collect();
        let mut twice = once.clone();
        for zone in &ask.framework.zones {
            let scope = Scope { zones: [zone.code.clone()].into(), ..Scope::default() };
            let Some(this) = Self::of(ask, &scope)? else { continue };
            for ((once, twice), this) in once.iter_mut().flatten().zip(twice.iter_mut().flatten()).zip(this.own.iter().flatten()) {
                *twice |= *once && *this;
                *once |= *this;
            }
        }
        Ok(upwards(world, twice))
    }
}

/// Rows and everything above them.
fn upwards(world: &World, mut rows: Vec<Vec<bool>>) -> Vec<Vec<bool>> {
    for table in (1..rows.len()).rev() {
        for row in 0..world.len(table) {
            if rows[table][row as usize]
                && let Some((above, at)) = world.table(table).parent(row)
            {
                rows[above][at as usize] = true;
            }
        }
    }
    rows
}
