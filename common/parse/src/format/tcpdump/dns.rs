//! Questions and answers of DNS as tcpdump prints them.
//!
//! ```text
//! 4711+ [1au] A? www.example.com. (44)
//! 4711 NXDomain*- 0/1/1 (100)
//! 4711 2/0/0 A 203.0.113.5, CNAME www.example.net. (65)
//! ```
//!
//! What it does *not* know: what `-vv` adds.

use crate::columns::add;
use crate::mark::{once, parts};
use common::event::{Event, Value, address};

/// Fills what a body says, where it is one of DNS.
pub(super) fn fill<'a>(body: &'a str, event: &mut Event<'a>) {
    // `-v` says first whether the sum of the packet is right.
    let body = match body.strip_prefix('[') {
        Some(rest) => once(rest, "] ").map_or(body, |(_, rest)| rest),
        None => body,
    };
    let digits = body.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 || digits > 5 {
        return;
    }
    add("dns.id", &body[..digits], event);
    add("network.protocol", "dns", event);
    let question = once(body, "? ").and_then(|(front, name)| {
        let kind = parts(front, [b' ']).last()?;
        let is_kind = !kind.is_empty() && kind.bytes().all(|byte| byte.is_ascii_alphanumeric());
        is_kind.then(|| (kind, parts(name, [b' ']).next().unwrap_or(name)))
    });
    if let Some((kind, name)) = question {
        add("dns.question.name", name.trim_end_matches('.'), event);
        add("dns.question.type", kind, event);
    }
    let Some(counts) = parts(body, [b' ']).find(|word| is_counts(word)) else {
        add("dns.type", "query", event);
        return;
    };
    add("dns.type", "answer", event);
    add("dns.response_code", code(body), event);
    let ips = once(body, counts).map_or("", |(_, answers)| answers);
    let ips: Vec<Value<'a>> = parts(ips, [b','])
        .filter_map(|answer| {
            let (kind, data) = once(answer.trim_start(), " ")?;
            let data = parts(data, [b' ']).next()?;
            let is_address = matches!(kind, "A" | "AAAA") && address(data).is_some();
            is_address.then(|| Value::Text(data.into()))
        })
        .collect();
    if !ips.is_empty() {
        event.ext.push("dns.resolved_ip", Value::List(ips));
    }
}

/// How many answers, authorities and others there are: `2/0/1`.
fn is_counts(word: &str) -> bool {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    // Most words begin with a letter.
    word.starts_with(|first: char| first.is_ascii_digit())
        && parts(word, [b'/']).count() == 3
        && parts(word, [b'/']).all(is_number)
}

fn code(body: &str) -> &'static str {
    match parts(body, [b' ']).nth(1).map(|word| word.trim_end_matches(['*', '-', '|', '$', '%'])) {
        Some("NXDomain") => "NXDOMAIN",
        Some("ServFail") => "SERVFAIL",
        Some("Refused") => "REFUSED",
        Some("FormErr") => "FORMERR",
        Some("NotImp") => "NOTIMP",
        Some("NotAuth") => "NOTAUTH",
        _ => "NOERROR",
    }
}
