//! From the files of a workspace to the store: what is new or changed, nothing else.

pub mod book;
pub mod cell;
mod files;
mod glance;
mod layer;
pub mod layout;
mod locate;
pub mod manifest;
mod match_unit;
mod names;
mod official;
mod place_layer;
pub mod plan;
mod profile;
mod record;
pub mod repair;
pub(crate) mod round;
mod sheet;
mod table;
mod table_records;
#[cfg(test)]
mod tests;
mod units;

use std::path::Path;

use jiff::Timestamp;
use rustc_hash::FxHashMap;

use self::files::Found;
pub use self::glance::glance;
use self::manifest::{Layer, Manifest, Table, What};
use crate::domain::as_of::AsOf;
use crate::domain::page::ReadCount;
use crate::domain::problem::Problem;
use crate::domain::request::Progress;
use crate::framework::Framework;
use crate::store::Writer;
use crate::store::load::{self, Loaded, Source};
use crate::store::world::{At, World};

/// What a refresh did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Summary {
    /// Version of the data after it.
    pub version: u64,
    /// Layers and tables that were loaded.
    pub loaded: Vec<String>,
    /// Read = drawn + listed of every layer and table, loaded now or before.
    pub reads: Vec<ReadCount>,
    /// What was refused, kept aside or marked, now or before.
    pub problems: Vec<Problem>,
    /// What was not loaded because something would disappear.
    pub pending: Option<String>,
}

/// What came of one layer or table.
#[derive(Debug, Default)]
struct Done {
    problems: Vec<Problem>,
    /// Rows that nothing has any more.
    gone: u64,
}

/// A file that was read whole.
enum File {
    Layer(layer::Read),
    Table(table::Read),
}

impl File {
    fn layer(self) -> Option<layer::Read> {
        match self {
            Self::Layer(read) => Some(read),
            Self::Table(_) => None,
        }
    }

    fn table(self) -> Option<table::Read> {
        match self {
            Self::Table(read) => Some(read),
            Self::Layer(_) => None,
        }
    }
}

/// A layer or a table of the manifest.
#[derive(Clone, Copy)]
enum Entry<'m> {
    Layer(&'m Layer),
    Table(&'m Table),
}

impl Entry<'_> {
    fn name(&self) -> &str {
        match self {
            Self::Layer(layer) => &layer.name,
            Self::Table(table) => &table.name,
        }
    }

    fn patterns(&self) -> (&Path, &[String]) {
        match self {
            Self::Layer(layer) => (&layer.root, &layer.files),
            Self::Table(table) => (&table.root, &table.files),
        }
    }

    /// Its files as they lie there now.
    fn find(&self, base: &Path, absent: &mut Vec<Problem>) -> Vec<Found> {
        let (root, patterns) = self.patterns();
        files::find(base, root, patterns, absent)
    }

    /// Hash of everything but the files that decides what is made of them.
    fn spec(&self, manifest: &Manifest, framework: &Framework) -> String {
        let of = match self {
            Self::Layer(layer) => format!("{layer:?}"),
            Self::Table(table) => format!("{table:?} {}", framework.sha256),
        };
        files::sha256_of(&format!("{} {} {of}", manifest.county, manifest.tree))
    }

    /// Whether units come from it.
    fn gives_units(&self) -> bool {
        match self {
            Self::Layer(_) => true,
            Self::Table(table) => table.what == What::Units,
        }
    }
}

/// What loads before what: layers from the top level down, then tables of units, then layers
/// whose parents only a table knows, then what names units.
fn in_order<'m>(manifest: &'m Manifest, framework: &Framework) -> Vec<Entry<'m>> {
    let level = |layer: &Layer| framework.levels.iter().position(|l| l.code == layer.level);
    let mut entries: Vec<(usize, usize, Entry<'m>)> = Vec::new();
    // A workspace may begin below the top level of its framework: a county without the city above it.
    let top = manifest.layers.iter().filter_map(level).min();
    for layer in &manifest.layers {
        let at = level(layer).unwrap_or(usize::MAX);
        let rank = if layer.parent.is_some() || Some(at) == top { 0 } else { 2 };
        entries.push((rank, at, Entry::Layer(layer)));
    }
    for table in &manifest.tables {
        let rank = match table.what {
            What::Units => 1,
            What::Zones => 3,
            What::Branches => 4,
            What::Entities => 5,
            // Organisations may be members of a region.
            What::Regions => 6,
            What::Links | What::Places | What::Items => 7,
            What::Values => 8,
        };
        entries.push((rank, 0, Entry::Table(table)));
    }
    entries.sort_by_key(|(rank, level, _)| (*rank, *level));
    entries.into_iter().map(|(.., entry)| entry).collect()
}

