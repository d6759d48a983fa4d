//! MySQL and MariaDB: the slow log, whose entries have several lines, and the error log.
//!
//! ```text
//! # Time: 2026-06-14T15:16:01.123456Z
//! # User@Host: app[app] @ web1 [192.0.2.7]  Id:    12
//! # Query_time: 2.003  Lock_time: 0.000 Rows_sent: 1  Rows_examined: 100
//! SET timestamp=1781450161;
//! SELECT …;
//! 2026-06-14T15:16:01.123456Z 12 [Note] [MY-010926] [Server] Access denied for user 'root'@'192.0.2.7' (using password: YES)
//! 2026-06-14 15:16:01 12 [Warning] Access denied for user 'root'@'192.0.2.7' (using password: YES)
//! ```
//!
//! An entry of the slow log goes on to the next `# Time:` or `# User@Host:` after a statement; a
//! statement that holds such a line begins a new entry, which then has no user of its own. The
//! error log's names of users are between quotes and read from the right.
//!
//! What it does *not* know: the general log ([`super::mysql_general`]).

use super::spec::{Found, Miss, Spec};
use crate::columns::{self, add};
use crate::joint::Joint;
use crate::level::named_severity;
use crate::memory::Memory;
use crate::stamp::{self, Stamp};
use common::clock::{DAY, day_number};
use common::event::{Event, Value, address};
use std::borrow::Cow;

pub(super) const SLOW: Spec =
    Spec::line(slow).first(b"#").joined(Joint::Run { begins, goes_on, ends });
pub(super) const ERROR: Spec = Spec::line(error).first(b"12");

fn begins(line: &[u8]) -> bool {
    line.starts_with(b"# Time: ") || line.starts_with(b"# User@Host: ")
}

/// The head's lines begin with `# `; what follows the first that does not is the statement.
fn goes_on(record: &[u8], line: &[u8]) -> bool {
    if !begins(line) {
        return true;
    }
    let last = memchr::memrchr(b'\n', record).map_or(0, |at| at + 1);
    record[last..].starts_with(b"# Time: ") && line.starts_with(b"# User@Host: ")
}

fn ends(_line: &[u8]) -> bool {
    false
}

fn slow<'a>(text: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    if !begins(text.as_bytes()) {
        return Miss::at(0, "# Time: or # User@Host:");
    }
    event.dataset = Some("mysql.slowlog".into());
    event.event_category = Some("database".into());
    event.event_action = Some("slow-query".into());
    let mut body = text.len();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim_end();
        match trimmed.strip_prefix("# ") {
            Some(head) => head_line(head, memory, event),
            None if trimmed.starts_with("SET timestamp=") => {
                let seconds = trimmed["SET timestamp=".len()..].trim_end_matches(';');
                let seconds = seconds.split('.').next().and_then(|text| text.parse::<i64>().ok());
                if let (Some(seconds), common::event::TimeQuality::None) =
                    (seconds, event.time_quality)
                {
                    columns::epoch(seconds.saturating_mul(1_000_000), event);
                }
            }
            None if trimmed.starts_with("use ") && trimmed.ends_with(';') => {
                add("db.name", trimmed[4..].trim_end_matches(';').trim_matches('`'), event);
            }
            None => {
                body = at;
                break;
            }
        }
        at += line.len();
    }
    event.message = Cow::Borrowed(&text[body..]);
    Ok(Found::ALL)
}

fn head_line<'a>(line: &'a str, memory: &mut Memory, event: &mut Event<'a>) {
    if let Some(time) = line.strip_prefix("Time: ") {
        if let Some((at, _)) = stamp::iso(time.as_bytes(), 0) {
            (event.time, event.time_quality) = memory.instant(at);
        }
    } else if let Some(who) = line.strip_prefix("User@Host: ") {
        let user = who.split('[').next().unwrap_or_default().trim();
        event.user_name = (!user.is_empty()).then_some(user.into());
        if let Some((host, rest)) = who.split_once(" @ ").and_then(|(_, rest)| rest.split_once('['))
        {
            add("source.domain", host.trim(), event);
            event.source_ip = rest.split(']').next().and_then(address);
        }
    } else {
        let mut words = line.split_ascii_whitespace();
        while let Some(word) = words.next() {
            if let Some(key) = word.strip_suffix(':')
                && key.contains('_')
                && let Some(value) = words.next()
            {
                let number = value.parse().ok().and_then(Value::number);
                let value = number.unwrap_or(Value::Text(value.into()));
                event.ext.push(key, value);
            }
        }
    }
}

