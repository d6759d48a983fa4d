//! Packets as tcpdump prints them.
//!
//! ```text
//! 15:16:01.123456 IP 192.0.2.7.4022 > 198.51.100.1.22: Flags [S], seq 1, win 64240, length 0
//! 2026-06-14 15:16:01.123456 eth0 In  IP6 2001:db8::7.53 > 2001:db8::1.1024: UDP, length 40        -tttt, -i any
//! 1781450161.123456 IP 192.0.2.7 > 198.51.100.1: ICMP echo request, id 7, seq 1, length 64         -tt
//! 15:16:01.123456 00:00:5e:00:53:01 > 00:00:5e:00:53:02, ethertype IPv4 (0x0800), length 74: 192.0.2.7.4022 > …      -e
//! 15:16:01.123456 ARP, Request who-has 192.0.2.1 tell 192.0.2.7, length 28
//! 15:16:01.123456 IP (tos 0x0, ttl 64, id 1, offset 0, flags [DF], proto TCP (6), length 60)       -v: two lines
//!     192.0.2.7.4022 > 198.51.100.1.22: Flags [S], …
//! ```
//!
//! A stamp without a date is of the day of reading, and its quality says so. The message is what
//! follows the addresses. Names of hosts (without `-n`) are domains; a name in a port's place is its
//! number where it is a usual one.
//!
//! What it does *not* know: what packets hold, but for names that are asked for ([`dns`]); dumps in
//! hexadecimal of packets on one line.

mod dns;
mod link;

use super::spec::{Found, Miss, Spec};
use crate::columns::{self, add};
use crate::joint::Joint;
use crate::mark::{last, once};
use crate::memory::Memory;
use crate::stamp::{self, Stamp};
use common::clock::DAY;
use common::event::{Event, TimeQuality, Value, address};
use std::borrow::Cow;

pub(super) const SPEC: Spec =
    Spec::line(read).first(b"0123456789").joined(Joint::Run { begins, goes_on, ends: |_| false });

/// When a line says its packet passed.
enum When {
    Full(Stamp),
    Day(i64),
    Epoch(i64),
}

/// A packet's header that stands on a line of its own, as `-v` prints it.
fn begins(line: &[u8]) -> bool {
    // Every line of every source is asked: its end says no to nearly all of them.
    let first = &line[..memchr::memchr(b'\n', line).unwrap_or(line.len())];
    first.trim_ascii_end().ends_with(b")")
        && memchr::memmem::find(&first[..first.len().min(256)], b"(tos 0x").is_some()
}

fn goes_on(_record: &[u8], line: &[u8]) -> bool {
    line.starts_with(b"    ") || line.starts_with(b"\t")
}

/// What a line says before the addresses.
struct Head<'a> {
    way: &'a str,
    interface: &'a str,
    /// `IP`, `IP6`, `ARP` or another.
    family: &'a str,
    link: link::Link<'a>,
    /// The transport, where `-v` names it.
    transport: Option<&'a str>,
    rest: &'a str,
}

fn read<'a>(text: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let Some((when, end)) = when(text) else {
        return Miss::at(0, "a stamp (15:16:01.123456)");
    };
    let Some(head) = head(&text[end..]) else {
        return Miss::at(end, "IP, IP6, ARP or two addresses of a link");
    };
    let is_ip = matches!(head.family, "IP" | "IP6");
    event.ext.reserve(8);
    let known = match is_ip {
        true => packet(&head, event),
        false => link::frame(&head, event),
    };
    let Some(body) = known else {
        return Miss::at(end, "two addresses ( > ) and a colon");
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
    if let Some(length) = length(body) {
        event.ext.push("network.bytes", Value::Int(length));
    }
    if let Some(way) = columns::direction(&head.way.to_ascii_lowercase()) {
        event.ext.push("network.direction", way);
    }
    link::fill(&head.link, event);
    add("observer.ingress.interface.name", head.interface, event);
    Ok(Found { stamp: (0, end), ..Found::ALL })
}

