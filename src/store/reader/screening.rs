//! The rules over the store: columns for [`crate::rules`], what came of them, and where that is kept.

use std::borrow::Cow;
use std::sync::Arc;

use jiff::civil::Date;
use serde::Deserialize;

use super::ask::{Ask, Place, Zones};
use super::gauge::Gauge;
use crate::domain::decision::{LeadState, lead_state};
use crate::domain::fact::Body;
use crate::domain::id::{IndicatorId, Uid};
use crate::domain::indicator::{Derived, Indicator};
use crate::domain::page::{Freshness, Lead};
use crate::domain::period::Period;
use crate::domain::problem::Problem;
use crate::domain::round::fold_rounds;
use crate::domain::value::Origin;
use crate::rules::{Change, Data, Gap, Given, Hit, Look, NONE, Program, Readings, Screening, Series, Texts, Window, Word};
use crate::store::cache::ScreenedKey;
use crate::store::error::damaged;
use crate::store::screened as stored;
use crate::store::world::World;

/// Headings that say of which day a row of the register speaks, the first found.
const DAY: [&str; 4] = ["数据日期", "统计日期", "填报日期", "as_of"];

/// Headings that mean the record itself: kind, name, code.
const OWN: [[&str; 2]; 3] = [["kind", "类型"], ["name", "名称"], ["code", "编码"]];

/// What came of the rules as of a time.
#[derive(Debug)]
pub(in crate::store) struct Screened {
    world: Arc<World>,
    pub(in crate::store) screening: Screening,
    /// Every rule that makes a lead.
    pub(in crate::store) hits: Vec<Hit>,
}

/// A pair of a heading and a cell, as stored.
#[derive(Deserialize)]
struct Pair<'a>(#[serde(borrow)] Cow<'a, str>, #[serde(borrow)] Cow<'a, str>);

impl Screened {
    /// The lead that a rule makes.
    pub(in crate::store) fn lead(&self, ask: &Ask<'_>, hit: Hit) -> Option<Lead> {
        let place = (hit.table, hit.row);
        let mut lead = self.screening.lead(ask.framework, hit, ask.uid(place), ask.world.subject(hit.table), ask.world.name(place))?;
        if lead.tests.iter().any(|test| test.indicator.is_none() && test.holds.is_some()) {
            lead.day = lead.day.into_iter().chain(ask.row_day(place)).min();
        }
        Some(lead)
    }

    /// Leads at a place itself.
    pub(in crate::store) fn at(&self, (table, row): Place) -> &[Hit] {
        let start = self.hits.partition_point(|hit| (hit.table, hit.row) < (table, row));
        let end = self.hits.partition_point(|hit| (hit.table, hit.row) <= (table, row));
        &self.hits[start..end]
    }
}

/// Screens everything as of the time asked; only what changed, where the last screening was of the same
/// day and the same rows.
pub(super) fn screen(ask: &Ask<'_>) -> Result<Screened, Problem> {
    let last = ask.cache.last_screened().filter(|last| {
        let (old, new) = (&last.world, &ask.world);
        old.at.day == new.at.day && old.order == new.order && old.levels == new.levels && lens(old) == lens(new)
    });
    let screening = match last {
        Some(last) => again(ask, &last)?,
        None => {
            let program = Arc::new(Program::compile(ask.framework, ask.world.at.day));
            let data = data(ask, &program)?;
            Screening::new(program, data)
        }
    };
    let hits = screening.leads();
    Ok(Screened { world: Arc::clone(&ask.world), screening, hits })
}

