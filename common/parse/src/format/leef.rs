//! The Log Event Extended Format of QRadar, versions 1 and 2.
//!
//! ```text
//! LEEF:1.0|vendor|product|version|id|src=192.0.2.7⇥dst=198.51.100.1⇥usrName=alice
//! LEEF:2.0|vendor|product|version|id|^|src=192.0.2.7^dst=198.51.100.1        or |x5E|
//! ```
//!
//! Pairs are divided by a tab, or by the character that version 2 names. Well-known keys fill columns;
//! the others keep their names.
//!
//! What it does *not* know: products.

use super::spec::{Found, Miss, Spec};
use crate::columns::{self, To, put};
use crate::mark::{once, parts};
use crate::memory::Memory;
use common::event::{Event, TimeQuality, Value, address};
use common::field::Column as C;
use std::borrow::Cow;

pub(super) const SPEC: Spec = Spec::payload(read).first(b"L");

/// Pairs beyond this stay in the raw line.
const PAIRS: usize = 256;

const TABLE: &[(&str, To)] = &[
    ("dst", To::Column(C::DestinationIp)),
    ("dstBytes", To::Field("destination.bytes")),
    ("dstMAC", To::Field("destination.mac")),
    ("dstPort", To::Column(C::DestinationPort)),
    ("identHostName", To::Column(C::HostName)),
    ("policy", To::Field("rule.name")),
    ("src", To::Column(C::SourceIp)),
    ("srcBytes", To::Field("source.bytes")),
    ("srcMAC", To::Field("source.mac")),
    ("srcPort", To::Column(C::SourcePort)),
    ("url", To::Field("url.original")),
    ("usrName", To::Column(C::UserName)),
];

fn read<'a>(text: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let Some(rest) = text.strip_prefix("LEEF:") else {
        return Miss::at(0, "LEEF:");
    };
    let (mut head, mut body) = ([""; 5], rest);
    for part in &mut head {
        let Some(divided) = once(body, "|") else {
            return Miss::at(5, "five parts divided by |");
        };
        (*part, body) = divided;
    }
    let [version, vendor, product, release, id] = head;
    let (delimiter, body) = match version.starts_with('2') {
        true => delimiter(body),
        false => ('\t', body),
    };
    event.dataset = Some("leef.event".into());
    event.event_code = Some(id.into());
    event.ext.reserve(16);
    columns::add("observer.product", product, event);
    columns::add("observer.vendor", vendor, event);
    columns::add("observer.version", release, event);
    let pair = |pair: &'a str| {
        if let Some((key, value)) = once(pair, "=") {
            fill(key.trim_start(), value, memory, event);
        }
    };
    match u8::try_from(delimiter).ok().filter(|mark| (1..0x80).contains(mark)) {
        Some(mark) => parts(body, [mark]).take(PAIRS).for_each(pair),
        None => body.split(delimiter).take(PAIRS).for_each(pair),
    }
    if event.message.is_empty() {
        event.message = Cow::Borrowed(text);
    }
    Ok(Found::ALL)
}

/// The delimiter that version 2 names, and the pairs after it.
fn delimiter(body: &str) -> (char, &str) {
    let Some((named, rest)) = once(body, "|").filter(|(named, _)| named.len() <= 6) else {
        return ('\t', body);
    };
    let hex = named.strip_prefix("0x").or_else(|| named.strip_prefix('x'));
    let code = hex.and_then(|hex| u32::from_str_radix(hex, 16).ok()).and_then(char::from_u32);
    let mut chars = named.chars();
    match (code, chars.next(), chars.next()) {
        (Some(code), ..) => (code, rest),
        (None, Some(char), None) => (char, rest),
        (None, None, _) => ('\t', rest),
        _ => ('\t', body),
    }
}

fn fill<'a>(key: &'a str, text: &'a str, memory: &mut Memory, event: &mut Event<'a>) {
    let value = Value::Text(Cow::Borrowed(text));
    if text.is_empty() || key.is_empty() {
        return;
    }
    match key {
        "devTime" if event.time_quality != TimeQuality::Offset => {
            if let Some(found) = super::cef::instant(text, memory) {
                (event.time, event.time_quality) = found;
            }
            event.ext.push(key, value);
        }
        "sev" => {
            event.log_severity = match text.parse() {
                Ok(1..=3) => Some(6),
                Ok(4..=6) => Some(4),
                Ok(7..=8) => Some(3),
                Ok(9..=10) => Some(2),
                _ => None,
            };
            event.ext.push("event.severity", text.parse().map_or(value, Value::Int));
        }
        "action" => {
            columns::decide_cased(text, event);
            event.event_action = Some(text.into());
        }
        "proto" => event.network_transport = Some(columns::transport(text)),
        "cat" => event.ext.push("rule.category", value),
        _ => match TABLE.binary_search_by(|(name, _)| (*name).cmp(key)) {
            Ok(at) if fits(TABLE[at].1, text) => put(TABLE[at].1, value, event),
            _ => columns::keep(key, value, event),
        },
    }
}

fn fits(to: To, text: &str) -> bool {
    match to {
        To::Column(C::SourceIp | C::DestinationIp) => address(text).is_some(),
        To::Column(C::SourcePort | C::DestinationPort) => text.parse::<u16>().is_ok(),
        _ => true,
    }
}
