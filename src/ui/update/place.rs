//! Moving: rows, in and out, siblings, neighbours on the map.

use crate::domain::id::Uid;
use crate::domain::unit::Subject;
use crate::domain::view_state::{Listing, ViewState};
use crate::gis::neighbour::{Toward, neighbour};
use crate::ui::action::Action;
use crate::ui::layout;
use crate::ui::model::{Ask, Focus, Model};

/// Places kept for `last-place`, and steps kept for the way back on the map.
const KEPT: usize = 64;

impl Model {
    pub(super) fn page(&self) -> isize {
        isize::try_from(layout::list_rows(self)).unwrap_or(1)
    }

    /// Moves the selection, or scrolls the open card.
    pub(super) fn move_by(&mut self, by: isize) {
        let card_alone = self.card_open && layout::areas(self).is_some_and(|a| a.list.is_none());
        if card_alone {
            self.card_scroll = self.card_scroll.saturating_add_signed(by);
            return;
        }
        let count = self.home.as_ref().map_or(0, |home| home.rows.len());
        self.select(self.selected.saturating_add_signed(by).min(count.saturating_sub(1)));
    }

    /// A page up or down: of the open card, else of the list.
    pub(super) fn page_by(&mut self, pages: isize) {
        match layout::areas(self).and_then(|areas| areas.card).filter(|_| self.card_open) {
            Some(card) => {
                let lines = isize::try_from(layout::inner(card).height.saturating_sub(2).max(1)).unwrap_or(1);
                self.card_scroll = self.card_scroll.saturating_add_signed(pages * lines);
            }
            None => self.move_by(pages * self.page()),
        }
    }

    /// Selects a row.
    pub(super) fn select(&mut self, row: usize) {
        if row != self.selected {
            self.selected = row;
            self.card_scroll = 0;
        }
        self.follow();
    }

    /// Moves a zoomed map so that the selection is on it.
    fn follow(&mut self) {
        let Some(raster) = &self.map.raster else { return };
        let unit = self.map.units.get(self.selected).copied().flatten();
        let Some([x, y]) = unit.and_then(|unit| raster.middle_deg.get(unit as usize)).filter(|m| m[0].is_finite()) else { return };
        let Some(extent) = self.view.as_mut().and_then(|view| view.extent.as_mut()) else { return };
        if *x < extent.min_x_deg || *x > extent.max_x_deg || *y < extent.min_y_deg || *y > extent.max_y_deg {
            let [cx, cy] = extent.centre_deg();
            let (w, h) = (extent.max_x_deg - extent.min_x_deg, extent.max_y_deg - extent.min_y_deg);
            *extent = extent.moved((x - cx) / w, (y - cy) / h);
        }
    }

    /// Keeps the present place for `last-place`.
    fn remember(&mut self) {
        if let Some(view) = self.view_state() {
            // What is only supposed is no place to come back to.
            self.visited.push(ViewState { what_if: None, ..view });
            if self.visited.len() > KEPT {
                self.visited.remove(0);
            }
        }
    }

    /// Goes to a state of view; the list keeps showing the old one until the answer is here.
    pub(super) fn go(&mut self, view: ViewState) {
        self.remember();
        self.show(view);
    }

    fn show(&mut self, view: ViewState) {
        self.card_open = false;
        self.card_scroll = 0;
        self.entering = None;
        self.steps.clear();
        self.view = Some(view);
    }

    pub(super) fn enter(&mut self) {
        let (Some(view), Some(row)) = (self.view_state(), self.row().cloned()) else { return };
        if row.subject == Subject::Branch {
            self.toggle_card();
            return;
        }
        let next = self.workspace.as_ref().and_then(|workspace| {
            let Listing::Units(level) = &view.listing else { return None };
            let at = workspace.levels.iter().position(|l| l.code == *level)?;
            workspace.levels.get(at + 1).map(|l| l.code.clone())
        });
        if let Some(level) = next.filter(|_| row.children > 0) {
            self.descend(&row.uid, Listing::Units(level), view);
            return;
        }
        if !self.workspace.as_ref().is_some_and(|w| w.has_branches) {
            self.open_card();
            return;
        }
        // Only the card knows whether there are branches to list.
        match self.card.as_ref().filter(|card| card.uid == row.uid).map(|card| card.branches.iter().map(|(_, n)| n).sum::<u32>()) {
            Some(0) => self.open_card(),
            Some(_) => self.descend(&row.uid, Listing::Branches, view),
            None => self.entering = Some(row.uid),
        }
    }

