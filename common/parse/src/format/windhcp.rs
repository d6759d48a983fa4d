//! The audit log of the Windows DHCP server.
//!
//! ```text
//! ID,Date,Time,Description,IP Address,Host Name,MAC Address,User Name, TransactionID, QResult,…
//! 10,06/14/26,15:16:01,Assign,192.0.2.50,pc1.example.net,00005E005301,,4711,0,…
//! 11002,06/14/26,15:16:01,DHCPV6 Advertise,2001:db8::50,pc1.example.net,…
//! ```
//!
//! The month stands before the day. Of updates of DNS (30 to 34) the address is written backwards.
//!
//! What it does *not* know: which server it was; the list of ids at the head of each file.

use super::{Found, Miss, Spec};
use crate::columns::add;
use crate::memory::Memory;
use crate::stamp::{self, Stamp};
use common::clock::{DAY, day_number};
use common::event::{Event, Value, address};
use std::borrow::Cow;
use std::net::IpAddr;

pub(super) const SPEC: Spec = Spec::payload(read).first(b"0123456I");

/// What ids mean: id, action, whether it went well.
const IDS: &[(u32, &str, bool)] = &[
    (10, "assign", true),
    (11, "renew", true),
    (12, "release", true),
    (13, "conflict", false),
    (14, "exhausted", false),
    (15, "deny", false),
    (16, "delete", true),
    (17, "expire", true),
    (18, "expire", true),
    (20, "bootp-assign", true),
    (21, "bootp-assign", true),
    (22, "exhausted", false),
    (23, "bootp-delete", true),
    (24, "cleanup", true),
    (25, "cleanup", true),
    (30, "dns-update", true),
    (31, "dns-update", false),
    (32, "dns-update", true),
    (33, "drop", false),
    (34, "dns-update", false),
    (35, "dns-update", false),
    (36, "drop", false),
    (50, "unreachable-domain", false),
    (51, "authorize", true),
    (53, "authorize", true),
    (54, "authorize", false),
    (55, "authorize", true),
    (56, "authorize", false),
    (57, "authorize", true),
    (59, "unreachable-domain", false),
    (60, "unreachable-domain", false),
    (63, "restart-search", true),
    (11_000, "solicit", true),
    (11_001, "advertise", true),
    (11_002, "request", true),
    (11_003, "confirm", true),
    (11_004, "renew", true),
    (11_005, "rebind", true),
    (11_006, "decline", false),
    (11_007, "release", true),
    (11_008, "information-request", true),
    (11_009, "exhausted", false),
    (11_013, "delete", true),
];

fn read<'a>(text: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    if text.starts_with("ID,Date,Time,Description,IP") {
        event.dataset = Some("windows.dhcp.header".into());
        event.message = Cow::Borrowed(text);
        return Ok(Found::ALL);
    }
    let width = text.bytes().take(6).take_while(u8::is_ascii_digit).count();
    let from = width + 1;
    let bytes = text.as_bytes();
    let is_id = matches!(width, 2 | 5) && bytes.get(width) == Some(&b',');
    let Some(at) = is_id.then(|| instant(bytes, from)).flatten() else {
        return Miss::at(0, "an id, a date and a time (10,06/14/26,15:16:01,)");
    };
    let mut parts = text[from + 18..].split(',');
    let mut next = || parts.next().unwrap_or_default();
    let [what, ip, host, mac, user] = std::array::from_fn(|_| next());
    let id: u32 = text[..width].parse().unwrap_or(0);
    (event.time, event.time_quality) = memory.instant(at);
    if event.message.is_empty() {
        event.message = Cow::Borrowed(text);
    }
    event.dataset = Some("windows.dhcp".into());
    event.event_category = Some("network".into());
    event.event_code = Some(text[..width].into());
    if let Some((_, action, is_good)) = IDS.iter().find(|(known, ..)| *known == id) {
        event.event_action = Some((*action).into());
        event.event_outcome = Some(if *is_good { "success" } else { "failure" }.into());
    }
    let written = address(ip);
    event.source_ip = if (30..=35).contains(&id) { written.map(turned) } else { written };
    add("event.reason", what, event);
    add("network.protocol", if width == 5 { "dhcpv6" } else { "dhcp" }, event);
    add("source.domain", host.trim_end_matches('.'), event);
    if mac.len() == 12 && mac.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        let pairs: Vec<&str> = (0..6).filter_map(|nth| mac.get(nth * 2..nth * 2 + 2)).collect();
        event.ext.push("source.mac", Value::Text(pairs.join("-").to_ascii_uppercase().into()));
    } else {
        add("source.mac", mac, event);
    }
    event.user_name = (!user.is_empty()).then(|| user.into());
    Ok(Found::ALL)
}

/// Reads `06/14/26,15:16:01,`.
fn instant(text: &[u8], at: usize) -> Option<Stamp> {
    let marks = [text.get(at + 2)?, text.get(at + 5)?, text.get(at + 8)?, text.get(at + 17)?];
    if marks != [&b'/', &b'/', &b',', &b','] {
        return None;
    }
    let part = |at| u8::try_from(stamp::digits(text, at, 2)?).ok();
    let date = (2000 + stamp::digits(text, at + 6, 2)?, part(at)?, part(at + 3)?);
    let (time, _) = stamp::clock(&text[..at + 17], at + 9)?;
    let wall = stamp::exists(date).then(|| day_number(date.0, date.1, date.2) * DAY + time)?;
    Some(Stamp { wall, offset: None })
}

fn turned(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(ip) => {
            let [a, b, c, d] = ip.octets();
            IpAddr::from([d, c, b, a])
        }
        ip => ip,
    }
}
