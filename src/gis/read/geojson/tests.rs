use proptest::prelude::*;

use super::*;
use crate::gis::read::GeometryKind;

fn spec(id_field: &str) -> ReadSpec {
    ReadSpec {
        file: "maps/a.geojson".to_owned(),
        id_field: id_field.to_owned(),
        name_field: Some("名称".to_owned()),
        parent_field: Some("up.code".to_owned()),
        crs: None,
        area_field: None,
    }
}

/// Reads with a window of so many bytes at first.
fn read_in(window_bytes: usize, mut bytes: &[u8], spec: &ReadSpec) -> Result<(Features, Vec<Problem>), Problem> {
    let (mut problems, mut progress) = (Vec::new(), |_| {});
    let mut reader = Reader::new(Source::new(&mut bytes, window_bytes), Gather::new(spec), &mut progress);
    reader.file()?;
    Ok((reader.gather.finish(&mut problems)?, problems))
}

fn read_bytes(mut bytes: &[u8], spec: &ReadSpec) -> Result<(Features, Vec<Problem>), Problem> {
    let mut problems = Vec::new();
    let len = bytes.len() as u64;
    let mut heard = 0;
    let features = read_features(&mut bytes, Some(len), spec, &mut problems, &mut |done| heard = done)?;
    assert_eq!(heard, len, "progress ends at the end");
    Ok((features, problems))
}

fn read(text: &str) -> Result<(Features, Vec<Problem>), Problem> {
    read_bytes(text.as_bytes(), &spec("code"))
}

fn refusal(text: &str) -> String {
    read(text).err().map(|p| p.to_string()).unwrap_or_default()
}

fn codes(problems: &[Problem]) -> Vec<&str> {
    problems.iter().map(|p| p.code.as_str()).collect()
}

const SQUARE: &str = r#"{"type":"Polygon","coordinates":[[[107,36],[108,36],[108,37],[107,37],[107,36]]]}"#;

fn feature(code: &str, geometry: &str) -> String {
    format!(r#"{{"type":"Feature","properties":{{"code":{code}}},"geometry":{geometry}}}"#)
}

fn collection(features: &[String]) -> String {
    format!("{{\"type\":\"FeatureCollection\",\"features\":[\n{}\n]}}", features.join(",\n"))
}

#[test]
fn codes_stay_text_and_names_are_cleaned() {
    let text = r#"{ "features" : [
      {"geometry": null, "id": 7, "properties": {"code": "000121", "名称": "上\u001b[31m坝\ud840\udc0b村", "up": {"code": 99012100}}, "type": "Feature"},
      {"type":"Feature","properties":{"code":990121,"名称":" "},"geometry":{"coordinates":[[[107,36],[108,36],[108,37],[107,36]]],"type":"Polygon"}}
    ], "name": ["a", {"b": [1.5e3, true, false, null]}], "type": "FeatureCollection"}"#;
    let (features, problems) = read(text).expect("a good file");
    let [a, b] = &features.records[..] else { panic!("{features:?}") };
    assert_eq!((a.code.as_str(), a.name.as_deref(), a.parent.as_deref()), ("000121", Some("上[31m坝𠀋村"), Some("99012100")));
    assert_eq!((a.record, a.line, a.kind), (1, 2, GeometryKind::None));
    assert_eq!((b.code.as_str(), b.name.as_deref(), b.parent.as_deref()), ("990121", None, None));
    assert_eq!((b.record, b.line, b.kind), (2, 3, GeometryKind::Polygon));
    assert_eq!(features.rings_deg(b), [&[[107.0, 36.0], [108.0, 36.0], [108.0, 37.0]]]);
    assert_eq!((features.read, features.skipped), (2, 0));
    assert_eq!(codes(&problems), ["E_GEOM_NONE", "E_GEOJSON_NAME_TEXT"]);
    assert_eq!((problems[0].spot.line, problems[0].spot.record, problems[0].severity), (Some(2), Some(1), Severity::Mark));
}

