//! Sheets of what frameworks drive: opening, tabs, and where their rows lead.

use crossterm::event::KeyCode;

use crate::domain::behind::Behind;
use crate::domain::id::Uid;
use crate::domain::page::Card;
use crate::domain::request::Query;
use crate::domain::sheet::{Against, Lead, SheetKind};
use crate::domain::unit::Subject;
use crate::domain::view_state::{Listing, Scope, ViewState};
use crate::ui::action::Action;
use crate::ui::desk::{Left, Screen};
use crate::ui::keys::Key;
use crate::ui::layout;
use crate::ui::model::{Ask, Model};
use crate::ui::tabular::{Look, Natural};
use crate::ui::update::desk::tab_step;

impl Model {
    /// How tables are worded and measured.
    pub(in crate::ui) fn look(&self) -> Look {
        Look { lang: self.session.lang, width: self.width(), symbols: self.symbols() }
    }

    /// Opens a sheet: upon the one on screen, else where it was left.
    pub(super) fn open_page(&mut self, kind: SheetKind) {
        if self.desk.screen == Some(Screen::Sheet) {
            self.desk.sheets.push(kind);
        } else {
            self.desk.sheets.open(kind);
        }
        self.open_screen(Screen::Sheet);
    }

    /// The sheet of the view in force.
    pub(super) fn ask_for_page(&mut self) {
        let (Some(top), Some(view)) = (self.desk.sheets.top(), &self.view) else { return };
        let query =
            Query::Sheet { kind: top.kind.clone(), view: ViewState { selection: None, extent: None, what_if: None, ..view.clone() } };
        self.want(Ask::Sheet, query);
    }

    /// Works out what the columns ask for, once per page, language and width.
    pub(super) fn measure_page(&mut self) {
        let Some((page, serial)) = self.desk.sheets.top().and_then(|top| Some((top.page.clone()?, top.serial))) else { return };
        let of = (serial, self.session.lang, self.session.caps);
        if self.desk.sheets.measured != Some(of) {
            let look = self.look();
            self.desk.sheets.natural = page.tables.iter().map(|table| Natural::of(&look, table)).collect();
            self.desk.sheets.measured = Some(of);
        }
    }

    /// A key of the screen.
    pub(super) fn page_key(&mut self, key: Key) -> bool {
        if let Some(by) = tab_step(key) {
            self.step_table(by);
            return true;
        }
        if let KeyCode::Char(c) = key.code
            && self.lead_key(c)
        {
            return true;
        }
        match key.code {
            KeyCode::Char(c @ '1'..='9') => self.choose_tab(c as usize - '1' as usize),
            KeyCode::Left => self.step_tab(-1),
            KeyCode::Right => self.step_tab(1),
            KeyCode::Enter => return self.follow_lead(),
            KeyCode::Char('i') | KeyCode::F(12) => self.row_provenance(),
            KeyCode::Char('s') | KeyCode::F(9) if self.form_here().is_some() => self.act(Action::FormWrite),
            KeyCode::Char(' ' | 'o') => {
                self.desk.in_detail = !self.desk.in_detail;
                self.desk.scroll = 0;
            }
            KeyCode::Esc | KeyCode::Backspace => {
                if !self.desk.sheets.pop() {
                    self.close_screen();
                }
            }
            _ => return false,
        }
        true
    }

    /// What a change is held against, on the sheet of causes.
    fn against(&self) -> Option<Against> {
        match self.desk.sheets.top()?.kind {
            SheetKind::Change { against } => Some(against),
            _ => None,
        }
    }

    /// A digit: on the sheet of causes first what the change is held against, then the tables.
    pub(super) fn choose_tab(&mut self, n: usize) {
        match self.against() {
            Some(_) if n < Against::ALL.len() => self.hold_against(Against::ALL[n]),
            Some(_) => self.show_table(n - Against::ALL.len()),
            None => self.show_table(n),
        }
    }

    fn step_tab(&mut self, by: isize) {
        match self.against() {
            Some(against) => self.hold_against(Against::ALL[(against as usize).saturating_add_signed(by).min(Against::ALL.len() - 1)]),
            None => self.step_table(by),
        }
    }

    fn step_table(&mut self, by: isize) {
        let (tab, count) = self.desk.sheets.top().map_or((0, 0), |top| (top.tab, top.page.as_ref().map_or(0, |page| page.tables.len())));
        self.show_table(tab.saturating_add_signed(by).min(count.saturating_sub(1)));
    }

    fn hold_against(&mut self, against: Against) {
        if let Some(top) = self.desk.sheets.top_mut() {
            top.kind = SheetKind::Change { against };
        }
    }

    fn show_table(&mut self, n: usize) {
        let Some(top) = self.desk.sheets.top_mut() else { return };
        if top.page.as_ref().is_some_and(|page| n < page.tables.len()) {
            top.tab = n;
            self.desk.in_detail = false;
            self.desk.scroll = 0;
        }
    }

