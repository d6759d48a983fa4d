//! BSD syslog, RFC 3164, as it is found in files and on the wire.
//!
//! ```text
//! [<PRI>] [sequence ": "] [host ": "] [sequence ": "] ["*" | "."] stamp [host] [tag] message
//! stamp  = Mmm d hh:mm:ss | Mmm d yyyy hh:mm:ss | Mmm d hh:mm:ss yyyy | yyyy Mmm d hh:mm:ss
//!          with an optional fraction, and an optional ` UTC` or offset (Huawei's)
//! ```
//!
//! The token after the stamp is the host, unless it is a tag (it ends in a colon, or holds a
//! process id), or the line goes on with `last message repeated N times`; behind AIX's
//! `Message forwarded from ` it is the host and a colon. The sequence numbers,
//! a host and the mark before the stamp, a zone's name and a colon behind it are Cisco's.
//!
//! UniFi's access points name themselves once more before the tag.
//!
//! Where a relay put its own header before a whole line, that line's host, time and tag count.
//!
//! What it does *not* know: which year and zone a stamp means ([`crate::calendar`]).

use super::spec::NO_OBJECT;
use super::spec::{Found, Miss, Next, Spec};
use crate::memory::Memory;
use crate::stamp::{self, Stamp};
use crate::syslog;
use common::clock::{DAY, day_number};
use common::event::Event;

/// The stamp in front of a line: what it says of the date, and where it ends.
struct Head {
    year: Option<i64>,
    month: u8,
    day: u8,
    time: i64,
    /// Microseconds ahead of UTC, where it is said.
    offset: Option<i64>,
    start: usize,
    end: usize,
    /// The host, where it stands before the stamp.
    host: Option<(usize, usize)>,
}

pub(super) const SPEC: Spec = Spec::line(read).first(NO_OBJECT).header();

fn read<'a>(line: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let text = line.as_bytes();
    let priority = syslog::priority(text);
    let head = head(text, priority.map_or(0, |(_, _, after)| after))?;
    (event.time, event.time_quality) = match head.year {
        Some(year) => {
            let wall = day_number(year, head.month, head.day) * DAY + head.time;
            memory.instant(Stamp { wall, offset: head.offset })
        }
        None => memory.yearless(head.month, head.day, head.time),
    };
    if let Some((facility, severity, _)) = priority {
        event.log_facility = Some(facility);
        event.log_severity = Some(severity);
    }
    if let Some((from, to)) = head.host {
        event.host_name = line[from..to].into();
    }
    let rest = host(line, head.end, event);
    let rest = access_point(line, rest, event);
    let tag = match relayed(text, rest) {
        Some(body) => syslog::Tag { body, ..syslog::Tag::default() },
        None => syslog::tag(line, rest),
    };
    let inner = syslog::fill(line, &tag, event);
    // A relay that put its own header before a whole line: what stands in that is the event's.
    let is_relayed = tag.name.is_none()
        && (self::head(text, tag.body).is_ok_and(|inner| inner.start == tag.body)
            || is_rfc5424(&text[tag.body..]));
    let next = if is_relayed { Next::Line } else { Next::Payload };
    Ok(Found { stamp: (head.start, head.end), inner, next })
}

/// Reads the stamp and what Cisco puts before it.
fn head(text: &[u8], at: usize) -> Result<Head, Miss> {
    let (start, host) = before_stamp(text, at);
    let is_numbered = start > at + usize::from(text.get(at) == Some(&b':'));
    let (mut year, mut at) = match leading_year(text, start) {
        Some(year) => (Some(year), start + 5),
        None => (None, start),
    };
    let Some((month, day, after)) = stamp::month_day(text, at) else {
        return Miss::at(at, "month and day (Jun 14)");
    };
    if text.get(after) != Some(&b' ') {
        return Miss::at(after, "a space");
    }
    at = after + 1;
    if year.is_none() && text.get(at + 4) == Some(&b' ') {
        year = stamp::digits(text, at, 4);
        at += if year.is_some() { 5 } else { 0 };
    }
    let Some((time, mut end)) = stamp::clock(text, at) else {
        return Miss::at(at, "a time (15:16:01)");
    };
    if year.is_none()
        && let Some(found) = trailing_year(text, end)
    {
        year = Some(found);
        end += 5;
    }
    let mut offset = None;
    if matches!(text.get(end), Some(b'+' | b'-')) {
        (offset, end) = stamp::offset(text, end);
    }
    let utc = matches!(text[end..], [b' ', b'U', b'T', b'C', b' ' | b':', ..]);
    end += if utc { 4 } else { zone_name(&text[end..], is_numbered) };
    if !matches!(text.get(end), None | Some(b' ' | b':')) {
        return Miss::at(end, "a space");
    }
    if host.is_some() && !text[end..].starts_with(b": %") {
        return Miss::at(end, "Cisco's message (: %)");
    }
    if year.is_some_and(|year| !stamp::exists((year, month, day))) {
        return Miss::at(start, "a date that exists");
    }
    let offset = offset.or(utc.then_some(0));
    Ok(Head { year, month, day, time, offset, start, end, host })
}

