//! The attribute table of a shapefile: dBASE, every value as the bytes have it.
//!
//! The encoding is what a person says, else what the `.cpg` says, else what the language byte says, else
//! what the bytes look like; a guess is reported, and text that does not decode refuses the file.

use std::borrow::Cow;
use std::sync::Arc;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{BIG5, EUC_KR, Encoding, GB18030, SHIFT_JIS, UTF_8};

use super::draft::Note;
use super::map::MapInput;
use crate::domain::problem::{Problem, Severity};

/// Bytes of the header before the fields, and of each field.
const DESCRIPTOR_BYTES: usize = 32;
/// Fields of a table; dBASE allows 255.
const FIELDS_MAX: usize = 2048;

/// A column.
pub(super) struct Field {
    pub(super) name: String,
    kind: u8,
    /// Its bytes in a row.
    at: usize,
    len: usize,
}

/// A table.
pub(super) struct Table {
    bytes: Arc<[u8]>,
    file: String,
    pub(super) fields: Vec<Field>,
    first_row: usize,
    row_len: usize,
    rows: usize,
    encoding: &'static Encoding,
}

impl Table {
    /// Reads the header and settles the encoding.
    pub(super) fn read(
        bytes: Arc<[u8]>,
        file: &MapInput,
        chosen: Option<&str>,
        cpg: Option<&str>,
        problems: &mut Vec<Problem>,
    ) -> Result<Self, Problem> {
        let wrong = |what: &str| file.problem("E_DBF_HEADER").arg(what);
        let word = |at: usize| bytes.get(at..).and_then(|b| b.first_chunk()).map(|b| usize::from(u16::from_le_bytes(*b)));
        let stated = bytes.get(4..).and_then(|b| b.first_chunk()).map(|b| u32::from_le_bytes(*b) as usize);
        let (Some(rows), Some(first_row), Some(row_len)) = (stated, word(8), word(10)) else { return Err(wrong("header")) };
        if bytes[0] & 7 != 3 {
            return Err(wrong("version"));
        }
        let head = bytes.get(..first_row).ok_or_else(|| wrong("header"))?;
        let raw = descriptors(head).ok_or_else(|| wrong("fields"))?;
        let lengths: usize = raw.iter().map(|d| usize::from(d[16])).sum();
        if raw.is_empty() || lengths + 1 != row_len {
            return Err(wrong("row length"));
        }
        let needed = rows.checked_mul(row_len).and_then(|n| n.checked_add(first_row));
        let room = (bytes.len() - first_row) / row_len;
        // Behind the rows stands at most the old end-of-file mark; some writers pad with a few more.
        if needed.is_none_or(|n| n > bytes.len()) || room > rows {
            return Err(file.problem("E_DBF_ROWS").arg(rows).arg(room));
        }
        let mut table =
            Self { file: file.name.clone(), fields: Vec::new(), first_row, row_len, rows, encoding: UTF_8, bytes: Arc::clone(&bytes) };
        let mut at = 1;
        let texts: Vec<(usize, usize)> = raw
            .iter()
            .map(|d| {
                let field = (at, usize::from(d[16]));
                at += field.1;
                (field, d[11])
            })
            .filter(|(_, kind)| *kind == b'C')
            .map(|(field, _)| field)
            .collect();
        table.encoding = table.settle(file, &raw, &texts, chosen, cpg, problems)?;
        let mut at = 1;
        for descriptor in &raw {
            let end = descriptor[..11].iter().position(|b| *b == 0).unwrap_or(11);
            let name = table.encoding.decode_without_bom_handling(&descriptor[..end]).0.trim().to_owned();
            let mut unique = name.clone();
            let mut n = 1;
            while table.fields.iter().any(|f| f.name == unique) {
                n += 1;
                unique = format!("{name}#{n}");
            }
            if n > 1 {
                problems.push(Problem { severity: Severity::Mark, ..file.problem("E_DBF_FIELD_TWICE") }.field(&*name).arg(&unique));
            }
            let len = usize::from(descriptor[16]);
            table.fields.push(Field { name: unique, kind: descriptor[11], at, len });
            at += len;
        }
        if let Some(n) = (0..rows).find(|n| !matches!(table.bytes[table.first_row + n * table.row_len], b' ' | b'*')) {
            return Err(file.problem("E_DBF_ROW").record(n as u64 + 1));
        }
        Ok(table)
    }

