//! Everything known of one unit or branch.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::ask::{Ask, Place};
use super::gauge::{Gauge, shown_at};
use super::{covered, map_layer, region};
use crate::domain::decision::{Decision, Said};
use crate::domain::id::Uid;
use crate::domain::indicator::Indicator;
use crate::domain::page::{Card, Figure};
use crate::domain::period::Period;
use crate::domain::problem::Problem;
use crate::domain::unit::Subject;
use crate::domain::value::State;
use crate::domain::view_state::ViewState;
use crate::gis::{classify, measure};
use crate::store::boundaries;
use crate::store::world::Membership;

/// Readings of a sparkline at most.
const TREND: usize = 12;

/// The card of a unit or branch; `None` where it is not there or may not be seen.
pub(super) fn card(ask: &Ask<'_>, uid: Uid, view: &ViewState) -> Result<Option<Card>, Problem> {
    let Some(place) = ask.seen(uid)? else { return Ok(None) };
    let world = &ask.world;
    let (table, row) = place;
    let columns = world.table(table);
    let subject = world.subject(table);
    let leads = ask.leads_in(Some(place))?;
    let below = ask.marks()?.into_iter().filter(|(p, _)| *p != place && world.lies_in(*p, place)).map(|(_, m)| m.len()).sum::<usize>();
    let mut kinds: BTreeMap<&str, u32> = BTreeMap::new();
    if subject == Subject::Unit {
        let range = world.range(Some(place), world.branch_table());
        if !range.is_empty() {
            ask.table(world.branch_table())?;
        }
        for branch in range {
            *kinds.entry(world.branches().kinds.get(branch as usize)).or_default() += 1;
        }
    }
    Ok(Some(Card {
        uid,
        subject,
        version: ask.version,
        crumbs: ask.crumbs(Some(place)),
        code: columns.codes.get(row as usize).to_owned(),
        name: columns.names.get(row as usize).to_owned(),
        kind: match subject {
            Subject::Unit => ask.framework.levels[table].label.clone(),
            Subject::Branch => world.branches().kinds.get(row as usize).to_owned(),
        },
        zones: zones(ask, place)?,
        area_km2: area_km2(ask, uid)?,
        below: match subject {
            Subject::Unit => (table + 1..world.levels.len())
                .map(|t| (world.levels[t].clone(), u32::try_from(world.range(Some(place), t).len()).unwrap_or(u32::MAX)))
                .filter(|(_, n)| *n > 0)
                .collect(),
            Subject::Branch => Vec::new(),
        },
        branches: kinds.into_iter().map(|(kind, n)| (kind.to_owned(), n)).collect(),
        entities: if subject == Subject::Unit { entities(ask, place)? } else { Vec::new() },
        places: if subject == Subject::Unit { places(ask, place)? } else { Vec::new() },
        spans: if subject == Subject::Branch { spans(ask, row)? } else { Vec::new() },
        fields: if subject == Subject::Branch { ask.fields(row)? } else { Vec::new() },
        elsewhere: if subject == Subject::Branch { elsewhere(ask, place)? } else { None },
        figures: figures(ask, place, view)?,
        leads,
        findings: findings(ask, uid),
        marks: ask.marks_on(uid).to_vec(),
        marks_below: u32::try_from(below).unwrap_or(u32::MAX),
    }))
}

/// Enterprises and social organisations in it, by kind and the word for how they are covered.
fn entities(ask: &Ask<'_>, place: Place) -> Result<Vec<(String, String, u32)>, Problem> {
    let mut counts: BTreeMap<(&str, &str), u32> = BTreeMap::new();
    let all = covered::entities(ask)?;
    for entity in all.iter().filter(|e| ask.world.lies_in(e.place, place)) {
        *counts.entry((&entity.kind, &entity.word)).or_default() += 1;
    }
    Ok(counts.into_iter().map(|((kind, word), n)| (kind.to_owned(), word.to_owned(), n)).collect())
}

/// Places in it by kind.
fn places(ask: &Ask<'_>, place: Place) -> Result<Vec<(String, u32)>, Problem> {
    let all = map_layer::places(ask)?;
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    for record in all.iter() {
        if let Some(uid) = record.unit
            && ask.seen(uid)?.is_some_and(|at| ask.world.lies_in(at, place))
        {
            *counts.entry(record.get("kind")).or_default() += 1;
        }
    }
    Ok(counts.into_iter().map(|(kind, n)| (kind.to_owned(), n)).collect())
}

/// Names of the units that a branch stands over, where it has more than its own.
fn spans(ask: &Ask<'_>, row: u32) -> Result<Vec<String>, Problem> {
    let units = region::units_of_branch(ask, &region::regions(ask)?, row)?;
    let names = units.iter().filter_map(|uid| ask.world.place(*uid)).map(|p| ask.world.name(p).to_owned());
    Ok(if units.len() > 1 { names.collect() } else { Vec::new() })
}

/// What a person confirmed about it 情形.
fn findings(ask: &Ask<'_>, uid: Uid) -> Vec<Decision> {
    ask.decisions_on(uid).iter().filter(|d| matches!(d.said, Said::Confirmed { .. })).cloned().collect()
}

