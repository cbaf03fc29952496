//! The numbers of `list`, `show` and the screen are the same, and they are those of the office's
//! tables: recomputed here from data/*.csv by code that shares nothing with the product.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;

use serde_json::Value;

use crate::support::{demo, demo_frameworks, demo_manifest, root, row, rows, text, top_code};

/// The demo as its files say it.
struct Office {
    /// Code → (level, parent's code).
    units: BTreeMap<String, (String, Option<String>)>,
    /// (indicator, period) → code → row of the table.
    values: HashMap<(String, String), HashMap<String, Cells>>,
    /// Codes of units with branches, one entry a branch.
    branches: Vec<String>,
    /// Code → zones it is named for.
    zones: BTreeMap<String, BTreeSet<String>>,
    /// Level codes, the top one first.
    levels: Vec<String>,
    /// `[[indicator]]` of the framework.
    indicators: Vec<toml::Table>,
}

/// A row of the table of values.
#[derive(Clone, Debug, Default)]
struct Cells {
    num: Option<f64>,
    den: Option<f64>,
    value: Option<f64>,
    state: String,
}

/// What a unit should show.
#[derive(Debug, Default, PartialEq)]
struct Expected {
    state: &'static str,
    value: Option<f64>,
    reported: u32,
    due: u32,
}

