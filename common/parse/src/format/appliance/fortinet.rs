//! Fortinet's appliances, which write pairs: FortiGate, FortiMail, FortiWeb.
//!
//! ```text
//! date=2021-02-05 time=15:05:55 devname="fg1" … type="traffic" srcip=… eventtime=1612537555563778 tz="+0100" action="accept" …
//! date=2026-06-14,time=15:16:01.123,device_id=FE100,log_id=0200010005,type=statistics,…,client_ip="192.0.2.7",from="a@x",to="b@y",disposition="Accept"
//! date=2026-06-14 time=15:16:01 log_id=20000008 device_id=FV-1 timezone="(GMT+1:00)Berlin" type=attack main_type="Signature Detection" action=Alert_Deny …
//! ```
//!
//! Well-known keys fill columns; all others keep their names. FortiMail divides its pairs by commas
//! or blanks. Which of the three it is, the first letters of its serial number say.
//!
//! What it does *not* know: the thousands of message numbers.

use super::super::spec::{Found, Miss, Spec};
use crate::columns::{self, To, decide, put};
use crate::level::named_severity;
use crate::memory::Memory;
use crate::pair::{listed, pairs};
use crate::stamp;
use common::event::{Event, TimeQuality, Value, address};
use common::field::Column as C;
use std::borrow::Cow;

pub(in crate::format) const SPEC: Spec = Spec::payload(read).first(b"dlte");

/// FortiOS's keys and their meanings, sorted.
const KEYS: &[(&str, To)] = &[
    ("agent", To::Field("user_agent.original")),
    ("app", To::Field("network.application")),
    ("attack", To::Field("rule.name")),
    ("attackid", To::Field("rule.id")),
    ("catdesc", To::Field("rule.category")),
    ("client_ip", To::Column(C::SourceIp)),
    ("client_name", To::Field("source.domain")),
    ("devid", To::Field("observer.serial_number")),
    ("dst", To::Column(C::DestinationIp)),
    ("dst_int", To::Field("observer.egress.interface.name")),
    ("dst_ip", To::Column(C::DestinationIp)),
    ("dst_port", To::Column(C::DestinationPort)),
    ("dstintf", To::Field("observer.egress.interface.name")),
    ("dstip", To::Column(C::DestinationIp)),
    ("dstmac", To::Field("destination.mac")),
    ("dstport", To::Column(C::DestinationPort)),
    ("duration", To::Field("fortinet.duration")),
    ("filename", To::Field("file.name")),
    ("from", To::Field("email.from.address")),
    ("hostname", To::Field("url.domain")),
    ("http_agent", To::Field("user_agent.original")),
    ("http_host", To::Field("url.domain")),
    ("http_refer", To::Field("http.request.referrer")),
    ("http_request_bytes", To::Field("http.request.bytes")),
    ("http_response_bytes", To::Field("http.response.bytes")),
    ("http_retcode", To::Field("http.response.status_code")),
    ("http_url", To::Url),
    ("httpmethod", To::Field("http.request.method")),
    ("locip", To::Column(C::DestinationIp)),
    ("locport", To::Column(C::DestinationPort)),
    ("log_id", To::Column(C::EventCode)),
    ("logid", To::Column(C::EventCode)),
    ("main_type", To::Field("rule.category")),
    ("message_length", To::Field("email.size")),
    ("policyid", To::Field("rule.id")),
    ("policyname", To::Field("rule.name")),
    ("qname", To::Field("dns.question.name")),
    ("rcvd", To::Field("destination.bytes")),
    ("rcvdbyte", To::Field("destination.bytes")),
    ("remip", To::Column(C::SourceIp)),
    ("remport", To::Column(C::SourcePort)),
    ("sent", To::Field("source.bytes")),
    ("sentbyte", To::Field("source.bytes")),
    ("signature_id", To::Field("rule.id")),
    ("src", To::Column(C::SourceIp)),
    ("src_int", To::Field("observer.ingress.interface.name")),
    ("src_mac", To::Field("source.mac")),
    ("src_port", To::Column(C::SourcePort)),
    ("srcintf", To::Field("observer.ingress.interface.name")),
    ("srcip", To::Column(C::SourceIp)),
    ("srcmac", To::Field("source.mac")),
    ("srcport", To::Column(C::SourcePort)),
    ("subject", To::Field("email.subject")),
    ("to", To::Field("email.to.address")),
    ("url", To::Field("url.path")),
    ("user", To::Column(C::UserName)),
    ("user_name", To::Column(C::UserName)),
    ("virus", To::Field("rule.name")),
    ("xauthuser", To::Column(C::UserName)),
];

fn read<'a>(text: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let begins = ["date=", "devname=", "logver=", "timestamp=", "eventtime=", "logid="];
    let has = |blank: &str, comma: &str| text.contains(blank) || text.contains(comma);
    let is_known = begins.iter().any(|first| text.starts_with(first))
        && (text.contains("logid=") || has(" log_id=", ",log_id="))
        && has(" type=", ",type=");
    if !is_known {
        return Miss::at(0, "Fortinet's pairs (date=… logid=… type=…)");
    }
    event.dataset = Some("fortinet.firewall".into());
    event.event_category = Some("network".into());
    if event.message.is_empty() {
        event.message = Cow::Borrowed(text);
    }
    event.ext.reserve(48);
    let mut stamp = Parts::default();
    // A user who is not known is kept as it stands, as detections ask for it.
    let says = |key: &str, value: &str| match value {
        "" | "(null)" => false,
        "N/A" => key == "user",
        "Unknown" | "none" => !key.starts_with("http_") && key != "user_name",
        _ => true,
    };
    let is_list = text.get(15..21) == Some(",time=");
    for (key, value) in if is_list { listed(text) } else { pairs(text) } {
        if says(key, value) && !stamp.take(key, value) {
            put_pair(key, value, event);
        }
    }
    if event.time_quality != TimeQuality::Offset {
        stamp.fill(memory, event);
    }
    let is_login =
        matches!(event.event_action.as_deref(), Some("login" | "logout" | "ssl-login-fail"));
    if is_login && event.event_category.as_deref() != Some("web") {
        event.event_category = Some("authentication".into());
    }
    event.ext.push("observer.vendor", Value::Text("Fortinet".into()));
    Ok(Found::ALL)
}

