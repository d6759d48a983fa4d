//! The parser of one source: line in, event out, and the state that lets it go on later.
//!
//! ```text
//!  line ─► joint: records of several lines ─► UTF-8 ─► format (remembered, else the first that
//!       understands) ─► payload or line inside its message ─► helpers ─► normalise
//! ```
//!
//! Every line becomes an event. One that no format understands keeps its bytes and has the time of
//! reading; when no helper knows it either, it has the tag `unparsed`. One that is not UTF-8 is read with its bad bytes replaced; its
//! raw bytes stay as they are.
//!
//! The state (format, last year and month, the repeated hour, open records) is bounded, versioned JSON. A parser that resumes from it
//! at any line gives the same events as one that never stopped.
//!
//! What it does *not* know: files, databases, the clock; the caller says what time it is.

mod join;

use crate::calendar::{Calendar, Repeated};
use crate::format::{Format, Found};
use crate::header::Header;
use crate::helper::Helpers;
use crate::joint::{Joiner, Saved};
use crate::kept::kept;
use crate::line::Line;
use crate::memory::Memory;
use crate::read::{Misses, Text};
use crate::start::Start;
use common::clock::Timestamp;
use common::clock::zone::Zone;
use common::event::{Event, EventId, RawKind, TimeQuality};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// How a source is to be read.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The section its events belong to.
    pub section: String,
    /// The zone of stamps that give none.
    pub zone: Zone,
    /// The format, where the user names it; otherwise it is found line by line.
    pub format: Option<Format>,
    /// The year of the first stamp that gives none.
    pub year: Option<i16>,
    /// The file's time, or the present: stamps without a year are not later than a day after it.
    pub reference: Timestamp,
    /// When the lines are read: the time of events that have none of their own.
    pub read_at: Timestamp,
    /// The host of lines that name none.
    pub host: Option<String>,
    /// The program of lines that name none.
    pub program: Option<String>,
    /// What begins a record of several lines, where the user says it.
    pub start: Option<Start>,
    /// Whether statistics are events like others; else [`Parser::leaves_out`] tells them.
    pub statistics: bool,
}

impl Default for Settings {
    /// Section `default`, UTC, any format, the epoch as reference.
    fn default() -> Settings {
        Settings {
            section: "default".to_owned(),
            zone: Zone::utc(),
            format: None,
            year: None,
            reference: Timestamp(0),
            read_at: Timestamp(0),
            host: None,
            program: None,
            start: None,
            statistics: false,
        }
    }
}

