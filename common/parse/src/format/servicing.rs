//! The log of Windows servicing: `CBS.log`, `dism.log`, `DPX`'s part of `setupact.log`.
//!
//! ```text
//! 2026-06-14 15:16:01, Info                  CBS    message
//! 2026-06-14 15:16:01, Error          [0x018005] CSI    message
//! ```
//!
//! The component is the program. Stamps are in the machine's zone.
//!
//! What it does *not* know: messages.

use super::spec::{Found, Miss, Spec};
use crate::level::named_severity;
use crate::memory::Memory;
use crate::stamp;
use common::event::{Event, Value};

pub(super) const SPEC: Spec = Spec::line(read).first(b"0123456789");

fn read<'a>(line: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let Some((at, end)) = stamp::iso(line.as_bytes(), 0) else {
        return Miss::at(0, "a stamp (2026-06-14 15:16:01)");
    };
    let Some(rest) = line[end..].strip_prefix(", ") else {
        return Miss::at(end, "a comma and a level");
    };
    let (level, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    let Some(severity) = named_severity(level) else {
        return Miss::at(end + 2, "a level (Info)");
    };
    let padded = rest.trim_start_matches(' ');
    let (code, padded) = code(padded);
    let width = padded.bytes().take_while(u8::is_ascii_alphanumeric).count();
    let (component, rest) = padded.split_at(width);
    let named =
        (2..=8).contains(&width) && component.bytes().all(|byte| !byte.is_ascii_lowercase());
    if !named || !(rest.is_empty() || rest.starts_with(' ')) {
        return Miss::at(line.len() - padded.len(), "a component (CBS)");
    }
    (event.time, event.time_quality) = memory.instant(at);
    event.dataset = Some("windows.servicing".into());
    event.log_severity = Some(severity);
    event.process_name = Some(component.into());
    event.message = rest.trim_start_matches(' ').into();
    if let Some(code) = code {
        event.ext.push("error.code", Value::Text(code.into()));
    }
    Ok(Found { stamp: (0, end), ..Found::default() })
}

/// Reads `[0x018005] `, if it is there.
fn code(text: &str) -> (Option<&str>, &str) {
    let read = text.strip_prefix("[0x").and_then(|inner| inner.split_once(']'));
    match read.filter(|(digits, _)| digits.bytes().all(|byte| byte.is_ascii_hexdigit())) {
        Some((digits, rest)) => (Some(&text[1..3 + digits.len()]), rest.trim_start_matches(' ')),
        None => (None, text),
    }
}
