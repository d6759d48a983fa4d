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
//! CloudFront's and IIS' rows are read without their header as well, in the columns that Amazon and
//! Microsoft write, and so is what CloudFront sends in real time.
//!
//! What each column gives is found once for all rows of a header ([`Plan`]).
//!
//! What it does *not* know: logs whose rows have no date.

mod kind;
mod table;

use super::spec::{Found, Miss, Spec};
use crate::columns;
use crate::header::Header;
use crate::memory::Memory;
use crate::place::Plan;
use crate::stamp::{self, Stamp};
use common::clock::DAY;
use common::clock::day_number;
use common::event::{Event, address};
use kind::Kind;
use std::borrow::Cow;
use std::sync::LazyLock;

pub(super) const SPEC: Spec = Spec::line(read);
pub(super) const CLOUDFRONT: Spec = Spec::line(cloudfront).first(b"12");

/// Columns beyond this stay in the raw line, and so do names longer than this together.
const COLUMNS: usize = 256;
const NAMES: usize = 8 << 10;
/// How many columns a row is divided into without an allocation.
const FEW: usize = 64;

/// What every kind of log is asked for: when an event was, and its whole URL.
const COMMON: [&str; 4] = ["date-time", "date", "time", "cs-uri"];

/// A row's values, and what becomes of them.
struct Row<'p, 'a> {
    plan: &'p Plan,
    values: &'p [&'a str],
}

impl<'a> Row<'_, 'a> {
    /// The values of the columns that the kind of log asks for, as far as they are there.
    fn asked<const N: usize>(&self) -> [Option<&'a str>; N] {
        std::array::from_fn(|nth| self.plan.asked(COMMON.len() + nth, self.values))
    }
}

/// What columns give in a kind of log.
fn plan(kind: &Kind, names: &[&str]) -> Plan {
    let asked: Vec<&str> = COMMON.iter().chain(kind.asks).copied().collect();
    Plan::new(names, &asked, "url.", |name, give| table::give(name, kind.is_coded, give))
}

fn read<'a>(line: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    if line.starts_with('#') {
        return directive(line, memory, event);
    }
    let Some(kind) = memory.header.as_ref().and_then(|header| Kind::named(&header.path)) else {
        return Miss::at(0, "a header before it (#Fields:)");
    };
    let mut header = memory.header.take().unwrap_or_default();
    let names = || header.fields.iter().map(String::as_str).collect::<Vec<_>>();
    let plan = header.plan.take().unwrap_or_else(|| plan(kind, &names()));
    let read = row(line, kind, (&plan, header.fields.len()), memory, event);
    header.plan = Some(plan);
    memory.header = Some(header);
    read
}

/// Reads a row of CloudFront that has no header before it.
fn cloudfront<'a>(
    line: &'a str,
    memory: &mut Memory,
    event: &mut Event<'a>,
) -> Result<Found, Miss> {
    static PLAN: LazyLock<Plan> =
        LazyLock::new(|| plan(&kind::CLOUDFRONT, kind::CLOUDFRONT_COLUMNS));
    let has_header =
        memory.header.as_ref().is_some_and(|header| Kind::named(&header.path).is_some());
    if line.as_bytes().get(10) == Some(&b'.') && !has_header {
        return live(line, event);
    }
    if line.as_bytes().get(10) == Some(&b' ') && !has_header {
        return iis(line, memory, event);
    }
    if line.as_bytes().get(10) != Some(&b'\t') || has_header {
        return Miss::at(0, "CloudFront's columns, divided by tabs");
    }
    let names = kind::CLOUDFRONT_COLUMNS.len();
    let mut values = [""; FEW];
    let count = columns::split(line, b'\t', &mut values[..=names]);
    if count > names || !values[7].starts_with('/') {
        return Miss::at(0, "CloudFront's columns, divided by tabs");
    }
    told(line, &kind::CLOUDFRONT, &Row { plan: &PLAN, values: &values[..count] }, memory, event)
}