    /// Rows of the table, deleted ones among them.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    fn row(&self, n: usize) -> &[u8] {
        let start = self.first_row + n * self.row_len;
        self.bytes.get(start..start + self.row_len).unwrap_or_default()
    }

    /// Whether a row is marked as deleted.
    pub(super) fn is_deleted(&self, n: usize) -> bool {
        self.row(n).first() == Some(&b'*')
    }

    /// What the texts are encoded in.
    fn settle(
        &self,
        file: &MapInput,
        fields: &[&[u8; DESCRIPTOR_BYTES]],
        texts: &[(usize, usize)],
        chosen: Option<&str>,
        cpg: Option<&str>,
        problems: &mut Vec<Problem>,
    ) -> Result<&'static Encoding, Problem> {
        if let Some(label) = chosen {
            return named(label).ok_or_else(|| file.problem("E_DBF_ENCODING_NAME").arg(label));
        }
        if let Some(label) = cpg.filter(|l| !l.is_empty()) {
            match named(label) {
                Some(encoding) => return Ok(encoding),
                None => problems.push(Problem { severity: Severity::Mark, ..file.problem("E_DBF_ENCODING_NAME") }.arg(label)),
            }
        }
        if let Some(encoding) = self.bytes.get(29).and_then(|b| of_language(*b)) {
            return Ok(encoding);
        }
        let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
        let (mut utf8, mut ascii) = (true, true);
        let mut feed = |text: &[u8]| {
            ascii &= text.is_ascii();
            // A character may be cut where the field ends.
            utf8 &= std::str::from_utf8(text).map_or_else(|e| e.error_len().is_none(), |_| true);
            detector.feed(text, false);
            detector.feed(b"\n", false);
        };
        for descriptor in fields {
            let end = descriptor[..11].iter().position(|b| *b == 0).unwrap_or(11);
            feed(&descriptor[..end]);
        }
        for n in 0..self.rows {
            let row = self.row(n);
            texts.iter().for_each(|(at, len)| feed(text_of(&row[*at..at + len])));
        }
        detector.feed(b"", true);
        if ascii {
            return Ok(UTF_8);
        }
        let guess = if utf8 { UTF_8 } else { detector.guess(Some(b"cn"), Utf8Detection::Deny) };
        let guess = if guess == encoding_rs::GBK { GB18030 } else { guess };
        problems.push(Problem { severity: Severity::Mark, ..file.problem("E_DBF_ENCODING_GUESS") }.arg(guess.name()));
        Ok(guess)
    }

    /// A value exactly as written, without the filling; `None` where there is none.
    ///
    /// # Errors
    /// A text that is not in the table's encoding: the whole file is then refused.
    pub(super) fn value(&self, row: usize, field: usize, notes: &mut Vec<Note>) -> Result<Option<Cow<'_, str>>, Problem> {
        let field = &self.fields[field];
        let raw = self.row(row).get(field.at..field.at + field.len).unwrap_or_default();
        let mut note = |code, args| notes.push(Note { code, severity: Severity::Mark, line: 0, args });
        match field.kind {
            b'I' | b'+' => Ok(raw.first_chunk().map(|b| i32::from_le_bytes(*b).to_string().into())),
            b'B' | b'O' if field.len == 8 => Ok(raw.first_chunk().map(|b| f64::from_le_bytes(*b).to_string().into())),
            // Memos lie in a file of their own, which is not read.
            b'M' | b'G' | b'P' if field.len <= 10 => Ok(None),
            _ => {
                let text = text_of(raw);
                let trimmed = text.trim_ascii();
                // Stars fill a number that did not fit, and a date or a truth that is not known.
                let unknown = match field.kind {
                    b'N' | b'F' => trimmed.iter().all(|b| *b == b'*'),
                    b'L' => trimmed == b"?",
                    b'D' => trimmed == b"00000000",
                    _ => trimmed.is_empty(),
                };
                if unknown {
                    return Ok(None);
                }
                let full = text.len() == field.len;
                let value = self.decode(if field.kind == b'C' { text } else { trimmed }, full).ok_or_else(|| {
                    let problem = Problem::new("E_DBF_ENCODING", Severity::Refused, self.file.as_str()).record(row as u64 + 1);
                    problem.field(field.name.as_str()).arg(self.encoding.name())
                })?;
                if let Some(cut) = value.1 {
                    note("E_DBF_CUT", vec![field.name.clone(), cut]);
                }
                if field.kind == b'D' && jiff::civil::Date::strptime("%Y%m%d", value.0.as_ref()).is_err() {
                    note("E_DBF_DATE", vec![field.name.clone(), value.0.to_string()]);
                }
                Ok(Some(value.0))
            }
        }
    }

    /// A text, and itself once more where a character was cut off at the end of a `full` field.
    fn decode<'b>(&self, text: &'b [u8], full: bool) -> Option<(Cow<'b, str>, Option<String>)> {
        if let Some(whole) = self.encoding.decode_without_bom_handling_and_without_replacement(text) {
            return Some((whole, None));
        }
        let cuts = (1..4).filter(|_| full).filter_map(|n| text.get(..text.len().checked_sub(n)?));
        let cut = cuts.filter_map(|text| self.encoding.decode_without_bom_handling_and_without_replacement(text)).next()?;
        let shown = cut.to_string();
        Some((cut, Some(shown)))
    }
}

