//! What a text file is encoded in, decided by its bytes before any line is cut.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{BIG5, Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE};

use crate::domain::problem::{Problem, Severity};

/// A text file as text.
#[derive(Debug)]
pub(super) struct Decoded<'a> {
    pub(super) text: Cow<'a, str>,
    /// Name of the encoding.
    pub(super) name: &'static str,
    /// It was neither declared by the file nor given by a person.
    pub(super) guessed: bool,
    /// What it could be as well, by the frequencies of its characters.
    pub(super) rival: Option<&'static str>,
}

/// Decodes a text file: what was asked for, a byte-order mark, NULs of UTF-16, UTF-8, GB18030 —
/// in this order; anything else is refused with its line.
pub(super) fn decode<'a>(bytes: &'a [u8], wanted: Option<&str>, shown_as: &str) -> Result<Decoded<'a>, Problem> {
    let refused = |code| Problem::new(code, Severity::Refused, shown_as);
    if let Some(label) = wanted {
        let found = Encoding::for_label(label.as_bytes()).ok_or_else(|| refused("E_TABLE_ENCODING_NAME").arg(label))?;
        // Whoever says GBK means what Windows writes under that name, of which GB18030 is the whole.
        let encoding = if found == GBK { GB18030 } else { found };
        let (text, name) = (strict(bytes, encoding), encoding.name());
        let text = text.ok_or_else(|| refused("E_TABLE_ENCODING_WANTED").line(first_bad_line(bytes, encoding)).arg(label))?;
        return Ok(Decoded { text, name, guessed: false, rival: None });
    }
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let text = strict(&bytes[mark..], encoding);
        let text = text.ok_or_else(|| refused("E_TABLE_ENCODING").line(first_bad_line(&bytes[mark..], encoding)))?;
        return Ok(Decoded { text, name: encoding.name(), guessed: false, rival: None });
    }
    if bytes.contains(&0) {
        let encoding = utf16(bytes).ok_or_else(|| refused("E_BOOK_BINARY"))?;
        let text = strict(bytes, encoding).ok_or_else(|| refused("E_BOOK_BINARY"))?;
        if text.contains('\0') {
            return Err(refused("E_BOOK_BINARY"));
        }
        return Ok(Decoded { text, name: encoding.name(), guessed: true, rival: None });
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(Decoded { text: Cow::Borrowed(text), name: UTF_8.name(), guessed: false, rival: None });
    }
    if let Some(line) = mixed(bytes) {
        return Err(refused("E_TABLE_MIXED").line(line));
    }
    let Some(text) = strict(bytes, GB18030) else {
        return Err(refused("E_TABLE_ENCODING").line(first_bad_line(bytes, GB18030)));
    };
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(&bytes[..bytes.len().min(64 << 10)], true);
    let seems = detector.guess(Some(b"cn"), Utf8Detection::Deny);
    Ok(Decoded { text, name: GB18030.name(), guessed: true, rival: (seems == BIG5).then_some(seems.name()) })
}

fn strict<'a>(bytes: &'a [u8], encoding: &'static Encoding) -> Option<Cow<'a, str>> {
    let (text, errors) = encoding.decode_with_bom_removal(bytes);
    (!errors).then_some(text)
}

/// UTF-16 without a mark: in tables of the office the high bytes of separators and digits are NUL.
fn utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(4096) & !1];
    let nuls = |odd: usize| head.iter().skip(odd).step_by(2).filter(|b| **b == 0).count();
    // One letter in eight at least is a digit, a separator or a line's end; a stray NUL is no sign.
    let enough = |n: usize| n >= 2 && n * 16 >= head.len();
    match (nuls(0), nuls(1)) {
        (0, n) if enough(n) => Some(UTF_16LE),
        (n, 0) if enough(n) => Some(UTF_16BE),
        _ => None,
    }
}

