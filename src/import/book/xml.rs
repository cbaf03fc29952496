//! Rules for every XML part of a container: no DOCTYPE, bounded depth and attributes.

use std::io::{BufRead, BufReader, Read};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::domain::problem::{Problem, Severity};
use crate::domain::request::Stop;

/// Elements inside one another.
const DEPTH_MAX: usize = 64;
/// Attributes of one element.
const ATTRIBUTES_MAX: usize = 256;
/// Bytes of the attributes of an element from which they are counted.
const ATTRIBUTES_FROM_BYTES: usize = 1_024;

/// The events of a part, with the rules held.
pub(super) struct Part<'a, R> {
    reader: Reader<R>,
    depth: usize,
    shown_as: &'a str,
    name: &'a str,
    stop: Option<&'a Stop>,
}

impl<'a, R: Read> Part<'a, BufReader<R>> {
    /// Over the bytes of the part of this name.
    pub(super) fn new(bytes: R, shown_as: &'a str, name: &'a str) -> Self {
        let mut reader = Reader::from_reader(BufReader::with_capacity(64 << 10, bytes));
        let config = reader.config_mut();
        config.check_end_names = true;
        config.expand_empty_elements = true;
        Self { reader, depth: 0, shown_as, name, stop: None }
    }
}

impl<'a, R: BufRead> Part<'a, R> {
    /// Ends when it is asked to, at the next element.
    pub(super) fn heeding(self, stop: &'a Stop) -> Self {
        Self { stop: Some(stop), ..self }
    }

    /// The next event; `None` at the end.
    pub(super) fn next<'b>(&mut self, buffer: &'b mut Vec<u8>) -> Result<Option<Event<'b>>, Problem> {
        buffer.clear();
        let refused = |code| Problem::new(code, Severity::Refused, self.shown_as).field(self.name);
        let event = match self.reader.read_event_into(buffer) {
            Ok(event) => event,
            Err(_) => return Err(refused("E_XML_BROKEN")),
        };
        match &event {
            Event::Start(e) => {
                self.stop.map_or(Ok(()), Stop::check)?;
                self.depth += 1;
                if self.depth > DEPTH_MAX {
                    return Err(refused("E_XML_DEPTH").arg(DEPTH_MAX));
                }
                let raw = e.attributes_raw();
                if raw.len() > ATTRIBUTES_FROM_BYTES && raw.bytes().filter(|b| *b == b'=').count() > ATTRIBUTES_MAX {
                    return Err(refused("E_XML_DEPTH").arg(ATTRIBUTES_MAX));
                }
            }
            Event::End(_) => self.depth = self.depth.saturating_sub(1),
            Event::DocType(_) => return Err(refused("E_XML_DOCTYPE")),
            Event::Eof if self.depth > 0 => return Err(refused("E_XML_BROKEN")),
            Event::Eof => return Ok(None),
            _ => {}
        }
        Ok(Some(event))
    }

    /// Reads to the end for the rules alone.
    pub(super) fn check(mut self) -> Result<(), Problem> {
        let mut buffer = Vec::new();
        while self.next(&mut buffer)?.is_some() {}
        Ok(())
    }
}

/// The value of an attribute by its local name, entities resolved.
pub(super) fn attribute(element: &BytesStart<'_>, wanted: &str) -> Option<String> {
    let found = element.attributes().with_checks(false).flatten().find(|a| a.key.local_name().as_ref() == wanted)?;
    Some(quick_xml::escape::unescape(&found.value).map_or_else(|_| found.value.to_string(), |v| v.into_owned()))
}

/// Adds the text of an event, entities resolved.
pub(super) fn push_text(event: &Event<'_>, out: &mut String) {
    match event {
        Event::Text(text) => out.push_str(&text.xml10_content()),
        Event::CData(text) => out.push_str(&text.xml10_content()),
        Event::GeneralRef(entity) => match entity.resolve_char_ref() {
            Ok(Some(c)) => out.push(c),
            _ => out.push_str(quick_xml::escape::resolve_predefined_entity(entity).unwrap_or_default()),
        },
        _ => {}
    }
}