/// The stamp of an error log: `2026-06-14T15:16:01.123456Z`, `2026-06-14  9:16:01` where the hour
/// has a blank for its first digit, or `260614 15:16:01`.
fn stamped(text: &str) -> Option<(Stamp, usize)> {
    if let Some(found) = stamp::iso(text.as_bytes(), 0) {
        return Some(found);
    }
    let bytes = text.as_bytes();
    let (date, at) = match bytes.get(6) {
        Some(b' ') => {
            let part = |at| stamp::digits(bytes, at, 2);
            let (month, day) = (u8::try_from(part(2)?).ok()?, u8::try_from(part(4)?).ok()?);
            ((2000 + part(0)?, month, day), 7)
        }
        _ => (stamp::date(bytes, 0)?.0, 11),
    };
    let mut clock: [u8; 8] = bytes.get(at..at + 8)?.try_into().ok()?;
    if bytes[at - 1] != b' ' || !stamp::exists(date) {
        return None;
    }
    if clock[0] == b' ' {
        clock[0] = b'0';
    }
    let (time, _) = stamp::clock(&clock, 0)?;
    let (year, month, day) = date;
    Some((Stamp { wall: day_number(year, month, day) * DAY + time, offset: None }, at + 8))
}

fn error<'a>(text: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let parts = stamped(text).and_then(|(at, end)| {
        let rest = text[end..].strip_prefix(' ')?.trim_start();
        // Before MySQL 5.6 and MariaDB 10 no thread was named.
        let (thread, rest) = match rest.starts_with('[') {
            true => ("0", rest),
            false => rest.split_once(' ')?,
        };
        let thread: i64 = thread.parse().ok()?;
        let (level, rest) = rest.strip_prefix('[')?.split_once("] ")?;
        Some((at, end, thread, level, rest))
    });
    let Some((at, end, thread, level, rest)) = parts else {
        return Miss::at(0, "a stamp, a thread and a level (2026-… 12 [Note])");
    };
    let known = matches!(level, "Note" | "Warning" | "ERROR" | "System" | "Error");
    if !known {
        return Miss::at(end, "a level ([Note])");
    }
    (event.time, event.time_quality) = memory.instant(at);
    event.dataset = Some("mysql.error".into());
    event.event_category = Some("database".into());
    event.log_severity = match level {
        "Note" => Some(5),
        "System" => Some(6),
        other => named_severity(other),
    };
    event.process_name = Some("mysqld".into());
    let mut body = rest;
    while let Some((part, after)) = body.strip_prefix('[').and_then(|rest| rest.split_once("] ")) {
        if part.starts_with("MY-") {
            event.event_code = Some(part.into());
        } else {
            add("mysql.subsystem", part, event);
        }
        body = after;
    }
    event.message = Cow::Borrowed(body);
    event.ext.push("process.thread.id", Value::Int(thread));
    if let Some(who) = body.strip_prefix("Access denied for user '") {
        denied(who, event);
    } else if let Some(rest) = body.strip_prefix("Aborted connection ") {
        aborted(rest, event);
    }
    Ok(Found { stamp: (0, end), ..Found::default() })
}

/// Reads `5 to db: 'shop' user: 'anna' host: '192.0.2.7' (…)`, the host from the right.
fn aborted<'a>(text: &'a str, event: &mut Event<'a>) {
    event.event_action = Some("connection-aborted".into());
    event.event_outcome = Some("failure".into());
    let Some((front, host)) = text.rsplit_once("' host: '") else { return };
    let host = host.split('\'').next().unwrap_or_default();
    event.source_ip = address(host);
    if event.source_ip.is_none() {
        add("source.domain", host, event);
    }
    if let Some((_, user)) = front.split_once("' user: '") {
        event.user_name = (!user.is_empty()).then_some(user.into());
    }
}

/// Reads `name'@'host' (using password: YES)` from the right: a name may hold anything.
pub(super) fn denied<'a>(text: &'a str, event: &mut Event<'a>) {
    event.event_category = Some("authentication".into());
    event.event_action = Some("database_login".into());
    event.event_outcome = Some("failure".into());
    if let Some((user, rest)) = text.rsplit_once("'@'") {
        event.user_name = Some(user.into());
        let host = rest.split('\'').next().unwrap_or_default();
        event.source_ip = address(host);
        if event.source_ip.is_none() {
            add("source.domain", host, event);
        }
    }
}
