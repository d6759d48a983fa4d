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

use super::spec::{Found, Miss, Spec};
use crate::columns::cut;
use crate::level::named_severity;
use crate::memory::Memory;
use crate::stamp::{self, Stamp};
use common::clock::{DAY, day_number};
use common::event::{Event, address};

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
    apache_peer(&line[end + 2 + level.len() + 2..], event);
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
    let Some(level) = level(&line[end..]).filter(is_word) else {
        return Miss::at(end, "a level ([error])");
    };
    // AdGuard Home begins its lines alike, without a process.
    let process = line[end + 1 + level.len() + 2..].trim_start().split_once('#');
    if process.is_none_or(|(pid, _)| crate::syslog::number(pid).is_none()) {
        return Miss::at(end, "a process and a thread (17#17:)");
    }
    fill(line, end + 1, level, event);
    nginx_peer(&line[end + 1 + level.len() + 2..], event);
    (event.time, event.time_quality) = memory.instant(at);
    event.dataset = Some("nginx.error".into());
    Ok(Found { stamp: (0, end), ..Found::default() })
}

fn fill<'a>(line: &'a str, body: usize, level: &str, event: &mut Event<'a>) {
    event.message = line[body..].into();
    event.event_category = Some("web".into());
    event.log_severity = severity(level);
}

/// Reads ` [pid 17:tid 140] (13)Permission denied: [client 192.0.2.7:4022] AH00035: `: what stands
/// there is the server's own text.
fn apache_peer<'a>(text: &'a str, event: &mut Event<'a>) {
    let mut rest = text.trim_start();
    if let Some((pid, after)) = rest.strip_prefix("[pid ").and_then(|rest| cut(rest, b"] ")) {
        event.process_pid = pid.split(':').next().and_then(|pid| pid.parse().ok());
        rest = after;
    }
    if let Some(cause) = rest.strip_prefix('(') {
        let number = cause.bytes().take_while(u8::is_ascii_digit).count();
        let end = cause[number..].starts_with(')').then(|| cause.find(": ")).flatten();
        rest = end.map_or(rest, |end| &cause[end + 2..]);
    }
    let peer = rest.strip_prefix("[client ").or_else(|| rest.strip_prefix("[remote "));
    if let Some((peer, after)) = peer.and_then(|peer| cut(peer, b"] ")) {
        let (ip, port) = match address(peer) {
            Some(ip) => (Some(ip), None),
            None => peer
                .rsplit_once(':')
                .map_or((None, None), |(ip, port)| (address(ip), port.parse().ok())),
        };
        (event.source_ip, event.source_port) = (ip, port);
        rest = after;
    }
    let code = rest.split(':').next().unwrap_or_default();
    let is_code = code.len() == 7
        && code.starts_with("AH")
        && code[2..].bytes().all(|byte| byte.is_ascii_digit());
    if is_code {
        event.event_code = Some(code.into());
    }
}

/// Reads ` 17#17: … , client: 192.0.2.7, `. Where a text names several clients, none is believed.
fn nginx_peer(text: &str, event: &mut Event<'_>) {
    let pid = text.trim_start().split('#').next().unwrap_or_default();
    event.process_pid = crate::syslog::number(pid);
    let mut clients = text.split(", client: ").skip(1);
    if let (Some(client), None) = (clients.next(), clients.next()) {
        event.source_ip = address(client.split([',', ' ']).next().unwrap_or(client));
    }
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

/// Whether a level is nginx's: one word of small letters.
fn is_word(level: &&str) -> bool {
    level.bytes().all(|byte| byte.is_ascii_lowercase())
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