impl Office {
    /// Read once for all tests.
    fn get() -> &'static Self {
        static OFFICE: OnceLock<Office> = OnceLock::new();
        OFFICE.get_or_init(Self::read)
    }

    fn read() -> Self {
        let frameworks = demo_frameworks();
        let tables = |name: &str| -> Vec<toml::Table> {
            let all = frameworks.iter().filter_map(|f| f.get(name)?.as_array()).flatten();
            all.map(|t| t.as_table().expect("a table").clone()).collect()
        };
        // What the county declares again stands for what it extends.
        let mut indicators = tables("indicator");
        let mut ids = BTreeSet::new();
        indicators.retain(|indicator| ids.insert(word(indicator, "id").to_owned()));
        let mut office = Self {
            units: BTreeMap::new(),
            values: HashMap::new(),
            branches: Vec::new(),
            zones: BTreeMap::new(),
            levels: tables("level").iter().map(|l| word(l, "code").to_owned()).collect(),
            indicators,
        };
        let manifest = demo_manifest();
        let entries = |name: &str| manifest[name].as_array().expect("entries").iter().map(|e| e.as_table().expect("a table")).collect();
        let layers: Vec<&toml::Table> = entries("layer");
        let tables: Vec<&toml::Table> = entries("table");
        for layer in layers {
            office.layer(layer);
        }
        for table in tables {
            office.table(table);
        }
        // The frameworks have a city above the county.
        let Office { levels, units, .. } = &mut office;
        levels.retain(|level| units.values().any(|(of, _)| of == level));
        office
    }

    /// Indicators with the levels that a test lists them on: those of the county's own framework, which has
    /// the number keys, on every level, the others below the county.
    fn lists(&self) -> impl Iterator<Item = (&toml::Table, &[String])> {
        let own = demo_frameworks()[0]["indicator"].as_array().expect("its indicators").len();
        self.indicators
            .iter()
            .enumerate()
            .map(move |(n, indicator)| (indicator, if n < own { &self.levels[1..] } else { &self.levels[1..2] }))
    }

    fn layer(&mut self, layer: &toml::Table) {
        let level = word(layer, "level");
        let text = fs::read_to_string(maps().join(word(layer, "file"))).expect("a layer can be read");
        let collection: Value = serde_json::from_str(&text).expect("a layer is JSON");
        for feature in collection["features"].as_array().expect("features") {
            let properties = &feature["properties"];
            let code = text_of(&properties[word(layer, "id")]);
            let parent = layer.get("parent").map(|parent| match parent["by"].as_str().expect("by") {
                "parent" => text_of(&properties[parent["field"].as_str().expect("field")]),
                "prefix" => self.longest_prefix(&code),
                other => panic!("the demo has no parent by {other}"),
            });
            self.units.insert(code, (level.to_owned(), parent));
        }
    }

    fn longest_prefix(&self, code: &str) -> String {
        let mut above = self.units.keys().filter(|c| c.len() < code.len() && code.starts_with(c.as_str()));
        let first = above.next().unwrap_or_else(|| panic!("{code} has a parent")).clone();
        above.fold(first, |best, c| if c.len() > best.len() { c.clone() } else { best })
    }

    fn table(&mut self, table: &toml::Table) {
        let file = maps().join(word(table, "file"));
        let mut reader = csv::Reader::from_path(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        let header = reader.headers().expect("a header").clone();
        let columns = table["columns"].as_table().expect("columns");
        let key = word(table, "key");
        for record in reader.records() {
            let record = record.expect("a record");
            let by_heading = |heading: &str| {
                let n = header.iter().position(|h| h == heading).unwrap_or_else(|| panic!("{heading} in {}", file.display()));
                record[n].to_owned()
            };
            let cell = |name: &str| columns.get(name).map(|h| by_heading(h.as_str().expect("a heading"))).unwrap_or_default();
            let code = by_heading(key);
            match word(table, "what") {
                "units" => {
                    self.units.insert(code, (cell("level"), Some(cell("parent"))));
                }
                "branches" => self.branches.push(cell("unit")),
                "zones" => {
                    self.zones.entry(code).or_default().insert(cell("zone"));
                }
                "values" => {
                    let cells = Cells {
                        num: cell("num").parse().ok(),
                        den: cell("den").parse().ok(),
                        value: cell("value").parse().ok(),
                        state: cell("state"),
                    };
                    self.values.entry((cell("indicator"), cell("period"))).or_default().insert(code, cells);
                }
                "entities" | "regions" | "links" | "places" | "items" => {}
                other => panic!("the demo has no table of {other}"),
            }
        }
    }

    /// Itself and everything above it.
    fn line<'a>(&'a self, code: &'a str) -> impl Iterator<Item = &'a str> {
        std::iter::successors(Some(code), |c| self.units.get(*c)?.1.as_deref())
    }

    fn of_level(&self, level: &str) -> Vec<&str> {
        self.units.iter().filter(|(_, (l, _))| l == level).map(|(c, _)| c.as_str()).collect()
    }

    /// What a unit shows of an indicator that is read from a table, and what its roll-up is.
    fn expected(&self, indicator: &toml::Table, period: &str, code: &str) -> (Expected, Option<Expected>) {
        let none = HashMap::new();
        let table = self.values.get(&(word(indicator, "id").to_owned(), period.to_owned())).unwrap_or(&none);
        let reporting = word(indicator, "level");
        let own = table.get(code).map(|cells| own(indicator, cells));
        if self.units[code].0 == reporting {
            return (own.unwrap_or(Expected { state: "missing", due: 1, ..Expected::default() }), None);
        }
        let below: Vec<Option<&Cells>> =
            self.of_level(reporting).into_iter().filter(|c| self.line(c).any(|above| above == code)).map(|c| table.get(c)).collect();
        let rolled = roll_up(indicator, &below);
        match own {
            Some(own) if own.state == "value" => (own, Some(rolled)),
            _ => (rolled, None),
        }
    }
}

/// A unit's own row.
fn own(indicator: &toml::Table, cells: &Cells) -> Expected {
    let ratio = word(indicator, "kind") == "ratio";
    let value = match (cells.num, cells.den) {
        (Some(num), Some(den)) if ratio && den != 0.0 => Some(num / den * 100.0),
        _ => cells.value,
    };
    let state = match cells.state.as_str() {
        "不需报" => "not-due",
        "无" => "none",
        _ if value.is_some() => "value",
        _ if ratio && cells.den == Some(0.0) => "none",
        _ => "missing",
    };
    let due = u32::from(matches!(state, "value" | "missing"));
    Expected { state, value, reported: u32::from(state == "value"), due }
}

