//! What the fields of single logs of Zeek's mean, and what kind of event each log is about.
//!
//! What it does *not* know: how a log is written.

use crate::columns::{self, Table, To};
use crate::source::Source;
use common::event::{Event, Value};
use common::field::Column as C;

/// Logs that are about something other than the network.
const CATEGORIES: &[(&str, &str)] = &[
    ("files", "file"),
    ("intel", "intrusion_detection"),
    ("kerberos", "authentication"),
    ("mysql", "database"),
    ("notice", "intrusion_detection"),
    ("ntlm", "authentication"),
    ("pe", "file"),
    ("radius", "authentication"),
    ("signatures", "intrusion_detection"),
    ("smtp", "email"),
    ("software", "host"),
    ("ssh", "authentication"),
];

/// Logs of one protocol.
const PROTOCOLS: &[(&str, &str)] = &[
    ("dce_rpc", "dce_rpc"),
    ("dhcp", "dhcp"),
    ("dnp3", "dnp3"),
    ("dns", "dns"),
    ("ftp", "ftp"),
    ("http", "http"),
    ("irc", "irc"),
    ("kerberos", "kerberos"),
    ("ldap", "ldap"),
    ("ldap_search", "ldap"),
    ("modbus", "modbus"),
    ("mqtt_connect", "mqtt"),
    ("mysql", "mysql"),
    ("ntlm", "ntlm"),
    ("ntp", "ntp"),
    ("quic", "quic"),
    ("radius", "radius"),
    ("rdp", "rdp"),
    ("rfb", "rfb"),
    ("sip", "sip"),
    ("smb_files", "smb"),
    ("smb_mapping", "smb"),
    ("smtp", "smtp"),
    ("snmp", "snmp"),
    ("socks", "socks"),
    ("ssh", "ssh"),
    ("ssl", "tls"),
    ("syslog", "syslog"),
];

const CONN: &Table = &[("service", To::Field("network.protocol"))];
const HTTP: &Table = &[("host", To::Field("url.domain"))];
const FILES: &Table = &[
    ("filename", To::Field("file.name")),
    ("md5", To::Field("file.hash.md5")),
    ("mime_type", To::Field("file.mime_type")),
    ("rx_hosts", To::Column(C::DestinationIp)),
    ("seen_bytes", To::Field("file.size")),
    ("sha1", To::Field("file.hash.sha1")),
    ("sha256", To::Field("file.hash.sha256")),
    ("tx_hosts", To::Column(C::SourceIp)),
];
const SMB_FILES: &Table = &[
    ("action", To::Column(C::EventAction)),
    ("name", To::Field("file.name")),
    ("path", To::Field("file.directory")),
    ("size", To::Field("file.size")),
];
const SMTP: &Table = &[
    ("mailfrom", To::Field("email.from.address")),
    ("msg_id", To::Field("email.message_id")),
    ("rcptto", To::Field("email.to.address")),
    ("subject", To::Field("email.subject")),
];
const KNOWN: &Table = &[
    ("host", To::Column(C::SourceIp)),
    ("host_p", To::Column(C::SourcePort)),
    ("port_num", To::Column(C::SourcePort)),
    ("port_proto", To::Lower(C::NetworkTransport)),
];
const ACTION: &Table = &[
    ("action", To::Column(C::EventAction)),
    ("addl", To::Field("event.reason")),
    ("cmd", To::Column(C::EventAction)),
    ("command", To::Column(C::EventAction)),
    ("failure_reason", To::Field("event.reason")),
    ("fc_request", To::Column(C::EventAction)),
    ("func", To::Column(C::EventAction)),
    ("name", To::Column(C::EventAction)),
    ("operation", To::Column(C::EventAction)),
    ("response", To::Field("event.reason")),
    ("seen.indicator", To::Field("threat.indicator.name")),
];

/// The kind of event that a log is about.
pub(super) fn category(path: &str) -> &'static str {
    find(CATEGORIES, path).unwrap_or("network")
}

/// The protocol that a log is about.
pub(super) fn protocol(path: &str) -> Option<&'static str> {
    find(PROTOCOLS, path)
}

fn find(list: &[(&str, &'static str)], path: &str) -> Option<&'static str> {
    let at = list.binary_search_by(|(known, _)| (*known).cmp(path)).ok()?;
    Some(list[at].1)
}

/// Fills what the names of one log mean.
pub(super) fn fill<'a>(path: &str, fields: &impl Source<'a>, event: &mut Event<'a>) {
    let table = match path {
        "conn" => CONN,
        "http" => HTTP,
        "files" => FILES,
        "smb_files" => SMB_FILES,
        "smtp" => SMTP,
        "software" | "known_services" | "known_hosts" | "known_certs" => KNOWN,
        "tunnel" | "weird" | "mysql" | "ftp" | "dpd" | "modbus" | "dnp3" | "dce_rpc" | "intel" => {
            ACTION
        }
        _ => return,
    };
    columns::fill(fields, table, event);
    let is_good = match path {
        "mysql" => match fields.value("success") {
            Some(Value::Bool(is_good)) => Some(is_good),
            _ => None,
        },
        "ftp" => match fields.int("reply_code") {
            Some(230 | 226 | 250) => Some(true),
            Some(400..600) => Some(false),
            _ => None,
        },
        "sip" | "http" => fields.int("status_code").map(|status| status < 400),
        _ => None,
    };
    if let Some(is_good) = is_good {
        event.event_outcome = Some(if is_good { "success" } else { "failure" }.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted() {
        for list in [CATEGORIES, PROTOCOLS] {
            assert!(list.is_sorted_by(|one, next| one.0 < next.0));
        }
        assert_eq!((category("files"), category("conn")), ("file", "network"));
        assert_eq!((protocol("ssl"), protocol("conn")), (Some("tls"), None));
    }
}
