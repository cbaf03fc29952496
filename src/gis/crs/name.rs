//! Systems by the names that people and programs write.

use super::shift::Shift;
use super::{Kind, epsg};

/// Names of longitude and latitude on WGS 84 or CGCS2000, without punctuation.
const DEGREES: [&str; 12] = [
    "CRS84",
    "OGCCRS84",
    "OGC13CRS84",
    "WGS84",
    "WGS1984",
    "GCSWGS1984",
    "WORLDGEODETICSYSTEM1984",
    "CGCS2000",
    "GCSCHINAGEODETICCOORDINATESYSTEM2000",
    "CHINAGEODETICCOORDINATESYSTEM2000",
    "国家2000",
    "2000国家大地坐标系",
];
/// Parts of names of GCJ-02, the system of 高德 and other maps made in China.
const GCJ02: [&str; 5] = ["GCJ", "MARS", "火星", "高德", "腾讯"];
/// Parts of names of BD-09.
const BD09: [&str; 3] = ["BD09", "BAIDU", "百度"];
/// Parts of names of systems on older datums.
const OLD_DATUM: [&str; 8] = ["XIAN1980", "XIAN80", "西安80", "1980西安", "BEIJING1954", "BEIJING54", "北京54", "NEWBEIJING"];

/// The system of a name or code.
pub(super) fn kind(name: &str) -> Result<Kind, &'static str> {
    // `urn:ogc:def:crs:EPSG::4326` and `http://www.opengis.net/def/crs/EPSG/0/4490` end in the code.
    let lower = name.to_ascii_lowercase();
    let uri = lower.starts_with("urn:") || lower.starts_with("http");
    let last = if uri { name.rsplit([':', '/', '#']).next().unwrap_or(name) } else { name };
    let plain: String = last.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect();
    let code = plain.strip_prefix("EPSG").or(plain.strip_prefix("ESRI")).unwrap_or(&plain);
    if let Ok(code) = code.parse::<u32>() {
        return epsg::kind(code);
    }
    if DEGREES.contains(&plain.as_str()) {
        return Ok(Kind::Degrees);
    }
    if BD09.iter().any(|part| plain.contains(part)) {
        return Ok(Kind::Shifted(Shift::Bd09));
    }
    if GCJ02.iter().any(|part| plain.contains(part)) {
        return Ok(Kind::Shifted(Shift::Gcj02));
    }
    if OLD_DATUM.iter().any(|part| plain.contains(part)) {
        return Err("E_CRS_DATUM");
    }
    if plain.contains("WEBMERCATOR") || plain.contains("PSEUDOMERCATOR") || plain.contains("MERCATORAUXILIARYSPHERE") {
        return epsg::kind(3857);
    }
    let words: Vec<String> = last.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_uppercase).collect();
    if plain.contains("UTM") && plain.contains("WGS") {
        return utm(&words).ok_or("E_CRS_UNKNOWN");
    }
    if plain.contains("CGCS2000") || plain.contains("国家2000") {
        return gauss_kruger(&words).ok_or("E_CRS_UNKNOWN");
    }
    Err("E_CRS_UNKNOWN")
}

/// `WGS 84 / UTM zone 49N`.
fn utm(words: &[String]) -> Option<Kind> {
    let zone = after(words, "ZONE")?;
    let digits = zone.trim_end_matches(['N', 'S']);
    let south = zone.ends_with('S');
    let zone: u32 = digits.parse().ok().filter(|z| (1..=60).contains(z))?;
    epsg::kind(if south { 32700 } else { 32600 } + zone).ok()
}

/// `CGCS2000 / 3-degree Gauss-Kruger zone 36`, `CGCS2000_GK_CM_105E`, and so on.
fn gauss_kruger(words: &[String]) -> Option<Kind> {
    let three = words.windows(2).any(|w| w[0] == "3" && w[1].starts_with("DEG")) || words.iter().any(|w| w == "3DEGREE" || w == "3度带");
    if let Some(zone) = after(words, "ZONE") {
        let zone: u32 = zone.parse().ok()?;
        return match (three, zone) {
            (true, 25..=45) => epsg::kind(4513 + zone - 25).ok(),
            (false, 13..=23) => epsg::kind(4491 + zone - 13).ok(),
            _ => None,
        };
    }
    let meridian: u32 = after(words, "CM")?.trim_end_matches('E').parse().ok()?;
    match (three, meridian) {
        (true, 75..=135) if meridian.is_multiple_of(3) => epsg::kind(4534 + (meridian - 75) / 3).ok(),
        (false, 75..=135) if (meridian - 75).is_multiple_of(6) => epsg::kind(4502 + (meridian - 75) / 6).ok(),
        _ => None,
    }
}

/// The word after another.
fn after<'w>(words: &'w [String], word: &str) -> Option<&'w str> {
    let at = words.iter().position(|w| w == word)?;
    words.get(at + 1).map(String::as_str)
}
