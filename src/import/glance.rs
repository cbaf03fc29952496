//! The first frames: units and thinned boundaries in memory, before anything is hashed, checked or
//! stored.
//!
//! Only where the store has nothing yet: what is shown from there is better. Every file is read
//! again to be loaded, and that reading alone counts; a file that cannot be used is refused there.

use std::fs::File;
use std::path::Path;

use jiff::Timestamp;
use rustc_hash::FxHashSet;

use super::files;
use super::layer::{parse, unit_name};
use super::manifest::{Layer, Manifest, ParentBy};
use super::units::Parents;
use super::{Entry, in_order, manifest};
use crate::domain::id::Uid;
use crate::domain::problem::Problem;
use crate::domain::request::Progress;
use crate::domain::scene::Extent;
use crate::framework::Framework;
use crate::gis::read::{Features, GeometryKind};
use crate::gis::thin::{Thinner, extent};
use crate::store::Writer;
use crate::store::glance::Draft;
use crate::store::load::{self, NewUnit};

/// Largest level that is shown before it is stored, bytes of its files: some tenths of a second.
/// A larger one would not be there at once, and would take memory beside what the load needs.
const LEVEL_MAX_BYTES: u64 = 192 << 20;

/// Shows the layers of a workspace that has nothing stored yet, level by level; [`super::refresh`]
/// then loads and replaces them.
///
/// # Errors
/// Where the store cannot be read. Problems of the files are left to the load.
pub fn glance(
    writer: &mut Writer,
    dir: &Path,
    manifest: &Manifest,
    framework: &Framework,
    now: Timestamp,
    progress: &mut dyn FnMut(Progress),
) -> Result<(), Problem> {
    if load::any(writer.reference())? {
        return Ok(());
    }
    let base = dir.join(manifest::FILE).parent().map(Path::to_path_buf).unwrap_or_default();
    let entries = in_order(manifest, framework);
    let levels: Vec<_> = framework.levels.iter().map(|l| l.code.clone()).collect();
    let day = now.to_zoned(jiff::tz::TimeZone::system()).date();
    let mut draft = Draft::new(&manifest.county, levels.clone(), day);
    let mut with_units = 0;
    for (at, level) in levels.iter().enumerate() {
        let layers = entries.iter().filter_map(|entry| match entry {
            Entry::Layer(layer) if layer.level == *level && !matches!(layer.parent, Some(ParentBy::Position)) => Some(*layer),
            _ => None,
        });
        let found: Vec<_> =
            layers.flat_map(|layer| Entry::Layer(layer).find(&base, &mut Vec::new()).into_iter().map(move |file| (layer, file))).collect();
        // What hangs on a level that is left out cannot be placed.
        if found.iter().map(|(_, file)| file.size).sum::<u64>() > LEVEL_MAX_BYTES {
            break;
        }
        let mut read = Vec::new();
        for (layer, file) in found {
            let Ok(mut input) = File::open(&file.path) else { continue };
            // Whatever is wrong is said when it is loaded.
            if let Ok(features) = parse(layer, &file, &mut input, &mut Vec::new(), progress) {
                read.push((layer, file, features));
            }
        }
        let some = !read.is_empty();
        add(&mut draft, at, manifest, &read);
        with_units += usize::from(some);
        // An outline alone says nothing yet, unless it is all there is.
        let last = at + 1 == levels.len();
        if (some && with_units > 1) || (last && with_units == 1) {
            let version = writer.show(&draft)?;
            progress(Progress::Changed { version });
        }
    }
    Ok(())
}

/// Adds the units of the files of a level, by the same rules as the load.
fn add(draft: &mut Draft, level: usize, manifest: &Manifest, read: &[(&Layer, files::Found, Features)]) {
    let world = draft.world(0);
    let parents = Parents::named(&world, level);
    // Squares of one size for all levels; the highest is the quickest to measure.
    let around = draft.extent().or_else(|| read.iter().filter_map(|(.., features)| extent(features)).reduce(Extent::union));
    let mut thinner = around.as_ref().map(Thinner::over);
    let mut taken: FxHashSet<Uid> = FxHashSet::default();
    let mut units = Vec::new();
    for (layer, file, features) in read {
        let above = parents.of_features(layer.parent.as_ref(), features, |_| &file.stem);
        for (record, above) in features.records.iter().zip(above) {
            let parent = above.uid;
            let uid = Uid::of_unit(&manifest.county, &manifest.tree, layer.level.as_str(), &record.code);
            if (parent.is_none() && !parents.top()) || !taken.insert(uid) {
                continue;
            }
            if let Some(thinner) = thinner.as_mut().filter(|_| record.kind != GeometryKind::None) {
                thinner.unit(features, record, uid, parent);
            }
            units.push((layer, record, uid, parent, unit_name(record)));
        }
    }
    let rows = units.iter().map(|(layer, record, uid, parent, name)| NewUnit {
        uid: *uid,
        level: &layer.level,
        code: &record.code,
        name,
        parent: *parent,
        row: record.record,
    });
    let layers = read.iter().map(|(layer, ..)| layer.name.clone()).collect();
    draft.level(layers, rows, thinner.map(Thinner::finish).unwrap_or_default());
}
