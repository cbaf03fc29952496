//! The made-up city of the benches: 12,000 grids in 1,500 villages and 60 towns, 1.2 million vertices.

use std::fmt::Write as _;

/// Grids from west to east and from south to north.
pub(crate) const COLS: usize = 120;
pub(crate) const ROWS: usize = 100;
/// Points on an edge between two corners.
const POINTS: usize = 24;
/// Level, columns and rows of grids in one unit, the top first.
pub(crate) const LEVELS: [(&str, usize, usize); 4] = [("city", COLS, ROWS), ("town", 20, 10), ("village", 4, 2), ("grid", 1, 1)];

/// A number in −0.5 … 0.5 that depends on nothing but its arguments.
pub(crate) fn noise(a: usize, b: usize, c: usize) -> f64 {
    let mut x = (a as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15)
        ^ (b as u64).wrapping_mul(0xC2B2_AE3D_27D4_EB4F)
        ^ (c as u64).wrapping_mul(0x1656_67B1_9E37_79F9);
    x ^= x >> 31;
    x = x.wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x ^= x >> 29;
    (x >> 11) as f64 / (1u64 << 53) as f64 - 0.5
}

fn corner(i: usize, j: usize) -> [f64; 2] {
    [108.0 + 0.01 * i as f64 + 0.004 * noise(i, j, 1), 23.0 + 0.01 * j as f64 + 0.004 * noise(i, j, 2)]
}

/// The points from one corner to the next one east (or north), without the last.
fn edge(i: usize, j: usize, north: bool) -> Vec<[f64; 2]> {
    let (from, to) = (corner(i, j), if north { corner(i, j + 1) } else { corner(i + 1, j) });
    let mut points = vec![from];
    for k in 1..=POINTS {
        let t = k as f64 / (POINTS + 1) as f64;
        let off = 0.0006 * noise(i * 200 + j, k, 3 + usize::from(north));
        let mut point = [from[0] + (to[0] - from[0]) * t, from[1] + (to[1] - from[1]) * t];
        point[usize::from(!north)] += off;
        points.push(point);
    }
    points
}

/// The ring around a block of grids, closed.
fn ring(i0: usize, j0: usize, cols: usize, rows: usize) -> Vec<[f64; 2]> {
    let (i1, j1) = (i0 + cols, j0 + rows);
    let mut out: Vec<[f64; 2]> = (i0..i1).flat_map(|i| edge(i, j0, false)).chain((j0..j1).flat_map(|j| edge(i1, j, true))).collect();
    let mut back: Vec<[f64; 2]> = (j0..j1).flat_map(|j| edge(i0, j, true)).chain((i0..i1).flat_map(|i| edge(i, j1, false))).collect();
    back.push(corner(i1, j1));
    out.extend(back.into_iter().rev());
    out
}

/// What the framework and the manifest of the city begin with.
pub(crate) const FRAMEWORK: &str = "[framework]\nid = \"city\"\nname = \"测试市\"\nname_en = \"city\"\nprivacy = \"org-level\"\n";
pub(crate) const MANIFEST: &str = "[workspace]\nname = \"测试市\"\ncounty = \"99\"\nframework = \"framework.toml\"\n";

/// Adds a level to a framework.
pub(crate) fn declare(framework: &mut String, level: &str, above: Option<&str>) {
    let parent = above.map(|name| format!("parent = \"{name}\"\n")).unwrap_or_default();
    let _ = write!(framework, "\n[[level]]\ncode = \"{level}\"\nlabel = \"{level}\"\nlabel_en = \"{level}\"\n{parent}");
}

/// The map of a level, with the level above it.
pub(crate) fn geojson(above: Option<(&str, usize, usize)>, (level, cols, rows): (&str, usize, usize)) -> String {
    let mut text = "{\"type\":\"FeatureCollection\",\"features\":[\n".to_owned();
    for (n, (i, j)) in (0..COLS / cols).flat_map(|i| (0..ROWS / rows).map(move |j| (i * cols, j * rows))).enumerate() {
        let code = |level: &str, cols: usize, rows: usize| format!("{level}{:03}{:03}", i / cols * cols, j / rows * rows);
        let parent = above.map(|(name, c, r)| code(name, c, r)).unwrap_or_default();
        let own = code(level, cols, rows);
        let _ = write!(
            text,
            "{}{{\"type\":\"Feature\",\"properties\":{{\"code\":\"{own}\",\"name\":\"{level} {i}-{j}\",\"parent\":\"{parent}\"}},\"geometry\":{{\"type\":\"Polygon\",\"coordinates\":[[",
            if n == 0 { "" } else { ",\n" }
        );
        for (k, [x, y]) in ring(i, j, cols, rows).into_iter().enumerate() {
            let _ = write!(text, "{}[{x:.7},{y:.7}]", if k == 0 { "" } else { "," });
        }
        text.push_str("]]}}");
    }
    text.push_str("\n]}\n");
    text
}
