//! The Common Event Format of ArcSight.
//!
//! ```text
//! CEF:0|vendor|product|version|signature|name|severity|src=192.0.2.7 msg=text with blanks \= signs cs1Label=Rule cs1=7
//! ```
//!
//! In the header `\|` and `\\` are escaped, in the extension `\=`, `\\`, `\n` and `\r`. A value goes
//! up to the next ` key=`. Well-known keys fill columns; the others keep their names.
//!
//! What it does *not* know: products.

use super::spec::{Found, Miss, Spec};
use crate::alias::epoch;
use crate::columns::{self, To, put};
use crate::mark::marks;
use crate::memory::Memory;
use crate::stamp::{self, Stamp};
use common::clock::{DAY, Timestamp, day_number};
use common::event::{Event, TimeQuality, Value, address};
use common::field::Column as C;
use std::borrow::Cow;

pub(super) const SPEC: Spec = Spec::payload(read).first(b"C01");

/// Pairs beyond this stay in the raw line.
const PAIRS: usize = 256;

/// What a key means that fills one field as it is.
fn meaning(key: &str) -> Option<To> {
    Some(match key {
        "UNIFIadmin" => To::Column(C::UserName),
        "app" => To::Field("network.protocol"),
        "deviceExternalId" => To::Field("observer.serial_number"),
        "deviceInboundInterface" => To::Field("observer.ingress.interface.name"),
        "deviceOutboundInterface" => To::Field("observer.egress.interface.name"),
        "dhost" => To::Field("destination.domain"),
        "duser" => To::Column(C::UserTargetName),
        "dvc" => To::Field("observer.ip"),
        "dvchost" => To::Column(C::HostName),
        "fileHash" => To::Field("file.hash"),
        "filePath" => To::Field("file.path"),
        "fname" => To::Field("file.name"),
        "in" => To::Field("destination.bytes"),
        "out" => To::Field("source.bytes"),
        "outcome" => To::Lower(C::EventOutcome),
        "request" => To::Field("url.original"),
        "requestClientApplication" => To::Field("user_agent.original"),
        "requestMethod" => To::Field("http.request.method"),
        "shost" => To::Field("source.domain"),
        "spid" => To::Column(C::ProcessPid),
        "suser" => To::Column(C::UserName),
        _ => return None,
    })
}

fn read<'a>(text: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    // A blank after the colon makes a syslog tag of the name.
    let is_tag = event.process_name.as_deref() == Some("CEF");
    let is_bare = text.starts_with("0|") || text.starts_with("1|");
    let Some(rest) = text.strip_prefix("CEF:").or((is_tag || is_bare).then_some(text)) else {
        return Miss::at(0, "CEF:");
    };
    let (parts, extension) = match head(rest) {
        Ok(found) => found,
        Err(at) => return Miss::at(text.len() - rest.len() + at, "seven parts divided by |"),
    };
    let [version, vendor, product, release, signature, name, severity] = parts;
    if version.trim().parse::<u8>().is_err() {
        return Miss::at(4, "a version");
    }
    event.process_name = event.process_name.take().filter(|_| !is_tag);
    event.dataset = Some("cef.event".into());
    event.event_code = Some(unescaped(signature));
    event.ext.reserve(16);
    event.ext.push("observer.vendor", Value::Text(unescaped(vendor)));
    event.ext.push("observer.product", Value::Text(unescaped(product)));
    event.ext.push("observer.version", Value::Text(unescaped(release)));
    event.ext.push("rule.name", Value::Text(unescaped(name)));
    event.ext.push("event.severity", number_or_text(severity));
    event.log_severity = level(severity);
    let is_escaped = memchr::memchr(b'\\', extension.as_bytes()).is_some();
    for (key, text) in pairs(extension).take(PAIRS).filter(|(_, text)| !text.is_empty()) {
        let plain = if is_escaped { unescaped(text) } else { Cow::Borrowed(text) };
        pair(key, text, plain, memory, event);
    }
    if event.message.is_empty() {
        event.message = Cow::Borrowed(text);
    }
    Ok(Found::ALL)
}

/// The seven parts of a header and what stands behind them, or how far they go.
fn head(text: &str) -> Result<([&str; 7], &str), usize> {
    let (mut parts, mut from) = ([""; 7], 0);
    let mut bars = signs(text, b'|');
    for part in &mut parts {
        let bar = bars.next().ok_or(from)?;
        (*part, from) = (&text[from..bar], bar + 1);
    }
    Ok((parts, &text[from..]))
}

/// Where a sign stands that no backslash escapes.
fn signs(text: &str, sign: u8) -> impl Iterator<Item = usize> {
    let mut escaped = 0;
    marks(text, [sign, b'\\']).filter(move |&at| {
        let is_sign = text.as_bytes()[at] == sign;
        if at < escaped {
            return false;
        }
        if !is_sign {
            escaped = at + 2;
        }
        is_sign
    })
}

fn number_or_text(text: &str) -> Value<'_> {
    text.parse().map_or(Value::Text(unescaped(text)), Value::Int)
}