/// Reads a row of IIS that has no header before it, in the columns that it writes unless told otherwise.
fn iis<'a>(line: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    static PLANS: LazyLock<Vec<(&Kind, Plan, usize)>> = LazyLock::new(|| {
        let names = [kind::IIS_COLUMNS, kind::IIS_OLD_COLUMNS];
        let of =
            |names: &[&str]| Some((Kind::of(names)?, plan(Kind::of(names)?, names), names.len()));
        names.into_iter().filter_map(of).collect()
    });
    let is_ip = |word: usize| line.split(' ').nth(word).and_then(address).is_some();
    let count = if is_ip(2) { line.split(' ').count() } else { 0 };
    let has_path = line.split(' ').nth(4).is_some_and(|path| path.starts_with('/'));
    let known = PLANS.iter().find(|(.., width)| *width == count && has_path && is_ip(8));
    let Some((kind, plan, width)) = known else {
        return Miss::at(0, "IIS' columns");
    };
    row(line, kind, (plan, *width), memory, event)
}

/// Reads what CloudFront sends in real time: an epoch, then columns that have no names. They are
/// Amazon's in Amazon's order, where what stands in the first ones fits that.
fn live<'a>(line: &'a str, event: &mut Event<'a>) -> Result<Found, Miss> {
    static PLANS: LazyLock<[Plan; 2]> = LazyLock::new(|| {
        let mut older = kind::CLOUDFRONT_LIVE.to_vec();
        older.retain(|name| *name != "s-ip");
        [plan(&kind::CLOUDFRONT, kind::CLOUDFRONT_LIVE), plan(&kind::CLOUDFRONT, &older)]
    });
    let mut values = [""; FEW];
    let count = columns::split(line, b'\t', &mut values);
    // Older settings have no address of the server.
    let has_server = address(values[2]).is_some();
    let (plan, width) = match has_server {
        true => (&PLANS[0], kind::CLOUDFRONT_LIVE.len()),
        false => (&PLANS[1], kind::CLOUDFRONT_LIVE.len() - 1),
    };
    let row = Row { plan, values: &values[..count] };
    let [status, path] = row.asked();
    let is_status = |text: &str| text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_known = address(values[1]).is_some()
        && status.is_some_and(is_status)
        && path.is_some_and(|path| path.starts_with('/'));
    let time = is_known.then(|| seconds(values[0])).flatten().filter(|_| count <= width);
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
    (plan, width): (&Plan, usize),
    memory: &mut Memory,
    event: &mut Event<'a>,
) -> Result<Found, Miss> {
    let mut few = [""; FEW];
    let mut many: Vec<&str>;
    // One more, so that a row is seen to have too many.
    let slots = (width + 1).min(COLUMNS);
    let values = match few.get_mut(..slots) {
        Some(few) => few,
        None => {
            many = vec![""; slots];
            &mut many[..]
        }
    };
    if (kind.divide)(line, width, values) != width {
        return Miss::at(line.len(), "as many columns as the header has");
    }
    told(line, kind, &Row { plan, values: &values[..width] }, memory, event)
}

/// Reads a row's time and what it says.
fn told<'a>(
    line: &'a str,
    kind: &Kind,
    row: &Row<'_, 'a>,
    memory: &mut Memory,
    event: &mut Event<'a>,
) -> Result<Found, Miss> {
    let Some(at) = instant(row, kind.is_local) else {
        return Miss::at(0, "a date and a time");
    };
    (event.time, event.time_quality) = memory.instant(at);
    fill(line, kind, row, event);
    Ok(Found::ALL)
}

/// Fills what a row says beside its time.
fn fill<'a>(line: &'a str, kind: &Kind, row: &Row<'_, 'a>, event: &mut Event<'a>) {
    event.message = Cow::Borrowed(line);
    event.dataset = Some(kind.dataset.into());
    event.event_category = Some(kind.category.into());
    (kind.read)(row, event);
    row.plan.fill(row.values, event, |event| {
        (kind.url)(row, event);
        if let Some(url) = row.plan.asked(3, row.values) {
            columns::url(Cow::Borrowed(url), event);
        }
    });
}

