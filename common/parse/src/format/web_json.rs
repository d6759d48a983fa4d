//! Access logs that web servers write as JSON: Caddy's and Traefik's.
//!
//! ```text
//! {"level":"info","ts":1646861401.5241024,"logger":"http.log.access","msg":"handled request","request":{"remote_ip":"…","method":"GET","host":"…","uri":"/"},"status":200,…}
//! 2023/06/14 15:16:01.123⇥INFO⇥http.log.access⇥handled request⇥{"request": {…}, "status": 200}     Caddy's console
//! {"ClientHost":"192.0.2.7","DownstreamStatus":200,"RequestMethod":"GET","RequestPath":"/","StartUTC":"…",…}
//! ```
//!
//! What it does *not* know: their other logs, which are plain JSON.

use super::spec::{Found, Miss, Spec};
use crate::columns::{self, Table, To};
use crate::memory::Memory;
use crate::source::Source as _;
use crate::stamp;
use common::event::{Event, Object, Value, address};
use common::field::Column as C;
use std::borrow::Cow;

pub(super) const CADDY: Spec = Spec::object(caddy, &[&["logger"], &["request.uri"]]);
pub(super) const CONSOLE: Spec = Spec::payload(console).first(b"12");
pub(super) const TRAEFIK: Spec = Spec::object(traefik, &[&["RequestPath"]]);

const CADDY_TABLE: &Table = &[
    ("request.headers.Referer", To::Field("http.request.referrer")),
    ("request.headers.User-Agent", To::Field("user_agent.original")),
    ("request.host", To::Field("url.domain")),
    ("request.method", To::Field("http.request.method")),
    ("request.remote_ip", To::Column(C::SourceIp)),
    ("request.remote_port", To::Column(C::SourcePort)),
    ("size", To::Field("http.response.body.bytes")),
    ("status", To::Field("http.response.status_code")),
    ("user_id", To::Column(C::UserName)),
];

fn caddy<'a>(
    fields: &Object<'a>,
    memory: &mut Memory,
    event: &mut Event<'a>,
) -> Result<Found, Miss> {
    let known = fields.text("logger").is_some_and(|logger| logger.starts_with("http.log"));
    let Some(Value::Text(url)) = fields.value("request.uri").filter(|_| known) else {
        return Miss::at(0, "a request of Caddy (logger http.log.…, request.uri)");
    };
    let mut ranks = crate::alias::Ranks::default();
    for name in ["level", "ts"] {
        if let Some(value) = fields.value(name) {
            crate::alias::adopt(name, &value, &mut ranks, memory, event);
        }
    }
    asked(url, fields, event);
    if let Some(Value::Text(message)) = fields.value("msg") {
        event.message = message.clone();
    }
    Ok(Found::default())
}

/// Reads a line of Caddy's console: stamp, level, logger and message, divided by tabs, and an object.
fn console<'a>(text: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let Some((at, end)) =
        stamp::iso(text.as_bytes(), 0).filter(|(_, end)| text[*end..].starts_with('\t'))
    else {
        return Miss::at(0, "a stamp and a tab (2023/06/14 15:16:01.123)");
    };
    let mut parts = text[end + 1..].splitn(3, '\t');
    let [level, logger, rest] = std::array::from_fn(|_| parts.next().unwrap_or_default());
    let Some((message, object)) =
        rest.split_once("\t{").filter(|_| logger.starts_with("http.log."))
    else {
        return Miss::at(end + 1, "a level, a logger (http.log.…), a message and an object");
    };
    let place = rest.len() - object.len() - 1;
    let Ok(fields) = Object::read(Cow::Borrowed(&rest[place..])) else {
        return Miss::at(text.len() - object.len() - 1, "valid JSON");
    };
    let Some(Value::Text(url)) = fields.value("request.uri") else {
        return Miss::at(text.len() - object.len() - 1, "a request (request.uri)");
    };
    (event.time, event.time_quality) = memory.instant(at);
    event.log_severity = crate::level::named_severity(level);
    asked(url, &fields, event);
    event.ext.push("logger", Value::Text(logger.into()));
    event.message = Cow::Borrowed(message);
    for (name, value) in fields.fields().into_entries() {
        columns::keep(name, value, event);
    }
    Ok(Found { stamp: (0, end), ..Found::ALL })
}

/// Fills what Caddy says of a request.
fn asked<'a>(url: Cow<'a, str>, fields: &Object<'a>, event: &mut Event<'a>) {
    event.dataset = Some("caddy.access".into());
    columns::fill(fields, CADDY_TABLE, event);
    if let Some(version) = fields.value("request.proto") {
        columns::http_version(&version, event);
    }
    // Behind trusted proxies (Caddy 2.7) the client is another than the peer, whose port it was.
    if let Some(client) = fields.text("request.client_ip").and_then(address)
        && event.source_ip != Some(client)
    {
        (event.source_ip, event.source_port) = (Some(client), None);
    }
    if event.source_ip.is_none()
        && let Some((ip, port)) =
            fields.text("request.remote_addr").and_then(|text| text.rsplit_once(':'))
    {
        (event.source_ip, event.source_port) = (address(ip), port.parse().ok());
    }
    columns::url(url, event);
    web(fields.int("status"), event);
}

const TRAEFIK_TABLE: &Table = &[
    ("ClientHost", To::Column(C::SourceIp)),
    ("ClientPort", To::Column(C::SourcePort)),
    ("ClientUsername", To::Column(C::UserName)),
    ("DownstreamContentSize", To::Field("http.response.body.bytes")),
    ("DownstreamStatus", To::Field("http.response.status_code")),
    ("RequestHost", To::Field("url.domain")),
    ("RequestMethod", To::Field("http.request.method")),
    ("request_Referer", To::Field("http.request.referrer")),
    ("request_User-Agent", To::Field("user_agent.original")),
];

fn traefik<'a>(
    fields: &Object<'a>,
    memory: &mut Memory,
    event: &mut Event<'a>,
) -> Result<Found, Miss> {
    let Some(Value::Text(url)) = fields.value("RequestPath") else {
        return Miss::at(0, "a request of Traefik (RequestPath)");
    };
    let names = ["StartUTC", "time", "StartLocal"];
    let mut times = names.iter().filter_map(|name| fields.text(name));
    if !times.any(|time| columns::iso_time(time, memory, event)) {
        return Miss::at(0, "a request of Traefik (StartUTC)");
    }
    event.dataset = Some("traefik.access".into());
    columns::fill(fields, TRAEFIK_TABLE, event);
    if let Some(version) = fields.value("RequestProtocol") {
        columns::http_version(&version, event);
    }
    if event.user_name.as_deref() == Some("-") {
        event.user_name = None;
    }
    columns::url(url.clone(), event);
    web(fields.int("DownstreamStatus"), event);
    Ok(Found::default())
}

fn web(status: Option<i64>, event: &mut Event<'_>) {
    event.event_category = Some("web".into());
    event.event_outcome =
        status.map(|status| Cow::Borrowed(if status < 400 { "success" } else { "failure" }));
}
