//! A line of standard input to an event: one of our own, or a record of any JSON source.
//!
//! What siemparse wrote says all about itself. Any other object is read as siemparse would read
//! it, so that raw events need no mapping: its fields keep their names, its labels come from its
//! own header.
//!
//! What it does *not* know: rules.

use common::clock::Timestamp;
use common::event::{Event, EventId, JsonError, RawKind};
use memchr::memmem::find;
use parse::{Format, Line, Parser, Settings};
use std::io::{self, BufRead};

/// Appends the next line with its ending; tells whether there is one.
pub(crate) fn read_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    loop {
        let bytes = match input.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            bytes => bytes?,
        };
        let end = memchr::memchr(b'\n', bytes);
        let used = end.map_or(bytes.len(), |end| end + 1);
        line.extend_from_slice(&bytes[..used]);
        input.consume(used);
        if end.is_some() || used == 0 {
            return Ok(!line.is_empty());
        }
    }
}

/// Reads lines.
pub(crate) struct LineReader {
    section: String,
    parser: Parser,
}

impl LineReader {
    /// A reader; `section` is for events that name none.
    pub(crate) fn new(section: &str) -> anyhow::Result<LineReader> {
        let now = Timestamp::now();
        let settings = Settings {
            section: section.to_owned(),
            format: Some("json".parse::<Format>()?),
            reference: now,
            read_at: now,
            ..Settings::default()
        };
        Ok(LineReader { section: section.to_owned(), parser: Parser::new(settings, None)? })
    }

    /// The event of a line with its ending; `number` is its place in the input, from 1.
    pub(crate) fn event<'l>(
        &mut self,
        line: &'l [u8],
        number: i64,
    ) -> Result<Event<'l>, JsonError> {
        if is_own(line) {
            let mut event = Event::read_json(&String::from_utf8_lossy(line))?;
            if event.id == EventId::default() {
                event.id.seq = i32::try_from(number).unwrap_or(i32::MAX);
            }
            if event.section.is_empty() {
                event.section = self.section.clone().into();
            }
            return Ok(event);
        }
        let event = self.parser.parse(Line::new(line, 0, number));
        if event.raw_kind != RawKind::Json {
            // Says what is wrong with it, and where.
            common::event::flatten(line)?;
            return Err(JsonError { column: 1, message: "no JSON object".to_owned() });
        }
        Ok(event)
    }
}

/// Whether siemparse wrote a line: it names the event, its section and its time.
fn is_own(line: &[u8]) -> bool {
    [&b"\"@timestamp\":\""[..], b"\"section\":\""].iter().all(|key| find(line, key).is_some())
}
