//! What tcpdump prints of the link (`-e`) and of what is no packet of IP: ARP, spanning trees.
//!
//! What it does *not* know: packets.

use super::Head;
use crate::columns::{add, add_int, cut};
use crate::mark::{marks, once, parts};
use common::event::{Event, Value, address};

/// The addresses of a frame, and its network's number.
#[derive(Default)]
pub(super) struct Link<'a> {
    source: &'a str,
    target: &'a str,
    vlan: &'a str,
}

/// Whether a word is an address of a link.
pub(super) fn is_mac(word: &str) -> bool {
    let is_sign = |(at, byte): (usize, u8)| match at % 3 {
        2 => byte == b':',
        _ => byte.is_ascii_hexdigit(),
    };
    word.len() >= 17 && {
        let word = word.trim_end_matches(',');
        word.len() == 17 && word.bytes().enumerate().all(is_sign)
    }
}

/// Reads `MAC > MAC, ethertype IPv4 (0x0800), length 74: `, with the numbers of networks between; gives the
/// family and what follows.
pub(super) fn read(text: &str) -> Option<(Link<'_>, &str, &str)> {
    let (head, mut rest) = cut(text, b"ethertype ")?;
    let (source, target) = once(head, " > ").unwrap_or((head, ""));
    let first = |end: &'_ str| end.len().min(17);
    let mut link = Link {
        source: source.get(..first(source)).filter(|mac| is_mac(mac))?,
        target: target.get(..first(target)).filter(|mac| is_mac(mac)).unwrap_or_default(),
        vlan: "",
    };
    for _ in 0..3 {
        let (kind, after) = rest.split_at(marks(rest, [b' ', b',']).next()?);
        let after = &after[1..];
        // Behind the last family there is the length, or in a numbered network the packet at once.
        let inside = match once(after, "length ").filter(|(front, _)| front.len() < 24) {
            Some((_, length)) => once(length, ": ")?.1,
            None if after.starts_with('(') => once(after, ", ")?.1,
            None => once(after, " ")?.1,
        };
        let inside = inside.trim_start();
        match kind {
            "802.1Q" | "802.1Q-QinQ" => {
                let (numbers, inner) = cut(inside, b"ethertype ")?;
                let number = numbers.strip_prefix("vlan ")?;
                link.vlan = parts(number, [b',']).next().unwrap_or_default();
                rest = inner;
            }
            "IPv4" => return Some((link, "IP", inside)),
            "IPv6" => return Some((link, "IP6", inside)),
            "ARP" => return Some((link, "ARP", inside)),
            other => return Some((link, other, inside)),
        }
    }
    None
}

/// Fills what a frame says beside its packet.
pub(super) fn fill<'a>(link: &Link<'a>, event: &mut Event<'a>) {
    add("destination.mac", link.target, event);
    add_int("network.vlan.id", link.vlan, event);
    if event.ext.get("source.mac").is_none() {
        add("source.mac", link.source, event);
    }
}

/// Reads a frame that holds no packet of IP.
pub(super) fn frame<'a>(head: &Head<'a>, event: &mut Event<'a>) -> Option<&'a str> {
    let kind = head.family.to_ascii_lowercase();
    event.ext.push("network.type", Value::Text(kind.into()));
    if head.family != "ARP" {
        return Some(head.rest);
    }
    let body = head.rest.trim_start();
    let body = body.strip_prefix("Ethernet (len 6), IPv4 (len 4), ").unwrap_or(body);
    let mut words = parts(body, [b' ', b',']);
    let (kind, second) = (words.next()?, words.next()?);
    let after =
        |mark: &str| once(body, mark).and_then(|(_, rest)| parts(rest, [b' ', b',']).next());
    match kind {
        "Request" | "Probe" | "Announcement" => {
            event.event_action = Some("arp-request".into());
            event.destination_ip = after("who-has ").and_then(address);
            event.source_ip = after(" tell ").and_then(address);
        }
        "Reply" => {
            event.event_action = Some("arp-reply".into());
            event.source_ip = address(second);
            add("source.mac", after(" is-at ").unwrap_or_default(), event);
        }
        _ => return None,
    }
    Some(body)
}