/// Why a saved state is refused.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The state is not what [`Parser::state`] writes.
    #[error("parser state: {0}")]
    Malformed(#[from] serde_json::Error),
    /// A newer version of the program wrote it.
    #[error("parser state: version {0} is newer than this program")]
    Newer(u32),
    /// It names a format that does not exist.
    #[error("parser state: {0}")]
    Format(#[from] crate::format::UnknownFormat),
    /// An open record's bytes are not what was written.
    #[error("parser state: an open record cannot be read")]
    Open,
}

/// What a parser carries from line to line, as it is saved.
#[derive(Debug, Serialize, Deserialize)]
struct State {
    v: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    format: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last: Option<(i64, u8)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    repeated: Option<Repeated>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    open: Vec<Saved>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    header: Option<Header>,
    /// Microseconds and quality of the time that lines may leave out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    time: Option<(i64, i64)>,
}

const VERSION: u32 = 1;

/// Reads the lines of one source.
#[derive(Clone, Debug)]
pub struct Parser {
    section: &'static str,
    host: &'static str,
    program: Option<&'static str>,
    forced: Option<Format>,
    /// The format of the last line that was understood.
    pub(crate) seen: Option<Format>,
    /// The format of the last payload behind a header; like the one before it is only tried first.
    payload: Option<Format>,
    pub(crate) memory: Memory,
    read_at: Timestamp,
    pub(crate) helpers: Arc<Helpers>,
    joiner: Joiner,
    start: Option<Start>,
    statistics: bool,
}

impl Parser {
    /// A parser at a source's beginning, or where an earlier one's [`Parser::state`] says.
    ///
    /// # Errors
    /// The state is not one that this version can read.
    pub fn new(settings: Settings, state: Option<&str>) -> Result<Parser, StateError> {
        let calendar = Calendar::new(settings.zone, settings.year, settings.reference);
        let mut parser = Parser {
            section: kept(&settings.section),
            host: settings.host.as_deref().map_or("-", kept),
            program: settings.program.as_deref().map(kept),
            forced: settings.format,
            seen: None,
            payload: None,
            memory: Memory::new(calendar),
            read_at: settings.read_at,
            helpers: Arc::default(),
            joiner: Joiner::default(),
            start: settings.start,
            statistics: settings.statistics,
        };
        if let Some(state) = state {
            let state: State = serde_json::from_str(state)?;
            if state.v > VERSION {
                return Err(StateError::Newer(state.v));
            }
            let seen: Option<Format> = state.format.map(|name| name.parse()).transpose()?;
            parser.seen = seen.filter(|format| format.is_sniffed());
            parser.memory.calendar.resume(state.last, state.repeated);
            parser.memory.header = state.header;
            let last = |(micros, quality)| (Timestamp(micros), TimeQuality::from_number(quality));
            parser.memory.last = state.time.map(last);
            parser.joiner = Joiner::restored(state.open).ok_or(StateError::Open)?;
        }
        Ok(parser)
    }

    /// What a later parser needs to go on after the last line: JSON; at most 150 bytes, and the
    /// records that are open.
    #[must_use]
    pub fn state(&self) -> String {
        let format = self.seen.map(|format| format.name().to_owned());
        let state = State {
            v: VERSION,
            format,
            last: self.memory.calendar.last(),
            repeated: self.memory.calendar.repeated(),
            open: self.joiner.saved(),
            header: self.memory.header.clone(),
            time: self.memory.last.map(|(time, quality)| (time.0, quality as i64)),
        };
        serde_json::to_string(&state).unwrap_or_default()
    }

    /// Says what time it is, for a source that is followed.
    pub fn set_read_at(&mut self, now: Timestamp) {
        self.read_at = now;
    }

    /// Moves the reference of stamps without a year: the file's time, or the present.
    pub fn set_reference(&mut self, reference: Timestamp) {
        self.memory.calendar.set_reference(reference);
    }

    /// Takes other helpers from the next line on; a new parser has none.
    pub fn set_helpers(&mut self, helpers: Arc<Helpers>) {
        self.helpers = helpers;
    }

    /// The format of the last line that was understood.
    #[must_use]
    pub fn format(&self) -> Option<Format> {
        self.forced.or(self.seen)
    }

    /// Whether an event is only a program's statistics, which nobody asked for: Suricata writes its
    /// counters every few seconds among its events.
    #[must_use]
    pub fn leaves_out(&self, event: &Event<'_>) -> bool {
        !self.statistics
            && event.event_action.as_deref() == Some("stats")
            && event.dataset.as_deref() == Some("suricata.eve")
    }

    /// Reads a record. Every record gives an event.
    #[must_use]
    pub fn parse<'a>(&mut self, line: Line<'a>) -> Event<'a> {
        let mut event = self.blank(line);
        self.fill(line, &mut event, None);
        event
    }

    /// Reads a record and tells what was found and where formats stopped.
    pub(crate) fn read<'a>(
        &mut self,
        line: Line<'a>,
        missed: Misses<'_>,
    ) -> (Event<'a>, Option<(Format, Found)>) {
        let mut event = self.blank(line);
        let found = self.fill(line, &mut event, missed);
        (event, found)
    }

    /// Reads a record into a blank event, which stays where it is: it has a kilobyte.
    ///
    /// A reader that panics is a defect, but no reason to keep the lines behind this one from being
    /// stored: the record is an event without fields then, tagged `reader_failed`.
    fn fill<'a>(
        &mut self,
        line: Line<'a>,
        event: &mut Event<'a>,
        missed: Misses<'_>,
    ) -> Option<(Format, Found)> {
        let reading = AssertUnwindSafe(|| self.bytes(line, event, missed));
        catch_unwind(reading).unwrap_or_else(|_| {
            *event = self.unread(line);
            None
        })
    }

    fn bytes<'a>(
        &mut self,
        line: Line<'a>,
        event: &mut Event<'a>,
        missed: Misses<'_>,
    ) -> Option<(Format, Found)> {
        if let Some((text, is_utf8)) = Format::in_lines(line.bytes) {
            return self.repaired(line, &text, is_utf8, event, missed);
        }
        match simdutf8::basic::from_utf8(line.bytes) {
            Ok(text) => self.text(line, text, event, missed),
            Err(_) => {
                let text = String::from_utf8_lossy(line.bytes);
                self.repaired(line, &text, false, event, missed)
            }
        }
    }

    /// Reads a text that stands for a record's bytes.
    fn repaired<'a>(
        &mut self,
        line: Line<'a>,
        text: &str,
        is_utf8: bool,
        event: &mut Event<'a>,
        missed: Misses<'_>,
    ) -> Option<(Format, Found)> {
        let mut repaired = self.blank(line);
        let found = self.text(line, text, &mut repaired, missed);
        repaired.raw = Cow::Borrowed(b"");
        repaired.message = Cow::Owned(repaired.message.into_owned());
        *event = repaired.into_owned();
        event.raw = Cow::Borrowed(line.bytes);
        if !is_utf8 {
            event.tag("not_utf8");
        }
        found
    }

    /// The event of a record of which nothing could be read.
    fn unread<'a>(&self, line: Line<'a>) -> Event<'a> {
        let mut event = self.blank(line);
        event.message = String::from_utf8_lossy(line.bytes);
        event.raw = Cow::Borrowed(line.bytes);
        event.tag("unparsed");
        event.tag("reader_failed");
        if !line.runs.is_empty() {
            event.set_runs(line.runs);
        }
        event.normalise();
        event
    }

    /// Reads a record's text; its bytes are the record's own, or a repaired copy of them.
    fn text<'t>(
        &mut self,
        line: Line<'_>,
        text: &'t str,
        event: &mut Event<'t>,
        missed: Misses<'_>,
    ) -> Option<(Format, Found)> {
        // A mark of the text's encoding, as Windows' programs put it before their first line.
        let inside = match text.as_bytes() {
            [0xef, 0xbb, 0xbf, ..] => &text[3..],
            _ => text,
        };
        let reading = Text {
            forced: self.forced,
            seen: self.seen,
            payload: Cell::new(self.payload),
            program: self.program,
            helpers: &self.helpers,
        };
        let found = reading.read(inside, &mut self.memory, event, missed);
        let found = found.map(|(format, found)| (format, found.moved(text.len() - inside.len())));
        self.payload = reading.payload.get();
        match found {
            Some((format, _)) => self.seen = Some(format),
            None => {
                event.message = Cow::Borrowed(inside);
                if !self.helpers.apply(event) {
                    event.tag("unparsed");
                }
                reading.name(event);
            }
        }
        if !line.runs.is_empty() {
            event.set_runs(line.runs);
        }
        // A text that is JSON has no NUL.
        let is_clean =
            event.raw_kind == RawKind::Json || memchr::memchr(0, text.as_bytes()).is_none();
        store_raw(line, text, is_clean, event);
        if is_clean {
            event.normalise_clean();
        } else {
            event.normalise();
        }
        found
    }

    /// An event with what is known before the line is looked at.
    fn blank<'t>(&self, line: Line<'_>) -> Event<'t> {
        Event {
            id: EventId { batch: 0, seq: i32::try_from(line.number).unwrap_or(i32::MAX) },
            time: self.read_at,
            time_quality: TimeQuality::None,
            section: Cow::Borrowed(self.section),
            host_name: Cow::Borrowed(self.host),
            log_offset: line.offset,
            eol: line.eol,
            ..Event::default()
        }
    }
}

