//! Rows and features as records: regions 片区, pairings 结对, places 点线, items of lists 清单. The one
//! place that knows their columns; a workspace's own tables and an import both come through here.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::book::Kind;
use super::cell::{self, Value, find_month};
use crate::domain::id::Uid;
use crate::domain::problem::Problem;
use crate::domain::text::clean_name;
use crate::framework::Framework;
use crate::framework::schema::Named;
use crate::store::record::{Fields, Record, RecordKind};
use crate::store::world::World;
use crate::store::{Db, current};

/// Square metres of a 亩: 15 of them are a hectare (国务院, 关于在我国统一实行法定计量单位的命令, 1984).
const M2_PER_MU: f64 = 10_000.0 / 15.0;
/// Between the first and the last month of a season.
const BETWEEN: [char; 7] = ['-', '—', '–', '~', '～', '至', '到'];

/// The heading of a map's points and lines, written as WKT (OGC 06-103r4, 7.2).
pub(super) const WKT: &str = "WKT";

/// Which columns of a table are read.
pub(super) struct Columns {
    /// Role, column, unit of measure of its heading.
    pub(super) roles: Vec<(String, usize, Option<String>)>,
    /// Heading and column of what else is kept.
    pub(super) more: Vec<(String, usize)>,
}

impl Columns {
    /// A row, and what is wrong with its place.
    pub(super) fn raw<'c>(&self, line: u64, cell: &dyn Fn(usize) -> &'c str) -> (Raw, Option<String>) {
        let mut raw = Raw { line, ..Raw::default() };
        for (role, n, unit) in &self.roles {
            raw.roles.insert(role.clone(), cell(*n).trim().to_owned());
            raw.units.extend(unit.clone().map(|unit| (role.clone(), unit)));
        }
        let more = self.more.iter().map(|(heading, n)| (heading.clone(), clean_name(cell(*n).trim()).into_owned()));
        raw.more = more.filter(|(_, text)| !text.is_empty()).collect();
        let wrong = raw.locate();
        (raw, wrong)
    }
}

/// A row or feature as it came.
#[derive(Debug, Default)]
pub(super) struct Raw {
    /// Row in its table, or feature in its map.
    pub(super) line: u64,
    /// Role → text.
    pub(super) roles: BTreeMap<String, String>,
    /// Role → unit of measure of its heading.
    pub(super) units: BTreeMap<String, String>,
    /// Further columns that are kept.
    pub(super) more: Vec<(String, String)>,
    /// Lines as positions, degrees; one position is a point.
    pub(super) shape_deg: Vec<Vec<[f64; 2]>>,
}

impl Raw {
    /// Reads the shape: longitude and latitude, or WKT. What is none is told.
    fn locate(&mut self) -> Option<String> {
        let text = |role: &str| self.roles.get(role).map_or("", String::as_str);
        let (x, y, written) = (text("lon"), text("lat"), text("shape"));
        let found = if !written.is_empty() {
            wkt(written).ok_or_else(|| written.chars().take(40).collect())
        } else if x.is_empty() && y.is_empty() {
            return None;
        } else {
            let point = x.parse().ok().zip(y.parse().ok()).map(|(x, y)| vec![vec![[x, y]]]);
            point.ok_or_else(|| format!("{x}, {y}"))
        };
        let good = |[x, y]: &[f64; 2]| x.abs() <= 180.0 && y.abs() <= 90.0;
        match found {
            Ok(shape) if shape.iter().flatten().all(good) => self.shape_deg = shape,
            Ok(shape) => return Some(shape.iter().flatten().find(|p| !good(p)).map(|[x, y]| format!("{x}, {y}")).unwrap_or_default()),
            Err(text) => return Some(text),
        }
        None
    }

    /// A position of it near its middle, degrees.
    pub(super) fn middle_deg(&self) -> Option<[f64; 2]> {
        let line = self.shape_deg.iter().max_by_key(|line| line.len())?;
        line.get(line.len() / 2).copied()
    }

    /// The text of a role, cleaned.
    pub(super) fn get(&self, role: &str) -> String {
        self.roles.get(role).map(|text| clean_name(text.trim()).into_owned()).unwrap_or_default()
    }
}

