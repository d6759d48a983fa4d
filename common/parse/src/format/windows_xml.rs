//! Windows events as XML: what the event log renders, and what Sysmon for Linux writes to syslog.
//!
//! ```text
//! <Event xmlns='…'><System><Provider Name='Microsoft-Windows-Sysmon' Guid='…'/><EventID>1</EventID>…</System>
//! <EventData><Data Name='Image'>C:\Windows\…</Data>…</EventData></Event>
//! ```
//!
//! Attributes are joined to their element's name by `_` (`Provider_Name`), `Data` elements give
//! their `Name` the value, those without a name become the list `Data`. An event of several lines
//! is one record. Entities are undone once; markup inside a value is text, as it is escaped there.
//!
//! What it does *not* know: other XML. DTDs and CDATA are no events.

use super::spec::{Found, Miss, Spec};
use super::windows;
use crate::joint::Joint;
use crate::memory::Memory;
use common::event::{Event, Fields, Value};
use std::borrow::Cow;

pub(super) const SPEC: Spec =
    Spec::payload(read).first(b"<").joined(Joint::Run { begins, goes_on, ends });

/// Elements beyond this stay in the raw line.
const ELEMENTS: usize = 1_024;

fn begins(line: &[u8]) -> bool {
    line.starts_with(b"<Event ") || line.starts_with(b"<Event>")
}

fn goes_on(_record: &[u8], line: &[u8]) -> bool {
    !begins(line)
}

fn ends(line: &[u8]) -> bool {
    line.trim_ascii_end().ends_with(b"</Event>")
}

fn read<'a>(text: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    if !begins(text.as_bytes()) {
        return Miss::at(0, "<Event xmlns=…>");
    }
    let mut fields = Fields::new();
    if let Err(at) = elements(text, &mut fields) {
        return Miss::at(at, "well-formed elements");
    }
    fields.normalise();
    let mut copy = event.clone();
    if !windows::fill(&fields, memory, &mut copy) {
        return Miss::at(0, "EventID, Provider or Channel");
    }
    *event = copy;
    event.ext.prepend(fields);
    if event.message.is_empty() {
        event.message = Cow::Borrowed(text);
    }
    Ok(Found::ALL)
}

/// Reads elements and their texts into fields; the column where they are not well-formed.
fn elements<'a>(text: &'a str, fields: &mut Fields<'a>) -> Result<(), usize> {
    let bytes = text.as_bytes();
    let mut open: Vec<&'a str> = Vec::new();
    let mut name: Option<Cow<'a, str>> = None;
    let mut unnamed: Vec<Value<'a>> = Vec::new();
    let mut at = 0;
    while let Some(found) = memchr::memchr(b'<', &bytes[at..]) {
        let value = &text[at..at + found];
        let start = at + found;
        let end = start + memchr::memchr(b'>', &bytes[start..]).ok_or(start)?;
        let tag = &text[start + 1..end];
        at = end + 1;
        if tag.starts_with(['?', '!']) {
            if tag.starts_with('!') {
                return Err(start);
            }
            continue;
        }
        if let Some(closed) = tag.strip_prefix('/') {
            let element = open.pop().filter(|element| *element == closed.trim()).ok_or(start)?;
            let value = value.trim();
            if !value.is_empty() {
                let value = Value::Text(unescaped(value));
                match (element, name.take()) {
                    ("Data", Some(name)) => fields.push(name, value),
                    ("Data", None) => unnamed.push(value),
                    _ => fields.push(element, value),
                }
            }
            name = None;
            if open.is_empty() {
                break;
            }
            continue;
        }
        let (tag, is_empty) = match tag.strip_suffix('/') {
            Some(tag) => (tag, true),
            None => (tag, false),
        };
        let (element, rest) = named(tag).ok_or(start)?;
        name = None;
        for (key, value) in attributes(rest) {
            if element == "Data" && key == "Name" {
                name = Some(unescaped(value));
            } else if element != "Event" && !value.is_empty() && key != "xmlns" {
                fields.push(format!("{element}_{key}"), Value::Text(unescaped(value)));
            }
        }
        if !is_empty {
            open.push(element);
        }
        if open.len() > 32 || fields.len() > ELEMENTS {
            return Err(start);
        }
    }
    if !unnamed.is_empty() {
        fields.push("Data", Value::List(unnamed));
    }
    if open.is_empty() { Ok(()) } else { Err(text.len()) }
}

/// The name of a tag, and what stands behind it.
fn named(tag: &str) -> Option<(&str, &str)> {
    let end = tag.find(|char: char| char.is_ascii_whitespace()).unwrap_or(tag.len());
    (end > 0).then(|| tag.split_at(end))
}

/// The attributes of a tag: `Name='x' Guid="y"`.
fn attributes(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (key, after) = rest.split_once('=')?;
        let quote = after.chars().next().filter(|char| matches!(char, '\'' | '"'))?;
        let (value, after) = after[1..].split_once(quote)?;
        rest = after;
        Some((key.trim(), value))
    })
}

/// Undoes `&lt;`, `&gt;`, `&amp;`, `&quot;`, `&apos;` and numbers.
pub(super) fn unescaped(text: &str) -> Cow<'_, str> {
    if memchr::memchr(b'&', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let entity =
            rest.get(1..).and_then(|inner| inner.get(..inner.find(';').filter(|end| *end < 10)?));
        match entity.and_then(|entity| Some((entity.len() + 2, char_of(entity)?))) {
            Some((width, char)) => {
                out.push(char);
                rest = &rest[width..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

fn char_of(entity: &str) -> Option<char> {
    match entity {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = entity.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}
