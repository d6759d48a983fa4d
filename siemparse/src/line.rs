//! Bytes to lines: the stage before the parser.
//!
//! In: reads of any size. Out: lines with their offset and number, borrowed from the buffer, and
//! at any time the place behind the last line given ([`Splitter::edge`]), which is what a cursor
//! stores.
//!
//! * A last line without a line feed is kept back until more arrives, or [`Splitter::rest`] takes
//!   it as it is.
//! * Of a line longer than [`CAP`] the first `CAP` bytes are given; the rest only counts and goes
//!   into the digest, so that memory is bounded whatever arrives.
//! * Behind the buffer's start the last [`MARK`] bytes stay, as the cursor's mark.
//!
//! What it does *not* know: files, formats, cursors.

use common::event::Eol;
use parse::{Frame, Line};
use sha2::{Digest as _, Sha256};
use std::io::{self, Read};

/// The longest line that is kept whole, in bytes.
pub(crate) const CAP: usize = 1 << 20;
/// How many first bytes identify a source.
pub(crate) const HEAD: usize = 1024;
/// How many bytes before a place identify it.
pub(crate) const MARK: usize = 256;
/// How much is read at once.
const CHUNK: usize = 256 << 10;
/// An idle buffer above this size is given back.
const IDLE: usize = 16 << 10;

/// A line, and what is unusual about it.
#[derive(Debug)]
pub(crate) struct Piece<'a> {
    pub(crate) line: Line<'a>,
    /// The full length and SHA-256 of a line that was cut.
    pub(crate) overlong: Option<(i64, String)>,
    /// It ended with the input, not with a line feed.
    pub(crate) is_unterminated: bool,
    /// It goes on where an unterminated line ended.
    pub(crate) is_continuation: bool,
}

impl Piece<'_> {
    /// The bytes of the source that are not in the line.
    pub(crate) fn gap(&self) -> i64 {
        let kept = i64::try_from(self.line.bytes.len()).unwrap_or(i64::MAX);
        self.overlong.as_ref().map_or(0, |(length, _)| length - kept)
    }
}

/// The place behind the last line that was given.
pub(crate) struct Edge<'s> {
    pub(crate) position: i64,
    pub(crate) line: i64,
    /// The source's first bytes, at most [`HEAD`], none behind the edge.
    pub(crate) head: &'s [u8],
    /// The bytes before the edge, at most [`MARK`].
    pub(crate) mark: &'s [u8],
}

/// A line that is being cut.
struct Cut {
    kept: Vec<u8>,
    length: usize,
    digest: Sha256,
    /// The mark of the line's beginning.
    mark: Vec<u8>,
}

/// Cuts bytes into lines.
pub(crate) struct Splitter {
    buffer: Vec<u8>,
    /// The first byte that was not given yet.
    start: usize,
    /// Where to look for the next line feed.
    scanned: usize,
    end: usize,
    /// The offset of the first byte of the line that begins at `start`, or of the one being cut.
    position: i64,
    line: i64,
    head: Vec<u8>,
    /// Whether records may be octet-counted (RFC 6587).
    is_framed: bool,
    /// Whether the last line given had no ending.
    is_inside: bool,
    cut: Option<Cut>,
    /// The kept part of the last line that was cut, lent to its piece.
    cut_line: Vec<u8>,
}

impl Splitter {
    /// A splitter at a source's beginning, or behind `mark` at a position.
    pub(crate) fn new(position: i64, line: i64, head: Vec<u8>, mark: &[u8]) -> Splitter {
        Splitter {
            buffer: mark.to_vec(),
            start: mark.len(),
            scanned: mark.len(),
            end: mark.len(),
            position,
            line,
            head,
            is_framed: false,
            is_inside: mark.last().is_some_and(|&byte| byte != b'\n'),
            cut: None,
            cut_line: Vec::new(),
        }
    }

