//! Error logs of Apache and nginx.
//!
//! ```text
//! [Sun Jan 04 06:48:21.123456 2026] [core:error] [pid 17:tid 140] [client 192.0.2.7:4022] message
//! 2026/01/02 03:04:05 [error] 17#17: *3 message, client: 192.0.2.7, server: …
//! ```
//!
//! The message is the line after the stamp: level, process and client differ by version, and
//! helpers read them. The level also becomes the severity. Stamps are in the server's zone.
//!
//! What it does *not* know: messages.

use super::{Found, Miss, Spec};
use crate::alias::named_severity;
use crate::memory::Memory;
use crate::stamp::{self, Stamp};
use common::clock::{DAY, day_number};
use common::event::Event;

pub(super) const APACHE: Spec = Spec::payload(read_apache).first(b"[");
pub(super) const NGINX: Spec = Spec::payload(read_nginx).first(b"12");

fn read_apache<'a>(
    line: &'a str,
    memory: &mut Memory,
    event: &mut Event<'a>,
) -> Result<Found, Miss> {
    let Some((at, end)) = apache_stamp(line.as_bytes()) else {
        return Miss::at(0, "a stamp ([Sun Jan 04 06:48:21 2026])");
    };
    let Some(level) = level(&line[end + 1..]) else {
        return Miss::at(end + 1, "a level ([core:error])");
    };
    fill(line, end + 2, level, event);
    (event.time, event.time_quality) = memory.instant(at);
    event.dataset = Some("apache.error".into());
    Ok(Found { stamp: (1, end), ..Found::default() })
}

fn read_nginx<'a>(
    line: &'a str,
    memory: &mut Memory,
    event: &mut Event<'a>,
) -> Result<Found, Miss> {
    let slashed = line.as_bytes().get(4) == Some(&b'/');
    let Some((at, end)) = stamp::iso(line.as_bytes(), 0).filter(|_| slashed) else {
        return Miss::at(0, "a stamp (2026/01/02 03:04:05)");
    };
    let Some(level) = level(&line[end..]).filter(|level| !level.contains(':')) else {
        return Miss::at(end, "a level ([error])");
    };
    fill(line, end + 1, level, event);
    (event.time, event.time_quality) = memory.instant(at);
    event.dataset = Some("nginx.error".into());
    Ok(Found { stamp: (0, end), ..Found::default() })
}

fn fill<'a>(line: &'a str, body: usize, level: &str, event: &mut Event<'a>) {
    event.message = line[body..].into();
    event.event_category = Some("web".into());
    event.log_severity = severity(level);
}

/// Reads `[Sun Jan 04 06:48:21.123456 2026]`; returns the column of the closing bracket.
fn apache_stamp(text: &[u8]) -> Option<(Stamp, usize)> {
    if text.first() != Some(&b'[') || text.get(4) != Some(&b' ') {
        return None;
    }
    let (month, day, after) = stamp::month_day(text, 5)?;
    let (time, end) = stamp::clock(text, after + 1)?;
    let year = stamp::digits(text, end + 1, 4)?;
    let closed = text[after] == b' ' && text[end] == b' ' && text.get(end + 5) == Some(&b']');
    let wall = day_number(year, month, day) * DAY + time;
    (closed && stamp::exists((year, month, day))).then_some((Stamp { wall, offset: None }, end + 5))
}

/// Reads ` [module:level]` or ` [level]` in front of a text.
fn level(text: &str) -> Option<&str> {
    let (level, _) = text.strip_prefix(" [")?.split_once(']')?;
    (level.len() <= 64).then_some(level)
}

/// The severity of `error`, `core:error` or `trace3`.
fn severity(level: &str) -> Option<u8> {
    let name = level.rsplit(':').next().unwrap_or(level);
    named_severity(name.trim_end_matches(|char: char| char.is_ascii_digit()))
}
