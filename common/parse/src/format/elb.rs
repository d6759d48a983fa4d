//! Amazon's load balancers: application, network (TLS) and classic ones.
//!
//! ```text
//! https 2018-07-02T22:23:00.186641Z app/lb/50dc 192.0.2.39:2817 10.0.0.1:80 0.086 0.048 0.037 200 200 0 57 "GET https://… HTTP/1.1" "curl" cipher TLSv1.2 arn:… "Root=…" "domain" "cert" 1 created "waf,forward" "redirect" "error" "targets" "statuses" "class" "reason" TID_…
//! tls 2.0 2018-12-20T02:59:40 net/lb/c6e7 listener 192.0.2.39:51341 10.0.0.1:443 5 2 98 246 alert cert - cipher tlsv12 - domain alpn alpn alpn created
//! 2015-05-13T23:39:43.945958Z lb 192.0.2.39:2817 10.0.0.1:80 0.000073 0.001048 0.000057 200 200 0 29 "GET http://… HTTP/1.1" "curl" cipher TLSv1.2
//! ```
//!
//! `-` is absent. Times are in UTC. A request that is none (`- - - `) leaves no URL.
//!
//! What it does *not* know: the balancers' logs of connections.

use super::spec::{Found, Miss, Spec};
use crate::columns::{add, add_int, cut};
use crate::memory::Memory;
use crate::stamp;
use common::event::{Event, Value, address};
use std::borrow::Cow;
use std::net::IpAddr;

pub(super) const SPEC: Spec = Spec::line(read).first(b"hgtw12");

fn read<'a>(text: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let (kind, _) = text.split_once(' ').unwrap_or_default();
    match kind {
        "http" | "https" | "h2" | "grpcs" | "ws" | "wss" => application(text, memory, event),
        "tls" => network(text, memory, event),
        _ if kind.len() == 27 && kind.ends_with('Z') => classic(text, memory, event),
        _ => Miss::at(0, "a load balancer's line (https 2018-…Z app/…)"),
    }
}

fn application<'a>(
    text: &'a str,
    memory: &mut Memory,
    event: &mut Event<'a>,
) -> Result<Found, Miss> {
    let mut words = words(text);
    let mut next = || words.next().unwrap_or_default();
    let [_, stamp, name, client, target, received, processed, answered] =
        std::array::from_fn(|_| next());
    let Some(at) = stamp::iso(stamp.as_bytes(), 0).filter(|_| name.starts_with("app/")) else {
        return Miss::at(0, "a load balancer's request (https 2018-…Z app/…)");
    };
    let rest: [&str; 21] = std::array::from_fn(|_| next());
    let [status, target_status, size, sent, request, agent, cipher, protocol, group, trace, ..] =
        rest;
    let [domain, certificate, rule, _, actions, redirect, error, targets, _, class, reason] =
        std::array::from_fn(|nth| rest[10 + nth]);
    (event.time, event.time_quality) = memory.instant(at.0);
    event.ext.reserve(24);
    event.event_category = Some("web".into());
    add("elb.actions", actions, event);
    add("elb.certificate", certificate, event);
    add("elb.classification", class, event);
    add("elb.classification_reason", reason, event);
    add("elb.connection_trace_id", next(), event);
    add("elb.domain", domain, event);
    add("elb.name", name, event);
    add("elb.redirect_url", redirect, event);
    add("elb.rule_priority", rule, event);
    add("elb.target_group", group, event);
    add("elb.targets", targets, event);
    add("event.reason", error, event);
    add("trace.id", trace, event);
    ends(client, target, event);
    took([received, processed, answered], event);
    secured(cipher, protocol, event);
    answer(status, target_status, [size, sent], event);
    asked(request, agent, event);
    known(text, event);
    Ok(Found::ALL)
}

fn classic<'a>(text: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let mut words = words(text);
    let mut next = || words.next().unwrap_or_default();
    let [stamp, name, client, target, received, processed, answered] =
        std::array::from_fn(|_| next());
    let times = [received, processed, answered];
    let is_balancer = endpoint(client).1.is_some()
        && (target == "-" || endpoint(target).1.is_some())
        && times.iter().all(|time| time.parse::<f64>().is_ok());
    let Some((at, _)) = stamp::iso(stamp.as_bytes(), 0).filter(|_| is_balancer) else {
        return Miss::at(28, "a classic load balancer's request (lb 192.0.2.39:2817 …)");
    };
    let [status, target_status, size, sent, request, agent, cipher, protocol] =
        std::array::from_fn(|_| next());
    (event.time, event.time_quality) = memory.instant(at);
    event.ext.reserve(16);
    let is_web = status != "-";
    event.event_category = Some(if is_web { "web" } else { "network" }.into());
    event.network_transport = (!is_web).then(|| "tcp".into());
    add("elb.name", name, event);
    ends(client, target, event);
    took(times, event);
    secured(cipher, protocol, event);
    answer(status, target_status, [size, sent], event);
    asked(request, agent, event);
    known(text, event);
    Ok(Found::ALL)
}