    /// Expects octet-counted records among the lines.
    pub(crate) fn framed(mut self) -> Splitter {
        self.is_framed = true;
        self
    }

    /// Reads once; 0 is the end of what there is.
    pub(crate) fn fill(&mut self, input: &mut dyn Read) -> io::Result<usize> {
        self.make_room(CHUNK);
        let count = input.read(&mut self.buffer[self.end..])?;
        self.end += count;
        Ok(count)
    }

    /// Takes over bytes that were read elsewhere.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.make_room(bytes.len());
        self.buffer[self.end..self.end + bytes.len()].copy_from_slice(bytes);
        self.end += bytes.len();
    }

    fn make_room(&mut self, count: usize) {
        if self.buffer.len() - self.end >= count {
            return;
        }
        let from = self.start.saturating_sub(MARK);
        self.buffer.copy_within(from..self.end, 0);
        self.start -= from;
        self.scanned -= from;
        self.end -= from;
        if self.buffer.len() < self.end + count {
            self.buffer.resize(self.end + count, 0);
        }
    }

    /// Gives memory back while nothing arrives.
    pub(crate) fn rest_quietly(&mut self) {
        if self.buffer.len() > IDLE && self.end - self.start < IDLE / 2 {
            let from = self.start.saturating_sub(MARK);
            self.buffer = self.buffer[from..self.end].to_vec();
            self.start -= from;
            self.scanned -= from;
            self.end -= from;
        }
    }

    /// The next complete line.
    pub(crate) fn next(&mut self) -> Option<Piece<'_>> {
        if self.cut.is_some() {
            return self.cut_to_end();
        }
        if self.is_framed {
            match parse::frame(&self.buffer[self.start..self.end]) {
                Frame::Record { start, end } => return Some(self.record(start, end)),
                Frame::Partial => return None,
                Frame::Line => {}
            }
        }
        let Some(at) = memchr::memchr(b'\n', &self.buffer[self.scanned..self.end]) else {
            self.scanned = self.end;
            if self.end - self.start > CAP + 1 {
                self.begin_cut();
                return self.cut_to_end();
            }
            return None;
        };
        let stop = self.scanned + at + 1;
        if stop - self.start > CAP + 2 {
            self.begin_cut();
            return self.cut_to_end();
        }
        let from = self.start;
        let (offset, number) = self.advance(stop);
        let is_continuation = std::mem::take(&mut self.is_inside);
        let line = Line::new(&self.buffer[from..stop], offset, number);
        Some(Piece { line, overlong: None, is_unterminated: false, is_continuation })
    }

    /// The bytes after the last line feed, as a line.
    pub(crate) fn rest(&mut self) -> Option<Piece<'_>> {
        if self.cut.is_some() {
            return Some(self.end_cut(self.end, Eol::None, true));
        }
        if self.start == self.end {
            return None;
        }
        if self.end - self.start > CAP {
            self.begin_cut();
            return Some(self.end_cut(self.end, Eol::None, true));
        }
        let (from, to) = (self.start, self.end);
        let (offset, number) = self.advance(to);
        let is_continuation = std::mem::replace(&mut self.is_inside, true);
        let line = Line { bytes: &self.buffer[from..to], eol: Eol::None, offset, number };
        Some(Piece { line, overlong: None, is_unterminated: true, is_continuation })
    }

    /// How many bytes of an unfinished line there are.
    pub(crate) fn waiting(&self) -> i64 {
        let cut = self.cut.as_ref().map_or(0, |cut| cut.length);
        i64::try_from(cut + self.end - self.start).unwrap_or(i64::MAX)
    }

    /// The place behind the last line given.
    pub(crate) fn edge(&self) -> Edge<'_> {
        let mark = match &self.cut {
            Some(cut) => &cut.mark,
            None => &self.buffer[self.start.saturating_sub(MARK)..self.start],
        };
        Edge { position: self.position, line: self.line, head: &self.head, mark }
    }

    /// The last bytes that were read, at most [`MARK`].
    pub(crate) fn last_read(&self) -> &[u8] {
        &self.buffer[self.end.saturating_sub(MARK)..self.end]
    }

    /// The offset behind the last byte that was read.
    pub(crate) fn read_to(&self) -> i64 {
        self.position + self.waiting()
    }

    /// Moves behind a line; gives its offset and number.
    fn advance(&mut self, stop: usize) -> (i64, i64) {
        if self.head.len() < HEAD {
            let take = (stop - self.start).min(HEAD - self.head.len());
            self.head.extend_from_slice(&self.buffer[self.start..self.start + take]);
        }
        let offset = self.position;
        self.position += i64::try_from(stop - self.start).unwrap_or(0);
        self.line += 1;
        self.start = stop;
        self.scanned = stop;
        (offset, self.line)
    }

    /// An octet-counted record, whose count is not part of it.
    fn record(&mut self, start: usize, end: usize) -> Piece<'_> {
        let (from, to) = (self.start + start, self.start + end);
        let (offset, number) = self.advance(to);
        let whole = &self.buffer[from..to];
        let bytes = &whole[..whole.len().min(CAP)];
        let overlong = (whole.len() > CAP)
            .then(|| (i64::try_from(whole.len()).unwrap_or(i64::MAX), hex(&Sha256::digest(whole))));
        let line = Line { bytes, eol: Eol::None, offset, number };
        Piece { line, overlong, is_unterminated: false, is_continuation: false }
    }

    fn begin_cut(&mut self) {
        let mark = self.edge().mark.to_vec();
        let kept = self.buffer[self.start..self.start + CAP].to_vec();
        self.start += CAP;
        self.scanned = self.start;
        let digest = Sha256::new_with_prefix(&kept);
        self.cut = Some(Cut { length: kept.len(), kept, digest, mark });
    }

    /// Goes on cutting; gives the line once its end is there.
    fn cut_to_end(&mut self) -> Option<Piece<'_>> {
        let unread = &self.buffer[self.start..self.end];
        if let Some(at) = memchr::memchr(b'\n', unread) {
            let eol = if unread[..at].ends_with(b"\r") { Eol::CrLf } else { Eol::Lf };
            return Some(self.end_cut(self.start + at + 1, eol, false));
        }
        // A CR may be half of an ending.
        let take = unread.len() - usize::from(unread.ends_with(b"\r"));
        let cut = self.cut.as_mut()?;
        cut.digest.update(&unread[..take]);
        cut.length += take;
        self.start += take;
        self.scanned = self.start;
        None
    }

    /// Gives the kept part of the line that ends before `stop`.
    fn end_cut(&mut self, stop: usize, eol: Eol, is_unterminated: bool) -> Piece<'_> {
        let cut = self.cut.take().expect("only called while a line is cut");
        let unread = &self.buffer[self.start..stop - eol.bytes().len()];
        let digest = cut.digest.chain_update(unread).finalize();
        let length = cut.length + unread.len();
        let offset = self.position;
        let take = cut.kept.len().min(HEAD - self.head.len());
        self.head.extend_from_slice(&cut.kept[..take]);
        self.position += i64::try_from(length + eol.bytes().len()).unwrap_or(0);
        self.line += 1;
        let is_continuation = std::mem::replace(&mut self.is_inside, is_unterminated);
        self.start = stop;
        self.scanned = stop;
        self.cut_line = cut.kept;
        let line = Line { bytes: &self.cut_line, eol, offset, number: self.line };
        let overlong = Some((i64::try_from(length).unwrap_or(i64::MAX), hex(&digest)));
        Piece { line, overlong, is_unterminated, is_continuation }
    }
}

/// Lower-case hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        text.push(char::from(b"0123456789abcdef"[usize::from(byte >> 4)]));
        text.push(char::from(b"0123456789abcdef"[usize::from(byte & 15)]));
        text
    })
}
