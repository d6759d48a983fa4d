//! JSON objects that were cut off: what a buffer's or a datagram's end left of them.
//!
//! ```text
//! {"ts":"2026-06-14T15:16:01Z","level":"info","request":{"method":"GET","uri":"/a ver
//! ```
//!
//! The members before the last comma are whole; they become fields as those of whole objects do, but
//! are kept with the event, since nothing can read the raw line again. The event has the tag `cut`.
//!
//! What it does *not* know: objects with other faults; they miss.

use super::spec::{Found, Miss, Spec};
use crate::alias::{self, Ranks};
use crate::columns;
use crate::memory::Memory;
use common::event::{Event, flatten};
use std::borrow::Cow;

pub(super) const SPEC: Spec = Spec::line(read).first(b"{").generic();

/// Objects and lists nest no deeper.
const DEEPEST: usize = 128;

fn read<'a>(text: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let Some(whole) = closed(text) else {
        return Miss::at(0, "an object that was cut off");
    };
    let Ok((fields, _)) = flatten(whole.as_bytes()) else {
        return Miss::at(0, "an object that was cut off");
    };
    let fields = fields.into_owned();
    let mut ranks = Ranks::default();
    for (name, value) in fields.iter() {
        if !alias::adopt(name, value, &mut ranks, memory, event) {
            columns::keep(Cow::Owned(name.to_owned()), value.clone(), event);
        }
    }
    if event.message.is_empty() {
        event.message = Cow::Borrowed(text);
    }
    event.tag("cut");
    Ok(Found::default())
}

/// The members before the last comma, and what closes them; `None` for an object that ends.
fn closed(text: &str) -> Option<String> {
    let Scan { open, comma } = scan(text.as_bytes())?;
    let comma = comma.filter(|_| !open.is_empty())?;
    let before = scan(&text.as_bytes()[..comma])?;
    let mut whole = text[..comma].to_owned();
    whole.extend(before.open.iter().rev().map(|&byte| char::from(byte)));
    Some(whole)
}

/// What is open at the end of a text.
struct Scan {
    /// The brackets that would close it.
    open: Vec<u8>,
    /// The last comma between members.
    comma: Option<usize>,
}

/// Looks at brackets and commas outside strings; `None` where brackets do not match.
fn scan(text: &[u8]) -> Option<Scan> {
    let mut scan = Scan { open: Vec::new(), comma: None };
    let (mut is_string, mut is_escaped) = (false, false);
    for (at, &byte) in text.iter().enumerate() {
        if is_string {
            is_string = byte != b'"' || is_escaped;
            is_escaped = byte == b'\\' && !is_escaped;
            continue;
        }
        match byte {
            b'"' => is_string = true,
            b'{' => scan.open.push(b'}'),
            b'[' => scan.open.push(b']'),
            b'}' | b']' if scan.open.pop() != Some(byte) => return None,
            b',' => scan.comma = Some(at),
            _ => {}
        }
        if scan.open.len() > DEEPEST {
            return None;
        }
    }
    Some(scan)
}

#[cfg(test)]
mod tests {
    use super::closed;

    #[test]
    fn members_before_the_last_comma_are_whole() {
        for (text, want) in [
            (r#"{"a":1,"b":"x"#, Some(r#"{"a":1}"#)),
            (r#"{"a":{"b":[1,{"c":2,"d"#, Some(r#"{"a":{"b":[1,{"c":2}]}}"#)),
            (r#"{"a":"x,\"y,","b":{"c":1},"d":"#, Some(r#"{"a":"x,\"y,","b":{"c":1}}"#)),
            (r#"{"a":1,"b":2}"#, None),
            (r#"{"a":1]"#, None),
            (r#"{"a":1"#, None),
            ("{", None),
        ] {
            assert_eq!(closed(text).as_deref(), want, "{text}");
        }
    }
}
