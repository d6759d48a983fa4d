//! Squid's access log in its own format.
//!
//! ```text
//! 1613260836.628    287 172.17.0.1 TCP_TUNNEL_ABORTED/200 18353 CONNECT www.google.com:443 - HIER_DIRECT/142.250.184.4 -
//! seconds.millis elapsed client code/status bytes method url user hierarchy/peer type
//! ```
//!
//! `-` is absent. The action is Squid's code; `event.duration` is in nanoseconds.
//!
//! What it does *not* know: Squid's other formats.

use super::spec::{Found, Miss, Spec};
use crate::columns::{self, add};
use crate::memory::Memory;
use common::event::{Event, Value, address};
use std::borrow::Cow;

pub(super) const SPEC: Spec = Spec::payload(read).first(b"0123456789I");

fn read<'a>(text: &'a str, _calendar: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    // Cisco's web gateway sends it with a level in front.
    let mut words = text.strip_prefix("Info: ").unwrap_or(text).split_ascii_whitespace();
    let mut next = || words.next().unwrap_or_default();
    let Some(micros) = stamp(next()) else {
        return Miss::at(0, "a stamp (1613260836.628)");
    };
    let Ok(elapsed) = next().parse::<i64>() else {
        return Miss::at(14, "milliseconds");
    };
    let (client, result) = (next(), next());
    let Some((code, status)) = result.split_once('/').filter(|_| result.contains('_')) else {
        return Miss::at(14, "a code and a status (TCP_MISS/200)");
    };
    let [size, method, url, user, peer, mime] = std::array::from_fn(|_| next());
    let user = user.trim_matches('"');
    columns::epoch(micros, event);
    if event.message.is_empty() {
        event.message = Cow::Borrowed(text);
    }
    event.dataset = Some("squid.access".into());
    event.event_category = Some("web".into());
    event.event_action = Some(code.into());
    let status: Option<i64> = status.parse().ok().filter(|status| *status > 0);
    event.event_outcome = match status {
        _ if code.contains("DENIED") => Some("failure".into()),
        Some(status) if status >= 400 => Some("failure".into()),
        Some(_) => Some("success".into()),
        None => None,
    };
    event.source_ip = address(client);
    event.user_name = (user != "-").then_some(user.into());
    event.ext.reserve(16);
    let (hierarchy, peer) = peer.split_once('/').unwrap_or((peer, "-"));
    event.destination_ip = address(peer);
    if event.destination_ip.is_none() {
        add("destination.domain", peer, event);
    }
    event.ext.push("event.duration", Value::Int(elapsed.saturating_mul(1_000_000)));
    add("http.request.method", method, event);
    columns::add_int("http.response.bytes", size, event);
    add("http.response.mime_type", mime, event);
    if let Some(status) = status {
        event.ext.push("http.response.status_code", Value::Int(status));
    }
    if event.source_ip.is_none() {
        add("source.domain", client, event);
    }
    add("squid.hierarchy", hierarchy, event);
    fill_url(method, url, event);
    Ok(Found::ALL)
}

/// `seconds.millis` as microseconds.
fn stamp(text: &str) -> Option<i64> {
    let (seconds, millis) = text.split_once('.')?;
    if seconds.len() < 9 || seconds.len() > 11 || millis.len() != 3 {
        return None;
    }
    let (seconds, millis): (i64, i64) = (seconds.parse().ok()?, millis.parse().ok()?);
    Some((seconds * 1_000 + millis) * 1_000)
}

/// Adds the URL, or the host and port of a tunnel, in the order of the names.
pub(super) fn fill_url<'a>(method: &str, url: &'a str, event: &mut Event<'a>) {
    let authority = match columns::cut(url, b"://") {
        Some((_, rest)) => rest.split(['/', '?']).next().unwrap_or(rest),
        None if method == "CONNECT" => url,
        None => "",
    };
    let authority = authority.rsplit('@').next().unwrap_or(authority);
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port))
            if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            (host, port)
        }
        _ => (authority, ""),
    };
    add("url.domain", host, event);
    if method == "CONNECT" {
        add("url.original", url, event);
    } else if url != "-" {
        columns::url(Cow::Borrowed(url), event);
    }
    columns::add_int("url.port", port, event);
}
