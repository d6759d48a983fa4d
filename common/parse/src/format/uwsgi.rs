//! The request log of uWSGI.
//!
//! ```text
//! [pid: 88185|app: 0|req: 1/1] 192.0.2.7 (anna) {38 vars in 696 bytes} [Sun Jun 14 15:16:01 2026] POST /a?b => generated 47 bytes in 129 msecs (HTTP/1.1 200) 9 headers in 378 bytes (1 switches on core 3)
//! ```
//!
//! The user is the server's, checked before; the URI is the client's and ends where ` => generated `
//! stands last. Stamps are in the machine's zone.
//!
//! What it does *not* know: formats that an administrator wrote.

use super::spec::{Found, Miss, Spec};
use crate::columns::{self, add_int, cut};
use crate::memory::Memory;
use crate::stamp::written::{self, When};
use common::event::{Event, Value, address};

pub(super) const SPEC: Spec = Spec::payload(read).first(b"[");

fn read<'a>(line: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let Some((pid, rest)) = line.strip_prefix("[pid: ").and_then(|rest| rest.split_once('|'))
    else {
        return Miss::at(0, "[pid: ");
    };
    let head = cut(rest, b"] ").and_then(|(_, rest)| cut(rest, b" ("));
    let Some((ip, (user, rest))) =
        head.and_then(|(ip, rest)| Some((address(ip)?, cut(rest, b") {")?)))
    else {
        return Miss::at(6, "a client and a user in parentheses");
    };
    let Some((_, rest)) = cut(rest, b"} [") else {
        return Miss::at(line.len() - rest.len(), "a stamp in brackets");
    };
    let start = line.len() - rest.len();
    let Some((When::Full(stamp), end)) = written::read(line.as_bytes(), start) else {
        return Miss::at(start, "a stamp (Sun Jun 14 15:16:01 2026)");
    };
    let request =
        line[end..].strip_prefix("] ").and_then(|rest| rest.rsplit_once(" => generated "));
    let Some(((method, url), result)) =
        request.and_then(|(request, result)| Some((request.split_once(' ')?, result)))
    else {
        return Miss::at(end, "a request and what it generated");
    };
    (event.time, event.time_quality) = memory.instant(stamp);
    event.dataset = Some("uwsgi.access".into());
    event.event_category = Some("web".into());
    event.process_pid = pid.parse().ok();
    event.source_ip = Some(ip);
    event.user_name = Some(user).filter(|user| !user.is_empty()).map(Into::into);
    event.message = line[end + 2..].into();
    event.ext.push("http.request.method", Value::Text(method.into()));
    columns::url(url.into(), event);
    answer(result, event);
    Ok(Found { stamp: (start, end), ..Found::ALL })
}

/// Reads `47 bytes in 129 msecs (HTTP/1.1 200) …`.
fn answer<'a>(result: &'a str, event: &mut Event<'a>) {
    add_int("http.response.body.bytes", result.split(' ').next().unwrap_or_default(), event);
    let inside = cut(result, b"(HTTP/").and_then(|(_, rest)| rest.split_once(')'));
    if let Some((version, status)) = inside.and_then(|(inside, _)| inside.split_once(' ')) {
        event.ext.push("http.version", Value::Text(version.into()));
        add_int("http.response.status_code", status, event);
        let failed = status.parse::<u16>().is_ok_and(|status| status >= 400);
        event.event_outcome = Some(if failed { "failure" } else { "success" }.into());
    }
}
