//! Files → records → matching → differences → a plan, and the plan carried out.
//!
//! A plan is the import itself inside a transaction that is rolled back: what was shown is what is
//! done, and a later file of one import sees what an earlier one brings. Files go in the order in
//! which one rests on another: boundaries from the top level down, lists of units, zones, branches,
//! entities, values.

mod copy;
mod figure;
mod headings;
mod keep;
mod map;
mod people;
mod records;
mod regions;
mod report;
mod roles;
mod sheet;
mod source;
mod spill;
mod units;
mod units_differ;
mod units_map;
mod units_reshaped;
mod values;
mod zones;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::Date;
use rustc_hash::{FxHashMap, FxHashSet};
use sha2::{Digest as _, Sha256};

use self::map::Map;
use self::report::{Report, answer};
use self::roles::Roles;
use self::sheet::Sheet;
use self::source::{Item, Shape};
use super::book::{self, Book, BookOptions};
use super::manifest::Manifest;
use super::match_unit::{Finder, Found};
use super::profile::{OneOrMore, Profile, Profiles, fingerprint};
use super::{layout, place_layer, record};
use crate::domain::id::LevelId;
use crate::domain::plan::{About, Applied, Choices, Counts, Plan, Target};
use crate::domain::problem::{Problem, Severity, Spot};
use crate::domain::request::{Progress, Stop};
use crate::framework::Framework;
use crate::gis::read::Content;
use crate::store::Writer;
use crate::store::import_log::{self, Choice, Entry, What};
use crate::store::load::Load;
use crate::store::put::{NewBatch, Stamp};
use crate::store::record::RecordKind;
use crate::store::world::{self, World};

use self::keep::Keeping;
pub(super) use self::keep::{FOLDER, keep};
pub use self::keep::{Rebuilt, rebuild};

/// Digits of a village's code in the statistical division codes.
const VILLAGE_DIGITS: usize = 12;

/// Where a plan is made.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// The workspace folder.
    pub dir: &'a Path,
    /// Its manifest.
    pub manifest: &'a Manifest,
    /// Its framework.
    pub framework: &'a Framework,
    /// The day the session believes in.
    pub today: Date,
    /// Asks to stop: looked at wherever progress is told, and at every row and feature.
    pub stop: &'a Stop,
}

/// What importing files would do.
///
/// # Errors
/// Why the store does not answer; what is wrong with the files stands in the plan.
pub fn plan(
    writer: &mut Writer,
    scene: &Scene<'_>,
    files: &[PathBuf],
    choices: &Choices,
    now: Timestamp,
    progress: &mut dyn FnMut(Progress),
) -> Result<Plan, Problem> {
    let mut problems = Vec::new();
    let items = source::items(files, &mut problems);
    let mut load = writer.load(now)?;
    // Dropped at the end without a commit.
    let (plan, _) = Planner::new(scene, choices, &mut load, None)?.run(items, problems, progress)?;
    Ok(plan)
}

/// Carries a plan out, if it is still the one that was seen.
///
/// # Errors
/// `E_PLAN_CHANGED`, `E_PLAN_OPEN`, or why it could not be saved; nothing is changed then.
pub fn apply(
    writer: &mut Writer,
    scene: &Scene<'_>,
    files: &[PathBuf],
    choices: &Choices,
    digest: Option<&str>,
    who: (&str, Timestamp),
    progress: &mut dyn FnMut(Progress),
) -> Result<Applied, Problem> {
    let (plan, applied) = import(writer, scene, files, choices, digest, who, progress)?;
    let open = plan.questions.iter().filter(|q| q.needed).count();
    applied.ok_or_else(|| Problem::new("E_PLAN_OPEN", Severity::Refused, "").arg(open))
}

/// Makes a plan and carries it out at once where nothing stands in its way: for whoever prints both.
///
/// # Errors
/// As [`apply`], but that it is open.
pub fn import(
    writer: &mut Writer,
    scene: &Scene<'_>,
    files: &[PathBuf],
    choices: &Choices,
    digest: Option<&str>,
    who: (&str, Timestamp),
    progress: &mut dyn FnMut(Progress),
) -> Result<(Plan, Option<Applied>), Problem> {
    let mut problems = Vec::new();
    let items = source::items(files, &mut problems);
    carry_out(writer, scene, items, problems, choices, (digest, None), who, progress)
}

