//! squidGuard's log of requests that it redirected.
//!
//! ```text
//! 2021-02-14 00:02:33 [26] Request(default/porn/-) pornpage.com:443 172.17.0.1/172.17.0.1 - CONNECT REDIRECT
//! stamp [pid] Request(source group/target group/rewrite) url address/name user method action
//! ```
//!
//! The target group also becomes a category of the common vocabulary ([`crate::category`]).
//!
//! What it does *not* know: squidGuard's own messages; those are text.

use super::spec::{Found, Miss, Spec};
use super::squid::fill_url;
use crate::category;
use crate::columns::{add, cut, lower};
use crate::memory::Memory;
use crate::stamp;
use common::event::{Event, Value, address};
use std::borrow::Cow;

pub(super) const SPEC: Spec = Spec::payload(read).first(b"0123456789");

fn read<'a>(text: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let Some((at, end)) = stamp::iso(text.as_bytes(), 0) else {
        return Miss::at(0, "a stamp (2021-02-14 00:02:33)");
    };
    let Some((pid, rest)) = text[end..].strip_prefix(" [").and_then(|rest| cut(rest, b"] ")) else {
        return Miss::at(end, "a process id ([26])");
    };
    let Some((groups, rest)) = rest.strip_prefix("Request(").and_then(|rest| cut(rest, b") "))
    else {
        return Miss::at(end, "Request(…)");
    };
    let mut groups = groups.splitn(3, '/');
    let [source, target, rewrite] = std::array::from_fn(|_| groups.next().unwrap_or_default());
    let mut words = rest.split_ascii_whitespace();
    let [url, client, user, method, action] =
        std::array::from_fn(|_| words.next().unwrap_or_default());
    (event.time, event.time_quality) = memory.instant(at);
    if event.message.is_empty() {
        event.message = Cow::Borrowed(text);
    }
    event.dataset = Some("squidguard.block".into());
    event.event_category = Some("web".into());
    event.event_action = Some(lower(Cow::Borrowed(action)));
    event.event_outcome = Some(if action == "PASS" { "success" } else { "failure" }.into());
    event.process_pid = pid.parse().ok();
    let (ip, name) = client.split_once('/').unwrap_or((client, ""));
    event.source_ip = address(ip);
    event.user_name = (!matches!(user, "-" | "")).then_some(user.into());
    add("http.request.method", method, event);
    add("rule.category", target, event);
    add("rule.ruleset", source, event);
    if name != ip {
        add("source.domain", name, event);
    }
    add("squidguard.rewrite", rewrite, event);
    if let Some(category) = category::of(target) {
        event.ext.push("url.category", Value::Text(category.into()));
    }
    fill_url(method, url, event);
    Ok(Found { stamp: (0, end), ..Found::ALL })
}
