//! Units of a file compared with what the store has of their level, and what differs written.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use rustc_hash::{FxHashMap, FxHashSet};

use super::planner::{From, Planner};
use super::report::{answer, field};
use super::units::Record;
use super::units_reshaped::Reshaped;
use crate::domain::id::{LevelId, Uid};
use crate::domain::plan::{About, ChangeKind, FieldChange, UnitChange, UnitChangeKind};
use crate::domain::problem::{Problem, Severity, Spot};
use crate::gis::measure::area_km2;
use crate::gis::original;
use crate::gis::read::{FeatureRecord, Features, GeometryKind};
use crate::import::match_unit::tell;
use crate::import::names::stem;
use crate::store::current;
use crate::store::load::NewUnit;
use crate::store::world::World;
impl Planner<'_, '_> {
    /// Compares the units of one level with the store and writes what differs.
    pub(super) fn level_units(
        &mut self,
        world: &World,
        at: usize,
        records: Vec<Record>,
        features: Option<&Features>,
        files: &[String],
        from: &From,
    ) -> Result<(), Problem> {
        let manifest = self.scene.manifest;
        let level = self.scene.framework.levels[at].code.clone();
        let table = world.table(at);
        let codes: FxHashMap<&str, u32> = table.codes.iter().zip(0u32..).collect();
        let parent_of = |row: u32| table.parent(row).map(|(t, r)| world.table(t).uids[r as usize]);
        let mut rows: Vec<Option<u32>> =
            records.iter().map(|r| r.said.and_then(|uid| table.row(uid)).or_else(|| codes.get(r.code.as_str()).copied())).collect();
        // What the file speaks of: units below the units above that it names.
        let hit: FxHashSet<u32> = rows.iter().flatten().copied().collect();
        let above: FxHashSet<Option<Uid>> =
            records.iter().zip(&rows).map(|(r, row)| r.parent.or_else(|| row.and_then(parent_of))).collect();
        let mut absent: Vec<u32> = (0..world.len(at)).filter(|row| !hit.contains(row) && above.contains(&parent_of(*row))).collect();
        let fresh: Vec<usize> = (0..records.len()).filter(|n| rows[*n].is_none()).collect();
        let (new_from, changed_from) = self.since();
        let since = self.choices.since.unwrap_or(self.scene.today);
        let mut changes: Vec<UnitChange> = Vec::new();
        // The same unit under another code: by name below the same unit, or by its area.
        let recoded = recoded(world, at, &records, &fresh, &absent);
        for (n, row) in &recoded {
            rows[*n] = Some(*row);
        }
        absent.retain(|row| !recoded.iter().any(|(_, r)| r == row));
        let fresh: Vec<usize> = fresh.into_iter().filter(|n| rows[*n].is_none()).collect();
        let uids: Vec<Uid> = records
            .iter()
            .zip(&rows)
            .map(|(record, row)| match row {
                Some(row) => table.uids[*row as usize],
                None => mint(manifest, &level, &record.code, table, &new_from),
            })
            .collect();
        if let Some(features) = features {
            let connection = self.load.connection();
            let reshaped = Reshaped { connection, world, at, records: &records, uids: &uids, features, since };
            changes.extend(reshaped.recognise(&fresh, &absent)?);
        }
        let moved: FxHashSet<Uid> = changes.iter().flat_map(|c| c.after.iter().map(|(uid, ..)| *uid)).collect();
        let has_areas = records.iter().any(|r| r.area_km2.is_some());
        let areas = if has_areas { current::official_areas(self.load.connection(), world, at)? } else { FxHashMap::default() };
        let mut out: Vec<(usize, bool, bool, bool)> = Vec::new();
        for (n, record) in records.iter().enumerate() {
            self.scene.stop.check()?;
            let spot = || Spot {
                file: files[record.part as usize].clone(),
                line: Some(record.line),
                record: record.feature.map(|_| record.row),
                ..Spot::default()
            };
            let shape = features.zip(record.feature).and_then(|(f, n)| boundary(f, &f.records[n]));
            let Some(row) = rows[n] else {
                let name = record.name.as_deref().unwrap_or(&record.code);
                self.report.change(ChangeKind::New, (uids[n], &record.code, name), spot, || {
                    let parent = record.parent.and_then(|uid| world.place(uid)).map(|p| world.name(p).to_owned());
                    parent.map(|p| field("parent", "", &p)).into_iter().collect()
                });
                out.push((n, moved.contains(&uids[n]), true, shape.is_some()));
                continue;
            };
            let (uid, old_code, old_name) = tell(world, (at, row));
            let mut fields: Vec<FieldChange> = Vec::new();
            let noted = changes.len();
            let mut note = |kind: UnitChangeKind| {
                let after = (uid, record.code.clone(), record.name.clone().unwrap_or_else(|| old_name.clone()));
                changes.push(UnitChange {
                    kind,
                    before: vec![(uid, old_code.clone(), old_name.clone())],
                    after: vec![after],
                    since,
                    overlap: None,
                });
            };
            if record.code != old_code && record.said.is_none() {
                fields.push(field("code", &old_code, &record.code));
                note(UnitChangeKind::Recoded);
            }
            if let Some(name) = record.name.as_ref().filter(|name| **name != old_name) {
                fields.push(field("name", &old_name, name));
                // A name in place of a code that stood for one is no renaming.
                if old_name != old_code {
                    note(UnitChangeKind::Renamed);
                }
            }
            if record.parent.is_some() && record.parent != parent_of(row) {
                let name = |uid: Option<Uid>| uid.and_then(|u| world.place(u)).map(|p| world.name(p).to_owned()).unwrap_or_default();
                fields.push(field("parent", &name(parent_of(row)), &name(record.parent)));
                if parent_of(row).is_some() {
                    note(UnitChangeKind::Moved);
                }
            }
            let unit_changed = !fields.is_empty();
            let old_area = areas.get(&uid).copied();
            if record.area_km2.is_some() && record.area_km2 != old_area {
                let shown = |area: Option<f64>| area.map(|km2| format!("{km2} km²")).unwrap_or_default();
                fields.push(field("area_km2", &shown(old_area), &shown(record.area_km2)));
            }
            let drawn = match &shape {
                None => false,
                Some((kind, bytes)) => {
                    let old = if table.drawn[row as usize] { current::boundary(self.load.connection(), world, at, uid)? } else { None };
                    let same = old.as_ref().is_some_and(|old| old.kind == *kind && same_ground(&old.coords, bytes));
                    if !same {
                        let before = old.as_ref().map(|old| outline(&old.coords)).unwrap_or_default();
                        fields.push(field("boundary", &before, &outline(bytes)));
                        if old.is_some() {
                            note(UnitChangeKind::Reshaped);
                        }
                    }
                    !same
                }
            };
            if fields.is_empty() {
                self.report.unchanged();
                continue;
            }
            self.report.change(ChangeKind::Changed, (uid, &record.code, record.name.as_deref().unwrap_or(&old_name)), spot, || fields);
            // What was blank is filled in for all days; what became something else did so on a day.
            out.push((n, changes.len() > noted, unit_changed, drawn));
        }
        let gone = self.gone_units(world, at, &absent, &changes, &from.file)?;
        if self.writes() && !(out.is_empty() && gone.is_empty()) {
            let batch = self.batch("units", from)?;
            for (n, file) in (0..).zip(files).filter(|_| files.len() > 1) {
                self.load.put_part(batch, from.part + n, file)?;
            }
            for (n, dated, unit, drawn) in out {
                self.scene.stop.check()?;
                let record = &records[n];
                let mut stamp = from.stamp(batch, record.row, if dated { &changed_from } else { &new_from });
                stamp.part += record.part;
                let old = rows[n].map(|row| tell(world, (at, row)));
                if unit {
                    let code = if record.said.is_some() { old.as_ref().map_or(&record.code, |(_, code, _)| code) } else { &record.code };
                    let name = record.name.as_ref().or(old.as_ref().map(|(.., name)| name)).unwrap_or(&record.code);
                    let parent = record.parent.or_else(|| rows[n].and_then(parent_of));
                    self.load.put_unit(stamp, &NewUnit { uid: uids[n], level: &level, code, name, parent, row: record.row })?;
                }
                if let Some(area_km2) = record.area_km2.filter(|area| areas.get(&uids[n]) != Some(area)) {
                    self.load.put_area(stamp, &level, uids[n], area_km2)?;
                }
                if drawn && let Some((kind, bytes)) = features.zip(record.feature).and_then(|(f, n)| boundary(f, &f.records[n])) {
                    self.load.put_boundary(stamp, &level, uids[n], kind, &bytes)?;
                }
            }
            for row in gone {
                let (uid, code, name) = tell(world, (at, row));
                let mut stamp = from.stamp(batch, 0, &changed_from);
                (stamp.gone, stamp.row) = (true, None);
                self.load.put_unit(stamp, &NewUnit { uid, level: &level, code: &code, name: &name, parent: parent_of(row), row: 0 })?;
            }
            let first = self.report.unit_changes.len();
            for (n, change) in changes.iter().enumerate() {
                self.load.put_change(batch, first + n, change)?;
            }
        }
        self.report.unit_changes.extend(changes);
        Ok(())
    }

