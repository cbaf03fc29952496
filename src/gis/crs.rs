//! Coordinate reference systems: what is accepted, what is refused.
//!
//! Accepted are longitude and latitude on WGS 84 or CGCS2000, which differ by centimetres.

/// Names of the systems that are accepted, without punctuation.
const ACCEPTED: [&str; 10] =
    ["CRS84", "OGCCRS84", "EPSG4326", "4326", "WGS84", "WGS1984", "EPSG4490", "4490", "CGCS2000", "CHINAGEODETICCOORDINATESYSTEM2000"];
/// Parts of the names of shifted systems, as web maps of China use them.
const SHIFTED: [&str; 6] = ["GCJ", "BD09", "MARS", "火星", "百度", "高德"];
/// Parts of the names of projected systems, in metres.
const PROJECTED: [&str; 8] = ["UTM", "GAUSS", "KRUGER", "MERCATOR", "DEGREE", "ZONE", "TM", "高斯"];

/// Checks the system that the manifest declares and the one the file itself names.
///
/// # Errors
/// The code of a problem and the name it is about: `E_CRS_PROJECTED`, `E_CRS_SHIFTED`,
/// `E_CRS_UNKNOWN`.
pub fn check_declared(crs: Option<&str>, in_file: Option<&str>) -> Result<(), (&'static str, String)> {
    [crs, in_file].into_iter().flatten().try_for_each(|name| check_name(name).map_err(|code| (code, name.to_owned())))
}

fn check_name(name: &str) -> Result<(), &'static str> {
    // `urn:ogc:def:crs:EPSG::4326` and `http://www.opengis.net/def/crs/EPSG/0/4490` end in the code.
    let uri = name.to_ascii_lowercase();
    let last = if uri.starts_with("urn:") || uri.starts_with("http") { name.rsplit([':', '/']).next().unwrap_or(name) } else { name };
    let plain: String = last.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect();
    if ACCEPTED.contains(&plain.as_str()) {
        return Ok(());
    }
    if SHIFTED.iter().any(|part| plain.contains(part)) {
        return Err("E_CRS_SHIFTED");
    }
    let code = plain.strip_prefix("EPSG").unwrap_or(&plain).parse::<u32>().ok();
    if code.is_some_and(is_projected) || PROJECTED.iter().any(|part| plain.contains(part)) {
        Err("E_CRS_PROJECTED")
    } else {
        Err("E_CRS_UNKNOWN")
    }
}

/// EPSG codes of the projected systems met in China: CGCS2000 and Xian 1980 Gauss-Krüger, WGS 84
/// UTM, web Mercator.
fn is_projected(code: u32) -> bool {
    matches!(code, 2327..=2442 | 3857 | 4479 | 4491..=4554 | 4568..=4589 | 4652..=4800 | 32601..=32760 | 900_913)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degrees_on_wgs84_and_cgcs2000_are_accepted_however_they_are_spelt() {
        for name in [
            "urn:ogc:def:crs:OGC:1.3:CRS84",
            "urn:ogc:def:crs:EPSG::4326",
            "http://www.opengis.net/def/crs/EPSG/0/4490",
            "EPSG:4490",
            "epsg:4326",
            "WGS 84",
            "wgs84",
            "CGCS2000",
            "CRS84",
        ] {
            assert_eq!(check_declared(Some(name), Some(name)), Ok(()), "{name}");
        }
        assert_eq!(check_declared(None, None), Ok(()));
    }

    #[test]
    fn others_are_refused_with_what_they_are() {
        for (name, code) in [
            ("EPSG:4526", "E_CRS_PROJECTED"),
            ("urn:ogc:def:crs:EPSG::3857", "E_CRS_PROJECTED"),
            ("CGCS2000 / 3-degree Gauss-Kruger CM 108E", "E_CRS_PROJECTED"),
            ("WGS 84 / UTM zone 49N", "E_CRS_PROJECTED"),
            ("GCJ-02", "E_CRS_SHIFTED"),
            ("BD-09", "E_CRS_SHIFTED"),
            ("EPSG:4214", "E_CRS_UNKNOWN"),
            ("", "E_CRS_UNKNOWN"),
        ] {
            assert_eq!(check_declared(None, Some(name)), Err((code, name.to_owned())));
        }
    }
}
