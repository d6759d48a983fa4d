//! Tables of a source's names and the fields of an event that they mean.
//!
//! A format of objects or pairs says in one sorted table which of its names fill which columns.
//! A value that does not fit its column stays among the source's own fields and nowhere else.
//!
//! What it does *not* know: any format.

use crate::memory::Memory;
use crate::shape::Shapes;
use crate::source::Source;
use crate::stamp;
use common::clock::Timestamp;
use common::event::{Event, Object, TimeQuality, Value};
use common::field::Column;
use std::borrow::Cow;
use std::rc::Rc;

/// What a name means.
#[derive(Clone, Copy, Debug)]
pub(crate) enum To {
    /// A column.
    Column(Column),
    /// A column, in lower case.
    Lower(Column),
    /// A further ECS field.
    Field(&'static str),
    /// The URL, with its path and query.
    Url,
}

/// Names and their meanings, best in the order of the latter's names: then the fields need no sorting.
pub(crate) type Table = [(&'static str, To)];

/// Fills what a table names.
pub(crate) fn fill<'a>(fields: &impl Source<'a>, table: &'static Table, event: &mut Event<'a>) {
    match fields.object() {
        Some(object) => {
            let find = || Rc::new(Plan::new(object, table));
            PLANS.with(|plans| plans.of_table(object, table, find)).fill(object, event);
        }
        None => fields.values(table, |to, value| put(*to, value, event)),
    }
}

/// What a table says of all objects of a shape: which of their values go where.
#[derive(Debug, Default)]
struct Plan {
    columns: Vec<(u32, To)>,
    fields: Vec<(u32, To)>,
    /// Whether the fields are in the order of their names, each once.
    is_sorted: bool,
}

thread_local! {
    static PLANS: Shapes<Rc<Plan>> = const { Shapes::new() };
}

impl Plan {
    fn new(object: &Object<'_>, table: &Table) -> Plan {
        let rows = table.iter().filter_map(|(name, to)| Some((object.leaf_of(name)?, *to)));
        let (fields, columns): (Vec<_>, _) =
            rows.partition(|(_, to)| matches!(to, To::Field(_) | To::Url));
        let names = fields.iter().flat_map(|(_, to)| match to {
            To::Field(name) => vec![*name],
            _ => URL.to_vec(),
        });
        let is_sorted = names.is_sorted_by(|one, other| one < other);
        Plan { columns, fields, is_sorted }
    }

    fn fill<'a>(&self, object: &Object<'a>, event: &mut Event<'a>) {
        for (leaf, to) in &self.columns {
            if let Some(value) = object.value_of_leaf(*leaf) {
                put(*to, value, event);
            }
        }
        let are_first = event.ext.is_empty();
        // A URL gives up to three, and most formats add a few of their own.
        event.ext.reserve(self.fields.len() + 4);
        for (leaf, to) in &self.fields {
            match (*to, object.value_of_leaf(*leaf)) {
                (To::Field(name), Some(value)) => event.ext.push(name, value),
                (to, Some(value)) => put(to, value, event),
                (_, None) => {}
            }
        }
        if are_first && self.is_sorted {
            event.ext.set_canonical();
        }
    }
}

/// Fills one.
#[inline]
pub(crate) fn put<'a>(to: To, value: Value<'a>, event: &mut Event<'a>) {
    match to {
        To::Field(name) => event.ext.push(name, value),
        To::Column(_) | To::Lower(_) if matches!(value, Value::List(_)) => {
            put(to, first(value), event);
        }
        To::Column(column) => set(column, value, event),
        To::Lower(column) => {
            let value = match value {
                Value::Text(text) => Value::Text(lower(text)),
                other => other,
            };
            set(column, value, event);
        }
        To::Url => {
            if let Value::Text(text) = value {
                url(text, event);
            }
        }
    }
}

/// Sets a column; what does not fit stays where it came from, and a user without a name is none.
fn set<'a>(column: Column, value: Value<'a>, event: &mut Event<'a>) {
    let is_user = matches!(column, Column::UserName | Column::UserTargetName);
    if !is_user || !matches!(&value, Value::Text(text) if text.is_empty()) {
        let _ = event.set_column(column, value);
    }
}

