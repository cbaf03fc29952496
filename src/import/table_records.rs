//! Tables of a workspace that hold entities, regions, pairings, places and items.

use rustc_hash::FxHashSet;

use super::locate::Places;
use super::record::{self, Columns, Members, Raw};
use super::table::Rows;
use super::units::{Directory, Match};
use crate::domain::id::Uid;
use crate::domain::problem::{Problem, Severity};
use crate::domain::text::clean_name;
use crate::store::load::Load;
use crate::store::put::{EntityRow, Stamp};
use crate::store::record::{Record, RecordKind};
use crate::store::world::Membership;

impl Rows<'_> {
    /// The rows as they came: the key is the first role that is not given.
    fn raws(&mut self, kind: RecordKind) -> Result<Vec<Raw>, Problem> {
        let mut roles: Vec<(String, usize, Option<String>)> = Vec::new();
        for role in self.table.columns.keys() {
            if let Some(n) = self.column(role)? {
                roles.push((role.clone(), n, self.read.sheet.unit(n)));
            }
        }
        let free = record::roles(kind).iter().find(|role| !self.table.columns.contains_key(**role));
        if let Some((n, role)) = self.keys()?.first().zip(free) {
            roles.push(((*role).to_owned(), *n, None));
        }
        if kind == RecordKind::Place
            && let Some(n) = self.read.sheet.headings.iter().position(|h| h == record::WKT)
        {
            roles.push(("shape".to_owned(), n, None));
        }
        let taken: Vec<usize> = roles.iter().map(|(_, n, _)| *n).collect();
        let more: Vec<(String, usize)> = (0..self.read.sheet.headings.len())
            .map(|n| (self.read.sheet.headings[n].clone(), n))
            .filter(|(h, n)| kind != RecordKind::Region && !h.is_empty() && !taken.contains(n) && !self.table.without.contains(h))
            .collect();
        let judged = roles.iter().filter(|(role, ..)| !["unit", "code", "lon", "lat", "shape"].contains(&role.as_str()));
        let judged: Vec<usize> = judged.map(|(_, n, _)| *n).chain(more.iter().map(|(_, n)| *n)).collect();
        self.gate(&judged)?;
        let columns = Columns { roles, more };
        let list = record::list_of(self.framework, &self.read.file.shown_as);
        let mut out = Vec::with_capacity(self.read.sheet.len());
        for (line, cells) in self.read.sheet.rows() {
            let (mut raw, wrong) = columns.raw(line, &|n| cells.get(n).unwrap_or_default());
            if let Some(place) = wrong {
                self.mark("E_TABLE_PLACE", line, "", &place);
            }
            if kind == RecordKind::Item && raw.get("list").is_empty() {
                raw.roles.insert("list".to_owned(), list.clone());
            }
            out.push(raw);
        }
        Ok(out)
    }

    fn mark(&mut self, code: &str, line: u64, field: &str, text: &str) {
        let mut problem = Problem::new(code, Severity::Mark, &*self.read.file.shown_as).line(line).arg(text);
        if !field.is_empty() {
            problem = problem.field(field);
        }
        self.problems.push(problem);
    }

    /// A row as a record; one without what makes it one is kept aside.
    fn record(&mut self, kind: RecordKind, raw: &Raw, unit: Option<Uid>) -> Option<Record> {
        let mut wrong: Vec<(String, String, String)> = Vec::new();
        let found = record::record(&self.manifest.county, kind, self.framework, raw, unit, &mut |code, role, text| {
            wrong.push((code.to_owned(), role.to_owned(), text.to_owned()));
        });
        for (code, role, text) in wrong {
            self.mark(&code, raw.line, &role, &text);
        }
        if found.is_none() {
            self.aside("E_TABLE_KEY", raw.line, &self.table.key.join("+"), &[]);
        }
        found
    }

    pub(super) fn records(&mut self, load: &mut Load<'_>, batch: i64, kind: RecordKind) -> Result<u32, Problem> {
        let raws = self.raws(kind)?;
        let tree = load.world(self.framework, self.framework.levels.len())?;
        let directory = Directory::new(&tree, self.levels()?);
        let placed: Vec<Option<[f64; 2]>> = raws.iter().map(Raw::middle_deg).collect();
        let mut lies: Vec<Option<Uid>> = vec![None; raws.len()];
        if placed.iter().any(Option::is_some)
            && let Some(places) = Places::read(&tree, load.connection())?
        {
            lies = places.around(&placed);
        }
        let mut seen: FxHashSet<Uid> = FxHashSet::default();
        let mut out: Vec<(Record, u64)> = Vec::new();
        for (raw, lies) in raws.iter().zip(lies) {
            let named = raw.get("unit");
            let unit = match (named.as_str(), lies) {
                ("", Some(unit)) => Some(unit),
                // A list may be the county's own.
                ("", None) if kind == RecordKind::Item => None,
                (named, _) => match self.unit(&directory, named, raw.line, "unit") {
                    Some(unit) => Some(unit),
                    None => continue,
                },
            };
            let Some(new) = self.record(kind, raw, unit) else { continue };
            if seen.insert(new.uid) {
                out.push((new, raw.line));
            } else {
                let shown = if new.code.is_empty() { new.name } else { new.code };
                self.aside("E_IMPORT_DUPLICATE", raw.line, &self.table.key.join("+"), &[&shown]);
            }
        }
        for (record, line) in &out {
            load.put_record(Stamp::of(batch, *line), kind, record)?;
        }
        Ok(u32::try_from(out.len()).unwrap_or(u32::MAX))
    }

    pub(super) fn regions(&mut self, load: &mut Load<'_>, batch: i64) -> Result<u32, Problem> {
        let raws = self.raws(RecordKind::Region)?;
        let world = load.world(self.framework, self.framework.levels.len() + 1)?;
        let directory = Directory::new(&world, self.levels()?);
        let beside = Members::new(&world, load.connection())?;
        let mut regions: Vec<(Record, u64)> = Vec::new();
        let mut members = Vec::new();
        for raw in &raws {
            let Some(region) = self.record(RecordKind::Region, raw, None) else { continue };
            let key = raw.get("unit");
            let member = if matches!(directory.find(&key), Match::None) { beside.find(&key) } else { None };
            let Some(uid) = member.or_else(|| self.unit(&directory, &key, raw.line, "unit")) else { continue };
            members.push((region.code.clone(), uid, raw.line));
            match regions.iter_mut().find(|(first, _)| first.code == region.code) {
                Some((first, _)) => record::complete(first, &region),
                None => regions.push((region, raw.line)),
            }
        }
        for (region, line) in &regions {
            load.put_record(Stamp::of(batch, *line), RecordKind::Region, region)?;
        }
        load.members(batch, Membership::Region, &members)?;
        Ok(u32::try_from(members.len()).unwrap_or(u32::MAX))
    }

    pub(super) fn entities(&mut self, load: &mut Load<'_>, batch: i64) -> Result<u32, Problem> {
        let keys = self.keys()?;
        let need = |role| self.column(role).and_then(|c| c.ok_or_else(|| self.refuse("E_TABLE_COLUMN").field(role).arg(role).arg("")));
        let (name, unit) = (need("name")?, need("unit")?);
        let (code, kind, coverage) = (self.column("code")?, self.column("kind")?, self.column("coverage")?);
        let taken: Vec<usize> = keys.iter().copied().chain([name, unit]).chain([code, kind, coverage].into_iter().flatten()).collect();
        let others: Vec<usize> = (0..self.read.sheet.headings.len())
            .filter(|n| !taken.contains(n) && !self.read.sheet.headings[*n].is_empty())
            .filter(|n| !self.table.without.contains(&self.read.sheet.headings[*n]))
            .collect();
        self.gate(&others)?;
        self.gate(&[name])?;
        let levels = self.levels()?;
        let world = load.world(self.framework, levels.end)?;
        let directory = Directory::new(&world, levels);
        let unit_field = self.read.sheet.headings[unit].clone();
        let mut seen: FxHashSet<Uid> = FxHashSet::default();
        for (line, cells) in self.read.sheet.rows() {
            let cell = |n: usize| cells.get(n).unwrap_or_default();
            let text = |n: Option<usize>| n.map(|n| clean_name(cell(n)).into_owned()).unwrap_or_default();
            let Some(key) = self.key(&keys, line, cells) else { continue };
            let uid = Uid::of_entity(&self.manifest.county, &key);
            if seen.contains(&uid) {
                self.aside("E_IMPORT_DUPLICATE", line, &self.table.key.join("+"), &[&key.replace('\u{1f}', " ")]);
                continue;
            }
            let Some(at) = self.unit(&directory, cell(unit), line, &unit_field) else { continue };
            seen.insert(uid);
            let fields = others.iter().map(|n| (self.read.sheet.headings[*n].clone(), clean_name(cell(*n)).into_owned()));
            let fields: Vec<(String, String)> = fields.filter(|(_, v)| !v.is_empty()).collect();
            let entity = EntityRow {
                uid,
                code: code.map_or_else(|| key.replace('\u{1f}', " "), |c| cell(c).to_owned()),
                name: text(Some(name)),
                kind: text(kind),
                unit: at,
                coverage: text(coverage),
                fields: serde_json::to_string(&fields).unwrap_or_default(),
            };
            load.put_entity(Stamp::of(batch, line), &entity)?;
        }
        Ok(u32::try_from(seen.len()).unwrap_or(u32::MAX))
    }
}
