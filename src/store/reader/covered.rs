//! Who is covered: units by the branches in them, enterprises and social organisations by their state.

use std::sync::Arc;

use super::ask::{Ask, Place};
use crate::domain::coverage::{CoverageState, INSTRUCTOR, has_instructor};
use crate::domain::id::Uid;
use crate::domain::problem::Problem;
use crate::framework::Framework;
use crate::framework::condition::Condition;
use crate::framework::schema::{Coverage, Covered};
use crate::rules::{Record, Truth};
use crate::store::current;

/// Headings under which an entity's own words are found.
const OWN: [[&str; 2]; 3] = [["kind", "类型"], ["name", "名称"], ["coverage", "覆盖状态"]];

/// An enterprise or social organisation.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entity {
    pub(crate) uid: Uid,
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) kind: String,
    /// Its unit.
    pub(crate) place: Place,
    /// `None`: not told, or a word that is no state.
    pub(crate) state: Option<CoverageState>,
    /// The word of the office's table.
    pub(crate) word: String,
    /// Whether an instructor was sent; `None`: not told.
    pub(crate) instructor: Option<bool>,
    /// Further columns.
    pub(crate) fields: Vec<(String, String)>,
}

/// Every entity whose unit is there, by the order of the tree.
pub(super) fn entities(ask: &Ask<'_>) -> Result<Arc<Vec<Entity>>, Problem> {
    ask.cache.entities(&(ask.world.version, ask.world.at), || {
        let rows = current::entities(ask.connection, &ask.world)?;
        // Most workspaces have none: then no level is loaded for them.
        for table in 0..if rows.is_empty() { 0 } else { ask.world.levels.len() } {
            ask.table(table)?;
        }
        let mut found: Vec<Entity> = rows
            .into_values()
            .filter_map(|row| {
                let place = ask.world.place(row.unit)?;
                let fields: Vec<(String, String)> = serde_json::from_str(&row.fields).unwrap_or_default();
                let instructor = fields.iter().find(|(heading, _)| heading.contains(INSTRUCTOR)).and_then(|(_, cell)| has_instructor(cell));
                let state = CoverageState::read(&row.coverage);
                Some(Entity {
                    uid: row.uid,
                    code: row.code,
                    name: row.name,
                    kind: row.kind,
                    place,
                    state,
                    word: row.coverage,
                    instructor,
                    fields,
                })
            })
            .collect();
        found.sort_by(|a, b| a.place.cmp(&b.place).then_with(|| a.uid.cmp(&b.uid)));
        Ok(Arc::new(found))
    })
}

/// Whether a word of data is one of the framework, itself or by its synonyms.
pub(super) fn is_word(framework: &Framework, word: &str, text: &str) -> bool {
    word == text || framework.synonyms.iter().any(|s| s.word == word && s.of.iter().any(|of| of == text))
}

/// Whether an entity counts; `None` where it cannot be told. Where no state is named any organisation does.
pub(super) fn counts(coverage: &Coverage, entity: &Entity) -> Option<bool> {
    if coverage.counts_as.is_empty() { entity.state.map(CoverageState::is_organised) } else { is_any(&coverage.counts_as, entity) }
}

/// Whether an entity is in one of some states, or has an instructor where those count; `None` where it cannot
/// be told.
pub(super) fn is_any(words: &[String], entity: &Entity) -> Option<bool> {
    let organised = entity.state.map(|state| words.iter().any(|word| CoverageState::read(word) == Some(state)));
    let instructed = if words.iter().any(|word| word == INSTRUCTOR) { entity.instructor } else { Some(false) };
    match (organised, instructed) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (Some(false), Some(false)) => Some(false),
        _ => None,
    }
}

/// Those that count, those that were told, those that were not: per row of a table.
pub(super) type Tally = [u32; 3];

/// The coverage in every row of a table, counted in scope only.
pub(super) fn tally(ask: &Ask<'_>, coverage: &Coverage, table: usize, scope: Option<&[Vec<bool>]>) -> Result<Vec<Tally>, Problem> {
    ask.table(table)?;
    let mut out = vec![[0; 3]; ask.world.len(table) as usize];
    for (place, told) in members(ask, coverage)? {
        if scope.is_none_or(|s| s[place.0][place.1 as usize])
            && let Some(row) = ask.world.ancestor(place, table)
        {
            let [num, den, open] = &mut out[row as usize];
            match told {
                Some(covered) => {
                    *num += u32::from(covered);
                    *den += 1;
                }
                None => *open += 1,
            }
        }
    }
    Ok(out)
}

