//! Loading the changed files of a layer.

use std::borrow::Cow;

use rustc_hash::FxHashSet;

use super::Done;
use super::files::{Found, Hashing, verify};
use super::manifest::{Layer, Manifest, ParentBy};
use super::units::Parents;
use crate::domain::id::Uid;
use crate::domain::page::ReadCount;
use crate::domain::problem::{Problem, Severity};
use crate::domain::request::Progress;
use crate::domain::text::clean_name;
use crate::framework::Framework;
use crate::gis::read::{FeatureRecord, Features, GeometryKind, ReadSpec, read_features};
use crate::gis::validate::mark_crossings;
use crate::store::load::{Load, NewUnit, Source};

/// How often at most a file tells how far it is read, and at least how many bytes lie between: every
/// time costs a frame.
const STEPS: u64 = 20;
const STEP_BYTES: u64 = 2 << 20;

/// A file that was read, before anything of it is stored.
pub(super) struct Read {
    pub(super) file: Found,
    sha256: String,
    features: Features,
    problems: Vec<Problem>,
}

/// Reads a file of a layer whole, and looks for what is wrong with its rings.
pub(super) fn read(layer: &Layer, file: Found, progress: &mut dyn FnMut(Progress)) -> Result<Read, Problem> {
    let mut problems = Vec::new();
    let mut reader = Hashing::open(&file)?;
    let features = parse(layer, &file, &mut reader, &mut problems, progress)?;
    let sha256 = reader.finish(&file)?;
    verify(layer.sha256.as_ref(), &sha256, &file)?;
    mark_crossings(&features, &file.shown_as, &mut problems);
    Ok(Read { file, sha256, features, problems })
}

/// Reads the features of a file of a layer.
pub(super) fn parse(
    layer: &Layer,
    file: &Found,
    input: &mut dyn std::io::Read,
    problems: &mut Vec<Problem>,
    progress: &mut dyn FnMut(Progress),
) -> Result<Features, Problem> {
    let spec = ReadSpec {
        file: file.shown_as.clone(),
        id_field: layer.id.clone(),
        name_field: layer.name_field.clone(),
        parent_field: match &layer.parent {
            Some(ParentBy::Field(field) | ParentBy::Prefix(Some(field))) => Some(field.clone()),
            _ => None,
        },
        crs: layer.crs.clone(),
        area_field: None,
    };
    let mut told = 0;
    let mut tell = |done: u64| {
        if done >= told + (file.size / STEPS).max(STEP_BYTES) {
            told = done;
            progress(Progress::Reading { name: layer.name.clone(), done, of: file.size });
        }
    };
    read_features(input, Some(file.size), &spec, problems, &mut tell)
}

/// The name of a unit; its code where it has none.
pub(super) fn unit_name(record: &FeatureRecord) -> Cow<'_, str> {
    match clean_name(record.name.as_deref().unwrap_or(&record.code)) {
        name if name.is_empty() => Cow::Borrowed(&*record.code),
        name => name,
    }
}

/// Stores files of a layer; `Done::gone` says how much would disappear.
pub(super) fn store(
    load: &mut Load<'_>,
    manifest: &Manifest,
    framework: &Framework,
    layer: &Layer,
    spec: &str,
    files: Vec<Read>,
) -> Result<Done, Problem> {
    let Some(level) = framework.levels.iter().position(|l| l.code == layer.level) else {
        return Err(Problem::new("E_IMPORT_LEVEL", Severity::Refused, super::manifest::FILE).field("layer.level").arg(&layer.level));
    };
    let mut old = Vec::new();
    for read in &files {
        old.extend(load.withdraw(&layer.name, &read.file.shown_as)?);
    }
    let world = load.world(framework, level + 1)?;
    let parents = Parents::new(&world, level, layer.parent.as_ref(), load)?;
    let mut taken: FxHashSet<Uid> = load.uids_of(&layer.name)?;
    let mut done = Done::default();
    let alone = files.len() == 1;
    // Of a file that is the whole layer: what it was read as, and the uids of its records.
    let mut whole: Option<(Features, Vec<Option<Uid>>)> = None;
    for mut read in files {
        let source = Source {
            source: layer.name.clone(),
            file: read.file.shown_as.clone(),
            spec: spec.to_owned(),
            size: read.file.size,
            mtime_ms: read.file.mtime_ms,
            sha256: read.sha256,
        };
        let batch = load.batch("layer", &source)?;
        let (mut units, mut drawn) = (Vec::new(), 0u32);
        let above = parents.of_features(layer.parent.as_ref(), &read.features, |_| &read.file.stem);
        for (record, above) in read.features.records.iter().zip(above) {
            let problem = |code: &str, severity| Problem::new(code, severity, &*read.file.shown_as).line(record.line).record(record.record);
            let aside = |code: &str| problem(code, Severity::Aside);
            let uid = Uid::of_unit(&manifest.county, &manifest.tree, layer.level.as_str(), &record.code);
            if !taken.insert(uid) {
                read.problems.push(aside("E_IMPORT_DUPLICATE").field(&layer.id).arg(&record.code));
                continue;
            }
            // What another source says of the unit stands where this layer says nothing.
            let known = world.table(level).row(uid).and_then(|row| world.table(level).parent(row));
            let parent = above.uid.or_else(|| known.map(|(t, row)| world.table(t).uids[row as usize]));
            if parent.is_none() && !parents.top() {
                taken.remove(&uid);
                // What names the unit above: a property, or the file itself.
                let named = if matches!(layer.parent, Some(ParentBy::File(_))) { Some(&*read.file.stem) } else { record.parent.as_deref() };
                read.problems.push(aside("E_IMPORT_PARENT").arg(&record.code).arg(named.unwrap_or_default()));
                continue;
            }
            read.problems.extend(above.lies.and_then(|lies| lies.doubt(&world, &record.code, |code| problem(code, Severity::Mark))));
            units.push((uid, record, parent));
            if record.kind != GeometryKind::None {
                drawn += 1;
                load.boundary(batch, &layer.level, uid, &read.features, record)?;
            }
        }
        let names: Vec<_> = units.iter().map(|(_, record, _)| unit_name(record)).collect();
        let mut uids = vec![None; if alone { read.features.records.len() } else { 0 }];
        if alone {
            for (uid, record, _) in &units {
                // Records are numbered from 1 in the file; some were left out.
                let at = read.features.records.partition_point(|r| r.record < record.record);
                uids[at] = Some(*uid);
            }
        }
        let rows = units.iter().zip(&names).map(|((uid, record, parent), name)| NewUnit {
            uid: *uid,
            level: &layer.level,
            code: &record.code,
            name,
            parent: *parent,
            row: record.record,
        });
        load.units(batch, rows)?;
        let counts =
            ReadCount { name: layer.name.clone(), read: read.features.read, drawn, listed: read.features.read.saturating_sub(drawn) };
        load.loaded(&source, Some(batch), &counts, &read.problems)?;
        done.problems.extend(read.problems);
        whole = alone.then_some((read.features, uids));
    }
    for batch in old {
        done.gone += load.vanished(batch)?;
    }
    drop(taken);
    let world = load.world(framework, level + 1)?;
    let packed = match &whole {
        Some((features, uids)) => load.repack_from(&world, level, features, uids)?,
        None => false,
    };
    if !packed {
        load.repack(&world, level)?;
    }
    Ok(done)
}
