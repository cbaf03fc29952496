//! Coordinate reference systems: from a name, a code, a PROJ string or WKT 1 to longitude and
//! latitude.
//!
//! WGS 84 and CGCS2000 differ by centimetres and count as one. Every projection that proj4rs can do
//! is converted; GCJ-02 and BD-09, the shifted systems of China's web maps, only where a person
//! says that the numbers are in them. Systems on an older datum (Xian 1980, Beijing 1954) are
//! refused, because the way to today's datum needs parameters that only the survey office has:
//! they can be given as a PROJ string with `+towgs84`.

pub mod detect;
mod epsg;
pub mod guess;
mod name;
pub mod shift;
mod wkt;

use proj4rs::Proj;
use proj4rs::adaptors::transform_vertex_2d;

use shift::Shift;

/// Why a system cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrsError {
    /// Code of the problem: `E_CRS_UNKNOWN`, `E_CRS_DATUM`, `E_CRS_PROJ`.
    pub code: &'static str,
    /// The system as it was named.
    pub name: String,
}

/// What the numbers of a map are.
#[derive(Clone, Debug, PartialEq)]
enum Kind {
    /// Longitude and latitude on WGS 84, CGCS2000 or a datum within a metre of them.
    Degrees,
    /// Longitude and latitude shifted as China's web maps are.
    Shifted(Shift),
    /// Anything else, as a PROJ string.
    Proj(String),
}

/// A coordinate reference system.
#[derive(Clone, Debug, PartialEq)]
pub struct Crs {
    name: String,
    kind: Kind,
    /// The first number is the northing or latitude.
    swapped: bool,
}

impl Crs {
    /// The system that a text names: `EPSG:4526`, `urn:ogc:def:crs:OGC:1.3:CRS84`, `CGCS2000 /
    /// 3-degree Gauss-Kruger CM 108E`, `CGCS2000_3_Degree_GK_Zone_36`, `gcj02`, `bd09`, a PROJ string
    /// (`+proj=…`) or WKT 1 (`PROJCS[…]`). The word `swapped` or `yx` behind it says that the first number
    /// is the northing or latitude, as survey offices write it.
    ///
    /// # Errors
    /// [`CrsError`] where the system is not known or needs parameters.
    pub fn parse(text: &str) -> Result<Self, CrsError> {
        let text = text.trim();
        let (plain, swapped) = without_swap(text);
        let error = |code| CrsError { code, name: text.to_owned() };
        let kind = if plain.trim_start().starts_with('+') {
            Kind::Proj(plain.to_owned())
        } else if plain.contains('[') {
            wkt::kind(plain).map_err(error)?
        } else {
            name::kind(plain).map_err(error)?
        };
        let crs = Self { name: if plain.contains('[') { wkt::name(plain) } else { text.to_owned() }, kind, swapped };
        crs.converter().map_err(|_| error("E_CRS_PROJ"))?;
        Ok(crs)
    }

    /// Its name as it was given; of WKT the name in it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether both systems mean the same places, whatever they are called.
    #[must_use]
    pub fn same_as(&self, other: &Self) -> bool {
        self.kind == other.kind && self.swapped == other.swapped
    }

    /// What brings its numbers to longitude and latitude.
    ///
    /// # Errors
    /// [`CrsError`] where proj4rs does not know a part of it.
    pub fn converter(&self) -> Result<Converter, CrsError> {
        let proj = |text: &str| Proj::from_proj_string(text).map_err(|_| CrsError { code: "E_CRS_PROJ", name: self.name.clone() });
        let how = match &self.kind {
            Kind::Degrees => How::Degrees,
            Kind::Shifted(shift) => How::Shifted(*shift),
            Kind::Proj(text) => {
                let from = proj(text)?;
                // Without a datum of its own a system is taken to be on today's.
                let to = proj("+proj=longlat +datum=WGS84 +no_defs")?;
                let near_easting = (from.projname() == "tmerc" || from.projname() == "utm" || from.projname() == "etmerc")
                    .then(|| from.false_easting() / from.to_meter())
                    .map(|x_0| (x_0, if x_0 > 1e7 { EASTING_ZONE_MAX_M } else { EASTING_MAX_M }));
                How::Proj(Box::new(Projection { projected: !from.is_latlong(), near_easting, from, to }))
            }
        };
        Ok(Converter { how, swapped: self.swapped })
    }
}

/// The text without a word at its end that says that the axes are swapped, and whether it had one.
fn without_swap(text: &str) -> (&str, bool) {
    let lower = text.to_ascii_lowercase();
    for word in ["swapped", "yx"] {
        if let Some(before) = lower.strip_suffix(word)
            && before.ends_with([' ', ',', ';', '+'])
        {
            return (text[..before.len()].trim_end_matches([' ', ',', ';', '+']), true);
        }
    }
    (text, false)
}

/// Farthest from its central meridian that a transverse Mercator number is believed, metres: 13° at
/// 30° N. Swapped axes lie far beyond.
const EASTING_MAX_M: f64 = 1_300_000.0;
/// The same where the zone number stands in the millions of the easting: a number with another one
/// belongs to another zone.
const EASTING_ZONE_MAX_M: f64 = 500_000.0;

struct Projection {
    from: Proj,
    to: Proj,
    projected: bool,
    /// False easting of a transverse Mercator, and how near to it all numbers lie, metres.
    near_easting: Option<(f64, f64)>,
}

#[derive(Default)]
enum How {
    #[default]
    Degrees,
    Shifted(Shift),
    Proj(Box<Projection>),
}

/// Brings the numbers of a system to longitude and latitude.
#[derive(Default)]
pub struct Converter {
    how: How,
    swapped: bool,
}

impl Converter {
    /// Whether the numbers are longitude and latitude already.
    #[must_use]
    pub fn is_identity(&self) -> bool {
        matches!(self.how, How::Degrees) && !self.swapped
    }

    /// Whether the numbers are metres or another length.
    #[must_use]
    pub fn is_projected(&self) -> bool {
        matches!(&self.how, How::Proj(p) if p.projected)
    }

    /// Largest absolute values of the two numbers.
    #[must_use]
    pub fn limits(&self) -> [f64; 2] {
        match (self.is_projected(), self.swapped) {
            (true, _) => [1e8; 2],
            (false, true) => [90.0, 180.0],
            (false, false) => [180.0, 90.0],
        }
    }

    /// Longitude and latitude, degrees; `None` where the numbers do not belong to the system.
    #[must_use]
    pub fn to_degrees(&self, [x, y]: [f64; 2]) -> Option<[f64; 2]> {
        let [x, y] = if self.swapped { [y, x] } else { [x, y] };
        let place = match &self.how {
            How::Degrees => [x, y],
            How::Shifted(shift) => shift.remove([x, y]),
            How::Proj(projection) => projection.to_degrees([x, y])?,
        };
        // NaN fails the comparisons too.
        (place[0].abs() <= 180.0 && place[1].abs() <= 90.0).then_some(place)
    }
}

impl Projection {
    fn to_degrees(&self, [x, y]: [f64; 2]) -> Option<[f64; 2]> {
        if self.near_easting.is_some_and(|(x_0, most)| (x - x_0).abs() > most) {
            return None;
        }
        let from = if self.projected { (x, y) } else { (x.to_radians(), y.to_radians()) };
        let (longitude, latitude) = transform_vertex_2d(&self.from, &self.to, from).ok()?;
        Some([longitude.to_degrees(), latitude.to_degrees()])
    }
}

#[cfg(test)]
mod tests;
