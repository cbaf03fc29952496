//! EPSG codes to PROJ strings.
//!
//! Whole families are built from the code; single systems stand in a table. The definitions are
//! those of the EPSG dataset as PROJ 9 prints them (`pyproj.CRS(code).to_proj4()`), with the datum
//! shifts of the dataset's preferred Helmert transformation written as `+towgs84`.

use super::Kind;

/// Single systems that are promised.
const TABLE: &[(u32, &str)] = &[
    // Switzerland: CH1903+ / LV95, CH1903 / LV03
    (
        2056,
        "+proj=somerc +lat_0=46.9524055555556 +lon_0=7.43958333333333 +k_0=1 +x_0=2600000 +y_0=1200000 +ellps=bessel +towgs84=674.374,15.056,405.346,0,0,0,0 +units=m +no_defs",
    ),
    (
        21781,
        "+proj=somerc +lat_0=46.9524055555556 +lon_0=7.43958333333333 +k_0=1 +x_0=600000 +y_0=200000 +ellps=bessel +towgs84=674.374,15.056,405.346,0,0,0,0 +units=m +no_defs",
    ),
    // Korea 2000: Unified CS, Central Belt, Central Belt 2010
    (5179, "+proj=tmerc +lat_0=38 +lon_0=127.5 +k=0.9996 +x_0=1000000 +y_0=2000000 +ellps=GRS80 +units=m +no_defs"),
    (5181, "+proj=tmerc +lat_0=38 +lon_0=127 +k=1 +x_0=200000 +y_0=500000 +ellps=GRS80 +units=m +no_defs"),
    (5186, "+proj=tmerc +lat_0=38 +lon_0=127 +k=1 +x_0=200000 +y_0=600000 +ellps=GRS80 +units=m +no_defs"),
    // Britain
    (
        27700,
        "+proj=tmerc +lat_0=49 +lon_0=-2 +k=0.9996012717 +x_0=400000 +y_0=-100000 +ellps=airy +towgs84=446.448,-125.157,542.06,0.15,0.247,0.842,-20.489 +units=m +no_defs",
    ),
    // France, Europe, Finland
    (
        2154,
        "+proj=lcc +lat_0=46.5 +lon_0=3 +lat_1=49 +lat_2=44 +x_0=700000 +y_0=6600000 +ellps=GRS80 +towgs84=0,0,0,0,0,0,0 +units=m +no_defs",
    ),
    (3035, "+proj=laea +lat_0=52 +lon_0=10 +x_0=4321000 +y_0=3210000 +ellps=GRS80 +towgs84=0,0,0,0,0,0,0 +units=m +no_defs"),
    (3067, "+proj=utm +zone=35 +ellps=GRS80 +towgs84=0,0,0,0,0,0,0 +units=m +no_defs"),
];

const WEB_MERCATOR: &str = "+proj=merc +a=6378137 +b=6378137 +lat_ts=0 +lon_0=0 +x_0=0 +y_0=0 +k=1 +units=m +nadgrids=@null +no_defs";

/// A transverse Mercator of CGCS2000.
///
/// Its ellipsoid is GRS 80 to every figure; zone numbers stand in the false easting as millions.
pub(super) fn gauss_kruger(central_meridian_deg: u32, zone: Option<u32>) -> String {
    let false_easting_m = zone.unwrap_or(0) * 1_000_000 + 500_000;
    format!("+proj=tmerc +lat_0=0 +lon_0={central_meridian_deg} +k=1 +x_0={false_easting_m} +y_0=0 +ellps=GRS80 +units=m +no_defs")
}

/// A system by its EPSG code.
pub(super) fn kind(code: u32) -> Result<Kind, &'static str> {
    let proj = |text: String| Ok(Kind::Proj(text));
    match code {
        // WGS 84 and the geographic systems within a metre of it.
        4326 | 4490 | 4979 | 4480 | 4258 | 4612 | 6668 | 4737 | 84 => Ok(Kind::Degrees),
        // 6° zones 13 to 23 with the zone number, then by central meridian without it.
        4491..=4501 => proj(gauss_kruger(75 + 6 * (code - 4491), Some(13 + code - 4491))),
        4502..=4512 => proj(gauss_kruger(75 + 6 * (code - 4502), None)),
        // 3° zones 25 to 45 with the zone number, then by central meridian without it.
        4513..=4533 => proj(gauss_kruger(75 + 3 * (code - 4513), Some(25 + code - 4513))),
        4534..=4554 => proj(gauss_kruger(75 + 3 * (code - 4534), None)),
        3857 | 900_913 | 3785 | 102_100 | 102_113 => proj(WEB_MERCATOR.to_owned()),
        32601..=32660 => proj(format!("+proj=utm +zone={} +datum=WGS84 +units=m +no_defs", code - 32600)),
        32701..=32760 => proj(format!("+proj=utm +zone={} +south +datum=WGS84 +units=m +no_defs", code - 32700)),
        25828..=25838 => proj(format!("+proj=utm +zone={} +ellps=GRS80 +towgs84=0,0,0,0,0,0,0 +units=m +no_defs", code - 25800)),
        // Xian 1980, Beijing 1954 and New Beijing: geographic, and every Gauss-Krüger zone.
        4610 | 2327..=2390 | 4214 | 2401..=2442 | 21413..=21423 | 21453..=21463 | 21473..=21483 | 4555 | 4568..=4589 | 4652..=4800 => {
            Err("E_CRS_DATUM")
        }
        _ => TABLE.iter().find(|(c, _)| *c == code).map(|(_, text)| Kind::Proj((*text).to_owned())).ok_or("E_CRS_UNKNOWN"),
    }
}