#[allow(clippy::too_many_arguments, reason = "what an import is made of")]
fn carry_out(
    writer: &mut Writer,
    scene: &Scene<'_>,
    items: Vec<Item>,
    problems: Vec<Problem>,
    choices: &Choices,
    (digest, number): (Option<&str>, Option<i64>),
    (actor, now): (&str, Timestamp),
    progress: &mut dyn FnMut(Progress),
) -> Result<(Plan, Option<Applied>), Problem> {
    let kept = Keeping::of(&items);
    let mut load = writer.load(now)?;
    let import = load.next_import(number)?;
    let planner = Planner::new(scene, choices, &mut load, Some((import, actor)))?;
    let (plan, Done { batches, learned, mut profiles, copies }) = planner.run(items, problems, progress)?;
    if digest.is_some_and(|digest| digest != plan.digest) {
        return Err(Problem::new("E_PLAN_CHANGED", Severity::Refused, ""));
    }
    if !plan.ready() {
        return Ok((plan, None));
    }
    // One that is made again is known by its files even where it changes nothing.
    if batches.is_empty() && number.is_none() {
        drop(load);
        let applied = Applied { batches, counts: plan.counts, version: writer.version()? };
        return Ok((plan, Some(applied)));
    }
    // The files first: a batch without its file could not be made again.
    let files = kept.keep(scene.dir, if number.is_none() { copies } else { FxHashMap::default() })?;
    for (n, (name, sha256, _)) in files.iter().enumerate() {
        load.put_file(import, n, name, sha256)?;
    }
    let world = load.world(scene.framework, scene.framework.levels.len())?;
    load.repack_touched(&world, &batches)?;
    drop(world);
    load.finish(scene.framework)?;
    // One that is made again stands in the log already.
    if number.is_none() {
        let other = files.iter().filter(|(_, kept, original)| kept != original);
        let originals = other.map(|(name, _, original)| (name.clone(), original.clone())).collect();
        let files = files.into_iter().map(|(name, kept, _)| (name, kept)).collect();
        let what = What::Import { import, files, originals, choices: Box::new(choices.clone()), today: scene.today };
        writer.log_import(&Entry { at_ms: now.as_millisecond(), actor: actor.to_owned(), what })?;
    }
    // Only what was carried out is remembered; that it cannot be is no reason to fail after the commit.
    if let Err(problem) = profiles.learn(learned) {
        tracing::warn!(%problem, "the columns were not remembered");
    }
    let applied = Applied { batches, counts: plan.counts, version: writer.version()? };
    Ok((plan, Some(applied)))
}

/// Takes batches back, all or none.
///
/// # Errors
/// `E_BATCH_*`, or why it could not be saved; nothing is changed then.
pub fn undo(writer: &mut Writer, scene: &Scene<'_>, batches: &[i64], (actor, now): (&str, Timestamp)) -> Result<Applied, Problem> {
    let mut load = writer.load(now)?;
    load.undo(batches)?;
    let places = batches.iter().map(|batch| import_log::position(load.connection(), *batch)).collect::<Result<_, _>>()?;
    let world = load.world(scene.framework, scene.framework.levels.len())?;
    load.repack_touched(&world, batches)?;
    drop(world);
    load.finish(scene.framework)?;
    writer.log_import(&Entry { at_ms: now.as_millisecond(), actor: actor.to_owned(), what: What::Undo { batches: places } })?;
    Ok(Applied { batches: batches.to_vec(), counts: Counts::default(), version: writer.version()? })
}

/// What came of a run that writes.
struct Done {
    batches: Vec<i64>,
    learned: Vec<(String, Profile)>,
    profiles: Profiles,
    copies: FxHashMap<usize, Vec<u8>>,
}

/// One table or layer, opened.
enum Opened {
    Map(Box<Map>),
    Table(Box<Table>),
}