/// Loads what is new or changed, the top level first; each layer and table is a transaction, so
/// that it can be shown at once.
///
/// Files are compared by size and time; only what differs is read. A file that would make
/// something disappear is left alone unless `apply_removals`; one that is missing or refused
/// leaves what was loaded from it before.
///
/// What [`glance`] shows is replaced when all of its layers were tried.
///
/// # Errors
/// Where the store cannot be written; problems of the files are in the [`Summary`].
pub fn refresh(
    writer: &mut Writer,
    dir: &Path,
    manifest: &Manifest,
    framework: &Framework,
    now: Timestamp,
    apply_removals: bool,
    progress: &mut dyn FnMut(Progress),
) -> Result<Summary, Problem> {
    let result = refresh_stored(writer, dir, manifest, framework, now, apply_removals, progress);
    // Where the store failed, what it has is shown.
    unshow(writer, progress)?;
    result
}

/// Lets the store be seen again where a glance stands in for it.
fn unshow(writer: &mut Writer, progress: &mut dyn FnMut(Progress)) -> Result<(), Problem> {
    if writer.is_showing() {
        writer.unshow();
        progress(Progress::Changed { version: writer.version()? });
    }
    Ok(())
}

fn refresh_stored(
    writer: &mut Writer,
    dir: &Path,
    manifest: &Manifest,
    framework: &Framework,
    now: Timestamp,
    apply_removals: bool,
    progress: &mut dyn FnMut(Progress),
) -> Result<Summary, Problem> {
    let before = writer.version()?;
    let base = dir.join(manifest::FILE).parent().map(Path::to_path_buf).unwrap_or_default();
    let mut refresh = Refresh {
        writer,
        base,
        manifest,
        framework,
        now,
        apply_removals,
        progress,
        refused: Vec::new(),
        pending: Vec::new(),
        loaded: Vec::new(),
        unit_loads: 0,
        branches_came: false,
        tried: FxHashMap::default(),
        orphans: FxHashMap::default(),
    };
    refresh.workspace()?;
    let entries = in_order(manifest, framework);
    let (units, others): (Vec<Entry<'_>>, Vec<Entry<'_>>) = entries.iter().partition(|e| e.gives_units());
    for (n, entry) in units.iter().enumerate() {
        refresh.entry(*entry)?;
        if !units[n + 1..].iter().any(|next| refresh.writer.shows(next.name())) {
            unshow(refresh.writer, refresh.progress)?;
        }
    }
    // A layer may hang on units of a table and the other way round: again, until every record
    // found its parent or nothing new came.
    while refresh.again(&units)? {}
    for entry in &others {
        refresh.entry(*entry)?;
    }
    refresh.forget(&entries)?;
    let Refresh { refused, pending, loaded, .. } = refresh;
    let pending = (!pending.is_empty()).then(|| pending.join(", "));
    let version = writer.version()?;
    let mut load = writer.load(now)?;
    load.pending(pending.as_deref())?;
    load.refused(&refused)?;
    if version == before && load.is_derived(framework)? {
        load.commit_quiet()?;
    } else {
        load.commit_derived(framework)?;
        progress(Progress::Changed { version });
    }
    let mut summary = Summary { version, loaded, reads: Vec::new(), problems: Vec::new(), pending };
    for Loaded { counts, problems, .. } in load::sources(writer.reference())? {
        summary.problems.extend(problems);
        match summary.reads.iter_mut().find(|r| r.name == counts.name) {
            Some(sum) => {
                sum.read += counts.read;
                sum.drawn += counts.drawn;
                sum.listed += counts.listed;
            }
            None => summary.reads.push(counts),
        }
    }
    progress(Progress::Done);
    Ok(summary)
}

