//! The lines of an archive: rows as JSON and back, byte for byte.
//!
//! Raw bytes that are no text are written as base64 under another name; a column that is absent
//! has no member. What it does *not* know: whether what a line says is so.

use crate::{BatchRow, LeafRow};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::clock::Timestamp;
use common::event::{Eol, Event, EventId, Object, RawKind, TimeQuality, flatten};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::io;
use std::net::IpAddr;

/// The version of the form.
pub(super) const VERSION: u32 = 1;

/// One line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Line<'l> {
    Header(Header),
    Batch(Box<BatchLine>),
    Event(Box<EventLine<'l>>),
    End(End),
}

impl Line<'_> {
    /// As it is written, with its ending.
    pub(super) fn bytes(&self) -> io::Result<Vec<u8>> {
        let mut bytes = serde_json::to_vec(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Reads a line; nothing where it is not exactly as one is written.
    pub(super) fn read(bytes: &[u8]) -> Option<Line<'static>> {
        let line: Line<'static> = serde_json::from_slice(bytes).ok()?;
        line.bytes().is_ok_and(|again| again == bytes).then_some(line)
    }
}

/// What the file is about.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Header {
    pub(super) siem_archive: u32,
    pub(super) section: String,
    pub(super) day: i32,
    pub(super) first: i64,
    pub(super) last: i64,
    /// The last commit when it was written.
    pub(super) commit_no: i64,
    /// How many retention records there were.
    pub(super) retentions: i64,
}

/// How much there was.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct End {
    pub(super) batches: u64,
    pub(super) events: u64,
}

/// A batch's row with its leaves.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BatchLine {
    pub(super) batch: i64,
    source: i64,
    section: String,
    byte_start: i64,
    byte_end: i64,
    line_count: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<(i64, i64)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<String>,
    commit_no: i64,
    committed: i64,
    leaves: Vec<LeafLine>,
    /// The sums of this day's leaf.
    proof: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LeafLine {
    day: i32,
    event_count: i64,
    digest: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    retention: Option<i64>,
}

impl BatchLine {
    pub(super) fn new(row: &BatchRow, leaves: &[LeafRow], day: i32) -> BatchLine {
        let leaf = |leaf: &LeafRow| LeafLine {
            day: leaf.day,
            event_count: leaf.event_count,
            digest: STANDARD.encode(&leaf.digest),
            retention: leaf.retention,
        };
        let own = leaves.iter().find(|leaf| leaf.day == day);
        BatchLine {
            batch: row.batch,
            source: row.source,
            section: row.section.clone(),
            byte_start: row.byte_start,
            byte_end: row.byte_end,
            line_count: row.line_count,
            time: row.time.map(|(first, last)| (first.0, last.0)),
            previous: row.previous.as_ref().map(|digest| STANDARD.encode(digest)),
            digest: row.digest.as_ref().map(|digest| STANDARD.encode(digest)),
            commit_no: row.commit_no,
            committed: row.committed.0,
            leaves: leaves.iter().map(leaf).collect(),
            proof: STANDARD.encode(own.map(|leaf| leaf.proof.as_slice()).unwrap_or_default()),
        }
    }

    /// The row and its leaves; of those of other days the sums are not known.
    pub(super) fn rows(&self, day: i32) -> Option<(BatchRow, Vec<LeafRow>)> {
        let bytes = |text: &String| STANDARD.decode(text).ok();
        let row = BatchRow {
            batch: self.batch,
            source: self.source,
            section: self.section.clone(),
            byte_start: self.byte_start,
            byte_end: self.byte_end,
            line_count: self.line_count,
            event_count: 0,
            time: self.time.map(|(first, last)| (Timestamp(first), Timestamp(last))),
            previous: self.previous.as_ref().map(|text| bytes(text).ok_or(())).transpose().ok()?,
            digest: self.digest.as_ref().map(|text| bytes(text).ok_or(())).transpose().ok()?,
            commit_no: self.commit_no,
            committed: Timestamp(self.committed),
        };
        let leaf = |leaf: &LeafLine| {
            Some(LeafRow {
                day: leaf.day,
                event_count: leaf.event_count,
                digest: bytes(&leaf.digest)?,
                proof: if leaf.day == day { bytes(&self.proof)? } else { Vec::new() },
                retention: leaf.retention,
            })
        };
        Some((row, self.leaves.iter().map(leaf).collect::<Option<_>>()?))
    }
}

