//! UTF-16 as UTF-8: what Windows' programs and shells write into files.
//!
//! In: a reader of bytes that begin with a byte order mark. Out: a reader of the same text as
//! UTF-8, without the mark. Half a surrogate pair becomes the three bytes that UTF-8 would have for
//! it (WTF-8), so that no two texts become the same bytes; an odd byte at the end is left out.
//!
//! A file may grow: what is no whole character at its end waits for its other half then.
//!
//! What it does *not* know: lines.

use std::io::{self, Read};

/// How many bytes are read at once. They become half as many again at most, for which a source has
/// room whenever it reads: nothing waits here while the file is cut.
const CHUNK: usize = 32 << 10;
/// How many bytes before the last reading are kept.
const MARK: usize = 256;

/// The order of the two bytes of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Little,
    Big,
}

/// The order that the first bytes tell, when they are the mark of UTF-16 and not of UTF-32. A
/// program may have written no more than the mark yet.
pub(crate) fn order(first: &[u8]) -> Option<Order> {
    match first {
        [0xff, 0xfe, 0, 0, ..] => None,
        [0xff, 0xfe, ..] => Some(Order::Little),
        [0xfe, 0xff, ..] => Some(Order::Big),
        _ => None,
    }
}

/// Gives text as UTF-8.
pub(crate) struct Decoder<R> {
    input: R,
    order: Order,
    /// Whether more may come behind the end.
    may_grow: bool,
    /// Bytes that are no whole character yet.
    rest: Vec<u8>,
    is_begun: bool,
    output: Vec<u8>,
    given: usize,
    /// Where the last reading began and ended in the input.
    reading: (i64, i64),
    /// The bytes before it, and the last bytes read.
    before: Vec<u8>,
    last: Vec<u8>,
}

impl<R: Read> Decoder<R> {
    pub(crate) fn new(input: R, order: Order) -> Decoder<R> {
        let (rest, output, before, last) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (may_grow, is_begun, given, reading) = (false, false, 0, (0, 0));
        Decoder { input, order, may_grow, rest, is_begun, output, given, reading, before, last }
    }

    /// Expects that more may come behind the end.
    pub(crate) fn growing(self) -> Decoder<R> {
        Decoder { may_grow: true, ..self }
    }

    /// How many bytes of the input were read.
    pub(crate) fn read_to(&self) -> i64 {
        self.reading.1
    }

    /// Where the last reading began, and the bytes before it, as they were.
    pub(crate) fn before(&self) -> (i64, &[u8]) {
        (self.reading.0, &self.before)
    }

    /// Reads once.
    fn fill(&mut self) -> io::Result<usize> {
        let begin = self.rest.len();
        self.rest.resize(begin + CHUNK, 0);
        let read = self.input.read(&mut self.rest[begin..]);
        self.rest.truncate(begin + read.as_ref().map_or(0, |count| *count));
        let count = read?;
        self.reading = (self.reading.1, self.reading.1 + i64::try_from(count).unwrap_or(0));
        self.before.clone_from(&self.last);
        self.last.extend_from_slice(&self.rest[begin..]);
        self.last.drain(..self.last.len().saturating_sub(MARK));
        Ok(count)
    }

    /// Takes the characters that are whole; at the end also half a pair.
    fn take(&mut self, is_end: bool) {
        let unit = |pair: &[u8]| match (self.order, pair) {
            (Order::Little, &[low, high]) => u16::from_le_bytes([low, high]),
            (_, &[high, low]) => u16::from_be_bytes([high, low]),
            _ => 0,
        };
        let mut units: Vec<u16> = self.rest.chunks_exact(2).map(unit).collect();
        if !is_end && units.last().is_some_and(|unit| (0xd800..0xdc00).contains(unit)) {
            units.pop();
        }
        self.rest.drain(..units.len() * 2);
        for char in char::decode_utf16(units) {
            let is_first = !std::mem::replace(&mut self.is_begun, true);
            match char {
                Ok('\u{feff}') if is_first => {}
                Ok(char) => {
                    self.output.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
                }
                Err(half) => self.output.extend_from_slice(&three(half.unpaired_surrogate())),
            }
        }
    }
}

/// A unit as UTF-8 has it in three bytes.
fn three(unit: u16) -> [u8; 3] {
    let six = |shift: u16| 0x80 | (unit >> shift).to_le_bytes()[0] & 0x3f;
    [0xe0 | (unit >> 12).to_le_bytes()[0], six(6), six(0)]
}

impl<R: Read> Read for Decoder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.output.len() {
            self.output.clear();
            self.given = 0;
            let count = self.fill()?;
            self.take(count == 0 && !self.may_grow);
            if count == 0 && self.output.is_empty() {
                // It may be long until there is more.
                (self.rest, self.output) = (self.rest.clone(), Vec::new());
                return Ok(0);
            }
        }
        let count = buffer.len().min(self.output.len() - self.given);
        buffer[..count].copy_from_slice(&self.output[self.given..self.given + count]);
        self.given += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives a byte at a time.
    struct Slow<'b>(&'b [u8]);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.0.len().min(1).min(buffer.len());
            buffer[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    #[test]
    fn both_orders_in_pieces_of_any_size() {
        let text = "\u{feff}größe\r\n\u{1f600} x\n";
        for order in [Order::Little, Order::Big] {
            let bytes: Vec<u8> = text
                .encode_utf16()
                .flat_map(|unit| match order {
                    Order::Little => unit.to_le_bytes(),
                    Order::Big => unit.to_be_bytes(),
                })
                .collect();
            assert_eq!(super::order(&bytes), Some(order));
            let mut found = String::new();
            Decoder::new(Slow(&bytes), order).read_to_string(&mut found).expect("text");
            assert_eq!(found, text[3..]);
            let mut cut = Vec::new();
            let end = bytes.len() - 1;
            Decoder::new(&bytes[..end], order).read_to_end(&mut cut).expect("text");
            assert_eq!(cut, &text.as_bytes()[3..text.len() - 1]);
        }
    }

    #[test]
    fn half_a_pair_is_three_bytes_of_its_own() {
        let mut found = Vec::new();
        let bytes = b"\xff\xfe\x3d\xd8x\0\x00\xdcy\0\x3d\xd8";
        Decoder::new(&bytes[..], Order::Little).read_to_end(&mut found).expect("text");
        assert_eq!(found, b"\xed\xa0\xbdx\xed\xb0\x80y\xed\xa0\xbd");
    }

    #[test]
    fn what_grows_waits_for_the_other_half_and_tells_what_was_read() {
        let (first, second) = (b"\xff\xfea\0\x3d\xd8\x00".as_slice(), b"\xdeb\0".as_slice());
        let mut pieces = first.chain(&b""[..]).chain(second);
        let mut decoder = Decoder::new(&mut pieces, Order::Little).growing();
        let mut next = || {
            let mut buffer = [0; 16];
            let count = decoder.read(&mut buffer).expect("reads");
            let (from, before) = decoder.before();
            (buffer[..count].to_vec(), decoder.read_to(), from, before.to_vec())
        };
        assert_eq!(next(), (b"a".to_vec(), 7, 0, Vec::new()));
        assert_eq!(next(), ("\u{1f600}b".as_bytes().to_vec(), 10, 7, first.to_vec()));
        let all = [first, second].concat();
        assert_eq!(next(), (Vec::new(), 10, 10, all));
    }

    #[test]
    fn other_bytes_are_none() {
        for bytes in [&b"\xff\xfe\0\0a\0\0\0"[..], b"\xff", b"abcd", b"\xef\xbb\xbfa"] {
            assert_eq!(order(bytes), None);
        }
    }
}
