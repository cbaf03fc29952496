//! Needs and resources: which open item of one list could answer which of another, the nearest first — in the
//! own unit, then in the units above, then the county's — and which have nobody, both ways.

use rustc_hash::FxHashMap;

use crate::domain::sheet::{Cell, Column, Lead, Row, Table, Weight, Words};
use crate::store::reader::ask::{Ask, Place};

/// Rows at most; the notes count all of them.
const LISTED: usize = 500;
/// Answers that a row names.
const NAMED: usize = 3;

/// An open item that nothing answers yet.
pub(super) struct Open {
    /// Position of its list.
    pub(super) list: usize,
    pub(super) category: String,
    /// Its number and what it is about.
    pub(super) name: String,
    /// Its unit; `None`: the county's own.
    pub(super) place: Option<Place>,
    /// It belongs to what is looked at; others only answer.
    pub(super) here: bool,
}

/// Where the nearest answers lie, and which they are.
#[derive(Debug, PartialEq)]
struct Nearest {
    /// The lowest unit that both lie in; `None`: only the county has both.
    place: Option<Place>,
    /// Positions of the items, in their order.
    items: Vec<usize>,
}

/// The nearest answers of every item: items of other lists with its category. `way` leads from a place up to
/// the top, the place first.
fn nearest(items: &[Open], way: impl Fn(Place) -> Vec<Place>) -> Vec<Option<Nearest>> {
    let mut in_unit: FxHashMap<(&str, Place), Vec<usize>> = FxHashMap::default();
    let mut in_county: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
    for (n, item) in items.iter().enumerate() {
        in_county.entry(&item.category).or_default().push(n);
        for place in item.place.map(&way).unwrap_or_default() {
            in_unit.entry((&item.category, place)).or_default().push(n);
        }
    }
    let of = |item: &Open| {
        let others = |found: Option<&Vec<usize>>| -> Vec<usize> {
            found.into_iter().flatten().copied().filter(|n| items[*n].list != item.list).collect()
        };
        let up = item.place.map(&way).unwrap_or_default();
        let near = up.into_iter().map(|place| (Some(place), others(in_unit.get(&(item.category.as_str(), place)))));
        let far = std::iter::once_with(|| (None, others(in_county.get(item.category.as_str()))));
        near.chain(far).find(|(_, items)| !items.is_empty()).map(|(place, items)| Nearest { place, items })
    };
    items.iter().map(of).collect()
}

/// Every open item with what could answer it, those with nobody first; how many of each list have nobody.
pub(super) fn table(ask: &Ask<'_>, labels: &[Words], items: &[Open]) -> Table {
    let nearest = nearest(items, |place| ask.world.way(place).into_iter().rev().collect());
    let mut here: Vec<usize> = (0..items.len()).filter(|n| items[*n].here).collect();
    here.sort_by_key(|n| (nearest[*n].is_some(), items[*n].list));
    let row = |n: &usize| {
        let (item, nearest) = (&items[*n], &nearest[*n]);
        let (answers, place) = match nearest {
            None => (Cell::Text(Words::key("places.needs.nobody")), Cell::Empty),
            Some(nearest) => (answers(labels, items, &nearest.items), Cell::Text(lies(ask, item, nearest))),
        };
        Row {
            cells: vec![
                Cell::Text(labels[item.list].clone()),
                Cell::Text(Words::data(&item.name)),
                item.place.map_or(Cell::Empty, |place| Cell::Text(Words::data(ask.path(place)))),
                Cell::Text(Words::data(&item.category)),
                answers,
                place,
            ],
            weight: if nearest.is_none() { Weight::Look } else { Weight::Plain },
            lead: item.place.map(|place| Lead::Subject(ask.uid(place))),
            detail: nearest.iter().flat_map(|n| n.items.iter().skip(NAMED)).map(|n| named(labels, &items[*n])).collect(),
        }
    };
    let note = |(list, label): (usize, &Words)| {
        let of = || here.iter().filter(|n| items[**n].list == list);
        let (all, alone) = (of().count(), of().filter(|n| nearest[**n].is_none()).count());
        (all > 0).then(|| Words::fill("places.needs.count", [label.clone(), Words::data(all.to_string()), Words::data(alone.to_string())]))
    };
    Table {
        title: Some(Words::key("places.needs.title")),
        columns: vec![
            Column::text("places.lists.list"),
            Column::text("places.lists.what"),
            Column::text("places.lists.unit").spare(2),
            Column::text("places.lists.category").spare(1),
            Column::text("places.needs.answers"),
            Column::text("places.needs.where"),
        ],
        rows: here.iter().take(LISTED).map(row).collect(),
        notes: labels.iter().enumerate().filter_map(note).chain([Words::key("places.needs.note")]).collect(),
        empty: Some(Words::key("places.lists.all_matched")),
    }
}

