//! Loading the changed files of a table.

use rustc_hash::FxHashSet;

use super::Done;
use super::files::{Found, sha256, verify};
use super::locate::{Places, place};
use super::manifest::{Column, Manifest, Table, What};
use super::sheet::{Cells, Sheet};
use super::units::{Directory, Match, Parents};
use crate::domain::id::Uid;
use crate::domain::indicator::{Indicator, Kind};
use crate::domain::page::ReadCount;
use crate::domain::period::Period;
use crate::domain::problem::{Problem, Severity};
use crate::domain::text::clean_name;
use crate::domain::value::{Reading, State};
use crate::framework::Framework;
use crate::framework::privacy::Gate;
use crate::store::load::{Load, NewBranch, NewUnit, NewValue, Source};
use crate::store::record::RecordKind;
use crate::store::world::Membership;

/// The office's words for a report of none.
const WORD_NONE: &str = "无";
/// The office's words for a report that was not due.
const WORD_NOT_DUE: &str = "不需报";

/// A file that was read, before anything of it is stored.
pub(super) struct Read {
    pub(super) file: Found,
    sha256: String,
    pub(super) sheet: Sheet,
}

/// Reads a file of a table whole.
pub(super) fn read(table: &Table, file: Found) -> Result<Read, Problem> {
    let sha256 = sha256(&file)?;
    verify(table.sha256.as_ref(), &sha256, &file)?;
    let sheet = Sheet::read(&file, table)?;
    Ok(Read { file, sha256, sheet })
}

/// Stores files of a table; `Done::gone` says how much would disappear.
pub(super) fn store(
    load: &mut Load<'_>,
    manifest: &Manifest,
    framework: &Framework,
    table: &Table,
    spec: &str,
    files: Vec<Read>,
) -> Result<Done, Problem> {
    let mut old = Vec::new();
    for read in &files {
        old.extend(load.withdraw(&table.name, &read.file.shown_as)?);
    }
    let mut done = Done::default();
    let mut taken: FxHashSet<Uid> = load.uids_of(&table.name)?;
    for read in files {
        let source = Source {
            source: table.name.clone(),
            file: read.file.shown_as.clone(),
            spec: spec.to_owned(),
            size: read.file.size,
            mtime_ms: read.file.mtime_ms,
            sha256: read.sha256.clone(),
        };
        let batch = load.batch("table", &source)?;
        let mut rows = Rows { manifest, framework, table, read: &read, problems: read.sheet.notes.clone() };
        let kept = match table.what {
            What::Units => rows.units(load, batch, &mut taken)?,
            What::Branches => rows.branches(load, batch, &mut taken)?,
            What::Zones => rows.zones(load, batch)?,
            What::Values => rows.values(load, batch)?,
            What::Entities => rows.entities(load, batch)?,
            What::Regions => rows.regions(load, batch)?,
            What::Links => rows.records(load, batch, RecordKind::Link)?,
            What::Places => rows.records(load, batch, RecordKind::Place)?,
            What::Items => rows.records(load, batch, RecordKind::Item)?,
        };
        let problems = rows.problems;
        let read_rows = u32::try_from(read.sheet.len()).unwrap_or(u32::MAX);
        let counts = ReadCount { name: table.name.clone(), read: read_rows, drawn: kept, listed: read_rows.saturating_sub(kept) };
        load.loaded(&source, Some(batch), &counts, &problems)?;
        done.problems.extend(problems);
    }
    for batch in old {
        done.gone += load.vanished(batch)?;
    }
    if table.what == What::Units {
        // A unit that is drawn may have another unit above it now, whose border is drawn stronger.
        let world = load.world(framework, framework.levels.len())?;
        for level in 0..world.levels.len() {
            let columns = world.table(level);
            if columns.uids.iter().zip(&columns.drawn).any(|(uid, drawn)| *drawn && taken.contains(uid)) {
                load.repack(&world, level)?;
            }
        }
    }
    Ok(done)
}

