//! Access logs of Apache and nginx.
//!
//! ```text
//! [vhost[:port]] host ident user [14/Jun/2026:15:16:01 +0200] "GET /path?query HTTP/1.1" 200 512 ["referrer" "agent" …]
//! ```
//!
//! `-` is absent. `\"` and `\\` in quoted parts are undone; other escapes (`\x16`) stay as they
//! were written. A request that is not `METHOD target [version]` (TLS on a plain port, scanners)
//! is kept as `http.request.line` with the tag `bad_request`. The message is the line from the
//! request on.
//!
//! A virtual host in front is Apache's form, so the dataset is `apache.access`; without it Apache
//! and nginx write the same, and it is `web.access` unless the user says whose it is.
//!
//! The controller of Kubernetes' ingress has more behind the agent, which is read too:
//!
//! ```text
//! … "agent" 512 0.007 [default-web-80] [] 10.0.0.9:8080 1024 0.006 200 e1f2…
//! ```
//!
//! What it does *not* know: other fields after the agent; they stay in the message.

use super::spec::NO_OBJECT;
use super::spec::{Found, Miss, Next, Spec};
use crate::memory::Memory;
use crate::stamp::{self, Stamp};
use crate::syslog::number;
use common::event::{Event, Value, address};
use std::borrow::Cow;
use std::ops::Range;

pub(super) const SPEC: Spec =
    Spec::payload(|line, memory, event| read_as(line, memory, event, "web.access"))
        .first(NO_OBJECT);

pub(super) const APACHE: Spec =
    Spec::line(|line, memory, event| read_as(line, memory, event, "apache.access")).named();

pub(super) const NGINX: Spec =
    Spec::line(|line, memory, event| read_as(line, memory, event, "nginx.access")).named();

/// What stands before the stamp.
struct Peer<'a> {
    vhost: Option<&'a str>,
    host: &'a str,
    ident: &'a str,
    user: &'a str,
}

/// What stands after it.
struct Request<'a> {
    line: Cow<'a, str>,
    status: Option<i64>,
    size: Option<i64>,
    referrer: Option<Cow<'a, str>>,
    agent: Option<Cow<'a, str>>,
    /// What Apache's `combinedio` adds: bytes received and sent, with headers.
    received: Option<i64>,
    sent: Option<i64>,
    /// What an ingress adds, from the length of the request on.
    upstream: Option<&'a str>,
}

fn read_as<'a>(
    line: &'a str,
    memory: &mut Memory,
    event: &mut Event<'a>,
    dataset: &'static str,
) -> Result<Found, Miss> {
    let Some((open, at, close)) = find_stamp(line.as_bytes()) else {
        return Miss::at(0, "a stamp ([14/Jun/2026:15:16:01 +0200])");
    };
    let text = line.as_bytes();
    let has_header = match text.get(3) {
        Some(b' ') => stamp::month_day(text, 0).is_some(),
        Some(b'0'..=b'9') => stamp::iso(text, 0).is_some(),
        _ => false,
    };
    if has_header || line.starts_with('<') {
        return Miss::at(0, "a host");
    }
    let peer = peer(&line[..open])?;
    let body = close + 2;
    let Some(request) = request(line, body) else {
        return Miss::at(body.min(line.len()), "a quoted request and a status");
    };
    (event.time, event.time_quality) = memory.instant(at);
    event.dataset = Some(if peer.vhost.is_some() { "apache.access" } else { dataset }.into());
    event.event_category = Some("web".into());
    event.event_outcome = request
        .status
        .map(|status| Cow::Borrowed(if status < 400 { "success" } else { "failure" }));
    event.message = line[body..].into();
    event.user_name = present(peer.user).map(Into::into);
    fill(&peer, request, event);
    Ok(Found { stamp: (open + 1, close), next: Next::Read, ..Found::default() })
}

