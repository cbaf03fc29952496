//! Units from maps: which properties are which, and whose boundaries they are.

use std::collections::BTreeSet;

use rustc_hash::{FxHashMap, FxHashSet};

use super::map::{Map, MapRead};
use super::planner::{From, Planner};
use super::report::answer;
use super::units::Record;
use crate::domain::plan::{About, Input, Target};
use crate::domain::problem::{Problem, Severity, Spot};
use crate::domain::request::Progress;
use crate::domain::text::clean_name;
use crate::gis::crs::detect::displacement;
use crate::gis::measure::middle_deg;
use crate::gis::read::{Features, FieldSample, GeometryKind, ReadSpec};
use crate::import::manifest::ParentBy;
use crate::import::match_unit::{Finder, Found};
use crate::import::official;
use crate::import::profile::{OneOrMore, Profile, fingerprint};
use crate::import::units::Parents;
use crate::store::boundaries::rings_of;
use crate::store::world::World;
/// Share of the samples of a field that have to fit before it is taken for the parent's code.
const FITS: f64 = 0.8;
/// Units that are compared to tell a shift.
const SHIFT_PAIRS: usize = 300;

impl Planner<'_, '_> {
    /// The level of a map: said, learned, or told from codes that are known.
    pub(super) fn map_level(&self, map: &Map, world: &World) -> Option<usize> {
        if let Some(level) = &map.level {
            return self.level(level);
        }
        let fields = map.fields();
        let profile = self.map_profile(fields);
        if let Some(Target::Units(Some(level))) = self.said_of_map(map) {
            return self.level(level);
        }
        let id = self.id_field(fields, &profile);
        if let Some(Target::Units(Some(level))) = profile.target()
            && let Some(level) = self.level(&level)
            && (self.choices.profile.is_some() || !id.is_some_and(|id| lie_below(id, world, level)))
        {
            return Some(level);
        }
        let id = id?;
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

    pub(super) fn map_profile(&self, fields: &[FieldSample]) -> Profile {
        let names: Vec<String> = fields.iter().map(|f| f.name.clone()).collect();
        self.profile(&fingerprint(&names)).unwrap_or_default()
    }

    pub(super) fn id_field<'f>(&self, fields: &'f [FieldSample], profile: &Profile) -> Option<&'f FieldSample> {
        let names: Vec<String> = fields.iter().map(|f| f.name.clone()).collect();
        let named = |name: &String| fields.iter().find(|f| f.name == *name);
        let said = self.choices.columns.get("code").and_then(named);
        let learned = || crate::import::profile::column(profile, "code", &names).map(|n| &fields[n]);
        let usual = || self.profiles.usual("code", &names).into_iter().map(|n| &fields[n]).find(|f| distinct(f));
        said.or_else(learned).or_else(usual).or_else(|| fields.iter().find(|f| f.name == "@id" && distinct(f)))
    }

    /// A map into the plan; what was read of it, `None` where that is not known yet.
    pub(super) fn map(&mut self, map: &Map, progress: &mut dyn FnMut(Progress)) -> Result<Option<MapRead>, Problem> {
        let all_names = map.names();
        let shown_as = map.shown_as();
        let spot = Spot { file: shown_as.clone(), ..Spot::default() };
        let profile = self.map_profile(map.fields());
        let without: BTreeSet<String> = self.choices.without.union(&profile.without).filter(|n| all_names.contains(n)).cloned().collect();
        let fields: Vec<FieldSample> = map.fields().iter().filter(|f| !without.contains(&f.name)).cloned().collect();
        let names: Vec<String> = fields.iter().map(|f| f.name.clone()).collect();
        let fields = fields.as_slice();
        self.complete = self.choices.complete.or(profile.complete);
        let mut input = Input {
            file: shown_as.clone(),
            part: map.file.layer().unwrap_or_default().to_owned(),
            format: map.format().to_owned(),
            sha256: map.sha256(),
            ..Input::default()
        };
        input.fingerprint = fingerprint(&all_names);
        input.profile = (profile != Profile::default()).then(|| self.choices.profile.clone().unwrap_or_else(|| "learned".to_owned()));
        let world = self.world(self.scene.framework.levels.len())?;
        let personal = self.personal_properties(map, fields, &profile, &without, &world);
        if !personal.is_empty() {
            self.ask_without(personal, spot);
            self.report.input(input);
            return Ok(None);
        }
        let mut level = self.map_level(map, &world);
        if level.is_none() {
            // It is asked; what is likely is gone on with, so that all is asked at once.
            let guess = self.guess_level(map, self.id_field(fields, &profile), &world)?;
            self.ask_level(&guess, Spot { file: map.asked_as(), ..Spot::default() });
            level = guess.likely();
        }
        drop(world);
        let Some(level) = level else {
            self.report.input(input);
            return Ok(None);
        };
        let Some(id) = self.id_field(fields, &profile).map(|f| f.name.clone()) else {
            let answers = names.iter().map(|n| answer(n, "plan.why.heading", vec![n.clone()])).collect();
            self.report.ask(About::Column { role: "code".to_owned() }, spot, true, answers);
            self.report.input(input);
            return Ok(None);
        };
        let level_id = self.scene.framework.levels[level].code.clone();
        self.target.get_or_insert_with(|| Target::Units(Some(level_id.clone())));
        let world = self.world(level + 1)?;
        let said = |role: &str| {
            let chosen = self.choices.columns.get(role).filter(|n| names.contains(n)).cloned();
            chosen.or_else(|| crate::import::profile::column(&profile, role, &names).map(|n| names[n].clone()))
        };
        let name = said("name").or_else(|| self.profiles.usual("name", &names).first().map(|n| names[*n].clone()));
        let area = said("area_km2").or_else(|| official::column(&self.profiles, &names).map(|n| names[n].clone()));
        let by = match said("parent") {
            Some(field) => Some(ParentBy::Field(field)),
            None => parent_rule(&world, level, fields, &id, map),
        };
        let spec = ReadSpec {
            file: shown_as.clone(),
            id_field: id.clone(),
            name_field: name.clone(),
            parent_field: match &by {
                Some(ParentBy::Field(field) | ParentBy::Prefix(Some(field))) => Some(field.clone()),
                _ => None,
            },
            area_field: area,
            crs: self.choices.crs.clone(),
        };
        let factor = spec.area_field.as_deref().map_or(1.0, official::factor);
        input.crs = self.choices.crs.clone().or_else(|| map.overview.crs.clone());
        input.columns.insert("code".to_owned(), id.clone());
        input.columns.extend(name.map(|n| ("name".to_owned(), n)));
        input.columns.extend(spec.parent_field.clone().map(|n| ("parent".to_owned(), n)));
        input.columns.extend(spec.area_field.clone().map(|n| ("area_km2".to_owned(), n)));
        input.unused = names.iter().filter(|n| !input.columns.values().any(|c| c == *n)).cloned().collect();
        let mut problems = Vec::new();
        let Some((features, starts)) = self.features(map, &spec, &mut problems, progress) else {
            self.scene.stop.check()?;
            self.report.input(input);
            return Ok(None);
        };
        input.read = features.read.into();
        if let Some(from) = &features.converted_from {
            input.crs = Some(from.clone());
        }
        if self.choices.crs.is_none() {
            self.ask_shift(&world, level, &features, &spot)?;
        }
        let records = self.map_records(&world, level, &features, (map, &starts, factor), by.as_ref(), &mut problems)?;
        input.kept = records.len() as u64;
        self.report.counts.aside += problems.iter().filter(|p| p.severity == Severity::Aside).count() as u64;
        self.report.problems.append(&mut problems);
        let from = From {
            file: shown_as.clone(),
            part: map.part,
            part_name: if map.file.layers().len() > 1 { input.part.clone() } else { String::new() },
            sha256: input.sha256.clone(),
            source: input.profile.clone().unwrap_or_default(),
        };
        let asked = self.report.questions.len();
        let files: Vec<String> = map.files().map(|m| m.item.found.shown_as.clone()).collect();
        self.level_units(&world, level, records, Some(&features), &files, &from)?;
        if self.choices.profile.is_none() && self.report.questions[asked..].iter().all(|q| !q.needed) {
            let columns = input.columns.iter().map(|(role, name)| (role.clone(), OneOrMore::One(name.clone()))).collect();
            let (headings, without) = (all_names.join("|"), without.clone());
            let learned = Profile { headings, columns, without, complete: profile.complete, ..Profile::default() }
                .of(&Target::Units(Some(level_id.clone())));
            self.learned.push((input.fingerprint.clone(), learned));
        }
        self.report.input(input);
        Ok(Some(MapRead { spec, level: level_id, without }))
    }

    /// Properties that name persons, among those that are not left out.
    fn personal_properties(
        &self,
        map: &Map,
        fields: &[FieldSample],
        profile: &Profile,
        without: &BTreeSet<String>,
        world: &World,
    ) -> Vec<(String, String)> {
        let names: Vec<String> = fields.iter().map(|f| f.name.clone()).collect();
        let mut keys: Vec<&str> = self.id_field(fields, profile).map(|f| f.name.as_str()).into_iter().collect();
        keys.extend(self.profiles.usual("parent", &names).into_iter().map(|n| names[n].as_str()));
        let tree = Finder::new(world, 0..world.levels.len());
        map.personal(&self.scene.framework.privacy, &|name| without.contains(name), &keys, &|code| tree.by_code(code) != Found::None)
    }

    /// The features of all files of a map, and the first record of each file; `None` where none can
    /// be read. A file that is refused does not stop the others.
    fn features(
        &mut self,
        map: &Map,
        spec: &ReadSpec,
        problems: &mut Vec<Problem>,
        progress: &mut dyn FnMut(Progress),
    ) -> Option<(Features, Vec<usize>)> {
        let (mut all, mut starts, mut any) = (Features::default(), Vec::new(), false);
        for one in map.files() {
            starts.push(all.records.len());
            let found = &one.item.found;
            let mut tell = |done| progress(Progress::Reading { name: found.shown_as.clone(), done, of: found.size });
            let spec = ReadSpec { file: found.shown_as.clone(), ..spec.clone() };
            match one.file.features(&spec, problems, &mut tell) {
                Ok(features) if starts.len() == 1 => (all, any) = (features, true),
                Ok(features) => {
                    all.append(features);
                    any = true;
                }
                Err(problem) => {
                    let unknown = problem.code.starts_with("E_CRS");
                    self.report.problems.push(problem);
                    if unknown {
                        let candidates = one.overview.crs_candidates();
                        let answers: Vec<_> =
                            candidates.into_iter().map(|c| answer(c.crs, &format!("problem.{}", c.reason.code), c.reason.args)).collect();
                        self.report.ask(About::Crs, Spot { file: found.shown_as.clone(), ..Spot::default() }, true, answers);
                        return None;
                    }
                }
            }
        }
        any.then_some((all, starts))
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
        (map, starts, factor): (&Map, &[usize], f64),
        by: Option<&ParentBy>,
        problems: &mut Vec<Problem>,
    ) -> Result<Vec<Record>, Problem> {
        let parents = Parents::new(world, level, by, self.load)?;
        let files: Vec<&Map> = map.files().collect();
        let part = |n: usize| starts.partition_point(|start| *start <= n) - 1;
        let above = parents.of_features(by, features, |n| &files[part(n)].item.found.stem);
        let table = world.table(level);
        let codes: FxHashMap<&str, u32> = table.codes.iter().zip(0u32..).collect();
        let mut seen: FxHashSet<&str> = FxHashSet::default();
        let mut out = Vec::with_capacity(features.records.len());
        for (n, (record, above)) in features.records.iter().zip(above).enumerate() {
            self.scene.stop.check()?;
            let shown_as = &*files[part(n)].item.found.shown_as;
            let problem = |code: &str, severity| Problem::new(code, severity, shown_as).line(record.line).record(record.record);
            if !seen.insert(&record.code) {
                problems.push(problem("E_IMPORT_DUPLICATE", Severity::Aside).arg(&record.code));
                continue;
            }
            if above.uid.is_none() && !parents.top() && !codes.contains_key(record.code.as_str()) {
                let named = record.parent.as_deref().unwrap_or_default();
                problems.push(problem("E_IMPORT_PARENT", Severity::Aside).arg(&record.code).arg(named));
                continue;
            }
            problems.extend(above.lies.and_then(|lies| lies.doubt(world, &record.code, |code| problem(code, Severity::Mark))));
            let area = record.area.as_deref().unwrap_or_default();
            let area_km2 = official::figure(area, factor).unwrap_or_else(|()| {
                problems.push(problem("E_AREA_NUMBER", Severity::Mark).arg(&record.code).arg(area));
                None
            });
            out.push(Record {
                code: record.code.clone(),
                name: record.name.as_deref().map(|n| clean_name(n).into_owned()),
                parent: above.uid,
                row: record.record,
                line: record.line,
                part: u32::try_from(part(n)).unwrap_or(u32::MAX),
                area_km2,
                feature: Some(n),
                said: None,
            });
        }
        Ok(out)
    }
}

