//! The kernel's ring buffer as dmesg prints it, and the journal with the same stamps.
//!
//! ```text
//! [   12.345678] usb 1-1: new high-speed USB device        dmesg
//! [   12.345678][  T123] usb 1-1: new high-speed …         with the caller (CONFIG_PRINTK_CALLER)
//! kern  :info  : [   12.345678] usb 1-1: new …             dmesg -x
//! 2026-06-14T15:16:01,250123+02:00 usb 1-1: new …          dmesg --time-format iso
//! [   12.345678] host sshd[7]: message                     journalctl -o short-monotonic
//! ```
//!
//! The seconds since the machine started are `host.uptime`, in whole ones; when that was is not said, so
//! that such lines have no time of their own. A host is believed in where `kernel:` or a program
//! with its process id follows.
//!
//! What it does *not* know: `dmesg -T`, which is read as other programs' stamps are.

use super::spec::{Found, Miss, Next, Spec};
use crate::memory::Memory;
use crate::{level, stamp, syslog};
use common::event::{Event, Value};

pub(super) const SPEC: Spec = Spec::line(read).first(b"[k2");

/// How many digits the parts of a second have.
const MICROS: usize = 6;

fn read<'a>(line: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    if line.starts_with('2') {
        return dated(line, memory, event);
    }
    let (severity, start) = match line.strip_prefix("kern  :") {
        None => (None, 0),
        Some(rest) => {
            let Some((word, _)) = rest.split_once(": [") else { return missed(7) };
            let Some(severity) = level::named_severity(word.trim_end()) else { return missed(7) };
            (Some(severity), 7 + word.len() + 2)
        }
    };
    let Some((seconds, end)) = uptime(line.as_bytes(), start) else { return missed(start) };
    event.ext.push("host.uptime", Value::Int(seconds));
    Ok(told(line, (start, end), after_caller(line, end), severity, event))
}

fn missed<T>(column: usize) -> Result<T, Miss> {
    Miss::at(column, "seconds since the machine started ([   12.345678])")
}

/// Reads `[   12.345678]`: the seconds, and the column behind the bracket.
fn uptime(text: &[u8], at: usize) -> Option<(i64, usize)> {
    let inner = text.get(at..)?.strip_prefix(b"[")?;
    let blanks = inner.iter().take_while(|byte| **byte == b' ').count();
    let digits = inner[blanks..].iter().take(10).take_while(|byte| byte.is_ascii_digit()).count();
    let dot = blanks + digits;
    let is_padded = dot == 5 || blanks == 0 && (5..10).contains(&digits);
    let close = dot + 1 + MICROS;
    let is_whole = is_padded && digits > 0 && inner.get(dot) == Some(&b'.');
    if !is_whole
        || inner.get(close) != Some(&b']')
        || stamp::digits(inner, dot + 1, MICROS).is_none()
    {
        return None;
    }
    Some((stamp::digits(inner, blanks, digits)?, at + 1 + close + 1))
}

/// Where the text begins, behind the one who called for it: `[  T123] `, `[   C0] `.
fn after_caller(line: &str, end: usize) -> usize {
    let rest = &line[end..];
    let caller =
        rest.trim_start_matches(' ').strip_prefix('[').and_then(|rest| rest.split_once(']'));
    let is_caller = |name: &str| {
        name.trim_start().strip_prefix(['T', 'C']).is_some_and(|id| syslog::number(id).is_some())
    };
    let after = match caller.filter(|(name, _)| is_caller(name)) {
        Some((_, after)) => after,
        None => rest,
    };
    line.len() - after.strip_prefix(' ').unwrap_or(after).len()
}

/// Whether a line's ISO stamp is one of dmesg's own: nobody else has its comma and an offset.
pub(super) fn is_dated(text: &[u8]) -> bool {
    text.get(19) == Some(&b',') && matches!(text.get(26), Some(b'+' | b'-'))
}

/// Reads `2026-06-14T15:16:01,250123+02:00 text`.
fn dated<'a>(line: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let text = line.as_bytes();
    let stamp = if is_dated(text) { stamp::iso(text, 0) } else { None };
    let Some((at, end)) = stamp.filter(|(_, end)| *end == 32 && text.get(32) == Some(&b' ')) else {
        return Miss::at(0, "a stamp of dmesg (2026-06-14T15:16:01,250123+02:00)");
    };
    let word = line[end + 1..].split([' ', ':']).next().unwrap_or_default();
    if word.is_empty() || word.starts_with('[') || level::named_severity(word).is_some() {
        return Miss::at(end + 1, "the kernel's text");
    }
    (event.time, event.time_quality) = memory.instant(at);
    Ok(told(line, (0, end), end + 1, None, event))
}

/// What a program said, where a host stands before it, else what the kernel said.
fn told<'a>(
    line: &'a str,
    stamp: (usize, usize),
    body: usize,
    severity: Option<u8>,
    event: &mut Event<'a>,
) -> Found {
    let host = body + memchr::memchr(b' ', &line.as_bytes()[body..]).unwrap_or(0);
    let tag = syslog::tag(line, host + 1);
    let is_plain = |name: &str| !name.contains(' ');
    let is_program = tag.pid.and_then(syslog::number).is_some() && tag.name.is_some_and(is_plain)
        || tag.name == Some("kernel");
    if host > body && is_program && severity.is_none() {
        event.host_name = line[body..host].into();
        let inner = syslog::fill(line, &tag, event);
        return Found { stamp, inner, next: Next::Payload };
    }
    event.dataset = Some("linux.syslog".into());
    event.process_name = Some("kernel".into());
    event.log_facility = Some(0);
    event.log_severity = severity;
    event.message = line[body..].into();
    Found { stamp, inner: None, next: Next::Payload }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uptimes() {
        for (text, expected) in [
            ("[    0.000000] x", Some((0, 14))),
            ("[12345.678901] x", Some((12_345, 14))),
            ("[1234567.678901]", Some((1_234_567, 16))),
            ("[1781450161.250123]", None),
            ("[  12.345678]", None),
            ("[   12.34567]", None),
            ("[   12.3456789]", None),
            ("[     .345678]", None),
            ("[", None),
        ] {
            assert_eq!(uptime(text.as_bytes(), 0), expected, "{text}");
        }
    }
}
