//! The names that structured sources give to well-known things, and the columns they mean.
//!
//! A JSON object or a list of pairs says `ts`, `level`, `src_ip`; the table below says which
//! column each name fills. Where an object has several names of one column, the one nearer to ECS
//! wins (the lower rank). A value that does not fit its column stays among the source's own
//! fields; where the name was the column's own, the event gets the tag `bad_value`.
//!
//! | kind | what is understood |
//! |---|---|
//! | time | ISO 8601, the Common Log Format, epochs in s, ms, µs or ns by their size |
//! | level | names (`warn`, `ERROR`), syslog numbers 0–7, the tens of bunyan and pino (10–60) |
//!
//! What it does *not* know: the syntax that the names came in.

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
}

/// The meaning of a name, and its rank among the names of that meaning: 0 is the ECS name.
#[allow(clippy::too_many_lines, reason = "a flat list of names")]
pub(crate) fn meaning(name: &str) -> Option<(Meaning, u8)> {
    use Column as C;
    let column = |column, rank| Some((Meaning::Column(column), rank));
    let further = |field| Some((Meaning::Field(field), 1));
    match name {
        "@timestamp" => Some((Meaning::Time, 0)),
        "timestamp" => Some((Meaning::Time, 1)),
        "time" => Some((Meaning::Time, 2)),
        "ts" => Some((Meaning::Time, 3)),
        "datetime" | "eventTime" | "event_time" | "eventtime" | "t" | "asctime" | "t.$date"
        | "started_at" | "EdgeStartTimestamp" | "timeUnixNano" | "CreationTime" | "published"
        | "TimeGenerated" | "timeGenerated" | "created_at" | "date" | "@t" => {
            Some((Meaning::Time, 4))
        }
        "log.level" => Some((Meaning::Level, 1)),
        "level" => Some((Meaning::Level, 2)),
        "severity" => Some((Meaning::Level, 3)),
        "lvl" | "levelname" => Some((Meaning::Level, 4)),
        "message" => column(C::Message, 0),
        "msg" => column(C::Message, 1),
        "MESSAGE" => column(C::Message, 2),
        "log" | "short_message" | "textPayload" | "displayMessage" | "full_log" | "@m" => {
            column(C::Message, 3)
        }
        "host.name" => column(C::HostName, 0),
        "host.hostname" => column(C::HostName, 1),
        "hostname" => column(C::HostName, 2),
        "host" => column(C::HostName, 3),
        "agent.name" | "sensor" => column(C::HostName, 4),
        "process.name" => column(C::ProcessName, 0),
        "log.syslog.appname" => column(C::ProcessName, 1),
        "program" | "app" | "appname" => column(C::ProcessName, 2),
        "process.pid" => column(C::ProcessPid, 0),
        "pid" => column(C::ProcessPid, 1),
        "process.executable" => column(C::ProcessExecutable, 0),
        "process.command_line" => column(C::ProcessCommandLine, 0),
        "user.name" => column(C::UserName, 0),
        "user" | "username" => column(C::UserName, 1),
        "user_name" | "userName" | "login" | "User" | "uname" | "remote_user" | "user.username" => {
            column(C::UserName, 2)
        }
        "UserId"
        | "actor.alternateId"
        | "attr.principalName"
        | "auth.display_name"
        | "data.dstuser"
        | "protoPayload.authenticationInfo.principalEmail" => column(C::UserName, 3),
        "user.target.name" => column(C::UserTargetName, 0),
        "source.ip" => column(C::SourceIp, 0),
        "src_ip" => column(C::SourceIp, 1),
        "client_ip" | "remote_addr" | "remote_ip" | "clientip" => column(C::SourceIp, 2),
        "remoteAddr" | "remoteAddress" | "remote_address" | "remote" | "clientIp" | "clientIP"
        | "ClientIP" | "client_addr" | "clientAddress" | "ipAddress" | "ip_address" | "ip"
        | "remote-addr" | "peer_ip" | "visitor_ip" | "remip" | "client.ip" | "client.address" => {
            column(C::SourceIp, 3)
        }
        "attr.client"
        | "attr.remote"
        | "client.ipAddress"
        | "clientRealIp"
        | "data.srcip"
        | "httpRequest.remoteIp"
        | "protoPayload.requestMetadata.callerIp"
        | "request.remote_address"
        | "ActorIpAddress"
        | "remote_host" => column(C::SourceIp, 4),
        "source.port" => column(C::SourcePort, 0),
        "src_port" => column(C::SourcePort, 1),
        "client_port" | "remote_port" | "client.port" | "clientPort" | "data.srcport" => {
            column(C::SourcePort, 2)
        }
        "destination.ip" => column(C::DestinationIp, 0),
        "dst_ip" | "dest_ip" => column(C::DestinationIp, 1),
        "destination.port" => column(C::DestinationPort, 0),
        "dst_port" | "dest_port" => column(C::DestinationPort, 1),
        "network.transport" => column(C::NetworkTransport, 0),
        "proto" => column(C::NetworkTransport, 1),
        "method"
        | "http_method"
        | "request_method"
        | "httpMethod"
        | "httpRequest.requestMethod"
        | "ClientRequestMethod" => further(Further::Method),
        "status" | "status_code" | "statusCode" | "http_status" | "httpRequest.status"
        | "EdgeResponseStatus" => further(Further::Status),
        "path"
        | "uri"
        | "request_uri"
        | "http_path"
        | "url"
        | "requestUri"
        | "httpRequest.requestUrl"
        | "ClientRequestURI" => further(Further::Path),
        "user_agent"
        | "userAgent"
        | "ua"
        | "http_user_agent"
        | "httpRequest.userAgent"
        | "client.userAgent.rawUserAgent"
        | "protoPayload.requestMetadata.callerSuppliedUserAgent"
        | "ClientRequestUserAgent" => further(Further::Agent),
        "protocol" => further(Further::Protocol),
        "event.dataset" => column(C::Dataset, 0),
        "event.category" => column(C::EventCategory, 0),
        "event.action" => column(C::EventAction, 0),
        "event.outcome" => column(C::EventOutcome, 0),
        "event.code" => column(C::EventCode, 0),
        "log.syslog.facility.code" => column(C::LogFacility, 0),
        "log.syslog.severity.code" => column(C::LogSeverity, 0),
        _ => None,
    }
}

