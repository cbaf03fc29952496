//! From a TOML file to a checked [`Framework`], or every mistake in it.
//!
//! Each file of this folder reads the sections that belong together. Ids stay bare here; what refers
//! to an extended framework becomes `framework/id`. [`super::combine`] makes one of several.

mod conditions;
mod cover;
mod flow;
mod forms;
mod head;
mod indicators;
mod levels;
mod lists;
mod ratings;
mod rules;
mod targets;
mod terms;
#[cfg(test)]
pub(super) mod tests;
mod text;
mod zones;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::civil::Date;
use sha2::{Digest as _, Sha256};
use toml::de::{DeTable, DeValue};

pub(super) use self::forms::form;
use super::privacy::Gate;
use super::read::{At, Report, Section};
use super::schema::{Basis, Confidence, Named, Part, Privacy};
use super::{Framework, shipped};
use crate::domain::id::{IndicatorId, LevelId};
use crate::domain::indicator::Indicator;
use crate::domain::problem::{Problem, Severity};
use crate::domain::unit::Level;

/// Bytes of a framework file that are read; a larger file is not one.
const SIZE_MAX_BYTES: u64 = 4 << 20;
/// Frameworks one behind the other by `extends`; more is a mistake.
const EXTENDS_MAX: usize = 8;
/// Sections under which codes of units stand: they can look like a person's number by chance.
const CODES: &str = "members";
const CONFIDENCE: [(&str, Confidence); 3] = [("A", Confidence::A), ("B", Confidence::B), ("C", Confidence::C)];

/// The text of a framework that another one extends.
#[derive(Clone, Debug)]
pub struct Source {
    /// File, as shown to people.
    pub file: String,
    /// Its text.
    pub text: String,
}

/// Frameworks without mistakes that were parsed on the way to others, in one folder.
#[derive(Debug, Default)]
pub struct Parsed {
    folder: Option<PathBuf>,
    good: Vec<Arc<Framework>>,
}

/// The way to a file: ids of those that are being read, the outermost first, and what was read before.
struct Way<'w> {
    ids: Vec<String>,
    parsed: &'w mut Parsed,
}

/// Finds the text of a framework by its id.
pub type Find<'f> = dyn Fn(&str) -> Option<Source> + 'f;

impl Framework {
    /// Reads and checks a framework file; `shown_as` is its name in problems. What it extends is
    /// looked for beside it, then among the shipped ones.
    ///
    /// # Errors
    /// Every mistake of the file at once, in the order of its lines.
    pub fn load(path: &Path, shown_as: &str) -> Result<Self, Vec<Problem>> {
        Self::load_among(path, shown_as, &mut Parsed::default())
    }

    /// As [`Framework::load`], one of several: what was parsed for one of them is not parsed again for
    /// another, because ways of working that stand side by side extend the same few.
    ///
    /// # Errors
    /// As [`Framework::load`].
    pub fn load_among(path: &Path, shown_as: &str, parsed: &mut Parsed) -> Result<Self, Vec<Problem>> {
        let text = read_text(path, shown_as)?;
        // The same text may extend another file in another folder.
        if parsed.folder.as_deref() != path.parent() {
            *parsed = Parsed { folder: path.parent().map(Path::to_path_buf), good: Vec::new() };
        }
        let find = |id: &str| beside(path, id).or_else(|| shipped::find(id));
        parse(&text, shown_as, &find, &mut Way { ids: Vec::new(), parsed }).map(Arc::unwrap_or_clone)
    }

    /// Checks the text of a framework; `shown_as` is its name in problems. What it extends is looked
    /// for among the shipped ones.
    ///
    /// # Errors
    /// Every mistake of the text at once, in the order of its lines.
    pub fn parse(text: &str, shown_as: &str) -> Result<Self, Vec<Problem>> {
        Self::parse_with(text, shown_as, &shipped::find)
    }

