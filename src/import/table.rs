//! Loading the changed files of a table.

mod values;

use rustc_hash::FxHashSet;

use super::Done;
use super::files::{Found, sha256, verify};
use super::locate::{Places, place};
use super::manifest::{Column, Manifest, Table, What};
use super::sheet::{Cells, Sheet};
use super::units::{Directory, Match, Parents};
use crate::domain::id::Uid;
use crate::domain::page::ReadCount;
use crate::domain::problem::{Problem, Severity};
use crate::domain::text::clean_name;
use crate::framework::Framework;
use crate::framework::privacy::Gate;
use crate::store::load::{Load, NewBranch, NewUnit, Source};
use crate::store::record::RecordKind;
use crate::store::world::Membership;

/// A file that was read, before anything of it is stored.
pub(super) struct Read {
    pub(super) file: Found,
    sha256: String,
    pub(super) sheet: Sheet,
}

/// Reads a file of a table whole.
pub(super) fn read(framework: &Framework, table: &Table, file: Found) -> Result<Read, Problem> {
    let sha256 = sha256(&file)?;
    verify(table.sha256.as_ref(), &sha256, &file)?;
    let sheet = Sheet::read(&file, table, &framework.privacy)?;
    Ok(Read { file, sha256, sheet })
}

/// Stores files of a table; `Done::gone` says how much would disappear.
pub(super) fn store(
    load: &mut Load<'_>,
    manifest: &Manifest,
    framework: &Framework,
    table: &Table,
    spec: &str,
    files: Vec<Read>,
) -> Result<Done, Problem> {
    let mut old = Vec::new();
    for read in &files {
        old.extend(load.withdraw(&table.name, &read.file.shown_as)?);
    }
    let mut done = Done::default();
    let mut taken: FxHashSet<Uid> = load.uids_of(&table.name)?;
    for read in files {
        let source = Source {
            source: table.name.clone(),
            file: read.file.shown_as.clone(),
            spec: spec.to_owned(),
            size: read.file.size,
            mtime_ms: read.file.mtime_ms,
            sha256: read.sha256.clone(),
        };
        let batch = load.batch("table", &source)?;
        // A file that was changed since is known as it is now from now on.
        if let (Some(day), true) = (table.known, old.is_empty()) {
            load.known_since(batch, day)?;
        }
        let mut rows = Rows { manifest, framework, table, read: &read, problems: read.sheet.notes.clone() };
        let kept = match table.what {
            What::Units => rows.units(load, batch, &mut taken)?,
            What::Branches => rows.branches(load, batch, &mut taken)?,
            What::Zones => rows.zones(load, batch)?,
            What::Values => rows.values(load, batch)?,
            What::Entities => rows.entities(load, batch)?,
            What::Regions => rows.regions(load, batch)?,
            What::Links => rows.records(load, batch, RecordKind::Link)?,
            What::Places => rows.records(load, batch, RecordKind::Place)?,
            What::Items => rows.records(load, batch, RecordKind::Item)?,
        };
        let problems = rows.problems;
        let read_rows = u32::try_from(read.sheet.len()).unwrap_or(u32::MAX);
        let counts = ReadCount { name: table.name.clone(), read: read_rows, drawn: kept, listed: read_rows.saturating_sub(kept) };
        load.loaded(&source, Some(batch), &counts, &problems)?;
        done.problems.extend(problems);
    }
    for batch in old {
        done.gone += load.vanished(batch)?;
    }
    if table.what == What::Units {
        // A unit that is drawn may have another unit above it now, whose border is drawn stronger.
        let world = load.world(framework, framework.levels.len())?;
        for level in 0..world.levels.len() {
            let columns = world.table(level);
            if columns.uids.iter().zip(&columns.drawn).any(|(uid, drawn)| *drawn && taken.contains(uid)) {
                load.repack(&world, level)?;
            }
        }
    }
    Ok(done)
}

/// One file being stored.
pub(super) struct Rows<'a> {
    pub(super) manifest: &'a Manifest,
    pub(super) framework: &'a Framework,
    pub(super) table: &'a Table,
    pub(super) read: &'a Read,
    pub(super) problems: Vec<Problem>,
}