    fn descend(&mut self, place: &Uid, listing: Listing, from: ViewState) {
        self.go(ViewState { place: Some(*place), listing, extent: None, selection: None, ..from.clone() });
        self.trail.push(from);
    }

    pub(super) fn open_card(&mut self) {
        self.card_open = true;
        self.card_scroll = 0;
    }

    /// The card that Enter waited for is here.
    pub(super) fn entered(&mut self) {
        let Some(uid) = self.entering else { return };
        if self.card.as_ref().is_none_or(|card| card.uid != uid) {
            return;
        }
        self.entering = None;
        if self.row().is_some_and(|row| row.uid == uid) {
            self.enter();
        }
    }

    /// Out: what lies on top first, then the unit above. `Esc` at the top only clears.
    pub(super) fn back(&mut self, clears: bool) {
        if clears && self.back_to_page() {
            return;
        }
        if self.card_open {
            self.card_open = false;
            return;
        }
        if clears && self.map_alone {
            self.map_alone = false;
            return;
        }
        let Some(view) = self.view_state() else { return };
        if let Some(above) = self.above(&view) {
            self.go(above);
            return;
        }
        if !clears {
            return;
        }
        let wanted = self.view.as_mut();
        if let Some(wanted) = wanted.filter(|v| v.extent.is_some() || !v.scope.is_all() || v.only_flagged || v.what_if.is_some()) {
            wanted.extent = None;
            wanted.scope = Default::default();
            wanted.only_flagged = false;
            wanted.what_if = None;
            let text = self.text("ui.toast.cleared");
            self.say(text);
        } else {
            let text = self.text("ui.toast.at_top");
            self.say(text);
        }
    }

    /// The state one unit further out.
    fn above(&mut self, view: &ViewState) -> Option<ViewState> {
        let place = view.place?;
        if let Some(from) = self.trail.pop() {
            // Indicator, period and filter are kept as they are now; only the place goes back.
            return Some(ViewState {
                place: from.place,
                listing: from.listing,
                extent: from.extent,
                selection: Some(place),
                ..view.clone()
            });
        }
        if self.session.access.within == Some(place) {
            return None;
        }
        let home = self.home.as_ref()?;
        let workspace = self.workspace.as_ref()?;
        if workspace.home.place == Some(place) {
            // A skipped level at the top goes back to the listing a session begins with.
            return (view.listing != workspace.home.listing).then(|| ViewState {
                listing: workspace.home.listing.clone(),
                extent: None,
                selection: None,
                ..view.clone()
            });
        }
        let own = home.crumbs.iter().rposition(|c| c.uid == place)?;
        let level = home.crumbs[own].level.clone();
        let parent = own.checked_sub(1).map(|n| home.crumbs[n].uid);
        Some(ViewState { place: parent, listing: Listing::Units(level), extent: None, selection: Some(place), ..view.clone() })
    }

    pub(super) fn next_pane(&mut self) {
        self.focus = match self.focus {
            Focus::List => Focus::Map,
            Focus::Map => Focus::List,
        };
        if self.focus == Focus::List {
            self.map_alone = false;
        }
        let narrow = self.size.0 < 40 || self.size.1 < 10;
        if narrow && self.focus == Focus::Map {
            self.focus = Focus::List;
            let text = self.text("ui.toast.no_room");
            self.refuse(text);
        }
        self.card_open = false;
    }

    pub(super) fn toggle_map(&mut self) {
        self.map_alone = !self.map_alone;
        self.focus = if self.map_alone { Focus::Map } else { Focus::List };
        self.card_open = false;
    }

    pub(super) fn toggle_card(&mut self) {
        self.card_open = !self.card_open;
        self.card_scroll = 0;
    }

    /// The unit before or after the place among its siblings; in a list of the top, the row.
    pub(super) fn sibling(&mut self, by: isize) {
        let Some(place) = self.view.as_ref().and_then(|v| v.place) else {
            self.move_by(by);
            return;
        };
        // The siblings stand in the list that the place was entered from; it is asked for again.
        let siblings = &self.siblings;
        let at = siblings.iter().position(|uid| *uid == place);
        match at.and_then(|at| at.checked_add_signed(by)).and_then(|n| siblings.get(n)).copied() {
            Some(uid) => {
                if let Some(view) = self.view_state() {
                    self.go(ViewState { place: Some(uid), extent: None, selection: None, ..view });
                }
            }
            None if at.is_some() => {
                let text = self.text("ui.toast.no_sibling");
                self.say(text);
            }
            None => self.move_by(by),
        }
    }

