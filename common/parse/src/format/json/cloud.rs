//! The clouds and proxies whose JSON is known, as data: one entry each.
//!
//! Cloudflare's requests and firewall, Zscaler's web log, Netskope's events, Google Cloud's audit log,
//! firewall and flows, Azure's activity log, firewall and flows of network security groups,
//! MinIO's audit, SFTPGo's refusals. The names are those of the services' own documentation.
//!
//! What it does *not* know: how a table is applied ([`super::service`]).

use super::service::{Category, NOTHING, Outcome, Service};
use crate::columns::{self, To, put};
use crate::source::Source as _;
use common::clock::Timestamp;
use common::event::{Event, Object, TimeQuality, Value, address};
use common::field::Column as C;
use std::borrow::Cow;

const BLOCKED: &[&str] = &["block", "blocked", "drop", "deny", "denied", "challenge", "close"];
const ALLOWED: &[&str] = &["allow", "allowed", "log", "skip", "bypass"];

#[allow(clippy::too_many_lines, reason = "a flat list of services")]
pub(super) static SERVICES: &[Service] = &[
    Service {
        dataset: "minio.audit",
        has: &["deploymentid", "remotehost", "requestID"],
        table: &[
            ("accessKey", To::Column(C::UserName)),
            ("api.name", To::Column(C::EventAction)),
            ("api.statusCode", To::Field("http.response.status_code")),
            ("requestHost", To::Field("url.domain")),
            ("requestPath", To::Url),
        ],
        peers: ["remotehost", ""],
        outcome: &[Outcome::Status("api.statusCode")],
        category: Category::One("web"),
        ..NOTHING
    },
    Service {
        dataset: "sftpgo.refused",
        has: &["client_ip", "error", "login_type", "sender"],
        table: &[("error", To::Field("event.reason")), ("sender", To::Column(C::EventAction))],
        outcome: &[Outcome::Error("error")],
        category: Category::One("authentication"),
        ..NOTHING
    },
    Service {
        dataset: "aws.cloudfront",
        has: &["x-edge-location", "c-ip", "cs-uri-stem"],
        table: &[
            ("c-ip", To::Column(C::SourceIp)),
            ("c-port", To::Column(C::SourcePort)),
            ("cs(Host)", To::Field("url.domain")),
            ("cs(Referer)", To::Field("http.request.referrer")),
            ("cs(User-Agent)", To::Field("user_agent.original")),
            ("cs-method", To::Field("http.request.method")),
            ("cs-uri-query", To::Field("url.query")),
            ("cs-uri-stem", To::Field("url.path")),
            ("sc-status", To::Field("http.response.status_code")),
            ("x-edge-request-id", To::Field("http.request.id")),
        ],
        outcome: &[Outcome::Status("sc-status")],
        category: Category::One("web"),
        finish: delivered,
        ..NOTHING
    },
    Service {
        dataset: "fastly.request",
        has: &["client_ip", "response_status", "fastly_server"],
        table: &[
            ("request_method", To::Field("http.request.method")),
            ("request_referer", To::Field("http.request.referrer")),
            ("request_user_agent", To::Field("user_agent.original")),
            ("response_body_size", To::Field("http.response.body.bytes")),
            ("response_status", To::Field("http.response.status_code")),
            ("host", To::Field("url.domain")),
            ("fastly_server", To::Column(C::HostName)),
        ],
        outcome: &[Outcome::Status("response_status")],
        category: Category::One("web"),
        ..NOTHING
    },
    Service {
        dataset: "cloudflare.http",
        has: &["ClientRequestURI", "EdgeResponseStatus", "RayID"],
        table: &[
            ("ClientRequestHost", To::Field("url.domain")),
            ("ClientRequestReferer", To::Field("http.request.referrer")),
            ("ClientRequestURI", To::Url),
            ("ClientSrcPort", To::Column(C::SourcePort)),
            ("EdgeResponseBytes", To::Field("http.response.bytes")),
            ("OriginIP", To::Column(C::DestinationIp)),
            ("RayID", To::Field("http.request.id")),
            ("SecurityAction", To::Lower(C::EventAction)),
            ("SecurityRuleDescription", To::Field("rule.name")),
        ],
        outcome: &[
            Outcome::Ends("SecurityAction", BLOCKED, &[]),
            Outcome::Status("EdgeResponseStatus"),
        ],
        category: Category::One("web"),
        ..NOTHING
    },
    Service {
        dataset: "cloudflare.firewall",
        has: &["Action", "ClientRequestPath", "RayID"],
        time: &["Datetime"],
        table: &[
            ("Action", To::Lower(C::EventAction)),
            ("ClientRequestHost", To::Field("url.domain")),
            ("ClientRequestPath", To::Url),
            ("ClientRequestQuery", To::Field("url.query")),
            ("Description", To::Field("rule.name")),
            ("RayID", To::Field("http.request.id")),
            ("RuleID", To::Field("rule.id")),
            ("Source", To::Field("rule.ruleset")),
        ],
        outcome: &[Outcome::Ends("Action", BLOCKED, ALLOWED)],
        category: Category::One("intrusion_detection"),
        ..NOTHING
    },
    Service {
        dataset: "zscaler.web",
        has: &["event.ClientIP", "event.requestmethod", "event.urlcategory"],
        time: &["event.datetime"],
        table: &[
            ("event.ClientIP", To::Column(C::SourceIp)),
            ("event.action", To::Lower(C::EventAction)),
            ("event.devicehostname", To::Field("source.domain")),
            ("event.hostname", To::Field("url.domain")),
            ("event.requestmethod", To::Field("http.request.method")),
            ("event.responsesize", To::Field("http.response.bytes")),
            ("event.serverip", To::Column(C::DestinationIp)),
            ("event.status", To::Field("http.response.status_code")),
            ("event.url", To::Field("url.original")),
            ("event.urlcategory", To::Field("rule.category")),
            ("event.user", To::Column(C::UserName)),
            ("event.useragent", To::Field("user_agent.original")),
        ],
        outcome: &[Outcome::Ends("event.action", BLOCKED, ALLOWED)],
        category: Category::One("web"),
        ..NOTHING
    },
    Service {
        dataset: "netskope.event",
        has: &["access_method", "userip", "app"],
        table: &[
            ("action", To::Lower(C::EventAction)),
            ("appcategory", To::Field("rule.category")),
            ("domain", To::Field("url.domain")),
            ("dstip", To::Column(C::DestinationIp)),
            ("http_status", To::Field("http.response.status_code")),
            ("policy", To::Field("rule.name")),
            ("srcip", To::Column(C::SourceIp)),
            ("url", To::Field("url.original")),
            ("useragent", To::Field("user_agent.original")),
            ("userip", To::Field("client.ip")),
        ],
        outcome: &[Outcome::Ends("action", BLOCKED, ALLOWED)],
        category: Category::One("web"),
        ..NOTHING
    },
    Service {
        dataset: "gcp.audit",
        has: &["protoPayload.methodName", "protoPayload.serviceName", "logName"],
        table: &[
            ("protoPayload.methodName", To::Column(C::EventAction)),
            ("protoPayload.resourceName", To::Field("cloud.resource.name")),
            ("protoPayload.serviceName", To::Field("event.provider_name")),
            ("protoPayload.status.message", To::Field("event.reason")),
            ("resource.labels.project_id", To::Field("cloud.project.id")),
        ],
        outcome: &[Outcome::Code("protoPayload.status.code", "0"), Outcome::Success],
        category: Category::Begins(
            "protoPayload.serviceName",
            &[("iam", "iam"), ("login", "authentication")],
            "configuration",
        ),
        ..NOTHING
    },
    Service {
        dataset: "gcp.firewall",
        has: &["jsonPayload.connection.src_ip", "jsonPayload.disposition"],
        table: &[
            ("jsonPayload.connection.dest_ip", To::Column(C::DestinationIp)),
            ("jsonPayload.connection.dest_port", To::Column(C::DestinationPort)),
            ("jsonPayload.connection.protocol", To::Column(C::NetworkTransport)),
            ("jsonPayload.connection.src_ip", To::Column(C::SourceIp)),
            ("jsonPayload.connection.src_port", To::Column(C::SourcePort)),
            ("jsonPayload.disposition", To::Lower(C::EventAction)),
            ("jsonPayload.instance.vm_name", To::Field("cloud.instance.name")),
            ("jsonPayload.rule_details.reference", To::Field("rule.name")),
        ],
        outcome: &[Outcome::Ends("jsonPayload.disposition", BLOCKED, ALLOWED)],
        category: Category::One("network"),
        ..NOTHING
    },
    Service {
        dataset: "gcp.vpcflow",
        has: &["jsonPayload.connection.src_ip", "jsonPayload.bytes_sent"],
        table: &[
            ("jsonPayload.bytes_sent", To::Field("network.bytes")),
            ("jsonPayload.connection.dest_ip", To::Column(C::DestinationIp)),
            ("jsonPayload.connection.dest_port", To::Column(C::DestinationPort)),
            ("jsonPayload.connection.protocol", To::Column(C::NetworkTransport)),
            ("jsonPayload.connection.src_ip", To::Column(C::SourceIp)),
            ("jsonPayload.connection.src_port", To::Column(C::SourcePort)),
            ("jsonPayload.packets_sent", To::Field("network.packets")),
        ],
        category: Category::One("network"),
        ..NOTHING
    },
    Service {
        dataset: "azure.nsgflow",
        has: &["category", "properties.flows.flows.flowTuples"],
        category: Category::One("network"),
        finish: |fields, event| flows(fields, NSG, event),
        ..NOTHING
    },
    Service {
        dataset: "azure.vnetflow",
        has: &["category", "flowRecords.flows.flowGroups.flowTuples"],
        category: Category::One("network"),
        finish: |fields, event| flows(fields, VNET, event),
        ..NOTHING
    },
    Service {
        dataset: "azure.firewall",
        has: &["category", "resourceId", "properties.msg"],
        category: Category::One("network"),
        finish: firewall,
        ..NOTHING
    },
    Service {
        dataset: "azure.firewall",
        has: &["category", "properties.SourceIp", "properties.Protocol"],
        table: &[
            ("properties.Action", To::Lower(C::EventAction)),
            ("properties.DestinationIp", To::Column(C::DestinationIp)),
            ("properties.DestinationPort", To::Column(C::DestinationPort)),
            ("properties.Fqdn", To::Field("destination.domain")),
            ("properties.Protocol", To::Lower(C::NetworkTransport)),
            ("properties.Rule", To::Field("rule.name")),
            ("properties.SourceIp", To::Column(C::SourceIp)),
            ("properties.SourcePort", To::Column(C::SourcePort)),
        ],
        outcome: &[Outcome::Ends("properties.Action", BLOCKED, ALLOWED)],
        category: Category::One("network"),
        ..NOTHING
    },
    Service {
        dataset: "azure.activitylogs",
        has: &["operationName", "resultType", "resourceId", "callerIpAddress"],
        table: &[
            ("callerIpAddress", To::Column(C::SourceIp)),
            (
                "identity.claims.http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn",
                To::Column(C::UserName),
            ),
            ("operationName", To::Column(C::EventAction)),
            ("resourceId", To::Field("cloud.resource.id")),
            ("resultSignature", To::Field("event.reason")),
        ],
        outcome: &[Outcome::Ends(
            "resultType",
            &["failure", "failed"],
            &["success", "succeeded", "start", "accept"],
        )],
        category: Category::One("configuration"),
        ..NOTHING
    },
];