impl<'a> Rows<'a> {
    pub(super) fn refuse(&self, code: &str) -> Problem {
        Problem::new(code, Severity::Refused, &*self.read.file.shown_as)
    }

    pub(super) fn aside(&mut self, code: &str, line: u64, field: &str, args: &[&str]) {
        let mut problem = Problem::new(code, Severity::Aside, &*self.read.file.shown_as).line(line);
        if !field.is_empty() {
            problem = problem.field(field);
        }
        problem.args.extend(args.iter().map(|a| (*a).to_owned()));
        self.problems.push(problem);
    }

    pub(super) fn column(&self, role: &str) -> Result<Option<usize>, Problem> {
        match self.table.columns.get(role) {
            None => Ok(None),
            Some(Column::One(name)) => self.read.sheet.column(name, &self.read.file).map(Some),
            Some(Column::Parts { .. }) => Err(self.refuse("E_TABLE_COLUMN").field(role).arg(role).arg("")),
        }
    }

    pub(super) fn keys(&self) -> Result<Vec<usize>, Problem> {
        self.table.key.iter().map(|name| self.read.sheet.column(name, &self.read.file)).collect()
    }

    /// The key of a row; a problem where it is empty or was spoiled by a spreadsheet.
    pub(super) fn key(&mut self, keys: &[usize], line: u64, cells: Cells<'_>) -> Option<String> {
        let parts: Vec<&str> = keys.iter().map(|n| cells.get(*n).unwrap_or_default()).collect();
        let field = self.table.key.join("+");
        if parts.iter().any(|p| p.is_empty()) {
            self.aside("E_TABLE_KEY", line, &field, &[]);
            return None;
        }
        if let Some(spoiled) = parts.iter().find(|p| p.contains("E+") && p.parse::<f64>().is_ok()) {
            self.aside("E_CODE_EXCEL", line, &field, &[spoiled]);
            return None;
        }
        Some(parts.join("\u{1f}"))
    }

    pub(super) fn levels(&self) -> Result<std::ops::Range<usize>, Problem> {
        match &self.table.level {
            None => Ok(0..self.framework.levels.len()),
            Some(level) => match self.framework.levels.iter().position(|l| l.code == *level) {
                Some(n) => Ok(n..n + 1),
                None => Err(Problem::new("E_IMPORT_LEVEL", Severity::Refused, super::manifest::FILE).field("table.level").arg(level)),
            },
        }
    }

    pub(super) fn unit(&mut self, directory: &Directory<'_>, key: &str, line: u64, field: &str) -> Option<Uid> {
        self.found(directory, "E_TABLE_UNIT", key, line, field)
    }

    /// What a key names; `none` is said where it names nothing.
    pub(super) fn found(&mut self, directory: &Directory<'_>, none: &str, key: &str, line: u64, field: &str) -> Option<Uid> {
        match directory.find(key) {
            Match::One(uid) => Some(uid),
            Match::None => {
                self.aside(none, line, field, &[key]);
                None
            }
            Match::Several => {
                self.aside("E_TABLE_AMBIGUOUS", line, field, &[key]);
                None
            }
        }
    }