/// Screens what changed since the last time.
fn again(ask: &Ask<'_>, last: &Screened) -> Result<Screening, Problem> {
    let mut screening = last.screening.clone();
    let program = Arc::clone(screening.program());
    let (world, branch) = (&ask.world, ask.world.branch_table());
    for table in (0..=branch).filter(|table| program.has_rules_on(*table)) {
        // The same rows, but below others.
        if ask.table(table)?.above != last.world.table(table).above && !ask.world.shares(&last.world, table) {
            let data = data(ask, &program)?;
            return Ok(Screening::new(program, data));
        }
    }
    let mut changes = Vec::new();
    if (0..program.fields.len()).any(|field| program.fields_on(branch, field)) && !world.shares(&last.world, branch) {
        ask.table(branch)?;
        let (old, new) = (&last.world, world);
        let mut cells = Cells::of(&program);
        for row in 0..world.len(branch) {
            let n = row as usize;
            let same = old.branches().fields.get(n) == new.branches().fields.get(n)
                && old.branches().kinds.get(n) == new.branches().kinds.get(n)
                && old.table(branch).names.get(n) == new.table(branch).names.get(n)
                && old.table(branch).codes.get(n) == new.table(branch).codes.get(n);
            if !same {
                let texts = cells.read(world, row)?;
                let change = |(field, text): (usize, &String)| Change::Cell { field, table: branch, row, text: text.clone() };
                changes.extend(texts.iter().enumerate().map(change));
            }
        }
    }
    for table in (0..branch).filter(|table| !world.shares(&last.world, *table)) {
        for (field, own) in own_fields(&program, table) {
            let (old, new) = (last.world.table(table), ask.table(table)?);
            for row in 0..world.len(table) {
                let texts = [old, new].map(|t| if own == 1 { t.names.get(row as usize) } else { t.codes.get(row as usize) });
                if texts[0] != texts[1] {
                    changes.push(Change::Cell { field, table, row, text: texts[1].to_owned() });
                }
            }
        }
    }
    let old = last.screening.data();
    for (look, of) in program.looks.iter().enumerate() {
        if reported_the_same(ask, last, &program, look, of)? {
            continue;
        }
        let new = series(ask, &program, look, of, &old.units)?;
        if new.period != old.series[look].period {
            // Another period is another column: nothing of it was seen.
            let data = data(ask, &program)?;
            return Ok(Screening::new(program, data));
        }
        for (table, readings) in new.tables.iter().enumerate() {
            let differing = old.series[look].tables[table].differing(readings);
            changes.extend(differing.into_iter().map(|row| Change::Reading { look, table, row, given: readings.get(row) }));
        }
    }
    screening.update(&changes);
    Ok(screening)
}

/// Whether a look finds just what the last screening found: an indicator that is looked at just where it is
/// reported, of the same period and reported the same.
fn reported_the_same(ask: &Ask<'_>, last: &Screened, program: &Program, look: usize, of: &Look) -> Result<bool, Problem> {
    let Some(indicator) = ask.framework.indicators.iter().find(|i| i.id == of.indicator && i.derived.is_none()) else { return Ok(false) };
    let Some(reporting) = ask.world.reporting(indicator) else { return Ok(false) };
    let period = period(ask, indicator, of)?;
    let Some(at) = period.filter(|_| period == last.screening.data().series[look].period) else { return Ok(false) };
    // What is rolled up rests on the reports of units in between, too.
    let own = indicator.is_of_branches();
    let wanted = wanted(&ask.world, &last.screening.data().units, own, |table| program.looks_on(table, look));
    if wanted.iter().enumerate().any(|(table, wanted)| *wanted && table != reporting) {
        return Ok(false);
    }
    let key = ((last.world.version, last.world.at), reporting, indicator.id.clone(), at);
    let Some(old) = ask.cache.column_before(&key) else { return Ok(false) };
    Ok(*old == *ask.column(reporting, &indicator.id, period)?)
}

/// The columns that a program looks at.
pub(in crate::store) fn data(ask: &Ask<'_>, program: &Program) -> Result<Data, Problem> {
    let (world, branch) = (&ask.world, ask.world.branch_table());
    for table in (0..=branch).filter(|table| program.has_rules_on(*table)) {
        ask.table(table)?;
    }
    let on_branches = program.has_rules_on(branch);
    let unit = |row| world.table(branch).parent(row).and_then(|(table, row)| Some((u32::try_from(table).ok()?, row)));
    let units = Arc::new(if on_branches { (0..world.len(branch)).map(unit).collect() } else { Vec::new() });
    let mut series = Vec::with_capacity(program.looks.len());
    for (look, of) in program.looks.iter().enumerate() {
        series.push(self::series(ask, program, look, of, &units)?);
    }
    let mut groups = Vec::with_capacity(program.orders.len());
    for (order, of) in program.orders.iter().enumerate() {
        let own = is_own(ask, &program.looks[of.look].indicator);
        let tables = wanted(world, &units, own, |table| program.orders_on(table, order));
        let group = |table: usize| {
            let above = |row| if of.within < table { world.ancestor((table, row), of.within).unwrap_or(NONE) } else { NONE };
            let rows = if tables[table] { (0..world.len(table)).map(above).collect() } else { Vec::new() };
            Arc::new(rows)
        };
        groups.push((0..=branch).map(group).collect());
    }
    Ok(Data { day: world.at.day, lens: lens(world), units, fields: fields(ask, program)?, series, groups })
}

fn lens(world: &World) -> Vec<u32> {
    (0..world.tables()).map(|table| world.len(table)).collect()
}

