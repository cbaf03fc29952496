//! What is wrong with the boundaries at or below a place.
//!
//! The whole county is checked at once, from the boundaries as they came, and kept for as long as
//! the data stays: a page picks from that.

use std::sync::Arc;

use super::ask::{Ask, Place};
use crate::domain::id::LevelId;
use crate::domain::problem::Problem;
use crate::domain::quality::{Cover, Fault, FaultKind, FaultUnit, NotJoined, QualityPage, Size, Under};
use crate::domain::scene::Extent;
use crate::domain::view_state::ViewState;
use crate::gis::check::{self, Level, TOLERANCE_M, UnitRef};
use crate::gis::locate::assign;
use crate::gis::near::{self, Around, Astray};
use crate::gis::read::{FeatureRecord, Features, GeometryKind};
use crate::gis::thin::extent;
use crate::store::boundaries::boundaries_of;
use crate::store::current;
use crate::store::unmatched;

/// A parent that is there but not drawn: its children are held against nothing.
const NOT_DRAWN: u32 = u32::MAX;
/// Half the box that a branch is shown in, degrees: about 500 m.
const AROUND_DEG: f64 = 5e-3;

/// Everything found in a county.
#[derive(Debug, Default)]
pub(in crate::store) struct Checked {
    /// Faults with the places of their units.
    faults: Vec<(Vec<Place>, Fault)>,
    covers: Vec<(Place, Cover)>,
    under: Vec<Under>,
}

/// The faults at or below a place, of one level and kind where these are named.
pub(super) fn quality(ask: &Ask<'_>, view: &ViewState, level: Option<&LevelId>, kind: Option<FaultKind>) -> Result<QualityPage, Problem> {
    let place = ask.standing_in(view.place)?;
    let checked = ask.cache.checks(&(ask.world.version, ask.world.at), || check(ask).map(Arc::new))?;
    let lies = |p: &Place| place.is_none_or(|within| ask.world.lies_in(*p, within));
    let seen = |p: &Place| ask.within.is_none_or(|within| ask.world.lies_in(*p, within));
    let faults = checked.faults.iter().filter_map(|(places, fault)| {
        let wanted = level.is_none_or(|l| *l == fault.level) && kind.is_none_or(|k| k == fault.kind) && places.iter().any(lies);
        // Whoever may see only a part of the county is told of nothing beside it.
        let units = || places.iter().zip(&fault.units).filter(|(p, _)| seen(p)).map(|(_, unit)| unit.clone()).collect();
        wanted.then(|| Fault { units: units(), ..fault.clone() })
    });
    let covers = checked.covers.iter().filter(|(p, cover)| lies(p) && level.is_none_or(|l| *l == cover.level));
    let mut units = 0;
    for table in 0..ask.world.levels.len() {
        let drawn = &ask.table(table)?.drawn;
        units += ask.world.range(place, table).filter(|row| drawn[*row as usize]).count();
    }
    // Those that ask for one kind of fault draw it.
    let not_joined = if kind.is_none() && level.is_none() { not_joined(ask, place)? } else { Vec::new() };
    Ok(QualityPage {
        not_joined,
        version: ask.version,
        tolerance_m: TOLERANCE_M,
        units: u32::try_from(units).unwrap_or(u32::MAX),
        faults: faults.collect(),
        under: checked.under.clone(),
        covers: covers.map(|(_, cover)| cover.clone()).collect(),
    })
}

/// What imports could not join, at or below a place: keys that are like no unit lie nowhere, and
/// are told to whoever sees the whole.
fn not_joined(ask: &Ask<'_>, place: Option<Place>) -> Result<Vec<NotJoined>, Problem> {
    let whole = ask.within.is_none() && place.is_none_or(|(table, _)| ask.world.top() == Some(table));
    let mut out = unmatched::read(ask.connection, &ask.world)?;
    if !whole {
        let lies = |one: &NotJoined| -> Result<bool, Problem> {
            let Some((uid, ..)) = one.unit else { return Ok(false) };
            Ok(ask.seen(uid)?.is_some_and(|at| place.is_none_or(|within| ask.world.lies_in(at, within))))
        };
        let kept = out.into_iter().map(|one| Ok(lies(&one)?.then_some(one)));
        out = kept.filter_map(Result::transpose).collect::<Result<_, Problem>>()?;
    }
    Ok(out)
}

