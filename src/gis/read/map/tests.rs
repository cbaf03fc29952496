use super::*;
use crate::gis::read::GeometryKind;

fn open(text: &str, layer: Option<&str>) -> Result<MapFile, Problem> {
    let content = Content::Bytes(text.as_bytes().into());
    MapFile::open(vec![MapInput { name: "a.json".to_owned(), content }], &MapChoice { layer: layer.map(str::to_owned), encoding: None })
}

fn read(text: &str, id_field: &str) -> Result<(Features, Vec<String>), String> {
    let spec = ReadSpec {
        file: "a.json".to_owned(),
        id_field: id_field.to_owned(),
        parent_field: Some("up.adcode".to_owned()),
        ..ReadSpec::default()
    };
    let mut problems = Vec::new();
    let features = open(text, None).and_then(|map| map.features(&spec, &mut problems, &mut |_| {})).map_err(|p| p.to_string())?;
    Ok((features, problems.iter().map(Problem::to_string).collect()))
}

/// Two squares side by side: the arc between them is used forwards and backwards.
const TOPOLOGY: &str = r#"{"type":"Topology","transform":{"scale":[0.001,0.01],"translate":[107,36]},
"objects":{"points":{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[10,20],"id":1}]},
"units":{"type":"GeometryCollection","geometries":[
{"type":"Polygon","arcs":[[0,1]],"id":"007","properties":{"name":"甲","up":{"adcode":62}}},
{"type":"MultiPolygon","arcs":[[[-1,2]]],"properties":{"code":8}},
{"type":"GeometryCollection","geometries":[{"type":"LineString","arcs":[0]},{"type":"Polygon","arcs":[[0,1]]}],"id":9},
{"type":null,"id":10},{"type":"Polygon","arcs":[[7]],"id":11},{"type":"Polygon","arcs":[[1,1]],"id":12}]}},
"arcs":[[[100,0],[0,100]],[[100,100],[-100,0],[0,-100],[100,0]],[[100,0],[100,0],[0,100],[-100,0]]]}"#;

#[test]
fn topojson_arcs_become_rings() {
    let map = open(TOPOLOGY, None).expect("a topology");
    assert_eq!((map.format(), map.layer(), map.layers().join(" ")), (MapFormat::TopoJson, Some("units"), "points units".to_owned()));
    let (features, problems) = read(TOPOLOGY, "@id").expect("features");
    assert_eq!(features.records.iter().map(|r| r.code.as_str()).collect::<Vec<_>>(), ["007", "9", "10", "11", "12"]);
    let ring =
        |n: usize| features.rings_deg(&features.records[n])[0].iter().map(|p| p.map(|v| (v * 1e6).round() / 1e6)).collect::<Vec<_>>();
    assert_eq!(ring(0), [[107.1, 36.0], [107.1, 37.0], [107.0, 37.0], [107.0, 36.0]]);
    assert_eq!(features.records[0].parent.as_deref(), Some("62"));
    assert_eq!(features.records[1].kind, GeometryKind::Polygon);
    assert_eq!(
        problems,
        [
            "E_MAP_LAYERS a.json: units, points, units",
            "E_GEOJSON_NO_ID a.json #2 [@id]",
            "E_GEOM_PARTS a.json #3: 1",
            "E_GEOM_NONE a.json #4",
            "E_TOPO_ARC a.json #5: 7",
            "E_TOPO_JOIN a.json #6: 1",
        ]
    );
    let (features, _) = read(TOPOLOGY, "code").expect("features");
    // The ring of the second square begins with the shared border, backwards.
    let ring: Vec<_> = features.rings_deg(&features.records[0])[0].iter().map(|p| p.map(|v| (v * 1e3).round() / 1e3)).collect();
    assert_eq!((ring.len(), ring[0], ring[1]), (4, [107.1, 37.0], [107.1, 36.0]));
    let points = open(TOPOLOGY, Some("points")).expect("a layer").overview(&mut |_| {}).expect("a point");
    assert_eq!((points.points, points.extent), (1, Some([[107.01, 36.2]; 2])));
    assert_eq!(open(TOPOLOGY, Some("x")).err().map(|p| p.to_string()).as_deref(), Some("E_MAP_LAYER a.json: x, points, units"));
}

