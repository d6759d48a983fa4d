//! Syslog lines with an ISO 8601 stamp: rsyslog's file format, journalctl's short-iso forms.
//!
//! ```text
//! [<PRI>] 2026-06-14T15:16:01.123456+02:00 host tag: message
//! 2026-06-14T15:16:01+0200 host tag[7]: message        journalctl -o short-iso
//! 2026-06-14 15:16:01 host tag: message                no zone given
//! 2026-06-14T15:16:01+02:00 tag[7]: message            no host: Heroku's, and what runs in containers
//! Sun 2026-06-14 15:16:01 UTC host tag[7]: message     journalctl -o short-full
//! 1781450161.123456 host tag[7]: message               journalctl -o short-unix
//! ```
//!
//! What it does *not* know: ISO stamps with other things after them; they miss here.

use super::dmesg;
use super::spec::NO_OBJECT;
use super::spec::{Found, Miss, Next, Spec};
use crate::memory::Memory;
use crate::stamp::Stamp;
use crate::{level, stamp, syslog};
use common::event::{Event, address};

pub(super) const SPEC: Spec = Spec::line(read).first(NO_OBJECT).header();

fn read<'a>(line: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let text = line.as_bytes();
    let priority = syslog::priority(text);
    let start = priority.map_or(0, |(_, _, after)| after);
    let stamp = stamp::iso(text, start).or_else(|| full(text, start)).or_else(|| unix(text, start));
    let Some((at, end)) = stamp.filter(|_| !dmesg::is_dated(text)) else {
        return Miss::at(start, "an ISO 8601 stamp (2026-06-14T15:16:01+02:00)");
    };
    if text.get(end) != Some(&b' ') {
        return Miss::at(end, "a space");
    }
    // macOS' `log show --style syslog` puts two.
    let host = end + 1 + usize::from(text.get(end + 1) == Some(&b' '));
    let width = memchr::memchr(b' ', &text[host..]).unwrap_or(0);
    if width == 0 || !text[host].is_ascii_alphanumeric() {
        return Miss::at(host, "a host name");
    }
    let is_tag = line[host..host + width].ends_with("]:");
    if !is_tag && !is_host(&line[host..host + width]) {
        return Miss::at(host, "a host name");
    }
    let tag = syslog::tag(line, if is_tag { host } else { host + width + 1 });
    if tag.name.is_none() && syslog::repeated(line, tag.body).is_none() && priority.is_none() {
        return Miss::at(host + width + 1, "a tag (sshd[123]:)");
    }
    let is_phrase = tag.name.is_some_and(|name| name.contains(' ')) && tag.pid.is_none();
    if is_phrase && priority.is_none() {
        return Miss::at(host + width + 1, "a tag of one word");
    }
    (event.time, event.time_quality) = memory.instant(at);
    if !is_tag {
        event.host_name = line[host..host + width].into();
    }
    if let Some((facility, severity, _)) = priority {
        event.log_facility = Some(facility);
        event.log_severity = Some(severity);
    }
    let inner = syslog::fill(line, &tag, event);
    Ok(Found { stamp: (start, end), inner, next: Next::Payload })
}

/// Whether a word may be a host's name or address; programs' own logs have levels, numbers and peers
/// with their ports in its place.
fn is_host(word: &str) -> bool {
    let named = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    let number = word.bytes().all(|byte| byte.is_ascii_digit());
    let name = word.bytes().all(named) && !number && level::named_severity(word).is_none();
    name || address(word).is_some() || !word.is_ascii()
}

/// Reads `Sun 2026-06-14 15:16:01 UTC`. A zone's name that is not UTC says nothing for sure.
fn full(text: &[u8], at: usize) -> Option<(Stamp, usize)> {
    let day = text.get(at..at + 4)?;
    let is_day = day[..3].iter().all(u8::is_ascii_alphabetic) && day[3] == b' ';
    let (mut stamp, end) = is_day.then(|| stamp::iso(text, at + 4))??;
    let rest = text.get(end..)?.strip_prefix(b" ")?;
    let width = rest.iter().take(6).take_while(|byte| byte.is_ascii_uppercase()).count();
    let zone = &rest[..width];
    if matches!(zone, b"UTC" | b"GMT") {
        stamp.offset = Some(0);
    }
    (width > 1).then_some((stamp, end + 1 + width))
}

/// Reads `1781450161.123456`.
fn unix(text: &[u8], at: usize) -> Option<(Stamp, usize)> {
    let width = text.get(at..)?.iter().take(11).take_while(|byte| byte.is_ascii_digit()).count();
    let dot = at + width;
    if !(9..=10).contains(&width) || text.get(dot) != Some(&b'.') {
        return None;
    }
    let (seconds, micros) = (stamp::digits(text, at, width)?, stamp::digits(text, dot + 1, 6)?);
    Some((Stamp { wall: seconds * 1_000_000 + micros, offset: Some(0) }, dot + 7))
}
