//! What a file is, by its first bytes; what is no table is named with what to ask its sender for.

use super::archive::Archive;

/// What the bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    /// A zip container.
    Zip,
    /// A binary workbook.
    Xls,
    /// A database.
    Sqlite,
    /// Text, presumably with separated columns.
    Text,
    /// Something else: the code of the problem that says what.
    Not(&'static str),
}

const CFB: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

/// First bytes and what they stand for.
const MAGIC: [(&[u8], &str); 22] = [
    (b"%PDF", "E_BOOK_PDF"),
    (b"\x89PNG", "E_BOOK_PICTURE"),
    (b"\xff\xd8\xff", "E_BOOK_PICTURE"),
    (b"GIF8", "E_BOOK_PICTURE"),
    (b"II*\0", "E_BOOK_PICTURE"),
    (b"MM\0*", "E_BOOK_PICTURE"),
    (b"\0\0\0\x18ftyp", "E_BOOK_PICTURE"),
    (b"\0\0\0\x1cftyp", "E_BOOK_PICTURE"),
    (b"\0\0\0\x24ftyp", "E_BOOK_PICTURE"),
    (b"{\\rtf", "E_BOOK_DOC"),
    (b"Rar!", "E_BOOK_ARCHIVE"),
    (b"7z\xbc\xaf\x27\x1c", "E_BOOK_ARCHIVE"),
    (b"\x1f\x8b", "E_BOOK_ARCHIVE"),
    (b"\xfd7zXZ", "E_BOOK_ARCHIVE"),
    (b"BZh", "E_BOOK_ARCHIVE"),
    (b"\0\0\x27\x0a", "E_BOOK_MAP"),
    (b"version https://git-lfs", "E_BOOK_LFS"),
    (b"MIME-Version:", "E_BOOK_HTML"),
    (b"ID;P", "E_BOOK_OLD"),
    (b"\x09\x08\x06\x00", "E_BOOK_OLD"),
    (b"\x09\x04\x06\x00", "E_BOOK_OLD"),
    (b"\x7fELF", "E_BOOK_BINARY"),
];

/// Tells a file by its content.
pub(super) fn sort(bytes: &[u8]) -> Sort {
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return Sort::Zip;
    }
    if bytes.starts_with(CFB) {
        return compound(bytes);
    }
    if bytes.starts_with(b"SQLite format 3\0") {
        return Sort::Sqlite;
    }
    if let Some((_, code)) = MAGIC.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return Sort::Not(code);
    }
    if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") || bytes.starts_with(b"BM") && bytes.get(6..10) == Some(&[0; 4]) {
        return Sort::Not("E_BOOK_PICTURE");
    }
    markup(bytes).map_or(Sort::Text, Sort::Not)
}

/// A compound file by the names in its directory, which are UTF-16.
fn compound(bytes: &[u8]) -> Sort {
    let has = |name: &str| {
        let wanted: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).chain([0, 0]).collect();
        // Records of a directory begin at multiples of 128 bytes.
        bytes.chunks_exact(128).any(|record| record.starts_with(&wanted))
    };
    if has("EncryptedPackage") || is_locked(bytes) {
        Sort::Not("E_BOOK_LOCKED")
    } else if has("Workbook") || has("Book") {
        Sort::Xls
    } else if has("WordDocument") {
        Sort::Not("E_BOOK_DOC")
    } else if has("PowerPoint Document") {
        Sort::Not("E_BOOK_SLIDES")
    } else {
        Sort::Not("E_BOOK_BINARY")
    }
}

/// Whether the records of a binary workbook say that what follows is encrypted ([MS-XLS] 2.4.117):
/// the crate reads the oldest of its ways as if it were text.
fn is_locked(bytes: &[u8]) -> bool {
    const FILE_PASS: u16 = 0x2f;
    const RECORDS_MAX: usize = 32;
    let starts = bytes.chunks(512).enumerate().filter(|(_, sector)| sector.starts_with(&[0x09, 0x08]));
    starts.map(|(n, _)| n * 512).any(|mut at| {
        for _ in 0..RECORDS_MAX {
            let Some([a, b, c, d]) = bytes.get(at..at + 4) else { return false };
            if u16::from_le_bytes([*a, *b]) == FILE_PASS {
                return true;
            }
            at += 4 + usize::from(u16::from_le_bytes([*c, *d]));
        }
        false
    })
}