/// Every unit or entity of a coverage: where it is, and whether it counts.
pub(super) fn members(ask: &Ask<'_>, coverage: &Coverage) -> Result<Vec<(Place, Option<bool>)>, Problem> {
    match &coverage.of {
        Covered::Units(level) => {
            let Some(table) = ask.world.level(level) else { return Ok(Vec::new()) };
            Ok(units(ask, coverage, table)?.into_iter().zip(0..).map(|(told, row)| ((table, row), told)).collect())
        }
        Covered::Entities(kind) => {
            let all = entities(ask)?;
            Ok(told_of(ask, coverage, kind, &all).map(|(entity, told)| (entity.place, told)).collect())
        }
    }
}

/// Every entity of a coverage, and whether it counts; none where the coverage is of units.
pub(super) fn entities_of(ask: &Ask<'_>, coverage: &Coverage) -> Result<Vec<(Entity, Option<bool>)>, Problem> {
    let Covered::Entities(kind) = &coverage.of else { return Ok(Vec::new()) };
    let all = entities(ask)?;
    Ok(told_of(ask, coverage, kind, &all).map(|(entity, told)| (entity.clone(), told)).collect())
}

/// The entities of a kind that a coverage is about, and whether each counts.
fn told_of<'e>(ask: &Ask<'_>, coverage: &Coverage, kind: &str, all: &'e [Entity]) -> impl Iterator<Item = (&'e Entity, Option<bool>)> {
    all.iter().filter(move |e| is_word(ask.framework, kind, &e.kind)).filter_map(move |e| match belongs(ask, coverage, e) {
        Some(false) => None,
        Some(true) => Some((e, counts(coverage, e))),
        None => Some((e, None)),
    })
}

/// Whether an entity is one of those that a coverage is about; `None` where it cannot be told.
fn belongs(ask: &Ask<'_>, coverage: &Coverage, entity: &Entity) -> Option<bool> {
    coverage.when.as_ref().map_or(Some(true), |when| told(ask, when, entity).known())
}

/// What comes of a condition on an entity, which has columns and no readings.
pub(super) fn told(ask: &Ask<'_>, when: &Condition, entity: &Entity) -> Truth {
    Record { field: &|heading| field(entity, heading), reading: &|_| None, day: ask.world.at.day }.told(when)
}

/// A cell of an entity: what the office's table says goes before what the record says of itself.
pub(super) fn field(entity: &Entity, heading: &str) -> Option<String> {
    if let Some((_, cell)) = entity.fields.iter().find(|(h, _)| h == heading) {
        return Some(cell.clone());
    }
    Some(match OWN.iter().position(|words| words.contains(&heading))? {
        0 => entity.kind.clone(),
        1 => entity.name.clone(),
        // In the word of the statistics, however the table spells it.
        _ => entity.state.map_or_else(|| entity.word.clone(), |state| state.word().to_owned()),
    })
}

/// Whether each unit of a level has a branch that counts. Where no list of branches was loaded, nothing is
/// told.
fn units(ask: &Ask<'_>, coverage: &Coverage, level: usize) -> Result<Vec<Option<bool>>, Problem> {
    let world = &ask.world;
    ask.table(level)?;
    let branches = world.branch_table();
    if world.len(branches) == 0 {
        return Ok(vec![None; world.len(level) as usize]);
    }
    ask.table(branches)?;
    let mut covered = vec![Some(false); world.len(level) as usize];
    for row in 0..world.len(branches) {
        let kind = world.branches().kinds.get(row as usize);
        if (coverage.counts_as.is_empty() || coverage.counts_as.iter().any(|word| is_word(ask.framework, word, kind)))
            && let Some(unit) = world.ancestor((branches, row), level)
        {
            covered[unit as usize] = Some(true);
        }
    }
    Ok(covered)
}
