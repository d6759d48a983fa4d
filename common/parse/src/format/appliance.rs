//! Firewalls that write pairs: SonicWall and Fortinet.
//!
//! ```text
//! id=firewall sn=… time="2021-02-05 01:02:03 UTC" fw=… pri=6 m=1153 msg="…" src=10.1.2.3:3080:X6-V80 dst=10.2.3.4:50005:X1 proto=tcp/50005 …
//! date=2021-02-05 time=15:05:55 devname="fg1" … type="traffic" srcip=… eventtime=1612537555563778 tz="+0100" action="accept" …
//! ```
//!
//! SonicWall may put a relay's address in front. Well-known keys fill columns; all others keep
//! their names.
//!
//! What it does *not* know: the thousands of message numbers.

use super::spec::{Found, Miss, Spec};
use crate::category;
use crate::columns::{self, To, add, add_int, decide, lower, put};
use crate::memory::Memory;
use crate::pair::pairs;
use crate::stamp;
use common::event::{Event, TimeQuality, Value, address};
use common::field::Column as C;
use std::borrow::Cow;

pub(super) const SONICWALL: Spec = Spec::payload(sonicwall).first(b" i0123456789");
pub(super) const FORTINET: Spec = Spec::payload(fortinet).first(b"dlte");

fn sonicwall<'a>(text: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let own = text.trim_start();
    let own = match own.split_once(' ') {
        Some((relay, rest)) if address(relay).is_some() => rest.trim_start(),
        _ => own,
    };
    if !own.starts_with("id=") || !own.contains(" sn=") || !own.contains(" m=") {
        return Miss::at(0, "SonicWall's pairs (id=firewall sn=… m=…)");
    }
    event.dataset = Some("sonicwall.firewall".into());
    event.event_category = Some("network".into());
    if event.message.is_empty() {
        event.message = Cow::Borrowed(text);
    }
    event.ext.reserve(32);
    for (key, value) in pairs(own) {
        if !value.is_empty() {
            sonicwall_pair(key, value, memory, event);
        }
    }
    event.ext.push("observer.vendor", Value::Text("SonicWall".into()));
    Ok(Found::ALL)
}

fn sonicwall_pair<'a>(key: &'a str, text: &'a str, memory: &mut Memory, event: &mut Event<'a>) {
    match key {
        // The second one says the zone, where both are there.
        "time" | "vp_time" => {
            if let Some((mut at, end)) = stamp::iso(text.as_bytes(), 0) {
                at.offset = at.offset.or(text[end..].contains("UTC").then_some(0));
                (event.time, event.time_quality) = memory.instant(at);
            }
        }
        "sn" => add("observer.serial_number", text, event),
        "fw" => add("observer.ip", text, event),
        "pri" => event.log_severity = text.parse().ok().filter(|level| *level <= 7),
        "m" => event.event_code = Some(text.into()),
        "usr" | "user" => event.user_name = Some(text.into()),
        "src" => {
            let (ip, port, interface) = endpoint(text);
            (event.source_ip, event.source_port) = (ip.or(event.source_ip), port);
            add("observer.ingress.interface.name", interface, event);
        }
        "dst" => {
            let (ip, port, interface) = endpoint(text);
            (event.destination_ip, event.destination_port) = (ip.or(event.destination_ip), port);
            add("observer.egress.interface.name", interface, event);
        }
        "srcV6" => event.source_ip = event.source_ip.or(address(text)),
        "dstV6" => event.destination_ip = event.destination_ip.or(address(text)),
        "msg" => {
            said(text, event);
            columns::keep(key, Value::Text(text.into()), event);
        }
        "srcMac" => add("source.mac", text, event),
        "dstMac" => add("destination.mac", text, event),
        "proto" => {
            let (transport, application) = text.split_once('/').unwrap_or((text, ""));
            event.network_transport = Some(lower(Cow::Borrowed(transport)));
            if application.bytes().any(|byte| byte.is_ascii_alphabetic()) {
                add("network.protocol", application, event);
            }
        }
        "sent" => add_int("source.bytes", text, event),
        "rcvd" => add_int("destination.bytes", text, event),
        "rule" => add("rule.name", text, event),
        "fw_action" if text == "NA" => {}
        "fw_action" => {
            event.event_action = Some(lower(Cow::Borrowed(text)));
            decide(&text.to_ascii_lowercase(), event);
        }
        "dstname" => add("url.domain", text, event),
        "arg" => add("url.path", text, event),
        "result" => add_int("http.response.status_code", text, event),
        "Category" => {
            event.event_category = Some("web".into());
            add("rule.category", text, event);
            if let Some(category) = category::of(text) {
                event.ext.push("url.category", Value::Text(category.into()));
            }
        }
        _ => columns::keep(key, Value::Text(text.into()), event),
    }
}

