#![no_main]

mod common;

// The first two bytes say where the .shp ends; then come .dbf and .prj, cut by the next two.
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((&[a, b, c, d], rest)) = bytes.split_first_chunk::<4>() else { return };
    let (shp, rest) = rest.split_at(usize::from(u16::from_le_bytes([a, b])).min(rest.len()));
    let (dbf, prj) = rest.split_at(usize::from(u16::from_le_bytes([c, d])).min(rest.len()));
    common::read(vec![common::input("a.shp", shp), common::input("a.dbf", dbf), common::input("a.prj", prj)]);
});
