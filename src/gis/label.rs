//! Where labels stand.
//!
//! A label stands on cells that are for the most part its unit's, as near to the unit's middle as
//! there is room; one that finds none is left out, never shortened and never laid over another.

use rustc_hash::FxHashMap;

use super::compose::{LabelText, Pin};
use crate::domain::scene::{OUTSIDE, Raster};

/// Samples of a cell, of 8, that make it a unit's own for a label.
const MOST_SAMPLES: usize = 5;
/// Two samples in the middle of a cell, one in each column; nearly all cells that are a unit's own
/// have it in one of them.
const MIDDLE_SAMPLES: [usize; 2] = [2, 5];

/// A stretch of cells of one row that belong to one unit or group.
#[derive(Clone, Copy)]
struct Run {
    key: u32,
    row: u16,
    from: u16,
    to: u16,
}

/// A label or badges with their place.
pub(super) struct Placed<'a> {
    /// Index of the label; `None` for badges alone.
    pub(super) label: Option<usize>,
    /// Badges that stand before it.
    pub(super) badges: &'a [(u32, char)],
    /// First cell.
    pub(super) col: u16,
    /// Row.
    pub(super) row: u16,
}

/// Finds places for labels and badges: the selected unit's first, then by priority.
///
/// Badges stand before their unit's label, else alone; they are never left out while their unit is
/// in the raster, though only the first of several is shown where there is one cell. Pins stand over
/// everything: labels keep clear of them where they can.
pub(super) fn place<'a>(
    raster: &Raster,
    labels: &[LabelText],
    badges: &'a [(u32, char)],
    selected: Option<u32>,
    pins: &[Pin],
) -> Vec<Placed<'a>> {
    let mut free = Free { cols: usize::from(raster.size.cols_cells), taken: Vec::new(), pinned: Vec::new() };
    free.taken = vec![false; free.cols * usize::from(raster.size.rows_cells)];
    free.pin(pins);
    let runs = runs(raster, labels);
    let mut placed: Vec<Placed<'a>> = Vec::new();

    let mut order: Vec<usize> = (0..labels.len()).collect();
    order.sort_by_key(|&at| (Some(labels[at].unit) != selected, std::cmp::Reverse(labels[at].priority), at));
    let mut badges_of: FxHashMap<u32, &'a [(u32, char)]> = badges.chunk_by(|a, b| a.0 == b.0).map(|of| (of[0].0, of)).collect();
    let spots = spots(raster, badges);
    let spot = |badges: &'a [(u32, char)], free: &mut Free, placed: &mut Vec<Placed<'a>>| {
        if let Some(&(col, row)) = spots.get(&badges[0].0) {
            free.take(col, row, 1);
            placed.push(Placed { label: None, badges: &badges[..1], col, row });
        }
    };
    let mut with_label: FxHashMap<u32, &'a [(u32, char)]> = FxHashMap::default();
    with_label.extend(labels.iter().filter_map(|label| Some((label.unit, badges_of.remove(&label.unit)?))));
    for badges in badges.chunk_by(|a, b| a.0 == b.0).filter(|of| badges_of.contains_key(&of[0].0)) {
        spot(badges, &mut free, &mut placed);
    }
    for at in order {
        let label = &labels[at];
        let badges = with_label.remove(&label.unit).unwrap_or_default();
        let width = label.width_cells.saturating_add(badges.len() as u16);
        let first = runs.partition_point(|run| run.key < label.unit);
        let own = runs[first..].chunk_by(|a, b| a.key == b.key).next().filter(|own| own[0].key == label.unit).unwrap_or_default();
        let under = || if pins.is_empty() { None } else { free.nearest_to_middle(own, width, false) };
        if let Some((col, row)) = free.nearest_to_middle(own, width, true).or_else(under) {
            free.take(col, row, width);
            placed.push(Placed { label: Some(at), badges, col, row });
        } else if !badges.is_empty() {
            spot(badges, &mut free, &mut placed);
        }
    }
    placed
}

/// The cell of each unit that has a badge: its anchor, or the crowd it is in.
fn spots(raster: &Raster, badges: &[(u32, char)]) -> FxHashMap<u32, (u16, u16)> {
    if badges.is_empty() {
        return FxHashMap::default();
    }
    let anchors = raster.anchors.iter().map(|a| (a.unit, (a.x_cells as u16, a.y_cells)));
    let crowds = raster.crowds.iter().flat_map(|c| c.units.iter().map(|&unit| (unit, (c.col, c.row))));
    anchors.chain(crowds).collect()
}

