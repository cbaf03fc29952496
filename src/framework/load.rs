//! From a TOML file to a checked [`Framework`], or every mistake in it.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use jiff::civil::Date;
use sha2::{Digest as _, Sha256};
use toml::de::DeTable;

use super::condition::{Condition, Literal, Op, Operand, Right, Test};
use super::privacy::Gate;
use super::read::{At, Report, Section};
use super::schema::Basis;
use super::{Framework, Rule, Zone};
use crate::domain::id::{IndicatorId, LevelId};
use crate::domain::indicator::{Derived, Direction, Indicator, Kind, Rollup};
use crate::domain::problem::{Problem, Severity};
use crate::domain::unit::{Level, Subject};

/// Inner bounds of policy bands: five classes are what a map can tell apart.
const BANDS_MAX: usize = 4;
/// The only value of `privacy`: organisations, never people.
const PRIVACY: &str = "org-level";
/// Bytes of a framework file that are read; a larger file is not one.
const SIZE_MAX_BYTES: u64 = 4 << 20;

const KINDS: [(&str, Kind); 7] = [
    ("count", Kind::Count),
    ("ratio", Kind::Ratio),
    ("money", Kind::Money),
    ("area", Kind::Area),
    ("bool", Kind::Bool),
    ("score", Kind::Score),
    ("days", Kind::Days),
];
const DIRECTIONS: [(&str, Direction); 4] =
    [("up", Direction::Up), ("down", Direction::Down), ("fixed", Direction::Fixed), ("display", Direction::Display)];
const ROLLUPS: [(&str, Rollup); 6] = [
    ("sum", Rollup::Sum),
    ("weighted", Rollup::Weighted),
    ("share_at_or_above", Rollup::ShareAtOrAbove),
    ("worst", Rollup::Worst),
    ("median", Rollup::Median),
    ("none", Rollup::None),
];
const DERIVED: [(&str, Derived); 3] = [("branches", Derived::Branches), ("leads", Derived::Leads), ("units", Derived::Units)];
const GEOMETRIES: [(&str, ()); 4] = [("polygon", ()), ("line", ()), ("point", ()), ("none", ())];
const OPS: [(&str, Op); 6] =
    [("<", Op::Less), ("<=", Op::AtMost), (">", Op::More), (">=", Op::AtLeast), ("==", Op::Equal), ("!=", Op::NotEqual)];
/// What a rule is about when it is not about a level.
const ON_BRANCH: &str = "branch";

impl Framework {
    /// Reads and checks a framework file; `shown_as` is its name in problems.
    ///
    /// # Errors
    /// Every mistake of the file at once, in the order of its lines.
    pub fn load(path: &Path, shown_as: &str) -> Result<Self, Vec<Problem>> {
        let unreadable = |why: &dyn std::fmt::Display| vec![Problem::new("E_FRAMEWORK_READ", Severity::Refused, shown_as).arg(why)];
        let size = std::fs::metadata(path).map_err(|e| unreadable(&e))?.len();
        if size > SIZE_MAX_BYTES {
            return Err(vec![Problem::new("E_FRAMEWORK_SIZE", Severity::Refused, shown_as).arg(SIZE_MAX_BYTES >> 20)]);
        }
        let bytes = std::fs::read(path).map_err(|e| unreadable(&e))?;
        let text = std::str::from_utf8(&bytes).map_err(|e| unreadable(&e))?;
        Self::parse(text, shown_as)
    }

    /// Checks the text of a framework; `shown_as` is its name in problems.
    ///
    /// # Errors
    /// Every mistake of the text at once, in the order of its lines.
    pub fn parse(text: &str, shown_as: &str) -> Result<Self, Vec<Problem>> {
        let sha256 = Sha256::digest(text.as_bytes()).iter().map(|b| format!("{b:02x}")).collect();
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut report = Report::new(text, shown_as);
        let (document, errors) = DeTable::parse_recoverable(text);
        for error in &errors {
            report.add("E_FRAMEWORK_SYNTAX", error.span().map_or(0, |s| s.start), "", &[error.message()]);
        }
        let framework = Reader { report: &mut report, gate: Gate }.framework(document.get_ref(), shown_as, sha256);
        let problems = report.finish();
        match framework {
            Some(framework) if problems.is_empty() => Ok(framework),
            _ => Err(problems),
        }
    }
}