fn roll_up(indicator: &toml::Table, below: &[Option<&Cells>]) -> Expected {
    let read: Vec<(Expected, Cells)> = below
        .iter()
        .map(|cells| match cells {
            Some(cells) => (own(indicator, cells), (*cells).clone()),
            None => (Expected { state: "missing", due: 1, ..Expected::default() }, Cells::default()),
        })
        .collect();
    let values: Vec<f64> = read.iter().filter_map(|(e, _)| e.value.filter(|_| e.state == "value")).collect();
    let due: u32 = read.iter().map(|(e, _)| e.due).sum();
    let reported: u32 = read.iter().map(|(e, _)| e.reported).sum();
    let has = |state| read.iter().any(|(e, _)| e.state == state);
    let worst = |values: &[f64]| {
        let pick = if word(indicator, "direction") == "down" { f64::max } else { f64::min };
        values.iter().copied().reduce(pick)
    };
    let value = match word(indicator, "rollup") {
        _ if reported == 0 => None,
        "sum" => Some(values.iter().sum()),
        "weighted" => {
            let parts = |part: fn(&Cells) -> Option<f64>| -> f64 {
                read.iter().filter(|(e, _)| e.state == "value").filter_map(|(_, c)| part(c)).sum()
            };
            Some(parts(|c| c.num) / parts(|c| c.den) * 100.0)
        }
        "share_at_or_above" => {
            let threshold = number(&indicator["threshold"]);
            let above = values.iter().filter(|v| **v >= threshold).count();
            Some(count(above) / count(values.len()) * 100.0)
        }
        "worst" => worst(&values),
        "mean" => Some(values.iter().sum::<f64>() / count(values.len())),
        "median" => {
            let mut sorted = values.clone();
            sorted.sort_by(f64::total_cmp);
            let mid = sorted.len() / 2;
            Some(if sorted.len() % 2 == 1 { sorted[mid] } else { f64::midpoint(sorted[mid - 1], sorted[mid]) })
        }
        "none" => None,
        other => panic!("no roll-up {other}"),
    };
    let state = match value {
        Some(_) => "value",
        None if due > 0 => "missing",
        None if has("none") => "none",
        None if has("not-due") => "not-due",
        None => "missing",
    };
    Expected { state, value, reported, due }
}

#[test]
fn every_roll_up_is_that_of_the_tables() {
    let office = Office::get();
    let mut compared = 0;
    for (indicator, levels) in office.lists().filter(|(i, _)| i.get("derived").is_none()) {
        let id = word(indicator, "id");
        for level in levels {
            let page = demo().json(["list", top_code(), "--json", "--level", level, "--indicator", id]);
            let reporting = office.levels.iter().position(|l| l == word(indicator, "level"));
            if office.levels.iter().position(|l| l == level) > reporting {
                // Below the level that reports there is nothing to show, and nothing may be made up.
                assert!(rows(&page).iter().all(|r| r["shown"]["reading"]["value"].is_null()), "{id} on {level}");
                continue;
            }
            let period = text(&page, "period").to_owned();
            assert_eq!(rows(&page).len(), office.of_level(level).len(), "{id} on {level}");
            for row in rows(&page) {
                let code = text(row, "code");
                let (expected, roll_up) = office.expected(indicator, &period, code);
                compare(&format!("{id} {period} {code}"), &expected, &row["shown"], roll_up.is_none());
                if let Some(roll_up) = roll_up {
                    close(&format!("{id} {period} {code}, rolled up"), roll_up.value, row["shown"]["roll_up"]["value"].as_f64());
                }
                compared += 1;
            }
        }
    }
    assert!(compared > 1000, "{compared}");
}