/// An event's columns, under their names in the database.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EventLine<'e> {
    batch: i64,
    seq: i32,
    time: i64,
    time_quality: i64,
    section: Cow<'e, str>,
    host_name: Cow<'e, str>,
    labels: Cow<'e, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dataset: Option<Cow<'e, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_category: Option<Cow<'e, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_action: Option<Cow<'e, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_outcome: Option<Cow<'e, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_code: Option<Cow<'e, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    log_facility: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    log_severity: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    process_name: Option<Cow<'e, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    process_pid: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    process_executable: Option<Cow<'e, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    process_command_line: Option<Cow<'e, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_name: Option<Cow<'e, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_target_name: Option<Cow<'e, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_ip: Option<IpAddr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_port: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    destination_ip: Option<IpAddr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    destination_port: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    network_transport: Option<Cow<'e, str>>,
    message: Cow<'e, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    raw: Option<Cow<'e, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    raw_base64: Option<String>,
    raw_kind: i64,
    eol: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    helper: Option<Cow<'e, str>>,
    log_offset: i64,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    tags: Vec<Cow<'e, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ext: Option<Box<RawValue>>,
}

fn lend<'e>(text: Option<&'e Cow<'_, str>>) -> Option<Cow<'e, str>> {
    text.map(|text| Cow::Borrowed(text.as_ref()))
}

fn own(text: Option<Cow<'_, str>>) -> Option<Cow<'static, str>> {
    text.map(|text| Cow::Owned(text.into_owned()))
}

impl<'e> EventLine<'e> {
    /// An event's line: a flat list of its columns.
    pub(super) fn new(event: &'e Event<'_>) -> EventLine<'e> {
        let raw = std::str::from_utf8(&event.raw);
        EventLine {
            batch: event.id.batch,
            seq: event.id.seq,
            time: event.time.0,
            time_quality: event.time_quality as i64,
            section: Cow::Borrowed(&event.section),
            host_name: Cow::Borrowed(&event.host_name),
            labels: Cow::Borrowed(&event.labels),
            dataset: lend(event.dataset.as_ref()),
            event_category: lend(event.event_category.as_ref()),
            event_action: lend(event.event_action.as_ref()),
            event_outcome: lend(event.event_outcome.as_ref()),
            event_code: lend(event.event_code.as_ref()),
            log_facility: event.log_facility,
            log_severity: event.log_severity,
            process_name: lend(event.process_name.as_ref()),
            process_pid: event.process_pid,
            process_executable: lend(event.process_executable.as_ref()),
            process_command_line: lend(event.process_command_line.as_ref()),
            user_name: lend(event.user_name.as_ref()),
            user_target_name: lend(event.user_target_name.as_ref()),
            source_ip: event.source_ip.map(|ip| ip.to_canonical()),
            source_port: event.source_port,
            destination_ip: event.destination_ip.map(|ip| ip.to_canonical()),
            destination_port: event.destination_port,
            network_transport: lend(event.network_transport.as_ref()),
            message: Cow::Borrowed(&event.message),
            raw: raw.ok().map(Cow::Borrowed),
            raw_base64: raw.is_err().then(|| STANDARD.encode(&event.raw)),
            raw_kind: event.raw_kind as i64,
            eol: event.eol as i64,
            helper: lend(event.helper.as_ref()),
            log_offset: event.log_offset,
            tags: event.tags.iter().map(|tag| Cow::Borrowed(tag.as_ref())).collect(),
            ext: ext(event),
        }
    }

    pub(super) fn id(&self) -> EventId {
        EventId { batch: self.batch, seq: self.seq }
    }

    /// The event of a line; nothing where its line would be another.
    pub(super) fn event(&self) -> Option<Event<'static>> {
        let event = self.clone_event()?;
        let bytes = |line: &EventLine<'_>| serde_json::to_vec(line).ok();
        (bytes(&EventLine::new(&event)) == bytes(self)).then_some(event)
    }

    /// The reverse of [`EventLine::new`]: a flat list.
    fn clone_event(&self) -> Option<Event<'static>> {
        let text = |text: &Option<Cow<'_, str>>| own(lend(text.as_ref()));
        let raw = match (&self.raw, &self.raw_base64) {
            (Some(raw), None) => raw.as_bytes().to_vec(),
            (None, Some(raw)) => STANDARD.decode(raw).ok()?,
            _ => return None,
        };
        let ext = self.ext.as_ref().map(|ext| flatten(ext.get().as_bytes())).transpose().ok()?;
        Some(Event {
            id: self.id(),
            time: Timestamp(self.time),
            time_quality: TimeQuality::from_number(self.time_quality),
            ingested: None,
            section: Cow::Owned(self.section.to_string()),
            host_name: Cow::Owned(self.host_name.to_string()),
            labels: Cow::Owned(self.labels.to_string()),
            dataset: text(&self.dataset),
            event_category: text(&self.event_category),
            event_action: text(&self.event_action),
            event_outcome: text(&self.event_outcome),
            event_code: text(&self.event_code),
            log_facility: self.log_facility,
            log_severity: self.log_severity,
            process_name: text(&self.process_name),
            process_pid: self.process_pid,
            process_executable: text(&self.process_executable),
            process_command_line: text(&self.process_command_line),
            user_name: text(&self.user_name),
            user_target_name: text(&self.user_target_name),
            source_ip: self.source_ip,
            source_port: self.source_port,
            destination_ip: self.destination_ip,
            destination_port: self.destination_port,
            network_transport: text(&self.network_transport),
            message: Cow::Owned(self.message.to_string()),
            raw: Cow::Owned(raw),
            raw_kind: RawKind::from_number(self.raw_kind),
            eol: Eol::from_number(self.eol),
            helper: text(&self.helper),
            log_offset: self.log_offset,
            tags: self.tags.iter().map(|tag| Cow::Owned(tag.to_string())).collect(),
            ext: ext.map(|(fields, _)| fields.into_owned()).unwrap_or_default(),
            original: Object::default(),
        })
    }
}

