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

use super::{Found, Miss, Spec};
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
    add("observer.serial_number", columns[2], event);
    event.ext.push("observer.vendor", Value::Text("Palo Alto Networks".into()));
    add("panw.subtype", columns[4], event);
    add("panw.type", kind, event);
    match kind {
        "TRAFFIC" => {
            session(&columns, event);
            traffic(&columns, event);
        }
        "THREAT" => {
            session(&columns, event);
            threat(&columns, event);
        }
        _ => system(&columns, event),
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
fn split<'a>(text: &'a str, parts: &mut [&'a str]) -> usize {
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

/// What traffic and threats have in common.
fn session<'a>(columns: &[&'a str; COLUMNS], event: &mut Event<'a>) {
    event.event_category = Some("network".into());
    event.source_ip = address(columns[7]);
    event.destination_ip = address(columns[8]);
    event.source_port = columns[24].parse().ok();
    event.destination_port = columns[25].parse().ok();
    event.network_transport = (!columns[29].is_empty()).then(|| lower(Cow::Borrowed(columns[29])));
    event.user_name = (!columns[12].is_empty()).then_some(columns[12].into());
    event.user_target_name = (!columns[13].is_empty()).then_some(columns[13].into());
    event.event_action = Some(columns[30].into());
    decide(columns[30], event);
    add("network.application", columns[14], event);
    add("observer.egress.interface.name", columns[19], event);
    add("observer.egress.zone", columns[17], event);
    add("observer.ingress.interface.name", columns[18], event);
    add("observer.ingress.zone", columns[16], event);
    add("panw.flags", columns[28], event);
    add("panw.log_profile", columns[20], event);
    add_int("panw.repeat_count", columns[23], event);
    add_int("panw.session", columns[22], event);
    add("panw.virtual_system", columns[15], event);
    add("rule.name", columns[11], event);
    for (name, ip) in [("destination.nat.ip", columns[10]), ("source.nat.ip", columns[9])] {
        if ip != "0.0.0.0" && ip != "::" {
            add(name, ip, event);
        }
    }
    for (name, port) in [("destination.nat.port", columns[27]), ("source.nat.port", columns[26])] {
        if port != "0" {
            add_int(name, port, event);
        }
    }
}

fn traffic<'a>(columns: &[&'a str; COLUMNS], event: &mut Event<'a>) {
    add_int("destination.bytes", columns[33], event);
    add_int("destination.packets", columns[45], event);
    if let Ok(seconds) = columns[36].parse::<i64>() {
        event.ext.push("event.duration", Value::Int(seconds.saturating_mul(1_000_000_000)));
    }
    add("event.reason", columns[46], event);
    add_int("network.bytes", columns[31], event);
    add_int("network.packets", columns[34], event);
    add("panw.action_source", columns[53], event);
    add("panw.category", columns[37], event);
    add("panw.device", columns[52], event);
    add("panw.start", columns[35], event);
    add_int("panw.sequence", columns[39], event);
    add("rule.uuid", columns[67], event);
    add_int("source.bytes", columns[32], event);
    add_int("source.packets", columns[44], event);
    fold(columns[37], event);
}

fn threat<'a>(columns: &[&'a str; COLUMNS], event: &mut Event<'a>) {
    event.event_category = Some("intrusion_detection".into());
    add("panw.category", columns[33], event);
    add("panw.direction", columns[35], event);
    add("panw.severity", columns[34], event);
    add("panw.threat", columns[32], event);
    if columns[4] == "url" {
        event.event_category = Some("web".into());
        if !columns[31].is_empty() {
            columns::url(Cow::Borrowed(columns[31]), event);
        }
    } else {
        add("file.name", columns[31], event);
        add("rule.category", columns[4], event);
    }
    event.log_severity = level(columns[34]);
    fold(columns[33], event);
}

/// Adds the category in the common vocabulary.
fn fold(name: &str, event: &mut Event<'_>) {
    if let Some(category) = category::of(name) {
        event.ext.push("url.category", Value::Text(category.into()));
    }
}

fn system<'a>(columns: &[&'a str; COLUMNS], event: &mut Event<'a>) {
    event.event_category = Some("configuration".into());
    event.event_action = (!columns[8].is_empty()).then_some(columns[8].into());
    event.log_severity = level(columns[13]);
    add("panw.module", columns[12], event);
    add("panw.object", columns[9], event);
    add("panw.severity", columns[13], event);
    add("panw.text", columns[14], event);
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
