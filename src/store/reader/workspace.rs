//! The workspace itself, and every mark that stands.

use super::ask::Ask;
use super::{map_layer, region};
use crate::domain::as_of::AsOf;
use crate::domain::indicator::Classing;
use crate::domain::page::{Declared, MarkRow, ReadCount, Workspace};
use crate::domain::problem::Problem;
use crate::domain::sheet::SheetKind;
use crate::domain::view_state::{Listing, Scope, ViewState};
use crate::framework::schema::Named;
use crate::framework::{Framework, Rule};
use crate::store::load;
use crate::store::world::meta;

/// What a session knows before it asks for a page.
pub(super) fn workspace(ask: &Ask<'_>, folder: &str) -> Result<Workspace, Problem> {
    let world = &ask.world;
    let place = ask.standing_in(None)?;
    let named = meta(ask.connection, "name")?.filter(|n| !n.is_empty());
    let name = place.map(|p| world.name(p).to_owned()).or(named).unwrap_or_else(|| folder.to_owned());
    let mut reads: Vec<ReadCount> = Vec::new();
    let mut problems = ask.framework.notes.clone();
    for loaded in load::sources(ask.connection)? {
        match reads.iter_mut().find(|r| r.name == loaded.counts.name) {
            Some(sum) => {
                sum.read += loaded.counts.read;
                sum.drawn += loaded.counts.drawn;
                sum.listed += loaded.counts.listed;
            }
            None => reads.push(loaded.counts),
        }
        problems.extend(loaded.problems);
    }
    let listing = ask.listings(place).into_iter().next();
    let listing = listing.or_else(|| world.levels.first().cloned().map(Listing::Units)).unwrap_or(Listing::Branches);
    let indicators = ask.framework.indicators.clone();
    let zones = scopes(ask)?;
    Ok(Workspace {
        name,
        demo: ask.framework.demo,
        version: ask.version,
        levels: ask.framework.levels.clone(),
        counts: (0..world.levels.len()).map(|t| u32::try_from(world.range(ask.within, t).len()).unwrap_or(u32::MAX)).collect(),
        has_branches: !world.range(ask.within, world.branch_table()).is_empty(),
        regions: zones.iter().skip(ask.framework.zones.len()).map(|(code, _)| code.clone()).collect(),
        zones,
        place_kinds: map_layer::kinds(ask)?,
        kinds: ask.framework.kinds.clone(),
        declared: declared(ask.framework),
        framework: ask.framework.name.clone(),
        frameworks: ask.framework.parts.iter().map(|p| (p.id.clone(), p.name.clone(), p.name_en.clone())).collect(),
        home: ViewState {
            place: place.map(|p| ask.uid(p)),
            listing,
            indicator: indicators.first().map_or_else(|| "".into(), |i| i.id.clone()),
            period: None,
            as_of: AsOf::NOW,
            scope: Scope::default(),
            only_flagged: false,
            classing: Classing::Policy,
            extent: None,
            selection: None,
            what_if: None,
        },
        indicators,
        problems,
        reads,
        pending: meta(ask.connection, "pending")?.filter(|p| !p.is_empty()),
    })
}

/// What the frameworks in use name beside zones and indicators, in the order of the menu of sheets.
fn declared(framework: &Framework) -> Vec<Declared> {
    let of = |sheet: SheetKind, named: &Named| Declared {
        sheet,
        id: named.id.clone(),
        label: named.label.clone(),
        label_en: named.label_en.clone(),
    };
    let rule =
        |rule: &Rule| Declared { sheet: SheetKind::Leads, id: rule.id.clone(), label: rule.label.clone(), label_en: rule.label_en.clone() };
    let mut out: Vec<Declared> = framework.rules.iter().map(rule).collect();
    out.extend(framework.targets.iter().map(|t| of(SheetKind::Targets, &t.named)));
    out.extend(framework.matrices.iter().map(|m| of(SheetKind::Matrices, &m.named)));
    out.extend(framework.ratings.iter().map(|r| of(SheetKind::Ratings, &r.named)));
    out.extend(framework.scorecards.iter().map(|s| of(SheetKind::Scorecards, &s.named)));
    out.extend(framework.pairings.iter().map(|p| of(SheetKind::Pairings, &p.named)));
    out.extend(framework.cadences.iter().map(|c| of(SheetKind::Cadence, &c.named)));
    out.extend(framework.lists.iter().map(|l| of(SheetKind::Lists, &l.named)));
    out.extend(framework.forms.all.iter().map(|f| of(SheetKind::Form { name: f.name.clone() }, &f.named)));
    out
}

/// Zones, then the regions that have members: what a scope may name.
fn scopes(ask: &Ask<'_>) -> Result<Vec<(String, String)>, Problem> {
    let mut out: Vec<(String, String)> = ask.framework.zones.iter().map(|z| (z.code.clone(), z.label.clone())).collect();
    for region in region::regions(ask)?.into_iter().filter(|r| !r.members.is_empty()) {
        if out.iter().all(|(code, _)| *code != region.code) {
            out.push((region.code, region.label));
        }
    }
    Ok(out)
}

/// Every mark that stands, the oldest first.
pub(super) fn marks(ask: &Ask<'_>) -> Result<Vec<MarkRow>, Problem> {
    let mut rows: Vec<MarkRow> = ask
        .marks()?
        .into_iter()
        .flat_map(|(place, marks)| {
            let way = ask.world.way(place);
            let path: Vec<String> = way[..way.len() - 1].iter().map(|p| ask.world.name(*p).to_owned()).collect();
            let (parent, listing) = ask.stands_in(place);
            marks.iter().map(move |mark| MarkRow {
                mark: mark.clone(),
                name: ask.world.name(place).to_owned(),
                path: path.clone(),
                place: parent,
                listing: listing.clone(),
            })
        })
        .collect();
    rows.sort_by_key(|row| (row.mark.at, row.mark.fact));
    Ok(rows)
}
