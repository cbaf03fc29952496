use std::collections::{HashMap, HashSet};

use proptest::prelude::*;

use super::*;
use crate::gis::read::FeatureRecord;

/// Bends between two corners of the grid.
const BENDS: usize = 30;

/// Wobbly units in columns and rows; neighbours share their border, as files write it.
struct Layer {
    features: Features,
    units: Vec<PackUnit>,
    order: Vec<u32>,
}

impl Layer {
    fn new() -> Self {
        Self { features: Features::default(), units: Vec::new(), order: Vec::new() }
    }

    fn add(&mut self, kind: GeometryKind, rings: &[Vec<[f64; 2]>], parent: Option<Uid>) {
        let f = &mut self.features;
        let first = f.rings.len() as u32;
        for ring in rings {
            let start = f.coords_deg.len() as u32;
            f.coords_deg.extend(ring);
            f.rings.push(start..f.coords_deg.len() as u32);
        }
        let n = f.records.len();
        let code = format!("{n:03}");
        self.units.push(PackUnit { uid: Uid::of_unit("c", "t", "l", &code), parent });
        self.order.push(n as u32);
        let rings = first..f.rings.len() as u32;
        f.records.push(FeatureRecord {
            record: n as u64 + 1,
            line: 1,
            code,
            name: None,
            parent: None,
            area: None,
            kind,
            rings,
            had_z: false,
        });
    }

    /// `wobble_deg` gives the offset of a vertex by its number.
    fn grid(cols: usize, rows: usize, wobble_deg: impl Fn(usize) -> f64) -> Self {
        let step = 0.05;
        let corner = |c: usize, r: usize| [107.0 + c as f64 * step, 36.0 + r as f64 * step];
        // Vertices from a corner to the next one east or north, without the far corner.
        let run = |c: usize, r: usize, east: bool| -> Vec<[f64; 2]> {
            let [x, y] = corner(c, r);
            let id = ((r * (cols + 1) + c) * 2 + usize::from(east)) * BENDS;
            let at = |k: usize| {
                let (along, off) = (step * k as f64 / BENDS as f64, if k == 0 { 0.0 } else { wobble_deg(id + k) });
                if east { [x + along, y + off] } else { [x + off, y + along] }
            };
            (0..BENDS).map(at).collect()
        };
        let back = |c: usize, r: usize, east: bool| {
            let mut run = run(c, r, east);
            run.push(if east { corner(c + 1, r) } else { corner(c, r + 1) });
            run.reverse();
            run.pop();
            run
        };
        let mut layer = Self::new();
        let parent = Uid::of_unit("c", "t", "up", "1");
        for r in 0..rows {
            for c in 0..cols {
                let mut ring = [run(c, r, true), run(c + 1, r, false), back(c, r + 1, true), back(c, r, false)].concat();
                // Files begin their rings anywhere.
                let len = ring.len();
                ring.rotate_left((r * 7 + c * 13) % len);
                layer.add(GeometryKind::Polygon, &[ring], (c % 2 == 0).then_some(parent));
            }
        }
        layer
    }

    fn packs(&self) -> Vec<Pack> {
        build_packs(&self.features, &self.units, &self.order)
    }

    fn shapes(&self, lod: usize) -> Shapes {
        let mut out = Shapes::default();
        for pack in self.packs().iter().filter(|p| usize::from(p.lod) == lod) {
            decode_into(&pack.bytes, &|_| true, &mut out).expect("a good pack");
        }
        out
    }
}

fn ring<'a>(shapes: &'a Shapes, ring: &Ring) -> &'a [[i32; 2]] {
    &shapes.coords[ring.start as usize..ring.end as usize]
}

type Edge = ([i32; 2], [i32; 2]);

fn edges(shapes: &Shapes) -> Vec<Edge> {
    let of_ring = |r: &Ring| {
        let ring = ring(shapes, r);
        (0..ring.len()).map(|n| (ring[n], ring[(n + 1) % ring.len()])).collect::<Vec<_>>()
    };
    shapes.rings.iter().flat_map(of_ring).collect()
}

fn unmatched(shapes: &Shapes) -> Vec<Edge> {
    let mut open: HashMap<Edge, i32> = HashMap::new();
    for (a, b) in edges(shapes) {
        *open.entry((a.min(b), a.max(b))).or_default() += 1;
    }
    open.into_iter().filter(|(_, n)| *n == 1).map(|(edge, _)| edge).collect()
}