/// A scalar, or a list's first element.
#[inline]
pub(crate) fn first(value: Value<'_>) -> Value<'_> {
    match value {
        Value::List(list) => list.into_iter().next().unwrap_or(Value::Bool(false)),
        scalar => scalar,
    }
}

/// ASCII letters in lower case; the usual words without a copy.
pub(crate) fn lower(text: Cow<'_, str>) -> Cow<'_, str> {
    const WORDS: [&str; 14] = [
        "tcp",
        "udp",
        "icmp",
        "ipv6-icmp",
        "igmp",
        "gre",
        "esp",
        "sctp",
        "allow",
        "deny",
        "drop",
        "pass",
        "block",
        "reject",
    ];
    if !text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return text;
    }
    match WORDS.iter().find(|word| word.eq_ignore_ascii_case(&text)) {
        Some(word) => Cow::Borrowed(word),
        None => Cow::Owned(text.to_ascii_lowercase()),
    }
}

/// Divides a text at a mark of ASCII; returns how many parts there are. Parts are short, so that
/// eight bytes at once are looked through faster than a search from mark to mark.
pub(crate) fn split<'t>(text: &'t str, mark: u8, parts: &mut [&'t str]) -> usize {
    const LOW: u64 = u64::from_ne_bytes([0x7f; 8]);
    let marks = u64::from_ne_bytes([mark; 8]);
    let bytes = text.as_bytes();
    let (mut from, mut count) = (0, 0);
    let mut cut = |at: usize| {
        if let Some(part) = parts.get_mut(count) {
            *part = &text[from..at];
            (from, count) = (at + 1, count + 1);
        }
    };
    let (chunks, rest) = bytes.as_chunks();
    for (nth, chunk) in chunks.iter().enumerate() {
        let other = u64::from_le_bytes(*chunk) ^ marks;
        // The high bit of each byte that is nought, and of no other.
        let mut found = !(((other & LOW) + LOW) | other | LOW);
        while found != 0 {
            cut(nth * 8 + found.trailing_zeros() as usize / 8);
            found &= found - 1;
        }
    }
    for (nth, _) in rest.iter().enumerate().filter(|(_, byte)| **byte == mark) {
        cut(bytes.len() - rest.len() + nth);
    }
    cut(bytes.len());
    count
}

/// Divides a text where a mark of ASCII first stands; finding its first byte costs less than making
/// ready for a search for all of it.
pub(crate) fn cut<'t>(text: &'t str, mark: &[u8]) -> Option<(&'t str, &'t str)> {
    let bytes = text.as_bytes();
    let is_there = |at: &usize| bytes[*at..].starts_with(mark);
    let at = memchr::memchr_iter(*mark.first()?, bytes).find(is_there)?;
    Some((&text[..at], &text[at + mark.len()..]))
}

/// Sets the time from an ISO 8601 text; false when it is none.
pub(crate) fn iso_time(text: &str, memory: &mut Memory, event: &mut Event<'_>) -> bool {
    match stamp::iso(text.as_bytes(), 0) {
        Some((at, end)) if end == text.len() => {
            (event.time, event.time_quality) = memory.instant(at);
            true
        }
        _ => false,
    }
}

/// Sets the time from microseconds of the epoch.
pub(crate) fn epoch(micros: i64, event: &mut Event<'_>) {
    event.time = Timestamp(micros);
    event.time_quality = TimeQuality::Offset;
}

/// The fields of a URL, in the order of their names.
const URL: [&str; 3] = ["url.original", "url.path", "url.query"];