/// Whether branches report an indicator themselves.
fn is_own(ask: &Ask<'_>, indicator: &IndicatorId) -> bool {
    ask.framework.indicators.iter().any(|i| i.id == *indicator && i.is_of_branches())
}

/// The tables on which something is looked at: by their own rules, and of units, by those of their branches
/// where these have no readings of their `own`.
fn wanted(world: &World, units: &[Option<(u32, u32)>], own: bool, looks: impl Fn(usize) -> bool) -> Vec<bool> {
    let branch = world.branch_table();
    let mut wanted: Vec<bool> = (0..=branch).map(|table| (own || table < branch) && looks(table)).collect();
    if looks(branch) && !own {
        for (table, _) in units.iter().flatten() {
            wanted[*table as usize] = true;
        }
    }
    wanted
}

fn fields(ask: &Ask<'_>, program: &Program) -> Result<Vec<Vec<Arc<Texts>>>, Problem> {
    let (world, branch) = (&ask.world, ask.world.branch_table());
    let mut columns: Vec<Vec<Texts>> = vec![vec![Texts::default(); branch + 1]; program.fields.len()];
    if (0..program.fields.len()).any(|field| program.fields_on(branch, field)) {
        let mut cells = Cells::of(program);
        for row in 0..world.len(branch) {
            let texts = cells.read(world, row)?;
            columns.iter_mut().zip(texts).for_each(|(column, cell)| column[branch].push(cell));
        }
    }
    for (table, field, own) in (0..branch).flat_map(|table| own_fields(program, table).into_iter().map(move |(f, o)| (table, f, o))) {
        let units = world.table(table);
        let texts = if own == 1 { &units.names } else { &units.codes };
        texts.iter().for_each(|text| columns[field][table].push(text));
    }
    Ok(columns.into_iter().map(|tables| tables.into_iter().map(Arc::new).collect()).collect())
}

/// The fields of a table of units that are those of the record itself: position and which.
fn own_fields(program: &Program, table: usize) -> Vec<(usize, usize)> {
    let own = |heading: &str| OWN.iter().position(|words| words.contains(&heading));
    let found = program.fields.iter().enumerate().filter(|(field, _)| program.fields_on(table, *field));
    found.filter_map(|(field, heading)| Some((field, own(heading)?))).filter(|(_, own)| *own > 0).collect()
}

/// The cells of branches under the headings that rules look at.
struct Cells<'p> {
    headings: &'p [String],
    /// Where each heading stood in the branch before: the rows of a table have the same headings.
    places: Vec<usize>,
    texts: Vec<String>,
}

impl<'p> Cells<'p> {
    fn of(program: &'p Program) -> Self {
        let headings = &program.fields;
        Self { headings, places: vec![0; headings.len()], texts: vec![String::new(); headings.len()] }
    }

    /// The cells of a branch, one per heading; empty where it has none.
    fn read(&mut self, world: &World, row: u32) -> Result<&[String], Problem> {
        let (n, branches) = (row as usize, world.branches());
        let pairs: Vec<Pair<'_>> = serde_json::from_str(branches.fields.get(n)).map_err(|e| damaged("reference.db", e))?;
        for ((heading, cell), place) in self.headings.iter().zip(&mut self.texts).zip(&mut self.places) {
            cell.clear();
            if pairs.get(*place).is_none_or(|Pair(h, _)| h != heading) {
                *place = pairs.iter().position(|Pair(h, _)| h == heading).unwrap_or(pairs.len());
            }
            // What the office's table says goes before what the record says of itself.
            if let Some(Pair(_, text)) = pairs.get(*place) {
                cell.push_str(text);
            } else if let Some(own) = OWN.iter().position(|words| words.contains(&heading.as_str())) {
                let table = world.table(world.branch_table());
                cell.push_str(match own {
                    0 => branches.kinds.get(n),
                    1 => table.names.get(n),
                    _ => table.codes.get(n),
                });
            }
        }
        Ok(&self.texts)
    }
}

/// The readings of a look on every table on which it is looked at.
fn series(ask: &Ask<'_>, program: &Program, look: usize, of: &Look, units: &[Option<(u32, u32)>]) -> Result<Series, Problem> {
    let branch = ask.world.branch_table();
    let nothing = || Series { period: None, tables: vec![Arc::default(); branch + 1] };
    // Leads are not counted in rules about leads.
    let found = ask.framework.indicators.iter().find(|i| i.id == of.indicator && i.derived != Some(Derived::Leads));
    let Some(indicator) = found else { return Ok(nothing()) };
    let period = period(ask, indicator, of)?;
    let wanted = wanted(&ask.world, units, indicator.is_of_branches(), |table| program.looks_on(table, look));
    let mut series = Series { period, ..nothing() };
    for table in (0..=branch).filter(|table| wanted[*table]) {
        ask.table(table)?;
        series.tables[table] = Arc::new(readings(ask, indicator, period, of.back, table)?);
    }
    Ok(series)
}

