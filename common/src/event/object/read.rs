//! One pass over the bytes of a JSON object: where each value stands, under the path of its keys.
//!
//! Strict (RFC 8259): no comments, no trailing commas, no control characters in strings. An
//! integer beyond 64 bits is a float, a number beyond a float is the text that was written.
//!
//! What it does *not* know: the order of fields, which of equal names wins, what escapes mean.

use super::Leaf;
use super::found::{Found, Mark, place};
use super::name::{Names, Path, ROOT, Spot};
use super::padded::Padded;
use super::scan::{self, Bad, special};
use std::borrow::Cow;

/// Objects and lists nest no deeper.
const DEEPEST: u32 = 128;

/// Reads a whole text as one object.
pub(super) fn read(text: Padded<'_>, names: &mut Names, found: &mut Found) -> Result<(), Bad> {
    let mut reader = Reader::new(text, names, found);
    reader.whole().ok_or(reader.bad)
}

/// Reads a text. Its methods take the place where they begin and return the one after what they
/// read; where it is not what it has to be, they say so in `bad`.
pub(super) struct Reader<'r> {
    text: &'r str,
    /// With NULs behind the text.
    pub(super) bytes: &'r [u8],
    pub(super) names: &'r mut Names,
    pub(super) found: &'r mut Found,
    bad: Bad,
}

