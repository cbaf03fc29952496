//! Zip containers, walked by ourselves: the crate keeps one of two equal names without a word, and
//! believes sizes. Nothing is ever written to disk by a name of an archive.

use std::io::{Cursor, Read};

use encoding_rs::GB18030;
use zip::ZipArchive;
use zip::read::ZipFile;

use crate::domain::problem::{Problem, Severity};
use crate::domain::text::is_hostile;

/// Files and folders of one archive.
const ENTRIES_MAX: usize = 1_000;
/// Bytes of all files together.
const TOTAL_MAX_BYTES: u64 = 256 << 20;
/// How many times larger than its packed form a file may be; small files are let off.
const RATIO_MAX: u64 = 100;
const RATIO_FROM_BYTES: u64 = 1 << 20;
const NAME_MAX_BYTES: usize = 512;

/// A file of an archive, as its directory says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) name: String,
    /// Size that was promised, bytes.
    pub(super) size: u64,
    pub(super) folder: bool,
}

/// An archive whose directory was found in order.
pub(super) struct Archive<'a> {
    zip: ZipArchive<Cursor<&'a [u8]>>,
    pub(super) entries: Vec<Entry>,
    shown_as: &'a str,
}

impl<'a> Archive<'a> {
    /// Walks the directory and holds it against the files.
    pub(super) fn open(bytes: &'a [u8], shown_as: &'a str) -> Result<Self, Problem> {
        let broken = || Problem::new("E_ZIP_BROKEN", Severity::Refused, shown_as);
        let entries = Walk { bytes, shown_as }.entries()?;
        let zip = ZipArchive::new(Cursor::new(bytes)).map_err(|_| broken())?;
        if zip.len() != entries.len() || zip.offset() != 0 {
            return Err(broken());
        }
        Ok(Self { zip, entries, shown_as })
    }

    /// Place of a file by its whole name.
    pub(super) fn find(&self, name: &str) -> Option<usize> {
        self.entries.iter().position(|e| e.name == name)
    }

    /// A file, to be read no further than promised.
    pub(super) fn reader(&mut self, at: usize) -> Result<Counted<ZipFile<'_, Cursor<&'a [u8]>>>, Problem> {
        let entry = &self.entries[at];
        let refused = Problem::new("E_ZIP_DAMAGED", Severity::Refused, self.shown_as).field(&*entry.name);
        let size = entry.size;
        let inner = self.zip.by_index(at).map_err(|_| refused)?;
        Ok(Counted { inner, left: size })
    }

    /// A file whole.
    pub(super) fn bytes(&mut self, at: usize) -> Result<Vec<u8>, Problem> {
        let entry = self.entries[at].clone();
        let mut out = Vec::with_capacity(usize::try_from(entry.size).unwrap_or_default());
        let read = self.reader(at)?.read_to_end(&mut out);
        if read.is_err() || out.len() as u64 != entry.size {
            return Err(self.damaged(at));
        }
        Ok(out)
    }

    /// The problem of a file that is not what the directory promised.
    pub(super) fn damaged(&self, at: usize) -> Problem {
        Problem::new("E_ZIP_DAMAGED", Severity::Refused, self.shown_as).field(&*self.entries[at].name)
    }
}

/// Reads what was promised; more is an error.
pub(super) struct Counted<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let n = self.inner.read(buffer)?;
        match self.left.checked_sub(n as u64) {
            Some(left) => self.left = left,
            None => return Err(std::io::Error::other("more than promised")),
        }
        if n == 0 && self.left > 0 && !buffer.is_empty() {
            return Err(std::io::Error::other("less than promised"));
        }
        Ok(n)
    }
}

/// The walk over the records of a zip file (APPNOTE 6.3: 4.3.7, 4.3.12, 4.3.16).
struct Walk<'a> {
    bytes: &'a [u8],
    shown_as: &'a str,
}

const END: [u8; 4] = *b"PK\x05\x06";
const CENTRAL: [u8; 4] = *b"PK\x01\x02";
const LOCAL: [u8; 4] = *b"PK\x03\x04";
const END_BYTES: usize = 22;

