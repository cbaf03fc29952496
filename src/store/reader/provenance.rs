//! Where a number comes from, to file and row.

use std::sync::Arc;

use jiff::Timestamp;

use super::ask::{Ask, Place, Zones};
use super::gauge::shown_at;
use super::sheet::figure::known;
use crate::domain::id::{IndicatorId, Uid};
use crate::domain::indicator::Indicator;
use crate::domain::page::{Provenance, SourceRow};
use crate::domain::period::Period;
use crate::domain::problem::Problem;
use crate::domain::value::State;
use crate::domain::view_state::ViewState;
use crate::framework::Framework;
use crate::store::block;
use crate::store::world;

/// Lines of each list at most; the counts say how many there are.
const LINES: usize = 200;

/// The reports that the number of a unit rests on, and who is missing.
pub(super) fn provenance(
    ask: &Ask<'_>,
    uid: Uid,
    indicator: &IndicatorId,
    period: Option<Period>,
    view: &ViewState,
) -> Result<Provenance, Problem> {
    let place = ask.place(uid)?;
    let indicator = ask.indicator(indicator)?;
    let period = match period {
        Some(period) => Some(period),
        None => ask.periods(indicator)?.pop(),
    };
    let zones = Zones::of(ask, &view.scope)?;
    let shown = shown_at(ask, indicator, period, place, zones.as_ref())?;
    let level = ask.world.reporting(indicator).filter(|_| indicator.derived.is_none());
    let (sources, source_count) = match (level, period) {
        (Some(level), Some(period)) => sources(ask, &indicator.id, period, place, level, zones.as_ref())?,
        _ => (Vec::new(), 0),
    };
    let mut missing = Vec::new();
    if let Some(level) = level {
        let column = ask.column(level, &indicator.id, period)?;
        let table = ask.table(level)?;
        let absent = ask
            .world
            .range(Some(place), level)
            .filter(|row| column.reading(*row).state == State::Missing && zones.as_ref().is_none_or(|z| z.own[level][*row as usize]));
        missing.extend(absent.take(LINES).map(|row| (table.codes.get(row as usize).to_owned(), table.names.get(row as usize).to_owned())));
    }
    let corrections = ask.corrections(uid, &indicator.id, period);
    Ok(Provenance {
        uid,
        name: ask.world.name(place).to_owned(),
        indicator: Arc::clone(indicator),
        period,
        shown,
        sources,
        source_count,
        missing,
        corrections,
        rests_on: ask.framework.indicator_bases.get(&indicator.id).map(known).unwrap_or_default(),
        framework: of_framework(ask.framework, indicator),
    })
}

/// File and hash of the framework that an indicator is of.
fn of_framework(framework: &Framework, indicator: &Indicator) -> String {
    let part = framework.parts.iter().find(|p| indicator.id.as_str().strip_prefix(p.id.as_str()).is_some_and(|rest| rest.starts_with('/')));
    part.map_or_else(|| format!("{} {}", framework.file, framework.sha256), |p| format!("{} {}", p.file, p.sha256))
}

/// Its own report and those of the reporting level below it, in the order of the tree.
fn sources(
    ask: &Ask<'_>,
    indicator: &IndicatorId,
    period: Period,
    place: Place,
    level: usize,
    zones: Option<&Zones>,
) -> Result<(Vec<SourceRow>, u32), Problem> {
    let world = &ask.world;
    ask.table(level.max(place.0))?;
    let what = "v.uid, v.state, v.num, v.den, v.value, v.source_row, s.file, s.source_sha256, s.known_from, coalesce(p.name, ''), v.gone
         FROM value v JOIN batch s ON s.county = v.county AND s.id = v.batch
         LEFT JOIN batch_part p ON p.county = v.county AND p.batch = v.batch AND p.part = v.source_part";
    let mut found: Vec<(Place, SourceRow)> = Vec::new();
    block::reports(ask.connection, world, indicator, period, what, &mut |row| {
        let Some(at) = world.place(world::uid(row, 0)?) else { return Ok(()) };
        let below = at.0 == level && world.lies_in(at, place) && zones.is_none_or(|z| z.own[at.0][at.1 as usize]);
        if at != place && !below {
            return Ok(());
        }
        let table = world.table(at.0);
        let line = SourceRow {
            file: row.get(6)?,
            part: row.get(9)?,
            sha256: row.get(7)?,
            row: row.get(5)?,
            loaded: Timestamp::from_millisecond(row.get(8)?).unwrap_or_default(),
            unit: table.names.get(at.1 as usize).to_owned(),
            code: table.codes.get(at.1 as usize).to_owned(),
            reading: block::reading(row, 1)?,
        };
        // Two reports of one unit: the one loaded last counts.
        found.pop_if(|last| last.0 == at);
        if !row.get::<_, bool>(10)? {
            found.push((at, line));
        }
        Ok(())
    })?;
    found.sort_by_key(|(at, _)| *at);
    let count = u32::try_from(found.len()).unwrap_or(u32::MAX);
    Ok((found.into_iter().take(LINES).map(|(_, line)| line).collect(), count))
}