/// One file being stored.
pub(super) struct Rows<'a> {
    pub(super) manifest: &'a Manifest,
    pub(super) framework: &'a Framework,
    pub(super) table: &'a Table,
    pub(super) read: &'a Read,
    pub(super) problems: Vec<Problem>,
}

impl<'a> Rows<'a> {
    pub(super) fn refuse(&self, code: &str) -> Problem {
        Problem::new(code, Severity::Refused, &*self.read.file.shown_as)
    }

    pub(super) fn aside(&mut self, code: &str, line: u64, field: &str, args: &[&str]) {
        let mut problem = Problem::new(code, Severity::Aside, &*self.read.file.shown_as).line(line);
        if !field.is_empty() {
            problem = problem.field(field);
        }
        problem.args.extend(args.iter().map(|a| (*a).to_owned()));
        self.problems.push(problem);
    }

    pub(super) fn column(&self, role: &str) -> Result<Option<usize>, Problem> {
        match self.table.columns.get(role) {
            None => Ok(None),
            Some(Column::One(name)) => self.read.sheet.column(name, &self.read.file).map(Some),
            Some(Column::Parts { .. }) => Err(self.refuse("E_TABLE_COLUMN").field(role).arg(role).arg("")),
        }
    }

    pub(super) fn keys(&self) -> Result<Vec<usize>, Problem> {
        self.table.key.iter().map(|name| self.read.sheet.column(name, &self.read.file)).collect()
    }

    /// The key of a row; a problem where it is empty or was spoiled by a spreadsheet.
    pub(super) fn key(&mut self, keys: &[usize], line: u64, cells: Cells<'_>) -> Option<String> {
        let parts: Vec<&str> = keys.iter().map(|n| cells.get(*n).unwrap_or_default()).collect();
        let field = self.table.key.join("+");
        if parts.iter().any(|p| p.is_empty()) {
            self.aside("E_TABLE_KEY", line, &field, &[]);
            return None;
        }
        if let Some(spoiled) = parts.iter().find(|p| p.contains("E+") && p.parse::<f64>().is_ok()) {
            self.aside("E_CODE_EXCEL", line, &field, &[spoiled]);
            return None;
        }
        Some(parts.join("\u{1f}"))
    }

    pub(super) fn levels(&self) -> Result<std::ops::Range<usize>, Problem> {
        match &self.table.level {
            None => Ok(0..self.framework.levels.len()),
            Some(level) => match self.framework.levels.iter().position(|l| l.code == *level) {
                Some(n) => Ok(n..n + 1),
                None => Err(Problem::new("E_IMPORT_LEVEL", Severity::Refused, super::manifest::FILE).field("table.level").arg(level)),
            },
        }
    }

    pub(super) fn unit(&mut self, directory: &Directory<'_>, key: &str, line: u64, field: &str) -> Option<Uid> {
        match directory.find(key) {
            Match::One(uid) => Some(uid),
            Match::None => {
                self.aside("E_TABLE_UNIT", line, field, &[key]);
                None
            }
            Match::Several => {
                self.aside("E_TABLE_AMBIGUOUS", line, field, &[key]);
                None
            }
        }
    }