impl Walk<'_> {
    fn refused(&self, code: &str) -> Problem {
        Problem::new(code, Severity::Refused, self.shown_as)
    }

    fn u16(&self, at: usize) -> Option<usize> {
        self.bytes.get(at..at + 2).map(|b| usize::from(u16::from_le_bytes([b[0], b[1]])))
    }

    fn u32(&self, at: usize) -> Option<usize> {
        self.bytes.get(at..at + 4).and_then(|b| usize::try_from(u32::from_le_bytes([b[0], b[1], b[2], b[3]])).ok())
    }

    fn entries(&self) -> Result<Vec<Entry>, Problem> {
        let broken = || self.refused("E_ZIP_BROKEN");
        let end = self.end().ok_or_else(broken)?;
        let (disk, count, size, start) =
            (|| Some((self.u32(end + 4)?, self.u16(end + 10)?, self.u32(end + 12)?, self.u32(end + 16)?)))().ok_or_else(broken)?;
        // Larger archives than 4 GB, several volumes, something before or after: none of it is a table.
        if disk != 0 || start.checked_add(size) != Some(end) {
            return Err(broken());
        }
        if count > ENTRIES_MAX {
            return Err(self.refused("E_ZIP_ENTRIES").arg(ENTRIES_MAX));
        }
        let mut out = Vec::with_capacity(count);
        let mut spans = Vec::with_capacity(count);
        let (mut at, mut total) = (start, 0_u64);
        for _ in 0..count {
            let (entry, span, next) = self.entry(at, start)?;
            total += entry.size;
            if total > TOTAL_MAX_BYTES {
                return Err(self.refused("E_ZIP_SIZE").field(entry.name).arg(TOTAL_MAX_BYTES >> 20));
            }
            let folded = entry.name.to_lowercase();
            if out.iter().any(|e: &Entry| e.name.to_lowercase() == folded) {
                return Err(self.refused("E_ZIP_TWICE").field(entry.name));
            }
            out.push(entry);
            spans.push(span);
            at = next;
        }
        spans.sort_unstable();
        let overlap = spans.windows(2).any(|pair| pair[0].1 > pair[1].0);
        if at != end || overlap || spans.first().is_some_and(|s| s.0 != 0) {
            return Err(broken());
        }
        Ok(out)
    }

    /// The end record; the comment after it has to fill the rest of the file.
    fn end(&self) -> Option<usize> {
        let last = self.bytes.len().checked_sub(END_BYTES)?;
        let first = last.saturating_sub(usize::from(u16::MAX));
        (first..=last).rev().find(|at| self.bytes[*at..].starts_with(&END) && self.u16(at + 20) == Some(self.bytes.len() - at - END_BYTES))
    }

    /// A record of the directory, the bytes that its file takes, and where the next record begins.
    fn entry(&self, at: usize, directory: usize) -> Result<(Entry, (usize, usize), usize), Problem> {
        let broken = || self.refused("E_ZIP_BROKEN");
        if self.bytes.get(at..at + 4) != Some(&CENTRAL) {
            return Err(broken());
        }
        let fields = || {
            let lengths = (self.u16(at + 28)?, self.u16(at + 30)?, self.u16(at + 32)?);
            Some((
                self.u16(at + 8)?,
                self.u16(at + 10)?,
                self.u32(at + 20)?,
                self.u32(at + 24)?,
                lengths,
                self.u32(at + 38)?,
                self.u32(at + 42)?,
            ))
        };
        let (flags, method, packed, size, (name_len, extra_len, comment_len), attributes, local) = fields().ok_or_else(broken)?;
        let raw = self.bytes.get(at + 46..at + 46 + name_len).ok_or_else(broken)?;
        let extra = self.bytes.get(at + 46 + name_len..at + 46 + name_len + extra_len).ok_or_else(broken)?;
        let name = name_of(raw, flags & 0x800 != 0, extra);
        let named = |code: &str| self.refused(code).field(&*name);
        if !is_fit(&name) || raw.len() > NAME_MAX_BYTES {
            return Err(named("E_ZIP_NAME"));
        }
        // Symbolic links of Unix: their content is the name of another file.
        if (attributes >> 16) & 0o170_000 == 0o120_000 {
            return Err(named("E_ZIP_NAME"));
        }
        if flags & 0x2041 != 0 {
            return Err(named("E_ZIP_PASSWORD"));
        }
        if !matches!(method, 0 | 8) {
            return Err(named("E_ZIP_METHOD"));
        }
        if size as u64 > RATIO_FROM_BYTES && size as u64 > RATIO_MAX * (packed as u64).max(1) {
            return Err(named("E_ZIP_RATIO").arg(RATIO_MAX));
        }
        // The local record has to tell the same story.
        let same = self.bytes.get(local..local + 4) == Some(&LOCAL)
            && self.u16(local + 8) == Some(method)
            && self.u16(local + 26) == Some(name_len)
            && self.bytes.get(local + 30..local + 30 + name_len) == Some(raw);
        let data = self.u16(local + 28).map(|extra| local + 30 + name_len + extra).filter(|_| same).ok_or_else(broken)?;
        let end = data.checked_add(packed).filter(|end| *end <= directory).ok_or_else(broken)?;
        let folder = name.ends_with('/');
        Ok((Entry { name, size: size as u64, folder }, (local, end), at + 46 + name_len + extra_len + comment_len))
    }
}

