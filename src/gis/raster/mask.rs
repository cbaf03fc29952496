//! Which samples of a raster some shapes of their own cover, for a pattern over the map: the ground that
//! nobody covers, the outline of a fault.

use super::Raster;

/// A ring in degrees, open or closed.
type Ring = Vec<[f64; 2]>;

/// One flag per sample of the raster, row by row; empty where none is covered.
///
/// A sample is covered where its centre lies inside by the even-odd rule, or where a line of a ring runs
/// through it: a sliver narrower than a sample is still seen.
#[must_use]
pub fn mask<'a>(raster: &Raster, shapes: impl IntoIterator<Item = &'a [Ring]>) -> Vec<bool> {
    let view = View { raster, width: raster.width(), height: raster.height() };
    let mut samples = vec![false; view.width * view.height];
    let mut crossings = Vec::new();
    let mut any = false;
    for rings in shapes {
        let rings: Vec<Ring> = rings.iter().map(|ring| ring.iter().map(|at| view.sample(*at)).collect()).collect();
        any |= view.fill(&rings, &mut crossings, &mut samples);
        for ring in &rings {
            for (n, from) in ring.iter().enumerate() {
                any |= view.line(*from, ring[(n + 1) % ring.len()], &mut samples);
            }
        }
    }
    if any { samples } else { Vec::new() }
}

/// The samples that some lines run through, in degrees; empty where none is on the map.
#[must_use]
pub fn trace<'a>(raster: &Raster, lines: impl IntoIterator<Item = &'a Ring>) -> Vec<bool> {
    let view = View { raster, width: raster.width(), height: raster.height() };
    let mut samples = vec![false; view.width * view.height];
    let mut any = false;
    for line in lines {
        let line: Ring = line.iter().map(|at| view.sample(*at)).collect();
        for pair in line.windows(2) {
            any |= view.line(pair[0], pair[1], &mut samples);
        }
    }
    if any { samples } else { Vec::new() }
}

struct View<'a> {
    raster: &'a Raster,
    width: usize,
    height: usize,
}

impl View<'_> {
    /// A place in samples from the upper left corner.
    fn sample(&self, [lon, lat]: [f64; 2]) -> [f64; 2] {
        let e = &self.raster.extent;
        [
            (lon - e.min_x_deg) / (e.max_x_deg - e.min_x_deg) * self.width as f64,
            (e.max_y_deg - lat) / (e.max_y_deg - e.min_y_deg) * self.height as f64,
        ]
    }

    fn fill(&self, rings: &[Ring], crossings: &mut Vec<f64>, samples: &mut [bool]) -> bool {
        let mut any = false;
        let rows = rings.iter().flatten().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), at| (low.min(at[1]), high.max(at[1])));
        // Casting saturates, so that places far outside are no trouble.
        let (first, last) = (rows.0.floor().max(0.0) as usize, (rows.1.ceil().max(0.0) as usize).min(self.height));
        for row in first..last {
            let y = row as f64 + 0.5;
            crossings.clear();
            for ring in rings {
                for (n, a) in ring.iter().enumerate() {
                    let b = ring[(n + 1) % ring.len()];
                    if (a[1] <= y) != (b[1] <= y) {
                        crossings.push(a[0] + (y - a[1]) / (b[1] - a[1]) * (b[0] - a[0]));
                    }
                }
            }
            crossings.sort_unstable_by(f64::total_cmp);
            for pair in crossings.chunks_exact(2) {
                let column = |x: f64| ((x + 0.5).floor().max(0.0) as usize).min(self.width);
                let (from, to) = (column(pair[0]), column(pair[1]));
                samples[row * self.width + from..row * self.width + to.max(from)].fill(true);
                any |= to > from;
            }
        }
        any
    }

    fn line(&self, a: [f64; 2], b: [f64; 2], samples: &mut [bool]) -> bool {
        let (width, height) = (self.width as f64, self.height as f64);
        let inside = |t: &[f64; 2]| t[0] >= 0.0 && t[1] >= 0.0 && t[0] < width && t[1] < height;
        if !a[0].is_finite() || !a[1].is_finite() || !b[0].is_finite() || !b[1].is_finite() {
            return false;
        }
        let Some((a, b)) = clip(a, b, width, height) else { return false };
        let steps = (b[0] - a[0]).abs().max((b[1] - a[1]).abs()).ceil().max(1.0);
        let mut any = false;
        for n in 0..=steps as usize {
            let t = n as f64 / steps;
            let at = [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t];
            if inside(&at) {
                samples[at[1] as usize * self.width + at[0] as usize] = true;
                any = true;
            }
        }
        any
    }
}

