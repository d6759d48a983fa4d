//! Zeek's logs: JSON, and tab-separated values under a header.
//!
//! ```text
//! {"ts":1591367999.305988,"uid":"CMdzit1AMNsmfAIiQc","id.orig_h":"192.168.4.76","id.orig_p":36844,"id.resp_h":"192.168.4.1","id.resp_p":53,"proto":"udp",…}
//! #separator \x09
//! #set_separator ,      #empty_field (empty)      #unset_field -      #path conn
//! #fields ts uid id.orig_h id.orig_p …
//! #types  time string addr port …
//! 1591367999.305988⇥CMdzit1AMNsmfAIiQc⇥192.168.4.76⇥36844⇥…
//! ```
//!
//! The header is part of the source's state and survives a restart; a later header replaces it.
//! Sets and vectors become lists, `-` is absent, `(empty)` is the empty text. Fields keep Zeek's
//! names (`id_orig_h` is read as `id.orig_h` is); the path is `event.dataset`'s second part, of
//! JSON without `_path` only where a field tells it.
//!
//! What it does *not* know: scripts that rename columns.

mod meaning;
mod name;
mod row;

use super::spec::{Found, Miss, Spec};
use crate::columns::{self, Table, To};
use crate::header::{Header, Kind, Scalar};
use crate::memory::Memory;
use crate::place::Places;
use crate::source::Source;
use common::event::{Event, Object, Value};
use common::field::Column as C;
use row::Row;
use std::borrow::Cow;

pub(super) const JSON: Spec = Spec::object(
    json,
    &[
        &["ts"],
        &[
            "uid",
            "_path",
            "note",
            "port_num",
            "software_type",
            "ts_delta",
            "uids",
            "fuid",
            "certificate.serial",
        ],
    ],
);
pub(super) const TSV: Spec = Spec::line(tsv);

const TABLE: &Table = &[
    ("dst", To::Column(C::DestinationIp)),
    ("id.orig_h", To::Column(C::SourceIp)),
    ("id.orig_p", To::Column(C::SourcePort)),
    ("id.resp_h", To::Column(C::DestinationIp)),
    ("id.resp_p", To::Column(C::DestinationPort)),
    ("id_orig_h", To::Column(C::SourceIp)),
    ("id_orig_p", To::Column(C::SourcePort)),
    ("id_resp_h", To::Column(C::DestinationIp)),
    ("id_resp_p", To::Column(C::DestinationPort)),
    ("method", To::Field("http.request.method")),
    ("msg", To::Column(C::Message)),
    ("note", To::Field("rule.name")),
    ("orig_bytes", To::Field("source.bytes")),
    ("orig_pkts", To::Field("source.packets")),
    ("p", To::Column(C::DestinationPort)),
    ("proto", To::Lower(C::NetworkTransport)),
    ("qtype_name", To::Field("dns.question.type")),
    ("query", To::Field("dns.question.name")),
    ("rcode_name", To::Field("dns.response_code")),
    ("resp_bytes", To::Field("destination.bytes")),
    ("resp_pkts", To::Field("destination.packets")),
    ("server_name", To::Field("tls.client.server_name")),
    ("src", To::Column(C::SourceIp)),
    ("status_code", To::Field("http.response.status_code")),
    ("user_agent", To::Field("user_agent.original")),
    ("user", To::Column(C::UserName)),
    ("username", To::Column(C::UserName)),
];

