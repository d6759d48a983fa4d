//! What the names of columns mean: those of the W3C's draft, of IIS, of proxies, of Exchange.
//!
//! What it does *not* know: rows and kinds of logs.

use super::decoded;
use crate::category;
use crate::columns::{self, To};
use crate::place::{Gives, Read};
use common::event::Value;
use common::field::Column as C;
use std::borrow::Cow;

/// Names and their meanings, sorted.
const TABLE: &[(&str, To)] = &[
    ("action", To::Lower(C::EventAction)),
    ("c-ip", To::Column(C::SourceIp)),
    ("c-port", To::Column(C::SourcePort)),
    ("client-hostname", To::Field("source.domain")),
    ("client-ip", To::Column(C::SourceIp)),
    ("cs(Referer)", To::Field("http.request.referrer")),
    ("cs(User-Agent)", To::Field("user_agent.original")),
    ("cs-bytes", To::Field("http.request.bytes")),
    ("cs-host", To::Field("url.domain")),
    ("cs-method", To::Field("http.request.method")),
    ("cs-referer", To::Field("http.request.referrer")),
    ("cs-uri-port", To::Field("url.port")),
    ("cs-uri-scheme", To::Field("url.scheme")),
    ("cs-user-agent", To::Field("user_agent.original")),
    ("cs-username", To::Column(C::UserName)),
    ("dst-ip", To::Column(C::DestinationIp)),
    ("dst-port", To::Column(C::DestinationPort)),
    ("event-id", To::Lower(C::EventAction)),
    ("message-id", To::Field("email.message_id")),
    ("message-subject", To::Field("email.subject")),
    ("original-client-ip", To::Field("client.ip")),
    ("pid", To::Column(C::ProcessPid)),
    ("protocol", To::Lower(C::NetworkTransport)),
    ("r-host", To::Field("destination.domain")),
    ("r-ip", To::Column(C::DestinationIp)),
    ("r-port", To::Column(C::DestinationPort)),
    ("s-action", To::Lower(C::EventAction)),
    ("s-computername", To::Column(C::HostName)),
    ("s-ip", To::Column(C::DestinationIp)),
    ("s-port", To::Column(C::DestinationPort)),
    ("sc-bytes", To::Field("http.response.bytes")),
    ("sc-content-type", To::Field("http.response.mime_type")),
    ("sc-status", To::Field("http.response.status_code")),
    ("sender-address", To::Field("email.from.address")),
    ("server-hostname", To::Field("destination.domain")),
    ("server-ip", To::Column(C::DestinationIp)),
    ("src-ip", To::Column(C::SourceIp)),
    ("src-port", To::Column(C::SourcePort)),
    ("ssl-cipher", To::Field("tls.cipher")),
    ("ssl-protocol", To::Field("tls.version")),
    ("x-edge-location", To::Field("cloudfront.edge")),
    ("x-edge-request-id", To::Field("http.request.id")),
    ("x-edge-result-type", To::Field("cloudfront.result")),
];

/// Names that mean nothing else than they say, but are common: events borrow them.
const PLAIN: &[&str] = &[
    "X-Forwarded-For",
    "c-country",
    "c-ip-version",
    "cache-behavior-path-pattern",
    "connector-id",
    "cs(Cookie)",
    "cs(Host)",
    "cs-accept",
    "cs-accept-encoding",
    "cs-categories",
    "cs-cookie",
    "cs-header-names",
    "cs-headers",
    "cs-headers-count",
    "cs-protocol",
    "cs-protocol-version",
    "cs-uri",
    "cs-uri-extension",
    "cs-uri-path",
    "cs-uri-query",
    "cs-uri-stem",
    "cs-version",
    "directionality",
    "fle-encrypted-fields",
    "fle-status",
    "icmpcode",
    "icmptype",
    "info",
    "internal-message-id",
    "message-info",
    "network-message-id",
    "path",
    "recipient-address",
    "recipient-count",
    "recipient-status",
    "reference",
    "related-recipient-address",
    "return-path",
    "rs(Content-Type)",
    "s-queuename",
    "s-reason",
    "s-siteid",
    "s-sitename",
    "sc-content-len",
    "sc-filter-result",
    "sc-range-end",
    "sc-range-start",
    "sc-substatus",
    "sc-win32-status",
    "size",
    "source",
    "source-context",
    "streamid",
    "tcpack",
    "tcpflags",
    "tcpsyn",
    "tcpwin",
    "tenant-id",
    "time-taken",
    "time-to-first-byte",
    "total-bytes",
    "x-edge-detailed-result-type",
    "x-edge-response-result-type",
    "x-exception-id",
    "x-forwarded-for",
    "x-host-header",
    "x-virus-id",
];

/// How a column's text is written.
#[derive(Clone, Copy)]
enum Spelling {
    Plain,
    Spaced,
    Coded,
    Twice,
}

