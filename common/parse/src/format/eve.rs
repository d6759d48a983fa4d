//! Suricata's EVE: one JSON object for each alert, transaction, flow and file.
//!
//! | EVE | event |
//! |---|---|
//! | `timestamp`, `src_ip`, `dest_port`, `proto`, `in_iface`, … | time, source, destination, `network.*`, `observer.*` |
//! | `alert.*` | `rule.id`, `rule.name`, `rule.category`, action `allowed` or `blocked`, category `intrusion_detection` |
//! | `dns` in its versions 1 to 3 | `dns.question.name`, `.type`, `dns.response_code` |
//! | `http`, `tls`, `ssh`, `fileinfo` | `url.*`, `http.*`, `tls.client.server_name`, `file.name` |
//! | `flow` | `source.bytes`, `destination.bytes` |
//!
//! The action of other types is the type's name; users of SMB, Kerberos, RDP, FTP and the like fill
//! `user.name`. All fields stay under EVE's names.
//!
//! What it does *not* know: Suricata's other outputs.

use super::spec::{Found, Miss, Spec};
use crate::columns::{self, Table, To};
use crate::memory::Memory;
use crate::shape::Shapes;
use crate::source::Source as _;
use common::event::{Event, Object, Value};
use common::field::Column as C;
use std::borrow::Cow;

pub(super) const SPEC: Spec = Spec::object(read, &[&["event_type"], &["timestamp"]]);

const TABLE: &Table = &[
    ("dest_ip", To::Column(C::DestinationIp)),
    ("dest_port", To::Column(C::DestinationPort)),
    ("host", To::Column(C::HostName)),
    ("proto", To::Lower(C::NetworkTransport)),
    ("src_ip", To::Column(C::SourceIp)),
    ("src_port", To::Column(C::SourcePort)),
    ("flow.bytes_toclient", To::Field("destination.bytes")),
    ("dns.queries.rrname", To::Field("dns.question.name")),
    ("dns.query.rrname", To::Field("dns.question.name")),
    ("dns.rrname", To::Field("dns.question.name")),
    ("dns.queries.rrtype", To::Field("dns.question.type")),
    ("dns.query.rrtype", To::Field("dns.question.type")),
    ("dns.rrtype", To::Field("dns.question.type")),
    ("dns.rcode", To::Field("dns.response_code")),
    ("email.from", To::Field("email.from.address")),
    ("email.to", To::Field("email.to.address")),
    ("fileinfo.sha256", To::Field("file.hash.sha256")),
    ("fileinfo.filename", To::Field("file.name")),
    ("fileinfo.size", To::Field("file.size")),
    ("nfs.filename", To::Field("file.path")),
    ("smb.filename", To::Field("file.path")),
    ("tftp.file", To::Field("file.path")),
    ("http.http_method", To::Field("http.request.method")),
    ("http.http_refer", To::Field("http.request.referrer")),
    ("http.status", To::Field("http.response.status_code")),
    ("community_id", To::Field("network.community_id")),
    ("app_proto", To::Field("network.protocol")),
    ("in_iface", To::Field("observer.ingress.interface.name")),
    ("alert.category", To::Field("rule.category")),
    ("alert.signature_id", To::Field("rule.id")),
    ("alert.signature", To::Field("rule.name")),
    ("flow.bytes_toserver", To::Field("source.bytes")),
    ("quic.sni", To::Field("tls.client.server_name")),
    ("tls.sni", To::Field("tls.client.server_name")),
    ("tls.version", To::Field("tls.version_protocol")),
    ("http.hostname", To::Field("url.domain")),
    ("http.url", To::Url),
    ("http.http_user_agent", To::Field("user_agent.original")),
];

/// Which values all objects of a shape have under the names that are asked for one by one; a number
/// that no value has where there is no such name.
#[derive(Clone, Copy, Debug, Default)]
struct Leaves {
    kind: u32,
    time: u32,
    action: u32,
    severity: u32,
    signature: u32,
    /// Whether Suricata's own names are there.
    is_eve: bool,
}

thread_local! {
    static LEAVES: Shapes<Leaves> = const { Shapes::new() };
}

fn leaves_of(fields: &Object<'_>) -> Leaves {
    let known = ["flow_id", "src_ip", "stats.uptime", "pcap_cnt", "engine.message"];
    let leaf = |name| fields.leaf_of(name).unwrap_or(u32::MAX);
    Leaves {
        kind: leaf("event_type"),
        time: leaf("timestamp"),
        action: leaf("alert.action"),
        severity: leaf("alert.severity"),
        signature: leaf("alert.signature"),
        is_eve: known.iter().any(|name| fields.has(name)),
    }
}

fn read<'a>(
    fields: &Object<'a>,
    memory: &mut Memory,
    event: &mut Event<'a>,
) -> Result<Found, Miss> {
    let leaves = LEAVES.with(|leaves| leaves.of(fields, || leaves_of(fields)));
    let Some(Value::Text(kind)) = fields.value_of_leaf(leaves.kind) else {
        return Miss::at(0, "an EVE record (event_type)");
    };
    let timed = match fields.value_of_leaf(leaves.time) {
        Some(Value::Text(time)) => leaves.is_eve && columns::iso_time(&time, memory, event),
        _ => false,
    };
    if !timed {
        return Miss::at(0, "an EVE record (timestamp, flow_id)");
    }
    event.dataset = Some("suricata.eve".into());
    columns::fill(fields, TABLE, event);
    event.event_category = Some(Cow::Borrowed(match kind.as_ref() {
        "alert" | "anomaly" | "drop" => "intrusion_detection",
        "fileinfo" => "file",
        "stats" | "engine" => "host",
        _ => "network",
    }));
    if kind == "alert" {
        fill_alert(fields, leaves, event);
    } else {
        fill_other(&kind, fields, event);
        if !fields.has("app_proto")
            && let Some(name) = protocol(&kind)
        {
            event.ext.push("network.protocol", Value::Text(name.into()));
        }
        event.event_action = Some(kind.clone());
    }
    Ok(Found::ALL)
}

