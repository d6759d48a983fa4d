//! PostgreSQL's log to a file, as its default prefix and the usual ones have it.
//!
//! ```text
//! 2026-06-14 15:16:01.123 UTC [1234] alice@shop LOG:  statement: SELECT 1,
//! ⇥2                                                        a line that begins with a tab goes on
//! 2026-06-14 15:16:01.123 CEST [1234-1] user=alice,db=shop,app=psql,client=192.0.2.7 FATAL:  password authentication failed for user "alice"
//! 192.0.2.7 2026-06-14 15:16:01.123 UTC [1234] alice@shop LOG:  statement: SELECT 1
//! 2026-06-14 15:16:01.123 UTC:192.0.2.7(4022):alice@shop:[1234]:FATAL:  …
//! 2026-06-14 15:16:01.123 UTC,"alice","shop",1234,"192.0.2.7:4022",…,FATAL,28P01,"…"          csvlog
//! ```
//!
//! One word may stand before the stamp. The prefix may hold a process id in brackets,
//! `user@database`, a host with its port, and pairs; blanks or colons divide them. `DETAIL`, `HINT`,
//! `STATEMENT` and `CONTEXT` lines are events of their own, as PostgreSQL writes them.
//!
//! What it does *not* know: names of zones that mean more than one offset; they are assumed to be the
//! source's.

use super::spec::{Found, Miss, Spec};
use crate::columns::add;
use crate::joint::Joint;
use crate::memory::Memory;
use crate::stamp;
use common::event::{Event, address};
use std::borrow::Cow;

pub(super) const SPEC: Spec =
    Spec::line(read).first(b"0123456789[").joined(Joint::Run { begins, goes_on, ends });

/// Levels and their severities.
const LEVELS: &[(&str, u8)] = &[
    ("LOG", 6),
    ("ERROR", 3),
    ("FATAL", 2),
    ("PANIC", 1),
    ("WARNING", 4),
    ("NOTICE", 5),
    ("INFO", 6),
    ("DEBUG1", 7),
    ("DEBUG2", 7),
    ("DEBUG3", 7),
    ("DEBUG4", 7),
    ("DEBUG5", 7),
    ("DETAIL", 6),
    ("HINT", 6),
    ("STATEMENT", 6),
    ("CONTEXT", 6),
    ("QUERY", 6),
    ("LOCATION", 7),
];

/// Where things stand in a line.
struct Head<'a> {
    at: stamp::Stamp,
    stamp: (usize, usize),
    /// The word before the stamp.
    lead: &'a str,
    prefix: &'a str,
    level: &'static str,
    severity: u8,
    body: usize,
}

/// Where the stamp begins: at once, or behind a word.
fn start(line: &[u8]) -> usize {
    let is_date = |at: usize| matches!(line.get(at + 4), Some(b'-' | b'/'));
    if is_date(0) {
        return 0;
    }
    let word = line.iter().take(64).position(|&byte| byte == b' ');
    word.map_or(0, |width| width + 1).min(line.len())
}

fn head(line: &str) -> Option<Head<'_>> {
    let first = start(line.as_bytes());
    let (mut at, end) = stamp::iso(line.as_bytes(), first)?;
    let rest = line.get(end..line.len().min(end + 512).max(end))?;
    let rest = rest.get(..rest.floor_char_boundary(512))?;
    let zone = rest.strip_prefix(' ')?;
    let (word, _) = zone.split_once([' ', ':'])?;
    let is_zone = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphabetic());
    let start = if is_zone { end + 1 + word.len() } else { end };
    at.offset = at.offset.or_else(|| stamp::written::named_zone(word).filter(|_| is_zone));
    let rest = &line[start..line.floor_char_boundary((start + 512).min(line.len()))];
    let colon = crate::columns::cut(rest, b":  ")?.0.len();
    let word = rest[..colon].rsplit([' ', ':']).next()?;
    let (level, severity) = LEVELS.iter().find(|(level, _)| *level == word)?;
    let prefix = &rest[..colon - word.len()];
    let (stamp, lead) = ((first, end), line[..first].trim_ascii_end());
    Some(Head { at, stamp, lead, prefix, level, severity: *severity, body: start + colon + 3 })
}

fn begins(line: &[u8]) -> bool {
    // What is no date is told by one look.
    if !matches!(line.get(start(line) + 4), Some(b'-' | b'/')) {
        return false;
    }
    let text = &line[..line.len().min(1_024)];
    let text = match std::str::from_utf8(text) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&text[..error.valid_up_to()]).unwrap_or_default(),
    };
    head(text).is_some()
}

fn goes_on(_record: &[u8], line: &[u8]) -> bool {
    line.first() == Some(&b'\t')
}

fn ends(_line: &[u8]) -> bool {
    false
}

fn read<'a>(text: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let Some(head) = head(text) else {
        return columns(text, memory, event);
    };
    (event.time, event.time_quality) = memory.instant(head.at);
    event.dataset = Some("postgresql.log".into());
    event.event_category = Some("database".into());
    event.log_severity = Some(head.severity);
    event.process_name = Some("postgres".into());
    let message = &text[head.body..];
    event.message = Cow::Borrowed(message);
    prefix(head.lead, event);
    prefix(head.prefix, event);
    add("log.level", head.level, event);
    meant(message, event);
    Ok(Found { stamp: head.stamp, ..Found::default() })
}

