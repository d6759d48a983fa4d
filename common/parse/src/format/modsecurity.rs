//! ModSecurity's audit log as JSON, of versions 2 and 3.
//!
//! | version 2 | version 3 | event |
//! |---|---|---|
//! | `transaction.time` (`21/Feb/2021:23:16:17 +0000`) | `transaction.time_stamp` (`Tue Feb 23 20:39:35 2021`) | time |
//! | `.remote_address`, `.remote_port` | `.client_ip`, `.client_port` | source |
//! | `.local_address`, `.local_port` | `.host_ip`, `.host_port` | destination |
//! | `request.request_line` | `transaction.request.method`, `.uri`, `.http_version` | `http.*`, `url.*` |
//! | `audit_data.messages` (`[id "942100"] [msg "…"]`) | `transaction.messages.details.ruleId`, `.message` | `rule.id`, `rule.name` |
//! | `audit_data.action.intercepted` | | action and outcome |
//!
//! Coraza writes version 3 with an epoch (`transaction.unix_timestamp`), `.is_interrupted` and its
//! `messages` beside the transaction. All fields stay under their own names.
//!
//! What it does *not* know: the native form ([`super::modsecurity_native`]).

use super::spec::{Found, Miss, Spec};
use crate::columns::{self, Table, To};
use crate::memory::Memory;
use crate::source::Source as _;
use crate::stamp::{self, Stamp};
use common::clock::{DAY, day_number};
use common::event::{Event, Object, Value, ValueRef};
use common::field::Column as C;
use std::borrow::Cow;
use std::ops::Range;

pub(super) const SPEC: Spec = Spec::object(
    read,
    &[&["transaction.time", "transaction.time_stamp", "transaction.unix_timestamp"]],
);

const TABLE: &Table = &[
    ("messages.data.id", To::Field("rule.id")),
    ("messages.data.msg", To::Field("rule.name")),
    ("request.headers.User-Agent", To::Field("user_agent.original")),
    ("response.status", To::Field("http.response.status_code")),
    ("transaction.client_ip", To::Column(C::SourceIp)),
    ("transaction.client_port", To::Column(C::SourcePort)),
    ("transaction.host_ip", To::Column(C::DestinationIp)),
    ("transaction.host_port", To::Column(C::DestinationPort)),
    ("transaction.id", To::Field("event.trace")),
    ("transaction.local_address", To::Column(C::DestinationIp)),
    ("transaction.local_port", To::Column(C::DestinationPort)),
    ("transaction.messages.details.ruleId", To::Field("rule.id")),
    ("transaction.messages.message", To::Field("rule.name")),
    ("transaction.remote_address", To::Column(C::SourceIp)),
    ("transaction.remote_port", To::Column(C::SourcePort)),
    ("transaction.request.headers.user-agent", To::Field("user_agent.original")),
    ("transaction.request.headers.User-Agent", To::Field("user_agent.original")),
    ("transaction.request.http_version", To::Field("http.version")),
    ("transaction.request.method", To::Field("http.request.method")),
    ("transaction.response.status", To::Field("http.response.status_code")),
    ("transaction.response.http_code", To::Field("http.response.status_code")),
    ("transaction.transaction_id", To::Field("event.trace")),
];

fn read<'a>(
    fields: &Object<'a>,
    memory: &mut Memory,
    event: &mut Event<'a>,
) -> Result<Found, Miss> {
    let time = fields.text("transaction.time").or_else(|| fields.text("transaction.time_stamp"));
    match time.and_then(instant) {
        Some(at) => (event.time, event.time_quality) = memory.instant(at),
        None if !coraza_time(fields, event) => {
            return Miss::at(0, "a ModSecurity transaction (transaction.time)");
        }
        None => {}
    }
    event.dataset = Some("modsecurity.audit".into());
    event.event_category = Some("intrusion_detection".into());
    columns::fill(fields, TABLE, event);
    let host = fields.value("request.headers.Host");
    let host = host.or_else(|| fields.value("transaction.request.headers.Host"));
    let host = host.or_else(|| fields.value("transaction.request.headers.host"));
    if let Some(Value::Text(host)) = host.map(columns::first) {
        authority(&host, event);
    }
    if let Some(Value::Text(line)) = fields.value("request.request_line") {
        request(line.clone(), event);
    }
    if let Some(Value::Text(url)) = fields.value("transaction.request.uri") {
        columns::url(url.clone(), event);
    }
    if let Some(Value::List(messages)) = fields.value("audit_data.messages") {
        rules(&messages, event);
    }
    let says = |name| fields.known(name) == Some(ValueRef::Bool(true));
    let intercepted = says("audit_data.action.intercepted") || says("transaction.is_interrupted");
    let (action, outcome) =
        if intercepted { ("blocked", "failure") } else { ("detected", "success") };
    event.event_action = Some(action.into());
    event.event_outcome = Some(outcome.into());
    if let Some(Value::Text(message)) = fields.value("audit_data.action.message") {
        event.message = message.clone();
    }
    Ok(Found::default())
}