/// The first line, 1-based, that cannot be read in an encoding.
fn first_bad_line(bytes: &[u8], encoding: &'static Encoding) -> u64 {
    if encoding == UTF_16LE || encoding == UTF_16BE {
        let (text, _) = encoding.decode_without_bom_handling(bytes);
        return text.split('\u{fffd}').next().unwrap_or_default().matches('\n').count() as u64 + 1;
    }
    let good = lines(bytes).take_while(|line| encoding.decode_without_bom_handling_and_without_replacement(line).is_some());
    good.count() as u64 + 1
}

fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|b| *b == b'\n')
}

/// The line, 1-based, at which a file changes between UTF-8 and something else: files put together
/// by hand do. Only a line with a Chinese character of three bytes counts as surely UTF-8, because
/// short words of GBK can look like UTF-8 of two.
fn mixed(bytes: &[u8]) -> Option<u64> {
    let mut first = None;
    for (n, line) in lines(bytes).enumerate().filter(|(_, line)| !line.is_ascii()) {
        let utf8 = match std::str::from_utf8(line) {
            Ok(text) if text.chars().any(|c| matches!(c, '\u{4e00}'..='\u{9fff}')) => true,
            Ok(_) => continue,
            Err(_) => false,
        };
        if *first.get_or_insert(utf8) != utf8 {
            return Some(n as u64 + 1);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(bytes: &[u8]) -> Result<(String, &'static str, bool), (String, Option<u64>)> {
        match decode(bytes, None, "t.csv") {
            Ok(d) => Ok((d.text.into_owned(), d.name, d.guessed)),
            Err(p) => Err((p.code, p.spot.line)),
        }
    }

    #[test]
    fn the_bytes_say_what_it_is() {
        let text = "编码,名称\r\n01,上坝村\r\n";
        let ok = |name, guessed| Ok((text.to_owned(), name, guessed));
        assert_eq!(named(text.as_bytes()), ok("UTF-8", false));
        assert_eq!(named(format!("\u{feff}{text}").as_bytes()), ok("UTF-8", false));
        assert_eq!(named(&GBK.encode(text).0), ok("gb18030", true));
        let le: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let be: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(named(&le), ok("UTF-16LE", true));
        assert_eq!(named(&be), ok("UTF-16BE", true));
        assert_eq!(named(&[&[0xff, 0xfe], le.as_slice()].concat()), ok("UTF-16LE", false));
        assert_eq!(named(&[&[0xfe, 0xff], be.as_slice()].concat()), ok("UTF-16BE", false));
    }

    #[test]
    fn rare_names_of_four_bytes_survive() {
        let text = "名称\n㙍头村\n𠅤家湾\n";
        assert_eq!(named(&GB18030.encode(text).0), Ok((text.to_owned(), "gb18030", true)));
    }

    #[test]
    fn what_is_not_one_encoding_is_refused_with_its_line() {
        let mut bytes = "编码,名称\n01,上坝村\n".as_bytes().to_vec();
        bytes.extend(&*GBK.encode("02,下坝村\n").0);
        assert_eq!(named(&bytes), Err(("E_TABLE_MIXED".into(), Some(3))));
        assert_eq!(named(b"a,b\n1,2\n3,\xff\xff\n"), Err(("E_TABLE_ENCODING".into(), Some(3))));
        assert_eq!(named(b"\x00\x01\x00\x02,\x03\x00"), Err(("E_BOOK_BINARY".into(), None)));
    }

    #[test]
    fn a_wish_is_obeyed_or_refused() {
        let bytes = GBK.encode("名称\n甲\n").0.into_owned();
        assert_eq!(decode(&bytes, Some("gbk"), "t").map(|d| (d.name, d.guessed)).ok(), Some(("gb18030", false)));
        assert_eq!(decode(&bytes, Some("utf-8"), "t").err().map(|p| p.code).as_deref(), Some("E_TABLE_ENCODING_WANTED"));
        assert_eq!(decode(&bytes, Some("klingon"), "t").err().map(|p| p.code).as_deref(), Some("E_TABLE_ENCODING_NAME"));
    }
}
