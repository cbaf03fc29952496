//! `update`: what happened → the new state and what has to be done. Total, without I/O.

mod answer;
mod batches;
mod browse;
mod correct;
mod desk;
mod dialog;
mod dress;
mod forms;
mod import;
mod layer;
mod lead;
mod mark;
mod mouse;
mod over;
mod place;
mod quality;
mod removals;
mod round;
mod show;
mod tables;

pub(in crate::ui) use dress::{fill, is_down};
pub(in crate::ui) use forms::FORM_KEY;
pub(in crate::ui) use import::{ALL, alike};
pub(in crate::ui) use layer::sign as sign_of_place;
pub(in crate::ui) use lead::{LEAD_KEYS, LeadForm};
pub(in crate::ui) use mark::day;
pub(in crate::ui) use show::classing_key;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseEventKind};

use crate::domain::request::{Progress, Query};
use crate::domain::text::clean_name;
use crate::domain::view_state::{Listing, Scope, ViewState};
use crate::ui::action::{Action, Place};
use crate::ui::desk::Screen;
use crate::ui::keymap::Match;
use crate::ui::keys::Key;
use crate::ui::layout;
use crate::ui::message::{Effect, Message};
use crate::ui::model::{Ask, Focus, Model};
use crate::ui::view;

/// Keys kept while an answer is out that changes what they mean.
const AHEAD: usize = 64;

/// Takes a message in and gives what has to be done.
pub fn update(model: &mut Model, message: Message) -> Vec<Effect> {
    if is_idle(&message) {
        return Vec::new();
    }
    model.touch();
    match message {
        Message::Key(event) => model.key_event(&event),
        Message::Paste(text) => model.paste(&text),
        Message::Mouse(event) => model.mouse_event(event),
        Message::Resize(cols, rows) => model.size = (cols, rows),
        Message::Answer { request, outcome } => model.answer(request, outcome),
        Message::Progress(progress) => model.progressed(progress),
        Message::Clock(day) => model.session.today = day,
        Message::Probed { ambiguous_wide } => {
            model.session.caps.ambiguous_wide = ambiguous_wide;
            model.dress();
        }
        Message::Opened => model.opened(),
        Message::OpenFailed(problem) => {
            let text = model.session.lang.problem(&problem);
            model.refuse(text);
        }
    }
    model.settle();
    std::mem::take(&mut model.effects)
}

/// What changes nothing: the mouse passing over, keys being let go.
fn is_idle(message: &Message) -> bool {
    match message {
        Message::Mouse(event) => !matches!(event.kind, MouseEventKind::Down(_) | MouseEventKind::ScrollUp | MouseEventKind::ScrollDown),
        Message::Key(event) => Key::of(event).is_none(),
        _ => false,
    }
}

impl Model {
    fn key_event(&mut self, event: &KeyEvent) {
        let Some(key) = Key::of(event) else { return };
        self.toast = None;
        if key == (Key { code: KeyCode::Char('c'), modifiers: KeyModifiers::CONTROL }) {
            self.effects.push(Effect::Quit);
            return;
        }
        if self.overlay.is_some() {
            self.overlay_key(event, key);
        } else if self.on_start_page() {
            self.start_key(key);
        } else if self.desk.screen.is_some() {
            self.desk_key(event, key);
        } else if self.unsettled() && !matches!(key.code, KeyCode::Esc) {
            if self.ahead.len() < AHEAD {
                self.ahead.push_back(key);
            }
        } else {
            self.key(key);
        }
    }

    /// The list on screen is about to be replaced by that of another place.
    fn unsettled(&self) -> bool {
        let open = self.slots.get(&Ask::Home).is_some_and(|slot| slot.open.is_some());
        let moved = match (&self.view, &self.home) {
            (Some(view), Some(home)) => view.place != home.view.place || view.listing != home.view.listing,
            _ => false,
        };
        open && moved
    }

    /// Keys that were typed ahead.
    fn replay(&mut self) {
        while !self.unsettled() && self.overlay.is_none() {
            let Some(key) = self.ahead.pop_front() else { return };
            self.key(key);
        }
        // An overlay that a key typed ahead has opened takes the rest.
        while self.overlay.is_some() {
            let Some(key) = self.ahead.pop_front() else { return };
            self.overlay_key(&key.event(), key);
        }
    }

    /// Where the keys of the session hold.
    pub(in crate::ui) fn place(&self) -> Place {
        match self.focus {
            Focus::Map => Place::Map,
            Focus::List => Place::List,
        }
    }