/// Sets the time of Coraza's transactions, an epoch in seconds or nanoseconds.
fn coraza_time(fields: &Object<'_>, event: &mut Event<'_>) -> bool {
    let has_all = ["transaction.is_interrupted", "transaction.client_ip"];
    let epoch = fields.int("transaction.unix_timestamp");
    let Some(epoch) = epoch.filter(|_| has_all.iter().all(|name| fields.has(name))) else {
        return false;
    };
    columns::epoch(crate::alias::epoch(epoch), event);
    true
}

/// Adds the host and the port of `localhost:8080`.
#[allow(clippy::ptr_arg, reason = "what is borrowed from the line stays borrowed")]
pub(super) fn authority<'a>(host: &Cow<'a, str>, event: &mut Event<'a>) {
    let split = host.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok());
    let end = split.map_or(host.len(), |(name, _)| name.len());
    let name = match host {
        Cow::Borrowed(host) => Cow::Borrowed(&host[..end]),
        Cow::Owned(host) => Cow::Owned(host[..end].to_owned()),
    };
    event.ext.push("url.domain", Value::Text(name));
    if let Some((_, port)) = split {
        event.ext.push("url.port", port.parse().map_or(Value::Bool(false), Value::Int));
    }
}

/// `21/Feb/2021:23:16:17 +0000`, with or without a fraction, or `Tue Feb 23 20:39:35 2021`.
pub(super) fn instant(text: &str) -> Option<Stamp> {
    let bytes = text.as_bytes();
    if let Some((at, _)) = stamp::clf(bytes, 0) {
        return Some(at);
    }
    let (month, day, end) = stamp::month_day(bytes, 4)?;
    let (time, end) = stamp::clock(bytes, end + 1)?;
    let year = stamp::digits(bytes, end + 1, 4)?;
    let exists = stamp::exists((year, month, day));
    exists.then(|| Stamp { wall: day_number(year, month, day) * DAY + time, offset: None })
}

/// The parts of `GET /path?query HTTP/1.1`; what is not there is empty.
pub(super) fn parts(line: &str) -> [&str; 3] {
    let mut words = line.splitn(3, ' ');
    std::array::from_fn(|_| words.next().unwrap_or_default())
}

/// Adds what `GET /path?query HTTP/1.1` says.
#[allow(clippy::needless_pass_by_value, reason = "what is borrowed from the line stays borrowed")]
pub(super) fn request<'a>(line: Cow<'a, str>, event: &mut Event<'a>) {
    let mut words = line.splitn(3, ' ').map(str::len);
    let (method, target) = (words.next().unwrap_or(0), words.next().unwrap_or(0));
    let from = method + 1;
    let part = |from: usize, to: usize| match &line {
        Cow::Borrowed(line) => Cow::Borrowed(line.get(from..to).unwrap_or_default()),
        Cow::Owned(line) => Cow::Owned(line.get(from..to).unwrap_or_default().to_owned()),
    };
    event.ext.push("http.request.method", Value::Text(part(0, method)));
    let version = part(from + target + 1, line.len());
    if version.starts_with("HTTP/") {
        let version = match version {
            Cow::Borrowed(version) => Cow::Borrowed(&version[5..]),
            Cow::Owned(version) => Cow::Owned(version[5..].to_owned()),
        };
        event.ext.push("http.version", Value::Text(version));
    }
    if target > 0 {
        columns::url(part(from, from + target), event);
    }
}

/// Adds the ids and messages of the rules that matched: `[id "942100"] [msg "…"]`.
pub(super) fn rules<'a>(messages: &[Value<'a>], event: &mut Event<'a>) {
    let mut found: [Vec<Value<'a>>; 2] = [Vec::new(), Vec::new()];
    for message in messages {
        let Value::Text(text) = message else { continue };
        for (list, range) in found.iter_mut().zip(marked(text)) {
            let part = range.map(|range| match text {
                Cow::Borrowed(text) => Cow::Borrowed(&text[range]),
                Cow::Owned(text) => Cow::Owned(text[range].to_owned()),
            });
            list.extend(part.map(Value::Text));
        }
    }
    for (name, list) in ["rule.id", "rule.name"].into_iter().zip(found) {
        if !list.is_empty() {
            event.ext.push(name, Value::List(list));
        }
    }
}

/// Where the first `[id "…"]` and the first `[msg "…"]` of a message have their values.
fn marked(text: &str) -> [Option<Range<usize>>; 2] {
    const MARKS: [&[u8]; 2] = [b"[id \"", b"[msg \""];
    let bytes = text.as_bytes();
    let mut found = [None, None];
    for at in memchr::memchr_iter(b'[', bytes) {
        for (place, mark) in found.iter_mut().zip(MARKS) {
            if place.is_none() && bytes[at..].starts_with(mark) {
                let from = at + mark.len();
                let mut quotes = memchr::memchr_iter(b'"', &bytes[from..]);
                let end = quotes.find(|&quote| bytes.get(from + quote + 1) == Some(&b']'));
                *place = end.map(|end| from..from + end);
            }
        }
    }
    found
}