struct Reader<'r, 'a> {
    report: &'r mut Report<'a>,
    gate: Gate,
}

impl Reader<'_, '_> {
    /// `None` only where a problem was reported.
    fn framework(&mut self, document: &DeTable<'_>, file: &str, sha256: String) -> Option<Framework> {
        let mut root = Section::new(document, "", 0);
        let head = root.section(self.report, "framework").and_then(|head| self.head(head));
        let levels = self.levels(&mut root);
        let zones = self.zones(&mut root);
        let indicators = self.indicators(&mut root, &levels);
        let rules = self.rules(&mut root, &levels, &indicators);
        for (key, empty) in [("level", levels.is_empty()), ("indicator", indicators.is_empty())] {
            if empty && !document.contains_key(key) {
                root.missing(self.report, key);
            }
        }
        root.finish(self.report);
        let (id, name, name_en, demo) = head?;
        Some(Framework { id, name, name_en, file: file.to_owned(), sha256, demo, levels, zones, indicators, rules, ..Framework::default() })
    }

    fn head(&mut self, mut s: Section<'_, '_>) -> Option<(String, String, String, bool)> {
        let id = s.required(self.report, "id");
        let name = s.required(self.report, "name");
        let name_en = s.text(self.report, "name_en");
        for key in ["issuer", "scope", "status"] {
            s.text(self.report, key);
        }
        let start = self.day(&mut s, "start");
        let due = self.day(&mut s, "due");
        if let (Some(start), Some(due)) = (start, due)
            && due.value < start.value
        {
            self.report.add("E_FRAMEWORK_DUE", due.at, &s.field("due"), &[]);
        }
        let privacy = s.required(self.report, "privacy");
        if let Some(privacy) = privacy.filter(|p| p.value != PRIVACY) {
            self.report.add("E_FRAMEWORK_WORD", privacy.at, &s.field("privacy"), &[&privacy.value, PRIVACY]);
        }
        let demo = s.flag(self.report, "demo").unwrap_or(false);
        s.finish(self.report);
        let (id, name) = (id?.value, name?.value);
        let name_en = name_en.map_or_else(|| name.clone(), |n| n.value);
        Some((id, name, name_en, demo))
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

    /// Levels in the order of the chain, the top one first.
    fn levels(&mut self, root: &mut Section<'_, '_>) -> Vec<Level> {
        let mut levels: Vec<At<Level>> = Vec::new();
        let mut parents: Vec<Option<At<String>>> = Vec::new();
        for mut s in root.sections(self.report, "level") {
            let code = s.required(self.report, "code");
            let label = s.required(self.report, "label");
            let label_en = s.text(self.report, "label_en");
            let synonyms = s.texts(self.report, "synonyms");
            let parent = s.text(self.report, "parent");
            s.word(self.report, "geom", &GEOMETRIES);
            for word in [&code, &label, &label_en].into_iter().flatten().chain(&synonyms) {
                if self.gate.level(&word.value) {
                    self.report.add("E_PRIVACY_LEVEL", word.at, &s.field("code"), &[&word.value]);
                    break;
                }
            }
            let at = s.at;
            if let Some(code) = &code {
                self.unique(code, levels.iter().map(|l| l.value.code.as_str()), &s.field("code"));
            }
            s.finish(self.report);
            if let (Some(code), Some(label)) = (code, label) {
                parents.push(parent.clone());
                levels.push(At {
                    at,
                    value: Level {
                        code: code.value.into(),
                        label_en: label_en.map_or_else(|| label.value.clone(), |l| l.value),
                        label: label.value,
                        synonyms: synonyms.into_iter().map(|w| w.value).collect(),
                        parent: parent.map(|p| p.value.into()),
                    },
                });
            }
        }
        self.chain(&levels, &parents)
    }

    /// One root, one child each, no cycle; nothing is guessed where that does not hold.
    fn chain(&mut self, levels: &[At<Level>], parents: &[Option<At<String>>]) -> Vec<Level> {
        let mut roots = Vec::new();
        let mut taken: HashSet<&LevelId> = HashSet::new();
        let mut sound = true;
        for (level, parent) in levels.iter().zip(parents) {
            match (&level.value.parent, parent) {
                (Some(id), Some(word)) => {
                    if !levels.iter().any(|l| l.value.code == *id) {
                        self.report.add("E_FRAMEWORK_LEVEL_UNKNOWN", word.at, "level.parent", &[id.as_str()]);
                        sound = false;
                    } else if !taken.insert(id) {
                        self.report.add("E_FRAMEWORK_LEVEL_FORK", word.at, "level.parent", &[id.as_str()]);
                        sound = false;
                    }
                }
                _ => roots.push(level),
            }
        }
        for extra in roots.iter().skip(1) {
            self.report.add(
                "E_FRAMEWORK_LEVEL_ROOTS",
                extra.at,
                "level.parent",
                &[extra.value.code.as_str(), roots[0].value.code.as_str()],
            );
            sound = false;
        }
        let mut ordered: Vec<Level> = Vec::new();
        let mut next = roots.first().copied();
        while let Some(level) = next.filter(|_| ordered.len() < levels.len()) {
            ordered.push(level.value.clone());
            next = levels.iter().find(|l| l.value.parent.as_ref() == Some(&level.value.code));
        }
        if sound && let Some(lost) = levels.iter().find(|l| !ordered.iter().any(|o| o.code == l.value.code)) {
            self.report.add("E_FRAMEWORK_LEVEL_CYCLE", lost.at, "level.parent", &[lost.value.code.as_str()]);
        }
        // References to a level are checked against all that were declared, chained or not.
        if ordered.len() == levels.len() { ordered } else { levels.iter().map(|l| l.value.clone()).collect() }
    }

    fn zones(&mut self, root: &mut Section<'_, '_>) -> Vec<Zone> {
        let mut zones: Vec<Zone> = Vec::new();
        for mut s in root.sections(self.report, "zone") {
            let code = s.required(self.report, "code");
            let label = s.required(self.report, "label");
            let label_en = s.text(self.report, "label_en");
            s.flag(self.report, "multi");
            if let Some(code) = &code {
                self.unique(code, zones.iter().map(|z| z.code.as_str()), &s.field("code"));
            }
            for mut task in s.sections(self.report, "task") {
                task.required(self.report, "id");
                task.required(self.report, "label");
                task.finish(self.report);
            }
            s.finish(self.report);
            if let (Some(code), Some(label)) = (code, label) {
                let label_en = label_en.map_or_else(|| label.value.clone(), |l| l.value);
                zones.push(Zone { code: code.value, label: label.value, label_en, ..Zone::default() });
            }
        }
        zones
    }

    fn indicators(&mut self, root: &mut Section<'_, '_>, levels: &[Level]) -> Vec<Arc<Indicator>> {
        let mut indicators: Vec<Arc<Indicator>> = Vec::new();
        for s in root.sections(self.report, "indicator") {
            if let Some(indicator) = self.indicator(s, levels, &indicators) {
                indicators.push(Arc::new(indicator));
            }
        }
        indicators
    }

    fn indicator(&mut self, mut s: Section<'_, '_>, levels: &[Level], before: &[Arc<Indicator>]) -> Option<Indicator> {
        let id = s.required(self.report, "id");
        let label = s.required(self.report, "label");
        let label_en = s.text(self.report, "label_en");
        let short = s.text(self.report, "short");
        let synonyms = s.texts(self.report, "synonyms");
        let unit = s.text(self.report, "unit");
        let kind = s.required_word(self.report, "kind", &KINDS);
        let level = s.required(self.report, "level");
        let direction = s.required_word(self.report, "direction", &DIRECTIONS);
        let rollup = s.required_word(self.report, "rollup", &ROLLUPS);
        let min_share = s.number(self.report, "min_share");
        let bands = s.numbers(self.report, "bands");
        let threshold = s.number(self.report, "threshold");
        let derived = s.word(self.report, "derived", &DERIVED);
        let definition = s.text(self.report, "definition");
        let document = s.text(self.report, "document");
        let every = s.number(self.report, "every_months");

        if let Some(id) = &id {
            self.unique(id, before.iter().map(|i| i.id.as_str()), &s.field("id"));
        }
        for (key, text) in [("id", &id), ("label", &label), ("label_en", &label_en), ("short", &short)] {
            if let Some(text) = text
                && self.gate.column(&text.value).is_some()
            {
                self.report.add("E_PRIVACY_FIELD", text.at, &s.field(key), &[&text.value]);
            }
        }
        for word in synonyms.iter().filter(|w| self.gate.column(&w.value).is_some()) {
            self.report.add("E_PRIVACY_FIELD", word.at, &s.field("synonyms"), &[&word.value]);
        }
        if let Some(level) = &level {
            self.known_level(level, levels, &s.field("level"));
        }
        if let Some(share) = min_share.as_ref().filter(|m| !(0.0..=1.0).contains(&m.value)) {
            self.report.add("E_FRAMEWORK_SHARE", share.at, &s.field("min_share"), &[&share.value.to_string()]);
        }
        if bands.value.windows(2).any(|w| w[0] >= w[1]) {
            self.report.add("E_FRAMEWORK_BANDS_ORDER", bands.at, &s.field("bands"), &[]);
        }
        if bands.value.len() > BANDS_MAX {
            self.report.add(
                "E_FRAMEWORK_BANDS_MANY",
                bands.at,
                &s.field("bands"),
                &[&BANDS_MAX.to_string(), &bands.value.len().to_string()],
            );
        }
        if let Some(derived) = &derived {
            // What is counted from the store has no report, so nothing that describes one.
            for (key, given) in [
                ("bands", !bands.value.is_empty()),
                ("threshold", threshold.is_some()),
                ("every_months", every.is_some()),
                ("min_share", min_share.is_some()),
            ] {
                if given {
                    self.report.add("E_FRAMEWORK_DERIVED", derived.at, &s.field("derived"), &[key]);
                }
            }
        }
        let shares = rollup.as_ref().is_some_and(|r| r.value == Rollup::ShareAtOrAbove);
        if shares && threshold.is_none() {
            self.report.add("E_FRAMEWORK_THRESHOLD_MISSING", s.at, &s.field("threshold"), &[]);
        }
        if let Some(threshold) = threshold.as_ref().filter(|_| rollup.is_some() && !shares) {
            self.report.add("E_FRAMEWORK_THRESHOLD_UNUSED", threshold.at, &s.field("threshold"), &[]);
        }
        if let (Some(kind), Some(rollup)) = (&kind, &rollup)
            && (rollup.value == Rollup::Weighted) != (kind.value == Kind::Ratio)
            && matches!((kind.value, rollup.value), (Kind::Ratio, Rollup::Sum) | (_, Rollup::Weighted))
        {
            self.report.add("E_FRAMEWORK_ROLLUP_KIND", rollup.at, &s.field("rollup"), &[]);
        }
        let every_months = match (&every, &derived) {
            (Some(every), _) => [1_u8, 3, 6, 12].into_iter().find(|m| f64::from(*m) == every.value).or_else(|| {
                self.report.add("E_FRAMEWORK_EVERY", every.at, &s.field("every_months"), &[&every.value.to_string()]);
                None
            }),
            (None, Some(_)) => Some(1),
            (None, None) => {
                self.missing_key(&s, "every_months");
                None
            }
        };
        s.finish(self.report);
        let label = label?.value;
        let text = |t: Option<At<String>>| t.map(|t| t.value).unwrap_or_default();
        Some(Indicator {
            id: id?.value.into(),
            label_en: label_en.map_or_else(|| label.clone(), |l| l.value),
            short: short.map_or_else(|| label.chars().take(4).collect(), |t| t.value),
            label,
            synonyms: synonyms.into_iter().map(|w| w.value).collect(),
            unit: text(unit),
            kind: kind?.value,
            level: level?.value.into(),
            direction: direction?.value,
            rollup: rollup?.value,
            min_share: min_share.map_or(0.0, |m| m.value),
            bands: bands.value,
            threshold: threshold.map(|t| t.value),
            derived: derived.map(|d| d.value),
            definition: text(definition),
            document: text(document),
            every_months: every_months?,
            lead: String::new(),
            checks: Vec::new(),
            coverage: None,
            material: Vec::new(),
        })
    }

    fn rules(&mut self, root: &mut Section<'_, '_>, levels: &[Level], indicators: &[Arc<Indicator>]) -> Vec<Rule> {
        let mut rules: Vec<Rule> = Vec::new();
        for mut s in root.sections(self.report, "rule") {
            let id = s.required(self.report, "id");
            let label = s.required(self.report, "label");
            let label_en = s.text(self.report, "label_en");
            let on = s.required(self.report, "on");
            let document = s.text(self.report, "document");
            if let Some(id) = &id {
                self.unique(id, rules.iter().map(|r| r.id.as_str()), &s.field("id"));
            }
            let level = on.as_ref().filter(|on| on.value != ON_BRANCH);
            if let Some(level) = level {
                self.known_level(level, levels, &s.field("on"));
            }
            let parts = s.sections(self.report, "all");
            if parts.is_empty() {
                self.missing_key(&s, "all");
            }
            let all: Vec<Condition> = parts.into_iter().filter_map(|part| self.condition(part, indicators)).collect();
            let level: Option<LevelId> = level.map(|l| l.value.as_str().into());
            s.finish(self.report);
            if let (Some(id), Some(label), Some(_)) = (id, label, on) {
                let label_en = label_en.map_or_else(|| label.value.clone(), |l| l.value);
                let subject = if level.is_some() { Subject::Unit } else { Subject::Branch };
                let document = document.map(|d| d.value).unwrap_or_default();
                rules.push(Rule {
                    id: id.value,
                    label: label.value,
                    label_en,
                    subject,
                    level,
                    when: Condition::All(all),
                    basis: Basis { document, ..Basis::default() },
                    severity: super::Severity::default(),
                    kind: None,
                    enabled: true,
                    material: Vec::new(),
                });
            }
        }
        rules
    }

    fn condition(&mut self, mut s: Section<'_, '_>, indicators: &[Arc<Indicator>]) -> Option<Condition> {
        let field = s.text(self.report, "field");
        let indicator = s.text(self.report, "indicator");
        let op = s.required_word(self.report, "op", &OPS);
        let value = s.literal(self.report, "value");
        if let Some(field) = field.as_ref().filter(|f| self.gate.column(&f.value).is_some()) {
            self.report.add("E_PRIVACY_FIELD", field.at, &s.field("field"), &[&field.value]);
        }
        if let Some(id) = &indicator {
            match indicators.iter().find(|i| i.id.as_str() == id.value) {
                None => self.report.add("E_FRAMEWORK_INDICATOR_UNKNOWN", id.at, &s.field("indicator"), &[&id.value]),
                // Leads are what rules give: a rule on them would have no beginning.
                Some(i) if i.derived == Some(Derived::Leads) => {
                    self.report.add("E_FRAMEWORK_RULE_ON_LEADS", id.at, &s.field("indicator"), &[&id.value]);
                }
                Some(_) => {}
            }
        }
        if let (Some(op), Some(Literal::Text(text))) = (&op, &value)
            && (indicator.is_some() || !matches!(op.value, Op::Equal | Op::NotEqual))
        {
            self.report.add("E_FRAMEWORK_TEXT_ORDER", op.at, &s.field("op"), &[text]);
        }
        let operand = match (field, indicator) {
            (Some(field), None) => Some(Operand::Field(field.value)),
            (None, Some(id)) => Some(Operand::Indicator(IndicatorId::from(id.value))),
            _ => {
                self.report.add("E_FRAMEWORK_OPERAND", s.at, &s.field("field"), &[]);
                None
            }
        };
        s.finish(self.report);
        Some(Condition::Test(Test { left: operand?, op: op?.value, right: Right::Literal(value?), over: None, rank: None }))
    }

    fn missing_key(&mut self, s: &Section<'_, '_>, key: &str) {
        s.missing(self.report, key);
    }

    fn unique<'n>(&mut self, id: &At<String>, mut before: impl Iterator<Item = &'n str>, field: &str) {
        if before.any(|b| b == id.value) {
            self.report.add("E_FRAMEWORK_DUPLICATE", id.at, field, &[&id.value]);
        }
    }

