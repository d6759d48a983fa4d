//! glog and klog: Kubernetes' own programs, and others of Google's descent.
//!
//! ```text
//! E0614 15:16:01.250123    1234 kubelet.go:2461] "Error getting node" err="node \"n1\" not found"
//! I20260614 15:16:01.250123  1234 file.cc:25] text           glog since 0.6
//! ```
//!
//! A level's letter, a stamp, a process (or thread), a place, a text; behind a text in quotes there are
//! pairs, which keep their names. Behind a header its time counts, as this stamp has no zone.
//!
//! What it does *not* know: programs.

use super::spec::{Found, Miss, Spec};
use crate::columns;
use crate::memory::Memory;
use crate::pair::pairs;
use crate::stamp::{self, Stamp};
use crate::syslog::number;
use common::clock::{DAY, day_number};
use common::event::{Event, TimeQuality, Value};

pub(super) const SPEC: Spec = Spec::payload(read).first(b"DEFIW");

fn read<'a>(text: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let expected = "a level, a stamp, a process, a place (E0614 15:16:01.250 7 file.go:25])";
    let Some((day, at)) = day(text.as_bytes()) else {
        return Miss::at(1, expected);
    };
    let Some((time, end)) = stamp::clock(text.as_bytes(), at) else {
        return Miss::at(at, expected);
    };
    let place = text[end..].trim_ascii_start().split_once("] ");
    let Some((front, body)) = place.filter(|_| text.as_bytes().get(end) == Some(&b' ')) else {
        return Miss::at(end, expected);
    };
    let words = front.split_once(' ').map(|(pid, place)| (number(pid), place.trim_ascii()));
    let Some((Some(pid), place)) = words else { return Miss::at(end, expected) };
    let file = place.rsplit_once(':').and_then(|(file, row)| Some((file, number(row)?)));
    let Some((file, row)) = file.filter(|(file, _)| !file.contains(' ')) else {
        return Miss::at(end, expected);
    };
    if event.time_quality == TimeQuality::None {
        (event.time, event.time_quality) = match day {
            (Some(year), month, day) => {
                let wall = day_number(year, month, day) * DAY + time;
                memory.instant(Stamp { wall, offset: None })
            }
            (None, month, day) => memory.yearless(month, day, time),
        };
    }
    event.log_severity = match text.as_bytes()[0] {
        b'F' => Some(2),
        b'E' => Some(3),
        b'W' => Some(4),
        b'I' => Some(6),
        _ => Some(7),
    };
    event.process_pid = event.process_pid.or(Some(pid));
    columns::add("log.origin.file.name", file, event);
    event.ext.push("log.origin.file.line", Value::Int(row));
    if let Some(rest) = quoted(body) {
        for (key, value) in pairs(rest) {
            let value = match value.contains("\\\"") {
                true => Value::Text(value.replace("\\\"", "\"").into()),
                false => Value::Text(value.into()),
            };
            columns::keep(key, value, event);
        }
    }
    event.message = body.into();
    Ok(Found { stamp: (1, end), ..Found::default() })
}

/// A year where there is one, a month, a day.
type Day = (Option<i64>, u8, u8);

/// Reads `0614 ` or `20260614 ` behind the letter.
fn day(text: &[u8]) -> Option<(Day, usize)> {
    let (year, at) = match text.get(5)? {
        b' ' => (None, 1),
        _ => (Some(stamp::digits(text, 1, 4)?), 5),
    };
    let number = |at| u8::try_from(stamp::digits(text, at, 2)?).ok();
    let (month, day) = (number(at)?, number(at + 2)?);
    let exists = stamp::exists((year.unwrap_or(2000), month, day));
    (exists && text.get(at + 4) == Some(&b' ')).then_some(((year, month, day), at + 5))
}

/// What follows the quotes that a text stands in.
fn quoted(body: &str) -> Option<&str> {
    let bytes = body.strip_prefix('"')?.as_bytes();
    let mut is_escaped = false;
    let end = bytes.iter().position(|&byte| {
        let is_end = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        is_end
    })?;
    body.get(end + 2..)
}
