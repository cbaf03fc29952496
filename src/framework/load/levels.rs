//! `[[level]]`: one chain from the top to the leaf.

use std::collections::HashSet;

use super::super::read::{At, Section};
use super::Reader;
use crate::domain::id::{BRANCHES, LevelId};
use crate::domain::unit::Level;

const GEOMETRIES: [(&str, bool); 4] = [("polygon", true), ("line", true), ("point", true), ("none", false)];

/// A level as written, for the checks of the chain.
struct Written {
    at: usize,
    level: Level,
    parent: Option<At<String>>,
    /// Only rows, no place of its own.
    leaf_rows: bool,
}

impl Reader<'_, '_, '_> {
    /// Levels in the order of the chain, the top one first.
    pub(super) fn levels(&mut self, root: &mut Section<'_, '_>) -> Vec<Level> {
        let mut levels: Vec<Written> = Vec::new();
        for mut s in root.sections(self.report, "level") {
            let code = s.required(self.report, "code");
            let label = s.required(self.report, "label");
            let label_en = s.text(self.report, "label_en");
            let synonyms = s.texts(self.report, "synonyms");
            let parent = s.text(self.report, "parent");
            let geom = s.word(self.report, "geom", &GEOMETRIES);
            let leaf_rows = s.flag(self.report, "leaf_rows").unwrap_or(false);
            if leaf_rows && geom.as_ref().is_none_or(|g| g.value) {
                self.report.add("E_FRAMEWORK_LEAF_ROWS", geom.map_or(s.at, |g| g.at), &s.field("geom"), &[]);
            }
            for word in [&code, &label, &label_en].into_iter().flatten().chain(&synonyms) {
                if self.level_denied(&word.value) {
                    self.report.add("E_PRIVACY_LEVEL", word.at, &s.field("code"), &[&word.value]);
                    break;
                }
            }
            let at = s.at;
            if let Some(code) = &code
                && levels.iter().any(|l| l.level.code.as_str() == code.value)
            {
                self.report.add("E_FRAMEWORK_DUPLICATE", code.at, &s.field("code"), &[&code.value]);
            }
            if let Some(code) = code.as_ref().filter(|c| c.value.contains('/')) {
                self.report.add("E_FRAMEWORK_ID", code.at, &s.field("code"), &[&code.value]);
            }
            if let Some(code) = code.as_ref().filter(|c| c.value == BRANCHES) {
                self.report.add("E_FRAMEWORK_LEVEL_BRANCH", code.at, &s.field("code"), &[&code.value]);
            }
            s.finish(self.report);
            if let (Some(code), Some(label)) = (code, label) {
                let level = Level {
                    code: code.value.into(),
                    label_en: label_en.map_or_else(|| label.value.clone(), |l| l.value),
                    label: label.value,
                    synonyms: synonyms.into_iter().map(|w| w.value).collect(),
                    parent: parent.as_ref().map(|p| p.value.as_str().into()),
                };
                levels.push(Written { at, level, parent, leaf_rows });
            }
        }
        self.chain(&levels)
    }

    fn level_denied(&self, word: &str) -> bool {
        self.gate.level(word) || self.gate.declared(word, &self.denied).is_some()
    }

    /// One root, one child each, no cycle; nothing is guessed where that does not hold.
    fn chain(&mut self, levels: &[Written]) -> Vec<Level> {
        let mut roots: Vec<&Written> = Vec::new();
        let mut taken: HashSet<&LevelId> = HashSet::new();
        let mut sound = true;
        for written in levels {
            let (Some(id), Some(word)) = (&written.level.parent, &written.parent) else {
                roots.push(written);
                continue;
            };
            let above = levels.iter().find(|l| l.level.code == *id);
            let code = match above {
                None => Some("E_FRAMEWORK_LEVEL_UNKNOWN"),
                Some(_) if !taken.insert(id) => Some("E_FRAMEWORK_LEVEL_FORK"),
                Some(above) if above.leaf_rows => Some("E_FRAMEWORK_LEAF_ROWS_CHILD"),
                Some(_) => None,
            };
            if let Some(code) = code {
                self.report.add(code, word.at, "level.parent", &[id.as_str()]);
                sound = false;
            }
        }
        for extra in roots.iter().skip(1) {
            let args = [extra.level.code.as_str(), roots[0].level.code.as_str()];
            self.report.add("E_FRAMEWORK_LEVEL_ROOTS", extra.at, "level.parent", &args);
            sound = false;
        }
        let mut ordered: Vec<Level> = Vec::new();
        let mut next = roots.first().copied();
        while let Some(written) = next.filter(|_| ordered.len() < levels.len()) {
            ordered.push(written.level.clone());
            next = levels.iter().find(|l| l.level.parent.as_ref() == Some(&written.level.code));
        }
        if sound && let Some(lost) = levels.iter().find(|l| !ordered.iter().any(|o| o.code == l.level.code)) {
            self.report.add("E_FRAMEWORK_LEVEL_CYCLE", lost.at, "level.parent", &[lost.level.code.as_str()]);
        }
        // References to a level are checked against all that were declared, chained or not.
        if ordered.len() == levels.len() { ordered } else { levels.iter().map(|l| l.level.clone()).collect() }
    }
}
