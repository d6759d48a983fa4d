//! pf's packet log as OPNsense and pfSense write it to syslog.
//!
//! ```text
//! rule,sub,anchor,tracker,interface,reason,action,direction,4,tos,ecn,ttl,id,offset,flags,17,udp,length,source,destination,sport,dport,data
//! rule,sub,anchor,tracker,interface,reason,action,direction,6,class,label,hops,udp,17,length,source,destination,sport,dport,data
//! …,sport,dport,data,tcp flags,sequence,ack,window,urgent,options                       TCP
//! …,type,…                                                                             ICMP
//! ```
//!
//! What it does *not* know: rules' names.

use super::spec::{Found, Miss, Spec};
use crate::columns::{add, add_int, decide, direction, lower, split};
use crate::memory::Memory;
use common::event::{Event, Value, address};
use std::borrow::Cow;

pub(super) const SPEC: Spec = Spec::payload(read).first(b"0123456789");

/// How many columns are looked at.
const COLUMNS: usize = 32;

fn read<'a>(text: &'a str, _calendar: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let is_ours = event.process_name.as_deref() == Some("filterlog");
    let number = text.bytes().take_while(u8::is_ascii_digit).count();
    if text.as_bytes().get(number) != Some(&b',') {
        return Miss::at(0, "a packet (rule,…,action,direction,4,…)");
    }
    let mut parts = [""; COLUMNS];
    let count = split(text, b',', &mut parts);
    let mut fields = parts[..count].iter().copied();
    let mut next = || fields.next().unwrap_or_default();
    let [rule, sub, anchor, tracker, interface, reason, action, way, version] =
        std::array::from_fn(|_| next());
    if !matches!(version, "4" | "6") || !matches!(way, "in" | "out" | "inout") {
        return Miss::at(0, "a packet (rule,…,action,direction,4,…)");
    }
    if !is_ours && !matches!(action, "pass" | "block" | "reject" | "rdr" | "nat") {
        return Miss::at(0, "a packet (action pass or block)");
    }
    event.dataset = Some("pf.filterlog".into());
    event.event_category = Some("network".into());
    event.event_action = Some(action.into());
    event.ext.reserve(24);
    add("event.reason", reason, event);
    decide(action, event);
    let mut packet = Packet::default();
    if version == "4" {
        let [tos, ecn, ttl, id, offset, flags, number, protocol, length] =
            std::array::from_fn(|_| next());
        packet = Packet { tos, ecn, ttl, id, offset, flags, number, protocol, length };
    } else {
        let [tos, ecn, ttl, protocol, number, length] = std::array::from_fn(|_| next());
        packet = Packet { tos, ecn, ttl, number, protocol, length, ..packet };
    }
    let (source, destination) = (next(), next());
    event.source_ip = address(source);
    event.destination_ip = address(destination);
    event.network_transport = Some(lower(Cow::Borrowed(packet.protocol)));
    add_int("network.bytes", packet.length, event);
    if let Some(way) = direction(way) {
        event.ext.push("network.direction", way);
    }
    add("network.iana_number", packet.number, event);
    let kind = if version == "4" { "ipv4" } else { "ipv6" };
    event.ext.push("network.type", Value::Text(kind.into()));
    let side = match way {
        "out" => "observer.egress.interface.name",
        _ => "observer.ingress.interface.name",
    };
    add(side, interface, event);
    add("pf.anchor", anchor, event);
    fill_transport(&mut fields, packet.protocol, event);
    add("pf.ecn", packet.ecn, event);
    add("pf.flags", packet.flags, event);
    add_int("pf.id", packet.id, event);
    add_int("pf.offset", packet.offset, event);
    add("pf.subrule", sub, event);
    add("pf.tos", packet.tos, event);
    add("pf.tracker", tracker, event);
    add_int("pf.ttl", packet.ttl, event);
    add("rule.id", rule, event);
    Ok(Found::ALL)
}

/// What an IP header says.
#[derive(Default)]
struct Packet<'a> {
    tos: &'a str,
    ecn: &'a str,
    ttl: &'a str,
    id: &'a str,
    offset: &'a str,
    flags: &'a str,
    number: &'a str,
    protocol: &'a str,
    length: &'a str,
}

/// Reads what differs by protocol.
fn fill_transport<'a>(
    fields: &mut impl Iterator<Item = &'a str>,
    protocol: &str,
    event: &mut Event<'a>,
) {
    let mut next = || fields.next().unwrap_or_default();
    match event.network_transport.as_deref() {
        Some("tcp" | "udp" | "sctp") => {
            event.source_port = next().parse().ok();
            event.destination_port = next().parse().ok();
            add_int("pf.data_length", next(), event);
            if protocol.eq_ignore_ascii_case("tcp") {
                let [flags, sequence, ack, window, urgent, options] =
                    std::array::from_fn(|_| next());
                add("pf.tcp.ack", ack, event);
                add("pf.tcp.flags", flags, event);
                add("pf.tcp.options", options, event);
                add("pf.tcp.sequence", sequence, event);
                add("pf.tcp.urgent", urgent, event);
                add_int("pf.tcp.window", window, event);
            }
        }
        Some("icmp" | "ipv6-icmp" | "icmp6" | "icmpv6") => add("pf.icmp.type", next(), event),
        _ => {}
    }
}
