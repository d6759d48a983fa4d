//! The noun SIEM event: what a rule leaves behind when it fires.
//!
//! ```text
//!  rule version × group × bucket ─► key ─► id (a hash)
//!                                    └───► SiemEvent ─► store, JSON line
//! ```
//!
//! A SIEM event exists once per (rule, version, group, bucket), where a bucket is as long as the
//! rule's window and aligned to 1970; a plain rule has one per event. Events that arrive late may
//! add SIEM events and amend them, counted by `revision`; they never take one away. No field
//! tells when a program ran.
//!
//! As JSON: one object with `id`, `key`, `revision`, `time`, `last_time`, `section`, `rule.id`,
//! `rule.name`, `rule.version`, `rule.kind`, `severity`, `level`, `magnitude`, `event_count`,
//! `event_limit`, `window.start`, `window.end`, `group`, `message`, `tags`, `source_ids`,
//! `backfill`.
//!
//! What it does *not* know: how a rule decides.

use crate::clock::Timestamp;
use crate::event::{Event, Value, write_string};
use crate::field::Field;
use crate::hit::{Group, group_text};
use crate::rule::{level, magnitude};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;

/// What a rule leaves behind when it fires.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SiemEvent {
    /// The hash of the key, in hexadecimal.
    pub id: String,
    /// The key: a JSON array of rule id, version, group values, and bucket or event id.
    pub key: String,
    /// How many commits amended it.
    pub revision: u32,
    /// The first instant at which the rule's condition held.
    pub time: Timestamp,
    /// The last such instant in the bucket.
    pub last_time: Timestamp,
    /// The section it belongs to.
    pub section: String,
    /// The rule's section and name.
    pub rule_id: String,
    /// The rule's name.
    pub rule_name: String,
    /// The rule's version.
    pub rule_version: String,
    /// `plain`, `limit` or `dead`.
    pub rule_kind: String,
    /// 0 (worst) to 7.
    pub severity: u8,
    /// The largest count at one instant.
    pub event_count: u64,
    /// The rule's limit.
    pub event_limit: u64,
    /// The beginning of the window of the first instant; itself not in the window.
    pub window_start: Timestamp,
    /// Its end.
    pub window_end: Timestamp,
    /// The group-by fields and their values.
    pub group: Vec<(String, Option<String>)>,
    /// The rule's message, filled from the earliest event.
    pub message: String,
    /// The rule's tags.
    pub tags: Vec<String>,
    /// The first events behind it, at most [`SOURCE_IDS`].
    pub source_ids: Vec<String>,
    /// Whether it was found while a new rule looked back; then it starts no action.
    pub backfill: bool,
}

/// The most source ids a SIEM event names.
pub const SOURCE_IDS: usize = 100;

/// What sets SIEM events of one version and group apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Slot {
    /// The number of the bucket: ⌊time / window⌋.
    Bucket(i64),
    /// The event of a plain rule.
    Event(String),
}

/// The key of a SIEM event, as a JSON array.
#[must_use]
pub fn key(rule_id: &str, version: &str, group: &[Option<String>], slot: &Slot) -> String {
    let mut out = Vec::with_capacity(160);
    out.push(b'[');
    write_string(&mut out, rule_id);
    out.push(b',');
    write_string(&mut out, version);
    out.push(b',');
    out.extend_from_slice(group_text(group).as_bytes());
    out.push(b',');
    match slot {
        Slot::Bucket(number) => out.extend_from_slice(number.to_string().as_bytes()),
        Slot::Event(id) => write_string(&mut out, id),
    }
    out.push(b']');
    String::from_utf8_lossy(&out).into_owned()
}

/// The first 16 bytes of a text's SHA-256, in hexadecimal: the id of the SIEM event with that key.
#[must_use]
pub fn digest(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().take(16).fold(String::new(), |mut id, byte| {
        // Writing to a String cannot fail.
        let _ = write!(id, "{byte:02x}");
        id
    })
}

