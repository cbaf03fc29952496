//! Pairings, places and items of lists: rows of tables, and features of maps.

use rustc_hash::{FxHashMap, FxHashSet};

use super::planner::{From, Planner};
use super::report::field;
use super::roles::Roles;
use super::sheet::Sheet;
use super::zones::Meanings;
use crate::domain::id::Uid;
use crate::domain::plan::{ChangeKind, FieldChange};
use crate::domain::problem::{Problem, Severity};
use crate::import::locate::Places;
use crate::import::match_unit::Finder;
use crate::import::record::{self, Columns, Raw};
use crate::store::record::{Record, RecordKind, records};
use crate::store::world::World;

impl Planner<'_, '_> {
    /// A table of records.
    pub(super) fn records(
        &mut self,
        kind: RecordKind,
        sheet: &Sheet,
        roles: &Roles,
        without: &dyn Fn(&str) -> bool,
        from: &From,
    ) -> Result<Meanings, Problem> {
        if let Some(role) = record::needed(kind).iter().find(|role| roles.get(role).is_none()) {
            self.ask_column(sheet, role);
            return Ok(Meanings::new());
        }
        let raws = self.raws(kind, sheet, roles, without);
        self.put_records(kind, raws, sheet, from)?;
        Ok(Meanings::new())
    }

    /// The rows of a sheet; a place that is none is told, and the row is taken without it.
    pub(super) fn raws(&mut self, kind: RecordKind, sheet: &Sheet, roles: &Roles, without: &dyn Fn(&str) -> bool) -> Vec<Raw> {
        let mapped: Vec<usize> = roles.columns.values().copied().collect();
        let columns = Columns {
            roles: roles.columns.iter().map(|(role, n)| (role.clone(), *n, sheet.unit(*n).map(str::to_owned))).collect(),
            more: (0..sheet.headings.len())
                .filter(|n| kind != RecordKind::Region && !mapped.contains(n) && !without(&sheet.headings[*n]))
                .map(|n| (sheet.headings[n].clone(), n))
                .filter(|(heading, _)| !heading.is_empty())
                .collect(),
        };
        // A table of one list need not name it in every row.
        let list = self.list_of(sheet);
        let mut out = Vec::new();
        for (line, cells) in sheet.rows() {
            let (mut raw, wrong) = columns.raw(line, &|n| cells.get(n));
            if let Some(place) = wrong {
                let mut problem = sheet.problem("E_TABLE_PLACE", line).arg(place);
                problem.severity = Severity::Mark;
                self.report.problems.push(problem);
            }
            if kind == RecordKind::Item && raw.get("list").is_empty() {
                raw.roles.insert("list".to_owned(), list.clone());
            }
            out.push(raw);
        }
        out
    }

    /// The list that the name of a file or sheet says: one of the framework's, else the name itself.
    fn list_of(&self, sheet: &Sheet) -> String {
        record::list_of(self.scene.framework, &sheet.shown_as)
    }