    /// Goes where the chosen row leads; `false` where it leads nowhere.
    pub(super) fn follow_lead(&mut self) -> bool {
        let Some(lead) = self.desk.sheets.top().and_then(|top| top.row()).and_then(|row| row.lead.clone()) else { return false };
        match lead {
            Lead::Subject(uid) => self.ask_lead(uid),
            Lead::Site { uid, kind } => {
                self.places.insert(kind);
                self.ask_lead(uid);
            }
            Lead::Number { .. } => self.row_provenance(),
            Lead::Sheet(kind) => self.open_page(kind),
            Lead::Indicator(id) => {
                let known = self.workspace.iter().flat_map(|w| &w.indicators).position(|indicator| indicator.id == id);
                let Some(n) = known else {
                    let text = self.session.lang.fill("sheet.no_indicator", &[&id]);
                    self.refuse(text);
                    return true;
                };
                self.leave_page();
                self.indicator(n);
            }
            Lead::Zone(code) => {
                self.leave_page();
                self.set_scope(Scope { zones: [code].into(), ..Scope::default() });
            }
            Lead::Level(level) => {
                let Some(view) = self.view_state() else { return true };
                self.leave_page();
                self.go(ViewState { listing: Listing::Units(level), extent: None, selection: None, ..view });
                self.left_for();
            }
        }
        true
    }

    /// Only its card says where something stands.
    fn ask_lead(&mut self, uid: Uid) {
        let Some(view) = self.view.clone() else { return };
        self.slots.remove(&Ask::Lead);
        self.want(Ask::Lead, Query::Card { uid, view: ViewState { selection: None, extent: None, ..view } });
    }

    /// What a row leads to is known: list and map go there.
    pub(super) fn led(&mut self, card: Option<&Card>) {
        if self.desk.screen != Some(Screen::Sheet) {
            return;
        }
        let Some(card) = card else {
            let text = self.text("sheet.no_card");
            self.refuse(text);
            return;
        };
        let unit = card.crumbs.last();
        let above = card.crumbs.iter().rev().nth(1);
        let (place, listing) = match (card.subject, unit, above) {
            (Subject::Branch, Some(unit), _) => (Some(unit.uid), Listing::Branches),
            (Subject::Unit, Some(unit), Some(above)) => (Some(above.uid), Listing::Units(unit.level.clone())),
            // The top is a place, not a row.
            (_, unit, _) => {
                let home = self.workspace.as_ref().map_or(Listing::Branches, |workspace| workspace.home.listing.clone());
                (unit.map(|unit| unit.uid), home)
            }
        };
        self.leave_page();
        self.jump(place, listing, card.uid);
        self.left_for();
        // Where there is no room for the card beside the map it is opened.
        self.card_open = layout::areas(self).is_some_and(|areas| areas.card.is_none());
        if let Some(left) = &mut self.desk.sheets.left {
            left.card = self.card_open;
        }
    }

    /// From the sheet to list and map, with the way back.
    pub(super) fn leave_page(&mut self) {
        if let Some(before) = self.view_state() {
            let to = (before.place, before.listing.clone());
            self.desk.sheets.left = Some(Left { before, trail: self.trail.clone(), to, card: false });
        }
        self.close_screen();
        self.map_alone = false;
    }

    /// Keeps what the sheet was left for.
    fn left_for(&mut self) {
        if let (Some(left), Some(view)) = (&mut self.desk.sheets.left, &self.view) {
            left.to = (view.place, view.listing.clone());
        }
    }

    /// Back to the sheet that was left, as long as what it was left for is on screen.
    pub(super) fn back_to_page(&mut self) -> bool {
        let here = self.view.as_ref().map(|view| (view.place, view.listing.clone()));
        let card_open = self.card_open;
        // A card that the person opened is closed first.
        let leads_back = |left: &mut Left| here.as_ref() == Some(&left.to) && (!card_open || left.card);
        let Some(left) = self.desk.sheets.left.take_if(leads_back) else { return false };
        self.trail = left.trail;
        self.card_open = false;
        self.view = Some(left.before);
        self.open_screen(Screen::Sheet);
        true
    }

    /// Where the number of the chosen row comes from: whom it counts, why a lead holds, the files of a value; of a
    /// row without one, what it says about itself.
    fn row_provenance(&mut self) {
        let Some(view) = self.view.clone() else { return };
        let lead = self.desk.sheets.top().and_then(|top| top.row()).and_then(|row| row.lead.clone());
        let here = view.place.or_else(|| self.workspace.as_ref().and_then(|w| w.home.place));
        let (uid, indicator, period) = match (lead, here) {
            (Some(Lead::Number { uid, indicator, period }), _) => (uid, indicator, period),
            (Some(Lead::Subject(uid) | Lead::Site { uid, .. }), _) => (uid, view.indicator.clone(), view.period),
            (Some(Lead::Sheet(kind @ (SheetKind::Behind { .. } | SheetKind::Why { .. }))), _) => {
                self.open_page(kind);
                return;
            }
            (Some(Lead::Indicator(id)), here) => {
                let known = self.workspace.iter().flat_map(|w| &w.indicators).find(|indicator| indicator.id == id);
                match (known.and_then(|indicator| indicator.coverage.clone()), here) {
                    (Some(id), _) => {
                        self.open_page(SheetKind::Behind { of: Behind::Coverage { id } });
                        return;
                    }
                    (None, Some(uid)) => (uid, id, None),
                    (None, None) => {
                        let text = self.text("sheet.no_number");
                        self.refuse(text);
                        return;
                    }
                }
            }
            _ if self.desk.sheets.top().and_then(|top| top.row()).is_some_and(|row| !row.detail.is_empty()) => {
                self.desk.in_detail = true;
                return;
            }
            _ => {
                let text = self.text("sheet.no_number");
                self.refuse(text);
                return;
            }
        };
        self.scroll = 0;
        self.overlay = Some(self.provenance_of(uid, indicator, period, &view));
    }
}
