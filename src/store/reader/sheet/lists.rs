//! 清单: items by list and state, what is overdue, and what one list has that no other answers.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::figure::{basis_given, label};
use super::needs::{self, Open};
use super::regions::is_here;
use crate::domain::problem::Problem;
use crate::domain::sheet::{Cell, Column, Lead, Row, Sheet, Table, Weight, Words};
use crate::domain::view_state::ViewState;
use crate::framework::schema::List;
use crate::store::reader::ask::{Ask, Place, Zones};
use crate::store::record::{Record, RecordKind, records};

/// Yuan of a 万元.
const WAN: f64 = 10_000.0;

/// An item and where it belongs.
struct Item {
    record: Record,
    place: Option<Place>,
    done: bool,
    /// Days until it is due; below 0 overdue.
    left: Option<i64>,
    /// It names what answers it, or is named so.
    matched: bool,
}

/// A list: of the framework, or only in tables.
struct Of<'f> {
    id: String,
    list: Option<&'f List>,
    items: Vec<Item>,
}

impl Of<'_> {
    fn label(&self) -> Words {
        self.list.map_or_else(|| Words::data(&self.id), |list| label(&list.named))
    }
}

pub(super) fn fill(ask: &Ask<'_>, view: &ViewState, sheet: &mut Sheet) -> Result<(), Problem> {
    if let Some(place) = ask.standing_in(view.place)? {
        sheet.about.push(Words::data(ask.world.name(place)));
    }
    let mut open = Vec::new();
    let lists = lists(ask, view, &mut open)?;
    sheet.tables.push(overview(&lists));
    if let Some(table) = answers(&lists) {
        sheet.tables.push(table);
        let labels: Vec<Words> = lists.iter().map(Of::label).collect();
        sheet.tables.push(needs::table(ask, &labels, &open));
    }
    for of in lists.iter().filter(|of| !of.items.is_empty()) {
        sheet.tables.push(one(ask, of));
    }
    Ok(())
}

/// The lists with their items here; into `open` goes what is open and not matched, wherever it may be seen.
fn lists<'f>(ask: &Ask<'f>, view: &ViewState, open: &mut Vec<Open>) -> Result<Vec<Of<'f>>, Problem> {
    let bare = |id: &str| id.rsplit('/').next().unwrap_or(id).to_owned();
    let mut out: Vec<Of<'f>> = ask.framework.lists.iter().map(|l| Of { id: bare(&l.named.id), list: Some(l), items: Vec::new() }).collect();
    let zones = Zones::of(ask, &view.scope)?;
    let all = records(ask.connection, &ask.world, RecordKind::Item)?;
    let named: BTreeSet<String> = all.iter().map(|r| r.get("match").to_owned()).filter(|m| !m.is_empty()).collect();
    for record in all {
        let in_zones = |place: &Option<Place>| zones.as_ref().is_none_or(|z| place.is_some_and(|(t, row)| z.own[t][row as usize]));
        let here = is_here(ask, view, record.unit)?.filter(in_zones);
        // What lies elsewhere may answer what lies here.
        let seen = match record.unit {
            Some(unit) => ask.seen(unit)?.map(Some),
            None => ask.within.is_none().then_some(None),
        };
        let Some(place) = here.or(seen) else { continue };
        let at = out.iter().position(|of| of.id == record.get("list")).unwrap_or_else(|| {
            out.push(Of { id: record.get("list").to_owned(), list: None, items: Vec::new() });
            out.len() - 1
        });
        let last = out[at].list.and_then(|l| l.states.last()).map_or("", String::as_str);
        let done = record.day("done").is_some_and(|d| d <= ask.world.at.day) || (!last.is_empty() && record.get("state") == last);
        let left = record.day("due").filter(|_| !done).map(|due| days(ask.world.at.day, due));
        let matched = !record.get("match").is_empty() || named.contains(&record.code);
        let category = record.get("category");
        if !done && !matched && !category.is_empty() {
            let name = format!("{} {}", record.code, record.name).trim().to_owned();
            open.push(Open { list: at, category: category.to_owned(), name, place, here: here.is_some() });
        }
        if here.is_some() {
            out[at].items.push(Item { record, place, done, left, matched });
        }
    }
    for of in &mut out {
        // What is overdue longest first, then what is due next.
        of.items.sort_by_key(|i| (i.done, i.left.unwrap_or(i64::MAX)));
    }
    Ok(out)
}

fn days(from: Date, to: Date) -> i64 {
    from.until(to).map_or(0, |span| i64::from(span.get_days()))
}

fn number(n: usize) -> Cell {
    Cell::Number { value: f64::from(u32::try_from(n).unwrap_or(u32::MAX)), unit: String::new() }
}

fn text(words: &str) -> Cell {
    if words.is_empty() { Cell::Empty } else { Cell::Text(Words::data(words)) }
}

fn is_late(item: &Item) -> bool {
    item.left.is_some_and(|left| left < 0)
}

