//! What a file is, by its bytes and never by its name.

/// Bytes at both ends of a file that are looked at.
pub(super) const LOOK_BYTES: usize = 64 << 10;

/// A kind of file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum MapFormat {
    /// GeoJSON: a collection, one feature, or one per line.
    #[default]
    GeoJson,
    /// TopoJSON.
    TopoJson,
    /// A map of ECharts, its coordinates encoded; as JSON or inside a script.
    Echarts,
    /// The main file of a shapefile.
    Shapefile,
    /// An SQLite database; a GeoPackage says so in its tables.
    GeoPackage,
    /// A zip with other files in it.
    Zip,
    /// Nothing that can be read as a map; the word names what it looks like.
    Other(&'static str),
}

/// Beginnings of files that are no maps, or none that are read.
const OTHERS: &[(&[u8], &str)] = &[
    (b"\x1f\x8b", "gzip"),
    (b"version https://git-lfs", "Git LFS"),
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"AC10", "DWG"),
    (b"\xd0\xcf\x11\xe0", "xls/doc"),
    (b"7z\xbc\xaf", "7z"),
    (b"Rar!", "RAR"),
    (b"fgb\x03", "FlatGeobuf"),
    (b"PAR1", "Parquet"),
];

/// Tells the format from the first and the last bytes of a file.
pub(super) fn tell(head: &[u8], tail: &[u8]) -> MapFormat {
    if head.starts_with(&[0, 0, 0x27, 0x0a]) {
        return MapFormat::Shapefile;
    }
    if head.starts_with(b"SQLite format 3\0") {
        return MapFormat::GeoPackage;
    }
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return MapFormat::Zip;
    }
    if let Some((_, name)) = OTHERS.iter().find(|(magic, _)| head.starts_with(magic)) {
        return MapFormat::Other(name);
    }
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let text = text.trim_ascii_start();
    if text.starts_with(b"<") {
        let lower = text[..text.len().min(400)].to_ascii_lowercase();
        let has = |word: &[u8]| contains(&lower, word);
        let kind = if has(b"<kml") {
            "KML"
        } else if has(b"<html") || has(b"<!doctype html") {
            "HTML"
        } else {
            "XML"
        };
        return MapFormat::Other(kind);
    }
    let either = |word: &[u8]| contains(head, word) || contains(tail, word);
    if text.starts_with(b"{") {
        // What names the kind may stand at either end, around a long list of features or arcs.
        return if encoded(head) || encoded(tail) {
            MapFormat::Echarts
        } else if either(b"\"Topology\"") {
            MapFormat::TopoJson
        } else {
            MapFormat::GeoJson
        };
    }
    if contains(head, b"registerMap(") && !text.starts_with(b"[") {
        return MapFormat::Echarts;
    }
    // Whatever else it is, the reader of GeoJSON says what is wrong with it.
    MapFormat::GeoJson
}

/// Whether a map of ECharts says that its coordinates are encoded; decoded ones keep the word with `false`.
fn encoded(bytes: &[u8]) -> bool {
    const WORD: &[u8] = b"UTF8Encoding";
    let Some(at) = bytes.windows(WORD.len()).position(|w| w == WORD) else { return false };
    let rest: Vec<u8> = bytes[at + WORD.len()..]
        .iter()
        .copied()
        .filter(|b| !matches!(b, b'"' | b'\'' | b':' | b' ' | b'\n' | b'\r' | b'\t'))
        .take(4)
        .collect();
    rest.starts_with(b"true") || rest.starts_with(b"!0")
}

fn contains(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|w| w == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_tell_and_not_the_name() {
        for (head, tail, format) in [
            (&b"{\"type\":\"FeatureCollection\""[..], &b""[..], MapFormat::GeoJson),
            (b"\x1e{\"type\":\"Feature\"", b"", MapFormat::GeoJson),
            (b"\xef\xbb\xbf {\"arcs\":[", b"],\"type\":\"Topology\"}", MapFormat::TopoJson),
            (b"{\"type\":\"FeatureCollection\",\"UTF8Encoding\":true", b"", MapFormat::Echarts),
            (b"{\"type\":\"FeatureCollection\"", b"\"UTF8Encoding\":true}", MapFormat::Echarts),
            (b"{\"type\":\"FeatureCollection\"", b"\"UTF8Encoding\": false}", MapFormat::GeoJson),
            (b"!function(A,B){ B.registerMap(\"x\",{", b"", MapFormat::Echarts),
            (b"\0\0\x27\x0a\0\0", b"", MapFormat::Shapefile),
            (b"SQLite format 3\0", b"", MapFormat::GeoPackage),
            (b"PK\x03\x04", b"", MapFormat::Zip),
            (b"<?xml version=\"1.0\"?><kml>", b"", MapFormat::Other("KML")),
            (b"<!DOCTYPE html>", b"", MapFormat::Other("HTML")),
            (b"\x1f\x8b\x08", b"", MapFormat::Other("gzip")),
        ] {
            assert_eq!(tell(head, tail), format, "{}", String::from_utf8_lossy(head));
        }
    }
}
