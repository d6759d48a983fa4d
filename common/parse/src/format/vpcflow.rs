//! Amazon VPC and transit gateway flow logs.
//!
//! ```text
//! 2 123456789010 eni-1235b8ca 203.0.113.12 172.31.16.139 43416 22 6 20 4249 1418530010 1418530070 ACCEPT OK
//! version vpc-id interface-id account-id srcaddr dstaddr … flow-direction        a header, in any order
//! 5 vpc-abcd eni-1235b8ca 123456789010 52.213.180.42 10.0.0.62 … ingress
//! ```
//!
//! Without a header the columns are those of version 2, and what follows them stays in the message.
//! A header names the columns of the lines after it and is part of the source's state. `-` is absent;
//! fields without a meaning of their own are `vpcflow.NAME`.
//!
//! What it does *not* know: lines in columns of one's own without their header.

use super::spec::{Found, Miss, Spec};
use crate::columns::{self, To, put};
use crate::header::Header;
use crate::memory::Memory;
use common::event::{Event, Value, address};
use common::field::Column as C;
use std::borrow::Cow;

/// A header's name, a number, an address, `-`, a word of Amazon's.
pub(super) const SPEC: Spec = Spec::payload(read).first(b"-0123456789:ACEINORSTabcdefgilmprstuv");

/// What marks a header as one of this format.
const PATH: &str = "vpcflow";
/// Columns beyond this stay in the raw line, and so do names longer than this together.
const COLUMNS: usize = 64;
const NAMES: usize = 2 << 10;

/// The columns of version 2.
const DEFAULT: [&str; 14] = [
    "version",
    "account-id",
    "interface-id",
    "srcaddr",
    "dstaddr",
    "srcport",
    "dstport",
    "protocol",
    "packets",
    "bytes",
    "start",
    "end",
    "action",
    "log-status",
];

/// Names and their meanings, sorted.
const TABLE: &[(&str, To)] = &[
    ("account-id", To::Field("cloud.account.id")),
    ("az-id", To::Field("cloud.availability_zone")),
    ("dstaddr", To::Column(C::DestinationIp)),
    ("dstport", To::Column(C::DestinationPort)),
    ("instance-id", To::Field("cloud.instance.id")),
    ("interface-id", To::Field("observer.ingress.interface.name")),
    ("log-status", To::Field("vpcflow.status")),
    ("region", To::Field("cloud.region")),
    ("reject-reason", To::Field("event.reason")),
    ("srcaddr", To::Column(C::SourceIp)),
    ("srcport", To::Column(C::SourcePort)),
];

fn read<'a>(text: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    if let Some(header) = memory.header.take_if(|header| header.path == PATH) {
        let names = header.fields.iter().map(String::as_str);
        // Whose flow it was tells a row from any other line of as many words.
        let source = names.clone().zip(text.split(' ')).find(|(name, _)| *name == "srcaddr");
        let is_row = source.is_some_and(|(_, ip)| ip == "-" || address(ip).is_some())
            && text.split(' ').count() == header.fields.len();
        if is_row {
            fill(names.zip(text.split(' ')), text, event);
        }
        memory.header = Some(header);
        if is_row {
            return Ok(Found::ALL);
        }
    }
    let bytes = text.as_bytes();
    if bytes.get(1) == Some(&b' ') && matches!(bytes[0], b'2'..=b'9') {
        let mut words = text.split(' ');
        let is_flow = words.nth(2).is_some_and(|interface| interface.starts_with("eni-"))
            && matches!(words.nth(10), Some("OK" | "NODATA" | "SKIPDATA"));
        if is_flow {
            fill(DEFAULT.into_iter().zip(text.split(' ')), text, event);
            return Ok(Found::ALL);
        }
    }
    if !is_header(text) {
        return Miss::at(0, "a VPC flow (2 account eni-…) or its header");
    }
    let fields = text.split(' ').map(str::to_owned).collect();
    memory.header = Some(Header { path: PATH.to_owned(), fields, ..Header::default() });
    event.dataset = Some("aws.vpcflow.header".into());
    event.message = Cow::Borrowed(text);
    Ok(Found::ALL)
}

/// Whether a line names columns, known ones among them. Most texts end unlike any name.
fn is_header(text: &str) -> bool {
    let may_stand =
        |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b' ');
    text.len() <= NAMES
        && text.as_bytes().first().is_some_and(u8::is_ascii_lowercase)
        && text.bytes().rev().all(may_stand)
        && text.split(' ').all(|word| !word.is_empty())
        && text.split(' ').count() <= COLUMNS
        && text.split(' ').any(|word| word == "srcaddr")
        && text.split(' ').any(|word| matches!(word, "dstaddr" | "action" | "log-status"))
}

/// Fills what the columns of a row say.
fn fill<'a, 'n>(
    columns: impl Iterator<Item = (&'n str, &'a str)>,
    text: &'a str,
    event: &mut Event<'a>,
) {
    event.message = Cow::Borrowed(text);
    event.dataset = Some("aws.vpcflow".into());
    event.event_category = Some("network".into());
    let (mut start, mut end) = (None, None);
    for (name, value) in columns.filter(|(_, value)| !matches!(*value, "-" | "")) {
        match name {
            "start" => start = value.parse::<i64>().ok(),
            "end" => end = value.parse::<i64>().ok(),
            _ => field(name, value, event),
        }
    }
    if let Some(start) = start.or(end) {
        columns::epoch(start.saturating_mul(1_000_000), event);
        if let Some(end) = end {
            let duration = end.saturating_sub(start).saturating_mul(1_000_000_000);
            event.ext.push("event.duration", Value::Int(duration));
        }
    }
}

fn field<'a>(name: &str, value: &'a str, event: &mut Event<'a>) {
    match name {
        "protocol" => {
            event.network_transport = Some(columns::transport(value));
            columns::add("network.iana_number", value, event);
        }
        "action" => {
            let action = columns::lower(Cow::Borrowed(value));
            columns::decide(&action, event);
            event.event_action = Some(action);
        }
        "bytes" => columns::add_int("network.bytes", value, event),
        "packets" => columns::add_int("network.packets", value, event),
        "type" => {
            event.ext.push("network.type", Value::Text(columns::lower(Cow::Borrowed(value))));
        }
        "flow-direction" => {
            let way = match value {
                "ingress" => "inbound",
                "egress" => "outbound",
                other => other,
            };
            columns::add("network.direction", way, event);
        }
        // The version of the columns says nothing of the flow.
        "version" => {}
        _ => match TABLE.binary_search_by(|(known, _)| (*known).cmp(name)) {
            Ok(at) => put(TABLE[at].1, Value::Text(Cow::Borrowed(value)), event),
            Err(_) => {
                let name = ["vpcflow.", &name.replace('-', "_")].concat();
                event.ext.push(name, Value::Text(Cow::Borrowed(value)));
            }
        },
    }
}