    fn units(&mut self, load: &mut Load<'_>, batch: i64, taken: &mut FxHashSet<Uid>) -> Result<u32, Problem> {
        let (keys, name, parent, level) = (self.keys()?, self.column("name")?, self.column("parent")?, self.column("level")?);
        let levels = self.levels()?;
        if level.is_none() && levels.len() != 1 {
            return Err(self.refuse("E_TABLE_LEVEL"));
        }
        // Rows by level, the top one first: a parent may stand below its children in the file.
        let mut by_level: Vec<Vec<usize>> = vec![Vec::new(); self.framework.levels.len()];
        for (n, (line, cells)) in self.read.sheet.rows().enumerate() {
            let word = level.and_then(|c| cells.get(c)).unwrap_or_default();
            let found = match level {
                None => Some(levels.start),
                Some(_) => self
                    .framework
                    .levels
                    .iter()
                    .position(|l| l.code.as_str() == word || l.label == word || l.synonyms.iter().any(|s| s == word)),
            };
            match found {
                Some(found) => by_level[found].push(n),
                None => self.aside("E_TABLE_LEVEL_WORD", line, "", &[word]),
            }
        }
        let mut kept = 0;
        for (at, rows) in by_level.iter().enumerate().filter(|(_, rows)| !rows.is_empty()) {
            let world = load.world(self.framework, at)?;
            let parents = Parents::new(&world, at, None, load)?;
            let id = &self.framework.levels[at].code;
            let mut units = Vec::new();
            for &n in rows {
                let (line, cells) = self.read.sheet.row(n);
                let Some(code) = self.key(&keys, line, cells) else { continue };
                let uid = Uid::of_unit(&self.manifest.county, &self.manifest.tree, id.as_str(), &code);
                if taken.contains(&uid) {
                    self.aside("E_IMPORT_DUPLICATE", line, &self.table.key.join("+"), &[&code]);
                    continue;
                }
                let named = parent.and_then(|c| cells.get(c)).filter(|p| !p.is_empty());
                let above = named.map_or_else(|| parents.only(), |p| parents.of_code(p));
                if above.is_none() && !parents.top() {
                    self.aside("E_IMPORT_PARENT", line, "", &[&code, named.unwrap_or_default()]);
                    continue;
                }
                taken.insert(uid);
                let name = name.and_then(|c| cells.get(c)).map(|n| clean_name(n).into_owned()).filter(|n| !n.is_empty());
                units.push((uid, name.unwrap_or_else(|| code.clone()), code, above, line));
            }
            kept += u32::try_from(units.len()).unwrap_or(u32::MAX);
            load.units(
                batch,
                units.iter().map(|(uid, name, code, parent, row)| NewUnit { uid: *uid, level: id, code, name, parent: *parent, row: *row }),
            )?;
        }
        Ok(kept)
    }

    fn branches(&mut self, load: &mut Load<'_>, batch: i64, taken: &mut FxHashSet<Uid>) -> Result<u32, Problem> {
        let keys = self.keys()?;
        let need = |role| self.column(role).and_then(|c| c.ok_or_else(|| self.refuse("E_TABLE_COLUMN").field(role).arg(role).arg("")));
        let (name, code, kind) = (need("name")?, self.column("code")?, self.column("kind")?);
        let place = self.column("lon")?.zip(self.column("lat")?);
        let unit = if place.is_some() { self.column("unit")? } else { Some(need("unit")?) };
        let further = [code, kind, unit, place.map(|p| p.0), place.map(|p| p.1)].into_iter().flatten();
        let mapped: Vec<usize> = keys.iter().copied().chain([name]).chain(further).collect();
        let others: Vec<usize> = (0..self.read.sheet.headings.len())
            .filter(|n| {
                !mapped.contains(n)
                    && !self.read.sheet.headings[*n].is_empty()
                    && !self.table.without.contains(&self.read.sheet.headings[*n])
            })
            .collect();
        self.gate(&others)?;
        self.gate(&[name])?;
        let levels = self.levels()?;
        let world = load.world(self.framework, levels.end)?;
        let directory = Directory::new(&world, levels);
        let unit_field = unit.map(|n| self.read.sheet.headings[n].clone()).unwrap_or_default();
        let places: Vec<Option<[f64; 2]>> = self.read.sheet.rows().map(|(line, cells)| self.place((place?, name), line, cells)).collect();
        // What a level was given for does not say how low a place may lie.
        let tree = load.world(self.framework, self.framework.levels.len())?;
        let drawn = place.map(|_| Places::read(&tree, load.connection())).transpose()?.flatten();
        let lies = drawn.as_ref().map_or_else(|| vec![None; places.len()], |drawn| drawn.around(&places));
        let mut branches = Vec::new();
        for ((line, cells), (place_deg, lies)) in self.read.sheet.rows().zip(places.into_iter().zip(lies)) {
            let cell = |n: usize| cells.get(n).unwrap_or_default();
            let Some(key) = self.key(&keys, line, cells) else { continue };
            let uid = Uid::of_branch(&self.manifest.county, &key);
            if taken.contains(&uid) {
                self.aside("E_IMPORT_DUPLICATE", line, &self.table.key.join("+"), &[&key.replace('\u{1f}', " ")]);
                continue;
            }
            let at = match (unit.map(cell).unwrap_or_default(), lies) {
                ("", Some(lies)) => lies,
                (named, _) => match self.unit(&directory, named, line, &unit_field) {
                    Some(at) => at,
                    None => continue,
                },
            };
            if let Some((drawn, place_deg)) = drawn.as_ref().zip(place_deg) {
                let problem = |code: &str| Problem::new(code, Severity::Mark, &*self.read.file.shown_as).line(line);
                let doubt = drawn.doubt(&tree, load.connection(), &clean_name(cell(name)), (at, place_deg, lies), problem)?;
                self.problems.extend(doubt);
            }
            taken.insert(uid);
            let fields = others.iter().map(|n| (self.read.sheet.headings[*n].clone(), clean_name(cell(*n)).into_owned()));
            branches.push(NewBranch {
                uid,
                code: code.map_or_else(|| key.replace('\u{1f}', " "), |c| cell(c).to_owned()),
                name: clean_name(cell(name)).into_owned(),
                kind: kind.map(|c| clean_name(cell(c)).into_owned()).unwrap_or_default(),
                unit: at,
                place_deg,
                fields: fields.filter(|(_, v)| !v.is_empty()).collect(),
                row: line,
            });
        }
        load.branches(batch, &branches)?;
        Ok(u32::try_from(branches.len()).unwrap_or(u32::MAX))
    }