fn readings(ask: &Ask<'_>, indicator: &Indicator, period: Option<Period>, back: u8, table: usize) -> Result<Readings, Problem> {
    let mut out = Readings::default();
    if indicator.derived.is_none() && ask.world.reporting(indicator) == Some(table) {
        // As it was reported: there is nothing to roll up, and these are most of what rules look at.
        let column = ask.column(table, &indicator.id, period)?;
        (0..ask.world.len(table)).for_each(|row| out.push(column.reading(row).into()));
        return Ok(out);
    }
    // What is counted is counted now, and has no past.
    let none = if indicator.derived.is_some() { back > 0 } else { period.is_none() };
    let gauge = if none { None } else { Some(Gauge::new(ask, indicator, period, table, None)?) };
    for row in 0..ask.world.len(table) {
        out.push(match &gauge {
            None => Given::Gap(Gap::Missing),
            Some(gauge) => {
                let shown = gauge.shown(row);
                // A sum of some of those due is another number: what is missing may not make a lead.
                match Given::from(shown.reading) {
                    Given::Number(_) if shown.origin == Origin::RolledUp && shown.reported < shown.due => Given::Gap(Gap::Partly),
                    // Where there is nothing to be covered, nothing is asked.
                    Given::Gap(Gap::None) if indicator.derived.is_some() => Given::Gap(Gap::NotDue),
                    given => given,
                }
            }
        });
    }
    Ok(out)
}

/// The period that a look speaks of.
fn period(ask: &Ask<'_>, indicator: &Indicator, of: &Look) -> Result<Option<Period>, Problem> {
    if indicator.derived.is_some() {
        return Ok(None);
    }
    match of.of {
        Window::Period => {
            let mut period = ask.periods(indicator)?.pop();
            for _ in 0..of.back {
                period = period.and_then(Period::previous);
            }
            Ok(period)
        }
        Window::Round => Ok(rounds(ask, &of.indicator).into_iter().rev().nth(of.back.into())),
    }
}

/// The periods of the rounds in which an indicator was asked, the oldest first, that began by the day.
fn rounds(ask: &Ask<'_>, indicator: &IndicatorId) -> Vec<Period> {
    let rounds = fold_rounds(ask.facts());
    let asked = rounds.values().map(|ledger| &ledger.round).filter(|round| round.asked.contains(indicator)).map(|round| round.period);
    let mut periods: Vec<Period> = asked.filter(|p| p.start() <= ask.world.at.day).collect();
    periods.sort();
    periods
}

