//! Lines of a program's own log file: a stamp near the beginning, perhaps a level, a text.
//!
//! ```text
//! 2026-06-14 15:16:01,250 WARN  [main] text        [2026-06-14 15:16:01] [error] text
//! WARN: [Jun 14 15:16:01.250] text                 (W) 2026-06-14T15:16:01 - text
//! [Nest] 7  - 06/14/2026, 3:16:01 PM  WARN text    the text is the whole line
//! 7 1781450161.250000 read(3, …) = 5               strace: a process id, an epoch
//! 7:20260614:151601.250 text                       Zabbix: the same with colons
//! 7:M 14 Jun 2026 15:16:01.250 * text              Redis: a process id, a role, a level
//! E0614 15:16:01.250     7 file.cc:25] text        glog, klog: a level, a process id, a place
//! Sun Jun 14 15:16:01 2026 daemon.info dnsmasq[7]: text    OpenWrt: a facility, a severity, a program
//! 2026/06/14 15:16:01.250000 7#25 [info] text      Go programs: a process id, a goroutine
//! 01234567-…-0123456789ab 2026-06-14 15:16:01.250000 98.50% [WARNING] text     FreeSWITCH: a call, idle time
//! ```
//!
//! All spellings of [`crate::stamp::written`] are read. Before the stamp there may be brackets, a
//! level, or a short prefix without quotes. With a prefix the message is the whole line, and the line
//! counts as understood only when a helper knows it; otherwise the message is what follows stamp and
//! level. The level becomes the severity.
//!
//! This is the last format, and none that a source is remembered by: whatever another one
//! understands is that one's. What it does *not* know: programs. Helpers tell them by their texts.

use super::spec::{Found, Miss, Next, Spec};
use crate::level::named_severity;
use crate::memory::Memory;
use crate::stamp;
use crate::stamp::written::{self, When};
use crate::syslog::{self, number};
use common::event::{Event, Value};

/// The furthest that a stamp may begin from the line's beginning. What an attacker chooses (a
/// user's name, a path) stands behind the stamp or further in.
const LEAD: usize = 32;

pub(super) const SPEC: Spec = Spec::line(read).generic();

fn read<'a>(line: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let text = line.as_bytes();
    let Some((when, start, end)) = find(text) else {
        return Miss::at(0, "a stamp within the first 32 bytes");
    };
    (event.time, event.time_quality) = match when {
        When::Full(stamp) => memory.instant(stamp),
        When::Yearless(month, day, time) => memory.yearless(month, day, time),
    };
    let lead = line[uuid(text)..start].trim_matches(|char: char| !char.is_ascii_alphanumeric());
    let level = severity(lead);
    let writer = writer(lead, &text[start..end]);
    event.process_pid = writer.or(event.process_pid);
    if start == 0
        && let Some(inner) = priority(line, end, event)
    {
        return Ok(Found { stamp: (start, end), inner, next: Next::Payload });
    }
    let doubtful = !lead.is_empty() && level.is_none() && writer.is_none();
    let body = match doubtful {
        false if text[start].is_ascii_alphabetic() && text[start + 1].is_ascii_digit() => {
            event.log_severity = severity(&line[start..=start]);
            origin(line, end, event)
        }
        false if lead.contains(':') && writer.is_some() => role(text, end, event),
        false => {
            let quoted = start > 0 && text[start - 1] == b'"' && text.get(end) == Some(&b'"');
            let end = end + usize::from(quoted);
            let body = end + separators(&text[end..]);
            let (inner, after) = counted_level(line, body, event);
            event.log_severity = inner.or(level);
            after
        }
        true => text.iter().take_while(|byte| byte.is_ascii_whitespace()).count(),
    };
    event.message = line[body..].into();
    if doubtful {
        event.tag("unparsed");
    }
    Ok(Found { stamp: (start, end), ..Found::default() })
}

/// The process that strace writes before an epoch, `7 1781450161.250` or `[pid 7] 1781450161.250`,
/// Zabbix before digits and Redis before its role.
fn writer(lead: &str, stamp: &[u8]) -> Option<i64> {
    if let Some((pid, "M" | "S" | "C" | "X")) = lead.split_once(':') {
        return number(pid);
    }
    let is_digits = stamp.iter().all(|byte| byte.is_ascii_digit() || b".:".contains(byte));
    number(lead.strip_prefix("pid ").unwrap_or(lead)).filter(|_| is_digits)
}

/// Reads ` daemon.info dnsmasq[7]: text`, as OpenWrt writes behind a stamp; returns the part of the
/// message that is repeated.
#[allow(clippy::option_option, reason = "whether it is there, and what it repeats")]
fn priority<'a>(line: &'a str, at: usize, event: &mut Event<'a>) -> Option<Option<(usize, usize)>> {
    let (priority, rest) = line[at..].strip_prefix(' ')?.split_once(' ')?;
    let tag = syslog::tag(line, line.len() - rest.len());
    tag.name?;
    syslog::named_priority(priority, event)?;
    Some(syslog::fill(line, &tag, event))
}

/// Reads `     7 file.cc:25] ` behind glog's stamp; returns where the text begins.
fn origin(line: &str, at: usize, event: &mut Event<'_>) -> usize {
    let rest = line[at..].trim_ascii_start();
    let body = line.len() - rest.len();
    let Some((front, text)) = rest.split_once("] ") else { return body };
    let Some((pid, place)) = front.split_once(' ') else { return body };
    let (Some(pid), Some((file, row))) = (number(pid), place.trim_ascii().rsplit_once(':')) else {
        return body;
    };
    let Some(row) = number(row).filter(|_| !file.contains(' ')) else { return body };
    event.process_pid = Some(pid);
    event.ext.push("log.origin.file.name", Value::Text(file.to_owned().into()));
    event.ext.push("log.origin.file.line", Value::Int(row));
    line.len() - text.len()
}

