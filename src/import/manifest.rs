//! `maps/manifest.toml`: which files are the layers and tables of a workspace.
//!
//! Every mistake is reported at once, with its line. Keys that are not known are mistakes.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use serde::Deserialize;
use toml::Spanned;

use super::record;
use crate::domain::id::LevelId;
use crate::domain::period::Period;
use crate::domain::problem::{Problem, Severity};
use crate::store::record::RecordKind;

/// Where a workspace keeps its manifest.
pub const FILE: &str = "maps/manifest.toml";

/// A manifest as it was read and checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Manifest {
    /// Name of the county, where the data has no top unit.
    pub name: String,
    /// County code, the first part of every key.
    pub county: String,
    /// The tree that the layers and tables belong to.
    pub tree: String,
    /// The framework, relative to the manifest's folder.
    pub framework: PathBuf,
    /// The other frameworks in use, relative to the manifest's folder.
    pub frameworks: Vec<PathBuf>,
    /// Layers, as written.
    pub layers: Vec<Layer>,
    /// Tables, as written.
    pub tables: Vec<Table>,
    /// The text itself: a snapshot carries it.
    pub text: String,
}

/// Files with boundaries of one level.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    /// Name under which it is counted: the level and the pattern.
    pub name: String,
    /// Folder the files lie in, relative to the manifest's own; may point outside the workspace.
    pub root: PathBuf,
    /// Files below `root`; the last part may hold `*`.
    pub files: Vec<String>,
    /// Level of its units.
    pub level: LevelId,
    /// Property of the code; `@id` is the feature's own id.
    pub id: String,
    /// Property of the name; the code where there is none.
    pub name_field: Option<String>,
    /// How the unit above is found.
    pub parent: Option<ParentBy>,
    /// CRS where the file does not say.
    pub crs: Option<String>,
    /// Where it comes from, in words.
    pub source: String,
    /// Licence, in words.
    pub licence: String,
    /// Expected SHA-256 of the only file.
    pub sha256: Option<String>,
}

/// How the unit above is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParentBy {
    /// A property holds its code.
    Field(String),
    /// Its code begins the code, or its name begins the value of a property.
    Prefix(Option<String>),
    /// The file is named after its code: what `*` of the pattern stands for, else the stem.
    File(Option<String>),
    /// A point inside the unit lies in it.
    Position,
}

/// What a table holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum What {
    /// Units, with or without boundaries elsewhere.
    Units,
    /// Branches.
    Branches,
    /// Values of indicators.
    Values,
    /// Zones and their members.
    Zones,
    /// Entities: enterprises and social organisations.
    Entities,
    /// Regions and their members.
    Regions,
    /// Pairings.
    Links,
    /// Places: stations, centres, routes; of a map the points and lines.
    Places,
    /// Items of lists.
    Items,
}

impl What {
    /// The kind of its records, where it holds records.
    pub(super) fn record(self) -> Option<RecordKind> {
        match self {
            Self::Regions => Some(RecordKind::Region),
            Self::Links => Some(RecordKind::Link),
            Self::Places => Some(RecordKind::Place),
            Self::Items => Some(RecordKind::Item),
            Self::Units | Self::Branches | Self::Values | Self::Zones | Self::Entities => None,
        }
    }
}

/// A table of the office.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Name under which it is counted: file, and table where it is a database.
    pub name: String,
    /// Folder the files lie in.
    pub root: PathBuf,
    /// Files below `root`; the last part may hold `*`.
    pub files: Vec<String>,
    /// Name of the table in an SQLite file; csv without.
    pub table: Option<String>,
    /// What it holds.
    pub what: What,
    /// Columns whose values make the key.
    pub key: Vec<String>,
    /// Level of the units named by the key; any where it is left out.
    pub level: Option<LevelId>,
    /// Role → column. Roles by `what`: see the README's manifest section.
    pub columns: BTreeMap<String, Column>,
    /// The period of all rows, where no column holds it.
    pub period: Option<Period>,
    /// The day from which it was known, where that was before it was loaded first: what came with
    /// tables of another system is then read as the county saw it.
    pub known: Option<Date>,
    /// Columns to leave unread, because the privacy gate stopped at them.
    pub without: Vec<String>,
    /// Where the data is from.
    pub source: String,
    /// Under which terms.
    pub licence: String,
    /// Expected SHA-256 of the only file.
    pub sha256: Option<String>,
}

