//! `[[rule]]` and `[[kind]]`.

use std::collections::BTreeMap;

use super::super::condition::Condition;
use super::super::read::Section;
use super::super::schema::{Basis, On};
use super::super::{Rule, Severity};
use super::{Ids, Reader};
use crate::domain::id::BRANCHES;
use crate::domain::page::CaseKind;
use crate::domain::unit::Subject;

const SEVERITIES: [(&str, Severity); 3] = [("info", Severity::Info), ("amber", Severity::Amber), ("red", Severity::Red)];
/// Official kinds of a weak organisation that no indicator can show: a person confirms them.
const BY_PERSON: [u8; 5] = [2, 3, 5, 6, 8];

impl Reader<'_, '_, '_> {
    pub(super) fn rules(&mut self, root: &mut Section<'_, '_>, kinds: &[CaseKind]) -> Vec<Rule> {
        let (mut rules, mut ids) = (Vec::new(), Ids::new());
        for mut s in root.sections(self.report, "rule") {
            let named = self.named(&mut s, &mut ids);
            let on = self.on(&mut s);
            let when = self.rule_when(&mut s);
            let severity = s.word(self.report, "severity", &SEVERITIES).map(|w| w.value).unwrap_or_default();
            let kind = self.kind_of(&mut s, kinds);
            let enabled = s.flag(self.report, "enabled");
            let relative = when.as_ref().is_some_and(Condition::is_relative);
            if relative && enabled == Some(true) {
                self.report.add("E_FRAMEWORK_RELATIVE_ON", s.at_key("enabled").unwrap_or(s.at), &s.field("enabled"), &[]);
            }
            let (basis, material) = (self.basis(&mut s), self.material(&mut s));
            s.finish(self.report);
            if let (Some(named), Some(on), Some(when)) = (named, on, when) {
                let (subject, level) = match on {
                    On::Branch => (Subject::Branch, None),
                    On::Units(level) => (Subject::Unit, Some(level)),
                };
                let enabled = enabled.unwrap_or(!relative);
                let super::Named { id, label, label_en } = named;
                rules.push(Rule { id, label, label_en, subject, level, when, basis, severity, kind, enabled, material });
            }
        }
        rules
    }

    /// `on`: branches or the units of a level.
    pub(super) fn on(&mut self, s: &mut Section<'_, '_>) -> Option<On> {
        let on = s.required(self.report, "on")?;
        Some(if on.value == BRANCHES { On::Branch } else { On::Units(self.level(&on, &s.field("on"))) })
    }

    /// `when = {…}`, or `all = […]` for the usual case.
    fn rule_when(&mut self, s: &mut Section<'_, '_>) -> Option<Condition> {
        match (s.has("when"), s.has("all")) {
            (true, true) => {
                s.knows("when");
                s.knows("all");
                self.report.add("E_FRAMEWORK_WHEN_TWICE", s.at_key("all").unwrap_or(s.at), &s.field("all"), &[]);
                None
            }
            (false, true) => {
                s.knows("when");
                self.parts(s, "all", 1).map(Condition::All)
            }
            (true, false) => {
                s.knows("all");
                self.when(s, "when")
            }
            (false, false) => {
                s.knows("all");
                s.knows("when");
                s.missing(self.report, "when");
                None
            }
        }
    }

    /// The official kind that a rule points to, where it is one that something can show.
    #[allow(clippy::cast_possible_truncation, reason = "at most 10, as was checked")]
    fn kind_of(&mut self, s: &mut Section<'_, '_>, own: &[CaseKind]) -> Option<u8> {
        let number = self.whole(s, "kind", 1..=10)?;
        let kind = number.value as u8;
        let declared = own.iter().chain(self.bases.iter().flat_map(|b| b.kinds.iter())).find(|k| k.number == kind);
        if declared.map_or(BY_PERSON.contains(&kind), |k| k.by_person) {
            self.report.add("E_FRAMEWORK_KIND_PERSON", number.at, &s.field("kind"), &[&kind.to_string()]);
        }
        Some(kind)
    }

    #[allow(clippy::cast_possible_truncation, reason = "at most 10, as was checked")]
    pub(super) fn kinds(&mut self, root: &mut Section<'_, '_>) -> (Vec<CaseKind>, BTreeMap<u8, Basis>) {
        let (mut kinds, mut bases): (Vec<CaseKind>, BTreeMap<u8, Basis>) = (Vec::new(), BTreeMap::new());
        for mut s in root.sections(self.report, "kind") {
            let number = self.whole(&mut s, "number", 1..=10);
            if !s.has("number") {
                s.missing(self.report, "number");
            }
            let label = self.label(&mut s);
            let [short, short_en] = ["short", "short_en"].map(|key| {
                let text = s.text(self.report, key);
                if let Some(text) = &text {
                    self.gated(text, &s.field(key));
                }
                text.map(|t| t.value)
            });
            let by_person = s.flag(self.report, "by_person").unwrap_or(false);
            if let Some(number) = number.as_ref().filter(|n| kinds.iter().any(|k| u16::from(k.number) == n.value)) {
                self.report.add("E_FRAMEWORK_DUPLICATE", number.at, &s.field("number"), &[&number.value.to_string()]);
            }
            let basis = self.basis(&mut s);
            s.finish(self.report);
            if let (Some(number), Some((label, label_en))) = (number, label) {
                let short = short.unwrap_or_else(|| label.clone());
                let short_en = short_en.unwrap_or_else(|| label_en.clone());
                bases.insert(number.value as u8, basis);
                kinds.push(CaseKind { number: number.value as u8, label, label_en, short, short_en, by_person });
            }
        }
        (kinds, bases)
    }
}
