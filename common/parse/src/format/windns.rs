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

use super::{Found, Miss, Spec};
use crate::columns::add;
use crate::memory::Memory;
use crate::stamp::{self, Stamp};
use common::clock::{DAY, day_number};
use common::event::{Event, Value, address};
use std::borrow::Cow;

pub(super) const SPEC: Spec = Spec::payload(read).first(b"0123456789");

#[allow(clippy::too_many_lines, reason = "half of it is a flat list of fields")]
fn read<'a>(text: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let Some((at, end)) = date_time(text) else {
        return Miss::at(0, "a stamp (6/5/2013 10:00:32 AM)");
    };
    let mut words = text[end..].split_ascii_whitespace();
    let mut next = || words.next().unwrap_or_default();
    let [thread, context, packet, transport, way, remote, id] = std::array::from_fn(|_| next());
    if context != "PACKET" || !matches!(way, "Rcv" | "Snd") {
        return Miss::at(end, "a packet (0E70 PACKET …)");
    }
    let Some(ip) = address(remote) else {
        return Miss::at(end, "an address");
    };
    let mut word = next();
    let is_response = word == "R";
    if is_response {
        word = next();
    }
    let Some((open, close)) = memchr::memchr(b'[', text.as_bytes())
        .and_then(|open| Some((open, open + memchr::memchr(b']', &text.as_bytes()[open..])?)))
    else {
        return Miss::at(end, "flags in brackets");
    };
    (event.time, event.time_quality) = memory.instant(at);
    if event.message.is_empty() {
        event.message = Cow::Borrowed(text);
    }
    event.dataset = Some("windows.dns_server".into());
    event.event_category = Some("network".into());
    event.event_action = Some(if is_response { "dns-response" } else { "dns-query" }.into());
    event.network_transport = Some(if transport == "TCP" { "tcp" } else { "udp" }.into());
    match way {
        "Rcv" => event.source_ip = Some(ip),
        _ => event.destination_ip = Some(ip),
    }
    let (bits, letters, code) = flags(&text[open + 1..close]);
    let operation = match word {
        "Q" => "QUERY",
        "N" => "NOTIFY",
        "U" => "UPDATE",
        other => other,
    };
    let mut question = text[close + 1..].split_ascii_whitespace();
    let (kind, name) = (question.next().unwrap_or_default(), question.next().unwrap_or_default());
    // In the order of the names, which spares sorting them.
    event.ext.reserve(11);
    if !letters.is_empty() {
        event.ext.push("dns.header_flags", Value::List(letters));
    }
    add("dns.id", id, event);
    add("dns.op_code", operation, event);
    event.ext.push("dns.question.name", Value::Text(Cow::Owned(dotted(name))));
    add("dns.question.type", kind, event);
    add("dns.response_code", code, event);
    let kind = if is_response { "answer" } else { "query" };
    event.ext.push("dns.type", Value::Text(kind.into()));
    let way = if way == "Rcv" { "inbound" } else { "outbound" };
    event.ext.push("network.direction", Value::Text(way.into()));
    if let Ok(thread) = i64::from_str_radix(thread, 16) {
        event.ext.push("process.thread.id", Value::Int(thread));
    }
    add("windns.flags", bits, event);
    add("windns.packet", packet, event);
    Ok(Found { stamp: (0, end), ..Found::ALL })
}

/// The flags in hex, those that have letters, and the response code.
fn flags(inside: &str) -> (&str, Vec<Value<'_>>, &str) {
    let mut words = inside.split_ascii_whitespace();
    let bits = words.next().unwrap_or_default();
    let mut letters = Vec::new();
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
    let mut rest = name;
    while let Some((length, after)) = rest.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
        let length: usize = length.parse().unwrap_or(0);
        let Some(label) = after.get(..length).filter(|_| length > 0) else { break };
        if !out.is_empty() {
            out.push('.');
        }
        out.push_str(label);
        rest = &after[length..];
    }
    if out.is_empty() { name.trim_end_matches("(0)").to_owned() } else { out }
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
