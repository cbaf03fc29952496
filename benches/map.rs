//! The map of a city at 200×60 cells: full redraw, drill step, recolour, what lies over it.

use divan::{Bencher, black_box};
use xiantu::domain::id::Uid;
use xiantu::domain::scene::{Extent, MapSize, Raster};
use xiantu::gis::compose::{Dress, Fill, Glyphs, LabelText, Layer, Pin, compose};
use xiantu::gis::raster::rasterise;
use xiantu::gis::shape::{Ring, SNAP_PER_DEG, Shapes};

const SIZE: MapSize = MapSize { cols_cells: 200, rows_cells: 60, cell_aspect: 2.0 };

fn main() {
    divan::main();
}

/// A whole number that looks random, the same for the same input.
fn noise(a: u32, b: u32) -> u32 {
    let mut h = a.wrapping_mul(0x9e37_79b1) ^ b.wrapping_mul(0x85eb_ca77);
    h ^= h >> 15;
    h = h.wrapping_mul(0x2c1b_3c6d);
    h ^ h >> 13
}

/// A lattice of `cols` × `rows` units whose corners are moved and whose sides have `steps` wobbling
/// pieces, shared by both neighbours; every 40 or so units have one parent.
fn lattice(cols: u32, rows: u32, steps: u32) -> Shapes {
    let side = SNAP_PER_DEG / f64::from(cols.max(rows));
    let jitter = |x: u32, y: u32, salt: u32| (f64::from(noise(x ^ salt << 16, y) % 1000) / 1000.0 - 0.5) * 0.6;
    let corner = |x: u32, y: u32| [f64::from(x) + jitter(x, y, 1), f64::from(y) + jitter(x, y, 2)];
    let line = |a: (u32, u32), b: (u32, u32)| {
        let (p, q) = (corner(a.0, a.1), corner(b.0, b.1));
        (0..=steps).map(move |i| {
            let t = f64::from(i) / f64::from(steps);
            let wobble = if i == 0 || i == steps { 0.0 } else { jitter(a.0 * 97 + i, a.1 * 89 + b.0, 3) / f64::from(steps) };
            [p[0] + (q[0] - p[0]) * t + wobble, p[1] + (q[1] - p[1]) * t + wobble]
        })
    };
    let snap = |p: [f64; 2]| [(110.0 * SNAP_PER_DEG + p[0] * side) as i32, (35.0 * SNAP_PER_DEG + p[1] * side) as i32];
    let mut shapes = Shapes::default();
    for y in 0..rows {
        for x in 0..cols {
            let mut ring: Vec<[i32; 2]> = line((x, y), (x + 1, y)).take(steps as usize).map(snap).collect();
            ring.extend(line((x + 1, y), (x + 1, y + 1)).take(steps as usize).map(snap));
            ring.extend(line((x, y + 1), (x + 1, y + 1)).collect::<Vec<_>>().into_iter().rev().take(steps as usize).map(snap));
            ring.extend(line((x, y), (x, y + 1)).collect::<Vec<_>>().into_iter().rev().take(steps as usize).map(snap));
            let (unit, start) = (shapes.uids.len() as u32, shapes.coords.len() as u32);
            let deg = |v: Option<i32>| f64::from(v.unwrap_or_default()) / SNAP_PER_DEG;
            let extent = Extent {
                min_x_deg: deg(ring.iter().map(|c| c[0]).min()),
                min_y_deg: deg(ring.iter().map(|c| c[1]).min()),
                max_x_deg: deg(ring.iter().map(|c| c[0]).max()),
                max_y_deg: deg(ring.iter().map(|c| c[1]).max()),
            };
            shapes.uids.push(Uid::of_unit("990121", "bench", "leaf", &unit.to_string()));
            shapes.parents.push(Some(Uid::of_unit("990121", "bench", "top", &format!("{}/{}", x / 7, y / 6))));
            shapes.middle_deg.push(extent.centre_deg());
            shapes.extents.push(extent);
            shapes.coords.append(&mut ring);
            shapes.rings.push(Ring { unit, start, end: shapes.coords.len() as u32 });
        }
    }
    shapes
}

/// Classes in rings around the middle.
fn smooth(raster: &Raster) -> Vec<Fill> {
    let middle = raster.extent.centre_deg();
    let class = |m: &[f64; 2]| (m[0] - middle[0]).hypot(m[1] - middle[1]) * 9.0;
    raster.middle_deg.iter().map(|m| Fill::Class(class(m) as u8 % 5)).collect()
}

fn random(raster: &Raster) -> Vec<Fill> {
    (0..raster.units.len() as u32).map(|unit| Fill::Class((noise(unit, 7) % 5) as u8)).collect()
}

fn worst(fill: Fill) -> u8 {
    if let Fill::Class(class) = fill { class } else { 0 }
}

fn dress<'a>(fills: &'a [Fill], labels: &'a [LabelText]) -> Dress<'a> {
    Dress { fills, selected: Some(77), labels, glyphs: Glyphs::Octant, pattern: false, hatch: &[], badges: &[], worst: &worst, layer: None }
}

