//! WKT 1, as .prj files and GeoPackages have it, to a PROJ string.

use super::shift::Shift;
use super::{Kind, epsg, name};

/// Longest text that is read, bytes.
const MAX_BYTES: usize = 64 << 10;
/// Deepest nesting; six is usual.
const MAX_DEPTH: u32 = 16;

/// `KEYWORD["name", number, …]`.
#[derive(Debug, Default)]
struct Node<'t> {
    keyword: &'t str,
    /// Texts and numbers, in order.
    values: Vec<&'t str>,
    nodes: Vec<Node<'t>>,
}

impl Node<'_> {
    fn child(&self, keyword: &str) -> Option<&Self> {
        self.nodes.iter().find(|n| n.keyword.eq_ignore_ascii_case(keyword))
    }

    fn number(&self, at: usize) -> Option<f64> {
        self.values.get(at)?.parse::<f64>().ok().filter(|n| n.is_finite())
    }

    fn name(&self) -> &str {
        self.values.first().copied().unwrap_or_default()
    }

    fn parameter(&self, names: &[&str]) -> Option<f64> {
        let node = self
            .nodes
            .iter()
            .find(|n| n.keyword.eq_ignore_ascii_case("PARAMETER") && names.iter().any(|name| n.name().eq_ignore_ascii_case(name)));
        node.and_then(|n| n.number(1))
    }
}

/// The name in a text.
pub(super) fn name(text: &str) -> String {
    parse(text).map_or_else(|| text.chars().take(60).collect(), |node| node.name().to_owned())
}

/// The system of a text.
pub(super) fn kind(text: &str) -> Result<Kind, &'static str> {
    let node = parse(text).ok_or("E_CRS_UNKNOWN")?;
    match node.keyword.to_ascii_uppercase().as_str() {
        "PROJCS" => projected(&node),
        "GEOGCS" => geographic(&node),
        // Heights beside a system of places change nothing.
        "COMPD_CS" => match node.nodes.first() {
            Some(first) if first.keyword.eq_ignore_ascii_case("PROJCS") => projected(first),
            Some(first) if first.keyword.eq_ignore_ascii_case("GEOGCS") => geographic(first),
            _ => Err("E_CRS_UNKNOWN"),
        },
        _ => Err("E_CRS_UNKNOWN"),
    }
}

/// Where a datum stands to WGS 84.
enum Datum {
    /// The same within a metre.
    Today,
    /// Shifted by parameters in the text.
    Shifted(String),
}

