//! Values of cursors and events, bound to a prepared statement in the order of its parameters.
//!
//! A parameter keeps its value from row to row: columns that stay NULL, and texts that are those of
//! the row before, are not bound again. That is two thirds of an event's columns.
//!
//! What it does *not* know: what the statement is.

use crate::Cursor;
use common::clock::Timestamp;
use common::event::Event;
use rusqlite::Statement;
use rusqlite::types::{Null, ToSql};
use std::fmt::Write as _;
use std::net::IpAddr;

/// How many parameters `event_insert.sql` has.
const PARAMETERS: usize = 32;

/// Text made for one row, reused for the next, and what is bound since the last one.
#[derive(Default)]
pub(super) struct Buffers {
    text: String,
    json: Vec<u8>,
    bound: Bound,
}

/// What is known of a statement's parameters, a bit each: those that are NULL, and those that have
/// the text that is kept here.
#[derive(Default)]
struct Bound {
    absent: u64,
    known: u64,
    texts: [String; PARAMETERS],
}

/// Binds the values of one row in order.
pub(super) struct Binder<'s, 'c> {
    pub(super) statement: &'s mut Statement<'c>,
    pub(super) place: usize,
}

impl Binder<'_, '_> {
    pub(super) fn bind(&mut self, value: impl ToSql) -> rusqlite::Result<()> {
        self.place += 1;
        self.statement.raw_bind_parameter(self.place, value)
    }

    /// The parameters that both statements on cursors begin with.
    pub(super) fn cursor(&mut self, c: &Cursor) -> rusqlite::Result<()> {
        self.bind(c.source)?;
        self.bind(c.revision)?;
        self.bind(&c.host)?;
        self.bind(&c.kind)?;
        self.bind(&c.name)?;
        self.bind(&c.section)?;
        self.bind(c.device)?;
        self.bind(c.inode)?;
        self.bind(c.head_length)?;
        self.bind(&c.head_hash)?;
        self.bind(c.mark_length)?;
        self.bind(&c.mark_hash)?;
        self.bind(c.position)?;
        self.bind(c.line)?;
        self.bind(&c.token)?;
        self.bind(&c.state)?;
        let t = &c.totals;
        let totals = [t.lines, t.bytes, t.stored, t.unparsed, t.rejected];
        totals.into_iter().try_for_each(|total| self.bind(total))?;
        self.bind(Timestamp::now().0)
    }

    /// A value of an event that is often absent.
    fn maybe(&mut self, value: Option<impl ToSql>, bound: &mut Bound) -> rusqlite::Result<()> {
        let bit = 1 << self.place;
        match value {
            None if bound.absent & bit != 0 => {
                self.place += 1;
                Ok(())
            }
            None => {
                bound.absent |= bit;
                self.bind(Null)
            }
            Some(value) => {
                bound.absent &= !bit;
                self.bind(value)
            }
        }
    }

    /// A text that is often the one of the row before.
    fn often(&mut self, value: Option<&str>, bound: &mut Bound) -> rusqlite::Result<()> {
        let (place, bit) = (self.place, 1 << self.place);
        let Some(text) = value else {
            bound.known &= !bit;
            return self.maybe(value, bound);
        };
        if bound.known & bit != 0 && bound.texts[place] == text {
            self.place += 1;
            return Ok(());
        }
        bound.known |= bit;
        bound.texts[place].clear();
        bound.texts[place].push_str(text);
        self.maybe(value, bound)
    }

    fn ip(
        &mut self,
        ip: Option<IpAddr>,
        text: &mut String,
        bound: &mut Bound,
    ) -> rusqlite::Result<()> {
        text.clear();
        if let Some(ip) = ip {
            // Writing to a String cannot fail.
            let _ = write!(text, "{ip}");
        }
        self.often(ip.map(|_| text.as_str()), bound)
    }

    /// A flat list of the columns of `event_insert.sql`.
    pub(super) fn event(
        &mut self,
        key: i64,
        event: &Event<'_>,
        buffers: &mut Buffers,
    ) -> rusqlite::Result<()> {
        let Buffers { text, json, bound } = buffers;
        self.bind(key)?;
        self.bind(event.time.0)?;
        self.bind(event.time_quality as i64)?;
        self.often(Some(&event.section), bound)?;
        self.often(Some(&event.host_name), bound)?;
        self.often(Some(&event.labels), bound)?;
        self.often(event.dataset.as_deref(), bound)?;
        self.often(event.event_category.as_deref(), bound)?;
        self.often(event.event_action.as_deref(), bound)?;
        self.often(event.event_outcome.as_deref(), bound)?;
        self.maybe(event.event_code.as_deref(), bound)?;
        self.maybe(event.log_facility, bound)?;
        self.maybe(event.log_severity, bound)?;
        self.often(event.process_name.as_deref(), bound)?;
        self.maybe(event.process_pid, bound)?;
        self.maybe(event.process_executable.as_deref(), bound)?;
        self.maybe(event.process_command_line.as_deref(), bound)?;
        self.often(event.user_name.as_deref(), bound)?;
        self.maybe(event.user_target_name.as_deref(), bound)?;
        self.ip(event.source_ip, text, bound)?;
        self.maybe(event.source_port, bound)?;
        self.ip(event.destination_ip, text, bound)?;
        self.maybe(event.destination_port, bound)?;
        self.often(event.network_transport.as_deref(), bound)?;
        self.bind(event.raw_kind as i64)?;
        self.bind(event.eol as i64)?;
        self.often(event.helper.as_deref(), bound)?;
        self.bind(event.log_offset)?;
        text.clear();
        for (place, tag) in event.tags.iter().enumerate() {
            text.push_str(if place > 0 { " " } else { "" });
            text.push_str(tag);
        }
        self.often(Some(text), bound)?;
        if event.ext.is_empty() {
            self.often(None, bound)?;
        } else {
            json.clear();
            event.ext.write_json(json);
            // What write_json appends is UTF-8.
            self.often(Some(std::str::from_utf8(json).unwrap_or_default()), bound)?;
        }
        self.bind(event.message.as_ref())?;
        self.bind(event.raw.as_ref())
    }
}
