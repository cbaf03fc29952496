//! A place in the buffered bytes of a JSON text: tokens, strings, numbers, skipping.

use std::borrow::Cow;
use std::collections::HashSet;

use super::number;

/// Deepest nesting that is read; RFC 7946 needs 8, foreign members some more.
pub(super) const MAX_DEPTH: u32 = 32;
/// Longest literal of a number, bytes.
const NUMBER_MAX_BYTES: usize = 64;
/// Longest string, bytes.
const STRING_MAX_BYTES: usize = 64 << 10;
/// Keys of an object that are compared one by one.
const FEW_KEYS: usize = 16;

/// Why a step could not be finished.
#[derive(Debug)]
pub(super) enum Stop {
    /// The buffer ends here but the file does not.
    More,
    /// The file cannot be read.
    Fault(Box<Fault>),
    /// The geometry being read is unusable; the text around it is well-formed so far.
    Geometry(Box<Fault>),
}

/// What is wrong, and where.
#[derive(Debug)]
pub(super) struct Fault {
    /// Problem code.
    pub(super) code: &'static str,
    /// Offset in the buffer.
    pub(super) at: usize,
    /// Arguments of the text.
    pub(super) args: Vec<String>,
}

impl Fault {
    fn stop(code: &'static str, at: usize, args: Vec<String>) -> Stop {
        Stop::Fault(Box::new(Self { code, at, args }))
    }
}

/// The keys of an object so far.
#[derive(Default)]
pub(super) struct Keys<'a> {
    few: Vec<Cow<'a, str>>,
    many: HashSet<Cow<'a, str>>,
}

impl<'a> Keys<'a> {
    /// Takes a key; `false` where the object had it.
    pub(super) fn is_new(&mut self, key: Cow<'a, str>) -> bool {
        if !self.many.is_empty() {
            return self.many.insert(key);
        }
        if self.few.contains(&key) {
            return false;
        }
        self.few.push(key);
        if self.few.len() == FEW_KEYS {
            self.many.extend(self.few.drain(..));
        }
        true
    }
}

/// The buffered bytes from the next unread one on.
pub(super) struct Cursor<'a> {
    bytes: &'a [u8],
    /// Next byte.
    pub(super) at: usize,
    ended: bool,
    first_line: u64,
    /// Longest string, bytes.
    string_max: usize,
    /// Open arrays and objects.
    pub(super) depth: u32,
}

impl<'a> Cursor<'a> {
    /// `ended`: the bytes reach the end of the file. `first_line`: the line of `bytes[0]`.
    pub(super) fn new(bytes: &'a [u8], ended: bool, first_line: u64, depth: u32) -> Self {
        Self { bytes, at: 0, ended, first_line, string_max: STRING_MAX_BYTES, depth }
    }

    /// A whole text, whose strings may be as long as it is.
    pub(super) fn whole(bytes: &'a [u8]) -> Self {
        Self { string_max: bytes.len(), ..Self::new(bytes, true, 1, 0) }
    }

