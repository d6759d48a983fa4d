//! The kinds of logs with a `#Fields:`, told by the names of their columns.
//!
//! What it does *not* know: how rows are divided and read.

use super::{Row, blanks, commas, outcome, tabs, url};
use crate::columns::{self, add};
use common::event::{Event, Value, address};
use std::borrow::Cow;

/// A kind of log.
pub(super) struct Kind {
    /// What its header is remembered as.
    pub(super) name: &'static str,
    /// The columns that tell it.
    has: &'static [&'static str],
    pub(super) dataset: &'static str,
    pub(super) category: &'static str,
    /// Whether its times are those of the machine's own zone.
    pub(super) is_local: bool,
    /// Whether `%20` stands for a blank in its texts.
    pub(super) is_coded: bool,
    /// Divides a row; how many columns there are.
    pub(super) divide: for<'a> fn(&'a str, usize, &mut [&'a str]) -> usize,
    /// The columns that [`Kind::read`] looks at.
    pub(super) asks: &'static [&'static str],
    /// What several columns say together, but for the URL.
    pub(super) read: for<'a> fn(&Row<'_, 'a>, &mut Event<'a>),
    /// The URL, where it stands in several columns.
    pub(super) url: for<'a> fn(&Row<'_, 'a>, &mut Event<'a>),
}

/// The first whose columns are there.
const KINDS: &[Kind] = &[
    CLOUDFRONT,
    Kind {
        name: "firewall",
        has: &["action", "src-ip", "tcpflags", "path"],
        dataset: "windows.firewall",
        category: "network",
        is_local: true,
        is_coded: false,
        divide: blanks,
        asks: &["path", "action"],
        read: firewall,
        url: |_, _| {},
    },
    Kind {
        name: "httperr",
        has: &["c-ip", "s-reason"],
        dataset: "iis.httperr",
        category: "web",
        is_local: false,
        is_coded: false,
        divide: blanks,
        asks: &["s-reason"],
        read: refused,
        url: |_, _| {},
    },
    Kind {
        name: "tracking",
        has: &["date-time", "event-id", "message-id", "sender-address"],
        dataset: "exchange.tracking",
        category: "email",
        is_local: false,
        is_coded: false,
        divide: commas,
        asks: &["event-id", "recipient-address"],
        read: tracked,
        url: |_, _| {},
    },
    // The protocol logs of Exchange: helpers read their rows, with and without a header.
    Kind {
        name: "protocol",
        has: &["date-time"],
        dataset: "",
        category: "",
        is_local: false,
        is_coded: false,
        divide: commas,
        asks: &[],
        read: |_, _| {},
        url: |_, _| {},
    },
    Kind {
        name: "w3c",
        has: &[],
        dataset: "w3c.event",
        category: "network",
        is_local: false,
        is_coded: false,
        divide: blanks,
        asks: &[
            "action",
            "cs-method",
            "sc-status",
            "sc-filter-result",
            "cs-uri-stem",
            "cs-uri-path",
            "cs-uri-query",
            "X-Forwarded-For",
            "x-forwarded-for",
        ],
        read: other,
        url: asked,
    },
];

/// CloudFront's standard log.
pub(super) const CLOUDFRONT: Kind = Kind {
    name: "cloudfront",
    has: &["x-edge-location", "c-ip"],
    dataset: "aws.cloudfront",
    category: "web",
    is_local: false,
    is_coded: true,
    divide: tabs,
    asks: &[
        "sc-status",
        "cs-uri-stem",
        "cs-uri-query",
        "x-host-header",
        "cs(Host)",
        "x-forwarded-for",
    ],
    read: delivered,
    url: requested,
};

/// The columns that CloudFront writes, where no header says it.
pub(super) const CLOUDFRONT_COLUMNS: &[&str] = &[
    "date",
    "time",
    "x-edge-location",
    "sc-bytes",
    "c-ip",
    "cs-method",
    "cs(Host)",
    "cs-uri-stem",
    "sc-status",
    "cs(Referer)",
    "cs(User-Agent)",
    "cs-uri-query",
    "cs(Cookie)",
    "x-edge-result-type",
    "x-edge-request-id",
    "x-host-header",
    "cs-protocol",
    "cs-bytes",
    "time-taken",
    "x-forwarded-for",
    "ssl-protocol",
    "ssl-cipher",
    "x-edge-response-result-type",
    "cs-protocol-version",
    "fle-status",
    "fle-encrypted-fields",
    "c-port",
    "time-to-first-byte",
    "x-edge-detailed-result-type",
    "sc-content-type",
    "sc-content-len",
    "sc-range-start",
    "sc-range-end",
];

/// The columns that IIS writes from version 8 on, where no header says it.
pub(super) const IIS_COLUMNS: &[&str] = &[
    "date",
    "time",
    "s-ip",
    "cs-method",
    "cs-uri-stem",
    "cs-uri-query",
    "s-port",
    "cs-username",
    "c-ip",
    "cs(User-Agent)",
    "cs(Referer)",
    "sc-status",
    "sc-substatus",
    "sc-win32-status",
    "time-taken",
];