    /// As [`Framework::parse`], one of several: what was parsed for one of them is not parsed again for
    /// another.
    ///
    /// # Errors
    /// As [`Framework::parse`].
    pub fn parse_among(text: &str, shown_as: &str, parsed: &mut Parsed) -> Result<Self, Vec<Problem>> {
        parse(text, shown_as, &shipped::find, &mut Way { ids: Vec::new(), parsed }).map(Arc::unwrap_or_clone)
    }

    /// Checks the text of a framework, with what it extends found by `find`.
    ///
    /// # Errors
    /// Every mistake of the text, and of what it extends, at once.
    pub fn parse_with(text: &str, shown_as: &str, find: &Find<'_>) -> Result<Self, Vec<Problem>> {
        parse(text, shown_as, find, &mut Way { ids: Vec::new(), parsed: &mut Parsed::default() }).map(Arc::unwrap_or_clone)
    }
}

/// The text of a framework file.
///
/// # Errors
/// Why it cannot be read.
pub fn read_text(path: &Path, shown_as: &str) -> Result<String, Vec<Problem>> {
    let unreadable = |why: &dyn std::fmt::Display| vec![Problem::new("E_FRAMEWORK_READ", Severity::Refused, shown_as).arg(why)];
    let size = std::fs::metadata(path).map_err(|e| unreadable(&e))?.len();
    if size > SIZE_MAX_BYTES {
        return Err(vec![Problem::new("E_FRAMEWORK_SIZE", Severity::Refused, shown_as).arg(SIZE_MAX_BYTES >> 20)]);
    }
    let bytes = std::fs::read(path).map_err(|e| unreadable(&e))?;
    String::from_utf8(bytes).map_err(|e| unreadable(&e.utf8_error()))
}

/// The framework `id` in the folder of another one.
fn beside(path: &Path, id: &str) -> Option<Source> {
    let file = format!("{id}.toml");
    let text = read_text(&path.with_file_name(&file), &file).ok()?;
    Some(Source { file, text })
}

fn parse(text: &str, shown_as: &str, find: &Find<'_>, way: &mut Way<'_>) -> Result<Arc<Framework>, Vec<Problem>> {
    if let Some(known) = way.parsed.good.iter().find(|f| f.file == shown_as && *f.parts[0].text == *text) {
        return Ok(Arc::clone(known));
    }
    let sha256: String = Sha256::digest(text.as_bytes()).iter().map(|b| format!("{b:02x}")).collect();
    let body: Arc<str> = Arc::from(text);
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut report = Report::new(text, shown_as);
    let (document, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        report.add("E_FRAMEWORK_SYNTAX", error.span().map_or(0, |s| s.start), "", &[error.message()]);
    }
    let reader = Reader {
        report: &mut report,
        gate: Gate,
        find,
        way: &mut *way,
        id: String::new(),
        levels: Vec::new(),
        bases: Vec::new(),
        indicators: Vec::new(),
        denied: Privacy::default(),
        elsewhere: Vec::new(),
        form: false,
    };
    let (framework, elsewhere) = reader.framework(document.get_ref());
    let mut problems = report.finish();
    problems.extend(elsewhere);
    let Some(mut framework) = framework.filter(|_| problems.is_empty()) else { return Err(problems) };
    framework.file = shown_as.to_owned();
    framework.sha256.clone_from(&sha256);
    framework.parts = vec![Part {
        id: framework.id.clone(),
        name: framework.name.clone(),
        name_en: framework.name_en.clone(),
        file: shown_as.to_owned(),
        sha256,
        head: framework.head.clone(),
        text: body,
    }];
    let framework = Arc::new(framework);
    way.parsed.good.push(Arc::clone(&framework));
    Ok(framework)
}

/// Reads the sections of one file.
struct Reader<'r, 'a, 'w> {
    report: &'r mut Report<'a>,
    gate: Gate,
    find: &'r Find<'r>,
    way: &'r mut Way<'w>,
    id: String,
    /// Its own levels, or those of what it extends.
    levels: Vec<Level>,
    /// What it extends, and what that extends, the nearest first.
    bases: Vec<Arc<Framework>>,
    indicators: Vec<Arc<Indicator>>,
    /// Words that this framework's `[privacy]` adds to the gate.
    denied: Privacy,
    /// Problems of what it extends.
    elsewhere: Vec<Problem>,
    /// It is a form, which has a reporting period.
    form: bool,
}