    /// What was read from an offset on.
    pub(super) fn since(&self, from: usize) -> &'a [u8] {
        &self.bytes[from.min(self.at)..self.at]
    }

    /// The 1-based physical line of an offset.
    pub(super) fn line_at(&self, at: usize) -> u64 {
        self.first_line + count_lines(&self.bytes[..at.min(self.bytes.len())])
    }

    /// The end of the buffer was met.
    #[cold]
    pub(super) fn end(&self) -> Stop {
        if self.ended { Fault::stop("E_GEOJSON_TRUNCATED", self.bytes.len(), Vec::new()) } else { Stop::More }
    }

    /// The byte at `at` cannot stand there.
    #[cold]
    pub(super) fn unexpected(&self, at: usize) -> Stop {
        let Some(rest) = self.bytes.get(at..).filter(|r| !r.is_empty()) else { return self.end() };
        let shown = &rest[..rest.len().min(12)];
        Fault::stop("E_GEOJSON_SYNTAX", at, vec![String::from_utf8_lossy(shown).into_owned()])
    }

    /// The geometry cannot be used because of what stands at `at`.
    #[cold]
    pub(super) fn bad_geometry(&self, code: &'static str, at: usize, arg: impl ToString) -> Stop {
        Stop::Geometry(Box::new(Fault { code, at, args: vec![arg.to_string()] }))
    }

    /// The bytes between two offsets as text, for a message.
    pub(super) fn shown(&self, from: usize, to: usize) -> String {
        String::from_utf8_lossy(&self.bytes[from..to]).into_owned()
    }

    /// The next byte.
    #[inline(always)]
    pub(super) fn peek(&self) -> Result<u8, Stop> {
        match self.bytes.get(self.at) {
            Some(b) => Ok(*b),
            None => Err(self.end()),
        }
    }

    /// The next byte that is not white space, where the cursor then stands.
    #[inline(always)]
    pub(super) fn token(&mut self) -> Result<u8, Stop> {
        loop {
            match self.bytes.get(self.at) {
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.at += 1,
                Some(b) => return Ok(*b),
                None => return Err(self.end()),
            }
        }
    }

    /// The token after an opening bracket at the cursor, without moving.
    pub(super) fn token_after_next(&self) -> Result<u8, Stop> {
        let rest = self.bytes.get(self.at + 1..).unwrap_or_default();
        match rest.iter().find(|b| !matches!(b, b' ' | b'\n' | b'\r' | b'\t')) {
            Some(b) => Ok(*b),
            None => Err(self.end()),
        }
    }

    /// Whether only white space is left in the file; between texts, the record separator of RFC 8142
    /// counts as such.
    pub(super) fn at_end(&mut self) -> Result<bool, Stop> {
        while let Some(b' ' | b'\n' | b'\r' | b'\t' | 0x1e) = self.bytes.get(self.at) {
            self.at += 1;
        }
        if self.at < self.bytes.len() {
            return Ok(false);
        }
        if self.ended { Ok(true) } else { Err(Stop::More) }
    }

    /// Takes one expected token.
    #[inline(always)]
    pub(super) fn expect(&mut self, wanted: u8) -> Result<(), Stop> {
        if self.token()? != wanted {
            return Err(self.unexpected(self.at));
        }
        self.at += 1;
        Ok(())
    }

    /// Takes `[` or `{`.
    #[inline(always)]
    pub(super) fn open(&mut self, bracket: u8) -> Result<(), Stop> {
        self.expect(bracket)?;
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Fault::stop("E_GEOJSON_DEPTH", self.at - 1, vec![MAX_DEPTH.to_string()]));
        }
        Ok(())
    }

    /// After an element: `true` where a comma and so another element follows, `false` at the
    /// closing bracket, which is taken.
    #[inline(always)]
    pub(super) fn another(&mut self, closing: u8) -> Result<bool, Stop> {
        let b = self.token()?;
        self.at += 1;
        if b == b',' {
            return Ok(true);
        }
        if b != closing {
            return Err(self.unexpected(self.at - 1));
        }
        self.depth -= 1;
        Ok(false)
    }

    /// Takes the closing bracket if it comes next.
    #[inline]
    pub(super) fn close_if(&mut self, closing: u8) -> Result<bool, Stop> {
        if self.token()? != closing {
            return Ok(false);
        }
        self.at += 1;
        self.depth -= 1;
        Ok(true)
    }

    /// The key of the next member and its colon.
    pub(super) fn key(&mut self) -> Result<Cow<'a, str>, Stop> {
        let key = self.string()?;
        self.expect(b':')?;
        Ok(key)
    }

    /// The members of an object, each value read by `member(cursor, key)`.
    pub(super) fn object(&mut self, mut member: impl FnMut(&mut Self, &str) -> Result<(), Stop>) -> Result<(), Stop> {
        self.open(b'{')?;
        if self.close_if(b'}')? {
            return Ok(());
        }
        let mut keys = Keys::default();
        loop {
            self.token()?;
            let at = self.at;
            let key = self.key()?;
            if !keys.is_new(key.clone()) {
                return Err(self.twice(at, &key));
            }
            member(self, &key)?;
            if !self.another(b'}')? {
                return Ok(());
            }
        }
    }

    /// An object has a key at `at` for the second time: which one counts is not for us to say.
    #[cold]
    pub(super) fn twice(&self, at: usize, key: &str) -> Stop {
        Fault::stop("E_GEOJSON_KEY_TWICE", at, vec![key.to_owned()])
    }

    /// A string, decoded.
    pub(super) fn string(&mut self) -> Result<Cow<'a, str>, Stop> {
        self.expect(b'"')?;
        let start = self.at;
        let mut high = 0_u8;
        let mut escaped = false;
        let end = loop {
            let Some(&b) = self.bytes.get(self.at) else { return Err(self.end()) };
            match b {
                b'"' => break self.at,
                b'\\' => {
                    escaped = true;
                    self.at += 1;
                    high |= self.peek()?;
                }
                0..=0x1f => {
                    self.text(start, self.at)?;
                    return Err(self.unexpected(self.at));
                }
                _ => high |= b,
            }
            self.at += 1;
        };
        if end - start > self.string_max {
            return Err(Fault::stop("E_GEOJSON_STRING", start, vec![(self.string_max >> 10).to_string()]));
        }
        self.at = end + 1;
        let raw: &'a str = if high >= 0x80 { self.text(start, end)? } else { ascii(&self.bytes[start..end]) };
        if escaped { self.unescape(raw, start).map(Cow::Owned) } else { Ok(Cow::Borrowed(raw)) }
    }

    /// Bytes that must be UTF-8.
    fn text(&self, start: usize, end: usize) -> Result<&'a str, Stop> {
        std::str::from_utf8(&self.bytes[start..end]).map_err(|e| Fault::stop("E_GEOJSON_ENCODING", start + e.valid_up_to(), Vec::new()))
    }

    /// Resolves escapes; a lone surrogate becomes U+FFFD, as it stands for no character.
    #[cold]
    fn unescape(&self, raw: &str, start: usize) -> Result<String, Stop> {
        let mut out = String::with_capacity(raw.len());
        let mut rest = raw;
        while let Some(slash) = rest.find('\\') {
            out.push_str(&rest[..slash]);
            let here = start + (raw.len() - rest.len()) + slash;
            rest = &rest[slash + 1..];
            let plain = match rest.as_bytes().first() {
                Some(b'n') => '\n',
                Some(b't') => '\t',
                Some(b'r') => '\r',
                Some(b'b') => '\u{8}',
                Some(b'f') => '\u{c}',
                Some(c @ (b'"' | b'\\' | b'/')) => char::from(*c),
                Some(b'u') => {
                    let unit = hex4(&rest[1..]).ok_or_else(|| self.unexpected(here))?;
                    rest = &rest[5..];
                    let low = rest.strip_prefix("\\u").and_then(hex4);
                    let pair = low.and_then(|low| char::decode_utf16([unit, low]).next()?.ok().filter(|c| c.len_utf16() == 2));
                    if pair.is_some() {
                        rest = &rest[6..];
                    }
                    out.push(pair.or(char::from_u32(u32::from(unit))).unwrap_or(char::REPLACEMENT_CHARACTER));
                    continue;
                }
                _ => return Err(self.unexpected(here)),
            };
            rest = &rest[1..];
            out.push(plain);
        }
        out.push_str(rest);
        Ok(out)
    }

    /// A number at the cursor; see [`number::read`].
    #[inline(always)]
    pub(super) fn number(&mut self) -> Result<f64, Stop> {
        match number::read(self.bytes, self.at) {
            Ok((value, end)) => {
                // A number that touches the end of the buffer may go on in the next one.
                if end == self.bytes.len() {
                    return Err(self.end());
                }
                if end - self.at > NUMBER_MAX_BYTES {
                    return Err(Fault::stop("E_GEOJSON_NUMBER", self.at, vec![NUMBER_MAX_BYTES.to_string()]));
                }
                self.at = end;
                Ok(value)
            }
            Err(at) => Err(self.bad_number(at)),
        }
    }

    /// A number may look wrong only because the buffer cuts it.
    #[cold]
    fn bad_number(&self, at: usize) -> Stop {
        let rest = &self.bytes[self.at..];
        let cut = rest.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
        if cut { self.end() } else { self.unexpected(at) }
    }

    /// A scalar as text, a number exactly as written; `None` for null, NaN, arrays and objects.
    pub(super) fn scalar(&mut self) -> Result<Option<String>, Stop> {
        match self.token()? {
            b'"' => Ok(Some(self.string()?.into_owned())),
            b'-' | b'0'..=b'9' => {
                let start = self.at;
                let value = self.number()?;
                Ok(value.is_finite().then(|| self.shown(start, self.at)))
            }
            b't' => self.word(b"true").map(|()| Some("true".to_owned())),
            b'f' => self.word(b"false").map(|()| Some("false".to_owned())),
            _ => self.skip().map(|()| None),
        }
    }

    /// Takes a literal word.
    pub(super) fn word(&mut self, word: &[u8]) -> Result<(), Stop> {
        for (n, wanted) in word.iter().enumerate() {
            match self.bytes.get(self.at + n) {
                Some(b) if b == wanted => {}
                Some(_) => return Err(self.unexpected(self.at)),
                None => return Err(self.end()),
            }
        }
        self.at += word.len();
        Ok(())
    }

    /// Passes over one value, checking that it is JSON (and the words NaN and Infinity, which
    /// common writers put where a property has no number).
    pub(super) fn skip(&mut self) -> Result<(), Stop> {
        match self.token()? {
            b'{' => self.object(|cursor, _| cursor.skip()),
            b'[' => {
                self.open(b'[')?;
                if self.close_if(b']')? {
                    return Ok(());
                }
                loop {
                    self.skip()?;
                    if !self.another(b']')? {
                        return Ok(());
                    }
                }
            }
            b'"' => self.string().map(drop),
            b't' => self.word(b"true"),
            b'f' => self.word(b"false"),
            b'n' => self.word(b"null"),
            b'-' | b'0'..=b'9' | b'N' | b'I' => self.number().map(drop),
            _ => Err(self.unexpected(self.at)),
        }
    }
}

/// Bytes below 0x80 as text.
fn ascii(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}

fn hex4(text: &str) -> Option<u16> {
    let digits = text.get(..4).filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()))?;
    u16::from_str_radix(digits, 16).ok()
}

/// Line feeds in a slice.
pub(super) fn count_lines(bytes: &[u8]) -> u64 {
    // Sums of at most 255 bytes stay in a u8, which the compiler turns into vector code.
    bytes.chunks(255).map(|c| u64::from(c.iter().map(|b| u8::from(*b == b'\n')).sum::<u8>())).sum()
}