/// The boundaries of a level and the row of each.
struct Drawn {
    table: usize,
    features: Features,
    rows: Vec<u32>,
    parents: Vec<Option<u32>>,
    /// Official areas by record, square kilometres; empty where there are none.
    official_km2: Vec<Option<f64>>,
}

fn check(ask: &Ask<'_>) -> Result<Checked, Problem> {
    let mut drawn: Vec<Drawn> = Vec::new();
    for table in 0..ask.world.levels.len() {
        let (features, rows) = read(ask, table)?;
        if !features.records.iter().any(|r| r.kind == GeometryKind::Polygon) {
            continue;
        }
        let parents = match drawn.last() {
            Some(above) => rows.iter().map(|row| parent(ask, (table, *row), above)).collect(),
            None => Vec::new(),
        };
        let official = current::official_areas(ask.connection, &ask.world, table)?;
        let uids = &ask.world.table(table).uids;
        let official_km2 =
            if official.is_empty() { Vec::new() } else { rows.iter().map(|r| official.get(&uids[*r as usize]).copied()).collect() };
        drawn.push(Drawn { table, features, rows, parents, official_km2 });
    }
    let levels: Vec<Level<'_>> =
        drawn.iter().map(|d| Level { features: &d.features, parents: &d.parents, official_km2: &d.official_km2 }).collect();
    let report = check::check(&levels, TOLERANCE_M);
    let place = |unit: &UnitRef| -> Place {
        let level = &drawn[unit.level as usize];
        (level.table, level.rows[unit.unit as usize])
    };
    let named = |(table, row): Place| {
        let (table, n) = (ask.world.table(table), row as usize);
        FaultUnit { uid: table.uids[n], code: table.codes.get(n).to_owned(), name: table.names.get(n).to_owned() }
    };
    let mut checked = Checked::default();
    for found in report.findings {
        let places: Vec<Place> = found.units.iter().map(place).collect();
        // A gap is listed with its parent first; the level it opens on is that of the parent.
        let Some(first) = places.first() else { continue };
        let fault = Fault {
            kind: found.kind,
            grade: found.kind.grade(),
            level: ask.world.levels[first.0].clone(),
            units: places.iter().copied().map(named).collect(),
            place_deg: found.place_deg,
            extent: found.extent,
            size: found.size,
            rings_deg: found.rings_deg,
        };
        checked.faults.push((places, fault));
    }
    checked.faults.extend(branches(ask, &drawn, &named)?);
    checked.faults.sort_by(|(_, a), (_, b)| a.kind.cmp(&b.kind).then(b.size.area_m2.abs().total_cmp(&a.size.area_m2.abs())));
    checked.covers = report
        .covers
        .iter()
        .map(|cover| {
            let at = place(&cover.parent);
            let level = ask.world.levels[at.0].clone();
            (at, Cover { unit: named(at), level, gap_m2: cover.gap_m2, spill_m2: cover.spill_m2 })
        })
        .collect();
    for under in report.under {
        match checked.under.iter_mut().find(|u| u.kind == under.kind) {
            Some(sum) => {
                sum.count += under.count;
                sum.area_m2 += under.area_m2;
            }
            None => checked.under.push(Under { kind: under.kind, count: under.count, area_m2: under.area_m2 }),
        }
    }
    Ok(checked)
}