    /// The units that are gone, if the file is said to be complete; else those it leaves out.
    fn gone_units(
        &mut self,
        world: &World,
        at: usize,
        absent: &[u32],
        changes: &[UnitChange],
        shown_as: &str,
    ) -> Result<Vec<u32>, Problem> {
        if absent.is_empty() {
            return Ok(Vec::new());
        }
        if self.complete != Some(true) {
            // Where units were merged or split, keeping the old ones would draw them twice.
            let needed =
                self.complete.is_none() && changes.iter().any(|c| matches!(c.kind, UnitChangeKind::Merged | UnitChangeKind::Split));
            if self.complete.is_none() {
                let gone = absent.len().to_string();
                let answers =
                    vec![answer("part", "plan.why.part", vec![gone.clone()]), answer("complete", "plan.why.complete", vec![gone])];
                let spot = Spot { file: shown_as.to_owned(), ..Spot::default() };
                self.report.ask(About::Complete { gone: absent.len() as u64 }, spot, needed, answers);
            }
            for row in absent {
                let unit = tell(world, (at, *row));
                let spot = current::origin(self.load.connection(), world, unit.0)?;
                self.report.left_out(unit, || spot);
            }
            return Ok(Vec::new());
        }
        let whole = self.world(self.scene.framework.levels.len())?;
        for row in absent {
            let (uid, code, name) = tell(world, (at, *row));
            let spot = current::origin(self.load.connection(), world, uid)?;
            self.report.change(ChangeKind::Gone, (uid, &code, &name), || spot, Vec::new);
            let below: usize =
                (at + 1..whole.levels.len()).map(|level| whole.place(uid).map_or(0, |place| whole.range(Some(place), level).len())).sum();
            if below > 0 {
                self.report.problems.push(Problem::new("E_PLAN_ORPHANS", Severity::Mark, shown_as).arg(&name).arg(&code).arg(below));
            }
        }
        Ok(absent.to_vec())
    }
}