/// The same before: without the referrer.
pub(super) const IIS_OLD_COLUMNS: &[&str] = &{
    let mut names = [""; 14];
    let mut at = 0;
    while at < 14 {
        names[at] = IIS_COLUMNS[if at < 10 { at } else { at + 1 }];
        at += 1;
    }
    names
};

/// The columns of what CloudFront sends in real time, where all are chosen.
pub(super) const CLOUDFRONT_LIVE: &[&str] = &[
    "timestamp",
    "c-ip",
    "s-ip",
    "time-to-first-byte",
    "sc-status",
    "sc-bytes",
    "cs-method",
    "cs-protocol",
    "cs-host",
    "cs-uri-stem",
    "cs-bytes",
    "x-edge-location",
    "x-edge-request-id",
    "x-host-header",
    "time-taken",
    "cs-protocol-version",
    "c-ip-version",
    "cs-user-agent",
    "cs-referer",
    "cs-cookie",
    "cs-uri-query",
    "x-edge-response-result-type",
    "x-forwarded-for",
    "ssl-protocol",
    "ssl-cipher",
    "x-edge-result-type",
    "fle-encrypted-fields",
    "fle-status",
    "sc-content-type",
    "sc-content-len",
    "sc-range-start",
    "sc-range-end",
    "c-port",
    "x-edge-detailed-result-type",
    "c-country",
    "cs-accept-encoding",
    "cs-accept",
    "cache-behavior-path-pattern",
    "cs-headers",
    "cs-header-names",
    "cs-headers-count",
    "primary-distribution-id",
    "primary-distribution-dns-name",
    "origin-fbl",
    "origin-lbl",
    "asn",
];

impl Kind {
    /// The kind of a log with these columns, unless helpers read it.
    pub(super) fn of(fields: &[&str]) -> Option<&'static Kind> {
        let has_all = |kind: &&Kind| kind.has.iter().all(|name| fields.contains(name));
        KINDS.iter().find(has_all).filter(|kind| !kind.dataset.is_empty())
    }

    /// The kind that a header is remembered as.
    pub(super) fn named(name: &str) -> Option<&'static Kind> {
        KINDS.iter().find(|kind| kind.name == name)
    }
}

fn delivered<'a>(row: &Row<'_, 'a>, event: &mut Event<'a>) {
    let [status, _, _, _, _, list] = row.asked();
    outcome(status, event);
    forwarded(list, event);
}

fn requested<'a>(row: &Row<'_, 'a>, event: &mut Event<'a>) {
    let [_, path, query, asked, own] = row.asked();
    add("url.domain", asked.or(own).unwrap_or_default(), event);
    url(path, query, event);
}

/// The first of those for whom proxies asked.
fn forwarded<'a>(list: Option<&'a str>, event: &mut Event<'a>) {
    let first = list.and_then(|list| list.split([',', '+', '%', ' ']).next()).unwrap_or_default();
    if address(first).is_some() {
        add("client.ip", first, event);
    }
}

fn firewall<'a>(row: &Row<'_, 'a>, event: &mut Event<'a>) {
    let [path, action] = row.asked();
    decided(action, event);
    match path {
        Some("SEND") => add("network.direction", "outbound", event),
        Some("RECEIVE") => add("network.direction", "inbound", event),
        _ => {}
    }
}

fn decided(action: Option<&str>, event: &mut Event<'_>) {
    if let Some(action) = action {
        columns::decide(&columns::lower(Cow::Borrowed(action)), event);
    }
}

fn refused<'a>(row: &Row<'_, 'a>, event: &mut Event<'a>) {
    let [reason] = row.asked();
    event.event_outcome = Some("failure".into());
    event.event_action = Some("request-refused".into());
    add("event.reason", reason.unwrap_or_default(), event);
    event.network_transport = Some("tcp".into());
}

fn tracked<'a>(row: &Row<'_, 'a>, event: &mut Event<'a>) {
    let [id, list] = row.asked();
    event.event_outcome = id.map(|id| {
        let failed = matches!(id, "FAIL" | "BADMAIL" | "POISONMESSAGE" | "DEFER" | "DROP");
        if failed { "failure".into() } else { "success".into() }
    });
    if let Some(list) = list {
        let list = list.split(';').map(|to| Value::Text(to.into())).collect();
        event.ext.push("email.to.address", Value::List(list));
    }
}

/// IIS, proxies, whatever else writes columns.
fn other<'a>(row: &Row<'_, 'a>, event: &mut Event<'a>) {
    let [action, method, status, result, _, _, _, list, small] = row.asked();
    let is_web = method.is_some() || status.is_some();
    forwarded(list.or(small).filter(|_| is_web), event);
    decided(action, event);
    if !is_web {
        return;
    }
    event.dataset = Some("w3c.access".into());
    event.event_category = Some("web".into());
    outcome(status, event);
    match result {
        Some("DENIED") => columns::decide("denied", event),
        Some("OBSERVED" | "PROXIED") => columns::decide("allowed", event),
        _ => {}
    }
}

fn asked<'a>(row: &Row<'_, 'a>, event: &mut Event<'a>) {
    let [_, method, status, _, stem, path, query] = row.asked();
    if method.is_some() || status.is_some() {
        url(stem.or(path), query, event);
    }
}