    fn units(&mut self, load: &mut Load<'_>, batch: i64, taken: &mut FxHashSet<Uid>) -> Result<u32, Problem> {
        let (keys, name, parent, level) = (self.keys()?, self.column("name")?, self.column("parent")?, self.column("level")?);
        let levels = self.levels()?;
        if level.is_none() && levels.len() != 1 {
            return Err(self.refuse("E_TABLE_LEVEL"));
        }
        // Rows by level, the top one first: a parent may stand below its children in the file.
        let mut by_level: Vec<Vec<usize>> = vec![Vec::new(); self.framework.levels.len()];
        for (n, (line, cells)) in self.read.sheet.rows().enumerate() {
            let word = level.and_then(|c| cells.get(c)).unwrap_or_default();
            let found = match level {
                None => Some(levels.start),
                Some(_) => self
                    .framework
                    .levels
                    .iter()
                    .position(|l| l.code.as_str() == word || l.label == word || l.synonyms.iter().any(|s| s == word)),
            };
            match found {
                Some(found) => by_level[found].push(n),
                None => self.aside("E_TABLE_LEVEL_WORD", line, "", &[word]),
            }
        }
        let mut kept = 0;
        for (at, rows) in by_level.iter().enumerate().filter(|(_, rows)| !rows.is_empty()) {
            let world = load.world(self.framework, at)?;
            let parents = Parents::new(&world, at, None, load)?;
            let id = &self.framework.levels[at].code;
            let mut units = Vec::new();
            for &n in rows {
                let (line, cells) = self.read.sheet.row(n);
                let Some(code) = self.key(&keys, line, cells) else { continue };
                let uid = Uid::of_unit(&self.manifest.county, &self.manifest.tree, id.as_str(), &code);
                if taken.contains(&uid) {
                    self.aside("E_IMPORT_DUPLICATE", line, &self.table.key.join("+"), &[&code]);
                    continue;
                }
                let named = parent.and_then(|c| cells.get(c)).filter(|p| !p.is_empty());
                let above = named.map_or_else(|| parents.only(), |p| parents.of_code(p));
                if above.is_none() && !parents.top() {
                    self.aside("E_IMPORT_PARENT", line, "", &[&code, named.unwrap_or_default()]);
                    continue;
                }
                taken.insert(uid);
                let name = name.and_then(|c| cells.get(c)).map(|n| clean_name(n).into_owned()).filter(|n| !n.is_empty());
                units.push((uid, name.unwrap_or_else(|| code.clone()), code, above, line));
            }
            kept += u32::try_from(units.len()).unwrap_or(u32::MAX);
            load.units(
                batch,
                units.iter().map(|(uid, name, code, parent, row)| NewUnit { uid: *uid, level: id, code, name, parent: *parent, row: *row }),
            )?;
        }
        Ok(kept)
    }

    fn branches(&mut self, load: &mut Load<'_>, batch: i64, taken: &mut FxHashSet<Uid>) -> Result<u32, Problem> {
        let keys = self.keys()?;
        let need = |role| self.column(role).and_then(|c| c.ok_or_else(|| self.refuse("E_TABLE_COLUMN").field(role).arg(role).arg("")));
        let (name, code, kind) = (need("name")?, self.column("code")?, self.column("kind")?);
        let place = self.column("lon")?.zip(self.column("lat")?);
        let unit = if place.is_some() { self.column("unit")? } else { Some(need("unit")?) };
        let further = [code, kind, unit, place.map(|p| p.0), place.map(|p| p.1)].into_iter().flatten();
        let mapped: Vec<usize> = keys.iter().copied().chain([name]).chain(further).collect();
        let others: Vec<usize> = (0..self.read.sheet.headings.len())
            .filter(|n| {
                !mapped.contains(n)
                    && !self.read.sheet.headings[*n].is_empty()
                    && !self.table.without.contains(&self.read.sheet.headings[*n])
            })
            .collect();
        self.gate(&others)?;
        self.gate(&[name])?;
        let levels = self.levels()?;
        let world = load.world(self.framework, levels.end)?;
        let directory = Directory::new(&world, levels);
        let unit_field = unit.map(|n| self.read.sheet.headings[n].clone()).unwrap_or_default();
        let places: Vec<Option<[f64; 2]>> = self.read.sheet.rows().map(|(line, cells)| self.place((place?, name), line, cells)).collect();
        // What a level was given for does not say how low a place may lie.
        let tree = load.world(self.framework, self.framework.levels.len())?;
        let drawn = place.map(|_| Places::read(&tree, load.connection())).transpose()?.flatten();
        let lies = drawn.as_ref().map_or_else(|| vec![None; places.len()], |drawn| drawn.around(&places));
        let mut branches = Vec::new();
        for ((line, cells), (place_deg, lies)) in self.read.sheet.rows().zip(places.into_iter().zip(lies)) {
            let cell = |n: usize| cells.get(n).unwrap_or_default();
            let Some(key) = self.key(&keys, line, cells) else { continue };
            let uid = Uid::of_branch(&self.manifest.county, &key);
            if taken.contains(&uid) {
                self.aside("E_IMPORT_DUPLICATE", line, &self.table.key.join("+"), &[&key.replace('\u{1f}', " ")]);
                continue;
            }
            let at = match (unit.map(cell).unwrap_or_default(), lies) {
                ("", Some(lies)) => lies,
                (named, _) => match self.unit(&directory, named, line, &unit_field) {
                    Some(at) => at,
                    None => continue,
                },
            };
            if let Some((drawn, place_deg)) = drawn.as_ref().zip(place_deg) {
                let problem = |code: &str| Problem::new(code, Severity::Mark, &*self.read.file.shown_as).line(line);
                let doubt = drawn.doubt(&tree, load.connection(), &clean_name(cell(name)), (at, place_deg, lies), problem)?;
                self.problems.extend(doubt);
            }
            taken.insert(uid);
            let fields = others.iter().map(|n| (self.read.sheet.headings[*n].clone(), clean_name(cell(*n)).into_owned()));
            branches.push(NewBranch {
                uid,
                code: code.map_or_else(|| key.replace('\u{1f}', " "), |c| cell(c).to_owned()),
                name: clean_name(cell(name)).into_owned(),
                kind: kind.map(|c| clean_name(cell(c)).into_owned()).unwrap_or_default(),
                unit: at,
                place_deg,
                fields: fields.filter(|(_, v)| !v.is_empty()).collect(),
                row: line,
            });
        }
        load.branches(batch, &branches)?;
        Ok(u32::try_from(branches.len()).unwrap_or(u32::MAX))
    }

