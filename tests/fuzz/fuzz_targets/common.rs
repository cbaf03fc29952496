//! What every target does with a map: look at it, read it, and hold what came out against the rules.

use xiantu::gis::read::{Content, MapChoice, MapFile, MapInput, ReadSpec};

/// A file of a map.
pub fn input(name: &str, bytes: &[u8]) -> MapInput {
    MapInput { name: name.to_owned(), content: Content::Bytes(bytes.into()) }
}

/// Opens and reads a map. Whatever the bytes are: nothing panics, and every place lies on Earth.
pub fn read(inputs: Vec<MapInput>) {
    if let Ok(map) = MapFile::open(inputs, &MapChoice::default()) {
        check(&map);
    }
}

/// Reads an open map.
pub fn check(map: &MapFile) {
    let _ = map.overview(&mut |_| {});
    for crs in [None, Some("EPSG:4524"), Some("bd09 swapped")] {
        let spec = ReadSpec {
            file: map.name().to_owned(),
            id_field: "code".to_owned(),
            name_field: Some("name".to_owned()),
            parent_field: Some("up.code".to_owned()),
            crs: crs.map(str::to_owned), area_field: None };
        let mut problems = Vec::new();
        match map.features(&spec, &mut problems, &mut |_| {}) {
            Ok(features) => {
                assert!(features.coords_deg.iter().all(|p| p[0].abs() <= 180.0 && p[1].abs() <= 90.0));
                assert_eq!(features.read as usize, features.records.len() + features.skipped as usize);
                features.records.iter().for_each(|r| drop(features.rings_deg(r)));
            }
            Err(_) => assert!(problems.is_empty()),
        }
    }
}
