//! The wire form of an event: one flat JSON object a line.
//!
//! Written in this order: `@timestamp` (RFC 3339, UTC, microseconds), `event.id`,
//! `event.ingested`, `section`, the ECS columns that are present, `ext`, then original fields
//! under their own names, as `original.NAME` where an ECS field of that name has another value;
//! last, when asked for, `event.original` (the raw line) or `event.original_b64` when the line is
//! not UTF-8 or holds NUL.
//!
//! Strings escape every control character, DEL, C1 and the bidirectional controls, so that a
//! line printed to a terminal can move nothing.
//!
//! What it does *not* know: log formats; a JSON *format* gives meaning to names in `common/parse`.

use super::fields::Fields;
use super::object::{JsonError, Object, flatten};
use super::value::{Value, ValueRef};
use super::{Event, EventId, RawKind, TimeQuality};
use crate::clock::Timestamp;
use crate::field::Column;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use std::borrow::Cow;

/// Whether the raw line goes into the JSON form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Original {
    /// Leave it out.
    Omit,
    /// As `event.original`, or `event.original_b64` when it is not UTF-8 or holds NUL.
    Include,
}

impl Event<'_> {
    /// Appends the event's JSON object, without a line feed.
    pub fn write_json(&self, out: &mut Vec<u8>, original: Original) {
        let mut stamp = [0u8; 27];
        out.extend_from_slice(b"{\"@timestamp\":\"");
        out.extend_from_slice(self.time.write(&mut stamp).as_bytes());
        out.extend_from_slice(b"\",\"event.id\":\"");
        out.extend_from_slice(self.id.to_string().as_bytes());
        out.push(b'"');
        if let Some(ingested) = self.ingested {
            out.extend_from_slice(b",\"event.ingested\":\"");
            out.extend_from_slice(ingested.write(&mut stamp).as_bytes());
            out.push(b'"');
        }
        for &column in Column::ALL {
            if column != Column::Time
                && let Some(value) = self.column(column)
                && !(column == Column::TimeQuality && self.time_quality == TimeQuality::Offset)
            {
                write_member(out, column.name(), value);
            }
        }
        for (name, value) in self.ext.iter() {
            write_member(out, name, value.into());
        }
        self.write_original(out);
        if original == Original::Include {
            self.write_raw(out);
        }
        out.push(b'}');
    }

    fn write_original(&self, out: &mut Vec<u8>) {
        for (name, value) in self.original.iter() {
            let taken = Column::of_ecs(name)
                .and_then(|column| self.column_text(column))
                .or_else(|| self.ext.get(name).map(Value::to_string));
            let reserved = matches!(name, "event.id" | "event.ingested" | "event.original");
            match taken {
                Some(text) if text == value.to_string() => {}
                None if !reserved => write_member(out, name, value),
                _ => write_member(out, &format!("original.{name}"), value),
            }
        }
    }

    fn column_text(&self, column: Column) -> Option<String> {
        let value = self.column(column)?;
        Some(if column == Column::Time { self.time.to_string() } else { value.to_string() })
    }

    fn write_raw(&self, out: &mut Vec<u8>) {
        let line = self.raw_line();
        match std::str::from_utf8(&line) {
            // A text in JSON form is read back without NUL.
            Ok(text) if !text.contains('\0') => {
                write_member(out, "event.original", ValueRef::Text(text));
            }
            _ => {
                let text = BASE64.encode(&line);
                write_member(out, "event.original_b64", ValueRef::Text(&text));
            }
        }
    }

    /// Reads an object written by [`Event::write_json`].
    ///
    /// Names that are no column go to `ext`; when the raw line is there and is a JSON object, its
    /// fields are the original fields. Labels are computed anew: those in the input are not
    /// trusted.
    ///
    /// # Errors
    /// The text is no JSON object, or has no `@timestamp` that can be read.
    pub fn read_json(text: &str) -> Result<Event<'static>, JsonError> {
        let (fields, _) = flatten(text.as_bytes())?;
        let missing = |message: &str| JsonError { column: 1, message: message.to_owned() };
        let mut event = Event::default();
        let raw = match (fields.get("event.original"), fields.get("event.original_b64")) {
            (Some(Value::Text(raw)), _) => Some(raw.clone().into_owned().into_bytes()),
            (_, Some(Value::Text(raw))) => BASE64.decode(raw.as_bytes()).ok(),
            _ => None,
        };
        if let Some(raw) = raw {
            event.raw = Cow::Owned(raw);
            event.load_original();
        }
        let mut timed = false;
        for (name, value) in fields.iter() {
            match (name, value) {
                ("@timestamp", Value::Text(text)) => {
                    event.time = Timestamp::parse(text).ok_or_else(|| missing("bad @timestamp"))?;
                    timed = true;
                }
                ("event.id", Value::Text(text)) => {
                    event.id = text.parse::<EventId>().unwrap_or_default();
                }
                ("event.ingested", Value::Text(text)) => event.ingested = Timestamp::parse(text),
                ("event.original" | "event.original_b64", _) => {}
                ("section", Value::Text(text)) => event.section = Cow::Owned(text.to_string()),
                ("log.offset", Value::Int(offset)) => event.log_offset = *offset,
                ("time.quality", Value::Int(number)) => {
                    event.time_quality = TimeQuality::from_number(*number);
                }
                ("tags", tags) => event.tags = texts(tags),
                _ => event.adopt(name, value.clone().into_owned()),
            }
        }
        if !timed {
            return Err(missing("no @timestamp"));
        }
        event.normalise();
        Ok(event)
    }

    fn adopt(&mut self, name: &str, value: Value<'static>) {
        let value = match Column::of_ecs(name) {
            Some(column) => match self.set_column(column, value) {
                Ok(()) => return,
                Err(value) => value,
            },
            None => value,
        };
        let original = name.strip_prefix("original.").unwrap_or(name);
        if self.original.get(original) != Some(ValueRef::from(&value)) {
            self.ext.push(name.to_owned(), value);
        }
    }

    /// Fills the original fields, and says so in `raw_kind`, when the raw line is a JSON object.
    /// Returns whether a key occurred twice.
    pub fn load_original(&mut self) -> bool {
        if self.raw_kind == RawKind::Prefix {
            return false;
        }
        let text = match &self.raw {
            Cow::Borrowed(raw) => text(raw),
            Cow::Owned(raw) => Cow::Owned(text(raw).into_owned()),
        };
        let Ok(object) = Object::original(text) else { return false };
        self.original = object;
        self.raw_kind = RawKind::Json;
        self.original.is_twice()
    }
}

