//! Messages of Cisco's devices: firewalls (ASA, FTD, PIX, FWSM), IOS, IOS XE, IOS XR and NX-OS.
//!
//! ```text
//! %FACILITY[-SUBFACILITY]-SEVERITY-MNEMONIC: text
//! %ASA-6-302013: Built inbound TCP connection 4711 for outside:192.0.2.7/4022 (…) to inside:198.51.100.80/22 (…)
//! %SEC-6-IPACCESSLOGP: list 101 denied tcp 192.0.2.7(4022) -> 192.0.2.80(22), 1 packet
//! 4425: 00:00:46: %LINK-3-UPDOWN: …                         a device that does not know the time
//! ```
//!
//! There are thousands of messages; each is an English sentence. [`scan`] reads what they have in
//! common: who talks to whom, in which protocol, as which user. Helpers read the sentences of
//! logins and the like more strictly, and what they find wins.
//!
//! What it does *not* know: stamps and hosts, which stand in front.

mod ftd;
mod scan;

use super::spec::{Found, Miss, Next, Spec};
use crate::columns::{cut, decide};
use crate::mark::parts;
use crate::memory::Memory;
use common::event::{Event, Value, address};
use std::borrow::Cow;

pub(super) const SPEC: Spec = Spec::payload(read).first(b"%*.0123456789");

/// What stands before the text of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head<'a> {
    facility: &'a str,
    severity: u8,
    mnemonic: &'a str,
    /// All of it, as Cisco's guides list it: `SYS-5-CONFIG_I`.
    name: &'a str,
    /// Where the text begins.
    body: usize,
}

impl Head<'_> {
    fn is_firewall(&self) -> bool {
        matches!(self.facility, "ASA" | "FTD" | "PIX" | "FWSM" | "ASASM" | "NGIPS")
    }
}

/// Reads `%SYS-5-CONFIG_I:` at a text's beginning.
pub(crate) fn head(text: &str) -> Option<Head<'_>> {
    let start = match text.strip_prefix("%$VDC-") {
        Some(rest) => text.len() - rest.len() + rest.find("%$ %")? + 4,
        None => text.strip_prefix('%').map(|_| 1)?,
    };
    let rest = &text[start..];
    let width = rest.bytes().take(96).position(|byte| matches!(byte, b':' | b' '))?;
    let name = &rest[..width];
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'/');
    if !name.bytes().all(is_name) || !name.as_bytes().first()?.is_ascii_uppercase() {
        return None;
    }
    let (front, mnemonic) = before(name)?;
    let (facility, severity) = before(front)?;
    let severity = severity.parse().ok().filter(|level| *level <= 7 && severity.len() == 1)?;
    let facility = parts(facility, [b'-']).next().unwrap_or(facility);
    let after = rest[width..].trim_start_matches(' ');
    let after = after.strip_prefix(':').unwrap_or(after).trim_start_matches(' ');
    Some(Head { facility, severity, mnemonic, name, body: text.len() - after.len() })
}

/// Divides a name at its last dash.
fn before(name: &str) -> Option<(&str, &str)> {
    let at = name.bytes().rposition(|byte| byte == b'-')?;
    Some((&name[..at], &name[at + 1..]))
}

fn read<'a>(text: &'a str, _memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let Some(at) = after_uptime(text) else {
        return Miss::at(0, "a time since the start and %");
    };
    let Some(head) = head(&text[at..]) else {
        return Miss::at(at, "%FACILITY-SEVERITY-MNEMONIC:");
    };
    let is_firewall = head.is_firewall();
    event.message = Cow::Borrowed(&text[at..]);
    event.dataset = Some(if is_firewall { "cisco.asa" } else { "cisco.ios" }.into());
    event.event_code = Some(if is_firewall { head.mnemonic } else { head.name }.into());
    event.log_severity = event.log_severity.or(Some(head.severity));
    let is_arista = !is_firewall && event.process_name.as_deref().is_some_and(is_program);
    let vendor = if is_arista && event.host_name != "-" { "Arista" } else { "Cisco" };
    event.ext.reserve(8);
    event.ext.push("observer.vendor", Value::Text(vendor.into()));
    // What stands before the message is the device, or a number of its; no program.
    if event.process_pid.is_none()
        && !(event.host_name != "-" && event.process_name.as_deref().is_some_and(is_program))
        && let Some(name) = event.process_name.take()
        && !name.bytes().all(|byte| byte.is_ascii_digit())
    {
        event.host_name = name;
    }
    let body = &text[at + head.body..];
    if is_firewall && ftd::read(head.mnemonic, body, event) {
        return Ok(Found::default());
    }
    scan::endpoints(body, event);
    scan::users(body, event);
    match is_firewall {
        true => numbered(head.mnemonic, event),
        false => authenticated(body, event),
    }
    decided(body, event);
    Ok(Found { next: Next::Text, ..Found::default() })
}