/// Labels of the zones and regions that it or a unit above it lies in.
fn zones(ask: &Ask<'_>, place: Place) -> Result<Vec<String>, Problem> {
    let way: Vec<Uid> = ask.world.way(place).into_iter().map(|p| ask.uid(p)).collect();
    let zones = ask.world.members(ask.connection, Membership::Zone)?;
    let lies = |code: &str| zones.get(code).is_some_and(|members| members.iter().any(|m| way.contains(m)));
    let mut out: Vec<String> = ask.framework.zones.iter().filter(|z| lies(&z.code)).map(|z| z.label.clone()).collect();
    out.extend(region::regions(ask)?.into_iter().filter(|r| r.members.iter().any(|m| way.contains(m))).map(|r| r.label));
    Ok(out)
}

/// The unit of a branch and the one that its place lies in, where the two disagree.
fn elsewhere(ask: &Ask<'_>, branch: Place) -> Result<Option<(String, String)>, Problem> {
    let world = &ask.world;
    let (Some(place_deg), Some(unit)) = (world.branches().places_deg[branch.1 as usize], world.table(branch.0).parent(branch.1)) else {
        return Ok(None);
    };
    let holds = |place: Place| -> Result<bool, Problem> {
        let rings = boundaries::rings_of(ask.connection, world, ask.uid(place))?;
        let rings: Vec<&[[f64; 2]]> = rings.iter().map(Vec::as_slice).collect();
        Ok(measure::contains(&rings, place_deg))
    };
    if holds(unit)? {
        return Ok(None);
    }
    // Down the tree, so that few boundaries are looked at.
    let mut found: Option<Place> = None;
    for table in 0..world.levels.len() {
        ask.table(table)?;
        for row in world.range(found, table) {
            if world.table(table).drawn[row as usize] && holds((table, row))? {
                found = Some((table, row));
                break;
            }
        }
    }
    let apart = |lies: &Place| !world.lies_in(*lies, unit) && !world.lies_in(unit, *lies);
    Ok(found.filter(apart).map(|lies| (world.name(unit).to_owned(), world.name(lies).to_owned())))
}

fn area_km2(ask: &Ask<'_>, uid: Uid) -> Result<Option<f64>, Problem> {
    let rings = boundaries::rings_of(ask.connection, &ask.world, uid)?;
    let rings: Vec<&[[f64; 2]]> = rings.iter().map(Vec::as_slice).collect();
    Ok((!rings.is_empty()).then(|| measure::area_km2(&rings)))
}

/// Every indicator that has something to say here, the one in force first.
fn figures(ask: &Ask<'_>, place: Place, view: &ViewState) -> Result<Vec<Figure>, Problem> {
    let in_force = |i: &&Arc<Indicator>| i.id == view.indicator;
    let indicators = &ask.framework.indicators;
    let mut out = Vec::new();
    for indicator in indicators.iter().filter(in_force).chain(indicators.iter().filter(|i| !in_force(i))) {
        let periods = ask.periods(indicator)?;
        let first = indicator.id == view.indicator;
        let period = view.period.filter(|p| indicator.derived.is_none() && (first || periods.contains(p))).or(periods.last().copied());
        let gauge = Gauge::new(ask, indicator, period, place.0, None)?;
        let shown = gauge.shown(place.1);
        if shown.reading.state == State::NotDue && !first {
            continue;
        }
        let class = shown.reading.value.filter(|_| !indicator.bands.is_empty() && gauge.bands_apply()).map(|v| {
            classify::class_of(v, &classify::bounds(&mut Vec::new(), crate::domain::indicator::Classing::Policy, &indicator.bands, 5))
        });
        let reported_here = ask.world.reporting(indicator) == Some(place.0);
        // Above the reporting level a trend rolls up a column per period: for the one in force.
        let (trend, breaks) = if reported_here || first { trend(ask, indicator, &periods, period, place)? } else { Default::default() };
        let corrections = ask.corrections(ask.uid(place), &indicator.id, period);
        out.push(Figure { indicator: Arc::clone(indicator), period, shown, class, trend, breaks, corrections });
    }
    Ok(out)
}

/// The last readings, and before which of them the definition changed.
fn trend(
    ask: &Ask<'_>,
    indicator: &Indicator,
    periods: &[Period],
    until: Option<Period>,
    place: Place,
) -> Result<(Vec<Option<f64>>, Vec<usize>), Problem> {
    let past: Vec<Period> = periods.iter().copied().filter(|p| until.is_none_or(|u| *p <= u && p.months() == u.months())).collect();
    let last = &past[past.len().saturating_sub(TREND)..];
    let readings =
        last.iter().map(|p| Ok(shown_at(ask, indicator, Some(*p), place, None)?.reading.value)).collect::<Result<_, Problem>>()?;
    let mut breaks = Vec::new();
    for (n, pair) in last.windows(2).enumerate() {
        if ask.redefined(indicator, [pair[0], pair[1]])?.is_some() {
            breaks.push(n + 1);
        }
    }
    Ok((readings, breaks))
}
