//! ModSecurity's audit log in its native form: sections between marks, several lines a record.
//!
//! ```text
//! --2b253014-A--
//! [21/Feb/2021:23:16:17 +0000] YDLpwdKBz7is4x7E 172.17.0.1 36296 172.17.0.2 80
//! --2b253014-B--
//! GET /xss.html?x=1 HTTP/1.1
//! Host: localhost:8080
//! --2b253014-F--
//! HTTP/1.1 403 Forbidden
//! --2b253014-H--
//! Message: Access denied with code 403 (phase 2). … [id "949110"] [msg "…"]
//! Action: Intercepted (phase 2)
//! --2b253014-Z--
//! ```
//!
//! The id in the marks is chosen by the server, so that a request body (section C) that imitates a
//! mark ends nothing. What it does *not* know: sections beyond A, B, F and H, which are in the raw
//! lines.

use super::modsecurity::{authority, instant, request, rules};
use super::spec::{Found, Miss, Spec};
use crate::columns::{self, add};
use crate::joint::Joint;
use crate::memory::Memory;
use common::event::{Event, Value, address};
use std::borrow::Cow;

pub(super) const SPEC: Spec =
    Spec::line(read).first(b"-").joined(Joint::Run { begins, goes_on, ends });

/// The id of a mark and its section.
fn mark(line: &[u8]) -> Option<(&[u8], u8)> {
    let inside = line.strip_prefix(b"--")?.strip_suffix(b"--")?;
    let (section, id) = inside.split_last()?;
    let id = id.strip_suffix(b"-")?;
    let is_id = (8..=32).contains(&id.len()) && id.iter().all(u8::is_ascii_alphanumeric);
    (is_id && section.is_ascii_uppercase()).then_some((id, *section))
}

fn first_line(text: &[u8]) -> &[u8] {
    let end = memchr::memchr(b'\n', text).unwrap_or(text.len());
    text[..end].strip_suffix(b"\r").unwrap_or(&text[..end])
}

fn begins(text: &[u8]) -> bool {
    mark(first_line(text)).is_some_and(|(_, section)| section == b'A')
}

/// A record goes on to its own end mark. Another record's beginning ends it.
fn goes_on(record: &[u8], line: &[u8]) -> bool {
    let Some((own, _)) = mark(first_line(record)) else { return false };
    let rest = record.len() - memchr::memrchr(b'\n', record).map_or(0, |at| at + 1);
    let is_over = mark(&record[record.len() - rest..]) == Some((own, b'Z'));
    !is_over && !mark(line).is_some_and(|(id, section)| section == b'A' && id != own)
}

/// The end mark is compared with the record's in [`goes_on`].
fn ends(_line: &[u8]) -> bool {
    false
}

fn read<'a>(text: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let mut lines = text.lines();
    let Some((id, b'A')) = mark(lines.next().unwrap_or_default().as_bytes()) else {
        return Miss::at(0, "--2b253014-A--");
    };
    let head = lines.next().unwrap_or_default();
    let stamp = head.strip_prefix('[').and_then(|rest| rest.split_once("] "));
    let Some((at, rest)) = stamp.and_then(|(stamp, rest)| Some((instant(stamp)?, rest))) else {
        return Miss::at(0, "a stamp in brackets");
    };
    (event.time, event.time_quality) = memory.instant(at);
    event.dataset = Some("modsecurity.audit".into());
    event.event_category = Some("intrusion_detection".into());
    let mut words = rest.split(' ');
    let mut next = || words.next().unwrap_or_default();
    let [unique, source, source_port, destination, destination_port] =
        std::array::from_fn(|_| next());
    add("event.trace", unique, event);
    event.source_ip = address(source);
    event.source_port = source_port.parse().ok();
    event.destination_ip = address(destination);
    event.destination_port = destination_port.parse().ok();
    let (mut section, mut place) = (b'A', 0);
    let mut messages = Vec::new();
    for line in lines {
        if let Some((_, next)) = mark(line.as_bytes()).filter(|(own, _)| *own == id) {
            (section, place) = (next, 0);
            continue;
        }
        place += 1;
        match (section, place) {
            (b'B', 1) => request(Cow::Borrowed(line), event),
            (b'B', _) => header(line, event),
            (b'F', 1) => status(line, event),
            (b'H', _) => trailer(line, &mut messages, event),
            _ => {}
        }
    }
    rules(&messages, event);
    if event.event_action.is_none() {
        event.event_action = Some("detected".into());
        event.event_outcome = Some("success".into());
    }
    event.message = Cow::Borrowed(messages.first().and_then(as_text).unwrap_or_default());
    Ok(Found::ALL)
}

fn as_text<'a>(value: &Value<'a>) -> Option<&'a str> {
    match value {
        Value::Text(Cow::Borrowed(text)) => Some(text),
        _ => None,
    }
}

fn header<'a>(line: &'a str, event: &mut Event<'a>) {
    if let Some(host) = line.strip_prefix("Host: ") {
        authority(&Cow::Borrowed(host), event);
    } else if let Some(agent) = line.strip_prefix("User-Agent: ") {
        add("user_agent.original", agent, event);
    }
}

fn status<'a>(line: &'a str, event: &mut Event<'a>) {
    columns::add_int(
        "http.response.status_code",
        line.split(' ').nth(1).unwrap_or_default(),
        event,
    );
}

fn trailer<'a>(line: &'a str, messages: &mut Vec<Value<'a>>, event: &mut Event<'a>) {
    if let Some(message) = line.strip_prefix("Message: ") {
        messages.push(Value::Text(Cow::Borrowed(message)));
    } else if line.starts_with("Action: Intercepted") {
        event.event_action = Some("blocked".into());
        event.event_outcome = Some("failure".into());
    }
}
