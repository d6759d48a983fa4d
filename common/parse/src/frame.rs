//! Octet counting (RFC 6587): messages on a stream, each after its length in bytes.
//!
//! ```text
//! 43 <34>1 2026-06-14T15:16:01Z host app - - - hi43 <34>1 …
//! ```
//!
//! A message may hold line feeds. What follows no count is a line up to its line feed, so that a
//! stream that mixes both, as senders do, is read whole.
//!
//! What it does *not* know: where the bytes come from, what is in a message.

use crate::line::Line;
use common::event::Eol;

/// The longest count that is believed: 16 MiB.
const LONGEST: usize = 16 << 20;

/// What stands at the beginning of some bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frame {
    /// A record: where its bytes begin and end, and where the next one begins.
    Record {
        /// Where its bytes begin, after the count.
        start: usize,
        /// Where they end.
        end: usize,
    },
    /// A record that is not there as a whole yet: read on, or take it as it is at the end of input.
    Partial,
    /// No octet count: a line up to its line feed.
    Line,
}

/// Looks for an octet count. `<` must follow it, as every syslog message begins with its
/// priority, so that a line that begins with a number stays a line.
#[must_use]
pub fn frame(bytes: &[u8]) -> Frame {
    let width = bytes.iter().take(9).take_while(|byte| byte.is_ascii_digit()).count();
    if width == 0 || width > 8 || bytes[0] == b'0' {
        return Frame::Line;
    }
    match &bytes[width..] {
        [] | [b' '] => return Frame::Partial,
        [b' ', b'<', ..] => {}
        _ => return Frame::Line,
    }
    let count = bytes[..width].iter().fold(0, |sum, byte| sum * 10 + usize::from(byte - b'0'));
    if count > LONGEST {
        return Frame::Line;
    }
    let (start, end) = (width + 1, width + 1 + count);
    if bytes.len() < end { Frame::Partial } else { Frame::Record { start, end } }
}

/// The records of a run of bytes that is complete; `offset` is where it begins in its source. An
/// octet-counted record has no ending, and its offset is that of its count.
pub fn records(mut bytes: &[u8], mut offset: i64) -> impl Iterator<Item = Line<'_>> {
    let mut number = 0;
    std::iter::from_fn(move || {
        if bytes.is_empty() {
            return None;
        }
        number += 1;
        let (line, size) = match frame(bytes) {
            Frame::Record { start, end } => {
                let bytes = &bytes[start..end];
                (Line { bytes, eol: Eol::None, offset, number, runs: &[] }, end)
            }
            Frame::Partial | Frame::Line => {
                let end = memchr::memchr(b'\n', bytes).map_or(bytes.len(), |at| at + 1);
                (Line::new(&bytes[..end], offset, number), end)
            }
        };
        bytes = &bytes[size..];
        offset += i64::try_from(size).unwrap_or(i64::MAX);
        Some(line)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bytes: &str) -> Vec<(String, Eol, i64)> {
        records(bytes.as_bytes(), 0)
            .map(|line| (String::from_utf8_lossy(line.bytes).into_owned(), line.eol, line.offset))
            .collect()
    }

    #[test]
    fn counted_and_plain_records_mix() {
        assert_eq!(
            all("6 <1>a\nb5 <1>xyline 1\n7 apples\n99 <1>cut"),
            [
                ("<1>a\nb".to_owned(), Eol::None, 0),
                ("<1>xy".to_owned(), Eol::None, 8),
                ("line 1".to_owned(), Eol::Lf, 15),
                ("7 apples".to_owned(), Eol::Lf, 22),
                ("99 <1>cut".to_owned(), Eol::None, 31),
            ]
        );
    }

    #[test]
    fn what_is_cut_off_is_partial() {
        for text in ["1", "12", "12 ", "12 <1>short"] {
            assert_eq!(frame(text.as_bytes()), Frame::Partial, "{text}");
        }
        for text in ["", "x", "012 <1>", "999999999 <1>", "99999999 <1>", "12 x", "12x"] {
            assert_eq!(frame(text.as_bytes()), Frame::Line, "{text}");
        }
    }
}