/// A syslog severity: CEF counts upwards from 0 to 10, or names levels.
fn level(severity: &str) -> Option<u8> {
    match severity.trim() {
        "0" | "1" | "2" | "3" | "Low" | "low" => Some(6),
        "4" | "5" | "6" | "Medium" | "medium" => Some(4),
        "7" | "8" | "High" | "high" => Some(3),
        "9" | "10" | "Very-High" | "Critical" => Some(2),
        _ => None,
    }
}

/// The pairs of an extension.
fn pairs(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let bytes = text.as_bytes();
    let mut signs = signs(text, b'=').filter(|&at| at > 0 && ends_key(bytes[at - 1]));
    let mut next = signs.next();
    // Where the last value ended.
    let mut from = 0;
    std::iter::from_fn(move || {
        let sign = next?;
        let key = text[from..sign].trim_start();
        let key = &key[key.bytes().rposition(|byte| byte == b' ').map_or(0, |blank| blank + 1)..];
        let value = sign + 1;
        next = signs.next();
        from = match next {
            Some(following) => match bytes[value..following].iter().rposition(|&byte| byte == b' ')
            {
                Some(blank) => value + blank,
                None => {
                    next = signs.next();
                    following
                }
            },
            None => bytes.len(),
        };
        Some((key, text[value..from].trim_end_matches(' ')))
    })
}

/// Whether a key may end with a byte.
fn ends_key(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'[' | b']')
}

fn unescaped(text: &str) -> Cow<'_, str> {
    if memchr::memchr(b'\\', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        match (char, chars.clone().next()) {
            ('\\', Some(next @ ('\\' | '=' | '|' | 'n' | 'r'))) => {
                chars.next();
                out.push(match next {
                    'n' => '\n',
                    'r' => '\r',
                    other => other,
                });
            }
            _ => out.push(char),
        }
    }
    Cow::Owned(out)
}

/// Fills what a pair means: its value as it is written, and without escapes.
fn pair<'a>(
    key: &'a str,
    text: &'a str,
    plain: Cow<'a, str>,
    memory: &mut Memory,
    event: &mut Event<'a>,
) {
    match key {
        "rt" | "end" | "start" | "UNIFIutcTime" if event.time_quality != TimeQuality::Offset => {
            if let Some((time, quality)) = instant(text, memory) {
                (event.time, event.time_quality) = (time, quality);
            }
            event.ext.push(key, Value::Text(plain));
        }
        "msg" => event.message = plain,
        "src" | "dst" | "spt" | "dpt" if endpoint(key, text, event) => {}
        // Some products have an address where the standard has a name.
        "shost" | "dhost" if address(text).is_some() => {
            let ip = if key == "shost" { &mut event.source_ip } else { &mut event.destination_ip };
            *ip = ip.or(address(text));
            event.ext.push(key, Value::Text(plain));
        }
        "act" => {
            columns::decide_cased(text, event);
            event.event_action = Some(plain);
        }
        "proto" => event.network_transport = Some(columns::transport(text)),
        _ => match meaning(key) {
            Some(To::Column(C::ProcessPid)) if text.parse::<i64>().is_err() => {
                columns::keep(key, Value::Text(plain), event);
            }
            Some(to) => put(to, numeric(plain), event),
            None => columns::keep(key, Value::Text(plain), event),
        },
    }
}

/// Fills an address or a port; false where the text is none.
fn endpoint(key: &str, text: &str, event: &mut Event<'_>) -> bool {
    fn fill<T>(slot: &mut Option<T>, found: Option<T>) -> bool {
        let is_found = found.is_some();
        if is_found {
            *slot = found;
        }
        is_found
    }
    match key {
        "src" => fill(&mut event.source_ip, address(text)),
        "dst" => fill(&mut event.destination_ip, address(text)),
        "spt" => fill(&mut event.source_port, text.parse().ok()),
        _ => fill(&mut event.destination_port, text.parse().ok()),
    }
}

/// Byte counts are numbers.
fn numeric(text: Cow<'_, str>) -> Value<'_> {
    text.parse().map_or(Value::Text(text), Value::Int)
}

/// Milliseconds of the epoch, or `Feb 05 2021 15:05:55[.123] [UTC]`.
pub(super) fn instant(text: &str, memory: &mut Memory) -> Option<(Timestamp, TimeQuality)> {
    if let Ok(number) = text.parse::<i64>() {
        return Some((Timestamp(epoch(number)), TimeQuality::Offset));
    }
    let bytes = text.as_bytes();
    if let Some((at, _)) = stamp::iso(bytes, 0) {
        return Some(memory.instant(at));
    }
    let (month, day, at) = stamp::month_day(bytes, 0)?;
    let year = stamp::digits(bytes, at + 1, 4)?;
    let (time, end) = stamp::clock(bytes, at + 6)?;
    let is_utc = matches!(text[end..].trim(), "UTC" | "GMT" | "Z");
    let date = stamp::exists((year, month, day)).then(|| day_number(year, month, day))?;
    Some(memory.instant(Stamp { wall: date * DAY + time, offset: is_utc.then_some(0) }))
}