    fn key(&mut self, key: Key) {
        if !self.pressed.is_empty() && key.code == KeyCode::Esc {
            self.pressed.clear();
            return;
        }
        self.pressed.push(key);
        match self.session.keymap.find(&self.pressed, self.place()) {
            Match::Action(action) => {
                self.pressed.clear();
                self.act(action);
            }
            Match::Pending(_) => {}
            Match::None => {
                let unknown = self.pressed.len() == 1;
                self.pressed.clear();
                // A Chinese input method sends whole words: say where to find everything.
                if unknown && matches!(key.code, KeyCode::Char(c) if !c.is_ascii()) {
                    let text = self.text("ui.toast.input_method");
                    self.say(text);
                }
            }
        }
    }

    /// Does an action, wherever it came from: a key, the palette, the mouse.
    pub(in crate::ui) fn act(&mut self, action: Action) {
        if action.info().needs.is_some_and(|grant| !self.session.access.may(grant)) {
            let text = self.text("ui.toast.read_only");
            self.refuse(text);
            return;
        }
        if self.supposes() && (action.info().needs.is_some() || action == Action::Provenance) {
            let text = self.text("leads.what_if.only_look");
            self.refuse(text);
            return;
        }
        self.done.insert(action);
        self.make_way(action);
        match action {
            Action::Enter | Action::In => self.enter(),
            Action::Back | Action::Out => self.back(action == Action::Back),
            Action::Up => self.move_by(-1),
            Action::Down => self.move_by(1),
            Action::PageUp => self.page_by(-1),
            Action::PageDown => self.page_by(1),
            Action::First => self.move_by(isize::MIN),
            Action::Last => self.move_by(isize::MAX),
            Action::NextPane => self.next_pane(),
            Action::PreviousSibling => self.sibling(-1),
            Action::NextSibling => self.sibling(1),
            Action::LastPlace => self.last_place(),
            Action::Card => self.toggle_card(),
            Action::West | Action::East | Action::North | Action::South => self.step(action),
            Action::ZoomIn | Action::ZoomOut | Action::ZoomReset => self.zoom(action),
            Action::PanWest | Action::PanEast | Action::PanNorth | Action::PanSouth => self.pan(action),
            Action::MapAlone => self.toggle_map(),
            Action::PeriodEarlier => self.period(-1),
            Action::PeriodLater => self.period(1),
            Action::Classing => self.classing(),
            Action::OnlyFlagged => self.only_flagged(),
            Action::ScopeClear => self.set_scope(Scope::default()),
            Action::Mark => self.open_mark(),
            Action::Import => {
                self.desk.turn_to(None);
                self.open_screen(Screen::Import);
            }
            Action::Round => self.open_screen(Screen::Round),
            Action::Batches => self.open_screen(Screen::Batches),
            Action::Quality => self.open_screen(Screen::Quality),
            Action::Gaps => self.toggle_gaps(),
            Action::Places => self.open_places(),
            Action::Correct => self.open_correct(),
            Action::Answer | Action::ConfirmLead | Action::RejectLead | Action::WhatIf | Action::WhatIfMap | Action::ConfirmKind => {
                self.act_on_lead(action)
            }
            Action::FormWrite => self.open_export(),
            Action::Undo => self.take_back(),
            Action::CopyName | Action::CopyCode | Action::CopyRow => self.copy(action),
            Action::Refresh => self.refresh(),
            Action::Tutorial => self.tutorial = Some(crate::ui::tutorial::Tutorial::default()),
            Action::Mouse => {
                self.mouse = !self.mouse;
                self.effects.push(Effect::CaptureMouse(self.mouse));
                let text = self.text(if self.mouse { "ui.toast.mouse_on" } else { "ui.toast.mouse_off" });
                self.say(text);
            }
            Action::Quit | Action::QuitNow => self.effects.push(Effect::Quit),
            Action::Listing
            | Action::Find
            | Action::Indicators
            | Action::Periods
            | Action::Scope
            | Action::Work
            | Action::Sheets
            | Action::Provenance
            | Action::Marks
            | Action::Palette
            | Action::Help
            | Action::Glossary
            | Action::Problems
            | Action::Removals
            | Action::Theme
            | Action::Language => self.open(action),
            _ => {
                if let Some(n) = action.indicator() {
                    self.indicator(n);
                } else if let Some(kind) = action.sheet() {
                    self.open_page(kind);
                }
            }
        }
    }