    /// The place of a row; that it is none is no reason to leave the row out.
    fn place(&mut self, ((x, y), name): ((usize, usize), usize), line: u64, cells: Cells<'_>) -> Option<[f64; 2]> {
        let cell = |n: usize| cells.get(n).unwrap_or_default();
        place(cell(x), cell(y)).unwrap_or_else(|code| {
            let problem = Problem::new(code, Severity::Mark, &*self.read.file.shown_as).line(line);
            self.problems.push(problem.arg(clean_name(cell(name))).arg(format!("{}, {}", cell(x), cell(y))));
            None
        })
    }

    /// Stops the table at a column with values that look personal.
    pub(super) fn gate(&self, columns: &[usize]) -> Result<(), Problem> {
        for &n in columns {
            for (line, cells) in self.read.sheet.rows() {
                if cells.get(n).is_some_and(|v| Gate.value_looks_personal(v)) {
                    let heading = &self.read.sheet.headings[n];
                    // The value itself is never repeated.
                    return Err(self.refuse("E_PRIVACY_VALUE").line(line).field(heading).arg(heading));
                }
            }
        }
        Ok(())
    }

    fn zones(&mut self, load: &mut Load<'_>, batch: i64) -> Result<u32, Problem> {
        let (keys, zone) = (self.keys()?, self.column("zone")?.unwrap_or_default());
        let levels = self.levels()?;
        let world = load.world(self.framework, levels.end)?;
        let directory = Directory::new(&world, levels);
        let mut members = Vec::new();
        let key_field = self.table.key.join("+");
        for (line, cells) in self.read.sheet.rows() {
            let Some(key) = self.key(&keys, line, cells) else { continue };
            let word = cells.get(zone).unwrap_or_default();
            let Some(zone) = self.framework.zones.iter().find(|z| z.code == word || z.label == word) else {
                self.aside("E_TABLE_ZONE", line, "", &[word]);
                continue;
            };
            if let Some(uid) = self.unit(&directory, &key, line, &key_field) {
                members.push((zone.code.clone(), uid, line));
            }
        }
        load.members(batch, Membership::Zone, &members)?;
        Ok(u32::try_from(members.len()).unwrap_or(u32::MAX))
    }
}
