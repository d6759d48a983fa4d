//! PAN-OS: the firewall's log as comma-separated values, under a syslog header.
//!
//! ```text
//! 1,receive time,serial,TRAFFIC,subtype,2305,generated time,source,destination,…
//! ```
//!
//! | type | columns read, from 0 |
//! |---|---|
//! | all | 2 serial, 3 type, 4 subtype, 6 generated time |
//! | TRAFFIC, THREAT | 7 source, 8 destination, 11 rule, 12 and 13 users, 14 application, 16 and 17 zones, 18 and 19 interfaces, 22 session, 24 to 27 ports, 29 protocol, 30 action |
//! | TRAFFIC | 31 to 34 bytes, sent, received, packets, 35 start, 36 elapsed, 37 category, 44 and 45 packets, 46 reason, 52 device |
//! | THREAT | 31 URL or file, 32 threat, 33 category, 34 severity, 35 direction |
//! | SYSTEM, CONFIG | 8 event, 12 and 13 module and severity, 14 text |
//!
//! A value in double quotes may hold commas, and doubled quotes, which stay doubled. Zones and the like keep PAN's
//! names below `panw.`. What it does *not* know: types beyond those.

mod system;

use super::spec::{Found, Miss, Spec};
use crate::category;
use crate::columns::{self, add, add_int, decide, lower};
use crate::memory::Memory;
use crate::stamp;
use common::event::{Event, TimeQuality, Value, address};
use std::borrow::Cow;

pub(super) const SPEC: Spec = Spec::payload(read).first(b"0123456789");

/// How many columns are looked at.
const COLUMNS: usize = 72;

fn read<'a>(text: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let Some((received, end)) = columns_begin(text) else {
        return Miss::at(0, "a number and a stamp (1,2021/02/05 15:05:55,)");
    };
    let mut columns = [""; COLUMNS];
    let count = split(&text[end..], &mut columns[2..]) + 2;
    let kind = columns[3];
    let is_known = matches!(
        kind,
        "TRAFFIC"
            | "THREAT"
            | "SYSTEM"
            | "CONFIG"
            | "GLOBALPROTECT"
            | "USERID"
            | "HIPMATCH"
            | "AUTHENTICATION"
            | "DECRYPTION"
            | "CORRELATION"
    );
    if !is_known || count < 10 {
        return Miss::at(end, "a PAN-OS record (serial,TRAFFIC,…)");
    }
    if event.time_quality != TimeQuality::Offset {
        let generated = stamp::iso(columns[6].as_bytes(), 0).map(|(at, _)| at);
        (event.time, event.time_quality) = memory.instant(generated.unwrap_or(received));
    }
    if event.message.is_empty() {
        event.message = Cow::Borrowed(text);
    }
    event.dataset = Some(match kind {
        "TRAFFIC" => "panw.traffic".into(),
        "THREAT" => "panw.threat".into(),
        _ => "panw.system".into(),
    });
    event.ext.reserve(40);
    match kind {
        "TRAFFIC" => {
            session(&columns, TRAFFIC, event);
            traffic(&columns, event);
        }
        "THREAT" => {
            session(&columns, THREAT, event);
            threat(&columns, event);
        }
        _ => system::read(&columns, event),
    }
    Ok(Found::ALL)
}

/// Reads `1,2021/02/05 15:05:55,`.
fn columns_begin(text: &str) -> Option<(stamp::Stamp, usize)> {
    let comma = text.as_bytes().iter().take(4).position(|&byte| byte == b',')?;
    // The comma after the stamp would begin a fraction.
    let end = comma + 20;
    let (received, width) = stamp::iso(text.as_bytes().get(comma + 1..end)?, 0)?;
    (width == 19 && text.as_bytes().get(end) == Some(&b',')).then_some((received, end + 1))
}

/// Divides a text at commas outside quotes; returns how many parts were found.
pub(super) fn split<'a>(text: &'a str, parts: &mut [&'a str]) -> usize {
    match memchr::memchr(b'"', text.as_bytes()) {
        Some(_) => split_quoted(text, parts),
        None => columns::split(text, b',', parts),
    }
}

fn split_quoted<'a>(text: &'a str, parts: &mut [&'a str]) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    for (count, part) in parts.iter_mut().enumerate() {
        if bytes.get(at) == Some(&b'"') {
            let from = at + 1;
            let mut end = from;
            while let Some(found) = memchr::memchr(b'"', &bytes[end..]) {
                end += found;
                if bytes.get(end + 1) != Some(&b'"') {
                    break;
                }
                end += 2;
            }
            *part = &text[from..end.min(text.len())];
            let rest = memchr::memchr(b',', &bytes[end.min(bytes.len())..]);
            let Some(rest) = rest else { return count + 1 };
            at = end + rest + 1;
        } else {
            let Some(end) = memchr::memchr(b',', &bytes[at..]) else {
                *part = &text[at..];
                return count + 1;
            };
            *part = &text[at..at + end];
            at += end + 1;
        }
    }
    parts.len()
}

/// What a column becomes.
#[derive(Clone, Copy)]
enum As {
    Text,
    Int,
    /// Seconds as nanoseconds.
    Duration,
    /// An address or a port that is translated, or nothing.
    Nat,
    /// The action, as ECS has it.
    Decision,
    /// The same for all.
    Vendor,
}