/// Date and time of CloudFront's, which stand in names of their own.
fn delivered(fields: &Object<'_>, event: &mut Event<'_>) {
    let date = fields.text("date").zip(fields.text("time"));
    let time = date.and_then(|(date, time)| Timestamp::parse(&format!("{date}T{time}Z")));
    if let Some(time) = time {
        (event.time, event.time_quality) = (time, TimeQuality::Offset);
    }
}

/// Where the flows of a network security group are, and those of a virtual network, with their rule.
const NSG: [&str; 2] = ["properties.flows.flows.flowTuples", "properties.flows.rule"];
const VNET: [&str; 2] =
    ["flowRecords.flows.flowGroups.flowTuples", "flowRecords.flows.flowGroups.rule"];

/// The flows of a network security group or of a virtual network: the first fills the columns, the
/// addresses of all are related to the event. Files are taken apart, so that there is one.
///
/// `1781450161,203.0.113.9,10.0.0.5,54321,22,T,I,D,…` and `1781450161123,…,6,I,D,…`.
fn flows(fields: &Object<'_>, [name, rule]: [&'static str; 2], event: &mut Event<'_>) {
    let Some(Value::List(tuples)) = fields.value(name) else { return };
    let mut related: Vec<std::net::IpAddr> = Vec::new();
    for tuple in &tuples {
        let Value::Text(tuple) = tuple else { continue };
        related.extend(tuple.split(',').skip(1).take(2).filter_map(address));
    }
    if let Some(Value::Text(tuple)) = tuples.first() {
        flow(tuple, event);
    }
    if let [Value::Text(tuple)] = &tuples[..] {
        counts(tuple, event);
        if let Some(Value::List(rules)) = fields.value(rule)
            && let [Value::Text(rule)] = &rules[..]
        {
            event.ext.push("rule.name", Value::Text(Cow::Owned(rule.to_string())));
        }
    }
    related.sort_unstable();
    related.dedup();
    let related = related.into_iter().map(|ip| Value::Text(ip.to_string().into())).collect();
    event.ext.push("related.ip", Value::List(related));
}