    pub(super) fn last_place(&mut self) {
        match self.visited.pop() {
            Some(view) => {
                self.trail.clear();
                self.show(view);
            }
            None => {
                let text = self.text("ui.toast.no_last");
                self.say(text);
            }
        }
    }

    /// Stands where something is in the list, with it selected.
    pub(super) fn jump(&mut self, place: Option<Uid>, listing: Listing, to: Uid) {
        let Some(view) = self.view_state() else { return };
        self.trail.clear();
        // A filter in force could hide what was looked for.
        let scope = Default::default();
        let cleared = !view.scope.is_all() || view.only_flagged;
        self.go(ViewState { place, listing, extent: None, scope, only_flagged: false, selection: Some(to), ..view });
        if cleared {
            let text = self.text("ui.toast.cleared");
            self.say(text);
        }
    }

    /// Goes to the neighbour on the map.
    pub(super) fn step(&mut self, action: Action) {
        let (toward, opposite) = match action {
            Action::West => (Toward::Left, Toward::Right),
            Action::East => (Toward::Right, Toward::Left),
            Action::North => (Toward::Up, Toward::Down),
            _ => (Toward::Down, Toward::Up),
        };
        let Some(home) = self.home.clone() else { return };
        let Some(from) = home.rows.get(self.selected).map(|row| row.uid) else { return };
        if let Some((back, by, to)) = self.steps.last().copied() {
            if to == from && by == opposite {
                self.steps.pop();
                if let Some(row) = home.rows.iter().position(|row| row.uid == back) {
                    self.select(row);
                    return;
                }
            } else if to != from {
                self.steps.clear();
            }
        }
        let places = self.middles();
        let Some(at) = places.iter().position(|(row, _)| *row == self.selected) else {
            // The selection is not on the map: begin with what is.
            match places.first() {
                Some((row, _)) => self.select(*row),
                None => {
                    let text = self.text("ui.toast.no_geometry");
                    self.refuse(text);
                }
            }
            return;
        };
        let middles: Vec<[f64; 2]> = places.iter().map(|(_, middle)| *middle).collect();
        let Some(to) = neighbour(&middles, at, toward).and_then(|n| places.get(n)).map(|(row, _)| *row) else {
            let text = self.text("ui.toast.no_neighbour");
            self.say(text);
            return;
        };
        if self.steps.len() >= KEPT {
            self.steps.remove(0);
        }
        if let Some(row) = home.rows.get(to) {
            self.steps.push((from, toward, row.uid));
        }
        self.select(to);
    }

    /// Rows that stand on the map, with a place that orders them west–east and south–north.
    fn middles(&self) -> Vec<(usize, [f64; 2])> {
        let Some(raster) = &self.map.raster else { return Vec::new() };
        if self.lists_branches() {
            let (extent, size) = (&raster.extent, raster.size);
            let share = |cell: u16, of: u16| (f64::from(cell) + 0.5) / f64::from(of.max(1));
            let place = |(row_of_list, col, row): &(usize, u16, u16)| {
                let east = (extent.max_x_deg - extent.min_x_deg) * share(*col, size.cols_cells);
                let south = (extent.max_y_deg - extent.min_y_deg) * share(*row, size.rows_cells);
                (*row_of_list, [extent.min_x_deg + east, extent.max_y_deg - south])
            };
            return self.map.points.iter().map(place).collect();
        }
        let middle = |unit: u32| raster.middle_deg.get(unit as usize).copied().filter(|m| m[0].is_finite() && m[1].is_finite());
        self.map.units.iter().enumerate().filter_map(|(n, unit)| Some((n, middle((*unit)?)?))).collect()
    }

    /// Asks everything again.
    pub(super) fn refresh(&mut self) {
        self.forget();
        self.want(Ask::Workspace, crate::domain::request::Query::Workspace);
        let text = self.text("ui.toast.refreshed");
        self.say(text);
    }
}
