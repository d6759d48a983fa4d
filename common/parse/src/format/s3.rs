//! Amazon S3's server access log.
//!
//! ```text
//! OWNER(64 hex) bucket [06/Feb/2019:00:00:38 +0000] 192.0.2.3 requester REQUESTID REST.GET.OBJECT key "GET /key HTTP/1.1" 200 - 113 - 7 6 "referrer" "agent" version host-id SigV4 cipher AuthHeader host TLSv1.2 access-point Yes
//! ```
//!
//! `-` is absent. The requester's ARN is `user.id`; what stands behind its last slash is the user.
//!
//! What it does *not* know: columns that Amazon adds later.

use super::spec::{Found, Miss, Spec};
use crate::columns::{add, add_int, cut};
use crate::memory::Memory;
use crate::stamp;
use common::event::{Event, Value, address};
use std::borrow::Cow;

pub(super) const SPEC: Spec = Spec::payload(read).first(b"0123456789abcdef");

/// How long a canonical user's id is.
const OWNER: usize = 64;

fn read<'a>(text: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let bytes = text.as_bytes();
    let is_owner =
        bytes.get(OWNER) == Some(&b' ') && bytes[..OWNER].iter().all(u8::is_ascii_hexdigit);
    let Some((bucket, rest)) =
        text.get(OWNER + 1..).filter(|_| is_owner).and_then(|rest| cut(rest, b" ["))
    else {
        return Miss::at(0, "a bucket's owner (64 hexadecimal digits)");
    };
    let Some((at, end)) =
        stamp::clf(rest.as_bytes(), 0).filter(|(_, end)| rest[*end..].starts_with("] "))
    else {
        return Miss::at(OWNER + bucket.len() + 3, "a stamp in brackets");
    };
    let Some(parts) = parts(&rest[end + 2..]) else {
        return Miss::at(
            OWNER + bucket.len() + end + 5,
            "a request, a referrer and an agent in quotes",
        );
    };
    let [client, requester, id, operation, key] = parts.front;
    let [status, error, sent, size, took, _] = parts.result;
    let [version, _, signature, cipher, _, host, tls] = parts.end;
    let [request, referrer, agent] = parts.quoted;
    let begin = OWNER + bucket.len() + 3;
    (event.time, event.time_quality) = memory.instant(at);
    if event.message.is_empty() {
        event.message = Cow::Borrowed(text);
    }
    event.dataset = Some("aws.s3access".into());
    event.event_category = Some("web".into());
    event.event_action = (operation != "-").then_some(operation.into());
    event.source_ip = address(client);
    let outcome = |status| if status < 400 { "success" } else { "failure" };
    event.event_outcome = status.parse::<u16>().ok().map(outcome).map(Cow::Borrowed);
    let name = requester.rsplit_once('/').map_or("", |(_, name)| name);
    event.user_name = (!name.is_empty()).then_some(name.into());
    event.ext.reserve(20);
    add("error.code", error, event);
    if let Ok(millis) = took.parse::<i64>() {
        event.ext.push("event.duration", Value::Int(millis.saturating_mul(1_000_000)));
    }
    add("http.request.id", id, event);
    add("http.request.referrer", referrer, event);
    add_int("http.response.bytes", sent, event);
    add_int("http.response.status_code", status, event);
    add("s3.bucket", bucket, event);
    add("s3.key", key, event);
    add_int("s3.object_size", size, event);
    add("s3.signature", signature, event);
    add("s3.version_id", version, event);
    add("tls.cipher", cipher, event);
    add("tls.version", tls, event);
    add("url.domain", host, event);
    add("user.id", requester, event);
    add("user_agent.original", agent, event);
    if request != "-" {
        super::modsecurity::request(Cow::Borrowed(request), event);
    }
    Ok(Found { stamp: (begin, begin + end), ..Found::ALL })
}

/// What stands behind the stamp.
struct Parts<'a> {
    /// Address, requester, request's id, operation, key.
    front: [&'a str; 5],
    /// Status, error, bytes sent, size, milliseconds in all and of Amazon's.
    result: [&'a str; 6],
    /// Version, host's id, signature, cipher, kind of authentication, host, TLS.
    end: [&'a str; 7],
    /// Request, referrer, agent.
    quoted: [&'a str; 3],
}

/// Divides a line. Amazon does not escape the quotes that a client sends, so the agent ends at the
/// last quote of all: nothing behind it is the client's choice.
fn parts(text: &str) -> Option<Parts<'_>> {
    let (front, rest) = cut(text, b" \"")?;
    let (rest, end) = rest.rsplit_once('"')?;
    let (request, rest) = cut(rest, b"\" ")?;
    let (result, rest) = cut(rest, b" \"")?;
    let (referrer, agent) = cut(rest, b"\" \"")?;
    let mut words = end.split_ascii_whitespace();
    let end = std::array::from_fn(|_| words.next().unwrap_or("-"));
    let (mut front, mut result) = (front.splitn(5, ' '), result.split(' '));
    Some(Parts {
        front: std::array::from_fn(|_| front.next().unwrap_or("-")),
        result: std::array::from_fn(|_| result.next().unwrap_or("-")),
        end,
        quoted: [request, referrer, agent],
    })
}
