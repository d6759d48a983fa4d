//! Values of cursors and events, bound to a prepared statement in the order of its parameters.
//!
//! What it does *not* know: what the statement is.

use crate::Cursor;
use common::clock::Timestamp;
use common::event::Event;
use rusqlite::Statement;
use rusqlite::types::{Null, ToSql};
use std::fmt::Write as _;
use std::net::IpAddr;

/// Text made for one row, reused for the next.
#[derive(Default)]
pub(super) struct Buffers {
    text: String,
    json: Vec<u8>,
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

    pub(super) fn ip(&mut self, ip: Option<IpAddr>, text: &mut String) -> rusqlite::Result<()> {
        let Some(ip) = ip else { return self.bind(Null) };
        text.clear();
        // Writing to a String cannot fail.
        let _ = write!(text, "{ip}");
        self.bind(text.as_str())
    }

    /// A flat list of the columns of `event_insert.sql`.
    pub(super) fn event(
        &mut self,
        key: i64,
        event: &Event<'_>,
        buffers: &mut Buffers,
    ) -> rusqlite::Result<()> {
        let Buffers { text, json } = buffers;
        self.bind(key)?;
        self.bind(event.time.0)?;
        self.bind(event.time_quality as i64)?;
        self.bind(event.section.as_ref())?;
        self.bind(event.host_name.as_ref())?;
        self.bind(event.labels.as_ref())?;
        self.bind(event.dataset.as_deref())?;
        self.bind(event.event_category.as_deref())?;
        self.bind(event.event_action.as_deref())?;
        self.bind(event.event_outcome.as_deref())?;
        self.bind(event.event_code.as_deref())?;
        self.bind(event.log_facility)?;
        self.bind(event.log_severity)?;
        self.bind(event.process_name.as_deref())?;
        self.bind(event.process_pid)?;
        self.bind(event.process_executable.as_deref())?;
        self.bind(event.process_command_line.as_deref())?;
        self.bind(event.user_name.as_deref())?;
        self.bind(event.user_target_name.as_deref())?;
        self.ip(event.source_ip, text)?;
        self.bind(event.source_port)?;
        self.ip(event.destination_ip, text)?;
        self.bind(event.destination_port)?;
        self.bind(event.network_transport.as_deref())?;
        self.bind(event.raw_kind as i64)?;
        self.bind(event.eol as i64)?;
        self.bind(event.helper.as_deref())?;
        self.bind(event.log_offset)?;
        text.clear();
        for (place, tag) in event.tags.iter().enumerate() {
            text.push_str(if place > 0 { " " } else { "" });
            text.push_str(tag);
        }
        self.bind(text.as_str())?;
        if event.ext.is_empty() {
            self.bind(Null)?;
        } else {
            json.clear();
            event.ext.write_json(json);
            // What write_json appends is UTF-8.
            self.bind(std::str::from_utf8(json).unwrap_or_default())?;
        }
        self.bind(event.message.as_ref())?;
        self.bind(event.raw.as_ref())
    }
}