/// The runs of all units and groups that have a label, by key.
fn runs(raster: &Raster, labels: &[LabelText]) -> Vec<Run> {
    let units = raster.units.len() as u32;
    let mut wanted = vec![false; raster.units.len() + raster.group.len() + 1];
    for label in labels {
        if let Some(wanted) = wanted.get_mut(label.unit as usize) {
            *wanted = true;
        }
    }
    let wanted = |key: u32| wanted.get(key as usize).is_some_and(|w| *w);
    let group_of =
        |unit: u32| raster.group.get(unit as usize).copied().filter(|&g| g != OUTSIDE).map_or(OUTSIDE, |g| g.saturating_add(units));
    let mut runs = Vec::new();
    if labels.iter().any(|l| l.unit < units) {
        find_runs(raster, |unit| if wanted(unit) { unit } else { OUTSIDE }, &mut runs);
    }
    if labels.iter().any(|l| l.unit >= units) {
        find_runs(raster, |unit| Some(group_of(unit)).filter(|&g| wanted(g)).unwrap_or(OUTSIDE), &mut runs);
    }
    runs.sort_by_key(|run| run.key);
    runs
}

fn find_runs(raster: &Raster, key_of: impl Fn(u32) -> u32, runs: &mut Vec<Run>) {
    for row in 0..raster.size.rows_cells {
        let mut run: Option<Run> = None;
        for col in 0..raster.size.cols_cells {
            let cell = raster.cell(col, row);
            let key = MIDDLE_SAMPLES
                .map(|at| key_of(cell[at]))
                .into_iter()
                .find(|&key| key != OUTSIDE && cell.iter().filter(|&&unit| key_of(unit) == key).count() >= MOST_SAMPLES);
            match (&mut run, key) {
                (Some(run), Some(key)) if run.key == key => run.to = col + 1,
                _ => {
                    runs.extend(run.take());
                    run = key.map(|key| Run { key, row, from: col, to: col + 1 });
                }
            }
        }
        runs.extend(run);
    }
}

/// The cells not yet written on.
struct Free {
    cols: usize,
    taken: Vec<bool>,
    /// Where pins will stand; empty where there are none.
    pinned: Vec<bool>,
}

impl Free {
    fn is_taken(&self, col: u16, row: u16) -> bool {
        self.taken.get(usize::from(row) * self.cols + usize::from(col)).copied().unwrap_or(true)
    }

    /// Keeps where pins will stand.
    fn pin(&mut self, pins: &[Pin]) {
        if !pins.is_empty() {
            self.pinned = vec![false; self.taken.len()];
        }
        for pin in pins {
            if let Some(cell) = self.pinned.get_mut(usize::from(pin.row) * self.cols + usize::from(pin.col)) {
                *cell = true;
            }
        }
    }

    fn is_pinned(&self, col: u16, row: u16) -> bool {
        self.pinned.get(usize::from(row) * self.cols + usize::from(col)).copied().unwrap_or(false)
    }

    /// Takes some cells and one on each side, so that two labels never read as one.
    fn take(&mut self, col: u16, row: u16, width: u16) {
        let start = usize::from(row) * self.cols;
        let (from, to) = (usize::from(col).saturating_sub(1), (usize::from(col) + usize::from(width) + 1).min(self.cols));
        if let Some(cells) = self.taken.get_mut(start + from..start + to) {
            cells.fill(true);
        }
    }

    /// The place of `width` free cells nearest to the middle of all the runs, clear of pins or not.
    fn nearest_to_middle(&self, runs: &[Run], width: u16, clear: bool) -> Option<(u16, u16)> {
        let room = |run: &Run| f32::from(run.to - run.from);
        let cells: f32 = runs.iter().map(room).sum();
        let middle_x = runs.iter().map(|r| room(r) * f32::from(r.from + r.to) / 2.0).sum::<f32>() / cells;
        let middle_y = runs.iter().map(|r| room(r) * f32::from(r.row)).sum::<f32>() / cells;
        let mut best: Option<(f32, u16, u16)> = None;
        for run in runs.iter().filter(|run| width > 0 && run.to - run.from >= width) {
            // A row is about two columns high.
            let down = (f32::from(run.row) - middle_y) * 2.0;
            for col in run.from..=run.to - width {
                let across = f32::from(col) + f32::from(width) / 2.0 - middle_x;
                let away = down * down + across * across;
                if best.is_none_or(|b| away < b.0)
                    && (col..col + width).all(|c| !(self.is_taken(c, run.row) || clear && self.is_pinned(c, run.row)))
                {
                    best = Some((away, col, run.row));
                }
            }
        }
        best.map(|b| (b.1, b.2))
    }
}