impl<'r> Reader<'r> {
    pub(super) fn new(text: Padded<'r>, names: &'r mut Names, found: &'r mut Found) -> Reader<'r> {
        names.begin();
        found.spots.clear();
        found.leaves.clear();
        found.elements.clear();
        found.marks.clear();
        found.escaped = 0;
        Reader { text: text.text, bytes: text.bytes, names, found, bad: (0, "") }
    }

    /// Whether the text ends at a place.
    #[inline]
    pub(super) fn is_end(&self, at: usize) -> bool {
        at == self.text.len()
    }

    fn whole(&mut self) -> Option<()> {
        let at = self.space(0);
        if self.byte(at) != b'{' {
            return self.fail(at, "expected a JSON object");
        }
        let end = self.object(at, ROOT, 0)?;
        let end = self.space(end);
        if !self.is_end(end) {
            return self.fail(end, "trailing characters");
        }
        Some(())
    }

    #[cold]
    fn fail<T>(&mut self, at: usize, what: &'static str) -> Option<T> {
        self.bad = (at, what);
        None
    }

    /// The byte at a place; NUL, which no JSON has, at the end.
    #[inline]
    fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    #[inline]
    fn space(&self, mut at: usize) -> usize {
        while matches!(self.byte(at), b' ' | b'\t' | b'\n' | b'\r') {
            at += 1;
        }
        at
    }

    /// Reads an object that begins here.
    fn object(&mut self, at: usize, path: Path, depth: u32) -> Option<usize> {
        if depth >= DEEPEST {
            return self.fail(at, "nests too deep");
        }
        let mut at = self.space(at + 1);
        if self.byte(at) == b'}' {
            return Some(at + 1);
        }
        loop {
            let (member, value) = match self.names.guess(path, self.bytes, at) {
                Some(guessed) => guessed,
                None => self.key(at, path)?,
            };
            let from = self.space(value);
            at = match self.byte(from) {
                b'{' => self.object(from, member, depth + 1)?,
                b'[' => {
                    let marks = self.found.marks.len();
                    let to = self.member_list(from, member, depth)?;
                    self.found.marks.truncate(marks);
                    self.mark(from, to, Spot::new(member, depth))
                }
                _ => {
                    let to = self.scalar(from, member, depth)?;
                    self.mark(from, to, Spot::new(member, depth))
                }
            };
            at = self.space(at);
            match self.byte(at) {
                b',' => at = self.space(at + 1),
                b'}' => return Some(at + 1),
                _ => return self.fail(at, "expected `,` or `}`"),
            }
        }
    }

    /// Notes where a member stands; returns its end.
    fn mark(&mut self, from: usize, to: usize, spot: Spot) -> usize {
        let leaves = self.found.leaves.len();
        self.found.marks.push(Mark { from, to, spot, leaves });
        to
    }

    /// Reads a key and its colon.
    fn key(&mut self, at: usize, parent: Path) -> Option<(Path, usize)> {
        if self.byte(at) != b'"' {
            return self.fail(at, "expected a key");
        }
        let special = special(self.bytes, at + 1);
        let is_escaped = self.byte(special) != b'"';
        let to = if is_escaped { self.closing(special)? } else { special };
        let key = &self.text[at + 1..to];
        let key = if is_escaped { Cow::Owned(scan::decode(key)) } else { Cow::Borrowed(key) };
        let path = self.names.find(parent, &key);
        let colon = self.space(to + 1);
        if self.byte(colon) != b':' {
            return self.fail(colon, "expected `:`");
        }
        Some((path, colon + 1))
    }

    /// Reads a list that is a member of an object: its scalars are one leaf, and so are all values
    /// of one path in its objects.
    pub(super) fn member_list(&mut self, at: usize, path: Path, depth: u32) -> Option<usize> {
        let (first, elements) = (self.found.leaves.len(), self.found.elements.len());
        let end = self.list(at, path, depth + 1, depth)?;
        if self.found.leaves.len() > first {
            self.found.gather(first, elements);
        }
        Some(end)
    }

    /// As [`Reader::member_list`], for a list of scalars of which none is null; `None`, and nothing
    /// found, where it is another one.
    pub(super) fn scalar_list(&mut self, at: usize) -> Option<usize> {
        let (first, elements) = (self.found.leaves.len(), self.found.elements.len());
        let escaped = self.found.escaped;
        let Some(end) = self.scalars(at + 1) else {
            self.found.leaves.truncate(first);
            self.found.escaped = escaped;
            return None;
        };
        self.found.elements.extend_from_slice(&self.found.leaves[first..]);
        self.found.leaves.truncate(first);
        self.found.push_leaf(elements);
        Some(end)
    }

    fn scalars(&mut self, at: usize) -> Option<usize> {
        let mut at = self.space(at);
        loop {
            at = self.leaf(at)?;
            at = self.space(at);
            match self.byte(at) {
                b',' => at = self.space(at + 1),
                b']' => return Some(at + 1),
                _ => return None,
            }
        }
    }

    /// Reads a list that begins here; each value as a leaf of its own, scalars at the depth of the
    /// member that they are of.
    fn list(&mut self, at: usize, path: Path, depth: u32, own: u32) -> Option<usize> {
        if depth >= DEEPEST {
            return self.fail(at, "nests too deep");
        }
        let mut at = self.space(at + 1);
        if self.byte(at) == b']' {
            return Some(at + 1);
        }
        loop {
            at = match self.byte(at) {
                b'{' => self.object(at, path, depth + 1)?,
                b'[' => self.list(at, path, depth + 1, own)?,
                _ => self.scalar(at, path, own)?,
            };
            at = self.space(at);
            match self.byte(at) {
                b',' => at = self.space(at + 1),
                b']' => return Some(at + 1),
                _ => return self.fail(at, "expected `,` or `]`"),
            }
        }
    }

    /// Reads a scalar; null is nothing.
    #[inline]
    fn scalar(&mut self, at: usize, path: Path, depth: u32) -> Option<usize> {
        if self.byte(at) == b'n' {
            return self.word(at, b"null");
        }
        self.found.spots.push(Spot::new(path, depth));
        self.leaf(at)
    }

    /// Reads a scalar that is not null.
    pub(super) fn leaf(&mut self, at: usize) -> Option<usize> {
        match self.byte(at) {
            b'"' => self.text(at + 1),
            b'-' | b'0'..=b'9' => self.number(at),
            b't' => self.truth(at, true, b"true"),
            b'f' => self.truth(at, false, b"false"),
            _ => self.fail(at, "expected a value"),
        }
    }

    fn truth<const N: usize>(&mut self, at: usize, truth: bool, word: &[u8; N]) -> Option<usize> {
        let end = self.word(at, word)?;
        self.found.leaves.push(Leaf::Bool(truth));
        Some(end)
    }

    fn word<const N: usize>(&mut self, at: usize, word: &[u8; N]) -> Option<usize> {
        if self.bytes[at..].starts_with(word) {
            return Some(at + word.len());
        }
        self.fail(at, "expected a value")
    }

    /// As [`Reader::text`]; most are short.
    #[inline]
    pub(super) fn likely_text(&mut self, at: usize) -> Option<usize> {
        let to = scan::near(self.bytes, at);
        if self.byte(to) != b'"' {
            return self.long_text(at, to);
        }
        self.found.leaves.push(Leaf::Text(place(at), place(to)));
        Some(to + 1)
    }

    /// As [`Reader::leaf`]; most scalars that are no texts are small numbers.
    #[inline]
    pub(super) fn likely_number(&mut self, at: usize) -> Option<usize> {
        if let Some((value, end)) = scan::small(self.bytes, at) {
            self.found.leaves.push(Leaf::Int(value));
            return Some(end);
        }
        match self.byte(at) {
            b'-' | b'0'..=b'9' => self.long_number(at),
            _ => self.leaf(at),
        }
    }

    /// Reads a text that begins here, behind its opening quote.
    fn text(&mut self, at: usize) -> Option<usize> {
        self.long_text(at, at)
    }

    /// As [`Reader::text`], for one that has nothing special before another place.
    fn long_text(&mut self, at: usize, from: usize) -> Option<usize> {
        let to = special(self.bytes, from);
        if self.byte(to) != b'"' {
            return self.escaped(at, to);
        }
        self.found.leaves.push(Leaf::Text(place(at), place(to)));
        Some(to + 1)
    }

    /// Reads a text whose first special byte is no quote.
    fn escaped(&mut self, at: usize, special: usize) -> Option<usize> {
        let to = self.closing(special)?;
        self.found.leaves.push(Leaf::Escaped(place(at), place(to), self.found.escaped));
        self.found.escaped += 1;
        Some(to + 1)
    }

    /// The closing quote of a text whose first special byte is at a place.
    fn closing(&mut self, special: usize) -> Option<usize> {
        match scan::closing(self.text.as_bytes(), special) {
            Ok(to) => Some(to),
            Err((at, what)) => self.fail(at, what),
        }
    }

    #[inline]
    fn number(&mut self, at: usize) -> Option<usize> {
        if let Some((value, end)) = scan::small(self.bytes, at) {
            self.found.leaves.push(Leaf::Int(value));
            return Some(end);
        }
        self.long_number(at)
    }

    fn long_number(&mut self, at: usize) -> Option<usize> {
        let is_negative = self.byte(at) == b'-';
        let first = at + usize::from(is_negative);
        let (count, value) = scan::digits(self.bytes, first);
        let end = first + count;
        if count == 0 || count > 1 && self.byte(first) == b'0' {
            return self.fail(end, "invalid number");
        }
        if count <= 18 && !matches!(self.byte(end), b'.' | b'e' | b'E') {
            self.found.leaves.push(Leaf::Int(if is_negative { -value } else { value }));
            return Some(end);
        }
        match scan::fraction(self.bytes, end) {
            Ok(end) => {
                self.found.leaves.push(Leaf::Number(place(at), place(end)));
                Some(end)
            }
            Err((at, what)) => self.fail(at, what),
        }
    }
}
