//! Which columns are which: built-in variants of headings, a workspace's own profiles, and what it
//! learned from imports that were carried out.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::names::plain;
use crate::domain::id::LevelId;
use crate::domain::period::Period;
use crate::domain::plan::{Meaning, Target};
use crate::domain::problem::{Problem, Severity};

/// Variants of headings, built into the program.
const BASE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/profiles/base.toml"));
/// Folder of profiles in a workspace.
const FOLDER: &str = "data/profiles";
/// File of what was learned.
const LEARNED: &str = "learned.toml";

/// How fields of a role end behind a year.
const ENDINGS: [(&str, &str); 2] = [("code", "cd"), ("name", "nm")];

/// What a profile says; everything it leaves out is guessed or asked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Profile {
    /// Headings it was learned from, joined by a vertical bar: for people who read the file.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) headings: String,
    /// What the records are: `units`, `branches`, `entities`, `values`, `zones`,
    /// `regions`, `links`, `places`, `items`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) what: Option<What>,
    /// Level of the units, where they are of one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) level: Option<LevelId>,
    /// Role → heading, or several of which one is there.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) columns: BTreeMap<String, OneOrMore>,
    /// Heading → word → meaning.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) meanings: BTreeMap<String, BTreeMap<String, Meaning>>,
    /// Headings that are not read.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub(super) without: BTreeSet<String>,
    /// Every file is a complete list: what it leaves out is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) complete: Option<bool>,
    /// Where the period of values stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) period: Option<PeriodRule>,
}

/// Where the period of values stands; without a rule a column counts first, then sheet and title.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(super) enum PeriodRule {
    /// In the lines above the headings.
    Title,
    /// In the name of the sheet.
    Sheet,
    /// In the column of the role `period`.
    Column,
    /// Nowhere: it is always this one.
    Fixed(Period),
}

impl TryFrom<String> for PeriodRule {
    type Error = String;

    fn try_from(word: String) -> Result<Self, String> {
        match word.as_str() {
            "title" => Ok(Self::Title),
            "sheet" => Ok(Self::Sheet),
            "column" => Ok(Self::Column),
            other => other.parse().map(Self::Fixed).map_err(|_| format!("period = {other:?}: title | sheet | column | 2025-09 | 2025Q3 …")),
        }
    }
}

impl From<PeriodRule> for String {
    fn from(rule: PeriodRule) -> Self {
        match rule {
            PeriodRule::Title => "title".to_owned(),
            PeriodRule::Sheet => "sheet".to_owned(),
            PeriodRule::Column => "column".to_owned(),
            PeriodRule::Fixed(period) => period.to_string(),
        }
    }
}

/// What the records are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum What {
    /// Units.
    Units,
    /// Branches.
    Branches,
    /// Entities.
    Entities,
    /// Values.
    Values,
    /// Zones.
    Zones,
    /// Regions.
    Regions,
    /// Pairings.
    Links,
    /// Places.
    Places,
    /// Items of lists.
    Items,
}

impl Profile {
    /// What the records are.
    pub(super) fn target(&self) -> Option<Target> {
        Some(match self.what? {
            What::Units => Target::Units(self.level.clone()),
            What::Branches => Target::Branches,
            What::Entities => Target::Entities,
            What::Values => Target::Values,
            What::Zones => Target::Zones,
            What::Regions => Target::Regions,
            What::Links => Target::Links,
            What::Places => Target::Places,
            What::Items => Target::Items,
        })
    }

    /// The same, saying what the records are.
    pub(super) fn of(self, target: &Target) -> Self {
        let (what, level) = match target {
            Target::Units(level) => (What::Units, level.clone()),
            Target::Branches => (What::Branches, None),
            Target::Entities => (What::Entities, None),
            Target::Values => (What::Values, None),
            Target::Zones => (What::Zones, None),
            Target::Regions => (What::Regions, None),
            Target::Links => (What::Links, None),
            Target::Places => (What::Places, None),
            Target::Items => (What::Items, None),
        };
        Self { what: Some(what), level, ..self }
    }
}

/// One heading or several.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum OneOrMore {
    /// One.
    One(String),
    /// Several.
    More(Vec<String>),
}

