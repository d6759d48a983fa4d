//! The W3C extended log format: IIS, Windows Firewall, Forefront, Imperva and others.
//!
//! ```text
//! #Software: Microsoft Internet Information Services 10.0
//! #Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) sc-status time-taken
//! 2026-06-14 15:16:01 192.0.2.80 GET /a b=c 443 - 192.0.2.7 Mozilla/5.0+(X11) 200 31
//! ```
//!
//! The names of the columns come from the last `#Fields:`, which is part of the source's state. `-` is
//! absent; a value with blanks stands in quotes or has `+` in their place. Times are in UTC, as the
//! format says. Fields keep their names, and the known ones fill columns.
//!
//! What it does *not* know: which program wrote the log, and logs whose rows have no date.

use super::{Found, Miss, Spec};
use crate::columns::{self, To};
use crate::header::Header;
use crate::memory::Memory;
use crate::stamp::{self, Stamp};
use common::clock::DAY;
use common::clock::day_number;
use common::event::{Event, Value};
use common::field::Column as C;
use std::borrow::Cow;

pub(super) const SPEC: Spec = Spec::line(read);

/// What marks a header as one of this format.
const PATH: &str = "w3c";
/// Columns beyond this stay in the raw line, and so do names longer than this together.
const COLUMNS: usize = 256;
const NAMES: usize = 8 << 10;

/// Names and their meanings, sorted.
const TABLE: &[(&str, To)] = &[
    ("action", To::Lower(C::EventAction)),
    ("c-ip", To::Column(C::SourceIp)),
    ("c-port", To::Column(C::SourcePort)),
    ("cs(Host)", To::Field("url.domain")),
    ("cs(Referer)", To::Field("http.request.referrer")),
    ("cs(User-Agent)", To::Field("user_agent.original")),
    ("cs-bytes", To::Field("http.request.bytes")),
    ("cs-host", To::Field("url.domain")),
    ("cs-method", To::Field("http.request.method")),
    ("cs-username", To::Column(C::UserName)),
    ("dst-ip", To::Column(C::DestinationIp)),
    ("dst-port", To::Column(C::DestinationPort)),
    ("protocol", To::Lower(C::NetworkTransport)),
    ("s-computername", To::Column(C::HostName)),
    ("s-ip", To::Column(C::DestinationIp)),
    ("s-port", To::Column(C::DestinationPort)),
    ("sc-bytes", To::Field("http.response.bytes")),
    ("sc-status", To::Field("http.response.status_code")),
    ("src-ip", To::Column(C::SourceIp)),
    ("src-port", To::Column(C::SourcePort)),
];

fn read<'a>(line: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    if line.starts_with('#') {
        return directive(line, memory, event);
    }
    let header = memory.header.take();
    let read = match header.as_ref().filter(|header| header.path == PATH) {
        Some(header) => row(line, &header.fields, memory, event),
        None => Miss::at(0, "a header before it (#Fields:)"),
    };
    memory.header = header;
    read
}

/// Reads `#Name: value`; the columns are remembered.
fn directive<'a>(line: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    const NAMES_KNOWN: [&str; 9] = [
        "Version",
        "Fields",
        "Software",
        "Date",
        "Start-Date",
        "End-Date",
        "Remark",
        "Time",
        "GMT-Offset",
    ];
    let known = line[1..].split_once(':').filter(|(name, _)| NAMES_KNOWN.contains(name));
    let Some((name, value)) = known else {
        return Miss::at(1, "a directive (#Fields:)");
    };
    if name == "Fields" && value.len() <= NAMES {
        let fields = value.split_ascii_whitespace().take(COLUMNS).map(str::to_owned).collect();
        memory.header = Some(Header { path: PATH.to_owned(), fields, ..Header::default() });
    }
    event.dataset = Some("w3c.header".into());
    event.message = Cow::Borrowed(line);
    Ok(Found::ALL)
}

fn row<'a>(
    line: &'a str,
    names: &[String],
    memory: &mut Memory,
    event: &mut Event<'a>,
) -> Result<Found, Miss> {
    let values: Vec<&str> = values(line).take(COLUMNS + 1).collect();
    if values.len() != names.len() {
        return Miss::at(line.len(), "as many columns as the header has");
    }
    let of = |wanted: &str| {
        let place = names.iter().position(|name| name == wanted)?;
        Some(values[place]).filter(|value| *value != "-")
    };
    let Some(stamp) = of("date").zip(of("time")).and_then(|(date, time)| instant(date, time))
    else {
        return Miss::at(0, "a date and a time");
    };
    (event.time, event.time_quality) = memory.instant(stamp);
    event.message = Cow::Borrowed(line);
    let is_web = of("cs-method").is_some() || of("sc-status").is_some();
    event.dataset = Some(if is_web { "w3c.access" } else { "w3c.event" }.into());
    event.event_category = Some(if is_web { "web" } else { "network" }.into());
    let refused = of("sc-status").and_then(|status| status.parse::<u16>().ok());
    event.event_outcome =
        refused.map(|status| Cow::Borrowed(if status < 400 { "success" } else { "failure" }));
    if let Some(path) = of("cs-uri-stem") {
        let url = match of("cs-uri-query") {
            Some(query) => Cow::Owned(format!("{path}?{query}")),
            None => Cow::Borrowed(path),
        };
        columns::url(url, event);
    }
    for (name, value) in names.iter().zip(&values).filter(|(_, value)| **value != "-") {
        field(name, value, event);
    }
    Ok(Found::ALL)
}

fn field<'a>(name: &str, value: &'a str, event: &mut Event<'a>) {
    if matches!(name, "date" | "time") {
        return;
    }
    let is_text = name.starts_with("cs(");
    let text = if is_text { spaced(value) } else { Cow::Borrowed(value) };
    if let Ok(at) = TABLE.binary_search_by(|(known, _)| (*known).cmp(name)) {
        let value = match (TABLE[at].1, value.parse::<i64>()) {
            (To::Field(_), Ok(number)) => Value::Int(number),
            _ => Value::Text(text.clone()),
        };
        columns::put(TABLE[at].1, value, event);
    }
    columns::keep(name.to_owned(), Value::Text(text), event);
}

/// IIS writes a blank as `+`.
fn spaced(value: &str) -> Cow<'_, str> {
    match value.contains('+') {
        true => Cow::Owned(value.replace('+', " ")),
        false => Cow::Borrowed(value),
    }
}

fn instant(date: &str, time: &str) -> Option<Stamp> {
    let (date, end) = stamp::date(date.as_bytes(), 0).filter(|(_, end)| *end == date.len())?;
    let (time, _) = stamp::clock(time.as_bytes(), 0).filter(|(_, after)| *after == time.len())?;
    let wall = day_number(date.0, date.1, date.2) * DAY + time;
    (end == 10).then_some(Stamp { wall, offset: Some(0) })
}

/// The values of a row, divided by blanks or tabs; quotes hold a value together.
fn values(line: &str) -> impl Iterator<Item = &str> {
    let mut rest = line;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches([' ', '\t']);
        if rest.is_empty() {
            return None;
        }
        if let Some(inner) = rest.strip_prefix('"') {
            let end = inner.find('"').unwrap_or(inner.len());
            rest = inner.get(end + 1..).unwrap_or_default();
            return Some(&inner[..end]);
        }
        let end = rest.find([' ', '\t']).unwrap_or(rest.len());
        let value;
        (value, rest) = rest.split_at(end);
        Some(value)
    })
}