/// Stores the raw bytes: the header alone where the line is exactly header and message. A text
/// that is a repaired copy of the line is not, even where it has the same length.
fn store_raw<'t>(line: Line<'_>, text: &'t str, is_clean: bool, event: &mut Event<'t>) {
    let bytes = text.as_bytes();
    let header = match &event.message {
        Cow::Borrowed(message) => suffix(text, message),
        Cow::Owned(_) => None,
    };
    let exact = event.raw_kind != RawKind::Json
        && std::ptr::eq(bytes.as_ptr(), line.bytes.as_ptr())
        && is_clean;
    match header.filter(|_| exact) {
        Some(header) => {
            event.raw_kind = RawKind::Prefix;
            event.raw = Cow::Borrowed(&bytes[..header]);
        }
        None => event.raw = Cow::Borrowed(bytes),
    }
}

/// Where `part` begins in `text`, when it is that text's very end.
fn suffix(text: &str, part: &str) -> Option<usize> {
    let at = text.len().checked_sub(part.len())?;
    let same = std::ptr::eq(text.get(at..)?.as_ptr(), part.as_ptr());
    (same || part.is_empty()).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_that_panics_leaves_an_event_and_a_parser() {
        let settings = Settings { format: Some(Format::Rfc5424), ..Settings::default() };
        let mut parser = Parser::new(settings, None).expect("a parser");
        for bytes in [&b"no syslog \x1b at all"[..], b"not UTF-8 \xff either"] {
            let line = Line::new(bytes, 70, 3);
            let (event, found) = parser.read(line, Some(&mut |_, _| panic!("a defect")));
            assert!(found.is_none());
            assert_eq!(event.raw_line(), bytes);
            assert_eq!(event.message, String::from_utf8_lossy(bytes));
            assert_eq!((event.log_offset, event.id.seq), (70, 3));
            assert!(event.tags.iter().any(|tag| tag == "reader_failed"), "{:?}", event.tags);
            let line = Line::new(b"<13>1 2026-11-20T12:00:00Z h p - - - next", 80, 4);
            assert_eq!(parser.parse(line).message, "next");
        }
    }
}
