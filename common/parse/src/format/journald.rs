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
use common::event::{Event, Object, TimeQuality, Value};
use std::borrow::Cow;

pub(super) const SPEC: Spec = Spec::object(read, &[&["__REALTIME_TIMESTAMP"]]);
pub(super) use text::{TEXT, in_lines};

fn read<'a>(
    fields: &Object<'a>,
    _calendar: &mut Memory,
    event: &mut Event<'a>,
) -> Result<Found, Miss> {
    const TIME: &str = "__REALTIME_TIMESTAMP";
    let Some(time) = fields.value(TIME).as_ref().and_then(number) else {
        return Miss::at(0, "a journal record (__REALTIME_TIMESTAMP)");
    };
    event.time = Timestamp(time);
    event.time_quality = TimeQuality::Offset;
    fill(fields, event);
    Ok(Found { next: Next::Payload, ..Found::default() })
}

/// What a name of the journal's means.
#[derive(Clone, Copy)]
enum Part {
    Message,
    Host,
    Program,
    Pid,
    Executable,
    CommandLine,
    Severity,
    Facility,
}

/// Of two names that mean the same, the later one is better.
const TABLE: &[(&str, Part)] = &[
    ("MESSAGE", Part::Message),
    ("PRIORITY", Part::Severity),
    ("SYSLOG_FACILITY", Part::Facility),
    ("SYSLOG_PID", Part::Pid),
    ("_PID", Part::Pid),
    ("_CMDLINE", Part::CommandLine),
    ("_COMM", Part::Program),
    ("SYSLOG_IDENTIFIER", Part::Program),
    ("_EXE", Part::Executable),
    ("_HOSTNAME", Part::Host),
];

/// Fills what a record's fields mean, beside its time.
fn fill<'a>(fields: &impl Source<'a>, event: &mut Event<'a>) {
    event.dataset = Some("linux.journald".into());
    event.message = Cow::Borrowed("");
    (event.process_name, event.process_pid) = (None, None);
    (event.process_executable, event.process_command_line) = (None, None);
    (event.log_severity, event.log_facility) = (None, None);
    let code = |value: &Value<'_>, most| {
        number(value).and_then(|code| u8::try_from(code).ok()).filter(|&code| code <= most)
    };
    fields.values(TABLE, |part, value| match part {
        Part::Message => event.message = text(value),
        Part::Host => event.host_name = text(value),
        Part::Program => event.process_name = Some(text(value)),
        Part::Pid => event.process_pid = number(&value).or(event.process_pid),
        Part::Executable => event.process_executable = Some(text(value)),
        Part::CommandLine => event.process_command_line = Some(text(value)),
        Part::Severity => event.log_severity = code(&value, 7),
        Part::Facility => event.log_facility = code(&value, 23),
    });
}

/// A field's text: of a repeated field the first value, of a list of byte numbers the text that
/// they spell.
fn text(value: Value<'_>) -> Cow<'_, str> {
    match value {
        Value::Text(text) => text,
        Value::List(list) => match bytes(&list) {
            Some(bytes) => Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
            None => Cow::Owned(list.first().map(Value::to_string).unwrap_or_default()),
        },
        scalar => Cow::Owned(scalar.to_string()),
    }
}

fn bytes(list: &[Value<'_>]) -> Option<Vec<u8>> {
    let byte = |value: &Value<'_>| match value {
        Value::Int(number) => u8::try_from(*number).ok(),
        _ => None,
    };
    list.iter().map(byte).collect()
}

/// A field's number, of a repeated field that of the first value.
fn number(value: &Value<'_>) -> Option<i64> {
    match value {
        Value::Int(number) => Some(*number),
        Value::Text(text) => text.parse().ok(),
        Value::List(list) => match list.first()? {
            Value::Text(text) => text.parse().ok(),
            _ => None,
        },
        Value::Float(_) | Value::Bool(_) => None,
    }
}
