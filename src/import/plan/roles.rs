//! Which column is which, and what the rows are: said by a person, learned, usual, or guessed from
//! the values.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::sheet::Sheet;
use crate::domain::indicator::Indicator;
use crate::domain::plan::{Choices, Target};
use crate::framework::Framework;
use crate::import::match_unit::{Finder, Found};
use crate::import::names::plain;
use crate::import::official;
use crate::import::profile::{Profile, Profiles, column};
use crate::import::record;
use crate::store::record::RecordKind;

/// Columns of an indicator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Parts {
    pub(super) value: Option<usize>,
    pub(super) num: Option<usize>,
    pub(super) den: Option<usize>,
}

/// What the columns of a sheet are.
#[derive(Default)]
pub(super) struct Roles {
    /// What the rows are.
    pub(super) target: Option<Target>,
    /// Role → column.
    pub(super) columns: BTreeMap<String, usize>,
    /// A wide table's indicators.
    pub(super) indicators: Vec<(Arc<Indicator>, Parts)>,
}

impl Roles {
    /// The column of a role.
    pub(super) fn get(&self, role: &str) -> Option<usize> {
        self.columns.get(role).copied()
    }

    /// Role → heading, as it is shown and learned.
    pub(super) fn named(&self, headings: &[String]) -> BTreeMap<String, String> {
        let mut out: BTreeMap<String, String> = self.columns.iter().map(|(role, n)| (role.clone(), headings[*n].clone())).collect();
        for (indicator, parts) in &self.indicators {
            for (part, column) in [("", parts.value), (".num", parts.num), (".den", parts.den)] {
                out.extend(column.map(|n| (format!("{}{part}", indicator.id), headings[n].clone())));
            }
        }
        out
    }
}

