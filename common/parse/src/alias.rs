//! The names that structured sources give to well-known things, and the columns they mean.
//!
//! A JSON object or a list of pairs says `ts`, `level`, `src_ip`; the table in [`name`] says which
//! column each name fills. Where an object has several names of one column, the one nearer to ECS
//! wins (the lower rank). A value that does not fit its column stays among the source's own
//! fields; where the name was the column's own, the event gets the tag `bad_value`.
//!
//! | kind | what is understood |
//! |---|---|
//! | time | ISO 8601, the Common Log Format, epochs in s, ms, µs or ns by their size |
//! | level | what [`crate::level`] knows |
//!
//! What it does *not* know: the syntax that the names came in.

mod name;

pub(crate) use name::meaning;

use crate::level::severity;
use crate::memory::Memory;
use crate::stamp;
use common::clock::{SECOND, Timestamp};
use common::event::{Event, TimeQuality, Value, address};
use common::field::Column;
use std::borrow::Cow;

/// What a name means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    Time,
    Level,
    Column(Column),
    /// A further ECS field; its values have a shape of their own.
    Field(Further),
}

/// ECS fields beside the columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Further {
    Method,
    Status,
    Path,
    Agent,
    Protocol,
    /// All of a request's first line: `GET /a HTTP/1.1`.
    Request,
    Referrer,
    Domain,
    Bytes,
}

/// How many meanings there are: the time, the columns, the further fields.
const SLOTS: usize = 1 + Column::ALL.len() + Further::Bytes as usize + 1;

/// Which names of each meaning an object has given: the best rank, the last one where none has.
#[derive(Debug)]
pub(crate) struct Ranks([u8; SLOTS]);

impl Default for Ranks {
    fn default() -> Ranks {
        Ranks([u8::MAX; SLOTS])
    }
}

impl Ranks {
    /// Whether no better name of this meaning has filled it. Of equal names the last wins.
    fn is_open(&self, meaning: Meaning, rank: u8) -> bool {
        rank <= self.0[slot(meaning)]
    }

    fn note(&mut self, meaning: Meaning, rank: u8) {
        self.0[slot(meaning)] = rank;
    }
}

/// A level and the severity's own column fill the same slot.
fn slot(meaning: Meaning) -> usize {
    match meaning {
        Meaning::Time => 0,
        Meaning::Level => 1 + Column::LogSeverity as usize,
        Meaning::Column(column) => 1 + column as usize,
        Meaning::Field(field) => 1 + Column::ALL.len() + field as usize,
    }
}

/// Fills the column that a name means. Returns whether the event now says all that the value
/// said, so that a list of pairs need not keep it a second time.
pub(crate) fn adopt<'a>(
    name: &str,
    value: &Value<'a>,
    ranks: &mut Ranks,
    memory: &mut Memory,
    event: &mut Event<'a>,
) -> bool {
    meaning(name).is_some_and(|meaning| adopt_as(meaning, name, value, ranks, memory, event))
}

/// As [`adopt`], for a name whose meaning is known.
pub(crate) fn adopt_as<'a>(
    (meaning, rank): (Meaning, u8),
    name: &str,
    value: &Value<'a>,
    ranks: &mut Ranks,
    memory: &mut Memory,
    event: &mut Event<'a>,
) -> bool {
    if !ranks.is_open(meaning, rank) {
        return false;
    }
    let is_user = matches!(meaning, Meaning::Column(Column::UserName | Column::UserTargetName));
    // nginx's $remote_user is `-` where nobody is known, Nextcloud's user `--`.
    let is_nobody = |text: &str| matches!(text, "" | "--") || text == "-" && name == "remote_user";
    if is_user && matches!(value, Value::Text(text) if is_nobody(text)) {
        return false;
    }
    let filled = match meaning {
        Meaning::Time => instant(value, memory).map(|(time, quality)| {
            (event.time, event.time_quality) = (time, quality);
        }),
        Meaning::Level => severity(value).map(|level| event.log_severity = Some(level)),
        Meaning::Column(Column::NetworkTransport) => scalar(value)
            .and_then(|value| event.set_column(Column::NetworkTransport, lower(value)).ok()),
        Meaning::Column(Column::SourceIp) => peer(value, event),
        Meaning::Column(column) => {
            scalar(value).and_then(|value| event.set_column(column, value).ok())
        }
        Meaning::Field(field) => field.fill(name, value, event),
    };
    match filled {
        Some(()) => ranks.note(meaning, rank),
        None if rank == 0 => event.tag("bad_value"),
        None => {}
    }
    filled.is_some() && !matches!(meaning, Meaning::Level | Meaning::Field(_))
}

