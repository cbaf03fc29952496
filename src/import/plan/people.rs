//! Branches and entities: organisations, never persons.

use rustc_hash::{FxHashMap, FxHashSet};

use super::planner::{From, Planner};
use super::report::field;
use super::roles::Roles;
use super::sheet::Sheet;
use super::zones::Meanings;
use crate::domain::id::Uid;
use crate::domain::plan::{ChangeKind, FieldChange};
use crate::domain::problem::{Problem, Severity};
use crate::domain::text::clean_name;
use crate::import::layout;
use crate::import::locate::{Places, place};
use crate::import::match_unit::{Finder, tell};
use crate::store::current;
use crate::store::load::NewBranch;
use crate::store::put::EntityRow;
use crate::store::world::World;

/// The columns of an organisation.
struct Columns {
    code: Option<usize>,
    name: usize,
    kind: Option<usize>,
    unit: Option<usize>,
    /// Longitude and latitude.
    place: Option<(usize, usize)>,
    /// What else is kept.
    further: Vec<usize>,
}

/// An organisation of a row.
struct Row {
    key: String,
    code: String,
    name: String,
    kind: String,
    unit: Uid,
    place_deg: Option<[f64; 2]>,
    fields: Vec<(String, String)>,
    line: u64,
}

impl Planner<'_, '_> {
    fn organisation(&mut self, sheet: &Sheet, roles: &Roles, without: &dyn Fn(&str) -> bool) -> Option<Columns> {
        let place = roles.get("lon").zip(roles.get("lat"));
        let Some(name) = roles.get("name") else {
            self.ask_column(sheet, "name");
            return None;
        };
        if roles.get("unit").is_none() && place.is_none() {
            self.ask_column(sheet, "unit");
            return None;
        }
        let mapped: Vec<usize> = roles.columns.values().copied().collect();
        let further = (0..sheet.headings.len())
            .filter(|n| !mapped.contains(n) && !sheet.headings[*n].is_empty() && !without(&sheet.headings[*n]))
            .collect();
        Some(Columns { code: roles.get("code"), name, kind: roles.get("kind"), unit: roles.get("unit"), place, further })
    }

    /// The organisations of a sheet that have a unit.
    fn organisations(&mut self, sheet: &Sheet, columns: &Columns, world: &World) -> Result<Vec<Row>, Problem> {
        let levels = self.scene.framework.levels.len();
        let finder = Finder::new(world, 0..levels);
        let places: Vec<Option<[f64; 2]>> =
            sheet.rows().map(|(line, cells)| columns.place.and_then(|of| self.place(sheet, cells, (of, columns.name), line))).collect();
        let drawn = columns.place.map(|_| Places::read(world, self.load.connection())).transpose()?.flatten();
        let lies = drawn.as_ref().map_or_else(|| vec![None; places.len()], |drawn| drawn.around(&places));
        let mut out: Vec<Row> = Vec::new();
        let mut seen: FxHashSet<String> = FxHashSet::default();
        for ((line, cells), (place_deg, by_place)) in sheet.rows().zip(places.into_iter().zip(lies)) {
            self.scene.stop.check()?;
            let cell = |n: usize| cells.get(n).trim();
            let name = clean_name(cell(columns.name)).into_owned();
            if name.is_empty() {
                self.report.aside(sheet.problem("E_TABLE_KEY", line).field(&sheet.headings[columns.name]));
                continue;
            }
            let named = columns.unit.map(cell).unwrap_or_default();
            let unit = match (named, by_place) {
                ("", Some(unit)) => Some(unit),
                (named, _) => self.unit_of(sheet, &finder, line, named, ""),
            };
            let Some(unit) = unit else { continue };
            if let Some((drawn, place_deg)) = drawn.as_ref().zip(place_deg) {
                let problem = |code: &str| sheet.problem(code, line);
                let doubt = drawn.doubt(world, self.load.connection(), &name, (unit, place_deg, by_place), problem)?;
                self.report.problems.extend(doubt);
            }
            let code = columns.code.map(cell).unwrap_or_default().to_owned();
            let key = if code.is_empty() { format!("{unit}\u{1f}{name}") } else { code.clone() };
            if !seen.insert(key.clone()) {
                self.report.aside(sheet.problem("E_IMPORT_DUPLICATE", line).arg(if code.is_empty() { &name } else { &code }));
                continue;
            }
            let fields = columns.further.iter().map(|n| (sheet.headings[*n].clone(), clean_name(cell(*n)).into_owned()));
            out.push(Row {
                key,
                code,
                name,
                kind: columns.kind.map(|c| clean_name(cell(c)).into_owned()).unwrap_or_default(),
                unit,
                place_deg,
                fields: fields.filter(|(_, v)| !v.is_empty()).collect(),
                line,
            });
        }
        Ok(out)
    }

