//! Regions 片区: declared by a framework, named by tables, or the units of one branch.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use super::ask::Ask;
use crate::domain::id::Uid;
use crate::domain::problem::Problem;
use crate::domain::unit::MEMBER_UNITS;
use crate::store::record::{RecordKind, records};
use crate::store::world::Membership;

/// What stands between the units that a branch names.
const BETWEEN: [char; 6] = ['、', ',', '，', ';', '；', ' '];

/// A set of units beside the tree.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Region {
    /// What tables and scopes name it by.
    pub(super) code: String,
    pub(super) label: String,
    pub(super) label_en: String,
    /// 片, 团, 线, 流域 …
    pub(super) kind: String,
    /// The organisation that leads it, as the table writes it.
    pub(super) lead: String,
    /// Units, branches and entities, each once.
    pub(super) members: Vec<Uid>,
}

/// The part of an id behind the framework's own name: what tables write.
fn bare(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or(id)
}

/// Every region as of the time asked, those of the frameworks first.
pub(super) fn regions(ask: &Ask<'_>) -> Result<Vec<Region>, Problem> {
    let mut out: Vec<Region> = Vec::new();
    for region in &ask.framework.regions {
        let members = if region.members.is_empty() { Vec::new() } else { coded(ask, &region.members)? };
        out.push(Region {
            code: bare(&region.named.id).to_owned(),
            label: region.named.label.clone(),
            label_en: region.named.label_en.clone(),
            kind: region.kind.clone(),
            lead: String::new(),
            members,
        });
    }
    for record in records(ask.connection, &ask.world, RecordKind::Region)? {
        let (kind, lead) = (record.get("kind").to_owned(), record.get("lead").to_owned());
        match out.iter_mut().find(|r| r.code == record.code) {
            Some(region) => region.lead = lead,
            None => out.push(Region { code: record.code, label: record.name, kind, lead, ..Region::default() }),
        }
    }
    let members: BTreeMap<&String, &Vec<Uid>> = ask.world.members(ask.connection, Membership::Region)?.iter().collect();
    for (code, uids) in members {
        let at = out.iter().position(|r| r.code == *code).unwrap_or_else(|| {
            out.push(Region { code: code.clone(), label: code.clone(), ..Region::default() });
            out.len() - 1
        });
        let known = &mut out[at].members;
        known.extend(uids.iter().filter(|uid| !known.contains(uid)).copied().collect::<Vec<_>>());
    }
    Ok(out)
}

/// The members of the regions of some codes.
pub(super) fn members_of<'c>(ask: &Ask<'_>, codes: impl Iterator<Item = &'c String>) -> Result<Vec<Uid>, Problem> {
    let codes: Vec<&String> = codes.collect();
    if codes.is_empty() {
        return Ok(Vec::new());
    }
    let all = regions(ask)?;
    Ok(all.into_iter().filter(|r| codes.contains(&&r.code)).flat_map(|r| r.members).collect())
}

/// The units of some codes or names, each once; what names none or several is left out.
pub(super) fn coded(ask: &Ask<'_>, words: &[String]) -> Result<Vec<Uid>, Problem> {
    let wanted: FxHashSet<&str> = words.iter().map(String::as_str).collect();
    let mut codes: FxHashMap<&str, Uid> = FxHashMap::default();
    let mut names: FxHashMap<&str, Vec<Uid>> = FxHashMap::default();
    for level in 0..ask.world.levels.len() {
        let table = ask.table(level)?;
        for (uid, (code, name)) in table.uids.iter().zip(table.codes.iter().zip(table.names.iter())) {
            if wanted.contains(code) {
                codes.entry(code).or_insert(*uid);
            } else if wanted.contains(name) {
                names.entry(name).or_default().push(*uid);
            }
        }
    }
    let one = |word: &String| match (codes.get(word.as_str()), names.get(word.as_str()).map(Vec::as_slice)) {
        (Some(uid), _) | (None, Some([uid])) => Some(*uid),
        _ => None,
    };
    let mut seen = FxHashSet::default();
    Ok(words.iter().filter_map(one).filter(|uid| seen.insert(*uid)).collect())
}

/// A branch that is not nested in the tree, and its units: those that its table names, and those of
/// the regions that it leads. Empty where it has its own only.
pub(super) fn units_of_branch(ask: &Ask<'_>, regions: &[Region], row: u32) -> Result<Vec<Uid>, Problem> {
    let branches = ask.world.branch_table();
    let table = ask.world.table(branches);
    let n = row as usize;
    let mut out = Vec::new();
    // Most branches name none, and their fields need not be read.
    if ask.world.branches().fields.get(n).contains(MEMBER_UNITS) {
        let fields = ask.fields(row)?;
        let named = fields.iter().filter(|(heading, _)| heading == MEMBER_UNITS);
        let words: Vec<String> =
            named.flat_map(|(_, cell)| cell.split(BETWEEN)).map(|w| w.trim().to_owned()).filter(|w| !w.is_empty()).collect();
        out = coded(ask, &words)?;
    }
    let (code, name) = (table.codes.get(n), table.names.get(n));
    for uid in regions.iter().filter(|r| !r.lead.is_empty() && (r.lead == code || r.lead == name)).flat_map(|r| &r.members) {
        if !out.contains(uid) && ask.world.find(ask.connection, *uid)?.is_some_and(|(level, _)| level < branches) {
            out.push(*uid);
        }
    }
    Ok(out)
}
