//! Zscaler's feeds as tabs divide them: requests, flows through the firewall, names asked for.
//!
//! ```text
//! 2026-06-14 15:16:01⇥reason=Allowed⇥event_id=7⇥protocol=HTTPS⇥action=Allowed⇥…⇥ClientIP=192.0.2.7⇥…⇥url=www.example.com/a⇥vendor=Zscaler⇥…
//! datetime=Sun Jun 14 15:16:01 2026⇥user=anna@example.com⇥…⇥csip=192.0.2.7⇥cdip=198.51.100.1⇥…⇥action=Drop⇥…⇥nwapp=http⇥…
//! datetime=Sun Jun 14 15:16:01 2026⇥user=anna@example.com⇥…⇥reqaction=Allow⇥…⇥req=www.example.com⇥…⇥clt_sip=192.0.2.7⇥…
//! ```
//!
//! Which keys there are is set at Zscaler; well-known ones fill columns, the others keep their names.
//! `None`, `NA` and `N/A` say nothing. Stamps have no zone.
//!
//! What it does *not* know: feeds in other forms; those in CEF, LEEF and JSON are read as such.

use super::super::spec::{Found, Miss, Spec};
use crate::category;
use crate::columns::{self, To, put};
use crate::mark::{once, parts};
use crate::memory::Memory;
use crate::stamp::written::{self, When};
use common::event::{Event, Value};
use common::field::Column as C;
use std::borrow::Cow;

/// A stamp, with the year or the weekday first, or its key.
pub(in crate::format) const SPEC: Spec = Spec::payload(read).first(b"2dSMTWF");

/// How long a stamp and its key are at most.
const STAMP: usize = 48;

/// Keys and their meanings, sorted.
const TABLE: &[(&str, To)] = &[
    ("ClientIP", To::Column(C::SourceIp)),
    ("cdip", To::Column(C::DestinationIp)),
    ("cdport", To::Column(C::DestinationPort)),
    ("clientpublicIP", To::Field("client.nat.ip")),
    ("clt_sip", To::Column(C::SourceIp)),
    ("contenttype", To::Field("http.response.mime_type")),
    ("csip", To::Column(C::SourceIp)),
    ("csport", To::Column(C::SourcePort)),
    ("devicehostname", To::Field("source.domain")),
    ("hostname", To::Field("url.domain")),
    ("inbytes", To::Field("destination.bytes")),
    ("ipproto", To::Lower(C::NetworkTransport)),
    ("nwapp", To::Field("network.application")),
    ("outbytes", To::Field("source.bytes")),
    ("reason", To::Field("event.reason")),
    ("refererURL", To::Field("http.request.referrer")),
    ("req", To::Field("dns.question.name")),
    ("reqtype", To::Field("dns.question.type")),
    ("requestmethod", To::Field("http.request.method")),
    ("requestsize", To::Field("http.request.bytes")),
    ("responsesize", To::Field("http.response.bytes")),
    ("rulelabel", To::Field("rule.name")),
    ("serverip", To::Column(C::DestinationIp)),
    ("srv_dip", To::Column(C::DestinationIp)),
    ("srv_dport", To::Column(C::DestinationPort)),
    ("status", To::Field("http.response.status_code")),
    ("url", To::Url),
    ("user", To::Column(C::UserName)),
    ("useragent", To::Field("user_agent.original")),
];

fn read<'a>(text: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let expected = "Zscaler's pairs (2026-06-14 15:16:01, a tab, reason=…)";
    let window = &text.as_bytes()[..text.len().min(STAMP)];
    let Some(tab) = memchr::memchr(b'\t', window) else { return Miss::at(0, expected) };
    let (first, rest) = (&text[..tab], &text[tab..]);
    let begin = if first.starts_with("datetime=") { "datetime=".len() } else { 0 };
    let stamp = written::read(first.as_bytes(), begin).filter(|(_, end)| *end == tab);
    let has = |mark: &str| rest.contains(mark);
    let feed = match () {
        () if has("\tvendor=Zscaler") => Some(("zscaler.web", "web")),
        () if has("\tcsip=") && has("\tnwapp=") => Some(("zscaler.firewall", "network")),
        () if has("\treqaction=") && has("\tclt_sip=") => Some(("zscaler.dns", "network")),
        () => None,
    };
    let (Some((When::Full(at), _)), Some((dataset, category))) = (stamp, feed) else {
        return Miss::at(tab, expected);
    };
    (event.time, event.time_quality) = memory.instant(at);
    event.dataset = Some(dataset.into());
    event.event_category = Some(category.into());
    event.message = Cow::Borrowed(text);
    event.ext.reserve(32);
    event.ext.push("observer.vendor", Value::Text("Zscaler".into()));
    let pairs = parts(rest, [b'\t']).filter_map(|pair| once(pair, "="));
    for (key, value) in pairs.filter(|(_, value)| !matches!(*value, "" | "None" | "NA" | "N/A")) {
        fill(key, value.trim_matches('"'), event);
    }
    Ok(Found::ALL)
}

fn fill<'a>(key: &'a str, value: &'a str, event: &mut Event<'a>) {
    match key {
        "action" | "reqaction" => {
            let action = columns::lower(Cow::Borrowed(value));
            columns::decide(&action, event);
            event.event_action = Some(action);
        }
        "urlcategory" | "category" => {
            columns::add("rule.category", value, event);
            if let Some(category) = category::of(value) {
                event.ext.push("url.category", Value::Text(category.into()));
            }
        }
        "threatname" => {
            event.event_category = Some("malware".into());
            columns::add("rule.name", value, event);
        }
        "protocol" => {
            let protocol = columns::lower(Cow::Borrowed(value));
            event.ext.push("network.protocol", Value::Text(protocol));
        }
        "vendor" | "product" => {}
        _ => match TABLE.binary_search_by(|(known, _)| (*known).cmp(key)) {
            Ok(at) => {
                let number = value.parse().ok().filter(|_| is_number(key));
                put(TABLE[at].1, number.map_or(Value::Text(value.into()), Value::Int), event);
            }
            Err(_) => columns::keep(key, Value::Text(value.into()), event),
        },
    }
}

fn is_number(key: &str) -> bool {
    matches!(key, "inbytes" | "outbytes" | "requestsize" | "responsesize" | "status")
}
