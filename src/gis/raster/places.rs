//! Where the units of a filled raster can be labelled, and which of them have no sample.

use super::cell_of;
use crate::domain::scene::{Anchor, Crowd, OUTSIDE, Raster, SAMPLES_X, SAMPLES_Y};

/// Samples of a cell.
const SAMPLES: usize = SAMPLES_X * SAMPLES_Y;
/// Cells of room that one row of distance from the middle outweighs.
const ROOM_PER_ROW: f32 = 1.5;

/// The best place found so far for one unit.
#[derive(Clone, Copy)]
struct Best {
    /// Samples of the unit in all.
    samples: u32,
    score: f32,
    x_cells: f32,
    y_cells: u16,
    room_cells: u16,
}

const NOWHERE: Best = Best { samples: 0, score: f32::NEG_INFINITY, x_cells: 0.0, y_cells: 0, room_cells: 0 };

/// Fills `anchors`, `crowds` and `hidden_share` from the samples.
pub(super) fn find(raster: &mut Raster) {
    let best = best_places(raster);
    raster.anchors = best
        .iter()
        .enumerate()
        .filter(|(_, best)| best.samples > 0)
        .map(|(unit, b)| Anchor { unit: unit as u32, x_cells: b.x_cells, y_cells: b.y_cells, room_cells: b.room_cells })
        .collect();
    raster.anchors.sort_unstable_by_key(|a| (std::cmp::Reverse(best[a.unit as usize].samples), a.unit));

    let mut hidden: Vec<(u16, u16, u32)> = best
        .iter()
        .enumerate()
        .filter(|(_, best)| best.samples == 0)
        .filter_map(|(unit, _)| cell_of(raster, *raster.middle_deg.get(unit)?).map(|(col, row)| (row, col, unit as u32)))
        .collect();
    hidden.sort_unstable();
    raster.hidden_share = hidden.len() as f32 / (hidden.len() + raster.anchors.len()).max(1) as f32;
    raster.crowds = hidden
        .chunk_by(|a, b| (a.0, a.1) == (b.0, b.1))
        .map(|crowd| Crowd { col: crowd[0].1, row: crowd[0].0, units: crowd.iter().map(|c| c.2).collect() })
        .collect();
}

fn best_places(raster: &Raster) -> Vec<Best> {
    let mut best = vec![NOWHERE; raster.units.len()];
    let width = raster.width();
    for (row, lines) in (0..raster.size.rows_cells).zip(raster.samples.chunks_exact(width * SAMPLES_Y)) {
        let lines: [&[u32]; SAMPLES_Y] = std::array::from_fn(|y| &lines[y * width..(y + 1) * width]);
        let mut run = (OUTSIDE, 0u16);
        for col in 0..raster.size.cols_cells {
            let x = usize::from(col) * SAMPLES_X;
            let cell = lines.map(|line| [line[x], line[x + 1]]);
            let first = cell[0][0];
            let whole = cell.iter().flatten().fold(0, |differs, unit| differs | (unit ^ first)) == 0;
            let unit = if whole { first } else { OUTSIDE };
            if unit != run.0 {
                offer_run(raster, &mut best, run, col, row);
                run = (unit, col);
            }
            if !whole {
                offer_part(&mut best, cell.as_flattened(), col, row);
            }
        }
        offer_run(raster, &mut best, run, raster.size.cols_cells, row);
    }
    best
}

/// A run of cells wholly inside a unit (or outside all): the widest, but rather near the unit's middle.
fn offer_run(raster: &Raster, best: &mut [Best], (unit, from): (u32, u16), to: u16, row: u16) {
    let Some(best) = best.get_mut(unit as usize) else { return };
    let room_cells = to - from;
    best.samples += u32::from(room_cells) * SAMPLES as u32;
    let e = raster.extent;
    let middle = raster.middle_deg.get(unit as usize).map_or(f64::NAN, |m| (e.max_y_deg - m[1]) / (e.max_y_deg - e.min_y_deg));
    let middle_row = middle as f32 * f32::from(raster.size.rows_cells) - 0.5;
    let away = (middle_row - f32::from(row)).abs();
    // Above any score of a place in a part of a cell.
    let score = 1e6 + f32::from(room_cells) - ROOM_PER_ROW * if away.is_finite() { away } else { 0.0 };
    if score > best.score {
        *best = Best { score, x_cells: f32::from(from + to) / 2.0, y_cells: row, room_cells, ..*best };
    }
}

/// A cell of several units: for a unit that has no whole cell, the one with most of its samples.
fn offer_part(best: &mut [Best], cell: &[u32], col: u16, row: u16) {
    for (at, &unit) in cell.iter().enumerate() {
        if unit == OUTSIDE || cell[..at].contains(&unit) {
            continue;
        }
        let samples = cell[at..].iter().filter(|&&u| u == unit).count() as u32;
        if let Some(b) = best.get_mut(unit as usize) {
            b.samples += samples;
            if samples as f32 > b.score {
                *b = Best { score: samples as f32, x_cells: f32::from(col) + 0.5, y_cells: row, room_cells: 0, ..*b };
            }
        }
    }
}
