//! Overlays and the start page: opening them and their keys.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tui_input::{Input, InputRequest};

use crate::domain::id::{IndicatorId, Uid};
use crate::domain::period::Period;
use crate::domain::request::Query;
use crate::domain::sheet::SheetKind;
use crate::domain::view_state::{Listing, Scope, ViewState};
use crate::locale::Lang;
use crate::ui::action::Action;
use crate::ui::keys::{Key, half_width};
use crate::ui::menu::{self, STANDINGS, START};
use crate::ui::message::Effect;
use crate::ui::model::{Ask, Model};
use crate::ui::overlay::{HITS, Menu, Overlay};
use crate::ui::pick::{self, Entry, Pick};
use crate::ui::theme::Theme;
use crate::ui::view;

/// The editing request of a key in a field; `None` where it is no editing key.
pub(super) fn edit(event: &KeyEvent) -> Option<InputRequest> {
    let control = event.modifiers.contains(KeyModifiers::CONTROL);
    Some(match event.code {
        KeyCode::Char('u') if control => InputRequest::DeleteLine,
        KeyCode::Char('w') if control => InputRequest::DeletePrevWord,
        KeyCode::Char('a') if control => InputRequest::GoToStart,
        KeyCode::Char('e') if control => InputRequest::GoToEnd,
        KeyCode::Char(_) if control || event.modifiers.contains(KeyModifiers::ALT) => return None,
        KeyCode::Char(c) => InputRequest::InsertChar(c),
        KeyCode::Backspace => InputRequest::DeletePrevChar,
        KeyCode::Delete => InputRequest::DeleteNextChar,
        KeyCode::Left => InputRequest::GoToPrevChar,
        KeyCode::Right => InputRequest::GoToNextChar,
        KeyCode::Home => InputRequest::GoToStart,
        KeyCode::End => InputRequest::GoToEnd,
        _ => return None,
    })
}

/// The line of the start page that opens a folder.
const FOLDER: usize = 1;

impl Model {
    /// Opens the overlay of an action.
    pub(super) fn open(&mut self, action: Action) {
        self.chosen = 0;
        self.scroll = 0;
        let menu = |menu| Some(Overlay::Menu(menu));
        self.overlay = match action {
            Action::Find => Some(Overlay::Find { input: Input::default(), hits: None }),
            Action::Palette => Some(Overlay::Palette { input: Input::default() }),
            Action::Help => Some(Overlay::Help),
            Action::Glossary => Some(Overlay::Glossary),
            Action::Problems => Some(Overlay::Problems),
            Action::Removals => self.ask_removals(),
            Action::Listing => menu(Menu::Listings),
            Action::Indicators => Some(Overlay::Indicators { input: Input::default() }),
            Action::Periods => menu(Menu::Periods),
            Action::Scope => menu(Menu::Scope),
            Action::Places => menu(Menu::Places),
            Action::Work => menu(Menu::Work),
            Action::Sheets => menu(Menu::Sheets),
            Action::Theme => menu(Menu::Themes),
            Action::Language => menu(Menu::Languages),
            Action::Marks => {
                self.slots.remove(&Ask::Marks);
                self.want(Ask::Marks, Query::Marks);
                Some(Overlay::Marks { rows: None })
            }
            Action::Provenance => self.ask_provenance(),
            _ => None,
        };
        if matches!(self.overlay, Some(Overlay::Indicators { .. })) {
            let now = self.view.as_ref().and_then(|view| self.workspace.as_ref()?.indicators.iter().position(|i| i.id == view.indicator));
            let lines = pick::indicators(self, "");
            self.chosen = lines.iter().position(|line| matches!(line, Pick::Indicator(n) if Some(*n) == now)).unwrap_or(0);
            self.step_over(1);
        }
        if let Some(Overlay::Menu(menu)) = self.overlay {
            self.chosen =
                menu::items(self, menu).iter().position(|item| item.checked && !matches!(menu, Menu::Scope | Menu::Places)).unwrap_or(0);
        }
    }

    fn ask_provenance(&mut self) -> Option<Overlay> {
        let (Some((uid, _)), Some(home)) = (self.subject(), self.home.clone()) else { return None };
        Some(self.provenance_of(uid, home.indicator.id.clone(), home.period, &home.view))
    }

