//! The messages of Firepower Threat Defense that are pairs: 430001 to 430005.
//!
//! ```text
//! EventPriority: Low, DeviceUUID: x, AccessControlRuleAction: Allow, SrcIP: 192.0.2.7, DstIP: 198.51.100.1, SrcPort: 51234, …, Message: "a, b", …
//! ```
//!
//! 430001 is an intrusion, 430002 and 430003 begin and end a connection, 430004 is a file, 430005
//! malware. Well-known names fill columns, the others are `ftd.NAME`. A value in quotes may hold commas.
//!
//! What it does *not* know: the other messages.

use crate::columns::{self, To, put};
use common::event::{Event, Value};
use common::field::Column as C;

const TABLE: &[(&str, To)] = &[
    ("ACPolicy", To::Field("rule.ruleset")),
    ("AccessControlRuleName", To::Field("rule.name")),
    ("ApplicationProtocol", To::Field("network.protocol")),
    ("Classification", To::Field("rule.category")),
    ("DNSQuery", To::Field("dns.question.name")),
    ("DstIP", To::Column(C::DestinationIp)),
    ("DstPort", To::Column(C::DestinationPort)),
    ("EgressInterface", To::Field("observer.egress.interface.name")),
    ("EgressZone", To::Field("observer.egress.zone")),
    ("FileName", To::Field("file.name")),
    ("FileSHA256", To::Field("file.hash.sha256")),
    ("FileSize", To::Field("file.size")),
    ("HTTPReferer", To::Field("http.request.referrer")),
    ("HTTPResponse", To::Field("http.response.status_code")),
    ("IngressInterface", To::Field("observer.ingress.interface.name")),
    ("IngressZone", To::Field("observer.ingress.zone")),
    ("InitiatorBytes", To::Field("source.bytes")),
    ("InitiatorPackets", To::Field("source.packets")),
    ("Message", To::Field("rule.name")),
    ("ResponderBytes", To::Field("destination.bytes")),
    ("ResponderPackets", To::Field("destination.packets")),
    ("SID", To::Field("rule.id")),
    ("SrcIP", To::Column(C::SourceIp)),
    ("SrcPort", To::Column(C::SourcePort)),
    ("ThreatName", To::Field("rule.name")),
    ("URL", To::Url),
    ("User", To::Column(C::UserName)),
    ("UserAgent", To::Field("user_agent.original")),
];

/// Reads a message of pairs; false when it is another one.
pub(super) fn read<'a>(number: &str, body: &'a str, event: &mut Event<'a>) -> bool {
    let (category, action) = match number {
        "430001" => ("intrusion_detection", "intrusion"),
        "430002" => ("network", "connection-started"),
        "430003" => ("network", "connection-finished"),
        "430004" => ("file", "file-detected"),
        "430005" => ("malware", "malware-detected"),
        _ => return false,
    };
    event.event_category = Some(category.into());
    event.event_action = Some(action.into());
    let mut rest = body;
    while let Some((name, after)) = rest.split_once(": ") {
        let (value, after) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => after
                .split_once(", ")
                .map_or((after, ""), |(value, _)| (value, &after[value.len()..])),
        };
        rest = after.trim_start_matches([',', ' ']);
        pair(name.trim_ascii(), value.trim_ascii(), event);
    }
    true
}

fn pair<'a>(name: &'a str, value: &'a str, event: &mut Event<'a>) {
    if value.is_empty() {
        return;
    }
    match name {
        "Protocol" => event.network_transport = Some(columns::transport(value)),
        "AccessControlRuleAction" | "InlineResult" => {
            columns::decide(&value.to_ascii_lowercase(), event);
            event.ext.push(["ftd.", name].concat(), Value::Text(value.into()));
        }
        "User" if matches!(value, "No Authentication Required" | "Unknown") => {}
        _ => match TABLE.iter().find(|(known, _)| *known == name) {
            Some((_, to)) => {
                let is_number = matches!(to, To::Field(_)) && name != "SID";
                let number = value.parse().ok().filter(|_| is_number);
                put(*to, number.map_or(Value::Text(value.into()), Value::Int), event);
            }
            None => event.ext.push(["ftd.", name].concat(), Value::Text(value.into())),
        },
    }
}