#[test]
fn the_county_has_the_roll_up_of_all_periods() {
    let office = Office::get();
    let mut periods: Vec<_> = office.values.keys().collect();
    periods.sort();
    // The first and the last period of every indicator.
    let mut ends: BTreeMap<&str, [&str; 2]> = BTreeMap::new();
    for (id, period) in periods {
        ends.entry(id).and_modify(|e| e[1] = period).or_insert([period, period]);
    }
    for (id, ends) in ends {
        let indicator = office.indicators.iter().find(|i| word(i, "id") == id).expect("the table names indicators of the framework");
        for period in ends {
            let page = demo().json(["list", top_code(), "--json", "--indicator", id, "--period", period]);
            assert_eq!(text(&page, "period"), period);
            let (expected, roll_up) = office.expected(indicator, period, top_code());
            compare(&format!("{id} {period} of the county"), &expected, &page["total"], roll_up.is_none());
        }
    }
}

#[test]
fn branches_are_counted_where_they_stand() {
    let office = Office::get();
    let Some(indicator) = office.indicators.iter().find(|i| i.get("derived").and_then(toml::Value::as_str) == Some("branches")) else {
        panic!("the demo counts its branches");
    };
    let mut counted: HashMap<&str, usize> = HashMap::new();
    for above in office.branches.iter().flat_map(|unit| office.line(unit)) {
        *counted.entry(above).or_default() += 1;
    }
    for level in &office.levels[1..] {
        let page = demo().json(["list", top_code(), "--json", "--level", level, "--indicator", word(indicator, "id")]);
        for row in rows(&page) {
            let code = text(row, "code");
            let here = counted.get(code).copied().unwrap_or_default();
            let shown = row["shown"]["reading"]["value"].as_f64().unwrap_or_default();
            assert_eq!(shown, count(here), "branches in {code}");
        }
    }
}

#[test]
fn the_legend_counts_every_row_once() {
    let office = Office::get();
    for indicator in &demo_frameworks()[0]["indicator"].as_array().expect("its indicators").clone() {
        let indicator = indicator.as_table().expect("a table");
        for level in &office.levels[1..] {
            let page = demo().json(["list", top_code(), "--json", "--level", level, "--indicator", word(indicator, "id")]);
            let legend = &page["legend"];
            let of = |key: &str| legend[key].as_u64().unwrap_or_else(|| panic!("{key} of the legend"));
            let classes: Vec<u64> =
                legend["classes"].as_array().expect("classes").iter().map(|c| c["count"].as_u64().expect("a count")).collect();
            assert!(classes.len() <= 5, "five classes at most");
            let all = classes.iter().sum::<u64>() + of("missing") + of("none") + of("not_due");
            assert_eq!(all, of("total"), "{} on {level}: {legend}", word(indicator, "id"));
            assert_eq!(of("total"), rows(&page).len() as u64);
            assert_eq!(of("no_geometry"), rows(&page).iter().filter(|r| r["drawn"] == false).count() as u64);
            for (n, class) in classes.iter().enumerate() {
                assert_eq!(rows(&page).iter().filter(|r| r["class"].as_u64() == Some(n as u64)).count() as u64, *class);
            }
        }
    }
}

#[test]
fn a_scope_governs_list_and_legend() {
    let office = Office::get();
    let zone = office.zones.values().flatten().next().expect("a zone").clone();
    let level = office.levels.last().expect("a level");
    let page = demo().json(["list", top_code(), "--json", "--level", level, "--zone", &zone]);
    let inside: BTreeSet<&str> = office
        .of_level(level)
        .into_iter()
        .filter(|c| office.line(c).any(|above| office.zones.get(above).is_some_and(|z| z.contains(&zone))))
        .collect();
    let shown: BTreeSet<&str> = rows(&page).iter().map(|r| text(r, "code")).collect();
    assert_eq!(shown, inside);
    assert_eq!(page["legend"]["total"].as_u64(), Some(inside.len() as u64));
    assert_eq!(page["unscoped"].as_u64(), Some(office.of_level(level).len() as u64));
}

