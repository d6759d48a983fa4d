//! What the names of columns mean: those of the W3C's draft, of IIS, of proxies, of Exchange.
//!
//! What it does *not* know: rows and kinds of logs.

use super::decoded;
use crate::category;
use crate::columns::{self, To};
use common::event::{Event, Value};
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
    ("cs-uri", To::Url),
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

/// Fills what a column means and keeps it under its own name.
pub(super) fn field<'a>(name: &str, value: &'a str, is_coded: bool, event: &mut Event<'a>) {
    if matches!(name, "date" | "time" | "date-time" | "timestamp") {
        return;
    }
    let is_agent = matches!(name, "cs(User-Agent)" | "cs-user-agent");
    let is_text = name.starts_with("cs(") || is_agent || name == "cs-referer";
    let text = match is_text {
        true if is_coded && is_agent => twice(value),
        true if is_coded => decoded(value),
        true => spaced(value),
        false => Cow::Borrowed(value),
    };
    match name {
        "cs(Host)" | "cs(host)" if !is_coded => {
            event.ext.push("url.domain", Value::Text(text.clone()));
        }
        "cs-version" | "cs-protocol-version" => {
            columns::http_version(&Value::Text(Cow::Borrowed(value)), event);
        }
        "time-taken" => took(value, event),
        "cs-categories" => {
            let first = value.split(';').next().unwrap_or(value);
            columns::add("rule.category", value, event);
            if let Some(category) = category::of(first) {
                event.ext.push("url.category", Value::Text(category.into()));
            }
        }
        _ => known(name, value, text.clone(), event),
    }
    columns::keep(name.to_owned(), Value::Text(text), event);
}

fn known<'a>(name: &str, value: &'a str, text: Cow<'a, str>, event: &mut Event<'a>) {
    if let Ok(at) = TABLE.binary_search_by(|(known, _)| (*known).cmp(name)) {
        let value = match (TABLE[at].1, value.parse::<i64>()) {
            (To::Field(_), Ok(number)) => Value::Int(number),
            _ => Value::Text(text),
        };
        columns::put(TABLE[at].1, value, event);
    }
}

/// Milliseconds where they are whole, as IIS writes them; otherwise seconds.
fn took(value: &str, event: &mut Event<'_>) {
    let nanos = match value.parse::<i64>() {
        Ok(millis) => Some(millis.saturating_mul(1_000_000)),
        #[allow(clippy::cast_possible_truncation, reason = "below 10^18")]
        Err(_) => value
            .parse::<f64>()
            .ok()
            .filter(|seconds| (0.0..1e9).contains(seconds))
            .map(|seconds| (seconds * 1e9).round() as i64),
    };
    if let Some(nanos) = nanos {
        event.ext.push("event.duration", Value::Int(nanos));
    }
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
