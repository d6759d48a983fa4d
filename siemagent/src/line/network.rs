//! Connections, datagrams and answers to DNS queries.
//!
//! The source of a connection is the end that began it, as Sysmon has it. What it does *not* know:
//! processes.

use super::Object;
use crate::dns::{Answers, Message};
use crate::kind::Kind;
use crate::process::Key;
use crate::record::{Body, Ends, Record, TextKind, flag};
use crate::system::errno_text;

pub(super) struct Place<'r> {
    pub(super) ends: &'r Ends,
    pub(super) protocol: u16,
    pub(super) error: i32,
}

pub(super) fn connection(
    object: &mut Object<'_>,
    record: &Record<'_>,
    place: &Place<'_>,
    names: &Answers,
    process: Key,
) {
    let Place { ends, error, .. } = *place;
    object.plain("Protocol", protocol(place.protocol));
    if record.kind == Kind::Listen {
        object.plain("SourceIp", &ends.local.to_string());
        object.number("SourcePort", ends.local_port.into());
        return;
    }
    let initiated = record.head.flags & flag::INITIATED != 0;
    object.truth("Initiated", initiated);
    let local = (ends.local, ends.local_port);
    let peer = (ends.peer, ends.peer_port);
    let (source, destination) = if initiated { (local, peer) } else { (peer, local) };
    // The first datagram of a socket may leave before it is bound.
    if source.1 != 0 {
        object.plain("SourceIp", &source.0.to_string());
        object.number("SourcePort", source.1.into());
    }
    object.plain("DestinationIp", &destination.0.to_string());
    object.number("DestinationPort", destination.1.into());
    if initiated && let Some((name, source)) = names.name(destination.0, process) {
        object.text("DestinationHostname", name);
        object.text("DestinationHostnameSource", source);
    }
    if error != 0 {
        object.text("outcome", "failure");
        if error > 0 {
            object.text("error", &errno_text(error));
        }
    } else if record.kind == Kind::Connect {
        object.text("outcome", "success");
    }
}

/// The peer that was asked for; a socket may have no address of its own yet.
pub(super) fn peer(object: &mut Object<'_>, place: &Place<'_>) {
    object.plain("Protocol", protocol(place.protocol));
    object.plain("DestinationIp", &place.ends.peer.to_string());
    object.number("DestinationPort", place.ends.peer_port.into());
}

fn protocol(number: u16) -> &'static str {
    if number == 17 { "udp" } else { "tcp" }
}

pub(super) fn query(object: &mut Object<'_>, record: &Record<'_>) {
    let Body::Dns { ref ends } = record.body else { return };
    object.plain("Protocol", "udp");
    object.plain("DestinationIp", &ends.peer.to_string());
    object.number("DestinationPort", ends.peer_port.into());
    let Some(text) = record.text(TextKind::Bytes) else { return };
    let Some(message) = Message::read(text.bytes) else {
        object.mark("malformed", true);
        return;
    };
    object.text("QueryName", &message.name);
    object.text("QueryType", &message.kind);
    object.text("QueryStatus", &message.status);
    object.list("QueryResults", &message.results);
    object.mark("truncated", text.cut || message.truncated);
}