/// Finds ` [stamp]`: the column of its bracket, the stamp, the column of the closing bracket.
fn find_stamp(text: &[u8]) -> Option<(usize, Stamp, usize)> {
    let window = &text[..text.len().min(4096)];
    memchr::memchr_iter(b'[', window).find_map(|open| {
        // nginx's $time_iso8601 is sometimes put there.
        let (at, end) = stamp::clf(text, open + 1).or_else(|| stamp::iso(text, open + 1))?;
        (open > 0 && text.get(end) == Some(&b']')).then_some((open, at, end))
    })
}

/// Reads `[vhost] host ident user `, the text before the stamp. A user name may hold spaces.
fn peer(head: &str) -> Result<Peer<'_>, Miss> {
    let mut words = head.splitn(4, ' ');
    let (first, second) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let (third, rest) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    if first.is_empty() || second.is_empty() || third.is_empty() {
        return Miss::at(0, "host, ident and user");
    }
    // With a virtual host, the second word is the peer's address; otherwise it is the ident.
    let named = rest.trim_end();
    if address(first).is_none() && address(second).is_some() && !named.is_empty() {
        // BunkerWeb has the request's id before the user.
        let user = named
            .rsplit_once(' ')
            .map_or(named, |(_, user)| if user == "-" { user } else { named });
        // A list of those for whom proxies asked: the first is the client.
        if let Some(client) = first.strip_suffix(',').filter(|client| address(client).is_some()) {
            return Ok(Peer { vhost: None, host: client, ident: third, user });
        }
        return Ok(Peer { vhost: Some(first), host: second, ident: third, user });
    }
    let user = head[first.len() + second.len() + 2..].trim_end();
    Ok(Peer { vhost: None, host: first, ident: second, user })
}

/// Reads `"request" status size ["referrer" "agent"]`.
fn request(line: &str, at: usize) -> Option<Request<'_>> {
    if line.as_bytes().get(at.checked_sub(1)?) != Some(&b' ') {
        return None;
    }
    let (request, end) = quoted(line, at)?;
    let rest = line[end..].strip_prefix(' ')?;
    let (status, after) = rest.split_once(' ').unwrap_or((rest, ""));
    let (size, after) = after.split_once(' ').unwrap_or((after, ""));
    if status != "-" && number(status).is_none() {
        return None;
    }
    let mut request = Request {
        line: request,
        status: number(status),
        size: number(size),
        referrer: None,
        agent: None,
        received: None,
        sent: None,
        upstream: None,
    };
    if let Some((referrer, end)) = quoted(after, 0) {
        request.referrer = Some(referrer);
        if let Some((agent, end)) = quoted(after, end + 1) {
            request.agent = Some(agent);
            let mut counts = after[end..].split_ascii_whitespace().map(number);
            if let (Some(received), Some(sent), None) =
                (counts.next(), counts.next(), counts.next())
            {
                (request.received, request.sent) = (received, sent);
            } else if after[end..].contains(" [") {
                request.upstream = Some(&after[end..]);
            }
        }
    }
    Some(request)
}

/// Reads `"…"` from a column on; returns what is inside and the column after it.
fn quoted(line: &str, at: usize) -> Option<(Cow<'_, str>, usize)> {
    let rest = line.get(at..)?.strip_prefix('"')?;
    let bytes = rest.as_bytes();
    let mut place = 0;
    loop {
        place += memchr::memchr2(b'"', b'\\', &bytes[place..])?;
        if bytes[place] == b'"' {
            let inside = &rest[..place];
            return Some((unescape(inside), at + place + 2));
        }
        place = (place + 2).min(bytes.len());
    }
}

/// Undoes `\"` and `\\`.
fn unescape(text: &str) -> Cow<'_, str> {
    if memchr::memchr(b'\\', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        match (char, chars.peek()) {
            ('\\', Some('"' | '\\')) => out.extend(chars.next()),
            _ => out.push(char),
        }
    }
    Cow::Owned(out)
}

fn present(text: &str) -> Option<&str> {
    (!text.is_empty() && text != "-").then_some(text)
}

