//! The journal's export as JSON lines: `journalctl -o json`.
//!
//! | journal | event |
//! |---|---|
//! | `__REALTIME_TIMESTAMP` (µs) | time |
//! | `MESSAGE`, `PRIORITY`, `SYSLOG_FACILITY` | message, severity, facility |
//! | `SYSLOG_IDENTIFIER`, else `_COMM` | `process.name` |
//! | `_PID`, else `SYSLOG_PID` | `process.pid` |
//! | `_EXE`, `_CMDLINE`, `_HOSTNAME` | `process.executable`, `process.command_line`, `host.name` |
//!
//! Fields with a leading underscore are the journal's own and cannot be forged by the program that
//! logged. A value that is not UTF-8 comes as a list of byte numbers, a field that was given twice
//! as a list, one that was too long as null. All fields stay under the journal's names, `__CURSOR`
//! among them.
//!
//! `-o export` and `-o verbose` have the same fields, one a line ([`text`]).
//!
//! What it does *not* know: how the journal is read.

mod text;

use super::spec::{Found, Miss, Next, Spec};
use crate::memory::Memory;
use crate::source::Source;
use common::clock::Timestamp;
use common::event::{Event, Object, TimeQuality, Value, ValueRef};
use std::borrow::Cow;

pub(super) const SPEC: Spec = Spec::object(read, &[&["__REALTIME_TIMESTAMP"]]);
pub(super) use text::{TEXT, in_lines};

fn read<'a>(
    fields: &Object<'a>,
    _calendar: &mut Memory,
    event: &mut Event<'a>,
) -> Result<Found, Miss> {
    const TIME: &str = "__REALTIME_TIMESTAMP";
    let Some(time) = number(fields, TIME) else {
        return Miss::at(0, "a journal record (__REALTIME_TIMESTAMP)");
    };
    event.time = Timestamp(time);
    event.time_quality = TimeQuality::Offset;
    fill(fields, event);
    Ok(Found { next: Next::Payload, ..Found::default() })
}

/// Fills what a record's fields mean, beside its time.
fn fill<'a>(fields: &impl Source<'a>, event: &mut Event<'a>) {
    event.dataset = Some("linux.journald".into());
    event.message = text(fields, "MESSAGE").unwrap_or_default();
    if let Some(host) = text(fields, "_HOSTNAME") {
        event.host_name = host;
    }
    event.process_name = text(fields, "SYSLOG_IDENTIFIER").or_else(|| text(fields, "_COMM"));
    event.process_pid = number(fields, "_PID").or_else(|| number(fields, "SYSLOG_PID"));
    event.process_executable = text(fields, "_EXE");
    event.process_command_line = text(fields, "_CMDLINE");
    let code = |name, most| {
        number(fields, name).and_then(|code| u8::try_from(code).ok()).filter(|&code| code <= most)
    };
    event.log_severity = code("PRIORITY", 7);
    event.log_facility = code("SYSLOG_FACILITY", 23);
}

/// A field's text: of a repeated field the first value, of a list of byte numbers the text that
/// they spell.
fn text<'a>(fields: &impl Source<'a>, name: &'static str) -> Option<Cow<'a, str>> {
    match fields.value(name)? {
        Value::Text(text) => Some(text),
        Value::List(list) => match bytes(&list) {
            Some(bytes) => Some(Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())),
            None => list.first().map(|value| Cow::Owned(value.to_string())),
        },
        scalar => Some(Cow::Owned(scalar.to_string())),
    }
}

fn bytes(list: &[Value<'_>]) -> Option<Vec<u8>> {
    let byte = |value: &Value<'_>| match value {
        Value::Int(number) => u8::try_from(*number).ok(),
        _ => None,
    };
    list.iter().map(byte).collect()
}

fn number<'a>(fields: &impl Source<'a>, name: &'static str) -> Option<i64> {
    match fields.known(name)? {
        ValueRef::List(list) => match list.nth(0)? {
            ValueRef::Text(text) => text.parse().ok(),
            _ => None,
        },
        _ => fields.int(name),
    }
}