/// What a message says of connections and logins.
fn meant<'a>(message: &'a str, event: &mut Event<'a>) {
    let quoted = |text: &'a str| text.split('"').nth(1);
    if message.contains("authentication failed for user") {
        event.event_category = Some("authentication".into());
        event.event_action = Some("database_login".into());
        event.event_outcome = Some("failure".into());
        event.user_name = event.user_name.take().or(quoted(message).map(Into::into));
    } else if let Some(rest) = message.strip_prefix("connection authorized: user=") {
        event.event_category = Some("authentication".into());
        event.event_action = Some("logged-in".into());
        event.event_outcome = Some("success".into());
        event.user_name = rest.split(' ').next().map(Into::into);
    } else if let Some(rest) = message.strip_prefix("connection received: host=") {
        event.event_action = Some("connection-received".into());
        let mut words = rest.split([' ', '=']);
        event.source_ip = words.next().and_then(address);
        event.source_port = words.nth(1).and_then(|port| port.parse().ok());
    } else if let Some(rest) = message.strip_prefix("disconnection: session time: ") {
        event.event_category = Some("session".into());
        event.event_action = Some("disconnected".into());
        // Names of users and databases stand before the host: the last one counts.
        let peer = rest.rsplit_once(" host=").map_or("", |(_, peer)| peer);
        let (host, port) = peer.split_once(" port=").unwrap_or((peer, ""));
        event.source_ip = address(host).or(event.source_ip);
        event.source_port = port.parse().ok().or(event.source_port);
    }
}

/// Reads a line of a `csvlog`: stamp, user, database, process, `address:port`, session, line, tag,
/// start, transactions, level, code, message, …
fn columns<'a>(text: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let mut parts = [""; 14];
    let count = super::paloalto::split(text, &mut parts);
    let found = stamp::iso(parts[0].as_bytes(), 0).filter(|_| count == parts.len());
    let level = LEVELS.iter().find(|(level, _)| *level == parts[11]);
    let (Some((mut at, end)), Some((level, severity))) = (found, level) else {
        return Miss::at(0, "a stamp, a prefix and a level (LOG:  )");
    };
    at.offset = at.offset.or_else(|| stamp::written::named_zone(parts[0][end..].trim()));
    (event.time, event.time_quality) = memory.instant(at);
    event.dataset = Some("postgresql.log".into());
    event.event_category = Some("database".into());
    event.log_severity = Some(*severity);
    event.process_name = Some("postgres".into());
    event.process_pid = parts[3].parse().ok();
    event.user_name = (!parts[1].is_empty()).then_some(parts[1].into());
    let (ip, port) = parts[4].rsplit_once(':').unwrap_or((parts[4], ""));
    event.source_ip = address(ip);
    event.source_port = port.parse().ok();
    event.event_code = (!parts[12].is_empty()).then_some(parts[12].into());
    event.message = Cow::Borrowed(parts[13]);
    add("db.name", parts[2], event);
    meant(parts[13], event);
    add("log.level", level, event);
    Ok(Found { stamp: (0, end), ..Found::default() })
}

/// The parts of `:192.0.2.7(4022):alice@shop:[1234]:`; an address of version 6 has colons itself.
fn parts(word: &str) -> impl Iterator<Item = &str> {
    let whole = address(word).is_some() || word.contains('=');
    word.split(move |char| char == ':' && !whole)
}

/// Reads `[1234-1]`, `alice@shop`, `192.0.2.7(4022)` and `user=alice,db=shop,client=…`.
fn prefix<'a>(text: &'a str, event: &mut Event<'a>) {
    for word in text.split([' ', ',']).flat_map(parts).filter(|word| !word.is_empty()) {
        if let Some(pid) = word.strip_prefix('[') {
            let pid = pid.split([']', '-']).next().unwrap_or_default();
            event.process_pid = event.process_pid.or(pid.parse().ok());
        } else if let Some((key, value)) = word.split_once('=') {
            match key {
                "user" | "u" if !value.is_empty() => event.user_name = Some(value.into()),
                "db" | "d" => add("db.name", value, event),
                "app" | "a" => add("postgresql.application", value, event),
                "client" | "h" | "r" => {
                    let (ip, port) = value.split_once('(').unwrap_or((value, ""));
                    event.source_ip = address(ip);
                    event.source_port = port.trim_end_matches(')').parse().ok();
                }
                _ => {}
            }
        } else if let Some((user, database)) = word.split_once('@') {
            event.user_name = (!user.is_empty() && user != "[unknown]").then_some(user.into());
            if database != "[unknown]" {
                add("db.name", database, event);
            }
        } else if event.source_ip.is_none() {
            let (ip, port) = word.split_once('(').unwrap_or((word, ""));
            event.source_ip = address(ip);
            event.source_port = port.trim_end_matches(')').parse().ok();
        }
    }
}
