//! The Common Event Format of ArcSight.
//!
//! ```text
//! CEF:0|vendor|product|version|signature|name|severity|src=192.0.2.7 msg=text with blanks \= signs cs1Label=Rule cs1=7
//! ```
//!
//! In the header `\|` and `\\` are escaped, in the extension `\=`, `\\`, `\n` and `\r`. A value goes
//! up to the next ` key=`. Well-known keys fill columns; the others keep their names.
//!
//! What it does *not* know: products.

use super::spec::{Found, Miss, Spec};
use crate::alias::epoch;
use crate::columns::{self, To, put};
use crate::memory::Memory;
use crate::stamp::{self, Stamp};
use common::clock::{DAY, Timestamp, day_number};
use common::event::{Event, TimeQuality, Value, address};
use common::field::Column as C;
use std::borrow::Cow;

pub(super) const SPEC: Spec = Spec::payload(read).first(b"C01");

/// Pairs beyond this stay in the raw line.
const PAIRS: usize = 256;

/// Keys and their meanings, sorted.
const TABLE: &[(&str, To)] = &[
    ("UNIFIadmin", To::Column(C::UserName)),
    ("app", To::Field("network.protocol")),
    ("deviceExternalId", To::Field("observer.serial_number")),
    ("deviceInboundInterface", To::Field("observer.ingress.interface.name")),
    ("deviceOutboundInterface", To::Field("observer.egress.interface.name")),
    ("dhost", To::Field("destination.domain")),
    ("dpt", To::Column(C::DestinationPort)),
    ("dst", To::Column(C::DestinationIp)),
    ("duser", To::Column(C::UserTargetName)),
    ("dvc", To::Field("observer.ip")),
    ("dvchost", To::Column(C::HostName)),
    ("fileHash", To::Field("file.hash")),
    ("filePath", To::Field("file.path")),
    ("fname", To::Field("file.name")),
    ("in", To::Field("destination.bytes")),
    ("out", To::Field("source.bytes")),
    ("outcome", To::Lower(C::EventOutcome)),
    ("request", To::Field("url.original")),
    ("requestClientApplication", To::Field("user_agent.original")),
    ("requestMethod", To::Field("http.request.method")),
    ("shost", To::Field("source.domain")),
    ("spid", To::Column(C::ProcessPid)),
    ("spt", To::Column(C::SourcePort)),
    ("src", To::Column(C::SourceIp)),
    ("suser", To::Column(C::UserName)),
];

fn read<'a>(text: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    // A blank after the colon makes a syslog tag of the name.
    let is_tag = event.process_name.as_deref() == Some("CEF");
    let is_bare = text.starts_with("0|") || text.starts_with("1|");
    let Some(rest) = text.strip_prefix("CEF:").or((is_tag || is_bare).then_some(text)) else {
        return Miss::at(0, "CEF:");
    };
    let mut parts: [&str; 7] = [""; 7];
    let mut rest = rest;
    for part in &mut parts {
        let Some(end) = bar(rest) else {
            return Miss::at(text.len() - rest.len(), "seven parts divided by |");
        };
        *part = &rest[..end];
        rest = &rest[end + 1..];
    }
    let [version, vendor, product, release, signature, name, severity] = parts;
    if version.trim().parse::<u8>().is_err() {
        return Miss::at(4, "a version");
    }
    event.process_name = event.process_name.take().filter(|_| !is_tag);
    event.dataset = Some("cef.event".into());
    event.event_code = Some(unescaped(signature));
    event.ext.push("observer.vendor", Value::Text(unescaped(vendor)));
    event.ext.push("observer.product", Value::Text(unescaped(product)));
    event.ext.push("observer.version", Value::Text(unescaped(release)));
    event.ext.push("rule.name", Value::Text(unescaped(name)));
    event.ext.push("event.severity", number_or_text(severity));
    event.log_severity = level(severity);
    for (key, value) in Extension(rest).take(PAIRS) {
        pair(key, value, memory, event);
    }
    if event.message.is_empty() {
        event.message = Cow::Borrowed(text);
    }
    Ok(Found::ALL)
}

/// The first bar that is not escaped.
fn bar(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 0;
    loop {
        at += memchr::memchr2(b'|', b'\\', &bytes[at..])?;
        if bytes[at] == b'|' {
            return Some(at);
        }
        at = (at + 2).min(bytes.len());
    }
}

fn number_or_text(text: &str) -> Value<'_> {
    text.parse().map_or(Value::Text(unescaped(text)), Value::Int)
}

