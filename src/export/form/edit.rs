//! Changes to a text that leave everything between them as it is, and its XML events with their places.

use std::ops::Range;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::domain::problem::{Problem, Severity};

/// Elements inside one another; a workbook has a dozen.
const DEPTH_MAX: usize = 64;

/// Changes to one text, in any order; none may overlap another.
#[derive(Debug, Default)]
pub(super) struct Edits {
    edits: Vec<(Range<usize>, String)>,
}

impl Edits {
    /// Puts `text` where a range is; at an empty range it is put in.
    pub(super) fn replace(&mut self, range: Range<usize>, text: impl Into<String>) {
        let text = text.into();
        if !range.is_empty() || !text.is_empty() {
            self.edits.push((range, text));
        }
    }

    /// The text with every change made.
    pub(super) fn apply(mut self, text: &str) -> String {
        // What is put in before something goes before what stands instead of it.
        self.edits.sort_by_key(|(range, _)| (range.start, range.end));
        let mut out = String::with_capacity(text.len() + 64 * self.edits.len());
        let mut done = 0;
        for (range, new) in &self.edits {
            out.push_str(&text[done..range.start]);
            out.push_str(new);
            done = range.end;
        }
        out.push_str(&text[done..]);
        out
    }
}

/// The elements of a part, each with the range of its tag.
pub(super) struct Walk<'t> {
    reader: Reader<&'t [u8]>,
    /// Bytes before the first that the reader sees.
    skipped: usize,
    depth: usize,
    shown_as: &'t str,
}

impl<'t> Walk<'t> {
    pub(super) fn new(text: &'t str, shown_as: &'t str) -> Self {
        // The reader leaves a byte order mark out of its count.
        let body = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut reader = Reader::from_reader(body.as_bytes());
        reader.config_mut().check_end_names = true;
        Self { reader, skipped: text.len() - body.len(), depth: 0, shown_as }
    }

    /// The next tag; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<(Tag<'t>, Range<usize>)>, Problem> {
        loop {
            let start = self.position();
            let event = self.reader.read_event().map_err(|e| self.broken(&e))?;
            let range = start..self.position();
            match event {
                Event::Start(e) => {
                    self.depth += 1;
                    if self.depth > DEPTH_MAX {
                        return Err(self.broken(&"depth"));
                    }
                    return Ok(Some((Tag::Start(e), range)));
                }
                Event::Empty(e) => return Ok(Some((Tag::Empty(e), range))),
                Event::End(e) => {
                    self.depth -= 1;
                    return Ok(Some((Tag::End(local(e.name().as_ref()).to_owned()), range)));
                }
                Event::DocType(_) => return Err(self.broken(&"DOCTYPE")),
                Event::Eof if self.depth > 0 => return Err(self.broken(&"EOF")),
                Event::Eof => return Ok(None),
                _ => {}
            }
        }
    }

    fn position(&self) -> usize {
        self.skipped + usize::try_from(self.reader.buffer_position()).unwrap_or(usize::MAX)
    }

    pub(super) fn broken(&self, what: &dyn std::fmt::Display) -> Problem {
        Problem::new("E_FORM_BROKEN", Severity::Refused, self.shown_as).arg(what)
    }
}

/// A tag.
pub(super) enum Tag<'t> {
    Start(BytesStart<'t>),
    /// `<c/>`
    Empty(BytesStart<'t>),
    /// Its local name.
    End(String),
}

impl Tag<'_> {
    /// The local name of a tag that begins an element, and whether it ends it too.
    pub(super) fn begins(&self) -> Option<(&str, &BytesStart<'_>, bool)> {
        match self {
            Self::Start(e) => Some((local(name(e)), e, false)),
            Self::Empty(e) => Some((local(name(e)), e, true)),
            Self::End(_) => None,
        }
    }

    pub(super) fn ends(&self, wanted: &str) -> bool {
        matches!(self, Self::End(name) if name == wanted)
    }
}

/// The name of an element with its prefix.
pub(super) fn name<'e>(element: &'e BytesStart<'_>) -> &'e str {
    let text: &str = element.as_ref();
    text.split(|c: char| c.is_ascii_whitespace() || c == '/').next().unwrap_or_default()
}

/// A name without its prefix.
pub(super) fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

/// A name's prefix with its colon; empty where it has none.
pub(super) fn prefix(name: &str) -> &str {
    &name[..name.len() - local(name).len()]
}

/// The value of an attribute by its local name.
pub(super) fn attribute(element: &BytesStart<'_>, wanted: &str) -> Option<String> {
    let found = element.attributes().with_checks(false).flatten().find(|a| a.key.local_name().as_ref() == wanted)?;
    Some(quick_xml::escape::unescape(&found.value).map_or_else(|_| found.value.to_string(), |v| v.into_owned()))
}

/// A tag without one of its attributes; `attribute` has no prefix.
pub(super) fn without(tag: &str, attribute: &str) -> String {
    let found = tag.match_indices(attribute).find_map(|(at, _)| {
        let before = tag[..at].chars().next_back().is_some_and(|c| c.is_ascii_whitespace());
        let rest = tag[at + attribute.len()..].trim_start().strip_prefix('=')?.trim_start();
        let quote = rest.chars().next().filter(|c| before && matches!(c, '"' | '\''))?;
        let end = rest[1..].find(quote)?;
        Some((tag[..at].trim_end().len(), tag.len() - (rest.len() - end - 2)))
    });
    found.map_or_else(|| tag.to_owned(), |(from, to)| format!("{}{}", &tag[..from], &tag[to..]))
}
