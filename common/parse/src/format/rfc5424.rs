//! The syslog protocol, RFC 5424.
//!
//! ```text
//! [<PRI>]1 stamp host app procid msgid structured-data [message]
//! <165>1 2026-06-14T15:16:01.003Z host app 8710 ID47 [id k="v" k="a \"b\" \] \\"] message
//! 2026-06-14T15:16:01+02:00 host app 8710 - [meta sequenceId="7"] message     OPNsense's files
//! ```
//!
//! `-` is absent. Without a priority the stamp must be there. A parameter becomes `log.syslog.structured_data.ID.NAME`, a repeated one a list,
//! an element without parameters the truth value `true`. A byte order mark before the message is
//! part of the header. Structured data that breaks off is part of the message, with the tag
//! `bad_structured_data`. Octet counts in front of a message are [`crate::frame`]'s.
//!
//! What it does *not* know: the meaning of structured data other than that of two firewalls
//! ([`firewall`]).

pub(super) mod firewall;

use super::spec::NO_OBJECT;
use super::spec::{Found, Miss, Next, Spec};
use crate::memory::Memory;
use crate::{stamp, syslog};
use common::event::{Event, Value};
use std::borrow::Cow;

/// Parameters beyond this are left in the raw line.
const PARAMETERS: usize = 256;

pub(super) const SPEC: Spec = Spec::line(read).first(NO_OBJECT).header();

fn read<'a>(line: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let text = line.as_bytes();
    let priority = syslog::priority(text);
    let start = priority.map_or(0, |(_, _, after)| after);
    let first = match text[start..].starts_with(b"1 ") {
        true => start + 2,
        false if is_bare(text) => start,
        false => return Miss::at(start, "version 1"),
    };
    let (at, end) = match stamp::iso(text, first) {
        Some((at, end)) => (Some(at), end),
        None if let Some(found) = meraki(line, start, memory, event) => {
            fill_priority(priority, event);
            return Ok(found);
        }
        None if text[first..].starts_with(b"- ") && priority.is_some() => (None, first + 1),
        None => return Miss::at(first, "an ISO 8601 stamp or -"),
    };
    if text.get(end) != Some(&b' ') {
        return Miss::at(end, "a space");
    }
    let (fields, data) = header(line, end + 1)?;
    if let Some(at) = at {
        (event.time, event.time_quality) = memory.instant(at);
    }
    fill_priority(priority, event);
    let [host, app, procid, msgid] = fields;
    if let Some(host) = host {
        event.host_name = host.into();
    }
    // CyberArk's vaults put their text where an application should stand.
    if app.is_some_and(|app| app.starts_with("CEF:") || app.starts_with("LEEF:")) {
        let body = end + 1 + host.map_or(1, str::len) + 1;
        let tag = syslog::Tag { body, ..syslog::Tag::default() };
        let inner = syslog::fill(line, &tag, event);
        return Ok(Found { stamp: (first, end), inner, next: Next::Payload });
    }
    if let Some(msgid) = msgid {
        event.ext.push("log.syslog.msgid", Value::Text(msgid.into()));
    }
    let body = structured_data(line, data, event);
    if line[data..body].starts_with("[junos@") {
        firewall::junos_event(msgid.unwrap_or_default(), event);
    }
    let tag = syslog::Tag { name: app, pid: procid, context: None, body };
    let inner = syslog::fill(line, &tag, event);
    Ok(Found { stamp: (first, end), inner, next: Next::Payload })
}

/// Whether all is there but a priority and a version: the structured data that syslog-ng counts its
/// messages in stands in its place behind a stamp.
fn is_bare(text: &[u8]) -> bool {
    text.first().is_some_and(u8::is_ascii_digit)
        && stamp::iso(text, 0).is_some_and(|(_, end)| {
            let data = text[end..].splitn(6, |byte| *byte == b' ').nth(5);
            data.is_some_and(|data| data.starts_with(b"[meta sequenceId=\""))
        })
}

fn fill_priority(priority: Option<(u8, u8, usize)>, event: &mut Event<'_>) {
    if let Some((facility, severity, _)) = priority {
        event.log_facility = Some(facility);
        event.log_severity = Some(severity);
    }
}

/// Meraki's devices write an epoch and their name behind the version: `1 1781450161.123 MX84 flows …`.
/// The message is all of it, as helpers know it.
fn meraki<'a>(
    line: &'a str,
    start: usize,
    memory: &mut Memory,
    event: &mut Event<'a>,
) -> Option<Found> {
    let mut words = line[start + 2..].splitn(3, ' ');
    let (epoch, name, _) = (words.next()?, words.next()?, words.next()?);
    let (seconds, fraction) = epoch.split_once('.')?;
    let micros = stamp::digits(fraction.as_bytes(), 0, fraction.len().min(6))?;
    let scale = 10_i64.pow(u32::try_from(6 - fraction.len().min(6)).ok()?);
    let seconds = stamp::digits(seconds.as_bytes(), 0, 10).filter(|_| seconds.len() == 10)?;
    let wall = seconds * 1_000_000 + micros * scale;
    (event.time, event.time_quality) = memory.instant(stamp::Stamp { wall, offset: Some(0) });
    event.host_name = name.into();
    event.dataset = Some("linux.syslog".into());
    event.message = line[start..].into();
    let end = start + 2 + epoch.len();
    Some(Found { stamp: (start + 2, end), ..Found::default() })
}

