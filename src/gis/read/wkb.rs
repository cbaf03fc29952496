//! Well-known binary: OGC, ISO (Z, M) and EWKB, with or without GeoPackage's header.
//!
//! Counts are believed only as far as bytes for them are left, nesting ends at 8, and no input
//! panics or makes memory grow beyond its own size.

use super::GeometryKind;
use super::geometry::{Fault, Shape, Sink};

/// Deepest nesting of collections.
const MAX_DEPTH: u32 = 8;
/// Flags of EWKB in the type: heights, measures, a system's number.
const EWKB_Z: u32 = 0x8000_0000;
const EWKB_M: u32 = 0x4000_0000;
const EWKB_SRID: u32 = 0x2000_0000;
/// Bytes of GeoPackage's envelopes by their code.
const ENVELOPE_BYTES: [usize; 5] = [0, 32, 48, 48, 64];

fn damaged(what: &str) -> Fault {
    ("E_WKB", what.to_owned())
}

/// Reads a geometry; its rings are those of `sink` from where it stood.
pub(super) fn read(blob: &[u8], sink: &mut Sink) -> Result<Shape, Fault> {
    let mut bytes = Bytes { rest: body(blob)?, big_endian: false };
    let shape = bytes.geometry(sink, 0, None)?;
    if bytes.rest.is_empty() { Ok(shape) } else { Err(damaged("trailing bytes")) }
}

/// The WKB behind GeoPackage's header (OGC 12-128, clause 2.1.3), where there is one.
fn body(blob: &[u8]) -> Result<&[u8], Fault> {
    let Some(header) = blob.strip_prefix(b"GP") else { return Ok(blob) };
    let (&[version, flags], _) = header.split_first_chunk::<2>().ok_or_else(|| damaged("header"))?;
    if version != 0 || flags & 0x20 != 0 {
        return Err(damaged("header version"));
    }
    let envelope = ENVELOPE_BYTES.get(usize::from(flags >> 1 & 7)).ok_or_else(|| damaged("header envelope"))?;
    blob.get(8 + envelope..).ok_or_else(|| damaged("header"))
}

struct Bytes<'b> {
    rest: &'b [u8],
    big_endian: bool,
}