    /// The place of a row; that it is none is no reason to leave the row out.
    fn place(&mut self, ((x, y), name): ((usize, usize), usize), line: u64, cells: Cells<'_>) -> Option<[f64; 2]> {
        let cell = |n: usize| cells.get(n).unwrap_or_default();
        place(cell(x), cell(y)).unwrap_or_else(|code| {
            let problem = Problem::new(code, Severity::Mark, &*self.read.file.shown_as).line(line);
            self.problems.push(problem.arg(clean_name(cell(name))).arg(format!("{}, {}", cell(x), cell(y))));
            None
        })
    }

    /// Stops the table at a column with values that look personal.
    pub(super) fn gate(&self, columns: &[usize]) -> Result<(), Problem> {
        for &n in columns {
            for (line, cells) in self.read.sheet.rows() {
                if cells.get(n).is_some_and(|v| Gate.value_looks_personal(v)) {
                    let heading = &self.read.sheet.headings[n];
                    // The value itself is never repeated.
                    return Err(self.refuse("E_PRIVACY_VALUE").line(line).field(heading).arg(heading));
                }
            }
        }
        Ok(())
    }

    fn zones(&mut self, load: &mut Load<'_>, batch: i64) -> Result<u32, Problem> {
        let (keys, zone) = (self.keys()?, self.column("zone")?.unwrap_or_default());
        let levels = self.levels()?;
        let world = load.world(self.framework, levels.end)?;
        let directory = Directory::new(&world, levels);
        let mut members = Vec::new();
        let key_field = self.table.key.join("+");
        for (line, cells) in self.read.sheet.rows() {
            let Some(key) = self.key(&keys, line, cells) else { continue };
            let word = cells.get(zone).unwrap_or_default();
            let Some(zone) = self.framework.zones.iter().find(|z| z.code == word || z.label == word) else {
                self.aside("E_TABLE_ZONE", line, "", &[word]);
                continue;
            };
            if let Some(uid) = self.unit(&directory, &key, line, &key_field) {
                members.push((zone.code.clone(), uid, line));
            }
        }
        load.members(batch, Membership::Zone, &members)?;
        Ok(u32::try_from(members.len()).unwrap_or(u32::MAX))
    }

