//! Events to store: one with every field, and hostile ones.
//!
//! What it does *not* know: databases.

use super::START;
use common::clock::Timestamp;
use common::event::{Eol, Event, RawKind, TimeQuality, Value};

/// An event in which every field has a value, one with few, one of a JSON line, and hostile ones.
pub(crate) fn every_field() -> Vec<Event<'static>> {
    let mut full = Event {
        time: Timestamp(START.0 + 123_456),
        time_quality: TimeQuality::YearInferred,
        section: "auth".into(),
        host_name: "web-1".into(),
        dataset: Some("linux.auth".into()),
        event_category: Some("authentication".into()),
        event_action: Some("ssh_login".into()),
        event_outcome: Some("failure".into()),
        event_code: Some("4625".into()),
        log_facility: Some(10),
        log_severity: Some(6),
        process_name: Some("sshd".into()),
        process_pid: Some(i64::from(u32::MAX)),
        process_executable: Some("/usr/sbin/sshd".into()),
        process_command_line: Some("sshd: [\"accepted\"]".into()),
        user_name: Some(String::new().into()),
        user_target_name: Some("root".into()),
        source_ip: "2001:db8::1".parse().ok(),
        source_port: Some(u16::MAX),
        destination_ip: "10.1.2.3".parse().ok(),
        destination_port: Some(22),
        network_transport: Some("tcp".into()),
        message: "Failed password for invalid user \u{1f600} from 2001:db8::1".into(),
        raw: b"Nov 20 00:00:00 web-1 sshd[1]: ".as_slice().into(),
        raw_kind: RawKind::Prefix,
        eol: Eol::CrLf,
        helper: Some("sshd-failed".into()),
        log_offset: 1 << 40,
        tags: vec!["bad_value".into(), "dup_keys".into()],
        ..Event::default()
    };
    full.ext.push("float", Value::Float(0.1 + 0.2));
    full.ext.push("int", Value::Int(i64::MIN));
    full.ext.push("large", Value::Float(1e300));
    full.ext.push(
        "list",
        Value::List(vec![Value::Int(1), Value::Bool(false), Value::Text("x".into())]),
    );
    full.ext.push("text", Value::Text("\u{202e}\u{1}\"\\\n\u{10ffff}".into()));
    full.ext.push("a \"key\"\u{7f}", Value::Bool(true));
    let bare = Event { time: START, host_name: "-".into(), ..full_json(b"not JSON") };
    let json = full_json(br#"{"user":{"name":"mia"},"list":[1,"two"],"n":1.5,"s":"\u00e9\ud800"}"#);
    let mut events = vec![full, bare, json];
    events.extend(hostile());
    for event in &mut events {
        event.section = "auth".into();
        event.load_original();
        event.normalise();
    }
    events
}

fn full_json(raw: &'static [u8]) -> Event<'static> {
    Event { time: Timestamp(START.0 - 1), raw: raw.into(), eol: Eol::None, ..Event::default() }
}

/// What logs hold when nobody means well.
fn hostile() -> Vec<Event<'static>> {
    let text = |message: String, raw: Vec<u8>| Event {
        time: Timestamp::MIN,
        message: message.into(),
        raw: raw.into(),
        ..Event::default()
    };
    vec![
        text("a\0b".into(), b"a\0b\xff\xfe\r".to_vec()),
        text("'; DROP TABLE event; -- $(reboot)".into(), (0..=255).collect()),
        text("\u{1b}[2J \u{feff}".into(), Vec::new()),
        text("x".repeat(1 << 20), vec![0xff; 1 << 20]),
        Event { time: Timestamp::MAX, ..text(String::new(), b"{}".to_vec()) },
    ]
}