/// Whether what stands between a host and the message is a program, as Arista's agents are (`Aaa`,
/// `ConfigAgent`) and Firepower's (`SFIMS`).
fn is_program(name: &str) -> bool {
    let is_word = name.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_name = name.bytes().next().is_some_and(|first| first.is_ascii_uppercase())
        && name.bytes().any(|byte| byte.is_ascii_lowercase());
    is_word && (is_name && !matches!(name, "Router" | "Switch") || name == "SFIMS")
}

/// Where a message begins behind a number and the time since the device started: `29: 1w2d: `.
fn after_uptime(text: &str) -> Option<usize> {
    if text.starts_with('%') {
        return Some(0);
    }
    let at = memchr::memchr(b'%', &text.as_bytes()[..text.len().min(48)])?;
    let front = text[..at].strip_suffix(": ")?;
    let is_time = |part: &str| {
        let part = part.trim_start_matches(['*', '.']);
        let part = part.trim_end_matches(|char: char| char.is_ascii_digit() || char == '.');
        !part.bytes().any(|byte| !matches!(byte, b'0'..=b'9' | b':' | b'y' | b'w' | b'd' | b'h'))
    };
    front.split(": ").all(is_time).then_some(at)
}

/// The messages of firewalls that are no packets: from, up to, category, action, outcome.
const NUMBERED: &[(u32, u32, &str, &str, &str)] = &[
    (109_005, 109_005, "authentication", "login", "success"),
    (109_006, 109_006, "authentication", "login", "failure"),
    (111_001, 111_010, "configuration", "device_command", ""),
    (113_003, 113_004, "authentication", "login", "success"),
    (113_005, 113_006, "authentication", "login", "failure"),
    (113_008, 113_009, "authentication", "login", "success"),
    (113_012, 113_012, "authentication", "login", "success"),
    (113_014, 113_017, "authentication", "login", "failure"),
    (113_019, 113_019, "session", "vpn_session", ""),
    (113_021, 113_021, "authentication", "login", "failure"),
    (113_039, 113_039, "authentication", "vpn_login", "success"),
    (304_001, 304_001, "web", "url_accessed", "success"),
    (304_002, 304_002, "web", "url_accessed", "failure"),
    (308_001, 308_001, "authentication", "login", "failure"),
    (315_011, 315_012, "session", "device_session", ""),
    (400_000, 400_050, "intrusion_detection", "signature", ""),
    (502_101, 502_103, "iam", "user_changed", "success"),
    (605_004, 605_004, "authentication", "device_login", "failure"),
    (605_005, 605_005, "authentication", "device_login", "success"),
    (611_101, 611_101, "authentication", "login", "success"),
    (611_102, 611_102, "authentication", "login", "failure"),
    (611_103, 611_103, "session", "logout", ""),
    (716_001, 716_001, "authentication", "vpn_login", "success"),
    (716_002, 716_002, "session", "vpn_session", ""),
    (716_038, 716_038, "authentication", "vpn_login", "success"),
    (716_039, 716_039, "authentication", "vpn_login", "failure"),
    (722_022, 722_023, "session", "vpn_session", ""),
    (722_051, 722_051, "session", "vpn_session", "success"),
    (725_001, 725_016, "network", "tls_handshake", ""),
    (733_100, 733_105, "intrusion_detection", "threat_detected", ""),
];

