//! Syslog messages with a priority and nothing else before their text, as appliances send them.
//!
//! ```text
//! <189>date=2021-02-05 time=15:05:55 devname="fg1" …
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

/// What payloads begin with that are sent in this way.
const PAYLOADS: [&str; 9] =
    ["id=", "date=", "devname=", "device=", "device_name=", "CEF:", "LEEF:", "{", "type="];

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
