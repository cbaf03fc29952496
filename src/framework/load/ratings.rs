//! `[[rating]]`, `[[scorecard]]`, `[[veto]]` and `[[must]]`.

use super::super::read::{At, Section};
use super::super::schema::{Badge, Grade, Item, On, Rating, RatingKind, Scorecard, Section as Part};
use super::{Ids, Reader};
use crate::domain::id::IndicatorId;

/// Points that a sum may be off by: sums of decimals are not exact.
const POINTS_EPSILON: f64 = 1e-6;

#[derive(Clone, Copy)]
enum Way {
    Levels,
    Badges,
    Score,
}

const WAYS: [(&str, Way); 3] = [("levels", Way::Levels), ("badges", Way::Badges), ("score", Way::Score)];

impl Reader<'_, '_, '_> {
    pub(super) fn ratings(&mut self, root: &mut Section<'_, '_>) -> Vec<Rating> {
        let (mut ratings, mut ids) = (Vec::new(), Ids::new());
        for mut s in root.sections(self.report, "rating") {
            let named = self.named(&mut s, &mut ids);
            let on = self.on(&mut s);
            let kind = match s.required_word(self.report, "kind", &WAYS).map(|w| w.value) {
                Some(Way::Levels) => Some(self.rating_levels(&mut s, on.as_ref())),
                Some(Way::Badges) => Some(self.badges(&mut s, on.as_ref())),
                Some(Way::Score) => {
                    Some(RatingKind::Score { metric: self.metric_on(&mut s, "metric", on.as_ref()), grades: self.grades(&mut s) })
                }
                None => None,
            };
            let (basis, material) = (self.basis(&mut s), self.material(&mut s));
            // Without its kind it is not known which keys belong to it.
            if kind.is_some() {
                s.finish(self.report);
            }
            if let (Some(named), Some(on), Some(kind)) = (named, on, kind) {
                ratings.push(Rating { named, on, kind, basis, material });
            }
        }
        ratings
    }

    #[allow(clippy::cast_possible_truncation, reason = "at most 100, as was checked")]
    fn rating_levels(&mut self, s: &mut Section<'_, '_>, on: Option<&On>) -> RatingKind {
        let levels = self.distinct(s, "levels");
        let max = self.whole(s, "max", 1..=100);
        if let Some(max) = max.as_ref().filter(|m| !levels.is_empty() && usize::from(m.value) != levels.len()) {
            self.report.add("E_FRAMEWORK_RATING_MAX", max.at, &s.field("max"), &[&max.value.to_string(), &levels.len().to_string()]);
        }
        let counted = u8::try_from(levels.len()).ok().filter(|n| *n > 0);
        RatingKind::Levels { max: max.map(|m| m.value as u8).or(counted), levels, metric: self.metric_on(s, "metric", on) }
    }

    fn badges(&mut self, s: &mut Section<'_, '_>, on: Option<&On>) -> RatingKind {
        let (mut badges, mut ids) = (Vec::new(), Ids::new());
        for mut b in s.sections(self.report, "badge") {
            let named = self.named(&mut b, &mut ids);
            let metric = self.metric_on(&mut b, "metric", on);
            b.finish(self.report);
            badges.extend(named.map(|named| Badge { named, metric }));
        }
        if !s.has("badge") {
            s.missing(self.report, "badge");
        }
        RatingKind::Badges(badges)
    }

    /// An indicator that is reported by who is rated: branches by themselves, units by units.
    fn metric_on(&mut self, s: &mut Section<'_, '_>, key: &'static str, on: Option<&On>) -> Option<IndicatorId> {
        let word: At<String> = s.text(self.report, key)?;
        let field = s.field(key);
        let id = self.indicator_ref(&word, &field)?;
        let of_branches = self.find_indicator(&word.value).is_some_and(|(_, indicator)| indicator.is_of_branches());
        let code = match (on?, of_branches) {
            (On::Branch, false) => "E_FRAMEWORK_METRIC_UNITS",
            (On::Units(_), true) => "E_FRAMEWORK_METRIC_BRANCHES",
            _ => return Some(id),
        };
        self.report.add(code, word.at, &field, &[&word.value]);
        None
    }

    /// Grades, the lowest first.
    fn grades(&mut self, s: &mut Section<'_, '_>) -> Vec<Grade> {
        let mut grades: Vec<Grade> = Vec::new();
        for mut g in s.sections(self.report, "grade") {
            let label = g.required(self.report, "label");
            if let Some(label) = &label {
                self.gated(label, &g.field("label"));
            }
            let from = g.number(self.report, "from");
            if !g.has("from") {
                g.missing(self.report, "from");
            }
            if let (Some(from), Some(before)) = (&from, grades.last())
                && from.value <= before.from
            {
                self.report.add("E_FRAMEWORK_BANDS_ORDER", from.at, &g.field("from"), &[]);
            }
            g.finish(self.report);
            if let (Some(label), Some(from)) = (label, from) {
                grades.push(Grade { label: label.value, from: from.value });
            }
        }
        grades
    }

    pub(super) fn scorecards(&mut self, root: &mut Section<'_, '_>) -> Vec<Scorecard> {
        let (mut cards, mut ids) = (Vec::new(), Ids::new());
        for mut s in root.sections(self.report, "scorecard") {
            let named = self.named(&mut s, &mut ids);
            let on = self.on(&mut s);
            let total = s.number(self.report, "total");
            if !s.has("total") {
                s.missing(self.report, "total");
            }
            let count = s.sections_in("section");
            let sections = self.card_sections(&mut s, on.as_ref());
            let sum: f64 = sections.iter().map(|section| section.points).sum();
            if let Some(total) = total.as_ref().filter(|t| sections.len() == count && (t.value - sum).abs() > POINTS_EPSILON) {
                self.report.add("E_FRAMEWORK_POINTS", total.at, &s.field("total"), &[&sum.to_string(), &total.value.to_string()]);
            }
            let grades = self.grades(&mut s);
            let (basis, material) = (self.basis(&mut s), self.material(&mut s));
            s.finish(self.report);
            if let (Some(named), Some(on), Some(total)) = (named, on, total) {
                cards.push(Scorecard { named, on, total: total.value, sections, grades, basis, material });
            }
        }
        cards
    }

    fn card_sections(&mut self, s: &mut Section<'_, '_>, on: Option<&On>) -> Vec<Part> {
        let (mut sections, mut ids) = (Vec::new(), Ids::new());
        for mut p in s.sections(self.report, "section") {
            let named = self.named(&mut p, &mut ids);
            let points = p.number(self.report, "points");
            if !p.has("points") {
                p.missing(self.report, "points");
            }
            if let Some(points) = points.as_ref().filter(|n| n.value <= 0.0) {
                self.report.add("E_FRAMEWORK_POSITIVE", points.at, &p.field("points"), &[&points.value.to_string()]);
            }
            let (own, checked) = (self.metric_on(&mut p, "own", on), self.metric_on(&mut p, "checked", on));
            let example = p.number(self.report, "example");
            if let (Some(points), Some(example)) = (&points, &example)
                && !(0.0..=points.value).contains(&example.value)
            {
                let args = [&*example.value.to_string(), &*points.value.to_string()];
                self.report.add("E_FRAMEWORK_EXAMPLE", example.at, &p.field("example"), &args);
            }
            p.finish(self.report);
            if let (Some(named), Some(points)) = (named, points) {
                sections.push(Part { named, points: points.value, own, checked, example: example.map(|e| e.value) });
            }
        }
        sections
    }

    /// Vetoes and musts; they share their ids.
    pub(super) fn items(&mut self, root: &mut Section<'_, '_>) -> Vec<Item> {
        let (mut items, mut ids) = (Vec::new(), Ids::new());
        for (key, veto) in [("veto", true), ("must", false)] {
            for mut s in root.sections(self.report, key) {
                let named = self.named(&mut s, &mut ids);
                let metric = self.metric(&mut s, "metric");
                let enabled = s.flag(self.report, "enabled").unwrap_or(true);
                let (basis, material) = (self.basis(&mut s), self.material(&mut s));
                s.finish(self.report);
                items.extend(named.map(|named| Item { named, veto, metric, enabled, basis, material }));
            }
        }
        items
    }
}