/// Markup and map files, which are text too.
fn markup(bytes: &[u8]) -> Option<&'static str> {
    let head = &bytes[..bytes.len().min(4096)];
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    // UTF-16 of plain letters without its NULs.
    let plain: Vec<u8> = head.iter().filter(|b| **b != 0 && b.is_ascii()).map(u8::to_ascii_lowercase).collect();
    let text = String::from_utf8_lossy(&plain);
    let text = text.trim_start();
    match text.as_bytes().first()? {
        b'<' if text.contains("urn:schemas-microsoft-com:office:spreadsheet") => Some("E_BOOK_XML2003"),
        b'<' if ["<!doctype html", "<html", "<table", "<meta", "<head", "<body", "<div", "<style"].iter().any(|tag| text.contains(tag)) => {
            Some("E_BOOK_HTML")
        }
        b'<' if text.starts_with("<?xml") || text.starts_with("<!") => Some("E_BOOK_XML"),
        b'{' => Some("E_BOOK_JSON"),
        b'[' if text[1..].trim_start().starts_with(['{', '[']) => Some("E_BOOK_JSON"),
        _ => None,
    }
}

/// What a zip container holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Container {
    /// A workbook of the Office Open XML.
    Xlsx,
    /// A document.
    Docx,
    /// An OpenDocument spreadsheet.
    Ods,
    /// Files.
    Files,
    /// Something else.
    Not(&'static str),
}

/// Tells a container by its parts.
pub(super) fn container(archive: &mut Archive<'_>) -> Container {
    let has = |archive: &Archive<'_>, name: &str| archive.find(name).is_some();
    if has(archive, "xl/workbook.xml") {
        return Container::Xlsx;
    }
    for (part, found) in [
        ("xl/workbook.bin", Container::Not("E_BOOK_XLSB")),
        (super::docx::DOCUMENT, Container::Docx),
        ("ppt/presentation.xml", Container::Not("E_BOOK_SLIDES")),
        ("OFD.xml", Container::Not("E_BOOK_OFD")),
        ("META-INF/container.xml", Container::Not("E_BOOK_DOC")),
    ] {
        if has(archive, part) {
            return found;
        }
    }
    let mimetype = archive.find("mimetype").filter(|at| archive.entries[*at].size < 256).and_then(|at| archive.bytes(at).ok());
    match mimetype {
        Some(m) if m.starts_with(b"application/vnd.oasis.opendocument.spreadsheet") => Container::Ods,
        Some(m) if m.starts_with(b"application/vnd.oasis.opendocument") => Container::Not("E_BOOK_DOC"),
        _ if has(archive, "[Content_Types].xml") => Container::Not("E_BOOK_BROKEN"),
        _ => Container::Files,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_by_their_content() {
        let html = [&[0xff, 0xfe][..], &"<html><table>".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>()].concat();
        for (bytes, sort_of) in [
            (&b"a,b\n"[..], Sort::Text),
            (b"PK\x03\x04", Sort::Zip),
            (b"%PDF-1.7", Sort::Not("E_BOOK_PDF")),
            (b"\xff\xd8\xff\xe0", Sort::Not("E_BOOK_PICTURE")),
            (b"  <html><body><table>", Sort::Not("E_BOOK_HTML")),
            (&html, Sort::Not("E_BOOK_HTML")),
            (b"<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\">", Sort::Not("E_BOOK_XML2003")),
            (b"{\"type\":\"FeatureCollection\"}", Sort::Not("E_BOOK_JSON")),
            (b"[note] a,b", Sort::Text),
            (b"version https://git-lfs.github.com/spec/v1\n", Sort::Not("E_BOOK_LFS")),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Sort::Not("E_BOOK_BINARY")),
            (b"<5,a\n1,b\n", Sort::Text),
        ] {
            assert_eq!(sort(bytes), sort_of, "{}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn compound_files_are_told_by_their_directory() {
        for (name, found) in [
            ("Workbook", Sort::Xls),
            ("Book", Sort::Xls),
            ("EncryptedPackage", Sort::Not("E_BOOK_LOCKED")),
            ("WordDocument", Sort::Not("E_BOOK_DOC")),
        ] {
            let mut bytes = CFB.to_vec();
            bytes.resize(1024, 0);
            bytes.extend(name.encode_utf16().flat_map(u16::to_le_bytes));
            bytes.resize(2048, 0);
            assert_eq!(sort(&bytes), found, "{name}");
        }
    }
}