/// Reads what stands between the stamp and the addresses.
fn head(text: &str) -> Option<Head<'_>> {
    let mut head = Head {
        way: "",
        interface: "",
        family: "",
        link: link::Link::default(),
        transport: None,
        rest: text.trim_start(),
    };
    for _ in 0..4 {
        let (word, rest) = once(head.rest, " ")?;
        let rest = rest.trim_start();
        match word {
            "IP" | "IP6" | "ARP" | "ARP," => {
                (head.family, head.rest) = (word.trim_end_matches(','), rest);
                break;
            }
            "STP" | "LLDP," | "CDPv2," | "EAPOL" | "EAP" => {
                (head.family, head.rest) = (word.trim_end_matches(','), rest);
                return Some(head);
            }
            "In" | "Out" | "P" | "M" | "B" => (head.way, head.rest) = (word, rest),
            "ifindex" => head.rest = once(rest, " ")?.1,
            _ if link::is_mac(word) => {
                (head.link, head.family, head.rest) = link::read(head.rest)?;
                break;
            }
            _ if head.interface.is_empty() && head.way.is_empty() && !word.ends_with(',') => {
                (head.interface, head.rest) = (word, rest);
            }
            _ => return None,
        }
    }
    // An interface is named only together with a direction.
    if head.family.is_empty() || !head.interface.is_empty() && head.way.is_empty() {
        return None;
    }
    if let Some(inside) = head.rest.strip_prefix('(') {
        let end = closing(inside)?;
        let named = |mark: &str| once(once(&inside[..end], mark)?.1, " (").map(|(name, _)| name);
        head.transport = named("proto ").or_else(|| named("next-header "));
        head.rest = inside[end + 1..].trim_start();
    }
    Some(head)
}

/// Where the bracket that is open at a text's beginning closes.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 1;
    text.bytes().position(|byte| {
        depth += i32::from(byte == b'(') - i32::from(byte == b')');
        depth == 0
    })
}

/// Reads the addresses of a packet; gives what follows them.
fn packet<'a>(head: &Head<'a>, event: &mut Event<'a>) -> Option<&'a str> {
    let (source, rest) = once(head.rest, " > ")?;
    let (target, body) = once(rest, ": ").or_else(|| Some((rest.strip_suffix(':')?, "")))?;
    let is_word = |end: &str| !end.is_empty() && !end.bytes().any(|byte| byte == b' ');
    if !is_word(source) || !is_word(target) {
        return None;
    }
    let body = first_line(body);
    let mut transport = transport(body, head.transport);
    let numbers = [source, target].map(endpoint);
    let has_port = |text: &str| named(text).1.is_some();
    if transport.is_none()
        && numbers.iter().any(|(ip, name, port)| port.is_some() || ip.is_none() && has_port(name))
    {
        transport = Some("udp");
    }
    let has_ports = matches!(transport, Some("tcp" | "udp" | "sctp"));
    for (nth, ((ip, name, port), text)) in numbers.into_iter().zip([source, target]).enumerate() {
        let (name, port) = match ip {
            Some(_) => (name, port),
            None if has_ports => named(text),
            None => (text, None),
        };
        let domain = ["source.domain", "destination.domain"][nth];
        if ip.is_none() {
            add(domain, name, event);
        }
        match nth {
            0 => (event.source_ip, event.source_port) = (ip, port),
            _ => (event.destination_ip, event.destination_port) = (ip, port),
        }
    }
    event.network_transport = transport.map(Cow::Borrowed);
    let kind = if head.family == "IP" { "ipv4" } else { "ipv6" };
    event.ext.push("network.type", Value::Text(kind.into()));
    if let Some((flags, _)) = body.strip_prefix("Flags [").and_then(|rest| once(rest, "]")) {
        add("tcp.flags", flags, event);
    }
    let is_dns = |port: Option<u16>| matches!(port, Some(53 | 5353));
    if transport == Some("udp") && (is_dns(event.source_port) || is_dns(event.destination_port)) {
        dns::fill(body, event);
    }
    Some(&head.rest[head.rest.len() - (rest.len() - target.len()).saturating_sub(2)..])
}