struct Refresh<'a> {
    writer: &'a mut Writer,
    /// The manifest's folder.
    base: std::path::PathBuf,
    manifest: &'a Manifest,
    framework: &'a Framework,
    now: Timestamp,
    apply_removals: bool,
    progress: &'a mut dyn FnMut(Progress),
    /// Layer or table, file, and why it was refused.
    refused: Vec<(String, String, Problem)>,
    pending: Vec<String>,
    loaded: Vec<String>,
    /// Loads that brought units, so far.
    unit_loads: u32,
    /// A list of branches was loaded.
    branches_came: bool,
    /// Per layer or table and file: the number of unit loads when it was last tried.
    tried: FxHashMap<(String, String), u32>,
    /// Per layer or table: records without a unit above at its last try.
    orphans: FxHashMap<String, usize>,
}

/// Records that named a unit which is not there.
fn orphans(problems: &[Problem]) -> usize {
    problems.iter().filter(|p| ["E_IMPORT_PARENT", "E_TABLE_UNIT", "E_TABLE_AMBIGUOUS"].contains(&&*p.code)).count()
}

impl Refresh<'_> {
    /// Manifest and framework as they are now.
    fn workspace(&mut self) -> Result<(), Problem> {
        let mut load = self.writer.load(self.now)?;
        load.workspace(&self.manifest.county, &self.manifest.name, &self.manifest.tree, &self.manifest.text)?;
        load.framework(self.framework)?;
        load.commit_quiet()
    }

    /// Says that there is more to see, unless nobody would see it yet.
    fn changed(&mut self) -> Result<(), Problem> {
        if !self.writer.is_showing() {
            (self.progress)(Progress::Changed { version: self.writer.version()? });
        }
        Ok(())
    }

    /// Remembers why a file was refused.
    fn refuse(&mut self, entry: &str, file: &str, problem: Problem) {
        (self.progress)(Progress::Problem(problem.clone()));
        self.refused.push((entry.to_owned(), file.to_owned(), problem));
    }

    /// Loads an entry where anything of it is new or changed.
    fn entry(&mut self, entry: Entry<'_>) -> Result<(), Problem> {
        let mut absent = Vec::new();
        let found = entry.find(&self.base, &mut absent);
        for problem in absent {
            let file = problem.spot.file.clone();
            self.refuse(entry.name(), &file, problem);
        }
        let spec = entry.spec(self.manifest, self.framework);
        let known = load::sources(self.writer.reference())?;
        // What found no unit or branch before may find one among those that just came.
        let hopes = |problems: &[Problem]| {
            self.unit_loads > 0 && orphans(problems) > 0 || self.branches_came && problems.iter().any(|p| p.code == "E_TABLE_BRANCH")
        };
        let changed: Vec<Found> = found
            .into_iter()
            .filter(|file| {
                let last = known.iter().find(|k| k.source.source == entry.name() && k.source.file == file.shown_as);
                !last.is_some_and(|k| {
                    let same = k.source.spec == spec && k.source.size == file.size && k.source.mtime_ms == file.mtime_ms;
                    same && !hopes(&k.problems)
                })
            })
            .collect();
        if !changed.is_empty() {
            self.load(entry, &spec, changed)?;
        }
        Ok(())
    }

    /// Loads files with orphans again, if units came since; whether that brought anything.
    fn again(&mut self, units: &[Entry<'_>]) -> Result<bool, Problem> {
        let before = self.unit_loads;
        for entry in units {
            let known = load::sources(self.writer.reference())?;
            let mut files = entry.find(&self.base, &mut Vec::new());
            files.retain(|file| {
                let last = known.iter().find(|k| k.source.source == entry.name() && k.source.file == file.shown_as);
                let tried = self.tried.get(&(entry.name().to_owned(), file.shown_as.clone()));
                let since = tried.is_some_and(|t| *t < self.unit_loads);
                since && last.is_some_and(|k| orphans(&k.problems) > 0 || self.hangs(*entry))
            });
            if !files.is_empty() {
                let spec = entry.spec(self.manifest, self.framework);
                self.load(*entry, &spec, files)?;
            }
        }
        Ok(self.unit_loads > before)
    }

    /// Whether a layer that names nothing above its units was loaded as the top one, and units came above it.
    fn hangs(&self, entry: Entry<'_>) -> bool {
        let Entry::Layer(layer) = entry else { return false };
        let Some(at) = self.framework.levels.iter().position(|l| l.code == layer.level) else { return false };
        let today = self.now.to_zoned(jiff::tz::TimeZone::system()).date();
        layer.parent.is_none()
            && World::scan(self.writer.reference(), self.framework, At::new(AsOf::NOW, today), at)
                .is_ok_and(|world| world.top().is_some_and(|top| top < at))
    }

    fn load(&mut self, entry: Entry<'_>, spec: &str, changed: Vec<Found>) -> Result<(), Problem> {
        let names: Vec<(String, String)> = changed.iter().map(|f| (entry.name().to_owned(), f.shown_as.clone())).collect();
        let (before, framework) = (self.orphans.get(entry.name()).copied(), self.framework);
        let files: Vec<File> = changed
            .into_iter()
            .filter_map(|file| {
                let shown_as = file.shown_as.clone();
                let read = match entry {
                    Entry::Layer(layer) => layer::read(layer, file, self.progress).map(File::Layer),
                    Entry::Table(table) => {
                        (self.progress)(Progress::Reading { name: table.name.clone(), done: 0, of: file.size });
                        table::read(framework, table, file).map(File::Table)
                    }
                };
                read.map_err(|problem| self.refuse(entry.name(), &shown_as, problem)).ok()
            })
            .collect();
        if files.is_empty() {
            return Ok(());
        }
        let mut load = self.writer.load(self.now)?;
        let done = match entry {
            Entry::Layer(layer) => {
                let files = files.into_iter().filter_map(File::layer).collect();
                layer::store(&mut load, self.manifest, self.framework, layer, spec, files)
            }
            Entry::Table(table) => {
                let files = files.into_iter().filter_map(File::table).collect();
                table::store(&mut load, self.manifest, self.framework, table, spec, files)
            }
        };
        match done {
            Ok(done) if done.gone == 0 || self.apply_removals => {
                load.commit()?;
                self.changed()?;
                let orphans = orphans(&done.problems);
                if entry.gives_units() && before.is_none_or(|before| orphans < before) {
                    self.unit_loads += 1;
                }
                self.branches_came |= matches!(entry, Entry::Table(table) if table.what == What::Branches);
                self.orphans.insert(entry.name().to_owned(), orphans);
                self.tried.extend(names.into_iter().map(|name| (name, self.unit_loads)));
                if !self.loaded.iter().any(|name| name == entry.name()) {
                    self.loaded.push(entry.name().to_owned());
                }
                Ok(())
            }
            Ok(done) => {
                drop(load);
                self.pending.push(format!("{} (−{})", entry.name(), done.gone));
                Ok(())
            }
            // The store's own trouble ends the refresh; a refused file only leaves its entry as it was.
            Err(problem) if problem.code.starts_with("E_STORE") || ["E_DISK_FULL", "E_NOT_SAVED"].contains(&&*problem.code) => Err(problem),
            Err(problem) => {
                drop(load);
                let file = names.first().map(|(_, file)| file.clone()).unwrap_or_default();
                self.refuse(entry.name(), &file, problem);
                Ok(())
            }
        }
    }

    /// Takes back what the manifest no longer names, where nothing is lost by it or that is wanted.
    fn forget(&mut self, entries: &[Entry<'_>]) -> Result<(), Problem> {
        let mut gone: Vec<Source> = Vec::new();
        for Loaded { source, .. } in load::sources(self.writer.reference())?.into_iter().filter(|l| l.batch.is_some()) {
            let entry = entries.iter().find(|e| e.name() == source.source);
            let named = entry.is_some_and(|entry| {
                let (root, patterns) = entry.patterns();
                // A file named in full that is missing is a mistake, not a wish to remove it.
                entry.find(&self.base, &mut Vec::new()).iter().any(|f| f.shown_as == source.file)
                    || patterns
                        .iter()
                        .any(|p| !p.contains('*') && files::below_workspace(&root.join(p)).display().to_string() == source.file)
            });
            if !named {
                gone.push(source);
            }
        }
        if gone.is_empty() {
            return Ok(());
        }
        let mut load = self.writer.load(self.now)?;
        let mut batches = Vec::new();
        for source in &gone {
            batches.extend(load.withdraw(&source.source, &source.file)?);
            load.forget(&source.source, &source.file)?;
        }
        let lost = batches.into_iter().try_fold(0, |sum, batch| load.vanished(batch).map(|n| sum + n))?;
        if lost > 0 && !self.apply_removals {
            drop(load);
            self.pending.extend(gone.into_iter().map(|s| format!("{} (−)", s.file)));
            return Ok(());
        }
        let world = load.world(self.framework, self.framework.levels.len())?;
        for level in 0..world.levels.len() {
            load.repack(&world, level)?;
        }
        load.commit()?;
        self.changed()
    }
}
