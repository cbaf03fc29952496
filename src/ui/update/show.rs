//! What is shown: indicator, period, classes, filter, extent; copying.

use crate::domain::indicator::Classing;
use crate::domain::page::Row;
use crate::domain::view_state::Scope;
use crate::ui::action::Action;
use crate::ui::message::Effect;
use crate::ui::model::Model;
use crate::ui::number;

/// A press of `+` halves the map; 1/64 of the place is near enough for a grid.
const ZOOM: f64 = 0.5;
const CLOSEST: f64 = 1.0 / 64.0;
/// Share of the map that a press pans.
const PAN: f64 = 0.25;

impl Model {
    /// Switches to the n-th indicator.
    pub(super) fn indicator(&mut self, n: usize) {
        let Some(workspace) = self.workspace.clone() else { return };
        let Some(indicator) = workspace.indicators.get(n) else {
            let text = self.session.lang.fill("ui.toast.no_indicator", &[&workspace.indicators.len()]);
            self.refuse(text);
            return;
        };
        if let Some(view) = &mut self.view {
            view.indicator = indicator.id.clone();
            // Another indicator has other periods: its newest. It is real.
            view.period = None;
            view.what_if = None;
        }
        let text = self.indicator_label(indicator).to_owned();
        self.say(text);
    }

    pub(super) fn period(&mut self, by: isize) {
        let Some(home) = self.home.clone() else { return };
        let now = home.period.and_then(|period| home.periods.iter().position(|p| *p == period));
        let to = now.and_then(|n| n.checked_add_signed(by)).and_then(|n| home.periods.get(n));
        match to {
            Some(period) => {
                if let Some(view) = &mut self.view {
                    view.period = Some(*period);
                }
            }
            None => {
                let text = self.text(if home.periods.is_empty() {
                    "ui.toast.no_periods"
                } else if by < 0 {
                    "ui.toast.first_period"
                } else {
                    "ui.toast.last_period"
                });
                self.say(text);
            }
        }
    }

    pub(super) fn classing(&mut self) {
        let Some(view) = &mut self.view else { return };
        view.classing = match view.classing {
            Classing::Policy => Classing::Quantile,
            Classing::Quantile => Classing::Equal,
            Classing::Equal => Classing::Natural,
            Classing::Natural => Classing::Policy,
        };
        let text = self.text(classing_key(self.view.as_ref().map(|v| v.classing).unwrap_or_default()));
        self.say(text);
    }

    pub(super) fn only_flagged(&mut self) {
        let Some(view) = &mut self.view else { return };
        view.only_flagged = !view.only_flagged;
        let text = self.text(if self.view.as_ref().is_some_and(|v| v.only_flagged) { "ui.toast.only_flagged" } else { "ui.toast.all" });
        self.say(text);
    }

    pub(super) fn set_scope(&mut self, scope: Scope) {
        let Some(view) = &mut self.view else { return };
        view.scope = scope;
        if view.scope.is_all() {
            let text = self.text("ui.toast.scope_cleared");
            self.say(text);
        }
    }

    pub(super) fn zoom(&mut self, action: Action) {
        let (Some(raster), Some(view)) = (self.map.raster.clone(), &mut self.view) else { return };
        let now = view.extent.unwrap_or(raster.extent);
        let width = |e: &crate::domain::scene::Extent| e.max_x_deg - e.min_x_deg;
        match action {
            Action::ZoomReset => view.extent = None,
            Action::ZoomOut => {
                let wider = now.scaled(1.0 / ZOOM);
                view.extent = self.map.fit.filter(|fit| width(&wider) < width(fit)).map(|_| wider);
            }
            _ => {
                let closest = self.map.fit.map_or(0.0, |fit| width(&fit) * CLOSEST);
                if width(&now) * ZOOM < closest {
                    let text = self.text("ui.toast.closest");
                    self.say(text);
                    return;
                }
                let unit = self.map.units.get(self.selected).copied().flatten();
                let middle = unit.and_then(|u| raster.middle_deg.get(u as usize)).copied().filter(|m| m[0].is_finite());
                let mut closer = now.scaled(ZOOM);
                if let Some([x, y]) = middle {
                    let [cx, cy] = closer.centre_deg();
                    closer = closer.moved((x - cx) / width(&closer), (y - cy) / (closer.max_y_deg - closer.min_y_deg));
                }
                view.extent = Some(closer);
            }
        }
    }

    pub(super) fn pan(&mut self, action: Action) {
        let (Some(raster), Some(view)) = (&self.map.raster, &mut self.view) else { return };
        let (east, north) = match action {
            Action::PanWest => (-PAN, 0.0),
            Action::PanEast => (PAN, 0.0),
            Action::PanNorth => (0.0, PAN),
            _ => (0.0, -PAN),
        };
        let moved = view.extent.unwrap_or(raster.extent).moved(east, north);
        // The place never leaves the map altogether.
        if self.map.fit.is_none_or(|fit| fit.intersects(&moved)) {
            view.extent = Some(moved);
        }
    }

    pub(super) fn copy(&mut self, action: Action) {
        let Some(row) = self.row() else { return };
        let text = match action {
            Action::CopyName => row.name.clone(),
            Action::CopyCode => row.code.clone(),
            _ => self.line(row),
        };
        let said = self.session.lang.fill("ui.toast.copied", &[&text.chars().count()]);
        self.effects.push(Effect::Copy(text));
        self.say(said);
    }

    /// A row as text for a table: code, name, value, n/N, leads, marks.
    fn line(&self, row: &Row) -> String {
        let value = self.home.as_ref().map_or_else(String::new, |home| number::shown(self.session.lang, &home.indicator, &row.shown));
        let share = format!("{}/{}", row.shown.reported, row.shown.due);
        [row.code.clone(), row.name.clone(), value, share, row.leads.to_string(), row.marks.to_string()].join("\t")
    }
}

/// Key of the name of a way of cutting classes.
pub(in crate::ui) fn classing_key(classing: Classing) -> &'static str {
    match classing {
        Classing::Policy => "ui.classing.policy",
        Classing::Quantile => "ui.classing.quantile",
        Classing::Equal => "ui.classing.equal",
        Classing::Natural => "ui.classing.natural",
    }
}