/// The column or columns of a role.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Column {
    /// One column.
    One(String),
    /// Numerator and denominator, and perhaps the value, of an indicator.
    Parts {
        /// Column of the numerator.
        num: String,
        /// Column of the denominator.
        den: String,
    },
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl OneOrMore {
    fn into_vec(self) -> Vec<String> {
        match self {
            Self::One(one) => vec![one],
            Self::More(more) => more,
        }
    }
}

/// Reads single keys out of a table, collecting mistakes.
struct Entry<'a> {
    table: BTreeMap<String, (Range<usize>, toml::Value)>,
    span: Range<usize>,
    what: &'static str,
    text: &'a str,
    problems: &'a mut Vec<Problem>,
}

impl Entry<'_> {
    fn wrong(&mut self, code: &str, span: &Range<usize>, field: &str) -> &mut Problem {
        self.problems.push(mistake(code, self.text, span.start).field(format!("{}.{field}", self.what)));
        let last = self.problems.len() - 1;
        &mut self.problems[last]
    }

    fn take<T: for<'de> Deserialize<'de>>(&mut self, key: &str) -> Option<T> {
        let (span, value) = self.table.remove(key)?;
        match value.try_into() {
            Ok(value) => Some(value),
            Err(e) => {
                self.wrong("E_MANIFEST_TYPE", &span, key).args.push(e.message().to_owned());
                None
            }
        }
    }

    fn need<T: for<'de> Deserialize<'de>>(&mut self, key: &str) -> Option<T> {
        if !self.table.contains_key(key) {
            let span = self.span.clone();
            self.wrong("E_MANIFEST_KEY_MISSING", &span, key).args.push(key.to_owned());
        }
        self.take(key)
    }

    fn span(&self, key: &str) -> Range<usize> {
        self.table.get(key).map_or_else(|| self.span.clone(), |(span, _)| span.clone())
    }

    fn finish(mut self, known: &str) {
        for (key, (span, _)) in std::mem::take(&mut self.table) {
            self.wrong("E_MANIFEST_KEY_UNKNOWN", &span, &key).args.extend([key.clone(), known.to_owned()]);
        }
    }
}

fn mistake(code: &str, text: &str, at: usize) -> Problem {
    let line = text.as_bytes().iter().take(at).filter(|b| **b == b'\n').count() as u64 + 1;
    Problem::new(code, Severity::Refused, FILE).line(line)
}

type Keys = BTreeMap<Spanned<String>, Spanned<toml::Value>>;

#[derive(Deserialize)]
struct Raw {
    workspace: Option<Spanned<Keys>>,
    #[serde(default)]
    layer: Vec<Spanned<Keys>>,
    #[serde(default)]
    table: Vec<Spanned<Keys>>,
    #[serde(flatten)]
    other: BTreeMap<String, toml::Value>,
}

impl Manifest {
    /// Reads the manifest of a workspace folder.
    ///
    /// # Errors
    /// Every mistake of it, each with its line.
    pub fn read(dir: &Path) -> Result<Self, Vec<Problem>> {
        let text = std::fs::read_to_string(dir.join(FILE)).map_err(|e| {
            let code = if e.kind() == std::io::ErrorKind::NotFound { "E_MANIFEST_ABSENT" } else { "E_MANIFEST_READ" };
            vec![Problem::new(code, Severity::Refused, FILE).arg(e)]
        })?;
        Self::parse(&text)
    }