/// One sheet, opened.
struct Table {
    sheet: Sheet,
    input: crate::domain::plan::Input,
    /// Its file, without the sheets.
    book: Book,
    sha256: String,
    part: u32,
    /// A person named its file.
    named: bool,
    /// Which file of the import, and which sheet in the order in which they were opened.
    at: (usize, usize),
}

/// An import under way.
struct Planner<'p, 'l> {
    scene: &'p Scene<'p>,
    choices: &'p Choices,
    profiles: Profiles,
    load: &'p mut Load<'l>,
    report: Report,
    /// What the file at hand leaves out is gone: said by a person, else by its profile.
    complete: Option<bool>,
    /// Number of the import and the post, where it is carried out.
    apply: Option<(i64, &'p str)>,
    /// Maps are among its files.
    has_maps: bool,
    /// More files follow, which may rest on what this one brings.
    more: bool,
    /// File and its batch.
    batches: Vec<(String, i64)>,
    learned: Vec<(String, Profile)>,
    /// Files that hold more than was read of them.
    more_than_read: FxHashSet<usize>,
    /// Tables that were read, where it is carried out, and the headings that were left out.
    read: Vec<(Table, BTreeSet<String>)>,
    target: Option<Target>,
    /// Hash of everything that decides.
    digest: Sha256,
}

impl<'p, 'l> Planner<'p, 'l> {
    fn new(scene: &'p Scene<'p>, choices: &'p Choices, load: &'p mut Load<'l>, apply: Option<(i64, &'p str)>) -> Result<Self, Problem> {
        let profiles = Profiles::open(scene.dir)?;
        let mut digest = Sha256::new();
        let version = world::version(load.connection())?;
        let said = serde_json::to_string(choices).unwrap_or_default();
        for part in
            [&*version.to_string(), &said, &profiles.state(), &scene.framework.sha256, &scene.manifest.text, &scene.today.to_string()]
        {
            digest.update((part.len() as u64).to_le_bytes());
            digest.update(part.as_bytes());
        }
        Ok(Self {
            scene,
            choices,
            profiles,
            load,
            report: Report::default(),
            complete: choices.complete,
            apply,
            has_maps: false,
            more: false,
            batches: Vec::new(),
            learned: Vec::new(),
            more_than_read: FxHashSet::default(),
            read: Vec::new(),
            target: None,
            digest,
        })
    }

    fn run(mut self, items: Vec<Item>, problems: Vec<Problem>, progress: &mut dyn FnMut(Progress)) -> Result<(Plan, Done), Problem> {
        self.report.problems = problems;
        for item in &items {
            for (_, _, sha256) in &item.kept {
                self.digest.update(sha256.as_bytes());
            }
        }
        let mut opened = Vec::new();
        let originals: Vec<String> = items.iter().map(|item| item.sha256.clone()).collect();
        for (n, item) in items.into_iter().enumerate() {
            self.scene.stop.check()?;
            self.open(n, item, &mut opened, progress);
        }
        let opened = self.in_layers(opened);
        self.has_maps = opened.iter().any(|o| matches!(o, Opened::Map(_)));
        // What was stopped while it was read looks like a file that cannot be read.
        self.scene.stop.check()?;
        let world = self.world(self.scene.framework.levels.len())?;
        let mut ranked: Vec<(usize, usize, Opened)> =
            opened.into_iter().map(|o| (self.rank(&o, &world), o)).map(|((a, b), o)| (a, b, o)).collect();
        drop(world);
        ranked.sort_by_key(|(kind, level, _)| (*kind, *level));
        let mut left = ranked.len();
        for (.., opened) in ranked {
            self.scene.stop.check()?;
            left -= 1;
            self.more = left > 0;
            match opened {
                Opened::Map(map) => self.map(&map, progress)?,
                Opened::Table(table) => {
                    self.table(&table)?;
                    self.note_read(*table);
                }
            }
        }
        let digest = crate::store::hex(&self.digest.clone().finalize());
        let copies = self.copies(&originals)?;
        let batches = self.batches.into_iter().map(|(_, batch)| batch).collect();
        Ok((self.report.finish(self.target, digest), Done { batches, learned: self.learned, profiles: self.profiles, copies }))
    }