fn flow(tuple: &str, event: &mut Event<'_>) {
    let mut parts = tuple.split(',');
    let mut next = || parts.next().unwrap_or_default();
    let [time, source, target, from, to, transport, way, decision] =
        std::array::from_fn(|_| next());
    if let Ok(time) = time.parse() {
        columns::epoch(crate::alias::epoch(time), event);
    }
    (event.source_ip, event.source_port) = (address(source), from.parse().ok());
    (event.destination_ip, event.destination_port) = (address(target), to.parse().ok());
    event.network_transport = match transport {
        "T" => Some("tcp".into()),
        "U" => Some("udp".into()),
        number => Some(Cow::Owned(columns::transport(number).into_owned())),
    };
    if let Some(way) = columns::direction(if way == "I" { "in" } else { "out" }) {
        event.ext.push("network.direction", way);
    }
    decide(if decision == "D" { "deny" } else { "allow" }, event);
}

/// What went there and came back, where that is said.
fn counts(tuple: &str, event: &mut Event<'_>) {
    let names = ["source.packets", "source.bytes", "destination.packets", "destination.bytes"];
    for (name, count) in names.into_iter().zip(tuple.split(',').skip(9)) {
        if let Ok(count) = count.parse() {
            event.ext.push(name, Value::Int(count));
        }
    }
}

