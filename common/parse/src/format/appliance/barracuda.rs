//! Barracuda's web application firewall: its five logs, in the columns of its default format.
//!
//! ```text
//! <129>2026-06-14 15:16:01.123 +0100  waf1 WF ALER SQL_INJECTION_IN_PARAM 192.0.2.7 39661 198.51.100.4 443 policy GLOBAL DENY NONE [type="…"] POST /a TLSv1.2 "-" "Mozilla/5.0" 192.0.2.7 39661 "-" http://x/ 186c0f2420a-325d480
//! … waf1 TR 198.51.100.4 443 192.0.2.7 8210 "-" "-" GET TLSv1.2 www.example.com HTTP/1.1 404 791 293 0 3 10.0.0.3 80 0 "-" SERVER DEFAULT PROTECTED VALID /a q=1 http://x/ "-" "Mozilla/5.0" 192.0.2.7 8210 anna …
//! … waf1 NF ALER TCP 192.0.2.7 57296 198.51.100.4 80 DENY rule1 MGMT/LAN/WAN interface traffic:deny
//! … waf1 AUDIT anna GUI 192.0.2.7 64197 LOGIN 0 login  global - - "" "" []
//! … waf1 SYS ADMIN_M ALER 51001 text
//! ```
//!
//! WF is what the firewall found, TR a request, NF a packet, AUDIT an administrator, SYS the machine.
//! Columns are divided by blanks; those that the client's text may stretch are found by what stands
//! around them. `"-"` is absent.
//!
//! What it does *not* know: formats that an administrator made up.

use super::super::spec::{Found, Miss, Spec};
use crate::columns::{self, add, add_int, decide};
use crate::level::named_severity;
use crate::memory::Memory;
use crate::{stamp, syslog};
use common::event::{Event, Value, address};
use std::borrow::Cow;

pub(in crate::format) const SPEC: Spec = Spec::payload(read).first(b"<0123456789");

fn read<'a>(line: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let text = line.as_bytes();
    let priority = syslog::priority(text);
    let start = priority.map_or(0, |(_, _, after)| after);
    let expected = "a stamp, its zone, a unit, one of WF TR NF AUDIT SYS";
    // The zone stands behind a blank, which no other format with such stamps has.
    let is_zoned = text.get(start + 4) == Some(&b'-')
        && matches!(text.get(start + 23..start + 25), Some([b' ', b'+' | b'-']));
    let Some((mut at, end)) = is_zoned.then(|| stamp::iso(text, start)).flatten() else {
        return Miss::at(start, expected);
    };
    let (offset, zone) = stamp::offset(text, start + 24);
    let mut words = Words { rest: &line[zone.max(end)..] };
    let (unit, kind) = (words.next(), words.next());
    let read: for<'b> fn(&mut Words<'b>, &mut Event<'b>) = match kind {
        "WF" => found,
        "TR" => request,
        "NF" => packet,
        "AUDIT" => audit,
        "SYS" => system,
        _ => return Miss::at(end, expected),
    };
    at.offset = at.offset.or(offset);
    (event.time, event.time_quality) = memory.instant(at);
    if let Some((facility, severity, _)) = priority {
        (event.log_facility, event.log_severity) = (Some(facility), Some(severity));
    }
    event.host_name = unit.into();
    event.dataset = Some("barracuda.waf".into());
    event.message = Cow::Borrowed(words.rest.trim_ascii_start());
    event.ext.push("observer.vendor", Value::Text("Barracuda".into()));
    add("barracuda.log", kind, event);
    read(&mut words, event);
    Ok(Found { stamp: (start, zone), ..Found::ALL })
}

/// The words of a line: what stands in quotes or brackets is one.
struct Words<'a> {
    rest: &'a str,
}

impl<'a> Words<'a> {
    /// The next word without its quotes; empty where it is absent or there is none.
    fn next(&mut self) -> &'a str {
        let rest = self.rest.trim_ascii_start();
        let (word, rest) = match rest.strip_prefix('"') {
            Some(inner) => inner.split_once('"').unwrap_or((inner, "")),
            None => rest.split_once(' ').unwrap_or((rest, "")),
        };
        self.rest = rest;
        if word == "-" { "" } else { word }
    }

    /// The text up to a mark, which is passed over.
    fn until(&mut self, mark: &str) -> &'a str {
        let (word, rest) = self.rest.split_once(mark).unwrap_or((self.rest, ""));
        self.rest = rest;
        word.trim_ascii()
    }
}

