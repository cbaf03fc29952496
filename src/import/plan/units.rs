//! Lists of units.

use rustc_hash::FxHashSet;

use super::planner::{From, Planner};
use super::roles::Roles;
use super::sheet::Sheet;
use super::zones::Meanings;
use crate::domain::id::{LevelId, Uid};
use crate::domain::plan::Cause;
use crate::domain::problem::{Problem, Severity, Spot};
use crate::domain::text::clean_name;
use crate::import::match_unit::{Finder, Found};
use crate::import::official;
use crate::import::profile::Profile;
use crate::import::units::Parents;
use crate::store::world::World;

/// A unit of a file.
pub(super) struct Record {
    pub(super) code: String,
    pub(super) name: Option<String>,
    pub(super) parent: Option<Uid>,
    /// Row or feature.
    pub(super) row: u64,
    pub(super) line: u64,
    /// Which of the files of its layer it stands in.
    pub(super) part: u32,
    /// Its official area, square kilometres.
    pub(super) area_km2: Option<f64>,
    /// Position among the features of a map.
    pub(super) feature: Option<usize>,
    /// The unit of the store that a person said it is.
    pub(super) said: Option<Uid>,
}

impl Planner<'_, '_> {
    pub(super) fn unit_table(
        &mut self,
        sheet: &Sheet,
        roles: &Roles,
        level: Option<&LevelId>,
        profile: &Profile,
        from: &From,
    ) -> Result<Meanings, Problem> {
        let _ = profile;
        let Some(code) = roles.get("code") else {
            self.ask_column(sheet, "code");
            return Ok(Meanings::new());
        };
        let framework = self.scene.framework;
        // A level that was named counts for rows that name none.
        let (named, word) = (level.and_then(|l| self.level(l)), roles.get("level"));
        if named.is_none() && word.is_none() {
            self.ask_target(Spot { file: sheet.shown_as.clone(), ..Spot::default() }, true);
            return Ok(Meanings::new());
        }
        let mut by_level: Vec<Vec<(u64, Vec<String>)>> = vec![Vec::new(); framework.levels.len()];
        let columns = [Some(code), roles.get("name"), roles.get("parent"), roles.get("area_km2")];
        let factor = roles.get("area_km2").map_or(1.0, |n| official::factor(&sheet.measured(n)));
        for (line, cells) in sheet.rows() {
            self.scene.stop.check()?;
            let said = word.map(|c| cells.get(c).trim()).filter(|w| !w.is_empty());
            let is = |l: &crate::domain::unit::Level, w: &str| {
                l.code.as_str() == w || l.label == w || l.label_en.eq_ignore_ascii_case(w) || l.synonyms.iter().any(|s| s == w)
            };
            let level = said.map_or(named, |w| framework.levels.iter().position(|l| is(l, w)));
            match level {
                Some(level) => {
                    by_level[level].push((line, columns.map(|c| c.map(|c| cells.get(c).trim().to_owned()).unwrap_or_default()).into()))
                }
                None => self.report.aside(sheet.problem("E_TABLE_LEVEL_WORD", line).arg(said.unwrap_or_default())),
            }
        }
        let more = self.more;
        let mut left = by_level.iter().filter(|rows| !rows.is_empty()).count();
        for (at, rows) in by_level.into_iter().enumerate().filter(|(_, rows)| !rows.is_empty()) {
            left -= 1;
            // What stands below rests on what stands above.
            self.more = more || left > 0;
            let world = self.world(at + 1)?;
            let records = self.list_records(sheet, &world, at, rows, (roles.get("name").is_some(), factor))?;
            self.level_units(&world, at, records, None, std::slice::from_ref(&sheet.shown_as), from)?;
        }
        self.more = more;
        Ok(Meanings::new())
    }

    /// The units of one level in a list.
    fn list_records(
        &mut self,
        sheet: &Sheet,
        world: &World,
        at: usize,
        rows: Vec<(u64, Vec<String>)>,
        (named, factor): (bool, f64),
    ) -> Result<Vec<Record>, Problem> {
        let parents = Parents::new(world, at, None, self.load)?;
        let finder = Finder::new(world, at..at + 1);
        let mut seen: FxHashSet<String> = FxHashSet::default();
        let mut out = Vec::with_capacity(rows.len());
        for (line, cells) in rows {
            self.scene.stop.check()?;
            let [code, name, parent, area] = <[String; 4]>::try_from(cells).unwrap_or_default();
            if code.is_empty() {
                self.report.aside(sheet.problem("E_TABLE_KEY", line));
                continue;
            }
            let mut said = None;
            if world.len(at) > 0 && finder.by_code(&code) == Found::None {
                let (cause, place) = finder.suggest(&code, &name);
                let spoiled =
                    matches!(cause, Cause::LeadingZeros | Cause::ExcelNumber | Cause::CodeLength) || cause == Cause::OneDigit && named;
                if spoiled && place.is_some() {
                    let place = place.map(|p| finder.tell(p));
                    match self.report.unmatched(self.choices, sheet.spot(line), (&code, &name), || (cause, place)) {
                        Some(uid) => said = Some(uid),
                        None => continue,
                    }
                }
            }
            if said.is_none() && code.to_ascii_uppercase().contains("E+") && code.parse::<f64>().is_ok() {
                self.report.aside(sheet.problem("E_CODE_EXCEL", line).arg(&code));
                continue;
            }
            if !seen.insert(code.clone()) {
                self.report.aside(sheet.problem("E_IMPORT_DUPLICATE", line).arg(&code));
                continue;
            }
            let above = if parent.is_empty() { parents.only() } else { parents.of_code(&parent) };
            let known = finder.by_code(&code) != Found::None || said.is_some();
            if above.is_none() && !parents.top() && !(known && parent.is_empty()) {
                self.report.aside(sheet.problem("E_IMPORT_PARENT", line).arg(&code).arg(&parent));
                continue;
            }
            let area_km2 = official::figure(&area, factor).unwrap_or_else(|()| {
                let mut problem = sheet.problem("E_AREA_NUMBER", line).arg(&code).arg(&area);
                problem.severity = Severity::Mark;
                self.report.problems.push(problem);
                None
            });
            let name = Some(clean_name(&name).into_owned()).filter(|n| !n.is_empty());
            out.push(Record { code, name, parent: above, row: line, line, part: 0, area_km2, feature: None, said });
        }
        Ok(out)
    }
}