    /// Remembers what was read of a table, where its file may be kept.
    fn note_read(&mut self, table: Table) {
        if self.apply.is_none() {
            return;
        }
        let profile = self.profile(&table.input.fingerprint).unwrap_or_default();
        let left_out = |heading: &&String| self.choices.without.contains(*heading) || profile.without.contains(*heading);
        let without: BTreeSet<String> = table.sheet.headings.iter().filter(left_out).cloned().collect();
        if !without.is_empty() || table.sheet.laid().has_more() {
            self.more_than_read.insert(table.at.0);
        }
        self.read.push((table, without));
    }

    /// What is kept in place of files that hold more than was read of them.
    fn copies(&mut self, originals: &[String]) -> Result<FxHashMap<usize, Vec<u8>>, Problem> {
        let mut read = std::mem::take(&mut self.read);
        read.sort_by_key(|(table, _)| table.at);
        let mut parts: FxHashMap<usize, Vec<copy::Part>> = FxHashMap::default();
        for (table, without) in read.into_iter().filter(|(table, _)| self.more_than_read.contains(&table.at.0)) {
            let part = copy::Part::of(&table.sheet, &table.book, table.part, without);
            parts.entry(table.at.0).or_default().push(part);
        }
        let written = |(n, parts): (usize, Vec<copy::Part>)| Ok((n, copy::write(&originals[n], &parts)?));
        let all: serde_json::Result<_> = parts.into_iter().map(written).collect();
        all.map_err(|e| Problem::new("E_DISK", Severity::Refused, FOLDER).arg(e))
    }

    /// Opens a file; why it cannot be is a problem of the plan.
    fn open(&mut self, n: usize, mut item: Item, out: &mut Vec<Opened>, progress: &mut dyn FnMut(Progress)) {
        progress(Progress::Reading { name: item.found.shown_as.clone(), done: 0, of: item.found.size });
        if item.shape != Shape::Table {
            match Map::open(item, self.choices, self.scene.stop, progress) {
                Ok(maps) => maps.into_iter().for_each(|map| self.open_map(map, n, out)),
                Err(problem) => self.report.problems.push(problem),
            }
            return;
        }
        if let Some(parts) = item.copy.take() {
            for part in parts {
                let n_of = part.part;
                match part.open() {
                    Some((sheet, book)) => self.opened(sheet, book, &item, n_of, (n, out.len()), out),
                    None => self.report.problems.push(Problem::new("E_BATCH_FILE", Severity::Refused, &*item.found.shown_as)),
                }
            }
            return;
        }
        let options = BookOptions {
            encoding: self.choices.encoding.clone(),
            child: book::child::executable(),
            stop: self.scene.stop.clone(),
            ..BookOptions::default()
        };
        let read = match item.inputs.first().map(|i| &i.content) {
            Some(Content::Bytes(bytes)) => book::read_part(bytes, &item.found.shown_as, &options).map(|book| vec![book]),
            _ => book::read_file(&item.found.path, &item.found.shown_as, &options),
        };
        match read {
            Ok(books) => books.into_iter().for_each(|book| self.sheets(n, book, &item, out)),
            Err(problem) => self.report.problems.push(problem),
        }
    }

