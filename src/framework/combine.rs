//! Several frameworks as one: the first gives the tree, every id becomes `framework/id`.
//!
//! What an extended framework declares and a framework in use declares again under the same id (a
//! number that the base leaves open, say) is hidden, and whatever referred to it refers to the new
//! one. Two frameworks that use the same word for different things stay side by side.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::condition::{Condition, Operand, Right};
use super::schema::{Covered, EstablishOn, Named, On, RatingKind, Rooms, Task};
use super::{Framework, Zone};
use crate::domain::id::{IndicatorId, LevelId};
use crate::domain::problem::{Problem, Severity};
use crate::domain::unit::Level;

impl Framework {
    /// Puts frameworks together; the first gives the tree. What they extend is included once, after
    /// them. An item whose level the tree does not have is left out and stands in
    /// [`Framework::notes`].
    ///
    /// # Errors
    /// No framework at all, none with a level first, two different files of one id.
    pub fn combine(frameworks: Vec<Self>) -> Result<Self, Vec<Problem>> {
        let parts = in_order(frameworks)?;
        let Some(tree) = parts.first().filter(|p| !p.levels.is_empty()) else {
            let file = parts.first().map(|p| p.file.clone()).unwrap_or_default();
            return Err(vec![Problem::new("E_FRAMEWORK_NO_TREE", Severity::Refused, file)]);
        };
        let mut whole = Self {
            id: tree.id.clone(),
            name: tree.name.clone(),
            name_en: tree.name_en.clone(),
            file: tree.file.clone(),
            sha256: hash(&parts),
            demo: tree.demo,
            levels: tree.levels.clone(),
            head: tree.head.clone(),
            parts: parts.iter().flat_map(|p| p.parts.clone()).collect(),
            ..Self::default()
        };
        let hidden = Hidden::of(&parts);
        let mut lost: HashSet<IndicatorId> = HashSet::new();
        let mut taken = Vec::new();
        for part in &parts {
            let mut joined = Joined { part, tree: &tree.levels, hidden: &hidden, lost: &mut lost, notes: &mut whole.notes };
            taken.push(joined.indicators());
        }
        for (part, indicators) in parts.iter().zip(taken) {
            let mut joined = Joined { part, tree: &tree.levels, hidden: &hidden, lost: &mut lost, notes: &mut whole.notes };
            let rest = joined.rest();
            whole.take(indicators, rest);
        }
        Ok(whole)
    }

    /// Adds the items of a part.
    fn take(&mut self, (indicators, bases): Indicators, rest: Self) {
        self.indicators.extend(indicators);
        self.indicator_bases.extend(bases);
        for zone in rest.zones {
            match self.zones.iter_mut().find(|z| z.code == zone.code && z.label == zone.label) {
                Some(same) => {
                    same.tasks.extend(zone.tasks);
                    same.material.extend(zone.material);
                }
                None => self.zones.push(zone),
            }
        }
        self.rules.extend(rest.rules);
        self.synonyms.extend(rest.synonyms);
        self.tasks.extend(rest.tasks);
        self.coverages.extend(rest.coverages);
        self.targets.extend(rest.targets);
        self.establish.extend(rest.establish);
        self.premises.extend(rest.premises);
        self.ratings.extend(rest.ratings);
        self.scorecards.extend(rest.scorecards);
        self.items.extend(rest.items);
        self.workflows.extend(rest.workflows);
        self.cadences.extend(rest.cadences);
        self.terms.extend(rest.terms);
        self.seasons.extend(rest.seasons);
        self.lists.extend(rest.lists);
        self.pairings.extend(rest.pairings);
        self.regions.extend(rest.regions);
        self.groups.extend(rest.groups);
        self.matrices.extend(rest.matrices);
        let new = rest.kinds.into_iter().filter(|k| self.kinds.iter().all(|have| have.number != k.number)).collect::<Vec<_>>();
        self.kinds.extend(new);
        self.privacy.deny_levels.extend(rest.privacy.deny_levels);
        self.privacy.deny_fields.extend(rest.privacy.deny_fields);
    }
}

/// Indicators of a part with what each rests on.
type Indicators = (Vec<Arc<crate::domain::indicator::Indicator>>, Vec<(IndicatorId, super::schema::Basis)>);

/// Each framework once, what is extended after all that were asked for.
fn in_order(frameworks: Vec<Framework>) -> Result<Vec<Arc<Framework>>, Vec<Problem>> {
    let asked: Vec<Arc<Framework>> = frameworks.into_iter().map(Arc::new).collect();
    let extended = asked.iter().flat_map(|f| f.bases.iter().cloned()).collect::<Vec<_>>();
    let (mut parts, mut problems): (Vec<Arc<Framework>>, Vec<Problem>) = (Vec::new(), Vec::new());
    for one in asked.into_iter().chain(extended) {
        match parts.iter().find(|p| p.id == one.id) {
            None => parts.push(one),
            Some(same) if same.sha256 == one.sha256 => {}
            Some(_) => problems.push(Problem::new("E_FRAMEWORK_TWICE", Severity::Refused, one.file.clone()).arg(&one.id)),
        }
    }
    if problems.is_empty() { Ok(parts) } else { Err(problems) }
}

