//! Answers. One whose request is no longer the current one is dropped.

use std::sync::Arc;

use crate::domain::page::{HomePage, Workspace};
use crate::domain::request::{Loaded, Outcome, Query, Receipt, RequestId, Write};
use crate::domain::view_state::{Listing, ViewState};
use crate::ui::model::{Ask, Model, Purpose};
use crate::ui::overlay::Overlay;

impl Model {
    pub(super) fn answer(&mut self, request: RequestId, outcome: Outcome) {
        if let Some(purpose) = self.commands.remove(&request) {
            match outcome {
                Ok(Loaded::Written(receipt)) => self.written(purpose, *receipt),
                Ok(Loaded::Intake(intake)) if purpose == Purpose::Import => self.took(&intake),
                Ok(Loaded::Applied(applied)) if purpose == Purpose::Import => self.imported(applied),
                Ok(Loaded::Applied(applied)) => self.withdrawn(&applied),
                Ok(Loaded::Refreshed { version }) => self.refreshed(version),
                Ok(Loaded::Exported(exported)) => self.exported(&exported),
                Ok(_) => {}
                Err(problem) if purpose == Purpose::Export => self.not_exported(&problem),
                Err(problem) => {
                    if purpose == Purpose::Import {
                        // What was seen no longer holds: it is planned again.
                        self.desk.import.applying = false;
                        self.slots.remove(&Ask::Plan);
                        self.slots.remove(&Ask::Intake);
                    }
                    let text = self.session.lang.problem(&problem);
                    self.refuse(text);
                }
            }
            return;
        }
        let Some(ask) = self.close(request) else { return };
        match outcome {
            Err(problem) => {
                let text = self.session.lang.problem(&problem);
                if let Some(slot) = self.slots.get_mut(&ask) {
                    slot.failure = Some(problem);
                }
                if ask == Ask::Sheet {
                    // What was there is of another view.
                    self.desk.sheets.fail();
                }
                if ask == Ask::Home {
                    self.ahead.clear();
                    // Back to what can be shown, unless there is nothing yet.
                    if let Some(home) = &self.home {
                        let view = home.view.clone();
                        self.slots.insert(
                            Ask::Home,
                            crate::ui::model::Slot {
                                asked: Some((Query::Home(ViewState { selection: None, extent: None, ..view.clone() }), self.version)),
                                open: None,
                                failure: None,
                            },
                        );
                        self.view = Some(view);
                    }
                }
                self.entering = None;
                self.refuse(text);
            }
            Ok(loaded) => self.loaded(ask, loaded),
        }
    }

    fn loaded(&mut self, ask: Ask, loaded: Loaded) {
        match loaded {
            Loaded::Workspace(workspace) => self.workspace_loaded(workspace),
            Loaded::Home(home) => self.home_loaded(home),
            Loaded::Map(raster) => {
                if let Some(Query::Map { view, .. }) = self.slots.get(&ask).and_then(|s| s.asked.as_ref()).map(|(q, _)| q.clone()) {
                    if view.extent.is_none() {
                        self.map.fit = raster.as_ref().map(|r| r.extent);
                        let home = self.workspace.as_ref().map(|w| w.home.place);
                        if home == Some(view.place) && matches!(view.listing, Listing::Units(_)) {
                            self.map.whole.clone_from(&raster);
                        }
                    }
                    self.map.incoming = Some(((view.place, view.listing), raster));
                    self.dress();
                }
            }
            Loaded::Card(card) if ask == Ask::Lead => self.led(card.as_deref()),
            Loaded::Card(card) => {
                self.card = card;
                self.entered();
            }
            Loaded::Provenance(page) => {
                if let Some(Overlay::Provenance { page: slot }) = &mut self.overlay {
                    *slot = Some(page);
                }
            }
            Loaded::Found(found) => {
                if let Some(Overlay::Find { hits, .. }) = &mut self.overlay {
                    *hits = Some(found);
                }
            }
            Loaded::Marks(marks) => {
                if let Some(Overlay::Marks { rows }) = &mut self.overlay {
                    *rows = Some(marks);
                }
            }
            Loaded::Files(list) => {
                let browser = &mut self.desk.import.browser;
                let from = browser.from.take().and_then(|from| list.entries.iter().position(|entry| entry.path == from));
                if let Some(at) = from {
                    browser.cursor.at = at + usize::from(list.parent.is_some());
                }
                browser.list = Some(list);
            }
            Loaded::Plan(plan) => {
                self.follow_question(&plan);
                self.desk.import.plan = Some(plan);
                self.progress = None;
            }
            Loaded::Layer(layer) => self.layer_loaded(layer),
            Loaded::Quality(page) if ask == Ask::Gaps => self.gaps_loaded(page),
            Loaded::Quality(page) => self.desk.quality.take(page),
            Loaded::Batches(rows) => self.desk.batches.rows = Some(rows),
            Loaded::Rests(rests) => self.ask_undo(&rests),
            Loaded::Written(_) | Loaded::Refreshed { .. } | Loaded::Applied(_) | Loaded::Exported(_) => {}
            Loaded::Round(page) => self.round_loaded(page),
            Loaded::Rounds(lines) => self.desk.round.lines = Some(lines),
            Loaded::Intake(intake) => {
                self.desk.import.intake = Some(intake);
                self.progress = None;
            }
            Loaded::Sheet(page) => self.desk.sheets.take(page),
            // Forms are for templates.
            Loaded::Forms(_) | Loaded::Filled(_) | Loaded::Screening(_) => {}
        }
    }

