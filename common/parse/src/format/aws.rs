//! Amazon's logs: CloudTrail, VPC flows, load balancers, CloudFront.
//!
//! ```text
//! {"eventVersion":"1.08","userIdentity":{…},"eventTime":"…","eventSource":"iam.amazonaws.com","eventName":"CreateUser",…}
//! 2 123456789010 eni-1235b8ca 203.0.113.12 172.31.16.139 43416 22 6 20 4249 1418530010 1418530070 ACCEPT OK
//! https 2018-07-02T22:23:00.186641Z app/lb/50dc 192.168.131.39:2817 10.0.0.1:80 0.086 0.048 0.037 200 200 0 57 "GET https://…" "curl" …
//! 2019-12-04 21:02:31 LAX1 392 192.0.2.100 GET d111.cloudfront.net /index.html 200 - Mozilla/5.0 - - Hit … (tabs)
//! ```
//!
//! CloudTrail's fields keep their names. A file of CloudTrail is one object with all records in
//! `Records`; what reads files takes it apart. `-` is absent.
//!
//! What it does *not* know: VPC flows in columns of one's own.

use super::{Found, Miss, Spec};
use crate::columns::{self, Table, To, add, add_int};
use crate::memory::Memory;
use crate::source::Source as _;
use crate::stamp;
use common::event::{Event, Object, Value, address};
use common::field::Column as C;
use std::borrow::Cow;

pub(super) const CLOUDTRAIL: Spec = Spec::object(cloudtrail);
pub(super) const FLOW: Spec = Spec::payload(flow).first(b"23456");
pub(super) const BALANCER: Spec = Spec::line(balancer).first(b"hgtw");
pub(super) const CLOUDFRONT: Spec = Spec::line(cloudfront).first(b"12");

const TRAIL: &Table = &[
    ("awsRegion", To::Field("cloud.region")),
    ("eventName", To::Column(C::EventAction)),
    ("eventSource", To::Field("event.provider_name")),
    ("recipientAccountId", To::Field("cloud.account.id")),
    ("sourceIPAddress", To::Column(C::SourceIp)),
    ("userAgent", To::Field("user_agent.original")),
    ("userIdentity.arn", To::Field("user.id")),
    ("userIdentity.userName", To::Column(C::UserName)),
    ("requestParameters.userName", To::Column(C::UserTargetName)),
];

fn cloudtrail<'a>(
    fields: &Object<'a>,
    memory: &mut Memory,
    event: &mut Event<'a>,
) -> Result<Found, Miss> {
    let Some(Value::Text(name)) = fields.value("eventName") else {
        return Miss::at(0, "a CloudTrail record (eventName)");
    };
    let time = fields.text("eventTime").filter(|_| fields.has("eventSource"));
    if !time.is_some_and(|time| columns::iso_time(time, memory, event)) {
        return Miss::at(0, "a CloudTrail record (eventTime, eventSource)");
    }
    event.dataset = Some("aws.cloudtrail".into());
    columns::fill(fields, TRAIL, event);
    if event.user_name.is_none()
        && let Some(Value::Text(kind)) = fields
            .value("userIdentity.type")
            .filter(|kind| matches!(kind, Value::Text(kind) if kind == "Root"))
    {
        event.user_name = Some(columns::lower(kind.clone()));
    }
    if event.user_name.is_none()
        && let Some(role) = fields.value("userIdentity.sessionContext.sessionIssuer.userName")
    {
        columns::put(To::Column(C::UserName), role, event);
    }
    let is_sign_in = name.contains("Login") || name.contains("AssumeRole");
    let service = fields.text("eventSource").unwrap_or_default();
    event.event_category = Some(Cow::Borrowed(match service {
        _ if is_sign_in => "authentication",
        "iam.amazonaws.com" => "iam",
        _ => "configuration",
    }));
    let answer = fields.text("responseElements.ConsoleLogin");
    let failed = fields.has("errorCode") || answer == Some("Failure");
    event.event_outcome = Some(if failed { "failure" } else { "success" }.into());
    if let Some(Value::Text(code)) = fields.value("errorCode") {
        event.ext.push("error.code", Value::Text(code.clone()));
    }
    if let Some(Value::Text(message)) = fields.value("errorMessage") {
        event.message = message.clone();
    }
    Ok(Found::default())
}

