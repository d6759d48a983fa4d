//! The lines of uSIEM's benchmark, with what a reader of the formats finds in them.
//!
//! The expectations are the formats' own meaning, not what uSIEM makes of the lines. What it does
//! *not* know: speed.

use super::source;
use common::field::Field;
use parse::helper::Helpers;
use std::path::Path;
use std::sync::Arc;
use std::{fs, io};

/// One line's result.
#[derive(Clone, Debug, Default)]
pub struct Line {
    /// The file's name.
    pub name: String,
    /// Fields expected.
    pub all: usize,
    /// Fields that are equal.
    pub equal: usize,
    /// What is not equal: field, wanted, have.
    pub misses: Vec<(String, String, String)>,
}

type Fields = &'static [(&'static str, &'static str)];

/// (file, fields of its only line)
const LINES: &[(&str, Fields)] = &[
    (
        "bench_apache2.log",
        &[
            ("@timestamp", "2021-02-23T20:39:35.000000Z"),
            ("source.ip", "172.17.0.1"),
            ("http.request.method", "GET"),
            ("url.path", "/"),
            ("http.version", "1.1"),
            ("http.response.status_code", "304"),
            (
                "user_agent.original",
                "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:85.0) Gecko/20100101 Firefox/85.0",
            ),
        ],
    ),
    (
        "bench_modsecurity.log",
        &[
            ("@timestamp", "2021-02-21T23:16:17.000000Z"),
            ("source.ip", "172.17.0.1"),
            ("source.port", "36296"),
            ("destination.ip", "172.17.0.2"),
            ("destination.port", "80"),
            ("http.request.method", "GET"),
            ("url.path", "/xss.html"),
            ("http.version", "1.1"),
        ],
    ),
    (
        "bench_opnsense.log",
        &[
            ("host.name", "OPNsense.localdomain"),
            ("process.name", "filterlog"),
            ("process.pid", "21853"),
            ("source.ip", "192.168.1.8"),
            ("source.port", "5074"),
            ("destination.ip", "8.8.8.8"),
            ("destination.port", "53"),
            ("network.transport", "udp"),
            ("observer.egress.interface.name", "igb0"),
            ("log.syslog.facility.code", "16"),
            ("log.syslog.severity.code", "6"),
        ],
    ),
    (
        "bench_paloalto.log",
        &[
            ("@timestamp", "2021-02-05T15:05:55.000000Z"),
            ("host.name", "pa-test"),
            ("source.ip", "192.168.2.1"),
            ("destination.ip", "192.168.3.2"),
            ("source.port", "35861"),
            ("destination.port", "514"),
            ("network.transport", "udp"),
            ("rule.name", "intrazone-default"),
        ],
    ),
    (
        "bench_sonicwall.log",
        &[
            ("@timestamp", "2021-02-05T01:02:03.000000Z"),
            ("source.ip", "10.1.2.3"),
            ("source.port", "3080"),
            ("destination.ip", "10.2.3.4"),
            ("destination.port", "50005"),
            ("network.transport", "tcp"),
            ("user.name", "test@usiem.com"),
        ],
    ),
    (
        "bench_squid.log",
        &[
            ("@timestamp", "2021-02-14T00:00:36.628000Z"),
            ("source.ip", "172.17.0.1"),
            ("http.request.method", "CONNECT"),
            ("http.response.status_code", "200"),
            ("url.domain", "www.google.com"),
            ("destination.ip", "142.250.184.4"),
        ],
    ),
    (
        "bench_squidguard.log",
        &[
            ("@timestamp", "2021-02-14T00:02:33.000000Z"),
            ("source.ip", "172.17.0.1"),
            ("http.request.method", "CONNECT"),
            ("url.domain", "pornpage.com"),
            ("event.action", "redirect"),
        ],
    ),
    (
        "bench_windns.log",
        &[
            ("@timestamp", "2013-06-05T10:00:32.000000Z"),
            ("source.ip", "10.161.60.71"),
            ("network.transport", "udp"),
            ("dns.question.name", "somecomputer.domain.com"),
            ("dns.question.type", "A"),
        ],
    ),
    (
        "synthetic_suricata_eve_alert.jsonl",
        &[
            ("@timestamp", "2021-02-05T15:05:55.563778Z"),
            ("source.ip", "192.0.2.15"),
            ("source.port", "49222"),
            ("destination.ip", "198.51.100.7"),
            ("destination.port", "80"),
            ("network.transport", "tcp"),
            ("rule.name", "GPL ATTACK_RESPONSE id check returned root"),
        ],
    ),
];

/// Measures every line.
///
/// # Errors
/// A file cannot be read.
pub fn measure(folder: &Path, helpers: &Arc<Helpers>) -> io::Result<Vec<Line>> {
    LINES.iter().map(|(name, fields)| one(folder, name, fields, helpers)).collect()
}

fn one(folder: &Path, name: &str, fields: Fields, helpers: &Arc<Helpers>) -> io::Result<Line> {
    let bytes = fs::read(folder.join(name))?;
    let mut line = Line { name: name.to_owned(), ..Line::default() };
    let events = source::events(&bytes, None, helpers);
    for (field, wanted) in fields {
        let event = events.first();
        let have = match (event, *field) {
            (Some(event), "@timestamp") => Some(event.time.to_string()),
            (Some(event), _) => event.field(&Field::new(field)).map(|value| value.to_string()),
            (None, _) => None,
        };
        line.all += 1;
        if have.as_deref() == Some(*wanted) {
            line.equal += 1;
        } else {
            let have = have.unwrap_or_default();
            line.misses.push(((*field).to_owned(), (*wanted).to_owned(), have));
        }
    }
    Ok(line)
}