/// The roles of a kind. Of a table in the manifest the key is the first of them that is not given.
pub(super) fn roles(kind: RecordKind) -> &'static [&'static str] {
    match kind {
        RecordKind::Region => &["unit", "region", "name", "kind", "lead"],
        RecordKind::Link => &["unit", "pairing", "giver", "since", "until", "activities", "effect"],
        RecordKind::Place => &["code", "name", "kind", "unit", "lon", "lat", "shape", "area_m2", "state", "from", "to", "season"],
        RecordKind::Item => {
            &["code", "list", "name", "unit", "category", "organisation", "state", "since", "due", "done", "amount", "match"]
        }
    }
}

/// Roles without which a table is none of the kind.
pub(super) fn needed(kind: RecordKind) -> &'static [&'static str] {
    match kind {
        RecordKind::Region => &["unit", "region"],
        RecordKind::Link => &["unit", "giver"],
        RecordKind::Place => &["name"],
        RecordKind::Item => &["code"],
    }
}

/// Points and lines as WKT.
pub(super) fn to_wkt(lines: &[&[[f64; 2]]]) -> String {
    let positions = |line: &[[f64; 2]]| line.iter().map(|[x, y]| format!("{x} {y}")).collect::<Vec<_>>().join(", ");
    match lines {
        [] => String::new(),
        lines if lines.iter().all(|line| line.len() == 1) => format!("MULTIPOINT ({})", positions(&lines.concat())),
        [line] => format!("LINESTRING ({})", positions(line)),
        lines => format!("MULTILINESTRING ({})", lines.iter().map(|line| format!("({})", positions(line))).collect::<Vec<_>>().join(", ")),
    }
}

/// Points and lines out of WKT; `None` for anything else.
fn wkt(text: &str) -> Option<Vec<Vec<[f64; 2]>>> {
    let open = text.find('(')?;
    let (kind, body) = (text[..open].trim().to_ascii_uppercase(), text[open..].trim().strip_prefix('(')?.strip_suffix(')')?);
    let position = |text: &str| -> Option<[f64; 2]> {
        let mut numbers = text.trim().trim_matches(['(', ')']).split_whitespace().map(str::parse::<f64>);
        let place = [numbers.next()?.ok()?, numbers.next()?.ok()?];
        place.iter().all(|n| n.is_finite()).then_some(place)
    };
    let positions = |text: &str| text.split(',').map(position).collect::<Option<Vec<_>>>();
    match kind.as_str() {
        "POINT" | "MULTIPOINT" => positions(body).map(|all| all.into_iter().map(|p| vec![p]).collect()),
        "LINESTRING" => positions(body).map(|line| vec![line]),
        "MULTILINESTRING" => {
            body.split(')').map(|line| line.trim_start_matches([',', ' ', '('])).filter(|l| !l.is_empty()).map(positions).collect()
        }
        _ => None,
    }
}

/// What is wrong with a row: code of the problem, role, text. What could not be understood is left out.
pub(super) type Wrong<'w> = &'w mut dyn FnMut(&str, &str, &str);

/// A row as a record, of the unit that it names; `None` where what makes it one is empty.
pub(super) fn record(
    county: &str,
    kind: RecordKind,
    framework: &Framework,
    raw: &Raw,
    unit: Option<Uid>,
    wrong: Wrong<'_>,
) -> Option<Record> {
    let mut fields = Fields { roles: BTreeMap::new(), more: raw.more.clone() };
    let mut keep = |role: &str, text: String| {
        if !text.is_empty() {
            fields.roles.insert(role.to_owned(), text);
        }
    };
    let mut code = raw.get("code");
    let mut name = raw.get("name");
    let of = unit.map(|u| u.to_string()).unwrap_or_default();
    let key = match kind {
        RecordKind::Region => {
            code = region_code(framework, &raw.get("region"));
            if name.is_empty() {
                name = raw.get("region");
            }
            keep("kind", raw.get("kind"));
            keep("lead", raw.get("lead"));
            code.clone()
        }
        RecordKind::Link => {
            name = raw.get("giver");
            code.clear();
            let pairing = declared(framework.pairings.iter().map(|p| &p.named), &raw.get("pairing"), framework.pairings.len() == 1);
            let key = [pairing.as_str(), &name, &of].join("\u{1f}");
            keep("pairing", pairing);
            for role in ["since", "until"] {
                keep(role, day(raw, role, wrong));
            }
            keep("activities", number(raw, "activities", wrong));
            effect(raw, &mut keep);
            key
        }
        RecordKind::Place => {
            // A table without codes has its name as the key.
            if code == name || name.is_empty() {
                name = std::mem::take(&mut code);
            }
            let key = if code.is_empty() { [raw.get("kind").as_str(), &of, &name].join("\u{1f}") } else { code.clone() };
            keep("kind", raw.get("kind"));
            keep("state", raw.get("state"));
            keep("area_m2", area(raw, wrong));
            season(raw, &mut keep, wrong);
            key
        }
        RecordKind::Item => {
            let list = declared(framework.lists.iter().map(|l| &l.named), &raw.get("list"), framework.lists.len() == 1);
            let key = [list.as_str(), &code].join("\u{1f}");
            keep("list", list);
            for role in ["category", "organisation", "state", "match"] {
                keep(role, raw.get(role));
            }
            for role in ["since", "due", "done"] {
                keep(role, day(raw, role, wrong));
            }
            keep("amount", yuan(raw, wrong));
            key
        }
    };
    let essential = if kind == RecordKind::Item || kind == RecordKind::Region { &code } else { &name };
    if essential.is_empty() {
        return None;
    }
    let uid = Uid::of_record(county, kind.word(), &key);
    Some(Record { uid, code, name, unit, fields, shape_deg: raw.shape_deg.clone() })
}