    /// Asks where a number comes from; what is shown meanwhile.
    pub(super) fn provenance_of(&mut self, uid: Uid, indicator: IndicatorId, period: Option<Period>, view: &ViewState) -> Overlay {
        let view = ViewState { selection: None, extent: None, ..view.clone() };
        self.slots.remove(&Ask::Provenance);
        self.want(Ask::Provenance, Query::Provenance { uid, indicator, period, view });
        Overlay::Provenance { page: None }
    }

    pub(super) fn close_overlay(&mut self) {
        self.overlay = None;
        self.chosen = 0;
        self.scroll = 0;
    }

    pub(super) fn overlay_key(&mut self, event: &KeyEvent, key: Key) {
        if key.code == KeyCode::Esc {
            self.close_overlay();
            return;
        }
        if self.form_key(key) || self.sheet_key(key) {
            return;
        }
        let has_input = self.overlay.as_mut().is_some_and(|o| o.input().is_some());
        let (_, page) = view::overlay_extent(self);
        match key.code {
            // The digits are those of the screen until something is typed.
            KeyCode::Char(c @ '1'..='9') if matches!(&self.overlay, Some(Overlay::Indicators { input }) if input.value().is_empty()) => {
                self.close_overlay();
                self.indicator(c as usize - '1' as usize);
            }
            KeyCode::Enter => self.choose(),
            KeyCode::Up => self.scroll_by(-1),
            KeyCode::Down => self.scroll_by(1),
            KeyCode::PageUp => self.scroll_by(-isize::try_from(page).unwrap_or(1)),
            KeyCode::PageDown => self.scroll_by(isize::try_from(page).unwrap_or(1)),
            KeyCode::Tab if has_input => self.scroll_by(if key.modifiers.contains(KeyModifiers::SHIFT) { -1 } else { 1 }),
            _ if has_input => {
                let request = edit(event);
                if let (Some(request), Some(input)) = (request, self.overlay.as_mut().and_then(Overlay::input)) {
                    input.handle(request);
                    self.typed();
                }
            }
            KeyCode::Home => self.scroll_by(isize::MIN),
            KeyCode::End => self.scroll_by(isize::MAX),
            KeyCode::Char(c) => self.overlay_char(c),
            _ => {}
        }
    }

    /// A letter or digit in an overlay without a field.
    fn overlay_char(&mut self, c: char) {
        let page = isize::try_from(view::overlay_extent(self).1).unwrap_or(1);
        match (c, &self.overlay) {
            ('q', _) => self.close_overlay(),
            ('j', _) => self.scroll_by(1),
            ('k', _) => self.scroll_by(-1),
            (' ', Some(Overlay::Menu(_))) => self.choose(),
            (' ', _) => self.scroll_by(page),
            ('x', Some(Overlay::Marks { .. })) => self.clear_mark(),
            ('y', Some(Overlay::Removals)) => self.choose(),
            ('n', Some(Overlay::Removals)) => self.close_overlay(),
            ('1'..='9', Some(Overlay::Menu(menu))) => {
                let n = c as usize - '1' as usize;
                if n < menu::items(self, *menu).len() {
                    self.chosen = n;
                    self.choose();
                }
            }
            ('1'..='9', Some(Overlay::Choose(choose))) => {
                let n = c as usize - '1' as usize;
                if n < choose.len() {
                    self.chosen = n;
                    self.chose();
                }
            }
            ('y', Some(Overlay::Confirm(_))) => self.confirmed(),
            ('n', Some(Overlay::Confirm(_))) => self.close_overlay(),
            ('?', Some(Overlay::Help)) | ('i', Some(Overlay::Provenance { .. })) => self.close_overlay(),
            _ => {}
        }
    }

    /// Whether lines are chosen, instead of the sheet being scrolled.
    fn chooses(&self) -> bool {
        !matches!(self.overlay, Some(Overlay::Help | Overlay::Provenance { .. } | Overlay::Problems | Overlay::Removals))
    }

    pub(super) fn scroll_by(&mut self, by: isize) {
        let (lines, height) = view::overlay_extent(self);
        if self.chooses() {
            self.chosen = self.chosen.saturating_add_signed(by).min(lines.saturating_sub(1));
            self.step_over(by);
            self.scroll = self.scroll.min(self.chosen).max((self.chosen + 1).saturating_sub(height));
        } else {
            self.scroll = self.scroll.saturating_add_signed(by).min(lines.saturating_sub(height));
        }
    }