fn when(text: &str) -> Option<(When, usize)> {
    let bytes = text.as_bytes();
    if let Some((at, end)) = stamp::iso(bytes, 0) {
        return Some((When::Full(at), end));
    }
    if let Some((time, end)) = stamp::clock(bytes, 0) {
        return Some((When::Day(time), end));
    }
    let (seconds, rest) = once(text, ".")?;
    let fraction = rest.get(..6)?;
    let (whole, micros): (i64, i64) = (seconds.parse().ok()?, fraction.parse().ok()?);
    let fits = (9..=11).contains(&seconds.len()) && rest.as_bytes().get(6) == Some(&b' ');
    fits.then(|| (When::Epoch(whole * 1_000_000 + micros), seconds.len() + 7))
}

/// `192.0.2.7.4022`, `192.0.2.7`, `2001:db8::7.53`; a port may be a service's name.
fn endpoint(text: &str) -> (Option<std::net::IpAddr>, &str, Option<u16>) {
    let divided = last(text, ".").and_then(|(ip, port)| Some((address(ip)?, port)));
    // An address of version 4 that a port follows is none with it.
    if (divided.is_none() || memchr::memchr(b':', text.as_bytes()).is_some())
        && let Some(ip) = address(text)
    {
        return (Some(ip), "", None);
    }
    match divided {
        Some((ip, port)) => (Some(ip), "", port.parse().ok().or_else(|| service(port))),
        None => (None, text, None),
    }
}

/// `host.example.net.ssh`.
fn named(text: &str) -> (&str, Option<u16>) {
    match last(text, ".") {
        Some((name, port)) => (name, port.parse().ok().or_else(|| service(port))),
        None => (text, None),
    }
}

/// The number of a usual service, as `/etc/services` has it.
fn service(name: &str) -> Option<u16> {
    const SERVICES: [(&str, u16); 24] = [
        ("bootpc", 68),
        ("bootps", 67),
        ("domain", 53),
        ("ftp", 21),
        ("http", 80),
        ("https", 443),
        ("imap", 143),
        ("imap2", 143),
        ("imaps", 993),
        ("isakmp", 500),
        ("kerberos", 88),
        ("ldap", 389),
        ("ldaps", 636),
        ("mdns", 5353),
        ("microsoft-ds", 445),
        ("mysql", 3306),
        ("netbios-ns", 137),
        ("ntp", 123),
        ("postgresql", 5432),
        ("smtp", 25),
        ("snmp", 161),
        ("ssh", 22),
        ("syslog", 514),
        ("telnet", 23),
    ];
    SERVICES.iter().find(|(known, _)| *known == name).map(|(_, port)| *port)
}

fn transport<'a>(body: &'a str, named: Option<&'a str>) -> Option<&'a str> {
    Some(match body {
        _ if body.starts_with("Flags [") => "tcp",
        _ if body.starts_with("UDP") => "udp",
        _ if body.starts_with("ICMP6") || body.contains("] ICMP6") => "ipv6-icmp",
        _ if body.starts_with("ICMP") => "icmp",
        _ if body.starts_with("igmp") => "igmp",
        _ if body.starts_with("ESP(") => "esp",
        _ if body.starts_with("GREv") => "gre",
        _ if body.starts_with("OSPF") => "ospf",
        _ if body.starts_with("VRRP") => "vrrp",
        _ if body.starts_with("PIM") => "pim",
        _ => match named? {
            "TCP" => "tcp",
            "UDP" => "udp",
            "ICMP" => "icmp",
            "ICMPv6" => "ipv6-icmp",
            "IGMP" => "igmp",
            _ => return None,
        },
    })
}

/// `… length 40`, or `(33)` at the end of what is a name's question.
fn length(body: &str) -> Option<i64> {
    let first = first_line(body);
    if let Some((_, length)) = last(first, "length ") {
        return length.split(|char: char| !char.is_ascii_digit()).next()?.parse().ok();
    }
    last(first.strip_suffix(')')?, " (")?.1.parse().ok()
}

/// What `-v` prints of the contents stands on lines of its own.
fn first_line(body: &str) -> &str {
    body[..memchr::memchr(b'\n', body.as_bytes()).unwrap_or(body.len())].trim_end()
}