/// A new uid; where a unit that has another code now was born with this one, a uid of its own.
fn mint(manifest: &crate::import::manifest::Manifest, level: &LevelId, code: &str, table: &crate::store::table::Table, since: &str) -> Uid {
    let uid = |code: &str| Uid::of_unit(&manifest.county, &manifest.tree, level.as_str(), code);
    match table.row(uid(code)) {
        None => uid(code),
        Some(_) => {
            let mut again = code.to_owned();
            let _ = write!(again, "@{since}");
            uid(&again)
        }
    }
}

/// The unit above, and the stem and ending of a name.
type Sibling = (Option<Uid>, (String, &'static str));

/// Fresh records that are units of the store under another code: one of a name below one unit, on
/// both sides.
fn recoded(world: &World, at: usize, records: &[Record], fresh: &[usize], absent: &[u32]) -> Vec<(usize, u32)> {
    let table = world.table(at);
    let mut old: FxHashMap<Sibling, Option<u32>> = FxHashMap::default();
    for row in absent {
        let parent = table.parent(*row).map(|(t, r)| world.table(t).uids[r as usize]);
        let name = table.names.get(*row as usize);
        old.entry((parent, stem(name))).and_modify(|one| *one = None).or_insert(Some(*row));
    }
    let mut new: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for n in fresh {
        let Some(name) = &records[*n].name else { continue };
        if let Some(Some(row)) = old.get(&(records[*n].parent, stem(name))) {
            new.entry(*row).or_default().push(*n);
        }
    }
    new.into_iter().filter_map(|(row, all)| <[usize; 1]>::try_from(all).ok().map(|[n]| (n, row))).collect()
}

/// How far apart two spellings of one place may lie, degrees: 11 mm. What a system of coordinates and
/// back again rounds off is less.
const SAME_PLACE_DEG: f64 = 1e-7;

/// Whether two boundaries are the same lines, however their rings run: a map in another system of
/// coordinates, or with its rings the other way round, has changed nothing.
fn same_ground(old: &[u8], new: &[u8]) -> bool {
    if old == new {
        return true;
    }
    let read = |bytes: &[u8]| {
        let (mut rings, mut coords_deg) = (Vec::new(), Vec::new());
        original::decode(bytes, &mut rings, &mut coords_deg).ok()?;
        Some((rings, coords_deg))
    };
    let (Some((old, old_deg)), Some((new, new_deg))) = (read(old), read(new)) else { return false };
    let ring = |all: &[[f64; 2]], r: &std::ops::Range<u32>| open_ring(&all[r.start as usize..r.end as usize]).to_vec();
    old.len() == new.len() && old.iter().zip(&new).all(|(a, b)| same_ring(&ring(&old_deg, a), &ring(&new_deg, b)))
}

/// A ring without the repetition of its first point.
fn open_ring(ring: &[[f64; 2]]) -> &[[f64; 2]] {
    match ring {
        [first, rest @ .., last] if !rest.is_empty() && first == last => &ring[..ring.len() - 1],
        _ => ring,
    }
}

fn same_ring(a: &[[f64; 2]], b: &[[f64; 2]]) -> bool {
    let near = |p: [f64; 2], q: [f64; 2]| (p[0] - q[0]).abs() <= SAME_PLACE_DEG && (p[1] - q[1]).abs() <= SAME_PLACE_DEG;
    let Some(first) = a.first().filter(|_| a.len() == b.len()) else { return a.len() == b.len() };
    let turned = |at: usize| a.iter().zip(b[at..].iter().chain(&b[..at])).all(|(p, q)| near(*p, *q));
    let reversed = |at: usize| a.iter().zip(b[..=at].iter().rev().chain(b[at + 1..].iter().rev())).all(|(p, q)| near(*p, *q));
    (0..b.len()).filter(|at| near(*first, b[*at])).any(|at| turned(at) || reversed(at))
}

/// Kind and bytes of a feature's boundary.
fn boundary(features: &Features, record: &FeatureRecord) -> Option<(&'static str, Vec<u8>)> {
    let kind = match record.kind {
        GeometryKind::None => return None,
        GeometryKind::Point => "point",
        GeometryKind::Line => "line",
        GeometryKind::Polygon => "polygon",
    };
    let rings = features.rings.get(record.rings.start as usize..record.rings.end as usize).unwrap_or_default();
    Some((kind, original::encode(rings, &features.coords_deg)))
}

/// A boundary in a few words: its area and its number of points.
fn outline(bytes: &[u8]) -> String {
    let (mut rings, mut coords_deg) = (Vec::new(), Vec::new());
    if original::decode(bytes, &mut rings, &mut coords_deg).is_err() {
        return String::new();
    }
    let shapes: Vec<&[[f64; 2]]> = rings.iter().map(|r| &coords_deg[r.start as usize..r.end as usize]).collect();
    format!("{:.4} km² (n={})", area_km2(&shapes), coords_deg.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ring_is_the_same_wherever_it_begins_and_whichever_way_it_runs() {
        let ring = [[107.0, 36.0], [107.1, 36.0], [107.1, 36.1], [107.0, 36.2]];
        for by in 0..ring.len() {
            let mut turned = ring.map(|[x, y]| [x + 4e-8, y - 4e-8]);
            turned.rotate_left(by);
            assert!(same_ring(&ring, &turned));
            turned.reverse();
            assert!(same_ring(&ring, &turned));
            turned[by][0] += 1e-6;
            assert!(!same_ring(&ring, &turned), "ten centimetres are a change");
        }
        assert!(!same_ring(&ring, &ring[..3]) && same_ring(&[], &[]));
        assert_eq!(open_ring(&[ring[0], ring[1], ring[0]]), &ring[..2]);
    }
}
