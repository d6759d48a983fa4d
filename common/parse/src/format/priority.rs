//! Marks before a payload: a syslog priority with nothing else, as appliances send it, and the cookie
//! of the Common Event Expression before JSON, as sudo and rsyslog write it.
//!
//! ```text
//! <189>date=2021-02-05 time=15:05:55 devname="fg1" …
//! @cee:{"sudo":{"accept":{…}}}
//! ```
//!
//! What it does *not* know: the time, the host, the program; a payload may say them.

use super::spec::{Found, Miss, Next, Spec};
use super::stamped;
use crate::memory::Memory;
use crate::syslog;
use common::event::Event;
use std::borrow::Cow;

pub(super) const SPEC: Spec = Spec::line(read).first(b"<").generic().header();

pub(super) const CEE: Spec = Spec::payload(cee).first(b"@").header();

/// What payloads begin with that are sent in this way.
const PAYLOADS: [&str; 12] = [
    "id=",
    "date=",
    "devname=",
    "device=",
    "device_name=",
    "CEF:",
    "LEEF:",
    "{",
    "type=",
    "@cee:",
    "AgentDevice=",
    "MSWinEventLog",
];

fn read<'a>(text: &'a str, _calendar: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let Some((facility, severity, body)) = syslog::priority(text.as_bytes()) else {
        return Miss::at(0, "a priority (<34>)");
    };
    let rest = text[body..].trim_start();
    if stamped::has_stamp(text.as_bytes()) && !PAYLOADS.iter().any(|known| rest.starts_with(known))
    {
        return Miss::at(body, "a text without a stamp");
    }
    event.log_facility = Some(facility);
    event.log_severity = Some(severity);
    let tag = syslog::tag(text, body);
    let inner = syslog::fill(text, &tag, event);
    event.message = Cow::Borrowed(&text[tag.body..]);
    Ok(Found { inner, next: Next::Payload, ..Found::default() })
}

fn cee<'a>(text: &'a str, _calendar: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let Some(rest) = text.strip_prefix("@cee:").map(str::trim_ascii_start) else {
        return Miss::at(0, "the cookie before JSON (@cee:)");
    };
    if !rest.starts_with('{') {
        return Miss::at(5, "a JSON object");
    }
    event.message = Cow::Borrowed(rest);
    Ok(Found { next: Next::Payload, ..Found::default() })
}
