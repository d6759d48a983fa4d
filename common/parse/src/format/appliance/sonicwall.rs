//! SonicWall's firewalls, which write pairs.
//!
//! ```text
//! id=firewall sn=… time="2021-02-05 01:02:03 UTC" fw=… pri=6 m=1153 msg="…" src=10.1.2.3:3080:X6-V80 dst=10.2.3.4:50005:X1 proto=tcp/50005 …
//! ```
//!
//! SonicWall may put a relay's address in front. Well-known keys fill columns; all others keep
//! their names.
//!
//! What it does *not* know: the thousands of message numbers.

use super::super::spec::{Found, Miss, Spec};
use crate::category;
use crate::columns::{self, add, add_int, decide, lower};
use crate::memory::Memory;
use crate::pair::pairs;
use crate::stamp;
use common::event::{Event, Value, address};
use std::borrow::Cow;

pub(in crate::format) const SPEC: Spec = Spec::payload(read).first(b" i0123456789");

fn read<'a>(text: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let own = text.trim_start();
    let own = match own.split_once(' ') {
        Some((relay, rest)) if rest.trim_start().starts_with("id=") && address(relay).is_some() => {
            rest.trim_start()
        }
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
            put_pair(key, value, memory, event);
        }
    }
    event.ext.push("observer.vendor", Value::Text("SonicWall".into()));
    Ok(Found::ALL)
}

fn put_pair<'a>(key: &'a str, text: &'a str, memory: &mut Memory, event: &mut Event<'a>) {
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
