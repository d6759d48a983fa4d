//! Citrix NetScaler: what its packet engines log.
//!
//! ```text
//! <134> 06/14/2026:15:16:01 GMT ns1 0-PPE-0 : default SSLVPN LOGIN 123 0 : Context anna@192.0.2.7 - SessionId: 5- User anna - Client_ip 192.0.2.7 - …
//! <134> 06/14/2026:15:16:01 GMT ns1 0-PPE-0 : default TCP CONN_TERMINATE 123 0 : Source 192.0.2.7:51234 - Destination 198.51.100.1:443 - …
//! … 06/14/2026:15:16:01  ns1 PPE-0 : UI CMD_EXECUTED 123 :  User nsroot - Remote_ip 192.0.2.7 - Command "show run" - Status "Success"
//! ```
//!
//! A stamp, a host, an engine, a feature, an event, numbers; then names with their values, divided by
//! ` - `. Well-known names fill columns, the others are `netscaler.NAME`. The month stands first,
//! unless it cannot be one.
//!
//! What it does *not* know: the application firewall's signatures.

use super::super::spec::{Found, Miss, Next, Spec};
use crate::columns::{self, To, put};
use crate::mark::{between, last, once, parts};
use crate::memory::Memory;
use crate::stamp::{self, Stamp, digits};
use crate::syslog;
use common::clock::{DAY, day_number};
use common::event::{Event, Value, address};
use common::field::Column as C;
use std::borrow::Cow;

pub(in crate::format) const SPEC: Spec = Spec::payload(read).first(b"< 0123456789");

/// Names and their meanings, sorted.
const TABLE: &[(&str, To)] = &[
    ("Browser", To::Field("user_agent.original")),
    ("Browser_type", To::Field("user_agent.original")),
    ("Client_ip", To::Column(C::SourceIp)),
    ("ClientIP", To::Column(C::SourceIp)),
    ("ClientPort", To::Column(C::SourcePort)),
    ("Command", To::Column(C::ProcessCommandLine)),
    ("Failure_reason", To::Field("event.reason")),
    ("Reason", To::Field("event.reason")),
    ("Remote_ip", To::Column(C::SourceIp)),
    ("Total_bytes_recv", To::Field("source.bytes")),
    ("Total_bytes_send", To::Field("destination.bytes")),
    ("User", To::Column(C::UserName)),
];

fn read<'a>(line: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let text = line.as_bytes();
    let priority = syslog::priority(text);
    let start = priority.map_or(0, |(_, _, after)| after);
    let start = start + usize::from(text.get(start) == Some(&b' '));
    let expected = "a stamp (06/14/2026:15:16:01), a host, an engine, a colon";
    let Some((wall, end)) = moment(text, start) else { return Miss::at(start, expected) };
    let Some((front, rest)) = once(&line[end..], " : ") else {
        return Miss::at(end, expected);
    };
    let Some((head, body)) = once(rest, " : ").filter(|_| front.len() < 128) else {
        return Miss::at(end, expected);
    };
    let mut front = front.split_ascii_whitespace();
    let mut zone = None;
    let mut host = front.next().unwrap_or_default();
    if matches!(host, "GMT" | "UTC") {
        zone = Some(0);
        host = front.next().unwrap_or_default();
    }
    let is_number = |word: &&str| word.bytes().all(|byte| byte.is_ascii_digit());
    let mut words = head.split_ascii_whitespace().rev().skip_while(is_number);
    let (Some(name), Some(feature)) = (words.next(), words.next()) else {
        return Miss::at(end, expected);
    };
    if !feature.bytes().all(|byte| byte.is_ascii_alphanumeric()) || host.is_empty() {
        return Miss::at(end, expected);
    }
    (event.time, event.time_quality) = memory.instant(Stamp { wall, offset: zone });
    if let Some((facility, severity, _)) = priority {
        (event.log_facility, event.log_severity) = (Some(facility), Some(severity));
    }
    event.host_name = host.into();
    event.dataset = Some("citrix.netscaler".into());
    event.message = Cow::Borrowed(body.trim_ascii_start());
    event.ext.push("observer.vendor", Value::Text("Citrix".into()));
    columns::add("netscaler.feature", feature, event);
    event.event_code = Some(name.into());
    event.event_action = Some(Cow::Owned(name.to_ascii_lowercase()));
    for pair in between(body, " - ") {
        // `SessionId: 5- User anna` has no blank before its dash.
        let pair = pair.trim_ascii();
        let inner = if pair.starts_with("SessionId") { once(pair, "- ") } else { None };
        let (first, second) = inner.unwrap_or((pair, ""));
        named(first, event);
        named(second, event);
    }
    classify(feature, name, body, event);
    Ok(Found { stamp: (start, end), next: Next::Text, ..Found::default() })
}

