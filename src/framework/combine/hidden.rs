//! What a framework declares again under the id of an extended one stands in its place.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::super::Framework;
use super::super::schema::Named;

/// What a part declares that it extends declares too: `(kind of item, base/id)` → the part.
pub(super) struct Hidden<'p>(HashMap<(&'static str, String), &'p str>);

impl<'p> Hidden<'p> {
    pub(super) fn of(parts: &'p [Arc<Framework>]) -> Self {
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
    pub(super) fn shown(&self, kind: &'static str, id: &str) -> String {
        let mut id = id.to_owned();
        // A chain of `extends` is finite and has no circle.
        while let Some(by) = self.0.get(&(kind, id.clone())) {
            let bare = id.rsplit_once('/').map_or(id.as_str(), |(_, bare)| bare);
            id = format!("{by}/{bare}");
        }
        id
    }

    pub(super) fn hides(&self, kind: &'static str, id: &str) -> bool {
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