#[test]
fn the_own_id_serves_as_code() {
    let text = collection(&[format!(r#"{{"type":"Feature","id":"0621002","properties":null,"geometry":{SQUARE}}}"#)]);
    let (features, _) = read_bytes(text.as_bytes(), &spec("@id")).expect("a good file");
    assert_eq!(features.records[0].code, "0621002");
}

#[test]
fn one_feature_and_one_per_line_are_collections_too() {
    let lines = ["\"a\"", "\"b\"", "\"c\""].map(|c| feature(c, SQUARE));
    for (text, read_count) in [
        (lines[0].clone(), 1),
        (lines.join("\n"), 3),
        (format!("{}\r\n", lines.join("\r\n")), 3),
        (format!("\u{1e}{}\n", lines.join("\n\u{1e}")), 3),
    ] {
        let (features, problems) = read(&text).expect("a good file");
        assert_eq!((features.read, features.records.len(), problems.len()), (read_count, read_count as usize, 0));
        assert_eq!(features.records.last().map(|r| r.line), Some(u64::from(read_count)));
    }
}

#[test]
fn a_window_that_ends_anywhere_changes_nothing() {
    let geometry =
        r#"{"type":"MultiPolygon","coordinates":[[[[-0.5e1,36.123456789012345678],[108,36],[108,37],[-5,36.123456789012345678]]]]}"#;
    let text = collection(&[
        feature("\"县\\u53bf\"", geometry),
        feature("12", SQUARE),
        feature("\"x\"", r#"{"type":"Point","coordinates":[NaN,1]}"#),
    ]);
    let whole = read(&text).expect("a good file");
    for window_bytes in 1..200 {
        assert_eq!(read_in(window_bytes, text.as_bytes(), &spec("code")), Ok(whole.clone()), "{window_bytes}");
    }
    // Windows that begin and end at every byte of a step.
    for cut in 0..text.len() {
        let mut cursor = Cursor::new(&text.as_bytes()[..cut], false, 1, 0);
        assert!(matches!(cursor.skip(), Err(Stop::More)), "{cut}");
    }
}

#[test]
fn a_feature_larger_than_the_window_is_read() {
    let ring: Vec<String> = (0..40_000).map(|n| format!("[{}.0000001,{}]", 100 + n % 7, f64::from(n) / 1000.0)).collect();
    let big = format!(r#"{{"type":"Polygon","coordinates":[[{},{}]]}}"#, ring.join(","), ring[0]);
    let (features, problems) = read(&collection(&[feature("1", SQUARE), feature("2", &big)])).expect("a good file");
    assert_eq!((features.coords_deg.len(), problems.len()), (40_000 + 5 + 1, 0));
    assert_eq!(features.rings_deg(&features.records[1])[0].len(), 40_000);
}

#[test]
fn what_is_no_geojson_is_refused_with_its_kind_and_place() {
    let deep = format!(r#"{{"type":"FeatureCollection","a":{}{}}}"#, "[".repeat(200_000), "]".repeat(200_000));
    let long_number = format!(r#"{{"type":"FeatureCollection","a":1.{}}}"#, "0".repeat(100));
    let long_string = format!(r#"{{"a":"{}"}}"#, "x".repeat(70_000));
    for (text, expected) in [
        ("", "E_GEOJSON_EMPTY"),
        (" \n", "E_GEOJSON_EMPTY"),
        ("<html>", "E_GEOJSON_NOT_JSON maps/a.geojson:1: <html>"),
        ("[1]", "E_GEOJSON_ARRAY"),
        (r#"{"type":"Topology","objects":{}}"#, "E_GEOJSON_TOPOJSON"),
        (r#"{"type":"Polygon","coordinates":[]}"#, "E_GEOJSON_KIND"),
        (r#"{"type":"FeatureCollection"}"#, "E_GEOJSON_NO_FEATURES"),
        (r#"{"type":"FeatureCollection","features":[]}"#, "E_GEOJSON_NO_FEATURES"),
        (r#"{"type":"FeatureCollection","features":null}"#, "E_GEOJSON_NO_FEATURES maps/a.geojson:1"),
        ("\u{1f}\u{8}\u{8}\0", "E_GEOJSON_NOT_JSON"),
        (r#"{"features":[],"features":[]}"#, "E_GEOJSON_KEY_TWICE maps/a.geojson:1: 16, features"),
        ("{\"type\":\"FeatureCollection\",\n\"features\":[\n{]", "E_GEOJSON_SYNTAX maps/a.geojson:3 #1: 44, ]"),
        ("{\"type\":\"FeatureCollection\",\"features\":[]}\n{}", "E_GEOJSON_SYNTAX maps/a.geojson:2: 44, {}"),
        (r#"{"type":"FeatureCollection","features":[007]}"#, "E_GEOJSON_SYNTAX maps/a.geojson:1 #1: 41, 007]}"),
        ("{\"a\":\"\u{1b}\"}", "E_GEOJSON_SYNTAX"),
        (&deep, "E_GEOJSON_DEPTH maps/a.geojson:1: 64, 32"),
        (r#"{"crs":{"type":"name","properties":{"name":"EPSG:2349"}},"features":[]}"#, "E_CRS_DATUM maps/a.geojson:1 [crs]: EPSG:2349"),
        (&long_number, "E_GEOJSON_NUMBER maps/a.geojson:1: 33, 64"),
        (&long_string, "E_GEOJSON_STRING maps/a.geojson:1: 7, 64"),
    ] {
        let found = refusal(text);
        assert!(found.starts_with(expected), "{found}\n{expected}");
    }
}

#[test]
fn other_encodings_are_refused_and_a_byte_order_mark_is_marked() {
    let good = collection(&[feature("1", SQUARE)]);
    let utf16: Vec<u8> = good.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let marked = [&[0xff, 0xfe], &utf16[..]].concat();
    // 诚 in GBK ends in a byte that reads as an escape: DC 5C.
    let gbk = [good.as_bytes(), b"\n"].concat();
    let gbk: Vec<u8> = String::from_utf8_lossy(&gbk).replace("{\"code\":1}", "{\"n\":\"@@\",\"code\":1}").into_bytes();
    let at = gbk.windows(2).position(|w| w == b"@@").expect("the place");
    let gbk = [&gbk[..at], &[0x95, 0x5c], &gbk[at + 2..]].concat();
    let code = |bytes: &[u8]| read_bytes(bytes, &spec("code")).err().map(|p| p.to_string());
    assert_eq!(code(&utf16).as_deref(), Some("E_GEOJSON_UTF16 maps/a.geojson"));
    assert_eq!(code(&marked).as_deref(), Some("E_GEOJSON_UTF16 maps/a.geojson"));
    assert_eq!(code(&gbk), Some(format!("E_GEOJSON_ENCODING maps/a.geojson:2 #1: {}", at + 1)));
    let (_, problems) = read(&format!("\u{feff}{good}")).expect("a good file");
    assert_eq!(codes(&problems), ["E_GEOJSON_BOM"]);
}

#[test]
fn a_truncated_file_is_refused_wherever_it_ends_and_leaves_nothing() {
    let text = collection(&[feature("\"a\"", SQUARE), feature("\"b\"", SQUARE)]);
    for cut in 1..text.len() {
        let problem = read_in(7, &text.as_bytes()[..cut], &spec("code")).expect_err("cut short");
        assert_eq!(problem.code, "E_GEOJSON_TRUNCATED", "{cut}");
        let mut problems = Vec::new();
        let result = read_features(&mut &text.as_bytes()[..cut], None, &spec("code"), &mut problems, &mut |_| {});
        assert_eq!((result, problems), (Err(problem), Vec::new()));
    }
    let two_and_a_half = format!("{},{}", &text[..text.len() - 3], &feature("\"c\"", SQUARE)[..60]);
    assert_eq!(refusal(&two_and_a_half), format!("E_GEOJSON_TRUNCATED maps/a.geojson:3 #3: {}, 2", two_and_a_half.len() + 1));
}

#[test]
fn an_unusable_geometry_costs_the_geometry_and_not_the_unit() {
    for (geometry, code, arg) in [
        (r#"{"type":"Point","coordinates":[NaN,36]}"#, "E_GEOM_NUMBER", "NaN,36"),
        (r#"{"type":"Point","coordinates":[107,-Infinity]}"#, "E_GEOM_NUMBER", "107,-Infinity"),
        (r#"{"type":"Point","coordinates":[1e400,36]}"#, "E_GEOM_NUMBER", "1e400,36"),
        (r#"{"type":"Point","coordinates":[36.1,116.3]}"#, "E_GEOM_SWAPPED", "36.1,116.3"),
        (r#"{"type":"Point","coordinates":[216.1,16.3]}"#, "E_GEOM_RANGE", "216.1,16.3"),
        (r#"{"type":"Point","coordinates":[1e-400,39]}"#, "E_GEOM_NUMBER", "1e-400,39"),
        (r#"{"type":"Point","coordinates":[38512345.5,3991234]}"#, "E_GEOM_METRES", "38512345.5,3991234"),
        (r#"{"type":"Point","coordinates":["107",36]}"#, "E_GEOM_COORDINATES", ""),
        (r#"{"type":"Point","coordinates":[107]}"#, "E_GEOM_COORDINATES", ""),
        (r#"{"type":"Polygon","coordinates":[[[107,36],[[1]]]]}"#, "E_GEOM_COORDINATES", ""),
        (r#"{"type":"Polygon","coordinates":[[107,36],[108,36]]}"#, "E_GEOM_SHAPE", "Polygon"),
        (r#"{"type":"Circle","coordinates":[107,36]}"#, "E_GEOM_KIND", "Circle"),
        (r#"{"type":"Polygon","coordinates":[[[107,36],[108,36],[107,36]]]}"#, "E_GEOM_NO_RING", "1"),
        (r#"{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[107,36]}]}"#, "E_GEOM_COLLECTION", "1"),
        (r#""POLYGON((107 36))""#, "E_GEOM_OBJECT", ""),
    ] {
        let text = collection(&[feature("1", SQUARE), feature("2", geometry)]);
        let (features, problems) = read(&text).expect("the file is good");
        assert_eq!(features.records.iter().map(|r| r.kind).collect::<Vec<_>>(), [GeometryKind::Polygon, GeometryKind::None], "{geometry}");
        let [problem] = &problems[..] else { panic!("{geometry}: {problems:?}") };
        let spot = &problem.spot;
        assert_eq!((problem.code.as_str(), problem.severity, spot.line, spot.record), (code, Severity::Aside, Some(3), Some(2)));
        assert_eq!(problem.args, [arg]);
        assert_eq!(features.rings.len(), 1, "{geometry}");
    }
}

#[test]
fn geometry_of_use_is_taken_with_a_mark() {
    let open = r#"{"type":"Polygon","coordinates":[[[107,36],[108,36],[108,37]]]}"#;
    let flat = r#"{"type":"Polygon","coordinates":[[[100.1,20.1],[100.2,20.2],[100.3,20.3],[100.1,20.1]],[[107,36],[108,36],[108,37],[107,36]],[[1,1],[1,1]]]}"#;
    let mixed = format!(r#"{{"geometries":[{{"type":"Point","coordinates":[1,2]}},{SQUARE}],"type":"GeometryCollection"}}"#);
    let heights = r#"{"type":"LineString","coordinates":[[107,36,1480.5],[108,36,1490]]}"#;
    let empty = r#"{"type":"MultiPolygon","coordinates":[[[]]]}"#;
    let features = [open, flat, &mixed, heights, empty, r#"{"type":"MultiPoint","coordinates":[[1,2],[3,4]]}"#];
    let text = collection(&features.map(|g| feature("1", g)));
    let (features, problems) = read(&text).expect("a good file");
    use GeometryKind::{Line, None, Point, Polygon};
    assert_eq!(features.records.iter().map(|r| r.kind).collect::<Vec<_>>(), [Polygon, Polygon, Polygon, Line, None, Point]);
    assert_eq!(features.records.iter().map(|r| r.rings.len()).collect::<Vec<_>>(), [1, 1, 1, 1, 0, 1]);
    assert_eq!(features.records.iter().map(|r| r.had_z).collect::<Vec<_>>(), [false, false, false, true, false, false]);
    let expected = ["E_GEOM_RING_OPEN", "E_GEOM_RING_SHORT", "E_GEOM_RING_FLAT", "E_GEOM_PARTS", "E_GEOM_NONE", "E_GEOM_Z"];
    assert_eq!(codes(&problems), expected);
    assert!(problems.iter().all(|p| p.severity == Severity::Mark));
}

#[test]
fn features_without_a_code_are_kept_aside_unless_none_has_one() {
    let text = collection(&[
        feature("null", SQUARE),
        feature("[1]", SQUARE),
        feature("\"\\u200b1\"", SQUARE),
        "7".to_owned(),
        feature("8", SQUARE),
    ]);
    let (features, problems) = read(&text).expect("a good file");
    assert_eq!((features.read, features.skipped, features.records.len()), (5, 4, 1));
    assert_eq!(codes(&problems), ["E_GEOJSON_NO_ID", "E_GEOJSON_NO_ID", "E_GEOJSON_ID_TEXT", "E_GEOJSON_NOT_A_FEATURE"]);
    assert_eq!(features.records[0].record, 5);
    let refused = read_bytes(text.as_bytes(), &spec("编码")).err().map(|p| p.to_string());
    assert_eq!(refused.as_deref(), Some("E_GEOJSON_NO_ID_FIELD maps/a.geojson: 编码, code"));
}

#[test]
fn members_given_twice_are_refused_wherever_they_stand() {
    let twice = format!(r#"{{"type":"Point","coordinates":[1,1]}},"geometry":{SQUARE}"#);
    let inside = r#"{"type":"Point","coordinates":[1,1],"type":"Point"}"#;
    let many: Vec<String> = (0..40).map(|n| format!("\"k{}\":1", n % 39)).collect();
    let many = format!(r#"{{"type":"Point","coordinates":[1,1],{}}}"#, many.join(","));
    for (geometry, key) in [(&twice[..], "geometry"), (inside, "type"), (&many, "k0")] {
        for text in [collection(&[feature("\"a\"", geometry)]), feature("\"a\"", geometry)] {
            let found = refusal(&text);
            assert!(found.starts_with("E_GEOJSON_KEY_TWICE") && found.ends_with(key), "{found}");
        }
    }
}

#[test]
fn metres_everywhere_mean_a_projected_file() {
    let text = collection(&[feature("1", r#"{"type":"Point","coordinates":[38512345.5,3991234]}"#)]);
    assert_eq!(refusal(&text), "E_CRS_METRES maps/a.geojson: 38512345.5,3991234, EPSG:4526");
}

#[test]
fn projected_numbers_are_converted_where_the_system_is_said() {
    let place = r#"{"type":"Point","coordinates":[38512345.5,3991234]}"#;
    let near = |features: &Features| {
        let [x, y] = features.coords_deg[0];
        assert!((x - 114.137_011_794_2).abs() < 1e-9 && (y - 36.051_213_677_2).abs() < 1e-6, "{x} {y}");
        assert_eq!(features.converted_from.as_deref(), Some("EPSG:4526"));
    };
    let plain = collection(&[feature("1", place)]);
    let stated = ReadSpec { crs: Some("EPSG:4526".to_owned()), ..spec("code") };
    near(&read_bytes(plain.as_bytes(), &stated).expect("a good file").0);
    let crs = r#""crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::4526"}}"#;
    let named = plain.replacen('{', &format!("{{{crs},"), 1);
    let (features, _) = read(&named).expect("a good file");
    assert_eq!(features.converted_from.as_deref(), Some("urn:ogc:def:crs:EPSG::4526"));
    // A name behind the features is heard too late, and used at the second reading.
    let late = format!("{},{crs}}}", plain.trim_end_matches('}'));
    let other = refusal(&late.replace("[38512345.5,3991234]", "[1,2]"));
    assert_eq!(other, "E_CRS_LATE maps/a.geojson:3 [crs]: urn:ogc:def:crs:EPSG::4526");
    // What a person says goes before what the file says.
    let shifted = ReadSpec { crs: Some("gcj02".to_owned()), ..spec("code") };
    let other = named.replace("[38512345.5,3991234]", "[107.5,36.2]");
    let (features, problems) = read_bytes(other.as_bytes(), &shifted).expect("a good file");
    assert_eq!(codes(&problems), ["E_CRS_DIFFERS"]);
    assert!((features.coords_deg[0][0] - 107.5).abs() > 0.001);
}

#[test]
fn numbers_that_do_not_fit_the_stated_system_are_refused() {
    let stated = |crs: &str, place: &str| {
        let text = collection(&[feature("1", &format!(r#"{{"type":"Point","coordinates":[{place}]}}"#))]);
        let spec = ReadSpec { crs: Some(crs.to_owned()), ..spec("code") };
        read_bytes(text.as_bytes(), &spec).err().map(|p| p.to_string()).unwrap_or_default()
    };
    // The zone number is there and the system has none; the other way round; the axes are swapped.
    assert_eq!(stated("EPSG:4547", "38512345,3991234"), "E_CRS_MISFIT maps/a.geojson [crs]: EPSG:4547, 38512345.0,3991234.0, EPSG:4526");
    assert!(stated("EPSG:4526", "512345,3991234").starts_with("E_CRS_MISFIT"));
    assert!(stated("EPSG:4526", "3991234,38512345").ends_with("EPSG:4526 swapped"));
    assert_eq!(stated("EPSG:4526 swapped", "3991234,38512345"), "");
    assert_eq!(stated("EPSG:4547", "107,36"), "E_CRS_DEGREES maps/a.geojson [crs]: EPSG:4547");
    assert_eq!(stated("EPSG:4490", "36.1,116.3"), "E_CRS_SWAPPED maps/a.geojson: 36.1,116.3");
    assert_eq!(stated("EPSG:4490 swapped", "36.1,116.3"), "");
}

#[test]
fn latitude_first_in_the_west_is_marked() {
    let (_, problems) = read(&collection(&[feature("1", r#"{"type":"Point","coordinates":[39.5,76.0]}"#)])).expect("a good file");
    assert_eq!(codes(&problems), ["E_CRS_LOOKS_SWAPPED"]);
}

#[test]
fn an_overview_tells_the_fields() {
    let text = r#"{"type":"FeatureCollection","crs":"EPSG:4490","features":[
        {"type":"Feature","id":7,"properties":{"编码":"007","up":{"adcode":62},"n":1.50},"geometry":{"type":"Point","coordinates":[107.5,36]}},
        {"type":"Feature","id":8,"properties":{"编码":"007","up":{"adcode":null}},"geometry":null}]}"#;
    for window_bytes in [7, 4096] {
        let (mut bytes, spec, mut progress) = (text.as_bytes(), spec("x"), |_| {});
        let mut reader = Reader::new(Source::new(&mut bytes, window_bytes), Gather::overview(&spec, |_| false), &mut progress);
        reader.file().expect("a good file");
        let found = reader.gather.finish_overview().expect("features");
        let fields: Vec<_> = found.fields.iter().map(|f| (f.name.as_str(), f.values.join(" "), f.distinct, f.empty)).collect();
        let text = |t: &str| t.to_owned();
        assert_eq!(
            fields,
            [("@id", text("7 8"), 2, 0), ("编码", text("007 007"), 1, 0), ("up.adcode", text("62"), 1, 1), ("n", text("1.50"), 1, 1)]
        );
        assert_eq!((found.features, found.points, found.crs.as_deref()), (2, 1, Some("EPSG:4490")));
        assert_eq!(found.extent, Some([[107.5, 36.0]; 2]));
        assert_eq!(found.crs_candidates().first().map(|c| c.crs.as_str()), Some("EPSG:4490"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_bytes_make_the_reader_panic(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6), step in 1_usize..40) {
        let geometry = r#"{"type":"GeometryCollection","geometries":[{"type":"Polygon","coordinates":[[[107.5,36],[-1e2,36],[108,37,5],[107.5,36]]]}]}"#;
        let mut bytes = collection(&[feature("\"\\ud840\\udc0b\"", geometry), feature("12", SQUARE)]).into_bytes();
        for (place, byte) in changes {
            let at = place.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok((features, _)) = read_in(step, &bytes, &spec("code")) {
            for record in &features.records {
                for ring in features.rings_deg(record) {
                    prop_assert!(ring.iter().all(|p| p[0].abs() <= 180.0 && p[1].abs() <= 90.0));
                }
            }
        }
    }
}

#[test]
fn a_slip_among_many_is_told_and_a_habit_is_not() {
    let named = |n: u32, code: &str, name: &str| {
        format!(r#"{{"type":"Feature","properties":{{"code":{code}{n:03}{code},"名称":{name}}},"geometry":{SQUARE}}}"#, code = code)
    };
    let mut many: Vec<String> = (100..300).map(|n| named(n, "\"", "\"村\"")).collect();
    many[40] = named(140, "", "\"村\"");
    many[50] = named(150, "\"", "null");
    let (_, problems) = read(&collection(&many)).expect("a good file");
    assert_eq!(codes(&problems), ["E_GEOJSON_ID_NUMBER", "E_GEOJSON_NAME_NONE"]);
    assert_eq!([problems[0].spot.record, problems[1].spot.record], [Some(41), Some(51)]);
    let all: Vec<String> = (100..300).map(|n| named(n, "", "null")).collect();
    assert_eq!(codes(&read(&collection(&all)).expect("a good file").1), [] as [&str; 0]);
}
