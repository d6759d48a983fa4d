//! The W3C extended log format, and other logs whose columns a `#Fields:` names: IIS, HTTP.sys, Windows
//! Firewall, Forefront, Blue Coat, Exchange's message tracking, CloudFront.
//!
//! ```text
//! #Software: Microsoft Internet Information Services 10.0
//! #Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) sc-status time-taken
//! 2026-06-14 15:16:01 192.0.2.80 GET /a b=c 443 - 192.0.2.7 Mozilla/5.0+(X11) 200 31
//! ```
//!
//! The names of the columns come from the last `#Fields:`, which is part of the source's state; they also
//! tell the kind of log ([`kind`]): what divides its rows, whether its times are in UTC, what its own names mean.
//! `-` is absent; a value with blanks stands in quotes or has `+` in their place. Fields keep their names,
//! and the known ones fill columns.
//!
//! CloudFront's rows are read without their header as well, in the columns that Amazon writes, and
//! so is what it sends in real time.
//!
//! What it does *not* know: logs whose rows have no date.

mod kind;
mod table;

use super::spec::{Found, Miss, Spec};
use crate::columns;
use crate::header::Header;
use crate::memory::Memory;
use crate::stamp::{self, Stamp};
use common::clock::DAY;
use common::clock::day_number;
use common::event::{Event, address};
use kind::Kind;
use std::borrow::Cow;

pub(super) const SPEC: Spec = Spec::line(read);
pub(super) const CLOUDFRONT: Spec = Spec::line(cloudfront).first(b"12");

/// Columns beyond this stay in the raw line, and so do names longer than this together.
const COLUMNS: usize = 256;
const NAMES: usize = 8 << 10;

/// A row's names and values.
struct Row<'n, 'a> {
    names: &'n [&'n str],
    values: &'n [&'a str],
}

impl<'a> Row<'_, 'a> {
    /// A column's value, unless it is absent.
    fn of(&self, wanted: &str) -> Option<&'a str> {
        let place = self.names.iter().position(|name| *name == wanted)?;
        self.values.get(place).copied().filter(|value| !matches!(*value, "-" | ""))
    }
}

fn read<'a>(line: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    if line.starts_with('#') {
        return directive(line, memory, event);
    }
    let Some(kind) = memory.header.as_ref().and_then(|header| Kind::named(&header.path)) else {
        return Miss::at(0, "a header before it (#Fields:)");
    };
    let header = memory.header.take().unwrap_or_default();
    let names: Vec<&str> = header.fields.iter().map(String::as_str).collect();
    let read = row(line, kind, &names, memory, event);
    memory.header = Some(header);
    read
}

/// Reads a row of CloudFront that has no header before it.
fn cloudfront<'a>(
    line: &'a str,
    memory: &mut Memory,
    event: &mut Event<'a>,
) -> Result<Found, Miss> {
    let has_header =
        memory.header.as_ref().is_some_and(|header| Kind::named(&header.path).is_some());
    if line.as_bytes().get(10) == Some(&b'.') && !has_header {
        return live(line, event);
    }
    if line.as_bytes().get(10) != Some(&b'\t') || has_header {
        return Miss::at(0, "CloudFront's columns, divided by tabs");
    }
    let count = line.split('\t').count();
    let path = line.split('\t').nth(7).filter(|path| path.starts_with('/'));
    let Some(names) = kind::CLOUDFRONT_COLUMNS.get(..count).filter(|_| path.is_some()) else {
        return Miss::at(0, "CloudFront's columns, divided by tabs");
    };
    row(line, &kind::CLOUDFRONT, names, memory, event)
}

/// Reads what CloudFront sends in real time: an epoch, then columns that have no names. They are
/// Amazon's in Amazon's order, where what stands in the first ones fits that.
fn live<'a>(line: &'a str, event: &mut Event<'a>) -> Result<Found, Miss> {
    let mut values = [""; COLUMNS];
    let count = tabs(line, 0, &mut values).min(COLUMNS);
    let names = kind::CLOUDFRONT_LIVE;
    // Older settings have no address of the server.
    let has_server = address(values[2]).is_some();
    let mut all: Vec<&str> = names.to_vec();
    if !has_server {
        all.remove(2);
    }
    let row = Row { names: &all, values: &values[..count] };
    let is_status = |text: &str| text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_known = address(values[1]).is_some()
        && row.of("sc-status").is_some_and(is_status)
        && row.of("cs-uri-stem").is_some_and(|path| path.starts_with('/'));
    let time = is_known.then(|| seconds(values[0])).flatten().filter(|_| count <= all.len());
    let Some(time) = time else {
        return Miss::at(0, "CloudFront's columns, divided by tabs");
    };
    columns::epoch(time, event);
    fill(line, &kind::CLOUDFRONT, &row, event);
    Ok(Found::ALL)
}

/// `1781450161.123` as microseconds.
fn seconds(text: &str) -> Option<i64> {
    let (seconds, fraction) = text.split_once('.')?;
    let digits = fraction.len().min(6);
    let micros = stamp::digits(fraction.as_bytes(), 0, digits).filter(|_| digits > 0)?;
    let scale = 10_i64.pow(u32::try_from(6 - digits).ok()?);
    Some(stamp::digits(seconds.as_bytes(), 0, 10)? * 1_000_000 + micros * scale)
}