/// `TCP request from 10.0.0.5:54321 to 198.51.100.1:443. Action: Deny`, and its like.
fn firewall(fields: &Object<'_>, event: &mut Event<'_>) {
    let Some(text) = fields.text("properties.msg") else { return };
    let Some((front, rest)) = text.split_once(" request from ") else { return };
    let transport = front.to_ascii_lowercase();
    let is_web = transport.starts_with("http");
    event.network_transport = Some(if is_web { "tcp".into() } else { transport.into() });
    let Some((source, rest)) = rest.split_once(" to ") else { return };
    let target = rest.split(' ').next().unwrap_or_default().trim_end_matches('.');
    for (ends, [ip, port]) in
        [(source, [C::SourceIp, C::SourcePort]), (target, [C::DestinationIp, C::DestinationPort])]
    {
        let (host, number) = ends.rsplit_once(':').unwrap_or((ends, ""));
        let own = |text: &str| Value::Text(Cow::Owned(text.to_owned()));
        match address(host) {
            Some(_) => put(To::Column(ip), own(host), event),
            None => event.ext.push("destination.domain", own(host)),
        }
        put(To::Column(port), own(number), event);
    }
    if let Some((_, action)) = text.split_once("Action: ") {
        let action = action.split(['.', ' ']).next().unwrap_or_default().to_ascii_lowercase();
        decide(&action, event);
    }
}

fn decide(action: &str, event: &mut Event<'_>) {
    event.event_action = Some(Cow::Owned(action.to_owned()));
    columns::decide(action, event);
}
