//! Samba's authentication audit as text, which has its stamp inside.
//!
//! ```text
//!   Auth: [SMB2,(null)] user [DOMAIN]\[name] at [Thu, 14 Oct 2021 15:24:12.023984 UTC] with [NTLMv2] status …
//! ```
//!
//! The same as JSON, with every field:
//!
//! ```text
//! {"timestamp":"2026-06-14T15:16:01.1+0200","type":"Authentication","Authentication":{"status":"NT_STATUS_OK","remoteAddress":"ipv4:192.0.2.7:4022","clientAccount":"anna",…}}
//! ```
//!
//! Domain and name are the client's text, and Samba does not escape brackets in them: the stamp is
//! the last one that ` at [` and `] with [` enclose.
//!
//! What it does *not* know: the rest of the line; helpers read it.

use super::spec::{Found, Miss, Spec};
use crate::columns::{self, Table, To};
use crate::memory::Memory;
use crate::source::Source as _;
use crate::stamp::written::{self, When};
use common::event::{Event, Object, address};
use common::field::Column as C;
use std::net::IpAddr;

pub(super) const SPEC: Spec = Spec::payload(read).first(b" A");
pub(super) const JSON: Spec = Spec::object(json, &[&["type"], &["timestamp"]]);

const TABLE: &Table = &[
    ("Authentication.clientAccount", To::Column(C::UserName)),
    ("Authorization.account", To::Column(C::UserName)),
    ("dsdbChange.userSid", To::Field("user.id")),
    ("passwordChange.userSid", To::Field("user.id")),
    ("Authentication.workstation", To::Field("source.domain")),
    ("Authentication.serviceDescription", To::Field("network.protocol")),
    ("Authorization.serviceDescription", To::Field("network.protocol")),
    ("Authentication.eventId", To::Column(C::EventCode)),
    ("passwordChange.eventId", To::Column(C::EventCode)),
];

/// Where each kind of record has its peers and its result.
const KINDS: [(&str, [&str; 3], &str); 5] = [
    (
        "Authentication",
        ["Authentication.remoteAddress", "Authentication.localAddress", "Authentication.status"],
        "authentication",
    ),
    ("Authorization", ["Authorization.remoteAddress", "Authorization.localAddress", ""], "session"),
    ("dsdbChange", ["dsdbChange.remoteAddress", "", "dsdbChange.status"], "iam"),
    ("groupChange", ["groupChange.remoteAddress", "", "groupChange.status"], "iam"),
    ("passwordChange", ["passwordChange.remoteAddress", "", "passwordChange.status"], "iam"),
];

fn json<'a>(
    fields: &Object<'a>,
    memory: &mut Memory,
    event: &mut Event<'a>,
) -> Result<Found, Miss> {
    let kind = fields.text("type").unwrap_or_default();
    let Some((kind, [remote, local, status], category)) = KINDS
        .iter()
        .find(|(known, ..)| *known == kind)
        .filter(|(_, [remote, ..], _)| fields.has(remote))
    else {
        return Miss::at(0, "Samba's audit (type, Authentication.remoteAddress)");
    };
    if !fields.text("timestamp").is_some_and(|time| columns::iso_time(time, memory, event)) {
        return Miss::at(0, "Samba's audit (timestamp)");
    }
    event.dataset = Some("linux.samba".into());
    event.process_name.get_or_insert("smbd".into());
    event.event_category = Some((*category).into());
    event.event_action = Some((*kind).into());
    columns::fill(fields, TABLE, event);
    if let Some((ip, port)) = fields.text(remote).and_then(endpoint) {
        (event.source_ip, event.source_port) = (Some(ip), Some(port));
    }
    if let Some((ip, port)) = fields.text(local).and_then(endpoint) {
        (event.destination_ip, event.destination_port) = (Some(ip), Some(port));
    }
    event.event_outcome = match fields.text(status) {
        Some("NT_STATUS_OK" | "Success") => Some("success".into()),
        Some(_) => Some("failure".into()),
        None => None,
    };
    Ok(Found::default())
}

/// Reads `ipv4:192.0.2.7:4022`.
fn endpoint(text: &str) -> Option<(IpAddr, u16)> {
    let rest = text.strip_prefix("ipv4:").or_else(|| text.strip_prefix("ipv6:"))?;
    let (ip, port) = rest.rsplit_once(':')?;
    Some((address(ip)?, port.parse().ok()?))
}

fn read<'a>(line: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let start = line.len() - line.trim_start_matches(' ').len();
    if !line[start..].starts_with("Auth: [") {
        return Miss::at(start, "Auth: [");
    }
    let Some((close, _)) =
        line.rmatch_indices("] with [").find(|(close, _)| open(line, *close).is_some())
    else {
        return Miss::at(start, "a stamp between \" at [\" and \"] with [\"");
    };
    let open = open(line, close).unwrap_or(close);
    let Some((When::Full(stamp), end)) = written::read(line.as_bytes(), open) else {
        return Miss::at(open, "a stamp (Thu, 14 Oct 2021 15:24:12 UTC)");
    };
    (event.time, event.time_quality) = memory.instant(stamp);
    event.process_name.get_or_insert("smbd".into());
    event.dataset.get_or_insert("linux.samba".into());
    event.message = line[start..].into();
    Ok(Found { stamp: (open, end), ..Found::default() })
}

/// Where the stamp begins that ends at a column.
fn open(line: &str, close: usize) -> Option<usize> {
    let open = line[..close].rfind(" at [")? + 5;
    let (when, end) = written::read(line.as_bytes(), open)?;
    (end == close && matches!(when, When::Full(_))).then_some(open)
}