/// A field that only one log has, or that none before it has, and that log.
const PATHS: &[(&str, &str)] = &[
    ("conn_state", "conn"),
    ("tunnel_type", "tunnel"),
    ("qtype", "dns"),
    ("qtype_name", "dns"),
    ("trans_id", "dns"),
    ("call_id", "sip"),
    ("status_code", "http"),
    ("user_agent", "http"),
    ("trans_depth", "http"),
    ("request_type", "kerberos"),
    ("cipher", "ssl"),
    ("established", "ssl"),
    ("server_name", "ssl"),
    ("auth_success", "ssh"),
    ("auth_attempts", "ssh"),
    ("host_key", "ssh"),
    ("note", "notice"),
    ("nick", "irc"),
    ("reply_code", "ftp"),
    ("command", "ftp"),
    ("mime_type", "files"),
    ("seen_bytes", "files"),
    ("helo", "smtp"),
    ("mailfrom", "smtp"),
    ("share_type", "smb_mapping"),
    ("prev_name", "smb_files"),
    ("named_pipe", "dce_rpc"),
    ("domainname", "ntlm"),
    ("ntlm", "ntlm"),
    ("server_nb_computer_name", "ntlm"),
    ("security_protocol", "rdp"),
    ("cookie", "rdp"),
    ("msg_types", "dhcp"),
    ("certificate.serial", "x509"),
    ("framed_addr", "radius"),
    ("reply_msg", "radius"),
    ("community", "snmp"),
    ("cmd", "mysql"),
    ("request.host", "socks"),
    ("analyzer", "dpd"),
    ("seen.indicator", "intel"),
    ("facility", "syslog"),
    ("client_scid", "quic"),
    ("notice", "weird"),
    ("func", "modbus"),
    ("fc_request", "dnp3"),
    ("software_type", "software"),
    ("port_proto", "known_services"),
    ("percent_lost", "capture_loss"),
    ("action", "smb_files"),
];

/// Whether fields are those of a record that names no connection.
fn is_record(fields: &Object<'_>) -> bool {
    let both = |one, other| fields.has(one) && fields.has(other);
    both("note", "suppress_for")
        || both("port_num", "port_proto")
        || both("software_type", "host")
        || both("ts_delta", "percent_lost")
        || both("uids", "msg_types")
        || both("fuid", "seen_bytes")
        || both("certificate.serial", "certificate.subject")
}

fn json<'a>(
    fields: &Object<'a>,
    memory: &mut Memory,
    event: &mut Event<'a>,
) -> Result<Found, Miss> {
    let has_peers = fields.has("id.orig_h") || fields.has("id_orig_h");
    let is_zeek = fields.has("uid") && has_peers || fields.has("_path") || is_record(fields);
    let Some(ts) = fields.value("ts").filter(|_| is_zeek) else {
        return Miss::at(0, "a Zeek record (ts, uid, id.orig_h)");
    };
    let mut ranks = crate::alias::Ranks::default();
    crate::alias::adopt("ts", &ts, &mut ranks, memory, event);
    let told = fields.text("_path");
    let guessed = || PATHS.iter().find(|(field, _)| fields.has(field));
    let path = told.or_else(|| guessed().map(|(_, path)| *path));
    let path = path.map_or("log".to_owned(), ToOwned::to_owned);
    fill(fields, &path, event);
    if let Some(Value::Text(host)) = fields.value("_system_name") {
        event.host_name = host.clone();
    }
    Ok(Found::default())
}

fn fill<'a>(fields: &impl Source<'a>, path: &str, event: &mut Event<'a>) {
    event.dataset = Some(match path {
        "conn" => Cow::Borrowed("zeek.conn"),
        "dns" => Cow::Borrowed("zeek.dns"),
        "http" => Cow::Borrowed("zeek.http"),
        "ssl" => Cow::Borrowed("zeek.ssl"),
        other => Cow::Owned(["zeek.", other].concat()),
    });
    event.event_category = Some(meaning::category(path).into());
    columns::fill(fields, TABLE, event);
    if let Some(Value::Text(uri)) = fields.value("uri") {
        columns::url(uri.clone(), event);
    }
    match path {
        "ssh" | "kerberos" | "ntlm" | "radius" => authenticated(path, fields, event),
        "rdp" => named(fields.value("cookie"), event),
        "dhcp" => leased(fields, event),
        _ => meaning::fill(path, fields, event),
    }
    if let Some(protocol) = meaning::protocol(path) {
        event.ext.push("network.protocol", Value::Text(protocol.into()));
    }
    if let Some(Value::Text(id)) = fields.value("community_id") {
        event.ext.push("network.community_id", Value::Text(id.clone()));
    }
}

/// Who proved to be whom, where a log says whether it went well.
fn authenticated<'a>(path: &str, fields: &impl Source<'a>, event: &mut Event<'a>) {
    event.event_category = Some("authentication".into());
    if path == "kerberos" {
        // A principal: the name, a slash, the realm.
        let name =
            fields.text("client").map(|name| name.rsplit_once('/').map_or(name, |(name, _)| name));
        event.user_name = name.map(|name| Cow::Owned(name.to_owned()));
    }
    let result = fields.value("auth_success").or_else(|| fields.value("success"));
    let is_good = match result.or_else(|| fields.value("result")) {
        Some(Value::Bool(is_good)) => is_good,
        Some(Value::Text(text)) => matches!(text.as_ref(), "success" | "T" | "true"),
        _ => return,
    };
    event.event_outcome = Some(if is_good { "success" } else { "failure" }.into());
}

