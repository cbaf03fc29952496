//! Zones and their members.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use super::planner::{From, Planner};
use super::report::{answer, field};
use super::roles::Roles;
use super::sheet::Sheet;
use crate::domain::id::Uid;
use crate::domain::plan::{About, ChangeKind, Meaning};
use crate::domain::problem::{Problem, Spot};
use crate::import::match_unit::{Finder, Found, tell};
use crate::store::world::Membership;

/// What was decided of the words of a sheet's columns.
pub(super) type Meanings = BTreeMap<String, BTreeMap<String, Meaning>>;

impl Planner<'_, '_> {
    pub(super) fn zones(&mut self, sheet: &Sheet, roles: &Roles, from: &From) -> Result<Meanings, Problem> {
        let (Some(key), Some(zone)) = (roles.get("unit"), roles.get("zone")) else {
            let role = if roles.get("unit").is_none() { "unit" } else { "zone" };
            self.ask_column(sheet, role);
            return Ok(Meanings::new());
        };
        let levels = self.scene.framework.levels.len();
        let world = self.world(levels)?;
        let finder = Finder::new(&world, 0..levels);
        let now = world.members(self.load.connection(), Membership::Zone)?;
        let mut held: FxHashSet<(&str, Uid)> =
            now.iter().flat_map(|(zone, uids)| uids.iter().map(move |uid| (zone.as_str(), *uid))).collect();
        let mut rows: Vec<(String, Uid, u64, bool)> = Vec::new();
        let mut seen: FxHashSet<(String, Uid)> = FxHashSet::default();
        for (line, cells) in sheet.rows() {
            self.scene.stop.check()?;
            let (word, key_text) = (cells.get(zone).trim(), cells.get(key).trim());
            let Some(zone) = self.scene.framework.zones.iter().find(|z| z.code == word || z.label == word || z.label_en == word) else {
                self.report.aside(sheet.problem("E_TABLE_ZONE", line).arg(word));
                continue;
            };
            let Some(uid) = self.unit_of(sheet, &finder, line, key_text, "") else { continue };
            if !seen.insert((zone.code.clone(), uid)) {
                continue;
            }
            if held.remove(&(zone.code.as_str(), uid)) {
                self.report.unchanged();
                continue;
            }
            let (_, code, name) = world.place(uid).map(|place| tell(&world, place)).unwrap_or((uid, key_text.to_owned(), String::new()));
            self.report.change(ChangeKind::New, (uid, &code, &name), || sheet.spot(line), || vec![field("zone", "", &zone.label)]);
            rows.push((zone.code.clone(), uid, line, false));
        }
        let mut gone: Vec<(&str, Uid)> = held.into_iter().collect();
        gone.sort_unstable();
        if self.is_complete(sheet, gone.len()) {
            for (zone, uid) in gone {
                let (_, code, name) = world.place(uid).map(|place| tell(&world, place)).unwrap_or((uid, String::new(), String::new()));
                self.report.change(ChangeKind::Gone, (uid, &code, &name), Spot::default, || vec![field("zone", zone, "")]);
                rows.push((zone.to_owned(), uid, 0, true));
            }
        }
        if self.writes() && !rows.is_empty() {
            let batch = self.batch("zones", from)?;
            let (new, changed) = self.since();
            for (zone, uid, line, gone) in rows {
                self.scene.stop.check()?;
                let mut stamp = from.stamp(batch, line, if gone { &changed } else { &new });
                stamp.gone = gone;
                self.load.put_member(stamp, Membership::Zone, &zone, uid)?;
            }
        }
        Ok(Meanings::new())
    }

    /// Whether what the file leaves out is gone; asked where it is not known and something would be.
    pub(super) fn is_complete(&mut self, sheet: &Sheet, gone: usize) -> bool {
        let said = self.complete;
        if said.is_none() && gone > 0 {
            let about = About::Complete { gone: gone as u64 };
            let answers = vec![
                answer("part", "plan.why.part", vec![gone.to_string()]),
                answer("complete", "plan.why.complete", vec![gone.to_string()]),
            ];
            self.report.ask(about, Spot { file: sheet.shown_as.clone(), ..Spot::default() }, false, answers);
        }
        said == Some(true)
    }

    /// Asks which column has a role.
    pub(super) fn ask_column(&mut self, sheet: &Sheet, role: &str) {
        let answers = sheet.headings.iter().filter(|h| !h.is_empty()).map(|h| answer(h, "plan.why.heading", vec![h.clone()])).collect();
        self.report.ask(About::Column { role: role.to_owned() }, Spot { file: sheet.shown_as.clone(), ..Spot::default() }, true, answers);
    }

    /// The unit that a row names, its suggestion where that is accepted.
    pub(super) fn unit_of(&mut self, sheet: &Sheet, finder: &Finder<'_>, line: u64, key: &str, name: &str) -> Option<Uid> {
        if key.is_empty() {
            self.report.aside(sheet.problem("E_TABLE_KEY", line));
            return None;
        }
        match finder.find(key) {
            Found::One(place) => Some(finder.tell(place).0),
            Found::Several | Found::None => self.report.unmatched(self.choices, sheet.spot(line), (key, name), || {
                let (cause, place) = finder.suggest(key, name);
                (cause, place.map(|place| finder.tell(place)))
            }),
        }
    }
}
