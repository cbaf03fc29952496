use proptest::prelude::*;

use super::*;

fn degrees(crs: &str, position: [f64; 2]) -> Option<[f64; 2]> {
    Crs::parse(crs).and_then(|c| c.converter()).expect("a known system").to_degrees(position)
}

/// Numbers and the longitude and latitude that PROJ 9.5.1 gives for them
/// (`pyproj.Transformer.from_crs(code, 4326, always_xy=True)`, 4490 for CGCS2000).
const PROJ: &[(&str, [f64; 2], [f64; 2])] = &[
    ("EPSG:4526", [38_512_345.5, 3_991_234.0], [114.137_011_794_2, 36.051_213_677_2]),
    ("EPSG:4524", [36_450_000.0, 4_000_000.0], [107.444_549_643_1, 36.129_005_086_4]),
    ("EPSG:4545", [450_000.0, 4_000_000.0], [107.444_549_643_1, 36.129_005_086_4]),
    ("EPSG:4496", [18_450_000.0, 4_000_000.0], [104.444_549_643_1, 36.129_005_086_4]),
    ("EPSG:4508", [450_000.0, 4_000_000.0], [110.444_549_643_1, 36.129_005_086_4]),
    ("EPSG:3857", [11_950_000.25, 4_330_000.75], [107.348_678_698_1, 36.213_226_036_7]),
    ("EPSG:2056", [2_600_072.37, 1_200_147.07], [7.439_583_081_9, 46.952_405_695_5]),
    ("EPSG:5181", [198_236.32, 453_407.856], [126.980_033_229_5, 37.580_220_940_5]),
    ("EPSG:5179", [955_000.0, 1_950_000.0], [126.990_566_903_0, 37.548_238_762_4]),
    ("EPSG:5186", [198_000.0, 550_000.0], [126.977_367_122_1, 37.549_515_806_9]),
    ("EPSG:2154", [652_000.0, 6_862_000.0], [2.345_811_958_7, 48.856_248_141_0]),
    ("EPSG:3035", [4_321_000.0, 3_210_000.0], [10.0, 52.0]),
    ("EPSG:3067", [385_000.0, 6_672_000.0], [24.927_457_713_3, 60.168_665_999_8]),
    ("EPSG:25832", [500_000.0, 5_400_000.0], [9.0, 48.753_013_005_4]),
    ("EPSG:32649", [300_000.0, 4_000_000.0], [108.777_608_614_6, 36.124_095_832_1]),
    ("EPSG:32719", [300_000.0, 8_000_000.0], [-70.889_810_667_0, -18.079_454_749_0]),
];

#[test]
fn the_values_of_proj_are_met_to_a_tenth_of_a_millimetre() {
    for (crs, position, place) in PROJ {
        let found = degrees(crs, *position).expect("inside the system");
        assert!((found[0] - place[0]).abs() < 1e-9 && (found[1] - place[1]).abs() < 1e-9, "{crs}: {found:?} {place:?}");
    }
    // PROJ takes the shift of Britain from a grid that is not here: within its 3 m.
    let [x, y] = degrees("EPSG:27700", [530_000.0, 180_000.0]).expect("London");
    assert!((x + 0.128_353_940_5).abs() < 4e-5 && (y - 51.503_990_827_6).abs() < 3e-5, "{x} {y}");
    let [x, y] = degrees("EPSG:21781", [600_072.0, 200_147.0]).expect("Bern");
    assert!((x - 7.439_578_2).abs() < 1e-7 && (y - 46.952_405_1).abs() < 1e-7, "{x} {y}");
}