    /// Stores what is new, changed or gone.
    fn put_records(&mut self, kind: RecordKind, raws: Vec<Raw>, sheet: &Sheet, from: &From) -> Result<(), Problem> {
        let levels = self.scene.framework.levels.len();
        let world = self.world(levels)?;
        let finder = Finder::new(&world, 0..levels);
        let placed: Vec<Option<[f64; 2]>> = raws.iter().map(Raw::middle_deg).collect();
        let mut lies: Vec<Option<Uid>> = vec![None; raws.len()];
        if placed.iter().any(Option::is_some)
            && let Some(places) = Places::read(&world, self.load.connection())?
        {
            lies = places.around(&placed);
        }
        let mut now: FxHashMap<Uid, Record> =
            records(self.load.connection(), &world, kind)?.into_iter().map(|record| (record.uid, record)).collect();
        let mut seen: FxHashSet<Uid> = FxHashSet::default();
        // A complete list is one of its own kind: it says nothing of the others.
        let mut groups: FxHashSet<String> = FxHashSet::default();
        let mut out: Vec<(Record, u64, bool, bool)> = Vec::new();
        for (raw, lies) in raws.iter().zip(lies) {
            self.scene.stop.check()?;
            let named = raw.get("unit");
            let unit = match (named.as_str(), lies, kind) {
                ("", Some(unit), _) => Some(unit),
                // A list may be the county's own; a place without a unit stands where it stands.
                ("", None, RecordKind::Item) => None,
                (named, ..) => match self.unit_of(sheet, &finder, raw.line, named, "") {
                    Some(unit) => Some(unit),
                    None => continue,
                },
            };
            let report = &mut self.report;
            let mut wrong = |code: &str, role: &str, text: &str| {
                let mut problem = sheet.problem(code, raw.line).arg(text).field(role);
                problem.severity = Severity::Mark;
                report.problems.push(problem);
            };
            let Some(new) = record::record(&self.scene.manifest.county, kind, self.scene.framework, raw, unit, &mut wrong) else {
                self.report.aside(sheet.problem("E_TABLE_KEY", raw.line));
                continue;
            };
            let shown = if new.code.is_empty() { &new.name } else { &new.code };
            if !seen.insert(new.uid) {
                self.report.aside(sheet.problem("E_IMPORT_DUPLICATE", raw.line).arg(shown));
                continue;
            }
            groups.insert(new.get(group_role(kind)).to_owned());
            let old = now.remove(&new.uid);
            let known = old.is_some();
            let fields = old.map(|old| differences(&world, &old, &new));
            let unit = new.unit.map(|unit| name_of(&world, unit)).unwrap_or_default();
            self.organisation_change(fields, (new.uid, &new.code, &new.name), sheet, raw.line, &unit)
                .then(|| out.push((new, raw.line, known, false)));
        }
        let mut gone: Vec<Record> = now.into_values().filter(|old| groups.contains(old.get(group_role(kind)))).collect();
        gone.sort_unstable_by_key(|record| record.uid);
        if self.is_complete(sheet, gone.len()) {
            for old in gone {
                self.report.change(ChangeKind::Gone, (old.uid, &old.code, &old.name), Default::default, Vec::new);
                out.push((old, 0, true, true));
            }
        }
        if self.writes() && !out.is_empty() {
            let batch = self.batch(batch_kind(kind), from)?;
            let (new, changed) = self.since();
            for (record, line, known, gone) in out {
                let mut stamp = from.stamp(batch, line, if known { &changed } else { &new });
                stamp.gone = gone;
                self.load.put_record(stamp, kind, &record)?;
            }
        }
        Ok(())
    }
}

/// The role that tells records of one list apart from those of another.
fn group_role(kind: RecordKind) -> &'static str {
    match kind {
        RecordKind::Region | RecordKind::Place => "kind",
        RecordKind::Link => "pairing",
        RecordKind::Item => "list",
    }
}

fn name_of(world: &World, uid: Uid) -> String {
    world.place(uid).map(|place| world.name(place).to_owned()).unwrap_or_default()
}

/// Fields that differ, in words.
fn differences(world: &World, old: &Record, new: &Record) -> Vec<FieldChange> {
    let mut out = Vec::new();
    let mut pair = |name: &str, old: &str, new: &str| {
        if old != new {
            out.push(field(name, old, new));
        }
    };
    pair("code", &old.code, &new.code);
    pair("name", &old.name, &new.name);
    if old.unit != new.unit {
        let name = |unit: Option<Uid>| unit.map(|unit| name_of(world, unit)).unwrap_or_default();
        pair("unit", &name(old.unit), &name(new.unit));
    }
    let roles: std::collections::BTreeSet<&String> = old.fields.roles.keys().chain(new.fields.roles.keys()).collect();
    for role in roles {
        pair(role, old.get(role), new.get(role));
    }
    let wkt = |record: &Record| record::to_wkt(&record.shape_deg.iter().map(Vec::as_slice).collect::<Vec<_>>());
    pair("shape", &wkt(old), &wkt(new));
    let more = |record: &Record| record.fields.more.iter().cloned().collect::<std::collections::BTreeMap<String, String>>();
    let (before, after) = (more(old), more(new));
    let headings: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for heading in headings {
        let of = |all: &std::collections::BTreeMap<String, String>| all.get(heading).cloned().unwrap_or_default();
        pair(heading, &of(&before), &of(&after));
    }
    out
}

/// What a batch of a kind is called.
pub(super) fn batch_kind(kind: RecordKind) -> &'static str {
    match kind {
        RecordKind::Region => "regions",
        RecordKind::Link => "links",
        RecordKind::Place => "places",
        RecordKind::Item => "items",
    }
}