/// The part of a line that lies in a box from the origin (Liang and Barsky 1984), so that a line of a
/// thousand screens costs no more than one of this screen.
fn clip(a: [f64; 2], b: [f64; 2], width: f64, height: f64) -> Option<([f64; 2], [f64; 2])> {
    let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
    let (mut from, mut to) = (0.0_f64, 1.0_f64);
    for (p, q) in [(-dx, a[0]), (dx, width - a[0]), (-dy, a[1]), (dy, height - a[1])] {
        if p == 0.0 {
            if q < 0.0 {
                return None;
            }
        } else if p < 0.0 {
            from = from.max(q / p);
        } else {
            to = to.min(q / p);
        }
    }
    (from <= to).then(|| ([a[0] + dx * from, a[1] + dy * from], [a[0] + dx * to, a[1] + dy * to]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::scene::{Extent, MapSize};

    /// 10×10 samples of one degree each.
    fn raster() -> Raster {
        Raster {
            version: 1,
            extent: Extent { min_x_deg: 0.0, min_y_deg: 0.0, max_x_deg: 10.0, max_y_deg: 12.0 },
            size: MapSize { cols_cells: 5, rows_cells: 3, cell_aspect: 2.0 },
            units: vec![],
            group: vec![],
            middle_deg: vec![],
            samples: vec![],
            anchors: vec![],
            crowds: vec![],
            hidden_share: 0.0,
            points: vec![],
        }
    }

    fn square(x: f64, y: f64, side: f64) -> Ring {
        vec![[x, y], [x + side, y], [x + side, y + side], [x, y + side]]
    }

    fn covered(rings: &[Ring]) -> usize {
        mask(&raster(), [rings]).iter().filter(|on| **on).count()
    }

    #[test]
    fn what_a_shape_covers_is_marked_and_its_hole_is_not() {
        assert_eq!(covered(&[square(2.1, 3.1, 3.8)]), 16);
        let with_hole = mask(&raster(), [[square(1.1, 1.1, 7.8), square(3.9, 3.9, 2.2)].as_slice()]);
        let at = |lon: usize, lat: usize| with_hole[(11 - lat) * 10 + lon];
        assert!(at(2, 2) && !at(4, 4) && at(3, 4), "{with_hole:?}");
    }

    #[test]
    fn a_sliver_thinner_than_a_sample_is_seen() {
        let sliver = vec![[1.0, 5.01], [9.0, 5.01], [9.0, 5.02], [1.0, 5.02]];
        assert!(covered(&[sliver]) >= 8);
    }

    #[test]
    fn what_lies_elsewhere_or_is_endless_marks_nothing_or_only_what_is_seen() {
        assert!(mask(&raster(), [[square(40.0, 40.0, 5.0)].as_slice()]).is_empty());
        assert!(mask(&raster(), [[vec![[f64::NAN, 1.0], [2.0, f64::INFINITY], [3.0, 3.0]]].as_slice()]).len() <= 120);
        assert_eq!(covered(&[square(-1e9, -1e9, 2e9)]), 120);
        assert_eq!(covered(&[vec![]]), 0);
    }
}