/// An item of a list.
fn named(labels: &[Words], item: &Open) -> Words {
    Words::fill("places.needs.item", [labels[item.list].clone(), Words::data(&item.name)])
}

/// The first answers, and how many there are.
fn answers(labels: &[Words], items: &[Open], found: &[usize]) -> Cell {
    let first = found.iter().take(NAMED).map(|n| named(labels, &items[*n]));
    let first = first.reduce(|a, b| Words::fill("places.needs.both", [a, b])).unwrap_or(Words::data(""));
    Cell::Text(match found.len() {
        0..=NAMED => first,
        n => Words::fill("places.needs.more", [first, Words::data(n.to_string())]),
    })
}

/// Where the answers of an item lie.
fn lies(ask: &Ask<'_>, item: &Open, nearest: &Nearest) -> Words {
    match nearest.place {
        None => Words::key("places.needs.county"),
        place if place == item.place => Words::key("places.needs.own"),
        Some(place) => Words::data(ask.path(place)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A tree of two levels below the top: places are (level, row), three leaves a unit.
    fn way((level, row): Place) -> Vec<Place> {
        match level {
            0 => vec![(0, 0)],
            1 => vec![(1, row), (0, 0)],
            _ => vec![(2, row), (1, row / 3), (0, 0)],
        }
    }

    fn open(list: usize, category: &str, place: Option<Place>) -> Open {
        Open { list, category: category.into(), name: String::new(), place, here: true }
    }

    #[test]
    fn the_own_unit_comes_first_then_those_above_then_the_county() {
        let need = |row| open(0, "养老", Some((2, row)));
        let items = [need(0), open(1, "养老", Some((2, 0))), need(1), need(7), open(1, "养老", None), open(1, "修路", Some((2, 7)))];
        let found = nearest(&items, way);
        let told = |place, items: &[usize]| Some(Nearest { place, items: items.to_vec() });
        assert_eq!(found[0], told(Some((2, 0)), &[1]));
        assert_eq!(found[2], told(Some((1, 0)), &[1]), "in the next unit, below the same one");
        assert_eq!(found[3], told(Some((0, 0)), &[1]), "the county has it in another place");
        assert_eq!(found[4], told(None, &[0, 2, 3]), "the county's own answers all");
        assert_eq!(found[5], None, "nobody needs it");
        let alone = [need(0), open(1, "养老", None)];
        assert_eq!(nearest(&alone, way)[0], told(None, &[1]));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

        /// Who is somebody's answer has an answer: nobody stands alone on one side only.
        #[test]
        fn answers_go_both_ways(seed in proptest::collection::vec((0_usize..3, 0_u8..3, proptest::option::of((0_usize..3, 0_u32..9))), 0..24)) {
            let place = |place: Option<Place>| place.map(|(level, row)| match level { 0 => (0, 0), 1 => (1, row / 3), _ => (2, row) });
            let items: Vec<Open> = seed.iter().map(|(list, category, at)| open(*list, &category.to_string(), place(*at))).collect();
            let found = nearest(&items, way);
            for (n, nearest) in found.iter().enumerate() {
                let exists = items.iter().any(|other| other.list != items[n].list && other.category == items[n].category);
                prop_assert_eq!(nearest.is_some(), exists);
                for other in nearest.iter().flat_map(|n| &n.items) {
                    prop_assert!(items[*other].list != items[n].list && items[*other].category == items[n].category);
                    prop_assert!(found[*other].is_some());
                    if let Some(place) = nearest.as_ref().and_then(|n| n.place) {
                        prop_assert!(items[*other].place.is_some_and(|at| way(at).contains(&place)));
                    }
                }
            }
        }
    }
}