/// Adds the path and query of a URL that begins with its path, and the URL as it is.
pub(crate) fn url<'a>(url: Cow<'a, str>, event: &mut Event<'a>) {
    let part = |from: usize, to: usize| match &url {
        Cow::Borrowed(url) => Cow::Borrowed(&url[from..to]),
        Cow::Owned(url) => Cow::Owned(url[from..to].to_owned()),
    };
    let bytes = url.as_bytes();
    // What begins with the path has no scheme, whatever its query holds.
    let front = if bytes.first() == Some(&b'/') { 0 } else { 12 };
    let colon = bytes.iter().take(front).position(|&byte| byte == b':');
    let start = match colon.filter(|&colon| bytes[colon..].starts_with(b"://")) {
        Some(scheme) => {
            memchr::memchr(b'/', &bytes[scheme + 3..]).map_or(url.len(), |slash| scheme + 3 + slash)
        }
        None => 0,
    };
    let end = memchr::memchr2(b'?', b'#', &bytes[start..]).map_or(url.len(), |end| start + end);
    let path = url[start..].starts_with('/').then(|| part(start, end));
    let query = (url.as_bytes().get(end) == Some(&b'?')).then(|| part(end + 1, url.len()));
    event.ext.push(URL[0], Value::Text(url));
    for (name, part) in [(URL[1], path), (URL[2], query)] {
        if let Some(part) = part {
            event.ext.push(name, Value::Text(part));
        }
    }
}

/// Adds a field under the name that its source gave it. A name that an ECS column has becomes
/// `original.NAME`, so that nothing that is logged can stand for a column.
pub(crate) fn keep<'a>(name: impl Into<Cow<'a, str>>, value: Value<'a>, event: &mut Event<'a>) {
    event.ext.push(kept_name(name.into()), value);
}

/// The name under which a field of a source is kept.
pub(crate) fn kept_name(name: Cow<'_, str>) -> Cow<'_, str> {
    let is_plain = memchr::memchr(b'.', name.as_bytes()).is_none()
        && !matches!(name.as_ref(), "message" | "section" | "tags" | "@timestamp");
    let is_taken = || Column::of_ecs(&name).is_some() || name.starts_with("event.");
    if is_plain || !is_taken() { name } else { Cow::Owned(format!("original.{name}")) }
}

/// Adds a text under an ECS name, where it says something.
pub(crate) fn add<'a>(name: &'static str, text: &'a str, event: &mut Event<'a>) {
    if !text.is_empty() && text != "-" {
        event.ext.push(name, Value::Text(Cow::Borrowed(text)));
    }
}

/// Adds `1.1` of `HTTP/1.1`.
pub(crate) fn http_version<'a>(version: &Value<'a>, event: &mut Event<'a>) {
    let bare = match version {
        Value::Text(Cow::Borrowed(text)) => {
            Value::Text(Cow::Borrowed(text.strip_prefix("HTTP/").unwrap_or(text)))
        }
        other => other.clone(),
    };
    event.ext.push("http.version", bare);
}

/// Adds a number under an ECS name, where the text is one; otherwise the text.
pub(crate) fn add_int<'a>(name: &'static str, text: &'a str, event: &mut Event<'a>) {
    match text.parse() {
        Ok(number) => event.ext.push(name, Value::Int(number)),
        Err(_) => add(name, text, event),
    }
}

/// What a firewall decided, as ECS has it: outcome and `event.type`.
pub(crate) fn decide(action: &str, event: &mut Event<'_>) {
    let decided = match action {
        "pass" | "allow" | "allowed" | "accept" | "permit" | "permitted" | "forward" => {
            Some(("success", "allowed"))
        }
        "block" | "blocked" | "deny" | "denied" | "drop" | "dropped" | "reject" | "rejected"
        | "reset-both" | "reset-client" | "reset-server" | "drop-icmp" | "reset"
        | "reset_client" | "reset_server" | "drop_session" | "clear_session" | "drop-packet"
        | "block-url" | "block-continue" | "block-override" | "sinkhole" | "quarantine"
        | "quarantined" => Some(("failure", "denied")),
        _ => None,
    };
    if let Some((outcome, kind)) = decided {
        event.event_outcome = Some(outcome.into());
        event.ext.push("event.type", Value::Text(kind.into()));
    }
}

/// What a firewall decided, in letters of any case.
pub(crate) fn decide_cased(action: &str, event: &mut Event<'_>) {
    // No word that says so is longer.
    let mut small = [0; 16];
    if let Some(small) = small.get_mut(..action.len()) {
        small.copy_from_slice(action.as_bytes());
        small.make_ascii_lowercase();
        decide(std::str::from_utf8(small).unwrap_or_default(), event);
    }
}

