//! Finding a unit's parent by position.

use super::faces::area_m2;
use super::overlay;
use super::unit::Units;
use super::{Level, Report, metric};

/// The parent that a unit lies in, and how clear that was.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Home {
    /// Record of the parent.
    pub parent: u32,
    /// Share of the unit's area that lies in it, 0–1.
    pub share: f64,
    /// The parent in which the next largest part lies.
    pub next: Option<u32>,
    /// Share that lies in that one, 0–1.
    pub next_share: f64,
}

impl Home {
    /// Whether nobody would doubt it: more than half lies in it, and four times as much as in any other.
    #[must_use]
    pub fn is_clear(&self) -> bool {
        self.share > 0.5 && self.share >= 4.0 * self.next_share
    }
}

/// For some units of a level the parent with which each shares the largest area; `None` for one
/// that lies in no parent or has no area.
#[must_use]
pub fn find_home(parents: &Level<'_>, children: &Level<'_>, wanted: &[u32]) -> Vec<Option<Home>> {
    let mut nothing = Report::default();
    let (parents, children) = (Units::look(0, parents, &mut nothing), Units::look(1, children, &mut nothing));
    wanted.iter().map(|unit| home(&parents, &children, *unit)).collect()
}

/// The parent with which a unit shares the largest area.
pub(super) fn home(parents: &Units<'_>, children: &Units<'_>, unit: u32) -> Option<Home> {
    if !children.is_drawn(unit) {
        return None;
    }
    let loops = children.loops(unit);
    let whole = area_m2(std::slice::from_ref(&loops));
    let extent = metric::extent(children.rings(unit).flatten())?;
    let near = parents.index().meeting(&extent).into_iter().filter(|p| parents.is_drawn(*p));
    let mut shares: Vec<(f64, u32)> =
        near.map(|p| (area_m2(&overlay::intersection(&loops, &parents.loops(p))) / whole, p)).filter(|(share, _)| *share > 0.0).collect();
    shares.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let (share, parent) = *shares.first()?;
    let next = shares.get(1);
    Some(Home { parent, share, next: next.map(|s| s.1), next_share: next.map_or(0.0, |s| s.0) })
}
