//! Apache's `ssl_request_log`.
//!
//! ```text
//! [14/Jun/2026:15:16:01 +0200] 192.0.2.7 TLSv1.3 TLS_AES_256_GCM_SHA384 "GET /a HTTP/1.1" 512
//! ```
//!
//! What it does *not* know: statuses and users, which are in the access log beside it.

use super::{Found, Miss, Spec};
use crate::columns::{add, add_int};
use crate::memory::Memory;
use crate::stamp;
use common::event::{Event, address};
use std::borrow::Cow;

pub(super) const SPEC: Spec = Spec::payload(read).first(b"[");

fn read<'a>(text: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let Some((at, end)) =
        stamp::clf(text.as_bytes(), 1).filter(|(_, end)| text[*end..].starts_with("] "))
    else {
        return Miss::at(0, "a stamp in brackets ([14/Jun/2026:15:16:01 +0200])");
    };
    let body = end + 2;
    let mut words = text[body..].splitn(4, ' ');
    let [host, protocol, cipher, rest] = std::array::from_fn(|_| words.next().unwrap_or_default());
    let is_secured = protocol == "-" || protocol.starts_with("TLS") || protocol.starts_with("SSL");
    let request = rest.strip_prefix('"').and_then(|rest| rest.rsplit_once("\" "));
    let Some((request, size)) = request.filter(|_| is_secured) else {
        return Miss::at(body, "a host, a version of TLS, a cipher and a request");
    };
    (event.time, event.time_quality) = memory.instant(at);
    event.dataset = Some("apache.ssl_request".into());
    event.event_category = Some("web".into());
    event.message = Cow::Borrowed(&text[body..]);
    event.source_ip = address(host);
    if event.source_ip.is_none() {
        add("source.domain", host, event);
    }
    add_int("http.response.body.bytes", size, event);
    add("tls.cipher", cipher, event);
    add("tls.version", protocol, event);
    let is_request = request.split_once(' ').is_some_and(|(verb, _)| {
        !verb.is_empty() && verb.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
    });
    if is_request {
        super::modsecurity::request(Cow::Borrowed(request), event);
    } else if request != "-" {
        add("http.request.line", request, event);
        event.tag("bad_request");
    }
    Ok(Found { stamp: (1, end), ..Found::ALL })
}