    /// A map of units, or of places where a person or its profile says so.
    fn open_map(&mut self, map: Map, n: usize, out: &mut Vec<Opened>) {
        let headings: Vec<String> = map.names().into_iter().chain([record::WKT.to_owned()]).collect();
        let learned = || self.profile(&fingerprint(&headings)).unwrap_or_default().target();
        if self.choices.target.clone().or_else(learned) != Some(Target::Places) {
            return out.push(Opened::Map(Box::new(map)));
        }
        let mut problems = Vec::new();
        let crs = self.choices.crs.as_deref();
        match place_layer::book(&map.file, &map.overview, &map.item.found.shown_as, crs, &mut problems) {
            Ok(mut book) => {
                self.report.problems.append(&mut problems);
                let laid = layout::plain(std::mem::take(&mut book.sheets).swap_remove(0));
                let sheet = Sheet::again(laid, map.item.found.shown_as.clone());
                self.opened(sheet, book, &map.item, map.part, (n, out.len()), out);
                if let Some(Opened::Table(table)) = out.last_mut() {
                    map.format().clone_into(&mut table.input.format);
                    table.input.crs = self.choices.crs.clone().or_else(|| map.overview.crs.clone());
                }
            }
            Err(problem) => {
                let unknown = problem.code.starts_with("E_CRS");
                self.report.problems.push(problem);
                if unknown {
                    let candidates = map.overview.crs_candidates().into_iter();
                    let answers = candidates.map(|c| answer(c.crs, &format!("problem.{}", c.reason.code), c.reason.args)).collect();
                    self.report.ask(About::Crs, Spot { file: map.item.found.shown_as.clone(), ..Spot::default() }, true, answers);
                }
            }
        }
    }

    /// Map files that are one layer: those of a folder with the same properties, where a person
    /// said which level they are.
    fn in_layers(&self, opened: Vec<Opened>) -> Vec<Opened> {
        if !matches!(self.choices.target, Some(Target::Units(Some(_)))) {
            return opened;
        }
        let mut out: Vec<Opened> = Vec::new();
        for one in opened {
            let Opened::Map(map) = one else {
                out.push(one);
                continue;
            };
            let same = out.iter_mut().find_map(|o| if let Opened::Map(m) = o { m.is_one_layer_with(&map).then_some(m) } else { None });
            match same {
                Some(first) => first.more.push(*map),
                None => out.push(Opened::Map(map)),
            }
        }
        out
    }

    fn sheets(&mut self, n: usize, mut book: Book, item: &Item, out: &mut Vec<Opened>) {
        self.report.problems.append(&mut book.notes);
        let grids = std::mem::take(&mut book.sheets);
        let several = grids.len() > 1;
        if grids.is_empty() {
            self.more_than_read.insert(n);
        }
        for (part, grid) in (0u32..).zip(grids) {
            let wanted = self.choices.sheets.is_empty() || self.choices.sheets.contains(&grid.name);
            let sheet = wanted.then(|| Sheet::lay(&book, grid, several)).flatten();
            let Some(sheet) = sheet else {
                self.more_than_read.insert(n);
                continue;
            };
            self.report.problems.extend_from_slice(sheet.notes());
            self.opened(sheet, book.clone(), item, part, (n, out.len()), out);
        }
    }

    fn opened(&self, sheet: Sheet, book: Book, item: &Item, part: u32, at: (usize, usize), out: &mut Vec<Opened>) {
        let mut input = sheet.input(&book, &fingerprint(&sheet.headings));
        input.sha256.clone_from(&item.sha256);
        let (sha256, named) = (item.sha256.clone(), item.named);
        out.push(Opened::Table(Box::new(Table { sheet, input, book, sha256, part, named, at })));
    }

    /// The first `depth` tables of the tree, as of the day on which changes begin to hold.
    fn world(&self, depth: usize) -> Result<World, Problem> {
        let day = self.choices.since.map_or(self.scene.today, |since| since.max(self.scene.today));
        self.load.world_on(self.scene.framework, day, depth)
    }

    /// What loads before what.
    fn rank(&self, opened: &Opened, world: &World) -> (usize, usize) {
        match opened {
            // A map of unknown codes may be of units that a list of the same import names.
            Opened::Map(map) => self.map_level(map, world).map_or((1, usize::MAX), |level| (0, level)),
            Opened::Table(table) => {
                let Table { sheet, input, .. } = &**table;
                let roles = self.roles(sheet, &self.profile(&input.fingerprint).unwrap_or_default(), world);
                let kind = match roles.target {
                    Some(Target::Units(_)) => 1,
                    None => 2,
                    Some(Target::Zones) => 3,
                    Some(Target::Branches) => 4,
                    Some(Target::Entities) => 5,
                    // Organisations may be members of a region.
                    Some(Target::Regions) => 6,
                    Some(Target::Links | Target::Places | Target::Items) => 7,
                    Some(Target::Values) => 8,
                };
                (kind, 0)
            }
        }
    }

