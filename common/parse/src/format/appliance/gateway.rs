//! Stormshield's and Zyxel's firewalls, which write pairs.
//!
//! ```text
//! id=firewall time="2026-06-14 15:16:01" fw="SN310A" tz=+0200 startime="…" pri=5 … src=192.0.2.7 srcport=51234 dst=198.51.100.1 dstport=443 action=pass logtype="connection"
//! src="192.0.2.7:51234" dst="198.51.100.1:443" msg="Match default rule, DROP" note="ACCESS BLOCK" user="unknown" devID="001122334455" cat="Security Policy Control" …
//! ```
//!
//! Well-known keys fill columns; all others keep their names.
//!
//! What it does *not* know: their many messages.

use super::super::spec::{Found, Miss, Spec};
use crate::columns::{self, To, put};
use crate::memory::Memory;
use crate::pair::pairs;
use crate::stamp;
use common::event::{Event, Value, address};
use common::field::Column as C;
use std::borrow::Cow;

pub(in crate::format) const STORMSHIELD: Spec = Spec::payload(stormshield).first(b"i");
pub(in crate::format) const ZYXEL: Spec = Spec::payload(zyxel).first(b"s");

/// Stormshield's keys, and their meanings.
const TABLE: &[(&str, To)] = &[
    ("arg", To::Url),
    ("dst", To::Column(C::DestinationIp)),
    ("dstif", To::Field("observer.egress.interface.name")),
    ("dstname", To::Field("destination.domain")),
    ("dstport", To::Column(C::DestinationPort)),
    ("fw", To::Field("observer.serial_number")),
    ("ipproto", To::Lower(C::NetworkTransport)),
    ("op", To::Field("http.request.method")),
    ("proto", To::Field("network.protocol")),
    ("rcvd", To::Field("destination.bytes")),
    ("result", To::Field("http.response.status_code")),
    ("ruleid", To::Field("rule.id")),
    ("rulename", To::Field("rule.name")),
    ("sent", To::Field("source.bytes")),
    ("src", To::Column(C::SourceIp)),
    ("srcif", To::Field("observer.ingress.interface.name")),
    ("srcmac", To::Field("source.mac")),
    ("srcport", To::Column(C::SourcePort)),
    ("user", To::Column(C::UserName)),
];

fn stormshield<'a>(
    text: &'a str,
    memory: &mut Memory,
    event: &mut Event<'a>,
) -> Result<Found, Miss> {
    let has = |mark: &str| memchr::memmem::find(text.as_bytes(), mark.as_bytes()).is_some();
    if !text.starts_with("id=firewall time=") || !has(" startime=") || !has(" fw=") {
        return Miss::at(0, "Stormshield's pairs (id=firewall time=… fw=… tz=… startime=…)");
    }
    event.dataset = Some("stormshield.firewall".into());
    event.message = Cow::Borrowed(text);
    event.event_category = Some("network".into());
    event.ext.push("observer.vendor", Value::Text("Stormshield".into()));
    let (mut time, mut zone, mut said) = ("", "", "");
    for (key, value) in pairs(text).filter(|(_, value)| !value.is_empty()) {
        match key {
            "id" => {}
            "time" => time = value,
            "tz" => zone = value,
            "pri" => event.log_severity = value.parse().ok().filter(|level| *level <= 7),
            "action" => decided(value, event),
            "msg" => {
                said = value;
                columns::keep(key, Value::Text(value.into()), event);
            }
            _ => fill(TABLE, key, value, event),
        }
    }
    if let Some((mut at, _)) = stamp::iso(time.as_bytes(), 0) {
        at.offset = stamp::offset(zone.as_bytes(), 0).0;
        (event.time, event.time_quality) = memory.instant(at);
    }
    let kind = match event.ext.get("logtype") {
        Some(Value::Text(kind)) => kind.clone(),
        _ => "".into(),
    };
    match kind.as_ref() {
        "auth" => {
            event.event_category = Some("authentication".into());
            event.event_action = Some("login".into());
        }
        "web" => event.event_category = Some("web".into()),
        "alarm" => event.event_category = Some("intrusion_detection".into()),
        "server" => event.event_category = Some("configuration".into()),
        _ => {}
    }
    said_outcome(said, event);
    Ok(Found::ALL)
}

