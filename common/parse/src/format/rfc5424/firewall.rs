//! What firewalls say in structured data: Juniper's, and Check Point's, which is none by the RFC.
//!
//! ```text
//! [junos@2636.1.1.1.2.135 source-address="192.0.2.7" source-port="50000" policy-name="allow-web" …]
//! [action:"Drop"; src:"192.0.2.7"; s_port:"50000"; dst:"198.51.100.9"; service:"23"; proto:"6"; …]
//! ```
//!
//! Juniper's parameters keep their names as all structured data does; Check Point's become
//! `checkpoint.NAME`. `N/A` and `UNKNOWN` say nothing.
//!
//! What it does *not* know: the messages beside them.

use super::quoted;
use crate::columns::{self, Table, To};
use common::event::{Event, Value};
use common::field::Column as C;
use std::borrow::Cow;

/// Pairs beyond this are left in the raw line.
const PAIRS: usize = 256;

const JUNOS: &Table = &[
    ("application", To::Field("network.application")),
    ("attack-name", To::Field("rule.name")),
    ("destination-address", To::Column(C::DestinationIp)),
    ("destination-port", To::Column(C::DestinationPort)),
    ("destination-zone-name", To::Field("observer.egress.zone")),
    ("nat-destination-address", To::Field("destination.nat.ip")),
    ("nat-source-address", To::Field("source.nat.ip")),
    ("policy-name", To::Field("rule.name")),
    ("reason", To::Field("event.reason")),
    ("source-address", To::Column(C::SourceIp)),
    ("source-port", To::Column(C::SourcePort)),
    ("source-zone-name", To::Field("observer.ingress.zone")),
    ("username", To::Column(C::UserName)),
];

const CHECK_POINT: &Table = &[
    ("dst", To::Column(C::DestinationIp)),
    ("ifname", To::Field("observer.ingress.interface.name")),
    ("product", To::Field("observer.product")),
    ("rule_name", To::Field("rule.name")),
    ("s_port", To::Column(C::SourcePort)),
    ("service", To::Column(C::DestinationPort)),
    ("src", To::Column(C::SourceIp)),
    ("src_user_name", To::Column(C::UserName)),
    ("user", To::Column(C::UserName)),
];

/// Fills what one of Juniper's parameters means.
pub(super) fn junos(name: &str, value: &str, event: &mut Event<'_>) {
    if name == "protocol-id" {
        protocol(value, event);
    } else if name == "action" {
        decide(value, event);
    } else {
        fill(JUNOS, name, value, event);
    }
}

/// What Juniper's message id says was done.
pub(super) fn junos_event(msgid: &str, event: &mut Event<'_>) {
    let action = match msgid.rsplit('_').next() {
        Some("CREATE" | "CLOSE") if msgid.contains("SESSION") => "allowed",
        Some("DENY") => "denied",
        _ => return,
    };
    event.event_category = Some("network".into());
    event.event_action = Some("session".into());
    columns::decide(action, event);
}

/// Reads `[name:"value"; …]` to its end. Nothing is filled where the text is anything else.
pub(super) fn check_point(line: &str, at: usize, event: &mut Event<'_>) -> bool {
    let Some(pairs) = pairs(line, at) else { return false };
    event.event_category = Some("network".into());
    for (name, value) in pairs {
        check_point_pair(name, value, event);
    }
    true
}

/// Fills what one of Check Point's pairs means.
pub(in crate::format) fn check_point_pair(name: &str, value: String, event: &mut Event<'_>) {
    match name {
        "action" => {
            event.event_action = Some(Cow::Owned(value.to_ascii_lowercase()));
            decide(&value, event);
        }
        "proto" => protocol(&value, event),
        _ => fill(CHECK_POINT, name, &value, event),
    }
    columns::keep(format!("checkpoint.{name}"), Value::Text(Cow::Owned(value)), event);
}

fn pairs(line: &str, at: usize) -> Option<Vec<(&str, String)>> {
    let mut rest = at + 1;
    let mut pairs = Vec::new();
    while pairs.len() < PAIRS {
        let (name, _) = line.get(rest..)?.split_once(":\"").filter(|(name, _)| is_name(name))?;
        let (value, end) = quoted(line, rest + name.len() + 1)?;
        pairs.push((name, value));
        let after = line.get(end..)?;
        if matches!(after, "]" | "; ]" | ";]") || after.starts_with("] ") {
            return Some(pairs);
        }
        rest = end + after.strip_prefix("; ").map(|_| 2)?;
    }
    None
}

fn is_name(name: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    !name.is_empty() && name.len() <= 128 && name.bytes().all(known)
}

fn protocol(value: &str, event: &mut Event<'_>) {
    event.network_transport = Some(Cow::Owned(columns::transport(value).into_owned()));
}

fn decide(value: &str, event: &mut Event<'_>) {
    columns::decide(&value.to_ascii_lowercase(), event);
}

fn fill(table: &'static Table, name: &str, value: &str, event: &mut Event<'_>) {
    let says = !matches!(value, "" | "N/A" | "UNKNOWN" | "None");
    if let Some((_, to)) = table.iter().find(|(known, _)| *known == name && says) {
        columns::put(*to, Value::Text(Cow::Owned(value.to_owned())), event);
    }
}