/// A list a row; its states are said in the details.
fn overview(lists: &[Of<'_>]) -> Table {
    let row = |of: &Of<'_>| {
        let (open, late) = (of.items.iter().filter(|i| !i.done).count(), of.items.iter().filter(|i| is_late(i)).count());
        let sum: f64 = of.items.iter().filter_map(|i| i.record.number("amount")).sum();
        let mut states: Vec<(&str, usize)> = of.list.iter().flat_map(|l| &l.states).map(|s| (s.as_str(), 0)).collect();
        for item in &of.items {
            let state = item.record.get("state");
            match states.iter_mut().find(|(s, _)| *s == state) {
                Some((_, n)) => *n += 1,
                None => states.push((state, 1)),
            }
        }
        let told = states.iter().map(|(state, n)| {
            let state = if state.is_empty() { Words::key("places.lists.no_state") } else { Words::data(*state) };
            Words::fill("places.lists.in_state", [state, Words::data(n.to_string())])
        });
        Row {
            cells: vec![
                Cell::Text(of.label()),
                number(of.items.len()),
                number(open),
                number(late),
                if sum > 0.0 { Cell::Number { value: sum / WAN, unit: "万元".to_owned() } } else { Cell::Empty },
            ],
            weight: match (late, of.items.len()) {
                (_, 0) => Weight::Dim,
                (0, _) => Weight::Plain,
                _ => Weight::Urgent,
            },
            lead: None,
            detail: told.chain(of.list.into_iter().flat_map(|list| basis_given(&list.basis))).collect(),
        }
    };
    Table {
        title: Some(Words::key("places.lists.title")),
        columns: vec![
            Column::text("places.lists.list"),
            Column::number("places.lists.items"),
            Column::number("places.lists.open"),
            Column::number("places.lists.late"),
            Column::number("places.lists.amount").spare(1),
        ],
        rows: lists.iter().map(row).collect(),
        notes: vec![Words::key("places.lists.states_below")],
        empty: Some(Words::key("places.lists.empty")),
    }
}

/// Needs and resources: categories × lists of what is open and not matched; `None` where no two lists
/// have a category in common.
fn answers(lists: &[Of<'_>]) -> Option<Table> {
    let categories = |of: &Of<'_>| -> BTreeSet<String> {
        of.items.iter().map(|i| i.record.get("category").to_owned()).filter(|category| !category.is_empty()).collect()
    };
    let of_each: Vec<BTreeSet<String>> = lists.iter().map(categories).collect();
    let is_answered = |n: usize| of_each.iter().enumerate().any(|(k, other)| k != n && !other.is_disjoint(&of_each[n]));
    let with: Vec<&Of<'_>> = lists.iter().enumerate().filter(|(n, _)| is_answered(*n)).map(|(_, of)| of).collect();
    if with.len() < 2 {
        return None;
    }
    let mut categories: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (n, of) in with.iter().enumerate() {
        for item in of.items.iter().filter(|i| !i.done && !i.matched && !i.record.get("category").is_empty()) {
            categories.entry(item.record.get("category")).or_insert_with(|| vec![0; with.len()])[n] += 1;
        }
    }
    let mut columns = vec![Column::text("places.lists.category")];
    columns.extend(with.iter().map(|of| Column { head: of.label(), right: true, spare: 0 }));
    let rows = categories.into_iter().map(|(category, counts)| Row {
        weight: if counts.contains(&0) { Weight::Look } else { Weight::Plain },
        cells: std::iter::once(text(category)).chain(counts.into_iter().map(number)).collect(),
        ..Row::default()
    });
    Some(Table {
        title: Some(Words::key("places.lists.answers")),
        columns,
        rows: rows.collect(),
        notes: vec![Words::key("places.lists.answers_note")],
        empty: Some(Words::key("places.lists.all_matched")),
    })
}

/// The items of one list; a row leads to its unit.
fn one(ask: &Ask<'_>, of: &Of<'_>) -> Table {
    let amounts = of.items.iter().any(|i| i.record.number("amount").is_some());
    let row = |item: &Item| {
        let record = &item.record;
        let mut cells = vec![
            text(&record.code),
            text(&record.name),
            item.place.map_or(Cell::Empty, |p| text(ask.world.name(p))),
            text(record.get("category")),
            text(record.get("organisation")),
            match (record.get("state"), of.list) {
                // A list without states asks for none.
                ("", Some(list)) if list.states.is_empty() => Cell::Empty,
                ("", _) => Cell::Missing,
                (state, _) => text(state),
            },
            match (item.left, record.day("done")) {
                (Some(left), _) => Cell::DaysLeft(left),
                (None, Some(done)) => Cell::Day(done),
                (None, None) => Cell::Empty,
            },
        ];
        if amounts {
            cells.push(record.number("amount").map_or(Cell::Empty, |yuan| Cell::Number { value: yuan / WAN, unit: "万元".to_owned() }));
        }
        let mut detail: Vec<Words> = Vec::new();
        if !record.get("match").is_empty() {
            detail.push(Words::fill("places.lists.matched", [Words::data(record.get("match"))]));
        }
        detail.extend(record.fields.more.iter().map(|(heading, cell)| Words::data(format!("{heading} {cell}"))));
        Row {
            cells,
            weight: match (item.done, is_late(item)) {
                (true, _) => Weight::Dim,
                (_, true) => Weight::Urgent,
                _ => Weight::Plain,
            },
            lead: item.place.map(|p| Lead::Subject(ask.uid(p))),
            detail,
        }
    };
    let mut columns = vec![
        Column::text("places.lists.number").spare(2),
        Column::text("places.lists.what"),
        Column::text("places.lists.unit"),
        Column::text("places.lists.category").spare(3),
        Column::text("places.lists.organisation").spare(4),
        Column::text("places.lists.state"),
        Column::number("places.lists.due").spare(1),
    ];
    if amounts {
        columns.push(Column::number("places.lists.amount").spare(5));
    }
    Table { title: Some(of.label()), columns, rows: of.items.iter().map(row).collect(), notes: Vec::new(), empty: None }
}
