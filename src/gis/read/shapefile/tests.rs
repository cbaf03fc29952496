use std::io::Cursor;

use proptest::prelude::*;
use shapefile::record::{Point, PointZ, Polygon, PolygonRing, Polyline, PolylineZ};
use shapefile::{ShapeWriter, record::EsriShape};

use crate::domain::problem::Problem;
use crate::gis::read::{Content, Features, GeometryKind, MapChoice, MapFile, MapInput, ReadSpec};

/// `.shp` and `.shx` as the shapefile crate writes them.
fn written<S: EsriShape>(shapes: &[S]) -> (Vec<u8>, Vec<u8>) {
    let (mut shp, mut shx) = (Cursor::new(Vec::new()), Cursor::new(Vec::new()));
    let mut writer = ShapeWriter::with_shx(&mut shp, &mut shx);
    shapes.iter().for_each(|s| writer.write_shape(s).expect("a shape"));
    writer.finalize().expect("the header");
    drop(writer);
    (shp.into_inner(), shx.into_inner())
}

/// A table with one column of codes, and a number and a logical beside it.
fn table(rows: usize, language: u8, name: &[u8]) -> Vec<u8> {
    let mut out = vec![3, 125, 6, 30];
    out.extend((rows as u32).to_le_bytes());
    out.extend([(33 + 32 * 3) as u8, 0, 1 + 8 + 8 + 1, 0]);
    out.resize(32, 0);
    out[29] = language;
    for (heading, kind, len) in [(b"code", b'C', 8), (b"size", b'N', 8), (b"flag", b'L', 1)] {
        let start = out.len();
        out.extend(heading);
        out.resize(start + 11, 0);
        out.extend([kind, 0, 0, 0, 0, len]);
        out.resize(start + 32, 0);
    }
    out.push(0x0d);
    for n in 0..rows {
        out.push(b' ');
        let mut code = name.to_vec();
        code.push(b'0' + n as u8);
        code.resize(8, b' ');
        out.extend(code);
        out.extend(b"  007.50?");
    }
    out
}

fn input(name: &str, bytes: &[u8]) -> MapInput {
    MapInput { name: name.to_owned(), content: Content::Bytes(bytes.into()) }
}

fn read(inputs: Vec<MapInput>, encoding: Option<&str>) -> Result<(Features, Vec<String>), Problem> {
    let map = MapFile::open(inputs, &MapChoice { encoding: encoding.map(str::to_owned), layer: None })?;
    let spec = ReadSpec {
        file: "a.shp".to_owned(),
        id_field: "code".to_owned(),
        name_field: Some("size".to_owned()),
        parent_field: Some("flag".to_owned()),
        crs: Some("EPSG:4490".to_owned()),
        area_field: None,
    };
    let mut problems = Vec::new();
    let features = map.features(&spec, &mut problems, &mut |_| {})?;
    Ok((features, problems.iter().map(|p| p.code.clone()).collect()))
}

fn set<S: EsriShape>(shapes: &[S]) -> Vec<MapInput> {
    let (shp, shx) = written(shapes);
    vec![input("A.SHX", &shx), input("A.DBF", &table(shapes.len(), 0, b"00")), input("A.SHP", &shp)]
}