fn flow<'a>(text: &'a str, _calendar: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let mut words = text.split(' ');
    let mut next = || words.next().unwrap_or_default();
    let [version, account, interface, source, destination, sport, dport, protocol, packets, bytes] =
        std::array::from_fn(|_| next());
    let [start, end, action, status] = std::array::from_fn(|_| next());
    let is_flow = version.len() == 1 && interface.starts_with("eni-");
    if !is_flow || !matches!(status, "OK" | "NODATA" | "SKIPDATA") {
        return Miss::at(0, "a VPC flow (2 account eni-…)");
    }
    if let Ok(seconds) = start.parse::<i64>() {
        columns::epoch(seconds.saturating_mul(1_000_000), event);
        if let Ok(end) = end.parse::<i64>() {
            let duration = end.saturating_sub(seconds).saturating_mul(1_000_000_000);
            event.ext.push("event.duration", Value::Int(duration));
        }
    }
    event.message = Cow::Borrowed(text);
    event.dataset = Some("aws.vpcflow".into());
    event.event_category = Some("network".into());
    event.source_ip = address(source);
    event.destination_ip = address(destination);
    event.source_port = sport.parse().ok();
    event.destination_port = dport.parse().ok();
    event.network_transport = (protocol != "-").then(|| columns::transport(protocol));
    if action != "-" {
        let action = columns::lower(Cow::Borrowed(action));
        columns::decide(&action, event);
        event.event_action = Some(action);
    }
    add("cloud.account.id", account, event);
    add_int("network.bytes", bytes, event);
    add("network.iana_number", protocol, event);
    add_int("network.packets", packets, event);
    add("observer.ingress.interface.name", interface, event);
    add("vpcflow.status", status, event);
    Ok(Found::ALL)
}

/// The words of a text divided by spaces, quoted ones whole.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        if let Some(inside) = rest.strip_prefix('"') {
            let end = inside.find("\" ").unwrap_or(inside.len());
            let word = inside[..end].trim_end_matches('"');
            rest = inside.get(end + 2..).unwrap_or_default();
            return Some(word);
        }
        let (word, after) = rest.split_once(' ').unwrap_or((rest, ""));
        rest = after;
        Some(word)
    })
}

fn balancer<'a>(text: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let mut words = words(text);
    let mut next = || words.next().unwrap_or_default();
    let [kind, stamp, name, client, target] = std::array::from_fn(|_| next());
    let known = matches!(kind, "http" | "https" | "h2" | "grpcs" | "ws" | "wss");
    let at = stamp::iso(stamp.as_bytes(), 0).filter(|_| known && name.starts_with("app/"));
    let Some((at, _)) = at else {
        return Miss::at(0, "a load balancer's request (https 2018-…Z app/…)");
    };
    let [_, _, _, status, target_status, received, sent, request, agent] =
        std::array::from_fn(|_| next());
    (event.time, event.time_quality) = memory.instant(at);
    event.message = Cow::Borrowed(text);
    event.dataset = Some("aws.elb".into());
    event.event_category = Some("web".into());
    let (ip, port) = client.rsplit_once(':').unwrap_or((client, ""));
    (event.source_ip, event.source_port) = (address(ip), port.parse().ok());
    let (ip, port) = target.rsplit_once(':').unwrap_or((target, ""));
    (event.destination_ip, event.destination_port) = (address(ip), port.parse().ok());
    outcome(status, event);
    add("elb.name", name, event);
    add_int("elb.target_status_code", target_status, event);
    add_int("http.request.bytes", received, event);
    add_int("http.response.bytes", sent, event);
    add_int("http.response.status_code", status, event);
    let mut parts = request.splitn(3, ' ');
    let [method, url, version] = std::array::from_fn(|_| parts.next().unwrap_or_default());
    add("http.request.method", method, event);
    add("http.version", version.trim_start_matches("HTTP/"), event);
    super::squid::fill_url(method, url, event);
    add("user_agent.original", agent, event);
    Ok(Found::ALL)
}

fn cloudfront<'a>(
    text: &'a str,
    memory: &mut Memory,
    event: &mut Event<'a>,
) -> Result<Found, Miss> {
    let mut words = text.split('\t');
    let mut next = || words.next().unwrap_or_default();
    let [date, time, edge, sent, client, method, host, path, status, referrer, agent, query] =
        std::array::from_fn(|_| next());
    let [_, result] = std::array::from_fn(|_| next());
    let at = stamp::date(date.as_bytes(), 0).zip(stamp::clock(time.as_bytes(), 0));
    let Some((((year, month, day), _), (clock, _))) = at.filter(|_| path.starts_with('/')) else {
        return Miss::at(0, "CloudFront's columns, divided by tabs");
    };
    let wall = common::clock::day_number(year, month, day) * common::clock::DAY + clock;
    (event.time, event.time_quality) = memory.instant(stamp::Stamp { wall, offset: Some(0) });
    event.message = Cow::Borrowed(text);
    event.dataset = Some("aws.cloudfront".into());
    event.event_category = Some("web".into());
    event.source_ip = address(client);
    outcome(status, event);
    add("cloudfront.edge", edge, event);
    add("cloudfront.result", result, event);
    add("http.request.method", method, event);
    add("http.request.referrer", referrer, event);
    add_int("http.response.bytes", sent, event);
    add_int("http.response.status_code", status, event);
    add("url.domain", host, event);
    add("url.original", path, event);
    add("url.path", path, event);
    add("url.query", query, event);
    if agent.contains("%20") {
        let agent = agent.replace("%20", " ");
        event.ext.push("user_agent.original", Value::Text(Cow::Owned(agent)));
    } else {
        add("user_agent.original", agent, event);
    }
    Ok(Found::ALL)
}

fn outcome(status: &str, event: &mut Event<'_>) {
    event.event_outcome = match status.parse::<u16>() {
        Ok(400..) => Some("failure".into()),
        Ok(_) => Some("success".into()),
        Err(_) => None,
    };
}
