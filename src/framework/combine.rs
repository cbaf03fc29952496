//! Several frameworks as one: the first gives the tree, every id becomes `framework/id`.
//!
//! What an extended framework declares and a framework in use declares again under the same id (a
//! number that the base leaves open, say) is hidden, and whatever referred to it refers to the new
//! one. Two frameworks that use the same word for different things stay side by side.

mod hidden;
mod joined;

use std::collections::HashSet;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use self::hidden::Hidden;
use self::joined::{Indicators, Joined};
use super::Framework;
use crate::domain::id::IndicatorId;
use crate::domain::problem::{Problem, Severity};

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
                    // Two ways of working may share a zone; the first that names a document stands.
                    if same.basis == super::schema::Basis::default() {
                        same.basis = zone.basis;
                    }
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
        for kind in &new {
            self.kind_bases.extend(rest.kind_bases.get(&kind.number).map(|basis| (kind.number, basis.clone())));
        }
        self.kinds.extend(new);
        self.privacy.deny_levels.extend(rest.privacy.deny_levels);
        self.privacy.deny_fields.extend(rest.privacy.deny_fields);
    }
}

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