    /// Reads a manifest from its text.
    ///
    /// # Errors
    /// Every mistake of it, each with its line.
    pub fn parse(text: &str) -> Result<Self, Vec<Problem>> {
        let raw: Raw = toml::from_str(text.trim_start_matches('\u{feff}'))
            .map_err(|e| vec![mistake("E_MANIFEST_TOML", text, e.span().map_or(0, |s| s.start)).arg(e.message())])?;
        let mut problems = Vec::new();
        for key in raw.other.keys() {
            let at = text.find(key.as_str()).unwrap_or(0);
            problems.push(mistake("E_MANIFEST_KEY_UNKNOWN", text, at).field(key).arg(key).arg("workspace, layer, table"));
        }
        let (mut name, mut county, mut tree, mut framework) = (None, None, None, None);
        let mut frameworks = Vec::new();
        match raw.workspace {
            None => problems.push(mistake("E_MANIFEST_KEY_MISSING", text, 0).field("workspace").arg("[workspace]")),
            Some(keys) => {
                let mut entry = open(keys, "workspace", text, &mut problems);
                name = entry.need("name");
                county = entry.need("county");
                tree = entry.take::<String>("tree");
                framework = entry.need::<String>("framework");
                frameworks = entry.take::<Vec<String>>("frameworks").unwrap_or_default();
                entry.finish("name, county, tree, framework, frameworks");
            }
        }
        let layers: Vec<_> = raw.layer.into_iter().filter_map(|keys| layer(open(keys, "layer", text, &mut problems))).collect();
        let tables: Vec<_> = raw.table.into_iter().filter_map(|keys| table(open(keys, "table", text, &mut problems))).collect();
        match (name, county, framework) {
            (Some(name), Some(county), Some(framework)) if problems.is_empty() => Ok(Self {
                name,
                county,
                tree: tree.unwrap_or_else(|| "admin".to_owned()),
                framework: framework.into(),
                frameworks: frameworks.into_iter().map(PathBuf::from).collect(),
                layers,
                tables,
                text: text.to_owned(),
            }),
            _ => {
                problems.sort_by_key(|p| p.spot.line);
                Err(problems)
            }
        }
    }
}

fn open<'a>(keys: Spanned<Keys>, what: &'static str, text: &'a str, problems: &'a mut Vec<Problem>) -> Entry<'a> {
    let span = keys.span();
    let table = keys.into_inner().into_iter().map(|(k, v)| (k.as_ref().clone(), (k.span(), v.into_inner()))).collect();
    Entry { table, span, what, text, problems }
}

/// `file` or `files`, with `root` and `sha256`, which layers and tables share.
fn files(entry: &mut Entry<'_>) -> Option<(PathBuf, Vec<String>, Option<String>)> {
    let root: String = entry.take("root").unwrap_or_default();
    let key = if entry.table.contains_key("files") { "files" } else { "file" };
    let span = entry.span(key);
    let files = entry.need::<OneOrMore>(key)?.into_vec();
    for file in &files {
        let folder = Path::new(file).parent().map(|p| p.to_string_lossy().into_owned()).unwrap_or_default();
        if file.is_empty() || folder.contains('*') || file.matches('*').count() > 1 {
            entry.wrong("E_MANIFEST_PATTERN", &span, key).args.push(file.clone());
        }
    }
    let sha_span = entry.span("sha256");
    let sha256: Option<String> = entry.take("sha256");
    if sha256
        .as_ref()
        .is_some_and(|s| s.len() != 64 || !s.bytes().all(|b| b.is_ascii_hexdigit()) || files.len() != 1 || files[0].contains('*'))
    {
        entry.wrong("E_MANIFEST_SHA256", &sha_span, "sha256");
    }
    Some((root.into(), files, sha256.map(|s| s.to_ascii_lowercase())))
}

fn layer(mut entry: Entry<'_>) -> Option<Layer> {
    let place = files(&mut entry);
    let level: Option<String> = entry.need("level");
    let id = entry.need("id");
    let name_field = entry.take("name");
    let parent = parent(&mut entry);
    let (crs, source, licence) = (entry.take("crs"), entry.take("source"), entry.take("licence"));
    entry.finish("root, file, files, level, id, name, parent, crs, source, licence, sha256");
    let ((root, files, sha256), level, id) = (place?, level?, id?);
    Some(Layer {
        name: format!("{level} {}", files.join(" ")),
        root,
        files,
        level: level.into(),
        id,
        name_field,
        parent,
        crs,
        source: source.unwrap_or_default(),
        licence: licence.unwrap_or_default(),
        sha256,
    })
}