    fn place(&mut self, sheet: &Sheet, cells: layout::Row<'_>, ((x, y), named): ((usize, usize), usize), line: u64) -> Option<[f64; 2]> {
        let (x, y) = (cells.get(x).trim(), cells.get(y).trim());
        place(x, y).unwrap_or_else(|code| {
            let mut problem = sheet.problem(code, line).arg(cells.get(named)).arg(format!("{x}, {y}"));
            // The organisation is known all the same; only its point is not.
            problem.severity = Severity::Mark;
            self.report.problems.push(problem);
            None
        })
    }

    pub(super) fn branches(
        &mut self,
        sheet: &Sheet,
        roles: &Roles,
        without: &dyn Fn(&str) -> bool,
        from: &From,
    ) -> Result<Meanings, Problem> {
        let Some(columns) = self.organisation(sheet, roles, without) else { return Ok(Meanings::new()) };
        let levels = self.scene.framework.levels.len();
        let world = self.world(levels + 1)?;
        let rows = self.organisations(sheet, &columns, &world)?;
        let table = world.table(world.branch_table());
        let mut seen: FxHashSet<Uid> = FxHashSet::default();
        let mut out: Vec<(NewBranch, bool)> = Vec::new();
        for row in rows {
            let uid = Uid::of_branch(&self.scene.manifest.county, &row.key);
            seen.insert(uid);
            let unit_name = |uid: Uid| world.place(uid).map(|p| world.name(p).to_owned()).unwrap_or_default();
            let code = if row.code.is_empty() { row.name.clone() } else { row.code.clone() };
            let new = NewBranch {
                uid,
                code,
                name: row.name,
                kind: row.kind,
                unit: row.unit,
                place_deg: row.place_deg,
                fields: row.fields,
                row: row.line,
            };
            let fields = match table.row(uid) {
                None => None,
                Some(n) => {
                    let old = branch(&world, n);
                    let old_fields: Vec<(String, String)> =
                        serde_json::from_str(world.branches().fields.get(n as usize)).unwrap_or_default();
                    let mut fields =
                        differences(&[("code", &old.code, &new.code), ("name", &old.name, &new.name), ("kind", &old.kind, &new.kind)]);
                    if old.unit != new.unit {
                        fields.push(field("unit", &unit_name(old.unit), &unit_name(new.unit)));
                    }
                    let shown = |place: Option<[f64; 2]>| place.map(|[x, y]| format!("{x}, {y}")).unwrap_or_default();
                    if old.place_deg != new.place_deg {
                        fields.push(field("lon, lat", &shown(old.place_deg), &shown(new.place_deg)));
                    }
                    fields.extend(further(&old_fields, &new.fields));
                    Some(fields)
                }
            };
            self.organisation_change(fields, (uid, &new.code, &new.name), sheet, new.row, &unit_name(new.unit))
                .then(|| out.push((new, false)));
        }
        let gone: Vec<u32> = (0..world.len(world.branch_table())).filter(|n| !seen.contains(&table.uids[*n as usize])).collect();
        if self.is_complete(sheet, gone.len()) {
            for n in gone {
                let old = branch(&world, n);
                let spot = current::origin(self.load.connection(), &world, old.uid)?;
                self.report.change(ChangeKind::Gone, (old.uid, &old.code, &old.name), || spot, Vec::new);
                out.push((old, true));
            }
        }
        if self.writes() && !out.is_empty() {
            let batch = self.batch("branches", from)?;
            let (new, changed) = self.since();
            for (branch, gone) in out {
                self.scene.stop.check()?;
                let known = table.row(branch.uid).is_some();
                let mut stamp = from.stamp(batch, branch.row, if known { &changed } else { &new });
                stamp.gone = gone;
                self.load.put_branch(stamp, &branch)?;
            }
        }
        Ok(Meanings::new())
    }