/// Adds the fields in the order of their names, which spares sorting them.
fn fill<'a>(peer: &Peer<'a>, mut request: Request<'a>, event: &mut Event<'a>) {
    event.ext.reserve(10);
    if let Some(ident) = present(peer.ident) {
        event.ext.push("client.ident", Value::Text(ident.into()));
    }
    if let Some(received) = request.received {
        event.ext.push("http.request.bytes", Value::Int(received));
    }
    let target = target(&request.line);
    if let Some(target) = &target {
        let method = part(&request.line, 0..target.method);
        event.ext.push("http.request.method", Value::Text(method));
    } else if present(&request.line).is_some() {
        event.ext.push("http.request.line", Value::Text(request.line.clone()));
        event.tag("bad_request");
    }
    if let Some(upstream) = request.upstream {
        fill_upstream(upstream, event);
    }
    if let Some(referrer) = request.referrer.take().filter(|text| present(text).is_some()) {
        event.ext.push("http.request.referrer", Value::Text(referrer));
    }
    if let Some(size) = request.size {
        event.ext.push("http.response.body.bytes", Value::Int(size));
    }
    if let Some(sent) = request.sent {
        event.ext.push("http.response.bytes", Value::Int(sent));
    }
    if let Some(status) = request.status {
        event.ext.push("http.response.status_code", Value::Int(status));
    }
    if let Some(target) = &target
        && target.version > target.end
    {
        let version = part(&request.line, target.version..request.line.len());
        event.ext.push("http.version", Value::Text(version));
    }
    match address(peer.host) {
        Some(ip) => event.source_ip = Some(ip),
        None if present(peer.host).is_some() => {
            event.ext.push("source.domain", Value::Text(peer.host.into()));
        }
        None => {}
    }
    fill_url(peer.vhost, &request, target.as_ref(), event);
    if let Some(agent) = request.agent.take().filter(|text| present(text).is_some()) {
        event.ext.push("user_agent.original", Value::Text(agent));
    }
}

/// Adds what an ingress says of a request and of who answered it:
/// `length seconds [name] [alternative] address length seconds status id`; of tries that failed the
/// address, length, seconds and status are listed too.
fn fill_upstream<'a>(text: &'a str, event: &mut Event<'a>) {
    let Some((counts, rest)) = text.split_once(" [") else { return };
    let mut counts = counts.split_ascii_whitespace();
    let length = counts.next().and_then(number);
    let seconds = counts.next().and_then(|seconds| seconds.parse::<f64>().ok());
    let (Some(length), Some(seconds), None) = (length, seconds, counts.next()) else { return };
    event.ext.push("http.request.bytes", Value::Int(length));
    #[allow(clippy::cast_possible_truncation, reason = "a time too long is the longest there is")]
    event.ext.push("event.duration", Value::Int((seconds * 1e9).round() as i64));
    let Some((name, rest)) = rest.split_once("] [") else { return };
    let Some((_, rest)) = rest.split_once("] ") else { return };
    let rest = rest.split(" [").next().unwrap_or_default();
    let Some((rest, id)) = rest.rsplit_once(' ') else { return };
    // As many addresses, lengths, times and states as there were tries, of which the last counts.
    let words: Vec<&str> = rest.split_ascii_whitespace().collect();
    let tries = words.len() / 4;
    let last = |nth: usize| words.get(((nth + 1) * tries).checked_sub(1)?).copied();
    let fields = [
        ("nginx.upstream.name", Some(name)),
        ("nginx.upstream.address", last(0)),
        ("nginx.upstream.status", last(3)),
        ("http.request.id", Some(id)),
    ];
    for (name, value) in fields {
        if let Some(value) = value.and_then(present) {
            event.ext.push(name, Value::Text(value.trim_end_matches(',').into()));
        }
    }
}

