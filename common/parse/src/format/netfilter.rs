//! Packets that the Linux kernel logs for iptables, nftables and ufw.
//!
//! ```text
//! [12345.678901] [UFW BLOCK] IN=eth0 OUT= MAC=… SRC=192.0.2.7 DST=198.51.100.1 LEN=40 … DF PROTO=TCP SPT=4022 DPT=22 WINDOW=1024 SYN URGP=0
//! ```
//!
//! The firewall of Proxmox writes the same with a stamp before it, and one of the interfaces:
//!
//! ```text
//! 0 2 PVEFW-HOST-IN 20/Jun/2026:13:09:25 +0200 REJECT: IN=vmbr0 MAC=… SRC=192.0.2.7 …
//! ```
//!
//! What stands before `IN=` is the rule's own text; words without `=` are flags. A packet that an
//! ICMP message quotes, in brackets, is left in the raw line.
//!
//! What it does *not* know: rules.

use super::spec::NO_OBJECT;
use super::spec::{Found, Miss, Spec};
use crate::columns::{self, add, add_int};
use crate::memory::Memory;
use crate::stamp::written::When;
use common::event::{Event, TimeQuality, Value, address};
use std::borrow::Cow;

pub(super) const SPEC: Spec = Spec::payload(read).first(NO_OBJECT).generic();

fn read<'a>(text: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let is_kernel = matches!(event.process_name.as_deref(), Some("kernel" | "ulogd") | None);
    let place = is_kernel.then(|| place(text)).flatten();
    let Some(at) = place.filter(|&at| text[at..].contains(" SRC=")) else {
        return Miss::at(0, "a packet (IN=… OUT=… SRC=…)");
    };
    if !text[at..].contains(" PROTO=") || at > 0 && text.as_bytes()[at - 1].is_ascii_alphanumeric()
    {
        return Miss::at(at, "a packet (PROTO=…)");
    }
    event.dataset = Some("linux.netfilter".into());
    event.event_category = Some("network".into());
    match super::stamped::find(&text.as_bytes()[..at]).filter(|_| is_unstamped(event)) {
        Some((When::Full(stamp), start, end)) => {
            (event.time, event.time_quality) = memory.instant(stamp);
            label(&format!("{}{}", &text[..start], text[end..at].trim_start()), event);
        }
        _ => label(&text[..at], event),
    }
    let mut flags = Vec::new();
    for word in text[at..].split_ascii_whitespace() {
        match word.split_once('=') {
            _ if word.starts_with('[') => break,
            Some((key, value)) => pair(key, value, event),
            None => flags.push(Value::Text(Cow::Borrowed(word))),
        }
    }
    if !flags.is_empty() {
        event.ext.push("FLAGS", Value::List(flags));
    }
    Ok(Found::ALL)
}

/// Where the first of the pairs `IN=` and `OUT=` begins. Most texts have no pair.
fn place(text: &str) -> Option<usize> {
    let front = &text.as_bytes()[..text.len().min(260)];
    let name = |end: usize| match front[..end] {
        [.., b'I', b'N'] => Some(end - 2),
        [.., b'O', b'U', b'T'] => Some(end - 3),
        _ => None,
    };
    memchr::memchr_iter(b'=', front).find_map(name).filter(|&at| at < 256)
}

/// Whether no header gave the event its time.
fn is_unstamped(event: &Event<'_>) -> bool {
    event.time_quality == TimeQuality::None
}

/// The rule's text, without the kernel's own stamp, and what it says of the decision.
fn label(text: &str, event: &mut Event<'_>) {
    let mut text = text.trim();
    if text.starts_with('[')
        && text[1..].trim_start().starts_with(|char: char| char.is_ascii_digit())
    {
        text = text.split_once(']').map_or(text, |(_, rest)| rest.trim());
    }
    // UniFi: the chain and the decision in brackets, then a description.
    if let Some((front, description)) = text.split_once("] DESCR=") {
        text = front;
        let description = description.trim_matches('"').to_owned();
        event.ext.push("rule.description", Value::Text(Cow::Owned(description)));
    }
    let name = text.trim_matches(['[', ']', ':', ' ']);
    if !name.is_empty() {
        event.ext.push("rule.name", Value::Text(Cow::Owned(name.to_owned())));
    }
    let upper = name.to_ascii_uppercase();
    let says = |words: &[&str]| words.iter().any(|word| upper.contains(word));
    let decides = |letter: &str| name.split('-').skip(1).any(|part| part == letter);
    let action = if says(&["BLOCK", "DROP", "DENY", "DENIED"]) || decides("D") {
        "drop"
    } else if says(&["REJECT"]) || decides("R") {
        "reject"
    } else if says(&["ALLOW", "ACCEPT", "PASS"]) || decides("A") {
        "accept"
    } else {
        "log"
    };
    event.event_action = Some(action.into());
    columns::decide(action, event);
}

fn pair<'a>(key: &'a str, value: &'a str, event: &mut Event<'a>) {
    match key {
        "IN" => add("observer.ingress.interface.name", value, event),
        "OUT" => add("observer.egress.interface.name", value, event),
        "SRC" => event.source_ip = event.source_ip.or(address(value)),
        "DST" => event.destination_ip = event.destination_ip.or(address(value)),
        "SPT" => event.source_port = event.source_port.or(value.parse().ok()),
        "DPT" => event.destination_port = event.destination_port.or(value.parse().ok()),
        "PROTO" if event.network_transport.is_none() => {
            event.network_transport = Some(columns::transport(value));
        }
        "LEN" if event.ext.get("network.bytes").is_none() => {
            add_int("network.bytes", value, event);
        }
        "MAC" if value.len() >= 35 && value.is_ascii() => {
            add("destination.mac", &value[..17], event);
            add("source.mac", &value[18..35], event);
        }
        "PROTO" | "LEN" => {}
        _ if !value.is_empty() => columns::keep(key, Value::Text(value.into()), event),
        _ => {}
    }
}