/// The time, which several pairs say together.
#[derive(Default)]
struct Parts<'a> {
    date: &'a str,
    time: &'a str,
    zone: &'a str,
}

impl<'a> Parts<'a> {
    /// Whether a pair is one of them.
    fn take(&mut self, key: &str, value: &'a str) -> bool {
        match key {
            "date" => self.date = value,
            "time" => self.time = value,
            "tz" => self.zone = value,
            // FortiWeb: `(GMT+1:00)Berlin`.
            "timezone" => {
                let zone = value.strip_prefix("(GMT").and_then(|zone| zone.split_once(')'));
                self.zone = zone.map_or("", |(zone, _)| zone);
                return false;
            }
            _ => return false,
        }
        true
    }

    fn fill(&self, memory: &mut Memory, event: &mut Event<'_>) {
        let stamp = [self.date, " ", self.time].concat();
        if let Some((mut at, _)) = stamp::iso(stamp.as_bytes(), 0) {
            let padded = match self.zone.split_at_checked(1) {
                Some((sign, hours)) if hours.as_bytes().get(1) == Some(&b':') => {
                    Some([sign, "0", hours].concat())
                }
                _ => None,
            };
            let zone = padded.as_deref().unwrap_or(self.zone);
            at.offset = stamp::offset(zone.as_bytes(), 0).0;
            (event.time, event.time_quality) = memory.instant(at);
        }
    }
}

/// What a serial number says of the product.
fn product(serial: &str, event: &mut Event<'_>) {
    if serial.starts_with("FE") {
        event.dataset = Some("fortinet.fortimail".into());
        event.event_category = Some("email".into());
    } else if serial.starts_with("FV") {
        event.dataset = Some("fortinet.fortiweb".into());
    }
}

/// An epoch in seconds, or in a smaller unit, told by its digits.
fn epoch(text: &str, event: &mut Event<'_>) {
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
    match text {
        // How a session that was let through ended.
        "close" | "timeout" | "client-rst" | "server-rst" | "start" => decide("accept", event),
        // FortiWeb's.
        "Alert" => decide("allow", event),
        "Alert_Deny" | "Deny_no_log" | "Period_Block" | "Erase" => decide("deny", event),
        // FortiMail's.
        "Accept" | "Delay" => decide("accept", event),
        "Reject" | "Discard" | "Quarantine" => decide("reject", event),
        _ => decide(text, event),
    }
    if text.ends_with("-fail") {
        event.event_outcome = Some("failure".into());
    }
}

/// Upper case, as FortiWeb's methods are not.
fn method<'a>(text: &'a str, event: &mut Event<'a>) {
    let upper = match text {
        "get" => "GET".into(),
        "post" => "POST".into(),
        "head" => "HEAD".into(),
        other => Cow::Owned(other.to_ascii_uppercase()),
    };
    event.ext.push("http.request.method", Value::Text(upper));
}

fn put_pair<'a>(key: &'a str, text: &'a str, event: &mut Event<'a>) {
    match key {
        "devname" => event.host_name = text.into(),
        "level" | "pri" => {
            event.log_severity = named_severity(text);
            if key == "pri" {
                columns::keep(key, Value::Text(text.into()), event);
            }
        }
        "device_id" => {
            product(text, event);
            columns::add("observer.serial_number", text, event);
        }
        "http_method" => method(text, event),
        "disposition" => {
            decided(text, event);
            columns::keep(key, Value::Text(text.into()), event);
        }
        "direction" => {
            if let Some(way) = columns::direction(text) {
                event.ext.push("network.direction", way);
            }
            columns::keep(key, Value::Text(text.into()), event);
        }
        "eventtime" => epoch(text, event),
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
        "status" | "type" | "subtype" => {
            classified(key, text, event);
            columns::keep(key, Value::Text(text.into()), event);
        }
        _ => match KEYS.binary_search_by(|(name, _)| (*name).cmp(key)) {
            Ok(at) => {
                let to = KEYS[at].1;
                let is_count = matches!(
                    key,
                    "rcvdbyte" | "sentbyte" | "duration" | "rcvd" | "sent" | "http_retcode"
                ) || key.ends_with("_bytes")
                    || key == "message_length";
                let number = if is_count { text.parse().ok() } else { None };
                put(to, number.map_or(Value::Text(text.into()), Value::Int), event);
            }
            Err(_) => columns::keep(key, Value::Text(text.into()), event),
        },
    }
}

/// What the words for a result and for a kind mean.
fn classified(key: &str, text: &str, event: &mut Event<'_>) {
    match (key, text) {
        ("status", "success") => event.event_outcome = Some("success".into()),
        ("status", "failed" | "failure") => event.event_outcome = Some("failure".into()),
        ("status", _) => {}
        (_, "ips" | "virus" | "anomaly" | "attack") => {
            event.event_category = Some("intrusion_detection".into());
        }
        (_, "webfilter") => event.event_category = Some("web".into()),
        (_, "user") => event.event_category = Some("authentication".into()),
        (_, "vpn") => event.event_category = Some("network".into()),
        (_, "event" | "kevent" | "system") => {
            event.event_category = Some("configuration".into());
        }
        _ => {}
    }
}
