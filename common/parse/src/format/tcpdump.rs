//! Packets as `tcpdump -n` prints them, one a line.
//!
//! ```text
//! 15:16:01.123456 IP 192.0.2.7.4022 > 198.51.100.1.22: Flags [S], seq 1, win 64240, length 0
//! 2026-06-14 15:16:01.123456 eth0 In  IP6 2001:db8::7.53 > 2001:db8::1.1024: UDP, length 40        -tttt, -i any
//! 1781450161.123456 IP 192.0.2.7 > 198.51.100.1: ICMP echo request, id 7, seq 1, length 64         -tt
//! ```
//!
//! A stamp without a date is of the day of reading, and its quality says so. The message is what
//! follows the addresses.
//!
//! What it does *not* know: packets on several lines (`-v`), names of hosts and ports.

use super::{Found, Miss, Spec};
use crate::columns::{self, add};
use crate::memory::Memory;
use crate::stamp::{self, Stamp};
use common::clock::DAY;
use common::event::{Event, TimeQuality, Value, address};
use std::borrow::Cow;
use std::net::IpAddr;

pub(super) const SPEC: Spec = Spec::line(read).first(b"0123456789");

/// When a line says its packet passed.
enum When {
    Full(Stamp),
    Day(i64),
    Epoch(i64),
}

fn read<'a>(text: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let Some((when, end)) = when(text) else {
        return Miss::at(0, "a stamp (15:16:01.123456)");
    };
    let Some((head, rest)) = text[end..].split_once(" > ") else {
        return Miss::at(end, "two addresses ( > )");
    };
    let mut words = head.split_ascii_whitespace().rev();
    let (source, family) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let Some((target, body)) = rest.split_once(": ").filter(|_| matches!(family, "IP" | "IP6"))
    else {
        return Miss::at(end, "IP or IP6");
    };
    let (Some((source, source_port)), Some((target, target_port))) =
        (endpoint(source), endpoint(target))
    else {
        return Miss::at(end, "addresses in numbers (tcpdump -n)");
    };
    let (way, interface) = match (words.next(), words.next()) {
        (Some(way @ ("In" | "Out")), Some(interface)) => (way, interface),
        _ => ("", ""),
    };
    match when {
        When::Full(at) => (event.time, event.time_quality) = memory.instant(at),
        When::Epoch(micros) => columns::epoch(micros, event),
        When::Day(time) => {
            let day = event.time.0.div_euclid(DAY) * DAY;
            (event.time, _) = memory.instant(Stamp { wall: day + time, offset: None });
            event.time_quality = TimeQuality::YearInferred;
        }
    }
    event.dataset = Some("tcpdump.packet".into());
    event.event_category = Some("network".into());
    event.message = Cow::Borrowed(body);
    (event.source_ip, event.source_port) = (Some(source), source_port);
    (event.destination_ip, event.destination_port) = (Some(target), target_port);
    event.network_transport = transport(body, source_port.is_some());
    if let Some(length) = body
        .rsplit("length ")
        .next()
        .and_then(|length| length.split(|char: char| !char.is_ascii_digit()).next()?.parse().ok())
    {
        event.ext.push("network.bytes", Value::Int(length));
    }
    if let Some(way) = columns::direction(&way.to_ascii_lowercase()) {
        event.ext.push("network.direction", way);
    }
    let kind = if family == "IP" { "ipv4" } else { "ipv6" };
    event.ext.push("network.type", Value::Text(kind.into()));
    add("observer.ingress.interface.name", interface, event);
    if let Some((flags, _)) = body.strip_prefix("Flags [").and_then(|rest| rest.split_once(']')) {
        add("tcp.flags", flags, event);
    }
    Ok(Found { stamp: (0, end), ..Found::ALL })
}

fn when(text: &str) -> Option<(When, usize)> {
    let bytes = text.as_bytes();
    if let Some((at, end)) = stamp::iso(bytes, 0) {
        return Some((When::Full(at), end));
    }
    if let Some((time, end)) = stamp::clock(bytes, 0) {
        return Some((When::Day(time), end));
    }
    let (seconds, rest) = text.split_once('.')?;
    let fraction = rest.get(..6)?;
    let (whole, micros): (i64, i64) = (seconds.parse().ok()?, fraction.parse().ok()?);
    let fits = (9..=11).contains(&seconds.len()) && rest.as_bytes().get(6) == Some(&b' ');
    fits.then(|| (When::Epoch(whole * 1_000_000 + micros), seconds.len() + 7))
}

/// `192.0.2.7.4022`, `192.0.2.7`, `2001:db8::7.53`.
fn endpoint(text: &str) -> Option<(IpAddr, Option<u16>)> {
    if let Some(ip) = address(text) {
        return Some((ip, None));
    }
    let (ip, port) = text.rsplit_once('.')?;
    Some((address(ip)?, Some(port.parse().ok()?)))
}

fn transport(body: &str, has_port: bool) -> Option<Cow<'static, str>> {
    let name = match body {
        _ if body.starts_with("Flags [") => "tcp",
        _ if body.starts_with("UDP") || has_port => "udp",
        _ if body.starts_with("ICMP6") => "ipv6-icmp",
        _ if body.starts_with("ICMP") => "icmp",
        _ if body.starts_with("igmp") => "igmp",
        _ => return None,
    };
    Some(Cow::Borrowed(name))
}
