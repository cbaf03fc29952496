//! What a map file holds, before anyone says which property is the code.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher as _, RandomState};

use super::GeometryKind;
use super::draft::OWN_ID;
use crate::gis::crs::guess::{self, Candidate};

/// Values of a field that are shown.
const VALUES_SHOWN: usize = 50;
/// Longest value that is kept whole, characters.
const VALUE_MAX_CHARS: usize = 200;
/// Properties that are looked at.
const FIELDS_MAX: usize = 512;

/// Whether a value looks like a number of a person.
pub type Suspicion = fn(&str) -> bool;

/// A property of the features and what stands in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldSample {
    /// Its name as [`super::ReadSpec::id_field`] takes it: `@id`, `name`, `parent.adcode`.
    pub name: String,
    /// The first values that are not empty, as written, at most 50.
    pub values: Vec<String>,
    /// How many different values there are, empty ones not counted.
    pub distinct: u64,
    /// Features in which it is missing or empty.
    pub empty: u64,
    /// How many values look like a number of a person and cannot be codes of units.
    pub personal: u64,
    /// Values that look like one and are nothing but digits, as codes of units can be too.
    pub alike: Vec<String>,
}

/// What a map file holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Overview {
    /// Its properties in the order of the file.
    pub fields: Vec<FieldSample>,
    /// Features in it.
    pub features: u64,
    /// The coordinate reference system that it names.
    pub crs: Option<String>,
    /// Least and largest first and second number of its positions, in the file's own units.
    pub extent: Option<[[f64; 2]; 2]>,
    /// Features with points, lines and areas.
    pub points: u64,
    /// See `points`.
    pub lines: u64,
    /// See `points`.
    pub areas: u64,
    /// The file holds more than these properties: members of its own, lists of texts.
    pub more: bool,
}

impl Overview {
    /// The systems that its numbers could be in, the likeliest first; to be asked, never taken.
    #[must_use]
    pub fn crs_candidates(&self) -> Vec<Candidate> {
        self.extent.map(|[least, most]| guess::candidates(least, most)).unwrap_or_default()
    }
}

#[derive(Default)]
struct Field {
    sample: FieldSample,
    filled: u64,
    seen: HashSet<u64>,
}

/// Takes features one by one.
pub(super) struct Sampler {
    pub(super) crs: Option<String>,
    pub(super) more: bool,
    suspicion: Suspicion,
    fields: Vec<Field>,
    places: HashMap<String, usize>,
    hasher: RandomState,
    extent: Option<[[f64; 2]; 2]>,
    kinds: [u64; 3],
}

impl Sampler {
    pub(super) fn new(suspicion: Suspicion) -> Self {
        Self {
            crs: None,
            more: false,
            suspicion,
            fields: Vec::new(),
            places: HashMap::new(),
            hasher: RandomState::new(),
            extent: None,
            kinds: [0; 3],
        }
    }

    pub(super) fn take(&mut self, own_id: Option<String>, all: Vec<(String, Option<String>)>, kind: GeometryKind, coords: &[[f64; 2]]) {
        match kind {
            GeometryKind::None => {}
            GeometryKind::Point => self.kinds[0] += 1,
            GeometryKind::Line => self.kinds[1] += 1,
            GeometryKind::Polygon => self.kinds[2] += 1,
        }
        for &[x, y] in coords {
            let [least, most] = self.extent.get_or_insert([[x, y]; 2]);
            *least = [least[0].min(x), least[1].min(y)];
            *most = [most[0].max(x), most[1].max(y)];
        }
        let own = own_id.map(|id| (OWN_ID.to_owned(), Some(id)));
        for (name, value) in own.into_iter().chain(all) {
            let at = match self.places.get(&name) {
                Some(at) => *at,
                None if self.fields.len() == FIELDS_MAX => {
                    self.more = true;
                    continue;
                }
                None => {
                    self.fields.push(Field { sample: FieldSample { name: name.clone(), ..FieldSample::default() }, ..Field::default() });
                    self.places.insert(name, self.fields.len() - 1);
                    self.fields.len() - 1
                }
            };
            let Some(value) = value.filter(|v| !v.trim().is_empty()) else { continue };
            let field = &mut self.fields[at];
            field.filled += 1;
            if (self.suspicion)(&value) {
                match value.trim().bytes().all(|b| b.is_ascii_digit()) {
                    true => field.sample.alike.push(value.trim().to_owned()),
                    false => field.sample.personal += 1,
                }
            }
            field.seen.insert(self.hasher.hash_one(&value));
            if field.sample.values.len() < VALUES_SHOWN {
                field.sample.values.push(match value.char_indices().nth(VALUE_MAX_CHARS) {
                    Some((end, _)) => value[..end].to_owned(),
                    None => value,
                });
            }
        }
    }

    pub(super) fn finish(self, read: u32) -> Overview {
        let features = u64::from(read);
        let [points, lines, areas] = self.kinds;
        let finish =
            |field: Field| FieldSample { distinct: field.seen.len() as u64, empty: features.saturating_sub(field.filled), ..field.sample };
        Overview {
            fields: self.fields.into_iter().map(finish).collect(),
            features,
            crs: self.crs,
            extent: self.extent,
            points,
            lines,
            areas,
            more: self.more,
        }
    }
}
