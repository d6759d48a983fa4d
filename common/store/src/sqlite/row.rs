//! A row as an event, and what a row needs from elsewhere.
//!
//! What it does *not* know: which rows are wanted.

use common::clock::Timestamp;
use common::event::{Eol, Event, EventId, Fields, Object, RawKind, TimeQuality, flatten};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension as _, Row};
use std::borrow::Cow;
use std::collections::HashMap;

/// The columns that [`event`] reads, in its order.
pub(super) const EVENT_COLUMNS: &str = "id, time, time_quality, section, host_name, labels, \
    dataset, event_category, event_action, event_outcome, event_code, log_facility, log_severity, \
    process_name, process_pid, process_executable, process_command_line, user_name, \
    user_target_name, source_ip, source_port, destination_ip, destination_port, \
    network_transport, raw_kind, eol, helper, log_offset, tags, ext, message, raw";

/// How many events a batch can hold: the lower bits of the key count them.
pub(super) const SEQ_BITS: u32 = 20;

/// The key of an event's row.
pub(super) fn event_key(id: EventId) -> i64 {
    id.batch << SEQ_BITS | i64::from(id.seq)
}

/// The identity of a row's key.
pub(super) fn event_id(key: i64) -> EventId {
    let seq = key & ((1 << SEQ_BITS) - 1);
    EventId { batch: key >> SEQ_BITS, seq: i32::try_from(seq).unwrap_or(0) }
}

/// The event of a row, with the fields of its line.
pub(super) fn event(row: &Row<'_>) -> rusqlite::Result<Event<'static>> {
    let mut event = view(row)?.into_owned();
    if event.raw_kind == RawKind::Json {
        event.load_original();
    }
    Ok(event)
}

/// The event of a row of [`EVENT_COLUMNS`] as it lies there; its line was not read. A flat list;
/// `ingested` is filled by [`Committed`].
pub(super) fn view<'r>(row: &'r Row<'_>) -> rusqlite::Result<Event<'r>> {
    Ok(Event {
        id: event_id(row.get(0)?),
        time: Timestamp(row.get(1)?),
        time_quality: TimeQuality::from_number(row.get(2)?),
        ingested: None,
        section: needed(row, 3)?,
        host_name: needed(row, 4)?,
        labels: needed(row, 5)?,
        dataset: text(row, 6)?,
        event_category: text(row, 7)?,
        event_action: text(row, 8)?,
        event_outcome: text(row, 9)?,
        event_code: text(row, 10)?,
        log_facility: row.get(11)?,
        log_severity: row.get(12)?,
        process_name: text(row, 13)?,
        process_pid: row.get(14)?,
        process_executable: text(row, 15)?,
        process_command_line: text(row, 16)?,
        user_name: text(row, 17)?,
        user_target_name: text(row, 18)?,
        source_ip: parsed(row, 19)?,
        source_port: row.get(20)?,
        destination_ip: parsed(row, 21)?,
        destination_port: row.get(22)?,
        network_transport: text(row, 23)?,
        raw_kind: RawKind::from_number(row.get(24)?),
        eol: Eol::from_number(row.get(25)?),
        helper: text(row, 26)?,
        log_offset: row.get(27)?,
        tags: tags(row, 28)?,
        ext: ext(row, 29)?,
        message: needed(row, 30)?,
        raw: Cow::Borrowed(row.get_ref(31)?.as_blob()?),
        original: Object::default(),
    })
}

fn str_of<'r>(row: &'r Row<'_>, column: usize) -> rusqlite::Result<Option<&'r str>> {
    match row.get_ref(column)? {
        ValueRef::Null => Ok(None),
        value => Ok(Some(value.as_str()?)),
    }
}

fn text<'r>(row: &'r Row<'_>, column: usize) -> rusqlite::Result<Option<Cow<'r, str>>> {
    Ok(str_of(row, column)?.map(Cow::Borrowed))
}

fn needed<'r>(row: &'r Row<'_>, column: usize) -> rusqlite::Result<Cow<'r, str>> {
    Ok(text(row, column)?.unwrap_or_default())
}

fn parsed<T: std::str::FromStr>(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<T>> {
    Ok(str_of(row, column)?.and_then(|text| text.parse().ok()))
}

fn tags<'r>(row: &'r Row<'_>, column: usize) -> rusqlite::Result<Vec<Cow<'r, str>>> {
    let joined = str_of(row, column)?.unwrap_or_default();
    Ok(joined.split(' ').filter(|tag| !tag.is_empty()).map(Cow::Borrowed).collect())
}

fn ext<'r>(row: &'r Row<'_>, column: usize) -> rusqlite::Result<Fields<'r>> {
    let fields = str_of(row, column)?.and_then(|json| flatten(json.as_bytes()).ok());
    Ok(fields.map(|(fields, _)| fields).unwrap_or_default())
}

/// When batches were committed; remembered, as most rows follow one of the same batch.
#[derive(Default)]
pub(super) struct Committed {
    known: HashMap<i64, Option<Timestamp>>,
}

impl Committed {
    /// More than this many batches are not remembered.
    const LIMIT: usize = 10_000;

    /// The commit time of a batch, which becomes `event.ingested`.
    pub(super) fn of(
        &mut self,
        connection: &Connection,
        batch: i64,
    ) -> rusqlite::Result<Option<Timestamp>> {
        if let Some(known) = self.known.get(&batch) {
            return Ok(*known);
        }
        if self.known.len() >= Committed::LIMIT {
            self.known.clear();
        }
        let select = "SELECT committed FROM batch WHERE batch = ?1";
        let found: Option<i64> =
            connection.prepare_cached(select)?.query_row([batch], |row| row.get(0)).optional()?;
        let found = found.map(Timestamp);
        self.known.insert(batch, found);
        Ok(found)
    }
}