/// Reads `#Name: value`; the columns are remembered.
fn directive<'a>(line: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    const NAMES_KNOWN: [&str; 12] = [
        "Version",
        "Fields",
        "Software",
        "Date",
        "Start-Date",
        "End-Date",
        "Remark",
        "Time",
        "GMT-Offset",
        "Time Format",
        "Log-type",
        "Log-Type",
    ];
    let known = line[1..].split_once(':').filter(|(name, _)| NAMES_KNOWN.contains(name));
    let Some((name, value)) = known else {
        return Miss::at(1, "a directive (#Fields:)");
    };
    if name == "Fields" && value.len() <= NAMES {
        let value = value.trim();
        let is_list = value.contains(',') && !value.contains(' ');
        let fields: Vec<&str> = match is_list {
            true => value.split(',').take(COLUMNS).collect(),
            false => value.split_ascii_whitespace().take(COLUMNS).collect(),
        };
        memory.header = Kind::of(&fields).map(|kind| Header {
            path: kind.name.to_owned(),
            fields: fields.into_iter().map(str::to_owned).collect(),
            ..Header::default()
        });
    }
    event.dataset = Some("w3c.header".into());
    event.message = Cow::Borrowed(line);
    Ok(Found::ALL)
}

fn row<'a>(
    line: &'a str,
    kind: &Kind,
    names: &[&str],
    memory: &mut Memory,
    event: &mut Event<'a>,
) -> Result<Found, Miss> {
    let mut values = [""; COLUMNS];
    let count = (kind.divide)(line, names.len(), &mut values);
    if count != names.len() {
        return Miss::at(line.len(), "as many columns as the header has");
    }
    let row = Row { names, values: &values[..count] };
    let Some(at) = instant(&row, kind.is_local) else {
        return Miss::at(0, "a date and a time");
    };
    (event.time, event.time_quality) = memory.instant(at);
    fill(line, kind, &row, event);
    Ok(Found::ALL)
}

/// Fills what a row says beside its time.
fn fill<'a>(line: &'a str, kind: &Kind, row: &Row<'_, 'a>, event: &mut Event<'a>) {
    event.message = Cow::Borrowed(line);
    event.dataset = Some(kind.dataset.into());
    event.event_category = Some(kind.category.into());
    (kind.read)(row, event);
    for (name, value) in row.names.iter().zip(row.values) {
        if !matches!(*value, "-" | "") {
            table::field(name, value, kind.is_coded, event);
        }
    }
}

/// When a row's event was: in a date and a time, or both in one column.
fn instant(row: &Row<'_, '_>, is_local: bool) -> Option<Stamp> {
    if let Some((at, end)) = row.of("date-time").and_then(|text| stamp::iso(text.as_bytes(), 0)) {
        return (end >= 19).then_some(at);
    }
    let (date, time) = row.of("date").zip(row.of("time"))?;
    let (date, _) = stamp::date(date.as_bytes(), 0).filter(|(_, end)| *end == date.len())?;
    let (time, _) = stamp::clock(time.as_bytes(), 0).filter(|(_, after)| *after == time.len())?;
    let wall = day_number(date.0, date.1, date.2) * DAY + time;
    Some(Stamp { wall, offset: (!is_local).then_some(0) })
}

/// Divides a row at blanks or tabs; quotes hold a value together. Where tabs alone give as many
/// values as there are columns, values may hold blanks.
fn blanks<'a>(line: &'a str, columns: usize, values: &mut [&'a str]) -> usize {
    if line.contains('\t') && line.split('\t').count() == columns {
        return tabs(line, columns, values);
    }
    let mut rest = line;
    let mut count = 0;
    loop {
        rest = rest.trim_start_matches([' ', '\t']);
        if rest.is_empty() {
            return count;
        }
        let Some(place) = values.get_mut(count) else { return count + 1 };
        count += 1;
        if let Some(inner) = rest.strip_prefix('"') {
            let end = inner.find('"').unwrap_or(inner.len());
            rest = inner.get(end + 1..).unwrap_or_default();
            *place = &inner[..end];
        } else {
            let end = rest.find([' ', '\t']).unwrap_or(rest.len());
            (*place, rest) = rest.split_at(end);
        }
    }
}

fn tabs<'a>(line: &'a str, _columns: usize, values: &mut [&'a str]) -> usize {
    let mut count = 0;
    for value in line.split('\t') {
        if let Some(place) = values.get_mut(count) {
            *place = value;
        }
        count += 1;
    }
    count
}

fn commas<'a>(line: &'a str, _columns: usize, values: &mut [&'a str]) -> usize {
    super::paloalto::split(line, values)
}

/// Undoes `%20` and its like, where what they stand for is text.
fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = text.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8(out).map_or(Cow::Borrowed(text), Cow::Owned)
}

/// What a status says of the outcome.
fn outcome(status: Option<&str>, event: &mut Event<'_>) {
    let status = status.and_then(|status| status.parse::<u16>().ok());
    event.event_outcome =
        status.map(|status| Cow::Borrowed(if status < 400 { "success" } else { "failure" }));
}

/// The path and query of a row's URL, which stand in columns of their own.
fn url<'a>(path: Option<&'a str>, query: Option<&'a str>, event: &mut Event<'a>) {
    let Some(path) = path else { return };
    let url = match query {
        Some(query) if query.starts_with('?') => Cow::Owned([path, query].concat()),
        Some(query) => Cow::Owned([path, "?", query].concat()),
        None => Cow::Borrowed(path),
    };
    columns::url(url, event);
}
