#![no_main]

mod common;

use xiantu::gis::read::{MapFile, Row, RowLayer};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let row = Row { cells: vec![Some("1".to_owned())], geometry: bytes.to_vec() };
    let layer = RowLayer { name: "a".to_owned(), headings: vec!["code".to_owned()], rows: vec![row], crs: None };
    common::check(&MapFile::of_rows("a.gpkg", vec!["a".to_owned()], true, layer));
});