/// Adds to a region what another row says more of it.
pub(super) fn complete(region: &mut Record, other: &Record) {
    if region.name.is_empty() || region.name == region.code {
        region.name.clone_from(&other.name);
    }
    for (role, text) in &other.fields.roles {
        region.fields.roles.entry(role.clone()).or_insert_with(|| text.clone());
    }
}

/// Branches and entities by code and name: members of a region that are no units.
pub(super) struct Members {
    codes: FxHashMap<String, Option<Uid>>,
    names: FxHashMap<String, Option<Uid>>,
    of: FxHashMap<Uid, String>,
}

impl Members {
    /// Those of a world that was read with its branches.
    pub(super) fn new(world: &World, connection: &Db) -> Result<Self, Problem> {
        let mut this = Self { codes: FxHashMap::default(), names: FxHashMap::default(), of: FxHashMap::default() };
        let table = world.table(world.branch_table());
        for (uid, (code, name)) in table.uids.iter().zip(table.codes.iter().zip(table.names.iter())) {
            this.add(*uid, code, name);
        }
        for (uid, entity) in current::entities(connection, world)? {
            this.add(uid, &entity.code, &entity.name);
        }
        Ok(this)
    }

    fn add(&mut self, uid: Uid, code: &str, name: &str) {
        for (index, key) in [(&mut self.codes, code), (&mut self.names, name)] {
            if !key.is_empty() {
                index.entry(key.to_owned()).and_modify(|one| *one = None).or_insert(Some(uid));
            }
        }
        self.of.insert(uid, name.to_owned());
    }

    /// The one that a text names by its code, else by its name.
    pub(super) fn find(&self, key: &str) -> Option<Uid> {
        self.codes.get(key).or_else(|| self.names.get(key)).copied().flatten()
    }

    /// Its name.
    pub(super) fn name(&self, uid: Uid) -> &str {
        self.of.get(&uid).map_or("", String::as_str)
    }
}

/// The list that the name of a file says: one of the framework's, else the name itself.
pub(super) fn list_of(framework: &Framework, file: &str) -> String {
    let listed = framework.lists.iter().find(|l| file.contains(&l.named.label));
    let stem = || {
        let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
        // The sheet of a workbook stands behind its name.
        let name = name.rsplit(" › ").next().unwrap_or(name);
        name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned()
    };
    listed.map_or_else(stem, |l| bare(&l.named.id).to_owned())
}

/// The part of an id behind the framework's own name: what tables write.
pub(super) fn bare(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or(id)
}

/// The code of a region that a table names: that of the framework where it declares it.
pub(super) fn region_code(framework: &Framework, word: &str) -> String {
    declared(framework.regions.iter().map(|r| &r.named), word, false)
}

/// The bare id of what the framework declares by this id or label; the word itself where it does not.
fn declared<'f>(mut all: impl Iterator<Item = &'f Named> + Clone, word: &str, only: bool) -> String {
    let is = |n: &&Named| n.id == word || bare(&n.id) == word || n.label == word || n.label_en == word;
    let found = if word.is_empty() && only { all.next() } else { all.clone().find(is) };
    found.map_or_else(|| word.to_owned(), |n| bare(&n.id).to_owned())
}

