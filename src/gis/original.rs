//! Boundaries as they came, bit for bit, in as few bytes as their figures need.
//!
//! Numbers are LEB128 varints, signed ones zigzag, as in [`super::pack`]:
//!
//! ```text
//! count of rings · per ring: count of positions · form · positions
//! form 0: longitude and latitude in degrees as f64, little-endian
//! form 1: steps in 1e-7°, the first from 0 0
//! ```
//!
//! Maps of offices give six or seven decimals, which form 1 holds exactly in a quarter of the
//! bytes; a ring with any further figure keeps all of them in form 0.

use std::ops::Range;

use super::pack::{Input, PackError, degrees, signed, unsigned};
use super::topology::snap;

const RAW: u8 = 0;
const STEPS: u8 = 1;

/// The bytes of some rings of positions, degrees.
#[must_use]
pub(crate) fn encode(rings: &[Range<u32>], coords_deg: &[[f64; 2]]) -> Vec<u8> {
    let mut out = Vec::new();
    unsigned(&mut out, rings.len() as u64);
    for ring in rings {
        let ring = coords_deg.get(ring.start as usize..ring.end as usize).unwrap_or_default();
        unsigned(&mut out, ring.len() as u64);
        let form = out.len();
        out.push(STEPS);
        if !steps(ring, &mut out) {
            out.truncate(form);
            out.push(RAW);
            ring.iter().flatten().for_each(|c| out.extend_from_slice(&c.to_le_bytes()));
        }
    }
    out
}

/// Whether the steps give every position back exactly.
fn steps(ring: &[[f64; 2]], out: &mut Vec<u8>) -> bool {
    let mut before = [0; 2];
    for position in ring {
        let at = snap(*position);
        for axis in 0..2 {
            if degrees(at[axis]).to_bits() != position[axis].to_bits() {
                return false;
            }
            signed(out, i64::from(at[axis]) - i64::from(before[axis]));
        }
        before = at;
    }
    true
}

/// Adds the rings and positions of some bytes.
///
/// # Errors
/// [`PackError`] where the bytes are damaged.
pub(crate) fn decode(bytes: &[u8], rings: &mut Vec<Range<u32>>, coords_deg: &mut Vec<[f64; 2]>) -> Result<(), PackError> {
    let mut input = Input { rest: bytes };
    for _ in 0..input.count(2)? {
        let positions = input.count(2)?;
        let start = u32::try_from(coords_deg.len()).map_err(|_| PackError::Damaged)?;
        match input.bytes(1)?[0] {
            STEPS => {
                let mut at = [0; 2];
                for _ in 0..positions {
                    at = [input.coordinate(at[0])?, input.coordinate(at[1])?];
                    coords_deg.push(at.map(degrees));
                }
            }
            RAW => {
                let (numbers, _) = input.bytes(positions.checked_mul(16).ok_or(PackError::Cut)?)?.as_chunks::<8>();
                coords_deg.extend(numbers.as_chunks::<2>().0.iter().map(|pair| pair.map(f64::from_le_bytes)));
            }
            _ => return Err(PackError::Damaged),
        }
        rings.push(start..u32::try_from(coords_deg.len()).map_err(|_| PackError::Damaged)?);
    }
    input.finish()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn number(limit: f64) -> impl Strategy<Value = f64> {
        prop_oneof![
            4 => (-limit..limit).prop_map(|v| (v * 1e7).round() / 1e7),
            1 => -limit..limit,
            1 => Just(-0.0),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

        #[test]
        fn every_bit_comes_back(
            lists in proptest::collection::vec(proptest::collection::vec((number(180.0), number(90.0)), 0..9), 0..4),
            round in any::<bool>(),
        ) {
            let (mut rings, mut coords) = (Vec::new(), Vec::new());
            for list in &lists {
                let start = coords.len() as u32;
                coords.extend(list.iter().map(|(x, y)| [*x, *y].map(|v| if round { (v * 1e6).round() / 1e6 + 0.0 } else { v })));
                rings.push(start..coords.len() as u32);
            }
            let bytes = encode(&rings, &coords);
            let (mut rings_back, mut coords_back) = (Vec::new(), Vec::new());
            prop_assert_eq!(decode(&bytes, &mut rings_back, &mut coords_back), Ok(()));
            prop_assert_eq!(rings_back, rings);
            let bits = |all: &[[f64; 2]]| all.iter().flatten().map(|v| v.to_bits()).collect::<Vec<_>>();
            prop_assert_eq!(bits(&coords_back), bits(&coords));
            for cut in 0..bytes.len() {
                prop_assert!(decode(&bytes[..cut], &mut Vec::new(), &mut Vec::new()).is_err());
            }
        }
    }

    #[test]
    fn seven_decimals_take_few_bytes() {
        let coords: Vec<[f64; 2]> =
            (0..100).map(|n| [116.123_456_7 + f64::from(n * 731) / 1e7, 40.0]).map(|p| p.map(|v| (v * 1e7).round() / 1e7)).collect();
        assert!(encode(std::slice::from_ref(&(0..100)), &coords).len() < 400);
    }
}