fn parent(entry: &mut Entry<'_>) -> Option<ParentBy> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Keys {
        by: String,
        field: Option<String>,
        pattern: Option<String>,
    }
    let span = entry.span("parent");
    let keys: Keys = entry.take("parent")?;
    let found = match (keys.by.as_str(), keys.field, keys.pattern) {
        ("parent", Some(field), None) => Some(ParentBy::Field(field)),
        ("prefix", field, None) => Some(ParentBy::Prefix(field)),
        ("file", None, pattern) => Some(ParentBy::File(pattern)),
        ("position", None, None) => Some(ParentBy::Position),
        _ => None,
    };
    if found.is_none() {
        entry.wrong("E_MANIFEST_PARENT", &span, "parent").args.push(keys.by);
    }
    found
}

fn table(mut entry: Entry<'_>) -> Option<Table> {
    let place = files(&mut entry);
    let name: Option<String> = entry.take("table");
    let what: Option<What> = entry.need("what");
    let key = entry.need::<OneOrMore>("key").map(OneOrMore::into_vec);
    let level: Option<String> = entry.take("level");
    let columns_span = entry.span("columns");
    let columns: BTreeMap<String, Column> = entry.take("columns").unwrap_or_default();
    let period_span = entry.span("period");
    let period: Option<String> = entry.take("period");
    let period = period.and_then(|text| match text.parse::<Period>() {
        Ok(period) => Some(period),
        Err(_) => {
            entry.wrong("E_MANIFEST_PERIOD", &period_span, "period").args.push(text);
            None
        }
    });
    let known_span = entry.span("known");
    let known_on = entry.take::<String>("known").and_then(|text| match text.parse::<Date>() {
        Ok(day) => Some(day),
        Err(_) => {
            entry.wrong("E_MANIFEST_DATE", &known_span, "known").args.push(text);
            None
        }
    });
    let without = entry.take::<Vec<String>>("without").unwrap_or_default();
    let known: &[&str] = match what {
        Some(What::Units) => &["name", "parent", "level"],
        Some(What::Branches) => &["name", "kind", "unit", "lon", "lat", "code"],
        Some(What::Zones) => &["zone"],
        Some(What::Entities) => &["name", "kind", "unit", "coverage", "code"],
        Some(What::Values) | None => &[],
        Some(what) => what.record().map_or(&[], record::roles),
    };
    let needed: &[&str] = match what {
        Some(What::Branches | What::Entities) => &["name", "unit"],
        Some(What::Zones) => &["zone"],
        Some(What::Regions) => &["region"],
        Some(What::Links) => &["giver"],
        _ => &[],
    };
    // A branch of which the place is known lies in the unit there.
    let placed = columns.contains_key("lon") && columns.contains_key("lat");
    for role in needed.iter().filter(|role| !(columns.contains_key(**role) || placed && **role == "unit")) {
        entry.wrong("E_MANIFEST_KEY_MISSING", &columns_span, "columns").args.push((*role).to_owned());
    }
    if what != Some(What::Values) {
        for role in columns.keys().filter(|role| !known.contains(&role.as_str())) {
            entry.wrong("E_MANIFEST_KEY_UNKNOWN", &columns_span, "columns").args.extend([role.clone(), known.join(", ")]);
        }
    }
    let (source, licence) = (entry.take("source"), entry.take("licence"));
    entry.finish("root, file, files, table, what, key, level, columns, period, known, without, source, licence, sha256");
    let ((root, files, sha256), what, key) = (place?, what?, key?);
    let file = files.join(" ");
    Some(Table {
        name: name.as_ref().map_or_else(|| file.clone(), |t| format!("{file} {t}")),
        root,
        files,
        table: name,
        what,
        key,
        level: level.map(LevelId::from),
        columns,
        period,
        known: known_on,
        without,
        source: source.unwrap_or_default(),
        licence: licence.unwrap_or_default(),
        sha256,
    })
}
