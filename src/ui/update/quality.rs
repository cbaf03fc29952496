//! 质量: what is wrong with what is loaded. A fault is flown to and drawn over the map; the uncovered
//! ground can be drawn on every map.

use crossterm::event::KeyCode;

use crate::domain::quality::{Fault, FaultKind, QualityPage};
use crate::domain::request::Query;
use crate::domain::scene::{Extent, Raster};
use crate::domain::view_state::{Listing, ViewState};
use crate::gis::raster::mask;
use crate::ui::desk::Part;
use crate::ui::keys::Key;
use crate::ui::layout;
use crate::ui::model::{Ask, Model};
use crate::ui::number;
use crate::ui::update::desk::tab_step;

/// A fault takes so much of the map, so that its surroundings are seen.
const AROUND: f64 = 3.0;
/// Least width and height of what is flown to, degrees: about 200 m.
const NEAREST_DEG: f64 = 0.002;
/// Half the size of the sign of a fault without a shape, samples.
const SIGN_SAMPLES: f64 = 2.0;

impl Model {
    /// The faults of the whole workspace.
    pub(super) fn ask_for_quality(&mut self) {
        let Some(workspace) = &self.workspace else { return };
        let view = ViewState { extent: None, selection: None, ..workspace.home.clone() };
        self.want(Ask::Quality, Query::Quality { view, level: None, kind: None });
    }

    /// The uncovered ground of the place, where it is drawn.
    pub(super) fn ask_for_gaps(&mut self) {
        let Some(home) = self.home.as_ref().filter(|_| self.gaps_shown) else { return };
        let view = ViewState { extent: None, selection: None, scope: Default::default(), only_flagged: false, ..home.view.clone() };
        let level = self.level_above(&home.view.listing);
        self.want(Ask::Gaps, Query::Quality { view, level, kind: Some(FaultKind::Gap) });
    }

    pub(super) fn toggle_gaps(&mut self) {
        self.gaps_shown = !self.gaps_shown;
        self.gaps = None;
        self.slots.remove(&Ask::Gaps);
        let text = self.text(if self.gaps_shown { "desk.gaps.on" } else { "desk.gaps.off" });
        self.say(text);
        self.dress();
    }

    /// The uncovered ground is known.
    pub(super) fn gaps_loaded(&mut self, page: std::sync::Arc<QualityPage>) {
        let gaps: Vec<&Fault> = page.faults.iter().filter(|fault| fault.kind == FaultKind::Gap).collect();
        let area: f64 = gaps.iter().map(|fault| fault.size.area_m2).sum();
        let lang = self.session.lang;
        let text = if gaps.is_empty() {
            lang.text("desk.gaps.none").to_owned()
        } else {
            lang.fill("desk.gaps.found", &[&gaps.len(), &number::area(area, self.session.caps.ambiguous_wide)])
        };
        self.say(text);
        self.gaps = Some(page);
        self.dress();
    }

    /// The level whose units are covered by those of a listing.
    fn level_above(&self, listing: &Listing) -> Option<crate::domain::id::LevelId> {
        let Listing::Units(level) = listing else { return None };
        let levels = &self.workspace.as_ref()?.levels;
        levels.iter().find(|l| l.code == *level)?.parent.clone()
    }

    /// The level below a level.
    fn level_below(&self, level: &crate::domain::id::LevelId) -> Option<crate::domain::id::LevelId> {
        let levels = &self.workspace.as_ref()?.levels;
        levels.iter().find(|l| l.parent.as_ref() == Some(level)).map(|l| l.code.clone())
    }

    /// A key of the screen.
    pub(super) fn quality_key(&mut self, key: Key) -> bool {
        if self.desk.quality.flying.is_some() {
            return self.flying_key(key);
        }
        if let Some(by) = tab_step(key) {
            self.show_part(Part::ALL[(self.desk.quality.part as usize).saturating_add_signed(by).min(Part::ALL.len() - 1)]);
            return true;
        }
        match key.code {
            KeyCode::Char(c @ '1'..='3') => self.show_part(Part::ALL[c as usize - '1' as usize]),
            KeyCode::Left => self.step_kind(-1),
            KeyCode::Right | KeyCode::F(6) => self.step_kind(1),
            KeyCode::Enter | KeyCode::F(5) if self.desk.quality.part == Part::Faults => self.fly(),
            KeyCode::Char('n') | KeyCode::F(8) => self.desk_move(1),
            KeyCode::Char('p') | KeyCode::F(7) => self.desk_move(-1),
            _ => return false,
        }
        true
    }

    fn show_part(&mut self, part: Part) {
        self.desk.quality.part = part;
        self.desk.in_detail = false;
        self.desk.scroll = 0;
    }