impl<'a> Words<'a> {
    /// The text up to a bracket that is not escaped, as those in clients' texts are.
    fn details(&mut self) -> &'a str {
        let bytes = self.rest.as_bytes();
        let is_end =
            |at: &usize| bytes.get(at - 1) != Some(&b'\\') && bytes.get(at + 1) == Some(&b' ');
        let end = memchr::memchr_iter(b']', bytes).filter(|at| *at > 0).find(is_end);
        let (word, rest) = self.rest.split_at(end.unwrap_or(bytes.len()));
        self.rest = rest.get(1..).unwrap_or_default();
        word
    }
}

fn peer<'a>(words: &mut Words<'a>, event: &mut Event<'a>) {
    (event.source_ip, event.source_port) = (address(words.next()), words.next().parse().ok());
}

fn target<'a>(words: &mut Words<'a>, event: &mut Event<'a>) {
    let (ip, port) = (address(words.next()), words.next().parse().ok());
    (event.destination_ip, event.destination_port) = (ip, port);
}

fn level(word: &str, event: &mut Event<'_>) {
    let name = match word {
        "EMER" => "emerg",
        "ALER" => "alert",
        "ERRO" => "error",
        "WARN" => "warning",
        "NOTI" => "notice",
        "INFO" => "info",
        "DEBU" => "debug",
        other => other,
    };
    event.log_severity = named_severity(name).or(event.log_severity);
}

fn decided<'a>(action: &'a str, event: &mut Event<'a>) {
    event.event_action = Some(columns::lower(Cow::Borrowed(action)));
    match action {
        "LOG" | "WARNING" => decide("allow", event),
        "CLOAK" | "REDIRECT" => decide("deny", event),
        other => decide(&other.to_ascii_lowercase(), event),
    }
}

/// `ALER ATTACK peer target policy scope action follow-up [details] METHOD path protocol session "agent" proxy port user referrer`.
fn found<'a>(words: &mut Words<'a>, event: &mut Event<'a>) {
    event.event_category = Some("intrusion_detection".into());
    level(words.next(), event);
    add("rule.name", words.next(), event);
    peer(words, event);
    target(words, event);
    add("rule.ruleset", words.next(), event);
    add("rule.category", words.next(), event);
    decided(words.next(), event);
    add("barracuda.follow_up", words.until("["), event);
    add("event.reason", words.details().trim_matches('"'), event);
    add("http.request.method", words.next(), event);
    path(words.next(), "", event);
    add("barracuda.protocol", words.next(), event);
    words.next();
    asked_with(words, event);
    user(words.next(), event);
    add("http.request.referrer", words.next(), event);
}

/// `target peer login user METHOD protocol host HTTP/1.1 status sent received hit took server port …
/// … path query referrer cookie "agent" proxy port user`.
fn request<'a>(words: &mut Words<'a>, event: &mut Event<'a>) {
    event.event_category = Some("web".into());
    target(words, event);
    peer(words, event);
    // The login's name may hold blanks; the method stands before the protocol.
    let (front, method, protocol) = split_at_protocol(words);
    let name = front.rsplit("\"-\"").next().unwrap_or_default().trim_ascii();
    user(name.trim_matches(['"', '-']), event);
    add("http.request.method", method, event);
    add("barracuda.protocol", protocol, event);
    add("url.domain", words.next(), event);
    let version = words.next();
    if !version.is_empty() {
        columns::http_version(&Value::Text(Cow::Borrowed(version)), event);
    }
    let status = words.next();
    add_int("http.response.status_code", status, event);
    event.event_outcome = status
        .parse::<u16>()
        .ok()
        .map(|status| if status < 400 { "success" } else { "failure" }.into());
    add_int("http.response.bytes", words.next(), event);
    add_int("http.request.bytes", words.next(), event);
    words.next();
    add_int("barracuda.took", words.next(), event);
    add("server.address", words.next(), event);
    words.next();
    words.next();
    let marks = [" VALID ", " INVALID "];
    let mark = marks.iter().filter_map(|mark| Some((words.rest.find(mark)?, *mark))).min();
    if let Some((_, mark)) = mark {
        words.until(mark);
        let (asked, query) = (words.next(), words.next());
        path(asked, query, event);
        add("http.request.referrer", words.next(), event);
        // The cookie may hold anything but the agent's quote.
        if words.rest.trim_ascii_start().starts_with("\"-\"") {
            words.next();
        }
        words.until("\"");
        words.rest = words.rest.trim_start_matches('"');
        add("user_agent.original", words.until("\" ").trim_end_matches('"'), event);
    }
}

