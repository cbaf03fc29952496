//! GCJ-02 and BD-09: the shifts that web maps of China put on their coordinates.
//!
//! Neither formula was ever published by its maker. What follows is the form that has gone round
//! since 2010 as "eviltransform" (GCJ-02) and `bd_encrypt` (BD-09), and that gives the public map
//! services' own positions to about a metre. Both are only defined from longitude and latitude to
//! the shifted place; the way back is iterated.

use std::f64::consts::PI;

/// Equatorial radius of the Krasovsky 1940 ellipsoid, metres.
const KRASOVSKY_M: f64 = 6_378_245.0;
/// Square of its eccentricity.
const KRASOVSKY_E2: f64 = 0.006_693_421_622_965_943;
/// Where GCJ-02 shifts at all: least and largest longitude and latitude, degrees.
const CHINA_DEG: [f64; 4] = [72.004, 137.8347, 0.8293, 55.8271];
/// Shift of BD-09 against GCJ-02, degrees.
const BD_DEG: [f64; 2] = [0.0065, 0.006];
/// Change at which the way back has come to rest, degrees: 0.1 mm.
const REST_DEG: f64 = 1e-9;
/// Steps of the way back; three are usual.
const STEPS_MAX: u32 = 20;

/// A shifted system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Shift {
    /// 火星坐标: 高德, 腾讯 and most maps made in China.
    Gcj02,
    /// 百度.
    Bd09,
}

impl Shift {
    /// Its name, as [`super::Crs::parse`] takes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Gcj02 => "gcj02",
            Self::Bd09 => "bd09",
        }
    }

    /// A place on WGS 84 as the system writes it, degrees.
    #[must_use]
    pub fn apply(self, place: [f64; 2]) -> [f64; 2] {
        match self {
            Self::Gcj02 => gcj02(place),
            Self::Bd09 => bd09(gcj02(place)),
        }
    }

    /// The place on WGS 84 of what the system writes, degrees.
    ///
    /// Outside China nothing is shifted; within a shift of that edge the way back has two answers,
    /// of which one is given.
    #[must_use]
    pub fn remove(self, shifted: [f64; 2]) -> [f64; 2] {
        let mut place = shifted;
        for _ in 0..STEPS_MAX {
            let found = self.apply(place);
            let step = [shifted[0] - found[0], shifted[1] - found[1]];
            place = [place[0] + step[0], place[1] + step[1]];
            if step[0].abs() < REST_DEG && step[1].abs() < REST_DEG {
                break;
            }
        }
        place
    }
}

fn gcj02([longitude, latitude]: [f64; 2]) -> [f64; 2] {
    let [west, east, south, north] = CHINA_DEG;
    if !(west..=east).contains(&longitude) || !(south..=north).contains(&latitude) {
        return [longitude, latitude];
    }
    let (x, y) = (longitude - 105.0, latitude - 35.0);
    let wave = |at: f64, periods: [f64; 2], heights: [f64; 2]| {
        (heights[0] * (at / periods[0] * PI).sin() + heights[1] * (at / periods[1] * PI).sin()) * 2.0 / 3.0
    };
    let ripple = (20.0 * (6.0 * x * PI).sin() + 20.0 * (2.0 * x * PI).sin()) * 2.0 / 3.0;
    let east_m = 300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * x.abs().sqrt()
        + ripple
        + wave(x, [1.0, 3.0], [20.0, 40.0])
        + wave(x, [12.0, 30.0], [150.0, 300.0]);
    let north_m = -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * x.abs().sqrt()
        + ripple
        + wave(y, [1.0, 3.0], [20.0, 40.0])
        + wave(y, [12.0, 30.0], [160.0, 320.0]);
    let latitude_rad = latitude.to_radians();
    let w2 = 1.0 - KRASOVSKY_E2 * latitude_rad.sin().powi(2);
    let meridian_m = KRASOVSKY_M * (1.0 - KRASOVSKY_E2) / (w2 * w2.sqrt());
    let parallel_m = KRASOVSKY_M / w2.sqrt() * latitude_rad.cos();
    [longitude + (east_m / parallel_m).to_degrees(), latitude + (north_m / meridian_m).to_degrees()]
}

fn bd09([x, y]: [f64; 2]) -> [f64; 2] {
    const WAVES: f64 = PI * 3000.0 / 180.0;
    let radius = x.hypot(y) + 0.000_02 * (y * WAVES).sin();
    let angle = y.atan2(x) + 0.000_003 * (x * WAVES).cos();
    [radius * angle.cos() + BD_DEG[0], radius * angle.sin() + BD_DEG[1]]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn published_positions_are_met() {
        // The reference pairs of eviltransform's own tests, WGS 84 to GCJ-02.
        for (place, shifted) in [
            ([121.527_210_6, 31.177_427_6], [121.531_541_859_215, 31.175_303_983_645_97]),
            ([113.912_316, 22.543_847], [113.917_176_480_836_3, 22.540_796_131_694_766]),
            ([116.377_817, 39.911_954], [116.384_047_224_556_57, 39.913_345_455_360_69]),
        ] {
            let found = Shift::Gcj02.apply(place);
            assert!((found[0] - shifted[0]).abs() < 1e-5 && (found[1] - shifted[1]).abs() < 1e-5, "{found:?} {shifted:?}");
        }
        assert_eq!(Shift::Gcj02.apply([2.35, 48.86]), [2.35, 48.86], "nothing is shifted outside China");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn the_way_back_ends_where_it_began(longitude in 74.0..135.0_f64, latitude in 4.0..53.0_f64) {
            for shift in [Shift::Gcj02, Shift::Bd09] {
                let back = shift.remove(shift.apply([longitude, latitude]));
                prop_assert!((back[0] - longitude).abs() < 1e-8 && (back[1] - latitude).abs() < 1e-8, "{shift:?} {back:?}");
            }
        }
    }
}