/// Where the stamp begins, behind what Cisco puts before it: `: `, `45: sw1: 0012: *`; and a host.
fn before_stamp(text: &[u8], at: usize) -> (usize, Option<(usize, usize)>) {
    let mut start = at + usize::from(at > 0 && text.get(at) == Some(&b':'));
    let (first, mut host) = (start, None);
    for _ in 0..3 {
        let rest = &text[start.min(text.len())..];
        let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || b"._-".contains(*byte);
        let width = rest.iter().take(64).take_while(is_part).count();
        if !matches!(rest[width..], [b':', b' ', ..]) || width == 0 {
            break;
        }
        let is_number = width <= 12 && rest[..width].iter().all(u8::is_ascii_digit);
        // A name alone is no host yet: `sshd: Jun 14 …` is a text.
        let may_be_host = host.is_none() && (at > 0 || start > first);
        match is_number {
            true => {}
            false if may_be_host => host = Some((start, start + width)),
            false => break,
        }
        start += width + 2;
    }
    (start + usize::from(matches!(text.get(start), Some(b'*' | b'.'))), host)
}

/// Whether a line of RFC 5424 begins here, with or without its priority.
fn is_rfc5424(text: &[u8]) -> bool {
    let start = syslog::priority(text).map_or(0, |(_, _, after)| after);
    text[start..].starts_with(b"1 ") && stamp::date(text, start + 2).is_some()
}

/// Where Cisco's message begins in what a relay put its own header before:
/// `45: *Nov 20 10:11:27.123: %SYS-5-CONFIG_I: …`.
fn relayed(text: &[u8], at: usize) -> Option<usize> {
    // NX-OS puts a colon between host and stamp.
    let at = at + if text.get(at..)?.starts_with(b": ") { 2 } else { 0 };
    let rest = text.get(at..)?;
    let is_numbered = rest.first()?.is_ascii_digit();
    let end = is_numbered.then(|| head(text, at).ok())??.end;
    text[end..].starts_with(b": %").then_some(end + 2)
}

/// The width of ` EST` before Cisco's colon; what it means is the source's zone. Behind a number
/// or a mark no host stands here, and small letters are a zone as well.
fn zone_name(text: &[u8], is_numbered: bool) -> usize {
    let is_letter =
        |byte: &&u8| byte.is_ascii_uppercase() || is_numbered && byte.is_ascii_lowercase();
    let letters = text.iter().skip(1).take(6).take_while(is_letter).count();
    let is_zone = text.first() == Some(&b' ') && (2..=5).contains(&letters);
    if is_zone && text[letters + 1..].starts_with(b": %") { letters + 1 } else { 0 }
}

/// Reads `2026 ` in front of the month.
fn leading_year(text: &[u8], at: usize) -> Option<i64> {
    let year = stamp::digits(text, at, 4)?;
    (text.get(at + 4) == Some(&b' ')).then_some(year)
}

/// Reads ` 2026` after the time, before a space or Cisco's colon; `2001:db8::7` is a host.
fn trailing_year(text: &[u8], at: usize) -> Option<i64> {
    let year = stamp::digits(text, at + 1, 4).filter(|year| *year >= 1970)?;
    let rest = text.get(at + 5..)?;
    (text[at] == b' ' && matches!(rest, [b' ', ..] | [b':', b' ', ..])).then_some(year)
}

/// Passes over what UniFi's access points say of themselves before the tag, `fcecda012345,U7PG2-6.6.55:`;
/// it is the host where no other stands before it.
fn access_point(line: &str, at: usize, event: &mut Event<'_>) -> usize {
    let rest = &line.as_bytes()[at..];
    let Some(comma) = memchr::memchr3(b',', b' ', b':', &rest[..rest.len().min(48)]) else {
        return at;
    };
    if rest[comma] != b',' {
        return at;
    }
    let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || b",.+-_".contains(*byte);
    let width = rest.iter().take(64).take_while(is_part).count();
    if comma == 0 || !rest[width..].starts_with(b": ") {
        return at;
    }
    if event.host_name == "-" {
        event.host_name = line[at..at + width].to_owned().into();
    }
    at + width + 2
}

/// Reads the host after the stamp, if there is one; returns where the tag may begin.
fn host<'a>(line: &'a str, at: usize, event: &mut Event<'a>) -> usize {
    let text = line.as_bytes();
    let mut at = at + usize::from(text.get(at) == Some(&b':'));
    at += usize::from(text.get(at) == Some(&b' '));
    if let Some(rest) = line[at..].strip_prefix("Message forwarded from ")
        && let Some((name, after)) = rest.split_once(": ")
        && !name.contains(' ')
    {
        event.host_name = name.into();
        return line.len() - after.len();
    }
    let width = memchr::memchr(b' ', &text[at..]).unwrap_or(text.len() - at);
    let token = &text[at..at + width];
    let tag = match token {
        [.., b':', b':'] => false,
        [.., b':'] | [] => true,
        [.., b']'] => token.contains(&b'['),
        // A pair is an appliance's text: `date=2026-06-14 …`.
        _ => token.contains(&b'=') || token.windows(2).any(|pair| pair == b"]:"),
    };
    if tag || syslog::repeated(line, at).is_some() {
        return at;
    }
    event.host_name = line[at..at + width].into();
    (at + width + 1).min(text.len())
}
