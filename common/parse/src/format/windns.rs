//! The debug log of the Windows DNS server: its packets.
//!
//! ```text
//! 6/5/2013 10:00:32 AM 0E70 PACKET  00000000033397A0 UDP Rcv 10.161.60.71    5b47   Q [0001   D   NOERROR] A      (12)somecomputer(6)domain(3)com(0)
//! stamp thread PACKET packet UDP|TCP Rcv|Snd remote id [R] Q|N|U|? [flags in hex, letters, response code] type name
//! ```
//!
//! The log is in the server's language: with AM or PM the month comes first, with slashes and 24
//! hours the day, with dots the day, with dashes the year. The stamp is in the server's zone. A
//! received packet comes from the remote address, a sent one goes there.
//!
//! What it does *not* know: the log's other lines, which are for people.

use super::spec::{Found, Miss, Spec};
use crate::columns::add;
use crate::memory::Memory;
use crate::stamp::{self, Stamp};
use common::clock::{DAY, day_number};
use common::event::{Event, Value, address};
use std::borrow::Cow;
use std::net::IpAddr;

pub(super) const SPEC: Spec = Spec::payload(read).first(b"0123456789");

/// What stands before and after the flags.
struct Packet<'a> {
    stamp: (Stamp, usize),
    thread: &'a str,
    packet: &'a str,
    transport: &'static str,
    is_received: bool,
    remote: IpAddr,
    id: &'a str,
    is_response: bool,
    operation: &'a str,
    /// What is between the brackets.
    flags: &'a str,
    kind: &'a str,
    name: &'a str,
}

fn read<'a>(text: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let packet = packet(text)?;
    (event.time, event.time_quality) = memory.instant(packet.stamp.0);
    if event.message.is_empty() {
        event.message = Cow::Borrowed(text);
    }
    event.dataset = Some("windows.dns_server".into());
    event.event_category = Some("network".into());
    let action = if packet.is_response { "dns-response" } else { "dns-query" };
    event.event_action = Some(action.into());
    event.network_transport = Some(packet.transport.into());
    match packet.is_received {
        true => event.source_ip = Some(packet.remote),
        false => event.destination_ip = Some(packet.remote),
    }
    fill(&packet, event);
    Ok(Found { stamp: (0, packet.stamp.1), ..Found::ALL })
}

fn packet(text: &str) -> Result<Packet<'_>, Miss> {
    let Some(stamp) = date_time(text) else {
        return Miss::at(0, "a stamp (6/5/2013 10:00:32 AM)");
    };
    let end = stamp.1;
    let flags = text[end..].split_once('[').and_then(|(head, rest)| {
        let (flags, question) = rest.split_once(']')?;
        Some((head, flags, question))
    });
    let Some((head, flags, question)) = flags else {
        return Miss::at(end, "flags in brackets");
    };
    let mut words = head.split_ascii_whitespace();
    let mut next = || words.next().unwrap_or_default();
    let [thread, context, packet, transport, way, remote, id] = std::array::from_fn(|_| next());
    if context != "PACKET" || !matches!(way, "Rcv" | "Snd") {
        return Miss::at(end, "a packet (0E70 PACKET …)");
    }
    let Some(remote) = address(remote) else {
        return Miss::at(end, "an address");
    };
    let word = next();
    let is_response = word == "R";
    let operation = match if is_response { next() } else { word } {
        "Q" => "QUERY",
        "N" => "NOTIFY",
        "U" => "UPDATE",
        other => other,
    };
    let mut question = question.split_ascii_whitespace();
    Ok(Packet {
        stamp,
        thread,
        packet,
        transport: if transport == "TCP" { "tcp" } else { "udp" },
        is_received: way == "Rcv",
        remote,
        id,
        is_response,
        operation,
        flags,
        kind: question.next().unwrap_or_default(),
        name: question.next().unwrap_or_default(),
    })
}

/// Adds the fields in the order of their names, which spares sorting them.
fn fill<'a>(packet: &Packet<'a>, event: &mut Event<'a>) {
    let (bits, letters, code) = flags(packet.flags);
    event.ext.reserve(11);
    if !letters.is_empty() {
        event.ext.push("dns.header_flags", Value::List(letters));
    }
    add("dns.id", packet.id, event);
    add("dns.op_code", packet.operation, event);
    event.ext.push("dns.question.name", Value::Text(Cow::Owned(dotted(packet.name))));
    add("dns.question.type", packet.kind, event);
    add("dns.response_code", code, event);
    let kind = if packet.is_response { "answer" } else { "query" };
    event.ext.push("dns.type", Value::Text(kind.into()));
    let way = if packet.is_received { "inbound" } else { "outbound" };
    event.ext.push("network.direction", Value::Text(way.into()));
    if let Ok(thread) = i64::from_str_radix(packet.thread, 16) {
        event.ext.push("process.thread.id", Value::Int(thread));
    }
    add("windns.flags", bits, event);
    add("windns.packet", packet.packet, event);
}