    /// The name of a framework cannot be chosen: goes on over it, back where it is the first.
    pub(super) fn step_over(&mut self, by: isize) {
        let Some(Overlay::Indicators { input }) = &self.overlay else { return };
        let lines = pick::indicators(self, input.value());
        let named = |n: usize| matches!(lines.get(n), Some(Pick::Framework(_)));
        if named(self.chosen) {
            self.chosen = if by < 0 && self.chosen > 0 { self.chosen - 1 } else { self.chosen + 1 };
        }
    }

    /// The text of a field changed.
    pub(super) fn typed(&mut self) {
        self.chosen = 0;
        self.scroll = 0;
        self.step_over(1);
        let text = match &mut self.overlay {
            Some(Overlay::Find { input, hits }) => {
                let text: String = input.value().trim().to_owned();
                if text.is_empty() {
                    *hits = None;
                }
                text
            }
            _ => return,
        };
        if text.is_empty() {
            // An answer that is still out is to the text before.
            self.slots.remove(&Ask::Find);
        } else {
            self.want(Ask::Find, Query::Find { text, limit: HITS });
        }
    }

    /// Enter on the chosen line.
    pub(super) fn choose(&mut self) {
        let chosen = self.chosen;
        match self.overlay.clone() {
            Some(Overlay::Palette { input }) => {
                let typed: String = input.value().chars().map(|c| if c == '：' { half_width(c) } else { c }).collect();
                if let Some(found) = pick::palette(self, &typed).get(chosen) {
                    let entry = found.entry.clone();
                    self.close_overlay();
                    self.go_for(entry);
                } else if let Some(found) = pick::nearest(self, &typed).get(chosen) {
                    // A suggestion is not what was asked for: it is put into the field first.
                    self.overlay = Some(Overlay::Palette { input: Input::new(found.name.clone()) });
                    self.typed();
                }
            }
            Some(Overlay::Indicators { input }) => {
                if let Some(Pick::Indicator(n)) = pick::indicators(self, input.value()).get(chosen) {
                    self.close_overlay();
                    self.indicator(*n);
                }
            }
            Some(Overlay::Find { hits, .. }) => {
                if let Some(hit) = hits.as_ref().and_then(|hits| hits.get(chosen)) {
                    self.close_overlay();
                    self.jump(hit.place, hit.listing.clone(), hit.uid);
                }
            }
            Some(Overlay::Menu(menu)) => self.choose_in(menu, chosen),
            Some(Overlay::Marks { rows }) => {
                let row = rows.as_ref().and_then(|rows| rows.get(chosen)).cloned();
                if let Some(row) = row {
                    self.close_overlay();
                    self.jump(row.place, row.listing, row.mark.entity);
                }
            }
            Some(Overlay::Folder { input }) => {
                let path = input.value().trim().to_owned();
                if !path.is_empty() {
                    self.close_overlay();
                    // Where it does not open, the same line is tried again.
                    self.chosen = FOLDER;
                    self.effects.push(Effect::OpenWorkspace(path));
                }
            }
            Some(Overlay::Help | Overlay::Glossary | Overlay::Provenance { .. } | Overlay::Problems) => self.close_overlay(),
            Some(Overlay::Removals) => {
                self.close_overlay();
                self.load_removals();
            }
            Some(Overlay::Confirm(_)) => self.confirmed(),
            Some(Overlay::Choose(_)) => self.chose(),
            Some(Overlay::Mark(_) | Overlay::Sheet(_)) | None => {}
        }
    }

    /// What a line of the palette stands for.
    fn go_for(&mut self, entry: Entry) {
        match entry {
            Entry::Action(action) => self.act(action),
            Entry::Zone(code) => self.look_at(Scope { zones: [code].into(), ..Scope::default() }),
            Entry::Standing(standing) => self.look_at(Scope { standings: [standing].into(), ..Scope::default() }),
            Entry::Indicator(n) => {
                self.make_way(Action::Indicators);
                self.indicator(n);
            }
            Entry::Listing(listing) => {
                self.make_way(Action::Listing);
                self.show_listing(listing);
            }
            Entry::Period(period) => {
                self.make_way(Action::Periods);
                if let Some(view) = &mut self.view {
                    view.period = Some(period);
                }
            }
            Entry::Framework(id) => self.open_page(SheetKind::Framework { id }),
            Entry::Declared(n) => {
                let Some(item) = self.workspace.as_ref().and_then(|w| w.declared.get(n)).cloned() else { return };
                let whole = matches!(item.sheet, SheetKind::Form { .. });
                // What has nothing to show on its sheet is shown as its framework declares it.
                let owner = pick::qualified(&item.id).map(|(id, _)| id.to_owned());
                let owner = owner.or_else(|| self.workspace.as_ref()?.frameworks.first().map(|(id, ..)| id.clone()));
                self.open_page(item.sheet);
                if !whole {
                    self.desk.sheets.seek(item.label, owner.map(|id| SheetKind::Framework { id }));
                }
            }
        }
    }

