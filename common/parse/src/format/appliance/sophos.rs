//! Sophos' firewalls: XG and XGS (SFOS), and the older UTM.
//!
//! ```text
//! device="SFW" date=2017-01-31 time=14:52:11 timezone="IST" device_name="XG" device_id=S1 log_id=010101600001 log_type="Firewall" log_component="Firewall Rule" log_subtype="Allowed" …
//! device_name="SFW" timestamp="2023-06-27T10:34:21+0530" device_model="XGS" … log_type="Firewall" …
//! 2018:06:02-09:41:21 utm ulogd[28319]: id="2001" severity="info" sys="SecureNet" sub="packetfilter" name="Packet dropped" action="drop" …
//! ```
//!
//! Well-known keys fill columns; all others keep their names. `N/A` and the empty text say nothing.
//!
//! What it does *not* know: names of zones that mean more than one offset.

use super::super::{Found, Miss, Spec};
use crate::category;
use crate::columns::{self, To, add, add_int, put};
use crate::level::named_severity;
use crate::memory::Memory;
use crate::pair::pairs;
use crate::stamp::{self, Stamp};
use crate::syslog;
use common::clock::{DAY, day_number};
use common::event::{Event, TimeQuality, Value};
use common::field::Column as C;
use std::borrow::Cow;

pub(in crate::format) const XG: Spec = Spec::payload(xg).first(b"dt");
pub(in crate::format) const UTM: Spec = Spec::line(utm).first(b"<12");

/// Keys of both and their meanings, sorted.
const KEYS: &[(&str, To)] = &[
    ("application", To::Field("network.application")),
    ("application_name", To::Field("network.application")),
    ("device_id", To::Field("observer.serial_number")),
    ("device_model", To::Field("observer.product")),
    ("device_name", To::Field("observer.name")),
    ("device_serial_id", To::Field("observer.serial_number")),
    ("domain", To::Field("url.domain")),
    ("dst_ip", To::Column(C::DestinationIp)),
    ("dst_mac", To::Field("destination.mac")),
    ("dst_port", To::Column(C::DestinationPort)),
    ("dst_zone", To::Field("observer.egress.zone")),
    ("dstip", To::Column(C::DestinationIp)),
    ("dstmac", To::Field("destination.mac")),
    ("dstport", To::Column(C::DestinationPort)),
    ("filename", To::Field("file.name")),
    ("fw_rule_id", To::Field("rule.id")),
    ("fw_rule_name", To::Field("rule.name")),
    ("fwrule", To::Field("rule.id")),
    ("http_method", To::Field("http.request.method")),
    ("httpresponsecode", To::Field("http.response.status_code")),
    ("id", To::Column(C::EventCode)),
    ("in_interface", To::Field("observer.ingress.interface.name")),
    ("initf", To::Field("observer.ingress.interface.name")),
    ("log_id", To::Column(C::EventCode)),
    ("method", To::Field("http.request.method")),
    ("out_interface", To::Field("observer.egress.interface.name")),
    ("outitf", To::Field("observer.egress.interface.name")),
    ("reason", To::Field("event.reason")),
    ("recv_bytes", To::Field("destination.bytes")),
    ("recv_pkts", To::Field("destination.packets")),
    ("referer", To::Field("http.request.referrer")),
    ("sent_bytes", To::Field("source.bytes")),
    ("sent_pkts", To::Field("source.packets")),
    ("sid", To::Field("rule.id")),
    ("signature_id", To::Field("rule.id")),
    ("signature_msg", To::Field("rule.name")),
    ("size", To::Field("http.response.bytes")),
    ("src_ip", To::Column(C::SourceIp)),
    ("src_mac", To::Field("source.mac")),
    ("src_port", To::Column(C::SourcePort)),
    ("src_trans_ip", To::Field("source.nat.ip")),
    ("src_zone", To::Field("observer.ingress.zone")),
    ("srcip", To::Column(C::SourceIp)),
    ("srcmac", To::Field("source.mac")),
    ("srcport", To::Column(C::SourcePort)),
    ("status_code", To::Field("http.response.status_code")),
    ("statuscode", To::Field("http.response.status_code")),
    ("tran_src_ip", To::Field("source.nat.ip")),
    ("ua", To::Field("user_agent.original")),
    ("url", To::Url),
    ("user", To::Column(C::UserName)),
    ("user_agent", To::Field("user_agent.original")),
    ("user_name", To::Column(C::UserName)),
    ("virus", To::Field("rule.name")),
];