    fn values(&mut self, load: &mut Load<'_>, batch: i64) -> Result<u32, Problem> {
        let keys = self.keys()?;
        let period = self.column("period")?;
        if period.is_none() && self.table.period.is_none() {
            return Err(self.refuse("E_TABLE_PERIOD"));
        }
        let long = self.table.columns.contains_key("indicator");
        let shape = if long { self.long()? } else { self.wide()? };
        let rows = self.dated(load, &keys, period)?;
        let mut good: Vec<bool> = rows.iter().map(Option::is_some).collect();
        // Indicator by indicator, so that the readings of a whole table never stand in memory.
        let pairs: Vec<(&'a Indicator, Columns, Option<Vec<usize>>)> = match shape {
            Shape::Wide(all) => all.into_iter().map(|(indicator, columns)| (indicator, columns, None)).collect(),
            Shape::Long(column, columns) => {
                self.by_indicator(column, &rows, &mut good).into_iter().map(|(i, n)| (i, columns.clone(), Some(n))).collect()
            }
        };
        for (indicator, columns, of) in pairs {
            let mut values: Vec<(usize, NewValue)> = Vec::new();
            let all = 0..if of.is_none() { rows.len() } else { 0 };
            for n in all.chain(of.into_iter().flatten()) {
                let Some((uid, period)) = rows[n] else { continue };
                let (line, cells) = self.read.sheet.row(n);
                match self.reading(indicator, &columns, cells, line) {
                    Some(reading) if reading.state == State::Missing => {}
                    Some(reading) => values.push((n, NewValue { uid, period, reading, row: line })),
                    None => good[n] = false,
                }
            }
            // Stable: of two reports the one further up comes first, and counts.
            values.sort_by_key(|(_, v)| (v.period.start(), v.period.end(), v.uid));
            let twice = |a: &NewValue, b: &NewValue| a.uid == b.uid && a.period == b.period;
            let mut kept: Vec<NewValue> = Vec::with_capacity(values.len());
            for (n, value) in values {
                if kept.last().is_some_and(|last| twice(last, &value)) {
                    let key = self.key(&keys, value.row, self.read.sheet.row(n).1).unwrap_or_default();
                    self.aside("E_TABLE_TWICE", value.row, indicator.id.as_str(), &[&key]);
                    good[n] = false;
                } else {
                    kept.push(value);
                }
            }
            load.values(batch, &indicator.id, &kept)?;
        }
        self.problems.sort_by_key(|p| p.spot.line);
        Ok(u32::try_from(good.iter().filter(|g| **g).count()).unwrap_or(u32::MAX))
    }

    /// Unit and period of every row; `None` where one of the two is not known.
    fn dated(&mut self, load: &Load<'_>, keys: &[usize], period: Option<usize>) -> Result<Vec<Option<(Uid, Period)>>, Problem> {
        let levels = self.levels()?;
        let world = load.world(self.framework, levels.end)?;
        let directory = Directory::new(&world, levels);
        let key_field = self.table.key.join("+");
        let mut out = Vec::with_capacity(self.read.sheet.len());
        for (line, cells) in self.read.sheet.rows() {
            let mut row = || {
                let key = self.key(keys, line, cells)?;
                let word = period.and_then(|c| cells.get(c)).unwrap_or_default();
                let when = match (word, self.table.period) {
                    ("", Some(period)) => period,
                    _ => match word.parse::<Period>() {
                        Ok(period) => period,
                        Err(_) => {
                            self.aside("E_TABLE_PERIOD_WORD", line, "", &[word]);
                            return None;
                        }
                    },
                };
                Some((self.unit(&directory, &key, line, &key_field)?, when))
            };
            out.push(row());
        }
        Ok(out)
    }

