//! `[[coverage]]`, `[[establish]]` and `[[premises]]`: which organisations and rooms must be there.

use super::super::condition::Condition;
use super::super::read::Section;
use super::super::schema::{Coverage, Covered, Establish, EstablishOn, Premises, Rooms};
use super::{Ids, Reader};
use crate::domain::id::BRANCHES;

impl Reader<'_, '_, '_> {
    pub(super) fn coverages(&mut self, root: &mut Section<'_, '_>) -> Vec<Coverage> {
        let (mut found, mut ids) = (Vec::new(), Ids::new());
        for mut s in root.sections(self.report, "coverage") {
            let named = self.named(&mut s, &mut ids);
            let of = s.text(self.report, "of");
            let entity = s.text(self.report, "entity");
            let of = match (of, entity) {
                (Some(level), None) => Some(Covered::Units(self.level(&level, &s.field("of")))),
                (None, Some(entity)) => {
                    self.gated(&entity, &s.field("entity"));
                    Some(Covered::Entities(entity.value))
                }
                _ => {
                    self.report.add("E_FRAMEWORK_COVERAGE_OF", s.at, &s.field("of"), &[]);
                    None
                }
            };
            let counts_as = self.distinct(&mut s, "counts_as");
            let when = self.when(&mut s, "when");
            let definition = self.plain(&mut s, "definition");
            let (basis, material) = (self.basis(&mut s), self.material(&mut s));
            s.finish(self.report);
            if let (Some(named), Some(of)) = (named, of) {
                found.push(Coverage { named, of, counts_as, when, definition, basis, material });
            }
        }
        found
    }

    pub(super) fn establish(&mut self, root: &mut Section<'_, '_>) -> Vec<Establish> {
        let (mut found, mut ids) = (Vec::new(), Ids::new());
        for mut s in root.sections(self.report, "establish") {
            let named = self.named(&mut s, &mut ids);
            let on = s.required(self.report, "on");
            if let Some(on) = &on {
                self.gated(on, &s.field("on"));
            }
            let when = self.required_when(&mut s, "when");
            let expect = self.distinct(&mut s, "expect");
            if expect.is_empty() {
                s.missing(self.report, "expect");
            }
            let (basis, material) = (self.basis(&mut s), self.material(&mut s));
            s.finish(self.report);
            if let (Some(named), Some(on), Some(when)) = (named, on, when) {
                let on = if on.value == BRANCHES { EstablishOn::Branch } else { EstablishOn::Entity(on.value) };
                found.push(Establish { named, on, when, expect, basis, material });
            }
        }
        found
    }

    pub(super) fn premises(&mut self, root: &mut Section<'_, '_>) -> Vec<Premises> {
        let (mut found, mut ids) = (Vec::new(), Ids::new());
        for mut s in root.sections(self.report, "premises") {
            let named = self.named(&mut s, &mut ids);
            let of = self.rooms(&mut s);
            let at = s.at;
            let min_m2 = self.number_or_unset(&mut s, "min_m2");
            if let Some(min) = min_m2.filter(|m| *m <= 0.0) {
                self.report.add("E_FRAMEWORK_POSITIVE", s.at_key("min_m2").unwrap_or(at), &s.field("min_m2"), &[&min.to_string()]);
            }
            // Places have no columns of their own to be told by.
            let when: Option<Condition> = if matches!(of, Some(Rooms::Places(_))) { None } else { self.when(&mut s, "when") };
            let (basis, material) = (self.basis(&mut s), self.material(&mut s));
            s.finish(self.report);
            if let (Some(named), Some(of)) = (named, of) {
                found.push(Premises { named, of, min_m2, when, basis, material });
            }
        }
        found
    }

    /// An `indicator`, or a kind of `place`.
    fn rooms(&mut self, s: &mut Section<'_, '_>) -> Option<Rooms> {
        s.knows("indicator");
        let Some(place) = s.text(self.report, "place") else {
            return self.required_metric(s, "indicator").map(Rooms::Reported);
        };
        self.gated(&place, &s.field("place"));
        if let Some(at) = s.at_key("indicator") {
            self.report.add("E_FRAMEWORK_ROOMS", at, &s.field("indicator"), &[]);
        }
        Some(Rooms::Places(place.value))
    }
}