impl Ask<'_> {
    /// Everything the rules hold for, screened once per version.
    pub(in crate::store) fn screened(&self) -> Result<Arc<Screened>, Problem> {
        let key = self.screened_key();
        if let Some(screened) = self.cache.screened_before(&key) {
            return Ok(screened);
        }
        let _alone = self.cache.screening();
        self.cache.screened(&key, || screen(self).map(Arc::new))
    }

    fn screened_key(&self) -> ScreenedKey {
        ((self.world.version, self.world.at), self.rounds())
    }

    /// The day that the row of a branch speaks of, where the office's table has a column for it.
    pub(super) fn row_day(&self, (table, row): Place) -> Option<Date> {
        if table != self.world.branch_table() {
            return None;
        }
        let pairs: Vec<Pair<'_>> = serde_json::from_str(self.world.branches().fields.get(row as usize)).ok()?;
        let said = |heading: &&str| pairs.iter().find(|Pair(h, _)| h == heading);
        let Pair(_, text) = DAY.iter().find_map(said)?;
        // A month speaks of its last day, as a period does.
        Word::read(text)?.days.map(|(_, last)| last)
    }

    /// How often a round was opened: what rules that look back on rounds depend on.
    pub(in crate::store) fn rounds(&self) -> u64 {
        self.facts().iter().filter(|fact| matches!(fact.body, Body::RoundOpened { .. })).count() as u64
    }

    /// How new the leads are that this question is answered with.
    pub(in crate::store) fn leads_are(&self) -> Result<Freshness, Problem> {
        if let Some(freshness) = self.freshness.get() {
            return Ok(*freshness);
        }
        // Branches come after the units: until then there is nothing to screen.
        let nothing = self.framework.rules.is_empty() || self.glance.is_some();
        let freshness = if nothing || self.waits {
            Freshness::Now
        } else {
            match stored::kept(self)? {
                Some((_, true)) => Freshness::Now,
                _ if self.cache.screened_before(&self.screened_key()).is_some() => Freshness::Now,
                Some((day, false)) => Freshness::Kept(day),
                None => Freshness::Awaited,
            }
        };
        Ok(*self.freshness.get_or_init(|| freshness))
    }

    /// How many leads that are open lie in each row of a table, those in scope only.
    pub(super) fn open_leads(&self, table: usize, scope: Option<&Zones>) -> Result<Vec<u32>, Problem> {
        if self.framework.rules.is_empty() || self.glance.is_some() || self.leads_are()? == Freshness::Awaited {
            return Ok(vec![0; self.world.len(table) as usize]);
        }
        let stored = if scope.is_none() { stored::counts(self, table)? } else { None };
        let mut counts = match stored {
            Some(counts) => counts.to_vec(),
            None => match stored::places(self)? {
                Some(places) => self.tally(table, places.into_iter().map(|place| (place, 1)), scope),
                None => self.tally(table, self.screened()?.hits.iter().map(|hit| ((hit.table, hit.row), 1)), scope),
            },
        };
        let decided = self.decided()?.into_iter().map(|place| (place, 1));
        for (count, decided) in counts.iter_mut().zip(self.tally(table, decided, scope)) {
            *count = count.saturating_sub(decided);
        }
        Ok(counts)
    }

    /// The place of every lead that is no longer open.
    fn decided(&self) -> Result<Vec<Place>, Problem> {
        let mut out = Vec::new();
        for uid in self.decisions().keys() {
            let Some(place) = self.seen(*uid)? else { continue };
            let leads = self.leads_at(place)?;
            let closed = leads.iter().filter(|lead| !self.lead_state(*uid, &lead.rule, &lead.basis()).is_open());
            out.extend(closed.map(|_| place));
        }
        Ok(out)
    }

    /// Every lead of a place itself, open or not.
    pub(in crate::store) fn leads_at(&self, place: Place) -> Result<Vec<Lead>, Problem> {
        if self.leads_are()? == Freshness::Awaited {
            return Ok(Vec::new());
        }
        if let Some(leads) = stored::leads(self, place.0, place.1..place.1 + 1)? {
            return Ok(leads);
        }
        let screened = self.screened()?;
        Ok(screened.at(place).iter().filter_map(|hit| screened.lead(self, *hit)).collect())
    }

    /// Every lead that is open at or below a place (`None`: of all): its own first, then in the order of the tree.
    pub(super) fn leads_in(&self, place: Option<Place>) -> Result<Vec<Lead>, Problem> {
        if self.framework.rules.is_empty() || self.glance.is_some() || self.leads_are()? == Freshness::Awaited {
            return Ok(Vec::new());
        }
        let mut out = Vec::new();
        for table in place.map_or(0, |(table, _)| table)..self.world.tables() {
            let range = self.world.range(place, table);
            match stored::leads(self, table, range.clone())? {
                Some(leads) => out.extend(leads),
                None => {
                    let screened = self.screened()?;
                    let hits = screened.hits.iter().filter(|hit| hit.table == table && range.contains(&hit.row));
                    out.extend(hits.filter_map(|hit| screened.lead(self, *hit)));
                }
            }
        }
        // Of most nothing was ever said.
        let is_open = |lead: &Lead| self.lead_state(lead.entity, &lead.rule, &lead.basis()).is_open();
        out.retain(|lead| self.decisions_on(lead.entity).is_empty() || is_open(lead));
        Ok(out)
    }

    /// Every rule that makes an open lead at or below a place (`None`: anywhere): in the order of tables and rows.
    pub(super) fn open_hits(&self, screened: &Screened, place: Option<Place>) -> Vec<Hit> {
        let is_open = |hit: &Hit| {
            let uid = self.uid((hit.table, hit.row));
            // Of most nothing was said: what their leads rest on need not be looked up.
            self.decisions_on(uid).is_empty()
                || screened.lead(self, *hit).is_some_and(|lead| self.lead_state(uid, &lead.rule, &lead.basis()).is_open())
        };
        let lies = |hit: &&Hit| place.is_none_or(|place| self.world.lies_in((hit.table, hit.row), place));
        screened.hits.iter().filter(lies).filter(|hit| is_open(hit)).copied().collect()
    }

    /// Where the lead of a rule stands.
    pub(super) fn lead_state(&self, entity: Uid, rule: &str, basis: &str) -> LeadState {
        lead_state(self.decisions_on(entity), rule, basis)
    }
}
