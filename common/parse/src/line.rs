//! One line of a source: its bytes without the ending, and where it begins.
//!
//! What it does *not* know: formats, files.

use common::event::{Eol, Run};

/// A line as a source gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// The bytes without the ending.
    pub bytes: &'a [u8],
    /// How it ended.
    pub eol: Eol,
    /// Where it begins in its source, in bytes.
    pub offset: i64,
    /// Its number in its source, from 1; the identity of an event that is not stored.
    pub number: i64,
    /// The runs of adjacent lines of a record that was joined; empty for a line.
    pub runs: &'a [Run],
}

impl<'a> Line<'a> {
    /// A line with its ending, which is taken off: LF, CR LF, or none.
    #[must_use]
    pub fn new(bytes: &'a [u8], offset: i64, number: i64) -> Line<'a> {
        let (bytes, eol) = match bytes {
            [rest @ .., b'\r', b'\n'] => (rest, Eol::CrLf),
            [rest @ .., b'\n'] => (rest, Eol::Lf),
            _ => (bytes, Eol::None),
        };
        Line { bytes, eol, offset, number, runs: &[] }
    }

    /// How many bytes the line takes in its source.
    #[must_use]
    pub fn size(&self) -> usize {
        self.bytes.len() + self.eol.bytes().len()
    }
}

/// The lines of a run of bytes that begins at `offset`; the last one may have no ending.
pub fn lines(mut bytes: &[u8], mut offset: i64) -> impl Iterator<Item = Line<'_>> {
    let mut number = 0;
    std::iter::from_fn(move || {
        if bytes.is_empty() {
            return None;
        }
        let end = memchr::memchr(b'\n', bytes).map_or(bytes.len(), |at| at + 1);
        let (head, rest) = bytes.split_at(end);
        bytes = rest;
        number += 1;
        let line = Line::new(head, offset, number);
        offset += i64::try_from(head.len()).unwrap_or(i64::MAX);
        Some(line)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_are_told_apart() {
        let text = b"a\nb\r\n\r\n\rc\r\r\nd\r";
        let seen: Vec<(&[u8], Eol, i64)> =
            lines(text, 10).map(|line| (line.bytes, line.eol, line.offset)).collect();
        assert_eq!(
            seen,
            [
                (&b"a"[..], Eol::Lf, 10),
                (b"b", Eol::CrLf, 12),
                (b"", Eol::CrLf, 15),
                (b"\rc\r", Eol::CrLf, 17),
                (b"d\r", Eol::None, 22),
            ]
        );
        assert_eq!(lines(text, 0).map(|line| line.size()).sum::<usize>(), text.len());
    }
}