/// The descriptors of the fields, up to the mark behind them.
fn descriptors(head: &[u8]) -> Option<Vec<&[u8; DESCRIPTOR_BYTES]>> {
    let mut rest = head.get(DESCRIPTOR_BYTES..)?;
    let mut out = Vec::new();
    while rest.first()? != &0x0d {
        let (descriptor, behind) = rest.split_first_chunk()?;
        out.push(descriptor);
        rest = behind;
        if out.len() > FIELDS_MAX {
            return None;
        }
    }
    Some(out)
}

/// A text without the blanks or NULs that fill its field.
fn text_of(raw: &[u8]) -> &[u8] {
    let end = raw.iter().position(|b| *b == 0).unwrap_or(raw.len());
    raw[..end].trim_ascii_end()
}

/// An encoding by the names that people and programs give it. Everything of the GB family is read as
/// GB18030, which holds the others.
fn named(label: &str) -> Option<&'static Encoding> {
    let plain: String = label.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let number = plain.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    match plain.as_str() {
        "utf8" | "65001" | "cp65001" => Some(UTF_8),
        "gbk" | "gb18030" | "gb2312" | "cp936" | "ms936" | "936" | "ansi936" | "54936" | "cp54936" => Some(GB18030),
        "big5" | "950" | "cp950" | "ansi950" => Some(BIG5),
        _ if number == "1252" => Some(encoding_rs::WINDOWS_1252),
        _ => Encoding::for_label(label.trim().as_bytes()).filter(|e| e.is_ascii_compatible()),
    }
}

/// An encoding by dBASE's language byte, where that says one. The bytes that programs write by
/// default (0, 3 and 0x57: "ANSI") say nothing.
fn of_language(byte: u8) -> Option<&'static Encoding> {
    match byte {
        0x4d | 0x7a => Some(GB18030),
        0x4f | 0x78 => Some(BIG5),
        0x4e | 0x79 => Some(EUC_KR),
        0x13 | 0x7b => Some(SHIFT_JIS),
        _ => None,
    }
}
