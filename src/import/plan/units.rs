//! Units: from lists and from maps, compared with what the store has of their level.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use rustc_hash::{FxHashMap, FxHashSet};

use super::map::Map;
use super::overlap::{Area, Areas};
use super::report::{answer, field};
use super::roles::Roles;
use super::sheet::Sheet;
use super::zones::Meanings;
use super::{From, Planner};
use crate::domain::id::{LevelId, Uid};
use crate::domain::plan::{About, Cause, ChangeKind, FieldChange, Input, Target, UnitChange, UnitChangeKind};
use crate::domain::problem::{Problem, Severity, Spot};
use crate::domain::request::Progress;
use crate::domain::text::clean_name;
use crate::gis::crs::detect::displacement;
use crate::gis::measure::middle_deg;
use crate::gis::original;
use crate::gis::read::{FeatureRecord, Features, FieldSample, GeometryKind, ReadSpec};
use crate::import::manifest::ParentBy;
use crate::import::match_unit::{Finder, Found, tell};
use crate::import::names::stem;
use crate::import::profile::{OneOrMore, Profile, fingerprint};
use crate::import::units::Parents;
use crate::store::current;
use crate::store::load::rings_of;
use crate::store::put::UnitRow;
use crate::store::world::World;

/// Share of the samples of a field that have to fit before it is taken for the parent's code.
const FITS: f64 = 0.8;
/// Units that are compared to tell a shift.
const SHIFT_PAIRS: usize = 300;
/// Share of an area from which on it lies in another.
const LIES_IN: f64 = 0.8;

/// A unit of a file.
struct Record {
    code: String,
    name: Option<String>,
    parent: Option<Uid>,
    /// Row or feature.
    row: u64,
    line: u64,
    /// Position among the features of a map.
    feature: Option<usize>,
    /// The unit of the store that a person said it is.
    said: Option<Uid>,
}

impl Planner<'_, '_> {
    pub(super) fn unit_table(
        &mut self,
        sheet: &Sheet,
        roles: &Roles,
        level: Option<&LevelId>,
        profile: &Profile,
        from: &From,
    ) -> Result<Meanings, Problem> {
        let _ = profile;
        let Some(code) = roles.get("code") else {
            self.ask_column(sheet, "code");
            return Ok(Meanings::new());
        };
        let framework = self.scene.framework;
        // A level that was named counts for rows that name none.
        let (named, word) = (level.and_then(|l| self.level(l)), roles.get("level"));
        if named.is_none() && word.is_none() {
            self.ask_target(Spot { file: sheet.shown_as.clone(), ..Spot::default() });
            return Ok(Meanings::new());
        }
        let mut by_level: Vec<Vec<(u64, Vec<String>)>> = vec![Vec::new(); framework.levels.len()];
        let columns = [Some(code), roles.get("name"), roles.get("parent")];
        for (line, cells) in sheet.rows() {
            let said = word.map(|c| cells.get(c).trim()).filter(|w| !w.is_empty());
            let is = |l: &crate::domain::unit::Level, w: &str| {
                l.code.as_str() == w || l.label == w || l.label_en.eq_ignore_ascii_case(w) || l.synonyms.iter().any(|s| s == w)
            };
            let level = said.map_or(named, |w| framework.levels.iter().position(|l| is(l, w)));
            match level {
                Some(level) => {
                    by_level[level].push((line, columns.map(|c| c.map(|c| cells.get(c).trim().to_owned()).unwrap_or_default()).into()))
                }
                None => self.report.aside(sheet.problem("E_TABLE_LEVEL_WORD", line).arg(said.unwrap_or_default())),
            }
        }
        let more = self.more;
        let mut left = by_level.iter().filter(|rows| !rows.is_empty()).count();
        for (at, rows) in by_level.into_iter().enumerate().filter(|(_, rows)| !rows.is_empty()) {
            left -= 1;
            // What stands below rests on what stands above.
            self.more = more || left > 0;
            let world = self.world(at + 1)?;
            let records = self.list_records(sheet, &world, at, rows, roles.get("name").is_some())?;
            self.level_units(&world, at, records, None, &sheet.shown_as, from)?;
        }
        self.more = more;
        Ok(Meanings::new())
    }