/// Fills the peer's address, and its port where the value has one: `192.0.2.7:4022`, `[::1]:80`.
fn peer<'a>(value: &Value<'a>, event: &mut Event<'a>) -> Option<()> {
    let value = scalar(value)?;
    let Value::Text(text) = &value else { return None };
    if let Some(ip) = address(text) {
        event.source_ip = Some(ip);
        return Some(());
    }
    let (ip, port) = text.rsplit_once(':')?;
    let (ip, port) = (address(ip)?, port.parse().ok()?);
    (event.source_ip, event.source_port) = (Some(ip), event.source_port.or(Some(port)));
    Some(())
}

impl Further {
    /// Adds the field if the value has its shape and nothing better gave it; names like `status`
    /// mean other things elsewhere.
    fn fill<'a>(self, name: &str, value: &Value<'a>, event: &mut Event<'a>) -> Option<()> {
        let said = |text: &Cow<'a, str>| {
            Some(text).filter(|text| !matches!(text.as_ref(), "" | "-")).cloned()
        };
        let (field, value) = match (self, value) {
            (Further::Request, text) => return request(text, event),
            (Further::Referrer, Value::Text(text)) => {
                ("http.request.referrer", Value::Text(said(text)?))
            }
            (Further::Domain, Value::Text(text)) => ("url.domain", Value::Text(said(text)?)),
            (Further::Bytes, Value::Int(bytes)) => ("http.response.body.bytes", Value::Int(*bytes)),
            (Further::Bytes, Value::Text(text)) => {
                ("http.response.body.bytes", Value::Int(text.parse().ok()?))
            }
            (Further::Method, Value::Text(text)) => {
                let small = matches!(
                    text.as_ref(),
                    "get" | "head" | "post" | "put" | "delete" | "patch" | "options"
                );
                let known = (3..=12).contains(&text.len());
                let known = known && text.bytes().all(|byte| byte.is_ascii_uppercase());
                let method = if small { text.to_ascii_uppercase().into() } else { text.clone() };
                ("http.request.method", (known || small).then_some(Value::Text(method))?)
            }
            (Further::Status, Value::Int(status)) => {
                let known = (100..600).contains(status);
                ("http.response.status_code", known.then_some(Value::Int(*status))?)
            }
            (Further::Status, Value::Text(text)) => {
                let status = text.parse::<i64>().ok().filter(|status| (100..600).contains(status));
                ("http.response.status_code", Value::Int(status.filter(|_| text.len() == 3)?))
            }
            (Further::Path, Value::Text(text)) => {
                ("url.original", text.starts_with('/').then(|| Value::Text(text.clone()))?)
            }
            (Further::Agent, Value::Text(text)) => {
                ("user_agent.original", Value::Text(text.clone()))
            }
            (Further::Protocol, Value::Text(text)) => {
                let known = (2..=16).contains(&text.len());
                let known = known && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
                ("network.protocol", known.then(|| lower(Value::Text(text.clone())))?)
            }
            _ => return None,
        };
        if name != field && event.ext.get(field).is_none() {
            event.ext.push(field, value);
        }
        Some(())
    }
}

/// Reads `GET /a HTTP/1.1`; other texts that are called a request say nothing.
fn request<'a>(value: &Value<'a>, event: &mut Event<'a>) -> Option<()> {
    let Value::Text(text) = value else { return None };
    let (front, version) = text.rsplit_once(" HTTP/")?;
    let (method, path) = front.split_once(' ')?;
    let is_method = (3..=12).contains(&method.len());
    let is_method = is_method && method.bytes().all(|byte| byte.is_ascii_uppercase());
    let own = |from: usize, to: usize| match text {
        Cow::Borrowed(text) => Value::Text(Cow::Borrowed(&text[from..to])),
        Cow::Owned(text) => Value::Text(Cow::Owned(text[from..to].to_owned())),
    };
    if !is_method || path.is_empty() {
        return None;
    }
    for (name, from, to) in [
        ("http.request.method", 0, method.len()),
        ("url.original", method.len() + 1, front.len()),
        ("http.version", text.len() - version.len(), text.len()),
    ] {
        if event.ext.get(name).is_none() {
            event.ext.push(name, own(from, to));
        }
    }
    Some(())
}

