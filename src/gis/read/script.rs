//! The object that a script hands to `registerMap`: a literal of JavaScript, read as data.
//!
//! Only literals are read: keys may be bare words, texts may stand in single quotes, `!0` is true. Nothing is
//! ever run.

use super::cursor::{Keys, MAX_DEPTH, count_lines};
use super::json::Json;
use crate::domain::problem::Problem;

/// The maps that a script registers, by name.
pub(super) fn maps(bytes: &[u8], refused: impl Fn(&str) -> Problem) -> Result<Vec<(String, Json)>, Problem> {
    let text = std::str::from_utf8(bytes).map_err(|e| refused("E_GEOJSON_ENCODING").arg(e.valid_up_to() + 1))?;
    let mut out = Vec::new();
    let mut from = 0;
    while let Some(found) = text[from..].find("registerMap(") {
        from += found + "registerMap(".len();
        let mut literal = Literal { text, at: from, depth: 0 };
        let at_fault = |at: usize, code: &'static str| {
            let shown = match code {
                "E_GEOJSON_DEPTH" => MAX_DEPTH.to_string(),
                _ => text.get(at..).unwrap_or_default().chars().take(12).collect(),
            };
            refused(code).line(1 + count_lines(&bytes[..at.min(bytes.len())])).arg(at + 1).arg(shown)
        };
        if !matches!(literal.next(), Some('"' | '\'')) {
            continue;
        }
        // A call whose arguments are no literals is one of the library's own.
        let Ok(Json::String(name)) = literal.value() else { continue };
        if literal.next() != Some(',') {
            continue;
        }
        literal.at += 1;
        if literal.next() != Some('{') {
            continue;
        }
        match literal.value() {
            Ok(map) => out.push((name, map)),
            Err(code) => return Err(at_fault(literal.at, code)),
        }
        from = literal.at;
    }
    if out.is_empty() { Err(refused("E_ECHARTS_MAP")) } else { Ok(out) }
}

struct Literal<'t> {
    text: &'t str,
    at: usize,
    depth: u32,
}

impl<'t> Literal<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    /// The next character that is not white space, where the place then is.
    fn next(&mut self) -> Option<char> {
        let trimmed = self.rest().trim_start();
        self.at = self.text.len() - trimmed.len();
        trimmed.chars().next()
    }

    fn value(&mut self) -> Result<Json, &'static str> {
        match self.next().ok_or("E_GEOJSON_SYNTAX")? {
            '{' => self.nested(Self::object),
            '[' => self.nested(Self::array),
            quote @ ('"' | '\'') => self.string(quote).map(Json::String),
            _ => {
                let word = self.word();
                let value = match word {
                    "!0" | "true" => Json::Bool(true),
                    "!1" | "false" => Json::Bool(false),
                    "null" | "undefined" => Json::Null,
                    number if number.parse::<f64>().is_ok_and(f64::is_finite) && number.len() <= 64 => Json::Number(number.to_owned()),
                    _ => return Err("E_GEOJSON_SYNTAX"),
                };
                self.at += word.len();
                Ok(value)
            }
        }
    }

    /// The characters up to the next one with a meaning.
    fn word(&self) -> &'t str {
        let rest = self.rest();
        let end = rest.find(|c: char| c.is_whitespace() || matches!(c, ',' | ':' | ']' | '}' | '[' | '{' | '(' | ')' | '"' | '\'' | ';'));
        &rest[..end.unwrap_or(rest.len())]
    }

    fn nested(&mut self, read: impl FnOnce(&mut Self) -> Result<Json, &'static str>) -> Result<Json, &'static str> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err("E_GEOJSON_DEPTH");
        }
        self.at += 1;
        let value = read(self)?;
        self.depth -= 1;
        Ok(value)
    }

    fn object(&mut self) -> Result<Json, &'static str> {
        let mut members = Vec::new();
        let mut keys = Keys::default();
        loop {
            let key = match self.next() {
                Some('}') => break,
                Some(quote @ ('"' | '\'')) => self.string(quote)?,
                _ => {
                    let word = self.word();
                    if word.is_empty() {
                        return Err("E_GEOJSON_SYNTAX");
                    }
                    self.at += word.len();
                    word.to_owned()
                }
            };
            if !keys.is_new(key.clone().into()) {
                return Err("E_GEOJSON_KEY_TWICE");
            }
            if self.next() != Some(':') {
                return Err("E_GEOJSON_SYNTAX");
            }
            self.at += 1;
            let value = self.value()?;
            members.push((key, value));
            self.comma('}')?;
        }
        self.at += 1;
        Ok(Json::Object(members))
    }

    fn array(&mut self) -> Result<Json, &'static str> {
        let mut items = Vec::new();
        while self.next() != Some(']') {
            items.push(self.value()?);
            self.comma(']')?;
        }
        self.at += 1;
        Ok(Json::Array(items))
    }

    /// A comma, or the closing bracket ahead.
    fn comma(&mut self, closing: char) -> Result<(), &'static str> {
        match self.next() {
            Some(',') => {
                self.at += 1;
                Ok(())
            }
            Some(c) if c == closing => Ok(()),
            _ => Err("E_GEOJSON_SYNTAX"),
        }
    }

    fn string(&mut self, quote: char) -> Result<String, &'static str> {
        self.at += 1;
        let mut units = Vec::new();
        let mut out = String::new();
        let rest = self.rest();
        let mut characters = rest.char_indices();
        while let Some((n, c)) = characters.next() {
            let c = match c {
                c if c == quote => {
                    flush(&mut units, &mut out);
                    self.at += n + 1;
                    return Ok(out);
                }
                '\n' => break,
                '\\' => match characters.next().map(|(_, c)| c) {
                    Some(kind @ ('u' | 'x')) => {
                        let digits = if kind == 'u' { 4 } else { 2 };
                        let hex = rest.get(n + 2..n + 2 + digits).filter(|h| h.bytes().all(|b| b.is_ascii_hexdigit()));
                        let unit = hex.and_then(|h| u16::from_str_radix(h, 16).ok()).ok_or("E_GEOJSON_SYNTAX")?;
                        units.push(unit);
                        let _ = characters.nth(digits - 1);
                        continue;
                    }
                    Some('n') => '\n',
                    Some('t') => '\t',
                    Some('r') => '\r',
                    Some('b') => '\u{8}',
                    Some('f') => '\u{c}',
                    Some(other) => other,
                    None => break,
                },
                c => c,
            };
            flush(&mut units, &mut out);
            out.push(c);
        }
        Err("E_GEOJSON_SYNTAX")
    }
}

/// Escaped UTF-16 units become characters; a lone surrogate stands for none.
fn flush(units: &mut Vec<u16>, out: &mut String) {
    if !units.is_empty() {
        out.push_str(&String::from_utf16_lossy(units));
        units.clear();
    }
}
