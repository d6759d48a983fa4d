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

/// What one of Check Point's names means that fills one field as it is.
fn check_point_meaning(name: &str) -> Option<To> {
    Some(match name {
        "dst" => To::Column(C::DestinationIp),
        "ifname" => To::Field("observer.ingress.interface.name"),
        "product" => To::Field("observer.product"),
        "rule_name" => To::Field("rule.name"),
        "s_port" => To::Column(C::SourcePort),
        "service" => To::Column(C::DestinationPort),
        "src" => To::Column(C::SourceIp),
        "src_user_name" => To::Column(C::UserName),
        "user" => To::Column(C::UserName),
        _ => return None,
    })
}

/// Fills what one of Juniper's parameters means.
pub(super) fn junos(name: &str, value: &str, event: &mut Event<'_>) {
    if name == "protocol-id" {
        event.network_transport = Some(columns::transport_of(Cow::Owned(value.to_owned())));
    } else if name == "action" {
        columns::decide_cased(value, event);
    } else if let Some((_, to)) = JUNOS.iter().find(|(known, _)| *known == name) {
        fill(*to, Cow::Owned(value.to_owned()), event);
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
        check_point_pair(name, Cow::Owned(value), event);
    }
    true
}

/// Fills what one of Check Point's pairs means.
pub(in crate::format) fn check_point_pair<'a>(
    name: &str,
    value: Cow<'a, str>,
    event: &mut Event<'a>,
) {
    match name {
        "action" => {
            event.event_action = Some(columns::lower(value.clone()));
            columns::decide_cased(&value, event);
        }
        "proto" => event.network_transport = Some(columns::transport_of(value.clone())),
        _ => {
            if let Some(to) = check_point_meaning(name) {
                fill(to, value.clone(), event);
            }
        }
    }
    event.ext.push(kept(name), Value::Text(value));
}

/// The name under which one of Check Point's pairs is kept; that of a usual one without a copy.
fn kept(name: &str) -> Cow<'static, str> {
    const PREFIX: &str = "checkpoint.";
    let mut names = USUAL.iter().filter(|usual| usual.len() == PREFIX.len() + name.len());
    match names.find(|usual| usual.ends_with(name)) {
        Some(usual) => Cow::Borrowed(usual),
        None => Cow::Owned([PREFIX, name].concat()),
    }
}

/// The names that nearly all of Check Point's records have.
const USUAL: [&str; 44] = [
    "checkpoint.action",
    "checkpoint.origin",
    "checkpoint.src",
    "checkpoint.dst",
    "checkpoint.s_port",
    "checkpoint.service",
    "checkpoint.proto",
    "checkpoint.product",
    "checkpoint.rule",
    "checkpoint.rule_name",
    "checkpoint.rule_uid",
    "checkpoint.rule_action",
    "checkpoint.ifname",
    "checkpoint.ifdir",
    "checkpoint.loguid",
    "checkpoint.logid",
    "checkpoint.layer_name",
    "checkpoint.layer_uuid",
    "checkpoint.originsicname",
    "checkpoint.sequencenum",
    "checkpoint.version",
    "checkpoint.flags",
    "checkpoint.inzone",
    "checkpoint.outzone",
    "checkpoint.service_id",
    "checkpoint.match_id",
    "checkpoint.parent_rule",
    "checkpoint.policy_name",
    "checkpoint.policy_mgmt",
    "checkpoint.policy_id_tag",
    "checkpoint.conn_direction",
    "checkpoint.contextnum",
    "checkpoint.db_tag",
    "checkpoint.xlatesrc",
    "checkpoint.xlatedst",
    "checkpoint.xlatesport",
    "checkpoint.xlatedport",
    "checkpoint.nat_rulenum",
    "checkpoint.nat_addtnl_rulenum",
    "checkpoint.user",
    "checkpoint.src_user_name",
    "checkpoint.src_machine_name",
    "checkpoint.severity",
    "checkpoint.message_info",
];

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

fn fill<'a>(to: To, value: Cow<'a, str>, event: &mut Event<'a>) {
    if !matches!(value.as_ref(), "" | "N/A" | "UNKNOWN" | "None") {
        columns::put(to, Value::Text(value), event);
    }
}