fn datum(geogcs: &Node<'_>) -> Result<Datum, &'static str> {
    let datum = geogcs.child("DATUM").ok_or("E_CRS_UNKNOWN")?;
    if let Some(shift) = datum.child("TOWGS84") {
        if shift.values.iter().any(|v| v.parse::<f64>().is_err()) {
            return Err("E_CRS_UNKNOWN");
        }
        return Ok(Datum::Shifted(shift.values.join(",")));
    }
    let plain: String = datum.name().chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect();
    let today =
        ["CHINA2000", "CGCS2000", "CHINAGEODETIC2000", "CHINAGEODETICCOORDINATESYSTEM2000", "WGS1984", "WGS84", "WORLDGEODETICSYSTEM1984"];
    let near = ["ETRS1989", "EUROPEANTERRESTRIALREFERENCESYSTEM1989", "NORTHAMERICAN1983", "JGD2000", "JGD2011", "KOREA2000", "GRS1980"];
    let plain = plain.strip_prefix('D').filter(|p| today.contains(p) || near.iter().any(|n| p.contains(n))).unwrap_or(&plain);
    if today.contains(&plain) || near.iter().any(|n| plain.contains(n)) { Ok(Datum::Today) } else { Err("E_CRS_DATUM") }
}

fn geographic(node: &Node<'_>) -> Result<Kind, &'static str> {
    let lower = node.name().to_lowercase();
    if let Some(shift) = [Shift::Gcj02, Shift::Bd09].into_iter().find(|s| lower.replace(['-', '_'], "").contains(s.name())) {
        return Ok(Kind::Shifted(shift));
    }
    let unit = node.child("UNIT").and_then(|u| u.number(1)).unwrap_or(0.017_453_292_519_943_3);
    let greenwich = node.child("PRIMEM").and_then(|p| p.number(1)).unwrap_or(0.0);
    if (unit - 1_f64.to_radians()).abs() > 1e-9 || greenwich != 0.0 {
        return Err("E_CRS_UNKNOWN");
    }
    match datum(node) {
        Ok(Datum::Today) => Ok(Kind::Degrees),
        Ok(Datum::Shifted(shift)) => Ok(Kind::Proj(format!("+proj=longlat {} +towgs84={shift} +no_defs", ellipsoid(node)?))),
        Err(code) => by_authority(node).unwrap_or(Err(code)),
    }
}

fn ellipsoid(geogcs: &Node<'_>) -> Result<String, &'static str> {
    let spheroid = geogcs.child("DATUM").and_then(|d| d.child("SPHEROID")).ok_or("E_CRS_UNKNOWN")?;
    let (Some(a), Some(rf)) = (spheroid.number(1), spheroid.number(2)) else { return Err("E_CRS_UNKNOWN") };
    // An inverse flattening of 0 means a sphere.
    Ok(if rf == 0.0 { format!("+a={a} +b={a}") } else { format!("+a={a} +rf={rf}") })
}

/// What the text's own EPSG code says, where it has one that we know.
fn by_authority(node: &Node<'_>) -> Option<Result<Kind, &'static str>> {
    let authority = node.child("AUTHORITY").filter(|a| a.name().eq_ignore_ascii_case("EPSG"))?;
    let code = authority.values.get(1)?.parse::<u32>().ok()?;
    Some(epsg::kind(code)).filter(|k| !matches!(k, Err("E_CRS_UNKNOWN")))
}

fn projected(node: &Node<'_>) -> Result<Kind, &'static str> {
    let geogcs = node.child("GEOGCS").ok_or("E_CRS_UNKNOWN")?;
    let method: String =
        node.child("PROJECTION").map(|p| p.name().chars().filter(char::is_ascii_alphanumeric).collect::<String>()).unwrap_or_default();
    if method.eq_ignore_ascii_case("MercatorAuxiliarySphere") || node.name().contains("Pseudo-Mercator") {
        return epsg::kind(3857);
    }
    let shift = match datum(geogcs) {
        Ok(Datum::Today) => String::new(),
        Ok(Datum::Shifted(shift)) => format!(" +towgs84={shift}"),
        // A datum of its own shift is known where the code is.
        Err(code) => return by_authority(node).or_else(|| name::kind(node.name()).ok().map(Ok)).unwrap_or(Err(code)),
    };
    let unit_m = node.child("UNIT").and_then(|u| u.number(1)).filter(|u| *u > 0.0).unwrap_or(1.0);
    let lon_0 = node.parameter(&["Central_Meridian", "Longitude_Of_Origin", "Longitude_Of_Center"]).unwrap_or(0.0);
    let lat_0 = node.parameter(&["Latitude_Of_Origin", "Latitude_Of_Center"]).unwrap_or(0.0);
    // False origins are in the unit of the system, PROJ wants metres.
    let x_0 = node.parameter(&["False_Easting"]).unwrap_or(0.0) * unit_m;
    let y_0 = node.parameter(&["False_Northing"]).unwrap_or(0.0) * unit_m;
    let k = node.parameter(&["Scale_Factor"]).unwrap_or(1.0);
    let parallels = [node.parameter(&["Standard_Parallel_1"]), node.parameter(&["Standard_Parallel_2"])];
    let shape = match (method.to_ascii_lowercase().as_str(), parallels) {
        ("transversemercator" | "gausskruger", _) => format!("+proj=tmerc +lat_0={lat_0} +lon_0={lon_0} +k={k}"),
        ("mercator" | "mercator1sp", [None, _]) => format!("+proj=merc +lon_0={lon_0} +k={k}"),
        ("mercator" | "mercator2sp", [Some(p), _]) => format!("+proj=merc +lon_0={lon_0} +lat_ts={p}"),
        ("lambertconformalconic" | "lambertconformalconic2sp", [Some(p), Some(q)]) => {
            format!("+proj=lcc +lat_0={lat_0} +lon_0={lon_0} +lat_1={p} +lat_2={q}")
        }
        ("lambertconformalconic" | "lambertconformalconic1sp", [p, None]) => {
            format!("+proj=lcc +lat_0={lat_0} +lon_0={lon_0} +lat_1={} +k_0={k}", p.unwrap_or(lat_0))
        }
        ("albers" | "albersconicequalarea", [Some(p), Some(q)]) => {
            format!("+proj=aea +lat_0={lat_0} +lon_0={lon_0} +lat_1={p} +lat_2={q}")
        }
        ("lambertazimuthalequalarea", _) => format!("+proj=laea +lat_0={lat_0} +lon_0={lon_0}"),
        _ => return by_authority(node).or_else(|| name::kind(node.name()).ok().map(Ok)).unwrap_or(Err("E_CRS_UNKNOWN")),
    };
    let units = if unit_m == 1.0 { "+units=m".to_owned() } else { format!("+to_meter={unit_m}") };
    // CGCS2000 and GRS 80 are one; so that both spellings of a system compare as equal.
    let ellipsoid = ellipsoid(geogcs)?.replace("+a=6378137 +rf=298.257222101", "+ellps=GRS80");
    Ok(Kind::Proj(format!("{shape} +x_0={x_0} +y_0={y_0} {ellipsoid}{shift} {units} +no_defs")))
}

fn parse(text: &str) -> Option<Node<'_>> {
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}' || c == '\0');
    if text.len() > MAX_BYTES {
        return None;
    }
    let mut rest = text;
    let node = node(&mut rest, 0)?;
    rest.trim().is_empty().then_some(node)
}

fn node<'t>(rest: &mut &'t str, depth: u32) -> Option<Node<'t>> {
    if depth > MAX_DEPTH {
        return None;
    }
    let open = rest.find(['[', '('])?;
    let mut out = Node { keyword: rest[..open].trim(), ..Node::default() };
    *rest = &rest[open + 1..];
    loop {
        *rest = rest.trim_start();
        if let Some(text) = rest.strip_prefix('"') {
            let end = text.find('"')?;
            out.values.push(&text[..end]);
            *rest = &text[end + 1..];
        } else {
            let end = rest.find([',', '[', '(', ']', ')'])?;
            if rest[end..].starts_with(['[', '(']) {
                out.nodes.push(node(rest, depth + 1)?);
            } else {
                out.values.push(rest[..end].trim());
                *rest = &rest[end..];
            }
        }
        *rest = rest.trim_start();
        let next = rest.chars().next()?;
        *rest = &rest[next.len_utf8()..];
        match next {
            ',' => {}
            ']' | ')' => return Some(out),
            _ => return None,
        }
    }
}