impl Bytes<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], Fault> {
        let (taken, rest) = self.rest.split_first_chunk::<N>().ok_or_else(|| damaged("cut short"))?;
        self.rest = rest;
        Ok(*taken)
    }

    fn number(&mut self) -> Result<u32, Fault> {
        let bytes = self.take()?;
        Ok(if self.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }

    fn ordinate(&mut self) -> Result<f64, Fault> {
        let bytes = self.take()?;
        Ok(if self.big_endian { f64::from_be_bytes(bytes) } else { f64::from_le_bytes(bytes) })
    }

    /// A count of things of at least `bytes` bytes each.
    fn count(&mut self, bytes: usize) -> Result<u32, Fault> {
        let count = self.number()?;
        let fits = (count as usize).checked_mul(bytes).is_some_and(|all| all <= self.rest.len());
        if fits { Ok(count) } else { Err(damaged(&format!("count {count}"))) }
    }

    /// A geometry; inside a multi-geometry only of the kind that it says.
    fn geometry(&mut self, sink: &mut Sink, depth: u32, only: Option<u32>) -> Result<Shape, Fault> {
        if depth > MAX_DEPTH {
            return Err(damaged("nesting"));
        }
        let [order] = self.take()?;
        self.big_endian = match order {
            0 => true,
            1 => false,
            other => return Err(damaged(&format!("byte order {other}"))),
        };
        let code = self.number()?;
        if code & EWKB_SRID != 0 {
            self.number()?;
        }
        let plain = code & 0x0fff_ffff;
        let (kind, iso) = (plain % 1000, plain / 1000);
        if iso > 3 || only.is_some_and(|only| only != kind) {
            return Err(("E_GEOM_KIND", code.to_string()));
        }
        let z = code & EWKB_Z != 0 || iso == 1 || iso == 3;
        let m = code & EWKB_M != 0 || iso == 2 || iso == 3;
        sink.had_z |= z;
        let extra = usize::from(z) + usize::from(m);
        let simple = |kind| Shape { kind, ..Shape::default() };
        match kind {
            1 => self.point(sink, extra).map(|taken| simple(if taken { GeometryKind::Point } else { GeometryKind::None })),
            2 => self.positions(sink, extra).map(|taken| simple(if taken { GeometryKind::Line } else { GeometryKind::None })),
            3 => {
                let mut taken = false;
                for _ in 0..self.count(4)? {
                    taken |= self.positions(sink, extra)?;
                }
                Ok(simple(if taken { GeometryKind::Polygon } else { GeometryKind::None }))
            }
            4..=7 => self.parts(sink, depth, kind),
            other => Err(("E_GEOM_KIND", other.to_string())),
        }
    }

    /// The parts of a multi-geometry, or the areas of a collection.
    fn parts(&mut self, sink: &mut Sink, depth: u32, kind: u32) -> Result<Shape, Fault> {
        let mut shape = Shape { collection: kind == 7, ..Shape::default() };
        // The least geometry: its byte order, its type and a count.
        for _ in 0..self.count(9)? {
            let checkpoint = sink.checkpoint();
            let part = self.geometry(sink, depth + 1, (kind != 7).then(|| kind - 3))?;
            shape.left_out += part.left_out;
            if kind != 7 || part.kind == GeometryKind::Polygon {
                if part.kind != GeometryKind::None {
                    shape.kind = part.kind;
                }
            } else if part.kind != GeometryKind::None {
                sink.rewind(checkpoint);
                shape.left_out += 1;
            }
        }
        Ok(shape)
    }

    /// One position; `false` for an empty point, which is written as NaN.
    fn point(&mut self, sink: &mut Sink, extra: usize) -> Result<bool, Fault> {
        let start = sink.coords.len();
        let (x, y) = (self.ordinate()?, self.ordinate()?);
        for _ in 0..extra {
            self.ordinate()?;
        }
        if x.is_nan() && y.is_nan() {
            return Ok(false);
        }
        sink.place(x, y)?;
        sink.end_if_any(start)?;
        Ok(true)
    }

    /// A list of positions; `false` where there is none.
    fn positions(&mut self, sink: &mut Sink, extra: usize) -> Result<bool, Fault> {
        let start = sink.coords.len();
        for _ in 0..self.count(8 * (2 + extra))? {
            let (x, y) = (self.ordinate()?, self.ordinate()?);
            for _ in 0..extra {
                self.ordinate()?;
            }
            sink.place(x, y)?;
        }
        if sink.coords.len() == start {
            return Ok(false);
        }
        sink.end_if_any(start)?;
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A polygon with this many ordinates a position, in either byte order.
    fn polygon(code: u32, srid: Option<u32>, ordinates: usize, big: bool) -> Vec<u8> {
        let mut out = vec![u8::from(!big)];
        let number = |out: &mut Vec<u8>, n: u32| out.extend(if big { n.to_be_bytes() } else { n.to_le_bytes() });
        number(&mut out, code);
        srid.into_iter().for_each(|n| number(&mut out, n));
        number(&mut out, 1);
        number(&mut out, 4);
        for place in [[107.0, 36.0], [108.0, 36.0], [108.0, 37.0], [107.0, 36.0]] {
            for n in 0..ordinates {
                let v: f64 = place.get(n).copied().unwrap_or(7.0);
                out.extend(if big { v.to_be_bytes() } else { v.to_le_bytes() });
            }
        }
        out
    }

    fn geopackage(envelope: u8, wkb: &[u8]) -> Vec<u8> {
        let mut out = vec![b'G', b'P', 0, 1 | envelope << 1, 0x8a, 0x11, 0, 0];
        out.resize(8 + ENVELOPE_BYTES[usize::from(envelope)], 0);
        out.extend(wkb);
        out
    }

    fn coords(blob: &[u8]) -> Result<(GeometryKind, Vec<[f64; 2]>, bool), Fault> {
        let mut sink = Sink::default();
        read(blob, &mut sink).map(|shape| (shape.kind, sink.coords, sink.had_z))
    }

    #[test]
    fn every_dialect_gives_the_same_ring() {
        let ring = vec![[107.0, 36.0], [108.0, 36.0], [108.0, 37.0], [107.0, 36.0]];
        for (code, srid, ordinates, z) in [
            (3, None, 2, false),
            (1003, None, 3, true),
            (2003, None, 3, false),
            (3003, None, 4, true),
            (EWKB_Z | 3, None, 3, true),
            (EWKB_SRID | 3, Some(4490), 2, false),
            (EWKB_SRID | EWKB_Z | EWKB_M | 3, Some(4490), 4, true),
        ] {
            for big in [false, true] {
                let wkb = polygon(code, srid, ordinates, big);
                let expected = Ok((GeometryKind::Polygon, ring.clone(), z));
                assert_eq!(coords(&wkb), expected, "{code:x} {big}");
                for envelope in 0..5 {
                    assert_eq!(coords(&geopackage(envelope, &wkb)), expected, "{envelope}");
                }
            }
        }
    }

    #[test]
    fn what_cannot_be_believed_is_refused() {
        let nested = [1, 7, 0, 0, 0, 1, 0, 0, 0].repeat(40);
        let huge = [1, 3, 0, 0, 0, 0xff, 0xff, 0xff, 0x7f].to_vec();
        let points = [&[1, 3, 0, 0, 0, 1, 0, 0, 0][..], &u32::MAX.to_le_bytes(), &[0; 64]].concat();
        let whole = polygon(3, None, 2, false);
        let trailing = [&whole[..], &[0]].concat();
        for blob in [&[][..], &nested, &huge, &points, &trailing, &[7, 1, 0, 0, 0], b"GP\x01\x01\0\0\0\0", b"GP\0\x0b\0\0\0\0", b"GP"] {
            assert!(matches!(coords(blob), Err(("E_WKB", _))), "{blob:?}");
        }
        assert_eq!(coords(&[1, 9, 0, 0, 0, 0, 0, 0, 0]).err().map(|f| f.0), Some("E_GEOM_KIND"));
        for cut in 0..whole.len() {
            assert!(coords(&whole[..cut]).is_err(), "{cut}");
        }
        let mut nan = whole.clone();
        nan[13..21].copy_from_slice(&f64::NAN.to_le_bytes());
        assert_eq!(coords(&nan).err().map(|f| f.0), Some("E_GEOM_NUMBER"));
    }

    #[test]
    fn an_empty_point_is_no_geometry_and_a_collection_gives_its_areas() {
        let empty = [&[1, 1, 0, 0, 0][..], &f64::NAN.to_le_bytes(), &f64::NAN.to_le_bytes()].concat();
        assert_eq!(coords(&empty).map(|c| c.0), Ok(GeometryKind::None));
        let point = [&[1, 1, 0, 0, 0][..], &1_f64.to_le_bytes(), &2_f64.to_le_bytes()].concat();
        let both = [&[1, 7, 0, 0, 0, 2, 0, 0, 0][..], &point, &polygon(3, None, 2, true)].concat();
        let mut sink = Sink::default();
        let shape = read(&both, &mut sink).expect("a collection");
        assert_eq!((shape.kind, shape.left_out, shape.collection, sink.rings.len()), (GeometryKind::Polygon, 1, true, 1));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn no_bytes_panic_or_grow(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let mut sink = Sink::default();
            let _ = read(&bytes, &mut sink);
            prop_assert!(sink.coords.len() * 16 <= bytes.len());
        }

        #[test]
        fn no_change_panics(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..5)) {
            let part = polygon(3, None, 2, false);
            let mut blob = geopackage(1, &[&[1, 6, 0, 0, 0, 2, 0, 0, 0][..], &part, &part].concat());
            for (place, byte) in changes {
                let at = place.index(blob.len());
                blob[at] = byte;
            }
            let mut sink = Sink::default();
            let _ = read(&blob, &mut sink);
            prop_assert!(sink.coords.iter().flatten().all(|v| v.is_finite()));
        }
    }
}