/// What a message says of a login, or of what was not let through.
fn said(text: &str, event: &mut Event<'_>) {
    let text = text.to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    let is_login = says(&["login", "logged in", "authenticat"]);
    let outcome = match () {
        () if says(&["denied", "dropped", "blocked", "failed", "rejected", "invalid"]) => "failure",
        () if is_login && says(&["allowed", "success", "logged in", "granted"]) => "success",
        () => return,
    };
    if is_login {
        event.event_category = Some("authentication".into());
    }
    event.event_outcome = event.event_outcome.take().or(Some(outcome.into()));
}

/// `10.1.2.3:3080:X6-V80[:name]`.
fn endpoint(text: &str) -> (Option<std::net::IpAddr>, Option<u16>, &str) {
    if let Some(ip) = address(text) {
        return (Some(ip), None, "");
    }
    let mut parts = text.splitn(4, ':');
    let [ip, port, interface] = std::array::from_fn(|_| parts.next().unwrap_or_default());
    (address(ip), port.parse().ok(), interface)
}

/// FortiOS's keys and their meanings, sorted.
const FORTINET_KEYS: &[(&str, To)] = &[
    ("agent", To::Field("user_agent.original")),
    ("app", To::Field("network.application")),
    ("attack", To::Field("rule.name")),
    ("attackid", To::Field("rule.id")),
    ("catdesc", To::Field("rule.category")),
    ("device_id", To::Field("observer.serial_number")),
    ("devid", To::Field("observer.serial_number")),
    ("dst", To::Column(C::DestinationIp)),
    ("dst_int", To::Field("observer.egress.interface.name")),
    ("dst_port", To::Column(C::DestinationPort)),
    ("dstintf", To::Field("observer.egress.interface.name")),
    ("dstip", To::Column(C::DestinationIp)),
    ("dstmac", To::Field("destination.mac")),
    ("dstport", To::Column(C::DestinationPort)),
    ("duration", To::Field("fortinet.duration")),
    ("filename", To::Field("file.name")),
    ("hostname", To::Field("url.domain")),
    ("httpmethod", To::Field("http.request.method")),
    ("locip", To::Column(C::DestinationIp)),
    ("locport", To::Column(C::DestinationPort)),
    ("log_id", To::Column(C::EventCode)),
    ("logid", To::Column(C::EventCode)),
    ("policyid", To::Field("rule.id")),
    ("policyname", To::Field("rule.name")),
    ("qname", To::Field("dns.question.name")),
    ("rcvd", To::Field("destination.bytes")),
    ("rcvdbyte", To::Field("destination.bytes")),
    ("remip", To::Column(C::SourceIp)),
    ("remport", To::Column(C::SourcePort)),
    ("sent", To::Field("source.bytes")),
    ("sentbyte", To::Field("source.bytes")),
    ("src", To::Column(C::SourceIp)),
    ("src_int", To::Field("observer.ingress.interface.name")),
    ("src_port", To::Column(C::SourcePort)),
    ("srcintf", To::Field("observer.ingress.interface.name")),
    ("srcip", To::Column(C::SourceIp)),
    ("srcmac", To::Field("source.mac")),
    ("srcport", To::Column(C::SourcePort)),
    ("url", To::Field("url.path")),
    ("user", To::Column(C::UserName)),
    ("virus", To::Field("rule.name")),
    ("xauthuser", To::Column(C::UserName)),
];

