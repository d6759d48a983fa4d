//! Check Point's log exporter in its plain forms.
//!
//! ```text
//! time=1781450161|hostname=fw1|product=VPN-1 & FireWall-1|action=Drop|origin=192.0.2.1|src=192.0.2.7|dst=198.51.100.1|s_port=51234|service=22|proto=6
//! 14Jun2026 15:16:01 accept 192.0.2.1 >eth0 product: VPN-1 & FireWall-1; src: 192.0.2.7; s_port: 51234; dst: 198.51.100.1; service: 443; proto: tcp;
//! ```
//!
//! Names mean what they mean in its RFC 5424 form, and are kept as `checkpoint.NAME`.
//!
//! What it does *not* know: its CEF, LEEF and RFC 5424 forms, which are those formats.

use super::super::rfc5424::firewall::check_point_pair;
use super::super::spec::{Found, Miss, Spec};
use crate::columns;
use crate::mark::{between, once, parts};
use crate::memory::Memory;
use crate::stamp;
use crate::stamp::Stamp;
use common::clock::{DAY, day_number};
use common::event::{Event, TimeQuality};
use std::borrow::Cow;

pub(in crate::format) const SPEC: Spec = Spec::payload(read).first(b"0123456789t");

/// Pairs beyond this are left in the raw line.
const PAIRS: usize = 256;

fn read<'a>(text: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let expected = "Check Point's pairs (time=…|…|product=…|, or 14Jun2026 15:16:01 accept …)";
    let is_exported = text.starts_with("time=")
        && text.contains("|product=")
        && (text.contains("|origin=") || text.contains("|loguid="));
    let old = if is_exported { None } else { moment(text.as_bytes()) };
    let is_old = old.is_some() && text.contains(" product: ");
    if !is_exported && !is_old {
        return Miss::at(0, expected);
    }
    event.dataset = Some("checkpoint.firewall".into());
    event.message = Cow::Borrowed(text);
    event.event_category = Some("network".into());
    event.ext.reserve(16);
    let Some((at, end)) = old else {
        for part in parts(text, [b'|']).take(PAIRS) {
            let (name, value) = once(part, "=").unwrap_or((part, ""));
            pair(name, value, event);
        }
        return Ok(Found::ALL);
    };
    if event.time_quality == TimeQuality::None {
        (event.time, event.time_quality) = memory.instant(at);
    }
    let rest = text[end..].trim_ascii_start();
    let (action, rest) = once(rest, " ").unwrap_or((rest, ""));
    pair("action", action, event);
    let (origin, rest) = once(rest, " ").unwrap_or((rest, ""));
    pair("origin", origin, event);
    for part in between(rest, "; ").take(PAIRS) {
        let (name, value) = once(part, ": ").unwrap_or((part, ""));
        // The interface stands before the first name: `>eth0 product`.
        let name = parts(name, [b' ']).last().unwrap_or(name);
        pair(name, value.trim_end_matches(';'), event);
    }
    Ok(Found::ALL)
}

fn pair<'a>(name: &str, value: &'a str, event: &mut Event<'a>) {
    let (name, value) = (name.trim_ascii(), value.trim_ascii());
    match name {
        "time" => {
            let seconds = value.parse::<i64>().ok().and_then(|s| s.checked_mul(1_000_000));
            seconds.into_iter().for_each(|micros| columns::epoch(micros, event));
        }
        "hostname" => event.host_name = value.into(),
        _ if !value.is_empty() => check_point_pair(name, value.into(), event),
        _ => {}
    }
}

/// Reads `14Jun2026 15:16:01`, or with one digit.
fn moment(text: &[u8]) -> Option<(Stamp, usize)> {
    let width = text.iter().take(2).take_while(|byte| byte.is_ascii_digit()).count();
    let day = u8::try_from(stamp::digits(text, 0, width).filter(|_| width > 0)?).ok()?;
    let (month, year) = (stamp::month(text, width)?, stamp::digits(text, width + 3, 4)?);
    let space = text.get(width + 7) == Some(&b' ') && stamp::exists((year, month, day));
    let at = width + 7 + text.get(width + 7..)?.iter().take_while(|byte| **byte == b' ').count();
    // An hour may have one digit.
    let (time, end) = match (space, text.get(at + 1)) {
        (false, _) => return None,
        (_, Some(b':')) => {
            let padded = [b"0", text.get(at..at + 7)?].concat();
            stamp::clock(&padded, 0).map(|(time, end)| (time, at + end - 1))?
        }
        _ => stamp::clock(text, at)?,
    };
    Some((Stamp { wall: day_number(year, month, day) * DAY + time, offset: None }, end))
}
