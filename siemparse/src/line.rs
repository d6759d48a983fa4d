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
//! * [`NULS`] or more NUL bytes where a line should begin are a hole: a program that does not
//!   append leaves one after its file was cut, a file system after a power failure. It is left out
//!   and counted, once other bytes follow; at the end of a file it may still be written to.
//!
//! What it does *not* know: files, formats, cursors.

mod hole;

use self::hole::Hole;
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
/// How much is read at once where there are many sources.
const SMALL: usize = 64 << 10;
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
    /// How many bytes before it count its bytes.
    pub(crate) framing: i64,
    /// How long a hole was before it.
    pub(crate) hole: i64,
}

impl<'a> Piece<'a> {
    /// A record with nothing unusual about it.
    pub(crate) fn plain(line: Line<'a>) -> Piece<'a> {
        Piece {
            line,
            overlong: None,
            is_unterminated: false,
            is_continuation: false,
            framing: 0,
            hole: 0,
        }
    }

    /// Whether something is.
    pub(crate) fn is_unusual(&self) -> bool {
        self.overlong.is_some() || self.is_unterminated || self.is_continuation
    }

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
    /// NUL bytes at the end of what was read.
    hole: Option<Hole>,
    /// NUL bytes before the line that begins at `start`.
    left_out: Option<Hole>,
    chunk: usize,
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
            is_inside: mark.last().is_some_and(|byte| !b"\n\0".contains(byte)),
            cut: None,
            hole: None,
            left_out: None,
            chunk: CHUNK,
            cut_line: Vec::new(),
        }
    }

    /// Reads less at once.
    pub(crate) fn read_little(&mut self) {
        self.chunk = SMALL;
    }

    /// Expects octet-counted records among the lines.
    pub(crate) fn framed(mut self) -> Splitter {
        self.is_framed = true;
        self
    }

    /// Reads once; 0 is the end of what there is.
    pub(crate) fn fill(&mut self, input: &mut dyn Read) -> io::Result<usize> {
        self.make_room(self.chunk);
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
        self.cut_line = Vec::new();
        if self.buffer.len() > IDLE && self.end - self.start < IDLE / 2 {
            let from = self.start.saturating_sub(MARK);
            self.buffer = self.buffer[from..self.end].to_vec();
            self.start -= from;
            self.scanned -= from;
            self.end -= from;
        }
    }

    /// Takes back what was read last.
    pub(crate) fn unfill(&mut self, count: usize) {
        self.end -= count;
        self.scanned = self.scanned.min(self.end);
    }

    /// The next complete line.
    pub(crate) fn next(&mut self) -> Option<Piece<'_>> {
        if self.cut.is_some() {
            return self.cut_to_end();
        }
        let is_at_nul = self.buffer[self.start..self.end].first() == Some(&0);
        if (is_at_nul || self.hole.is_some()) && !self.is_framed && !self.skip_hole() {
            return None;
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
        let hole = self.pass_hole();
        let (offset, number) = self.advance(stop);
        let is_continuation = std::mem::take(&mut self.is_inside);
        let line = Line::new(&self.buffer[from..stop], offset, number);
        Some(Piece {
            line,
            overlong: None,
            is_unterminated: false,
            is_continuation,
            framing: 0,
            hole,
        })
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
        let hole = self.pass_hole();
        let (offset, number) = self.advance(to);
        let is_continuation = std::mem::replace(&mut self.is_inside, true);
        let line =
            Line { bytes: &self.buffer[from..to], eol: Eol::None, offset, number, runs: &[] };
        Some(Piece {
            line,
            overlong: None,
            is_unterminated: true,
            is_continuation,
            framing: 0,
            hole,
        })
    }

    /// The bytes that were read and not given yet.
    pub(crate) fn unread(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// How many bytes of an unfinished line there are.
    pub(crate) fn waiting(&self) -> i64 {
        let cut = self.cut.as_ref().map_or(0, |cut| cut.length);
        i64::try_from(cut + self.hole_length() + self.end - self.start).unwrap_or(i64::MAX)
    }

    /// The place behind the last line given.
    pub(crate) fn edge(&self) -> Edge<'_> {
        let mark = match (&self.cut, self.hole.as_ref().or(self.left_out.as_ref())) {
            (Some(cut), _) => &cut.mark,
            (None, Some(hole)) => &hole.mark,
            (None, None) => &self.buffer[self.start.saturating_sub(MARK)..self.start],
        };
        Edge { position: self.position, line: self.line, head: &self.head, mark }
    }

    /// The bytes before the last `count` that were read, at most [`MARK`].
    pub(crate) fn read_before(&self, count: usize) -> &[u8] {
        let end = self.end - count;
        &self.buffer[end.saturating_sub(MARK)..end]
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
        let line = Line { bytes, eol: Eol::None, offset, number, runs: &[] };
        let framing = i64::try_from(start).unwrap_or(0);
        Piece { line, overlong, is_unterminated: false, is_continuation: false, framing, hole: 0 }
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
        let hole = self.pass_hole();
        let offset = self.position;
        let take = cut.kept.len().min(HEAD - self.head.len());
        self.head.extend_from_slice(&cut.kept[..take]);
        self.position += i64::try_from(length + eol.bytes().len()).unwrap_or(0);
        self.line += 1;
        let is_continuation = std::mem::replace(&mut self.is_inside, is_unterminated);
        self.start = stop;
        self.scanned = stop;
        self.cut_line = cut.kept;
        let line = Line { bytes: &self.cut_line, eol, offset, number: self.line, runs: &[] };
        let overlong = Some((i64::try_from(length).unwrap_or(i64::MAX), hex(&digest)));
        Piece { line, overlong, is_unterminated, is_continuation, framing: 0, hole }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A line as the tests look at it: bytes, ending, offset, number, notes.
    type Seen = (Vec<u8>, Eol, i64, i64, String);

    fn seen(piece: &Piece<'_>) -> Seen {
        let notes = [
            piece.is_unterminated.then_some("unterminated"),
            piece.is_continuation.then_some("continuation"),
            piece.overlong.is_some().then_some("overlong"),
        ];
        let notes = notes.into_iter().flatten().collect::<Vec<_>>().join(" ");
        let line = piece.line;
        (line.bytes.to_vec(), line.eol, line.offset, line.number, notes)
    }

    /// Reads in pieces of a size; takes the rest at the end.
    fn split(mut splitter: Splitter, text: &[u8], size: usize) -> (Vec<Seen>, Splitter) {
        let mut all = Vec::new();
        for mut part in text.chunks(size) {
            while splitter.fill(&mut part).expect("a slice reads") > 0 {}
            while let Some(piece) = splitter.next() {
                all.push(seen(&piece));
            }
            splitter.rest_quietly();
        }
        if let Some(piece) = splitter.rest() {
            all.push(seen(&piece));
        }
        (all, splitter)
    }

    fn new() -> Splitter {
        Splitter::new(0, 0, Vec::new(), &[])
    }

    #[test]
    fn the_size_of_reads_changes_nothing() {
        let text = b"one\ntwo\r\n\n\r\nlast";
        let expected: Vec<Seen> = vec![
            (b"one".to_vec(), Eol::Lf, 0, 1, String::new()),
            (b"two".to_vec(), Eol::CrLf, 4, 2, String::new()),
            (b"".to_vec(), Eol::Lf, 9, 3, String::new()),
            (b"".to_vec(), Eol::CrLf, 10, 4, String::new()),
            (b"last".to_vec(), Eol::None, 12, 5, "unterminated".to_owned()),
        ];
        for size in 1..=text.len() {
            assert_eq!(split(new(), text, size).0, expected, "{size}");
        }
    }

    #[test]
    fn the_edge_is_behind_the_last_line_given() {
        let mut splitter = new();
        splitter.push(b"one\ntwo\nthr");
        assert_eq!(splitter.edge().position, 0);
        while splitter.next().is_some() {}
        let edge = splitter.edge();
        assert_eq!((edge.position, edge.line), (8, 2));
        assert_eq!((edge.head, edge.mark), (&b"one\ntwo\n"[..], &b"one\ntwo\n"[..]));
        assert_eq!((splitter.waiting(), splitter.read_to()), (3, 11));
    }

    #[test]
    fn head_and_mark_have_their_lengths() {
        let text: Vec<u8> = (0..1_000).flat_map(|n| format!("{n}\n").into_bytes()).collect();
        let (_, splitter) = split(new(), &text, 100);
        let edge = splitter.edge();
        assert_eq!(edge.head, &text[..HEAD]);
        assert_eq!(edge.mark, &text[text.len() - MARK..]);
    }

    #[test]
    fn a_splitter_goes_on_behind_its_mark() {
        let text = b"one\ntwo\nthree\n";
        let (lines, _) = split(Splitter::new(4, 1, b"one\n".to_vec(), b"one\n"), &text[4..], 3);
        assert_eq!(lines[0], (b"two".to_vec(), Eol::Lf, 4, 2, String::new()));
        let (lines, _) = split(Splitter::new(5, 2, b"one\nt".to_vec(), b"one\nt"), &text[5..], 3);
        assert_eq!(lines[0], (b"wo".to_vec(), Eol::Lf, 5, 3, "continuation".to_owned()));
        assert_eq!(lines[1].4, "");
    }

    #[test]
    fn long_lines_are_cut_at_the_same_place_whatever_the_reads() {
        let long = vec![b'x'; CAP + 70_000];
        let text = [b"a\n", &long[..], b"\r\nb\n", &long[..]].concat();
        for size in [4_096, 65_537, 300_000, text.len()] {
            let (lines, splitter) = split(new(), &text, size);
            assert_eq!(lines.len(), 4, "{size}");
            let kept = long[..CAP].to_vec();
            let (second, number) = (2, i64::try_from(long.len()).expect("small"));
            assert_eq!(lines[1], (kept.clone(), Eol::CrLf, second, 2, "overlong".to_owned()));
            assert_eq!(lines[2], (b"b".to_vec(), Eol::Lf, second + number + 2, 3, String::new()));
            assert_eq!(lines[3].0, kept);
            assert_eq!(lines[3].4, "unterminated overlong");
            assert_eq!(usize::try_from(splitter.edge().position), Ok(text.len()));
            assert_eq!(splitter.edge().head.len(), HEAD);
        }
    }

    #[test]
    fn the_edge_stays_before_a_line_that_is_being_cut() {
        let mut splitter = new();
        splitter.push(b"first\n");
        splitter.push(&vec![b'x'; CAP * 3]);
        assert!(splitter.next().is_some());
        assert!(splitter.next().is_none());
        let edge = splitter.edge();
        assert_eq!((edge.position, edge.mark), (6, &b"first\n"[..]));
        splitter.push(b"y\n");
        let piece = splitter.next().expect("the line ends");
        assert_eq!(piece.gap(), i64::try_from(CAP * 2 + 1).expect("small"));
        let (length, digest) = piece.overlong.expect("a cut line");
        let whole = [vec![b'x'; CAP * 3], b"y".to_vec()].concat();
        assert_eq!(
            (usize::try_from(length), digest),
            (Ok(whole.len()), hex(&Sha256::digest(&whole)))
        );
    }

    #[test]
    fn counted_records_and_lines_mix() {
        let text = b"6 <1>a\nb5 <1>xyline\n";
        for size in 1..=text.len() {
            let (lines, _) = split(new().framed(), text, size);
            let bytes: Vec<&[u8]> = lines.iter().map(|line| line.0.as_slice()).collect();
            assert_eq!(bytes, [&b"<1>a\nb"[..], b"<1>xy", b"line"], "{size}");
        }
    }
}
