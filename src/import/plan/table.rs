//! A sheet of an import: what its columns are, whether they may be read, and its rows by what they are.

use rustc_hash::FxHashSet;

use super::open::Table;
use super::planner::{From, Planner};
use super::report::answer;
use super::roles::{self, Roles};
use super::sheet::Sheet;
use crate::domain::plan::{About, Choices, Target};
use crate::domain::problem::{Problem, Severity, Spot};
use crate::import::match_unit::{Finder, Found};
use crate::import::profile::{OneOrMore, Profile};
use crate::store::record::RecordKind;
use crate::store::world::World;

/// Digits of a village's code in the statistical division codes.
const VILLAGE_DIGITS: usize = 12;

impl Planner<'_, '_> {
    /// Remembers what was read of a table, where its file may be kept.
    pub(super) fn note_read(&mut self, table: Table) {
        if self.apply.is_none() {
            return;
        }
        let profile = self.profile(&table.input.fingerprint).unwrap_or_default();
        let left_out = |heading: &&String| self.choices.without.contains(*heading) || profile.without.contains(*heading);
        let without = table.sheet.headings.iter().filter(left_out).cloned().collect();
        self.reads.table(table, without);
    }

    /// The profile that was named, else what was learned of the headings.
    pub(super) fn profile(&self, fingerprint: &str) -> Result<Profile, Problem> {
        match &self.choices.profile {
            Some(name) => self.profiles.named(name),
            None => Ok(self.profiles.learned(fingerprint).cloned().unwrap_or_default()),
        }
    }

    pub(super) fn roles(&self, sheet: &Sheet, profile: &Profile, world: &World) -> Roles {
        let levels = self.scene.framework.levels.len();
        let (tree, branches) = (Finder::new(world, 0..levels), Finder::new(world, levels..levels + 1));
        let guess = |target: Option<&Target>| {
            let choices = Choices { target: target.cloned(), ..self.choices.clone() };
            roles::guess(sheet, self.scene.framework, &self.profiles, profile, &choices, [&tree, &branches])
        };
        if let Some(own) = self.choices.own_target(&sheet.shown_as) {
            return guess(Some(own));
        }
        // Beside maps the level that was said is theirs: a table is what it seems, where it seems anything.
        if self.has_maps && matches!(self.choices.target, Some(Target::Units(Some(_)))) {
            let own = guess(None);
            if own.target.is_some() {
                return own;
            }
        }
        guess(self.choices.target.as_ref())
    }

