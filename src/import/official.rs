//! Official areas: which column holds them, in which unit, and the figures.

use super::names::plain;
use super::profile::Profiles;

/// Units of area as they end a heading, and how many square kilometres one of them is. 15 亩 are a
/// hectare (国务院关于在我国统一实行法定计量单位的命令, 1984). Longer words come first.
const UNITS: [(&str, f64); 18] = [
    ("平方公里", 1.0),
    ("平方千米", 1.0),
    ("sqkm", 1.0),
    ("km2", 1.0),
    ("万公顷", 100.0),
    ("公顷", 0.01),
    ("hectares", 0.01),
    ("hectare", 0.01),
    ("ha", 0.01),
    ("万亩", 10_000.0 / 1500.0),
    ("亩", 1.0 / 1500.0),
    ("mu", 1.0 / 1500.0),
    ("万平方米", 0.01),
    ("平方米", 1e-6),
    ("平米", 1e-6),
    ("sqm", 1e-6),
    ("m2", 1e-6),
    ("平方", 1e-6),
];

/// The column of the official area among headings that name its unit.
pub(super) fn column(profiles: &Profiles, headings: &[String]) -> Option<usize> {
    headings.iter().position(|h| told(h).is_some_and(|(name, _)| profiles.is_usual("area_km2", &name)))
}

/// Square kilometres of a unit of the column; one, where its heading names no unit.
pub(super) fn factor(heading: &str) -> f64 {
    told(heading).map_or(1.0, |(_, factor)| factor)
}

/// A heading without its unit, and the unit.
fn told(heading: &str) -> Option<(String, f64)> {
    let heading = plain(&heading.replace('㎡', "m2").replace('㎢', "km2").replace('²', "2"));
    UNITS.iter().find_map(|(word, factor)| Some((heading.strip_suffix(word)?.trim_end_matches("单位").to_owned(), *factor)))
}

/// The figure of a cell, square kilometres; `None` where it is blank, an error where it is no area.
pub(super) fn figure(text: &str, factor: f64) -> Result<Option<f64>, ()> {
    let text: String = text.trim().chars().filter(|c| !matches!(c, ',' | '，')).collect();
    if text.is_empty() {
        return Ok(None);
    }
    match text.parse::<f64>() {
        Ok(area) if area.is_finite() && area > 0.0 => Ok(Some(area * factor)),
        _ => Err(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_names_its_unit_or_is_no_official_area() {
        let profiles = Profiles::open(std::path::Path::new("")).expect("the base");
        let find = |heading: &str| column(&profiles, &["编码".to_owned(), heading.to_owned()]).map(|_| factor(heading));
        for (heading, factor) in [
            ("面积(平方公里)", 1.0),
            ("总面积_公顷", 0.01),
            ("辖区面积（亩）", 1.0 / 1500.0),
            ("面积㎡", 1e-6),
            ("area_km2", 1.0),
            ("AREA (km²)", 1.0),
        ] {
            assert_eq!(find(heading), Some(factor), "{heading}");
        }
        // Without a unit nobody knows, and what grows on it is another area.
        for heading in ["面积", "Shape_Area", "耕地面积(亩)", "建筑面积(平方米)", "亩"] {
            assert_eq!(find(heading), None, "{heading}");
        }
    }

    #[test]
    fn figures() {
        assert_eq!(figure(" 1,500 ", 1.0 / 1500.0), Ok(Some(1.0)));
        assert_eq!(figure("", 1.0), Ok(None));
        assert!(["约5", "-3", "0", "NaN"].iter().all(|t| figure(t, 1.0).is_err()));
    }
}
