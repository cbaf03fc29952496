//! A city's boundaries: from GeoJSON to packs, and from packs to shapes.
//!
//! `XIANTU_CITY` names a folder with `grids.geojson` (12,000 grids, 36 MB, property `code`); where
//! it is not set, a smaller layer is made up.

use std::fmt::Write as _;
use std::path::Path;

use divan::{Bencher, counter::BytesCount};
use xiantu::domain::id::Uid;
use xiantu::gis::pack::{LODS, Pack, PackUnit, build_packs, decode_into};
use xiantu::gis::read::{Features, ReadSpec, read_features};
use xiantu::gis::shape::Shapes;
use xiantu::gis::{topology, validate};

fn main() {
    divan::main();
}

/// Vertices along one side of a made-up grid.
const BENDS: u32 = 25;

fn text() -> Vec<u8> {
    match std::env::var_os("XIANTU_CITY") {
        Some(folder) => std::fs::read(Path::new(&folder).join("grids.geojson")).expect("grids.geojson in $XIANTU_CITY"),
        None => made_up(50, 50),
    }
}

/// Square grids with shared, bent sides.
fn made_up(cols: u32, rows: u32) -> Vec<u8> {
    let bend = |n: u32| f64::from(n.wrapping_mul(2_654_435_761) >> 20) * 1e-7;
    let mut out = String::from("{\"type\":\"FeatureCollection\",\"features\":[\n");
    for (row, col) in (0..rows).flat_map(|r| (0..cols).map(move |c| (r, c))) {
        let south = |r: u32| (0..BENDS).map(move |n| (col * BENDS + n, r * BENDS));
        let west = |c: u32| (0..BENDS).map(move |n| (c * BENDS, row * BENDS + n));
        let shift = |(x, y): (u32, u32), dx, dy| (x + dx, y + dy);
        let there = south(row).chain(west(col + 1));
        let back = south(row + 1).rev().map(|p| shift(p, 1, 0)).chain(west(col).rev().map(|p| shift(p, 0, 1)));
        let places: Vec<String> = there
            .chain(back)
            .map(|(x, y)| {
                format!("[{:.7},{:.7}]", 107.0 + f64::from(x) * 4e-4 + bend(y * 7 + x), 36.0 + f64::from(y) * 4e-4 + bend(x * 5 + y))
            })
            .collect();
        let comma = if row + col == 0 { "" } else { ",\n" };
        let _ = write!(
            out,
            "{comma}{{\"type\":\"Feature\",\"properties\":{{\"code\":\"{row:03}{col:03}\"}},\"geometry\":{{\"type\":\"Polygon\",\"coordinates\":[[{},{}]]}}}}",
            places.join(","),
            places[0]
        );
    }
    out.push_str("\n]}\n");
    out.into_bytes()
}

fn read(text: &[u8]) -> Features {
    let spec = ReadSpec { file: "grids.geojson".to_owned(), id_field: "code".to_owned(), ..ReadSpec::default() };
    read_features(&mut &text[..], Some(text.len() as u64), &spec, &mut Vec::new(), &mut |_| {}).expect("a good file")
}

fn packs(features: &Features) -> Vec<Pack> {
    let units: Vec<PackUnit> =
        features.records.iter().map(|r| PackUnit { uid: Uid::of_unit("c", "t", "l", &r.code), parent: None }).collect();
    let order: Vec<u32> = (0..).take(units.len()).collect();
    build_packs(features, &units, &order)
}

#[divan::bench(sample_count = 5)]
fn parse(bencher: Bencher) {
    let text = text();
    bencher.counter(BytesCount::of_slice(&text)).bench(|| read(&text));
}

#[divan::bench(sample_count = 5)]
fn find_shared_borders(bencher: Bencher) {
    let features = read(&text());
    bencher.bench(|| topology::build(&features));
}

#[divan::bench(sample_count = 5)]
fn pack_all_levels(bencher: Bencher) {
    let features = read(&text());
    bencher.bench(|| packs(&features));
}

#[divan::bench(sample_count = 5)]
fn find_crossings(bencher: Bencher) {
    let features = read(&text());
    bencher.bench(|| validate::mark_crossings(&features, "grids.geojson", &mut Vec::new()));
}

#[divan::bench(args = 0..LODS.len(), sample_count = 5)]
fn decode(bencher: Bencher, lod: usize) {
    let packs: Vec<Pack> = packs(&read(&text())).into_iter().filter(|p| usize::from(p.lod) == lod).collect();
    bencher.bench(|| {
        let mut shapes = Shapes::default();
        packs.iter().for_each(|p| decode_into(&p.bytes, &|_| true, &mut shapes).expect("a good pack"));
        shapes
    });
}
