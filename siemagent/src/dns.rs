//! Answers of name servers: read, and remembered by address.
//!
//! ```text
//!  message ─► name asked, addresses ─► per process, and for the host ─► name of an address
//! ```
//!
//! A connection is told with the name under which its process asked for the address, else with the
//! name for which anyone on this host got it last. Format: RFC 1035 §4. What it does *not* know:
//! DNS over TCP, TLS or HTTPS.

use crate::process::Key;
use crate::record::{Record, TextKind};
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What a response says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    /// The name that was asked for, without the final dot.
    pub(crate) name: String,
    /// The type that was asked for: `A`, `AAAA`, …
    pub(crate) kind: String,
    /// `NOERROR`, `NXDOMAIN`, …
    pub(crate) status: String,
    /// What was answered, in the usual text form.
    pub(crate) results: Vec<String>,
    /// The addresses among it.
    pub(crate) addresses: Vec<IpAddr>,
    /// The server had more to say.
    pub(crate) truncated: bool,
}

/// Results that are told of one response.
const MOST_RESULTS: usize = 32;

impl Message {
    /// Reads a response with one question.
    #[must_use]
    pub(crate) fn read(bytes: &[u8]) -> Option<Message> {
        let flags = number(bytes, 2)?;
        let (questions, answers) = (number(bytes, 4)?, number(bytes, 6)?);
        if flags & 0x8000 == 0 || questions != 1 {
            return None;
        }
        let (name, at) = name(bytes, 12)?;
        let mut message = Message {
            name,
            kind: kind_name(number(bytes, at)?),
            status: status_name(flags & 15),
            results: Vec::new(),
            addresses: Vec::new(),
            truncated: flags & 0x200 != 0,
        };
        let mut at = at + 4;
        for _ in 0..usize::from(answers).min(MOST_RESULTS) {
            match message.answer(bytes, at) {
                Some(next) => at = next,
                None => {
                    message.truncated = true;
                    break;
                }
            }
        }
        Some(message)
    }

    /// Reads one answer; returns where the next begins.
    fn answer(&mut self, bytes: &[u8], at: usize) -> Option<usize> {
        let (_, at) = name(bytes, at)?;
        let kind = number(bytes, at)?;
        let size = usize::from(number(bytes, at + 8)?);
        let from = at + 10;
        let value = bytes.get(from..from + size)?;
        let address = match kind {
            1 => <[u8; 4]>::try_from(value).ok().map(|v4| IpAddr::V4(Ipv4Addr::from(v4))),
            28 => <[u8; 16]>::try_from(value).ok().map(|v6| IpAddr::V6(Ipv6Addr::from(v6))),
            _ => None,
        };
        if let Some(address) = address {
            self.addresses.push(address);
            self.results.push(address.to_string());
        } else if matches!(kind, 2 | 5 | 12) {
            self.results.push(name(bytes, from)?.0);
        } else if kind == 16 {
            let text = value.get(1..).unwrap_or_default();
            self.results.push(String::from_utf8_lossy(text).into_owned());
        } else {
            self.results.push(kind_name(kind));
        }
        Some(from + size)
    }
}

fn number(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

/// A name and where it ends. Pointers lead backwards only, so that they end.
fn name(bytes: &[u8], mut at: usize) -> Option<(String, usize)> {
    let mut labels: Vec<String> = Vec::new();
    let mut end = None;
    let mut limit = at;
    loop {
        let size = usize::from(*bytes.get(at)?);
        match size {
            0 => return Some((labels.join("."), end.unwrap_or(at + 1))),
            1..=63 => {
                let label = bytes.get(at + 1..at + 1 + size)?;
                labels.push(String::from_utf8_lossy(label).into_owned());
                at += 1 + size;
            }
            192..=255 => {
                let to = usize::from(number(bytes, at)? & 0x3fff);
                end.get_or_insert(at + 2);
                if to >= limit {
                    return None;
                }
                (at, limit) = (to, to);
            }
            _ => return None,
        }
        if labels.len() > 128 {
            return None;
        }
    }
}

fn kind_name(kind: u16) -> String {
    let name = match kind {
        1 => "A",
        2 => "NS",
        5 => "CNAME",
        6 => "SOA",
        12 => "PTR",
        15 => "MX",
        16 => "TXT",
        28 => "AAAA",
        33 => "SRV",
        64 => "SVCB",
        65 => "HTTPS",
        255 => "ANY",
        other => return format!("TYPE{other}"),
    };
    name.to_owned()
}

fn status_name(code: u16) -> String {
    let name = match code {
        0 => "NOERROR",
        1 => "FORMERR",
        2 => "SERVFAIL",
        3 => "NXDOMAIN",
        4 => "NOTIMP",
        5 => "REFUSED",
        other => return format!("RCODE{other}"),
    };
    name.to_owned()
}

/// Names by address.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    by_process: HashMap<Key, HashMap<IpAddr, String>>,
    by_host: HashMap<IpAddr, String>,
}