fn fill<'a>(table: &[(&str, To)], key: &'a str, value: &'a str, event: &mut Event<'a>) {
    match table.iter().find(|(known, _)| *known == key) {
        Some((_, to)) => {
            let number = value.parse().ok().filter(|_| matches!(key, "sent" | "rcvd" | "result"));
            put(*to, number.map_or(Value::Text(value.into()), Value::Int), event);
        }
        None => columns::keep(key, Value::Text(value.into()), event),
    }
}

fn decided<'a>(action: &'a str, event: &mut Event<'a>) {
    let action = columns::lower(Cow::Borrowed(action));
    columns::decide(&action, event);
    event.event_action = Some(action);
}

/// What a message says of a login.
fn said_outcome(said: &str, event: &mut Event<'_>) {
    if event.event_outcome.is_some() || event.event_category.as_deref() != Some("authentication") {
        return;
    }
    let said = said.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| said.contains(word));
    event.event_outcome = match () {
        () if has(&["fail", "incorrect", "denied", "refused", "invalid"]) => Some("failure".into()),
        () if has(&["succe", "logged in", "has logged", "authenticated", "accepted"]) => {
            Some("success".into())
        }
        () => None,
    };
}

fn zyxel<'a>(text: &'a str, _memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let has = |mark: &[u8]| memchr::memmem::find(text.as_bytes(), mark).is_some();
    if !text.starts_with("src=\"") || !has(b" devID=\"") || !has(b" cat=\"") {
        return Miss::at(0, "Zyxel's pairs (src=\"…\" dst=\"…\" msg=\"…\" devID=\"…\" cat=\"…\")");
    }
    event.dataset = Some("zyxel.firewall".into());
    event.message = Cow::Borrowed(text);
    event.event_category = Some("network".into());
    event.ext.push("observer.vendor", Value::Text("Zyxel".into()));
    let mut said = "";
    for (key, value) in pairs(text).filter(|(_, value)| !value.is_empty()) {
        match key {
            "src" => (event.source_ip, event.source_port) = ends(value),
            "dst" => (event.destination_ip, event.destination_port) = ends(value),
            "proto" => event.network_transport = Some(columns::transport(value)),
            "user" if value != "unknown" => event.user_name = Some(value.into()),
            "user" => {}
            "devID" => columns::add("observer.serial_number", value, event),
            "msg" => {
                said = value;
                event.message = Cow::Borrowed(value);
            }
            _ => columns::keep(key, Value::Text(value.into()), event),
        }
    }
    match event.ext.get("note") {
        Some(Value::Text(note)) if note == "ACCESS BLOCK" => decided("block", event),
        Some(Value::Text(note)) if note == "ACCESS FORWARD" => decided("forward", event),
        _ => {}
    }
    let is_login = matches!(event.ext.get("cat"), Some(Value::Text(cat)) if cat.as_ref() == "User");
    if is_login {
        event.event_category = Some("authentication".into());
        event.event_action = Some("login".into());
        said_outcome(said, event);
    }
    Ok(Found::ALL)
}

/// `192.0.2.7:51234`, `[2001:db8::7]:51234`; port 0 is none.
fn ends(value: &str) -> (Option<std::net::IpAddr>, Option<u16>) {
    let (host, port) = match address(value) {
        Some(_) => (value, ""),
        None => value.rsplit_once(':').unwrap_or((value, "")),
    };
    let ip = address(host).filter(|ip| !ip.is_unspecified());
    (ip, port.parse().ok().filter(|port| *port != 0))
}