/// Which names of each column an object has given, by rank.
#[derive(Debug, Default)]
pub(crate) struct Ranks {
    taken: Vec<(Meaning, u8)>,
}

impl Ranks {
    /// Whether no better name of this meaning has filled it. Of equal names the last wins.
    fn is_open(&self, meaning: Meaning, rank: u8) -> bool {
        self.taken.iter().all(|(have, best)| *have != slot(meaning) || rank <= *best)
    }

    fn note(&mut self, meaning: Meaning, rank: u8) {
        self.taken.retain(|(have, _)| *have != slot(meaning));
        self.taken.push((slot(meaning), rank));
    }
}

/// A level and the severity's own column fill the same slot.
fn slot(meaning: Meaning) -> Meaning {
    match meaning {
        Meaning::Level => Meaning::Column(Column::LogSeverity),
        other => other,
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
        let (field, value) = match (self, value) {
            (Further::Method, Value::Text(text)) => {
                let known = (3..=12).contains(&text.len());
                let known = known && text.bytes().all(|byte| byte.is_ascii_uppercase());
                ("http.request.method", known.then(|| Value::Text(text.clone()))?)
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

/// A syslog severity from a level's name or number.
fn severity(value: &Value<'_>) -> Option<u8> {
    let number = match value {
        Value::Int(number) => *number,
        Value::Text(name) => match name.parse() {
            Ok(number) => number,
            Err(_) => return named_severity(name),
        },
        _ => return None,
    };
    match number {
        0..=7 => u8::try_from(number).ok(),
        10 | 20 => Some(7),
        30 => Some(6),
        40 => Some(4),
        50 => Some(3),
        60 => Some(2),
        _ => None,
    }
}

/// A syslog severity from a level's name, in any case.
pub(crate) fn named_severity(name: &str) -> Option<u8> {
    const NAMES: [(&str, u8); 19] = [
        ("emerg", 0),
        ("emergency", 0),
        ("panic", 0),
        ("alert", 1),
        ("crit", 2),
        ("critical", 2),
        ("fatal", 2),
        ("err", 3),
        ("error", 3),
        ("eror", 3),
        ("warn", 4),
        ("warning", 4),
        ("notice", 5),
        ("info", 6),
        ("informational", 6),
        ("information", 6),
        ("debug", 7),
        ("subdebug", 7),
        ("trace", 7),
    ];
    NAMES.iter().find(|(have, _)| have.eq_ignore_ascii_case(name)).map(|(_, severity)| *severity)
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
    fn levels_by_name_and_number() {
        let text = |name: &'static str| severity(&Value::Text(name.into()));
        assert_eq!((text("WARN"), text("Error"), text("fatal")), (Some(4), Some(3), Some(2)));
        assert_eq!((text("6"), text("loud"), severity(&Value::Int(50))), (Some(6), None, Some(3)));
        assert_eq!(severity(&Value::Int(8)), None);
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
