//! The scanline fill.

use super::Grid;
use crate::gis::shape::{Ring, Shapes};

/// Bits of the column in a packed crossing: 4096 samples and one beyond.
const COLUMN_BITS: u32 = 13;

/// Writes the index of the covering unit into `samples`.
pub(super) fn fill(shapes: &Shapes, grid: &Grid, samples: &mut [u32]) {
    let mut crossings: Vec<u32> = Vec::new();
    for rings in shapes.rings.chunk_by(|a, b| a.unit == b.unit) {
        let unit = rings[0].unit;
        if shapes.extents.get(unit as usize).is_some_and(|e| !e.intersects(&grid.extent)) {
            continue;
        }
        crossings.clear();
        for ring in rings {
            cross(ring_coords(shapes, ring), grid, &mut crossings);
        }
        crossings.sort_unstable();
        // A closed ring crosses every row an even number of times, so a pair never spans two rows.
        for pair in crossings.chunks_exact(2) {
            let row = (pair[0] >> COLUMN_BITS) as usize * grid.cols;
            let column = |packed: u32| (packed & ((1 << COLUMN_BITS) - 1)) as usize;
            samples[row + column(pair[0])..row + column(pair[1])].fill(unit);
        }
    }
}

fn ring_coords<'a>(shapes: &'a Shapes, ring: &Ring) -> &'a [[i32; 2]] {
    shapes.coords.get(ring.start as usize..ring.end as usize).unwrap_or_default()
}

/// Adds where the ring crosses the centre lines of the sample rows, packed as row and column.
fn cross(coords: &[[i32; 2]], grid: &Grid, crossings: &mut Vec<u32>) {
    let Some(&last) = coords.last() else { return };
    let row_of = |at: [i32; 2]| Grid::first_beyond(grid.y(at[1]), grid.rows);
    let (mut from, mut from_row) = (last, row_of(last));
    for &to in coords {
        let to_row = row_of(to);
        // Nearly all edges are shorter than a sample and cross no centre line.
        if to_row != from_row {
            // Both owners of an edge compute it from its upper end, so they agree to the last bit.
            if from_row < to_row {
                cross_edge(from, to, from_row..to_row, grid, crossings);
            } else {
                cross_edge(to, from, to_row..from_row, grid, crossings);
            }
        }
        (from, from_row) = (to, to_row);
    }
}

fn cross_edge(upper: [i32; 2], lower: [i32; 2], rows: std::ops::Range<u32>, grid: &Grid, crossings: &mut Vec<u32>) {
    let (x, y) = (grid.x(upper[0]), grid.y(upper[1]));
    let slope = (grid.x(lower[0]) - x) / (grid.y(lower[1]) - y);
    for row in rows {
        let column = Grid::first_beyond(x + (f64::from(row) - y) * slope, grid.cols);
        crossings.push(row << COLUMN_BITS | column);
    }
}