fn write_optional(out: &mut Vec<u8>, value: Option<&str>) {
    match value {
        Some(text) => write_string(out, text),
        None => out.extend_from_slice(b"null"),
    }
}

/// Adds a group's values to an event as the fields that they came from.
pub fn add_group(event: &mut Event<'static>, fields: &[Field], group: &[Option<String>]) {
    for (field, value) in fields.iter().zip(group) {
        let Some(text) = value else { continue };
        let plain = Value::Text(text.clone().into());
        let rest = match field {
            Field::Named(_) | Field::Own(_) => Err(plain),
            Field::Column(column) => event.set_column(*column, plain),
        };
        if let Err(value) = rest {
            event.ext.push(field.name().to_owned(), value);
        }
    }
    event.normalise();
}

impl SiemEvent {
    /// How urgent it is; see [`magnitude`].
    #[must_use]
    pub fn magnitude(&self) -> u32 {
        magnitude(self.event_count, self.event_limit, self.severity)
    }

    /// Sigma's word for its severity.
    #[must_use]
    pub fn level(&self) -> &'static str {
        level(self.severity)
    }

    /// Appends the SIEM event's JSON object, without a line feed.
    pub fn write_json(&self, out: &mut Vec<u8>) {
        let mut member = Members { out };
        member.text("id", &self.id);
        member.raw("key", &self.key);
        member.raw("revision", &self.revision.to_string());
        member.text("time", &self.time.to_string());
        member.text("last_time", &self.last_time.to_string());
        member.text("section", &self.section);
        member.text("rule.id", &self.rule_id);
        member.text("rule.name", &self.rule_name);
        member.text("rule.version", &self.rule_version);
        member.text("rule.kind", &self.rule_kind);
        member.raw("severity", &self.severity.to_string());
        member.text("level", self.level());
        member.raw("magnitude", &self.magnitude().to_string());
        member.raw("event_count", &self.event_count.to_string());
        member.raw("event_limit", &self.event_limit.to_string());
        member.text("window.start", &self.window_start.to_string());
        member.text("window.end", &self.window_end.to_string());
        member.raw("group", &self.group_json());
        member.text("message", &self.message);
        member.raw("tags", &list(&self.tags));
        member.raw("source_ids", &list(&self.source_ids));
        member.raw("backfill", if self.backfill { "true" } else { "false" });
        out.push(b'}');
    }

    /// The group as a JSON object of field names and values.
    #[must_use]
    pub fn group_json(&self) -> String {
        let mut out = vec![b'{'];
        for (place, (name, value)) in self.group.iter().enumerate() {
            if place > 0 {
                out.push(b',');
            }
            write_string(&mut out, name);
            out.push(b':');
            write_optional(&mut out, value.as_deref());
        }
        out.push(b'}');
        String::from_utf8_lossy(&out).into_owned()
    }

    /// The SIEM event as an event, so that filters, tables and time words work on it alike. Its
    /// fields keep their names; `time` is the event's time.
    #[must_use]
    pub fn to_event(&self) -> Event<'static> {
        let mut event = Event {
            time: self.time,
            section: self.section.clone().into(),
            log_severity: Some(self.severity),
            message: self.message.clone().into(),
            tags: self.tags.iter().map(|tag| tag.clone().into()).collect(),
            ..Event::default()
        };
        let fields: Vec<Field> = self.group.iter().map(|(name, _)| Field::new(name)).collect();
        let values: Group = self.group.iter().map(|(_, value)| value.clone()).collect();
        let mut add = |name: &'static str, value: Value<'static>| event.ext.push(name, value);
        let text = |text: &str| Value::Text(text.to_owned().into());
        let int = |number: u64| Value::Int(i64::try_from(number).unwrap_or(i64::MAX));
        add("id", text(&self.id));
        add("revision", int(self.revision.into()));
        add("last_time", text(&self.last_time.to_string()));
        add("rule.id", text(&self.rule_id));
        add("rule.name", text(&self.rule_name));
        add("rule.version", text(&self.rule_version));
        add("rule.kind", text(&self.rule_kind));
        add("level", text(self.level()));
        add("magnitude", int(self.magnitude().into()));
        add("event_count", int(self.event_count));
        add("event_limit", int(self.event_limit));
        add("window.start", text(&self.window_start.to_string()));
        add("window.end", text(&self.window_end.to_string()));
        add("backfill", Value::Bool(self.backfill));
        add_group(&mut event, &fields, &values);
        event
    }
}