/// When a row's event was: in a date and a time, or both in one column.
fn instant(row: &Row<'_, '_>, is_local: bool) -> Option<Stamp> {
    let [both, date, time] = std::array::from_fn(|nth| row.plan.asked(nth, row.values));
    if let Some((at, end)) = both.and_then(|text| stamp::iso(text.as_bytes(), 0)) {
        return (end >= 19).then_some(at);
    }
    let (date, time) = date.zip(time)?;
    let (date, _) = stamp::date(date.as_bytes(), 0).filter(|(_, end)| *end == date.len())?;
    let (time, _) = stamp::clock(time.as_bytes(), 0).filter(|(_, after)| *after == time.len())?;
    let wall = day_number(date.0, date.1, date.2) * DAY + time;
    Some(Stamp { wall, offset: (!is_local).then_some(0) })
}

/// Divides a row at blanks or tabs; quotes hold a value together. Where tabs alone give as many
/// values as there are columns, values may hold blanks.
fn blanks<'a>(line: &'a str, columns: usize, values: &mut [&'a str]) -> usize {
    match memchr::memchr2(b'\t', b'"', line.as_bytes()) {
        Some(_) if line.contains('\t') && line.split('\t').count() == columns => {
            return tabs(line, columns, values);
        }
        Some(_) => {}
        None => {
            let count = columns::split(line, b' ', values);
            if values[..count].iter().all(|value| !value.is_empty()) {
                return count;
            }
        }
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
    columns::split(line, b'\t', values)
}

fn commas<'a>(line: &'a str, _columns: usize, values: &mut [&'a str]) -> usize {
    super::paloalto::split(line, values)
}

/// Undoes `%20` and its like, where what they stand for is text.
fn decoded(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let Some(mut at) = memchr::memchr(b'%', bytes) else { return Cow::Borrowed(text) };
    let mut out = Vec::with_capacity(bytes.len());
    let mut from = 0;
    loop {
        if let Some(byte) = hex(bytes, at + 1) {
            out.extend_from_slice(&bytes[from..at]);
            out.push(byte);
            from = at + 3;
        }
        at = from.max(at + 1);
        match memchr::memchr(b'%', &bytes[at..]) {
            Some(next) => at += next,
            None => break,
        }
    }
    out.extend_from_slice(&bytes[from..]);
    String::from_utf8(out).map_or(Cow::Borrowed(text), Cow::Owned)
}

/// Reads two hexadecimal digits.
fn hex(bytes: &[u8], at: usize) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    Some(digit(*bytes.get(at)?)? << 4 | digit(*bytes.get(at + 1)?)?)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_without_quotes_are_divided_as_others_are() {
        let rows = ["a b c", " a  b ", "", " ", "a", "a b c d e", "a b c d", "\u{e4} b c"];
        for row in rows {
            let divided = |row: &'static str| {
                let mut values = [""; 4];
                let count = blanks(row, 3, &mut values);
                (count.min(4), values[..count.min(4)].join("|"))
            };
            // A quote anywhere has the row read byte by byte.
            let quoted: &'static str = format!("{row} \"\"").leak();
            let ((count, values), (more, want)) = (divided(row), divided(quoted));
            assert_eq!((count + 1).min(4), more, "{row:?}");
            assert!(want.starts_with(&values), "{row:?}: {values:?} and {want:?}");
        }
    }

    #[test]
    fn coded_bytes_are_decoded_where_they_are_text() {
        let cases = [
            ("a", "a"),
            ("%41", "A"),
            ("a%20b%2fc", "a b/c"),
            ("%", "%"),
            ("%4", "%4"),
            ("%%41", "%A"),
            ("%zz%41", "%zzA"),
            ("%+5", "%+5"),
            ("%4\u{e4}", "%4\u{e4}"),
            ("%c3%a4", "\u{e4}"),
            ("%c3", "%c3"),
        ];
        for (text, want) in cases {
            assert_eq!(decoded(text), want, "{text}");
        }
    }
}
