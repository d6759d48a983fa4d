//! What docker compose prints: a service's name, a bar, and a line of any format.
//!
//! ```text
//! web-1  | 2026-06-14T15:16:01Z WARN text
//! ```
//!
//! What it does *not* know: services. A line that no format understands is text.

use super::spec::NO_OBJECT;
use super::spec::{Found, Miss, Next, Spec};
use crate::memory::Memory;
use common::event::{Event, Value};

pub(super) const SPEC: Spec = Spec::line(read).first(NO_OBJECT).generic();

fn read<'a>(line: &'a str, _memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let clear = line.strip_prefix("\u{1b}[2K").unwrap_or(line);
    let named = |byte: &u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-' | b'.')
    };
    let width = clear.bytes().take_while(named).count();
    let (name, rest) = clear.split_at(width);
    let bar = rest.trim_start_matches(' ');
    let spaced = bar.len() < rest.len();
    let begins = name.starts_with(|char: char| char.is_ascii_lowercase());
    let Some(body) = bar.strip_prefix("| ").filter(|_| spaced && begins && width <= 64) else {
        return Miss::at(0, "a service's name and a bar (web-1  | )");
    };
    event.ext.push("container.name", Value::Text(name.into()));
    event.message = body.into();
    Ok(Found { next: Next::Line, ..Found::default() })
}
