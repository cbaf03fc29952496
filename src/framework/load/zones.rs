//! `[[zone]]` and `[[task]]`.

use super::super::Zone;
use super::super::read::Section;
use super::super::schema::Task;
use super::{Ids, Reader};

impl Reader<'_, '_, '_> {
    pub(super) fn zones(&mut self, root: &mut Section<'_, '_>) -> Vec<Zone> {
        let (mut zones, mut codes, mut ids) = (Vec::new(), Ids::new(), Ids::new());
        for mut s in root.sections(self.report, "zone") {
            let code = self.id_of(&mut s, "code", &mut codes);
            let label = self.label(&mut s);
            s.flag(self.report, "multi");
            let tasks = s.sections(self.report, "task").into_iter().filter_map(|task| self.task(task, &mut ids)).collect();
            let (basis, material) = (self.basis(&mut s), self.material(&mut s));
            s.finish(self.report);
            if let (Some(code), Some((label, label_en))) = (code, label) {
                zones.push(Zone { code: code.value, label, label_en, tasks, basis, material });
            }
        }
        zones
    }

    pub(super) fn tasks(&mut self, root: &mut Section<'_, '_>) -> Vec<Task> {
        let mut ids = Ids::new();
        root.sections(self.report, "task").into_iter().filter_map(|task| self.task(task, &mut ids)).collect()
    }

    fn task(&mut self, mut s: Section<'_, '_>, ids: &mut Ids) -> Option<Task> {
        let named = self.named(&mut s, ids);
        let lead = self.plain(&mut s, "lead");
        let with = s.texts(self.report, "with").into_iter().map(|w| w.value).collect();
        let group = self.word(&mut s, "group");
        let metric = self.metric(&mut s, "metric");
        let (basis, material) = (self.basis(&mut s), self.material(&mut s));
        s.finish(self.report);
        Some(Task { named: named?, lead, with, group, metric, basis, material })
    }
}