/// Who speaks, and whether it went well, in the protocols that say so.
fn fill_other<'a>(kind: &str, fields: &Object<'a>, event: &mut Event<'a>) {
    let name = match kind {
        "smb" => "smb.ntlmssp.user",
        "krb5" => "krb5.cname",
        "rdp" => "rdp.cookie",
        "mqtt" => "mqtt.connect.username",
        "ldap" => "ldap.request.bind_request.name",
        "pgsql" => "pgsql.request.startup_parameters.user",
        "ftp" if fields.text("ftp.command") == Some("USER") => "ftp.command_data",
        "drop" => {
            columns::decide("drop", event);
            return;
        }
        _ => "",
    };
    if let Some(user) = fields.value(name) {
        columns::put(To::Column(C::UserName), user, event);
    }
    event.event_outcome = outcome(kind, fields);
}

/// Whether it went well, as the protocols put it.
fn outcome(kind: &str, fields: &Object<'_>) -> Option<Cow<'static, str>> {
    let word = |name| match fields.value(name)? {
        Value::List(words) => words.first().map(Value::to_string),
        word => Some(word.to_string()),
    };
    let is_good = match kind {
        "smb" => match fields.text("smb.status")? {
            "STATUS_SUCCESS" => true,
            "STATUS_MORE_PROCESSING_REQUIRED" | "STATUS_PENDING" => return None,
            _ => false,
        },
        "krb5" => match (fields.has("krb5.error_code"), fields.text("krb5.msg_type")) {
            (true, _) | (_, Some("KRB_ERROR")) => false,
            (_, Some("KRB_AS_REP" | "KRB_TGS_REP")) => true,
            _ => return None,
        },
        "ftp" => match word("ftp.completion_code")?.as_str() {
            "230" => true,
            "530" => false,
            _ => return None,
        },
        "ldap" => match word("ldap.responses.bind_response.result_code")?.as_str() {
            "success" | "Success" => true,
            "sasl_bind_in_progress" => return None,
            _ => false,
        },
        "pgsql" => match fields.text("pgsql.response.severity_non_localizable") {
            Some("FATAL" | "ERROR") => false,
            _ => {
                if fields.text("pgsql.response.code").is_some_and(|code| code.starts_with("28")) {
                    false
                } else if fields.text("pgsql.response.message") == Some("authentication_ok") {
                    true
                } else {
                    return None;
                }
            }
        },
        "rfb" => fields.text("rfb.authentication.security_result")? == "OK",
        _ => return None,
    };
    Some(if is_good { "success" } else { "failure" }.into())
}

/// The protocol that a type of record is about.
fn protocol(kind: &str) -> Option<&'static str> {
    const KINDS: &[(&str, &str)] = &[
        ("bittorrent_dht", "bittorrent"),
        ("dcerpc", "dcerpc"),
        ("dhcp", "dhcp"),
        ("dnp3", "dnp3"),
        ("dns", "dns"),
        ("ftp", "ftp"),
        ("ftp_data", "ftp"),
        ("http", "http"),
        ("http2", "http"),
        ("ike", "ike"),
        ("ikev2", "ike"),
        ("krb5", "kerberos"),
        ("ldap", "ldap"),
        ("modbus", "modbus"),
        ("mqtt", "mqtt"),
        ("nfs", "nfs"),
        ("pgsql", "pgsql"),
        ("quic", "quic"),
        ("rdp", "rdp"),
        ("rfb", "rfb"),
        ("sip", "sip"),
        ("smb", "smb"),
        ("smtp", "smtp"),
        ("snmp", "snmp"),
        ("ssh", "ssh"),
        ("telnet", "telnet"),
        ("tftp", "tftp"),
        ("tls", "tls"),
        ("websocket", "websocket"),
    ];
    let at = KINDS.binary_search_by(|(known, _)| (*known).cmp(kind)).ok()?;
    Some(KINDS[at].1)
}

fn fill_alert<'a>(fields: &Object<'a>, leaves: Leaves, event: &mut Event<'a>) {
    if let Some(Value::Text(action)) = fields.value_of_leaf(leaves.action) {
        event.event_outcome = match action.as_ref() {
            "allowed" => Some("success".into()),
            "blocked" => Some("failure".into()),
            _ => None,
        };
        event.event_action = Some(action);
    }
    let severity = match fields.value_of_leaf(leaves.severity) {
        Some(Value::Int(number)) => Some(number),
        Some(Value::Text(text)) => text.parse().ok(),
        _ => None,
    };
    // Suricata: 1 is high, 2 medium, 3 low.
    event.log_severity = match severity {
        Some(1) => Some(2),
        Some(2) => Some(4),
        Some(_) => Some(5),
        None => None,
    };
    if let Some(Value::Text(signature)) = fields.value_of_leaf(leaves.signature) {
        event.message = signature;
    }
}