#[test]
fn shapes_of_every_kind_are_read_as_the_crate_writes_them() {
    let ring = vec![Point::new(107.0, 36.0), Point::new(107.0, 37.0), Point::new(108.0, 37.0), Point::new(107.0, 36.0)];
    let hole = vec![Point::new(107.1, 36.5), Point::new(107.2, 36.5), Point::new(107.2, 36.6), Point::new(107.1, 36.5)];
    let area = Polygon::with_rings(vec![PolygonRing::Outer(ring.clone()), PolygonRing::Inner(hole)]);
    let (features, problems) = read(set(&[area]), None).expect("areas");
    assert_eq!(problems, Vec::<String>::new());
    let record = &features.records[0];
    assert_eq!(
        (record.code.as_str(), record.kind, record.name.as_deref(), record.parent.as_deref()),
        ("000", GeometryKind::Polygon, Some("007.50"), None)
    );
    assert_eq!(features.rings_deg(record).iter().map(|r| r.len()).collect::<Vec<_>>(), [3, 3]);
    let (features, _) = read(set(&[Point::new(107.5, 36.5), Point::new(1.0, 2.0)]), None).expect("points");
    assert_eq!(features.coords_deg, [[107.5, 36.5], [1.0, 2.0]]);
    let (features, _) = read(set(&[Polyline::new(ring)]), None).expect("lines");
    assert_eq!((features.records[0].kind, features.coords_deg.len()), (GeometryKind::Line, 4));
    let high = |x: f64| PointZ::new(x, 36.0, 1480.0, 0.0);
    let (features, problems) = read(set(&[PolylineZ::new(vec![high(107.0), high(108.0)])]), None).expect("lines");
    assert_eq!((features.records[0].had_z, problems.join(" ")), (true, "E_GEOM_Z".to_owned()));
}

#[test]
fn the_encoding_is_what_is_said_else_what_the_bytes_are() {
    let shp = written(&[Point::new(107.5, 36.5)]).0;
    let code = |name: &[u8], language, encoding, cpg: Option<&str>| {
        let mut inputs = vec![input("a.shp", &shp), input("a.dbf", &table(1, language, name))];
        inputs.extend(cpg.map(|text| input("a.cpg", text.as_bytes())));
        read(inputs, encoding).map(|(f, p)| format!("{} {}", f.records[0].code, p.join(" "))).unwrap_or_else(|p| p.to_string())
    };
    let gbk = b"\xcf\xd8\xd5\xf2";
    assert_eq!(code(gbk, 0, None, Some("GB2312\r\n")), "县镇0 ");
    assert_eq!(code(gbk, 0x4d, None, None), "县镇0 ");
    assert_eq!(code(gbk, 0x57, None, None), "县镇0 E_DBF_ENCODING_GUESS");
    assert_eq!(code("县".as_bytes(), 0, None, None), "县0 E_DBF_ENCODING_GUESS");
    assert_eq!(code(b"ab", 0, None, None), "ab0 ");
    assert_eq!(code(gbk, 0, Some("cp936"), Some("UTF-8")), "县镇0 ");
    assert_eq!(code(gbk, 0, None, Some("UTF-8")), "E_DBF_ENCODING a.dbf #1 [code]: UTF-8");
    assert_eq!(code(gbk, 0, Some("x"), None), "E_DBF_ENCODING_NAME a.dbf: x");
    // The last character of a full field may be cut in two.
    assert_eq!(code(b"1234567", 0, Some("UTF-8"), None), "12345670 ");
    assert_eq!(code("县镇x\u{53bf}".as_bytes(), 0, Some("UTF-8"), None), "县镇x E_DBF_CUT");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_change_of_a_byte_panics_or_loses_records_in_silence(changes in prop::collection::vec((0_usize..3, any::<prop::sample::Index>(), any::<u8>()), 1..4)) {
        let ring = vec![Point::new(107.0, 36.0), Point::new(107.0, 37.0), Point::new(108.0, 37.0), Point::new(107.0, 36.0)];
        let shapes: Vec<_> = (0..3).map(|_| Polygon::new(PolygonRing::Outer(ring.clone()))).collect();
        let (shp, shx) = written(&shapes);
        let mut files = [shp, shx, table(3, 0x4d, b"00")];
        for (file, place, byte) in changes {
            let at = place.index(files[file].len());
            files[file][at] = byte;
        }
        let [shp, shx, dbf] = &files;
        if let Ok((features, _)) = read(vec![input("a.shp", shp), input("a.shx", shx), input("a.dbf", dbf)], None) {
            prop_assert_eq!(features.read, 3);
            prop_assert!(features.coords_deg.iter().all(|p| p[0].abs() <= 180.0 && p[1].abs() <= 90.0));
        }
    }
}
