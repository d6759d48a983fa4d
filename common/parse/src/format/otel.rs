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

use super::spec::{Found, Miss, Spec};
use crate::columns::epoch;
use crate::memory::Memory;
use common::event::{Event, List, Object, Value, ValueRef};
use std::borrow::Cow;

pub(super) const SPEC: Spec = Spec::object(
    read,
    &[&[
        "resourceLogs.scopeLogs.logRecords.timeUnixNano",
        "resourceLogs.scopeLogs.logRecords.observedTimeUnixNano",
    ]],
);

fn read<'a>(
    fields: &Object<'a>,
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
    let bodies = record("body.stringValue").into_iter().flat_map(each);
    let bodies: Vec<String> = bodies.map(|body| body.to_string()).collect();
    event.message = Cow::Owned(bodies.join("\n"));
    if let Some(host) = attribute(fields, "host.name") {
        event.host_name = Cow::Owned(host.to_string());
    }
    if let Some(service) = attribute(fields, "service.name") {
        event.ext.push("service.name", Value::Text(Cow::Owned(service.to_string())));
    }
    if let Some(ValueRef::List(ids)) = record("traceId")
        && let Some(first) = ids.nth(0)
        && ids.iter().all(|id| id == first)
    {
        event.ext.push("trace.id", Value::Text(Cow::Owned(first.to_string())));
    }
    Ok(Found::default())
}

/// A resource's attribute, where all its attributes are texts.
fn attribute<'f>(fields: &'f Object<'_>, name: &str) -> Option<ValueRef<'f>> {
    let list = |name| match fields.known(name) {
        Some(ValueRef::List(list)) => Some(list),
        _ => None,
    };
    let keys = list("resourceLogs.resource.attributes.key")?;
    let values = list("resourceLogs.resource.attributes.value.stringValue")?;
    let at = keys.iter().position(|key| key == ValueRef::Text(name))?;
    values.nth(at).filter(|_| keys.len() == values.len())
}

fn each(value: ValueRef<'_>) -> impl Iterator<Item = ValueRef<'_>> {
    let (list, scalar) = match value {
        ValueRef::List(list) => (Some(list), None),
        scalar => (None, Some(scalar)),
    };
    list.into_iter().flat_map(List::iter).chain(scalar)
}

fn number(value: ValueRef<'_>) -> Option<i64> {
    match value {
        ValueRef::Int(number) => Some(number),
        ValueRef::Text(text) => text.parse().ok(),
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
