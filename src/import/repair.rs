//! Boundaries mended on request. What is mended comes as a batch of its own over the one it came
//! with: the newest counts, taking it back brings the original to light again.

use std::ops::Range;

use jiff::Timestamp;
use rustc_hash::FxHashSet;

use super::plan::Scene;
use crate::domain::id::Uid;
use crate::domain::plan::{Applied, Counts};
use crate::domain::problem::Problem;
use crate::domain::quality::{FaultUnit, Mended, MendedRing};
use crate::gis::check::repair::{Change, repair as mend};
use crate::gis::measure::area_km2;
use crate::gis::original;
use crate::gis::read::GeometryKind;
use crate::store::Writer;
use crate::store::boundaries::boundaries_of;
use crate::store::current;
use crate::store::import_log::{Choice, Entry, What};
use crate::store::load::Load;
use crate::store::put::{NewBatch, Stamp};
use crate::store::world::World;

/// Kind of the batches that mended boundaries come in.
pub(crate) const KIND: &str = "repair";

/// Which boundaries are to be mended.
#[derive(Clone, Copy, Debug)]
pub enum Wanted<'a> {
    /// Those of a unit and of all below it; of the whole county.
    Below(Option<Uid>),
    /// Those of some units.
    Units(&'a [Uid]),
}

/// A boundary with what was done to it, and its rings where any are left.
struct Found {
    level: usize,
    uid: Uid,
    rings_deg: Vec<Vec<[f64; 2]>>,
}

/// What mending boundaries would do.
///
/// # Errors
/// Why the store does not answer.
pub fn look(writer: &mut Writer, scene: &Scene<'_>, wanted: Wanted<'_>, now: Timestamp) -> Result<Vec<Mended>, Problem> {
    let load = writer.load(now)?;
    let world = load.world_on(scene.framework, scene.today, scene.framework.levels.len())?;
    Ok(find(&load, &world, wanted)?.0)
}

/// Mends boundaries as a new batch; none where nothing needs it.
///
/// # Errors
/// Why it could not be saved; nothing is changed then.
pub fn apply(
    writer: &mut Writer,
    scene: &Scene<'_>,
    wanted: Wanted<'_>,
    number: Option<i64>,
    (actor, now): (&str, Timestamp),
) -> Result<(Vec<Mended>, Applied), Problem> {
    let mut load = writer.load(now)?;
    let world = load.world_on(scene.framework, scene.today, scene.framework.levels.len())?;
    let (report, found) = find(&load, &world, wanted)?;
    if found.is_empty() {
        drop((world, load));
        return Ok((report, Applied { version: writer.version()?, ..Applied::default() }));
    }
    let import = load.next_import(number)?;
    let units: Vec<Uid> = found.iter().map(|f| f.uid).collect();
    let choice = Choice { repair: units.clone(), ..Choice::new(&Default::default(), scene.today) };
    let choices = serde_json::to_string(&choice).unwrap_or_default();
    let batch = load.open_batch(&NewBatch { import, kind: KIND, source: KIND, file: "", sha256: "", actor, choices: &choices })?;
    for one in &found {
        let level = &scene.framework.levels[one.level].code;
        let since = current::boundary(load.connection(), &world, one.level, one.uid)?.map(|b| b.since).unwrap_or_default();
        let stamp = Stamp { batch, since: &since, ..Stamp::default() };
        load.put_boundary(stamp, level, one.uid, "polygon", &encoded(&one.rings_deg))?;
    }
    drop(world);
    let world = load.world(scene.framework, scene.framework.levels.len())?;
    load.repack_touched(&world, &[batch])?;
    drop(world);
    load.finish(scene.framework)?;
    // One that is made again stands in the log already.
    if number.is_none() {
        let what = What::Repair { import, units, today: scene.today };
        writer.log_import(&Entry { at_ms: now.as_millisecond(), actor: actor.to_owned(), what })?;
    }
    let counts = Counts { changed: found.len() as u64, ..Counts::default() };
    Ok((report, Applied { batches: vec![batch], counts, version: writer.version()? }))
}

/// Every boundary that mending changes, with the rings of those of which something is left.
fn find(load: &Load<'_>, world: &World, wanted: Wanted<'_>) -> Result<(Vec<Mended>, Vec<Found>), Problem> {
    let (mut report, mut found) = (Vec::new(), Vec::new());
    let named: FxHashSet<Uid> = if let Wanted::Units(uids) = wanted { uids.iter().copied().collect() } else { FxHashSet::default() };
    let is_wanted = |level: usize, row: u32| match wanted {
        Wanted::Below(None) => true,
        Wanted::Below(Some(uid)) => world.place(uid).is_some_and(|within| world.lies_in((level, row), within)),
        Wanted::Units(_) => named.contains(&world.table(level).uids[row as usize]),
    };
    for level in 0..world.levels.len() {
        let (features, rows) = boundaries_of(load.connection(), world, level)?;
        for (record, row) in features.records.iter().zip(rows) {
            if record.kind != GeometryKind::Polygon || !is_wanted(level, row) {
                continue;
            }
            let rings = features.rings_deg(record);
            let mended = mend(&rings, false);
            if mended.changes.is_empty() {
                continue;
            }
            let (table, n) = (world.table(level), row as usize);
            let after: Vec<&[[f64; 2]]> = mended.rings_deg.iter().map(Vec::as_slice).collect();
            report.push(Mended {
                unit: FaultUnit { uid: table.uids[n], code: table.codes.get(n).to_owned(), name: table.names.get(n).to_owned() },
                level: world.levels[level].clone(),
                rings: mended.changes.iter().map(|c| told(c.change, c.ring, c.place_deg)).collect(),
                before_m2: area_km2(&rings) * 1e6,
                after_m2: area_km2(&after) * 1e6,
                is_kept: !after.is_empty(),
            });
            if !after.is_empty() {
                found.push(Found { level, uid: table.uids[n], rings_deg: mended.rings_deg });
            }
        }
    }
    Ok((report, found))
}

fn told(change: Change, ring: u32, place_deg: [f64; 2]) -> MendedRing {
    let (what, count) = match change {
        Change::Repeats(n) => ("repeats", n),
        Change::Closed => ("closed", 1),
        Change::Spikes(n) => ("spikes", n),
        Change::Dropped(_) => ("dropped", 1),
        Change::TakenApart => ("taken-apart", 1),
    };
    let fault = if let Change::Dropped(kind) = change { Some(kind) } else { None };
    MendedRing { ring: ring + 1, what: what.to_owned(), count, fault, place_deg }
}

fn encoded(rings_deg: &[Vec<[f64; 2]>]) -> Vec<u8> {
    let mut coords_deg = Vec::new();
    let rings: Vec<Range<u32>> = rings_deg
        .iter()
        .map(|ring| {
            let start = u32::try_from(coords_deg.len()).unwrap_or(u32::MAX);
            coords_deg.extend_from_slice(ring);
            start..u32::try_from(coords_deg.len()).unwrap_or(u32::MAX)
        })
        .collect();
    original::encode(&rings, &coords_deg)
}
