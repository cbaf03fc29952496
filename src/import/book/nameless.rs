//! Workbooks and documents without the names of those who wrote them: what is kept of a file says
//! what its cells say, not whose computer it was written on.
//!
//! The properties of the file are emptied, and in its other parts the authors of remarks and
//! changes. Every other file of the container stays as it is packed, byte for byte.

use std::io::{Cursor, Read as _, Write as _};

use zip::write::{SimpleFileOptions, ZipWriter};
use zip::{CompressionMethod, ZipArchive};

use super::limits;

/// Parts with properties of the file (ECMA-376 part 2, 11; part 1, 15.2.12), and what stands in
/// their place.
const PROPERTIES: [(&str, &str); 4] = [
    ("docProps/core.xml", r#"<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"/>"#),
    ("docProps/app.xml", r#"<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"/>"#),
    ("docProps/custom.xml", r#"<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"/>"#),
    ("meta.xml", r#"<office:document-meta xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" office:version="1.2"/>"#),
];

/// Elements whose text names a person: authors of remarks in workbooks, and of remarks and changes
/// in OpenDocument.
const ELEMENTS: [&str; 4] = ["author", "creator", "creator-initials", "sender-initials"];
/// Attributes that name a person: of remarks and changes in documents, of shared workbooks, and of
/// the persons behind remarks with answers.
const ATTRIBUTES: [&str; 6] = ["author", "initials", "userName", "displayName", "userId", "providerId"];
/// Bytes of a record of the directory before its name, and of the record behind them all.
const CENTRAL_BYTES: usize = 46;
const END_BYTES: usize = 22;

/// Ends of files beside a map that say who made it.
const ABOUT_MAPS: [&str; 2] = [".shp.xml", ".qmd"];

/// The same container without names of persons, and of an archive its documents; `None` where there
/// are none in it, or it is none.
#[must_use]
pub fn nameless(bytes: &[u8]) -> Option<Vec<u8>> {
    rewritten(bytes, true)
}

fn rewritten(bytes: &[u8], outermost: bool) -> Option<Vec<u8>> {
    let mut zip = ZipArchive::new(Cursor::new(bytes)).ok()?;
    let directory = Directory::of(bytes).filter(|directory| directory.records.len() == zip.len())?;
    let is_document = ["[Content_Types].xml", "META-INF/manifest.xml"].iter().any(|name| zip.index_for_name(name).is_some());
    let mut new: Vec<Option<Vec<u8>>> = Vec::with_capacity(zip.len());
    for at in 0..zip.len() {
        let mut file = zip.by_index(at).ok()?;
        let name = file.name().map(std::borrow::Cow::into_owned).unwrap_or_default();
        let looked_at = if is_document { name.ends_with(".xml") } else { outermost && file.is_file() };
        if !looked_at || file.size() > limits::FILE_MAX_BYTES {
            new.push(None);
            continue;
        }
        let mut bytes = Vec::new();
        file.by_ref().take(limits::FILE_MAX_BYTES).read_to_end(&mut bytes).ok()?;
        new.push(if is_document { part(&name, &bytes) } else { member(&name, &bytes) });
    }
    if new.iter().all(Option::is_none) { None } else { directory.with(&new) }
}

/// Where the files of a container lie (APPNOTE 6.3: 4.3.7, 4.3.12, 4.3.16). It is written again by
/// these records, so that every other file and all names stay as they are.
struct Directory<'b> {
    bytes: &'b [u8],
    /// Each record of the directory, and what it describes.
    records: Vec<(&'b [u8], &'b [u8])>,
    end: &'b [u8],
}

impl<'b> Directory<'b> {
    fn of(bytes: &'b [u8]) -> Option<Self> {
        let first = bytes.len().checked_sub(END_BYTES)?;
        let end = (first.saturating_sub(usize::from(u16::MAX))..=first).rev().find(|at| bytes[*at..].starts_with(b"PK\x05\x06"))?;
        let start = number(bytes, end + 16, 4)?;
        let mut at = start;
        let mut found: Vec<(&[u8], usize)> = Vec::new();
        while bytes.get(at..at + 4)? == b"PK\x01\x02" {
            let len = CENTRAL_BYTES + number(bytes, at + 28, 2)? + number(bytes, at + 30, 2)? + number(bytes, at + 32, 2)?;
            found.push((bytes.get(at..at + len)?, number(bytes, at + 42, 4)?));
            at += len;
        }
        // A file reaches to where the next one begins.
        let mut starts: Vec<usize> = found.iter().map(|(_, local)| *local).chain([start]).collect();
        starts.sort_unstable();
        let span = |local: usize| Some(bytes.get(local..*starts.iter().find(|s| **s > local)?)).flatten();
        let records = found.into_iter().map(|(record, local)| Some((record, span(local)?))).collect::<Option<_>>()?;
        Some(Self { bytes, records, end: &bytes[end..] })
    }

    /// The container with some of its files replaced.
    fn with(&self, new: &[Option<Vec<u8>>]) -> Option<Vec<u8>> {
        let mut out = Vec::with_capacity(self.bytes.len());
        let mut directory = Vec::new();
        for ((record, file), new) in self.records.iter().zip(new) {
            let at = u32::try_from(out.len()).ok()?.to_le_bytes();
            let mut record = record.to_vec();
            match new {
                None => out.extend_from_slice(file),
                Some(new) => {
                    let (crc, packed) = deflated(new)?;
                    // Sizes stand before the data now, not behind them (flag 3).
                    record[8] &= !0b1000;
                    record[10..12].copy_from_slice(&8_u16.to_le_bytes());
                    record[16..20].copy_from_slice(&crc.to_le_bytes());
                    record[20..24].copy_from_slice(&u32::try_from(packed.len()).ok()?.to_le_bytes());
                    record[24..28].copy_from_slice(&u32::try_from(new.len()).ok()?.to_le_bytes());
                    // Version, flags, method, time, sizes and the length of the name are the same in both.
                    out.extend_from_slice(b"PK\x03\x04");
                    out.extend_from_slice(&record[6..30]);
                    out.extend_from_slice(&[0, 0]);
                    let name = number(&record, 28, 2)?;
                    out.extend_from_slice(record.get(CENTRAL_BYTES..CENTRAL_BYTES + name)?);
                    out.extend_from_slice(&packed);
                }
            }
            record[42..46].copy_from_slice(&at);
            directory.extend(record);
        }
        let start = u32::try_from(out.len()).ok()?;
        out.extend_from_slice(&directory);
        let mut end = self.end.to_vec();
        end[12..16].copy_from_slice(&u32::try_from(directory.len()).ok()?.to_le_bytes());
        end[16..20].copy_from_slice(&start.to_le_bytes());
        out.extend(end);
        Some(out)
    }
}

/// A number of so many bytes, little-endian.
fn number(bytes: &[u8], at: usize, len: usize) -> Option<usize> {
    bytes.get(at..at + len)?.iter().rev().try_fold(0_usize, |sum, byte| sum.checked_mul(256)?.checked_add(usize::from(*byte)))
}

/// The checksum of bytes, and them packed.
fn deflated(bytes: &[u8]) -> Option<(u32, Vec<u8>)> {
    let mut one = ZipWriter::new(Cursor::new(Vec::new()));
    one.start_file("", SimpleFileOptions::default().compression_method(CompressionMethod::Deflated)).ok()?;
    one.write_all(bytes).ok()?;
    let mut one = ZipArchive::new(one.finish().ok()?).ok()?;
    let mut file = one.by_index_raw(0).ok()?;
    let (crc, mut packed) = (file.crc32(), Vec::new());
    file.read_to_end(&mut packed).ok()?;
    Some((crc, packed))
}

/// A file of an archive without names; `None` where it stays as it is.
fn member(name: &str, bytes: &[u8]) -> Option<Vec<u8>> {
    if ABOUT_MAPS.iter().any(|end| name.to_lowercase().ends_with(end)) {
        return (!bytes.is_empty()).then(Vec::new);
    }
    bytes.starts_with(b"PK\x03\x04").then(|| rewritten(bytes, false)).flatten()
}

/// A part of a document without names; `None` where it stays as it is.
fn part(name: &str, xml: &[u8]) -> Option<Vec<u8>> {
    if let Some((_, blank)) = PROPERTIES.iter().find(|(part, _)| *part == name) {
        return (xml != blank.as_bytes()).then(|| blank.as_bytes().to_vec());
    }
    // Sheets have no authors; they are the bulk of a workbook.
    if name.starts_with("xl/worksheets/") || name == "xl/sharedStrings.xml" {
        return None;
    }
    let mut scan = Scan { xml, out: Vec::with_capacity(xml.len()), authors: Vec::new() };
    scan.run();
    (scan.out != xml).then_some(scan.out)
}

/// One pass over the tags of a part.
struct Scan<'x> {
    xml: &'x [u8],
    out: Vec<u8>,
    /// Names met so far: workbooks begin the text of a remark with that of its author.
    authors: Vec<&'x [u8]>,
}

impl<'x> Scan<'x> {
    fn run(&mut self) {
        let xml = self.xml;
        // The element whose text is left out.
        let mut within: Option<&[u8]> = None;
        let mut at = 0;
        while let Some(tag) = find(&xml[at..], b"<").map(|n| at + n) {
            self.text(&xml[at..tag], within.is_some());
            let end = end_of(xml, tag);
            let (whole, inner) = (&xml[tag..end], xml[tag..end].strip_prefix(b"<").unwrap_or_default());
            at = end;
            match inner.first() {
                Some(b'!') if within.is_some() => {}
                Some(b'!' | b'?') => self.out.extend_from_slice(whole),
                Some(b'/') => {
                    if within == Some(local(&inner[1..])) {
                        within = None;
                    }
                    self.out.extend_from_slice(whole);
                }
                _ => {
                    let name = local(inner);
                    if ELEMENTS.iter().any(|e| e.as_bytes() == name) && !whole.ends_with(b"/>") {
                        within = Some(name);
                    }
                    self.tag(whole);
                }
            }
        }
        self.text(&xml[at..], within.is_some());
    }

    fn text(&mut self, text: &'x [u8], names: bool) {
        let plain = text.trim_ascii();
        if names {
            if !plain.is_empty() {
                self.authors.push(plain);
            }
            return;
        }
        let begins = plain.strip_suffix(b":").or_else(|| plain.strip_suffix("\u{ff1a}".as_bytes()));
        if begins.is_none_or(|name| !self.authors.contains(&name)) {
            self.out.extend_from_slice(text);
        }
    }

    /// A tag, the values of its telling attributes left out.
    fn tag(&mut self, tag: &[u8]) {
        let mut at = 0;
        while let Some(equals) = find(&tag[at..], b"=").map(|n| at + n) {
            let quote = tag[equals + 1..].iter().position(|b| !b.is_ascii_whitespace()).map(|n| equals + 1 + n);
            let Some(open) = quote.filter(|n| matches!(tag[*n], b'"' | b'\'')) else { break };
            let Some(close) = find(&tag[open + 1..], &tag[open..=open]).map(|n| open + 1 + n) else { break };
            let before = tag[at..equals].trim_ascii_end();
            let start = before.iter().rposition(|b| b.is_ascii_whitespace()).map_or(0, |n| n + 1);
            let telling = ATTRIBUTES.iter().any(|a| a.as_bytes() == local(&before[start..]));
            self.out.extend_from_slice(&tag[at..if telling { open + 1 } else { close }]);
            self.out.push(tag[close]);
            at = close + 1;
        }
        self.out.extend_from_slice(&tag[at..]);
    }
}

/// The end of a tag, a remark or a block of characters; that of the text where it has none.
fn end_of(xml: &[u8], tag: usize) -> usize {
    let rest = &xml[tag..];
    let until = |mark: &[u8]| find(rest, mark).map_or(xml.len(), |n| tag + n + mark.len());
    if rest.starts_with(b"<!--") {
        return until(b"-->");
    }
    if rest.starts_with(b"<![CDATA[") {
        return until(b"]]>");
    }
    let mut quote = None;
    for (n, byte) in rest.iter().enumerate() {
        match (quote, byte) {
            (None, b'>') => return tag + n + 1,
            (None, b'"' | b'\'') => quote = Some(*byte),
            (Some(open), byte) if open == *byte => quote = None,
            _ => {}
        }
    }
    xml.len()
}

/// The name at the beginning of a tag or attribute, without its prefix.
fn local(text: &[u8]) -> &[u8] {
    let end = text.iter().position(|b| b.is_ascii_whitespace() || matches!(b, b'/' | b'>' | b'=')).unwrap_or(text.len());
    let name = &text[..end];
    name.iter().position(|b| *b == b':').map_or(name, |n| &name[n + 1..])
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    match wanted {
        [one] => text.iter().position(|b| b == one),
        _ => text.windows(wanted.len()).position(|w| w == wanted),
    }
}

#[cfg(test)]
mod tests {
    use super::super::archive::tests::packed;
    use super::*;

    fn read(bytes: &[u8], name: &str) -> String {
        let mut zip = ZipArchive::new(Cursor::new(bytes)).expect("a container");
        let mut out = String::new();
        zip.by_name(name).expect("a part").read_to_string(&mut out).expect("text");
        out
    }

    fn workbook() -> Vec<u8> {
        packed(&[
            ("[Content_Types].xml", b"<Types/>"),
            ("docProps/core.xml", "<c><dc:creator>甲某</dc:creator><cp:lastModifiedBy>甲某</cp:lastModifiedBy></c>".as_bytes()),
            ("docProps/app.xml", "<p><Company>某单位</Company><Manager>甲某</Manager></p>".as_bytes()),
            ("xl/workbook.xml", "<w><fileSharing readOnly='1' userName='甲某'/></w>".as_bytes()),
            (
                "xl/comments1.xml",
                "<c><authors><author>甲某</author></authors><comment ref=\"B2\"><t>甲某:</t><t>已核对 1&lt;2</t></comment></c>".as_bytes(),
            ),
            ("xl/persons/person.xml", "<p><person displayName=\"甲某\" id=\"{1}\" userId=\"j@x\"/></p>".as_bytes()),
            ("xl/worksheets/sheet1.xml", "<s author=\"x\"><v>甲某</v></s>".as_bytes()),
        ])
    }

    #[test]
    fn a_workbook_keeps_its_cells_and_loses_its_authors() {
        let clean = nameless(&workbook()).expect("names were in it");
        assert_eq!(read(&clean, "docProps/core.xml"), PROPERTIES[0].1);
        assert_eq!(read(&clean, "docProps/app.xml"), PROPERTIES[1].1);
        assert_eq!(read(&clean, "xl/workbook.xml"), "<w><fileSharing readOnly='1' userName=''/></w>");
        let remarks = read(&clean, "xl/comments1.xml");
        assert_eq!(remarks, "<c><authors><author></author></authors><comment ref=\"B2\"><t></t><t>已核对 1&lt;2</t></comment></c>");
        assert_eq!(read(&clean, "xl/persons/person.xml"), "<p><person displayName=\"\" id=\"{1}\" userId=\"\"/></p>");
        assert_eq!(read(&clean, "xl/worksheets/sheet1.xml"), "<s author=\"x\"><v>甲某</v></s>");
        assert_eq!(nameless(&clean), None, "nothing is left to be taken out");
    }

    #[test]
    fn documents_and_opendocument_lose_them_too_and_archives_inside() {
        let document = packed(&[
            ("[Content_Types].xml", b"<Types/>"),
            ("word/document.xml", "<w:p><w:ins w:id=\"1\" w:author=\"甲某\" w:date=\"d\"><w:t>乙 = 甲</w:t></w:ins></w:p>".as_bytes()),
        ]);
        let clean = nameless(&document).expect("names were in it");
        assert_eq!(read(&clean, "word/document.xml"), "<w:p><w:ins w:id=\"1\" w:author=\"\" w:date=\"d\"><w:t>乙 = 甲</w:t></w:ins></w:p>");
        let sheet = packed(&[
            ("META-INF/manifest.xml", b"<m/>"),
            ("meta.xml", "<o><meta:initial-creator>甲某</meta:initial-creator></o>".as_bytes()),
            (
                "content.xml",
                "<a><!-- x --><office:annotation><dc:creator>甲某</dc:creator><text:p>看</text:p></office:annotation></a>".as_bytes(),
            ),
        ]);
        let clean = nameless(&sheet).expect("names were in it");
        assert_eq!(read(&clean, "meta.xml"), PROPERTIES[3].1);
        let content = read(&clean, "content.xml");
        assert_eq!(content, "<a><!-- x --><office:annotation><dc:creator></dc:creator><text:p>看</text:p></office:annotation></a>");
        let archive = packed(&[("甲/一.xlsx", &workbook()), ("甲/a.shp.xml", b"<x/>"), ("乙.csv", b"a,b\n")]);
        let clean = nameless(&archive).expect("a workbook with names is in it");
        assert_eq!((read(&clean, "乙.csv").as_str(), read(&clean, "甲/a.shp.xml").as_str()), ("a,b\n", ""));
        assert_eq!(nameless(&clean), None);
        assert_eq!(nameless(&packed(&[("乙.csv", b"a,b\n")])), None);
        assert_eq!(nameless(b"a,b\n"), None);
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig { cases: 64, ..Default::default() })]

        #[test]
        fn any_text_passes_and_what_has_no_authors_stays(text in "[<>/!?=\"' a-c:\\-]{0,60}") {
            let mut scan = Scan { xml: text.as_bytes(), out: Vec::new(), authors: Vec::new() };
            scan.run();
            proptest::prop_assert_eq!(scan.out, text.as_bytes());
        }
    }
}