    fn workspace_loaded(&mut self, workspace: Arc<Workspace>) {
        self.version = self.version.max(workspace.version);
        self.problems.clone_from(&workspace.problems);
        // Where the framework was changed under the session, its indicator may be gone.
        let of = |view: &ViewState| crate::domain::page::indicator(&workspace, &view.indicator).map(|i| i.id.clone());
        match self.view.as_ref().and_then(of) {
            // A view that was kept may name it without its framework.
            Some(id) => self.view.iter_mut().for_each(|view| view.indicator = id.clone()),
            None => self.view = Some(workspace.home.clone()),
        }
        if let Some(pending) = workspace.pending.as_deref().filter(|pending| self.pending() != Some(pending)) {
            self.say_pending(pending);
        }
        self.workspace = Some(workspace);
    }

    fn home_loaded(&mut self, home: Arc<HomePage>) {
        let wanted = self.view.as_ref().and_then(|view| view.selection);
        let kept = self.row().map(|row| row.uid);
        let moved = self.home.as_ref().is_none_or(|old| old.view.place != home.view.place || old.view.listing != home.view.listing);
        if moved {
            self.remember_siblings(&home);
        }
        let find = |uid| home.rows.iter().position(|row| Some(row.uid) == uid);
        let row = if moved { find(wanted).filter(|_| wanted.is_some()) } else { find(kept).filter(|_| kept.is_some()) };
        self.selected = row.unwrap_or(if moved { 0 } else { self.selected.min(home.rows.len().saturating_sub(1)) });
        if moved {
            self.top = 0;
        }
        if let Some(view) = &mut self.view {
            view.selection = None;
            // The store fills in what was left open, the top or a listing that is not there: the
            // map has to be asked for the same, or it never fits the list.
            view.place = home.view.place;
            view.listing = home.view.listing.clone();
            let answered = Query::Home(ViewState { extent: None, ..view.clone() });
            if let Some(slot) = self.slots.get_mut(&Ask::Home) {
                slot.asked = slot.asked.take().map(|(_, version)| (answered, version));
            }
        }
        self.home = Some(home);
        self.dress();
        self.replay();
    }

    /// The list that is left may hold the place that is entered, with its siblings.
    fn remember_siblings(&mut self, next: &HomePage) {
        let Some(place) = next.view.place else {
            self.siblings.clear();
            return;
        };
        if let Some(old) = self.home.as_ref().filter(|old| old.rows.iter().any(|row| row.uid == place)) {
            self.siblings = old.rows.iter().map(|row| row.uid).collect();
        } else if !self.siblings.contains(&place) {
            self.siblings.clear();
        }
    }

    fn written(&mut self, purpose: Purpose, receipt: Receipt) {
        let lang = self.session.lang;
        let text = match (&receipt.write, purpose) {
            (Write::Mark { due: Some(day), .. }, Purpose::Write) => lang.fill("ui.toast.marked_due", &[&receipt.name, day]),
            (Write::Mark { .. }, Purpose::Write) => lang.fill("ui.toast.marked", &[&receipt.name]),
            (Write::Clear { .. }, Purpose::Write) => lang.fill("ui.toast.unmarked", &[&receipt.name]),
            (Write::RoundReturn { to, .. }, Purpose::Write) => lang.fill("desk.round.returned_to", &[&receipt.name, &to.display()]),
            (
                Write::RoundOpen { .. } | Write::RoundTake { .. } | Write::RoundReturn { .. } | Write::RoundFinal { .. },
                Purpose::Write | Purpose::Import,
            ) => lang.fill("ui.toast.recorded_round", &[&receipt.name]),
            (_, Purpose::Write | Purpose::Import) => lang.fill("ui.toast.recorded", &[&receipt.name]),
            (_, Purpose::Undo | Purpose::Removals | Purpose::Export) => lang.fill("ui.toast.undone", &[&receipt.name]),
        };
        let masked = if receipt.masked > 0 { lang.fill("ui.toast.masked", &[&receipt.masked]) } else { String::new() };
        self.say(format!("{text}{masked}"));
        self.version = self.version.max(receipt.version);
        match purpose {
            Purpose::Write | Purpose::Import => self.undo.extend(receipt.undo),
            Purpose::Removals | Purpose::Export => {}
            Purpose::Undo => {
                self.undo.pop();
            }
        }
        if let Some(amend) = receipt.amend.filter(|_| purpose == Purpose::Write && self.overlay.is_none()) {
            self.amend(amend);
        }
        if matches!(self.overlay, Some(Overlay::Marks { .. })) {
            self.want(Ask::Marks, Query::Marks);
        }
    }
}