    pub(super) fn entities(
        &mut self,
        sheet: &Sheet,
        roles: &Roles,
        without: &dyn Fn(&str) -> bool,
        from: &From,
    ) -> Result<Meanings, Problem> {
        let Some(columns) = self.organisation(sheet, roles, without) else { return Ok(Meanings::new()) };
        let world = self.world(self.scene.framework.levels.len())?;
        let covered = roles.get("coverage");
        let coverage: FxHashMap<u64, String> =
            sheet.rows().filter_map(|(line, cells)| Some((line, clean_name(cells.get(covered?)).into_owned()))).collect();
        let rows = self.organisations(sheet, &columns, &world)?;
        let mut now = current::entities(self.load.connection(), &world)?;
        let mut out: Vec<(EntityRow, u64, bool, bool)> = Vec::new();
        for row in rows {
            let uid = Uid::of_entity(&self.scene.manifest.county, &row.key);
            let unit_name = |uid: Uid| world.place(uid).map(|p| world.name(p).to_owned()).unwrap_or_default();
            let fields = serde_json::to_string(&row.fields).unwrap_or_default();
            let coverage = coverage.get(&row.line).cloned().unwrap_or_default();
            let new = EntityRow { uid, code: row.code, name: row.name, kind: row.kind, unit: row.unit, coverage, fields };
            let old = now.remove(&uid);
            let known = old.is_some();
            let fields = old.map(|old| {
                let mut fields = differences(&[
                    ("code", &old.code, &new.code),
                    ("name", &old.name, &new.name),
                    ("kind", &old.kind, &new.kind),
                    ("coverage", &old.coverage, &new.coverage),
                ]);
                if old.unit != new.unit {
                    fields.push(field("unit", &unit_name(old.unit), &unit_name(new.unit)));
                }
                let read = |json: &str| -> Vec<(String, String)> { serde_json::from_str(json).unwrap_or_default() };
                fields.extend(further(&read(&old.fields), &read(&new.fields)));
                fields
            });
            self.organisation_change(fields, (uid, &new.code, &new.name), sheet, row.line, &unit_name(new.unit))
                .then(|| out.push((new, row.line, known, false)));
        }
        let mut gone: Vec<EntityRow> = now.into_values().collect();
        gone.sort_unstable_by_key(|e| e.uid);
        if self.is_complete(sheet, gone.len()) {
            for old in gone {
                self.report.change(ChangeKind::Gone, (old.uid, &old.code, &old.name), Default::default, Vec::new);
                out.push((old, 0, true, true));
            }
        }
        if self.writes() && !out.is_empty() {
            let batch = self.batch("entities", from)?;
            let (new, changed) = self.since();
            for (entity, line, known, gone) in out {
                self.scene.stop.check()?;
                let mut stamp = from.stamp(batch, line, if known { &changed } else { &new });
                stamp.gone = gone;
                self.load.put_entity(stamp, &entity)?;
            }
        }
        Ok(Meanings::new())
    }

    /// Notes a new, changed or unchanged organisation; whether it has to be stored.
    pub(super) fn organisation_change(
        &mut self,
        old: Option<Vec<FieldChange>>,
        who: (Uid, &str, &str),
        sheet: &Sheet,
        line: u64,
        unit: &str,
    ) -> bool {
        match old {
            Some(fields) if fields.is_empty() => {
                self.report.unchanged();
                false
            }
            Some(fields) => {
                self.report.change(ChangeKind::Changed, who, || sheet.spot(line), || fields);
                true
            }
            None => {
                self.report.change(ChangeKind::New, who, || sheet.spot(line), || vec![field("unit", "", unit)]);
                true
            }
        }
    }
}

/// A branch as the store has it.
fn branch(world: &World, n: u32) -> NewBranch {
    let (table, more) = (world.table(world.branch_table()), world.branches());
    let (uid, code, name) = tell(world, (world.branch_table(), n));
    let unit = table.parent(n).map(|(level, row)| world.table(level).uids[row as usize]);
    NewBranch {
        uid,
        code,
        name,
        kind: more.kinds.get(n as usize).to_owned(),
        unit: unit.unwrap_or(Uid(uuid::Uuid::nil())),
        place_deg: more.places_deg[n as usize],
        fields: serde_json::from_str(more.fields.get(n as usize)).unwrap_or_default(),
        row: 0,
    }
}

/// Fields that differ, of those that are given.
fn differences(pairs: &[(&str, &String, &String)]) -> Vec<FieldChange> {
    pairs.iter().filter(|(_, old, new)| old != new).map(|(name, old, new)| field(name, old, new)).collect()
}

/// Further columns that differ.
fn further(old: &[(String, String)], new: &[(String, String)]) -> Vec<FieldChange> {
    let of = |all: &[(String, String)], heading: &str| all.iter().find(|(h, _)| h == heading).map(|(_, v)| v.clone()).unwrap_or_default();
    let mut headings: Vec<&String> = old.iter().chain(new).map(|(h, _)| h).collect();
    headings.sort_unstable();
    headings.dedup();
    let pairs = headings.into_iter().map(|h| (h, of(old, h), of(new, h)));
    pairs.filter(|(_, old, new)| old != new).map(|(h, old, new)| field(h, &old, &new)).collect()
}