    fn paste(&mut self, text: &str) {
        let clean = clean_name(text).into_owned();
        if self.overlay.is_none() && self.paste_path(&clean) {
            return;
        }
        let Some(input) = self.overlay.as_mut().and_then(|o| o.input()) else {
            // Outside a field a paste is never keys.
            if !clean.is_empty() {
                let text = self.text("ui.toast.paste");
                self.say(text);
            }
            return;
        };
        for c in clean.chars() {
            input.handle(tui_input::InputRequest::InsertChar(c));
        }
        self.typed();
    }

    fn progressed(&mut self, progress: Progress) {
        match progress {
            Progress::Changed { version } => {
                if version != self.version {
                    self.version = version;
                    self.want(Ask::Workspace, Query::Workspace);
                }
            }
            Progress::Screened => self.forget(),
            Progress::Problem(problem) => {
                let text = self.session.lang.problem(&problem);
                self.problems.push(problem);
                self.refuse(text);
            }
            Progress::Pending(pending) => self.held_back(pending),
            Progress::Done => {
                self.progress = None;
                if self.is_bare() {
                    // Only now it has its name: nothing was loaded that would have made a new version.
                    self.slots.remove(&Ask::Workspace);
                    self.want(Ask::Workspace, Query::Workspace);
                }
                self.dress();
            }
            reading @ Progress::Reading { .. } => {
                let first = self.progress.replace(reading).is_none();
                if first {
                    self.dress();
                }
            }
        }
    }

    fn opened(&mut self) {
        let mut session = self.session.clone();
        session.has_workspace = true;
        session.tutorial = self.tutorial.is_some();
        *self = Self::new(session, self.size);
        self.want(Ask::Workspace, Query::Workspace);
    }

    /// After every message: asks for what the screen needs, keeps the selection in sight, lets
    /// the tutorial go on.
    fn settle(&mut self) {
        if let Some(view) = self.view.clone() {
            let bare = ViewState { selection: None, extent: None, ..view.clone() };
            self.want(Ask::Home, Query::Home(bare.clone()));
            if let Some(size) = layout::map_size(self) {
                // Only what changes the raster: recolouring must not rasterise again.
                let indicator = self.workspace.as_ref().map_or_else(|| view.indicator.clone(), |w| w.home.indicator.clone());
                let of_map = ViewState {
                    indicator,
                    period: None,
                    scope: Scope::default(),
                    only_flagged: false,
                    classing: crate::domain::indicator::Classing::default(),
                    extent: view.extent,
                    what_if: None,
                    ..bare.clone()
                };
                self.want(Ask::Map, Query::Map { view: of_map, size });
            }
            let shows_card = self.entering.is_some() || layout::areas(self).is_some_and(|a| a.card.is_some());
            if let Some((uid, _)) = self.subject().filter(|_| shows_card && !self.unsettled()) {
                self.want(Ask::Card, Query::Card { uid, view: ViewState { what_if: None, ..bare } });
            }
        }
        let rows = layout::list_rows(self);
        let count = self.home.as_ref().map_or(0, |home| home.rows.len());
        self.selected = self.selected.min(count.saturating_sub(1));
        self.top = self.top.min(self.selected).max((self.selected + 1).saturating_sub(rows)).min(count.saturating_sub(rows));
        if layout::areas(self).is_some_and(|areas| areas.map.is_some()) {
            self.compose();
        }
        if self.card_scroll > 0 {
            self.card_scroll = self.card_scroll.min(view::card_end(self));
        }
        let (lines, height) = view::overlay_extent(self);
        self.chosen = self.chosen.min(lines.saturating_sub(1));
        self.scroll = self.scroll.min(lines.saturating_sub(height));
        if let Some(mut tutorial) = self.tutorial {
            let access = self.session.access.clone();
            tutorial.advance(&self.done, |action| action.info().needs.is_none_or(|grant| access.may(grant)));
            self.tutorial = Some(tutorial);
        }
        self.ask_for_gaps();
        self.ask_for_layer();
        self.settle_desk();
        self.done.clear();
    }

    /// List and map show a what-if.
    pub(in crate::ui) fn supposes(&self) -> bool {
        self.desk.screen.is_none() && self.home.as_ref().is_some_and(|home| home.supposed.is_some())
    }

    /// Whether the list holds branches.
    pub(in crate::ui) fn lists_branches(&self) -> bool {
        self.home.as_ref().is_some_and(|home| home.view.listing == Listing::Branches)
    }
}