/// Reads host, application, process id and message id; returns where structured data begins.
fn header(line: &str, mut at: usize) -> Result<([Option<&str>; 4], usize), Miss> {
    let names = ["a host", "an application", "a process id", "a message id"];
    let mut fields = [None; 4];
    for (field, name) in fields.iter_mut().zip(names) {
        let rest = &line[at..];
        let last = name == names[3];
        let width = match memchr::memchr(b' ', rest.as_bytes()) {
            Some(width) => width,
            None if last => rest.len(),
            None => 0,
        };
        if width == 0 {
            return Miss::at(at, name);
        }
        *field = Some(&rest[..width]).filter(|text| *text != "-");
        at = (at + width + 1).min(line.len());
    }
    Ok((fields, at))
}

/// Reads `-` or the elements; returns where the message begins.
fn structured_data(line: &str, at: usize, event: &mut Event<'_>) -> usize {
    let text = line.as_bytes();
    let end = match text.get(at) {
        Some(b'-') if matches!(text.get(at + 1), None | Some(b' ')) => at + 1,
        Some(b'[') => match elements(line, at) {
            Some((parameters, end)) => {
                keep(parameters, event);
                end
            }
            None if firewall::check_point(line, at, event) => return at,
            None => {
                event.tag("bad_structured_data");
                return at;
            }
        },
        _ => return at,
    };
    let body = end + usize::from(text.get(end) == Some(&b' '));
    body + if text[body..].starts_with("\u{feff}".as_bytes()) { 3 } else { 0 }
}

type Parameter<'a> = (String, Value<'a>);

/// Reads `[id k="v" …][…]…`; the values own their text only where they hold escapes.
fn elements(line: &str, mut at: usize) -> Option<(Vec<Parameter<'static>>, usize)> {
    let text = line.as_bytes();
    let mut parameters = Vec::new();
    while text.get(at) == Some(&b'[') {
        let width = text[at..].iter().take(256).position(|byte| matches!(byte, b' ' | b']'))?;
        let id = &line[at + 1..at + width];
        if id.is_empty() || id.bytes().any(|byte| matches!(byte, b'"' | b'=')) {
            return None;
        }
        at += width;
        if text[at] == b']' && parameters.len() < PARAMETERS {
            parameters.push((id.to_owned(), Value::Bool(true)));
        }
        while text.get(at) == Some(&b' ') {
            let equals = text[at..].iter().take(256).position(|&byte| byte == b'=')?;
            let name = line[at..at + equals].trim_start();
            let (value, end) = quoted(line, at + equals + 1)?;
            if parameters.len() < PARAMETERS {
                let value = Value::Text(Cow::Owned(value));
                parameters.push((format!("{id}.{name}"), value));
            }
            at = end;
        }
        if text.get(at) != Some(&b']') {
            return None;
        }
        at += 1;
    }
    matches!(text.get(at), None | Some(b' ')).then_some((parameters, at))
}

/// Reads `"…"` with `\"`, `\\` and `\]` undone; any other backslash is itself.
fn quoted(line: &str, at: usize) -> Option<(String, usize)> {
    let rest = line.get(at..)?.strip_prefix('"')?;
    let mut value = String::new();
    let mut chars = rest.char_indices();
    while let Some((place, char)) = chars.next() {
        match char {
            '"' => return Some((value, at + 1 + place + 1)),
            '\\' => match rest.as_bytes().get(place + 1) {
                Some(&byte @ (b'"' | b'\\' | b']')) => {
                    value.push(char::from(byte));
                    chars.next();
                }
                _ => value.push('\\'),
            },
            _ => value.push(char),
        }
    }
    None
}

/// Adds the parameters to the event, those of one name as a list.
fn keep(mut parameters: Vec<Parameter<'static>>, event: &mut Event<'_>) {
    parameters.sort_by(|a, b| a.0.cmp(&b.0));
    for group in parameters.chunk_by(|a, b| a.0 == b.0) {
        if let [(name, Value::Text(text))] = group
            && name.starts_with("junos@")
            && let Some((_, name)) = name.rsplit_once('.')
        {
            firewall::junos(name, text, event);
        }
        let name = format!("log.syslog.structured_data.{}", group[0].0);
        let value = match group {
            [(_, value)] => value.clone(),
            _ => Value::List(group.iter().map(|(_, value)| value.clone()).collect()),
        };
        event.ext.push(name, value);
    }
}