fn fortinet<'a>(text: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let is_known = ["date=", "devname=", "logver=", "timestamp=", "eventtime=", "logid="]
        .iter()
        .any(|first| text.starts_with(first))
        && (text.contains("logid=") || text.contains(" log_id="))
        && text.contains(" type=");
    if !is_known {
        return Miss::at(0, "FortiOS's pairs (date=… logid=… type=…)");
    }
    event.dataset = Some("fortinet.firewall".into());
    event.event_category = Some("network".into());
    if event.message.is_empty() {
        event.message = Cow::Borrowed(text);
    }
    event.ext.reserve(48);
    let (mut date, mut time, mut zone) = ("", "", "");
    // A user who is not known is kept as it stands, as detections ask for it.
    let says = |key: &str, value: &str| match value {
        "" | "(null)" => false,
        "N/A" => key == "user",
        _ => true,
    };
    for (key, value) in pairs(text).filter(|(key, value)| says(key, value)) {
        match key {
            "date" => date = value,
            "time" => time = value,
            "tz" => zone = value,
            _ => fortinet_pair(key, value, event),
        }
    }
    if event.time_quality != TimeQuality::Offset {
        let stamp = [date, " ", time].concat();
        if let Some((mut at, _)) = stamp::iso(stamp.as_bytes(), 0) {
            at.offset = stamp::offset(zone.as_bytes(), 0).0;
            (event.time, event.time_quality) = memory.instant(at);
        }
    }
    let is_login =
        matches!(event.event_action.as_deref(), Some("login" | "logout" | "ssl-login-fail"));
    if is_login && event.event_category.as_deref() != Some("web") {
        event.event_category = Some("authentication".into());
    }
    event.ext.push("observer.vendor", Value::Text("Fortinet".into()));
    Ok(Found::ALL)
}

/// An epoch in seconds, or in a smaller unit, told by its digits.
fn fortinet_time(text: &str, event: &mut Event<'_>) {
    if let Ok(number) = text.parse::<i64>() {
        let micros = match text.len() {
            ..=11 => number.saturating_mul(1_000_000),
            12..=14 => number.saturating_mul(1_000),
            15..=17 => number,
            _ => number / 1_000,
        };
        columns::epoch(micros, event);
    }
}

/// What was done, and what that means.
fn decided<'a>(text: &'a str, event: &mut Event<'a>) {
    event.event_action = Some(text.into());
    // How a session that was let through ended.
    let ended = matches!(text, "close" | "timeout" | "client-rst" | "server-rst" | "start");
    decide(if ended { "accept" } else { text }, event);
    if text.ends_with("-fail") {
        event.event_outcome = Some("failure".into());
    }
}

fn fortinet_pair<'a>(key: &'a str, text: &'a str, event: &mut Event<'a>) {
    match key {
        "devname" => event.host_name = text.into(),
        "level" => {
            event.log_severity = crate::level::named_severity(match text {
                "information" => "info",
                other => other,
            });
        }
        "eventtime" => fortinet_time(text, event),
        "proto" => {
            event.network_transport = Some(columns::transport(text));
        }
        "ui" => {
            // Where an administrator sits: `https(192.0.2.7)`.
            let place = text.split_once('(').and_then(|(_, ip)| address(ip.trim_end_matches(')')));
            event.source_ip = event.source_ip.or(place);
            columns::keep(key, Value::Text(text.into()), event);
        }
        "status" if matches!(text, "deny" | "accept") => decided(text, event),
        "action" => decided(text, event),
        "status" => {
            event.event_outcome = match text {
                "success" => Some("success".into()),
                "failed" | "failure" => Some("failure".into()),
                _ => event.event_outcome.take(),
            };
            columns::keep(key, Value::Text(text.into()), event);
        }
        "type" | "subtype" => {
            match text {
                "ips" | "virus" | "anomaly" => {
                    event.event_category = Some("intrusion_detection".into());
                }
                "webfilter" => event.event_category = Some("web".into()),
                "user" => event.event_category = Some("authentication".into()),
                "vpn" => event.event_category = Some("network".into()),
                "event" | "system" => event.event_category = Some("configuration".into()),
                _ => {}
            }
            columns::keep(key, Value::Text(text.into()), event);
        }
        _ => match FORTINET_KEYS.binary_search_by(|(name, _)| (*name).cmp(key)) {
            Ok(at) => {
                let to = FORTINET_KEYS[at].1;
                let is_count =
                    matches!(key, "rcvdbyte" | "sentbyte" | "duration" | "rcvd" | "sent");
                let number = if is_count { text.parse().ok() } else { None };
                put(to, number.map_or(Value::Text(text.into()), Value::Int), event);
            }
            Err(_) => columns::keep(key, Value::Text(text.into()), event),
        },
    }
}
