//! Events as PostgreSQL's binary COPY format.
//!
//! After a header, each row is a count of fields (16 bits), each field its length (32 bits, -1 for
//! NULL) and its bytes; numbers are big-endian. Source: PostgreSQL's documentation of COPY,
//! "Binary Format", and the receive functions of the types. Written by hand because a row costs a
//! tenth of what it costs through the driver's generic writer.
//!
//! What it does *not* know: connections.

use common::clock::Timestamp;
use common::event::{Event, EventId};
use std::net::IpAddr;

/// Microseconds from 1970-01-01 to 2000-01-01, where PostgreSQL's times begin.
pub(super) const EPOCH: i64 = 946_684_800_000_000;
/// How many columns `event_copy.sql` names.
const COLUMNS: i16 = 33;
const SIGNATURE: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";

/// A buffer of rows, reused.
#[derive(Default)]
pub(super) struct Rows {
    bytes: Vec<u8>,
}

impl Rows {
    /// Begins a COPY.
    pub(super) fn begin(&mut self) {
        self.bytes.clear();
        self.bytes.extend_from_slice(SIGNATURE);
    }

    /// Ends it.
    pub(super) fn end(&mut self) {
        self.bytes.extend_from_slice(&(-1i16).to_be_bytes());
    }

    /// What was encoded since the last `clear`.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Forgets what was sent.
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
    }

    /// Appends an event: a flat list of the columns of `event_copy.sql`.
    pub(super) fn event(&mut self, id: EventId, event: &Event<'_>) {
        self.bytes.extend_from_slice(&COLUMNS.to_be_bytes());
        self.long(Some(id.batch));
        self.int(Some(id.seq));
        self.long(Some(micros(event.time)));
        self.short(Some(event.time_quality as i16));
        self.text(Some(&event.section));
        self.text(Some(&event.host_name));
        self.text(Some(&event.labels));
        self.text(event.dataset.as_deref());
        self.text(event.event_category.as_deref());
        self.text(event.event_action.as_deref());
        self.text(event.event_outcome.as_deref());
        self.text(event.event_code.as_deref());
        self.short(event.log_facility.map(i16::from));
        self.short(event.log_severity.map(i16::from));
        self.text(event.process_name.as_deref());
        self.long(event.process_pid);
        self.text(event.process_executable.as_deref());
        self.text(event.process_command_line.as_deref());
        self.text(event.user_name.as_deref());
        self.text(event.user_target_name.as_deref());
        self.ip(event.source_ip);
        self.int(event.source_port.map(i32::from));
        self.ip(event.destination_ip);
        self.int(event.destination_port.map(i32::from));
        self.text(event.network_transport.as_deref());
        self.text(Some(&event.message));
        self.field(&event.raw);
        self.short(Some(event.raw_kind as i16));
        self.short(Some(event.eol as i16));
        self.text(event.helper.as_deref());
        self.long(Some(event.log_offset));
        self.sized(|bytes| {
            for (place, tag) in event.tags.iter().enumerate() {
                bytes.extend_from_slice(if place > 0 { b" " } else { b"" });
                bytes.extend_from_slice(tag.as_bytes());
            }
        });
        if event.ext.is_empty() {
            self.null();
        } else {
            self.sized(|bytes| event.ext.write_json(bytes));
        }
    }

    fn null(&mut self) {
        self.bytes.extend_from_slice(&(-1i32).to_be_bytes());
    }

    fn field(&mut self, bytes: &[u8]) {
        // A field longer than an i32 can say is longer than PostgreSQL can hold.
        let length = i32::try_from(bytes.len()).unwrap_or(i32::MAX);
        self.bytes.extend_from_slice(&length.to_be_bytes());
        self.bytes.extend_from_slice(bytes);
    }

    fn text(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.field(text.as_bytes()),
            None => self.null(),
        }
    }

    fn short(&mut self, value: Option<i16>) {
        match value {
            Some(value) => self.field(&value.to_be_bytes()),
            None => self.null(),
        }
    }

    fn int(&mut self, value: Option<i32>) {
        match value {
            Some(value) => self.field(&value.to_be_bytes()),
            None => self.null(),
        }
    }

    fn long(&mut self, value: Option<i64>) {
        match value {
            Some(value) => self.field(&value.to_be_bytes()),
            None => self.null(),
        }
    }

    /// inet: family (2 or 3), bits of the mask, not a cidr, length, address.
    fn ip(&mut self, ip: Option<IpAddr>) {
        match ip {
            Some(IpAddr::V4(ip)) => self.sized(|bytes| {
                bytes.extend_from_slice(&[2, 32, 0, 4]);
                bytes.extend_from_slice(&ip.octets());
            }),
            Some(IpAddr::V6(ip)) => self.sized(|bytes| {
                bytes.extend_from_slice(&[3, 128, 0, 16]);
                bytes.extend_from_slice(&ip.octets());
            }),
            None => self.null(),
        }
    }

    /// A field whose length is known once it is written.
    fn sized(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        let start = self.bytes.len();
        self.null();
        write(&mut self.bytes);
        let length = i32::try_from(self.bytes.len() - start - 4).unwrap_or(i32::MAX);
        self.bytes[start..start + 4].copy_from_slice(&length.to_be_bytes());
    }
}

/// An instant as PostgreSQL counts it.
pub(super) fn micros(time: Timestamp) -> i64 {
    time.0.saturating_sub(EPOCH)
}
