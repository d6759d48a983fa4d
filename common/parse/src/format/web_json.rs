//! Access logs that web servers write as JSON: Caddy's and Traefik's.
//!
//! ```text
//! {"level":"info","ts":1646861401.5241024,"logger":"http.log.access","msg":"handled request","request":{"remote_ip":"…","method":"GET","host":"…","uri":"/"},"status":200,…}
//! {"ClientHost":"192.0.2.7","DownstreamStatus":200,"RequestMethod":"GET","RequestPath":"/","StartUTC":"…",…}
//! ```
//!
//! What it does *not* know: their other logs, which are plain JSON.

use super::{Found, Miss, Spec};
use crate::columns::{self, Table, To};
use crate::memory::Memory;
use crate::source::Source as _;
use common::event::{Event, Object, Value, address};
use common::field::Column as C;
use std::borrow::Cow;

pub(super) const CADDY: Spec = Spec::object(caddy);
pub(super) const TRAEFIK: Spec = Spec::object(traefik);

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
    columns::url(url.clone(), event);
    if let Some(Value::Text(message)) = fields.value("msg") {
        event.message = message.clone();
    }
    web(fields.int("status"), event);
    Ok(Found::default())
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