/// A protocol's name, where its number is given.
pub(crate) fn transport(text: &str) -> Cow<'_, str> {
    transport_of(Cow::Borrowed(text))
}

/// The same of a text that may be owned.
pub(crate) fn transport_of(text: Cow<'_, str>) -> Cow<'_, str> {
    Cow::Borrowed(match text.as_ref() {
        "1" => "icmp",
        "2" => "igmp",
        "6" => "tcp",
        "17" => "udp",
        "41" => "ipv6",
        "47" => "gre",
        "50" => "esp",
        "51" => "ah",
        "58" => "ipv6-icmp",
        "88" => "eigrp",
        "89" => "ospf",
        "103" => "pim",
        "112" => "vrrp",
        "132" => "sctp",
        _ => return lower(text),
    })
}

/// `inbound` or `outbound` of `in` and `out`.
pub(crate) fn direction(text: &str) -> Option<Value<'static>> {
    match text {
        "in" | "IN" => Some(Value::Text("inbound".into())),
        "out" | "OUT" => Some(Value::Text("outbound".into())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_have_paths_and_queries() {
        for (text, path, query) in [
            ("/a?b#c", Some("/a"), Some("b#c")),
            ("http://h.example/a#b?c", Some("/a"), None),
            ("https://h.example", None, None),
            ("/go://h.example/a?b", Some("/go://h.example/a"), Some("b")),
            ("h.example:443", None, None),
            ("", None, None),
        ] {
            let mut event = Event::default();
            url(text.into(), &mut event);
            let part = |name| match event.ext.get(name) {
                Some(Value::Text(text)) => Some(text.as_ref()),
                _ => None,
            };
            let found = (part("url.original"), part("url.path"), part("url.query"));
            assert_eq!(found, (Some(text), path, query));
        }
    }

    #[test]
    fn what_a_shape_gives_is_what_its_names_give() {
        const TABLE: &Table = &[
            ("port", To::Column(Column::SourcePort)),
            ("proto", To::Lower(Column::NetworkTransport)),
            ("b", To::Field("a.b")),
            ("c", To::Field("a.c")),
            ("twice", To::Field("a.c")),
            ("url", To::Url),
            ("z", To::Field("z")),
        ];
        const JUMBLED: &Table = &[("z", To::Field("z")), ("b", To::Field("a.b"))];
        for text in [
            r#"{"port":"80","proto":["TCP","x"],"b":1.5,"c":"\u0000","url":"/a?b","z":[1,2.0]}"#,
            r#"{"port":"x","proto":7,"c":"x","twice":[],"url":"h","z":true}"#,
            r#"{"c":"x","twice":"y","url":["/a"]}"#,
            r#"{"z":"x","b":"y"}"#,
            "{}",
        ] {
            let object = Object::read(text.into()).expect("an object");
            for table in [TABLE, JUMBLED] {
                let [mut one, mut other] = [Event::default(), Event::default()];
                fill(&object, table, &mut one);
                fill(&object.fields(), table, &mut other);
                one.normalise();
                other.normalise();
                assert_eq!(one, other, "{text}");
            }
        }
    }

    #[test]
    fn a_mark_divides_where_it_first_stands() {
        for text in ["", "]", "] ", "a]b] c] ", "\u{5d00}]] ]", "x ] y", "no mark"] {
            assert_eq!(cut(text, b"] "), text.split_once("] "), "{text:?}");
        }
        assert_eq!(cut("a", b""), None);
    }

    #[test]
    fn commas_divide_texts_of_any_length() {
        let text = "a,,bc,\u{ac}\u{12c}-+,0123456789abcdef,,,,,,,,,,x,";
        let ends = (0..=text.len()).filter(|end| text.is_char_boundary(*end));
        for text in ends.map(|end| &text[..end]) {
            let mut parts = ["none"; 12];
            let count = split(text, b',', &mut parts);
            let want: Vec<&str> = text.split(',').take(12).collect();
            assert_eq!(&parts[..count], want, "{text:?}");
        }
    }
}