    /// The profile that was named, else what was learned of the headings.
    fn profile(&self, fingerprint: &str) -> Result<Profile, Problem> {
        match &self.choices.profile {
            Some(name) => self.profiles.named(name),
            None => Ok(self.profiles.learned(fingerprint).cloned().unwrap_or_default()),
        }
    }

    fn roles(&self, sheet: &Sheet, profile: &Profile, world: &World) -> Roles {
        let tree = Finder::new(world, 0..self.scene.framework.levels.len());
        let guess = |choices: &Choices| roles::guess(sheet, self.scene.framework, &self.profiles, profile, choices, &tree);
        // Beside maps the level that was said is theirs: a table is what it seems, where it seems anything.
        if self.has_maps && matches!(self.choices.target, Some(Target::Units(Some(_)))) {
            let own = guess(&Choices { target: None, ..self.choices.clone() });
            if own.target.is_some() {
                return own;
            }
        }
        guess(self.choices)
    }

    fn table(&mut self, table: &Table) -> Result<(), Problem> {
        let Table { sheet, sha256, part, named, .. } = table;
        let mut input = table.input.clone();
        let profile = match self.profile(&input.fingerprint) {
            Ok(profile) => profile,
            Err(problem) => {
                self.report.problems.push(problem);
                self.report.ask(About::Target, Spot::default(), true, Vec::new());
                return Ok(());
            }
        };
        let world = self.world(self.scene.framework.levels.len())?;
        let roles = self.roles(sheet, &profile, &world);
        let keys: Vec<usize> = ["code", "parent", "unit", "shape"].into_iter().filter_map(|role| roles.get(role)).collect();
        let without = |heading: &str| self.choices.without.contains(heading) || profile.without.contains(heading);
        let personal = {
            let tree = Finder::new(&world, 0..self.scene.framework.levels.len());
            // Villages may come with their grids in one list.
            let codes = sheet.rows().filter_map(|(_, cells)| Some(cells.get(roles.get("code")?).trim()));
            let villages: FxHashSet<&str> = codes.filter(|code| code.len() == VILLAGE_DIGITS).collect();
            sheet.personal(&without, &keys, &|code| villages.contains(code) || tree.by_code(code) != Found::None)
        };
        drop(world);
        self.complete = self.choices.complete.or(profile.complete);
        let known = self.choices.profile.is_some() || profile != Profile::default();
        input.profile = known.then(|| self.choices.profile.clone().unwrap_or_else(|| "learned".to_owned()));
        input.columns = roles.named(&sheet.headings);
        input.unused = sheet.headings.iter().filter(|h| !h.is_empty() && !input.columns.values().any(|c| c == *h)).cloned().collect();
        let spot = Spot { file: sheet.shown_as.clone(), ..Spot::default() };
        if !personal.is_empty() {
            let names = personal.iter().map(|(heading, _)| heading.clone()).collect::<Vec<_>>();
            let answers = names.iter().map(|name| answer(name, "plan.why.without", vec![name.clone()])).collect();
            self.report.ask(About::Privacy { columns: personal }, spot, true, answers);
            self.report.inputs.push(input);
            return Ok(());
        }
        let Some(target) = roles.target.clone() else {
            if *named {
                self.ask_target(spot);
            } else {
                // What else lies in a folder does not hold up what is known there.
                self.report.problems.push(Problem::new("W_PLAN_UNKNOWN", Severity::Mark, &*sheet.shown_as));
            }
            self.report.inputs.push(input);
            return Ok(());
        };
        self.target.get_or_insert_with(|| target.clone());
        let from = From {
            file: input.file.clone(),
            part: *part,
            part_name: input.part.clone(),
            sha256: sha256.clone(),
            source: input.profile.clone().unwrap_or_default(),
        };
        let at = self.report.counts;
        let asked = self.report.questions.len();
        let meanings = match &target {
            Target::Units(level) => self.unit_table(sheet, &roles, level.as_ref(), &profile, &from)?,
            Target::Branches => self.branches(sheet, &roles, &without, &from)?,
            Target::Entities => self.entities(sheet, &roles, &without, &from)?,
            Target::Zones => self.zones(sheet, &roles, &from)?,
            Target::Regions => self.regions(sheet, &roles, &from)?,
            Target::Links => self.records(RecordKind::Link, sheet, &roles, &without, &from)?,
            Target::Places => self.records(RecordKind::Place, sheet, &roles, &without, &from)?,
            Target::Items => self.records(RecordKind::Item, sheet, &roles, &without, &from)?,
            Target::Values => self.values(sheet, &roles, &profile, &mut input, &from)?,
        };
        let now = self.report.counts;
        let out = now.aside - at.aside + now.unmatched_file - at.unmatched_file;
        input.kept = input.read.saturating_sub(out);
        if self.report.questions[asked..].iter().all(|q| !q.needed) {
            let columns = input.columns.iter().map(|(role, heading)| (role.clone(), OneOrMore::One(heading.clone()))).collect();
            let mut kept: std::collections::BTreeSet<String> = profile.without.clone();
            kept.extend(self.choices.without.iter().filter(|h| sheet.headings.contains(h)).cloned());
            let headings = sheet.headings.join("|");
            let learned = Profile {
                headings,
                columns,
                meanings,
                without: kept,
                complete: profile.complete,
                period: profile.period,
                ..Profile::default()
            }
            .of(&target);
            if self.choices.profile.is_none() {
                self.learned.push((input.fingerprint.clone(), learned));
            }
        }
        self.report.inputs.push(input);
        Ok(())
    }