#[test]
fn card_list_and_plain_text_say_the_same() {
    let page = demo().json(["list", top_code(), "--json"]);
    let indicator = text(&page["indicator"], "id");
    for row in rows(&page).iter().take(5) {
        let code = text(row, "code");
        let card = demo().json(["show", code, "--json"]);
        assert_eq!((&card["code"], &card["name"]), (&row["code"], &row["name"]));
        let figure = card["figures"].as_array().expect("figures").iter().find(|f| f["indicator"]["id"] == indicator);
        assert_eq!(figure.expect("the indicator in force is on the card")["shown"], row["shown"], "{code}");
        assert_eq!(card["leads"].as_array().map(Vec::len).map(|n| n as u64), row["leads"].as_u64(), "leads of {code}");
        let plain = demo().out(["show", code, "--plain"]);
        assert!(plain.contains(code) && plain.contains(text(row, "name")), "{plain}");
        assert!(says(&plain, &row["shown"]["reading"]), "{} in {plain}", row["shown"]);
    }
}

/// Most characters that stand before the name in a row of the list.
const MARKER: usize = 4;

#[test]
fn the_screen_shows_the_numbers_of_the_list() {
    let page = demo().json(["list", top_code(), "--json"]);
    let screen = demo().out(["print", "--size", "160x45", "--color", "none"]);
    let mut seen = 0;
    for row in rows(&page) {
        let name = text(row, "name");
        // In the list: the map and the card name places too.
        let row_of = |line: &&str| line.chars().take(MARKER + name.chars().count()).collect::<String>().contains(name);
        if let Some(line) = screen.lines().find(row_of) {
            assert!(says(line, &row["shown"]["reading"]), "{} in {line}", row["shown"]);
            seen += 1;
        }
    }
    assert!(seen >= 10, "{seen} rows on the screen:\n{screen}");
}

#[test]
fn codes_are_text_and_never_changed() {
    let office = Office::get();
    for level in &office.levels[1..] {
        let page = demo().json(["list", top_code(), "--json", "--level", level]);
        let shown: BTreeSet<&str> = rows(&page).iter().map(|r| text(r, "code")).collect();
        let wanted: BTreeSet<&str> = office.of_level(level).into_iter().collect();
        assert_eq!(shown, wanted, "{level}");
    }
    let grids = demo().json(["list", top_code(), "--json", "--level", office.levels.last().expect("a level")]);
    let any = text(&rows(&grids)[0], "code");
    assert_eq!(row(&grids, any)["subject"], "unit");
}

/// Whether a text has the number in one of the roundings a screen may use.
fn says(text: &str, reading: &Value) -> bool {
    let Some(value) = reading["value"].as_f64() else { return true };
    (0..3).any(|digits| text.contains(&format!("{value:.digits$}")))
}

fn compare(what: &str, expected: &Expected, shown: &Value, rolled: bool) {
    let reading = &shown["reading"];
    assert_eq!(reading["state"], expected.state, "{what}: {shown}");
    close(what, expected.value, reading["value"].as_f64());
    if rolled {
        let of = |key: &str| shown[key].as_u64().and_then(|n| u32::try_from(n).ok());
        assert_eq!((of("reported"), of("due")), (Some(expected.reported), Some(expected.due)), "{what}: n/N");
    }
}

fn close(what: &str, expected: Option<f64>, shown: Option<f64>) {
    let same = match (expected, shown) {
        (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * a.abs().max(1.0),
        (None, None) => true,
        _ => false,
    };
    assert!(same, "{what}: {expected:?} by the tables, {shown:?} shown");
}

fn maps() -> PathBuf {
    root().join("maps")
}

fn word<'a>(table: &'a toml::Table, key: &str) -> &'a str {
    table.get(key).and_then(toml::Value::as_str).unwrap_or_else(|| panic!("{key} is a text in {table}"))
}

fn number(value: &toml::Value) -> f64 {
    value.as_float().or_else(|| value.as_integer().map(|n| n as f64)).expect("a number")
}

fn count(n: usize) -> f64 {
    f64::from(u32::try_from(n).expect("a small count"))
}

fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| panic!("{value} is a text"), str::to_owned)
}