fn named<'a>(user: Option<Value<'a>>, event: &mut Event<'a>) {
    if let Some(user) = user {
        columns::put(To::Column(C::UserName), user, event);
    }
}

fn leased<'a>(fields: &impl Source<'a>, event: &mut Event<'a>) {
    let client = fields.value("client_addr").or_else(|| fields.value("assigned_addr"));
    for (to, value) in [
        (To::Column(C::SourceIp), client),
        (To::Column(C::DestinationIp), fields.value("server_addr")),
        (To::Field("source.domain"), fields.value("host_name")),
        (To::Field("source.mac"), fields.value("mac")),
    ] {
        if let Some(value) = value {
            columns::put(to, value, event);
        }
    }
}

fn tsv<'a>(text: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    if text.starts_with('#') {
        let mut header = memory.header.take().unwrap_or_default();
        let is_header = header.take(text);
        memory.header = Some(header).filter(|header| is_header || !header.fields.is_empty());
        if !is_header {
            return Miss::at(0, "a header (#fields)");
        }
        event.dataset = Some("zeek.header".into());
        event.message = Cow::Borrowed(text);
        return Ok(Found::ALL);
    }
    let Some(mut header) = memory.header.take_if(|header| !header.fields.is_empty()) else {
        return Miss::at(0, "a header before it (#fields)");
    };
    let kept = |name: &str| name::known(columns::kept_name(name.into()));
    let places = header.places.take().unwrap_or_else(|| Places::new(&header.fields, kept));
    if header.kinds.is_empty() {
        header.kinds = header.types.iter().map(|name| Kind::of(name)).collect();
    }
    let is_row = row(text, &header, &places, event);
    header.places = Some(places);
    memory.header = Some(header);
    if is_row { Ok(Found::ALL) } else { Miss::at(0, "as many columns as the header has") }
}

/// Fills what a row says; false where a line is none.
fn row<'a>(text: &'a str, header: &Header, places: &Places, event: &mut Event<'a>) -> bool {
    let Some(row) = Row::read(text, header, places) else { return false };
    match row.value("ts") {
        Some(Value::Text(seconds)) => match micros(&seconds) {
            Some(time) => columns::epoch(time, event),
            None => return false,
        },
        Some(_) => return false,
        None => {}
    }
    // What the columns mean adds a dozen at most.
    event.ext.reserve(header.fields.len() + 12);
    fill(&row, &header.path, event);
    event.message = Cow::Borrowed(text);
    row.keep(event);
    true
}

/// A value of a kind; none where it is absent, as an empty list is.
fn typed<'a>(value: &'a str, kind: Kind, header: &Header) -> Option<Value<'a>> {
    if value == header.unset {
        return None;
    }
    if !kind.is_list {
        return Some(scalar(value, kind.scalar, header));
    }
    let items = value.split(header.list.as_str()).filter(|item| *item != header.unset);
    let items = items.filter(|_| value != header.empty);
    let list: Vec<Value<'a>> = items.map(|item| scalar(item, kind.scalar, header)).collect();
    (!list.is_empty()).then_some(Value::List(list))
}

fn scalar<'a>(value: &'a str, kind: Scalar, header: &Header) -> Value<'a> {
    let text = || Value::Text(Cow::Borrowed(if value == header.empty { "" } else { value }));
    match kind {
        Scalar::Text => text(),
        Scalar::Int => value.parse().map_or_else(|_| text(), Value::Int),
        Scalar::Float => value.parse().ok().and_then(Value::number).unwrap_or_else(text),
        Scalar::Bool => match value {
            "T" => Value::Bool(true),
            "F" => Value::Bool(false),
            _ => text(),
        },
    }
}

/// `1591367999.305988` as microseconds.
fn micros(text: &str) -> Option<i64> {
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let seconds: i64 = seconds.parse().ok()?;
    let digits = fraction.get(..fraction.len().min(6))?;
    let scale = 10_i64.pow(u32::try_from(6 - digits.len()).ok()?);
    seconds.checked_mul(1_000_000)?.checked_add(digits.parse::<i64>().ok()? * scale)
}