/// The 20 largest units would like a label of four ideographs.
fn labels(raster: &Raster) -> Vec<LabelText> {
    let text = |unit| LabelText { unit, text: "青禾新村".to_owned(), width_cells: 8, priority: 0 };
    raster.anchors.iter().take(20).map(|a| text(a.unit)).collect()
}

fn draw(shapes: &Shapes, extent: Option<Extent>) -> usize {
    let Some(raster) = rasterise(shapes, extent, SIZE, 1, &[]) else { return 0 };
    let (fills, labels) = (smooth(&raster), labels(&raster));
    compose(&raster, &dress(&fills, &labels), |_| 2).len()
}

mod full_redraw {
    use super::*;

    /// 12,000 units, 1.2 million vertices: nothing simplified.
    #[divan::bench]
    fn all_vertices(bencher: Bencher<'_, '_>) {
        let shapes = lattice(120, 100, 25);
        bencher.bench_local(|| draw(black_box(&shapes), None));
    }

    /// 12,000 units, 48,000 vertices: the level of detail of this size.
    #[divan::bench]
    fn level_of_detail(bencher: Bencher<'_, '_>) {
        let shapes = lattice(120, 100, 1);
        bencher.bench_local(|| draw(black_box(&shapes), None));
    }
}

mod drill {
    use super::*;

    /// 40 units, 48,000 vertices.
    #[divan::bench]
    fn raster(bencher: Bencher<'_, '_>) {
        let shapes = lattice(8, 5, 300);
        bencher.bench_local(|| rasterise(black_box(&shapes), None, SIZE, 1, &[]));
    }

    /// A corner of the city: its 12,000 boxes are looked at, few are filled.
    #[divan::bench]
    fn corner(bencher: Bencher<'_, '_>) {
        let shapes = lattice(120, 100, 1);
        let extent = shapes.extent().map(|e| e.scaled(0.1));
        bencher.bench_local(|| rasterise(black_box(&shapes), extent, SIZE, 1, &[]));
    }
}

mod recolour {
    use super::*;

    fn recolour(bencher: Bencher<'_, '_>, cols: u32, rows: u32, fills: fn(&Raster) -> Vec<Fill>) {
        let Some(raster) = rasterise(&lattice(cols, rows, 1), None, SIZE, 1, &[]) else { return };
        let (fills, labels) = (fills(&raster), labels(&raster));
        bencher.bench_local(|| compose(black_box(&raster), &dress(&fills, &labels), |_| 2));
    }

    #[divan::bench]
    fn city_smooth(bencher: Bencher<'_, '_>) {
        recolour(bencher, 120, 100, smooth);
    }

    #[divan::bench]
    fn city_random(bencher: Bencher<'_, '_>) {
        recolour(bencher, 120, 100, random);
    }

    #[divan::bench]
    fn villages(bencher: Bencher<'_, '_>) {
        recolour(bencher, 20, 15, smooth);
    }
}

mod overlay {
    use super::*;

    /// Six outlined regions, 40 routes right across the map, 300 stations with names.
    fn layer(raster: &Raster) -> Layer {
        let (width, height) = (raster.width(), raster.height());
        let sample = |of: &dyn Fn(f64, f64) -> bool| -> Vec<bool> {
            (0..width * height).map(|n| of((n % width) as f64 / width as f64, (n / width) as f64 / height as f64)).collect()
        };
        let circle = |n: u32| {
            let middle = [0.2 + 0.3 * f64::from(n % 3), 0.3 + 0.4 * f64::from(n / 3)];
            sample(&move |x, y| (x - middle[0]).hypot(y - middle[1]) < 0.17)
        };
        let on_route =
            |x: f64, y: f64| (0..40u32).any(|n| (y - f64::from(n) / 40.0 - 0.02 * (x * 20.0 + f64::from(n)).sin()).abs() < 0.002);
        let pin = |n: u32| Pin {
            col: (noise(n, 1) % 200) as u16,
            row: (noise(n, 2) % 60) as u16,
            sign: 'o',
            labels: vec![("党群服务中心".to_owned(), 12), ("中心".to_owned(), 4)],
        };
        Layer { outlines: (0..6).map(circle).collect(), lines: sample(&on_route), pins: (0..300).map(pin).collect() }
    }

    /// A whole frame of a drawn map with everything over it.
    #[divan::bench]
    fn points_lines_and_regions(bencher: Bencher<'_, '_>) {
        let Some(raster) = rasterise(&lattice(120, 100, 1), None, SIZE, 1, &[]) else { return };
        let (fills, labels, layer) = (smooth(&raster), labels(&raster), layer(&raster));
        bencher.bench_local(|| compose(black_box(&raster), &Dress { layer: Some(&layer), ..dress(&fills, &labels) }, |_| 2));
    }

    /// The stations alone.
    #[divan::bench]
    fn points(bencher: Bencher<'_, '_>) {
        let Some(raster) = rasterise(&lattice(120, 100, 1), None, SIZE, 1, &[]) else { return };
        let (fills, labels, layer) =
            (smooth(&raster), labels(&raster), Layer { outlines: Vec::new(), lines: Vec::new(), ..layer(&raster) });
        bencher.bench_local(|| compose(black_box(&raster), &Dress { layer: Some(&layer), ..dress(&fills, &labels) }, |_| 2));
    }
}
