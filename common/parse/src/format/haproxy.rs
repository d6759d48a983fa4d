//! HAProxy's logs of HTTP requests and TCP sessions, as its default formats have them.
//!
//! ```text
//! 10.0.1.2:33317 [06/Feb/2009:12:14:14.655] http-in static/srv1 10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 {agent} {} "GET /index.html HTTP/1.1"
//! 10.0.1.2:33313 [06/Feb/2009:12:12:51.443] fnt bck/srv1 0/0/5007 212 -- 0/0/0/0/3 0/0
//! 10.0.1.2:33313 [06/Feb/2009:12:12:51.443] fnt/bind: SSL handshake failure
//! ```
//!
//! The message is the line. What it does *not* know: formats that an administrator wrote.

use super::modsecurity;
use super::spec::{Found, Miss, Spec};
use crate::columns::{self, add, add_int, cut};
use crate::memory::Memory;
use crate::stamp;
use common::event::{Event, Value, address};
use std::borrow::Cow;
use std::net::IpAddr;

pub(super) const SPEC: Spec = Spec::payload(read).first(b"0123456789abcdefABCDEF:[u");

fn read<'a>(text: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let client = memchr::memchr(b' ', text.as_bytes()).map(|space| text.split_at(space));
    let Some((client, rest)) =
        client.and_then(|(client, rest)| Some((client, rest.strip_prefix(" [")?)))
    else {
        return Miss::at(0, "a client and a stamp in brackets");
    };
    let Some((ip, port)) = peer(client) else {
        return Miss::at(0, "a client (10.0.1.2:33317, unix:1)");
    };
    let Some((at, end)) =
        stamp::clf(rest.as_bytes(), 0).filter(|(_, end)| rest[*end..].starts_with("] "))
    else {
        return Miss::at(client.len() + 2, "a stamp (06/Feb/2009:12:14:14.655)");
    };
    if let Some((place, reason)) = cut(&rest[end + 2..], b": ")
        && let Some((frontend, bind)) = place.split_once('/').filter(|_| !place.contains(' '))
    {
        (event.time, event.time_quality) = memory.instant(at);
        refused((ip, port), (frontend, bind), reason, event);
        return Ok(Found { stamp: (client.len() + 2, client.len() + 2 + end), ..Found::ALL });
    }
    let mut words = rest[end + 2..].split(' ');
    let mut next = || words.next().unwrap_or_default();
    let [frontend, backend, times, status] = std::array::from_fn(|_| next());
    let Some((pool, server)) = backend.split_once('/').filter(|_| times.contains('/')) else {
        return Miss::at(client.len() + end + 4, "a frontend, a backend and times");
    };
    let is_http = times.split('/').count() >= 5;
    let (status, bytes) = if is_http { (status, next()) } else { ("", status) };
    let state = if is_http { [next(), next(), next()][2] } else { next() };
    let [connections, queues] = std::array::from_fn(|_| next());
    (event.time, event.time_quality) = memory.instant(at);
    if event.message.is_empty() {
        event.message = Cow::Borrowed(text);
    }
    event.dataset = Some(if is_http { "haproxy.http" } else { "haproxy.tcp" }.into());
    event.event_category = Some(if is_http { "web" } else { "network" }.into());
    (event.source_ip, event.source_port) = (ip, port);
    event.ext.reserve(16);
    let quoted = cut(text, b" \"").filter(|_| is_http);
    took(times, event);
    add("haproxy.backend", pool, event);
    if let Some((front, _)) = quoted {
        captured(front, event);
    }
    add("haproxy.connections", connections, event);
    add("haproxy.frontend", frontend.trim_end_matches('~'), event);
    add("haproxy.queues", queues, event);
    add("haproxy.server", server, event);
    add("haproxy.termination_state", state, event);
    add("haproxy.times", times, event);
    answered(quoted.map(|(_, line)| line), (status, bytes), event);
    Ok(Found { stamp: (client.len() + 2, client.len() + 2 + end), ..Found::ALL })
}