fn day(raw: &Raw, role: &str, wrong: Wrong<'_>) -> String {
    let text = raw.get(role);
    if is_blank(&text) {
        return String::new();
    }
    match cell::date(&text) {
        Some(day) => day.to_string(),
        // A month is a day only where the day does not matter: its first.
        None => match cell::find_period(&text) {
            Some(period) => period.start().to_string(),
            None => {
                wrong("E_RECORD_DAY", role, &text);
                String::new()
            }
        },
    }
}

/// Nothing, or a sign for it.
fn is_blank(text: &str) -> bool {
    matches!(cell::read(Kind::Text, text), Value::Ask(_) | Value::Means(_))
}

/// A number with what stands behind it; `None` where the cell is blank or says something else.
fn figure(raw: &Raw, role: &str, wrong: Wrong<'_>) -> Option<(f64, f64, String)> {
    let text = raw.get(role);
    if is_blank(&text) {
        return None;
    }
    match cell::read(Kind::Text, &text) {
        Value::Number { value, factor, unit } => Some((value, factor, unit.map(|u| u.into_owned()).unwrap_or_default())),
        _ => {
            wrong("E_RECORD_NUMBER", role, &text);
            None
        }
    }
}

fn number(raw: &Raw, role: &str, wrong: Wrong<'_>) -> String {
    figure(raw, role, wrong).map(|(value, factor, _)| (value * factor).to_string()).unwrap_or_default()
}

/// An area in square metres.
fn area(raw: &Raw, wrong: Wrong<'_>) -> String {
    let Some((value, factor, unit)) = figure(raw, "area_m2", wrong) else { return String::new() };
    let unit = if unit.is_empty() { raw.units.get("area_m2").cloned().unwrap_or_default() } else { unit };
    let times = match unit.as_str() {
        "" | "㎡" | "m2" | "m²" | "平方米" | "平米" => 1.0,
        "亩" => M2_PER_MU,
        "公顷" => 10_000.0,
        _ => {
            wrong("E_RECORD_UNIT", "area_m2", &unit);
            return String::new();
        }
    };
    (value * factor * times).to_string()
}

/// An amount in yuan.
fn yuan(raw: &Raw, wrong: Wrong<'_>) -> String {
    let Some((value, factor, unit)) = figure(raw, "amount", wrong) else { return String::new() };
    let written = unit.ends_with('元') || factor > 1.0;
    let heading = raw.units.get("amount").map_or("", String::as_str);
    let times = match if written { "元" } else { heading } {
        "元" => 1.0,
        "万元" | "万" => 1e4,
        "亿元" | "亿" => 1e8,
        // Nobody can tell 12 yuan from 120,000.
        other => {
            wrong("E_RECORD_UNIT", "amount", other);
            return String::new();
        }
    };
    (value * factor * times).to_string()
}

/// What came of a pairing: a number with its unit where it is one, else the words.
fn effect(raw: &Raw, keep: &mut dyn FnMut(&str, String)) {
    let text = raw.get("effect");
    let end = text.find(|c: char| !(c.is_ascii_digit() || ".,-".contains(c))).unwrap_or(text.len());
    match text[..end].replace(',', "").parse::<f64>() {
        Ok(value) if value.is_finite() => {
            let behind = text[end..].trim();
            let unit = if behind.is_empty() { raw.units.get("effect").map_or("", String::as_str) } else { behind };
            keep("effect", value.to_string());
            keep("effect_unit", unit.to_owned());
        }
        _ if is_blank(&text) => {}
        _ => keep("effect_text", text),
    }
}

/// The months in which a place is open.
fn season(raw: &Raw, keep: &mut dyn FnMut(&str, String), wrong: Wrong<'_>) {
    let season = raw.get("season");
    let (mut from, mut to) = (raw.get("from"), raw.get("to"));
    if from.is_empty() && to.is_empty() && !season.is_empty() && !season.contains("全年") && !is_blank(&season) {
        let (first, last) = season.split_once(BETWEEN).unwrap_or((&season, &season));
        (from, to) = (first.trim().to_owned(), last.trim().to_owned());
    }
    if is_blank(&from) && is_blank(&to) {
        return;
    }
    match (month(&from), month(&to)) {
        (Some(from), Some(to)) => {
            keep("from", from.to_string());
            keep("to", to.to_string());
        }
        _ => wrong("E_RECORD_MONTH", "season", &if season.is_empty() { format!("{from} {to}") } else { season }),
    }
}