    fn look_at(&mut self, scope: Scope) {
        self.make_way(Action::Scope);
        self.set_scope(scope);
    }

    fn show_listing(&mut self, listing: Listing) {
        if let Some(view) = self.view_state() {
            self.go(ViewState { listing, extent: None, selection: None, ..view });
        }
    }

    fn choose_in(&mut self, menu: Menu, chosen: usize) {
        match menu {
            Menu::Periods => {
                let period = self.home.as_ref().and_then(|h| h.periods.iter().rev().nth(chosen).copied());
                self.close_overlay();
                if let (Some(period), Some(view)) = (period, &mut self.view) {
                    view.period = Some(period);
                }
            }
            Menu::Listings => {
                let listing = self.home.as_ref().and_then(|h| h.listings.get(chosen).cloned());
                self.close_overlay();
                if let Some(listing) = listing {
                    self.show_listing(listing);
                }
            }
            Menu::Scope => self.toggle_scope(chosen),
            Menu::Places => self.toggle_place(chosen),
            Menu::Themes => {
                let theme = Theme::ids().nth(chosen).and_then(Theme::named);
                self.close_overlay();
                if let Some(theme) = theme {
                    self.effects.push(Effect::RememberTheme(theme.id.clone()));
                    self.session.theme = theme;
                }
            }
            Menu::Work | Menu::Sheets => {
                let action = menu::actions(self, menu).get(chosen).copied();
                self.close_overlay();
                if let Some(action) = action {
                    self.act(action);
                }
            }
            Menu::Languages => {
                self.session.lang = if chosen == 0 { Lang::Zh } else { Lang::En };
                self.effects.push(Effect::RememberLang(self.session.lang));
                self.close_overlay();
                self.dress();
            }
        }
    }

    /// Scopes hold at once and the menu stays, so that several can be chosen.
    fn toggle_scope(&mut self, chosen: usize) {
        let Some(workspace) = self.workspace.clone() else { return };
        let Some(mut scope) = self.view.as_ref().map(|view| view.scope.clone()) else { return };
        let zones = workspace.zones.len();
        if let Some((code, _)) = workspace.zones.get(chosen) {
            if !scope.zones.remove(code) {
                scope.zones.insert(code.clone());
            }
        } else if let Some((standing, _)) = STANDINGS.get(chosen - zones) {
            if !scope.standings.remove(standing) {
                scope.standings.insert(*standing);
            }
        } else {
            scope = Default::default();
            self.close_overlay();
        }
        self.set_scope(scope);
    }

    pub(super) fn start_key(&mut self, key: Key) {
        let last = START.len() - 1;
        match key.code {
            KeyCode::Up | KeyCode::Char('k') => self.chosen = self.chosen.saturating_sub(1),
            KeyCode::Down | KeyCode::Tab | KeyCode::Char('j') => self.chosen = (self.chosen + 1).min(last),
            KeyCode::Char(c @ '1'..='5') => {
                self.chosen = c as usize - '1' as usize;
                self.choose_start();
            }
            KeyCode::Enter => self.choose_start(),
            KeyCode::Char('q') => self.effects.push(Effect::Quit),
            _ => {}
        }
    }

    pub(super) fn choose_start(&mut self) {
        match self.chosen {
            0 => self.effects.push(Effect::OpenDemo),
            FOLDER => self.overlay = Some(Overlay::Folder { input: Input::default() }),
            2 => self.new_workspace(),
            3 => {
                self.tutorial = Some(crate::ui::tutorial::Tutorial::default());
                self.effects.push(Effect::OpenDemo);
            }
            _ => self.effects.push(Effect::Quit),
        }
    }
}