#[test]
fn an_arc_that_is_used_too_often_does_not_fill_memory() {
    let arc: Vec<String> = (0..100).map(|n| format!("[{},{}]", n % 2, n % 3)).collect();
    let uses = vec!["0"; 4000].join(",");
    let text =
        format!(r#"{{"type":"Topology","objects":{{"a":{{"type":"LineString","id":1,"arcs":[{uses}]}}}},"arcs":[[{}]]}}"#, arc.join(","));
    let (features, problems) = read(&text, "@id").expect("a file");
    assert_eq!(features.coords_deg.len(), 0);
    assert!(problems[0].starts_with("E_TOPO_JOIN") || problems[0].starts_with("E_GEOM_TOO_MANY"), "{problems:?}");
}

/// One square of 1/1024 degrees by ECharts' encoding: steps 0 0, 2 0, 0 2, -2 0, 0 -2.
const ENCODED: &str = r#""@@D@@DC@@C""#;

#[test]
fn echarts_maps_are_decoded_as_json_and_inside_a_script() {
    let features = format!(
        r#"[{{"type":"Feature","id":621002,"properties":{{"name":"甲","cp":[1,2]}},"geometry":{{"type":"Polygon","coordinates":[{ENCODED}],"encodeOffsets":[[109568,36864]]}}}},
        {{"type":"Feature","id":"b","properties":{{}},"geometry":{{"type":"MultiPolygon","coordinates":[[{ENCODED}]],"encodeOffsets":[[[109568,36864]]]}}}},
        {{"type":"Feature","id":"c","properties":{{}},"geometry":{{"type":"Polygon","coordinates":["@@D"],"encodeOffsets":[[109568,36864]]}}}}]"#
    );
    let json = format!(r#"{{"type":"FeatureCollection","UTF8Encoding":true,"features":{features}}}"#);
    let script = format!(
        "!function(A,B){{return B.registerMap?void B.registerMap('庆\\u9633',{{type:'FeatureCollection',features:{features},UTF8Encoding:!0,}}):0}}()"
    );
    for text in [json, script] {
        let (features, problems) = read(&text, "@id").expect("features");
        assert_eq!(features.records.iter().map(|r| r.code.as_str()).collect::<Vec<_>>(), ["621002", "b", "c"]);
        let corner = 107.0 + 2.0 / 1024.0;
        assert_eq!(
            features.rings_deg(&features.records[0])[0],
            [[107.0, 36.0], [corner, 36.0], [corner, 36.0 + 2.0 / 1024.0], [107.0, 36.0 + 2.0 / 1024.0]]
        );
        assert_eq!(features.rings_deg(&features.records[1]), features.rings_deg(&features.records[0]));
        assert_eq!(problems, ["E_ECHARTS_ODD a.json #3: 3"]);
    }
    for (script, expected) in [
        ("registerMap(name,map)", "E_ECHARTS_MAP a.json"),
        ("registerMap('x',{a:[1,2,})", "E_GEOJSON_SYNTAX a.json:1: 25, })"),
        ("\nregisterMap('x',{a:f(1)})", "E_GEOJSON_SYNTAX a.json:2: 21, f(1)})"),
        ("registerMap('x',{a:1,'a':2})", "E_GEOJSON_KEY_TWICE a.json:1: 25, :2})"),
        ("registerMap('x',{type:1})", "E_GEOJSON_NO_FEATURES a.json"),
    ] {
        assert_eq!(read(script, "@id"), Err(expected.to_owned()), "{script}");
    }
    let deep = format!("registerMap('x',{{a:{}", "[".repeat(100_000));
    assert!(read(&deep, "@id").is_err_and(|e| e.starts_with("E_GEOJSON_DEPTH")));
}

#[test]
fn a_system_named_behind_the_features_is_used() {
    let text = r#"{"type":"FeatureCollection","features":[{"type":"Feature","id":1,"properties":{},"geometry":{"type":"Point","coordinates":[36450000,4000000]}}],"crs":{"properties":{"name":"EPSG:4524"}}}"#;
    let (features, _) = read(text, "@id").expect("features");
    assert_eq!(features.converted_from.as_deref(), Some("EPSG:4524"));
    assert!((features.coords_deg[0][0] - 107.444_549_643_1).abs() < 1e-9);
}

#[test]
fn what_is_no_map_is_named() {
    for (text, expected) in [
        ("PK\u{3}\u{4}", "E_MAP_FORMAT a.json: zip"),
        ("<!DOCTYPE html>", "E_MAP_FORMAT a.json: HTML"),
        ("SQLite format 3\0", "E_MAP_FORMAT a.json: SQLite"),
        ("编码,名称\n1,甲", "E_GEOJSON_NOT_JSON a.json:1: 编码,名称\\n1,甲"),
        ("", "E_GEOJSON_EMPTY a.json"),
    ] {
        assert_eq!(read(text, "@id"), Err(expected.to_owned()));
    }
}