/// Branches that lie elsewhere than their tables say.
fn branches(ask: &Ask<'_>, drawn: &[Drawn], named: &dyn Fn(Place) -> FaultUnit) -> Result<Vec<(Vec<Place>, Fault)>, Problem> {
    let table = ask.world.branch_table();
    ask.table(table)?;
    let Some(lowest) = drawn.last() else { return Ok(Vec::new()) };
    let places = ask.world.branches().places_deg.iter();
    let placed: Vec<(u32, [f64; 2])> = (0_u32..).zip(places).filter_map(|(row, place)| Some((row, (*place)?))).collect();
    let points: Vec<[f64; 2]> = placed.iter().map(|(_, place)| *place).collect();
    let Some(whole) = drawn.first().and_then(|top| extent(&top.features)) else { return Ok(Vec::new()) };
    let mut out = Vec::new();
    for ((row, place_deg), found) in placed.into_iter().zip(assign(&lowest.features, &points)) {
        let Some(unit) = ask.world.table(table).parent(row) else { continue };
        let lies = found.map(|found| (lowest.table, lowest.rows[found as usize]));
        let around = match lies {
            Some(lies) if ask.world.lies_in(lies, unit) || ask.world.lies_in(unit, lies) => continue,
            Some(_) => Around::Other,
            None => Around::Nothing,
        };
        let own = drawn.iter().find(|d| d.table == unit.0).and_then(|d| {
            let record = d.rows.binary_search(&unit.1).ok()?;
            Some(d.features.rings_deg(&d.features.records[record]))
        });
        let Some(astray) = near::judge(place_deg, &whole, around, own.as_deref()) else { continue };
        let (kind, by_m) = match astray {
            Astray::Zero => (FaultKind::BranchOutside, None),
            Astray::Swapped => (FaultKind::SwappedAxes, None),
            Astray::Outside { by_m } => (FaultKind::BranchOutside, Some(by_m)),
            Astray::Elsewhere { by_m } => (FaultKind::BranchElsewhere, by_m),
            Astray::Nowhere { by_m } => (FaultKind::BranchElsewhere, Some(by_m)),
        };
        let [x, y] = place_deg;
        let places: Vec<Place> = [Some((table, row)), Some(unit), lies].into_iter().flatten().collect();
        let fault = Fault {
            kind,
            grade: kind.grade(),
            level: ask.world.levels[unit.0].clone(),
            units: places.iter().copied().map(named).collect(),
            place_deg,
            extent: Extent { min_x_deg: x - AROUND_DEG, min_y_deg: y - AROUND_DEG, max_x_deg: x + AROUND_DEG, max_y_deg: y + AROUND_DEG },
            size: Size { length_m: by_m.unwrap_or_default(), ..Size::default() },
            rings_deg: Vec::new(),
        };
        out.push((places, fault));
    }
    Ok(out)
}

/// The record of the unit above on the level drawn above.
fn parent(ask: &Ask<'_>, place: Place, above: &Drawn) -> Option<u32> {
    match ask.world.ancestor(place, above.table) {
        Some(row) => Some(above.rows.binary_search(&row).ok().and_then(|n| u32::try_from(n).ok()).unwrap_or(NOT_DRAWN)),
        // It hangs on a level further up, where nothing stands between.
        None => ask.world.table(place.0).parent(place.1).map(|_| NOT_DRAWN),
    }
}

/// The boundaries of a level as they came, by row.
fn read(ask: &Ask<'_>, table: usize) -> Result<(Features, Vec<u32>), Problem> {
    let codes = &ask.table(table)?.codes;
    let (mut features, rows) = boundaries_of(ask.connection, &ask.world, table)?;
    let mut records: Vec<(u32, FeatureRecord)> = rows.into_iter().zip(std::mem::take(&mut features.records)).collect();
    records.sort_unstable_by_key(|(n, _)| *n);
    for (n, record) in &mut records {
        (record.record, record.code) = (u64::from(*n) + 1, codes.get(*n as usize).to_owned());
    }
    let (rows, records) = records.into_iter().unzip();
    features.records = records;
    Ok((features, rows))
}