/// The flags in hex, those that have letters, and the response code.
fn flags(inside: &str) -> (&str, Vec<Value<'_>>, &str) {
    let mut words = inside.split_ascii_whitespace();
    let bits = words.next().unwrap_or_default();
    let mut letters = Vec::with_capacity(4);
    let mut code = "";
    for word in words {
        if word.len() > 2 {
            code = word;
        } else {
            let each = word.char_indices().map(|(at, char)| &word[at..at + char.len_utf8()]);
            letters.extend(each.map(|letter| Value::Text(letter.into())));
        }
    }
    (bits, letters, code)
}

/// `(3)www(7)example(3)com(0)` → `www.example.com`.
fn dotted(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut at = 0;
    while let Some((length, from)) = label_length(name.as_bytes(), at) {
        let Some(label) = name.get(from..from + length).filter(|_| length > 0) else { break };
        if !out.is_empty() {
            out.push('.');
        }
        out.push_str(label);
        at = from + length;
    }
    if out.is_empty() { name.trim_end_matches("(0)").to_owned() } else { out }
}

/// Reads `(12)`: a label's length, and where the label begins.
fn label_length(name: &[u8], at: usize) -> Option<(usize, usize)> {
    let digits = name.get(at..)?.strip_prefix(b"(")?;
    let width = digits.iter().take(3).take_while(|byte| byte.is_ascii_digit()).count();
    let length = usize::try_from(stamp::digits(digits, 0, width)?).ok()?;
    (width > 0 && digits.get(width) == Some(&b')')).then_some((length, at + width + 2))
}

/// Reads a date in one of the spellings and a time, with AM or PM or without.
fn date_time(text: &str) -> Option<(Stamp, usize)> {
    let bytes = text.as_bytes();
    if let Some((date, end)) = stamp::date(bytes, 0) {
        let (time, end) = time(text, end + 1)?;
        return Some((wall(date, time.0)?, end));
    }
    let separator = *bytes.iter().take(3).find(|byte| matches!(byte, b'/' | b'.'))?;
    let (first, at) = number(bytes, 0)?;
    let (second, at) = (bytes.get(at) == Some(&separator)).then(|| number(bytes, at + 1))??;
    let year = (bytes.get(at) == Some(&separator)).then(|| stamp::digits(bytes, at + 1, 4))??;
    let (time, end) = time(text, at + 6)?;
    let is_month_first = separator == b'/' && (time.1 || second > 12);
    let (month, day) = if is_month_first { (first, second) } else { (second, first) };
    Some((wall((year, month, day), time.0)?, end))
}

fn wall((year, month, day): stamp::Date, time: i64) -> Option<Stamp> {
    let exists = stamp::exists((year, month, day));
    exists.then(|| Stamp { wall: day_number(year, month, day) * DAY + time, offset: None })
}

/// One or two digits.
fn number(bytes: &[u8], at: usize) -> Option<(u8, usize)> {
    let width = 1 + usize::from(bytes.get(at + 1).is_some_and(u8::is_ascii_digit));
    Some((u8::try_from(stamp::digits(bytes, at, width)?).ok()?, at + width))
}

/// The time of day, and whether AM or PM was given.
fn time(text: &str, at: usize) -> Option<((i64, bool), usize)> {
    const HOUR: i64 = DAY / 24;
    let bytes = text.as_bytes();
    let (hour, after) = number(bytes, at)?;
    let rest: &[u8; 6] = bytes.get(after..after + 6)?.try_into().ok()?;
    if rest[0] != b':' || rest[3] != b':' {
        return None;
    }
    let (minute, second) = (stamp::digits(rest, 1, 2)?, stamp::digits(rest, 4, 2)?);
    let half = bytes.get(after + 7..after + 9);
    let (hour, is_half, end) = match half {
        Some(b"AM") => (hour % 12, true, after + 9),
        Some(b"PM") => (hour % 12 + 12, true, after + 9),
        _ => (hour, false, after + 6),
    };
    let valid = hour < 24 && minute < 60 && second < 60;
    valid.then_some(((i64::from(hour) * HOUR + (minute * 60 + second) * 1_000_000, is_half), end))
}
