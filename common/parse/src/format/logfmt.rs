//! Pairs: `key=value`, as logfmt and many appliances write them.
//!
//! ```text
//! ts=2026-06-14T15:16:01Z level=warn msg="two words, a \"quote\"" empty= flag
//! ```
//!
//! A value in quotes has its escapes `\"`, `\\`, `\n` and `\t` undone; a key without `=` is true.
//! The line must begin with a pair, hold two pairs or more, and nothing but pairs and single keys,
//! of which there are no more than pairs: prose that happens to hold an equals sign is no list of
//! pairs.
//!
//! Well-known keys ([`crate::alias`]) fill columns; the others are kept under their own names. The
//! message is `msg` or its like, otherwise the whole line.
//!
//! What it does *not* know: types. Values are text.

use super::spec::NO_OBJECT;
use super::spec::{Found, Miss, Spec};
use crate::alias::{self, Ranks};
use crate::memory::Memory;
use common::event::{Event, Value};
use std::borrow::Cow;

/// Pairs beyond this stay in the raw line.
const PAIRS: usize = 256;

pub(super) const SPEC: Spec = Spec::line(read).first(NO_OBJECT).generic();

fn read<'a>(line: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let pairs = pairs(line)?;
    event.message = Cow::Borrowed(line);
    let mut ranks = Ranks::default();
    for (key, value) in pairs {
        if !alias::adopt(key, &value, &mut ranks, memory, event) {
            event.ext.push(key, value);
        }
    }
    Ok(Found::default())
}

/// Reads the pairs that a program writes as its message behind another format's header, where they
/// begin as those of Go's loggers do. Host and program stay those of the header.
pub(crate) fn inside<'a>(text: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> bool {
    const FIRST: [&str; 6] = ["time=", "ts=", "t=", "level=", "lvl=", "logger="];
    if !FIRST.iter().any(|key| text.starts_with(key)) || !text.contains(" msg=") {
        return false;
    }
    let (host, program) = (event.host_name.clone(), event.process_name.clone());
    let pid = event.process_pid;
    if read(text, memory, event).is_err() {
        return false;
    }
    (event.host_name, event.process_name, event.process_pid) = (host, program, pid);
    true
}

/// Reads the whole line as pairs and single keys.
fn pairs(line: &str) -> Result<Vec<(&str, Value<'_>)>, Miss> {
    let text = line.as_bytes();
    let mut list = Vec::new();
    let (mut pairs, mut singles) = (0, 0);
    let mut at = 0;
    loop {
        at += text[at..].iter().take_while(|&&byte| byte == b' ').count();
        if at == text.len() {
            break;
        }
        let start = at;
        at += text[at..].iter().take_while(|&&byte| is_key(byte)).count();
        let key = &line[start..at];
        if key.is_empty() || key.len() > 128 {
            return Miss::at(start, "a key");
        }
        let value = match text.get(at) {
            Some(b'=') => {
                pairs += 1;
                let (value, end) = value(line, at + 1)?;
                at = end;
                Value::Text(value)
            }
            None | Some(b' ') if pairs > 0 => {
                singles += 1;
                Value::Bool(true)
            }
            _ => return Miss::at(at, "="),
        };
        if list.len() < PAIRS {
            list.push((key, value));
        }
    }
    if pairs < 2 || singles > pairs {
        return Miss::at(line.len(), "more pairs than single words, and two at least");
    }
    Ok(list)
}

fn is_key(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'@' | b'/')
}

/// Reads a value, quoted or not; returns the column after it.
fn value(line: &str, at: usize) -> Result<(Cow<'_, str>, usize), Miss> {
    let text = line.as_bytes();
    if text.get(at) != Some(&b'"') {
        let width = memchr::memchr(b' ', &text[at..]).unwrap_or(text.len() - at);
        return Ok((Cow::Borrowed(&line[at..at + width]), at + width));
    }
    let inside = at + 1;
    let mut place = inside;
    loop {
        match memchr::memchr2(b'"', b'\\', &text[place..]).map(|found| place + found) {
            Some(end) if text[end] == b'"' => {
                return match text.get(end + 1) {
                    None | Some(b' ') => Ok((unescape(&line[inside..end]), end + 1)),
                    Some(_) => Miss::at(end + 1, "a space after the value"),
                };
            }
            Some(escape) => place = (escape + 2).min(text.len()),
            None => return Miss::at(text.len(), "the closing quote"),
        }
    }
}

fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        match char {
            '\\' => match chars.next() {
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some('"') => out.push('"'),
                Some('\\') => out.push('\\'),
                Some(other) => out.extend(['\\', other]),
                None => out.push('\\'),
            },
            _ => out.push(char),
        }
    }
    Cow::Owned(out)
}