/// A name by what the archive says of it: the flag of UTF-8, the extra field of Info-ZIP, else what
/// Chinese Windows writes, unless it is UTF-8 (macOS does not set the flag).
fn name_of(raw: &[u8], utf8: bool, extra: &[u8]) -> String {
    if let Some(name) = unicode_path(extra) {
        return name;
    }
    match std::str::from_utf8(raw) {
        Ok(name) => name.to_owned(),
        Err(_) if utf8 => String::from_utf8_lossy(raw).into_owned(),
        Err(_) => GB18030.decode_without_bom_handling(raw).0.into_owned(),
    }
}

/// The extra field 0x7075: version, checksum of the raw name, name in UTF-8.
fn unicode_path(mut extra: &[u8]) -> Option<String> {
    while let [a, b, c, d, rest @ ..] = extra {
        let (id, len) = (u16::from_le_bytes([*a, *b]), usize::from(u16::from_le_bytes([*c, *d])));
        let field = rest.get(..len)?;
        if id == 0x7075 {
            return String::from_utf8(field.get(5..)?.to_vec()).ok();
        }
        extra = &rest[len..];
    }
    None
}

/// Whether a name is a plain path below the archive.
fn is_fit(name: &str) -> bool {
    let path = name.strip_suffix('/').unwrap_or(name);
    !path.is_empty()
        && !name.contains(['\\', ':', '\u{fffd}'])
        && !name.chars().any(is_hostile)
        && path.split('/').all(|part| !part.is_empty() && part != "." && part != "..")
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use std::io::Write as _;
    use zip::CompressionMethod;
    use zip::write::{SimpleFileOptions, ZipWriter};

    /// An archive of some files.
    pub(in crate::import::book) fn packed(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in files {
            zip.start_file(*name, SimpleFileOptions::default().compression_method(CompressionMethod::Deflated)).expect("file");
            zip.write_all(bytes).expect("bytes");
        }
        zip.finish().expect("archive").into_inner()
    }

    fn code(bytes: &[u8]) -> Option<String> {
        Archive::open(bytes, "a.zip").err().map(|p| p.code)
    }

    #[test]
    fn files_are_read_by_their_names() {
        let bytes = packed(&[("甲/一.csv", b"a,b\n"), ("乙.csv", b"")]);
        let mut archive = Archive::open(&bytes, "a.zip").expect("opens");
        let at = archive.find("甲/一.csv").expect("there");
        assert_eq!(archive.bytes(at).ok(), Some(b"a,b\n".to_vec()));
    }

    #[test]
    fn names_of_chinese_windows_are_gb18030() {
        let (raw, ..) = GB18030.encode("上坝村.csv");
        assert_eq!(name_of(&raw, false, &[]), "上坝村.csv");
        let extra = [&[0x75, 0x70, 9, 0, 1, 0, 0, 0, 0][..], b"a.cs"].concat();
        assert_eq!(name_of(b"?", false, &extra), "a.cs");
    }

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        for name in ["../a", "/a", "a/../b", "C:/a", "a\\b", "a//b", "a\u{1b}b", "", "./a", "a\u{202e}b"] {
            assert!(!is_fit(name), "{name}");
        }
        assert!(is_fit("甲/一.csv") && is_fit("甲/"));
    }

    #[test]
    fn an_archive_that_lies_is_refused() {
        let good = packed(&[("a.csv", &[b'x'; 5000]), ("b.csv", b"1")]);
        assert_eq!(code(&good), None);
        assert_eq!(code(&good[..good.len() - 1]).as_deref(), Some("E_ZIP_BROKEN"));
        assert_eq!(code(&[b"MZ", good.as_slice()].concat()).as_deref(), Some("E_ZIP_BROKEN"));
        assert_eq!(code(&[good.as_slice(), b"tail"].concat()).as_deref(), Some("E_ZIP_BROKEN"));
        let twice = packed(&[("a.csv", b"1"), ("A.CSV", b"2")]);
        assert_eq!(code(&twice).as_deref(), Some("E_ZIP_TWICE"));
        let bomb = packed(&[("a.csv", &vec![b' '; 4 << 20])]);
        assert_eq!(code(&bomb).as_deref(), Some("E_ZIP_RATIO"));
        // A size in the directory that is too small: found while inflating.
        let mut lying = packed(&[("a.csv", &[b'x'; 5000])]);
        let directory = lying.windows(4).position(|w| w == CENTRAL).expect("a directory");
        lying[directory + 24..directory + 28].copy_from_slice(&10_u32.to_le_bytes());
        let mut archive = Archive::open(&lying, "a.zip").expect("the directory agrees with itself");
        assert_eq!(archive.bytes(0).err().map(|p| p.code).as_deref(), Some("E_ZIP_DAMAGED"));
    }
}
