//! Search over all levels and branches by name, full pinyin, initials or code.

use ib_matcher::matcher::{IbMatcher, PinyinMatchConfig};

use super::ask::{Ask, Place};
use super::covered::{self, Entity};
use crate::domain::page::Hit;
use crate::domain::problem::Problem;
use crate::domain::text::clean_name;

/// The best hits for what was typed: the whole name or code before its beginning, that before a
/// part of it, hanzi before pinyin, upper levels before lower ones.
pub(super) fn find(ask: &Ask<'_>, text: &str, limit: usize) -> Result<Vec<Hit>, Problem> {
    let text = clean_name(text);
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let begins = IbMatcher::builder(&*text).pinyin(PinyinMatchConfig::default()).starts_with(true).build();
    let anywhere = IbMatcher::builder(&*text).pinyin(PinyinMatchConfig::default()).build();
    let rank = |name: &str, code: &str| {
        Some(match () {
            () if name == text || code == text => 0_u8,
            () if name.starts_with(&*text) => 1,
            () if code.starts_with(&*text) => 2,
            () if name.contains(&*text) => 3,
            () if begins.is_match(name) => 4,
            () if anywhere.is_match(name) => 5,
            () => return None,
        })
    };
    let mut hits: Vec<(u8, usize, usize, Place, Option<usize>)> = Vec::new();
    for table in 0..ask.world.tables() {
        let columns = ask.table(table)?;
        for row in ask.world.range(ask.within, table) {
            let place = (table, row);
            let (name, code) = (ask.world.name(place), columns.codes.get(row as usize));
            hits.extend(rank(name, code).map(|rank| (rank, table, name.len(), place, None)));
        }
    }
    // Enterprises and social organisations after units and branches: they lead to their unit.
    let entities = covered::entities(ask)?;
    for (n, entity) in entities.iter().enumerate() {
        if ask.within.is_none_or(|within| ask.world.lies_in(entity.place, within)) {
            let found = rank(&entity.name, &entity.code);
            hits.extend(found.map(|rank| (rank, ask.world.tables(), entity.name.len(), entity.place, Some(n))));
        }
    }
    hits.sort();
    let made = hits.into_iter().take(limit).map(|(.., place, entity)| match entity {
        None => hit(ask, place),
        Some(n) => of_entity(hit(ask, place), &entities[n]),
    });
    Ok(made.collect())
}

/// The hit of an entity: its unit's, under its own name.
fn of_entity(mut unit: Hit, entity: &Entity) -> Hit {
    unit.path.push(std::mem::replace(&mut unit.name, entity.name.clone()));
    unit.kind.clone_from(&entity.kind);
    unit.code.clone_from(&entity.code);
    unit
}

fn hit(ask: &Ask<'_>, place: Place) -> Hit {
    let world = &ask.world;
    let (table, row) = place;
    let way = world.way(place);
    let above = way[..way.len() - 1].iter().filter(|p| ask.within.is_none_or(|w| world.lies_in(**p, w)));
    let (parent, listing) = ask.stands_in(place);
    Hit {
        uid: ask.uid(place),
        subject: world.subject(table),
        kind: match ask.framework.levels.get(table) {
            Some(level) => level.label.clone(),
            None => world.branches().kinds.get(row as usize).to_owned(),
        },
        code: world.table(table).codes.get(row as usize).to_owned(),
        name: world.name(place).to_owned(),
        path: above.map(|p| world.name(*p).to_owned()).collect(),
        place: parent,
        listing,
    }
}