#[test]
fn one_system_has_many_names() {
    for (names, expected) in [
        (
            &[
                "EPSG:4490",
                "epsg:4326",
                "4490",
                "WGS 84",
                "wgs84",
                "CGCS2000",
                "CRS84",
                "urn:ogc:def:crs:OGC:1.3:CRS84",
                "urn:ogc:def:crs:EPSG::4326",
                "http://www.opengis.net/def/crs/EPSG/0/4490",
                r#"GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]"#,
                r#"GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]"#,
            ][..],
            "EPSG:4490",
        ),
        (
            &[
                "CGCS2000_3_Degree_GK_Zone_36",
                "CGCS2000 / 3-degree Gauss-Kruger zone 36",
                "http://www.opengis.net/def/crs/EPSG/0/4524",
                "+proj=tmerc +lat_0=0 +lon_0=108 +k=1 +x_0=36500000 +y_0=0 +ellps=GRS80 +units=m +no_defs",
                r#"PROJCS["CGCS2000_3_Degree_GK_Zone_36",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",36500000.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",108.0],PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]"#,
            ],
            "EPSG:4524",
        ),
        (
            &[
                "CGCS2000 / 3-degree Gauss-Kruger CM 108E",
                "CGCS2000_3_Degree_GK_CM_108E",
                r#"PROJCS["any name",GEOGCS["China Geodetic Coordinate System 2000",DATUM["China_2000",SPHEROID["CGCS2000",6378137,298.257222101]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["latitude_of_origin",0],PARAMETER["central_meridian",108],PARAMETER["scale_factor",1],PARAMETER["false_easting",500000],PARAMETER["false_northing",0],UNIT["metre",1]]"#,
            ],
            "EPSG:4545",
        ),
        (&["CGCS2000_GK_Zone_18", "CGCS2000 / Gauss-Kruger zone 18"], "EPSG:4496"),
        (&["CGCS2000_GK_CM_105E", "CGCS2000 / Gauss-Kruger CM 105E"], "EPSG:4507"),
        (&["WGS 84 / UTM zone 49N"], "EPSG:32649"),
        (
            &[
                "EPSG:900913",
                "WGS 84 / Pseudo-Mercator",
                r#"PROJCS["WGS_1984_Web_Mercator_Auxiliary_Sphere",GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Mercator_Auxiliary_Sphere"],PARAMETER["False_Easting",0.0],UNIT["Meter",1.0]]"#,
            ],
            "EPSG:3857",
        ),
        (&["GCJ-02", "gcj02", "火星坐标系", "高德"], "gcj02"),
        (&["BD-09", "bd09", "bd09ll", "百度坐标"], "bd09"),
    ] {
        let expected = Crs::parse(expected).expect("a known system");
        for name in names {
            let found = Crs::parse(name).unwrap_or_else(|e| panic!("{name}: {e:?}"));
            assert!(found.same_as(&expected), "{name}: {found:?} {expected:?}");
        }
    }
    let wkt = Crs::parse(
        r#"PROJCS["RGF_1993_Lambert_93",GEOGCS["GCS_RGF_1993",DATUM["D_ETRS_1989",SPHEROID["GRS_1980",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Lambert_Conformal_Conic"],PARAMETER["False_Easting",700000.0],PARAMETER["False_Northing",6600000.0],PARAMETER["Central_Meridian",3.0],PARAMETER["Standard_Parallel_1",49.0],PARAMETER["Standard_Parallel_2",44.0],PARAMETER["Latitude_Of_Origin",46.5],UNIT["Meter",1.0]]"#,
    );
    let [x, y] = wkt.and_then(|c| c.converter()).expect("a system").to_degrees([652_000.0, 6_862_000.0]).expect("Paris");
    assert!((x - 2.345_811_958_7).abs() < 1e-9 && (y - 48.856_248_141_0).abs() < 1e-9);
}

#[test]
fn what_cannot_be_converted_is_refused_with_the_reason() {
    let code = |name: &str| Crs::parse(name).err().map(|e| e.code);
    for name in [
        "EPSG:2349",
        "EPSG:4610",
        "EPSG:2435",
        "EPSG:4214",
        "Xian_1980_3_Degree_GK_Zone_36",
        "西安80",
        "Beijing 1954 / 3-degree Gauss-Kruger CM 108E",
        r#"PROJCS["Xian_1980_3_Degree_GK_Zone_25",GEOGCS["GCS_Xian_1980",DATUM["D_Xian_1980",SPHEROID["Xian_1980",6378140.0,298.257]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",25500000.0],PARAMETER["Central_Meridian",75.0],UNIT["Meter",1.0]]"#,
    ] {
        assert_eq!(code(name), Some("E_CRS_DATUM"), "{name}");
    }
    for name in ["", "EPSG:999999", "本地坐标", "PROJCS[", "LOCAL_CS[\"x\"]", "CGCS2000_3_Degree_GK_Zone_99", &"A[".repeat(100_000)] {
        assert_eq!(code(name), Some("E_CRS_UNKNOWN"), "{name:.20}");
    }
    assert_eq!(code("+proj=nothing"), Some("E_CRS_PROJ"));
    // With its parameters an old datum is no obstacle.
    let with = "+proj=tmerc +lat_0=0 +lon_0=108 +k=1 +x_0=500000 +a=6378140 +rf=298.257 +towgs84=10,20,30,0,0,0,0 +units=m";
    assert!(degrees(with, [450_000.0, 4_000_000.0]).is_some());
}

#[test]
fn swapped_axes_are_said_behind_the_name() {
    for name in ["EPSG:4524 swapped", "EPSG:4524, yx", "epsg:4524+swapped"] {
        assert_eq!(degrees(name, [4_000_000.0, 36_450_000.0]), degrees("EPSG:4524", [36_450_000.0, 4_000_000.0]), "{name}");
    }
    assert_eq!(degrees("EPSG:4490 swapped", [36.0, 107.0]), Some([107.0, 36.0]));
    assert_eq!(degrees("EPSG:4524", [4_000_000.0, 36_450_000.0]), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn gauss_kruger_there_and_back(zone in 25..=45_u32, east in -150_000.0..150_000.0_f64, north in 2_000_000.0..5_900_000.0_f64) {
        let easting = f64::from(zone) * 1e6 + 500_000.0 + east;
        let place = degrees(&format!("EPSG:{}", 4513 + zone - 25), [easting, north]).expect("inside the zone");
        let to = Proj::from_proj_string(&epsg::gauss_kruger(zone * 3, Some(zone))).expect("a projection");
        let from = Proj::from_proj_string("+proj=longlat +ellps=GRS80 +no_defs").expect("degrees");
        let (x, y) = transform_vertex_2d(&from, &to, (place[0].to_radians(), place[1].to_radians())).expect("the way back");
        prop_assert!((x - easting).abs() < 1e-3 && (y - north).abs() < 1e-3);
    }

    #[test]
    fn no_text_panics(text in "[A-Z\\[\\]\", 0-9.+=a-z_]{0,80}") {
        let _ = Crs::parse(&text);
        let _ = Crs::parse(&format!("PROJCS[{text}"));
        let _ = Crs::parse(&format!("+proj={text}"));
    }
}