/// Bytes as text. What is text is told faster than what is not is repaired.
fn text(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(bytes),
    }
}

fn texts(value: &Value<'_>) -> Vec<Cow<'static, str>> {
    match value {
        Value::List(list) => list.iter().map(|item| Cow::Owned(item.to_string())).collect(),
        scalar => vec![Cow::Owned(scalar.to_string())],
    }
}

impl Fields<'_> {
    /// Appends the fields as one flat JSON object.
    pub fn write_json(&self, out: &mut Vec<u8>) {
        if let Some(json) = self.packed() {
            return out.extend_from_slice(json);
        }
        out.push(b'{');
        for (name, value) in self.iter() {
            write_member(out, name, value.into());
        }
        out.push(b'}');
    }
}

/// Appends `"name":value`, after a comma where a member stands before it.
pub fn write_member(out: &mut Vec<u8>, name: &str, value: ValueRef<'_>) {
    if out.last().is_some_and(|&last| last != b'{') {
        out.push(b',');
    }
    write_string(out, name);
    out.push(b':');
    write_value(out, value);
}

fn write_value(out: &mut Vec<u8>, value: ValueRef<'_>) {
    fn list<T>(
        out: &mut Vec<u8>,
        items: impl Iterator<Item = T>,
        mut write: impl FnMut(&mut Vec<u8>, T),
    ) {
        out.push(b'[');
        for (place, item) in items.enumerate() {
            if place > 0 {
                out.push(b',');
            }
            write(out, item);
        }
        out.push(b']');
    }
    match value {
        ValueRef::Text(text) => write_string(out, text),
        ValueRef::Int(number) => out.extend_from_slice(number.to_string().as_bytes()),
        ValueRef::Float(number) => match serde_json::to_string(&number) {
            Ok(text) => out.extend_from_slice(text.as_bytes()),
            Err(_) => out.extend_from_slice(b"null"),
        },
        ValueRef::Bool(truth) => out.extend_from_slice(if truth { b"true" } else { b"false" }),
        ValueRef::Ip(ip) => write_string(out, &ip.to_string()),
        ValueRef::List(items) => list(out, items.iter(), write_value),
        ValueRef::Texts(items) => list(out, items.iter(), |out, item| write_string(out, item)),
    }
}

/// Appends a JSON string, quoted. Controls, DEL, C1, line separators and bidirectional controls
/// are escaped.
pub fn write_string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let bytes = text.as_bytes();
    let mut kept = 0;
    let mut place = 0;
    while place < bytes.len() {
        let byte = bytes[place];
        if (0x20..0x7f).contains(&byte) && byte != b'"' && byte != b'\\' {
            place += 1;
            continue;
        }
        let width = text[place..].chars().next().map_or(1, char::len_utf8);
        let escape = match text[place..].chars().next() {
            Some('"') => Some("\\\"".to_owned()),
            Some('\\') => Some("\\\\".to_owned()),
            Some('\n') => Some("\\n".to_owned()),
            Some('\r') => Some("\\r".to_owned()),
            Some('\t') => Some("\\t".to_owned()),
            Some(char) if is_unprintable(char) => Some(format!("\\u{:04x}", u32::from(char))),
            _ => None,
        };
        if let Some(escape) = escape {
            out.extend_from_slice(&bytes[kept..place]);
            out.extend_from_slice(escape.as_bytes());
            kept = place + width;
        }
        place += width;
    }
    out.extend_from_slice(&bytes[kept..]);
    out.push(b'"');
}

/// Whether a character could move a terminal's cursor, hide text or change its direction.
#[must_use]
pub fn is_unprintable(char: char) -> bool {
    char.is_control()
        || matches!(char, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wire_form_reads_back() {
        let mut event = Event {
            id: EventId { batch: 12, seq: 3 },
            time: Timestamp(1_700_000_000_123_456),
            section: "auth".into(),
            host_name: "web1".into(),
            process_pid: Some(42),
            source_ip: "::1".parse().ok(),
            message: "a\u{202e}b\u{1b}[2J\"".into(),
            raw: Cow::Borrowed(b"x \xff"),
            ..Event::default()
        };
        event.ext.push("n", Value::Int(7));
        event.tag("unparsed");
        event.normalise();
        let mut out = Vec::new();
        event.write_json(&mut out, Original::Include);
        let text = String::from_utf8(out).expect("UTF-8");
        assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'), "{text}");
        assert_eq!(Event::read_json(&text).expect("an event"), event);
    }
}
