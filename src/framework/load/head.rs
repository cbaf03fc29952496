//! `[framework]`: who answers for it, and what it builds on.

use super::super::read::{At, Section};
use super::super::schema::{Head, Named};
use super::{EXTENDS_MAX, Ids, Reader};

/// The only value of `privacy`: organisations, never people.
const PRIVACY: &str = "org-level";
/// Whose framework it is; none of these is a level of a tree.
const SCOPES: &str = "province city county township street village unit";
const STATUSES: [(&str, &str); 4] = [("draft", "draft"), ("in-force", "in-force"), ("archived", "archived"), ("demo", "demo")];

impl Reader<'_, '_, '_> {
    pub(super) fn head(&mut self, mut s: Section<'_, '_>) -> Option<(Named, Head, bool)> {
        let id = self.id_of(&mut s, "id", &mut Ids::new());
        let name = s.required(self.report, "name");
        let name_en = s.text(self.report, "name_en");
        let issuer = self.plain(&mut s, "issuer");
        let scope = s.text(self.report, "scope");
        if let Some(scope) = scope.as_ref().filter(|scope| !SCOPES.split(' ').any(|known| known == scope.value)) {
            self.report.add("E_FRAMEWORK_WORD", scope.at, &s.field("scope"), &[&scope.value, SCOPES]);
        }
        let status = s.word(self.report, "status", &STATUSES);
        let (start, due) = (self.day(&mut s, "start"), self.day(&mut s, "due"));
        if let (Some(start), Some(due)) = (&start, &due)
            && due.value < start.value
        {
            self.report.add("E_FRAMEWORK_DUE", due.at, &s.field("due"), &[]);
        }
        let privacy = s.required(self.report, "privacy");
        if let Some(privacy) = privacy.filter(|p| p.value != PRIVACY) {
            self.report.add("E_FRAMEWORK_WORD", privacy.at, &s.field("privacy"), &[&privacy.value, PRIVACY]);
        }
        let demo = s.flag(self.report, "demo").unwrap_or(false);
        let extends = s.text_or_texts(self.report, "extends");
        let material = self.material(&mut s);
        let note = self.plain(&mut s, "note");
        let field = s.field("extends");
        s.finish(self.report);
        self.id = id.as_ref().map(|i| i.value.clone()).unwrap_or_default();
        self.extend(&extends, &field);
        let (id, name) = (id?.value, name?.value);
        let head = Head {
            issuer,
            scope: scope.map(|w| w.value).unwrap_or_default(),
            start: start.map(|d| d.value),
            due: due.map(|d| d.value),
            status: status.map(|w| w.value.to_owned()).unwrap_or_default(),
            extends: extends.into_iter().map(|e| e.value).collect(),
            material,
            note,
            own_levels: false,
        };
        let label_en = name_en.map_or_else(|| name.clone(), |n| n.value);
        Some((Named { id, label: name, label_en }, head, demo))
    }

    /// Reads what it extends, and what that extends, the nearest first.
    fn extend(&mut self, ids: &[At<String>], field: &str) {
        self.way.ids.push(self.id.clone());
        for id in ids {
            if self.way.ids.contains(&id.value) {
                self.report.add("E_FRAMEWORK_EXTENDS_CYCLE", id.at, field, &[&id.value]);
                continue;
            }
            let Some(source) = (self.find)(&id.value).filter(|_| self.way.ids.len() < EXTENDS_MAX) else {
                self.report.add("E_FRAMEWORK_EXTENDS", id.at, field, &[&id.value]);
                continue;
            };
            match super::parse(&source.text, &source.file, self.find, self.way) {
                Ok(base) if base.id == id.value => {
                    let further = base.bases.clone();
                    for one in std::iter::once(base).chain(further) {
                        if !self.bases.iter().any(|b| b.id == one.id) {
                            self.bases.push(one);
                        }
                    }
                }
                Ok(base) => self.report.add("E_FRAMEWORK_EXTENDS_ID", id.at, field, &[&id.value, &source.file, &base.id]),
                Err(problems) => {
                    self.report.add("E_FRAMEWORK_EXTENDS_BAD", id.at, field, &[&id.value, &source.file]);
                    let new = problems.into_iter().filter(|p| !self.elsewhere.contains(p)).collect::<Vec<_>>();
                    self.elsewhere.extend(new);
                }
            }
        }
        self.way.ids.pop();
    }
}
