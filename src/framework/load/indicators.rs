//! `[[indicator]]`.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::read::{At, Section};
use super::super::schema::{Basis, Coverage};
use super::{Ids, Reader};
use crate::domain::id::{BRANCHES, IndicatorId, LevelId};
use crate::domain::indicator::{Check, Derived, Direction, Indicator, Kind, Rollup};

/// Inner bounds of policy bands: five classes are what a map can tell apart.
const BANDS_MAX: usize = 4;
/// Chinese characters of a short label: it stands in the head of a column.
const SHORT_MAX_CHARS: usize = 4;
const KINDS: [(&str, Kind); 11] = [
    ("count", Kind::Count),
    ("ratio", Kind::Ratio),
    ("money", Kind::Money),
    ("area", Kind::Area),
    ("bool", Kind::Bool),
    ("score", Kind::Score),
    ("days", Kind::Days),
    ("quota", Kind::Quota),
    ("star", Kind::Star),
    ("badge", Kind::Badge),
    ("interval", Kind::Interval),
];
const DIRECTIONS: [(&str, Direction); 4] =
    [("up", Direction::Up), ("down", Direction::Down), ("fixed", Direction::Fixed), ("display", Direction::Display)];
const ROLLUPS: [(&str, Rollup); 7] = [
    ("sum", Rollup::Sum),
    ("weighted", Rollup::Weighted),
    ("share_at_or_above", Rollup::ShareAtOrAbove),
    ("worst", Rollup::Worst),
    ("median", Rollup::Median),
    ("mean", Rollup::Mean),
    ("none", Rollup::None),
];
const DERIVED: [(&str, Derived); 4] =
    [("branches", Derived::Branches), ("leads", Derived::Leads), ("units", Derived::Units), ("covered", Derived::Covered)];

/// References of an indicator to what stands anywhere in the file, checked when all is read.
#[derive(Default)]
pub(super) struct Later {
    checks: Vec<(usize, At<String>, String)>,
    coverages: Vec<(usize, At<String>, String)>,
}