/// A scalar, or a list's first element: ECS makes lists of some of its keywords.
fn scalar<'a>(value: &Value<'a>) -> Option<Value<'a>> {
    match value {
        Value::List(list) => list.first().cloned(),
        scalar => Some(scalar.clone()),
    }
}

fn lower(value: Value<'_>) -> Value<'_> {
    match value {
        Value::Text(text) if text.bytes().any(|byte| byte.is_ascii_uppercase()) => {
            Value::Text(Cow::Owned(text.to_ascii_lowercase()))
        }
        other => other,
    }
}

/// The instant that a value means.
fn instant(value: &Value<'_>, memory: &mut Memory) -> Option<(Timestamp, TimeQuality)> {
    let micros = match value {
        Value::Int(number) => epoch(*number),
        Value::Float(number) => fractional(*number)?,
        Value::Text(text) => {
            let bytes = text.as_bytes();
            // Behind PostgreSQL's stamps stands a zone's name.
            let whole = |(mut stamp, end): (stamp::Stamp, usize)| {
                if end < bytes.len() {
                    let zone = stamp::written::named_zone(text.get(end..)?.strip_prefix(' ')?)?;
                    stamp.offset = stamp.offset.or(Some(zone));
                }
                Some(stamp)
            };
            let read = stamp::iso(bytes, 0).or_else(|| stamp::clf(bytes, 0)).and_then(whole);
            if let Some(stamp) = read {
                return Some(memory.instant(stamp));
            }
            match text.parse::<i64>() {
                Ok(number) => epoch(number),
                Err(_) => fractional(text.parse().ok()?)?,
            }
        }
        Value::Bool(_) | Value::List(_) => return None,
    };
    Some((Timestamp(micros), TimeQuality::Offset))
}

/// Microseconds of an epoch in s, ms, µs or ns: each unit is told by its size, as the present is
/// about 1.7 × 10⁹ s.
pub(crate) fn epoch(number: i64) -> i64 {
    match number.unsigned_abs() {
        0..100_000_000_000 => number * SECOND,
        100_000_000_000..100_000_000_000_000 => number * 1000,
        100_000_000_000_000..100_000_000_000_000_000 => number,
        _ => number / 1000,
    }
}

/// Microseconds of an epoch with a fraction, in s or ms.
fn fractional(number: f64) -> Option<i64> {
    let micros = match number.abs() {
        size if size < 1e11 => number * 1e6,
        size if size < 1e14 => number * 1e3,
        size if size < 1e17 => number,
        _ => return None,
    };
    #[allow(clippy::cast_possible_truncation, reason = "below 10^17")]
    Some(micros.round() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Calendar;
    use common::clock::zone::Zone;

    fn read(value: &Value<'_>) -> Option<(String, TimeQuality)> {
        let mut memory = Memory::new(Calendar::new(
            "+0200".parse::<Zone>().expect("a zone"),
            None,
            Timestamp(0),
        ));
        instant(value, &mut memory).map(|(time, quality)| (time.to_string(), quality))
    }

    #[test]
    fn epochs_are_told_by_their_size() {
        let want = Some(("2023-11-14T22:13:20.123000Z".to_owned(), TimeQuality::Offset));
        for value in [
            Value::Float(1_700_000_000.123),
            Value::Int(1_700_000_000_123),
            Value::Int(1_700_000_000_123_000),
            Value::Int(1_700_000_000_123_000_000),
            Value::Text("1700000000.123".into()),
            Value::Text("1700000000123".into()),
            Value::Text("2023-11-14T22:13:20.123Z".into()),
        ] {
            assert_eq!(read(&value), want, "{value}");
        }
        let assumed = read(&Value::Text("2023-11-15 00:13:20,123".into()));
        assert_eq!(
            assumed,
            Some(("2023-11-14T22:13:20.123000Z".to_owned(), TimeQuality::ZoneAssumed))
        );
        for value in
            [Value::Text("soon".into()), Value::Bool(true), Value::Text("2023-11-14".into())]
        {
            assert_eq!(read(&value), None, "{value}");
        }
    }

    #[test]
    fn the_name_nearer_to_ecs_wins_in_either_order() {
        let mut memory = Memory::new(Calendar::new(Zone::utc(), None, Timestamp(0)));
        for order in [["user", "user.name"], ["user.name", "user"]] {
            let mut event = Event::default();
            let mut ranks = Ranks::default();
            for name in order {
                adopt(name, &Value::Text(name.into()), &mut ranks, &mut memory, &mut event);
            }
            assert_eq!(event.user_name.as_deref(), Some("user.name"));
        }
    }
}