/// Addresses, and processes, that are remembered at most.
const MOST: usize = 4096;

impl Answers {
    /// Remembers what a record answers.
    pub(crate) fn learn(&mut self, record: &Record<'_>, process: Key) {
        let text = record.text(TextKind::Bytes);
        let Some(message) = text.and_then(|text| Message::read(text.bytes)) else { return };
        if self.by_host.len() > MOST {
            self.by_host.clear();
        }
        if self.by_process.len() > MOST {
            self.by_process.clear();
        }
        for address in message.addresses {
            self.by_host.insert(address, message.name.clone());
            let own = self.by_process.entry(process).or_default();
            if own.len() > MOST {
                own.clear();
            }
            own.insert(address, message.name.clone());
        }
    }

    /// Forgets a process that ended.
    pub(crate) fn forget(&mut self, process: Key) {
        self.by_process.remove(&process);
    }

    /// The name of an address, and whose answer it is: `process` or `host`.
    pub(crate) fn name(&self, address: IpAddr, process: Key) -> Option<(&str, &'static str)> {
        let own = self.by_process.get(&process).and_then(|names| names.get(&address));
        let own = own.map(|name| (name.as_str(), "process"));
        own.or_else(|| self.by_host.get(&address).map(|name| (name.as_str(), "host")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A response: `www.example.org` is an alias of `a.example.org`, which has two addresses.
    fn response() -> Vec<u8> {
        let mut bytes = vec![0, 7, 0x81, 0x80, 0, 1, 0, 3, 0, 0, 0, 0];
        bytes.extend_from_slice(b"\x03www\x07example\x03org\0\0\x01\0\x01");
        bytes.extend_from_slice(b"\xc0\x0c\0\x05\0\x01\0\0\0\x3c\0\x04\x01a\xc0\x10");
        bytes.extend_from_slice(b"\xc0\x2d\0\x01\0\x01\0\0\0\x3c\0\x04\xc0\0\x02\x07");
        bytes.extend_from_slice(b"\xc0\x2d\0\x01\0\x01\0\0\0\x3c\0\x04\xc0\0\x02\x08");
        bytes
    }

    #[test]
    fn a_response_is_read_with_its_pointers() {
        let message = Message::read(&response()).expect("a message");
        let addresses = ["192.0.2.7", "192.0.2.8"];
        assert_eq!(message.name, "www.example.org");
        assert_eq!((message.kind.as_str(), message.status.as_str()), ("A", "NOERROR"));
        assert_eq!(message.results, ["a.example.org", "192.0.2.7", "192.0.2.8"]);
        assert_eq!(message.addresses, addresses.map(|text| text.parse::<IpAddr>().expect("one")));
        assert!(!message.truncated);
    }

    #[test]
    fn hostile_messages_end() {
        let whole = response();
        for size in 0..whole.len() {
            let part = Message::read(&whole[..size]);
            assert!(part.is_none_or(|part| part.truncated), "cut at {size}");
        }
        let mut circle = whole[..12].to_vec();
        circle.extend_from_slice(b"\xc0\x0c\0\x01\0\x01");
        assert_eq!(Message::read(&circle), None);
        let mut query = whole;
        query[2] = 1;
        assert_eq!(Message::read(&query), None);
    }
}
