//! Lines that siemparse wrote: how they begin, and what their keys mean.
//!
//! Such a line is the wire form of an event: columns under their ECS names, then all other fields.
//! The raw line may be among them, for keywords to look at. A line that siemparse would have written
//! otherwise is left to the exact reader, and so is one whose raw line could be JSON, or with names
//! that give way to others.
//!
//! What it does *not* know: rules.

use super::scan::Token;
use common::event::address;
use common::field::{Column, Kind};

/// Names that a line's event does not have as they stand in it.
const UNREAD: &[&str] =
    &["@timestamp", "event.id", "event.ingested", "log.offset", "tags", "time.quality"];

/// What a key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// A field that was added.
    Added,
    Column(Column),
    /// The event's time.
    Time,
    /// The event's number, and when it was stored.
    Number,
    /// The raw line.
    Raw,
    /// What needs the exact reader.
    Refused,
}

/// Whether a line begins as siemparse writes it: with a time of 27 bytes and the event's number.
pub(super) fn begins(line: &[u8]) -> bool {
    line.starts_with(b"{\"@timestamp\":\"") && line.get(42..56) == Some(b"\",\"event.id\":\"")
}

/// Whether a line has all that an event's field of a name can be.
pub(super) fn is_whole(name: &str) -> bool {
    !UNREAD.contains(&name) && !name.starts_with("original.") && !name.contains(' ')
}

/// What a key of such a line is.
pub(super) fn part(name: &[u8]) -> Part {
    let Ok(name) = std::str::from_utf8(name) else { return Part::Refused };
    match name {
        "@timestamp" => Part::Time,
        "event.id" | "event.ingested" => Part::Number,
        "event.original" => Part::Raw,
        "event.original_b64" | "EventID" => Part::Refused,
        _ if name.starts_with("original.") || name.contains([' ', '\\']) => Part::Refused,
        _ => Column::of_ecs(name).map_or(Part::Added, Part::Column),
    }
}

/// Whether a raw line, as it is written, is certainly no JSON object: that begins with a brace, after
/// what is blank, or a mark that may be written as an escape.
pub(super) fn is_text(written: &[u8]) -> bool {
    written.first().is_none_or(|byte| (0x21..0x7f).contains(byte) && !b"{\\".contains(byte))
}

/// Whether a column's value is written as siemparse writes it.
pub(super) fn fits(column: Column, token: Token, value: &[u8]) -> bool {
    let text = || std::str::from_utf8(value).unwrap_or_default();
    match column.kind() {
        Kind::Text => {
            let is_host = column == Column::HostName && matches!(value, b"" | b"-");
            matches!(token, Token::Text { .. }) && !is_host
        }
        Kind::Int => {
            let most = match column {
                Column::SourcePort | Column::DestinationPort => u16::MAX.into(),
                Column::LogFacility | Column::LogSeverity => u8::MAX.into(),
                _ => i64::MAX,
            };
            let number = || text().parse::<i64>().ok();
            token == Token::Number && number().is_some_and(|it| (0..=most).contains(&it))
        }
        Kind::Ip => {
            let is_text = matches!(token, Token::Text { escaped: false, .. });
            is_text && address(text()).is_some_and(|ip| ip.to_string() == text())
        }
        Kind::List => true,
        Kind::Time => false,
    }
}
