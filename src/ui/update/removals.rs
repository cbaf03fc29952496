//! Files that were held back because something would disappear: saying so, asking, loading them.

use std::sync::Arc;

use crate::domain::access::Grant;
use crate::domain::request::{Query, Write};
use crate::ui::model::{Ask, Model, Purpose};
use crate::ui::overlay::Overlay;

impl Model {
    /// What waits for a decision, as the store says it: layers and tables with how much would go.
    pub(in crate::ui) fn pending(&self) -> Option<&str> {
        self.workspace.as_ref().and_then(|workspace| workspace.pending.as_deref())
    }

    /// Announces it.
    pub(super) fn say_pending(&mut self, pending: &str) {
        let lang = self.session.lang;
        let key = if self.session.access.may(Grant::Import) { "ui.toast.pending" } else { "ui.toast.pending_read_only" };
        let hint = self.session.keymap.hint(crate::ui::action::Action::Removals, lang);
        let text = lang.fill(key, &[&crate::domain::text::quote(pending), &hint]);
        self.refuse(text);
    }

    /// The load ended with something held back.
    pub(super) fn held_back(&mut self, pending: String) {
        if self.pending() != Some(&pending) {
            self.say_pending(&pending);
        }
        if let Some(workspace) = &mut self.workspace {
            Arc::make_mut(workspace).pending = Some(pending);
        }
    }

    pub(super) fn ask_removals(&mut self) -> Option<Overlay> {
        if self.pending().is_none() {
            let text = self.text("ui.toast.nothing_pending");
            self.say(text);
            return None;
        }
        Some(Overlay::Removals)
    }

    /// A person agreed.
    pub(super) fn load_removals(&mut self) {
        self.write(Purpose::Removals, Write::Removals);
    }

    /// What was held back is loaded.
    pub(super) fn refreshed(&mut self, version: u64) {
        self.version = self.version.max(version);
        self.slots.remove(&Ask::Workspace);
        self.want(Ask::Workspace, Query::Workspace);
        let text = self.text("ui.toast.removals_loaded");
        self.say(text);
    }
}