    /// The rows of a long table by the indicator that they name.
    fn by_indicator(&mut self, column: usize, rows: &[Option<(Uid, Period)>], good: &mut [bool]) -> Vec<(&'a Indicator, Vec<usize>)> {
        let mut out: Vec<(&'a Indicator, Vec<usize>)> = Vec::new();
        for n in (0..rows.len()).filter(|n| rows[*n].is_some()) {
            let (line, cells) = self.read.sheet.row(n);
            let word = cells.get(column).unwrap_or_default();
            let Some(indicator) = self.framework.indicators.iter().find(|i| i.id.as_str() == word || i.label == word) else {
                self.aside("E_TABLE_INDICATOR", line, "", &[word]);
                good[n] = false;
                continue;
            };
            match out.iter_mut().find(|(i, _)| i.id == indicator.id) {
                Some((_, rows)) => rows.push(n),
                None => out.push((indicator, vec![n])),
            }
        }
        out
    }

    fn long(&self) -> Result<Shape<'a>, Problem> {
        let indicator = self.column("indicator")?.unwrap_or_default();
        let columns =
            Columns { value: self.column("value")?, num: self.column("num")?, den: self.column("den")?, state: self.column("state")? };
        if columns.value.is_none() && columns.num.is_none() {
            return Err(self.refuse("E_TABLE_COLUMN").field("value").arg("value").arg(self.read.sheet.headings.join(", ")));
        }
        Ok(Shape::Long(indicator, columns))
    }

    fn wide(&self) -> Result<Shape<'a>, Problem> {
        let mut out = Vec::new();
        for (id, column) in self.table.columns.iter().filter(|(role, _)| *role != "period") {
            let Some(indicator) = self.framework.indicators.iter().find(|i| i.id.as_str() == id) else {
                return Err(self.refuse("E_TABLE_INDICATOR").field(id).arg(id));
            };
            let at = |name: &str| self.read.sheet.column(name, &self.read.file).map(Some);
            let columns = match column {
                Column::One(name) => Columns { value: at(name)?, ..Columns::default() },
                Column::Parts { num, den } => Columns { num: at(num)?, den: at(den)?, ..Columns::default() },
            };
            out.push((&**indicator, columns));
        }
        Ok(Shape::Wide(out))
    }

    /// A reading; `None` where the cells are neither a number nor one of the two words.
    fn reading(&mut self, indicator: &Indicator, columns: &Columns, cells: Cells<'_>, line: u64) -> Option<Reading> {
        let cell = |n: Option<usize>| n.and_then(|n| cells.get(n)).unwrap_or_default();
        let (value, num, den, state) = (cell(columns.value), cell(columns.num), cell(columns.den), cell(columns.state));
        let words = [state, value, num];
        if words.contains(&WORD_NONE) {
            return Some(Reading { state: State::None, ..Reading::MISSING });
        }
        if words.contains(&WORD_NOT_DUE) {
            return Some(Reading { state: State::NotDue, ..Reading::MISSING });
        }
        let mut number = |text: &str, column: Option<usize>| -> Result<Option<f64>, ()> {
            if text.is_empty() {
                return Ok(None);
            }
            let plain: String = text.trim_end_matches('%').chars().filter(|c| !matches!(c, ',' | '\u{ff0c}')).collect();
            match plain.trim().parse::<f64>() {
                Ok(n) if n.is_finite() => Ok(Some(n)),
                _ => {
                    let heading = column.map(|n| self.read.sheet.headings[n].clone()).unwrap_or_default();
                    self.aside("E_TABLE_NUMBER", line, &heading, &[text]);
                    Err(())
                }
            }
        };
        let (value, num, den) = (number(value, columns.value).ok()?, number(num, columns.num).ok()?, number(den, columns.den).ok()?);
        Some(match (value, num, den) {
            (_, Some(num), Some(den)) if indicator.kind == Kind::Ratio => Reading::ratio(num, den),
            (Some(value), num, den) => Reading { state: State::Value, num, den, value: Some(value) },
            (None, None, None) => Reading::MISSING,
            (None, num, den) => {
                let half = if num.is_some() { "den" } else { "num" };
                self.aside("E_TABLE_PART", line, half, &[indicator.id.as_str()]);
                let _ = den;
                return None;
            }
        })
    }
}

/// Where the parts of a reading stand.
#[derive(Clone, Debug, Default)]
struct Columns {
    value: Option<usize>,
    num: Option<usize>,
    den: Option<usize>,
    state: Option<usize>,
}

/// A row per reading, or a column per indicator.
enum Shape<'a> {
    Long(usize, Columns),
    Wide(Vec<(&'a Indicator, Columns)>),
}