/// Adds `url.domain`, `.original`, `.path`, `.port`, `.query`.
fn fill_url<'a>(
    vhost: Option<&'a str>,
    request: &Request<'a>,
    target: Option<&Target>,
    event: &mut Event<'a>,
) {
    let request = &request.line;
    let (domain, port) = vhost.map_or((None, None), |vhost| match vhost.rsplit_once(':') {
        Some((domain, port)) if number(port).is_some() => (present(domain), number(port)),
        _ => (present(vhost), None),
    });
    if let Some(domain) = domain {
        event.ext.push("url.domain", Value::Text(domain.into()));
    }
    let url = target.map(|target| target.method + 1..target.end);
    let path = url
        .clone()
        .map_or(0, |url| url.start + request[url.clone()].find(['?', '#']).unwrap_or(url.len()));
    if let Some(url) = &url {
        event.ext.push("url.original", Value::Text(part(request, url.clone())));
        let begin = url.start + path_begin(&request[url.start..path]);
        if request[begin..path].starts_with('/') {
            event.ext.push("url.path", Value::Text(part(request, begin..path)));
        }
    }
    if let Some(port) = port {
        event.ext.push("url.port", Value::Int(port));
    }
    if let Some(url) = url
        && request.as_bytes().get(path) == Some(&b'?')
        && path + 1 < url.end
    {
        event.ext.push("url.query", Value::Text(part(request, path + 1..url.end)));
    }
}

/// Where the path begins in what may be a whole URL: `http://www.example/a`, as proxies have it.
fn path_begin(url: &str) -> usize {
    let authority = url.find("://").filter(|scheme| !url[..*scheme].contains('/'));
    authority.map_or(0, |scheme| {
        url[scheme + 3..].find('/').map_or(url.len(), |slash| scheme + 3 + slash)
    })
}

/// A part of a text, borrowed where the text is.
fn part<'a>(text: &Cow<'a, str>, range: Range<usize>) -> Cow<'a, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(&text[range]),
        Cow::Owned(text) => Cow::Owned(text[range].to_owned()),
    }
}

/// Where the parts of `METHOD target HTTP/version` are.
struct Target {
    /// Where the method ends; the target begins a space later.
    method: usize,
    /// Where the target ends.
    end: usize,
    /// Where the version begins; the target's end when there is none.
    version: usize,
}

/// Splits a request; `None` when it is none.
fn target(request: &str) -> Option<Target> {
    let method = request.find(' ')?;
    let verb = &request[..method];
    let known = (1..=24).contains(&verb.len())
        && verb.bytes().all(|byte| byte.is_ascii_uppercase() || matches!(byte, b'_' | b'-'));
    if !known {
        return None;
    }
    let (end, version) = match memchr::memrchr(b' ', request.as_bytes()) {
        Some(end) if end > method && request[end + 1..].starts_with("HTTP/") => (end, end + 6),
        _ => (request.len(), request.len()),
    };
    (end > method + 1).then_some(Target { method, end, version })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_of_what_an_ingress_tried_counts_and_less_than_one_try_is_nothing() {
        let upstream = |rest: &str| {
            let text = format!(" 512 0.007 [web-80] [] {rest} e1f2");
            let mut event = Event::default();
            fill_upstream(&text, &mut event);
            let text = |name| event.ext.get(name).map(ToString::to_string).unwrap_or_default();
            assert_eq!(text("http.request.id"), "e1f2");
            [text("nginx.upstream.address"), text("nginx.upstream.status")]
        };
        assert_eq!(upstream("10.0.0.9:80 10 0.1 200"), ["10.0.0.9:80", "200"]);
        let twice = "10.0.0.9:80, 10.0.0.8:80 0, 10 0.1, 0.2 502, 200";
        assert_eq!(upstream(twice), ["10.0.0.8:80", "200"]);
        for few in ["-", "10.0.0.9:80", "10.0.0.9:80 10", "10.0.0.9:80 10 0.1"] {
            assert_eq!(upstream(few), ["", ""], "{few}");
        }
    }
}