/// Ids of one kind of item, to find those that are used twice.
type Ids = HashSet<String>;

impl Reader<'_, '_, '_> {
    /// `None` only where a problem was reported.
    fn framework(mut self, document: &DeTable<'_>) -> (Option<Framework>, Vec<Problem>) {
        let mut root = Section::new(document, "", 0);
        let head = root.section(self.report, "framework").and_then(|head| self.head(head));
        let privacy = self.privacy(&mut root);
        self.numbers_of_persons(document);
        let levels = self.levels(&mut root);
        let own_levels = !levels.is_empty();
        self.levels = if own_levels { levels } else { self.inherited_levels() };
        let (bases_of_indicators, checks) = self.indicators(&mut root);
        let coverages = self.coverages(&mut root);
        self.checked(checks, &coverages);
        let zones = self.zones(&mut root);
        let tasks = self.tasks(&mut root);
        let (kinds, kind_bases) = self.kinds(&mut root);
        let framework = Framework {
            synonyms: self.synonyms(&mut root),
            targets: self.targets(&mut root),
            establish: self.establish(&mut root),
            premises: self.premises(&mut root),
            kinds,
            kind_bases,
            ratings: self.ratings(&mut root),
            scorecards: self.scorecards(&mut root),
            items: self.items(&mut root),
            cadences: self.cadences(&mut root),
            terms: self.terms(&mut root),
            lists: self.lists(&mut root),
            pairings: self.pairings(&mut root),
            regions: self.regions(&mut root),
            groups: self.groups(&mut root),
            matrices: self.matrices(&mut root, &zones),
            privacy,
            ..Framework::default()
        };
        let rules = self.rules(&mut root, &framework.kinds);
        let seasons = self.seasons(&mut root, &rules);
        let workflows = self.workflows(&mut root, &rules);
        let alone = self.bases.is_empty();
        for (key, empty) in [("level", self.levels.is_empty()), ("indicator", self.indicators.is_empty())] {
            if alone && empty && !document.contains_key(key) {
                root.missing(self.report, key);
            }
        }
        root.finish(self.report);
        let framework = head.map(|(named, head, demo)| Framework {
            id: named.id,
            name: named.label,
            name_en: named.label_en,
            demo,
            head: super::schema::Head { own_levels, ..head },
            levels: self.levels,
            zones,
            tasks,
            indicators: self.indicators,
            indicator_bases: bases_of_indicators,
            coverages,
            rules,
            seasons,
            workflows,
            bases: self.bases,
            ..framework
        });
        (framework, self.elsewhere)
    }

    /// The levels of the nearest framework that it extends and that has some.
    fn inherited_levels(&self) -> Vec<Level> {
        self.bases.iter().find(|b| !b.levels.is_empty()).map(|b| b.levels.clone()).unwrap_or_default()
    }

    /// No text of a framework may hold the number of a person, wherever it stands.
    fn numbers_of_persons(&mut self, table: &DeTable<'_>) {
        for (key, value) in table {
            if key.get_ref() != CODES {
                self.number_of_person(key.get_ref(), value);
            }
        }
    }

    fn number_of_person(&mut self, key: &str, value: &toml::Spanned<DeValue<'_>>) {
        match value.get_ref() {
            DeValue::String(text) if self.gate.value_looks_personal(text) => {
                let (masked, _) = self.gate.mask(text);
                self.report.add("E_PRIVACY_NUMBER", value.span().start, key, &[&masked]);
            }
            DeValue::Array(items) => items.iter().for_each(|item| self.number_of_person(key, item)),
            DeValue::Table(table) => self.numbers_of_persons(table),
            _ => {}
        }
    }

    /// An id: letters, digits, `.`, `_`, `-`, and used once.
    fn id_of(&mut self, s: &mut Section<'_, '_>, key: &'static str, ids: &mut Ids) -> Option<At<String>> {
        let id = s.required(self.report, key)?;
        if !id.value.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c)) {
            self.report.add("E_FRAMEWORK_ID", id.at, &s.field(key), &[&id.value]);
        }
        if !ids.insert(id.value.clone()) {
            self.report.add("E_FRAMEWORK_DUPLICATE", id.at, &s.field(key), &[&id.value]);
        }
        Some(id)
    }

    /// `label` and `label_en`, which pass the gate.
    fn label(&mut self, s: &mut Section<'_, '_>) -> Option<(String, String)> {
        let label = s.required(self.report, "label");
        let label_en = s.text(self.report, "label_en");
        for (key, text) in [("label", &label), ("label_en", &label_en)] {
            if let Some(text) = text {
                self.gated(text, &s.field(key));
            }
        }
        let label = label?.value;
        let label_en = label_en.map_or_else(|| label.clone(), |l| l.value);
        Some((label, label_en))
    }

    /// `id`, `label` and `label_en`.
    fn named(&mut self, s: &mut Section<'_, '_>, ids: &mut Ids) -> Option<Named> {
        let id = self.id_of(s, "id", ids);
        let label = self.label(s);
        let (label, label_en) = label?;
        Some(Named { id: id?.value, label, label_en })
    }

    /// A word that may not be about persons, in any spelling.
    fn gated(&mut self, word: &At<String>, field: &str) {
        if self.gate.declared(&word.value, &self.denied).is_some() {
            self.report.add("E_PRIVACY_FIELD", word.at, field, &[&word.value]);
        }
    }

    /// A list of words, each of which passes the gate.
    fn words(&mut self, s: &mut Section<'_, '_>, key: &'static str) -> Vec<String> {
        let words = s.texts(self.report, key);
        words.iter().for_each(|word| self.gated(word, &s.field(key)));
        words.into_iter().map(|w| w.value).collect()
    }

    /// A list of words, none twice.
    fn distinct(&mut self, s: &mut Section<'_, '_>, key: &'static str) -> Vec<String> {
        let words = s.texts(self.report, key);
        let mut seen = Ids::new();
        for word in &words {
            self.gated(word, &s.field(key));
            if !seen.insert(word.value.clone()) {
                self.report.add("E_FRAMEWORK_DUPLICATE", word.at, &s.field(key), &[&word.value]);
            }
        }
        words.into_iter().map(|w| w.value).collect()
    }

    /// A text that passes the gate; empty where it is not given.
    fn word(&mut self, s: &mut Section<'_, '_>, key: &'static str) -> String {
        let word = s.text(self.report, key);
        if let Some(word) = &word {
            self.gated(word, &s.field(key));
        }
        word.map(|w| w.value).unwrap_or_default()
    }

    /// A text; empty where it is not given.
    fn plain(&mut self, s: &mut Section<'_, '_>, key: &'static str) -> String {
        s.text(self.report, key).map(|t| t.value).unwrap_or_default()
    }

    fn material(&mut self, s: &mut Section<'_, '_>) -> Vec<String> {
        s.texts(self.report, "material").into_iter().map(|m| m.value).collect()
    }

    /// `document`, `article`, `confidence`, `since`, `until`.
    fn basis(&mut self, s: &mut Section<'_, '_>) -> Basis {
        let (document, article) = (self.plain(s, "document"), self.plain(s, "article"));
        let confidence = s.word(self.report, "confidence", &CONFIDENCE).map(|c| c.value);
        let (since, until) = (self.day(s, "since"), self.day(s, "until"));
        if let (Some(since), Some(until)) = (&since, &until)
            && until.value < since.value
        {
            self.report.add("E_FRAMEWORK_UNTIL", until.at, &s.field("until"), &[]);
        }
        Basis { document, article, confidence, since: since.map(|d| d.value), until: until.map(|d| d.value), ..Basis::default() }
    }

    fn day(&mut self, s: &mut Section<'_, '_>, key: &'static str) -> Option<At<Date>> {
        let text = s.text(self.report, key)?;
        match text.value.parse() {
            Ok(day) => Some(text.map(|_| day)),
            Err(_) => {
                self.report.add("E_FRAMEWORK_DATE", text.at, &s.field(key), &[&text.value]);
                None
            }
        }
    }

    /// A whole number within bounds.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within bounds and whole, as was checked")]
    fn whole(&mut self, s: &mut Section<'_, '_>, key: &'static str, within: std::ops::RangeInclusive<u16>) -> Option<At<u16>> {
        let number = s.number(self.report, key)?;
        let (low, high) = (f64::from(*within.start()), f64::from(*within.end()));
        if number.value.fract() != 0.0 || !(low..=high).contains(&number.value) {
            self.report.add(
                "E_FRAMEWORK_WHOLE",
                number.at,
                &s.field(key),
                &[&low.to_string(), &high.to_string(), &number.value.to_string()],
            );
            return None;
        }
        Some(number.map(|n| n as u16))
    }

    /// A reference to a level, own or of what it extends.
    fn level(&mut self, level: &At<String>, field: &str) -> LevelId {
        let known = |l: &Level| l.code.as_str() == level.value;
        if !self.levels.iter().any(known) && !self.bases.iter().any(|b| b.levels.iter().any(known)) {
            self.report.add("E_FRAMEWORK_LEVEL_UNKNOWN", level.at, field, &[&level.value]);
        }
        level.value.as_str().into()
    }

    /// The indicator that a word names: own ones stay bare, those of an extended framework are
    /// `framework/id`.
    fn find_indicator(&self, word: &str) -> Option<(IndicatorId, &Indicator)> {
        let (of, bare) = word.rsplit_once('/').map_or((None, word), |(of, bare)| (Some(of), bare));
        let by = |list: &[Arc<Indicator>]| list.iter().position(|i| i.id.as_str() == bare);
        if of.is_none_or(|of| of == self.id)
            && let Some(at) = by(&self.indicators)
        {
            return Some((bare.into(), &*self.indicators[at]));
        }
        let base = self.bases.iter().filter(|b| of.is_none_or(|of| of == b.id));
        base.filter_map(|b| by(&b.indicators).map(|at| (format!("{}/{bare}", b.id).into(), &*b.indicators[at]))).next()
    }

    /// A reference to an indicator; `None` where there is none, which was reported.
    fn indicator_ref(&mut self, word: &At<String>, field: &str) -> Option<IndicatorId> {
        if let Some((id, _)) = self.find_indicator(&word.value) {
            return Some(id);
        }
        let known = self.indicators.iter().chain(self.bases.iter().flat_map(|b| b.indicators.iter()));
        match super::read::near(&word.value, known.map(|i| i.id.as_str())) {
            Some(near) => self.report.add("E_FRAMEWORK_INDICATOR_NEAR", word.at, field, &[&word.value, &near]),
            None => self.report.add("E_FRAMEWORK_INDICATOR_UNKNOWN", word.at, field, &[&word.value]),
        }
        None
    }

    /// The indicator that a key names, where given.
    fn metric(&mut self, s: &mut Section<'_, '_>, key: &'static str) -> Option<IndicatorId> {
        let word = s.text(self.report, key)?;
        self.indicator_ref(&word, &s.field(key))
    }

    /// The indicator that a key must name.
    fn required_metric(&mut self, s: &mut Section<'_, '_>, key: &'static str) -> Option<IndicatorId> {
        let word = s.required(self.report, key)?;
        self.indicator_ref(&word, &s.field(key))
    }

    /// A number, or `unset = true`; exactly one of them.
    fn number_or_unset(&mut self, s: &mut Section<'_, '_>, key: &'static str) -> Option<f64> {
        let number = s.number(self.report, key);
        let unset = s.flag(self.report, "unset").unwrap_or(false);
        match (&number, unset) {
            (Some(number), true) => self.report.add("E_FRAMEWORK_UNSET", number.at, &s.field(key), &[key]),
            (None, false) if !s.has(key) => s.missing(self.report, key),
            _ => {}
        }
        number.map(|n| n.value)
    }
}