    /// The units of one level in a list.
    fn list_records(
        &mut self,
        sheet: &Sheet,
        world: &World,
        at: usize,
        rows: Vec<(u64, Vec<String>)>,
        named: bool,
    ) -> Result<Vec<Record>, Problem> {
        let parents = Parents::new(world, at, None, self.load)?;
        let finder = Finder::new(world, at..at + 1);
        let mut seen: FxHashSet<String> = FxHashSet::default();
        let mut out = Vec::with_capacity(rows.len());
        for (line, cells) in rows {
            let [code, name, parent] = <[String; 3]>::try_from(cells).unwrap_or_default();
            if code.is_empty() {
                self.report.aside(sheet.problem("E_TABLE_KEY", line));
                continue;
            }
            let mut said = None;
            if world.len(at) > 0 && finder.by_code(&code) == Found::None {
                let (cause, place) = finder.suggest(&code, &name);
                let spoiled =
                    matches!(cause, Cause::LeadingZeros | Cause::ExcelNumber | Cause::CodeLength) || cause == Cause::OneDigit && named;
                if spoiled && place.is_some() {
                    let place = place.map(|p| finder.tell(p));
                    match self.report.unmatched(self.choices, sheet.spot(line), (&code, &name), || (cause, place)) {
                        Some(uid) => said = Some(uid),
                        None => continue,
                    }
                }
            }
            if said.is_none() && code.to_ascii_uppercase().contains("E+") && code.parse::<f64>().is_ok() {
                self.report.aside(sheet.problem("E_CODE_EXCEL", line).arg(&code));
                continue;
            }
            if !seen.insert(code.clone()) {
                self.report.aside(sheet.problem("E_IMPORT_DUPLICATE", line).arg(&code));
                continue;
            }
            let above = if parent.is_empty() { parents.only() } else { parents.of_code(&parent) };
            let known = finder.by_code(&code) != Found::None || said.is_some();
            if above.is_none() && !parents.top() && !(known && parent.is_empty()) {
                self.report.aside(sheet.problem("E_IMPORT_PARENT", line).arg(&code).arg(&parent));
                continue;
            }
            let name = Some(clean_name(&name).into_owned()).filter(|n| !n.is_empty());
            out.push(Record { code, name, parent: above, row: line, line, feature: None, said });
        }
        Ok(out)
    }

    /// The level of a map: said, learned, or told from codes that are known.
    pub(super) fn map_level(&self, map: &Map, world: &World) -> Option<usize> {
        let fields = map.fields();
        let profile = self.map_profile(fields);
        if let Some(Target::Units(Some(level))) = self.choices.target.clone().or_else(|| profile.target()) {
            return self.level(&level);
        }
        let id = self.id_field(fields, &profile)?;
        let share = |field: &FieldSample, level: usize| {
            let finder = Finder::new(world, level..level + 1);
            share(field.values.iter(), |v| finder.by_code(v) != Found::None)
        };
        let levels = 0..world.levels.len();
        let own = levels.clone().find(|level| share(id, *level) >= 0.5);
        own.or_else(|| {
            let above = fields.iter().filter(|f| f.name != id.name && self.profiles.is_usual("parent", &f.name));
            let found = above.filter_map(|f| levels.clone().find(|level| share(f, *level) >= FITS)).next()?;
            Some(found + 1).filter(|level| *level < world.levels.len())
        })
    }

    fn map_profile(&self, fields: &[FieldSample]) -> Profile {
        let names: Vec<String> = fields.iter().map(|f| f.name.clone()).collect();
        self.profile(&fingerprint(&names)).unwrap_or_default()
    }