/// Everything that is known of the columns of a sheet before its rows are read.
pub(super) fn guess(
    sheet: &Sheet,
    framework: &Framework,
    profiles: &Profiles,
    profile: &Profile,
    choices: &Choices,
    [tree, branches]: [&Finder<'_>; 2],
) -> Roles {
    let headings = &sheet.headings;
    let said = |role: &str| {
        let chosen = choices.columns.get(role).and_then(|name| headings.iter().position(|h| h == name));
        chosen.or_else(|| column(profile, role, headings))
    };
    let usual = |role: &str| said(role).or_else(|| profiles.usual(role, headings).first().copied());
    let indicators = indicators(headings, framework, &said, &choices.columns, profiles);
    let target = choices.target.clone().or_else(|| profile.target()).or_else(|| {
        let has = |role| usual(role).is_some();
        let sign = |kind| headings.iter().any(|h| profiles.is_sign(kind, h));
        let long = has("indicator") && (has("value") || has("num"));
        match () {
            () if sign("items") => Some(Target::Items),
            () if sign("places") => Some(Target::Places),
            () if sign("links") => Some(Target::Links),
            () if sign("regions") && has("region") => Some(Target::Regions),
            () if !indicators.is_empty() || long => Some(Target::Values),
            () if sign("branches") || has("lon") && has("lat") && has("unit") => Some(Target::Branches),
            () if sign("entities") => Some(Target::Entities),
            () if is_filled_in(sheet, profiles, tree) => Some(Target::Values),
            () if has("zone") && (has("unit") || has("code") || has("name")) => {
                // A word that is no zone of the framework names a region.
                let is_zone = |word: &str| framework.zones.iter().any(|z| z.code == word || z.label == word || z.label_en == word);
                let zones = usual("zone").is_none_or(|n| sheet.sample(n).next().is_none() || sheet.sample(n).any(is_zone));
                Some(if zones || usual("region").is_none() { Target::Zones } else { Target::Regions })
            }
            () if has("code") && has("name") => Some(Target::Units(None)),
            () => None,
        }
    });
    let roles: &[&str] = match &target {
        Some(Target::Units(_)) => &["code", "name", "parent", "level", "area_km2"],
        Some(Target::Branches) => &["code", "name", "kind", "unit", "lon", "lat"],
        Some(Target::Entities) => &["code", "name", "kind", "unit", "coverage"],
        Some(Target::Zones) => &["zone"],
        Some(Target::Regions) => &["region", "kind", "lead"],
        Some(Target::Links) => record::roles(RecordKind::Link),
        Some(Target::Places) => record::roles(RecordKind::Place),
        Some(Target::Items) => record::roles(RecordKind::Item),
        Some(Target::Values) => &["indicator", "period", "value", "num", "den", "state"],
        None => &[],
    };
    let mut columns: BTreeMap<String, usize> = BTreeMap::new();
    for role in roles {
        // One column has one role: the first role that it usually has.
        let free = |n: &usize| !columns.values().any(|taken| taken == n);
        let usual = || match *role {
            // It counts only where its heading names the unit.
            "area_km2" => {
                let measured: Vec<String> = (0..headings.len()).map(|n| sheet.measured(n)).collect();
                official::column(profiles, &measured).filter(free)
            }
            role => profiles.usual(role, headings).into_iter().find(free),
        };
        let found = said(role).or_else(usual);
        columns.extend(found.map(|n| ((*role).to_owned(), n)));
    }
    if !indicators.is_empty() {
        for role in ["indicator", "value", "num", "den", "state"] {
            columns.remove(role);
        }
    }
    match target {
        Some(Target::Values | Target::Zones | Target::Regions) => {
            let taken: Vec<usize> =
                columns.values().copied().chain(indicators.iter().flat_map(|(_, p)| [p.value, p.num, p.den]).flatten()).collect();
            // Where branches report, a row is a branch: the column of its unit is another.
            let of_branches = target == Some(Target::Values) && indicators.iter().any(|(i, _)| i.is_of_branches());
            let own = || if of_branches { key(sheet, profiles, branches, &taken) } else { None };
            let key = said("unit").or_else(|| said("code")).or_else(own).or_else(|| key(sheet, profiles, tree, &taken));
            columns.extend(key.map(|n| ("unit".to_owned(), n)));
            let beside = profiles.usual("name", headings).into_iter().find(|n| Some(*n) != key && !taken.contains(n));
            columns.extend(said("name").or(beside).map(|n| ("name".to_owned(), n)));
        }
        Some(Target::Branches | Target::Entities | Target::Links | Target::Places | Target::Items) if !columns.contains_key("unit") => {
            let taken: Vec<usize> = columns.values().copied().collect();
            let all = (0..headings.len()).filter(|n| !taken.contains(n));
            let best = all.map(|n| (hits(sheet, tree, n), n)).max_by_key(|(hits, n)| (*hits, std::cmp::Reverse(*n)));
            columns.extend(best.filter(|(hits, _)| *hits > 0).map(|(_, n)| ("unit".to_owned(), n)));
        }
        _ => {}
    }
    let indicators = if target == Some(Target::Values) { indicators } else { Vec::new() };
    Roles { target, columns, indicators }
}

/// Whether the rows name units that are known and have numbers beside them: nobody sends a list of
/// units with the county's own figures in it.
fn is_filled_in(sheet: &Sheet, profiles: &Profiles, tree: &Finder<'_>) -> bool {
    let code = profiles.usual("code", &sheet.headings).into_iter().next();
    let structure = ["level", "lon", "lat"].into_iter().any(|role| !profiles.usual(role, &sheet.headings).is_empty());
    !structure && code.is_some_and(|n| hits(sheet, tree, n) > 0) && (0..sheet.headings.len()).any(|n| Some(n) != code && sheet.is_number(n))
}

/// The column that names the units: of the usual ones, and else of all, the one with most hits.
fn key(sheet: &Sheet, profiles: &Profiles, tree: &Finder<'_>, taken: &[usize]) -> Option<usize> {
    let free = |n: &usize| !taken.contains(n);
    let mut usual: Vec<usize> =
        ["code", "unit", "name"].into_iter().flat_map(|role| profiles.usual(role, &sheet.headings)).filter(free).collect();
    usual.dedup();
    let best = |columns: &mut dyn Iterator<Item = usize>| {
        columns.map(|n| (hits(sheet, tree, n), n)).max_by_key(|(hits, n)| (*hits, std::cmp::Reverse(*n))).filter(|(hits, _)| *hits > 0)
    };
    let found = best(&mut usual.iter().copied()).or_else(|| best(&mut (0..sheet.headings.len()).filter(free)));
    found.map(|(_, n)| n).or_else(|| usual.first().copied())
}

/// How many cells of a sample name a unit; none where that is fewer than half, which is chance.
fn hits(sheet: &Sheet, tree: &Finder<'_>, column: usize) -> usize {
    let (mut all, mut hits) = (0, 0);
    for value in sheet.sample(column) {
        all += 1;
        hits += usize::from(tree.find(value) != Found::None);
    }
    if hits * 2 >= all { hits } else { 0 }
}

/// Columns that are indicators by id or label, whole or in parts.
fn indicators(
    headings: &[String],
    framework: &Framework,
    said: &dyn Fn(&str) -> Option<usize>,
    chosen: &BTreeMap<String, String>,
    profiles: &Profiles,
) -> Vec<(Arc<Indicator>, Parts)> {
    // What stands in brackets at the end is the unit of measure or the part.
    let split = |heading: &str| -> (String, String) {
        let at = heading.find(['(', '（', '[', '【']).unwrap_or(heading.len());
        (plain(&heading[..at]), plain(&heading[at..]))
    };
    let cut: Vec<(String, String)> = headings.iter().map(|h| split(h)).collect();
    // What a person said of a column counts over what its heading looks like.
    let said_otherwise = |n: usize| chosen.iter().any(|(_, heading)| *heading == headings[n]);
    let mut out = Vec::new();
    for indicator in framework.indicators.iter().filter(|i| i.derived.is_none()) {
        let names: Vec<String> = [indicator.id.as_str(), indicator.id.bare(), &indicator.label, &indicator.short, &indicator.label_en]
            .into_iter()
            .chain(indicator.synonyms.iter().map(String::as_str))
            .map(plain)
            .filter(|n| !n.is_empty())
            .collect();
        // A choice made before frameworks stood side by side names no framework.
        let first = framework.indicators.iter().find(|i| i.id.bare() == indicator.id.bare()).is_some_and(|i| i.id == indicator.id);
        let said = |end: &str| {
            let own = said(&format!("{}{end}", indicator.id));
            own.or_else(|| said(&format!("{}{end}", indicator.id.bare())).filter(|_| first))
        };
        let is = |heading: &str| names.iter().any(|n| n == heading);
        let part = |role: &str| {
            said(&format!(".{role}")).or_else(|| {
                cut.iter().enumerate().position(|(n, (head, tail))| {
                    if said_otherwise(n) {
                        return false;
                    }
                    let whole = [head.as_str(), tail].concat();
                    let ends = |n: &String| whole.strip_prefix(n.as_str()).is_some_and(|rest| profiles.is_usual(role, rest));
                    names.iter().any(ends)
                })
            })
        };
        let (num, den) = (part("num"), part("den"));
        let whole = said("").or_else(|| {
            (0..headings.len()).filter(|n| !said_otherwise(*n)).find(|n| {
                let (head, tail) = &cut[*n];
                Some(*n) != num && Some(*n) != den && (is(head) || is(&[head.as_str(), tail].concat()))
            })
        });
        if whole.is_some() || num.is_some() && den.is_some() {
            let certain = said("").is_some() || said(".num").is_some();
            out.push((Arc::clone(indicator), Parts { value: whole, num, den }, certain));
        }
    }
    // A column that several could be is asked about.
    let columns = |parts: &Parts| [parts.value, parts.num, parts.den];
    let claims: Vec<usize> = out.iter().flat_map(|(_, parts, _)| columns(parts)).flatten().collect();
    let shared = |n: &usize| claims.iter().filter(|c| *c == n).count() > 1;
    out.retain(|(_, parts, certain)| *certain || !columns(parts).iter().flatten().any(shared));
    out.into_iter().map(|(indicator, parts, _)| (indicator, parts)).collect()
}