    fn known_level(&mut self, level: &At<String>, levels: &[Level], field: &str) {
        if !levels.iter().any(|l| l.code.as_str() == level.value) {
            self.report.add("E_FRAMEWORK_LEVEL_UNKNOWN", level.at, field, &[&level.value]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locale::Lang;
    use proptest::prelude::*;

    const GOOD: &str = r#"
[framework]
id = "a"
name = "甲"
privacy = "org-level"

[[level]]
code = "leaf"
label = "末"
parent = "top"

[[level]]
code = "top"
label = "顶"

[[indicator]]
id = "X-1"
label = "例"
kind = "ratio"
level = "leaf"
direction = "up"
rollup = "weighted"
min_share = 0.5
bands = [60, 80.5]
every_months = 3

[[rule]]
id = "r"
label = "则"
on = "branch"
all = [{ field = "列", op = ">", value = 3 }, { indicator = "X-1", op = "<", value = 60 }]
"#;

    fn problems(text: &str) -> Vec<(String, Option<u64>, Option<String>)> {
        Framework::parse(text, "f.toml").expect_err("mistakes").into_iter().map(|p| (p.code, p.spot.line, p.spot.field)).collect()
    }

    fn codes(text: &str) -> Vec<String> {
        problems(text).into_iter().map(|(code, ..)| code).collect()
    }

    #[test]
    fn a_good_framework_loads_with_its_levels_in_order() {
        let f = Framework::parse(GOOD, "f.toml").expect("good");
        assert_eq!(f.levels.iter().map(|l| l.code.as_str()).collect::<Vec<_>>(), ["top", "leaf"]);
        assert_eq!((f.name_en.as_str(), f.demo, f.sha256.len()), ("甲", false, 64));
        assert_eq!(f.indicators[0].bands, [60.0, 80.5]);
        assert_eq!(f.rules[0].when.tests().len(), 2);
        assert_eq!(f.rules[0].basis.document, "");
    }

    #[test]
    fn the_demo_framework_loads() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/frameworks/qinghe.toml");
        let f = Framework::load(&path, "qinghe.toml").expect("the demo");
        assert_eq!((f.levels.len(), f.zones.len(), f.demo), (4, 5, true));
        assert!((9..=10).contains(&f.indicators.len()) && (5..=7).contains(&f.rules.len()));
        // Indicators of different kinds, two of them counted, and something 未配置.
        let kinds: HashSet<_> = f.indicators.iter().map(|i| i.kind).collect();
        assert!(kinds.len() >= 4, "{kinds:?}");
        assert_eq!(f.indicators.iter().filter(|i| i.derived.is_some()).count(), 2);
        assert!(f.indicators.iter().any(|i| i.document.is_empty()) && f.rules.iter().any(|r| r.basis.document.is_empty()));
        assert!(f.indicators.iter().all(|i| !i.definition.is_empty() && i.short.chars().count() <= 4));
    }

    #[test]
    fn ten_mistakes_are_reported_at_once_each_with_its_line_and_key() {
        let text = r#"
[framework]
id = "a"
privacy = "none"
colour = "red"
[[level]]
code = "top"
label = "顶"
[[level]]
code = "leaf"
label = "户"
parent = "trunk"
[[indicator]]
id = "X-1"
label = "例"
kind = "percent"
level = "twig"
direction = "up"
rollup = "weighted"
min_share = 80
bands = [60, 50]
every_months = 3
[[rule]]
id = "r"
label = "则"
on = "branch"
all = [{ indicator = "X-9", op = "<", value = 60 }]
"#;
        let at = |code: &str, line: u64, field: &str| (code.to_owned(), Some(line), Some(field.to_owned()));
        assert_eq!(
            problems(text),
            [
                at("E_FRAMEWORK_KEY_MISSING", 2, "framework.name"),
                at("E_FRAMEWORK_WORD", 4, "framework.privacy"),
                at("E_FRAMEWORK_KEY_UNKNOWN", 5, "framework.colour"),
                at("E_PRIVACY_LEVEL", 11, "level.code"),
                at("E_FRAMEWORK_LEVEL_UNKNOWN", 12, "level.parent"),
                at("E_FRAMEWORK_WORD", 16, "indicator.kind"),
                at("E_FRAMEWORK_LEVEL_UNKNOWN", 17, "indicator.level"),
                at("E_FRAMEWORK_SHARE", 20, "indicator.min_share"),
                at("E_FRAMEWORK_BANDS_ORDER", 21, "indicator.bands"),
                at("E_FRAMEWORK_INDICATOR_UNKNOWN", 27, "rule.all.indicator"),
            ]
        );
    }

    #[test]
    fn each_single_mistake_has_its_own_code() {
        for (from, to, code) in [
            ("parent = \"top\"", "", "E_FRAMEWORK_LEVEL_ROOTS"),
            ("label = \"顶\"", "label = \"顶\"\nparent = \"leaf\"", "E_FRAMEWORK_LEVEL_CYCLE"),
            ("[[indicator]]", "[[level]]\ncode = \"b\"\nlabel = \"乙\"\nparent = \"top\"\n[[indicator]]", "E_FRAMEWORK_LEVEL_FORK"),
            ("code = \"leaf\"", "code = \"top\"", "E_FRAMEWORK_DUPLICATE"),
            ("bands = [60, 80.5]", "bands = [1, 2, 3, 4, 5]", "E_FRAMEWORK_BANDS_MANY"),
            ("bands = [60, 80.5]", "bands = [60, 60]", "E_FRAMEWORK_BANDS_ORDER"),
            ("bands = [60, 80.5]", "bands = [60, nan]", "E_FRAMEWORK_TYPE"),
            ("min_share = 0.5", "derived = \"leads\"", "E_FRAMEWORK_DERIVED"),
            ("min_share = 0.5", "threshold = 5", "E_FRAMEWORK_THRESHOLD_UNUSED"),
            ("rollup = \"weighted\"", "rollup = \"share_at_or_above\"", "E_FRAMEWORK_THRESHOLD_MISSING"),
            ("rollup = \"weighted\"", "rollup = \"sum\"", "E_FRAMEWORK_ROLLUP_KIND"),
            ("every_months = 3", "every_months = 5", "E_FRAMEWORK_EVERY"),
            ("every_months = 3", "", "E_FRAMEWORK_KEY_MISSING"),
            ("field = \"列\"", "field = \"身份证号\"", "E_PRIVACY_FIELD"),
            ("label = \"例\"", "label = \"信访量\"", "E_PRIVACY_FIELD"),
            ("field = \"列\", ", "", "E_FRAMEWORK_OPERAND"),
            ("value = 3", "value = \"三\"", "E_FRAMEWORK_TEXT_ORDER"),
            ("value = 3", "value = true", "E_FRAMEWORK_TYPE"),
            ("min_share = 0.5\nbands = [60, 80.5]\nevery_months = 3", "derived = \"leads\"", "E_FRAMEWORK_RULE_ON_LEADS"),
            ("name = \"甲\"", "name = \"甲\"\nstart = \"2025-02-30\"", "E_FRAMEWORK_DATE"),
            ("name = \"甲\"", "name = \"甲\"\nstart = \"2025-02-03\"\ndue = \"2024-01-01\"", "E_FRAMEWORK_DUE"),
        ] {
            assert!(GOOD.contains(from), "{from}");
            let found = codes(&GOOD.replacen(from, to, 1));
            assert!(found.iter().any(|c| c == code), "{to}: {found:?}");
        }
    }

    #[test]
    fn broken_toml_still_reports_what_else_is_wrong() {
        let text = GOOD.replacen("name = \"甲\"", "name = 甲", 1).replacen("min_share = 0.5", "min_share = 2", 1);
        let found = codes(&text);
        assert!(found.contains(&"E_FRAMEWORK_SYNTAX".to_owned()) && found.contains(&"E_FRAMEWORK_SHARE".to_owned()), "{found:?}");
        assert!(!codes("").is_empty() && !codes("\u{feff}x").is_empty());
        assert_eq!(Framework::load(Path::new("no/such"), "no").expect_err("none")[0].code, "E_FRAMEWORK_READ");
    }

    #[test]
    fn every_code_of_this_module_has_its_text_in_both_languages() {
        let source = concat!(include_str!("load.rs"), include_str!("read.rs"));
        let mut seen = 0;
        for code in
            source.split('"').filter(|w| w.len() > 2 && w.starts_with("E_") && w.chars().all(|c| c.is_ascii_uppercase() || c == '_'))
        {
            for lang in [Lang::Zh, Lang::En] {
                assert!(lang.has(&format!("problem.{code}")), "{code}");
            }
            seen += 1;
        }
        assert!(seen > 20);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

        /// A file damaged anywhere loads or says what is wrong, and never panics.
        #[test]
        fn damaged_files_load_or_are_refused_with_reasons(at in 0..GOOD.len(), len in 0..40_usize, with in "\\PC{0,8}") {
            let cut = |n: usize| (0..=n.min(GOOD.len())).rev().find(|n| GOOD.is_char_boundary(*n)).unwrap_or(0);
            let text = format!("{}{with}{}", &GOOD[..cut(at)], &GOOD[cut(at + len)..]);
            match Framework::parse(&text, "f.toml") {
                Ok(framework) => prop_assert!(!framework.levels.is_empty() && !framework.indicators.is_empty()),
                Err(problems) => {
                    prop_assert!(!problems.is_empty());
                    let lines = text.lines().count() as u64 + 1;
                    prop_assert!(problems.iter().all(|p| p.spot.line.is_some_and(|l| l <= lines)), "{problems:?}");
                }
            }
        }
    }
}
