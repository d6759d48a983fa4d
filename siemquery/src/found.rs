//! A SIEM event as a record: its own members under their own names.
//!
//! What it does *not* know: the order of SIEM events.

use crate::request;
use anyhow::Result;
use common::clock::Timestamp;
use common::event::{Event, Value, ValueRef, write_member, write_string};
use common::field::Field;
use common::output::Record;
use common::siem_event::{SiemEvent, list};
use std::borrow::Cow;

/// A SIEM event, also as an event for filters, and how many it stands for.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) siem: SiemEvent,
    pub(crate) event: Event<'static>,
    pub(crate) times: u64,
}

/// The members of a SIEM event that have the name of an event's column.
const OWN: [&str; 3] = ["time", "severity", "id"];
/// How much of an id a table shows.
const SHORT: usize = 8;

/// The field of a name, where SIEM events are meant.
pub(crate) fn field(name: &str) -> Field {
    if OWN.contains(&name) { Field::Named(name.to_owned()) } else { Field::new(name) }
}

/// A field as an option names it, where SIEM events are meant.
pub(crate) fn wanted(option: &str, name: &str) -> Result<Field> {
    if OWN.contains(&name.trim()) { Ok(field(name.trim())) } else { request::field(option, name) }
}

impl Found {
    pub(crate) fn new(siem: SiemEvent) -> Found {
        Found { event: siem.to_event(), siem, times: 1 }
    }

    /// Whether its id is this one or begins so.
    pub(crate) fn is_called(&self, id: &str) -> bool {
        id.len() >= 4 && self.siem.id.starts_with(&id.to_ascii_lowercase())
    }

    /// A member that is JSON itself.
    fn json(&self, name: &str) -> Option<String> {
        Some(match name {
            "key" => self.siem.key.clone(),
            "group" => self.siem.group_json(),
            "tags" => list(&self.siem.tags),
            "source_ids" => list(&self.siem.source_ids),
            _ => return None,
        })
    }

    fn value(&self, field: &Field) -> Option<Value<'static>> {
        let text = |text: &str| Some(Value::Text(text.to_owned().into()));
        match field.name() {
            "id" => text(&self.siem.id),
            "short_id" => text(self.siem.id.get(..SHORT).unwrap_or(&self.siem.id)),
            "time" | "@timestamp" => text(&self.siem.time.to_string()),
            "severity" => Some(Value::Int(self.siem.severity.into())),
            "times" if self.times > 1 => text(&format!("×{}", self.times)),
            "times" => text(""),
            _ => None,
        }
    }
}

impl Record for Found {
    fn write_object(&self, out: &mut Vec<u8>) {
        self.siem.write_json(out);
    }

    fn write_member(&self, field: &Field, out: &mut Vec<u8>) {
        if let Some(json) = self.json(field.name()) {
            if out.last() != Some(&b'{') {
                out.push(b',');
            }
            write_string(out, field.name());
            out.push(b':');
            out.extend_from_slice(json.as_bytes());
        } else if let Some(value) = self.value(field) {
            write_member(out, field.name(), ValueRef::from(&value));
        } else {
            self.event.write_member(field, out);
        }
    }

    fn text(&self, field: &Field) -> Option<Cow<'_, str>> {
        let own = self.json(field.name());
        let own = own.or_else(|| self.value(field).map(|value| value.to_string()));
        own.map(Cow::Owned).or_else(|| self.event.text(field))
    }

    fn time(&self, field: &Field) -> Option<Timestamp> {
        match field.name() {
            "time" | "@timestamp" => Some(self.siem.time),
            "last_time" => Some(self.siem.last_time),
            "window.start" => Some(self.siem.window_start),
            "window.end" => Some(self.siem.window_end),
            _ => None,
        }
    }

    fn line(&self) -> Vec<u8> {
        let mut line = Vec::new();
        self.siem.write_json(&mut line);
        line.push(b'\n');
        line
    }

    fn severity(&self) -> Option<u8> {
        Some(self.siem.severity)
    }
}