fn xg<'a>(text: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let is_known =
        ["device=\"", "device_name=\"", "timestamp=\""].iter().any(|first| text.starts_with(first))
            && text.contains(" log_type=")
            && text.contains(" log_component=");
    if !is_known {
        return Miss::at(0, "Sophos' pairs (device=… log_id=… log_type=…)");
    }
    known(text, "sophos.firewall", event);
    let (mut date, mut time, mut zone) = ("", "", "");
    for (key, value) in said(text) {
        match key {
            "date" => date = value,
            "time" => time = value,
            "timezone" => zone = value,
            "timestamp" => {
                columns::iso_time(value, memory, event);
            }
            "log_type" | "log_component" => {
                kind(value, event);
                columns::keep(key, Value::Text(value.into()), event);
            }
            "log_subtype" => {
                event.event_action = Some(columns::lower(value.into()));
                decided(value, event);
                columns::keep(key, Value::Text(value.into()), event);
            }
            "status" => {
                decided(value, event);
                columns::keep(key, Value::Text(value.into()), event);
            }
            _ => pair(key, value, event),
        }
    }
    if event.time_quality != TimeQuality::Offset || !date.is_empty() {
        let stamp = [date, " ", time].concat();
        if let Some((mut at, _)) = stamp::iso(stamp.as_bytes(), 0) {
            at.offset = stamp::written::named_zone(zone);
            (event.time, event.time_quality) = memory.instant(at);
        }
    }
    Ok(Found::ALL)
}

fn utm<'a>(text: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let bytes = text.as_bytes();
    let priority = syslog::priority(bytes);
    let start = priority.map_or(0, |(_, _, after)| after);
    let Some((at, end)) = moment(bytes, start) else {
        return Miss::at(start, "a stamp (2018:06:02-09:41:21)");
    };
    let Some((host, rest)) = text[end..].strip_prefix(' ').and_then(|rest| rest.split_once(' '))
    else {
        return Miss::at(end, "a host");
    };
    let Some((tag, body)) = rest.split_once(": ").filter(|(tag, _)| !tag.contains(' ')) else {
        return Miss::at(end + host.len() + 2, "a tag (ulogd[28319]:)");
    };
    (event.time, event.time_quality) = memory.instant(at);
    if let Some((facility, severity, _)) = priority {
        event.log_facility = Some(facility);
        event.log_severity = Some(severity);
    }
    let (program, pid) = tag.split_once('[').unwrap_or((tag, ""));
    let is_own = body.starts_with("id=\"");
    known(body, if is_own { "sophos.utm" } else { "linux.syslog" }, event);
    event.message = Cow::Borrowed(body);
    event.host_name = host.into();
    event.process_name = Some(program.into());
    event.process_pid = pid.trim_end_matches(']').parse().ok();
    event.event_category = None;
    let found = Found { stamp: (start, end), ..Found::default() };
    if !is_own {
        return Ok(found);
    }
    for (key, value) in said(body) {
        match key {
            "sys" | "sub" => {
                kind(value, event);
                columns::keep(key, Value::Text(value.into()), event);
            }
            "action" => {
                event.event_action = Some(columns::lower(value.into()));
                decided(value, event);
            }
            "name" => {
                decided(value, event);
                columns::keep(key, Value::Text(value.into()), event);
            }
            "proto" => event.network_transport = Some(columns::transport(value)),
            _ => pair(key, value, event),
        }
    }
    Ok(Found { next: super::super::Next::Nothing, ..found })
}

