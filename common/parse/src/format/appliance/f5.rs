//! F5's web application firewall (BIG-IP ASM, Advanced WAF): pairs divided by commas.
//!
//! ```text
//! ASM:unit_hostname="bigip1",management_ip_address="192.0.2.2",…,ip_client="203.0.113.9",method="GET",…,request_status="blocked",…
//! ```
//!
//! Well-known keys fill columns; all others keep their names. `N/A` says nothing. What the client
//! sent comes last, as F5 writes it, and pairs behind `request=` are the client's, so that none of them
//! fills a column.
//!
//! What it does *not* know: logs in formats of one's own.

use super::super::{Found, Miss, Spec};
use crate::columns::{self, To, put};
use crate::level::named_severity;
use crate::memory::Memory;
use crate::pair::pairs;
use crate::stamp;
use common::event::{Event, TimeQuality, Value};
use common::field::Column as C;
use std::borrow::Cow;

pub(in crate::format) const SPEC: Spec = Spec::payload(read).first(b"Au");

/// Keys and their meanings, sorted.
const KEYS: &[(&str, To)] = &[
    ("attack_type", To::Field("rule.category")),
    ("dest_ip", To::Column(C::DestinationIp)),
    ("dest_port", To::Column(C::DestinationPort)),
    ("ip_client", To::Column(C::SourceIp)),
    ("management_ip_address", To::Field("observer.ip")),
    ("method", To::Field("http.request.method")),
    ("policy_name", To::Field("rule.ruleset")),
    ("query_string", To::Field("url.query")),
    ("response_code", To::Field("http.response.status_code")),
    ("sig_ids", To::Field("rule.id")),
    ("src_port", To::Column(C::SourcePort)),
    ("support_id", To::Field("event.trace")),
    ("unit_hostname", To::Column(C::HostName)),
    ("uri", To::Field("url.path")),
    ("username", To::Column(C::UserName)),
    ("violations", To::Field("rule.name")),
];

fn read<'a>(text: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let body = text.strip_prefix("ASM:").unwrap_or(text);
    if !body.starts_with("unit_hostname=\"") || !body.contains(",request_status=\"") {
        return Miss::at(0, "F5's pairs (ASM:unit_hostname=…)");
    }
    let request = body.find(",request=\"").unwrap_or(body.len());
    event.dataset = Some("f5.asm".into());
    event.event_category = Some("web".into());
    if event.message.is_empty() {
        event.message = Cow::Borrowed(text);
    }
    event.ext.reserve(40);
    event.ext.push("observer.vendor", Value::Text("F5".into()));
    for (key, value) in pairs(&body[..request]) {
        if !matches!(value, "" | "N/A") {
            pair(key, value, memory, event);
        }
    }
    Ok(Found::ALL)
}

fn pair<'a>(key: &'a str, text: &'a str, memory: &mut Memory, event: &mut Event<'a>) {
    match key {
        "date_time" if event.time_quality != TimeQuality::Offset => {
            if let Some((at, _)) = stamp::iso(text.as_bytes(), 0) {
                (event.time, event.time_quality) = memory.instant(at);
            }
        }
        "request_status" => {
            event.event_action = Some(text.into());
            // An alarm lets the request through.
            columns::decide(if text == "alerted" { "allowed" } else { text }, event);
            if text == "passed" {
                columns::decide("pass", event);
            }
        }
        "severity" => {
            event.log_severity = named_severity(text);
            columns::keep(key, Value::Text(text.into()), event);
        }
        "attack_type" | "violations" => {
            event.event_category = Some("intrusion_detection".into());
            fill(key, text, event);
        }
        "response_code" => columns::add_int("http.response.status_code", text, event),
        _ => fill(key, text, event),
    }
}

fn fill<'a>(key: &'a str, text: &'a str, event: &mut Event<'a>) {
    match KEYS.binary_search_by(|(name, _)| (*name).cmp(key)) {
        Ok(at) => put(KEYS[at].1, Value::Text(text.into()), event),
        Err(_) => columns::keep(key, Value::Text(text.into()), event),
    }
}