/// Reads Redis' mark of a level, ` * `; returns where the text begins.
fn role(text: &[u8], at: usize, event: &mut Event<'_>) -> usize {
    let [b' ', mark, b' ', ..] = text[at..] else { return at };
    event.log_severity = match mark {
        b'#' => Some(4),
        b'*' => Some(5),
        b'-' => Some(6),
        b'.' => Some(7),
        _ => return at,
    };
    at + 3
}

/// Where the text begins behind a stamp and perhaps a level that a program writes itself, and that
/// level: what stands behind another format's header, which has told time and program.
pub(super) fn own(text: &str) -> Option<(usize, Option<u8>)> {
    let start = match text.as_bytes().first()? {
        b'[' | b'(' => 1,
        b'0'..=b'9' => 0,
        _ => return None,
    };
    let (_, end) = written::read(text.as_bytes(), start)?;
    let (level, after) = leading_level(text, end + separators(&text.as_bytes()[end..]));
    Some((after, level))
}

/// Whether a stamp stands near a line's beginning.
pub(super) fn has_stamp(line: &[u8]) -> bool {
    stamp::iso(line, 0).is_some() || find(line).is_some()
}

/// The first stamp: it begins the line, or follows something that is no letter and no digit. A
/// terminal's colours are passed over.
pub(super) fn find(text: &[u8]) -> Option<(When, usize, usize)> {
    let mut before = b' ';
    let mut at = uuid(text);
    let mut seen = 0;
    while at < text.len() && seen <= LEAD {
        let colour = colour(&text[at..]);
        if colour > 0 {
            (before, at) = (b' ', at + colour);
            continue;
        }
        if text[at] == b'"' && seen > 0 {
            return None;
        }
        if !before.is_ascii_alphanumeric()
            && let Some((when, end)) = written::read(text, at)
        {
            return Some((when, at, end));
        }
        (before, at, seen) = (text[at], at + 1, seen + 1);
    }
    None
}

/// The width of a terminal's colour at the beginning of a text: `ESC [ 31 m`.
fn colour(text: &[u8]) -> usize {
    let [0x1b, b'[', rest @ ..] = text else { return 0 };
    let digits = rest.iter().take(16).take_while(|byte| matches!(byte, b'0'..=b'9' | b';')).count();
    if rest.get(digits) == Some(&b'm') { digits + 3 } else { 0 }
}

/// The width of a UUID and a space at the beginning of a text.
fn uuid(text: &[u8]) -> usize {
    let Some([id @ .., b' ']) = text.first_chunk::<37>() else { return 0 };
    let is_uuid = id.iter().enumerate().all(|(at, byte)| match at {
        8 | 13 | 18 | 23 => *byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    });
    if is_uuid { 37 } else { 0 }
}

fn separators(text: &[u8]) -> usize {
    let is_separator =
        |byte: &&u8| matches!(byte, b' ' | b'\t' | b']' | b')' | b',' | b';' | b'|' | b':' | b'-');
    text.iter().take_while(is_separator).count()
}

/// Reads a level, perhaps behind `7#25 ` or `98.50% `; returns where the text after it begins.
fn counted_level(line: &str, at: usize, event: &mut Event<'_>) -> (Option<u8>, usize) {
    let count = |byte: &u8| matches!(byte, b'0'..=b'9' | b'#' | b'.' | b'%');
    let width = line.as_bytes()[at..].iter().take(22).take_while(|byte| count(byte)).count();
    let behind = at + width + 1;
    if width == 0 || line.as_bytes().get(behind - 1..=behind) != Some(b" [") {
        return leading_level(line, at);
    }
    let (level, after) = leading_level(line, behind);
    if level.is_none() {
        return (None, at);
    }
    let pid = line[at..behind].split_once('#').and_then(|(pid, _)| number(pid));
    event.process_pid = pid.or(event.process_pid);
    (level, after)
}

/// Reads `WARN `, `[warn] ` or `WARN|`; returns where the text after it begins.
fn leading_level(line: &str, at: usize) -> (Option<u8>, usize) {
    let text = line.as_bytes();
    let open = usize::from(matches!(text.get(at), Some(b'[' | b'(')));
    let start = at + open;
    let width = text[start..].iter().take(13).take_while(|byte| byte.is_ascii_alphabetic()).count();
    let closed = match text.get(start + width) {
        Some(b']' | b')') => open == 1,
        Some(b' ' | b':' | b'|' | b'\t') => open == 0,
        _ => false,
    };
    match severity(&line[start..start + width]).filter(|_| closed && width > 1) {
        Some(level) => (Some(level), start + width + separators(&text[start + width..])),
        None => (None, at),
    }
}

/// The severity of a level's name, of its three letters, or of its first.
fn severity(name: &str) -> Option<u8> {
    match name {
        "WRN" => Some(4),
        "INF" => Some(6),
        "DBG" | "VRB" | "TRC" | "D" => Some(7),
        "FTL" | "F" => Some(2),
        "E" => Some(3),
        "W" => Some(4),
        "N" => Some(5),
        "I" => Some(6),
        "SEVERE" => Some(3),
        "FINE" | "FINER" | "FINEST" | "Verbose" => Some(7),
        _ => named_severity(name),
    }
}
