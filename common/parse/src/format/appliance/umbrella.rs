//! Cisco Umbrella's exported logs: rows of quoted columns without a header.
//!
//! ```text
//! "2026-06-14 15:16:01","anna","anna,PC1","192.0.2.7","203.0.113.9","Allowed","1 (A)","NOERROR","www.example.com.","Chat","AD Users",…
//! "2026-06-14 15:16:01","anna","192.0.2.7","203.0.113.9","198.51.100.1","text/html","ALLOWED","http://www.example.com/","http://x/","Mozilla/5.0","200",…
//! ```
//!
//! The first are requests of DNS, the others those of the proxy. Times are in UTC. The address inside
//! the network is the peer, the one outside is `client.nat.ip`.
//!
//! What it does *not* know: the cloud firewall's rows.

use super::super::spec::{Found, Miss, Spec};
use crate::category;
use crate::columns::{self, add, add_int, decide};
use crate::mark::{between, once, parts};
use crate::memory::Memory;
use crate::stamp;
use common::event::{Event, Value, address};
use std::borrow::Cow;

pub(in crate::format) const SPEC: Spec = Spec::payload(read).first(b"\"");

fn read<'a>(text: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let expected = "Umbrella's columns (\"2026-06-14 15:16:01\",\"identity\",…)";
    let stamp = stamp::iso(text.as_bytes(), 1).filter(|(_, end)| *end == 20);
    let inner = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let Some(((mut at, _), inner)) = stamp.zip(inner) else { return Miss::at(0, expected) };
    let mut all = Vec::with_capacity(32);
    all.extend(between(inner, "\",\"").take(64));
    let is_ip = |nth: usize| all.get(nth).is_some_and(|text| address(text).is_some());
    let is_proxy = is_ip(2) && is_ip(3) && all.len() >= 11;
    let is_dns = is_ip(3) && is_ip(4) && all.len() >= 10;
    if !is_proxy && !is_dns {
        return Miss::at(21, expected);
    }
    at.offset = Some(0);
    (event.time, event.time_quality) = memory.instant(at);
    event.message = Cow::Borrowed(text);
    event.user_name = Some(all[1].into()).filter(|name: &Cow<'_, str>| !name.is_empty());
    event.ext.reserve(12);
    event.ext.push("observer.vendor", Value::Text("Cisco".into()));
    if is_proxy {
        proxied(&all, event);
    } else {
        asked(&all, event);
    }
    Ok(Found::ALL)
}

fn verdict<'a>(text: &'a str, event: &mut Event<'a>) {
    let action = columns::lower(Cow::Borrowed(text));
    decide(&action, event);
    event.event_action = Some(action);
}

fn categories<'a>(list: &'a str, event: &mut Event<'a>) {
    add("rule.category", list, event);
    if let Some(category) = parts(list, [b',']).find_map(category::of) {
        event.ext.push("url.category", Value::Text(category.into()));
    }
}

fn asked<'a>(all: &[&'a str], event: &mut Event<'a>) {
    event.dataset = Some("umbrella.dns".into());
    event.event_category = Some("network".into());
    event.source_ip = address(all[3]);
    add("client.nat.ip", all[4], event);
    verdict(all[5], event);
    let kind = once(all[6], "(").map_or(all[6], |(_, kind)| kind.trim_end_matches(')'));
    add("dns.question.type", kind, event);
    add("dns.response_code", all[7], event);
    add("dns.question.name", all[8].trim_end_matches('.'), event);
    event.ext.push("network.protocol", Value::Text("dns".into()));
    categories(all[9], event);
}

fn proxied<'a>(all: &[&'a str], event: &mut Event<'a>) {
    event.dataset = Some("umbrella.proxy".into());
    event.event_category = Some("web".into());
    event.source_ip = address(all[2]);
    add("client.nat.ip", all[3], event);
    event.destination_ip = address(all[4]);
    add("http.response.mime_type", all[5], event);
    verdict(all[6], event);
    columns::url(Cow::Borrowed(all[7]), event);
    add("http.request.referrer", all[8], event);
    add("user_agent.original", all[9], event);
    add_int("http.response.status_code", all[10], event);
    for (name, nth) in [("http.request.bytes", 11), ("http.response.bytes", 12)] {
        add_int(name, all.get(nth).copied().unwrap_or_default(), event);
    }
}