/// One hash over all: a county that changes any of them has other frameworks in use.
fn hash(parts: &[Arc<Framework>]) -> String {
    // A county with one framework is no exception: its ids are qualified too, so what follows from them is made again.
    let all = parts.iter().map(|p| p.sha256.as_str()).collect::<Vec<_>>().join("\n");
    Sha256::digest(all.as_bytes()).iter().map(|b| format!("{b:02x}")).collect()
}

/// What a part declares that it extends declares too: `(kind of item, base/id)` → the part.
struct Hidden<'p>(HashMap<(&'static str, String), &'p str>);

impl<'p> Hidden<'p> {
    fn of(parts: &'p [Arc<Framework>]) -> Self {
        let ids: HashMap<&str, HashSet<(&'static str, String)>> = parts.iter().map(|p| (p.id.as_str(), ids(p))).collect();
        let mut hidden = HashMap::new();
        for part in parts {
            for base in &part.bases {
                let (own, theirs) = (&ids[part.id.as_str()], ids.get(base.id.as_str()));
                for (kind, id) in theirs.into_iter().flatten().filter(|item| own.contains(item)) {
                    hidden.entry((*kind, format!("{}/{id}", base.id))).or_insert(part.id.as_str());
                }
            }
        }
        Self(hidden)
    }

    /// The id that stands for an id: its own, or that of the part which declares it again.
    fn shown(&self, kind: &'static str, id: &str) -> String {
        let mut id = id.to_owned();
        // A chain of `extends` is finite and has no circle.
        while let Some(by) = self.0.get(&(kind, id.clone())) {
            let bare = id.rsplit_once('/').map_or(id.as_str(), |(_, bare)| bare);
            id = format!("{by}/{bare}");
        }
        id
    }

    fn hides(&self, kind: &'static str, id: &str) -> bool {
        self.0.contains_key(&(kind, id.to_owned()))
    }
}

/// Every id of a framework with the kind of its item.
fn ids(f: &Framework) -> HashSet<(&'static str, String)> {
    fn named<'n>(kind: &'static str, all: impl Iterator<Item = &'n Named>) -> Vec<(&'static str, String)> {
        all.map(|n| (kind, n.id.clone())).collect()
    }
    let mut all: HashSet<(&'static str, String)> = f.indicators.iter().map(|i| ("indicator", i.id.to_string())).collect();
    all.extend(f.rules.iter().map(|r| ("rule", r.id.clone())));
    all.extend(named("task", f.tasks.iter().map(|x| &x.named)));
    all.extend(named("coverage", f.coverages.iter().map(|x| &x.named)));
    all.extend(named("target", f.targets.iter().map(|x| &x.named)));
    all.extend(named("establish", f.establish.iter().map(|x| &x.named)));
    all.extend(named("premises", f.premises.iter().map(|x| &x.named)));
    all.extend(named("rating", f.ratings.iter().map(|x| &x.named)));
    all.extend(named("scorecard", f.scorecards.iter().map(|x| &x.named)));
    all.extend(named("item", f.items.iter().map(|x| &x.named)));
    all.extend(named("workflow", f.workflows.iter().map(|x| &x.named)));
    all.extend(named("cadence", f.cadences.iter().map(|x| &x.named)));
    all.extend(named("term", f.terms.iter().map(|x| &x.named)));
    all.extend(named("season", f.seasons.iter().map(|x| &x.named)));
    all.extend(named("list", f.lists.iter().map(|x| &x.named)));
    all.extend(named("pairing", f.pairings.iter().map(|x| &x.named)));
    all.extend(named("region", f.regions.iter().map(|x| &x.named)));
    all.extend(named("groups", f.groups.iter().map(|x| &x.named)));
    all.extend(named("matrix", f.matrices.iter().map(|x| &x.named)));
    all
}

/// A part on its way into the whole.
struct Joined<'j> {
    part: &'j Framework,
    tree: &'j [Level],
    hidden: &'j Hidden<'j>,
    /// Qualified ids of indicators that were left out.
    lost: &'j mut HashSet<IndicatorId>,
    notes: &'j mut Vec<Problem>,
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

