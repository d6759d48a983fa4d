//! Envoy's access log as text, in its own default format and in Istio's.
//!
//! ```text
//! [2016-04-15T20:17:00.310Z] "POST /a HTTP/2" 204 - 154 0 226 100 "10.0.35.28" "agent" "id" "authority" "tcp://10.0.2.1:80"
//! [2020-11-25T21:26:18.409Z] "GET /a HTTP/1.1" 418 - via_upstream - "-" 0 135 4 4 "-" "agent" "id" "authority" "127.0.0.1:80" inbound|8000|| 127.0.0.1:41854 10.44.1.27:80 10.44.1.23:37652 name route
//! ```
//!
//! `-` is absent. Envoy's own format names no peer but in `X-Forwarded-For`, whose first address is
//! then the source.
//!
//! What it does *not* know: formats that an administrator wrote; JSON ([`super::json`]).

use super::{Found, Miss, Spec};
use crate::columns::{add, add_int, cut};
use crate::memory::Memory;
use crate::stamp;
use common::event::{Event, Value, address};
use std::borrow::Cow;
use std::net::IpAddr;

pub(super) const SPEC: Spec = Spec::payload(read).first(b"[");

fn read<'a>(text: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let Some((at, end)) = stamp::iso(text.as_bytes(), 1)
        .filter(|(at, end)| at.offset.is_some() && text[*end..].starts_with("] \""))
    else {
        return Miss::at(0, "a stamp and a request ([2016-04-15T20:17:00.310Z] \"GET …\")");
    };
    let Some((request, rest)) = cut(&text[end + 3..], b"\" ") else {
        return Miss::at(end + 3, "the request's end");
    };
    let mut list = super::elb::words(rest);
    let words: [&str; 20] = std::array::from_fn(|_| list.next().unwrap_or_default());
    let [status, flags, ..] = words;
    // Istio puts three words more behind the flags.
    let more = if words[2].bytes().all(|byte| byte.is_ascii_digit()) { 0 } else { 3 };
    let [received, sent, took, _, forwarded, agent, id, authority, upstream] =
        std::array::from_fn(|nth| words[2 + more + nth]);
    let is_envoy = [status, received, sent, took].iter().all(|word| {
        !word.is_empty() && (*word == "-" || word.bytes().all(|byte| byte.is_ascii_digit()))
    });
    if !is_envoy || upstream.is_empty() {
        return Miss::at(end + 5 + request.len(), "a status, flags and counts");
    }
    (event.time, event.time_quality) = memory.instant(at);
    if event.message.is_empty() {
        event.message = Cow::Borrowed(text);
    }
    event.dataset = Some("envoy.access".into());
    let is_web = request != "- - -";
    event.event_category = Some(if is_web { "web" } else { "network" }.into());
    event.event_outcome = match status.parse::<u16>() {
        Ok(400..) => Some("failure".into()),
        Ok(1..) => Some("success".into()),
        _ => Some(if flags == "-" { "success" } else { "failure" }.into()),
    };
    event.ext.reserve(20);
    let first = forwarded.split(',').next().unwrap_or_default();
    add("client.ip", first, event);
    event.source_ip = address(first);
    if more > 0 {
        add("envoy.response_code_details", words[2], event);
        add("envoy.upstream_cluster", words[14], event);
        connection(std::array::from_fn(|nth| words[16 + nth]), event);
    }
    add("envoy.response_flags", flags, event);
    add("envoy.upstream_host", upstream, event);
    if let Ok(millis) = took.parse::<i64>() {
        event.ext.push("event.duration", Value::Int(millis.saturating_mul(1_000_000)));
    }
    add_int("http.request.body.bytes", received, event);
    add("http.request.id", id, event);
    add_int("http.response.body.bytes", sent, event);
    if is_web {
        add_int("http.response.status_code", status, event);
        super::modsecurity::request(Cow::Borrowed(request), event);
    }
    if authority != "-" {
        super::modsecurity::authority(&Cow::Borrowed(authority), event);
    }
    add("user_agent.original", agent, event);
    Ok(Found { stamp: (1, end), ..Found::ALL })
}

/// What Istio says of the connection: both ends of it, the name that was asked for, the route.
fn connection<'a>([local, remote, name, route]: [&'a str; 4], event: &mut Event<'a>) {
    (event.destination_ip, event.destination_port) = endpoint(local);
    if let (Some(ip), port) = endpoint(remote) {
        (event.source_ip, event.source_port) = (Some(ip), port);
    }
    add("envoy.route", route, event);
    add("tls.client.server_name", name, event);
}

/// `10.44.1.27:80`, `[2001:db8::1]:80`.
fn endpoint(text: &str) -> (Option<IpAddr>, Option<u16>) {
    let (ip, port) = text.rsplit_once(':').unwrap_or((text, ""));
    (address(ip), port.parse().ok())
}