fn numbered(number: &str, event: &mut Event<'_>) {
    event.event_category = Some("network".into());
    let number: u32 = number.parse().unwrap_or(0);
    let known = NUMBERED.iter().find(|(from, to, ..)| (*from..=*to).contains(&number));
    if let Some(&(_, _, category, action, outcome)) = known {
        event.event_category = Some(category.into());
        event.event_action = Some(action.into());
        event.event_outcome = (!outcome.is_empty()).then(|| outcome.into());
    }
}

/// A login to a router or switch, however the message puts it.
fn authenticated(body: &str, event: &mut Event<'_>) {
    let says = |words: &[&str]| words.iter().any(|word| body.contains(word));
    // Arista: `user anna logged in [from: 192.0.2.7]`.
    if let Some((_, behind)) = cut(body, b"[from: ") {
        let peer = behind.split(']').next().and_then(address);
        event.source_ip = event.source_ip.or(peer);
    }
    if !scan::may_login(body) || !says(&["uthentication", "Login", "login", "logged in"]) {
        return;
    }
    let outcome = match () {
        () if says(&["failed", "Failed", "failure", "denied"]) => "failure",
        () if says(&["ucceeded", "uccess", "logged in"]) => "success",
        () => return,
    };
    event.event_category = Some("authentication".into());
    event.event_action = Some("device_login".into());
    event.event_outcome = Some(outcome.into());
}

/// What was done with a packet, where the message is about one.
fn decided(body: &str, event: &mut Event<'_>) {
    if event.event_action.is_some() || event.source_ip.is_none() && event.destination_ip.is_none() {
        return;
    }
    let mut words = parts(body, [b' ', b',', b':']).take(12);
    let verdict = words.find_map(|word| match word {
        "Deny" | "Denied" | "denied" | "Drop" | "Dropped" | "dropped" | "discarded" | "drop" => {
            Some(("firewall_blocked", "deny"))
        }
        "permitted" | "est-allowed" | "Built" => Some(("firewall_connection", "allow")),
        "Teardown" => Some(("firewall_connection", "end")),
        _ => None,
    });
    let verdict = match verdict {
        None if body.contains("terminated by inspection engine") => {
            Some(("firewall_blocked", "deny"))
        }
        other => other,
    };
    if let Some((action, decision)) = verdict {
        event.event_action = Some(action.into());
        decide(decision, event);
        if decision == "end" {
            event.event_outcome = Some("success".into());
            event.ext.push("event.type", Value::Text("end".into()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads() {
        let parts = |text: &'static str| {
            head(text).map(|head| (head.facility, head.severity, head.mnemonic, &text[head.body..]))
        };
        for (text, want) in [
            ("%ASA-6-302013: Built", Some(("ASA", 6, "302013", "Built"))),
            ("%ASA-session-5-106100: x", Some(("ASA", 5, "106100", "x"))),
            ("%ASA-6-302016 Teardown", Some(("ASA", 6, "302016", "Teardown"))),
            ("%SYS-5-CONFIG_I: x", Some(("SYS", 5, "CONFIG_I", "x"))),
            ("%PKT_INFRA-LINK-3-UPDOWN : x", Some(("PKT_INFRA", 3, "UPDOWN", "x"))),
            ("%$VDC-1%$ %ETHPORT-5-IF_UP: x", Some(("ETHPORT", 5, "IF_UP", "x"))),
            ("%s is no format", None),
            ("%A-8-B: x", None),
            ("%A-66-B: x", None),
            ("%$VDC-", None),
            ("%", None),
        ] {
            assert_eq!(parts(text), want, "{text}");
        }
    }

    #[test]
    fn uptimes() {
        for (text, want) in [
            ("%A-1-B: x", Some(0)),
            ("00:00:46: %A-1-B: x", Some(10)),
            ("29: 1w2d: %A-1-B: x", Some(10)),
            ("29: *00:00:46.123: %A-1-B: x", Some(19)),
            ("29 %A-1-B: x", None),
            ("29: at 5: %A-1-B: x", None),
        ] {
            assert_eq!(after_uptime(text), want, "{text}");
        }
    }
}