/// Divides at the word that is a protocol: what stands before the method, the method, it.
fn split_at_protocol<'a>(words: &mut Words<'a>) -> (&'a str, &'a str, &'a str) {
    let rest = words.rest;
    let marks = [" HTTP ", " TLSv1", " SSLv", " HTTPS "];
    let Some(at) = marks.iter().filter_map(|mark| rest.find(mark)).min() else {
        return ("", "", "");
    };
    words.rest = &rest[at..];
    let protocol = words.next();
    let (front, method) = rest[..at].trim_ascii_end().rsplit_once(' ').unwrap_or(("", &rest[..at]));
    (front, method.trim_matches(['"', '-']), protocol)
}

fn path<'a>(path: &'a str, query: &'a str, event: &mut Event<'a>) {
    match (path, query) {
        ("", _) => {}
        (path, "") => columns::url(Cow::Borrowed(path), event),
        (path, query) => columns::url(Cow::Owned([path, "?", query].concat()), event),
    }
}

/// The agent, and the peer as a proxy's header names it.
fn asked_with<'a>(words: &mut Words<'a>, event: &mut Event<'a>) {
    add("user_agent.original", words.next(), event);
    let proxied = words.next();
    if address(proxied).is_some() && address(proxied) != event.source_ip {
        add("client.ip", proxied, event);
    }
    words.next();
}

fn user<'a>(name: &'a str, event: &mut Event<'a>) {
    if !name.is_empty() {
        event.user_name = Some(name.into());
    }
}

/// `ALER TCP peer target DENY rule text`; older machines give the protocol behind the target.
fn packet<'a>(words: &mut Words<'a>, event: &mut Event<'a>) {
    event.event_category = Some("network".into());
    level(words.next(), event);
    let mut first = Words { rest: words.rest };
    let is_old = address(first.next()).is_some();
    let mut transport = if is_old { "" } else { words.next() };
    peer(words, event);
    target(words, event);
    if is_old {
        transport = words.next();
    }
    event.network_transport = Some(columns::lower(Cow::Borrowed(transport)));
    decided(words.next(), event);
    add("rule.name", words.next(), event);
    add("event.reason", words.rest.trim_ascii(), event);
}

/// `user GUI peer LOGIN number action …`.
fn audit<'a>(words: &mut Words<'a>, event: &mut Event<'a>) {
    event.event_category = Some("configuration".into());
    user(words.next(), event);
    add("barracuda.interface", words.next(), event);
    peer(words, event);
    let kind = words.next();
    event.event_action = Some(columns::lower(Cow::Borrowed(kind)));
    let login = match kind {
        "LOGIN" | "LOGOUT" | "SUCCESSFUL_LOGIN" => Some("success"),
        "UNSUCCESSFUL_LOGIN" | "LOGIN_FAILED" => Some("failure"),
        _ => None,
    };
    if let Some(outcome) = login {
        event.event_category = Some("authentication".into());
        event.event_outcome = Some(outcome.into());
    }
    add("event.code", words.next(), event);
    add("event.reason", words.rest.trim_ascii(), event);
}

/// `MODULE ALER number text`.
fn system<'a>(words: &mut Words<'a>, event: &mut Event<'a>) {
    event.event_category = Some("host".into());
    add("log.logger", words.next(), event);
    level(words.next(), event);
    let code = words.next();
    event.event_code = (!code.is_empty()).then_some(code.into());
    let text = words.rest.trim_ascii();
    event.message = Cow::Borrowed(text);
    if let Some((_, name)) = text.split_once("Account has been locked for user ") {
        event.event_category = Some("authentication".into());
        event.event_outcome = Some("failure".into());
        user(name.split(" because ").next().unwrap_or(name), event);
    }
}