    /// Asks what the records are: every level, and the kinds of tables.
    fn ask_target(&mut self, spot: Spot) {
        let levels = &self.scene.framework.levels;
        let mut answers: Vec<_> =
            levels.iter().map(|l| answer(l.code.as_str(), "plan.why.level", vec![l.label.clone(), l.label_en.clone()])).collect();
        for kind in ["branches", "entities", "values", "zones", "regions", "links", "places", "items"] {
            answers.push(answer(kind, &format!("plan.why.{kind}"), Vec::new()));
        }
        self.report.ask(About::Target, spot, true, answers);
    }

    /// Whether rows are written: when it is carried out, and where later files rest on them.
    fn writes(&self) -> bool {
        self.apply.is_some() || self.more
    }

    /// The batch of a file, made when its first row comes.
    fn batch(&mut self, kind: &str, from: &From) -> Result<i64, Problem> {
        let known = self.batches.iter().find(|(file, _)| *file == from.file).map(|(_, batch)| *batch);
        let batch = match known {
            Some(batch) => batch,
            None => {
                let (import, actor) = self.apply.unwrap_or((i64::MAX, ""));
                let said = Choice::new(self.choices, self.scene.today);
                let choices = serde_json::to_string(&said).unwrap_or_default();
                let new = NewBatch { import, kind, source: &from.source, file: &from.file, sha256: &from.sha256, actor, choices: &choices };
                let batch = self.load.open_batch(&new)?;
                self.batches.push((from.file.clone(), batch));
                batch
            }
        };
        if !from.part_name.is_empty() {
            self.load.put_part(batch, from.part, &from.part_name)?;
        }
        Ok(batch)
    }

    /// The day from which a new record holds, and a change: a list says nothing of when, so what
    /// is new was always there unless a day is given; a change begins today.
    fn since(&self) -> (String, String) {
        let given = self.choices.since.map(|d| d.to_string());
        (given.clone().unwrap_or_default(), given.unwrap_or_else(|| self.scene.today.to_string()))
    }

    /// The position of a level.
    fn level(&self, level: &LevelId) -> Option<usize> {
        self.scene.framework.levels.iter().position(|l| l.code == *level)
    }
}

/// Where the rows of a table or layer come from.
struct From {
    file: String,
    part: u32,
    part_name: String,
    sha256: String,
    source: String,
}

impl From {
    fn stamp<'s>(&self, batch: i64, row: u64, since: &'s str) -> Stamp<'s> {
        Stamp { batch, part: self.part, row: Some(row), since, gone: false }
    }
}
