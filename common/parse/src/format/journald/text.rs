//! The journal's records of several lines: `journalctl -o export` and `-o verbose`.
//!
//! ```text
//! __CURSOR=s=…                        Sun 2026-06-14 15:16:01.123456 CEST [s=…;i=…;b=…;m=…;t=…;x=…]
//! __REALTIME_TIMESTAMP=1781450161123456   _TRANSPORT=syslog
//! MESSAGE=Accepted password …             MESSAGE=Accepted password …
//! (an empty line)
//! ```
//!
//! An exported record ends at an empty line; in the verbose style fields are indented by four blanks,
//! and a record goes on as long as lines are. The verbose style's `t=` is the time in microseconds. Of
//! a value of several lines the first is kept. Fields keep the journal's names.
//!
//! What it does *not* know: the export's binary values, whose lengths are no text; their lines are
//! left out.

use super::super::spec::{Found, Miss, Next, Spec};
use crate::columns;
use crate::joint::Joint;
use crate::memory::Memory;
use crate::source::Source as _;
use common::clock::Timestamp;
use common::event::{Event, Fields, TimeQuality, Value};

const CURSOR: &[u8] = b"__CURSOR=";

pub(in super::super) const TEXT: Spec =
    Spec::line(read).first(b"_FMSTW").joined(Joint::Run { begins, goes_on, ends });

fn begins(line: &[u8]) -> bool {
    line.starts_with(CURSOR) || verbose(line).is_some()
}

fn goes_on(record: &[u8], line: &[u8]) -> bool {
    match record.starts_with(CURSOR) {
        true => !record.ends_with(b"\n") && !line.starts_with(CURSOR),
        false => line.starts_with(b"    "),
    }
}

fn ends(line: &[u8]) -> bool {
    line.is_empty()
}

/// The time that the first line of a verbose record says.
fn verbose(line: &[u8]) -> Option<i64> {
    let inner = line.strip_suffix(b"]")?;
    let open = memchr::memrchr(b'[', inner)?;
    let marks = std::str::from_utf8(&inner[open + 1..]).ok()?;
    let is_cursor = marks.starts_with("s=") && marks.contains(";i=") && line.get(4) == Some(&b'2');
    let time = marks.split(';').find_map(|mark| mark.strip_prefix("t="));
    i64::from_str_radix(time.filter(|_| is_cursor)?, 16).ok()
}

fn read<'a>(text: &'a str, _memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let is_export = text.as_bytes().starts_with(CURSOR);
    let first = text.lines().next().unwrap_or_default();
    let begun = if is_export { None } else { verbose(first.as_bytes()) };
    if !is_export && begun.is_none() {
        return Miss::at(0, "a record of the journal (__CURSOR=, or a stamp and [s=…;i=…])");
    }
    let mut fields = Fields::new();
    for line in text.lines().skip(usize::from(!is_export)) {
        let line = line.strip_prefix("    ").unwrap_or(line);
        let Some((name, value)) = line.split_once('=') else { continue };
        let is_name = !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
        if is_name {
            fields.push(name, Value::Text(value.into()));
        }
    }
    let Some(time) = begun.or_else(|| fields.int("__REALTIME_TIMESTAMP")) else {
        return Miss::at(0, "a time (__REALTIME_TIMESTAMP=)");
    };
    (event.time, event.time_quality) = (Timestamp(time), TimeQuality::Offset);
    fields.normalise();
    super::fill(&fields, event);
    for (name, value) in fields.iter() {
        if name != "MESSAGE" {
            columns::keep(name.to_owned(), value.clone(), event);
        }
    }
    Ok(Found { next: Next::Payload, ..Found::default() })
}