/// Tells what a column means, and that it is kept under its own name.
pub(super) fn give(name: &str, is_coded: bool, give: &mut dyn FnMut(Gives)) {
    if matches!(name, "date" | "time" | "date-time" | "timestamp") {
        return;
    }
    let is_agent = matches!(name, "cs(User-Agent)" | "cs-user-agent");
    let is_text = name.starts_with("cs(") || is_agent || name == "cs-referer";
    let spelling = match is_text {
        true if is_coded && is_agent => Spelling::Twice,
        true if is_coded => Spelling::Coded,
        true => Spelling::Spaced,
        false => Spelling::Plain,
    };
    let text = text(spelling);
    let mut field = |name: &'static str, read: Read| give(Gives::Field(name.into(), read));
    match name {
        "cs(Host)" | "cs(host)" if !is_coded => field("url.domain", text),
        "cs-version" | "cs-protocol-version" => field("http.version", version),
        "time-taken" => field("event.duration", took),
        "cs-categories" => {
            field("rule.category", plain);
            field("url.category", category);
        }
        _ => known(name, spelling, give),
    }
    give(Gives::Field(own(name), text));
}

/// The name under which an event keeps a column; borrowed where it is common.
fn own(name: &str) -> Cow<'static, str> {
    let kept = columns::kept_name(name.into());
    let mut known = TABLE.iter().map(|(known, _)| known).chain(PLAIN);
    match known.find(|known| **known == kept) {
        Some(known) => Cow::Borrowed(known),
        None => Cow::Owned(kept.into_owned()),
    }
}

fn known(name: &str, spelling: Spelling, give: &mut dyn FnMut(Gives)) {
    if let Ok(at) = TABLE.binary_search_by(|(known, _)| (*known).cmp(name)) {
        match TABLE[at].1 {
            To::Field(field) => give(Gives::Field(field.into(), number(spelling))),
            To::Column(column) => give(Gives::Column(column, text(spelling))),
            To::Lower(column) => give(Gives::Column(column, lower)),
            To::Url => {}
        }
    }
}

/// How a text is read.
fn text(spelling: Spelling) -> Read {
    match spelling {
        Spelling::Plain => plain,
        Spelling::Spaced => |value| Some(Value::Text(spaced(value))),
        Spelling::Coded => |value| Some(Value::Text(decoded(value))),
        Spelling::Twice => |value| Some(Value::Text(twice(value))),
    }
}

/// How what may be a number is read.
fn number(spelling: Spelling) -> Read {
    match spelling {
        Spelling::Plain => |value| int(value).or_else(|| plain(value)),
        Spelling::Spaced => |value| int(value).or_else(|| Some(Value::Text(spaced(value)))),
        Spelling::Coded => |value| int(value).or_else(|| Some(Value::Text(decoded(value)))),
        Spelling::Twice => |value| int(value).or_else(|| Some(Value::Text(twice(value)))),
    }
}

fn int(value: &str) -> Option<Value<'_>> {
    value.parse().ok().map(Value::Int)
}

fn plain(value: &str) -> Option<Value<'_>> {
    Some(Value::Text(Cow::Borrowed(value)))
}

fn lower(value: &str) -> Option<Value<'_>> {
    Some(Value::Text(columns::lower(Cow::Borrowed(value))))
}

/// `1.1` of `HTTP/1.1`.
fn version(value: &str) -> Option<Value<'_>> {
    plain(value.strip_prefix("HTTP/").unwrap_or(value))
}

/// The first category in the common vocabulary.
fn category(value: &str) -> Option<Value<'_>> {
    let first = value.split(';').next().unwrap_or(value);
    category::of(first).and_then(plain)
}

/// Milliseconds where they are whole, as IIS writes them; otherwise seconds.
fn took(value: &str) -> Option<Value<'_>> {
    let nanos = match value.parse::<i64>() {
        Ok(millis) => Some(millis.saturating_mul(1_000_000)),
        #[allow(clippy::cast_possible_truncation, reason = "below 10^18")]
        Err(_) => value
            .parse::<f64>()
            .ok()
            .filter(|seconds| (0.0..1e9).contains(seconds))
            .map(|seconds| (seconds * 1e9).round() as i64),
    };
    nanos.map(Value::Int)
}

/// IIS writes a blank as `+`.
fn spaced(value: &str) -> Cow<'_, str> {
    match value.contains('+') {
        true => Cow::Owned(value.replace('+', " ")),
        false => Cow::Borrowed(value),
    }
}

/// CloudFront codes a `%` of what it codes once more, where the client had coded it.
fn twice(value: &str) -> Cow<'_, str> {
    match decoded(value) {
        Cow::Owned(once) if once.contains("%20") => Cow::Owned(decoded(&once).into_owned()),
        once => once,
    }
}