/// An address and a port; of a socket on the same machine none.
type Peer = (Option<IpAddr>, Option<u16>);

fn peer(client: &str) -> Option<Peer> {
    let (ip, port) = client.rsplit_once(':')?;
    let port = port.parse().ok()?;
    if ip == "unix" { Some((None, None)) } else { Some((Some(address(ip)?), Some(port))) }
}

/// The last of the times is the whole, in milliseconds.
fn took(times: &str, event: &mut Event<'_>) {
    let total = times.rsplit('/').next().unwrap_or_default().trim_start_matches('+');
    if let Ok(total) = total.parse::<i64>() {
        event.ext.push("event.duration", Value::Int(total.saturating_mul(1_000_000)));
    }
}

/// What a request was, and how it was answered, in the order of the fields' names.
fn answered<'a>(line: Option<&'a str>, (status, bytes): (&'a str, &'a str), event: &mut Event<'a>) {
    let (line, after) = line.map(request_end).unzip();
    let bad = line.filter(|line| line.starts_with('<'));
    let [method, url, version] = modsecurity::parts(line.filter(|_| bad.is_none()).unwrap_or(""));
    if let Some(line) = bad {
        add("http.request.line", line, event);
        event.tag("bad_request");
    } else if line.is_some() {
        event.ext.push("http.request.method", Value::Text(method.into()));
    }
    add_int("http.response.bytes", bytes.trim_start_matches('+'), event);
    if !status.is_empty() {
        let outcome = |status| if status < 400 { "success" } else { "failure" };
        event.event_outcome = status.parse::<u16>().ok().map(outcome).map(Cow::Borrowed);
        add_int("http.response.status_code", status, event);
    }
    if let Some(version) = version.strip_prefix("HTTP/") {
        event.ext.push("http.version", Value::Text(version.into()));
    }
    secured(after.unwrap_or_default(), event);
    if !url.is_empty() {
        columns::url(url.into(), event);
    }
}

/// What was captured of headers: `{agent|host} {server}`. HAProxy codes quotes in them.
fn captured<'a>(front: &'a str, event: &mut Event<'a>) {
    let Some((_, captured)) = cut(front, b" {") else { return };
    let (request, response) = cut(captured, b"} {").unwrap_or((captured, ""));
    add("haproxy.captured_request", request.trim_end_matches('}'), event);
    add("haproxy.captured_response", response.trim_end_matches('}'), event);
}

/// Where a request ends: at the last quote, unless what `httpslog` puts behind it follows.
fn request_end(line: &str) -> (&str, &str) {
    line.rsplit_once('"').map_or((line, ""), |(line, after)| (line, after.trim_start()))
}

/// What `httpslog` adds: `0/0000000000000000/0/0/0 www.example/TLSv1.3/TLS_AES_256_GCM_SHA384`.
fn secured<'a>(text: &'a str, event: &mut Event<'a>) {
    let Some((_, tls)) = text.split_once(' ') else { return };
    let mut parts = tls.split('/');
    let [name, version, cipher] = std::array::from_fn(|_| parts.next().unwrap_or_default());
    add("tls.cipher", cipher, event);
    add("tls.client.server_name", name, event);
    add("tls.version", version, event);
}

/// A connection that ended before it became a session.
fn refused<'a>(
    (ip, port): Peer,
    (frontend, bind): (&'a str, &'a str),
    reason: &'a str,
    event: &mut Event<'a>,
) {
    event.dataset = Some("haproxy.error".into());
    event.event_category = Some("network".into());
    event.event_action = Some("connection-refused".into());
    event.event_outcome = Some("failure".into());
    (event.source_ip, event.source_port) = (ip, port);
    if event.message.is_empty() {
        event.message = reason.into();
    }
    add("event.reason", reason, event);
    add("haproxy.bind", bind, event);
    add("haproxy.frontend", frontend.trim_end_matches('~'), event);
}