fn month(text: &str) -> Option<i8> {
    text.parse::<i8>().ok().filter(|m| (1..=12).contains(m)).or_else(|| find_month(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(pairs: &[(&str, &str)]) -> Raw {
        Raw { roles: pairs.iter().map(|(r, t)| ((*r).to_owned(), (*t).to_owned())).collect(), ..Raw::default() }
    }

    fn made(kind: RecordKind, raw: &Raw) -> (Option<Record>, Vec<String>) {
        let mut said = Vec::new();
        let record =
            record("990121", kind, &Framework::default(), raw, None, &mut |code, role, text| said.push(format!("{code} {role} {text}")));
        (record, said)
    }

    #[test]
    fn seasons_are_months_however_they_are_written() {
        for (written, wanted) in
            [("5月-10月", "5 10"), ("5～10月", "5 10"), ("11月至次年3月", "11 3"), ("7月", "7 7"), ("全年", " "), ("/", " ")]
        {
            let (record, said) = made(RecordKind::Place, &raw(&[("name", "站"), ("season", written)]));
            let record = record.expect("a place");
            assert_eq!((format!("{} {}", record.get("from"), record.get("to")), said.len()), (wanted.to_owned(), 0), "{written}");
        }
        let (record, said) = made(RecordKind::Place, &raw(&[("name", "站"), ("season", "夏天")]));
        assert_eq!((record.expect("a place").get("from"), said.as_slice()), ("", &["E_RECORD_MONTH season 夏天".to_owned()][..]));
    }

    #[test]
    fn areas_and_amounts_need_their_unit() {
        let mut place = raw(&[("name", "中心"), ("area_m2", "1.5亩")]);
        assert_eq!(made(RecordKind::Place, &place).0.expect("a place").number("area_m2"), Some(1000.0));
        place.roles.insert("area_m2".into(), "320".into());
        assert_eq!(made(RecordKind::Place, &place).0.expect("a place").number("area_m2"), Some(320.0));
        let mut item = raw(&[("code", "1"), ("list", "甲"), ("amount", "12")]);
        let (record, said) = made(RecordKind::Item, &item);
        assert_eq!((record.expect("an item").number("amount"), said.len()), (None, 1));
        item.units.insert("amount".into(), "万元".into());
        assert_eq!(made(RecordKind::Item, &item).0.expect("an item").number("amount"), Some(120_000.0));
        item.roles.insert("amount".into(), "800元".into());
        assert_eq!(made(RecordKind::Item, &item).0.expect("an item").number("amount"), Some(800.0));
    }

    #[test]
    fn points_and_lines_are_written_and_read() {
        let lines: [&[[f64; 2]]; 2] = [&[[104.123_456_7, 36.5], [104.2, 36.0]], &[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]];
        for shape in [&lines[..1], &lines[..], &[&[[104.0, 36.0]][..]][..]] {
            let owned: Vec<Vec<[f64; 2]>> = shape.iter().map(|line| line.to_vec()).collect();
            assert_eq!(wkt(&to_wkt(shape)), Some(owned), "{}", to_wkt(shape));
        }
        assert_eq!(wkt("point(1 2)"), Some(vec![vec![[1.0, 2.0]]]));
        assert_eq!(wkt("POLYGON ((0 0, 1 0, 1 1))"), None);
        assert_eq!(wkt("LINESTRING (1 x)"), None);
    }

    #[test]
    fn what_came_of_a_pairing_is_a_number_with_its_unit_or_words() {
        let of = |text: &str| made(RecordKind::Link, &raw(&[("giver", "某局"), ("effect", text)])).0.expect("a link");
        let number = of("12.5万元");
        assert_eq!((number.get("effect"), number.get("effect_unit")), ("12.5", "万元"));
        assert_eq!(of("建成冷库").get("effect_text"), "建成冷库");
        assert_eq!(of("—").fields.roles.len(), 0);
    }

    #[test]
    fn a_code_that_is_the_name_makes_no_other_record_than_none() {
        let with = made(RecordKind::Place, &raw(&[("code", "东站"), ("name", "东站"), ("kind", "站")])).0.expect("a place");
        let without = made(RecordKind::Place, &raw(&[("name", "东站"), ("kind", "站")])).0.expect("a place");
        let only = made(RecordKind::Place, &raw(&[("code", "东站"), ("kind", "站")])).0.expect("a place");
        assert_eq!((with.uid, without.uid), (without.uid, only.uid));
        assert_eq!(only.name, "东站");
        assert!(made(RecordKind::Item, &raw(&[("name", "路")])).0.is_none());
    }
}
