//! Regions 片区 and their members: units, branches and entities, each in as many as a table says.

use rustc_hash::{FxHashMap, FxHashSet};

use super::planner::{From, Planner};
use super::report::field;
use super::roles::Roles;
use super::sheet::Sheet;
use super::zones::Meanings;
use crate::domain::id::Uid;
use crate::domain::plan::ChangeKind;
use crate::domain::problem::{Problem, Spot};
use crate::import::match_unit::{Finder, Found, tell};
use crate::import::record::{self, Members};
use crate::store::record::{Record, RecordKind, records};
use crate::store::world::Membership;

impl Planner<'_, '_> {
    pub(super) fn regions(&mut self, sheet: &Sheet, roles: &Roles, from: &From) -> Result<Meanings, Problem> {
        if let Some(role) = record::needed(RecordKind::Region).iter().find(|role| roles.get(role).is_none()) {
            self.ask_column(sheet, role);
            return Ok(Meanings::new());
        }
        let levels = self.scene.framework.levels.len();
        let world = self.world(levels + 1)?;
        let finder = Finder::new(&world, 0..levels);
        let beside = Members::new(&world, self.load.connection())?;
        let mut held: FxHashSet<(String, Uid)> = world
            .members(self.load.connection(), Membership::Region)?
            .iter()
            .flat_map(|(region, uids)| uids.iter().map(move |uid| (region.clone(), *uid)))
            .collect();
        let mut known: FxHashMap<Uid, Record> =
            records(self.load.connection(), &world, RecordKind::Region)?.into_iter().map(|r| (r.uid, r)).collect();
        let told = |uid: Uid, key: &str| match world.place(uid) {
            Some(place) => tell(&world, place),
            None => (uid, key.to_owned(), beside.name(uid).to_owned()),
        };
        // Regions by code with the row that says most of each; their members in the order of the rows.
        let mut regions: Vec<(Record, u64)> = Vec::new();
        let mut rows: Vec<(String, Uid, u64, bool)> = Vec::new();
        let mut seen: FxHashSet<(String, Uid)> = FxHashSet::default();
        for raw in self.raws(RecordKind::Region, sheet, roles, &|_| false) {
            self.scene.stop.check()?;
            let Some(region) =
                record::record(&self.scene.manifest.county, RecordKind::Region, self.scene.framework, &raw, None, &mut |_, _, _| ())
            else {
                self.report.aside(sheet.problem("E_TABLE_KEY", raw.line));
                continue;
            };
            let key = raw.get("unit");
            let member = match finder.find(&key) {
                Found::None => beside.find(&key),
                _ => None,
            };
            let Some(uid) = member.or_else(|| self.unit_of(sheet, &finder, raw.line, &key, "")) else { continue };
            let code = region.code.clone();
            match regions.iter_mut().find(|(r, _)| r.code == code) {
                Some((first, _)) => record::complete(first, &region),
                None => regions.push((region, raw.line)),
            }
            if !seen.insert((code.clone(), uid)) {
                continue;
            }
            if held.remove(&(code.clone(), uid)) {
                self.report.unchanged();
                continue;
            }
            let (_, unit, name) = told(uid, &key);
            self.report.change(ChangeKind::New, (uid, &unit, &name), || sheet.spot(raw.line), || vec![field("region", "", &code)]);
            rows.push((code, uid, raw.line, false));
        }
        let mut gone: Vec<(String, Uid)> = held.into_iter().collect();
        gone.sort_unstable();
        if self.is_complete(sheet, gone.len()) {
            for (region, uid) in gone {
                let (_, code, name) = told(uid, "");
                self.report.change(ChangeKind::Gone, (uid, &code, &name), Spot::default, || vec![field("region", &region, "")]);
                rows.push((region, uid, 0, true));
            }
        }
        regions.retain_mut(|(new, _)| {
            let Some(old) = known.remove(&new.uid) else { return true };
            // A table that says less of a region takes nothing from it.
            record::complete(new, &old);
            old != *new
        });
        if self.writes() && !(rows.is_empty() && regions.is_empty()) {
            let batch = self.batch("regions", from)?;
            let (new, changed) = self.since();
            for (region, line) in &regions {
                self.load.put_record(from.stamp(batch, *line, &new), RecordKind::Region, region)?;
            }
            for (region, uid, line, gone) in rows {
                let mut stamp = from.stamp(batch, line, if gone { &changed } else { &new });
                stamp.gone = gone;
                self.load.put_member(stamp, Membership::Region, &region, uid)?;
            }
        }
        Ok(Meanings::new())
    }
}