    fn id_field<'f>(&self, fields: &'f [FieldSample], profile: &Profile) -> Option<&'f FieldSample> {
        let names: Vec<String> = fields.iter().map(|f| f.name.clone()).collect();
        let named = |name: &String| fields.iter().find(|f| f.name == *name);
        let said = self.choices.columns.get("code").and_then(named);
        let learned = || crate::import::profile::column(profile, "code", &names).map(|n| &fields[n]);
        let usual = || self.profiles.usual("code", &names).into_iter().map(|n| &fields[n]).find(|f| distinct(f));
        said.or_else(learned).or_else(usual).or_else(|| fields.iter().find(|f| f.name == "@id" && distinct(f)))
    }

    pub(super) fn map(&mut self, map: &Map, progress: &mut dyn FnMut(Progress)) -> Result<(), Problem> {
        let (item, fields, names) = (&map.item, map.fields(), map.names());
        let shown_as = item.found.shown_as.clone();
        let spot = Spot { file: shown_as.clone(), ..Spot::default() };
        let profile = self.map_profile(fields);
        let mut input = Input {
            file: shown_as.clone(),
            part: map.file.layer().unwrap_or_default().to_owned(),
            format: map.format().to_owned(),
            sha256: item.sha256.clone(),
            ..Input::default()
        };
        input.fingerprint = fingerprint(&names);
        input.profile = (profile != Profile::default()).then(|| self.choices.profile.clone().unwrap_or_else(|| "learned".to_owned()));
        let world = self.world(self.scene.framework.levels.len())?;
        let level = self.map_level(map, &world);
        drop(world);
        let Some(level) = level else {
            self.ask_target(spot);
            self.report.inputs.push(input);
            return Ok(());
        };
        let Some(id) = self.id_field(fields, &profile).map(|f| f.name.clone()) else {
            let answers = names.iter().map(|n| answer(n, "plan.why.heading", vec![n.clone()])).collect();
            self.report.ask(About::Column { role: "code".to_owned() }, spot, true, answers);
            self.report.inputs.push(input);
            return Ok(());
        };
        let level_id = self.scene.framework.levels[level].code.clone();
        self.target.get_or_insert_with(|| Target::Units(Some(level_id.clone())));
        let world = self.world(level + 1)?;
        let said = |role: &str| {
            let chosen = self.choices.columns.get(role).filter(|n| names.contains(n)).cloned();
            chosen.or_else(|| crate::import::profile::column(&profile, role, &names).map(|n| names[n].clone()))
        };
        let name = said("name").or_else(|| self.profiles.usual("name", &names).first().map(|n| names[*n].clone()));
        let by = match said("parent") {
            Some(field) => Some(ParentBy::Field(field)),
            None => parent_rule(&world, level, fields, &id, &item.found.stem),
        };
        let spec = ReadSpec {
            file: shown_as.clone(),
            id_field: id.clone(),
            name_field: name.clone(),
            parent_field: match &by {
                Some(ParentBy::Field(field) | ParentBy::Prefix(Some(field))) => Some(field.clone()),
                _ => None,
            },
            crs: self.choices.crs.clone(),
        };
        input.crs = self.choices.crs.clone().or_else(|| map.overview.crs.clone());
        input.columns.insert("code".to_owned(), id.clone());
        input.columns.extend(name.map(|n| ("name".to_owned(), n)));
        input.columns.extend(spec.parent_field.clone().map(|n| ("parent".to_owned(), n)));
        input.unused = names.iter().filter(|n| !input.columns.values().any(|c| c == *n)).cloned().collect();
        let mut problems = Vec::new();
        let mut tell = |done| progress(Progress::Reading { name: shown_as.clone(), done, of: item.found.size });
        let features = match map.file.features(&spec, &mut problems, &mut tell) {
            Ok(features) => features,
            Err(problem) => {
                self.scene.stop.check()?;
                if problem.code.starts_with("E_CRS") {
                    let candidates = map.overview.crs_candidates();
                    let answers: Vec<_> =
                        candidates.into_iter().map(|c| answer(c.crs, &format!("problem.{}", c.reason.code), c.reason.args)).collect();
                    self.report.ask(About::Crs, spot, true, answers);
                }
                self.report.problems.push(problem);
                self.report.inputs.push(input);
                return Ok(());
            }
        };
        input.read = features.read.into();
        if let Some(from) = &features.converted_from {
            input.crs = Some(from.clone());
        }
        if self.choices.crs.is_none() {
            self.ask_shift(&world, level, &features, &spot)?;
        }
        let records = self.map_records(&world, level, &features, (&shown_as, &item.found.stem), by.as_ref(), &mut problems)?;
        input.kept = records.len() as u64;
        self.report.counts.aside += problems.iter().filter(|p| p.severity == Severity::Aside).count() as u64;
        self.report.problems.append(&mut problems);
        let from = From {
            file: shown_as.clone(),
            part: 0,
            part_name: String::new(),
            sha256: item.sha256.clone(),
            source: input.profile.clone().unwrap_or_default(),
        };
        let asked = self.report.questions.len();
        self.level_units(&world, level, records, Some(&features), &shown_as, &from)?;
        if self.choices.profile.is_none() && self.report.questions[asked..].iter().all(|q| !q.needed) {
            let columns = input.columns.iter().map(|(role, name)| (role.clone(), OneOrMore::One(name.clone()))).collect();
            let learned = Profile { headings: names.join("|"), columns, ..Profile::default() }.of(&Target::Units(Some(level_id)));
            self.learned.push((input.fingerprint.clone(), learned));
        }
        self.report.inputs.push(input);
        Ok(())
    }

    /// Asks about a shift against what is loaded that looks like one of the two systems.
    fn ask_shift(&mut self, world: &World, level: usize, features: &Features, spot: &Spot) -> Result<(), Problem> {
        let table = world.table(level);
        let codes: FxHashMap<&str, u32> = table.codes.iter().zip(0u32..).filter(|(_, row)| table.drawn[*row as usize]).collect();
        let mut pairs = Vec::new();
        for record in features.records.iter().filter(|r| r.kind == GeometryKind::Polygon) {
            self.scene.stop.check()?;
            let Some(row) = codes.get(record.code.as_str()) else { continue };
            let old = rings_of(self.load.connection(), world, table.uids[*row as usize])?;
            let old: Vec<&[[f64; 2]]> = old.iter().map(Vec::as_slice).collect();
            if !old.is_empty() {
                pairs.push((middle_deg(&features.rings_deg(record)), middle_deg(&old)));
            }
            if pairs.len() == SHIFT_PAIRS {
                break;
            }
        }
        if let Some(found) = displacement(&pairs)
            && let Some(system) = found.system
        {
            let like = system.name().to_owned();
            let answers =
                vec![answer(&like, "plan.why.shifted", vec![like.clone()]), answer("EPSG:4490", "plan.why.not_shifted", Vec::new())];
            self.report.ask(About::Shift { shift_m: found.length_m, like }, spot.clone(), true, answers);
        }
        Ok(())
    }

    /// The units of a map.
    fn map_records(
        &mut self,
        world: &World,
        level: usize,
        features: &Features,
        (shown_as, stem): (&str, &str),
        by: Option<&ParentBy>,
        problems: &mut Vec<Problem>,
    ) -> Result<Vec<Record>, Problem> {
        let parents = Parents::new(world, level, by, self.load)?;
        let table = world.table(level);
        let codes: FxHashMap<&str, u32> = table.codes.iter().zip(0u32..).collect();
        let mut seen: FxHashSet<&str> = FxHashSet::default();
        let mut out = Vec::with_capacity(features.records.len());
        for (n, record) in features.records.iter().enumerate() {
            self.scene.stop.check()?;
            let aside = |code: &str| Problem::new(code, Severity::Aside, shown_as).line(record.line).record(record.record);
            if !seen.insert(&record.code) {
                problems.push(aside("E_IMPORT_DUPLICATE").arg(&record.code));
                continue;
            }
            let parent = parents.of_feature(by, record, features, stem);
            if parent.is_none() && !parents.top() && !codes.contains_key(record.code.as_str()) {
                problems.push(aside("E_IMPORT_PARENT").arg(&record.code).arg(record.parent.as_deref().unwrap_or_default()));
                continue;
            }
            let name = record.name.as_deref().map(|n| clean_name(n).into_owned());
            out.push(Record {
                code: record.code.clone(),
                name,
                parent,
                row: record.record,
                line: record.line,
                feature: Some(n),
                said: None,
            });
        }
        Ok(out)
    }

    /// Compares the units of one level with the store and writes what differs.
    fn level_units(
        &mut self,
        world: &World,
        at: usize,
        records: Vec<Record>,
        features: Option<&Features>,
        shown_as: &str,
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
            let mut part = Reshaped { planner: self, world, at, records: &records, uids: &uids, features, since };
            changes.extend(part.recognise(&fresh, &absent)?);
        }
        let moved: FxHashSet<Uid> = changes.iter().flat_map(|c| c.after.iter().map(|(uid, ..)| *uid)).collect();
        let mut out: Vec<(usize, bool, bool, bool)> = Vec::new();
        for (n, record) in records.iter().enumerate() {
            self.scene.stop.check()?;
            let spot = || Spot {
                file: shown_as.to_owned(),
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
            let drawn = match &shape {
                None => false,
                Some((kind, bytes)) => {
                    let old = if table.drawn[row as usize] { current::boundary(self.load.connection(), world, at, uid)? } else { None };
                    let same = old.as_ref().is_some_and(|(k, b)| k == kind && b == bytes);
                    if !same {
                        let points = |bytes: usize| if bytes == 0 { String::new() } else { format!("{bytes} B") };
                        fields.push(field("boundary", &points(old.as_ref().map_or(0, |(_, b)| b.len())), &points(bytes.len())));
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
        let gone = self.gone_units(world, at, &absent, &changes, shown_as)?;
        if self.writes() && !(out.is_empty() && gone.is_empty()) {
            let batch = self.batch("units", from)?;
            for (n, dated, unit, drawn) in out {
                let record = &records[n];
                let stamp = from.stamp(batch, record.row, if dated { &changed_from } else { &new_from });
                let old = rows[n].map(|row| tell(world, (at, row)));
                if unit {
                    let code = if record.said.is_some() { old.as_ref().map_or(&record.code, |(_, code, _)| code) } else { &record.code };
                    let name = record.name.as_ref().or(old.as_ref().map(|(.., name)| name)).unwrap_or(&record.code);
                    let parent = record.parent.or_else(|| rows[n].and_then(parent_of));
                    self.load.put_unit(stamp, &UnitRow { uid: uids[n], level: &level, code, name, parent })?;
                }
                if drawn && let Some((kind, bytes)) = features.zip(record.feature).and_then(|(f, n)| boundary(f, &f.records[n])) {
                    self.load.put_boundary(stamp, &level, uids[n], kind, &bytes)?;
                }
            }
            for row in gone {
                let (uid, code, name) = tell(world, (at, row));
                let mut stamp = from.stamp(batch, 0, &changed_from);
                (stamp.gone, stamp.row) = (true, None);
                self.load.put_unit(stamp, &UnitRow { uid, level: &level, code: &code, name: &name, parent: parent_of(row) })?;
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
        if self.choices.complete != Some(true) {
            // Where units were merged or split, keeping the old ones would draw them twice.
            let needed =
                self.choices.complete.is_none() && changes.iter().any(|c| matches!(c.kind, UnitChangeKind::Merged | UnitChangeKind::Split));
            if self.choices.complete.is_none() {
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

/// What a map says of areas that changed hands.
struct Reshaped<'a, 'p, 'l> {
    planner: &'a Planner<'p, 'l>,
    world: &'a World,
    at: usize,
    records: &'a [Record],
    uids: &'a [Uid],
    features: &'a Features,
    since: jiff::civil::Date,
}

impl Reshaped<'_, '_, '_> {
    /// Units that became one, and units that became several.
    fn recognise(&mut self, fresh: &[usize], absent: &[u32]) -> Result<Vec<UnitChange>, Problem> {
        let table = self.world.table(self.at);
        if table.len() == 0 || fresh.is_empty() && absent.is_empty() {
            return Ok(Vec::new());
        }
        let mut out = Vec::new();
        if !absent.is_empty() {
            let areas = (0..self.records.len()).filter_map(|n| self.new_area(n)).collect();
            let new = Areas::new(areas);
            let mut into: BTreeMap<Uid, (Vec<u32>, f64)> = BTreeMap::new();
            for row in absent {
                let Some(area) = self.old_area(*row)? else { continue };
                if let Some((uid, share)) = new.under(&area).first().filter(|(_, share)| *share >= LIES_IN) {
                    let entry = into.entry(*uid).or_insert((Vec::new(), 1.0));
                    entry.0.push(*row);
                    entry.1 = entry.1.min(*share);
                }
            }
            for (uid, (rows, share)) in into {
                let mut before: Vec<_> = rows.into_iter().map(|row| tell(self.world, (self.at, row))).collect();
                before.extend(table.row(uid).map(|row| tell(self.world, (self.at, row))));
                if before.len() > 1 {
                    out.push(self.change(UnitChangeKind::Merged, before, vec![uid], share));
                }
            }
        }
        if !fresh.is_empty() {
            let mut areas = Vec::new();
            for row in 0..self.world.len(self.at) {
                areas.extend(self.old_area(row)?);
            }
            let old = Areas::new(areas);
            let mut of: BTreeMap<Uid, (Vec<Uid>, f64)> = BTreeMap::new();
            for n in fresh {
                let Some(area) = self.new_area(*n) else { continue };
                if let Some((uid, share)) = old.under(&area).first().filter(|(_, share)| *share >= LIES_IN) {
                    let entry = of.entry(*uid).or_insert((Vec::new(), 1.0));
                    entry.0.push(self.uids[*n]);
                    entry.1 = entry.1.min(*share);
                }
            }
            for (uid, (mut after, share)) in of {
                after.extend(self.uids.iter().find(|u| **u == uid));
                let before: Vec<_> = table.row(uid).map(|row| tell(self.world, (self.at, row))).into_iter().collect();
                if after.len() > 1 {
                    out.push(self.change(UnitChangeKind::Split, before, after, share));
                }
            }
        }
        Ok(out)
    }

    fn change(&self, kind: UnitChangeKind, before: Vec<(Uid, String, String)>, after: Vec<Uid>, overlap: f64) -> UnitChange {
        let tell = |uid: Uid| {
            let record = self.uids.iter().position(|u| *u == uid).map(|n| &self.records[n]);
            (uid, record.map(|r| r.code.clone()).unwrap_or_default(), record.and_then(|r| r.name.clone()).unwrap_or_default())
        };
        UnitChange { kind, before, after: after.into_iter().map(tell).collect(), since: self.since, overlap: Some(overlap) }
    }

    fn new_area(&self, n: usize) -> Option<Area> {
        let record = &self.features.records[self.records[n].feature?];
        (record.kind == GeometryKind::Polygon)
            .then(|| Area::new(self.uids[n], self.features.rings_deg(record).iter().map(|r| r.to_vec()).collect()))
            .flatten()
    }

    fn old_area(&self, row: u32) -> Result<Option<Area>, Problem> {
        let uid = self.world.table(self.at).uids[row as usize];
        let rings = rings_of(self.planner.load.connection(), self.world, uid)?;
        Ok(Area::new(uid, rings))
    }
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

/// How the unit above a feature is found: a property with its code or name, the beginning of the
/// code, the name of the file, else its position.
fn parent_rule(world: &World, level: usize, fields: &[FieldSample], id: &str, file: &str) -> Option<ParentBy> {
    let nearest = (0..level).rev().find(|above| world.len(*above) > 0)?;
    if world.len(nearest) == 1 {
        return None;
    }
    let finder = Finder::new(world, 0..level);
    let fits = |f: &&FieldSample| f.name != id && share(f.values.iter(), |v| matches!(finder.find(v), Found::One(_))) >= FITS;
    if let Some(field) = fields.iter().find(fits) {
        return Some(ParentBy::Field(field.name.clone()));
    }
    let above = Finder::new(world, nearest..nearest + 1);
    let begins = |code: &String| {
        let ends = code.char_indices().map(|(n, _)| n).skip(1);
        ends.into_iter().any(|end| matches!(above.by_code(&code[..end]), Found::One(_)))
    };
    if fields.iter().find(|f| f.name == id).is_some_and(|f| share(f.values.iter(), begins) >= FITS) {
        return Some(ParentBy::Prefix(None));
    }
    if matches!(above.find(file), Found::One(_)) {
        return Some(ParentBy::File(None));
    }
    world.table(nearest).drawn.iter().any(|drawn| *drawn).then_some(ParentBy::Position)
}

/// Whether the values can be codes: a few that occur twice are a fault of the data, not of the guess.
fn distinct(field: &FieldSample) -> bool {
    let seen: FxHashSet<&String> = field.values.iter().collect();
    !field.values.is_empty() && seen.len() * 2 >= field.values.len()
}

/// Share of values for which something holds, 0..=1.
fn share<'v>(values: impl ExactSizeIterator<Item = &'v String>, holds: impl Fn(&String) -> bool) -> f64 {
    let all = values.len();
    #[allow(clippy::cast_precision_loss, reason = "at most some hundred samples")]
    let share = values.filter(|v| holds(v)).count() as f64 / all.max(1) as f64;
    share
}
