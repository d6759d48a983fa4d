//! The OpenTelemetry collector's log records as JSON, many in a line.
//!
//! ```text
//! {"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"…"}}]},"scopeLogs":[{"logRecords":[{"timeUnixNano":"1700000000000000000","severityNumber":9,"body":{"stringValue":"…"},…},…]}]}]}
//! ```
//!
//! A line is one event: its time is the first record's, its severity the worst one's, its message
//! the records' bodies, one a line. All fields stay under their own names, as lists.
//!
//! What it does *not* know: traces and metrics.

use super::{Found, Miss, Spec};
use crate::columns::epoch;
use crate::memory::Memory;
use common::event::{Event, Fields, Value};
use std::borrow::Cow;

pub(super) const SPEC: Spec = Spec::object(read);

fn read<'a>(
    fields: &Fields<'a>,
    _memory: &mut Memory,
    event: &mut Event<'a>,
) -> Result<Found, Miss> {
    let record = |name: &str| fields.get(&["resourceLogs.scopeLogs.logRecords.", name].concat());
    let times = record("timeUnixNano").or_else(|| record("observedTimeUnixNano"));
    let Some(nanos) = times.into_iter().flat_map(each).find_map(number) else {
        return Miss::at(0, "log records (resourceLogs.scopeLogs.logRecords.timeUnixNano)");
    };
    epoch(nanos / 1_000, event);
    event.dataset = Some("otel.logs".into());
    let worst = record("severityNumber").into_iter().flat_map(each).filter_map(number).max();
    event.log_severity = worst.and_then(severity);
    let bodies: Vec<&Cow<'a, str>> =
        record("body.stringValue").into_iter().flat_map(each).filter_map(text).collect();
    event.message = match bodies.as_slice() {
        [one] => (*one).clone(),
        all => Cow::Owned(all.iter().map(AsRef::as_ref).collect::<Vec<_>>().join("\n")),
    };
    if let Some(Value::Text(host)) = attribute(fields, "host.name") {
        event.host_name = host.clone();
    }
    if let Some(service) = attribute(fields, "service.name") {
        event.ext.push("service.name", service.clone());
    }
    if let Some(Value::List(ids)) = record("traceId")
        && ids.iter().all(|id| *id == ids[0])
    {
        event.ext.push("trace.id", ids[0].clone());
    }
    Ok(Found::default())
}

/// A resource's attribute, where all its attributes are texts.
fn attribute<'f, 'a>(fields: &'f Fields<'a>, name: &str) -> Option<&'f Value<'a>> {
    let Some(Value::List(keys)) = fields.known("resourceLogs.resource.attributes.key") else {
        return None;
    };
    let Some(Value::List(values)) =
        fields.known("resourceLogs.resource.attributes.value.stringValue")
    else {
        return None;
    };
    let at = keys.iter().position(|key| matches!(key, Value::Text(key) if key == name))?;
    values.get(at).filter(|_| keys.len() == values.len())
}

fn each<'f, 'a>(value: &'f Value<'a>) -> &'f [Value<'a>] {
    match value {
        Value::List(list) => list,
        scalar => std::slice::from_ref(scalar),
    }
}

fn number(value: &Value<'_>) -> Option<i64> {
    match value {
        Value::Int(number) => Some(*number),
        Value::Text(text) => text.parse().ok(),
        _ => None,
    }
}

fn text<'f, 'a>(value: &'f Value<'a>) -> Option<&'f Cow<'a, str>> {
    match value {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

/// syslog's severity of OpenTelemetry's: 1–4 trace, … 21–24 fatal.
fn severity(number: i64) -> Option<u8> {
    Some(match number {
        1..=8 => 7,
        9..=12 => 6,
        13..=16 => 4,
        17..=20 => 3,
        21..=24 => 2,
        _ => return None,
    })
}
