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
use crate::columns;
use crate::header::Header;
use crate::memory::Memory;
use crate::place::{Gives, Plan, Read};
use common::event::{Event, Value, address};
use common::field::Column as C;
use std::borrow::Cow;
use std::sync::LazyLock;

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

/// What the format looks at itself.
const ASKED: [&str; 4] = ["srcaddr", "start", "end", "action"];

fn read<'a>(text: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    if let Some(mut header) = memory.header.take_if(|header| header.path == PATH) {
        let names = || header.fields.iter().map(String::as_str).collect::<Vec<_>>();
        let plan = header.plan.take().unwrap_or_else(|| plan(&names()));
        let mut values = [""; COLUMNS + 1];
        let values = &mut values[..=header.fields.len()];
        let count = columns::split(text, b' ', values);
        // Whose flow it was tells a row from any other line of as many words.
        let source = plan.place(0).map_or("", |at| values[at]);
        let is_row = count == header.fields.len() && (source == "-" || address(source).is_some());
        if is_row {
            fill(&plan, &values[..count], text, event);
        }
        header.plan = Some(plan);
        memory.header = Some(header);
        if is_row {
            return Ok(Found::ALL);
        }
    }
    let bytes = text.as_bytes();
    if bytes.get(1) == Some(&b' ') && matches!(bytes[0], b'2'..=b'9') {
        static PLAN: LazyLock<Plan> = LazyLock::new(|| plan(&DEFAULT));
        let mut values = [""; DEFAULT.len()];
        let count = columns::split(text, b' ', &mut values);
        let is_flow =
            values[2].starts_with("eni-") && matches!(values[13], "OK" | "NODATA" | "SKIPDATA");
        if is_flow {
            fill(&PLAN, &values[..count], text, event);
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
fn fill<'a>(plan: &Plan, row: &[&'a str], text: &'a str, event: &mut Event<'a>) {
    event.message = Cow::Borrowed(text);
    event.dataset = Some("aws.vpcflow".into());
    event.event_category = Some("network".into());
    let second = |nth| plan.asked(nth, row).and_then(|value| value.parse::<i64>().ok());
    let (start, end) = (second(1), second(2));
    if let Some(start) = start.or(end) {
        columns::epoch(start.saturating_mul(1_000_000), event);
    }
    plan.fill(row, event, |event| {
        if let Some(end) = end {
            let duration = end.saturating_sub(start.unwrap_or(end)).saturating_mul(1_000_000_000);
            event.ext.push("event.duration", Value::Int(duration));
        }
        if let Some(action) = plan.asked(3, row) {
            columns::decide(&columns::lower(Cow::Borrowed(action)), event);
        }
    });
}

fn plan(names: &[&str]) -> Plan {
    Plan::new(names, &ASKED, "event.", give)
}

/// Tells what a column means.
fn give(name: &str, give: &mut dyn FnMut(Gives)) {
    let mut field = |name: &'static str, read: Read| give(Gives::Field(name.into(), read));
    match name {
        "account-id" => field("cloud.account.id", plain),
        "action" => give(Gives::Column(C::EventAction, lower)),
        "az-id" => field("cloud.availability_zone", plain),
        "bytes" => field("network.bytes", number),
        "dstaddr" => give(Gives::Column(C::DestinationIp, plain)),
        "dstport" => give(Gives::Column(C::DestinationPort, plain)),
        "flow-direction" => field("network.direction", direction),
        "instance-id" => field("cloud.instance.id", plain),
        "interface-id" => field("observer.ingress.interface.name", plain),
        "log-status" => field("vpcflow.status", plain),
        "packets" => field("network.packets", number),
        "protocol" => {
            field("network.iana_number", plain);
            give(Gives::Column(C::NetworkTransport, |value| {
                Some(Value::Text(columns::transport(value)))
            }));
        }
        "region" => field("cloud.region", plain),
        "reject-reason" => field("event.reason", plain),
        "srcaddr" => give(Gives::Column(C::SourceIp, plain)),
        "srcport" => give(Gives::Column(C::SourcePort, plain)),
        "type" => field("network.type", lower),
        // The version of the columns says nothing of the flow; when it was is read elsewhere.
        "version" | "start" | "end" => {}
        _ => give(Gives::Field(own(name), plain)),
    }
}

/// The name of a column without a meaning; those of Amazon's are borrowed.
fn own(name: &str) -> Cow<'static, str> {
    const KNOWN: [&str; 9] = [
        "vpcflow.pkt_dst_aws_service",
        "vpcflow.pkt_dstaddr",
        "vpcflow.pkt_src_aws_service",
        "vpcflow.pkt_srcaddr",
        "vpcflow.sublocation_id",
        "vpcflow.subnet_id",
        "vpcflow.tcp_flags",
        "vpcflow.traffic_path",
        "vpcflow.vpc_id",
    ];
    let own = ["vpcflow.", &name.replace('-', "_")].concat();
    match KNOWN.iter().find(|known| **known == own) {
        Some(known) => Cow::Borrowed(known),
        None => Cow::Owned(own),
    }
}

fn plain(value: &str) -> Option<Value<'_>> {
    Some(Value::Text(Cow::Borrowed(value)))
}

fn lower(value: &str) -> Option<Value<'_>> {
    Some(Value::Text(columns::lower(Cow::Borrowed(value))))
}

fn number(value: &str) -> Option<Value<'_>> {
    value.parse().map_or_else(|_| plain(value), |number| Some(Value::Int(number)))
}

fn direction(value: &str) -> Option<Value<'_>> {
    plain(match value {
        "ingress" => "inbound",
        "egress" => "outbound",
        other => other,
    })
}