impl Reader<'_, '_, '_> {
    /// The indicators go into the reader; what each rests on comes back beside them.
    pub(super) fn indicators(&mut self, root: &mut Section<'_, '_>) -> (BTreeMap<IndicatorId, Basis>, Later) {
        let (mut bases, mut later, mut ids) = (BTreeMap::new(), Later::default(), Ids::new());
        for mut s in root.sections(self.report, "indicator") {
            let at = self.indicators.len();
            let mut basis = self.basis(&mut s);
            basis.was = self.plain(&mut s, "was");
            if !basis.was.is_empty() && basis.since.is_none() && !s.has("since") {
                s.missing(self.report, "since");
            }
            let checks = s.texts(self.report, "check");
            let field = s.field("check");
            later.checks.extend(checks.into_iter().map(|check| (at, check, field.clone())));
            let coverage = s.text(self.report, "coverage");
            later.coverages.extend(coverage.clone().map(|c| (at, c, s.field("coverage"))));
            if let Some(indicator) = self.indicator(s, &basis, coverage.is_some(), &mut ids) {
                bases.insert(indicator.id.clone(), basis);
                self.indicators.push(Arc::new(indicator));
            } else {
                // Its references have nowhere to go; the mistake that stopped it is reported.
                later.checks.retain(|(of, ..)| *of != at);
                later.coverages.retain(|(of, ..)| *of != at);
            }
        }
        (bases, later)
    }

    fn indicator(&mut self, mut s: Section<'_, '_>, basis: &Basis, covers: bool, ids: &mut Ids) -> Option<Indicator> {
        let named = self.named(&mut s, ids);
        // Tables may have the id of an indicator as a heading.
        if let (Some(named), Some(at)) = (&named, s.at_key("id")) {
            self.gated(&At { value: named.id.clone(), at }, &s.field("id"));
        }
        let short = s.text(self.report, "short");
        let synonyms = self.words(&mut s, "synonyms");
        let unit = self.plain(&mut s, "unit");
        let kind = s.required_word(self.report, "kind", &KINDS);
        let level = s.required(self.report, "level").map(|level| self.reports(&level, &s.field("level")));
        let direction = s.required_word(self.report, "direction", &DIRECTIONS);
        let rollup = s.required_word(self.report, "rollup", &ROLLUPS);
        let min_share = s.number(self.report, "min_share");
        let bands = s.numbers(self.report, "bands");
        let threshold = s.number(self.report, "threshold");
        let derived = s.word(self.report, "derived", &DERIVED);
        let definition = self.definition(&mut s);
        let lead = self.plain(&mut s, "lead");
        let every = s.number(self.report, "every_months");
        let material = self.material(&mut s);
        if let Some(short) = &short {
            self.gated(short, &s.field("short"));
            let chars = short.value.chars().count();
            if !short.value.is_ascii() && chars > SHORT_MAX_CHARS {
                self.report.add("E_FRAMEWORK_SHORT", short.at, &s.field("short"), &[&short.value, &SHORT_MAX_CHARS.to_string()]);
            }
        }
        if let Some(share) = min_share.as_ref().filter(|m| !(0.0..=1.0).contains(&m.value)) {
            self.report.add("E_FRAMEWORK_SHARE", share.at, &s.field("min_share"), &[&share.value.to_string()]);
        }
        if bands.value.windows(2).any(|w| w[0] >= w[1]) {
            self.report.add("E_FRAMEWORK_BANDS_ORDER", bands.at, &s.field("bands"), &[]);
        }
        if bands.value.len() > BANDS_MAX {
            let args = [&*BANDS_MAX.to_string(), &*bands.value.len().to_string()];
            self.report.add("E_FRAMEWORK_BANDS_MANY", bands.at, &s.field("bands"), &args);
        }
        if let Some(derived) = &derived {
            // What is counted from the store has no report, so nothing that describes one. A share that is
            // counted can still be shown in the bands of a document.
            let counted = derived.value == Derived::Covered;
            for (key, given) in [
                ("bands", !bands.value.is_empty() && !counted),
                ("threshold", threshold.is_some()),
                ("every_months", every.is_some()),
                ("min_share", min_share.is_some()),
                ("level = \"branch\"", level.as_ref().is_some_and(|level| level.as_str() == BRANCHES)),
            ] {
                if given {
                    self.report.add("E_FRAMEWORK_DERIVED", derived.at, &s.field("derived"), &[key]);
                }
            }
        }
        let is_covered = derived.as_ref().is_some_and(|d| d.value == Derived::Covered);
        if is_covered != covers {
            self.report.add("E_FRAMEWORK_COVERED", s.at_key("coverage").unwrap_or(s.at), &s.field("coverage"), &[]);
        }
        self.roll_up(&s, kind.as_ref(), rollup.as_ref(), threshold.as_ref());
        let every_months = match (&every, &derived) {
            (Some(every), _) => [1_u8, 3, 6, 12].into_iter().find(|m| f64::from(*m) == every.value).or_else(|| {
                self.report.add("E_FRAMEWORK_EVERY", every.at, &s.field("every_months"), &[&every.value.to_string()]);
                None
            }),
            (None, Some(_)) => Some(1),
            (None, None) => {
                if !s.has("every_months") {
                    s.missing(self.report, "every_months");
                }
                None
            }
        };
        s.finish(self.report);
        let named = named?;
        Some(Indicator {
            id: named.id.into(),
            short: short.map_or_else(|| named.label.chars().take(SHORT_MAX_CHARS).collect(), |t| t.value),
            label: named.label,
            label_en: named.label_en,
            synonyms,
            unit,
            kind: kind?.value,
            level: level?,
            direction: direction?.value,
            rollup: rollup?.value,
            min_share: min_share.map_or(0.0, |m| m.value),
            bands: bands.value,
            threshold: threshold.map(|t| t.value),
            derived: derived.map(|d| d.value),
            definition,
            document: [basis.document.as_str(), &basis.article].join(" ").trim().to_owned(),
            every_months: every_months?,
            lead,
            checks: Vec::new(),
            coverage: None,
            material,
        })
    }

    /// Who reports: the units of a level, or branches.
    fn reports(&mut self, level: &At<String>, field: &str) -> LevelId {
        if level.value == BRANCHES { BRANCHES.into() } else { self.level(level, field) }
    }

    /// What is counted, in words: `definition`, or what stands over and under the line.
    fn definition(&mut self, s: &mut Section<'_, '_>) -> String {
        let definition = self.plain(s, "definition");
        let (numerator, denominator) = (s.text(self.report, "numerator"), s.text(self.report, "denominator"));
        match (numerator, denominator) {
            (Some(over), Some(under)) => format!("{definition}分子：{}；分母：{}。", over.value, under.value),
            (Some(one), None) | (None, Some(one)) => {
                self.report.add("E_FRAMEWORK_PARTS", one.at, &s.field("numerator"), &[]);
                definition
            }
            (None, None) => definition,
        }
    }

    /// The roll-up against the kind and the threshold.
    fn roll_up(&mut self, s: &Section<'_, '_>, kind: Option<&At<Kind>>, rollup: Option<&At<Rollup>>, threshold: Option<&At<f64>>) {
        let shares = rollup.is_some_and(|r| r.value == Rollup::ShareAtOrAbove);
        if shares && threshold.is_none() {
            self.report.add("E_FRAMEWORK_THRESHOLD_MISSING", s.at, &s.field("threshold"), &[]);
        }
        if let Some(threshold) = threshold.filter(|_| rollup.is_some() && !shares) {
            self.report.add("E_FRAMEWORK_THRESHOLD_UNUSED", threshold.at, &s.field("threshold"), &[]);
        }
        let (Some(kind), Some(rollup)) = (kind, rollup) else { return };
        let code = match (kind.value, rollup.value) {
            (Kind::Ratio, Rollup::Weighted) => return,
            (Kind::Ratio, Rollup::Sum | Rollup::Mean) | (_, Rollup::Weighted) => "E_FRAMEWORK_ROLLUP_KIND",
            (Kind::Star | Kind::Badge, Rollup::Sum | Rollup::Mean) => "E_FRAMEWORK_ROLLUP_STAR",
            (Kind::Bool, Rollup::Mean) => "E_FRAMEWORK_ROLLUP_BOOL",
            _ => return,
        };
        self.report.add(code, rollup.at, &s.field("rollup"), &[]);
    }

    /// Checks and coverages of indicators, now that all of them are known.
    pub(super) fn checked(&mut self, later: Later, coverages: &[Coverage]) {
        for (at, word, field) in later.coverages {
            match self.find_coverage(&word.value, coverages) {
                Some(id) => Arc::make_mut(&mut self.indicators[at]).coverage = Some(id),
                None => self.report.add("E_FRAMEWORK_COVERAGE_UNKNOWN", word.at, &field, &[&word.value]),
            }
        }
        for (at, word, field) in later.checks {
            if let Some(check) = self.check(at, &word, &field) {
                Arc::make_mut(&mut self.indicators[at]).checks.push(check);
            }
        }
    }

    fn find_coverage(&self, word: &str, own: &[Coverage]) -> Option<String> {
        let (of, bare) = word.rsplit_once('/').map_or((None, word), |(of, bare)| (Some(of), bare));
        let has = |list: &[Coverage]| list.iter().any(|c| c.named.id == bare);
        if of.is_none_or(|of| of == self.id) && has(own) {
            return Some(bare.to_owned());
        }
        let base = self.bases.iter().find(|b| of.is_none_or(|of| of == b.id) && has(&b.coverages));
        base.map(|b| format!("{}/{bare}", b.id))
    }

    /// `COV-02 >= COV-01`: one of both is the indicator itself.
    fn check(&mut self, at: usize, word: &At<String>, field: &str) -> Option<Check> {
        let parts: Vec<&str> = word.value.split_whitespace().collect();
        let at_word = |text: &str| At { value: text.to_owned(), at: word.at };
        let ([left, sign @ (">=" | "<="), right], own) = (parts.as_slice(), self.indicators[at].id.clone()) else {
            self.report.add("E_FRAMEWORK_CHECK", word.at, field, &[&word.value]);
            return None;
        };
        let left = self.indicator_ref(&at_word(left), field)?;
        let right = self.indicator_ref(&at_word(right), field)?;
        let at_least = *sign == ">=";
        match (left == own, right == own) {
            (true, false) => Some(Check { at_least, other: right }),
            (false, true) => Some(Check { at_least: !at_least, other: left }),
            _ => {
                self.report.add("E_FRAMEWORK_CHECK_OWN", word.at, field, &[own.as_str()]);
                None
            }
        }
    }
}
