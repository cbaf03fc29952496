//! What the map wears: a fill and a row per unit, labels, badges. Made when the list or the raster
//! changes, not when the screen is drawn.

use std::collections::HashMap;

use crate::domain::id::Uid;
use crate::domain::indicator::Direction;
use crate::domain::page::{HomePage, Row};
use crate::domain::value::State;
use crate::domain::view_state::Listing;
use crate::gis::compose::{Dress, Fill, LabelText, compose};
use crate::ui::model::{Composed, Model, Widths};
use crate::ui::number;

/// The fill of a row.
pub(in crate::ui) fn fill(row: &Row) -> Fill {
    match (row.class, row.shown.reading.state) {
        (Some(class), State::Value) => Fill::Class(class.min(4)),
        (None, State::Value) => Fill::Class(0),
        (_, State::None) => Fill::None,
        (_, State::NotDue) => Fill::NotDue,
        (_, State::Missing) => Fill::Missing,
    }
}

/// Whether high is bad: the other ramp.
pub(in crate::ui) fn is_down(home: &HomePage) -> bool {
    home.indicator.direction == Direction::Down
}

/// How much a fill needs looking at: the classes from bad to good, after what did not come.
fn worst(down: bool, fill: Fill) -> u8 {
    match fill {
        Fill::Class(n) => 20 + if down { n.min(9) } else { 9 - n.min(9) },
        Fill::Missing => 15,
        Fill::None => 5,
        Fill::NotDue => 4,
        Fill::OutOfScope => 1,
        Fill::Outside => 0,
    }
}

/// A label needs room for two Chinese characters.
const LEAST_ROOM: u16 = 4;

impl Model {
    /// Natural widths of the columns of the list.
    fn measure(&mut self) {
        let Some(home) = &self.home else { return };
        let (width, flag) = (self.width(), self.symbols().flag);
        let known = |row: &Row| row.shown.reading.state == State::Value;
        // A list of branches without any value has no column of values.
        let values = home.view.listing != Listing::Branches || home.rows.iter().any(known);
        let base = |row: &Row| u16::from(row.shown.small_base);
        let widest = |of: &dyn Fn(&Row) -> u16| home.rows.iter().map(of).max().unwrap_or(0);
        self.widths = Widths {
            // Where a level is skipped, the unit above tells rows of one name apart.
            name: widest(&|row| width.of(&row.name) + if row.under.is_empty() { 0 } else { 1 + width.of(&row.under) }),
            value: if values { widest(&|row| width.of(&self.shown(home, &row.shown)).saturating_sub(base(row))) } else { 0 },
            base: if values { widest(&base) } else { 0 },
            flags: widest(&|row| width.of(&number::flags(row, flag))),
        };
    }

    /// Composes the cells of the map where anything they depend on changed.
    pub(super) fn compose(&mut self) {
        let (Some(home), Some(raster)) = (&self.home, &self.map.raster) else { return };
        let down = is_down(home);
        let caps = self.session.caps;
        let selected = self.map.units.get(self.selected).copied().flatten();
        let wanted = Composed { dressed: self.map.dressed, selected, caps, down };
        if self.map.composed == Some(wanted) {
            return;
        }
        let dress = Dress {
            fills: &self.map.fills,
            selected,
            labels: &self.map.labels,
            glyphs: caps.glyphs,
            pattern: caps.pattern(),
            badges: &self.map.badges,
            worst: &|fill| worst(down, fill),
            hatch: &self.map.hatch,
            layer: self.layer.is_some().then_some(&self.map.layer),
        };
        let width = self.width();
        self.map.cells = compose(raster, &dress, |text| width.of(text)).into();
        self.map.composed = Some(wanted);
    }

    pub(in crate::ui) fn dress(&mut self) {
        self.measure();
        self.map.dressed += 1;
        let shown = self.home.as_ref().map(|home| (home.view.place, home.view.listing.clone()));
        if let Some((of, raster)) = self.map.incoming.take_if(|(of, _)| Some(&*of) == shown.as_ref()) {
            self.map.of = Some(of);
            self.map.raster = raster;
            self.map.answered = true;
        }
        if self.map.of != shown {
            // The old map stays until the new one is here, but nothing on it can be chosen.
            self.map.units.clear();
            self.map.rows.clear();
            self.map.points.clear();
            return;
        }
        let (Some(home), Some(raster)) = (self.home.clone(), self.map.raster.clone()) else {
            self.map.units.clear();
            return;
        };
        self.map.hatch = self.hatch(&raster);
        self.map.layer = self.laid(&raster);
        let width = self.width();
        let rows: HashMap<Uid, u32> = home.rows.iter().zip(0u32..).map(|(row, n)| (row.uid, n)).collect();
        let row_of: Vec<Option<u32>> = raster.units.iter().map(|uid| rows.get(uid).copied()).collect();
        let mut unit_of = vec![None; home.rows.len()];
        for (unit, row) in (0u32..).zip(&row_of) {
            if let Some(row) = row {
                unit_of[*row as usize] = Some(unit);
            }
        }
        let row = |unit: usize| row_of.get(unit).copied().flatten().and_then(|n| home.rows.get(n as usize));
        // Under branches the land is only the ground that they stand on.
        self.map.fills = (0..raster.units.len()).map(|unit| row(unit).map_or(Fill::OutOfScope, fill)).collect();
        let mut labels = Vec::new();
        for anchor in &raster.anchors {
            if anchor.room_cells < LEAST_ROOM {
                continue;
            }
            let Some(row) = row(anchor.unit as usize) else { continue };
            let value = self.shown(&home, &row.shown);
            let both = format!("{} {value}", row.name);
            // The name where there is room, then the value as well.
            let flagged = u16::from(row.leads > 0 || row.marks > 0);
            let text = [both, row.name.clone()].into_iter().find(|text| width.of(text) + flagged <= anchor.room_cells);
            let Some(text) = text else { continue };
            // The largest first; what has leads or marks before what has none.
            let priority = u32::from(anchor.room_cells) * 2 + u32::from(flagged);
            labels.push(LabelText { unit: anchor.unit, width_cells: width.of(&text), text, priority });
        }
        let flag = self.symbols().flag.chars().next().unwrap_or('*');
        self.map.badges = row_of
            .iter()
            .zip(0u32..)
            .filter_map(|(n, unit)| {
                let row = home.rows.get((*n)? as usize)?;
                if row.marks > 0 {
                    Some((unit, flag))
                } else if row.leads > 0 {
                    Some((unit, '!'))
                } else {
                    None
                }
            })
            .collect();
        let points = raster.points.iter().filter(|_| self.lists_branches());
        self.map.points = points.filter_map(|(uid, col, row)| rows.get(uid).map(|n| (*n as usize, *col, *row))).collect();
        self.map.labels = labels;
        self.map.rows = row_of;
        self.map.units = unit_of;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_class_shows_for_crowds() {
        assert!(worst(false, Fill::Class(0)) > worst(false, Fill::Class(4)));
        assert!(worst(true, Fill::Class(4)) > worst(true, Fill::Class(0)));
        assert!(worst(false, Fill::Class(4)) > worst(false, Fill::Missing));
        assert!(worst(false, Fill::OutOfScope) > worst(false, Fill::Outside));
    }
}