    fn indicators(&mut self) -> Indicators {
        let (mut out, mut bases) = (Vec::new(), Vec::new());
        for indicator in &self.part.indicators {
            let id = self.id(indicator.id.as_str());
            if self.hidden.hides("indicator", &id) {
                continue;
            }
            let id = IndicatorId::from(id);
            let Some(level) = self.level_or_note(&indicator.level, id.as_str()) else {
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
    fn rest(&mut self) -> Framework {
        let part = self.part;
        let zone = |z: &Zone| Zone { tasks: z.tasks.iter().map(|t| self.task(t)).collect(), ..z.clone() };
        let zones = part.zones.iter().map(zone).collect();
        let tasks = part.tasks.iter().filter(|t| self.named("task", &t.named).is_some()).map(|t| self.task(t)).collect();
        Framework {
            zones,
            tasks,
            synonyms: part.synonyms.clone(),
            kinds: part.kinds.clone(),
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

    fn rules(&mut self) -> Vec<super::Rule> {
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
            out.push(super::Rule { id, level, when, ..rule.clone() });
        }
        out
    }

    fn coverages(&mut self) -> Vec<super::schema::Coverage> {
        let mut out = Vec::new();
        for coverage in &self.part.coverages {
            let Some(named) = self.named("coverage", &coverage.named) else { continue };
            let of = match &coverage.of {
                Covered::Units(level) => self.level_or_note(level, &named.id).map(Covered::Units),
                entities @ Covered::Entities(_) => Some(entities.clone()),
            };
            let (Some(of), Some(when)) = (of, self.when(coverage.when.as_ref(), &named.id)) else { continue };
            out.push(super::schema::Coverage { named, of, when, ..coverage.clone() });
        }
        out
    }

    fn targets(&mut self) -> Vec<super::schema::Target> {
        let mut out = Vec::new();
        for target in &self.part.targets {
            let Some(named) = self.named("target", &target.named) else { continue };
            let Some(indicator) = self.indicator_or_note(&target.indicator, &named.id) else { continue };
            let Some(when) = self.when(target.when.as_ref(), &named.id) else { continue };
            out.push(super::schema::Target { named, indicator, when, ..target.clone() });
        }
        out
    }

    fn establish(&mut self) -> Vec<super::schema::Establish> {
        let mut out = Vec::new();
        for rule in &self.part.establish {
            let Some(named) = self.named("establish", &rule.named) else { continue };
            let Some(when) = self.condition(&rule.when, &named.id) else { continue };
            let on: EstablishOn = rule.on.clone();
            out.push(super::schema::Establish { named, on, when, ..rule.clone() });
        }
        out
    }

    fn premises(&mut self) -> Vec<super::schema::Premises> {
        let mut out = Vec::new();
        for one in &self.part.premises {
            let Some(named) = self.named("premises", &one.named) else { continue };
            let of = match &one.of {
                Rooms::Reported(indicator) => self.indicator_or_note(indicator, &named.id).map(Rooms::Reported),
                places @ Rooms::Places(_) => Some(places.clone()),
            };
            let (Some(of), Some(when)) = (of, self.when(one.when.as_ref(), &named.id)) else { continue };
            out.push(super::schema::Premises { named, of, when, ..one.clone() });
        }
        out
    }

    fn groups(&mut self) -> Vec<super::schema::Group> {
        let mut out = Vec::new();
        for one in &self.part.groups {
            let Some(named) = self.named("groups", &one.named) else { continue };
            let Some(when) = self.when(one.when.as_ref(), &named.id) else { continue };
            out.push(super::schema::Group { named, when, metric: self.metric(one.metric.as_ref()), ..one.clone() });
        }
        out
    }

    fn ratings(&mut self) -> Vec<super::schema::Rating> {
        let mut out = Vec::new();
        for rating in &self.part.ratings {
            let Some(named) = self.named("rating", &rating.named) else { continue };
            let Some(on) = self.on(&rating.on, &named.id) else { continue };
            let mut kind = rating.kind.clone();
            match &mut kind {
                RatingKind::Levels { metric, .. } | RatingKind::Score { metric, .. } => *metric = self.metric(metric.as_ref()),
                RatingKind::Badges(badges) => badges.iter_mut().for_each(|b| b.metric = self.metric(b.metric.as_ref())),
            }
            out.push(super::schema::Rating { named, on, kind, ..rating.clone() });
        }
        out
    }

    fn scorecards(&mut self) -> Vec<super::schema::Scorecard> {
        let mut out = Vec::new();
        for card in &self.part.scorecards {
            let Some(named) = self.named("scorecard", &card.named) else { continue };
            let Some(on) = self.on(&card.on, &named.id) else { continue };
            let mut sections = card.sections.clone();
            for section in &mut sections {
                section.own = self.metric(section.own.as_ref());
                section.checked = self.metric(section.checked.as_ref());
            }
            out.push(super::schema::Scorecard { named, on, sections, ..card.clone() });
        }
        out
    }

    fn cadences(&mut self) -> Vec<super::schema::Cadence> {
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
            out.push(super::schema::Cadence { named, on, metric: self.metric(cadence.metric.as_ref()), ..cadence.clone() });
        }
        out
    }

    fn terms(&mut self) -> Vec<super::schema::Term> {
        let mut out = Vec::new();
        for term in &self.part.terms {
            let Some(named) = self.named("term", &term.named) else { continue };
            let Some(when) = self.when(term.when.as_ref(), &named.id) else { continue };
            out.push(super::schema::Term { named, when, ..term.clone() });
        }
        out
    }

    fn pairings(&mut self) -> Vec<super::schema::Pairing> {
        let mut out = Vec::new();
        for pairing in &self.part.pairings {
            let Some(named) = self.named("pairing", &pairing.named) else { continue };
            let Some(to) = self.level_or_note(&pairing.to, &named.id) else { continue };
            out.push(super::schema::Pairing { named, to, ..pairing.clone() });
        }
        out
    }
}