fn known<'a>(text: &'a str, dataset: &'static str, event: &mut Event<'a>) {
    event.dataset = Some(dataset.into());
    event.event_category = Some("network".into());
    if event.message.is_empty() {
        event.message = Cow::Borrowed(text);
    }
    event.ext.reserve(48);
    event.ext.push("observer.vendor", Value::Text("Sophos".into()));
}

/// The pairs that say something.
fn said(text: &str) -> impl Iterator<Item = (&str, &str)> {
    pairs(text).filter(|(_, value)| !matches!(*value, "" | "N/A" | "-"))
}

/// Reads `2018:06:02-09:41:21`.
fn moment(text: &[u8], at: usize) -> Option<(Stamp, usize)> {
    if text.get(at + 4) != Some(&b':') || text.get(at + 10) != Some(&b'-') {
        return None;
    }
    let part = |at| u8::try_from(stamp::digits(text, at, 2)?).ok();
    let date = (stamp::digits(text, at, 4)?, part(at + 5)?, part(at + 8)?);
    let (time, end) = stamp::clock(text, at + 11)?;
    let wall = stamp::exists(date).then(|| day_number(date.0, date.1, date.2) * DAY + time)?;
    Some((Stamp { wall, offset: None }, end))
}

/// What kind of event a component writes.
fn kind(name: &str, event: &mut Event<'_>) {
    let category = match name {
        "Content Filtering"
        | "Web"
        | "HTTP"
        | "HTTPS"
        | "WAF"
        | "SecureWeb"
        | "http"
        | "reverseproxy"
        | "Web Application Firewall" => "web",
        "IDP" | "ATP" | "IPS" | "ips" | "Advanced Threat Protection" => "intrusion_detection",
        "Anti-Virus" | "Sandbox" | "Zero day protection" => "malware",
        "Anti-Spam" | "Email" | "SecureMail" | "smtp" => "email",
        "auth" | "SecureAuth" => "authentication",
        "GUI" | "CLI" | "Admin" => "configuration",
        _ if name.contains("Authentication") => "authentication",
        _ => return,
    };
    event.event_category = Some(category.into());
}

/// What was decided, in any of the words for it.
fn decided(text: &str, event: &mut Event<'_>) {
    let text = text.to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    let outcome = match () {
        () if says(&["fail", "unsuccessful"]) => "failure",
        () if says(&["denied", "deny", "drop", "block", "reject"]) => "denied",
        () if text == "allow" || says(&["allowed", "accept", "passed"]) || text == "pass" => {
            "allowed"
        }
        () if says(&["success"]) => "success",
        () => return,
    };
    match outcome {
        "denied" | "allowed" if event.ext.get("event.type").is_none() => {
            columns::decide(outcome, event);
        }
        "failure" | "success" => event.event_outcome = Some(outcome.into()),
        _ => {}
    }
}

fn pair<'a>(key: &'a str, text: &'a str, event: &mut Event<'a>) {
    match key {
        "protocol" if !text.contains('/') => {
            event.network_transport = Some(columns::transport(text));
        }
        "severity" | "priority" => event.log_severity = named_severity(text),
        "recv_bytes" | "sent_bytes" | "recv_pkts" | "sent_pkts" | "size" | "status_code"
        | "statuscode" | "httpresponsecode" => {
            if let Ok(at) = KEYS.binary_search_by(|(name, _)| (*name).cmp(key))
                && let To::Field(name) = KEYS[at].1
            {
                add_int(name, text, event);
            }
        }
        "category" | "categoryname" => {
            add("rule.category", text, event);
            if let Some(category) = category::of(text) {
                event.ext.push("url.category", Value::Text(category.into()));
            }
        }
        "message" => event.message = text.into(),
        _ => match KEYS.binary_search_by(|(name, _)| (*name).cmp(key)) {
            Ok(at) => put(KEYS[at].1, Value::Text(text.into()), event),
            Err(_) => columns::keep(key, Value::Text(text.into()), event),
        },
    }
}
