//! One framework on its way into the whole: its ids, the levels of the tree that stand for its own, what
//! is left out because the tree has no such level.

use std::collections::HashSet;
use std::sync::Arc;

use super::super::condition::{Condition, Operand, Right};
use super::super::schema::{self, Covered, EstablishOn, Named, On, RatingKind, Task};
use super::super::{Framework, Zone};
use super::hidden::Hidden;
use crate::domain::id::{IndicatorId, LevelId};
use crate::domain::indicator::Indicator;
use crate::domain::problem::{Problem, Severity};
use crate::domain::unit::Level;

/// Indicators of a part with what each rests on.
pub(super) type Indicators = (Vec<Arc<Indicator>>, Vec<(IndicatorId, schema::Basis)>);

/// A part on its way into the whole.
pub(super) struct Joined<'j> {
    pub(super) part: &'j Framework,
    pub(super) tree: &'j [Level],
    pub(super) hidden: &'j Hidden<'j>,
    /// Qualified ids of indicators that were left out.
    pub(super) lost: &'j mut HashSet<IndicatorId>,
    pub(super) notes: &'j mut Vec<Problem>,
}

impl Joined<'_> {
    fn id(&self, bare: &str) -> String {
        if bare.contains('/') { bare.to_owned() } else { format!("{}/{bare}", self.part.id) }
    }

    fn note(&mut self, code: &str, item: &str, wants: &str) {
        self.notes.push(Problem::new(code, Severity::Mark, self.part.file.clone()).arg(item).arg(wants));
    }

    /// The level of the tree that a level of this part is: by code, label or another word for it.
    fn level(&self, of: &LevelId) -> Option<LevelId> {
        if let Some(same) = self.tree.iter().find(|l| l.code == *of) {
            return Some(same.code.clone());
        }
        let mut known = self.part.levels.iter().chain(self.part.bases.iter().flat_map(|b| b.levels.iter()));
        let mine = known.find(|l| l.code == *of)?;
        let words = |l: &Level| -> Vec<String> {
            let labels = [&l.label, &l.label_en].into_iter().chain(&l.synonyms);
            // 村/社区 is both.
            labels.flat_map(|w| w.split('/').map(str::to_owned).chain([w.clone()])).filter(|w| !w.is_empty()).collect()
        };
        let mine = words(mine);
        self.tree.iter().find(|l| words(l).iter().any(|w| mine.contains(w))).map(|l| l.code.clone())
    }

    /// The level, or a note that the item was left out.
    fn level_or_note(&mut self, of: &LevelId, item: &str) -> Option<LevelId> {
        let found = self.level(of);
        if found.is_none() {
            self.note("E_FRAMEWORK_LEFT_LEVEL", item, of.as_str());
        }
        found
    }

    fn on(&mut self, on: &On, item: &str) -> Option<On> {
        match on {
            On::Branch => Some(On::Branch),
            On::Units(level) => self.level_or_note(level, item).map(On::Units),
        }
    }

    /// The indicator that stands for a reference.
    fn indicator(&self, id: &IndicatorId) -> IndicatorId {
        self.hidden.shown("indicator", &self.id(id.as_str())).into()
    }

    fn metric(&self, id: Option<&IndicatorId>) -> Option<IndicatorId> {
        id.map(|id| self.indicator(id)).filter(|id| !self.lost.contains(id))
    }

    fn indicator_or_note(&mut self, id: &IndicatorId, item: &str) -> Option<IndicatorId> {
        let found = self.indicator(id);
        if self.lost.contains(&found) {
            self.note("E_FRAMEWORK_LEFT_INDICATOR", item, found.as_str());
            return None;
        }
        Some(found)
    }

    fn named(&self, kind: &'static str, named: &Named) -> Option<Named> {
        let id = self.id(&named.id);
        (!self.hidden.hides(kind, &id)).then(|| Named { id, ..named.clone() })
    }

    fn condition(&mut self, condition: &Condition, item: &str) -> Option<Condition> {
        let mut list = |parts: &[Condition]| parts.iter().map(|p| self.condition(p, item)).collect::<Option<Vec<_>>>();
        Some(match condition {
            Condition::All(parts) => Condition::All(list(parts)?),
            Condition::Any(parts) => Condition::Any(list(parts)?),
            Condition::Not(part) => Condition::Not(Box::new(self.condition(part, item)?)),
            Condition::Test(test) => {
                let mut test = test.clone();
                test.left = self.operand(&test.left, item)?;
                if let Right::Operand(operand) = &test.right {
                    test.right = Right::Operand(self.operand(operand, item)?);
                }
                if let Some(rank) = &mut test.rank {
                    rank.within = self.level_or_note(&rank.within, item)?;
                }
                Condition::Test(test)
            }
        })
    }

    fn operand(&mut self, operand: &Operand, item: &str) -> Option<Operand> {
        match operand {
            Operand::Indicator(id) => self.indicator_or_note(id, item).map(Operand::Indicator),
            other => Some(other.clone()),
        }
    }

    /// A condition that may be left out.
    #[allow(clippy::option_option, reason = "none given is not the same as left out")]
    fn when(&mut self, when: Option<&Condition>, item: &str) -> Option<Option<Condition>> {
        match when {
            None => Some(None),
            Some(when) => self.condition(when, item).map(Some),
        }
    }

    pub(super) fn indicators(&mut self) -> Indicators {
        let (mut out, mut bases) = (Vec::new(), Vec::new());
        for indicator in &self.part.indicators {
            let id = self.id(indicator.id.as_str());
            if self.hidden.hides("indicator", &id) {
                continue;
            }
            let id = IndicatorId::from(id);
            let level =
                if indicator.is_of_branches() { Some(indicator.level.clone()) } else { self.level_or_note(&indicator.level, id.as_str()) };
            let Some(level) = level else {
                self.lost.insert(id);
                continue;
            };
            let mut indicator = (**indicator).clone();
            bases.extend(self.part.indicator_bases.get(&indicator.id).map(|basis| (id.clone(), basis.clone())));
            for check in &mut indicator.checks {
                check.other = self.indicator(&check.other);
            }
            indicator.coverage = indicator.coverage.map(|c| self.hidden.shown("coverage", &self.id(&c)));
            indicator.id = id;
            indicator.level = level;
            out.push(Arc::new(indicator));
        }
        (out, bases)
    }

    fn task(&self, task: &Task) -> Task {
        let named = Named { id: self.id(&task.named.id), ..task.named.clone() };
        Task { named, metric: self.metric(task.metric.as_ref()), ..task.clone() }
    }

    /// Everything but levels and indicators.
    pub(super) fn rest(&mut self) -> Framework {
        let part = self.part;
        let zone = |z: &Zone| Zone { tasks: z.tasks.iter().map(|t| self.task(t)).collect(), ..z.clone() };
        let zones = part.zones.iter().map(zone).collect();
        let tasks = part.tasks.iter().filter(|t| self.named("task", &t.named).is_some()).map(|t| self.task(t)).collect();
        Framework {
            zones,
            tasks,
            synonyms: part.synonyms.clone(),
            kinds: part.kinds.clone(),
            kind_bases: part.kind_bases.clone(),
            privacy: part.privacy.clone(),
            rules: self.rules(),
            coverages: self.coverages(),
            targets: self.targets(),
            establish: self.establish(),
            premises: self.premises(),
            ratings: self.ratings(),
            scorecards: self.scorecards(),
            items: self.each("item", &part.items, |x| &mut x.named, |me, x| x.metric = me.metric(x.metric.as_ref())),
            workflows: self.each(
                "workflow",
                &part.workflows,
                |x| &mut x.named,
                |me, x| x.rules.iter_mut().for_each(|rule| *rule = me.id(rule)),
            ),
            cadences: self.cadences(),
            terms: self.terms(),
            seasons: self.each("season", &part.seasons, |x| &mut x.named, |me, x| x.rules.iter_mut().for_each(|rule| *rule = me.id(rule))),
            lists: self.each("list", &part.lists, |x| &mut x.named, |_, _| ()),
            pairings: self.pairings(),
            regions: self.each("region", &part.regions, |x| &mut x.named, |_, _| ()),
            groups: self.groups(),
            matrices: self.each(
                "matrix",
                &part.matrices,
                |x| &mut x.named,
                |me, x| x.cells.iter_mut().flatten().for_each(|cell| *cell = me.metric(cell.as_ref())),
            ),
            ..Framework::default()
        }
    }

    /// Items that depend on no level: those that are not hidden, with their ids.
    fn each<T: Clone>(
        &self,
        kind: &'static str,
        items: &[T],
        named: impl Fn(&mut T) -> &mut Named,
        change: impl Fn(&Self, &mut T),
    ) -> Vec<T> {
        let mut out = Vec::new();
        for item in items {
            let mut item = item.clone();
            let own = named(&mut item);
            let Some(new) = self.named(kind, own) else { continue };
            *own = new;
            change(self, &mut item);
            out.push(item);
        }
        out
    }

    fn rules(&mut self) -> Vec<super::super::Rule> {
        let mut out = Vec::new();
        for rule in &self.part.rules {
            let id = self.id(&rule.id);
            if self.hidden.hides("rule", &id) {
                continue;
            }
            let level = match &rule.level {
                Some(level) => match self.level_or_note(level, &id) {
                    Some(level) => Some(level),
                    None => continue,
                },
                None => None,
            };
            let Some(when) = self.condition(&rule.when, &id) else { continue };
            out.push(super::super::Rule { id, level, when, ..rule.clone() });
        }
        out
    }

    fn coverages(&mut self) -> Vec<schema::Coverage> {
        let mut out = Vec::new();
        for coverage in &self.part.coverages {
            let Some(named) = self.named("coverage", &coverage.named) else { continue };
            let of = match &coverage.of {
                Covered::Units(level) => self.level_or_note(level, &named.id).map(Covered::Units),
                entities @ Covered::Entities(_) => Some(entities.clone()),
            };
            let (Some(of), Some(when)) = (of, self.when(coverage.when.as_ref(), &named.id)) else { continue };
            out.push(schema::Coverage { named, of, when, ..coverage.clone() });
        }
        out
    }

    fn targets(&mut self) -> Vec<schema::Target> {
        let mut out = Vec::new();
        for target in &self.part.targets {
            let Some(named) = self.named("target", &target.named) else { continue };
            let Some(indicator) = self.indicator_or_note(&target.indicator, &named.id) else { continue };
            let Some(when) = self.when(target.when.as_ref(), &named.id) else { continue };
            out.push(schema::Target { named, indicator, when, ..target.clone() });
        }
        out
    }

    fn establish(&mut self) -> Vec<schema::Establish> {
        let mut out = Vec::new();
        for rule in &self.part.establish {
            let Some(named) = self.named("establish", &rule.named) else { continue };
            let Some(when) = self.condition(&rule.when, &named.id) else { continue };
            let on: EstablishOn = rule.on.clone();
            out.push(schema::Establish { named, on, when, ..rule.clone() });
        }
        out
    }

    fn premises(&mut self) -> Vec<schema::Premises> {
        let mut out = Vec::new();
        for one in &self.part.premises {
            let Some(named) = self.named("premises", &one.named) else { continue };
            let of = match &one.of {
                schema::Rooms::Reported(indicator) => self.indicator_or_note(indicator, &named.id).map(schema::Rooms::Reported),
                places @ schema::Rooms::Places(_) => Some(places.clone()),
            };
            let (Some(of), Some(when)) = (of, self.when(one.when.as_ref(), &named.id)) else { continue };
            out.push(schema::Premises { named, of, when, ..one.clone() });
        }
        out
    }

    fn groups(&mut self) -> Vec<schema::Group> {
        let mut out = Vec::new();
        for one in &self.part.groups {
            let Some(named) = self.named("groups", &one.named) else { continue };
            let Some(when) = self.when(one.when.as_ref(), &named.id) else { continue };
            out.push(schema::Group { named, when, metric: self.metric(one.metric.as_ref()), ..one.clone() });
        }
        out
    }

    fn ratings(&mut self) -> Vec<schema::Rating> {
        let mut out = Vec::new();
        for rating in &self.part.ratings {
            let Some(named) = self.named("rating", &rating.named) else { continue };
            let Some(on) = self.on(&rating.on, &named.id) else { continue };
            let mut kind = rating.kind.clone();
            match &mut kind {
                RatingKind::Levels { metric, .. } | RatingKind::Score { metric, .. } => *metric = self.metric(metric.as_ref()),
                RatingKind::Badges(badges) => badges.iter_mut().for_each(|b| b.metric = self.metric(b.metric.as_ref())),
            }
            out.push(schema::Rating { named, on, kind, ..rating.clone() });
        }
        out
    }

    fn scorecards(&mut self) -> Vec<schema::Scorecard> {
        let mut out = Vec::new();
        for card in &self.part.scorecards {
            let Some(named) = self.named("scorecard", &card.named) else { continue };
            let Some(on) = self.on(&card.on, &named.id) else { continue };
            let mut sections = card.sections.clone();
            for section in &mut sections {
                section.own = self.metric(section.own.as_ref());
                section.checked = self.metric(section.checked.as_ref());
            }
            out.push(schema::Scorecard { named, on, sections, ..card.clone() });
        }
        out
    }

    fn cadences(&mut self) -> Vec<schema::Cadence> {
        let mut out = Vec::new();
        for cadence in &self.part.cadences {
            let Some(named) = self.named("cadence", &cadence.named) else { continue };
            let on = match &cadence.on {
                None => None,
                Some(on) => match self.on(on, &named.id) {
                    Some(on) => Some(on),
                    None => continue,
                },
            };
            out.push(schema::Cadence { named, on, metric: self.metric(cadence.metric.as_ref()), ..cadence.clone() });
        }
        out
    }

    fn terms(&mut self) -> Vec<schema::Term> {
        let mut out = Vec::new();
        for term in &self.part.terms {
            let Some(named) = self.named("term", &term.named) else { continue };
            let Some(when) = self.when(term.when.as_ref(), &named.id) else { continue };
            out.push(schema::Term { named, when, ..term.clone() });
        }
        out
    }

    fn pairings(&mut self) -> Vec<schema::Pairing> {
        let mut out = Vec::new();
        for pairing in &self.part.pairings {
            let Some(named) = self.named("pairing", &pairing.named) else { continue };
            let Some(to) = self.level_or_note(&pairing.to, &named.id) else { continue };
            out.push(schema::Pairing { named, to, ..pairing.clone() });
        }
        out
    }
}
