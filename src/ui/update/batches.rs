//! 批次: every import there was, and taking one back.

use std::sync::Arc;

use crossterm::event::KeyCode;

use crate::domain::plan::{Applied, Rests};
use crate::domain::request::{Query, Write};
use crate::ui::desk::Screen;
use crate::ui::keys::Key;
use crate::ui::model::{Ask, Model};

impl Model {
    /// A key of the screen.
    pub(super) fn batches_key(&mut self, key: Key) -> bool {
        match key.code {
            KeyCode::Char('u') | KeyCode::F(9) | KeyCode::Delete => self.undo_batch(),
            _ => return false,
        }
        true
    }

    fn undo_batch(&mut self) {
        let Some(row) = self.desk.batches.row().cloned() else { return };
        let lang = self.session.lang;
        if row.withdrawn_at_ms.is_some() {
            let text = lang.text("desk.batches.already");
            self.say(text);
            return;
        }
        if row.import == 0 {
            let text = lang.text("desk.batches.of_workspace");
            self.refuse(text);
            return;
        }
        let batches = self.desk.batches.together(&row).iter().map(|batch| batch.id).collect();
        // Asked anew each time: more may have come since.
        self.slots.remove(&Ask::Rests);
        self.want(Ask::Rests, Query::Rests { batches });
    }

    /// What rests on the chosen batch is known: asks whether to take it back.
    pub(super) fn ask_undo(&mut self, rests: &[Rests]) {
        let Some(row) = self.desk.batches.row().cloned().filter(|_| self.desk.screen == Some(Screen::Batches)) else { return };
        let lang = self.session.lang;
        let together = self.desk.batches.together(&row);
        let ids: Vec<i64> = together.iter().map(|batch| batch.id).collect();
        let rows: u64 = together.iter().map(|batch| batch.rows).sum();
        let mut text = vec![lang.fill("desk.batches.undo", &[&ids.len(), &row.file, &rows])];
        if ids.len() > 1 {
            text.push(lang.text("desk.batches.together").to_owned());
        }
        if !rests.is_empty() {
            let later: Vec<String> = rests.iter().map(|one| one.id.to_string()).collect();
            text.push(lang.fill("desk.batches.rests", &[&rests.len(), &later.join(" "), &rests.iter().map(|one| one.rows).sum::<u64>()]));
        }
        text.push(lang.text("desk.batches.undo_how").to_owned());
        self.confirm(lang.text("desk.batches.undo_title").to_owned(), text, Write::Undo { batches: ids });
    }

    /// Batches were taken back.
    pub(super) fn withdrawn(&mut self, applied: &Arc<Applied>) {
        let lang = self.session.lang;
        let file = self.desk.batches.rows.iter().flat_map(|rows| rows.iter()).find(|row| applied.batches.contains(&row.id));
        let text = match file {
            Some(row) => lang.fill("desk.batches.undone_file", &[&applied.batches.len(), &row.file]),
            None => lang.fill("desk.batches.undone", &[&applied.batches.len()]),
        };
        self.say(text);
        self.version = self.version.max(applied.version);
        // The same import is not taken back twice.
        self.undo.retain(|write| !matches!(write, Write::Undo { batches } if batches.iter().any(|id| applied.batches.contains(id))));
        self.slots.remove(&Ask::Batches);
        let import = &mut self.desk.import;
        if import.applied.as_ref().is_some_and(|done| done.batches.iter().any(|id| applied.batches.contains(id))) {
            // The same files can be taken in again: their plan is made anew.
            import.applied = None;
            self.slots.remove(&Ask::Plan);
        }
    }
}