    pub(super) fn table(&mut self, table: &Table) -> Result<(), Problem> {
        let Table { sheet, sha256, part, named, .. } = table;
        let mut input = table.input.clone();
        let profile = match self.profile(&input.fingerprint) {
            Ok(profile) => profile,
            Err(problem) => {
                self.report.problems.push(problem);
                self.report.ask(About::Target, Spot::default(), true, Vec::new());
                return Ok(());
            }
        };
        let world = self.world(self.depth())?;
        let roles = self.roles(sheet, &profile, &world);
        let keys: Vec<usize> = ["code", "parent", "unit", "shape"].into_iter().filter_map(|role| roles.get(role)).collect();
        let without = |heading: &str| self.choices.without.contains(heading) || profile.without.contains(heading);
        let personal = {
            let levels = self.scene.framework.levels.len();
            let (tree, branches) = (Finder::new(&world, 0..levels), Finder::new(&world, levels..levels + 1));
            let is_known = |code: &str| tree.by_code(code) != Found::None || branches.by_code(code) != Found::None;
            // Villages may come with their grids in one list.
            let codes = sheet.rows().filter_map(|(_, cells)| Some(cells.get(roles.get("code")?).trim()));
            let villages: FxHashSet<&str> = codes.filter(|code| code.len() == VILLAGE_DIGITS).collect();
            sheet.personal(&self.scene.framework.privacy, &without, &keys, &|code| villages.contains(code) || is_known(code))
        };
        drop(world);
        self.complete = self.choices.complete.or(profile.complete);
        let known = self.choices.profile.is_some() || profile != Profile::default();
        input.profile = known.then(|| self.choices.profile.clone().unwrap_or_else(|| "learned".to_owned()));
        input.columns = roles.named(&sheet.headings);
        input.unused = sheet.headings.iter().filter(|h| !h.is_empty() && !input.columns.values().any(|c| c == *h)).cloned().collect();
        let spot = Spot { file: sheet.shown_as.clone(), ..Spot::default() };
        if !personal.is_empty() {
            self.ask_without(personal, spot);
            self.report.input(input);
            return Ok(());
        }
        let Some(target) = roles.target.clone() else {
            // What else lies in a folder does not hold up what is known there.
            self.ask_target(spot, *named);
            if !*named {
                self.report.problems.push(Problem::new("W_PLAN_UNKNOWN", Severity::Mark, &*sheet.shown_as));
            }
            self.report.input(input);
            return Ok(());
        };
        self.target.get_or_insert_with(|| target.clone());
        let from = From {
            file: input.file.clone(),
            part: *part,
            part_name: input.part.clone(),
            sha256: sha256.clone(),
            source: input.profile.clone().unwrap_or_default(),
        };
        let at = self.report.counts;
        let asked = self.report.questions.len();
        let meanings = match &target {
            Target::Units(level) => self.unit_table(sheet, &roles, level.as_ref(), &profile, &from)?,
            Target::Branches => self.branches(sheet, &roles, &without, &from)?,
            Target::Entities => self.entities(sheet, &roles, &without, &from)?,
            Target::Zones => self.zones(sheet, &roles, &from)?,
            Target::Regions => self.regions(sheet, &roles, &from)?,
            Target::Links => self.records(RecordKind::Link, sheet, &roles, &without, &from)?,
            Target::Places => self.records(RecordKind::Place, sheet, &roles, &without, &from)?,
            Target::Items => self.records(RecordKind::Item, sheet, &roles, &without, &from)?,
            Target::Values => self.values(sheet, &roles, &profile, &mut input, &from)?,
        };
        let now = self.report.counts;
        let out = now.aside - at.aside + now.unmatched_file - at.unmatched_file;
        input.kept = input.read.saturating_sub(out);
        if self.report.questions[asked..].iter().all(|q| !q.needed) {
            let columns = input.columns.iter().map(|(role, heading)| (role.clone(), OneOrMore::One(heading.clone()))).collect();
            let mut kept: std::collections::BTreeSet<String> = profile.without.clone();
            kept.extend(self.choices.without.iter().filter(|h| sheet.headings.contains(h)).cloned());
            let headings = sheet.headings.join("|");
            let learned = Profile {
                headings,
                columns,
                meanings,
                without: kept,
                complete: profile.complete,
                period: profile.period,
                ..Profile::default()
            }
            .of(&target);
            if self.choices.profile.is_none() {
                self.learned.push((input.fingerprint.clone(), learned));
            }
        }
        self.report.input(input);
        Ok(())
    }

    /// Asks whether to go on without what names persons.
    pub(super) fn ask_without(&mut self, personal: Vec<(String, String)>, spot: Spot) {
        let answers = personal.iter().map(|(name, _)| answer(name, "plan.why.without", vec![name.clone()])).collect();
        self.report.ask(About::Privacy { columns: personal }, spot, true, answers);
    }

    /// Asks what the records are: every level, and the kinds of tables.
    pub(super) fn ask_target(&mut self, spot: Spot, needed: bool) {
        let levels = &self.scene.framework.levels;
        let mut answers: Vec<_> =
            levels.iter().map(|l| answer(l.code.as_str(), "plan.why.level", vec![l.label.clone(), l.label_en.clone()])).collect();
        for kind in ["branches", "entities", "values", "zones", "regions", "links", "places", "items"] {
            answers.push(answer(kind, &format!("plan.why.{kind}"), Vec::new()));
        }
        self.report.ask(About::Target, spot, needed, answers);
    }
}
