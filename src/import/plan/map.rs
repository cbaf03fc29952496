//! A map file: what its features hold, and the features.

use std::fs::File;
use std::io::Read as _;

use super::source::Item;
use crate::domain::problem::Problem;
use crate::domain::request::Progress;
use crate::gis::read::{Features, ReadSpec, read_features};

/// Bytes of a file that are looked at for its properties.
const LOOK_BYTES: u64 = 4 << 20;

/// A property of the features and what stands in it.
#[derive(Clone, Debug, Default)]
pub(super) struct Field {
    /// Its name as a reader takes it.
    pub(super) name: String,
    /// Some of its values.
    pub(super) values: Vec<String>,
}

/// What the features of a map hold.
pub(super) fn fields(item: &Item) -> Result<Vec<Field>, Problem> {
    let mut head = String::new();
    let wrong = |e: std::io::Error| crate::import::files::unreadable(&item.found, &e);
    File::open(&item.found.path).map_err(wrong)?.take(LOOK_BYTES).read_to_string(&mut head).ok();
    let mut out: Vec<Field> = Vec::new();
    let mut put = |name: String, value: &serde_json::Value| {
        let text = match value {
            serde_json::Value::String(text) => text.clone(),
            serde_json::Value::Number(number) => number.to_string(),
            _ => return,
        };
        match out.iter_mut().find(|f| f.name == name) {
            Some(field) if field.values.len() < 50 => field.values.push(text),
            Some(_) => {}
            None => out.push(Field { name, values: vec![text] }),
        }
    };
    for (at, _) in head.match_indices("\"properties\"").take(50) {
        let Some(open) = head[at..].find('{') else { continue };
        let mut values = serde_json::Deserializer::from_str(&head[at + open..]).into_iter::<serde_json::Map<String, serde_json::Value>>();
        if let Some(Ok(properties)) = values.next() {
            properties.iter().for_each(|(name, value)| put(name.clone(), value));
        }
        let before = &head[at.saturating_sub(60)..at];
        if let Some(id) = before.rsplit_once("\"id\":").map(|(_, id)| id.trim().trim_end_matches(',')) {
            put("@id".to_owned(), &serde_json::from_str(id).unwrap_or_default());
        }
    }
    Ok(out)
}

/// The features of a map.
pub(super) fn features(
    item: &Item,
    spec: &ReadSpec,
    problems: &mut Vec<Problem>,
    progress: &mut dyn FnMut(Progress),
) -> Result<Features, Problem> {
    let mut file = File::open(&item.found.path).map_err(|e| crate::import::files::unreadable(&item.found, &e))?;
    let mut tell = |done| progress(Progress::Reading { name: item.found.shown_as.clone(), done, of: item.found.size });
    read_features(&mut file, Some(item.found.size), spec, problems, &mut tell)
}