/// Further fields as their JSON, which the leaf covers.
fn ext(event: &Event<'_>) -> Option<Box<RawValue>> {
    if event.ext.is_empty() {
        return None;
    }
    let mut json = Vec::new();
    event.ext.write_json(&mut json);
    String::from_utf8(json).ok().and_then(|json| RawValue::from_string(json).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use common::event::Value;

    #[test]
    fn an_event_comes_back_from_its_line_as_it_was() {
        let mut event = Event {
            id: EventId { batch: 7, seq: 3 },
            time: Timestamp(-1),
            time_quality: TimeQuality::None,
            section: "auth".into(),
            host_name: "web\u{1}".into(),
            labels: "old//one".into(),
            source_ip: "2001:db8::1".parse().ok(),
            raw: b"\xff\x00 <34>".as_slice().into(),
            raw_kind: RawKind::Prefix,
            eol: Eol::CrLf,
            tags: vec!["a".into(), "b".into()],
            message: "ä \"\\ \u{2028}".into(),
            ..Event::default()
        };
        event.ext.push("a.b", Value::Float(1.5));
        event.ext.push("c", Value::Text("ü".into()));
        let bytes = Line::Event(Box::new(EventLine::new(&event))).bytes().unwrap();
        let Some(Line::Event(line)) = Line::read(&bytes) else { panic!("an event") };
        assert_eq!(line.event(), Some(event));
        let text = String::from_utf8(bytes).unwrap();
        for (have, other) in [
            ("2001:db8::1", "2001:DB8::1"),
            ("\"eol\":1", "\"eol\":7"),
            ("\"eol\":1", "\"eol\": 1"),
            ("{\"a.b\":1.5", "{\"a.b\":1.50"),
            ("\"raw_base64\":\"/wAgPDM0Pg==\",", ""),
            ("\"tags\"", "\"tag\""),
        ] {
            assert!(text.contains(have), "{have}: {text}");
            let forged = text.replace(have, other);
            let is_event = match Line::read(forged.as_bytes()) {
                Some(Line::Event(line)) => line.event().is_some(),
                _ => false,
            };
            assert!(!is_event, "{forged}");
        }
    }
}