/// What traffic says, sorted by name. (name, column, what it becomes)
const TRAFFIC: &[(&str, usize, As)] = &[
    ("destination.bytes", 33, As::Int),
    ("destination.nat.ip", 10, As::Nat),
    ("destination.nat.port", 27, As::Nat),
    ("destination.packets", 45, As::Int),
    ("event.duration", 36, As::Duration),
    ("event.reason", 46, As::Text),
    ("event.type", 30, As::Decision),
    ("network.application", 14, As::Text),
    ("network.bytes", 31, As::Int),
    ("network.packets", 34, As::Int),
    ("observer.egress.interface.name", 19, As::Text),
    ("observer.egress.zone", 17, As::Text),
    ("observer.ingress.interface.name", 18, As::Text),
    ("observer.ingress.zone", 16, As::Text),
    ("observer.serial_number", 2, As::Text),
    ("observer.vendor", 0, As::Vendor),
    ("panw.action_source", 53, As::Text),
    ("panw.category", 37, As::Text),
    ("panw.device", 52, As::Text),
    ("panw.flags", 28, As::Text),
    ("panw.log_profile", 20, As::Text),
    ("panw.repeat_count", 23, As::Int),
    ("panw.sequence", 39, As::Int),
    ("panw.session", 22, As::Int),
    ("panw.start", 35, As::Text),
    ("panw.subtype", 4, As::Text),
    ("panw.type", 3, As::Text),
    ("panw.virtual_system", 15, As::Text),
    ("rule.name", 11, As::Text),
    ("rule.uuid", 65, As::Text),
    ("source.bytes", 32, As::Int),
    ("source.nat.ip", 9, As::Nat),
    ("source.nat.port", 26, As::Nat),
    ("source.packets", 44, As::Int),
];

/// What threats say, sorted by name.
const THREAT: &[(&str, usize, As)] = &[
    ("destination.nat.ip", 10, As::Nat),
    ("destination.nat.port", 27, As::Nat),
    ("event.type", 30, As::Decision),
    ("network.application", 14, As::Text),
    ("observer.egress.interface.name", 19, As::Text),
    ("observer.egress.zone", 17, As::Text),
    ("observer.ingress.interface.name", 18, As::Text),
    ("observer.ingress.zone", 16, As::Text),
    ("observer.serial_number", 2, As::Text),
    ("observer.vendor", 0, As::Vendor),
    ("panw.category", 33, As::Text),
    ("panw.direction", 35, As::Text),
    ("panw.flags", 28, As::Text),
    ("panw.log_profile", 20, As::Text),
    ("panw.repeat_count", 23, As::Int),
    ("panw.session", 22, As::Int),
    ("panw.severity", 34, As::Text),
    ("panw.subtype", 4, As::Text),
    ("panw.threat", 32, As::Text),
    ("panw.type", 3, As::Text),
    ("panw.virtual_system", 15, As::Text),
    ("rule.name", 11, As::Text),
    ("source.nat.ip", 9, As::Nat),
    ("source.nat.port", 26, As::Nat),
];

/// What traffic and threats have in common.
fn session<'a>(
    columns: &[&'a str; COLUMNS],
    list: &[(&'static str, usize, As)],
    event: &mut Event<'a>,
) {
    let text = |column: usize| (!columns[column].is_empty()).then_some(columns[column]);
    event.event_category = Some("network".into());
    event.source_ip = address(columns[7]);
    event.destination_ip = address(columns[8]);
    event.source_port = columns[24].parse().ok();
    event.destination_port = columns[25].parse().ok();
    event.network_transport = text(29).map(|name| lower(Cow::Borrowed(name)));
    event.user_name = text(12).map(Into::into);
    event.user_target_name = text(13).map(Into::into);
    event.event_action = Some(columns[30].into());
    for &(name, column, becomes) in list {
        let text = columns[column];
        match becomes {
            As::Text => add(name, text, event),
            As::Int => add_int(name, text, event),
            As::Decision => decide(text, event),
            As::Vendor => event.ext.push(name, Value::Text("Palo Alto Networks".into())),
            As::Duration => {
                if let Ok(seconds) = text.parse::<i64>() {
                    event.ext.push(name, Value::Int(seconds.saturating_mul(1_000_000_000)));
                }
            }
            As::Nat if matches!(text, "0.0.0.0" | "::" | "0") => {}
            As::Nat => add_int(name, text, event),
        }
    }
}

fn traffic(columns: &[&str; COLUMNS], event: &mut Event<'_>) {
    fold(columns[37], event);
}

fn threat<'a>(columns: &[&'a str; COLUMNS], event: &mut Event<'a>) {
    event.event_category = Some("intrusion_detection".into());
    event.log_severity = level(columns[34]);
    if columns[4] == "url" {
        event.event_category = Some("web".into());
        fold(columns[33], event);
        if !columns[31].is_empty() {
            columns::url(Cow::Borrowed(columns[31]), event);
        }
    } else {
        add("file.name", columns[31], event);
        add("rule.category", columns[4], event);
    }
}

/// Adds the category in the common vocabulary.
fn fold(name: &str, event: &mut Event<'_>) {
    if let Some(category) = category::of(name) {
        event.ext.push("url.category", Value::Text(category.into()));
    }
}

fn level(name: &str) -> Option<u8> {
    match name {
        "critical" => Some(2),
        "high" => Some(3),
        "medium" => Some(4),
        "low" => Some(5),
        "informational" => Some(6),
        _ => None,
    }
}