impl OneOrMore {
    fn iter(&self) -> std::slice::Iter<'_, String> {
        match self {
            Self::One(one) => std::slice::from_ref(one).iter(),
            Self::More(more) => more.iter(),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Base {
    columns: BTreeMap<String, Vec<String>>,
    signs: BTreeMap<String, Vec<String>>,
}

/// Every profile that can be used, and what the program itself knows.
pub(super) struct Profiles {
    dir: PathBuf,
    base: Base,
    learned: BTreeMap<String, Profile>,
}

impl Profiles {
    /// Those of a workspace folder.
    ///
    /// # Errors
    /// `E_PROFILE_TOML` where what was learned cannot be read: it is never written over then.
    pub(super) fn open(dir: &Path) -> Result<Self, Problem> {
        let dir = dir.join(FOLDER);
        let learned = match std::fs::read_to_string(dir.join(LEARNED)) {
            Ok(text) => toml::from_str(&text).map_err(|e| wrong(LEARNED, &text, &e))?,
            Err(_) => BTreeMap::new(),
        };
        // A mistake of ours, which a test finds.
        let base = toml::from_str(BASE).map_err(|e| wrong("base.toml", BASE, &e))?;
        Ok(Self { dir, base, learned })
    }

    /// The profile of a name.
    ///
    /// # Errors
    /// `E_PROFILE_ABSENT`, `E_PROFILE_TOML`.
    pub(super) fn named(&self, name: &str) -> Result<Profile, Problem> {
        let file = format!("{FOLDER}/{name}.toml");
        // A name, never a way to another folder.
        let plain = !name.is_empty() && !name.contains(['/', '\\', '.']);
        let text = plain.then(|| std::fs::read_to_string(self.dir.join(format!("{name}.toml"))).ok()).flatten();
        let text = text.ok_or_else(|| Problem::new("E_PROFILE_ABSENT", Severity::Refused, &*file).arg(name))?;
        toml::from_str(&text).map_err(|e| wrong(&file, &text, &e))
    }

    /// What was learned of these headings.
    pub(super) fn learned(&self, fingerprint: &str) -> Option<&Profile> {
        self.learned.get(fingerprint)
    }

    /// Headings with the roles that a workspace's own profiles give them, what was learned first.
    pub(super) fn own(&self) -> Vec<(String, String)> {
        let mut out = Vec::new();
        let mut add = |profile: &Profile| {
            for (role, headings) in &profile.columns {
                out.extend(headings.iter().map(|heading| (heading.clone(), role.clone())));
            }
        };
        self.learned.values().for_each(&mut add);
        let mut files: Vec<PathBuf> = std::fs::read_dir(&self.dir).into_iter().flatten().flatten().map(|e| e.path()).collect();
        files.sort();
        for path in files.iter().filter(|p| p.extension().is_some_and(|e| e == "toml")) {
            let name = path.file_stem().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
            // One that cannot be read says so where it is named.
            if let Ok(profile) = self.named(&name) {
                add(&profile);
            }
        }
        out
    }

    /// Whether a heading is one of the usual ones of a role.
    pub(super) fn is_usual(&self, role: &str, heading: &str) -> bool {
        let heading = plain(heading);
        self.base.columns.get(role).is_some_and(|all| all.iter().any(|known| plain(known) == heading))
    }

    /// The columns among `headings` that usually have a role, the likeliest first.
    pub(super) fn usual(&self, role: &str, headings: &[String]) -> Vec<usize> {
        let plain_headings: Vec<String> = headings.iter().map(|h| plain(h)).collect();
        let known = self.base.columns.get(role).into_iter().flatten();
        let mut out: Vec<usize> =
            known.flat_map(|k| plain_headings.iter().enumerate().filter(move |(_, h)| **h == plain(k)).map(|(n, _)| n)).collect();
        // Statistical offices write level, year and what it is in one word.
        if let Some((_, ending)) = ENDINGS.iter().find(|(known, _)| *known == role) {
            let fits = |h: &String| {
                let head = h.to_ascii_lowercase().strip_suffix(ending).map(str::to_owned);
                head.is_some_and(|head| head.len() > 2 && head.ends_with(|c: char| c.is_ascii_digit()))
            };
            out.extend(plain_headings.iter().enumerate().filter(|(n, h)| fits(h) && !out.contains(n)).map(|(n, _)| n).collect::<Vec<_>>());
        }
        out
    }

    /// Whether a heading is one that only tables of a kind have.
    pub(super) fn is_sign(&self, kind: &str, heading: &str) -> bool {
        let heading = plain(heading);
        self.base.signs.get(kind).is_some_and(|all| all.iter().any(|known| plain(known) == heading))
    }

    /// Hash of what was learned, for the digest of a plan.
    pub(super) fn state(&self) -> String {
        toml::to_string(&self.learned).unwrap_or_default()
    }

    /// Remembers what was confirmed of some headings, in one step.
    ///
    /// # Errors
    /// `E_DISK`, `E_DISK_FULL` where it cannot be saved.
    pub(super) fn learn(&mut self, all: impl IntoIterator<Item = (String, Profile)>) -> Result<(), Problem> {
        let before = self.learned.clone();
        self.learned.extend(all);
        if self.learned == before {
            return Ok(());
        }
        let text = toml::to_string(&self.learned).unwrap_or_default();
        let failed = |e: std::io::Error| Problem::new("E_DISK", Severity::Refused, format!("{FOLDER}/{LEARNED}")).arg(e);
        std::fs::create_dir_all(&self.dir).map_err(failed)?;
        write_whole(&self.dir.join(LEARNED), text.as_bytes()).map_err(failed)
    }
}

/// Writes a file beside its place, brings it to the disk and moves it there.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}", uuid::Uuid::new_v4().simple()));
    let part = PathBuf::from(name);
    let write = || {
        let mut file = std::fs::File::create(&part)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&part, path)
    };
    write().inspect_err(|_| {
        // The message is about the first failure; a leftover is only untidy.
        let _ = std::fs::remove_file(&part);
    })
}

/// The one column that a profile names for a role, among the headings that are there.
pub(super) fn column(profile: &Profile, role: &str, headings: &[String]) -> Option<usize> {
    let named = profile.columns.get(role)?;
    named.iter().find_map(|name| headings.iter().position(|h| h == name))
}

/// Identifies a row of headings, however they are spaced.
pub(super) fn fingerprint(headings: &[String]) -> String {
    let mut hasher = Sha256::new();
    for heading in headings {
        hasher.update(plain(heading).as_bytes());
        hasher.update([0x1f]);
    }
    crate::store::hex(&hasher.finalize()[..8])
}

fn wrong(file: &str, text: &str, error: &toml::de::Error) -> Problem {
    let at = error.span().map_or(0, |s| s.start);
    let line = text.as_bytes().iter().take(at).filter(|b| **b == b'\n').count() as u64 + 1;
    Problem::new("E_PROFILE_TOML", Severity::Refused, file).line(line).arg(error.message())
}
