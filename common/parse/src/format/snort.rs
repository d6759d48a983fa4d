//! Alerts of Snort and Suricata as text: what stands before them, and those on several lines.
//!
//! ```text
//! 06/14-15:16:01.123456  [**] [1:2001219:20] ET SCAN … [**] [Priority: 2] {TCP} 192.0.2.7:4022 -> 198.51.100.1:22
//! 06/14/26-15:16:01.123456  [Drop] [**] …
//! [**] [1:2001219:20] ET SCAN … [**]                                                    alert_full
//! [Classification: Attempted Information Leak] [Priority: 2]
//! 06/14-15:16:01.123456 192.0.2.7:4022 -> 198.51.100.1:22
//! TCP TTL:64 TOS:0x0 ID:54321 IpLen:20 DgmLen:60 DF
//! ```
//!
//! A helper reads what stands on one line.
//!
//! What it does *not* know: packets.

use super::{Found, Miss, Next, Spec};
use crate::columns::{self, add};
use crate::joint::Joint;
use crate::mark::{last, once, parts};
use crate::memory::Memory;
use crate::stamp::{self, Stamp};
use common::clock::{DAY, day_number};
use common::event::{Event, address};
use std::borrow::Cow;

pub(super) const SPEC: Spec =
    Spec::line(read).first(b"[01").joined(Joint::Run { begins, goes_on, ends });

const MARK: &str = "[**] [";

fn begins(line: &[u8]) -> bool {
    // Every line of every source is asked: what it begins with says no to nearly all of them.
    line.starts_with(MARK.as_bytes())
        && line[..memchr::memchr(b'\n', line).unwrap_or(line.len())]
            .trim_ascii_end()
            .ends_with(b"[**]")
}

fn goes_on(_record: &[u8], line: &[u8]) -> bool {
    const BEGINNINGS: [&[u8]; 6] =
        [b"[Classification: ", b"[Priority: ", b"[Xref => ", b"TCP Options", b"Type:", b"Len: "];
    const INSIDE: [&[u8]; 3] = [b" -> ", b" TTL:", b" Seq: "];
    let line = &line[..line.len().min(512)];
    line.trim_ascii().is_empty()
        || BEGINNINGS.iter().any(|mark| line.starts_with(mark))
        || !line.starts_with(MARK.as_bytes())
            && INSIDE.iter().any(|mark| memchr::memmem::find(line, mark).is_some())
}

fn ends(line: &[u8]) -> bool {
    line.trim_ascii().is_empty()
}

/// Month and day, a year where there is one, and a time.
fn moment(text: &str, memory: &mut Memory, event: &mut Event<'_>) -> Option<usize> {
    let bytes = text.as_bytes();
    let part = |at| u8::try_from(stamp::digits(bytes, at, 2)?).ok();
    let (month, day) = (part(0)?, part(3)?);
    if bytes.get(2) != Some(&b'/') {
        return None;
    }
    let width = bytes.get(6..)?.iter().take(4).take_while(|byte| byte.is_ascii_digit()).count();
    let year = match (bytes.get(5)?, width) {
        (b'-', _) => None,
        (b'/', 2) => Some(2000 + stamp::digits(bytes, 6, 2)?),
        (b'/', 4) => Some(stamp::digits(bytes, 6, 4)?),
        _ => return None,
    };
    let at = if year.is_some() { 7 + width } else { 6 };
    if bytes.get(at - 1) != Some(&b'-') {
        return None;
    }
    let (time, end) = stamp::clock(bytes, at)?;
    if !stamp::exists((year.unwrap_or(2000), month, day)) {
        return None;
    }
    (event.time, event.time_quality) = match year {
        Some(year) => {
            memory.instant(Stamp { wall: day_number(year, month, day) * DAY + time, offset: None })
        }
        None => memory.yearless(month, day, time),
    };
    Some(end)
}

fn read<'a>(text: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    if text.starts_with('[') {
        return full(text, memory, event);
    }
    // The alert is looked for first: the calendar remembers what it is asked.
    let is_alert = text.get(8..).is_some_and(|rest| {
        let front = &rest.as_bytes()[..rest.len().min(26)];
        let blanks = front.windows(3).position(|three| three == b"  [");
        blanks.is_some_and(|at| rest[at..].contains(MARK))
    });
    let Some(end) = is_alert.then(|| moment(text, memory, event)).flatten() else {
        return Miss::at(0, "a stamp and an alert (06/14-15:16:01.123456  [**] [)");
    };
    let rest = text[end..].trim_start();
    let verdict = if rest.starts_with(MARK) { None } else { once(rest, "] [**]") };
    let (verdict, alert) = match verdict {
        Some((verdict, _)) => (verdict, &rest[verdict.len() + 2..]),
        None => ("", rest),
    };
    event.dataset = Some("suricata.fast".into());
    event.event_category = Some("intrusion_detection".into());
    event.event_action = Some("alert".into());
    match verdict {
        "[Drop" | "[DROP" | "[Block" => columns::decide("drop", event),
        "[wDrop" | "[WDR" => columns::decide("allow", event),
        _ => {}
    }
    event.message = Cow::Borrowed(alert);
    Ok(Found { stamp: (0, end), next: Next::Text, ..Found::default() })
}

/// Reads an alert on several lines.
fn full<'a>(text: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default().trim_end();
    let alert = first.strip_prefix(MARK).and_then(|rest| rest.strip_suffix(" [**]"));
    let Some((id, name)) = alert.and_then(|alert| once(alert, "] ")) else {
        return Miss::at(0, "an alert's first line ([**] [1:2001219:20] … [**])");
    };
    let mut ids = parts(id, [b':']);
    let [_, rule, version] = std::array::from_fn(|_| ids.next().unwrap_or_default());
    let mut at = 0;
    for line in lines {
        at += 1;
        if let Some(rest) = line.strip_prefix("[Classification: ") {
            add("rule.category", parts(rest, [b']']).next().unwrap_or_default(), event);
        }
        if let Some((_, rest)) = once(line, "[Priority: ") {
            add("suricata.priority", parts(rest, [b']']).next().unwrap_or_default(), event);
        } else if let Some((from, to)) = once(line, " -> ") {
            let end = moment(from, memory, event).unwrap_or(0);
            let from = from[end..].trim_start();
            (event.source_ip, event.source_port) = endpoint(from);
            (event.destination_ip, event.destination_port) = endpoint(to.trim_end());
        } else if let Some((transport, _)) = once(line, " TTL:") {
            event.network_transport = Some(columns::transport(transport));
            break;
        }
    }
    if at == 0 {
        return Miss::at(first.len(), "an alert's other lines");
    }
    event.dataset = Some("suricata.fast".into());
    event.event_category = Some("intrusion_detection".into());
    event.event_action = Some("alert".into());
    add("rule.id", rule, event);
    add("rule.name", name, event);
    add("rule.version", version, event);
    event.message = Cow::Borrowed(text);
    Ok(Found::ALL)
}

fn endpoint(text: &str) -> (Option<std::net::IpAddr>, Option<u16>) {
    match (address(text), last(text, ":")) {
        (None, Some((ip, port))) => (address(ip), port.parse().ok()),
        (ip, _) => (ip, None),
    }
}