/// A syslog severity: CEF counts upwards from 0 to 10, or names levels.
fn level(severity: &str) -> Option<u8> {
    match severity.trim() {
        "0" | "1" | "2" | "3" | "Low" | "low" => Some(6),
        "4" | "5" | "6" | "Medium" | "medium" => Some(4),
        "7" | "8" | "High" | "high" => Some(3),
        "9" | "10" | "Very-High" | "Critical" => Some(2),
        _ => None,
    }
}

/// The pairs of an extension.
struct Extension<'a>(&'a str);

impl<'a> Iterator for Extension<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<(&'a str, &'a str)> {
        let equals = equals(self.0, 0)?;
        let key = self.0[..equals].trim_start();
        let key = key.rsplit(' ').next().unwrap_or(key);
        let value = &self.0[equals + 1..];
        let end = match self::equals(value, 0) {
            Some(next) => value[..next].rfind(' ').unwrap_or(next),
            None => value.len(),
        };
        self.0 = &value[end..];
        Some((key, value[..end].trim_end_matches(' ')))
    }
}

/// The first equals sign that is not escaped and has a key before it.
fn equals(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = from;
    loop {
        at += memchr::memchr2(b'=', b'\\', &bytes[at..])?;
        if bytes[at] == b'\\' {
            at = (at + 2).min(bytes.len());
            continue;
        }
        let is_key = |byte: &u8| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'[' | b']')
        };
        if at > 0 && is_key(&bytes[at - 1]) {
            return Some(at);
        }
        at += 1;
    }
}

fn unescaped(text: &str) -> Cow<'_, str> {
    if memchr::memchr(b'\\', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        match (char, chars.clone().next()) {
            ('\\', Some(next @ ('\\' | '=' | '|' | 'n' | 'r'))) => {
                chars.next();
                out.push(match next {
                    'n' => '\n',
                    'r' => '\r',
                    other => other,
                });
            }
            _ => out.push(char),
        }
    }
    Cow::Owned(out)
}

fn pair<'a>(key: &'a str, text: &'a str, memory: &mut Memory, event: &mut Event<'a>) {
    if text.is_empty() {
        return;
    }
    let value = Value::Text(unescaped(text));
    match key {
        "rt" | "end" | "start" | "UNIFIutcTime" if event.time_quality != TimeQuality::Offset => {
            if let Some((time, quality)) = instant(text, memory) {
                (event.time, event.time_quality) = (time, quality);
            }
            event.ext.push(key, value);
        }
        "msg" => event.message = unescaped(text),
        // Some products have an address where the standard has a name.
        "shost" | "dhost" if address(text).is_some() => {
            let ip = if key == "shost" { &mut event.source_ip } else { &mut event.destination_ip };
            *ip = ip.or(address(text));
            event.ext.push(key, value);
        }
        "act" => {
            columns::decide(&text.to_ascii_lowercase(), event);
            event.event_action = Some(unescaped(text));
        }
        "proto" => event.network_transport = Some(columns::transport(text)),
        _ => match TABLE.binary_search_by(|(name, _)| (*name).cmp(key)) {
            Ok(at) if fits(TABLE[at].1, text) => put(TABLE[at].1, numeric(value), event),
            _ => columns::keep(key, value, event),
        },
    }
}

/// Byte counts are numbers.
fn numeric(value: Value<'_>) -> Value<'_> {
    match &value {
        Value::Text(text) => text.parse().map_or(value, Value::Int),
        _ => value,
    }
}

fn fits(to: To, text: &str) -> bool {
    match to {
        To::Column(C::SourceIp | C::DestinationIp) => address(text).is_some(),
        To::Column(C::SourcePort | C::DestinationPort) => text.parse::<u16>().is_ok(),
        To::Column(C::ProcessPid) => text.parse::<i64>().is_ok(),
        _ => true,
    }
}

/// Milliseconds of the epoch, or `Feb 05 2021 15:05:55[.123] [UTC]`.
pub(super) fn instant(text: &str, memory: &mut Memory) -> Option<(Timestamp, TimeQuality)> {
    if let Ok(number) = text.parse::<i64>() {
        return Some((Timestamp(epoch(number)), TimeQuality::Offset));
    }
    let bytes = text.as_bytes();
    if let Some((at, _)) = stamp::iso(bytes, 0) {
        return Some(memory.instant(at));
    }
    let (month, day, at) = stamp::month_day(bytes, 0)?;
    let year = stamp::digits(bytes, at + 1, 4)?;
    let (time, end) = stamp::clock(bytes, at + 6)?;
    let is_utc = matches!(text[end..].trim(), "UTC" | "GMT" | "Z");
    let date = stamp::exists((year, month, day)).then(|| day_number(year, month, day))?;
    Some(memory.instant(Stamp { wall: date * DAY + time, offset: is_utc.then_some(0) }))
}