/// How the unit above a feature is found: a property with its code or name, the beginning of the
/// code, the name of the file, else its position; a property that names only a unit further up comes
/// last, because it says less than all of them.
fn parent_rule(world: &World, level: usize, fields: &[FieldSample], id: &str, map: &Map) -> Option<ParentBy> {
    let nearest = (0..level).rev().find(|above| world.len(*above) > 0)?;
    if world.len(nearest) == 1 {
        return None;
    }
    let named = |levels: std::ops::Range<usize>| {
        let finder = Finder::new(world, levels);
        let fits = |f: &&FieldSample| f.name != id && share(f.values.iter(), |v| matches!(finder.find(v), Found::One(_))) >= FITS;
        fields.iter().find(fits).map(|f| ParentBy::Field(f.name.clone()))
    };
    let above = Finder::new(world, nearest..nearest + 1);
    let begins = |code: &String| {
        let ends = code.char_indices().map(|(n, _)| n).skip(1);
        ends.into_iter().any(|end| matches!(above.by_code(&code[..end]), Found::One(_)))
    };
    let by_prefix = || fields.iter().find(|f| f.name == id).is_some_and(|f| share(f.values.iter(), begins) >= FITS);
    let by_file = || {
        let stems: Vec<String> = map.files().map(|m| m.item.found.stem.clone()).collect();
        share(stems.iter(), |stem| matches!(above.find(stem), Found::One(_))) >= FITS
    };
    let drawn = world.table(nearest).drawn.iter().any(|drawn| *drawn);
    named(nearest..nearest + 1)
        .or_else(|| by_prefix().then_some(ParentBy::Prefix(None)))
        .or_else(|| by_file().then_some(ParentBy::File(None)))
        .or_else(|| drawn.then_some(ParentBy::Position))
        .or_else(|| named(0..level))
}

/// Whether codes are not those of a level but begin with them: vendors give every level the same
/// headings, so what was learned of one does not hold for the next.
fn lie_below(id: &FieldSample, world: &World, level: usize) -> bool {
    let finder = Finder::new(world, level..level + 1);
    let known = |code: &str| finder.by_code(code) != Found::None;
    let begins = |code: &String| code.char_indices().skip(1).any(|(end, _)| known(&code[..end]));
    !id.values.iter().any(|code| known(code)) && share(id.values.iter(), begins) >= FITS
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