/// Reads `06/14/2026:15:16:01 `.
fn moment(text: &[u8], at: usize) -> Option<(i64, usize)> {
    let slash = |at| text.get(at) == Some(&b'/');
    let form = slash(at + 2) && slash(at + 5) && text.get(at + 10) == Some(&b':');
    let (one, two, year) = form.then(|| {
        Some((digits(text, at, 2)?, digits(text, at + 3, 2)?, digits(text, at + 6, 4)?))
    })??;
    let (month, day) = if one > 12 { (two, one) } else { (one, two) };
    let (month, day) = (u8::try_from(month).ok()?, u8::try_from(day).ok()?);
    let (time, end) = stamp::clock(text, at + 11)?;
    let exists = stamp::exists((year, month, day)) && text.get(end) == Some(&b' ');
    exists.then(|| (day_number(year, month, day) * DAY + time, end))
}

/// `Name value`, or `Name: value`.
fn named<'a>(pair: &'a str, event: &mut Event<'a>) {
    let Some((name, value)) = once(pair, " ") else { return };
    let (name, value) = (name.trim_end_matches(':'), value.trim_matches(['"', ' ', '-']));
    let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if value.is_empty() || matches!(value, "NONE" | "N/A") || !is_name {
        return;
    }
    match name {
        "Source" => ends(value, [C::SourceIp, C::SourcePort], event),
        "Destination" => ends(value, [C::DestinationIp, C::DestinationPort], event),
        "Vserver" if event.destination_ip.is_none() => {
            ends(value, [C::DestinationIp, C::DestinationPort], event);
        }
        "User" if event.user_name.is_some() => {}
        "Start" | "End" => {}
        _ => match TABLE.iter().find(|(known, _)| *known == name) {
            Some((_, to)) => {
                let number = value.parse().ok().filter(|_| name.starts_with("Total"));
                put(*to, number.map_or(Value::Text(value.into()), Value::Int), event);
            }
            None => event.ext.push(["netscaler.", name].concat(), Value::Text(value.into())),
        },
    }
}

/// `192.0.2.7:51234`.
fn ends<'a>(value: &'a str, [ip, port]: [C; 2], event: &mut Event<'a>) {
    let (host, number) = match address(value) {
        Some(_) => (value, ""),
        None => last(value, ":").unwrap_or((value, "")),
    };
    if address(host).is_some() {
        put(To::Column(ip), Value::Text(host.into()), event);
        put(To::Column(port), Value::Text(number.into()), event);
    }
}

fn classify<'a>(feature: &'a str, name: &str, body: &str, event: &mut Event<'a>) {
    let (category, outcome) = match (feature, name) {
        (_, "LOGIN_FAILED") => ("authentication", Some("failure")),
        ("SSLVPN" | "AAA" | "AAATM", "LOGIN") => ("authentication", Some("success")),
        (_, "LOGOUT") => ("session", Some("success")),
        ("AAA" | "AAATM", _) => ("authentication", None),
        ("APPFW", _) => ("intrusion_detection", None),
        (_, "CMD_EXECUTED") => ("configuration", None),
        ("SSLVPN", "NONHTTP_RESOURCEACCESS_DENIED") => ("network", Some("failure")),
        _ => ("network", None),
    };
    event.event_category = Some(category.into());
    let outcome = outcome.or_else(|| match () {
        () if body.contains("<blocked>") || body.contains("Status \"ERROR") => Some("failure"),
        () if body.contains("Status \"Success\"") => Some("success"),
        () => None,
    });
    event.event_outcome = outcome.map(Cow::Borrowed);
    if matches!(name, "LOGIN" | "LOGIN_FAILED") {
        event.event_action = Some("vpn_login".into());
    }
    if feature == "APPFW" {
        let first = parts(body.trim_ascii_start(), [b' ']).next().and_then(address);
        event.source_ip = event.source_ip.or(first);
    }
    if name.starts_with("CONN_") || name == "OTHERCONN_DELINK" {
        event.network_transport = Some(columns::lower(Cow::Borrowed(feature)));
    }
}
