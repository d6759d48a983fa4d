//! WatchGuard's Fireware: packets, proxies and what administrators and users do.
//!
//! ```text
//! msg_id="3000-0148" Allow 1-Trusted 0-External 52 tcp 20 127 192.0.2.7 198.51.100.1 51234 443 offset 8 S 123 win 32 (HTTPS-00)
//! msg_id="3000-0148" Deny 0-External Firebox 84 icmp 20 63 192.0.2.7 198.51.100.1 8 0 (Ping-00)
//! msg_id="1AFF-0024" Allow 1-Trusted 0-External tcp 192.0.2.7 198.51.100.1 51234 80 msg="HTTP request" op="GET" dstname="www.example.com" arg="/a" … (HTTP-proxy-00)
//! msg_id="3E00-0002" Management user admin@Firebox-DB from 192.0.2.7 logged in
//! ```
//!
//! A packet's length, header and hops stand between the interfaces and the addresses; a proxy's record
//! has pairs, which keep their names unless they are well known. The policy stands in brackets at the end.
//!
//! What it does *not* know: stamps and hosts, which stand in front; the second stamp of newer devices
//! belongs to the program's tag and is taken off it.

use super::super::spec::{Found, Miss, Next, Spec};
use crate::columns::{self, To, put};
use crate::mark::{last, once, parts};
use crate::memory::Memory;
use crate::pair::pairs;
use common::event::{Event, Value, address};
use common::field::Column as C;
use std::borrow::Cow;

pub(in crate::format) const SPEC: Spec = Spec::payload(read).first(b"m");

/// Names of pairs, and their meanings.
const TABLE: &[(&str, To)] = &[
    ("app_name", To::Field("network.application")),
    ("arg", To::Url),
    ("dst_user", To::Column(C::UserTargetName)),
    ("dstname", To::Field("url.domain")),
    ("op", To::Field("http.request.method")),
    ("rcvd_bytes", To::Field("destination.bytes")),
    ("sent_bytes", To::Field("source.bytes")),
    ("sig_vers", To::Field("rule.version")),
    ("signature_id", To::Field("rule.id")),
    ("signature_name", To::Field("rule.name")),
    ("src_user", To::Column(C::UserName)),
    ("virus", To::Field("rule.name")),
];

fn read<'a>(text: &'a str, _memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let front = text.strip_prefix("msg_id=\"").and_then(|rest| once(rest, "\" "));
    let Some((code, body)) = front.filter(|(code, _)| code.len() == 9) else {
        return Miss::at(0, "WatchGuard's message number (msg_id=\"3000-0148\")");
    };
    if let Some(Cow::Borrowed(name)) = event.process_name
        && let Some((_, own)) = name.split_once(") ").filter(|_| name.starts_with('('))
    {
        event.process_name = Some(Cow::Borrowed(own));
    }
    event.dataset = Some("watchguard.fireware".into());
    event.event_code = Some(code.into());
    event.message = Cow::Borrowed(body);
    event.ext.reserve(8);
    event.ext.push("observer.vendor", Value::Text("WatchGuard".into()));
    let verdict = parts(body, [b' ']).next().unwrap_or_default();
    match verdict {
        "Allow" | "Deny" => packet(body, event),
        _ => user(body, event),
    }
    Ok(Found { next: Next::Text, ..Found::default() })
}

fn packet<'a>(body: &'a str, event: &mut Event<'a>) {
    event.event_category = Some("network".into());
    let mut words = parts(body, [b' ']).filter(|word| !word.is_empty());
    let verdict = words.next().unwrap_or_default();
    let action = columns::lower(Cow::Borrowed(verdict));
    columns::decide(&action, event);
    event.event_action = Some(action);
    columns::add("observer.ingress.interface.name", words.next().unwrap_or_default(), event);
    columns::add("observer.egress.interface.name", words.next().unwrap_or_default(), event);
    // A length or none, a protocol, numbers or none, two addresses, two ports.
    let mut word = words.next().unwrap_or_default();
    if let Ok(length) = word.parse() {
        event.ext.push("network.bytes", Value::Int(length));
        word = words.next().unwrap_or_default();
    }
    event.network_transport = Some(columns::transport(word));
    let mut words = words.skip_while(|word| address(word).is_none());
    let mut next = || words.next().unwrap_or_default();
    (event.source_ip, event.destination_ip) = (address(next()), address(next()));
    let (from, to) = (next(), next());
    if !matches!(word, "icmp" | "icmpv6") {
        (event.source_port, event.destination_port) = (from.parse().ok(), to.parse().ok());
    }
    let policy = body.strip_suffix(')').and_then(|front| last(front, " ("));
    columns::add("rule.name", policy.map_or("", |(_, name)| name), event);
    for (key, value) in pairs(policy.map_or(body, |(front, _)| front)) {
        match TABLE.iter().find(|(known, _)| *known == key) {
            Some((_, to)) => {
                let number = value.parse().ok().filter(|_| key.ends_with("_bytes"));
                put(*to, number.map_or(Value::Text(value.into()), Value::Int), event);
            }
            None => columns::keep(key, Value::Text(value.into()), event),
        }
    }
    if body.contains(" op=\"") {
        event.event_category = Some("web".into());
    }
    if body.contains("signature_id=\"") || body.contains("virus=\"") {
        event.event_category = Some("intrusion_detection".into());
    }
}

/// `Management user admin@Firebox-DB from 192.0.2.7 logged in`,
/// `Authentication of SSLVPN user [anna@Firebox-DB] from 192.0.2.7 was rejected, …`.
fn user<'a>(body: &'a str, event: &mut Event<'a>) {
    event.event_category = Some("host".into());
    let Some((_, rest)) = body.split_once(" user ") else { return };
    // A name may hold anything; the last word for an address counts.
    let Some((name, behind)) = rest.rsplit_once(" from ") else { return };
    let name = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    let (name, domain) = name.rsplit_once('@').unwrap_or((name, ""));
    event.user_name = Some(name.into());
    columns::add("user.domain", domain, event);
    event.source_ip = behind.split([' ', ',']).next().and_then(address);
    event.event_category = Some("authentication".into());
    let (action, outcome) = match () {
        () if behind.contains("logged out") => ("logout", Some("success")),
        () if behind.contains("rejected") || behind.contains("denied") => {
            ("login", Some("failure"))
        }
        () if behind.contains("logged in") || behind.contains("accepted") => {
            ("login", Some("success"))
        }
        () => ("login", None),
    };
    event.event_action = Some(action.into());
    event.event_outcome = outcome.map(Cow::Borrowed);
}