fn network<'a>(text: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let mut words = words(text);
    let mut next = || words.next().unwrap_or_default();
    let [_, _, stamp, name, listener, client, target, took, _, received, sent, alert] =
        std::array::from_fn(|_| next());
    let Some((mut at, _)) = stamp::iso(stamp.as_bytes(), 0).filter(|_| name.starts_with("net/"))
    else {
        return Miss::at(0, "a network load balancer's connection (tls 2.0 2018-… net/…)");
    };
    at.offset = Some(0);
    let [certificate, _, cipher, protocol, _, domain] = std::array::from_fn(|_| next());
    (event.time, event.time_quality) = memory.instant(at);
    event.ext.reserve(16);
    event.event_category = Some("network".into());
    event.network_transport = Some("tcp".into());
    event.event_outcome = Some(if alert == "-" { "success" } else { "failure" }.into());
    ends(client, target, event);
    add_int("destination.bytes", sent, event);
    add("elb.certificate", certificate, event);
    add("elb.listener", listener, event);
    add("elb.name", name, event);
    add("elb.tls_alert", alert, event);
    if let Ok(millis) = took.parse::<i64>() {
        event.ext.push("event.duration", Value::Int(millis.saturating_mul(1_000_000)));
    }
    add("network.protocol", "tls", event);
    add_int("source.bytes", received, event);
    secured(cipher, protocol, event);
    add("tls.client.server_name", domain, event);
    known(text, event);
    Ok(Found::ALL)
}

fn known<'a>(text: &'a str, event: &mut Event<'a>) {
    event.message = Cow::Borrowed(text);
    event.dataset = Some("aws.elb".into());
}

fn ends(client: &str, target: &str, event: &mut Event<'_>) {
    (event.source_ip, event.source_port) = endpoint(client);
    (event.destination_ip, event.destination_port) = endpoint(target);
}

fn endpoint(text: &str) -> (Option<IpAddr>, Option<u16>) {
    let (ip, port) = text.rsplit_once(':').unwrap_or((text, ""));
    (address(ip), port.parse().ok())
}

/// Seconds that the parts of a request took; -1 says that there was no such part.
fn took(parts: [&str; 3], event: &mut Event<'_>) {
    let seconds = parts.map(|part| part.parse::<f64>().unwrap_or(-1.0));
    if seconds.iter().all(|part| (0.0..1e9).contains(part)) {
        #[allow(clippy::cast_possible_truncation, reason = "below 3 × 10^18")]
        let nanos = (seconds.iter().sum::<f64>() * 1e9).round() as i64;
        event.ext.push("event.duration", Value::Int(nanos));
    }
}

fn secured<'a>(cipher: &'a str, protocol: &'a str, event: &mut Event<'a>) {
    add("tls.cipher", cipher, event);
    add("tls.version", protocol, event);
}

fn answer<'a>(
    status: &'a str,
    target_status: &'a str,
    [size, sent]: [&'a str; 2],
    event: &mut Event<'a>,
) {
    let outcome = |status| if status < 400 { "success" } else { "failure" };
    event.event_outcome = status.parse::<u16>().ok().map(outcome).map(Cow::Borrowed);
    add_int("elb.target_status_code", target_status, event);
    add_int("http.request.bytes", size, event);
    add_int("http.response.bytes", sent, event);
    add_int("http.response.status_code", status, event);
}

fn asked<'a>(request: &'a str, agent: &'a str, event: &mut Event<'a>) {
    let mut parts = request.splitn(3, ' ');
    let [method, url, version] = std::array::from_fn(|_| parts.next().unwrap_or_default());
    if method != "-" {
        add("http.request.method", method, event);
        add("http.version", version.trim_start_matches("HTTP/"), event);
        super::squid::fill_url(method, url, event);
    } else if url != "-" {
        add("http.request.line", request, event);
        event.tag("bad_request");
    }
    add("user_agent.original", agent, event);
}

/// The words of a text; one in quotes ends where a space or the end follows its quote.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (word, after) = match rest.strip_prefix('"') {
            Some(inside) => match cut(inside, b"\" ") {
                Some(parts) => parts,
                None => (inside.strip_suffix('"').unwrap_or(inside), ""),
            },
            None => rest.split_once(' ').unwrap_or((rest, "")),
        };
        rest = after;
        Some(word)
    })
}