fn noise(seed: u64) -> impl Fn(usize) -> f64 {
    move |n| {
        let mut x = (n as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ seed;
        x = (x ^ (x >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        ((x >> 40) as f64 / f64::from(1 << 24) - 0.5) * 0.006
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn full_detail_is_the_snapped_original(seed: u64, cols in 1_usize..5, rows in 1_usize..5) {
        let layer = Layer::grid(cols, rows, noise(seed));
        let shapes = layer.shapes(0);
        prop_assert_eq!(&shapes.uids, &layer.units.iter().map(|u| u.uid).collect::<Vec<_>>());
        prop_assert_eq!(&shapes.parents, &layer.units.iter().map(|u| u.parent).collect::<Vec<_>>());
        for (n, record) in layer.features.records.iter().enumerate() {
            let rings = layer.features.rings_deg(record);
            let wanted: Vec<[i32; 2]> = rings[0].iter().map(|p| snap(*p)).collect();
            prop_assert_eq!(ring(&shapes, &shapes.rings[n]), &wanted[..]);
            prop_assert_eq!(shapes.rings[n].unit as usize, n);
            let e = shapes.extents[n];
            prop_assert!(rings[0].iter().all(|p| p[0] >= e.min_x_deg - 1e-7 && p[1] <= e.max_y_deg + 1e-7));
            prop_assert!(crate::gis::measure::contains(&rings, shapes.middle_deg[n]));
        }
    }

    #[test]
    fn shared_borders_stay_shared_at_every_level_of_detail(seed: u64, cols in 1_usize..5, rows in 1_usize..5) {
        let layer = Layer::grid(cols, rows, noise(seed));
        let rim: HashSet<[i32; 2]> = unmatched(&layer.shapes(0)).into_iter().flat_map(|(a, b)| [a, b]).collect();
        let mut before = usize::MAX;
        for lod in 0..LODS.len() {
            let shapes = layer.shapes(lod);
            for (a, b) in unmatched(&shapes) {
                prop_assert!(rim.contains(&a) && rim.contains(&b), "torn at level {lod}: {a:?} {b:?}");
            }
            for r in &shapes.rings {
                let places: HashSet<_> = ring(&shapes, r).iter().collect();
                prop_assert!(places.len() >= 3);
            }
            prop_assert!(shapes.coords.len() <= before);
            before = shapes.coords.len();
        }
        prop_assert!(before < layer.features.coords_deg.len() / 4);
    }

    #[test]
    fn damaged_packs_are_errors_or_shapes_but_never_a_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..5),
        cut: prop::sample::Index,
    ) {
        let pack = Layer::grid(2, 1, noise(1)).packs().swap_remove(3);
        let mut out = Shapes::default();
        prop_assert!(decode_into(&pack.bytes[..cut.index(pack.bytes.len())], &|_| true, &mut out).is_err());
        prop_assert_eq!(&out, &Shapes::default());
        let mut bytes = pack.bytes;
        for (place, byte) in changes {
            let at = place.index(bytes.len());
            bytes[at] = byte;
        }
        if decode_into(&bytes, &|_| true, &mut out).is_ok() {
            prop_assert!(out.rings.iter().all(|r| r.end as usize <= out.coords.len() && (r.unit as usize) < out.uids.len()));
        } else {
            prop_assert_eq!(out, Shapes::default());
        }
    }
}

#[test]
fn a_dropped_vertex_lies_within_the_tolerance() {
    let layer = Layer::grid(1, 1, noise(7));
    let full = layer.shapes(0);
    let metres = |p: [i32; 2]| {
        [f64::from(p[0]) / SNAP_PER_DEG * METRES_PER_DEG * 36_f64.to_radians().cos(), f64::from(p[1]) / SNAP_PER_DEG * METRES_PER_DEG]
    };
    for (lod, tolerance_m) in LODS.iter().enumerate().skip(1) {
        let coarse = edges(&layer.shapes(lod));
        for p in &full.coords {
            let [x, y] = metres(*p);
            let off = coarse.iter().map(|(a, b)| {
                let ([ax, ay], [bx, by]) = (metres(*a), metres(*b));
                let (dx, dy) = (bx - ax, by - ay);
                let t = (((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy)).clamp(0.0, 1.0);
                (x - ax - t * dx).hypot(y - ay - t * dy)
            });
            let off = off.fold(f64::MAX, f64::min);
            assert!(off <= tolerance_m * 1.01, "{off} m at {tolerance_m} m");
        }
    }
}

#[test]
fn an_island_and_the_hole_it_fills_stay_the_same() {
    let bend = noise(3);
    let round = |n: usize| f64::from(n as u32) * std::f64::consts::TAU / 90.0;
    let island: Vec<[f64; 2]> = (0..90).map(|n| [107.5 + 0.02 * round(n).cos() + bend(n), 36.5 + 0.02 * round(n).sin()]).collect();
    let mut hole = island.clone();
    hole.reverse();
    hole.rotate_left(31);
    let shell = vec![[107.0, 36.0], [108.0, 36.0], [108.0, 37.0], [107.0, 37.0]];
    let mut layer = Layer::new();
    layer.add(GeometryKind::Polygon, &[shell, hole], None);
    layer.add(GeometryKind::Polygon, &[island], None);
    for lod in 0..LODS.len() {
        let shapes = layer.shapes(lod);
        assert_eq!(unmatched(&shapes).len(), 4, "level {lod}");
        assert_eq!(shapes.rings.iter().map(|r| r.unit).collect::<Vec<_>>(), [0, 0, 1]);
    }
}

#[test]
fn packs_follow_the_order_and_leave_out_what_has_no_geometry() {
    let mut layer = Layer::grid(10, 10, |_| 0.0);
    layer.add(GeometryKind::None, &[], None);
    layer.add(GeometryKind::Point, &[vec![[107.2, 36.3]]], None);
    layer.order.reverse();
    let packs = layer.packs();
    assert_eq!(packs.len(), LODS.len() * 2);
    assert_eq!(packs.iter().map(|p| p.units.len()).take(2).collect::<Vec<_>>(), [UNITS_PER_PACK, 101 - UNITS_PER_PACK]);
    assert_eq!(packs[0].units[..2], [layer.units[101].uid, layer.units[99].uid]);
    let mut out = Shapes::default();
    let wanted = [layer.units[101].uid, layer.units[98].uid];
    decode_into(&packs[0].bytes, &|uid| wanted.contains(&uid), &mut out).expect("a good pack");
    assert_eq!((out.uids.as_slice(), out.rings.len()), (&wanted[..], 1));
    assert_eq!(out.middle_deg[0], [107.2, 36.3]);
    let e = packs[0].extent;
    assert!((e.max_y_deg - 36.5).abs() < 1e-9 && (e.min_x_deg - 107.0).abs() < 1e-9, "{e:?}");
    assert_eq!(decode_into(&[9], &|_| true, &mut out), Err(PackError::Version(9)));
}

#[test]
fn a_ring_of_one_place_goes_and_one_around_the_world_stays() {
    let mut layer = Layer::new();
    // Snapping leaves one place of a ring that is smaller than a centimetre.
    layer.add(GeometryKind::Polygon, &[vec![[107.0, 36.0], [107.000_000_001, 36.0], [107.0, 36.000_000_001]]], None);
    layer.add(GeometryKind::Polygon, &[vec![[180.0, 60.0], [-180.0, 60.0], [-180.0, -60.0], [180.0, -60.0]]], None);
    for lod in 0..LODS.len() {
        assert_eq!(
            layer.shapes(lod).coords,
            [[1_800_000_000, 600_000_000], [-1_800_000_000, 600_000_000], [-1_800_000_000, -600_000_000], [1_800_000_000, -600_000_000]]
        );
    }
}

#[test]
fn the_level_of_detail_follows_the_size_of_a_sample() {
    let size = MapSize { cols_cells: 100, rows_cells: 50, cell_aspect: 2.0 };
    let high = |km: f64| Extent { min_x_deg: 107.0, min_y_deg: 36.0, max_x_deg: 107.0, max_y_deg: 36.0 + km * 1000.0 / METRES_PER_DEG };
    // 200 rows of samples: 1 km is 5 m a sample.
    assert_eq!(pick_lod(&high(1.0), &size), 0);
    assert_eq!(pick_lod(&high(2.01), &size), 1);
    assert_eq!(pick_lod(&high(8.01), &size), 2);
    assert_eq!(pick_lod(&high(31.0), &size), 2);
    assert_eq!(pick_lod(&high(600.0), &size), 5);
    assert_eq!(pick_lod(&high(1.0), &MapSize { cols_cells: 0, rows_cells: 0, cell_aspect: 2.0 }), 3);
}