/// Texts as a JSON array.
#[must_use]
pub fn list(texts: &[String]) -> String {
    let mut out = vec![b'['];
    for (place, text) in texts.iter().enumerate() {
        if place > 0 {
            out.push(b',');
        }
        write_string(&mut out, text);
    }
    out.push(b']');
    String::from_utf8_lossy(&out).into_owned()
}

/// Writes members of an object.
struct Members<'o> {
    out: &'o mut Vec<u8>,
}

impl Members<'_> {
    fn name(&mut self, name: &str) {
        self.out.push(if self.out.last().is_none_or(|&last| last == b'\n') { b'{' } else { b',' });
        write_string(self.out, name);
        self.out.push(b':');
    }

    fn text(&mut self, name: &str, text: &str) {
        self.name(name);
        write_string(self.out, text);
    }

    fn raw(&mut self, name: &str, json: &str) {
        self.name(name);
        self.out.extend_from_slice(json.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_has_every_member_in_order() {
        let group: Group = vec![Some("10.0.0.7".into()), None];
        let key = key("auth/a \"b\"", "77", &group, &Slot::Bucket(-3));
        assert_eq!(key, r#"["auth/a \"b\"","77",["10.0.0.7",null],-3]"#);
        let siem = SiemEvent {
            id: digest(&key),
            key,
            revision: 2,
            time: Timestamp(0),
            last_time: Timestamp(1),
            section: "auth".into(),
            rule_id: "auth/a".into(),
            rule_name: "a".into(),
            rule_version: "77".into(),
            rule_kind: "limit".into(),
            severity: 3,
            event_count: 28,
            event_limit: 7,
            window_start: Timestamp(-600_000_000),
            window_end: Timestamp(0),
            group: vec![("source.ip".into(), Some("10.0.0.7".into())), ("user.name".into(), None)],
            message: "m\u{1b}".into(),
            tags: vec!["t".into()],
            source_ids: vec!["1.2".into(), "1.3".into()],
            backfill: true,
        };
        let mut out = Vec::new();
        siem.write_json(&mut out);
        let text = String::from_utf8(out).expect("UTF-8");
        let expected = concat!(
            r#"{"id":"ID","key":["auth/a \"b\"","77",["10.0.0.7",null],-3],"revision":2,"#,
            r#""time":"1970-01-01T00:00:00.000000Z","last_time":"1970-01-01T00:00:00.000001Z","#,
            r#""section":"auth","rule.id":"auth/a","rule.name":"a","rule.version":"77","#,
            r#""rule.kind":"limit","severity":3,"level":"high","magnitude":34,"event_count":28,"#,
            r#""event_limit":7,"window.start":"1969-12-31T23:50:00.000000Z","#,
            r#""window.end":"1970-01-01T00:00:00.000000Z","#,
            r#""group":{"source.ip":"10.0.0.7","user.name":null},"message":"m\u001b","#,
            r#""tags":["t"],"source_ids":["1.2","1.3"],"backfill":true}"#,
        );
        assert_eq!(text.replace(&siem.id, "ID"), expected);
        assert_eq!(siem.id.len(), 32);
        let event = siem.to_event();
        assert_eq!(event.source_ip, "10.0.0.7".parse().ok());
        assert_eq!(event.ext.get("rule.name"), Some(&Value::Text("a".into())));
        assert_eq!(event.ext.get("event_count"), Some(&Value::Int(28)));
    }
}
