//! The general log of MySQL and MariaDB: who connected, and each statement.
//!
//! ```text
//! 2026-06-14T15:16:01.123456Z\t   12 Connect\troot@localhost on shop using Socket
//! 2026-06-14T15:16:01.123456Z\t   12 Query\tSELECT 1            MySQL 5.7 and later
//! 260614 15:16:01\t   12 Query\tSELECT 1                        MariaDB, older MySQL
//! \t\t   12 Query\tSELECT 2                                     the same second
//! ```
//!
//! A statement may have several lines: what is no command goes on with the one before it. A statement
//! with a line that looks like a command begins a new record. Of `user@host on base` the
//! user and the host are read from the left, since the name of the base is the client's to choose.
//!
//! What it does *not* know: the log's heading, statements.

use super::mysql;
use super::spec::{Found, Miss, Spec};
use crate::columns::add;
use crate::joint::Joint;
use crate::memory::Memory;
use crate::stamp::{self, Stamp};
use common::clock::{DAY, day_number};
use common::event::{Event, Value, address};
use std::borrow::Cow;

pub(super) const SPEC: Spec =
    Spec::line(read).first(b"0123456789\t").joined(Joint::Run { begins, goes_on, ends });

/// What the server calls the commands of its protocol.
const COMMANDS: [&str; 24] = [
    "Binlog Dump",
    "Binlog Dump GTID",
    "Change user",
    "Close stmt",
    "Connect",
    "Connect Out",
    "Create DB",
    "Daemon",
    "Debug",
    "Drop DB",
    "Execute",
    "Fetch",
    "Field List",
    "Init DB",
    "Kill",
    "Long Data",
    "Ping",
    "Prepare",
    "Processlist",
    "Query",
    "Quit",
    "Refresh",
    "Reset stmt",
    "Statistics",
];

/// The beginning of a record.
struct Head<'a> {
    stamp: Option<Stamp>,
    /// Where the stamp ends.
    end: usize,
    thread: i64,
    command: &'a [u8],
    /// Where the argument begins.
    body: usize,
}

fn head(line: &[u8]) -> Option<Head<'_>> {
    let (stamp, end) = match line {
        [b'\t', b'\t', ..] => (None, 1),
        _ => {
            let (stamp, end) = stamp::iso(line, 0).or_else(|| short(line))?;
            (Some(stamp), end)
        }
    };
    let rest = line.get(end..)?.strip_prefix(b"\t")?;
    let blanks = rest.iter().take_while(|&&byte| byte == b' ').count();
    let width = rest[blanks..].iter().take(20).take_while(|byte| byte.is_ascii_digit()).count();
    let thread = std::str::from_utf8(&rest[blanks..blanks + width]).ok()?.parse().ok()?;
    let from = blanks + width + 1;
    let tab = from + rest.get(from..)?.iter().take(20).position(|&byte| byte == b'\t')?;
    let command = &rest[from..tab];
    let is_known =
        rest[from - 1] == b' ' && COMMANDS.iter().any(|known| known.as_bytes() == command);
    is_known.then_some(Head { stamp, end, thread, command, body: end + 1 + tab + 1 })
}

/// Reads `260614 15:16:01`; the hour may have one digit.
fn short(line: &[u8]) -> Option<(Stamp, usize)> {
    let part = |at| u8::try_from(stamp::digits(line, at, 2)?).ok();
    let (year, month, day) = (2000 + stamp::digits(line, 0, 2)?, part(2)?, part(4)?);
    let mut clock: [u8; 8] = line.get(7..15)?.try_into().ok()?;
    if clock[0] == b' ' {
        clock[0] = b'0';
    }
    let (time, _) = stamp::clock(&clock, 0)?;
    let is_date = line[6] == b' ' && stamp::exists((year, month, day));
    let wall = day_number(year, month, day) * DAY + time;
    is_date.then_some((Stamp { wall, offset: None }, 15))
}

fn begins(line: &[u8]) -> bool {
    head(line).is_some()
}

fn goes_on(_record: &[u8], line: &[u8]) -> bool {
    !begins(line)
}

/// Statements alone have several lines.
fn ends(line: &[u8]) -> bool {
    head(line).is_some_and(|head| !matches!(head.command, b"Query" | b"Prepare" | b"Execute"))
}

fn read<'a>(text: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let Some(head) = head(text.as_bytes()) else {
        return Miss::at(0, "a stamp, a connection and a command (2026-…\\t 12 Query\\t…)");
    };
    match head.stamp {
        Some(stamp) => memory.last = Some(memory.instant(stamp)),
        None if memory.last.is_none() => {
            return Miss::at(0, "a stamp, here or in a line before");
        }
        None => {}
    }
    (event.time, event.time_quality) = memory.last.unwrap_or((event.time, event.time_quality));
    let command = &text[head.body - 1 - head.command.len()..head.body - 1];
    event.dataset = Some("mysql.general".into());
    event.event_category = Some("database".into());
    event.event_action = Some(match command {
        "Query" => "query".into(),
        "Connect" => "connect".into(),
        "Quit" => "quit".into(),
        other => other.to_ascii_lowercase().replace(' ', "-").into(),
    });
    event.process_name = Some("mysqld".into());
    event.message = Cow::Borrowed(&text[head.body..]);
    match command {
        "Connect" => connect(&text[head.body..], event),
        "Init DB" => add("db.name", &text[head.body..], event),
        _ => {}
    }
    event.ext.push("process.thread.id", Value::Int(head.thread));
    Ok(Found { stamp: (0, head.end), ..Found::ALL })
}

/// Reads `root@localhost on shop using Socket`, or why a client was refused.
fn connect<'a>(text: &'a str, event: &mut Event<'a>) {
    event.event_category = Some("authentication".into());
    event.event_action = Some("database_login".into());
    if let Some(who) = text.strip_prefix("Access denied for user '") {
        return mysql::denied(who, event);
    }
    event.event_outcome = Some("success".into());
    let (who, base) = text.split_once(" on ").unwrap_or((text, ""));
    let who = who.split(" as ").next().unwrap_or(who);
    if let Some((user, host)) = who.rsplit_once('@') {
        event.user_name = (!user.is_empty()).then_some(user.into());
        event.source_ip = address(host);
        if event.source_ip.is_none() {
            add("source.domain", host, event);
        }
    }
    add("db.name", base.rsplit_once(" using ").map_or(base, |(base, _)| base).trim(), event);
}