    /// Only faults of the next kind that there is, or of all.
    fn step_kind(&mut self, by: isize) {
        let quality = &mut self.desk.quality;
        let kinds = quality.kinds();
        let at = quality.kind().and_then(|kind| kinds.iter().position(|(k, _)| *k == kind)).map_or(0, |n| n + 1);
        let to = at.saturating_add_signed(by).min(kinds.len());
        let kind = to.checked_sub(1).map(|n| kinds[n].0);
        quality.only(kind);
        quality.cursors[Part::Faults as usize] = Default::default();
        self.desk.scroll = 0;
    }

    /// A key over the map of a fault.
    fn flying_key(&mut self, key: Key) -> bool {
        match key.code {
            KeyCode::Down | KeyCode::Right | KeyCode::F(8) | KeyCode::Tab | KeyCode::Char('n' | 'j') => self.fly_on(1),
            KeyCode::Up | KeyCode::Left | KeyCode::F(7) | KeyCode::Char('p' | 'k') => self.fly_on(-1),
            KeyCode::Home => self.fly_on(isize::MIN),
            KeyCode::End => self.fly_on(isize::MAX),
            KeyCode::Esc | KeyCode::Char('q') => self.land(),
            KeyCode::Enter => self.stay(),
            _ => return false,
        }
        true
    }

    /// From the list to the map.
    fn fly(&mut self) {
        if layout::areas(self).is_none() || self.desk.quality.fault().is_none() {
            return;
        }
        let Some(view) = self.view_state() else { return };
        self.desk.quality.flying = Some(view);
        self.desk.in_detail = true;
        self.fly_on(0);
    }

    /// To the fault so many lines on.
    fn fly_on(&mut self, by: isize) {
        let count = self.desk.quality.count();
        self.desk.quality.cursors[Part::Faults as usize].by(by, count);
        self.desk.scroll = 0;
        let Some(fault) = self.desk.quality.fault().cloned() else { return };
        let Some(home) = self.workspace.as_ref().map(|workspace| workspace.home.clone()) else { return };
        let first = fault.units.first().map(|unit| unit.uid);
        // Ground that nobody covers is seen among the units that should cover it.
        let below = (fault.kind == FaultKind::Gap).then(|| self.level_below(&fault.level)).flatten();
        let (place, listing) = match below {
            Some(level) => (first.or(home.place), Listing::Units(level)),
            None => (home.place, Listing::Units(fault.level.clone())),
        };
        let extent = Some(around(&fault.extent));
        let Some(view) = &mut self.view else { return };
        *view = ViewState { place, listing, extent, selection: first, scope: Default::default(), only_flagged: false, ..view.clone() };
        self.dress();
    }

    /// Back to the list; the map is as it was.
    fn land(&mut self) {
        if let Some(view) = self.desk.quality.flying.take() {
            self.view = Some(view);
        }
        self.desk.in_detail = false;
        self.dress();
    }

    /// Leaves the screen and stays where the fault is; Esc leads back.
    fn stay(&mut self) {
        if let Some(before) = self.desk.quality.flying.take() {
            self.trail.push(before);
        }
        self.close_screen();
        self.dress();
    }

    /// Before the screen is closed by something else.
    pub(super) fn end_flight(&mut self) {
        if self.desk.quality.flying.is_some() {
            self.land();
        }
    }

    /// The samples under a pattern: the fault that was flown to, else the uncovered ground.
    pub(super) fn hatch(&self, raster: &Raster) -> Vec<bool> {
        if self.desk.quality.flying.is_some() {
            let Some(fault) = self.desk.quality.fault() else { return Vec::new() };
            let sign;
            let rings = if fault.rings_deg.is_empty() {
                sign = [sign_at(raster, fault.place_deg)];
                sign.as_slice()
            } else {
                fault.rings_deg.as_slice()
            };
            return mask(raster, [rings]);
        }
        let Some(page) = self.gaps.as_deref().filter(|_| self.gaps_shown) else { return Vec::new() };
        mask(raster, page.faults.iter().map(|fault| fault.rings_deg.as_slice()))
    }
}

/// What is flown to: the fault with its surroundings.
fn around(extent: &Extent) -> Extent {
    let [x, y] = extent.centre_deg();
    let half = |low: f64, high: f64| ((high - low) * AROUND).max(NEAREST_DEG) / 2.0;
    let (w, h) = (half(extent.min_x_deg, extent.max_x_deg), half(extent.min_y_deg, extent.max_y_deg));
    Extent { min_x_deg: x - w, min_y_deg: y - h, max_x_deg: x + w, max_y_deg: y + h }
}

/// A small diamond around a place.
fn sign_at(raster: &Raster, [x, y]: [f64; 2]) -> Vec<[f64; 2]> {
    let e = &raster.extent;
    let dx = (e.max_x_deg - e.min_x_deg) / raster.width().max(1) as f64 * SIGN_SAMPLES;
    let dy = (e.max_y_deg - e.min_y_deg) / raster.height().max(1) as f64 * SIGN_SAMPLES;
    vec![[x - dx, y], [x, y + dy], [x + dx, y], [x, y - dy]]
}
